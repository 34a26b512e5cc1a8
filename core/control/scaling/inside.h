/* What the files of this room share. State is one struct per cluster that has a policy, kept in one
 * document of kind "scaling"; what only guides the next looks (idle times, CPU minutes) is not kept there, and stays
 * when the documents are read again. */
#ifndef CORE_CONTROL_SCALING_INSIDE_H
#define CORE_CONTROL_SCALING_INSIDE_H

#include "core/api/emr/scaling.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/part.h"
#include "core/control/scaling/scaling.h"
#include "core/model/alarm.h"
#include "core/model/cron.h"
#include "core/model/price.h"

#define SCALING_ACTOR "stoker:scaling"
#define EVENT_SCALING "EMR Auto Scaling Policy State Change"
#define CPU_MINUTES 60

enum scaling_kind { KIND_CUSTOM, KIND_MANAGED, KIND_UTILIZATION, KIND_SCHEDULED, KIND_MANUAL };
extern const struct names scaling_kind_names;

/* One change of a group's size, until its nodes are there or gone. Its cool-down starts then. */
struct activity {
	int64_t started, ended;       /* epoch ms; ended 0 while it is under way */
	int from, to;
	int cool_down_s;
	enum scaling_kind kind;
	char *policy;                 /* the rule's name, or NULL */
};

struct scaled_group {
	char id[MODEL_ID_SIZE];
	bool has_policy, has_tree;
	bool by_owner;                /* put over the Unix socket: needs no AutoScalingRole */
	struct scaling_policy policy;
	struct utilization_policy tree;
	struct activity activity;
	int64_t alert_since;          /* at the maximum and too hot; 0: not so */
	VEC(struct pair) fired;       /* rule → when its alarm was last acted on (not kept) */
};

struct scaled_schedule {
	struct scheduled_scaling s;
	struct cron cron;
	int64_t since;                /* runs after this instant are still to come */
	int64_t next;                 /* 0: never again */
	int64_t due;                  /* a run that is to be done now; 0: none */
	int last_size;                /* -1: has not run */
	int64_t last_run;
};

/* What was last written of one kind of decision on one group: a steady state is written once. */
struct said {
	char group[MODEL_ID_SIZE];
	enum scaling_kind kind;
	char key[96];
};

struct scaled {
	char cluster_id[MODEL_ID_SIZE], region[MODEL_REGION_SIZE];
	struct managed_policy managed;
	VEC(struct scaled_group) groups;
	VEC(struct scaled_schedule) schedules;
	/* ---- not kept ---- */
	VEC(struct said) said;
	int64_t look_at;              /* the next look at the demand; 0: none */
	int64_t calm_since, out_at;   /* epoch ms, 0: not calm, never */
	int waits_seen;               /* looks in a row at which something waited */
	struct managed_demand demand; /* of the last look, for people */
	struct managed_decision last; /* … and what came of it */
	struct map *idle;             /* instance → struct since */
	double cpu_sum, cpu_weight;   /* of the minute that runs */
	int64_t minute, judged;       /* epoch minute of it, and of the last decision; 0: no sample yet */
	double cpu[CPU_MINUTES];      /* full minutes, newest first; NAN: none */
};

struct scaling {
	struct map *clusters;         /* id → struct scaled */
	int64_t next;                 /* epoch ms of the next wish to run; 0: none */
};

/* ---- state.c ---- */
int scaling_load(struct control *ctl, struct error *err);
void scaling_close(struct control *ctl);
struct scaled *scaled_of(struct control *ctl, const char *cluster_id);            /* or NULL */
struct scaled *scaled_make(struct control *ctl, const struct cluster *c);
struct scaled_group *scaled_group(struct scaled *s, const char *group_id);        /* or NULL */
struct scaled_group *scaled_group_make(struct scaled *s, const char *group_id);
struct scaled_schedule *scaled_schedule(struct scaled *s, const char *name);      /* or NULL */
void scaled_schedule_free(struct scaled_schedule *x);
void scaled_save(struct control *ctl, struct scaled *s);    /* the document; drops it when nothing is left */
void scaling_poke(struct control *ctl, int64_t at);         /* run at the latest then */
cJSON *tree_encode(const struct utilization_policy *p);
void tree_read(const cJSON *v, struct utilization_policy *out);

/* ---- decisions.c ---- */
struct decision {
	enum scaling_kind kind;
	const char *policy;           /* rule, schedule; may be NULL */
	struct instance_group *group; /* or fleet; NULL: the cluster as a whole */
	int from, to;                 /* nodes; of a fleet: units */
	int on_demand, spot;          /* of a fleet: the new targets, in units */
	enum scaling_outcome outcome;
	const char *key;              /* equal keys in a row are one decision; NULL: always written */
	const char *reason;
	cJSON *numbers;               /* taken; may be NULL */
};
/* The size that scaling counts: nodes of a group, units of a fleet. "nodes", "units", by their number. */
int scaled_size(const struct instance_group *g);
const char *scaled_words(const struct instance_group *g, int n);
/* A fleet's units by market: on demand up to a limit, the rest spot. For a group: nothing. */
void decision_split(struct decision *d, int max_on_demand);
/* The record and the event, unless the same was said before. */
void decision_add(struct control *ctl, struct scaled *s, struct cluster *c, const struct decision *d);
/* Resize, and begin an activity: record, event, document. */
void decision_apply(struct control *ctl, struct scaled *s, struct cluster *c, struct decision *d,
                    int cool_down_s);
/* "a scaling activity is under way" or "a cool-down runs": SCALING_HELD or SCALING_COOL_DOWN with a reason,
 * or SCALING_APPLIED when nothing is in the way. */
enum scaling_outcome activity_bars(const struct scaled_group *sg, const struct cluster *c,
                                   const struct instance_group *g, bool grow, int64_t now, char *why,
                                   size_t size);
void activities_watch(struct control *ctl, struct scaled *s, struct cluster *c, int64_t now);
bool activity_open(const struct scaled *s);
int draining_nodes(const struct cluster *c, const struct instance_group *g);

/* ---- custom.c ---- */
void custom_run(struct control *ctl, struct scaled *s, struct cluster *c);        /* states of policies */
void custom_fire(struct control *ctl, const struct metric_alarm *a);        /* an alarm of ours is in ALARM */
void custom_put(struct control *ctl, struct scaled *s, struct cluster *c, struct instance_group *g,
                struct scaling_policy *p);                                        /* takes what p owns */
void custom_remove(struct control *ctl, struct scaled *s, struct cluster *c, struct scaled_group *sg);
void custom_end(struct control *ctl, struct scaled *s, struct cluster *c);        /* the cluster ends */

/* ---- outside.c: alarms of rules ---- */
void rule_alarms_set(struct control *ctl, struct cluster *c, const struct scaled_group *sg);
void rule_alarms_drop(struct control *ctl, const struct scaled *s, const char *group_id,
                      const struct scaling_policy *p);
#define SCALING_ALARM_OWNER "scaling"    /* of the alarms that policies make */
/* "GROUP" and "RULE" of an alarm's action; false when it is none of ours. */
bool rule_of_alarm(const struct metric_alarm *a, char cluster[MODEL_ID_SIZE], char group[MODEL_ID_SIZE],
                   const char **rule);

/* ---- managed.c ---- */
void managed_run(struct control *ctl, struct scaled *s, struct cluster *c, int64_t now);
cJSON *managed_numbers(const struct scaled *s);

/* ---- tree.c ---- */
void tree_sampled(struct scaled *s, const struct node *n, double cpu, int64_t now);
void tree_run(struct control *ctl, struct scaled *s, struct cluster *c, int64_t now);
int64_t tree_due(const struct scaled *s);

/* ---- scheduled.c ---- */
void scheduled_plan(struct scaled_schedule *x);             /* next, from since */
void scheduled_run(struct control *ctl, struct scaled *s, struct cluster *c, int64_t now);

/* ---- ops.c, ops_stoker.c ---- */
extern const struct op scaling_ops[];
/* The cluster of a request that changes a policy: there, and not about to end; else NULL with the error. */
struct cluster *scaling_cluster(struct control *ctl, const cJSON *in, struct error *err);
int op_get_scaling(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_put_utilization(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                       struct error *err);
int op_remove_utilization(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                          struct error *err);
int op_put_scheduled(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_remove_scheduled(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                        struct error *err);
int op_list_decisions(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);

#endif
