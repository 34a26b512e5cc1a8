/* Help for people: the overview and one command's page. */
#include "views/cli/help.h"

#include <string.h>

#include "core/base/utf8.h"

#define WIDTH 78
#define OPTION_WIDTH 30

static void pad_to(FILE *f, const char *text, int width)
{
	fputs(text, f);
	for (int i = utf8_width(text); i < width; i++)
		fputc(' ', f);
}

/* Words of text in lines of WIDTH columns, each behind `indent` blanks. */
static void wrap(FILE *f, const char *text, int indent)
{
	int column = 0;

	while (*text) {
		size_t n = strcspn(text, " ");
		char word[256];
		int cells;

		snprintf(word, sizeof word, "%.*s", (int)n, text);
		cells = utf8_width(word);
		if (column && column + 1 + cells > WIDTH) {
			fputc('\n', f);
			column = 0;
		}
		if (!column)
			column = fprintf(f, "%*s", indent, "");
		else
			column += fprintf(f, " ");
		fputs(word, f);
		column += cells;
		text += n;
		text += strspn(text, " ");
	}
	fputc('\n', f);
}

void help_overview(FILE *f)
{
	size_t n;
	const struct cli_command *const *all = cli_commands(&n);

	fputs("stoker: an operations console for EMR-style Spark clusters\n\n"
	      "  stoker                    open the console\n"
	      "  stoker COMMAND …          do one thing\n"
	      "  stoker help COMMAND       explain it\n\n", f);
	for (size_t i = 0; i < n; i++) {
		char left[64];
		snprintf(left, sizeof left, "  %s", all[i]->name);
		pad_to(f, left, 14);
		fprintf(f, "%s\n", all[i]->summary);
	}
	fputs("\nClusters and steps go by id, by name, or by a unique beginning of either. --json prints JSON.\n"
	      "Exit status: 0 done, 1 failed, 2 usage, 3 no server, 4 not found, 5 timeout, 130 interrupted.\n", f);
}

static void option_line(FILE *f, const struct cli_option *o)
{
	char left[96];

	if (o->letter)
		snprintf(left, sizeof left, "  -%c, --%s%s%s", o->letter, o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	else
		snprintf(left, sizeof left, "      --%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	if (utf8_width(left) >= OPTION_WIDTH) {
		fprintf(f, "%s\n", left);
		left[0] = 0;
	}
	pad_to(f, left, OPTION_WIDTH);
	fprintf(f, "%s\n", o->help);
}

void help_command(const struct cli_command *cmd, FILE *f)
{
	fprintf(f, "stoker %s%s%s%s: %s\n", cmd->name, cmd->pass ? "" : " [options]", *cmd->args ? " " : "", cmd->args,
	        cmd->summary);
	if (cmd->alias)
		fprintf(f, "also: stoker %s\n", cmd->alias);
	fputc('\n', f);
	if (*cmd->about) {
		wrap(f, cmd->about, 2);
		fputc('\n', f);
	}
	if (cmd->pass)
		return;
	for (const struct cli_option *o = cmd->options; o && o->name; o++)
		option_line(f, o);
	for (const struct cli_option *o = cli_common_options; o->name; o++)
		option_line(f, o);
}
