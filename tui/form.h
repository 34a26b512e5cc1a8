/* Forms: labelled fields, a line of help for the field at hand, checks per field, and a button. Tab and
 * ↑↓ move, ←→ choose, Enter goes to the next field and submits only on the button; ctrl-s submits from
 * anywhere; Esc closes (asks once when something was changed). */
#ifndef TUI_FORM_H
#define TUI_FORM_H

#include "tui/app.h"

struct form;

enum field_kind {
	FIELD_TEXT,
	FIELD_NUMBER,     /* whole number between min and max; + and - step it */
	FIELD_CHOICE,     /* one of choices; its value is the choice's text */
	FIELD_TOGGLE,     /* "true" or "false" */
	FIELD_LINES,      /* several lines; value joined by '\n' */
	FIELD_LINK,       /* a text that Enter opens (spec.pressed); changed by form_set only, hidden while empty */
	FIELD_SECTION     /* a heading; no value */
};

struct form_field {
	enum field_kind kind;
	const char *name;                /* key of its value */
	const char *label;
	const char *help;                /* sentence shown while it has the focus */
	const char *value;               /* default; NULL: "" (first choice, "false", min) */
	const char *const *choices;      /* NULL-terminated, FIELD_CHOICE */
	double min, max;                 /* FIELD_NUMBER */
	int rows;                        /* FIELD_LINES: height, default 3 */
	bool required;
	/* NULL when fine, else what is wrong. Optional; called on leaving the field and at submit. */
	const char *(*check)(void *ctx, const char *value);
	/* False hides the field (and leaves out its value). Optional. */
	bool (*shown)(void *ctx, const struct form *f);
};

struct form_spec {
	const char *title;
	const char *text;                /* a sentence above the fields; may be NULL */
	const struct form_field *fields; /* copied with all strings */
	size_t n;
	const char *verb;                /* on the button: "create" */
	/* A line that sums up what the values mean, below the fields ("$1.24/h, 3 nodes"); out has size
	 * bytes. Called at every change. Optional. */
	void (*summary)(void *ctx, const struct form *f, char *out, size_t size);
	/* All fields are valid. Give NULL to close the form, or a sentence (shown; *field may be set to the
	 * name of the field to go to) to keep it open. The sentence must live until the next call. FORM_WAITS:
	 * what it asked for is on its way (a plan, a request); the form stays until form_settle. */
	const char *(*submit)(void *ctx, const struct form *f, const char **field);
	void (*cancel)(void *ctx);       /* optional */
	void (*pressed)(void *ctx, struct form *f, const char *name);   /* Enter on a FIELD_LINK */
	void *ctx;
};

void form_open(struct app *a, const struct form_spec *spec);

extern const char FORM_WAITS[];
/* Which form this is, also when it has gone meanwhile. */
unsigned form_serial(const struct form *f);
/* What became of a form that waits: NULL closes it (`cancel` ends its ctx), a sentence is shown in it, "" leaves it
 * as it is. False: it has gone already. */
bool form_settle(struct app *a, unsigned serial, const char *problem);

/* During callbacks: values by field name; "" / 0 / false for an unknown or hidden one. */
const char *form_text(const struct form *f, const char *name);
long form_number(const struct form *f, const char *name);
bool form_bool(const struct form *f, const char *name);
/* Change a value from a callback, for example a default that follows another field. */
void form_set(struct form *f, const char *name, const char *value);
/* What the fields stand for was changed elsewhere (in a form that a link opened): asks before it is thrown away, and
 * works out again which fields are shown. */
void form_touch(struct form *f);

#endif
