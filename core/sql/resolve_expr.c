/* Expressions: syntax tree to typed tree. Operators are in resolve_op.c, calls in resolve_call.c. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "core/sql/coercion.h"
#include "core/sql/datetime.h"
#include "core/sql/resolve.h"

static struct tx *bad_literal(struct resolver *r, const struct sql_expr *e, const char *type)
{
	return resolve_fail(r, e->pos, "INVALID_TYPED_LITERAL", "42604",
	                    "The value of the typed literal \"%s\" is invalid: '%s'.", type, e->lit.text);
}

static const struct sql_type *literal_type(struct resolver *r, const struct sql_literal *l)
{
	switch (l->kind) {
	case SQL_LIT_NULL: return sql_type_of(SQL_T_VOID);
	case SQL_LIT_BOOL: return sql_type_of(SQL_T_BOOLEAN);
	case SQL_LIT_TINYINT: return sql_type_of(SQL_T_TINYINT);
	case SQL_LIT_SMALLINT: return sql_type_of(SQL_T_SMALLINT);
	case SQL_LIT_INT: return sql_type_of(SQL_T_INT);
	case SQL_LIT_BIGINT: return sql_type_of(SQL_T_BIGINT);
	case SQL_LIT_DECIMAL: return sql_type_decimal(r->a, l->precision, l->scale);
	case SQL_LIT_FLOAT: return sql_type_of(SQL_T_FLOAT);
	case SQL_LIT_DOUBLE: return sql_type_of(SQL_T_DOUBLE);
	case SQL_LIT_STRING: return sql_type_of(SQL_T_STRING);
	case SQL_LIT_BINARY: return sql_type_of(SQL_T_BINARY);
	case SQL_LIT_DATE: return sql_type_of(SQL_T_DATE);
	case SQL_LIT_TIMESTAMP: return sql_type_of(SQL_T_TIMESTAMP);
	case SQL_LIT_TIMESTAMP_NTZ: return sql_type_of(SQL_T_TIMESTAMP_NTZ);
	case SQL_LIT_INTERVAL: return sql_type_interval(r->a, l->interval.from, l->interval.to);
	case SQL_LIT_TIME: return NULL;
	}
	return NULL;
}

/* Spark prints the instant, whole: TIMESTAMP '2024-01-02' is TIMESTAMP '2024-01-02 00:00:00'. One with a zone of
 * its own stays as written, because only the kernel knows zones. */
static void show_timestamp(struct resolver *r, const struct sql_expr *e, const struct sql_datetime *t)
{
	char text[128];
	bool ntz = e->lit.kind == SQL_LIT_TIMESTAMP_NTZ;
	if (t->zone[0] && !ntz)
		return;
	sql_datetime_text(t, false, text, sizeof text);
	if (t->micros)
		for (size_t n = strlen(text); n && text[n - 1] == '0';)
			text[--n] = '\0';
	shown_set(r, (struct shown){ .expr = e, .text = arena_printf(r->a, "%s '%s'", ntz ? "TIMESTAMP_NTZ" : "TIMESTAMP",
	                                                              text) });
}

static struct tx *literal(struct resolver *r, const struct sql_expr *e)
{
	const struct sql_type *t = literal_type(r, &e->lit);
	int32_t days;
	struct sql_datetime dt;
	if (!t)
		return resolve_fail(r, e->pos, "UNSUPPORTED_FEATURE.TIME_TYPE", "0A000",
		                    "The TIME type is not supported.");
	if (t->id == SQL_T_DATE && !sql_parse_date(e->lit.text, strlen(e->lit.text), &days))
		return bad_literal(r, e, "DATE");
	if ((t->id == SQL_T_TIMESTAMP || t->id == SQL_T_TIMESTAMP_NTZ) &&
	    (!sql_parse_timestamp(e->lit.text, strlen(e->lit.text), &dt) || dt.time_only))
		return bad_literal(r, e, t->id == SQL_T_TIMESTAMP ? "TIMESTAMP" : "TIMESTAMP_NTZ");
	if (t->id == SQL_T_TIMESTAMP || t->id == SQL_T_TIMESTAMP_NTZ)
		show_timestamp(r, e, &dt);
	struct tx *out = tx_new(r->a, TX_LITERAL, t, e->pos, 0);
	out->lit = e->lit;
	return out;
}

struct tx *resolve_boolean(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	struct tx *x = resolve_expr(r, s, e);
	if (!x)
		return NULL;
	struct tx *b = resolve_implicit(r, x, sql_type_of(SQL_T_BOOLEAN));
	if (!b)
		return resolve_fail(r, e->pos, s->clause ? "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN" :
		                    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
		                    "A condition must be of type \"BOOLEAN\", but this one is \"%s\".",
		                    sql_type_sql(r->a, x->type));
	return b;
}

static struct tx *unary(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	struct tx *x = e->unary.op == SQL_OP_NOT ? resolve_boolean(r, s, e->unary.arg) :
	                                           resolve_expr(r, s, e->unary.arg);
	if (!x)
		return NULL;
	if (e->unary.op == SQL_OP_NOT)
		return resolve_not(r, x);
	if (e->unary.op == SQL_OP_NEG || e->unary.op == SQL_OP_PLUS)
		return resolve_named_call(r, e->unary.op == SQL_OP_NEG ? "negative" : "positive", &x, 1, e->pos);
	if (x->type->id == SQL_T_STRING)
		x = resolve_cast(r, x, sql_type_of(SQL_T_BIGINT));
	if (!sql_type_integral(x->type))
		return resolve_fail(r, e->pos, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
		                    "The operator \"~\" requires an integral type, however it has \"%s\".",
		                    sql_type_sql(r->a, x->type));
	struct tx *out = tx_new(r->a, TX_OP, x->type, e->pos, 1);
	out->op = SQL_OP_BITNOT;
	out->args[0] = x;
	return out;
}

static struct tx *is_null(struct resolver *r, struct tx *x, struct sql_pos pos)
{
	struct tx *n = tx_new(r->a, TX_IS_NULL, sql_type_of(SQL_T_BOOLEAN), pos, 1);
	n->args[0] = x;
	return n;
}

static struct tx *is_test(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	bool truth = e->is.test == SQL_IS_TRUE || e->is.test == SQL_IS_FALSE || e->is.test == SQL_IS_UNKNOWN;
	struct tx *x = truth ? resolve_boolean(r, s, e->is.arg) : resolve_expr(r, s, e->is.arg), *out;
	if (!x)
		return NULL;
	if (e->is.test == SQL_IS_NULL || e->is.test == SQL_IS_UNKNOWN)
		out = is_null(r, x, e->pos);
	else if (e->is.test == SQL_IS_DISTINCT) {
		struct tx *y = resolve_expr(r, s, e->is.other);
		out = y ? resolve_op(r, SQL_OP_NULLSAFE_EQ, x, y, e->pos, NULL) : NULL;
		return !out || e->is.negated ? out : resolve_not(r, out);
	} else
		out = resolve_op(r, SQL_OP_NULLSAFE_EQ, x, tx_bool(r->a, e->is.test == SQL_IS_TRUE, e->pos), e->pos,
		                 NULL);
	return !out || !e->is.negated ? out : resolve_not(r, out);
}

static struct tx *between(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	struct tx *x = resolve_expr(r, s, e->between.arg), *lo, *hi;
	if (!x || !(lo = resolve_expr(r, s, e->between.low)) || !(hi = resolve_expr(r, s, e->between.high)))
		return NULL;
	lo = resolve_op(r, SQL_OP_GE, x, lo, e->pos, NULL);
	hi = lo ? resolve_op(r, SQL_OP_LE, x, hi, e->pos, NULL) : NULL;
	struct tx *both = hi ? resolve_op(r, SQL_OP_AND, lo, hi, e->pos, NULL) : NULL;
	return both && e->between.negated ? resolve_not(r, both) : both;
}

static struct tx *in_list(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	size_t n = e->in.n_list + 1;
	struct tx *x = tx_new(r->a, TX_IN_LIST, sql_type_of(SQL_T_BOOLEAN), e->pos, n);
	for (size_t i = 0; i < n; i++)
		if (!(x->args[i] = resolve_expr(r, s, i ? e->in.list[i - 1] : e->in.arg)))
			return NULL;
	if (!r->ansi && n == 2) {
		const struct sql_type *t = sql_coerce_compare(r->a, x->args[0]->type, x->args[1]->type, true, false);
		for (size_t i = 0; t && i < n; i++)
			x->args[i] = resolve_cast(r, x->args[i], t);
	}
	if (!resolve_common(r, x->args, n) || !sql_type_orderable(x->args[0]->type))
		return resolve_fail(r, e->pos, "DATATYPE_MISMATCH.DATA_DIFF_TYPES", "42K09",
		                    "Input to `in` should all be the same type.");
	return e->in.negated ? resolve_not(r, x) : x;
}

static struct tx *in_query(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	bool row = e->in.arg->kind == SQL_EX_ROW;
	size_t n = row ? e->in.arg->row.n_items : 1;
	struct tx *x = tx_new(r->a, TX_IN_QUERY, sql_type_of(SQL_T_BOOLEAN), e->pos, n);
	struct rel *q = resolve_query(r, s, s->ctes, e->in.query);
	if (!q)
		return NULL;
	if (q->n_cols != n)
		return resolve_fail(r, e->pos, "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH", "42K09",
		                    "The number of columns in the left hand side of an IN subquery does not match "
		                    "the number of columns in the output of the subquery (%zu and %zu).", n,
		                    q->n_cols);
	const struct sql_type **types = arena_alloc(r->a, n * sizeof *types);
	for (size_t i = 0; i < n; i++) {
		if (!(x->args[i] = resolve_expr(r, s, row ? e->in.arg->row.items[i] : e->in.arg)))
			return NULL;
		types[i] = sql_coerce_common(r->a, x->args[i]->type, q->cols[i].type, r->ansi);
		if (!types[i])
			return resolve_fail(r, e->pos, "DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH", "42K09",
			                    "The data type of one or more elements in the left hand side of an IN "
			                    "subquery is not compatible with the data type of the output of the "
			                    "subquery (\"%s\" and \"%s\").", sql_type_sql(r->a, x->args[i]->type),
			                    sql_type_sql(r->a, q->cols[i].type));
		x->args[i] = resolve_cast(r, x->args[i], types[i]);
	}
	x->rel = resolve_project_cast(r, q, types);
	return e->in.negated ? resolve_not(r, x) : x;
}

static struct tx *one_like(struct resolver *r, const struct scope *s, const struct sql_expr *e, struct tx *arg,
                           const struct sql_expr *pattern)
{
	struct tx *p = resolve_expr(r, s, pattern);
	if (!p)
		return NULL;
	if (e->like.op == SQL_RLIKE) {
		struct tx *args[2] = { arg, p };
		return resolve_named_call(r, "rlike", args, 2, e->pos);
	}
	struct tx *x = tx_new(r->a, TX_LIKE, sql_type_of(SQL_T_BOOLEAN), e->pos, 2);
	x->args[0] = resolve_implicit(r, arg, sql_type_of(SQL_T_STRING));
	x->args[1] = resolve_implicit(r, p, sql_type_of(SQL_T_STRING));
	x->like = e->like.op;
	x->escape = e->like.escape;
	if (!x->args[0] || !x->args[1])
		return resolve_fail(r, e->pos, "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
		                    "LIKE requires \"STRING\" operands.");
	return x;
}

static struct tx *like(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	struct tx *arg = resolve_expr(r, s, e->like.arg), *out = NULL;
	if (!arg)
		return NULL;
	enum sql_op join = e->like.quantifier == SQL_QUANT_ANY ? SQL_OP_OR : SQL_OP_AND;
	for (size_t i = 0; i < e->like.n_patterns; i++) {
		struct tx *one = one_like(r, s, e, arg, e->like.patterns[i]);
		if (!one)
			return NULL;
		if (e->like.negated)
			one = resolve_not(r, one);
		out = out ? resolve_op(r, join, out, one, e->pos, NULL) : one;
	}
	return out;
}

static struct tx *cases(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	size_t n = e->cases.n_whens, total = 2 * n + (e->cases.otherwise != NULL);
	struct tx *x = tx_new(r->a, TX_CASE, NULL, e->pos, total), *operand = NULL;
	struct tx **values = arena_alloc(r->a, (n + 1) * sizeof *values);
	if (e->cases.operand && !(operand = resolve_expr(r, s, e->cases.operand)))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct tx *c = operand ? resolve_expr(r, s, e->cases.whens[i].cond) :
		                         resolve_boolean(r, s, e->cases.whens[i].cond);
		if (c && operand)
			c = resolve_op(r, SQL_OP_EQ, operand, c, e->pos, NULL);
		if (!c || !(values[i] = resolve_expr(r, s, e->cases.whens[i].value)))
			return NULL;
		x->args[2 * i] = c;
	}
	if (e->cases.otherwise && !(values[n] = resolve_expr(r, s, e->cases.otherwise)))
		return NULL;
	if (!resolve_common(r, values, total - n))
		return resolve_fail(r, e->pos, "DATATYPE_MISMATCH.DATA_DIFF_TYPES", "42K09",
		                    "Input to `casewhen` should all be the same type.");
	for (size_t i = 0; i < n; i++)
		x->args[2 * i + 1] = values[i];
	if (e->cases.otherwise)
		x->args[2 * n] = values[n];
	x->type = values[0]->type;
	return x;
}

static struct tx *cast(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	struct tx *x = resolve_expr(r, s, e->cast.arg);
	if (!x)
		return NULL;
	const struct sql_type *to = sql_type_from_ast(r->a, e->cast.type);
	if (!to)
		return resolve_fail(r, e->pos, "UNSUPPORTED_DATATYPE", "0A000", "Unsupported data type \"%s\".",
		                    e->cast.type->name ? e->cast.type->name : "?");
	if (!sql_cast_allowed(x->type, to, r->ansi || e->cast.try_cast))
		return resolve_fail(r, e->pos, r->ansi ? "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION" :
		                    "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "42K09",
		                    "Cannot cast \"%s\" to \"%s\".", sql_type_sql(r->a, x->type),
		                    sql_type_sql(r->a, to));
	struct tx *c = resolve_cast(r, x, to);
	if (c != x && c->kind == TX_CAST && e->cast.try_cast)
		c->mode = TX_CAST_TRY;
	return c;
}

static struct tx *row(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	size_t n = e->row.n_items;
	struct sql_type_field *f = arena_alloc(r->a, (n + 1) * sizeof *f);
	struct tx *x = tx_new(r->a, TX_STRUCT, NULL, e->pos, n);
	for (size_t i = 0; i < n; i++) {
		const struct sql_expr *item = e->row.items[i];
		if (!(x->args[i] = resolve_expr(r, s, item)))
			return NULL;
		f[i].name = item->kind == SQL_EX_COLUMN || item->kind == SQL_EX_ALIAS ?
		            resolve_item_name(r, item) : arena_printf(r->a, "col%zu", i + 1);
		f[i].type = x->args[i]->type;
	}
	x->type = sql_type_struct(r->a, f, n);
	return x;
}

static struct tx *subquery(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	struct rel *q = resolve_query(r, s, s->ctes, e->subquery);
	if (!q)
		return NULL;
	if (e->kind == SQL_EX_SUBQUERY && q->n_cols != 1)
		return resolve_fail(r, e->pos, "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
		                    "42823", "Scalar subquery must return only one column, but got %zu.", q->n_cols);
	struct tx *x = e->kind == SQL_EX_EXISTS ?
	               tx_new(r->a, TX_EXISTS, sql_type_of(SQL_T_BOOLEAN), e->pos, 0) :
	               tx_new(r->a, TX_SUBQUERY, q->cols[0].type, e->pos, 0);
	x->rel = q;
	return x;
}

static struct tx *indexed(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	struct tx *b = resolve_expr(r, s, e->index.base), *i;
	if (!b || !(i = resolve_expr(r, s, e->index.index)))
		return NULL;
	return resolve_index(r, b, i, e->pos);
}

struct tx *resolve_expr(struct resolver *r, const struct scope *s, const struct sql_expr *e)
{
	struct tx *x, *y;
	switch (e->kind) {
	case SQL_EX_LITERAL:
		return literal(r, e);
	case SQL_EX_COLUMN:
		return resolve_column(r, s, e);
	case SQL_EX_UNARY:
		return unary(r, s, e);
	case SQL_EX_BINARY:
		if (!(x = resolve_expr(r, s, e->binary.left)) || !(y = resolve_expr(r, s, e->binary.right)))
			return NULL;
		return resolve_op(r, e->binary.op, x, y, e->pos, e);
	case SQL_EX_IS:
		return is_test(r, s, e);
	case SQL_EX_BETWEEN:
		return between(r, s, e);
	case SQL_EX_IN:
		return e->in.query ? in_query(r, s, e) : in_list(r, s, e);
	case SQL_EX_LIKE:
		return like(r, s, e);
	case SQL_EX_EXISTS:
	case SQL_EX_SUBQUERY:
		return subquery(r, s, e);
	case SQL_EX_CASE:
		return cases(r, s, e);
	case SQL_EX_CAST:
		return cast(r, s, e);
	case SQL_EX_FUNCTION:
		return resolve_call(r, s, e);
	case SQL_EX_INDEX:
		return indexed(r, s, e);
	case SQL_EX_FIELD:
		x = resolve_expr(r, s, e->field.base);
		return x ? resolve_field(r, x, e->field.field.name, e->pos) : NULL;
	case SQL_EX_ROW:
		return row(r, s, e);
	case SQL_EX_ALIAS:
		return resolve_expr(r, s, e->alias.arg);
	case SQL_EX_NAMED_ARG:
		return resolve_expr(r, s, e->named_arg.value);
	case SQL_EX_STAR:
		return resolve_fail(r, e->pos, "INVALID_USAGE_OF_STAR_OR_REGEX", "42000",
		                    "Invalid usage of '*' here.");
	case SQL_EX_LAMBDA:
		return resolve_fail(r, e->pos, "UNSUPPORTED_EXPR_FOR_OPERATOR", "42K0E",
		                    "A lambda function should only be used in a higher order function.");
	case SQL_EX_TABLE_ARG:
		break;
	}
	return resolve_fail(r, e->pos, "UNSUPPORTED_FEATURE", "0A000", "This expression is not supported here.");
}
