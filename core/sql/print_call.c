/* Calls, and windows with the frame that Spark fills in. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/sql/print_parts.h"

static bool is_call_of(const struct sql_call *c, const char *const *names, size_t n)
{
	for (size_t i = 0; c->name.n == 1 && i < n; i++)
		if (strcasecmp(c->name.parts[0], names[i]) == 0)
			return true;
	return false;
}

/* ---- OVER ---- */

static void print_sort(struct sql_printer *p, const struct sql_sort *s)
{
	bool last = s->nulls == SQL_NULLS_LAST || (s->nulls == SQL_NULLS_UNSET && s->desc);
	sql_print_expr(p, s->expr);
	buf_addf(p->out, " %s NULLS %s", s->desc ? "DESC" : "ASC", last ? "LAST" : "FIRST");
}

static void print_sorts(struct sql_printer *p, const struct sql_sort *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_adds(p->out, i ? ", " : "");
		print_sort(p, &list[i]);
	}
}

static void print_bound(struct sql_printer *p, const struct sql_bound *b)
{
	static const char *const texts[] = {"UNBOUNDED PRECEDING", " PRECEDING", "CURRENT ROW", " FOLLOWING",
	                                    "UNBOUNDED FOLLOWING"};
	if (b->offset && (b->kind == SQL_BOUND_PRECEDING || b->kind == SQL_BOUND_FOLLOWING))
		sql_print_expr(p, b->offset);
	buf_adds(p->out, texts[b->kind]);
}

/* lag and lead have a frame of one row: that many away. */
static bool print_shift_frame(struct sql_printer *p, const struct sql_call *c)
{
	static const char *const names[] = {"lag", "lead"};
	if (!is_call_of(c, names, 2))
		return false;
	long n = 1;
	if (c->n_args > 1) {
		const struct sql_expr *offset = c->args[1];
		if (offset->kind != SQL_EX_LITERAL || offset->lit.kind != SQL_LIT_INT)
			return false;
		n = strtol(offset->lit.text, NULL, 10);
	}
	if (strcasecmp(c->name.parts[0], "lag") == 0)
		n = -n;
	buf_addf(p->out, "ROWS BETWEEN %ld FOLLOWING AND %ld FOLLOWING", n, n);
	return true;
}

static void print_frame(struct sql_printer *p, const struct sql_call *c, bool default_rows)
{
	const struct sql_window *w = c->over;
	if (w->has_frame) {
		buf_adds(p->out, w->range ? "RANGE BETWEEN " : "ROWS BETWEEN ");
		print_bound(p, &w->start);
		buf_adds(p->out, " AND ");
		print_bound(p, &w->end);
	} else if (!print_shift_frame(p, c)) {
		bool rows = default_rows || w->n_order == 0;
		buf_addf(p->out, "%s BETWEEN UNBOUNDED PRECEDING AND %s", rows ? "ROWS" : "RANGE",
		         w->n_order || default_rows ? "CURRENT ROW" : "UNBOUNDED FOLLOWING");
	}
}

static void print_over(struct sql_printer *p, const struct sql_call *c, bool default_rows)
{
	const struct sql_window *w = c->over;
	buf_adds(p->out, " OVER (");
	if (w->ref) {
		buf_adds(p->out, w->ref);
	} else {
		if (w->n_partition) {
			buf_adds(p->out, "PARTITION BY ");
			print_list(p, w->partition, w->n_partition);
			buf_addc(p->out, ' ');
		}
		if (w->n_order) {
			buf_adds(p->out, "ORDER BY ");
			print_sorts(p, w->order, w->n_order);
			buf_addc(p->out, ' ');
		}
		print_frame(p, c, default_rows);
	}
	buf_addc(p->out, ')');
}

/* Percentiles show their order without what is implied. */
static void print_within(struct sql_printer *p, const struct sql_call *c)
{
	static const char *const short_form[] = {"percentile_cont", "percentile_disc", "mode"};
	bool brief = is_call_of(c, short_form, 3);
	/* mode counts its order the other way round */
	bool mode = is_call_of(c, short_form + 2, 1);
	buf_adds(p->out, " WITHIN GROUP (ORDER BY ");
	if (brief && c->n_within == 1) {
		sql_print_expr(p, c->within[0].expr);
		buf_adds(p->out, c->within[0].desc != mode ? " DESC" : "");
	} else {
		print_sorts(p, c->within, c->n_within);
	}
	buf_addc(p->out, ')');
}

void sql_print_call_tail(struct sql_printer *p, const struct sql_call *c, bool default_rows)
{
	if (c->n_within)
		print_within(p, c);
	if (c->filter) {
		buf_adds(p->out, " FILTER (WHERE ");
		sql_print_expr(p, c->filter);
		buf_addc(p->out, ')');
	}
	if (c->over)
		print_over(p, c, default_rows);
}

/* ---- calls ---- */

static void print_name(struct sql_printer *p, const struct sql_name *name)
{
	for (size_t i = 0; i < name->n; i++) {
		buf_adds(p->out, i ? "." : "");
		for (const char *c = name->parts[i]; *c; c++)
			buf_addc(p->out, (char)tolower((unsigned char)*c));
	}
}

static bool is_star_call(const struct sql_call *c)
{
	return c->n_args == 1 && c->args[0]->kind == SQL_EX_STAR && c->args[0]->star.target.n == 0;
}

static void print_args(struct sql_printer *p, const struct sql_call *c)
{
	static const char *const count[] = {"count"};
	buf_adds(p->out, c->distinct ? "(DISTINCT " : "(");
	if (is_star_call(c) && is_call_of(c, count, 1))
		buf_addc(p->out, '1');
	else
		print_list(p, c->args, c->n_args);
	buf_addc(p->out, ')');
}

/* TRIM(BOTH y FROM x); without y it is a plain call. */
static void print_trim(struct sql_printer *p, const struct sql_call *c)
{
	static const char *const sides[] = {"BOTH", "LEADING", "TRAILING"};
	buf_addf(p->out, "TRIM(%s ", sides[c->trim_side]);
	sql_print_expr(p, c->args[1]);
	buf_adds(p->out, " FROM ");
	sql_print_expr(p, c->args[0]);
	buf_addc(p->out, ')');
}

/* Calls in the function's own syntax; the defaults of left-out arguments belong to it. */
static bool print_syntax(struct sql_printer *p, const struct sql_call *c)
{
	const char *more = NULL;
	switch (c->syntax) {
	case SQL_CALL_EXTRACT:
		buf_adds(p->out, "extract(");
		sql_print_expr(p, c->args[0]);
		buf_adds(p->out, " FROM ");
		sql_print_expr(p, c->args[1]);
		buf_addc(p->out, ')');
		return true;
	case SQL_CALL_TRIM:
		if (c->n_args != 2)
			return false;
		print_trim(p, c);
		return true;
	case SQL_CALL_SUBSTRING:
		more = c->n_args == 2 ? ", 2147483647" : "";
		break;
	case SQL_CALL_POSITION:
		more = ", 1";
		break;
	case SQL_CALL_OVERLAY:
		more = c->n_args == 3 ? ", -1" : "";
		break;
	default:
		return false;
	}
	print_name(p, &c->name);
	buf_addc(p->out, '(');
	print_list(p, c->args, c->n_args);
	buf_addf(p->out, "%s)", more);
	return true;
}

static bool has_rows_frame(const struct sql_call *c)
{
	static const char *const names[] = {"row_number", "rank", "dense_rank", "percent_rank", "ntile"};
	return is_call_of(c, names, sizeof names / sizeof *names);
}

void print_call(struct sql_printer *p, const struct sql_expr *e)
{
	static const char *const if_name[] = {"if"};
	const struct sql_call *c = &e->call;
	bool is_if = is_call_of(c, if_name, 1);
	if (is_if) {
		buf_adds(p->out, "(IF");
		print_args(p, c);
		buf_addc(p->out, ')');
	} else if (!print_syntax(p, c)) {
		print_name(p, &c->name);
		print_args(p, c);
	}
	sql_print_call_tail(p, c, has_rows_frame(c));
}
