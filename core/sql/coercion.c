#include "core/sql/coercion.h"

#include <stdlib.h>
#include <strings.h>

enum { MAX_DIGITS = 38, MIN_SCALE = 6 };

static int max(int a, int b)
{
	return a > b ? a : b;
}

static int min(int a, int b)
{
	return a < b ? a : b;
}

/* Above 38 digits the scale gives way, but keeps min(scale, 6). */
static const struct sql_type *adjusted(struct arena *a, int precision, int scale)
{
	if (precision <= MAX_DIGITS)
		return sql_type_decimal(a, precision, scale);
	int whole = precision - scale;
	return sql_type_decimal(a, MAX_DIGITS, max(MAX_DIGITS - whole, min(scale, MIN_SCALE)));
}

const struct sql_type *sql_decimal_bounded(struct arena *a, int precision, int scale)
{
	return sql_type_decimal(a, min(precision, MAX_DIGITS), min(scale, MAX_DIGITS));
}

/* The type that holds both without loss, if 38 digits allow it; the whole part wins otherwise. */
static const struct sql_type *wider_decimal(struct arena *a, const struct sql_type *x, const struct sql_type *y)
{
	int scale = max(x->scale, y->scale);
	int whole = max(x->precision - x->scale, y->precision - y->scale);
	if (whole + scale > MAX_DIGITS && whole <= MAX_DIGITS)
		scale = max(MAX_DIGITS - whole, min(scale, MIN_SCALE));
	return sql_decimal_bounded(a, whole + scale, scale);
}

const struct sql_type *sql_decimal_result(struct arena *a, enum sql_op op, const struct sql_type *x,
                                          const struct sql_type *y)
{
	int p1 = x->precision, s1 = x->scale, p2 = y->precision, s2 = y->scale, s;
	switch (op) {
	case SQL_OP_ADD:
	case SQL_OP_SUB:
		s = max(s1, s2);
		return adjusted(a, max(p1 - s1, p2 - s2) + s + 1, s);
	case SQL_OP_MUL:
		return adjusted(a, p1 + p2 + 1, s1 + s2);
	case SQL_OP_DIV:
		s = max(MIN_SCALE, s1 + p2 + 1);
		return adjusted(a, p1 - s1 + s2 + s, s);
	case SQL_OP_MOD:
		s = max(s1, s2);
		return adjusted(a, min(p1 - s1, p2 - s2) + s, s);
	case SQL_OP_INTDIV:
		return sql_type_of(SQL_T_BIGINT);
	default:
		return NULL;
	}
}

static const struct sql_type *numeric_common(struct arena *a, const struct sql_type *x,
                                             const struct sql_type *y, bool ansi)
{
	if (sql_type_integral(x) && sql_type_integral(y))
		return x->id > y->id ? x : y;
	if (x->id == SQL_T_DOUBLE || y->id == SQL_T_DOUBLE)
		return sql_type_of(SQL_T_DOUBLE);
	if (x->id == SQL_T_FLOAT || y->id == SQL_T_FLOAT) {
		const struct sql_type *other = x->id == SQL_T_FLOAT ? y : x;
		if (other->id == SQL_T_FLOAT || (!ansi && sql_type_integral(other)))
			return sql_type_of(SQL_T_FLOAT);
		return sql_type_of(SQL_T_DOUBLE);
	}
	return wider_decimal(a, sql_type_as_decimal(a, x), sql_type_as_decimal(a, y));
}

static const struct sql_type *datetime_common(const struct sql_type *x, const struct sql_type *y)
{
	if (x->id == SQL_T_TIMESTAMP || y->id == SQL_T_TIMESTAMP)
		return sql_type_of(SQL_T_TIMESTAMP);
	return x->id == SQL_T_DATE ? y : x;
}

static const struct sql_type *struct_common(struct arena *a, const struct sql_type *x, const struct sql_type *y,
                                            bool ansi)
{
	if (x->n_fields != y->n_fields)
		return NULL;
	struct sql_type_field *f = arena_alloc(a, (x->n_fields + 1) * sizeof *f);
	for (size_t i = 0; i < x->n_fields; i++) {
		f[i].name = x->fields[i].name;
		f[i].type = sql_coerce_common(a, x->fields[i].type, y->fields[i].type, ansi);
		if (!f[i].type || strcasecmp(x->fields[i].name, y->fields[i].name))
			return NULL;
	}
	return sql_type_struct(a, f, x->n_fields);
}

/* A string that meets t (which is no string). */
static const struct sql_type *with_string(const struct sql_type *t, bool ansi)
{
	if (!sql_type_atomic(t))
		return NULL;
	if (!ansi)
		return t->id == SQL_T_BOOLEAN || t->id == SQL_T_BINARY ? NULL : sql_type_of(SQL_T_STRING);
	if (sql_type_integral(t))
		return sql_type_of(SQL_T_BIGINT);
	if (sql_type_fractional(t))
		return sql_type_of(SQL_T_DOUBLE);
	return sql_type_ansi_interval(t) ? NULL : t;
}

const struct sql_type *sql_coerce_common(struct arena *a, const struct sql_type *x, const struct sql_type *y,
                                         bool ansi)
{
	const struct sql_type *e, *k;
	if (x->id == SQL_T_VOID || sql_type_equal(x, y))
		return y;
	if (y->id == SQL_T_VOID)
		return x;
	if (sql_type_numeric(x) && sql_type_numeric(y))
		return numeric_common(a, x, y, ansi);
	if (sql_type_datetime(x) && sql_type_datetime(y))
		return datetime_common(x, y);
	if (x->id == SQL_T_STRING)
		return with_string(y, ansi);
	if (y->id == SQL_T_STRING)
		return with_string(x, ansi);
	if (x->id != y->id)
		return NULL;
	switch (x->id) {
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		return sql_type_interval(a, x->from < y->from ? x->from : y->from, x->to > y->to ? x->to : y->to);
	case SQL_T_ARRAY:
		e = sql_coerce_common(a, x->element, y->element, ansi);
		return e ? sql_type_array(a, e) : NULL;
	case SQL_T_MAP:
		k = sql_coerce_common(a, x->key, y->key, ansi);
		e = sql_coerce_common(a, x->element, y->element, ansi);
		return k && e ? sql_type_map(a, k, e) : NULL;
	case SQL_T_STRUCT:
		return struct_common(a, x, y, ansi);
	default:
		return NULL;
	}
}

/* ANSI off, a string is read as what it is compared with. */
static const struct sql_type *compare_string(const struct sql_type *t)
{
	if (sql_type_ansi_interval(t) || !sql_type_atomic(t))
		return NULL;
	return t;
}

const struct sql_type *sql_coerce_compare(struct arena *a, const struct sql_type *x, const struct sql_type *y,
                                          bool equality, bool ansi)
{
	if (x->id == SQL_T_VOID && y->id == SQL_T_VOID)
		return sql_type_of(SQL_T_BOOLEAN);
	if (!ansi && x->id != y->id && (x->id == SQL_T_STRING || y->id == SQL_T_STRING)) {
		const struct sql_type *other = x->id == SQL_T_STRING ? y : x;
		return other->id == SQL_T_VOID ? sql_type_of(SQL_T_STRING) : compare_string(other);
	}
	if (!ansi && equality && x->id == SQL_T_BOOLEAN && sql_type_numeric(y))
		return y;
	if (!ansi && equality && y->id == SQL_T_BOOLEAN && sql_type_numeric(x))
		return x;
	const struct sql_type *t = sql_coerce_common(a, x, y, ansi);
	return t && sql_type_orderable(t) ? t : NULL;
}

static bool is_string_or_void(const struct sql_type *t)
{
	return t->id == SQL_T_STRING || t->id == SQL_T_VOID;
}

/* What a string or NULL operand becomes beside `other`. */
static const struct sql_type *operand(const struct sql_type *t, const struct sql_type *other, enum sql_op op,
                                      bool ansi)
{
	if (t->id == SQL_T_VOID)
		return other->id == SQL_T_STRING || other->id == SQL_T_VOID ? sql_type_of(SQL_T_DOUBLE) : other;
	if (t->id != SQL_T_STRING)
		return t;
	if (!ansi)
		return op == SQL_OP_INTDIV ? NULL : sql_type_of(SQL_T_DOUBLE);
	if (sql_type_integral(other))
		return sql_type_of(SQL_T_BIGINT);
	return sql_type_fractional(other) ? sql_type_of(SQL_T_DOUBLE) : NULL;
}

static bool arith_division(const struct sql_type *x, const struct sql_type *y, struct sql_arith *out)
{
	(void)x, (void)y;
	out->left = out->right = out->result = sql_type_of(SQL_T_DOUBLE);
	return true;
}

static bool arith_decimal(struct arena *a, enum sql_op op, struct sql_arith *out)
{
	out->left = sql_type_as_decimal(a, out->left);
	out->right = sql_type_as_decimal(a, out->right);
	out->result = sql_decimal_result(a, op, out->left, out->right);
	return true;
}

bool sql_coerce_arith(struct arena *a, enum sql_op op, const struct sql_type *x, const struct sql_type *y,
                      bool ansi, struct sql_arith *out)
{
	bool both_void = x->id == SQL_T_VOID && y->id == SQL_T_VOID;
	if (ansi && is_string_or_void(x) && is_string_or_void(y) && !both_void)
		return false;
	if (x->id == SQL_T_VOID && op == SQL_OP_DIV) /* NULL / decimal is a double, decimal / NULL is not */
		x = sql_type_of(SQL_T_DOUBLE);
	if (both_void && op == SQL_OP_INTDIV)
		x = y = sql_type_of(SQL_T_BIGINT);
	const struct sql_type *l = operand(x, y, op, ansi), *r = operand(y, x, op, ansi);
	if (!l || !r || !sql_type_numeric(l) || !sql_type_numeric(r))
		return false;
	out->left = l;
	out->right = r;
	bool floating = l->id >= SQL_T_FLOAT || r->id >= SQL_T_FLOAT;
	if (op == SQL_OP_INTDIV && floating)
		return false;
	if (!floating && (l->id == SQL_T_DECIMAL || r->id == SQL_T_DECIMAL))
		return arith_decimal(a, op, out);
	if (op == SQL_OP_DIV)
		return arith_division(l, r, out);
	if (op == SQL_OP_INTDIV) {
		out->left = out->right = out->result = sql_type_of(SQL_T_BIGINT);
		return true;
	}
	out->result = numeric_common(a, l, r, ansi);
	out->left = out->right = out->result;
	return true;
}

/* ---- casts ---- */

static bool cast_to_numeric(const struct sql_type *from, const struct sql_type *to, bool ansi)
{
	switch (from->id) {
	case SQL_T_BOOLEAN:
	case SQL_T_STRING:
	case SQL_T_TIMESTAMP:
		return true;
	case SQL_T_DATE:
		return !ansi;
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		return sql_type_integral(to) || to->id == SQL_T_DECIMAL;
	default:
		return sql_type_numeric(from);
	}
}

static bool cast_struct(const struct sql_type *from, const struct sql_type *to, bool ansi)
{
	if (from->n_fields != to->n_fields)
		return false;
	for (size_t i = 0; i < from->n_fields; i++)
		if (!sql_cast_allowed(from->fields[i].type, to->fields[i].type, ansi))
			return false;
	return true;
}

static bool cast_to_interval(const struct sql_type *from, const struct sql_type *to)
{
	return from->id == to->id || from->id == SQL_T_STRING || sql_type_integral(from) ||
	       from->id == SQL_T_DECIMAL;
}

bool sql_cast_allowed(const struct sql_type *from, const struct sql_type *to, bool ansi)
{
	if (from->id == SQL_T_VOID || sql_type_equal(from, to))
		return true;
	if (sql_type_numeric(to))
		return cast_to_numeric(from, to, ansi);
	switch (to->id) {
	case SQL_T_BOOLEAN:
		return from->id == SQL_T_STRING || sql_type_numeric(from) ||
		       (!ansi && (from->id == SQL_T_DATE || from->id == SQL_T_TIMESTAMP));
	case SQL_T_STRING:
		return true;
	case SQL_T_BINARY:
		return from->id == SQL_T_STRING || (!ansi && sql_type_integral(from));
	case SQL_T_DATE:
	case SQL_T_TIMESTAMP_NTZ:
		return from->id == SQL_T_STRING || sql_type_datetime(from);
	case SQL_T_TIMESTAMP:
		return from->id == SQL_T_STRING || sql_type_datetime(from) || sql_type_numeric(from) ||
		       (!ansi && from->id == SQL_T_BOOLEAN);
	case SQL_T_INTERVAL_YM:
	case SQL_T_INTERVAL_DT:
		return cast_to_interval(from, to);
	case SQL_T_INTERVAL:
		return from->id == SQL_T_STRING;
	case SQL_T_ARRAY:
		return from->id == SQL_T_ARRAY && sql_cast_allowed(from->element, to->element, ansi);
	case SQL_T_MAP:
		return from->id == SQL_T_MAP && sql_cast_allowed(from->key, to->key, ansi) &&
		       sql_cast_allowed(from->element, to->element, ansi);
	case SQL_T_STRUCT:
		return from->id == SQL_T_STRUCT && cast_struct(from, to, ansi);
	default:
		return false;
	}
}

bool sql_store_allowed(const struct sql_type *from, const struct sql_type *to)
{
	if (from->id == SQL_T_VOID || sql_type_equal(from, to) || to->id == SQL_T_STRING)
		return true;
	if (sql_type_numeric(from) && sql_type_numeric(to))
		return true;
	if (sql_type_datetime(from) && sql_type_datetime(to))
		return true;
	if (from->id != to->id)
		return false;
	switch (to->id) {
	case SQL_T_ARRAY:
		return sql_store_allowed(from->element, to->element);
	case SQL_T_MAP:
		return sql_store_allowed(from->key, to->key) && sql_store_allowed(from->element, to->element);
	case SQL_T_STRUCT:
		if (from->n_fields != to->n_fields)
			return false;
		for (size_t i = 0; i < from->n_fields; i++)
			if (!sql_store_allowed(from->fields[i].type, to->fields[i].type))
				return false;
		return true;
	default:
		return true;
	}
}
