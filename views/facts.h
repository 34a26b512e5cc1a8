/* Facts about one thing: labels with values, headings, paragraphs and JSON, one below the other, as much of
 * them as there is room for. The same calls count the lines when the window has no height, so that a frame
 * can say how much there is before it is drawn. */
#ifndef VIEWS_FACTS_H
#define VIEWS_FACTS_H

#include <cjson/cJSON.h>

#include "tui/draw.h"

struct facts {
	struct draw d;
	int x, w, y;             /* column, its width, next line (before scrolling) */
	int scroll;
	int label;               /* cells of a label and its gap; 0: 16 */
};

void fact(struct facts *f, const char *label, style_t st, const char *text);   /* "" or NULL: nothing */
void factf(struct facts *f, const char *label, style_t st, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void facts_head(struct facts *f, const char *text);         /* with a blank line before it */
void facts_text(struct facts *f, style_t st, const char *text);
void facts_textf(struct facts *f, style_t st, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void facts_json(struct facts *f, const cJSON *v);           /* one member a line */
void facts_gap(struct facts *f);

/* Which part of them is seen. */
struct scroller {
	int top, lines, rows;    /* first line shown, all lines, lines of the window */
};
/* Keep top in range. */
void scroller_limit(struct scroller *s);
/* Up, down, pages, first, last; false: another action. */
bool scroller_action(struct scroller *s, int action);
/* "3-10 of 17", "" when all is seen. Gives out. */
char *scroller_note(const struct scroller *s, char *out, size_t size);

#endif
