/* Help, the manual page and the completions: three readers of the same table of commands. */
#ifndef VIEWS_CLI_HELP_H
#define VIEWS_CLI_HELP_H

#include <stdio.h>

#include "views/cli/cli.h"

void help_overview(FILE *f);
void help_command(const struct cli_command *cmd, FILE *f);
/* The COMMANDS and EXIT STATUS parts of stoker.1, in mdoc. */
void help_man(FILE *f);
/* The commands with their options, or the one, for programs. The caller's. */
cJSON *help_json(const struct cli_command *one);
void help_bash(FILE *f);
void help_zsh(FILE *f);

#endif
