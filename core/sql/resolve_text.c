/* Text functions whose arguments or types a row of the table cannot say. */
#include <ctype.h>
#include <string.h>

#include "core/sql/resolve_special.h"

static struct tx *concat(struct resolver *r, struct tx *x)
{
	bool arrays = false, binary = x->n > 0;
	for (size_t i = 0; i < x->n; i++) {
		arrays |= x->args[i]->type->id == SQL_T_ARRAY;
		binary &= x->args[i]->type->id == SQL_T_BINARY;
	}
	x->type = sql_type_of(binary ? SQL_T_BINARY : SQL_T_STRING);
	if (arrays) {
		if (!resolve_common(r, x->args, x->n) || x->args[0]->type->id != SQL_T_ARRAY)
			return special_diff_types(r, x);
		x->type = x->args[0]->type;
	}
	for (size_t i = 0; i < x->n; i++)
		if (!(x->args[i] = resolve_implicit(r, x->args[i], x->type)))
			return special_mismatch(r, x, "strings, binaries or arrays");
	return x;
}

static struct tx *concat_ws(struct resolver *r, struct tx *x)
{
	const struct sql_type *text = sql_type_of(SQL_T_STRING);
	for (size_t i = 1; i < x->n; i++) {
		bool list = x->args[i]->type->id == SQL_T_ARRAY;
		if (!(x->args[i] = resolve_implicit(r, x->args[i], list ? sql_type_array(r->a, text) : text)))
			return special_mismatch(r, x, "strings and arrays of strings");
	}
	return x;
}

static struct tx *trim_sides(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	if (x->n < 2)
		return x;
	if (e && e->call.syntax == SQL_CALL_TRIM)
		return x;
	/* as plain functions these take what to trim first */
	struct tx *chars = x->args[0];
	x->args[0] = x->args[1];
	x->args[1] = chars;
	char side = x->call.fn->name[0] == 'l' ? 'L' : x->call.fn->name[0] == 'r' ? 'T' : 'B';
	if (e)
		shown_set(r, (struct shown){ .expr = e, .name = "TRIM", .form = side });
	return x;
}

static struct tx *substring(struct resolver *r, struct tx *x)
{
	(void)r;
	x->type = x->args[0]->type;
	return x;
}

static struct tx *hex(struct resolver *r, struct tx *x)
{
	const struct sql_type *t = x->args[0]->type;
	if (t->id == SQL_T_STRING || t->id == SQL_T_BINARY)
		return x;
	if (sql_type_numeric(t) || t->id == SQL_T_VOID)
		x->args[0] = resolve_cast(r, x->args[0], sql_type_of(SQL_T_BIGINT));
	else if (!(x->args[0] = resolve_implicit(r, x->args[0], sql_type_of(SQL_T_STRING))))
		return special_mismatch(r, x, "a bigint, binary or string");
	return x;
}

static struct tx *format_number(struct resolver *r, struct tx *x)
{
	const struct sql_type *t = x->args[1]->type;
	if (t->id != SQL_T_STRING && !sql_type_integral(t) && t->id != SQL_T_VOID)
		return special_mismatch(r, x, "an int or a string as its second parameter");
	return x;
}

static struct tx *decode(struct resolver *r, struct tx *x)
{
	if (x->n == 2) {
		struct tx *bytes = x->args[0]->type->id == SQL_T_BINARY ? x->args[0] :
		                   resolve_implicit(r, x->args[0], sql_type_of(SQL_T_STRING));
		struct tx *set = resolve_implicit(r, x->args[1], sql_type_of(SQL_T_STRING));
		if (!bytes || !set)
			return special_mismatch(r, x, "a binary and a character set");
		x->args[0] = resolve_cast(r, bytes, sql_type_of(SQL_T_BINARY));
		x->args[1] = set;
		x->type = sql_type_of(SQL_T_STRING);
		return x;
	}
	size_t pairs = (x->n - 1) / 2, rest = (x->n - 1) % 2;
	struct tx *out = tx_new(r->a, TX_CASE, NULL, x->pos, 2 * pairs + rest);
	struct tx **values = arena_alloc(r->a, (pairs + 1) * sizeof *values);
	for (size_t i = 0; i < pairs; i++) {
		out->args[2 * i] = resolve_op(r, SQL_OP_NULLSAFE_EQ, x->args[0], x->args[1 + 2 * i], x->pos, NULL);
		if (!out->args[2 * i])
			return NULL;
		values[i] = x->args[2 + 2 * i];
	}
	if (rest)
		values[pairs] = x->args[x->n - 1];
	if (!resolve_common(r, values, pairs + rest))
		return special_diff_types(r, x);
	for (size_t i = 0; i < pairs; i++)
		out->args[2 * i + 1] = values[i];
	if (rest)
		out->args[2 * pairs] = values[pairs];
	out->type = values[0]->type;
	return out;
}

/* The format's digits say the type: '$9,999.99' is decimal(6,2). */
static struct tx *to_number(struct resolver *r, struct tx *x)
{
	const char *f = tx_const_string(x->args[1]);
	int whole = 0, after = 0;
	bool point = false;
	if (!f)
		return special_need_const(r, x, 1) ? x : NULL;
	for (; *f; f++) {
		if (*f == '.' || toupper((unsigned char)*f) == 'D')
			point = true;
		else if (*f == '9' || *f == '0')
			*(point ? &after : &whole) += 1;
	}
	x->type = sql_type_decimal(r->a, whole + after > 38 ? 38 : whole + after ? whole + after : 1, after);
	return x;
}

static struct tx *like_call(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	struct tx *out = tx_new(r->a, TX_LIKE, x->type, x->pos, 2);
	out->args[0] = x->args[0];
	out->args[1] = x->args[1];
	out->like = x->call.fn->name[0] == 'i' ? SQL_ILIKE : SQL_LIKE;
	if (e && out->like == SQL_LIKE)
		shown_set(r, (struct shown){ .expr = e, .name = " LIKE ", .form = 'i' });
	return out;
}

struct tx *special_text(struct resolver *r, struct tx *x, const struct sql_expr *e, bool *handled)
{
	*handled = true;
	switch (x->call.fn->special) {
	case SP_CONCAT: return concat(r, x);
	case SP_CONCAT_WS: return concat_ws(r, x);
	case SP_TRIM: return trim_sides(r, x, e);
	case SP_SUBSTR: return substring(r, x);
	case SP_HEX: return hex(r, x);
	case SP_FORMAT_NUMBER: return format_number(r, x);
	case SP_DECODE: return decode(r, x);
	case SP_TO_NUMBER: return to_number(r, x);
	case SP_LIKE: return like_call(r, x, e);
	default:
		*handled = false;
		return NULL;
	}
}
