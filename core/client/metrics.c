#include "core/client/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/map.h"
#include "core/base/mem.h"

static const char *const names[] = {
#define X(id, name) name,
	METRICS(X)
#undef X
};

static const struct {
	const char *name;
	int64_t ms, period;
} ranges[] = {
	[RANGE_HOUR] = { "1h", 3600000, 5000 },
	[RANGE_2H] = { "2h", 7200000, 10000 },
	[RANGE_4H] = { "4h", 14400000, 20000 },
	[RANGE_DAY] = { "day", 86400000, 300000 },
	[RANGE_WEEK] = { "week", 604800000, 1800000 },
};

const char *metric_name(enum metric m)
{
	return m >= 0 && m < METRIC_COUNT ? names[m] : "";
}

int metric_parse(const char *name)
{
	for (int i = 0; name && i < METRIC_COUNT; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

const char *range_name(enum range r)
{
	return ranges[r].name;
}

int64_t range_ms(enum range r)
{
	return ranges[r].ms;
}

int64_t range_period_ms(enum range r)
{
	return ranges[r].period;
}

struct metrics {
	struct map *sets;      /* "range/instance" → struct metric_set */
	struct map *nodes;     /* instance → struct node_metrics */
};

struct metrics *metrics_new(void)
{
	struct metrics *m = xcalloc(1, sizeof *m);
	m->sets = map_new();
	m->nodes = map_new();
	return m;
}

static void set_free(void *p)
{
	struct metric_set *s = p;
	for (int i = 0; i < METRIC_COUNT; i++)
		free(s->values[i]);
	free(s);
}

void metrics_free(struct metrics *m)
{
	if (!m)
		return;
	map_free(m->sets, set_free);
	map_free(m->nodes, free);
	free(m);
}

static char *set_key(const char *instance, enum range r, char *out, size_t size)
{
	snprintf(out, size, "%d/%s", (int)r, instance);
	return out;
}

struct metric_set *metrics_set(struct metrics *m, const char *instance, enum range r)
{
	char key[80];
	struct metric_set *s = map_get(m->sets, set_key(instance, r, key, sizeof key));
	if (s)
		return s;
	s = xcalloc(1, sizeof *s);
	snprintf(s->instance, sizeof s->instance, "%s", instance);
	s->range = r;
	s->period = ranges[r].period;
	s->n = (size_t)(ranges[r].ms / ranges[r].period);
	map_set(m->sets, key, s);
	return s;
}

const struct metric_set *metrics_peek(const struct metrics *m, const char *instance, enum range r)
{
	char key[80];
	return map_get(m->sets, set_key(instance, r, key, sizeof key));
}

int64_t metric_set_from(const struct metric_set *s, int64_t now)
{
	int64_t all = now - ranges[s->range].ms;
	/* The last two periods may have been incomplete when they were read. */
	int64_t next = s->end - 2 * s->period;
	return s->end && next > all ? next : all - all % s->period;
}

/* Move the window so that it ends at `end`; what falls out is dropped, what is new is a gap. */
static void move_window(struct metric_set *s, int64_t end)
{
	if (s->end && end <= s->end)
		return;
	size_t shift = s->end ? (size_t)((end - s->end) / s->period) : s->n;
	if (shift > s->n)
		shift = s->n;
	for (int m = 0; m < METRIC_COUNT; m++) {
		double *v = s->values[m];
		if (!v)
			continue;
		memmove(v, v + shift, (s->n - shift) * sizeof *v);
		for (size_t i = s->n - shift; i < s->n; i++)
			v[i] = NAN;
	}
	s->end = end;
}

static double *values_of(struct metric_set *s, int metric)
{
	if (!s->values[metric]) {
		s->values[metric] = xmalloc(s->n * sizeof(double));
		for (size_t i = 0; i < s->n; i++)
			s->values[metric][i] = NAN;
	}
	return s->values[metric];
}

/* A point of the server covers its own period, which may be longer than ours: fill what it covers. */
static void put_point(struct metric_set *s, double *v, int64_t t, int64_t period, double value)
{
	int64_t begin = s->end - (int64_t)s->n * s->period;
	int64_t reach = period > s->period ? period : s->period;
	for (int64_t at = t; at < t + reach; at += s->period) {
		if (at < begin)
			continue;
		int64_t i = (at - begin) / s->period;
		if (i >= (int64_t)s->n)
			return;
		v[i] = value;
	}
}

static void take_points(struct metric_set *s, const cJSON *series)
{
	int metric = metric_parse(json_str(series, "Metric", ""));
	if (metric < 0)
		return;
	double *v = values_of(s, metric);
	int64_t period = (int64_t)(json_num(series, "Period", 0) * 1000);
	const cJSON *p;
	cJSON_ArrayForEach(p, json_arr(series, "Points")) {
		const cJSON *t = cJSON_GetArrayItem(p, 0), *x = t ? t->next : NULL;
		if (cJSON_IsNumber(t) && cJSON_IsNumber(x))
			put_point(s, v, (int64_t)(t->valuedouble * 1000), period, x->valuedouble);
	}
}

int metric_set_take(struct metric_set *s, const cJSON *reply, int64_t now, struct error *err)
{
	const cJSON *list = json_arr(reply, "Series"), *series;
	if (!list)
		return error_set(err, ERR_INVALID, "the reply to GetMetrics has no list of series");
	move_window(s, now - now % s->period + s->period);
	cJSON_ArrayForEach(series, list)
		take_points(s, series);
	return 0;
}

double metric_set_last(const struct metric_set *s, enum metric m, int64_t now, int64_t max_age_ms)
{
	if (!s || !s->values[m])
		return NAN;
	for (size_t i = s->n; i-- > 0;) {
		int64_t t = s->end - (int64_t)(s->n - i) * s->period;
		if (t + s->period < now - max_age_ms)
			break;
		if (!isnan(s->values[m][i]))
			return s->values[m][i];
	}
	return NAN;
}

static cJSON *encode_series(const struct metric_set *s, int m)
{
	cJSON *o = cJSON_CreateObject(), *points = cJSON_CreateArray();
	json_add_str(o, "Metric", names[m]);
	json_add_num(o, "Period", (double)s->period / 1000);
	for (size_t i = 0; i < s->n; i++) {
		if (isnan(s->values[m][i]))
			continue;
		double at[2] = { (double)(s->end - (int64_t)(s->n - i) * s->period) / 1000,
		                 s->values[m][i] };
		cJSON_AddItemToArray(points, cJSON_CreateDoubleArray(at, 2));
	}
	return json_add(o, "Points", points);
}

cJSON *metric_set_encode(const struct metric_set *s)
{
	if (!s || !s->end)
		return NULL;
	cJSON *o = cJSON_CreateObject(), *list = cJSON_CreateArray();
	for (int m = 0; m < METRIC_COUNT; m++)
		if (s->values[m])
			cJSON_AddItemToArray(list, encode_series(s, m));
	return json_add(o, "Series", list);
}

static struct node_metrics *node_of(struct metrics *m, const char *id)
{
	struct node_metrics *n = map_get(m->nodes, id);
	if (n)
		return n;
	n = xcalloc(1, sizeof *n);
	snprintf(n->instance, sizeof n->instance, "%s", id);
	for (int i = 0; i < METRIC_COUNT; i++)
		n->value[i] = NAN;
	map_set(m->nodes, id, n);
	return n;
}

int metrics_take_nodes(struct metrics *m, const cJSON *reply, struct error *err)
{
	const cJSON *list = json_arr(reply, "Series"), *series, *p;
	if (!list)
		return error_set(err, ERR_INVALID, "the reply to GetMetrics has no list of series");
	cJSON_ArrayForEach(series, list) {
		const char *id = json_str(series, "InstanceId", "");
		int metric = metric_parse(json_str(series, "Metric", ""));
		if (!*id || metric < 0)
			continue;
		struct node_metrics *n = node_of(m, id);
		cJSON_ArrayForEach(p, json_arr(series, "Points")) {
			const cJSON *t = cJSON_GetArrayItem(p, 0), *x = t ? t->next : NULL;
			if (!cJSON_IsNumber(t) || !cJSON_IsNumber(x))
				continue;
			n->value[metric] = x->valuedouble;
			n->time = (int64_t)(t->valuedouble * 1000);
		}
	}
	return 0;
}

const struct node_metrics *metrics_node(const struct metrics *m, const char *instance)
{
	return m ? map_get(m->nodes, instance) : NULL;
}

double metrics_busy(double idle)
{
	if (isnan(idle))
		return NAN;
	double busy = 100 - idle;
	return busy < 0 ? 0 : busy > 100 ? 100 : busy;
}
