/* Inside of graphs; for graph*.c.
 *
 * A cell is always two dot columns wide, also where the glyphs show only one (the larger of both), so that a
 * window shows the same stretch of time with every set of glyphs. */
#ifndef TUI_GRAPH_IMPL_H
#define TUI_GRAPH_IMPL_H

#include "tui/graph.h"

#define GRAPH_SERIES_MAX 8

/* The values of n dot columns, oldest first; NAN is a gap. Column n-1 holds the newest, or, with a lead of 1,
 * what comes after it (nothing yet). With several samples to a column the largest counts (a peak must not
 * vanish), for stacks the mean. */
void graph_columns(const struct graph *g, size_t series, size_t n, int lead, double *out);
/* Number of the newest dot column since the epoch: where the sweep writes. */
int64_t graph_newest(const struct graph *g, size_t columns);
/* Top of the scale for what these columns show. */
double graph_top(const struct graph *g, size_t columns);
/* Least calm number (1, 1.5, 2, 2.5 … × 10^n; for bytes × 1024^n) that is at least v. */
double graph_calm(double v, bool binary);
/* Cells that the numbers at the left take in a window w cells wide; 0 without a scale. */
int graph_scale_width(const struct graph *g, int w);
void graph_text(const struct graph *g, double v, char *out, size_t size);

/* Paint the plot into all of d. max > 0. */
void graph_plot(struct draw d, const struct graph *g, double max);

#endif
