/* Spark's functions that the kernel has no words for, as C functions. Internal to the udf*.c files.
 *
 * A function is written for one row: it reads arguments, puts a result, or fails with Spark's message
 * ("[CLASS] words SQLSTATE: 22018", which the front end turns back into an error). The frame calls it for
 * every row whose arguments are all present; a NULL argument gives NULL unless the row says otherwise. */
#ifndef CORE_ENGINE_UDF_H
#define CORE_ENGINE_UDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/engine/kernel.h"

enum { UDF_MAX_ARGS = 12 };

struct udf_arg {
	void *data;
	uint64_t *valid;
	duckdb_vector vector;
	int scale;                    /* decimals */
	duckdb_type storage;          /* 'a': how the number is stored */
};

struct udf {
	struct udf_arg args[UDF_MAX_ARGS];
	size_t n;
	idx_t row;
	duckdb_vector out;
	void *out_data;
	int64_t extra;                /* of the registered row: the scale of a decimal result */
	idx_t list_at, list_len;      /* 'S' results: strings so far */
	bool failed;
	char message[700];
};

typedef bool udf_row(struct udf *u);  /* false: NULL, or failed */

/* args and result: b boolean, i int, l bigint, h hugeint, f float, d double, s string, x blob, D date,
 * t timestamp, I interval, S list of strings, a any number (read with udf_number), y tinyint, n smallint,
 * C decimal(38,extra). '*' after the last letter: it repeats. '?' first: the function sees NULLs. */
struct udf_def {
	const char *name, *args;
	char result;
	udf_row *row;
};

extern const struct udf_def udf_cast_defs[], udf_math_defs[], udf_string_defs[], udf_regex_defs[],
	udf_time_defs[], udf_hash_defs[], udf_text_defs[], udf_sample_defs[], udf_decimal_defs[];

static inline bool udf_null(const struct udf *u, size_t i)
{
	return i >= u->n || (u->args[i].valid && !(u->args[i].valid[u->row / 64] >> (u->row % 64) & 1));
}

#define UDF_GET(name, type) \
	static inline type name(const struct udf *u, size_t i) { return ((type *)u->args[i].data)[u->row]; }
UDF_GET(udf_bool, bool)
UDF_GET(udf_int, int32_t)
UDF_GET(udf_long, int64_t)
UDF_GET(udf_float, float)
UDF_GET(udf_double, double)
UDF_GET(udf_interval, duckdb_interval)
#undef UDF_GET

const char *udf_string(const struct udf *u, size_t i, size_t *n);
/* An integer or decimal of any width as its unscaled value. */
__int128 udf_number(const struct udf *u, size_t i, int *scale);
/* Element k of a list of strings; NULL for NULL. */
size_t udf_list_length(const struct udf *u, size_t i);
const char *udf_list_string(const struct udf *u, size_t i, size_t k, size_t *n);

#define UDF_PUT(name, type) \
	static inline bool name(struct udf *u, type v) { ((type *)u->out_data)[u->row] = v; return true; }
UDF_PUT(udf_put_bool, bool)
UDF_PUT(udf_put_int, int32_t)
UDF_PUT(udf_put_long, int64_t)
UDF_PUT(udf_put_tiny, int8_t)
UDF_PUT(udf_put_small, int16_t)
UDF_PUT(udf_put_float, float)
UDF_PUT(udf_put_double, double)
UDF_PUT(udf_put_interval, duckdb_interval)
#undef UDF_PUT

bool udf_put_string(struct udf *u, const char *s, size_t n);
bool udf_put_number(struct udf *u, __int128 v);               /* 'C' and 'h' results */
void udf_list_add(struct udf *u, const char *s, size_t n);    /* 'S': one more element; then return true */
/* Gives false, so that functions can return it. */
bool udf_fail(struct udf *u, const char *class_name, const char *sqlstate, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif
