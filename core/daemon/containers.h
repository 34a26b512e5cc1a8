/* The processes of a worker: started as process groups that die with it, collected, signalled.
 *
 * A container's processes carry STOKER_CONTAINER=<id> in their environment, so that even one that left its
 * process group is found. */
#ifndef CORE_DAEMON_CONTAINERS_H
#define CORE_DAEMON_CONTAINERS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/base/error.h"

struct child {
	char id[64];
	pid_t pid;              /* = its process group */
	bool exited;
	int status, signal;
	int64_t peak_rss_kb, cpu_ms;
	int64_t sampled_cpu_ms; /* CPU time at the last sample, -1 = none yet */
	char *spill;            /* folder whose bytes count as spilled, or NULL */
};

/* Start what a `launch` message describes. 0 and c filled, or an error with a sentence for a person:
 * a program that is not installed is named. */
int child_launch(const cJSON *msg, struct child *c, struct error *err);
/* Signal the process, or everything that carries the container's mark. */
void child_signal(const struct child *c, int signal, bool tree);

#endif
