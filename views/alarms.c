/* Alarms: what is wrong now, and on demand every alarm of CloudWatch, metric and composite; of the selected one its
 * rule, the graph of what it watches, who has taken it, its history and what to do. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/client/act_ops.h"
#include "views/alarm_graph.h"
#include "views/board.h"
#include "views/cause.h"
#include "views/forms.h"

enum { SHOW_WRONG, SHOW_ALL };     /* board.mode */
enum { A_SIGN, A_STATE, A_SEVERITY, A_FOR, A_CLUSTER, A_WHAT };

/* A row is one of ListAlarms, or of DescribeAlarms when nothing is wrong with it. */
static bool is_raised(const cJSON *row)
{
	return json_str(row, "AlarmId", NULL) != NULL;
}

static bool of_cloudwatch(const char *kind)
{
	return !strcmp(kind, "metric") || !strcmp(kind, "composite");
}

static bool is_composite(const cJSON *alarm)
{
	return json_str(alarm, "AlarmRule", NULL) != NULL;
}

static const cJSON *metric_alarm(struct board *b, const cJSON *row)
{
	if (row && !is_raised(row))
		return row;
	if (!row || !of_cloudwatch(json_str(row, "Kind", "")))
		return NULL;
	return records_find(board_records(b, PART_METRIC_ALARMS), json_str(row, "AlarmName", ""));
}

static bool listed(const struct model *m, const char *name)
{
	for (size_t i = 0; i < m->alarms.len; i++)
		if (of_cloudwatch(m->alarms.items[i].kind) && !strcmp(m->alarms.items[i].name, name))
			return true;
	return false;
}

static void alarms_collect(struct board *b)
{
	const struct model *m = board_model(b);
	const struct records *metric = board_records(b, PART_METRIC_ALARMS);
	for (size_t i = 0; i < m->alarms.len; i++) {
		const cJSON *o = records_find(board_records(b, PART_ALARMS), m->alarms.items[i].id);
		if (o)
			board_add(b, m->alarms.items[i].id, o);
	}
	for (size_t i = 0; i < metric->rows.len; i++) {
		const cJSON *o = metric->rows.items[i].o;
		bool raised = !strcmp(json_str(o, "StateValue", ""), "ALARM");
		if ((raised || b->mode == SHOW_ALL) && !listed(m, metric->rows.items[i].id))
			board_add(b, metric->rows.items[i].id, o);
	}
}

static const char *state_of(const cJSON *row)
{
	const char *state = json_str(row, "StateValue", "ALARM");
	if (is_raised(row))
		return json_obj(row, "Acknowledged") ? "ACKED" : "ALARM";
	return !strcmp(state, "INSUFFICIENT_DATA") ? "NO DATA" : state;
}

static struct state_look look_alarm(const struct glyphs *g, const cJSON *row)
{
	const char *state = state_of(row);
	if (!strcmp(state, "OK"))
		return (struct state_look){ g->ok, ROLE_OK };
	if (!strcmp(state, "NO DATA"))
		return (struct state_look){ g->wait, ROLE_WAIT };
	if (!strcmp(state, "ACKED"))
		return (struct state_look){ g->mark, ROLE_DIM };
	return look_severity(g, json_str(row, "Severity", "WARN"));
}

static int64_t since_of(const cJSON *row)
{
	return is_raised(row) ? record_ms(row, "Since") : record_ms(row, "StateUpdatedTimestamp");
}

static const char *title_of(const cJSON *row)
{
	return is_raised(row) ? json_str(row, "Title", "") : json_str(row, "AlarmName", "");
}

static const char *cluster_of(const cJSON *row)
{
	return is_raised(row) ? json_str(row, "ClusterId", "") : alarm_cluster(row);
}

static void alarms_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	struct state_look look = look_alarm(o->glyphs, row);
	switch (col) {
	case A_SIGN:
		cell_set(o, look.style, "%s", look.sign);
		break;
	case A_STATE:
		cell_set(o, look.style, "%s", state_of(row));
		break;
	case A_SEVERITY:
		cell_set(o, look.style, "%s", is_raised(row) ? json_str(row, "Severity", "") : "");
		break;
	case A_FOR:
		cell_age(o, since_of(row));
		break;
	case A_CLUSTER:
		cell_set(o, ROLE_STRONG, "%s", model_cluster_name(board_model(b), cluster_of(row)));
		break;
	case A_WHAT:
		cell_set(o, ROLE_TEXT, "%s", title_of(row));
		break;
	}
}

/* ---- the selected one ---- */

static void history_facts(struct board *b, struct facts *f)
{
	const struct records *r = board_records(b, PART_ALARM_HISTORY);
	if (r->rows.len)
		facts_head(f, "History");
	for (size_t i = 0; i < r->rows.len; i++) {
		char when[40];
		fact(f, text_day(record_ms(r->rows.items[i].o, "Timestamp"), console_now(), when, sizeof when), ROLE_TEXT,
		     json_str(r->rows.items[i].o, "HistorySummary", ""));
	}
}

static void rule_facts(struct board *b, const cJSON *alarm, struct facts *f)
{
	char text[400], actions[400];
	facts_gap(f);
	fact(f, "rule", ROLE_TEXT, alarm_rule_text(alarm, draw_glyphs(f->d), text, sizeof text));
	fact(f, "description", ROLE_TEXT, json_str(alarm, "AlarmDescription", ""));
	fact(f, "state reason", ROLE_TEXT, json_str(alarm, "StateReason", ""));
	fact(f, "missing data", ROLE_TEXT, json_str(alarm, "TreatMissingData", ""));
	record_text(alarm, "AlarmActions", actions, sizeof actions);
	bool on = json_bool(alarm, "ActionsEnabled", true);
	factf(f, "tells", on ? ROLE_TEXT : ROLE_WARN, "%s%s", strchr(actions, ',') ? actions : topic_word(actions),
	      on ? "" : " (switched off: o switches it on)");
	if (json_str(alarm, "ActionsSuppressor", NULL))
		factf(f, "suppressor", ROLE_TEXT, "%s, waited for %lld s, %lld s beyond its end",
		      json_str(alarm, "ActionsSuppressor", ""), (long long)json_int(alarm, "ActionsSuppressorWaitPeriod", 0),
		      (long long)json_int(alarm, "ActionsSuppressorExtensionPeriod", 0));
	fact(f, "suppressed", ROLE_WARN, json_str(alarm, "ActionsSuppressedReason", ""));
	history_facts(b, f);
}

static void taken_facts(const cJSON *row, struct facts *f)
{
	const cJSON *taken = json_obj(row, "Acknowledged");
	char when[64];
	if (!taken)
		return;
	factf(f, "acknowledged", ROLE_OK, "by %s, %s", json_str(taken, "By", "somebody"),
	      text_when(record_ms(taken, "At"), console_now(), when, sizeof when));
	fact(f, "note", ROLE_STRONG, json_str(taken, "Note", ""));
}

static void alarms_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const cJSON *alarm = metric_alarm(b, row);
	char when[64];
	f->label = 14;
	facts_text(f, ROLE_STRONG, title_of(row));
	facts_text(f, ROLE_TEXT, json_str(row, "Detail", ""));
	if (*json_str(row, "Hint", "")) {
		facts_gap(f);
		facts_text(f, ROLE_ACCENT, json_str(row, "Hint", ""));
	}
	facts_gap(f);
	fact(f, "since", ROLE_TEXT, text_when(since_of(row), console_now(), when, sizeof when));
	taken_facts(row, f);
	if (alarm)
		rule_facts(b, alarm, f);
	else if (is_raised(row) && strncmp(json_str(row, "AlarmId", ""), "budget/", 7) &&
	         !strcmp(json_str(row, "Kind", ""), "condition"))
		fact(f, "kind", ROLE_DIM, "the server's own watch; it ends with its cause");
}

static int alarms_picture(struct board *b, const cJSON *row, struct draw d)
{
	const cJSON *alarm = metric_alarm(b, row);
	if (!alarm || is_composite(alarm))
		return 0;
	if (draw_h(d) > 2)
		alarm_graph_draw(draw_sub(d, (struct rect){ 1, 0, draw_w(d) - 2, draw_h(d) }), b->view.con, alarm,
		                 board_records(b, PART_ALARM_DATA));
	return draw_w(d) >= 60 ? 12 : 8;
}

/* ---- acts ---- */

static void acknowledge(struct board *b, const cJSON *row)
{
	const cJSON *taken = json_obj(row, "Acknowledged");
	const char *id = json_str(row, "AlarmId", "");
	if (taken)
		acts_run(b->view.con, act_unacknowledge(id, title_of(row), json_str(taken, "By", "")));
	else
		form_acknowledge_open(b->view.con, row);
}

static void open_cause(struct board *b, const cJSON *row)
{
	const struct model *m = board_model(b);
	const char *id = board_id(b);
	for (size_t i = 0; id && i < m->alarms.len; i++) {
		if (!strcmp(m->alarms.items[i].id, id)) {
			cause_open(b->view.con, &m->alarms.items[i], true);
			return;
		}
	}
	if (row && !cause_open_resource(b->view.con, cluster_of(row), ""))
		app_message(b->view.con->app, MESSAGE_INFO, "this alarm watches no cluster");
}

static bool alarms_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	struct console *con = b->view.con;
	const cJSON *alarm = metric_alarm(b, row);
	(void)arg;
	switch (action) {
	case VA_OPEN:
		open_cause(b, row);
		return true;
	case VA_ALL:
		b->mode = b->mode == SHOW_ALL ? SHOW_WRONG : SHOW_ALL;
		board_changed(&b->view);
		return true;
	case VA_ACK:
		acknowledge(b, row);
		return true;
	case VA_NEW:
		form_alarm_open(con, NULL);
		return true;
	case VA_CHANGE:
		form_alarm_open(con, alarm);
		return true;
	case VA_SWITCH:
		acts_run(con, act_alarm_actions(json_str(alarm, "AlarmName", ""),
		                                !json_bool(alarm, "ActionsEnabled", true)));
		return true;
	case VA_DELETE:
		acts_run(con, act_delete_alarm(json_str(alarm, "AlarmName", "")));
		return true;
	}
	return false;
}

static const char *alarms_disabled(struct board *b, const cJSON *row, int action)
{
	bool alone = action == VA_ACK || action == VA_CHANGE || action == VA_SWITCH || action == VA_DELETE;
	if (alone && !row)
		return "no alarm is selected";
	if (action == VA_ACK && !is_raised(row))
		return "this alarm is not raised: there is nothing to acknowledge";
	if ((action == VA_CHANGE || action == VA_SWITCH || action == VA_DELETE) && !metric_alarm(b, row))
		return "that is not an alarm of CloudWatch: it ends with its cause";
	if (action == VA_CHANGE && is_composite(metric_alarm(b, row)))
		return "composite alarms are changed with stoker alarms put-composite";
	if (action == VA_CHANGE && json_arr(metric_alarm(b, row), "Metrics"))
		return "alarms on expressions are changed with aws cloudwatch put-metric-alarm";
	if (action == VA_NEW && board_model(b)->parts[PART_METRIC_ALARMS].unsupported)
		return "the other side does not offer CloudWatch";
	return NULL;
}

static void alarms_want(struct board *b, const cJSON *row, struct live_interest *want)
{
	const cJSON *alarm = metric_alarm(b, row);
	want->globals |= 1u << PART_METRIC_ALARMS | 1u << PART_TOPICS;
	if (!alarm)
		return;
	want->globals |= 1u << PART_ALARM_HISTORY | 1u << PART_ALARM_DATA;
	snprintf(want->focus.alarm, sizeof want->focus.alarm, "%s", json_str(alarm, "AlarmName", ""));
}

static void alarms_note(struct board *b, const struct glyphs *g, char *out, size_t size)
{
	(void)g;
	const struct model *m = board_model(b);
	size_t open = model_alarms_open(m), fine = 0;
	const struct records *r = board_records(b, PART_METRIC_ALARMS);
	for (size_t i = 0; i < r->rows.len; i++)
		fine += strcmp(json_str(r->rows.items[i].o, "StateValue", ""), "ALARM") != 0;
	if (m->parts[PART_ALARMS].unsupported)
		snprintf(out, size, "%zu of CloudWatch%s", r->rows.len, b->mode == SHOW_ALL || !fine ? "" : ", v: all of them");
	else if (m->parts[PART_METRIC_ALARMS].unsupported)
		snprintf(out, size, "%zu open, no CloudWatch here", open);
	else if (b->mode == SHOW_ALL || !fine)
		snprintf(out, size, "%zu open, %zu acknowledged", open, m->alarms.len - open);
	else
		snprintf(out, size, "%zu open, %zu acknowledged, v: %zu more are fine", open, m->alarms.len - open, fine);
}

static const char *alarms_copy(struct board *b, const cJSON *row)
{
	(void)b;
	return cluster_of(row);
}

static void alarms_opened(struct board *b, const char *arg)
{
	if (arg && *arg)
		board_select(b, 0, arg);
}

static const struct table_column columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "STATE", .min = 7, .max = 7 },
	{ "SEVERITY", .min = 8, .max = 8, .priority = 2 },
	{ "FOR", .min = 4, .max = 6, .align = ALIGN_RIGHT, .flags = COL_TIME },
	{ "CLUSTER", .min = 10, .max = 24, .flex = 1, .priority = 1 },
	{ "WHAT", .min = 38, .flex = 4 },
};

static const struct board_page pages[] = {
	{ "Alarms", "Selected alarm", "Nothing is wrong.", columns, sizeof columns / sizeof *columns, PART_ALARMS,
	  alarms_collect, alarms_cell, alarms_facts, alarms_picture, 1 },
};

static const struct board_kind kind = {
	.pages = pages, .n = 1, .scope = &bind_alarms, .action = alarms_action, .disabled = alarms_disabled,
	.want = alarms_want, .note = alarms_note, .copy = alarms_copy, .opened = alarms_opened,
};

static struct view *alarms_open(struct console *con, const char *arg)
{
	return board_open(con, &kind, arg);
}

const struct view_ops view_alarms = BOARD_VIEW("alarms", alarms_open);
