/* The manual page's tables, in mdoc: commands, options, exit statuses. The prose around them is in
 * views/cli/stoker.1.in. */
#include <string.h>

#include "tui/bindings.h"
#include "views/bindings.h"
#include "views/cli/help.h"

#define MAN_WIDTH 64   /* escapes make lines longer than what they show */

/* Text in a line of its own: nothing in it may look like a macro or an escape. */
static void man_text(FILE *f, const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", f);
	for (; *s; s++)
		if (*s == '\\')
			fputs("\\e", f);
		else if (*s == '-')
			fputs("\\-", f);
		else if (!strncmp(s, "…", strlen("…"))) {
			fputs("...", f);
			s += strlen("…") - 1;
		} else if (!strncmp(s, "≥", strlen("≥"))) {
			fputs("\\(>=", f);
			s += strlen("≥") - 1;
		} else
			fputc(*s, f);
}

/* A sentence begins a line, and no line is longer than MAN_WIDTH. */
static void man_prose(FILE *f, const char *s)
{
	int column = 0;
	bool full_stop = false;

	while (*s) {
		size_t n = strcspn(s, " ");
		char word[256];
		snprintf(word, sizeof word, "%.*s", (int)n, s);
		if (column && (full_stop || column + 1 + (int)n > MAN_WIDTH)) {
			fputc('\n', f);
			column = 0;
		}
		if (column)
			fputc(' ', f);
		man_text(f, word);
		column += (int)n + (column > 0);
		full_stop = n && word[strlen(word) - 1] == '.';
		s += n;
		s += strspn(s, " ");
	}
	if (column)
		fputc('\n', f);
}

static void man_option(FILE *f, const struct cli_option *o)
{
	char text[256];

	if (o->letter)
		fprintf(f, ".It Fl %c , Fl \\-%s", o->letter, o->name);
	else
		fprintf(f, ".It Fl \\-%s", o->name);
	if (o->arg) {
		fputs(" Ar \"", f);
		man_text(f, o->arg);
		fputc('"', f);
	}
	fputc('\n', f);
	snprintf(text, sizeof text, "%s.", o->help);
	man_prose(f, text);
}

static void man_options(FILE *f, const struct cli_option *options)
{
	if (!options || !options->name)
		return;
	fputs(".Bl -tag -width Ds -compact\n", f);
	for (; options->name; options++)
		man_option(f, options);
	fputs(".El\n", f);
}

static void man_command(FILE *f, const struct cli_command *cmd)
{
	fprintf(f, ".It Xo Cm %s", cmd->name);
	if (!cmd->pass)
		fputs(" Oo Ar options Oc", f);
	if (*cmd->args) {
		fputs(" Ar \"", f);
		man_text(f, cmd->args);
		fputs("\\&\"", f);
	}
	fputs("\n.Xc\n", f);
	fprintf(f, "%c", cmd->summary[0] - ('a' <= cmd->summary[0] && cmd->summary[0] <= 'z' ? 32 : 0));
	man_text(f, cmd->summary + 1);
	fputs(".\n", f);
	if (cmd->alias)
		fprintf(f, "Also:\n.Cm %s .\n", cmd->alias);
	man_prose(f, cmd->about);
	man_options(f, cmd->options);
}

/* The keys of the console, from the table that the console acts by. */
static void man_keys(FILE *f)
{
	static const struct bind_scope *const scopes[] = {
		&bind_console, &bind_home, &bind_cluster, &bind_steps, &bind_nodes, &bind_graphs, &bind_logs,
		&bind_board, &bind_alarms, &bind_cost, &bind_scaling, &bind_spot, &bind_events, &bind_letters,
		&bind_schedules, &bind_audit, &bind_topics, &bind_table, &bind_log, &bind_graph, &bind_global,
	};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
		keymap_manual(scopes[i], &b);
	fprintf(f, ".Sh KEYS\nEvery key is a command too, which\n.Ic \\&:\ntakes by name.\n%s", buf_str(&b));
	buf_free(&b);
}

void help_man(FILE *f)
{
	size_t n;
	const struct cli_command *const *all = cli_commands(&n);

	fputs(".Sh COMMANDS\nA command may be shortened to a unique beginning.\n"
	      "Clusters and steps go by id, by name, or by a unique beginning of either;\n"
	      "a cluster that is live wins over one that has ended.\n"
	      "Options and words may be mixed.\n"
	      "All commands but\n.Cm aws\nknow:\n.Pp\n", f);
	man_options(f, cli_common_options);
	fputs(".Pp\nThe commands are:\n.Bl -tag -width Ds\n", f);
	for (size_t i = 0; i < n; i++)
		man_command(f, all[i]);
	fputs(".El\n", f);
	man_keys(f);
}
