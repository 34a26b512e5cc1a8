/* Help made from the bindings: it shows what the keys do right here, and runs what is chosen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/app_impl.h"
#include "tui/dialog.h"
#include "tui/editline.h"
#include "tui/filter.h"

struct entry {
	const struct bind_scope *scope;
	const struct binding *b;       /* NULL: the scope's head line */
	int score;
};

struct help {
	struct app *a;
	const struct bind_scope *scopes[APP_SCOPES_MAX];
	size_t n_scopes;
	struct editline edit;
	VEC(struct entry) shown;
	size_t at, top;
};

/* A key of an outer scope that an inner one took does nothing here: leave it out. */
static bool shadowed(const struct help *h, size_t scope, const struct binding *b)
{
	const char *keys = keymap_keys(h->a->keymap, h->scopes[scope], b);
	if (!*keys)
		return false;
	for (keys += strspn(keys, " "); *keys; keys += strspn(keys, " ")) {
		size_t n = strcspn(keys, " ");
		if (keymap_find(h->a->keymap, h->scopes, h->n_scopes, key_parse(keys, n), false) == b)
			return false;
		keys += n;
	}
	return true;
}

static int matches(const struct help *h, const struct bind_scope *s, const struct binding *b)
{
	const char *q = editline_text(&h->edit);
	if (!*q)
		return 1;
	if (strcmp(keymap_keys(h->a->keymap, s, b), q) == 0)
		return 1000;
	if (strcasestr(b->name, q))
		return 500;
	return strcasestr(b->help, q) || strcasestr(b->hint, q) ? 300 : 0;
}

static int by_score(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	return b->score - a->score;
}

static void narrow(struct help *h)
{
	bool all = h->edit.text.len == 0;
	h->shown.len = 0;
	for (size_t i = 0; i < h->n_scopes; i++) {
		struct entry head = { h->scopes[i], NULL, 0 };
		if (all)
			vec_push(&h->shown, head);
		for (size_t j = 0; j < h->scopes[i]->n; j++) {
			struct entry e = { h->scopes[i], &h->scopes[i]->items[j], 0 };
			e.score = matches(h, e.scope, e.b) * 1000 - (int)h->shown.len;   /* stable */
			if (e.score > 0 && !shadowed(h, i, e.b))
				vec_push(&h->shown, e);
		}
	}
	if (!all && h->shown.len > 1)
		qsort(h->shown.items, h->shown.len, sizeof *h->shown.items, by_score);
	h->at = all && h->shown.len > 1 ? 1 : 0;
	h->top = 0;
}

static void move(struct help *h, int step)
{
	long n = (long)h->shown.len, at = (long)h->at, dir = step < 0 ? -1 : 1;
	for (long want = at + step; n > 0;) {
		want = want < 0 ? 0 : want >= n ? n - 1 : want;
		while (want >= 0 && want < n && !h->shown.items[want].b)
			want += dir;
		if (want >= 0 && want < n)
			h->at = (size_t)want;
		return;
	}
}

static const char *reason(const struct help *h, const struct binding *b)
{
	if (h->a->read_only && (b->flags & BIND_DANGEROUS))
		return "switched off: read-only";
	return h->a->ops->disabled && b->action > 0 ? h->a->ops->disabled(h->a->ctx, b->action) : NULL;
}

static void run(struct help *h)
{
	struct app *a = h->a;
	if (h->at >= h->shown.len || !h->shown.items[h->at].b)
		return;
	const struct binding *b = h->shown.items[h->at].b;
	const char *why = reason(h, b);
	if (why) {
		app_message(a, MESSAGE_WARN, "%s", why);
		return;
	}
	int action = b->action;
	app_pop(a, h);
	app_do(a, action, NULL);
}

static void help_event(void *self, struct app *a, const struct event *ev)
{
	struct help *h = self;
	if (ev->kind == EVENT_MOUSE) {
		move(h, ev->mouse == MOUSE_WHEEL_UP ? -3 : ev->mouse == MOUSE_WHEEL_DOWN ? 3 : 0);
		return;
	}
	switch (ev->kind == EVENT_KEY ? ev->key : TK_NONE) {
	case TK_ESC: case 'c' | TK_CTRL: case TK_F1: app_pop(a, h); return;
	case TK_ENTER: run(h); return;
	case TK_UP: case 'p' | TK_CTRL: move(h, -1); return;
	case TK_DOWN: case 'n' | TK_CTRL: move(h, 1); return;
	case TK_PGUP: move(h, -10); return;
	case TK_PGDN: move(h, 10); return;
	case '?':
		if (h->edit.text.len == 0) {
			app_pop(a, h);
			return;
		}
	}
	if (editline_event(&h->edit, ev))
		narrow(h);
}

static void pretty_keys(const struct help *h, const struct entry *e, bool utf8, char *out, size_t size)
{
	const char *keys = keymap_keys(h->a->keymap, e->scope, e->b);
	size_t at = 0;
	*out = '\0';
	for (keys += strspn(keys, " "); *keys && at + 24 < size; keys += strspn(keys, " ")) {
		size_t n = strcspn(keys, " ");
		char one[24];
		key_short(key_parse(keys, n), utf8, one, sizeof one);
		at += (size_t)snprintf(out + at, size - at, "%s%s", at ? " " : "", one);
		keys += n;
	}
}

static void row_draw(struct help *h, struct draw d, size_t i)
{
	const struct entry *e = &h->shown.items[i];
	char text[96];
	int w = draw_w(d), keys = w < 50 ? 8 : 12, name = w < 60 ? 0 : 18;
	if (!e->b) {
		draw_text(d, 0, 0, ROLE_HEADER, e->scope->title);
		return;
	}
	const char *why = reason(h, e->b);
	bool on = i == h->at;
	d = draw_on(d, on ? SURF_SELECT : SURF_DIALOG);
	draw_clear(d);
	pretty_keys(h, e, draw_glyphs(d)->set != GLYPHS_ASCII, text, sizeof text);
	style_t key = why ? ROLE_FAINT : e->b->flags & BIND_DANGEROUS ? ROLE_DANGER : ROLE_KEY;
	draw_cell(d, 1, 0, keys, ALIGN_LEFT, key, *text ? text : ":");
	if (name)
		draw_cell(d, keys + 2, 0, name, ALIGN_LEFT, why ? ROLE_FAINT : ROLE_TEXT, e->b->name);
	int x = keys + 3 + name + (name ? 1 : 0);
	draw_cell(d, x, 0, w - x - 1, ALIGN_LEFT, why ? ROLE_FAINT : on ? ROLE_STRONG : ROLE_DIM,
	          why ? why : e->b->help);
}

static void help_draw(void *self, struct app *a, struct draw d)
{
	struct help *h = self;
	int w = draw_w(d) - 4 > 100 ? 100 : draw_w(d) - 4, rows;
	w = w < 40 ? draw_w(d) : w;
	(void)a;
	struct draw in = draw_dialog(d, w, draw_h(d) > 12 ? draw_h(d) - 2 : draw_h(d), "Keys and commands", false);
	int x = draw_text(in, 0, 0, ROLE_DIM, "search: ");
	editline_draw(&h->edit, in, x, 0, draw_w(in) - x, ROLE_INPUT, true);
	rows = draw_h(in) - 2;
	if (rows <= 0)
		return;
	if (h->at < h->top + 1)
		h->top = h->at > 0 ? h->at - 1 : 0;
	if (h->at >= h->top + (size_t)rows)
		h->top = h->at - (size_t)rows + 1;
	for (int i = 0; i < rows && h->top + (size_t)i < h->shown.len; i++)
		row_draw(h, draw_sub(in, (struct rect){ 0, i + 2, draw_w(in), 1 }), h->top + (size_t)i);
	if (h->shown.len == 0)
		draw_text(in, 1, 2, ROLE_DIM, "no key and no command is called so");
	draw_scrollbar(in, draw_w(in), 2, rows, h->top, (size_t)rows, h->shown.len);
}

static void help_free(void *self)
{
	struct help *h = self;
	editline_free(&h->edit);
	vec_free(&h->shown);
	free(h);
}

static const char *help_hints(void *self)
{
	(void)self;
	return "enter\0run it\0esc\0close\0type\0to search\0\0";
}

static const struct overlay_ops help_ops = {
	.draw = help_draw, .event = help_event, .free = help_free, .hints = help_hints, .paste = true
};

void help_open(struct app *a)
{
	struct help *h = xcalloc(1, sizeof *h);
	h->a = a;
	h->n_scopes = app_scopes(a, h->scopes, APP_SCOPES_MAX);
	narrow(h);
	app_push(a, &help_ops, h);
}
