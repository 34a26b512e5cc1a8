/* What operators stand between: names, brackets, lambdas, calls, and [] . :: behind them. */
#include "core/sql/parse.h"

/* Words that can only mean that an expression is missing here. All other keywords are also column names. */
static bool never_column(const struct parser *p)
{
	switch (p->tok->kw) {
	case KW_SELECT: case KW_FROM: case KW_WHERE: case KW_HAVING: case KW_UNION: case KW_INTERSECT:
	case KW_EXCEPT: case KW_JOIN: case KW_ON: case KW_USING: case KW_AND: case KW_OR: case KW_AS:
	case KW_WHEN: case KW_THEN: case KW_ELSE: case KW_IN: case KW_IS: case KW_LIKE: case KW_BETWEEN:
	case KW_NOT: case KW_DISTINCT:
		return true;
	case KW_GROUP: case KW_ORDER: case KW_SORT: case KW_CLUSTER: case KW_DISTRIBUTE: case KW_PARTITION:
		return peek_kw(p, 1, KW_BY);
	default:
		return false;
	}
}

/* ---- names ---- */

static struct sql_name *parse_except(struct parser *p, size_t *n)
{
	struct sql_name *out;
	VEC(struct sql_name) list = {0};
	expect_op(p, '(');
	do
		vec_push(&list, parse_name(p));
	while (take_op(p, ','));
	expect_op(p, ')');
	TAKE_LIST(p, &list, out, *n);
	return out;
}

static struct sql_expr *parse_star(struct parser *p, struct sql_pos pos, struct sql_name target)
{
	struct sql_expr *e = new_expr(p, SQL_EX_STAR, pos);
	e->star.target = target;
	expect_op(p, '*');
	if (is_kw(p, KW_EXCEPT) && peek_op(p, 1, '(') && is_word(peek(p, 2)) && !peek_kw(p, 2, KW_SELECT) &&
	    take_kw(p, KW_EXCEPT))
		e->star.except = parse_except(p, &e->star.n_except);
	return finish_expr(p, e, 0);
}

/* x -> body; also (x, y) -> body. */
static struct sql_expr *parse_lambda(struct parser *p)
{
	struct sql_expr *e = new_expr(p, SQL_EX_LAMBDA, p->tok->pos);
	if (is_op(p, '(')) {
		e->lambda.params = parse_ident_parens(p, &e->lambda.n_params);
	} else {
		e->lambda.params = arena_alloc(p->arena, sizeof *e->lambda.params);
		e->lambda.params[0] = parse_ident(p);
		e->lambda.n_params = 1;
	}
	expect_op(p, SQL_TOP_ARROW);
	e->lambda.body = parse_expr(p);
	return finish_expr(p, e, height_of(e->lambda.body));
}

static bool at_lambda(const struct parser *p)
{
	if (is_word(p->tok))
		return peek_op(p, 1, SQL_TOP_ARROW);
	size_t n = 0;
	do {
		if (!is_word(peek(p, n + 1)))
			return false;
		n += 2;
	} while (peek_op(p, n, ','));
	return peek_op(p, n, ')') && peek_op(p, n + 1, SQL_TOP_ARROW);
}

static struct sql_expr *parse_column(struct parser *p)
{
	struct sql_expr *e = new_expr(p, SQL_EX_COLUMN, p->tok->pos);
	if (p->tok->kind == SQL_TOK_WORD && never_column(p))
		return fail_here(p);
	struct sql_name name = parse_name(p);
	if (is_op(p, '.') && peek_op(p, 1, '*')) {
		advance(p);
		return parse_star(p, name.pos, name);
	}
	e->column.name = name;
	return finish_expr(p, e, 0);
}

/* a.b.f( : a call, however long its name. */
static bool at_call(const struct parser *p)
{
	size_t n = 0;
	while (is_word(peek(p, n))) {
		if (peek_op(p, n + 1, '('))
			return true;
		if (!peek_op(p, n + 1, '.'))
			return false;
		n += 2;
	}
	return false;
}

/* ---- brackets ---- */

static struct sql_expr *subquery_expr(struct parser *p, struct sql_pos pos, struct sql_query *q)
{
	struct sql_expr *e = new_expr(p, SQL_EX_SUBQUERY, pos);
	e->subquery = q;
	return finish_expr(p, e, query_height(q));
}

/* (a, b, …): the first part is parsed already. */
static struct sql_expr *parse_row(struct parser *p, struct sql_pos pos, struct sql_expr *first)
{
	struct sql_expr *e = new_expr(p, SQL_EX_ROW, pos);
	VEC(struct sql_expr *) items = {0};
	vec_push(&items, first);
	while (take_op(p, ','))
		vec_push(&items, parse_named_expr(p));
	expect_op(p, ')');
	TAKE_LIST(p, &items, e->row.items, e->row.n_items);
	return finish_expr(p, e, height_of_list(e->row.items, e->row.n_items));
}

/* Whether ((select …) union …) goes on as a query is known only after its first operand: then what was read
 * as a scalar sub-query becomes that operand. So nothing is ever parsed twice. */
static struct sql_expr *parse_brackets(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	expect_op(p, '(');
	if (at_query(p)) {
		struct sql_query *q = parse_query(p);
		expect_op(p, ')');
		return subquery_expr(p, pos, q);
	}
	struct sql_expr *e = parse_named_expr(p);
	if (e && e->kind == SQL_EX_SUBQUERY && at_query_tail(p)) {
		struct sql_query *q = parse_query_from(p, e->subquery);
		expect_op(p, ')');
		return subquery_expr(p, pos, q);
	}
	if (is_op(p, ',') && e)
		return parse_row(p, pos, e);
	if (!e || e->kind == SQL_EX_ALIAS)
		return fail_here(p);
	expect_op(p, ')');
	return e;
}

/* ---- behind a primary ---- */

static struct sql_expr *parse_index(struct parser *p, struct sql_expr *base)
{
	struct sql_expr *e = new_expr(p, SQL_EX_INDEX, base->pos);
	expect_op(p, '[');
	e->index.base = base;
	e->index.index = parse_value(p);
	expect_op(p, ']');
	int inner = height_of(e->index.index);
	return finish_expr(p, e, inner > base->height ? inner : base->height);
}

static struct sql_expr *parse_cast_operator(struct parser *p, struct sql_expr *arg)
{
	struct sql_expr *e = new_expr(p, SQL_EX_CAST, arg->pos);
	expect_op(p, SQL_TOP_CAST);
	e->cast.arg = arg;
	e->cast.type = parse_type(p);
	return finish_expr(p, e, arg->height);
}

static struct sql_expr *parse_field(struct parser *p, struct sql_expr *base)
{
	struct sql_expr *e = new_expr(p, SQL_EX_FIELD, base->pos);
	expect_op(p, '.');
	e->field.base = base;
	e->field.field = parse_ident(p);
	return finish_expr(p, e, base->height);
}

static struct sql_expr *parse_behind(struct parser *p, struct sql_expr *e)
{
	while (e && !p->failed) {
		if (is_op(p, '['))
			e = parse_index(p, e);
		else if (is_op(p, SQL_TOP_CAST))
			e = parse_cast_operator(p, e);
		else if (is_op(p, '.') && e->kind != SQL_EX_STAR)
			e = parse_field(p, e);
		else if (is_kw(p, KW_COLLATE) && is_word(peek(p, 1)))
			e = fail_unsupported(p, p->tok->pos, "COLLATE");
		else if (is_op(p, ':') && is_word(peek(p, 1)))
			e = fail_unsupported(p, p->tok->pos, "The path operator ':' on VARIANT columns");
		else
			break;
	}
	return e;
}

static struct sql_expr *parse_parameter(struct parser *p)
{
	return fail_at(p, p->tok->pos, "UNBOUND_SQL_PARAMETER", "42P02",
	               "Parameter markers (:name and ?) have no value here; use ${name} with -d name=value.");
}

static struct sql_expr *parse_base(struct parser *p)
{
	if (at_literal(p))
		return parse_literal(p);
	if (is_op(p, '*'))
		return parse_star(p, p->tok->pos, (struct sql_name){.pos = p->tok->pos});
	if (is_op(p, '(') || is_word(p->tok)) {
		if (at_lambda(p))
			return parse_lambda(p);
		if (is_op(p, '('))
			return parse_brackets(p);
		if (at_special_call(p))
			return parse_special_call(p);
		return at_call(p) ? parse_call(p) : parse_column(p);
	}
	if (is_op(p, '?') || (is_op(p, ':') && is_word(peek(p, 1))))
		return parse_parameter(p);
	return fail_here(p);
}

struct sql_expr *parse_primary(struct parser *p)
{
	return parse_behind(p, parse_base(p));
}
