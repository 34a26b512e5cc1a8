/* What the files of this folder share. */
#ifndef CORE_CONTROL_CLOUDWATCH_STATE_H
#define CORE_CONTROL_CLOUDWATCH_STATE_H

#include "core/api/cloudwatch/cloudwatch.h"
#include "core/control/cloudwatch/cloudwatch.h"
#include "core/metrics/math.h"

#define ALARM_DOC "alarm"
#define ALARM_HISTORY "alarm-history"
#define ACK_DOC "alarm-ack"
#define HISTORY_KEEP_MS (14LL * 24 * 3600 * 1000)
#define MAX_ALARMS 20000

struct cw {
	struct series_store *series;
	struct map *alarms;          /* region LF name → struct metric_alarm */
	struct map *acks;            /* region LF alarm id → struct cw_ack */
	int64_t work_at, evaluate_at, collect_at, trim_at; /* ms; 0: no wish */
	int64_t touched;             /* ms of the last sample */
	size_t short_alarms;         /* alarms with periods under a minute */
	bool fresh;                  /* an alarm waits for its first evaluation */
	bool evaluating;             /* alarms that go meanwhile are only buried */
	VEC(struct metric_alarm *) graves;
	VEC(struct metric_alarm *) composites; /* those of alarms that have a rule */
	VEC(struct metric_alarm *) moved;      /* changed their state; cw_composites_settle has not yet looked */
	VEC(cw_alarm_source) sources;/* of other alarms */
	struct map *hosts;           /* instance → struct host: its samples of the running minute */
	struct map *io;              /* cluster → struct io: bytes that its steps had moved at the last look */
};

/* On metric_alarm.runtime. */
struct cw_alarm {
	char region[MODEL_REGION_SIZE];
	bool fresh;                  /* to be evaluated at once */
	bool dead;                   /* dropped while alarms were evaluated */
	bool settled;                /* a composite that has moved in this turn of cw_composites_settle */
	struct alarm_rule *rule;     /* of a composite */
	struct math_expr **parsed;   /* one per entry of queries, NULL for references */
};

struct cw_ack {
	char *by, *note;
	int64_t at;
};

struct cw *cw_of(struct control *ctl);

/* ---- part.c ---- */
struct metric_alarm *cw_alarm_get(struct cw *cw, const char *region, const char *name);
/* Takes a; replaces the one of this name. */
void cw_alarm_keep(struct control *ctl, const char *region, struct metric_alarm *a);
void cw_alarm_save(struct control *ctl, const struct metric_alarm *a);
void cw_alarm_forget(struct control *ctl, const char *region, const char *name);
void cw_bury(struct cw *cw);
void cw_wake(struct control *ctl);                           /* there is something to evaluate now */
void cw_touch(struct control *ctl);                          /* samples came: the store has work */

/* Takes a, as a client put it: state, history. Errors: it belongs to a policy, it would be of another kind, there are
 * too many. */
int cw_alarm_store(struct control *ctl, const char *region, struct metric_alarm *a, struct error *err);

/* ---- evaluate.c ---- */
/* What the alarm's state asks for; `from`: the state that its readers knew. */
void cw_alarm_actions(struct control *ctl, const struct metric_alarm *a, enum alarm_state from, int64_t now);
void cw_evaluate(struct control *ctl, int64_t now, bool minute, bool only_fresh);
/* To another state: history, event, actions, journal. */
void cw_alarm_move(struct control *ctl, struct metric_alarm *a, enum alarm_state to, const char *reason,
                   const char *reason_data, int64_t now);
void cw_history(struct control *ctl, const struct metric_alarm *a, const char *type, int64_t now, const char *summary,
                const cJSON *data);

/* ---- composite.c ---- */
void cw_composite_moved(struct control *ctl, struct metric_alarm *a, int64_t now);  /* actions, unless suppressed */
/* Composites follow the alarms that have moved. Only while cw->evaluating. */
void cw_composites_settle(struct control *ctl, int64_t now);
int64_t cw_composites_due(const struct cw *cw);              /* ms when a wait is over; 0: none */
void cw_composites_release(struct control *ctl, int64_t now);/* actions whose wait is over */
bool cw_composite_names(const struct metric_alarm *a, const char *name); /* its rule speaks of that alarm */
const char *cw_composite_on(const struct cw *cw, const char *region, const char *name);

/* ---- data.c: queries for GetMetricData and metric-math alarms ---- */
/* Parses the expressions of a list; parsed[i] NULL for references. Errors name the query. */
int cw_parse_queries(const struct metric_query_list *l, struct math_expr ***parsed, struct error *err);
void cw_parsed_free(struct math_expr **parsed, size_t n);
/* Value of query i over [start, end) seconds. */
int cw_run_query(struct control *ctl, const char *region, const struct metric_query_list *l,
                 struct math_expr **parsed, size_t i, int64_t start, int64_t end, struct math_value *out,
                 struct error *err);

/* ---- collect.c ---- */
void cw_collect(struct control *ctl, int64_t now);
void cw_collect_free(struct cw *cw);
void cw_sampled(struct control *ctl, struct node *n, const double *values);

/* ---- list.c ---- */
void cw_acks_load(struct control *ctl, struct error *err);
void cw_acks_free(struct cw *cw);
void cw_acks_tidy(struct control *ctl, int64_t now);         /* those of alarms that have ended go */

/* ---- operations ---- */
int cw_check(const char *operation, const cJSON *in, struct error *err);   /* the request by its shape */
extern const struct op cw_ops[];
#define CW_OP(name) int name(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
CW_OP(cw_put_metric_data);
CW_OP(cw_list_metrics);
CW_OP(cw_get_metric_statistics);
CW_OP(cw_get_metric_data);
CW_OP(cw_put_metric_alarm);
CW_OP(cw_put_composite_alarm);
CW_OP(cw_describe_alarms);
CW_OP(cw_describe_alarms_for_metric);
CW_OP(cw_describe_alarm_history);
CW_OP(cw_delete_alarms);
CW_OP(cw_set_alarm_state);
CW_OP(cw_enable_alarm_actions);
CW_OP(cw_disable_alarm_actions);
CW_OP(cw_tag_resource);
CW_OP(cw_untag_resource);
CW_OP(cw_list_tags);
CW_OP(cw_list_alarms);
CW_OP(cw_acknowledge);
CW_OP(cw_unacknowledge);

/* NextTokens, opaque: hexadecimal of a text ("" when none was given) or of a place (0). */
int cw_read_token(const char *operation, const cJSON *in, char *text, size_t size, struct error *err);
int cw_read_place(const char *operation, const cJSON *in, int64_t *place, struct error *err);
void cw_add_token(cJSON *out, const char *text);
void cw_add_place(cJSON *out, int64_t place);

#endif
