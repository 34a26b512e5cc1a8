/* The last line of the screen: the prompt when one is open, else a fresh message, else the hints made from
 * the bindings; and the messages themselves. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "tui/app_impl.h"
#include "tui/dialog.h"

#define MESSAGE_MS 6000

/* ---- messages ---- */

static void message_cb(uv_timer_t *t)
{
	struct app *a = t->data;
	a->message_us = 0;
	app_dirty(a);
}

void app_message(struct app *a, enum message_level level, const char *fmt, ...)
{
	va_list ap;
	char text[1024];
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	struct app_message *m = &a->messages[a->n_messages++ % APP_MESSAGES];
	free(m->text);
	m->level = level;
	m->at_ms = clock_now_ms();
	m->text = xstrdup(text);
	a->message_us = clock_mono_us();
	uv_timer_start(&a->message, message_cb, MESSAGE_MS, 0);
	a->dirty = true;
}

void app_error(struct app *a, const struct error *err)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, err->message);
	if (*err->detail)
		buf_addf(&b, ": %s", err->detail);
	if (*err->hint)
		buf_addf(&b, " (%s)", err->hint);
	app_message(a, MESSAGE_ERROR, "%s", buf_str(&b));
	buf_free(&b);
}

static const struct app_message *message_at(const struct app *a, size_t i)
{
	return &a->messages[i % APP_MESSAGES];
}

static void local_time(int64_t ms, char *out, size_t size)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	localtime_r(&t, &tm);
	strftime(out, size, "%H:%M:%S", &tm);
}

void app_messages_open(struct app *a)
{
	static const char *const names[] = { "info ", "ok   ", "warn ", "error" };
	struct buf b = BUF_INIT;
	size_t n = a->n_messages, from = n > APP_MESSAGES ? n - APP_MESSAGES : 0;
	for (size_t i = n; i > from; i--) {
		const struct app_message *m = message_at(a, i - 1);
		char at[16];
		local_time(m->at_ms, at, sizeof at);
		buf_addf(&b, "%s  %s  %s\n", at, names[m->level], m->text);
	}
	text_open(a, "Messages", b.len ? b.data : "No messages so far.");
	buf_free(&b);
}

static void message_draw(struct app *a, struct draw d)
{
	static const enum role roles[] = { ROLE_TEXT, ROLE_OK, ROLE_WARN, ROLE_ERROR };
	const struct app_message *m = message_at(a, a->n_messages - 1);
	const struct glyphs *g = draw_glyphs(d);
	const char *sign = m->level == MESSAGE_OK ? g->ok : m->level == MESSAGE_WARN ? g->warn :
	                   m->level == MESSAGE_ERROR ? g->fail : g->bullet;
	char at[16];
	local_time(m->at_ms, at, sizeof at);
	int w = draw_w(d) >= 60 ? draw_w(d) - 10 : draw_w(d);
	draw_text(d, 1, 0, roles[m->level], sign);
	draw_cell(d, 3, 0, w - 4, ALIGN_LEFT, roles[m->level], m->text);
	if (w < draw_w(d))
		draw_text(d, w + 1, 0, ROLE_FAINT, at);
}

/* ---- hints ---- */

size_t app_scopes(struct app *a, const struct bind_scope **out, size_t max)
{
	size_t n = a->ops->scopes ? a->ops->scopes(a->ctx, out, max - 1) : 0;
	out[n++] = &bind_global;
	return n;
}

struct hint {
	char key[24], words[48];
	int width, action;
	unsigned flags;
};

/* The first key that really leads there: one that an inner scope binds to something else is no hint. */
static void hint_key(const struct app *a, const struct bind_scope *const *scopes, size_t n, size_t at,
                     const struct binding *b, bool utf8, struct hint *h)
{
	const char *keys = keymap_keys(a->keymap, scopes[at], b);
	*h->key = '\0';
	while (*keys && !*h->key) {
		size_t len = strcspn(keys, " ");
		uint32_t key = key_parse(keys, len);
		if (keymap_find(a->keymap, scopes, n, key, a->read_only) == b)
			key_short(key, utf8, h->key, sizeof h->key);
		keys += len + strspn(keys + len, " ");
	}
}

static size_t collect(struct app *a, struct draw d, struct hint *out, size_t max)
{
	const struct bind_scope *scopes[APP_SCOPES_MAX];
	bool utf8 = draw_glyphs(d)->set != GLYPHS_ASCII;
	size_t n = app_scopes(a, scopes, APP_SCOPES_MAX), k = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < scopes[i]->n && k < max; j++) {
			const struct binding *b = &scopes[i]->items[j];
			if (!(b->flags & BIND_HINT) || (a->read_only && (b->flags & BIND_DANGEROUS)))
				continue;
			struct hint *h = &out[k];
			hint_key(a, scopes, n, i, b, utf8, h);
			if (!*h->key)
				continue;
			snprintf(h->words, sizeof h->words, "%s%s", b->hint,
			         b->flags & BIND_MENU ? draw_glyphs(d)->menu : "");
			h->width = utf8_width(h->key) + 1 + utf8_width(h->words);
			h->action = b->action;
			h->flags = b->flags;
			k++;
		}
	return k;
}

static void hint_draw(struct app *a, struct draw d, int x, const struct hint *h)
{
	bool off = a->ops->disabled && h->action > 0 && a->ops->disabled(a->ctx, h->action);
	enum role key = h->flags & BIND_DANGEROUS ? ROLE_DANGER : ROLE_KEY;
	int w = draw_text(d, x, 0, off ? ROLE_FAINT : key, h->key);
	draw_text(d, x + w + 1, 0, off ? ROLE_FAINT : ROLE_HINT, h->words);
	draw_hit(d, (struct rect){ x, 0, h->width, 1 }, h->action, 0);
}

/* Those marked LAST stand at the right edge and are the last to go. */
static void hints_draw(struct app *a, struct draw d)
{
	struct hint hints[48];
	size_t n = collect(a, d, hints, 48);
	int right = draw_w(d) - 1, left = 1;
	for (size_t i = n; i > 0; i--)
		if ((hints[i - 1].flags & BIND_LAST) && right - hints[i - 1].width > 0) {
			right -= hints[i - 1].width;
			hint_draw(a, d, right, &hints[i - 1]);
			right -= 2;
		}
	for (size_t i = 0; i < n; i++) {
		if ((hints[i].flags & BIND_LAST) || left + hints[i].width > right)
			continue;
		hint_draw(a, d, left, &hints[i]);
		left += hints[i].width + 2;
	}
}

/* Pairs "key\0words\0…" of the overlay on top. */
static void overlay_hints(struct draw d, const char *p)
{
	for (int x = 1; p && *p; x += 2) {
		const char *words = p + strlen(p) + 1;
		x += draw_text(d, x, 0, ROLE_KEY, p) + 1;
		x += draw_text(d, x, 0, ROLE_HINT, words);
		p = words + strlen(words) + 1;
	}
}

void app_line_draw(struct app *a, struct draw d)
{
	const struct overlay *top = a->overlays.len ? &a->overlays.items[a->overlays.len - 1] : NULL;
	d = draw_on(d, SURF_BAR);
	draw_clear(d);
	if (prompt_is_top(a))
		prompt_line_draw(a, d);
	else if (a->message_us && a->n_messages)
		message_draw(a, d);
	else if (top)
		overlay_hints(d, top->ops->hints ? top->ops->hints(top->self) : NULL);
	else
		hints_draw(a, d);
}
