#include "core/client/logfeed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/base/mem.h"

#define CHUNK (256 << 10)
#define FOLLOW_MS 500
#define RETRY_MS 3000
#define TIMEOUT_MS 15000

struct logfeed {
	struct client *client;
	struct client_request *request;
	uv_timer_t *timer;
	char *cluster, *step, *log;
	logfeed_data data;
	void *ctx;
	struct logfeed_state state;
};

static void ask(struct logfeed *f);

static void on_timer(uv_timer_t *t)
{
	ask(t->data);
}

static void later(struct logfeed *f, uint64_t ms)
{
	uv_timer_start(f->timer, on_timer, ms, 0);
}

static void failed(struct logfeed *f, const struct error *err)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s%s%s", err->message, *err->detail ? ": " : "", err->detail);
	snprintf(f->state.error, sizeof f->state.error, "%.*s", (int)sizeof f->state.error - 1, buf_str(&b));
	buf_free(&b);
	f->state.unsupported = err->code == ERR_UNSUPPORTED;
	if (!f->state.unsupported)
		later(f, RETRY_MS);
	f->data(f->ctx, "", 0);
}

static void on_reply(void *arg, const cJSON *reply, const struct error *err, double ms)
{
	struct logfeed *f = arg;
	(void)ms;
	f->request = NULL;
	if (err) {
		failed(f, err);
		return;
	}
	struct logfeed_state *s = &f->state;
	const char *data = json_str(reply, "Data", "");
	int64_t next = json_int(reply, "NextOffset", s->offset);
	if (!s->started)
		s->skipped = json_int(reply, "Offset", 0);
	bool moved = next > s->offset;
	s->started = true;
	s->offset = next;
	s->size = json_int(reply, "Size", next);
	s->complete = json_bool(reply, "Complete", false) && next >= s->size;
	*s->error = 0;
	if (!s->complete)
		later(f, moved && next < s->size ? 0 : FOLLOW_MS);
	f->data(f->ctx, data, strlen(data));
}

static void ask(struct logfeed *f)
{
	struct error err = ERROR_INIT;
	if (f->request || f->state.complete)
		return;
	cJSON *in = cJSON_CreateObject();
	json_add_str(in, "ClusterId", f->cluster);
	json_add_str(in, "StepId", f->step);
	json_add_str(in, "Log", f->log);
	json_add_int(in, "Offset", f->state.started ? f->state.offset : -(int64_t)LOGFEED_TAIL);
	json_add_int(in, "MaxBytes", CHUNK);
	f->request = client_send(f->client, "Stoker.ReadStepLog", in, TIMEOUT_MS, on_reply, f, &err);
	cJSON_Delete(in);
	if (!f->request)
		failed(f, &err);
}

struct logfeed *logfeed_new(struct client *c, const char *cluster, const char *step, const char *log,
                            logfeed_data data, void *ctx)
{
	struct logfeed *f = xcalloc(1, sizeof *f);
	f->client = c;
	f->cluster = xstrdup(cluster);
	f->step = xstrdup(step);
	f->log = xstrdup(log);
	f->data = data;
	f->ctx = ctx;
	f->timer = xcalloc(1, sizeof *f->timer);
	f->timer->data = f;
	uv_timer_init(client_loop(c), f->timer);
	later(f, 0);
	return f;
}

static void timer_closed(uv_handle_t *h)
{
	free(h);
}

void logfeed_free(struct logfeed *f)
{
	if (!f)
		return;
	client_cancel(f->request);
	uv_close((uv_handle_t *)f->timer, timer_closed);
	free(f->cluster);
	free(f->step);
	free(f->log);
	free(f);
}

const struct logfeed_state *logfeed_state(const struct logfeed *f)
{
	return &f->state;
}

void logfeed_kick(struct logfeed *f)
{
	if (!f->state.complete)
		later(f, 0);
}
