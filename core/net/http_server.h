/* An HTTP/1.1 server on a libuv loop: libmicrohttpd without threads, driven through its epoll descriptor.
 *
 * One handler gets every request once its body has arrived; it answers at once or at any later time by
 * http_reply (a long poll, or the replies of one loop turn after their common commit). A request lives
 * until it is answered; every request must be answered exactly once, also when its client has gone.
 *
 * Answers of the server itself (body too large, closing) are JSON, `{"__type":…,"Message":…}`; only what
 * is not HTTP at all is refused by libmicrohttpd in its own words. */
#ifndef CORE_NET_HTTP_SERVER_H
#define CORE_NET_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "core/base/error.h"

struct http_server;
struct http_request;

#define HTTP_BODY_LIMIT (4u << 20)
#define HTTP_HELD_LIMIT (128u << 20)

struct http_server_options {
	void (*on_request)(struct http_request *r, void *ctx);
	void *ctx;
	size_t max_body;        /* 0 = HTTP_BODY_LIMIT; larger ones are answered 413 without on_request */
	size_t max_held;        /* of all bodies together, 0 = HTTP_HELD_LIMIT; what is beyond is answered 503 */
	int idle_timeout_s;     /* of a kept-alive connection between requests; 0 = 120 */
	int max_connections;    /* 0 = 512 */
};

int http_server_new(uv_loop_t *loop, const struct http_server_options *o, struct http_server **out,
                    struct error *err);
/* Accept from a listening descriptor (core/net/socket.h); takes fd. Peers of another user are turned away
 * from Unix sockets. May be called several times. */
int http_server_listen(struct http_server *s, int fd, struct error *err);
/* No new connections; those that exist are served on. Closes the descriptors of http_server_listen. */
void http_server_quiesce(struct http_server *s);
/* Requests that were handed out and not answered yet. */
size_t http_server_pending(const struct http_server *s);
/* End: waits up to 200 ms for answers that are being sent, answers pending requests with 503 (their
 * pointers are dead afterwards), closes everything. The struct is freed in the loop. NULL is allowed. */
void http_server_close(struct http_server *s);

/* ---- a request; strings live as long as it does ---- */

const char *http_request_method(const struct http_request *r);
const char *http_request_target(const struct http_request *r);  /* as sent: "/a%20b?x=1" */
const char *http_request_path(const struct http_request *r);    /* decoded, without the query: "/a b" */
/* Decoded value of a query parameter, "" for one without a value, NULL when absent. */
const char *http_request_param(const struct http_request *r, const char *name);
/* Value of a header, any case; values of a repeated one are joined with ","; NULL when absent. */
const char *http_request_header(const struct http_request *r, const char *name);
const char *http_request_body(const struct http_request *r, size_t *len); /* NUL-terminated, never NULL */
bool http_request_is_unix(const struct http_request *r);
/* Address of the client as a number; "unix" over the Unix socket; "" when unknown. */
const char *http_request_peer(const struct http_request *r);
uid_t http_request_uid(const struct http_request *r);           /* of the peer; only for Unix sockets */

/* Add a header to the answer; before http_reply. CR and LF in the value are dropped. */
void http_reply_header(struct http_request *r, const char *name, const char *value);
/* Answer and end the request. body is copied. type is the Content-Type (NULL: none). */
void http_reply(struct http_request *r, int status, const char *type, const void *body, size_t len);

#endif
