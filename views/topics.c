/* Topics: who is told, how, and whether the last message arrived. */
#include <stdio.h>
#include <string.h>

#include "core/client/act_ops.h"
#include "views/board.h"
#include "views/forms.h"

static const char *way_of(const cJSON *row, const char **where)
{
	static const char *const ways[][2] = { { "Webhook", "web hook" }, { "Command", "command" }, { "Email", "e-mail" } };
	for (int i = 0; i < 3; i++) {
		*where = json_str(row, ways[i][0], "");
		if (**where)
			return ways[i][1];
	}
	return "nowhere";
}

static bool failed(const cJSON *row)
{
	return !strcmp(json_str(json_obj(row, "LastSent"), "Outcome", ""), "failed");
}

static void topic_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	const cJSON *last = json_obj(row, "LastSent");
	const char *where, *way = way_of(row, &where);
	(void)b;
	switch (col) {
	case 0:
		cell_set(o, failed(row) ? ROLE_ERROR : last ? ROLE_OK : ROLE_DIM, "%s",
		         failed(row) ? o->glyphs->fail : last ? o->glyphs->ok : o->glyphs->wait);
		break;
	case 1:
		cell_text(o, ROLE_STRONG, row, "TopicName");
		break;
	case 2:
		cell_set(o, ROLE_TEXT, "%s", way);
		break;
	case 3:
		cell_set(o, ROLE_TEXT, "%s", where);
		break;
	case 4:
		cell_date(o, record_ms(last, "Time"));
		break;
	case 5:
		cell_text(o, failed(row) ? ROLE_ERROR : ROLE_DIM, last, failed(row) ? "Error" : "Subject");
		break;
	}
}

static void topic_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const cJSON *last = json_obj(row, "LastSent");
	const char *where, *way = way_of(row, &where);
	char when[64];
	(void)b;
	f->label = 13;
	facts_text(f, ROLE_STRONG, json_str(row, "TopicName", ""));
	fact(f, way, ROLE_TEXT, where);
	fact(f, "ARN", ROLE_DIM, json_str(row, "TopicArn", ""));
	facts_gap(f);
	if (!last) {
		facts_text(f, ROLE_DIM, "Nothing was sent yet: p sends a test message.");
		return;
	}
	fact(f, "last message", ROLE_TEXT, json_str(last, "Subject", ""));
	fact(f, "sent", ROLE_TEXT, text_when(record_ms(last, "Time"), console_now(), when, sizeof when));
	fact(f, "outcome", failed(row) ? ROLE_ERROR : ROLE_OK, json_str(last, "Outcome", ""));
	fact(f, "why", ROLE_ERROR, json_str(last, "Error", ""));
}

static bool topics_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	struct console *con = b->view.con;
	(void)arg;
	switch (action) {
	case VA_NEW:
		form_topic_open(con, NULL);
		return true;
	case VA_CHANGE:
		form_topic_open(con, row);
		return true;
	case VA_RUN_NOW:
		acts_run(con, act_test_topic(json_str(row, "TopicName", "")));
		return true;
	case VA_DELETE:
		acts_run(con, act_delete_topic(json_str(row, "TopicName", "")));
		return true;
	}
	return false;
}

static const char *topics_disabled(struct board *b, const cJSON *row, int action)
{
	if (action == VA_NEW && board_model(b)->parts[PART_TOPICS].unsupported)
		return "the other side does not offer topics";
	if (!row && (action == VA_CHANGE || action == VA_RUN_NOW || action == VA_DELETE))
		return "no topic is selected: N makes one";
	return NULL;
}

static const struct table_column columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "TOPIC", .min = 12, .max = 26, .flex = 1 },
	{ "BY", .min = 8, .max = 8 },
	{ "TO", .min = 16, .flex = 2 },
	{ "LAST SENT", .min = 12, .max = 12, .flags = COL_DESC, .priority = 1 },
	{ "ABOUT", .min = 16, .flex = 2, .priority = 2 },
};

static const struct board_page pages[] = {
	{ "Topics", "Topic", "Nobody is told of anything: N makes a topic.", columns,
	  sizeof columns / sizeof *columns, PART_TOPICS, NULL, topic_cell, topic_facts, NULL, 1 },
};

static const struct board_kind kind = {
	.pages = pages, .n = 1, .scope = &bind_topics, .action = topics_action, .disabled = topics_disabled,
};

static struct view *topics_open(struct console *con, const char *arg)
{
	(void)arg;
	return board_open(con, &kind, arg);
}

const struct view_ops view_topics = BOARD_VIEW("topics", topics_open);
