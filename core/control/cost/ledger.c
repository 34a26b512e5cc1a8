/* The ledger: what each day cost, kept for the time when the journal has dropped the clusters.
 *
 * A document a day and region: kind "cost-2026-11", id "2026-11-26". It is written once, after the day is
 * over; days that went by while the server was down are written when it is back, from the journal's clusters.
 * How far it has come is a document too: "cost-ledger", "written", {From: the first day that is not written}.
 */
#include <math.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/cost/inner.h"

#define SETTLE_MS 120000   /* after midnight: the minimum of a minute has passed for what ended before it */
#define KIND "cost-ledger"

static double tidy(double v)
{
	return round(v * 1e9) / 1e9;
}

static cJSON *sums(cJSON *o, const struct money *m)
{
	json_add_num(o, "Ec2", tidy(m->ec2));
	json_add_num(o, "Emr", tidy(m->emr));
	if (m->ebs > 0)
		json_add_num(o, "Ebs", tidy(m->ebs));
	json_add_num(o, "Hours", tidy(m->hours));
	if (m->unknown)
		json_add_bool(o, "Unknown", true);
	if (m->estimate)
		json_add_bool(o, "Estimate", true);
	return o;
}

void ledger_money(const cJSON *o, struct money *out)
{
	out->ec2 += json_num(o, "Ec2", 0);
	out->emr += json_num(o, "Emr", 0);
	out->ebs += json_num(o, "Ebs", 0);
	out->hours += json_num(o, "Hours", 0);
	out->unknown |= json_bool(o, "Unknown", false);
	out->estimate |= json_bool(o, "Estimate", false);
}

/* ---- a day of a cluster ---- */

static cJSON *lines_of(struct control *ctl, struct sheet *s, int64_t day, int64_t next, int64_t now)
{
	cJSON *lines = cJSON_CreateArray();

	for (size_t k = 0; k < s->lines.len; k++) {
		const struct line *l = &s->lines.items[k];
		const struct instance_group *g = cluster_group(s->c, l->group_id);
		struct money m = { 0 };
		line_money(ctl, s, k, day, next, now, &m);
		if (m.hours <= 0)
			continue;
		cJSON *o = json_add_str(cJSON_CreateObject(), "Group", l->group_id);
		json_add_str(o, "GroupName", g ? g->name : NULL);
		json_add_str(o, "Role", names_get(&instance_role_names, (int)l->role));
		json_add_str(o, "Type", l->type);
		json_add_str(o, "Market", names_get(&market_names, (int)l->market));
		cJSON_AddItemToArray(lines, sums(o, &m));
	}
	return lines;
}

/* Steps of one name are one row: a thousand runs of a step are not kept one by one. */
struct named {
	struct money money;
	int runs;
};

static cJSON *steps_of(struct control *ctl, struct cluster *c, int64_t day, int64_t next, int64_t now)
{
	struct step_shares shares = { 0 };
	struct named idle = { 0 };
	struct map *names = map_new();
	cJSON *steps = cJSON_CreateArray();
	const char *name;
	size_t it = 0;
	void *v;

	cost_sweep(ctl, c, day, next, now, &shares, &idle.money);
	for (size_t i = 0; i < shares.len; i++) {
		const char *key = shares.items[i].s->name ? shares.items[i].s->name : "";
		struct named *n = map_get(names, key);
		if (!n) {
			n = xcalloc(1, sizeof *n);
			map_set(names, key, n);
		}
		money_add(&n->money, &shares.items[i].money);
		n->runs++;
	}
	while (map_next(names, &it, &name, &v)) {
		const struct named *n = v;
		cJSON *o = json_add_int(json_add_str(cJSON_CreateObject(), "Name", name), "Runs", n->runs);
		cJSON_AddItemToArray(steps, sums(o, &n->money));
	}
	if (idle.money.hours > 0)
		cJSON_AddItemToArray(steps, sums(cJSON_CreateObject(), &idle.money));
	map_free(names, free);
	free(shares.items);
	return steps;
}

static cJSON *row_of(struct control *ctl, struct cluster *c, int64_t day, int64_t now)
{
	struct sheet *s = sheet_of(ctl, c, now);
	int64_t next = day_next(day);
	cJSON *lines = lines_of(ctl, s, day, next, now);

	if (!lines->child) {
		cJSON_Delete(lines);
		return NULL;
	}
	cJSON *o = json_add_str(json_add_str(cJSON_CreateObject(), "Id", c->id), "Name", c->name);
	if (c->tags.len) {
		cJSON *tags = cJSON_AddObjectToObject(o, "Tags");
		for (size_t i = 0; i < c->tags.len; i++)
			json_add_str(tags, c->tags.items[i].key, c->tags.items[i].value);
	}
	json_add(o, "Lines", lines);
	return json_add(o, "Steps", steps_of(ctl, c, day, next, now));
}

/* ---- writing ---- */

static void remember(struct control *ctl, struct cost_state *st)
{
	cJSON *o = json_add_int(cJSON_CreateObject(), "From", st->ledger_from);

	doc_put(ctl, KIND, "", "written", o);
	cJSON_Delete(o);
}


static cJSON *page_of(struct map *pages, const char *region)
{
	cJSON *rows = map_get(pages, region);

	if (!rows) {
		rows = cJSON_CreateArray();
		map_set(pages, region, rows);
	}
	return rows;
}

static void write_day(struct control *ctl, struct cost_state *st, int64_t day, int64_t now)
{
	struct map *pages = map_new(); /* region → rows */
	char kind[32], id[16], month[16];
	const char *region;
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		bool over = cluster_state_ended(c->state) && c->timeline.ended + MINUTE_MS < day;
		cJSON *row = over || c->timeline.created >= day_next(day) ? NULL : row_of(ctl, c, day, now);
		if (row)
			cJSON_AddItemToArray(page_of(pages, c->region), row);
	}
	for (size_t i = 0; i < st->left.len; i++)
		if (st->left.items[i].day == day && st->left.items[i].row) {
			cJSON_AddItemToArray(page_of(pages, st->left.items[i].region), st->left.items[i].row);
			st->left.items[i].row = NULL;
		}
	snprintf(kind, sizeof kind, "cost-%s", month_name(day, month, sizeof month));
	for (it = 0; map_next(pages, &it, &region, &v);) {
		cJSON *o = json_add(json_add_int(cJSON_CreateObject(), "Day", day), "Clusters", v);
		doc_put(ctl, kind, region, day_name(day, id, sizeof id), o);
		cJSON_Delete(o);
	}
	map_free(pages, NULL);
}

static void drop_left(struct cost_state *st)
{
	for (size_t i = 0; i < st->left.len; i++)
		cJSON_Delete(st->left.items[i].row);
	vec_free(&st->left);
}

/* Where nothing was ever written: the day of the first cluster that is known. */
static int64_t first_day(struct control *ctl, const struct cost_state *st)
{
	int64_t first = 0;
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		int64_t t = ((struct cluster *)v)->timeline.created;
		if (t && (!first || t < first))
			first = t;
	}
	for (size_t i = 0; i < st->left.len; i++)
		if (!first || st->left.items[i].day < first)
			first = st->left.items[i].day;
	return first ? day_start(first) : 0;
}

int64_t ledger_due(struct control *ctl)
{
	struct cost_state *st = cost_state(ctl);

	if (!st->ledger_from && map_len(ctl->clusters))
		st->ledger_from = first_day(ctl, st);
	return st->ledger_from && (map_len(ctl->clusters) || st->left.len) ? day_next(st->ledger_from) + SETTLE_MS
	                                                                   : 0;
}

#define DAYS_AT_ONCE 8 /* after a long time away: not all in one turn */

void ledger_run(struct control *ctl, int64_t now)
{
	struct cost_state *st = cost_state(ctl);
	int n = 0;

	while (st->ledger_from && day_next(st->ledger_from) + SETTLE_MS <= now && n++ < DAYS_AT_ONCE) {
		write_day(ctl, st, st->ledger_from, now);
		st->ledger_from = day_next(st->ledger_from);
	}
	if (!n)
		return;
	remember(ctl, st);
	if (day_next(st->ledger_from) + SETTLE_MS > now)
		drop_left(st);
}

void cost_leaving(struct control *ctl, struct cluster *c)
{
	vec_push(&cost_state(ctl)->leaving, c);
}

/* The days of the dropped clusters that the ledger does not have: what was not written while the server was
 * down. */
static void keep_left(struct control *ctl, struct cost_state *st)
{
	int64_t now = clock_now_ms();

	for (size_t i = 0; i < st->leaving.len; i++) {
		struct cluster *c = st->leaving.items[i];
		int64_t day = day_start(c->timeline.created), last = c->timeline.ended + MINUTE_MS;
		if (st->ledger_from > day)
			day = st->ledger_from;
		for (; day <= last; day = day_next(day)) {
			struct left_day l = { .day = day, .row = row_of(ctl, c, day, now) };
			snprintf(l.region, sizeof l.region, "%s", c->region);
			if (l.row)
				vec_push(&st->left, l);
		}
	}
	if (st->leaving.len)
		sheets_free(st); /* some are theirs */
	for (size_t i = 0; i < st->leaving.len; i++)
		cluster_free(st->leaving.items[i]);
	st->leaving.len = 0;
}

void ledger_free(struct cost_state *st)
{
	drop_left(st);
	for (size_t i = 0; i < st->leaving.len; i++)
		cluster_free(st->leaving.items[i]);
	vec_free(&st->leaving);
}

/* ---- reading ---- */

static void read_from(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	(void)ctl;
	(void)region;
	(void)id;
	*(int64_t *)ctx = json_int(body, "From", 0);
}

int ledger_load(struct control *ctl, struct error *err)
{
	struct cost_state *st = cost_state(ctl);
	int64_t from = 0;
	int ret = docs_each(ctl, KIND, read_from, &from, err);

	st->ledger_from = from;
	keep_left(ctl, st);
	return ret;
}

struct each {
	int64_t from, to;
	ledger_fn fn;
	void *ctx;
};

static void each_page(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	struct each *e = ctx;
	int64_t day = json_int(body, "Day", 0);
	const cJSON *row;

	(void)id;
	if (day < e->from || day >= e->to || (ctl->call && strcmp(region, ctl->call->region)))
		return;
	cJSON_ArrayForEach(row, json_arr(body, "Clusters"))
		if (!find_cluster(ctl, json_str(row, "Id", "")))
			e->fn(ctl, row, day, e->ctx);
}

int ledger_each(struct control *ctl, int64_t from, int64_t to, ledger_fn fn, void *ctx, struct error *err)
{
	struct each e = { from, to, fn, ctx };
	int64_t now = clock_now_ms();
	int ret = 0;

	for (int64_t m = month_start(from); !ret && m < to && m <= now; m = month_next(m)) {
		char kind[32], month[16];
		snprintf(kind, sizeof kind, "cost-%s", month_name(m, month, sizeof month));
		ret = docs_each(ctl, kind, each_page, &e, err);
	}
	return ret;
}
