/* A plan: what an act will change and what it will cost, shown before it is done. */
#ifndef VIEWS_CLI_PLAN_H
#define VIEWS_CLI_PLAN_H

#include "core/base/buf.h"
#include "views/cli/cli.h"

struct plan_group {
	const char *role;      /* MASTER, CORE, TASK */
	const char *type;      /* instance type */
	int before, after;
	bool spot;
};

/* The table before → after with the change in cost per hour, on c->err (results stay clean). */
void plan_print(struct cli *c, const struct plan_group *groups, size_t n);
/* The region that this command speaks to: --region, else the environment's. */
const char *plan_region(const struct cli *c);
/* "list prices of us-east-1 as of 2026-07-20", on c->err. */
void plan_print_prices(const struct cli *c);
/* Add a word of a command line to b, quoted for the shell where needed, with a blank in front. */
void plan_word(struct buf *b, const char *word);

/* Ask whether to go ahead. --yes goes ahead; so does standard input that is no terminal, unless the act
 * destroys. CLI_OK to go ahead, -1 when this was a --dry-run, else the exit status. */
int plan_confirm(struct cli *c, const struct cli_args *a, bool destroys, const char *question);

#define PLAN_OPTIONS \
	{ "yes", 'y', NULL, "do not ask" }, \
	{ "dry-run", 0, NULL, "show the plan and do nothing" }

#endif
