/* Help for people: the overview and one command's page. */
#include "views/cli/help.h"

#include <string.h>

#include "core/base/json.h"
#include "core/base/utf8.h"

#define WIDTH 78
#define OPTION_WIDTH 30

static void pad_to(FILE *f, const char *text, int width)
{
	fputs(text, f);
	for (int i = utf8_width(text); i < width; i++)
		fputc(' ', f);
}

/* Words of text in lines of WIDTH columns, each behind `indent` blanks; the first line is filled up to there when
 * `begun`. */
static void wrap(FILE *f, const char *text, int indent, bool begun)
{
	int column = begun ? indent : 0;
	bool first = begun;

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
		else if (!first)
			column += fprintf(f, " ");
		first = false;
		fputs(word, f);
		column += cells;
		text += n;
		text += strspn(text, " ");
	}
	fputc('\n', f);
}

static void add_options(cJSON *list, const struct cli_option *o)
{
	for (; o && o->name; o++) {
		char letter[2] = { o->letter, '\0' };
		cJSON *v = json_add_str(cJSON_CreateObject(), "Name", o->name);
		json_add_str(v, "Letter", o->letter ? letter : NULL);
		json_add_str(json_add_str(v, "Argument", o->arg), "Help", o->help);
		cJSON_AddItemToArray(list, v);
	}
}

cJSON *help_json(const struct cli_command *one)
{
	size_t n;
	const struct cli_command *const *all = cli_commands(&n);
	cJSON *commands = cJSON_CreateArray();

	for (size_t i = 0; i < n; i++) {
		const struct cli_command *cmd = all[i];
		cJSON *v = json_add_str(cJSON_CreateObject(), "Name", cmd->name), *options = cJSON_CreateArray();
		json_add_str(json_add_str(v, "Alias", cmd->alias), "Arguments", *cmd->args ? cmd->args : NULL);
		json_add_str(json_add_str(v, "Summary", cmd->summary), "About", *cmd->about ? cmd->about : NULL);
		add_options(options, cmd->options);
		add_options(options, cmd->pass ? NULL : cli_common_options);
		json_add(v, "Options", options);
		if (one && cmd != one)
			cJSON_Delete(v);
		else
			cJSON_AddItemToArray(commands, v);
	}
	return json_add(cJSON_CreateObject(), "Commands", commands);
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
	fputs("\nClusters and steps go by id, by name, or by a unique beginning of either.\n"
	      "--json prints JSON. Exit status: 0 done, 1 failed, 2 usage, 3 no server,\n"
	      "4 not found, 5 timeout, 130 interrupted.\n", f);
}

/* A long list of choices goes on in the next line, behind one of its bars. */
static void choices(FILE *f, const char *left)
{
	while (strlen(left) > WIDTH) {
		size_t n = WIDTH - 8;
		while (n > 1 && left[n - 1] != '|')
			n--;
		if (n <= 1)
			break;
		fprintf(f, "%.*s\n        ", (int)n, left);
		left += n;
	}
	fprintf(f, "%s\n", left);
}

static void option_line(FILE *f, const struct cli_option *o)
{
	char left[512];

	if (o->letter)
		snprintf(left, sizeof left, "  -%c, --%s%s%s", o->letter, o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	else
		snprintf(left, sizeof left, "      --%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	if (utf8_width(left) >= OPTION_WIDTH) {
		choices(f, left);
		left[0] = 0;
	}
	pad_to(f, left, OPTION_WIDTH);
	wrap(f, o->help, OPTION_WIDTH, true);
}

void help_command(const struct cli_command *cmd, FILE *f)
{
	fprintf(f, "stoker %s%s%s%s: %s\n", cmd->name, cmd->pass ? "" : " [options]", *cmd->args ? " " : "", cmd->args,
	        cmd->summary);
	if (cmd->alias)
		fprintf(f, "also: stoker %s\n", cmd->alias);
	fputc('\n', f);
	if (*cmd->about) {
		wrap(f, cmd->about, 2, false);
		fputc('\n', f);
	}
	if (cmd->pass)
		return;
	for (const struct cli_option *o = cmd->options; o && o->name; o++)
		option_line(f, o);
	for (const struct cli_option *o = cli_common_options; o->name; o++)
		option_line(f, o);
}
