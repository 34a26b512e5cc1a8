/* Keys, policies, the check and the trail over a control plane: as tables where they are tables. */
#include "tests/unit/control_fixture.h"

#include <sqlite3.h>

#include "core/base/clock.h"
#include "core/control/access/access.h"

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Ask as the holder of a key. */
static const cJSON *ask_as(struct fixture *f, const char *key, const char *target, const char *body)
{
	const char *user = key;
	control_secret(f->ctl, key, &user);
	struct control_caller who = { .user = user, .access_key = key, .region = "us-east-1", .source = "127.0.0.1",
	                              .user_agent = "aws-cli/2", .request_id = "r-1" };
	f->status = 0;
	control_call(f->ctl, target, body, strlen(body), &who, on_reply, f);
	control_turn(f->ctl);
	return f->reply;
}

static void make_key(struct fixture *f, const char *id, const char *role, const char *policies)
{
	const cJSON *r = ask(f, "Stoker.CreateKey", "{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"secret-of-%s\","
	                     "\"UserName\":\"user-%s\",\"Role\":\"%s\",\"PolicyNames\":[%s]}", id, id, id, role, policies);
	if (f->status != 200)
		fail_msg("%s: %s", f->error, f->message);
	assert_string_equal(json_str(json_obj(r, "Key"), "Status", ""), "Active");
}

static void put_policy(struct fixture *f, const char *name, const char *statements)
{
	ask(f, "Stoker.PutPolicy", "{\"PolicyName\":\"%s\",\"PolicyDocument\":{\"Version\":\"2012-10-17\","
	    "\"Statement\":[%s]}}", name, statements);
	if (f->status != 200)
		fail_msg("%s: %s", f->error, f->message);
}

static bool denied(const struct fixture *f)
{
	return !strcmp(f->error, "AccessDeniedException");
}

/* ---- roles ---- */

static void test_roles(void **state)
{
	static const struct { const char *target; enum role role; bool reads; } table[] = {
		{ "ElasticMapReduce.ListClusters", ROLE_VIEWER, true },
		{ "ElasticMapReduce.DescribeJobFlows", ROLE_VIEWER, true },
		{ "ElasticMapReduce.GetManagedScalingPolicy", ROLE_VIEWER, true },
		{ "ElasticMapReduce.GetClusterSessionCredentials", ROLE_OPERATOR, false },
		{ "ElasticMapReduce.RunJobFlow", ROLE_OPERATOR, false },
		{ "ElasticMapReduce.CreateSecurityConfiguration", ROLE_ADMIN, false },
		{ "ElasticMapReduce.PutBlockPublicAccessConfiguration", ROLE_ADMIN, false },
		{ "GraniteServiceVersion20100801.GetMetricData", ROLE_VIEWER, true },
		{ "GraniteServiceVersion20100801.PutMetricAlarm", ROLE_OPERATOR, false },
		{ "Stoker.WatchState", ROLE_VIEWER, true }, { "Stoker.ReadStepLog", ROLE_VIEWER, true },
		{ "Stoker.AcknowledgeAlarm", ROLE_OPERATOR, false }, { "Stoker.PutSchedule", ROLE_OPERATOR, false },
		{ "Stoker.CreateKey", ROLE_ADMIN, false }, { "Stoker.PutTopic", ROLE_ADMIN, false },
		{ "Stoker.StopServer", ROLE_ADMIN, false }, { "Stoker.SomethingNew", ROLE_ADMIN, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct operation op;
		assert_true(operation_find(table[i].target, &op));
		if (op.role != table[i].role || op.reads != table[i].reads)
			fail_msg("%s: role %d", table[i].target, (int)op.role);
	}
	struct operation op;
	assert_false(operation_find("Other.ListClusters", &op));
}

/* Every operation that the server has is in one of the services, and says by its name or a table who may do it. */
static void test_every_operation_has_a_role(void **state)
{
	struct fixture *f = *state;
	size_t it = 0;
	const char *target;
	void *v;
	while (map_next(f->ctl->ops, &it, &target, &v)) {
		struct operation op;
		if (!operation_find(target, &op))
			fail_msg("%s is of no service", target);
		assert_true(op.role >= ROLE_VIEWER && op.role <= ROLE_ADMIN);
	}
}

static void test_keys_of_each_role(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	char body[160];
	make_key(f, "VIEW", "viewer", "");
	make_key(f, "OPER", "operator", "");
	make_key(f, "ADMN", "admin", "");
	make_key(f, "NONE", "none", "");
	static const struct { const char *key; bool reads, acts, rules; } table[] = {
		{ "VIEW", true, false, false }, { "OPER", true, true, false }, { "ADMN", true, true, true },
		{ "NONE", false, false, false }, { "AK", true, true, true },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		ask_as(f, table[i].key, "ElasticMapReduce.ListClusters", "{}");
		assert_int_equal(f->status, table[i].reads ? 200 : 400);
		snprintf(body, sizeof body, "{\"ClusterId\":\"%s\"}", c->id);
		ask_as(f, table[i].key, "ElasticMapReduce.DescribeCluster", body);
		assert_int_equal(f->status, table[i].reads ? 200 : 400);
		snprintf(body, sizeof body, "{\"JobFlowIds\":[\"%s\"],\"TerminationProtected\":false}", c->id);
		ask_as(f, table[i].key, "ElasticMapReduce.SetTerminationProtection", body);
		assert_int_equal(denied(f), !table[i].acts);
		ask_as(f, table[i].key, "Stoker.DeletePolicy", "{\"PolicyName\":\"x\"}");
		assert_int_equal(denied(f), !table[i].rules);
	}
	ask_as(f, "VIEW", "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"j-NOBODY\"]}");
	assert_int_equal(f->status, 400);
	assert_string_equal(f->message, "User: arn:aws:iam::000000000000:user/user-VIEW is not authorized to perform: "
	                    "elasticmapreduce:TerminateJobFlows on resource: arn:aws:elasticmapreduce:us-east-1:"
	                    "000000000000:cluster/j-NOBODY because no identity-based policy allows the "
	                    "elasticmapreduce:TerminateJobFlows action");
	ask_as(f, "NOSUCH", "ElasticMapReduce.ListClusters", "{}");
	assert_string_equal(f->error, "UnrecognizedClientException");
}

/* Where topics lead is told to admins; others see of which kind they are. */
static void test_topics_are_masked(void **state)
{
	struct fixture *f = *state;
	make_key(f, "VIEW", "viewer", "");
	make_key(f, "OPER", "operator", "");
	make_key(f, "ADMN", "admin", "");
	good(f, "Stoker.PutTopic", "{\"TopicName\":\"a\",\"Webhook\":\"https://hooks.example.org/T0/very-secret\"}");
	good(f, "Stoker.PutTopic", "{\"TopicName\":\"b\",\"Command\":\"/opt/tell --to very-secret\"}");
	good(f, "Stoker.PutTopic", "{\"TopicName\":\"c\",\"Command\":\"X=very-secret /opt/tell\"}");
	good(f, "Stoker.PutTopic", "{\"TopicName\":\"d\",\"Email\":\"ops@example.org\"}");
	static const struct { const char *key; bool whole; } table[] = {
		{ "VIEW", false }, { "OPER", false }, { "ADMN", true }, { "AK", true },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const cJSON *l = json_arr(ask_as(f, table[i].key, "Stoker.ListTopics", "{}"), "Topics");
		char *text = json_print(l);
		assert_int_equal(cJSON_GetArraySize(l), 4);
		assert_int_equal(strstr(text, "very-secret") != NULL, table[i].whole);
		assert_non_null(strstr(text, "\"https://hooks.example.org/"));
		assert_non_null(strstr(text, "\"/opt/tell "));
		assert_non_null(strstr(text, "\"ops@example.org\""));
		free(text);
	}
	/* Nor does the trail tell it, which viewers read. */
	char *text = json_print(ask_as(f, "VIEW", "Stoker.ListAuditEvents", "{\"EventName\":\"PutTopic\"}"));
	assert_non_null(strstr(text, "/opt/tell HIDDEN"));
	assert_null(strstr(text, "very-secret"));
	free(text);
}

/* A price is a setting of the market that all clusters share: an admin's. */
static void test_who_may_move_the_market(void **state)
{
	struct fixture *f = *state;
	make_key(f, "VIEW", "viewer", "");
	make_key(f, "OPER", "operator", "");
	ask_as(f, "OPER", "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.large\",\"Price\":1}");
	assert_true(denied(f));
	ask_as(f, "VIEW", "Stoker.InterruptSpot", "{\"All\":true}");
	assert_true(denied(f));
	ask_as(f, "OPER", "Stoker.InterruptSpot", "{\"All\":true}");
	assert_int_equal(f->status, 200);
}

/* The trail keeps what was asked; of what was refused no more than a little. */
static void test_refused_requests_are_cut(void **state)
{
	struct fixture *f = *state;
	char *body = xasprintf("{\"PolicyName\":\"p\",\"PolicyDocument\":\"%05000d\"}", 0);
	make_key(f, "VIEW", "viewer", "");
	ask_as(f, "VIEW", "Stoker.PutPolicy", body);
	assert_true(denied(f));
	ask(f, "Stoker.PutPolicy", "%s", body);
	assert_int_equal(f->status, 400);
	const cJSON *e = json_arr(good(f, "Stoker.ListAuditEvents", "{\"EventName\":\"PutPolicy\"}"), "AuditEvents")->child;
	assert_int_equal(strlen(json_str(json_obj(e, "Request"), "PolicyDocument", "")), 5000);
	assert_true(json_int(json_obj(e->next, "Request"), "TruncatedBytes", 0) > 5000);
	assert_true(json_bool(good(f, "Stoker.VerifyAudit", "{}"), "Intact", false));
	free(body);
}

/* When a key was last used is in no document at first: reading them again does not forget it. */
static void test_last_use_outlives_a_reload(void **state)
{
	struct fixture *f = *state;
	struct error err = ERROR_INIT;
	make_key(f, "VIEW", "viewer", "");
	ask_as(f, "VIEW", "ElasticMapReduce.ListClusters", "{}");
	assert_int_equal(parts_load(f->ctl, &err), 0);
	const cJSON *k = json_arr(good(f, "Stoker.ListKeys", "{}"), "Keys")->child;
	while (k && strcmp(json_str(k, "AccessKeyId", ""), "VIEW"))
		k = k->next;
	assert_true(json_num(k, "LastUsedAt", 0) > 0);
}

static void test_requests_name_so_much_at_most(void **state)
{
	struct fixture *f = *state;
	struct buf b = BUF_INIT;
	make_key(f, "VIEW", "viewer", "");
	buf_adds(&b, "{\"InstanceIds\":[\"i-0\"");
	for (int i = 1; i <= 1000; i++)
		buf_addf(&b, ",\"i-%d\"", i);
	buf_adds(&b, "]}");
	ask_as(f, "VIEW", "Stoker.InterruptSpot", buf_str(&b));
	assert_string_equal(f->error, "ValidationException");
	assert_non_null(strstr(f->message, "1000"));
	buf_free(&b);
}

/* ---- policies ---- */

#define ARN "arn:aws:elasticmapreduce:*:*:cluster/"

static void test_policies_by_tag_and_arn(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f), *other = waiting(f);
	char body[300], document[300];
	pair_list_set(&c->tags, "team", "blue");
	put_policy(f, "blue", "{\"Effect\":\"Allow\",\"Action\":\"elasticmapreduce:*\",\"Resource\":\"*\",\"Condition\":"
	           "{\"StringEquals\":{\"elasticmapreduce:ResourceTag/team\":\"blue\"}}}");
	snprintf(document, sizeof document, "{\"Effect\":\"Allow\",\"Action\":\"elasticmapreduce:Describe*\",\"Resource\":"
	         "\"" ARN "%s\"}", other->id);
	put_policy(f, "other", document);
	put_policy(f, "never", "{\"Effect\":\"Deny\",\"Action\":\"elasticmapreduce:Terminate*\",\"Resource\":\"*\"}");
	make_key(f, "BLUE", "none", "\"blue\"");
	make_key(f, "BOTH", "none", "\"blue\",\"other\"");
	make_key(f, "OPER", "operator", "\"never\"");

	snprintf(body, sizeof body, "{\"ClusterId\":\"%s\"}", c->id);
	ask_as(f, "BLUE", "ElasticMapReduce.DescribeCluster", body);
	assert_int_equal(f->status, 200);
	ask_as(f, "BLUE", "ElasticMapReduce.ListClusters", "{}");
	assert_true(denied(f));
	/* A cluster of others and one that is not there are refused in the same words. */
	snprintf(body, sizeof body, "{\"ClusterId\":\"%s\"}", other->id);
	ask_as(f, "BLUE", "ElasticMapReduce.DescribeCluster", body);
	assert_true(denied(f));
	assert_non_null(strstr(f->message, "because no identity-based policy allows"));
	ask_as(f, "BLUE", "ElasticMapReduce.DescribeCluster", "{\"ClusterId\":\"j-NOBODY\"}");
	assert_true(denied(f));
	assert_non_null(strstr(f->message, "cluster/j-NOBODY because no identity-based policy allows"));
	ask_as(f, "BOTH", "ElasticMapReduce.DescribeCluster", body);
	assert_int_equal(f->status, 200);
	/* All that a request names must be allowed. */
	snprintf(body, sizeof body, "{\"JobFlowIds\":[\"%s\",\"%s\"],\"TerminationProtected\":true}", c->id, other->id);
	ask_as(f, "BLUE", "ElasticMapReduce.SetTerminationProtection", body);
	assert_true(denied(f));
	assert_false(c->termination_protected);
	/* A group of another cluster beside the id of one's own; its cluster's id stays unsaid. */
	snprintf(body, sizeof body, "{\"ClusterId\":\"%s\",\"InstanceGroups\":[{\"InstanceGroupId\":\"%s\","
	         "\"InstanceCount\":3}]}", c->id, other->groups.items[1]->id);
	ask_as(f, "BLUE", "ElasticMapReduce.ModifyInstanceGroups", body);
	assert_true(denied(f));
	assert_non_null(strstr(f->message, "cluster/* because"));
	assert_null(strstr(f->message, other->id));
	snprintf(body, sizeof body, "{\"InstanceGroups\":[{\"InstanceGroupId\":\"%s\",\"InstanceCount\":3}]}",
	         c->groups.items[1]->id);
	ask_as(f, "BLUE", "ElasticMapReduce.ModifyInstanceGroups", body);
	assert_int_equal(f->status, 200);
	/* A deny beside a role. */
	snprintf(body, sizeof body, "{\"JobFlowIds\":[\"%s\"]}", c->id);
	ask_as(f, "OPER", "ElasticMapReduce.TerminateJobFlows", body);
	assert_true(denied(f));
	assert_non_null(strstr(f->message, "with an explicit deny in an identity-based policy"));
	assert_int_equal(c->state, CLUSTER_WAITING);
	/* Tags that have gone take the right with them, at once. */
	pair_list_remove(&c->tags, "team");
	snprintf(body, sizeof body, "{\"ClusterId\":\"%s\"}", c->id);
	ask_as(f, "BLUE", "ElasticMapReduce.DescribeCluster", body);
	assert_true(denied(f));
}

static void test_request_tags(void **state)
{
	struct fixture *f = *state;
	put_policy(f, "tagged", "{\"Effect\":\"Allow\",\"Action\":[\"elasticmapreduce:RunJobFlow\","
	           "\"elasticmapreduce:AddTags\"],\"Resource\":\"*\","
	           "\"Condition\":{\"StringEquals\":{\"aws:RequestTag/team\":\"${aws:username}\"},"
	           "\"ForAllValues:StringEquals\":{\"aws:TagKeys\":[\"team\"]}}}");
	make_key(f, "RUNS", "none", "\"tagged\"");
#define RUN "{\"Name\":\"t\",\"ReleaseLabel\":\"emr-7.5.0\",\"Instances\":{" GROUPS "},\"Tags\":["
	ask_as(f, "RUNS", "ElasticMapReduce.RunJobFlow", RUN "{\"Key\":\"team\",\"Value\":\"user-RUNS\"}]}");
	assert_int_equal(f->status, 200);
	ask_as(f, "RUNS", "ElasticMapReduce.RunJobFlow", RUN "{\"Key\":\"team\",\"Value\":\"others\"}]}");
	assert_true(denied(f));
	ask_as(f, "RUNS", "ElasticMapReduce.RunJobFlow", RUN "{\"Key\":\"team\",\"Value\":\"user-RUNS\"},"
	       "{\"Key\":\"x\",\"Value\":\"y\"}]}");
	assert_true(denied(f));
	ask_as(f, "RUNS", "ElasticMapReduce.RunJobFlow", "{}");
	assert_true(denied(f));            /* before a word about what is missing in it */
}

/* As on AWS: a cluster to be made is all clusters, and its tags are wanted from AddTags as well. */
static void test_clusters_to_be_made(void **state)
{
	struct fixture *f = *state;
	put_policy(f, "runs", "{\"Effect\":\"Allow\",\"Action\":\"elasticmapreduce:RunJobFlow\",\"Resource\":"
	           "\"arn:aws:elasticmapreduce:*:*:cluster/*\"}");
	make_key(f, "PLAIN", "none", "\"runs\"");
	make_key(f, "OPER", "operator", "");
	ask_as(f, "PLAIN", "ElasticMapReduce.RunJobFlow", RUN "]}");
	assert_int_equal(f->status, 200);
	ask_as(f, "PLAIN", "ElasticMapReduce.RunJobFlow", RUN "{\"Key\":\"team\",\"Value\":\"prod\"}]}");
	assert_true(denied(f));
	assert_string_equal(f->message, "User: arn:aws:iam::000000000000:user/user-PLAIN is not authorized to perform: "
	                    "elasticmapreduce:AddTags on resource: arn:aws:elasticmapreduce:us-east-1:000000000000:cluster/*"
	                    " because no identity-based policy allows the elasticmapreduce:AddTags action");
	ask_as(f, "OPER", "ElasticMapReduce.RunJobFlow", RUN "{\"Key\":\"team\",\"Value\":\"prod\"}]}");
	assert_int_equal(f->status, 200);
	/* Nor by a schedule. */
	put_policy(f, "plans", "{\"Effect\":\"Allow\",\"Action\":[\"elasticmapreduce:RunJobFlow\",\"stoker:PutSchedule\"],"
	           "\"Resource\":\"*\"}");
	make_key(f, "PLANS", "none", "\"plans\"");
#define PLAN "{\"ScheduleName\":\"x\",\"ScheduleExpression\":\"rate(1 day)\",\"Target\":{\"Operation\":" \
	"\"RunJobFlow\",\"Request\":" RUN
	ask_as(f, "PLANS", "Stoker.PutSchedule", PLAN "{\"Key\":\"team\",\"Value\":\"prod\"}]}}}");
	assert_true(denied(f));
	ask_as(f, "PLANS", "Stoker.PutSchedule", PLAN "]}}}");
	assert_int_equal(f->status, 200);
}

/* ---- keys ---- */

static void test_life_of_a_key(void **state)
{
	struct fixture *f = *state;
	const char *user = "";
	const cJSON *key = json_obj(good(f, "Stoker.CreateKey", "{\"Role\":\"viewer\"}"), "Key");
	char id[64], body[200];
	snprintf(id, sizeof id, "%s", json_str(key, "AccessKeyId", ""));
	assert_int_equal(strlen(id), 20);
	assert_int_equal(strlen(json_str(key, "SecretAccessKey", "")), 40);
	assert_string_equal(json_str(key, "UserName", ""), id);
	assert_string_equal(control_secret(f->ctl, id, &user), json_str(key, "SecretAccessKey", ""));
	assert_string_equal(user, id);
	const cJSON *keys = json_arr(good(f, "Stoker.ListKeys", "{}"), "Keys");
	assert_int_equal(cJSON_GetArraySize(keys), 2);
	assert_string_equal(json_str(cJSON_GetArrayItem(keys, 0), "UserName", ""), "owner");
	char *text = json_print(keys);
	assert_null(strstr(text, "Secret"));
	free(text);
	snprintf(body, sizeof body, "{\"AccessKeyId\":\"%s\",\"Status\":\"Inactive\"}", id);
	good(f, "Stoker.UpdateKey", body);
	assert_null(control_secret(f->ctl, id, &user));
	/* It survives the server; so does that it is inactive. */
	close_control(f);
	open_control(f);
	assert_null(control_secret(f->ctl, id, &user));
	snprintf(body, sizeof body, "{\"AccessKeyId\":\"%s\",\"Status\":\"Active\",\"Role\":\"operator\"}", id);
	key = json_obj(good(f, "Stoker.UpdateKey", body), "Key");
	assert_string_equal(json_str(key, "Role", ""), "operator");
	assert_null(json_str(key, "SecretAccessKey", NULL));
	assert_non_null(control_secret(f->ctl, id, &user));
	snprintf(body, sizeof body, "{\"AccessKeyId\":\"%s\"}", id);
	const cJSON *env = good(f, "Stoker.GetEnvironment", body);
	assert_string_equal(json_str(env, "SecretAccessKey", ""), control_secret(f->ctl, id, &user));
	assert_null(json_str(env, "SparkApi", NULL));
	good(f, "Stoker.DeleteKey", body);
	assert_null(control_secret(f->ctl, id, &user));
	ask(f, "Stoker.DeleteKey", "%s", body);
	assert_string_equal(f->error, "NoSuchEntityException");
}

static void test_refused_keys_and_policies(void **state)
{
	static const struct { const char *op, *body, *error, *says; } table[] = {
		{ "CreateKey", "{}", "ValidationException", "Role is missing" },
		{ "CreateKey", "{\"Role\":\"boss\"}", "ValidationException", "use viewer, operator, admin or none" },
		{ "CreateKey", "{\"Role\":\"admin\",\"AccessKeyId\":\"ABCD\"}", "ValidationException", "together" },
		{ "CreateKey", "{\"Role\":\"admin\",\"AccessKeyId\":\"A B\",\"SecretAccessKey\":\"12345678\"}",
		  "ValidationException", "AccessKeyId must have" },
		{ "CreateKey", "{\"Role\":\"admin\",\"AccessKeyId\":\"ABCD\",\"SecretAccessKey\":\"x\"}", "ValidationException",
		  "SecretAccessKey must have" },
		{ "CreateKey", "{\"Role\":\"admin\",\"AccessKeyId\":\"AK\",\"SecretAccessKey\":\"12345678\"}",
		  "ValidationException", "AccessKeyId must have 3" },
		{ "CreateKey", "{\"Role\":\"admin\",\"AccessKeyId\":\"TAKEN\",\"SecretAccessKey\":\"12345678\"}",
		  "EntityAlreadyExistsException", "TAKEN exists already" },
		{ "CreateKey", "{\"Role\":\"admin\",\"UserName\":\"owner\"}", "ValidationException", "the server's own" },
		{ "CreateKey", "{\"Role\":\"admin\",\"UserName\":\"stoker:scaling\"}", "ValidationException", "UserName must" },
		{ "CreateKey", "{\"PolicyNames\":[\"none\"]}", "NoSuchEntityException", "no policy 'none'" },
		{ "UpdateKey", "{\"AccessKeyId\":\"AK\",\"Status\":\"Inactive\"}", "UnmodifiableEntityException", "owner" },
		{ "DeleteKey", "{\"AccessKeyId\":\"AK\"}", "UnmodifiableEntityException", "credentials.json" },
		{ "UpdateKey", "{\"AccessKeyId\":\"nobody\"}", "NoSuchEntityException", "'nobody'" },
		{ "UpdateKey", "{\"AccessKeyId\":\"TAKEN\",\"Status\":\"Gone\"}", "ValidationException", "Active or Inactive" },
		{ "PutPolicy", "{\"PolicyDocument\":\"{}\"}", "ValidationException", "PolicyName" },
		{ "PutPolicy", "{\"PolicyName\":\"a b\",\"PolicyDocument\":\"{}\"}", "ValidationException", "PolicyName" },
		{ "PutPolicy", "{\"PolicyName\":\"p\"}", "ValidationException", "PolicyDocument is missing" },
		{ "PutPolicy", "{\"PolicyName\":\"p\",\"PolicyDocument\":\"{\"}", "MalformedPolicyDocumentException", "JSON" },
		{ "PutPolicy", "{\"PolicyName\":\"p\",\"PolicyDocument\":{}}", "MalformedPolicyDocumentException", "Statement" },
		{ "DeletePolicy", "{\"PolicyName\":\"p\"}", "NoSuchEntityException", "no policy 'p'" },
		{ "DeletePolicy", "{\"PolicyName\":\"used\"}", "DeleteConflictException", "in use by the key TAKEN" },
	};
	struct fixture *f = *state;
	put_policy(f, "used", "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}");
	make_key(f, "TAKEN", "viewer", "\"used\"");
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char target[64];
		snprintf(target, sizeof target, "Stoker.%s", table[i].op);
		ask(f, target, "%s", table[i].body);
		if (strcmp(f->error, table[i].error) || !strstr(f->message, table[i].says))
			fail_msg("%s %s: %s: %s", target, table[i].body, f->error, f->message);
	}
}

/* ---- the trail ---- */

static cJSON *trail(struct fixture *f, const char *filter)
{
	return cJSON_Duplicate(json_arr(good(f, "Stoker.ListAuditEvents", filter), "AuditEvents"), true);
}

static void check_intact(struct fixture *f, bool intact)
{
	const cJSON *r = good(f, "Stoker.VerifyAudit", "{}");
	if (json_bool(r, "Intact", false) != intact)
		fail_msg("intact: %s", json_str(r, "Broken", "yes"));
}

static void test_trail(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	char body[300];
	make_key(f, "VIEW", "viewer", "");
	snprintf(body, sizeof body, "{\"JobFlowIds\":[\"%s\"]}", c->id);
	ask_as(f, "VIEW", "ElasticMapReduce.TerminateJobFlows", body);
	ask_as(f, "VIEW", "ElasticMapReduce.ListClusters", "{}");
	snprintf(body, sizeof body, "{\"JobFlowId\":\"%s\",\"Steps\":[{\"Name\":\"s\",\"HadoopJarStep\":{\"Jar\":"
	         "\"command-runner.jar\",\"Args\":[\"x\",\"--password\",\"hunter2\",\"--token=t0ken-of-a-friend\"]}}]}", c->id);
	good(f, "ElasticMapReduce.AddJobFlowSteps", body);
	ask(f, "ElasticMapReduce.TerminateJobFlows", "%s", "{\"JobFlowIds\":");
	cJSON *events = trail(f, "{}");
	assert_int_equal(cJSON_GetArraySize(events), 5);   /* newest first; reads are not in it */
	const cJSON *e = cJSON_GetArrayItem(events, 0);
	assert_string_equal(json_str(e, "ErrorCode", ""), "SerializationException");
	e = cJSON_GetArrayItem(events, 1);
	assert_string_equal(json_str(e, "EventName", ""), "AddJobFlowSteps");
	assert_string_equal(json_str(e, "Actor", ""), "owner");
	assert_string_equal(json_str(e, "ClusterId", ""), c->id);
	assert_string_equal(json_str(e, "Outcome", ""), "Success");
	e = cJSON_GetArrayItem(events, 2);
	assert_string_equal(json_str(e, "Actor", ""), "user-VIEW");
	assert_string_equal(json_str(e, "AccessKeyId", ""), "VIEW");
	assert_string_equal(json_str(e, "Source", ""), "127.0.0.1");
	assert_string_equal(json_str(e, "Outcome", ""), "Failure");
	assert_string_equal(json_str(e, "ErrorCode", ""), "AccessDeniedException");
	e = cJSON_GetArrayItem(events, 4);
	assert_string_equal(json_str(e, "EventName", ""), "RunJobFlow");
	assert_string_equal(json_str(e, "ClusterId", ""), c->id);      /* known from the answer */
	char *text = json_print(events);
	assert_null(strstr(text, "hunter2"));
	assert_null(strstr(text, "t0ken-of-a-friend"));
	assert_null(strstr(text, "secret-of-VIEW"));
	assert_non_null(strstr(text, "HIDDEN_DUE_TO_SECURITY_REASONS"));
	free(text);
	cJSON_Delete(events);
	check_intact(f, true);
}

/* A call on several clusters is found by each, and so is one that names a group. */
static void test_trail_of_several_clusters(void **state)
{
	struct fixture *f = *state;
	struct cluster *a = waiting(f), *b = waiting(f), *other = waiting(f);
	char body[300];
	snprintf(body, sizeof body, "{\"JobFlowIds\":[\"%s\",\"%s\"],\"TerminationProtected\":true}", a->id, b->id);
	good(f, "ElasticMapReduce.SetTerminationProtection", body);
	snprintf(body, sizeof body, "{\"InstanceGroups\":[{\"InstanceGroupId\":\"%s\",\"InstanceCount\":3}]}",
	         b->groups.items[1]->id);
	good(f, "ElasticMapReduce.ModifyInstanceGroups", body);
	const struct { const struct cluster *c; int n; } table[] = { { a, 2 }, { b, 3 }, { other, 1 } };
	for (size_t i = 0; i < 3; i++) {
		snprintf(body, sizeof body, "{\"ClusterId\":\"%s\"}", table[i].c->id);
		cJSON *events = trail(f, body);    /* each has its RunJobFlow */
		if (cJSON_GetArraySize(events) != table[i].n)
			fail_msg("%s: %d", body, cJSON_GetArraySize(events));
		cJSON_Delete(events);
	}
	const cJSON *records = json_arr(good(f, "Stoker.ListAuditEvents", "{\"Format\":\"cloudtrail\",\"EventName\":"
	                                     "\"SetTerminationProtection\"}"), "Records");
	const cJSON *resources = json_arr(cJSON_GetArrayItem(records, 0), "resources");
	assert_int_equal(cJSON_GetArraySize(resources), 2);
	const char *arn = json_str(cJSON_GetArrayItem(resources, 1), "ARN", "");
	assert_string_equal(strrchr(arn, '/') + 1, b->id);
	check_intact(f, true);
}

static int audited(struct fixture *f, const char *filter, const char *code)
{
	cJSON *events = trail(f, filter);
	const cJSON *e;
	int n = cJSON_GetArraySize(events);

	cJSON_ArrayForEach(e, events)
		if (code && strcmp(json_str(e, "ErrorCode", ""), code))
			fail_msg("%s: %s", filter, json_str(e, "ErrorCode", "success"));
	cJSON_Delete(events);
	return n;
}

/* Every operation that changes something, from the table that they are all called by: one record when it is refused,
 * one when the owner calls it, whatever comes of it; none of those that read. */
static void test_every_change_is_in_the_trail(void **state)
{
	struct fixture *f = *state;
	struct str_list targets = { 0 };
	size_t it = 0, changing = 0;
	const char *target;
	void *v;
	make_key(f, "NONE", "none", "");
	while (map_next(f->ctl->ops, &it, &target, &v))
		if (strcmp(target, "Stoker.StopServer"))
			str_list_add(&targets, target);
	for (size_t i = 0; i < targets.len; i++) {
		struct operation op;
		char filter[200];
		assert_true(operation_find(targets.items[i], &op));
		snprintf(filter, sizeof filter, "{\"EventName\":\"%s\",\"Actor\":\"user-NONE\"}", op.name);
		ask_as(f, "NONE", targets.items[i], "{}");
		if (!denied(f))
			fail_msg("%s: %d %s", targets.items[i], f->status, f->error);
		if (audited(f, filter, "AccessDeniedException") != !op.reads)
			fail_msg("%s: a refusal must be in the trail, a read not", targets.items[i]);
		snprintf(filter, sizeof filter, "{\"EventName\":\"%s\",\"Actor\":\"owner\"}", op.name);
		int before = audited(f, filter, NULL);
		ask(f, targets.items[i], "%s", "{}");
		bool wanted = !op.reads && (!op.data || f->status != 200);
		if (audited(f, filter, NULL) != before + wanted)
			fail_msg("%s: %d records instead of %d", targets.items[i], audited(f, filter, NULL), before + wanted);
		changing += !op.reads;
	}
	if (changing < 50)
		fail_msg("only %zu operations that change something", changing);
	str_list_free(&targets);
	check_intact(f, true);
}

/* What cannot be told again would spoil every list that it is in. */
static void test_text_that_is_none(void **state)
{
	struct fixture *f = *state;
	const cJSON *r;
	ask(f, "ElasticMapReduce.RunJobFlow", "%s", "{\"Name\":\"\xff\xfe\"}");
	assert_string_equal(f->error, "SerializationException");
	struct control_caller who = { .local = true, .user = "owner", .user_agent = "agent \xff\x1b[31m" };
	control_call(f->ctl, "Stoker.DeletePolicy", "{}", 2, &who, on_reply, f);
	control_turn(f->ctl);
	r = json_arr(good(f, "Stoker.ListAuditEvents", "{\"EventName\":\"DeletePolicy\"}"), "AuditEvents");
	assert_string_equal(json_str(cJSON_GetArrayItem(r, 0), "UserAgent", ""), "agent ??[31m");
}

static void test_filters_and_pages(void **state)
{
	struct fixture *f = *state;
	make_key(f, "VIEW", "viewer", "");
	for (int i = 0; i < 7; i++)
		ask_as(f, "VIEW", "Stoker.DeletePolicy", "{\"PolicyName\":\"p\"}");
	static const struct { const char *filter; int n; } table[] = {
		{ "{}", 8 }, { "{\"Actor\":\"user-VIEW\"}", 7 }, { "{\"Actor\":\"user\"}", 0 }, { "{\"Outcome\":\"Success\"}", 1 },
		{ "{\"EventName\":\"CreateKey\"}", 1 }, { "{\"Query\":\"deletepolicy AccessDenied\"}", 7 },
		{ "{\"Query\":\"deletepolicy zebra\"}", 0 }, { "{\"Since\":4000000000}", 0 }, { "{\"Until\":1000}", 0 },
		{ "{\"ClusterId\":\"j-1\"}", 0 }, { "{\"MaxResults\":3}", 3 },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		cJSON *events = trail(f, table[i].filter);
		if (cJSON_GetArraySize(events) != table[i].n)
			fail_msg("%s: %d", table[i].filter, cJSON_GetArraySize(events));
		cJSON_Delete(events);
	}
	int seen = 0;
	char token[40] = "0";
	for (int page = 0; *token && page < 10; page++) {
		const cJSON *r = ask(f, "Stoker.ListAuditEvents", "{\"MaxResults\":3,\"NextToken\":\"%s\"}", token);
		seen += cJSON_GetArraySize(json_arr(r, "AuditEvents"));
		snprintf(token, sizeof token, "%s", json_str(r, "NextToken", ""));
	}
	assert_int_equal(seen, 8);
	ask(f, "Stoker.ListAuditEvents", "{\"NextToken\":\"x\"}");
	assert_string_equal(f->error, "ValidationException");
	ask(f, "Stoker.ListAuditEvents", "{\"Format\":\"xml\"}");
	assert_string_equal(f->error, "ValidationException");
}

static void test_cloudtrail(void **state)
{
	struct fixture *f = *state;
	make_key(f, "OPER", "operator", "");
	ask_as(f, "OPER", "ElasticMapReduce.RunJobFlow", "{\"Name\":\"t\",\"ReleaseLabel\":\"emr-7.5.0\",\"Instances\":{"
	       GROUPS "}}");
	const cJSON *r = good(f, "Stoker.ListAuditEvents", "{\"Format\":\"cloudtrail\",\"MaxResults\":1}");
	const cJSON *e = cJSON_GetArrayItem(json_arr(r, "Records"), 0), *who = json_obj(e, "userIdentity");
	assert_string_equal(json_str(who, "type", ""), "IAMUser");
	assert_string_equal(json_str(who, "arn", ""), "arn:aws:iam::000000000000:user/user-OPER");
	assert_string_equal(json_str(who, "accessKeyId", ""), "OPER");
	assert_string_equal(json_str(e, "eventSource", ""), "elasticmapreduce.amazonaws.com");
	assert_string_equal(json_str(e, "eventName", ""), "RunJobFlow");
	assert_string_equal(json_str(e, "awsRegion", ""), "us-east-1");
	assert_string_equal(json_str(e, "sourceIPAddress", ""), "127.0.0.1");
	assert_string_equal(json_str(e, "userAgent", ""), "aws-cli/2");
	assert_string_equal(json_str(e, "requestID", ""), "r-1");
	assert_string_equal(json_str(e, "eventType", ""), "AwsApiCall");
	assert_string_equal(json_str(json_obj(e, "requestParameters"), "releaseLabel", ""), "emr-7.5.0");
	assert_non_null(json_arr(json_obj(json_obj(e, "requestParameters"), "instances"), "instanceGroups"));
	assert_non_null(json_str(json_obj(e, "responseElements"), "jobFlowId", NULL));
	assert_false(json_bool(e, "readOnly", true));
}

static void copy_file(const char *from, const char *to)
{
	struct buf b = BUF_INIT;
	assert_int_equal(fs_read(from, 64 << 20, &b, NULL), 0);
	assert_int_equal(fs_write_atomic(to, b.data, b.len, 0600, NULL), 0);
	buf_free(&b);
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Whatever is done to the records behind the server's back shows. */
static void test_tampering_shows(void **state)
{
	static const char *const acts[] = {
		"UPDATE records SET body = replace(body, 'DeletePolicy', 'DeletePolicz') WHERE seq = (SELECT max(seq) - 2 "
		"FROM records)",
		"DELETE FROM records WHERE seq = (SELECT max(seq) - 1 FROM records)",
		"DELETE FROM records WHERE seq = (SELECT max(seq) FROM records)",
		"DELETE FROM records WHERE seq = (SELECT min(seq) FROM records)",
		"UPDATE records SET time = time + 1 WHERE seq = (SELECT min(seq) + 1 FROM records)",
		"DELETE FROM records",
	};
	struct fixture *f = *state;
	char *path = xasprintf("%s/stoker.db", f->dir), *kept = xasprintf("%s/kept.db", f->dir);
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		for (int k = 0; k < 5; k++)
			ask(f, "Stoker.DeletePolicy", "{\"PolicyName\":\"p\"}");
		check_intact(f, true);
		close_control(f);
		copy_file(path, kept);
		run_sql(path, acts[i]);
		open_control(f);
		check_intact(f, false);
		ask(f, "Stoker.DeletePolicy", "{\"PolicyName\":\"p\"}");
		check_intact(f, false);        /* what is written later hides nothing */
		close_control(f);
		copy_file(kept, path);
		open_control(f);
		check_intact(f, true);
	}
	free(kept);
	free(path);
}

/* Age takes the oldest records; what is left is still proven, and a gap at its begin still shows. */
static void test_age(void **state)
{
	static const int64_t day = 24 * 3600 * 1000LL, start = 1795000000000;
	struct fixture *f = *state;
	char now[32];
	for (int i = 0; i < 6; i++) {
		snprintf(now, sizeof now, "%lld", (long long)(start + i / 3 * 10 * day));
		setenv("STOKER_FROZEN_TIME", now, 1);
		ask(f, "Stoker.DeletePolicy", "{\"PolicyName\":\"p\"}");
	}
	audit_trim(f->ctl, start + 399 * day);
	control_turn(f->ctl);
	check_intact(f, true);
	cJSON *events = trail(f, "{}");
	assert_int_equal(cJSON_GetArraySize(events), 6);
	cJSON_Delete(events);
	audit_trim(f->ctl, start + 405 * day);
	control_turn(f->ctl);
	check_intact(f, true);
	events = trail(f, "{}");
	assert_int_equal(cJSON_GetArraySize(events), 3);
	assert_int_equal(json_int(cJSON_GetArrayItem(events, 2), "Number", 0), 4);
	cJSON_Delete(events);
	store_drop_records(f->ctl->store, "audit", 5);
	control_turn(f->ctl);
	check_intact(f, false);
	unsetenv("STOKER_FROZEN_TIME");
}

/* A call that the journal refused is a failure in the trail, and did not happen anywhere else. */
static void test_a_full_disk(void **state)
{
	struct fixture *f = *state;
	const char *user;
	for (int i = 0; i < 3; i++)
		ask(f, "Stoker.DeletePolicy", "{\"PolicyName\":\"p\"}");
	store_limit_growth(f->ctl->store, 0);
	bool refused = false;
	char id[32] = "";
	for (int i = 0; i < 2000 && !refused; i++) {
		snprintf(id, sizeof id, "KEY%d", i);
		ask(f, "Stoker.CreateKey", "{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"secret-of-many\",\"Role\":\"viewer\"}", id);
		refused = f->status != 200;
	}
	assert_true(refused);
	assert_string_equal(f->error, "InternalServerError");
	assert_null(control_secret(f->ctl, id, &user));
	/* Reading goes on, though nothing can be kept of it. */
	ask_as(f, "KEY0", "ElasticMapReduce.ListClusters", "{}");
	assert_int_equal(f->status, 200);
	store_limit_growth(f->ctl->store, -1);
	control_turn(f->ctl);
	cJSON *events = trail(f, "{\"EventName\":\"CreateKey\",\"MaxResults\":1}");
	const cJSON *e = cJSON_GetArrayItem(events, 0);
	assert_string_equal(json_str(e, "Outcome", ""), "Failure");
	assert_string_equal(json_str(json_obj(e, "Request"), "AccessKeyId", ""), id);
	cJSON_Delete(events);
	check_intact(f, true);
	const cJSON *list = json_arr(ask(f, "Stoker.ListEvents", "{\"MaxResults\":1}"), "Events");
	assert_string_not_equal(json_str(cJSON_GetArrayItem(list, 0), "ResourceId", ""), id);
	close_control(f);
	open_control(f);
	assert_null(control_secret(f->ctl, id, &user));
	check_intact(f, true);
}

static void test_redaction(void **state)
{
	static const struct { const char *in, *out; } table[] = {
		{ "{\"a\":1}", "{\"a\":1}" },
		{ "{\"SecretAccessKey\":\"x\"}", "{\"SecretAccessKey\":\"H\"}" },
		{ "{\"Properties\":{\"fs.s3a.secret.key\":\"x\",\"b\":\"c\"}}", "{\"Properties\":{\"fs.s3a.secret.key\":\"H\",\"b\":\"c\"}}" },
		{ "{\"P\":[{\"Key\":\"db.password\",\"Value\":\"x\"}]}", "{\"P\":[{\"Key\":\"db.password\",\"Value\":\"H\"}]}" },
		{ "[\"--password\",\"x\",\"y\"]", "[\"--password\",\"H\",\"y\"]" },
		{ "[\"--password\",\"--next\",\"y\"]", "[\"--password\",\"--next\",\"y\"]" },
		{ "[\"--conf\",\"spark.ssl.keyPassword=x=y\"]", "[\"--conf\",\"spark.ssl.keyPassword=H\"]" },
		{ "[\"export TOKEN=abc; run --password x y\"]", "[\"export TOKEN=H run --password H y\"]" },
		{ "[\"curl -H 'Authorization: Bearer abc' u\"]", "[\"curl -H 'Authorization: H H u\"]" },
		{ "\"CREATE TABLE t OPTIONS (user 'u', password 'x')\"", "\"CREATE TABLE t OPTIONS (user 'u', password H\"" },
		{ "\"SELECT secretary, tokens FROM passwords\"", "\"SELECT secretary, tokens FROM passwords\"" },
		{ "[\"jdbc://me:pass@host/db\"]", "[\"jdbc://me:H@host/db\"]" },
		{ "{\"Webhook\":\"https://h.example/services/T0/B1\"}", "{\"Webhook\":\"https://h.example/H\"}" },
		{ "{\"ClientToken\":\"x\",\"Token\":5}", "{\"ClientToken\":\"x\",\"Token\":\"H\"}" },
		{ "{\"AWS_SECRET\":{\"deep\":\"kept\"}}", "{\"AWS_SECRET\":{\"deep\":\"kept\"}}" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		cJSON *v = json_parse(table[i].in, strlen(table[i].in), NULL), *r = redact(v);
		char *text = json_print(r), *mark;
		while ((mark = strstr(text, "HIDDEN_DUE_TO_SECURITY_REASONS")))
			memmove(mark + 1, mark + 30, strlen(mark + 30) + 1);
		assert_string_equal(text, table[i].out);
		free(text);
		cJSON_Delete(v);
		cJSON_Delete(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_roles), T(test_every_operation_has_a_role), T(test_keys_of_each_role), T(test_topics_are_masked), T(test_who_may_move_the_market),
		T(test_last_use_outlives_a_reload), T(test_refused_requests_are_cut), T(test_requests_name_so_much_at_most), T(test_policies_by_tag_and_arn),
		T(test_request_tags), T(test_clusters_to_be_made), T(test_life_of_a_key), T(test_refused_keys_and_policies),
		T(test_trail), T(test_trail_of_several_clusters), T(test_every_change_is_in_the_trail), T(test_text_that_is_none),
		T(test_filters_and_pages), T(test_cloudtrail), T(test_tampering_shows), T(test_age), T(test_a_full_disk), T(test_redaction),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
