#include "core/engine/render_columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/engine/kernel.h"

/* ---- building ---- */

static enum column_kind kind_of(duckdb_type t)
{
	switch (t) {
	case DUCKDB_TYPE_BOOLEAN: return K_BOOL;
	case DUCKDB_TYPE_TINYINT: return K_INT8;
	case DUCKDB_TYPE_SMALLINT: return K_INT16;
	case DUCKDB_TYPE_INTEGER: return K_INT32;
	case DUCKDB_TYPE_BIGINT: return K_INT64;
	case DUCKDB_TYPE_UTINYINT: return K_UINT8;
	case DUCKDB_TYPE_USMALLINT: return K_UINT16;
	case DUCKDB_TYPE_UINTEGER: return K_UINT32;
	case DUCKDB_TYPE_UBIGINT: return K_UINT64;
	case DUCKDB_TYPE_HUGEINT: return K_HUGE;
	case DUCKDB_TYPE_UHUGEINT: return K_UHUGE;
	case DUCKDB_TYPE_FLOAT: return K_FLOAT;
	case DUCKDB_TYPE_DOUBLE: return K_DOUBLE;
	case DUCKDB_TYPE_DECIMAL: return K_DECIMAL;
	case DUCKDB_TYPE_VARCHAR: return K_STRING;
	case DUCKDB_TYPE_BLOB: return K_BINARY;
	case DUCKDB_TYPE_DATE: return K_DATE;
	case DUCKDB_TYPE_TIME: return K_TIME;
	case DUCKDB_TYPE_TIMESTAMP:
	case DUCKDB_TYPE_TIMESTAMP_S:
	case DUCKDB_TYPE_TIMESTAMP_MS:
	case DUCKDB_TYPE_TIMESTAMP_NS: return K_TIMESTAMP;
	case DUCKDB_TYPE_TIMESTAMP_TZ: return K_TIMESTAMP_TZ;
	case DUCKDB_TYPE_INTERVAL: return K_INTERVAL;
	case DUCKDB_TYPE_ENUM: return K_ENUM;
	case DUCKDB_TYPE_LIST: return K_LIST;
	case DUCKDB_TYPE_ARRAY: return K_ARRAY;
	case DUCKDB_TYPE_MAP: return K_MAP;
	case DUCKDB_TYPE_STRUCT: return K_STRUCT;
	case DUCKDB_TYPE_SQLNULL: return K_NULL;
	default: return K_OTHER;
	}
}

static void child_init(struct column *c, size_t i, duckdb_logical_type t, const char *name,
                       const struct sql_type *spark)
{
	column_init(&c->child[i], t, name, spark);
	duck.destroy_logical_type(&t);
}

static void children_alloc(struct column *c, size_t n)
{
	c->child = xcalloc(n ? n : 1, sizeof *c->child);
	c->n_child = n;
}

static void init_struct(struct column *c, duckdb_logical_type t, const struct sql_type *spark)
{
	children_alloc(c, (size_t)duck.struct_type_child_count(t));
	bool same = spark && spark->id == SQL_T_STRUCT && spark->n_fields == c->n_child;
	for (size_t i = 0; i < c->n_child; i++) {
		char *name = duck.struct_type_child_name(t, i);
		child_init(c, i, duck.struct_type_child_type(t, i), same ? spark->fields[i].name : name,
		           same ? spark->fields[i].type : NULL);
		duck.free(name);
	}
}

static void init_enum(struct column *c, duckdb_logical_type t)
{
	c->storage = duck.enum_internal_type(t);
	c->n_words = duck.enum_dictionary_size(t);
	c->words = xcalloc(c->n_words + 1, sizeof *c->words);
	for (size_t i = 0; i < c->n_words; i++) {
		char *w = duck.enum_dictionary_value(t, i);
		c->words[i] = xstrdup(w);
		duck.free(w);
	}
}

static void init_nested(struct column *c, duckdb_logical_type t, const struct sql_type *spark)
{
	if (c->kind == K_LIST || c->kind == K_ARRAY) {
		const struct sql_type *e = spark && spark->id == SQL_T_ARRAY ? spark->element : NULL;
		children_alloc(c, 1);
		c->size = c->kind == K_ARRAY ? duck.array_type_array_size(t) : 0;
		child_init(c, 0, c->kind == K_LIST ? duck.list_type_child_type(t)
		                                   : duck.array_type_child_type(t), NULL, e);
	} else if (c->kind == K_MAP) {
		bool same = spark && spark->id == SQL_T_MAP;
		children_alloc(c, 2);
		child_init(c, 0, duck.map_type_key_type(t), NULL, same ? spark->key : NULL);
		child_init(c, 1, duck.map_type_value_type(t), NULL, same ? spark->element : NULL);
	} else {
		init_struct(c, t, spark);
	}
}

static void init_scale(struct column *c, duckdb_logical_type t)
{
	duckdb_type id = duck.get_type_id(t);
	c->num = id == DUCKDB_TYPE_TIMESTAMP_S ? 1000000 : id == DUCKDB_TYPE_TIMESTAMP_MS ? 1000 : 1;
	c->den = id == DUCKDB_TYPE_TIMESTAMP_NS ? 1000 : 1;
	if (c->kind == K_DECIMAL) {
		c->scale = duck.decimal_scale(t);
		c->storage = duck.decimal_internal_type(t);
	}
}

void column_init(struct column *c, duckdb_logical_type t, const char *name, const struct sql_type *spark)
{
	c->kind = kind_of(duck.get_type_id(t));
	c->name = xstrdup(name);
	init_scale(c, t);
	if (spark && spark->id == SQL_T_INTERVAL_YM && c->kind == K_INTERVAL)
		c->kind = K_YEAR_MONTH;
	else if (spark && spark->id == SQL_T_INTERVAL_DT && c->kind == K_INTERVAL)
		c->kind = K_DAY_TIME;
	if (c->kind == K_ENUM)
		init_enum(c, t);
	else if (c->kind >= K_LIST && c->kind <= K_STRUCT)
		init_nested(c, t, spark);
}

void column_free(struct column *c)
{
	for (size_t i = 0; i < c->n_child; i++)
		column_free(&c->child[i]);
	for (size_t i = 0; i < c->n_words; i++)
		free(c->words[i]);
	free(c->words);
	free(c->child);
	free(c->name);
}

/* ---- binding ---- */

void column_bind(struct column *c, duckdb_vector v)
{
	c->data = duck.vector_get_data(v);
	c->valid = duck.vector_get_validity(v);
	if (c->kind == K_LIST) {
		column_bind(&c->child[0], duck.list_vector_get_child(v));
	} else if (c->kind == K_ARRAY) {
		column_bind(&c->child[0], duck.array_vector_get_child(v));
	} else if (c->kind == K_MAP) {
		duckdb_vector entries = duck.list_vector_get_child(v);
		column_bind(&c->child[0], duck.struct_vector_get_child(entries, 0));
		column_bind(&c->child[1], duck.struct_vector_get_child(entries, 1));
	} else if (c->kind == K_STRUCT) {
		for (size_t i = 0; i < c->n_child; i++)
			column_bind(&c->child[i], duck.struct_vector_get_child(v, i));
	}
}

/* ---- cells ---- */

#define AT(type) (((const type *)c->data)[row])

const char *column_string(const struct column *c, idx_t row, size_t *n)
{
	/* Read in place: the kernel's own accessor copies the struct and hides the inlined form. */
	const duckdb_string_t *s = (const duckdb_string_t *)c->data + row;
	*n = s->value.inlined.length;
	return *n <= 12 ? s->value.inlined.inlined : s->value.pointer.ptr;
}

static size_t put_decimal(char *p, const struct column *c, idx_t row)
{
	int64_t v;
	switch (c->storage) {
	case DUCKDB_TYPE_SMALLINT: v = AT(int16_t); break;
	case DUCKDB_TYPE_INTEGER: v = AT(int32_t); break;
	case DUCKDB_TYPE_BIGINT: v = AT(int64_t); break;
	default: return format_decimal(p, AT(duckdb_hugeint).upper, AT(duckdb_hugeint).lower, c->scale);
	}
	return format_decimal(p, v < 0 ? -1 : 0, (uint64_t)v, c->scale);
}

static int64_t instant_us(const struct column *c, idx_t row)
{
	int64_t v = AT(int64_t);
	return v == INT64_MAX || v == -INT64_MAX ? v : v * c->num / c->den - (v % c->den < 0);
}

/* An offset as ISO 8601 has it: Z or +01:00. */
static size_t put_offset(char *p, int64_t offset_us)
{
	int64_t s = offset_us / 1000000;
	if (!s)
		return *p = 'Z', 1;
	int64_t a = s < 0 ? -s : s;
	return (size_t)snprintf(p, 16, "%c%02d:%02d", s < 0 ? '-' : '+', (int)(a / 3600), (int)(a / 60 % 60));
}

/* Spark's files have at least milliseconds: 2020-01-01T01:02:03.000Z. */
static size_t put_iso(char *p, int64_t us, bool zoned, int64_t offset)
{
	size_t n = format_timestamp(p, us + offset, 'T');
	char *dot = memchr(p, '.', n);
	if (!dot) {
		dot = p + n;
		p[n++] = '.';
	}
	while (p + n < dot + 4)
		p[n++] = '0';
	return zoned ? n + put_offset(p + n, offset) : n;
}

static size_t put_instant(const struct render_options *o, char *p, const struct column *c, idx_t row)
{
	int64_t us = instant_us(c, row);
	bool zoned = c->kind == K_TIMESTAMP_TZ;
	if (us == INT64_MAX || us == -INT64_MAX)
		return (size_t)snprintf(p, 16, "%sinfinity", us < 0 ? "-" : "");
	int64_t offset = zoned && o->zone ? zone_offset_us(o->zone, us) : 0;
	enum render_format f = o->format;
	if (f == RENDER_JSON || f == RENDER_FILE_JSON || f == RENDER_FILE_CSV)
		return put_iso(p, us, zoned, offset);
	return format_timestamp(p, us + offset, ' ');
}

static size_t put_interval(char *p, const struct column *c, idx_t row)
{
	const duckdb_interval *v = &AT(duckdb_interval);
	if (c->kind == K_YEAR_MONTH)
		return format_year_month(p, v->months);
	if (c->kind == K_DAY_TIME)
		return format_day_time(p, v->days * INT64_C(86400000000) + v->micros);
	return format_calendar_interval(p, v->months, v->days, v->micros);
}

const char *column_word(const struct column *c, idx_t row)
{
	size_t i = c->storage == DUCKDB_TYPE_UTINYINT ? AT(uint8_t)
	         : c->storage == DUCKDB_TYPE_USMALLINT ? AT(uint16_t) : AT(uint32_t);
	return i < c->n_words ? c->words[i] : "";
}

/* Values whose text is short and needs neither quotes nor escapes. */
static size_t put_plain(const struct render_options *o, char *p, const struct column *c, idx_t row)
{
	switch (c->kind) {
	case K_BOOL:
		memcpy(p, AT(bool) ? "true" : "false", 5);
		return AT(bool) ? 4 : 5;
	case K_INT8: return format_int64(p, AT(int8_t));
	case K_INT16: return format_int64(p, AT(int16_t));
	case K_INT32: return format_int64(p, AT(int32_t));
	case K_INT64: return format_int64(p, AT(int64_t));
	case K_UINT8: return format_int64(p, AT(uint8_t));
	case K_UINT16: return format_int64(p, AT(uint16_t));
	case K_UINT32: return format_int64(p, AT(uint32_t));
	case K_UINT64: return format_uhugeint(p, 0, AT(uint64_t));
	case K_HUGE: return format_hugeint(p, AT(duckdb_hugeint).upper, AT(duckdb_hugeint).lower);
	case K_UHUGE: return format_uhugeint(p, AT(duckdb_uhugeint).upper, AT(duckdb_uhugeint).lower);
	case K_FLOAT: return format_float(p, AT(float));
	case K_DOUBLE: return format_double(p, AT(double));
	case K_DECIMAL: return put_decimal(p, c, row);
	case K_DATE: return format_date(p, AT(int32_t));
	case K_TIME: return format_time(p, AT(int64_t));
	case K_TIMESTAMP:
	case K_TIMESTAMP_TZ: return put_instant(o, p, c, row);
	case K_INTERVAL:
	case K_YEAR_MONTH:
	case K_DAY_TIME: return put_interval(p, c, row);
	default: return (size_t)snprintf(p, 8, "?");
	}
}

void column_put_plain(const struct column *c, idx_t row, const struct render_options *o, struct buf *out)
{
	buf_reserve(out, FORMAT_MAX);
	out->len += put_plain(o, out->data + out->len, c, row);
	out->data[out->len] = '\0';
}

/* A list's or map's entries in its child vectors. */
void column_span(const struct column *c, idx_t row, idx_t *from, idx_t *to)
{
	if (c->kind == K_ARRAY) {
		*from = row * c->size;
		*to = *from + c->size;
		return;
	}
	*from = AT(duckdb_list_entry).offset;
	*to = *from + AT(duckdb_list_entry).length;
}

/* ---- Hive's form ---- */

static int compare_parts(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

/* spark-sql prints a map's entries in the order of their text. */
static void put_hive_map(const struct column *c, idx_t row, const struct render_options *o, struct buf *out)
{
	idx_t from, to;
	column_span(c, row, &from, &to);
	size_t n = (size_t)(to - from);
	char **parts = xcalloc(n + 1, sizeof *parts);
	for (size_t i = 0; i < n; i++) {
		struct buf b = BUF_INIT;
		column_put_hive(&c->child[0], from + i, o, true, &b);
		buf_addc(&b, ':');
		column_put_hive(&c->child[1], from + i, o, true, &b);
		parts[i] = buf_steal(&b);
	}
	qsort(parts, n, sizeof *parts, compare_parts);
	buf_addc(out, '{');
	for (size_t i = 0; i < n; i++) {
		buf_addf(out, "%s%s", i ? "," : "", parts[i]);
		free(parts[i]);
	}
	buf_addc(out, '}');
	free(parts);
}

static void put_hive_list(const struct column *c, idx_t row, const struct render_options *o, struct buf *out)
{
	idx_t from, to;
	column_span(c, row, &from, &to);
	buf_addc(out, '[');
	for (idx_t i = from; i < to; i++) {
		if (i > from)
			buf_addc(out, ',');
		column_put_hive(&c->child[0], i, o, true, out);
	}
	buf_addc(out, ']');
}

static void put_hive_struct(const struct column *c, idx_t row, const struct render_options *o, struct buf *out)
{
	buf_addc(out, '{');
	for (size_t i = 0; i < c->n_child; i++) {
		buf_addf(out, "%s\"%s\":", i ? "," : "", c->child[i].name);
		column_put_hive(&c->child[i], row, o, true, out);
	}
	buf_addc(out, '}');
}

void column_put_hive(const struct column *c, idx_t row, const struct render_options *o, bool nested,
                     struct buf *out)
{
	size_t n;
	if (column_is_null(c, row)) {
		buf_adds(out, nested ? "null" : "NULL");
		return;
	}
	switch (c->kind) {
	case K_STRING:
	case K_BINARY: {
		const char *s = column_string(c, row, &n);
		bool quoted = nested && c->kind == K_STRING;
		if (quoted)
			buf_addc(out, '"');
		buf_add(out, s, n);
		if (quoted)
			buf_addc(out, '"');
		return;
	}
	case K_ENUM: buf_adds(out, column_word(c, row)); return;
	case K_LIST:
	case K_ARRAY: put_hive_list(c, row, o, out); return;
	case K_MAP: put_hive_map(c, row, o, out); return;
	case K_STRUCT: put_hive_struct(c, row, o, out); return;
	default: column_put_plain(c, row, o, out);
	}
}
