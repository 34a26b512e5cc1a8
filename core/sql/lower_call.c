/* Calls: the templates of the function table, and what goes around aggregates and window functions. */
#include <stdlib.h>
#include <string.h>

#include "core/sql/lower.h"

void lower_sorts(struct buf *out, const struct tx_sort *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_adds(out, i ? ", " : "");
		/* a bare number would be a column's place */
		buf_adds(out, s[i].expr->kind == TX_LITERAL ? "(" : "");
		lower_expr(out, s[i].expr);
		buf_adds(out, s[i].expr->kind == TX_LITERAL ? ")" : "");
		buf_addf(out, " %s NULLS %s", s[i].desc ? "DESC" : "ASC", s[i].nulls_first ? "FIRST" : "LAST");
	}
}

static void bound(struct buf *out, enum sql_bound_kind kind, const struct tx *offset)
{
	static const char *const words[] = { "UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING",
		                             "UNBOUNDED FOLLOWING" };
	if (offset) {
		lower_expr(out, offset);
		buf_addc(out, ' ');
	}
	buf_adds(out, words[kind]);
}

static void window(struct buf *out, const struct tx_window *w)
{
	buf_adds(out, " OVER (");
	if (w->n_partition)
		buf_adds(out, "PARTITION BY ");
	for (size_t i = 0; i < w->n_partition; i++) {
		buf_adds(out, i ? ", " : "");
		lower_expr(out, w->partition[i]);
	}
	if (w->n_order)
		buf_adds(out, w->n_partition ? " ORDER BY " : "ORDER BY ");
	lower_sorts(out, w->order, w->n_order);
	if (w->has_frame) {
		buf_adds(out, w->range ? " RANGE BETWEEN " : " ROWS BETWEEN ");
		bound(out, w->start, w->start_offset);
		buf_adds(out, " AND ");
		bound(out, w->end, w->end_offset);
	}
	buf_addc(out, ')');
}

/* After an aggregate's closing parenthesis. */
static void tail(struct buf *out, const struct tx *e)
{
	const struct tx_call *c = &e->call;
	bool skip_null = c->fn->kind == SQL_FN_AGGREGATE && e->n &&
	                 (!strcmp(c->fn->name, "collect_list") || !strcmp(c->fn->name, "collect_set"));
	if (c->filter || skip_null) {
		buf_adds(out, " FILTER (WHERE ");
		if (c->filter)
			lower_expr(out, c->filter);
		if (skip_null) {
			buf_adds(out, c->filter ? " AND (" : "(");
			lower_expr(out, e->args[0]);
			buf_adds(out, " IS NOT NULL)");
		}
		buf_addc(out, ')');
	}
	if (c->over)
		window(out, c->over);
}

static void arguments(struct buf *out, const struct tx *e)
{
	buf_adds(out, e->call.distinct ? "DISTINCT " : "");
	for (size_t i = 0; i < e->n; i++) {
		buf_adds(out, i ? ", " : "");
		lower_expr(out, e->args[i]);
	}
	if (e->call.ignore_nulls && e->call.fn->kind == SQL_FN_WINDOW)
		buf_adds(out, " IGNORE NULLS");
}

static void list_from(struct buf *out, const struct tx *e, size_t first)
{
	for (size_t i = first; i < e->n; i++) {
		buf_adds(out, i > first ? ", " : "");
		lower_expr(out, e->args[i]);
	}
}

/* $1 … $9, $*, $0, $z, $m; %1 … %9: the argument's wall clock. */
static void placeholder(struct buf *out, char c, const struct tx *e)
{
	if (c == '*')
		list_from(out, e, 0);
	else if (c == '0')
		lower_type(out, e->type);
	else if (c == 'z')
		buf_adds(out, "current_setting('TimeZone')");
	else if (c == 'm')
		buf_adds(out, e->call.ansi ? "0" : "2");
	else if (c >= '1' && c <= '9' && (size_t)(c - '1') < e->n)
		lower_expr(out, e->args[c - '1']);
}

void lower_template(struct buf *out, const char *t, const struct tx *e)
{
	for (; *t; t++) {
		if (*t == '$' && t[1])
			placeholder(out, *++t, e);
		else if (*t == '%' && t[1] >= '1' && t[1] <= '9' && (size_t)(t[1] - '1') < e->n) {
			const struct tx *x = e->args[*++t - '1'];
			char *sql = lower_sql(x);
			lower_wall(out, sql, x->type);
			free(sql);
		} else if (*t == '@')
			arguments(out, e);
		else if (*t == '}')
			tail(out, e);
		else if (*t != '{')
			buf_addc(out, *t);
	}
}

void lower_call(struct buf *out, const struct tx *e)
{
	if (lower_special(out, e) || lower_lambda_call(out, e) || lower_date_call(out, e))
		return;
	if (e->call.fn->kernel)
		lower_template(out, e->call.fn->kernel, e);
}
