/* A driver's view of one executor, in blocking style: a call runs the driver's loop until the answer is
 * there, so that signals, the shell and the server are served meanwhile.
 *
 * Failures keep the executor's own kind as the error's class: USER_ERROR, OOM, IO_TRANSIENT, KILLED,
 * INTERNAL, and EXECUTOR_LOST when its process has gone. */
#ifndef CORE_ENGINE_PEER_H
#define CORE_ENGINE_PEER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/net/link.h"

struct peer;

struct peer_sink {
	/* A batch of rendered rows. Non-zero ends the call with ERR_IO after the request was cancelled. */
	int (*rows)(void *ctx, const void *data, size_t len, uint64_t count);
	void (*progress)(void *ctx, double fraction, uint64_t rows_in);
	/* True while no more batches are wanted; asked again after every turn of the loop. May be NULL. */
	bool (*full)(void *ctx);
	void *ctx;
};

/* Over a connected descriptor (taken). `cancel` is watched during calls: once it is set, the running request
 * is cancelled. */
struct peer *peer_open(uv_loop_t *loop, int fd, const volatile bool *cancel, struct error *err);
/* Over a link that a listener accepted; its hello was read already. */
struct peer *peer_adopt(uv_loop_t *loop, struct link *l, const volatile bool *cancel);
void peer_close(struct peer *p);

/* Run the loop until the executor said hello; its refusal to start is an error. */
int peer_wait_ready(struct peer *p, int timeout_ms, struct error *err);
bool peer_alive(const struct peer *p);
/* The server says that the process has gone: calls end with EXECUTOR_LOST and this reason. */
void peer_lost(struct peer *p, const char *reason);

/* Send msg (taken) and wait for `done`; *reply (may be NULL) is the caller's. sink may be NULL. */
int peer_call(struct peer *p, cJSON *msg, const struct peer_sink *sink, cJSON **reply, struct error *err);
/* Run statements for their effect. */
int peer_setup(struct peer *p, const char *const *sql, size_t n, struct error *err);
/* Run a query, give its rows as text: TSV with NULL. */
int peer_query(struct peer *p, const char *sql, struct buf *out, struct error *err);

#endif
