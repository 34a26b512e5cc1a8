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

static struct state_look topic_look(struct board *b, const struct glyphs *g, const cJSON *row)
{
	(void)b;
	if (!json_obj(row, "LastSent"))
		return (struct state_look){ g->wait, ROLE_DIM };
	return (struct state_look){ failed(row) ? g->fail : g->ok, failed(row) ? ROLE_ERROR : ROLE_OK };
}

static void topic_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	const cJSON *last = json_obj(row, "LastSent");
	const char *where, *way = way_of(row, &where);
	(void)b;
	if (col == 4)
		cell_date(o, record_ms(last, "Time"));
	else if (col == 5)
		cell_text(o, failed(row) ? ROLE_ERROR : ROLE_DIM, last, failed(row) ? "Error" : "Subject");
	else
		cell_set(o, ROLE_TEXT, "%s", col == 2 ? way : where);
}

static void topic_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const cJSON *last = json_obj(row, "LastSent");
	const char *where, *way = way_of(row, &where);
	f->label = 13;
	facts_text(f, ROLE_STRONG, json_str(row, "TopicName", ""));
	fact(f, way, ROLE_TEXT, where);
	fact(f, "ARN", ROLE_DIM, json_str(row, "TopicArn", ""));
	facts_gap(f);
	if (!last) {
		facts_text(f, ROLE_DIM, "Nothing was sent yet: p sends a test message.");
		return;
	}
	const struct board_fact list[] = {
		{ "last message", "Subject", 0, FACT_TEXT }, { "sent", "Time", 0, FACT_WHEN },
		{ "outcome", "Outcome", failed(row) ? ROLE_ERROR : ROLE_OK, FACT_TEXT },
		{ "why", "Error", ROLE_ERROR, FACT_TEXT },
	};
	BOARD_FACTS(b, last, list, f);
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

static const struct board_cell cells[] = {
	{ CELL_SIGN, NULL, 0 }, { CELL_TEXT, "TopicName", ROLE_STRONG }, { CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 },
	{ CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 },
};

static const struct board_page pages[] = {
	{ "Topics", "Topic", "Nobody is told of anything: N makes a topic.", BOARD_COLUMNS(columns), PART_TOPICS,
	  .cells = cells, .look = topic_look, .cell = topic_cell, .facts = topic_facts,
	  .elsewhere = "on Amazon, alarms tell topics of SNS by their ARN" },
};

static const struct board_kind kind = {
	.pages = pages, .n = 1, .scope = &bind_topics, .action = topics_action, .disabled = topics_disabled,
};

BOARD_VIEW(view_topics, "topics", kind);
