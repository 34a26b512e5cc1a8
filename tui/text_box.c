/* A text to read, and a list to choose from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tui/dialog.h"
#include "tui/editline.h"
#include "tui/filter.h"

/* ---- text ---- */

struct text_box {
	char *title, *text;
	int top, page, total;
};

static void text_event(void *self, struct app *a, const struct event *ev)
{
	struct text_box *b = self;
	int step = 0;
	if (ev->kind == EVENT_MOUSE)
		step = ev->mouse == MOUSE_WHEEL_UP ? -3 : ev->mouse == MOUSE_WHEEL_DOWN ? 3 : 0;
	if (ev->kind == EVENT_KEY)
		switch (ev->key) {
		case TK_UP: case 'k': step = -1; break;
		case TK_DOWN: case 'j': step = 1; break;
		case TK_PGUP: step = -b->page; break;
		case TK_PGDN: case TK_SPACE: step = b->page; break;
		case TK_HOME: case 'g': step = -b->total; break;
		case TK_END: case 'G': step = b->total; break;
		case TK_ESC: case TK_ENTER: case 'q': case 'c' | TK_CTRL: app_pop(a, b); return;
		}
	b->top += step;
}

static void text_draw(void *self, struct app *a, struct draw d)
{
	struct text_box *b = self;
	int w = draw_w(d) - 4 > 100 ? 100 : draw_w(d) - 4;
	w = w < 20 ? draw_w(d) : w;
	(void)a;
	b->total = text_lines(b->text, w - 4);
	struct draw in = draw_dialog(d, w, b->total + 2, b->title, false);
	b->page = draw_h(in) > 0 ? draw_h(in) : 1;
	int most = b->total - b->page;
	b->top = b->top > most ? most : b->top;
	b->top = b->top < 0 ? 0 : b->top;
	draw_paragraph(in, 0, -b->top, draw_w(in), b->top + b->page, ROLE_TEXT, b->text);
	draw_scrollbar(in, draw_w(in), 0, b->page, (size_t)b->top, (size_t)b->page, (size_t)b->total);
}

static void text_free(void *self)
{
	struct text_box *b = self;
	free(b->title);
	free(b->text);
	free(b);
}

static const char *text_hints(void *self)
{
	(void)self;
	return "esc\0close\0up down\0scroll\0\0";
}

static const struct overlay_ops text_ops = {
	.draw = text_draw, .event = text_event, .free = text_free, .hints = text_hints
};

void text_open(struct app *a, const char *title, const char *text)
{
	struct text_box *b = xcalloc(1, sizeof *b);
	b->title = xstrdup(title);
	b->text = xstrdup(text);
	app_push(a, &text_ops, b);
}

/* ---- menu ---- */

struct menu_box {
	struct app *a;
	char *title;
	struct menu_item *items;        /* strings owned */
	size_t n;
	void (*chosen)(void *ctx, int value);
	void *ctx;
	struct editline edit;
	VEC(size_t) shown;
	size_t at, top;
};

static void narrow(struct menu_box *b)
{
	b->shown.len = 0;
	for (size_t i = 0; i < b->n; i++)
		if (filter_fuzzy(editline_text(&b->edit), b->items[i].label, NULL))
			vec_push(&b->shown, i);
	if (b->at >= b->shown.len)
		b->at = b->shown.len ? b->shown.len - 1 : 0;
}

static void menu_take(struct menu_box *b)
{
	if (b->at >= b->shown.len)
		return;
	const struct menu_item *it = &b->items[b->shown.items[b->at]];
	if (it->disabled) {
		app_message(b->a, MESSAGE_WARN, "%s", it->disabled);
		return;
	}
	void (*fn)(void *, int) = b->chosen;
	void *ctx = b->ctx;
	int value = it->value;
	app_pop(b->a, b);
	fn(ctx, value);
}

static void menu_move(struct menu_box *b, long to)
{
	long last = (long)b->shown.len - 1;
	b->at = last < 0 || to < 0 ? 0 : (size_t)(to > last ? last : to);
}

static void menu_event(void *self, struct app *a, const struct event *ev)
{
	struct menu_box *b = self;
	uint32_t key = ev->kind == EVENT_KEY ? ev->key : TK_NONE;
	switch (key) {
	case TK_ESC: case 'c' | TK_CTRL: app_pop(a, b); return;
	case TK_ENTER: menu_take(b); return;
	case TK_UP: case 'p' | TK_CTRL: menu_move(b, (long)b->at - 1); return;
	case TK_DOWN: case 'n' | TK_CTRL: case TK_TAB: menu_move(b, (long)b->at + 1); return;
	case TK_PGUP: menu_move(b, (long)b->at - 8); return;
	case TK_PGDN: menu_move(b, (long)b->at + 8); return;
	}
	if (editline_event(&b->edit, ev)) {
		b->at = 0;
		narrow(b);
	}
}

static void menu_row(struct menu_box *b, struct draw d, size_t i, int label)
{
	const struct menu_item *it = &b->items[b->shown.items[i]];
	bool on = i == b->at;
	d = draw_on(d, on ? SURF_SELECT : SURF_DIALOG);
	draw_clear(d);
	style_t st = it->disabled ? ROLE_FAINT : on ? ROLE_STRONG : ROLE_TEXT;
	draw_cell(d, 1, 0, label, ALIGN_LEFT, st, it->label);
	draw_cell(d, label + 3, 0, draw_w(d) - label - 4, ALIGN_LEFT, ROLE_DIM,
	          it->disabled ? it->disabled : it->note ? it->note : "");
}

static void menu_draw(void *self, struct app *a, struct draw d)
{
	struct menu_box *b = self;
	int label = 8, note = 0;
	(void)a;
	for (size_t i = 0; i < b->n; i++) {
		int lw = utf8_width(b->items[i].label), nw = b->items[i].note ? utf8_width(b->items[i].note) : 0;
		label = lw > label ? lw : label;
		note = nw > note ? nw : note;
	}
	int w = label + note + 10;
	w = w < 36 ? 36 : w > draw_w(d) - 4 ? draw_w(d) - 4 : w;
	struct draw in = draw_dialog(d, w, (int)b->n + 4, b->title, false);
	int x = draw_text(in, 0, 0, ROLE_KEY, draw_glyphs(in)->set == GLYPHS_ASCII ? ">" : "›") + 1;
	editline_draw(&b->edit, in, x, 0, draw_w(in) - x, ROLE_INPUT, true);
	size_t rows = draw_h(in) > 2 ? (size_t)draw_h(in) - 2 : 0;
	if (b->at < b->top)
		b->top = b->at;
	if (rows && b->at >= b->top + rows)
		b->top = b->at - rows + 1;
	for (size_t i = 0; i < rows && b->top + i < b->shown.len; i++)
		menu_row(b, draw_sub(in, (struct rect){ 0, (int)i + 2, draw_w(in), 1 }), b->top + i,
		         label < draw_w(in) - 2 ? label : draw_w(in) - 2);
	draw_scrollbar(in, draw_w(in), 2, (int)rows, b->top, rows, b->shown.len);
}

static void menu_free(void *self)
{
	struct menu_box *b = self;
	for (size_t i = 0; i < b->n; i++) {
		free((char *)b->items[i].label);
		free((char *)b->items[i].note);
		free((char *)b->items[i].disabled);
	}
	free(b->items);
	free(b->title);
	editline_free(&b->edit);
	vec_free(&b->shown);
	free(b);
}

static const char *menu_hints(void *self)
{
	(void)self;
	return "enter\0choose\0esc\0close\0type\0to narrow\0\0";
}

static const struct overlay_ops menu_ops = {
	.draw = menu_draw, .event = menu_event, .free = menu_free, .hints = menu_hints, .paste = true
};

void menu_open(struct app *a, const struct menu *m)
{
	struct menu_box *b = xcalloc(1, sizeof *b);
	b->a = a;
	b->title = xstrdup(m->title);
	b->items = xcalloc(m->n, sizeof *b->items);
	b->n = m->n;
	b->chosen = m->chosen;
	b->ctx = m->ctx;
	for (size_t i = 0; i < m->n; i++) {
		b->items[i] = (struct menu_item){ xstrdup(m->items[i].label), xstrdup(m->items[i].note),
			                          xstrdup(m->items[i].disabled), m->items[i].value };
		if (m->items[i].value == m->selected)
			b->at = i;
	}
	narrow(b);
	app_push(a, &menu_ops, b);
}
