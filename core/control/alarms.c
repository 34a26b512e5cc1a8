/* Alarms: computed from what is, whenever somebody asks; nothing to keep in step with the state. */
#include <stdio.h>
#include <sys/statvfs.h>

#include "core/base/clock.h"
#include "core/control/cost/cost.h"
#include "core/control/ops.h"
#include "core/control/scaling/scaling.h"
#include "core/control/spot/spot.h"

#define HOUR_MS 3600000LL
#define OFF_SIZE_MS 60000
#define FAILED_SHOWN_MS (24 * HOUR_MS)

static void add(struct alarm_list *out, enum severity severity, const char *cluster_id, int64_t since,
                char *id, char *title, char *detail, const char *hint)
{
	struct alarm a = { .id = id, .severity = severity, .since = since, .title = title,
	                   .detail = detail, .hint = xstrdup(hint) };

	snprintf(a.cluster_id, sizeof a.cluster_id, "%s", cluster_id ? cluster_id : "");
	vec_push(out, a);
}

/* A failed step is old news once a later step of the same name has completed. */
static bool superseded(const struct cluster *c, size_t i)
{
	for (size_t k = i + 1; k < c->steps.len; k++)
		if (c->steps.items[k]->state == STEP_COMPLETED &&
		    !strcmp(c->steps.items[k]->name, c->steps.items[i]->name))
			return true;
	return false;
}

/* Median of the completed runs of steps with this name in all clusters; 0 when there are fewer than 3. */
static int64_t usual_ms(struct control *ctl, const char *name)
{
	int64_t runs[32];
	int n = 0;
	size_t it = 0;
	void *v;

	while (n < 32 && map_next(ctl->clusters, &it, NULL, &v)) {
		const struct cluster *c = v;
		for (size_t i = c->steps.len; i-- > 0 && n < 32;) {
			const struct step *s = c->steps.items[i];
			if (s->state != STEP_COMPLETED || strcmp(s->name, name))
				continue;
			int64_t ms = s->timeline.ended - s->timeline.ready;
			int k = n++;
			for (; k > 0 && runs[k - 1] > ms; k--)
				runs[k] = runs[k - 1];
			runs[k] = ms;
		}
	}
	return n >= 3 ? runs[n / 2] : 0;
}

static void step_alarms(struct control *ctl, struct cluster *c, int64_t now, struct alarm_list *out)
{
	for (size_t i = 0; i < c->steps.len; i++) {
		const struct step *s = c->steps.items[i];
		if (s->state == STEP_FAILED && now - s->timeline.ended < FAILED_SHOWN_MS && !superseded(c, i))
			add(out, SEVERITY_ERROR, c->id, s->timeline.ended, xasprintf("step-failed/%s", s->id),
			    xasprintf("Step %s failed", s->name),
			    xstrdup(s->failure_message ? s->failure_message : "Unknown error."),
			    "Read its stderr and syslog; add the step again once the cause is removed.");
		if (s->state != STEP_RUNNING)
			continue;
		int64_t usual = usual_ms(ctl, s->name), run = now - s->timeline.ready;
		if (usual && run > 3 * usual && run > 60000) {
			char a[32], b[32];
			add(out, SEVERITY_WARN, c->id, s->timeline.ready + 3 * usual,
			    xasprintf("step-slow/%s", s->id), xasprintf("Step %s runs unusually long", s->name),
			    xasprintf("%s so far; earlier runs took %s.", clock_duration(run, a, sizeof a),
			              clock_duration(usual, b, sizeof b)),
			    "Look at its progress, its stages and the nodes' graphs.");
		}
	}
}

#define STARVED_MS 20000

static void memory_alarms(struct control *ctl, const char *cluster_id, int64_t now, struct alarm_list *out)
{
	for (size_t i = 0; i < ctl->drivers.len; i++) {
		const struct driver *d = ctl->drivers.items[i];
		const struct step *s = d->exec ? d->exec->step : NULL;
		if (!s || !op_find(ctl, s->cluster_id) || !d->starved_since || now - d->starved_since < STARVED_MS ||
		    (cluster_id && strcmp(cluster_id, s->cluster_id)))
			continue;
		add(out, SEVERITY_WARN, s->cluster_id, d->starved_since, xasprintf("step-starved/%s", s->id),
		    xasprintf("Step %s waits for memory", s->name),
		    xasprintf("%d of %d MB are granted to other jobs and shells.", ctl->granted_mb, ctl->budget_mb),
		    "It goes on when one of them ends. Close idle SQL shells, or raise --memory-share.");
	}
}

static void node_alarms(struct cluster *c, int64_t now, struct alarm_list *out)
{
	for (size_t i = 0; i < c->instances.len; i++) {
		const struct instance *in = c->instances.items[i];
		struct instance_group *g = cluster_group(c, in->group_id);
		if (in->state != INSTANCE_TERMINATED || !g || g->running >= g->requested ||
		    (in->reason != INSTANCE_REASON_INSTANCE_FAILURE &&
		     in->reason != INSTANCE_REASON_BOOTSTRAP_FAILURE) ||
		    now - in->timeline.ended > HOUR_MS)
			continue;
		add(out, SEVERITY_ERROR, c->id, in->timeline.ended, xasprintf("node-lost/%s", in->id),
		    xasprintf("%s node %s was lost and is being replaced", role_word(in->role), in->ec2_id),
		    xstrdup(in->reason_message ? in->reason_message : ""),
		    "What it ran is run again. If it keeps happening, look at its worker.log.");
	}
	for (size_t i = 0; i < c->instances.len; i++) {
		const struct instance *in = c->instances.items[i];
		const struct node *n = in->runtime;
		if (n && n->health.since)
			add(out, SEVERITY_WARN, c->id, n->health.since, xasprintf("node-unhealthy/%s", in->id),
			    xasprintf("%s node %s is unhealthy", role_word(in->role), in->ec2_id),
			    xstrdup(n->health.script ? n->health.script : n->health.disk),
			    "It gets no new work, and is replaced after 45 minutes unless its cluster is protected.");
	}
	for (size_t i = 0; i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		int64_t since = runtime_of(c)->off_size_since;
		if (g->state == GROUP_SUSPENDED || g->state == GROUP_ARRESTED)
			add(out, SEVERITY_ERROR, c->id, since ? since : now,
			    xasprintf("group-suspended/%s", g->id),
			    xasprintf("Instance group %s is suspended", g->name ? g->name : g->id),
			    xstrdup(g->reason_message ? g->reason_message : ""),
			    "Remove the cause, then set the group's size again.");
		else if (g->running != g->requested && since && now - since > OFF_SIZE_MS) {
			const char *why = spot_holds_back(runtime_of(c)->ctl, c, g);
			add(out, SEVERITY_WARN, c->id, since, xasprintf("group-size/%s", g->id),
			    xasprintf("Instance %s %s has %d of %d nodes", g->fleet ? "fleet" : "group",
			              g->name ? g->name : g->id, g->running, g->requested),
			    why ? xasprintf("It waits for the spot market: %s.", why)
			    : xasprintf("For more than a minute now."), why
			    ? "Wait for the market (stoker spot), or add nodes on demand or of another type."
			    : "Nodes may be draining or failing to start; look at the list of nodes.");
		}
	}
}

static void disk_alarm(struct control *ctl, int64_t now, struct alarm_list *out)
{
	struct statvfs v;

	if (ctl->stalled)
		add(out, SEVERITY_CRITICAL, NULL, ctl->stalled_since, xstrdup("journal"),
		    xstrdup("The journal cannot be written"),
		    xasprintf("%s%s%s", ctl->stall.message, ctl->stall.detail[0] ? ": " : "", ctl->stall.detail),
		    "Changes are refused until it can. Free space on the disk of the home folder.");
	if (statvfs(ctl->home, &v) || !v.f_blocks)
		return;
	double used = 100.0 * (1 - (double)v.f_bavail / (double)v.f_blocks);
	if (used >= 90)
		add(out, used >= 97 ? SEVERITY_CRITICAL : SEVERITY_WARN, NULL, now, xstrdup("disk"),
		    xasprintf("The disk is %.0f %% full", used), xasprintf("It holds %s.", ctl->home),
		    "Remove old logs or lake data; jobs fail when it is full.");
}

void alarms_compute(struct control *ctl, const char *cluster_id, int64_t now, struct alarm_list *out)
{
	size_t it = 0;
	void *v;

	if (!cluster_id)
		disk_alarm(ctl, now, out);
	memory_alarms(ctl, cluster_id, now, out);
	cost_alarms(ctl, cluster_id, now, out);
	scaling_conditions(ctl, cluster_id, now, out);
	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		if (!op_visible(ctl, c) || (cluster_id && strcmp(cluster_id, c->id)))
			continue;
		if (c->state == CLUSTER_TERMINATED_WITH_ERRORS && now - c->timeline.ended < FAILED_SHOWN_MS)
			add(out, SEVERITY_CRITICAL, c->id, c->timeline.ended, xasprintf("cluster-failed/%s", c->id),
			    xasprintf("Cluster %s terminated with errors", c->name),
			    xstrdup(c->reason_message ? c->reason_message : ""),
			    "Read the logs under its log folder; a clone of it can be created.");
		if (cluster_state_ended(c->state) && now - c->timeline.ended > HOUR_MS)
			continue;
		step_alarms(ctl, c, now, out);
		if (!cluster_state_closing(c->state))
			node_alarms(c, now, out);
	}
}
