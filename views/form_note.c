/* Forms that ask for a note: acknowledging an alarm, discarding a dead letter. */
#include <stdio.h>

#include "views/forms.h"
#include "views/sheet.h"

static const char *submit_ack(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	(void)field;
	return sheet_done(s, f, act_acknowledge(s->id, json_str(s->was, "Title", ""), form_text(f, "note")));
}

static const char *submit_discard(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	(void)field;
	return sheet_done(s, f, act_discard(s->was, form_text(f, "note")));
}

static void note_open(struct console *con, const cJSON *was, const char *id, const char *title,
                      const char *text, const char *help,
                      const char *(*submit)(void *, const struct form *, const char **))
{
	const struct form_field fields[] = {
		{ FIELD_TEXT, "note", "note", .help = help, .required = true },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .text = text, .fields = fields, .n = 1,
		.verb = "show the plan", .submit = submit, .cancel = sheet_free,
		.ctx = sheet_new(con, was, id) });
}

void form_acknowledge_open(struct console *con, const cJSON *alarm)
{
	note_open(con, alarm, json_str(alarm, "AlarmId", ""), "Acknowledge", json_str(alarm, "Title", ""),
	          "who looks after it, and how", submit_ack);
}

void form_discard_open(struct console *con, const cJSON *letter)
{
	note_open(con, letter, json_str(letter, "DeadLetterId", ""), "Discard", json_str(letter, "StepName", ""),
	          "why it need not run again", submit_discard);
}
