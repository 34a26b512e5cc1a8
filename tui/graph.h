/* Graphs of samples over time. Nothing is kept: samples live in the caller's arrays, so a hidden graph
 * loses none. NAN is a gap and is drawn as one. Cells hold 2x4 dots (braille), eighths of a block, or ASCII;
 * colours go by row (threshold band), which costs a quarter of what a colour per cell does. In lean mode the
 * write position sweeps over a picture that stands still. */
#ifndef TUI_GRAPH_H
#define TUI_GRAPH_H

#include "tui/actions.h"
#include "tui/draw.h"

enum graph_kind { GRAPH_AREA, GRAPH_LINE, GRAPH_STACK };

struct graph_series {
	const char *name;         /* for the legend; may be NULL */
	const double *v;          /* oldest first */
	size_t n;                 /* all series of a graph end at the same instant */
	style_t style;            /* 0 in a single area graph: colour by threshold */
};

/* Value → short text ("68%", "1.2 GB/s"); out has size bytes. */
typedef void (*graph_format)(double v, char *out, size_t size);

struct graph {
	enum graph_kind kind;
	const struct graph_series *series;
	size_t n;
	int64_t end_ms;           /* time of the last sample; 0: no times shown */
	int64_t step_ms;          /* between samples */
	int64_t span_ms;          /* shown width in time; 0: one sample per dot column */
	double max;               /* top of the scale; 0: from the data, rounded up to a calm number */
	double warn, crit;        /* thresholds in the value's unit; 0: none */
	size_t fill;              /* GRAPH_LINE: this series (from 1; 0: none) is filled from fill_from to its values */
	double fill_from;
	bool scale;               /* numbers and grid lines at the left */
	bool legend;              /* names and last values in the first line */
	int cursor;               /* columns from the right edge, 0 = newest; -1: none */
	graph_format format;      /* NULL: "%.3g" */
};

void graph_draw(struct draw d, const struct graph *g);
/* Fills out with the title's note: last value, or the cursor's value and time ("41% 12:03:10"). w: width of
 * the window the graph is drawn in. */
void graph_note(const struct graph *g, int w, char *out, size_t size);
/* Move the cursor for ACT_GRAPH_LEFT/RIGHT within a window w cells wide; false: another action. */
bool graph_action(int *cursor, int w, int action);

/* Ready formats. */
void graph_percent(double v, char *out, size_t size);     /* 68% */
void graph_bytes(double v, char *out, size_t size);       /* 1.2G */
void graph_bytes_rate(double v, char *out, size_t size);  /* 1.2M/s */
void graph_count(double v, char *out, size_t size);       /* 1.2k */

/* ---- bars ---- */
/* A bar of w cells, filled to ratio (0..1; NAN draws an empty track). */
void bar_draw(struct draw d, int x, int y, int w, double ratio, style_t st);
/* Colour by threshold: LOW below warn, MID below crit, HIGH above. */
style_t bar_style(double ratio, double warn, double crit);
/* "CPU ██████░░░░ 62%" in w cells. */
void gauge_draw(struct draw d, int x, int y, int w, const char *label, double ratio, style_t st,
                const char *text);
/* Parts of one whole beside each other, e.g. CPU by kind; values are shares of 1. */
void bar_stack_draw(struct draw d, int x, int y, int w, const double *shares, const style_t *st, size_t n);
/* The last w samples as UTF-8 signs of the set (one per cell); max 0: from the data; gives out. */
char *spark_text(const struct glyphs *g, const double *v, size_t n, int w, double max, char *out,
                 size_t size);
/* A square whose fill and role tell load in six buckets (down, 0-25, 25-50, 50-75, 75-100, above). */
void heat_draw(struct draw d, int x, int y, int w, double load, bool down);

#endif
