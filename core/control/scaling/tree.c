/* The utilisation tree: CPU above the high mark → out, below the low → in; at the maximum → a person.
 *
 * The CPU is the cluster's: of all its core and task nodes, weighted by vCPU, what their containers use of
 * each node's vCPUs. (The nodes of the embedded cluster share a machine; its own CPU would say the same of
 * every cluster.) Samples of a minute make one mean; decisions are taken when a minute is full. */
#include <math.h>
#include <stdio.h>

#include "core/control/notify/notify.h"
#include "core/control/ops.h"
#include "core/control/scaling/inside.h"

#define MINUTE_MS 60000
#define LATE_MS 1000      /* the last samples of a minute are still on their way */

/* Full minutes move into the past; those without samples are gaps. */
static void roll(struct scaled *s, int64_t minute)
{
	for (int steps = 0; s->minute < minute; s->minute++, steps++) {
		if (steps == CPU_MINUTES) {
			s->minute = minute;
			break;
		}
		memmove(s->cpu + 1, s->cpu, (CPU_MINUTES - 1) * sizeof *s->cpu);
		s->cpu[0] = s->cpu_weight > 0 ? s->cpu_sum / s->cpu_weight : NAN;
		s->cpu_sum = s->cpu_weight = 0;
	}
}

void tree_sampled(struct scaled *s, const struct node *n, double cpu, int64_t now)
{
	double weight = n->m->vcpu > 0 ? n->m->vcpu : 1;

	if (n->m->role == ROLE_MASTER || n->draining || isnan(cpu))
		return;
	if (!s->minute)
		s->minute = s->judged = now / MINUTE_MS;
	roll(s, now / MINUTE_MS);
	s->cpu_sum += (cpu > 100 ? 100 : cpu) * weight;
	s->cpu_weight += weight;
}

static bool any_tree(const struct scaled *s)
{
	for (size_t i = 0; i < s->groups.len; i++)
		if (s->groups.items[i].has_tree)
			return true;
	return false;
}

int64_t tree_due(const struct scaled *s)
{
	return any_tree(s) && s->minute ? (s->judged + 1) * MINUTE_MS + LATE_MS : 0;
}

/* ---- telling an operator ---- */

static void tell(struct control *ctl, struct cluster *c, struct scaled_group *sg, const struct instance_group *g,
                 const char *reason)
{
	event_add(ctl, SEVERITY_WARN, c->id, sg->id, EVENT_GROUP,
	          "Instance %s %s needs an operator: it is at its maximum of %d %s. %s",
	          g->fleet ? "fleet" : "group", sg->id, sg->tree.max, scaled_words(g, sg->tree.max), reason);
	cJSON *body = json_add_str(cJSON_CreateObject(), "ClusterId", c->id);
	json_add_str(body, "InstanceGroupId", sg->id);
	json_add_str(body, "Reason", reason);
	json_add_int(body, "MaxCapacity", sg->tree.max);
	char *subject = xasprintf("%s: instance %s %s is at its maximum and its CPU is still high", c->name,
	                          g->fleet ? "fleet" : "group", sg->id);
	notify_send(ctl, c->region, sg->tree.topic_arn, subject, body);
	free(subject);
	cJSON_Delete(body);
}

static void watch_alert(struct control *ctl, struct scaled *s, struct cluster *c, struct scaled_group *sg,
                        const struct instance_group *g, const struct utilization_decision *u, int64_t now)
{
	if (u->alert == (sg->alert_since != 0) || u->branch == UTILIZATION_UNKNOWN)
		return;
	sg->alert_since = u->alert ? now : 0;
	scaled_save(ctl, s);
	if (u->alert) {
		struct acting before = actor_begin(ctl, SCALING_ACTOR, u->reason);
		tell(ctl, c, sg, g, u->reason);
		actor_end(ctl, &before);
	}
}

void scaling_conditions(struct control *ctl, const char *cluster_id, int64_t now, struct alarm_list *out)
{
	struct scaling *st = ctl->parts[PART_SCALING];
	size_t it = 0;
	void *v;

	(void)now;
	while (st && map_next(st->clusters, &it, NULL, &v)) {
		struct scaled *s = v;
		struct cluster *c = find_cluster(ctl, s->cluster_id);
		if (!c || !op_visible(ctl, c) || cluster_state_closing(c->state) ||
		    (cluster_id && strcmp(cluster_id, s->cluster_id)))
			continue;
		for (size_t i = 0; i < s->groups.len; i++) {
			const struct scaled_group *sg = &s->groups.items[i];
			const struct instance_group *g = cluster_group(c, sg->id);
			if (!sg->has_tree || !sg->alert_since || !g)
				continue;
			struct alarm a = { .id = xasprintf("scaling-max/%s", sg->id), .severity = SEVERITY_WARN,
			                   .since = sg->alert_since,
			                   .title = xasprintf("Instance %s %s is at its maximum of %d %s",
			                                      g->fleet ? "fleet" : "group", sg->id, sg->tree.max,
			                                      scaled_words(g, sg->tree.max)),
			                   .detail = xasprintf("Its CPU is still above %g %% (%.1f %% in the last minute).",
			                                       sg->tree.high, s->cpu[0]),
			                   .hint = xstrdup("Raise the maximum, or look at what keeps the nodes busy.") };
			strcpy(a.cluster_id, s->cluster_id);
			vec_push(out, a);
		}
	}
}

/* ---- deciding ---- */

static cJSON *numbers_of(const struct scaled *s, const struct utilization_policy *p,
                         const struct instance_group *g)
{
	cJSON *o = cJSON_CreateObject();
	char name[32];

	for (int i = 0; i < p->periods && i < CPU_MINUTES; i++) {
		snprintf(name, sizeof name, i ? "Cpu-%dmin" : "Cpu", i);
		if (!isnan(s->cpu[i]))
			json_add_num(o, name, round(s->cpu[i] * 10) / 10);
	}
	json_add_num(o, "HighCpu", p->high);
	json_add_num(o, "LowCpu", p->low);
	json_add_int(o, "Running", g->fleet ? g->fleet->provisioned_on_demand + g->fleet->provisioned_spot : g->running);
	json_add_int(o, "MinCapacity", p->min);
	return json_add_int(o, "MaxCapacity", p->max);
}

static void decide(struct control *ctl, struct scaled *s, struct cluster *c, struct scaled_group *sg,
                   int64_t now)
{
	struct instance_group *g = cluster_group(c, sg->id);
	struct utilization_decision u;
	char bar[SCALING_TEXT / 2], reason[2 * SCALING_TEXT];

	if (!g)
		return;
	int size = scaled_size(g);
	utilization_decide(&sg->tree, size, s->cpu, CPU_MINUTES, &u);
	watch_alert(ctl, s, c, sg, g, &u, now);
	if (u.branch == UTILIZATION_NORMAL || u.branch == UTILIZATION_UNKNOWN)
		return;
	struct decision d = { .kind = KIND_UTILIZATION, .group = g, .from = size, .to = size,
	                      .outcome = u.outcome, .key = u.branch == UTILIZATION_OUT ? "out" : "in",
	                      .reason = u.reason, .numbers = numbers_of(s, &sg->tree, g) };
	if (u.outcome == SCALING_APPLIED) {
		d.outcome = activity_bars(sg, c, g, u.target > size, now, bar, sizeof bar);
		if (d.outcome == SCALING_APPLIED) {
			d.to = u.target;
			decision_split(&d, sg->tree.max_on_demand);
			decision_apply(ctl, s, c, &d, sg->tree.cool_down_s);
			return;
		}
		snprintf(reason, sizeof reason, "%s, but %s", u.reason, bar);
		d.reason = reason;
	}
	decision_add(ctl, s, c, &d);
}

void tree_run(struct control *ctl, struct scaled *s, struct cluster *c, int64_t now)
{
	int64_t due = tree_due(s);

	if (!due || now < due)
		return;
	s->judged = (now - LATE_MS) / MINUTE_MS;
	roll(s, s->judged);
	for (size_t i = 0; i < s->groups.len; i++)
		if (s->groups.items[i].has_tree)
			decide(ctl, s, c, &s->groups.items[i], now);
}
