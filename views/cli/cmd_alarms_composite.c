/* stoker alarms put-composite, and what alarms show tells of a composite alarm. */
#include <string.h>

#include "views/cli/cmd_alarms.h"
#include "views/cli/table.h"

cJSON *alarm_types(cJSON *req)
{
	cJSON *types = cJSON_AddArrayToObject(req, "AlarmTypes");

	cJSON_AddItemToArray(types, cJSON_CreateString("MetricAlarm"));
	cJSON_AddItemToArray(types, cJSON_CreateString("CompositeAlarm"));
	return req;
}

/* ---- put-composite ---- */

static int add_span(const struct cli_args *a, const char *option, const char *member, int64_t def_s, cJSON *req,
                    struct error *err)
{
	const char *v = cli_opt(a, option);
	int64_t ms = v ? strcmp(v, "0") ? cli_parse_span(v) : 0 : def_s * 1000;

	if (ms < 0 || (v && !ms && strcmp(v, "0")))
		return error_set(err, ERR_INVALID, "--%s: \"%s\" is not a time such as 90s or 5m", option, v);
	json_add_int(req, member, ms / 1000);
	return 0;
}

static int request_of(struct cli *c, const struct cli_args *a, cJSON *req, struct error *err)
{
	const char *suppressor = cli_opt(a, "suppressor");
	int rc;

	if (!cli_opt(a, "rule"))
		return error_set(err, ERR_INVALID, "--rule is missing, as in --rule 'ALARM(cpu) AND NOT ALARM(\"in deploy\")'");
	json_add_str(req, "AlarmRule", cli_opt(a, "rule"));
	json_add_str(req, "AlarmDescription", cli_opt(a, "description"));
	json_add_str(req, "ActionsSuppressor", suppressor);
	if (!suppressor && (cli_opt(a, "wait-period") || cli_opt(a, "extension")))
		return error_set(err, ERR_INVALID, "--wait-period and --extension belong to a --suppressor");
	if (suppressor && ((rc = add_span(a, "wait-period", "ActionsSuppressorWaitPeriod", 60, req, err)) ||
	                   (rc = add_span(a, "extension", "ActionsSuppressorExtensionPeriod", 60, req, err))))
		return rc;
	rc = alarm_actions(c, a, "action", "AlarmActions", req, err);
	return rc ? rc : alarm_actions(c, a, "ok-action", "OKActions", req, err);
}

int alarms_put_composite(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *req = json_add_str(cJSON_CreateObject(), "AlarmName", a->argv[1]);
	int rc = request_of(c, a, req, &err);

	return alarm_put(c, a->argv[1], CLOUDWATCH "PutCompositeAlarm", req, rc, &err);
}

/* ---- show ---- */

static void add_children(struct cli *c, struct text_table *t, const cJSON *list)
{
	const cJSON *x;
	char buf[64];

	cJSON_ArrayForEach(x, list) {
		const char *state = json_str(x, "StateValue", "");
		text_table_cell(t, "", "%s", json_str(x, "AlarmName", ""));
		text_table_cell(t, c->color && !strcmp(state, "ALARM") ? "\033[31m" : "", "%s", state);
		text_table_cell(t, "", "%s", cli_time(json_num(x, "StateUpdatedTimestamp", 0), buf, sizeof buf));
	}
}

int alarms_describe_composite(struct cli *c, const cJSON *alarm, cJSON **children, struct error *err)
{
	cJSON *req = json_add_str(cJSON_CreateObject(), "ChildrenOfAlarmName", json_str(alarm, "AlarmName", ""));
	int rc = ask(c, CLOUDWATCH "DescribeAlarms", json_add_int(req, "MaxRecords", 100), children, err);

	if (rc || c->json)
		return rc;
	fprintf(c->out, "  rule: %s; actions %s\n", json_str(alarm, "AlarmRule", ""),
	        json_bool(alarm, "ActionsEnabled", true) ? "on" : "off");
	if (json_str(alarm, "ActionsSuppressor", NULL))
		fprintf(c->out, "  kept quiet by %s: waits %lld s for it, and %lld s when it has gone\n",
		        json_str(alarm, "ActionsSuppressor", ""), (long long)json_int(alarm, "ActionsSuppressorWaitPeriod", 0),
		        (long long)json_int(alarm, "ActionsSuppressorExtensionPeriod", 0));
	if (json_str(alarm, "ActionsSuppressedReason", NULL))
		fprintf(c->out, "  its actions wait: %s\n", json_str(alarm, "ActionsSuppressedReason", ""));
	struct text_table *t = text_table_new();
	text_table_column(t, "ALARM OF THE RULE", TABLE_LEFT, true);
	text_table_column(t, "STATE", TABLE_LEFT, false);
	text_table_column(t, "SINCE", TABLE_LEFT, false);
	add_children(c, t, json_arr(*children, "MetricAlarms"));
	add_children(c, t, json_arr(*children, "CompositeAlarms"));
	cli_print_table(c, t);
	return 0;
}
