/* The HTTP server and the HTTP client talk to each other on one loop, and to raw sockets. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/mem.h"
#include "core/net/http_client.h"
#include "core/net/http_server.h"
#include "core/net/socket.h"

struct env {
	uv_loop_t loop;
	char dir[64], *path;
	uint16_t port;
	struct http_server *server;
	struct http_client *client;
	int requests;
	struct http_request *parked[300];   /* answered later by the test */
	size_t n_parked;
	bool park, close_in_handler;
	char seen[512];
};

static void on_request(struct http_request *r, void *ctx)
{
	struct env *e = ctx;
	size_t len;
	const char *body = http_request_body(r, &len);
	const char *h = http_request_header(r, "x-test");
	const char *p = http_request_param(r, "q");
	e->requests++;
	snprintf(e->seen, sizeof e->seen, "%s %s q=%s h=%s n=%zu unix=%d uid=%d", http_request_method(r),
	         http_request_path(r), p ? p : "-", h ? h : "-", len, http_request_is_unix(r),
	         http_request_is_unix(r) ? http_request_uid(r) == geteuid() : -1);
	if (e->close_in_handler)
		http_server_close(e->server);
	if (e->park) {
		e->parked[e->n_parked++] = r;
		return;
	}
	http_reply_header(r, "X-Answer", "yes\r\nX-Evil: 1");
	http_reply(r, 200, "text/plain", body, len);
}

static int setup(void **state)
{
	struct env *e = xcalloc(1, sizeof *e);
	strcpy(e->dir, "/tmp/stoker-http-XXXXXX");
	assert_non_null(mkdtemp(e->dir));
	uv_loop_init(&e->loop);
	struct http_server_options o = { .on_request = on_request, .ctx = e, .max_body = 1 << 20, .max_held = 3 << 20 };
	struct error err;
	assert_int_equal(http_server_new(&e->loop, &o, &e->server, &err), 0);
	e->path = xasprintf("%s/api.sock", e->dir);
	int fd;
	assert_int_equal(socket_listen_unix(e->path, &fd, &err), 0);
	assert_int_equal(http_server_listen(e->server, fd, &err), 0);
	assert_int_equal(socket_listen_tcp(0, false, &fd, &e->port, &err), 0);
	assert_int_equal(http_server_listen(e->server, fd, &err), 0);
	assert_int_equal(http_client_new(&e->loop, &e->client, &err), 0);
	*state = e;
	return 0;
}

static int teardown(void **state)
{
	struct env *e = *state;
	http_client_close(e->client);
	http_server_close(e->server);
	int64_t until = clock_mono_us() + 60000000;
	while (uv_run(&e->loop, UV_RUN_NOWAIT) && clock_mono_us() < until)
		usleep(1000);
	assert_int_equal(uv_loop_close(&e->loop), 0);
	fs_remove_tree(e->dir, NULL);
	free(e->path);
	free(e);
	return 0;
}

struct answer {
	int done, code, status;
	char body[256], header[64], detail[1024];
	size_t len;
	struct http_call *cancel;
	struct http_client *close;
};

static void on_done(const struct http_result *r, void *ctx)
{
	struct answer *a = ctx;
	a->done++;
	a->code = r->err.code;
	a->status = r->status;
	a->len = r->body.len;
	snprintf(a->body, sizeof a->body, "%s", buf_str(&r->body));
	snprintf(a->detail, sizeof a->detail, "%s", r->err.detail);
	if (!http_result_header(r, "x-answer", a->header, sizeof a->header))
		a->header[0] = '\0';
	if (a->cancel)
		http_call_cancel(a->cancel);
	if (a->close)
		http_client_close(a->close);
}

static void on_tick(uv_timer_t *t)
{
	(void)t;
}

#define WAIT(e, cond) \
	do { \
		int64_t until_us = clock_mono_us() + 60000000; \
		uv_timer_t tick; \
		uv_timer_init(&(e)->loop, &tick); \
		uv_timer_start(&tick, on_tick, 5, 5); \
		while (!(cond) && clock_mono_us() < until_us) \
			uv_run(&(e)->loop, UV_RUN_ONCE); \
		uv_close((uv_handle_t *)&tick, NULL); \
		uv_run(&(e)->loop, UV_RUN_NOWAIT); \
		assert_true(cond); \
	} while (0)

static struct http_call *post(struct env *e, bool tcp, const char *path, const void *body, size_t len,
                              struct answer *a)
{
	char url[256];
	static const char *const headers[] = { "X-Test: one", "Content-Type: application/json", NULL };
	snprintf(url, sizeof url, "http://127.0.0.1:%u%s", e->port, path);
	struct http_send s = {
		.url = url, .unix_path = tcp ? NULL : e->path, .headers = headers, .body = body, .len = len
	};
	struct http_call *c = http_client_send(e->client, &s, on_done, a, NULL);
	assert_non_null(c);
	return c;
}

static void answers_over_tcp_and_unix(void **state)
{
	struct env *e = *state;
	struct answer a = { 0 };
	post(e, true, "/a%20b%2fc?x=1&q=u%26v+w", "hello", 5, &a);
	assert_int_equal(a.done, 0);
	WAIT(e, a.done == 1);
	assert_int_equal(a.status, 200);
	assert_string_equal(a.body, "hello");
	assert_string_equal(a.header, "yesX-Evil: 1");
	assert_string_equal(e->seen, "POST /a b/c q=u&v w h=one n=5 unix=0 uid=-1");
	post(e, false, "/", "", 0, &a);
	WAIT(e, a.done == 2);
	assert_string_equal(e->seen, "POST / q=- h=one n=0 unix=1 uid=1");
}

static void replies_may_come_later_and_in_any_order(void **state)
{
	struct env *e = *state;
	struct answer a[20] = { 0 };
	e->park = true;
	for (int i = 0; i < 20; i++)
		post(e, i % 2, "/", "x", 1, &a[i]);
	WAIT(e, e->n_parked == 20);
	assert_int_equal(http_server_pending(e->server), 20);
	for (int i = 19; i >= 0; i--)
		http_reply(e->parked[i], 200, "text/plain", "later", 5);
	assert_int_equal(http_server_pending(e->server), 0);
	for (int i = 0; i < 20; i++) {
		WAIT(e, a[i].done == 1);
		assert_string_equal(a[i].body, "later");
	}
	/* The kept connections serve on. */
	e->park = false;
	post(e, true, "/", "again", 5, &a[0]);
	WAIT(e, a[0].done == 2);
	assert_string_equal(a[0].body, "again");
}

static void bodies_have_a_limit(void **state)
{
	struct env *e = *state;
	struct answer a = { 0 };
	size_t n = 1 << 20;
	char *big = xmalloc(3 * n);
	memset(big, 'x', 3 * n);
	post(e, true, "/", big, n, &a);
	WAIT(e, a.done == 1);
	assert_int_equal(a.status, 200);
	assert_int_equal(a.len, n);
	for (int tcp = 0; tcp < 2; tcp++) {
		e->requests = 0;
		a.done = 0;
		post(e, tcp, "/", big, 3 * n, &a);
		WAIT(e, a.done == 1);
		assert_int_equal(a.status, 413);
		assert_string_equal(a.body, "{\"__type\":\"RequestEntityTooLargeException\",\"Message\":\"The "
		                            "request body is larger than the 1048576 bytes allowed.\"}");
		assert_int_equal(e->requests, 0);
	}
	free(big);
}

/* Many bodies together have one too: what strangers send is not kept without end. */
static void all_bodies_have_a_limit(void **state)
{
	struct env *e = *state;
	struct answer a[4] = { 0 }, last = { 0 };
	size_t n = 1 << 20;
	char *big = xmalloc(n);
	memset(big, 'x', n);
	e->park = true;
	for (int i = 0; i < 3; i++) {
		post(e, true, "/", big, n, &a[i]);
		WAIT(e, e->n_parked == (size_t)i + 1);
	}
	post(e, true, "/", big, n, &a[3]);
	WAIT(e, a[3].done == 1);
	assert_int_equal(a[3].status, 503);
	assert_non_null(strstr(a[3].body, "try again"));
	for (int i = 0; i < 3; i++)
		http_reply(e->parked[i], 200, NULL, "", 0);
	WAIT(e, a[0].done && a[1].done && a[2].done);
	e->park = false;
	post(e, true, "/", big, n, &last);
	WAIT(e, last.done == 1);
	assert_int_equal(last.status, 200);
	free(big);
}

static void a_client_that_goes_does_no_harm(void **state)
{
	struct env *e = *state;
	struct answer a = { 0 };
	e->park = true;
	struct http_call *c = post(e, true, "/", "x", 1, &a);
	WAIT(e, e->n_parked == 1);
	http_call_cancel(c);
	assert_int_equal(http_client_running(e->client), 0);
	http_reply(e->parked[0], 200, NULL, "gone", 4);
	e->park = false;
	post(e, true, "/", "y", 1, &a);
	WAIT(e, a.done == 1);
	assert_string_equal(a.body, "y");
}

static void the_client_names_what_went_wrong(void **state)
{
	struct env *e = *state;
	struct answer a = { 0 };
	char *nobody = xasprintf("%s/none.sock", e->dir);
	struct http_send s = { .url = "http://localhost/", .unix_path = nobody };
	assert_non_null(http_client_send(e->client, &s, on_done, &a, NULL));
	WAIT(e, a.done == 1);
	assert_int_equal(a.code, ERR_UNAVAILABLE);
	s = (struct http_send){ .url = "file:///etc/passwd" };
	assert_non_null(http_client_send(e->client, &s, on_done, &a, NULL));
	WAIT(e, a.done == 2);
	assert_int_equal(a.code, ERR_INVALID);
	e->park = true;
	s = (struct http_send){ .url = "http://x/", .unix_path = e->path, .timeout_ms = 60 };
	assert_non_null(http_client_send(e->client, &s, on_done, &a, NULL));
	WAIT(e, a.done == 3);
	assert_int_equal(a.code, ERR_TIMEOUT);
	e->park = false;
	s = (struct http_send){ .url = "http://x/", .unix_path = e->path, .body = "12345", .len = 5,
	                        .max_reply = 4 };
	assert_non_null(http_client_send(e->client, &s, on_done, &a, NULL));
	WAIT(e, a.done == 4);
	assert_int_equal(a.code, ERR_FULL);
	for (size_t i = 0; i < e->n_parked; i++)
		http_reply(e->parked[i], 200, NULL, "", 0);
	free(nobody);
}

static void handlers_of_the_client_may_cancel_and_close(void **state)
{
	struct env *e = *state;
	struct answer a = { 0 }, b = { 0 };
	e->park = true;
	a.cancel = post(e, true, "/", "b", 1, &b);
	WAIT(e, e->n_parked == 1);
	post(e, true, "/", "a", 1, &a);
	WAIT(e, e->n_parked == 2);
	http_reply(e->parked[1], 200, NULL, "a", 1);
	WAIT(e, a.done == 1);
	a.cancel = NULL;
	post(e, false, "/", "c", 1, &b);
	WAIT(e, e->n_parked == 3);
	a.close = e->client;
	post(e, false, "/", "d", 1, &a);
	WAIT(e, e->n_parked == 4);
	http_reply(e->parked[3], 200, NULL, "d", 1);
	WAIT(e, a.done == 2);
	e->client = NULL;
	assert_int_equal(b.done, 0);
	http_reply(e->parked[0], 200, NULL, "", 0);
	http_reply(e->parked[2], 200, NULL, "", 0);
}

static void closing_answers_what_waits(void **state)
{
	struct env *e = *state;
	struct answer a = { 0 };
	e->park = true;
	post(e, true, "/", "a", 1, &a);
	WAIT(e, e->n_parked == 1);
	http_server_close(e->server);
	e->server = NULL;
	WAIT(e, a.done == 1);
	assert_int_equal(a.status, 503);
	assert_non_null(strstr(a.body, "ServiceUnavailableException"));
	/* Nobody listens any more. */
	post(e, true, "/", "a", 1, &a);
	WAIT(e, a.done == 2);
	assert_int_equal(a.code, ERR_UNAVAILABLE);
}

static void a_handler_may_close_the_server(void **state)
{
	struct env *e = *state;
	struct answer a = { 0 };
	e->close_in_handler = true;
	post(e, false, "/", "bye", 3, &a);
	WAIT(e, a.done == 1);
	e->server = NULL;
	assert_string_equal(a.body, "bye");
}

/* ---- raw sockets ---- */

static int raw_connect(struct env *e)
{
	int fd;
	assert_int_equal(socket_connect_unix(e->path, &fd, NULL), 0);
	return fd;
}

static void raw_exchange(struct env *e, int fd, const char *text, size_t n, struct buf *out,
                         const char *until)
{
	size_t at = 0;
	int64_t deadline = clock_mono_us() + 60000000;
	buf_clear(out);
	while (clock_mono_us() < deadline) {
		if (at < n) {
			ssize_t w = send(fd, text + at, n - at < 7 ? n - at : 7, MSG_NOSIGNAL);
			at += w > 0 ? (size_t)w : 0;
		}
		uv_run(&e->loop, UV_RUN_NOWAIT);
		char b[4096];
		ssize_t r = recv(fd, b, sizeof b, MSG_DONTWAIT);
		if (r > 0)
			buf_add(out, b, (size_t)r);
		if ((until && strstr(buf_str(out), until)) || r == 0)
			return;
	}
	fail_msg("no answer; got '%s'", buf_str(out));
}

static void raw_requests(void **state)
{
	struct env *e = *state;
	struct buf b = BUF_INIT;
	int fd = raw_connect(e);
	/* Torn into small pieces, chunked, and two requests in one connection. */
	static const char two[] = "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nx-test: a\r\n"
		"X-Test: b\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
		"POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nxyz";
	raw_exchange(e, fd, two, sizeof two - 1, &b, "xyz");
	assert_non_null(strstr(b.data, "abcde"));
	assert_int_equal(e->requests, 2);
	close(fd);
	fd = raw_connect(e);
	raw_exchange(e, fd, "nonsense\r\n\r\n", 12, &b, NULL);
	assert_int_equal(e->requests, 2);
	close(fd);
	/* An announced body that never comes, and a header that never ends. */
	fd = raw_connect(e);
	static const char half[] = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc";
	assert_true(send(fd, half, sizeof half - 1, 0) > 0);
	for (int i = 0; i < 10; i++)
		uv_run(&e->loop, UV_RUN_NOWAIT);
	close(fd);
	fd = raw_connect(e);
	char *endless = xmalloc(100000);
	memset(endless, 'a', 100000);
	memcpy(endless, "GET / HTTP/1.1\r\nX-Long: ", 24);
	for (size_t at = 0; at < 100000;) {
		ssize_t w = send(fd, endless + at, 100000 - at, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (w < 0 && errno != EAGAIN)
			break;
		at += w > 0 ? (size_t)w : 0;
		uv_run(&e->loop, UV_RUN_NOWAIT);
	}
	raw_exchange(e, fd, "", 0, &b, NULL);
	assert_int_equal(e->requests, 2);
	free(endless);
	close(fd);
	buf_free(&b);
}

/* Where a body ends must be said once: a request hidden in the body of another one is never handed out. */
static void ambiguous_requests(void **state)
{
	struct env *e = *state;
	struct buf b = BUF_INIT;
	static const char *const heads[] = {
		"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 4\r\nContent-Length: 0\r\n",
		"Content-Length: 4\r\nContent-Length: 4\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		"Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: gzip, chunked\r\n", "Content-Length : 4\r\n",
	};
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		char *text = xasprintf("POST /1 HTTP/1.1\r\nHost: h\r\n%s\r\n0\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\n"
		                       "Content-Length: 0\r\n\r\n", heads[i]);
		int fd = raw_connect(e);
		raw_exchange(e, fd, text, strlen(text), &b, "MalformedHttpRequestException");
		if (!strstr(buf_str(&b), " 400 ") || !strcasestr(buf_str(&b), "Connection: close"))
			fail_msg("%s: %s", heads[i], buf_str(&b));
		close(fd);
		free(text);
	}
	assert_int_equal(e->requests, 0);
	buf_free(&b);
}

/* ---- the blocking call: from a thread, since the server needs the loop ---- */

struct blocking {
	struct http_send s;
	struct http_result r;
	int rc;
	volatile int done;
};

static void *blocking_thread(void *arg)
{
	struct blocking *b = arg;
	b->rc = http_blocking(&b->s, &b->r);
	__atomic_store_n(&b->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

static void run_blocking(struct env *e, struct blocking *b)
{
	pthread_t t;
	b->done = 0;
	pthread_create(&t, NULL, blocking_thread, b);
	WAIT(e, __atomic_load_n(&b->done, __ATOMIC_ACQUIRE));
	pthread_join(t, NULL);
}

static void blocking_calls(void **state)
{
	struct env *e = *state;
	static const char *const headers[] = { "X-Test: blocking", NULL };
	char url[64], h[32];
	size_t n = 900000;
	char *body = xmalloc(n);
	memset(body, 'y', n);
	snprintf(url, sizeof url, "http://127.0.0.1:%u/p", e->port);
	struct blocking b = {
		.s = { .url = "http://local/p?q=1", .unix_path = e->path, .headers = headers, .body = body, .len = n }
	};
	run_blocking(e, &b);
	assert_int_equal(b.rc, 0);
	assert_int_equal(b.r.status, 200);
	assert_int_equal(b.r.body.len, n);
	assert_string_equal(e->seen, "POST /p q=1 h=blocking n=900000 unix=1 uid=1");
	assert_non_null(http_result_header(&b.r, "content-type", h, sizeof h));
	assert_string_equal(h, "text/plain");
	http_result_free(&b.r);
	b.s.unix_path = NULL;
	b.s.url = url;
	run_blocking(e, &b);
	assert_int_equal(b.rc, 0);
	assert_int_equal(b.r.body.len, n);
	http_result_free(&b.r);
	free(body);
	b.s = (struct http_send){ .url = "http://l/", .unix_path = "/nowhere/api.sock" };
	assert_int_equal(http_blocking(&b.s, &b.r), ERR_UNAVAILABLE);
	http_result_free(&b.r);
	e->park = true;
	b.s = (struct http_send){ .unix_path = e->path, .timeout_ms = 50 };
	run_blocking(e, &b);
	assert_int_equal(b.rc, ERR_TIMEOUT);
	http_result_free(&b.r);
	http_reply(e->parked[0], 200, NULL, "", 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(answers_over_tcp_and_unix),
		T(replies_may_come_later_and_in_any_order),
		T(bodies_have_a_limit),
		T(all_bodies_have_a_limit),
		T(a_client_that_goes_does_no_harm),
		T(the_client_names_what_went_wrong),
		T(handlers_of_the_client_may_cancel_and_close),
		T(closing_answers_what_waits),
		T(a_handler_may_close_the_server),
		T(raw_requests),
		T(ambiguous_requests),
		T(blocking_calls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
