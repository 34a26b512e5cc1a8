/* The executor: the process that loads the kernel and runs what its driver sends (messages:
 * core/api/stoker/README.md, "Executor ↔ driver"). One kernel session, one request at a time.
 *
 * Two threads: the main one runs requests, the other reads the link, so that a cancel, a lost driver or
 * SIGTERM reach a query that is running; it also reports progress. */
#ifndef CORE_ENGINE_EXECUTOR_H
#define CORE_ENGINE_EXECUTOR_H

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/engine/format.h"
#include "core/engine/kernel.h"

struct executor_options {
	const char *id, *token;
	int fd;                /* connected to the driver; taken */
	int vcpu, mem_mb;
	const char *temp;      /* own folder for spilling: removed at the end; NULL: none */
	const char *timezone;  /* NULL: the machine's */
};

/* Serve until the driver goes or says exit. Exit status of the process. */
int executor_serve(const struct executor_options *o);

/* ---- inside: between executor.c and task.c ---- */

struct executor {
	const struct executor_options *o;
	struct kernel k;
	struct zone *zone;
	bool ordered;               /* the kernel's preserve_insertion_order as it was last set */
	pthread_t reader;
	pthread_mutex_t lock;       /* everything below */
	pthread_cond_t wake;
	struct executor_item *head, *tail;
	bool kernel_up;
	int64_t running;            /* request, 0: none */
	bool cancelled;
	int unacknowledged;         /* batches of rows that the driver has not taken */
	uint64_t rows_seen;
	pthread_mutex_t out_lock;   /* the link's writing side */
};

int executor_send(struct executor *x, const cJSON *msg, const void *data, size_t len);
/* Send a batch of rows once the driver has room for it; ERR_CANCELLED when that will not happen. */
int executor_send_rows(struct executor *x, int64_t req, uint64_t count, const struct buf *rows);
bool executor_cancelled(struct executor *x);

/* What a request cost and gave: the members of `done`. */
struct task_metrics {
	uint64_t rows_in, rows_out, bytes_in, bytes_out, cpu_ns, peak_mem, spill;
	int64_t run_ms;
	cJSON *files;               /* array, or NULL */
};

/* Each runs one request; an error's class is its kind (USER_ERROR, OOM, …). */
int task_setup(struct executor *x, const cJSON *msg, struct error *err);
/* columns [{name, type, spark}]: kernel types, and Spark's that read them. */
int task_describe(struct executor *x, const cJSON *msg, cJSON **columns, struct error *err);
int task_run(struct executor *x, const cJSON *msg, struct task_metrics *m, struct error *err);

#endif
