/* What of the log is on screen: scrolling, wrapping, search, colours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/utf8.h"
#include "tui/logview_impl.h"
#include "tui/pattern.h"

/* ---- patterns ---- */

void pattern_free(struct pattern *p)
{
	free(p->text);
	if (p->compiled)
		regfree(&p->re);
	*p = (struct pattern){ 0 };
}

int pattern_set(struct pattern *p, const char *text, struct error *err)
{
	struct pattern next = { 0 };
	size_t n = strlen(text);
	if (n >= 2 && text[0] == '/' && text[n - 1] == '/') {
		char *re = xstrndup(text + 1, n - 2);
		bool bad = pattern_compile(&next.re, re, 0) != 0;
		free(re);
		if (bad)
			return error_set(err, ERR_INVALID, "not a regular expression: %.100s", text);
		next.compiled = true;
	}
	next.text = n ? xstrdup(text) : NULL;
	pattern_free(p);
	*p = next;
	return 0;
}

bool pattern_find(const struct pattern *p, const char *text, size_t *at, size_t *len)
{
	regmatch_t m;
	if (!p->compiled) {
		const char *hit = p->text ? strcasestr(text, p->text) : NULL;
		if (hit) {
			*at = (size_t)(hit - text);
			*len = strlen(p->text);
		}
		return hit != NULL;
	}
	if (regexec(&p->re, text, 1, &m, 0) != 0)
		return false;
	*at = (size_t)m.rm_so;
	*len = (size_t)(m.rm_eo - m.rm_so);
	return true;
}

bool pattern_match(const struct pattern *p, const char *text)
{
	size_t at, len;
	return pattern_find(p, text, &at, &len);
}

/* ---- scrolling ---- */

static int rows_of(const struct logview *v, size_t i)
{
	const struct line *l = logview_line(v, i);
	if (l->hidden)
		return 0;
	if (!v->wrap || v->w <= 0)
		return 1;
	int w = utf8_width(l->text);
	return w <= v->w ? 1 : (w + v->w - 1) / v->w;
}

/* The top line with which the last line stands at the bottom. */
static void to_bottom(struct logview *v)
{
	int rows = 0;
	size_t i = v->n;
	v->skip = 0;
	while (i > 0 && rows < v->h) {
		i--;
		rows += rows_of(v, i);
	}
	v->top = i;
	if (rows > v->h && v->wrap)
		v->skip = (size_t)(rows - v->h);
}

static void down(struct logview *v)
{
	if (v->top >= v->n)
		return;
	if (v->skip + 1 < (size_t)rows_of(v, v->top)) {
		v->skip++;
		return;
	}
	v->skip = 0;
	size_t i = v->top + 1;
	while (i < v->n && logview_line(v, i)->hidden)
		i++;
	if (i < v->n)
		v->top = i;
}

static void up(struct logview *v)
{
	if (v->skip > 0) {
		v->skip--;
		return;
	}
	size_t i = v->top;
	while (i > 0 && logview_line(v, i - 1)->hidden)
		i--;
	if (i > 0) {
		v->top = i - 1;
		int rows = rows_of(v, v->top);
		v->skip = rows > 1 ? (size_t)rows - 1 : 0;
	}
}

/* Never past the end; being at the end again means following. */
static void settle(struct logview *v)
{
	struct logview probe = *v;
	to_bottom(&probe);
	if (v->top > probe.top || (v->top == probe.top && v->skip >= probe.skip)) {
		v->top = probe.top;
		v->skip = probe.skip;
	}
}

static void scroll(struct logview *v, long rows)
{
	if (v->follow)
		to_bottom(v);
	v->follow = false;
	for (; rows > 0; rows--)
		down(v);
	for (; rows < 0; rows++)
		up(v);
	settle(v);
}

static void show(struct logview *v, size_t line)
{
	v->follow = false;
	v->current = line;
	size_t above = (size_t)(v->h / 3), i = line;
	while (i > 0 && above > 0) {
		i--;
		above -= !logview_line(v, i)->hidden;
	}
	v->top = i;
	v->skip = 0;
	settle(v);
}

static void next_match(struct logview *v, int step)
{
	for (size_t k = 1; k <= v->n; k++) {
		size_t i = step > 0 ? (v->current + k) % v->n : (v->current + v->n * 2 - k) % v->n;
		if (logview_line(v, i)->match && !logview_line(v, i)->hidden) {
			show(v, i);
			return;
		}
	}
}

bool logview_action(struct logview *v, int action)
{
	long page = v->h > 1 ? v->h - 1 : 1;
	switch (action) {
	case ACT_UP: scroll(v, -1); return true;
	case ACT_DOWN: scroll(v, 1); return true;
	case ACT_PAGE_UP: scroll(v, -page); return true;
	case ACT_PAGE_DOWN: scroll(v, page); return true;
	case ACT_HOME: v->follow = false; v->top = v->skip = 0; return true;
	case ACT_END: v->follow = true; return true;
	case ACT_LOG_FOLLOW:
		if (v->follow)
			to_bottom(v);
		v->follow = !v->follow;
		return true;
	case ACT_LOG_WRAP: v->wrap = !v->wrap; v->column = 0; v->skip = 0; return true;
	case ACT_LOG_NEXT: next_match(v, 1); return true;
	case ACT_LOG_PREV: next_match(v, -1); return true;
	case ACT_LOG_LEFT: v->column = v->column > 8 ? v->column - 8 : 0; return true;
	case ACT_LOG_RIGHT: v->column += v->wrap ? 0 : 8; return true;
	case ACT_LOG_MARK: logview_note(v, "---- mark ----"); return true;
	}
	return false;
}

bool logview_mouse(struct logview *v, const struct event *ev)
{
	int x = ev->x - v->drawn.x, y = ev->y - v->drawn.y;
	if (ev->kind != EVENT_MOUSE || x < 0 || y < 0 || x >= v->drawn.w || y >= v->drawn.h)
		return false;
	if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN)
		scroll(v, ev->mouse == MOUSE_WHEEL_UP ? -3 : 3);
	return true;
}

int logview_search(struct logview *v, const char *text, struct error *err)
{
	int rc = pattern_set(&v->search, text, err);
	if (rc)
		return rc;
	v->matches = 0;
	for (size_t i = 0; i < v->n; i++) {
		struct line *l = logview_line(v, i);
		l->match = v->search.text && pattern_match(&v->search, l->text);
		v->matches += l->match;
	}
	if (v->matches) {
		if (v->follow)
			to_bottom(v);
		v->current = v->top + (size_t)(v->h > 0 ? v->h : 1);
		v->current = v->current >= v->n ? 0 : v->current;
		next_match(v, -1);
	}
	return 0;
}

int logview_filter(struct logview *v, const char *text, struct error *err)
{
	int rc = pattern_set(&v->filter, text, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < v->n; i++) {
		struct line *l = logview_line(v, i);
		l->hidden = v->filter.text && !pattern_match(&v->filter, l->text);
	}
	v->follow = true;
	return 0;
}

/* ---- drawing ---- */

/* Text of the line from cell `from` on, found places painted. */
static void draw_line(const struct logview *v, struct draw d, int y, size_t i, int from)
{
	const struct line *l = logview_line(v, i);
	struct draw row = draw_sub(d, (struct rect){ 0, y, draw_w(d), 1 });
	draw_text(row, -from, 0, l->role, l->text);
	if (!l->match)
		return;
	size_t at, len, base = 0;
	while (base < l->len && pattern_find(&v->search, l->text + base, &at, &len) && len > 0) {
		char *head = xstrndup(l->text, base + at);
		int x = utf8_width(head) - from;
		style_t st = i == v->current ? STYLE(ROLE_MATCH, ATTR_REVERSE) : STYLE(ROLE_MATCH, ATTR_UNDERLINE);
		draw_textn(row, x, 0, st, l->text + base + at, len);
		free(head);
		base += at + len;
		if (v->search.compiled && v->search.text[1] == '^')
			break;
	}
}

void logview_draw(struct logview *v, struct draw d)
{
	v->w = draw_w(d) - 1;              /* the scroll bar's column */
	v->h = draw_h(d);
	v->drawn = d.r;
	if (v->w <= 0 || v->h <= 0)
		return;
	if (v->follow)
		to_bottom(v);
	else
		settle(v);
	struct draw text = draw_sub(d, (struct rect){ 0, 0, v->w, v->h });
	size_t skip = v->skip;
	int y = 0;
	for (size_t i = v->top; i < v->n && y < v->h; i++) {
		int rows = rows_of(v, i);
		for (int r = (int)skip; r < rows && y < v->h; r++)
			draw_line(v, text, y++, i, v->wrap ? r * v->w : v->column);
		skip = 0;
	}
	if (v->n == 0)
		draw_text(text, 1, 0, ROLE_DIM, "nothing logged so far");
	draw_scrollbar(d, v->w, 0, v->h, v->top, (size_t)v->h, v->n);
}
