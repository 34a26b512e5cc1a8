/* Schedules in the control plane, with time that the test moves. */
#include "tests/unit/control_fixture.h"

#include "core/base/clock.h"
#include "core/control/schedule/inner.h"

/* What the loop does now: parts run until none is due. */
static void look(struct fixture *f)
{
	control_turn(f->ctl);
	for (int i = 0; i < 100 && parts_due(f->ctl) && parts_due(f->ctl) <= now_ms; i++) {
		parts_run(f->ctl, now_ms);
		control_turn(f->ctl);
	}
	assert_false(parts_due(f->ctl) && parts_due(f->ctl) <= now_ms);
}

static void until(struct fixture *f, const char *iso)
{
	set_clock(clock_parse(iso));
	look(f);
}

static int frozen_setup(void **state)
{
	return frozen_at(clock_parse("2026-11-26T12:00:00Z"), state);
}

static void restart(struct fixture *f)
{
	close_control(f);
	open_control(f);
}

#define STEP(name) "{\"Name\":\"" name "\",\"ActionOnFailure\":\"CONTINUE\",\"HadoopJarStep\":{\"Jar\":" \
	"\"command-runner.jar\",\"Args\":[\"true\",\"<schedule.scheduled-date>\"]}}"
#define TRANSIENT "\"Target\":{\"Operation\":\"RunJobFlow\",\"Request\":{\"Name\":\"etl <aws.scheduler.scheduled-time>\"," \
	"\"ReleaseLabel\":\"emr-7.5.0\",\"Instances\":{" GROUPS "},\"Steps\":[" STEP("load") "]}}"
#define EVERY_HOUR "\"ScheduleExpression\":\"cron(0 * * * ? *)\""

static void put(struct fixture *f, const char *name, const char *members)
{
	ask(f, "Stoker.PutSchedule", "{\"ScheduleName\":\"%s\",%s}", name, members);
	if (f->status != 200)
		fail_msg("%s: %s", f->error, f->message);
}

static int runs(struct fixture *f)
{
	return cJSON_GetArraySize(json_arr(good(f, "Stoker.ListScheduleRuns", "{}"), "Runs"));
}

/* Member of the n-th run, newest first. */
static const char *run_is(struct fixture *f, int n, const char *member)
{
	const cJSON *list = json_arr(good(f, "Stoker.ListScheduleRuns", "{\"MaxResults\":1000}"), "Runs");

	return json_str(cJSON_GetArrayItem(list, n), member, "");
}

static struct cluster *newest(struct fixture *f)
{
	struct cluster *c = NULL;
	size_t it = 0;
	void *v;

	while (map_next(f->ctl->clusters, &it, NULL, &v))
		c = v;
	assert_non_null(c);
	return c;
}

static const cJSON *shown(struct fixture *f)
{
	return cJSON_GetArrayItem(json_arr(good(f, "Stoker.ListSchedules", "{}"), "Schedules"), 0);
}

/* The cluster's nodes come, its step ends with this status, the nodes go. */
static void lives(struct fixture *f, struct cluster *c, int status)
{
	hello_all(f, c);
	if (c->steps.len)
		ends(f, c->steps.items[0], status, 0);
	for (size_t i = 0; i < c->instances.len && c->state == CLUSTER_TERMINATING; i++) {
		struct node *n = c->instances.items[i]->runtime;
		link_close(n->link);
		node_link_closed(f->ctl, n);
	}
	look(f);
}

static bool alarmed(struct fixture *f, const char *title)
{
	const cJSON *x, *list = json_arr(good(f, "Stoker.ListAlarms", "{}"), "Alarms");

	cJSON_ArrayForEach(x, list)
		if (!strcmp(json_str(x, "Title", ""), title))
			return true;
	return false;
}

/* ---- putting ---- */

static void test_put_answers_with_the_next_runs(void **state)
{
	struct fixture *f = *state;

	put(f, "nightly",
	    "\"ScheduleExpression\":\"cron(0 2 * * ? *)\",\"ScheduleExpressionTimezone\":\"Europe/Berlin\","
	    TRANSIENT);
	const cJSON *next = json_arr(f->reply, "NextRuns");
	assert_int_equal(cJSON_GetArraySize(next), 5);
	assert_int_equal((int64_t)next->child->valuedouble, clock_parse("2026-11-27T01:00:00Z") / 1000);
	assert_int_equal(map_len(f->ctl->clusters), 0); /* the trial left nothing */
	assert_int_equal(f->ctl->dirty.len, 0);
	const cJSON *s = shown(f);
	assert_string_equal(json_str(s, "Words", ""), "every day at 02:00 Europe/Berlin");
	assert_string_equal(json_str(s, "CatchUp", ""), "SKIP");
	assert_string_equal(json_str(s, "Overlap", ""), "ALLOW");
	assert_string_equal(json_str(s, "State", ""), "ENABLED");
	assert_int_equal(json_int(s, "Failures", -1), 0);
	assert_null(json_obj(s, "LastRun"));
	assert_int_equal(parts[PART_SCHEDULE]->due(f->ctl) > 0, 1);
}

static const struct { const char *members, *says; } wrong[] = {
	{ "\"ScheduleExpression\":\"cron(0 2 * * *)\"," TRANSIENT, "has 5 fields" },
	{ "\"ScheduleExpression\":\"rate(0 days)\"," TRANSIENT, "rate" },
	{ "\"ScheduleExpression\":\"at(2020-01-01T00:00:00)\"," TRANSIENT, "would never run" },
	{ EVERY_HOUR ",\"ScheduleExpressionTimezone\":\"Mars/Olympus\"," TRANSIENT, "Mars/Olympus" },
	{ EVERY_HOUR ",\"State\":\"ON\"," TRANSIENT, "ENABLED or DISABLED" },
	{ EVERY_HOUR ",\"CatchUp\":\"SOME\"," TRANSIENT, "SKIP, ONE or ALL" },
	{ EVERY_HOUR ",\"Overlap\":\"NO\"," TRANSIENT, "CANCEL_PREVIOUS" },
	{ EVERY_HOUR ",\"CatchUpWindowMinutes\":0," TRANSIENT, "CatchUpWindowMinutes" },
	{ EVERY_HOUR ",\"TopicArn\":\"ops\"," TRANSIENT, "There is no topic" },
	{ EVERY_HOUR, "Target must be" },
	{ EVERY_HOUR ",\"Target\":{\"Operation\":\"TerminateJobFlows\",\"Request\":{}}",
	  "RunJobFlow or AddJobFlowSteps" },
	{ EVERY_HOUR ",\"TopicArn\":\"arn:aws:sns:us-east-1:000000000000:nobody\"," TRANSIENT, "There is no topic" },
	/* as the operation itself */
	{ EVERY_HOUR ",\"Target\":{\"Operation\":\"RunJobFlow\",\"Request\":{}}", "validation error" },
	{ EVERY_HOUR ",\"Target\":{\"Operation\":\"RunJobFlow\",\"Request\":{\"Name\":\"a<b\",\"ReleaseLabel\":\"emr-7.5.0\","
	  "\"Instances\":{" GROUPS "}}}", "" },
	{ EVERY_HOUR ",\"Target\":{\"Operation\":\"AddJobFlowSteps\",\"Request\":{\"JobFlowId\":\"j-0000000000000\",\"Steps\":["
	  STEP("x") "]}}", "Specified job flow ID not valid." },
	{ EVERY_HOUR ",\"Target\":{\"Operation\":\"AddJobFlowSteps\",\"Request\":{\"JobFlowId\":\"etl\",\"Steps\":[{\"Name\":"
	  "\"x\"}]}}", "validation error" },
	{ EVERY_HOUR ",\"Target\":{\"Operation\":\"AddJobFlowSteps\",\"Request\":{\"JobFlowId\":\"etl\",\"Steps\":["
	  STEP("<schedule.when>") "]}}", "The placeholder <schedule.when> is not known" },
	{ EVERY_HOUR ",\"Target\":{\"Operation\":\"AddJobFlowSteps\",\"Request\":{\"JobFlowId\":\"etl\",\"Steps\":[{\"Name\":"
	  "\"x\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\",\"Properties\":[{\"Key\":\"stoker.retry.on\","
	  "\"Value\":\"X\"}]}}]}}", "stoker.retry.on" },
};

static void test_what_is_refused_when_put(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		ask(f, "Stoker.PutSchedule", "{\"ScheduleName\":\"n\",%s}", wrong[i].members);
		if (f->status != 400 || !strstr(f->message, wrong[i].says))
			fail_msg("%s: %d %s: %s", wrong[i].members, f->status, f->error, f->message);
		assert_string_equal(f->error, "ValidationException");
	}
	ask(f, "Stoker.PutSchedule", "{\"ScheduleName\":\"a b\"," EVERY_HOUR "," TRANSIENT "}");
	assert_non_null(strstr(f->message, "ScheduleName 'a b'"));
	assert_int_equal(map_len(f->ctl->clusters), 0);
	assert_int_equal(f->ctl->events.len, 0);
	assert_null(shown(f));
}

static void test_unknown_schedules(void **state)
{
	struct fixture *f = *state;
	static const char *const ops[] = { "Stoker.DeleteSchedule", "Stoker.RunScheduleNow" };

	for (int i = 0; i < 2; i++) {
		ask(f, ops[i], "{\"ScheduleName\":\"nobody\"}");
		assert_string_equal(f->error, "ResourceNotFoundException");
	}
}

/* ---- running ---- */

static void test_a_cluster_for_each_run(void **state)
{
	struct fixture *f = *state;

	put(f, "hourly", EVERY_HOUR ",\"ScheduleExpressionTimezone\":\"Asia/Tokyo\"," TRANSIENT);
	until(f, "2026-11-26T12:59:59Z");
	assert_int_equal(map_len(f->ctl->clusters), 0);
	until(f, "2026-11-26T13:00:00Z");
	struct cluster *c = newest(f);
	assert_string_equal(c->name, "etl 2026-11-26T13:00:00Z");
	assert_string_equal(c->steps.items[0]->args.items[1], "2026-11-26"); /* 22:00 in Tokyo */
	assert_string_equal(run_is(f, 0, "State"), "STARTED");
	assert_string_equal(run_is(f, 0, "ClusterId"), c->id);
	until(f, "2026-11-26T13:20:00Z");
	lives(f, c, 0);
	assert_int_equal(c->state, CLUSTER_TERMINATED);
	assert_string_equal(run_is(f, 0, "State"), "SUCCEEDED");
	assert_int_equal(runs(f), 1);
	until(f, "2026-11-26T14:00:00Z");
	assert_int_equal(map_len(f->ctl->clusters), 2);
	lives(f, newest(f), 1);
	assert_string_equal(run_is(f, 0, "State"), "FAILED");
	assert_non_null(strstr(run_is(f, 0, "Reason"), "Step load failed: "));
	assert_int_equal(json_int(shown(f), "Failures", 0), 1);
	assert_true(alarmed(f, "Schedule hourly failed"));
	assert_string_equal(json_str(json_obj(shown(f), "LastRun"), "State", ""), "FAILED");
	until(f, "2026-11-26T15:00:00Z");
	lives(f, newest(f), 0);
	assert_int_equal(json_int(shown(f), "Failures", -1), 0);
	assert_false(alarmed(f, "Schedule hourly failed"));
}

/* Which cluster a name means shows at each run: its maker must be allowed to act on that one. */
static void test_names_open_nothing(void **state)
{
	struct fixture *f = *state;
	struct control_caller ada = { .user = "ada", .access_key = "ADA", .region = "us-east-1" };
	static const char members[] = "{\"ScheduleName\":\"steps\"," EVERY_HOUR
		",\"Overlap\":\"ALLOW\",\"Target\":{\"Operation\":"
		"\"AddJobFlowSteps\",\"Request\":{\"JobFlowId\":\"t\",\"Steps\":[" STEP("a") "]}}}";

	good(f, "Stoker.PutPolicy", "{\"PolicyName\":\"own\",\"PolicyDocument\":{\"Version\":\"2012-10-17\",\"Statement\":["
	     "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"},{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":"
	     "\"*\",\"Condition\":{\"StringEquals\":{\"aws:ResourceTag/stage\":\"prod\"}}}]}}");
	good(f, "Stoker.CreateKey", "{\"AccessKeyId\":\"ADA\",\"SecretAccessKey\":\"secret-of-ada\",\"UserName\":\"ada\","
	     "\"Role\":\"none\",\"PolicyNames\":[\"own\"]}");
	/* There is no such cluster yet, so nothing speaks against it. */
	f->status = 0;
	control_call(f->ctl, "Stoker.PutSchedule", members, sizeof members - 1, &ada, on_reply, f);
	control_turn(f->ctl);
	assert_int_equal(f->status, 200);
	struct cluster *c = waiting(f);
	ask(f, "ElasticMapReduce.AddTags", "{\"ResourceId\":\"%s\",\"Tags\":[{\"Key\":\"stage\",\"Value\":\"prod\"}]}", c->id);
	restart(f);
	until(f, "2026-11-26T13:00:00Z");
	assert_string_equal(run_is(f, 0, "State"), "FAILED");
	assert_non_null(strstr(run_is(f, 0, "Reason"), "user/ada is not authorized to perform: "
	                       "elasticmapreduce:AddJobFlowSteps"));
	c = newest(f);
	assert_int_equal(c->steps.len, 0);
	ask(f, "ElasticMapReduce.RemoveTags", "{\"ResourceId\":\"%s\",\"TagKeys\":[\"stage\"]}", c->id);
	until(f, "2026-11-26T14:00:00Z");
	assert_int_equal(c->steps.len, 1);
	good(f, "Stoker.UpdateKey", "{\"AccessKeyId\":\"ADA\",\"Status\":\"Inactive\"}");
	until(f, "2026-11-26T15:00:00Z");
	assert_int_equal(c->steps.len, 1);
	/* Behind the run that goes on. */
	assert_non_null(strstr(run_is(f, 1, "Reason"), "ada has no active key any more"));
}

static void test_steps_for_a_cluster_by_name(void **state)
{
	struct fixture *f = *state;

	put(f, "steps",
	    EVERY_HOUR ",\"Target\":{\"Operation\":\"AddJobFlowSteps\",\"Request\":{\"JobFlowId\":\"t\","
	    "\"Steps\":[" STEP("a") "]}}");
	until(f, "2026-11-26T13:00:00Z");
	assert_string_equal(run_is(f, 0, "State"), "FAILED");
	assert_non_null(strstr(run_is(f, 0, "Reason"), "no live cluster named 't'"));
	struct cluster *c = waiting(f);
	until(f, "2026-11-26T14:00:00Z");
	assert_int_equal(c->steps.len, 1);
	assert_string_equal(run_is(f, 0, "State"), "STARTED");
	ends(f, c->steps.items[0], 0, 0);
	look(f);
	assert_string_equal(run_is(f, 0, "State"), "SUCCEEDED");
	until(f, "2026-11-26T15:00:00Z");
	ask(f, "ElasticMapReduce.CancelSteps", "{\"ClusterId\":\"%s\",\"StepIds\":[\"%s\"]}", c->id,
	    c->steps.items[1]->id);
	ends(f, c->steps.items[1], 0, 15);
	look(f);
	assert_string_equal(run_is(f, 0, "State"), "FAILED");
	assert_non_null(strstr(run_is(f, 0, "Reason"), "cancelled"));
}

static void test_disabled_and_deleted_do_not_run(void **state)
{
	struct fixture *f = *state;

	put(f, "x", EVERY_HOUR ",\"State\":\"DISABLED\"," TRANSIENT);
	until(f, "2026-11-26T18:00:00Z");
	assert_int_equal(runs(f), 0);
	put(f, "x", EVERY_HOUR "," TRANSIENT); /* what passed meanwhile was not missed */
	look(f);
	assert_int_equal(runs(f), 0);
	good(f, "Stoker.DeleteSchedule", "{\"ScheduleName\":\"x\"}");
	until(f, "2026-11-26T20:00:00Z");
	assert_int_equal(runs(f), 0);
	restart(f);
	assert_null(shown(f));
}

static void test_once(void **state)
{
	struct fixture *f = *state;

	put(f, "once", "\"ScheduleExpression\":\"at(2026-11-26T13:30:00)\"," TRANSIENT);
	until(f, "2026-11-26T13:30:00Z");
	until(f, "2026-11-27T13:30:00Z");
	assert_int_equal(runs(f), 1);
	assert_int_equal(cJSON_GetArraySize(json_arr(shown(f), "NextRuns")), 0);
}

static void test_run_now(void **state)
{
	struct fixture *f = *state;

	put(f, "x", EVERY_HOUR ",\"State\":\"DISABLED\",\"Overlap\":\"SKIP\"," TRANSIENT);
	const cJSON *r = good(f, "Stoker.RunScheduleNow", "{\"ScheduleName\":\"x\"}");
	char id[64];
	snprintf(id, sizeof id, "%s", json_str(r, "RunId", ""));
	assert_string_equal(run_is(f, 0, "RunId"), id);
	assert_string_equal(run_is(f, 0, "State"), "STARTED");
	lives(f, newest(f), 0);
	assert_string_equal(run_is(f, 0, "State"), "SUCCEEDED");
	put(f, "y",
	    EVERY_HOUR ",\"Target\":{\"Operation\":\"AddJobFlowSteps\",\"Request\":{\"JobFlowId\":\"gone\",\"Steps\":["
	    STEP("a") "]}}");
	ask(f, "Stoker.RunScheduleNow", "{\"ScheduleName\":\"y\"}");
	assert_non_null(strstr(f->message, "no live cluster named 'gone'"));
	assert_int_equal(runs(f), 1);
}

/* ---- overlap ---- */

static void two_runs(struct fixture *f, const char *overlap)
{
	char members[2048];

	snprintf(members, sizeof members, EVERY_HOUR ",\"Overlap\":\"%s\"," TRANSIENT, overlap);
	put(f, "x", members);
	until(f, "2026-11-26T13:00:00Z");
	hello_all(f, newest(f));
	until(f, "2026-11-26T14:00:00Z");
}

static void test_overlap_allow(void **state)
{
	struct fixture *f = *state;

	two_runs(f, "ALLOW");
	assert_int_equal(map_len(f->ctl->clusters), 2);
	assert_string_equal(run_is(f, 0, "State"), "STARTED");
	assert_string_equal(run_is(f, 1, "State"), "STARTED");
}

static void test_overlap_skip(void **state)
{
	struct fixture *f = *state;

	two_runs(f, "SKIP");
	assert_int_equal(map_len(f->ctl->clusters), 1);
	assert_string_equal(run_is(f, 1, "State"), "SKIPPED"); /* behind the one that goes on */
	assert_non_null(strstr(run_is(f, 1, "Reason"), "was still going"));
	assert_int_equal(json_int(shown(f), "Failures", -1), 0);
}

static void test_overlap_queue(void **state)
{
	struct fixture *f = *state;

	two_runs(f, "QUEUE");
	struct cluster *first = newest(f);
	assert_int_equal(map_len(f->ctl->clusters), 1);
	until(f, "2026-11-26T15:00:00Z");
	assert_string_equal(run_is(f, 0, "State"), "QUEUED");
	assert_string_equal(run_is(f, 1, "State"), "QUEUED");
	assert_string_equal(run_is(f, 2, "State"), "STARTED");
	restart(f);
	look(f);
	first = newest(f);
	for (size_t i = 0; i < first->instances.len; i++)
		hello(f, first->instances.items[i]);
	lives(f, first, 0);
	assert_int_equal(map_len(f->ctl->clusters), 2);
	assert_string_equal(newest(f)->name, "etl 2026-11-26T14:00:00Z");
	put(f, "x", EVERY_HOUR ",\"State\":\"DISABLED\"," TRANSIENT);
	assert_string_equal(run_is(f, 1, "State"), "SKIPPED");
	assert_string_equal(run_is(f, 1, "Reason"), "The schedule was disabled.");
}

static void test_overlap_cancel_previous(void **state)
{
	struct fixture *f = *state;

	two_runs(f, "CANCEL_PREVIOUS");
	assert_int_equal(map_len(f->ctl->clusters), 2);
	assert_string_equal(run_is(f, 0, "State"), "STARTED");
	assert_string_equal(run_is(f, 1, "State"), "FAILED");
	assert_string_equal(run_is(f, 1, "Reason"), "Ended by schedule x: its next run is due");
	size_t it = 0;
	void *v;
	assert_true(map_next(f->ctl->clusters, &it, NULL, &v));
	assert_int_equal(((struct cluster *)v)->state, CLUSTER_TERMINATING);
}

/* ---- downtime and clocks ---- */

/* Down from 12:30 to 16:20: 13, 14, 15 and 16 o'clock were missed. */
static void down(struct fixture *f, const char *members)
{
	char all[2048];

	snprintf(all, sizeof all, EVERY_HOUR "%s," TRANSIENT, members);
	put(f, "x", all);
	set_clock(clock_parse("2026-11-26T16:20:00Z"));
	restart(f);
	look(f);
}

static int count_state(struct fixture *f, const char *state)
{
	const cJSON *r, *list = json_arr(good(f, "Stoker.ListScheduleRuns", "{\"MaxResults\":1000}"), "Runs");
	int n = 0;

	cJSON_ArrayForEach(r, list)
		n += !strcmp(json_str(r, "State", ""), state);
	return n;
}

static void test_catch_up_skip(void **state)
{
	struct fixture *f = *state;

	down(f, "");
	assert_int_equal(count_state(f, "MISSED"), 4);
	assert_int_equal(map_len(f->ctl->clusters), 0);
	assert_non_null(strstr(run_is(f, 0, "Reason"), "CatchUp SKIP"));
	assert_true(alarmed(f, "A run of schedule x was missed"));
	/* Of the schedule's region, though nobody's request made it and no cluster is in it. */
	int missed = 0;
	const cJSON *e, *events = json_arr(good(f, "Stoker.ListEvents", "{\"ResourceId\":\"x\",\"Query\":\"MISSED\"}"), "Events");
	cJSON_ArrayForEach(e, events) {
		assert_string_equal(json_str(e, "Region", ""), "us-east-1");
		missed++;
	}
	assert_true(missed > 0);
	until(f, "2026-11-26T17:00:00Z");
	assert_int_equal(map_len(f->ctl->clusters), 1);
}

static void test_catch_up_one(void **state)
{
	struct fixture *f = *state;

	down(f, ",\"CatchUp\":\"ONE\"");
	assert_int_equal(count_state(f, "MISSED"), 3);
	assert_int_equal(map_len(f->ctl->clusters), 1);
	assert_string_equal(newest(f)->name, "etl 2026-11-26T16:00:00Z");
	assert_non_null(strstr(run_is(f, 0, "Reason"), "Made up for"));
}

static void test_catch_up_all_within_the_window(void **state)
{
	struct fixture *f = *state;

	down(f, ",\"CatchUp\":\"ALL\",\"CatchUpWindowMinutes\":90");
	assert_int_equal(count_state(f, "MISSED"), 2);
	assert_int_equal(count_state(f, "STARTED"), 2);
	assert_string_equal(newest(f)->name, "etl 2026-11-26T16:00:00Z");
	assert_non_null(strstr(run_is(f, 2, "Reason"), "longer ago than the 90 minutes"));
}

static void test_catch_up_all_one_after_another(void **state)
{
	struct fixture *f = *state;

	down(f, ",\"CatchUp\":\"ALL\",\"Overlap\":\"QUEUE\"");
	assert_int_equal(count_state(f, "STARTED"), 1);
	assert_int_equal(count_state(f, "QUEUED"), 3);
	assert_string_equal(newest(f)->name, "etl 2026-11-26T13:00:00Z");
	/* In the order of their times, also when they come out of the journal. */
	int64_t last = json_int(json_obj(shown(f), "LastRun"), "ScheduledFor", 0);
	restart(f);
	assert_int_equal(json_int(json_obj(shown(f), "LastRun"), "ScheduledFor", 0), last);
	const cJSON *list = json_arr(good(f, "Stoker.ListScheduleRuns", "{}"), "Runs"), *r;
	cJSON_ArrayForEach(r, list)
		assert_true(!r->next || json_int(r, "ScheduledFor", 0) > json_int(r->next, "ScheduledFor", 0));
}

static void test_a_short_absence_is_none(void **state)
{
	struct fixture *f = *state;

	put(f, "x", EVERY_HOUR "," TRANSIENT);
	set_clock(clock_parse("2026-11-26T13:03:00Z"));
	restart(f);
	look(f);
	assert_int_equal(count_state(f, "STARTED"), 1);
	assert_int_equal(count_state(f, "MISSED"), 0);
	restart(f); /* and not again */
	look(f);
	assert_int_equal(runs(f), 1);
	assert_int_equal(map_len(f->ctl->clusters), 1);
}

static void test_a_long_absence_is_summed_up(void **state)
{
	struct fixture *f = *state;

	put(f, "x", "\"ScheduleExpression\":\"cron(* * * * ? *)\"," TRANSIENT);
	set_clock(clock_parse("2026-11-28T12:00:30Z"));
	restart(f);
	look(f);
	assert_int_equal(count_state(f, "MISSED"), 100);
	assert_int_equal(count_state(f, "STARTED"), 1);
	assert_non_null(strstr(run_is(f, 100, "Reason"), "It stands for 2779 earlier ones, too."));
}

static void test_outcomes_during_downtime_are_seen(void **state)
{
	struct fixture *f = *state;

	put(f, "x", EVERY_HOUR "," TRANSIENT);
	until(f, "2026-11-26T13:00:00Z");
	struct cluster *c = newest(f);
	ask(f, "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"%s\"]}", c->id);
	for (size_t i = 0; i < c->instances.len; i++)
		node_gone(f->ctl, c->instances.items[i]->runtime, INSTANCE_REASON_CLUSTER_TERMINATED, "x");
	control_turn(f->ctl); /* ended; the part has not looked yet */
	assert_int_equal(c->state, CLUSTER_TERMINATED);
	restart(f);
	look(f);
	assert_string_equal(run_is(f, 0, "State"), "FAILED");
	assert_non_null(strstr(run_is(f, 0, "Reason"), "load was "));
}

static void test_clock_jumps(void **state)
{
	struct fixture *f = *state;

	put(f, "x", EVERY_HOUR "," TRANSIENT);
	until(f, "2026-11-26T13:00:00Z");
	until(f, "2026-11-26T12:58:00Z"); /* corrected by a little: not again */
	until(f, "2026-11-26T13:00:10Z");
	assert_int_equal(runs(f), 1);
	until(f, "2028-01-01T00:00:00Z"); /* far ahead, by mistake … */
	int seen = runs(f);
	until(f, "2026-11-26T13:10:00Z"); /* … and back: it goes on */
	until(f, "2026-11-26T14:00:00Z");
	assert_int_equal(count_state(f, "STARTED"), 3);
	assert_true(seen >= 50);
}

static void test_pages_of_runs(void **state)
{
	struct fixture *f = *state;
	char token[64] = "", body[128];
	int seen = 0;

	down(f, "");
	do {
		snprintf(body, sizeof body, "{\"ScheduleName\":\"x\",\"MaxResults\":3%s%s%s}", *token ?
		         ",\"NextToken\":\"" : "",
		         token, *token ? "\"" : "");
		const cJSON *r = good(f, "Stoker.ListScheduleRuns", body);
		seen += cJSON_GetArraySize(json_arr(r, "Runs"));
		snprintf(token, sizeof token, "%s", json_str(r, "NextToken", ""));
	} while (*token);
	assert_int_equal(seen, 4);
	good(f, "Stoker.ListScheduleRuns", "{\"ScheduleName\":\"y\"}");
	assert_int_equal(cJSON_GetArraySize(json_arr(f->reply, "Runs")), 0);
	ask(f, "Stoker.ListScheduleRuns", "{\"NextToken\":\"x\"}");
	assert_int_equal(f->status, 400);
}

static void test_regions_are_worlds(void **state)
{
	struct fixture *f = *state;
	static const struct control_caller elsewhere = { .local = true, .user = "owner", .region = "eu-west-1" };

	put(f, "x", EVERY_HOUR "," TRANSIENT);
	control_call(f->ctl, "Stoker.ListSchedules", "{}", 2, &elsewhere, on_reply, f);
	control_turn(f->ctl);
	assert_int_equal(cJSON_GetArraySize(json_arr(f->reply, "Schedules")), 0);
	char *body = xasprintf("{\"ScheduleName\":\"x\"," EVERY_HOUR "," TRANSIENT "}");
	control_call(f->ctl, "Stoker.PutSchedule", body, strlen(body), &elsewhere, on_reply, f);
	control_turn(f->ctl);
	assert_int_equal(f->status, 200);
	free(body);
	until(f, "2026-11-26T13:00:00Z");
	assert_int_equal(map_len(f->ctl->clusters), 2);
	assert_string_equal(newest(f)->region, "eu-west-1");
	assert_int_equal(runs(f), 1);
}

static void test_a_refused_put_is_none(void **state)
{
	struct fixture *f = *state;
	char *text = xmalloc(401), *members;
	bool refused = false;
	int n = 0;

	memset(text, 'd', 400);
	text[400] = '\0';
	members = xasprintf(EVERY_HOUR ",\"Description\":\"%s\"," TRANSIENT, text);
	store_limit_growth(f->ctl->store, 0);
	for (; n < 500 && !refused; n++) {
		ask(f, "Stoker.PutSchedule", "{\"ScheduleName\":\"n%d\",%s}", n, members);
		refused = f->status == 500;
	}
	assert_true(refused);
	size_t kept = map_len(schedule_state_of(f->ctl)->schedules);
	assert_int_equal(kept, n - 1);
	store_limit_growth(f->ctl->store, -1);
	control_turn(f->ctl);
	restart(f);
	assert_int_equal(map_len(schedule_state_of(f->ctl)->schedules), kept);
	free(members);
	free(text);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, frozen_setup, frozen_teardown)

int main(void)
{
	setenv("STOKER_LOG", "error", 0);
	log_open("test");
	const struct CMUnitTest tests[] = {
		T(test_put_answers_with_the_next_runs), T(test_what_is_refused_when_put), T(test_unknown_schedules),
		T(test_a_cluster_for_each_run), T(test_steps_for_a_cluster_by_name),
		T(test_names_open_nothing),
		T(test_disabled_and_deleted_do_not_run), T(test_once), T(test_run_now), T(test_overlap_allow),
		T(test_overlap_skip), T(test_overlap_queue), T(test_overlap_cancel_previous), T(test_catch_up_skip),
		T(test_catch_up_one), T(test_catch_up_all_within_the_window), T(test_catch_up_all_one_after_another),
		T(test_a_short_absence_is_none), T(test_a_long_absence_is_summed_up),
		T(test_outcomes_during_downtime_are_seen), T(test_clock_jumps), T(test_pages_of_runs),
		T(test_regions_are_worlds), T(test_a_refused_put_is_none),
	};
	return cmocka_run_group_tests_name("schedules in the control plane", tests, NULL, NULL);
}
