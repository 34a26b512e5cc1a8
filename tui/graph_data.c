/* From samples to dot columns, scales and short texts: no drawing here. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/mem.h"
#include "tui/graph_impl.h"

/* Samples per dot column; at least what puts one sample on one column. */
static double per_column(const struct graph *g, size_t columns)
{
	if (g->span_ms <= 0 || g->step_ms <= 0 || columns == 0)
		return 1;
	return (double)g->span_ms / (double)g->step_ms / (double)columns;
}

static double fold(const double *v, size_t from, size_t to, bool mean)
{
	double sum = 0, most = NAN;
	size_t n = 0;
	for (size_t i = from; i < to; i++)
		if (!isnan(v[i])) {
			most = isnan(most) || v[i] > most ? v[i] : most;
			sum += v[i];
			n++;
		}
	return mean && n ? sum / (double)n : most;
}

/* Number of the dot column that the newest sample falls on, counted from the epoch: columns stand on fixed
 * instants, or a picture with several samples to a column would boil. */
int64_t graph_newest(const struct graph *g, size_t columns)
{
	double per = per_column(g, columns);
	bool timed = g->end_ms > 0 && g->step_ms > 0;
	int64_t sample = timed ? g->end_ms / g->step_ms : (int64_t)(g->n ? g->series[0].n : 0);
	double newest = (double)sample;
	return per < 1 ? (int64_t)ceil((newest + 1) / per - 1e-9) - 1 : (int64_t)floor(newest / per + 1e-9);
}

void graph_columns(const struct graph *g, size_t series, size_t n, int lead, double *out)
{
	const struct graph_series *s = &g->series[series];
	double per = per_column(g, n);
	bool timed = g->end_ms > 0 && g->step_ms > 0;
	int64_t newest = timed ? g->end_ms / g->step_ms : (int64_t)(g->n ? g->series[0].n : 0);
	int64_t first = newest - (int64_t)s->n + 1, bin = graph_newest(g, n) - (int64_t)n + 1 + lead;
	for (size_t i = 0; i < n; i++, bin++) {
		int64_t from = (int64_t)ceil((double)bin * per - 1e-9);
		int64_t to = (int64_t)ceil((double)(bin + 1) * per - 1e-9);
		if (per < 1) {              /* stretched: a sample covers several columns */
			from = (int64_t)floor((double)bin * per + 1e-9);
			to = from + 1;
		}
		from = from < first ? first : from;
		to = to > newest + 1 ? newest + 1 : to;
		out[i] = from < to ? fold(s->v, (size_t)(from - first), (size_t)(to - first),
		                          g->kind == GRAPH_STACK) : NAN;
	}
}

double graph_calm(double v, bool binary)
{
	static const double steps[] = { 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10 };
	if (!(v > 0) || !isfinite(v))
		return 1;
	double base = 1;
	if (binary)
		while (base * 1024 <= v)
			base *= 1024;
	double ten = base * pow(10, floor(log10(v / base)));
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (steps[i] * ten >= v * 0.9999999)
			return steps[i] * ten;
	return 10 * ten;
}

double graph_top(const struct graph *g, size_t columns)
{
	double *v = xcalloc(columns * 2, sizeof *v), most = 0;
	double *sum = v + columns;
	if (g->max > 0) {
		free(v);
		return g->max;
	}
	for (size_t s = 0; s < g->n; s++) {
		graph_columns(g, s, columns, 0, v);
		for (size_t i = 0; i < columns; i++) {
			double x = isnan(v[i]) ? 0 : v[i];
			sum[i] = g->kind == GRAPH_STACK ? sum[i] + x : x;
			most = sum[i] > most ? sum[i] : most;
		}
	}
	free(v);
	return graph_calm(most, g->format == graph_bytes || g->format == graph_bytes_rate);
}

static void scaled(double v, const char *const *units, double base, char *out, size_t size)
{
	int i = 0;
	double a = fabs(v);
	while (a >= base * 0.9995 && units[i + 1]) {
		a /= base;
		i++;
	}
	snprintf(out, size, "%s%.*f%s", v < 0 ? "-" : "", a < 9.95 && i > 0 ? 1 : 0, a, units[i]);
}

void graph_percent(double v, char *out, size_t size)
{
	snprintf(out, size, "%.0f%%", v);
}

void graph_bytes(double v, char *out, size_t size)
{
	static const char *const units[] = { "B", "K", "M", "G", "T", "P", NULL };
	scaled(v, units, 1024, out, size);
}

void graph_bytes_rate(double v, char *out, size_t size)
{
	char t[24];
	graph_bytes(v, t, sizeof t);
	snprintf(out, size, "%s/s", t);
}

void graph_count(double v, char *out, size_t size)
{
	static const char *const units[] = { "", "k", "M", "G", "T", NULL };
	if (fabs(v) < 9.95 && v != floor(v))
		snprintf(out, size, "%.1f", v);
	else
		scaled(v, units, 1000, out, size);
}

static double last_value(const struct graph *g, double *out_sum)
{
	double v = NAN;
	*out_sum = 0;
	for (size_t s = 0; s < g->n; s++) {
		const struct graph_series *x = &g->series[s];
		double one = x->n ? x->v[x->n - 1] : NAN;
		if (s == 0)
			v = one;
		if (!isnan(one))
			*out_sum += one;
	}
	return v;
}

void graph_text(const struct graph *g, double v, char *out, size_t size)
{
	if (g->format)
		g->format(v, out, size);
	else
		snprintf(out, size, "%.3g", v);
}

static void note_cursor(const struct graph *g, size_t columns, size_t back, char *out, size_t size)
{
	double *v = xcalloc(columns, sizeof *v), sum = 0;
	bool any = false;
	size_t at = back < columns ? columns - 1 - back : 0;
	for (size_t s = 0; s < g->n; s++) {
		graph_columns(g, s, columns, 0, v);
		if (!isnan(v[at])) {
			sum = s == 0 || g->kind == GRAPH_STACK ? sum + v[at] : sum;
			any = true;
		}
	}
	free(v);
	char text[48] = "no data", when[16] = "";
	if (any)
		graph_text(g, sum, text, sizeof text);
	if (g->end_ms > 0) {
		double step = (double)g->step_ms * per_column(g, columns);
		time_t t = (time_t)((g->end_ms - (int64_t)((double)back * step)) / 1000);
		struct tm tm;
		localtime_r(&t, &tm);
		strftime(when, sizeof when, " %H:%M:%S", &tm);
	}
	snprintf(out, size, "%s%s", text, when);
}

void graph_note(const struct graph *g, int w, char *out, size_t size)
{
	double sum, v = last_value(g, &sum);
	*out = '\0';
	if (g->n == 0 || w <= 0)
		return;
	if (g->cursor >= 0) {
		/* The cursor counts cells; there are two dot columns in each. */
		int plot = w - graph_scale_width(g, w);
		if (plot > 0)
			note_cursor(g, (size_t)plot * 2, (size_t)g->cursor * 2, out, size);
		return;
	}
	if (!isnan(v))
		graph_text(g, g->kind == GRAPH_STACK ? sum : v, out, size);
	else
		snprintf(out, size, "no data");
}

bool graph_action(int *cursor, int w, int action)
{
	if (action == ACT_GRAPH_LEFT)
		*cursor = *cursor + 1 < w ? *cursor + 1 : w - 1;
	else if (action == ACT_GRAPH_RIGHT)
		*cursor = *cursor >= 0 ? *cursor - 1 : -1;
	else
		return false;
	return true;
}
