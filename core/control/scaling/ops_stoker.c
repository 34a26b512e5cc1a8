/* Stoker.*: what EMR has no words for. The contract is in core/api/stoker/README.md. */
#include <stdio.h>

#include "core/base/tz.h"
#include "core/control/notify/notify.h"
#include "core/control/ops.h"
#include "core/control/scaling/inside.h"
#include "core/model/fleet.h"

#define NAME_MAX_CHARS 64
#define SIZE_LIMIT 4096
#define SCHEDULES_MAX 100     /* of one cluster */

/* ---- GetScaling ---- */

static cJSON *describe_activity(const struct activity *a)
{
	cJSON *o = cJSON_CreateObject();

	json_add_str(o, "Kind", names_get(&scaling_kind_names, (int)a->kind));
	json_add_str(o, "Policy", a->policy);
	json_add_int(json_add_int(o, "From", a->from), "To", a->to);
	json_add_time(json_add_time(o, "StartedAt", a->started), "EndedAt", a->ended);
	if (a->ended && a->cool_down_s)
		json_add_time(o, "CoolDownUntil", a->ended + a->cool_down_s * 1000LL);
	return o;
}

static cJSON *describe_group(struct control *ctl, struct scaled *s, const struct instance_group *g)
{
	const struct scaled_group *sg = s ? scaled_group(s, g->id) : NULL;
	cJSON *o = json_add_str(cJSON_CreateObject(), "InstanceGroupId", g->id);

	json_add_str(o, "Name", g->name);
	json_add_str(o, "Role", names_get(&instance_role_names, (int)g->role));
	json_add_str(o, "Market", names_get(&market_names, (int)g->market));
	json_add_str(o, "Type", g->type);
	json_add_int(json_add_int(o, "Requested", g->requested), "Running", g->running);
	if (g->fleet) {
		json_add_int(o, "TargetOnDemandCapacity", g->fleet->target_on_demand);
		json_add_int(o, "TargetSpotCapacity", g->fleet->target_spot);
		json_add_int(o, "ProvisionedOnDemandCapacity", g->fleet->provisioned_on_demand);
		json_add_int(o, "ProvisionedSpotCapacity", g->fleet->provisioned_spot);
		json_add_int(o, "WeightedCapacity", fleet_weight(g, g->type));
	}
	json_add(o, "AutoScalingPolicy", scaling_describe(ctl, g));
	if (sg && sg->has_tree) {
		cJSON *tree = tree_encode(&sg->tree);
		json_add_time(tree, "AtMaximumSince", sg->alert_since);
		json_add(o, "Utilization", tree);
	}
	if (sg && sg->activity.started)
		json_add(o, "Activity", describe_activity(&sg->activity));
	return o;
}

#define NEXT_RUNS 5

static cJSON *next_runs(const struct scaled_schedule *x)
{
	cJSON *a = cJSON_CreateArray();
	int64_t at = x->next;

	for (int i = 0; i < NEXT_RUNS && at; i++) {
		cJSON_AddItemToArray(a, cJSON_CreateNumber((double)at / 1000));
		at = cron_next(&x->cron, x->s.timezone, at);
	}
	return a;
}

static cJSON *describe_schedule(const struct scaled_schedule *x)
{
	char words[160];
	cJSON *o = json_add_str(cJSON_CreateObject(), "ScheduleName", x->s.name);

	json_add_str(o, "InstanceGroupId", x->s.group_id);
	json_add_str(o, "ScheduleExpression", x->s.expression);
	json_add_str(o, "ScheduleExpressionTimezone", x->s.timezone);
	json_add_str(o, "Words", cron_words(&x->cron, x->s.timezone, words, sizeof words));
	if (x->s.on_demand >= 0)
		json_add_int(o, "TargetOnDemandCapacity", x->s.on_demand);
	if (x->s.spot >= 0)
		json_add_int(o, "TargetSpotCapacity", x->s.spot);
	if (x->s.on_demand < 0 && x->s.spot < 0)
		json_add_int(o, "InstanceCount", x->s.count);
	json_add(o, "NextRuns", next_runs(x));
	return json_add_time(o, "LastRun", x->last_run);
}

int op_get_scaling(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	struct scaled *s = c ? scaled_of(ctl, c->id) : NULL;
	cJSON *groups, *schedules;

	(void)call;
	if (!c)
		return err->code;
	groups = cJSON_CreateArray();
	schedules = cJSON_CreateArray();
	for (size_t i = 0; i < c->groups.len; i++)
		cJSON_AddItemToArray(groups, describe_group(ctl, s, c->groups.items[i]));
	for (size_t i = 0; s && i < s->schedules.len; i++)
		cJSON_AddItemToArray(schedules, describe_schedule(&s->schedules.items[i]));
	json_add_str(out, "ClusterId", c->id);
	json_add(out, "Groups", groups);
	if (s && s->managed.set) {
		json_add(out, "ManagedScalingPolicy", emr_encode_managed_policy(&s->managed));
		cJSON *now = managed_numbers(s);
		json_add(out, "ManagedScaling", json_add_str(now, "Reason", s->last.reason[0] ? s->last.reason : NULL));
	}
	json_add(out, "Schedules", schedules);
	return 0;
}

/* ---- the utilisation tree ---- */

static struct instance_group *open_group(struct control *ctl, const cJSON *in, struct cluster **out,
                                         struct error *err)
{
	struct cluster *c = scaling_cluster(ctl, in, err);
	struct instance_group *g;

	if (!c)
		return NULL;
	const char *id = json_str(in, c->uses_fleets ? "InstanceFleetId" : "InstanceGroupId",
	                          json_str(in, "InstanceGroupId", ""));
	if (!(g = cluster_group(c, id)) && c->uses_fleets)
		emr_error_validation(err, "Instance fleet id '%.64s' is not valid.", id);
	else if (!g)
		emr_error_no_group(err, id);
	*out = c;
	return g;
}

static int whole(const cJSON *in, const char *member, struct error *err)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(in, member);

	if (cJSON_IsNumber(v) && v->valuedouble == v->valueint)
		return 0;
	return emr_error_validation(err, "%s must be given, as a whole number.", member);
}

/* A member that is there must be a number: a default in place of a typing error would be a surprise. */
static int numbers_only(const cJSON *in, struct error *err)
{
	static const char *const members[] = {
		"HighCpu", "LowCpu", "ScaleOutBy", "ScaleInBy", "Periods", "CoolDown", "MaximumOnDemandCapacityUnits"
	};

	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const cJSON *v = cJSON_GetObjectItemCaseSensitive(in, members[i]);
		if (v && !cJSON_IsNull(v) && !cJSON_IsNumber(v))
			return emr_error_validation(err, "%s must be a number.", members[i]);
	}
	return 0;
}

/* Where a fleet's units come from. Without a word for it: what it has on demand stays, the rest is spot; of one that
 * has nothing on the spot market all is on demand. */
static int read_markets(const cJSON *in, const struct instance_group *g, struct utilization_policy *p,
                        struct error *err)
{
	bool given = cJSON_HasObjectItem(in, "MaximumOnDemandCapacityUnits");

	if (!g->fleet)
		return given ? emr_error_validation(err, "MaximumOnDemandCapacityUnits is for instance fleets: a group has "
		                                    "one market.") : 0;
	if (given && p->max_on_demand < 0)
		return emr_error_validation(err, "MaximumOnDemandCapacityUnits must not be below 0.");
	if (!given)
		p->max_on_demand = g->fleet->target_spot > 0 ? g->fleet->target_on_demand : p->max;
	return 0;
}

int op_put_utilization(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = NULL;
	struct instance_group *g = open_group(ctl, in, &c, err);
	struct utilization_policy p;
	struct error why = ERROR_INIT;

	(void)out;
	(void)call;
	if (!g || whole(in, "MinCapacity", err) || whole(in, "MaxCapacity", err) || numbers_only(in, err))
		return err->code;
	tree_read(in, &p);
	if (utilization_policy_check(&p, g->role, &why)) {
		utilization_policy_free(&p);
		return emr_error_validation(err, "%s", why.message);
	}
	if (read_markets(in, g, &p, err) || notify_check(ctl, c->region, p.topic_arn, err)) {
		utilization_policy_free(&p);
		return err->code;
	}
	struct scaled *s = scaled_make(ctl, c);
	struct scaled_group *sg = scaled_group_make(s, g->id);
	if (sg->has_tree)
		utilization_policy_free(&sg->tree);
	sg->has_tree = true;
	sg->tree = p;
	sg->alert_since = 0;
	scaled_save(ctl, s);
	scaling_poke(ctl, clock_now_ms());
	event_add(ctl, SEVERITY_INFO, c->id, g->id, EVENT_SCALING,
	          "Instance %s %s scales by CPU: above %g %% out, below %g %% in, %d to %d %s",
	          g->fleet ? "fleet" : "group", g->id, p.high, p.low, p.min, p.max, scaled_words(g, p.max));
	return 0;
}

int op_remove_utilization(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                          struct error *err)
{
	struct cluster *c = NULL;
	struct instance_group *g = open_group(ctl, in, &c, err);
	struct scaled *s = g ? scaled_of(ctl, c->id) : NULL;
	struct scaled_group *sg = s ? scaled_group(s, g->id) : NULL;

	(void)out;
	(void)call;
	if (!g)
		return err->code;
	if (!sg || !sg->has_tree)
		return 0;
	utilization_policy_free(&sg->tree);
	sg->has_tree = false;
	sg->alert_since = 0;
	scaled_save(ctl, s);
	event_add(ctl, SEVERITY_INFO, c->id, g->id, EVENT_SCALING, "Instance %s %s no longer scales by CPU",
	          g->fleet ? "fleet" : "group", g->id);
	return 0;
}

/* ---- scheduled sizes ---- */

static int check_zone(const char *name, struct error *err)
{
	struct error why = ERROR_INIT;
	struct tz *z = tz_open(name, &why);

	if (!z)
		return emr_error_validation(err, "ScheduleExpressionTimezone: %s", why.message);
	tz_free(z);
	return 0;
}

static int check_name(const char *name, struct error *err)
{
	size_t n = strlen(name);
	bool ok = n >= 1 && n <= NAME_MAX_CHARS;

	for (const char *p = name; *p && ok; p++)
		ok = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || strchr("-_.", *p);
	return ok ? 0 : emr_error_validation(err, "ScheduleName must have 1 to %d letters, digits, '-', '_' or '.'.",
	                                     NAME_MAX_CHARS);
}

/* TargetOnDemandCapacity and TargetSpotCapacity, as ModifyInstanceFleet has them: what is not given stays. */
static int read_units(const cJSON *in, const struct instance_group *g, struct scheduled_scaling *s, struct error *err)
{
	bool od = cJSON_HasObjectItem(in, "TargetOnDemandCapacity"), spot = cJSON_HasObjectItem(in, "TargetSpotCapacity");

	s->on_demand = s->spot = -1;
	if (!od && !spot)
		return emr_error_validation(err, "The size of an instance fleet is TargetOnDemandCapacity, TargetSpotCapacity, "
		                            "or both, in units.");
	if ((od && whole(in, "TargetOnDemandCapacity", err)) || (spot && whole(in, "TargetSpotCapacity", err)))
		return err->code;
	s->on_demand = od ? json_int32(in, "TargetOnDemandCapacity", 0) : -1;
	s->spot = spot ? json_int32(in, "TargetSpotCapacity", 0) : -1;
	if ((od && s->on_demand < 0) || (spot && s->spot < 0) || s->on_demand > SIZE_LIMIT || s->spot > SIZE_LIMIT)
		return emr_error_validation(err, "TargetOnDemandCapacity and TargetSpotCapacity must be between 0 and %d.",
		                            SIZE_LIMIT);
	if (g->role == ROLE_CORE && od && spot && !s->on_demand && !s->spot)
		return emr_error_validation(err, "A core fleet needs at least one unit.");
	return 0;
}

static int read_nodes(const cJSON *in, const struct instance_group *g, struct scheduled_scaling *s, struct error *err)
{
	int64_t count = json_int(in, "InstanceCount", -1);

	s->on_demand = s->spot = -1;
	if (whole(in, "InstanceCount", err))
		return err->code;
	if (count < (g->role == ROLE_CORE) || count > SIZE_LIMIT)
		return emr_error_validation(err, "InstanceCount must be between %d and %d.", g->role == ROLE_CORE, SIZE_LIMIT);
	s->count = (int)count;
	return 0;
}

static int read_schedule(const cJSON *in, const struct instance_group *g, struct scaled_schedule *x,
                         struct error *err)
{
	const char *expression = json_str(in, "ScheduleExpression", ""), *zone;
	const char *name = json_str(in, "ScheduleName", "");
	struct error why = ERROR_INIT;

	zone = json_str(in, "ScheduleExpressionTimezone", NULL);
	if (check_name(name, err) || check_zone(zone, err))
		return err->code;
	if (g->role == ROLE_MASTER)
		return emr_error_validation(err, "The master instance %s cannot be resized.", g->fleet ? "fleet" : "group");
	if ((g->fleet ? read_units : read_nodes)(in, g, &x->s, err))
		return err->code;
	if (cron_parse(expression, &x->cron, &why))
		return emr_error_validation(err, "ScheduleExpression: %s", why.message);
	x->s.name = xstrdup(name);
	x->s.expression = xstrdup(expression);
	text_set(&x->s.timezone, zone);
	strcpy(x->s.cluster_id, g->cluster_id);
	strcpy(x->s.group_id, g->id);
	x->since = x->cron.start_ms = clock_now_ms();
	x->last_size = -1;
	scheduled_plan(x);
	if (x->next)
		return 0;
	scaled_schedule_free(x);
	return emr_error_validation(err, "ScheduleExpression %s never comes again.", expression);
}

static const char *size_words(const struct scheduled_scaling *s, char *out, size_t size)
{
	if (s->on_demand >= 0 && s->spot >= 0)
		snprintf(out, size, "%d units on demand and %d spot", s->on_demand, s->spot);
	else if (s->on_demand >= 0 || s->spot >= 0)
		snprintf(out, size, s->on_demand >= 0 ? "%d units on demand" : "%d spot units",
		         s->on_demand >= 0 ? s->on_demand : s->spot);
	else
		snprintf(out, size, "%d nodes", s->count);
	return out;
}

int op_put_scheduled(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = NULL;
	struct instance_group *g = open_group(ctl, in, &c, err);
	struct scaled_schedule x = { .next = 0 }, *old;

	(void)call;
	if (!g || read_schedule(in, g, &x, err))
		return err->code;
	struct scaled *s = scaled_make(ctl, c);
	old = scaled_schedule(s, x.s.name);
	if (!old && s->schedules.len >= SCHEDULES_MAX) {
		scaled_schedule_free(&x);
		return emr_error_validation(err, "A cluster has at most %d scheduled sizes; remove one first.", SCHEDULES_MAX);
	}
	if (old) {
		scaled_schedule_free(old);
		*old = x;
	} else {
		vec_push(&s->schedules, x);
	}
	scaled_save(ctl, s);
	scaling_poke(ctl, clock_now_ms());
	char units[64];
	event_add(ctl, SEVERITY_INFO, c->id, g->id, EVENT_SCALING, "Instance %s %s is to have %s at %s",
	          g->fleet ? "fleet" : "group", g->id, size_words(&x.s, units, sizeof units), x.s.expression);
	json_add(out, "NextRuns", next_runs(&x));
	return 0;
}

int op_remove_scheduled(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                        struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	struct scaled *s = c ? scaled_of(ctl, c->id) : NULL;
	const char *name = json_str(in, "ScheduleName", "");

	(void)out;
	(void)call;
	if (!c)
		return err->code;
	for (size_t i = 0; s && i < s->schedules.len; i++) {
		if (strcmp(s->schedules.items[i].s.name, name))
			continue;
		event_add(ctl, SEVERITY_INFO, c->id, s->schedules.items[i].s.group_id, EVENT_SCALING,
		          "The scheduled size %s was removed", name);
		scaled_schedule_free(&s->schedules.items[i]);
		vec_remove(&s->schedules, i);
		scaled_save(ctl, s);
		return 0;
	}
	return emr_error_validation(err, "Cluster %s has no scheduled size '%.100s'.", c->id, name);
}

/* ---- ListScalingDecisions ---- */

#define PAGE_DEFAULT 100
#define LOOK_AT 20000     /* records, for one page of a group's decisions */

struct listing {
	cJSON *decisions;
	const char *group;
	int max, n, looked;
	int64_t last;             /* seq of the last one that was looked at */
	bool more;
};

static bool list_one(const struct record *r, void *ctx)
{
	struct listing *l = ctx;
	cJSON *v;

	if (l->n == l->max || l->looked++ == LOOK_AT) {
		l->more = true;
		return false;
	}
	l->last = r->seq;
	v = json_parse(r->body, strlen(r->body), NULL);
	if (!v || (l->group && strcmp(json_str(v, "InstanceGroupId", ""), l->group))) {
		cJSON_Delete(v);
		return true;
	}
	cJSON_AddItemToArray(l->decisions, v);
	l->n++;
	return true;
}

int op_list_decisions(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *cluster = json_str(in, "ClusterId", NULL);
	int64_t max;
	struct listing l = { .group = json_str(in, "InstanceGroupId", NULL) };
	struct record_query q = { .kind = "scaling", .region = call->region, .subject = cluster,
	                          .since = emr_decode_time(in, "Since"), .max = LOOK_AT + 1 };

	if (cluster && !op_cluster(ctl, in, "ClusterId", false, err))
		return err->code;
	if (op_page_size(in, PAGE_DEFAULT, &max, err) || op_page_token(in, &q.before, err))
		return err->code;
	l.max = (int)max;
	l.decisions = cJSON_CreateArray();
	int ret = records_read(ctl, &q, list_one, &l, err);
	json_add(out, "Decisions", l.decisions);
	if (!ret && l.more)
		op_add_page_token(out, l.last);
	return ret;
}
