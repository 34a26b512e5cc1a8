/* A server whose nodes are made up: the control plane and its door as they are, over a provisioner that starts no
 * processes. For measuring what the control plane costs with more nodes than a machine can run; no part of the
 * product. Nodes say hello as soon as they are looked for, and give a sample every 5 s when --samples is given.
 *
 *     fleet_server [--samples]          state in $STOKER_HOME, answers at $STOKER_HOME/run/api.sock
 *                                       and on loopback TCP (the port is printed), with key AKIABENCH / bench */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/state.h"
#include "core/daemon/door.h"
#include "core/net/socket.h"

static struct {
	uv_loop_t loop;
	struct control *control;
	struct door *door;
	uv_timer_t hello, sample;
	uv_signal_t term;
	int next_pid, pair[2];
} S = { .next_pid = 5000000 };

static int spawn(struct control *ctl, struct node *n, struct error *err)
{
	(void)ctl;
	(void)err;
	n->m->pid = ++S.next_pid;
	return 0;
}

static void kill_node(struct control *ctl, struct node *n)
{
	(void)ctl;
	(void)n;
}

static bool alive(struct control *ctl, struct node *n)
{
	(void)ctl;
	return n->m->pid && !n->stopping;
}

/* What a worker would do with a message: a launched process runs for ever. */
static void deliver(struct control *ctl, struct node *n, const cJSON *msg)
{
	(void)ctl;
	(void)n;
	(void)msg;
}

static const struct provisioner made_up = { spawn, kill_node, alive, deliver };

/* Every link is a copy of one end of one socket pair, whose other end nobody reads or closes. */
static void give_link(struct node *n)
{
	static const struct link_handlers none = { 0 };
	struct error err = ERROR_INIT;

	if (!S.pair[0] && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, S.pair))
		exit(2);
	if (link_open(&S.loop, dup(S.pair[0]), &none, NULL, &n->link, &err)) {
		fprintf(stderr, "fleet_server: too few descriptors: raise ulimit -n\n");
		exit(2);
	}
}

/* Containers that the journal knows on this node: they run. */
static cJSON *containers_of(const struct node *n)
{
	cJSON *a = cJSON_CreateArray();

	for (size_t i = 0; i < n->execs.len; i++)
		cJSON_AddItemToArray(a, json_add_int(json_add_str(cJSON_CreateObject(), "id", n->execs.items[i]->m->id),
		                                     "pid", 1));
	return a;
}

static void on_hello(uv_timer_t *t)
{
	size_t it = 0;
	void *v;

	(void)t;
	while (map_next(S.control->nodes, &it, NULL, &v)) {
		struct node *n = v;
		n->seen = mono_ms();
		if (n->link || !n->m->pid)
			continue;
		give_link(n);
		cJSON *msg = json_add_int(message("hello"), "pid", n->m->pid);
		json_add(msg, "containers", containers_of(n));
		node_hello(S.control, n, msg);
		cJSON_Delete(msg);
	}
}

static void on_sample(uv_timer_t *t)
{
	static const char text[] = "{\"type\":\"sample\",\"cpu\":{\"user\":31,\"nice\":0,\"system\":4,\"iowait\":1,\"irq\":0,"
		"\"steal\":0,\"idle\":64},\"load1\":1.2,\"load5\":1.1,\"load15\":1,\"mem\":{\"total\":17179869184,"
		"\"used\":6442450944,\"cached\":1073741824,\"free\":9663676416},\"disk\":{\"read\":1000,\"write\":2000,"
		"\"used\":10737418240,\"total\":107374182400},\"net\":{\"rx\":5000,\"tx\":6000},\"containers\":[]}";
	cJSON *msg = json_parse(text, strlen(text), NULL);
	size_t it = 0;
	void *v;

	(void)t;
	while (map_next(S.control->nodes, &it, NULL, &v))
		node_message(S.control, v, msg);
	cJSON_Delete(msg);
}

static void stop(void *ctx)
{
	(void)ctx;
	uv_stop(&S.loop);
}

static void on_term(uv_signal_t *s, int signum)
{
	(void)signum;
	stop(s);
}

static void listen_all(void)
{
	struct error err = ERROR_INIT;
	char *path = fs_home_path("run/api.sock");
	uint16_t port = 0;
	int fd;

	if (socket_listen_unix(path, &fd, &err) || door_listen(S.door, fd, &err) ||
	    socket_listen_tcp(0, false, &fd, &port, &err) || door_listen(S.door, fd, &err)) {
		fprintf(stderr, "fleet_server: %s\n", err.message);
		exit(2);
	}
	free(path);
	printf("%u\n", port);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct control_options o = { .home = fs_home(), .program = "/bin/false", .region = "us-east-1", .stop = stop,
	                             .access_key = "AKIABENCH", .secret_key = "bench", .api_token = "bench" };
	struct error err = ERROR_INIT;

	struct rlimit files;

	log_open("fleet");
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	uv_loop_init(&S.loop);
	signal(SIGPIPE, SIG_IGN);
	if (fs_mkdirs(fs_home(), 0700, &err) || control_new(&S.loop, &o, &S.control, &err)) {
		fprintf(stderr, "fleet_server: %s: %s\n", err.message, err.detail);
		return 2;
	}
	S.control->provisioner = made_up;
	struct door_options d = { S.control, "bench" };
	if (door_open(&S.loop, &d, &S.door, &err))
		return 2;
	listen_all();
	uv_timer_init(&S.loop, &S.hello);
	uv_timer_start(&S.hello, on_hello, 0, 1000);
	uv_timer_init(&S.loop, &S.sample);
	if (argc > 1 && !strcmp(argv[1], "--samples"))
		uv_timer_start(&S.sample, on_sample, 2000, 5000);
	uv_signal_init(&S.loop, &S.term);
	uv_signal_start(&S.term, on_term, SIGTERM);
	uv_run(&S.loop, UV_RUN_DEFAULT);
	control_free(S.control);
	return 0;
}
