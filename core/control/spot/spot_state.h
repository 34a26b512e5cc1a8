/* What the files of the spot market share. */
#ifndef CORE_CONTROL_SPOT_SPOT_STATE_H
#define CORE_CONTROL_SPOT_SPOT_STATE_H

#include "core/control/spot/spot.h"
#include "core/model/spot_feed.h"

#define SPOT_SHARE 0.35            /* the estimate: this part of the on-demand price */
#define SPOT_POOL_VCPUS 65536      /* the estimate of a pool's depth, in vCPUs */
#define SPOT_POOL_INSTANCES 4096   /* … of a type whose vCPUs are not known */
#define SPOT_NOTICE_S 120
#define SPOT_NOTICE_MAX_S 86400
#define SPOT_KEEP_MS (90LL * 24 * 3600 * 1000)
#define SPOT_KEEP_POINTS 2000      /* of one pool's history; the oldest are forgotten first */

#define DOC_SPOT_PRICE "spot-price"                /* region, type */
#define DOC_SPOT_INTERRUPTION "spot-interruption"  /* region, instance id */
#define DOC_SPOT_FEED "spot-feed"                  /* region, "feed": what is played */
#define DOC_SPOT_FEED_AT "spot-feed-at"            /* region, "feed": how far it is */
#define EVENT_SPOT "Stoker Spot Market Change"

struct spot_point {
	int64_t time;
	double price;
};

/* Where a price comes from; the first one also where there is none. */
enum spot_source { SPOT_ESTIMATE, SPOT_SET, SPOT_FED };
extern const struct names spot_source_names;    /* estimate, set, feed */

struct spot_pool {
	char region[MODEL_REGION_SIZE];
	char *type;
	VEC(struct spot_point) history;   /* oldest first; empty: the estimate holds */
	bool withheld;                    /* Available: false */
	int capacity;                     /* instances in all; -1: the estimate */
	int used;                         /* instances that run now; counted, not journaled */
	enum spot_source source;          /* of the last price */
	bool fed;                         /* the feed moves it in this look: … */
	double fed_from;                  /* … from this price, … */
	bool wanted;                      /* … and somebody's nodes have it or wait for it */
};

/* Recorded prices that move the market of a region. Times of the record become times of ours: its first change
 * happens at `start`, all others as much later as they were, divided by `speed`. */
struct spot_play {
	char region[MODEL_REGION_SIZE];
	char *name;                       /* of the file, for people */
	char *zone;                       /* the only one that counts; NULL: the cheapest */
	struct spot_feed feed;
	int64_t start;                    /* epoch ms */
	int64_t loaded_at;
	double speed;
	bool loop;
	bool recorded;                    /* at the times of the record, not from now on */
	/* how far it is */
	int64_t round;                    /* rounds of the loop that are over */
	size_t next;                      /* change that comes next; behind the last: it has ended */
	int64_t looked;                   /* epoch ms of the last look (not kept) */
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
	struct map *feeds;                /* region → struct spot_play */
	bool moved;                       /* a price, room or a notice: look at it after the commit */
};

struct spot_state *spot_state(const struct control *ctl);
struct spot_pool *spot_pool(const struct control *ctl, const char *region, const char *type);
/* NULL: nobody has set anything in it, and nothing was taken from it. For readers: they make none. */
const struct spot_pool *spot_pool_find(const struct control *ctl, const char *region, const char *type);
double spot_price_now(const struct spot_pool *p);
/* From `at` (epoch ms, not in the future) on. Does not save. */
void spot_set_price(struct spot_pool *p, double price, int64_t at, enum spot_source source);
void spot_pool_save(struct control *ctl, const struct spot_pool *p);
int spot_pool_depth(const struct spot_pool *p);
int64_t spot_pool_since(const struct spot_pool *p);   /* when its price was last set; 0: never */

extern const struct op spot_ops[];
/* feed.c */
int spot_feeds_load(struct control *ctl, struct error *err);
void spot_feeds_free(struct spot_state *s);
int64_t spot_feeds_due(const struct spot_state *s);   /* epoch ms of the next change; 0: none */
void spot_feeds_play(struct control *ctl, int64_t now);
struct spot_play *spot_play(const struct control *ctl, const char *region);   /* NULL: none */
void spot_play_put(struct control *ctl, struct spot_play *f, int64_t now);     /* takes f, in place of another */
void spot_play_drop(struct control *ctl, const char *region);
int64_t spot_play_at(const struct spot_play *f, int64_t round, size_t change); /* epoch ms */
int64_t spot_play_round_ms(const struct spot_play *f);                         /* how long all of it takes */
void spot_play_free(struct spot_play *f);
/* feed_ops.c */
int op_put_spot_feed(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_get_spot_feed(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
int op_delete_spot_feed(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err);
/* interrupt.c: from and to documents */
void spot_load_interruption(struct control *ctl, const char *region, const char *id, const cJSON *body,
                            void *ctx);
void spot_interruption_free(struct spot_interruption *x);
void spot_check(struct control *ctl);                 /* take back what the market does, tell of it */
void spot_sync_nodes(struct control *ctl);            /* nodes know their notices again */
cJSON *spot_interruption_json(const struct spot_interruption *x);
void spot_save(struct control *ctl, const struct spot_interruption *x);

#endif
