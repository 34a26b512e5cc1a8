/* stoker sql: Spark SQL without a step, interactive or from -e, -f and standard input. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/client/client.h"
#include "core/net/socket.h"
#include "views/cli/sql_run.h"

#define START_MS 15000
#define SCRIPT_MAX (64u << 20)

/* A server that answers costs one connect; only one that is absent is waited for. */
static int ensure_server(struct cli *c, struct error *err)
{
	char *path = fs_home_path("run/api.sock");
	struct client_options o = { .no_start = true };
	int fd, rc = socket_connect_unix(path, &fd, err);

	if (!rc)
		close(fd);
	free(path);
	if (rc != ERR_UNAVAILABLE || c->no_start)
		return rc;
	rc = c->client ? 0 : client_open(NULL, &o, &c->client, err);
	return rc ? rc : client_start_server_wait(c->client, START_MS, err);
}

/* The session's words from ours: -d and --hivevar, --conf and --hiveconf, --database … */
static int session_words(const struct cli_args *a, const char **words, size_t max, struct error *err)
{
	static const struct { const char *ours, *theirs; } map[] = {
		{ "define", "--hivevar" }, { "hivevar", "--hivevar" }, { "conf", "--conf" }, { "hiveconf", "--conf" },
		{ "database", "--database" }, { "vcpu", "--vcpu" }, { "mem-mb", "--mem-mb" },
	};
	size_t n = 0;

	for (size_t i = 0; i < a->values.len; i++) {
		const struct cli_value *v = &a->values.items[i];
		if (!strcmp(v->option->name, "no-server"))
			words[n++] = "--no-server";
		for (size_t k = 0; k < sizeof map / sizeof *map; k++) {
			if (strcmp(v->option->name, map[k].ours))
				continue;
			if (k < 4 && (!strchr(v->value, '=') || *v->value == '='))
				return error_set(err, ERR_INVALID, "--%s: \"%s\" is not KEY=VALUE", v->option->name, v->value);
			words[n++] = map[k].theirs;
			words[n++] = v->value;
		}
		if (n + 4 > max)
			return error_set(err, ERR_INVALID, "too many options");
	}
	words[n] = NULL;
	return 0;
}

static int run_file(struct sql_view *v, const char *path, bool *gone)
{
	struct buf text = BUF_INIT;
	struct error err = ERROR_INIT;
	bool in = !strcmp(path, "-");
	int status;

	if (cli_read(path, SCRIPT_MAX, &text, &err)) {
		cli_fail(v->cli, &err);
		status = CLI_FAILED;   /* 4 is for clusters and steps that are not there */
	} else {
		status = sql_run(v, buf_str(&text), in ? NULL : path, gone);
	}
	buf_free(&text);
	return status;
}

/* -i, -e and -f in their order; without --keep-going the first failure ends it. */
static int run_all(struct sql_view *v, const struct cli_args *a, bool *some, bool *gone)
{
	int status = CLI_OK;

	for (size_t i = 0; i < a->values.len && !*gone; i++) {
		const char *name = a->values.items[i].option->name, *value = a->values.items[i].value;
		bool file = !strcmp(name, "file"), init = !strcmp(name, "init"), text = !strcmp(name, "execute");
		int one;
		if (!file && !init && !text)
			continue;
		*some |= !init;
		one = text ? sql_run(v, value, NULL, gone) : run_file(v, value, gone);
		if (one)
			status = one;
		if (one && (!v->keep_going || one == CLI_INTERRUPTED))
			*gone = true;
	}
	return status;
}

static int run_session(struct sql_view *v, const struct cli_args *a)
{
	bool some = false, gone = false;
	int status = run_all(v, a, &some, &gone);

	if (some || gone)
		return status;
	if (!isatty(STDIN_FILENO))
		return run_file(v, "-", &gone);
	v->chat = true;
	return sql_shell(v);
}

static int exec_sql(struct cli *c, const struct cli_args *a)
{
	struct sql_view v = { .cli = c, .format = c->json ? "json" : cli_flag(a, "csv") ? "csv" : "tsv" };
	const char *words[512];
	struct error err = ERROR_INIT;
	int status;

	if (c->endpoint)
		return cli_usage(c, NULL, "the shell runs on this machine's server only");
	if (session_words(a, words, sizeof words / sizeof *words, &err))
		return cli_usage(c, cli_find("sql"), "%s", err.message);
	if (!cli_flag(a, "no-server") && ensure_server(c, &err))
		return cli_fail(c, &err);
	v.header = cli_flag(a, "header");
	v.keep_going = cli_flag(a, "keep-going");
	if (sql_session_start(words, &v.session, &err))
		return cli_fail(c, &err);
	status = run_session(&v, a);
	sql_session_stop(v.session);
	sql_view_free(&v);
	/* A reader that had enough (| head) is no failure to report: end as every filter does. */
	if (v.pipe_closed) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	return status;
}

static const struct cli_option options[] = {
	{ "execute", 'e', "SQL", "run SQL and leave (may be given more than once)" },
	{ "file", 'f', "FILE", "run a script and leave; - is standard input" },
	{ "init", 'i', "FILE", "run a script first" },
	{ "define", 'd', "KEY=VALUE", "variable, ${KEY} in statements (may be given more than once)" },
	{ "hivevar", 0, "KEY=VALUE", "the same" },
	{ "conf", 0, "KEY=VALUE", "configuration (may be given more than once)" },
	{ "hiveconf", 0, "KEY=VALUE", "the same" },
	{ "database", 0, "NAME", "database to begin in" },
	{ "csv", 0, NULL, "print rows as CSV" },
	{ "header", 0, NULL, "print the names of the columns first" },
	{ "keep-going", 'k', NULL, "go on after a failed statement" },
	{ "no-server", 0, NULL, "ask nothing of a server: this machine's CPUs, a catalogue of its own" },
	{ "vcpu", 0, "N", "CPUs to use" },
	{ "mem-mb", 0, "N", "memory to use, in MB" },
	{ 0 },
};

const struct cli_command cli_cmd_sql = {
	.name = "sql", .verbatim = true, .args = "",
	.summary = "Spark SQL: a shell, or -e, -f, or a script on standard input",
	.about = "Rows are printed as spark-sql prints them, with tabs and NULL; --json prints one object per row, "
	         "--csv the format of RFC 4180. Errors go to standard error with the place in the script, and the "
	         "exit status is then 1. In the shell statements end with a semicolon, Ctrl-C cancels the running "
	         "statement, Tab completes keywords, functions and tables, and Ctrl-D leaves; what was typed is kept "
	         "in sql_history under STOKER_HOME.",
	.options = options, .words = "", .exec = exec_sql,
};
