#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/graph.h"
#include "tui/layout.h"
#include "tui/table_impl.h"

#define GUTTER 2                /* sign of selection or mark, and a blank */
#define GAP 2                   /* between columns; 1 where it is narrow */

/* Fills col_x, col_w. Columns that do not fit are dropped by priority; widths 0. */
static void place_columns(struct table *t, int w)
{
	struct layout_item it[TABLE_COLS_MAX];
	struct rect r = { GUTTER, 0, w - GUTTER - 1, 1 };
	int gap = w < 60 ? 1 : GAP;
	for (size_t i = 0; i < t->n_cols; i++) {
		const struct table_column *c = &t->cols[i];
		int head = utf8_width(c->name) + (t->sort == (int)i ? 1 : 0);
		it[i] = (struct layout_item){ .min = c->min > head ? c->min : head, .max = c->max,
		                              .flex = c->flex, .priority = c->priority };
		if (it[i].max && it[i].max < it[i].min)
			it[i].max = it[i].min;
		if (c->flags & COL_HIDDEN)
			it[i] = (struct layout_item){ .min = 1 << 20, .priority = 1 << 20 };
	}
	layout_split(r, LAYOUT_ROW, gap, it, t->n_cols);
	for (size_t i = 0; i < t->n_cols; i++) {
		t->col_x[i] = it[i].out.x;
		t->col_w[i] = t->cols[i].flags & COL_HIDDEN ? 0 : it[i].out.w;
	}
}

static void draw_head(struct table *t, struct draw d)
{
	const struct glyphs *g = draw_glyphs(d);
	for (size_t i = 0; i < t->n_cols; i++) {
		char text[96];
		bool sorted = t->sort == (int)i;
		if (t->col_w[i] <= 0)
			continue;
		snprintf(text, sizeof text, "%s%s", t->cols[i].name,
		         sorted ? (t->descending ? g->sort_down : g->sort_up) : "");
		draw_cell(d, t->col_x[i], 0, t->col_w[i], t->cols[i].align,
		          sorted ? STYLE(ROLE_ACCENT, 0) : STYLE(ROLE_HEADER, 0), text);
	}
}

static void draw_value(struct draw d, int x, int w, enum align a, const struct table_cell *c)
{
	int tw = *c->text ? utf8_width(c->text) + 1 : 0;
	if (isnan(c->bar) || w < tw + 3) {
		draw_cell(d, x, 0, w, a, c->style, c->text);
		return;
	}
	/* Texts of one column end in line: 5 cells hold "100%". */
	tw = tw && tw < 5 ? 5 : tw;
	bar_draw(d, x, 0, w - tw, c->bar, c->style);
	draw_cell(d, x + w - tw, 0, tw, ALIGN_RIGHT, c->style, c->text);
}

static void draw_row(struct table *t, struct draw d, size_t i, bool focus)
{
	const struct glyphs *g = draw_glyphs(d);
	bool selected = i == t->at, marked = map_has(t->marks, t->order_ids.items[i]);
	bool paint = selected && !draw_env(d)->lean;
	struct draw row = paint ? draw_on(d, focus ? SURF_SELECT : SURF_REST) : d;
	if (paint)
		draw_clear(row);
	if (selected)
		draw_text(row, 0, 0, focus ? ROLE_ACCENT : ROLE_DIM, g->gutter);
	if (marked)
		draw_text(row, selected ? 1 : 0, 0, ROLE_MARK, g->mark);
	for (size_t c = 0; c < t->n_cols; c++) {
		struct table_cell cell;
		if (t->col_w[c] <= 0)
			continue;
		table_fetch(t, t->order.items[i], c, t->col_w[c], g, &cell);
		if (marked && STYLE_ROLE(cell.style) == ROLE_TEXT)
			cell.style = STYLE(ROLE_MARK, STYLE_ATTRS(cell.style));
		draw_value(row, t->col_x[c], t->col_w[c], t->cols[c].align, &cell);
	}
}

static void draw_empty(struct table *t, struct draw d)
{
	char text[256];
	int w = draw_w(d) - 4;
	if (!filter_is_empty(t->filter))
		snprintf(text, sizeof text, "nothing matches '%.200s'", t->filter_text);
	else
		snprintf(text, sizeof text, "%s", t->src.empty ? t->src.empty(t->ctx) : "nothing here");
	int lines = text_lines(text, w), y = (draw_h(d) - lines) / 2;
	draw_paragraph(d, 2, y < 0 ? 0 : y, w, draw_h(d), ROLE_DIM, text);
}

/* On a slow link the window jumps by half: one dear frame, then cheap ones. */
static void scroll(struct table *t, size_t page, bool lean)
{
	size_t n = t->order.len;
	if (page == 0)
		return;
	if (lean && (t->at < t->top || t->at >= t->top + page))
		t->top = t->at > page / 2 ? t->at - page / 2 : 0;
	if (t->at < t->top)
		t->top = t->at;
	if (t->at >= t->top + page)
		t->top = t->at - page + 1;
	if (t->top + page > n)
		t->top = n > page ? n - page : 0;
}

void table_draw(struct table *t, struct draw d, bool focus)
{
	int w = draw_w(d), h = draw_h(d);
	if (table_update(t, draw_env(d)->hold))
		draw_env(d)->deferred = true;
	t->drawn = d.r;
	if (w <= 0 || h <= 0)
		return;
	place_columns(t, w);
	/* One line: the selected row is worth more than the head. */
	int head = h > 1 ? 1 : 0, body = h - head;
	if (head)
		draw_head(t, d);
	t->page = body;
	scroll(t, (size_t)body, draw_env(d)->lean);
	for (int y = 0; y < body && t->top + (size_t)y < t->order.len; y++)
		draw_row(t, draw_sub(d, (struct rect){ 0, head + y, w, 1 }), t->top + (size_t)y, focus);
	if (t->order.len == 0)
		draw_empty(t, draw_sub(d, (struct rect){ 0, head, w, body }));
	draw_scrollbar(d, w - 1, head, body, t->top, (size_t)body, t->order.len);
}
