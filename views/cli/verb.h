/* Commands that have verbs ("stoker schedules put NAME"): the first word chooses, none means the first verb.
 * And what such commands share: JSON from files, lists with tokens. */
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

/* A file's JSON object; "-" is standard input. */
int verb_read_json(const char *path, cJSON **out, struct error *err);

/* As ask_all, for operations whose pages have NextToken. */
int ask_tokens(struct cli *c, const char *op, cJSON *req, const char *list, size_t limit, cJSON **items,
               struct error *err);

extern const struct cli_command cli_cmd_dlq, cli_cmd_schedules;

#endif
