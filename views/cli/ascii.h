/* Output for a terminal whose locale has only ASCII: signs that programs write keep their meaning ("→" is ">"). */
#ifndef VIEWS_CLI_ASCII_H
#define VIEWS_CLI_ASCII_H

#include <stdbool.h>
#include <stdio.h>

/* Does the locale lack UTF-8? */
bool ascii_only(void);
/* A stream that writes to `to` what is left of UTF-8 in ASCII; NULL when it cannot be made. fclose leaves `to` open. */
FILE *ascii_open(FILE *to);

#endif
