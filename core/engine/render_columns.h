/* Inside of the renderers: the tree of columns that mirrors a result's types. Binding it to a chunk fills
 * in the pointers to data and validity, so that a cell costs a switch and no call into the kernel. */
#ifndef CORE_ENGINE_RENDER_COLUMNS_H
#define CORE_ENGINE_RENDER_COLUMNS_H

#include <duckdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/engine/render.h"
#include "core/sql/types.h"

enum column_kind {
	K_BOOL, K_INT8, K_INT16, K_INT32, K_INT64, K_UINT8, K_UINT16, K_UINT32, K_UINT64, K_HUGE, K_UHUGE,
	K_FLOAT, K_DOUBLE, K_DECIMAL, K_STRING, K_BINARY, K_DATE, K_TIME, K_TIMESTAMP, K_TIMESTAMP_TZ,
	K_INTERVAL, K_YEAR_MONTH, K_DAY_TIME, K_ENUM, K_LIST, K_ARRAY, K_MAP, K_STRUCT, K_NULL, K_OTHER
};

struct column {
	enum column_kind kind;
	char *name;
	size_t position;            /* in the chunk; top level only */
	int scale;                  /* decimals; timestamps: microseconds = value * num / den */
	int64_t num, den;
	duckdb_type storage;        /* decimals, enums */
	idx_t size;                 /* fixed arrays */
	char **words;               /* enums */
	size_t n_words;
	struct column *child;
	size_t n_child;
	const void *data;           /* bound */
	const uint64_t *valid;
};

/* render.h */
struct render {
	struct render_options o;
	struct render_csv csv;
	char *null_value, *empty_value;
	struct column *columns;
	size_t n;
	struct buf cell;            /* scratch for cells that may need quotes */
};

/* spark may be NULL. Free with column_free (the struct itself is the caller's). */
void column_init(struct column *c, duckdb_logical_type t, const char *name, const struct sql_type *spark);
void column_free(struct column *c);
void column_bind(struct column *c, duckdb_vector v);

static inline bool column_is_null(const struct column *c, idx_t row)
{
	return c->kind == K_NULL || (c->valid && !(c->valid[row / 64] >> (row % 64) & 1));
}

/* The bytes of a string or binary value, inside the chunk. */
const char *column_string(const struct column *c, idx_t row, size_t *n);
/* Word of an enum. */
const char *column_word(const struct column *c, idx_t row);
/* A list's or map's entries in its child vectors: [*from, *to). */
void column_span(const struct column *c, idx_t row, idx_t *from, idx_t *to);
/* A value that needs neither quotes nor escapes: numbers, dates, instants (in the way of the format). */
void column_put_plain(const struct column *c, idx_t row, const struct render_options *o, struct buf *out);
/* Any value in Hive's form; NULL, or null when nested. */
void column_put_hive(const struct column *c, idx_t row, const struct render_options *o, bool nested,
                     struct buf *out);

#endif
