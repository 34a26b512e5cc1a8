/* Alarms and metric queries between JSON and the model, and the rules that need no state. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "core/api/cloudwatch/cloudwatch.h"
#include "core/api/emr/emr.h"
#include "core/base/json.h"
#include "core/model/statistic.h"

#define MAX_ALARM_QUERIES 20
#define DAY_S 86400
#define WEEK_S (7 * DAY_S)

char *cw_alarm_arn(const char *name, const char *region)
{
	return xasprintf("arn:aws:cloudwatch:%s:" EMR_ACCOUNT ":alarm:%s", region, name);
}

const char *cw_arn_alarm(const char *arn, const char *region)
{
	char *start = cw_alarm_arn("", region);
	size_t n = strlen(start);
	const char *name = !strncmp(arn, start, n) && arn[n] ? arn + n : NULL;

	free(start);
	return name;
}

/* ---- reading ---- */

void cw_read_dims(const cJSON *list, struct pair_list *out)
{
	const cJSON *d;

	cJSON_ArrayForEach(d, list)
		pair_list_set(out, json_str(d, "Name", ""), json_str(d, "Value", ""));
	metric_dims_sort(out);
}

static void read_ref(const cJSON *v, struct metric_ref *r)
{
	r->ns = xstrdup(json_str(v, "Namespace", NULL));
	r->name = xstrdup(json_str(v, "MetricName", NULL));
	cw_read_dims(json_arr(v, "Dimensions"), &r->dims);
}

static void read_query(const cJSON *v, struct metric_query *q)
{
	const cJSON *stat = json_obj(v, "MetricStat");

	q->id = xstrdup(json_str(v, "Id", ""));
	q->expression = xstrdup(json_str(v, "Expression", NULL));
	q->label = xstrdup(json_str(v, "Label", NULL));
	q->return_data = json_bool(v, "ReturnData", true);
	q->period = json_int32(v, "Period", 0);
	if (stat) {
		read_ref(json_obj(stat, "Metric"), &q->ref);
		q->ref.period = json_int32(stat, "Period", 0);
		q->ref.stat = xstrdup(json_str(stat, "Stat", NULL));
		q->ref.unit = xstrdup(json_str(stat, "Unit", NULL));
	}
}

static void read_queries(const cJSON *list, struct metric_query_list *out)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, list) {
		struct metric_query q = { 0 };
		read_query(v, &q);
		vec_push(out, q);
	}
}

static int index_of(const struct names *t, const char *name, int def)
{
	int i = names_parse(t, name);

	return i < 0 ? def : i;
}

static void read_state(const cJSON *v, struct metric_alarm *a)
{
	a->state = (enum alarm_state)index_of(&alarm_state_names, json_str(v, "StateValue", NULL),
	                                      ALARM_STATE_INSUFFICIENT);
	a->reason = xstrdup(json_str(v, "StateReason", NULL));
	a->reason_data = xstrdup(json_str(v, "StateReasonData", NULL));
	a->configured = emr_decode_time(v, "AlarmConfigurationUpdatedTimestamp");
	a->updated = emr_decode_time(v, "StateUpdatedTimestamp");
	a->transitioned = emr_decode_time(v, "StateTransitionedTimestamp");
	a->owner = xstrdup(json_str(v, "Owner", NULL));
}

static void read_composite(const cJSON *v, struct metric_alarm *a)
{
	a->rule = xstrdup(json_str(v, "AlarmRule", NULL));
	a->suppressor = xstrdup(json_str(v, "ActionsSuppressor", NULL));
	a->wait_s = json_int32(v, "ActionsSuppressorWaitPeriod", 0);
	a->extension_s = json_int32(v, "ActionsSuppressorExtensionPeriod", 0);
	a->hold = (enum alarm_hold)index_of(&alarm_hold_names, json_str(v, "ActionsSuppressedBy", ""), 0);
	a->hold_until = json_int(v, "HoldUntil", 0);
	a->told = (enum alarm_state)index_of(&alarm_state_names, json_str(v, "Told", NULL), (int)a->state);
}

struct metric_alarm *cw_read_alarm(const cJSON *v)
{
	struct metric_alarm *a = metric_alarm_new();
	const char *missing = json_str(v, "TreatMissingData", NULL);
	const cJSON *tag;

	a->name = xstrdup(json_str(v, "AlarmName", ""));
	a->description = xstrdup(json_str(v, "AlarmDescription", NULL));
	a->actions_enabled = json_bool(v, "ActionsEnabled", true);
	emr_decode_strings(v, "OKActions", &a->ok_actions);
	emr_decode_strings(v, "AlarmActions", &a->alarm_actions);
	emr_decode_strings(v, "InsufficientDataActions", &a->insufficient_actions);
	read_ref(v, &a->ref);
	a->ref.stat = xstrdup(json_str(v, "Statistic", json_str(v, "ExtendedStatistic", NULL)));
	a->ref.period = json_int32(v, "Period", 0);
	a->ref.unit = xstrdup(json_str(v, "Unit", NULL));
	read_queries(json_arr(v, "Metrics"), &a->queries);
	a->periods = json_int32(v, "EvaluationPeriods", 0);
	a->datapoints = json_int32(v, "DatapointsToAlarm", 0);
	a->threshold = json_num(v, "Threshold", NAN);
	a->compare = (enum alarm_compare)index_of(&alarm_compare_names, json_str(v, "ComparisonOperator", NULL), 0);
	a->missing = (enum alarm_missing)index_of(&alarm_missing_names, missing, ALARM_MISSING);
	a->missing_given = missing != NULL;
	a->low_samples = xstrdup(json_str(v, "EvaluateLowSampleCountPercentile", NULL));
	cJSON_ArrayForEach(tag, json_arr(v, "Tags"))
		pair_list_set(&a->tags, json_str(tag, "Key", ""), json_str(tag, "Value", ""));
	read_state(v, a);
	read_composite(v, a);
	return a;
}

/* ---- rules ---- */

int cw_check_name(const char *text, const char *what, struct error *err)
{
	for (const char *p = text; p && *p; p++)
		if ((unsigned char)*p < ' ' || *p == 127)
			return cw_error_value(err, "The value of the parameter %s is invalid: it holds a control character.", what);
	return 0;
}

int cw_check_period(int period, struct error *err)
{
	if (period == 1 || period == 5 || period == 10 || period == 20 || period == 30 || (period > 0 && period % 60 == 0))
		return 0;
	return cw_error_value(err, "The period %d is not valid: it must be 1, 5, 10, 20, 30 or a multiple of 60 seconds.",
	                      period);
}

int cw_check_stat(const char *name, bool extended, struct error *err)
{
	struct stat_wish w;

	if (name && stat_parse(name, &w) && (!extended || stat_needs_values(&w)))
		return 0;
	const char *plain = extended ? "" : "SampleCount, Average, Sum, Minimum, Maximum,";
	return cw_error_value(err, "The statistic \"%.40s\" is not supported: use %s a percentile p0 to p100 (p99.9), "
	                      "IQM, tm, wm, tc or ts with a share (tm90) or bounds (TM(10%%:90%%), TS(80:)), or PR "
	                      "with bounds.", name ? name : "", plain);
}

static int check_id(const struct metric_query_list *l, size_t i, struct error *err)
{
	const char *id = l->items[i].id, *p = id;

	if (!(*p >= 'a' && *p <= 'z'))
		return cw_error_validation(err, "The id \"%.100s\" is not valid: it must begin with a lower-case letter.", id);
	for (; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			return cw_error_validation(err, "The id \"%.100s\" is not valid: it may hold letters, digits and _ only.",
			                           id);
	for (size_t k = 0; k < i; k++)
		if (!strcmp(l->items[k].id, id))
			return cw_error_validation(err, "The id \"%.100s\" is given to two queries; ids must be unique.", id);
	return 0;
}

static int check_query(const struct metric_query *q, struct error *err)
{
	bool stat = q->ref.stat != NULL;

	if (stat == (q->expression != NULL))
		return cw_error_combination(err, "The query %.100s must have either MetricStat or Expression.", q->id);
	if (!stat)
		return q->period ? cw_check_period(q->period, err) : 0;
	if (!q->ref.ns || !q->ref.name)
		return cw_error_missing(err, "MetricStat.Metric.MetricName and Namespace");
	int rc = cw_check_period(q->ref.period, err);
	return rc ? rc : cw_check_stat(q->ref.stat, false, err);
}

int cw_decode_queries(const cJSON *list, bool alarm, struct metric_query_list *out, struct error *err)
{
	int returned = 0, rc = 0;

	read_queries(list, out);
	for (size_t i = 0; i < out->len && !rc; i++) {
		returned += out->items[i].return_data;
		rc = check_id(out, i, err);
		if (!rc)
			rc = check_query(&out->items[i], err);
	}
	if (!rc && alarm && returned != 1)
		rc = cw_error_validation(err, "Exactly one of the Metrics must return data (ReturnData); %d do.", returned);
	if (!rc && alarm && out->len > MAX_ALARM_QUERIES)
		rc = cw_error_validation(err, "An alarm takes at most %d Metrics.", MAX_ALARM_QUERIES);
	return rc;
}

static bool given(const cJSON *in, const char *member)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(in, member);

	return v && !cJSON_IsNull(v) && !(cJSON_IsArray(v) && !v->child);
}

static int check_single(const cJSON *in, const struct metric_alarm *a, struct error *err)
{
	const char *stat = json_str(in, "Statistic", NULL), *extended = json_str(in, "ExtendedStatistic", NULL);

	if (!a->ref.name)
		return cw_error_missing(err, "MetricName");
	if (!a->ref.ns)
		return cw_error_missing(err, "Namespace");
	if (!a->ref.period)
		return cw_error_missing(err, "Period");
	if (stat && extended)
		return cw_error_combination(err, "The parameters Statistic and ExtendedStatistic cannot be used together.");
	if (!stat && !extended)
		return cw_error_missing(err, "Statistic or ExtendedStatistic");
	if (extended && cw_check_stat(extended, true, err))
		return err->code;
	if (a->ref.period == 1 || a->ref.period == 5)
		return cw_error_value(err, "The period %d is not valid for an alarm: it must be 10, 20, 30 or a multiple of "
		                           "60 "
		                      "seconds.", a->ref.period);
	return cw_check_period(a->ref.period, err);
}

static int check_source(const cJSON *in, struct metric_alarm *a, struct error *err)
{
	static const char *const alone[] = { "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit",
	                                     "Dimensions" };

	if (!given(in, "Metrics"))
		return check_single(in, a, err);
	for (size_t i = 0; i < sizeof alone / sizeof *alone; i++) {
		if (given(in, alone[i]))
			return cw_error_combination(err, "The parameters Metrics and %s cannot be used together.", alone[i]);
	}
	metric_query_list_free(&a->queries);
	return cw_decode_queries(json_arr(in, "Metrics"), true, &a->queries, err);
}

static int check_counts(const cJSON *in, const struct metric_alarm *a, struct error *err)
{
	int64_t span = (int64_t)a->periods * metric_alarm_period(a);

	if (a->periods < 1)
		return cw_error_validation(err, "EvaluationPeriods must be 1 or more.");
	if (given(in, "DatapointsToAlarm") && (a->datapoints < 1 || a->datapoints > a->periods))
		return cw_error_validation(err, "DatapointsToAlarm (%d) must be between 1 and EvaluationPeriods (%d).",
		                           a->datapoints, a->periods);
	if (span > (metric_alarm_period(a) >= 3600 ? WEEK_S : DAY_S))
		return cw_error_validation(err, "Period times EvaluationPeriods is %lld seconds; metrics can be checked over "
		                           "%s at most.", (long long)span,
		                           metric_alarm_period(a) >= 3600 ? "seven days" : "a day (86,400 seconds)");
	return 0;
}

int cw_check_actions(const struct str_list *l, struct error *err)
{
	for (size_t i = 0; i < l->len; i++)
		if (strncmp(l->items[i], "arn:", 4))
			return cw_error_validation(err, "Invalid arn syntax: %.200s", l->items[i]);
	return 0;
}

static int check_rest(const cJSON *in, const struct metric_alarm *a, struct error *err)
{
	const char *missing = json_str(in, "TreatMissingData", NULL);

	if (a->compare >= ALARM_OUTSIDE || given(in, "ThresholdMetricId"))
		return cw_error_value(err, "Anomaly detection bands are not supported: give a Threshold and one of the "
		                      "operators Greater… and Less…Threshold.");
	if (isnan(a->threshold))
		return cw_error_missing(err, "Threshold");
	if (missing && names_parse(&alarm_missing_names, missing) < 0)
		return cw_error_value(err, "The value %.40s for parameter TreatMissingData is invalid: use missing, ignore, "
		                      "breaching or notBreaching.", missing);
	if (a->low_samples && strcmp(a->low_samples, "evaluate") && strcmp(a->low_samples, "ignore"))
		return cw_error_value(err, "The value %.40s for parameter EvaluateLowSampleCountPercentile is invalid: use "
		                      "evaluate or ignore.", a->low_samples);
	if (cw_check_actions(&a->ok_actions, err) || cw_check_actions(&a->alarm_actions, err))
		return err->code;
	return cw_check_actions(&a->insufficient_actions, err);
}

int cw_decode_alarm(const cJSON *in, struct metric_alarm **out, struct error *err)
{
	struct metric_alarm *a = cw_read_alarm(in);
	int rc;

	text_set(&a->owner, NULL); /* not for clients to say */
	text_set(&a->rule, NULL);  /* of composite alarms only */
	text_set(&a->suppressor, NULL);
	rc = cw_check_name(a->name, "AlarmName", err);
	if (!rc)
		rc = check_source(in, a, err);
	if (!rc)
		rc = check_counts(in, a, err);
	if (!rc)
		rc = check_rest(in, a, err);
	if (rc)
		metric_alarm_free(a);
	else
		*out = a;
	return rc;
}

/* ---- writing ---- */

cJSON *cw_encode_dims(const struct pair_list *dims)
{
	cJSON *l = cJSON_CreateArray();

	for (size_t i = 0; i < dims->len; i++) {
		cJSON *d = json_add_str(cJSON_CreateObject(), "Name", dims->items[i].key);
		cJSON_AddItemToArray(l, json_add_str(d, "Value", dims->items[i].value));
	}
	return l;
}

static cJSON *strings(const struct str_list *l)
{
	cJSON *a = cJSON_CreateArray();

	for (size_t i = 0; i < l->len; i++)
		cJSON_AddItemToArray(a, cJSON_CreateString(l->items[i]));
	return a;
}

static cJSON *encode_query(const struct metric_query *q)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Id", q->id);

	json_add_str(o, "Label", q->label);
	json_add_bool(o, "ReturnData", q->return_data);
	if (q->period)
		json_add_int(o, "Period", q->period);
	if (q->expression)
		return json_add_str(o, "Expression", q->expression);
	cJSON *m = json_add_str(cJSON_CreateObject(), "Namespace", q->ref.ns);
	json_add_str(m, "MetricName", q->ref.name);
	json_add(m, "Dimensions", cw_encode_dims(&q->ref.dims));
	cJSON *stat = json_add(cJSON_CreateObject(), "Metric", m);
	json_add_int(stat, "Period", q->ref.period);
	json_add_str(stat, "Stat", q->ref.stat);
	return json_add(o, "MetricStat", json_add_str(stat, "Unit", q->ref.unit));
}

static void encode_source(cJSON *o, const struct metric_alarm *a)
{
	if (a->queries.len) {
		cJSON *l = cJSON_AddArrayToObject(o, "Metrics");
		for (size_t i = 0; i < a->queries.len; i++)
			cJSON_AddItemToArray(l, encode_query(&a->queries.items[i]));
		return;
	}
	json_add_str(o, "MetricName", a->ref.name);
	json_add_str(o, "Namespace", a->ref.ns);
	json_add_str(o, names_parse(&metric_statistic_names, a->ref.stat) >= 0 ? "Statistic" : "ExtendedStatistic",
	             a->ref.stat);
	json_add(o, "Dimensions", cw_encode_dims(&a->ref.dims));
	json_add_int(o, "Period", a->ref.period);
	json_add_str(o, "Unit", a->ref.unit);
}

static void encode_metric(cJSON *o, const struct metric_alarm *a)
{
	encode_source(o, a);
	json_add_int(o, "EvaluationPeriods", a->periods);
	if (a->datapoints)
		json_add_int(o, "DatapointsToAlarm", a->datapoints);
	json_add_num(o, "Threshold", a->threshold);
	json_add_str(o, "ComparisonOperator", names_get(&alarm_compare_names, (int)a->compare));
	if (a->missing_given)
		json_add_str(o, "TreatMissingData", names_get(&alarm_missing_names, (int)a->missing));
	json_add_str(o, "EvaluateLowSampleCountPercentile", a->low_samples);
}

static void encode_composite(cJSON *o, const struct metric_alarm *a, bool whole)
{
	static const char *const why[] = {
		[ALARM_HOLD_WAIT] = "The composite alarm waits for the suppressor alarm to go into ALARM.",
		[ALARM_HOLD_EXTENSION] = "The suppressor alarm has left ALARM; the extension period is not over.",
		[ALARM_HOLD_ALARM] = "The suppressor alarm is in ALARM.",
	};

	json_add_str(o, "AlarmRule", a->rule);
	if (a->suppressor) {
		json_add_str(o, "ActionsSuppressor", a->suppressor);
		json_add_int(o, "ActionsSuppressorWaitPeriod", a->wait_s);
		json_add_int(o, "ActionsSuppressorExtensionPeriod", a->extension_s);
	}
	if (a->hold) {
		json_add_str(o, "ActionsSuppressedBy", names_get(&alarm_hold_names, (int)a->hold));
		json_add_str(o, "ActionsSuppressedReason", why[a->hold]);
	}
	if (!whole)
		return;
	json_add_int(o, "HoldUntil", a->hold_until);
	json_add_str(o, "Told", names_get(&alarm_state_names, (int)a->told));
}

static void encode_private(cJSON *o, const struct metric_alarm *a)
{
	cJSON *l = cJSON_AddArrayToObject(o, "Tags");

	for (size_t i = 0; i < a->tags.len; i++) {
		cJSON *t = json_add_str(cJSON_CreateObject(), "Key", a->tags.items[i].key);
		cJSON_AddItemToArray(l, json_add_str(t, "Value", a->tags.items[i].value));
	}
	json_add_str(o, "Owner", a->owner);
}

cJSON *cw_encode_alarm(const struct metric_alarm *a, const char *region, bool whole)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "AlarmName", a->name);
	char *arn = cw_alarm_arn(a->name, region);

	json_add_str(o, "AlarmArn", arn);
	free(arn);
	json_add_str(o, "AlarmDescription", a->description);
	json_add_time(o, "AlarmConfigurationUpdatedTimestamp", a->configured);
	json_add_bool(o, "ActionsEnabled", a->actions_enabled);
	json_add(o, "OKActions", strings(&a->ok_actions));
	json_add(o, "AlarmActions", strings(&a->alarm_actions));
	json_add(o, "InsufficientDataActions", strings(&a->insufficient_actions));
	json_add_str(o, "StateValue", names_get(&alarm_state_names, (int)a->state));
	json_add_str(o, "StateReason", a->reason);
	json_add_str(o, "StateReasonData", a->reason_data);
	json_add_time(o, "StateUpdatedTimestamp", a->updated);
	json_add_time(o, "StateTransitionedTimestamp", a->transitioned);
	if (a->rule)
		encode_composite(o, a, whole);
	else
		encode_metric(o, a);
	if (whole)
		encode_private(o, a);
	return o;
}
