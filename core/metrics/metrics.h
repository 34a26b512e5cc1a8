/* Samples of nodes over time, in a database file of their own (losing the last seconds of it harms no job).
 *
 * A node gives one sample every 5 s. Fine samples are kept for an hour, averages over a minute for 15
 * days, over an hour for 455 days; all of it survives a restart. Values that a sample lacks are NaN. */
#ifndef CORE_METRICS_METRICS_H
#define CORE_METRICS_METRICS_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/model/names.h"

/* One table of names; the index is the metric's place in a sample. Never reorder: rows hold these places. */
enum metric {
	METRIC_CPU, METRIC_CPU_USER, METRIC_CPU_NICE, METRIC_CPU_SYSTEM, METRIC_CPU_IOWAIT, METRIC_CPU_IRQ,
	METRIC_CPU_STEAL, METRIC_CPU_IDLE, METRIC_LOAD1, METRIC_LOAD5, METRIC_LOAD15, METRIC_MEM_TOTAL,
	METRIC_MEM_USED, METRIC_MEM_CACHED, METRIC_MEM_FREE, METRIC_MEM_PERCENT, METRIC_DISK_READ,
	METRIC_DISK_WRITE, METRIC_DISK_USED, METRIC_DISK_TOTAL, METRIC_DISK_PERCENT, METRIC_NET_RX,
	METRIC_NET_TX, METRIC_NODE_CPU, METRIC_NODE_RSS, METRIC_NODE_SPILL, METRIC_NODE_GRANTED,
	METRIC_NODE_CONTAINERS, METRIC_VCPUS,
	METRICS
};
extern const struct names metric_names;     /* "cpu", "cpu.user" … */

struct metrics;

int metrics_open(const char *path, struct metrics **out, struct error *err);
void metrics_close(struct metrics *m);       /* NULL is allowed */

/* Reads a worker's `sample` message into values[METRICS]. */
void metrics_read_sample(const cJSON *sample, double *values);
/* time in ms. Rolls up minutes and hours that have passed, and commits every few seconds. */
void metrics_add(struct metrics *m, const char *cluster_id, const char *instance_id, int64_t time,
                 const double *values);

struct metric_point {
	int64_t time;        /* start of the period, s */
	double value;        /* NaN: no sample */
};
struct metric_points {
	struct metric_point *items;
	size_t len, cap;
};

/* Seconds of the finest period (5, 60 or 3600) that is kept for times since start (s). */
int metrics_period(int64_t start, int64_t now);
/* Points of one metric, oldest first, one per period from start to end (s), gaps as NaN. instance_id NULL:
 * the cluster's: node.* summed over the nodes, the rest averaged (they share one machine). Two more names are
 * known for a cluster: "nodes" and "vcpus". ERR_NOTFOUND for a name that is not known. */
int metrics_query(struct metrics *m, const char *cluster_id, const char *instance_id, const char *name,
                  int period, int64_t start, int64_t end, struct metric_points *out, struct error *err);
/* Instances of a cluster that have samples at or after `start` (s). */
struct str_list;
void metrics_instances(struct metrics *m, const char *cluster_id, int64_t start, struct str_list *out);
/* The newest sample of an instance within a minute, or false. */
bool metrics_latest(struct metrics *m, const char *instance_id, int64_t now, double *values);

#endif
