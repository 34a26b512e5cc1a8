/* The manual page's tables, in mdoc: commands, options, exit statuses. The prose around them is in
 * views/cli/stoker.1.in. */
#include <string.h>

#include "views/cli/help.h"

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

/* A sentence per line, as manual pages are written. */
static void man_prose(FILE *f, const char *s)
{
	while (*s) {
		const char *end = strstr(s, ". ");
		size_t n = end ? (size_t)(end - s) + 1 : strlen(s);
		char line[1024];

		snprintf(line, sizeof line, "%.*s", (int)n, s);
		man_text(f, line);
		fputc('\n', f);
		s += n;
		while (*s == ' ')
			s++;
	}
}

static void man_option(FILE *f, const struct cli_option *o)
{
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
	man_text(f, o->help);
	fputs(".\n", f);
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
	char words[128], *word, *save = NULL;

	fprintf(f, ".It Xo Cm %s", cmd->name);
	if (!cmd->pass)
		fputs(" Op Ar options", f);
	if (*cmd->args) {
		snprintf(words, sizeof words, "%s", cmd->args);
		for (word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
			fputs(" Ar \"", f);
			man_text(f, word);
			fputc('"', f);
		}
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
}
