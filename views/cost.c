/* Cost: what is paid now, today and this month, and where it goes; budgets; what could be saved. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/client/act_ops.h"
#include "views/board.h"
#include "views/forms.h"

enum { PAGE_SPENT, PAGE_BUDGETS, PAGE_ADVICE };

static const char *const groupings[] = { "cluster", "group", "role", "type", "market", "step", "day", "tag:team" };
#define GROUPINGS ((int)(sizeof groupings / sizeof *groupings))

/* board.mode: index in groupings; board.query is not used here, so it holds a tag's key. */
static const char *by_of(const struct board *b)
{
	return *b->query ? b->query : groupings[b->mode];
}

/* ---- the strip above ---- */

static int put(struct draw d, int x, int y, const char *label, style_t st, const char *value)
{
	int n = utf8_width(label) + 1 + utf8_width(value);
	if (x > 1 && x + n > draw_w(d) - 1)
		return x;
	x += draw_text(d, x, y, ROLE_DIM, label) + 1;
	return x + draw_text(d, x, y, st, value) + 3;
}

/* What the money of clusters that only wait for work comes to. */
static double idle_rate(const struct model *m)
{
	double sum = 0;
	for (size_t i = 0; i < m->clusters.len; i++)
		if (m->clusters.items[i]->c->state == CLUSTER_WAITING)
			sum += m->clusters.items[i]->cost.per_hour;
	return sum;
}

static void draw_now(const struct model *m, const cJSON *forecast, struct draw d)
{
	const struct glyphs *g = draw_glyphs(d);
	bool unknown = m->cost_unknown_rate;
	char text[48];
	double idle = forecast ? json_num(forecast, "IdlePerHour", 0) : idle_rate(m);
	int x = put(d, 1, 0, "now", ROLE_MONEY, text_rate(m->cost_per_hour, unknown, g, text, sizeof text));
	x = put(d, x, 0, "today", ROLE_MONEY, text_money(m->cost_today, unknown, g, text, sizeof text));
	if (forecast) {
		x = put(d, x, 0, "this month", ROLE_MONEY,
		        row_money(forecast, json_num(forecast, "MonthToDate", 0), g, text, sizeof text));
		row_money(forecast, json_num(forecast, "MonthProjected", 0), g, text, sizeof text);
		x = put(d, x, 0, "by its end", ROLE_MONEY, text);
	}
	put(d, x, 0, "idle", idle > 0 ? ROLE_WARN : ROLE_OK, text_rate(idle, false, g, text, sizeof text));
}

/* The queue that ends last, and what it will have cost. */
static void draw_queues(const struct model *m, const cJSON *forecast, struct draw d)
{
	const cJSON *q;
	int x = 1;
	cJSON_ArrayForEach(q, json_arr(forecast, "Queues")) {
		char name[64], text[96], money[32], left[24];
		int64_t ends = record_ms(q, "EndsAt");
		snprintf(name, sizeof name, "%.60s", model_cluster_name(m, json_str(q, "ClusterId", "")));
		if (ends > console_now())
			snprintf(text, sizeof text, "queue ends in %s, %s", clock_duration(ends - console_now(), left, sizeof left),
			         row_money(q, json_num(q, "Cost", 0), draw_glyphs(d), money, sizeof money));
		else
			snprintf(text, sizeof text, "queue: no estimate, its steps have not run before");
		x = put(d, x, 1, name, ROLE_TEXT, text);
	}
	if (x == 1)
		draw_text(d, 1, 1, ROLE_DIM, forecast ? "No queue: the projection is today's rate to the end of the month."
		                                      : "");
}

static void cost_head(struct board *b, struct draw d)
{
	struct console *con = b->view.con;
	const struct model *m = con->model;
	const cJSON *forecast = records_reply(board_records(b, PART_FORECAST));
	char text[600];
	if (!m->cost_known) {
		char why[300];
		const char *reason = pane_reason(con, &m->parts[PART_COST], why, sizeof why);
		pane_say(d, reason ? reason : "no cost is known");
		return;
	}
	draw_now(m, forecast, d);
	draw_queues(m, forecast, d);
	bool dated = *m->price_date, wide = *m->price_source && (draw_w(d) >= 120 || !dated);
	snprintf(text, sizeof text, "Estimate, not a bill: %s%s%s%s.%s%s", dated ? "list prices of " : "", m->price_date,
	         dated && wide ? ", " : "", wide ? m->price_source : dated ? "" : "no prices are known",
	         client_is_local(con->client) ? " Nodes of this machine cost nothing." : "",
	         m->cost_unknown_rate ? " Where a fee is not known, sums are lower bounds." : "");
	draw_paragraph(d, 1, 2, draw_w(d) - 2, draw_h(d) - 2, ROLE_DIM, text);
}

/* ---- spent ---- */

static double share_of(struct board *b, const cJSON *row)
{
	double total = json_num(records_reply(board_records(b, PART_COST_REPORT)), "Total", 0);
	return total > 0 ? json_num(row, "Total", 0) / total : NAN;
}

/* Where no server reports, the clusters with the rates that the price table gives. */
static void spent_collect(struct board *b)
{
	const struct model *m = board_model(b);
	const struct records *r = board_records(b, PART_COST_REPORT);
	for (size_t i = 0; i < r->rows.len; i++)
		board_add(b, r->rows.items[i].id, r->rows.items[i].o);
	if (!m->parts[PART_COST_REPORT].unsupported)
		return;
	cJSON_Delete(b->own);
	b->own = cJSON_CreateArray();
	for (size_t i = 0; i < m->clusters.len; i++) {
		const struct cluster *c = m->clusters.items[i]->c;
		cJSON *row = json_add_str(json_add_str(cJSON_CreateObject(), "Key", c->id), "Name", cluster_label(c));
		cJSON_AddItemToArray(b->own, row);
		board_add(b, c->id, row);
	}
}

static void rate_cell(struct board *b, const cJSON *row, struct table_cell *o)
{
	const struct mcluster *mc = model_cluster(board_model(b), json_str(row, "Key", ""));
	char text[32];
	if (mc && mc->cost.known && !cluster_state_ended(mc->c->state))
		cell_num(o, ROLE_MONEY, mc->cost.per_hour, "%s",
		         text_rate(mc->cost.per_hour, mc->cost.unknown_rate, o->glyphs, text, sizeof text));
}

static void spent_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	if (col == 6)
		rate_cell(b, row, o);
	if (col > 0 && !cJSON_HasObjectItem(row, "Total"))
		return;
	switch (col) {
	case 0:
		cell_text(o, ROLE_STRONG, row, *json_str(row, "Name", "") ? "Name" : "Key");
		break;
	case 1:
		cell_num(o, ROLE_TEXT, json_num(row, "InstanceHours", 0), "%.1f", json_num(row, "InstanceHours", 0));
		break;
	case 2:
		cell_money(o, NULL, json_num(row, "Ec2", 0) + json_num(row, "Ebs", 0));
		break;
	case 3:
		cell_money(o, row, json_num(row, "Emr", 0));
		break;
	case 4:
		cell_money(o, row, json_num(row, "Total", 0));
		break;
	case 5:
		o->bar = share_of(b, row);
		cell_num(o, ROLE_S1, o->bar, isnan(o->bar) ? "" : "%.0f%%", o->bar * 100);
		break;
	}
}

static void group_facts(struct facts *f, const struct mcluster *mc)
{
	if (!mc->cost.groups.len)
		return;
	facts_head(f, "Groups: nodes, per node and hour, so far");
	for (size_t i = 0; i < mc->cost.groups.len; i++) {
		const struct group_cost *k = &mc->cost.groups.items[i];
		char fee[32], sum[32];
		snprintf(fee, sizeof fee, k->emr < 0 ? "fee unknown" : "$%.4f fee", k->emr);
		factf(f, k->role, ROLE_TEXT, "%d %s %s  $%.4f + %s  %s", k->count, draw_glyphs(f->d)->times, k->type, k->ec2,
		      fee, text_money(k->accrued, k->emr < 0, draw_glyphs(f->d), sum, sizeof sum));
	}
}

static void spent_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const struct model *m = board_model(b);
	const struct mcluster *mc = model_cluster(m, json_str(row, "Key", ""));
	bool unknown = json_bool(row, "Unknown", false);
	char text[48];
	f->label = 14;
	facts_text(f, ROLE_STRONG, json_str(row, "Name", json_str(row, "Key", "")));
	if (!cJSON_HasObjectItem(row, "Total")) {
		facts_text(f, ROLE_DIM, "The other side reports no cost: its rate now is an estimate from list prices.");
		if (mc)
			group_facts(f, mc);
		return;
	}
	fact(f, "machines", ROLE_MONEY, text_money(json_num(row, "Ec2", 0), false, draw_glyphs(f->d), text, sizeof text));
	if (json_num(row, "Ebs", 0) > 0)
		fact(f, "volumes", ROLE_MONEY, row_money(NULL, json_num(row, "Ebs", 0), draw_glyphs(f->d), text, sizeof text));
	fact(f, "EMR fee", ROLE_MONEY, row_money(row, json_num(row, "Emr", 0), draw_glyphs(f->d), text, sizeof text));
	fact(f, "together", ROLE_MONEY, row_money(row, json_num(row, "Total", 0), draw_glyphs(f->d), text, sizeof text));
	factf(f, "node hours", ROLE_TEXT, "%.2f", json_num(row, "InstanceHours", 0));
	if (unknown)
		facts_text(f, ROLE_WARN, "A rate of it is not in the price table: the sums are lower bounds.");
	if (json_bool(row, "Estimate", false))
		facts_text(f, ROLE_DIM, "~ One of its rates is an estimate, not a list price.");
	if (mc)
		group_facts(f, mc);
}

/* ---- budgets ---- */

static bool budget_alarms(const cJSON *row)
{
	return !strcmp(json_str(row, "State", "OK"), "ALARM");
}

static double used_of(const cJSON *row)
{
	double amount = json_num(row, "Amount", 0);
	return amount > 0 ? json_num(row, "Spent", 0) / amount : NAN;
}

static char *scope_text(const struct model *m, const cJSON *row, char *out, size_t size)
{
	const cJSON *scope = json_obj(row, "Scope");
	if (json_str(scope, "ClusterId", NULL))
		snprintf(out, size, "%s", model_cluster_name(m, json_str(scope, "ClusterId", "")));
	else if (json_str(scope, "TagKey", NULL))
		snprintf(out, size, "%s=%s", json_str(scope, "TagKey", ""), json_str(scope, "TagValue", ""));
	else
		snprintf(out, size, "everything");
	return out;
}

static struct state_look budget_look(struct board *b, const struct glyphs *g, const cJSON *row)
{
	(void)b;
	if (budget_alarms(row))
		return (struct state_look){ g->warn, ROLE_ERROR };
	return (struct state_look){ g->ok, used_of(row) > 0.8 ? ROLE_WARN : ROLE_OK };
}

static void budget_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	char text[96];
	double used = used_of(row);
	if (col == 2)
		cell_set(o, ROLE_TEXT, "%s", scope_text(board_model(b), row, text, sizeof text));
	else if (col == 5)
		cell_money(o, NULL, json_num(row, "Amount", 0));
	else if (col == 7)
		cell_set(o, ROLE_DIM, "%s", strcmp(json_str(row, "Period", ""), "DAILY") ? "month" : "day");
	if (col != 3)
		return;
	o->bar = used > 1 ? 1 : used;
	cell_num(o, budget_look(b, o->glyphs, row).style, used, used >= 10 ? ">999%%" : "%.0f%%", used * 100);
}

static void budget_facts(struct board *b, const cJSON *row, struct facts *f)
{
	char text[200], when[64];
	double amount = json_num(row, "Amount", 0), forecast = json_num(row, "Forecast", 0);
	f->label = 14;
	facts_text(f, ROLE_STRONG, json_str(row, "BudgetName", ""));
	factf(f, "amount", ROLE_MONEY, "$%.2f a %s for %s", amount,
	      strcmp(json_str(row, "Period", ""), "DAILY") ? "month" : "day",
	      scope_text(board_model(b), row, text, sizeof text));
	factf(f, "spent", budget_alarms(row) ? ROLE_ERROR : ROLE_MONEY, "%s, %.0f%% of it",
	      row_money(row, json_num(row, "Spent", 0), draw_glyphs(f->d), text, sizeof text), used_of(row) * 100);
	factf(f, "at its end", forecast > amount ? ROLE_WARN : ROLE_MONEY, "%s%s",
	      row_money(row, forecast, draw_glyphs(f->d), text, sizeof text),
	      forecast > amount ? ": more than the budget, at this rate" : "");
	record_text(row, "Thresholds", text, sizeof text);
	factf(f, "alarms at", ROLE_TEXT, "%s %%", text);
	factf(f, "state", budget_alarms(row) ? ROLE_ERROR : ROLE_OK, "%s since %s", json_str(row, "State", "OK"),
	      text_when(record_ms(row, "Since"), console_now(), when, sizeof when));
	fact(f, "tells", ROLE_TEXT, topic_word(json_str(row, "TopicArn", "")));
	if (json_bool(row, "Unknown", false))
		facts_text(f, ROLE_WARN, "A rate of it is not in the price table: the sums are lower bounds.");
}

/* ---- what could be saved ---- */

static const char *kind_word(const cJSON *row)
{
	static const char *const words[][2] = { { "right_size", "size" }, { "spot_share", "spot" },
	                                        { "off_peak", "off peak" }, { "idle_termination", "idle" } };
	const char *kind = json_str(row, "Kind", "");
	for (int i = 0; i < 4; i++)
		if (!strcmp(words[i][0], kind))
			return words[i][1];
	return kind;
}

static void advice_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	(void)b, (void)col;
	cell_set(o, ROLE_DIM, "%s", kind_word(row));
}

static void advice_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const cJSON *act = json_obj(row, "Act");
	char text[48];
	f->label = 14;
	facts_text(f, ROLE_STRONG, json_str(row, "Title", ""));
	facts_text(f, ROLE_TEXT, json_str(row, "Evidence", ""));
	facts_gap(f);
	factf(f, "saves", ROLE_MONEY, "%s a month, estimated",
	      row_money(row, json_num(row, "SavingPerMonth", 0), draw_glyphs(f->d), text, sizeof text));
	fact(f, "cluster", ROLE_TEXT, model_cluster_name(board_model(b), json_str(row, "ClusterId", "")));
	fact(f, "group", ROLE_TEXT, json_str(row, "InstanceGroupId", ""));
	fact(f, "call", ROLE_TEXT, act ? json_str(act, "Target", "") : "none: it takes a new cluster or a change of jobs");
	if (act)
		facts_text(f, ROLE_ACCENT, "Enter shows the plan.");
}

/* ---- acts ---- */

static void open_row(struct board *b, const cJSON *row)
{
	struct console *con = b->view.con;
	if (b->at != PAGE_SPENT && app_read_only(con->app)) {
		app_message(con->app, MESSAGE_WARN, "read-only: :unlock allows acts for ten minutes");
	} else if (b->at == PAGE_BUDGETS) {
		form_budget_open(con, row);
	} else if (b->at == PAGE_ADVICE) {
		struct act *a = act_recommendation(con->model, row);
		if (a)
			acts_run(con, a);
		else
			app_message(con->app, MESSAGE_INFO, "this one has no call of its own: read its evidence");
	} else if (model_cluster(con->model, json_str(row, "Key", ""))) {
		console_use(con, json_str(row, "Key", ""));
		console_open(con, &view_cluster, NULL);
	}
}

static void next_grouping(struct board *b, const char *arg)
{
	b->at = PAGE_SPENT;
	*b->query = 0;
	if (!arg || !*arg) {
		b->mode = (b->mode + 1) % GROUPINGS;
		return;
	}
	for (int i = 0; i < GROUPINGS; i++) {
		if (!strcmp(groupings[i], arg)) {
			b->mode = i;
			return;
		}
	}
	if (!strncmp(arg, "tag:", 4) && arg[4])
		snprintf(b->query, sizeof b->query, "%s", arg);
	else
		app_message(b->view.con->app, MESSAGE_ERROR,
		            "cannot split by %s: cluster, group, role, type, market, step, day, tag:KEY", arg);
}

static bool cost_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	struct console *con = b->view.con;
	switch (action) {
	case VA_OPEN:
		if (row)
			open_row(b, row);
		return true;
	case VA_BY:
		next_grouping(b, arg);
		return true;
	case VA_WHAT_IF:
		form_what_if_open(con);
		return true;
	case VA_NEW:
		form_budget_open(con, NULL);
		return true;
	case VA_CHANGE:
		form_budget_open(con, row);
		return true;
	case VA_DELETE:
		acts_run(con, act_delete_budget(row));
		return true;
	}
	return false;
}

static const char *cost_disabled(struct board *b, const cJSON *row, int action)
{
	const struct mcluster *mc = console_cluster(b->view.con);
	if ((action == VA_CHANGE || action == VA_DELETE) && (b->at != PAGE_BUDGETS || !row))
		return "no budget is selected: tab goes to the list of budgets";
	if (action == VA_WHAT_IF && (!mc || cluster_state_ended(mc->c->state)))
		return "there is no running cluster at hand to ask about";
	if ((action == VA_NEW || action == VA_CHANGE) && board_model(b)->parts[PART_BUDGETS].unsupported)
		return "the other side does not offer budgets";
	return NULL;
}

static void cost_want(struct board *b, const cJSON *row, struct live_interest *want)
{
	(void)row;
	*want->focus.query = 0;
	want->globals |= 1u << PART_COST | 1u << PART_TOPICS;
	want->parts |= 1u << CPART_GROUPS;
	snprintf(want->focus.cost_by, sizeof want->focus.cost_by, "%.95s", by_of(b));
}

static void cost_note(struct board *b, const struct glyphs *g, char *out, size_t size)
{
	const struct records *r = board_records(b, PART_COST_REPORT);
	const cJSON *reply = records_reply(r);
	char money[48] = "";
	if (reply)
		row_money(reply, json_num(reply, "Total", 0), g, money, sizeof money);
	if (b->at == PAGE_SPENT)
		snprintf(out, size, "by %s%s%s", by_of(b), *money ? ", this month " : "", money);
	else
		*out = 0;
}

static void cost_opened(struct board *b, const char *arg)
{
	if (arg && *arg)
		board_select(b, PAGE_BUDGETS, arg);
}

static const struct table_column spent_columns[] = {
	{ "NAME", .min = 16, .flex = 3 },
	{ "NODE HOURS", .min = 10, .max = 11, .align = ALIGN_RIGHT, .priority = 2, .flags = COL_DESC },
	{ "MACHINES", .min = 9, .max = 11, .align = ALIGN_RIGHT, .flags = COL_DESC },
	{ "EMR FEE", .min = 9, .max = 11, .align = ALIGN_RIGHT, .flags = COL_DESC },
	{ "TOTAL", .min = 9, .max = 11, .align = ALIGN_RIGHT, .flags = COL_DESC },
	{ "SHARE", .min = 12, .max = 24, .flex = 1, .priority = 3, .flags = COL_DESC },
	{ "NOW", .min = 8, .max = 10, .align = ALIGN_RIGHT, .priority = 1, .flags = COL_DESC },
};

static const struct table_column budget_columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "BUDGET", .min = 12, .flex = 2 },
	{ "FOR", .min = 10, .flex = 1, .priority = 1 },
	{ "USED", .min = 14, .max = 26, .flex = 1, .flags = COL_DESC },
	{ "SPENT", .min = 9, .max = 10, .align = ALIGN_RIGHT, .flags = COL_DESC },
	{ "OF", .min = 9, .max = 10, .align = ALIGN_RIGHT, .flags = COL_DESC },
	{ "AT ITS END", .min = 10, .max = 10, .align = ALIGN_RIGHT, .priority = 2, .flags = COL_DESC },
	{ "PER", .min = 5, .max = 5, .priority = 3 },
};

static const struct table_column advice_columns[] = {
	{ "A MONTH", .min = 9, .max = 10, .align = ALIGN_RIGHT, .flags = COL_DESC },
	{ "KIND", .min = 8, .max = 8, .priority = 2 },
	{ "CLUSTER", .min = 10, .max = 24, .flex = 1, .priority = 1 },
	{ "WHAT TO DO", .min = 20, .flex = 4 },
};

static const struct board_cell budget_cells[] = {
	{ CELL_SIGN, NULL, 0 }, { CELL_TEXT, "BudgetName", ROLE_STRONG }, { CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 },
	{ CELL_MONEY, "Spent", 0 }, { CELL_OWN, NULL, 0 }, { CELL_MONEY, "Forecast", 0 }, { CELL_OWN, NULL, 0 },
};
static const struct board_cell advice_cells[] = {
	{ CELL_MONEY, "SavingPerMonth", 0 }, { CELL_OWN, NULL, 0 }, { CELL_CLUSTER, NULL, 0 }, { CELL_TEXT, "Title", 0 },
};

static const struct board_page pages[] = {
	{ "Spent", "Its cost", "Nothing was spent.", BOARD_COLUMNS(spent_columns), PART_COST_REPORT,
	  .collect = spent_collect, .cell = spent_cell, .facts = spent_facts, .share = 3 },
	{ "Budgets", "Budget", "There is no budget: N makes one.", BOARD_COLUMNS(budget_columns), PART_BUDGETS,
	  .cells = budget_cells, .look = budget_look, .cell = budget_cell, .facts = budget_facts, .share = 2,
	  .elsewhere = "on Amazon, AWS Budgets has them" },
	{ "Savings", "Evidence", "Nothing to save is seen. Advice needs measured load: look again when jobs have run.",
	  BOARD_COLUMNS(advice_columns), PART_ADVICE,
	  .cells = advice_cells, .cell = advice_cell, .facts = advice_facts, .share = 2,
	  .elsewhere = "stokerd works them out of what it measures" },
};

static const struct board_kind kind = {
	.pages = pages, .n = 3, .scope = &bind_cost, .head_rows = 4, .head_part = PART_FORECAST,
	.head_title = "Cost", .head = cost_head, .action = cost_action, .disabled = cost_disabled,
	.want = cost_want, .note = cost_note, .opened = cost_opened,
};

BOARD_VIEW(view_cost, "cost", kind);
