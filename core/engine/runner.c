#include "core/engine/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/engine/commit.h"
#include "core/engine/eventlog.h"
#include "core/engine/format.h"
#include "core/engine/runner_inner.h"
#include "core/sql/quote.h"

#define MAX_LOST 10 /* executors lost under one task: not a failure of the task, but no hope either */

/* ---- the front end's questions ---- */

static int env_describe(void *ctx, const struct sql_source *src, struct arena *a, struct sql_schema *out,
                        struct error *err)
{
	return sources_describe(((struct runner *)ctx)->sources, src, a, out, err);
}

static int env_scan(void *ctx, const struct sql_source *src, const struct sql_schema *schema, struct arena *a,
                    const char **sql, struct error *err)
{
	return sources_scan(((struct runner *)ctx)->sources, src, schema, a, sql, err);
}

static int env_table_get(void *ctx, const char *database, const char *name, struct arena *a,
                         struct sql_table *out, struct error *err)
{
	return catalog_get(((struct runner *)ctx)->catalog, database, name, a, out, err);
}

static int env_table_list(void *ctx, const char *database, struct arena *a, const char ***names, size_t *n,
                          struct error *err)
{
	return catalog_list(((struct runner *)ctx)->catalog, database, a, names, n, err);
}

static int env_table_path(void *ctx, const char *database, const char *name, struct arena *a,
                          const char **path, struct error *err)
{
	struct runner *r = ctx;
	if (!r->roots.warehouse)
		return error_set(err, ERR_UNSUPPORTED, "there is no warehouse folder for managed tables here");
	if (!strcasecmp(database, "default"))
		*path = arena_printf(a, "%s/%s", r->roots.warehouse, name);
	else
		*path = arena_printf(a, "%s/%s.db/%s", r->roots.warehouse, database, name);
	return 0;
}

/* ---- life ---- */

static struct peer *peer_for_sources(void *ctx, struct error *err)
{
	return runner_peer(ctx, err);
}

void runner_init(struct runner *r)
{
	static const struct sql_env env = { NULL, env_describe, env_scan, env_table_get, env_table_list,
	                                    env_table_path };
	struct sql_env *own = xmalloc(sizeof *own);
	*own = env;
	own->ctx = r;
	r->session = sql_session_new(own);
	r->env = own;
	r->sources = sources_new(&r->roots, peer_for_sources, r);
	sql_session_set(r->session, "spark.sql.session.timeZone", zone_local_name());
}

void runner_free(struct runner *r)
{
	sql_session_free(r->session);
	sources_free(r->sources);
	free(r->env);
	for (size_t i = 0; i < r->setup.len; i++)
		free(r->setup.items[i]);
	vec_free(&r->setup);
	free(r->zone);
}

/* ---- the executor ---- */

static int setup_zone(struct runner *r, struct error *err)
{
	const char *zone = sql_session_conf(r->session, "spark.sql.session.timeZone", "UTC");
	if (r->zone && !strcmp(r->zone, zone))
		return 0;
	struct buf b = BUF_INIT;
	buf_adds(&b, "SET TimeZone=");
	sql_quote_str(&b, zone);
	const char *sql[1] = { buf_str(&b) };
	int rc = peer_setup(r->peer, sql, 1, err);
	buf_free(&b);
	if (rc)
		return rc;
	free(r->zone);
	r->zone = xstrdup(zone);
	return 0;
}

static void lose_peer(struct runner *r, const char *reason)
{
	if (!r->peer)
		return;
	eventlog_executor_removed(r->log, r->executor_id, reason);
	r->drop_peer(r->ctx, r->peer);
	r->peer = NULL;
	free(r->zone);
	r->zone = NULL;
}

static int take_peer(struct runner *r, bool larger, struct error *err)
{
	r->peer = r->get_peer(r->ctx, larger, err);
	if (!r->peer)
		return err->code;
	int rc = peer_wait_ready(r->peer, 60000, err);
	log_debug("runner: the executor is ready");
	if (!rc)
		eventlog_executor_added(r->log, ++r->executor_id);
	if (!rc && r->setup.len)
		rc = peer_setup(r->peer, (const char *const *)r->setup.items, r->setup.len, err);
	return rc;
}

struct peer *runner_peer(struct runner *r, struct error *err)
{
	int rc = 0;
	if (r->peer && !peer_alive(r->peer))
		lose_peer(r, "lost");
	if (r->peer && r->peer_leaves && r->peer_leaves(r->ctx, r->peer)) {
		log_info("the executor's node is being decommissioned: the job moves to another one");
		lose_peer(r, "its node was decommissioned");
	}
	if (!r->peer) {
		struct error local = ERROR_INIT;
		rc = take_peer(r, false, err ? err : &local);
	}
	if (!rc)
		rc = setup_zone(r, err);
	return rc ? NULL : r->peer;
}

/* ---- tasks ---- */

struct attempts {
	int failed, lost;
	int max;
	bool larger;
};

/* Whether the error allows another attempt; what Spark counts and what it does not: engine.md's rules. */
static bool again(struct runner *r, struct attempts *a, const struct error *err)
{
	if (r->cancel)
		return false;
	if (!strcmp(err->class_, "EXECUTOR_LOST"))
		return ++a->lost <= MAX_LOST;
	if (!strcmp(err->class_, "OOM") && r->can_grow)
		a->larger = true;
	else if (strcmp(err->class_, "IO_TRANSIENT") && strcmp(err->class_, "INTERNAL"))
		return false;
	return ++a->failed < a->max;
}

static int attempt_peer(struct runner *r, struct attempts *a, struct error *err)
{
	/* After an OOM or an internal error the process is not to be trusted. */
	if (a->failed && r->peer && (a->larger || !peer_alive(r->peer)))
		lose_peer(r, "lost");
	if (!r->peer && a->larger) {
		int rc = take_peer(r, true, err);
		if (rc)
			return rc;
	}
	return runner_peer(r, err) ? 0 : err->code;
}

int runner_task(struct runner *r, const struct runner_task *t, cJSON **reply, struct error *err)
{
	struct attempts a = { .max = atoi(sql_session_conf(r->session, "spark.task.maxFailures", "4")) };
	for (int attempt = 0;; attempt++) {
		int rc = attempt_peer(r, &a, err);
		if (!rc) {
			eventlog_task_start(r->log, attempt);
			rc = peer_call(r->peer, t->make(t->ctx, attempt), t->sink, reply, err);
			eventlog_task_end(r->log, attempt, rc ? NULL : *reply, rc ? err : NULL);
		}
		if (!rc)
			return 0;
		struct error why = *err;
		if (!again(r, &a, err) || (t->restart && t->restart(t->ctx, err)))
			return err->code;
		log_warn("attempt %d of the task failed (%s: %.200s); trying again", attempt + 1, why.class_,
		         why.message);
	}
}

/* ---- queries ---- */

struct query_task {
	struct runner *r;
	const struct sql_plan *p;
	const struct runner_output *out;
	struct runner_progress progress;
	uint64_t rows;
	bool any;
};

static int on_rows(void *ctx, const void *data, size_t len, uint64_t count)
{
	struct query_task *q = ctx;
	q->any = true;
	q->rows += count;
	return q->out->rows(q->out->ctx, data, len, count);
}

static bool on_full(void *ctx)
{
	struct query_task *q = ctx;
	return q->out->full && q->out->full(q->out->ctx);
}

static void on_progress(void *ctx, double fraction, uint64_t rows_in)
{
	struct query_task *q = ctx;
	q->progress.fraction = fraction;
	q->progress.rows_in = rows_in;
	q->progress.rows_out = q->rows;
	if (q->out->progress)
		q->out->progress(q->out->ctx, &q->progress);
}

static cJSON *columns_json(const struct sql_schema *s)
{
	cJSON *list = cJSON_CreateArray();
	for (size_t i = 0; i < s->n; i++) {
		cJSON *c = cJSON_CreateObject();
		json_add_str(c, "name", s->columns[i].name);
		json_add_str(c, "type", s->columns[i].type);
		cJSON_AddItemToArray(list, c);
	}
	return list;
}

static cJSON *make_query(void *ctx, int attempt)
{
	struct query_task *q = ctx;
	cJSON *m = cJSON_CreateObject(), *o = cJSON_CreateObject();
	json_add_str(m, "type", "task");
	json_add_int(m, "stage", 0);
	json_add_int(m, "partition", 0);
	json_add_int(m, "attempt", attempt);
	json_add_str(m, "sql", q->p->kernel_sql);
	json_add_str(o, "kind", "rows");
	json_add_str(o, "format", q->out->format);
	json_add_bool(o, "header", q->out->header);
	json_add(o, "types", columns_json(&q->p->schema));
	return json_add(m, "output", o);
}

static int restart_query(void *ctx, struct error *err)
{
	struct query_task *q = ctx;
	if (!q->any)
		return 0;
	error_prefix(err, "the executor failed after %llu rows had been shown", (unsigned long long)q->rows);
	return err->code;
}

static int run_query(struct runner *r, const struct sql_plan *p, const struct runner_output *out,
                     struct runner_result *res, struct error *err)
{
	struct query_task q = { .r = r, .p = p, .out = out, .progress = { .description = "query" } };
	struct peer_sink sink = { on_rows, on_progress, on_full, &q };
	struct runner_task t = { make_query, restart_query, &q, &sink, "query" };
	cJSON *reply = NULL;
	int rc = runner_task(r, &t, &reply, err);
	if (!rc) {
		res->rows = (uint64_t)json_int(reply, "rows_out", 0);
		res->rows_in = (uint64_t)json_int(reply, "rows_in", 0);
		res->rows_out = res->rows;
		res->bytes_in = (uint64_t)json_int(reply, "bytes_in", 0);
		res->shows_rows = res->is_query = true;
		res->columns = columns_json(&p->schema);
	}
	cJSON_Delete(reply);
	return rc;
}

/* ---- tables ---- */

int runner_local(struct runner *r, const struct sql_plan *p, const char *user, const char **local,
                 struct error *err)
{
	return paths_map(&r->roots, user, p->arena, local, err);
}

static int table_exists(struct runner *r, const struct sql_plan *p, bool *exists, struct error *err)
{
	struct sql_table t;
	int rc = catalog_get(r->catalog, p->table.database, p->table.name, p->arena, &t, err);
	*exists = !rc;
	return rc == ERR_NOTFOUND ? 0 : rc;
}

/* CREATE TABLE … AS SELECT: the files first, so that a table in the catalogue always has its rows. */
static int fill_table(struct runner *r, const struct sql_plan *p, const struct runner_output *out,
                      struct runner_result *res, struct error *err)
{
	struct sql_insert ins = p->insert;
	if (!ins.to.n_paths) {
		ins.to = p->table.source;
		ins.overwrite = true;
	}
	return runner_insert(r, p, p->kernel_sql, &ins, out, res, err);
}

static int create_table(struct runner *r, const struct sql_plan *p, const struct runner_output *out,
                        struct runner_result *res, struct error *err)
{
	bool exists = false;
	int rc = table_exists(r, p, &exists, err);
	if (rc || (exists && p->if_not_exists))
		return rc;
	if (exists && !p->or_replace) {
		/* Refused before anything is written. */
		error_set(err, ERR_EXISTS, "Cannot create table or view `%s`.`%s` because it already exists.",
		          p->table.database, p->table.name);
		error_class(err, "TABLE_OR_VIEW_ALREADY_EXISTS", "42P07");
		return ERR_EXISTS;
	}
	if (p->kernel_sql)
		rc = fill_table(r, p, out, res, err);
	if (!rc)
		rc = catalog_put(r->catalog, &p->table, p->or_replace, err);
	res->effect = !rc;
	return rc;
}

static int drop_table(struct runner *r, const struct sql_plan *p, struct runner_result *res, struct error *err)
{
	struct sql_table t;
	const char *local;
	int rc = catalog_get(r->catalog, p->table.database, p->table.name, p->arena, &t, err);
	if (rc == ERR_NOTFOUND && p->if_exists)
		return 0;
	if (!rc)
		rc = catalog_drop(r->catalog, p->table.database, p->table.name, p->if_exists, err);
	if (!rc && t.managed && !runner_local(r, p, t.source.paths[0], &local, err))
		rc = commit_remove(local, err);
	res->effect = !rc;
	return rc;
}

static int setup_statements(struct runner *r, const struct sql_plan *p, struct error *err)
{
	if (!runner_peer(r, err))
		return err->code;
	int rc = peer_setup(r->peer, p->setup, p->n_setup, err);
	for (size_t i = 0; !rc && i < p->n_setup; i++)
		vec_push(&r->setup, xstrdup(p->setup[i]));
	return rc;
}

/* ---- a statement ---- */

static int check_plan_mode(struct runner *r, struct error *err)
{
	const char *mode = sql_session_conf(r->session, "stoker.plan", "auto");
	if (!strcasecmp(mode, "auto") || !strcasecmp(mode, "single"))
		return 0;
	error_set(err, ERR_UNSUPPORTED, "stoker.plan = %s is not supported yet: a query runs as one task on one "
	          "executor", mode);
	error_class(err, "UNSUPPORTED_FEATURE", "0A000");
	error_hint(err, "SET stoker.plan=auto");
	return ERR_UNSUPPORTED;
}

static int run_plan(struct runner *r, const struct sql_plan *p, const struct runner_output *out,
                    struct runner_result *res, struct error *err)
{
	int rc = p->kernel_sql ? check_plan_mode(r, err) : 0;
	if (rc)
		return rc;
	switch (p->kind) {
	case SQL_PLAN_QUERY: return run_query(r, p, out, res, err);
	case SQL_PLAN_ROWS:
		res->columns = columns_json(&p->schema);
		return runner_show_rows(p, out, res, err);
	case SQL_PLAN_SETUP: return setup_statements(r, p, err);
	case SQL_PLAN_INSERT:
		rc = runner_insert(r, p, p->kernel_sql, &p->insert, out, res, err);
		res->effect = !rc;
		return rc;
	case SQL_PLAN_CREATE_TABLE: return create_table(r, p, out, res, err);
	case SQL_PLAN_DROP_TABLE: return drop_table(r, p, res, err);
	case SQL_PLAN_NOTHING: return 0;
	}
	return error_set(err, ERR_INTERNAL, "a plan of an unknown kind");
}

static bool kernel_class(const struct error *err)
{
	return !strcmp(err->class_, "USER_ERROR") || !strcmp(err->class_, "INTERNAL");
}

/* Lacks of the machine, for a person: what is missing where, and what to do. */
static void explain_lack(struct error *err)
{
	char text[512];
	snprintf(text, sizeof text, "%.*s", (int)strcspn(err->message, "\n"), err->message);
	if (!strcmp(err->class_, "OOM")) {
		error_set(err, ERR_NOMEM, "The query needs more memory than its executor has: %s.", text);
		error_class(err, "OUT_OF_MEMORY", "53200");
		error_hint(err, "give executors more with --executor-memory or spark.executor.memory");
	} else if (!strcmp(err->class_, "IO_TRANSIENT") &&
	           (strstr(text, "No space left") || strstr(text, "disk of"))) {
		error_set(err, ERR_FULL, "A disk is full: %s.", text);
		error_class(err, "DISK_FULL", "53100");
		error_hint(err, "free space on that disk, or write elsewhere; nothing that was there has changed");
	}
}

/* Say it in Spark's words, with a place. */
static void explain(struct runner *r, const struct sql_plan *p, struct error *err)
{
	if (r->cancel || !strcmp(err->class_, "KILLED")) {
		error_set(err, ERR_CANCELLED, "the statement was cancelled");
		error_class(err, "CANCELLED", NULL);
		return;
	}
	explain_lack(err);
	if (p && kernel_class(err) && !source_map_error(err->message, err)) {
		struct error mapped = *err;
		char *text = xstrdup(err->message);
		sql_map_kernel_error(p, text, &mapped);
		free(text);
		*err = mapped;
	}
	if (p && !err->line)
		error_at(err, p->line, p->column);
}

int runner_run(struct runner *r, const char *script, size_t begin, size_t end,
               const struct runner_output *out, struct runner_result *res, struct error *err)
{
	struct sql_plan *p = NULL;
	int64_t t0 = clock_mono_us();
	memset(res, 0, sizeof *res);
	r->statement++;
	int rc = sql_compile(r->session, script, begin, end, &p, err);
	if (!rc) {
		log_debug("runner: compiled: %s", p->kernel_sql ? p->kernel_sql : "nothing for the kernel");
		eventlog_statement_start(r->log, p);
		rc = run_plan(r, p, out, res, err);
	}
	log_debug("runner: done");
	if (rc)
		explain(r, p, err);
	if (p)
		eventlog_statement_end(r->log, rc ? err : NULL);
	sources_forget(r->sources);
	sql_plan_free(p);
	res->ms = (clock_mono_us() - t0) / 1000;
	return rc;
}

int runner_replay(struct runner *r, const char *script, size_t begin, size_t end, struct error *err)
{
	struct sql_plan *p = NULL;
	r->statement++;
	int rc = sql_compile(r->session, script, begin, end, &p, err);
	if (!rc && p->kind == SQL_PLAN_SETUP)
		for (size_t i = 0; i < p->n_setup; i++)
			vec_push(&r->setup, xstrdup(p->setup[i]));
	sources_forget(r->sources);
	sql_plan_free(p);
	return rc;
}
