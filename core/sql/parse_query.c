/* Queries: WITH, set operations by precedence, VALUES, and what orders and cuts the rows. */
#include <strings.h>

#include "core/sql/parse.h"

struct sql_rel *new_rel(struct parser *p, enum sql_rel_kind kind, struct sql_pos pos)
{
	struct sql_rel *r = arena_new_of(p->arena, struct sql_rel);
	r->kind = kind;
	r->pos = pos;
	return r;
}

struct sql_rel *finish_rel(struct parser *p, struct sql_rel *r, int child_height)
{
	r->height = limit_height(p, child_height + 1, r->pos);
	return r;
}

int rel_height(const struct sql_rel *r)
{
	return r ? r->height : 0;
}

int query_height(const struct sql_query *q)
{
	return q ? q->height : 0;
}

static int higher(int a, int b)
{
	return a > b ? a : b;
}

/* ---- where a query may begin and go on ---- */

static bool begins_value(const struct sql_token *t)
{
	switch (t->kind) {
	case SQL_TOK_STRING: case SQL_TOK_INTEGER: case SQL_TOK_NUMBER:
		return true;
	case SQL_TOK_OP:
		return t->op == '(' || t->op == '-';
	case SQL_TOK_WORD:
		return t->kw == KW_NULL || t->kw == KW_TRUE || t->kw == KW_FALSE || t->kw == KW_CAST ||
		       t->kw == KW_STRUCT || t->kw == KW_NONE || t->kw == KW_TIMESTAMP || t->kw == KW_INTERVAL;
	default:
		return false;
	}
}

bool at_query(const struct parser *p)
{
	if (p->tok->kind != SQL_TOK_WORD)
		return false;
	switch (p->tok->kw) {
	case KW_SELECT:
		return true;
	case KW_WITH:
		return is_word(peek(p, 1));
	case KW_VALUES:
		return begins_value(peek(p, 1));
	case KW_FROM:
		return is_word(peek(p, 1)) || peek_op(p, 1, '(');
	case KW_TABLE:
		return is_word(peek(p, 1)) && !peek_op(p, 1, '(');
	case KW_MAP: case KW_REDUCE:
		return false;
	default:
		return false;
	}
}

static bool at_set_operation(const struct parser *p)
{
	return is_kw(p, KW_UNION) || is_kw(p, KW_INTERSECT) || is_kw(p, KW_EXCEPT) || is_kw(p, KW_MINUS);
}

static bool at_organization(const struct parser *p)
{
	switch (p->tok->kind == SQL_TOK_WORD ? p->tok->kw : KW_NONE) {
	case KW_ORDER: case KW_SORT: case KW_CLUSTER: case KW_DISTRIBUTE:
		return peek_kw(p, 1, KW_BY);
	case KW_WINDOW: case KW_LIMIT: case KW_OFFSET:
		return true;
	default:
		return false;
	}
}

bool at_query_tail(const struct parser *p)
{
	return at_set_operation(p) || at_organization(p);
}

/* ---- operands ---- */

/* A parenthesised value list is a row; a plain value is a row of one; struct(…) is taken apart as in Spark. */
static void add_row(struct parser *p, struct sql_expr *e, struct sql_expr ***row, size_t *width)
{
	if (e && e->kind == SQL_EX_ROW) {
		*row = e->row.items;
		*width = e->row.n_items;
		return;
	}
	if (e && e->kind == SQL_EX_FUNCTION && e->call.name.n == 1 && strcasecmp(e->call.name.parts[0], "struct") == 0) {
		*row = e->call.args;
		*width = e->call.n_args;
		return;
	}
	*row = arena_alloc(p->arena, sizeof **row);
	(*row)[0] = e;
	*width = 1;
}

struct sql_rel *parse_values(struct parser *p)
{
	struct sql_rel *r = new_rel(p, SQL_REL_VALUES, p->tok->pos);
	VEC(struct sql_expr **) rows = {0};
	VEC(size_t) widths = {0};
	int height = 0;
	size_t n;
	expect_kw(p, KW_VALUES);
	do {
		struct sql_expr **row;
		size_t width;
		struct sql_expr *e = parse_expr(p);
		height = higher(height, height_of(e));
		add_row(p, e, &row, &width);
		vec_push(&rows, row);
		vec_push(&widths, width);
	} while (take_op(p, ','));
	TAKE_LIST(p, &rows, r->values.rows, n);
	TAKE_LIST(p, &widths, r->values.widths, r->values.n_rows);
	(void)n;
	r->alias = parse_table_alias(p);
	return finish_rel(p, r, height);
}

static struct sql_rel *query_rel(struct parser *p, struct sql_query *q, struct sql_pos pos)
{
	struct sql_rel *r = new_rel(p, SQL_REL_QUERY, pos);
	r->query = q;
	return finish_rel(p, r, query_height(q));
}

static struct sql_rel *parse_operand(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	if (is_kw(p, KW_VALUES))
		return parse_values(p);
	if (is_kw(p, KW_TABLE)) {
		struct sql_rel *r = new_rel(p, SQL_REL_TABLE, pos);
		advance(p);
		r->table = parse_name(p);
		return finish_rel(p, r, 0);
	}
	if (is_kw(p, KW_SELECT) || is_kw(p, KW_FROM))
		return parse_select(p);
	if (is_kw(p, KW_MAP) || is_kw(p, KW_REDUCE))
		return fail_unsupported(p, pos, "MAP and REDUCE (TRANSFORM)");
	if (!is_op(p, '('))
		return fail_here(p);
	advance(p);
	struct sql_query *q = parse_query(p);
	expect_op(p, ')');
	return query_rel(p, q, pos);
}

/* ---- set operations ---- */

static struct sql_rel *parse_set_operation(struct parser *p, struct sql_rel *left)
{
	struct sql_rel *r = new_rel(p, SQL_REL_SETOP, left->pos);
	r->setop.op = is_kw(p, KW_UNION) ? SQL_SET_UNION : is_kw(p, KW_INTERSECT) ? SQL_SET_INTERSECT : SQL_SET_EXCEPT;
	advance(p);
	r->setop.all = take_kw(p, KW_ALL);
	if (!r->setop.all)
		take_kw(p, KW_DISTINCT);
	r->setop.left = left;
	return r;
}

/* INTERSECT binds tighter than the others. */
static struct sql_rel *parse_intersections(struct parser *p, struct sql_rel *left)
{
	while (left && is_kw(p, KW_INTERSECT)) {
		struct sql_rel *r = parse_set_operation(p, left);
		r->setop.right = parse_operand(p);
		left = finish_rel(p, r, higher(left->height, rel_height(r->setop.right)));
	}
	return left;
}

static struct sql_rel *parse_body(struct parser *p, struct sql_rel *first)
{
	struct sql_rel *left = parse_intersections(p, first ? first : parse_operand(p));
	while (left && at_set_operation(p)) {
		struct sql_rel *r = parse_set_operation(p, left);
		r->setop.right = parse_intersections(p, parse_operand(p));
		left = finish_rel(p, r, higher(left->height, rel_height(r->setop.right)));
	}
	return left;
}

/* ---- order and limits ---- */

static void parse_order_by(struct parser *p, struct sql_query *q)
{
	bool all = is_kw(p, KW_ALL) && !peek_op(p, 1, '.') && !peek_op(p, 1, '(');
	q->order_by = parse_sort_list(p, &q->n_order_by);
	if (all && !p->failed && q->n_order_by == 1 && q->order_by[0].expr->kind == SQL_EX_COLUMN) {
		q->order_by_all = true;
		q->order_by[0].expr = NULL;
	}
}

static void parse_organization(struct parser *p, struct sql_query *q)
{
	if (take_kw2(p, KW_ORDER, KW_BY))
		parse_order_by(p, q);
	if (take_kw2(p, KW_CLUSTER, KW_BY))
		q->cluster_by = parse_expr_list(p, &q->n_cluster_by);
	if (take_kw2(p, KW_DISTRIBUTE, KW_BY))
		q->distribute_by = parse_expr_list(p, &q->n_distribute_by);
	if (take_kw2(p, KW_SORT, KW_BY))
		q->sort_by = parse_sort_list(p, &q->n_sort_by);
	if (is_kw(p, KW_WINDOW))
		q->windows = parse_windows(p, &q->n_windows);
	if (take_kw(p, KW_LIMIT) && !take_kw(p, KW_ALL))
		q->limit = parse_expr(p);
	if (take_kw(p, KW_OFFSET))
		q->offset = parse_expr(p);
	if (is_op(p, SQL_TOP_PIPE))
		fail_unsupported(p, p->tok->pos, "The pipe operator |>");
}

static int organization_height(const struct sql_query *q)
{
	int height = higher(height_of(q->limit), height_of(q->offset));
	height = higher(height, height_of_list(q->cluster_by, q->n_cluster_by));
	height = higher(height, height_of_list(q->distribute_by, q->n_distribute_by));
	for (size_t i = 0; i < q->n_order_by; i++)
		height = higher(height, height_of(q->order_by[i].expr));
	for (size_t i = 0; i < q->n_sort_by; i++)
		height = higher(height, height_of(q->sort_by[i].expr));
	return height;
}

/* ---- WITH ---- */

void parse_with(struct parser *p, struct sql_with *with)
{
	VEC(struct sql_cte) list = {0};
	expect_kw(p, KW_WITH);
	with->recursive = is_kw(p, KW_RECURSIVE) && !peek_kw(p, 1, KW_AS) && !peek_op(p, 1, '(');
	if (with->recursive)
		advance(p);
	do {
		struct sql_cte c = {.name = parse_ident(p)};
		if (is_op(p, '('))
			c.columns = parse_ident_parens(p, &c.n_columns);
		if (is_kw(p, KW_AS) || !is_op(p, '('))
			expect_kw(p, KW_AS);
		expect_op(p, '(');
		c.query = parse_query(p);
		expect_op(p, ')');
		vec_push(&list, c);
	} while (take_op(p, ','));
	TAKE_LIST(p, &list, with->ctes, with->n);
}

static void parse_query_rest(struct parser *p, struct sql_query *q, struct sql_rel *first)
{
	int height = 0;
	size_t mark = p->window_refs.len;
	for (size_t i = 0; i < q->n_ctes; i++)
		height = higher(height, query_height(q->ctes[i].query));
	q->body = parse_body(p, first);
	parse_organization(p, q);
	if (!p->failed && q->body->kind == SQL_REL_SELECT)
		fill_window_refs(p, mark, q->body->select.windows, q->body->select.n_windows);
	if (!p->failed)
		fill_window_refs(p, mark, q->windows, q->n_windows);
	p->window_refs.len = mark;
	height = higher(height, higher(rel_height(q->body), organization_height(q)));
	q->height = limit_height(p, height + 1, q->pos);
}

/* ((select 1)) and (select 1) as a whole query are the query within. */
static struct sql_query *unwrap(struct sql_query *q)
{
	bool plain = !q->n_ctes && !q->n_order_by && !q->n_cluster_by && !q->n_distribute_by && !q->n_sort_by &&
	             !q->n_windows && !q->limit && !q->offset;
	if (plain && q->body && q->body->kind == SQL_REL_QUERY && !q->body->alias.name)
		return q->body->query;
	return q;
}

struct sql_query *parse_query_with(struct parser *p, struct sql_pos pos, const struct sql_with *with)
{
	struct sql_query *q = arena_new_of(p->arena, struct sql_query);
	if (!enter(p))
		return NULL;
	q->pos = pos;
	q->ctes = with->ctes;
	q->n_ctes = with->n;
	q->recursive = with->recursive;
	parse_query_rest(p, q, NULL);
	leave(p);
	return p->failed ? NULL : unwrap(q);
}

struct sql_query *parse_query(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	struct sql_with with = {0};
	if (!enter(p))
		return NULL;
	if (is_kw(p, KW_WITH))
		parse_with(p, &with);
	leave(p);
	return parse_query_with(p, pos, &with);
}

struct sql_query *parse_query_from(struct parser *p, struct sql_query *first)
{
	struct sql_query *q = arena_new_of(p->arena, struct sql_query);
	if (!enter(p))
		return NULL;
	q->pos = first->pos;
	parse_query_rest(p, q, query_rel(p, first, first->pos));
	leave(p);
	return p->failed ? NULL : unwrap(q);
}
