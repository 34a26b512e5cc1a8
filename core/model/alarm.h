/* Metric alarms, as CloudWatch has them: what PutMetricAlarm asked for, the state, and how a state follows
 * from datapoints. No clock, no store, no I/O: who calls brings the points. */
#ifndef CORE_MODEL_ALARM_H
#define CORE_MODEL_ALARM_H

#include "core/base/buf.h"
#include "core/model/common.h"

enum alarm_state { ALARM_STATE_OK, ALARM_STATE_ALARM, ALARM_STATE_INSUFFICIENT, ALARM_STATES };
extern const struct names alarm_state_names;     /* OK, ALARM, INSUFFICIENT_DATA */

enum alarm_compare { ALARM_GE, ALARM_GT, ALARM_LT, ALARM_LE, ALARM_OUTSIDE, ALARM_BELOW, ALARM_ABOVE };
extern const struct names alarm_compare_names;   /* the last three need a band, which nothing here makes */

enum alarm_missing { ALARM_MISSING, ALARM_IGNORE, ALARM_BREACHING, ALARM_NOT_BREACHING };
extern const struct names alarm_missing_names;   /* missing, ignore, breaching, notBreaching */

extern const struct names metric_unit_names;     /* Seconds … None */
extern const struct names metric_statistic_names;/* SampleCount, Average, Sum, Minimum, Maximum */

/* Which series, and what of it. Dimensions are sorted by name (metric_dims_sort). */
struct metric_ref {
	char *ns, *name;             /* Namespace, MetricName */
	struct pair_list dims;
	int period;                  /* s */
	char *stat;                  /* one of metric_statistic_names or "p99.9" */
	char *unit;                  /* NULL: any */
};
void metric_ref_free(struct metric_ref *r);      /* what it owns */
void metric_dims_sort(struct pair_list *dims);

/* One entry of Metrics (an alarm's) or MetricDataQueries. Either an expression or a reference. */
struct metric_query {
	char *id, *expression, *label;
	struct metric_ref ref;
	int period;                  /* of an expression without a reference; 0: not given */
	bool return_data;
};
VEC_STRUCT(metric_query_list, struct metric_query);
void metric_query_list_free(struct metric_query_list *l);

/* Why a composite alarm's actions wait. */
enum alarm_hold { ALARM_HOLD_NONE, ALARM_HOLD_WAIT, ALARM_HOLD_EXTENSION, ALARM_HOLD_ALARM };
extern const struct names alarm_hold_names;      /* "", WaitPeriod, ExtensionPeriod, Alarm */

struct metric_alarm {
	char *name, *description;
	bool actions_enabled;
	struct str_list ok_actions, alarm_actions, insufficient_actions;
	struct metric_ref ref;               /* unused when queries has entries */
	struct metric_query_list queries;    /* a metric-math alarm */
	int periods, datapoints;             /* N, and M (0: not given, as many as N) */
	double threshold;
	enum alarm_compare compare;
	enum alarm_missing missing;
	bool missing_given;                  /* TreatMissingData was sent: only then it is shown */
	/* A composite alarm: a rule over other alarms instead of all of the above from ref on. */
	char *rule;                          /* AlarmRule, NULL: a metric alarm */
	char *suppressor;                    /* name of the alarm that keeps it quiet, or NULL */
	int wait_s, extension_s;             /* for the suppressor to come; after it has gone */
	enum alarm_hold hold;
	int64_t hold_until;                  /* ms; 0: until the suppressor changes */
	enum alarm_state told;               /* the last state whose actions were taken, or were not due */
	char *low_samples;                   /* EvaluateLowSampleCountPercentile, or NULL */
	struct pair_list tags;
	char *owner;                         /* the part that made it ("scaling"), NULL: a client */

	enum alarm_state state;
	char *reason, *reason_data;          /* StateReason, StateReasonData (JSON text or NULL) */
	int64_t configured, updated, transitioned; /* ms: AlarmConfigurationUpdated…, StateUpdated…, StateTransitioned… */
	void *runtime;                       /* the control plane's; never owned by the model */
};

struct metric_alarm *metric_alarm_new(void);     /* actions enabled, INSUFFICIENT_DATA */
void metric_alarm_free(struct metric_alarm *a);  /* and the struct itself; NULL is allowed */
/* The shape of AlarmTypes: MetricAlarm or CompositeAlarm. */
const char *metric_alarm_type(const struct metric_alarm *a);
/* s: the period of its points; of a metric-math alarm the longest in it. */
int metric_alarm_period(const struct metric_alarm *a);
/* Seconds from one evaluation to the next: 10 for periods under a minute, 600 for an hour and more, else 60. */
int metric_alarm_interval(const struct metric_alarm *a);
/* M. */
int metric_alarm_datapoints(const struct metric_alarm *a);
/* So many periods are looked at: more than N, since real points are preferred to filled ones. */
int metric_alarm_range(const struct metric_alarm *a);
bool alarm_breaches(enum alarm_compare c, double value, double threshold);

struct alarm_point {
	int64_t time;        /* start of the period, s */
	double value;        /* NaN: missing */
};

/* What the points say. */
struct alarm_verdict {
	enum alarm_state state;
	int breaching;               /* of the points that count */
	int filled;                  /* how many of the N had to be filled */
	bool kept;                   /* nothing could be said: the state stays as it was */
};

/* The state after `points` (oldest first, one per period of the evaluation range) when it was `now`. */
struct alarm_verdict alarm_evaluate(const struct metric_alarm *a, const struct alarm_point *points, size_t n,
                                    enum alarm_state now);
/* StateReason in CloudWatch's form, and StateReasonData; `from` is the state before. */
void alarm_reason(const struct metric_alarm *a, const struct alarm_verdict *v, enum alarm_state from,
                  const struct alarm_point *points, size_t n, struct buf *out);
void alarm_reason_data(const struct metric_alarm *a, const struct alarm_point *points, size_t n, int64_t now_ms,
                       struct buf *out);

#endif
