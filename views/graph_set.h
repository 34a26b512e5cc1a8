/* The graphs of a cluster or node, made from the model's histories: which metrics, in which colours, on
 * which scale. */
#ifndef VIEWS_GRAPH_SET_H
#define VIEWS_GRAPH_SET_H

#include "views/view.h"

enum graph_set {
	GRAPH_SET_BUSY,          /* CPU as one area, coloured by threshold */
	GRAPH_SET_CPU,           /* CPU stacked by kind */
	GRAPH_SET_LOAD,          /* load, with lines at the number of nodes and CPUs */
	GRAPH_SET_MEMORY,        /* bytes, stacked */
	GRAPH_SET_MEMORY_SHARE,  /* per cent, as one area */
	GRAPH_SET_NETWORK,
	GRAPH_SET_DISK,
	GRAPH_SET_COUNT
};

const char *graph_set_title(enum graph_set s);
/* How much of the last hour the home screen's graphs show: all of a cluster's life while it is young. */
int64_t graph_young_span(const struct mcluster *mc);
/* Draws a pane with the graph. span: ms shown; 0 = the whole range. mc may be NULL (empty pane). cursor:
 * NULL none; else columns from the right edge, -1 none. */
void graph_pane(struct draw d, const struct console *con, enum graph_set s, const char *title,
                const struct mcluster *mc, const char *instance, enum range r, int64_t span,
                const int *cursor);

#endif
