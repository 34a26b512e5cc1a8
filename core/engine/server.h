/* A driver's link to the server, in blocking style (core/api/stoker/README.md, "Driver ↔ server").
 *
 * A server that restarts is not the end of a driver: the link is tried again every 200 ms, hello is repeated,
 * and so is the request that waits for its answer. */
#ifndef CORE_ENGINE_SERVER_H
#define CORE_ENGINE_SERVER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <uv.h>

#include "core/base/error.h"

struct server;

struct server_handlers {
	/* `executor` and `executor_lost`, as they come. */
	void (*on_executor)(void *ctx, const cJSON *msg);
	void *ctx;
};

/* Connect, say hello (taken; kept for reconnects) and wait for welcome. cancel as in peer.h: set, the wait
 * ends with ERR_CANCELLED. ERR_UNAVAILABLE when no server answers within timeout_ms. */
struct server *server_connect(uv_loop_t *loop, cJSON *hello, const struct server_handlers *h,
                              const volatile bool *cancel, int timeout_ms, struct error *err);
void server_close(struct server *s);
/* The first welcome; owned by the server. */
const cJSON *server_welcome(const struct server *s);

/* Send without an answer (taken); while the server is away it is dropped. */
void server_tell(struct server *s, cJSON *msg);
/* Send (taken) and wait for the answer of the same type with the same req (catalog), or for `ack`
 * (checkpoint). *reply may be NULL; the caller's. Waits through restarts of the server. */
int server_ask(struct server *s, cJSON *msg, cJSON **reply, struct error *err);
/* Want so many executors in all; repeated after a reconnect. */
void server_request_executors(struct server *s, int count, int vcpu, int mem_mb);
/* For catalog_new. */
int server_ask_catalog(void *server, cJSON *msg, cJSON **reply, struct error *err);
/* Let what was told leave, before exit. */
void server_flush(struct server *s);

#endif
