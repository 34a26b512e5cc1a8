/* The spot market as a part of the control plane: loading, and when to look at the market. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/fleet/fleet.h"
#include "core/control/part.h"
#include "core/control/spot/spot_state.h"

static void free_pool(void *v)
{
	struct spot_pool *p = v;

	free(p->type);
	vec_free(&p->history);
	free(p);
}

static void close_spot(struct control *ctl)
{
	struct spot_state *s = spot_state(ctl);

	if (!s)
		return;
	map_free(s->pools, free_pool);
	map_free(s->by_instance, NULL);
	spot_feeds_free(s);
	for (size_t i = 0; i < s->interruptions.len; i++)
		spot_interruption_free(s->interruptions.items[i]);
	vec_free(&s->interruptions);
	free(s);
	ctl->parts[PART_SPOT] = NULL;
}

static void load_pool(struct control *ctl, const char *region, const char *type, const cJSON *body, void *ctx)
{
	struct spot_pool *p = spot_pool(ctl, region, type);
	const cJSON *point;

	(void)ctx;
	p->withheld = json_bool(body, "withheld", false);
	p->capacity = json_int32(body, "capacity", -1);
	cJSON_ArrayForEach(point, json_arr(body, "history")) {
		const cJSON *t = cJSON_GetArrayItem(point, 0), *price = cJSON_GetArrayItem(point, 1);
		if (!cJSON_IsNumber(t) || !cJSON_IsNumber(price))
			continue;
		struct spot_point k = { (int64_t)t->valuedouble, price->valuedouble };
		vec_push(&p->history, k);
	}
	p->source = !p->history.len ? SPOT_ESTIMATE : json_bool(body, "feed", false) ? SPOT_FED : SPOT_SET;
}

/* What runs is counted, not remembered. */
static void count_used(struct control *ctl)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->nodes, &it, NULL, &v)) {
		const struct node *n = v;
		if (n->m->state != INSTANCE_AWAITING_FULFILLMENT)
			spot_taken(ctl, n->m);
	}
}

static int older_first(const void *a, const void *b)
{
	const struct spot_interruption *x = *(struct spot_interruption *const *)a;
	const struct spot_interruption *y = *(struct spot_interruption *const *)b;

	return (x->notice_at > y->notice_at) - (x->notice_at < y->notice_at);
}

static void forget_old(struct control *ctl, struct spot_state *s)
{
	int64_t before = clock_now_ms() - SPOT_KEEP_MS;

	while (s->interruptions.len && s->interruptions.items[0]->notice_at < before) {
		struct spot_interruption *x = s->interruptions.items[0];
		doc_drop(ctl, DOC_SPOT_INTERRUPTION, x->region, x->instance);
		map_remove(s->by_instance, x->instance);
		vec_remove(&s->interruptions, 0);
		spot_interruption_free(x);
	}
}

static int load_spot(struct control *ctl, struct error *err)
{
	close_spot(ctl);
	struct spot_state *s = xcalloc(1, sizeof *s);
	s->pools = map_new();
	s->by_instance = map_new();
	s->feeds = map_new();
	s->moved = true; /* something may have been decided that was not done any more */
	ctl->parts[PART_SPOT] = s;
	int ret = docs_each(ctl, DOC_SPOT_PRICE, load_pool, NULL, err);
	if (!ret)
		ret = docs_each(ctl, DOC_SPOT_INTERRUPTION, spot_load_interruption, s, err);
	if (!ret)
		ret = spot_feeds_load(ctl, err);
	if (s->interruptions.len)
		qsort(s->interruptions.items, s->interruptions.len, sizeof *s->interruptions.items, older_first);
	forget_old(ctl, s);
	count_used(ctl);
	spot_sync_nodes(ctl);
	return ret;
}

static int64_t due(struct control *ctl)
{
	const struct spot_state *s = spot_state(ctl);

	return s->moved ? 1 : spot_feeds_due(s);
}

static void run(struct control *ctl, int64_t now)
{
	spot_feeds_play(ctl, now);
	if (!spot_state(ctl)->moved)
		return;
	spot_check(ctl);
	fleet_market_moved(ctl);
	wake_all(ctl); /* who waits for the market may get something now */
}

const struct part spot_part = {
	.name = "spot", .ops = spot_ops, .load = load_spot, .close = close_spot, .due = due, .run = run,
};
