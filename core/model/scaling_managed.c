/* Managed scaling: limits are given, the jobs' demand decides.
 *
 * Growing is fast, shrinking patient. A container that waits is answered at once with as many nodes as
 * hold it; a node goes only when it has been idle, and nothing has waited, for the time of patience. Nodes
 * that are on their way (up) or on their way out (down) are counted before new ones are asked for, so a
 * decision is not made twice, and one in the other direction takes back what is not finished. */
#include <stdio.h>

#include "core/model/scaling.h"

static const char *const limit_unit_items[] = { "InstanceFleetUnits", "Instances", "VCPU" };
const struct names scaling_limit_unit_names = { limit_unit_items, 3 };
static const char *const strategy_items[] = { "DEFAULT", "ADVANCED" };
const struct names scaling_strategy_names = { strategy_items, 2 };

/* The rules in the order in which a client hears of them. */
int managed_policy_check(const struct managed_policy *p, bool fleets, struct error *err)
{
	static const int allowed[] = { 1, 25, 50, 75, 100 };
	bool known = p->index == SCALING_NOT_GIVEN;

	if (fleets && p->unit != SCALING_FLEET_UNITS)
		return error_set(err, ERR_INVALID, "UnitType %s cannot be used with a cluster of instance fleets. Use "
		                 "InstanceFleetUnits.", names_get(&scaling_limit_unit_names, (int)p->unit));
	if (!fleets && p->unit == SCALING_FLEET_UNITS)
		return error_set(err, ERR_INVALID, "UnitType InstanceFleetUnits cannot be used with a cluster of "
		                 "instance groups. Use Instances or VCPU.");
	if (p->min < 1 || p->max < 1)
		return error_set(err, ERR_INVALID, "MinimumCapacityUnits and MaximumCapacityUnits must be at least 1.");
	if (p->min > p->max)
		return error_set(err, ERR_INVALID, "MinimumCapacityUnits (%d) must not be greater than "
		                 "MaximumCapacityUnits (%d).", p->min, p->max);
	if (p->max_on_demand != SCALING_NOT_GIVEN && (p->max_on_demand < 0 || p->max_on_demand > p->max))
		return error_set(err, ERR_INVALID, "MaximumOnDemandCapacityUnits (%d) must be between 0 and "
		                 "MaximumCapacityUnits (%d).", p->max_on_demand, p->max);
	if (p->max_core != SCALING_NOT_GIVEN && (p->max_core < 1 || p->max_core > p->max))
		return error_set(err, ERR_INVALID, "MaximumCoreCapacityUnits (%d) must be between 1 and "
		                 "MaximumCapacityUnits (%d).", p->max_core, p->max);
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		known |= p->index == allowed[i];
	if (!known)
		return error_set(err, ERR_INVALID, "UtilizationPerformanceIndex must be 1, 25, 50, 75 or 100, not %d.",
		                 p->index);
	if (p->index != SCALING_NOT_GIVEN && p->strategy == 0)
		return error_set(err, ERR_INVALID, "UtilizationPerformanceIndex needs ScalingStrategy ADVANCED.");
	return 0;
}

/* The index goes from saving (1) to speed (100): how long an idle node may stay. */
int64_t managed_patience_ms(const struct managed_policy *p)
{
	if (p->index == SCALING_NOT_GIVEN || p->index == 50)
		return MANAGED_PATIENCE_MS;
	if (p->index < 50)
		return p->index == 1 ? MANAGED_PATIENCE_MS / 2 : MANAGED_PATIENCE_MS * 3 / 4;
	return p->index == 100 ? MANAGED_PATIENCE_MS * 5 : MANAGED_PATIENCE_MS * 2;
}

/* ---- sums ---- */

struct work {
	const struct managed_policy *p;
	struct managed_pool *pools;
	size_t n;
	int max_on_demand, max_core;
};

static int units(const struct work *w)
{
	int sum = 0;

	for (size_t i = 0; i < w->n; i++)
		sum += w->pools[i].target * w->pools[i].weight;
	return sum;
}

static int core_units(const struct work *w)
{
	int sum = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->pools[i].role == ROLE_CORE)
			sum += w->pools[i].target * w->pools[i].weight;
	return sum;
}

static int on_demand_units(const struct work *w)
{
	int sum = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->pools[i].market == MARKET_ON_DEMAND)
			sum += w->pools[i].target * w->pools[i].weight;
	return sum;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Nodes that a pool may get before the first of its limits. */
static int room(const struct work *w, const struct managed_pool *p)
{
	int left = w->p->max - units(w);

	if (p->role == ROLE_CORE)
		left = least(left, w->max_core - core_units(w));
	if (p->market == MARKET_ON_DEMAND)
		left = least(left, w->max_on_demand - on_demand_units(w));
	return left <= 0 || p->stuck ? 0 : left / p->weight;
}

/* 0: core on demand, 1: core spot, 2: task on demand, 3: task spot: the order of growth, and from its end the
 * order of shrinking. */
static int rank(const struct managed_pool *p)
{
	return (p->role == ROLE_CORE ? 0 : 2) + (p->market == MARKET_SPOT);
}

/* ---- growing ---- */

static int containers_on(const struct managed_pool *p, int container_mb)
{
	int n = container_mb > 0 ? p->node_mb / container_mb : 1;

	return n > 0 ? n : 1; /* a wish beyond the node is cut down to it */
}

/* Nodes that are coming anyway hold some of what waits. */
static int minus_coming(const struct work *w, int containers, int container_mb)
{
	for (size_t i = 0; i < w->n; i++) {
		int coming = w->pools[i].requested - w->pools[i].running;
		if (coming > 0 && !w->pools[i].stuck)
			containers -= coming * containers_on(&w->pools[i], container_mb);
	}
	return containers > 0 ? containers : 0;
}

/* Add nodes for so many containers, in the order of growth; gives how many containers found no place. */
static int grow_for(struct work *w, int containers, int container_mb)
{
	for (int r = 0; r < 4; r++)
		for (size_t i = 0; i < w->n && containers > 0; i++) {
			struct managed_pool *p = &w->pools[i];
			int fit = containers_on(p, container_mb);
			int add = rank(p) == r ? least((containers + fit - 1) / fit, room(w, p)) : 0;
			p->target += add;
			containers -= add * fit;
		}
	return containers > 0 ? containers : 0;
}

/* Add nodes until the sum of units is `to`; a node may overshoot it, never the maximum. */
static void grow_to(struct work *w, int to)
{
	for (int r = 0; r < 4; r++)
		for (size_t i = 0; i < w->n && units(w) < to; i++) {
			struct managed_pool *p = &w->pools[i];
			if (rank(p) == r)
				p->target += least((to - units(w) + p->weight - 1) / p->weight, room(w, p));
		}
}

/* ---- shrinking ---- */

static void shrink_pool(const struct work *w, struct managed_pool *p, int by, int min_units)
{
	by = least(by, p->target - p->floor);
	if (min_units > 0)
		by = least(by, (units(w) - min_units) / p->weight);
	if (by > 0)
		p->target -= by;
}

/* Idle nodes go, as far as the minimum allows. */
static void shrink_idle(struct work *w)
{
	for (int r = 3; r >= 0; r--)
		for (size_t i = w->n; i-- > 0;)
			if (rank(&w->pools[i]) == r)
				shrink_pool(w, &w->pools[i], w->pools[i].idle, w->p->min);
}

/* Beyond a limit: nodes go whether idle or not; they drain. */
static void shrink_to(struct work *w)
{
	for (int r = 3; r >= 0; r--)
		for (size_t i = w->n; i-- > 0;) {
			struct managed_pool *p = &w->pools[i];
			int over = units(w) - w->p->max;
			if (p->role == ROLE_CORE && core_units(w) - w->max_core > over)
				over = core_units(w) - w->max_core;
			if (p->market == MARKET_ON_DEMAND && on_demand_units(w) - w->max_on_demand > over)
				over = on_demand_units(w) - w->max_on_demand;
			if (rank(p) == r && over > 0)
				shrink_pool(w, p, (over + p->weight - 1) / p->weight, 0);
		}
}

/* ---- the decision ---- */

static const char *unit_word(const struct work *w, int n)
{
	if (w->p->unit == SCALING_INSTANCES)
		return n == 1 ? "instance" : "instances";
	return w->p->unit == SCALING_VCPU ? (n == 1 ? "vCPU" : "vCPUs") : (n == 1 ? "unit" : "units");
}

static const char *s(int n)
{
	return n == 1 ? "" : "s";
}

/* The size is outside of the limits, whatever the demand is. True when that was so. */
static bool into_limits(struct work *w, struct managed_decision *out)
{
	int core = core_units(w), od = on_demand_units(w);

	if (out->before > w->p->max || core > w->max_core || od > w->max_on_demand) {
		shrink_to(w);
		if (units(w) < w->p->min) /* core nodes beyond their own limit become task nodes */
			grow_to(w, w->p->min);
		if (out->before > w->p->max)
			snprintf(out->reason, sizeof out->reason, "%d %s, above the maximum of %d", out->before,
			         unit_word(w, out->before), w->p->max);
		else if (core > w->max_core)
			snprintf(out->reason, sizeof out->reason, "%d %s of core nodes, above their maximum of %d", core,
			         unit_word(w, core), w->max_core);
		else
			snprintf(out->reason, sizeof out->reason, "%d %s on demand, above their maximum of %d", od,
			         unit_word(w, od), w->max_on_demand);
		return true;
	}
	if (out->before < w->p->min) {
		grow_to(w, w->p->min);
		snprintf(out->reason, sizeof out->reason, "%d %s, below the minimum of %d%s", out->before,
		         unit_word(w, out->before), w->p->min, units(w) == out->before ? "; no group may grow" : "");
		return true;
	}
	return false;
}

/* Of what waits, as much as the machine could grant at all. */
static int grantable(const struct managed_demand *d, int container_mb)
{
	if (d->grant_free_mb == SCALING_NOT_GIVEN)
		return d->pending;
	int by_size = container_mb > 0 ? (int)(d->grant_free_mb / container_mb) : d->pending;
	if (!by_size && d->grant_free_mb >= d->grant_min_mb)
		by_size = 1;
	return least(d->pending, by_size);
}

static bool any_stuck(const struct work *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->pools[i].stuck)
			return true;
	return false;
}

static void explain_growth(const struct work *w, const struct managed_demand *d, int left,
                           struct managed_decision *out)
{
	long long mb = d->pending_mb;

	if (out->after > out->before)
		snprintf(out->reason, sizeof out->reason, "%d container%s (%lld MB) wait%s for a node; %d run%s",
		         d->pending, s(d->pending), mb, d->pending == 1 ? "s" : "", d->running,
		         left ? "; the limits allow no more" : "");
	else if (out->before >= w->p->max)
		snprintf(out->reason, sizeof out->reason, "%d container%s (%lld MB) wait%s, but %d %s %s the maximum",
		         d->pending, s(d->pending), mb, d->pending == 1 ? "s" : "", w->p->max,
		         unit_word(w, w->p->max), w->p->max == 1 ? "is" : "are");
	else
		snprintf(out->reason, sizeof out->reason, "%d container%s (%lld MB) wait%s, but no group may grow (core "
		         "at most %d, on demand at most %d%s)", d->pending, s(d->pending), mb,
		         d->pending == 1 ? "s" : "", w->max_core, w->max_on_demand,
		         any_stuck(w) ? "; a group is suspended or finds no capacity" : "");
}

static void grow_for_demand(struct work *w, const struct managed_demand *d, struct managed_decision *out)
{
	int container_mb = (int)(d->pending_mb / d->pending);
	int can = grantable(d, container_mb), more = minus_coming(w, can, container_mb);

	if (!can) {
		out->why = "memory";
		snprintf(out->reason, sizeof out->reason, "%d container%s wait%s, but the machine's memory that may be "
		         "granted is in use: more nodes would not help", d->pending, s(d->pending),
		         d->pending == 1 ? "s" : "");
		return;
	}
	if (!more) {
		snprintf(out->reason, sizeof out->reason, "%d container%s wait%s; the nodes for them are starting",
		         d->pending, s(d->pending), d->pending == 1 ? "s" : "");
		return;
	}
	int left = grow_for(w, more, container_mb);
	out->after = units(w);
	explain_growth(w, d, left, out);
	if (out->after == out->before) {
		out->outcome = SCALING_AT_LIMIT;
		out->why = "maximum";
	}
}

static void shrink_for_calm(struct work *w, const struct managed_demand *d, struct managed_decision *out)
{
	int64_t patience = managed_patience_ms(w->p);
	int idle = out->idle;

	if (!idle) {
		snprintf(out->reason, sizeof out->reason, "nothing waits, and no node is idle (%d container%s run%s)",
		         d->running, s(d->running), d->running == 1 ? "s" : "");
		return;
	}
	if (d->calm_ms < patience || (d->since_out_ms >= 0 && d->since_out_ms < patience)) {
		snprintf(out->reason, sizeof out->reason, "%d node%s idle, but not for %d s yet", idle,
		         idle == 1 ? " is" : "s are", (int)(patience / 1000));
		return;
	}
	shrink_idle(w);
	out->after = units(w);
	if (out->after < out->before) {
		snprintf(out->reason, sizeof out->reason, "%d node%s idle for %d s and more, and nothing waits", idle,
		         idle == 1 ? " has been" : "s have been", (int)(patience / 1000));
		return;
	}
	out->outcome = SCALING_AT_LIMIT;
	out->why = "minimum";
	snprintf(out->reason, sizeof out->reason, "%d node%s idle, but %d %s %s the minimum%s", idle,
	         idle == 1 ? " is" : "s are", w->p->min, unit_word(w, w->p->min), w->p->min == 1 ? "is" : "are",
	         out->before > w->p->min ? ", or core nodes that must stay" : "");
}

static bool reverses(const struct work *w)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct managed_pool *p = &w->pools[i];
		if ((p->target > p->requested && p->draining) || (p->target < p->requested && p->running < p->requested))
			return true;
	}
	return false;
}

/* The units that the demand alone would take: of what runs, and of what waits. */
static int wanted_units(const struct work *w, const struct managed_demand *d)
{
	int64_t mb = d->pending_mb + d->running_mb, have = 0;
	int sum = 0;

	for (int r = 0; r < 4; r++)
		for (size_t i = 0; i < w->n; i++) {
			const struct managed_pool *p = &w->pools[i];
			int n = rank(p) == r && p->node_mb > 0 ? p->target : 0;
			for (; n > 0 && have < mb; n--) {
				have += p->node_mb;
				sum += p->weight;
			}
		}
	for (size_t i = 0; i < w->n && have < mb; i++)
		if (w->pools[i].node_mb > 0) {
			int64_t more = (mb - have + w->pools[i].node_mb - 1) / w->pools[i].node_mb;
			return sum + (int)more * w->pools[i].weight;
		}
	return sum;
}

void managed_decide(const struct managed_policy *p, struct managed_pool *pools, size_t n,
                    const struct managed_demand *d, struct managed_decision *out)
{
	struct work w = { p, pools, n, p->max_on_demand == SCALING_NOT_GIVEN ? p->max : p->max_on_demand,
	                  p->max_core == SCALING_NOT_GIVEN ? p->max : p->max_core };
	int idle = 0;

	for (size_t i = 0; i < n; i++) {
		pools[i].target = pools[i].requested;
		pools[i].weight = pools[i].weight > 0 ? pools[i].weight : 1;
		idle += pools[i].idle;
	}
	*out = (struct managed_decision){ .outcome = SCALING_HELD, .before = units(&w), .idle = idle };
	out->after = out->before;
	out->wanted = wanted_units(&w, d);
	if (into_limits(&w, out)) {
		out->outcome = SCALING_AT_LIMIT; /* unless something can be done about it, below */
		out->why = "limits";
	} else if (d->pending > 0) {
		grow_for_demand(&w, d, out);
	} else {
		shrink_for_calm(&w, d, out);
	}
	out->after = units(&w);
	for (size_t i = 0; i < n; i++)
		if (pools[i].target != pools[i].requested)
			out->outcome = SCALING_APPLIED;
	out->cancels = out->outcome == SCALING_APPLIED && reverses(&w);
}
