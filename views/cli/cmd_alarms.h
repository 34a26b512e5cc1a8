/* What the files of stoker alarms and stoker metrics share. */
#ifndef VIEWS_CLI_CMD_ALARMS_H
#define VIEWS_CLI_CMD_ALARMS_H

#include "views/cli/ask.h"

#define CLOUDWATCH "GraniteServiceVersion20100801."

/* --dim NAME=VALUE (each) and --cluster CLUSTER become Dimensions; cJSON array, the caller's. NULL on an error. */
cJSON *alarm_dimensions(struct cli *c, const struct cli_args *a, struct error *err);
/* The namespace: --namespace, else EMR's own. */
const char *alarm_namespace(const struct cli_args *a);
/* A topic's name or an ARN → ARN into out. */
int alarm_action(struct cli *c, const char *word, char *out, size_t size, struct error *err);
/* The numbers of the first result of GetMetricData, one per period from start to end; free(). */
double *alarm_points(const cJSON *result, double start, int period, size_t n);
/* Sends a request that puts an alarm and says so; rc is what making it has come to. Takes req. */
int alarm_put(struct cli *c, const char *name, const char *operation, cJSON *req, int rc, struct error *err);
/* PutMetricAlarm from options. */
int alarms_put(struct cli *c, const struct cli_args *a);
/* Topics of an option that may come several times, as ARNs into a list of the request. */
int alarm_actions(struct cli *c, const struct cli_args *a, const char *option, const char *member, cJSON *req,
                  struct error *err);
/* PutCompositeAlarm from options. */
int alarms_put_composite(struct cli *c, const struct cli_args *a);
/* Adds "metric and composite alarms"; without it CloudWatch speaks of the former only. Gives req. */
cJSON *alarm_types(cJSON *req);
/* The rule of a composite alarm, the states behind it, and what keeps it quiet. *children: the caller's. */
int alarms_describe_composite(struct cli *c, const cJSON *alarm, cJSON **children, struct error *err);
/* One alarm with its graph and history. */
int alarms_show(struct cli *c, const struct cli_args *a);

#endif
