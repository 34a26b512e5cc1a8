/* Functions whose type, arguments or meaning a row of the table cannot say. Lambdas are in
 * resolve_lambda.c. Each gives the node that takes the call's place, often the call itself. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sql/coercion.h"
#include "core/sql/resolve.h"
#include "core/sql/resolve_special.h"

void *special_mismatch(struct resolver *r, const struct tx *x, const char *what)
{
	return resolve_fail(r, x->pos, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
	                    "Cannot resolve \"%s\" due to data type mismatch: it takes %s.", x->call.fn->name, what);
}

struct tx *special_diff_types(struct resolver *r, const struct tx *x)
{
	return resolve_fail(r, x->pos, "DATATYPE_MISMATCH.DATA_DIFF_TYPES", "42K09",
	                    "Cannot resolve \"%s\" due to data type mismatch: input should all be the same type.",
	                    x->call.fn->name);
}

bool special_need_const(struct resolver *r, const struct tx *x, size_t i)
{
	resolve_fail(r, x->pos, "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", "42K09",
	             "Cannot resolve \"%s\" due to data type mismatch: parameter %zu should be a constant.",
	             x->call.fn->name, i + 1);
	return false;
}

/* ---- numbers ---- */

/* Spark's type of a decimal rounded to `scale` digits. */
static const struct sql_type *rounded_type(struct resolver *r, const struct sql_type *t, int64_t scale)
{
	int whole = t->precision - t->scale + 1;
	if (scale < 0) {
		int digits = (int)(-scale) + 1;
		return sql_decimal_bounded(r->a, digits > whole ? digits : whole, 0);
	}
	int kept = scale < t->scale ? (int)scale : t->scale;
	return sql_decimal_bounded(r->a, whole + kept, kept);
}

static struct tx *rounding(struct resolver *r, struct tx *x)
{
	int64_t scale;
	if (!tx_const_int(x->args[1], &scale))
		return special_need_const(r, x, 1) ? x : NULL;
	x->type = x->args[0]->type;
	if (x->type->id == SQL_T_DECIMAL)
		x->type = rounded_type(r, x->type, scale);
	return x;
}

static struct tx *ceil_floor(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	const struct sql_type *t = x->args[0]->type;
	int64_t scale;
	if (x->n == 2) {
		if (e)
			shown_set(r, (struct shown){ .expr = e, .name = x->call.fn->name });
		if (!tx_const_int(x->args[1], &scale))
			return special_need_const(r, x, 1) ? x : NULL;
		x->args[0] = resolve_cast(r, x->args[0], sql_type_as_decimal(r->a, t));
		x->type = rounded_type(r, x->args[0]->type, scale);
		return x;
	}
	if (t->id == SQL_T_DECIMAL)
		x->type = t->scale == 0 ? t : sql_decimal_bounded(r->a, t->precision - t->scale + 1, 0);
	else
		x->type = sql_type_of(SQL_T_BIGINT);
	return x;
}

static struct tx *operator_call(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	const char *name = x->call.fn->name;
	if (!strcmp(name, "log")) {
		if (x->n == 1 && e)
			shown_set(r, (struct shown){ .expr = e, .name = "LOG", .form = 'e' });
		return x;
	}
	if (!strcmp(name, "div")) {
		if (e)
			shown_set(r, (struct shown){ .expr = e, .name = " div ", .form = 'I' });
		return resolve_op(r, SQL_OP_INTDIV, x->args[0], x->args[1], x->pos, NULL);
	}
	if (!strcmp(name, "equal_null"))
		return resolve_op(r, SQL_OP_NULLSAFE_EQ, x->args[0], x->args[1], x->pos, NULL);
	struct tx *mod = resolve_op(r, SQL_OP_MOD, x->args[0], x->args[1], x->pos, NULL);
	if (!mod || !strcmp(name, "mod"))
		return mod;
	x->args[0] = mod->args[0];
	x->args[1] = mod->args[1];
	x->type = mod->type;
	return x;
}

static struct tx *try_operator(struct resolver *r, struct tx *x)
{
	const char *name = x->call.fn->name + 4;
	enum sql_op op = *name == 'a' ? SQL_OP_ADD : *name == 's' ? SQL_OP_SUB : *name == 'd' ? SQL_OP_DIV :
	                 name[1] == 'u' ? SQL_OP_MUL : SQL_OP_MOD;
	struct tx *inner = resolve_op(r, op, x->args[0], x->args[1], x->pos, NULL);
	if (!inner)
		return NULL;
	if (inner->kind == TX_OP)
		inner->ansi = !(op == SQL_OP_DIV || op == SQL_OP_MOD);
	x->args[0] = inner;
	x->n = 1;
	x->type = inner->type;
	return x;
}

static struct tx *shift(struct resolver *r, struct tx *x)
{
	if (x->args[0]->type->id != SQL_T_BIGINT &&
	    !(x->args[0] = resolve_implicit(r, x->args[0], sql_type_of(SQL_T_INT))))
		return special_mismatch(r, x, "an int or bigint");
	x->type = x->args[0]->type;
	return x;
}

static struct tx *negative(struct resolver *r, struct tx *x)
{
	struct tx *out = tx_new(r->a, TX_OP, x->args[0]->type, x->pos, 1);
	out->op = SQL_OP_NEG;
	out->ansi = r->ansi;
	out->args[0] = x->args[0];
	return out;
}

/* ---- conditions ---- */

static struct tx *nullif(struct resolver *r, struct tx *x)
{
	struct tx *same = resolve_op(r, SQL_OP_EQ, x->args[0], x->args[1], x->pos, NULL);
	if (!same)
		return NULL;
	struct tx *out = tx_new(r->a, TX_CASE, x->args[0]->type, x->pos, 3);
	out->args[0] = same;
	out->args[1] = resolve_cast(r, tx_null(r->a, x->pos), x->args[0]->type);
	out->args[2] = x->args[0];
	return out;
}

static struct tx *between_call(struct resolver *r, struct tx *x)
{
	struct tx *lo = resolve_op(r, SQL_OP_GE, x->args[0], x->args[1], x->pos, NULL);
	struct tx *hi = lo ? resolve_op(r, SQL_OP_LE, x->args[0], x->args[2], x->pos, NULL) : NULL;
	return hi ? resolve_op(r, SQL_OP_AND, lo, hi, x->pos, NULL) : NULL;
}

static struct tx *cast_call(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	if (!sql_cast_allowed(x->args[0]->type, x->type, r->ansi))
		return resolve_fail(r, x->pos, "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", "42K09",
		                    "Cannot cast \"%s\" to \"%s\".", sql_type_sql(r->a, x->args[0]->type),
		                    sql_type_sql(r->a, x->type));
	if (e)
		shown_set(r, (struct shown){ .expr = e, .name = "", .form = 'c' });
	return resolve_cast(r, x->args[0], x->type);
}

/* ---- aggregates ---- */

static struct tx *sum(struct resolver *r, struct tx *x)
{
	const struct sql_type *t = x->args[0]->type;
	if (sql_type_ansi_interval(t))
		x->type = sql_type_of(t->id);
	else if (t->id == SQL_T_DECIMAL)
		x->type = sql_decimal_bounded(r->a, t->precision + 10, t->scale);
	else
		x->type = sql_type_of(sql_type_integral(t) ? SQL_T_BIGINT : SQL_T_DOUBLE);
	return x;
}

static struct tx *avg(struct resolver *r, struct tx *x)
{
	const struct sql_type *t = x->args[0]->type;
	if (sql_type_ansi_interval(t))
		x->type = sql_type_of(t->id);
	else if (t->id == SQL_T_DECIMAL)
		x->type = sql_decimal_bounded(r->a, t->precision + 4, t->scale + 4);
	else
		x->type = sql_type_of(SQL_T_DOUBLE);
	return x;
}

static struct tx *first_last(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	if (x->n == 2) {
		if (x->args[1]->kind != TX_LITERAL)
			return special_need_const(r, x, 1) ? x : NULL;
		x->call.ignore_nulls = x->args[1]->lit.b;
	}
	x->n = 1;
	if (e) {
		struct shown s = { .expr = e };
		sql_function_find(e->call.name.parts[e->call.name.n - 1], &s.name);
		s.only[0] = e->call.args[0];
		shown_set(r, s);
	}
	return x;
}

static struct tx *percentile(struct resolver *r, struct tx *x)
{
	bool list = x->args[1]->type->id == SQL_T_ARRAY, approx = x->call.fn->special == SP_PERCENTILE_APPROX;
	const struct sql_type *dbl = sql_type_of(SQL_T_DOUBLE), *t = dbl;
	if (approx && !sql_type_numeric(x->args[0]->type) && !sql_type_datetime(x->args[0]->type) &&
	    !sql_type_ansi_interval(x->args[0]->type))
		x->args[0] = resolve_cast(r, x->args[0], dbl);
	if (approx)
		t = x->args[0]->type;
	x->args[1] = resolve_implicit(r, x->args[1], list ? sql_type_array(r->a, dbl) : dbl);
	if (!x->args[1])
		return special_mismatch(r, x, "a percentage or an array of them");
	x->type = list ? sql_type_array(r->a, t) : t;
	x->n = 2;
	return x;
}

static struct tx *percentile_within(struct resolver *r, struct tx *x)
{
	x->args[0] = resolve_implicit(r, x->args[0], sql_type_of(SQL_T_DOUBLE));
	if (!x->args[0])
		return special_mismatch(r, x, "a percentage");
	x->type = sql_type_of(SQL_T_DOUBLE);
	return x;
}

/* ---- structs, arrays, maps ---- */

static struct tx *struct_call(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	struct sql_type_field *f = arena_alloc(r->a, (x->n + 1) * sizeof *f);
	struct tx *out = tx_new(r->a, TX_STRUCT, NULL, x->pos, 0);
	out->args = x->args;
	out->n = x->n;
	bool same = e && e->call.n_args == x->n;
	for (size_t i = 0; i < x->n; i++) {
		const struct sql_expr *a = same ? e->call.args[i] : NULL;
		bool named = a && (a->kind == SQL_EX_COLUMN || a->kind == SQL_EX_ALIAS || a->kind == SQL_EX_FIELD);
		if (a && a->kind == SQL_EX_NAMED_ARG)
			f[i].name = a->named_arg.name.name;
		else if (named)
			f[i].name = resolve_item_name(r, a);
		else if (!same && x->args[i]->kind == TX_COLUMN)
			f[i].name = x->args[i]->name;
		else
			f[i].name = arena_printf(r->a, "col%zu", i + 1);
		f[i].type = x->args[i]->type;
	}
	out->type = sql_type_struct(r->a, f, x->n);
	return out;
}

static struct tx *named_struct(struct resolver *r, struct tx *x)
{
	size_t n = x->n / 2;
	struct sql_type_field *f = arena_alloc(r->a, (n + 1) * sizeof *f);
	struct tx *out = tx_new(r->a, TX_STRUCT, NULL, x->pos, n);
	if (x->n % 2)
		return resolve_fail(r, x->pos, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
		                    "The `named_struct` requires 2n (n > 0) parameters but the actual number is %zu.",
		                    x->n);
	for (size_t i = 0; i < n; i++) {
		if (!(f[i].name = tx_const_string(x->args[2 * i])))
			return special_need_const(r, x, 2 * i) ? x : NULL;
		out->args[i] = x->args[2 * i + 1];
		f[i].type = out->args[i]->type;
	}
	out->type = sql_type_struct(r->a, f, n);
	return out;
}

static struct tx *array_call(struct resolver *r, struct tx *x)
{
	x->type = sql_type_array(r->a, x->n ? x->args[0]->type : sql_type_of(SQL_T_VOID));
	return x;
}

static struct tx *map_call(struct resolver *r, struct tx *x)
{
	size_t n = x->n / 2;
	struct tx **keys = arena_alloc(r->a, (n + 1) * sizeof *keys);
	struct tx **values = arena_alloc(r->a, (n + 1) * sizeof *values);
	if (x->n % 2)
		return resolve_fail(r, x->pos, "WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
		                    "The `map` requires 2n (n > 0) parameters but the actual number is %zu.", x->n);
	for (size_t i = 0; i < n; i++) {
		keys[i] = x->args[2 * i];
		values[i] = x->args[2 * i + 1];
	}
	if (!resolve_common(r, keys, n) || !resolve_common(r, values, n))
		return special_diff_types(r, x);
	for (size_t i = 0; i < n; i++) {
		x->args[2 * i] = keys[i];
		x->args[2 * i + 1] = values[i];
	}
	const struct sql_type *v = sql_type_of(SQL_T_VOID);
	x->type = sql_type_map(r->a, n ? keys[0]->type : v, n ? values[0]->type : v);
	return x;
}

static struct tx *entries(struct resolver *r, struct tx *x)
{
	const char *name = x->call.fn->name;
	const struct sql_type *t = x->args[0]->type;
	if (!strcmp(name, "map_entries")) {
		struct sql_type_field *f = arena_alloc(r->a, 2 * sizeof *f);
		f[0] = (struct sql_type_field){ "key", t->key };
		f[1] = (struct sql_type_field){ "value", t->element };
		x->type = sql_type_array(r->a, sql_type_struct(r->a, f, 2));
	} else if (!strcmp(name, "map_from_arrays"))
		x->type = sql_type_map(r->a, t->element, x->args[1]->type->element);
	else {
		if (t->element->id != SQL_T_STRUCT || t->element->n_fields != 2)
			return special_mismatch(r, x, "an array of pairs");
		x->type = sql_type_map(r->a, t->element->fields[0].type, t->element->fields[1].type);
	}
	return x;
}

static struct tx *element_at(struct resolver *r, struct tx *x)
{
	const struct sql_type *t = x->args[0]->type;
	if (t->id == SQL_T_MAP)
		x->args[1] = resolve_implicit(r, x->args[1], t->key);
	else if (t->id == SQL_T_ARRAY && (sql_type_integral(x->args[1]->type) || x->args[1]->type->id == SQL_T_STRING ||
	                                  x->args[1]->type->id == SQL_T_VOID))
		x->args[1] = resolve_cast(r, x->args[1], sql_type_of(SQL_T_INT));
	else
		return special_mismatch(r, x, "an array and an index, or a map and a key");
	if (!x->args[1])
		return special_mismatch(r, x, "a key of the map's key type");
	x->type = t->element;
	return x;
}

static struct tx *size_call(struct resolver *r, struct tx *x)
{
	enum sql_type_id id = x->args[0]->type->id;
	if (id != SQL_T_ARRAY && id != SQL_T_MAP && id != SQL_T_VOID)
		return special_mismatch(r, x, "an array or a map");
	return x;
}

static struct tx *reverse(struct resolver *r, struct tx *x)
{
	if (x->args[0]->type->id != SQL_T_ARRAY &&
	    !(x->args[0] = resolve_implicit(r, x->args[0], sql_type_of(SQL_T_STRING))))
		return special_mismatch(r, x, "a string or an array");
	x->type = x->args[0]->type;
	return x;
}

static struct tx *sequence(struct resolver *r, struct tx *x)
{
	bool dates = sql_type_datetime(x->args[0]->type) || sql_type_datetime(x->args[1]->type);
	if (!resolve_common(r, x->args, !dates && x->n == 3 ? 3 : 2))
		return special_diff_types(r, x);
	const struct sql_type *t = x->args[0]->type;
	if (!sql_type_integral(t) && !sql_type_datetime(t))
		return special_mismatch(r, x, "integers, or dates with an interval");
	if (dates && x->n == 3 && !sql_type_ansi_interval(x->args[2]->type) && x->args[2]->type->id != SQL_T_INTERVAL)
		return special_mismatch(r, x, "an interval as its step");
	x->type = sql_type_array(r->a, t);
	return x;
}

static struct tx *arrays_zip(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	struct sql_type_field *f = arena_alloc(r->a, (x->n + 1) * sizeof *f);
	for (size_t i = 0; i < x->n; i++) {
		if (x->args[i]->type->id != SQL_T_ARRAY)
			return special_mismatch(r, x, "arrays");
		const struct sql_expr *a = e && e->call.n_args == x->n ? e->call.args[i] : NULL;
		bool named = a && (a->kind == SQL_EX_COLUMN || a->kind == SQL_EX_ALIAS);
		f[i].name = named ? resolve_item_name(r, a) : arena_printf(r->a, "%zu", i);
		f[i].type = x->args[i]->type->element;
	}
	x->type = sql_type_array(r->a, sql_type_struct(r->a, f, x->n));
	return x;
}

/* A schema given as text: "a int, b string", "array<int>". */
static struct tx *from_text(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	const char *text = tx_const_string(x->args[1]);
	if (!text)
		return special_need_const(r, x, 1) ? x : NULL;
	x->type = sql_type_parse(r->a, text);
	if (!x->type)
		x->type = sql_type_parse(r->a, arena_printf(r->a, "struct<%s>", text));
	if (!x->type)
		return resolve_fail(r, x->pos, "INVALID_SCHEMA.PARSE_ERROR", "42K07",
		                    "The input schema \"%s\" is not a valid schema string.", text);
	if (e) {
		struct shown s = { .expr = e, .name = x->call.fn->name };
		s.only[0] = e->call.args[0];
		shown_set(r, s);
	}
	return x;
}

static struct tx *to_text(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	enum sql_type_id id = x->args[0]->type->id;
	if (id != SQL_T_STRUCT && id != SQL_T_ARRAY && id != SQL_T_MAP)
		return special_mismatch(r, x, "a struct, array or map");
	if (e) {
		struct shown s = { .expr = e, .name = x->call.fn->name };
		s.only[0] = e->call.args[0];
		shown_set(r, s);
	}
	return x;
}

static struct tx *assert_true(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	if (x->n == 1 && e) {
		struct shown s = { .expr = e, .name = "assert_true" };
		s.more = arena_alloc(r->a, sizeof *s.more);
		s.more[0] = arena_printf(r->a, "'%s' is not true!", resolve_item_name(r, e->call.args[0]));
		s.n_more = 1;
		shown_set(r, s);
	}
	return x;
}

static struct tx *if_call(struct resolver *r, struct tx *x, const struct sql_expr *e)
{
	if (e)
		shown_set(r, (struct shown){ .expr = e, .name = "IF", .form = '(' });
	return x;
}

static struct tx *simple(struct resolver *r, const struct scope *s, struct tx *x, const struct sql_expr *e)
{
	(void)s;
	switch (x->call.fn->special) {
	case SP_ROUND:
	case SP_BROUND: return rounding(r, x);
	case SP_CEIL:
	case SP_FLOOR: return ceil_floor(r, x, e);
	case SP_OPERATOR: return operator_call(r, x, e);
	case SP_TRY_OP: return try_operator(r, x);
	case SP_SHIFT: return shift(r, x);
	case SP_NEGATIVE: return negative(r, x);
	case SP_POSITIVE:
		if (e)
			shown_set(r, (struct shown){ .expr = e, .name = "(+ ", .form = 'P' });
		return x->args[0];
	case SP_IS_NULL:
		if (e)
			shown_set(r, (struct shown){ .expr = e, .form = 'Q',
			                             .name = strcmp(x->call.fn->name, "isnull") ? " IS NOT NULL)" : " IS NULL)" });
		return x;
	case SP_TO_CHAR:
		if (!sql_type_datetime(x->args[0]->type))
			return x;
		if (e)
			shown_set(r, (struct shown){ .expr = e, .name = "date_format" });
		return resolve_named_call(r, "date_format", x->args, 2, x->pos);
	case SP_NULLIF: return nullif(r, x);
	case SP_BETWEEN: return between_call(r, x);
	case SP_CAST: return cast_call(r, x, e);
	case SP_TYPEOF: return tx_string(r->a, sql_type_text(r->a, x->args[0]->type), x->pos);
	case SP_CURRENT_DATABASE: return tx_string(r->a, session_database(r->session), x->pos);
	case SP_SUM:
	case SP_TRY_SUM: return sum(r, x);
	case SP_AVG:
	case SP_TRY_AVG: return avg(r, x);
	case SP_FIRST:
	case SP_LAST: return first_last(r, x, e);
	case SP_PERCENTILE:
	case SP_PERCENTILE_APPROX: return percentile(r, x);
	case SP_PERCENTILE_CONT: return percentile_within(r, x);
	case SP_STRUCT: return struct_call(r, x, e);
	case SP_NAMED_STRUCT: return named_struct(r, x);
	case SP_ARRAY: return array_call(r, x);
	case SP_MAP: return map_call(r, x);
	case SP_MAP_FROM_ENTRIES: return entries(r, x);
	case SP_ELEMENT_AT: return element_at(r, x);
	case SP_SIZE: return size_call(r, x);
	case SP_REVERSE: return reverse(r, x);
	case SP_SEQUENCE: return sequence(r, x);
	case SP_ARRAYS_ZIP: return arrays_zip(r, x, e);
	case SP_FROM_JSON:
	case SP_FROM_CSV: return from_text(r, x, e);
	case SP_TO_JSON:
	case SP_TO_CSV: return to_text(r, x, e);
	case SP_ASSERT_TRUE: return assert_true(r, x, e);
	case SP_IF: return if_call(r, x, e);
	default: return x;
	}
}

struct tx *resolve_special(struct resolver *r, const struct scope *s, struct tx *x, const struct sql_expr *e)
{
	bool handled = false;
	struct tx *out = special_lambda(r, s, x, e, &handled);
	if (!handled)
		out = special_date(r, x, &handled);
	if (!handled)
		out = special_text(r, x, e, &handled);
	return handled ? out : simple(r, s, x, e);
}
