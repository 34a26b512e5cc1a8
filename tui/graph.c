#include "tui/graph.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/utf8.h"
#include "tui/graph_impl.h"

static style_t legend_style(const struct graph *g, size_t s)
{
	static const enum role own[] = { ROLE_S1, ROLE_S2, ROLE_S3, ROLE_S4, ROLE_S5, ROLE_S6, ROLE_S7, ROLE_S8 };
	return g->series[s].style ? g->series[s].style : own[s & 7];
}

static void draw_legend(struct draw d, const struct graph *g)
{
	/* The signs of graph_plot.c. */
	const char *marks = g->kind == GRAPH_LINE ? "*+ox#=%:" : "#=+:%*o.";
	const struct glyphs *glyphs = draw_glyphs(d);
	int x = 0;
	for (size_t s = 0; s < g->n && s < GRAPH_SERIES_MAX; s++) {
		const struct graph_series *one = &g->series[s];
		char value[32] = "", sign[2] = { marks[s], '\0' };
		double last = one->n ? one->v[one->n - 1] : NAN;
		if (!isnan(last))
			graph_text(g, last, value, sizeof value);
		const char *name = one->name ? one->name : "";
		int w = 2 + utf8_width(name) + (*value ? 1 + utf8_width(value) : 0);
		if (x + w > draw_w(d))
			break;
		draw_text(d, x, 0, legend_style(g, s), glyphs->set == GLYPHS_ASCII ? sign : glyphs->square);
		int at = x + 2 + draw_text(d, x + 2, 0, ROLE_DIM, name);
		draw_text(d, at + 1, 0, ROLE_TEXT, value);
		x += w + 2;
	}
}

int graph_scale_width(const struct graph *g, int w)
{
	char top[32], half[32];
	if (!g->scale || w < 20 || g->n == 0)
		return 0;
	double max = graph_top(g, (size_t)w * 2);
	graph_text(g, max, top, sizeof top);
	graph_text(g, max / 2, half, sizeof half);
	int a = utf8_width(top), b = utf8_width(half);
	return (a > b ? a : b) + 1;
}

static void draw_scale(struct draw d, const struct graph *g, double max, int w)
{
	char text[32];
	int h = draw_h(d);
	graph_text(g, max, text, sizeof text);
	draw_cell(d, 0, 0, w - 1, ALIGN_RIGHT, ROLE_FAINT, text);
	if (h >= 4) {
		graph_text(g, max / 2, text, sizeof text);
		draw_cell(d, 0, h / 2, w - 1, ALIGN_RIGHT, ROLE_FAINT, text);
	}
	if (h >= 2) {
		graph_text(g, 0, text, sizeof text);
		draw_cell(d, 0, h - 1, w - 1, ALIGN_RIGHT, ROLE_FAINT, text);
	}
}

void graph_draw(struct draw d, const struct graph *g)
{
	int w = draw_w(d), h = draw_h(d);
	if (w <= 0 || h <= 0 || g->n == 0)
		return;
	if (g->legend && h >= 3) {
		draw_legend(d, g);
		h--;
		d = draw_sub(d, (struct rect){ 0, 1, w, h });
	}
	int left = graph_scale_width(g, w);
	double max = graph_top(g, (size_t)w * 2);
	if (left > 0)
		draw_scale(d, g, max, left);
	graph_plot(draw_sub(d, (struct rect){ left, 0, w - left, h }), g, max);
}
