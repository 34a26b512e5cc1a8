#include "tui/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app_impl.h"
#include "tui/form_impl.h"

const char FORM_WAITS[] = "waits";

static bool can_focus(const struct form *f, size_t i)
{
	return i == f->n || (f->fields[i].visible && f->fields[i].f.kind != FIELD_SECTION);
}

static void leave(struct form *f)
{
	if (f->at < f->n)
		f->fields[f->at].problem = field_check(f, &f->fields[f->at]);
}

static void go(struct form *f, int step)
{
	leave(f);
	size_t i = f->at, count = f->n + 1;
	do
		i = (i + count + (size_t)(step + (int)count)) % count;
	while (!can_focus(f, i));
	f->at = i;
}

static void go_to_name(struct form *f, const char *name)
{
	for (size_t i = 0; name && i < f->n; i++)
		if (f->fields[i].f.name && strcmp(f->fields[i].f.name, name) == 0 && can_focus(f, i))
			f->at = i;
}

static void submit(struct form *f)
{
	const char *field = NULL, *problem;
	form_refresh(f);
	size_t first = f->n;
	for (size_t i = f->n; i > 0; i--) {
		f->fields[i - 1].problem = field_check(f, &f->fields[i - 1]);
		if (f->fields[i - 1].problem)
			first = i - 1;
	}
	if (first < f->n) {
		f->at = first;
		return;
	}
	problem = f->spec.submit(f->spec.ctx, f, &field);
	if (problem == FORM_WAITS)
		return;
	if (!problem) {
		app_pop(f->a, f);
		return;
	}
	snprintf(f->problem, sizeof f->problem, "%s", problem);
	go_to_name(f, field);
}

static void cancel(struct form *f)
{
	if (f->changed && !f->leaving) {
		f->leaving = true;
		snprintf(f->problem, sizeof f->problem, "not saved: Esc again to throw it away");
		return;
	}
	app_pop(f->a, f);
	if (f->spec.cancel)
		f->spec.cancel(f->spec.ctx);
}

/* ---- keys of the kinds of fields; true: used ---- */

static bool number_key(struct field *x, uint32_t key, const struct event *ev)
{
	long v = strtol(editline_text(&x->edit), NULL, 10), step = 0;
	if (key == '+' || key == '=')
		step = 1;
	else if (key == '-' && x->edit.text.len > 0 && x->f.min >= 0)
		step = -1;
	if (step) {
		v += step;
		v = v < (long)x->f.min ? (long)x->f.min : v > (long)x->f.max ? (long)x->f.max : v;
		snprintf(x->number, sizeof x->number, "%ld", v);
		editline_set(&x->edit, x->number);
		return true;
	}
	return editline_event(&x->edit, ev);
}

static bool choice_key(struct field *x, uint32_t key)
{
	size_t n = 0;
	while (x->f.choices && x->f.choices[n])
		n++;
	if (n == 0)
		return false;
	if (key == TK_RIGHT || key == TK_SPACE)
		x->choice = (x->choice + 1) % n;
	else if (key == TK_LEFT)
		x->choice = (x->choice + n - 1) % n;
	else
		return false;
	return true;
}

static void lines_break(struct field *x)
{
	struct editline *e = &x->lines.items[x->line], next = { 0 };
	editline_insert(&next, buf_str(&e->text) + e->at, e->text.len - e->at);
	next.at = 0;
	char *head = xstrndup(buf_str(&e->text), e->at);
	editline_set(e, head);
	free(head);
	vec_push(&x->lines, next);
	for (size_t i = x->lines.len - 1; i > x->line + 1; i--) {
		struct editline t = x->lines.items[i];
		x->lines.items[i] = x->lines.items[i - 1];
		x->lines.items[i - 1] = t;
	}
	x->line++;
}

static void lines_join(struct field *x)
{
	struct editline gone = x->lines.items[x->line];
	vec_remove(&x->lines, x->line);
	struct editline *e = &x->lines.items[--x->line];
	size_t at = e->text.len;
	e->at = at;
	editline_insert(e, buf_str(&gone.text), gone.text.len);
	e->at = at;
	editline_free(&gone);
}

/* Newlines of a paste begin new lines here. */
static void lines_paste(struct field *x, const struct event *ev)
{
	const char *s = ev->text;
	for (size_t n = ev->len; n > 0;) {
		const char *nl = memchr(s, '\n', n);
		size_t len = nl ? (size_t)(nl - s) : n, take = len;
		while (take > 0 && s[take - 1] == '\r')
			take--;
		editline_insert(&x->lines.items[x->line], s, take);
		if (nl)
			lines_break(x);
		s += len + (nl ? 1 : 0);
		n -= len + (nl ? 1 : 0);
	}
}

static bool lines_key(struct field *x, uint32_t key, const struct event *ev)
{
	if (ev->kind == EVENT_PASTE) {
		lines_paste(x, ev);
		return true;
	}
	if (key == TK_ENTER) {
		lines_break(x);
	} else if (key == TK_UP && x->line > 0) {
		x->line--;
	} else if (key == TK_DOWN && x->line + 1 < x->lines.len) {
		x->line++;
	} else if (key == TK_BACKSPACE && x->line > 0 && x->lines.items[x->line].at == 0) {
		lines_join(x);
	} else {
		return editline_event(&x->lines.items[x->line], ev);
	}
	return true;
}

static bool field_key(struct field *x, uint32_t key, const struct event *ev)
{
	switch (x->f.kind) {
	case FIELD_TEXT: return editline_event(&x->edit, ev);
	case FIELD_NUMBER: return number_key(x, key, ev);
	case FIELD_CHOICE: return choice_key(x, key);
	case FIELD_LINES: return lines_key(x, key, ev);
	case FIELD_TOGGLE:
		if (key != TK_SPACE && key != TK_LEFT && key != TK_RIGHT)
			return false;
		x->on = !x->on;
		return true;
	case FIELD_LINK: case FIELD_SECTION: break;
	}
	return false;
}

static bool opens(const struct form *f, const struct field *x, uint32_t key)
{
	return x && x->f.kind == FIELD_LINK && f->spec.pressed && (key == TK_ENTER || key == TK_SPACE);
}

static void form_event(void *self, struct app *a, const struct event *ev)
{
	struct form *f = self;
	uint32_t key = ev->kind == EVENT_KEY ? ev->key : TK_NONE;
	struct field *x = f->at < f->n ? &f->fields[f->at] : NULL;
	(void)a;
	if (key == TK_ESC || key == ('c' | TK_CTRL)) {
		cancel(f);
		return;
	}
	if (ev->kind != EVENT_MOUSE) {
		*f->problem = '\0';
		f->leaving = false;
	}
	if (key == ('s' | TK_CTRL) || (!x && (key == TK_ENTER || key == TK_SPACE))) {
		submit(f);
	} else if (opens(f, x, key)) {
		f->spec.pressed(f->spec.ctx, f, x->f.name);
	} else if (key == TK_TAB) {
		go(f, 1);
	} else if (key == (TK_TAB | TK_SHIFT)) {
		go(f, -1);
	} else if (x && field_key(x, key, ev)) {
		f->changed = true;
		x->problem = NULL;
		form_refresh(f);
	} else if (key == TK_ENTER || key == TK_DOWN) {
		go(f, 1);
	} else if (key == TK_UP) {
		go(f, -1);
	}
}

static void form_free(void *self)
{
	struct form *f = self;
	for (size_t i = 0; i < f->n; i++) {
		struct field *x = &f->fields[i];
		editline_free(&x->edit);
		for (size_t j = 0; j < x->lines.len; j++)
			editline_free(&x->lines.items[j]);
		vec_free(&x->lines);
		free(x->joined);
	}
	free(f->fields);
	arena_free(f->arena);
	free(f);
}

static const char *form_hints(void *self)
{
	(void)self;
	return "tab\0next field\0^s\0submit\0esc\0close\0\0";
}

static const struct overlay_ops form_ops = {
	.draw = form_draw, .event = form_event, .free = form_free, .hints = form_hints, .paste = true
};

static void copy_field(struct form *f, struct field *x, const struct form_field *from)
{
	struct arena *m = f->arena;
	x->f = *from;
	x->f.name = arena_strdup(m, from->name);
	x->f.label = arena_strdup(m, from->label);
	x->f.help = arena_strdup(m, from->help);
	size_t n = 0;
	while (from->choices && from->choices[n])
		n++;
	const char **choices = arena_alloc(m, (n + 1) * sizeof *choices);
	for (size_t i = 0; i < n; i++)
		choices[i] = arena_strdup(m, from->choices[i]);
	x->f.choices = choices;
	if (x->f.kind == FIELD_NUMBER && x->f.max <= x->f.min)
		x->f.max = 1e9;
	field_set(x, from->value);
}

void form_open(struct app *a, const struct form_spec *spec)
{
	struct form *f = xcalloc(1, sizeof *f);
	f->a = a;
	f->serial = ++a->forms;
	f->arena = arena_new();
	f->spec = *spec;
	f->spec.title = arena_strdup(f->arena, spec->title);
	f->spec.text = arena_strdup(f->arena, spec->text);
	f->spec.verb = arena_strdup(f->arena, spec->verb ? spec->verb : "ok");
	f->n = spec->n;
	f->fields = xcalloc(f->n, sizeof *f->fields);
	for (size_t i = 0; i < f->n; i++)
		copy_field(f, &f->fields[i], &spec->fields[i]);
	form_refresh(f);
	while (f->at < f->n && !can_focus(f, f->at))
		f->at++;
	app_push(a, &form_ops, f);
}

unsigned form_serial(const struct form *f)
{
	return f->serial;
}

bool form_settle(struct app *a, unsigned serial, const char *problem)
{
	for (size_t i = 0; i < a->overlays.len; i++) {
		struct form *f = a->overlays.items[i].self;
		if (a->overlays.items[i].ops != &form_ops || f->serial != serial)
			continue;
		if (problem) {
			snprintf(f->problem, sizeof f->problem, "%s", problem);
			a->dirty = true;
			return true;
		}
		app_pop(a, f);
		if (f->spec.cancel)
			f->spec.cancel(f->spec.ctx);
		return true;
	}
	return false;
}
