/* The log of a step as a stream: reads from near its end, goes on while the step runs, and ends when all
 * has been read. Nothing is kept here: whoever shows the log owns the text. */
#ifndef CORE_CLIENT_LOGFEED_H
#define CORE_CLIENT_LOGFEED_H

#include "core/client/client.h"

#define LOGFEED_TAIL (512 << 10)   /* bytes before the end that are read at first */

struct logfeed;

struct logfeed_state {
	int64_t size, offset;      /* of the log; how far it was read */
	int64_t skipped;           /* bytes before the tail that were not read */
	bool started;              /* a first reply has come */
	bool complete;             /* the step has ended and all was read */
	char error[512];           /* why the last read failed; "" */
	bool unsupported;          /* the other side cannot read logs */
};

/* data is valid during the call; n 0: only the state changed. */
typedef void (*logfeed_data)(void *ctx, const char *data, size_t n);

struct logfeed *logfeed_new(struct client *c, const char *cluster, const char *step, const char *log,
                            logfeed_data data, void *ctx);
void logfeed_free(struct logfeed *f);              /* NULL is allowed */
const struct logfeed_state *logfeed_state(const struct logfeed *f);
/* Read now instead of at the next interval. */
void logfeed_kick(struct logfeed *f);

#endif
