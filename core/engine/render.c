/* Rows in the several forms, over the columns of render_columns.h. */
#include "core/engine/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/base64.h"
#include "core/base/mem.h"
#include "core/engine/kernel.h"
#include "core/engine/render_columns.h"

static void csv_init(struct render *r)
{
	static const struct render_csv spark = { ',', '"', '\\', "", "\"\"", false, false, false };
	r->csv = r->o.csv ? *r->o.csv : spark;
	r->csv.null_value = r->null_value = xstrdup(r->csv.null_value ? r->csv.null_value : "");
	r->csv.empty_value = r->empty_value = xstrdup(r->csv.empty_value ? r->csv.empty_value : "\"\"");
}

struct render *render_new(const duckdb_logical_type *types, const char *const *names,
                          const char *const *spark_types, const size_t *positions, size_t n,
                          const struct render_options *o)
{
	struct render *r = xcalloc(1, sizeof *r);
	struct arena *a = arena_new();
	r->o = *o;
	csv_init(r);
	r->n = n;
	r->columns = xcalloc(n ? n : 1, sizeof *r->columns);
	for (size_t i = 0; i < n; i++) {
		const char *spark = spark_types ? spark_types[i] : NULL;
		column_init(&r->columns[i], types[i], names[i], spark ? sql_type_parse(a, spark) : NULL);
		r->columns[i].position = positions ? positions[i] : i;
	}
	arena_free(a);
	return r;
}

void render_free(struct render *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		column_free(&r->columns[i]);
	free(r->columns);
	free(r->null_value);
	free(r->empty_value);
	buf_free(&r->cell);
	free(r);
}

void render_bind(struct render *r, duckdb_data_chunk chunk)
{
	for (size_t i = 0; i < r->n; i++)
		column_bind(&r->columns[i], duck.data_chunk_get_vector(chunk, r->columns[i].position));
}


/* ---- JSON ---- */

/* Bytes that are not UTF-8 become U+FFFD, as everywhere that Spark makes text of them. */
static void put_json_string(struct buf *out, const char *s, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	buf_reserve(out, n + 2);
	buf_addc(out, '"');
	size_t plain = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_add(out, s + plain, i - plain);
		plain = i + 1;
		static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
		const char *at = c ? strchr(from, c) : NULL;
		char esc[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
		if (at)
			esc[1] = to[at - from];
		buf_add(out, esc, at ? 2 : 6);
	}
	buf_add(out, s + plain, n - plain);
	buf_addc(out, '"');
}

static void put_base64(struct buf *out, const char *data, size_t n)
{
	buf_addc(out, '"');
	base64_add(out, data, n);
	buf_addc(out, '"');
}

static void put_json(const struct render *r, const struct column *c, idx_t row, struct buf *out);

static void put_json_members(const struct render *r, const struct column *columns, size_t n, idx_t row,
                             struct buf *out)
{
	bool first = true;
	buf_addc(out, '{');
	for (size_t i = 0; i < n; i++) {
		if (r->o.format == RENDER_FILE_JSON && column_is_null(&columns[i], row))
			continue;
		if (!first)
			buf_addc(out, ',');
		first = false;
		put_json_string(out, columns[i].name, strlen(columns[i].name));
		buf_addc(out, ':');
		put_json(r, &columns[i], row, out);
	}
	buf_addc(out, '}');
}

static void put_json_list(const struct render *r, const struct column *c, idx_t row, struct buf *out)
{
	idx_t from, to;
	column_span(c, row, &from, &to);
	buf_addc(out, '[');
	for (idx_t i = from; i < to; i++) {
		if (i > from)
			buf_addc(out, ',');
		put_json(r, &c->child[0], i, out);
	}
	buf_addc(out, ']');
}

static void put_json_map(const struct render *r, const struct column *c, idx_t row, struct buf *out)
{
	idx_t from, to;
	struct buf key = BUF_INIT;
	column_span(c, row, &from, &to);
	buf_addc(out, '{');
	for (idx_t i = from; i < to; i++) {
		buf_clear(&key);
		column_put_hive(&c->child[0], i, &r->o, false, &key);
		if (i > from)
			buf_addc(out, ',');
		put_json_string(out, buf_str(&key), key.len);
		buf_addc(out, ':');
		put_json(r, &c->child[1], i, out);
	}
	buf_addc(out, '}');
	buf_free(&key);
}

/* Texts of dates & co. are quoted, and so are the numbers that JSON has no words for. */
static void put_json_plain(const struct render *r, const struct column *c, idx_t row, struct buf *out)
{
	size_t at = out->len;
	buf_addc(out, '"');
	column_put_plain(c, row, &r->o, out);
	bool number = c->kind <= K_DECIMAL &&
	              !(c->kind >= K_FLOAT && c->kind <= K_DOUBLE && strpbrk(out->data + at, "NI"));
	if (!number) {
		buf_addc(out, '"');
		return;
	}
	memmove(out->data + at, out->data + at + 1, out->len - at - 1);
	out->data[--out->len] = '\0';
}

static void put_json(const struct render *r, const struct column *c, idx_t row, struct buf *out)
{
	size_t n;
	const char *s;
	if (column_is_null(c, row)) {
		buf_adds(out, "null");
		return;
	}
	switch (c->kind) {
	case K_STRING:
		s = column_string(c, row, &n);
		put_json_string(out, s, n);
		return;
	case K_BINARY:
		s = column_string(c, row, &n);
		put_base64(out, s, n);
		return;
	case K_ENUM:
		s = column_word(c, row);
		put_json_string(out, s, strlen(s));
		return;
	case K_LIST:
	case K_ARRAY: put_json_list(r, c, row, out); return;
	case K_MAP: put_json_map(r, c, row, out); return;
	case K_STRUCT: put_json_members(r, c->child, c->n_child, row, out); return;
	default: put_json_plain(r, c, row, out);
	}
}

/* ---- CSV ---- */

static void put_rfc4180(struct buf *out, const char *s, size_t n)
{
	bool quoted = n == 0;
	for (size_t i = 0; i < n && !quoted; i++)
		quoted = s[i] == ',' || s[i] == '"' || s[i] == '\n' || s[i] == '\r';
	if (!quoted) {
		buf_add(out, s, n);
		return;
	}
	buf_addc(out, '"');
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, s[i]);
	}
	buf_addc(out, '"');
}

/* Spark's writer (univocity): a value is quoted when it holds the separator, a line break or begins with
 * the quote; inside quotes, quotes are escaped. */
static void put_spark_csv(const struct render_csv *o, struct buf *out, const char *s, size_t n)
{
	while (!o->keep_leading && n && (unsigned char)*s <= ' ')
		s++, n--;
	while (!o->keep_trailing && n && (unsigned char)s[n - 1] <= ' ')
		n--;
	if (!n) {
		buf_adds(out, o->empty_value);
		return;
	}
	bool quoted = o->quote_all;
	for (size_t i = 0; i < n && !quoted && o->quote; i++)
		quoted = s[i] == o->sep || s[i] == o->quote || s[i] == '\n' || s[i] == '\r';
	if (!quoted) {
		buf_add(out, s, n);
		return;
	}
	buf_addc(out, o->quote);
	for (size_t i = 0; i < n; i++) {
		if (s[i] == o->quote && o->escape)
			buf_addc(out, o->escape);
		buf_addc(out, s[i]);
	}
	buf_addc(out, o->quote);
}

static void put_csv_text(const struct render *r, struct buf *out, const char *s, size_t n)
{
	if (r->o.format == RENDER_FILE_CSV)
		put_spark_csv(&r->csv, out, s, n);
	else
		put_rfc4180(out, s, n);
}

static void put_csv(struct render *r, const struct column *c, idx_t row, struct buf *out)
{
	size_t n;
	if (column_is_null(c, row)) {
		if (r->o.format == RENDER_FILE_CSV)
			buf_adds(out, r->csv.null_value);
		return;
	}
	if (c->kind == K_STRING) {
		const char *s = column_string(c, row, &n);
		put_csv_text(r, out, s, n);
		return;
	}
	buf_clear(&r->cell);
	column_put_hive(c, row, &r->o, false, &r->cell);
	put_csv_text(r, out, buf_str(&r->cell), r->cell.len);
}

/* ---- rows ---- */

void render_header(struct render *r, struct buf *out)
{
	enum render_format f = r->o.format;
	if (f == RENDER_JSON || f == RENDER_FILE_JSON || f == RENDER_FILE_TEXT)
		return;
	for (size_t i = 0; i < r->n; i++) {
		const char *name = r->columns[i].name;
		if (i)
			buf_addc(out, f == RENDER_TSV ? '\t' : f == RENDER_CSV ? ',' : r->csv.sep);
		if (f == RENDER_TSV)
			buf_adds(out, name);
		else
			put_csv_text(r, out, name, strlen(name));
	}
	buf_addc(out, '\n');
}

static void put_cells(struct render *r, idx_t row, struct buf *out)
{
	char sep = r->o.format == RENDER_TSV ? '\t' : r->o.format == RENDER_CSV ? ',' : r->csv.sep;
	for (size_t i = 0; i < r->n; i++) {
		if (i)
			buf_addc(out, sep);
		if (r->o.format == RENDER_TSV)
			column_put_hive(&r->columns[i], row, &r->o, false, out);
		else
			put_csv(r, &r->columns[i], row, out);
	}
}

void render_row(struct render *r, idx_t row, struct buf *out)
{
	switch (r->o.format) {
	case RENDER_JSON:
	case RENDER_FILE_JSON:
		put_json_members(r, r->columns, r->n, row, out);
		break;
	case RENDER_FILE_TEXT:
		if (r->n && !column_is_null(&r->columns[0], row))
			column_put_hive(&r->columns[0], row, &r->o, false, out);
		break;
	default:
		put_cells(r, row, out);
	}
	buf_addc(out, '\n');
}

bool render_cell(const struct render *r, size_t column, idx_t row, struct buf *out)
{
	if (column_is_null(&r->columns[column], row))
		return false;
	column_put_hive(&r->columns[column], row, &r->o, false, out);
	return true;
}
