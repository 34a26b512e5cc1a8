/* The prompt in the last line: `:` and `/` and whatever else asks for one line. Completion by Tab (with a
 * list above the line), history by ↑↓ (per name, without doubles, newest last), Esc cancels, Enter submits. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include "tui/app.h"

struct prompt {
	const char *label;         /* ":" or "filter " */
	const char *initial;       /* text at the start; NULL: "" */
	const char *history;       /* name of its history; NULL: none */
	/* Whole lines that could be meant; called while typing. Optional. */
	void (*complete)(void *ctx, const char *text, void (*add)(void *arg, const char *line, const char *note),
	                 void *arg);
	/* The text changed: live filters. A sentence is shown as a hint behind the line (error in the
	 * filter); NULL: fine. Optional. */
	const char *(*changed)(void *ctx, const char *text);
	void (*submit)(void *ctx, const char *text);
	void (*cancel)(void *ctx);  /* optional */
	void *ctx;
};

/* The struct and its strings are copied. */
void prompt_open(struct app *a, const struct prompt *p);

struct table;
struct logview;
/* `/` for a table: filters while typing, Esc brings the old filter back. */
void prompt_filter_table(struct app *a, struct table *t);
/* `/` for a log: search on Enter. */
void prompt_search_log(struct app *a, struct logview *v);

#endif
