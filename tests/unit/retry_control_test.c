/* Retries and dead letters in the control plane, with time that the test moves. */
#include "tests/unit/control_fixture.h"

#include "core/base/clock.h"
#include "core/control/retry/inner.h"

/* So much later, with what the loop would do then. */
static void later(struct fixture *f, int64_t ms)
{
	set_clock(now_ms + ms);
	parts_run(f->ctl, now_ms);
	control_turn(f->ctl);
}

static int frozen_setup(void **state)
{
	return frozen_at(INT64_C(1795000000000), state);
}

/* A step with properties, as JSON pairs: "{\"Key\":…,\"Value\":…},…". */
static struct step *add_with(struct fixture *f, struct cluster *c, const char *action, const char *args,
                             const char *properties)
{
	const cJSON *r = ask(f, "ElasticMapReduce.AddJobFlowSteps", "{\"JobFlowId\":\"%s\",\"Steps\":[{"
	                     "\"Name\":\"load\",\"ActionOnFailure\":\"%s\",\"HadoopJarStep\":{\"Jar\":"
	                     "\"command-runner.jar\",\"Args\":[%s],\"Properties\":[%s]}}]}", c->id, action, args,
	                     properties);

	if (f->status != 200)
		return NULL;
	return cluster_step(c, cJSON_GetArrayItem(json_arr(r, "StepIds"), 0)->valuestring);
}

#define P(k, v) "{\"Key\":\"stoker." k "\",\"Value\":\"" v "\"}"
#define THREE P("retry.maxAttempts", "3") "," P("retry.backoffSeconds", "10") "," P("retry.jitter", "none")

static void say_stderr(struct fixture *f, struct cluster *c, struct step *s, const char *text)
{
	char *path = path_step_log(f->ctl, c, s, "stderr");
	FILE *file = fopen(path, "a");

	assert_non_null(file);
	fprintf(file, "%s\n", text);
	fclose(file);
	free(path);
}

static const cJSON *letters(struct fixture *f)
{
	return json_arr(good(f, "Stoker.ListDeadLetters", "{}"), "DeadLetters");
}

static const char *first_letter(struct fixture *f)
{
	return json_str(cJSON_GetArrayItem(letters(f), 0), "DeadLetterId", "");
}

/* A worker that outlived the server: it still has its containers. */
static void comes_back(struct fixture *f, struct instance *in)
{
	struct node *n = in->runtime;
	struct error err = ERROR_INIT;
	static const struct link_handlers none = { 0 };
	cJSON *msg = json_add_int(message("hello"), "pid", in->pid), *list = cJSON_CreateArray();
	int fds[2];

	for (size_t i = 0; i < n->execs.len; i++)
		cJSON_AddItemToArray(list, json_add_str(cJSON_CreateObject(), "id", n->execs.items[i]->m->id));
	json_add(msg, "containers", list);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(link_open(&f->loop, fds[0], &none, NULL, &n->link, &err), 0);
	close(fds[1]);
	node_hello(f->ctl, n, msg);
	cJSON_Delete(msg);
	control_turn(f->ctl);
}

/* The server is gone and comes back. */
static void restart(struct fixture *f, struct cluster **c, struct step **s)
{
	char cluster[64], step[64];

	strcpy(cluster, (*c)->id);
	strcpy(step, (*s)->id);
	close_control(f);
	open_control(f);
	*c = find_cluster(f->ctl, cluster);
	assert_non_null(*c);
	*s = cluster_step(*c, step);
	assert_non_null(*s);
	for (size_t i = 0; i < (*c)->instances.len; i++)
		comes_back(f, (*c)->instances.items[i]);
}

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

/* What the console says of a step that runs. */
static const char *progress(struct fixture *f, struct cluster *c, struct step *s)
{
	const cJSON *r = ask(f, "Stoker.GetStepProgress", "{\"ClusterId\":\"%s\",\"StepIds\":[\"%s\"]}", c->id,
	                     s->id);

	return json_str(cJSON_GetArrayItem(json_arr(r, "Steps"), 0), "Description", "");
}

/* ---- retries ---- */

static void test_without_a_policy_a_failure_is_final(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_step(f, c, "CONTINUE", PROCESS);

	say_stderr(f, c, s, "curl: (7) Connection refused");
	ends(f, s, 7, 0);
	assert_int_equal(s->state, STEP_FAILED);
	assert_int_equal(s->attempts, 1);
	const cJSON *l = cJSON_GetArrayItem(letters(f), 0);
	assert_string_equal(json_str(l, "Class", ""), "RETRYABLE");
	assert_string_equal(json_str(l, "Message", ""), "curl: (7) Connection refused");
	assert_string_equal(json_str(l, "State", ""), "PENDING");
	assert_string_equal(json_str(l, "Region", ""), "us-east-1");
	assert_int_equal(cJSON_GetArraySize(json_arr(l, "Attempts")), 1);
}

static void test_waits_then_succeeds(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "TERMINATE_CLUSTER", PROCESS, THREE);

	ends(f, s, 75, 0);
	assert_int_equal(s->state, STEP_RUNNING);
	assert_null(exec_of(s));
	assert_int_equal(parts[PART_RETRY]->due(f->ctl), now_ms + 10000);
	later(f, 9999);
	assert_null(exec_of(s));
	assert_non_null(strstr(progress(f, c, s), "Waits until 2026-11-18T11:06:50Z for attempt 2 of 3"));
	later(f, 1);
	assert_non_null(exec_of(s));
	assert_string_equal(progress(f, c, s), "");
	assert_int_equal(s->attempts, 2);
	ends(f, s, 75, 0);
	later(f, 19999); /* twice as long */
	assert_null(exec_of(s));
	later(f, 1);
	assert_non_null(exec_of(s));
	ends(f, s, 0, 0);
	assert_int_equal(s->state, STEP_COMPLETED);
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_int_equal(cJSON_GetArraySize(letters(f)), 0);
	assert_int_equal(map_len(retry_state_of(f->ctl)->trying), 0);
}

static void test_order_is_kept_while_a_step_waits(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "CONTINUE", PROCESS, THREE), *next = add_step(f, c, "CONTINUE", PROCESS);

	ends(f, s, 75, 0);
	assert_int_equal(next->state, STEP_PENDING);
	later(f, 10000);
	ends(f, s, 0, 0);
	assert_int_equal(next->state, STEP_RUNNING);
}

static void test_attempts_end_and_the_action_follows(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "TERMINATE_CLUSTER", PROCESS, THREE);

	for (int i = 0; i < 3; i++) {
		ends(f, s, 75, 0);
		later(f, 60000);
	}
	assert_int_equal(s->state, STEP_FAILED);
	assert_int_equal(c->state, CLUSTER_TERMINATING);
	const cJSON *l = cJSON_GetArrayItem(letters(f), 0), *attempts = json_arr(l, "Attempts"), *a;
	assert_int_equal(cJSON_GetArraySize(attempts), 3);
	int n = 0;
	cJSON_ArrayForEach(a, attempts) {
		assert_int_equal(json_int(a, "Number", 0), ++n);
		assert_string_equal(json_str(a, "Class", ""), "RETRYABLE");
		assert_non_null(strstr(json_str(a, "Why", ""), "75"));
		assert_true(json_num(a, "EndedAt", 0) >= json_num(a, "StartedAt", 0));
	}
}

static void test_classes_decide(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "CONTINUE", PROCESS, THREE);

	ends(f, s, 1, 0);
	assert_int_equal(s->state, STEP_FAILED);
	s = add_with(f, c, "CONTINUE", PROCESS, THREE);
	ends(f, s, 65, 0);
	assert_int_equal(s->state, STEP_FAILED);
	assert_string_equal(json_str(cJSON_GetArrayItem(letters(f), 0), "Class", ""), "DATA_QUALITY");
	s = add_with(f, c, "CONTINUE", PROCESS, THREE "," P("retry.on", "DATA_QUALITY"));
	ends(f, s, 65, 0);
	assert_int_equal(s->state, STEP_RUNNING);
	later(f, 10000);
	ends(f, s, 75, 0); /* is not among those wanted */
	assert_int_equal(s->state, STEP_FAILED);
}

static void test_what_a_driver_says(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "CONTINUE", SQL, THREE);

	text_set(&step_runtime(s)->failed_class, "IO_TRANSIENT");
	text_set(&step_runtime(s)->failed_message, "read error");
	ends(f, s, 1, 0);
	assert_int_equal(s->state, STEP_RUNNING);
	later(f, 10000);
	text_set(&step_runtime(s)->failed_class, "USER_RAISED_EXCEPTION");
	text_set(&step_runtime(s)->failed_message, "DATA_QUALITY: 3 rows without a key");
	ends(f, s, 1, 0);
	assert_int_equal(s->state, STEP_FAILED);
	const cJSON *l = cJSON_GetArrayItem(letters(f), 0);
	assert_string_equal(json_str(l, "Class", ""), "DATA_QUALITY");
	assert_string_equal(json_str(l, "Reason", ""), "USER_RAISED_EXCEPTION");
	assert_int_equal(cJSON_GetArraySize(json_arr(l, "Attempts")), 2);
}

static void test_defaults_of_the_cluster(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run(f,
	                        "\"Instances\":{" GROUPS ",\"KeepJobFlowAliveWhenNoSteps\":true},\"Configurations\":[{"
	                        "\"Classification\":\"stoker-retry\",\"Properties\":{\"maxAttempts\":\"2\","
	                        "\"jitter\":\"none\",\"deadLetter\":\"false\"}}]");

	hello_all(f, c);
	struct step *s = add_step(f, c, "CONTINUE", PROCESS);
	ends(f, s, 75, 0);
	assert_int_equal(s->state, STEP_RUNNING);
	later(f, 10000);
	ends(f, s, 75, 0);
	assert_int_equal(s->state, STEP_FAILED);
	assert_int_equal(cJSON_GetArraySize(letters(f)), 0);
}

static void test_bad_policies_are_refused(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);

	assert_null(add_with(f, c, "CONTINUE", PROCESS, P("retry.maxAttempts", "0")));
	assert_string_equal(f->error, "ValidationException");
	assert_non_null(strstr(f->message, "stoker.retry.maxAttempts has the value '0'"));
	assert_null(add_with(f, c, "CONTINUE", PROCESS, P("notify", "arn:aws:sns:us-east-1:000000000000:nobody")));
	assert_non_null(strstr(f->message, "stoker.notify: there is no topic"));
	assert_int_equal(c->steps.len, 0);
	ask(f, "ElasticMapReduce.RunJobFlow",
	    "{\"Name\":\"t\",\"ReleaseLabel\":\"emr-7.5.0\",\"Instances\":{" GROUPS "},"
	    "\"Configurations\":[{\"Classification\":\"stoker-retry\",\"Properties\":{\"attempts\":\"2\"}}]}");
	assert_int_equal(f->status, 400);
	assert_non_null(strstr(f->message, "The property attempts is not known"));
}

static void test_cancel_while_waiting(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "CONTINUE", PROCESS, THREE);

	ends(f, s, 75, 0);
	ask(f, "ElasticMapReduce.CancelSteps", "{\"ClusterId\":\"%s\",\"StepIds\":[\"%s\"]}", c->id, s->id);
	control_turn(f->ctl);
	assert_int_equal(s->state, STEP_CANCELLED);
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_int_equal(map_len(retry_state_of(f->ctl)->trying), 0);
	assert_int_equal(parts[PART_RETRY]->due(f->ctl), 0);
	assert_int_equal(cJSON_GetArraySize(letters(f)), 0);
}

static void test_cluster_ends_while_waiting(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "CONTINUE", PROCESS, THREE);

	ends(f, s, 75, 0);
	ask(f, "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"%s\"]}", c->id);
	assert_int_equal(s->state, STEP_INTERRUPTED);
	assert_int_equal(map_len(retry_state_of(f->ctl)->trying), 0);
}

static void test_a_wait_survives_the_server(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "CONTINUE", PROCESS, THREE);

	ends(f, s, 75, 0);
	set_clock(now_ms + 4000);
	restart(f, &c, &s);
	assert_int_equal(s->state, STEP_RUNNING);
	assert_null(exec_of(s));
	assert_non_null(strstr(progress(f, c, s), "Waits until"));
	assert_int_equal(parts[PART_RETRY]->due(f->ctl), now_ms + 6000);
	later(f, 6000);
	assert_non_null(exec_of(s));
	ends(f, s, 75, 0);
	set_clock(now_ms + 100000); /* the wait passed while nobody was there */
	restart(f, &c, &s);
	later(f, 1);
	assert_non_null(exec_of(s));
	assert_int_equal(s->attempts, 3);
	ends(f, s, 75, 0);
	assert_int_equal(s->state, STEP_FAILED);
	assert_int_equal(cJSON_GetArraySize(json_arr(cJSON_GetArrayItem(letters(f), 0), "Attempts")), 3);
}

static void test_a_clock_set_back_prolongs_no_wait(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "CONTINUE", PROCESS, THREE);

	ends(f, s, 75, 0);
	set_clock(now_ms - 86400000);
	assert_false(retry_waits(f->ctl, s));
	parts[PART_RETRY]->run(f->ctl, now_ms);
	control_turn(f->ctl);
	assert_non_null(exec_of(s));
}

static void test_lost_nodes_are_not_failures(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "CONTINUE", SQL, P("retry.maxAttempts", "2") "," P("retry.jitter",
	                                                                                   "none"));

	ends(f, s, 0, 9); /* a driver without a verdict: at once again */
	assert_non_null(exec_of(s));
	ends(f, s, 0, 9);
	assert_non_null(exec_of(s));
	ends(f, s, 0, 9); /* that was enough: a failure, by the policy */
	assert_null(exec_of(s));
	assert_int_equal(s->state, STEP_RUNNING);
	later(f, 10000);
	assert_non_null(exec_of(s));
	assert_int_equal(s->attempts, 4);
	ends(f, s, 0, 0);
	assert_int_equal(s->state, STEP_COMPLETED);
}

static void test_time_limit_of_an_attempt(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = add_with(f, c, "CONTINUE", PROCESS, P("retry.maxAttempts", "2") ","
	                          P("retry.backoffSeconds", "1") "," P("retry.jitter", "none") ","
	                          P("retry.timeoutSeconds", "60"));

	assert_int_equal(parts[PART_RETRY]->due(f->ctl), now_ms + 60000);
	later(f, 59999);
	assert_int_equal(count_sent(f, "signal"), 0);
	later(f, 1);
	assert_int_equal(count_sent(f, "signal"), 1);
	assert_int_equal(json_int(last_sent(f, "signal"), "signal", 0), 15);
	later(f, KILL_AFTER_MS);
	assert_int_equal(json_int(last_sent(f, "signal"), "signal", 0), 9);
	ends(f, s, 0, 9);
	assert_int_equal(s->state, STEP_RUNNING);
	later(f, 1000);
	assert_non_null(exec_of(s));
	set_clock(now_ms + 70000);
	restart(f, &c, &s); /* too long, by the time the server is back */
	clear_sent(f);
	later(f, 1);
	assert_non_null(exec_of(s));
	assert_int_equal(count_sent(f, "signal"), 1);
	ends(f, s, 143, 0);
	assert_int_equal(s->state, STEP_FAILED);
	assert_non_null(strstr(s->failure_message, "longer than the 60 seconds"));
}

/* ---- dead letters ---- */

static struct step *failed_step(struct fixture *f, struct cluster *c)
{
	struct step *s = add_with(f, c, "CONTINUE", "\"bash\",\"-c\",\"x\"",
	                          P("retry.on", "ALL"));

	say_stderr(f, c, s, "first line\nbash: line 1: x: \033[31mnot found");
	ends(f, s, 127, 0);
	assert_int_equal(s->state, STEP_FAILED);
	return s;
}

static void test_a_letter_tells_everything(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct step *s = failed_step(f, c);
	char body[128], id[64];

	strcpy(id, first_letter(f));
	snprintf(body, sizeof body, "{\"DeadLetterId\":\"%s\"}", id);
	const cJSON *l = json_obj(good(f, "Stoker.DescribeDeadLetter", body), "DeadLetter");
	assert_string_equal(json_str(l, "StepId", ""), s->id);
	assert_string_equal(json_str(l, "ClusterName", ""), "t");
	assert_string_equal(json_str(l, "Class", ""), "NON_RETRYABLE");
	assert_non_null(strstr(json_str(l, "LogFile", ""), "/stderr"));
	const cJSON *jar = json_obj(json_obj(l, "Step"), "HadoopJarStep");
	assert_string_equal(cJSON_GetArrayItem(json_arr(jar, "Args"), 2)->valuestring, "x");
	assert_string_equal(json_str(cJSON_GetArrayItem(json_arr(jar, "Properties"), 0), "Key", ""),
	                    "stoker.retry.on");
	assert_non_null(strstr(json_str(json_obj(l, "Log"), "stderr", ""), "first line\nbash"));
	assert_null(strchr(json_str(json_obj(l, "Log"), "stderr", ""), '\033'));
	assert_non_null(strstr(json_str(json_obj(l, "Log"), "controller", ""), "Step failed"));
	assert_non_null(json_arr(l, "Configurations"));
	restart(f, &c, &s);
	assert_string_equal(first_letter(f), id);
	l = json_obj(good(f, "Stoker.DescribeDeadLetter", body), "DeadLetter");
	assert_non_null(json_str(json_obj(l, "Log"), "stderr", NULL));
}

static void test_a_cluster_that_breaks_leaves_letters(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f), *ended = waiting(f);
	struct step *s = add_step(f, c, "CONTINUE", PROCESS);

	add_step(f, ended, "CONTINUE", PROCESS);
	ask(f, "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"%s\"]}", ended->id);
	assert_int_equal(cJSON_GetArraySize(letters(f)), 0);
	cluster_terminate(f->ctl, c, CLUSTER_REASON_INSTANCE_FAILURE, "The master failed.");
	control_turn(f->ctl);
	assert_int_equal(s->state, STEP_INTERRUPTED);
	const cJSON *l = cJSON_GetArrayItem(letters(f), 0);
	assert_string_equal(json_str(l, "StepId", ""), s->id);
	assert_string_equal(json_str(l, "Class", ""), "RETRYABLE");
	assert_string_equal(json_str(l, "Reason", ""), "INSTANCE_FAILURE");
	assert_string_equal(json_str(l, "Message", ""), "The cluster ended while the step ran: The master failed.");
}

static void test_replay_and_discard(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	char id[64];

	failed_step(f, c);
	strcpy(id, first_letter(f));
	ask(f, "Stoker.ReplayDeadLetter", "{\"DeadLetterId\":\"%s\",\"Step\":{\"Name\":\"x\"}}", id);
	assert_int_equal(f->status, 400); /* as AddJobFlowSteps would say it */
	assert_string_equal(json_str(cJSON_GetArrayItem(letters(f), 0), "State", ""), "PENDING");
	const cJSON *r = ask(f, "Stoker.ReplayDeadLetter",
	                     "{\"DeadLetterId\":\"%s\",\"Step\":{\"Name\":\"mended\","
	                     "\"ActionOnFailure\":\"CONTINUE\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\","
	                     "\"Args\":[\"true\"]}}}", id);
	assert_int_equal(f->status, 200);
	struct step *s = cluster_step(c, json_str(r, "StepId", ""));
	assert_string_equal(s->name, "mended");
	assert_int_equal(s->state, STEP_RUNNING);
	const cJSON *l = cJSON_GetArrayItem(letters(f), 0);
	assert_string_equal(json_str(l, "State", ""), "REPLAYED");
	assert_string_equal(json_str(l, "ReplayStepId", ""), s->id);
	assert_string_equal(json_str(l, "ClosedBy", ""), "owner");
	ask(f, "Stoker.ReplayDeadLetter", "{\"DeadLetterId\":\"%s\"}", id);
	assert_int_equal(f->status, 400);
	assert_non_null(strstr(f->message, "was replayed as step"));
	ends(f, s, 1, 0);
	strcpy(id, first_letter(f));
	ask(f, "Stoker.DiscardDeadLetter", "{\"DeadLetterId\":\"%s\",\"Note\":\"old news\"}", id);
	assert_int_equal(f->status, 200);
	good(f, "Stoker.ListDeadLetters", "{\"State\":\"DISCARDED\"}");
	l = cJSON_GetArrayItem(json_arr(f->reply, "DeadLetters"), 0);
	assert_string_equal(json_str(l, "Note", ""), "old news");
	ask(f, "Stoker.DiscardDeadLetter", "{\"DeadLetterId\":\"dl-NONE\"}");
	assert_string_equal(f->error, "ResourceNotFoundException");
}

static void test_replay_of_an_ended_cluster_needs_another(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	char id[64];

	failed_step(f, c);
	strcpy(id, first_letter(f));
	ask(f, "ElasticMapReduce.TerminateJobFlows", "{\"JobFlowIds\":[\"%s\"]}", c->id);
	ask(f, "Stoker.ReplayDeadLetter", "{\"DeadLetterId\":\"%s\"}", id);
	assert_string_equal(f->error, "ValidationException");
	assert_non_null(strstr(f->message, "Name another one with ClusterId"));
	ask(f, "Stoker.ReplayDeadLetter", "{\"DeadLetterId\":\"%s\",\"ClusterId\":\"%s\"}", id, c->id);
	assert_non_null(strstr(f->message, "shutting down"));
	struct cluster *other = waiting(f);
	ask(f, "Stoker.ReplayDeadLetter", "{\"DeadLetterId\":\"%s\",\"ClusterId\":\"%s\"}", id, other->id);
	assert_int_equal(f->status, 200);
	assert_int_equal(other->steps.len, 1);
}

static void test_pages_and_filters(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	char token[128] = "", body[256];
	int seen = 0;

	for (int i = 0; i < 7; i++)
		failed_step(f, c); /* all in one millisecond */
	do {
		snprintf(body, sizeof body, "{\"MaxResults\":3,\"ClusterId\":\"%s\"%s%s%s}", c->id,
		         *token ? ",\"NextToken\":\"" : "", token, *token ? "\"" : "");
		const cJSON *r = good(f, "Stoker.ListDeadLetters", body);
		seen += cJSON_GetArraySize(json_arr(r, "DeadLetters"));
		snprintf(token, sizeof token, "%s", json_str(r, "NextToken", ""));
	} while (*token);
	assert_int_equal(seen, 7);
	good(f, "Stoker.ListDeadLetters", "{\"Class\":\"RETRYABLE\"}");
	assert_int_equal(cJSON_GetArraySize(json_arr(f->reply, "DeadLetters")), 0);
	static const char *const bad[] = { "{\"Class\":\"X\"}", "{\"State\":\"X\"}", "{\"MaxResults\":0}",
		"{\"NextToken\":\"x\"}" };
	for (size_t i = 0; i < 4; i++) {
		ask(f, "Stoker.ListDeadLetters", "%s", bad[i]);
		assert_string_equal(f->error, "ValidationException");
	}
}

static void test_old_letters_go(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);

	failed_step(f, c);
	later(f, LETTERS_KEEP_MS - 1000);
	assert_int_equal(cJSON_GetArraySize(letters(f)), 1);
	later(f, 7 * 3600000);
	assert_int_equal(cJSON_GetArraySize(letters(f)), 0);
	assert_int_equal(parts[PART_RETRY]->due(f->ctl), 0);
}

/* The oldest makes room, closed ones first; by number and by size. */
static void test_letters_are_bounded(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	struct retry_state *st = retry_state_of(f->ctl);
	char first[64], second[64];

	failed_step(f, c);
	strcpy(first, first_letter(f));
	failed_step(f, c);
	strcpy(second, first_letter(f));
	ask(f, "Stoker.DiscardDeadLetter", "{\"DeadLetterId\":\"%s\"}", second);
	st->letters_max = 3;
	failed_step(f, c);
	failed_step(f, c);
	assert_int_equal(map_len(st->letters), 3);
	assert_false(map_has(st->letters, second));
	failed_step(f, c);
	assert_false(map_has(st->letters, first));
	st->bytes_max = 1;
	failed_step(f, c);
	assert_int_equal(map_len(st->letters), 1);
	assert_int_equal(st->letter_bytes, strlen(((struct letter *)map_get(st->letters,
	                                                                    first_letter(f)))->text));
}

static void test_a_refused_replay_leaves_the_letter_open(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = waiting(f);
	char id[64], *big = xmalloc(9001);
	bool refused = false;

	failed_step(f, c);
	strcpy(id, first_letter(f));
	memset(big, 'x', 9000);
	big[9000] = '\0';
	store_limit_growth(f->ctl->store, 0);
	for (int i = 0; i < 200 && !refused; i++) {
		ask(f, "Stoker.ReplayDeadLetter",
		    "{\"DeadLetterId\":\"%s\",\"Step\":{\"Name\":\"n\",\"ActionOnFailure\":"
		    "\"CONTINUE\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\",\"Args\":[\"%s\"]}}}", id, big);
		refused = f->status == 500;
		if (refused)
			break;
		struct step *s = c->steps.items[c->steps.len - 1];
		if (exec_of(s))
			ends(f, s, 1, 0);
		strcpy(id, first_letter(f));
	}
	assert_true(refused);
	const cJSON *l = cJSON_GetArrayItem(letters(f), 0);
	assert_string_equal(json_str(l, "DeadLetterId", ""), id);
	assert_string_equal(json_str(l, "State", ""), "PENDING");
	size_t steps = c->steps.len;
	store_limit_growth(f->ctl->store, -1);
	ask(f, "Stoker.ReplayDeadLetter", "{\"DeadLetterId\":\"%s\"}", id);
	assert_int_equal(f->status, 200);
	assert_int_equal(c->steps.len, steps + 1);
	free(big);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, frozen_setup, frozen_teardown)

int main(void)
{
	setenv("STOKER_LOG", "error", 0);
	log_open("test");
	const struct CMUnitTest tests[] = {
		T(test_without_a_policy_a_failure_is_final), T(test_waits_then_succeeds),
		T(test_order_is_kept_while_a_step_waits), T(test_attempts_end_and_the_action_follows),
			T(test_classes_decide),
		T(test_what_a_driver_says), T(test_defaults_of_the_cluster), T(test_bad_policies_are_refused),
		T(test_cancel_while_waiting), T(test_cluster_ends_while_waiting), T(test_a_wait_survives_the_server),
		T(test_a_clock_set_back_prolongs_no_wait), T(test_lost_nodes_are_not_failures),
		T(test_time_limit_of_an_attempt), T(test_a_letter_tells_everything),
		    T(test_a_cluster_that_breaks_leaves_letters), T(test_replay_and_discard),
		T(test_replay_of_an_ended_cluster_needs_another), T(test_pages_and_filters), T(test_old_letters_go),
			T(test_letters_are_bounded),
		T(test_a_refused_replay_leaves_the_letter_open),
	};
	return cmocka_run_group_tests_name("retry in the control plane", tests, NULL, NULL);
}
