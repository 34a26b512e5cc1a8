/* From what is wrong to its cause: the failing step's log, the nodes, the cluster, the cost, or the alarm. */
#ifndef VIEWS_CAUSE_H
#define VIEWS_CAUSE_H

#include "views/view.h"

/* of: who asks: from the alarms screen an alarm of CloudWatch leads to its cluster's graphs, from elsewhere
 * to itself. */
void cause_open(struct console *con, const struct malarm *a, bool from_alarms);
/* The worst open alarm's. */
void cause_open_worst(struct console *con);
/* To the thing with this id (a step, node, group or cluster) of a cluster. False: it is not there. */
bool cause_open_resource(struct console *con, const char *cluster, const char *resource);
/* To what a record of the trails is about: its ClusterId and ResourceId; says when that is nowhere. NULL: nothing. */
void cause_open_row(struct console *con, const cJSON *row);

#endif
