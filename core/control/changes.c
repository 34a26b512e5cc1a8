/* What a request changed that is no state of its own: flags, sizes that are wanted, tags, new steps and groups, and
 * the settings that parts keep. The dispatcher takes a picture of the clusters that a request names before it runs
 * and compares afterwards, so that an operation need not tell, and one that changed nothing tells nothing. */
#include <stdio.h>

#include "core/base/json.h"
#include "core/control/changes.h"

#define EVENT_SETTING "EMR Cluster Configuration Change"

struct size {
	struct instance_group *group;
	int requested, on_demand, spot;
};

struct picture {
	struct cluster *c;
	bool is_protected, visible, keep_alive, replacing;
	int concurrency;
	int64_t idle_s;
	struct pair_list tags;
	size_t steps, groups;
	VEC(struct size) sizes;
};

struct changes {
	VEC(struct picture) pictures;
	size_t events;                 /* of this request, before it ran */
};

/* ---- before ---- */

static void take_picture(struct control *ctl, struct changes *ch, const char *id)
{
	struct cluster *c = op_find(ctl, id);

	for (size_t i = 0; c && i < ch->pictures.len; i++)
		if (ch->pictures.items[i].c == c)
			c = NULL;
	if (!c)
		return;
	struct picture p = {
		.c = c, .is_protected = c->termination_protected, .visible = c->visible_to_all,
		.keep_alive = c->keep_alive, .replacing = c->unhealthy_replacement, .concurrency = c->step_concurrency,
		.idle_s = c->idle_timeout_s, .steps = c->steps.len, .groups = c->groups.len,
	};
	for (size_t i = 0; i < c->tags.len; i++)
		pair_list_set(&p.tags, c->tags.items[i].key, c->tags.items[i].value);
	for (size_t i = 0; i < c->groups.len; i++) {
		struct instance_group *g = c->groups.items[i];
		struct size s = { g, g->requested, g->fleet ? g->fleet->target_on_demand : 0,
		                  g->fleet ? g->fleet->target_spot : 0 };
		vec_push(&p.sizes, s);
	}
	vec_push(&ch->pictures, p);
}

struct changes *changes_before(struct control *ctl, const cJSON *in)
{
	static const char *const members[] = { "ClusterId", "JobFlowId", "ResourceId" };
	struct changes *ch = xcalloc(1, sizeof *ch);
	const cJSON *v;

	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (json_str(in, members[i], NULL))
			take_picture(ctl, ch, json_str(in, members[i], ""));
	cJSON_ArrayForEach(v, json_arr(in, "JobFlowIds"))
		if (cJSON_IsString(v))
			take_picture(ctl, ch, v->valuestring);
	ch->events = ctl->events.len;
	return ch;
}

/* ---- after: clusters ---- */

static void say_flag(struct control *ctl, const struct cluster *c, const char *what, bool was, bool is)
{
	if (was != is)
		event_add(ctl, SEVERITY_INFO, c->id, c->id, EVENT_SETTING, "%s of cluster %s (%s) is %s now", what, c->id,
		          c->name, is ? "on" : "off");
}

static void say_tags(struct control *ctl, const struct picture *p)
{
	const struct cluster *c = p->c;

	for (size_t i = 0; i < c->tags.len; i++) {
		const char *was = pair_list_get(&p->tags, c->tags.items[i].key);
		if (!was || strcmp(was, c->tags.items[i].value))
			event_add(ctl, SEVERITY_INFO, c->id, c->id, EVENT_SETTING, "Cluster %s (%s) has the tag %s=%s now", c->id,
			          c->name, c->tags.items[i].key, c->tags.items[i].value);
	}
	for (size_t i = 0; i < p->tags.len; i++)
		if (!pair_list_get(&c->tags, p->tags.items[i].key))
			event_add(ctl, SEVERITY_INFO, c->id, c->id, EVENT_SETTING, "Cluster %s (%s) has the tag %s no longer",
			          c->id, c->name, p->tags.items[i].key);
}

static void say_fleets(struct control *ctl, const struct picture *p)
{
	for (size_t i = 0; i < p->sizes.len; i++) {
		const struct size *s = &p->sizes.items[i];
		const struct fleet *f = s->group->fleet;
		if (f && (f->target_on_demand != s->on_demand || f->target_spot != s->spot))
			event_add(ctl, SEVERITY_INFO, p->c->id, s->group->id, EVENT_FLEET, "Instance fleet %s (%s) shall have %d "
			          "units on demand and %d of spot, it had to have %d and %d", s->group->id,
			          names_get(&instance_role_names, (int)s->group->role), f->target_on_demand, f->target_spot,
			          s->on_demand, s->spot);
	}
}

static void say_new_groups(struct control *ctl, const struct cluster *c, size_t from)
{
	for (size_t i = from; i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		event_add(ctl, SEVERITY_INFO, c->id, g->id, g->fleet ? EVENT_FLEET : EVENT_GROUP, "Instance %s %s (%s) of "
		          "cluster %s is PROVISIONING", g->fleet ? "fleet" : "group", g->id,
		          names_get(&instance_role_names, (int)g->role), c->id);
	}
}

/* An operation that another one ran has told of its steps already. */
static bool told(const struct control *ctl, size_t from, const char *id)
{
	for (size_t i = from; i < ctl->events.len; i++)
		if (!strcmp(ctl->events.items[i].resource_id, id))
			return true;
	return false;
}

static void say_new_steps(struct control *ctl, const struct cluster *c, size_t from, size_t events)
{
	bool nested = ctl->events.len > events;

	for (size_t i = from; i < c->steps.len; i++) {
		const struct step *s = c->steps.items[i];
		if (s->state == STEP_PENDING && !(nested && told(ctl, events, s->id)))
			event_add(ctl, SEVERITY_INFO, c->id, s->id, EVENT_STEP, "Step %s (%s) of cluster %s is PENDING", s->id,
			          s->name, c->id);
	}
}

static void compare(struct control *ctl, const struct picture *p, size_t events)
{
	const struct cluster *c = p->c;

	say_flag(ctl, c, "Termination protection", p->is_protected, c->termination_protected);
	say_flag(ctl, c, "Visibility to all users", p->visible, c->visible_to_all);
	say_flag(ctl, c, "Keeping alive without steps", p->keep_alive, c->keep_alive);
	say_flag(ctl, c, "Replacement of unhealthy nodes", p->replacing, c->unhealthy_replacement);
	if (p->concurrency != c->step_concurrency)
		event_add(ctl, SEVERITY_INFO, c->id, c->id, EVENT_SETTING, "Cluster %s (%s) may run %d steps at a time, it was "
		          "%d", c->id, c->name, c->step_concurrency, p->concurrency);
	if (p->idle_s != c->idle_timeout_s && c->idle_timeout_s)
		event_add(ctl, SEVERITY_INFO, c->id, c->id, EVENT_SETTING, "Cluster %s (%s) ends after %lld s without work",
		          c->id, c->name, (long long)c->idle_timeout_s);
	else if (p->idle_s != c->idle_timeout_s)
		event_add(ctl, SEVERITY_INFO, c->id, c->id, EVENT_SETTING, "Cluster %s (%s) stays however long it is idle",
		          c->id, c->name);
	say_tags(ctl, p);
	say_fleets(ctl, p);
	say_new_groups(ctl, c, p->groups);
	say_new_steps(ctl, c, p->steps, events);
}

/* ---- after: what is no cluster's ---- */

/* Operations that leave something behind for which the stream has no word yet; member names it. */
static const struct said {
	const char *operation, *member, *type, *text;
} saids[] = {
	{ "CreateSecurityConfiguration", "Name", "Stoker Setting Change", "Security configuration %s was made" },
	{ "DeleteSecurityConfiguration", "Name", "Stoker Setting Change", "Security configuration %s was deleted" },
	{ "PutBlockPublicAccessConfiguration", NULL, "Stoker Setting Change", "Block public access was configured%s" },
	{ "CreateStudio", "Name", "Stoker Setting Change", "Studio %s was made" },
	{ "UpdateStudio", "StudioId", "Stoker Setting Change", "Studio %s was changed" },
	{ "DeleteStudio", "StudioId", "Stoker Setting Change", "Studio %s was deleted" },
	{ "CreateStudioSessionMapping", "StudioId", "Stoker Setting Change", "An identity was mapped to studio %s" },
	{ "UpdateStudioSessionMapping", "StudioId", "Stoker Setting Change", "A mapping to studio %s was changed" },
	{ "DeleteStudioSessionMapping", "StudioId", "Stoker Setting Change", "A mapping to studio %s was deleted" },
	{ "PutAutoScalingPolicy", "InstanceGroupId", "EMR Auto Scaling Policy State Change",
	  "The automatic scaling policy of instance group %s was put" },
	{ "RemoveAutoScalingPolicy", "InstanceGroupId", "EMR Auto Scaling Policy State Change",
	  "The automatic scaling policy of instance group %s was removed" },
	{ "PutManagedScalingPolicy", "ClusterId", EVENT_SETTING,
	  "The managed scaling policy of cluster %s was put" },
	{ "RemoveManagedScalingPolicy", "ClusterId", EVENT_SETTING,
	  "The managed scaling policy of cluster %s was removed" },
	{ "PutUtilizationScaling", "InstanceGroupId", EVENT_SETTING,
	  "Scaling by utilisation of instance group %s was put" },
	{ "RemoveUtilizationScaling", "InstanceGroupId", EVENT_SETTING,
	  "Scaling by utilisation of instance group %s was removed" },
	{ "PutScheduledScaling", "ScheduleName", EVENT_SETTING, "Scheduled scaling %s was put" },
	{ "RemoveScheduledScaling", "ScheduleName", EVENT_SETTING, "Scheduled scaling %s was removed" },
	{ "PutBudget", "BudgetName", "Stoker Budget State Change", "Budget %s was put" },
	{ "DeleteBudget", "BudgetName", "Stoker Budget State Change", "Budget %s was deleted" },
	{ "PutSchedule", "ScheduleName", "Stoker Schedule State Change", "Schedule %s was put" },
	{ "DeleteSchedule", "ScheduleName", "Stoker Schedule State Change", "Schedule %s was deleted" },
	{ "PutTopic", "TopicName", "Stoker Topic State Change", "Topic %s was put" },
	{ "DeleteTopic", "TopicName", "Stoker Topic State Change", "Topic %s was deleted" },
	{ "PutMetricAlarm", "AlarmName", "CloudWatch Alarm Configuration Change", "Alarm %s was put" },
	{ "PutCompositeAlarm", "AlarmName", "CloudWatch Alarm Configuration Change", "Alarm %s was put" },
	{ "EnableAlarmActions", NULL, "CloudWatch Alarm Configuration Change", "Actions of alarms were enabled%s" },
	{ "DisableAlarmActions", NULL, "CloudWatch Alarm Configuration Change", "Actions of alarms were disabled%s" },
	{ "AcknowledgeAlarm", "AlarmId", "Stoker Alarm State Change", "Alarm %s was acknowledged" },
	{ "UnacknowledgeAlarm", "AlarmId", "Stoker Alarm State Change", "Alarm %s is acknowledged no longer" },
	{ "DiscardDeadLetter", "DeadLetterId", "Stoker Dead Letter State Change", "Dead letter %s was discarded" },
	{ "ReplayDeadLetter", "DeadLetterId", "Stoker Dead Letter State Change", "Dead letter %s was replayed" },
};

static void say_each_alarm(struct control *ctl, const cJSON *in)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, json_arr(in, "AlarmNames"))
		if (cJSON_IsString(v))
			event_add(ctl, SEVERITY_INFO, NULL, v->valuestring, "CloudWatch Alarm Configuration Change",
			          "Alarm %s was deleted", v->valuestring);
}

static void say_setting(struct control *ctl, const char *operation, const cJSON *in)
{
	if (!strcmp(operation, "DeleteAlarms"))
		say_each_alarm(ctl, in);
	for (size_t i = 0; i < sizeof saids / sizeof *saids; i++) {
		const struct said *s = &saids[i];
		const char *name = s->member ? json_str(in, s->member, "") : "";
		if (strcmp(operation, s->operation))
			continue;
		char *text = xasprintf(s->text, name);
		event_add(ctl, SEVERITY_INFO, json_str(in, "ClusterId", NULL), s->member ? name : NULL, s->type, "%s", text);
		free(text);
	}
}

void changes_after(struct control *ctl, const char *operation, const cJSON *in, const cJSON *out,
                   struct changes *before)
{
	struct cluster *made = !strcmp(operation, "RunJobFlow") ? op_find(ctl, json_str(out, "JobFlowId", "")) : NULL;
	bool silent = ctl->events.len == before->events;

	for (size_t i = 0; i < before->pictures.len; i++)
		compare(ctl, &before->pictures.items[i], before->events);
	if (made) {
		say_new_groups(ctl, made, 0);
		say_new_steps(ctl, made, 0, ctl->events.len);
	}
	if (silent)
		say_setting(ctl, operation, in);
}

void changes_free(struct changes *ch)
{
	if (!ch)
		return;
	for (size_t i = 0; i < ch->pictures.len; i++) {
		pair_list_free(&ch->pictures.items[i].tags);
		vec_free(&ch->pictures.items[i].sizes);
	}
	vec_free(&ch->pictures);
	free(ch);
}
