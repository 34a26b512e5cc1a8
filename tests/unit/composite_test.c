/* Composite alarms: the grammar of rules, and in the control plane how they follow other alarms, tell why, wait for a
 * suppressor, and what of it outlives a restart. */
#include "tests/unit/control_fixture.h"

#include "core/base/clock.h"
#include "core/control/cloudwatch/cloudwatch.h"
#include "core/control/cloudwatch/state.h"
#include "core/control/notify/deliver.h"

#define CW(name) "GraniteServiceVersion20100801." name
#define OWN "arn:aws:cloudwatch:us-east-1:000000000000:alarm:"

/* ---- rules ---- */

/* One letter an alarm, of the state that its place tells: a is in ALARM, o OK, i INSUFFICIENT_DATA; others are absent. */
static int letter(void *ctx, const char *name)
{
	(void)ctx;
	return name[0] == 'a' ? ALARM_STATE_ALARM : name[0] == 'o' ? ALARM_STATE_OK
	       : name[0] == 'i' ? ALARM_STATE_INSUFFICIENT : -1;
}

static const struct {
	const char *rule;
	bool holds;
	int names;
} rules[] = {
	{ "TRUE", true, 0 }, { "FALSE", false, 0 }, { " ( TRUE ) ", true, 0 }, { "NOT FALSE", true, 0 },
	{ "ALARM(a)", true, 1 }, { "ALARM(o)", false, 1 }, { "OK(\"o\")", true, 1 }, { "OK('o 1')", true, 1 },
	{ "INSUFFICIENT_DATA(i)", true, 1 }, { "ALARM(" OWN "a-1)", true, 1 }, { "ALARM(\"" OWN "a 1\")", true, 1 },
	{ "ALARM(a) AND OK(o)", true, 2 }, { "ALARM(a) AND OK(a)", false, 1 }, { "ALARM(o) OR OK(o)", true, 1 },
	/* AND before OR, NOT before both */
	{ "TRUE OR TRUE AND FALSE", true, 0 }, { "(TRUE OR TRUE) AND FALSE", false, 0 },
	{ "NOT FALSE AND FALSE", false, 0 }, { "NOT (FALSE AND FALSE)", true, 0 }, { "NOT NOT TRUE", true, 0 },
	{ "FALSE AND TRUE OR NOT ALARM(o)", true, 1 },
	{ "ALARM(a)AND(OK(o)OR FALSE)", true, 2 },
	/* what is not there is in no state */
	{ "ALARM(x) OR OK(x) OR INSUFFICIENT_DATA(x)", false, 1 }, { "NOT ALARM(x)", true, 1 },
	{ "AT_LEAST(2, ALARM, (a1, a2, o))", true, 3 }, { "AT_LEAST(3, ALARM, (a1, a2, o))", false, 3 },
	{ "AT_LEAST(50%, OK, (a1, a2, o1, o2))", true, 4 }, { "AT_LEAST(51%, OK, (a1, a2, o1, o2))", false, 4 },
	{ "AT_LEAST(1, NOT OK, (\"o\", 'i')) AND ALARM(a)", true, 3 },
	{ "ALARM(\"a \\\"quoted\\\" ) AND\")", true, 1 }, { "ALARM(aé)", true, 1 },
};

static void test_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		struct alarm_rule *r = NULL;
		struct error err = ERROR_INIT;
		if (alarm_rule_parse(rules[i].rule, OWN, &r, &err))
			fail_msg("%s: %s", rules[i].rule, err.message);
		if (alarm_rule_holds(r, letter, NULL) != rules[i].holds)
			fail_msg("%s is not %s", rules[i].rule, rules[i].holds ? "true" : "false");
		assert_int_equal(alarm_rule_names(r)->len, rules[i].names);
		alarm_rule_free(r);
	}
}

static const char *const bad_rules[][2] = {
	{ "", "position 1: the rule ends too early" }, { "ALARM", "position 6: \"(\"" }, { "ALARM(", "the name of an alarm" },
	{ "ALARM()", "position 7: the name of an alarm" }, { "ALARM(a", "position 8: \")\"" },
	{ "ALARM(\"a)", "in quotes that are closed" }, { "ALARM(a b)", "position 9: \")\"" },
	{ "RED(a)", "position 1: ALARM(…)" }, { "TRUE TRUE", "position 6: AND, OR or the end" }, { "TRUE AND", "ends too early" },
	{ "(TRUE", "\")\" is expected" }, { "TRUE)", "AND, OR or the end" }, { "NOT", "ends too early" },
	{ "ALARM(arn:aws:cloudwatch:eu-west-1:000000000000:alarm:a)", "ARN" }, { "AT_LEAST(0, OK, (a))", "a number" },
	{ "AT_LEAST(101%, OK, (a))", "a number" }, { "AT_LEAST(2, OK, (a))", "more alarms than it lists" },
	{ "AT_LEAST(1, RED, (a))", "INSUFFICIENT_DATA is expected" }, { "AT_LEAST(1, OK, a)", "a list" },
	{ "AT_LEAST(1, OK, (a,))", "the name of an alarm" },
};

static void test_bad_rules_say_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_rules / sizeof *bad_rules; i++) {
		struct alarm_rule *r = NULL;
		struct error err = ERROR_INIT;
		assert_int_equal(alarm_rule_parse(bad_rules[i][0], OWN, &r, &err), ERR_INVALID);
		if (!strstr(err.message, bad_rules[i][1]))
			fail_msg("%s: %s", bad_rules[i][0], err.message);
	}
	struct buf deep = BUF_INIT, many = BUF_INIT;
	struct alarm_rule *r = NULL;
	for (int i = 0; i < 5000; i++)
		buf_adds(&deep, "(");
	for (int i = 0; i < 101; i++)
		buf_addf(&many, "%sALARM(a%d)", i ? " OR " : "", i);
	assert_int_equal(alarm_rule_parse(buf_str(&deep), OWN, &r, NULL), ERR_INVALID);
	assert_int_equal(alarm_rule_parse(buf_str(&many), OWN, &r, NULL), ERR_INVALID);
	buf_free(&deep);
	buf_free(&many);
}

/* ---- in the control plane ---- */

static void put_metric_alarm(struct fixture *f, const char *name)
{
	ask(f, CW("PutMetricAlarm"), "{\"AlarmName\":\"%s\",\"Namespace\":\"T\",\"MetricName\":\"m\",\"Statistic\":\"Average\","
	    "\"Period\":60,\"EvaluationPeriods\":1,\"Threshold\":5,\"ComparisonOperator\":\"GreaterThanThreshold\","
	    "\"TreatMissingData\":\"ignore\"}", name);
	assert_int_equal(f->status, 200);
}

static void put_composite(struct fixture *f, const char *name, const char *rule, const char *more)
{
	ask(f, CW("PutCompositeAlarm"), "{\"AlarmName\":\"%s\",\"AlarmRule\":\"%s\"%s}", name, rule, more);
	if (f->status != 200)
		fail_msg("%s: %s", f->error, f->message);
}

static void set(struct fixture *f, const char *name, const char *to)
{
	ask(f, CW("SetAlarmState"), "{\"AlarmName\":\"%s\",\"StateValue\":\"%s\",\"StateReason\":\"test\"}", name, to);
	assert_int_equal(f->status, 200);
}

static struct metric_alarm *find(struct fixture *f, const char *name)
{
	struct metric_alarm *a = cw_alarm_find(f->ctl, "us-east-1", name);

	assert_non_null(a);
	return a;
}

static void is(struct fixture *f, const char *name, const char *expected)
{
	assert_string_equal(names_get(&alarm_state_names, (int)find(f, name)->state), expected);
}

/* What is due now: first evaluations, waits that are over. */
static void run_at(struct fixture *f, int64_t ms)
{
	const struct part *p = parts[PART_CLOUDWATCH];

	p->due(f->ctl);
	p->run(f->ctl, ms);
	control_turn(f->ctl);
}

static void settle(struct fixture *f)
{
	run_at(f, clock_now_ms());
}

static void test_follows_its_children(void **state)
{
	struct fixture *f = *state;

	put_metric_alarm(f, "cpu");
	put_metric_alarm(f, "disk");
	put_composite(f, "both", "ALARM(cpu) AND ALARM(" OWN "disk)", "");
	put_composite(f, "above", "NOT OK(both)", "");
	is(f, "both", "INSUFFICIENT_DATA");
	settle(f);
	is(f, "both", "OK");
	is(f, "above", "OK");
	assert_string_equal(find(f, "both")->reason, OWN "both was created and its alarm rule evaluates to OK");
	set(f, "cpu", "ALARM");
	is(f, "both", "OK");
	set(f, "disk", "ALARM");
	is(f, "both", "ALARM");
	is(f, "above", "ALARM");
	const char *reason = find(f, "both")->reason;
	assert_int_equal(strncmp(reason, OWN "disk transitioned to ALARM at ", strlen(OWN "disk transitioned to ALARM at ")), 0);
	cJSON *data = cJSON_Parse(find(f, "above")->reason_data);
	assert_string_equal(json_str(cJSON_GetArrayItem(json_arr(data, "triggeringAlarms"), 0), "arn", ""), OWN "both");
	cJSON_Delete(data);
	set(f, "cpu", "OK");
	is(f, "both", "OK");
	is(f, "above", "OK");
	/* Changed rules count at once; the state stays until then. */
	set(f, "disk", "INSUFFICIENT_DATA");
	put_composite(f, "both", "INSUFFICIENT_DATA(disk)", "");
	settle(f);
	is(f, "both", "ALARM");
	is(f, "above", "ALARM");
	assert_string_equal(find(f, "both")->reason, OWN "both was updated and its alarm rule evaluates to ALARM");
	/* And after a restart. */
	close_control(f);
	open_control(f);
	is(f, "above", "ALARM");
	set(f, "disk", "OK");
	is(f, "above", "OK");
}

static void test_metrics_move_it(void **state)
{
	struct fixture *f = *state;
	int64_t m = clock_now_ms() / 60000 * 60000;

	put_metric_alarm(f, "cpu");
	put_composite(f, "c", "ALARM(cpu)", "");
	settle(f);
	ask(f, CW("PutMetricData"), "{\"Namespace\":\"T\",\"MetricData\":[{\"MetricName\":\"m\",\"Value\":9,\"Timestamp\":%lld}]}",
	    (long long)(m / 1000));
	assert_int_equal(f->status, 200);
	run_at(f, m + 62000);
	is(f, "cpu", "ALARM");
	is(f, "c", "ALARM");
}

static void test_a_circle_ends(void **state)
{
	struct fixture *f = *state;

	put_metric_alarm(f, "cpu");
	put_composite(f, "a", "ALARM(cpu)", "");
	put_composite(f, "b", "NOT ALARM(a)", "");
	put_composite(f, "a", "ALARM(b) OR ALARM(cpu)", "");
	settle(f);
	set(f, "cpu", "ALARM");
	set(f, "cpu", "OK");
	/* Neither goes while the other speaks of it. */
	ask(f, CW("DeleteAlarms"), "{\"AlarmNames\":[\"a\"]}");
	assert_int_equal(f->status, 400);
	put_composite(f, "b", "FALSE", "");
	put_composite(f, "a", "TRUE", "");
	settle(f);
	is(f, "a", "ALARM");
	good(f, CW("DeleteAlarms"), "{\"AlarmNames\":[\"b\"]}");
	good(f, CW("DeleteAlarms"), "{\"AlarmNames\":[\"a\", \"cpu\"]}");
}

static void refused(struct fixture *f, const char *operation, const char *body, const char *words)
{
	ask(f, operation, "%s", body);
	assert_int_equal(f->status, 400);
	assert_string_equal(f->error, "ValidationError");
	if (!strstr(f->message, words))
		fail_msg("%s: %s", body, f->message);
}

static void test_what_is_refused(void **state)
{
	struct fixture *f = *state;

	put_metric_alarm(f, "cpu");
	refused(f, CW("PutCompositeAlarm"), "{\"AlarmName\":\"c\",\"AlarmRule\":\"ALARM(no) OR OK(nor)\"}",
	        "Could not save the composite alarm as alarms [no, nor] in the alarm rule do not exist");
	refused(f, CW("PutCompositeAlarm"), "{\"AlarmName\":\"c\",\"AlarmRule\":\"ALARM(cpu\"}", "AlarmRule is not valid at position");
	refused(f, CW("PutCompositeAlarm"), "{\"AlarmName\":\"cpu\",\"AlarmRule\":\"TRUE\"}", "There is a MetricAlarm of the name");
	refused(f, CW("PutCompositeAlarm"), "{\"AlarmName\":\"c\",\"AlarmRule\":\"ALARM(c)\"}", "speaks of the alarm itself");
	refused(f, CW("PutCompositeAlarm"), "{\"AlarmName\":\"c\",\"AlarmRule\":\"TRUE\",\"ActionsSuppressor\":\"cpu\"}",
	        "needs ActionsSuppressorWaitPeriod");
	refused(f, CW("PutCompositeAlarm"), "{\"AlarmName\":\"c\",\"AlarmRule\":\"TRUE\",\"ActionsSuppressor\":\"gone\","
	        "\"ActionsSuppressorWaitPeriod\":1,\"ActionsSuppressorExtensionPeriod\":1}", "ActionsSuppressor gone does not exist");
	refused(f, CW("PutCompositeAlarm"), "{\"AlarmName\":\"c\",\"AlarmRule\":\"TRUE\",\"ActionsSuppressorWaitPeriod\":1}",
	        "need an ActionsSuppressor");
	refused(f, CW("PutCompositeAlarm"), "{\"AlarmName\":\"c\",\"AlarmRule\":\"TRUE\",\"AlarmActions\":["
	        "\"arn:aws:elasticmapreduce:us-east-1:000000000000:autoscaling/x\"]}", "cannot take the action");
	put_composite(f, "c", "ALARM(cpu)", "");
	put_composite(f, "d", "TRUE", "");
	refused(f, CW("DeleteAlarms"), "{\"AlarmNames\":[\"cpu\"]}", "there are composite alarm(s) depending on it: c");
	refused(f, CW("DeleteAlarms"), "{\"AlarmNames\":[\"c\",\"d\"]}", "At most one composite");
	refused(f, CW("DescribeAlarms"), "{\"ChildrenOfAlarmName\":\"c\",\"StateValue\":\"OK\"}", "only be used with MaxRecords");
	ask(f, CW("PutMetricAlarm"), "{\"AlarmName\":\"c\",\"Namespace\":\"T\",\"MetricName\":\"m\",\"Statistic\":\"Sum\",\"Period\":60,"
	    "\"EvaluationPeriods\":1,\"Threshold\":5,\"ComparisonOperator\":\"GreaterThanThreshold\"}");
	assert_int_equal(f->status, 400);
}

static int named(const cJSON *list)
{
	return cJSON_GetArraySize(list);
}

static void test_describe(void **state)
{
	struct fixture *f = *state;

	put_metric_alarm(f, "cpu");
	put_metric_alarm(f, "disk");
	put_composite(f, "c", "ALARM(cpu) OR ALARM(disk)", ",\"Tags\":[{\"Key\":\"severity\",\"Value\":\"CRITICAL\"}]");
	put_composite(f, "top", "ALARM(c) AND NOT ALARM(disk)", "");
	settle(f);
	/* Without types only metric alarms are meant. */
	const cJSON *r = good(f, CW("DescribeAlarms"), "{}");
	assert_int_equal(named(json_arr(r, "MetricAlarms")), 2);
	assert_int_equal(named(json_arr(r, "CompositeAlarms")), 0);
	r = good(f, CW("DescribeAlarms"), "{\"AlarmTypes\":[\"CompositeAlarm\",\"MetricAlarm\"],\"MaxRecords\":3}");
	assert_int_equal(named(json_arr(r, "MetricAlarms")), 2);
	assert_int_equal(named(json_arr(r, "CompositeAlarms")), 1);
	assert_non_null(json_str(r, "NextToken", NULL));
	const cJSON *c = cJSON_GetArrayItem(json_arr(r, "CompositeAlarms"), 0);
	assert_string_equal(json_str(c, "AlarmRule", ""), "ALARM(cpu) OR ALARM(disk)");
	assert_false(cJSON_HasObjectItem(c, "Threshold"));
	assert_false(cJSON_HasObjectItem(c, "Told"));
	r = good(f, CW("DescribeAlarms"), "{\"ChildrenOfAlarmName\":\"top\"}");
	assert_int_equal(named(json_arr(r, "MetricAlarms")), 1);
	assert_int_equal(named(json_arr(r, "CompositeAlarms")), 1);
	assert_false(cJSON_HasObjectItem(cJSON_GetArrayItem(json_arr(r, "CompositeAlarms"), 0), "AlarmRule"));
	r = good(f, CW("DescribeAlarms"), "{\"ParentsOfAlarmName\":\"disk\"}");
	assert_int_equal(named(json_arr(r, "MetricAlarms")), 0);
	assert_int_equal(named(json_arr(r, "CompositeAlarms")), 2);
	set(f, "cpu", "ALARM");
	r = good(f, CW("DescribeAlarmHistory"), "{\"AlarmName\":\"c\",\"AlarmTypes\":[\"CompositeAlarm\"],"
	         "\"HistoryItemType\":\"StateUpdate\"}");
	assert_int_equal(named(json_arr(r, "AlarmHistoryItems")), 2);
	assert_string_equal(json_str(cJSON_GetArrayItem(json_arr(r, "AlarmHistoryItems"), 0), "AlarmType", ""), "CompositeAlarm");
	r = good(f, CW("DescribeAlarmHistory"), "{\"AlarmName\":\"c\"}");
	assert_int_equal(named(json_arr(r, "AlarmHistoryItems")), 0);
	r = good(f, "Stoker.ListAlarms", "{}");
	bool there = false;
	const cJSON *x;
	cJSON_ArrayForEach(x, json_arr(r, "Alarms"))
		there |= !strcmp(json_str(x, "Kind", ""), "composite") && !strcmp(json_str(x, "AlarmName", ""), "c") &&
		         !strcmp(json_str(x, "Severity", ""), "CRITICAL");
	assert_true(there);
}

/* ---- suppression ---- */

static size_t sent(struct fixture *f)
{
	const struct notify *n = f->ctl->parts[PART_NOTIFY];

	return n->deliveries.len;
}

static void hold_is(struct fixture *f, enum alarm_hold expected)
{
	assert_int_equal(find(f, "c")->hold, expected);
}

static void prepare(struct fixture *f)
{
	char body[300];

	snprintf(body, sizeof body, "{\"TopicName\":\"ops\",\"Command\":\"sleep 60; cat > %s/alarm\"}", f->dir);
	good(f, "Stoker.PutTopic", body);
	put_metric_alarm(f, "cpu");
	put_metric_alarm(f, "work");
	put_composite(f, "c", "ALARM(cpu)", ",\"ActionsSuppressor\":\"" OWN "work\",\"ActionsSuppressorWaitPeriod\":120,"
	              "\"ActionsSuppressorExtensionPeriod\":60,\"AlarmActions\":[\"arn:aws:sns:us-east-1:000000000000:ops\"],"
	              "\"OKActions\":[\"arn:aws:sns:us-east-1:000000000000:ops\"]");
	settle(f);
	is(f, "c", "OK");
}

static void test_waits_for_the_suppressor(void **state)
{
	struct fixture *f = *state;

	prepare(f);
	size_t n = sent(f); /* it became OK: told at once */
	set(f, "cpu", "ALARM");
	hold_is(f, ALARM_HOLD_WAIT);
	int64_t until = find(f, "c")->hold_until;
	assert_true(until > clock_now_ms() && until <= clock_now_ms() + 120000);
	assert_true(parts[PART_CLOUDWATCH]->due(f->ctl) <= until);
	run_at(f, until - 1);
	assert_int_equal(sent(f), n);
	run_at(f, until);
	assert_int_equal(sent(f), n + 1);
	hold_is(f, ALARM_HOLD_NONE);
	/* Over before the wait is: nobody was told of either. */
	set(f, "cpu", "OK");
	assert_int_equal(sent(f), n + 2);
	set(f, "cpu", "ALARM");
	set(f, "cpu", "OK");
	hold_is(f, ALARM_HOLD_NONE);
	assert_int_equal(sent(f), n + 2);
}

static void test_is_quiet_while_the_suppressor_rings(void **state)
{
	struct fixture *f = *state;

	prepare(f);
	size_t n = sent(f);
	set(f, "cpu", "ALARM");
	set(f, "work", "ALARM");
	hold_is(f, ALARM_HOLD_ALARM);
	const cJSON *r = good(f, CW("DescribeAlarms"), "{\"AlarmTypes\":[\"CompositeAlarm\"]}");
	const cJSON *c = cJSON_GetArrayItem(json_arr(r, "CompositeAlarms"), 0);
	assert_string_equal(json_str(c, "ActionsSuppressedBy", ""), "Alarm");
	assert_string_equal(json_str(c, "ActionsSuppressor", ""), "work");
	run_at(f, clock_now_ms() + 3600000);
	assert_int_equal(sent(f), n);
	set(f, "work", "OK");
	hold_is(f, ALARM_HOLD_EXTENSION);
	close_control(f);
	open_control(f);
	hold_is(f, ALARM_HOLD_EXTENSION);
	n = sent(f);
	run_at(f, find(f, "c")->hold_until);
	assert_int_equal(sent(f), n + 1);
	/* An alarm that came and went behind the suppressor is told to nobody. */
	set(f, "cpu", "OK");
	assert_int_equal(sent(f), n + 2);
	set(f, "work", "ALARM");
	set(f, "cpu", "ALARM");
	set(f, "cpu", "OK");
	set(f, "work", "OK");
	run_at(f, find(f, "c")->hold_until);
	hold_is(f, ALARM_HOLD_NONE);
	assert_int_equal(sent(f), n + 2);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	setenv("STOKER_LOG", "error", 1);
	log_open("test");
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules), cmocka_unit_test(test_bad_rules_say_where), T(test_follows_its_children),
		T(test_metrics_move_it), T(test_a_circle_ends), T(test_what_is_refused), T(test_describe),
		T(test_waits_for_the_suppressor), T(test_is_quiet_while_the_suppressor_rings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
