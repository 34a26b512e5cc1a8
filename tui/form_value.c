#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/form_impl.h"

const char *field_value(struct field *f)
{
	switch (f->f.kind) {
	case FIELD_TEXT: return editline_text(&f->edit);
	case FIELD_LINK: return editline_text(&f->edit);
	case FIELD_NUMBER: return editline_text(&f->edit);
	case FIELD_CHOICE: return f->f.choices && f->f.choices[f->choice] ? f->f.choices[f->choice] : "";
	case FIELD_TOGGLE: return f->on ? "true" : "false";
	case FIELD_SECTION: return "";
	case FIELD_LINES: break;
	}
	struct buf b = BUF_INIT;
	size_t n = f->lines.len;
	while (n > 0 && f->lines.items[n - 1].text.len == 0)
		n--;
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s", i ? "\n" : "", editline_text(&f->lines.items[i]));
	free(f->joined);
	f->joined = b.data ? buf_steal(&b) : xstrdup("");
	return f->joined;
}

static void set_lines(struct field *f, const char *value)
{
	for (size_t i = 0; i < f->lines.len; i++)
		editline_free(&f->lines.items[i]);
	f->lines.len = 0;
	for (;;) {
		size_t n = strcspn(value, "\n");
		struct editline e = { 0 };
		editline_insert(&e, value, n);
		vec_push(&f->lines, e);
		if (!value[n])
			break;
		value += n + 1;
	}
	f->line = f->line_top = 0;
}

void field_set(struct field *f, const char *value)
{
	value = value ? value : "";
	switch (f->f.kind) {
	case FIELD_TEXT: editline_set(&f->edit, value); break;
	case FIELD_LINK: editline_set(&f->edit, value); break;
	case FIELD_NUMBER:
		snprintf(f->number, sizeof f->number, "%.0f", f->f.min);
		editline_set(&f->edit, *value ? value : f->number);
		break;
	case FIELD_CHOICE:
		for (size_t i = 0; f->f.choices && f->f.choices[i]; i++)
			if (strcmp(f->f.choices[i], value) == 0)
				f->choice = i;
		break;
	case FIELD_TOGGLE: f->on = strcmp(value, "true") == 0; break;
	case FIELD_LINES: set_lines(f, value); break;
	case FIELD_SECTION: break;
	}
}

static const char *check_number(struct form *f, struct field *field)
{
	const char *s = editline_text(&field->edit);
	char *end;
	double v = strtod(s, &end);
	while (isspace((unsigned char)*end))
		end++;
	if (!*s || *end || v != (double)(long)v)
		return "a whole number is wanted here";
	if (v < field->f.min || v > field->f.max)
		return arena_printf(f->arena, "between %.0f and %.0f", field->f.min, field->f.max);
	return NULL;
}

const char *field_check(struct form *f, struct field *field)
{
	const char *value = field_value(field), *problem = NULL;
	if (field->f.kind == FIELD_SECTION || !field->visible)
		return NULL;
	if (field->f.required && !*value)
		return "this is needed";
	if (field->f.kind == FIELD_NUMBER)
		problem = check_number(f, field);
	if (!problem && field->f.check)
		problem = field->f.check(f->spec.ctx, value);
	return problem ? arena_strdup(f->arena, problem) : NULL;
}

void form_refresh(struct form *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct field *x = &f->fields[i];
		x->visible = (!x->f.shown || x->f.shown(f->spec.ctx, f)) &&
		             (x->f.kind != FIELD_LINK || *field_value(x));
	}
	*f->summary = '\0';
	if (f->spec.summary)
		f->spec.summary(f->spec.ctx, f, f->summary, sizeof f->summary);
}

static struct field *find(const struct form *f, const char *name)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->fields[i].f.name && strcmp(f->fields[i].f.name, name) == 0)
			return &f->fields[i];
	return NULL;
}

const char *form_text(const struct form *f, const char *name)
{
	struct field *x = find(f, name);
	return x && x->visible ? field_value(x) : "";
}

long form_number(const struct form *f, const char *name)
{
	return strtol(form_text(f, name), NULL, 10);
}

bool form_bool(const struct form *f, const char *name)
{
	return strcmp(form_text(f, name), "true") == 0;
}

void form_set(struct form *f, const char *name, const char *value)
{
	struct field *x = find(f, name);
	if (x)
		field_set(x, value);
}

void form_touch(struct form *f)
{
	f->changed = true;
	form_refresh(f);
}
