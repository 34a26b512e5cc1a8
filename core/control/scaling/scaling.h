/* Auto-scaling: what the rest of the control plane tells it. See README.md for the rules. */
#ifndef CORE_CONTROL_SCALING_SCALING_H
#define CORE_CONTROL_SCALING_SCALING_H

#include "core/control/state.h"

/* Policies inside RunJobFlow and AddInstanceGroups. check: before anything is made; take: when the ids are
 * known. `in` is the request; groups of `in` and of `groups` stand in the same order. */
int scaling_check_request(const cJSON *in, bool fleets, struct error *err);
void scaling_take_managed(struct control *ctl, struct cluster *c, const cJSON *in);
void scaling_take_groups(struct control *ctl, struct cluster *c, const cJSON *in,
                         struct instance_group *const *groups, size_t n);
/* AutoScalingPolicy of a group for ListInstanceGroups, or NULL; the caller's. */
cJSON *scaling_describe(struct control *ctl, const struct instance_group *g);
/* A person set the size of a group (nodes) or a fleet (units): recorded, whatever the limits say. */
void scaling_manual(struct control *ctl, struct cluster *c, struct instance_group *g, int from, int to);
/* Conditions for ListAlarms: groups that are at their maximum and still too hot. cluster_id NULL: all. */
void scaling_conditions(struct control *ctl, const char *cluster_id, int64_t now, struct alarm_list *out);

#endif
