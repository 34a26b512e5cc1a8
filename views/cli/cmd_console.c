/* stoker console: the full screen, as without any command, with a cluster to begin with. */
#include <string.h>
#include <unistd.h>

#include "views/cli/help.h"
#include "views/console.h"

static bool one_of(const char *value, const char *list)
{
	size_t n = strlen(value);

	for (const char *s = list; s; s = strchr(s, '|') ? strchr(s, '|') + 1 : NULL)
		if (!strncmp(s, value, n) && (!s[n] || s[n] == '|'))
			return true;
	return false;
}

/* Options whose argument is a list of words: the table is what help shows and what is allowed. */
static int check_words(const struct cli_args *a, struct error *err)
{
	for (size_t i = 0; i < a->values.len; i++) {
		const struct cli_value *v = &a->values.items[i];
		if (v->value && strchr(v->option->arg, '|') && !one_of(v->value, v->option->arg))
			return error_set(err, ERR_INVALID, "--%s: \"%s\" is none of %s", v->option->name, v->value,
			                 v->option->arg);
	}
	return 0;
}

static int exec_console(struct cli *c, const struct cli_args *a)
{
	struct console_options o = { .endpoint = c->endpoint, .region = c->region, .no_start = c->no_start };
	struct error err = ERROR_INIT;

	if (check_words(a, &err) || cli_opt_int(a, "width", 0, 20, 1000, &o.width, &err) ||
	    cli_opt_int(a, "height", 0, 5, 1000, &o.height, &err))
		return cli_usage(c, cli_find("console"), "%s", err.message);
	o.cluster = a->argc ? a->argv[0] : cli_opt(a, "cluster");
	o.home = cli_opt(a, "home");
	o.theme = cli_opt(a, "theme");
	o.color = cli_opt(a, "color");
	o.glyphs = cli_opt(a, "glyphs");
	o.screen = cli_opt(a, "screen");
	o.read_only = cli_flag(a, "read-only");
	o.mouse = cli_flag(a, "mouse");
	o.log = cli_flag(a, "log");
	o.once = cli_flag(a, "once");
	if (!o.once && !(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))) {
		help_overview(c->err);
		fputs("\nThe console needs a terminal; --once prints the screen as text.\n", c->err);
		return CLI_USAGE;
	}
	return console_main(&o);
}

static const struct cli_option options[] = {
	{ "cluster", 'c', "CLUSTER", "begin with this cluster" },
	{ "screen", 's', "home|cluster|steps|nodes|graphs|alarms|cost|events|scaling|spot|dead-letters|schedules|"
	  "audit|topics", "first screen" },
	{ "log", 'l', NULL, "with a cluster: begin with the log of its running step" },
	{ "theme", 't', "NAME", "colour theme (default $STOKER_THEME, else dark)" },
	{ "color", 0, "auto|never|8|16|256|truecolor", "how many colours" },
	{ "glyphs", 0, "auto|ascii|block|braille", "what graphs and frames are drawn with" },
	{ "read-only", 'r', NULL, "refuse everything that changes something" },
	{ "mouse", 'm', NULL, "take the mouse" },
	{ "once", '1', NULL, "print the screen as text and leave" },
	{ "width", 0, "N", "columns of --once" },
	{ "height", 0, "N", "lines of --once" },
	{ "home", 0, "FOLDER", "folder of the server (default $STOKER_HOME)" },
	{ 0 },
};

const struct cli_command cli_cmd_console = {
	.name = "console", .args = "[CLUSTER]", .max = 1,
	.summary = "open the console",
	.about = "The same as stoker without a command, which takes these options too. In the console ? lists the "
	         "keys. The exit status is 129 when the terminal went away.",
	.options = options, .words = "cluster", .exec = exec_console,
};
