/* How a request reaches the other side. One implementation speaks HTTP over the server's Unix socket or
 * to an endpoint URL with signatures (transport_http); tests bring their own. */
#ifndef CORE_CLIENT_TRANSPORT_H
#define CORE_CLIENT_TRANSPORT_H

#include <stddef.h>
#include <uv.h>

#include "core/base/buf.h"
#include "core/base/error.h"

/* status 0: nothing came back, err says why. Otherwise an HTTP status and the body, valid during the
 * call only. Called exactly once unless the request is cancelled; never from inside send. */
typedef void (*transport_done)(void *arg, int status, const char *body, size_t len,
                               const struct error *err);

struct transport;
struct transport_ops {
	/* body is copied. Gives a handle for cancel; NULL and err when the request could not be made. */
	void *(*send)(struct transport *t, const char *target, const char *body, size_t len, int timeout_ms,
	              transport_done done, void *arg, struct error *err);
	void (*cancel)(struct transport *t, void *handle);  /* done is not called */
	/* Ask and wait: 0 with *status and the body appended to out, or an error. Optional: without it the
	 * caller runs the loop. */
	int (*call)(struct transport *t, const char *target, const char *body, size_t len, int timeout_ms,
	            int *status, struct buf *out, struct error *err);
	void (*free)(struct transport *t);                  /* cancels what is under way */
};

struct transport {
	const struct transport_ops *ops;
};

struct transport_http_options {
	const char *unix_path;    /* requests go here, unsigned; NULL: to `url` */
	const char *url;          /* "https://elasticmapreduce.eu-west-1.amazonaws.com" */
	const char *monitoring_url; /* of CloudWatch's operations; NULL: `url` too */
	const char *region, *access_key, *secret_key, *session_token;
};

int transport_http(uv_loop_t *loop, const struct transport_http_options *o, struct transport **out,
                   struct error *err);

#endif
