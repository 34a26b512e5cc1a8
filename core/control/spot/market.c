/* Pools, prices and what they come to. A pool is only written down once somebody has set something in it. */
#include <math.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/spot/spot_state.h"
#include "core/model/fleet.h"
#include "core/model/price.h"

static const char *const source_items[] = { "estimate", "set", "feed" };
const struct names spot_source_names = { source_items, 3 };

struct spot_state *spot_state(const struct control *ctl)
{
	return ctl->parts[PART_SPOT];
}

static char *key_of(const char *region, const char *type)
{
	return xasprintf("%s\n%s", region, type ? type : "");
}

const struct spot_pool *spot_pool_find(const struct control *ctl, const char *region, const char *type)
{
	char *key = key_of(region, type);
	const struct spot_pool *p = map_get(spot_state(ctl)->pools, key);

	free(key);
	return p;
}

struct spot_pool *spot_pool(const struct control *ctl, const char *region, const char *type)
{
	struct spot_state *s = spot_state(ctl);
	char *key = key_of(region, type);
	struct spot_pool *p = map_get(s->pools, key);

	if (!p) {
		p = xcalloc(1, sizeof *p);
		snprintf(p->region, sizeof p->region, "%s", region);
		p->type = xstrdup(type ? type : "");
		p->capacity = -1;
		map_set(s->pools, key, p);
	}
	free(key);
	return p;
}

/* ---- prices ---- */

double spot_estimate(const char *region, const char *type)
{
	double list = price_ec2(type, region);

	return list >= 0 ? round(list * SPOT_SHARE * 10000) / 10000 : PRICE_UNKNOWN;
}

static double price_at(const struct spot_pool *p, int64_t time)
{
	size_t low = 0, high = p->history.len;

	while (low < high) { /* the first point that is later */
		size_t mid = (low + high) / 2;
		if (p->history.items[mid].time <= time)
			low = mid + 1;
		else
			high = mid;
	}
	return low ? p->history.items[low - 1].price : spot_estimate(p->region, p->type);
}

double spot_price_at(const struct control *ctl, const char *region, const char *type, int64_t time)
{
	const struct spot_pool *p = spot_pool_find(ctl, region, type);

	return p ? price_at(p, time) : spot_estimate(region, type);
}

double spot_price_now(const struct spot_pool *p)
{
	return p->history.len ? p->history.items[p->history.len - 1].price : spot_estimate(p->region, p->type);
}

bool spot_price_is_set(const struct control *ctl, const char *region, const char *type)
{
	const struct spot_pool *p = spot_pool_find(ctl, region, type);

	return p && p->history.len;
}

int64_t spot_pool_since(const struct spot_pool *p)
{
	return p->history.len ? p->history.items[p->history.len - 1].time : 0;
}

void spot_prices_each(const struct control *ctl, const char *region, const char *type, int64_t from,
                      int64_t to, void (*each)(int64_t from, int64_t to, double price, void *ctx), void *ctx)
{
	const struct spot_pool *p = spot_pool_find(ctl, region, type);
	int64_t at = from;

	for (size_t i = 0; p && i < p->history.len && at < to; i++) {
		int64_t next = p->history.items[i].time < to ? p->history.items[i].time : to;
		if (next <= at)
			continue;
		each(at, next, price_at(p, at), ctx);
		at = next;
	}
	if (at < to)
		each(at, to, p ? price_at(p, at) : spot_estimate(region, type), ctx);
}

/* Old points go, but the last of them stays: it says what held when the kept ones begin. */
static void forget_points(struct spot_pool *p, int64_t now)
{
	size_t drop = 0;

	while (drop + 1 < p->history.len && (p->history.items[drop + 1].time < now - SPOT_KEEP_MS ||
	                                     p->history.len - drop > SPOT_KEEP_POINTS))
		drop++;
	if (!drop)
		return;
	p->history.len -= drop;
	memmove(p->history.items, p->history.items + drop, p->history.len * sizeof *p->history.items);
}

void spot_set_price(struct spot_pool *p, double price, int64_t at, enum spot_source source)
{
	struct spot_point k = { at, price };

	p->source = source;
	if (p->history.len && p->history.items[p->history.len - 1].time >= at)
		p->history.items[p->history.len - 1].price = price;
	else if (!p->history.len || p->history.items[p->history.len - 1].price != price)
		vec_push(&p->history, k);
	forget_points(p, at);
}

void spot_pool_save(struct control *ctl, const struct spot_pool *p)
{
	cJSON *o = json_add_bool(cJSON_CreateObject(), "withheld", p->withheld);
	cJSON *a = cJSON_AddArrayToObject(o, "history");

	json_add_int(o, "capacity", p->capacity);
	json_add_bool(o, "feed", p->source == SPOT_FED);
	for (size_t i = 0; i < p->history.len; i++) {
		double point[] = { (double)p->history.items[i].time, p->history.items[i].price };
		cJSON_AddItemToArray(a, cJSON_CreateDoubleArray(point, 2));
	}
	doc_put(ctl, DOC_SPOT_PRICE, p->region, p->type, o);
	cJSON_Delete(o);
}

/* ---- what an instance costs ---- */

bool spot_was_given(const struct instance *i)
{
	return i->state != INSTANCE_AWAITING_FULFILLMENT && (i->state != INSTANCE_TERMINATED || i->pid);
}

static const char *region_of(const struct control *ctl, const struct instance *i)
{
	const struct cluster *c = find_cluster(ctl, i->cluster_id);

	return c ? c->region : ctl->region;
}

static void add_span(int64_t from, int64_t to, double price, void *ctx)
{
	double *sum = ctx;

	if (price < 0 || *sum < 0)
		*sum = PRICE_UNKNOWN;
	else
		*sum += price * (double)(to - from) / 3600000;
}

double spot_cost(const struct control *ctl, const struct instance *i, int64_t from, int64_t to)
{
	int64_t start = i->timeline.created;
	int64_t end = i->state == INSTANCE_TERMINATED ? i->timeline.ended : clock_now_ms();
	double sum = 0;

	if (!spot_was_given(i) || !start)
		return 0;
	if (end < start + 60000)
		end = start + 60000;
	from = from > start ? from : start;
	to = to < end ? to : end;
	if (to <= from)
		return 0;
	if (i->market == MARKET_SPOT) {
		spot_prices_each(ctl, region_of(ctl, i), i->type, from, to, add_span, &sum);
	} else {
		add_span(from, to, price_ec2(i->type, region_of(ctl, i)), &sum);
	}
	return sum;
}

double spot_rate(const struct control *ctl, const struct instance *i)
{
	if (i->state == INSTANCE_TERMINATED || !spot_was_given(i))
		return 0;
	if (i->market == MARKET_SPOT)
		return spot_price_now(spot_pool(ctl, region_of(ctl, i), i->type));
	return price_ec2(i->type, region_of(ctl, i));
}

/* ---- bids and room ---- */

double spot_bid(const char *region, const struct instance_group *g, const char *type)
{
	const struct fleet_type *t = fleet_type_of(g->fleet, type);
	double list = price_ec2(type, region);
	const char *bid = g->fleet ? t ? t->bid_price : NULL : g->bid_price;
	double percent = t && t->bid_percent > 0 ? t->bid_percent : 100;

	if (bid)
		return strtod(bid, NULL);
	return list >= 0 ? list * percent / 100 : PRICE_UNKNOWN;
}

int spot_pool_depth(const struct spot_pool *p)
{
	const struct price *k = price_find(p->type);

	if (p->withheld)
		return 0;
	if (p->capacity >= 0)
		return p->capacity;
	return k && k->vcpu > 0 ? SPOT_POOL_VCPUS / k->vcpu : SPOT_POOL_INSTANCES;
}

int spot_room(const struct control *ctl, const char *region, const char *type)
{
	const struct spot_pool *p = spot_pool(ctl, region, type);
	int room = spot_pool_depth(p) - p->used;

	return room > 0 ? room : 0;
}

bool spot_gives(const struct control *ctl, const struct cluster *c, const struct instance_group *g,
                const char *type, const char **why)
{
	const struct spot_pool *p = spot_pool(ctl, c->region, type);
	double price = spot_price_now(p), bid = spot_bid(c->region, g, type);
	const char *reason = NULL;

	if (p->withheld)
		reason = "the market has no capacity of this type";
	else if (price >= 0 && bid >= 0 && price > bid)
		reason = "the spot price is above the bid";
	else if (spot_pool_depth(p) <= p->used)
		reason = "all capacity of this type is in use";
	if (why)
		*why = reason;
	return !reason;
}

const char *spot_holds_back(const struct control *ctl, const struct cluster *c, const struct instance_group *g)
{
	const char *why = NULL;

	for (size_t i = 0; i < c->instances.len && !why; i++) {
		const struct instance *in = c->instances.items[i];
		if (in->state == INSTANCE_AWAITING_FULFILLMENT && !strcmp(in->group_id, g->id))
			spot_gives(ctl, c, g, in->type, &why);
	}
	for (size_t i = 0; g->fleet && g->fleet->target_spot > g->fleet->provisioned_spot &&
	     i < g->fleet->types.len; i++)
		if (spot_gives(ctl, c, g, g->fleet->types.items[i].type, &why))
			return NULL;
	return why;
}

void spot_taken(struct control *ctl, const struct instance *i)
{
	if (i->market == MARKET_SPOT)
		spot_pool(ctl, region_of(ctl, i), i->type)->used++;
}

void spot_given_back(struct control *ctl, const struct instance *i)
{
	struct spot_pool *p = i->market == MARKET_SPOT ? spot_pool(ctl, region_of(ctl, i), i->type) : NULL;

	if (p && p->used > 0)
		p->used--;
}
