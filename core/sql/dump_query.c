/* Queries and relations as S-expressions. */
#include <inttypes.h>
#include <string.h>

#include "core/sql/dump_parts.h"

static void dump_alias(struct buf *out, const struct sql_alias *a)
{
	if (!a->name)
		return;
	buf_addf(out, " :as %s", a->name);
	dump_idents(out, a->columns, a->n_columns);
}

static void dump_clause(struct buf *out, const char *word, const struct sql_expr *e)
{
	if (!e)
		return;
	buf_addf(out, " (%s ", word);
	sql_dump_expr(out, e);
	buf_addc(out, ')');
}

static void dump_list_clause(struct buf *out, const char *word, struct sql_expr *const *list, size_t n)
{
	if (!n)
		return;
	buf_addf(out, " (%s", word);
	dump_exprs(out, list, n);
	buf_addc(out, ')');
}

/* ---- SELECT ---- */

static void dump_group(struct buf *out, const struct sql_group *g)
{
	static const char *const kinds[] = {"", "rollup", "cube", "sets"};
	if (g->kind == SQL_GROUP_EXPR) {
		sql_dump_expr(out, g->expr);
		return;
	}
	buf_addf(out, "(%s%s", kinds[g->kind], g->hive ? " :hive" : "");
	for (size_t i = 0; i < g->n_sets; i++) {
		const struct sql_group_set *s = &g->sets[i];
		if (s->nested) {
			buf_addc(out, ' ');
			dump_group(out, s->nested);
			continue;
		}
		buf_adds(out, " (");
		for (size_t j = 0; j < s->n_exprs; j++) {
			buf_adds(out, j ? " " : "");
			sql_dump_expr(out, s->exprs[j]);
		}
		buf_addc(out, ')');
	}
	buf_addc(out, ')');
}

static void dump_windows(struct buf *out, const struct sql_named_window *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_addf(out, " (named-window %s ", list[i].name.name);
		dump_window(out, list[i].window);
		buf_addc(out, ')');
	}
}

static void dump_select(struct buf *out, const struct sql_select *s)
{
	buf_adds(out, s->distinct ? "(select :distinct" : "(select");
	for (size_t i = 0; i < s->n_hints; i++) {
		buf_addf(out, " (hint %s", s->hints[i].name);
		dump_exprs(out, s->hints[i].args, s->hints[i].n_args);
		buf_addc(out, ')');
	}
	dump_exprs(out, s->items, s->n_items);
	if (s->from) {
		buf_adds(out, " (from ");
		dump_rel(out, s->from);
		buf_addc(out, ')');
	}
	dump_clause(out, "where", s->where);
	buf_adds(out, s->group_all ? " (group all)" : "");
	for (size_t i = 0; i < s->n_groups; i++) {
		buf_adds(out, i ? " " : " (group ");
		dump_group(out, &s->groups[i]);
	}
	buf_adds(out, s->n_groups ? ")" : "");
	dump_clause(out, "having", s->having);
	dump_clause(out, "qualify", s->qualify);
	dump_windows(out, s->windows, s->n_windows);
	buf_addc(out, ')');
}

/* ---- other relations ---- */

static void dump_values(struct buf *out, const struct sql_rel *r)
{
	buf_adds(out, "(values");
	for (size_t i = 0; i < r->values.n_rows; i++) {
		buf_adds(out, " (");
		for (size_t j = 0; j < r->values.widths[i]; j++) {
			buf_adds(out, j ? " " : "");
			sql_dump_expr(out, r->values.rows[i][j]);
		}
		buf_addc(out, ')');
	}
}

static void dump_join(struct buf *out, const struct sql_rel *r)
{
	static const char *const kinds[] = {"inner", "cross", "left", "right", "full", "semi", "anti"};
	buf_addf(out, "(join %s%s ", r->join.comma ? "comma" : kinds[r->join.join], r->join.natural ? " :natural" : "");
	dump_rel(out, r->join.left);
	buf_addc(out, ' ');
	dump_rel(out, r->join.right);
	dump_clause(out, "on", r->join.on);
	if (r->join.n_using) {
		buf_adds(out, " :using");
		dump_idents(out, r->join.using_columns, r->join.n_using);
	}
}

static void dump_view(struct buf *out, const struct sql_rel *r)
{
	buf_adds(out, r->view.outer ? "(lateral-view-outer " : "(lateral-view ");
	if (r->view.child)
		dump_rel(out, r->view.child);
	else
		buf_adds(out, "-");
	buf_adds(out, " (");
	dump_name(out, &r->view.function);
	dump_exprs(out, r->view.args, r->view.n_args);
	buf_addf(out, ") %s", r->view.table ? r->view.table : "-");
	dump_idents(out, r->view.columns, r->view.n_columns);
}

static void dump_names(struct buf *out, const struct sql_name *names, size_t n)
{
	buf_addc(out, '(');
	for (size_t i = 0; i < n; i++) {
		buf_adds(out, i ? " " : "");
		dump_name(out, &names[i]);
	}
	buf_addc(out, ')');
}

static void dump_pivot(struct buf *out, const struct sql_rel *r)
{
	buf_adds(out, "(pivot ");
	dump_rel(out, r->pivot.child);
	dump_exprs(out, r->pivot.aggregates, r->pivot.n_aggregates);
	buf_adds(out, " :for ");
	dump_names(out, r->pivot.columns, r->pivot.n_columns);
	for (size_t i = 0; i < r->pivot.n_values; i++) {
		dump_exprs(out, &r->pivot.values[i].value, 1);
		if (r->pivot.values[i].alias)
			buf_addf(out, ":%s", r->pivot.values[i].alias);
	}
}

static void dump_unpivot(struct buf *out, const struct sql_rel *r)
{
	buf_addf(out, "(unpivot%s ", r->unpivot.include_nulls ? " :include-nulls" : "");
	dump_rel(out, r->unpivot.child);
	dump_idents(out, r->unpivot.value_columns, r->unpivot.n_value_columns);
	buf_addf(out, " :for %s", r->unpivot.name_column.name);
	for (size_t i = 0; i < r->unpivot.n_values; i++) {
		buf_addc(out, ' ');
		dump_names(out, r->unpivot.values[i].columns, r->unpivot.values[i].n_columns);
		if (r->unpivot.values[i].alias)
			buf_addf(out, ":%s", r->unpivot.values[i].alias);
	}
}

static void dump_sample(struct buf *out, const struct sql_rel *r)
{
	buf_adds(out, "(sample ");
	dump_rel(out, r->sample.child);
	if (r->sample.by == SQL_SAMPLE_PERCENT)
		buf_addf(out, " percent %s", r->sample.percent);
	else if (r->sample.by == SQL_SAMPLE_ROWS)
		dump_clause(out, "rows", r->sample.rows);
	else
		buf_addf(out, " bucket %" PRId64 " of %" PRId64, r->sample.bucket, r->sample.buckets);
	if (r->sample.has_seed)
		buf_addf(out, " seed %" PRId64, r->sample.seed);
}

static void dump_setop(struct buf *out, const struct sql_rel *r)
{
	static const char *const ops[] = {"union", "intersect", "except"};
	buf_addf(out, "(%s%s ", ops[r->setop.op], r->setop.all ? "-all" : "");
	dump_rel(out, r->setop.left);
	buf_addc(out, ' ');
	dump_rel(out, r->setop.right);
	buf_addc(out, ')');
}

void dump_rel(struct buf *out, const struct sql_rel *r)
{
	const char *lateral = r->lateral ? " :lateral" : "";
	switch (r->kind) {
	case SQL_REL_SELECT: dump_select(out, &r->select); return;
	case SQL_REL_SETOP: dump_setop(out, r); return;
	case SQL_REL_TABLE:
		buf_adds(out, "(table ");
		dump_name(out, &r->table);
		break;
	case SQL_REL_QUERY:
		buf_addf(out, "(query%s ", lateral);
		sql_dump_query(out, r->query);
		break;
	case SQL_REL_VALUES: dump_values(out, r); break;
	case SQL_REL_FUNCTION:
		buf_addf(out, "(function%s ", lateral);
		dump_name(out, &r->function.name);
		dump_exprs(out, r->function.args, r->function.n_args);
		break;
	case SQL_REL_JOIN: dump_join(out, r); break;
	case SQL_REL_LATERAL_VIEW: dump_view(out, r); break;
	case SQL_REL_PIVOT: dump_pivot(out, r); break;
	case SQL_REL_UNPIVOT: dump_unpivot(out, r); break;
	case SQL_REL_SAMPLE: dump_sample(out, r); break;
	}
	dump_alias(out, &r->alias);
	buf_addc(out, ')');
}

void sql_dump_query(struct buf *out, const struct sql_query *q)
{
	for (size_t i = 0; i < q->n_ctes; i++) {
		buf_addf(out, "%s(%s", i ? " " : q->recursive ? "(with-recursive " : "(with ", q->ctes[i].name.name);
		dump_idents(out, q->ctes[i].columns, q->ctes[i].n_columns);
		buf_addc(out, ' ');
		sql_dump_query(out, q->ctes[i].query);
		buf_addc(out, ')');
	}
	buf_adds(out, q->n_ctes ? " " : "");
	dump_rel(out, q->body);
	dump_sorts(out, "order", q->order_by, q->n_order_by);
	dump_list_clause(out, "cluster", q->cluster_by, q->n_cluster_by);
	dump_list_clause(out, "distribute", q->distribute_by, q->n_distribute_by);
	dump_sorts(out, "sort", q->sort_by, q->n_sort_by);
	dump_windows(out, q->windows, q->n_windows);
	dump_clause(out, "limit", q->limit);
	dump_clause(out, "offset", q->offset);
	buf_adds(out, q->n_ctes ? ")" : "");
}
