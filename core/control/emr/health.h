/* The health of nodes whose worker lives: see README.md, "Unhealthy nodes". */
#ifndef CORE_CONTROL_EMR_HEALTH_H
#define CORE_CONTROL_EMR_HEALTH_H

#include "core/control/state.h"

#define HEALTH_REPLACE_MS (45 * 60000LL)   /* unhealthy for so long: replaced */

/* The health script of a node has ended; error: it could not be started. For execs.c. */
void health_script_ended(struct control *ctl, struct node *n, const char *error);
void health_free(struct node *n);                  /* what a node keeps for it; for nodes.c */

/* Hooks of the part. */
int64_t health_due(struct control *ctl);
void health_run(struct control *ctl, int64_t now);
void health_sampled(struct control *ctl, struct node *n, const double *values);

#endif
