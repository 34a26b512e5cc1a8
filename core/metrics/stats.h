/* What is known of the values of one period: CloudWatch's statistic set, and the values themselves as far as
 * percentiles need them.
 *
 * A bag holds values exactly while they are few; beyond that it holds bins whose width is a share of the
 * value, and widens them as often as it must to stay small. A percentile is then wrong by half a bin at most. */
#ifndef CORE_METRICS_STATS_H
#define CORE_METRICS_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/model/statistic.h"

struct stat_set {
	double n, sum, min, max;     /* n 0: nothing was seen, the rest means nothing */
};

void stat_add(struct stat_set *to, const struct stat_set *s);

#define BAG_EXACT 8              /* so many different values are kept as they are … */
#define BAG_BINS 32              /* … and so many bins, in what is stored */
#define BAG_WIDE 512             /* both, while bags are added up for an answer */

struct bag_entry {
	double value, count;
};
struct bag {
	struct bag_entry *items;     /* by value, rising */
	uint16_t len, cap;
	uint8_t level;               /* 0: exact; else bins of width 1 % · 2^(level - 1) */
	bool partial;                /* some values came only as statistic sets: percentiles are unknown */
};

void bag_free(struct bag *b);
void bag_add(struct bag *b, double value, double count, int limit);
void bag_merge(struct bag *to, const struct bag *from, int limit);
/* p in 0…100; NaN when the bag is empty or partial. The answer lies within the set's minimum and maximum. */
double bag_percentile(const struct bag *b, const struct stat_set *s, double p);

/* NaN when the set is empty. bag may be NULL unless the statistic needs values. */
double stat_value(const struct stat_wish *w, const struct stat_set *s, const struct bag *bag);

#endif
