/* The part: what is kept, when something is to be done. */
#include "core/control/cloudwatch/state.h"

#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"

#define MINUTE_MS 60000
#define COLLECT_AT_MS 55000      /* so that the values fall into the minute that is about to end */
#define EVALUATE_AT_MS 2000
#define STORE_AWAKE_MS (8LL * 3600 * 1000)   /* after the last sample: until all hours are added up and written */
#define DAY_MS 86400000LL

struct cw *cw_of(struct control *ctl)
{
	return ctl->parts[PART_CLOUDWATCH];
}

/* ---- alarms ---- */

static char *key_of(const char *region, const char *name)
{
	return xasprintf("%s\n%s", region, name);
}

static void runtime_free(struct metric_alarm *a)
{
	struct cw_alarm *rt = a->runtime;

	if (!rt)
		return;
	cw_parsed_free(rt->parsed, a->queries.len);
	alarm_rule_free(rt->rule);
	free(rt);
	a->runtime = NULL;
}

static void alarm_free_whole(struct metric_alarm *a)
{
	runtime_free(a);
	metric_alarm_free(a);
}

static void alarm_drop(struct cw *cw, struct metric_alarm *a)
{
	if (!a)
		return;
	cw->short_alarms -= metric_alarm_interval(a) < 60;
	for (size_t i = cw->composites.len; a->rule && i-- > 0;)
		if (cw->composites.items[i] == a)
			vec_remove(&cw->composites, i);
	((struct cw_alarm *)a->runtime)->dead = true;
	if (cw->evaluating)
		vec_push(&cw->graves, a);
	else
		alarm_free_whole(a);
}

void cw_bury(struct cw *cw)
{
	for (size_t i = 0; i < cw->graves.len; i++)
		alarm_free_whole(cw->graves.items[i]);
	vec_free(&cw->graves);
}

static void keep(struct cw *cw, const char *region, struct metric_alarm *a)
{
	struct cw_alarm *rt = xcalloc(1, sizeof *rt);
	char *key = key_of(region, a->name);
	struct error err = ERROR_INIT;

	snprintf(rt->region, sizeof rt->region, "%s", region);
	a->runtime = rt;
	if (a->queries.len && cw_parse_queries(&a->queries, &rt->parsed, &err))
		log_warn("alarm %s: %s", a->name, err.message);
	if (a->rule && cw_parse_rule(a->rule, region, &rt->rule, &err))
		log_warn("alarm %s: %s", a->name, err.message);
	if (a->rule)
		vec_push(&cw->composites, a);
	cw->short_alarms += metric_alarm_interval(a) < 60;
	alarm_drop(cw, map_set(cw->alarms, key, a));
	free(key);
}

struct metric_alarm *cw_alarm_get(struct cw *cw, const char *region, const char *name)
{
	char *key = key_of(region, name);
	struct metric_alarm *a = map_get(cw->alarms, key);

	free(key);
	return a;
}

const char *cw_alarm_region(const struct metric_alarm *a)
{
	return ((const struct cw_alarm *)a->runtime)->region;
}

void cw_alarm_save(struct control *ctl, const struct metric_alarm *a)
{
	cJSON *body = cw_encode_alarm(a, cw_alarm_region(a), true);

	doc_put(ctl, ALARM_DOC, cw_alarm_region(a), a->name, body);
	cJSON_Delete(body);
}

void cw_alarm_keep(struct control *ctl, const char *region, struct metric_alarm *a)
{
	keep(cw_of(ctl), region, a);
	((struct cw_alarm *)a->runtime)->fresh = true;
	cw_alarm_save(ctl, a);
	cw_wake(ctl);
}

void cw_alarm_forget(struct control *ctl, const char *region, const char *name)
{
	char *key = key_of(region, name);
	struct cw *cw = cw_of(ctl);

	alarm_drop(cw, map_remove(cw->alarms, key));
	free(key);
	doc_drop(ctl, ALARM_DOC, region, name);
}

static void alarms_free(struct cw *cw)
{
	size_t it = 0;
	void *v;

	while (cw->alarms && map_next(cw->alarms, &it, NULL, &v))
		alarm_drop(cw, v);
	if (cw->alarms)
		map_free(cw->alarms, NULL);
	cw->alarms = NULL;
	vec_free(&cw->composites);
	vec_free(&cw->moved);
}

/* ---- when ---- */

/* The next moment that lies `offset` into a step. */
static int64_t next_at(int64_t now, int64_t step, int64_t offset)
{
	int64_t at = now / step * step + offset;

	return at > now ? at : at + step;
}

void cw_wake(struct control *ctl)
{
	cw_of(ctl)->fresh = true;
}

void cw_touch(struct control *ctl)
{
	struct cw *cw = cw_of(ctl);

	cw->touched = clock_now_ms();
	if (!cw->work_at)
		cw->work_at = cw->touched + 1000;
}

static void plan(struct control *ctl, struct cw *cw, int64_t now)
{
	int64_t step = cw->short_alarms ? 10000 : MINUTE_MS;

	if (!map_len(cw->alarms) && !map_len(cw->acks))
		cw->evaluate_at = 0;
	else if (!cw->evaluate_at || cw->evaluate_at > now + step)
		cw->evaluate_at = next_at(now, step, EVALUATE_AT_MS);
	if (!map_len(ctl->nodes))
		cw->collect_at = 0;
	else if (!cw->collect_at)
		cw->collect_at = next_at(now, MINUTE_MS, COLLECT_AT_MS);
}

static int64_t due(struct control *ctl)
{
	struct cw *cw = cw_of(ctl);
	int64_t now = clock_now_ms(), first = 0;

	if (!cw)
		return 0;
	plan(ctl, cw, now);
	if (cw->fresh)
		return now;
	const int64_t wishes[] = { cw->work_at, cw->evaluate_at, cw->collect_at, cw_composites_due(cw) };
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
		if (wishes[i] && (!first || wishes[i] < first))
			first = wishes[i];
	return first;
}

static void work(struct cw *cw, int64_t now)
{
	series_work(cw->series, now / 1000);
	cw->work_at = now - cw->touched < STORE_AWAKE_MS ? now + (series_count(cw->series) > 1000 ? 1000 : 5000) : 0;
}

static void run(struct control *ctl, int64_t now)
{
	struct cw *cw = cw_of(ctl);

	if (cw->collect_at && cw->collect_at <= now) {
		cw_collect(ctl, now);
		cw->collect_at = next_at(now, MINUTE_MS, COLLECT_AT_MS);
	}
	bool fresh = cw->fresh;
	cw->fresh = false;
	if (cw->evaluate_at && cw->evaluate_at <= now) {
		int64_t step = cw->short_alarms ? 10000 : MINUTE_MS;
		/* With steps of 10 s the minute's alarms take their turn at the first of each minute. */
		cw_evaluate(ctl, now, step == MINUTE_MS || now % MINUTE_MS < 10000, false);
		cw->evaluate_at = next_at(now, step, EVALUATE_AT_MS);
		cw_acks_tidy(ctl, now);
	} else if (fresh) {
		cw_evaluate(ctl, now, false, true);
	}
	int64_t waited = cw_composites_due(cw);
	if (waited && waited <= now)
		cw_composites_release(ctl, now);
	if (cw->work_at && cw->work_at <= now)
		work(cw, now);
	if (now - cw->trim_at > DAY_MS) {
		store_trim_records(ctl->store, ALARM_HISTORY, now - HISTORY_KEEP_MS);
		cw->trim_at = now;
	}
}

/* ---- life ---- */

static void load_alarm(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	(void)ctl;
	(void)id;
	keep(ctx, region, cw_read_alarm(body));
}

static int open_series(struct control *ctl, struct cw *cw, struct error *err)
{
	char *path = xasprintf("%s/series.db", ctl->home);
	int ret = series_open(path, &cw->series, err);

	free(path);
	return ret;
}

static int load(struct control *ctl, struct error *err)
{
	struct cw *cw = cw_of(ctl);
	int ret = 0;

	if (!cw) {
		cw = xcalloc(1, sizeof *cw);
		ctl->parts[PART_CLOUDWATCH] = cw;
		if ((ret = open_series(ctl, cw, err)))
			return ret;
		if (series_count(cw->series)) /* hours that the last run left are to be added up */
			cw_touch(ctl);
	}
	alarms_free(cw);
	cw->alarms = map_new();
	cw->short_alarms = 0;
	ret = docs_each(ctl, ALARM_DOC, load_alarm, cw, err);
	if (!ret)
		cw_acks_load(ctl, err);
	return ret;
}

static void close_part(struct control *ctl)
{
	struct cw *cw = cw_of(ctl);

	if (!cw)
		return;
	alarms_free(cw);
	cw_acks_free(cw);
	cw_collect_free(cw);
	vec_free(&cw->sources);
	series_close(cw->series);
	free(cw);
	ctl->parts[PART_CLOUDWATCH] = NULL;
}

/* ---- for other parts ---- */

void cw_put(struct control *ctl, const char *region, const char *ns, const char *metric,
            const struct pair_list *dims, int64_t time_ms, double value, const char *unit)
{
	struct series_name n = { region, ns, metric, dims };
	struct cw *cw = cw_of(ctl);
	struct series *s = cw ? series_make(cw->series, &n) : NULL;

	if (!s)
		return;
	series_add(cw->series, s, time_ms / 1000, value, 1, false, names_parse(&metric_unit_names, unit));
	cw_touch(ctl);
}

void cw_put_cluster(struct control *ctl, const struct cluster *c, const char *metric, int64_t time_ms, double value,
                    const char *unit)
{
	struct pair p = { (char *)CW_DIM_CLUSTER, (char *)c->id };
	struct pair_list dims = { &p, 1, 1 };

	cw_put(ctl, c->region, CW_EMR_NAMESPACE, metric, &dims, time_ms, value, unit);
}

bool cw_query(struct control *ctl, const char *region, const char *ns, const char *metric,
              const struct pair_list *dims, const char *statistic, int period_s, int64_t start, int64_t end,
              struct cw_points *out)
{
	struct series_name name = { region, ns, metric, dims };
	struct cw *cw = cw_of(ctl);
	struct series *s = cw ? series_find(cw->series, &name) : NULL;
	struct stat_wish w;
	int step = period_s >= 60 ? 60 : period_s;

	*out = (struct cw_points){ .period = period_s };
	if (!stat_parse(statistic, &w) || period_s < 1)
		return false;
	out->start = start / 1000 / step * step;
	int64_t n = (end / 1000 - out->start + period_s - 1) / period_s;
	out->n = n > 0 ? (size_t)n : 0;
	struct series_slot *slots = xcalloc(out->n + 1, sizeof *slots);
	out->values = xcalloc(out->n + 1, sizeof *out->values);
	if (s)
		series_read(cw->series, s, period_s, out->start, out->n, stat_needs_values(&w), clock_now_ms() / 1000,
		            slots);
	for (size_t i = 0; i < out->n; i++)
		out->values[i] = stat_value(&w, &slots[i].set, &slots[i].bag);
	series_slots_free(slots, out->n);
	free(slots);
	return true;
}

void cw_points_free(struct cw_points *p)
{
	free(p->values);
	*p = (struct cw_points){ 0 };
}

struct metric_alarm *cw_alarm_find(struct control *ctl, const char *region, const char *name)
{
	return cw_of(ctl) ? cw_alarm_get(cw_of(ctl), region, name) : NULL;
}

void cw_alarm_set(struct control *ctl, const char *region, struct metric_alarm *a)
{
	const struct metric_alarm *old = cw_alarm_find(ctl, region, a->name);

	a->configured = clock_now_ms();
	if (old) {
		a->state = old->state;
		text_set(&a->reason, old->reason);
		text_set(&a->reason_data, old->reason_data);
		a->updated = old->updated;
		a->transitioned = old->transitioned;
	} else {
		a->updated = a->transitioned = a->configured;
		text_set(&a->reason, "Unchecked: Initial alarm creation");
	}
	cw_alarm_keep(ctl, region, a);
}

void cw_alarm_drop(struct control *ctl, const char *region, const char *name)
{
	if (cw_alarm_find(ctl, region, name))
		cw_alarm_forget(ctl, region, name);
}

/* ---- tokens ---- */

void cw_add_token(cJSON *out, const char *text)
{
	struct buf b = BUF_INIT;

	for (; *text; text++)
		buf_addf(&b, "%02x", (unsigned char)*text);
	json_add_str(out, "NextToken", buf_str(&b));
	buf_free(&b);
}

void cw_add_place(cJSON *out, int64_t place)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)place);
	cw_add_token(out, text);
}

static bool read_hex(const char *token, char *out, size_t size)
{
	size_t n = strlen(token) / 2;
	unsigned byte;

	if (strlen(token) % 2 || n >= size || strspn(token, "0123456789abcdef") != strlen(token))
		return false;
	for (size_t i = 0; i < n; i++) {
		sscanf(token + 2 * i, "%2x", &byte);
		out[i] = (char)byte;
	}
	out[n] = '\0';
	return strlen(out) == n;
}

int cw_read_token(const char *operation, const cJSON *in, char *text, size_t size, struct error *err)
{
	const char *token = json_str(in, "NextToken", NULL);

	*text = '\0';
	if (token && !read_hex(token, text, size))
		return cw_error(err, "InvalidNextToken", "The NextToken is not one that %s gave.", operation);
	return 0;
}

int cw_read_place(const char *operation, const cJSON *in, int64_t *place, struct error *err)
{
	char text[32];
	int rc = cw_read_token(operation, in, text, sizeof text, err);

	*place = strtoll(text, NULL, 10);
	return rc;
}

const struct part cloudwatch_part = {
	.name = "cloudwatch", .ops = cw_ops, .load = load, .close = close_part, .due = due, .run = run,
	.sampled = cw_sampled,
};
