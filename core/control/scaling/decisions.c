/* Decisions: each is a record and an event that carry the numbers behind it, and those that change a size
 * begin an activity. */
#include <stdio.h>

#include "core/base/id.h"
#include "core/control/fleet/fleet.h"
#include "core/control/scaling/inside.h"

/* ---- sizes ---- */

int scaled_size(const struct instance_group *g)
{
	return g->fleet ? g->fleet->target_on_demand + g->fleet->target_spot : g->requested;
}

const char *scaled_words(const struct instance_group *g, int n)
{
	return g->fleet ? n == 1 ? "unit" : "units" : n == 1 ? "node" : "nodes";
}

void decision_split(struct decision *d, int max_on_demand)
{
	if (!d->group->fleet)
		return;
	d->on_demand = max_on_demand < d->to ? max_on_demand : d->to;
	d->spot = d->to - d->on_demand;
	json_add_int(json_add_int(d->numbers, "OnDemandUnits", d->on_demand), "SpotUnits", d->spot);
}

/* ---- records and events ---- */

static void write_record(struct control *ctl, const struct scaled *s, const struct decision *d)
{
	char id[MODEL_ID_SIZE];
	int64_t now = clock_now_ms();
	cJSON *o = json_add_str(cJSON_CreateObject(), "DecisionId", id_make(id, sizeof id, "sd-", 13));

	json_add_time(o, "Time", now);
	json_add_str(o, "Region", s->region);
	json_add_str(o, "ClusterId", s->cluster_id);
	json_add_str(o, "InstanceGroupId", d->group ? d->group->id : NULL);
	json_add_str(o, "Kind", names_get(&scaling_kind_names, (int)d->kind));
	json_add_str(o, "Policy", d->policy);
	json_add_int(o, "From", d->from);
	json_add_int(o, "To", d->to);
	json_add_str(o, "Outcome", names_get(&scaling_outcome_names, (int)d->outcome));
	json_add_str(o, "Reason", d->reason);
	json_add(o, "Numbers", d->numbers ? cJSON_Duplicate(d->numbers, true) : cJSON_CreateObject());
	record_add(ctl, "scaling", s->region, s->cluster_id, now, o);
	cJSON_Delete(o);
}

static const char *outcome_words(const struct decision *d)
{
	switch (d->outcome) {
	case SCALING_APPLIED:
		return d->to > d->from ? "scales out" : d->to < d->from ? "scales in" : "changes markets";
	case SCALING_HELD:
		return "does not scale";
	case SCALING_COOL_DOWN:
		return "does not scale during its cool-down";
	case SCALING_AT_LIMIT:
		return "is at its limit";
	default:
		return "could not be scaled";
	}
}

static void write_event(struct control *ctl, const struct cluster *c, const struct decision *d)
{
	const char *name = d->group ? d->group->name ? d->group->name : d->group->id : c->name;
	char sizes[128] = "";

	if (d->outcome == SCALING_APPLIED && d->group && d->group->fleet)
		snprintf(sizes, sizeof sizes, " from %d to %d units (%d on demand, %d spot)", d->from, d->to,
		         d->on_demand, d->spot);
	else if (d->from != d->to)
		snprintf(sizes, sizeof sizes, " from %d to %d", d->from, d->to);
	event_add(ctl, d->outcome == SCALING_REFUSED ? SEVERITY_ERROR : SEVERITY_INFO, c->id,
	          d->group ? d->group->id : c->id, EVENT_GROUP, "%s %s %s%s: %s (%s%s%s)",
	          !d->group ? "Cluster" : d->group->fleet ? "Instance fleet" : "Instance group", name,
	          outcome_words(d), sizes, d->reason,
	          names_get(&scaling_kind_names, (int)d->kind), d->policy ? " " : "", d->policy ? d->policy : "");
}

/* True when the same was not the last word about this group and kind. */
static bool is_news(struct scaled *s, const struct decision *d)
{
	const char *group = d->group ? d->group->id : "";
	struct said *last = NULL;
	char key[96];

	snprintf(key, sizeof key, "%d %s %.80s", (int)d->outcome, d->policy ? d->policy : "", d->key ? d->key : "");
	for (size_t i = 0; i < s->said.len && !last; i++)
		if (s->said.items[i].kind == d->kind && !strcmp(s->said.items[i].group, group))
			last = &s->said.items[i];
	if (last && d->key && !strcmp(last->key, key))
		return false;
	if (!last) {
		struct said fresh = { .kind = d->kind };
		strcpy(fresh.group, group);
		vec_push(&s->said, fresh);
		last = &s->said.items[s->said.len - 1];
	}
	strcpy(last->key, key);
	return true;
}

void decision_add(struct control *ctl, struct scaled *s, struct cluster *c, const struct decision *d)
{
	if (is_news(s, d)) {
		struct acting before = actor_begin(ctl, d->kind == KIND_MANUAL ? actor_of(ctl) : SCALING_ACTOR, d->reason);
		write_record(ctl, s, d);
		write_event(ctl, c, d);
		actor_end(ctl, &before);
	}
	cJSON_Delete(d->numbers);
}

/* ---- activities ---- */

int draining_nodes(const struct cluster *c, const struct instance_group *g)
{
	int n = 0;

	for (size_t i = 0; i < c->instances.len; i++) {
		const struct instance *in = c->instances.items[i];
		const struct node *node = in->runtime;
		n += in->state != INSTANCE_TERMINATED && !strcmp(in->group_id, g->id) && node &&
		     (node->draining || node->stopping);
	}
	return n;
}

void decision_apply(struct control *ctl, struct scaled *s, struct cluster *c, struct decision *d,
                    int cool_down_s)
{
	struct instance_group *g = d->group;
	struct scaled_group *sg = scaled_group_make(s, g->id);
	struct acting before = actor_begin(ctl, SCALING_ACTOR, d->reason);

	d->outcome = SCALING_APPLIED;
	d->key = NULL;
	sg->activity.started = clock_now_ms();
	sg->activity.ended = 0;
	sg->activity.from = d->from;
	sg->activity.to = d->to;
	sg->activity.cool_down_s = cool_down_s;
	sg->activity.kind = d->kind;
	text_set(&sg->activity.policy, d->policy);
	decision_add(ctl, s, c, d);
	if (g->fleet)
		fleet_resize(ctl, c, g, d->on_demand, d->spot);
	else
		group_resize(ctl, c, g, d->to);
	scaled_save(ctl, s);
	scaling_poke(ctl, sg->activity.started + 1000);
	actor_end(ctl, &before);
}

#define STALLED_MS 120000 /* nodes that have not come after so long may be given up by the next decision */

enum scaling_outcome activity_bars(const struct scaled_group *sg, const struct cluster *c,
                                   const struct instance_group *g, bool grow, int64_t now, char *why,
                                   size_t size)
{
	const struct activity *a = sg && sg->activity.started ? &sg->activity : NULL;
	int leaving = draining_nodes(c, g);
	bool coming = g->running < g->requested, stalled = coming && a && !a->ended && now - a->started > STALLED_MS;

	/* Growing may take back a shrinking that has not ended, and shrinking a growth that has stalled; nothing
	 * else interrupts an activity. */
	if ((coming && (grow || !stalled)) || (leaving && !grow)) {
		if (coming)
			snprintf(why, size, "a scaling activity is under way: %d of %d nodes run", g->running, g->requested);
		else
			snprintf(why, size, "a scaling activity is under way: %d node%s to end", leaving,
			         leaving == 1 ? " is still" : "s are still");
		return SCALING_HELD;
	}
	/* One that has its size, but whose end has not been seen yet, ends now. */
	int64_t until = a && !stalled ? (a->ended ? a->ended : now) + a->cool_down_s * 1000LL : 0;
	if (now < until) {
		snprintf(why, size, "the cool-down of %d s lasts another %d s", a->cool_down_s,
		         (int)((until - now + 999) / 1000));
		return SCALING_COOL_DOWN;
	}
	return SCALING_APPLIED;
}

bool activity_open(const struct scaled *s)
{
	for (size_t i = 0; i < s->groups.len; i++)
		if (s->groups.items[i].activity.started && !s->groups.items[i].activity.ended)
			return true;
	return false;
}

/* An activity has completed when the group has its size and nothing comes or goes. */
void activities_watch(struct control *ctl, struct scaled *s, struct cluster *c, int64_t now)
{
	for (size_t i = 0; i < s->groups.len; i++) {
		struct activity *a = &s->groups.items[i].activity;
		struct instance_group *g = cluster_group(c, s->groups.items[i].id);
		if (!a->started || a->ended)
			continue;
		bool stuck = !g || g->state == GROUP_SUSPENDED || g->state == GROUP_ARRESTED ||
		             cluster_state_closing(c->state);
		if (!stuck && (g->running != g->requested || draining_nodes(c, g)))
			continue;
		a->ended = now;
		struct acting before = actor_begin(ctl, SCALING_ACTOR, NULL);
		event_add(ctl, stuck ? SEVERITY_WARN : SEVERITY_INFO, c->id, s->groups.items[i].id, EVENT_GROUP,
		          "The scaling activity of %s %s %.1f s: %d node%s%s", s->groups.items[i].id,
		          stuck ? "was given up after" : "took", (double)(now - a->started) / 1000, g ? g->running : 0,
		          g && g->running == 1 ? " runs" : "s run",
		          a->cool_down_s && !stuck ? "; its cool-down begins" : "");
		actor_end(ctl, &before);
		scaled_save(ctl, s);
	}
}
