/* PutMetricData, ListMetrics, GetMetricStatistics. */
#include <math.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cloudwatch/state.h"

#define PAST_MS (14LL * 86400000)
#define FUTURE_MS (2LL * 3600000)
#define LIMIT 1.7e308
#define PAGE 500
#define MAX_DATAPOINTS 1440

int cw_check(const char *operation, const cJSON *in, struct error *err)
{
	return cw_validate(cw_find_operation(operation), in, err);
}

/* ---- PutMetricData ---- */

struct datum {
	const cJSON *json;
	int place;                   /* counted from 1 */
	int64_t time_s;
	bool high;
	int unit;
};

static int check_number(const struct datum *d, const char *what, double v, struct error *err)
{
	if (isfinite(v) && fabs(v) < LIMIT)
		return 0;
	return cw_error_value(err, "The value %g for parameter MetricData.member.%d.%s is invalid.", v, d->place, what);
}

/* Numbers that JSON cannot hold come as text from some clients. */
static const cJSON *number_of(const cJSON *o, const char *name)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, name);

	return v && !cJSON_IsNull(v) ? v : NULL;
}

static int check_values(const struct datum *d, struct error *err)
{
	const cJSON *values = json_arr(d->json, "Values"), *counts = json_arr(d->json, "Counts"), *v;

	if (counts && cJSON_GetArraySize(counts) != cJSON_GetArraySize(values))
		return cw_error_value(err, "The parameters MetricData.member.%d.Values and MetricData.member.%d.Counts must "
		                           "be "
		                      "of the same size.", d->place, d->place);
	cJSON_ArrayForEach(v, values)
		if (check_number(d, "Values", v->valuedouble, err))
			return err->code;
	cJSON_ArrayForEach(v, counts)
		if (check_number(d, "Counts", v->valuedouble, err))
			return err->code;
		else if (v->valuedouble < 0)
			return cw_error_value(err, "A count of MetricData.member.%d.Counts is negative.", d->place);
	return 0;
}

static int check_set(const struct datum *d, const cJSON *set, struct error *err)
{
	static const char *const names[] = { "SampleCount", "Sum", "Minimum", "Maximum" };

	for (int i = 0; i < 4; i++)
		if (check_number(d, names[i], json_num(set, names[i], 0), err))
			return err->code;
	if (json_num(set, "SampleCount", 0) <= 0)
		return cw_error_value(err, "MetricData.member.%d.StatisticValues.SampleCount must be greater than 0.",
		                      d->place);
	if (json_num(set, "Minimum", 0) > json_num(set, "Maximum", 0))
		return cw_error_value(err, "MetricData.member.%d.StatisticValues has a Minimum above its Maximum.", d->place);
	return 0;
}

static int check_names(const struct datum *d, struct error *err)
{
	const cJSON *dim;

	if (cw_check_name(json_str(d->json, "MetricName", ""), "MetricData.member.N.MetricName", err))
		return err->code;
	cJSON_ArrayForEach(dim, json_arr(d->json, "Dimensions"))
		if (cw_check_name(json_str(dim, "Name", ""), "MetricData.member.N.Dimensions.member.N.Name", err) ||
		    cw_check_name(json_str(dim, "Value", ""), "MetricData.member.N.Dimensions.member.N.Value", err))
			return err->code;
	return 0;
}

static int check_datum(struct datum *d, int64_t now, struct error *err)
{
	const cJSON *value = number_of(d->json, "Value"), *values = json_arr(d->json, "Values"),
	            *set = json_obj(d->json, "StatisticValues");
	int64_t time = emr_decode_time(d->json, "Timestamp"), resolution = json_int(d->json, "StorageResolution", 60);

	if (check_names(d, err))
		return err->code;
	if (!value && !values && !set)
		return cw_error(err, "MissingParameter", "At least one of the parameters MetricData.member.%d.Value, .Values "
		                "and .StatisticValues must be specified.", d->place);
	if ((value != NULL) + (values != NULL) + (set != NULL) > 1)
		return cw_error_combination(err, "The parameters MetricData.member.%d.Value, .Values and .StatisticValues are "
		                            "mutually exclusive and you have specified more than one.", d->place);
	if (time && (time < now - PAST_MS || time > now + FUTURE_MS))
		return cw_error_value(err, "The parameter MetricData.member.%d.Timestamp must specify a time no more than two "
		                      "weeks in the past and no more than two hours in the future.", d->place);
	if (resolution != 1 && resolution != 60)
		return cw_error_value(err, "The parameter MetricData.member.%d.StorageResolution must be 1 or 60.", d->place);
	d->time_s = (time ? time : now) / 1000;
	d->high = resolution == 1;
	d->unit = names_parse(&metric_unit_names, json_str(d->json, "Unit", NULL));
	if (value)
		return check_number(d, "Value", value->valuedouble, err);
	return set ? check_set(d, set, err) : check_values(d, err);
}

static void store_datum(struct cw *cw, struct series *s, const struct datum *d)
{
	const cJSON *value = number_of(d->json, "Value"), *set = json_obj(d->json, "StatisticValues"),
	            *v, *count = json_arr(d->json, "Counts");

	count = count ? count->child : NULL;
	if (value) {
		series_add(cw->series, s, d->time_s, value->valuedouble, 1, d->high, d->unit);
	} else if (set) {
		struct stat_set ss = { json_num(set, "SampleCount", 0), json_num(set, "Sum", 0), json_num(set, "Minimum", 0),
		                       json_num(set, "Maximum", 0) };
		series_add_set(cw->series, s, d->time_s, &ss, d->high, d->unit);
	} else {
		cJSON_ArrayForEach(v, json_arr(d->json, "Values")) {
			series_add(cw->series, s, d->time_s, v->valuedouble, count ? count->valuedouble : 1, d->high, d->unit);
			count = count ? count->next : NULL;
		}
	}
}

static int put_data(struct control *ctl, const char *region, const char *ns, const cJSON *list, struct error *err)
{
	struct cw *cw = cw_of(ctl);
	size_t n = (size_t)cJSON_GetArraySize(list), i = 0;
	struct datum *data = xcalloc(n + 1, sizeof *data);
	int64_t now = clock_now_ms();
	const cJSON *v;
	int rc = 0;

	cJSON_ArrayForEach(v, list) {
		data[i] = (struct datum){ .json = v, .place = (int)i + 1 };
		if ((rc = check_datum(&data[i++], now, err)))
			break;
	}
	struct pair_list dims = { 0 };
	for (i = 0; i < n && !rc; i++) {
		cw_read_dims(json_arr(data[i].json, "Dimensions"), &dims);
		struct series_name name = { region, ns, json_str(data[i].json, "MetricName", ""), &dims };
		struct series *s = series_make(cw->series, &name);
		if (s)
			store_datum(cw, s, &data[i]);
		else
			rc = cw_error(err, "LimitExceeded", "This server keeps at most %d metrics.", SERIES_MAX);
		pair_list_free(&dims);
		dims = (struct pair_list){ 0 };
	}
	free(data);
	return rc;
}

CW_OP(cw_put_metric_data)
{
	const char *ns = json_str(in, "Namespace", "");
	const cJSON *list = json_arr(in, "MetricData"), *entity;
	int rc = cw_check("PutMetricData", in, err);

	(void)out;
	if (rc)
		return rc;
	if (!list && !json_arr(in, "EntityMetricData"))
		return cw_error_missing(err, "MetricData");
	if (cw_check_name(ns, "Namespace", err))
		return err->code;
	if (!strncmp(ns, "AWS/", 4))
		return cw_error_value(err, "The value AWS/ for parameter Namespace is invalid: namespaces of this form are "
		                           "the "
		                      "services' own.");
	rc = put_data(ctl, call->region, ns, list, err);
	cJSON_ArrayForEach(entity, json_arr(in, "EntityMetricData"))
		if (!rc)
			rc = put_data(ctl, call->region, ns, json_arr(entity, "MetricData"), err);
	cw_touch(ctl);
	return rc;
}

/* ---- ListMetrics ---- */

struct listing {
	const cJSON *in;
	cJSON *metrics;
	int64_t last, since_s;
	bool more;
};

static bool dims_match(const cJSON *filters, const struct pair_list *dims)
{
	const cJSON *f;

	cJSON_ArrayForEach(f, filters) {
		const char *value = pair_list_get(dims, json_str(f, "Name", "")), *want = json_str(f, "Value", NULL);
		if (!value || (want && strcmp(value, want)))
			return false;
	}
	return true;
}

static bool list_one(const struct series_view *v, void *ctx)
{
	struct listing *l = ctx;
	const char *name = json_str(l->in, "MetricName", NULL);

	if ((name && strcmp(name, v->name)) || series_last(v->s) < l->since_s ||
	    !dims_match(json_arr(l->in, "Dimensions"), v->dims))
		return true;
	if (cJSON_GetArraySize(l->metrics) >= PAGE) {
		l->more = true;
		return false;
	}
	cJSON *m = json_add_str(cJSON_CreateObject(), "Namespace", v->ns);
	json_add_str(m, "MetricName", v->name);
	cJSON_AddItemToArray(l->metrics, json_add(m, "Dimensions", cw_encode_dims(v->dims)));
	l->last = series_id(v->s);
	return true;
}

CW_OP(cw_list_metrics)
{
	struct listing l = { .in = in };
	int64_t after;
	int rc = cw_check("ListMetrics", in, err);

	if (rc || (rc = cw_read_place("ListMetrics", in, &after, err)))
		return rc;
	int64_t age = json_str(in, "RecentlyActive", NULL) ? 3 * 3600 : 14 * 86400;
	l.since_s = clock_now_ms() / 1000 - age;
	l.metrics = cJSON_AddArrayToObject(out, "Metrics");
	series_each(cw_of(ctl)->series, call->region, json_str(in, "Namespace", NULL), after, list_one, &l);
	if (l.more)
		cw_add_place(out, l.last);
	return 0;
}

/* ---- GetMetricStatistics ---- */

struct statistics {
	const cJSON *in;
	int period;
	int64_t start, n;            /* s; periods */
};

static int check_statistics(const cJSON *in, struct statistics *st, struct error *err)
{
	const cJSON *plain = json_arr(in, "Statistics"), *extended = json_arr(in, "ExtendedStatistics"), *v;
	int64_t start = emr_decode_time(in, "StartTime"), end = emr_decode_time(in, "EndTime");
	int period = json_int32(in, "Period", 0), step = period < 60 ? period : 60;

	if (start >= end)
		return cw_error_value(err, "The parameter StartTime must be less than the parameter EndTime.");
	if (cw_check_period(period, err))
		return err->code;
	if (cJSON_GetArraySize(plain) && cJSON_GetArraySize(extended))
		return cw_error_combination(err, "The parameters Statistics and ExtendedStatistics cannot be used together.");
	if (!cJSON_GetArraySize(plain) && !cJSON_GetArraySize(extended))
		return cw_error_missing(err, "Statistics or ExtendedStatistics");
	cJSON_ArrayForEach(v, extended)
		if (cw_check_stat(v->valuestring, true, err))
			return err->code;
	if (start < clock_now_ms() - SERIES_KEEP_MINUTES * 1000LL && period >= 3600)
		step = 3600;
	*st = (struct statistics){ in, period, start / 1000 / step * step, 0 };
	st->n = ((end + 999) / 1000 - st->start + period - 1) / period;
	if (st->n > MAX_DATAPOINTS)
		return cw_error_combination(err, "You have requested up to %lld datapoints, which exceeds the limit of %d. "
		                                 "You "
		                            "may reduce the datapoints requested by increasing Period, or decreasing the time "
		                            "range.", (long long)st->n, MAX_DATAPOINTS);
	return 0;
}

static cJSON *datapoint(const struct statistics *st, size_t i, const struct series_slot *slot, const char *unit)
{
	cJSON *o = json_add_num(cJSON_CreateObject(), "Timestamp", (double)(st->start + (int64_t)i * st->period)),
	      *extended = NULL;
	const cJSON *name;
	struct stat_wish w;

	cJSON_ArrayForEach(name, json_arr(st->in, "Statistics"))
		if (stat_parse(name->valuestring, &w) && !cJSON_HasObjectItem(o, name->valuestring))
			json_add_num(o, name->valuestring, stat_value(&w, &slot->set, &slot->bag));
	cJSON_ArrayForEach(name, json_arr(st->in, "ExtendedStatistics")) {
		double v = stat_parse(name->valuestring, &w) ? stat_value(&w, &slot->set, &slot->bag) : NAN;
		if (isnan(v))
			continue;
		extended = extended ? extended : cJSON_AddObjectToObject(o, "ExtendedStatistics");
		json_add_num(extended, name->valuestring, v);
	}
	return json_add_str(o, "Unit", unit);
}

/* Of one unit. */
static void add_datapoints(struct control *ctl, struct series *s, const struct statistics *st, cJSON *list)
{
	struct series_slot *slots = xcalloc((size_t)st->n + 1, sizeof *slots);
	bool bags = json_arr(st->in, "ExtendedStatistics") != NULL;
	const char *unit = names_get(&metric_unit_names, series_unit(s));

	series_read_one(cw_of(ctl)->series, s, st->period, st->start, (size_t)st->n, bags, clock_now_ms() / 1000, slots);
	for (int64_t i = 0; i < st->n; i++)
		if (slots[i].set.n > 0)
			cJSON_AddItemToArray(list, datapoint(st, (size_t)i, &slots[i], unit));
	series_slots_free(slots, (size_t)st->n);
	free(slots);
}

CW_OP(cw_get_metric_statistics)
{
	struct statistics st = { 0 };
	struct pair_list dims = { 0 };
	int rc = cw_check("GetMetricStatistics", in, err);

	if (!rc)
		rc = check_statistics(in, &st, err);
	if (rc)
		return rc;
	cw_read_dims(json_arr(in, "Dimensions"), &dims);
	struct series_name name = { call->region, json_str(in, "Namespace", ""), json_str(in, "MetricName", ""), &dims };
	struct series *s = series_find(cw_of(ctl)->series, &name);
	json_add_str(out, "Label", name.name);
	cJSON *list = cJSON_AddArrayToObject(out, "Datapoints");
	const char *unit = json_str(in, "Unit", NULL);
	for (; s; s = series_next_unit(s))
		if (!unit || !strcmp(unit, names_get(&metric_unit_names, series_unit(s))))
			add_datapoints(ctl, s, &st, list);
	pair_list_free(&dims);
	return 0;
}
