/* What the console knows: the last reply of every question, with its age and its error.
 *
 * One struct model belongs to one context (one server, or one account and region). The poller (live.h)
 * writes it, views only read it, and a reply that fails never removes what an older one said: it only
 * marks the part. Pointers into the model are valid until control returns to the loop; across frames a
 * thing is remembered by its id. Times are epoch milliseconds, 0 = never; `asked` and the retries are
 * milliseconds of the monotonic clock. */
#ifndef CORE_CLIENT_MODEL_H
#define CORE_CLIENT_MODEL_H

#include <cjson/cJSON.h>

#include "core/base/error.h"
#include "core/client/metrics.h"
#include "core/client/records.h"
#include "core/model/cluster.h"

/* One question that is asked again and again. */
struct part {
	int64_t fetched;       /* when the reply that is shown came */
	int64_t asked;         /* when the last request left */
	int64_t retry_at;      /* not before, after a failure */
	int failures;          /* in a row */
	bool pending;          /* a request is under way */
	bool dirty;            /* something has changed since: ask soon */
	bool unsupported;      /* the other side does not know the operation; never asked again */
	bool cached;           /* from an earlier session, not yet confirmed */
	char error[256];       /* why the last attempt failed; "" when it did not */
	char about[256];       /* what the answer is about, for questions with a subject */
};

enum global_part {
	PART_STATUS, PART_CLUSTERS, PART_COST, PART_ALARMS, PART_EVENTS,
	PART_METRIC_ALARMS,    /* CloudWatch's alarms … */
	PART_ALARM_HISTORY, PART_ALARM_DATA,  /* … of the one in focus */
	PART_FORECAST, PART_COST_REPORT, PART_BUDGETS, PART_ADVICE,
	PART_DECISIONS, PART_SPOT_PRICES, PART_SPOT_FEED, PART_INTERRUPTIONS, PART_AUDIT,
	PART_LETTERS, PART_LETTER, PART_SCHEDULES, PART_RUNS, PART_TOPICS,
	PART_COUNT
};
enum cluster_part {
	CPART_DETAIL, CPART_GROUPS, CPART_INSTANCES, CPART_STEPS, CPART_BOOTSTRAP, CPART_PROGRESS,
	CPART_NODES,           /* latest metrics of every instance */
	CPART_SCALING, CPART_FLEETS,
	CPART_COUNT
};

struct group_cost {
	char id[MODEL_ID_SIZE];
	char role[16], type[32];
	int count, requested;  /* running now; wanted, also of clusters that ended */
	double ec2, emr;       /* $/h; emr < 0: unknown */
	double accrued;
};

struct cluster_cost {
	bool known;            /* a reply said something about this cluster */
	bool unknown_rate;     /* some rate is missing: the sums are lower bounds */
	bool estimate;         /* computed here from the price table, not told by the server */
	double per_hour, accrued, today;
	VEC(struct group_cost) groups;
};

struct step_progress {
	char id[MODEL_ID_SIZE];
	double fraction;       /* 0–1; below 0: not known */
	int statement, statements, stage, tasks_done, tasks;
	int64_t rows_in, rows_out, bytes_in, bytes_out;
	bool final;            /* told after the step had ended */
	char description[160];
};

/* What questions with a subject are about; the screen that shows the answers says it. A change of subject
 * forgets the old answer. "" = everything, or nothing to ask for alarm, letter and schedule. */
struct model_focus {
	char cluster[MODEL_ID_SIZE];   /* events, audit, decisions, interruptions, dead letters, advice */
	char alarm[256];               /* CloudWatch alarm */
	char letter[96], schedule[96];
	char cost_by[96];              /* GetCostReport's GroupBy; "" = cluster */
	char query[128];               /* words that events and audit events must hold */
	bool all_letters;              /* also those that are dealt with */
};

struct mcluster {
	struct cluster *c;     /* what is known: the list's members first, DescribeCluster's once asked */
	bool described;
	bool listed;           /* still in the list */
	struct part parts[CPART_COUNT];
	struct records records[CPART_COUNT];   /* of the parts that are kept as records */
	struct cluster_cost cost;
	VEC(struct step_progress) progress;
	struct metrics *metrics;
	char steps_marker[256];   /* more steps on the server; "" when all were read */
};

struct server_status {
	bool known;
	char version[32], home[256], endpoint[128];
	int pid, clusters, vcpus;
	int64_t started, budget_mb, granted_mb;
};

struct malarm {
	char id[96], cluster_id[MODEL_ID_SIZE];
	char severity[16];
	char kind[16];             /* condition, metric, composite, budget */
	int64_t since;
	char *title, *detail, *hint;
	char *name;                /* of the metric alarm or budget; "" else */
	bool acknowledged;
};

enum link_state {
	LINK_CONNECTING,       /* nothing heard yet */
	LINK_STARTING,         /* the local server is being started */
	LINK_LIVE,             /* changes arrive as they happen */
	LINK_POLLING,          /* the other side cannot tell of changes: asked at intervals */
	LINK_AWAY              /* no answer; tried again at link_retry */
};

struct model {
	char region[MODEL_REGION_SIZE];  /* its clusters' prices; "": PRICE_REGION. Set before anything is taken in */
	enum link_state link;
	int64_t link_heard;    /* last reply of any kind */
	int64_t link_retry;
	bool link_refused;     /* while away: somebody answers, but does not let us in */
	char link_error[512];
	int64_t version;       /* of WatchState */

	struct part parts[PART_COUNT];
	struct records records[PART_COUNT];    /* of the parts that are kept as records */
	struct model_focus focus;
	struct server_status status;
	VEC(struct mcluster *) clusters;   /* newest first */
	double cost_per_hour, cost_today;
	bool cost_known, cost_unknown_rate;
	char price_date[16], price_source[256];
	VEC(struct malarm) alarms;         /* not acknowledged first, then worst, then newest */
};

struct model *model_new(void);
void model_free(struct model *m);                   /* NULL is allowed */
struct mcluster *model_cluster(const struct model *m, const char *id); /* NULL when unknown */
/* By id, or by name when exactly one live cluster (else exactly one at all) has it. NULL otherwise. */
struct mcluster *model_find(const struct model *m, const char *name_or_id);
const struct step_progress *model_progress(const struct mcluster *mc, const char *step);
/* Requested and running instances of a role over all of its groups. */
void model_count(const struct mcluster *mc, enum instance_role role, int *requested, int *running);
size_t model_alarms_of(const struct model *m, const char *cluster_id);
size_t model_alarms_open(const struct model *m);    /* that nobody has acknowledged */
/* Rows of a part that is kept as records, of the model or of a cluster. */
const struct records *model_records(const struct model *m, enum global_part part);
/* The interruption that an instance has been told of and that has not ended it yet; NULL: none. */
const cJSON *model_notice(const struct model *m, const char *instance_id);
/* Name of a cluster by its id, or the id when it is not known. */
const char *model_cluster_name(const struct model *m, const char *id);
/* Forget an answer: the question is about something else now. */
void part_forget(struct part *p, struct records *r, const char *about);
/* $/h of `count` instances of a type by the shipped lists, in a region ("": PRICE_REGION); *unknown is set when a rate
 * is missing. */
double model_price(const char *region, const char *type, int count, bool *unknown);

/* Take a reply in. Each gives 0, or an error when the reply is not of the operation's shape (the model
 * is then unchanged). `mc` calls replace what the cluster had. */
int model_take_clusters(struct model *m, const cJSON *reply, bool first_page, struct error *err);
/* Drop clusters that the last complete list did not name. */
void model_sweep(struct model *m);
int model_take_status(struct model *m, const cJSON *reply, struct error *err);
int model_take_cost(struct model *m, const cJSON *reply, struct error *err);
int model_take_alarms(struct model *m, const cJSON *reply, struct error *err);
int model_take_detail(struct mcluster *mc, const cJSON *reply, struct error *err);
int model_take_groups(struct mcluster *mc, const cJSON *reply, struct error *err);
/* The groups of a cluster that is made of fleets; counts are units. */
int model_take_fleets(struct mcluster *mc, const cJSON *reply, struct error *err);
int model_take_instances(struct mcluster *mc, const cJSON *reply, bool first_page, struct error *err);
/* Pages come newest first; the first renews what it names, later ones put older steps before. */
int model_take_steps(struct mcluster *mc, const cJSON *reply, bool first_page, struct error *err);
int model_take_bootstrap(struct mcluster *mc, const cJSON *reply, struct error *err);
int model_take_progress(struct mcluster *mc, const cJSON *reply, struct error *err);

#endif
