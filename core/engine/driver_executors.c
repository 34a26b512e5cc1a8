#include "core/engine/driver_executors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/net/link.h"

struct one {
	char id[16];
	struct peer *peer;
	bool taken;
	bool leaving;               /* its node drains */
};

struct driver_executors {
	uv_loop_t *loop;
	struct server *server;
	const char *token;
	const volatile bool *cancel;
	struct link_listener *listener;
	char *lock;                 /* the file beside the socket that guards its making */
	VEC(struct one) all;        /* connected */
	char leaving[16];           /* the last that was said to leave: it may connect later */
	int count, vcpu, mem_mb;    /* wanted */
	int granted_mb;             /* of the last grant */
	int cannot_start;           /* executors in a row whose kernel did not start */
	struct error why;
};

#define GIVE_UP 3

/* ---- their arrival ---- */

static void on_hello(struct link *l, const cJSON *msg, const void *data, size_t len, void *ctx)
{
	struct driver_executors *x = ctx;
	struct one o = { .taken = false };
	(void)data;
	(void)len;
	if (!strcmp(json_str(msg, "type", ""), "error")) {
		log_error("an executor could not start: %s %s", json_str(msg, "message", ""),
		          json_str(msg, "detail", ""));
		error_set(&x->why, ERR_UNAVAILABLE, "no executor can start: %s", json_str(msg, "message", ""));
		error_class(&x->why, json_str(msg, "kind", "INTERNAL"), NULL);
		error_detail(&x->why, "%s", json_str(msg, "detail", ""));
		x->cannot_start++;
		return;
	}
	if (strcmp(json_str(msg, "type", ""), "hello") || strcmp(json_str(msg, "token", ""), x->token)) {
		log_warn("a process that is not an executor of ours connected; turned away");
		link_close(l);
		return;
	}
	snprintf(o.id, sizeof o.id, "%s", json_str(msg, "id", ""));
	o.leaving = !strcmp(o.id, x->leaving);
	x->cannot_start = 0;
	o.peer = peer_adopt(x->loop, l, x->cancel);
	vec_push(&x->all, o);
}

static void on_link(struct link *l, void *ctx)
{
	static const struct link_handlers handlers = { on_hello, NULL, NULL };
	link_set_handlers(l, &handlers, ctx);
}

struct driver_executors *driver_executors_open(uv_loop_t *loop, struct server *server, const char *container,
                                               const char *token, const volatile bool *cancel,
                                               struct error *err)
{
	struct driver_executors *x = xcalloc(1, sizeof *x);
	char *path = fs_home_path("run/%s.sock", container);
	x->loop = loop;
	x->server = server;
	x->token = token;
	x->cancel = cancel;
	int rc = link_listen(loop, path, on_link, x, &x->listener, err);
	x->lock = xasprintf("%s.lock", path);
	free(path);
	if (!rc)
		return x;
	free(x->lock);
	free(x);
	return NULL;
}

void driver_executors_close(struct driver_executors *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->all.len; i++)
		peer_close(x->all.items[i].peer);
	vec_free(&x->all);
	link_listener_close(x->listener);
	unlink(x->lock); /* the name is this container's alone: nobody else will listen there */
	free(x->lock);
	free(x);
}

void driver_executors_want(struct driver_executors *x, int vcpu, int mem_mb)
{
	x->count = 1;
	x->vcpu = vcpu;
	x->mem_mb = mem_mb;
	server_request_executors(x->server, x->count, vcpu, mem_mb);
}

void driver_executors_on_server(struct driver_executors *x, const cJSON *msg)
{
	const char *id = json_str(msg, "id", "");
	if (!strcmp(json_str(msg, "type", ""), "executor")) {
		x->granted_mb = (int)json_int(msg, "mem_mb", 0);
		return;
	}
	bool leaving = !strcmp(json_str(msg, "type", ""), "executor_leaving");
	if (leaving)
		snprintf(x->leaving, sizeof x->leaving, "%s", id);
	for (size_t i = 0; i < x->all.len; i++)
		if (!strcmp(x->all.items[i].id, id) && leaving) {
			x->all.items[i].leaving = true;
		} else if (!strcmp(x->all.items[i].id, id)) {
			char why[256];
			snprintf(why, sizeof why, "executor %s: %s", id, json_str(msg, "reason", "lost"));
			peer_lost(x->all.items[i].peer, why);
		}
}

bool driver_executors_leaving(const struct driver_executors *x, const struct peer *p)
{
	for (size_t i = 0; i < x->all.len; i++)
		if (x->all.items[i].peer == p)
			return x->all.items[i].leaving;
	return false;
}

/* ---- their use ---- */

static void forget(struct driver_executors *x, size_t i)
{
	peer_close(x->all.items[i].peer);
	vec_remove(&x->all, i);
}

static struct peer *take_free(struct driver_executors *x)
{
	for (size_t i = 0; i < x->all.len;) {
		struct one *o = &x->all.items[i];
		if (o->taken) {
			i++;
		} else if (!peer_alive(o->peer)) {
			forget(x, i);
		} else {
			o->taken = true;
			return o->peer;
		}
	}
	return NULL;
}

static void on_tick(uv_timer_t *t)
{
	(void)t;
}

/* However long the cluster is busy: a step waits for its turn until it is cancelled. */
static struct peer *wait_one(struct driver_executors *x)
{
	struct peer *p;
	uv_timer_t tick;
	uv_timer_init(x->loop, &tick);
	uv_timer_start(&tick, on_tick, 50, 50);
	while (!(p = take_free(x)) && !*x->cancel && x->cannot_start < GIVE_UP)
		uv_run(x->loop, UV_RUN_ONCE);
	uv_timer_stop(&tick);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(x->loop, UV_RUN_NOWAIT);
	return p;
}

struct peer *driver_executors_get(struct driver_executors *x, bool larger, struct error *err)
{
	if (larger) {
		int mb = x->mem_mb ? x->mem_mb : x->granted_mb;
		x->mem_mb = mb * 2;
	}
	server_request_executors(x->server, x->count, x->vcpu, x->mem_mb);
	struct peer *p = wait_one(x);
	if (!p && !*x->cancel) {
		*err = x->why;
	} else if (!p) {
		error_set(err, ERR_CANCELLED, "cancelled while waiting for an executor");
		error_class(err, "KILLED", NULL);
	}
	return p;
}

void driver_executors_drop(struct driver_executors *x, struct peer *p)
{
	for (size_t i = 0; i < x->all.len; i++) {
		if (x->all.items[i].peer != p)
			continue;
		if (peer_alive(p)) {
			cJSON *m = cJSON_CreateObject();
			json_add_str(m, "type", "release_executor");
			json_add_str(m, "id", x->all.items[i].id);
			server_tell(x->server, m);
		}
		forget(x, i);
		return;
	}
}
