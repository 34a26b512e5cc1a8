#include "tui/draw.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/utf8.h"
#include "tui/canvas.h"

static struct rect meet(struct rect a, struct rect b)
{
	int x1 = a.x > b.x ? a.x : b.x, y1 = a.y > b.y ? a.y : b.y;
	int x2 = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
	int y2 = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;
	return (struct rect){ x1, y1, x2 > x1 ? x2 - x1 : 0, y2 > y1 ? y2 - y1 : 0 };
}

struct draw draw_sub(struct draw d, struct rect r)
{
	r.x += d.r.x;
	r.y += d.r.y;
	r.w = r.w < 0 ? 0 : r.w;
	r.h = r.h < 0 ? 0 : r.h;
	d.clip = meet(d.clip, r);
	d.r = r;
	return d;
}

struct draw draw_on(struct draw d, enum surface s)
{
	d.surface = s;
	return d;
}

const struct glyphs *draw_glyphs(struct draw d)
{
	return d.canvas->env.glyphs;
}

struct draw_env *draw_env(struct draw d)
{
	return &d.canvas->env;
}

void draw_fill(struct draw d, struct rect r, style_t st)
{
	r.x += d.r.x;
	r.y += d.r.y;
	r = meet(r, d.clip);
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++)
			canvas_put(d.canvas, r, x, y, ' ', st, d.surface);
}

void draw_clear(struct draw d)
{
	draw_fill(d, (struct rect){ 0, 0, d.r.w, d.r.h }, ROLE_TEXT);
}

static bool plain(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] > 0x7E)
			return false;
	return true;
}

/* s is clean UTF-8 here. Gives the cells used. */
static int put_clean(struct draw d, int x, int y, style_t st, const char *s, size_t n)
{
	int at = d.r.x + x, start = at, row = d.r.y + y;
	while (n > 0) {
		uint32_t cp;
		size_t used = utf8_decode(s, n, &cp);
		if (cp >= 0x80 && !d.canvas->utf8)
			cp = utf8_char_width(cp) == 0 ? 0 : (uint32_t)utf8_ascii(cp);
		if (cp && utf8_char_width(cp) == 0)
			canvas_combine(d.canvas, d.clip, at, row, cp);
		else if (cp)
			at += canvas_put(d.canvas, d.clip, at, row, cp, st, d.surface);
		s += used;
		n -= used;
	}
	return at - start;
}

int draw_textn(struct draw d, int x, int y, style_t st, const char *s, size_t n)
{
	if (plain(s, n))
		return put_clean(d, x, y, st, s, n);
	struct buf clean = BUF_INIT;
	utf8_clean(&clean, s, n);
	int w = put_clean(d, x, y, st, buf_str(&clean), clean.len);
	buf_free(&clean);
	return w;
}

int draw_text(struct draw d, int x, int y, style_t st, const char *s)
{
	return draw_textn(d, x, y, st, s, strlen(s));
}

int draw_textf(struct draw d, int x, int y, style_t st, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return draw_text(d, x, y, st, text);
}

void draw_cell(struct draw d, int x, int y, int w, enum align a, style_t st, const char *s)
{
	if (w <= 0)
		return;
	struct buf clean = BUF_INIT;
	size_t n = strlen(s);
	if (!plain(s, n)) {
		utf8_clean(&clean, s, n);
		s = buf_str(&clean);
	}
	int used = utf8_width(s);
	if (used > w) {
		int fit;
		size_t k = utf8_fit(s, w - 1, &fit);
		put_clean(d, x, y, st, s, k);
		draw_fill(d, (struct rect){ x + fit, y, w - fit, 1 }, st);
		put_clean(d, x + fit, y, st, draw_glyphs(d)->ellipsis, strlen(draw_glyphs(d)->ellipsis));
	} else {
		int lead = a == ALIGN_RIGHT ? w - used : a == ALIGN_CENTER ? (w - used) / 2 : 0;
		draw_fill(d, (struct rect){ x, y, lead, 1 }, st);
		put_clean(d, x + lead, y, st, s, strlen(s));
		draw_fill(d, (struct rect){ x + lead + used, y, w - lead - used, 1 }, st);
	}
	buf_free(&clean);
}

void draw_glyph(struct draw d, int x, int y, style_t st, uint32_t cp)
{
	if (cp >= 0x80 && !d.canvas->utf8)
		cp = (uint32_t)utf8_ascii(cp);
	canvas_put(d.canvas, d.clip, d.r.x + x, d.r.y + y, cp, st, d.surface);
}

void draw_hline(struct draw d, int x, int y, int w, style_t st)
{
	uint32_t cp;
	utf8_decode(draw_glyphs(d)->h, strlen(draw_glyphs(d)->h), &cp);
	for (int i = 0; i < w; i++)
		draw_glyph(d, x + i, y, st, cp);
}

void draw_vline(struct draw d, int x, int y, int h, style_t st)
{
	uint32_t cp;
	utf8_decode(draw_glyphs(d)->v, strlen(draw_glyphs(d)->v), &cp);
	for (int i = 0; i < h; i++)
		draw_glyph(d, x, y + i, st, cp);
}

void draw_restyle(struct draw d, struct rect r, enum surface s, enum role role)
{
	r.x += d.r.x;
	r.y += d.r.y;
	r = meet(r, d.clip);
	for (int y = r.y; y < r.y + r.h && y < d.canvas->h; y++)
		for (int x = r.x; x < r.x + r.w && x < d.canvas->w; x++) {
			struct cell *c = &d.canvas->cells[(size_t)y * (size_t)d.canvas->w + (size_t)x];
			c->surface = (uint8_t)s;
			if (role != ROLE_COUNT)
				c->style = STYLE(role, STYLE_ATTRS(c->style));
		}
}

void draw_cursor(struct draw d, int x, int y)
{
	x += d.r.x;
	y += d.r.y;
	if (x < d.clip.x || y < d.clip.y || x >= d.clip.x + d.clip.w || y >= d.clip.y + d.clip.h)
		return;
	d.canvas->cursor_on = true;
	d.canvas->cursor_x = x;
	d.canvas->cursor_y = y;
}

void draw_hit(struct draw d, struct rect r, int action, int arg)
{
	r.x += d.r.x;
	r.y += d.r.y;
	struct hit hit = { .r = meet(r, d.clip), .action = action, .arg = arg };
	if (hit.r.w > 0 && hit.r.h > 0)
		vec_push(&d.canvas->hits, hit);
}
