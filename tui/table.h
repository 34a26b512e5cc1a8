/* A table over rows that someone else owns. The table asks for the cells that it shows and for the sort
 * column, nothing else, so that 5,000 rows cost what 20 do. Selection and marks are bound to the row's id,
 * never to its number: rows may come, go and move, the selection stays on the same thing; when that is
 * gone it moves to the neighbour.
 *
 *     static const struct table_column cols[] = {
 *         { "NAME",  .min = 8, .flex = 3 },
 *         { "STATE", .min = 9, .max = 12, .priority = 1 },
 *         { "AGE",   .min = 5, .align = ALIGN_RIGHT, .priority = 2, .flags = COL_TIME },
 *     };
 *     t = table_new("clusters", cols, 3, &source, ctx);
 *     table_changed(t);        // whenever the rows changed
 *     table_draw(t, d, focus); */
#ifndef TUI_TABLE_H
#define TUI_TABLE_H

#include "tui/actions.h"
#include "tui/draw.h"
#include "tui/filter.h"
#include "tui/keys.h"

enum {
	COL_TIME = 1,         /* its number is milliseconds: the filter reads age>2h */
	COL_DESC = 2,         /* first sort is descending (numbers where more is worse) */
	COL_NOSORT = 4,
	COL_HIDDEN = 8        /* never shown; for sort and filter */
};

struct table_column {
	const char *name;     /* head, and the name in filters */
	int min, max;         /* cells; max 0: no limit */
	int flex;             /* share of the spare room; 0: stays at min */
	int priority;         /* 0 always shown; larger dropped first when it gets narrow */
	enum align align;
	unsigned flags;
};

/* One cell, filled by the source. */
struct table_cell {
	char text[256];
	style_t style;        /* default ROLE_TEXT */
	double num;           /* for sorting and comparing; NAN (default): the text is compared */
	double bar;           /* 0..1: a bar fills the cell, text right-aligned behind it; NAN (default): none */
	int width;            /* in: cells available; 0 when asked for sorting or filtering */
	const struct glyphs *glyphs;   /* in */
};
void cell_set(struct table_cell *c, style_t st, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void cell_num(struct table_cell *c, style_t st, double num, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

struct table_source {
	size_t (*rows)(void *ctx);
	const char *(*id)(void *ctx, size_t row);    /* stable and unique; valid until the rows change */
	void (*cell)(void *ctx, size_t row, size_t col, struct table_cell *out);
	const char *(*empty)(void *ctx);             /* optional: what to say when there are no rows */
};

struct table;
struct table *table_new(const char *name, const struct table_column *cols, size_t n,
                        const struct table_source *src, void *ctx);
void table_free(struct table *t);
/* Rows, their order or contents changed: order is worked out again at the next draw or question. */
void table_changed(struct table *t);

/* Draws head and rows into all of d (no frame). Remembers where, for the mouse. focus: selection is on
 * SURF_SELECT, else SURF_REST. */
void table_draw(struct table *t, struct draw d, bool focus);
/* Actions of bind_table (ACT_UP … ACT_SORT with a column as arg); false: not one of them. */
bool table_action(struct table *t, int action, const char *arg, struct error *err);
/* Wheel and clicks inside the drawn rectangle; a click on a head sorts. *activated: a click on the row
 * that was already selected (act as Enter). False: not in this table. */
bool table_mouse(struct table *t, const struct event *ev, bool *activated);

const char *table_selected(const struct table *t);      /* id, or NULL when there are no rows */
long table_selected_row(struct table *t);               /* row number of the source now; -1: none */
bool table_select(struct table *t, const char *id);     /* also an id that is not there yet */
size_t table_visible(struct table *t);                  /* rows that pass the filter */
/* Row number of the source at position i of what is shown; -1 beyond the end. */
long table_row_at(struct table *t, size_t i);

bool table_marked(const struct table *t, const char *id);
size_t table_mark_count(const struct table *t);
void table_unmark_all(struct table *t);
/* Ids to act on: the marked ones that still exist, else the selected one. Appends to ids (at most max),
 * gives how many. The strings are the table's, valid until it changes. */
size_t table_targets(struct table *t, const char **ids, size_t max);

/* Sort by column, or -1 for the source's own order. */
void table_sort(struct table *t, int col, bool descending);
int table_sort_column(const struct table *t, bool *descending);

/* Set the filter; on error the old one stays. "" removes it. */
int table_filter(struct table *t, const char *text, struct error *err);
const char *table_filter_text(const struct table *t);   /* "" for none */

#endif
