#include <stdio.h>
#include <string.h>

#include "core/client/act_impl.h"
#include "core/client/act_ops.h"
#include "core/client/query_text.h"

struct act *act_acknowledge(const char *id, const char *title, const char *note)
{
	cJSON *in = json_add_str(json_add_str(cJSON_CreateObject(), "AlarmId", id), "Note", note);
	struct act *a = act_with(STOKER("AcknowledgeAlarm"), "acknowledge", in);
	a->title = xasprintf("Acknowledge: %s", title);
	act_line(a, "alarm", "open", "acknowledged");
	act_line(a, "note", NULL, "%s", note);
	a->text = xstrdup("It stays in the list until its cause has gone; nobody is told of it again.");
	act_stoker_words(a, "alarms", "ack", id, "--note", note, (char *)NULL);
	a->done = xasprintf("acknowledged: %s", title);
	return a;
}

struct act *act_unacknowledge(const char *id, const char *title, const char *by)
{
	struct act *a = act_with(STOKER("UnacknowledgeAlarm"), "reopen",
	                         json_add_str(cJSON_CreateObject(), "AlarmId", id));
	char was[160];
	snprintf(was, sizeof was, "acknowledged%s%.100s", by && *by ? " by " : "", by ? by : "");
	a->title = xasprintf("Reopen: %s", title);
	act_line(a, "alarm", was, "open");
	act_stoker_words(a, "alarms", "unack", id, (char *)NULL);
	a->done = xasprintf("open again: %s", title);
	return a;
}

/* One line per query of an alarm on an expression; those that are another now with what they were. */
static void query_lines(struct act *a, const cJSON *was)
{
	const cJSON *queries = json_arr(a->in, "Metrics"), *q, *old;
	cJSON_ArrayForEach(q, queries) {
		struct buf now = BUF_INIT, before = BUF_INIT;
		query_print(q, &now);
		cJSON_ArrayForEach(old, json_arr(was, "Metrics"))
			if (!strcmp(json_str(old, "Id", ""), json_str(q, "Id", "")))
				query_print(old, &before);
		if (before.len && strcmp(buf_str(&before), buf_str(&now)))
			act_line(a, "was", NULL, "%s", buf_str(&before));
		act_line(a, q == query_returned(queries) ? "watches" : "of", NULL, "%s", buf_str(&now));
		buf_free(&now);
		buf_free(&before);
	}
}

struct act *act_put_alarm(cJSON *in, const cJSON *was)
{
	static const struct act_member members[] = {
		{ "AlarmDescription", "description" }, { "Namespace", "namespace" }, { "MetricName", "metric" },
		{ "Dimensions", "dimensions" }, { "Statistic", "statistic" },
		{ "ComparisonOperator", "comparison" }, { "Threshold", "threshold" }, { "Period", "period (s)" },
		{ "EvaluationPeriods", "periods" }, { "DatapointsToAlarm", "that breach" },
		{ "TreatMissingData", "missing data" }, { "AlarmActions", "tells" },
		{ "ActionsEnabled", "actions" },
	};
	struct act *a = act_with(CLOUDWATCH("PutMetricAlarm"), was ? "change" : "create", in);
	const char *name = json_str(in, "AlarmName", "");
	a->title = xasprintf("%s alarm %s", was ? "Change" : "Create", name);
	act_diff(a, was, members, sizeof members / sizeof *members);
	query_lines(a, was);
	act_aws_line(a, "cloudwatch put-metric-alarm");
	a->done = xasprintf("alarm %s is set; it is judged from now on", name);
	return a;
}

struct act *act_delete_alarm(const char *name)
{
	cJSON *names = cJSON_CreateArray();
	cJSON_AddItemToArray(names, cJSON_CreateString(name));
	struct act *a = act_with(CLOUDWATCH("DeleteAlarms"), "delete",
	                         json_add(cJSON_CreateObject(), "AlarmNames", names));
	a->title = xasprintf("Delete alarm %s", name);
	a->text = xstrdup("Its history goes with it. Metrics stay.");
	act_aws_line(a, "cloudwatch delete-alarms");
	a->done = xasprintf("alarm %s is deleted", name);
	a->care = ACT_CARE_YES;
	a->danger = true;
	return a;
}

struct act *act_alarm_actions(const char *name, bool on)
{
	cJSON *names = cJSON_CreateArray();
	cJSON_AddItemToArray(names, cJSON_CreateString(name));
	struct act *a = act_with(on ? CLOUDWATCH("EnableAlarmActions") : CLOUDWATCH("DisableAlarmActions"),
	                         on ? "enable" : "disable", json_add(cJSON_CreateObject(), "AlarmNames", names));
	a->title = xasprintf("%s the actions of alarm %s", on ? "Enable" : "Disable", name);
	a->text = on ? NULL : xstrdup("It is still judged and shown, but it tells nobody and scales nothing.");
	act_line(a, "actions", on ? "off" : "on", "%s", on ? "on" : "off");
	act_aws_line(a, on ? "cloudwatch enable-alarm-actions" : "cloudwatch disable-alarm-actions");
	a->done = xasprintf("actions of alarm %s are %s", name, on ? "on" : "off");
	a->care = on ? ACT_CARE_NONE : ACT_CARE_YES;
	return a;
}
