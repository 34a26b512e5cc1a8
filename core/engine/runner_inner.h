/* Between runner.c, runner_insert.c and runner_rows.c. */
#ifndef CORE_ENGINE_RUNNER_INNER_H
#define CORE_ENGINE_RUNNER_INNER_H

#include "core/engine/runner.h"

/* Send a task as Spark would run it: failed attempts are repeated, a lost executor is replaced. `make` builds
 * the message of an attempt; `restart` (may be NULL) undoes what the last attempt left, or refuses another
 * with an error. */
struct runner_task {
	cJSON *(*make)(void *ctx, int attempt);
	int (*restart)(void *ctx, struct error *err);
	void *ctx;
	const struct peer_sink *sink;
	const char *name;            /* for the event log */
};

int runner_task(struct runner *r, const struct runner_task *t, cJSON **reply, struct error *err);
int runner_insert(struct runner *r, const struct sql_plan *p, const char *sql, const struct sql_insert *ins,
                  const struct runner_output *out, struct runner_result *res, struct error *err);
/* Rows that the front end made itself. */
int runner_show_rows(const struct sql_plan *p, const struct runner_output *out, struct runner_result *res,
                     struct error *err);
/* Local path of a user's; in the plan's arena. */
int runner_local(struct runner *r, const struct sql_plan *p, const char *user, const char **local,
                 struct error *err);

#endif
