/* Dialogs: the plan before an action, questions with four levels of certainty, and plain texts.
 *
 * Enter never confirms destruction: level CONFIRM_YES wants the letter y, CONFIRM_WORD wants a word typed
 * (the name of the thing), CONFIRM_REASON a word and a reason. What happens is shown as lines before →
 * after, so that nobody has to guess. */
#ifndef TUI_DIALOG_H
#define TUI_DIALOG_H

#include "tui/app.h"

enum confirm_level { CONFIRM_NONE, CONFIRM_YES, CONFIRM_WORD, CONFIRM_REASON };

struct plan_line {
	const char *label;       /* "core nodes"; NULL: a line of its own in after */
	const char *before;      /* NULL: nothing before, only after */
	const char *after;
	style_t style;           /* of after; 0: by what changed */
};

struct plan {
	const char *title;       /* "Terminate nightly-etl" */
	const char *text;        /* sentences above the lines; may be NULL */
	const struct plan_line *lines;
	size_t n;
	const char *call;        /* exact API call; NULL: none */
	const char *cli;         /* equivalent command line; NULL: none. `c` copies it to the clipboard */
	enum confirm_level level;    /* CONFIRM_NONE: Enter or y */
	const char *word;        /* what must be typed for CONFIRM_WORD and _REASON */
	const char *verb;        /* on the button: "terminate" */
	bool danger;
	/* reason: only for CONFIRM_REASON, else "". */
	void (*confirmed)(void *ctx, const char *reason);
	void (*cancelled)(void *ctx);   /* optional */
	void *ctx;
};
/* Everything is copied. */
void plan_open(struct app *a, const struct plan *p);

/* A text to read, scrolled by the arrow keys; Esc, q or Enter closes. Copied. */
void text_open(struct app *a, const char *title, const char *text);

struct menu_item {
	const char *label, *note;
	const char *disabled;    /* reason, or NULL */
	int value;
};
struct menu {
	const char *title;
	const struct menu_item *items;
	size_t n;
	int selected;            /* value selected at the start */
	void (*chosen)(void *ctx, int value);
	void *ctx;
};
/* A list to choose from; typing narrows it. Copied. */
void menu_open(struct app *a, const struct menu *m);

/* Help made from the bindings: type to search, Enter runs the action, a disabled one says why. */
void help_open(struct app *a);

#endif
