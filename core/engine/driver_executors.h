/* The executors of a step's driver: they are granted by the server, launched by a worker, and connect to the
 * driver's socket, $STOKER_HOME/run/<container>.sock. */
#ifndef CORE_ENGINE_DRIVER_EXECUTORS_H
#define CORE_ENGINE_DRIVER_EXECUTORS_H

#include <uv.h>

#include "core/engine/peer.h"
#include "core/engine/server.h"

struct driver_executors;

struct driver_executors *driver_executors_open(uv_loop_t *loop, struct server *server, const char *container,
                                               const char *token, const volatile bool *cancel,
                                               struct error *err);
void driver_executors_close(struct driver_executors *x);

/* Ask for one executor of this size (0: the server's choice): early, so that it starts while the script is
 * read. */
void driver_executors_want(struct driver_executors *x, int vcpu, int mem_mb);
/* Wait for one, ready to work; with `larger` for a new one of twice the memory. */
struct peer *driver_executors_get(struct driver_executors *x, bool larger, struct error *err);
/* Done with it: the server may have it back. */
void driver_executors_drop(struct driver_executors *x, struct peer *p);
/* Whether the server said that this one leaves: then use another one from the next task on. */
bool driver_executors_leaving(const struct driver_executors *x, const struct peer *p);
/* `executor`, `executor_leaving` and `executor_lost`. */
void driver_executors_on_server(struct driver_executors *x, const cJSON *msg);

#endif
