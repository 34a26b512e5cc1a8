/* stoker alarms: what is wrong now, and the alarms on metrics. */
#include "views/cli/cmd_alarms.h"

#include <string.h>

#include "views/cli/plan.h"
#include "views/cli/table.h"

extern const struct cli_command cli_cmd_alarms;

/* ---- the list ---- */

static void alarms_people(struct cli *c, const cJSON *alarms)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	text_table_column(t, "SINCE", TABLE_LEFT, false);
	text_table_column(t, "SEVERITY", TABLE_LEFT, false);
	text_table_column(t, "CLUSTER", TABLE_LEFT, false);
	text_table_column(t, "ALARM", TABLE_LEFT, true);
	cJSON_ArrayForEach(x, alarms) {
		const char *severity = json_str(x, "Severity", "");
		const cJSON *ack = json_obj(x, "Acknowledged");
		text_table_cell(t, "", "%s", cli_time(json_num(x, "Since", 0), buf, sizeof buf));
		text_table_cell(t, ack ? cli_dim(c) : cli_state_color(c, severity), "%s", severity);
		text_table_cell(t, "", "%s", json_str(x, "ClusterId", "-"));
		text_table_cell(t, ack ? cli_dim(c) : "", "%s", json_str(x, "Title", ""));
		if (*json_str(x, "Detail", ""))
			text_table_note(t, "%s", json_str(x, "Detail", ""));
		if (*json_str(x, "Hint", ""))
			text_table_note(t, "→ %s", json_str(x, "Hint", ""));
		if (ack)
			text_table_note(t, "✓ %s, %s: %s", json_str(ack, "By", ""), cli_time(json_num(ack, "At", 0), buf,
			                sizeof buf), json_str(ack, "Note", "acknowledged"));
		else
			text_table_note(t, "id %s", json_str(x, "AlarmId", ""));
	}
	cli_print_table(c, t);
}

static int list(struct cli *c, const struct cli_args *a, int first)
{
	cJSON *req = cJSON_CreateObject(), *reply = NULL;
	struct error err = ERROR_INIT;
	char id[MODEL_ID_SIZE];

	if (a->argc > first) {
		if (ask_cluster(c, a->argv[first], id, &err)) {
			cJSON_Delete(req);
			return cli_fail(c, &err);
		}
		json_add_str(req, "ClusterId", id);
	}
	if (ask(c, "Stoker.ListAlarms", req, &reply, &err)) {
		if (ask_unknown(&err))
			error_hint(&err, "stoker alarms --metric lists the alarms of CloudWatch.");
		return cli_fail(c, &err);
	}
	int n = cJSON_GetArraySize(json_arr(reply, "Alarms"));
	if (c->json) {
		cli_print_json(c, reply);
	} else {
		if (n)
			alarms_people(c, json_arr(reply, "Alarms"));
		else
			fprintf(c->out, "no alarms\n");
		cJSON_Delete(reply);
	}
	return cli_flag(a, "check") && n ? CLI_FAILED : CLI_OK;
}

static void metric_people(struct cli *c, const cJSON *alarms)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	text_table_column(t, "ALARM", TABLE_LEFT, true);
	text_table_column(t, "STATE", TABLE_LEFT, false);
	text_table_column(t, "SINCE", TABLE_LEFT, false);
	text_table_column(t, "METRIC", TABLE_LEFT, true);
	text_table_column(t, "THRESHOLD", TABLE_LEFT, false);
	text_table_column(t, "ACTIONS", TABLE_LEFT, false);
	cJSON_ArrayForEach(x, alarms) {
		const char *state = json_str(x, "StateValue", "");
		bool on = json_bool(x, "ActionsEnabled", true);
		text_table_cell(t, "", "%s", json_str(x, "AlarmName", ""));
		text_table_cell(t, c->color && !strcmp(state, "ALARM") ? "\033[31m" : "", "%s", state);
		text_table_cell(t, "", "%s", cli_time(json_num(x, "StateTransitionedTimestamp", json_num(
		                x, "StateUpdatedTimestamp", 0)), buf, sizeof buf));
		const char *rule = json_str(x, "AlarmRule", NULL);
		text_table_cell(t, "", "%s", rule ? rule : json_str(x, "MetricName", "(metric math)"));
		if (rule)
			text_table_cell(t, "", "-");
		else
			text_table_cell(t, "", "%s%g", strstr(json_str(x, "ComparisonOperator", ""), "Less") ? "< " : "> ",
			                json_num(x, "Threshold", 0));
		text_table_cell(t, on ? "" : cli_dim(c), "%s", on ? "on" : "off");
	}
	cli_print_table(c, t);
}

static int all_of(struct cli *c, const char *type, const char *list, cJSON **out, struct error *err)
{
	cJSON *req = json_add_int(cJSON_CreateObject(), "MaxRecords", 100);
	cJSON *types = cJSON_AddArrayToObject(req, "AlarmTypes");

	cJSON_AddItemToArray(types, cJSON_CreateString(type));
	return ask_all(c, CLOUDWATCH "DescribeAlarms", req, list, 0, out, err);
}

/* Every alarm of CloudWatch, whatever its state. */
static int list_metric(struct cli *c)
{
	struct error err = ERROR_INIT;
	cJSON *alarms, *composites;

	if (all_of(c, "MetricAlarm", "MetricAlarms", &alarms, &err))
		return cli_fail(c, &err);
	if (all_of(c, "CompositeAlarm", "CompositeAlarms", &composites, &err)) {
		cJSON_Delete(alarms);
		return cli_fail(c, &err);
	}
	if (c->json)
		return cli_print_json(c, json_add(json_add(cJSON_CreateObject(), "MetricAlarms", alarms), "CompositeAlarms",
		                                  composites));
	while (composites->child)
		cJSON_AddItemToArray(alarms, cJSON_DetachItemViaPointer(composites, composites->child));
	cJSON_Delete(composites);
	if (alarms->child)
		metric_people(c, alarms);
	else
		fprintf(c->out, "no alarms on metrics; stoker alarms put makes one\n");
	cJSON_Delete(alarms);
	return CLI_OK;
}

/* ---- what needs a name ---- */

static int say(struct cli *c, cJSON *reply, const char *fmt, const char *name)
{
	if (c->json)
		return cli_print_json(c, reply ? reply : cJSON_CreateObject());
	cJSON_Delete(reply);
	fprintf(c->out, fmt, name);
	return CLI_OK;
}

/* An id as the list shows it, or the name of a metric alarm. */
static int acknowledge(struct cli *c, const struct cli_args *a, bool on)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL, *req = cJSON_CreateObject();
	const char *word = a->argv[1];
	char *id = strchr(word, '/') ? xstrdup(word) : NULL;
	const cJSON *x;

	if (!id && !ask(c, "Stoker.ListAlarms", NULL, &reply, &err))
		cJSON_ArrayForEach(x, json_arr(reply, "Alarms"))
			if (!strcmp(json_str(x, "AlarmId", ""), word) || !strcmp(json_str(x, "AlarmName", ""), word)) {
				free(id);
				id = xstrdup(json_str(x, "AlarmId", ""));
			}
	cJSON_Delete(reply);
	reply = NULL;
	json_add_str(req, "AlarmId", id ? id : word);
	if (on)
		json_add_str(req, "Note", cli_opt(a, "note"));
	free(id);
	if (ask(c, on ? "Stoker.AcknowledgeAlarm" : "Stoker.UnacknowledgeAlarm", req, &reply, &err))
		return cli_fail(c, &err);
	return say(c, reply, on ? "acknowledged %s\n" : "%s is not acknowledged any more\n", word);
}

static int by_names(struct cli *c, const struct cli_args *a, const char *operation, const char *done)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL, *req = cJSON_CreateObject(), *names = cJSON_AddArrayToObject(req, "AlarmNames");

	for (int i = 1; i < a->argc; i++)
		cJSON_AddItemToArray(names, cJSON_CreateString(a->argv[i]));
	if (ask(c, operation, req, &reply, &err)) {
		error_hint(&err, "stoker alarms --metric lists the alarms on metrics.");
		return cli_fail(c, &err);
	}
	return say(c, reply, done, a->argc > 2 ? "all of them" : a->argv[1]);
}

static int set_state(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL, *req = json_add_str(cJSON_CreateObject(), "AlarmName", a->argv[1]);
	const char *reason = cli_opt(a, "reason");

	json_add_str(req, "StateValue", a->argv[2]);
	json_add_str(req, "StateReason", reason ? reason : "Set with stoker alarms set-state");
	if (ask(c, CLOUDWATCH "SetAlarmState", req, &reply, &err))
		return cli_fail(c, &err);
	return say(c, reply, "%s is set; the next evaluation decides again\n", a->argv[1]);
}

static int acknowledge_on(struct cli *c, const struct cli_args *a) { return acknowledge(c, a, true); }
static int acknowledge_off(struct cli *c, const struct cli_args *a) { return acknowledge(c, a, false); }

static int delete_them(struct cli *c, const struct cli_args *a)
{
	int status = plan_confirm(c, a, true, a->argc > 2 ? "Delete these alarms? Nobody hears of them any more."
	                                                 : "Delete the alarm? Nobody hears of it any more.");

	return status < 0 ? CLI_OK : status ? status : by_names(c, a, CLOUDWATCH "DeleteAlarms", "deleted %s\n");
}

static int enable(struct cli *c, const struct cli_args *a)
{
	return by_names(c, a, CLOUDWATCH "EnableAlarmActions", "actions of %s are on\n");
}

static int disable(struct cli *c, const struct cli_args *a)
{
	return by_names(c, a, CLOUDWATCH "DisableAlarmActions", "actions of %s are off\n");
}

static const struct verb {
	const char *name, *words;
	int min, max;                /* words behind it; max -1: any */
	int (*run)(struct cli *c, const struct cli_args *a);
} verbs[] = {
	{ "show", "NAME", 1, 1, alarms_show }, { "put", "NAME", 1, 1, alarms_put },
	{ "put-composite", "NAME", 1, 1, alarms_put_composite },
	{ "delete", "NAME…", 1, -1, delete_them }, { "ack", "ID|NAME", 1, 1, acknowledge_on },
	{ "unack", "ID|NAME", 1, 1, acknowledge_off }, { "enable", "NAME…", 1, -1, enable },
	{ "disable", "NAME…", 1, -1, disable }, { "set-state", "NAME OK|ALARM|INSUFFICIENT_DATA", 2, 2, set_state },
};

static int too_many(struct cli *c, const struct cli_args *a, int at)
{
	struct near near = { .wanted = a->argv[0] };
	char guess[CLI_GUESS];

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		near_offer(&near, verbs[i].name);
	if (*cli_guess(&near, "", guess))
		return cli_usage(c, &cli_cmd_alarms, "alarms cannot \"%s\"%s", a->argv[0], guess);
	return cli_usage(c, &cli_cmd_alarms, "\"%s\" is one word too many", a->argv[at]);
}

static int exec_alarms(struct cli *c, const struct cli_args *a)
{
	const char *word = a->argc ? a->argv[0] : "";

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		const struct verb *v = &verbs[i];
		if (strcmp(word, v->name))
			continue;
		int given = a->argc - 1;
		if (given < v->min || (v->max >= 0 && given > v->max))
			return cli_usage(c, &cli_cmd_alarms, "stoker alarms %s takes %s", v->name, v->words);
		return v->run(c, a);
	}
	if (cli_flag(a, "metric"))
		return list_metric(c);
	int first = !strcmp(word, "list");
	if (a->argc > first + 1)
		return too_many(c, a, first + 1);
	return list(c, a, first);
}

static const struct cli_option options[] = {
	{ "check", 0, NULL, "exit with 1 when there is an alarm" },
	{ "metric", 0, NULL, "list every alarm of CloudWatch, metric and composite, whatever its state" },
	{ "note", 0, "TEXT", "ack: what the others should know" },
	{ "reason", 0, "TEXT", "set-state: why" },
	{ "yes", 'y', NULL, "delete: do not ask" },
	{ "metric-name", 'm', "METRIC", "put: the metric, IsIdle or any other" },
	{ "namespace", 0, "NAMESPACE", "put: its namespace (default AWS/ElasticMapReduce)" },
	{ "cluster", 0, "CLUSTER", "put: the cluster it is about (dimension JobFlowId)" },
	{ "dim", 0, "NAME=VALUE", "put: a dimension; may be given several times" },
	{ "stat", 0, "STATISTIC", "put: Average, Sum, Minimum, Maximum, SampleCount, pNN, tmNN … (default Average)" },
	{ "period", 0, "TIME", "put: how long a datapoint lasts (default 60s)" },
	{ "periods", 0, "N", "put: how many of the last datapoints count (default 1)" },
	{ "points", 0, "M", "put: how many of them must be beyond the threshold (default all)" },
	{ "above", 0, "VALUE", "put: alarm above this value" },
	{ "at-least", 0, "VALUE", "put: alarm at this value and above" },
	{ "below", 0, "VALUE", "put: alarm below this value" },
	{ "at-most", 0, "VALUE", "put: alarm at this value and below" },
	{ "missing", 0, "HOW", "put: missing, ignore, breaching or notBreaching (default missing)" },
	{ "action", 0, "TOPIC", "put: tell this topic (or ARN) when it goes to ALARM; several times" },
	{ "ok-action", 0, "TOPIC", "put: … when it is OK again" },
	{ "description", 0, "TEXT", "put: what it means and what to do" },
	{ "from", 0, "FILE", "put: a PutMetricAlarm request as JSON, for metric math; - is the standard input" },
	{ "rule", 0, "RULE", "put-composite: states of other alarms with AND, OR, NOT, AT_LEAST and parentheses" },
	{ "suppressor", 0, "ALARM", "put-composite: the alarm that keeps this one's actions quiet" },
	{ "wait-period", 0, "TIME", "put-composite: … how long to wait for it (default 60s)" },
	{ "extension", 0, "TIME", "put-composite: … how long to stay quiet when it has gone (default 60s)" },
	{ "since", 0, "TIME", "show: how far back the graph goes (default 3h)" },
	{ 0 },
};

const struct cli_command cli_cmd_alarms = {
	.name = "alarms", .max = -1,
	.args = "[CLUSTER] | show|put|put-composite|delete|ack|unack|enable|disable|set-state NAME",
	.summary = "what is wrong now; alarms on metrics",
	.about = "Without a verb: everything that is wrong now, with the id that ack takes. show NAME draws an alarm's "
	         "metric with its threshold, or tells the alarms behind a composite one, and lists what happened. put NAME "
	         "makes or changes an alarm, as in: stoker alarms put idle --cluster etl -m IsIdle --at-least 1 --periods "
	         "30 --action ops. put-composite NAME makes one of other alarms, as in: stoker alarms put-composite night "
	         "--rule 'ALARM(idle) AND NOT ALARM(deploy)' --action ops",
	.options = options, .words = "cluster", .exec = exec_alarms,
};
