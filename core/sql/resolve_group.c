/* GROUP BY with its sets, and the rewriting of a SELECT's expressions over the aggregation. */
#include <stdlib.h>
#include <string.h>

#include "core/sql/resolve_select.h"

static size_t group_index(struct selecting *x, struct tx *e)
{
	for (size_t i = 0; i < x->groups.len; i++)
		if (resolve_same_text(x->groups.items[i], e))
			return i;
	vec_push(&x->groups, e);
	return x->groups.len - 1;
}

static struct tx *group_expr(struct selecting *x, const struct sql_expr *e)
{
	int64_t at;
	struct scope s = x->base;
	s.aliases = select_outputs(x, &s.n_aliases);
	s.clause = "GROUP BY";
	struct tx *t = resolve_expr(x->r, &s, e);
	if (!t)
		return NULL;
	if (e->kind == SQL_EX_LITERAL && tx_const_int(t, &at)) {
		if (at < 1 || (size_t)at > x->items.len)
			return resolve_fail(x->r, e->pos, "GROUP_BY_POS_OUT_OF_RANGE", "42805",
			                    "GROUP BY position %lld is not in select list (valid range is [1, %zu]).",
			                    (long long)at, x->items.len);
		t = x->items.items[at - 1].expr;
	}
	if (tx_has_aggregate(t))
		return resolve_fail(x->r, e->pos, e->kind == SQL_EX_LITERAL ? "GROUP_BY_POS_AGGREGATE" :
		                    "GROUP_BY_AGGREGATE", "42903",
		                    "Aggregate functions are not allowed in GROUP BY.");
	return t;
}

typedef VEC(struct group_set) set_list;

static void set_add(struct selecting *x, struct group_set *s, size_t index)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->index[i] == index)
			return;
	size_t *copy = arena_alloc(x->r->a, (s->n + 1) * sizeof *copy);
	if (s->n)
		memcpy(copy, s->index, s->n * sizeof *copy);
	copy[s->n] = index;
	s->index = copy;
	s->n++;
}

static struct group_set set_join(struct selecting *x, struct group_set a, struct group_set b)
{
	for (size_t i = 0; i < b.n; i++)
		set_add(x, &a, b.index[i]);
	return a;
}

static bool element_set(struct selecting *x, const struct sql_group_set *s, struct group_set *out)
{
	*out = (struct group_set){ 0 };
	for (size_t i = 0; i < s->n_exprs; i++) {
		struct tx *t = group_expr(x, s->exprs[i]);
		if (!t)
			return false;
		set_add(x, out, group_index(x, t));
	}
	return true;
}

/* The sets that one element of GROUP BY stands for. */
static bool element_sets(struct selecting *x, const struct sql_group *g, set_list *out)
{
	struct group_set parts[16], s;
	if (g->kind == SQL_GROUP_EXPR) {
		struct sql_group_set one = { .exprs = (struct sql_expr **)&g->expr, .n_exprs = 1 };
		if (!element_set(x, &one, &s))
			return false;
		vec_push(out, s);
		return true;
	}
	if (g->kind != SQL_GROUP_SETS && g->n_sets > 12)
		return resolve_fail(x->r, g->pos, "GROUPING_SIZE_LIMIT_EXCEEDED", "54000",
		                    "Grouping sets size cannot be greater than 12.");
	for (size_t i = 0; i < g->n_sets; i++) {
		if (g->sets[i].nested) {
			if (!element_sets(x, g->sets[i].nested, out))
				return false;
			continue;
		}
		if (!element_set(x, &g->sets[i], &s))
			return false;
		if (g->kind == SQL_GROUP_SETS)
			vec_push(out, s);
		else
			parts[i] = s;
	}
	for (size_t k = 0; g->kind == SQL_GROUP_ROLLUP && k <= g->n_sets; k++) {
		s = (struct group_set){ 0 };
		for (size_t i = 0; i < g->n_sets - k; i++)
			s = set_join(x, s, parts[i]);
		vec_push(out, s);
	}
	for (size_t mask = 0; g->kind == SQL_GROUP_CUBE && mask < (size_t)1 << g->n_sets; mask++) {
		s = (struct group_set){ 0 };
		for (size_t i = 0; i < g->n_sets; i++)
			if (!(mask >> i & 1))
				s = set_join(x, s, parts[i]);
		vec_push(out, s);
	}
	return true;
}

static bool all_groups(struct selecting *x)
{
	set_list product = { 0 }, part = { 0 }, next = { 0 };
	bool ok = true;
	vec_push(&product, ((struct group_set){ 0 }));
	for (size_t i = 0; i < x->sel->n_groups && ok; i++) {
		const struct sql_group *g = &x->sel->groups[i];
		part.len = next.len = 0;
		ok = element_sets(x, g, &part);
		if (g->hive)
			product.len = 1, product.items[0] = (struct group_set){ 0 };
		for (size_t p = 0; p < product.len; p++)
			for (size_t k = 0; k < part.len; k++)
				vec_push(&next, set_join(x, product.items[p], part.items[k]));
		product.len = 0;
		for (size_t k = 0; k < next.len; k++)
			vec_push(&product, next.items[k]);
		x->has_sets |= g->kind != SQL_GROUP_EXPR;
	}
	for (size_t k = 0; x->has_sets && k < product.len; k++)
		vec_push(&x->sets, product.items[k]);
	vec_free(&product);
	vec_free(&part);
	vec_free(&next);
	return ok;
}

bool select_groups(struct selecting *x)
{
	if (!all_groups(x))
		return false;
	for (size_t i = 0; x->sel->group_all && i < x->items.len; i++)
		if (!tx_has_aggregate(x->items.items[i].expr))
			group_index(x, x->items.items[i].expr);
	return true;
}

/* ---- rewriting over the aggregation ---- */

const struct col *select_base_col(const struct selecting *x, int id)
{
	for (size_t i = 0; i < x->base.n_cols; i++)
		if (x->base.cols[i].id == id)
			return &x->base.cols[i];
	return NULL;
}

static struct tx *grouping_call(struct selecting *x, const struct tx *e, bool *failed)
{
	struct tx *c = arena_new_of(x->r->a, struct tx);
	*c = *e;
	if (!x->has_sets)
		goto bad;
	if (e->n == 0) {
		c->n = x->groups.len;
		c->args = arena_alloc(x->r->a, (c->n + 1) * sizeof *c->args);
		for (size_t i = 0; i < c->n; i++)
			c->args[i] = x->groups.items[i];
	}
	for (size_t i = 0; i < c->n; i++) {
		bool found = false;
		for (size_t k = 0; k < x->groups.len; k++)
			found |= resolve_same_text(x->groups.items[k], c->args[i]);
		if (!found)
			goto bad;
	}
	return c;
bad:
	*failed = true;
	return resolve_fail(x->r, e->pos, "UNSUPPORTED_GROUPING_EXPRESSION", "42K0E",
	                    "grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup.");
}

static struct tx *aggregate_column(struct selecting *x, const struct tx *e, bool *failed)
{
	struct tx *call = (struct tx *)e;
	if (e->call.fn->special == SP_GROUPING || e->call.fn->special == SP_GROUPING_ID)
		if (!(call = grouping_call(x, e, failed)))
			return NULL;
	for (size_t i = 0; i < x->aggregates.len; i++)
		if (resolve_same_text(x->aggregates.items[i], call))
			return tx_column(x->r->a, &x->agg_out.items[i], e->pos);
	struct col c = { .id = ++x->r->next_id, .name = e->call.fn->name, .type = e->type };
	vec_push(&x->aggregates, call);
	vec_push(&x->agg_out, c);
	return tx_column(x->r->a, &c, e->pos);
}

static struct tx *over_aggregation(void *ctx, const struct tx *e, bool *failed)
{
	struct selecting *x = ctx;
	if (e->kind == TX_LITERAL)
		return (struct tx *)e;
	for (size_t i = 0; i < x->groups.len; i++)
		if (resolve_same_text(x->groups.items[i], e))
			return tx_column(x->r->a, &x->agg_cols[i], e->pos);
	if (e->kind == TX_CALL && e->call.fn->kind == SQL_FN_AGGREGATE && !e->call.over)
		return aggregate_column(x, e, failed);
	if (e->kind == TX_COLUMN && select_base_col(x, e->id)) {
		*failed = true;
		return resolve_fail(x->r, e->pos, "MISSING_AGGREGATION", "42803",
		                    "The non-aggregating expression \"%s\" is based on columns which are not "
		                    "participating in the GROUP BY clause. Add the columns or the expression to the "
		                    "GROUP BY, aggregate the expression, or use \"any_value(%s)\" if you do not care "
		                    "which of the values within a group is returned.", e->name, e->name);
	}
	return NULL;
}

struct tx *select_settle(struct selecting *x, struct tx *e)
{
	bool failed = false;
	return !x->aggregated ? e : tx_rewrite(x->r->a, e, over_aggregation, x, &failed);
}

void select_number_groups(struct selecting *x)
{
	x->agg_cols = arena_alloc(x->r->a, (x->groups.len + 1) * sizeof *x->agg_cols);
	for (size_t i = 0; i < x->groups.len; i++) {
		const struct tx *g = x->groups.items[i];
		x->agg_cols[i] = (struct col){ .name = "group", .type = g->type };
		x->agg_cols[i].id = g->kind == TX_COLUMN ? g->id : ++x->r->next_id;
	}
}

void select_aggregation(struct selecting *x)
{
	struct arena *a = x->r->a;
	size_t g = x->groups.len, n = x->aggregates.len;
	struct rel *rel = rel_new(a, REL_AGGREGATE, x->rel, g + n);
	rel->agg.groups = arena_alloc(a, (g + 1) * sizeof *rel->agg.groups);
	rel->agg.aggregates = arena_alloc(a, (n + 1) * sizeof *rel->agg.aggregates);
	rel->agg.n_groups = g;
	rel->agg.n_aggregates = n;
	for (size_t i = 0; i < g; i++) {
		rel->agg.groups[i] = x->groups.items[i];
		rel->cols[i] = x->agg_cols[i];
	}
	for (size_t i = 0; i < n; i++) {
		rel->agg.aggregates[i] = x->aggregates.items[i];
		rel->cols[g + i] = x->agg_out.items[i];
	}
	if (x->has_sets) {
		rel->agg.n_sets = x->sets.len;
		rel->agg.sets = arena_alloc(a, (x->sets.len + 1) * sizeof *rel->agg.sets);
		for (size_t i = 0; i < x->sets.len; i++)
			rel->agg.sets[i] = x->sets.items[i];
	}
	x->rel = rel;
}
