/* stoker help and stoker version. */
#include <string.h>

#include "views/cli/ask.h"
#include "views/cli/help.h"

/* What completions offer: ids and names, a line each. Silent when there is no server. */
static int print_names(struct cli *c, const struct cli_args *a)
{
	bool steps = !strcmp(cli_opt(a, "names"), "steps");
	struct error ignore = ERROR_INIT;
	cJSON *items = NULL, *req = NULL;
	const cJSON *x;
	char id[MODEL_ID_SIZE];

	c->no_start = true;
	if (steps && ask_cluster(c, a->argc ? a->argv[0] : NULL, id, &ignore))
		return CLI_NOTFOUND;
	if (steps)
		req = json_add_str(cJSON_CreateObject(), "ClusterId", id);
	if (ask_all(c, steps ? "ListSteps" : "ListClusters", req, steps ? "Steps" : "Clusters", 200, &items, &ignore))
		return CLI_UNREACHABLE;
	cJSON_ArrayForEach(x, items)
		if (steps || !ask_cluster_ended(ask_state(x)))
			fprintf(c->out, "%s\n%s\n", json_str(x, "Id", ""), json_str(x, "Name", ""));
	cJSON_Delete(items);
	return CLI_OK;
}

static int exec_help(struct cli *c, const struct cli_args *a)
{
	const struct cli_command *cmd;

	if (cli_opt(a, "names"))
		return print_names(c, a);
	if (cli_flag(a, "man"))
		help_man(c->out);
	else if (cli_flag(a, "bash"))
		help_bash(c->out);
	else if (cli_flag(a, "zsh"))
		help_zsh(c->out);
	else if (c->json && (!a->argc || cli_find(a->argv[0])))
		return cli_print_json(c, help_json(a->argc ? cli_find(a->argv[0]) : NULL));
	else if (!a->argc)
		help_overview(c->out);
	else if ((cmd = cli_find(a->argv[0])))
		help_command(cmd, c->out);
	else
		return cli_unknown(c, a->argv[0]);
	return CLI_OK;
}

static int exec_version(struct cli *c, const struct cli_args *a)
{
	(void)a;
	if (c->json)
		fprintf(c->out, "{ \"Version\": \"%s\" }\n", STOKER_VERSION);
	else
		fprintf(c->out, "stoker %s\n", STOKER_VERSION);
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "man", 0, NULL, "the manual page's part on commands, in mdoc" },
	{ "bash", 0, NULL, "completions for bash" },
	{ "zsh", 0, NULL, "completions for zsh" },
	{ "names", 0, "clusters|steps", "what completions offer" },
	{ 0 },
};

const struct cli_command cli_cmd_help = {
	.name = "help", .args = "[COMMAND]", .max = 1,
	.summary = "explain a command", .about = "",
	.options = options, .words = "command", .exec = exec_help,
};

const struct cli_command cli_cmd_version = {
	.name = "version", .args = "",
	.summary = "print the version", .about = "",
	.words = "", .exec = exec_version,
};
