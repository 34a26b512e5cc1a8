/* What the files of stoker spot share. */
#ifndef VIEWS_CLI_CMD_SPOT_H
#define VIEWS_CLI_CMD_SPOT_H

#include "views/cli/ask.h"

/* An error of the market's operations → exit status: an Amazon account has no market that could be set. */
int spot_fail(struct cli *c, struct error *err);
/* stoker spot feed [show|load FILE|clear] */
int spot_feed(struct cli *c, const struct cli_args *a);

#endif
