/* Inside of the table; for table*.c. */
#ifndef TUI_TABLE_IMPL_H
#define TUI_TABLE_IMPL_H

#include "core/base/map.h"
#include "core/base/mem.h"
#include "tui/table.h"

#define TABLE_COLS_MAX 32

struct table {
	char *name;
	const struct table_column *cols;
	size_t n_cols;
	struct table_source src;
	void *ctx;
	struct filter_column *fcols;
	struct filter *filter;
	char *filter_text;
	bool stale;                     /* order must be worked out again */
	bool reorder;                   /* the user asked for it: hold does not apply */
	bool rows_changed;              /* … because rows changed (hold applies) */
	bool waiting;                   /* what is shown is not the right order, because of hold */
	VEC(size_t) order;              /* rows shown, in order */
	struct arena *ids;              /* id of each entry of order, as of the last update */
	VEC(const char *) order_ids;
	char *selected;                 /* id */
	size_t at;                      /* position of the selection in order */
	size_t top;
	struct map *marks;
	int sort;
	bool descending;
	struct rect drawn;              /* absolute; for the mouse */
	int col_x[TABLE_COLS_MAX], col_w[TABLE_COLS_MAX];
	int page;
};

/* table_order.c: bring order up to date. hold: rows that were there keep their order; gives true when a
 * better order waits. */
bool table_update(struct table *t, bool hold);
/* One cell, prepared and filled. */
void table_fetch(const struct table *t, size_t row, size_t col, int width, const struct glyphs *g,
                 struct table_cell *out);

#endif
