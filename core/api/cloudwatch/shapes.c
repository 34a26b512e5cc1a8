/* Requests and replies of the operations that this server has, member by member, after the public service
 * model (2010-08-01). What is missing here is ignored in a request. */
#include "core/api/cloudwatch/shapes.h"

#include "core/api/shape/table.h"

/* ---- leaves ---- */

LEAF(text, SHAPE_STRING);
LEAF(integer, SHAPE_INT);
LEAF(number, SHAPE_DOUBLE);
LEAF(boolean, SHAPE_BOOL);
LEAF(date, SHAPE_TIME);
MAP(number_map, number);
TEXT(name255, 1, 255);
TEXT(text1024, 1, 1024);
TEXT(text_to_1024, 0, 1024);
TEXT(text_to_1023, 0, 1023);
TEXT(text_to_4000, 0, 4000);
TEXT(expression, 1, 2048);
TEXT(rule, 1, 10240);
TEXT(suppressor, 1, 1600);
TEXT(tag_key, 1, 128);
TEXT(tag_value, 0, 256);
LIST(numbers, number, 0, 150);
LIST(values, number, 0, 0);
LIST(times, date, 0, 0);
LIST(texts, text, 0, 0);
LIST(names100, name255, 0, 100);
LIST(actions, text1024, 0, 5);
LIST(tag_keys, tag_key, 0, 0);
ENUM(unit, metric_unit_names);
ENUM(statistic, metric_statistic_names);
ENUM(comparison, alarm_compare_names);
ENUM(state, alarm_state_names);
LIST(statistics, statistic, 0, 5);
LIST(extended, text, 0, 10);
NAMES(scan_names, "TimestampDescending", "TimestampAscending");
ENUM(scan, scan_names);
NAMES(recent_names, "PT3H");
ENUM(recent, recent_names);
NAMES(history_names, "ConfigurationUpdate", "StateUpdate", "Action", "AlarmContributorStateUpdate",
      "AlarmContributorAction");
ENUM(history_type, history_names);
NAMES(alarm_type_names, "CompositeAlarm", "MetricAlarm");
ENUM(alarm_type, alarm_type_names);
LIST(alarm_types, alarm_type, 0, 0);

STRUCT(tag, R("Key", tag_key), R("Value", tag_value));
LIST(tags, tag, 0, 50);
STRUCT(dimension, R("Name", name255), R("Value", text1024));
LIST(dimensions, dimension, 0, 30);
STRUCT(dimension_filter, R("Name", name255), M("Value", text1024));
LIST(dimension_filters, dimension_filter, 0, 30);

/* ---- metrics ---- */

STRUCT(statistic_set, R("SampleCount", number), R("Sum", number), R("Minimum", number), R("Maximum", number));
STRUCT(datum, R("MetricName", name255), M("Dimensions", dimensions), M("Timestamp", date), M("Value", number),
       M("StatisticValues", statistic_set), M("Values", numbers), M("Counts", numbers), M("Unit", unit),
       M("StorageResolution", integer));
LIST(data, datum, 0, 1000);
STRUCT(entity_data, M("MetricData", data));
LIST(entities, entity_data, 0, 2);
STRUCT(put_metric_data, R("Namespace", name255), M("MetricData", data), M("EntityMetricData", entities));

STRUCT(list_metrics, M("Namespace", name255), M("MetricName", name255), M("Dimensions", dimension_filters),
       M("NextToken", text), M("RecentlyActive", recent), I("IncludeLinkedAccounts", boolean),
       I("OwningAccount", text));
STRUCT(metric, M("Namespace", name255), M("MetricName", name255), M("Dimensions", dimensions));
LIST(metrics, metric, 0, 0);
STRUCT(list_metrics_out, M("Metrics", metrics), M("NextToken", text), M("OwningAccounts", texts));

RANGE(records, SHAPE_INT, 1, 100);
RANGE(one_up, SHAPE_INT, 1, 0);
STRUCT(get_statistics, R("Namespace", name255), R("MetricName", name255), M("Dimensions", dimensions),
       R("StartTime", date), R("EndTime", date), R("Period", one_up), M("Statistics", statistics),
       M("ExtendedStatistics", extended), M("Unit", unit));
STRUCT(datapoint, M("Timestamp", date), M("SampleCount", number), M("Average", number), M("Sum", number),
       M("Minimum", number), M("Maximum", number), M("Unit", unit), M("ExtendedStatistics", number_map));
LIST(datapoints, datapoint, 0, 0);
STRUCT(get_statistics_out, M("Label", text), M("Datapoints", datapoints));

STRUCT(metric_stat, R("Metric", metric), R("Period", integer), R("Stat", text), M("Unit", unit));
STRUCT(query, R("Id", name255), M("MetricStat", metric_stat), M("Expression", expression), M("Label", text),
       M("ReturnData", boolean), M("Period", integer), I("AccountId", name255));
LIST(queries, query, 0, 500);
STRUCT(label_options, M("Timezone", text));
STRUCT(get_data, R("MetricDataQueries", queries), R("StartTime", date), R("EndTime", date), M("NextToken", text),
       M("ScanBy", scan), M("MaxDatapoints", integer), I("LabelOptions", label_options));
STRUCT(message, M("Code", text), M("Value", text));
LIST(messages, message, 0, 0);
STRUCT(result, M("Id", text), M("Label", text), M("Timestamps", times), M("Values", values), M("StatusCode", text),
       M("Messages", messages));
LIST(results, result, 0, 0);
STRUCT(get_data_out, M("MetricDataResults", results), M("NextToken", text), M("Messages", messages));

/* ---- alarms ---- */

STRUCT(put_alarm, R("AlarmName", name255), M("AlarmDescription", text_to_1024), M("ActionsEnabled", boolean),
       M("OKActions", actions), M("AlarmActions", actions), M("InsufficientDataActions", actions),
       M("MetricName", name255), M("Namespace", name255), M("Statistic", statistic), M("ExtendedStatistic", text),
       M("Dimensions", dimensions), M("Period", integer), M("Unit", unit), R("EvaluationPeriods", integer),
       M("DatapointsToAlarm", integer), M("Threshold", number), R("ComparisonOperator", comparison),
       M("TreatMissingData", name255), M("EvaluateLowSampleCountPercentile", name255), M("Metrics", queries),
       M("Tags", tags), M("ThresholdMetricId", name255));
STRUCT(alarm, M("AlarmName", text), M("AlarmArn", text), M("AlarmDescription", text),
       M("AlarmConfigurationUpdatedTimestamp", date), M("ActionsEnabled", boolean), M("OKActions", actions),
       M("AlarmActions", actions), M("InsufficientDataActions", actions), M("StateValue", state),
       M("StateReason", text), M("StateReasonData", text), M("StateUpdatedTimestamp", date), M("MetricName", text),
       M("Namespace", text), M("Statistic", statistic), M("ExtendedStatistic", text), M("Dimensions", dimensions),
       M("Period", integer), M("Unit", unit), M("EvaluationPeriods", integer), M("DatapointsToAlarm", integer),
       M("Threshold", number), M("ComparisonOperator", comparison), M("TreatMissingData", text),
       M("EvaluateLowSampleCountPercentile", text), M("Metrics", queries), M("ThresholdMetricId", text),
       M("EvaluationState", text), M("StateTransitionedTimestamp", date));
LIST(alarms, alarm, 0, 0);
STRUCT(put_composite, R("AlarmName", name255), R("AlarmRule", rule), M("AlarmDescription", text_to_1024),
       M("ActionsEnabled", boolean), M("OKActions", actions), M("AlarmActions", actions),
       M("InsufficientDataActions", actions), M("Tags", tags), M("ActionsSuppressor", suppressor),
       M("ActionsSuppressorWaitPeriod", integer), M("ActionsSuppressorExtensionPeriod", integer));
STRUCT(composite, M("ActionsEnabled", boolean), M("AlarmActions", actions), M("AlarmArn", text),
       M("AlarmConfigurationUpdatedTimestamp", date), M("AlarmDescription", text), M("AlarmName", text),
       M("AlarmRule", text), M("InsufficientDataActions", actions), M("OKActions", actions), M("StateReason", text),
       M("StateReasonData", text), M("StateUpdatedTimestamp", date), M("StateValue", state),
       M("StateTransitionedTimestamp", date), M("ActionsSuppressedBy", text), M("ActionsSuppressedReason", text),
       M("ActionsSuppressor", text), M("ActionsSuppressorWaitPeriod", integer),
       M("ActionsSuppressorExtensionPeriod", integer));
LIST(composites, composite, 0, 0);
STRUCT(describe_alarms, M("AlarmNames", names100), M("AlarmNamePrefix", name255), M("AlarmTypes", alarm_types),
       M("ChildrenOfAlarmName", name255), M("ParentsOfAlarmName", name255), M("StateValue", state),
       M("ActionPrefix", text1024), M("MaxRecords", records), M("NextToken", text));
STRUCT(describe_alarms_out, M("CompositeAlarms", composites), M("MetricAlarms", alarms), M("NextToken", text));
STRUCT(alarms_for_metric, R("MetricName", name255), R("Namespace", name255), M("Statistic", statistic),
       M("ExtendedStatistic", text), M("Dimensions", dimensions), M("Period", integer), M("Unit", unit));
STRUCT(alarms_out, M("MetricAlarms", alarms));
STRUCT(describe_history, M("AlarmName", name255), M("AlarmTypes", alarm_types), M("HistoryItemType", history_type),
       M("StartDate", date), M("EndDate", date), M("MaxRecords", records), M("NextToken", text), M("ScanBy", scan));
STRUCT(history_item, M("AlarmName", text), M("AlarmType", alarm_type), M("Timestamp", date),
       M("HistoryItemType", history_type), M("HistorySummary", text), M("HistoryData", text));
LIST(history_items, history_item, 0, 0);
STRUCT(history_out, M("AlarmHistoryItems", history_items), M("NextToken", text));
STRUCT(alarm_names, R("AlarmNames", names100));
STRUCT(set_state, R("AlarmName", name255), R("StateValue", state), R("StateReason", text_to_1023),
       M("StateReasonData", text_to_4000));
STRUCT(tag_resource, R("ResourceARN", text1024), R("Tags", tags));
STRUCT(untag_resource, R("ResourceARN", text1024), R("TagKeys", tag_keys));
STRUCT(list_tags, R("ResourceARN", text1024));
STRUCT(list_tags_out, M("Tags", tags));
STRUCT(empty, M("Never", text));

#define OP(name, input, output) { name, &(input), &(output) }
#define MUTE(name, input) { name, &(input), NULL }

static const struct cw_operation operations[] = {
	MUTE("DeleteAlarms", alarm_names),
	OP("DescribeAlarmHistory", describe_history, history_out),
	OP("DescribeAlarms", describe_alarms, describe_alarms_out),
	OP("DescribeAlarmsForMetric", alarms_for_metric, alarms_out),
	MUTE("DisableAlarmActions", alarm_names),
	MUTE("EnableAlarmActions", alarm_names),
	OP("GetMetricData", get_data, get_data_out),
	OP("GetMetricStatistics", get_statistics, get_statistics_out),
	OP("ListMetrics", list_metrics, list_metrics_out),
	OP("ListTagsForResource", list_tags, list_tags_out),
	MUTE("PutCompositeAlarm", put_composite),
	MUTE("PutMetricAlarm", put_alarm),
	MUTE("PutMetricData", put_metric_data),
	MUTE("SetAlarmState", set_state),
	OP("TagResource", tag_resource, empty),
	OP("UntagResource", untag_resource, empty),
};

const struct cw_operation *cw_find_operation(const char *name)
{
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	return NULL;
}

const char *cw_operation_name(size_t i)
{
	return i < sizeof operations / sizeof *operations ? operations[i].name : NULL;
}

const char *cw_name(const struct cw_operation *op)
{
	return op->name;
}

static int broken(struct error *err, const char *what)
{
	return cw_error_validation(err, "%s", what);
}

static int malformed(struct error *err, const char *what)
{
	return cw_error(err, "MalformedInput", "%s", what);
}

int cw_validate(const struct cw_operation *op, const cJSON *in, struct error *err)
{
	static const struct shape_errors words = { broken, malformed };

	return shape_check(op->input, in, &words, err);
}
