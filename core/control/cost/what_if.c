/* WhatIf: what a cluster would cost with other types, markets or sizes. Nothing is changed. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cost/inner.h"

#define COUNT_MAX 10000
#define CHANGES_MAX 100
#define TYPE_MAX 64

/* A group as it is and as it would be. */
struct side {
	const char *type;
	enum market market;
	int count;
	struct money each;              /* per hour */
};
struct plan {
	const struct instance_group *g; /* NULL: a task group that is to be made */
	struct side before, after;
};
VEC_STRUCT(plans, struct plan);

static double per_hour(const struct side *s)
{
	return s->count * money_total(&s->each);
}

static struct plan *plan_of(struct plans *all, const char *group_id)
{
	for (size_t i = 0; i < all->len; i++)
		if (all->items[i].g && !strcmp(all->items[i].g->id, group_id))
			return &all->items[i];
	return NULL;
}

static int read_change(const struct cluster *c, struct plans *all, const cJSON *change, struct error *err)
{
	const char *id = json_str(change, "InstanceGroupId", NULL),
			   *type = json_str(change, "InstanceType", NULL);
	const char *market = json_str(change, "Market", NULL);
	int64_t count = json_int(change, "InstanceCount", -1);
	int m = market ? names_parse(&market_names, market) : -1;

	if (id && !plan_of(all, id))
		return emr_error_no_group(err, id);
	if (type && strlen(type) > TYPE_MAX)
		return emr_error_validation(err, "InstanceType must have at most %d characters", TYPE_MAX);
	if (market && m < 0)
		return emr_error_validation(err, "Market must be ON_DEMAND or SPOT, not '%s'", market);
	if (cJSON_HasObjectItem(change, "InstanceCount") && (count < 0 || count > COUNT_MAX))
		return emr_error_validation(err, "InstanceCount must be 0 to %d", COUNT_MAX);
	if (!id && (!type || count < 0))
		return emr_error_validation(err, "A group that is to be made needs InstanceType and InstanceCount; "
		                                 "an existing one its InstanceGroupId");
	if (!id)
		vec_push(all, ((struct plan){ .g = NULL }));
	struct plan *p = id ? plan_of(all, id) : &all->items[all->len - 1];
	if (p->g && p->g->role == ROLE_MASTER && count >= 0 && count != 1 && count != 3)
		return emr_error_validation(err, "A master group has 1 or 3 instances");
	(void)c;
	if (type)
		p->after.type = type;
	if (m >= 0)
		p->after.market = (enum market)m;
	if (count >= 0)
		p->after.count = (int)count;
	return 0;
}

static void price(struct control *ctl, const struct cluster *c, struct plan *p)
{
	const char *id = p->g ? p->g->id : NULL;

	if (p->before.type)
		type_rate(ctl, c, id, p->before.type, p->before.market, &p->before.each);
	if (p->after.type)
		type_rate(ctl, c, id, p->after.type, p->after.market, &p->after.each);
}

/* A fleet has no one type: what it is made of now stands for it. */
static void price_fleet(struct control *ctl, struct cluster *c, struct plan *p)
{
	struct money rate = { 0 };
	int n;

	cost_rate_of(ctl, c, p->g->id, &rate);
	n = (int)rate.hours;
	if (!n)
		return;
	rate.ec2 /= n;
	rate.emr /= n;
	rate.ebs /= n;
	p->before.each = rate;
	if (p->after.type == p->before.type && p->after.market == p->before.market)
		p->after.each = rate;
}

/* ---- what is to be said ---- */

static void note(cJSON *notes, char *text)
{
	const cJSON *n;

	cJSON_ArrayForEach(n, notes)
		if (!strcmp(n->valuestring, text)) {
			free(text);
			return;
		}
	cJSON_AddItemToArray(notes, cJSON_CreateString(text));
	free(text);
}

static void note_side(struct control *ctl, const struct cluster *c, const struct side *s, cJSON *notes)
{
	const struct price *p = price_table_find(cost_state(ctl)->prices, s->type, c->region);

	if (!s->count || !s->type)
		return;
	if (!p || p->ec2 < 0)
		note(notes, xasprintf("The price of %s in %s is not known.", s->type, c->region));
	else if (p->emr < 0)
		note(notes, xasprintf("EMR's fee for %s is not known: sums are lower bounds.", s->type));
	else if (p->emr_estimate)
		note(notes, xasprintf("EMR's fee for %s is an estimate.", s->type));
	double spot;
	bool set = true;
	if (s->market == MARKET_SPOT && market_price(ctl, c->region, s->type, &spot, &set) && !set)
		note(notes, xasprintf("The spot price of %s is an estimate: nobody has set one.", s->type));
	if (s->market == MARKET_SPOT)
		note(notes,
		     xstrdup("Spot instances cost what the market asks, now and later, and can be interrupted; EMR's "
		             "fee is not reduced."));
}

static void add_capacity(struct control *ctl, const struct side *s, double *vcpu, double *gib)
{
	const struct price *p = price_table_find(cost_state(ctl)->prices, s->type, NULL);

	*vcpu += p ? s->count * p->vcpu : 0;
	*gib += p ? s->count * p->mem_gib : 0;
}

static void put_notes(struct control *ctl, const struct cluster *c, const struct plans *all, cJSON *notes)
{
	double v[2] = { 0 }, m[2] = { 0 };

	for (size_t i = 0; i < all->len; i++) {
		const struct plan *p = &all->items[i];
		note_side(ctl, c, &p->after, notes);
		if (p->g && p->g->role == ROLE_MASTER)
			continue;
		add_capacity(ctl, &p->before, &v[0], &m[0]);
		add_capacity(ctl, &p->after, &v[1], &m[1]);
	}
	for (size_t i = 0; i < all->len; i++) {
		const struct plan *p = &all->items[i];
		if (p->g && (strcmp(p->before.type ? p->before.type : "", p->after.type ? p->after.type : "") ||
		             p->before.market != p->after.market))
			note(notes,
			     xstrdup("EMR cannot change the type or market of a group: it takes a new task group, or a "
			             "new cluster for master and core."));
	}
	if (v[0] != v[1] || m[0] != m[1])
		note(notes, xasprintf("Core and task nodes: %g vCPUs and %g GiB become %g vCPUs and %g GiB.", v[0],
		                      m[0], v[1], m[1]));
	if (price_date(c->region))
		note(notes, xasprintf("Prices as of %s; a month is %g hours.", price_date(c->region), PRICE_MONTH_HOURS));
}

/* ---- the reply ---- */

static cJSON *side_of(const struct side *s)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "InstanceType", s->type);

	json_add_str(o, "Market", names_get(&market_names, (int)s->market));
	json_add_int(o, "InstanceCount", s->count);
	json_add_num(o, "PerHour", per_hour(s));
	return json_add_bool(o, "Unknown", s->count && s->each.unknown);
}

/* "4 × m5.xlarge on demand, $0.96/h"; for people. */
static cJSON *side_text(const struct side *s)
{
	char *text = xasprintf("%d × %s %s, %s$%.3f/h", s->count, s->type ? s->type : "?",
	                       s->market == MARKET_SPOT ? "spot" : "on demand",
	                       s->count && s->each.unknown ? "at least " : "", per_hour(s));
	cJSON *v = cJSON_CreateString(s->count ? text : "none");

	free(text);
	return v;
}

static cJSON *sum_of(double hour, bool unknown, bool estimate)
{
	cJSON *o = json_add_num(json_add_num(cJSON_CreateObject(), "PerHour", hour), "PerMonth",
	                        hour * PRICE_MONTH_HOURS);

	return json_add_bool(json_add_bool(o, "Unknown", unknown), "Estimate", estimate);
}

static void put_plan(struct control *ctl, const struct cluster *c, const struct plans *all, cJSON *out)
{
	double before = 0, after = 0;
	bool unknown[2] = { false, false }, estimate[2] = { false, false };
	cJSON *groups = cJSON_CreateArray(), *notes = cJSON_CreateArray();

	for (size_t i = 0; i < all->len; i++) {
		const struct plan *p = &all->items[i];
		before += per_hour(&p->before);
		after += per_hour(&p->after);
		unknown[0] |= p->before.count && p->before.each.unknown;
		unknown[1] |= p->after.count && p->after.each.unknown;
		estimate[0] |= p->before.count && p->before.each.estimate;
		estimate[1] |= p->after.count && p->after.each.estimate;
		cJSON *o = json_add_str(cJSON_CreateObject(), "InstanceGroupId", p->g ? p->g->id : NULL);
		json_add_str(o, "Role", names_get(&instance_role_names, p->g ? (int)p->g->role : ROLE_TASK));
		json_add(o, "Before", side_text(&p->before));
		json_add(o, "After", side_text(&p->after));
		json_add(o, "BeforeGroup", p->g ? side_of(&p->before) : NULL);
		json_add(o, "AfterGroup", side_of(&p->after));
		cJSON_AddItemToArray(groups, o);
	}
	put_notes(ctl, c, all, notes);
	json_add(out, "Before", sum_of(before, unknown[0], estimate[0]));
	json_add(out, "After", sum_of(after, unknown[1], estimate[1]));
	json_add_num(out, "Difference", after - before);
	json_add(out, "Groups", groups);
	json_add(out, "Notes", notes);
}

int op_what_if(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	struct plans all = { 0 };
	const cJSON *change;
	int ret = 0;

	(void)call;
	if (!c)
		return err->code;
	if (cJSON_GetArraySize(json_arr(in, "Changes")) > CHANGES_MAX)
		return emr_error_validation(err, "Changes must have at most %d members", CHANGES_MAX);
	rates_refresh(ctl);
	for (size_t i = 0; i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		struct side s = { .type = g->type, .market = g->market, .count = g->requested };
		vec_push(&all, ((struct plan){ g, s, s }));
	}
	cJSON_ArrayForEach(change, json_arr(in, "Changes"))
		if (!ret)
			ret = read_change(c, &all, change, err);
	for (size_t i = 0; !ret && i < all.len; i++) {
		price(ctl, c, &all.items[i]);
		if (all.items[i].g && all.items[i].g->fleet)
			price_fleet(ctl, c, &all.items[i]);
	}
	if (!ret)
		put_plan(ctl, c, &all, out);
	vec_free(&all);
	return ret;
}
