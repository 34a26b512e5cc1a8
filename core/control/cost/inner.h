/* What the files of this part share. */
#ifndef CORE_CONTROL_COST_INNER_H
#define CORE_CONTROL_COST_INNER_H

#include <sys/stat.h>

#include "core/control/cost/calendar.h"
#include "core/control/cost/cost.h"
#include "core/control/ops.h"
#include "core/control/part.h"

#define HOUR_MS 3600000LL
#define DAY_MS (24 * HOUR_MS)
#define MINUTE_MS 60000LL
#define KEPT_MS (59 * DAY_MS)   /* clusters that ended since then are in the journal for certain */

struct sheet;
struct budget;

/* A file of prices as it was when it was read. */
struct price_file {
	const char *name;
	struct stat as_read;
	bool there;
};

/* A day of a cluster that the journal has dropped, and that the ledger does not have yet. */
struct left_day {
	char region[MODEL_REGION_SIZE];
	int64_t day;
	cJSON *row;
};

struct cost_state {
	struct price_table *prices;
	struct price_file files[2];
	struct error prices_error;      /* code 0: all is well */
	int64_t prices_error_since;
	int prices_own;                 /* rows of the person's own */
	struct day_cache days;
	struct map *sheets;             /* cluster id → struct sheet */
	struct map *usual;              /* step name → struct usual; NULL: not gathered yet */
	struct map *budgets;            /* "region\nname" → struct budget */
	int64_t budgets_due;            /* wall ms; 0: there are none */
	struct map *loads;              /* group id → struct group_load; NULL: not read yet */
	int64_t loads_due;              /* when they are written; 0: nothing to write */
	int64_t ledger_from;            /* the first day that is not written; 0: nothing to write yet */
	VEC(struct cluster *) leaving;  /* dropped by the journal while it was loaded; ours */
	VEC(struct left_day) left;
};
struct cost_state *cost_state(struct control *ctl);

/* ---- rates.c: what an instance costs ---- */

struct rate {
	double ec2, emr, ebs;           /* $/h; what is unknown counts 0 */
	bool unknown, estimate;
	bool spot;                      /* ec2 is the on-demand rate; the market's holds */
	const char *region;             /* of the cluster, as long as that lives */
};
void rates_refresh(struct control *ctl);
void rates_free(struct cost_state *st);
struct rate rate_of(struct control *ctl, const struct cluster *c, const char *group_id, const char *type,
                    enum market market);
/* The time that an instance is paid for: from its start, whole seconds, at least 60. False: never. */
bool billed(const struct instance *i, int64_t now, int64_t *from, int64_t *to);
/* Adds what an instance costs within [from, to). */
void instance_money(struct control *ctl, const struct rate *r, const struct instance *i, int64_t now,
                    int64_t from, int64_t to, struct money *out);
/* Adds its cost per hour now. */
void instance_rate(struct control *ctl, const struct rate *r, const struct instance *i, struct money *out);
/* $/h of one instance of a type that may not exist yet: in *out's ec2, emr, ebs. */
void type_rate(struct control *ctl, const struct cluster *c, const char *group_id, const char *type,
               enum market market, struct money *out);

/* ---- sheets.c: sums that are kept ---- */

/* What a group bought of one type on one market. */
struct line {
	char group_id[MODEL_ID_SIZE];
	enum instance_role role;
	enum market market;
	char *type;
	struct rate rate;
	struct money posted;                            /* all of days */
	VEC(struct { int64_t day; struct money money; }) days; /* what is over: one for each day, in order */
};
/* An instance that is not wholly posted. */
struct open_item {
	const struct instance *i;
	size_t line;
	int64_t posted;                                 /* until when its days are */
};
struct sheet {
	struct cluster *c;
	VEC(struct line) lines;
	VEC(struct open_item) open;
	size_t seen;                                    /* instances of the cluster that are on the sheet */
	int64_t today;                                  /* the day as of the last look */
};
struct sheet *sheet_of(struct control *ctl, struct cluster *c, int64_t now); /* brought up to date */
void sheets_free(struct cost_state *st);
/* One line within [from, to). */
void line_money(struct control *ctl, struct sheet *s, size_t line, int64_t from, int64_t to, int64_t now,
                struct money *out);

/* ---- visit.c: every cost of a period, piece by piece ---- */

struct piece {
	const char *cluster_id, *cluster_name, *group_id, *group_name, *role, *type, *market;
	int64_t day;                                    /* start of the day that it belongs to */
	const struct pair_list *tags;                   /* of a cluster in the journal … */
	const cJSON *kept;                              /* … else its row in the ledger */
	struct money money;
};
const char *piece_tag(const struct piece *p, const char *key);  /* NULL: it has no such tag */
typedef void (*piece_fn)(const struct piece *p, void *ctx);
/* Pieces of the clusters that are visible and named (none named: all), by group, type, market and day when
 * `days`, else day is 0. Clusters that the journal has dropped come from the ledger. */
int cost_visit(struct control *ctl, const struct str_list *ids, int64_t from, int64_t to, int64_t now,
               bool days, piece_fn fn, void *ctx, struct error *err);

/* ---- sweep.c: steps ---- */

struct step_share {
	const struct step *s;
	int64_t from, to;               /* when it ran, within the period */
	struct money money;
};
VEC_STRUCT(step_shares, struct step_share);
/* The cluster's cost within [from, to), moment by moment shared equally between the steps that run then; what
 * falls to moments without one is *idle. free out->items. */
void cost_sweep(struct control *ctl, struct cluster *c, int64_t from, int64_t to, int64_t now,
                struct step_shares *out, struct money *idle);
/* The moments without a step of a cluster that is up, within [from, to). */
void cost_gaps(const struct cluster *c, int64_t from, int64_t to, int64_t now,
               void (*gap)(int64_t from, int64_t to, void *ctx), void *ctx);

/* ---- ledger.c ---- */

int ledger_load(struct control *ctl, struct error *err);
void ledger_free(struct cost_state *st);
int64_t ledger_due(struct control *ctl);
void ledger_run(struct control *ctl, int64_t now);
/* Rows of clusters that the journal no longer has, of days in [from, to). */
typedef void (*ledger_fn)(struct control *ctl, const cJSON *row, int64_t day, void *ctx);
int ledger_each(struct control *ctl, int64_t from, int64_t to, ledger_fn fn, void *ctx, struct error *err);
void ledger_money(const cJSON *o, struct money *out);

/* ---- queue.c, forecast.c ---- */

/* Work that is to be done: seconds left, negative when nobody knows. Running ones come first. */
struct work {
	double left_s;
	bool running;
};
/* Seconds until all of it is done with so many slots, in order; *unknown counts what is not known (as 0 s).
 */
double queue_end(const struct work *w, size_t n, int slots, int *unknown);

struct queue_view {
	int64_t ends_at;                /* 0: not known, or there is no queue */
	int steps, unknown;             /* active ones, and those of which nobody knows how long they take */
	char basis[256];
};
void forecast_queue(struct control *ctl, struct cluster *c, int64_t now, struct queue_view *out);
/* What a cluster will cost from now until `until`, at its present size. */
void forecast_until(struct control *ctl, struct cluster *c, int64_t now, int64_t until, struct money *out);
void forecast_step_ended(struct control *ctl, struct cluster *c, struct step *s);
void forecast_free(struct cost_state *st);

/* ---- loads.c ---- */

/* How much of its nodes a group used while they ran something. */
struct load_view {
	int64_t since;
	uint64_t samples;               /* one per node and 5 s */
	double cpu_p95, mem_p95;        /* % of the nodes' cores and memory */
};
bool load_of(struct control *ctl, const char *group_id, struct load_view *out); /* false: nothing was seen */
void loads_sampled(struct control *ctl, struct node *n, const double *values);
int loads_load(struct control *ctl, struct error *err);
int64_t loads_due(struct control *ctl);
void loads_run(struct control *ctl, int64_t now);
void loads_ended(struct control *ctl, const struct cluster *c);
void loads_free(struct cost_state *st);

/* ---- market.c: the spot market, as far as money is concerned ---- */

/* $/h now; false: not known. *set: somebody set it, it is no estimate. */
bool market_price(struct control *ctl, const char *region, const char *type, double *price, bool *set);
/* Mean price by hour of the day (local time) over the last `days`; false unless every hour has one. */
bool market_by_hour(struct control *ctl, const char *region, const char *type, int64_t now, int days,
                    double price[24]);

/* ---- right_size.c ---- */

/* The cheapest type of the same kind of processor that carries a load, or NULL. */
struct load {
	double vcpu, mem_gib;           /* needed by one instance, head room included */
};
const struct price *right_size(const struct price_table *t, const struct price *now, const struct load *need);
double percentile(double *values, size_t n, double p);  /* sorts; nearest rank; NaN for none */

/* ---- budget.c ---- */

int budgets_load(struct control *ctl, struct error *err);
void budgets_free(struct cost_state *st);
int64_t budgets_due(struct control *ctl);   /* 0: nothing can change */
void budgets_run(struct control *ctl, int64_t now);
void budgets_alarms(struct control *ctl, const char *cluster_id, int64_t now, struct alarm_list *out);

/* ---- operations ---- */

int op_get_cost(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_list_prices(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_get_cost_report(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                       struct error *err);
int op_get_cost_forecast(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                         struct error *err);
int op_what_if(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_list_recommendations(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                            struct error *err);
int op_put_budget(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_list_budgets(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_delete_budget(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);

/* ClusterIds of a request, all visible, or the error of the first that is not. */
int op_cluster_ids(struct control *ctl, const cJSON *in, struct str_list *out, struct error *err);
/* The next one that the request sees: of ids, all when there are none. *it begins at 0; NULL behind the last. */
struct cluster *op_next_cluster(struct control *ctl, const struct str_list *ids, size_t *it);
void add_money(cJSON *o, const struct money *m); /* Ec2, Emr, Ebs, Total, InstanceHours, Unknown, Estimate */
void add_source(struct control *ctl, const char *region, cJSON *out); /* PriceDate (if any), Source */

#endif
