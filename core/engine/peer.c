#include "core/engine/peer.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mem.h"

#define CANCEL_GRACE_MS 15000

struct peer {
	uv_loop_t *loop;
	struct link *link;
	uv_timer_t tick;            /* wakes the loop so that `cancel` and deadlines are seen */
	const volatile bool *cancel;
	bool ready, gone;
	struct error why;           /* of gone */
	int64_t req;                /* the running one */
	const struct peer_sink *sink;
	cJSON *answer;
	int owed;                   /* batches not acknowledged yet */
	bool sink_failed;
};

static void end(struct peer *p, const char *reason)
{
	if (p->gone)
		return;
	p->gone = true;
	if (!p->why.message[0]) {
		error_set(&p->why, ERR_UNAVAILABLE, "the executor has gone: %s", reason);
		error_class(&p->why, "EXECUTOR_LOST", NULL);
	}
}

static void pay(struct peer *p)
{
	while (p->owed && p->link && !p->gone && !(p->sink && p->sink->full && p->sink->full(p->sink->ctx))) {
		cJSON *m = cJSON_CreateObject();
		json_add_str(m, "type", "more");
		json_add_int(m, "req", p->req);
		link_send(p->link, m, NULL, 0);
		cJSON_Delete(m);
		p->owed--;
	}
}

static void on_rows(struct peer *p, const cJSON *msg, const void *data, size_t len)
{
	if (p->sink && p->sink->rows && !p->sink_failed)
		p->sink_failed = p->sink->rows(p->sink->ctx, data, len, (uint64_t)json_int(msg, "count", 0)) != 0;
	p->owed++;
	pay(p);
}

static void on_message(struct link *l, const cJSON *msg, const void *data, size_t len, void *ctx)
{
	struct peer *p = ctx;
	(void)l;
	const char *type = json_str(msg, "type", "");
	if (!strcmp(type, "hello")) {
		p->ready = true;
		return;
	}
	if (!p->ready && !strcmp(type, "error")) { /* the kernel did not start */
		error_set(&p->why, ERR_UNAVAILABLE, "%s", json_str(msg, "message", "it did not start"));
		error_class(&p->why, json_str(msg, "kind", "INTERNAL"), NULL);
		error_detail(&p->why, "%s", json_str(msg, "detail", ""));
		return;
	}
	if (!p->req || json_int(msg, "req", 0) != p->req)
		return;
	if (!strcmp(type, "rows"))
		on_rows(p, msg, data, len);
	else if (!strcmp(type, "progress") && p->sink && p->sink->progress)
		p->sink->progress(p->sink->ctx, json_num(msg, "fraction", 0), (uint64_t)json_int(msg, "rows_in", 0));
	else if (!strcmp(type, "done") || !strcmp(type, "error"))
		p->answer = cJSON_Duplicate(msg, true);
}

static void on_close(struct link *l, const struct error *why, void *ctx)
{
	struct peer *p = ctx;
	(void)l;
	p->link = NULL;
	end(p, why->message);
}

static const struct link_handlers handlers = { on_message, on_close, NULL };

static void on_tick(uv_timer_t *t)
{
	pay(t->data);
}

static struct peer *peer_new(uv_loop_t *loop, const volatile bool *cancel)
{
	struct peer *p = xcalloc(1, sizeof *p);
	p->loop = loop;
	p->cancel = cancel;
	uv_timer_init(loop, &p->tick);
	p->tick.data = p;
	return p;
}

struct peer *peer_open(uv_loop_t *loop, int fd, const volatile bool *cancel, struct error *err)
{
	struct peer *p = peer_new(loop, cancel);
	if (link_open(loop, fd, &handlers, p, &p->link, err)) {
		p->link = NULL;
		peer_close(p);
		return NULL;
	}
	return p;
}

struct peer *peer_adopt(uv_loop_t *loop, struct link *l, const volatile bool *cancel)
{
	struct peer *p = peer_new(loop, cancel);
	p->link = l;
	p->ready = true;
	link_set_handlers(l, &handlers, p);
	return p;
}

static void on_timer_closed(uv_handle_t *h)
{
	struct peer *p = h->data;
	cJSON_Delete(p->answer);
	free(p);
}

void peer_close(struct peer *p)
{
	if (!p)
		return;
	link_close(p->link);
	p->link = NULL;
	uv_close((uv_handle_t *)&p->tick, on_timer_closed);
}

bool peer_alive(const struct peer *p)
{
	return p && !p->gone;
}

void peer_lost(struct peer *p, const char *reason)
{
	if (p->gone)
		return;
	p->why.message[0] = '\0';
	end(p, reason);
	link_close(p->link);
	p->link = NULL;
}

static int gone(const struct peer *p, struct error *err)
{
	if (err)
		*err = p->why;
	return p->why.code;
}

int peer_wait_ready(struct peer *p, int timeout_ms, struct error *err)
{
	uint64_t deadline = uv_now(p->loop) + (uint64_t)timeout_ms;
	if (!p->ready)
		uv_timer_start(&p->tick, on_tick, 100, 100);
	while (!p->ready && !p->gone && uv_now(p->loop) < deadline)
		uv_run(p->loop, UV_RUN_ONCE);
	uv_timer_stop(&p->tick);
	if (p->gone)
		return gone(p, err);
	if (!p->ready) {
		error_set(err, ERR_TIMEOUT, "the executor did not start within %d s", timeout_ms / 1000);
		error_class(err, "EXECUTOR_LOST", NULL);
		return ERR_TIMEOUT;
	}
	return 0;
}

static void send_cancel(struct peer *p)
{
	cJSON *m = cJSON_CreateObject();
	json_add_str(m, "type", "cancel");
	json_add_int(m, "req", p->req);
	if (p->link)
		link_send(p->link, m, NULL, 0);
	cJSON_Delete(m);
}

static int take_answer(struct peer *p, cJSON **reply, struct error *err)
{
	cJSON *a = p->answer;
	p->answer = NULL;
	if (!strcmp(json_str(a, "type", ""), "done")) {
		if (reply)
			*reply = a;
		else
			cJSON_Delete(a);
		return 0;
	}
	const char *kind = json_str(a, "kind", "INTERNAL");
	int code = !strcmp(kind, "OOM") ? ERR_NOMEM : !strcmp(kind, "KILLED") ? ERR_CANCELLED
	         : !strcmp(kind, "IO_TRANSIENT") ? ERR_IO : !strcmp(kind, "USER_ERROR") ? ERR_INVALID
	         : ERR_INTERNAL;
	error_set(err, code, "%s", json_str(a, "message", ""));
	error_class(err, kind, NULL);
	error_detail(err, "%s", json_str(a, "detail", ""));
	cJSON_Delete(a);
	return code;
}

/* An executor that does not answer a cancel within the grace is as good as lost. */
static void wait_answer(struct peer *p)
{
	uint64_t cancelled_at = 0;
	uv_timer_start(&p->tick, on_tick, 50, 50);
	while (!p->answer && !p->gone) {
		bool stop = p->sink_failed || (p->cancel && *p->cancel);
		if (stop && !cancelled_at) {
			send_cancel(p);
			cancelled_at = uv_now(p->loop) + 1;
		} else if (stop && uv_now(p->loop) > cancelled_at + CANCEL_GRACE_MS) {
			peer_lost(p, "it did not answer a cancel");
			break;
		}
		uv_run(p->loop, UV_RUN_ONCE);
		pay(p);
	}
	uv_timer_stop(&p->tick);
}

int peer_call(struct peer *p, cJSON *msg, const struct peer_sink *sink, cJSON **reply, struct error *err)
{
	static int64_t next_req; /* unique in the process: an answer of before cannot be taken for ours */
	if (p->gone) {
		cJSON_Delete(msg);
		return gone(p, err);
	}
	p->req = ++next_req;
	p->sink = sink;
	p->sink_failed = false;
	p->owed = 0;
	json_add_int(msg, "req", p->req);
	int rc = link_send(p->link, msg, NULL, 0);
	cJSON_Delete(msg);
	if (rc)
		return error_set(err, rc, "the request is too large for the executor");
	wait_answer(p);
	p->req = 0;
	p->sink = NULL;
	if (!p->answer)
		return gone(p, err);
	bool failed = p->sink_failed;
	rc = take_answer(p, reply, err);
	if (!failed)
		return rc;
	if (!rc && reply)
		cJSON_Delete(*reply);
	return error_set(err, ERR_IO, "the rows could not be passed on");
}

int peer_setup(struct peer *p, const char *const *sql, size_t n, struct error *err)
{
	cJSON *m = cJSON_CreateObject();
	json_add_str(m, "type", "setup");
	json_add(m, "sql", cJSON_CreateStringArray(sql, (int)n));
	return peer_call(p, m, NULL, NULL, err);
}

static int keep_rows(void *ctx, const void *data, size_t len, uint64_t count)
{
	(void)count;
	buf_add(ctx, data, len);
	return 0;
}

int peer_query(struct peer *p, const char *sql, struct buf *out, struct error *err)
{
	struct peer_sink sink = { .rows = keep_rows, .ctx = out };
	cJSON *m = cJSON_CreateObject(), *o = cJSON_CreateObject();
	json_add_str(m, "type", "task");
	json_add_str(m, "sql", sql);
	json_add_str(o, "kind", "rows");
	json_add_str(o, "format", "tsv");
	json_add(m, "output", o);
	return peer_call(p, m, &sink, NULL, err);
}
