/* What the files of the spot market share. */
#ifndef CORE_CONTROL_SPOT_SPOT_STATE_H
#define CORE_CONTROL_SPOT_SPOT_STATE_H

#include "core/control/spot/spot.h"

#define SPOT_SHARE 0.35            /* the estimate: this part of the on-demand price */
#define SPOT_POOL_VCPUS 65536      /* the estimate of a pool's depth, in vCPUs */
#define SPOT_POOL_INSTANCES 4096   /* … of a type whose vCPUs are not known */
#define SPOT_NOTICE_S 120
#define SPOT_NOTICE_MAX_S 86400
#define SPOT_KEEP_MS (90LL * 24 * 3600 * 1000)
#define SPOT_KEEP_POINTS 2000      /* of one pool's history; the oldest are forgotten first */

#define DOC_SPOT_PRICE "spot-price"                /* region, type */
#define DOC_SPOT_INTERRUPTION "spot-interruption"  /* region, instance id */

struct spot_point {
	int64_t time;
	double price;
};

struct spot_pool {
	char region[MODEL_REGION_SIZE];
	char *type;
	VEC(struct spot_point) history;   /* oldest first; empty: the estimate holds */
	bool withheld;                    /* Available: false */
	int capacity;                     /* instances in all; -1: the estimate */
	int used;                         /* instances that run now; counted, not journaled */
};

enum spot_outcome { SPOT_NOTICED, SPOT_DRAINED, SPOT_TERMINATED };
extern const struct names spot_outcome_names;

struct spot_interruption {
	char region[MODEL_REGION_SIZE], cluster[MODEL_ID_SIZE], group[MODEL_ID_SIZE];
	char instance[MODEL_ID_SIZE], ec2[MODEL_ID_SIZE], replaced_by[MODEL_ID_SIZE];
	char *type, *detail;
	enum spot_reason reason;
	enum spot_outcome outcome;
	int64_t notice_at, terminate_at;
	bool told;                        /* the event has been written */
};

struct spot_state {
	struct map *pools;                /* "region\ntype" → struct spot_pool, made when first asked for */
	struct map *by_instance;          /* → struct spot_interruption */
	VEC(struct spot_interruption *) interruptions; /* oldest first */
	size_t open;                      /* those before it are replaced, or too old to be */
	bool moved;                       /* a price, room or a notice: look at it after the commit */
};

struct spot_state *spot_state(const struct control *ctl);
struct spot_pool *spot_pool(const struct control *ctl, const char *region, const char *type);
/* NULL: nobody has set anything in it, and nothing was taken from it. For readers: they make none. */
const struct spot_pool *spot_pool_find(const struct control *ctl, const char *region, const char *type);
double spot_price_now(const struct control *ctl, const struct spot_pool *p);
int spot_pool_depth(const struct spot_pool *p);
int64_t spot_pool_since(const struct spot_pool *p);   /* when its price was last set; 0: never */

extern const struct op spot_ops[];
/* interrupt.c: from and to documents */
void spot_load_interruption(struct control *ctl, const char *region, const char *id, const cJSON *body,
                            void *ctx);
void spot_interruption_free(struct spot_interruption *x);
void spot_check(struct control *ctl);                 /* take back what the market does, tell of it */
void spot_sync_nodes(struct control *ctl);            /* nodes know their notices again */
cJSON *spot_interruption_json(const struct spot_interruption *x);
void spot_save(struct control *ctl, const struct spot_interruption *x);

#endif
