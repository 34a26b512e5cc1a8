/* Running SQL text in a session and showing what comes back: shared by the shell and by -e, -f and stdin. */
#ifndef VIEWS_CLI_SQL_RUN_H
#define VIEWS_CLI_SQL_RUN_H

#include <stdio.h>

#include "views/cli/cli.h"
#include "views/cli/sql_session.h"

struct sql_view {
	struct cli *cli;
	struct sql_session_proc *session;
	const char *format;      /* "tsv", "csv", "json" */
	bool header, keep_going;
	bool chat;               /* interactive: times, and Ctrl-C does not end the program */
	int64_t req;             /* of the last request */
	bool progress_shown;
	bool pipe_closed;        /* the reader of our output has gone */
	bool catalog_changed;    /* a command ran: names for completion may be out of date */
	bool words_asked;        /* … and the answer is under way */
	char **words;            /* for completion, sorted; owned */
	size_t n_words;
};

/* Run a script; file names it in errors (NULL: none). Gives a cli_exit: CLI_FAILED when a statement failed,
 * CLI_INTERRUPTED after Ctrl-C. *gone is set when the session itself has ended. */
int sql_run(struct sql_view *v, const char *script, const char *file, bool *gone);
/* A frame that belongs to no run: ready, fatal, words. False when the session cannot go on. */
bool sql_view_take(struct sql_view *v, const struct sql_frame *f);
void sql_view_ask_words(struct sql_view *v);
/* Wait, for a moment at most, until the words that were asked for are there. */
void sql_view_await_words(struct sql_view *v);
void sql_view_free(struct sql_view *v);

/* ---- sql_shell.c ---- */
/* The interactive shell; gives the exit status. */
int sql_shell(struct sql_view *v);

/* ---- sql_line.c: readline, opened only when a person types ---- */
struct sql_line;
/* NULL when libreadline is not there; the shell then reads plain lines. history: a file. */
struct sql_line *sql_line_open(struct sql_view *v, const char *history);
void sql_line_close(struct sql_line *l);
void sql_line_prompt(struct sql_line *l, const char *prompt);  /* show it and begin a line */
/* Standard input is readable: take what is there. True when a line is complete (NULL: Ctrl-D); the caller
 * frees it. */
bool sql_line_read(struct sql_line *l, char **line);
void sql_line_abandon(struct sql_line *l);                     /* Ctrl-C: drop the line that is edited */
void sql_line_redraw(struct sql_line *l);
void sql_line_remember(struct sql_line *l, const char *statement);

#endif
