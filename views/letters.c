/* Dead letters: steps that failed for good. Of the selected one every attempt, the last lines of its log and the
 * step as it was sent; from here it is mended, run again, or put away with a note. */
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/client/act_ops.h"
#include "views/board.h"
#include "views/forms.h"

static bool is_open(const cJSON *row)
{
	return !strcmp(json_str(row, "State", "PENDING"), "PENDING");
}

static struct state_look letters_look(struct board *b, const struct glyphs *g, const cJSON *row)
{
	(void)b;
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
	int n = cJSON_GetArraySize(json_arr(row, "Attempts"));
	if (col == 2)
		cell_set(o, ROLE_TEXT, "%s", json_str(row, "ClusterName", model_cluster_name(board_model(b),
		         json_str(row, "ClusterId", ""))));
	else if (col == 4)
		cell_set(o, ROLE_TEXT, "%s", class_word(json_str(row, "Class", "")));
	else
		cell_num(o, ROLE_TEXT, n, "%d", n);
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

/* What was to run, by which rules it was tried again, and who was told: members of the step's own properties. */
static void source_facts(const cJSON *row, struct facts *f)
{
	const cJSON *jar = json_obj(json_obj(row, "Step"), "HadoopJarStep"), *x;
	const char *topic = NULL;
	struct buf words = BUF_INIT, policy = BUF_INIT;
	cJSON_ArrayForEach(x, json_arr(jar, "Args"))
		buf_addf(&words, "%s%s", words.len ? " " : "", cJSON_IsString(x) ? x->valuestring : "");
	cJSON_ArrayForEach(x, json_arr(jar, "Properties")) {
		const char *key = json_str(x, "Key", ""), *value = json_str(x, "Value", "");
		if (!strcmp(key, "stoker.notify"))
			topic = value;
		else if (!strncmp(key, "stoker.retry.", 13))
			buf_addf(&policy, "%s%s=%s", policy.len ? " " : "", key + 13, value);
	}
	fact(f, "source", ROLE_TEXT, words.len ? buf_str(&words) : json_str(jar, "Jar", ""));
	fact(f, "retries", ROLE_TEXT, policy.len ? buf_str(&policy) : "as its cluster says: stoker-retry, else none");
	fact(f, "tells", ROLE_TEXT, topic ? topic_word(topic) : "as its cluster says: stoker.notify, else nobody");
	buf_free(&words);
	buf_free(&policy);
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
	source_facts(row, f);
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

static const struct board_cell cells[] = {
	{ CELL_SIGN, NULL, 0 }, { CELL_DATE, "Time", 0 }, { CELL_OWN, NULL, 0 }, { CELL_TEXT, "StepName", ROLE_STRONG },
	{ CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 }, { CELL_LOOK, "State", 0 }, { CELL_TEXT, "Message", ROLE_DIM },
};

static const char *const modes[] = { "open ones, v: all", "all, v: only open ones", NULL };

static const struct board_page pages[] = {
	{ "Dead letters", "Dead letter", "No step has failed for good.", BOARD_COLUMNS(columns), PART_LETTERS,
	  .cells = cells, .look = letters_look, .cell = letters_cell, .facts = letters_facts,
	  .elsewhere = "failed steps are in the queue of their cluster (s)" },
};

static const struct board_kind kind = {
	.pages = pages, .n = 1, .scope = &bind_letters, .action = letters_action, .disabled = letters_disabled,
	.want = letters_want, .mode_action = VA_ALL, .modes = modes,
};

BOARD_VIEW(view_letters, "dead-letters", kind);
