/* Relations. Each becomes a SELECT whose columns are c<number>; neighbours that fit into one SELECT
 * (filter below projection, order below limit) share it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sql/lower.h"
#include "core/sql/quote.h"

static void from_item(struct buf *out, const struct rel *rel);

static void column_list(struct buf *out, const struct col *cols, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%sc%d", i ? ", " : "", cols[i].id);
	if (n == 0)
		buf_adds(out, "1");
}

/* "AS r5(c1, c2)": named after the first column, which is unique. */
static void alias_list(struct buf *out, const struct col *cols, size_t n)
{
	if (n == 0)
		return;
	buf_addf(out, " AS r%d(", cols[0].id);
	column_list(out, cols, n);
	buf_addc(out, ')');
}

/* FROM child, with the conditions of filters on top of it as WHERE. */
static void from_where(struct buf *out, const struct rel *rel)
{
	const struct rel *base = rel;
	while (base->kind == REL_FILTER)
		base = base->child;
	if (base->kind != REL_ONE_ROW) {
		buf_adds(out, " FROM ");
		from_item(out, base);
	}
	for (const struct rel *f = rel; f != base; f = f->child) {
		buf_adds(out, f == rel ? " WHERE " : " AND ");
		lower_expr(out, f->cond);
	}
}

static void values(struct buf *out, const struct rel *rel)
{
	buf_adds(out, "(VALUES ");
	for (size_t i = 0; i < rel->n_rows; i++) {
		buf_adds(out, i ? ", (" : "(");
		for (size_t j = 0; j < rel->n_cols; j++) {
			buf_adds(out, j ? ", " : "");
			lower_expr(out, rel->rows[i][j]);
		}
		buf_addc(out, ')');
	}
	buf_addc(out, ')');
	alias_list(out, rel->cols, rel->n_cols);
}

static void join(struct buf *out, const struct rel *rel)
{
	static const char *const words[] = { "JOIN", "CROSS JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN",
		                             "ANTI JOIN" };
	enum sql_join_kind kind = rel->join.kind;
	buf_addc(out, '(');
	from_item(out, rel->child);
	buf_addf(out, " %s ", words[kind]);
	buf_adds(out, rel->join.lateral ? "LATERAL " : "");
	from_item(out, rel->right);
	if (kind != SQL_JOIN_CROSS) {
		buf_adds(out, " ON ");
		if (rel->join.on)
			lower_expr(out, rel->join.on);
		else
			buf_adds(out, "TRUE");
	}
	buf_addc(out, ')');
}

static void from_item(struct buf *out, const struct rel *rel)
{
	switch (rel->kind) {
	case REL_SCAN:
		buf_adds(out, rel->scan);
		alias_list(out, rel->cols, rel->n_cols);
		return;
	case REL_CTE:
		buf_addf(out, "w%d", rel->cte->number);
		alias_list(out, rel->cols, rel->n_cols);
		return;
	case REL_VALUES:
		values(out, rel);
		return;
	case REL_RANGE:
		buf_adds(out, "range(");
		for (size_t i = 0; i < 3; i++) {
			buf_adds(out, i ? ", " : "");
			lower_expr(out, rel->range.args[i]);
		}
		buf_addc(out, ')');
		alias_list(out, rel->cols, rel->n_cols);
		return;
	case REL_JOIN:
		join(out, rel);
		return;
	default:
		buf_addc(out, '(');
		lower_select(out, rel);
		buf_addf(out, ") AS r%d", rel->n_cols ? rel->cols[0].id : 0);
	}
}

static void project(struct buf *out, const struct rel *rel)
{
	buf_adds(out, "SELECT ");
	for (size_t i = 0; i < rel->n_cols; i++) {
		const struct tx *e = rel->exprs[i];
		buf_adds(out, i ? ", " : "");
		lower_expr(out, e);
		if (e->kind != TX_COLUMN || e->id != rel->cols[i].id)
			buf_addf(out, " AS c%d", rel->cols[i].id);
	}
	if (rel->n_cols == 0)
		buf_adds(out, "1");
	from_where(out, rel->child);
}

static void grouping_sets(struct buf *out, const struct rel *rel)
{
	buf_adds(out, " GROUP BY GROUPING SETS (");
	for (size_t s = 0; s < rel->agg.n_sets; s++) {
		buf_adds(out, s ? ", (" : "(");
		for (size_t i = 0; i < rel->agg.sets[s].n; i++) {
			buf_adds(out, i ? ", " : "");
			lower_expr(out, rel->agg.groups[rel->agg.sets[s].index[i]]);
		}
		buf_addc(out, ')');
	}
	buf_addc(out, ')');
}

static void aggregate(struct buf *out, const struct rel *rel)
{
	size_t g = rel->agg.n_groups;
	buf_adds(out, "SELECT ");
	for (size_t i = 0; i < rel->n_cols; i++) {
		const struct tx *e = i < g ? rel->agg.groups[i] : rel->agg.aggregates[i - g];
		buf_adds(out, i ? ", " : "");
		lower_expr(out, e);
		if (e->kind != TX_COLUMN || e->id != rel->cols[i].id)
			buf_addf(out, " AS c%d", rel->cols[i].id);
	}
	if (rel->n_cols == 0)
		buf_adds(out, "count(*)");
	from_where(out, rel->child);
	if (rel->agg.n_sets) {
		grouping_sets(out, rel);
		return;
	}
	for (size_t i = 0; i < g; i++) {
		buf_adds(out, i ? ", " : " GROUP BY ");
		lower_expr(out, rel->agg.groups[i]);
	}
}

static void set_operation(struct buf *out, const struct rel *rel)
{
	static const char *const words[] = { " UNION ", " INTERSECT ", " EXCEPT " };
	buf_adds(out, "(SELECT ");
	for (size_t i = 0; i < rel->n_cols; i++)
		buf_addf(out, "%sc%d AS c%d", i ? ", " : "", rel->child->cols[i].id, rel->cols[i].id);
	buf_adds(out, " FROM ");
	from_item(out, rel->child);
	buf_addf(out, ")%s%s(SELECT ", words[rel->set.op], rel->set.all ? "ALL " : "");
	column_list(out, rel->right->cols, rel->n_cols);
	buf_adds(out, " FROM ");
	from_item(out, rel->right);
	buf_addc(out, ')');
}

static void sample(struct buf *out, const struct rel *rel)
{
	buf_adds(out, "SELECT ");
	column_list(out, rel->cols, rel->n_cols);
	buf_adds(out, " FROM ");
	from_item(out, rel->child);
	buf_adds(out, " USING SAMPLE ");
	if (rel->sample.percent)
		buf_addf(out, "%s PERCENT (bernoulli", rel->sample.percent);
	else {
		int64_t n = 0;
		tx_const_int(rel->sample.rows, &n);
		buf_addf(out, "reservoir(%lld ROWS", (long long)n);
	}
	if (rel->sample.has_seed && rel->sample.percent)
		buf_addf(out, ", %lld", (long long)(rel->sample.seed & 0x7fffffff));
	buf_addc(out, ')');
	if (rel->sample.has_seed && !rel->sample.percent)
		buf_addf(out, " REPEATABLE (%lld)", (long long)(rel->sample.seed & 0x7fffffff));
}

static void order_limit(struct buf *out, const struct rel *sort, const struct rel *limit)
{
	if (sort && sort->sort.n_keys) {
		buf_adds(out, " ORDER BY ");
		lower_sorts(out, sort->sort.keys, sort->sort.n_keys);
	}
	if (limit && limit->limit) {
		buf_adds(out, " LIMIT ");
		lower_expr(out, limit->limit);
	}
	if (limit && limit->offset) {
		buf_adds(out, " OFFSET ");
		lower_expr(out, limit->offset);
	}
}

/* The sort and limit on top of rel; gives what lies below them. */
static const struct rel *peel(const struct rel *rel, const struct rel **sort, const struct rel **limit)
{
	*sort = *limit = NULL;
	if (rel->kind == REL_LIMIT) {
		*limit = rel;
		rel = rel->child;
	}
	if (rel->kind == REL_SORT) {
		*sort = rel;
		rel = rel->child;
	}
	return rel;
}

static void ordered(struct buf *out, const struct rel *rel)
{
	const struct rel *sort, *limit, *base = peel(rel, &sort, &limit);
	buf_adds(out, "SELECT ");
	column_list(out, rel->cols, rel->n_cols);
	from_where(out, base);
	order_limit(out, sort, limit);
}

void lower_select(struct buf *out, const struct rel *rel)
{
	switch (rel->kind) {
	case REL_PROJECT: project(out, rel); return;
	case REL_AGGREGATE: aggregate(out, rel); return;
	case REL_SETOP: set_operation(out, rel); return;
	case REL_SAMPLE: sample(out, rel); return;
	case REL_GENERATE: lower_generator(out, rel, from_item); return;
	case REL_SORT:
	case REL_LIMIT: ordered(out, rel); return;
	case REL_DISTINCT:
		buf_adds(out, "SELECT DISTINCT ");
		column_list(out, rel->cols, rel->n_cols);
		from_where(out, rel->child);
		return;
	default:
		buf_adds(out, "SELECT ");
		column_list(out, rel->cols, rel->n_cols);
		from_where(out, rel);
	}
}

static void define_cte(struct buf *out, const struct cte *c)
{
	buf_addf(out, "w%d", c->number);
	if (c->recursive) {
		buf_addc(out, '(');
		column_list(out, c->base->cols, c->n_cols);
		buf_addc(out, ')');
	}
	buf_adds(out, " AS (");
	lower_select(out, c->rel);
	buf_addc(out, ')');
}

static void with_clause(struct buf *out, struct cte *const *ctes, size_t n)
{
	bool any = false, recursive = false;
	for (size_t i = 0; i < n; i++)
		recursive |= ctes[i]->recursive && ctes[i]->uses;
	for (size_t i = 0; i < n; i++) {
		if (!ctes[i]->uses)
			continue;
		buf_adds(out, any ? ", " : recursive ? "WITH RECURSIVE " : "WITH ");
		define_cte(out, ctes[i]);
		any = true;
	}
	buf_adds(out, any ? " " : "");
}

void lower_root(struct buf *out, const struct rel *rel, struct cte *const *ctes, size_t n_ctes)
{
	const struct rel *sort, *limit, *base = peel(rel, &sort, &limit);
	size_t k = 0;
	with_clause(out, ctes, n_ctes);
	buf_adds(out, "SELECT ");
	for (size_t i = 0; i < rel->n_cols; i++) {
		if (rel->cols[i].hidden)
			continue;
		buf_addf(out, "%sc%d AS ", k++ ? ", " : "", rel->cols[i].id);
		sql_quote_ident(out, rel->cols[i].name);
	}
	if (sort || limit) {
		/* names of the user's and ours never meet: the order is taken inside */
		buf_adds(out, " FROM (SELECT ");
		column_list(out, rel->cols, rel->n_cols);
		from_where(out, base);
		order_limit(out, sort, limit);
		buf_adds(out, ") AS r");
		return;
	}
	from_where(out, base);
}

/* ---- generators: unnest beside the child's columns ---- */

struct generator {
	struct buf *out;
	const struct rel *g;
	const struct col *own;        /* the generator's columns */
	size_t n_own;
};

/* unnest(list), with one NULL row for an empty list when outer. */
static void unnest(const struct generator *g, const char *list, const char *cast)
{
	buf_adds(g->out, cast ? "CAST(unnest(" : "unnest(");
	if (g->g->gen.outer)
		buf_addf(g->out, "CASE WHEN len(%s) > 0 THEN %s ELSE [NULL] END", list, list);
	else
		buf_adds(g->out, list);
	buf_addf(g->out, cast ? ") AS %s)" : ")", cast);
}

static void explode(const struct generator *g, const struct tx *call)
{
	char *x = lower_sql(call->args[0]);
	bool is_map = call->args[0]->type->id == SQL_T_MAP, pos = call->call.fn->special == SP_POSEXPLODE;
	struct buf keys = BUF_INIT, items = BUF_INIT, places = BUF_INIT;
	buf_addf(&keys, is_map ? "map_keys(%s)" : "%s", x);
	buf_addf(&items, "map_values(%s)", x);
	size_t k = 0;
	if (pos) {
		buf_addf(&places, "range(len(%s))", buf_str(&keys));
		unnest(g, buf_str(&places), "INTEGER");
		buf_addf(g->out, " AS c%d, ", g->own[k++].id);
	}
	unnest(g, buf_str(&keys), NULL);
	buf_addf(g->out, " AS c%d", g->own[k++].id);
	if (is_map) {
		buf_adds(g->out, ", ");
		unnest(g, buf_str(&items), NULL);
		buf_addf(g->out, " AS c%d", g->own[k].id);
	}
	buf_free(&keys);
	buf_free(&items);
	buf_free(&places);
	free(x);
}

/* stack's rows as a list of structs f0, f1, … */
static char *stack_list(const struct tx *call, size_t width)
{
	struct buf b = BUF_INIT;
	size_t cells = call->n - 1, rows = (cells + width - 1) / width;
	buf_addc(&b, '[');
	for (size_t i = 0; i < rows; i++) {
		buf_adds(&b, i ? ", struct_pack(" : "struct_pack(");
		for (size_t j = 0; j < width; j++) {
			buf_addf(&b, "%sf%zu := ", j ? ", " : "", j);
			if (i * width + j < cells)
				lower_expr(&b, call->args[1 + i * width + j]);
			else
				buf_adds(&b, "NULL");
		}
		buf_addc(&b, ')');
	}
	buf_addc(&b, ']');
	return buf_steal(&b);
}

static void json_tuple(const struct generator *g, const struct tx *call)
{
	for (size_t i = 0; i < g->n_own; i++) {
		buf_adds(g->out, i ? ", TRY(json_extract_string(" : "TRY(json_extract_string(");
		lower_expr(g->out, call->args[0]);
		buf_adds(g->out, ", '$.\"' || ");
		lower_expr(g->out, call->args[1 + i]);
		buf_addf(g->out, " || '\"')) AS c%d", g->own[i].id);
	}
}

/* A list of structs unnested into one column first, then its fields taken out. */
static void structs(const struct generator *g, const struct tx *call, void (*from)(struct buf *, const struct rel *))
{
	bool stack = call->call.fn->special == SP_STACK;
	const struct rel *child = g->g->child;
	char *list = stack ? stack_list(call, g->n_own) : lower_sql(call->args[0]);
	for (size_t i = 0; i < g->n_own; i++) {
		char f[24];
		snprintf(f, sizeof f, "f%zu", i);
		buf_addf(g->out, "%sstruct_extract(g%d, ", i || child->n_cols ? ", " : "", g->own[0].id);
		sql_quote_str(g->out, stack ? f : call->args[0]->type->element->fields[i].name);
		buf_addf(g->out, ") AS c%d", g->own[i].id);
	}
	buf_adds(g->out, " FROM (SELECT ");
	for (size_t i = 0; i < child->n_cols; i++)
		buf_addf(g->out, "c%d, ", child->cols[i].id);
	unnest(g, list, NULL);
	buf_addf(g->out, " AS g%d", g->own[0].id);
	if (child->kind != REL_ONE_ROW) {
		buf_adds(g->out, " FROM ");
		from(g->out, child);
	}
	buf_addf(g->out, ") AS s%d", g->own[0].id);
	free(list);
}

void lower_generator(struct buf *out, const struct rel *rel, void (*from)(struct buf *, const struct rel *))
{
	const struct tx *call = rel->gen.call;
	const struct rel *child = rel->child;
	struct generator g = { out, rel, rel->cols + child->n_cols, rel->n_cols - child->n_cols };
	buf_adds(out, "SELECT ");
	for (size_t i = 0; i < child->n_cols; i++)
		buf_addf(out, "%sc%d", i ? ", " : "", child->cols[i].id);
	if (call->call.fn->special == SP_INLINE || call->call.fn->special == SP_STACK) {
		structs(&g, call, from);
		return;
	}
	buf_adds(out, child->n_cols ? ", " : "");
	if (call->call.fn->special == SP_JSON_TUPLE)
		json_tuple(&g, call);
	else
		explode(&g, call);
	from_where(out, child);
}
