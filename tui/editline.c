#include "tui/editline.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

void editline_free(struct editline *e)
{
	buf_free(&e->text);
	free(e->killed);
	*e = (struct editline){ 0 };
}

const char *editline_text(const struct editline *e)
{
	return buf_str(&e->text);
}

static void splice(struct editline *e, size_t from, size_t to, const char *s, size_t n)
{
	struct buf b = BUF_INIT;
	buf_add(&b, buf_str(&e->text), from);
	buf_add(&b, s, n);
	if (e->text.len > to)
		buf_add(&b, e->text.data + to, e->text.len - to);
	buf_free(&e->text);
	e->text = b;
	e->at = from + n;
}

void editline_set(struct editline *e, const char *s)
{
	buf_clear(&e->text);
	e->at = 0;
	e->scroll = 0;
	editline_insert(e, s, strlen(s));
}

void editline_insert(struct editline *e, const char *s, size_t n)
{
	struct buf clean = BUF_INIT;
	size_t max = e->max ? e->max : 4096, room = max > e->text.len ? max - e->text.len : 0;
	utf8_clean(&clean, s, n);
	size_t take = clean.len;
	if (take > room) {                       /* cut at a character */
		take = 0;
		while (take < clean.len) {
			uint32_t cp;
			size_t k = utf8_decode(clean.data + take, clean.len - take, &cp);
			if (take + k > room)
				break;
			take += k;
		}
	}
	splice(e, e->at, e->at, buf_str(&clean), take);
	buf_free(&clean);
}

static size_t left_of(const struct editline *e, size_t at)
{
	const char *s = buf_str(&e->text);
	do {
		if (at == 0)
			return 0;
		at--;
		while (at > 0 && (s[at] & 0xC0) == 0x80)
			at--;
		uint32_t cp;
		utf8_decode(s + at, e->text.len - at, &cp);
		if (utf8_char_width(cp) > 0)
			break;
	} while (at > 0);
	return at;
}

static size_t right_of(const struct editline *e, size_t at)
{
	const char *s = buf_str(&e->text);
	uint32_t cp;
	if (at >= e->text.len)
		return e->text.len;
	at += utf8_decode(s + at, e->text.len - at, &cp);
	while (at < e->text.len) {
		size_t k = utf8_decode(s + at, e->text.len - at, &cp);
		if (utf8_char_width(cp) > 0)
			break;
		at += k;
	}
	return at;
}

static size_t word_left(const struct editline *e)
{
	const char *s = buf_str(&e->text);
	size_t at = e->at;
	while (at > 0 && s[at - 1] == ' ')
		at--;
	while (at > 0 && s[at - 1] != ' ')
		at--;
	return at;
}

static size_t word_right(const struct editline *e)
{
	const char *s = buf_str(&e->text);
	size_t at = e->at;
	while (at < e->text.len && s[at] == ' ')
		at++;
	while (at < e->text.len && s[at] != ' ')
		at++;
	return at;
}

static void kill(struct editline *e, size_t from, size_t to)
{
	if (from == to)
		return;
	free(e->killed);
	e->killed = xstrndup(e->text.data + from, to - from);
	splice(e, from, to, "", 0);
}

static void swap(struct editline *e)
{
	size_t mid = e->at == e->text.len ? left_of(e, e->at) : e->at, a = left_of(e, mid), b = right_of(e, mid);
	if (mid == 0 || a == mid || b == mid)
		return;
	struct buf t = BUF_INIT;
	buf_add(&t, e->text.data + mid, b - mid);
	buf_add(&t, e->text.data + a, mid - a);
	splice(e, a, b, t.data, t.len);
	buf_free(&t);
}

static bool movement(struct editline *e, uint32_t key)
{
	switch (key) {
	case TK_LEFT: case 'b' | TK_CTRL: e->at = left_of(e, e->at); return true;
	case TK_RIGHT: case 'f' | TK_CTRL: e->at = right_of(e, e->at); return true;
	case TK_HOME: case 'a' | TK_CTRL: e->at = 0; return true;
	case TK_END: case 'e' | TK_CTRL: e->at = e->text.len; return true;
	case 'b' | TK_ALT: case TK_LEFT | TK_CTRL: e->at = word_left(e); return true;
	case 'f' | TK_ALT: case TK_RIGHT | TK_CTRL: e->at = word_right(e); return true;
	}
	return false;
}

static bool deletion(struct editline *e, uint32_t key)
{
	switch (key) {
	case TK_BACKSPACE: case 'h' | TK_CTRL: splice(e, left_of(e, e->at), e->at, "", 0); return true;
	case TK_DELETE: case 'd' | TK_CTRL: {
		size_t at = e->at;
		splice(e, at, right_of(e, at), "", 0);
		return true;
	}
	case 'k' | TK_CTRL: kill(e, e->at, e->text.len); return true;
	case 'u' | TK_CTRL: kill(e, 0, e->at); return true;
	case 'w' | TK_CTRL: case TK_BACKSPACE | TK_ALT: kill(e, word_left(e), e->at); return true;
	case 'd' | TK_ALT: kill(e, e->at, word_right(e)); return true;
	case 'y' | TK_CTRL:
		if (e->killed)
			editline_insert(e, e->killed, strlen(e->killed));
		return true;
	case 't' | TK_CTRL: swap(e); return true;
	}
	return false;
}

bool editline_event(struct editline *e, const struct event *ev)
{
	if (ev->kind == EVENT_PASTE) {
		editline_insert(e, ev->text, ev->len);
		return true;
	}
	if (ev->kind != EVENT_KEY)
		return false;
	if (movement(e, ev->key) || deletion(e, ev->key))
		return true;
	if (ev->key >= TK_SPACE && ev->key < 0x110000 && ev->key != TK_BACKSPACE) {
		char u[4];
		editline_insert(e, u, utf8_encode(ev->key, u));
		return true;
	}
	return false;
}

/* Keep the cursor in the window, with a little of what lies before it. */
static void follow(struct editline *e, int w, int cursor)
{
	if (cursor - e->scroll >= w)
		e->scroll = cursor - w + 1;
	if (cursor < e->scroll)
		e->scroll = cursor > w / 3 ? cursor - w / 3 : 0;
}

void editline_draw(struct editline *e, struct draw d, int x, int y, int w, style_t st, bool focus)
{
	if (w <= 0)
		return;
	char *head = xstrndup(buf_str(&e->text), e->at);
	int cursor = utf8_width(head);
	free(head);
	follow(e, w, cursor);
	struct draw field = draw_sub(d, (struct rect){ x, y, w, 1 });
	draw_clear(field);
	/* Where nobody types, a text is read from its beginning. */
	draw_text(field, focus ? -e->scroll : 0, 0, st, buf_str(&e->text));
	if (!focus && utf8_width(buf_str(&e->text)) > w)
		draw_text(field, w - 1, 0, ROLE_DIM, draw_glyphs(d)->ellipsis);
	if (focus && e->scroll > 0)
		draw_text(field, 0, 0, ROLE_DIM, draw_glyphs(d)->ellipsis);
	if (focus)
		draw_cursor(field, cursor - e->scroll, 0);
}
