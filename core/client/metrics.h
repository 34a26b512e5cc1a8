/* Histories of metrics, as the graphs read them. They live in the model, never in a widget: a graph that
 * is hidden loses nothing, and a period without a sample is a gap (NaN), never a zero.
 *
 * A set holds all metrics of one subject (the cluster "", or one instance) over one range. Each of its
 * series is a window of equal periods that moves on with time. */
#ifndef CORE_CLIENT_METRICS_H
#define CORE_CLIENT_METRICS_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

/* Metric, wire name. Order is the order of requests; the two counts, which only a whole cluster has, come
 * last. */
#define METRICS(X) \
	X(CPU_USER, "cpu.user") X(CPU_NICE, "cpu.nice") X(CPU_SYSTEM, "cpu.system") \
	X(CPU_IOWAIT, "cpu.iowait") X(CPU_IRQ, "cpu.irq") X(CPU_STEAL, "cpu.steal") X(CPU_IDLE, "cpu.idle") \
	X(LOAD1, "load1") X(LOAD5, "load5") X(LOAD15, "load15") \
	X(MEM_TOTAL, "mem.total") X(MEM_USED, "mem.used") X(MEM_CACHED, "mem.cached") X(MEM_FREE, "mem.free") \
	X(DISK_READ, "disk.read") X(DISK_WRITE, "disk.write") \
	X(DISK_USED, "disk.used") X(DISK_TOTAL, "disk.total") \
	X(NET_RX, "net.rx") X(NET_TX, "net.tx") X(NODES, "nodes") X(VCPUS, "vcpus")

enum metric {
#define X(id, name) METRIC_##id,
	METRICS(X)
#undef X
	METRIC_COUNT
};
const char *metric_name(enum metric m);
int metric_parse(const char *name);        /* -1 when unknown */

enum range { RANGE_HOUR, RANGE_2H, RANGE_4H, RANGE_DAY, RANGE_WEEK, RANGE_COUNT };
const char *range_name(enum range r);      /* "1h", "2h", "4h", "day", "week" */
int64_t range_ms(enum range r);
int64_t range_period_ms(enum range r);     /* of the points that are kept: at most 720 */


struct metric_set {
	char instance[64];     /* "" = the whole cluster */
	enum range range;
	int64_t period;        /* ms */
	int64_t end;           /* start of the last period + period: 0 before the first reply */
	int64_t fetched, asked, retry_at;
	int failures;
	bool pending, unsupported, cached;
	char error[256];
	double *values[METRIC_COUNT];  /* each n long, NULL when the metric was never seen */
	size_t n;
};

/* Latest values of one instance. */
struct node_metrics {
	char instance[64];
	int64_t time;
	double value[METRIC_COUNT];
};

struct metrics;

struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);      /* NULL is allowed */
/* The set of a subject and range; made when absent. Valid until metrics_free. */
struct metric_set *metrics_set(struct metrics *m, const char *instance, enum range r);
const struct metric_set *metrics_peek(const struct metrics *m, const char *instance, enum range r);
/* Where the next request should start (epoch ms): the whole range, or the last period again. */
int64_t metric_set_from(const struct metric_set *s, int64_t now);
/* Merge a GetMetrics reply and move the window so that it ends at `now`. */
int metric_set_take(struct metric_set *s, const cJSON *reply, int64_t now, struct error *err);
/* The last value that is not a gap and not older than max_age_ms at now; NaN when there is none. */
double metric_set_last(const struct metric_set *s, enum metric m, int64_t now, int64_t max_age_ms);
/* The set in the shape of a GetMetrics reply, for the cache. Caller frees; NULL when empty. */
cJSON *metric_set_encode(const struct metric_set *s);

/* Latest values per instance from a GetMetrics reply with InstanceId "*". */
int metrics_take_nodes(struct metrics *m, const cJSON *reply, struct error *err);
const struct node_metrics *metrics_node(const struct metrics *m, const char *instance);
/* 100 - idle, NaN when unknown. Works on a node's values and on sums alike. */
double metrics_busy(double idle);

#endif
