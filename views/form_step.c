/* The form that adds a step: Spark SQL from a file or typed in, streaming, or any command. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "views/sheet.h"

static const char *const kinds[] = { "spark-sql file", "spark-sql text", "streaming", "command", NULL };
static const char *const on_failure[] = { "CONTINUE", "CANCEL_AND_WAIT", "TERMINATE_CLUSTER", NULL };

static bool is_kind(const struct form *f, int kind)
{
	return !strcmp(form_text(f, "kind"), kinds[kind]);
}

static bool shows_file(void *ctx, const struct form *f)
{
	(void)ctx;
	return is_kind(f, 0);
}

static bool shows_text(void *ctx, const struct form *f)
{
	(void)ctx;
	return is_kind(f, 1);
}

static bool shows_variables(void *ctx, const struct form *f)
{
	(void)ctx;
	return is_kind(f, 0) || is_kind(f, 1);
}

static bool shows_streaming(void *ctx, const struct form *f)
{
	(void)ctx;
	return is_kind(f, 2);
}

static bool shows_command(void *ctx, const struct form *f)
{
	(void)ctx;
	return is_kind(f, 3);
}

/* Local files can be looked at now; others only by the server. */
static const char *check_file(void *ctx, const char *v)
{
	const struct console *con = ctx;
	if (strstr(v, "://") || !client_is_local(con->client))
		return NULL;
	if (*v != '/')
		return NULL; /* made absolute at submit, and looked at there */
	return access(v, R_OK) ? strerror(errno) : NULL;
}

/* "a=1 b=2" → -d a=1 -d b=2 */
static void add_variables(struct step *s, const char *line)
{
	struct str_list words = { 0 };
	if (!act_split_words(line, &words, NULL)) {
		for (size_t i = 0; i < words.len; i++) {
			str_list_add(&s->args, "-d");
			str_list_add(&s->args, words.items[i]);
		}
	}
	str_list_free(&words);
}

static void add_option(struct step *s, const char *flag, const char *value)
{
	if (!*value)
		return;
	str_list_add(&s->args, flag);
	str_list_add(&s->args, value);
}

static void add_path(struct step *s, const char *path)
{
	char *full = NULL;
	if (!strstr(path, "://"))
		full = realpath(path, NULL);
	str_list_add(&s->args, full ? full : path);
	free(full);
}

/* A step without a name is called after what it runs: the script's file, or the command's first word. */
static void name_step(struct step *s, const struct form *f)
{
	const char *name = form_text(f, "name"), *file = form_text(f, "file");
	const char *slash = strrchr(file, '/');
	if (!*name && is_kind(f, 0) && *file) {
		const char *base = slash ? slash + 1 : file, *dot = strrchr(base, '.');
		char *stem = xstrndup(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
		text_set(&s->name, stem);
		free(stem);
	} else if (!*name) {
		text_set(&s->name, s->args.len ? s->args.items[0] : "step");
	} else {
		text_set(&s->name, name);
	}
}

static struct step *step_of(const struct form *f)
{
	struct step *s = step_new();
	int how = names_parse(&step_on_failure_names, form_text(f, "on_failure"));
	text_set(&s->jar, "command-runner.jar");
	s->on_failure = how < 0 ? STEP_CONTINUE : (enum step_on_failure)how;
	if (is_kind(f, 0) || is_kind(f, 1)) {
		str_list_add(&s->args, "spark-sql");
		add_variables(s, form_text(f, "variables"));
		str_list_add(&s->args, is_kind(f, 0) ? "-f" : "-e");
		if (is_kind(f, 0))
			add_path(s, form_text(f, "file"));
		else
			str_list_add(&s->args, form_text(f, "sql"));
	} else if (is_kind(f, 2)) {
		str_list_add(&s->args, "hadoop-streaming");
		add_option(s, "-input", form_text(f, "input"));
		add_option(s, "-output", form_text(f, "output"));
		add_option(s, "-mapper", form_text(f, "mapper"));
		add_option(s, "-reducer", form_text(f, "reducer"));
	} else {
		act_split_words(form_text(f, "command"), &s->args, NULL);
	}
	name_step(s, f);
	return s;
}

static const char *problem_of(const struct form *f, const char **field)
{
	static const char *const needed[][2] = { { "file", "name the script" }, { "sql", "type the statements" },
	                                         { "input", "name the input" }, { "command", "type the command" } };
	for (int i = 0; i < 4; i++) {
		if (is_kind(f, i) && !*form_text(f, needed[i][0])) {
			*field = needed[i][0];
			return needed[i][1];
		}
	}
	return NULL;
}

static const char *submit(void *ctx, const struct form *f, const char **field)
{
	struct console *con = ctx;
	struct mcluster *mc = console_cluster(con);
	const char *problem = problem_of(f, field);
	if (problem)
		return problem;
	if (is_kind(f, 0) && client_is_local(con->client) && !strstr(form_text(f, "file"), "://") &&
	    access(form_text(f, "file"), R_OK)) {
		*field = "file";
		return strerror(errno);
	}
	if (!mc)
		return "the cluster has gone";
	struct step *s = step_of(f);
	const char *waits = acts_run_form(con, act_add_step(mc, s), f);
	step_free(s);
	return waits;
}

static void summary(void *ctx, const struct form *f, char *out, size_t size)
{
	struct step *s = step_of(f);
	char args[400];
	(void)ctx;
	snprintf(out, size, "runs: %s", text_args(s, args, sizeof args));
	step_free(s);
}

/* The command of an existing step, with quotes where words need them. */
static void command_of(const struct step *s, struct buf *out)
{
	for (size_t i = 0; i < s->args.len; i++) {
		buf_adds(out, i ? " " : "");
		word_add(out, s->args.items[i]);
	}
}

void form_step_open(struct console *con, const struct step *like)
{
	struct mcluster *mc = console_cluster(con);
	struct buf command = BUF_INIT;
	char title[300];
	if (!mc)
		return;
	if (like)
		command_of(like, &command);
	const struct form_field fields[] = {
		{ FIELD_TEXT, "name", "name", .help = "shown in the queue; empty: after what it runs",
		  .value = like ? like->name : NULL },
		{ FIELD_CHOICE, "kind", "kind", .help = "what runs", .value = like ? kinds[3] : kinds[0],
		  .choices = kinds },
		{ FIELD_TEXT, "file", "script", .help = "Spark SQL: a path of this machine, or s3://…",
		  .check = check_file, .shown = shows_file },
		{ FIELD_LINES, "sql", "statements", .help = "Spark SQL, statements end with ;", .rows = 4,
		  .shown = shows_text },
		{ FIELD_TEXT, "variables", "variables", .help = "name=value …, for ${name} in the script",
		  .check = check_words, .shown = shows_variables },
		{ FIELD_TEXT, "input", "input", .help = "file or folder", .shown = shows_streaming },
		{ FIELD_TEXT, "output", "output", .help = "folder that does not exist yet",
		  .shown = shows_streaming },
		{ FIELD_TEXT, "mapper", "mapper", .help = "command that reads lines and prints key TAB value",
		  .value = "cat", .shown = shows_streaming },
		{ FIELD_TEXT, "reducer", "reducer", .help = "command that reads the sorted lines; empty: none",
		  .shown = shows_streaming },
		{ FIELD_TEXT, "command", "command", .help = "what command-runner.jar gets: spark-submit …, bash -c …",
		  .value = buf_str(&command), .check = check_words, .shown = shows_command },
		{ FIELD_CHOICE, "on_failure", "if it fails", .help = "what happens to the rest of the queue",
		  .value = like ? names_get(&step_on_failure_names, like->on_failure) : NULL,
		  .choices = on_failure },
	};
	snprintf(title, sizeof title, "Add a step to %s", cluster_label(mc->c));
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields,
		.n = sizeof fields / sizeof *fields, .verb = "show the plan", .summary = summary, .submit = submit,
		.ctx = con });
	buf_free(&command);
}
