/* The Spark SQL front end's door: text in, plans of kernel SQL out. See core/sql/README.md.
 *
 * A script is cut into statements; each statement is compiled within a session, which holds what SET and
 * CREATE TEMP VIEW left behind. Nothing here touches a file or a database: what the front end must know
 * of the world (schemas of files, tables of the catalogue) it asks through struct sql_env.
 *
 * Ownership: a plan owns everything it points to (one arena); free it with sql_plan_free. */
#ifndef CORE_SQL_SQL_H
#define CORE_SQL_SQL_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"
#include "core/base/mem.h"

struct sql_session;
struct sql_type; /* core/sql/types.h */

/* A column. Types are written as Spark writes them: "int", "decimal(10,2)", "array<string>",
 * "struct<a:int,b:string>", "timestamp", "timestamp_ntz". */
struct sql_column {
	const char *name;
	const char *type;
	const char *comment;  /* NULL when none */
	bool partition;       /* a partition column: its value comes from the folder name */
};

struct sql_schema {
	struct sql_column *columns;
	size_t n;
};

struct sql_option {
	const char *key;      /* lower case */
	const char *value;
};

/* Files to read or a place to write: the format, where, and how. */
struct sql_source {
	const char *format;   /* "csv", "json", "parquet", "text" */
	const char **paths;   /* as the user wrote them: s3://, hdfs://, file://, plain; globs allowed */
	size_t n_paths;
	struct sql_option *options;
	size_t n_options;
	const struct sql_schema *declared; /* the user's column list, or NULL: infer */
};

/* A table of the catalogue. */
struct sql_table {
	const char *database; /* "default" */
	const char *name;
	struct sql_source source;   /* paths[0] is the location */
	struct sql_schema schema;   /* all columns, partition columns last */
	const char *comment;
	bool managed;         /* DROP TABLE removes the files */
};

/* What the front end asks of its host. Every call gives 0 or an error code with err filled; results are
 * allocated in `a`. Paths are mapped by the host: s3:// to the lake, hdfs:// to the cluster's storage. */
struct sql_env {
	void *ctx;
	/* Schema of files, with Hive partition columns found in folder names last (partition = true).
	 * A path that does not exist is ERR_NOTFOUND with class PATH_NOT_FOUND. */
	int (*describe)(void *ctx, const struct sql_source *src, struct arena *a, struct sql_schema *out,
	                struct error *err);
	/* Kernel SQL of a table function call that reads the source, e.g. read_parquet([...]), with the
	 * columns in the order and kernel types of `schema`. */
	int (*scan)(void *ctx, const struct sql_source *src, const struct sql_schema *schema, struct arena *a,
	            const char **kernel_sql, struct error *err);
	/* ERR_NOTFOUND when there is no such table. */
	int (*table_get)(void *ctx, const char *database, const char *name, struct arena *a,
	                 struct sql_table *out, struct error *err);
	int (*table_list)(void *ctx, const char *database, struct arena *a, const char ***names, size_t *n,
	                  struct error *err);
	/* Where a managed table of this name lives (its default location). */
	int (*table_path)(void *ctx, const char *database, const char *name, struct arena *a,
	                  const char **path, struct error *err);
};

enum sql_plan_kind {
	SQL_PLAN_QUERY,        /* run kernel_sql, show its rows; schema holds names and Spark types */
	SQL_PLAN_ROWS,         /* show `rows` as they are (SET, SHOW, DESCRIBE); nothing to run */
	SQL_PLAN_SETUP,        /* run `setup` statements in the kernel session (temp views); no rows */
	SQL_PLAN_INSERT,       /* run kernel_sql, write to `target` (directory or table), commit */
	SQL_PLAN_CREATE_TABLE, /* put `table` into the catalogue; with kernel_sql also fill it (CTAS) */
	SQL_PLAN_DROP_TABLE,   /* `table` (only database, name); removes files when it was managed */
	SQL_PLAN_NOTHING       /* already done within the session (DROP VIEW, SET with no rows) */
};

struct sql_insert {
	struct sql_source to;              /* format, paths[0] = destination folder, options (compression …) */
	bool overwrite;
	bool dynamic_partitions;           /* spark.sql.sources.partitionOverwriteMode = dynamic */
	const char **partition_by;         /* partition columns in folder order; they are in kernel_sql's output */
	size_t n_partition_by;
	struct sql_option *static_spec;    /* PARTITION (p = v): fixed values, a prefix of partition_by */
	size_t n_static_spec;
	const char *order_by;              /* kernel SQL of SORT BY, or NULL */
};

struct sql_plan {
	enum sql_plan_kind kind;
	struct arena *arena;
	int line, column;          /* where the statement begins in the script, 1-based */
	const char *text;          /* the statement's own text, for logs and the event log */
	const char *kernel_sql;
	const char **setup;        /* in order */
	size_t n_setup;
	struct sql_schema schema;  /* of kernel_sql's result; column i of the kernel is column i here */
	const char ***rows;        /* rows[i][j]; NULL cell = NULL */
	size_t n_rows;
	struct sql_insert insert;
	struct sql_table table;
	bool if_exists, if_not_exists, or_replace;
	bool ordered;              /* the result has an ORDER BY at the top: keep it */
	cJSON *tree;               /* plan tree for the event log: {nodeName, simpleString, children}; owned */
};

struct sql_session *sql_session_new(const struct sql_env *env);
void sql_session_free(struct sql_session *s);

/* Configuration: what SET writes and --conf gives. Values live until the next set of the same key. */
const char *sql_session_conf(const struct sql_session *s, const char *key, const char *def);
void sql_session_set(struct sql_session *s, const char *key, const char *value);
/* ${name} and ${hivevar:name} in statements (-d, --hivevar). */
void sql_session_define(struct sql_session *s, const char *name, const char *value);

/* Find the next statement at or after *at. Gives false at the end of the script; otherwise [*begin, *end)
 * is its text without the semicolon, *at is where to go on and *complete tells whether a semicolon ended it
 * (the shell reads on when not). Quotes, comments and back-quotes are understood; blank statements and
 * pure comments are skipped. */
bool sql_next_statement(const char *script, size_t len, size_t *at, size_t *begin, size_t *end, bool *complete);

/* Compile script[begin, end) (line and column of errors count in the whole script). 0 and *out, or an error
 * with class, sqlstate, line and column. Session changes (SET, views) take effect only on success. */
int sql_compile(struct sql_session *s, const char *script, size_t begin, size_t end, struct sql_plan **out,
                struct error *err);
void sql_plan_free(struct sql_plan *p);

/* An error of the kernel while running `plan`, turned into Spark's class and words where known. */
void sql_map_kernel_error(const struct sql_plan *plan, const char *kernel_message, struct error *err);

/* Kernel statements to run once in every fresh kernel session: settings and macros. Static storage. */
const char *const *sql_kernel_prelude(size_t *n);

/* As spark-sql prints a failure: "[CLASS] message SQLSTATE: xxxxx; line L pos P", the source line, a caret.
 * file may be NULL. Appends to out. */
struct buf;
void sql_render_error(struct buf *out, const char *file, const char *script, const struct error *err);

/* Words for completion in the shell: keywords and function names, sorted. Static storage. */
const char *const *sql_completion_words(size_t *n);

#endif
