#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/client/transport.h"
#include "core/net/http_client.h"
#include "core/net/sigv4.h"

#define MAX_HEADERS 16

struct http_transport {
	struct transport base;
	uv_loop_t *loop;
	struct http_client *http;   /* made at the first asynchronous request */
	char *unix_path, *url, *monitoring_url, *region, *access_key, *secret_key, *session_token;
};

/* libcurl's words for a socket that nobody listens at help nobody. */
static void say_unavailable(const struct http_transport *t, struct error *err)
{
	if (!t->unix_path || err->code != ERR_UNAVAILABLE)
		return;
	error_set(err, ERR_UNAVAILABLE, "no server runs on this machine for %.*s",
	          (int)(strlen(t->unix_path) - strlen("/run/api.sock")), t->unix_path);
	error_hint(err, "start one with: stoker server start");
}

/* Maps one http_call to one transport_done. */
struct http_pending {
	struct http_transport *transport;
	struct http_call *call;
	transport_done done;
	void *arg;
};

static void on_result(const struct http_result *r, void *ctx)
{
	struct http_pending *p = ctx;
	if (r->err.code) {
		struct error err = r->err;
		say_unavailable(p->transport, &err);
		p->done(p->arg, 0, NULL, 0, &err);
	} else
		p->done(p->arg, r->status, buf_str(&r->body), r->body.len, NULL);
	free(p);
}

/* What a signature covers, looked up by name. */
struct signing {
	struct http_transport *t;
	const char *target, *type, *host, *url, *service;
};

static const char *signed_header(void *ctx, const char *name)
{
	const struct signing *s = ctx;
	if (!strcmp(name, "content-type"))
		return s->type;
	if (!strcmp(name, "host"))
		return s->host;
	return !strcmp(name, "x-amz-target") ? s->target : NULL;
}

/* Host and path of an URL. */
static const char *split_url(struct arena *a, const char *url, const char **path)
{
	const char *host = strstr(url, "://");
	host = host ? host + 3 : url;
	size_t n = strcspn(host, "/");
	*path = host[n] ? host + n : "/";
	return arena_strndup(a, host, n);
}

static size_t sign(struct http_transport *t, struct arena *a, struct signing *s, const char *body,
                   size_t len, const char **out)
{
	size_t n = 0;
	char date[24];
	const char *path;
	struct buf authorization = BUF_INIT;
	bool token = t->session_token && *t->session_token;
	s->host = split_url(a, s->url, &path);
	struct sigv4_scope scope = { t->access_key, t->secret_key, t->session_token, t->region,
	                             s->service, clock_now_ms() };
	struct sigv4_request r = { .method = "POST", .target = path, .header = signed_header, .ctx = s,
	                           .body = body, .len = len };
	sigv4_sign(&r, &scope, token ? "content-type;host;x-amz-date;x-amz-security-token;x-amz-target"
	                             : "content-type;host;x-amz-date;x-amz-target", &authorization);
	out[n++] = arena_printf(a, "X-Amz-Date: %s", clock_amz_date(scope.time_ms, date, sizeof date));
	if (token)
		out[n++] = arena_printf(a, "X-Amz-Security-Token: %s", t->session_token);
	out[n++] = arena_printf(a, "Authorization: %s", buf_str(&authorization));
	buf_free(&authorization);
	return n;
}

/* CloudWatch speaks another version of the protocol, under another name and, at Amazon, at another host. */
static bool is_monitoring(const char *target)
{
	return !strncmp(target, "GraniteServiceVersion20100801.", 30);
}

static const char *url_of(const struct http_transport *t, const char *target)
{
	return is_monitoring(target) && t->monitoring_url ? t->monitoring_url : t->url;
}

/* Headers of one request, in memory of an arena. */
static void headers_of(struct http_transport *t, struct arena *a, const char *target, const char *body,
                       size_t len, const char *out[MAX_HEADERS + 1])
{
	size_t n = 0;
	bool monitoring = is_monitoring(target);
	struct signing s = { .t = t, .target = target, .url = url_of(t, target),
		.type = monitoring ? "application/x-amz-json-1.0" : "application/x-amz-json-1.1",
		.service = monitoring ? "monitoring" : "elasticmapreduce" };
	out[n++] = arena_printf(a, "Content-Type: %s", s.type);
	out[n++] = arena_printf(a, "X-Amz-Target: %s", target);
	out[n++] = "User-Agent: stoker/" STOKER_VERSION;
	if (t->unix_path && t->region)
		out[n++] = arena_printf(a, "X-Stoker-Region: %s", t->region);
	if (!t->unix_path)
		n += sign(t, a, &s, body, len, out + n);
	out[n] = NULL;
}

static struct http_send request_of(struct http_transport *t, const char *target, const char *const *headers,
                                   const char *body, size_t len, int timeout_ms)
{
	return (struct http_send){ .url = t->unix_path ? "http://localhost/" : url_of(t, target),
		.unix_path = t->unix_path, .headers = headers, .body = body, .len = len,
		.timeout_ms = timeout_ms };
}

static void *http_send_op(struct transport *base, const char *target, const char *body, size_t len,
                          int timeout_ms, transport_done done, void *arg, struct error *err)
{
	struct http_transport *t = (struct http_transport *)base;
	const char *headers[MAX_HEADERS + 1];
	struct http_pending *p;
	if (!t->http && http_client_new(t->loop, &t->http, err))
		return NULL;
	struct arena *a = arena_new();
	headers_of(t, a, target, body, len, headers);
	struct http_send s = request_of(t, target, headers, body, len, timeout_ms);
	p = xcalloc(1, sizeof *p);
	p->transport = t;
	p->done = done;
	p->arg = arg;
	p->call = http_client_send(t->http, &s, on_result, p, err);
	if (!p->call) {
		free(p);
		p = NULL;
	}
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
	headers_of(t, a, target, body, len, headers);
	struct http_send s = request_of(t, target, headers, body, len, timeout_ms);
	struct http_result r = { 0 };
	int rc = http_blocking(&s, &r);
	*status = r.status;
	if (rc && err) {
		*err = r.err;
		say_unavailable(t, err);
	} else
		buf_add(out, buf_str(&r.body), r.body.len);
	http_result_free(&r);
	arena_free(a);
	return rc;
}

static void http_free_op(struct transport *base)
{
	struct http_transport *t = (struct http_transport *)base;
	http_client_close(t->http);
	free(t->unix_path);
	free(t->url);
	free(t->monitoring_url);
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
	t->monitoring_url = xstrdup(o->monitoring_url);
	t->region = xstrdup(o->region);
	t->access_key = xstrdup(o->access_key);
	t->secret_key = xstrdup(o->secret_key);
	t->session_token = xstrdup(o->session_token);
	*out = &t->base;
	return 0;
}
