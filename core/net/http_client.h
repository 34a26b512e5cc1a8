/* An HTTP client: asynchronous on a libuv loop (libcurl's multi interface: TCP, TLS, Unix sockets, kept
 * connections), and one blocking call for command lines.
 *
 * libcurl is opened at run time by the first call that needs it: it costs 5 ms and 6 MB, and neither the
 * first paint nor a command over the Unix socket has to pay that. Replies are never followed to another
 * place (a redirect would carry a signature along). */
#ifndef CORE_NET_HTTP_CLIENT_H
#define CORE_NET_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "core/base/buf.h"
#include "core/base/error.h"

struct http_client;
struct http_call;

struct http_send {
	const char *method;            /* NULL = "POST" */
	const char *url;               /* "http://127.0.0.1:8998/path"; for a Unix socket the host is only a name */
	const char *unix_path;         /* connect there instead; NULL = by the URL */
	const char *const *headers;    /* "Name: value", ended by NULL; may be NULL */
	const void *body;
	size_t len;
	int timeout_ms;                /* of the whole call; 0 = 60 s */
	int connect_timeout_ms;        /* 0 = 5 s */
	bool no_proxy;                 /* whatever the environment says of proxies */
	size_t max_reply;              /* 0 = 64 MiB; longer: ERR_FULL */
};

/* What came back. err.code is 0 when a whole reply was read, whatever its status; ERR_UNAVAILABLE (nobody
 * answers, connection lost), ERR_TIMEOUT, ERR_FULL, ERR_INVALID (bad URL) otherwise. */
struct http_result {
	struct error err;
	int status;
	struct buf body, head;         /* head: the header lines of the last reply */
	int64_t took_us;
};

/* Value of a header, any case, into out (cut to size); NULL when absent. */
const char *http_result_header(const struct http_result *r, const char *name, char *out, size_t size);
void http_result_free(struct http_result *r);

typedef void (*http_done)(const struct http_result *r, void *ctx);

int http_client_new(uv_loop_t *loop, struct http_client **out, struct error *err);
/* All of *s is copied. done is called once, from the loop, never from inside this call; the result lives
 * during that call. NULL only when libcurl is missing (err says so). */
struct http_call *http_client_send(struct http_client *c, const struct http_send *s, http_done done,
                                   void *ctx, struct error *err);
void http_call_cancel(struct http_call *call);  /* done will not be called; not for a call that is done */
size_t http_client_running(const struct http_client *c);
/* Cancels everything; freed in the loop. May be called from a done handler. NULL is allowed. */
void http_client_close(struct http_client *c);

/* Blocking. Over a Unix socket without libcurl. Gives r->err.code; always http_result_free afterwards. */
int http_blocking(const struct http_send *s, struct http_result *r);

#endif
