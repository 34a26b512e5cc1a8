/* Data sources: what a folder of files looks like as a table, and the kernel SQL that reads it the way Spark
 * reads it (options of the CSV, JSON, Parquet and text sources; Hive partitions; declared schemas).
 *
 * Schemas come from an executor, which alone can open the files. Answers are remembered until
 * sources_forget: within a statement, describe and scan of the same source cost one look. */
#ifndef CORE_ENGINE_SOURCE_H
#define CORE_ENGINE_SOURCE_H

#include "core/engine/paths.h"
#include "core/engine/peer.h"
#include "core/sql/sql.h"

struct sources;

/* get_peer gives a ready executor or NULL with err. roots and ctx must outlive the sources. */
struct sources *sources_new(const struct path_roots *roots,
                            struct peer *(*get_peer)(void *ctx, struct error *err), void *ctx);
void sources_free(struct sources *s);
/* Files may have changed: called after every statement. */
void sources_forget(struct sources *s);

/* The two callbacks of struct sql_env, without its ctx. */
int sources_describe(struct sources *s, const struct sql_source *src, struct arena *a,
                     struct sql_schema *out, struct error *err);
int sources_scan(struct sources *s, const struct sql_source *src, const struct sql_schema *schema,
                 struct arena *a, const char **kernel_sql, struct error *err);

/* A kernel error that a malformed record of a text file caused (FAILFAST), in Spark's words with file, line
 * and column; false when the message is about something else. */
bool source_map_error(const char *kernel_message, struct error *err);

/* ---- inside: between source.c, source_csv.c, source_json.c and source_parquet.c ---- */

/* A source whose files were listed. */
struct source_files {
	struct path_list list;
	struct sql_schema schema;   /* data columns as found, partition columns last; empty until described */
	bool described;
	bool int96;                 /* Parquet: naive timestamps of the kernel are instants */
};

struct sources {
	const struct path_roots *roots;
	struct peer *(*get_peer)(void *ctx, struct error *err);
	void *ctx;
	struct arena *arena;        /* of what is remembered */
	struct map *known;          /* key of a source → struct source_files */
};

const char *source_option(const struct sql_source *src, const char *key, const char *def);
bool source_option_true(const struct sql_source *src, const char *key, bool def);
/* ['a','b'] of the files, and hive_partitioning & co. when there are partition columns. */
void source_put_files(struct buf *out, const struct source_files *f);
void source_put_hive(struct buf *out, const struct source_files *f);
/* Run a query on the executor, cut its TSV into cells of the arena: rows × columns. */
int source_query(struct sources *s, const char *sql, struct arena *a, const char ****rows, size_t *n_rows,
                 struct error *err);
/* DESCRIBE a query: names and Spark types; the comment is SOURCE_CAST where the kernel stores the values in
 * another type of its own. */
#define SOURCE_CAST "cast"
int source_columns(struct sources *s, const char *sql, struct arena *a, struct sql_schema *out,
                   struct error *err);
const struct sql_column *source_find(const struct sql_schema *schema, const char *name);
/* Spark's (Java's) date pattern as the kernel's strptime format; NULL when it has no counterpart. */
const char *source_date_format(struct arena *a, const char *java);

/* Per format: infer the data columns; and write the scan: SELECT list and FROM. */
int csv_infer(struct sources *s, const struct sql_source *src, const struct source_files *f,
              struct arena *a, struct sql_schema *out, struct error *err);
int csv_scan(struct sources *s, const struct sql_source *src, const struct source_files *f,
             const struct sql_schema *schema, struct arena *a, struct buf *out, struct error *err);
int json_infer(struct sources *s, const struct sql_source *src, const struct source_files *f,
               struct arena *a, struct sql_schema *out, struct error *err);
int json_scan(struct sources *s, const struct sql_source *src, const struct source_files *f,
              const struct sql_schema *schema, struct arena *a, struct buf *out, struct error *err);
int parquet_infer(struct sources *s, struct source_files *f, struct arena *a, struct sql_schema *out,
                  struct error *err);
int parquet_scan(struct sources *s, struct source_files *f, const struct sql_schema *schema, struct arena *a,
                 struct buf *out, struct error *err);

#endif
