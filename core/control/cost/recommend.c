/* Recommendations: what could cost less, with the evidence and what it would save in a month of 730 hours.
 * Where nothing was observed, or a price is not known, nothing is recommended. */
#include <math.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cost/recommend.h"
#include "core/control/scaling/inside.h"

#define SAMPLES_MIN 360         /* of busy nodes, 5 s each: half an hour */
#define ROOM 0.8                /* p95 should fill no more of a node than this */
#define IDLE_LIMIT_S 3600       /* the time-out that is recommended */

void advice_put(cJSON *list, struct advice *a)
{
	char *id = xasprintf("%s/%s", a->kind, a->group_id ? a->group_id : a->c->id);
	cJSON *o = json_add_str(cJSON_CreateObject(), "RecommendationId", id);

	json_add_str(json_add_str(o, "Kind", a->kind), "ClusterId", a->c->id);
	json_add_str(o, "InstanceGroupId", a->group_id);
	json_add_str(json_add_str(o, "Title", a->title), "Evidence", a->evidence);
	json_add_num(o, "SavingPerMonth", a->saving);
	json_add_bool(json_add_bool(o, "Unknown", a->unknown), "Estimate", a->estimate);
	if (a->target)
		json_add(o, "Act",
		         json_add(json_add_str(cJSON_CreateObject(), "Target", a->target), "Request", a->request));
	cJSON_AddItemToArray(list, o);
	free(id);
	free(a->title);
	free(a->evidence);
}

/* ---- how long in a month? ---- */

/* Hours per month that a cluster of this name is up: one that stays is up all the time; of those that live
 * for their steps, the hours of the last 30 days count. */
double hours_per_month(struct control *ctl, const struct cluster *c, int64_t now)
{
	int64_t since = now - OBSERVED_MS, sum = 0;
	size_t it = 0;
	void *v;

	if (c->keep_alive && !c->idle_timeout_s)
		return PRICE_MONTH_HOURS;
	while (map_next(ctl->clusters, &it, NULL, &v)) {
		const struct cluster *o = v;
		int64_t a = o->timeline.created, b = cluster_state_ended(o->state) ? o->timeline.ended : now;
		if (strcmp(o->region, c->region) || strcmp(o->name ? o->name : "", c->name ? c->name : ""))
			continue;
		a = a > since ? a : since;
		sum += b > a ? b - a : 0;
	}
	double hours = (double)sum / OBSERVED_MS * PRICE_MONTH_HOURS;
	return hours < PRICE_MONTH_HOURS ? hours : PRICE_MONTH_HOURS;
}

/* ---- right size ---- */

static char *load_text(const struct load_view *v)
{
	char since[32];

	return xasprintf("95 %% of %llu samples of busy nodes since %s used at most %.0f %% of the cores and "
	                 "%.0f %% of the memory",
	                 (unsigned long long)v->samples, clock_iso8601(v->since, since, sizeof since), v->cpu_p95,
	                 v->mem_p95);
}

/* Fewer nodes of the same type: the count at which the load fills them to ROOM. */
static int fewer(const struct instance_group *g, const struct load_view *v)
{
	double busiest = v->cpu_p95 > v->mem_p95 ? v->cpu_p95 : v->mem_p95;
	int need = (int)ceil(g->requested * busiest / 100 / ROOM);

	return need < 1 ? 1 : need;
}

static cJSON *resize_request(const struct instance_group *g, int count)
{
	cJSON *r = json_add_str(cJSON_CreateObject(), "ClusterId", g->cluster_id);
	cJSON *one =
	    json_add_int(json_add_str(cJSON_CreateObject(), "InstanceGroupId", g->id), "InstanceCount", count);

	cJSON_AddItemToArray(cJSON_AddArrayToObject(r, "InstanceGroups"), one);
	return r;
}

static void advise_fewer(const struct cluster *c, const struct instance_group *g, const struct load_view *v,
                         const struct money *each, double hours, cJSON *out)
{
	int n = fewer(g, v);
	char *load = load_text(v);
	struct advice a = { .kind = "right_size", .c = c, .group_id = g->id, .unknown = each->unknown,
	                    .estimate = each->estimate, .saving = (g->requested - n) * money_total(each) * hours,
	                    .target = "ElasticMapReduce.ModifyInstanceGroups" };

	a.title = xasprintf("%d instead of %d %s nodes of %s", n, g->requested, role_word(g->role), c->name);
	a.evidence = xasprintf("%s; %d nodes would be filled to %.0f %%. Each costs $%.3f/h; %.0f h a month.",
	                       load, n, ROOM * 100, money_total(each), hours);
	free(load);
	if (a.saving < WORTH) {
		free(a.title);
		free(a.evidence);
		return;
	}
	a.request = resize_request(g, n);
	advice_put(out, &a);
}

static void advise_type(struct control *ctl, const struct cluster *c, const struct instance_group *g,
                        const struct load_view *v, double hours, cJSON *out)
{
	const struct price_table *t = cost_state(ctl)->prices;
	const struct price *now = price_table_find(t, g->type, c->region);
	struct load need;

	if (!now)
		return;
	need.vcpu = now->vcpu * v->cpu_p95 / 100 / ROOM;
	need.mem_gib = now->mem_gib * v->mem_p95 / 100 / ROOM;
	const struct price *best = right_size(t, now, &need);
	double saved = best ? (now->ec2 + now->emr - best->ec2 - best->emr) * g->requested * hours : 0;
	if (saved < WORTH)
		return;
	char *load = load_text(v);
	struct advice a = { .kind = "right_size", .c = c, .group_id = g->id, .saving = saved,
	                    .estimate = now->emr_estimate || best->emr_estimate };
	a.title = xasprintf("%s instead of %s for the %s node%s of %s", best->type, now->type, role_word(g->role),
	                    g->requested == 1 ? "" : "s", c->name);
	a.evidence = xasprintf("%s: %.1f vCPUs and %.1f GiB with a fifth of head room; %s has %d and %g. $%.3f/h "
	                       "instead of $%.3f/h each, on demand; %.0f h a month. It takes a new group or "
	                       "cluster.",
	                       load, need.vcpu, need.mem_gib, best->type, best->vcpu, best->mem_gib,
	                       best->ec2 + best->emr, now->ec2 + now->emr, hours);
	free(load);
	advice_put(out, &a);
}

static void right_sizes(struct control *ctl, const struct cluster *c, int64_t now, cJSON *out)
{
	double hours = hours_per_month(ctl, c, now);
	bool steered = scaled_of(ctl, c->id) != NULL; /* a policy sets the sizes: that is not ours to correct */

	for (size_t i = 0; i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		struct load_view v;
		struct money each = { 0 };
		if (g->requested < 1 || !g->type || g->fleet || !load_of(ctl, g->id, &v) || v.samples < SAMPLES_MIN)
			continue;
		type_rate(ctl, c, g->id, g->type, g->market, &each);
		if (g->role != ROLE_MASTER && !steered && fewer(g, &v) < g->requested)
			advise_fewer(c, g, &v, &each, hours, out);
		else if (g->market == MARKET_ON_DEMAND)
			advise_type(ctl, c, g, &v, hours, out);
	}
}

/* ---- idle auto-termination ---- */

struct idle {
	struct control *ctl;
	struct cluster *c;
	int64_t now, ms;
	struct money beyond;            /* of what comes after IDLE_LIMIT_S of a gap */
};

static void idle_gap(int64_t from, int64_t to, void *ctx)
{
	struct idle *w = ctx;
	int64_t limit = from + IDLE_LIMIT_S * 1000LL;

	w->ms += to - from;
	if (to > limit)
		cost_of(w->ctl, w->c, NULL, limit, to, w->now, &w->beyond);
}

static void idle_termination(struct control *ctl, struct cluster *c, int64_t now, cJSON *out)
{
	int64_t since = c->timeline.ready > now - OBSERVED_MS ? c->timeline.ready : now - OBSERVED_MS;
	struct idle w = { .ctl = ctl, .c = c, .now = now };

	if (!c->timeline.ready || !c->keep_alive || c->idle_timeout_s || c->termination_protected || now <= since)
		return;
	cost_gaps(c, since, now, now, idle_gap, &w);
	double observed = (double)(now - since) / HOUR_MS;
	struct advice a = { .kind = "idle_termination",
	                    .c = c,
	                    .unknown = w.beyond.unknown,
	                    .estimate = w.beyond.estimate,
	                    .saving = money_total(&w.beyond) * PRICE_MONTH_HOURS / observed,
	                    .target = "ElasticMapReduce.PutAutoTerminationPolicy" };
	if (w.ms <= IDLE_LIMIT_S * 1000LL || a.saving < WORTH)
		return;
	a.title = xasprintf("End %s when it has been idle for an hour", c->name);
	a.evidence = xasprintf("No step ran in %.1f of the %.1f hours observed; what came after the first hour "
	                       "of each pause cost $%.2f. A later job needs a new cluster.",
	                       (double)w.ms / HOUR_MS, observed, money_total(&w.beyond));
	a.request = json_add_str(cJSON_CreateObject(), "ClusterId", c->id);
	json_add(a.request, "AutoTerminationPolicy",
	         json_add_int(cJSON_CreateObject(), "IdleTimeout", IDLE_LIMIT_S));
	advice_put(out, &a);
}

/* ---- ListRecommendations ---- */

static void advise(struct control *ctl, struct cluster *c, int64_t now, cJSON *out)
{
	if (cluster_state_closing(c->state))
		return;
	right_sizes(ctl, c, now, out);
	spot_shares(ctl, c, now, out);
	idle_termination(ctl, c, now, out);
	off_peaks(ctl, c, now, out);
}

static int by_saving(const void *a, const void *b)
{
	double x = json_num(*(cJSON *const *)a, "SavingPerMonth", 0),
	       y = json_num(*(cJSON *const *)b, "SavingPerMonth", 0);

	return x > y ? -1 : x < y;
}

/* The largest saving first. */
static cJSON *sorted(cJSON *list)
{
	size_t n = (size_t)cJSON_GetArraySize(list);
	cJSON **items = xcalloc(n + 1, sizeof *items), *out = cJSON_CreateArray();

	for (size_t i = 0; i < n; i++)
		items[i] = cJSON_DetachItemFromArray(list, 0);
	qsort(items, n, sizeof *items, by_saving);
	for (size_t i = 0; i < n; i++)
		cJSON_AddItemToArray(out, items[i]);
	free(items);
	cJSON_Delete(list);
	return out;
}

int op_list_recommendations(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                            struct error *err)
{
	bool one = json_str(in, "ClusterId", NULL) != NULL;
	struct cluster *c = one ? op_cluster(ctl, in, "ClusterId", false, err) : NULL;
	int64_t now = clock_now_ms();
	size_t it = 0;
	void *v;

	(void)call;
	if (one && !c)
		return err->code;
	rates_refresh(ctl);
	cJSON *list = cJSON_CreateArray();
	if (c)
		advise(ctl, c, now, list);
	while (!c && map_next(ctl->clusters, &it, NULL, &v))
		if (op_visible(ctl, v))
			advise(ctl, v, now, list);
	json_add(out, "Recommendations", sorted(list));
	return 0;
}
