/* A run of points as bytes: what a series keeps in memory and what it writes to disk are the same.
 *
 * A point that repeats its forerunner takes one byte, one with a single value nine; a full statistic set
 * with its bag less than a hundred. Times are slots: whole steps from the chunk's start. */
#ifndef CORE_METRICS_CHUNK_H
#define CORE_METRICS_CHUNK_H

#include "core/metrics/stats.h"

struct point {
	int slot;
	struct stat_set set;
	struct bag bag;              /* owned; empty when the set says it all (one value, or all alike) */
};

struct chunk_writer {
	struct buf *out;
	int next;                    /* slot that needs no gap */
	struct stat_set last;
};

#define CHUNK_WRITER(buffer) { .out = (buffer) }

/* Slots must rise. */
void chunk_write(struct chunk_writer *w, const struct point *p);

struct chunk_reader {
	const unsigned char *at, *end;
	int next;
	struct stat_set last;
	bool bags;                   /* read bags too; else they are skipped */
};

/* data may be NULL when len is 0. */
#define CHUNK_READER(data, len, want) \
	{ .at = (const unsigned char *)(data), .bags = (want), \
	  .end = (len) ? (const unsigned char *)(data) + (len) : (const unsigned char *)(data) }

/* The next point; p->bag is overwritten, the caller frees it. False at the end or at what is damaged. */
bool chunk_read(struct chunk_reader *r, struct point *p);

#endif
