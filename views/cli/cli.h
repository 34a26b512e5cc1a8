/* The command line: one command per file, each a const struct cli_command; commands.c lists them. Help,
 * the manual page and the shells' completions are made from those entries, so they cannot disagree with
 * what the program does.
 *
 * Exit statuses are a contract for scripts (the manual page lists them): enum cli_exit. */
#ifndef VIEWS_CLI_CLI_H
#define VIEWS_CLI_CLI_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/base/error.h"
#include "core/base/mem.h"
#include "core/base/near.h"

struct client;

enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1,       /* the request was refused, or what was waited for failed */
	CLI_USAGE = 2,
	CLI_UNREACHABLE = 3,  /* no server, and none could be started */
	CLI_NOTFOUND = 4,     /* no such cluster, group or step; or the name fits several */
	CLI_TIMEOUT = 5,      /* --wait ended by --timeout */
	CLI_INTERRUPTED = 130 /* Ctrl-C */
};

/* One option. Arrays end with an entry whose name is NULL. */
struct cli_option {
	const char *name;     /* long name, without dashes */
	char letter;          /* short form, 0 = none */
	const char *arg;      /* name of its argument, NULL = a flag */
	const char *help;     /* one line */
};

struct cli_value {
	const struct cli_option *option;
	const char *value;    /* NULL for a flag */
};

/* A parsed command line: options in their order, the words between them, and what followed "--" (NULL
 * when there was none). Everything points into argv. */
struct cli_args {
	VEC(struct cli_value) values;
	char **argv;
	int argc;
	char **rest;
	int n_rest;
};

struct cli {
	const char *program;
	FILE *out, *err;
	bool json;            /* --json: for programs */
	bool tty;             /* out is a terminal */
	bool color;
	int width;            /* columns of the terminal; 0 when out is none */
	const char *endpoint, *region; /* --endpoint, --region; NULL: this machine's server */
	bool no_start;        /* --no-start: do not start a server that is not there */
	struct client *client;/* made by the first question (ask.h) */
};

struct cli_command {
	const char *name, *alias;
	const char *args;       /* "CLUSTER [STEP]"; "" when it takes none */
	int min, max;           /* how many words; max -1 = any */
	const char *summary;    /* one line */
	const char *about;      /* further paragraphs for help and the manual page, "" = none */
	const struct cli_option *options; /* besides the common ones; may be NULL */
	const char *words;      /* completion of words: "cluster", "cluster step", "file", "a|b|c"; "" = none */
	bool verbatim;          /* its output is other people's text: never put into ASCII */
	bool pass;              /* leave everything after the name alone (stoker aws …) */
	int (*exec)(struct cli *c, const struct cli_args *a);
};

/* ---- commands.c ---- */
const struct cli_command *const *cli_commands(size_t *n);   /* in the order of help */
const struct cli_command *cli_find(const char *name);       /* name, alias or unique prefix; NULL */
extern const struct cli_option cli_common_options[];        /* --json, --help, … */

/* Run `stoker <argv[1]> …`; gives an exit status. argc > 1. */
int cli_main(int argc, char **argv);

/* ---- options.c ---- */
/* Parse argv (argv[0] is the command's name) against both tables; words and options may be mixed, "--"
 * ends options. On error one line with the reason goes into err. */
int cli_parse(int argc, char **argv, const struct cli_option *own, const struct cli_option *common,
              struct cli_args *out, struct error *err);
void cli_args_free(struct cli_args *a);
const char *cli_opt(const struct cli_args *a, const char *name);  /* the last value, or NULL */
bool cli_flag(const struct cli_args *a, const char *name);
/* An integer in [min, max]; def when the option was not given. */
int cli_opt_int(const struct cli_args *a, const char *name, int def, int min, int max, int *out,
                struct error *err);
/* "90", "90s", "5m", "2h", "1d" → milliseconds; -1 when malformed. */
int64_t cli_parse_span(const char *s);

/* ---- read.c ---- */
struct buf;
/* A file, or "-" for standard input; error ERR_FULL when it is longer than max. */
int cli_read(const char *path, size_t max, struct buf *out, struct error *err);
int cli_read_json(const char *path, cJSON **out, struct error *err);  /* an object, the caller's; else NULL */

/* ---- say.c: how results and errors look ---- */
/* The error as sentences on err: "stoker: message (detail)" and "  hint". Gives the exit status for it. */
int cli_fail(struct cli *c, const struct error *e);
/* "; did you mean \"x\"?" into out, or "" when nothing is near enough; gives out. dashes: what stands before a name. */
#define CLI_GUESS 80
const char *cli_guess(const struct near *n, const char *dashes, char out[CLI_GUESS]);
/* There is no such command. Gives CLI_USAGE. */
int cli_unknown(struct cli *c, const char *command);
int cli_usage(struct cli *c, const struct cli_command *cmd, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int cli_print_json(struct cli *c, cJSON *v);                /* takes v; gives CLI_OK */
struct text_table;
int cli_print_table(struct cli *c, struct text_table *t);        /* takes t; gives CLI_OK */
/* SGR text that paints a state's name, "" when there is no colour. cli_plain() ends it. */
const char *cli_state_color(const struct cli *c, const char *state);
const char *cli_bold(const struct cli *c);
const char *cli_dim(const struct cli *c);
const char *cli_plain(const struct cli *c);
/* Ask on the terminal; true for y or yes. Without a terminal on stdin: def. */
bool cli_confirm(struct cli *c, bool def, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* "$1.24", "unknown" below 0 */
const char *cli_money(double v, char *out, size_t size);
/* A sum; lower_bound: a fee in it is not known, and "unknown" when that is all of it. */
const char *cli_cost(double v, bool lower_bound, char *out, size_t size);
/* Epoch seconds as the API gives them → "2026-11-21 03:34:15 CET", local time with its zone; "-" for 0. */
const char *cli_time(double epoch, char *out, size_t size);
const char *cli_count(double n, char *out, size_t size);    /* "2.9 M" */

/* ---- progress.c: one line that lives ---- */
/* On a terminal (stderr) the line is rewritten in place; elsewhere a line is printed when it changes.
 * --json keeps it silent. What stands before a tab is the key: without a terminal a change behind it
 * makes a line only every 5 s. */
struct cli_progress;
struct cli_progress *cli_progress_new(struct cli *c);
void cli_progress_say(struct cli_progress *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cli_progress_end(struct cli_progress *p);              /* frees; leaves the cursor on a clean line */

#endif
