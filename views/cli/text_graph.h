/* A small graph of text for the command line: bars over time, with an optional threshold and the bars that are
 * beyond it marked. */
#ifndef VIEWS_CLI_TEXT_GRAPH_H
#define VIEWS_CLI_TEXT_GRAPH_H

#include "views/cli/cli.h"

struct text_graph {
	const double *values;        /* oldest first; NaN: no sample */
	size_t n;
	double first, step;          /* epoch s of the first value; s between two */
	double threshold;            /* NaN: none */
	bool (*breaches)(double value, void *ctx); /* NULL: none */
	void *ctx;
	const char *unit;            /* after the numbers of the axis, or NULL */
};

/* Printed to c->out; as wide as the terminal, 80 columns elsewhere. */
void text_graph_print(struct cli *c, const struct text_graph *g);
/* A value in few characters: "12", "0.25", "3.4M". */
const char *text_graph_number(double v, char *out, size_t size);

#endif
