/* stoker cost and its words, each a small command of its own. They take the arguments behind the word and
 * give an exit status. */
#ifndef VIEWS_CLI_COST_H
#define VIEWS_CLI_COST_H

#include "views/cli/ask.h"
#include "views/cli/table.h"

struct cost_words {
	char **argv;
	int argc;
	const struct cli_args *options;
};

int cost_report(struct cli *c, const struct cost_words *w);         /* --by */
int cost_forecast(struct cli *c, const struct cost_words *w);
int cost_what_if(struct cli *c, const struct cost_words *w);
int cost_recommendations(struct cli *c, const struct cost_words *w);
int cost_prices(struct cli *c, const struct cost_words *w);
int cost_budgets(struct cli *c, const struct cost_words *w);
int cost_put_budget(struct cli *c, const struct cost_words *w);
int cost_delete_budget(struct cli *c, const struct cost_words *w);

/* Ask; a service that knows no costs is told apart. Takes req. 0, or an exit status with the reason printed.
 */
int cost_ask(struct cli *c, const char *op, cJSON *req, cJSON **reply);
/* The words as ClusterIds of a request; 0, or an exit status with the reason printed (req is then freed). */
int cost_clusters(struct cli *c, const struct cost_words *w, cJSON *req);
/* A cell: "$1.24", "≥$1.24", with "~" in front for an estimate. */
void cost_cell(struct text_table *t, const char *color, double v, bool lower_bound, bool estimate);
/* "prices: source, date; what the signs mean" under a table. */
void cost_footer(struct cli *c, const cJSON *reply, bool lower_bound, bool estimate);

#endif
