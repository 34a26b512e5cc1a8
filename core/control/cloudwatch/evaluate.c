/* Evaluation: each minute over all alarms (each 10 s over those with periods under a minute, each 10 minutes over those
 * with periods of an hour and more, whose points lie on the disk). Only an alarm that changes is
 * written; nothing is allocated for one that does not. */
#include <math.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/cloudwatch/state.h"
#include "core/control/notify/notify.h"

#define RANGE_MAX 10100          /* a day of 10 s periods, and what is looked at beyond it */
#define EVENT_ALARM "CloudWatch Alarm State Change"

/* ---- points ---- */

static int64_t range_start(const struct metric_alarm *a, int64_t now_s, size_t n)
{
	int period = metric_alarm_period(a), step = period < 60 ? period : 60;

	/* The newest period that has ended. Longer ones slide by the minute. */
	return now_s / step * step - (int64_t)n * period;
}

/* Whether one of the points that count (the newest N) is a percentile of too few values, and the alarm ignores such. */
static bool too_few(const struct metric_alarm *a, const struct stat_wish *w, const struct series_slot *slots, size_t n)
{
	double need = stat_samples_needed(w);
	int real = 0;

	if (!a->low_samples || strcmp(a->low_samples, "ignore"))
		return false;
	for (size_t i = n; i-- > 0 && real < a->periods;) {
		real += slots[i].set.n > 0;
		if (slots[i].set.n > 0 && slots[i].set.n < need)
			return true;
	}
	return false;
}

/* False: the points do not suffice to say anything. */
static bool read_single(struct cw *cw, const struct metric_alarm *a, int64_t now_s, struct series_slot *slots,
                        struct alarm_point *points, size_t n)
{
	const struct series_name name = { cw_alarm_region(a), a->ref.ns, a->ref.name, &a->ref.dims };
	struct series *s = series_find(cw->series, &name);
	int64_t start = points[0].time;
	struct stat_wish w;

	if (!s || !stat_parse(a->ref.stat, &w))
		return true;
	if (a->ref.unit && !(s = series_of_unit(s, a->ref.unit)))
		return true;
	memset(slots, 0, n * sizeof *slots);
	(a->ref.unit ? series_read_one : series_read)(cw->series, s, a->ref.period, start, n, stat_needs_values(&w),
	                                             now_s, slots);
	for (size_t i = 0; i < n; i++)
		points[i].value = stat_value(&w, &slots[i].set, &slots[i].bag);
	bool enough = !too_few(a, &w, slots, n);
	if (stat_needs_values(&w))
		series_slots_free(slots, n);
	return enough;
}

static size_t returned(const struct metric_alarm *a)
{
	size_t i = 0;

	while (i + 1 < a->queries.len && !a->queries.items[i].return_data)
		i++;
	return i;
}

/* The result's points by their period; of several series the first. */
static void read_math(struct control *ctl, const struct metric_alarm *a, struct alarm_point *points, size_t n)
{
	const struct cw_alarm *rt = a->runtime;
	int period = metric_alarm_period(a);
	int64_t start = points[0].time / period * period, end = points[n - 1].time + period;
	struct math_value v = { 0 };
	struct error err = ERROR_INIT;

	if (!rt->parsed)
		return;
	if (cw_run_query(ctl, rt->region, &a->queries, rt->parsed, returned(a), start, end, &v, &err))
		log_warn("alarm %s: %s", a->name, err.message);
	math_to_series(&v, start, end, period);
	/* Math joins series on whole periods: its range does not slide. */
	for (size_t i = 0; i < n; i++)
		points[i].time = end / period * period - (int64_t)(n - i) * period;
	size_t hint = 0;
	for (size_t i = 0; i < n && v.n; i++)
		for (size_t k = hint; k < v.series[0].n; k++)
			if (v.series[0].times[k] == points[i].time) {
				points[i].value = v.series[0].values[k];
				hint = k;
				break;
			}
	math_value_free(&v);
}

/* ---- what follows ---- */

static const char *cluster_of(struct control *ctl, const struct metric_alarm *a)
{
	const char *id = pair_list_get(&a->ref.dims, CW_DIM_CLUSTER);

	return id && find_cluster(ctl, id) ? id : NULL;
}

void cw_history(struct control *ctl, const struct metric_alarm *a, const char *type, int64_t now, const char *summary,
                const cJSON *data)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "AlarmName", a->name);
	char *text = data ? json_print(data) : NULL;

	json_add_str(o, "AlarmType", metric_alarm_type(a));
	json_add_str(o, "HistoryItemType", type);
	json_add_str(o, "HistorySummary", summary);
	json_add_str(o, "HistoryData", text ? text : "{}");
	record_add(ctl, ALARM_HISTORY, cw_alarm_region(a), a->name, now, o);
	free(text);
	cJSON_Delete(o);
}

static cJSON *state_side(enum alarm_state s, const char *reason, const char *reason_data)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "stateValue", names_get(&alarm_state_names, (int)s));

	json_add_str(o, "stateReason", reason);
	if (reason_data)
		json_add(o, "stateReasonData", cJSON_Parse(reason_data));
	return o;
}

/* What a subscriber of an AWS topic gets for an alarm. */
static cJSON *message_of(const struct metric_alarm *a, enum alarm_state from)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "AlarmName", a->name);
	char when[40], *arn = cw_alarm_arn(a->name, cw_alarm_region(a));

	json_add_str(o, "AlarmDescription", a->description);
	json_add_str(o, "NewStateValue", names_get(&alarm_state_names, (int)a->state));
	json_add_str(o, "NewStateReason", a->reason);
	json_add_str(o, "StateChangeTime", clock_iso8601(a->updated, when, sizeof when));
	json_add_str(o, "Region", cw_alarm_region(a));
	json_add_str(o, "AlarmArn", arn);
	json_add_str(o, "OldStateValue", names_get(&alarm_state_names, (int)from));
	free(arn);
	if (a->rule) {
		cJSON *data = a->reason_data ? cJSON_Parse(a->reason_data) : NULL;
		json_add_str(o, "AlarmRule", a->rule);
		json_add(o, "TriggeringChildren", cJSON_DetachItemFromObject(data, "triggeringAlarms"));
		cJSON_Delete(data);
		return o;
	}
	cJSON *t = cJSON_AddObjectToObject(o, "Trigger"), *dims = cw_encode_dims(&a->ref.dims);
	json_add_str(t, "MetricName", a->ref.name);
	json_add_str(t, "Namespace", a->ref.ns);
	json_add_str(t, "Statistic", a->ref.stat);
	json_add_str(t, "Unit", a->ref.unit);
	json_add(t, "Dimensions", dims);
	json_add_int(t, "Period", metric_alarm_period(a));
	json_add_int(t, "EvaluationPeriods", a->periods);
	json_add_int(t, "DatapointsToAlarm", metric_alarm_datapoints(a));
	json_add_str(t, "ComparisonOperator", names_get(&alarm_compare_names, (int)a->compare));
	json_add_num(t, "Threshold", a->threshold);
	json_add_str(t, "TreatMissingData", names_get(&alarm_missing_names, (int)a->missing));
	return o;
}

static bool is_scaling(const char *arn)
{
	return strstr(arn, ":autoscaling") != NULL;
}

static const struct str_list *actions_of(const struct metric_alarm *a)
{
	return a->state == ALARM_STATE_ALARM ? &a->alarm_actions : a->state == ALARM_STATE_OK ? &a->ok_actions
	       : &a->insufficient_actions;
}

static void act(struct control *ctl, const struct metric_alarm *a, const char *arn, enum alarm_state from, int64_t now)
{
	const char *outcome = "Successfully executed action";

	if (is_scaling(arn)) {
		if (ctl->scaling_alarm)
			ctl->scaling_alarm(ctl, a);
		else
			outcome = "Failed to execute action";
	} else {
		char *subject = xasprintf("%s: \"%s\" in %s", names_get(&alarm_state_names, (int)a->state), a->name,
		                          cw_alarm_region(a));
		cJSON *body = message_of(a, from);
		if (!notify_send(ctl, cw_alarm_region(a), arn, subject, body))
			outcome = "Failed to execute action";
		cJSON_Delete(body);
		free(subject);
	}
	char *summary = xasprintf("%s %s", outcome, arn);
	cJSON *data = json_add_str(cJSON_CreateObject(), "notificationResource", arn);
	json_add_str(data, "actionState", *outcome == 'S' ? "Succeeded" : "Failed");
	if (*outcome != 'S')
		json_add_str(data, "error", is_scaling(arn) ? "There is no scaling policy behind this ARN."
		             : "There is no topic of this name in the region.");
	cw_history(ctl, a, "Action", now, summary, data);
	cJSON_Delete(data);
	free(summary);
}

void cw_alarm_actions(struct control *ctl, const struct metric_alarm *a, enum alarm_state from, int64_t now)
{
	const struct str_list *l = actions_of(a);

	for (size_t i = 0; a->actions_enabled && i < l->len; i++)
		act(ctl, a, l->items[i], from, now);
}

/* Scaling is asked again at each evaluation while the state lasts; a transition has asked already. */
static void repeat_scaling(struct control *ctl, const struct metric_alarm *a)
{
	const struct str_list *l = actions_of(a);

	for (size_t i = 0; a->actions_enabled && i < l->len; i++)
		if (is_scaling(l->items[i]) && ctl->scaling_alarm)
			ctl->scaling_alarm(ctl, a);
}

void cw_alarm_move(struct control *ctl, struct metric_alarm *a, enum alarm_state to, const char *reason,
                   const char *reason_data, int64_t now)
{
	enum alarm_state from = a->state;
	cJSON *data = json_add_str(cJSON_CreateObject(), "version", "1.0");
	char *summary = xasprintf("Alarm updated from %s to %s", names_get(&alarm_state_names, (int)from),
	                          names_get(&alarm_state_names, (int)to));

	json_add(data, "oldState", state_side(from, a->reason, a->reason_data));
	json_add(data, "newState", state_side(to, reason, reason_data));
	a->state = to;
	text_set(&a->reason, reason);
	text_set(&a->reason_data, reason_data);
	a->updated = now;
	if (from != to)
		a->transitioned = now;
	cw_alarm_save(ctl, a);
	if (from != to) {
		cw_history(ctl, a, "StateUpdate", now, summary, data);
		const char *before = ctl->acting_region;
		ctl->acting_region = cw_alarm_region(a);
		event_add(ctl, to == ALARM_STATE_ALARM ? SEVERITY_WARN : SEVERITY_INFO, cluster_of(ctl, a), a->name,
		          EVENT_ALARM, "Alarm %s is %s: %s", a->name, names_get(&alarm_state_names, (int)to), reason);
		ctl->acting_region = before;
		vec_push(&cw_of(ctl)->moved, a);
		if (a->rule)
			cw_composite_moved(ctl, a, now);
		else
			cw_alarm_actions(ctl, a, from, now);
	}
	cJSON_Delete(data);
	free(summary);
}

/* ---- one alarm, all alarms ---- */

static void evaluate(struct control *ctl, struct metric_alarm *a, int64_t now, struct series_slot *slots,
                     struct alarm_point *points)
{
	size_t n = (size_t)metric_alarm_range(a);

	bool enough = true;

	if (n > RANGE_MAX)
		n = RANGE_MAX;
	int64_t start = range_start(a, now / 1000, n);
	for (size_t i = 0; i < n; i++)
		points[i] = (struct alarm_point){ start + (int64_t)i * metric_alarm_period(a), NAN };
	if (a->queries.len)
		read_math(ctl, a, points, n);
	else
		enough = read_single(cw_of(ctl), a, now / 1000, slots, points, n);
	struct alarm_verdict v = alarm_evaluate(a, points, n, a->state);
	if (!enough || v.kept || v.state == a->state) {
		repeat_scaling(ctl, a);
		return;
	}
	struct buf reason = BUF_INIT, data = BUF_INIT;
	alarm_reason(a, &v, a->state, points, n, &reason);
	alarm_reason_data(a, points, n, now, &data);
	cw_alarm_move(ctl, a, v.state, buf_str(&reason), buf_str(&data), now);
	buf_free(&reason);
	buf_free(&data);
}

void cw_evaluate(struct control *ctl, int64_t now, bool minute, bool only_fresh)
{
	struct cw *cw = cw_of(ctl);
	struct acting before = actor_begin(ctl, "stoker:alarm", NULL);
	struct series_slot *slots = xcalloc(RANGE_MAX, sizeof *slots);
	struct alarm_point *points = xcalloc(RANGE_MAX, sizeof *points);
	VEC(struct metric_alarm *) all = { 0 };
	size_t it = 0;
	void *v;

	/* Gathered first, and kept until the end: the hook of scaling may set and drop alarms of its own. */
	cw->evaluating = true;
	while (map_next(cw->alarms, &it, NULL, &v)) {
		struct cw_alarm *rt = ((struct metric_alarm *)v)->runtime;
		if (((struct metric_alarm *)v)->rule)
			continue;
		int interval = metric_alarm_interval(v);
		bool turn = interval < 60 || (minute && (interval == 60 || now / 60000 % (interval / 60) == 0));
		if (rt->fresh || (!only_fresh && turn))
			vec_push(&all, (struct metric_alarm *)v);
		rt->fresh = false;
	}
	for (size_t i = 0; i < all.len; i++)
		if (!((struct cw_alarm *)all.items[i]->runtime)->dead)
			evaluate(ctl, all.items[i], now, slots, points);
	cw_composites_settle(ctl, now);
	cw->evaluating = false;
	cw_bury(cw);
	vec_free(&all);
	free(points);
	free(slots);
	actor_end(ctl, &before);
}
