/* A cluster's nodes by what they were asked for: instance groups, or instance fleets. */
#ifndef VIEWS_CLI_GROUPS_H
#define VIEWS_CLI_GROUPS_H

#include "core/base/buf.h"
#include "views/cli/ask.h"

/* All groups of a cluster, or all its fleets (*fleets): EMR's objects. */
int ask_groups(struct cli *c, const char *cluster, cJSON **groups, bool *fleets, struct error *err);
/* Of a group or a fleet: MASTER, CORE or TASK. */
const char *group_role(const cJSON *group);
/* "m5.xlarge", "m5.xlarge +2". */
const char *group_types(const cJSON *group, char *out, size_t size);
/* "ON_DEMAND", "SPOT", "1 on demand + 4 spot". */
const char *group_market(const cJSON *group, char *out, size_t size);
/* Instances, or a fleet's units. */
int group_wanted(const cJSON *group);
int group_running(const cJSON *group);

/* "core:2+6:m5.xlarge,m5.2xlarge=2" → InstanceFleetConfig. strategy may be NULL; timeout_min 0: none. */
int fleet_parse(const char *text, const char *strategy, int timeout_min, bool terminate, cJSON **out,
                struct error *err);

#endif
