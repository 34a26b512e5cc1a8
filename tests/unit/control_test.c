/* The control plane over a fake provisioner: workers are what the test says they are, and every message to
 * them is kept. Nothing here waits for time to pass. */
#include "tests/unit/control_fixture.h"

static int count_sent(struct fixture *f, const char *type)
{
	int n = 0;

	for (size_t i = 0; i < f->sent.len; i++)
		n += !strcmp(json_str(f->sent.items[i].msg, "type", ""), type);
	return n;
}

static const cJSON *last_sent(struct fixture *f, const char *type)
{
	for (size_t i = f->sent.len; i-- > 0;)
		if (!strcmp(json_str(f->sent.items[i].msg, "type", ""), type))
			return f->sent.items[i].msg;
	fail_msg("no %s was sent", type);
	return NULL;
}

/* ---- life of a cluster ---- */

static void all_leave(struct fixture *f, struct cluster *c)
{
	for (size_t i = 0; i < c->instances.len; i++) {
		struct node *n = c->instances.items[i]->runtime;
		link_close(n->link);
		node_link_closed(f->ctl, n);
	}
	control_turn(f->ctl);
}

static void test_lifecycle(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run(f, "\"Instances\":{" GROUPS ",\"KeepJobFlowAliveWhenNoSteps\":true}");

	assert_int_equal(f->spawns, 3);
	assert_int_equal(c->state, CLUSTER_STARTING);
	hello(f, c->instances.items[0]);
	assert_int_equal(c->state, CLUSTER_STARTING);
	assert_string_equal(c->reason_message, "Configuring cluster software");
	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_string_equal(c->reason_message, "Cluster ready to run steps.");
	assert_true(c->timeline.ready > 0);
	for (size_t i = 0; i < c->groups.len; i++) {
		assert_int_equal(c->groups.items[i]->state, GROUP_RUNNING);
		assert_int_equal(c->groups.items[i]->running, c->groups.items[i]->requested);
	}
	ask(f, "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"%s\"]}", c->id);
	assert_int_equal(c->state, CLUSTER_TERMINATING);
	assert_int_equal(count_sent(f, "stop"), 3);
	all_leave(f, c);
	assert_int_equal(c->state, CLUSTER_TERMINATED);
	assert_int_equal(c->reason, CLUSTER_REASON_USER_REQUEST);
	assert_string_equal(c->reason_message, "Terminated by user request");
	assert_int_equal(c->instances.items[0]->reason, INSTANCE_REASON_CLUSTER_TERMINATED);
	assert_int_equal(f->ctl->granted_mb, 0);
}

static void test_ended_while_it_starts(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run(f, "\"Instances\":{" GROUPS "},\"Steps\":[{\"Name\":\"a\",\"HadoopJarStep\":"
	                        "{\"Jar\":\"command-runner.jar\",\"Args\":[\"true\"]}}]");

	hello(f, c->instances.items[0]);
	assert_int_equal(c->state, CLUSTER_STARTING);
	ask(f, "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"%s\"]}", c->id);
	assert_int_equal(c->state, CLUSTER_TERMINATING);
	hello_all(f, c);   /* the last processes come up only now, to be told to stop */
	all_leave(f, c);
	assert_int_equal(c->state, CLUSTER_TERMINATED);
	assert_true(c->timeline.ready == 0);
	assert_true(c->timeline.ended > 0);
	assert_int_equal(c->steps.items[0]->state, STEP_CANCELLED);
	assert_true(c->steps.items[0]->timeline.ready == 0);
}

static void test_transient_cluster_ends_with_its_steps(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run(f, "\"Instances\":{" GROUPS "},\"Steps\":[{\"Name\":\"a\",\"ActionOnFailure\":"
	                        "\"CONTINUE\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\",\"Args\":["
	                        "\"true\"]}},{\"Name\":\"b\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\","
	                        "\"Args\":[\"true\"]}}]");

	assert_int_equal(c->steps.items[0]->state, STEP_PENDING);
	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_RUNNING);
	assert_string_equal(c->reason_message, "Running step");
	assert_int_equal(c->steps.items[0]->state, STEP_RUNNING);
	assert_int_equal(c->steps.items[1]->state, STEP_PENDING);
	ends(f, c->steps.items[0], 1, 0);
	assert_int_equal(c->steps.items[0]->state, STEP_FAILED);
	assert_int_equal(c->steps.items[1]->state, STEP_RUNNING);
	ends(f, c->steps.items[1], 0, 0);
	assert_int_equal(c->state, CLUSTER_TERMINATING);
	assert_int_equal(c->reason, CLUSTER_REASON_STEP_FAILURE);
	assert_string_equal(c->reason_message, "Steps completed with errors");
	assert_false(cluster_ends_with_errors(c));
}

static void test_bootstrap_failure_ends_the_cluster(void **state)
{
	struct fixture *f = *state;
	char *script = xasprintf("%s/lake/b/x.sh", f->dir), *dir = xasprintf("%s/lake/b", f->dir);

	fs_mkdirs(dir, 0755, NULL);
	fs_write_atomic(script, "exit 3\n", 7, 0644, NULL);
	struct cluster *c = run(f, "\"Instances\":{" GROUPS "},\"BootstrapActions\":[{\"Name\":\"x\","
	                        "\"ScriptBootstrapAction\":{\"Path\":\"s3://b/x.sh\",\"Args\":[\"1\"]}}]");
	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_BOOTSTRAPPING);
	assert_int_equal(count_sent(f, "launch"), 3);
	struct node *n = c->instances.items[0]->runtime;
	struct exec *e = n->execs.items[0];
	assert_int_equal(e->m->kind, CONTAINER_BOOTSTRAP);
	exec_ended(f->ctl, e, 3, 0, NULL);
	control_turn(f->ctl);
	assert_int_equal(c->state, CLUSTER_TERMINATING);
	assert_int_equal(c->reason, CLUSTER_REASON_BOOTSTRAP_FAILURE);
	assert_non_null(strstr(c->reason_message, "On the master instance ("));
	assert_non_null(strstr(c->reason_message, "bootstrap action 1 returned a non-zero return code"));
	assert_true(cluster_ends_with_errors(c));
	free(dir);
	free(script);
}

static void test_provisioning_failure(void **state)
{
	struct fixture *f = *state;

	f->spawn_fails = true;
	struct cluster *c = run(f, "\"Instances\":{" GROUPS "}");
	control_turn(f->ctl);
	assert_int_equal(c->state, CLUSTER_TERMINATED_WITH_ERRORS);
	assert_int_equal(c->reason, CLUSTER_REASON_INSTANCE_FAILURE);
	assert_true(f->spawns < 10);
}

static void test_protection(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f), *d = waiting(f);

	ask(f, "ElasticMapReduce.SetTerminationProtection",
	    "{\"JobFlowIds\":[\"%s\"],\"TerminationProtected\":true}", c->id);
	ask(f, "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"%s\",\"%s\"]}", c->id, d->id);
	assert_string_equal(f->error, "ValidationException");
	assert_string_equal(f->message, "Could not shut down one or more job flows since they are termination "
	                    "protected.");
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_int_equal(d->state, CLUSTER_TERMINATING);
	/* A failing step that would end it leaves it up, and cancels what waits. */
	struct step *a = add_step(f, c, "TERMINATE_CLUSTER", PROCESS), *b = add_step(f, c, "CONTINUE", PROCESS);
	ends(f, a, 1, 0);
	assert_int_equal(b->state, STEP_CANCELLED);
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_string_equal(c->reason_message, "Cluster ready after last step failed.");
}

/* ---- the queue ---- */

static void test_queue_order_and_concurrency(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s[4];

	for (int i = 0; i < 4; i++)
		s[i] = add_step(f, c, "CONTINUE", PROCESS);
	assert_int_equal(s[0]->state, STEP_RUNNING);
	assert_int_equal(s[1]->state, STEP_PENDING);
	ask(f, "ElasticMapReduce.ModifyCluster", "{\"ClusterId\":\"%s\",\"StepConcurrencyLevel\":3}", c->id);
	assert_int_equal(json_int(f->reply, "StepConcurrencyLevel", 0), 3);
	assert_int_equal(s[2]->state, STEP_RUNNING);
	assert_int_equal(s[3]->state, STEP_PENDING);
	assert_null(add_step(f, c, "CANCEL_AND_WAIT", PROCESS));
	assert_string_equal(f->error, "ValidationException");
	assert_non_null(strstr(f->message, "ActionOnFailure"));
	ask(f, "ElasticMapReduce.ModifyCluster", "{\"ClusterId\":\"%s\",\"StepConcurrencyLevel\":1}", c->id);
	ends(f, s[1], 0, 0);
	assert_int_equal(s[3]->state, STEP_PENDING);
	ends(f, s[0], 0, 0);
	ends(f, s[2], 0, 0);
	assert_int_equal(s[3]->state, STEP_RUNNING);
	ends(f, s[3], 0, 0);
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_string_equal(c->reason_message, "Cluster ready after last step completed.");
}

static void test_action_on_failure(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *a = add_step(f, c, "CANCEL_AND_WAIT", PROCESS), *b = add_step(f, c, "CONTINUE", PROCESS);

	ends(f, a, 2, 0);
	assert_int_equal(a->state, STEP_FAILED);
	assert_int_equal(b->state, STEP_CANCELLED);
	assert_int_equal(c->state, CLUSTER_WAITING);
	a = add_step(f, c, "CONTINUE", PROCESS);
	b = add_step(f, c, "TERMINATE_JOB_FLOW", PROCESS);
	struct step *d = add_step(f, c, "CONTINUE", PROCESS);
	ends(f, a, 2, 0);
	assert_int_equal(b->state, STEP_RUNNING);
	ends(f, b, 2, 0);
	assert_int_equal(d->state, STEP_CANCELLED);
	assert_int_equal(c->state, CLUSTER_TERMINATING);
	assert_string_equal(c->reason_message, "Shut down as step failed");
	assert_true(cluster_ends_with_errors(c));
	add_step(f, c, "CONTINUE", PROCESS);
	assert_string_equal(f->message,
	                    "A job flow that is shutting down, terminated, or finished may not be modified.");
}

static void test_raised_concurrency_disarms_actions(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *a = add_step(f, c, "TERMINATE_CLUSTER", PROCESS);
	struct step *b = add_step(f, c, "CANCEL_AND_WAIT", PROCESS), *d = add_step(f, c, "CONTINUE", PROCESS);

	ask(f, "ElasticMapReduce.ModifyCluster", "{\"ClusterId\":\"%s\",\"StepConcurrencyLevel\":2}", c->id);
	ends(f, a, 1, 0);
	assert_int_equal(c->state, CLUSTER_RUNNING);
	ends(f, b, 1, 0);
	assert_int_equal(d->state, STEP_RUNNING);
}

static void test_cancel(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *a = add_step(f, c, "TERMINATE_CLUSTER", PROCESS), *b = add_step(f, c, "CONTINUE", PROCESS);
	struct step *d = add_step(f, c, "CONTINUE", PROCESS);

	const cJSON *r = ask(f, "ElasticMapReduce.CancelSteps", "{\"ClusterId\":\"%s\",\"StepIds\":[\"%s\","
	                     "\"%s\",\"s-NOPE\"]}", c->id, a->id, b->id);
	const cJSON *list = json_arr(r, "CancelStepsInfoList");
	assert_string_equal(json_str(cJSON_GetArrayItem(list, 0), "Status", ""), "SUBMITTED");
	assert_string_equal(json_str(cJSON_GetArrayItem(list, 1), "Status", ""), "SUBMITTED");
	assert_string_equal(json_str(cJSON_GetArrayItem(list, 2), "Status", ""), "FAILED");
	assert_int_equal(a->state, STEP_CANCEL_PENDING);
	assert_int_equal(b->state, STEP_CANCELLED);
	assert_int_equal(json_int(last_sent(f, "signal"), "signal", 0), 15);
	assert_false(json_bool(last_sent(f, "signal"), "tree", true));
	ask(f, "ElasticMapReduce.CancelSteps", "{\"ClusterId\":\"%s\",\"StepIds\":[\"%s\"],"
	    "\"StepCancellationOption\":\"TERMINATE_PROCESS\"}", c->id, a->id);
	assert_int_equal(json_int(last_sent(f, "signal"), "signal", 0), 9);
	assert_true(json_bool(last_sent(f, "signal"), "tree", false));
	ends(f, a, 0, 9);
	assert_int_equal(a->state, STEP_CANCELLED);
	assert_int_equal(c->state, CLUSTER_RUNNING); /* no ActionOnFailure */
	assert_int_equal(d->state, STEP_RUNNING);
}

static void test_step_limit(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);

	for (int i = 0; i < STEP_ACTIVE_LIMIT; i++)
		assert_non_null(add_step(f, c, "CONTINUE", PROCESS));
	assert_null(add_step(f, c, "CONTINUE", PROCESS));
	assert_string_equal(f->message, "Maximum number of active steps(State = 'Running', 'Pending' or "
	                    "'Cancel_Pending') for cluster exceeded.");
	ends(f, c->steps.items[0], 0, 0);
	assert_non_null(add_step(f, c, "CONTINUE", PROCESS));
	good(f, "Stoker.GetServerStatus", "{}");
}

static void test_failure_details(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_step(f, c, "CONTINUE", "\"no-such-program\"");
	struct exec *e = exec_of(s);

	cJSON *msg = json_add_str(message("launched"), "id", e->m->id);
	json_add_str(msg, "error", "The program 'no-such-program' is not installed on this node");
	node_message(f->ctl, e->node, msg);
	cJSON_Delete(msg);
	control_turn(f->ctl);
	assert_int_equal(s->state, STEP_FAILED);
	assert_non_null(strstr(s->failure_message, "no-such-program"));
	s = add_step(f, c, "CONTINUE", PROCESS);
	char *log = path_step_log(f->ctl, c, s, "stderr");
	assert_int_equal(fs_write_atomic(log, "first\nthe real reason\n\n", 23, 0644, NULL), 0);
	free(log);
	ends(f, s, 4, 0);
	assert_string_equal(s->failure_message, "the real reason");
	assert_string_equal(s->failure_reason, "Unknown Error.");
	assert_non_null(strstr(s->failure_log, "/steps/"));
}

/* ---- drivers, attempts, lost nodes ---- */

/* Those that were told to go have gone. */
static void executors_end(struct fixture *f)
{
	size_t it = 0;
	void *v;

	while (map_next(f->ctl->containers, &it, NULL, &v))
		if (((struct exec *)v)->m->kind == CONTAINER_EXECUTOR && ((struct exec *)v)->kill_sent)
			exec_ended(f->ctl, v, 0, 9, NULL);
	control_turn(f->ctl);
}

static void test_driver_is_restarted_three_times(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_step(f, c, "CONTINUE", SQL);

	assert_int_equal(exec_of(s)->m->kind, CONTAINER_DRIVER);
	assert_int_equal(f->ctl->granted_mb, DRIVER_MB + 2048); /* and the executor beside it */
	assert_int_equal(count_sent(f, "launch"), 2);
	s->checkpoint = 2;
	for (int attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
		ends(f, s, 0, 9);
		assert_int_equal(s->state, STEP_RUNNING);
		assert_int_equal(s->attempts, attempt + 1);
		assert_int_equal(json_int(last_sent(f, "signal"), "signal", 0), 9); /* its executor goes too */
		executors_end(f);
	}
	ends(f, s, 0, 9);
	assert_int_equal(s->state, STEP_FAILED);
	assert_non_null(strstr(s->failure_message, "signal 9"));
	executors_end(f);
	assert_int_equal(f->ctl->granted_mb, 0);
}

static void lose(struct fixture *f, struct instance *in)
{
	struct node *n = in->runtime;

	link_close(n->link);
	node_link_closed(f->ctl, n);
	control_turn(f->ctl);
}

static void test_lost_primary_is_replaced_and_its_step_runs_again(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_step(f, c, "CONTINUE", PROCESS);
	struct instance *old = cluster_primary(c);

	lose(f, old);
	assert_int_equal(old->state, INSTANCE_TERMINATED);
	assert_int_equal(old->reason, INSTANCE_REASON_INSTANCE_FAILURE);
	assert_int_equal(s->state, STEP_RUNNING);
	assert_null(exec_of(s));
	struct instance *fresh = cluster_primary(c);
	assert_non_null(fresh);
	assert_string_not_equal(fresh->id, old->id);
	const cJSON *alarms = json_arr(good(f, "Stoker.ListAlarms", "{}"), "Alarms");
	assert_int_equal(cJSON_GetArraySize(alarms), 1);
	assert_string_equal(json_str(cJSON_GetArrayItem(alarms, 0), "Severity", ""), "ERROR");
	hello(f, fresh);
	assert_int_equal(s->attempts, 2);
	assert_non_null(exec_of(s));
	ends(f, s, 0, 0);
	assert_int_equal(s->state, STEP_COMPLETED);
	assert_int_equal(cJSON_GetArraySize(json_arr(good(f, "Stoker.ListAlarms", "{}"), "Alarms")), 0);
}

static void test_silent_worker_is_lost(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct instance *in = c->instances.items[2];
	struct node *n = in->runtime;
	int kills = f->kills;

	node_tick(f->ctl, n, n->seen + SILENCE_MS);
	assert_int_equal(in->state, INSTANCE_RUNNING);
	node_tick(f->ctl, n, n->seen + SILENCE_MS + 1);
	assert_int_equal(in->state, INSTANCE_TERMINATED);
	assert_int_equal(f->kills, kills + 1);
	control_turn(f->ctl);
	assert_int_equal(c->instances.len, 4);
	assert_int_equal(c->groups.items[1]->state, GROUP_RESIZING);
	hello_all(f, c);
	assert_int_equal(c->groups.items[1]->state, GROUP_RUNNING);
}

/* ---- sizes ---- */

static void resize(struct fixture *f, struct cluster *c, const char *rest)
{
	ask(f, "ElasticMapReduce.ModifyInstanceGroups", "{\"ClusterId\":\"%s\",\"InstanceGroups\":[{"
	    "\"InstanceGroupId\":\"%s\",%s}]}", c->id, c->groups.items[1]->id, rest);
}

static void test_scaling(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);

	resize(f, c, "\"InstanceCount\":4");
	assert_int_equal(c->instances.len, 5);
	assert_int_equal(c->groups.items[1]->state, GROUP_RESIZING);
	hello_all(f, c);
	assert_int_equal(c->groups.items[1]->state, GROUP_RUNNING);
	/* A busy node stays, idle ones go. */
	struct node *busy = c->instances.items[4]->runtime;
	struct exec *e = exec_create(f->ctl, busy, CONTAINER_EXECUTOR, NULL, 512, 1);
	clear_sent(f);
	resize(f, c, "\"InstanceCount\":2");
	assert_int_equal(count_sent(f, "stop"), 2);
	assert_false(busy->draining);
	for (size_t i = 1; i < 4; i++)
		if (((struct node *)c->instances.items[i]->runtime)->stopping)
			lose(f, c->instances.items[i]);
	assert_int_equal(c->groups.items[1]->running, 2);
	/* Named instances go at once, and are not replaced. */
	char *body = xasprintf("\"EC2InstanceIdsToTerminate\":[\"%s\"]", busy->m->ec2_id);
	resize(f, c, body);
	free(body);
	assert_int_equal(f->status, 200);
	assert_int_equal(c->groups.items[1]->requested, 1);
	assert_true(busy->stopping);
	lose(f, busy->m);
	assert_int_equal(group_live(c, c->groups.items[1]), 1);
	assert_int_equal(c->groups.items[1]->state, GROUP_RUNNING);
	(void)e;
	resize(f, c, "\"InstanceCount\":0");
	assert_int_equal(f->status, 400);
}

static void test_resize_before_running_is_refused(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run(f, "\"Instances\":{" GROUPS "}");

	resize(f, c, "\"InstanceCount\":4");
	assert_string_equal(f->message, "An instance group may only be modified when the cluster is running or "
	                    "waiting");
}

/* ---- grants ---- */

static void test_grants_never_exceed_the_budget(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct node *n = c->instances.items[1]->runtime, *m = c->instances.items[2]->runtime;
	int total = 0;

	for (int i = 0; i < 100; i++) {
		struct node *to = i % 2 ? n : m;
		struct exec *e = exec_create(f->ctl, to, CONTAINER_EXECUTOR, NULL, 700, 1);
		if (e)
			total += 700;
		assert_true(f->ctl->granted_mb <= f->ctl->budget_mb);
		assert_true(to->mem_used <= to->m->mem_mb);
	}
	assert_int_equal(total, 8192 / 700 * 700);
	assert_int_equal(f->ctl->granted_mb, total);
	while (n->execs.len)
		exec_ended(f->ctl, n->execs.items[0], 0, 0, NULL);
	while (m->execs.len)
		exec_ended(f->ctl, m->execs.items[0], 0, 0, NULL);
	assert_int_equal(f->ctl->granted_mb, 0);
	control_turn(f->ctl);
}

static void test_sizes_of_grants(void **state)
{
	(void)state;
	assert_int_equal(resources_size(0, 16384, 16384, 8192, 8192), 2048);
	assert_int_equal(resources_size(1000, 16384, 16384, 8192, 8192), 1000);
	assert_int_equal(resources_size(20000, 16384, 16384, 8192, 8192), 8192);
	assert_int_equal(resources_size(1000, 16384, 600, 8192, 8192), 600);
	assert_int_equal(resources_size(1000, 16384, 300, 8192, 8192), 0);
	assert_int_equal(resources_size(1000, 16384, 16384, 8192, 100), 0);
}

/* ---- the journal ---- */

static void test_full_disk_takes_requests_back(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	size_t clusters = map_len(f->ctl->clusters);

	store_limit_growth(f->ctl->store, 0);
	char *big = xmalloc(9001);
	memset(big, 'x', 9000);
	big[9000] = '\0';
	char *args = xasprintf("\"%s\"", big);
	bool refused = false;
	for (int i = 0; i < 200 && !refused; i++) {
		size_t before = c->steps.len;
		refused = !add_step(f, c, "CONTINUE", args);
		if (refused) {
			assert_int_equal(f->status, 500);
			assert_non_null(strstr(f->message, "No space left"));
			assert_int_equal(c->steps.len, before);
		}
	}
	assert_true(refused);
	ask(f, "ElasticMapReduce.RunJobFlow", "{\"Name\":\"%.200s\",\"ReleaseLabel\":\"emr-7.5.0\",\"LogUri\":"
	    "\"%s\",\"Instances\":{" GROUPS "}}", big, big);
	if (f->status != 500)
		fail_msg("%d %s: %s", f->status, f->error, f->message);
	assert_int_equal(map_len(f->ctl->clusters), clusters);
	size_t accepted = c->steps.len;
	assert_true(f->ctl->stalled);
	store_limit_growth(f->ctl->store, -1);
	control_turn(f->ctl);
	assert_false(f->ctl->stalled);
	char id[64];
	strcpy(id, c->id);
	close_control(f);
	open_control(f);
	c = find_cluster(f->ctl, id);
	assert_non_null(c);
	assert_int_equal(c->steps.len, accepted);
	free(args);
	free(big);
}

static void test_restart_adopts_what_runs(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *a = add_step(f, c, "CONTINUE", PROCESS), *b = add_step(f, c, "CONTINUE", PROCESS);
	char id[64], container[64], a_id[64];
	int spawns = f->spawns;

	(void)b;
	strcpy(id, c->id);
	strcpy(a_id, a->id);
	strcpy(container, exec_of(a)->m->id);
	close_control(f);
	open_control(f);
	c = find_cluster(f->ctl, id);
	assert_non_null(c);
	control_turn(f->ctl);
	assert_int_equal(f->spawns, spawns); /* the workers are expected back, not started again */
	a = cluster_step(c, a_id);
	assert_int_equal(a->state, STEP_RUNNING);
	assert_non_null(exec_of(a));
	/* The worker comes back and tells that it ended meanwhile. */
	struct instance *p = cluster_primary(c);
	struct node *n = p->runtime;
	int fds[2];
	struct error err = ERROR_INIT;
	static const struct link_handlers none = { 0 };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(link_open(&f->loop, fds[0], &none, NULL, &n->link, &err), 0);
	close(fds[1]);
	char *text = xasprintf("{\"type\":\"hello\",\"pid\":%d,\"containers\":[{\"id\":\"c-STRANGER\","
	                       "\"pid\":7}],\"exited\":[{\"id\":\"%s\",\"status\":0,\"signal\":0}]}", p->pid,
	                       container);
	cJSON *msg = json_parse(text, strlen(text), NULL);
	clear_sent(f);
	node_hello(f->ctl, n, msg);
	control_turn(f->ctl);
	assert_int_equal(a->state, STEP_COMPLETED);
	assert_string_equal(json_str(last_sent(f, "forget"), "id", ""), container);
	assert_string_equal(json_str(last_sent(f, "signal"), "id", ""), "c-STRANGER");
	assert_int_equal(c->steps.items[1]->state, STEP_RUNNING);
	cJSON_Delete(msg);
	free(text);
}

/* ---- requests ---- */

static void test_bad_requests(void **state)
{
	struct fixture *f = *state;

	ask(f, "ElasticMapReduce.Nonsense", "{}");
	assert_int_equal(f->status, 400);
	assert_string_equal(f->error, "UnknownOperationException");
	ask(f, "Stoker.Nonsense", "{}");
	assert_string_equal(f->error, "UnknownOperationException");
	ask(f, "", "{}");
	assert_string_equal(f->error, "UnknownOperationException");
	ask(f, "ElasticMapReduce.ListClusters", "{nonsense");
	assert_string_equal(f->error, "SerializationException");
	ask(f, "ElasticMapReduce.ListClusters", "[]");
	assert_string_equal(f->error, "SerializationException");
	ask(f, "ElasticMapReduce.DescribeCluster", "{\"ClusterId\":\"j-X\"}");
	assert_string_equal(f->message, "Cluster id 'j-X' is not valid.");
	assert_string_equal(json_str(f->reply, "ErrorCode", ""), "NoSuchCluster");
	ask(f, "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"j-X\"]}");
	assert_string_equal(f->message, "Specified job flow ID not valid.");
	ask(f, "Stoker.GetMetrics", "{\"ClusterId\":\"j-X\"}");
	assert_int_equal(f->status, 400);
	struct cluster *c = waiting(f);
	ask(f, "ElasticMapReduce.DescribeStep", "{\"ClusterId\":\"%s\",\"StepId\":\"s-X\"}", c->id);
	assert_string_equal(f->message, "Step id 's-X' is not valid.");
	ask(f, "ElasticMapReduce.ListSteps", "{\"ClusterId\":\"%s\",\"StepIds\":[\"s-1\"],\"StepStates\":["
	    "\"PENDING\"]}", c->id);
	assert_string_equal(f->message, "Cannot specify both StepIds and StepStates.");
}

static void test_pages_newest_first(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);

	for (int i = 0; i < 120; i++)
		add_step(f, c, "CONTINUE", PROCESS);
	const cJSON *r = ask(f, "ElasticMapReduce.ListSteps", "{\"ClusterId\":\"%s\"}", c->id);
	assert_int_equal(cJSON_GetArraySize(json_arr(r, "Steps")), 50);
	assert_string_equal(json_str(cJSON_GetArrayItem(json_arr(r, "Steps"), 0), "Id", ""),
	                    c->steps.items[119]->id);
	int seen = 50;
	while (json_str(f->reply, "Marker", NULL)) {
		char *marker = xstrdup(json_str(f->reply, "Marker", ""));
		ask(f, "ElasticMapReduce.ListSteps", "{\"ClusterId\":\"%s\",\"Marker\":\"%s\"}", c->id, marker);
		free(marker);
		seen += cJSON_GetArraySize(json_arr(f->reply, "Steps"));
	}
	assert_int_equal(seen, 120);
}

static void on_watch(const struct control_reply *r, void *ctx)
{
	(void)r;
	(*(int *)ctx)++;
}

static void test_watch_answers_on_change(void **state)
{
	struct fixture *f = *state;
	int answered = 0;
	char body[128];

	snprintf(body, sizeof body, "{\"Since\":%lld,\"TimeoutMs\":30000}", (long long)f->ctl->version);
	static const struct control_caller owner = { .local = true };
	control_call(f->ctl, "Stoker.WatchState", body, strlen(body), &owner, on_watch, &answered);
	control_turn(f->ctl);
	assert_int_equal(answered, 0);
	waiting(f);
	assert_int_equal(answered, 1);
}

static void test_stop_terminates_every_cluster(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);

	good(f, "Stoker.StopServer", "{\"Mode\":\"terminate\"}");
	assert_int_equal(c->state, CLUSTER_TERMINATING);
	assert_false(f->stopped);
}

/* The executor that starts beside its driver is as large as the step asks, so that it need not be replaced. */
static void test_first_executor_has_the_size_asked_for(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_step(f, c, "CONTINUE", "\"spark-sql\",\"--conf\",\"spark.executor.memory=1.5g\",\"-e\","
	                          "\"SELECT 1\"");
	int found = 0;
	size_t it = 0;
	void *v;

	assert_non_null(s);
	while (map_next(f->ctl->containers, &it, NULL, &v)) {
		const struct exec *x = v;
		if (x->m->kind != CONTAINER_EXECUTOR)
			continue;
		found++;
		assert_int_equal(x->m->mem_mb, 1536);
	}
	assert_int_equal(found, 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	setenv("STOKER_LOG", "error", 0);
	log_open("test");
	const struct CMUnitTest tests[] = {
		T(test_lifecycle), T(test_ended_while_it_starts), T(test_transient_cluster_ends_with_its_steps),
		T(test_bootstrap_failure_ends_the_cluster), T(test_provisioning_failure), T(test_protection),
		T(test_queue_order_and_concurrency), T(test_action_on_failure),
		T(test_raised_concurrency_disarms_actions), T(test_cancel), T(test_step_limit),
		T(test_failure_details), T(test_driver_is_restarted_three_times),
		T(test_lost_primary_is_replaced_and_its_step_runs_again), T(test_silent_worker_is_lost),
		T(test_scaling), T(test_resize_before_running_is_refused),
		T(test_grants_never_exceed_the_budget), T(test_full_disk_takes_requests_back),
		T(test_restart_adopts_what_runs), T(test_bad_requests), T(test_pages_newest_first),
		T(test_watch_answers_on_change), T(test_stop_terminates_every_cluster),
		T(test_first_executor_has_the_size_asked_for), cmocka_unit_test(test_sizes_of_grants),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
