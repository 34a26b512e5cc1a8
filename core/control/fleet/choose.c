/* Allocation strategies: which pool the next instance comes from. Each instance is chosen anew, over the
 * market as it is then. A tie is decided by price, then by the order of the fleet's types. */
#include "core/control/fleet/fleet.h"
#include "core/control/spot/spot.h"
#include "core/model/price.h"

struct pool {
	const struct fleet_type *type;
	double price;            /* $/h for a unit; a price that is not known counts as more than any that is */
	double depth;            /* units that the market can still give */
	double priority;         /* types without one come last */
	int have;                /* units of it that the fleet has */
};

#define UNKNOWN_PRICE 1e9
#define DEEP 0.5             /* "deep": at least this part of the deepest pool */

static double priority_of(const struct fleet_type *t)
{
	return t->priority >= 0 ? t->priority : 1e9;
}

static double per_unit(double price, int weight)
{
	return (price >= 0 ? price : UNKNOWN_PRICE) / weight;
}

/* Negative: a is the better one. */
static double by_price(const struct pool *a, const struct pool *b)
{
	return a->price - b->price;
}

static double by_depth(const struct pool *a, const struct pool *b)
{
	return b->depth - a->depth;
}

static double by_share(const struct pool *a, const struct pool *b)
{
	return a->have - b->have;
}

static double by_priority(const struct pool *a, const struct pool *b)
{
	return a->priority - b->priority;
}

typedef double (*better_fn)(const struct pool *a, const struct pool *b);

static const struct pool *best_of(const struct pool *pools, size_t n, double least_depth, better_fn better)
{
	const struct pool *best = NULL;

	for (size_t i = 0; i < n; i++) {
		if (pools[i].depth < least_depth)
			continue;
		double d = best ? better(&pools[i], best) : -1;
		if (d < 0 || (d <= 0 && by_price(&pools[i], best) < 0))
			best = &pools[i];
	}
	return best;
}

static size_t offers(struct control *ctl, const struct cluster *c, const struct instance_group *g,
                     const int *have, struct pool *out)
{
	size_t n = 0;

	for (size_t i = 0; i < g->fleet->types.len && n < FLEET_TYPES_LIMIT_STRATEGY; i++) {
		const struct fleet_type *t = &g->fleet->types.items[i];
		int weight = g->role == ROLE_MASTER ? 1 : t->weight;
		if (!spot_gives(ctl, c, g, t->type, NULL))
			continue;
		out[n++] = (struct pool){ t, per_unit(spot_price_at(ctl, c->region, t->type, INT64_MAX), weight),
		                          (double)spot_room(ctl, c->region, t->type) * weight, priority_of(t),
		                          have[i] };
	}
	return n;
}

const struct fleet_type *fleet_choose_spot(struct control *ctl, const struct cluster *c,
                                           const struct instance_group *g, const int *have)
{
	const struct fleet *f = g->fleet;
	struct pool pools[FLEET_TYPES_LIMIT_STRATEGY];
	size_t n = offers(ctl, c, g, have, pools);
	int strategy = g->timeline.ready && f->resize_spot_strategy >= 0 ? f->resize_spot_strategy
	        : f->spot_strategy;
	const struct pool *best = NULL;
	double deep = 0;

	for (size_t i = 0; i < n; i++)
		if (pools[i].depth * DEEP > deep)
			deep = pools[i].depth * DEEP;
	switch (strategy) {
	case SPOT_CAPACITY_OPTIMIZED:
		best = best_of(pools, n, 0, by_depth);
		break;
	case SPOT_PRICE_CAPACITY_OPTIMIZED:
		best = best_of(pools, n, deep, by_price);
		break;
	case SPOT_CAPACITY_OPTIMIZED_PRIORITIZED:
		best = best_of(pools, n, deep, by_priority);
		break;
	case SPOT_DIVERSIFIED:
		best = best_of(pools, n, 0, by_share);
		break;
	default:
		best = best_of(pools, n, 0, by_price);
	}
	return best ? best->type : NULL;
}

/* Where a region's prices are not known, those of PRICE_REGION tell which type is the cheaper one. */
static double list_price(const char *region, const char *type)
{
	double here = price_ec2(type, region);

	return here >= 0 ? here : price_ec2(type, PRICE_REGION);
}

const struct fleet_type *fleet_choose_on_demand(const struct cluster *c, const struct instance_group *g)
{
	const struct fleet *f = g->fleet;
	struct pool pools[FLEET_TYPES_LIMIT_STRATEGY];
	size_t n = 0;
	int strategy = g->timeline.ready && f->resize_on_demand_strategy >= 0 ? f->resize_on_demand_strategy
	               : f->on_demand_strategy;

	for (size_t i = 0; i < f->types.len && n < FLEET_TYPES_LIMIT_STRATEGY; i++) {
		const struct fleet_type *t = &f->types.items[i];
		int weight = g->role == ROLE_MASTER ? 1 : t->weight;
		pools[n++] = (struct pool){ t, per_unit(list_price(c->region, t->type), weight), 1, priority_of(t), 0 };
	}
	const struct pool *best = best_of(pools, n, 0, strategy == ON_DEMAND_PRIORITIZED ? by_priority
	                                  : by_price);
	return best ? best->type : NULL;
}
