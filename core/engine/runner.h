/* What the drivers of steps and of shells share: one SQL session that compiles statements, runs them on an
 * executor, commits their output, and survives the loss of the executor. */
#ifndef CORE_ENGINE_RUNNER_H
#define CORE_ENGINE_RUNNER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "core/base/error.h"
#include "core/engine/catalog.h"
#include "core/engine/paths.h"
#include "core/engine/peer.h"
#include "core/engine/source.h"
#include "core/sql/sql.h"

struct eventlog;

/* A running statement, for whoever watches. */
struct runner_progress {
	const char *description;     /* "query", "insert into /lake/x" … */
	double fraction;
	uint64_t rows_in, rows_out, bytes_in, bytes_out;
};

struct runner_result {
	uint64_t rows;               /* shown to the user */
	uint64_t rows_in, rows_out, bytes_in, bytes_out;
	bool shows_rows;             /* a query, SHOW, DESCRIBE: has a "Fetched n row(s)" */
	bool is_query;
	bool effect;                 /* files or the catalogue changed */
	int64_t ms;
	cJSON *columns;              /* [{name, type}] when shows_rows; owned by the caller */
};

/* Where rows go. */
struct runner_output {
	const char *format;          /* tsv, csv, json */
	bool header;
	int (*rows)(void *ctx, const void *data, size_t len, uint64_t count);
	bool (*full)(void *ctx);
	void (*progress)(void *ctx, const struct runner_progress *p);
	void *ctx;
};

struct runner {
	uv_loop_t *loop;
	struct path_roots roots;
	struct catalog *catalog;
	struct eventlog *log;        /* may be NULL */
	struct sql_session *session;
	struct sources *sources;
	struct sql_env *env;         /* of the session; owned */
	const char *job;             /* names output files: the same for every attempt at the same work */
	int statement;               /* number within the job */
	volatile bool cancel;
	struct peer *peer;           /* ready, or NULL */
	/* A fresh executor, connected but not yet set up; doubled memory when `larger`. NULL with err when there
	 * is none to have. */
	struct peer *(*get_peer)(void *ctx, bool larger, struct error *err);
	void (*drop_peer)(void *ctx, struct peer *p);
	bool (*peer_leaves)(void *ctx, const struct peer *p); /* its node drains: no further task for it. May be NULL */
	void *ctx;
	VEC(char *) setup;           /* replayed on every new executor */
	char *zone;                  /* as the executor has it */
	int executor_id;
	bool can_grow;               /* get_peer can give a larger executor after an OOM */
};

/* Fill the parts above that are not the caller's: session, sources. Call after roots, catalog and the
 * callbacks are set. */
void runner_init(struct runner *r);
void runner_free(struct runner *r);

/* Compile and run script[begin, end). The error has class, sqlstate, line and column as far as known; class
 * CANCELLED after r->cancel was set. */
int runner_run(struct runner *r, const char *script, size_t begin, size_t end,
               const struct runner_output *out, struct runner_result *res, struct error *err);
/* Compile only, so that SET and views take effect, for statements that an earlier attempt finished. Queries
 * and effects are not run. */
int runner_replay(struct runner *r, const char *script, size_t begin, size_t end, struct error *err);
/* The executor is set up as the session is; NULL with err when there is none. */
struct peer *runner_peer(struct runner *r, struct error *err);

#endif
