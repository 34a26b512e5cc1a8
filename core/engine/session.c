#include "core/engine/session.h"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/engine/args.h"
#include "core/engine/eventlog.h"
#include "core/engine/executor.h"
#include "core/engine/runner.h"
#include "core/engine/server.h"
#include "core/net/link.h"

#define FIRST_MEM_MB 1024       /* what the executor starts with, until the grant is known */
#define FULL_SHELL (4u << 20)   /* bytes on the way to the shell at which rows wait */
#define PROGRESS_AFTER_MS 300
#define PROGRESS_EVERY_MS 200

struct item {
	cJSON *msg;
	bool cancelled;
};

struct session {
	const struct session_options *o;
	struct sql_args args;
	uv_loop_t loop;
	uv_signal_t term;
	struct link *shell;
	struct server *server;
	struct runner r;
	VEC(struct item) queue;
	bool shell_gone;
	int64_t running;            /* req of the run in hand */
	bool drop_rest;             /* it was cancelled: its other statements are dropped */
	int statement;              /* within the run */
	int64_t started, told;      /* of the statement, for progress */
	char app_id[64], temp[512];
	int vcpu, mem_mb;
	pid_t executor;
	int executor_fd;            /* of the executor that was started first, until it is taken */
	struct eventlog *log;
};

/* ---- the executor: a fork of this very process, started before anything else ---- */

static int start_executor(struct session *s, int mem_mb)
{
	int sv[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv))
		return -1;
	s->executor = fork();
	if (s->executor == 0) {
		/* Nothing of the parent's may be kept open: the shell must see its end. */
		int fd = dup2(sv[1], 3);
		close_range(4, ~0u, 0);
		struct executor_options o = { "1", "", fd, s->vcpu, mem_mb, s->temp, NULL };
		log_open("executor");
		mem_exit(executor_serve(&o));
	}
	close(sv[1]);
	s->executor_fd = s->executor > 0 ? sv[0] : -1;
	return s->executor_fd;
}

/* Waiting for the end of a large process takes milliseconds: only where it leaves files to remove. */
static void reap(struct session *s, bool wait)
{
	if (s->executor > 0)
		kill(s->executor, SIGKILL);
	if (s->executor > 0 && (wait || fs_exists(s->temp))) {
		waitpid(s->executor, NULL, 0);
		fs_remove_tree(s->temp, NULL);
	}
	s->executor = -1;
}

static struct peer *get_peer(void *ctx, bool larger, struct error *err)
{
	struct session *s = ctx;
	if (larger) { /* a shell has one grant: a fresh process is all that can be had */
		reap(s, true);
		s->executor_fd = -1;
	}
	if (s->executor_fd < 0 && start_executor(s, s->mem_mb) < 0) {
		error_set(err, ERR_UNAVAILABLE, "an executor cannot be started");
		return NULL;
	}
	int fd = s->executor_fd;
	s->executor_fd = -1;
	return peer_open(&s->loop, fd, &s->r.cancel, err);
}

static void drop_peer(void *ctx, struct peer *p)
{
	peer_close(p);
	reap(ctx, true);
}

/* ---- to the shell ---- */

static cJSON *message(const char *type, int64_t req)
{
	cJSON *m = cJSON_CreateObject();
	json_add_str(m, "type", type);
	return req ? json_add_int(m, "req", req) : m;
}

static void tell(struct session *s, cJSON *m)
{
	if (s->shell)
		link_send(s->shell, m, NULL, 0);
	cJSON_Delete(m);
}

static int on_rows(void *ctx, const void *data, size_t len, uint64_t count)
{
	struct session *s = ctx;
	if (!s->shell)
		return ERR_IO;
	cJSON *m = message("rows", s->running);
	json_add_int(m, "statement", s->statement);
	json_add_int(m, "count", (int64_t)count);
	int rc = link_send(s->shell, m, data, len);
	cJSON_Delete(m);
	return rc;
}

static bool on_full(void *ctx)
{
	struct session *s = ctx;
	return s->shell && link_queued(s->shell) > FULL_SHELL;
}

static void on_progress(void *ctx, const struct runner_progress *p)
{
	struct session *s = ctx;
	int64_t now = clock_mono_us() / 1000;
	if (now - s->started < PROGRESS_AFTER_MS || now - s->told < PROGRESS_EVERY_MS)
		return;
	s->told = now;
	cJSON *m = message("progress", s->running);
	json_add_int(m, "statement", s->statement);
	json_add_num(m, "fraction", p->fraction);
	json_add_int(m, "rows_in", (int64_t)p->rows_in);
	tell(s, m);
}

static void tell_result(struct session *s, struct runner_result *r)
{
	cJSON *m = message("result", s->running);
	json_add_int(m, "statement", s->statement);
	json_add_int(m, "rows", (int64_t)r->rows);
	json_add_int(m, "ms", r->ms);
	json_add_str(m, "kind", r->is_query ? "query" : r->shows_rows ? "rows" : "command");
	json_add(m, "columns", r->columns ? r->columns : cJSON_CreateArray());
	tell(s, m);
}

static void tell_error(struct session *s, const char *file, const char *script, const struct error *err)
{
	struct buf text = BUF_INIT;
	sql_render_error(&text, file, script, err);
	cJSON *m = message("error", s->running);
	json_add_int(m, "statement", s->statement);
	json_add_str(m, "text", buf_str(&text));
	json_add_str(m, "class", err->class_);
	json_add_str(m, "sqlstate", err->sqlstate);
	json_add_str(m, "message", err->message);
	json_add_int(m, "line", err->line);
	json_add_int(m, "column", err->column);
	tell(s, m);
	buf_free(&text);
}

static int fatal(struct session *s, const struct error *err)
{
	cJSON *m = message("fatal", 0);
	json_add_str(m, "class", err->class_);
	json_add_str(m, "message", err->message);
	if (err->hint[0])
		json_add_str(m, "hint", err->hint);
	tell(s, m);
	if (s->shell)
		link_flush(s->shell, 2000, NULL);
	return 1;
}

/* ---- runs ---- */

static bool run_statement(struct session *s, const cJSON *msg, const char *script, size_t begin, size_t end)
{
	struct runner_output out = { json_str(msg, "format", "tsv"), json_bool(msg, "header", false), on_rows,
	                             on_full, on_progress, s };
	struct runner_result res;
	struct error err = ERROR_INIT;
	s->statement++;
	s->started = clock_mono_us() / 1000;
	int rc = runner_run(&s->r, script, begin, end, &out, &res, &err);
	s->r.cancel = s->r.cancel && s->shell_gone;
	if (!rc) {
		tell_result(s, &res);
		return true;
	}
	cJSON_Delete(res.columns);
	tell_error(s, json_str(msg, "file", NULL), script, &err);
	return false;
}

static void run(struct session *s, const cJSON *msg)
{
	const char *script = json_str(msg, "sql", "");
	size_t len = strlen(script), at = 0, begin, end;
	bool complete, keep = json_bool(msg, "keep_going", false);
	int failed = 0;
	s->running = json_int(msg, "req", 0);
	s->statement = 0;
	s->drop_rest = false;
	while (!s->shell_gone && !s->drop_rest && sql_next_statement(script, len, &at, &begin, &end, &complete)) {
		if (run_statement(s, msg, script, begin, end))
			continue;
		failed++;
		if (!keep)
			break;
	}
	cJSON *m = message("finished", s->running);
	json_add_int(m, "statements", s->statement);
	json_add_int(m, "failed", failed);
	tell(s, m);
	s->running = 0;
}

static void split(struct session *s, const cJSON *msg)
{
	const char *script = json_str(msg, "sql", "");
	size_t len = strlen(script), at = 0, begin, end, rest = len, counted = 0;
	bool complete = true;
	int line = 1;
	cJSON *m = message("statements", json_int(msg, "req", 0)), *items = cJSON_AddArrayToObject(m, "items");
	while (sql_next_statement(script, len, &at, &begin, &end, &complete)) {
		for (; counted < begin; counted++)
			line += script[counted] == '\n';
		cJSON *i = cJSON_CreateObject();
		json_add_int(i, "begin", (int64_t)begin);
		json_add_int(i, "end", (int64_t)end);
		json_add_int(i, "line", line);
		cJSON_AddItemToArray(items, i);
		if (!complete)
			rest = begin;
	}
	json_add_bool(m, "complete", rest == len);
	json_add_int(m, "rest", (int64_t)rest);
	tell(s, m);
}

static void words(struct session *s, const cJSON *msg)
{
	cJSON *m = message("words", json_int(msg, "req", 0)), *list = cJSON_AddArrayToObject(m, "words");
	struct arena *a = arena_new();
	const char **tables;
	size_t n;
	const char *const *known = sql_completion_words(&n);
	for (size_t i = 0; i < n; i++)
		cJSON_AddItemToArray(list, cJSON_CreateString(known[i]));
	if (!catalog_list(s->r.catalog, "default", a, &tables, &n, NULL))
		for (size_t i = 0; i < n; i++)
			cJSON_AddItemToArray(list, cJSON_CreateString(tables[i]));
	arena_free(a);
	tell(s, m);
}

/* ---- from the shell ---- */

static void cancel(struct session *s, int64_t req)
{
	if (req && req == s->running) {
		s->r.cancel = true;
		s->drop_rest = true;
	}
	for (size_t i = 0; i < s->queue.len; i++)
		if (json_int(s->queue.items[i].msg, "req", 0) == req)
			s->queue.items[i].cancelled = true;
}

static void leave(struct session *s)
{
	s->shell_gone = true;
	s->r.cancel = true;
}

static void on_message(struct link *l, const cJSON *msg, const void *data, size_t len, void *ctx)
{
	struct session *s = ctx;
	const char *type = json_str(msg, "type", "");
	(void)l;
	(void)data;
	(void)len;
	if (!strcmp(type, "cancel")) {
		cancel(s, json_int(msg, "req", 0));
	} else if (!strcmp(type, "split")) { /* needs nothing but the text: answered at once */
		split(s, msg);
	} else if (!strcmp(type, "exit")) {
		leave(s);
	} else {
		struct item i = { cJSON_Duplicate(msg, true), false };
		vec_push(&s->queue, i);
	}
}

static void on_close(struct link *l, const struct error *why, void *ctx)
{
	struct session *s = ctx;
	(void)l;
	(void)why;
	s->shell = NULL;
	leave(s);
}

static void on_term(uv_signal_t *h, int signum)
{
	(void)signum;
	leave(h->data);
}

static void handle_next(struct session *s)
{
	struct item i = s->queue.items[0];
	vec_remove(&s->queue, 0);
	const char *type = json_str(i.msg, "type", "");
	if (!strcmp(type, "run") && !i.cancelled) {
		run(s, i.msg);
	} else if (!strcmp(type, "run")) {
		cJSON *m = message("finished", json_int(i.msg, "req", 0));
		json_add_int(m, "statements", 0);
		json_add_int(m, "failed", 0);
		tell(s, m);
	} else if (!strcmp(type, "words")) {
		words(s, i.msg);
	}
	cJSON_Delete(i.msg);
}

/* ---- start ---- */

static char *dup_str(const cJSON *o, const char *name)
{
	return xstrdup(json_str(o, name, NULL));
}

/* hdfs:// ends with its cluster, so a session has one only where a step of a cluster started it. */
static char *cluster_storage(void)
{
	const char *folder = getenv("STOKER_HDFS");
	return folder && *folder ? xstrdup(folder) : NULL;
}

static int join_server(struct session *s, struct error *err)
{
	struct server_handlers h = { NULL, s };
	cJSON *hello = message("hello", 0);
	json_add_str(hello, "role", "session");
	json_add_str(hello, "app_id", s->app_id);
	json_add_int(hello, "pid", getpid());
	json_add_int(hello, "mem_mb", s->o->mem_mb);
	json_add_int(hello, "vcpu", s->o->vcpu);
	s->server = server_connect(&s->loop, hello, &h, &s->r.cancel, 5000, err);
	if (!s->server)
		return err->code;
	const cJSON *w = server_welcome(s->server);
	s->r.roots.lake = dup_str(w, "lake");
	s->r.roots.hdfs = cluster_storage();
	s->r.roots.warehouse = dup_str(w, "warehouse");
	s->vcpu = (int)json_int(w, "vcpu", s->vcpu);
	s->mem_mb = (int)json_int(w, "mem_mb", FIRST_MEM_MB);
	s->r.catalog = catalog_new(server_ask_catalog, s->server);
	return 0;
}

static void stand_alone(struct session *s)
{
	s->r.roots.lake = fs_home_path("lake");
	s->r.roots.hdfs = cluster_storage();
	s->r.roots.warehouse = fs_home_path("warehouse");
	s->mem_mb = s->o->mem_mb ? s->o->mem_mb : FIRST_MEM_MB;
	s->r.catalog = catalog_new_memory();
}

static void open_log(struct session *s)
{
	const cJSON *w = s->server ? server_welcome(s->server) : NULL;
	const char *folder = json_str(w, "history", NULL);
	struct passwd *pw = getpwuid(getuid());
	char host[256] = "localhost";
	struct error err = ERROR_INIT;
	if (!folder)
		return;
	gethostname(host, sizeof host - 1);
	struct eventlog_options o = { folder, s->app_id, s->args.name ? s->args.name : "stoker sql",
	                              pw ? pw->pw_name : "", host, NULL, s->vcpu, s->mem_mb };
	s->log = s->r.log = eventlog_open(&o, &err);
	if (!s->log)
		log_warn("%s", err.message);
}

static void configure(struct session *s)
{
	const cJSON *conf = s->server ? json_obj(server_welcome(s->server), "conf") : NULL, *c;
	cJSON_ArrayForEach(c, conf)
		if (cJSON_IsString(c))
			sql_session_set(s->r.session, c->string, c->valuestring);
	for (size_t i = 0; i < s->args.n_conf; i++)
		sql_session_set(s->r.session, s->args.conf[i].key, s->args.conf[i].value);
	for (size_t i = 0; i < s->args.n_vars; i++)
		sql_session_define(s->r.session, s->args.vars[i].key, s->args.vars[i].value);
}

/* The executor came up with a guess; from now on it keeps to the grant. */
static void apply_grant(struct session *s)
{
	char memory[96], threads[64];
	snprintf(memory, sizeof memory, "SET memory_limit='%dMiB'", kernel_memory_share(s->mem_mb));
	snprintf(threads, sizeof threads, "SET threads=%d", s->vcpu > 0 ? s->vcpu : 1);
	vec_push(&s->r.setup, xstrdup(memory));
	vec_push(&s->r.setup, xstrdup(threads));
}

static int start(struct session *s, struct error *err)
{
	static const struct link_handlers handlers = { on_message, on_close, NULL };
	int rc = link_open(&s->loop, s->o->fd, &handlers, s, &s->shell, err);
	if (!rc && !s->o->no_server)
		rc = join_server(s, err);
	else if (!rc)
		stand_alone(s);
	if (rc)
		return rc;
	s->r.loop = &s->loop;
	s->r.get_peer = get_peer;
	s->r.drop_peer = drop_peer;
	s->r.ctx = s;
	s->r.job = s->app_id;
	runner_init(&s->r);
	configure(s);
	apply_grant(s);
	open_log(s);
	cJSON *m = message("ready", 0);
	json_add_str(m, "app_id", s->app_id);
	json_add_int(m, "vcpu", s->vcpu);
	json_add_int(m, "mem_mb", s->mem_mb);
	tell(s, m);
	log_debug("session: ready, %d vcpu, %d MB", s->vcpu, s->mem_mb);
	return 0;
}

static void finish(struct session *s, int status)
{
	eventlog_close(s->log, status);
	if (s->r.session)
		runner_free(&s->r);
	peer_close(s->r.peer);
	if (s->executor_fd >= 0)
		close(s->executor_fd);
	reap(s, false);
	server_close(s->server);
	catalog_free(s->r.catalog);
	link_close(s->shell);
	uv_close((uv_handle_t *)&s->term, NULL);
	uv_run(&s->loop, UV_RUN_NOWAIT);
	uv_loop_close(&s->loop);
	for (size_t i = 0; i < s->queue.len; i++)
		cJSON_Delete(s->queue.items[i].msg);
	vec_free(&s->queue);
	free(s->r.roots.lake);
	free(s->r.roots.hdfs);
	free(s->r.roots.warehouse);
}

static int serve(struct session *s)
{
	while (!s->shell_gone) {
		if (s->queue.len)
			handle_next(s);
		else
			uv_run(&s->loop, UV_RUN_ONCE);
	}
	return 0;
}

int session_main(const struct session_options *o)
{
	struct session s = { .o = o, .executor = -1, .executor_fd = -1 };
	struct error err = ERROR_INIT;
	char tail[16];
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	s.vcpu = o->vcpu ? o->vcpu : cpus > 0 ? (int)cpus : 1;
	snprintf(s.temp, sizeof s.temp, "%s/tmp/session-%s", fs_home(), id_hex(tail, sizeof tail, "", 12));
	log_debug("session: begins");
	start_executor(&s, o->mem_mb ? o->mem_mb : FIRST_MEM_MB);
	signal(SIGINT, SIG_IGN); /* the terminal's Ctrl-C is for the shell, which sends cancel */
	signal(SIGPIPE, SIG_IGN);
	eventlog_app_id(s.app_id, sizeof s.app_id);
	uv_loop_init(&s.loop);
	uv_signal_init(&s.loop, &s.term);
	s.term.data = &s;
	log_debug("session: has a loop");
	uv_signal_start(&s.term, on_term, SIGTERM);
	int rc = sql_args_read(o->argc, o->argv, &s.args, &err);
	if (!rc)
		rc = start(&s, &err);
	else
		link_open(&s.loop, o->fd, &(struct link_handlers){ on_message, on_close, NULL }, &s, &s.shell, NULL);
	int status = rc ? fatal(&s, &err) : serve(&s);
	finish(&s, status);
	return status;
}
