#include "core/daemon/metadata.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/net/http_client.h"

#define POLL_MS 5000
#define ANSWER_MS 2000
#define TOKEN_TTL_S 21600
#define RENEW_MS (TOKEN_TTL_S / 2 * 1000LL)

struct metadata {
	uv_loop_t *loop;
	struct http_client *http;
	uv_timer_t timer;
	char *base, *notice;       /* notice: the last one, as it was said */
	char token[512];
	int64_t token_at;          /* mono ms; 0: none */
	bool asking, mentioned;
	metadata_fn fn;
	void *ctx;
};

static int64_t now_ms(void)
{
	return clock_mono_us() / 1000;
}

static void ask_action(struct metadata *m);

static void put(struct metadata *m, const char *method, const char *path, const char *header, http_done done)
{
	char *url = xasprintf("%s%s", m->base, path);
	const char *headers[] = { header, NULL };
	struct http_send s = { .method = method, .url = url, .headers = headers, .timeout_ms = ANSWER_MS,
	                       .connect_timeout_ms = ANSWER_MS, .max_reply = 65536, .no_proxy = true };
	struct error err = ERROR_INIT;

	m->asking = http_client_send(m->http, &s, done, m, &err) != NULL;
	if (!m->asking)
		log_warn("the instance metadata cannot be asked: %s", err.message);
	free(url);
}

static void mention(struct metadata *m, const char *what)
{
	if (!m->mentioned)
		log_warn("instance metadata at %s: %s; it is asked again every %d s", m->base, what, POLL_MS / 1000);
	m->mentioned = true;
}

/* ---- the token ---- */

/* A token goes into a header: one line of printable text. */
static bool token_ok(const struct buf *b, char *out, size_t size)
{
	if (!b->len || b->len >= size)
		return false;
	for (size_t i = 0; i < b->len; i++)
		if (!isgraph((unsigned char)b->data[i]))
			return false;
	memcpy(out, b->data, b->len);
	out[b->len] = '\0';
	return true;
}

static void on_token(const struct http_result *r, void *ctx)
{
	struct metadata *m = ctx;

	m->asking = false;
	if (r->err.code) {
		mention(m, r->err.message);
	} else if (r->status != 200 || !token_ok(&r->body, m->token, sizeof m->token)) {
		mention(m, "it gives no session token");
	} else {
		m->token_at = now_ms();
		ask_action(m);
	}
}

static void ask_token(struct metadata *m)
{
	char header[64];

	snprintf(header, sizeof header, "X-aws-ec2-metadata-token-ttl-seconds: %d", TOKEN_TTL_S);
	put(m, "PUT", "/latest/api/token", header, on_token);
}

/* ---- the notice ---- */

static void take_notice(struct metadata *m, const struct buf *body)
{
	cJSON *o = json_parse(body->data ? body->data : "", body->len, NULL);
	const char *action = json_str(o, "action", NULL), *time = json_str(o, "time", "");

	if (!action) {
		mention(m, "its notice cannot be read");
	} else {
		char *notice = xasprintf("%s %s", action, time);
		if (!m->notice || strcmp(m->notice, notice)) {
			free(m->notice);
			m->notice = notice;
			notice = NULL;
			log_warn("the instance metadata announces: %s at %s", action, *time ? time : "an unknown time");
			m->fn(action, time, m->ctx);
		}
		free(notice);
	}
	cJSON_Delete(o);
}

static void on_action(const struct http_result *r, void *ctx)
{
	struct metadata *m = ctx;

	m->asking = false;
	if (r->err.code) {
		mention(m, r->err.message);
	} else if (r->status == 200) {
		take_notice(m, &r->body);
	} else if (r->status == 401) {
		m->token_at = 0; /* it has lost our token: a new one with the next round */
	} else if (r->status == 404) {
		m->mentioned = false;
	} else {
		mention(m, "it answers with an error");
	}
}

static void ask_action(struct metadata *m)
{
	char *header = xasprintf("X-aws-ec2-metadata-token: %s", m->token);

	put(m, "GET", "/latest/meta-data/spot/instance-action", header, on_action);
	free(header);
}

static void on_timer(uv_timer_t *t)
{
	struct metadata *m = t->data;

	if (m->asking)
		return;
	if (!m->token_at || now_ms() - m->token_at > RENEW_MS)
		ask_token(m);
	else
		ask_action(m);
}

int metadata_watch(uv_loop_t *loop, const char *base, metadata_fn fn, void *ctx, struct error *err)
{
	struct metadata *m = xcalloc(1, sizeof *m);
	size_t n = strlen(base);
	int rc = http_client_new(loop, &m->http, err);

	if (rc) {
		free(m);
		return rc;
	}
	while (n && base[n - 1] == '/')
		n--;
	m->loop = loop;
	m->base = xstrndup(base, n);
	m->fn = fn;
	m->ctx = ctx;
	uv_timer_init(loop, &m->timer);
	m->timer.data = m;
	uv_timer_start(&m->timer, on_timer, 0, POLL_MS);
	return 0;
}
