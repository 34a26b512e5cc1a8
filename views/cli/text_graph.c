#include "views/cli/text_graph.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define ROWS 8
#define LABEL 9                  /* columns of the axis */
#define MAX_COLUMNS 400

const char *text_graph_number(double v, char *out, size_t size)
{
	if (isnan(v))
		snprintf(out, size, "-");
	else if (fabs(v) >= 10000)
		cli_count(v, out, size);
	else
		snprintf(out, size, v == floor(v) ? "%.0f" : fabs(v) < 1 ? "%.3g" : "%.2f", v);
	return out;
}

struct plot {
	double columns[MAX_COLUMNS];
	size_t n, per;               /* columns; values in one of them */
	double low, high;
};

/* Values that share a column count as their mean. */
static void fold(const struct text_graph *g, size_t width, struct plot *p)
{
	p->per = (g->n + width - 1) / width;
	p->per = p->per ? p->per : 1;
	p->n = (g->n + p->per - 1) / p->per;
	p->low = 0;
	p->high = isnan(g->threshold) ? 0 : g->threshold;
	p->low = p->high < 0 ? p->high : 0;
	p->high = p->high < 0 ? 0 : p->high;
	for (size_t i = 0; i < p->n; i++) {
		double sum = 0;
		int k = 0;
		for (size_t j = i * p->per; j < (i + 1) * p->per && j < g->n; j++)
			if (!isnan(g->values[j])) {
				sum += g->values[j];
				k++;
			}
		p->columns[i] = k ? sum / k : NAN;
		if (k && p->columns[i] > p->high)
			p->high = p->columns[i];
		if (k && p->columns[i] < p->low)
			p->low = p->columns[i];
	}
	if (p->high <= p->low)
		p->high = p->low + 1;
}

/* Eighths of a cell that a value fills in a row counted from the bottom. */
static int fill_of(const struct plot *p, double v, int row)
{
	double cell = (v - p->low) / (p->high - p->low) * ROWS - row;

	return cell >= 1 ? 8 : cell <= 0 ? (row == 0 && !isnan(v) ? 1 : 0) : (int)(cell * 8);
}

static int row_of(const struct plot *p, double v)
{
	int row = (int)((v - p->low) / (p->high - p->low) * ROWS);

	return row >= ROWS ? ROWS - 1 : row;
}

static void print_row(struct cli *c, const struct text_graph *g, const struct plot *p, int row)
{
	static const char *const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	bool line = !isnan(g->threshold) && row_of(p, g->threshold) == row, red = false;
	char label[32] = "";

	if (line)
		text_graph_number(g->threshold, label, sizeof label);
	else if (row == ROWS - 1 || row == 0)
		text_graph_number(row ? p->high : p->low, label, sizeof label);
	fprintf(c->out, "%*s %s", LABEL, label, line ? "┈" : "│");
	for (size_t i = 0; i < p->n; i++) {
		int fill = isnan(p->columns[i]) ? 0 : fill_of(p, p->columns[i], row);
		bool beyond = fill && g->breaches && g->breaches(p->columns[i], g->ctx);
		if (beyond != red && c->color)
			fputs(beyond ? "\033[31m" : "\033[0m", c->out);
		red = beyond;
		fputs(fill ? blocks[fill] : line ? "┈" : " ", c->out);
	}
	fprintf(c->out, "%s\n", red && c->color ? "\033[0m" : "");
}

static const char *clock_of(double epoch, bool day, char *out, size_t size)
{
	time_t t = (time_t)epoch;
	struct tm tm;

	strftime(out, size, day ? "%m-%d %H:%M" : "%H:%M:%S", localtime_r(&t, &tm));
	return out;
}

void text_graph_print(struct cli *c, const struct text_graph *g)
{
	size_t width = (size_t)(c->width > 40 ? c->width : 80) - LABEL - 2;
	struct plot p = { 0 };
	char from[32], to[32];

	if (width > MAX_COLUMNS)
		width = MAX_COLUMNS;
	fold(g, width, &p);
	for (int row = ROWS; row-- > 0;)
		print_row(c, g, &p, row);
	bool day = (double)g->n * g->step > 43200;
	clock_of(g->first, day, from, sizeof from);
	clock_of(g->first + (double)g->n * g->step, day, to, sizeof to);
	int gap = (int)p.n - (int)strlen(from) - (int)strlen(to);
	fprintf(c->out, "%*s └%s%*s%s%s%s\n", LABEL, "", from, gap > 1 ? gap : 1, "", to, g->unit ? "  " : "",
	        g->unit ? g->unit : "");
}
