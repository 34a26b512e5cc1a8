/* The public door: HTTP on the Unix socket (same user, no signature) and on loopback TCP (SigV4, or a
 * bearer token for readers that cannot sign). */
#ifndef CORE_DAEMON_DOOR_H
#define CORE_DAEMON_DOOR_H

#include <uv.h>

#include "core/control/control.h"

struct door;

struct door_options {
	struct control *control;
	const char *api_token;         /* keys that sign are the control plane's */
};

int door_open(uv_loop_t *loop, const struct door_options *o, struct door **out, struct error *err);
int door_listen(struct door *d, int fd, struct error *err);  /* takes fd */
/* The control plane has gone (all its answers were given): end. NULL is allowed. */
void door_close(struct door *d);

#endif
