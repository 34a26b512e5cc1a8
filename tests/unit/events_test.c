/* The stream of events: found by every filter on both sides of the index's edge, and told of everything that
 * changes. */
#include "tests/unit/control_fixture.h"

#include "core/base/clock.h"
#include "core/control/changes.h"

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define N 2500                         /* the index is brought up every thousand */

static void fill(struct store *s)
{
	struct error err = ERROR_INIT;
	for (int i = 0; i < N; i++) {
		char message[128];
		struct event e = { .time = 1000 + i, .type = (char *)(i % 5 ? "EMR Step Status Change" : "EMR Cluster State Change"),
		                   .severity = i % 100 == 7 ? SEVERITY_ERROR : i % 10 == 3 ? SEVERITY_WARN : SEVERITY_INFO,
		                   .actor = (char *)(i % 50 ? "system" : "ada"), .message = message };
		snprintf(message, sizeof message, "Step s-%d of cluster j-%d (nightly_load) is %s%s", i, i % 7,
		         i % 2 ? "RUNNING" : "COMPLETED", i % 1250 == 1100 ? ": a zebra, \"Quagga\"" : "");
		snprintf(e.cluster_id, sizeof e.cluster_id, "j-%d", i % 7);
		snprintf(e.resource_id, sizeof e.resource_id, "s-%d", i);
		snprintf(e.region, sizeof e.region, "%s", i % 3 == 0 ? "eu-west-1" : i % 3 == 1 ? "us-east-1" : "");
		store_add_event(s, &e);
	}
	assert_int_equal(store_commit(s, &err), 0);
}

/* How many there are by hand. */
static bool fits(int i, const struct event_query *q)
{
	int severity = i % 100 == 7 ? SEVERITY_ERROR : i % 10 == 3 ? SEVERITY_WARN : SEVERITY_INFO;
	const char *region = i % 3 == 0 ? "eu-west-1" : i % 3 == 1 ? "us-east-1" : "";
	char id[32];
	if (severity < (int)q->severity || (q->region && *region && strcmp(region, q->region)))
		return false;
	snprintf(id, sizeof id, "j-%d", i % 7);
	if (q->cluster_id && strcmp(id, q->cluster_id))
		return false;
	snprintf(id, sizeof id, "s-%d", i);
	if (q->resource_id && strcmp(id, q->resource_id))
		return false;
	if (q->type && strcmp(q->type, i % 5 ? "EMR Step Status Change" : "EMR Cluster State Change"))
		return false;
	if ((q->since && 1000 + i < q->since) || (q->until && 1000 + i > q->until))
		return false;
	if (!q->words)
		return true;
	return !strcmp(q->words, "running ADA") ? i % 2 && i % 50 == 0 :
	       !strcmp(q->words, "completed, ada!") ? i % 2 == 0 && i % 50 == 0 :
	       !strcmp(q->words, "zebra \"quagga\"") ? i % 1250 == 1100 :
	       !strcmp(q->words, "nightly_load") ? true : !strcmp(q->words, "j-3 running") ? i % 7 == 3 && i % 2 : false;
}

static void test_every_filter(void **state)
{
	static const struct event_query table[] = {
		{ 0 }, { .region = "us-east-1" }, { .region = "ap-south-1" }, { .cluster_id = "j-3" }, { .resource_id = "s-17" },
		{ .resource_id = "s-2499" }, { .severity = SEVERITY_WARN }, { .severity = SEVERITY_ERROR, .region = "eu-west-1" },
		{ .severity = SEVERITY_CRITICAL }, { .type = "EMR Cluster State Change" }, { .type = "EMR Cluster" },
		{ .words = "running ADA" }, { .words = "completed, ada!" }, { .words = "zebra \"quagga\"" },
		{ .words = "nightly_load", .cluster_id = "j-1", .severity = SEVERITY_WARN }, { .words = "nightly" },
		{ .words = "zeb" }, { .words = "j-3 running", .type = "EMR Step Status Change" },
		{ .since = 2990, .until = 3010 }, { .since = 3400, .words = "nightly_load" }, { .until = 1500, .cluster_id = "j-2" },
		{ .since = 99999 }, { .until = 1 },
	};
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	fill(f->ctl->store);
	for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
		struct event_query q = table[k];
		int64_t last = INT64_MAX;
		int want = 0, got = 0;
		for (int i = 0; i < N; i++)
			want += fits(i, &q);
		q.max = 37;
		for (;;) {                     /* by pages: newest first, none twice, none left out */
			struct event_list l = { 0 };
			assert_int_equal(store_find_events(f->ctl->store, &q, &l, &err), 0);
			for (size_t i = 0; i < l.len; i++) {
				assert_true(l.items[i].seq < last);
				assert_true(fits((int)l.items[i].time - 1000, &table[k]));
				last = l.items[i].seq;
			}
			got += (int)l.len;
			bool more = (int)l.len == q.max;
			event_list_free(&l);
			if (!more)
				break;
			q.before = last;
		}
		if (got != want)
			fail_msg("row %zu: %d of %d", k, got, want);
	}
}

/* What time takes from the stream it takes from the index too; numbers go on. */
static void test_age(void **state)
{
	struct fixture *f = *state;
	struct store *s = f->ctl->store;
	struct error err = ERROR_INIT;
	struct event_list l = { 0 };
	struct event_query q = { .words = "zebra", .max = 10 }, all = { .max = 1 };
	fill(s);
	store_trim_events(s, 1000 + 2000);
	assert_int_equal(store_commit(s, &err), 0);
	assert_int_equal(store_find_events(s, &q, &l, &err), 0);
	assert_int_equal(l.len, 1);
	event_list_free(&l);
	store_trim_events(s, INT64_MAX);
	assert_int_equal(store_commit(s, &err), 0);
	assert_int_equal(store_find_events(s, &q, &l, &err), 0);
	assert_int_equal(l.len, 0);
	fill(s);
	assert_int_equal(store_find_events(s, &all, &l, &err), 0);
	assert_true(l.items[0].seq > N);
	event_list_free(&l);
	assert_int_equal(store_find_events(s, &q, &l, &err), 0);
	assert_int_equal(l.len, 2);
	event_list_free(&l);
}

/* ---- what is told ---- */

static bool says(struct fixture *f, const char *id, const char *words)
{
	struct event_query q = { .resource_id = id, .max = 1000 };
	struct event_list l = { 0 };
	struct error err = ERROR_INIT;
	bool found = false;
	assert_int_equal(store_find_events(f->ctl->store, &q, &l, &err), 0);
	for (size_t i = 0; i < l.len; i++)
		found |= strstr(l.items[i].message, words) != NULL;
	event_list_free(&l);
	return found;
}

static void must_say(struct fixture *f, const char *id, const char *words)
{
	if (!says(f, id, words))
		fail_msg("%s: nothing says \"%s\"", id, words);
}

static void test_everything_is_told(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	const struct instance_group *core = c->groups.items[1];
	must_say(f, c->id, "was requested");
	must_say(f, c->id, "is WAITING");
	must_say(f, core->id, "(CORE) of cluster");
	must_say(f, core->id, "is RUNNING");
	for (size_t i = 0; i < c->instances.len; i++) {
		static const char *const states[] = { "is PROVISIONING", "is BOOTSTRAPPING", "is RUNNING" };
		for (size_t k = 0; k < 3; k++)
			must_say(f, c->instances.items[i]->id, states[k]);
	}
	static const struct { const char *op, *body, *words; } table[] = {
		{ "SetTerminationProtection", "{\"JobFlowIds\":[\"%s\"],\"TerminationProtected\":true}",
		  "Termination protection of cluster" },
		{ "SetTerminationProtection", "{\"JobFlowIds\":[\"%s\"],\"TerminationProtected\":false}", "is off now" },
		{ "SetVisibleToAllUsers", "{\"JobFlowIds\":[\"%s\"],\"VisibleToAllUsers\":false}", "Visibility to all users" },
		{ "ModifyCluster", "{\"ClusterId\":\"%s\",\"StepConcurrencyLevel\":7}", "may run 7 steps at a time, it was 1" },
		{ "PutAutoTerminationPolicy", "{\"ClusterId\":\"%s\",\"AutoTerminationPolicy\":{\"IdleTimeout\":600}}",
		  "ends after 600 s without work" },
		{ "RemoveAutoTerminationPolicy", "{\"ClusterId\":\"%s\"}", "however long it is idle" },
		{ "AddTags", "{\"ResourceId\":\"%s\",\"Tags\":[{\"Key\":\"team\",\"Value\":\"blue\"}]}", "has the tag team=blue now" },
		{ "AddTags", "{\"ResourceId\":\"%s\",\"Tags\":[{\"Key\":\"team\",\"Value\":\"red\"}]}", "has the tag team=red now" },
		{ "RemoveTags", "{\"ResourceId\":\"%s\",\"TagKeys\":[\"team\"]}", "has the tag team no longer" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char target[80];
		snprintf(target, sizeof target, "ElasticMapReduce.%s", table[i].op);
		ask(f, target, table[i].body, c->id);
		assert_int_equal(f->status, 200);
		must_say(f, c->id, table[i].words);
	}
	ask(f, "ElasticMapReduce.ModifyInstanceGroups", "{\"InstanceGroups\":[{\"InstanceGroupId\":\"%s\","
	    "\"InstanceCount\":4}]}", core->id);
	must_say(f, core->id, "shall have 4 instances, it had to have 2");
	struct step *s = add_step(f, c, "CONTINUE", PROCESS);
	must_say(f, s->id, "is PENDING");
	must_say(f, s->id, "is RUNNING");
	ends(f, s, 0, 0);
	must_say(f, s->id, "is COMPLETED");
	/* What changes nothing tells nothing. */
	int64_t before = 0;
	for (int k = 0; k < 2; k++) {
		struct event_query q = { .max = 1 };
		struct event_list l = { 0 };
		struct error err = ERROR_INIT;
		ask(f, "ElasticMapReduce.SetTerminationProtection", "{\"JobFlowIds\":[\"%s\"],\"TerminationProtected\":false}",
		    c->id);
		assert_int_equal(store_find_events(f->ctl->store, &q, &l, &err), 0);
		assert_true(!before || before == l.items[0].seq);
		before = l.items[0].seq;
		event_list_free(&l);
	}
}

static void test_shapes(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	const cJSON *r = ask(f, "Stoker.ListEvents", "{\"ClusterId\":\"%s\",\"Type\":\"EMR Cluster State Change\","
	                     "\"Format\":\"eventbridge\",\"MaxResults\":1}", c->id);
	const cJSON *e = cJSON_GetArrayItem(json_arr(r, "Records"), 0), *detail = json_obj(e, "detail");
	assert_string_equal(json_str(e, "detail-type", ""), "EMR Cluster State Change");
	assert_string_equal(json_str(e, "source", ""), "aws.emr");
	assert_string_equal(json_str(e, "account", ""), "000000000000");
	assert_string_equal(json_str(e, "region", ""), "us-east-1");
	assert_string_equal(json_str(detail, "clusterId", ""), c->id);
	assert_string_equal(json_str(detail, "state", ""), "WAITING");
	assert_string_equal(json_str(detail, "severity", ""), "INFO");
	cJSON *why = json_parse(json_str(detail, "stateChangeReason", ""), strlen(json_str(detail, "stateChangeReason", "")),
	                        NULL);
	assert_string_equal(json_str(why, "message", ""), "Cluster ready to run steps.");
	cJSON_Delete(why);
	r = ask(f, "Stoker.ListEvents", "{\"ResourceId\":\"%s\",\"Format\":\"eventbridge\",\"MaxResults\":1}",
	        c->groups.items[1]->id);
	detail = json_obj(cJSON_GetArrayItem(json_arr(r, "Records"), 0), "detail");
	assert_string_equal(json_str(detail, "requestedInstanceCount", ""), "2");
	assert_string_equal(json_str(detail, "instanceGroupType", ""), "CORE");
	assert_string_equal(json_str(detail, "market", ""), "ON_DEMAND");
	assert_string_equal(json_str(detail, "state", ""), "RUNNING");
}

static bool gone(struct fixture *f, struct cluster *c)
{
	for (size_t i = 0; i < c->instances.len; i++) {
		struct node *n = c->instances.items[i]->runtime;
		if (!n || c->instances.items[i]->state == INSTANCE_TERMINATED)
			continue;
		if (n->link)
			link_close(n->link);
		node_link_closed(f->ctl, n);
	}
	control_turn(f->ctl);
	return cluster_state_ended(c->state);
}

/* The watch of control_fixture.h finds a change that no event tells; here everything that has states goes through a life, so
 * that it has something to watch. */
static void test_lives_are_told(void **state)
{
	static const char *const must[] = {
		"cluster (none) → STARTING", "cluster STARTING → WAITING", "cluster WAITING → RUNNING", "cluster RUNNING → WAITING",
		"cluster WAITING → TERMINATING", "cluster TERMINATING → TERMINATED", "group (none) → PROVISIONING",
		"group PROVISIONING → RUNNING", "group RUNNING → RESIZING", "group RESIZING → RUNNING", "group RUNNING → TERMINATING",
		"group TERMINATING → TERMINATED", "fleet (none) → PROVISIONING", "fleet PROVISIONING → RUNNING",
		"instance (none) → PROVISIONING", "instance PROVISIONING → RUNNING", "instance RUNNING → TERMINATED",
		"step (none) → PENDING", "step (none) → RUNNING", "step PENDING → RUNNING", "step RUNNING → FAILED",
		"step PENDING → CANCELLED", "step RUNNING → INTERRUPTED", "letter (none) → PENDING", "letter PENDING → DISCARDED",
		"letter PENDING → REPLAYED", "alarm (none) → INSUFFICIENT_DATA", "alarm INSUFFICIENT_DATA → ALARM", "alarm ALARM → OK",
		"run (none) → STARTED",
	};
	struct fixture *f = *state;
	struct cluster *c = waiting(f), *fleets;
	struct step *failing = add_step(f, c, "CONTINUE", PROCESS), *second = add_step(f, c, "CONTINUE", PROCESS),
	            *cancelled = add_step(f, c, "CONTINUE", PROCESS);

	ask(f, "ElasticMapReduce.CancelSteps", "{\"ClusterId\":\"%s\",\"StepIds\":[\"%s\"]}", c->id, cancelled->id);
	ends(f, failing, 1, 0);
	ends(f, second, 1, 0);
	for (int i = 0; i < 2; i++) {
		const cJSON *letters = json_arr(good(f, "Stoker.ListDeadLetters", "{\"State\":\"PENDING\"}"), "DeadLetters");
		char id[64];
		snprintf(id, sizeof id, "%s", json_str(cJSON_GetArrayItem(letters, 0), "DeadLetterId", ""));
		ask(f, i ? "Stoker.DiscardDeadLetter" : "Stoker.ReplayDeadLetter", "{\"DeadLetterId\":\"%s\"}", id);
		assert_int_equal(f->status, 200);
		must_say(f, id, i ? "was discarded" : "was replayed");
	}
	ends(f, c->steps.items[c->steps.len - 1], 0, 0);
	ask(f, "ElasticMapReduce.ModifyInstanceGroups", "{\"InstanceGroups\":[{\"InstanceGroupId\":\"%s\","
	    "\"InstanceCount\":3}]}", c->groups.items[1]->id);
	hello_all(f, c);
	good(f, "GraniteServiceVersion20100801.PutMetricAlarm", "{\"AlarmName\":\"a\",\"Namespace\":\"T\",\"MetricName\":\"m\","
	     "\"Statistic\":\"Sum\",\"Period\":60,\"EvaluationPeriods\":1,\"Threshold\":5,"
	     "\"ComparisonOperator\":\"GreaterThanThreshold\",\"TreatMissingData\":\"ignore\"}");
	for (int i = 0; i < 2; i++) {
		ask(f, "GraniteServiceVersion20100801.SetAlarmState", "{\"AlarmName\":\"a\",\"StateValue\":\"%s\",\"StateReason\":\"by "
		    "hand\"}", i ? "OK" : "ALARM");
		must_say(f, "a", i ? "is OK: by hand" : "is ALARM: by hand");
	}
	/* Alarms have long names. */
	char name[256] = "";
	memset(name, 'n', 255);
	ask(f, "GraniteServiceVersion20100801.PutCompositeAlarm", "{\"AlarmName\":\"%s\",\"AlarmRule\":\"ALARM(a)\"}", name);
	must_say(f, name, "was put");
	ask(f, "GraniteServiceVersion20100801.SetAlarmState", "{\"AlarmName\":\"%s\",\"StateValue\":\"ALARM\",\"StateReason\":\"by "
	    "hand\"}", name);
	must_say(f, name, "is ALARM: by hand");
	ask(f, "Stoker.PutSchedule", "{\"ScheduleName\":\"nightly\",\"ScheduleExpression\":\"cron(0 2 1 1 ? *)\",\"Target\":{"
	    "\"Operation\":\"AddJobFlowSteps\",\"Request\":{\"JobFlowId\":\"%s\",\"Steps\":[{\"Name\":\"s\",\"ActionOnFailure\":"
	    "\"CONTINUE\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\",\"Args\":[\"true\"]}}]}}}", c->id);
	must_say(f, "nightly", "was made");
	good(f, "Stoker.RunScheduleNow", "{\"ScheduleName\":\"nightly\"}");
	must_say(f, "nightly", "was started on demand");
	ends(f, c->steps.items[c->steps.len - 1], 0, 0);
	parts_run(f->ctl, clock_now_ms());
	control_turn(f->ctl);
	must_say(f, "nightly", "is SUCCEEDED");
	add_step(f, c, "CONTINUE", PROCESS);
	fleets = run_up(f, "\"Instances\":{\"KeepJobFlowAliveWhenNoSteps\":true,\"InstanceFleets\":[{\"InstanceFleetType\":\"MASTER\","
	                "\"TargetOnDemandCapacity\":1,\"InstanceTypeConfigs\":[{\"InstanceType\":\"m5.xlarge\"}]}]}");
	ask(f, "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"%s\",\"%s\"]}", c->id, fleets->id);
	assert_true(gone(f, c) && gone(f, fleets));
	must_say(f, c->id, "is TERMINATED");
	for (size_t i = 0; i < sizeof must / sizeof *must; i++)
		if (!map_has(watched.walked, must[i]))
			fail_msg("no %s was seen", must[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { T(test_every_filter), T(test_age), T(test_everything_is_told), T(test_shapes),
	                                     T(test_lives_are_told) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
