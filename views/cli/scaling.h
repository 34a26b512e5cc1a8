/* Parts of the command `scaling`: cmd_scaling.c shows, scaling_put.c changes. All give an exit status. */
#ifndef VIEWS_CLI_SCALING_H
#define VIEWS_CLI_SCALING_H

#include "views/cli/ask.h"
#include "views/cli/plan.h"

/* Of GetScaling's Groups: by id, or by role (the first of it); NULL when there is none. */
const cJSON *scaling_group(const cJSON *scaling, const char *word);
int scaling_no_group(struct cli *c, const char *word);

int scaling_decisions(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling);
int scaling_put_managed(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling);
int scaling_put_utilization(struct cli *c, const struct cli_args *a, const char *cluster,
                            const cJSON *scaling);
int scaling_put_scheduled(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling);
int scaling_put_policy(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling);
int scaling_remove(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling);

#endif
