/* The list of commands, and how one of them is run. */
#include "views/cli/cli.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "views/cli/ascii.h"
#include "views/cli/ask.h"
#include "views/cli/help.h"

#define COMMANDS(X) \
	X(console) X(clusters) X(nodes) X(steps) X(create) X(add_step) X(scale) X(modify) X(cancel) X(terminate) \
	X(wait) X(logs) \
	X(fleets) X(spot) \
	X(scaling) \
	X(cost) \
	X(events) X(audit) \
	X(keys) X(policies) \
	X(alarms) X(metrics) X(topics) \
	X(dlq) X(schedules) \
	X(sql) X(env) X(aws) X(call) X(server) X(help) X(version)

#define X(name) extern const struct cli_command cli_cmd_##name;
COMMANDS(X)
#undef X

static const struct cli_command *const commands[] = {
#define X(name) &cli_cmd_##name,
	COMMANDS(X)
#undef X
};

const struct cli_option cli_common_options[] = {
	{ "json", 0, NULL, "print JSON, for programs" },
	{ "endpoint", 0, "URL", "another server, or aws for Amazon EMR (default: this machine's server)" },
	{ "region", 0, "REGION", "region of the endpoint" },
	{ "no-start", 0, NULL, "do not start a server that is not there" },
	{ "help", 'h', NULL, "explain the command" },
	{ 0 },
};

const struct cli_command *const *cli_commands(size_t *n)
{
	*n = sizeof commands / sizeof *commands;
	return commands;
}

const struct cli_command *cli_find(const char *name)
{
	const struct cli_command *found = NULL;
	size_t n = strlen(name), matches = 0;

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		const struct cli_command *c = commands[i];
		if (!strcmp(c->name, name) || (c->alias && !strcmp(c->alias, name)))
			return c;
		if (n && !strncmp(c->name, name, n)) {
			found = c;
			matches++;
		}
	}
	return matches == 1 ? found : NULL;
}

static void cli_open(struct cli *c, const char *program)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
	struct winsize ws;

	memset(c, 0, sizeof *c);
	c->program = program;
	c->out = stdout;
	c->err = stderr;
	c->tty = isatty(STDOUT_FILENO);
	c->color = c->tty && (!no_color || !*no_color) && term && strcmp(term, "dumb") != 0;
	if (c->tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0)
		c->width = ws.ws_col;
}

static int count_words(struct cli *c, const struct cli_command *cmd, const struct cli_args *a)
{
	if (a->argc < cmd->min)
		return cli_usage(c, cmd, a->argc ? "something is missing" : "%s needs %s", cmd->name, cmd->args);
	if (cmd->max >= 0 && a->argc > cmd->max)
		return cli_usage(c, cmd, "\"%s\" is one word too many", a->argv[cmd->max]);
	return CLI_OK;
}

/* Programs get the bytes as they are; so does a pipe. */
static void speak_ascii(struct cli *c)
{
	FILE *f = ascii_open(c->out);

	if (f)
		c->out = f;
}

static int run(struct cli *c, const struct cli_command *cmd, int argc, char **argv)
{
	struct cli_args a = { .argv = argv + 1, .argc = argc - 1 };
	struct error err = ERROR_INIT;
	int status;

	if (cmd->pass)
		return cmd->exec(c, &a);
	if (cli_parse(argc, argv, cmd->options, cli_common_options, &a, &err)) {
		cli_args_free(&a);
		return cli_usage(c, cmd, "%s", err.message);
	}
	c->json = cli_flag(&a, "json");
	c->endpoint = cli_opt(&a, "endpoint");
	c->region = cli_opt(&a, "region");
	c->no_start = cli_flag(&a, "no-start");
	if (c->tty && !c->json && !cmd->verbatim && ascii_only())
		speak_ascii(c);
	if (cli_flag(&a, "help")) {
		help_command(cmd, c->out);
		status = CLI_OK;
	} else {
		status = count_words(c, cmd, &a);
		if (!status)
			status = cmd->exec(c, &a);
	}
	cli_args_free(&a);
	return status;
}

/* Results that could not be written are no results: a full disk behind a pipe must not look like success. */
static int finish(struct cli *c, int status)
{
	ask_close(c);
	bool written = fflush(c->out) == 0 && !ferror(c->out);
	if (c->out != stdout)
		fclose(c->out);
	c->out = stdout;
	if (written)
		return status;
	fprintf(c->err, "stoker: cannot write to standard output\n");
	return status ? status : CLI_FAILED;
}

int cli_main(int argc, char **argv)
{
	const struct cli_command *cmd;
	struct cli c;

	setlocale(LC_CTYPE, ""); /* only what characters are: numbers and messages are the same in every language */
	cli_open(&c, argv[0]);
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		argv[1] = "help";
	else if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		argv[1] = "version";
	cmd = cli_find(argv[1]);
	if (!cmd)
		return cli_unknown(&c, argv[1]);
	return finish(&c, run(&c, cmd, argc - 1, argv + 1));
}
