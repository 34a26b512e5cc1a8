/* EMR's custom policies: their states, and what happens when the alarm of a rule fires.
 *
 *     PENDING → ATTACHING → ATTACHED → DETACHING → (gone)          ATTACHING → FAILED
 *
 * A policy is PENDING until its cluster is up. Attaching makes one alarm per rule, detaching removes them. */
#include <stdio.h>

#include "core/control/scaling/inside.h"

#define REPEAT_MS 55000 /* while an alarm lasts its action runs each minute, however often it is evaluated */

static void set_state(struct control *ctl, struct cluster *c, struct scaled_group *sg,
                      enum scaling_state state, enum scaling_reason reason, const char *message)
{
	sg->policy.state = state;
	sg->policy.reason = reason;
	text_set(&sg->policy.reason_message, message);
	event_add(ctl, state == SCALING_FAILED ? SEVERITY_ERROR : SEVERITY_INFO, c->id, sg->id, EVENT_SCALING,
	          "The automatic scaling policy of instance group %s is %s%s%s", sg->id,
	          names_get(&scaling_state_names, (int)state), *message ? ": " : "", message);
}

void custom_put(struct control *ctl, struct scaled *s, struct cluster *c, struct instance_group *g,
                struct scaling_policy *p)
{
	struct scaled_group *sg = scaled_group_make(s, g->id);

	if (sg->has_policy) {
		rule_alarms_drop(ctl, s, sg->id, &sg->policy);
		scaling_policy_free(&sg->policy);
	}
	sg->has_policy = true;
	sg->by_owner = ctl->call && ctl->call->local;
	sg->policy = *p;
	set_state(ctl, c, sg, SCALING_PENDING, SCALING_REASON_USER_REQUEST, "");
	scaled_save(ctl, s);
	scaling_poke(ctl, clock_now_ms());
}

void custom_remove(struct control *ctl, struct scaled *s, struct cluster *c, struct scaled_group *sg)
{
	if (sg->policy.state == SCALING_DETACHING)
		return;
	set_state(ctl, c, sg, SCALING_DETACHING, SCALING_REASON_USER_REQUEST, "");
	scaled_save(ctl, s);
	scaling_poke(ctl, clock_now_ms());
}

static void detach(struct control *ctl, struct scaled *s, struct cluster *c, struct scaled_group *sg)
{
	rule_alarms_drop(ctl, s, sg->id, &sg->policy);
	set_state(ctl, c, sg, SCALING_DETACHED, SCALING_REASON_USER_REQUEST, "");
	scaling_policy_free(&sg->policy);
	memset(&sg->policy, 0, sizeof sg->policy);
	sg->has_policy = false;
}

static void attach(struct control *ctl, struct cluster *c, struct scaled_group *sg)
{
	if (!cluster_group(c, sg->id)) {
		set_state(ctl, c, sg, SCALING_FAILED, SCALING_REASON_PROVISION_FAILURE,
		          "Failed to provision the AutoScaling policy: the instance group has gone.");
		return;
	}
	if (!c->auto_scaling_role && !sg->by_owner) {
		set_state(ctl, c, sg, SCALING_FAILED, SCALING_REASON_PROVISION_FAILURE,
		          "Failed to provision the AutoScaling policy: the cluster was created without an "
		          "AutoScalingRole.");
		return;
	}
	rule_alarms_set(ctl, c, sg);
	set_state(ctl, c, sg, SCALING_ATTACHED, SCALING_REASON_USER_REQUEST, "");
}

/* One step of every policy that is on its way. */
void custom_run(struct control *ctl, struct scaled *s, struct cluster *c)
{
	bool up = c->state == CLUSTER_RUNNING || c->state == CLUSTER_WAITING, moved = false;
	struct acting before = actor_begin(ctl, SCALING_ACTOR, NULL);

	for (size_t i = 0; i < s->groups.len; i++) {
		struct scaled_group *sg = &s->groups.items[i];
		enum scaling_state was = sg->policy.state;
		if (!sg->has_policy)
			continue;
		if (was == SCALING_PENDING && up)
			set_state(ctl, c, sg, SCALING_ATTACHING, SCALING_REASON_USER_REQUEST, "");
		else if (was == SCALING_ATTACHING)
			attach(ctl, c, sg);
		else if (was == SCALING_DETACHING)
			detach(ctl, s, c, sg);
		else
			continue;
		moved = true;
	}
	actor_end(ctl, &before);
	if (moved) {
		scaled_save(ctl, s);
		scaling_poke(ctl, clock_now_ms() + 1);
	}
}

void custom_end(struct control *ctl, struct scaled *s, struct cluster *c)
{
	bool moved = false;

	for (size_t i = 0; i < s->groups.len; i++) {
		struct scaled_group *sg = &s->groups.items[i];
		if (!sg->has_policy || sg->policy.state == SCALING_DETACHED || sg->policy.state == SCALING_FAILED)
			continue;
		rule_alarms_drop(ctl, s, sg->id, &sg->policy);
		set_state(ctl, c, sg, SCALING_DETACHED, SCALING_REASON_NONE, "The cluster is terminating.");
		moved = true;
	}
	if (moved)
		scaled_save(ctl, s);
}

/* ---- a rule fires ---- */

static bool too_soon(struct scaled_group *sg, const char *rule, int64_t now)
{
	char text[32];

	snprintf(text, sizeof text, "%lld", (long long)now);
	for (size_t i = 0; i < sg->fired.len; i++) {
		struct pair *f = &sg->fired.items[i];
		if (strcmp(f->key, rule))
			continue;
		if (now - strtoll(f->value, NULL, 10) < REPEAT_MS)
			return true;
		text_set(&f->value, text);
		return false;
	}
	struct pair fresh = { xstrdup(rule), xstrdup(text) };
	vec_push(&sg->fired, fresh);
	return false;
}

static cJSON *numbers_of(const struct scaled_group *sg, const struct scaling_rule *r,
                         const struct metric_alarm *a, const struct instance_group *g)
{
	cJSON *o = json_add_num(cJSON_CreateObject(), "Threshold", r->alarm.threshold);
	cJSON *data = a->reason_data ? json_parse(a->reason_data, strlen(a->reason_data), NULL) : NULL;
	const cJSON *x, *newest = NULL;

	cJSON_ArrayForEach(x, json_arr(data, "recentDatapoints"))
		if (cJSON_IsNumber(x))
			newest = x;
	if (newest)
		json_add_num(o, r->alarm.metric, newest->valuedouble);
	cJSON_Delete(data);
	json_add_int(o, "Periods", scaling_alarm_periods(&r->alarm));
	json_add_int(o, "Period", r->alarm.period_s);
	json_add_int(o, "Adjustment", r->amount);
	json_add_int(o, "Running", g->running);
	json_add_int(o, "MinCapacity", sg->policy.min);
	return json_add_int(o, "MaxCapacity", sg->policy.max);
}

static void reason_of(const struct scaling_rule *r, const cJSON *numbers, char *out, size_t size)
{
	static const char *const signs[] = { ">=", ">", "<", "<=" };
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(numbers, r->alarm.metric);
	char value[48] = "";

	if (cJSON_IsNumber(v))
		snprintf(value, sizeof value, " is %g,", v->valuedouble);
	snprintf(out, size, "%s%s %s %g for %d x %d s", r->alarm.metric, value, signs[r->alarm.comparison],
	         r->alarm.threshold, scaling_alarm_periods(&r->alarm), r->alarm.period_s);
}

static void act(struct control *ctl, struct scaled *s, struct cluster *c, struct instance_group *g,
                const struct scaling_rule *r, const struct metric_alarm *a)
{
	struct scaled_group *sg = scaled_group(s, g->id);
	char why[SCALING_TEXT], bar[SCALING_TEXT], reason[2 * SCALING_TEXT + 8];
	struct decision d = { .kind = KIND_CUSTOM, .policy = r->name, .group = g, .from = g->requested,
	                      .to = g->requested, .reason = reason, .numbers = numbers_of(sg, r, a, g) };
	int target;

	reason_of(r, d.numbers, why, sizeof why);
	snprintf(reason, sizeof reason, "%s", why);
	enum scaling_adjustment kind = scaling_rule_adjustment(r);
	d.outcome = scaling_clamp(kind, r->amount, g->requested, sg->policy.min, sg->policy.max, &target);
	if (d.outcome == SCALING_APPLIED) {
		enum scaling_outcome barred = activity_bars(sg, c, g, target > g->requested, clock_now_ms(), bar,
		                                            sizeof bar);
		if (barred == SCALING_APPLIED) {
			d.to = target;
			decision_apply(ctl, s, c, &d, scaling_rule_cool_down(r));
			return;
		}
		d.outcome = barred;
		snprintf(reason, sizeof reason, "%s, but %s", why, bar);
	} else if (d.outcome == SCALING_AT_LIMIT) {
		snprintf(reason, sizeof reason, "%s, but the limits are %d to %d nodes", why, sg->policy.min,
		         sg->policy.max);
	} else {
		snprintf(reason, sizeof reason, "%s, and the group has that size", why);
	}
	d.key = "";
	decision_add(ctl, s, c, &d);
}

void custom_fire(struct control *ctl, const struct metric_alarm *a)
{
	char cluster[MODEL_ID_SIZE], group[MODEL_ID_SIZE];
	const char *name;

	/* Only the alarms that a policy made set it off: whoever may put alarms need not have a say over clusters. */
	if (!a->owner || strcmp(a->owner, SCALING_ALARM_OWNER) || !rule_of_alarm(a, cluster, group, &name))
		return;
	struct cluster *c = find_cluster(ctl, cluster);
	struct scaled *s = scaled_of(ctl, cluster);
	struct scaled_group *sg = s ? scaled_group(s, group) : NULL;
	struct instance_group *g = c ? cluster_group(c, group) : NULL;
	const struct scaling_rule *r = sg && sg->has_policy ? scaling_policy_rule(&sg->policy, name) : NULL;
	if (!r || !g || sg->policy.state != SCALING_ATTACHED ||
	    (c->state != CLUSTER_RUNNING && c->state != CLUSTER_WAITING) || too_soon(sg, name, clock_now_ms()))
		return;
	act(ctl, s, c, g, r, a);
}
