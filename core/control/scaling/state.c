/* State of the scaling part: one struct and one document per cluster that has a policy. */
#include <math.h>

#include "core/control/scaling/inside.h"

#define KIND "scaling"

static const char *const kind_items[] = { "custom", "managed", "utilization", "scheduled", "manual" };
const struct names scaling_kind_names = { kind_items, 5 };

static struct scaling *state_of(struct control *ctl)
{
	return ctl->parts[PART_SCALING];
}

/* ---- life ---- */

/* What the document says of a group goes; when its rules were acted on stays. */
static void clear_group(struct scaled_group *g)
{
	if (g->has_policy)
		scaling_policy_free(&g->policy);
	if (g->has_tree)
		utilization_policy_free(&g->tree);
	free(g->activity.policy);
	g->has_policy = g->has_tree = g->by_owner = false;
	g->activity = (struct activity){ .policy = NULL };
	g->alert_since = 0;
}

void scaled_schedule_free(struct scaled_schedule *x)
{
	scheduled_scaling_free(&x->s);
}

/* What the document says goes; what the looks have seen (idle times, minutes of CPU, what was said) stays. */
static void clear_scaled(struct scaled *s)
{
	s->managed = (struct managed_policy){ .set = false };
	for (size_t i = 0; i < s->groups.len; i++)
		clear_group(&s->groups.items[i]);
	for (size_t i = 0; i < s->schedules.len; i++)
		scaled_schedule_free(&s->schedules.items[i]);
	s->schedules.len = 0;
}

static void free_scaled(void *p)
{
	struct scaled *s = p;

	clear_scaled(s);
	for (size_t i = 0; i < s->groups.len; i++) {
		struct scaled_group *g = &s->groups.items[i];
		for (size_t k = 0; k < g->fired.len; k++) {
			free(g->fired.items[k].key);
			free(g->fired.items[k].value);
		}
		vec_free(&g->fired);
	}
	vec_free(&s->groups);
	vec_free(&s->schedules);
	vec_free(&s->said);
	map_free(s->idle, free);
	free(s);
}

struct scaled *scaled_of(struct control *ctl, const char *cluster_id)
{
	return state_of(ctl) ? map_get(state_of(ctl)->clusters, cluster_id) : NULL;
}

struct scaled *scaled_make(struct control *ctl, const struct cluster *c)
{
	struct scaled *s = scaled_of(ctl, c->id);

	if (s)
		return s;
	s = xcalloc(1, sizeof *s);
	strcpy(s->cluster_id, c->id);
	strcpy(s->region, c->region);
	s->idle = map_new();
	for (int i = 0; i < CPU_MINUTES; i++)
		s->cpu[i] = NAN;
	map_set(state_of(ctl)->clusters, s->cluster_id, s);
	return s;
}

struct scaled_group *scaled_group(struct scaled *s, const char *group_id)
{
	for (size_t i = 0; s && i < s->groups.len; i++)
		if (!strcmp(s->groups.items[i].id, group_id))
			return &s->groups.items[i];
	return NULL;
}

struct scaled_group *scaled_group_make(struct scaled *s, const char *group_id)
{
	struct scaled_group *g = scaled_group(s, group_id), fresh = { .alert_since = 0 };

	if (g)
		return g;
	snprintf(fresh.id, sizeof fresh.id, "%s", group_id);
	vec_push(&s->groups, fresh);
	return &s->groups.items[s->groups.len - 1];
}

struct scaled_schedule *scaled_schedule(struct scaled *s, const char *name)
{
	for (size_t i = 0; s && i < s->schedules.len; i++)
		if (!strcmp(s->schedules.items[i].s.name, name))
			return &s->schedules.items[i];
	return NULL;
}

void scaling_poke(struct control *ctl, int64_t at)
{
	struct scaling *st = state_of(ctl);

	if (!st->next || at < st->next)
		st->next = at;
}

/* ---- to the document ---- */

cJSON *tree_encode(const struct utilization_policy *p)
{
	cJSON *o = json_add_int(cJSON_CreateObject(), "MinCapacity", p->min);

	json_add_int(o, "MaxCapacity", p->max);
	json_add_num(o, "HighCpu", p->high);
	json_add_num(o, "LowCpu", p->low);
	json_add_int(o, "ScaleOutBy", p->out_by);
	json_add_int(o, "ScaleInBy", p->in_by);
	json_add_int(o, "Periods", p->periods);
	json_add_int(o, "CoolDown", p->cool_down_s);
	if (p->max_on_demand >= 0)
		json_add_int(o, "MaximumOnDemandCapacityUnits", p->max_on_demand);
	return json_add_str(o, "TopicArn", p->topic_arn);
}

static cJSON *encode_activity(const struct activity *a)
{
	cJSON *o = json_add_time(cJSON_CreateObject(), "StartedAt", a->started);

	json_add_time(o, "EndedAt", a->ended);
	json_add_int(o, "From", a->from);
	json_add_int(o, "To", a->to);
	json_add_int(o, "CoolDown", a->cool_down_s);
	json_add_str(o, "Kind", names_get(&scaling_kind_names, (int)a->kind));
	return json_add_str(o, "Policy", a->policy);
}

static cJSON *encode_group(const struct scaled_group *g)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "InstanceGroupId", g->id);

	if (g->has_policy)
		json_add(o, "AutoScalingPolicy", emr_encode_auto_scaling_policy(&g->policy, NULL));
	json_add_bool(o, "ByOwner", g->by_owner);
	if (g->has_tree)
		json_add(o, "Utilization", tree_encode(&g->tree));
	if (g->activity.started)
		json_add(o, "Activity", encode_activity(&g->activity));
	return json_add_time(o, "AlertSince", g->alert_since);
}

static cJSON *encode_schedule(const struct scaled_schedule *x)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "ScheduleName", x->s.name);

	json_add_str(o, "InstanceGroupId", x->s.group_id);
	json_add_str(o, "ScheduleExpression", x->s.expression);
	json_add_str(o, "ScheduleExpressionTimezone", x->s.timezone);
	json_add_int(o, "InstanceCount", x->s.count);
	json_add_int(json_add_int(o, "OnDemand", x->s.on_demand), "Spot", x->s.spot);
	json_add_time(o, "Since", x->since);
	json_add_time(o, "LastRun", x->last_run);
	return json_add_int(o, "LastSize", x->last_size);
}

static bool empty(const struct scaled *s)
{
	for (size_t i = 0; i < s->groups.len; i++)
		if (s->groups.items[i].has_policy || s->groups.items[i].has_tree || s->groups.items[i].activity.started)
			return false;
	return !s->managed.set && !s->schedules.len;
}

void scaled_save(struct control *ctl, struct scaled *s)
{
	cJSON *o, *groups, *schedules;

	if (empty(s)) {
		doc_drop(ctl, KIND, s->region, s->cluster_id);
		return;
	}
	o = cJSON_CreateObject();
	groups = cJSON_CreateArray();
	schedules = cJSON_CreateArray();
	if (s->managed.set)
		json_add(o, "ManagedScalingPolicy", emr_encode_managed_policy(&s->managed));
	for (size_t i = 0; i < s->groups.len; i++)
		cJSON_AddItemToArray(groups, encode_group(&s->groups.items[i]));
	for (size_t i = 0; i < s->schedules.len; i++)
		cJSON_AddItemToArray(schedules, encode_schedule(&s->schedules.items[i]));
	json_add(o, "Groups", groups);
	json_add(o, "Schedules", schedules);
	doc_put(ctl, KIND, s->region, s->cluster_id, o);
	cJSON_Delete(o);
}

/* ---- from the document ---- */

void tree_read(const cJSON *v, struct utilization_policy *out)
{
	*out = (struct utilization_policy){
		.min = json_int32(v, "MinCapacity", 0), .max = json_int32(v, "MaxCapacity", 0),
		.high = json_num(v, "HighCpu", 80), .low = json_num(v, "LowCpu", 20),
		.out_by = json_int32(v, "ScaleOutBy", 1), .in_by = json_int32(v, "ScaleInBy", 1),
		.periods = json_int32(v, "Periods", 2), .cool_down_s = json_int32(v, "CoolDown", 300),
		.max_on_demand = json_int32(v, "MaximumOnDemandCapacityUnits", -1),
	};
	text_set(&out->topic_arn, json_str(v, "TopicArn", NULL));
}

static void read_activity(const cJSON *v, struct activity *a)
{
	int kind = names_parse(&scaling_kind_names, json_str(v, "Kind", ""));

	if (!v)
		return;
	a->started = emr_decode_time(v, "StartedAt");
	a->ended = emr_decode_time(v, "EndedAt");
	a->from = json_int32(v, "From", 0);
	a->to = json_int32(v, "To", 0);
	a->cool_down_s = json_int32(v, "CoolDown", 0);
	a->kind = kind < 0 ? KIND_CUSTOM : (enum scaling_kind)kind;
	text_set(&a->policy, json_str(v, "Policy", NULL));
}

static void read_group(struct scaled *s, const cJSON *v)
{
	struct scaled_group *g = scaled_group_make(s, json_str(v, "InstanceGroupId", ""));

	g->has_policy = json_obj(v, "AutoScalingPolicy");
	if (g->has_policy)
		emr_read_auto_scaling_policy(json_obj(v, "AutoScalingPolicy"), &g->policy);
	g->by_owner = json_bool(v, "ByOwner", false);
	g->has_tree = json_obj(v, "Utilization");
	if (g->has_tree)
		tree_read(json_obj(v, "Utilization"), &g->tree);
	read_activity(json_obj(v, "Activity"), &g->activity);
	g->alert_since = emr_decode_time(v, "AlertSince");
}

static void read_schedule(struct scaled *s, const cJSON *v)
{
	struct scaled_schedule x = { .since = emr_decode_time(v, "Since"), .last_run = emr_decode_time(v, "LastRun"),
	                             .last_size = json_int32(v, "LastSize", -1) };
	struct error err = ERROR_INIT;

	x.s.name = xstrdup(json_str(v, "ScheduleName", ""));
	x.s.expression = xstrdup(json_str(v, "ScheduleExpression", ""));
	text_set(&x.s.timezone, json_str(v, "ScheduleExpressionTimezone", NULL));
	x.s.count = json_int32(v, "InstanceCount", 0);
	x.s.on_demand = json_int32(v, "OnDemand", -1);
	x.s.spot = json_int32(v, "Spot", -1);
	strcpy(x.s.cluster_id, s->cluster_id);
	snprintf(x.s.group_id, sizeof x.s.group_id, "%s", json_str(v, "InstanceGroupId", ""));
	if (cron_parse(x.s.expression, &x.cron, &err)) { /* it was checked when it was put */
		scaled_schedule_free(&x);
		return;
	}
	x.cron.start_ms = x.since;
	scheduled_plan(&x);
	vec_push(&s->schedules, x);
}

static void read_doc(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	struct str_list *gone = ctx;
	struct cluster *c = find_cluster(ctl, id);
	const cJSON *v;

	if (!c) {
		str_list_add(gone, region);
		str_list_add(gone, id);
		return;
	}
	struct scaled *s = scaled_make(ctl, c);
	if (json_obj(body, "ManagedScalingPolicy"))
		emr_read_managed_policy(json_obj(body, "ManagedScalingPolicy"), &s->managed);
	cJSON_ArrayForEach(v, json_arr(body, "Groups"))
		read_group(s, v);
	cJSON_ArrayForEach(v, json_arr(body, "Schedules"))
		read_schedule(s, v);
}

/* Clusters that had a policy before the documents were read again, and have none now. */
static void drop_empty(struct scaling *st)
{
	struct str_list none = { 0 };
	size_t it = 0;
	const char *id;
	void *v;

	while (map_next(st->clusters, &it, &id, &v))
		if (empty(v))
			str_list_add(&none, id);
	for (size_t i = 0; i < none.len; i++)
		free_scaled(map_remove(st->clusters, none.items[i]));
	str_list_free(&none);
}

/* Also after a refused request. What is in no document was no part of the request, and is kept. */
int scaling_load(struct control *ctl, struct error *err)
{
	struct str_list gone = { 0 };
	struct scaling *st = state_of(ctl);
	size_t it = 0;
	void *v;

	if (!st) {
		st = xcalloc(1, sizeof *st);
		st->clusters = map_new();
		ctl->parts[PART_SCALING] = st;
		ctl->scaling_alarm = custom_fire;
	}
	while (map_next(st->clusters, &it, NULL, &v))
		clear_scaled(v);
	int ret = docs_each(ctl, KIND, read_doc, &gone, err);
	drop_empty(st);
	for (size_t i = 0; i + 1 < gone.len; i += 2) /* its cluster is no longer kept */
		doc_drop(ctl, KIND, gone.items[i], gone.items[i + 1]);
	str_list_free(&gone);
	scaling_poke(ctl, clock_now_ms());
	return ret;
}

void scaling_close(struct control *ctl)
{
	struct scaling *st = state_of(ctl);

	if (!st)
		return;
	map_free(st->clusters, free_scaled);
	free(st);
	ctl->parts[PART_SCALING] = NULL;
}
