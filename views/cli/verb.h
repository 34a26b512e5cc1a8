/* Commands that have verbs ("stoker schedules put NAME"): the first word chooses, none means the first verb. */
#ifndef VIEWS_CLI_VERB_H
#define VIEWS_CLI_VERB_H

#include "views/cli/ask.h"

struct cli_verb {
	const char *name;
	int min, max;                              /* words behind the verb */
	int (*exec)(struct cli *c, const struct cli_args *a);  /* argv[0] is the verb */
};

/* verbs end with a NULL name. */
int verb_run(struct cli *c, const struct cli_command *cmd, const struct cli_verb *verbs,
             const struct cli_args *a);

extern const struct cli_command cli_cmd_dlq, cli_cmd_schedules;

#endif
