/* The part "emr" over a fake provisioner: unhealthy nodes, what a refused journal takes back, idle time-outs,
 * and what a restart finds again. */
#include "control_fixture.h"

#include "core/base/clock.h"
#include "core/api/shape/shape.h"
#include "core/control/emr/emr_part.h"
#include "core/control/emr/health.h"

#define YARN(properties) "\"Configurations\":[{\"Classification\":\"yarn-site\",\"Properties\":{" properties "}}]"
#define DISK YARN("\"yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage\":\"90\"")

static struct cluster *up(struct fixture *f, const char *more)
{
	char *options = xasprintf("\"Instances\":{" GROUPS ",\"KeepJobFlowAliveWhenNoSteps\":true},%s", more);
	struct cluster *c = run_up(f, options);

	free(options);
	return c;
}

static struct node *core_node(const struct cluster *c)
{
	for (size_t i = 0; i < c->instances.len; i++)
		if (c->instances.items[i]->role == ROLE_CORE && c->instances.items[i]->state == INSTANCE_RUNNING)
			return c->instances.items[i]->runtime;
	return NULL;
}

static void sample(struct fixture *f, struct node *n, double disk)
{
	double values[METRICS] = { 0 };

	values[METRIC_DISK_PERCENT] = disk;
	health_sampled(f->ctl, n, values);
	control_turn(f->ctl);
}

/* `later` from now, as the part's timer would have it. */
static void look(struct fixture *f, int64_t later)
{
	health_run(f->ctl, clock_now_ms() + later);
	control_turn(f->ctl);
}

static int live(const struct cluster *c)
{
	int n = 0;

	for (size_t i = 0; i < c->instances.len; i++)
		n += c->instances.items[i]->state != INSTANCE_TERMINATED;
	return n;
}

static void full_disk_replaces_a_node(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, DISK);
	struct node *n = core_node(c);
	struct instance *i = n->m;

	sample(f, n, 80);
	assert_int_equal(n->health.since, 0);
	sample(f, n, 95);
	assert_true(n->health.since > 0);
	assert_non_null(strstr(n->health.disk, "95 % of its disk"));
	const cJSON *alarms = json_arr(good(f, "Stoker.ListAlarms", "{}"), "Alarms"), *a;
	bool told = false;
	cJSON_ArrayForEach(a, alarms)
		told |= !strncmp(json_str(a, "AlarmId", ""), "node-unhealthy/", 15);
	assert_true(told);
	sample(f, n, 50);
	assert_int_equal(n->health.since, 0);
	sample(f, n, 95);
	look(f, HEALTH_REPLACE_MS - 60000);
	assert_int_equal(i->state, INSTANCE_RUNNING);
	look(f, HEALTH_REPLACE_MS + 1000);
	assert_int_equal(i->state, INSTANCE_TERMINATED);
	assert_int_equal(i->reason, INSTANCE_REASON_INSTANCE_FAILURE);
	assert_non_null(strstr(i->reason_message, "unhealthy for 45 minutes"));
	assert_int_equal(live(c), 3);       /* its replacement is on the way */
}

static void nothing_is_checked_without_settings(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "\"Tags\":[]");

	sample(f, core_node(c), 99);
	assert_int_equal(core_node(c)->health.since, 0);
	look(f, 0);
	assert_int_equal(health_due(f->ctl), 0);
}

static void protected_clusters_keep_their_nodes(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, DISK);
	struct node *n = core_node(c);
	struct instance *i = n->m, *primary = cluster_primary(c);
	char body[128];

	c->termination_protected = true;
	sample(f, n, 95);
	sample(f, primary->runtime, 95);
	look(f, 2 * HEALTH_REPLACE_MS);
	assert_int_equal(i->state, INSTANCE_RUNNING);
	snprintf(body, sizeof body, "{\"JobFlowIds\":[\"%s\"],\"UnhealthyNodeReplacement\":true}", c->id);
	good(f, "ElasticMapReduce.SetUnhealthyNodeReplacement", body);
	look(f, 2 * HEALTH_REPLACE_MS);
	assert_int_equal(i->state, INSTANCE_TERMINATED);
	assert_int_equal(primary->state, INSTANCE_RUNNING);
}

static struct exec *health_exec(const struct node *n)
{
	for (size_t i = 0; i < n->execs.len; i++)
		if (n->execs.items[i]->m->kind == CONTAINER_HEALTH)
			return n->execs.items[i];
	return NULL;
}

static void script_says(struct fixture *f, struct node *n, const char *text, int signal)
{
	char *out = path_node_log(f->ctl, n->c, n->m, "health/stdout");
	struct exec *e = health_exec(n);

	assert_non_null(e);
	assert_int_equal(fs_write_atomic(out, text, strlen(text), 0644, NULL), 0);
	exec_ended(f->ctl, e, 1, signal, NULL);
	control_turn(f->ctl);
	free(out);
}

static void health_script(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, YARN("\"yarn.nodemanager.health-checker.script.path\":\"/opt/health.sh\","
	                               "\"yarn.nodemanager.health-checker.script.opts\":\"-a  b\","
	                               "\"yarn.nodemanager.health-checker.interval-ms\":\"5000\","
	                               "\"yarn.nodemanager.health-checker.script.timeout-ms\":\"60000\""));
	struct node *n = core_node(c);

	sample(f, n, 10);
	assert_true(health_due(f->ctl) > 0);
	look(f, 0);
	assert_non_null(health_exec(n));
	assert_int_equal(n->health.since, 0);
	script_says(f, n, "fine\nERROR disk sdb is gone\n", 0);
	assert_string_equal(n->health.script, "ERROR disk sdb is gone");
	assert_true(n->health.since > 0);
	look(f, 6000);
	script_says(f, n, "all is well, ERROR only in the middle\n", 0);
	assert_int_equal(n->health.since, 0);
	look(f, 12000);
	struct exec *e = health_exec(n);
	assert_non_null(e);
	look(f, 12000 + 61000);
	assert_true(n->health.late && e->kill_sent);
	script_says(f, n, "", 9);
	assert_string_equal(n->health.script, "its health script did not end in time");
}

/* ---- documents and clusters that the journal refuses ---- */

static void refused_changes_are_taken_back(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]");

	store_limit_growth(f->ctl->store, 0);
	ask(f, "ElasticMapReduce.CreateSecurityConfiguration", "{\"Name\":\"n\",\"SecurityConfiguration\":"
	    "\"{\\\"a\\\":\\\"%0100000d\\\"}\"}", 7);
	assert_int_equal(f->status, 500);
	assert_null(emr_doc_get(emr_state(f->ctl)->security, c->region, "n"));
	struct buf tags = BUF_INIT;
	for (int i = 0; i < 49; i++)
		buf_addf(&tags, "%s{\"Key\":\"k%d\",\"Value\":\"%0256d\"}", i ? "," : "", i, i);
	ask(f, "ElasticMapReduce.AddTags", "{\"ResourceId\":\"%s\",\"Tags\":[%s]}", c->id, buf_str(&tags));
	buf_free(&tags);
	assert_int_equal(f->status, 500);
	assert_int_equal(c->tags.len, 1);
	assert_string_equal(pair_list_get(&c->tags, "a"), "b");
	store_limit_growth(f->ctl->store, -1);
	good(f, "ElasticMapReduce.CreateSecurityConfiguration", "{\"Name\":\"n\",\"SecurityConfiguration\":\"{}\"}");
	assert_non_null(emr_doc_get(emr_state(f->ctl)->security, c->region, "n"));
}

#define STUDIO "{\"Name\":\"st\",\"AuthMode\":\"SSO\",\"VpcId\":\"v\",\"SubnetIds\":[\"s\"],\"ServiceRole\":\"r\"," \
	"\"WorkspaceSecurityGroupId\":\"w\",\"EngineSecurityGroupId\":\"e\",\"DefaultS3Location\":\"s3://b\"," \
	"\"TrustedIdentityPropagationEnabled\":true,\"IdcUserAssignment\":\"OPTIONAL\"}"

static const cJSON *fitting(struct fixture *f, const char *name, const char *body);

static void restart_finds_documents(void **state)
{
	struct fixture *f = *state;

	good(f, "ElasticMapReduce.CreateSecurityConfiguration", "{\"Name\":\"one\",\"SecurityConfiguration\":\"{}\"}");
	good(f, "ElasticMapReduce.CreateSecurityConfiguration", "{\"Name\":\"two\",\"SecurityConfiguration\":\"{}\"}");
	good(f, "ElasticMapReduce.DeleteSecurityConfiguration", "{\"Name\":\"one\"}");
	good(f, "ElasticMapReduce.PutBlockPublicAccessConfiguration",
	     "{\"BlockPublicAccessConfiguration\":{\"BlockPublicSecurityGroupRules\":false}}");
	char *studio = xstrdup(json_str(good(f, "ElasticMapReduce.CreateStudio", STUDIO), "StudioId", ""));
	char *who = xasprintf("{\"StudioId\":\"%s\",\"IdentityType\":\"USER\",\"IdentityName\":\"a/b\\nc\","
	                      "\"SessionPolicyArn\":\"p\"}", studio);
	good(f, "ElasticMapReduce.CreateStudioSessionMapping", who);
	close_control(f);
	open_control(f);
	fitting(f, "GetStudioSessionMapping", who);
	fitting(f, "ListStudioSessionMappings", "{}");
	fitting(f, "ListStudios", "{}");
	char *body = xasprintf("{\"StudioId\":\"%s\"}", studio);
	fitting(f, "DescribeStudio", body);
	free(body);
	free(who);
	free(studio);
	const cJSON *list = json_arr(good(f, "ElasticMapReduce.ListSecurityConfigurations", "{}"),
	                             "SecurityConfigurations");
	assert_int_equal(cJSON_GetArraySize(list), 1);
	assert_string_equal(json_str(list->child, "Name", ""), "two");
	const cJSON *access = good(f, "ElasticMapReduce.GetBlockPublicAccessConfiguration", "{}");
	assert_false(json_bool(json_obj(access, "BlockPublicAccessConfiguration"), "BlockPublicSecurityGroupRules", true));
}

static void idle_clusters_end(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "\"AutoTerminationPolicy\":{\"IdleTimeout\":60}"), *kept = waiting(f);
	int64_t now = clock_now_ms();
	struct step *s = add_step(f, c, "CONTINUE", PROCESS);

	emr_idle_check(f->ctl, now + 3600000);   /* it works */
	assert_int_equal(c->state, CLUSTER_RUNNING);
	ends(f, s, 0, 0);
	assert_int_equal(c->state, CLUSTER_WAITING);
	emr_idle_check(f->ctl, now + 59000);
	assert_int_equal(c->state, CLUSTER_WAITING);
	c->termination_protected = true;
	emr_idle_check(f->ctl, now + 120000);
	assert_int_equal(c->state, CLUSTER_WAITING);
	c->termination_protected = false;
	emr_idle_check(f->ctl, now + 120000);
	assert_int_equal(c->state, CLUSTER_TERMINATING);
	assert_int_equal(c->reason, CLUSTER_REASON_ALL_STEPS_COMPLETED);
	assert_int_equal(kept->state, CLUSTER_WAITING);
	control_turn(f->ctl);
	const cJSON *events = json_arr(good(f, "Stoker.ListEvents", "{\"MaxResults\":100}"), "Events"), *e;
	bool told = false;
	cJSON_ArrayForEach(e, events)
		told |= !strcmp(json_str(e, "Actor", ""), "stoker:auto-termination") &&
		        strstr(json_str(e, "Cause", ""), "allows 60") != NULL;
	assert_true(told);
}

/* What ended more than a month ago is not listed any more. */
static void old_instances_are_not_listed(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, DISK);
	struct node *n = core_node(c);
	struct instance *i = n->m;
	char body[128];

	node_doom(f->ctl, n, INSTANCE_REASON_INSTANCE_FAILURE, "gone");
	control_turn(f->ctl);
	snprintf(body, sizeof body, "{\"ClusterId\":\"%s\"}", c->id);
	int all = cJSON_GetArraySize(json_arr(good(f, "ElasticMapReduce.ListInstances", body), "Instances"));
	i->timeline.ended -= 31LL * 24 * 3600 * 1000;
	assert_int_equal(cJSON_GetArraySize(json_arr(good(f, "ElasticMapReduce.ListInstances", body), "Instances")), all - 1);
}

#define DAYS(n) ((n) * 24LL * 3600 * 1000)

static int listed(struct fixture *f, const char *target, const char *body, const char *member)
{
	return cJSON_GetArraySize(json_arr(good(f, target, body), member));
}

/* DescribeJobFlows: two weeks of what has ended, two months of what works; what was asked for by state or id too. After
 * two months what has ended is gone, for everybody. */
static void old_clusters_are_not_listed(void **state)
{
	struct fixture *f = *state;
	struct cluster *ended = up(f, DISK), *works = up(f, DISK);
	const char *target = "ElasticMapReduce.DescribeJobFlows";
	char body[128];

	snprintf(body, sizeof body, "{\"JobFlowIds\":[\"%s\"]}", ended->id);
	good(f, "ElasticMapReduce.TerminateJobFlows", body);
	for (size_t i = 0; i < ended->instances.len; i++) {
		struct node *n = ended->instances.items[i]->runtime;
		link_close(n->link);
		node_link_closed(f->ctl, n);
	}
	control_turn(f->ctl);
	assert_int_equal(ended->state, CLUSTER_TERMINATED);
	assert_int_equal(listed(f, target, "{}", "JobFlows"), 2);
	ended->timeline.created -= DAYS(15);
	works->timeline.created -= DAYS(15);
	assert_int_equal(listed(f, target, "{}", "JobFlows"), 1);
	assert_int_equal(listed(f, target, body, "JobFlows"), 1);
	assert_int_equal(listed(f, target, "{\"JobFlowStates\":[\"TERMINATED\"]}", "JobFlows"), 1);
	works->timeline.created -= DAYS(50);
	assert_int_equal(listed(f, target, "{}", "JobFlows"), 0);
	ended->timeline.ended -= DAYS(59);
	assert_int_equal(listed(f, "ElasticMapReduce.ListClusters", "{}", "Clusters"), 2);
	ended->timeline.ended -= DAYS(2);
	assert_int_equal(listed(f, "ElasticMapReduce.ListClusters", "{}", "Clusters"), 1);
	ask(f, "ElasticMapReduce.DescribeCluster", "{\"ClusterId\":\"%s\"}", ended->id);
	assert_int_equal(f->status, 400);
}

/* The last 1,000 are listed; each is described. */
static void steps_that_are_listed(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, DISK);
	char *marker = NULL;
	int n = 0;

	watched.off = true;
	for (int i = 0; i < 1005; i++) {
		struct step *s = step_new();
		s->name = xasprintf("%d", i);
		s->jar = xstrdup("j");
		op_new_step(c, s, clock_now_ms());
		s->state = STEP_COMPLETED;
		vec_push(&c->steps, s);
	}
	forget_states(); /* put there by hand: no event tells of them */
	do {
		const cJSON *r = ask(f, "ElasticMapReduce.ListSteps", marker ? "{\"ClusterId\":\"%s\",\"Marker\":\"%s\"}"
		                     : "{\"ClusterId\":\"%s\"}", c->id, marker), *steps = json_arr(r, "Steps"), *s;
		assert_int_equal(f->status, 200);
		cJSON_ArrayForEach(s, steps)
			assert_int_equal(atoi(json_str(s, "Name", "")), 1004 - n++);
		free(marker);
		marker = xstrdup(json_str(r, "Marker", NULL));
	} while (marker);
	assert_int_equal(n, 1000);
	ask(f, "ElasticMapReduce.DescribeStep", "{\"ClusterId\":\"%s\",\"StepId\":\"%s\"}", c->id, c->steps.items[0]->id);
	assert_int_equal(f->status, 200);
}

static void long_names_have_pages(void **state)
{
	struct fixture *f = *state;
	int n = 0, pages = 0;
	char body[512], *marker = NULL;

	for (int i = 0; i < 120; i++) {
		snprintf(body, sizeof body, "{\"Name\":\"%0300d\\n%d\",\"SecurityConfiguration\":\"{}\"}", 0, i);
		good(f, "ElasticMapReduce.CreateSecurityConfiguration", body);
	}
	do {
		const cJSON *r = ask(f, "ElasticMapReduce.ListSecurityConfigurations", marker ? "{\"Marker\":\"%s\"}" : "{}",
		                     marker);
		assert_int_equal(f->status, 200);
		n += cJSON_GetArraySize(json_arr(r, "SecurityConfigurations"));
		free(marker);
		marker = xstrdup(json_str(r, "Marker", NULL));
		pages++;
	} while (marker);
	assert_int_equal(n, 120);
	assert_int_equal(pages, 3);
}

/* Of three primaries one that runs is the primary, and a step goes there. */
static void three_primaries(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run(f, "\"Instances\":{\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\",\"InstanceType\":"
	                           "\"m5.xlarge\",\"InstanceCount\":3}]}");

	assert_int_equal(c->instances.len, 3);
	hello(f, c->instances.items[2]);
	assert_ptr_equal(cluster_primary(c), c->instances.items[2]);
	assert_int_equal(c->state, CLUSTER_STARTING);
	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_true(c->keep_alive && c->termination_protected);
	struct step *s = add_step(f, c, "CONTINUE", PROCESS);
	struct exec *e = exec_of(s);
	assert_non_null(e);
	struct instance *first = e->node->m;
	assert_ptr_equal(first, cluster_primary(c));
	node_doom(f->ctl, e->node, INSTANCE_REASON_INSTANCE_FAILURE, "gone");
	control_turn(f->ctl);
	assert_int_equal(first->state, INSTANCE_TERMINATED);
	assert_int_equal(s->state, STEP_RUNNING);
	assert_non_null(exec_of(s));
	assert_ptr_not_equal(exec_of(s)->node->m, first);
	assert_false(cluster_state_closing(c->state));
	assert_int_equal(live(c), 3);
}

/* ---- replies against their tables ---- */

/* Every member of a reply is one that the table has, of its kind, and none that it calls never filled. */
static void fits(const struct shape *s, const cJSON *v, const char *where)
{
	const cJSON *x;

	if (s->kind == SHAPE_STRUCT) {
		assert_true(cJSON_IsObject(v));
		cJSON_ArrayForEach(x, v) {
			const struct shape_member *m = shape_member(s, x->string);
			if (!m || m->use == SHAPE_IGNORED || m->use == SHAPE_UNSERVED || cJSON_IsNull(x))
				fail_msg("%s: %s is not what the table says", where, x->string);
			fits(m->shape, x, where);
		}
	} else if (s->kind == SHAPE_LIST || s->kind == SHAPE_MAP) {
		assert_true(s->kind == SHAPE_LIST ? cJSON_IsArray(v) : cJSON_IsObject(v));
		cJSON_ArrayForEach(x, v)
			fits(s->of, x, where);
	} else if (s->kind == SHAPE_ENUM) {
		if (!cJSON_IsString(v) || names_parse(s->names, v->valuestring) < 0)
			fail_msg("%s: %s is none of the names", where, cJSON_IsString(v) ? v->valuestring : "?");
	} else {
		bool number = s->kind == SHAPE_INT || s->kind == SHAPE_LONG || s->kind == SHAPE_DOUBLE ||
		              s->kind == SHAPE_TIME;
		assert_true(number ? cJSON_IsNumber(v) : s->kind == SHAPE_BOOL ? cJSON_IsBool(v) : cJSON_IsString(v));
	}
}

static const cJSON *fitting(struct fixture *f, const char *name, const char *body)
{
	char target[128];

	snprintf(target, sizeof target, EMR_TARGET_PREFIX "%s", name);
	const cJSON *reply = good(f, target, body);
	const struct emr_operation *op = emr_find_operation(name);
	if (op->output)
		fits(op->output, reply, name);
	else
		assert_null(reply);
	return reply;
}

static void replies_fit_their_tables(void **state)
{
	struct fixture *f = *state;
	const char *run_all = "{\"Name\":\"all\",\"ReleaseLabel\":\"emr-7.5.0\",\"LogUri\":\"s3://l/\",\"Instances\":{"
		GROUPS ",\"KeepJobFlowAliveWhenNoSteps\":true,\"Ec2SubnetIds\":[\"subnet-1\"],\"Ec2KeyName\":\"k\","
		"\"Placement\":{\"AvailabilityZone\":\"us-east-1a\"},\"AdditionalMasterSecurityGroups\":[\"sg\"]},"
		"\"Applications\":[{\"Name\":\"Spark\"}],\"BootstrapActions\":[],\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}],"
		"\"Configurations\":[{\"Classification\":\"c\",\"Properties\":{\"a\":\"b\"},\"Configurations\":[]}],"
		"\"AutoScalingRole\":\"r\",\"ScaleDownBehavior\":\"TERMINATE_AT_TASK_COMPLETION\",\"OSReleaseLabel\":\"2.0\","
		"\"EbsRootVolumeSize\":10,\"EbsRootVolumeIops\":3000,\"EbsRootVolumeThroughput\":125,\"CustomAmiId\":\"ami\","
		"\"RepoUpgradeOnBoot\":\"NONE\",\"ExtendedSupport\":true,\"PlacementGroupConfigs\":[{\"InstanceRole\":"
		"\"MASTER\",\"PlacementStrategy\":\"SPREAD\"}],\"KerberosAttributes\":{\"Realm\":\"R\",\"KdcAdminPassword\":"
		"\"secret\"},\"AdditionalInfo\":\"{}\",\"SupportedProducts\":[\"mapr\"],\"AutoTerminationPolicy\":{},"
		"\"MonitoringConfiguration\":{\"CloudWatchLogConfiguration\":{\"Enabled\":true}},\"StepExecutionRoleArn\":"
		"\"arn:aws:iam::1:role/rrrr\",\"Steps\":[{\"Name\":\"s\",\"ActionOnFailure\":\"CONTINUE\",\"HadoopJarStep\":{"
		"\"Jar\":\"command-runner.jar\",\"MainClass\":\"M\",\"Args\":[\"false\"],\"Properties\":[{\"Key\":\"k\","
		"\"Value\":\"v\"}]},\"StepMonitoringConfiguration\":{\"S3MonitoringConfiguration\":{\"LogUri\":\"s3://s/\"}}}]}";
	struct cluster *c = find_cluster(f->ctl, json_str(fitting(f, "RunJobFlow", run_all), "JobFlowId", ""));
	static const char *const of_cluster[] = {
		"DescribeCluster", "ListSteps", "ListInstances", "ListInstanceGroups", "ListBootstrapActions",
		"GetAutoTerminationPolicy", "GetManagedScalingPolicy", "RemoveAutoTerminationPolicy", NULL
	};
	static const char *const plain[] = {
		"ListClusters", "DescribeJobFlows", "ListSecurityConfigurations", "ListReleaseLabels", "DescribeReleaseLabel",
		"GetBlockPublicAccessConfiguration", "ListNotebookExecutions", NULL
	};
	char body[512];

	hello_all(f, c);
	ends(f, c->steps.items[0], 1, 0);
	assert_int_equal(c->steps.items[0]->state, STEP_FAILED);
	snprintf(body, sizeof body, "{\"ClusterId\":\"%s\",\"StepId\":\"%s\"}", c->id, c->steps.items[0]->id);
	fitting(f, "DescribeStep", body);
	snprintf(body, sizeof body, "{\"ClusterId\":\"%s\",\"StepIds\":[\"%s\"]}", c->id, c->steps.items[0]->id);
	fitting(f, "CancelSteps", body);
	snprintf(body, sizeof body, "{\"ClusterId\":\"%s\",\"ExtendedSupport\":false}", c->id);
	fitting(f, "ModifyCluster", body);
	fitting(f, "CreateSecurityConfiguration", "{\"Name\":\"n\",\"SecurityConfiguration\":\"{}\"}");
	fitting(f, "DescribeSecurityConfiguration", "{\"Name\":\"n\"}");
	fitting(f, "ListSupportedInstanceTypes", "{\"ReleaseLabel\":\"emr-7.5.0\"}");
	snprintf(body, sizeof body, "{\"ExecutionEngine\":{\"Id\":\"%s\"},\"ServiceRole\":\"r\",\"EditorId\":\"e\","
	         "\"RelativePath\":\"n\",\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]}", c->id);
	char *id = xstrdup(json_str(fitting(f, "StartNotebookExecution", body), "NotebookExecutionId", ""));
	snprintf(body, sizeof body, "{\"NotebookExecutionId\":\"%s\"}", id);
	fitting(f, "DescribeNotebookExecution", body);
	free(id);
	for (size_t i = 0; of_cluster[i]; i++) {
		snprintf(body, sizeof body, "{\"ClusterId\":\"%s\"}", c->id);
		fitting(f, of_cluster[i], body);
	}
	for (size_t i = 0; plain[i]; i++)
		fitting(f, plain[i], "{}");
	snprintf(body, sizeof body, "{\"JobFlowIds\":[\"%s\"]}", c->id);
	fitting(f, "TerminateJobFlows", body);
	snprintf(body, sizeof body, "{\"ClusterId\":\"%s\"}", c->id);
	const cJSON *shown = fitting(f, "DescribeCluster", body);
	char *text = json_print(shown);
	assert_null(strstr(text, "secret"));   /* passwords are nowhere */
	assert_non_null(strstr(text, "\"KerberosAttributes\":{\"Realm\":\"R\",\"KdcAdminPassword\":\"********\"}"));
	free(text);
}

static void notebooks_make_room(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "\"ServiceRole\":\"r\"");
	char *first = NULL;

	for (int i = 0; i <= 1000; i++) {
		const cJSON *r = ask(f, "ElasticMapReduce.StartNotebookExecution", "{\"ExecutionEngine\":{\"Id\":\"%s\"},"
		                     "\"ServiceRole\":\"r\",\"NotebookS3Location\":{\"Bucket\":\"b\",\"Key\":\"k\"}}", c->id);
		if (f->status != 200)
			fail_msg("%s: %s", f->error, f->message);
		if (!first)
			first = xstrdup(json_str(r, "NotebookExecutionId", ""));
	}
	assert_int_equal(map_len(emr_state(f->ctl)->notebooks), 1000);
	ask(f, "ElasticMapReduce.DescribeNotebookExecution", "{\"NotebookExecutionId\":\"%s\"}", first);
	assert_int_equal(f->status, 400);
	free(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
		T(full_disk_replaces_a_node), T(nothing_is_checked_without_settings),
		T(protected_clusters_keep_their_nodes), T(health_script), T(refused_changes_are_taken_back),
		T(restart_finds_documents), T(three_primaries), T(idle_clusters_end),
		T(old_instances_are_not_listed), T(old_clusters_are_not_listed), T(steps_that_are_listed), T(replies_fit_their_tables), T(long_names_have_pages),
		T(notebooks_make_room),
#undef T
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
