/* Joins: conditions, USING and NATURAL with their merged columns, LATERAL. */
#include <string.h>
#include <strings.h>

#include "core/sql/resolve.h"

static struct rel *join_rel(struct resolver *r, struct rel *l, struct rel *o, enum sql_join_kind kind)
{
	bool left_only = kind == SQL_JOIN_SEMI || kind == SQL_JOIN_ANTI;
	struct rel *j = rel_new(r->a, REL_JOIN, l, l->n_cols + (left_only ? 0 : o->n_cols));
	j->right = o;
	j->join.kind = kind;
	for (size_t i = 0; i < j->n_cols; i++)
		j->cols[i] = i < l->n_cols ? l->cols[i] : o->cols[i - l->n_cols];
	return j;
}

static struct col *visible(struct rel *rel, const char *name, size_t *hits)
{
	struct col *c = NULL;
	*hits = 0;
	for (size_t i = 0; i < rel->n_cols; i++)
		if (!rel->cols[i].hidden && !strcasecmp(rel->cols[i].name, name)) {
			c = &rel->cols[i];
			++*hits;
		}
	return c;
}

struct pair {
	struct col *left, *right;
};

static bool using_pairs(struct resolver *r, const struct sql_rel *j, struct rel *l, struct rel *o,
                        struct pair **out, size_t *n)
{
	size_t hits, k = 0, max = j->join.natural ? l->n_cols : j->join.n_using;
	*out = arena_alloc(r->a, (max + 1) * sizeof **out);
	for (size_t i = 0; i < max; i++) {
		const char *name = j->join.natural ? l->cols[i].name : j->join.using_columns[i].name;
		if (j->join.natural && l->cols[i].hidden)
			continue;
		struct pair p = { visible(l, name, &hits), NULL };
		size_t left_hits = hits;
		p.right = visible(o, name, &hits);
		if (j->join.natural && !p.right)
			continue;
		if (!p.left || !p.right)
			return resolve_fail(r, j->pos, "UNRESOLVED_USING_COLUMN_FOR_JOIN", "42703",
			                    "USING column `%s` cannot be resolved on the %s side of the join. The "
			                    "%s-side columns: [%s].", name, p.left ? "right" : "left",
			                    p.left ? "right" : "left",
			                    resolve_suggest(r, name, p.left ? o->cols : l->cols,
			                                    p.left ? o->n_cols : l->n_cols));
		if (left_hits > 1 || hits > 1)
			return resolve_fail(r, j->pos, "AMBIGUOUS_REFERENCE", "42704", "Reference `%s` is ambiguous.",
			                    name);
		(*out)[k++] = p;
	}
	*n = k;
	return true;
}

/* One column for each pair, in front; the pair itself stays reachable by its qualifiers. */
static struct rel *merge_columns(struct resolver *r, struct rel *j, const struct pair *pairs, size_t n)
{
	bool full = j->join.kind == SQL_JOIN_FULL, right = j->join.kind == SQL_JOIN_RIGHT;
	struct rel *p = rel_new(r->a, REL_PROJECT, j, n + j->n_cols);
	p->exprs = arena_alloc(r->a, p->n_cols * sizeof *p->exprs);
	for (size_t i = 0; i < n; i++) {
		struct tx *both[2] = { tx_column(r->a, pairs[i].left, (struct sql_pos){ 0 }),
			               tx_column(r->a, pairs[i].right, (struct sql_pos){ 0 }) };
		p->exprs[i] = full ? resolve_named_call(r, "coalesce", both, 2, (struct sql_pos){ 0 }) : both[right];
		p->cols[i] = (struct col){ .id = ++r->next_id, .name = pairs[i].left->name, .type = p->exprs[i]->type };
	}
	for (size_t i = 0; i < j->n_cols; i++) {
		p->exprs[n + i] = tx_column(r->a, &j->cols[i], (struct sql_pos){ 0 });
		p->cols[n + i] = j->cols[i];
		for (size_t k = 0; k < n; k++)
			if (j->cols[i].id == pairs[k].left->id || j->cols[i].id == pairs[k].right->id)
				p->cols[n + i].hidden = true;
	}
	return p;
}

static struct rel *join_using(struct resolver *r, const struct sql_rel *ast, struct rel *l, struct rel *o)
{
	struct pair *pairs;
	size_t n = 0;
	if (!using_pairs(r, ast, l, o, &pairs, &n))
		return NULL;
	struct tx *on = NULL;
	for (size_t i = 0; i < n; i++) {
		struct tx *eq = resolve_op(r, SQL_OP_EQ, tx_column(r->a, pairs[i].left, ast->pos),
		                           tx_column(r->a, pairs[i].right, ast->pos), ast->pos, NULL);
		if (!eq)
			return NULL;
		on = on ? resolve_op(r, SQL_OP_AND, on, eq, ast->pos, NULL) : eq;
	}
	struct rel *j = join_rel(r, l, o, ast->join.join);
	j->join.on = on;
	if (!on && j->join.kind == SQL_JOIN_INNER)
		j->join.kind = SQL_JOIN_CROSS;
	if (j->join.kind == SQL_JOIN_SEMI || j->join.kind == SQL_JOIN_ANTI)
		return j;
	return n ? merge_columns(r, j, pairs, n) : j;
}

struct rel *resolve_join(struct resolver *r, const struct scope *outer, const struct cte_scope *ctes,
                        const struct sql_rel *ast)
{
	struct rel *l = resolve_rel(r, outer, ctes, ast->join.left, NULL);
	if (!l)
		return NULL;
	struct scope lateral = { .outer = outer, .ctes = ctes, .cols = l->cols, .n_cols = l->n_cols };
	const struct sql_rel *right = ast->join.right;
	if (right->kind == SQL_REL_FUNCTION && right->lateral && strcasecmp(right->function.name.parts[0], "range")) {
		struct rel *g = resolve_table_function(r, outer, ctes, right, l);
		if (!g)
			return NULL;
		g->gen.outer |= ast->join.join == SQL_JOIN_LEFT;
		return resolve_generated_names(r, g, l->n_cols, right->alias.name, right->alias.columns, right->alias.n_columns,
		                      right->pos) ? g : NULL;
	}
	struct rel *o = resolve_rel(r, outer, ctes, right, right->lateral ? &lateral : NULL);
	if (!o)
		return NULL;
	if (ast->join.natural || ast->join.n_using)
		return join_using(r, ast, l, o);
	struct rel *j = join_rel(r, l, o, ast->join.join);
	j->join.lateral = right->lateral;
	if (ast->join.on) {
		struct rel *both = join_rel(r, l, o, SQL_JOIN_INNER);
		struct scope s = { .outer = outer, .ctes = ctes, .cols = both->cols, .n_cols = both->n_cols,
			           .clause = "JOIN" };
		if (!(j->join.on = resolve_boolean(r, &s, ast->join.on)))
			return NULL;
	} else if (j->join.kind == SQL_JOIN_INNER)
		j->join.kind = SQL_JOIN_CROSS;
	return j;
}
