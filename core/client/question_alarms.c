/* CloudWatch's questions: the alarms there are, and history and data of the one in focus. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/client/question_impl.h"

#define PERIODS 120            /* of an alarm that its graph shows */
#define SPAN_MIN_S 3600
#define SPAN_MAX_S (7 * 86400)

/* Without types CloudWatch tells of metric alarms only. */
static cJSON *both_types(cJSON *in)
{
	cJSON *types = cJSON_AddArrayToObject(in, "AlarmTypes");
	cJSON_AddItemToArray(types, cJSON_CreateString("MetricAlarm"));
	cJSON_AddItemToArray(types, cJSON_CreateString("CompositeAlarm"));
	return in;
}

cJSON *ask_metric_alarms(const struct model *m, const struct mcluster *mc)
{
	(void)m, (void)mc;
	return both_types(json_add_int(cJSON_CreateObject(), "MaxRecords", 100));
}

void about_alarm(const struct model *m, char *out, size_t size)
{
	snprintf(out, size, "%.*s", (int)size - 1, m->focus.alarm);
}

cJSON *ask_alarm_history(const struct model *m, const struct mcluster *mc)
{
	(void)mc;
	if (!*m->focus.alarm)
		return NULL;
	cJSON *in = json_add_str(cJSON_CreateObject(), "AlarmName", m->focus.alarm);
	return both_types(json_add_int(in, "MaxRecords", 20));
}

/* What a plain alarm watches, as a query of GetMetricData. */
static cJSON *query_of(const cJSON *alarm, int64_t period)
{
	cJSON *metric = cJSON_CreateObject(), *stat = cJSON_CreateObject(), *q = cJSON_CreateObject();
	const cJSON *dimensions = json_arr(alarm, "Dimensions");
	json_add_str(metric, "Namespace", json_str(alarm, "Namespace", NULL));
	json_add_str(metric, "MetricName", json_str(alarm, "MetricName", NULL));
	json_add(metric, "Dimensions", dimensions ? cJSON_Duplicate(dimensions, 1) : NULL);
	json_add_int(json_add(stat, "Metric", metric), "Period", period);
	json_add_str(stat, "Stat", json_str(alarm, "Statistic", json_str(alarm, "ExtendedStatistic", "Average")));
	json_add_str(stat, "Unit", json_str(alarm, "Unit", NULL));
	return json_add_bool(json_add(json_add_str(q, "Id", "watched"), "MetricStat", stat), "ReturnData", true);
}

cJSON *ask_alarm_data(const struct model *m, const struct mcluster *mc)
{
	(void)mc;
	const cJSON *alarm = records_find(&m->records[PART_METRIC_ALARMS], m->focus.alarm);
	if (!alarm || json_str(alarm, "AlarmRule", NULL)) /* a composite alarm watches alarms, which have no points */
		return NULL;
	const cJSON *math = json_arr(alarm, "Metrics");
	int64_t period = json_int(alarm, "Period", 60), now = clock_now_ms() / 1000;
	int64_t span = period * PERIODS;
	span = span < SPAN_MIN_S ? SPAN_MIN_S : span > SPAN_MAX_S ? SPAN_MAX_S : span;
	int64_t end = (now / period + 1) * period;
	cJSON *in = cJSON_CreateObject(), *list = math ? cJSON_Duplicate(math, 1) : cJSON_CreateArray();
	if (!math)
		cJSON_AddItemToArray(list, query_of(alarm, period));
	json_add(in, "MetricDataQueries", list);
	json_add_int(in, "StartTime", end - span);
	json_add_int(in, "EndTime", end);
	return json_add_str(in, "ScanBy", "TimestampAscending");
}
