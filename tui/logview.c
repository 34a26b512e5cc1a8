/* The ring: lines come in, are cleaned once, and the oldest leave when the bytes are too many. */
#include "tui/logview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/logview_impl.h"

#define LINE_MAX_BYTES 16384     /* a longer line is cut: it is not for reading */

struct line *logview_line(const struct logview *v, size_t i)
{
	return &v->ring[(v->first + i) & (v->cap - 1)];
}

struct logview *logview_new(size_t max_bytes)
{
	struct logview *v = xcalloc(1, sizeof *v);
	v->max_bytes = max_bytes < 4096 ? 4096 : max_bytes;
	v->cap = 256;
	v->ring = xcalloc(v->cap, sizeof *v->ring);
	v->follow = true;
	return v;
}

void logview_clear(struct logview *v)
{
	for (size_t i = 0; i < v->n; i++)
		free(logview_line(v, i)->text);
	v->n = v->first = v->bytes = v->dropped = v->matches = v->top = v->skip = 0;
	v->current = 0;
	v->open = false;
	v->follow = true;
	buf_clear(&v->partial);
}

void logview_free(struct logview *v)
{
	if (!v)
		return;
	logview_clear(v);
	pattern_free(&v->search);
	pattern_free(&v->filter);
	buf_free(&v->partial);
	free(v->ring);
	free(v);
}

/* Word as such, not as part of a longer one: "ERRORS=0" says nothing bad. */
static bool has_word(const char *s, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = s; (p = strstr(p, word)); p += n) {
		char before = p == s ? ' ' : p[-1], after = p[n];
		bool left = !(before >= 'A' && before <= 'Z') && before != '_';
		bool right = !(after >= 'A' && after <= 'Z') && after != '_';
		if (left && right)
			return true;
	}
	return false;
}

static enum role role_of(const char *s)
{
	if (has_word(s, "ERROR") || has_word(s, "FATAL") || strstr(s, "Exception") || strncmp(s, "Error", 5) == 0 ||
	    strncmp(s, "Traceback", 9) == 0)
		return ROLE_ERROR;
	if (has_word(s, "WARN") || has_word(s, "WARNING"))
		return ROLE_WARN;
	if (has_word(s, "DEBUG") || has_word(s, "TRACE") || strncmp(s, "\tat ", 4) == 0 || strncmp(s, "    at ", 7) == 0)
		return ROLE_DIM;
	return ROLE_TEXT;
}

/* Length of an escape sequence at s (which begins with ESC). */
static size_t escape_length(const char *s, size_t n)
{
	size_t i = 1;
	if (n > 1 && s[1] == '[') {
		for (i = 2; i < n && !(s[i] >= 0x40 && s[i] <= 0x7E); i++)
			;
		return i < n ? i + 1 : n;
	}
	if (n > 1 && s[1] == ']') {
		while (i < n && s[i] != 7 && s[i] != 27)
			i++;
		return i < n && s[i] == 7 ? i + 1 : i < n ? i : n;
	}
	return n > 1 ? 2 : 1;
}

/* Tabs to the next eighth column, colours dropped, a carriage return starts the line anew (progress bars). */
static void clean_line(struct buf *out, const char *s, size_t n)
{
	struct buf raw = BUF_INIT;
	int col = 0;
	for (size_t i = 0; i < n;) {
		if (s[i] == 27) {
			i += escape_length(s + i, n - i);
		} else if (s[i] == '\r') {
			i++;
			if (i < n) {
				buf_clear(&raw);
				col = 0;
			}
		} else if (s[i] == '\t') {
			do
				buf_addc(&raw, ' ');
			while (++col % 8);
			i++;
		} else {
			uint32_t cp;
			size_t k = utf8_decode(s + i, n - i, &cp);
			buf_add(&raw, s + i, k);
			col += utf8_char_width(cp);
			i += k;
		}
	}
	utf8_clean(out, buf_str(&raw), raw.len);
	buf_free(&raw);
}

static void drop_first(struct logview *v)
{
	struct line *l = logview_line(v, 0);
	v->bytes -= l->len + sizeof *l;
	v->matches -= l->match;
	free(l->text);
	v->first = (v->first + 1) & (v->cap - 1);
	v->n--;
	v->dropped++;
	v->top -= v->top > 0;
	v->current -= v->current > 0;
}

static struct line *add_slot(struct logview *v)
{
	if (v->n == v->cap) {
		struct line *bigger = xcalloc(v->cap * 2, sizeof *bigger);
		for (size_t i = 0; i < v->n; i++)
			bigger[i] = *logview_line(v, i);
		free(v->ring);
		v->ring = bigger;
		v->first = 0;
		v->cap *= 2;
	}
	struct line *l = logview_line(v, v->n++);
	*l = (struct line){ 0 };
	v->bytes += sizeof *l;
	return l;
}

/* Fill a line (again): text, role, match, filter. */
static void set_line(struct logview *v, struct line *l, const char *s, size_t n)
{
	struct buf clean = BUF_INIT;
	clean_line(&clean, s, n < LINE_MAX_BYTES ? n : LINE_MAX_BYTES);
	v->bytes -= l->len;
	v->matches -= l->match;
	free(l->text);
	l->text = xstrdup(buf_str(&clean));
	l->len = (uint32_t)clean.len;
	l->role = (uint8_t)role_of(l->text);
	l->match = v->search.text && pattern_match(&v->search, l->text);
	l->hidden = v->filter.text && !pattern_match(&v->filter, l->text);
	v->bytes += l->len;
	v->matches += l->match;
	buf_free(&clean);
}

static void finish_line(struct logview *v)
{
	struct line *l = v->open ? logview_line(v, v->n - 1) : add_slot(v);
	set_line(v, l, buf_str(&v->partial), v->partial.len);
	v->open = false;
	buf_clear(&v->partial);
}

static void shrink(struct logview *v)
{
	while (v->bytes > v->max_bytes && v->n > 1)
		drop_first(v);
}

void logview_append(struct logview *v, const char *data, size_t n)
{
	while (n > 0) {
		const char *nl = memchr(data, '\n', n);
		size_t len = nl ? (size_t)(nl - data) : n;
		size_t room = LINE_MAX_BYTES > v->partial.len ? LINE_MAX_BYTES - v->partial.len : 0;
		buf_add(&v->partial, data, len < room ? len : room);
		if (nl)
			finish_line(v);
		shrink(v);
		data += len + (nl ? 1 : 0);
		n -= len + (nl ? 1 : 0);
	}
	if (v->partial.len > 0) {
		struct line *l = v->open ? logview_line(v, v->n - 1) : add_slot(v);
		v->open = true;
		set_line(v, l, v->partial.data, v->partial.len);
	}
	shrink(v);
}

void logview_note(struct logview *v, const char *text)
{
	if (v->open)
		finish_line(v);
	struct line *l = add_slot(v);
	set_line(v, l, text, strlen(text));
	l->role = ROLE_ACCENT;
	l->hidden = false;
	shrink(v);
}

void logview_state(const struct logview *v, struct logview_state *out)
{
	*out = (struct logview_state){ .lines = v->n, .bytes = v->bytes, .dropped = v->dropped,
		                       .matches = v->matches, .follow = v->follow, .wrap = v->wrap,
		                       .column = v->column, .top = v->top };
	for (size_t i = 0; i <= v->current && i < v->n && v->matches; i++)
		out->match += logview_line(v, i)->match;
	if (v->current >= v->n || !logview_line(v, v->current)->match)
		out->match = 0;
}

static void thousands(size_t n, char *out, size_t size)
{
	char digits[32];
	int len = snprintf(digits, sizeof digits, "%zu", n);
	size_t at = 0;
	for (int i = 0; i < len && at + 2 < size; i++) {
		if (i && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
}

char *logview_note_text(const struct logview *v, const struct glyphs *g, char *out, size_t size)
{
	struct logview_state st;
	char lines[32], part[96] = "";
	logview_state(v, &st);
	thousands(st.lines, lines, sizeof lines);
	if (v->search.text)
		snprintf(part, sizeof part, " %s %zu/%zu match%s", g->bullet, st.match, st.matches,
		         st.matches == 1 ? "" : "es");
	snprintf(out, size, "%s line%s%s%s%s%s", lines, st.lines == 1 ? "" : "s", part,
	         st.wrap ? (g->set ? " · wrap" : " - wrap") : "", v->filter.text ? (g->set ? " · filtered" :
	         " - filtered") : "", st.follow ? (g->set ? " · follow" : " - follow") : "");
	return out;
}
