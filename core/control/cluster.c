/* The life of a cluster: STARTING → BOOTSTRAPPING → RUNNING ⇄ WAITING → TERMINATING → TERMINATED. */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/control/part.h"

struct cluster *find_cluster(const struct control *ctl, const char *id)
{
	return id ? map_get(ctl->clusters, id) : NULL;
}

struct ctl_cluster *runtime_of(struct cluster *c)
{
	return c->runtime;
}

struct ctl_cluster *cluster_attach(struct control *ctl, struct cluster *c)
{
	struct ctl_cluster *rt = xcalloc(1, sizeof *rt);

	rt->ctl = ctl;
	rt->m = c;
	rt->idle_since = clock_now_ms();
	c->runtime = rt;
	map_set(ctl->clusters, c->id, c);
	return rt;
}

void cluster_detach(struct control *ctl, struct cluster *c)
{
	struct ctl_cluster *rt = c->runtime;

	forget_dirty(ctl, OBJECT_CLUSTER, c);
	for (size_t i = 0; i < c->groups.len; i++) {
		forget_dirty(ctl, OBJECT_GROUP, c->groups.items[i]);
		group_free_runtime(c->groups.items[i]);
	}
	for (size_t i = 0; i < c->steps.len; i++) {
		forget_dirty(ctl, OBJECT_STEP, c->steps.items[i]);
		step_free_runtime(c->steps.items[i]);
	}
	for (size_t i = 0; i < c->instances.len; i++)
		forget_dirty(ctl, OBJECT_INSTANCE, c->instances.items[i]);
	map_remove(ctl->clusters, c->id);
	if (rt)
		free(rt->last_provision_error);
	free(rt);
	c->runtime = NULL;
}

static enum severity severity_of(enum cluster_state s)
{
	return s == CLUSTER_TERMINATED_WITH_ERRORS ? SEVERITY_CRITICAL : SEVERITY_INFO;
}

void cluster_set_state(struct control *ctl, struct cluster *c, enum cluster_state s,
                       enum cluster_reason reason, const char *msg)
{
	const char *old = c->reason_message ? c->reason_message : "";

	if (c->state == s && c->reason == reason && !strcmp(old, msg ? msg : ""))
		return;
	if (!transition_allowed(&cluster_transitions, c->state, s)) {
		log_error("%s: %s does not follow %s", c->id, names_get(&cluster_state_names, s),
		          names_get(&cluster_state_names, c->state));
		return;
	}
	bool moved = c->state != s;
	c->state = s;
	c->reason = reason;
	text_set(&c->reason_message, msg);
	if ((s == CLUSTER_RUNNING || s == CLUSTER_WAITING) && !c->timeline.ready)
		c->timeline.ready = clock_now_ms();
	if (cluster_state_ended(s))
		c->timeline.ended = clock_now_ms();
	runtime_of(c)->idle_since = clock_now_ms();
	mark_dirty(ctl, OBJECT_CLUSTER, c);
	if (moved)
		event_add(ctl, severity_of(s), c->id, c->id, EVENT_CLUSTER, "Cluster %s (%s) is %s%s%s", c->id,
		          c->name, names_get(&cluster_state_names, s), c->reason_message ? ": " : "",
		          c->reason_message ? c->reason_message : "");
	if (moved)
		parts_cluster_moved(ctl, c);
}

bool cluster_ends_with_errors(const struct cluster *c)
{
	switch (c->reason) {
	case CLUSTER_REASON_INTERNAL_ERROR:
	case CLUSTER_REASON_VALIDATION_ERROR:
	case CLUSTER_REASON_INSTANCE_FAILURE:
	case CLUSTER_REASON_INSTANCE_FLEET_TIMEOUT:
	case CLUSTER_REASON_BOOTSTRAP_FAILURE:
		return true;
	case CLUSTER_REASON_STEP_FAILURE: /* a step that was to end the cluster; not one that could fail */
		return c->reason_message && !strncmp(c->reason_message, "Shut down", 9);
	default:
		return false;
	}
}

void cluster_terminate(struct control *ctl, struct cluster *c, enum cluster_reason reason, const char *msg)
{
	if (cluster_state_closing(c->state))
		return;
	cluster_set_state(ctl, c, CLUSTER_TERMINATING, reason, msg);
	steps_end_all(ctl, c);
	for (size_t i = 0; i < c->groups.len; i++)
		group_set_state(ctl, c->groups.items[i], GROUP_TERMINATING, GROUP_REASON_CLUSTER_TERMINATED,
		                "Cluster is terminating.");
	runtime_of(c)->stop_deadline = 0;
	wake_cluster(ctl, c);
}

/* Has every MASTER and CORE instance that was asked for come at least so far? */
static bool all_reached(const struct cluster *c, enum instance_state state)
{
	for (size_t i = 0; i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		int n = 0;
		for (size_t k = 0; k < c->instances.len; k++) {
			const struct instance *in = c->instances.items[k];
			n += !strcmp(in->group_id, g->id) && in->state >= state &&
			     in->state != INSTANCE_TERMINATED;
		}
		if (g->role != ROLE_TASK && n < g->requested)
			return false;
	}
	return true;
}

static const char *waiting_message(const struct cluster *c)
{
	const struct step *last = NULL;

	for (size_t i = 0; i < c->steps.len; i++) {
		const struct step *s = c->steps.items[i];
		if (step_state_ended(s->state) && s->timeline.ready && /* it ran */
		    (!last || s->timeline.ended >= last->timeline.ended))
			last = s;
	}
	if (!last)
		return "Cluster ready to run steps.";
	if (last->state == STEP_FAILED)
		return "Cluster ready after last step failed.";
	if (last->state == STEP_CANCELLED)
		return "Cluster ready after last step cancelled.";
	return "Cluster ready after last step completed.";
}

/* Up and nothing more to run: wait, or end a cluster that lives for its steps only. */
static void settle(struct control *ctl, struct cluster *c)
{
	bool failed = false;

	if (cluster_active_steps(c) > 0) {
		cluster_set_state(ctl, c, CLUSTER_RUNNING, CLUSTER_REASON_NONE, "Running step");
		return;
	}
	if (c->keep_alive) {
		cluster_set_state(ctl, c, CLUSTER_WAITING, CLUSTER_REASON_NONE, waiting_message(c));
		return;
	}
	for (size_t i = 0; i < c->steps.len; i++)
		failed |= c->steps.items[i]->state == STEP_FAILED;
	if (c->state == CLUSTER_BOOTSTRAPPING)
		cluster_set_state(ctl, c, CLUSTER_RUNNING, CLUSTER_REASON_NONE, "Running step");
	cluster_terminate(ctl, c, failed ? CLUSTER_REASON_STEP_FAILURE : CLUSTER_REASON_ALL_STEPS_COMPLETED,
	                  failed ? "Steps completed with errors" : "Steps completed");
}

static void finish(struct control *ctl, struct cluster *c)
{
	char *hdfs = path_cluster(ctl, c, NULL);

	for (size_t i = 0; i < c->groups.len; i++)
		group_set_state(ctl, c->groups.items[i], GROUP_TERMINATED, GROUP_REASON_CLUSTER_TERMINATED,
		                "Cluster was terminated.");
	trash_throw(ctl->trash, hdfs); /* hdfs, work folders and temp files end with the cluster; logs stay */
	free(hdfs);
	cluster_set_state(ctl, c, cluster_ends_with_errors(c) ? CLUSTER_TERMINATED_WITH_ERRORS
	                  : CLUSTER_TERMINATED, c->reason, c->reason_message);
}

static void wind_down(struct control *ctl, struct cluster *c)
{
	int left = 0;

	for (size_t i = 0; i < c->instances.len; i++) {
		struct instance *in = c->instances.items[i];
		struct node *n = in->runtime;
		if (in->state == INSTANCE_TERMINATED)
			continue;
		if (!n || (!n->spawned && !n->link && !in->pid)) {
			if (n)
				node_gone(ctl, n, INSTANCE_REASON_CLUSTER_TERMINATED, "Cluster was terminated.");
			continue;
		}
		left++;
		if (!n->stopping)
			node_stop(ctl, n);
	}
	if (!left)
		finish(ctl, c);
}

void cluster_schedule(struct control *ctl, struct cluster *c)
{
	if (c->state == CLUSTER_TERMINATING) {
		wind_down(ctl, c);
		return;
	}
	if (cluster_state_ended(c->state))
		return;
	groups_schedule(ctl, c);
	if (c->state == CLUSTER_STARTING && all_reached(c, INSTANCE_BOOTSTRAPPING))
		cluster_set_state(ctl, c, CLUSTER_BOOTSTRAPPING, CLUSTER_REASON_NONE,
		                  "Running bootstrap actions");
	if (c->state == CLUSTER_BOOTSTRAPPING && all_reached(c, INSTANCE_RUNNING))
		settle(ctl, c);
	if (c->state != CLUSTER_RUNNING && c->state != CLUSTER_WAITING)
		return;
	steps_schedule(ctl, c);
	driver_schedule(ctl, c);
	if (!cluster_state_closing(c->state))
		settle(ctl, c);
}
