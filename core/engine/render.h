/* Rows of the kernel as text, straight from its vectors: what spark-sql prints, what Spark writes into CSV,
 * JSON and text files, and what programs read.
 *
 * A renderer is made once per result from the kernel's column types and, where given, Spark's types of the
 * same columns (they tell apart what the kernel stores alike: the two families of intervals). */
#ifndef CORE_ENGINE_RENDER_H
#define CORE_ENGINE_RENDER_H

#include <duckdb.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/engine/format.h"

enum render_format {
	RENDER_TSV,        /* spark-sql: cells parted by TAB, NULL; nested values in Hive's form */
	RENDER_CSV,        /* RFC 4180: NULL empty, "" an empty string; nested values in Hive's form */
	RENDER_JSON,       /* one object per line, null members kept */
	RENDER_FILE_CSV,   /* Spark's CSV data source; separator, quote & co. from struct render_csv */
	RENDER_FILE_JSON,  /* Spark's JSON data source: null members left out */
	RENDER_FILE_TEXT   /* one string column */
};

struct render_csv {
	char sep, quote, escape;      /* , " \ */
	const char *null_value;       /* "" */
	const char *empty_value;      /* "\"\"" */
	bool quote_all;
	bool keep_leading, keep_trailing; /* Spark trims blanks unless told not to */
};

struct render_options {
	enum render_format format;
	struct zone *zone;            /* of the session; NULL: UTC */
	const struct render_csv *csv; /* for RENDER_FILE_CSV; NULL: Spark's defaults */
};

struct render;

/* Columns of a result with these kernel types and names. spark_types may be NULL, and so may each of them.
 * Column i stands at positions[i] of the chunks, or at i when positions is NULL. Everything is copied but
 * the zone. */
struct render *render_new(const duckdb_logical_type *types, const char *const *names,
                          const char *const *spark_types, const size_t *positions, size_t n,
                          const struct render_options *o);
void render_free(struct render *r);

/* The header line, with its newline; nothing for JSON and text. */
void render_header(struct render *r, struct buf *out);
/* Point the renderer at a chunk; until the next bind. */
void render_bind(struct render *r, duckdb_data_chunk chunk);
/* One row of the bound chunk, with its newline. */
void render_row(struct render *r, idx_t row, struct buf *out);
/* One cell as it stands in a folder name: key=value's value, not escaped; false for NULL. */
bool render_cell(const struct render *r, size_t column, idx_t row, struct buf *out);

#endif
