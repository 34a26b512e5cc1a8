#include "tui/prompt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/utf8.h"
#include "tui/app_impl.h"
#include "tui/editline.h"
#include "tui/logview.h"
#include "tui/table.h"

#define HISTORY_MAX 200
#define LIST_ROWS 10

struct history {
	VEC(char *) lines;           /* oldest first */
};

struct choice {
	char *line, *note;
};

struct box {                         /* the open prompt */
	struct app *a;
	struct prompt p;             /* strings are copies */
	struct editline edit;
	struct history *history;
	size_t at;                   /* position in history; lines.len: the new line */
	char *draft;                 /* new line, kept while walking through history */
	VEC(struct choice) choices;
	size_t chosen;               /* 0: none, else 1-based */
	char *typed;                 /* text before Tab began to walk through the choices */
	char *hint;
};

/* ---- history ---- */

void history_free(void *p)
{
	struct history *h = p;
	for (size_t i = 0; i < h->lines.len; i++)
		free(h->lines.items[i]);
	vec_free(&h->lines);
	free(h);
}

static struct history *history_get(struct app *a, const char *name)
{
	struct history *h = map_get(a->history, name);
	if (!h) {
		h = xcalloc(1, sizeof *h);
		map_set(a->history, name, h);
	}
	return h;
}

static void history_add(struct history *h, const char *line)
{
	if (!*line)
		return;
	for (size_t i = 0; i < h->lines.len; i++)
		if (strcmp(h->lines.items[i], line) == 0) {
			free(h->lines.items[i]);
			vec_remove(&h->lines, i);
			break;
		}
	if (h->lines.len >= HISTORY_MAX) {
		free(h->lines.items[0]);
		vec_remove(&h->lines, 0);
	}
	vec_push(&h->lines, xstrdup(line));
}

/* The file holds "name<TAB>line" per line. */
void history_load(struct app *a)
{
	struct buf text = BUF_INIT;
	if (!a->history_file || fs_read(a->history_file, 1 << 20, &text, NULL))
		return;
	char *save = NULL;
	for (char *line = strtok_r(text.data, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *tab = strchr(line, '\t');
		if (!tab)
			continue;
		*tab = '\0';
		history_add(history_get(a, line), tab + 1);
	}
	buf_free(&text);
}

static void history_save(struct app *a)
{
	struct buf b = BUF_INIT;
	const char *name;
	void *value;
	if (!a->history_file)
		return;
	for (size_t it = 0; map_next(a->history, &it, &name, &value);) {
		struct history *h = value;
		for (size_t i = 0; i < h->lines.len; i++)
			buf_addf(&b, "%s\t%s\n", name, h->lines.items[i]);
	}
	fs_write_atomic(a->history_file, buf_str(&b), b.len, 0600, NULL);
	buf_free(&b);
}

static void history_walk(struct box *b, int step)
{
	if (!b->history)
		return;
	size_t n = b->history->lines.len;
	if ((step < 0 && b->at == 0) || (step > 0 && b->at >= n))
		return;
	if (b->at == n) {
		free(b->draft);
		b->draft = xstrdup(editline_text(&b->edit));
	}
	b->at = step < 0 ? b->at - 1 : b->at + 1;
	editline_set(&b->edit, b->at == n ? b->draft : b->history->lines.items[b->at]);
}

/* ---- completion ---- */

static void choices_clear(struct box *b)
{
	for (size_t i = 0; i < b->choices.len; i++) {
		free(b->choices.items[i].line);
		free(b->choices.items[i].note);
	}
	b->choices.len = 0;
	b->chosen = 0;
}

static void choice_add(void *arg, const char *line, const char *note)
{
	struct box *b = arg;
	for (size_t i = 0; i < b->choices.len; i++)
		if (strcmp(b->choices.items[i].line, line) == 0)
			return;
	struct choice c = { xstrdup(line), xstrdup(note ? note : "") };
	vec_push(&b->choices, c);
}

static void offer(struct box *b)
{
	choices_clear(b);
	if (b->p.complete)
		b->p.complete(b->p.ctx, editline_text(&b->edit), choice_add, b);
	free(b->typed);
	b->typed = xstrdup(editline_text(&b->edit));
}

/* Longest beginning that all choices share; the cursor goes to its end. */
static bool common_prefix(struct box *b)
{
	size_t len = strlen(b->choices.items[0].line), have = strlen(editline_text(&b->edit));
	for (size_t i = 1; i < b->choices.len; i++) {
		size_t k = 0;
		while (k < len && b->choices.items[i].line[k] == b->choices.items[0].line[k])
			k++;
		len = k;
	}
	if (len <= have)
		return false;
	char *text = xstrndup(b->choices.items[0].line, len);
	editline_set(&b->edit, text);
	free(text);
	return true;
}

static void complete(struct box *b, int step)
{
	if (b->choices.len == 0)
		return;
	if (b->chosen == 0 && step > 0 && common_prefix(b)) {
		offer(b);
		return;
	}
	size_t n = b->choices.len;
	b->chosen = step > 0 ? b->chosen % n + 1 : b->chosen > 1 ? b->chosen - 1 : n;
	editline_set(&b->edit, b->choices.items[b->chosen - 1].line);
}

/* ---- the overlay ---- */

static void set_hint(struct box *b, const char *text)
{
	free(b->hint);
	b->hint = xstrdup(text);
}

static void text_changed(struct box *b)
{
	if (b->p.changed)
		set_hint(b, b->p.changed(b->p.ctx, editline_text(&b->edit)));
	offer(b);
}

static void submit(struct box *b)
{
	char *text = xstrdup(editline_text(&b->edit));
	void (*fn)(void *, const char *) = b->p.submit;
	void *ctx = b->p.ctx;
	if (b->history) {
		history_add(b->history, text);
		history_save(b->a);
	}
	app_pop(b->a, b);
	if (fn)
		fn(ctx, text);
	free(text);
}

static void cancel(struct box *b)
{
	app_pop(b->a, b);
	if (b->p.cancel)
		b->p.cancel(b->p.ctx);
}

static void box_event(void *self, struct app *a, const struct event *ev)
{
	struct box *b = self;
	uint32_t key = ev->kind == EVENT_KEY ? ev->key : TK_NONE;
	bool empty = b->edit.text.len == 0;
	(void)a;
	if (key == TK_ESC || key == ('c' | TK_CTRL) || key == ('g' | TK_CTRL) ||
	    (key == TK_BACKSPACE && empty && b->p.label[0] == ':')) {
		cancel(b);
	} else if (key == TK_ENTER || key == ('j' | TK_CTRL)) {
		submit(b);
	} else if (key == TK_TAB) {
		complete(b, 1);
	} else if (key == (TK_TAB | TK_SHIFT)) {
		complete(b, -1);
	} else if (key == TK_UP || key == ('p' | TK_CTRL) || key == TK_DOWN || key == ('n' | TK_CTRL)) {
		history_walk(b, key == TK_UP || key == ('p' | TK_CTRL) ? -1 : 1);
		text_changed(b);
	} else if (editline_event(&b->edit, ev)) {
		text_changed(b);
	}
}

static size_t list_top(const struct box *b, size_t rows)
{
	return b->chosen > rows ? b->chosen - rows : 0;
}

/* Choices stand above the line; the one that Tab has reached is painted. */
static void box_draw(void *self, struct app *a, struct draw d)
{
	struct box *b = self;
	size_t n = b->choices.len;
	int w = 20, rows = n < LIST_ROWS ? (int)n : LIST_ROWS, name = 0;
	(void)a;
	if (rows > draw_h(d) - 1)
		rows = draw_h(d) - 1;
	if (rows <= 0 || (n == 1 && strcmp(b->choices.items[0].line, editline_text(&b->edit)) == 0))
		return;
	for (size_t i = 0; i < n; i++) {
		int cw = utf8_width(b->choices.items[i].line), nw = utf8_width(b->choices.items[i].note);
		name = cw > name ? cw : name;
		w = cw + nw + 6 > w ? cw + nw + 6 : w;
	}
	w = name + 4 > w ? name + 4 : w;
	w = w > draw_w(d) ? draw_w(d) : w;
	struct draw list = draw_on(draw_sub(d, (struct rect){ 0, draw_h(d) - rows, w, rows }), SURF_DIALOG);
	draw_clear(list);
	size_t top = list_top(b, (size_t)rows);
	for (int y = 0; y < rows; y++) {
		const struct choice *c = &b->choices.items[top + (size_t)y];
		bool on = b->chosen == top + (size_t)y + 1;
		struct draw row = draw_on(draw_sub(list, (struct rect){ 0, y, w, 1 }), on ? SURF_SELECT : SURF_DIALOG);
		draw_clear(row);
		draw_text(row, 1, 0, on ? ROLE_STRONG : ROLE_TEXT, c->line);
		draw_cell(row, name + 3, 0, w - name - 4, ALIGN_LEFT, ROLE_DIM, c->note);
	}
	draw_scrollbar(list, w - 1, 0, rows, top, (size_t)rows, n);
}

static void box_free(void *self)
{
	struct box *b = self;
	choices_clear(b);
	vec_free(&b->choices);
	editline_free(&b->edit);
	free((char *)b->p.label);
	free(b->draft);
	free(b->typed);
	free(b->hint);
	free(b);
}

static const struct overlay_ops box_ops = {
	.draw = box_draw, .event = box_event, .free = box_free, .paste = true
};

bool prompt_is_top(const struct app *a)
{
	return a->overlays.len && a->overlays.items[a->overlays.len - 1].ops == &box_ops;
}

void prompt_line_draw(struct app *a, struct draw d)
{
	struct box *b = a->overlays.items[a->overlays.len - 1].self;
	int x = 1 + draw_text(d, 1, 0, ROLE_KEY, b->p.label), room = draw_w(d) - x - 1;
	int hint = b->hint ? utf8_width(b->hint) + 2 : 0;
	if (hint && room - hint < 16)
		hint = room > 24 ? room - 16 : 0;
	editline_draw(&b->edit, d, x, 0, room - hint, ROLE_INPUT, true);
	if (hint)
		draw_cell(d, x + room - hint + 1, 0, hint - 1, ALIGN_RIGHT, ROLE_WARN, b->hint);
}

void prompt_open(struct app *a, const struct prompt *p)
{
	struct box *b = xcalloc(1, sizeof *b);
	b->a = a;
	b->p = *p;
	b->p.label = xstrdup(p->label ? p->label : "");
	b->history = p->history ? history_get(a, p->history) : NULL;
	b->at = b->history ? b->history->lines.len : 0;
	editline_set(&b->edit, p->initial ? p->initial : "");
	app_push(a, &box_ops, b);
	offer(b);
}
