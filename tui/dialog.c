/* The plan before an action. It asks in the way its level wants: a key, a word, a word and a reason. */
#include "tui/dialog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tui/editline.h"

struct plan_box {
	struct app *a;
	struct plan p;                  /* strings in arena */
	struct arena *arena;
	struct editline word, reason;
	bool in_reason;
	char problem[160];
	int top, total, room;           /* scrolling of the text above the question */
};

static bool wants_word(const struct plan_box *b)
{
	return b->p.level >= CONFIRM_WORD;
}

static void answer(struct plan_box *b, bool yes)
{
	struct plan p = b->p;
	char *reason = xstrdup(editline_text(&b->reason));
	app_pop(b->a, b);
	if (yes && p.confirmed)
		p.confirmed(p.ctx, reason);
	else if (!yes && p.cancelled)
		p.cancelled(p.ctx);
	free(reason);
}

static void try_word(struct plan_box *b)
{
	if (strcmp(editline_text(&b->word), b->p.word ? b->p.word : "") != 0) {
		snprintf(b->problem, sizeof b->problem, "type %.120s to confirm, exactly", b->p.word);
		b->in_reason = false;
	} else if (b->p.level == CONFIRM_REASON && !b->in_reason) {
		b->in_reason = true;
		*b->problem = '\0';
	} else if (b->p.level == CONFIRM_REASON && b->reason.text.len < 3) {
		snprintf(b->problem, sizeof b->problem, "say why: it is kept in the audit trail");
	} else {
		answer(b, true);
	}
}

static void copy_cli(struct plan_box *b)
{
	struct error err = ERROR_INIT;
	if (!b->p.cli)
		return;
	if (sink_clipboard(app_sink(b->a), b->p.cli, &err))
		app_error(b->a, &err);
	else
		app_message(b->a, MESSAGE_OK, "command copied to the clipboard");
}

static bool scroll_key(struct plan_box *b, uint32_t key)
{
	int step = key == TK_UP ? -1 : key == TK_DOWN ? 1 : key == TK_PGUP ? -5 : key == TK_PGDN ? 5 : 0;
	b->top = b->top + step < 0 ? 0 : b->top + step;
	return step != 0;
}

static void plan_event(void *self, struct app *a, const struct event *ev)
{
	struct plan_box *b = self;
	uint32_t key = ev->kind == EVENT_KEY ? ev->key : TK_NONE;
	(void)a;
	if (key == TK_ESC || key == ('c' | TK_CTRL)) {
		answer(b, false);
	} else if (scroll_key(b, key)) {
		return;
	} else if (wants_word(b)) {
		if (key == TK_ENTER)
			try_word(b);
		else if (key == TK_TAB && b->p.level == CONFIRM_REASON)
			b->in_reason = !b->in_reason;
		else if (editline_event(b->in_reason ? &b->reason : &b->word, ev))
			*b->problem = '\0';
	} else if (key == 'y' || key == 'Y' || (key == TK_ENTER && b->p.level == CONFIRM_NONE)) {
		answer(b, true);
	} else if (key == 'n' || key == 'N' || key == 'q') {
		answer(b, false);
	} else if (key == 'c') {
		copy_cli(b);
	} else if (key == TK_ENTER) {
		snprintf(b->problem, sizeof b->problem, "Enter does not confirm this: press y, or Esc to leave");
	}
}

/* Draws (or, with a window of height 0, only measures) what stands above the question. */
static int body(struct plan_box *b, struct draw d, int y)
{
	const struct plan *p = &b->p;
	const struct glyphs *g = draw_glyphs(d);
	int w = draw_w(d), label = 0, before = 0;
	if (p->text && *p->text) {
		draw_paragraph(d, 0, y, w, 999, ROLE_TEXT, p->text);
		y += text_lines(p->text, w) + 1;
	}
	for (size_t i = 0; i < p->n; i++) {
		int lw = p->lines[i].label ? utf8_width(p->lines[i].label) : 0;
		int bw = p->lines[i].before ? utf8_width(p->lines[i].before) : 0;
		label = lw > label ? lw : label;
		before = bw > before ? bw : before;
	}
	label = label > w / 2 ? w / 2 : label;
	before = before > w / 3 ? w / 3 : before;
	for (size_t i = 0, rows = 1; i < p->n; i++, y += (int)rows, rows = 1) {
		const struct plan_line *l = &p->lines[i];
		style_t st = l->style ? l->style : l->before ? ROLE_STRONG : ROLE_TEXT;
		int x = 0;
		if (!l->label) {
			draw_cell(d, 0, y, w, ALIGN_LEFT, l->style ? l->style : ROLE_DIM, l->after ? l->after : "");
			continue;
		}
		draw_cell(d, 0, y, label, ALIGN_LEFT, ROLE_DIM, l->label);
		x = label + 2;
		if (before > 0 && l->before) {
			draw_cell(d, x, y, before, ALIGN_LEFT, ROLE_TEXT, l->before);
			draw_text(d, x + before + 1, y, ROLE_FAINT, g->arrow_right);
			x += before + 3;
		} else if (l->after && *l->after && w - x > 8) {        /* alone it may take several lines */
			rows = (size_t)text_lines(l->after, w - x);
			draw_paragraph(d, x, y, w - x, (int)rows, st, l->after);
			continue;
		}
		draw_cell(d, x, y, w - x, ALIGN_LEFT, st, l->after ? l->after : "");
	}
	y += p->n ? 1 : 0;
	const char *extra[] = { p->call, p->cli };
	static const char *const heads[] = { "api", "cli" };
	for (int i = 0; i < 2; i++) {
		if (!extra[i])
			continue;
		draw_text(d, 0, y, ROLE_FAINT, heads[i]);
		draw_paragraph(d, 5, y, w - 5, 999, ROLE_DIM, extra[i]);
		y += text_lines(extra[i], w - 5);
	}
	return y + (p->call || p->cli ? 1 : 0);
}

static int button(struct draw d, int x, int y, style_t key_st, const char *key, const char *words)
{
	int at = x + draw_text(d, x, y, key_st, key) + 1;
	return at + draw_text(d, at, y, ROLE_TEXT, words) + 3;
}

static void draw_question(struct plan_box *b, struct draw d, int y)
{
	const struct plan *p = &b->p;
	style_t st = p->danger ? ROLE_DANGER : ROLE_KEY;
	char text[160];
	int w = draw_w(d);
	if (*b->problem)
		draw_cell(d, 0, y - 1, w, ALIGN_LEFT, ROLE_ERROR, b->problem);
	if (wants_word(b)) {
		snprintf(text, sizeof text, "type %.80s to %.40s: ", p->word, p->verb);
		int x = draw_text(d, 0, y, ROLE_TEXT, text);
		editline_draw(&b->word, draw_on(d, SURF_FIELD), x, y, w - x > 4 ? w - x : 4, ROLE_INPUT,
		              !b->in_reason);
		if (p->level == CONFIRM_REASON) {
			x = draw_text(d, 0, y + 1, ROLE_TEXT, "reason: ");
			editline_draw(&b->reason, draw_on(d, SURF_FIELD), x, y + 1, w - x, ROLE_INPUT, b->in_reason);
		}
		return;
	}
	int x = button(d, 0, y, st, p->level == CONFIRM_NONE ? "enter" : "y", p->verb);
	x = button(d, x, y, ROLE_KEY, "esc", "leave it as it is");
	if (p->cli)
		x = button(d, x, y, ROLE_KEY, "c", "copy cli");
	if (b->top + b->room < b->total)
		button(d, x, y, ROLE_KEY, draw_glyphs(d)->arrow_down, "more");
}

static void plan_draw(void *self, struct app *a, struct draw d)
{
	struct plan_box *b = self;
	int w = draw_w(d) - 6 > 76 ? 76 : draw_w(d) - 4, question = b->p.level == CONFIRM_REASON ? 3 : 2;
	w = w < 30 ? draw_w(d) : w;
	(void)a;
	struct draw probe = draw_sub(d, (struct rect){ 0, 0, w - 4, 0 });
	b->total = body(b, probe, 0);
	struct draw in = draw_dialog(d, w, b->total + question + 2, b->p.title, b->p.danger);
	int room = draw_h(in) - question;
	if (b->top > b->total - room)
		b->top = b->total > room ? b->total - room : 0;
	b->room = room;
	if (room > 0)
		body(b, draw_sub(in, (struct rect){ 0, 0, draw_w(in), room }), -b->top);
	draw_scrollbar(in, draw_w(in), 0, room, (size_t)b->top, (size_t)(room > 0 ? room : 0), (size_t)b->total);
	draw_question(b, in, draw_h(in) - question + 1);
}

static void plan_free(void *self)
{
	struct plan_box *b = self;
	editline_free(&b->word);
	editline_free(&b->reason);
	arena_free(b->arena);
	free(b);
}

static const char *plan_hints(void *self)
{
	struct plan_box *b = self;
	return wants_word(b) ? "enter\0confirm\0esc\0leave it as it is\0\0" : "esc\0leave it as it is\0\0";
}

static const struct overlay_ops plan_ops = {
	.draw = plan_draw, .event = plan_event, .free = plan_free, .hints = plan_hints, .paste = true
};

void plan_open(struct app *a, const struct plan *p)
{
	struct plan_box *b = xcalloc(1, sizeof *b);
	struct arena *m = b->arena = arena_new();
	struct plan_line *lines = arena_alloc(m, (p->n + 1) * sizeof *lines);
	b->a = a;
	b->p = *p;
	b->p.title = arena_strdup(m, p->title);
	b->p.text = arena_strdup(m, p->text);
	b->p.call = arena_strdup(m, p->call);
	b->p.cli = arena_strdup(m, p->cli);
	b->p.word = arena_strdup(m, p->word);
	b->p.verb = arena_strdup(m, p->verb ? p->verb : "do it");
	for (size_t i = 0; i < p->n; i++)
		lines[i] = (struct plan_line){ arena_strdup(m, p->lines[i].label), arena_strdup(m, p->lines[i].before),
			                       arena_strdup(m, p->lines[i].after), p->lines[i].style };
	b->p.lines = lines;
	app_push(a, &plan_ops, b);
}
