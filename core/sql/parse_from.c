/* FROM: relations, joins, LATERAL VIEW. */
#include "core/sql/parse.h"

static struct sql_rel *parse_relation(struct parser *p);

static int higher(int a, int b)
{
	return a > b ? a : b;
}

struct sql_alias parse_table_alias(struct parser *p)
{
	struct sql_alias a = {.pos = p->tok->pos};
	bool as = is_kw(p, KW_AS);
	if (as) {
		advance(p);
		/* words that are no alias even after AS */
		if (!may_alias(p, true) && !(is_word(p->tok) && peek_op(p, 1, '('))) {
			fail_here(p);
			return a;
		}
	}
	if (!as && !may_alias(p, true))
		return a;
	a.name = parse_ident(p).name;
	if (is_op(p, '('))
		a.columns = parse_ident_parens(p, &a.n_columns);
	return a;
}

/* ---- primaries ---- */

static struct sql_rel *parse_table(struct parser *p)
{
	struct sql_rel *r = new_rel(p, SQL_REL_TABLE, p->tok->pos);
	r->table = parse_name(p);
	bool travel = (is_kw(p, KW_VERSION) || is_kw(p, KW_TIMESTAMP)) && peek_kw(p, 1, KW_AS) && peek_kw(p, 2, KW_OF);
	if (travel || (is_kw(p, KW_FOR) && (peek_kw(p, 1, KW_VERSION) || peek_kw(p, 1, KW_SYSTEM_VERSION) ||
	                                    peek_kw(p, 1, KW_TIMESTAMP) || peek_kw(p, 1, KW_SYSTEM_TIME))))
		return fail_at(p, p->tok->pos, "UNSUPPORTED_FEATURE.TIME_TRAVEL", "0A000",
		               "The feature is not supported: time travel on a relation.");
	if (is_kw(p, KW_WITH) && peek_op(p, 1, '('))
		return fail_unsupported(p, p->tok->pos, "WITH (options) behind a table name");
	return finish_rel(p, r, 0);
}

static struct sql_rel *parse_table_function(struct parser *p)
{
	struct sql_rel *r = new_rel(p, SQL_REL_FUNCTION, p->tok->pos);
	r->function.name = parse_name(p);
	expect_op(p, '(');
	r->function.args = parse_call_args(p, &r->function.n_args);
	r->alias = parse_table_alias(p);
	return finish_rel(p, r, height_of_list(r->function.args, r->function.n_args));
}

static struct sql_rel *query_relation(struct parser *p, struct sql_pos pos, struct sql_query *q)
{
	struct sql_rel *r = new_rel(p, SQL_REL_QUERY, pos);
	r->query = q;
	return finish_rel(p, r, query_height(q));
}

/* (query), (relation), ((select …) union …): as with expressions, nothing is parsed twice. */
static struct sql_rel *parse_bracketed(struct parser *p)
{
	struct sql_pos pos = p->tok->pos;
	struct sql_rel *r;
	expect_op(p, '(');
	if (!enter(p))
		return NULL;
	if (at_query(p)) {
		r = query_relation(p, pos, parse_query(p));
	} else {
		r = parse_relation(p);
		bool bare = r && r->kind == SQL_REL_QUERY && !r->alias.name && !r->lateral;
		if (bare && at_query_tail(p))
			r = query_relation(p, pos, parse_query_from(p, r->query));
	}
	leave(p);
	expect_op(p, ')');
	return r;
}

static bool at_function(const struct parser *p)
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

/* An alias of a relation that has one inside already wraps it, so that both names are seen at their level. */
static struct sql_rel *add_alias(struct parser *p, struct sql_rel *r)
{
	struct sql_alias alias = parse_table_alias(p);
	if (!r || !alias.name)
		return r;
	if (r->alias.name || r->kind == SQL_REL_LATERAL_VIEW) {
		struct sql_query *q = arena_new_of(p->arena, struct sql_query);
		struct sql_rel *select = new_rel(p, SQL_REL_SELECT, r->pos);
		struct sql_expr *star = new_expr(p, SQL_EX_STAR, r->pos);
		select->select.items = arena_alloc(p->arena, sizeof *select->select.items);
		select->select.items[0] = finish_expr(p, star, 0);
		select->select.n_items = 1;
		select->select.from = r;
		q->pos = r->pos;
		q->body = finish_rel(p, select, r->height);
		q->height = limit_height(p, select->height + 1, r->pos);
		r = query_relation(p, r->pos, q);
	}
	r->alias = alias;
	return r;
}

static struct sql_rel *parse_relation_primary(struct parser *p)
{
	bool values = is_kw(p, KW_VALUES) && !peek_op(p, 1, '.') && at_query(p);
	if (values)
		return parse_values(p);
	if (is_kw(p, KW_SELECT))
		return fail_here(p);
	struct sql_rel *r;
	if (is_op(p, '(')) {
		r = parse_bracketed(p);
	} else if (is_kw(p, KW_IDENTIFIER) && peek_op(p, 1, '(')) {
		return fail_unsupported(p, p->tok->pos, "The IDENTIFIER clause");
	} else if (at_function(p)) {
		return parse_table_function(p);
	} else {
		r = parse_table(p);
	}
	if (is_kw(p, KW_TABLESAMPLE))
		r = parse_sample(p, r);
	return add_alias(p, r);
}

static struct sql_rel *parse_lateral_primary(struct parser *p)
{
	bool lateral = is_kw(p, KW_LATERAL) && !peek_kw(p, 1, KW_VIEW) && take_kw(p, KW_LATERAL);
	struct sql_rel *r = parse_relation_primary(p);
	if (r && lateral) {
		if (r->kind != SQL_REL_QUERY && r->kind != SQL_REL_FUNCTION)
			return fail_at(p, r->pos, "INVALID_SQL_SYNTAX.LATERAL_WITHOUT_SUBQUERY_OR_TABLE_VALUED_FUNC", "42000",
			               "LATERAL can only be used with subquery and table-valued functions.");
		r->lateral = true;
	}
	return r;
}

/* ---- joins ---- */

/* [NATURAL] [INNER | CROSS | LEFT [OUTER] | …] JOIN: false, and nothing taken, when none begins here. */
static bool take_join(struct parser *p, enum sql_join_kind *kind, bool *natural)
{
	size_t n = peek_kw(p, 0, KW_NATURAL) ? 1 : 0;
	*natural = n == 1;
	*kind = SQL_JOIN_INNER;
	const struct sql_token *t = peek(p, n);
	enum sql_kw kw = t->kind == SQL_TOK_WORD ? t->kw : KW_NONE;
	bool left = kw == KW_LEFT, outer = left || kw == KW_RIGHT || kw == KW_FULL;
	if (kw == KW_CROSS)
		*kind = SQL_JOIN_CROSS;
	else if (left)
		*kind = SQL_JOIN_LEFT;
	else if (kw == KW_RIGHT)
		*kind = SQL_JOIN_RIGHT;
	else if (kw == KW_FULL)
		*kind = SQL_JOIN_FULL;
	if (outer || kw == KW_CROSS || kw == KW_INNER)
		n++;
	if (outer && peek_kw(p, n, KW_OUTER))
		n++;
	else if ((left || !outer) && (peek_kw(p, n, KW_SEMI) || peek_kw(p, n, KW_ANTI)) && kw != KW_CROSS && kw != KW_INNER)
		*kind = peek_kw(p, n++, KW_SEMI) ? SQL_JOIN_SEMI : SQL_JOIN_ANTI;
	if (!peek_kw(p, n, KW_JOIN))
		return false;
	for (size_t i = 0; i <= n; i++)
		advance(p);
	return true;
}

static void parse_join_criteria(struct parser *p, struct sql_rel *r)
{
	if (r->join.natural)
		return;
	if (take_kw(p, KW_ON))
		r->join.on = parse_expr(p);
	else if (is_kw(p, KW_USING) && peek_op(p, 1, '(') && take_kw(p, KW_USING))
		r->join.using_columns = parse_ident_parens(p, &r->join.n_using);
}

static struct sql_rel *join(struct parser *p, struct sql_rel *left, enum sql_join_kind kind)
{
	struct sql_rel *r = new_rel(p, SQL_REL_JOIN, left->pos);
	r->join.join = kind;
	r->join.left = left;
	r->join.right = parse_lateral_primary(p);
	return r;
}

static struct sql_rel *finish_join(struct parser *p, struct sql_rel *r)
{
	int height = higher(rel_height(r->join.left), rel_height(r->join.right));
	return finish_rel(p, r, higher(height, height_of(r->join.on)));
}

/* A primary with its joins and pivots; they associate to the left. */
static struct sql_rel *parse_relation(struct parser *p)
{
	struct sql_rel *left = parse_lateral_primary(p);
	enum sql_join_kind kind;
	bool natural;
	while (left && !p->failed) {
		if (is_kw(p, KW_PIVOT) && peek_op(p, 1, '(')) {
			left = parse_pivot(p, left);
		} else if (is_kw(p, KW_UNPIVOT)) {
			left = parse_unpivot(p, left);
		} else if (take_join(p, &kind, &natural)) {
			struct sql_rel *r = join(p, left, kind);
			r->join.natural = natural;
			parse_join_criteria(p, r);
			left = finish_join(p, r);
		} else {
			break;
		}
	}
	return left;
}

struct sql_rel *parse_from(struct parser *p)
{
	struct sql_rel *left = parse_relation(p);
	while (left && take_op(p, ',')) {
		struct sql_rel *r = new_rel(p, SQL_REL_JOIN, left->pos);
		r->join.join = SQL_JOIN_CROSS;
		r->join.comma = true;
		r->join.left = left;
		r->join.right = parse_relation(p);
		left = finish_join(p, r);
	}
	left = parse_lateral_views(p, left);
	if (left && is_kw(p, KW_PIVOT) && peek_op(p, 1, '('))
		left = parse_pivot(p, left);
	return left;
}

/* ---- LATERAL VIEW ---- */

static struct sql_rel *parse_lateral_view(struct parser *p, struct sql_rel *child)
{
	struct sql_rel *r = new_rel(p, SQL_REL_LATERAL_VIEW, p->tok->pos);
	advance(p);
	advance(p);
	r->view.child = child;
	r->view.outer = take_kw(p, KW_OUTER);
	r->view.function = parse_name(p);
	expect_op(p, '(');
	r->view.args = parse_call_args(p, &r->view.n_args);
	/* "explode(x) AS y": Spark takes AS for the table's name and y for the column's */
	if (!is_kw(p, KW_AS))
		r->view.table = parse_ident(p).name;
	if (take_kw(p, KW_AS) || may_alias(p, true))
		r->view.columns = parse_ident_list(p, &r->view.n_columns);
	return finish_rel(p, r, higher(rel_height(child), height_of_list(r->view.args, r->view.n_args)));
}

struct sql_rel *parse_lateral_views(struct parser *p, struct sql_rel *child)
{
	while (!p->failed && is_kw(p, KW_LATERAL) && peek_kw(p, 1, KW_VIEW))
		child = parse_lateral_view(p, child);
	return child;
}
