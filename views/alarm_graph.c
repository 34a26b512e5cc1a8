#include "views/alarm_graph.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"

#define POINTS 720
#define POINTS_MIN 30          /* a metric that has just begun stands at the right end */

/* The samples, the threshold beside each, and the samples that breach. */
struct watched {
	double v[POINTS], limit[POINTS], bad[POINTS];
	size_t n;
	double most;               /* the largest sample */
	int64_t end_ms, step_ms;
};

static const char *sign_of(const char *op, const struct glyphs *g)
{
	bool ascii = g->set == GLYPHS_ASCII;
	if (!strcmp(op, "GreaterThanThreshold"))
		return ">";
	if (!strcmp(op, "LessThanThreshold"))
		return "<";
	if (!strcmp(op, "GreaterThanOrEqualToThreshold"))
		return ascii ? ">=" : "≥";
	if (!strcmp(op, "LessThanOrEqualToThreshold"))
		return ascii ? "<=" : "≤";
	return "outside";
}

static bool breaches(const char *op, double v, double limit)
{
	if (isnan(v))
		return false;
	if (!strncmp(op, "GreaterThanOrEqual", 18))
		return v >= limit;
	if (!strncmp(op, "LessThanOrEqual", 15))
		return v <= limit;
	return !strncmp(op, "LessThan", 8) ? v < limit : v > limit;
}

char *alarm_rule_text(const cJSON *alarm, const struct glyphs *g, char *out, size_t size)
{
	int n = (int)json_int(alarm, "EvaluationPeriods", 1), m = (int)json_int(alarm, "DatapointsToAlarm", n);
	char of[32] = "", span[32];
	if (json_str(alarm, "AlarmRule", NULL)) {
		snprintf(out, size, "%s", json_str(alarm, "AlarmRule", ""));
		return out;
	}
	if (m != n)
		snprintf(of, sizeof of, "%d of ", m);
	const char *what = json_str(alarm, "MetricName", NULL);
	snprintf(out, size, "%s of %s %s %g for %s%d %s of %s",
	         json_str(alarm, "Statistic", json_str(alarm, "ExtendedStatistic", what ? "Average" : "result")),
	         what ? what : "an expression", sign_of(json_str(alarm, "ComparisonOperator", ""), g),
	         json_num(alarm, "Threshold", 0), of, n, n == 1 ? "period" : "periods",
	         clock_duration(json_int(alarm, "Period", 60) * 1000, span, sizeof span));
	return out;
}

const char *alarm_cluster(const cJSON *alarm)
{
	const cJSON *x;
	cJSON_ArrayForEach(x, json_arr(alarm, "Dimensions"))
		if (!strcmp(json_str(x, "Name", ""), "JobFlowId") || !strcmp(json_str(x, "Name", ""), "ClusterId"))
			return json_str(x, "Value", "");
	return "";
}

static int64_t time_of(const cJSON *t)
{
	if (cJSON_IsString(t))
		return clock_parse(t->valuestring);
	return cJSON_IsNumber(t) ? (int64_t)(t->valuedouble * 1000) : 0;
}

/* Put the samples where their periods stand, so that missing ones are gaps. */
static void place(struct watched *w, const cJSON *alarm, const cJSON *result)
{
	const cJSON *times = json_arr(result, "Timestamps"), *values = json_arr(result, "Values");
	const char *op = json_str(alarm, "ComparisonOperator", "");
	double limit = json_num(alarm, "Threshold", 0);
	int64_t first = 0, last = 0;
	const cJSON *t;
	cJSON_ArrayForEach(t, times) {
		int64_t ms = time_of(t);
		first = !first || ms < first ? ms : first;
		last = ms > last ? ms : last;
	}
	w->step_ms = json_int(alarm, "Period", 60) * 1000;
	w->end_ms = last + w->step_ms;
	w->n = last ? (size_t)((last - first) / w->step_ms) + 1 : 0;
	w->n = w->n > POINTS ? POINTS : w->n && w->n < POINTS_MIN ? POINTS_MIN : w->n;
	for (size_t i = 0; i < w->n; i++)
		w->v[i] = w->bad[i] = NAN, w->limit[i] = limit;
	const cJSON *v = values ? values->child : NULL;
	for (t = times ? times->child : NULL; t && v; t = t->next, v = v->next) {
		int64_t back = (last - time_of(t)) / w->step_ms;
		if (back < 0 || (size_t)back >= w->n)
			continue;
		size_t i = w->n - 1 - (size_t)back;
		w->v[i] = v->valuedouble;
		w->most = v->valuedouble > w->most ? v->valuedouble : w->most;
		if (breaches(op, v->valuedouble, limit))
			w->bad[i] = v->valuedouble;
	}
}

void alarm_graph_draw(struct draw d, const struct console *con, const cJSON *alarm, const struct records *data)
{
	const struct part *p = &con->model->parts[PART_ALARM_DATA];
	char why[300];
	struct watched *w = xcalloc(1, sizeof *w);
	if (data->rows.len)
		place(w, alarm, data->rows.items[data->rows.len - 1].o);
	if (w->n) {
		struct graph_series list[] = { { "threshold", w->limit, w->n, ROLE_WARN },
			{ json_str(alarm, "MetricName", "value"), w->v, w->n, ROLE_S1 },
			{ "breaching", w->bad, w->n, ROLE_ERROR } };
		struct graph g = { .kind = GRAPH_LINE, .series = list, .n = 3, .end_ms = w->end_ms,
			.step_ms = w->step_ms, .span_ms = w->step_ms * (int64_t)(w->n > 1 ? w->n : 2),
			.scale = draw_w(d) >= 40, .legend = true, .cursor = -1, .format = graph_count,
			.fill = 3, .fill_from = json_num(alarm, "Threshold", 0) };
		/* A limit that is not reached lies below the upper edge. */
		if (json_num(alarm, "Threshold", 0) >= w->most * 0.99)
			g.max = json_num(alarm, "Threshold", 0) * 1.25;
		graph_draw(d, &g);
	} else {
		pane_say(d, p->fetched ? "no samples of this metric yet" : pane_reason(con, p, why, sizeof why));
	}
	free(w);
}
