/* Acts on alarms, money, scaling, spot, dead letters and schedules. Requests come from forms and are taken;
 * `was` is the thing as the server described it, NULL for a new one. Names and ids are copied. */
#ifndef CORE_CLIENT_ACT_OPS_H
#define CORE_CLIENT_ACT_OPS_H

#include "core/client/act.h"

/* ---- alarms (act_alarms.c) ---- */
struct act *act_acknowledge(const char *alarm_id, const char *title, const char *note);
struct act *act_unacknowledge(const char *alarm_id, const char *title, const char *by);
struct act *act_put_alarm(cJSON *in, const cJSON *was);
struct act *act_delete_alarm(const char *name);
struct act *act_alarm_actions(const char *name, bool on);

/* ---- money (act_cost.c) ---- */
struct act *act_put_budget(cJSON *in, const cJSON *was);
struct act *act_delete_budget(const cJSON *budget);
/* What a recommendation proposes; NULL when it proposes no call. */
struct act *act_recommendation(const struct model *m, const cJSON *advice);

/* ---- scaling (act_scaling.c); group: a row of GetScaling's Groups ---- */
struct act *act_put_managed(const struct mcluster *mc, cJSON *limits, const cJSON *was);
struct act *act_remove_managed(const struct mcluster *mc, const cJSON *was);
struct act *act_put_custom(const struct mcluster *mc, const cJSON *group, cJSON *policy);
struct act *act_remove_custom(const struct mcluster *mc, const cJSON *group);
struct act *act_put_utilization(const struct mcluster *mc, cJSON *in, const cJSON *was);
struct act *act_remove_utilization(const struct mcluster *mc, const char *group_id);
struct act *act_put_scheduled(const struct mcluster *mc, cJSON *in, const cJSON *was);
struct act *act_remove_scheduled(const struct mcluster *mc, const char *name);
/* What the cluster would cost per hour with the group at so many nodes: lines of the cost at both limits. */
void act_limit_lines(struct act *a, const struct mcluster *mc, const char *group_id, int min, int max);

/* ---- fleets (act_fleet.c); g->fleet is not NULL, targets are units ---- */
struct act *act_scale_fleet(const struct mcluster *mc, const struct instance_group *g, int on_demand, int spot);

/* ---- spot (act_spot.c) ---- */
struct act *act_spot_price(cJSON *in, const cJSON *was);
/* in: PutSpotFeed's request. feed: what its Data reads as. prices: the market's types as they are. */
struct spot_feed;
struct act *act_spot_feed(cJSON *in, const char *path, const struct spot_feed *feed, const struct records *prices);
struct act *act_spot_feed_clear(const cJSON *feed);
struct act *act_interrupt(cJSON *in, const char *what, size_t nodes);

/* ---- dead letters (act_letters.c) ---- */
/* cluster_id "" for the same one; step: the mended StepConfig (taken) or NULL. */
struct act *act_replay(const cJSON *letter, const char *cluster_id, cJSON *step);
struct act *act_discard(const cJSON *letter, const char *note);

/* ---- schedules (act_schedules.c) ---- */
struct act *act_put_schedule(const char *region, cJSON *in, const cJSON *was);
struct act *act_schedule_state(const cJSON *schedule, bool on);
struct act *act_run_now(const char *name);
struct act *act_delete_schedule(const cJSON *schedule);

/* ---- topics (act_topics.c) ---- */
struct act *act_put_topic(cJSON *in, const cJSON *was);
struct act *act_test_topic(const char *name);
struct act *act_delete_topic(const char *name);

#endif
