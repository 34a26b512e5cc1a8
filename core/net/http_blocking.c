/* The blocking call. Over a Unix socket it speaks HTTP/1.0 itself: a reply then has no chunks and ends
 * with the connection, and a command line starts without loading libcurl. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/net/http_easy.h"
#include "core/net/socket.h"

static int wait_for(int fd, short events, int64_t until_us, struct error *err)
{
	for (;;) {
		int64_t left = until_us - clock_mono_us();
		if (left <= 0)
			return error_set(err, ERR_TIMEOUT, "the server did not answer in time");
		struct pollfd p = { .fd = fd, .events = events };
		int n = poll(&p, 1, (int)(left / 1000) + 1);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return error_errno(err, errno, "cannot wait for the server");
	}
}

static void build(const struct http_send *s, struct buf *out)
{
	const char *host = s->url ? strstr(s->url, "://") : NULL;
	host = host ? host + 3 : "localhost/";
	size_t n = strcspn(host, "/");
	buf_addf(out, "%s %s HTTP/1.0\r\nHost: %.*s\r\n", s->method ? s->method : "POST",
	         host[n] ? host + n : "/", (int)n, host);
	for (const char *const *h = s->headers; h && *h; h++)
		buf_addf(out, "%s\r\n", *h);
	buf_addf(out, "Content-Length: %zu\r\n\r\n", s->len);
	buf_add(out, s->body, s->len);
}

static int send_all(int fd, const struct buf *b, int64_t until, struct error *err)
{
	size_t at = 0;
	while (at < b->len) {
		ssize_t n = send(fd, b->data + at, b->len - at, MSG_NOSIGNAL);
		if (n > 0)
			at += (size_t)n;
		else if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return 0; /* it may have answered before it closed */
		else if (n < 0 && errno != EAGAIN && errno != EINTR)
			return error_errno(err, errno, "cannot send the request");
		else if (wait_for(fd, POLLOUT, until, err))
			return ERR_TIMEOUT;
	}
	return 0;
}

static int read_all(int fd, struct buf *b, size_t max, int64_t until, struct error *err)
{
	for (;;) {
		buf_reserve(b, 65536);
		ssize_t n = recv(fd, b->data + b->len, 65536, 0);
		if (n == 0)
			return 0;
		if (n > 0) {
			b->len += (size_t)n;
			b->data[b->len] = '\0';
			if (b->len > max)
				return error_set(err, ERR_FULL, "the reply is larger than the %zu bytes allowed", max);
		} else if (errno == ECONNRESET) {
			return 0;
		} else if (errno != EAGAIN && errno != EINTR) {
			return error_errno(err, errno, "cannot read the reply");
		} else if (wait_for(fd, POLLIN, until, err)) {
			return ERR_TIMEOUT;
		}
	}
}

/* Split what was read into head and body; a shorter body than announced is a lost connection. */
static int split(struct buf *raw, struct http_result *r)
{
	int minor, status;
	char *end = raw->len ? strstr(raw->data, "\r\n\r\n") : NULL;
	if (!end || sscanf(raw->data, "HTTP/1.%d %d", &minor, &status) != 2)
		return error_set(&r->err, ERR_UNAVAILABLE, "the server closed the connection without a reply");
	size_t head = (size_t)(end - raw->data) + 4;
	buf_add(&r->head, raw->data, head);
	r->status = status;
	char len[32];
	if (http_result_header(r, "Content-Length", len, sizeof len) &&
	    strtoull(len, NULL, 10) != raw->len - head)
		return error_set(&r->err, ERR_UNAVAILABLE, "the connection was lost in the middle of the reply");
	r->body = *raw;
	*raw = (struct buf)BUF_INIT;
	buf_consume(&r->body, head);
	return 0;
}

static int over_unix(const struct http_send *s, struct http_result *r)
{
	int fd, rc = socket_connect_unix(s->unix_path, &fd, &r->err);
	if (rc)
		return rc;
	int64_t until = clock_mono_us() + (int64_t)(s->timeout_ms > 0 ? s->timeout_ms : 60000) * 1000;
	size_t max = s->max_reply ? s->max_reply : 64u << 20;
	struct buf b = BUF_INIT;
	build(s, &b);
	rc = send_all(fd, &b, until, &r->err);
	buf_clear(&b);
	if (!rc)
		rc = read_all(fd, &b, max, until, &r->err);
	if (!rc)
		rc = split(&b, r);
	close(fd);
	buf_free(&b);
	return rc;
}

static int over_curl(const struct http_send *s, struct http_result *r)
{
	const struct curl_api *api = curl_api_get(&r->err);
	if (!api)
		return ERR_UNSUPPORTED;
	struct http_easy e;
	if (http_easy_init(&e, api, s, NULL) == 0)
		http_easy_finish(&e, api->easy_perform(e.easy));
	*r = e.result;
	memset(&e.result, 0, sizeof e.result);
	http_easy_free(&e);
	return r->err.code;
}

int http_blocking(const struct http_send *s, struct http_result *r)
{
	memset(r, 0, sizeof *r);
	if (!s->unix_path)
		return over_curl(s, r);
	int64_t started = clock_mono_us();
	int rc = over_unix(s, r);
	r->took_us = clock_mono_us() - started;
	return rc;
}
