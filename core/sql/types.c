#include "core/sql/types.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sql/quote.h"

static const struct sql_type PLAIN[] = {
	[SQL_T_VOID] = { .id = SQL_T_VOID },
	[SQL_T_BOOLEAN] = { .id = SQL_T_BOOLEAN },
	[SQL_T_TINYINT] = { .id = SQL_T_TINYINT },
	[SQL_T_SMALLINT] = { .id = SQL_T_SMALLINT },
	[SQL_T_INT] = { .id = SQL_T_INT },
	[SQL_T_BIGINT] = { .id = SQL_T_BIGINT },
	[SQL_T_DECIMAL] = { .id = SQL_T_DECIMAL, .precision = 10 },
	[SQL_T_FLOAT] = { .id = SQL_T_FLOAT },
	[SQL_T_DOUBLE] = { .id = SQL_T_DOUBLE },
	[SQL_T_STRING] = { .id = SQL_T_STRING },
	[SQL_T_BINARY] = { .id = SQL_T_BINARY },
	[SQL_T_DATE] = { .id = SQL_T_DATE },
	[SQL_T_TIMESTAMP] = { .id = SQL_T_TIMESTAMP },
	[SQL_T_TIMESTAMP_NTZ] = { .id = SQL_T_TIMESTAMP_NTZ },
	[SQL_T_INTERVAL_YM] = { .id = SQL_T_INTERVAL_YM, .from = SQL_UNIT_YEAR, .to = SQL_UNIT_MONTH },
	[SQL_T_INTERVAL_DT] = { .id = SQL_T_INTERVAL_DT, .from = SQL_UNIT_DAY, .to = SQL_UNIT_SECOND },
	[SQL_T_INTERVAL] = { .id = SQL_T_INTERVAL },
};

/* Spark's name of a type without parameters, and the kernel's. */
static const struct { enum sql_type_id id; const char *name, *kernel; } NAMES[] = {
	{ SQL_T_VOID, "void", "INTEGER" },
	{ SQL_T_BOOLEAN, "boolean", "BOOLEAN" },
	{ SQL_T_TINYINT, "tinyint", "TINYINT" },
	{ SQL_T_SMALLINT, "smallint", "SMALLINT" },
	{ SQL_T_INT, "int", "INTEGER" },
	{ SQL_T_BIGINT, "bigint", "BIGINT" },
	{ SQL_T_FLOAT, "float", "FLOAT" },
	{ SQL_T_DOUBLE, "double", "DOUBLE" },
	{ SQL_T_STRING, "string", "VARCHAR" },
	{ SQL_T_BINARY, "binary", "BLOB" },
	{ SQL_T_DATE, "date", "DATE" },
	{ SQL_T_TIMESTAMP, "timestamp", "TIMESTAMPTZ" },
	{ SQL_T_TIMESTAMP_NTZ, "timestamp_ntz", "TIMESTAMP" },
	{ SQL_T_INTERVAL, "interval", "INTERVAL" },
	{ SQL_T_DECIMAL, "decimal", "DECIMAL" },
	{ SQL_T_DECIMAL, "dec", "DECIMAL" },
	{ SQL_T_DECIMAL, "numeric", "DECIMAL" },
	{ SQL_T_TINYINT, "byte", "TINYINT" },
	{ SQL_T_SMALLINT, "short", "SMALLINT" },
	{ SQL_T_INT, "integer", "INTEGER" },
	{ SQL_T_BIGINT, "long", "BIGINT" },
	{ SQL_T_FLOAT, "real", "FLOAT" },
	{ SQL_T_TIMESTAMP, "timestamp_ltz", "TIMESTAMPTZ" },
};

static const char *const UNITS[] = { "year", "month", "day", "hour", "minute", "second" };

const struct sql_type *sql_type_of(enum sql_type_id id)
{
	return &PLAIN[id];
}

static struct sql_type *make(struct arena *a, enum sql_type_id id)
{
	struct sql_type *t = arena_new_of(a, struct sql_type);
	t->id = id;
	return t;
}

const struct sql_type *sql_type_decimal(struct arena *a, int precision, int scale)
{
	struct sql_type *t = make(a, SQL_T_DECIMAL);
	t->precision = precision;
	t->scale = scale;
	return t;
}

const struct sql_type *sql_type_interval(struct arena *a, enum sql_unit from, enum sql_unit to)
{
	struct sql_type *t = make(a, from <= SQL_UNIT_MONTH ? SQL_T_INTERVAL_YM : SQL_T_INTERVAL_DT);
	t->from = from;
	t->to = to;
	return t;
}

const struct sql_type *sql_type_array(struct arena *a, const struct sql_type *element)
{
	struct sql_type *t = make(a, SQL_T_ARRAY);
	t->element = element;
	return t;
}

const struct sql_type *sql_type_map(struct arena *a, const struct sql_type *key, const struct sql_type *value)
{
	struct sql_type *t = make(a, SQL_T_MAP);
	t->key = key;
	t->element = value;
	return t;
}

const struct sql_type *sql_type_struct(struct arena *a, const struct sql_type_field *fields, size_t n)
{
	struct sql_type *t = make(a, SQL_T_STRUCT);
	t->fields = fields;
	t->n_fields = n;
	return t;
}

static const struct sql_type *plain_by_name(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (strlen(NAMES[i].name) == len && !strncasecmp(NAMES[i].name, name, len))
			return &PLAIN[NAMES[i].id];
	return NULL;
}

static const struct sql_type *struct_from_ast(struct arena *a, const struct sql_type_ast *t)
{
	struct sql_type_field *f = arena_alloc(a, (t->n_fields + 1) * sizeof *f);
	for (size_t i = 0; i < t->n_fields; i++) {
		f[i].name = t->fields[i].name;
		f[i].type = sql_type_from_ast(a, t->fields[i].type);
		if (!f[i].type)
			return NULL;
	}
	return sql_type_struct(a, f, t->n_fields);
}

const struct sql_type *sql_type_from_ast(struct arena *a, const struct sql_type_ast *t)
{
	const struct sql_type *e, *k;
	switch (t->kind) {
	case SQL_TY_SIMPLE:
		return plain_by_name(t->name, strlen(t->name));
	case SQL_TY_DECIMAL:
		return sql_type_decimal(a, t->precision, t->scale);
	case SQL_TY_CHAR:
	case SQL_TY_VARCHAR:
		return sql_type_of(SQL_T_STRING);
	case SQL_TY_ARRAY:
		e = sql_type_from_ast(a, t->element);
		return e ? sql_type_array(a, e) : NULL;
	case SQL_TY_MAP:
		k = sql_type_from_ast(a, t->key);
		e = sql_type_from_ast(a, t->element);
		return e && k ? sql_type_map(a, k, e) : NULL;
	case SQL_TY_STRUCT:
		return struct_from_ast(a, t);
	case SQL_TY_INTERVAL:
		return sql_type_interval(a, t->from, t->to);
	}
	return NULL;
}

/* ---- reading text ---- */

struct reader {
	struct arena *a;
	const char *p;
	int depth;
};

static const struct sql_type *read_type(struct reader *r);

static void blanks(struct reader *r)
{
	while (isspace((unsigned char)*r->p))
		r->p++;
}

static bool eat(struct reader *r, char c)
{
	blanks(r);
	if (*r->p != c)
		return false;
	r->p++;
	return true;
}

static size_t word(struct reader *r)
{
	blanks(r);
	size_t n = 0;
	while (isalnum((unsigned char)r->p[n]) || r->p[n] == '_')
		n++;
	return n;
}

static int number(struct reader *r)
{
	char *end;
	blanks(r);
	long v = strtol(r->p, &end, 10);
	if (end == r->p || v < 0 || v > 1000000000)
		return -1;
	r->p = end;
	return (int)v;
}

static const char *field_name(struct reader *r)
{
	blanks(r);
	if (*r->p != '`') {
		const char *start = r->p;
		while (*r->p && !strchr(": <>,", *r->p))
			r->p++;
		return arena_strndup(r->a, start, (size_t)(r->p - start));
	}
	struct buf b = BUF_INIT;
	for (r->p++; *r->p && (*r->p != '`' || r->p[1] == '`'); r->p++) {
		if (*r->p == '`')
			r->p++;
		buf_addc(&b, *r->p);
	}
	if (*r->p)
		r->p++;
	char *name = arena_strdup(r->a, buf_str(&b));
	buf_free(&b);
	return name;
}

static const struct sql_type *read_struct(struct reader *r)
{
	VEC(struct sql_type_field) fields = { 0 };
	const struct sql_type *t = NULL;
	if (!eat(r, '>')) {
		do {
			struct sql_type_field f = { .name = field_name(r) };
			eat(r, ':');
			f.type = read_type(r);
			if (!f.type || !*f.name)
				goto out;
			vec_push(&fields, f);
		} while (eat(r, ','));
		if (!eat(r, '>'))
			goto out;
	}
	struct sql_type_field *copy = arena_alloc(r->a, (fields.len + 1) * sizeof *copy);
	for (size_t i = 0; i < fields.len; i++)
		copy[i] = fields.items[i];
	t = sql_type_struct(r->a, copy, fields.len);
out:
	vec_free(&fields);
	return t;
}

static int unit_by_name(const char *s, size_t n)
{
	for (int i = 0; i < 6; i++)
		if (strlen(UNITS[i]) == n && !strncasecmp(UNITS[i], s, n))
			return i;
	return -1;
}

static const struct sql_type *read_interval(struct reader *r)
{
	size_t n = word(r);
	int from = unit_by_name(r->p, n), to;
	if (from < 0)
		return n == 0 ? sql_type_of(SQL_T_INTERVAL) : NULL;
	r->p += n;
	n = word(r);
	if (n != 2 || strncasecmp(r->p, "to", 2))
		return sql_type_interval(r->a, (enum sql_unit)from, (enum sql_unit)from);
	r->p += 2;
	n = word(r);
	to = unit_by_name(r->p, n);
	r->p += n;
	return to < 0 ? NULL : sql_type_interval(r->a, (enum sql_unit)from, (enum sql_unit)to);
}

static const struct sql_type *read_decimal(struct reader *r)
{
	if (!eat(r, '('))
		return sql_type_of(SQL_T_DECIMAL);
	int p = number(r), s = 0;
	if (eat(r, ','))
		s = number(r);
	if (p < 1 || p > 38 || s < 0 || s > p || !eat(r, ')'))
		return NULL;
	return sql_type_decimal(r->a, p, s);
}

static const struct sql_type *read_nested(struct reader *r, char kind)
{
	const struct sql_type *k = NULL, *e;
	if (!eat(r, '<'))
		return NULL;
	if (kind == 's')
		return read_struct(r);
	if (kind == 'm' && (!(k = read_type(r)) || !eat(r, ',')))
		return NULL;
	if (!(e = read_type(r)) || !eat(r, '>'))
		return NULL;
	return kind == 'm' ? sql_type_map(r->a, k, e) : sql_type_array(r->a, e);
}

static const struct sql_type *read_type(struct reader *r)
{
	size_t n = word(r);
	const char *w = r->p;
	if (n == 0 || r->depth > 100)
		return NULL;
	r->p += n;
	r->depth++;
	const struct sql_type *t;
	if (n == 5 && !strncasecmp(w, "array", n))
		t = read_nested(r, 'a');
	else if (n == 3 && !strncasecmp(w, "map", n))
		t = read_nested(r, 'm');
	else if (n == 6 && !strncasecmp(w, "struct", n))
		t = read_nested(r, 's');
	else if (n == 8 && !strncasecmp(w, "interval", n))
		t = read_interval(r);
	else if ((n == 4 && !strncasecmp(w, "char", n)) || (n == 7 && !strncasecmp(w, "varchar", n)))
		t = eat(r, '(') && number(r) >= 0 && eat(r, ')') ? sql_type_of(SQL_T_STRING) : NULL;
	else
		t = plain_by_name(w, n);
	if (t && t->id == SQL_T_DECIMAL)
		t = read_decimal(r);
	r->depth--;
	return t;
}

const struct sql_type *sql_type_parse(struct arena *a, const char *text)
{
	struct reader r = { .a = a, .p = text };
	const struct sql_type *t = read_type(&r);
	blanks(&r);
	return t && !*r.p ? t : NULL;
}

/* ---- questions ---- */

bool sql_type_equal(const struct sql_type *x, const struct sql_type *y)
{
	if (x == y)
		return true;
	if (!x || !y || x->id != y->id)
		return false;
	switch (x->id) {
	case SQL_T_DECIMAL:
		return x->precision == y->precision && x->scale == y->scale;
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		return x->from == y->from && x->to == y->to;
	case SQL_T_MAP:
		return sql_type_equal(x->key, y->key) && sql_type_equal(x->element, y->element);
	case SQL_T_ARRAY:
		return sql_type_equal(x->element, y->element);
	case SQL_T_STRUCT:
		if (x->n_fields != y->n_fields)
			return false;
		for (size_t i = 0; i < x->n_fields; i++)
			if (strcasecmp(x->fields[i].name, y->fields[i].name) ||
			    !sql_type_equal(x->fields[i].type, y->fields[i].type))
				return false;
		return true;
	default:
		return true;
	}
}

bool sql_type_integral(const struct sql_type *t)
{
	return t->id >= SQL_T_TINYINT && t->id <= SQL_T_BIGINT;
}

bool sql_type_fractional(const struct sql_type *t)
{
	return t->id >= SQL_T_DECIMAL && t->id <= SQL_T_DOUBLE;
}

bool sql_type_numeric(const struct sql_type *t)
{
	return t->id >= SQL_T_TINYINT && t->id <= SQL_T_DOUBLE;
}

bool sql_type_atomic(const struct sql_type *t)
{
	return t->id > SQL_T_VOID && t->id < SQL_T_INTERVAL;
}

bool sql_type_datetime(const struct sql_type *t)
{
	return t->id >= SQL_T_DATE && t->id <= SQL_T_TIMESTAMP_NTZ;
}

bool sql_type_ansi_interval(const struct sql_type *t)
{
	return t->id == SQL_T_INTERVAL_YM || t->id == SQL_T_INTERVAL_DT;
}

bool sql_type_orderable(const struct sql_type *t)
{
	if (t->id == SQL_T_ARRAY)
		return sql_type_orderable(t->element);
	for (size_t i = 0; t->id == SQL_T_STRUCT && i < t->n_fields; i++)
		if (!sql_type_orderable(t->fields[i].type))
			return false;
	return t->id != SQL_T_MAP && t->id != SQL_T_INTERVAL;
}

const struct sql_type *sql_type_as_decimal(struct arena *a, const struct sql_type *t)
{
	static const int digits[] = { 3, 5, 10, 20 };
	if (t->id == SQL_T_DECIMAL)
		return t;
	if (sql_type_integral(t))
		return sql_type_decimal(a, digits[t->id - SQL_T_TINYINT], 0);
	if (t->id == SQL_T_FLOAT)
		return sql_type_decimal(a, 14, 7);
	return sql_type_decimal(a, t->id == SQL_T_DOUBLE ? 30 : 38, t->id == SQL_T_DOUBLE ? 15 : 18);
}

/* ---- printing ---- */

static void print_case(struct buf *out, const char *s, bool upper)
{
	for (; *s; s++)
		buf_addc(out, upper ? (char)toupper((unsigned char)*s) : *s);
}

static void print_struct(struct buf *out, const struct sql_type *t, bool upper)
{
	print_case(out, "struct<", upper);
	for (size_t i = 0; i < t->n_fields; i++) {
		buf_adds(out, i ? (upper ? ", " : ",") : "");
		buf_adds(out, t->fields[i].name);
		buf_adds(out, upper ? ": " : ":");
		if (upper)
			sql_type_print_sql(out, t->fields[i].type);
		else
			sql_type_print(out, t->fields[i].type);
	}
	buf_addc(out, '>');
}

static void print(struct buf *out, const struct sql_type *t, bool upper)
{
	void (*self)(struct buf *, const struct sql_type *) = upper ? sql_type_print_sql : sql_type_print;
	switch (t->id) {
	case SQL_T_DECIMAL:
		print_case(out, "decimal", upper);
		buf_addf(out, "(%d,%d)", t->precision, t->scale);
		return;
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		print_case(out, "interval ", upper);
		print_case(out, UNITS[t->from], upper);
		if (t->from != t->to) {
			print_case(out, " to ", upper);
			print_case(out, UNITS[t->to], upper);
		}
		return;
	case SQL_T_ARRAY:
		print_case(out, "array<", upper);
		self(out, t->element);
		buf_addc(out, '>');
		return;
	case SQL_T_MAP:
		print_case(out, "map<", upper);
		self(out, t->key);
		buf_adds(out, upper ? ", " : ",");
		self(out, t->element);
		buf_addc(out, '>');
		return;
	case SQL_T_STRUCT:
		print_struct(out, t, upper);
		return;
	default:
		for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
			if (NAMES[i].id == t->id) {
				print_case(out, NAMES[i].name, upper);
				return;
			}
	}
}

void sql_type_print(struct buf *out, const struct sql_type *t)
{
	print(out, t, false);
}

void sql_type_print_sql(struct buf *out, const struct sql_type *t)
{
	print(out, t, true);
}

static const char *to_text(struct arena *a, const struct sql_type *t, bool upper)
{
	struct buf b = BUF_INIT;
	print(&b, t, upper);
	const char *s = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return s;
}

const char *sql_type_text(struct arena *a, const struct sql_type *t)
{
	return to_text(a, t, false);
}

const char *sql_type_sql(struct arena *a, const struct sql_type *t)
{
	return to_text(a, t, true);
}

static void kernel_struct(struct buf *out, const struct sql_type *t)
{
	buf_adds(out, "STRUCT(");
	for (size_t i = 0; i < t->n_fields; i++) {
		buf_adds(out, i ? ", " : "");
		sql_quote_ident(out, t->fields[i].name);
		buf_addc(out, ' ');
		sql_type_kernel(out, t->fields[i].type);
	}
	buf_addc(out, ')');
}

void sql_type_kernel(struct buf *out, const struct sql_type *t)
{
	switch (t->id) {
	case SQL_T_DECIMAL:
		buf_addf(out, "DECIMAL(%d,%d)", t->precision, t->scale);
		return;
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		buf_adds(out, "INTERVAL");
		return;
	case SQL_T_ARRAY:
		sql_type_kernel(out, t->element);
		buf_adds(out, "[]");
		return;
	case SQL_T_MAP:
		buf_adds(out, "MAP(");
		sql_type_kernel(out, t->key);
		buf_adds(out, ", ");
		sql_type_kernel(out, t->element);
		buf_addc(out, ')');
		return;
	case SQL_T_STRUCT:
		kernel_struct(out, t);
		return;
	default:
		for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
			if (NAMES[i].id == t->id) {
				buf_adds(out, NAMES[i].kernel);
				return;
			}
	}
}
