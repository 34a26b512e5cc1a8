/* How much of its nodes a group really uses: for each sample of a node that ran something, the share of its
 * cores and of its memory. Counted in steps of one per cent, so that two weeks of thousands of nodes are a
 * few kilobytes; kept hourly as documents ("cost-load"). */
#include <math.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cost/inner.h"

#define STEPS 101                   /* 0 … 100 % */
#define SPAN_MS (7 * DAY_MS)        /* two of them are looked at: the one that runs and the one before */
#define SAVE_MS HOUR_MS

struct seen {
	int64_t since;
	uint32_t n, cpu[STEPS], mem[STEPS];
};
struct group_load {
	char group_id[MODEL_ID_SIZE], cluster_id[MODEL_ID_SIZE];
	struct seen now, before;
	bool unsaved;
};

static int step_of(double percent)
{
	return percent <= 0 ? 0 : percent >= 100 ? 100 : (int)ceil(percent);
}

static struct group_load *load_get(struct cost_state *st, const char *group_id, const char *cluster_id)
{
	if (!st->loads)
		st->loads = map_new();
	struct group_load *g = map_get(st->loads, group_id);
	if (!g) {
		g = xcalloc(1, sizeof *g);
		snprintf(g->group_id, sizeof g->group_id, "%s", group_id);
		snprintf(g->cluster_id, sizeof g->cluster_id, "%s", cluster_id);
		map_set(st->loads, group_id, g);
	}
	return g;
}

/* The memory that counts is what was granted, where that is more than what was touched: with less of it on a
 * node fewer executors would fit. */
void loads_sampled(struct control *ctl, struct node *n, const double *values)
{
	struct cost_state *st = cost_state(ctl);
	double cpu = values[METRIC_NODE_CPU], rss = values[METRIC_NODE_RSS],
	       granted = values[METRIC_NODE_GRANTED];
	int64_t now = clock_now_ms();

	if (!(values[METRIC_NODE_CONTAINERS] > 0) || !(cpu >= 0) || !(rss >= 0) || n->m->mem_mb <= 0)
		return;
	struct group_load *g = load_get(st, n->m->group_id, n->c->id);
	if (now - g->now.since > SPAN_MS) {
		g->before = g->now;
		g->now = (struct seen){ .since = now };
	}
	g->now.n++;
	g->now.cpu[step_of(cpu)]++;
	g->now.mem[step_of(100 * (granted > rss ? granted : rss) / (n->m->mem_mb * 1048576.0))]++;
	g->unsaved = true;
	if (!st->loads_due)
		st->loads_due = now + SAVE_MS;
}

/* The smallest per cent that `p` per cent of the samples do not exceed. */
static double rank(const uint32_t *a, const uint32_t *b, uint64_t n, double p)
{
	uint64_t want = (uint64_t)ceil(p / 100 * (double)n), seen = 0;
	int i = 0;

	for (; i < STEPS; i++) {
		seen += a[i] + b[i];
		if (seen >= want)
			break;
	}
	return i < STEPS ? i : 100;
}

bool load_of(struct control *ctl, const char *group_id, struct load_view *out)
{
	const struct cost_state *st = cost_state(ctl);
	const struct group_load *g = st->loads ? map_get(st->loads, group_id) : NULL;

	if (!g)
		return false;
	out->samples = (uint64_t)g->now.n + g->before.n;
	out->since = g->before.n ? g->before.since : g->now.since;
	out->cpu_p95 = rank(g->now.cpu, g->before.cpu, out->samples, 95);
	out->mem_p95 = rank(g->now.mem, g->before.mem, out->samples, 95);
	return out->samples > 0;
}

/* ---- documents ---- */

static cJSON *counts_of(const uint32_t *v)
{
	cJSON *a = cJSON_CreateArray();

	for (int i = 0; i < STEPS; i++)
		cJSON_AddItemToArray(a, cJSON_CreateNumber(v[i]));
	return a;
}

static cJSON *seen_of(const struct seen *s)
{
	cJSON *o = json_add_int(cJSON_CreateObject(), "Since", s->since);

	return json_add(json_add(o, "Cpu", counts_of(s->cpu)), "Mem", counts_of(s->mem));
}

static void read_counts(const cJSON *a, uint32_t *v)
{
	const cJSON *x;
	int i = 0;

	cJSON_ArrayForEach(x, a)
		if (i < STEPS && cJSON_IsNumber(x) && x->valuedouble >= 0)
			v[i++] = (uint32_t)x->valuedouble;
}

static void read_seen(const cJSON *o, struct seen *s)
{
	s->since = json_int(o, "Since", 0);
	read_counts(json_arr(o, "Cpu"), s->cpu);
	read_counts(json_arr(o, "Mem"), s->mem);
	for (int i = 0; i < STEPS; i++)
		s->n += s->cpu[i];
}

static void load_doc(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	const char *cluster = json_str(body, "ClusterId", "");
	struct cluster *c = find_cluster(ctl, cluster);

	(void)ctx;
	if (!c || cluster_state_ended(c->state)) {
		vec_push((struct str_list *)ctx, xasprintf("%s\n%s", region, id));
		return;
	}
	struct group_load *g = load_get(cost_state(ctl), id, cluster);
	g->now = g->before = (struct seen){ 0 };
	read_seen(json_obj(body, "Now"), &g->now);
	read_seen(json_obj(body, "Before"), &g->before);
}

/* Once: what was counted since is in memory only, and needs no second look. */
int loads_load(struct control *ctl, struct error *err)
{
	struct cost_state *st = cost_state(ctl);
	struct str_list stale = { 0 };
	int ret;

	if (st->loads)
		return 0;
	st->loads = map_new();
	ret = docs_each(ctl, "cost-load", load_doc, &stale, err);
	for (size_t i = 0; i < stale.len; i++) {
		char *id = strchr(stale.items[i], '\n');
		*id = 0;
		doc_drop(ctl, "cost-load", stale.items[i], id + 1);
	}
	str_list_free(&stale);
	return ret;
}

int64_t loads_due(struct control *ctl)
{
	return cost_state(ctl)->loads_due;
}

void loads_run(struct control *ctl, int64_t now)
{
	struct cost_state *st = cost_state(ctl);
	size_t it = 0;
	void *v;

	if (!st->loads_due || now < st->loads_due)
		return;
	st->loads_due = 0;
	while (map_next(st->loads, &it, NULL, &v)) {
		struct group_load *g = v;
		struct cluster *c = find_cluster(ctl, g->cluster_id);
		if (!g->unsaved || !c)
			continue;
		cJSON *o = json_add_str(cJSON_CreateObject(), "ClusterId", g->cluster_id);
		json_add(json_add(o, "Now", seen_of(&g->now)), "Before", g->before.n ? seen_of(&g->before) : NULL);
		doc_put(ctl, "cost-load", c->region, g->group_id, o);
		cJSON_Delete(o);
		g->unsaved = false;
	}
}

/* A cluster that has ended is recommended nothing. */
void loads_ended(struct control *ctl, const struct cluster *c)
{
	struct cost_state *st = cost_state(ctl);

	for (size_t i = 0; st->loads && i < c->groups.len; i++) {
		struct group_load *g = map_remove(st->loads, c->groups.items[i]->id);
		if (g)
			doc_drop(ctl, "cost-load", c->region, g->group_id);
		free(g);
	}
}

void loads_free(struct cost_state *st)
{
	if (st->loads)
		map_free(st->loads, free);
	st->loads = NULL;
}
