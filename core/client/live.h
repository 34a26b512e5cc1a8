/* Keeping a model true: asks what is on screen, when it may have changed, within the request budget.
 *
 * A server of ours tells of changes (Stoker.WatchState, a long poll): then state is asked for only when it
 * has changed, and metrics at the pace of their samples. Amazon's does not: then everything is asked for
 * at intervals that do not get an account throttled. Requests that fail are tried again later, later each
 * time, with jitter. Nothing here draws; `changed` is called after the model has. */
#ifndef CORE_CLIENT_LIVE_H
#define CORE_CLIENT_LIVE_H

#include "core/client/cache.h"
#include "core/client/client.h"
#include "core/client/model.h"

struct live;

/* What is on screen. */
struct live_interest {
	unsigned globals;          /* bit 1 << PART_…; alarms, clusters and cost are always kept fresh */
	unsigned parts;            /* bit 1 << CPART_… of `cluster` */
	char cluster[MODEL_ID_SIZE];
	bool graph;                /* histories of `cluster` … */
	char instance[MODEL_ID_SIZE]; /* … of this instance, "" = the whole */
	enum range range;
	bool active_only;          /* ask for clusters that have not ended */
	struct model_focus focus;  /* what questions with a subject are about */
};

/* cache may be NULL. Model and cache stay the caller's. Starts to ask at once. */
struct live *live_new(struct client *c, struct model *m, struct cache *cache, void (*changed)(void *ctx),
                      void *ctx);
void live_free(struct live *l);                       /* NULL is allowed */
void live_want(struct live *l, const struct live_interest *want);
/* Everything may have changed (after an act, after a wake-up): ask for what is on screen now. */
void live_kick(struct live *l);
/* Read one more page of older steps, when there is one. */
void live_more_steps(struct live *l, const char *cluster_id);
/* Read one more page of a part that is kept as records, when there is one. False: there is none. */
bool live_more(struct live *l, enum global_part part);
/* Share of the request budget that is left, 0–1. */
double live_budget(const struct live *l, const char **op);

#endif
