/* Names of columns, and what to say when one is not found. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/near.h"
#include "core/sql/print.h"
#include "core/sql/resolve.h"

static size_t slot_of(const struct resolver *r, const struct sql_expr *e)
{
	size_t i = ((uintptr_t)e >> 4) * 0x9E3779B97F4A7C15u & (r->shown.cap - 1);
	while (r->shown.items[i].expr && r->shown.items[i].expr != e)
		i = (i + 1) & (r->shown.cap - 1);
	return i;
}

static void shown_grow(struct resolver *r)
{
	size_t old = r->shown.cap;
	struct shown *items = r->shown.items;
	r->shown.cap = old ? old * 2 : 64;
	r->shown.items = xcalloc(r->shown.cap, sizeof *r->shown.items);
	for (size_t i = 0; i < old; i++)
		if (items[i].expr)
			r->shown.items[slot_of(r, items[i].expr)] = items[i];
	free(items);
}

void shown_set(struct resolver *r, struct shown s)
{
	if (r->n_shown * 2 >= r->shown.cap)
		shown_grow(r);
	size_t i = slot_of(r, s.expr);
	r->n_shown += !r->shown.items[i].expr;
	r->shown.items[i] = s;
}

struct shown *shown_get(struct resolver *r, const struct sql_expr *e)
{
	if (r->shown.cap == 0)
		return NULL;
	struct shown *s = &r->shown.items[slot_of(r, e)];
	return s->expr ? s : NULL;
}

/* Calls that do not print as name(arguments); see struct shown. */
static bool show_odd_call(struct sql_printer *p, const struct sql_call *c, const struct shown *s)
{
	static const char *const sides[] = { "LEADING", "TRAILING", "BOTH" };
	struct sql_expr *const *a = c->args;
	switch (s->form) {
	case 'c':
		sql_print_expr(p, a[0]);
		return true;
	case 'e':
		buf_adds(p->out, "LOG(E(), ");
		sql_print_expr(p, a[0]);
		buf_addc(p->out, ')');
		return true;
	case 'i':
	case 'I':
		buf_adds(p->out, s->form == 'I' ? "(" : "");
		sql_print_expr(p, a[0]);
		buf_adds(p->out, s->name);
		sql_print_expr(p, a[1]);
		buf_adds(p->out, s->form == 'I' ? ")" : "");
		return true;
	case 'P':
	case 'Q':
		buf_adds(p->out, s->form == 'P' ? s->name : "(");
		sql_print_expr(p, a[0]);
		buf_adds(p->out, s->form == 'P' ? ")" : s->name);
		return true;
	case 'L':
	case 'T':
	case 'B':
		buf_addf(p->out, "TRIM(%s ", sides[s->form == 'L' ? 0 : s->form == 'T' ? 1 : 2]);
		sql_print_expr(p, a[0]);
		buf_adds(p->out, " FROM ");
		sql_print_expr(p, a[1]);
		buf_addc(p->out, ')');
		return true;
	default:
		return false;
	}
}

static void show_call(struct sql_printer *p, const struct sql_expr *e, const struct shown *s)
{
	const struct sql_call *c = &e->call;
	if (show_odd_call(p, c, s))
		return;
	buf_adds(p->out, s->form == '(' ? "(" : "");
	buf_adds(p->out, s->name);
	buf_addc(p->out, '(');
	if (c->distinct)
		buf_adds(p->out, "DISTINCT ");
	size_t n = c->n_args, k = 0;
	for (size_t i = 0; i < n; i++) {
		if (s->only[0] && c->args[i] != s->only[0] && c->args[i] != s->only[1])
			continue;
		buf_adds(p->out, k++ ? ", " : "");
		if (c->args[i]->kind == SQL_EX_STAR && !strcmp(s->name, "count"))
			buf_addc(p->out, '1');
		else
			sql_print_expr(p, c->args[i]);
	}
	for (size_t i = 0; i < s->n_more; i++) {
		buf_adds(p->out, k++ ? ", " : "");
		buf_adds(p->out, s->more[i]);
	}
	buf_adds(p->out, s->form == '(' ? "))" : ")");
	sql_print_call_tail(p, c, s->rows);
}

static void show_operator(struct sql_printer *p, const struct sql_expr *e, const struct shown *s)
{
	bool plain = s->form == 'p', days = s->form == 'd' || s->form == 'D';
	if (!plain)
		buf_adds(p->out, s->form == 's' || s->form == 'D' ? "date_sub(" : "date_add(");
	sql_print_expr(p, e->binary.left);
	if (plain)
		buf_addf(p->out, " %s ", sql_op_text(e->binary.op));
	else
		buf_adds(p->out, days ? ", extractansiintervaldays(" : ", ");
	sql_print_expr(p, e->binary.right);
	buf_adds(p->out, plain ? "" : days ? "))" : ")");
}

static bool show_node(struct sql_printer *p, const struct sql_expr *e)
{
	const struct shown *s = shown_get(p->ctx, e);
	if (!s)
		return false;
	if (s->text)
		buf_adds(p->out, s->text);
	else if (e->kind == SQL_EX_FUNCTION && s->name)
		show_call(p, e, s);
	else if (e->kind == SQL_EX_BINARY && s->form)
		show_operator(p, e, s);
	else
		return false;
	return true;
}

const char *resolve_item_name(struct resolver *r, const struct sql_expr *e)
{
	if (e->kind == SQL_EX_ALIAS && e->alias.n_names == 1)
		return e->alias.names[0].name;
	if (e->kind == SQL_EX_COLUMN && e->column.name.n > 1) /* a field of a struct too goes by its last name */
		return e->column.name.parts[e->column.name.n - 1];
	return sql_column_name(r->a, e, show_node, r);
}

/* ---- suggestions ---- */

struct candidate {
	const struct col *col;
	size_t distance;
};

static int nearer(const void *x, const void *y)
{
	const struct candidate *a = x, *b = y;
	return (a->distance > b->distance) - (a->distance < b->distance);
}

const char *resolve_suggest(struct resolver *r, const char *wanted, const struct col *cols, size_t n)
{
	struct candidate *list = arena_alloc(r->a, (n + 1) * sizeof *list);
	size_t k = 0;
	for (size_t i = 0; i < n; i++)
		if (!cols[i].hidden)
			list[k++] = (struct candidate){ &cols[i], near_distance(wanted, cols[i].name) };
	qsort(list, k, sizeof *list, nearer);
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < k && i < 5; i++) {
		buf_adds(&b, i ? ", " : "");
		if (list[i].col->table)
			buf_addf(&b, "`%s`.", list[i].col->table);
		buf_addf(&b, "`%s`", list[i].col->name);
	}
	const char *text = arena_strdup(r->a, buf_str(&b));
	buf_free(&b);
	return text;
}

const char *resolve_name_text(struct arena *a, const struct sql_name *n)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < n->n; i++)
		buf_addf(&b, "%s`%s`", i ? "." : "", n->parts[i]);
	const char *text = arena_strdup(a, buf_str(&b));
	buf_free(&b);
	return text;
}
