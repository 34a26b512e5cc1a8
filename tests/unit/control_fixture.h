/* A control plane over a fake provisioner: workers are what the test says they are, and every message to them
 * is kept. For tests of the control plane and its parts; nothing here waits for time to pass. */
#ifndef TESTS_UNIT_CONTROL_FIXTURE_H
#define TESTS_UNIT_CONTROL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/state.h"

#pragma GCC diagnostic ignored "-Wunused-function"

#include "tests/unit/event_watch.h"

struct sent {
	char instance[64];
	cJSON *msg;
};

struct fixture {
	char dir[64];
	uv_loop_t loop;
	struct control *ctl;
	VEC(struct sent) sent;
	int spawns, kills, next_pid;
	bool spawn_fails, stopped;
	/* the last answer */
	int status;
	cJSON *reply;
	char error[64], message[1024];
};

static struct fixture *F;   /* the fake provisioner has no context of its own */

static int fake_spawn(struct control *ctl, struct node *n, struct error *err)
{
	(void)ctl;
	F->spawns++;
	if (F->spawn_fails)
		return error_set(err, ERR_IO, "no more processes");
	n->m->pid = ++F->next_pid;
	return 0;
}

static void fake_kill(struct control *ctl, struct node *n)
{
	(void)ctl;
	(void)n;
	F->kills++;
}

static bool fake_alive(struct control *ctl, struct node *n)
{
	(void)ctl;
	(void)n;
	return false;
}

static void fake_send(struct control *ctl, struct node *n, const cJSON *msg)
{
	struct sent s = { .msg = cJSON_Duplicate(msg, true) };

	(void)ctl;
	strcpy(s.instance, n->m->id);
	vec_push(&F->sent, s);
}

static const struct provisioner fake = { fake_spawn, fake_kill, fake_alive, fake_send };

static void on_stop(void *ctx)
{
	((struct fixture *)ctx)->stopped = true;
}

static void open_control(struct fixture *f)
{
	struct control_options o = { .home = f->dir, .program = "/bin/false", .stop = on_stop, .ctx = f,
	                             .access_key = "AK", .secret_key = "SK", .api_token = "T" };
	struct error err = ERROR_INIT;

	if (control_new(&f->loop, &o, &f->ctl, &err))
		fail_msg("%s: %s", err.message, err.detail);
	f->ctl->provisioner = fake;
	f->ctl->budget_mb = 8192;
	f->ctl->machine_vcpus = 4;
}

static void close_control(struct fixture *f)
{
	control_free(f->ctl);
	f->ctl = NULL;
	uv_run(&f->loop, UV_RUN_DEFAULT);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	strcpy(f->dir, "/tmp/stoker-ctl-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->next_pid = 4000000;
	F = f;
	watch_reset();
	uv_loop_init(&f->loop);
	open_control(f);
	*state = f;
	return 0;
}

static void clear_sent(struct fixture *f)
{
	for (size_t i = 0; i < f->sent.len; i++)
		cJSON_Delete(f->sent.items[i].msg);
	f->sent.len = 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	close_control(f);
	uv_loop_close(&f->loop);
	clear_sent(f);
	vec_free(&f->sent);
	cJSON_Delete(f->reply);
	fs_remove_tree(f->dir, NULL);
	free(f);
	return 0;
}

/* ---- a clock that the test moves: frozen_at in a setup of its own, frozen_teardown behind it ---- */

static int64_t now_ms;

static void set_clock(int64_t ms)
{
	char text[32];

	now_ms = ms;
	snprintf(text, sizeof text, "%lld", (long long)ms);
	setenv("STOKER_FROZEN_TIME", text, 1);
}

static int frozen_at(int64_t ms, void **state)
{
	set_clock(ms);
	return setup(state);
}

static int frozen_teardown(void **state)
{
	int ret = teardown(state);

	unsetenv("STOKER_FROZEN_TIME");
	return ret;
}

static void on_reply(const struct control_reply *r, void *ctx)
{
	struct fixture *f = ctx;

	f->status = r->status;
	cJSON_Delete(f->reply);
	f->reply = r->len ? json_parse(r->body, r->len, NULL) : NULL;
	snprintf(f->error, sizeof f->error, "%s", r->error_type ? r->error_type : "");
	snprintf(f->message, sizeof f->message, "%s", json_str(f->reply, "Message", ""));
}

/* Ask, take the turn, and give the reply (NULL for an empty body). */
static const cJSON *ask(struct fixture *f, const char *target, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	f->status = 0;
	static const struct control_caller owner = { .local = true, .user = "owner" };

	control_call(f->ctl, target, buf_str(&b), b.len, &owner, on_reply, f);
	control_turn(f->ctl);
	buf_free(&b);
	assert_int_not_equal(f->status, 0);
	return f->reply;
}

static const cJSON *good(struct fixture *f, const char *target, const char *body)
{
	const cJSON *r = ask(f, target, "%s", body);

	if (f->status != 200)
		fail_msg("%s: %s: %s", target, f->error, f->message);
	return r;
}

/* The journal takes nothing more: topics are put until one is refused. free_disk ends that. */
static void fill_disk(struct fixture *f)
{
	store_limit_growth(f->ctl->store, 0);
	for (int i = 0; i < 300 && !f->ctl->stalled; i++)
		ask(f, "Stoker.PutTopic", "{\"TopicName\":\"t%d\",\"Email\":\"%0900d@x.org\"}", i, 0);
	assert_true(f->ctl->stalled);
	assert_int_equal(f->status, 500);
}

static void free_disk(struct fixture *f)
{
	store_limit_growth(f->ctl->store, 1 << 24);
	control_turn(f->ctl);
	assert_false(f->ctl->stalled);
}

/* The worker of an instance says hello. */
static void hello(struct fixture *f, struct instance *in)
{
	struct node *n = in->runtime;
	struct error err = ERROR_INIT;
	int fds[2];

	assert_non_null(n);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	static const struct link_handlers none = { 0 };
	assert_int_equal(link_open(&f->loop, fds[0], &none, NULL, &n->link, &err), 0);
	close(fds[1]);
	cJSON *msg = json_add_int(message("hello"), "pid", in->pid);
	node_hello(f->ctl, n, msg);
	cJSON_Delete(msg);
	control_turn(f->ctl);
}

static void hello_all(struct fixture *f, struct cluster *c)
{
	for (size_t i = 0; i < c->instances.len; i++)
		if (c->instances.items[i]->state == INSTANCE_PROVISIONING)
			hello(f, c->instances.items[i]);
}

#define GROUPS "\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\",\"InstanceType\":\"m5.xlarge\"," \
	"\"InstanceCount\":1},{\"InstanceRole\":\"CORE\",\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":2}]"

static struct cluster *run(struct fixture *f, const char *options)
{
	const cJSON *r = ask(f, "ElasticMapReduce.RunJobFlow", "{\"Name\":\"t\",\"ReleaseLabel\":\"emr-7.5.0\","
	                     "%s}", options);

	if (f->status != 200)
		fail_msg("%s: %s", f->error, f->message);
	struct cluster *c = find_cluster(f->ctl, json_str(r, "JobFlowId", ""));
	assert_non_null(c);
	return c;
}

/* A cluster that is up and waits. */
static struct cluster *waiting(struct fixture *f)
{
	struct cluster *c = run(f, "\"Instances\":{" GROUPS ",\"KeepJobFlowAliveWhenNoSteps\":true}");

	assert_int_equal(c->state, CLUSTER_STARTING);
	assert_int_equal(f->spawns % 3, 0);
	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_WAITING);
	return c;
}

/* A cluster of these options whose nodes are all there. */
static struct cluster *run_up(struct fixture *f, const char *options)
{
	struct cluster *c = run(f, options);

	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_WAITING);
	return c;
}

static struct step *add_step(struct fixture *f, struct cluster *c, const char *action, const char *args)
{
	const cJSON *r = ask(f, "ElasticMapReduce.AddJobFlowSteps", "{\"JobFlowId\":\"%s\",\"Steps\":[{"
	                     "\"Name\":\"s\",\"ActionOnFailure\":\"%s\",\"HadoopJarStep\":{\"Jar\":"
	                     "\"command-runner.jar\",\"Args\":[%s]}}]}", c->id, action, args);

	if (f->status != 200)
		return NULL;
	const cJSON *ids = json_arr(r, "StepIds");
	return cluster_step(c, cJSON_GetArrayItem(ids, 0)->valuestring);
}

#define PROCESS "\"bash\",\"-c\",\"true\""
#define SQL "\"spark-sql\",\"-e\",\"SELECT 1\""

static struct exec *exec_of(struct step *s)
{
	return s->runtime ? ((struct ctl_step *)s->runtime)->exec : NULL;
}

/* The step's process ends. */
static void ends(struct fixture *f, struct step *s, int status, int signal)
{
	struct exec *e = exec_of(s);

	assert_non_null(e);
	cJSON *msg = json_add_str(message("exited"), "id", e->m->id);
	json_add_int(json_add_int(msg, "status", status), "signal", signal);
	node_message(f->ctl, e->node, msg);
	cJSON_Delete(msg);
	control_turn(f->ctl);
}

#endif
