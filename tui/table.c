#include "tui/table.h"

#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tui/table_impl.h"

void cell_set(struct table_cell *c, style_t st, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(c->text, sizeof c->text, fmt, ap);
	va_end(ap);
	c->style = st;
}

void cell_num(struct table_cell *c, style_t st, double num, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(c->text, sizeof c->text, fmt, ap);
	va_end(ap);
	c->style = st;
	c->num = num;
}

struct table *table_new(const char *name, const struct table_column *cols, size_t n,
                        const struct table_source *src, void *ctx)
{
	struct table *t = xcalloc(1, sizeof *t);
	t->name = xstrdup(name);
	t->cols = cols;
	t->n_cols = n < TABLE_COLS_MAX ? n : TABLE_COLS_MAX;
	t->src = *src;
	t->ctx = ctx;
	t->fcols = xcalloc(n, sizeof *t->fcols);
	for (size_t i = 0; i < t->n_cols; i++)
		t->fcols[i] = (struct filter_column){ cols[i].name, cols[i].flags & COL_TIME ? FILTER_TIME : 0 };
	t->filter_text = xstrdup("");
	t->ids = arena_new();
	t->marks = map_new();
	t->sort = -1;
	t->stale = true;
	t->page = 1;
	return t;
}

void table_free(struct table *t)
{
	if (!t)
		return;
	filter_free(t->filter);
	arena_free(t->ids);
	map_free(t->marks, NULL);
	vec_free(&t->order);
	vec_free(&t->order_ids);
	free(t->fcols);
	free(t->filter_text);
	free(t->selected);
	free(t->name);
	free(t);
}

void table_changed(struct table *t)
{
	t->stale = t->rows_changed = true;
}

static void reorder(struct table *t)
{
	t->stale = t->reorder = true;
}

/* ---- selection and marks ---- */

const char *table_selected(const struct table *t)
{
	table_update((struct table *)t, true);
	return t->order.len ? t->selected : NULL;
}

long table_selected_row(struct table *t)
{
	table_update(t, true);
	return t->order.len ? (long)t->order.items[t->at] : -1;
}

static void select_at(struct table *t, long at)
{
	table_update(t, true);
	if (t->order.len == 0)
		return;
	long last = (long)t->order.len - 1;
	t->at = (size_t)(at < 0 ? 0 : at > last ? last : at);
	free(t->selected);
	t->selected = xstrdup(t->order_ids.items[t->at]);
}

bool table_select(struct table *t, const char *id)
{
	table_update(t, true);
	for (size_t i = 0; i < t->order_ids.len; i++)
		if (strcmp(t->order_ids.items[i], id) == 0) {
			select_at(t, (long)i);
			return true;
		}
	free(t->selected);
	t->selected = xstrdup(id);
	return false;
}

size_t table_visible(struct table *t)
{
	table_update(t, true);
	return t->order.len;
}

long table_row_at(struct table *t, size_t i)
{
	table_update(t, true);
	return i < t->order.len ? (long)t->order.items[i] : -1;
}

bool table_marked(const struct table *t, const char *id)
{
	return map_has(t->marks, id);
}

size_t table_mark_count(const struct table *t)
{
	return map_len(t->marks);
}

void table_unmark_all(struct table *t)
{
	map_free(t->marks, NULL);
	t->marks = map_new();
}

static void toggle_mark(struct table *t)
{
	const char *id = table_selected(t);
	if (!id)
		return;
	if (map_has(t->marks, id))
		map_remove(t->marks, id);
	else
		map_set(t->marks, id, t);
	select_at(t, (long)t->at + 1);
}

static void mark_all(struct table *t)
{
	bool none = map_len(t->marks) > 0;
	table_update(t, true);
	table_unmark_all(t);
	for (size_t i = 0; !none && i < t->order_ids.len; i++)
		map_set(t->marks, t->order_ids.items[i], t);
}

size_t table_targets(struct table *t, const char **ids, size_t max)
{
	size_t n = 0;
	table_update(t, true);
	for (size_t i = 0; map_len(t->marks) && i < t->order_ids.len && n < max; i++)
		if (map_has(t->marks, t->order_ids.items[i]))
			ids[n++] = t->order_ids.items[i];
	if (n == 0 && max > 0 && table_selected(t))
		ids[n++] = table_selected(t);
	return n;
}

/* ---- sort and filter ---- */

void table_sort(struct table *t, int col, bool descending)
{
	t->sort = col >= 0 && (size_t)col < t->n_cols ? col : -1;
	t->descending = descending;
	reorder(t);
}

int table_sort_column(const struct table *t, bool *descending)
{
	if (descending)
		*descending = t->descending;
	return t->sort;
}

static bool sortable(const struct table *t, int col)
{
	return col < 0 || !(t->cols[col].flags & (COL_NOSORT | COL_HIDDEN));
}

static void sort_step(struct table *t, int step)
{
	int n = (int)t->n_cols, col = t->sort;
	do {
		col += step;
		if (col >= n)
			col = -1;
		if (col < -1)
			col = n - 1;
	} while (!sortable(t, col));
	table_sort(t, col, col >= 0 && (t->cols[col].flags & COL_DESC));
}

static bool sort_by_name(struct table *t, const char *name, struct error *err)
{
	for (size_t i = 0; name && i < t->n_cols; i++)
		if (strncasecmp(t->cols[i].name, name, strlen(name)) == 0) {
			bool again = t->sort == (int)i;
			table_sort(t, (int)i, again ? !t->descending : t->cols[i].flags & COL_DESC);
			return true;
		}
	error_set(err, ERR_INVALID, "there is no column '%s' in this table", name ? name : "");
	return true;
}

int table_filter(struct table *t, const char *text, struct error *err)
{
	struct filter *f;
	int rc = filter_parse(&f, text, t->fcols, t->n_cols, err);
	if (rc)
		return rc;
	filter_free(t->filter);
	t->filter = f;
	char *copy = xstrdup(text ? text : "");
	free(t->filter_text);
	t->filter_text = copy;
	reorder(t);
	return 0;
}

const char *table_filter_text(const struct table *t)
{
	return t->filter_text;
}

/* ---- actions ---- */

bool table_action(struct table *t, int action, const char *arg, struct error *err)
{
	long at = (long)t->at, page = t->page > 1 ? t->page - 1 : 1;
	switch (action) {
	case ACT_UP: select_at(t, at - 1); return true;
	case ACT_DOWN: select_at(t, at + 1); return true;
	case ACT_PAGE_UP: select_at(t, at - page); return true;
	case ACT_PAGE_DOWN: select_at(t, at + page); return true;
	case ACT_HOME: select_at(t, 0); return true;
	case ACT_END: select_at(t, LONG_MAX); return true;
	case ACT_MARK: toggle_mark(t); return true;
	case ACT_MARK_ALL: mark_all(t); return true;
	case ACT_SORT_NEXT: sort_step(t, 1); return true;
	case ACT_SORT_PREV: sort_step(t, -1); return true;
	case ACT_SORT_REVERSE: table_sort(t, t->sort, !t->descending); return true;
	case ACT_SORT: return sort_by_name(t, arg, err);
	}
	return false;
}

static void click_head(struct table *t, int x)
{
	for (size_t i = 0; i < t->n_cols; i++)
		if (t->col_w[i] > 0 && x >= t->col_x[i] && x < t->col_x[i] + t->col_w[i] && sortable(t, (int)i))
			table_sort(t, (int)i, t->sort == (int)i ? !t->descending :
			           (t->cols[i].flags & COL_DESC) != 0);
}

bool table_mouse(struct table *t, const struct event *ev, bool *activated)
{
	int x = ev->x - t->drawn.x, y = ev->y - t->drawn.y;
	*activated = false;
	if (ev->kind != EVENT_MOUSE || x < 0 || y < 0 || x >= t->drawn.w || y >= t->drawn.h)
		return false;
	if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN) {
		select_at(t, (long)t->at + (ev->mouse == MOUSE_WHEEL_UP ? -3 : 3));
	} else if (ev->mouse == MOUSE_PRESS && ev->button == 1 && y == 0) {
		click_head(t, x);
	} else if (ev->mouse == MOUSE_PRESS && ev->button == 1) {
		size_t at = t->top + (size_t)y - 1;
		*activated = at == t->at && t->order.len > 0;
		if (at < t->order.len)
			select_at(t, (long)at);
	}
	return true;
}
