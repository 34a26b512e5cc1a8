#include "core/engine/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/net/link.h"

#define RETRY_MS 200

struct server {
	uv_loop_t *loop;
	uv_timer_t retry;
	struct link *link;
	char *path;
	cJSON *hello, *welcome;
	cJSON *pending;             /* the question that waits */
	cJSON *answer;
	cJSON *want;                /* the last request_executors */
	bool welcomed;              /* on this connection */
	bool refused;
	char refusal[512];
	struct server_handlers h;
	const volatile bool *cancel;
	int64_t next_req;
};

static void tell(struct server *s, const cJSON *m)
{
	if (s->link && m)
		link_send(s->link, m, NULL, 0);
}

static void on_welcome(struct server *s, const cJSON *msg)
{
	s->welcomed = true;
	if (!s->welcome)
		s->welcome = cJSON_Duplicate(msg, true);
	tell(s, s->want);
	tell(s, s->pending);
}

static void on_refused(struct server *s, const cJSON *msg)
{
	s->refused = true;
	snprintf(s->refusal, sizeof s->refusal, "%s",
	         json_str(msg, "message", "the server does not know this process"));
}

static bool answers(const struct server *s, const cJSON *msg, const char *type)
{
	if (!s->pending || s->answer)
		return false;
	const char *asked = json_str(s->pending, "type", "");
	if (!strcmp(asked, "checkpoint"))
		return !strcmp(type, "ack") && json_int(msg, "done", -1) >= json_int(s->pending, "done", 0);
	return !strcmp(type, asked) && json_int(msg, "req", 0) == json_int(s->pending, "req", -1);
}

static void on_message(struct link *l, const cJSON *msg, const void *data, size_t len, void *ctx)
{
	struct server *s = ctx;
	(void)l;
	(void)data;
	(void)len;
	const char *type = json_str(msg, "type", "");
	if (!strcmp(type, "welcome"))
		on_welcome(s, msg);
	else if (!strcmp(type, "refused"))
		on_refused(s, msg);
	else if (answers(s, msg, type))
		s->answer = cJSON_Duplicate(msg, true);
	else if (!strncmp(type, "executor", 8) && s->h.on_executor)
		s->h.on_executor(s->h.ctx, msg);
}

static void on_retry(uv_timer_t *t);

static void on_close(struct link *l, const struct error *why, void *ctx)
{
	struct server *s = ctx;
	(void)l;
	(void)why;
	s->link = NULL;
	s->welcomed = false;
	uv_timer_start(&s->retry, on_retry, RETRY_MS, RETRY_MS);
}

static int try_connect(struct server *s, struct error *err)
{
	static const struct link_handlers handlers = { on_message, on_close, NULL };
	int rc = link_connect(s->loop, s->path, &handlers, s, &s->link, err);
	if (rc)
		s->link = NULL;
	else
		tell(s, s->hello);
	return rc;
}

static void on_retry(uv_timer_t *t)
{
	struct server *s = t->data;
	if (s->link || !try_connect(s, NULL))
		uv_timer_stop(&s->retry);
}

/* The timer also makes the loop turn, so that a cancel is seen. */
static void on_tick(uv_timer_t *t)
{
	(void)t;
}

static int wait_welcome(struct server *s, int timeout_ms, struct error *err)
{
	uv_timer_t tick;
	uint64_t deadline = uv_now(s->loop) + (uint64_t)timeout_ms;
	uv_timer_init(s->loop, &tick);
	uv_timer_start(&tick, on_tick, 20, 20);
	/* The first welcome counts, even when the server that said it dies in the same breath. */
	while (!s->welcome && !s->refused && !*s->cancel && uv_now(s->loop) < deadline) {
		if (!s->link && !uv_is_active((uv_handle_t *)&s->retry) && try_connect(s, err))
			uv_timer_start(&s->retry, on_retry, RETRY_MS / 10, RETRY_MS / 10);
		uv_run(s->loop, UV_RUN_ONCE);
	}
	uv_timer_stop(&tick);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(s->loop, UV_RUN_NOWAIT);
	if (s->welcome)
		return 0;
	if (*s->cancel)
		return error_set(err, ERR_CANCELLED, "cancelled while waiting for the server");
	if (s->refused)
		return error_set(err, ERR_STATE, "%s", s->refusal);
	error_set(err, ERR_UNAVAILABLE, "the stoker server does not answer at %s", s->path);
	error_hint(err, "start it with: stoker server start");
	return ERR_UNAVAILABLE;
}

struct server *server_connect(uv_loop_t *loop, cJSON *hello, const struct server_handlers *h,
                              const volatile bool *cancel, int timeout_ms, struct error *err)
{
	struct server *s = xcalloc(1, sizeof *s);
	s->loop = loop;
	s->hello = hello;
	s->h = *h;
	s->cancel = cancel;
	s->path = fs_home_path("run/control.sock");
	uv_timer_init(loop, &s->retry);
	s->retry.data = s;
	if (wait_welcome(s, timeout_ms, err)) {
		server_close(s);
		return NULL;
	}
	return s;
}

static void on_timer_closed(uv_handle_t *h)
{
	struct server *s = h->data;
	free(s->path);
	cJSON_Delete(s->hello);
	cJSON_Delete(s->welcome);
	cJSON_Delete(s->pending);
	cJSON_Delete(s->answer);
	cJSON_Delete(s->want);
	free(s);
}

void server_close(struct server *s)
{
	if (!s)
		return;
	link_close(s->link);
	s->link = NULL;
	uv_close((uv_handle_t *)&s->retry, on_timer_closed);
}

const cJSON *server_welcome(const struct server *s)
{
	return s->welcome;
}

void server_tell(struct server *s, cJSON *msg)
{
	if (s && s->welcomed)
		tell(s, msg);
	cJSON_Delete(msg);
}

int server_ask(struct server *s, cJSON *msg, cJSON **reply, struct error *err)
{
	uv_timer_t tick;
	json_add_int(msg, "req", ++s->next_req);
	s->pending = msg;
	if (s->welcomed)
		tell(s, msg);
	uv_timer_init(s->loop, &tick);
	uv_timer_start(&tick, on_tick, 50, 50);
	while (!s->answer && !*s->cancel && !s->refused)
		uv_run(s->loop, UV_RUN_ONCE);
	uv_timer_stop(&tick);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(s->loop, UV_RUN_NOWAIT);
	cJSON *a = s->answer;
	s->answer = NULL;
	cJSON_Delete(s->pending);
	s->pending = NULL;
	if (!a) {
		error_set(err, ERR_CANCELLED, "cancelled while waiting for the server");
		error_class(err, "KILLED", NULL);
		return ERR_CANCELLED;
	}
	if (reply)
		*reply = a;
	else
		cJSON_Delete(a);
	return 0;
}

int server_ask_catalog(void *server, cJSON *msg, cJSON **reply, struct error *err)
{
	return server_ask(server, msg, reply, err);
}

void server_request_executors(struct server *s, int count, int vcpu, int mem_mb)
{
	cJSON_Delete(s->want);
	s->want = cJSON_CreateObject();
	json_add_str(s->want, "type", "request_executors");
	json_add_int(s->want, "count", count);
	json_add_int(s->want, "vcpu", vcpu);
	json_add_int(s->want, "mem_mb", mem_mb);
	if (s->welcomed)
		tell(s, s->want);
}

void server_flush(struct server *s)
{
	if (s && s->link)
		link_flush(s->link, 2000, NULL);
}
