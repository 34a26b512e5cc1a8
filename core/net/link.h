/* Links: how the processes of one server talk (core/api/stoker/README.md, section 1).
 *
 * A link is one end of a Unix stream socket on a libuv loop. All calls, and all handlers, belong to the
 * thread of that loop. A link that ends means that the other process has gone.
 *
 * Life: link_open, link_connect or a listener's on_link makes a link; it ends either by link_close (no
 * handler is called any more) or by the peer (on_close is called once, then the link frees itself).
 * link_close may be called from any handler, of this or another link. After either end the pointer is
 * dead once control is back in the loop. */
#ifndef CORE_NET_LINK_H
#define CORE_NET_LINK_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <sys/types.h>
#include <uv.h>

#include "core/base/error.h"

struct link;
struct link_listener;

struct link_handlers {
	/* One message. msg always is an object with a string member "type"; msg and data live only during
	 * the call (data is not aligned). */
	void (*on_message)(struct link *l, const cJSON *msg, const void *data, size_t len, void *ctx);
	/* The peer has gone, or broke the protocol. why->code is ERR_UNAVAILABLE for an orderly end. Messages
	 * that arrived complete were delivered before. May be NULL. */
	void (*on_close)(struct link *l, const struct error *why, void *ctx);
	/* The last queued byte has left (called only after link_queued was above 0). May be NULL. */
	void (*on_drain)(struct link *l, void *ctx);
};

/* Connect to a listener. Errors as socket_connect_unix: ERR_UNAVAILABLE when nobody answers. */
int link_connect(uv_loop_t *loop, const char *path, const struct link_handlers *h, void *ctx,
                 struct link **out, struct error *err);
/* A link over a connected stream socket (one of a socketpair); takes fd, also when it fails. */
int link_open(uv_loop_t *loop, int fd, const struct link_handlers *h, void *ctx, struct link **out,
              struct error *err);

/* Replace the handlers and their context: when a hello has told who the peer is. */
void link_set_handlers(struct link *l, const struct link_handlers *h, void *ctx);
pid_t link_peer_pid(const struct link *l);  /* 0 when unknown */

/* Queue a message and write what the socket takes now. msg stays the caller's. ERR_FULL for a message
 * over 64 MiB, ERR_UNAVAILABLE when the link has ended (on_close follows, or has been). */
int link_send(struct link *l, const cJSON *msg, const void *data, size_t len);
/* Bytes accepted by link_send that have not left yet: stop producing while this is large. */
size_t link_queued(const struct link *l);
/* Stop and start reading: back-pressure towards the peer. Messages that had already arrived are delivered
 * inside link_resume (unless it is called from on_message: then after it). */
void link_pause(struct link *l);
void link_resume(struct link *l);

/* Read what has arrived, now: when something else has told that the peer is gone, its last words come first.
 * May call on_close. Does nothing inside on_message of this link. */
void link_receive(struct link *l);

/* Write everything that is queued, blocking up to timeout_ms: for a last word before exit. */
int link_flush(struct link *l, int timeout_ms, struct error *err);
/* End now; queued bytes are dropped. NULL is allowed. */
void link_close(struct link *l);
/* End once all queued bytes have left. No handler is called any more. */
void link_finish(struct link *l);

/* Listen at path (mode 0600; peers of another user are turned away). on_link gets every new link; it has
 * no handlers yet: call link_set_handlers there, or link_close. */
int link_listen(uv_loop_t *loop, const char *path, void (*on_link)(struct link *l, void *ctx), void *ctx,
                struct link_listener **out, struct error *err);
/* Stop listening and remove the socket file; links that were accepted live on. NULL is allowed. */
void link_listener_close(struct link_listener *s);

#endif
