/* Recorded prices that are played against the clock. A feed is two documents: what is played, written once, and how
 * far it is, written at each look that found something due. What became due while the server was down is played
 * when it is back, at the times at which it was due: what nodes cost meanwhile is right. */
#include <math.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/spot/spot_state.h"

#define FEED_ID "feed"      /* a region has one */
#define LOOK_MS 1000        /* changes that come faster are played together, each at its own time */

struct spot_play *spot_play(const struct control *ctl, const char *region)
{
	return map_get(spot_state(ctl)->feeds, region);
}

void spot_play_free(struct spot_play *f)
{
	free(f->name);
	free(f->zone);
	spot_feed_free(&f->feed);
	free(f);
}

/* ---- times ---- */

static int64_t first_of(const struct spot_play *f)
{
	return f->feed.changes.items[0].time;
}

/* In the record's time: the last price holds as long as the one before it did. */
static int64_t length_of(const struct spot_play *f)
{
	size_t n = f->feed.changes.len, i = n - 1;
	int64_t last = f->feed.changes.items[n - 1].time;

	while (i && f->feed.changes.items[i].time == last)
		i--;
	return last - first_of(f) + (last - f->feed.changes.items[i].time);
}

int64_t spot_play_round_ms(const struct spot_play *f)
{
	return (int64_t)llround((double)length_of(f) / f->speed);
}

int64_t spot_play_at(const struct spot_play *f, int64_t round, size_t change)
{
	double of_record = (double)round * (double)length_of(f) +
	                   (double)(f->feed.changes.items[change].time - first_of(f));

	return f->start + (int64_t)llround(of_record / f->speed);
}

static bool ended(const struct spot_play *f)
{
	return f->next >= f->feed.changes.len;
}

int64_t spot_feeds_due(const struct spot_state *s)
{
	int64_t first = 0;
	size_t it = 0;
	void *v;

	while (map_next(s->feeds, &it, NULL, &v)) {
		const struct spot_play *f = v;
		int64_t at = ended(f) ? 0 : spot_play_at(f, f->round, f->next);
		if (at && at < f->looked + LOOK_MS)
			at = f->looked + LOOK_MS;
		if (at && (!first || at < first))
			first = at;
	}
	return first;
}

/* ---- documents ---- */

static void save_place(struct control *ctl, const struct spot_play *f)
{
	cJSON *o = json_add_int(cJSON_CreateObject(), "round", f->round);

	json_add_int(o, "next", (int64_t)f->next);
	doc_put(ctl, DOC_SPOT_FEED_AT, f->region, FEED_ID, o);
	cJSON_Delete(o);
}

static void save(struct control *ctl, const struct spot_play *f)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "name", f->name);
	size_t n = f->feed.changes.len;
	double *flat = xcalloc(3 * n, sizeof *flat);

	json_add_str(o, "zone", f->zone);
	json_add_int(o, "start", f->start);
	json_add_int(o, "loaded_at", f->loaded_at);
	json_add_num(o, "speed", f->speed);
	json_add_bool(json_add_bool(o, "loop", f->loop), "recorded", f->recorded);
	json_add_int(json_add_int(o, "records", (int64_t)f->feed.records), "skipped", (int64_t)f->feed.skipped);
	json_add(o, "types", cJSON_CreateStringArray((const char *const *)f->feed.types.items, (int)f->feed.types.len));
	for (size_t i = 0; i < n; i++) {
		flat[3 * i] = (double)f->feed.changes.items[i].time;
		flat[3 * i + 1] = (double)f->feed.changes.items[i].type;
		flat[3 * i + 2] = f->feed.changes.items[i].price;
	}
	json_add(o, "changes", cJSON_CreateDoubleArray(flat, (int)(3 * n)));
	doc_put(ctl, DOC_SPOT_FEED, f->region, FEED_ID, o);
	cJSON_Delete(o);
	free(flat);
}

static void load(struct control *ctl, const char *region, const char *id, const cJSON *o, void *ctx)
{
	struct spot_play *f = xcalloc(1, sizeof *f);
	const cJSON *v;

	(void)id;
	(void)ctx;
	snprintf(f->region, sizeof f->region, "%s", region);
	f->name = xstrdup(json_str(o, "name", ""));
	f->zone = xstrdup(json_str(o, "zone", NULL));
	f->start = json_int(o, "start", 0);
	f->loaded_at = json_int(o, "loaded_at", 0);
	f->speed = json_num(o, "speed", 1);
	f->loop = json_bool(o, "loop", false);
	f->recorded = json_bool(o, "recorded", false);
	f->feed.records = (size_t)json_int(o, "records", 0);
	f->feed.skipped = (size_t)json_int(o, "skipped", 0);
	cJSON_ArrayForEach(v, json_arr(o, "types"))
		str_list_add(&f->feed.types, cJSON_IsString(v) ? v->valuestring : "");
	for (v = json_arr(o, "changes") ? json_arr(o, "changes")->child : NULL; v && v->next && v->next->next;
	     v = v->next->next->next) {
		struct spot_change c = { (int64_t)v->valuedouble, (size_t)v->next->valuedouble, v->next->next->valuedouble };
		if (c.type < f->feed.types.len)
			vec_push(&f->feed.changes, c);
	}
	if (f->feed.changes.len && f->speed > 0)
		map_set(spot_state(ctl)->feeds, region, f);
	else
		spot_play_free(f);
}

static void load_place(struct control *ctl, const char *region, const char *id, const cJSON *o, void *ctx)
{
	struct spot_play *f = spot_play(ctl, region);

	(void)id;
	(void)ctx;
	if (!f)
		return;
	f->round = json_int(o, "round", 0);
	f->next = (size_t)json_int(o, "next", 0);
}

int spot_feeds_load(struct control *ctl, struct error *err)
{
	int ret = docs_each(ctl, DOC_SPOT_FEED, load, NULL, err);

	return ret ? ret : docs_each(ctl, DOC_SPOT_FEED_AT, load_place, NULL, err);
}

static void free_play(void *v)
{
	spot_play_free(v);
}

void spot_feeds_free(struct spot_state *s)
{
	map_free(s->feeds, free_play);
}

/* ---- playing ---- */

struct moved {
	struct spot_pool **items;
	size_t len, cap;
};

/* Events are for prices that somebody's nodes have, or wait for; the others are in the history. */
static void mark_wanted(struct control *ctl, const struct moved *m)
{
	size_t it = 0;
	void *v;

	for (size_t i = 0; i < m->len; i++)
		m->items[i]->wanted = false;
	while (m->len && map_next(ctl->nodes, &it, NULL, &v)) {
		const struct node *n = v;
		const struct spot_pool *p = n->m->market == MARKET_SPOT && !n->stopping
		                            ? spot_pool_find(ctl, n->c->region, n->m->type) : NULL;
		if (p && p->fed)
			((struct spot_pool *)p)->wanted = true;
	}
}

static void tell(struct control *ctl, const struct spot_play *f, const struct spot_pool *p)
{
	double now = spot_price_now(p);

	if (!p->wanted || now == p->fed_from)
		return;
	if (p->fed_from < 0)
		event_add(ctl, SEVERITY_INFO, NULL, p->type, EVENT_SPOT, "The spot price of %s is $%.4f an hour; it was not "
		          "known before (feed %s, change %zu of %zu)", p->type, now, f->name, f->next, f->feed.changes.len);
	else
		event_add(ctl, SEVERITY_INFO, NULL, p->type, EVENT_SPOT, "The spot price of %s %s from $%.4f to $%.4f an hour "
		          "(feed %s, change %zu of %zu)", p->type, now > p->fed_from ? "rose" : "fell", p->fed_from, now,
		          f->name, f->next, f->feed.changes.len);
}

/* A loop that is more than a round behind (the server was down) goes on with the last whole round. */
static void skip_rounds(struct spot_play *f, int64_t now)
{
	int64_t length = spot_play_round_ms(f);
	int64_t behind = f->loop && length > 0 ? (now - spot_play_at(f, f->round, f->next)) / length : 0;

	if (behind > 1)
		f->round += behind - 1;
}

static void move(struct control *ctl, const struct spot_play *f, const struct spot_change *c, int64_t at,
                 struct moved *m)
{
	struct spot_pool *p = spot_pool(ctl, f->region, f->feed.types.items[c->type]);

	if (!p->fed) {
		p->fed = true;
		p->fed_from = spot_price_now(p);
		vec_push(m, p);
	}
	/* What was before the feed came stays as it was. */
	spot_set_price(p, c->price, at < f->loaded_at ? f->loaded_at : at, SPOT_FED);
}

static void advance(struct spot_play *f)
{
	f->next++;
	if (!ended(f) || !f->loop)
		return;
	f->next = 0;
	f->round++;
}

static void play(struct control *ctl, struct spot_play *f, int64_t now)
{
	struct moved m = { 0 };
	int64_t at;

	f->looked = now;
	if (ended(f))
		return;
	skip_rounds(f, now);
	while (!ended(f) && (at = spot_play_at(f, f->round, f->next)) <= now) {
		move(ctl, f, &f->feed.changes.items[f->next], at, &m);
		advance(f);
	}
	mark_wanted(ctl, &m);
	for (size_t i = 0; i < m.len; i++) {
		tell(ctl, f, m.items[i]);
		spot_pool_save(ctl, m.items[i]);
		m.items[i]->fed = false;
	}
	if (m.len) {
		save_place(ctl, f);
		spot_state(ctl)->moved = true;
	}
	if (m.len && ended(f))
		event_add(ctl, SEVERITY_INFO, NULL, f->name, EVENT_SPOT, "The spot price feed %s has ended after %zu changes; "
		          "prices stay as they are", f->name, f->feed.changes.len);
	vec_free(&m);
}

void spot_feeds_play(struct control *ctl, int64_t now)
{
	size_t it = 0;
	void *v;

	while (map_next(spot_state(ctl)->feeds, &it, NULL, &v)) {
		struct spot_play *f = v;
		char *cause = xasprintf("spot price feed %s", f->name);
		struct acting before = actor_begin(ctl, "stoker:spot", cause);
		ctl->acting_region = f->region;
		play(ctl, f, now);
		actor_end(ctl, &before);
		free(cause);
	}
}

void spot_play_put(struct control *ctl, struct spot_play *f, int64_t now)
{
	struct spot_play *old = map_set(spot_state(ctl)->feeds, f->region, f);

	if (old)
		spot_play_free(old);
	save(ctl, f);
	save_place(ctl, f);
	play(ctl, f, now);
}

void spot_play_drop(struct control *ctl, const char *region)
{
	struct spot_play *f = map_remove(spot_state(ctl)->feeds, region);

	if (!f)
		return;
	doc_drop(ctl, DOC_SPOT_FEED, region, FEED_ID);
	doc_drop(ctl, DOC_SPOT_FEED_AT, region, FEED_ID);
	spot_play_free(f);
}
