/* SELECT … FROM … WHERE … GROUP BY … HAVING … */
#include <strings.h>

#include "core/sql/parse.h"

/* ---- hints ---- */

static struct sql_hint parse_hint(struct parser *p)
{
	struct sql_hint h = {.pos = p->tok->pos, .name = parse_ident(p).name};
	if (take_op(p, '('))
		h.args = parse_call_args(p, &h.n_args);
	return h;
}

static void parse_hints(struct parser *p, struct sql_select *s)
{
	VEC(struct sql_hint) list = {0};
	while (take_op(p, SQL_TOP_HINT)) {
		do
			vec_push(&list, parse_hint(p));
		while (!p->failed && (take_op(p, ',') || !is_op(p, SQL_TOP_HINT_END)));
		expect_op(p, SQL_TOP_HINT_END);
	}
	TAKE_LIST(p, &list, s->hints, s->n_hints);
}

/* ---- GROUP BY ---- */

static struct sql_group parse_group(struct parser *p);

static struct sql_group_set expr_set(struct parser *p, struct sql_expr *e)
{
	struct sql_group_set s = {0};
	if (e && e->kind == SQL_EX_ROW) {
		s.exprs = e->row.items;
		s.n_exprs = e->row.n_items;
		return s;
	}
	s.exprs = arena_alloc(p->arena, sizeof *s.exprs);
	s.exprs[0] = e;
	s.n_exprs = 1;
	return s;
}

static bool at_grouping(const struct parser *p)
{
	if (is_kw(p, KW_GROUPING))
		return peek_kw(p, 1, KW_SETS) && peek_op(p, 2, '(');
	return (is_kw(p, KW_ROLLUP) || is_kw(p, KW_CUBE)) && peek_op(p, 1, '(');
}

static struct sql_group_set parse_group_set(struct parser *p)
{
	struct sql_group_set s = {0};
	if (at_grouping(p)) {
		s.nested = arena_new_of(p->arena, struct sql_group);
		*s.nested = parse_group(p);
		return s;
	}
	if (is_op(p, '(') && peek_op(p, 1, ')')) {
		advance(p);
		advance(p);
		return s;
	}
	return expr_set(p, parse_expr(p));
}

static void parse_group_sets(struct parser *p, struct sql_group *g)
{
	VEC(struct sql_group_set) sets = {0};
	expect_op(p, '(');
	do
		vec_push(&sets, parse_group_set(p));
	while (take_op(p, ','));
	expect_op(p, ')');
	TAKE_LIST(p, &sets, g->sets, g->n_sets);
}

static struct sql_group parse_group(struct parser *p)
{
	struct sql_group g = {.pos = p->tok->pos, .kind = SQL_GROUP_EXPR};
	if (!at_grouping(p)) {
		g.expr = parse_expr(p);
		return g;
	}
	if (!enter(p))
		return g;
	g.kind = is_kw(p, KW_ROLLUP) ? SQL_GROUP_ROLLUP : is_kw(p, KW_CUBE) ? SQL_GROUP_CUBE : SQL_GROUP_SETS;
	advance(p);
	if (g.kind == SQL_GROUP_SETS)
		advance(p);
	parse_group_sets(p, &g);
	leave(p);
	return g;
}

/* GROUP BY a, b WITH ROLLUP is GROUP BY ROLLUP(a, b). */
static void fold_with(struct parser *p, struct sql_select *s, enum sql_group_kind kind)
{
	struct sql_group g = {.pos = s->groups[0].pos, .kind = kind, .n_sets = s->n_groups};
	g.sets = arena_alloc(p->arena, g.n_sets * sizeof *g.sets);
	for (size_t i = 0; i < g.n_sets; i++) {
		if (s->groups[i].kind != SQL_GROUP_EXPR) {
			fail_here(p);
			return;
		}
		g.sets[i] = expr_set(p, s->groups[i].expr);
	}
	s->groups[0] = g;
	s->n_groups = 1;
}

static void parse_group_by(struct parser *p, struct sql_select *s)
{
	VEC(struct sql_group) list = {0};
	do
		vec_push(&list, parse_group(p));
	while (take_op(p, ','));
	bool hive_sets = is_kw(p, KW_GROUPING) && peek_kw(p, 1, KW_SETS);
	if (hive_sets) {
		vec_push(&list, parse_group(p));
		list.items[list.len - 1].hive = true;
	}
	TAKE_LIST(p, &list, s->groups, s->n_groups);
	if (take_kw2(p, KW_WITH, KW_ROLLUP))
		fold_with(p, s, SQL_GROUP_ROLLUP);
	else if (take_kw2(p, KW_WITH, KW_CUBE))
		fold_with(p, s, SQL_GROUP_CUBE);
	if (p->failed || s->n_groups != 1 || s->groups[0].kind != SQL_GROUP_EXPR)
		return;
	const struct sql_expr *e = s->groups[0].expr;
	s->group_all = e->kind == SQL_EX_COLUMN && e->column.name.n == 1 &&
	               strcasecmp(e->column.name.parts[0], "all") == 0;
	if (s->group_all)
		s->n_groups = 0;
}

/* ---- the clauses ---- */

static void parse_items(struct parser *p, struct sql_select *s)
{
	VEC(struct sql_expr *) list = {0};
	do {
		if (list.len && is_kw(p, KW_FROM) && !peek_op(p, 1, ',') && peek(p, 1)->kind != SQL_TOK_END)
			fail_at(p, p->tok[-1].pos, "TRAILING_COMMA_IN_SELECT", "42601",
			        "Trailing comma detected in SELECT clause. Remove the trailing comma before the FROM clause.");
		vec_push(&list, parse_named_expr(p));
	} while (take_op(p, ','));
	TAKE_LIST(p, &list, s->items, s->n_items);
}

static void parse_select_clause(struct parser *p, struct sql_select *s)
{
	expect_kw(p, KW_SELECT);
	if (is_kw(p, KW_TRANSFORM) && peek_op(p, 1, '(') && peek_kw(p, 3, KW_USING))
		fail_unsupported(p, p->tok->pos, "SELECT TRANSFORM");
	parse_hints(p, s);
	s->distinct = take_kw(p, KW_DISTINCT);
	if (!s->distinct && is_kw(p, KW_ALL) && !peek_op(p, 1, ',') && !peek_op(p, 1, '.') && !peek_kw(p, 1, KW_FROM) &&
	    peek(p, 1)->kind != SQL_TOK_END)
		advance(p);
	parse_items(p, s);
}

struct sql_named_window *parse_windows(struct parser *p, size_t *n)
{
	struct sql_named_window *out;
	VEC(struct sql_named_window) list = {0};
	expect_kw(p, KW_WINDOW);
	do {
		struct sql_named_window w = {.name = parse_ident(p)};
		expect_kw(p, KW_AS);
		w.window = parse_window_spec(p);
		vec_push(&list, w);
	} while (take_op(p, ','));
	TAKE_LIST(p, &list, out, *n);
	return out;
}

static void fill_one(struct sql_window *w, const struct sql_named_window *windows, size_t n)
{
	for (size_t i = 0; w->ref && i < n; i++)
		if (!windows[i].window->ref && strcasecmp(windows[i].name.name, w->ref) == 0)
			*w = *windows[i].window;
}

/* Twice, because a window may itself refer to one that is written out further on. */
void fill_window_refs(struct parser *p, size_t mark, const struct sql_named_window *windows, size_t n)
{
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = mark; i < p->window_refs.len; i++)
			fill_one(p->window_refs.items[i], windows, n);
}

static int group_height(const struct sql_group *g)
{
	int height = height_of(g->expr);
	for (size_t i = 0; i < g->n_sets; i++) {
		int set = height_of_list(g->sets[i].exprs, g->sets[i].n_exprs);
		if (g->sets[i].nested)
			set = group_height(g->sets[i].nested) + 1;
		height = set > height ? set : height;
	}
	return height;
}

static int select_height(const struct sql_select *s)
{
	int height = height_of_list(s->items, s->n_items);
	int parts[] = {rel_height(s->from), height_of(s->where), height_of(s->having), height_of(s->qualify)};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		height = parts[i] > height ? parts[i] : height;
	for (size_t i = 0; i < s->n_groups; i++) {
		int group = group_height(&s->groups[i]);
		height = group > height ? group : height;
	}
	return height;
}

/* FROM t SELECT a is SELECT a FROM t. */
struct sql_rel *parse_select(struct parser *p)
{
	struct sql_rel *r = new_rel(p, SQL_REL_SELECT, p->tok->pos);
	struct sql_select *s = &r->select;
	size_t mark = p->window_refs.len;
	bool from_first = take_kw(p, KW_FROM);
	if (from_first) {
		s->from = parse_lateral_views(p, parse_from(p));
		if (is_kw(p, KW_INSERT))
			return fail_unsupported(p, p->tok->pos, "FROM … INSERT (several inserts from one query)");
	}
	parse_select_clause(p, s);
	if (!from_first && take_kw(p, KW_FROM))
		s->from = parse_from(p);
	s->from = parse_lateral_views(p, s->from);
	if (take_kw(p, KW_WHERE))
		s->where = parse_expr(p);
	if (take_kw2(p, KW_GROUP, KW_BY))
		parse_group_by(p, s);
	if (take_kw(p, KW_HAVING))
		s->having = parse_expr(p);
	if (is_kw(p, KW_WINDOW))
		s->windows = parse_windows(p, &s->n_windows);
	if (take_kw(p, KW_QUALIFY))
		s->qualify = parse_expr(p);
	if (!s->n_windows && is_kw(p, KW_WINDOW))
		s->windows = parse_windows(p, &s->n_windows);
	if (!p->failed)
		fill_window_refs(p, mark, s->windows, s->n_windows);
	return finish_rel(p, r, p->failed ? 0 : select_height(s));
}
