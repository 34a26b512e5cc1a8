/* The client's part of operations: rows that keep their ids, questions with a subject, what acts would send. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/client/act_ops.h"
#include "core/client/question.h"

static cJSON *parsed(const char *text)
{
	cJSON *v = cJSON_Parse(text);
	assert_non_null(v);
	return v;
}

static void take(struct records *r, const char *text, const char *list, const char *ids, bool first)
{
	struct error err;
	cJSON *v = parsed(text);
	assert_int_equal(records_take(r, "ListThings", list, ids, v, first, &err), 0);
	cJSON_Delete(v);
}

static void test_records(void **state)
{
	struct records r = { 0 };
	struct error err;
	char text[64];
	(void)state;
	take(&r, "{\"Things\":[{\"Name\":\"a\",\"T\":1.5},{\"Name\":\"b\"}],\"NextToken\":\"n\"}", "Things", "Name T", true);
	assert_int_equal(r.rows.len, 2);
	assert_string_equal(r.rows.items[0].id, "a/1.5");
	assert_string_equal(r.rows.items[1].id, "b");
	assert_string_equal(r.token, "n");
	take(&r, "{\"Things\":[{\"X\":[\"p\",2]}, 7]}", "Things", "Name", false);
	assert_int_equal(r.rows.len, 3);        /* 7 is no row; the rows of both pages stay valid */
	assert_null(r.token);
	assert_int_equal(strlen(r.rows.items[2].id), 16);
	assert_string_equal(record_text(r.rows.items[2].o, "X", text, sizeof text), "p, 2");
	assert_string_equal(json_str(records_find(&r, "b"), "Name", ""), "b");
	assert_null(records_find(&r, "c"));
	cJSON *bad = parsed("{\"Other\":[]}");
	assert_int_equal(records_take(&r, "ListThings", "Things", NULL, bad, true, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "ListThings"));
	assert_int_equal(r.rows.len, 3);        /* a wrong reply removes nothing */
	cJSON_Delete(bad);
	records_clear(&r);
	assert_int_equal(r.rows.len, 0);
}

static void test_times(void **state)
{
	cJSON *o = parsed("{\"A\":1763714467.25,\"B\":\"2025-11-21T08:41:07Z\",\"C\":\"soon\"}");
	(void)state;
	assert_int_equal(record_ms(o, "A"), 1763714467250);
	assert_int_equal(record_ms(o, "B"), 1763714467000);
	assert_int_equal(record_ms(o, "C"), 0);
	assert_int_equal(record_ms(o, "D"), 0);
	cJSON_Delete(o);
}

/* Another subject forgets what is about the old one, and nothing else. */
static void test_focus(void **state)
{
	struct model *m = model_new();
	struct error err;
	cJSON *runs = parsed("{\"Runs\":[{\"RunId\":\"r\"}]}"), *budgets = parsed("{\"Budgets\":[{\"BudgetName\":\"b\"}]}");
	(void)state;
	assert_null(global_questions[PART_RUNS].build(m, NULL));     /* no schedule: nothing to ask */
	snprintf(m->focus.schedule, sizeof m->focus.schedule, "nightly");
	assert_true(question_refocus(m));
	assert_false(question_refocus(m));
	cJSON *in = global_questions[PART_RUNS].build(m, NULL);
	assert_string_equal(json_str(in, "ScheduleName", ""), "nightly");
	cJSON_Delete(in);
	assert_int_equal(question_take(&global_questions[PART_RUNS], PART_RUNS, m, NULL, runs, true, &err), 0);
	assert_int_equal(question_take(&global_questions[PART_BUDGETS], PART_BUDGETS, m, NULL, budgets, true, &err), 0);
	m->parts[PART_RUNS].fetched = m->parts[PART_BUDGETS].fetched = 1;
	snprintf(m->focus.schedule, sizeof m->focus.schedule, "hourly");
	assert_true(question_refocus(m));
	assert_int_equal(m->records[PART_RUNS].rows.len, 0);
	assert_int_equal(m->parts[PART_RUNS].fetched, 0);
	assert_int_equal(m->records[PART_BUDGETS].rows.len, 1);
	assert_int_equal(m->parts[PART_BUDGETS].fetched, 1);
	cJSON_Delete(runs);
	cJSON_Delete(budgets);
	model_free(m);
}

/* The data of an alarm are asked for as the alarm itself would: its metric, statistic and period. */
static void test_alarm_data(void **state)
{
	struct model *m = model_new();
	struct error err;
	cJSON *reply = parsed("{\"MetricAlarms\":[{\"AlarmName\":\"busy\",\"Namespace\":\"N\",\"MetricName\":\"M\","
	                      "\"Dimensions\":[{\"Name\":\"JobFlowId\",\"Value\":\"j-1\"}],\"Statistic\":\"Maximum\","
	                      "\"Period\":300},{\"AlarmName\":\"sum\",\"Metrics\":[{\"Id\":\"e\",\"Expression\":\"a+b\"}]}]}");
	(void)state;
	snprintf(m->focus.alarm, sizeof m->focus.alarm, "busy");
	assert_null(global_questions[PART_ALARM_DATA].build(m, NULL));   /* the alarm is not known yet */
	question_refocus(m);
	assert_int_equal(question_take(&global_questions[PART_METRIC_ALARMS], PART_METRIC_ALARMS, m, NULL, reply, true,
	                               &err), 0);
	assert_true(m->parts[PART_ALARM_DATA].dirty);
	cJSON *in = global_questions[PART_ALARM_DATA].build(m, NULL);
	char *text = json_print(json_arr(in, "MetricDataQueries"));
	assert_string_equal(text, "[{\"Id\":\"watched\",\"MetricStat\":{\"Metric\":{\"Namespace\":\"N\",\"MetricName\":\"M\","
	                    "\"Dimensions\":[{\"Name\":\"JobFlowId\",\"Value\":\"j-1\"}]},\"Period\":300,\"Stat\":\"Maximum\"},"
	                    "\"ReturnData\":true}]");
	assert_int_equal((int)(json_num(in, "EndTime", 0) - json_num(in, "StartTime", 0)), 120 * 300);
	free(text);
	cJSON_Delete(in);
	snprintf(m->focus.alarm, sizeof m->focus.alarm, "sum");
	in = global_questions[PART_ALARM_DATA].build(m, NULL);
	assert_string_equal(json_str(json_arr(in, "MetricDataQueries")->child, "Expression", ""), "a+b");
	cJSON_Delete(in);
	cJSON_Delete(reply);
	model_free(m);
}

static void test_alarms_order(void **state)
{
	struct model *m = model_new();
	struct error err;
	cJSON *reply = parsed("{\"Alarms\":[{\"AlarmId\":\"a\",\"Severity\":\"CRITICAL\",\"Acknowledged\":{\"By\":\"x\"}},"
	                      "{\"AlarmId\":\"b\",\"Severity\":\"WARN\"},{\"AlarmId\":\"c\",\"Severity\":\"ERROR\",\"Kind\":\"metric\","
	                      "\"AlarmName\":\"n\"}]}");
	(void)state;
	assert_int_equal(model_take_alarms(m, reply, &err), 0);
	assert_string_equal(m->alarms.items[0].id, "c");
	assert_string_equal(m->alarms.items[0].name, "n");
	assert_string_equal(m->alarms.items[2].id, "a");
	assert_int_equal(model_alarms_open(m), 2);
	cJSON_Delete(reply);
	model_free(m);
}

/* ---- acts ---- */

static void test_aws_lines(void **state)
{
	struct act *a = act_put_alarm(parsed("{\"AlarmName\":\"two words\",\"EvaluationPeriods\":3,\"Threshold\":0.5,"
		"\"ActionsEnabled\":false,\"AlarmActions\":[\"arn:x\"],\"Dimensions\":[{\"Name\":\"J\",\"Value\":\"j\"}]}"), NULL);
	(void)state;
	assert_string_equal(a->cli, "aws cloudwatch put-metric-alarm --alarm-name 'two words' --evaluation-periods 3 "
	                    "--threshold 0.5 --no-actions-enabled --alarm-actions arn:x "
	                    "--dimensions '[{\"Name\":\"J\",\"Value\":\"j\"}]'");
	assert_string_equal(a->target, "GraniteServiceVersion20100801.PutMetricAlarm");
	act_free(a);
	a = act_delete_alarm("x");
	assert_string_equal(a->cli, "aws cloudwatch delete-alarms --alarm-names x");
	assert_int_equal(a->care, ACT_CARE_YES);
	act_free(a);
}

static void test_budget_line(void **state)
{
	cJSON *was = parsed("{\"Amount\":10,\"Period\":\"DAILY\",\"Spent\":5,\"Thresholds\":[50]}");
	struct act *a = act_put_budget(parsed("{\"BudgetName\":\"b\",\"Amount\":20,\"Period\":\"DAILY\","
		"\"Scope\":{\"TagKey\":\"team\",\"TagValue\":\"data lake\"},\"Thresholds\":[50,100]}"), was);
	(void)state;
	assert_string_equal(a->cli, "stoker cost put-budget b 20 --daily --tag 'team=data lake' --thresholds 50,100");
	assert_string_equal(a->lines.items[0].before, "10");
	assert_string_equal(a->lines.items[0].after, "20");
	assert_null(a->lines.items[1].before);        /* the period stays */
	act_free(a);
	cJSON_Delete(was);
}

/* Switching a schedule off sends all of it back, with nothing that only the server says. */
static void test_schedule(void **state)
{
	cJSON *s = parsed("{\"ScheduleName\":\"n\",\"ScheduleExpression\":\"rate(1 hour)\",\"State\":\"ENABLED\","
	                  "\"Target\":{\"Operation\":\"RunJobFlow\",\"Request\":{}},\"Overlap\":\"SKIP\",\"NextRuns\":[1],\"Failures\":2}");
	struct act *a = act_schedule_state(s, false);
	char *text = json_print(a->in);
	(void)state;
	assert_string_equal(text, "{\"ScheduleName\":\"n\",\"ScheduleExpression\":\"rate(1 hour)\",\"Target\":{\"Operation\":"
	                    "\"RunJobFlow\",\"Request\":{}},\"Overlap\":\"SKIP\",\"State\":\"DISABLED\"}");
	free(text);
	act_free(a);
	a = act_delete_schedule(s);
	assert_int_equal(a->care, ACT_CARE_WORD);
	assert_string_equal(a->word, "n");
	act_free(a);
	cJSON_Delete(s);
}

static void test_replay(void **state)
{
	cJSON *l = parsed("{\"DeadLetterId\":\"d\",\"ClusterId\":\"j-1\",\"ClusterName\":\"c\",\"StepName\":\"s\",\"State\":\"PENDING\","
	                  "\"Step\":{\"Name\":\"s\",\"HadoopJarStep\":{\"Args\":[\"spark-sql\",\"-f\",\"/etl/long-name.sql\",\"-d\",\"x=1\"]}}}");
	cJSON *step = parsed("{\"Name\":\"s\",\"HadoopJarStep\":{\"Args\":[\"spark-sql\",\"-f\",\"/etl/long-name.sql\",\"-d\",\"x=2\"]}}");
	struct act *a = act_replay(l, "j-1", step);
	(void)state;
	assert_null(json_str(a->in, "ClusterId", NULL));     /* its own cluster need not be said */
	assert_string_equal(a->lines.items[0].before, "... x=1");
	assert_string_equal(a->lines.items[0].after, "... x=2");
	act_free(a);
	a = act_replay(l, "j-2", NULL);
	assert_string_equal(json_str(a->in, "ClusterId", ""), "j-2");
	assert_null(json_obj(a->in, "Step"));
	act_free(a);
	cJSON_Delete(l);
}

static void test_recommendation(void **state)
{
	struct model *m = model_new();
	cJSON *known = parsed("{\"Title\":\"t\",\"ClusterId\":\"j-1\",\"SavingPerMonth\":3,\"Act\":{\"Target\":"
	                      "\"ElasticMapReduce.PutAutoTerminationPolicy\",\"Request\":{\"ClusterId\":\"j-1\"}}}");
	cJSON *foreign = parsed("{\"Title\":\"t\",\"Act\":{\"Target\":\"Stoker.StopServer\",\"Request\":{}}}");
	struct act *a = act_recommendation(m, known);
	(void)state;
	assert_string_equal(a->cli, "aws emr put-auto-termination-policy --cluster-id j-1");
	act_free(a);
	assert_null(act_recommendation(m, foreign));     /* only calls that we know are ever sent */
	cJSON_Delete(known);
	cJSON_Delete(foreign);
	model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records), cmocka_unit_test(test_times), cmocka_unit_test(test_focus),
		cmocka_unit_test(test_alarm_data), cmocka_unit_test(test_alarms_order), cmocka_unit_test(test_aws_lines),
		cmocka_unit_test(test_budget_line), cmocka_unit_test(test_schedule), cmocka_unit_test(test_replay),
		cmocka_unit_test(test_recommendation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
