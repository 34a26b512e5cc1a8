#include "core/base/size.h"
#include "core/engine/driver.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/engine/args.h"
#include "core/engine/driver_executors.h"
#include "core/engine/eventlog.h"
#include "core/engine/runner.h"
#include "core/engine/server.h"
#include "core/net/link.h"

#define SCRIPT_MAX (64u << 20)
#define PROGRESS_EVERY_MS 200

struct driver {
	const struct driver_options *o;
	struct sql_args args;
	uv_loop_t loop;
	uv_signal_t term, intr;
	int signal;                 /* that stops us, or 0 */
	struct server *server;
	struct driver_executors *executors;
	struct runner r;
	struct eventlog *log;
	char app_id[64];
	char *conf_name;
	int statements, done;       /* of the whole step: all, and finished */
	int skip;                   /* finished by an earlier attempt */
	int64_t told;
	uint64_t rows_in, rows_out, bytes_in, bytes_out; /* of finished statements */
};

/* ---- what the server hears ---- */

static const struct runner_progress none = { .description = "" };

static void add_totals(cJSON *m, const struct driver *d, const struct runner_progress *now)
{
	json_add_int(m, "statements", d->statements);
	json_add_int(m, "rows_in", (int64_t)(d->rows_in + now->rows_in));
	json_add_int(m, "rows_out", (int64_t)(d->rows_out + now->rows_out));
	json_add_int(m, "bytes_in", (int64_t)(d->bytes_in + now->bytes_in));
	json_add_int(m, "bytes_out", (int64_t)(d->bytes_out + now->bytes_out));
}

static void tell_progress(struct driver *d, const struct runner_progress *p, bool now)
{
	int64_t t = clock_mono_us() / 1000;
	if (!now && t - d->told < PROGRESS_EVERY_MS)
		return;
	d->told = t;
	cJSON *m = cJSON_CreateObject();
	double here = p->fraction > 1 ? 1 : p->fraction;
	if (here < 0 && d->done)
		here = 0; /* the statements before this one are known to be done */
	json_add_str(m, "type", "progress");
	json_add_int(m, "statement", d->done + 1 > d->statements ? d->statements : d->done + 1);
	json_add_str(m, "description", p->description);
	json_add_num(m, "fraction", d->statements && here >= 0 ? (d->done + here) / d->statements : here);
	add_totals(m, d, p);
	json_add_int(m, "stage", 0);
	json_add_int(m, "tasks_done", d->done);
	json_add_int(m, "tasks", d->statements);
	server_tell(d->server, m);
}

/* FailureDetails are one line: the sentence, and the place in the script or what the system said. */
static void tell_failed(struct driver *d, const struct error *err)
{
	bool system = (err->code == ERR_IO || err->code == ERR_FULL) && err->detail[0];
	cJSON *m = cJSON_CreateObject();
	struct buf text = BUF_INIT;
	buf_adds(&text, err->message);
	if (err->line > 0 && !system)
		buf_addf(&text, " (line %d, column %d)", err->line, err->column);
	if (system)
		buf_addf(&text, ": %s", err->detail);
	json_add_str(m, "type", "failed");
	json_add_str(m, "class", err->class_[0] ? err->class_ : error_code_name(err->code));
	json_add_str(m, "message", buf_str(&text));
	json_add_str(m, "log", "stderr");
	server_tell(d->server, m);
	server_flush(d->server);
	buf_free(&text);
}

static int checkpoint(struct driver *d, struct error *err)
{
	cJSON *m = cJSON_CreateObject();
	json_add_str(m, "type", "checkpoint");
	json_add_int(m, "done", d->done);
	add_totals(m, d, &none);
	return server_ask(d->server, m, NULL, err);
}

/* ---- output ---- */

static int on_rows(void *ctx, const void *data, size_t len, uint64_t count)
{
	(void)ctx;
	(void)count;
	return fwrite(data, 1, len, stdout) == len ? 0 : ERR_IO;
}

static void on_progress(void *ctx, const struct runner_progress *p)
{
	tell_progress(ctx, p, false);
}

static void print_time(const struct driver *d, const struct runner_result *r)
{
	fflush(stdout);
	if (d->args.silent)
		return;
	char t[32];
	snprintf(t, sizeof t, "%.3f", (double)r->ms / 1000);
	for (size_t n = strlen(t); n > 1 && t[n - 1] == '0' && t[n - 2] != '.';)
		t[--n] = '\0';
	fprintf(stderr, "Time taken: %s seconds", t);
	if (r->shows_rows)
		fprintf(stderr, ", Fetched %llu row(s)", (unsigned long long)r->rows);
	fputc('\n', stderr);
}

static void print_error(const char *file, const char *script, const struct error *err)
{
	struct buf b = BUF_INIT;
	fflush(stdout);
	sql_render_error(&b, file, script, err);
	fputs(buf_str(&b), stderr);
	if (err->hint[0] && !strstr(buf_str(&b), err->hint))
		fprintf(stderr, "hint: %s\n", err->hint);
	fflush(stderr);
	buf_free(&b);
}

/* ---- scripts ---- */

static int read_script(struct driver *d, const char *file, struct buf *out, struct error *err)
{
	struct arena *a = arena_new();
	const char *local;
	int rc = paths_map(&d->r.roots, file, a, &local, err);
	if (!rc && !fs_exists(local)) {
		rc = error_set(err, ERR_NOTFOUND, "the script %s does not exist", file);
		error_class(err, "PATH_NOT_FOUND", "42K03");
	}
	if (!rc)
		rc = fs_read(local, SCRIPT_MAX, out, err);
	arena_free(a);
	return rc;
}

static int count_statements(const char *script)
{
	size_t at = 0, begin, end, len = strlen(script);
	bool complete;
	int n = 0;
	while (sql_next_statement(script, len, &at, &begin, &end, &complete))
		n++;
	return n;
}

static void add_metrics(struct driver *d, const struct runner_result *res)
{
	d->rows_in += res->rows_in;
	d->rows_out += res->rows_out;
	d->bytes_in += res->bytes_in;
	d->bytes_out += res->bytes_out;
}

static int run_statement(struct driver *d, const char *script, size_t begin, size_t end, struct error *err)
{
	bool header = !strcmp(sql_session_conf(d->r.session, "spark.sql.cli.print.header", "false"), "true");
	struct runner_output out = { "tsv", header, on_rows, NULL, on_progress, d };
	struct runner_result res;
	struct runner_progress begun = { .description = "" };
	char *text = xstrndup(script + begin, end - begin > 120 ? 120 : end - begin);
	if (d->args.verbose)
		fprintf(stderr, "spark-sql> %.*s\n", (int)(end - begin), script + begin);
	begun.description = text;
	tell_progress(d, &begun, true);
	log_info("statement %d of %d: %s", d->done + 1, d->statements, text);
	int rc = runner_run(&d->r, script, begin, end, &out, &res, err);
	if (rc)
		log_error("statement %d failed: %s", d->done + 1, err->message);
	else
		log_info("statement %d is done: %lld rows in, %lld rows out, %lld ms", d->done + 1,
		         (long long)res.rows_in, (long long)res.rows_out, (long long)res.ms);
	free(text);
	cJSON_Delete(res.columns);
	add_metrics(d, &res);
	if (rc)
		return rc;
	print_time(d, &res);
	d->done++;
	return res.effect ? checkpoint(d, err) : 0;
}

/* A statement that an earlier attempt of this step finished: its settings and views come back, its effects
 * and rows do not. */
static int skip_statement(struct driver *d, const char *script, size_t begin, size_t end, struct error *err)
{
	log_info("statement %d took effect in an earlier attempt", d->done + 1);
	int rc = runner_replay(&d->r, script, begin, end, err);
	d->done++;
	if (rc == ERR_NOTFOUND || rc == ERR_EXISTS) /* it saw the world as it was before its own effect */
		return 0;
	return rc;
}

static int run_script(struct driver *d, const char *file, const char *script, struct error *err)
{
	size_t at = 0, begin, end, len = strlen(script);
	bool complete;
	int rc = 0;
	while (!rc && sql_next_statement(script, len, &at, &begin, &end, &complete)) {
		if (d->done < d->skip)
			rc = skip_statement(d, script, begin, end, err);
		else
			rc = run_statement(d, script, begin, end, err);
	}
	if (rc && !d->signal)
		print_error(file, script, err);
	return rc;
}

/* ---- the life of a step ---- */

static void on_signal(uv_signal_t *h, int signum)
{
	struct driver *d = h->data;
	d->signal = signum;
	d->r.cancel = true;
}

static struct peer *get_peer(void *ctx, bool larger, struct error *err)
{
	struct driver *d = ctx;
	return driver_executors_get(d->executors, larger, err);
}

static void drop_peer(void *ctx, struct peer *p)
{
	struct driver *d = ctx;
	driver_executors_drop(d->executors, p);
}

static bool peer_leaves(void *ctx, const struct peer *p)
{
	return driver_executors_leaving(((struct driver *)ctx)->executors, p);
}

static void on_executor(void *ctx, const cJSON *msg)
{
	struct driver *d = ctx;
	if (d->executors)
		driver_executors_on_server(d->executors, msg);
	if (!strcmp(json_str(msg, "type", ""), "executor"))
		eventlog_executor_size(d->log, json_str(msg, "host", "localhost"), (int)json_int(msg, "vcpu", 1),
		                       (int)json_int(msg, "mem_mb", 0));
}

static char *dup_str(const cJSON *o, const char *name)
{
	return xstrdup(json_str(o, name, NULL));
}

static int join_server(struct driver *d, struct error *err)
{
	struct server_handlers h = { on_executor, d };
	cJSON *hello = cJSON_CreateObject();
	json_add_str(hello, "type", "hello");
	json_add_str(hello, "role", "driver");
	json_add_str(hello, "container", d->o->container);
	json_add_str(hello, "cluster", d->o->cluster);
	json_add_str(hello, "step", d->o->step);
	json_add_str(hello, "app_id", d->app_id);
	json_add_int(hello, "pid", getpid());
	json_add_str(hello, "token", d->o->token);
	d->server = server_connect(&d->loop, hello, &h, &d->r.cancel, 60000, err);
	if (!d->server)
		return err->code;
	const cJSON *w = server_welcome(d->server);
	d->skip = (int)json_int(w, "done", 0);
	d->rows_in = (uint64_t)json_int(w, "rows_in", 0);
	d->rows_out = (uint64_t)json_int(w, "rows_out", 0);
	d->bytes_in = (uint64_t)json_int(w, "bytes_in", 0);
	d->bytes_out = (uint64_t)json_int(w, "bytes_out", 0);
	d->r.roots.lake = dup_str(w, "lake");
	d->r.roots.hdfs = dup_str(w, "hdfs");
	d->r.roots.warehouse = dup_str(w, "warehouse");
	return 0;
}

static void configure(struct driver *d)
{
	const cJSON *c;
	cJSON_ArrayForEach(c, json_obj(server_welcome(d->server), "conf"))
		if (cJSON_IsString(c))
			sql_session_set(d->r.session, c->string, c->valuestring);
	for (size_t i = 0; i < d->args.n_conf; i++)
		sql_session_set(d->r.session, d->args.conf[i].key, d->args.conf[i].value);
	for (size_t i = 0; i < d->args.n_vars; i++)
		sql_session_define(d->r.session, d->args.vars[i].key, d->args.vars[i].value);
}

/* What the job asks for, by option or by Spark's configuration; 0: what the server likes to give. */
static void request_executor(struct driver *d)
{
	int cores = d->args.executor_cores, mem = d->args.executor_mem_mb;
	const char *conf_cores = sql_session_conf(d->r.session, "spark.executor.cores", NULL);
	const char *conf_mem = sql_session_conf(d->r.session, "spark.executor.memory", NULL);
	if (!cores && conf_cores)
		cores = atoi(conf_cores);
	if (!mem && conf_mem)
		mem = size_mb(conf_mem);
	driver_executors_want(d->executors, cores, mem > 0 ? mem : 0);
}

static void open_log(struct driver *d)
{
	const char *folder = json_str(server_welcome(d->server), "history", NULL);
	const char *name = sql_session_conf(d->r.session, "spark.app.name", NULL);
	struct passwd *pw = getpwuid(getuid());
	char host[256] = "localhost", other[64];
	struct error err = ERROR_INIT;
	if (!folder)
		return;
	gethostname(host, sizeof host - 1);
	snprintf(other, sizeof other, "SparkSQL::%s", d->o->step);
	struct eventlog_options o = { folder, d->app_id, d->args.name ? d->args.name : name ? name : other,
	                              pw ? pw->pw_name : "", host, json_obj(server_welcome(d->server), "conf"),
	                              d->args.executor_cores ? d->args.executor_cores : 1,
	                              d->args.executor_mem_mb };
	d->log = d->r.log = eventlog_open(&o, &err);
	if (!d->log)
		log_warn("%s", err.message);
}

static int start(struct driver *d, struct error *err)
{
	int rc = join_server(d, err);
	if (rc)
		return rc;
	d->r.loop = &d->loop;
	d->r.catalog = catalog_new(server_ask_catalog, d->server);
	d->r.get_peer = get_peer;
	d->r.drop_peer = drop_peer;
	d->r.peer_leaves = peer_leaves;
	d->r.ctx = d;
	d->r.job = d->o->step;
	d->r.can_grow = true;
	runner_init(&d->r);
	configure(d);
	d->executors = driver_executors_open(&d->loop, d->server, d->o->container, d->o->token, &d->r.cancel, err);
	if (!d->executors)
		return err->code;
	request_executor(d);
	open_log(d);
	return 0;
}

static int use_database(struct driver *d, struct error *err)
{
	if (!d->args.database || !strcasecmp(d->args.database, "default"))
		return 0;
	char *use = xasprintf("USE `%s`", d->args.database);
	int rc = runner_replay(&d->r, use, 0, strlen(use), err);
	free(use);
	return rc;
}

struct part {
	const char *file;
	struct buf text;
};

/* Read everything before anything runs: a missing file must not be found after half of the work. */
static int read_parts(struct driver *d, struct part parts[2], int *n, struct error *err)
{
	const char *files[2] = { d->args.init, d->args.file };
	*n = 0;
	for (int i = 0; i < 2; i++) {
		if (!files[i])
			continue;
		int rc = read_script(d, files[i], &parts[*n].text, err);
		if (rc)
			return rc;
		parts[(*n)++].file = files[i];
	}
	if (d->args.query) {
		buf_adds(&parts[*n].text, d->args.query);
		parts[(*n)++].file = NULL;
	}
	if (!d->args.file && !d->args.query)
		return error_set(err, ERR_INVALID, "spark-sql: a step needs -f FILE or -e SQL");
	return 0;
}

static int work(struct driver *d, struct error *err)
{
	struct part parts[3] = { 0 };
	int n = 0, rc = read_parts(d, parts, &n, err);
	bool said = false;
	for (int i = 0; i < n && !rc; i++)
		d->statements += count_statements(buf_str(&parts[i].text));
	if (!rc)
		rc = use_database(d, err);
	for (int i = 0; i < n && !rc; i++) {
		rc = run_script(d, parts[i].file, buf_str(&parts[i].text), err);
		said = rc != 0;
	}
	for (int i = 0; i < 3; i++)
		buf_free(&parts[i].text);
	if (rc && !said && !d->signal)
		print_error(NULL, "", err);
	return rc;
}

static void finish(struct driver *d, int status)
{
	eventlog_close(d->log, status);
	if (d->r.session)
		runner_free(&d->r);
	if (d->r.peer)
		drop_peer(d, d->r.peer);
	driver_executors_close(d->executors);
	server_flush(d->server);
	server_close(d->server);
	catalog_free(d->r.catalog);
	uv_close((uv_handle_t *)&d->term, NULL);
	uv_close((uv_handle_t *)&d->intr, NULL);
	uv_run(&d->loop, UV_RUN_NOWAIT);
	uv_loop_close(&d->loop);
	free(d->r.roots.lake);
	free(d->r.roots.hdfs);
	free(d->r.roots.warehouse);
}

static void watch_signals(struct driver *d)
{
	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&d->loop);
	uv_signal_init(&d->loop, &d->term);
	uv_signal_init(&d->loop, &d->intr);
	d->term.data = d->intr.data = d;
	uv_signal_start(&d->term, on_signal, SIGTERM);
	uv_signal_start(&d->intr, on_signal, SIGINT);
}

static int check_program(const char *name, struct error *err)
{
	if (!strcmp(name, "spark-sql") || !strcmp(name, "hive-script"))
		return 0;
	error_set(err, ERR_UNSUPPORTED, "the embedded engine does not run %s steps yet; it runs spark-sql", name);
	error_class(err, "UNSUPPORTED_FEATURE", "0A000");
	return ERR_UNSUPPORTED;
}

int driver_main(const struct driver_options *o)
{
	struct driver d = { .o = o };
	struct error err = ERROR_INIT;
	watch_signals(&d);
	eventlog_app_id(d.app_id, sizeof d.app_id);
	int bad = check_program(o->argv[0], &err), status;
	if (!bad)
		bad = sql_args_read(o->argc, o->argv, &d.args, &err);
	int rc = bad;
	if (!rc && d.args.help) {
		fputs(sql_args_usage(), stdout);
		finish(&d, 0);
		return 0;
	}
	if (bad) { /* the server is told, so that the step's details say why */
		struct error ignored = ERROR_INIT;
		join_server(&d, &ignored);
		print_error(NULL, "", &err);
	} else {
		rc = start(&d, &err);
		if (rc && !d.signal)
			print_error(NULL, "", &err);
		else if (!rc)
			rc = work(&d, &err);
	}
	if (d.server && d.statements)
		tell_progress(&d, &none, true);
	status = !rc ? 0 : d.signal ? 128 + d.signal : bad ? 2 : 1;
	if (rc && !d.signal && d.server)
		tell_failed(&d, &err);
	finish(&d, status);
	return status;
}
