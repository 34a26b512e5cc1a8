/* Scaling over a fake provisioner with a clock that the test sets: which sizes come of which demand, CPU and
 * hours, and what is written about it. */
#include "tests/unit/control_fixture.h"

#include "core/control/part.h"
#include "core/metrics/metrics.h"
#include "core/model/alarm.h"

#define HOUR 3600000LL
#define START (1790000000000LL / HOUR * HOUR)

/* Time passes in steps of a second at most, as the loop's timer would have it: what is due runs. */
static void pass(struct fixture *f, int64_t ms)
{
	for (int64_t left = ms; left >= 0; left -= 500) {
		int64_t due = parts_due(f->ctl);
		if (due && due <= now_ms)
			parts_run(f->ctl, now_ms);
		control_turn(f->ctl);
		if (left > 0)
			set_clock(now_ms + (left < 500 ? left : 500));
	}
}

static int frozen_setup(void **state)
{
	return frozen_at(START, state);
}

#define WITH_TASK "\"Instances\":{\"InstanceGroups\":[" \
	"{\"InstanceRole\":\"MASTER\",\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1}," \
	"{\"InstanceRole\":\"CORE\",\"InstanceType\":\"c5.large\",\"InstanceCount\":1}," \
	"{\"InstanceRole\":\"TASK\",\"InstanceType\":\"c5.large\",\"InstanceCount\":1}]," \
	"\"KeepJobFlowAliveWhenNoSteps\":true}"

/* A waiting cluster of a master, a core and a task node; nodes of 4 GB, and a budget of 64 GB. */
static struct cluster *up(struct fixture *f, const char *more)
{
	f->ctl->budget_mb = 65536;
	char *options = xasprintf(WITH_TASK "%s", more);
	struct cluster *c = run_up(f, options);

	free(options);
	return c;
}

static struct instance_group *core(struct cluster *c)
{
	return cluster_group_of(c, ROLE_CORE);
}

static struct instance_group *task(struct cluster *c)
{
	return cluster_group_of(c, ROLE_TASK);
}

/* Nodes that were asked for come up; those that may go have gone. */
static void settle(struct fixture *f, struct cluster *c)
{
	control_turn(f->ctl);
	hello_all(f, c);
	for (size_t i = c->instances.len; i-- > 0;) {
		struct node *n = c->instances.items[i]->runtime;
		if (n && n->stopping && n->link) {
			link_close(n->link);
			node_link_closed(f->ctl, n);
		}
	}
	control_turn(f->ctl);
}

/* ---- decisions ---- */

static const cJSON *decisions(struct fixture *f, const struct cluster *c)
{
	return json_arr(ask(f, "Stoker.ListScalingDecisions", "{\"ClusterId\":\"%s\"}", c->id), "Decisions");
}

static int count_decisions(struct fixture *f, const struct cluster *c, const char *kind, const char *outcome)
{
	const cJSON *d;
	int n = 0;

	cJSON_ArrayForEach(d, decisions(f, c))
		n += !strcmp(json_str(d, "Kind", ""), kind) && (!outcome || !strcmp(json_str(d, "Outcome", ""), outcome));
	return n;
}

static void newest_is(struct fixture *f, const struct cluster *c, const char *kind, const char *outcome,
                      int from, int to, const char *says)
{
	const cJSON *d = cJSON_GetArrayItem(decisions(f, c), 0);

	assert_non_null(d);
	if (strcmp(json_str(d, "Kind", ""), kind) || strcmp(json_str(d, "Outcome", ""), outcome) ||
	    json_int(d, "From", -1) != from || json_int(d, "To", -1) != to ||
	    !strstr(json_str(d, "Reason", ""), says)) {
		char *text = json_print(d);
		fail_msg("%s", text);
	}
	assert_non_null(json_obj(d, "Numbers"));
	assert_string_equal(json_str(d, "ClusterId", ""), c->id);
	assert_int_equal(strncmp(json_str(d, "DecisionId", ""), "sd-", 3), 0);
}

static int count_events(struct fixture *f, const struct cluster *c, const char *words)
{
	const cJSON *e;
	int n = 0;

	const cJSON *r = ask(f, "Stoker.ListEvents", "{\"ClusterId\":\"%s\",\"MaxResults\":1000}", c->id);
	cJSON_ArrayForEach(e, json_arr(r, "Events"))
		n += strstr(json_str(e, "Message", ""), words) != NULL;
	return n;
}

/* ---- managed scaling ---- */

static void put_managed(struct fixture *f, const struct cluster *c, const char *limits)
{
	ask(f, "ElasticMapReduce.PutManagedScalingPolicy", "{\"ClusterId\":\"%s\",\"ManagedScalingPolicy\":{"
	    "\"ComputeLimits\":{%s}}}", c->id, limits);
	if (f->status != 200)
		fail_msg("%s: %s", f->error, f->message);
}

#define ONE_TO_EIGHT "\"UnitType\":\"Instances\",\"MinimumCapacityUnits\":1,\"MaximumCapacityUnits\":8," \
	"\"MaximumCoreCapacityUnits\":2"

/* A job that runs on the primary node and wants so many executors of 2 GB: two of them fill a node. */
static struct driver *job(struct fixture *f, struct cluster *c, int want)
{
	struct step *s = add_step(f, c, "CONTINUE", SQL);
	struct exec *e = exec_of(s);
	struct driver *d = calloc(1, sizeof *d);

	assert_non_null(e);
	*d = (struct driver){ .ctl = f->ctl, .exec = e, .want = want, .want_mb = 2048, .next_number = 2 };
	e->driver = d;
	vec_push(&f->ctl->drivers, d);
	wake_cluster(f->ctl, c);
	control_turn(f->ctl);
	return d;
}

static int executors(struct fixture *f)
{
	int n = 0;
	size_t it = 0;
	void *v;

	while (map_next(f->ctl->containers, &it, NULL, &v))
		n += ((struct exec *)v)->m->kind == CONTAINER_EXECUTOR;
	return n;
}

static struct exec *an_executor(struct fixture *f)
{
	size_t it = 0;
	void *v;

	while (map_next(f->ctl->containers, &it, NULL, &v))
		if (((struct exec *)v)->m->kind == CONTAINER_EXECUTOR)
			return v;
	return NULL;
}

/* The job ends: its executors, then its driver. */
static void finish(struct fixture *f, struct driver *d)
{
	struct exec *e = d->exec, *x;

	d->want = 0;
	e->driver = NULL;
	while ((x = an_executor(f)))
		exec_ended(f->ctl, x, 0, 0, NULL);
	exec_ended(f->ctl, e, 0, 0, NULL);
	d->exec = NULL;
	driver_detach(f->ctl, d);
	control_turn(f->ctl);
}

static void test_managed_grows_and_shrinks(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");
	struct driver *d;

	put_managed(f, c, ONE_TO_EIGHT);
	d = job(f, c, 9); /* four fit on the two nodes that are there, one is there from the start */
	assert_int_equal(executors(f), 3);
	pass(f, 1000);
	assert_int_equal(core(c)->requested + task(c)->requested, 2); /* one look is not enough */
	pass(f, 4000);
	assert_int_equal(core(c)->requested, 2);  /* core first, as far as it may */
	assert_true(task(c)->requested > 1);
	newest_is(f, c, "managed", "applied", 1, task(c)->requested, "wait for a node");
	int total = core(c)->requested + task(c)->requested, written = count_decisions(f, c, "managed", NULL);
	settle(f, c);
	assert_int_equal(executors(f), 9);
	pass(f, 120000);
	assert_int_equal(core(c)->requested + task(c)->requested, total); /* all of them work */
	assert_int_equal(count_decisions(f, c, "managed", NULL), written);
	finish(f, d);
	pass(f, 50000);
	assert_int_equal(core(c)->requested + task(c)->requested, total); /* patience */
	pass(f, 20000);
	settle(f, c);
	pass(f, 5000);
	assert_int_equal(core(c)->requested, 1);
	assert_int_equal(task(c)->requested, 0);
	assert_int_equal(core(c)->running, 1);
	written = count_decisions(f, c, "managed", NULL);
	pass(f, 600000);
	assert_true(count_decisions(f, c, "managed", NULL) <= written + 1); /* "at the minimum", once */
	assert_int_equal(count_events(f, c, "was lost"), 0);
}

static void test_managed_does_not_take_working_nodes(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");
	struct driver *d;

	put_managed(f, c, ONE_TO_EIGHT);
	d = job(f, c, 9);
	pass(f, 7000);
	settle(f, c);
	d->want = 1;
	while (executors(f) > 1)
		exec_ended(f->ctl, an_executor(f), 0, 0, NULL);
	struct exec *last = an_executor(f);
	struct node *working = last->node;
	pass(f, 90000);
	settle(f, c);
	assert_false(working->draining);
	assert_ptr_equal(an_executor(f), last);
	assert_true(core(c)->requested + task(c)->requested <= 2);
	finish(f, d);
}

static void test_managed_at_its_maximum_says_so_once(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");

	put_managed(f, c, "\"UnitType\":\"Instances\",\"MinimumCapacityUnits\":1,\"MaximumCapacityUnits\":2");
	struct driver *d = job(f, c, 20);
	pass(f, 60000);
	assert_int_equal(core(c)->requested + task(c)->requested, 2);
	newest_is(f, c, "managed", "at_limit", 2, 2, "2 instances are the maximum");
	assert_int_equal(count_decisions(f, c, "managed", "at_limit"), 1);
	finish(f, d);
}

static void test_managed_limits_hold_without_demand(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, ",\"ManagedScalingPolicy\":{\"ComputeLimits\":{\"UnitType\":\"Instances\","
	                          "\"MinimumCapacityUnits\":4,\"MaximumCapacityUnits\":6,"
	                          "\"MaximumCoreCapacityUnits\":1}}");

	pass(f, 1000);
	assert_int_equal(core(c)->requested, 1);
	assert_int_equal(task(c)->requested, 3);
	newest_is(f, c, "managed", "applied", 1, 3, "below the minimum of 4");
	settle(f, c);
	put_managed(f, c, "\"UnitType\":\"Instances\",\"MinimumCapacityUnits\":1,\"MaximumCapacityUnits\":2");
	pass(f, 1000);
	assert_int_equal(core(c)->requested + task(c)->requested, 2);
	newest_is(f, c, "managed", "applied", 3, 1, "above the maximum of 2");
	ask(f, "ElasticMapReduce.RemoveManagedScalingPolicy", "{\"ClusterId\":\"%s\"}", c->id);
	assert_int_equal(f->status, 200);
	assert_null(json_obj(ask(f, "ElasticMapReduce.GetManagedScalingPolicy", "{\"ClusterId\":\"%s\"}", c->id),
	                     "ManagedScalingPolicy"));
}

static void test_managed_when_the_machine_is_full(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");

	put_managed(f, c, ONE_TO_EIGHT);
	f->ctl->budget_mb = f->ctl->granted_mb + 64 + 4096;
	struct driver *d = job(f, c, 9);
	pass(f, 30000);
	assert_int_equal(core(c)->requested + task(c)->requested, 2);
	newest_is(f, c, "managed", "held", 2, 2, "more nodes would not help");
	finish(f, d);
}

/* ---- the utilisation tree ---- */

/* Every node of the cluster gives a sample every 5 s. */
static void cpu_for(struct fixture *f, struct cluster *c, double cpu, int seconds)
{
	for (int t = 0; t < seconds; t += 5) {
		double values[METRICS] = { 0 };
		values[METRIC_NODE_CPU] = cpu;
		for (size_t i = 0; i < c->instances.len; i++)
			if (c->instances.items[i]->runtime)
				parts_sampled(f->ctl, c->instances.items[i]->runtime, values);
		pass(f, 5000);
	}
}

static void put_tree(struct fixture *f, const struct cluster *c, const struct instance_group *g,
                     const char *more)
{
	ask(f, "Stoker.PutUtilizationScaling", "{\"ClusterId\":\"%s\",\"InstanceGroupId\":\"%s\",%s}", c->id, g->id,
	    more);
	if (f->status != 200)
		fail_msg("%s: %s", f->error, f->message);
}

static void test_tree(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");

	put_tree(f, c, task(c), "\"MinCapacity\":1,\"MaxCapacity\":3,\"CoolDown\":120");
	cpu_for(f, c, 90, 115);
	assert_int_equal(task(c)->requested, 1); /* one full minute is not two */
	cpu_for(f, c, 90, 15);
	assert_int_equal(task(c)->requested, 2);
	newest_is(f, c, "utilization", "applied", 1, 2, "CPU 90.0 % is above 80 %");
	cpu_for(f, c, 90, 60);
	newest_is(f, c, "utilization", "held", 2, 2, "under way: 1 of 2 nodes run");
	settle(f, c);
	cpu_for(f, c, 90, 60);
	newest_is(f, c, "utilization", "cool_down", 2, 2, "cool-down of 120 s lasts another");
	cpu_for(f, c, 90, 120);
	assert_int_equal(task(c)->requested, 3);
	settle(f, c);
	assert_int_equal(json_arr(good(f, "Stoker.ListAlarms", "{}"), "Alarms")->child != NULL, 0);
	cpu_for(f, c, 90, 240);
	newest_is(f, c, "utilization", "at_limit", 3, 3, "the maximum is 3");
	assert_int_equal(count_decisions(f, c, "utilization", "at_limit"), 1);
	assert_int_equal(count_events(f, c, "needs an operator"), 1);
	const cJSON *alarm = cJSON_GetArrayItem(json_arr(good(f, "Stoker.ListAlarms", "{}"), "Alarms"), 0);
	assert_non_null(strstr(json_str(alarm, "Title", ""), "at its maximum of 3 nodes"));
	cpu_for(f, c, 50, 120);
	assert_null(cJSON_GetArrayItem(json_arr(good(f, "Stoker.ListAlarms", "{}"), "Alarms"), 0));
	cpu_for(f, c, 5, 130);
	assert_int_equal(task(c)->requested, 2);
	newest_is(f, c, "utilization", "applied", 3, 2, "below 20 %");
	settle(f, c);
	cpu_for(f, c, 5, 600);
	settle(f, c);
	cpu_for(f, c, 5, 600);
	assert_int_equal(task(c)->requested, 1);
	newest_is(f, c, "utilization", "at_limit", 1, 1, "the minimum is 1");
	ask(f, "Stoker.RemoveUtilizationScaling", "{\"ClusterId\":\"%s\",\"InstanceGroupId\":\"%s\"}", c->id,
	    task(c)->id);
	cpu_for(f, c, 99, 300);
	assert_int_equal(task(c)->requested, 1);
}

/* ---- fleets: sizes are units of both markets ---- */

#define FLEETS "\"Instances\":{\"InstanceFleets\":[{\"InstanceFleetType\":\"MASTER\",\"TargetOnDemandCapacity\":1," \
	"\"InstanceTypeConfigs\":[{\"InstanceType\":\"m5.xlarge\"}]},{\"InstanceFleetType\":\"CORE\"," \
	"\"TargetOnDemandCapacity\":2,\"TargetSpotCapacity\":2,\"InstanceTypeConfigs\":[{\"InstanceType\":" \
	"\"c5.large\",\"WeightedCapacity\":2}]}],\"KeepJobFlowAliveWhenNoSteps\":true}"

static struct cluster *fleets_up(struct fixture *f)
{
	f->ctl->budget_mb = 65536;
	struct cluster *c = run_up(f, FLEETS);

	settle(f, c);
	assert_int_equal(c->instances.len, 3);
	return c;
}

static void targets_are(struct cluster *c, int on_demand, int spot)
{
	assert_int_equal(core(c)->fleet->target_on_demand, on_demand);
	assert_int_equal(core(c)->fleet->target_spot, spot);
}

/* What it has on demand stays, it grows and shrinks on the spot market; the maximum is in units. */
static void test_tree_of_a_fleet(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = fleets_up(f);

	ask(f, "Stoker.PutUtilizationScaling", "{\"ClusterId\":\"%s\",\"InstanceFleetId\":\"%s\",\"MinCapacity\":1,"
	    "\"MaxCapacity\":6,\"ScaleOutBy\":4,\"ScaleInBy\":3,\"CoolDown\":60}", c->id, core(c)->id);
	assert_int_equal(f->status, 200);
	assert_int_equal(count_events(f, c, "above 80 % out, below 20 % in, 1 to 6 units"), 1);
	cpu_for(f, c, 90, 130);
	targets_are(c, 2, 4);
	newest_is(f, c, "utilization", "applied", 4, 6, "CPU 90.0 % is above 80 %");
	assert_int_equal(count_events(f, c, "from 4 to 6 units (2 on demand, 4 spot)"), 1);
	settle(f, c);
	assert_int_equal(core(c)->running, 3);
	cpu_for(f, c, 90, 240);
	newest_is(f, c, "utilization", "at_limit", 6, 6, "the maximum is 6");
	assert_int_equal(count_events(f, c, "needs an operator: it is at its maximum of 6 units"), 1);
	cpu_for(f, c, 5, 130);
	targets_are(c, 2, 1);
	newest_is(f, c, "utilization", "applied", 6, 3, "below 20 %");
	settle(f, c);
	cpu_for(f, c, 5, 240);
	targets_are(c, 1, 0);
	settle(f, c);
	cpu_for(f, c, 90, 240);
	targets_are(c, 2, 3); /* on demand again first, as far as it was when the policy was put */
	const cJSON *g = cJSON_GetArrayItem(json_arr(ask(f, "Stoker.GetScaling", "{\"ClusterId\":\"%s\"}", c->id), "Groups"), 1);
	assert_int_equal(json_int(json_obj(g, "Utilization"), "MaximumOnDemandCapacityUnits", -1), 2);
	assert_int_equal(json_int(g, "TargetSpotCapacity", -1), 3);
	assert_int_equal(json_int(g, "WeightedCapacity", -1), 2);
}

static void test_clock_of_a_fleet(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = fleets_up(f);
	static const char *const bad[][2] = {
		{ "\"InstanceCount\":4", "TargetOnDemandCapacity" },
		{ "\"TargetSpotCapacity\":-1", "between 0 and" },
		{ "\"TargetSpotCapacity\":1.5", "whole number" },
		{ "\"TargetOnDemandCapacity\":0,\"TargetSpotCapacity\":0", "at least one unit" },
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ask(f, "Stoker.PutScheduledScaling", "{\"ClusterId\":\"%s\",\"ScheduleName\":\"often\",\"InstanceFleetId\":"
		    "\"%s\",\"ScheduleExpression\":\"rate(30 minutes)\",%s}", c->id, core(c)->id, bad[i][0]);
		if (f->status != 400 || !strstr(f->message, bad[i][1]))
			fail_msg("%s: %s", bad[i][0], f->message);
	}
	ask(f, "Stoker.PutScheduledScaling", "{\"ClusterId\":\"%s\",\"ScheduleName\":\"often\",\"InstanceFleetId\":\"%s\","
	    "\"ScheduleExpression\":\"rate(30 minutes)\",\"TargetSpotCapacity\":6}", c->id, core(c)->id);
	assert_int_equal(f->status, 200);
	pass(f, HOUR / 2 + 1000);
	targets_are(c, 2, 6);
	newest_is(f, c, "scheduled", "applied", 4, 8, "rate(30 minutes)");
	settle(f, c);
	assert_int_equal(core(c)->running, 4);
	/* Units only move from one market to the other: that is a change as well. */
	ask(f, "Stoker.PutScheduledScaling", "{\"ClusterId\":\"%s\",\"ScheduleName\":\"often\",\"InstanceFleetId\":\"%s\","
	    "\"ScheduleExpression\":\"rate(30 minutes)\",\"TargetOnDemandCapacity\":6,\"TargetSpotCapacity\":2}", c->id,
	    core(c)->id);
	close_control(f);
	open_control(f);
	c = find_cluster(f->ctl, json_str(cJSON_GetArrayItem(json_arr(good(f, "ElasticMapReduce.ListClusters", "{}"),
	                                  "Clusters"), 0), "Id", ""));
	hello_all(f, c);
	pass(f, HOUR / 2 + 1000);
	targets_are(c, 6, 2);
	newest_is(f, c, "scheduled", "applied", 8, 8, "rate(30 minutes)");
	assert_int_equal(count_events(f, c, "changes markets from 8 to 8 units (6 on demand, 2 spot)"), 1);
	const cJSON *x = json_arr(ask(f, "Stoker.GetScaling", "{\"ClusterId\":\"%s\"}", c->id), "Schedules")->child;
	assert_int_equal(json_int(x, "TargetOnDemandCapacity", -1), 6);
	assert_false(cJSON_HasObjectItem(x, "InstanceCount"));
}

/* ---- custom policies ---- */

#define RULE(name, compare, threshold, amount, more) "{\"Name\":\"" name "\",\"Action\":{" \
	"\"SimpleScalingPolicyConfiguration\":{\"ScalingAdjustment\":" amount more "}},\"Trigger\":{" \
	"\"CloudWatchAlarmDefinition\":{\"ComparisonOperator\":\"" compare "\",\"MetricName\":\"Queue\"," \
	"\"Namespace\":\"Shop\",\"Period\":60,\"Threshold\":" threshold ",\"Dimensions\":[{\"Key\":\"Cluster\"," \
	"\"Value\":\"${emr.clusterId}\"}]}}}"
#define TWO_RULES RULE("out", "GREATER_THAN", "10", "2", ",\"CoolDown\":180") "," \
	RULE("in", "LESS_THAN", "2", "-1", "")

static void put_policy(struct fixture *f, const struct cluster *c, const struct instance_group *g, int min,
                       int max)
{
	ask(f, "ElasticMapReduce.PutAutoScalingPolicy", "{\"ClusterId\":\"%s\",\"InstanceGroupId\":\"%s\","
	    "\"AutoScalingPolicy\":{\"Constraints\":{\"MinCapacity\":%d,\"MaxCapacity\":%d},\"Rules\":[%s]}}",
	    c->id, g->id, min, max, TWO_RULES);
	if (f->status != 200)
		fail_msg("%s: %s", f->error, f->message);
}

/* The queue has this length for so many minutes. */
static void queue_for(struct fixture *f, struct cluster *c, double length, int minutes)
{
	for (int i = 0; i < minutes * 2; i++) {
		ask(f, "GraniteServiceVersion20100801.PutMetricData", "{\"Namespace\":\"Shop\",\"MetricData\":[{"
		    "\"MetricName\":\"Queue\",\"Value\":%g,\"Dimensions\":[{\"Name\":\"Cluster\",\"Value\":\"%s\"}]}]}",
		    length, c->id);
		if (f->status != 200)
			fail_msg("%s: %s", f->error, f->message);
		pass(f, 30000);
	}
}

static const char *policy_state(struct fixture *f, const struct cluster *c)
{
	const cJSON *r = ask(f, "ElasticMapReduce.ListInstanceGroups", "{\"ClusterId\":\"%s\"}", c->id), *g;

	cJSON_ArrayForEach(g, json_arr(r, "InstanceGroups"))
		if (json_obj(g, "AutoScalingPolicy"))
			return json_str(json_obj(json_obj(g, "AutoScalingPolicy"), "Status"), "State", "");
	return "none";
}

static void test_custom_rules_fire(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, ",\"AutoScalingRole\":\"r\"");

	put_policy(f, c, task(c), 1, 4);
	assert_string_equal(policy_state(f, c), "PENDING");
	pass(f, 1000);
	assert_string_equal(policy_state(f, c), "ATTACHED");
	assert_int_equal(count_events(f, c, "is ATTACHING"), 1);
	queue_for(f, c, 5, 2);
	assert_int_equal(task(c)->requested, 1);
	queue_for(f, c, 20, 3);
	assert_int_equal(task(c)->requested, 3);
	newest_is(f, c, "custom", "held", 3, 3, "1 of 3 nodes run"); /* they do not come: the activity goes on */
	settle(f, c);
	queue_for(f, c, 20, 2);
	assert_int_equal(task(c)->requested, 3);
	newest_is(f, c, "custom", "cool_down", 3, 3, "Queue is 20, > 10 for 1 x 60 s, but the cool-down of 180 s");
	queue_for(f, c, 20, 3);
	assert_int_equal(task(c)->requested, 4); /* 5, clamped */
	settle(f, c);
	queue_for(f, c, 20, 6);
	newest_is(f, c, "custom", "at_limit", 4, 4, "the limits are 1 to 4 nodes");
	assert_int_equal(count_decisions(f, c, "custom", "at_limit"), 1);
	queue_for(f, c, 1, 3);
	assert_int_equal(task(c)->requested, 3);
	newest_is(f, c, "custom", "held", 3, 3, "1 node is still to end");
	settle(f, c);
	queue_for(f, c, 1, 2);
	assert_int_equal(task(c)->requested, 2);
	const cJSON *d = cJSON_GetArrayItem(decisions(f, c), 0);
	while (d && strcmp(json_str(d, "Outcome", ""), "applied"))
		d = d->next;
	assert_string_equal(json_str(d, "Policy", ""), "in");
	assert_true(json_num(json_obj(d, "Numbers"), "Queue", -1) == 1);
	assert_true(json_num(json_obj(d, "Numbers"), "Threshold", -1) == 2);
	ask(f, "ElasticMapReduce.RemoveAutoScalingPolicy", "{\"ClusterId\":\"%s\",\"InstanceGroupId\":\"%s\"}",
	    c->id, task(c)->id);
	assert_string_equal(policy_state(f, c), "DETACHING");
	pass(f, 1000);
	assert_string_equal(policy_state(f, c), "none");
	queue_for(f, c, 20, 4);
	assert_int_equal(task(c)->requested, 2);
}

/* An alarm of somebody's own that names a rule: it is no alarm of the policy. */
static void test_alarms_of_others_fire_no_rules(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, ",\"AutoScalingRole\":\"r\"");

	put_policy(f, c, task(c), 1, 4);
	pass(f, 1000);
	ask(f, "GraniteServiceVersion20100801.PutMetricAlarm", "{\"AlarmName\":\"mine\",\"Namespace\":\"T\",\"MetricName\":"
	    "\"m\",\"Statistic\":\"Sum\",\"Period\":60,\"EvaluationPeriods\":1,\"Threshold\":5,\"ComparisonOperator\":"
	    "\"GreaterThanThreshold\",\"AlarmActions\":[\"arn:aws:elasticmapreduce:us-east-1:000000000000:autoscaling/%s/%s/"
	    "out\"]}", c->id, task(c)->id);
	assert_int_equal(f->status, 200);
	ask(f, "GraniteServiceVersion20100801.SetAlarmState", "{\"AlarmName\":\"mine\",\"StateValue\":\"ALARM\","
	    "\"StateReason\":\"r\"}");
	assert_int_equal(f->status, 200);
	assert_int_equal(task(c)->requested, 1);
	/* The policy's own does, also by hand. */
	ask(f, "GraniteServiceVersion20100801.SetAlarmState", "{\"AlarmName\":\"EMR-%s-%s-out\",\"StateValue\":\"ALARM\","
	    "\"StateReason\":\"r\"}", c->id, task(c)->id);
	assert_int_equal(f->status, 200);
	assert_int_equal(count_decisions(f, c, "custom", "applied"), 1);
}

static void test_a_cluster_has_so_many_scheduled_sizes(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");

	for (int i = 0; i <= 100; i++) {
		ask(f, "Stoker.PutScheduledScaling", "{\"ClusterId\":\"%s\",\"InstanceGroupId\":\"%s\",\"ScheduleName\":\"s%d\","
		    "\"ScheduleExpression\":\"rate(1 hour)\",\"InstanceCount\":1}", c->id, task(c)->id, i);
		assert_int_equal(f->status, i < 100 ? 200 : 400);
	}
	assert_non_null(strstr(f->message, "at most 100"));
}

static void test_custom_policy_and_a_person(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, ",\"AutoScalingRole\":\"r\"");

	put_policy(f, c, task(c), 1, 4);
	ask(f, "ElasticMapReduce.ModifyInstanceGroups", "{\"InstanceGroups\":[{\"InstanceGroupId\":\"%s\","
	    "\"InstanceCount\":6}]}", task(c)->id);
	newest_is(f, c, "manual", "applied", 1, 6, "outside of the limits");
	settle(f, c);
	queue_for(f, c, 20, 3);
	assert_int_equal(task(c)->requested, 6); /* growing never shrinks */
	newest_is(f, c, "custom", "at_limit", 6, 6, "limits");
	queue_for(f, c, 1, 2);
	assert_int_equal(task(c)->requested, 4);
}

static void test_custom_growth_that_stalls_is_given_up(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, ",\"AutoScalingRole\":\"r\"");

	put_policy(f, c, task(c), 1, 4);
	pass(f, 1000);
	queue_for(f, c, 20, 2);
	assert_int_equal(task(c)->requested, 3); /* and none of them comes up */
	queue_for(f, c, 1, 2);
	assert_int_equal(task(c)->requested, 3);
	queue_for(f, c, 1, 2);
	assert_true(task(c)->requested < 3);
}

static void test_custom_state_survives_a_restart(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, ",\"AutoScalingRole\":\"r\"");

	put_policy(f, c, task(c), 1, 6);
	pass(f, 1000);
	queue_for(f, c, 20, 2);
	assert_int_equal(task(c)->requested, 3);
	settle(f, c);
	queue_for(f, c, 20, 1);
	char *id = xstrdup(c->id);
	close_control(f);
	open_control(f);
	f->ctl->budget_mb = 65536;
	c = find_cluster(f->ctl, id);
	hello_all(f, c);
	for (size_t i = 0; i < c->instances.len; i++)
		if (c->instances.items[i]->runtime)
			hello(f, c->instances.items[i]);
	assert_string_equal(policy_state(f, c), "ATTACHED");
	queue_for(f, c, 20, 1);
	assert_int_equal(task(c)->requested, 3); /* its cool-down goes on */
	newest_is(f, c, "custom", "cool_down", 3, 3, "cool-down of 180 s");
	queue_for(f, c, 20, 3);
	assert_int_equal(task(c)->requested, 5);
	free(id);
}

static void test_a_full_disk_takes_policies_back(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, ",\"AutoScalingRole\":\"r\"");
	char *big = xmalloc(9001);
	int i;

	memset(big, 'x', 9000);
	big[9000] = '\0';
	store_limit_growth(f->ctl->store, 0);
	for (i = 1; i < 200; i++) { /* every policy has another maximum, and a long text */
		ask(f, "ElasticMapReduce.PutAutoScalingPolicy", "{\"ClusterId\":\"%s\",\"InstanceGroupId\":\"%s\","
		    "\"AutoScalingPolicy\":{\"Constraints\":{\"MinCapacity\":1,\"MaxCapacity\":%d},\"Rules\":["
		    "{\"Description\":\"%s\",%s]}}", c->id, task(c)->id, i, big,
		    RULE("out", "GREATER_THAN", "10", "2", "") + 1);
		if (f->status != 200)
			break;
	}
	free(big);
	assert_int_equal(f->status, 500);
	const cJSON *r = ask(f, "ElasticMapReduce.ListInstanceGroups", "{\"ClusterId\":\"%s\"}", c->id);
	const cJSON *policy = json_obj(cJSON_GetArrayItem(json_arr(r, "InstanceGroups"), 2), "AutoScalingPolicy");
	if (i == 1)
		assert_null(policy);
	else
		assert_int_equal(json_int(json_obj(policy, "Constraints"), "MaxCapacity", 0), i - 1);
}

/* A call that the journal refuses says nothing about the CPU or about how long a node has been idle. */
static void test_a_refused_call_forgets_no_history(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");
	struct cluster *other = up(f, "");

	put_tree(f, c, task(c), "\"MinCapacity\":1,\"MaxCapacity\":3");
	put_managed(f, other, ONE_TO_EIGHT);
	cpu_for(f, c, 90, 40);
	fill_disk(f);
	free_disk(f);
	cpu_for(f, c, 90, 30);
	assert_int_equal(task(other)->requested, 0);  /* idle for more than the patience of 60 s */
	fill_disk(f);
	free_disk(f);
	cpu_for(f, c, 90, 60);
	assert_int_equal(task(c)->requested, 2);      /* two full minutes, the first from before */
	ask(f, "Stoker.RemoveUtilizationScaling", "{\"ClusterId\":\"%s\",\"InstanceGroupId\":\"%s\"}", c->id,
	    task(c)->id);
	fill_disk(f);
	const cJSON *r = ask(f, "Stoker.GetScaling", "{\"ClusterId\":\"%s\"}", c->id);
	assert_null(json_obj(cJSON_GetArrayItem(json_arr(r, "Groups"), 2), "Utilization"));
	free_disk(f);
	cpu_for(f, c, 99, 300);
	assert_int_equal(task(c)->requested, 2);
}

/* ---- scheduled sizes ---- */

static void test_scheduled(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");
	const char *id = task(c)->id;

	ask(f, "Stoker.PutScheduledScaling", "{\"ClusterId\":\"%s\",\"ScheduleName\":\"often\","
	    "\"InstanceGroupId\":\"%s\",\"ScheduleExpression\":\"rate(30 minutes)\",\"InstanceCount\":4}", c->id,
	    id);
	assert_int_equal(f->status, 200);
	const cJSON *next = cJSON_GetArrayItem(json_arr(f->reply, "NextRuns"), 0);
	assert_int_equal((int64_t)(next->valuedouble * 1000), START + HOUR / 2);
	assert_int_equal(cJSON_GetArraySize(json_arr(f->reply, "NextRuns")), 5);
	pass(f, HOUR / 2 - 1000);
	assert_int_equal(task(c)->requested, 1);
	pass(f, 2000);
	assert_int_equal(task(c)->requested, 4);
	newest_is(f, c, "scheduled", "applied", 1, 4, "rate(30 minutes)");
	settle(f, c);
	/* The server is away for two hours: of what was missed the last one counts, once. */
	close_control(f);
	set_clock(now_ms + 2 * HOUR + HOUR / 6);
	open_control(f);
	c = find_cluster(f->ctl, json_str(cJSON_GetArrayItem(json_arr(good(f, "ElasticMapReduce.ListClusters", "{}"),
	                                  "Clusters"), 0), "Id", ""));
	assert_non_null(c);
	hello_all(f, c);
	group_resize(f->ctl, c, task(c), 2);
	pass(f, 1000);
	assert_int_equal(task(c)->requested, 4);
	newest_is(f, c, "scheduled", "applied", 2, 4, "minutes ago: the server was not running");
	assert_int_equal(count_decisions(f, c, "scheduled", NULL), 2);
	ask(f, "Stoker.RemoveScheduledScaling", "{\"ClusterId\":\"%s\",\"ScheduleName\":\"often\"}", c->id);
	assert_int_equal(f->status, 200);
	ask(f, "Stoker.RemoveScheduledScaling", "{\"ClusterId\":\"%s\",\"ScheduleName\":\"often\"}", c->id);
	assert_int_equal(f->status, 400);
}

static void test_bad_schedules_and_trees_are_refused(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");
	static const char *const schedules[][2] = {
		{ "\"ScheduleName\":\"a\",\"ScheduleExpression\":\"rate(1 hour)\"", "InstanceCount" },
		{ "\"ScheduleName\":\"a b\",\"ScheduleExpression\":\"rate(1 hour)\",\"InstanceCount\":1", "ScheduleName" },
		{ "\"ScheduleName\":\"a\",\"ScheduleExpression\":\"hourly\",\"InstanceCount\":1", "ScheduleExpression" },
		{ "\"ScheduleName\":\"a\",\"ScheduleExpression\":\"at(2001-01-01T00:00:00)\",\"InstanceCount\":1",
		  "never" },
		{ "\"ScheduleName\":\"a\",\"ScheduleExpression\":\"rate(1 hour)\",\"InstanceCount\":-1", "between" },
		{ "\"ScheduleName\":\"a\",\"ScheduleExpression\":\"rate(1 hour)\",\"InstanceCount\":1,"
		  "\"ScheduleExpressionTimezone\":\"Mars/Base\"", "Timezone" },
	}, *const trees[][2] = {
		{ "\"MinCapacity\":1", "MaxCapacity" }, { "\"MinCapacity\":5,\"MaxCapacity\":2", "must not be greater" },
		{ "\"MinCapacity\":1,\"MaxCapacity\":2,\"HighCpu\":\"80\"", "HighCpu must be a number" },
		{ "\"MinCapacity\":1,\"MaxCapacity\":2,\"LowCpu\":90", "below HighCpu" },
		{ "\"MinCapacity\":1,\"MaxCapacity\":2,\"ScaleOutBy\":4294967297", "between 1 and 4096" },
		{ "\"MinCapacity\":1,\"MaxCapacity\":2,\"CoolDown\":4294967297", "CoolDown" },
	};

	for (size_t i = 0; i < sizeof schedules / sizeof *schedules; i++) {
		ask(f, "Stoker.PutScheduledScaling", "{\"ClusterId\":\"%s\",\"InstanceGroupId\":\"%s\",%s}", c->id,
		    task(c)->id, schedules[i][0]);
		if (f->status != 400 || !strstr(f->message, schedules[i][1]))
			fail_msg("%s: %s", schedules[i][0], f->message);
	}
	for (size_t i = 0; i < sizeof trees / sizeof *trees; i++) {
		ask(f, "Stoker.PutUtilizationScaling", "{\"ClusterId\":\"%s\",\"InstanceGroupId\":\"%s\",%s}", c->id,
		    task(c)->id, trees[i][0]);
		if (f->status != 400 || !strstr(f->message, trees[i][1]))
			fail_msg("%s: %s", trees[i][0], f->message);
	}
}

/* ---- manual changes, restarts ---- */

static void test_manual_changes_are_recorded(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");

	ask(f, "ElasticMapReduce.ModifyInstanceGroups", "{\"ClusterId\":\"%s\",\"InstanceGroups\":[{"
	    "\"InstanceGroupId\":\"%s\",\"InstanceCount\":3}]}", c->id, task(c)->id);
	assert_int_equal(f->status, 200);
	newest_is(f, c, "manual", "applied", 1, 3, "set by owner");
}

static void test_policies_survive_a_restart(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");

	put_managed(f, c, ONE_TO_EIGHT);
	ask(f, "Stoker.PutUtilizationScaling", "{\"ClusterId\":\"%s\",\"InstanceGroupId\":\"%s\",\"MinCapacity\":1,"
	    "\"MaxCapacity\":3,\"TopicArn\":\"arn:aws:sns:us-east-1:0:none\"}", c->id, task(c)->id);
	assert_int_equal(f->status, 400);
	assert_non_null(strstr(f->message, "PutTopic"));
	const cJSON *topic = good(f, "Stoker.PutTopic", "{\"TopicName\":\"t\",\"Command\":\"true\"}");
	char *arn = xstrdup(json_str(topic, "TopicArn", ""));
	char *tree_of = xasprintf("\"MinCapacity\":1,\"MaxCapacity\":3,\"TopicArn\":\"%s\"", arn);
	put_tree(f, c, task(c), tree_of);
	free(tree_of);
	char *id = xstrdup(c->id);
	close_control(f);
	open_control(f);
	const cJSON *r = ask(f, "Stoker.GetScaling", "{\"ClusterId\":\"%s\"}", id);
	const cJSON *limits = json_obj(json_obj(r, "ManagedScalingPolicy"), "ComputeLimits");
	assert_int_equal(json_int(limits, "MaximumCoreCapacityUnits", 0), 2);
	const cJSON *tree = json_obj(cJSON_GetArrayItem(json_arr(r, "Groups"), 2), "Utilization");
	assert_string_equal(json_str(tree, "TopicArn", ""), arn);
	free(arn);
	assert_int_equal(json_int(tree, "MaxCapacity", 0), 3);
	free(id);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, frozen_setup, frozen_teardown)

int main(void)
{
	setenv("STOKER_LOG", "error", 0);
	log_open("test");
	const struct CMUnitTest tests[] = {
		T(test_managed_grows_and_shrinks),
		T(test_managed_does_not_take_working_nodes),
		T(test_managed_at_its_maximum_says_so_once),
		T(test_managed_limits_hold_without_demand),
		T(test_managed_when_the_machine_is_full),
		T(test_tree),
		T(test_tree_of_a_fleet),
		T(test_clock_of_a_fleet),
		T(test_custom_rules_fire),
		T(test_alarms_of_others_fire_no_rules),
		T(test_a_cluster_has_so_many_scheduled_sizes),
		T(test_custom_policy_and_a_person),
		T(test_custom_growth_that_stalls_is_given_up),
		T(test_custom_state_survives_a_restart),
		T(test_a_full_disk_takes_policies_back),
		T(test_a_refused_call_forgets_no_history),
		T(test_scheduled),
		T(test_bad_schedules_and_trees_are_refused),
		T(test_manual_changes_are_recorded),
		T(test_policies_survive_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
