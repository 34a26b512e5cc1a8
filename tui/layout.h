/* Dividing a rectangle. Panes say what they need, how they share what is left and in which order they go
 * when there is not enough; the answer is exact to the cell and never overlaps.
 *
 *     struct layout_item it[] = { { .min = 20, .flex = 2 }, { .min = 30, .flex = 1, .priority = 1 } };
 *     layout_split(r, LAYOUT_ROW, 0, it, 2);     it[i].out; w or h is 0 for a pane that was dropped */
#ifndef TUI_LAYOUT_H
#define TUI_LAYOUT_H

#include <stddef.h>

#include "tui/draw.h"

enum layout_dir { LAYOUT_ROW, LAYOUT_COLUMN };   /* side by side; one above the other */

struct layout_item {
	int min;          /* fewest cells with which it makes sense */
	int max;          /* most that it can use; 0: no limit */
	int flex;         /* share of the spare room; 0: stays at min */
	int priority;     /* 0 is never dropped; larger goes first */
	struct rect out;
};

/* Gives the number of panes that are left. gap cells lie between neighbours. When even the panes of
 * priority 0 do not fit, they shrink in proportion, the last ones to nothing. */
size_t layout_split(struct rect r, enum layout_dir dir, int gap, struct layout_item *items, size_t n);

#endif
