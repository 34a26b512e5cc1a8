#include "tui/sgr.h"

#include <stdlib.h>
#include <string.h>

int sgr_index(struct sgr *s, int rgb)
{
	if (rgb < 0)
		return -1;
	for (int i = 0; i < s->n; i++)
		if (s->palette[i] == (uint32_t)rgb)
			return SGR_FIRST + i;
	if (s->n < SGR_SLOTS)
		s->palette[s->n++] = (uint32_t)rgb;
	return SGR_FIRST + s->n - 1;
}

void sgr_forget(struct sgr *s)
{
	s->known = false;
}

/* ---- reading ---- */

static void colour_code(struct sgr_pen *p, int code)
{
	if (code >= 30 && code <= 37)
		p->fg = code - 30;
	else if (code >= 90 && code <= 97)
		p->fg = code - 90 + 8;
	else if (code == 39)
		p->fg = -1;
	else if (code >= 40 && code <= 47)
		p->bg = code - 40;
	else if (code >= 100 && code <= 107)
		p->bg = code - 100 + 8;
	else if (code == 49)
		p->bg = -1;
}

static void code(struct sgr_pen *p, int c)
{
	if (c == 0)
		*p = (struct sgr_pen){ -1, -1, 0 };
	else if (c >= 1 && c <= 9)
		p->attrs |= 1u << c;
	else if (c == 22)
		p->attrs &= ~(1u << 1 | 1u << 2);
	else if (c >= 23 && c <= 29)
		p->attrs &= ~(1u << (c - 20));
	else
		colour_code(p, c);
}

/* Parameters s..s+n of one CSI m. */
static void apply(struct sgr_pen *p, const char *s, size_t n)
{
	int v[32], count = 1;
	v[0] = 0;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == ';' || s[i] == ':') {
			if (count == 32)
				break;
			v[count++] = 0;
		} else {
			v[count - 1] = v[count - 1] * 10 + (s[i] - '0');
			if (v[count - 1] > 0xFFFFFF)
				v[count - 1] = 0;
		}
	}
	for (int i = 0; i < count; i++) {
		bool colour = v[i] == 38 || v[i] == 48;
		if (colour && i + 2 < count && v[i + 1] == 5) {
			*(v[i] == 38 ? &p->fg : &p->bg) = v[i + 2];
			i += 2;
		} else if (colour && i + 4 < count && v[i + 1] == 2) {
			uint32_t rgb = (uint32_t)(v[i + 2] << 16 | v[i + 3] << 8 | v[i + 4]) & 0xFFFFFF;
			*(v[i] == 38 ? &p->fg : &p->bg) = (int32_t)(rgb | 0x1000000);
			i += 4;
		} else {
			code(p, v[i]);
		}
	}
}

/* ---- writing ---- */

static void add_colour(const struct sgr *s, struct buf *out, int32_t c, bool fg)
{
	int base = fg ? 30 : 40;
	uint32_t rgb = 0;
	bool direct = c >= 0x1000000;
	if (direct)
		rgb = (uint32_t)c & 0xFFFFFF;
	else if (s->rgb && c >= SGR_FIRST && c < SGR_FIRST + s->n) {
		rgb = s->palette[c - SGR_FIRST];
		direct = true;
	}
	if (direct)
		buf_addf(out, "%d;2;%u;%u;%u;", base + 8, rgb >> 16, rgb >> 8 & 255, rgb & 255);
	else if (c < 0)
		buf_addf(out, "%d;", base + 9);
	else if (c < 8)
		buf_addf(out, "%d;", base + (int)c);
	else if (c < 16)
		buf_addf(out, "%d;", base + 60 + (int)c - 8);
	else
		buf_addf(out, "%d;5;%d;", base + 8, (int)c);
}

/* Take attributes away one by one where that saves saying the colours again. Terminals with colours know
 * how (ECMA-48); others get the reset. */
static void take_away(struct sgr_pen *has, const struct sgr_pen *want, struct buf *out)
{
	unsigned gone = has->attrs & ~want->attrs;
	if (gone & (1u << 1 | 1u << 2)) {
		buf_adds(out, "22;");
		has->attrs &= ~(1u << 1 | 1u << 2);
	}
	for (int i = 3; i <= 9; i++)
		if (gone >> i & 1)
			buf_addf(out, "%d;", 20 + i);
	has->attrs &= ~gone;
}

/* Bring the terminal from what it has to what is wanted. */
static void sync(struct sgr *s, struct buf *out)
{
	struct sgr_pen *has = &s->has, *want = &s->wants;
	bool reset = !s->known || (has->attrs & ~want->attrs);
	if (s->known && has->fg == want->fg && has->bg == want->bg && has->attrs == want->attrs)
		return;
	bool plain = want->fg < 0 && want->bg < 0 && !want->attrs;
	bool keep = s->known && !plain && has->bg >= 0 && has->bg == want->bg;
	buf_adds(out, "\033[");
	if (keep)
		take_away(has, want, out);
	else if (reset || plain)
		*has = (struct sgr_pen){ -1, -1, 0 };
	if (reset && !plain && !keep)
		buf_adds(out, "0;");
	for (int i = 1; i <= 9; i++)
		if ((want->attrs & ~has->attrs) >> i & 1)
			buf_addf(out, "%d;", i);
	if (want->fg != has->fg)
		add_colour(s, out, want->fg, true);
	if (want->bg != has->bg)
		add_colour(s, out, want->bg, false);
	if (out->data[out->len - 1] == ';')
		out->len--;
	buf_addc(out, 'm');
	*has = *want;
	s->known = true;
}

/* Sequences that only move the cursor leave no colour behind. REP (b) repeats the character before it as that was
 * written, and only when nothing stands between: a blank that waited for no colour must not get one now. */
static bool no_colour(char final)
{
	return final && strchr("ABCDEFGHbdfhlst`a", final) != NULL;
}

/* Length of the escape sequence at data; *final is its last byte for CSI, else 0. */
static size_t sequence(const char *data, size_t n, char *final)
{
	size_t i = 2;
	*final = 0;
	if (n < 2)
		return n;
	if (data[1] == '(' || data[1] == ')')
		return n < 3 ? n : 3;
	if (data[1] != '[')
		return 2;
	while (i < n && !(data[i] >= 0x40 && data[i] <= 0x7E))
		i++;
	if (i < n)
		*final = data[i++];
	return i;
}

/* A blank shows only background, underline and reverse: other differences can wait. */
static bool blank_fits(const struct sgr *s)
{
	const unsigned seen = 1u << 4 | 1u << 7 | 1u << 9;
	return s->known && s->has.bg == s->wants.bg && (s->has.attrs & seen) == (s->wants.attrs & seen) &&
	       !(s->has.attrs & 1u << 7 && s->has.fg != s->wants.fg);
}

/* Text up to the next sequence; gives its length. Characters that only move need no colour. */
static size_t text(struct sgr *s, const char *data, size_t n, struct buf *out)
{
	size_t from = 0, i = 0;
	for (; i < n && data[i] != 27; i++) {
		bool moves = data[i] == '\r' || data[i] == '\b';
		if (moves || (data[i] == ' ' && blank_fits(s)))
			continue;
		buf_add(out, data + from, i - from);
		from = i;
		sync(s, out);
	}
	buf_add(out, data + from, i - from);
	return i;
}

static bool plain_parameters(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(s[i] >= '0' && s[i] <= '9') && s[i] != ';' && s[i] != ':')
			return false;
	return true;
}

void sgr_rewrite(struct sgr *s, const char *data, size_t n, struct buf *out)
{
	while (n > 0) {
		size_t len = 0;
		char final;
		if (*data != 27) {
			len = text(s, data, n, out);
			goto next;
		}
		len = sequence(data, n, &final);
		if (final == 'm' && plain_parameters(data + 2, len - 3)) {
			apply(&s->wants, data + 2, len - 3);
		} else if (len == 3 && data[1] == '(' && data[2] == 'B' && s->known) {
			/* The character set is never another one. */
		} else {
			if (final && !no_colour(final))
				sync(s, out);
			buf_add(out, data, len);
		}
next:
		data += len;
		n -= len;
	}
}
