#include "views/facts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "tui/actions.h"

#define LABEL 16

/* Lines of text at the place of the next fact; gives how many there are. */
static int paragraph(struct facts *f, int x, int w, style_t st, const char *text)
{
	int y = f->y - f->scroll, n = w > 8 ? text_lines(text, w) : 1;
	int hidden = y < 0 ? -y : 0, room = draw_h(f->d) - (y > 0 ? y : 0);
	if (hidden >= n || room <= 0)
		return n;
	/* A window that begins above its parent is cut there, line by line. */
	struct draw d = draw_sub(f->d, (struct rect){ x, y, w, n });
	draw_paragraph(d, 0, 0, w, hidden + room < n ? hidden + room : n, st, text);
	return n;
}

void fact(struct facts *f, const char *label, style_t st, const char *text)
{
	int wide = f->label ? f->label : LABEL, y = f->y - f->scroll;
	if (!text || !*text)
		return;
	if (y >= 0 && y < draw_h(f->d))
		draw_cell(f->d, f->x, y, wide - 1, ALIGN_LEFT, ROLE_DIM, label);
	f->y += paragraph(f, f->x + wide, f->w - wide - 1, st, text);
}

void factf(struct facts *f, const char *label, style_t st, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	fact(f, label, st, text);
}

void facts_gap(struct facts *f)
{
	if (f->y > 0)
		f->y++;
}

void facts_head(struct facts *f, const char *text)
{
	facts_gap(f);
	f->y += paragraph(f, f->x, f->w - 1, ROLE_HEADER, text);
}

void facts_text(struct facts *f, style_t st, const char *text)
{
	if (text && *text)
		f->y += paragraph(f, f->x, f->w - 1, st, text);
}

void facts_textf(struct facts *f, style_t st, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	facts_text(f, st, text);
}

void facts_json(struct facts *f, const cJSON *v)
{
	char *text = cJSON_Print(v), *save = NULL;
	for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line; line = strtok_r(NULL, "\n", &save)) {
		int depth = (int)strspn(line, "\t");
		for (char *p = line; *p; p++)
			if (*p == '\t')
				*p = ' ';
		f->y += paragraph(f, f->x + depth * 2, f->w - depth * 2 - 1, ROLE_TEXT, line + depth);
	}
	free(text);
}

/* ---- scrolling ---- */

void scroller_limit(struct scroller *s)
{
	if (s->top > s->lines - s->rows)
		s->top = s->lines - s->rows;
	if (s->top < 0)
		s->top = 0;
}

bool scroller_action(struct scroller *s, int action)
{
	int page = s->rows > 1 ? s->rows - 1 : 1;
	int by = action == ACT_UP          ? -1
	         : action == ACT_DOWN      ? 1
	         : action == ACT_PAGE_UP   ? -page
	         : action == ACT_PAGE_DOWN ? page
	         : action == ACT_HOME      ? -10000
	         : action == ACT_END       ? 10000
	                                   : 0;
	s->top += by;
	scroller_limit(s);
	return by != 0;
}

char *scroller_note(const struct scroller *s, char *out, size_t size)
{
	*out = 0;
	if (s->lines > s->rows && s->rows > 0)
		snprintf(out, size, "%d-%d of %d", s->top + 1, s->top + s->rows, s->lines);
	return out;
}
