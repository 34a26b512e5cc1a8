/* Spark's event log: one JSON object per line, readable by a Spark History Server (the subset that every 3.x
 * and 4.x version understands; uncompressed, one file, .inprogress until the application has ended).
 *
 * One statement with a query is one SQL execution with one job of one stage of one task. Every function
 * takes NULL for the log and then does nothing. */
#ifndef CORE_ENGINE_EVENTLOG_H
#define CORE_ENGINE_EVENTLOG_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/sql/sql.h"

struct eventlog;

struct eventlog_options {
	const char *folder, *app_id, *app_name, *user, *host;
	const cJSON *conf;          /* Spark properties, an object of strings; may be NULL */
	int vcpu, mem_mb;           /* of an executor */
};

/* Begin folder/<app_id>.inprogress. NULL with err when the file cannot be made. */
struct eventlog *eventlog_open(const struct eventlog_options *o, struct error *err);
/* The application has ended: drop .inprogress. status: exit status of the driver. */
void eventlog_close(struct eventlog *l, int status);

/* What the executors that come from now on are like. */
void eventlog_executor_size(struct eventlog *l, const char *host, int vcpu, int mem_mb);
void eventlog_executor_added(struct eventlog *l, int id);
void eventlog_executor_removed(struct eventlog *l, int id, const char *reason);

/* Statements that need no kernel leave no trace. */
void eventlog_statement_start(struct eventlog *l, const struct sql_plan *p);
void eventlog_statement_end(struct eventlog *l, const struct error *err);
void eventlog_task_start(struct eventlog *l, int attempt);
/* done: the executor's answer, or NULL when the attempt failed with err. */
void eventlog_task_end(struct eventlog *l, int attempt, const cJSON *done, const struct error *err);

/* "application_<ms>_<4 digits>" into out. */
char *eventlog_app_id(char *out, size_t size);

#endif
