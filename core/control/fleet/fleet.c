/* Fleets: towards the targets of both markets, within their time-outs. */
#include "core/base/clock.h"
#include "core/control/fleet/fleet_state.h"
#include "core/control/spot/spot.h"

/* What a fleet has, without what is on its way out. */
struct stock {
	int units[2];                            /* by market */
	int have[FLEET_TYPES_LIMIT_STRATEGY];    /* spot units of each of its types */
	int instances;
};

static int place_of(const struct fleet *f, const char *type)
{
	const struct fleet_type *t = fleet_type_of(f, type);

	return t && t - f->types.items < FLEET_TYPES_LIMIT_STRATEGY ? (int)(t - f->types.items) : -1;
}

static void add_stock(struct stock *s, const struct instance_group *g, const char *type, enum market market,
                      int sign)
{
	int w = sign * fleet_weight(g, type), place = place_of(g->fleet, type);

	s->units[market] += w;
	s->instances += sign;
	if (market == MARKET_SPOT && place >= 0)
		s->have[place] += w;
}

static struct stock take_stock(const struct cluster *c, const struct instance_group *g)
{
	struct stock s = { 0 };

	for (size_t i = 0; i < c->instances.len; i++)
		if (group_counts(c, g, c->instances.items[i]))
			add_stock(&s, g, c->instances.items[i]->type, c->instances.items[i]->market, 1);
	return s;
}

static int target_of(const struct fleet *f, enum market market)
{
	return market == MARKET_SPOT ? f->target_spot : f->target_on_demand;
}

static int missing(const struct fleet *f, const struct stock *s, enum market market)
{
	int n = target_of(f, market) - s->units[market];

	return n > 0 ? n : 0;
}

/* ---- growing and shrinking ---- */

/* Nodes that were about to go are taken back first. */
static void take_back(const struct cluster *c, struct instance_group *g, enum market market, struct stock *s)
{
	for (size_t i = 0; i < c->instances.len && missing(g->fleet, s, market); i++) {
		struct instance *in = c->instances.items[i];
		struct node *n = in->runtime;
		if (!n || strcmp(in->group_id, g->id) || in->market != market || !n->draining || n->stopping ||
		    n->interrupted)
			continue;
		n->draining = n->drain_told = false;
		add_stock(s, g, in->type, market, 1);
	}
}

static void buy(struct control *ctl, struct cluster *c, struct instance_group *g, enum market market,
                struct stock *s)
{
	while (missing(g->fleet, s, market)) {
		const struct fleet_type *t = market == MARKET_SPOT ? fleet_choose_spot(ctl, c, g, s->have)
		                             : fleet_choose_on_demand(c, g);
		if (!t)
			return;
		struct node *n = node_create(ctl, c, g, t->type, market);
		if (market == MARKET_SPOT)
			node_fulfil(ctl, n);
		add_stock(s, g, t->type, market, 1);
	}
}

static void shrink(struct control *ctl, struct cluster *c, struct instance_group *g, enum market market,
                   struct stock *s)
{
	int target = target_of(g->fleet, market);
	struct node *n;

	while (s->units[market] > target && (n = group_victim(c, g, market, s->units[market] - target))) {
		group_drain(ctl, c, g, n);
		add_stock(s, g, n->m->type, market, -1);
	}
}

/* ---- time-outs ---- */

static void wake_at(struct control *ctl, int64_t when)
{
	struct fleet_state *s = ctl->parts[PART_FLEET];

	if (!s->next || when < s->next)
		s->next = when;
}

/* The first provisioning took too long. */
static void timed_out(struct control *ctl, struct cluster *c, struct instance_group *g, struct stock *s)
{
	struct fleet *f = g->fleet;
	int units = missing(f, s, MARKET_SPOT);
	char *why = xasprintf("Instance fleet %s (%s) did not get its spot capacity within %d minutes: %d of %d "
	                      "units are missing", g->id, names_get(&instance_role_names, (int)g->role),
	                      f->spot_timeout_min, units, f->target_spot);

	if (f->timeout_action == FLEET_TERMINATE_CLUSTER) {
		cluster_terminate(ctl, c, CLUSTER_REASON_INSTANCE_FLEET_TIMEOUT, why);
	} else {
		event_add(ctl, SEVERITY_WARN, c->id, g->id, EVENT_FLEET, "%s. They are bought on demand", why);
		f->target_spot -= units;
		f->target_on_demand += units;
		mark_dirty(ctl, OBJECT_GROUP, g);
		buy(ctl, c, g, MARKET_ON_DEMAND, s);
	}
	free(why);
}

static void watch_first(struct control *ctl, struct cluster *c, struct instance_group *g, struct stock *s)
{
	int64_t end = g->timeline.created + g->fleet->spot_timeout_min * 60000LL;

	if (!g->fleet->spot_timeout_min || !missing(g->fleet, s, MARKET_SPOT))
		return;
	if (clock_now_ms() >= end)
		timed_out(ctl, c, g, s);
	else
		wake_at(ctl, end);
}

static int resize_minutes(const struct fleet *f, const struct stock *s)
{
	int minutes = missing(f, s, MARKET_SPOT) ? f->spot_resize_min : f->on_demand_resize_min;

	return minutes ? minutes : FLEET_RESIZE_MINUTES;
}

/* A target that is missed later on is waited for, but not for ever. */
static void watch_resize(struct control *ctl, struct cluster *c, struct instance_group *g,
                         const struct stock *s)
{
	struct fleet *f = g->fleet;
	int units = missing(f, s, MARKET_SPOT) + missing(f, s, MARKET_ON_DEMAND);
	int64_t now = clock_now_ms();

	if (!units ? !f->wanted_since && !f->given_up : f->given_up)
		return;
	if (!units) {
		f->wanted_since = 0;
		f->given_up = false;
	} else if (!f->wanted_since) {
		f->wanted_since = now;
		wake_at(ctl, now + resize_minutes(f, s) * 60000LL);
	} else if (now >= f->wanted_since + resize_minutes(f, s) * 60000LL) {
		f->given_up = true;
		event_add(ctl, SEVERITY_WARN, c->id, g->id, EVENT_FLEET, "Instance fleet %s (%s) stops waiting after "
		          "%d minutes: %d units are missing. It tries again when a target or the spot market changes",
		          g->id, names_get(&instance_role_names, (int)g->role), resize_minutes(f, s), units);
	} else {
		wake_at(ctl, f->wanted_since + resize_minutes(f, s) * 60000LL);
		return;
	}
	mark_dirty(ctl, OBJECT_GROUP, g);
}

/* ---- one look ---- */

/* Instances that the missing units come to, if each gave as much as any can. */
static int instances_missing(const struct instance_group *g, const struct stock *s)
{
	int most = 1, units[2] = { missing(g->fleet, s, MARKET_ON_DEMAND), missing(g->fleet, s, MARKET_SPOT) };

	for (size_t i = 0; i < g->fleet->types.len; i++)
		if (fleet_weight(g, g->fleet->types.items[i].type) > most)
			most = fleet_weight(g, g->fleet->types.items[i].type);
	if (g->fleet->given_up)
		return 0;
	return (units[0] + most - 1) / most + (units[1] + most - 1) / most;
}

void fleet_schedule(struct control *ctl, struct cluster *c, struct instance_group *g)
{
	struct stock s = take_stock(c, g);
	bool held = g->state == GROUP_SUSPENDED || g->state == GROUP_ARRESTED || g->fleet->given_up;

	for (int m = MARKET_ON_DEMAND; m <= MARKET_SPOT; m++) {
		take_back(c, g, (enum market)m, &s);
		if (!held)
			buy(ctl, c, g, (enum market)m, &s);
		shrink(ctl, c, g, (enum market)m, &s);
	}
	if (g->timeline.ready)
		watch_resize(ctl, c, g, &s);
	else
		watch_first(ctl, c, g, &s);
	int wanted = s.instances + instances_missing(g, &s);
	if (g->requested != wanted) {
		g->requested = wanted;
		mark_dirty(ctl, OBJECT_GROUP, g);
	}
}

void fleet_count(struct control *ctl, const struct cluster *c, struct instance_group *g)
{
	int units[2] = { 0 };

	for (size_t i = 0; i < c->instances.len; i++) {
		const struct instance *in = c->instances.items[i];
		if (in->state == INSTANCE_RUNNING && !strcmp(in->group_id, g->id))
			units[in->market] += fleet_weight(g, in->type);
	}
	if (units[MARKET_ON_DEMAND] == g->fleet->provisioned_on_demand &&
	    units[MARKET_SPOT] == g->fleet->provisioned_spot)
		return;
	g->fleet->provisioned_on_demand = units[MARKET_ON_DEMAND];
	g->fleet->provisioned_spot = units[MARKET_SPOT];
	mark_changed(ctl);
}

void fleet_resize(struct control *ctl, struct cluster *c, struct instance_group *g, int on_demand, int spot)
{
	struct fleet *f = g->fleet;

	if (on_demand >= 0)
		f->target_on_demand = on_demand;
	if (spot >= 0)
		f->target_spot = spot;
	f->wanted_since = 0;
	f->given_up = false;
	group_resize(ctl, c, g, g->requested);
}

void fleet_market_moved(struct control *ctl)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		for (size_t i = 0; c->uses_fleets && !cluster_state_ended(c->state) && i < c->groups.len; i++)
			if (c->groups.items[i]->fleet->given_up) {
				c->groups.items[i]->fleet->given_up = false;
				c->groups.items[i]->fleet->wanted_since = 0;
			}
	}
}
