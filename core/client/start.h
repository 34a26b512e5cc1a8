/* Starting the local server in the background, the way a terminal multiplexer does. */
#ifndef CORE_CLIENT_START_H
#define CORE_CLIENT_START_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/base/error.h"

/* Run `stokerd server` (from beside this program, else from PATH) in a session of its own, with its
 * messages appended to <home>/log/server.log. Returns when it runs; *pid may be NULL. It is not this
 * program's child. */
int start_server(const char *home, pid_t *pid, struct error *err);
bool start_alive(pid_t pid);
/* ERR_UNAVAILABLE with the last line that the server logged as the detail. */
int start_failed(const char *home, struct error *err);

#endif
