/* Instance groups: bring the number of nodes to what was asked for, gently. */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/control/state.h"

struct ctl_group *group_runtime(struct instance_group *g)
{
	if (!g->runtime) {
		struct ctl_group *rt = xcalloc(1, sizeof *rt);
		rt->decommission_s = -1;
		g->runtime = rt;
	}
	return g->runtime;
}

void group_free_runtime(struct instance_group *g)
{
	struct ctl_group *rt = g->runtime;

	if (rt) {
		str_list_free(&rt->shrink_first);
		str_list_free(&rt->protect);
		str_list_free(&rt->terminate_now);
	}
	free(rt);
	g->runtime = NULL;
}

void group_set_state(struct control *ctl, struct instance_group *g, enum group_state s,
                     enum group_reason reason, const char *msg)
{
	if (g->state == s && g->reason == reason)
		return;
	if (!transition_allowed(&group_transitions, g->state, s)) {
		log_error("%s: %s does not follow %s", g->id, names_get(&group_state_names, s),
		          names_get(&group_state_names, g->state));
		return;
	}
	if (g->state != s)
		event_add(ctl, s == GROUP_SUSPENDED || s == GROUP_ARRESTED ? SEVERITY_ERROR : SEVERITY_INFO,
		          g->cluster_id, g->id, EVENT_GROUP, "Instance group %s (%s) is %s%s%s", g->id,
		          names_get(&instance_role_names, (int)g->role), names_get(&group_state_names, s),
		          msg && *msg ? ": " : "", msg ? msg : "");
	g->state = s;
	g->reason = reason;
	text_set(&g->reason_message, msg);
	if (s == GROUP_RUNNING && !g->timeline.ready)
		g->timeline.ready = clock_now_ms();
	if (s == GROUP_TERMINATED) { /* the requested size stays, as EMR has it */
		g->timeline.ended = clock_now_ms();
		g->running = 0;
	}
	mark_dirty(ctl, OBJECT_GROUP, g);
}

static bool belongs(const struct instance *i, const struct instance_group *g)
{
	return i->state != INSTANCE_TERMINATED && !strcmp(i->group_id, g->id);
}

int group_live(const struct cluster *c, const struct instance_group *g)
{
	int n = 0;

	for (size_t i = 0; i < c->instances.len; i++) {
		const struct node *node = c->instances.items[i]->runtime;
		n += belongs(c->instances.items[i], g) && !(node && (node->draining || node->stopping));
	}
	return n;
}

/* The next node to give up: those named first, then idle ones, then the youngest; never protected ones
 * while others are left. */
static struct node *victim(const struct cluster *c, struct instance_group *g)
{
	struct ctl_group *rt = group_runtime(g);
	struct node *best = NULL;
	int best_rank = 0;

	for (size_t i = 0; i < c->instances.len; i++) {
		struct instance *in = c->instances.items[i];
		struct node *n = in->runtime;
		if (!belongs(in, g) || !n || n->draining || n->stopping)
			continue;
		int rank = n->execs.len ? 2 : 3;
		if (in->state != INSTANCE_RUNNING)
			rank = 4;
		if (str_list_has(&rt->shrink_first, in->ec2_id) || str_list_has(&rt->shrink_first, in->id))
			rank = 5;
		if (str_list_has(&rt->protect, in->ec2_id) || str_list_has(&rt->protect, in->id))
			rank = 1;
		if (rank >= best_rank) {
			best = n;
			best_rank = rank;
		}
	}
	return best;
}

static void drain(struct control *ctl, struct node *n, struct instance_group *g)
{
	int s = group_runtime(g)->decommission_s;

	n->draining = true;
	n->drain_deadline = mono_ms() + (s >= 0 ? s * 1000L : DRAIN_MS);
	event_add(ctl, SEVERITY_INFO, g->cluster_id, n->m->id, EVENT_INSTANCE,
	          "Instance %s is being decommissioned%s", n->m->ec2_id,
	          n->execs.len ? ": it goes when its running work has ended" : "");
}

static void stop_drained(struct control *ctl, struct cluster *c, struct instance_group *g)
{
	for (size_t i = 0; i < c->instances.len; i++) {
		struct node *n = c->instances.items[i]->runtime;
		if (!belongs(c->instances.items[i], g) || !n || !n->draining || n->stopping)
			continue;
		if (!n->execs.len || mono_ms() >= n->drain_deadline)
			node_stop(ctl, n);
	}
}

/* Growing again takes back nodes that were about to go. */
static bool undrain(struct cluster *c, struct instance_group *g)
{
	for (size_t i = 0; i < c->instances.len; i++) {
		struct node *n = c->instances.items[i]->runtime;
		if (belongs(c->instances.items[i], g) && n && n->draining && !n->stopping) {
			n->draining = false;
			return true;
		}
	}
	return false;
}

static void start_and_end(struct control *ctl, struct cluster *c, struct instance_group *g)
{
	struct ctl_group *rt = group_runtime(g);

	for (size_t i = 0; i < rt->terminate_now.len; i++) {
		struct instance *in = cluster_instance(c, rt->terminate_now.items[i]);
		if (in)
			group_terminate_instance(ctl, c, in);
	}
	str_list_free(&rt->terminate_now);
	for (size_t i = 0; i < c->instances.len; i++) {
		struct node *n = c->instances.items[i]->runtime;
		if (!n || !belongs(c->instances.items[i], g))
			continue;
		if (n->doom)
			node_gone(ctl, n, n->doom_reason, n->doom);
		else if (!n->spawned && !n->link)
			node_spawn(ctl, n);
	}
}

static void show_state(struct control *ctl, struct cluster *c, struct instance_group *g)
{
	int running = 0, all = 0;

	for (size_t i = 0; i < c->instances.len; i++) {
		all += belongs(c->instances.items[i], g);
		running += belongs(c->instances.items[i], g) &&
		           c->instances.items[i]->state == INSTANCE_RUNNING;
	}
	if (g->running != running) {
		g->running = running;
		mark_changed(ctl);
	}
	if (g->state == GROUP_SUSPENDED || g->state == GROUP_ARRESTED)
		return;
	if (running == g->requested && all == running)
		group_set_state(ctl, g, GROUP_RUNNING, GROUP_REASON_NONE, "");
	else if (g->state == GROUP_RUNNING)
		group_set_state(ctl, g, GROUP_RESIZING, GROUP_REASON_NONE, "");
	else if (g->state == GROUP_PROVISIONING && c->state >= CLUSTER_BOOTSTRAPPING)
		group_set_state(ctl, g, GROUP_BOOTSTRAPPING, GROUP_REASON_NONE, "");
}

static void note_size(struct cluster *c)
{
	bool off = false;

	for (size_t i = 0; i < c->groups.len; i++)
		off |= c->groups.items[i]->running != c->groups.items[i]->requested;
	if (!off)
		runtime_of(c)->off_size_since = 0;
	else if (!runtime_of(c)->off_size_since)
		runtime_of(c)->off_size_since = clock_now_ms();
}

void groups_schedule(struct control *ctl, struct cluster *c)
{
	for (size_t i = 0; i < c->groups.len && !cluster_state_closing(c->state); i++) {
		struct instance_group *g = c->groups.items[i];
		start_and_end(ctl, c, g);
		int live = group_live(c, g);
		bool held = g->state == GROUP_SUSPENDED || g->state == GROUP_ARRESTED;
		for (; live < g->requested && undrain(c, g); live++)
			;
		for (; live < g->requested && !held; live++)
			node_create(ctl, c, g);
		for (; live > g->requested; live--) {
			struct node *n = victim(c, g);
			if (!n)
				break;
			drain(ctl, n, g);
		}
		stop_drained(ctl, c, g);
		show_state(ctl, c, g);
	}
	note_size(c);
}

void group_resize(struct control *ctl, struct cluster *c, struct instance_group *g, int n)
{
	g->requested = n;
	group_runtime(g)->failures = 0;
	if (g->state == GROUP_SUSPENDED || g->state == GROUP_ARRESTED)
		group_set_state(ctl, g, GROUP_RESIZING, GROUP_REASON_NONE, "");
	mark_dirty(ctl, OBJECT_GROUP, g);
	wake_cluster(ctl, c);
}

void group_terminate_instance(struct control *ctl, struct cluster *c, struct instance *i)
{
	struct node *n = i->runtime;

	(void)c;
	if (!n || n->stopping)
		return;
	n->draining = true;
	node_stop(ctl, n);
}
