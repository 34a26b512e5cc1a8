/* The control plane's door: every piece of state that the server has, and what may be asked of it.
 * See README.md for how it thinks.
 *
 * One libuv loop owns it; nothing here may be called from another thread. */
#ifndef CORE_CONTROL_CONTROL_H
#define CORE_CONTROL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "core/base/error.h"

struct control;

struct control_options {
	const char *home;          /* absolute; must exist */
	const char *program;       /* path of stokerd, for the processes that are started */
	const char *region;
	const char *endpoint;      /* http://127.0.0.1:port, "" when there is none */
	const char *access_key, *secret_key;
	const char *api_token;     /* bearer token of /metrics and /api/v1 */
	int spot_notice_s;         /* from a spot interruption's notice to its end; 0 = 120 */
	int memory_share;          /* per cent of the machine's memory that may be granted; 0 = 60 */
	void (*stop)(void *ctx);   /* StopServer: end the loop soon (its reply leaves first) */
	void *ctx;
};

/* Opens the journal, rebuilds all state and begins to listen for workers and drivers. */
int control_new(uv_loop_t *loop, const struct control_options *o, struct control **out, struct error *err);
/* Commit what is open, close the links (workers go on), release everything. NULL is allowed. */
void control_free(struct control *ctl);
/* The endpoint becomes known after control_new: what steps and GetEnvironment are told. Copied. */
void control_set_endpoint(struct control *ctl, const char *endpoint);

/* Answer of a call. body is "" or JSON; error_type is NULL on success. */
struct control_reply {
	int status;
	const char *body;
	size_t len;
	const char *error_type;
};
typedef void (*control_reply_fn)(const struct control_reply *r, void *ctx);

/* Who asks. Strings are copied; NULL counts as "". */
struct control_caller {
	bool local;                /* over the Unix socket: the owner of the server */
	const char *user;          /* of the key that signed */
	const char *access_key;
	const char *region;        /* of the signature; "": the server's own */
	const char *source;        /* address of the peer, "unix:UID" for the socket */
	const char *user_agent;
	const char *request_id;    /* as its answer says it */
};

/* One request: target is the X-Amz-Target header ("ElasticMapReduce.RunJobFlow", "Stoker.ListAlarms").
 * done is called exactly once: after the commit that holds the request's effect, or with an error. It may be
 * called much later (WatchState). */
void control_call(struct control *ctl, const char *target, const char *body, size_t len,
                  const struct control_caller *who, control_reply_fn done, void *ctx);

/* Is there an operation of this name ("ElasticMapReduce.RunJobFlow")? */
bool control_serves(const char *target);

/* The secret of an access key that may sign requests now, and whose it is; NULL: unknown, or not active.
 * Both live until the next call into ctl. */
const char *control_secret(struct control *ctl, const char *access_key, const char **user);

/* Prometheus text; caller frees. */
char *control_prometheus(struct control *ctl);

/* Begin to end every cluster (StopServer with Mode terminate); `stop` is called when all have ended. */
void control_terminate_all(struct control *ctl);

/* A named value that lives in the journal (the port that was chosen). get: caller frees, NULL when absent. */
char *control_setting(struct control *ctl, const char *key);
void control_set_setting(struct control *ctl, const char *key, const char *value);

#endif
