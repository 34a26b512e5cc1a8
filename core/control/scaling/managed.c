/* Managed scaling: reads the demand of the jobs from what the control plane knows, and sets the sizes that
 * core/model/scaling_managed.c decides. */
#include <stdio.h>

#include "core/control/fleet/fleet.h"
#include "core/control/scaling/inside.h"

#define LOOK_MS 2000          /* while the cluster works, or has nodes to give up */
#define LOOK_IDLE_MS 30000
#define WAITS 2               /* looks in a row: what is granted at once was no demand */
#define NO_CAPACITY_MS 60000  /* a spot node that has waited for so long is not coming */

struct since {
	int64_t at;
	bool seen;
};

/* ---- demand ---- */

static int executors_of(const struct cluster *c, const struct exec *driver, int64_t *mb)
{
	int n = 0;

	for (size_t i = 0; i < c->instances.len; i++) {
		const struct node *node = c->instances.items[i]->runtime;
		for (size_t k = 0; node && k < node->execs.len; k++) {
			const struct exec *x = node->execs.items[k];
			if (x->m->kind != CONTAINER_EXECUTOR || strcmp(x->m->parent, driver->m->id) || x->kill_sent)
				continue;
			n++;
			*mb += x->m->mem_mb;
		}
	}
	return n;
}

/* What one more executor of a driver would ask for. */
static int wish_of(const struct control *ctl, const struct driver *d)
{
	return d->want_mb > 0 ? d->want_mb : ctl->budget_mb / 4;
}

static void read_demand(struct control *ctl, const struct cluster *c, struct managed_demand *out)
{
	*out = (struct managed_demand){ .grant_free_mb = resources_free(ctl), .since_out_ms = -1 };
	for (size_t i = 0; i < ctl->drivers.len; i++) {
		const struct driver *d = ctl->drivers.items[i];
		if (!d->exec || d->exec->c != c)
			continue;
		int have = executors_of(c, d->exec, &out->running_mb), waiting = d->want - have;
		out->running += have;
		if (waiting <= 0)
			continue;
		int wish = wish_of(ctl, d), least = wish / 2 > EXECUTOR_MIN_MB ? wish / 2 : EXECUTOR_MIN_MB;
		out->pending += waiting;
		out->pending_mb += (int64_t)waiting * wish;
		if (!out->grant_min_mb || least < out->grant_min_mb)
			out->grant_min_mb = least;
	}
}

/* ---- pools ---- */

static int weight_of(const struct managed_policy *p, const struct instance_group *g)
{
	const struct price *price = p->unit == SCALING_VCPU && g->type ? price_find(g->type) : NULL;

	return price ? price->vcpu : 1;
}

static int floor_of(const struct cluster *c, const struct instance_group *g)
{
	const char *replicas = cluster_property(c, "hdfs-site", "dfs.replication");

	if (g->role != ROLE_CORE)
		return 0;
	return replicas && atoi(replicas) > 1 ? atoi(replicas) : 1;
}

static int64_t idle_since(struct scaled *s, const struct instance *in, int64_t now)
{
	struct since *x = map_get(s->idle, in->id);

	if (!x) {
		x = xcalloc(1, sizeof *x);
		x->at = now;
		map_set(s->idle, in->id, x);
	}
	x->seen = true;
	return x->at;
}

/* Nodes without any container, by how long that is so; one that works again begins anew. */
static void forget_busy(struct scaled *s)
{
	size_t it = 0;
	const char *id;
	void *v;

	while (map_next(s->idle, &it, &id, &v)) {
		struct since *x = v;
		if (x->seen)
			x->seen = false;
		else
			free(map_remove(s->idle, id));
	}
}

/* Nodes of a group, or the units of a fleet's nodes on one market. */
static void count_nodes(struct scaled *s, const struct cluster *c, const struct instance_group *g,
                        struct managed_pool *p, int64_t now)
{
	for (size_t i = 0; i < c->instances.len; i++) {
		const struct instance *in = c->instances.items[i];
		const struct node *n = in->runtime;
		if (in->state == INSTANCE_TERMINATED || strcmp(in->group_id, g->id) || !n ||
		    (g->fleet && in->market != p->market))
			continue;
		int units = g->fleet ? fleet_weight(g, in->type) : 1;
		if (n->draining || n->stopping) {
			p->draining += n->stopping ? 0 : units;
			continue;
		}
		p->running += in->state == INSTANCE_RUNNING ? units : 0;
		p->stuck |= in->state == INSTANCE_AWAITING_FULFILLMENT && now - in->timeline.created > NO_CAPACITY_MS;
		if (!n->execs.len || in->state != INSTANCE_RUNNING)
			p->idle += now - idle_since(s, in, now) >= managed_patience_ms(&s->managed) ? units : 0;
	}
}

struct pools {
	struct managed_pool *items;
	size_t len, cap;
};

static void add_pool(struct control *ctl, struct scaled *s, const struct cluster *c,
                     const struct instance_group *g, struct managed_pool p, struct pools *out)
{
	int vcpu;

	p.id = g->id;
	p.role = g->role;
	p.stuck = g->state == GROUP_SUSPENDED || g->state == GROUP_ARRESTED || (g->fleet && g->fleet->given_up);
	resources_offer(ctl, g->type, &vcpu, &p.node_mb);
	if (g->fleet)
		p.node_mb /= fleet_weight(g, g->type);
	count_nodes(s, c, g, &p, clock_now_ms());
	vec_push(out, p);
}

/* A group is one pool, counted in nodes; a fleet is two, one for each market, counted in units. */
static void read_pools(struct control *ctl, struct scaled *s, struct cluster *c, struct pools *out)
{
	for (size_t i = 0; i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		int floor = floor_of(c, g);
		if (g->role == ROLE_MASTER)
			continue;
		if (!g->fleet) {
			add_pool(ctl, s, c, g, (struct managed_pool){ .market = g->market, .weight = weight_of(&s->managed, g),
			                                              .floor = floor, .requested = g->requested }, out);
			continue;
		}
		int od = g->fleet->target_on_demand;
		add_pool(ctl, s, c, g, (struct managed_pool){ .market = MARKET_ON_DEMAND, .weight = 1,
		                                              .floor = floor < od ? floor : od, .requested = od }, out);
		add_pool(ctl, s, c, g, (struct managed_pool){ .market = MARKET_SPOT, .weight = 1,
		                                              .floor = floor < od ? 0 : floor - od,
		                                              .requested = g->fleet->target_spot }, out);
	}
	forget_busy(s);
}

/* ---- acting ---- */

cJSON *managed_numbers(const struct scaled *s)
{
	cJSON *o = json_add_int(cJSON_CreateObject(), "ContainersPending", s->demand.pending);

	json_add_int(o, "MemoryPendingMB", s->demand.pending_mb);
	json_add_int(o, "ContainersRunning", s->demand.running);
	json_add_int(o, "MemoryAllocatedMB", s->demand.running_mb);
	json_add_int(o, "MemoryGrantableMB", s->demand.grant_free_mb);
	json_add_int(o, "UnitsWanted", s->last.wanted);
	json_add_int(o, "Units", s->last.before);
	json_add_int(o, "IdleNodes", s->last.idle);
	json_add_int(o, "CalmSeconds", s->demand.calm_ms / 1000);
	json_add_int(o, "MinimumCapacityUnits", s->managed.min);
	return json_add_int(o, "MaximumCapacityUnits", s->managed.max);
}

static void apply(struct control *ctl, struct scaled *s, struct cluster *c, const struct pools *pools,
                  int64_t now)
{
	char reason[2 * SCALING_TEXT];

	snprintf(reason, sizeof reason, "%s%s", s->last.reason,
	         s->last.cancels ? "; this takes back a resize that had not ended" : "");
	for (size_t i = 0; i < pools->len; i++) {
		const struct managed_pool *p = &pools->items[i];
		struct instance_group *g = cluster_group(c, p->id);
		const struct managed_pool *spot = g && g->fleet ? &pools->items[++i] : NULL;
		struct decision d = { .kind = KIND_MANAGED, .group = g, .from = p->requested, .to = p->target,
		                      .reason = reason, .on_demand = p->target };
		if (spot) {
			d.from += spot->requested;
			d.to += spot->target;
			d.spot = spot->target;
		}
		if (!g || (p->target == p->requested && (!spot || spot->target == spot->requested)))
			continue;
		if (d.to > d.from)
			s->out_at = now;
		d.numbers = managed_numbers(s);
		if (spot)
			json_add_int(json_add_int(d.numbers, "OnDemandUnits", d.on_demand), "SpotUnits", d.spot);
		decision_apply(ctl, s, c, &d, 0);
	}
}

static void note(struct control *ctl, struct scaled *s, struct cluster *c)
{
	struct decision d = { .kind = KIND_MANAGED, .from = s->last.before, .to = s->last.after,
	                      .outcome = s->last.outcome, .key = s->last.why, .reason = s->last.reason };

	if (!s->last.why)
		return;
	d.numbers = managed_numbers(s);
	decision_add(ctl, s, c, &d);
}

static bool busy(const struct scaled *s, const struct cluster *c)
{
	return cluster_active_steps(c) > 0 || s->demand.pending || s->demand.running ||
	       s->last.before > s->managed.min;
}

/* Calm is a state of the demand: it begins when nothing waits any more. */
static void measure(struct control *ctl, struct scaled *s, struct cluster *c, int64_t now)
{
	read_demand(ctl, c, &s->demand);
	s->waits_seen = s->demand.pending ? s->waits_seen + 1 : 0;
	if (s->demand.pending)
		s->calm_since = 0;
	else if (!s->calm_since)
		s->calm_since = now;
	s->demand.calm_ms = s->calm_since ? now - s->calm_since : 0;
	s->demand.since_out_ms = s->out_at ? now - s->out_at : -1;
}

void managed_run(struct control *ctl, struct scaled *s, struct cluster *c, int64_t now)
{
	struct pools pools = { 0 };

	if (!s->managed.set) {
		s->look_at = 0;
		return;
	}
	if (now < s->look_at)
		return;
	measure(ctl, s, c, now);
	read_pools(ctl, s, c, &pools);
	if (!s->demand.pending || s->waits_seen >= WAITS) {
		managed_decide(&s->managed, pools.items, pools.len, &s->demand, &s->last);
		if (s->last.outcome == SCALING_APPLIED)
			apply(ctl, s, c, &pools, now);
		else
			note(ctl, s, c);
	}
	vec_free(&pools);
	s->look_at = now + (busy(s, c) ? LOOK_MS : LOOK_IDLE_MS);
}
