#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/form_impl.h"

#define FOOT 4                  /* help or problem, summary, blank, button */

static int rows_of(const struct field *x)
{
	if (!x->visible)
		return 0;
	if (x->f.kind == FIELD_SECTION)
		return 2;
	return x->f.kind == FIELD_LINES ? (x->f.rows > 0 ? x->f.rows : 3) : 1;
}

static void draw_choice(const struct field *x, struct draw d, int at, int w, bool focus)
{
	const struct glyphs *g = draw_glyphs(d);
	size_t n = 0;
	int total = 0;
	for (; x->f.choices[n]; n++)
		total += utf8_width(x->f.choices[n]) + 3;
	if (total <= w && n <= 6) {          /* all beside each other */
		for (size_t i = 0; i < n; i++) {
			bool on = i == x->choice;
			int cw = utf8_width(x->f.choices[i]) + 2;
			struct draw b = draw_on(draw_sub(d, (struct rect){ at, 0, cw, 1 }),
			                        on ? (focus ? SURF_PRESS : SURF_FIELD) : d.surface);
			draw_clear(b);
			draw_text(b, 1, 0, on ? ROLE_STRONG : ROLE_DIM, x->f.choices[i]);
			at += cw + 1;
		}
		return;
	}
	struct draw b = draw_on(draw_sub(d, (struct rect){ at, 0, w, 1 }), focus ? SURF_PRESS : SURF_FIELD);
	draw_clear(b);
	draw_text(b, 0, 0, focus ? ROLE_KEY : ROLE_DIM, g->set == GLYPHS_ASCII ? "<" : "‹");
	draw_cell(b, 2, 0, w - 4, ALIGN_LEFT, ROLE_STRONG, n ? x->f.choices[x->choice] : "");
	draw_text(b, w - 1, 0, focus ? ROLE_KEY : ROLE_DIM, g->set == GLYPHS_ASCII ? ">" : "›");
}

static void draw_lines(struct field *x, struct draw d, int at, int w, bool focus)
{
	size_t rows = (size_t)rows_of(x);
	if (x->line < x->line_top)
		x->line_top = x->line;
	if (x->line >= x->line_top + rows)
		x->line_top = x->line - rows + 1;
	struct draw b = draw_on(draw_sub(d, (struct rect){ at, 0, w, (int)rows }), SURF_FIELD);
	draw_clear(b);
	for (size_t i = 0; i < rows && x->line_top + i < x->lines.len; i++)
		editline_draw(&x->lines.items[x->line_top + i], b, 0, (int)i, w, ROLE_INPUT,
		              focus && x->line_top + i == x->line);
}

static void draw_toggle(const struct field *x, struct draw d, int at, bool focus)
{
	struct draw b = draw_on(draw_sub(d, (struct rect){ at, 0, 5, 1 }), focus ? SURF_PRESS : SURF_FIELD);
	draw_clear(b);
	draw_text(b, 1, 0, x->on ? ROLE_OK : ROLE_DIM, x->on ? "yes" : "no");
}

static void draw_link(struct field *x, struct draw d, int at, int w, bool focus)
{
	struct draw b = draw_on(draw_sub(d, (struct rect){ at, 0, w, 1 }), focus ? SURF_PRESS : SURF_FIELD);
	draw_clear(b);
	draw_cell(b, 0, 0, w - 2, ALIGN_LEFT, focus ? ROLE_STRONG : ROLE_TEXT, field_value(x));
	draw_text(b, w - 1, 0, focus ? ROLE_KEY : ROLE_DIM, draw_glyphs(d)->set == GLYPHS_ASCII ? ">" : "›");
}

static void draw_field(struct form *f, struct field *x, struct draw d, int label, bool focus)
{
	int at = label + 2, w = draw_w(d) - at;
	if (x->f.kind == FIELD_SECTION) {
		draw_text(d, 0, 1, ROLE_HEADER, x->f.label);
		return;
	}
	if (focus)
		draw_text(d, -1, 0, ROLE_ACCENT, draw_glyphs(d)->gutter);
	draw_cell(d, 0, 0, label, ALIGN_LEFT, x->problem ? ROLE_ERROR : focus ? ROLE_STRONG : ROLE_DIM, x->f.label);
	if (w < 4)
		return;
	struct draw field = draw_on(d, SURF_FIELD);
	int number = w < 12 ? w : 12, text = w - utf8_width(x->problem ? x->problem : "") - 2;
	text = !x->problem || text < 12 ? w : text;     /* what is wrong stands behind it when there is room */
	switch (x->f.kind) {
	case FIELD_TEXT: editline_draw(&x->edit, field, at, 0, text, ROLE_INPUT, focus); break;
	case FIELD_LINK: draw_link(x, d, at, w, focus); break;
	case FIELD_NUMBER: editline_draw(&x->edit, field, at, 0, number, ROLE_INPUT, focus); break;
	case FIELD_CHOICE: draw_choice(x, d, at, w, focus); break;
	case FIELD_TOGGLE: draw_toggle(x, d, at, focus); break;
	case FIELD_LINES: draw_lines(x, d, at, w, focus); break;
	case FIELD_SECTION: break;
	}
	if (x->f.kind == FIELD_TEXT && text < w)
		draw_text(d, at + text + 2, 0, ROLE_ERROR, x->problem);
	if (x->problem && x->f.kind == FIELD_NUMBER)
		draw_cell(d, at + number + 2, 0, w - number - 2, ALIGN_LEFT, ROLE_ERROR, x->problem);
	(void)f;
}

static void draw_button(struct form *f, struct draw d, int y)
{
	bool focus = f->at == f->n;
	int w = utf8_width(f->spec.verb) + 4;
	struct draw b = draw_on(draw_sub(d, (struct rect){ 0, y, w, 1 }), focus ? SURF_PRESS : SURF_FIELD);
	draw_clear(b);
	draw_text(b, 2, 0, focus ? ROLE_STRONG : ROLE_TEXT, f->spec.verb);
}

static void draw_foot(struct form *f, struct draw d, int y)
{
	const struct field *x = f->at < f->n ? &f->fields[f->at] : NULL;
	const char *help = x ? x->f.help : NULL, *problem = *f->problem ? f->problem : x ? x->problem : NULL;
	if (problem)
		draw_cell(d, 0, y, draw_w(d), ALIGN_LEFT, ROLE_ERROR, problem);
	else if (help)
		draw_cell(d, 0, y, draw_w(d), ALIGN_LEFT, ROLE_DIM, help);
	draw_cell(d, 0, y + 1, draw_w(d), ALIGN_LEFT, ROLE_MONEY, f->summary);
	draw_button(f, d, y + 3);
}

/* Keep the field at hand in the window. */
static void scroll(struct form *f, int room, int head)
{
	int y = head;
	for (size_t i = 0; i < f->at && i < f->n; i++)
		y += rows_of(&f->fields[i]);
	int h = f->at < f->n ? rows_of(&f->fields[f->at]) : 0;
	if (y < f->top || f->at == 0)
		f->top = f->at == 0 ? 0 : y;
	if (y + h > f->top + room)
		f->top = y + h - room;
	f->top = f->top < 0 ? 0 : f->top;
}

void form_draw(void *self, struct app *a, struct draw d)
{
	struct form *f = self;
	int w = draw_w(d) - 6 > 84 ? 84 : draw_w(d) - 4, rows = 0, label = 0;
	w = w < 40 ? draw_w(d) : w;
	(void)a;
	for (size_t i = 0; i < f->n; i++) {
		int lw = utf8_width(f->fields[i].f.label);
		if (f->fields[i].f.kind != FIELD_SECTION && lw > label)
			label = lw;
		rows += rows_of(&f->fields[i]);
	}
	label = label > (w - 5) / 2 ? (w - 5) / 2 : label;
	int head = f->spec.text && *f->spec.text ? text_lines(f->spec.text, w - 6) + 1 : 0;
	struct draw in = draw_dialog(d, w, rows + head + FOOT + 3, f->spec.title, false);
	in = draw_sub(in, (struct rect){ 1, 0, draw_w(in) - 2, draw_h(in) });
	int room = draw_h(in) - FOOT - 1;
	room = room < 1 ? draw_h(in) : room;
	scroll(f, room, head);
	struct draw body = draw_sub(in, (struct rect){ 0, 0, draw_w(in), room });
	body.clip.x -= body.clip.x > 0;       /* the gutter mark stands in the margin */
	body.clip.w++;
	int y = -f->top;
	if (head)
		draw_paragraph(body, 0, y, draw_w(in), head, ROLE_DIM, f->spec.text);
	y += head;
	for (size_t i = 0; i < f->n; i++) {
		struct field *x = &f->fields[i];
		struct draw row = body;
		row.r.y += y;
		row.r.h = rows_of(x);
		if (x->visible)
			draw_field(f, x, row, label, i == f->at);
		y += rows_of(x);
	}
	draw_scrollbar(in, draw_w(in), 0, room, (size_t)f->top, (size_t)room, (size_t)rows + (size_t)head);
	if (draw_h(in) > room)
		draw_foot(f, in, draw_h(in) - FOOT);
}
