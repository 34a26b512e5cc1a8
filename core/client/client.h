/* A client of one context: the server of this machine over its Unix socket, or an endpoint URL (another
 * server, or Amazon EMR itself) with a region and keys.
 *
 * Calls are JSON objects by target ("ElasticMapReduce.ListClusters", "Stoker.GetCost"). Asynchronous
 * calls end in one callback on the loop; client_call is the same for programs that can wait. Errors of
 * the other side come with its class in error.class_ (ValidationException …), code by its kind:
 * ERR_UNSUPPORTED unknown operation, ERR_AUTH not allowed, ERR_FULL throttled, ERR_UNAVAILABLE nobody
 * there, ERR_INVALID every other refusal. */
#ifndef CORE_CLIENT_CLIENT_H
#define CORE_CLIENT_CLIENT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <uv.h>

#include "core/base/error.h"
#include "core/client/transport.h"

struct client;
struct client_request;

struct client_options {
	const char *home;          /* folder of the local server; NULL: fs_home() */
	const char *endpoint;      /* NULL: the local server; "aws": Amazon's of the region; else a URL */
	const char *region;        /* NULL: $AWS_REGION, $AWS_DEFAULT_REGION, "us-east-1"; also of a local server */
	const char *access_key, *secret_key, *session_token; /* NULL: $AWS_ACCESS_KEY_ID and its kin */
	bool no_start;             /* do not start a local server that is not there */
};

/* loop NULL: the client has one of its own (then only client_call is of use). Does not touch the network. */
int client_open(uv_loop_t *loop, const struct client_options *o, struct client **out, struct error *err);
/* With a transport of the caller's (tests); takes it. */
struct client *client_open_with(uv_loop_t *loop, struct transport *t);
void client_close(struct client *c);               /* pending callbacks are not called; NULL is allowed */

const char *client_name(const struct client *c);   /* "local", "aws/eu-west-1", or the URL's host */
bool client_is_local(const struct client *c);
const char *client_region(const struct client *c); /* whose world it speaks to */
const char *client_home(const struct client *c);
uv_loop_t *client_loop(const struct client *c);

/* Exactly one of reply and err is not NULL; both live during the call only. ms: how long it took. */
typedef void (*client_done)(void *arg, const cJSON *reply, const struct error *err, double ms);

/* `in` is borrowed (NULL = {}). Gives NULL and err when it could not even be sent; done is then not called. */
struct client_request *client_send(struct client *c, const char *target, const cJSON *in, int timeout_ms,
                                   client_done done, void *arg, struct error *err);
void client_cancel(struct client_request *r);      /* done is not called; NULL is allowed */

/* Ask and wait (30 s at most). A local server that is not there is started first, unless no_start.
 * *out (may be NULL) is the caller's: cJSON_Delete. Not to be called from inside a callback. */
int client_call(struct client *c, const char *target, cJSON *in, cJSON **out, struct error *err);

/* Local contexts: start `stokerd server` in the background, found beside the program, and return at once;
 * its messages go to <home>/log/server.log. Two consoles may do this at the same time: the second
 * server sees the first one's socket and ends. */
int client_start_server(struct client *c, struct error *err);
bool client_may_start(const struct client *c);
/* As client_start_server, then wait until it answers (up to timeout_ms). ERR_UNAVAILABLE with the last
 * lines of its log when it does not. */
int client_start_server_wait(struct client *c, int timeout_ms, struct error *err);

/* Turn an HTTP answer into 0 and *out, or an error; for tests and the transport. */
int client_parse_reply(const char *target, int status, const char *body, size_t len, cJSON **out,
                       struct error *err);

#endif
