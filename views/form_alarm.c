/* The form of a CloudWatch alarm: on a metric of a cluster, or on an expression over several (metric math). */
#include <stdio.h>
#include <string.h>

#include "core/client/query_text.h"
#include "views/forms.h"
#include "views/sheet.h"

static const char *const metrics[] = { "IsIdle", "AppsFailed", "AppsPending", "ContainerPending",
	"ContainerPendingRatio", "CoreNodesRunning", "HDFSUtilization", "MRUnhealthyNodes", "MemoryAvailableMB",
	"YARNMemoryAvailablePercentage", "S3BytesRead", "S3BytesWritten", "TaskNodesRunning", "another", NULL };
static const char *const statistics[] = { "Average", "Maximum", "Minimum", "Sum", "SampleCount", NULL };
static const char *const comparisons[] = { ">", ">=", "<", "<=", NULL };
static const char *const operators[] = { "GreaterThanThreshold", "GreaterThanOrEqualToThreshold",
	"LessThanThreshold", "LessThanOrEqualToThreshold" };
static const char *const periods[] = { "1 min", "5 min", "15 min", "1 h", NULL };
static const int seconds[] = { 60, 300, 900, 3600 };
static const char *const kinds[] = { "a metric", "an expression", NULL };
static const char *const missing[] = { "missing", "breaching", "notBreaching", "ignore", NULL };

static int index_in(const char *const *list, const char *word)
{
	for (int i = 0; list[i]; i++)
		if (!strcmp(list[i], word))
			return i;
	return 0;
}

static bool by_metric(void *ctx, const struct form *f)
{
	(void)ctx;
	return !strcmp(form_text(f, "kind"), kinds[0]);
}

static bool by_math(void *ctx, const struct form *f)
{
	return !by_metric(ctx, f);
}

static bool other_metric(void *ctx, const struct form *f)
{
	return by_metric(ctx, f) && !strcmp(form_text(f, "metric"), "another");
}

static const char *check_queries(void *ctx, const char *v)
{
	struct sheet *s = ctx;
	struct error err = ERROR_INIT;
	cJSON *list = query_parse_lines(v, NULL, &err);
	const char *why = !list                     ? arena_strdup(s->arena, err.message)
	                  : cJSON_GetArraySize(list) ? NULL
	                                             : "at least one metric";
	cJSON_Delete(list);
	return why;
}

static const char *metric_of(const struct form *f)
{
	return other_metric(NULL, f) ? form_text(f, "metric_name") : form_text(f, "metric");
}

static void summary(void *ctx, const struct form *f, char *out, size_t size)
{
	(void)ctx;
	if (by_math(NULL, f))
		snprintf(out, size, "raised when %s is %s %s in %ld of %ld periods", form_text(f, "expression"),
		         form_text(f, "comparison"), form_text(f, "threshold"), form_number(f, "points"),
		         form_number(f, "periods"));
	else
		snprintf(out, size, "raised when the %s of %s is %s %s in %ld of %ld periods of %s", form_text(f, "statistic"),
	         metric_of(f), form_text(f, "comparison"), form_text(f, "threshold"), form_number(f, "points"),
	         form_number(f, "periods"), form_text(f, "period"));
}

static cJSON *dimensions_of(const struct sheet *s, const struct form *f)
{
	const char *id = sheet_cluster_id(s, form_text(f, "cluster"));
	cJSON *list = cJSON_CreateArray();
	if (id)
		cJSON_AddItemToArray(list, json_add_str(json_add_str(cJSON_CreateObject(), "Name", "JobFlowId"),
		                                        "Value", id));
	return list;
}

/* The lines, and behind them the expression that is watched: with the id that it had, or one that no line has. */
static cJSON *queries_of(const struct sheet *s, const struct form *f)
{
	const cJSON *was = json_arr(s->was, "Metrics"), *old = query_returned(was), *x;
	struct error err = ERROR_INIT;
	cJSON *list = query_parse_lines(form_text(f, "inputs"), was, &err);
	char id[32];
	int n = 0;
	bool taken = true;
	snprintf(id, sizeof id, "%.31s", json_str(old, "Id", "watched"));
	while (taken) {
		taken = false;
		cJSON_ArrayForEach(x, list)
			taken = taken || !strcmp(json_str(x, "Id", ""), id);
		if (taken)
			snprintf(id, sizeof id, "watched%d", ++n);
	}
	cJSON *q = json_add_str(json_add_str(cJSON_CreateObject(), "Id", id), "Expression", form_text(f, "expression"));
	json_add_str(q, "Label", *form_text(f, "label") ? form_text(f, "label") : NULL);
	cJSON_AddItemToArray(list, json_add_bool(q, "ReturnData", true));
	return list;
}

static cJSON *request_of(const struct sheet *s, const struct form *f)
{
	cJSON *in = json_add_str(cJSON_CreateObject(), "AlarmName", form_text(f, "name"));
	const char *about = form_text(f, "description"), *arn = sheet_topic_arn(s, form_text(f, "topic"));
	json_add_str(in, "AlarmDescription", *about ? about : NULL);
	if (by_math(NULL, f)) {
		json_add(in, "Metrics", queries_of(s, f));
	} else {
		json_add_str(in, "Namespace", form_text(f, "namespace"));
		json_add_str(in, "MetricName", metric_of(f));
		json_add(in, "Dimensions", dimensions_of(s, f));
		json_add_str(in, "Statistic", form_text(f, "statistic"));
		json_add_int(in, "Period", seconds[index_in(periods, form_text(f, "period"))]);
	}
	json_add_int(in, "EvaluationPeriods", form_number(f, "periods"));
	json_add_int(in, "DatapointsToAlarm", form_number(f, "points"));
	json_add_num(in, "Threshold", form_double(f, "threshold"));
	json_add_str(in, "ComparisonOperator", operators[index_in(comparisons, form_text(f, "comparison"))]);
	json_add_str(in, "TreatMissingData", form_text(f, "missing"));
	if (arn)
		json_add(in, "AlarmActions", cJSON_CreateStringArray(&arn, 1));
	return json_add_bool(in, "ActionsEnabled", json_bool(s->was, "ActionsEnabled", true));
}

static const char *submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	if (form_number(f, "points") > form_number(f, "periods")) {
		*field = "points";
		return "not more than the periods that are looked at";
	}
	if (by_metric(NULL, f) && !*metric_of(f)) {
		*field = "metric_name";
		return "name the metric";
	}
	return sheet_done(s, f, act_put_alarm(request_of(s, f), s->was));
}

/* What the form starts with, from the alarm as it is. */
struct start {
	char threshold[32], periods[16], points[16], name[256];
	const char *metric, *comparison, *period, *cluster, *topic, *expression, *label;
	struct buf inputs;
};

static const char *dimension(const cJSON *alarm)
{
	const cJSON *x;
	cJSON_ArrayForEach(x, json_arr(alarm, "Dimensions"))
		if (!strcmp(json_str(x, "Name", ""), "JobFlowId"))
			return json_str(x, "Value", "");
	return "";
}

/* A new one begins with two metrics of the cluster at hand, to show how lines are written. */
static void start_math(const struct sheet *s, struct start *x)
{
	const cJSON *queries = json_arr(s->was, "Metrics"), *q = query_returned(queries);
	x->expression = json_str(q, "Expression", queries ? "" : "a / b");
	x->label = json_str(q, "Label", "");
	query_print_inputs(queries, &x->inputs);
	if (q && json_obj(q, "MetricStat")) {           /* an alarm on one metric, written as a query */
		buf_adds(&x->inputs, x->inputs.len ? "\n" : "");
		query_print(q, &x->inputs);
		x->expression = json_str(q, "Id", "");
	}
	if (!queries)
		buf_addf(&x->inputs, "a = AWS/ElasticMapReduce MemoryAvailableMB Average 60 JobFlowId=%s\n"
		         "b = AWS/ElasticMapReduce CoreNodesRunning Average 60 JobFlowId=%s", s->cluster, s->cluster);
}

static struct start start_of(struct sheet *s)
{
	const cJSON *was = s->was, *first = json_arr(was, "AlarmActions") ? json_arr(was, "AlarmActions")->child : NULL;
	const char *metric = json_str(was, "MetricName", "IsIdle");
	struct start x = { .metric = metrics[index_in(metrics, metric)], .comparison = ">=", .period = "5 min" };
	int n = (int)json_int(was, "EvaluationPeriods", 3);
	if (strcmp(x.metric, metric))
		x.metric = "another";
	snprintf(x.threshold, sizeof x.threshold, "%g", json_num(was, "Threshold", 1));
	snprintf(x.periods, sizeof x.periods, "%d", n);
	snprintf(x.points, sizeof x.points, "%d", (int)json_int(was, "DatapointsToAlarm", n));
	for (int i = 0; i < 4; i++) {
		if (!strcmp(operators[i], json_str(was, "ComparisonOperator", "")))
			x.comparison = comparisons[i];
		if (seconds[i] == json_int(was, "Period", 0))
			x.period = periods[i];
	}
	const char *id = was ? dimension(was) : s->cluster;
	x.cluster = *id ? model_cluster_name(s->con->model, id) : "no cluster";
	x.topic = sheet_topic_name(s, cJSON_IsString(first) ? first->valuestring : NULL);
	snprintf(x.name, sizeof x.name, "%s", json_str(was, "AlarmName", ""));
	start_math(s, &x);
	return x;
}

void form_alarm_open(struct console *con, const cJSON *was)
{
	struct sheet *s = sheet_new(con, was, json_str(was, "AlarmName", ""));
	struct start x = start_of(s);
	const struct form_field fields[] = {
		{ FIELD_TEXT, "name", "name", .help = "of the alarm; an alarm with this name is replaced",
		  .value = x.name, .required = true },
		{ FIELD_TEXT, "description", "description", .help = "what it means, for whoever gets it",
		  .value = json_str(was, "AlarmDescription", "") },
		{ FIELD_CHOICE, "kind", "watches", .help = "one metric, or what is worked out of several", .choices = kinds,
		  .value = kinds[json_arr(was, "Metrics") != NULL] },
		{ FIELD_TEXT, "expression", "expression", .help = "CloudWatch's metric math over the ids below, as a / b",
		  .value = x.expression, .required = true, .shown = by_math },
		{ FIELD_TEXT, "label", "label", .help = "what the result is called", .value = x.label, .shown = by_math },
		{ FIELD_LINES, "inputs", "of", .rows = 3, .shown = by_math, .check = check_queries, .value = buf_str(&x.inputs),
		  .help = "id = namespace metric statistic seconds name=value; or id : expression" },
		{ FIELD_CHOICE, "cluster", "cluster", .help = "whose metric", .value = x.cluster, .shown = by_metric,
		  .choices = sheet_clusters(s, "no cluster") },
		{ FIELD_CHOICE, "metric", "metric", .help = "AWS/ElasticMapReduce's names; another: type it",
		  .value = x.metric, .choices = metrics, .shown = by_metric },
		{ FIELD_TEXT, "metric_name", "its name", .help = "as ListMetrics has it", .shown = other_metric,
		  .value = json_str(was, "MetricName", "") },
		{ FIELD_TEXT, "namespace", "namespace", .help = "whose metric names these are", .required = true,
		  .shown = by_metric,
		  .value = json_str(was, "Namespace", "AWS/ElasticMapReduce") },
		{ FIELD_CHOICE, "statistic", "statistic", .help = "of the samples of a period", .shown = by_metric,
		  .value = json_str(was, "Statistic", "Average"), .choices = statistics },
		{ FIELD_CHOICE, "comparison", "is", .help = "how the value compares when something is wrong",
		  .value = x.comparison, .choices = comparisons },
		{ FIELD_TEXT, "threshold", "threshold", .help = "in the metric's unit", .value = x.threshold,
		  .check = check_number },
		{ FIELD_CHOICE, "period", "period", .help = "length of one", .value = x.period, .choices = periods,
		  .shown = by_metric },
		{ FIELD_NUMBER, "periods", "periods", .help = "how many of the last ones are looked at",
		  .value = x.periods, .min = 1, .max = 100 },
		{ FIELD_NUMBER, "points", "breaching", .help = "how many of these must breach", .value = x.points,
		  .min = 1, .max = 100 },
		{ FIELD_CHOICE, "missing", "no data is", .help = "how a period without samples is judged",
		  .value = json_str(was, "TreatMissingData", "missing"), .choices = missing },
		{ FIELD_CHOICE, "topic", "tells", .help = "topic that hears of it; the screen Topics (B) makes one",
		  .value = x.topic, .choices = sheet_topics(s) },
	};
	form_open(con->app, &(struct form_spec){ .title = was ? "Change an alarm" : "New alarm", .fields = fields,
		.n = sizeof fields / sizeof *fields, .verb = "show the plan", .summary = summary, .submit = submit,
		.cancel = sheet_free, .ctx = s });
	buf_free(&x.inputs);
}
