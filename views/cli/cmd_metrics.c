/* stoker metrics: which metrics there are, and what they say. */
#include <math.h>
#include <string.h>

#include "core/base/clock.h"
#include "views/cli/cmd_alarms.h"
#include "views/cli/table.h"
#include "views/cli/text_graph.h"

extern const struct cli_command cli_cmd_metrics;

/* ---- list ---- */

static void people(struct cli *c, const cJSON *metrics)
{
	struct text_table *t = text_table_new();
	const cJSON *m, *d;

	text_table_column(t, "NAMESPACE", TABLE_LEFT, false);
	text_table_column(t, "METRIC", TABLE_LEFT, false);
	text_table_column(t, "DIMENSIONS", TABLE_LEFT, true);
	cJSON_ArrayForEach(m, metrics) {
		struct buf b = BUF_INIT;
		cJSON_ArrayForEach(d, json_arr(m, "Dimensions"))
			buf_addf(&b, "%s%s=%s", b.len ? " " : "", json_str(d, "Name", ""), json_str(d, "Value", ""));
		text_table_cell(t, "", "%s", json_str(m, "Namespace", ""));
		text_table_cell(t, "", "%s", json_str(m, "MetricName", ""));
		text_table_cell(t, "", "%s", buf_str(&b));
		buf_free(&b);
	}
	cli_print_table(c, t);
}

static int list(struct cli *c, const struct cli_args *a, int first)
{
	struct error err = ERROR_INIT;
	cJSON *metrics, *dims = alarm_dimensions(c, a, &err);

	if (!dims)
		return cli_fail(c, &err);
	cJSON *req = json_add(cJSON_CreateObject(), "Dimensions", dims);
	json_add_str(req, "Namespace", cli_opt(a, "namespace"));
	json_add_str(req, "MetricName", a->argc > first ? a->argv[first] : NULL);
	if (ask_all(c, CLOUDWATCH "ListMetrics", req, "Metrics", 0, &metrics, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, json_add(cJSON_CreateObject(), "Metrics", metrics));
	if (metrics->child)
		people(c, metrics);
	else
		fprintf(c->out, "no metrics\n");
	cJSON_Delete(metrics);
	return CLI_OK;
}

/* ---- get ---- */

struct get {
	const char *stat, *math;
	int period;
	double start, end;
};

static int read_get(const struct cli_args *a, struct get *g, struct error *err)
{
	const char *since = cli_opt(a, "since"), *period = cli_opt(a, "period");
	int64_t span = since ? cli_parse_span(since) : 3600000, step = period ? cli_parse_span(period) : 60000;

	if (span <= 0)
		return error_set(err, ERR_INVALID, "--since: \"%s\" is not a time such as 90m, 3h or 2d", since);
	if (step < 1000)
		return error_set(err, ERR_INVALID, "--period: \"%s\" is not a time such as 60s, 5m or 1h", period);
	g->stat = cli_opt(a, "stat") ? cli_opt(a, "stat") : "Average";
	g->math = cli_opt(a, "math");
	g->period = (int)(step / 1000);
	g->end = ceil((double)clock_now_ms() / 1000 / g->period) * g->period;
	g->start = g->end - ceil((double)span / 1000 / g->period) * g->period;
	return 0;
}

/* The words become m1, m2 …; with --math only its result comes back. */
static cJSON *request_of(const struct cli_args *a, const struct get *g, const cJSON *dims)
{
	cJSON *req = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(req, "MetricDataQueries");
	char id[16];

	for (int i = 1; i < a->argc; i++) {
		cJSON *m = json_add_str(cJSON_CreateObject(), "Namespace", alarm_namespace(a));
		json_add_str(m, "MetricName", a->argv[i]);
		json_add(m, "Dimensions", cJSON_Duplicate(dims, true));
		cJSON *stat = json_add(cJSON_CreateObject(), "Metric", m);
		json_add_str(json_add_int(stat, "Period", g->period), "Stat", g->stat);
		snprintf(id, sizeof id, "m%d", i);
		cJSON *q = json_add(json_add_str(cJSON_CreateObject(), "Id", id), "MetricStat", stat);
		json_add_str(q, "Label", a->argv[i]);
		cJSON_AddItemToArray(list, json_add_bool(q, "ReturnData", g->math == NULL));
	}
	if (g->math) {
		cJSON *q = json_add_str(json_add_str(cJSON_CreateObject(), "Id", "result"), "Expression", g->math);
		json_add_int(q, "Period", g->period);
		cJSON_AddItemToArray(list, json_add_str(q, "Label", g->math));
	}
	json_add_num(req, "StartTime", g->start);
	json_add_num(req, "EndTime", g->end);
	return json_add_str(req, "ScanBy", "TimestampAscending");
}

static void result_people(struct cli *c, const struct get *g, const cJSON *r)
{
	size_t n = (size_t)((g->end - g->start) / g->period), k = 0;
	double *values = alarm_points(r, g->start, g->period, n), sum = 0, low = INFINITY, high = -INFINITY, last = NAN;
	char a[32], b[32], d[32], e[32];

	for (size_t i = 0; i < n; i++) {
		if (isnan(values[i]))
			continue;
		k++;
		sum += last = values[i];
		low = fmin(low, last);
		high = fmax(high, last);
	}
	fprintf(c->out, "%s%s%s", cli_bold(c), json_str(r, "Label", ""), cli_plain(c));
	if (k) {
		fprintf(c->out, "  last %s, mean %s, least %s, most %s in %zu periods of %d s\n",
		        text_graph_number(last, a, sizeof a), text_graph_number(sum / (double)k, b, sizeof b),
		        text_graph_number(low, d, sizeof d), text_graph_number(high, e, sizeof e), k, g->period);
		struct text_graph graph = { values, n, g->start, g->period, NAN, NULL, NULL, NULL };
		text_graph_print(c, &graph);
	} else {
		fprintf(c->out, "  no data in this time\n");
	}
	free(values);
}

static int get(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	struct get g = { 0 };
	cJSON *reply = NULL;
	const cJSON *r, *m;

	if (a->argc < 2 && !cli_opt(a, "math"))
		return cli_usage(c, &cli_cmd_metrics, "stoker metrics get takes METRIC…, or --math EXPRESSION");
	if (read_get(a, &g, &err))
		return cli_usage(c, NULL, "%s", err.message);
	cJSON *dims = alarm_dimensions(c, a, &err);
	if (!dims)
		return cli_fail(c, &err);
	cJSON *req = request_of(a, &g, dims);
	cJSON_Delete(dims);
	if (ask(c, CLOUDWATCH "GetMetricData", req, &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	int n = 0;
	cJSON_ArrayForEach(r, json_arr(reply, "MetricDataResults")) {
		result_people(c, &g, r);
		cJSON_ArrayForEach(m, json_arr(r, "Messages"))
			fprintf(c->out, "  %s\n", json_str(m, "Value", ""));
		n++;
	}
	if (!n)
		fprintf(c->out, "no series\n");
	cJSON_Delete(reply);
	return CLI_OK;
}

static int exec_metrics(struct cli *c, const struct cli_args *a)
{
	if (a->argc && !strcmp(a->argv[0], "get"))
		return get(c, a);
	int first = a->argc && !strcmp(a->argv[0], "list");
	if (a->argc > first + 1)
		return cli_usage(c, &cli_cmd_metrics, "\"%s\" is one word too many", a->argv[first + 1]);
	return list(c, a, first);
}

static const struct cli_option options[] = {
	{ "namespace", 0, "NAMESPACE", "only this namespace; get: default AWS/ElasticMapReduce" },
	{ "cluster", 0, "CLUSTER", "of this cluster (dimension JobFlowId)" },
	{ "dim", 0, "NAME=VALUE", "a dimension; may be given several times" },
	{ "stat", 0, "STATISTIC", "get: Average, Sum, Minimum, Maximum, SampleCount or pNN (default Average)" },
	{ "period", 0, "TIME", "get: how long a datapoint lasts (default 60s)" },
	{ "since", 0, "TIME", "get: how far back (default 1h)" },
	{ "math", 0, "EXPRESSION", "get: metric math over m1, m2 … (the metrics in their order)" },
	{ 0 },
};

const struct cli_command cli_cmd_metrics = {
	.name = "metrics", .args = "[METRIC] | get METRIC…", .max = -1,
	.summary = "list metrics, and draw what they say",
	.about = "stoker metrics --cluster etl lists a cluster's metrics. get draws them, or an expression over them: "
	         "stoker metrics get ContainerPending ContainerAllocated --cluster etl --math \"m1 / m2 * 100\"",
	.options = options, .words = "", .exec = exec_metrics,
};
