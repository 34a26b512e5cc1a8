#include "views/cli/verb.h"

#include <string.h>

static int unknown(struct cli *c, const struct cli_command *cmd, const struct cli_verb *verbs, const char *word)
{
	struct near near = { .wanted = word };
	char guess[CLI_GUESS];

	for (; verbs->name; verbs++)
		near_offer(&near, verbs->name);
	return cli_usage(c, cmd, "%s cannot \"%s\"%s", cmd->name, word, cli_guess(&near, "", guess));
}

int verb_run(struct cli *c, const struct cli_command *cmd, const struct cli_verb *verbs,
             const struct cli_args *a)
{
	const struct cli_verb *v = verbs;
	int words = a->argc ? a->argc - 1 : 0;

	while (a->argc && v->name && strcmp(v->name, a->argv[0]))
		v++;
	if (!v->name)
		return unknown(c, cmd, verbs, a->argv[0]);
	if (words < v->min)
		return cli_usage(c, cmd, "%s %s needs a name%s", cmd->name, v->name, v->min > 1 ? " and a file" : "");
	if (words > v->max)
		return cli_usage(c, cmd, "\"%s\" is one word too many", a->argv[v->max + 1]);
	return v->exec(c, a);
}
