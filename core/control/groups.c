/* Instance groups: bring the number of nodes to what was asked for, gently. */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/control/fleet/fleet.h"
#include "core/control/spot/spot.h"
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
	bool moved = g->state != s;
	g->state = s;
	g->reason = reason;
	text_set(&g->reason_message, msg);
	if (s == GROUP_RUNNING && !g->timeline.ready)
		g->timeline.ready = clock_now_ms();
	if (s == GROUP_TERMINATED) { /* the requested size stays, as EMR has it */
		g->timeline.ended = clock_now_ms();
		g->running = 0;
		if (g->fleet)
			g->fleet->provisioned_on_demand = g->fleet->provisioned_spot = 0;
	}
	mark_dirty(ctl, OBJECT_GROUP, g);
	if (moved)
		event_add(ctl, s == GROUP_SUSPENDED || s == GROUP_ARRESTED ? SEVERITY_ERROR : SEVERITY_INFO,
		          g->cluster_id, g->id, g->fleet ? EVENT_FLEET : EVENT_GROUP, "Instance %s %s (%s) is %s%s%s",
		          g->fleet ? "fleet" : "group", g->id,
		          names_get(&instance_role_names, (int)g->role), names_get(&group_state_names, s),
		          g->reason_message && *g->reason_message ? ": " : "", g->reason_message ? g->reason_message : "");
}

static bool belongs(const struct instance *i, const struct instance_group *g)
{
	return i->state != INSTANCE_TERMINATED && !strcmp(i->group_id, g->id);
}

/* The only master of a cluster: nothing can take its place. */
static bool sole_master(const struct cluster *c, const struct instance *i)
{
	int masters = 0;

	for (size_t k = 0; i->role == ROLE_MASTER && k < c->instances.len; k++)
		masters += c->instances.items[k]->role == ROLE_MASTER &&
		        c->instances.items[k]->state != INSTANCE_TERMINATED;
	return i->role == ROLE_MASTER && masters <= 1;
}

bool group_counts(const struct cluster *c, const struct instance_group *g, const struct instance *i)
{
	const struct node *n = i->runtime;

	if (!belongs(i, g))
		return false;
	return !n || !(n->draining || n->stopping) || (n->interrupted && sole_master(c, i));
}

int group_live(const struct cluster *c, const struct instance_group *g)
{
	int n = 0;

	for (size_t i = 0; i < c->instances.len; i++)
		n += group_counts(c, g, c->instances.items[i]);
	return n;
}

struct node *group_victim(const struct cluster *c, struct instance_group *g, enum market market, int units)
{
	struct ctl_group *rt = group_runtime(g);
	struct node *best = NULL;
	int best_rank = 0;

	for (size_t i = 0; i < c->instances.len; i++) {
		struct instance *in = c->instances.items[i];
		struct node *n = in->runtime;
		if (!belongs(in, g) || !n || n->draining || n->stopping ||
		    (g->fleet && (in->market != market || fleet_weight(g, in->type) > units)))
			continue;
		int rank = n->execs.len ? 2 : 3;
		if (in->state != INSTANCE_RUNNING || n->health.since)
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

/* How long running work may go on: as the request said, else as YARN's property does, else an hour. */
static int64_t drain_ms(const struct cluster *c, const struct instance_group *g)
{
	static const char key[] = "yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs";
	const struct ctl_group *rt = g->runtime;
	const char *v = NULL;
	char *end;

	if (rt && rt->decommission_s >= 0)
		return rt->decommission_s * 1000LL;
	for (size_t i = 0; i < g->configurations.len; i++)
		if (!strcmp(g->configurations.items[i]->classification, "yarn-site"))
			v = pair_list_get(&g->configurations.items[i]->properties, key);
	v = v ? v : cluster_property(c, "yarn-site", key);
	long s = v ? strtol(v, &end, 10) : -1;
	return v && *v && !*end && s >= 0 && s <= 31536000 ? s * 1000LL : DRAIN_MS;
}

void group_drain(struct control *ctl, struct cluster *c, struct instance_group *g, struct node *n)
{
	n->draining = true;
	n->drain_deadline = mono_ms() + drain_ms(c, g);
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
		bool late = mono_ms() >= n->drain_deadline;
		/* A master with notice works until the end: the cluster goes with it. */
		if (n->interrupted && sole_master(c, n->m) ? late : late || !n->execs.len)
			node_stop(ctl, n);
	}
}

void group_interrupted(struct control *ctl, struct cluster *c, const struct instance *i)
{
	if (i->role == ROLE_MASTER && !cluster_primary(c))
		cluster_terminate(ctl, c, CLUSTER_REASON_INSTANCE_FAILURE, "The master node was terminated. ");
}

/* Jobs hear once that executors of theirs leave: they move between two tasks, or lose one at the deadline. */
static void tell_drivers(struct control *ctl, struct cluster *c, struct instance_group *g)
{
	for (size_t i = 0; i < c->instances.len; i++) {
		struct node *n = c->instances.items[i]->runtime;
		if (!n || !belongs(c->instances.items[i], g) || !n->draining || n->drain_told)
			continue;
		n->drain_told = true;
		for (size_t k = 0; k < n->execs.len; k++)
			driver_executor_leaving(ctl, n->execs.items[k]);
	}
}

/* Growing again takes back nodes that were about to go. */
static bool undrain(struct cluster *c, struct instance_group *g)
{
	for (size_t i = 0; i < c->instances.len; i++) {
		struct node *n = c->instances.items[i]->runtime;
		if (belongs(c->instances.items[i], g) && n && n->draining && !n->stopping && !n->interrupted) {
			n->draining = n->drain_told = false;
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
		else if (n->m->state == INSTANCE_AWAITING_FULFILLMENT) {
			if (!n->draining && spot_gives(ctl, c, g, n->m->type, NULL))
				node_fulfil(ctl, n);
		} else if (!n->spawned && !n->link)
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
	if (g->fleet)
		fleet_count(ctl, c, g);
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

static void bring_to_size(struct control *ctl, struct cluster *c, struct instance_group *g)
{
	bool held = g->state == GROUP_SUSPENDED || g->state == GROUP_ARRESTED;
	int live = group_live(c, g);

	for (; live < g->requested && undrain(c, g); live++)
		;
	for (; live < g->requested && !held; live++)
		node_create(ctl, c, g, g->type, g->market);
	for (; live > g->requested; live--) {
		struct node *n = group_victim(c, g, g->market, 0);
		if (!n)
			break;
		group_drain(ctl, c, g, n);
	}
}

void groups_schedule(struct control *ctl, struct cluster *c)
{
	for (size_t i = 0; i < c->groups.len && !cluster_state_closing(c->state); i++) {
		struct instance_group *g = c->groups.items[i];
		start_and_end(ctl, c, g);
		if (g->fleet)
			fleet_schedule(ctl, c, g);
		else
			bring_to_size(ctl, c, g);
		if (cluster_state_closing(c->state))
			return;
		tell_drivers(ctl, c, g);
		stop_drained(ctl, c, g);
		show_state(ctl, c, g);
	}
	note_size(c);
}

void group_resize(struct control *ctl, struct cluster *c, struct instance_group *g, int n)
{
	if (g->requested != n)
		event_add(ctl, SEVERITY_INFO, c->id, g->id, EVENT_GROUP, "Instance group %s (%s) shall have %d instances, it "
		          "had to have %d", g->id, names_get(&instance_role_names, (int)g->role), n, g->requested);
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
