/* Scaling: the policies that clients put, and the arithmetic of their decisions. Pure: no clock, no state,
 * no I/O; whoever asks brings the numbers and acts on the answer.
 *
 * Four kinds of policy change the size of a group:
 *   custom       EMR's AutoScalingPolicy: rules, each one a CloudWatch alarm with an adjustment
 *   managed      EMR's ManagedScalingPolicy: limits only; the demand of the jobs decides
 *   utilization  a tree over the CPU: above HighCpu out, below LowCpu in, at the maximum tell a person
 *   scheduled    a size at a time
 * Members that a client did not send stay "not given", so that it reads back what it put; the functions
 * scaling_alarm_…() and scaling_rule_…() give the value that then counts. */
#ifndef CORE_MODEL_SCALING_H
#define CORE_MODEL_SCALING_H

#include "core/base/error.h"
#include "core/model/instance.h"

#define SCALING_NOT_GIVEN (-1)
#define SCALING_TEXT 512

/* ---- custom policies ---- */

enum scaling_adjustment { SCALING_CHANGE, SCALING_PERCENT, SCALING_EXACT };
extern const struct names scaling_adjustment_names;   /* CHANGE_IN_CAPACITY … */
enum scaling_comparison { SCALING_GE, SCALING_GT, SCALING_LT, SCALING_LE };
extern const struct names scaling_comparison_names;   /* GREATER_THAN_OR_EQUAL … */
enum scaling_statistic {
	SCALING_SAMPLE_COUNT, SCALING_AVERAGE, SCALING_SUM, SCALING_MINIMUM, SCALING_MAXIMUM
};
extern const struct names scaling_statistic_names;
extern const struct names scaling_unit_names;         /* NONE, SECONDS, … COUNT_PER_SECOND */

enum scaling_state {
	SCALING_PENDING, SCALING_ATTACHING, SCALING_ATTACHED, SCALING_DETACHING, SCALING_DETACHED, SCALING_FAILED
};
extern const struct names scaling_state_names;
enum scaling_reason {
	SCALING_REASON_NONE, SCALING_REASON_USER_REQUEST, SCALING_REASON_PROVISION_FAILURE,
	SCALING_REASON_CLEANUP_FAILURE
};
extern const struct names scaling_reason_names;

/* CloudWatchAlarmDefinition */
struct scaling_alarm {
	enum scaling_comparison comparison;
	int evaluation_periods;       /* SCALING_NOT_GIVEN: 1 */
	char *metric, *namespace_;    /* namespace_ NULL: AWS/ElasticMapReduce */
	int period_s;
	int statistic;                /* enum scaling_statistic; SCALING_NOT_GIVEN: AVERAGE */
	double threshold;
	int unit;                     /* index of scaling_unit_names, or SCALING_NOT_GIVEN */
	struct pair_list dimensions;  /* as the client sent them: may hold ${emr.clusterId} */
};

struct scaling_rule {
	char *name, *description;
	int market;                   /* enum market, or SCALING_NOT_GIVEN; means nothing for groups */
	int adjustment;               /* enum scaling_adjustment; SCALING_NOT_GIVEN: CHANGE_IN_CAPACITY */
	int amount;                   /* ScalingAdjustment */
	int cool_down_s;              /* SCALING_NOT_GIVEN: 0 */
	struct scaling_alarm alarm;
};
VEC_STRUCT(scaling_rule_list, struct scaling_rule);

struct scaling_policy {
	int min, max;                 /* Constraints, in nodes */
	struct scaling_rule_list rules;
	enum scaling_state state;
	enum scaling_reason reason;
	char *reason_message;
};

void scaling_policy_free(struct scaling_policy *p);   /* what it owns, not p itself */
const struct scaling_rule *scaling_policy_rule(const struct scaling_policy *p, const char *name);
const char *scaling_alarm_namespace(const struct scaling_alarm *a);
enum scaling_statistic scaling_alarm_statistic(const struct scaling_alarm *a);
int scaling_alarm_periods(const struct scaling_alarm *a);
enum scaling_adjustment scaling_rule_adjustment(const struct scaling_rule *r);
int scaling_rule_cool_down(const struct scaling_rule *r); /* seconds */
/* Rules that need no cluster. role is the group's. ERR_INVALID with a sentence for a person. */
int scaling_policy_check(const struct scaling_policy *p, enum instance_role role, struct error *err);
/* "${emr.clusterId}" → the id, anywhere in text; free() */
char *scaling_substitute(const char *text, const char *cluster_id);

/* The size that an adjustment asks for, before any limit: a change adds; a percentage is of the current
 * size, its fraction is dropped, and what is not zero moves one node at least (12.7 → 12, 0.3 → 1,
 * -0.3 → -1, -6.7 → -6), as AWS rounds; an exact size is itself. Never below 0. */
int scaling_adjust(enum scaling_adjustment kind, int amount, int current);

enum scaling_outcome {
	SCALING_APPLIED,      /* the size changes */
	SCALING_HELD,         /* nothing is to be done, or another activity is under way */
	SCALING_COOL_DOWN,    /* the last activity is too young */
	SCALING_AT_LIMIT,     /* the limits forbid it */
	SCALING_REFUSED       /* it was tried and did not work: "failed" */
};
extern const struct names scaling_outcome_names;      /* applied, held, cool_down, at_limit, failed */

/* The size that is set, within min and max. An adjustment moves a group only in its own direction: one that
 * a person has set beyond the limits is not dragged back by a rule that meant the opposite. */
enum scaling_outcome scaling_clamp(enum scaling_adjustment kind, int amount, int current, int min, int max,
                                   int *target);

/* ---- managed scaling ---- */

enum scaling_limit_unit { SCALING_FLEET_UNITS, SCALING_INSTANCES, SCALING_VCPU };
extern const struct names scaling_limit_unit_names;   /* InstanceFleetUnits, Instances, VCPU */
extern const struct names scaling_strategy_names;     /* DEFAULT, ADVANCED */

struct managed_policy {
	bool set;                     /* there is one */
	enum scaling_limit_unit unit;
	int min, max;
	int max_on_demand, max_core;  /* SCALING_NOT_GIVEN: as max */
	int index;                    /* UtilizationPerformanceIndex 1…100, or SCALING_NOT_GIVEN */
	int strategy;                 /* index of scaling_strategy_names, or SCALING_NOT_GIVEN */
};

int managed_policy_check(const struct managed_policy *p, bool fleets, struct error *err);

/* What one resize acts on: an instance group, or the on-demand or spot half of a fleet. Counts are nodes. */
struct managed_pool {
	const char *id;
	enum instance_role role;      /* CORE or TASK */
	enum market market;
	int weight;                   /* units of a node: 1, its vCPUs, or its weighted capacity */
	int floor;                    /* never fewer nodes than this (core: HDFS wants its replicas) */
	bool stuck;                   /* cannot grow now: suspended, or no capacity on the market */
	int requested;                /* asked for; with draining nodes already subtracted */
	int running;                  /* up, and not draining */
	int draining;                 /* on their way out: growing takes them back first */
	int idle;                     /* of requested: have run nothing for the time of patience */
	int node_mb;                  /* memory that a node offers to containers */
	int target;                   /* out: the new requested */
};

struct managed_demand {
	int pending;                  /* containers that jobs want and have not got */
	int64_t pending_mb;           /* their memory */
	int running;                  /* containers that run */
	int64_t running_mb;
	int64_t grant_free_mb;        /* what the machine could still grant, however many nodes there were;
	                                 SCALING_NOT_GIVEN: no such bound */
	int grant_min_mb;             /* the least that one waiting container would take */
	int64_t calm_ms;              /* since when nothing waits; 0 while something does */
	int64_t since_out_ms;         /* since the last growth; -1: never */
};

#define MANAGED_PATIENCE_MS 60000 /* idle for so long before a node goes; the index moves it */

struct managed_decision {
	enum scaling_outcome outcome;
	int before, after;            /* units in all */
	int wanted;                   /* units that the demand asks for, before any limit */
	int idle;                     /* nodes that have been idle for the time of patience */
	bool cancels;                 /* reverses a resize that is still under way */
	const char *why;              /* a word that stays while the situation does; NULL: nothing to tell */
	char reason[SCALING_TEXT];
};

int64_t managed_patience_ms(const struct managed_policy *p);
/* Fills target of every pool, and the decision. Order of growth: core before task, and on-demand before spot
 * within a role, each as far as its limit goes. Of shrinking: task before core, spot before on-demand, idle
 * nodes only, never below the minimum. */
void managed_decide(const struct managed_policy *p, struct managed_pool *pools, size_t n,
                    const struct managed_demand *d, struct managed_decision *out);

/* ---- the utilisation tree ---- */

/* Sizes are nodes of a group, or units of a fleet, both markets together. */
struct utilization_policy {
	int min, max;
	double high, low;             /* per cent of CPU */
	int out_by, in_by;            /* nodes a step */
	int periods;                  /* of 60 s, all of them beyond the mark */
	int cool_down_s;
	int max_on_demand;            /* of a fleet: units above it are spot; -1: of a group */
	char *topic_arn;              /* told when the group is at its maximum and the CPU still high */
};

void utilization_policy_free(struct utilization_policy *p);
int utilization_policy_check(const struct utilization_policy *p, enum instance_role role, struct error *err);

enum utilization_branch { UTILIZATION_NORMAL, UTILIZATION_OUT, UTILIZATION_IN, UTILIZATION_UNKNOWN };
struct utilization_decision {
	enum utilization_branch branch;
	enum scaling_outcome outcome;
	int target;
	bool alert;                   /* at the maximum and still too hot: an operator must know */
	double cpu;                   /* the latest period's; NAN when unknown */
	char reason[SCALING_TEXT];
};
/* cpu: one mean per period of 60 s, newest first, NAN for none. */
void utilization_decide(const struct utilization_policy *p, int current, const double *cpu, size_t n,
                        struct utilization_decision *out);

/* ---- scheduled sizes ---- */

struct scheduled_scaling {
	char *name;
	char cluster_id[MODEL_ID_SIZE], group_id[MODEL_ID_SIZE];
	char *expression, *timezone;  /* timezone NULL: UTC */
	int count;                    /* nodes of a group */
	int on_demand, spot;          /* units of a fleet; -1: as it is then */
};

void scheduled_scaling_free(struct scheduled_scaling *s);

#endif
