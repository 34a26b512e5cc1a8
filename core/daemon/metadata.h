/* The instance metadata service of a machine on EC2, version 2: has the spot market announced that it takes
 * the machine back? Asked every 5 s; a service that does not answer is asked again, and mentioned once. */
#ifndef CORE_DAEMON_METADATA_H
#define CORE_DAEMON_METADATA_H

#include <uv.h>

#include "core/base/error.h"

#define METADATA_URL "http://169.254.169.254"

struct metadata;

/* action: "terminate", "stop" or "hibernate"; time: ISO-8601, "" when it was not told. Called once for each
 * new notice. */
typedef void (*metadata_fn)(const char *action, const char *time, void *ctx);

/* base: METADATA_URL, or where a test answers. Runs until the process ends. */
int metadata_watch(uv_loop_t *loop, const char *base, metadata_fn fn, void *ctx, struct error *err);

#endif
