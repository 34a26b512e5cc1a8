/* The plot itself. Every cell gets a pattern of 2x4 dots and one series; the glyph set then decides how a
 * pattern looks. Cells are computed in a scratch grid and drawn once, row by row. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tui/graph_impl.h"

#define SWEEP_GAP 2             /* empty cells in front of the write position */

struct plot {
	const struct graph *g;
	int w, h;                /* cells */
	size_t columns;          /* 2w */
	bool sweep;
	int lead;                /* sweeping: cells stand on even columns, so that dots keep their cell */
	double max;
	uint8_t *dots;           /* per cell: bits of braille */
	uint8_t *series;         /* per cell: which series owns it */
	double *v, *low;         /* values and lower edges per column of the series at hand */
};

/* Bit of the dot in column 0/1, row 0 (top) … 3. */
static const uint8_t bits[2][4] = { { 0x01, 0x02, 0x04, 0x40 }, { 0x08, 0x10, 0x20, 0x80 } };

static void set_dot(struct plot *p, size_t column, int dot, int series)
{
	if (dot < 0 || dot >= p->h * 4)
		return;
	int row = p->h - 1 - dot / 4;
	size_t cell = (size_t)row * (size_t)p->w + column / 2;
	p->dots[cell] |= bits[column & 1][3 - dot % 4];
	p->series[cell] = (uint8_t)series;
}

/* Height in dots; anything that is a value shows at least one. */
static int height(const struct plot *p, double v)
{
	double x = v / p->max * p->h * 4;
	int dots = x <= 1 ? 1 : x > p->h * 4 ? p->h * 4 : (int)lround(x);
	return dots;
}

static void plot_area(struct plot *p, int s)
{
	for (size_t c = 0; c < p->columns; c++)
		for (int dot = isnan(p->v[c]) ? 0 : height(p, p->v[c]) - 1; dot >= 0 && !isnan(p->v[c]); dot--)
			set_dot(p, c, dot, s);
}

/* What lies beyond a limit, so that it is seen without colours too. */
static void plot_fill(struct plot *p, int s)
{
	double from = p->g->fill_from;
	for (size_t c = 0; c < p->columns; c++) {
		if (isnan(p->v[c]))
			continue;
		int a = height(p, from) - 1, b = height(p, p->v[c]) - 1;
		for (int dot = a < b ? a : b; dot <= (a < b ? b : a); dot++)
			set_dot(p, c, dot, s);
	}
}

static void plot_line(struct plot *p, int s)
{
	int last = -1;
	for (size_t c = 0; c < p->columns; c++) {
		if (isnan(p->v[c])) {
			last = -1;
			continue;
		}
		int at = height(p, p->v[c]) - 1, from = last < 0 ? at : last;
		int lo = from < at ? from + (last >= 0 && from != at) : at, hi = from > at ? from - 1 : at;
		for (int dot = lo < at ? lo : at; dot <= (hi > at ? hi : at); dot++)
			set_dot(p, c, dot, s);
		last = at;
	}
}

/* From the top of what lies below to this series' own top. Later series own the cells that they share. */
static void plot_stack(struct plot *p, int s)
{
	for (size_t c = 0; c < p->columns; c++) {
		if (isnan(p->v[c]))
			continue;
		double top = p->low[c] + p->v[c];
		int from = p->low[c] > 0 ? (int)lround(p->low[c] / p->max * p->h * 4) : 0;
		int to = (int)lround(top / p->max * p->h * 4);
		if (s == 0 && to == 0)
			to = 1;
		for (int dot = from; dot < to && dot < p->h * 4; dot++)
			set_dot(p, c, dot, s);
		p->low[c] = top;
	}
}

static void plot_series(struct plot *p)
{
	size_t n = p->g->n < GRAPH_SERIES_MAX ? p->g->n : GRAPH_SERIES_MAX;
	for (size_t s = 0; s < n; s++) {
		graph_columns(p->g, s, p->columns, p->lead, p->v);
		if (p->g->kind == GRAPH_STACK)
			plot_stack(p, (int)s);
		else if (p->g->fill == s + 1)
			plot_fill(p, (int)s);
		else if (p->g->kind == GRAPH_LINE)
			plot_line(p, (int)s);
		else
			plot_area(p, (int)s);
	}
}

static int filled(uint8_t dots)
{
	int n = 0;
	for (int i = 0; i < 8; i++)
		n += dots >> i & 1;
	return n;
}

static uint32_t ascii_sign(const struct plot *p, uint8_t dots, int series)
{
	static const char marks[] = "#=+:%*o.";
	if (p->g->kind == GRAPH_LINE)
		return (uint32_t)"*+ox#=%:"[series & 7];
	if (p->g->kind == GRAPH_STACK)
		return (uint32_t)marks[series & 7];
	return filled(dots) >= 7 ? '#' : filled(dots) >= 4 ? ':' : '.';
}

/* Eighths of a block by the taller of the two columns (areas), or half blocks (lines). */
static uint32_t block_sign(const struct plot *p, uint8_t dots)
{
	bool upper = dots & 0x1B, lower = dots & 0xE4;
	int level = 0;
	if (p->g->kind == GRAPH_LINE)
		return upper && lower ? 0x2588 : upper ? 0x2580 : 0x2584;
	for (int r = 0; r < 4; r++)
		level += (dots & (bits[0][r] | bits[1][r])) != 0;
	return 0x2580 + (uint32_t)(level * 2);
}

static uint32_t sign(const struct plot *p, enum glyph_set set, uint8_t dots, int series)
{
	if (set == GLYPHS_BRAILLE)
		return 0x2800 + dots;
	return set == GLYPHS_BLOCK ? block_sign(p, dots) : ascii_sign(p, dots, series);
}

/* By threshold band of the row, where a lone area names no colour of its own. */
static style_t style_of(const struct plot *p, int row, int series)
{
	static const enum role own[] = { ROLE_S1, ROLE_S2, ROLE_S3, ROLE_S4, ROLE_S5, ROLE_S6, ROLE_S7, ROLE_S8 };
	const struct graph *g = p->g;
	if (g->series[series].style)
		return g->series[series].style;
	if (g->n > 1 || (g->warn <= 0 && g->crit <= 0))
		return own[series & 7];
	double middle = ((double)(p->h - 1 - row) + 0.5) / p->h * p->max;
	if (g->crit > 0 && middle >= g->crit)
		return ROLE_HIGH;
	return g->warn > 0 && middle >= g->warn ? ROLE_MID : ROLE_LOW;
}

/* Where cell column x of the picture stands in the window: itself, or where the sweep puts it. */
static int place(const struct plot *p, int x)
{
	if (!p->sweep)
		return x;
	int64_t newest = graph_newest(p->g, p->columns) / 2;
	int64_t at = newest - (p->w - 1 - x);
	return (int)(((at % p->w) + p->w) % p->w);
}

static void paint(struct draw d, struct plot *p)
{
	enum glyph_set set = draw_glyphs(d)->set;
	int grid = p->g->scale && p->h >= 4 ? p->h / 2 : -1;
	uint32_t dash = set == GLYPHS_ASCII ? '.' : 0x2508;
	for (int y = 0; y < p->h; y++)
		for (int x = p->sweep ? SWEEP_GAP : 0; x < p->w; x++) {
			size_t cell = (size_t)y * (size_t)p->w + (size_t)x;
			int at = place(p, x);
			if (p->dots[cell])
				draw_glyph(d, at, y, style_of(p, y, p->series[cell]),
				           sign(p, set, p->dots[cell], p->series[cell]));
			else if (y == grid || (grid > 0 && y == 0))
				draw_glyph(d, at, y, ROLE_GRID, dash);
		}
}

static void paint_cursor(struct draw d, const struct plot *p)
{
	int x = p->w - 1 - p->g->cursor;
	if (p->g->cursor < 0 || x < 0)
		return;
	for (int y = 0; y < p->h; y++) {
		size_t cell = (size_t)y * (size_t)p->w + (size_t)x;
		if (p->dots[cell])
			draw_restyle(d, (struct rect){ x, y, 1, 1 }, d.surface, ROLE_CURSOR);
		else
			draw_text(d, x, y, ROLE_CURSOR, draw_glyphs(d)->v);
	}
}

void graph_plot(struct draw d, const struct graph *g, double max)
{
	struct plot p = { .g = g, .w = draw_w(d), .h = draw_h(d), .max = max };
	if (p.w <= 0 || p.h <= 0 || g->n == 0)
		return;
	p.columns = (size_t)p.w * 2;
	p.dots = xcalloc((size_t)p.w * (size_t)p.h, 1);
	p.series = xcalloc((size_t)p.w * (size_t)p.h, 1);
	p.v = xcalloc(p.columns * 2, sizeof *p.v);
	p.low = p.v + p.columns;
	p.sweep = draw_env(d)->lean && g->end_ms > 0 && g->cursor < 0 && p.w > SWEEP_GAP + 4;
	p.lead = p.sweep && graph_newest(g, p.columns) % 2 == 0;
	plot_series(&p);
	paint(d, &p);
	paint_cursor(d, &p);
	free(p.dots);
	free(p.series);
	free(p.v);
}
