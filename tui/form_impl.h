/* Inside of forms; for form*.c. */
#ifndef TUI_FORM_IMPL_H
#define TUI_FORM_IMPL_H

#include "core/base/mem.h"
#include "tui/editline.h"
#include "tui/form.h"

struct field {
	struct form_field f;            /* strings in the form's arena */
	struct editline edit;           /* TEXT, NUMBER */
	VEC(struct editline) lines;     /* LINES */
	size_t line, line_top;          /* LINES: where the cursor is, first one shown */
	size_t choice;                  /* CHOICE */
	bool on;                        /* TOGGLE */
	char *joined;                   /* LINES: value handed out */
	char number[32];
	const char *problem;            /* arena or static; NULL: fine */
	bool visible;
};

struct form {
	struct app *a;
	struct arena *arena;
	struct form_spec spec;
	struct field *fields;
	unsigned serial;
	size_t n, at;                   /* at == n: the button */
	bool changed, leaving;          /* leaving: Esc was pressed once */
	int top;                        /* scrolling */
	char summary[256];
	char problem[256];              /* of the form as a whole */
};

/* form_value.c */
const char *field_value(struct field *f);
void field_set(struct field *f, const char *value);
/* NULL: fine. */
const char *field_check(struct form *f, struct field *field);
void form_refresh(struct form *f);      /* visibility and summary after a change */

/* form_draw.c */
void form_draw(void *self, struct app *a, struct draw d);

#endif
