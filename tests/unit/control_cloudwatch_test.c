/* CloudWatch and notices inside the control plane: evaluation over time that the test tells, actions, history,
 * acknowledgements, what a refused commit leaves behind, and 10,000 alarms. */
#include "tests/unit/control_fixture.h"

#include <math.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/control/cloudwatch/cloudwatch.h"
#include "core/control/cloudwatch/state.h"
#include "core/control/notify/deliver.h"
#include "core/control/notify/notify.h"

#define CW(name) "GraniteServiceVersion20100801." name

static int64_t minute_ms(void)
{
	return clock_now_ms() / 60000 * 60000;
}

static void put(struct fixture *f, const char *metric, int64_t ms, double value)
{
	char body[300];

	snprintf(body, sizeof body, "{\"Namespace\":\"T\",\"MetricData\":[{\"MetricName\":\"%s\",\"Value\":%g,\"Timestamp\":%lld}]}",
	         metric, value, (long long)(ms / 1000));
	good(f, CW("PutMetricData"), body);
}

static void put_alarm(struct fixture *f, const char *name, const char *metric, const char *more)
{
	char body[1000];

	snprintf(body, sizeof body, "{\"AlarmName\":\"%s\",\"Namespace\":\"T\",\"MetricName\":\"%s\",\"Statistic\":\"Average\","
	         "\"Period\":60,\"EvaluationPeriods\":1,\"Threshold\":5,\"ComparisonOperator\":\"GreaterThanThreshold\"%s}", name,
	         metric, more);
	good(f, CW("PutMetricAlarm"), body);
}

static const struct part *cloudwatch(void)
{
	return parts[PART_CLOUDWATCH];
}

/* The minute's evaluation at this time. */
static void tick(struct fixture *f, int64_t ms)
{
	cloudwatch()->due(f->ctl);
	cloudwatch()->run(f->ctl, ms / 60000 * 60000 + 2000);
	control_turn(f->ctl);
}

static const char *state_of(struct fixture *f, const char *name)
{
	struct metric_alarm *a = cw_alarm_find(f->ctl, "us-east-1", name);

	return a ? names_get(&alarm_state_names, (int)a->state) : "none";
}

static void test_first_evaluation_is_at_once(void **state)
{
	struct fixture *f = *state;

	put(f, "m", minute_ms() - 60000, 9);
	put_alarm(f, "a", "m", "");
	assert_string_equal(state_of(f, "a"), "INSUFFICIENT_DATA");
	assert_true(cloudwatch()->due(f->ctl) <= clock_now_ms());
	cloudwatch()->run(f->ctl, clock_now_ms());
	assert_string_equal(state_of(f, "a"), "ALARM");
	/* Nothing changes: nothing is written. */
	control_turn(f->ctl);
	cloudwatch()->run(f->ctl, clock_now_ms());
	assert_false(docs_waiting(f->ctl));
}

static void test_states_follow_the_points(void **state)
{
	struct fixture *f = *state;
	int64_t m = minute_ms();

	good(f, CW("PutMetricAlarm"), "{\"AlarmName\":\"two\",\"Namespace\":\"T\",\"MetricName\":\"m\",\"Statistic\":\"Sum\","
	     "\"Period\":60,\"EvaluationPeriods\":3,\"DatapointsToAlarm\":2,\"Threshold\":5,"
	     "\"ComparisonOperator\":\"GreaterThanThreshold\"}");
	put(f, "m", m, 9);
	tick(f, m + 60000);
	assert_string_equal(state_of(f, "two"), "INSUFFICIENT_DATA"); /* one point breaches: too early */
	put(f, "m", m + 60000, 1);
	tick(f, m + 120000);
	assert_string_equal(state_of(f, "two"), "OK");
	put(f, "m", m + 120000, 9);
	tick(f, m + 180000);
	assert_string_equal(state_of(f, "two"), "ALARM");
	tick(f, m + 600000);
	assert_string_equal(state_of(f, "two"), "INSUFFICIENT_DATA");
	const cJSON *h = json_arr(good(f, CW("DescribeAlarmHistory"), "{\"AlarmName\":\"two\",\"HistoryItemType\":\"StateUpdate\"}"),
	                          "AlarmHistoryItems");
	assert_int_equal(cJSON_GetArraySize(h), 3);
	assert_string_equal(json_str(cJSON_GetArrayItem(h, 1), "HistorySummary", ""), "Alarm updated from OK to ALARM");
	/* Pages, from either end. */
	const cJSON *r = good(f, CW("DescribeAlarmHistory"), "{\"MaxRecords\":3,\"ScanBy\":\"TimestampAscending\"}");
	assert_int_equal(cJSON_GetArraySize(json_arr(r, "AlarmHistoryItems")), 3);
	char *body = xasprintf("{\"MaxRecords\":3,\"ScanBy\":\"TimestampAscending\",\"NextToken\":\"%s\"}",
	                       json_str(r, "NextToken", ""));
	r = good(f, CW("DescribeAlarmHistory"), body);
	free(body);
	assert_int_equal(cJSON_GetArraySize(json_arr(r, "AlarmHistoryItems")), 1);
	assert_null(json_str(r, "NextToken", NULL));
}

static void test_alarms_survive_a_restart(void **state)
{
	struct fixture *f = *state;

	put(f, "m", minute_ms() - 60000, 9);
	put_alarm(f, "kept", "m", ",\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]");
	cloudwatch()->run(f->ctl, clock_now_ms());
	control_turn(f->ctl);
	close_control(f);
	open_control(f);
	assert_string_equal(state_of(f, "kept"), "ALARM");
	const struct metric_alarm *a = cw_alarm_find(f->ctl, "us-east-1", "kept");
	assert_string_equal(pair_list_get(&a->tags, "k"), "v");
	assert_non_null(strstr(a->reason, "9.0"));
	/* And the points with them. */
	struct pair_list none = { 0 };
	struct cw_points p;
	assert_true(cw_query(f->ctl, "us-east-1", "T", "m", &none, "Maximum", 60, minute_ms() - 60000, minute_ms(), &p));
	assert_true(p.n == 1 && p.values[0] == 9);
	cw_points_free(&p);
}

static void test_a_refused_commit_takes_it_back(void **state)
{
	struct fixture *f = *state;

	put_alarm(f, "old", "m", "");
	store_limit_growth(f->ctl->store, 0);
	char *long_text = xcalloc(1, 1001);
	memset(long_text, 'x', 1000);
	int status = 200, i = 0;
	for (; i < 300 && status == 200; i++) {
		ask(f, CW("PutMetricAlarm"), "{\"AlarmName\":\"n%d\",\"AlarmDescription\":\"%s\",\"Namespace\":\"T\",\"MetricName\":\"m\","
		    "\"Statistic\":\"Sum\",\"Period\":60,\"EvaluationPeriods\":1,\"Threshold\":5,"
		    "\"ComparisonOperator\":\"GreaterThanThreshold\"}", i, long_text);
		status = f->status;
	}
	free(long_text);
	assert_int_equal(status, 500);
	char name[32];
	snprintf(name, sizeof name, "n%d", i - 1);
	assert_null(cw_alarm_find(f->ctl, "us-east-1", name));
	assert_non_null(cw_alarm_find(f->ctl, "us-east-1", "old"));
	store_limit_growth(f->ctl->store, 1 << 24);
}

/* A token that was made up asks for no work. */
static void test_tokens_of_others_are_refused(void **state)
{
	struct fixture *f = *state;
	static const char far[] = "39303030303030303030303030303030303030", negative[] = "2d31"; /* 9000000000000000000 and -1 */

	put_alarm(f, "a", "m", "");
	ask(f, CW("DescribeAlarmHistory"), "{\"ScanBy\":\"TimestampAscending\",\"NextToken\":\"%s\"}", far);
	assert_string_equal(f->error, "InvalidNextToken");
	ask(f, CW("DescribeAlarmHistory"), "{\"NextToken\":\"%s\"}", negative);
	assert_string_equal(f->error, "InvalidNextToken");
}

/* Eighteen expressions, each naming the one before twenty times: 20^18 evaluations. */
static void test_queries_have_a_limit_of_work(void **state)
{
	struct fixture *f = *state;
	struct buf b = BUF_INIT;

	buf_adds(&b, "{\"StartTime\":1,\"EndTime\":61,\"MetricDataQueries\":[{\"Id\":\"e0\",\"Expression\":\"TIME_SERIES(1)\","
	         "\"Period\":60,\"ReturnData\":false}");
	for (int i = 1; i < 18; i++) {
		buf_addf(&b, ",{\"Id\":\"e%d\",\"Period\":60,\"ReturnData\":%s,\"Expression\":\"e%d", i, i == 17 ? "true" : "false", i - 1);
		for (int k = 1; k < 20; k++)
			buf_addf(&b, "+e%d", i - 1);
		buf_adds(&b, "\"}");
	}
	buf_adds(&b, "]}");
	const cJSON *r = json_arr(good(f, CW("GetMetricData"), buf_str(&b)), "MetricDataResults");
	assert_string_equal(json_str(r->child, "StatusCode", ""), "InternalError");
	assert_non_null(strstr(json_str(json_arr(r->child, "Messages")->child, "Value", ""), "values to be computed"));
	buf_free(&b);
}

/* With the journal away, a refused call takes back its own, and what others left to be written stays; what it would
 * have told of is not told. */
static void test_a_refused_call_takes_back_its_own_only(void **state)
{
	struct fixture *f = *state;
	char body[1200];

	snprintf(body, sizeof body, "{\"TopicName\":\"ops\",\"Command\":\"cat > %s/alarm\"}", f->dir);
	good(f, "Stoker.PutTopic", body);
	put_alarm(f, "loud", "m", ",\"AlarmActions\":[\"arn:aws:sns:us-east-1:000000000000:ops\"]");
	fill_disk(f);
	cJSON *doc = json_add_str(cJSON_CreateObject(), "By", "clock");
	doc_put(f->ctl, "alarm-ack", "us-east-1", "metric/loud", doc);
	cJSON_Delete(doc);
	struct notify *n = f->ctl->parts[PART_NOTIFY];
	size_t before = n->deliveries.len;
	ask(f, CW("SetAlarmState"), "{\"AlarmName\":\"loud\",\"StateValue\":\"ALARM\",\"StateReason\":\"test\"}");
	assert_int_equal(f->status, 500);
	assert_string_equal(state_of(f, "loud"), "INSUFFICIENT_DATA");
	n = f->ctl->parts[PART_NOTIFY];
	assert_int_equal(n->deliveries.len, before);
	assert_true(map_has(f->ctl->docs, "alarm-ack\nus-east-1\nmetric/loud"));
	/* And over what somebody else left: that comes back. */
	struct call call = { .local = true };
	f->ctl->call = &call;
	doc_drop(f->ctl, "alarm-ack", "us-east-1", "metric/loud");
	doc_drop(f->ctl, "alarm-ack", "us-east-1", "metric/loud");
	f->ctl->call = NULL;
	docs_take_back(f->ctl, &call);
	str_list_free(&call.docs);
	free_disk(f);
	assert_int_equal(map_len(cw_of(f->ctl)->acks), 1);
}

static int scaled;

static void on_scaling(struct control *ctl, const struct metric_alarm *a)
{
	scaled++;
	assert_string_equal(cw_alarm_region(a), "us-east-1");
	/* What a scaling part may do in it: its own alarms. */
	if (scaled == 2)
		cw_alarm_drop(ctl, "us-east-1", a->name);
}

static void test_scaling_is_asked_while_it_lasts(void **state)
{
	struct fixture *f = *state;
	int64_t m = minute_ms();
	struct metric_alarm *a = metric_alarm_new();

	scaled = 0;
	f->ctl->scaling_alarm = on_scaling;
	a->name = xstrdup("policy");
	a->owner = xstrdup("scaling");
	a->ref.ns = xstrdup("T");
	a->ref.name = xstrdup("m");
	a->ref.stat = xstrdup("Average");
	a->ref.period = 60;
	a->periods = 1;
	a->threshold = 5;
	a->compare = ALARM_GT;
	str_list_add(&a->alarm_actions, "arn:aws:elasticmapreduce:us-east-1:000000000000:autoscaling/x");
	cw_alarm_set(f->ctl, "us-east-1", a);
	put(f, "m", m, 9);
	put(f, "m", m + 60000, 9);
	put(f, "m", m + 120000, 9);
	tick(f, m + 60000);
	assert_int_equal(scaled, 1);
	/* A client may look, not touch. */
	ask(f, CW("DeleteAlarms"), "{\"AlarmNames\":[\"policy\"]}");
	assert_int_equal(f->status, 400);
	ask(f, CW("PutMetricAlarm"), "{\"AlarmName\":\"policy\",\"Namespace\":\"T\",\"MetricName\":\"m\",\"Statistic\":\"Sum\","
	    "\"Period\":60,\"EvaluationPeriods\":1,\"Threshold\":5,\"ComparisonOperator\":\"GreaterThanThreshold\"}");
	assert_int_equal(f->status, 400);
	cloudwatch()->run(f->ctl, m + 122000);
	assert_int_equal(scaled, 2);
	cloudwatch()->run(f->ctl, m + 182000);
	assert_int_equal(scaled, 2);
	assert_null(cw_alarm_find(f->ctl, "us-east-1", "policy"));
}

static void test_names_hold_no_control_characters(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = {
		"{\"Namespace\":\"a\\u001fb\",\"MetricData\":[{\"MetricName\":\"m\",\"Value\":1}]}",
		"{\"Namespace\":\"a\",\"MetricData\":[{\"MetricName\":\"m\\u001f\",\"Value\":1}]}",
		"{\"Namespace\":\"a\",\"MetricData\":[{\"MetricName\":\"m\",\"Value\":1,\"Dimensions\":[{\"Name\":"
		"\"x\\u001f\",\"Value\":\"y\"}]}]}",
		"{\"Namespace\":\"a\",\"MetricData\":[{\"MetricName\":\"m\",\"Value\":1,\"Dimensions\":[{\"Name\":"
		"\"x\",\"Value\":\"y\\n\"}]}]}",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ask(f, CW("PutMetricData"), "%s", bad[i]);
		assert_int_equal(f->status, 400);
		assert_string_equal(f->error, "InvalidParameterValue");
	}
	const cJSON *r = good(f, CW("ListMetrics"), "{}");
	assert_int_equal(cJSON_GetArraySize(json_arr(r, "Metrics")), 0);
}

/* ---- notices ---- */

static void run_until(struct fixture *f, bool (*done)(struct fixture *f))
{
	for (int i = 0; i < 2000 && !done(f); i++)
		uv_run(&f->loop, UV_RUN_ONCE), control_turn(f->ctl);
	assert_true(done(f));
}

static bool answered(struct fixture *f)
{
	return f->status != 0;
}

static void test_topic(struct fixture *f, const char *name)
{
	static const struct control_caller owner = { .local = true, .user = "owner" };
	char body[100];

	snprintf(body, sizeof body, "{\"TopicName\":\"%s\"}", name);
	f->status = 0;
	control_call(f->ctl, "Stoker.TestTopic", body, strlen(body), &owner, on_reply, f);
	run_until(f, answered);
	assert_int_equal(f->status, 200);
}

static void test_commands_get_the_message(void **state)
{
	struct fixture *f = *state;
	struct buf text = BUF_INIT;
	char body[500], *path = xasprintf("%s/told", f->dir);

	snprintf(body, sizeof body, "{\"TopicName\":\"cmd\",\"Command\":\"cat > %s; echo $STOKER_TOPIC >> %s\"}", path, path);
	assert_string_equal(json_str(good(f, "Stoker.PutTopic", body), "TopicArn", ""), "arn:aws:sns:us-east-1:000000000000:cmd");
	test_topic(f, "cmd");
	assert_string_equal(json_str(f->reply, "Outcome", ""), "delivered");
	assert_int_equal(fs_read(path, 100000, &text, NULL), 0);
	assert_non_null(strstr(buf_str(&text), "\"TopicArn\":\"arn:aws:sns:us-east-1:000000000000:cmd\""));
	assert_non_null(strstr(buf_str(&text), "}cmd\n"));
	const cJSON *t = json_arr(good(f, "Stoker.ListTopics", "{}"), "Topics")->child;
	assert_string_equal(json_str(json_obj(t, "LastSent"), "Outcome", ""), "delivered");
	buf_free(&text);
	free(path);
}

static void test_commands_get_no_secrets(void **state)
{
	struct fixture *f = *state;
	struct buf text = BUF_INIT;
	char body[300], *path = xasprintf("%s/env", f->dir);

	setenv("STOKER_TOKEN", "hush-1", 1);
	setenv("AWS_ACCESS_KEY_ID", "hush-2", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "hush-3", 1);
	setenv("DB_PASSWORD", "hush-4", 1);
	setenv("STOKER_PLAIN", "seen", 1);
	snprintf(body, sizeof body, "{\"TopicName\":\"env\",\"Command\":\"env > %s\"}", path);
	good(f, "Stoker.PutTopic", body);
	test_topic(f, "env");
	assert_int_equal(fs_read(path, 100000, &text, NULL), 0);
	assert_null(strstr(buf_str(&text), "hush-"));
	assert_non_null(strstr(buf_str(&text), "STOKER_PLAIN=seen"));
	unsetenv("STOKER_TOKEN");
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	unsetenv("DB_PASSWORD");
	unsetenv("STOKER_PLAIN");
	buf_free(&text);
	free(path);
}

static void test_failing_commands_say_why(void **state)
{
	struct fixture *f = *state;

	good(f, "Stoker.PutTopic", "{\"TopicName\":\"bad\",\"Command\":\"echo first; echo no such room >&2; exit 3\"}");
	test_topic(f, "bad");
	assert_string_equal(json_str(f->reply, "Outcome", ""), "failed");
	assert_string_equal(json_str(f->reply, "Error", ""), "The program ended with status 3: no such room");
	good(f, "Stoker.DeleteTopic", "{\"TopicName\":\"bad\"}");
	ask(f, "Stoker.TestTopic", "{\"TopicName\":\"bad\"}");
	assert_int_equal(f->status, 400);
}

static bool told(struct fixture *f)
{
	char *path = xasprintf("%s/alarm", f->dir);
	struct buf text = BUF_INIT;
	bool is = !fs_read(path, 100000, &text, NULL) && strstr(buf_str(&text), "NewStateValue");

	buf_free(&text);
	free(path);
	return is;
}

static void test_alarms_tell_topics(void **state)
{
	struct fixture *f = *state;
	char body[300];

	snprintf(body, sizeof body, "{\"TopicName\":\"ops\",\"Command\":\"cat > %s/alarm\"}", f->dir);
	good(f, "Stoker.PutTopic", body);
	put(f, "m", minute_ms() - 60000, 9);
	put_alarm(f, "loud", "m", ",\"AlarmActions\":[\"arn:aws:sns:us-east-1:000000000000:ops\","
	          "\"arn:aws:sns:us-east-1:000000000000:nowhere\"]");
	cloudwatch()->run(f->ctl, clock_now_ms());
	control_turn(f->ctl);
	run_until(f, told);
	const cJSON *h = json_arr(good(f, CW("DescribeAlarmHistory"), "{\"AlarmName\":\"loud\",\"HistoryItemType\":\"Action\"}"),
	                          "AlarmHistoryItems");
	assert_int_equal(cJSON_GetArraySize(h), 2);
	assert_string_equal(json_str(h->child, "HistorySummary", ""), "Failed to execute action "
	                    "arn:aws:sns:us-east-1:000000000000:nowhere");
}

static void test_topics_are_checked(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = {
		"{\"TopicName\":\"a b\",\"Command\":\"true\"}", "{\"TopicName\":\"a\"}",
		"{\"TopicName\":\"a\",\"Command\":\"true\",\"Email\":\"a@b\"}", "{\"TopicName\":\"a\",\"Webhook\":\"ftp://x\"}",
		"{\"TopicName\":\"a\",\"Email\":\"nobody\"}", "{\"TopicName\":\"a\",\"Email\":\"-f@x\"}",
		"{\"TopicName\":\"a\",\"Email\":\"a@b\\nBcc: c@d\"}",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ask(f, "Stoker.PutTopic", "%s", bad[i]);
		assert_int_equal(f->status, 400);
		assert_true(strlen(f->message) > 20);
	}
	assert_false(notify_send(f->ctl, "us-east-1", "arn:aws:sns:us-east-1:000000000000:a", "s", NULL));
}

/* ---- the list ---- */

static void test_list_and_acknowledge(void **state)
{
	struct fixture *f = *state;
	int64_t m = minute_ms();

	put(f, "m", m - 60000, 9);
	put_alarm(f, "seen", "m", ",\"AlarmDescription\":\"too much\",\"Tags\":[{\"Key\":\"severity\",\"Value\":\"CRITICAL\"}]");
	cloudwatch()->run(f->ctl, clock_now_ms());
	control_turn(f->ctl);
	const cJSON *a = json_arr(good(f, "Stoker.ListAlarms", "{}"), "Alarms"), *x, *found = NULL;
	cJSON_ArrayForEach(x, a)
		if (!strcmp(json_str(x, "AlarmId", ""), "metric/seen"))
			found = x;
	assert_non_null(found);
	assert_string_equal(json_str(found, "Kind", ""), "metric");
	assert_string_equal(json_str(found, "Severity", ""), "CRITICAL");
	assert_string_equal(json_str(found, "AlarmName", ""), "seen");
	assert_null(json_obj(found, "Acknowledged"));
	good(f, "Stoker.AcknowledgeAlarm", "{\"AlarmId\":\"metric/seen\",\"Note\":\"on it\"}");
	close_control(f);
	open_control(f);
	found = NULL;
	cJSON_ArrayForEach(x, json_arr(good(f, "Stoker.ListAlarms", "{}"), "Alarms"))
		if (!strcmp(json_str(x, "AlarmId", ""), "metric/seen"))
			found = x;
	assert_string_equal(json_str(json_obj(found, "Acknowledged"), "Note", ""), "on it");
	assert_string_equal(json_str(json_obj(found, "Acknowledged"), "By", ""), "owner");
	ask(f, "Stoker.AcknowledgeAlarm", "{\"AlarmId\":\"metric/none\"}");
	assert_int_equal(f->status, 400);
	/* It ends: the acknowledgement ends with it. */
	good(f, CW("SetAlarmState"), "{\"AlarmName\":\"seen\",\"StateValue\":\"OK\",\"StateReason\":\"x\"}");
	good(f, CW("DeleteAlarms"), "{\"AlarmNames\":[\"seen\"]}");
	cloudwatch()->due(f->ctl);
	cloudwatch()->run(f->ctl, m + 62000);
	control_turn(f->ctl);
	ask(f, "Stoker.UnacknowledgeAlarm", "{\"AlarmId\":\"metric/seen\"}");
	assert_int_equal(f->status, 400);
}

/* ---- EMR's metrics ---- */

static double last_of(struct fixture *f, const struct cluster *c, const char *metric)
{
	struct pair p = { (char *)"JobFlowId", (char *)c->id };
	struct pair_list dims = { &p, 1, 1 };
	struct cw_points points;
	double v = NAN;

	assert_true(cw_query(f->ctl, c->region, "AWS/ElasticMapReduce", metric, &dims, "Average", 60, minute_ms() - 60000,
	                     minute_ms() + 300000, &points));
	for (size_t i = 0; i < points.n; i++)
		v = isnan(points.values[i]) ? v : points.values[i];
	cw_points_free(&points);
	return v;
}

static void collect(struct fixture *f, int64_t at)
{
	cloudwatch()->due(f->ctl);
	cloudwatch()->run(f->ctl, at / 60000 * 60000 + 55000);
	control_turn(f->ctl);
}

static const struct series *series_of(struct fixture *f, const struct cluster *c, const char *metric)
{
	struct pair p = { (char *)CW_DIM_CLUSTER, (char *)c->id };
	struct pair_list dims = { &p, 1, 1 };
	const struct series_name n = { c->region, CW_EMR_NAMESPACE, metric, &dims };

	return series_find(cw_of(f->ctl)->series, &n);
}

static const char *unit_of(struct fixture *f, const struct cluster *c, const char *metric)
{
	const struct series *s = series_of(f, c, metric);

	return s ? names_get(&metric_unit_names, series_unit(s)) : "absent";
}

static void test_metrics_of_a_cluster(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	int64_t m = minute_ms();

	collect(f, m + 60000);
	assert_true(last_of(f, c, "IsIdle") == 1 && last_of(f, c, "CoreNodesRunning") == 2);
	assert_true(last_of(f, c, "MRTotalNodes") == 2 && last_of(f, c, "LiveDataNodes") == 100);
	assert_true(last_of(f, c, "YARNMemoryAvailablePercentage") > 0 && last_of(f, c, "MissingBlocks") == 0);
	assert_true(last_of(f, c, "TotalVCPURunning") > 0 && isnan(last_of(f, c, "AutoTerminationIsClusterIdle")));
	struct step *s = add_step(f, c, "CONTINUE", PROCESS);
	collect(f, m + 120000);
	assert_true(last_of(f, c, "IsIdle") == 0 && last_of(f, c, "AppsRunning") == 1);
	ends(f, s, 0, 0);
	s->bytes_in = 1000;
	collect(f, m + 180000);
	assert_true(last_of(f, c, "AppsCompleted") == 1 && last_of(f, c, "S3BytesRead") == 1000);
	collect(f, m + 240000);
	assert_true(last_of(f, c, "S3BytesRead") == 0);
}

/* Every name that EMR's guide has for clusters with YARN, in its unit (IsIdle's is Boolean there, which the API has not). Bytes
 * read and written have tests of their own. */
static void test_every_metric_has_its_unit(void **state)
{
	static const char *const counts[] = {
		"AppsCompleted", "AppsFailed", "AppsKilled", "AppsPending", "AppsRunning", "AppsSubmitted", "ContainerAllocated",
		"ContainerReserved", "ContainerPending", "ContainerPendingRatio", "MemoryTotalMB", "MemoryReservedMB",
		"MemoryAvailableMB", "MemoryAllocatedMB", "CoreNodesRunning", "CoreNodesPending", "TaskNodesRunning",
		"TaskNodesPending", "MRTotalNodes", "MRActiveNodes", "MRLostNodes", "MRUnhealthyNodes", "MRDecommissionedNodes",
		"MRRebootedNodes", "MultiMasterInstanceGroupNodesRunning", "MultiMasterInstanceGroupNodesRequested", "TotalLoad",
		"MissingBlocks", "CorruptBlocks", "PendingDeletionBlocks", "UnderReplicatedBlocks", "DfsPendingReplicationBlocks",
		"CapacityRemainingGB", "TotalNodesRequested", "TotalNodesRunning", "CoreNodesRequested", "TaskNodesRequested",
		"TotalVCPURequested", "TotalVCPURunning", "CoreVCPURequested", "CoreVCPURunning", "TaskVCPURequested",
		"TaskVCPURunning", "TotalNotebookKernels",
	}, *const shares[] = {
		"YARNMemoryAvailablePercentage", "LiveDataNodes", "HDFSUtilization", "MultiMasterInstanceGroupNodesRunningPercentage",
	}, *const units[] = {
		"TotalUnitsRequested", "TotalUnitsRunning", "CoreUnitsRequested", "CoreUnitsRunning", "TaskUnitsRequested",
		"TaskUnitsRunning",
	};
	struct fixture *f = *state;
	struct cluster *c = waiting(f), *fleets = run_up(f, "\"Instances\":{\"KeepJobFlowAliveWhenNoSteps\":true,"
	    "\"InstanceFleets\":[{\"InstanceFleetType\":\"MASTER\",\"TargetOnDemandCapacity\":1,\"InstanceTypeConfigs\":["
	    "{\"InstanceType\":\"m5.xlarge\"}]}]}");

	ask(f, "ElasticMapReduce.PutAutoTerminationPolicy", "{\"ClusterId\":\"%s\",\"AutoTerminationPolicy\":{\"IdleTimeout\":600}}",
	    c->id);
	collect(f, minute_ms() + 60000);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		assert_string_equal(unit_of(f, c, counts[i]), "Count");
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
		assert_string_equal(unit_of(f, c, shares[i]), "Percent");
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		assert_string_equal(unit_of(f, fleets, units[i]), "Count");
		assert_string_equal(unit_of(f, c, units[i]), "absent");
	}
	assert_string_equal(unit_of(f, c, "IsIdle"), "None");
	assert_string_equal(unit_of(f, c, "AutoTerminationIsClusterIdle"), "None");
	assert_string_equal(unit_of(f, fleets, "AutoTerminationIsClusterIdle"), "absent");
	/* A cluster that has ended has no metrics. */
	ask(f, "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"%s\"]}", fleets->id);
	for (size_t i = 0; i < fleets->instances.len; i++) {
		struct node *n = fleets->instances.items[i]->runtime;
		link_close(n->link);
		node_link_closed(f->ctl, n);
	}
	control_turn(f->ctl);
	assert_true(cluster_state_ended(fleets->state));
	int64_t last = series_last(series_of(f, fleets, "IsIdle")), other = series_last(series_of(f, c, "IsIdle"));
	collect(f, minute_ms() + 180000);
	assert_int_equal(series_last(series_of(f, fleets, "IsIdle")), last);
	assert_true(series_last(series_of(f, c, "IsIdle")) > other);
}

/* ---- the number that is promised ---- */

static void test_ten_thousand_alarms(void **state)
{
	struct fixture *f = *state;
	struct pair_list none = { 0 };
	int64_t m = minute_ms();
	char name[32];

	for (int i = 0; i < 10000; i++) {
		struct metric_alarm *a = metric_alarm_new();
		snprintf(name, sizeof name, "alarm-%d", i);
		a->name = xstrdup(name);
		a->ref.ns = xstrdup("T");
		snprintf(name, sizeof name, "metric-%d", i);
		a->ref.name = xstrdup(name);
		a->ref.stat = xstrdup("Average");
		a->ref.period = 60;
		a->periods = 3;
		a->threshold = 5;
		a->compare = ALARM_GT;
		cw_alarm_set(f->ctl, "us-east-1", a);
		for (int k = -50; k < 0; k++)
			cw_put(f->ctl, "us-east-1", "T", name, &none, m + k * 60000, k % 7, NULL);
	}
	cloudwatch()->due(f->ctl);
	cloudwatch()->run(f->ctl, m + 62000); /* to OK */
	control_turn(f->ctl);
	clock_t begin = clock();
	cloudwatch()->run(f->ctl, m + 122000);
	double ms = (double)(clock() - begin) * 1000 / CLOCKS_PER_SEC;
	assert_string_equal(state_of(f, "alarm-77"), "OK");
	print_message("10,000 alarms in %.1f ms of CPU time\n", ms);
	assert_false(docs_waiting(f->ctl));
#ifndef __SANITIZE_ADDRESS__
	assert_true(ms < 400); /* the promise is 100; a busy machine may take longer */
#endif
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	setenv("STOKER_LOG", "error", 1);
	log_open("test");
	const struct CMUnitTest tests[] = {
		T(test_first_evaluation_is_at_once), T(test_states_follow_the_points), T(test_alarms_survive_a_restart),
		T(test_a_refused_commit_takes_it_back), T(test_tokens_of_others_are_refused), T(test_queries_have_a_limit_of_work),
		T(test_a_refused_call_takes_back_its_own_only),
		T(test_commands_get_no_secrets), T(test_scaling_is_asked_while_it_lasts),
		T(test_names_hold_no_control_characters),
		T(test_commands_get_the_message), T(test_failing_commands_say_why), T(test_alarms_tell_topics),
		T(test_topics_are_checked), T(test_list_and_acknowledge), T(test_metrics_of_a_cluster),
		T(test_every_metric_has_its_unit),
		T(test_ten_thousand_alarms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
