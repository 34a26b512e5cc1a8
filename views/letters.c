/* Dead letters: steps that failed for good. Of the selected one every attempt, the last lines of its log and the
 * step as it was sent; from here it is mended, run again, or put away with a note. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/client/act_ops.h"
#include "views/board.h"
#include "views/forms.h"

static bool is_open(const cJSON *row)
{
	return !strcmp(json_str(row, "State", "PENDING"), "PENDING");
}

static struct state_look look_letter(const struct glyphs *g, const cJSON *row)
{
	const char *state = json_str(row, "State", "");
	if (is_open(row))
		return (struct state_look){ g->fail, ROLE_ERROR };
	if (!strcmp(state, "REPLAYED"))
		return (struct state_look){ g->ok, ROLE_OK };
	return (struct state_look){ g->off, ROLE_OFF };
}

static const char *class_word(const char *class)
{
	if (!strcmp(class, "RETRYABLE"))
		return "retryable";
	if (!strcmp(class, "DATA_QUALITY"))
		return "data quality";
	return !strcmp(class, "NON_RETRYABLE") ? "for good" : class;
}

static void letters_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	struct state_look look = look_letter(o->glyphs, row);
	int n;
	switch (col) {
	case 0:
		cell_set(o, look.style, "%s", look.sign);
		break;
	case 1:
		cell_date(o, record_ms(row, "Time"));
		break;
	case 2:
		cell_set(o, ROLE_TEXT, "%s", json_str(row, "ClusterName", model_cluster_name(board_model(b),
		         json_str(row, "ClusterId", ""))));
		break;
	case 3:
		cell_text(o, ROLE_STRONG, row, "StepName");
		break;
	case 4:
		cell_set(o, ROLE_TEXT, "%s", class_word(json_str(row, "Class", "")));
		break;
	case 5:
		n = cJSON_GetArraySize(json_arr(row, "Attempts"));
		cell_num(o, ROLE_TEXT, n, "%d", n);
		break;
	case 6:
		cell_set(o, look.style, "%s", json_str(row, "State", ""));
		break;
	case 7:
		cell_text(o, ROLE_DIM, row, "Message");
		break;
	}
}

static void attempt_facts(const cJSON *row, struct facts *f)
{
	const cJSON *x;
	if (cJSON_GetArraySize(json_arr(row, "Attempts")))
		facts_head(f, "Attempts");
	cJSON_ArrayForEach(x, json_arr(row, "Attempts")) {
		int64_t start = record_ms(x, "StartedAt"), end = record_ms(x, "EndedAt");
		char when[40], took[24], label[48];
		snprintf(label, sizeof label, "%d", (int)json_int(x, "Number", 0));
		const char *message = json_str(x, "Message", "");
		bool same = !strcmp(message, json_str(row, "Message", ""));
		factf(f, label, ROLE_TEXT, "%s, %s%s%s", text_day(start, console_now(), when, sizeof when),
		      end > start ? clock_duration(end - start, took, sizeof took) : "-", same ? ", the same" : ": ",
		      same ? "" : message);
	}
}

static void closed_facts(struct board *b, const cJSON *row, struct facts *f)
{
	char when[64];
	if (is_open(row))
		return;
	factf(f, "closed", ROLE_TEXT, "%s by %s", text_when(record_ms(row, "ClosedAt"), console_now(), when, sizeof when),
	      json_str(row, "ClosedBy", "?"));
	fact(f, "note", ROLE_STRONG, json_str(row, "Note", ""));
	if (json_str(row, "ReplayStepId", NULL))
		factf(f, "replayed as", ROLE_TEXT, "%s on %s", json_str(row, "ReplayStepId", ""),
		      model_cluster_name(board_model(b), json_str(row, "ReplayClusterId", "")));
}

/* What only DescribeDeadLetter tells: the ends of the logs, and the cluster's configurations. */
static const cJSON *described(struct board *b)
{
	const cJSON *reply = records_reply(board_records(b, PART_LETTER));
	return json_obj(reply, "DeadLetter") ? json_obj(reply, "DeadLetter") : reply;
}

static void log_facts(struct board *b, struct facts *f)
{
	const cJSON *log = json_obj(described(b), "Log");
	static const char *const logs[] = { "stderr", "controller" };
	char title[40];
	for (int i = 0; i < 2; i++) {
		const char *text = json_str(log, logs[i], "");
		if (!*text)
			continue;
		snprintf(title, sizeof title, "End of its %s", logs[i]);
		facts_head(f, title);
		facts_text(f, ROLE_TEXT, text);
	}
}

static void letters_facts(struct board *b, const cJSON *row, struct facts *f)
{
	char when[64];
	const cJSON *more = described(b);
	f->label = 13;
	facts_text(f, ROLE_STRONG, json_str(row, "StepName", ""));
	facts_text(f, is_open(row) ? ROLE_ERROR : ROLE_TEXT, json_str(row, "Message", ""));
	facts_gap(f);
	factf(f, "class", ROLE_TEXT, "%s (%s)", class_word(json_str(row, "Class", "")), json_str(row, "Reason", ""));
	fact(f, "since", ROLE_TEXT, text_when(record_ms(row, "Time"), console_now(), when, sizeof when));
	fact(f, "cluster", ROLE_TEXT, json_str(row, "ClusterName", json_str(row, "ClusterId", "")));
	closed_facts(b, row, f);
	attempt_facts(row, f);
	log_facts(b, f);
	facts_head(f, "The step as it was sent");
	facts_json(f, json_obj(row, "Step"));
	if (json_arr(more, "Configurations") && cJSON_GetArraySize(json_arr(more, "Configurations"))) {
		facts_head(f, "Configurations of its cluster");
		facts_json(f, json_arr(more, "Configurations"));
	}
	fact(f, "log file", ROLE_DIM, json_str(row, "LogFile", ""));
}

static bool letters_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	struct console *con = b->view.con;
	(void)arg;
	switch (action) {
	case VA_OPEN:
		if (row && model_cluster(con->model, json_str(row, "ClusterId", "")))
			log_open_step(con, json_str(row, "ClusterId", ""), json_str(row, "StepId", ""), NULL);
		else if (row)
			app_message(con->app, MESSAGE_INFO, "its cluster has gone; J scrolls to the end of its log");
		return true;
	case VA_REPLAY:
		acts_run(con, act_replay(row, "", NULL));
		return true;
	case VA_FIX:
		form_fix_open(con, row);
		return true;
	case VA_DELETE:
		form_discard_open(con, row);
		return true;
	case VA_ALL:
		b->mode = !b->mode;
		return true;
	}
	return false;
}

static const char *letters_disabled(struct board *b, const cJSON *row, int action)
{
	(void)b;
	if (action != VA_REPLAY && action != VA_FIX && action != VA_DELETE)
		return NULL;
	if (!row)
		return "no dead letter is selected";
	return is_open(row) ? NULL : "this one is dealt with already";
}

static void letters_want(struct board *b, const cJSON *row, struct live_interest *want)
{
	want->focus.all_letters = b->mode;
	if (!row)
		return;
	want->globals |= 1u << PART_LETTER;
	snprintf(want->focus.letter, sizeof want->focus.letter, "%.95s", json_str(row, "DeadLetterId", ""));
}

static void letters_note(struct board *b, const struct glyphs *g, char *out, size_t size)
{
	(void)g;
	snprintf(out, size, "%s", b->mode ? "all, v: only open ones" : "open ones, v: all");
}

static const struct table_column columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "TIME", .min = 12, .max = 12, .flags = COL_DESC },
	{ "CLUSTER", .min = 11, .max = 20, .flex = 1, .priority = 1 },
	{ "STEP", .min = 12, .max = 26, .flex = 2 },
	{ "CLASS", .min = 12, .max = 12, .priority = 3 },
	{ "TRIES", .min = 5, .max = 5, .align = ALIGN_RIGHT, .priority = 2 },
	{ "STATE", .min = 9, .max = 9 },
	{ "WHY", .min = 16, .flex = 4, .priority = 1 },
};

static const struct board_page pages[] = {
	{ "Dead letters", "Dead letter", "No step has failed for good.", columns, sizeof columns / sizeof *columns,
	  PART_LETTERS, NULL, letters_cell, letters_facts, NULL, 1 },
};

static const struct board_kind kind = {
	.pages = pages, .n = 1, .scope = &bind_letters, .action = letters_action, .disabled = letters_disabled,
	.want = letters_want, .note = letters_note,
};

static struct view *letters_open(struct console *con, const char *arg)
{
	(void)arg;
	return board_open(con, &kind, arg);
}

const struct view_ops view_letters = BOARD_VIEW("dead-letters", letters_open);
