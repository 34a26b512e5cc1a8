/* Series as CloudWatch has them: by region, namespace, metric and dimensions, a statistic set per period, in
 * a database file of their own. See README.md.
 *
 * Seconds (of series that asked for them) are kept for 3 hours, minutes for 15 days, hours for 63 days. The
 * newest hours also lie in memory. A crash loses the last half minute; an orderly end loses nothing.
 * Times are seconds since the epoch. Not thread-safe. */
#ifndef CORE_METRICS_SERIES_H
#define CORE_METRICS_SERIES_H

#include "core/base/error.h"
#include "core/metrics/stats.h"
#include "core/model/common.h"

#define SERIES_MAX 200000
#define SERIES_KEEP_SECONDS (3 * 3600)
#define SERIES_KEEP_MINUTES (15 * 86400)
#define SERIES_KEEP_HOURS (63 * 86400)

struct series_store;
struct series;

int series_open(const char *path, struct series_store **out, struct error *err);
void series_close(struct series_store *st);      /* writes what is open; NULL is allowed */

/* Who a series is. dims must be sorted (metric_dims_sort). */
struct series_name {
	const char *region, *ns, *name;
	const struct pair_list *dims;
};
struct series *series_find(struct series_store *st, const struct series_name *n);      /* NULL when absent */
/* Made when absent; NULL only when there are SERIES_MAX. A series lives until the next series_work. */
struct series *series_make(struct series_store *st, const struct series_name *n);

/* One value, count times. high: storage resolution 1 s. unit: place in metric_unit_names, -1: none, which is "None".
 * Units are apart, as on CloudWatch: the first one is s itself, each other one a series behind it. */
void series_add(struct series_store *st, struct series *s, int64_t time, double value, double count, bool high,
                int unit);
/* A statistic set whose values are not known: percentiles of its period are unknown, unless all were alike. */
void series_add_set(struct series_store *st, struct series *s, int64_t time, const struct stat_set *set, bool high,
                    int unit);

/* One period of an answer. */
struct series_slot {
	struct stat_set set;
	struct bag bag;              /* filled when wanted; the caller frees it (series_slots_free) */
};
/* Periods [start + i * period, …), i < n. start must be a multiple of period; a period under 60 s reads the
 * seconds of series that have them, one of an hour or more reads hours where minutes are gone. */
void series_read(struct series_store *st, struct series *s, int period, int64_t start, size_t n, bool bags,
                 int64_t now, struct series_slot *slots);
void series_slots_free(struct series_slot *slots, size_t n);

/* Of one unit only: series_read takes all that there are together. */
void series_read_one(struct series_store *st, struct series *s, int period, int64_t start, size_t n, bool bags,
                     int64_t now, struct series_slot *slots);

int series_unit(const struct series *s);         /* place in metric_unit_names */
struct series *series_next_unit(const struct series *s);           /* of the same name; NULL behind the last */
struct series *series_of_unit(struct series *s, const char *unit); /* NULL: nothing came in that unit */
int64_t series_last(const struct series *s);     /* time of the newest sample, in whatever unit */
int64_t series_id(const struct series *s);       /* rises with age of the series: younger ones have higher */
/* All series of a region (and namespace, NULL = all), oldest first, ids above `after`. fn false ends the walk. */
struct series_view {
	struct series *s;
	const char *ns, *name;
	const struct pair_list *dims;
};
typedef bool (*series_fn)(const struct series_view *v, void *ctx);
void series_each(struct series_store *st, const char *region, const char *ns, int64_t after, series_fn fn, void *ctx);

/* A share of what is to do from time to time: writing, dropping what is old. Call it about once a second. */
void series_work(struct series_store *st, int64_t now);
size_t series_count(const struct series_store *st);

#endif
