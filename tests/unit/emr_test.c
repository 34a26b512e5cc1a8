/* The EMR codec: what requests are refused and with which words, what they decode to, what replies look
 * like, and that a client reads back what a server wrote. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/api/emr/emr.h"
#include "core/base/json.h"

#define GROUPS "\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\",\"InstanceType\":\"m5.xlarge\"," \
               "\"InstanceCount\":1}]"
#define REL "\"ReleaseLabel\":\"emr-7.1.0\""

static cJSON *parse(const char *text)
{
	struct error err;
	cJSON *v = json_parse(text, strlen(text), &err);
	if (!v)
		fail_msg("%s in %s", err.message, text);
	return v;
}

/* Validate, and for RunJobFlow & co. decode. */
static int submit(const char *op_name, const char *text, struct error *err)
{
	const struct emr_operation *op = emr_find_operation(op_name);
	assert_non_null(op);
	cJSON *in = parse(text);
	memset(err, 0, sizeof *err);
	int rc = emr_validate(op, in, err);
	struct cluster *c = NULL;
	struct step_list steps = { 0 };
	struct group_list groups = { 0 };
	struct emr_group_changes changes = { 0 };
	if (!rc && strcmp(op_name, "RunJobFlow") == 0)
		rc = emr_decode_run_job_flow(in, &c, err);
	if (!rc && strcmp(op_name, "AddJobFlowSteps") == 0)
		rc = emr_decode_steps(in, &steps, err);
	if (!rc && strcmp(op_name, "AddInstanceGroups") == 0)
		rc = emr_decode_groups(in, &groups, err);
	if (!rc && strcmp(op_name, "ModifyInstanceGroups") == 0)
		rc = emr_decode_modify_groups(in, &changes, err);
	cluster_free(c);
	emr_steps_free(&steps);
	emr_groups_free(&groups);
	emr_group_changes_free(&changes);
	cJSON_Delete(in);
	return rc;
}

#define ENGINE(role) "{\"ServiceRole\":\"r\",\"ExecutionEngine\":{\"Id\":\"j-1\",\"ExecutionRoleArn\":\"" role "\"}}"

static const struct { const char *op, *in, *code, *message; } refused[] = {
	/* types */
	{ "ListClusters", "[]", "SerializationException", "Start of list found where not expected" },
	{ "ListClusters", "\"x\"", "SerializationException", "Unexpected field type" },
	{ "DescribeCluster", "{\"ClusterId\":7}", "SerializationException",
	  "NUMBER_VALUE cannot be converted to String at 'clusterId'" },
	{ "DescribeCluster", "{\"ClusterId\":{}}", "SerializationException", "Start of structure or map found" },
	{ "ListSteps", "{\"ClusterId\":\"j-1\",\"StepIds\":\"s-1\"}", "SerializationException",
	  "Expected list or null at 'stepIds'" },
	{ "SetTerminationProtection", "{\"JobFlowIds\":[\"j-1\"],\"TerminationProtected\":\"true\"}",
	  "SerializationException", "STRING_VALUE cannot be converted to Boolean" },
	{ "AddInstanceGroups", "{\"JobFlowId\":\"j-1\",\"InstanceGroups\":[{\"InstanceRole\":\"TASK\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":\"2\"}]}", "SerializationException",
	  "STRING_VALUE cannot be converted to Integer at 'instanceGroups.1.member.instanceCount'" },
	{ "AddInstanceGroups", "{\"JobFlowId\":\"j-1\",\"InstanceGroups\":[{\"InstanceRole\":\"TASK\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":2.5}]}", "SerializationException",
	  "NUMBER_VALUE cannot be converted to Integer" },
	{ "AddInstanceGroups", "{\"JobFlowId\":\"j-1\",\"InstanceGroups\":[{\"InstanceRole\":\"TASK\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":3000000000}]}", "SerializationException", "Integer" },
	{ "ListClusters", "{\"CreatedAfter\":true}", "SerializationException", "Timestamp" },
	{ "ListClusters", "{\"CreatedAfter\":\"yesterday\"}", "SerializationException", "Timestamp" },
	{ "ListClusters", "{\"Marker\":\"\xff\xfe\"}", "SerializationException", "UTF-8" },
	/* constraints */
	{ "SetVisibleToAllUsers", "{\"JobFlowIds\":[\"j-1\"]}", "ValidationException", "'visibleToAllUsers' failed to "
	  "satisfy constraint: Member must not be null" },
	{ "StartNotebookExecution", ENGINE("arn:aws:iam::12:role/runtime"), "ValidationException",
	  "'executionEngine.executionRoleArn' failed to satisfy constraint: Member must satisfy regular expression pattern: "
	  "^arn:(aws[a-zA-Z0-9-]*):iam::(\\d{12})?:(role" },
	{ "StartNotebookExecution", ENGINE("arn:aws:iam::123456789012:user/me"), "ValidationException", "pattern" },
	{ "StartNotebookExecution", ENGINE("arn:aws:iam::123456789012:role/a b/c"), "ValidationException", "pattern" },
	{ "StartNotebookExecution", ENGINE("arn:aws:iam::123456789012:role/path/"), "ValidationException", "pattern" },
	{ "StartNotebookExecution", ENGINE("arn:aws:iam::123456789012:role//x"), "ValidationException", "pattern" },
	{ "DescribeCluster", "{}", "ValidationException", "1 validation error detected: Value null at 'clusterId' "
	  "failed to satisfy constraint: Member must not be null" },
	{ "DescribeCluster", "{\"ClusterId\":null}", "ValidationException", "Member must not be null" },
	{ "DescribeStep", "{}", "ValidationException", "2 validation errors detected: Value null at 'clusterId' "
	  "failed to satisfy constraint: Member must not be null; Value null at 'stepId' failed" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1,\"Market\":\"CHEAP\"}]}}", "ValidationException",
	  "1 validation error detected: Value 'CHEAP' at 'instances.instanceGroups.1.member.market' failed to "
	  "satisfy constraint: Member must satisfy enum value set: [ON_DEMAND, SPOT]" },
	{ "ListClusters", "{\"ClusterStates\":[\"RUNNING\",\"HAPPY\"]}", "ValidationException",
	  "Value 'HAPPY' at 'clusterStates.2.member' failed to satisfy constraint: Member must satisfy enum value "
	  "set: [STARTING, BOOTSTRAPPING, RUNNING, WAITING, TERMINATING, TERMINATED, TERMINATED_WITH_ERRORS]" },
	{ "ListClusters", "{\"ClusterStates\":[null]}", "ValidationException", "Value null at "
	  "'clusterStates.1.member'" },
	{ "TerminateJobFlows", "{\"JobFlowIds\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\","
	  "\"11\"]}", "ValidationException", "at 'jobFlowIds' failed to satisfy constraint: Member must have length "
	  "less than or equal to 10" },
	{ "RunJobFlow", "{\"Name\":\"a\\u0007b\"," REL ",\"Instances\":{" GROUPS "}}", "ValidationException",
	  "at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: "
	  "[\\u0020-\\uD7FF" },
	{ "AddJobFlowSteps", "{\"JobFlowId\":\"j-1\",\"Steps\":[],\"ExecutionRoleArn\":\"short\"}",
	  "ValidationException", "greater than or equal to 20" },
	/* rules of operations */
	{ "TerminateJobFlows", "{\"JobFlowIds\":[]}", "ValidationException", "The JobFlowId list cannot be empty" },
	{ "AddJobFlowSteps", "{\"JobFlowId\":\"j-1\",\"Steps\":[]}", "ValidationException", "empty" },
	{ "CancelSteps", "{\"ClusterId\":\"j-1\",\"StepIds\":[]}", "InvalidRequestException", "empty" },
	{ "ListSteps", "{\"ClusterId\":\"j-1\",\"StepIds\":[\"s-1\"],\"StepStates\":[\"RUNNING\"]}",
	  "InvalidRequestException", "Cannot specify both StepIds and StepStates." },
	{ "ModifyInstanceGroups", "{\"InstanceGroups\":[{\"InstanceGroupId\":\"ig-1\",\"InstanceCount\":-1}]}",
	  "ValidationException", "negative" },
	/* RunJobFlow */
	{ "RunJobFlow", "{\"Name\":\"x\",\"Instances\":{" GROUPS "}}", "ValidationException", "Must specify exactly "
	  "one of the following: release label, AMI version, or Hadoop version." },
	{ "RunJobFlow", "{\"Name\":\"x\",\"AmiVersion\":\"3.8.0\"," REL ",\"Instances\":{" GROUPS "}}",
	  "ValidationException", "Only one AMI version and release label may be specified. Provided AMI: 3.8.0, "
	  "release label: emr-7.1.0." },
	{ "RunJobFlow", "{\"Name\":\"x\",\"ReleaseLabel\":\"emr-7\",\"Instances\":{" GROUPS "}}",
	  "ValidationException", "The supplied release label is invalid: emr-7." },
	{ "RunJobFlow", "{\"Name\":\"a`b\"," REL ",\"Instances\":{" GROUPS "}}", "ValidationException", "name" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{}}", "ValidationException", "Please configure "
	  "instances using one and only one of the following: instance groups; instance fleets; instance count, "
	  "master and slave instance type." },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{\"InstanceCount\":2," GROUPS "}}",
	  "ValidationException", "one and only one" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{\"InstanceGroups\":[{\"InstanceRole\":\"CORE\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1}]}}", "ValidationException",
	  "Zero master instance groups supplied, you must specify exactly one master instance group" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1},{\"InstanceRole\":\"MASTER\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1}]}}", "ValidationException",
	  "Multiple master instance groups supplied, you must specify exactly one master instance group" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1},{\"InstanceRole\":\"TASK\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1}]}}", "ValidationException",
	  "Clusters with task nodes must also define core nodes." },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":2}]}}", "ValidationException",
	  "Master instance group must have exactly 3 instances for HA clusters." },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\","
	  "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":0}]}}", "ValidationException",
	  "An instance group must have at least one instance" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{\"InstanceCount\":0,"
	  "\"MasterInstanceType\":\"m5.xlarge\"}}", "ValidationException", "at least one instance" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{\"InstanceFleets\":[{"
	  "\"InstanceFleetType\":\"MASTER\"}]}}", "ValidationException", "target capacity of 1" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{" GROUPS "},\"StepConcurrencyLevel\":257}",
	  "ValidationException", "StepConcurrencyLevel" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{" GROUPS "},\"AutoTerminationPolicy\":{"
	  "\"IdleTimeout\":59}}", "ValidationException", "IdleTimeout" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{" GROUPS "},\"Tags\":[{\"Key\":\"\"}]}",
	  "ValidationException", "tag" },
	{ "RunJobFlow", "{\"Name\":\"x\",\"ReleaseLabel\":\"emr-5.6.0\",\"CustomAmiId\":\"ami-1\",\"Instances\":{"
	  GROUPS "}}", "ValidationException", "Custom AMI is not allowed" },
	{ "RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{" GROUPS "},\"StepConcurrencyLevel\":2,"
	  "\"Steps\":[{\"Name\":\"s\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\"}}]}",
	  "ValidationException", "TERMINATE_CLUSTER" },
};

static void roles_are_arns(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(submit("StartNotebookExecution", ENGINE("arn:aws:iam::123456789012:role/runtime"), &err), 0);
	assert_int_equal(submit("StartNotebookExecution", ENGINE("arn:aws-cn:iam:::role/team/a.b/run+=,.@-_"), &err), 0);
}

static void bad_requests_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct error err;
		int rc = submit(refused[i].op, refused[i].in, &err);
		if (rc != ERR_INVALID || strcmp(err.class_, refused[i].code) ||
		    !strstr(err.message, refused[i].message))
			fail_msg("%s %s\n gave %d %s: %s", refused[i].op, refused[i].in, rc, err.class_, err.message);
	}
}

static void bid_prices(void **state)
{
	(void)state;
	static const struct { const char *market, *bid, *message; } cases[] = {
		{ "ON_DEMAND", "0.1", "Attempted to set bid price for on demand instance group." },
		{ "SPOT", "cheap", "The bid price supplied for an instance group is invalid" },
		{ "SPOT", "1.2.3", "The bid price supplied for an instance group is invalid" },
		{ "SPOT", "1e3", "The bid price supplied for an instance group is invalid" },
		{ "SPOT", "0", "The bid price is negative or zero." },
		{ "SPOT", "-1", "The bid price is negative or zero." },
		{ "SPOT", "0.1234", "No more than 3 digits are allowed after decimal place in bid price" },
		{ "SPOT", "0.123", NULL }, { "SPOT", "", NULL }, { "ON_DEMAND", "", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char in[512];
		struct error err;
		snprintf(in, sizeof in, "{\"JobFlowId\":\"j-1\",\"InstanceGroups\":[{\"InstanceRole\":\"TASK\","
		         "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1,\"Market\":\"%s\"%s%s%s}]}",
		         cases[i].market, cases[i].bid[0] ? ",\"BidPrice\":\"" : "", cases[i].bid,
		         cases[i].bid[0] ? "\"" : "");
		int rc = submit("AddInstanceGroups", in, &err);
		assert_int_equal(rc, cases[i].message ? ERR_INVALID : 0);
		if (cases[i].message)
			assert_string_equal(err.message, cases[i].message);
	}
}

static void unknown_members_and_nulls_are_ignored(void **state)
{
	(void)state;
	struct error err;
	assert_int_equal(submit("ListClusters", "{\"NewThing\":[{\"x\":1}],\"Marker\":null}", &err), 0);
	assert_int_equal(submit("RunJobFlow", "{\"Name\":\"x\"," REL ",\"Instances\":{" GROUPS ",\"Future\":1},"
	                        "\"Future\":{},\"LogUri\":null}", &err), 0);
	assert_null(emr_find_operation("runjobflow"));
	assert_null(emr_find_operation(""));
	size_t n;
	const struct emr_operation *ops = emr_operations(&n);
	assert_int_equal(n, 65);
	for (size_t i = 0; i < n; i++)
		assert_ptr_equal(emr_find_operation(ops[i].name), &ops[i]);
}

static const char full[] =
	"{\"Name\":\"nightly é\",\"LogUri\":\"s3://b/logs/\"," REL ",\"ServiceRole\":\"r\",\"JobFlowRole\":\"p\","
	"\"Instances\":{\"InstanceGroups\":["
	"{\"Name\":\"m\",\"InstanceRole\":\"MASTER\",\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1},"
	"{\"Name\":\"c\",\"InstanceRole\":\"CORE\",\"InstanceType\":\"r5.2xlarge\",\"InstanceCount\":4,"
	"\"Market\":\"SPOT\",\"BidPrice\":\"0.25\",\"EbsConfiguration\":{\"EbsOptimized\":true,"
	"\"EbsBlockDeviceConfigs\":[{\"VolumeSpecification\":{\"VolumeType\":\"gp3\",\"SizeInGB\":64},"
	"\"VolumesPerInstance\":2}]},\"Configurations\":[{\"Classification\":\"spark\",\"Properties\":"
	"{\"a\":\"1\"}}]}],"
	"\"KeepJobFlowAliveWhenNoSteps\":true,\"Ec2KeyName\":\"k\",\"Ec2SubnetIds\":[\"subnet-1\"]},"
	"\"Steps\":[{\"Name\":\"one\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\",\"Args\":[\"spark-sql\","
	"\"-f\",\"x.sql\"],\"Properties\":[{\"Key\":\"p\",\"Value\":\"v\"}]}},{\"Name\":\"two\","
	"\"ActionOnFailure\":\"CONTINUE\",\"HadoopJarStep\":{\"Jar\":\"j\",\"MainClass\":\"M\"}}],"
	"\"BootstrapActions\":[{\"Name\":\"b\",\"ScriptBootstrapAction\":{\"Path\":\"s3://b/x.sh\",\"Args\":"
	"[\"1\"]}}],\"Applications\":[{\"Name\":\"Spark\"}],\"Configurations\":[{\"Classification\":"
	"\"spark-defaults\",\"Properties\":{\"spark.sql.ansi.enabled\":\"true\"},\"Configurations\":[{"
	"\"Classification\":\"export\",\"Properties\":{\"X\":\"Y\"}}]}],\"Tags\":[{\"Key\":\"team\",\"Value\":"
	"\"etl\"}],\"AutoTerminationPolicy\":{},\"StepConcurrencyLevel\":1,\"VisibleToAllUsers\":false,"
	"\"ManagedScalingPolicy\":{\"ComputeLimits\":{\"UnitType\":\"Instances\",\"MinimumCapacityUnits\":1,"
	"\"MaximumCapacityUnits\":2}},\"KerberosAttributes\":{\"Realm\":\"R\",\"KdcAdminPassword\":\"secret\"},"
	"\"EbsRootVolumeIops\":3000}";

static struct cluster *decode_full(void)
{
	struct error err;
	struct cluster *c = NULL;
	cJSON *in = parse(full);
	assert_int_equal(emr_validate(emr_find_operation("RunJobFlow"), in, &err), 0);
	assert_int_equal(emr_decode_run_job_flow(in, &c, &err), 0);
	cJSON_Delete(in);
	return c;
}

static void check_cluster(const struct cluster *c)
{
	assert_string_equal(c->name, "nightly é");
	assert_string_equal(c->log_uri, "s3://b/logs/");
	assert_string_equal(c->release_label, "emr-7.1.0");
	assert_string_equal(c->instance_profile, "p");
	assert_string_equal(c->key_name, "k");
	assert_string_equal(c->subnet_id, "subnet-1");
	assert_true(c->keep_alive);
	assert_false(c->termination_protected);
	assert_false(c->visible_to_all);
	assert_string_equal(pair_list_get(&c->tags, "team"), "etl");
	assert_string_equal(cluster_property(c, "spark-defaults", "spark.sql.ansi.enabled"), "true");
	assert_string_equal(c->configurations.items[0]->configurations.items[0]->classification, "export");
	assert_string_equal(c->applications.items[0].name, "Spark");
}

static void check_core_group(const struct instance_group *g)
{
	assert_string_equal(g->name, "c");
	assert_int_equal(g->role, ROLE_CORE);
	assert_int_equal(g->market, MARKET_SPOT);
	assert_string_equal(g->bid_price, "0.25");
	assert_string_equal(g->type, "r5.2xlarge");
	assert_int_equal(g->requested, 4);
	assert_true(g->ebs_optimized);
	assert_int_equal(g->ebs.len, 1);
	assert_int_equal(g->ebs.items[0].per_instance, 2);
	assert_int_equal(g->ebs.items[0].size_gb, 64);
	assert_string_equal(pair_list_get(&g->configurations.items[0]->properties, "a"), "1");
}

static void check_first_step(const struct step *s)
{
	assert_string_equal(s->name, "one");
	assert_int_equal(s->on_failure, STEP_TERMINATE_CLUSTER);
	assert_string_equal(s->jar, "command-runner.jar");
	assert_int_equal(s->args.len, 3);
	assert_string_equal(s->args.items[2], "x.sql");
	assert_string_equal(pair_list_get(&s->properties, "p"), "v");
}

static void run_job_flow_decodes(void **state)
{
	(void)state;
	struct cluster *c = decode_full();
	check_cluster(c);
	assert_int_equal(c->groups.len, 2);
	check_core_group(c->groups.items[1]);
	assert_int_equal(c->steps.len, 2);
	check_first_step(c->steps.items[0]);
	assert_int_equal(c->steps.items[1]->on_failure, STEP_CONTINUE);
	assert_string_equal(c->bootstrap_actions.items[0].path, "s3://b/x.sh");
	assert_int_equal(c->idle_timeout_s, 3600);
	assert_null(strstr(c->extra, "secret"));
	/* What a client would send for it decodes to the same. */
	cJSON *again = emr_request_run_job_flow(c);
	struct error err;
	struct cluster *d = NULL;
	assert_int_equal(emr_validate(emr_find_operation("RunJobFlow"), again, &err), 0);
	assert_int_equal(emr_decode_run_job_flow(again, &d, &err), 0);
	check_cluster(d);
	check_core_group(d->groups.items[1]);
	check_first_step(d->steps.items[0]);
	assert_string_equal(d->bootstrap_actions.items[0].args.items[0], "1");
	cJSON_Delete(again);
	cluster_free(d);
	cluster_free(c);
}

static void simple_form_makes_groups(void **state)
{
	(void)state;
	struct error err;
	struct cluster *c = NULL;
	cJSON *in = parse("{\"Name\":\"x\"," REL ",\"Instances\":{\"MasterInstanceType\":\"m5.xlarge\","
	                  "\"SlaveInstanceType\":\"c5.xlarge\",\"InstanceCount\":3}}");
	assert_int_equal(emr_validate(emr_find_operation("RunJobFlow"), in, &err), 0);
	assert_int_equal(emr_decode_run_job_flow(in, &c, &err), 0);
	assert_int_equal(c->groups.len, 2);
	assert_int_equal(cluster_group_of(c, ROLE_CORE)->requested, 2);
	assert_string_equal(cluster_group_of(c, ROLE_CORE)->type, "c5.xlarge");
	assert_false(c->keep_alive);
	cluster_free(c);
	cJSON_Delete(in);
	/* Three masters: kept alive and protected. */
	in = parse("{\"Name\":\"x\"," REL ",\"Instances\":{\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\","
	           "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":3}]}}");
	assert_int_equal(emr_decode_run_job_flow(in, &c, &err), 0);
	assert_true(c->keep_alive && c->termination_protected);
	cluster_free(c);
	cJSON_Delete(in);
}

static void replies_read_back(void **state)
{
	(void)state;
	struct cluster *c = decode_full();
	strcpy(c->id, "j-1ABC");
	c->state = CLUSTER_TERMINATED_WITH_ERRORS;
	c->reason = CLUSTER_REASON_STEP_FAILURE;
	text_set(&c->reason_message, "Shut down as step failed");
	c->timeline = (struct timeline){ 1399400564432, 1399400600000, 0 };
	cJSON *v = emr_encode_cluster(c, "eu-west-1");
	char *text = json_print(v);
	assert_non_null(strstr(text, "\"CreationDateTime\":1399400564.432"));
	assert_null(strstr(text, "EndDateTime"));
	assert_null(strstr(text, "null"));
	assert_null(strstr(text, "secret"));
	assert_non_null(strstr(text, "\"EbsRootVolumeIops\":3000"));
	assert_string_equal(json_str(v, "ClusterArn", ""),
	                    "arn:aws:elasticmapreduce:eu-west-1:000000000000:cluster/j-1ABC");
	struct cluster *d = emr_read_cluster(v);
	check_cluster(d);
	assert_string_equal(d->id, "j-1ABC");
	assert_int_equal(d->state, CLUSTER_TERMINATED_WITH_ERRORS);
	assert_int_equal(d->reason, CLUSTER_REASON_STEP_FAILURE);
	assert_int_equal(d->timeline.created, 1399400564432);
	cluster_free(d);
	free(text);
	cJSON_Delete(v);

	struct instance_group *g = c->groups.items[1];
	g->state = GROUP_RESIZING;
	v = emr_encode_instance_group(g);
	struct instance_group *g2 = emr_read_instance_group(v);
	check_core_group(g2);
	assert_int_equal(g2->state, GROUP_RESIZING);
	instance_group_free(g2);
	cJSON_Delete(v);

	struct step *s = c->steps.items[0];
	s->state = STEP_FAILED;
	text_set(&s->failure_reason, "Unknown Error.");
	text_set(&s->failure_log, "s3://b/stderr.gz");
	v = emr_encode_step(s);
	assert_string_equal(json_str(json_obj(json_obj(v, "Config"), "Properties"), "p", ""), "v");
	struct step *s2 = emr_read_step(v);
	check_first_step(s2);
	assert_int_equal(s2->state, STEP_FAILED);
	assert_string_equal(s2->failure_reason, "Unknown Error.");
	step_free(s2);
	cJSON_Delete(v);

	struct instance *i = instance_new();
	strcpy(i->id, "ci-1");
	strcpy(i->ec2_id, "i-1");
	strcpy(i->group_id, "ig-1");
	i->type = xstrdup("m5.xlarge");
	i->public_dns = xstrdup("localhost");
	i->state = INSTANCE_TERMINATED;
	i->reason = INSTANCE_REASON_CLUSTER_TERMINATED;
	v = emr_encode_instance(i);
	struct instance *i2 = emr_read_instance(v);
	assert_string_equal(i2->ec2_id, "i-1");
	assert_int_equal(i2->state, INSTANCE_TERMINATED);
	assert_int_equal(i2->reason, INSTANCE_REASON_CLUSTER_TERMINATED);
	instance_free(i2);
	instance_free(i);
	cJSON_Delete(v);
	assert_null(emr_read_cluster(NULL));
	cluster_free(c);
}

static void changes_decode(void **state)
{
	(void)state;
	struct error err;
	struct emr_group_changes l = { 0 };
	cJSON *in = parse("{\"InstanceGroups\":[{\"InstanceGroupId\":\"ig-1\",\"InstanceCount\":0},"
	                  "{\"InstanceGroupId\":\"ig-2\",\"EC2InstanceIdsToTerminate\":[\"i-1\",\"i-2\"],"
	                  "\"ShrinkPolicy\":{\"DecommissionTimeout\":30,\"InstanceResizePolicy\":{"
	                  "\"InstancesToProtect\":[\"i-3\"]}},\"ReconfigurationType\":\"MERGE\","
	                  "\"Configurations\":[]}]}");
	assert_int_equal(emr_validate(emr_find_operation("ModifyInstanceGroups"), in, &err), 0);
	assert_int_equal(emr_decode_modify_groups(in, &l, &err), 0);
	assert_int_equal(l.len, 2);
	assert_int_equal(l.items[0].count, 0);
	assert_false(l.items[0].reconfigure);
	assert_int_equal(l.items[1].count, -1);
	assert_int_equal(l.items[1].terminate.len, 2);
	assert_int_equal(l.items[1].decommission_timeout_s, 30);
	assert_string_equal(l.items[1].protect.items[0], "i-3");
	assert_true(l.items[1].reconfigure && l.items[1].merge);
	emr_group_changes_free(&l);
	cJSON_Delete(in);
	in = parse("{\"A\":1399400564.432,\"B\":\"2014-05-06T18:22:44.432Z\",\"S\":[\"RUNNING\",\"WAITING\"]}");
	assert_int_equal(emr_decode_time(in, "A"), 1399400564432);
	assert_int_equal(emr_decode_time(in, "B"), 1399400564432);
	assert_int_equal(emr_decode_time(in, "C"), 0);
	assert_int_equal(emr_decode_mask(in, "S", &cluster_state_names),
	                 1u << CLUSTER_RUNNING | 1u << CLUSTER_WAITING);
	cJSON_Delete(in);
}

static void errors_have_bodies(void **state)
{
	(void)state;
	struct error err, back;
	struct buf b = BUF_INIT;
	emr_error_no_cluster(&err, "j-X");
	assert_int_equal(emr_error_reply(&err, &b), 400);
	assert_string_equal(b.data, "{\"__type\":\"InvalidRequestException\",\"ErrorCode\":\"NoSuchCluster\","
	                    "\"Message\":\"Cluster id 'j-X' is not valid.\"}");
	assert_int_equal(emr_read_error(400, b.data, b.len, &back), ERR_INVALID);
	assert_string_equal(back.class_, "InvalidRequestException");
	assert_string_equal(back.detail, "NoSuchCluster");
	assert_string_equal(back.message, "Cluster id 'j-X' is not valid.");
	buf_clear(&b);
	error_set(&err, ERR_IO, "disk gone");
	assert_int_equal(emr_error_reply(&err, &b), 500);
	assert_int_equal(emr_read_error(500, b.data, b.len, &back), ERR_UNAVAILABLE);
	buf_clear(&b);
	emr_error_unknown_operation(&err, "Nope");
	assert_int_equal(emr_error_reply(&err, &b), 400);
	assert_int_equal(emr_read_error(400, b.data, b.len, &back), ERR_UNSUPPORTED);
	assert_string_equal(back.message, "Could not find operation Nope");
	assert_int_equal(emr_read_error(502, "<html>", 6, &back), ERR_UNAVAILABLE);
	static const char coral[] = "{\"__type\":\"com.amazon.coral#ThrottlingException:http\",\"message\":"
	                            "\"Rate exceeded\"}";
	assert_int_equal(emr_read_error(400, coral, sizeof coral - 1, &back), ERR_FULL);
	assert_string_equal(back.class_, "ThrottlingException");
	buf_free(&b);
}

static const char *id_at(void *list, size_t i)
{
	return ((const char **)list)[i];
}

static void pages_survive_growth(void **state)
{
	(void)state;
	const char *old[] = { "s-5", "s-4", "s-3", "s-2", "s-1" };
	const char *grown[] = { "s-7", "s-6", "s-5", "s-4", "s-3", "s-2", "s-1" };
	struct emr_page p, q;
	struct error err;
	cJSON *in = cJSON_CreateObject();
	assert_int_equal(emr_page(in, "ListSteps", 2, 5, id_at, old, &p, &err), 0);
	assert_int_equal(p.first, 0);
	assert_int_equal(p.end, 2);
	assert_non_null(p.marker);
	json_add_str(in, "Marker", p.marker);
	assert_int_equal(emr_page(in, "ListSteps", 2, 7, id_at, grown, &q, &err), 0);
	assert_int_equal(q.first, 4);
	assert_int_equal(q.end, 6);
	free(q.marker);
	assert_int_equal(emr_page(in, "ListClusters", 2, 7, id_at, grown, &q, &err), ERR_INVALID);
	assert_string_equal(err.class_, "InvalidRequestException");
	free(p.marker);
	cJSON_Delete(in);
	assert_int_equal(emr_page(NULL, "L", 7, 7, id_at, grown, &p, &err), 0);
	assert_null(p.marker);
	static const char *const bad[] = { "x", "!!!", "AAAA", "bm90IGEgbWFya2Vy" };
	for (size_t i = 0; i < 4; i++) {
		in = json_add_str(cJSON_CreateObject(), "Marker", bad[i]);
		assert_int_equal(emr_page(in, "L", 2, 5, id_at, old, &p, &err), ERR_INVALID);
		cJSON_Delete(in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_are_arns), cmocka_unit_test(bad_requests_are_refused),
		cmocka_unit_test(bid_prices),
		cmocka_unit_test(unknown_members_and_nulls_are_ignored),
		cmocka_unit_test(run_job_flow_decodes),
		cmocka_unit_test(simple_form_makes_groups),
		cmocka_unit_test(replies_read_back),
		cmocka_unit_test(changes_decode),
		cmocka_unit_test(errors_have_bodies),
		cmocka_unit_test(pages_survive_growth),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
