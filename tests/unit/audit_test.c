/* The trail of audit holds every success: each operation that changes something is called in a way that works, and has
 * its record. That it holds every refusal is in access_test. */
#include "tests/unit/control_fixture.h"

#include "core/base/clock.h"
#include "core/control/access/access.h"

#define CW(name) "GraniteServiceVersion20100801." name
#define EMR(name) "ElasticMapReduce." name
#define STEP "{\"Name\":\"s\",\"ActionOnFailure\":\"CONTINUE\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\"," \
	"\"Args\":[\"true\"]}}"
#define STUDIO "\"StudioId\":\"$L\",\"IdentityType\":\"USER\",\"IdentityName\":\"ada\""
/* As aws ec2 describe-spot-price-history prints it; a text inside JSON. */
#define FEED "{\\\"SpotPriceHistory\\\":[{\\\"InstanceType\\\":\\\"m5.xlarge\\\",\\\"SpotPrice\\\":\\\"0.07\\\"," \
	"\\\"Timestamp\\\":\\\"2026-11-20T00:00:00+00:00\\\",\\\"AvailabilityZone\\\":\\\"us-east-1a\\\"," \
	"\\\"ProductDescription\\\":\\\"Linux/UNIX\\\"}]}"
#define ALARM_ARN "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a"

/* $C: a cluster that waits, $G: its core group, $F: one of fleets, $X: one with a spot group, $S: a pending step,
 * $D: a dead letter, $A: an alarm that is on, $L: what the last call with a member in `gives` gave. */
static const struct {
	const char *target, *body, *gives;
} calls[] = {
	{ EMR("RunJobFlow"), "{\"Name\":\"r\",\"ReleaseLabel\":\"emr-7.5.0\",\"Instances\":{" GROUPS "}}", NULL },
	{ EMR("AddJobFlowSteps"), "{\"JobFlowId\":\"$C\",\"Steps\":[" STEP "," STEP "]}", NULL },
	{ EMR("CancelSteps"), "{\"ClusterId\":\"$C\",\"StepIds\":[\"$S\"]}", NULL },
	{ EMR("ModifyCluster"), "{\"ClusterId\":\"$C\",\"StepConcurrencyLevel\":2}", NULL },
	{ EMR("SetTerminationProtection"), "{\"JobFlowIds\":[\"$C\"],\"TerminationProtected\":false}", NULL },
	{ EMR("SetVisibleToAllUsers"), "{\"JobFlowIds\":[\"$C\"],\"VisibleToAllUsers\":true}", NULL },
	{ EMR("SetKeepJobFlowAliveWhenNoSteps"), "{\"JobFlowIds\":[\"$C\"],\"KeepJobFlowAliveWhenNoSteps\":true}", NULL },
	{ EMR("SetUnhealthyNodeReplacement"), "{\"JobFlowIds\":[\"$C\"],\"UnhealthyNodeReplacement\":true}", NULL },
	{ EMR("AddInstanceGroups"), "{\"JobFlowId\":\"$C\",\"InstanceGroups\":[{\"InstanceRole\":\"TASK\",\"InstanceType\":"
	  "\"m5.xlarge\",\"InstanceCount\":1}]}", NULL },
	{ EMR("ModifyInstanceGroups"), "{\"InstanceGroups\":[{\"InstanceGroupId\":\"$G\",\"InstanceCount\":3}]}", NULL },
	{ EMR("AddInstanceFleet"), "{\"ClusterId\":\"$F\",\"InstanceFleet\":{\"InstanceFleetType\":\"TASK\","
	  "\"TargetOnDemandCapacity\":1,\"InstanceTypeConfigs\":[{\"InstanceType\":\"m5.xlarge\"}]}}", "InstanceFleetId" },
	{ EMR("ModifyInstanceFleet"), "{\"ClusterId\":\"$F\",\"InstanceFleet\":{\"InstanceFleetId\":\"$L\","
	  "\"TargetOnDemandCapacity\":2}}", NULL },
	{ EMR("PutAutoScalingPolicy"), "{\"ClusterId\":\"$C\",\"InstanceGroupId\":\"$G\",\"AutoScalingPolicy\":{"
	  "\"Constraints\":"
	  "{\"MinCapacity\":1,\"MaxCapacity\":4},\"Rules\":[{\"Name\":\"r\",\"Action\":{\"SimpleScalingPolicyConfiguration\":"
	  "{\"ScalingAdjustment\":1}},\"Trigger\":{\"CloudWatchAlarmDefinition\":{\"ComparisonOperator\":\"GREATER_THAN\","
	  "\"MetricName\":\"AppsPending\",\"Period\":300,\"Threshold\":1}}}]}}", NULL },
	{ EMR("RemoveAutoScalingPolicy"), "{\"ClusterId\":\"$C\",\"InstanceGroupId\":\"$G\"}", NULL },
	{ EMR("PutManagedScalingPolicy"), "{\"ClusterId\":\"$C\",\"ManagedScalingPolicy\":{\"ComputeLimits\":{\"UnitType\":"
	  "\"Instances\",\"MinimumCapacityUnits\":1,\"MaximumCapacityUnits\":9}}}", NULL },
	{ EMR("RemoveManagedScalingPolicy"), "{\"ClusterId\":\"$C\"}", NULL },
	{ EMR("PutAutoTerminationPolicy"), "{\"ClusterId\":\"$C\",\"AutoTerminationPolicy\":{\"IdleTimeout\":3600}}", NULL },
	{ EMR("RemoveAutoTerminationPolicy"), "{\"ClusterId\":\"$C\"}", NULL },
	{ EMR("AddTags"), "{\"ResourceId\":\"$C\",\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]}", NULL },
	{ EMR("RemoveTags"), "{\"ResourceId\":\"$C\",\"TagKeys\":[\"a\"]}", NULL },
	{ EMR("CreateSecurityConfiguration"), "{\"Name\":\"x\",\"SecurityConfiguration\":\"{}\"}", NULL },
	{ EMR("DeleteSecurityConfiguration"), "{\"Name\":\"x\"}", NULL },
	{ EMR("PutBlockPublicAccessConfiguration"), "{\"BlockPublicAccessConfiguration\":{"
	  "\"BlockPublicSecurityGroupRules\":true}}", NULL },
	{ EMR("CreateStudio"), "{\"Name\":\"s\",\"AuthMode\":\"SSO\",\"VpcId\":\"vpc-1\",\"SubnetIds\":[\"subnet-1\"],"
	  "\"ServiceRole\":\"arn:aws:iam::123456789012:role/s\",\"UserRole\":\"arn:aws:iam::123456789012:role/u\","
	  "\"WorkspaceSecurityGroupId\":\"sg-1\",\"EngineSecurityGroupId\":\"sg-2\",\"DefaultS3Location\":\"s3://b/x\"}",
	  "StudioId" },
	{ EMR("UpdateStudio"), "{\"StudioId\":\"$L\",\"Name\":\"t\"}", NULL },
	{ EMR("CreateStudioSessionMapping"),
	  "{" STUDIO ",\"SessionPolicyArn\":\"arn:aws:iam::123456789012:policy/p\"}", NULL },
	{ EMR("UpdateStudioSessionMapping"),
	  "{" STUDIO ",\"SessionPolicyArn\":\"arn:aws:iam::123456789012:policy/q\"}", NULL },
	{ EMR("DeleteStudioSessionMapping"), "{" STUDIO "}", NULL },
	{ EMR("DeleteStudio"), "{\"StudioId\":\"$L\"}", NULL },
	{ EMR("StartNotebookExecution"), "{\"EditorId\":\"e-1\",\"RelativePath\":\"n.ipynb\",\"ServiceRole\":\"r\","
	  "\"ExecutionEngine\":{\"Id\":\"$C\",\"Type\":\"EMR\"}}", NULL },
	{ CW("PutMetricAlarm"), "{\"AlarmName\":\"a\",\"Namespace\":\"N\",\"MetricName\":\"m\",\"Statistic\":\"Sum\","
	  "\"Period\":60,"
	  "\"EvaluationPeriods\":1,\"Threshold\":1,\"ComparisonOperator\":\"GreaterThanThreshold\"}", NULL },
	{ CW("PutCompositeAlarm"), "{\"AlarmName\":\"c\",\"AlarmRule\":\"ALARM(a)\"}", NULL },
	{ CW("SetAlarmState"), "{\"AlarmName\":\"a\",\"StateValue\":\"ALARM\",\"StateReason\":\"why\"}", NULL },
	{ CW("DisableAlarmActions"), "{\"AlarmNames\":[\"a\"]}", NULL },
	{ CW("EnableAlarmActions"), "{\"AlarmNames\":[\"a\"]}", NULL },
	{ CW("TagResource"), "{\"ResourceARN\":\"" ALARM_ARN "\",\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]}", NULL },
	{ CW("UntagResource"), "{\"ResourceARN\":\"" ALARM_ARN "\",\"TagKeys\":[\"a\"]}", NULL },
	{ "Stoker.AcknowledgeAlarm", "{\"AlarmId\":\"$A\"}", NULL },
	{ "Stoker.UnacknowledgeAlarm", "{\"AlarmId\":\"$A\"}", NULL },
	{ CW("DeleteAlarms"), "{\"AlarmNames\":[\"c\"]}", NULL },
	{ "Stoker.PutTopic", "{\"TopicName\":\"t\",\"Command\":\"true\"}", NULL },
	{ "Stoker.DeleteTopic", "{\"TopicName\":\"t\"}", NULL },
	{ "Stoker.PutBudget", "{\"BudgetName\":\"b\",\"Amount\":5}", NULL },
	{ "Stoker.DeleteBudget", "{\"BudgetName\":\"b\"}", NULL },
	{ "Stoker.PutPolicy", "{\"PolicyName\":\"p\",\"PolicyDocument\":{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":"
	  "\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}}", NULL },
	{ "Stoker.DeletePolicy", "{\"PolicyName\":\"p\"}", NULL },
	{ "Stoker.CreateKey", "{\"AccessKeyId\":\"KEY\",\"SecretAccessKey\":\"secret-of-key\",\"Role\":\"viewer\"}", NULL },
	{ "Stoker.UpdateKey", "{\"AccessKeyId\":\"KEY\",\"Role\":\"operator\"}", NULL },
	{ "Stoker.DeleteKey", "{\"AccessKeyId\":\"KEY\"}", NULL },
	{ "Stoker.PutSchedule", "{\"ScheduleName\":\"s\",\"ScheduleExpression\":\"rate(1 day)\",\"Target\":{\"Operation\":"
	  "\"AddJobFlowSteps\",\"Request\":{\"JobFlowId\":\"$C\",\"Steps\":[" STEP "]}}}", NULL },
	{ "Stoker.RunScheduleNow", "{\"ScheduleName\":\"s\"}", NULL },
	{ "Stoker.DeleteSchedule", "{\"ScheduleName\":\"s\"}", NULL },
	{ "Stoker.PutScheduledScaling", "{\"ClusterId\":\"$C\",\"ScheduleName\":\"n\",\"InstanceGroupId\":\"$G\","
	  "\"ScheduleExpression\":\"rate(1 day)\",\"InstanceCount\":2}", NULL },
	{ "Stoker.RemoveScheduledScaling", "{\"ClusterId\":\"$C\",\"ScheduleName\":\"n\"}", NULL },
	{ "Stoker.PutUtilizationScaling",
	  "{\"ClusterId\":\"$C\",\"InstanceGroupId\":\"$G\",\"MinCapacity\":1,\"MaxCapacity\":4}",
	  NULL },
	{ "Stoker.RemoveUtilizationScaling", "{\"ClusterId\":\"$C\",\"InstanceGroupId\":\"$G\"}", NULL },
	{ "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Price\":0.05}", NULL },
	{ "Stoker.PutSpotFeed", "{\"Data\":\"" FEED "\"}", NULL },
	{ "Stoker.DeleteSpotFeed", "{}", NULL },
	{ "Stoker.InterruptSpot", "{\"ClusterId\":\"$X\"}", NULL },
	{ "Stoker.ReplayDeadLetter", "{\"DeadLetterId\":\"$D\",\"ClusterId\":\"$C\"}", NULL },
	{ "Stoker.DiscardDeadLetter", "{\"DeadLetterId\":\"$D\"}", NULL },
	{ EMR("TerminateJobFlows"), "{\"JobFlowIds\":[\"$C\"]}", NULL },
};

/* End the server, answer later (tested below), or never succeed (there are no sessions, and no notebook runs). */
static const char *const others[] = {
	"Stoker.StopServer", "Stoker.TestTopic", EMR("GetClusterSessionCredentials"), EMR("GetOnClusterAppUIPresignedURL"),
	EMR("GetPersistentAppUIPresignedURL"), EMR("StopNotebookExecution"),
};

struct stage {
	struct cluster *c, *fleets, *spot;
	char last[64], dead[64], alarm[128], step[64];
};

/* The newest dead letter: of a step that fails now. */
static const char *dead_letter(struct fixture *f, struct stage *s)
{
	ends(f, add_step(f, s->spot, "CONTINUE", PROCESS), 1, 0);
	const cJSON *list = json_arr(good(f, "Stoker.ListDeadLetters", "{}"), "DeadLetters");
	const cJSON *newest = cJSON_GetArrayItem(list, 0);
	snprintf(s->dead, sizeof s->dead, "%s", json_str(newest, "DeadLetterId", ""));
	return s->dead;
}

static const char *alarm_that_is_on(struct fixture *f, struct stage *s)
{
	const cJSON *list = json_arr(good(f, "Stoker.ListAlarms", "{}"), "Alarms");
	snprintf(s->alarm, sizeof s->alarm, "%s", json_str(cJSON_GetArrayItem(list, 0), "AlarmId", ""));
	return s->alarm;
}

/* A step that waits behind another one. */
static const char *pending_step(struct fixture *f, struct stage *s)
{
	const struct step *first = add_step(f, s->c, "CONTINUE", PROCESS), *second = add_step(f, s->c, "CONTINUE", PROCESS);
	assert_non_null(first);
	snprintf(s->step, sizeof s->step, "%s", second->id);
	return s->step;
}

static const char *value_of(struct fixture *f, struct stage *s, char what)
{
	switch (what) {
	case 'C': return s->c->id;
	case 'G': return s->c->groups.items[1]->id;
	case 'F': return s->fleets->id;
	case 'X': return s->spot->id;
	case 'L': return s->last;
	case 'S': return pending_step(f, s);
	case 'D': return dead_letter(f, s);
	case 'A': return alarm_that_is_on(f, s);
	}
	fail_msg("$%c", what);
	return "";
}

static void fill_in(struct fixture *f, struct stage *s, const char *text, struct buf *out)
{
	for (; *text; text++)
		if (*text == '$')
			buf_adds(out, value_of(f, s, *++text));
		else
			buf_addc(out, *text);
}

static const struct cJSON *newest_record(struct fixture *f)
{
	const cJSON *r = good(f, "Stoker.ListAuditEvents", "{\"MaxResults\":1}");
	return cJSON_GetArrayItem(json_arr(r, "AuditEvents"), 0);
}

static bool is_covered(const char *target)
{
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (!strcmp(calls[i].target, target))
			return true;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!strcmp(others[i], target))
			return true;
	return false;
}

static void test_every_operation_is_called_here(void **state)
{
	struct fixture *f = *state;
	const char *target;
	size_t it = 0;
	void *v;
	while (map_next(f->ctl->ops, &it, &target, &v)) {
		struct operation op;
		assert_true(operation_find(target, &op));
		if (!op.reads && !op.data && !is_covered(target))
			fail_msg("%s changes something: call it in this test, in a way that works", target);
	}
}

static void test_every_success_is_in_the_trail(void **state)
{
	struct fixture *f = *state;
	struct stage s = { .c = waiting(f) };
	s.fleets = run_up(f, "\"Instances\":{\"KeepJobFlowAliveWhenNoSteps\":true,\"InstanceFleets\":[{\"InstanceFleetType\":"
	                  "\"MASTER\",\"TargetOnDemandCapacity\":1,\"InstanceTypeConfigs\":["
	                  "{\"InstanceType\":\"m5.xlarge\"}]},"
	                  "{\"InstanceFleetType\":\"CORE\",\"TargetOnDemandCapacity\":1,\"InstanceTypeConfigs\":["
	                  "{\"InstanceType\":\"m5.xlarge\"}]}]}");
	s.spot = run_up(f, "\"Instances\":{\"KeepJobFlowAliveWhenNoSteps\":true,\"InstanceGroups\":["
	                "{\"InstanceRole\":\"MASTER\","
	                "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1},{\"InstanceRole\":\"CORE\",\"Market\":\"SPOT\","
	                "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1}]}");
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		struct buf body = BUF_INIT;
		struct operation op;
		fill_in(f, &s, calls[i].body, &body);
		assert_true(operation_find(calls[i].target, &op));
		const cJSON *reply = ask(f, calls[i].target, "%s", buf_str(&body));
		if (f->status != 200)
			fail_msg("%s %s: %s: %s", calls[i].target, buf_str(&body), f->error, f->message);
		if (calls[i].gives)
			snprintf(s.last, sizeof s.last, "%s", json_str(reply, calls[i].gives, ""));
		const cJSON *e = newest_record(f);
		if (strcmp(json_str(e, "EventName", ""), op.name) || strcmp(json_str(e, "Outcome", ""), "Success") ||
		    strcmp(json_str(e, "EventSource", ""), op.source) || strcmp(json_str(e, "Actor", ""), "owner"))
			fail_msg("%s: the newest record is of %s, %s", calls[i].target, json_str(e, "EventName", "none"),
			         json_str(e, "Outcome", ""));
		buf_free(&body);
	}
	assert_true(json_bool(good(f, "Stoker.VerifyAudit", "{}"), "Intact", false));
}

/* The one operation that is answered in a later turn; here by the end of the server, which must hold its record. */
static void test_what_is_answered_at_the_end(void **state)
{
	struct fixture *f = *state;
	static const struct control_caller owner = { .local = true, .user = "owner" };
	good(f, "Stoker.PutTopic", "{\"TopicName\":\"t\",\"Command\":\"true\"}");
	f->status = 0;
	control_call(f->ctl, "Stoker.TestTopic", "{\"TopicName\":\"t\"}", 17, &owner, on_reply, f);
	control_turn(f->ctl);
	assert_int_equal(f->status, 0);
	close_control(f);
	assert_int_equal(f->status, 200);
	open_control(f);
	assert_string_equal(json_str(newest_record(f), "EventName", ""), "TestTopic");
	assert_true(json_bool(good(f, "Stoker.VerifyAudit", "{}"), "Intact", false));
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	setenv("STOKER_LOG", "error", 0);
	log_open("test");
	const struct CMUnitTest tests[] = {
		T(test_every_operation_is_called_here), T(test_every_success_is_in_the_trail), T(test_what_is_answered_at_the_end),
	};
	return cmocka_run_group_tests_name("the trail of what was done", tests, NULL, NULL);
}
