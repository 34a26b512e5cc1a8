/* stoker alarms put, and stoker alarms show. */
#include <math.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/model/alarm.h"
#include "views/cli/cmd_alarms.h"
#include "views/cli/table.h"
#include "views/cli/text_graph.h"

/* ---- from words to members ---- */

const char *alarm_namespace(const struct cli_args *a)
{
	const char *ns = cli_opt(a, "namespace");

	return ns ? ns : "AWS/ElasticMapReduce";
}

static void add_dimension(cJSON *list, const char *name, size_t n, const char *value)
{
	char *key = xstrndup(name, n);
	cJSON *d = json_add_str(cJSON_CreateObject(), "Name", key);

	cJSON_AddItemToArray(list, json_add_str(d, "Value", value));
	free(key);
}

cJSON *alarm_dimensions(struct cli *c, const struct cli_args *a, struct error *err)
{
	cJSON *list = cJSON_CreateArray();
	const char *cluster = cli_opt(a, "cluster");
	char id[MODEL_ID_SIZE];

	if (cluster && ask_cluster(c, cluster, id, err)) {
		cJSON_Delete(list);
		return NULL;
	}
	if (cluster)
		add_dimension(list, "JobFlowId", 9, id);
	for (size_t i = 0; i < a->values.len; i++) {
		const char *v = a->values.items[i].value, *eq = v ? strchr(v, '=') : NULL;
		if (strcmp(a->values.items[i].option->name, "dim"))
			continue;
		if (!eq || eq == v || !eq[1]) {
			error_set(err, ERR_INVALID, "--dim: \"%s\" is not NAME=VALUE", v);
			cJSON_Delete(list);
			return NULL;
		}
		add_dimension(list, v, (size_t)(eq - v), eq + 1);
	}
	return list;
}

int alarm_action(struct cli *c, const char *word, char *out, size_t size, struct error *err)
{
	cJSON *reply = NULL;
	const cJSON *t;
	int rc;

	snprintf(out, size, "%s", word);
	if (!strncmp(word, "arn:", 4))
		return 0;
	if ((rc = ask(c, "Stoker.ListTopics", NULL, &reply, err)))
		return rc;
	rc = ERR_NOTFOUND;
	cJSON_ArrayForEach(t, json_arr(reply, "Topics"))
		if (!strcmp(json_str(t, "TopicName", ""), word)) {
			snprintf(out, size, "%s", json_str(t, "TopicArn", ""));
			rc = 0;
		}
	cJSON_Delete(reply);
	if (rc) {
		error_set(err, rc, "there is no topic \"%s\"", word);
		error_hint(err, "stoker topics put %s --command 'mail -s alarm ops' makes one; stoker topics lists them.",
		           word);
	}
	return rc;
}

int alarm_actions(struct cli *c, const struct cli_args *a, const char *option, const char *member, cJSON *req,
                  struct error *err)
{
	cJSON *list = NULL;
	char arn[1100];

	for (size_t i = 0; i < a->values.len; i++) {
		if (strcmp(a->values.items[i].option->name, option))
			continue;
		int rc = alarm_action(c, a->values.items[i].value, arn, sizeof arn, err);
		if (rc)
			return rc;
		list = list ? list : cJSON_AddArrayToObject(req, member);
		cJSON_AddItemToArray(list, cJSON_CreateString(arn));
	}
	return 0;
}

static int add_threshold(const struct cli_args *a, cJSON *req, struct error *err)
{
	static const struct { const char *option, *operator; } ways[] = {
		{ "above", "GreaterThanThreshold" }, { "at-least", "GreaterThanOrEqualToThreshold" },
		{ "below", "LessThanThreshold" }, { "at-most", "LessThanOrEqualToThreshold" },
	};
	int given = 0;

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		const char *v = cli_opt(a, ways[i].option);
		char *end;
		if (!v)
			continue;
		double n = strtod(v, &end);
		if (!*v || *end || !isfinite(n))
			return error_set(err, ERR_INVALID, "--%s: \"%s\" is not a number", ways[i].option, v);
		json_add_num(req, "Threshold", n);
		json_add_str(req, "ComparisonOperator", ways[i].operator);
		given++;
	}
	return given == 1 ? 0 : error_set(err, ERR_INVALID, "give one of --above, --at-least, --below and --at-most");
}

static int add_counts(const struct cli_args *a, cJSON *req, struct error *err)
{
	const char *period = cli_opt(a, "period");
	int64_t ms = period ? cli_parse_span(period) : 60000;
	int periods, points;

	if (ms < 1000)
		return error_set(err, ERR_INVALID, "--period: \"%s\" is not a time such as 60s, 5m or 1h", period);
	if (cli_opt_int(a, "periods", 1, 1, 100000, &periods, err) || cli_opt_int(a, "points", 0, 1, 100000, &points, err))
		return err->code;
	json_add_int(req, "Period", ms / 1000);
	json_add_int(req, "EvaluationPeriods", periods);
	if (points)
		json_add_int(req, "DatapointsToAlarm", points);
	return 0;
}

static int request_of_options(struct cli *c, const struct cli_args *a, cJSON *req, struct error *err)
{
	const char *metric = cli_opt(a, "metric-name"), *stat = cli_opt(a, "stat");
	cJSON *dims;

	if (!metric)
		return error_set(err, ERR_INVALID, "--metric-name is missing (or --from FILE)");
	json_add_str(req, "MetricName", metric);
	json_add_str(req, "Namespace", alarm_namespace(a));
	stat = stat ? stat : "Average";
	json_add_str(req, names_parse(&metric_statistic_names, stat) < 0 ? "ExtendedStatistic" : "Statistic", stat);
	json_add_str(req, "TreatMissingData", cli_opt(a, "missing"));
	json_add_str(req, "AlarmDescription", cli_opt(a, "description"));
	if (add_threshold(a, req, err) || add_counts(a, req, err) || !(dims = alarm_dimensions(c, a, err)))
		return err->code;
	json_add(req, "Dimensions", dims);
	int rc = alarm_actions(c, a, "action", "AlarmActions", req, err);
	return rc ? rc : alarm_actions(c, a, "ok-action", "OKActions", req, err);
}

int alarm_put(struct cli *c, const char *name, const char *operation, cJSON *req, int rc, struct error *err)
{
	cJSON *reply = NULL;

	if (rc) {
		cJSON_Delete(req);
		return rc == ERR_INVALID ? cli_usage(c, NULL, "%s", err->message) : cli_fail(c, err);
	}
	if (ask(c, operation, req, &reply, err))
		return cli_fail(c, err);
	if (c->json)
		return cli_print_json(c, reply ? reply : cJSON_CreateObject());
	cJSON_Delete(reply);
	fprintf(c->out, "%s is set; stoker alarms show %s follows it\n", name, name);
	return CLI_OK;
}

int alarms_put(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	const char *from = cli_opt(a, "from");
	cJSON *req = NULL;

	if (from && cli_read_json(from, &req, &err))
		return cli_fail(c, &err);
	req = req ? req : cJSON_CreateObject();
	cJSON_DeleteItemFromObjectCaseSensitive(req, "AlarmName");
	json_add_str(req, "AlarmName", a->argv[1]);
	int rc = from ? 0 : request_of_options(c, a, req, &err);
	return alarm_put(c, a->argv[1], CLOUDWATCH "PutMetricAlarm", req, rc, &err);
}

/* ---- show ---- */

double *alarm_points(const cJSON *result, double start, int period, size_t n)
{
	double *values = xcalloc(n + 1, sizeof *values);
	const cJSON *t = json_arr(result, "Timestamps"), *v = json_arr(result, "Values");

	for (size_t i = 0; i < n; i++)
		values[i] = NAN;
	for (t = t ? t->child : NULL, v = v ? v->child : NULL; t && v; t = t->next, v = v->next) {
		double i = (t->valuedouble - start) / period;
		if (i >= 0 && i < (double)n)
			values[(size_t)i] = v->valuedouble;
	}
	return values;
}

/* The alarm's own queries; of a plain alarm one that says the same. */
static cJSON *queries_of(const cJSON *alarm)
{
	const cJSON *metrics = json_arr(alarm, "Metrics");

	if (metrics && metrics->child)
		return cJSON_Duplicate(metrics, true);
	cJSON *m = json_add_str(cJSON_CreateObject(), "Namespace", json_str(alarm, "Namespace", ""));
	json_add_str(m, "MetricName", json_str(alarm, "MetricName", ""));
	if (json_arr(alarm, "Dimensions"))
		json_add(m, "Dimensions", cJSON_Duplicate(json_arr(alarm, "Dimensions"), true));
	cJSON *stat = json_add(cJSON_CreateObject(), "Metric", m);
	json_add_int(stat, "Period", json_int(alarm, "Period", 60));
	json_add_str(stat, "Stat", json_str(alarm, "Statistic", json_str(alarm, "ExtendedStatistic", "Average")));
	cJSON *list = cJSON_CreateArray(), *q = json_add_str(cJSON_CreateObject(), "Id", "m");
	cJSON_AddItemToArray(list, json_add(q, "MetricStat", stat));
	return list;
}

static bool breaches(double value, void *ctx)
{
	const cJSON *alarm = ctx;
	int op = names_parse(&alarm_compare_names, json_str(alarm, "ComparisonOperator", ""));

	return op >= 0 && alarm_breaches((enum alarm_compare)op, value, json_num(alarm, "Threshold", 0));
}

static int graph(struct cli *c, const cJSON *alarm, int64_t span_ms, cJSON **data, struct error *err)
{
	int step = (int)json_int(alarm, "Period", 60);
	double end = floor((double)clock_now_ms() / 1000 / step) * step;
	double start = end - floor((double)span_ms / 1000 / step) * step;
	cJSON *req = json_add(cJSON_CreateObject(), "MetricDataQueries", queries_of(alarm));

	json_add_num(req, "StartTime", start);
	json_add_num(req, "EndTime", end);
	int rc = ask(c, CLOUDWATCH "GetMetricData", req, data, err);
	const cJSON *first = rc ? NULL : json_arr(*data, "MetricDataResults");
	first = first ? first->child : NULL;
	if (rc || c->json)
		return rc;
	size_t n = (size_t)((end - start) / step);
	double *values = alarm_points(first, start, step, n);
	struct text_graph g = { values, n, start, step, json_num(alarm, "Threshold", NAN), breaches, (void *)alarm, NULL };
	text_graph_print(c, &g);
	free(values);
	return 0;
}

static void describe(struct cli *c, const cJSON *a)
{
	const char *state = json_str(a, "StateValue", "");
	const cJSON *d;
	char buf[64];

	bool composite = json_str(a, "AlarmRule", NULL) != NULL;

	fprintf(c->out, "%s%s%s  %s%s%s since %s\n", cli_bold(c), json_str(a, "AlarmName", ""), cli_plain(c),
	        c->color && !strcmp(state, "ALARM") ? "\033[31m" : "", state, cli_plain(c),
	        cli_time(json_num(a, "StateTransitionedTimestamp", json_num(a, "StateUpdatedTimestamp", 0)), buf,
	                 sizeof buf));
	if (*json_str(a, "AlarmDescription", ""))
		fprintf(c->out, "  %s\n", json_str(a, "AlarmDescription", ""));
	if (*json_str(a, "StateReason", ""))
		fprintf(c->out, "  %s\n", json_str(a, "StateReason", ""));
	if (composite)
		return;
	if (json_str(a, "MetricName", NULL)) {
		fprintf(c->out, "  %s of %s %s", json_str(a, "Statistic", json_str(a, "ExtendedStatistic", "")),
		        json_str(a, "Namespace", ""), json_str(a, "MetricName", ""));
		cJSON_ArrayForEach(d, json_arr(a, "Dimensions"))
			fprintf(c->out, " %s=%s", json_str(d, "Name", ""), json_str(d, "Value", ""));
		fputc('\n', c->out);
	}
	fprintf(c->out, "  %s %g in %lld of %lld periods of %lld s; missing data: %s; actions %s\n",
	        json_str(a, "ComparisonOperator", ""), json_num(a, "Threshold", 0),
	        (long long)json_int(a, "DatapointsToAlarm", json_int(a, "EvaluationPeriods", 1)),
	        (long long)json_int(a, "EvaluationPeriods", 1), (long long)json_int(a, "Period", 60),
	        json_str(a, "TreatMissingData", "missing"), json_bool(a, "ActionsEnabled", true) ? "on" : "off");
}

static void history_people(struct cli *c, const cJSON *history)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	text_table_column(t, "TIME", TABLE_LEFT, false);
	text_table_column(t, "WHAT", TABLE_LEFT, false);
	text_table_column(t, "SUMMARY", TABLE_LEFT, true);
	cJSON_ArrayForEach(x, json_arr(history, "AlarmHistoryItems")) {
		text_table_cell(t, "", "%s", cli_time(json_num(x, "Timestamp", 0), buf, sizeof buf));
		text_table_cell(t, "", "%s", json_str(x, "HistoryItemType", ""));
		text_table_cell(t, "", "%s", json_str(x, "HistorySummary", ""));
	}
	cli_print_table(c, t);
}

static const cJSON *first_of(const cJSON *reply, const char *list)
{
	const cJSON *l = json_arr(reply, list);

	return l ? l->child : NULL;
}

int alarms_show(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	const char *since = cli_opt(a, "since");
	int64_t span = since ? cli_parse_span(since) : 3 * 3600000;
	cJSON *req = cJSON_CreateObject(), *found = NULL, *data = NULL, *history = NULL;
	cJSON *names = cJSON_AddArrayToObject(req, "AlarmNames");

	cJSON_AddItemToArray(names, cJSON_CreateString(a->argv[1]));
	if (span <= 0) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "--since: \"%s\" is not a time such as 90m, 3h or 2d", since);
	}
	int rc = ask(c, CLOUDWATCH "DescribeAlarms", alarm_types(req), &found, &err);
	const cJSON *alarm = rc ? NULL : first_of(found, "MetricAlarms");
	bool composite = !rc && !alarm && (alarm = first_of(found, "CompositeAlarms"));
	if (!rc && !alarm) {
		rc = error_set(&err, ERR_NOTFOUND, "there is no alarm \"%s\" of CloudWatch", a->argv[1]);
		error_hint(&err, "stoker alarms --metric lists them.");
	}
	if (!rc && !c->json)
		describe(c, alarm);
	if (!rc)
		rc = composite ? alarms_describe_composite(c, alarm, &data, &err) : graph(c, alarm, span, &data, &err);
	req = json_add_str(cJSON_CreateObject(), "AlarmName", a->argv[1]);
	json_add_int(req, "MaxRecords", 10);
	rc = rc ? (cJSON_Delete(req), rc) : ask(c, CLOUDWATCH "DescribeAlarmHistory", alarm_types(req), &history, &err);
	if (!rc && c->json) {
		cJSON *all = json_add(cJSON_CreateObject(), composite ? "CompositeAlarm" : "MetricAlarm",
		                      cJSON_Duplicate(alarm, true));
		if (composite)
			json_add(all, "Children", cJSON_Duplicate(data, true));
		else
			json_add(all, "MetricDataResults", cJSON_Duplicate(json_arr(data, "MetricDataResults"), true));
		json_add(all, "AlarmHistoryItems", cJSON_Duplicate(json_arr(history, "AlarmHistoryItems"), true));
		cli_print_json(c, all);
	} else if (!rc) {
		history_people(c, history);
	}
	cJSON_Delete(found);
	cJSON_Delete(data);
	cJSON_Delete(history);
	return rc ? cli_fail(c, &err) : CLI_OK;
}
