#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/client/transport.h"
#include "core/net/http_client.h"
#if __has_include("core/net/sigv4.h")
#include "core/net/sigv4.h"
#endif

#define MAX_HEADERS 16

struct http_transport {
	struct transport base;
	uv_loop_t *loop;
	struct http_client *http;   /* made at the first asynchronous request */
	char *unix_path, *url, *region, *access_key, *secret_key, *session_token;
};

/* Maps one http_call to one transport_done. */
struct http_pending {
	struct http_call *call;
	transport_done done;
	void *arg;
};

static void on_result(const struct http_result *r, void *ctx)
{
	struct http_pending *p = ctx;
	if (r->err.code)
		p->done(p->arg, 0, NULL, 0, &r->err);
	else
		p->done(p->arg, r->status, buf_str(&r->body), r->body.len, NULL);
	free(p);
}

/* Headers of one request, in memory of an arena. */
static int headers_of(struct http_transport *t, struct arena *a, const char *target, const char *body,
                      size_t len, const char *out[MAX_HEADERS + 1], struct error *err)
{
	size_t n = 0;
	const char *version = !strncmp(target, "Granite", 7) ? "1.0" : "1.1";
	out[n++] = arena_printf(a, "Content-Type: application/x-amz-json-%s", version);
	out[n++] = arena_printf(a, "X-Amz-Target: %s", target);
	out[n++] = "User-Agent: stoker/" STOKER_VERSION;
	out[n] = NULL;
	if (t->unix_path)
		return 0;
	(void)a, (void)body, (void)len;
	return error_set(err, ERR_UNSUPPORTED, "requests to %s cannot be signed yet", t->url);
}

static struct http_send request_of(struct http_transport *t, const char *const *headers, const char *body,
                                   size_t len, int timeout_ms)
{
	return (struct http_send){ .url = t->unix_path ? "http://localhost/" : t->url,
		.unix_path = t->unix_path, .headers = headers, .body = body, .len = len,
		.timeout_ms = timeout_ms };
}

static void *http_send_op(struct transport *base, const char *target, const char *body, size_t len,
                          int timeout_ms, transport_done done, void *arg, struct error *err)
{
	struct http_transport *t = (struct http_transport *)base;
	const char *headers[MAX_HEADERS + 1];
	struct http_pending *p = NULL;
	if (!t->http && http_client_new(t->loop, &t->http, err))
		return NULL;
	struct arena *a = arena_new();
	if (headers_of(t, a, target, body, len, headers, err))
		goto out;
	struct http_send s = request_of(t, headers, body, len, timeout_ms);
	p = xcalloc(1, sizeof *p);
	p->done = done;
	p->arg = arg;
	p->call = http_client_send(t->http, &s, on_result, p, err);
	if (!p->call) {
		free(p);
		p = NULL;
	}
out:
	arena_free(a);
	return p;
}

static void http_cancel_op(struct transport *base, void *handle)
{
	struct http_pending *p = handle;
	(void)base;
	http_call_cancel(p->call);
	free(p);
}

static int http_call_op(struct transport *base, const char *target, const char *body, size_t len,
                        int timeout_ms, int *status, struct buf *out, struct error *err)
{
	struct http_transport *t = (struct http_transport *)base;
	const char *headers[MAX_HEADERS + 1];
	struct arena *a = arena_new();
	int rc = headers_of(t, a, target, body, len, headers, err);
	if (!rc) {
		struct http_send s = request_of(t, headers, body, len, timeout_ms);
		struct http_result r = { 0 };
		rc = http_blocking(&s, &r);
		*status = r.status;
		if (rc && err)
			*err = r.err;
		else
			buf_add(out, buf_str(&r.body), r.body.len);
		http_result_free(&r);
	}
	arena_free(a);
	return rc;
}

static void http_free_op(struct transport *base)
{
	struct http_transport *t = (struct http_transport *)base;
	http_client_close(t->http);
	free(t->unix_path);
	free(t->url);
	free(t->region);
	free(t->access_key);
	if (t->secret_key)
		explicit_bzero(t->secret_key, strlen(t->secret_key));
	free(t->secret_key);
	free(t->session_token);
	free(t);
}

static const struct transport_ops http_ops = { http_send_op, http_cancel_op, http_call_op, http_free_op };

int transport_http(uv_loop_t *loop, const struct transport_http_options *o, struct transport **out,
                   struct error *err)
{
	struct http_transport *t = xcalloc(1, sizeof *t);
	(void)err;
	t->base.ops = &http_ops;
	t->loop = loop;
	t->unix_path = xstrdup(o->unix_path);
	t->url = xstrdup(o->url);
	t->region = xstrdup(o->region);
	t->access_key = xstrdup(o->access_key);
	t->secret_key = xstrdup(o->secret_key);
	t->session_token = xstrdup(o->session_token);
	*out = &t->base;
	return 0;
}
