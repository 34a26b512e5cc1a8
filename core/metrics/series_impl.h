/* What the files behind series.h share. */
#ifndef CORE_METRICS_SERIES_IMPL_H
#define CORE_METRICS_SERIES_IMPL_H

#include "core/metrics/chunk.h"
#include "core/metrics/series.h"
#include "core/store/db.h"

enum tier { TIER_SECOND, TIER_MINUTE, TIER_HOUR, TIERS };

struct series_tier {
	int step, span;              /* s: of a point, of a chunk */
	int keep;                    /* s on disk */
	int live;                    /* s in memory after the chunk's end */
};
extern const struct series_tier series_tiers[TIERS];

struct held {
	int64_t start;
	uint8_t *data;
	uint32_t len, cap;
	int next;                    /* the writer's state after its last point */
	struct stat_set last;
	bool dirty;                  /* not yet written */
	bool rolled;                 /* minutes: its hour has been added up */
};

struct level {
	VEC(struct held) held;
	int64_t known_from;          /* what starts earlier may lie on the disk without being held */
	int64_t open_time;
	struct point open;           /* the newest point, still growing; set.n 0: none */
	bool open_dirty;
};

struct series {
	int64_t id;
	char *key;                   /* region US ns US name (US dimension RS value)…; of a further unit: … GS unit */
	struct series *next;         /* the same in another unit */
	int64_t last, trimmed;
	int64_t rolled_to;           /* hours before this one have been added up */
	int64_t saved;               /* last + rolled_to as they are on the disk */
	int8_t unit;
	bool high;
	struct level levels[TIERS];
};

struct series_store {
	struct store db;
	struct map *by_key;
	VEC(struct series *) list;   /* by id */
	int64_t next_id, committed;
	size_t cursor, memory;
	struct buf key, scratch;
};

#define UNIT_MARK '\x1d'

/* A point whose values are all alike has no bag: give it one. */
void series_fill_bag(struct point *p);

#endif
