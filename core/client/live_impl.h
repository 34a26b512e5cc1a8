/* Inside of the poller; for live*.c. */
#ifndef CORE_CLIENT_LIVE_IMPL_H
#define CORE_CLIENT_LIVE_IMPL_H

#include "core/client/budget.h"
#include "core/client/live.h"
#include "core/client/question.h"

#define TIMEOUT_MS 20000

struct live {
	struct client *client;
	struct model *model;
	struct cache *cache;
	struct budget *budget;
	void (*changed)(void *ctx);
	void *ctx;
	uv_timer_t *timer;
	struct live_interest want;
	struct client_request *watch;
	bool watch_unknown;        /* the other side has no WatchState */
	bool heard, started;
	int failures;              /* of the connection, in a row */
	int64_t started_at, flushed_at, watch_at;
	unsigned seed;
	struct ask *asks;          /* under way */
};

/* One request under way, and where its reply belongs. */
struct ask {
	struct live *live;
	struct ask *next, **link;
	struct client_request *request;
	const struct question *question;  /* NULL: a metric set */
	char cluster[MODEL_ID_SIZE], instance[MODEL_ID_SIZE];
	int index;                        /* of the part */
	enum range range;
	int page;
	char about[sizeof ((struct part *)0)->about];
};

/* ---- live.c ---- */
/* Schedules go by the monotonic clock; only ages that people see go by the wall clock. */
int64_t live_mono_ms(void);
int64_t live_backoff(struct live *l, int failures);
void live_note_error(char *out, size_t size, const struct error *err);
bool live_is_down(const struct live *l);
/* Takes in. NULL: it could not be sent, the connection counts as lost. */
struct ask *live_ask_send(struct live *l, const char *target, cJSON *in);
void live_sooner(int64_t *wait, int64_t ms);      /* ms < 0: never */

/* ---- live_metrics.c: histories, which come in pieces ---- */
void live_take_metrics(struct live *l, struct ask *a, const cJSON *reply, const struct error *err);
void live_consider_metrics(struct live *l, struct mcluster *mc, int64_t now, int64_t *wait);
void live_save_metrics(struct live *l);           /* of the whole cluster, to the cache */

#endif
