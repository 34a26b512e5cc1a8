/* Schedules: what runs by the clock, when next, and what came of it last; of the selected one all of its runs. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/client/act_ops.h"
#include "views/board.h"
#include "views/forms.h"

enum { PAGE_SCHEDULES, PAGE_RUNS };

static bool enabled(const cJSON *row)
{
	return strcmp(json_str(row, "State", "ENABLED"), "DISABLED") != 0;
}

static struct state_look look_run(const struct glyphs *g, const char *state)
{
	if (!strcmp(state, "SUCCEEDED"))
		return (struct state_look){ g->ok, ROLE_OK };
	if (!strcmp(state, "FAILED"))
		return (struct state_look){ g->fail, ROLE_ERROR };
	if (!strcmp(state, "STARTED"))
		return (struct state_look){ g->run, ROLE_RUN };
	if (!strcmp(state, "MISSED"))
		return (struct state_look){ g->warn, ROLE_WARN };
	if (!strcmp(state, "SKIPPED"))
		return (struct state_look){ g->off, ROLE_OFF };
	return (struct state_look){ g->wait, ROLE_WAIT };
}

static int64_t next_of(const cJSON *row)
{
	const cJSON *first = json_arr(row, "NextRuns") ? json_arr(row, "NextRuns")->child : NULL;
	if (!enabled(row) || !first)
		return 0;
	return cJSON_IsString(first) ? clock_parse(first->valuestring) : (int64_t)(first->valuedouble * 1000);
}

static const char *last_state(const cJSON *row)
{
	return json_str(json_obj(row, "LastRun"), "State", "");
}

static void when_cell(struct table_cell *o, int64_t ms)
{
	char day[40], left[16];
	if (ms <= 0)
		return;
	clock_age(ms - console_now(), left, sizeof left);
	cell_num(o, ROLE_TEXT, (double)ms, "%s in %s", text_day(ms, console_now(), day, sizeof day), left);
}

static struct state_look schedule_look(struct board *b, const struct glyphs *g, const cJSON *row)
{
	(void)b;
	return (struct state_look){ enabled(row) ? g->dot : g->off, enabled(row) ? ROLE_OK : ROLE_OFF };
}

static void schedule_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	struct state_look last = look_run(o->glyphs, last_state(row));
	int failures = (int)json_int(row, "Failures", 0);
	(void)b;
	if (col == 1)
		cell_text(o, enabled(row) ? ROLE_STRONG : ROLE_OFF, row, "ScheduleName");
	else if (col == 2 && enabled(row))
		when_cell(o, next_of(row));
	else if (col == 2)
		cell_set(o, ROLE_OFF, "disabled");
	else if (col == 3 && *last_state(row))
		cell_set(o, last.style, "%s %s", last.sign, last_state(row));
	else if (col == 4)
		cell_num(o, failures ? ROLE_ERROR : ROLE_DIM, failures, failures ? "%d" : "", failures);
}

static void target_facts(struct board *b, const cJSON *target, struct facts *f)
{
	const cJSON *request = json_obj(target, "Request"), *step;
	const char *op = json_str(target, "Operation", "");
	bool transient = !strcmp(op, "RunJobFlow");
	factf(f, "runs", ROLE_TEXT, "%s %s", transient ? "a cluster of its own:" : "steps on",
	      transient ? json_str(request, "Name", "")
	                : model_cluster_name(board_model(b), json_str(request, "JobFlowId", "")));
	cJSON_ArrayForEach(step, json_arr(request, "Steps")) {
		struct buf words = BUF_INIT;
		const cJSON *x;
		cJSON_ArrayForEach(x, json_arr(json_obj(step, "HadoopJarStep"), "Args"))
			buf_addf(&words, " %s", cJSON_IsString(x) ? x->valuestring : "");
		factf(f, "step", ROLE_TEXT, "%s:%s", json_str(step, "Name", ""), buf_str(&words));
		buf_free(&words);
	}
}

static void next_facts(const cJSON *row, struct facts *f)
{
	const cJSON *x;
	const char *label = "next runs";
	if (!enabled(row))
		fact(f, label, ROLE_OFF, "none: it is disabled, o enables it");
	const cJSON *runs = enabled(row) ? json_arr(row, "NextRuns") : NULL;
	cJSON_ArrayForEach(x, runs) {
		char when[40], left[16];
		int64_t ms = cJSON_IsString(x) ? clock_parse(x->valuestring) : (int64_t)(x->valuedouble * 1000);
		char clock[40];
		const char *zone = strrchr(text_clock(ms, true, clock, sizeof clock), ' ');
		factf(f, label, ROLE_TEXT, "%s%s, in %s", text_day(ms, console_now(), when, sizeof when), zone ? zone : "",
		      clock_age(ms - console_now(), left, sizeof left));
		label = "";
	}
}

static void run_line(const cJSON *run, struct facts *f)
{
	struct state_look look = look_run(draw_glyphs(f->d), json_str(run, "State", ""));
	int64_t start = record_ms(run, "StartedAt"), end = record_ms(run, "EndedAt");
	char when[40], took[24] = "";
	if (start && end > start)
		clock_duration(end - start, took, sizeof took);
	factf(f, text_day(record_ms(run, "ScheduledFor"), console_now(), when, sizeof when), look.style, "%s %s %s %s",
	      look.sign, json_str(run, "State", ""), took, json_str(run, "Reason", ""));
}

/* What a policy for missed or overlapping runs does, behind its word of the API. */
static const char *policy_text(const char *word)
{
	static const char *const list[][2] = {
		{ "ONE", "ONE: one run makes up for all of them" }, { "ALL", "ALL: each is made up for" },
		{ "ALLOW", "ALLOW: the next starts beside it" }, { "QUEUE", "QUEUE: the next waits for its end" },
		{ "CANCEL_PREVIOUS", "CANCEL_PREVIOUS: it is cancelled for the next" },
	};
	for (size_t i = 0; i < sizeof list / sizeof *list; i++)
		if (!strcmp(list[i][0], word))
			return list[i][1];
	return "SKIP: left out, and recorded";
}

static void schedule_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const struct records *runs = board_records(b, PART_RUNS);
	f->label = 14;
	facts_text(f, ROLE_STRONG, json_str(row, "ScheduleName", ""));
	facts_text(f, ROLE_TEXT, json_str(row, "Description", ""));
	facts_gap(f);
	factf(f, "when", ROLE_TEXT, "%s %s", json_str(row, "ScheduleExpression", ""),
	      json_str(row, "ScheduleExpressionTimezone", "UTC"));
	next_facts(row, f);
	target_facts(b, json_obj(row, "Target"), f);
	fact(f, "missed runs", ROLE_TEXT, policy_text(json_str(row, "CatchUp", "")));
	fact(f, "still running", ROLE_TEXT, policy_text(json_str(row, "Overlap", "")));
	fact(f, "failures tell", ROLE_TEXT, topic_word(json_str(row, "TopicArn", "")));
	if (json_int(row, "Failures", 0))
		factf(f, "failed", ROLE_ERROR, "%d in a row", (int)json_int(row, "Failures", 0));
	if (runs->rows.len && !b->stacked) {
		facts_head(f, "Runs");
		for (size_t i = 0; i < runs->rows.len && i < 20; i++)
			run_line(runs->rows.items[i].o, f);
	}
}

/* ---- runs ---- */

static struct state_look run_look(struct board *b, const struct glyphs *g, const cJSON *row)
{
	(void)b;
	return look_run(g, json_str(row, "State", ""));
}

static void run_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	int64_t start = record_ms(row, "StartedAt"), end = record_ms(row, "EndedAt");
	char text[40];
	(void)b, (void)col;
	if (start)
		cell_num(o, ROLE_TEXT, (double)((end ? end : console_now()) - start), "%s",
		         clock_duration((end ? end : console_now()) - start, text, sizeof text));
}

static void run_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const struct board_fact list[] = {
		{ NULL, "ScheduleName", ROLE_STRONG, FACT_TEXT },
		{ "state", "State", run_look(b, draw_glyphs(f->d), row).style, FACT_TEXT }, { "why", "Reason", 0, FACT_TEXT },
		{ "scheduled for", "ScheduledFor", 0, FACT_WHEN }, { "started", "StartedAt", 0, FACT_WHEN },
		{ "ended", "EndedAt", 0, FACT_WHEN }, { "cluster", "ClusterId", 0, FACT_CLUSTER },
		{ "steps", "StepIds", 0, FACT_TEXT },
	};
	f->label = 14;
	BOARD_FACTS(b, row, list, f);
}

/* Of the schedule that is selected in the other list. */
static const char *schedule_at(struct board *b)
{
	const char *id = table_selected(b->lists[PAGE_SCHEDULES].table);
	return id ? id : "";
}

/* ---- acts ---- */

static void open_run(struct board *b, const cJSON *row)
{
	struct console *con = b->view.con;
	const char *cluster = json_str(row, "ClusterId", "");
	const cJSON *step = json_arr(row, "StepIds") ? json_arr(row, "StepIds")->child : NULL;
	if (!model_cluster(con->model, cluster)) {
		app_message(con->app, MESSAGE_INFO, "this run has no cluster that is still listed");
		return;
	}
	console_use(con, cluster);
	if (cJSON_IsString(step))
		log_open_step(con, cluster, step->valuestring, NULL);
	else
		console_open(con, &view_cluster, NULL);
}

static bool schedules_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	struct console *con = b->view.con;
	(void)arg;
	switch (action) {
	case VA_NEW:
		form_schedule_open(con, NULL);
		return true;
	case VA_OPEN:
		if (b->at == PAGE_RUNS && row)
			open_run(b, row);
		else
			b->at = PAGE_RUNS;
		return true;
	case VA_CHANGE:
		form_schedule_open(con, row);
		return true;
	case VA_SWITCH:
		acts_run(con, act_schedule_state(row, !enabled(row)));
		return true;
	case VA_RUN_NOW:
		acts_run(con, act_run_now(json_str(row, "ScheduleName", "")));
		return true;
	case VA_DELETE:
		acts_run(con, act_delete_schedule(row));
		return true;
	}
	return false;
}

static const char *schedules_disabled(struct board *b, const cJSON *row, int action)
{
	bool act = action == VA_CHANGE || action == VA_SWITCH || action == VA_RUN_NOW || action == VA_DELETE;
	if (act && !row)
		return b->at == PAGE_RUNS ? "no run is selected" : "no schedule is selected: N makes one";
	if (act && b->at == PAGE_RUNS)
		return "that is a run: tab goes to the list of schedules";
	return NULL;
}

static void schedules_want(struct board *b, const cJSON *row, struct live_interest *want)
{
	(void)row;
	want->globals |= 1u << PART_TOPICS;
	want->parts |= 1u << CPART_GROUPS | 1u << CPART_STEPS | 1u << CPART_DETAIL;
	snprintf(want->focus.schedule, sizeof want->focus.schedule, "%.95s", schedule_at(b));
}

static void schedules_note(struct board *b, const struct glyphs *g, char *out, size_t size)
{
	(void)g;
	*out = 0;
	if (b->at == PAGE_RUNS && *schedule_at(b))
		snprintf(out, size, "of %s", schedule_at(b));
}

static const struct table_column schedule_columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "SCHEDULE", .min = 12, .max = 30, .flex = 2 },
	{ "NEXT RUN", .min = 19, .max = 22 },
	{ "LAST", .min = 11, .max = 11 },
	{ "FAILED", .min = 6, .max = 6, .align = ALIGN_RIGHT, .priority = 2 },
	{ "WHEN", .min = 18, .max = 30, .flex = 1, .priority = 1 },
	{ "ZONE", .min = 8, .max = 18, .priority = 3 },
	{ "ABOUT", .min = 12, .flex = 2, .priority = 4 },
};

static const struct table_column run_columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "SCHEDULED FOR", .min = 13, .max = 13, .flags = COL_DESC },
	{ "STATE", .min = 9, .max = 9 },
	{ "TOOK", .min = 8, .max = 9, .align = ALIGN_RIGHT },
	{ "CLUSTER", .min = 12, .max = 24, .flex = 1, .priority = 1 },
	{ "WHY", .min = 16, .flex = 3 },
};

static const struct board_cell schedule_cells[] = {
	{ CELL_SIGN, NULL, 0 }, { CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 },
	{ CELL_TEXT, "ScheduleExpression", 0 }, { CELL_TEXT, "ScheduleExpressionTimezone", ROLE_DIM },
	{ CELL_TEXT, "Description", ROLE_DIM },
};
static const struct board_cell run_cells[] = {
	{ CELL_SIGN, NULL, 0 }, { CELL_DATE, "ScheduledFor", 0 }, { CELL_LOOK, "State", 0 }, { CELL_OWN, NULL, 0 },
	{ CELL_CLUSTER, NULL, 0 }, { CELL_TEXT, "Reason", ROLE_DIM },
};

static const struct board_page pages[] = {
	{ "Schedules", "Schedule", "Nothing runs by the clock: N makes a schedule.", BOARD_COLUMNS(schedule_columns),
	  PART_SCHEDULES, .cells = schedule_cells, .look = schedule_look, .cell = schedule_cell, .facts = schedule_facts,
	  .elsewhere = "on Amazon, EventBridge Scheduler has them" },
	{ "Runs", "Run", "It has not run yet: p runs it now.", BOARD_COLUMNS(run_columns), PART_RUNS, .cells = run_cells,
	  .look = run_look, .cell = run_cell, .facts = run_facts },
};

static const struct board_kind kind = {
	.pages = pages, .n = 2, .scope = &bind_schedules, .action = schedules_action,
	.disabled = schedules_disabled, .want = schedules_want, .note = schedules_note,
};

BOARD_VIEW(view_schedules, "schedules", kind);
