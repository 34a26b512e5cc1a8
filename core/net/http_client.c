#include "core/net/http_client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/base/mem.h"
#include "core/net/http_easy.h"
#include "core/net/socket.h"

struct http_call {
	struct http_client *client;
	http_done done;
	void *ctx;
	struct http_easy e;
};

/* A socket that libcurl wants watched. */
struct watch {
	uv_poll_t poll;
	struct http_client *client;
	curl_socket_t fd;
};

/* The name that libcurl uses for a Unix path that is too long for it. */
struct short_path {
	char *path, *use;
	int dir;
};

struct http_client {
	const struct curl_api *api;
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer;
	VEC(struct http_call *) calls;
	VEC(struct short_path) paths;
	bool closed;
	bool busy;            /* inside libcurl or a done handler */
};

static void act(struct http_client *c, curl_socket_t fd, int events);

/* ---- results ---- */

const char *http_result_header(const struct http_result *r, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);
	for (const char *p = buf_str(&r->head); *p; p += strcspn(p, "\n"), p += *p == '\n') {
		if (strncasecmp(p, name, n) != 0 || p[n] != ':')
			continue;
		p += n + 1;
		p += strspn(p, " \t");
		size_t len = strcspn(p, "\r\n");
		if (len >= size)
			len = size - 1;
		memcpy(out, p, len);
		out[len] = '\0';
		return out;
	}
	return NULL;
}

void http_result_free(struct http_result *r)
{
	buf_free(&r->body);
	buf_free(&r->head);
}

/* ---- libcurl's wishes ---- */

static void on_watch_closed(uv_handle_t *h)
{
	free(h->data);
}

static void on_socket_ready(uv_poll_t *p, int status, int events)
{
	struct watch *w = p->data;
	int flags = status < 0 ? CURL_CSELECT_ERR : 0;
	if (events & UV_READABLE)
		flags |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		flags |= CURL_CSELECT_OUT;
	act(w->client, w->fd, flags);
}

static int on_want_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct http_client *c = ctx;
	struct watch *w = socket_ctx;
	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w) {
			uv_poll_stop(&w->poll);
			uv_close((uv_handle_t *)&w->poll, on_watch_closed);
			c->api->multi_assign(c->multi, fd, NULL);
		}
		return 0;
	}
	if (!w) {
		w = xcalloc(1, sizeof *w);
		w->client = c;
		w->fd = fd;
		w->poll.data = w;
		if (uv_poll_init(c->loop, &w->poll, fd) != 0) {
			free(w);
			return -1;
		}
		c->api->multi_assign(c->multi, fd, w);
	}
	int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
	uv_poll_start(&w->poll, events, on_socket_ready);
	return 0;
}

static void on_timer(uv_timer_t *t)
{
	act(t->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_want_timer(CURLM *multi, long ms, void *ctx)
{
	struct http_client *c = ctx;
	(void)multi;
	if (ms < 0)
		uv_timer_stop(&c->timer);
	else if (!c->closed)
		uv_timer_start(&c->timer, on_timer, (uint64_t)ms, 0);
	return 0;
}

/* ---- calls ---- */

static void call_free(struct http_call *call)
{
	struct http_client *c = call->client;
	for (size_t i = 0; i < c->calls.len; i++) {
		if (c->calls.items[i] == call) {
			vec_remove(&c->calls, i);
			break;
		}
	}
	c->api->multi_remove_handle(c->multi, call->e.easy);
	http_easy_free(&call->e);
	free(call);
}

static void destroy(struct http_client *c);

static void act(struct http_client *c, curl_socket_t fd, int events)
{
	int running;
	CURLMsg *m;
	c->busy = true;
	c->api->multi_socket_action(c->multi, fd, events, &running);
	while (!c->closed && (m = c->api->multi_info_read(c->multi, &running))) {
		if (m->msg != CURLMSG_DONE)
			continue;
		struct http_call *call = NULL;
		for (size_t i = 0; i < c->calls.len; i++)
			if (c->calls.items[i]->e.easy == m->easy_handle)
				call = c->calls.items[i];
		if (!call)
			continue;
		http_easy_finish(&call->e, m->data.result);
		http_done done = call->done;
		call->done = NULL;
		done(&call->e.result, call->ctx);
		call_free(call);
	}
	c->busy = false;
	if (c->closed)
		destroy(c);
}

static const char *short_path(struct http_client *c, const char *path)
{
	for (size_t i = 0; i < c->paths.len; i++)
		if (strcmp(c->paths.items[i].path, path) == 0)
			return c->paths.items[i].use;
	char use[108];
	int dir;
	if (socket_short_path(path, use, sizeof use, &dir, NULL) != 0)
		return path; /* libcurl will say what is wrong with it */
	struct short_path s = { xstrdup(path), xstrdup(use), dir };
	vec_push(&c->paths, s);
	return s.use;
}

struct http_call *http_client_send(struct http_client *c, const struct http_send *s, http_done done,
                                   void *ctx, struct error *err)
{
	struct http_call *call = xcalloc(1, sizeof *call);
	call->client = c;
	call->done = done;
	call->ctx = ctx;
	int rc = http_easy_init(&call->e, c->api, s, s->unix_path ? short_path(c, s->unix_path) : NULL);
	if (rc) {
		if (err)
			*err = call->e.result.err;
		free(call);
		return NULL;
	}
	vec_push(&c->calls, call);
	c->api->multi_add_handle(c->multi, call->e.easy); /* asks for a timer of 0: starts in the loop */
	return call;
}

void http_call_cancel(struct http_call *call)
{
	if (call && call->done)
		call_free(call);
}

size_t http_client_running(const struct http_client *c)
{
	return c->calls.len;
}

int http_client_new(uv_loop_t *loop, struct http_client **out, struct error *err)
{
	const struct curl_api *api = curl_api_get(err);
	if (!api)
		return ERR_UNSUPPORTED;
	struct http_client *c = xcalloc(1, sizeof *c);
	c->api = api;
	c->loop = loop;
	c->multi = api->multi_init();
	api->multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_want_socket);
	api->multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	api->multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_want_timer);
	api->multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	uv_timer_init(loop, &c->timer);
	c->timer.data = c;
	*out = c;
	return 0;
}

static void on_timer_closed(uv_handle_t *h)
{
	free(h->data);
}

static void destroy(struct http_client *c)
{
	while (c->calls.len)
		call_free(c->calls.items[c->calls.len - 1]);
	vec_free(&c->calls);
	c->api->multi_cleanup(c->multi);
	for (size_t i = 0; i < c->paths.len; i++) {
		free(c->paths.items[i].path);
		free(c->paths.items[i].use);
		if (c->paths.items[i].dir >= 0)
			close(c->paths.items[i].dir);
	}
	vec_free(&c->paths);
	uv_timer_stop(&c->timer);
	uv_close((uv_handle_t *)&c->timer, on_timer_closed);
}

void http_client_close(struct http_client *c)
{
	if (!c || c->closed)
		return;
	c->closed = true;
	if (!c->busy)
		destroy(c);
}
