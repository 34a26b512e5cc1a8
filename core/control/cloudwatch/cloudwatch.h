/* CloudWatch inside the control plane: metrics and alarms for the other parts. All of it is by region. */
#ifndef CORE_CONTROL_CLOUDWATCH_CLOUDWATCH_H
#define CORE_CONTROL_CLOUDWATCH_CLOUDWATCH_H

#include "core/control/part.h"
#include "core/metrics/series.h"
#include "core/model/alarm.h"

#define CW_EMR_NAMESPACE "AWS/ElasticMapReduce"
#define CW_HOST_NAMESPACE "CWAgent"
#define CW_DIM_CLUSTER "JobFlowId"

/* One value, now or at another time (ms). unit: a name of metric_unit_names, or NULL. dims sorted. */
void cw_put(struct control *ctl, const char *region, const char *ns, const char *metric,
            const struct pair_list *dims, int64_t time_ms, double value, const char *unit);
/* Under AWS/ElasticMapReduce, of a cluster. */
void cw_put_cluster(struct control *ctl, const struct cluster *c, const char *metric, int64_t time_ms, double value,
                    const char *unit);

struct cw_points {
	int period;                  /* s */
	int64_t start;               /* s: of the first period */
	double *values;              /* NaN: no sample. cw_points_free */
	size_t n;
};
/* Periods from start to end (ms; start is rounded down). statistic: "Average", "p90" … False: no such statistic. */
bool cw_query(struct control *ctl, const char *region, const char *ns, const char *metric,
              const struct pair_list *dims, const char *statistic, int period_s, int64_t start, int64_t end,
              struct cw_points *out);
void cw_points_free(struct cw_points *p);

/* Alarms that another part owns (a->owner says which): clients see them, and their state outlives a restart. Takes
 * a; an alarm of the same name is replaced and its state kept. */
void cw_alarm_set(struct control *ctl, const char *region, struct metric_alarm *a);
void cw_alarm_drop(struct control *ctl, const char *region, const char *name);
struct metric_alarm *cw_alarm_find(struct control *ctl, const char *region, const char *name);  /* NULL: none */
/* The region of an alarm that the control plane holds (for the hook scaling_alarm). */
const char *cw_alarm_region(const struct metric_alarm *a);

/* Stoker.ListAlarms is a union: whoever has alarms of another kind (a budget that is spent) adds them here. Called for
 * each listing; ids must be stable ("budget/NAME"); region NULL: of all regions; cluster_id NULL: of all clusters. */
typedef void (*cw_alarm_source)(struct control *ctl, const char *region, const char *cluster_id, int64_t now,
                                struct alarm_list *out);
void cw_alarms_from(struct control *ctl, cw_alarm_source source); /* in the part's load; a second time does nothing */

#endif
