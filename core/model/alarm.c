#include "core/model/alarm.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#include "core/base/clock.h"

#define TABLE(id, ...) \
	static const char *const id##_items[] = { __VA_ARGS__ }; \
	const struct names id = { id##_items, sizeof id##_items / sizeof *id##_items }

TABLE(alarm_state_names, "OK", "ALARM", "INSUFFICIENT_DATA");
TABLE(alarm_compare_names, "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold",
      "LessThanOrEqualToThreshold", "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold",
      "GreaterThanUpperThreshold");
TABLE(alarm_missing_names, "missing", "ignore", "breaching", "notBreaching");
TABLE(alarm_hold_names, "", "WaitPeriod", "ExtensionPeriod", "Alarm");
TABLE(metric_statistic_names, "SampleCount", "Average", "Sum", "Minimum", "Maximum");
TABLE(metric_unit_names, "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes",
      "Gigabytes", "Terabytes", "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count",
      "Bytes/Second", "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second",
      "Bits/Second", "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second",
      "None");

/* ---- life ---- */

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key);
}

void metric_dims_sort(struct pair_list *dims)
{
	if (dims->len > 1)
		qsort(dims->items, dims->len, sizeof *dims->items, by_key);
}

void metric_ref_free(struct metric_ref *r)
{
	free(r->ns);
	free(r->name);
	free(r->stat);
	free(r->unit);
	pair_list_free(&r->dims);
	*r = (struct metric_ref){ 0 };
}

void metric_query_list_free(struct metric_query_list *l)
{
	for (size_t i = 0; i < l->len; i++) {
		free(l->items[i].id);
		free(l->items[i].expression);
		free(l->items[i].label);
		metric_ref_free(&l->items[i].ref);
	}
	vec_free(l);
}

struct metric_alarm *metric_alarm_new(void)
{
	struct metric_alarm *a = xcalloc(1, sizeof *a);

	a->actions_enabled = true;
	a->state = a->told = ALARM_STATE_INSUFFICIENT;
	return a;
}

void metric_alarm_free(struct metric_alarm *a)
{
	if (!a)
		return;
	free(a->name);
	free(a->description);
	str_list_free(&a->ok_actions);
	str_list_free(&a->alarm_actions);
	str_list_free(&a->insufficient_actions);
	metric_ref_free(&a->ref);
	metric_query_list_free(&a->queries);
	free(a->low_samples);
	free(a->rule);
	free(a->suppressor);
	pair_list_free(&a->tags);
	free(a->owner);
	free(a->reason);
	free(a->reason_data);
	free(a);
}

const char *metric_alarm_type(const struct metric_alarm *a)
{
	return a->rule ? "CompositeAlarm" : "MetricAlarm";
}

int metric_alarm_period(const struct metric_alarm *a)
{
	int period = a->queries.len ? 0 : a->ref.period;

	for (size_t i = 0; i < a->queries.len; i++) {
		const struct metric_query *q = &a->queries.items[i];
		int p = q->expression ? q->period : q->ref.period;
		period = p > period ? p : period;
	}
	return period > 0 ? period : 60;
}

int metric_alarm_interval(const struct metric_alarm *a)
{
	int period = metric_alarm_period(a);

	return period < 60 ? 10 : period < 3600 ? 60 : 600;
}

int metric_alarm_datapoints(const struct metric_alarm *a)
{
	return a->datapoints > 0 ? a->datapoints : a->periods;
}

int metric_alarm_range(const struct metric_alarm *a)
{
	return a->periods + 2;
}

/* ---- evaluation ---- */

bool alarm_breaches(enum alarm_compare c, double value, double threshold)
{
	switch (c) {
	case ALARM_GE: return value >= threshold;
	case ALARM_GT: return value > threshold;
	case ALARM_LT: return value < threshold;
	case ALARM_LE: return value <= threshold;
	default: return false;
	}
}

/* The points that count: the newest N real ones, from anywhere in the range. */
struct counted {
	int real, breaching, ok;
	int oldest_breach;           /* its age in periods: 1 is the newest point of the range; 0: none */
	bool ok_after;               /* a real point that does not breach is younger than that */
};

static struct counted count_points(const struct metric_alarm *a, const struct alarm_point *points, size_t n)
{
	struct counted c = { 0 };

	for (size_t i = n; i-- > 0 && c.real < a->periods;) {
		if (isnan(points[i].value))
			continue;
		c.real++;
		if (alarm_breaches(a->compare, points[i].value, a->threshold)) {
			c.breaching++;
			c.oldest_breach = (int)(n - i);
			c.ok_after = c.ok > 0;
		} else {
			c.ok++;
		}
	}
	return c;
}

/* Fewer than M breach and no point says that all is well: may the silence since then count as breaching?
 * Only when the oldest breach is M periods old: a younger one could still be followed by good points. */
static bool ripe(const struct metric_alarm *a, const struct counted *c)
{
	return c->oldest_breach >= metric_alarm_datapoints(a) && !c->ok_after;
}

struct alarm_verdict alarm_evaluate(const struct metric_alarm *a, const struct alarm_point *points, size_t n,
                                    enum alarm_state now)
{
	struct counted c = count_points(a, points, n);
	struct alarm_verdict v = { .state = now, .breaching = c.breaching, .filled = a->periods - c.real };
	int need = metric_alarm_datapoints(a);

	if (a->missing == ALARM_BREACHING)
		v.breaching += v.filled;
	if (v.breaching >= need)
		v.state = ALARM_STATE_ALARM;
	else if (a->missing == ALARM_NOT_BREACHING || a->missing == ALARM_BREACHING || c.ok)
		v.state = ALARM_STATE_OK;
	else if (a->missing == ALARM_IGNORE)
		v.kept = true;
	else if (!c.real)
		v.state = ALARM_STATE_INSUFFICIENT;
	else if (ripe(a, &c))
		v.state = ALARM_STATE_ALARM;
	else
		v.kept = true;
	return v;
}

/* ---- words ---- */

static const char *relation(enum alarm_compare c)
{
	switch (c) {
	case ALARM_GE: return "greater than or equal to";
	case ALARM_GT: return "greater than";
	case ALARM_LT: return "less than";
	default: return "less than or equal to";
	}
}

static void add_number(struct buf *out, double v)
{
	char text[40];

	if (v == floor(v) && fabs(v) < 1e15) {
		buf_addf(out, "%.1f", v);
		return;
	}
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	buf_adds(out, text);
}

static void add_points(const struct metric_alarm *a, enum alarm_state state, const struct alarm_point *points,
                       size_t n, struct buf *out, int *shown)
{
	bool want = state == ALARM_STATE_ALARM;
	int real = 0;

	*shown = 0;
	for (size_t i = n; i-- > 0 && real < a->periods;) {
		char when[32];
		time_t t = (time_t)points[i].time;
		struct tm tm;
		if (isnan(points[i].value))
			continue;
		real++;
		if (alarm_breaches(a->compare, points[i].value, a->threshold) != want)
			continue;
		gmtime_r(&t, &tm);
		snprintf(when, sizeof when, "%02d/%02d/%02d %02d:%02d:%02d", tm.tm_mday, tm.tm_mon + 1, tm.tm_year % 100,
		         tm.tm_hour, tm.tm_min, tm.tm_sec);
		buf_adds(out, (*shown)++ ? ", " : "[");
		add_number(out, points[i].value);
		buf_addf(out, " (%s)", when);
	}
	if (*shown)
		buf_addc(out, ']');
}

void alarm_reason(const struct metric_alarm *a, const struct alarm_verdict *v, enum alarm_state from,
                  const struct alarm_point *points, size_t n, struct buf *out)
{
	struct buf list = BUF_INIT;
	int shown, need = metric_alarm_datapoints(a);
	bool one;

	if (v->state == ALARM_STATE_INSUFFICIENT) {
		buf_addf(out, "Insufficient Data: %d datapoint%s unknown.", a->periods, a->periods == 1 ? " was" : "s were");
		return;
	}
	add_points(a, v->state, points, n, &list, &shown);
	one = shown == 1;
	if (v->state == ALARM_STATE_ALARM && shown)
		buf_addf(out, "Threshold Crossed: %d out of the last %d datapoints %s %s %s the threshold (", shown,
		         a->periods, buf_str(&list), one ? "was" : "were", relation(a->compare));
	else if (shown)
		buf_addf(out, "Threshold Crossed: %d datapoint%s %s %s not %s the threshold (", shown, one ? "" : "s",
		         buf_str(&list), one ? "was" : "were", relation(a->compare));
	else
		buf_addf(out, "Threshold Crossed: no datapoints were received for %d period%s and %d missing datapoint%s "
		         "treated as [%s], with the threshold (", a->periods, a->periods == 1 ? "" : "s", v->filled,
		         v->filled == 1 ? " was" : "s were",
		         a->missing == ALARM_BREACHING ? "Breaching" : "NonBreaching");
	add_number(out, a->threshold);
	buf_adds(out, ")");
	if (v->state == ALARM_STATE_ALARM)
		buf_addf(out, " (minimum %d datapoint%s for %s -> ALARM transition)", need, need == 1 ? "" : "s",
		         names_get(&alarm_state_names, (int)from));
	buf_addc(out, '.');
	buf_free(&list);
}

static void add_date(struct buf *out, const char *name, int64_t ms)
{
	char when[40];

	clock_iso8601(ms, when, sizeof when);
	when[19] = '\0';
	buf_addf(out, ",\"%s\":\"%s.%03d+0000\"", name, when, (int)(ms % 1000));
}

void alarm_reason_data(const struct metric_alarm *a, const struct alarm_point *points, size_t n, int64_t now_ms,
                       struct buf *out)
{
	bool first = true;

	buf_adds(out, "{\"version\":\"1.0\"");
	add_date(out, "queryDate", now_ms);
	if (n)
		add_date(out, "startDate", points[0].time * 1000);
	if (!a->queries.len)
		buf_addf(out, ",\"statistic\":\"%s\"", a->ref.stat ? a->ref.stat : "Average");
	buf_addf(out, ",\"period\":%d,\"recentDatapoints\":[", metric_alarm_period(a));
	for (size_t i = 0; i < n; i++) {
		if (isnan(points[i].value))
			continue;
		buf_adds(out, first ? "" : ",");
		add_number(out, points[i].value);
		first = false;
	}
	buf_adds(out, "],\"threshold\":");
	add_number(out, a->threshold);
	buf_adds(out, "}");
}
