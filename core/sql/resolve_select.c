/* SELECT: items, grouping, HAVING, windows, generators, DISTINCT, ORDER BY, LIMIT.
 *
 * Everything is first resolved over the columns of FROM. In an aggregating query each expression is then
 * rewritten over the columns of the aggregation: group expressions and aggregate calls become columns,
 * and a plain column that is left over is MISSING_AGGREGATION. A group expression that is a column keeps
 * that column's number, so that correlated sub-queries go on meaning it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sql/lower.h"
#include "core/sql/resolve_select.h"

bool resolve_same_text(const struct tx *x, const struct tx *y)
{
	if (x == y)
		return true;
	if (x->kind == TX_SUBQUERY || x->kind == TX_EXISTS || x->kind == TX_IN_QUERY || x->kind != y->kind)
		return false;
	struct buf a = BUF_INIT, b = BUF_INIT;
	lower_expr(&a, x);
	lower_expr(&b, y);
	bool same = !strcmp(buf_str(&a), buf_str(&b));
	buf_free(&a);
	buf_free(&b);
	return same;
}

/* ---- items ---- */

static bool excepted(const struct sql_expr *e, const struct col *c)
{
	for (size_t i = 0; i < e->star.n_except; i++) {
		const struct sql_name *n = &e->star.except[i];
		if (!strcasecmp(n->parts[n->n - 1], c->name))
			return true;
	}
	return false;
}

static bool star_matches(const struct sql_name *t, const struct col *c)
{
	if (t->n == 0)
		return !c->hidden;
	if (!c->table || strcasecmp(c->table, t->parts[t->n - 1]))
		return false;
	return t->n == 1 || (c->database && !strcasecmp(c->database, t->parts[t->n - 2]));
}

bool resolve_star(struct resolver *r, const struct scope *s, const struct sql_expr *e, struct col **cols, size_t *n)
{
	*cols = arena_alloc(r->a, (s->n_cols + 1) * sizeof **cols);
	*n = 0;
	bool any = false;
	for (size_t i = 0; i < s->n_cols; i++)
		if (star_matches(&e->star.target, &s->cols[i])) {
			any = true;
			if (!excepted(e, &s->cols[i]))
				(*cols)[(*n)++] = s->cols[i];
		}
	if (!any && e->star.target.n)
		return resolve_fail(r, e->pos, "CANNOT_RESOLVE_STAR_EXPAND", "42704",
		                    "Cannot resolve %s.* given input columns [%s]. Please check that the specified "
		                    "table or struct exists and is accessible in the input columns.",
		                    resolve_name_text(r->a, &e->star.target),
		                    resolve_suggest(r, "", s->cols, s->n_cols));
	return true;
}

/* struct.*: the fields of a struct column. */
static bool struct_star(struct selecting *x, const struct sql_expr *e, bool *done)
{
	struct sql_expr *col = arena_new_of(x->r->a, struct sql_expr);
	*done = false;
	if (e->star.target.n == 0)
		return true;
	for (size_t i = 0; i < x->base.n_cols; i++)
		if (star_matches(&e->star.target, &x->base.cols[i]))
			return true;
	col->kind = SQL_EX_COLUMN;
	col->pos = e->pos;
	col->column.name = e->star.target;
	struct error saved = *x->r->err;
	struct tx *base = resolve_column(x->r, &x->base, col);
	if (!base || base->type->id != SQL_T_STRUCT) {
		*x->r->err = saved;
		return true;
	}
	*done = true;
	for (size_t i = 0; i < base->type->n_fields; i++) {
		struct item it = { .name = base->type->fields[i].name };
		if (!(it.expr = resolve_field(x->r, base, it.name, e->pos)))
			return false;
		vec_push(&x->items, it);
	}
	return true;
}

static bool star_item(struct selecting *x, const struct sql_expr *e)
{
	struct col *cols;
	size_t n;
	bool done;
	if (!struct_star(x, e, &done))
		return false;
	if (done)
		return true;
	if (!resolve_star(x->r, &x->base, e, &cols, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct item it = { .name = cols[i].name, .table = cols[i].table };
		it.expr = tx_column(x->r->a, &cols[i], e->pos);
		vec_push(&x->items, it);
	}
	return true;
}

/* A generator among the items: its columns become items; the rows are made over `rel` later. */
static bool generator_item(struct selecting *x, struct tx *call, const struct sql_expr *e)
{
	struct resolver *r = x->r;
	struct col *cols;
	size_t n;
	if (!resolve_generator_columns(r, call, &cols, &n))
		return false;
	if (e->kind == SQL_EX_ALIAS && e->alias.n_names != n)
		return resolve_fail(r, e->pos, "UDTF_ALIAS_NUMBER_MISMATCH", "42802",
		                    "The number of aliases supplied in the AS clause does not match the number of "
		                    "columns output by the UDTF. Expected %zu aliases, but got %zu.", n,
		                    e->alias.n_names);
	struct rel *g = rel_new(r->a, REL_GENERATE, NULL, n);
	g->gen.call = call;
	g->gen.outer = strstr(call->call.fn->name, "_outer") != NULL;
	for (size_t i = 0; i < n; i++) {
		if (e->kind == SQL_EX_ALIAS)
			cols[i].name = e->alias.names[i].name;
		g->cols[i] = cols[i];
		struct item it = { .name = cols[i].name, .aliased = true };
		it.expr = tx_column(r->a, &cols[i], e->pos);
		vec_push(&x->items, it);
	}
	vec_push(&x->generates, g);
	return true;
}

static struct named_tx *aliases(struct selecting *x, size_t *n)
{
	struct named_tx *list = arena_alloc(x->r->a, (x->items.len + 1) * sizeof *list);
	*n = 0;
	for (size_t i = 0; i < x->items.len; i++)
		if (x->items.items[i].aliased)
			list[(*n)++] = (struct named_tx){ x->items.items[i].name, x->items.items[i].expr };
	return list;
}

struct named_tx *select_outputs(struct selecting *x, size_t *n)
{
	struct named_tx *list = arena_alloc(x->r->a, (x->items.len + 1) * sizeof *list);
	*n = x->items.len;
	for (size_t i = 0; i < *n; i++)
		list[i] = (struct named_tx){ x->items.items[i].name, x->items.items[i].expr };
	return list;
}

static bool one_item(struct selecting *x, const struct sql_expr *e)
{
	struct scope s = x->base;
	if (e->kind == SQL_EX_STAR)
		return star_item(x, e);
	s.aliases = aliases(x, &s.n_aliases);
	struct tx *t = resolve_expr(x->r, &s, e);
	if (!t)
		return false;
	if (t->kind == TX_GENERATOR)
		return generator_item(x, t, e);
	if (tx_has_generator(t))
		return resolve_fail(x->r, e->pos, "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", "42K0E",
		                    "The generator is not supported: nested in expressions.");
	struct item it = { .expr = t, .ast = e, .aliased = e->kind == SQL_EX_ALIAS };
	it.name = resolve_item_name(x->r, e);
	vec_push(&x->items, it);
	return true;
}

/* ---- order ---- */

struct ordering {
	struct tx_sort *keys;
	size_t n;
};

static struct tx *order_key(struct selecting *x, const struct sql_sort *k)
{
	int64_t at;
	struct scope s = x->base;
	s.aliases = select_outputs(x, &s.n_aliases);
	s.aliases_first = true;
	struct tx *t = resolve_expr(x->r, &s, k->expr);
	if (!t)
		return NULL;
	if (k->expr->kind == SQL_EX_LITERAL && tx_const_int(t, &at)) {
		if (at < 1 || (size_t)at > x->items.len)
			return resolve_fail(x->r, k->pos, "ORDER_BY_POS_OUT_OF_RANGE", "42805",
			                    "ORDER BY position %lld is not in select list (valid range is [1, %zu]).",
			                    (long long)at, x->items.len);
		return x->items.items[at - 1].expr;
	}
	return t;
}

static bool collect_order(struct selecting *x, struct ordering *o)
{
	const struct sql_query *q = x->q;
	if (!q || (!q->n_order_by && !q->n_sort_by && !q->n_cluster_by))
		return true;
	const struct sql_sort *keys = q->n_order_by ? q->order_by : q->sort_by;
	size_t n = q->n_order_by ? q->n_order_by : q->n_sort_by, max;
	max = q->order_by_all ? x->items.len : n ? n : q->n_cluster_by;
	o->keys = arena_alloc(x->r->a, (max + 1) * sizeof *o->keys);
	for (size_t i = 0; i < max; i++) {
		struct sql_sort by = n ? keys[q->order_by_all ? 0 : i] : (struct sql_sort){ .expr = q->cluster_by[i] };
		struct tx *t = q->order_by_all ? x->items.items[i].expr : order_key(x, &by);
		if (!t)
			return false;
		o->keys[i].expr = t;
		o->keys[i].desc = by.desc;
		o->keys[i].nulls_first = by.nulls == SQL_NULLS_UNSET ? !by.desc : by.nulls == SQL_NULLS_FIRST;
	}
	o->n = max;
	return true;
}

/* The project's column that is e, added as a hidden one when there is none. */
static struct tx *projected(struct selecting *x, struct rel *p, struct tx *e)
{
	for (size_t i = 0; i < p->n_cols; i++)
		if (resolve_same_text(p->exprs[i], e))
			return tx_column(x->r->a, &p->cols[i], e->pos);
	if (x->sel->distinct)
		return resolve_fail(x->r, e->pos, "UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703",
		                    "ORDER BY of a SELECT DISTINCT can only use what is selected. Did you mean one of "
		                    "the following? [%s].", resolve_suggest(x->r, "", p->cols, p->n_cols));
	struct col c = { .id = ++x->r->next_id, .name = "order", .type = e->type, .hidden = true };
	p->exprs[p->n_cols] = e;
	p->cols[p->n_cols++] = c;
	return tx_column(x->r->a, &c, e->pos);
}

static struct rel *visible_sort(struct selecting *x, struct rel *child, size_t n_visible, struct tx_sort *keys,
                                size_t n)
{
	struct rel *s = rel_new(x->r->a, REL_SORT, child, n_visible);
	cols_copy(s->cols, child->cols, n_visible);
	s->sort.keys = keys;
	s->sort.n_keys = n;
	return s;
}

static struct rel *project(struct selecting *x, size_t room)
{
	struct rel *p = rel_new(x->r->a, REL_PROJECT, x->rel, x->items.len + room);
	p->exprs = arena_alloc(x->r->a, (p->n_cols + 1) * sizeof *p->exprs);
	p->n_cols = x->items.len;
	for (size_t i = 0; i < x->items.len; i++) {
		const struct item *it = &x->items.items[i];
		p->exprs[i] = it->expr;
		p->cols[i] = (struct col){ .id = ++x->r->next_id, .name = it->name, .type = it->expr->type,
			                   .table = it->table };
		if (!it->table && it->expr->kind == TX_COLUMN && !it->aliased) {
			const struct col *c = select_base_col(x, it->expr->id);
			p->cols[i].table = c ? c->table : NULL;
		}
	}
	return p;
}

/* ---- the whole ---- */

static bool settle_all(struct selecting *x, struct ordering *o, struct tx **having, struct tx **qualify)
{
	for (size_t i = 0; i < x->items.len; i++)
		if (!(x->items.items[i].expr = select_settle(x, x->items.items[i].expr)))
			return false;
	for (size_t i = 0; i < o->n; i++)
		if (!(o->keys[i].expr = select_settle(x, o->keys[i].expr)))
			return false;
	for (size_t i = 0; i < x->generates.len; i++)
		if (!(x->generates.items[i]->gen.call = select_settle(x, x->generates.items[i]->gen.call)))
			return false;
	if (*having && !(*having = select_settle(x, *having)))
		return false;
	return !*qualify || (*qualify = select_settle(x, *qualify));
}

/* Generated columns are not the aggregation's business. */
static void add_generators(struct selecting *x)
{
	for (size_t i = 0; i < x->generates.len; i++) {
		struct rel *g = x->generates.items[i], *child = x->rel;
		struct col *own = g->cols;
		size_t n = g->n_cols;
		g->cols = arena_alloc(x->r->a, (child->n_cols + n) * sizeof *g->cols);
		cols_copy(g->cols, child->cols, child->n_cols);
		cols_copy(g->cols + child->n_cols, own, n);
		g->n_cols = child->n_cols + n;
		g->child = child;
		x->rel = g;
	}
}

static struct tx *condition(struct selecting *x, const struct sql_expr *e)
{
	struct scope s = x->base;
	s.aliases = select_outputs(x, &s.n_aliases);
	s.aliases_first = true;
	return resolve_boolean(x->r, &s, e);
}

static bool aggregates_anywhere(struct selecting *x, const struct ordering *o, const struct tx *having)
{
	bool any = x->sel->n_groups || x->sel->group_all || having;
	for (size_t i = 0; i < x->items.len; i++)
		any |= tx_has_aggregate(x->items.items[i].expr);
	for (size_t i = 0; i < x->generates.len; i++)
		any |= tx_has_aggregate(x->generates.items[i]->gen.call);
	for (size_t i = 0; i < o->n; i++)
		any |= tx_has_aggregate(o->keys[i].expr);
	return any;
}

static struct rel *qualified_rows(struct selecting *x, struct rel *p, struct tx *qualify)
{
	struct col c = { .id = ++x->r->next_id, .name = "qualify", .type = qualify->type, .hidden = true };
	p->exprs[p->n_cols] = qualify;
	p->cols[p->n_cols++] = c;
	return resolve_filter(x->r, p, tx_column(x->r->a, &c, qualify->pos));
}

static struct rel *finish(struct selecting *x, struct ordering *o, struct tx *qualify)
{
	struct rel *p = project(x, o->n + 1), *out = p;
	size_t n_visible = p->n_cols;
	for (size_t i = 0; i < o->n; i++)
		if (!(o->keys[i].expr = projected(x, p, o->keys[i].expr)))
			return NULL;
	if (qualify)
		out = qualified_rows(x, p, qualify);
	if (x->sel->distinct) {
		out = rel_new(x->r->a, REL_DISTINCT, out, n_visible);
		cols_copy(out->cols, p->cols, n_visible);
	}
	if (o->n || p->n_cols > n_visible)
		out = visible_sort(x, out, n_visible, o->keys, o->n);
	return out;
}

static struct rel *select_over(struct selecting *x)
{
	struct ordering order = { 0 };
	struct tx *having = NULL, *qualify = NULL, *where = NULL;
	if (x->sel->where) {
		struct scope s = x->base;
		s.clause = "WHERE";
		if (!(where = resolve_boolean(x->r, &s, x->sel->where)))
			return NULL;
		x->rel = resolve_filter(x->r, x->rel, where);
	}
	for (size_t i = 0; i < x->sel->n_items; i++)
		if (!one_item(x, x->sel->items[i]))
			return NULL;
	if ((x->sel->having && !(having = condition(x, x->sel->having))) ||
	    (x->sel->qualify && !(qualify = condition(x, x->sel->qualify))) || !collect_order(x, &order))
		return NULL;
	x->aggregated = aggregates_anywhere(x, &order, having);
	if (!select_groups(x))
		return NULL;
	select_number_groups(x);
	if (!settle_all(x, &order, &having, &qualify))
		return NULL;
	if (x->aggregated)
		select_aggregation(x);
	if (having)
		x->rel = resolve_filter(x->r, x->rel, having);
	add_generators(x);
	return finish(x, &order, qualify);
}

struct rel *resolve_select(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                           const struct sql_rel *ast, const struct sql_query *q)
{
	const struct sql_select *sel = &ast->select;
	struct selecting x = { .r = r, .sel = sel, .q = q };
	x.rel = sel->from ? resolve_rel(r, outer, ctes, sel->from, NULL) : rel_new(r->a, REL_ONE_ROW, NULL, 0);
	if (!x.rel)
		return NULL;
	x.base = (struct scope){ .outer = outer, .ctes = ctes, .cols = x.rel->cols, .n_cols = x.rel->n_cols,
		                 .windows = sel->windows, .n_windows = sel->n_windows };
	if (q && !sel->n_windows && q->n_windows) {
		x.base.windows = q->windows;
		x.base.n_windows = q->n_windows;
	}
	struct rel *out = select_over(&x);
	vec_free(&x.items);
	vec_free(&x.groups);
	vec_free(&x.sets);
	vec_free(&x.aggregates);
	vec_free(&x.agg_out);
	vec_free(&x.generates);
	return out && q ? resolve_limit(r, &x.base, out, q) : out;
}

struct rel *resolve_sort(struct resolver *r, struct rel *rel, const struct scope *s, const struct sql_sort *keys,
                         size_t n)
{
	struct rel *out = rel_new(r->a, REL_SORT, rel, 0);
	int64_t at;
	out->cols = rel->cols;
	out->n_cols = rel->n_cols;
	out->sort.keys = arena_alloc(r->a, (n + 1) * sizeof *out->sort.keys);
	out->sort.n_keys = n;
	for (size_t i = 0; i < n; i++) {
		struct tx *t = keys[i].expr ? resolve_expr(r, s, keys[i].expr) : NULL;
		if (!t)
			return r->err->code ? NULL : resolve_fail(r, keys[i].pos, "UNSUPPORTED_FEATURE", "0A000",
			                    "ORDER BY ALL is not supported after a set operation.");
		if (keys[i].expr->kind == SQL_EX_LITERAL && tx_const_int(t, &at)) {
			if (at < 1 || (size_t)at > rel->n_cols)
				return resolve_fail(r, keys[i].pos, "ORDER_BY_POS_OUT_OF_RANGE", "42805",
				                    "ORDER BY position %lld is not in select list (valid range is "
				                    "[1, %zu]).", (long long)at, rel->n_cols);
			t = tx_column(r->a, &rel->cols[at - 1], keys[i].pos);
		}
		out->sort.keys[i] = (struct tx_sort){ .expr = t, .desc = keys[i].desc };
		out->sort.keys[i].nulls_first = keys[i].nulls == SQL_NULLS_UNSET ? !keys[i].desc :
		                                keys[i].nulls == SQL_NULLS_FIRST;
	}
	return out;
}

static struct tx *row_count(struct resolver *r, const struct scope *s, const struct sql_expr *e, const char *what)
{
	struct scope none = { .outer = NULL, .ctes = s->ctes };
	int64_t v;
	struct tx *t = resolve_expr(r, &none, e);
	if (!t)
		return NULL;
	if (!sql_type_integral(t->type) && t->type->id != SQL_T_VOID)
		return resolve_fail(r, e->pos, "INVALID_LIMIT_LIKE_EXPRESSION.DATA_TYPE", "42K0E",
		                    "The %s expression must be integer type, but got \"%s\".", what,
		                    sql_type_sql(r->a, t->type));
	if (tx_const_int(t, &v) && v < 0)
		return resolve_fail(r, e->pos, "INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", "42K0E",
		                    "The %s expression must be equal to or greater than 0, but got %lld.", what,
		                    (long long)v);
	return t;
}

struct rel *resolve_limit(struct resolver *r, const struct scope *s, struct rel *rel, const struct sql_query *q)
{
	if (!q->limit && !q->offset)
		return rel;
	struct rel *l = rel_new(r->a, REL_LIMIT, rel, 0);
	l->cols = rel->cols;
	l->n_cols = rel->n_cols;
	if (q->limit && !(l->limit = row_count(r, s, q->limit, "limit")))
		return NULL;
	if (q->offset && !(l->offset = row_count(r, s, q->offset, "offset")))
		return NULL;
	return l;
}
