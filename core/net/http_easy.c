#include "core/net/http_easy.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
	struct http_easy *e = ctx;
	n *= size;
	if (e->result.body.len + n > e->max_reply) {
		error_set(&e->result.err, ERR_FULL, "the reply is larger than the %zu bytes allowed", e->max_reply);
		return 0;
	}
	buf_add(&e->result.body, data, n);
	return n;
}

static size_t on_head(char *data, size_t size, size_t n, void *ctx)
{
	struct http_easy *e = ctx;
	n *= size;
	if (n >= 5 && memcmp(data, "HTTP/", 5) == 0)
		buf_clear(&e->result.head); /* an interim reply (100) came before */
	if (e->result.head.len + n > 1u << 20)
		return 0;
	buf_add(&e->result.head, data, n);
	return n;
}

static void set_headers(struct http_easy *e, const struct http_send *s)
{
	for (const char *const *h = s->headers; h && *h; h++)
		e->headers = e->api->slist_append(e->headers, *h);
	/* Never wait for a 100: our bodies are small next to a round trip. */
	e->headers = e->api->slist_append(e->headers, "Expect:");
	e->api->easy_setopt(e->easy, CURLOPT_HTTPHEADER, e->headers);
}

static void set_body(struct http_easy *e, const struct http_send *s)
{
	const char *method = s->method ? s->method : "POST";
	if (strcmp(method, "GET") == 0 && !s->len) {
		e->api->easy_setopt(e->easy, CURLOPT_HTTPGET, 1L);
		return;
	}
	if (strcmp(method, "HEAD") == 0) {
		e->api->easy_setopt(e->easy, CURLOPT_NOBODY, 1L);
		return;
	}
	e->body = xmalloc(s->len + 1);
	if (s->len)
		memcpy(e->body, s->body, s->len);
	e->api->easy_setopt(e->easy, CURLOPT_POSTFIELDS, e->body);
	e->api->easy_setopt(e->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)s->len);
	e->api->easy_setopt(e->easy, CURLOPT_CUSTOMREQUEST, method);
}

int http_easy_init(struct http_easy *e, const struct curl_api *api, const struct http_send *s,
                   const char *unix_path)
{
	memset(e, 0, sizeof *e);
	e->api = api;
	e->easy = api->easy_init();
	if (!e->easy)
		return error_set(&e->result.err, ERR_INTERNAL, "libcurl gives no handle");
	e->max_reply = s->max_reply ? s->max_reply : 64u << 20;
	e->started_us = clock_mono_us();
	CURL *c = e->easy;
	api->easy_setopt(c, CURLOPT_URL, s->url);
	api->easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	api->easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	api->easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	api->easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	api->easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)(s->timeout_ms > 0 ? s->timeout_ms : 60000));
	api->easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
	                 (long)(s->connect_timeout_ms > 0 ? s->connect_timeout_ms : 5000));
	api->easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	api->easy_setopt(c, CURLOPT_ERRORBUFFER, e->reason);
	api->easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	api->easy_setopt(c, CURLOPT_WRITEDATA, e);
	api->easy_setopt(c, CURLOPT_HEADERFUNCTION, on_head);
	api->easy_setopt(c, CURLOPT_HEADERDATA, e);
	if (unix_path) {
		api->easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, unix_path);
		api->easy_setopt(c, CURLOPT_PROXY, "");
	}
	if (s->no_proxy)
		api->easy_setopt(c, CURLOPT_PROXY, "");
	set_headers(e, s);
	set_body(e, s);
	return 0;
}

static int code_of(CURLcode code)
{
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return ERR_TIMEOUT;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return ERR_INVALID;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return ERR_AUTH;
	default:
		return ERR_UNAVAILABLE;
	}
}

void http_easy_finish(struct http_easy *e, CURLcode code)
{
	struct http_result *r = &e->result;
	long status = 0;
	e->api->easy_getinfo(e->easy, CURLINFO_RESPONSE_CODE, &status);
	r->status = (int)status;
	r->took_us = clock_mono_us() - e->started_us;
	if (code != CURLE_OK && !r->err.code) {
		char *url = NULL;
		e->api->easy_getinfo(e->easy, CURLINFO_EFFECTIVE_URL, &url);
		error_set(&r->err, code_of(code), "no reply from %s", url ? url : "the server");
		error_detail(&r->err, "%s", e->reason[0] ? e->reason : e->api->easy_strerror(code));
	}
}

void http_easy_free(struct http_easy *e)
{
	if (e->easy)
		e->api->easy_cleanup(e->easy);
	if (e->headers)
		e->api->slist_free_all(e->headers);
	free(e->body);
	http_result_free(&e->result);
}
