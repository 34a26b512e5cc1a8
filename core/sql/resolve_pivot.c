/* PIVOT is an aggregation with one filtered aggregate per value; UNPIVOT is stack() over the columns. */
#include <string.h>
#include <strings.h>

#include "core/sql/coercion.h"
#include "core/sql/resolve.h"

struct pivoting {
	struct resolver *r;
	const struct sql_rel *ast;
	struct scope scope;
	struct tx **columns;          /* FOR (…) */
	struct tx **aggregates;
	bool *used;                   /* columns of the child that take part, and so do not group */
};

static bool mark_used(void *ctx, const struct tx *e)
{
	struct pivoting *p = ctx;
	for (size_t i = 0; e->kind == TX_COLUMN && i < p->scope.n_cols; i++)
		if (p->scope.cols[i].id == e->id)
			p->used[i] = true;
	return true;
}

static struct tx *pivot_condition(struct pivoting *p, const struct sql_pivot_value *v)
{
	struct resolver *r = p->r;
	size_t n = p->ast->pivot.n_columns;
	const struct sql_expr *value = v->value->kind == SQL_EX_ALIAS ? v->value->alias.arg : v->value;
	if (n > 1 && (value->kind != SQL_EX_ROW || value->row.n_items != n))
		return resolve_fail(r, value->pos, "PIVOT_VALUE_DATA_TYPE_MISMATCH", "42K09",
		                    "Invalid pivot value: it must have %zu parts.", n);
	struct tx *all = NULL;
	for (size_t i = 0; i < n; i++) {
		struct tx *x = resolve_expr(r, &p->scope, n > 1 ? value->row.items[i] : value);
		struct tx *eq = x ? resolve_op(r, SQL_OP_NULLSAFE_EQ, p->columns[i], x, value->pos, NULL) : NULL;
		if (!eq)
			return NULL;
		all = all ? resolve_op(r, SQL_OP_AND, all, eq, value->pos, NULL) : eq;
	}
	return all;
}

static const char *pivot_name(struct pivoting *p, const struct sql_pivot_value *v, const struct sql_expr *agg)
{
	struct arena *a = p->r->a;
	const char *value = v->alias;
	if (!value && v->value->kind == SQL_EX_ALIAS)
		value = v->value->alias.names[0].name;
	if (!value)
		value = resolve_item_name(p->r, v->value);
	if (p->ast->pivot.n_aggregates == 1)
		return value;
	return arena_printf(a, "%s_%s", value, resolve_item_name(p->r, agg));
}

static bool pivot_inputs(struct pivoting *p)
{
	const struct sql_rel *ast = p->ast;
	struct resolver *r = p->r;
	p->columns = arena_alloc(r->a, (ast->pivot.n_columns + 1) * sizeof *p->columns);
	p->aggregates = arena_alloc(r->a, (ast->pivot.n_aggregates + 1) * sizeof *p->aggregates);
	p->used = arena_alloc(r->a, p->scope.n_cols + 1);
	for (size_t i = 0; i < ast->pivot.n_columns; i++) {
		struct sql_expr *e = arena_new_of(r->a, struct sql_expr);
		e->kind = SQL_EX_COLUMN;
		e->pos = ast->pivot.columns[i].pos;
		e->column.name = ast->pivot.columns[i];
		if (!(p->columns[i] = resolve_column(r, &p->scope, e)))
			return false;
		tx_walk(p->columns[i], mark_used, p);
	}
	for (size_t i = 0; i < ast->pivot.n_aggregates; i++) {
		p->aggregates[i] = resolve_expr(r, &p->scope, ast->pivot.aggregates[i]);
		if (!p->aggregates[i])
			return false;
		if (p->aggregates[i]->kind != TX_CALL || !tx_has_aggregate(p->aggregates[i]))
			return resolve_fail(r, ast->pos, "UNSUPPORTED_FEATURE.PIVOT_TYPE", "0A000",
			                    "PIVOT takes plain aggregate functions here.");
		tx_walk(p->aggregates[i], mark_used, p);
	}
	return true;
}

/* Spark answers NULL where a value has no row at all, but only if every aggregate is a number or a boolean:
 * it then puts results of groups side by side. Otherwise it aggregates what is NULL elsewhere: count gives 0. */
static bool side_by_side(const struct pivoting *p)
{
	for (size_t i = 0; i < p->ast->pivot.n_aggregates; i++) {
		const struct sql_type *t = p->aggregates[i]->type;
		if (!sql_type_numeric(t) && t->id != SQL_T_BOOLEAN)
			return false;
	}
	return true;
}

/* CASE WHEN bool_or(cond) THEN call END */
static struct tx *where_any(struct resolver *r, struct tx *cond, struct tx *call)
{
	struct tx *x = arena_new_of(r->a, struct tx);
	*x = (struct tx){ .kind = TX_CASE, .type = call->type, .pos = call->pos, .n = 2 };
	x->args = arena_alloc(r->a, 2 * sizeof *x->args);
	x->args[1] = call;
	return (x->args[0] = resolve_named_call(r, "bool_or", &cond, 1, call->pos)) ? x : NULL;
}

struct rel *resolve_pivot(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                          const struct sql_rel *ast)
{
	struct rel *child = resolve_rel(r, outer, ctes, ast->pivot.child, NULL);
	if (!child)
		return NULL;
	struct pivoting p = { .r = r, .ast = ast };
	p.scope = (struct scope){ .outer = outer, .ctes = ctes, .cols = child->cols, .n_cols = child->n_cols };
	if (!pivot_inputs(&p))
		return NULL;
	size_t n_values = ast->pivot.n_values, n_aggs = ast->pivot.n_aggregates, g = 0, k = 0;
	struct rel *rel = rel_new(r->a, REL_AGGREGATE, child, child->n_cols + n_values * n_aggs);
	rel->agg.groups = arena_alloc(r->a, (child->n_cols + 1) * sizeof *rel->agg.groups);
	rel->agg.aggregates = arena_alloc(r->a, (n_values * n_aggs + 1) * sizeof *rel->agg.aggregates);
	for (size_t i = 0; i < child->n_cols; i++)
		if (!p.used[i] && !child->cols[i].hidden) {
			rel->agg.groups[g] = tx_column(r->a, &child->cols[i], ast->pos);
			rel->cols[g++] = child->cols[i];
		}
	bool absent_is_null = side_by_side(&p);
	for (size_t v = 0; v < n_values; v++) {
		struct tx *cond = pivot_condition(&p, &ast->pivot.values[v]);
		if (!cond)
			return NULL;
		for (size_t i = 0; i < n_aggs; i++, k++) {
			struct tx *call = arena_new_of(r->a, struct tx);
			*call = *p.aggregates[i];
			call->call.filter = cond;
			rel->agg.aggregates[k] = absent_is_null ? where_any(r, cond, call) : call;
			if (!rel->agg.aggregates[k])
				return NULL;
			rel->cols[g + k] = (struct col){ .id = ++r->next_id, .type = call->type };
			rel->cols[g + k].name = pivot_name(&p, &ast->pivot.values[v], ast->pivot.aggregates[i]);
		}
	}
	rel->agg.n_groups = g;
	rel->agg.n_aggregates = k;
	rel->n_cols = g + k;
	return rel;
}

/* ---- unpivot ---- */

static struct tx *child_column(struct resolver *r, const struct scope *s, const struct sql_name *name)
{
	struct sql_expr *e = arena_new_of(r->a, struct sql_expr);
	e->kind = SQL_EX_COLUMN;
	e->pos = name->pos;
	e->column.name = *name;
	return resolve_column(r, s, e);
}

static const char *unpivot_label(struct resolver *r, const struct sql_unpivot_value *v)
{
	struct buf b = BUF_INIT;
	if (v->alias)
		return v->alias;
	for (size_t i = 0; i < v->n_columns; i++)
		buf_addf(&b, "%s%s", i ? "_" : "", v->columns[i].parts[v->columns[i].n - 1]);
	const char *label = arena_strdup(r->a, buf_str(&b));
	buf_free(&b);
	return label;
}

/* stack(n, 'x', x, 'y', y): a name and the values per row. */
static struct tx *unpivot_stack(struct resolver *r, const struct scope *s, const struct sql_rel *ast, bool *used)
{
	size_t n = ast->unpivot.n_values, width = ast->unpivot.n_value_columns + 1, k = 1;
	struct tx **args = arena_alloc(r->a, (n * width + 1) * sizeof *args);
	args[0] = tx_int(r->a, (int64_t)n, SQL_T_INT, ast->pos);
	for (size_t i = 0; i < n; i++) {
		const struct sql_unpivot_value *v = &ast->unpivot.values[i];
		if (v->n_columns != width - 1)
			return resolve_fail(r, ast->pos, "UNPIVOT_VALUE_SIZE_MISMATCH", "428C4",
			                    "All unpivot value columns must have the same size as there are value "
			                    "column names (%zu).", width - 1);
		args[k++] = tx_string(r->a, unpivot_label(r, v), ast->pos);
		for (size_t c = 0; c < v->n_columns; c++) {
			struct tx *x = child_column(r, s, &v->columns[c]);
			if (!x)
				return NULL;
			for (size_t i2 = 0; i2 < s->n_cols; i2++)
				used[i2] |= x->kind == TX_COLUMN && s->cols[i2].id == x->id;
			args[k++] = x;
		}
	}
	return resolve_named_call(r, "stack", args, k, ast->pos);
}

static struct tx *any_value_set(struct resolver *r, const struct col *cols, size_t n, struct sql_pos pos)
{
	struct tx *all = NULL;
	for (size_t i = 0; i < n; i++) {
		struct tx *null = tx_new(r->a, TX_IS_NULL, sql_type_of(SQL_T_BOOLEAN), pos, 1);
		null->args[0] = tx_column(r->a, &cols[i], pos);
		struct tx *set = resolve_not(r, null);
		all = all ? resolve_op(r, SQL_OP_OR, all, set, pos, NULL) : set;
	}
	return all;
}

struct rel *resolve_unpivot(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                            const struct sql_rel *ast)
{
	struct rel *child = resolve_rel(r, outer, ctes, ast->unpivot.child, NULL);
	if (!child)
		return NULL;
	struct scope s = { .outer = outer, .ctes = ctes, .cols = child->cols, .n_cols = child->n_cols };
	bool *used = arena_alloc(r->a, child->n_cols + 1);
	struct col *own;
	size_t n;
	struct tx *call = unpivot_stack(r, &s, ast, used);
	if (!call || !resolve_generator_columns(r, call, &own, &n))
		return NULL;
	struct rel *g = rel_new(r->a, REL_GENERATE, child, child->n_cols + n);
	cols_copy(g->cols, child->cols, child->n_cols);
	g->gen.call = call;
	for (size_t i = 0; i < n; i++) {
		own[i].name = i ? ast->unpivot.value_columns[i - 1].name : ast->unpivot.name_column.name;
		g->cols[child->n_cols + i] = own[i];
	}
	struct rel *rows = ast->unpivot.include_nulls ? g :
	                   resolve_filter(r, g, any_value_set(r, own + 1, n - 1, ast->pos));
	struct rel *p = rel_new(r->a, REL_PROJECT, rows, g->n_cols);
	p->exprs = arena_alloc(r->a, g->n_cols * sizeof *p->exprs);
	p->n_cols = 0;
	for (size_t i = 0; i < g->n_cols; i++)
		if (i >= child->n_cols || (!used[i] && !g->cols[i].hidden)) {
			p->exprs[p->n_cols] = tx_column(r->a, &g->cols[i], ast->pos);
			p->cols[p->n_cols++] = g->cols[i];
		}
	return p;
}
