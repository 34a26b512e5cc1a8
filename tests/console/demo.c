/* A console about nothing: every widget of the toolkit on invented data, so that the toolkit is tested and
 * looked at by itself. With STOKER_FROZEN_TIME set, all that it shows is a function of the keys.
 *     demo [--rows N] [--color X] [--glyphs X] [--theme X] [--tick MS] [--read-only] */
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tui/ui.h"

enum { DEMO_OPEN = 1, DEMO_CREATE, DEMO_ADD, DEMO_SCALE, DEMO_KILL, DEMO_LOG, DEMO_GRAPH, DEMO_HOME, DEMO_FOCUS,
       DEMO_CRASH, DEMO_MENU, DEMO_CHURN, DEMO_PURGE };

static const struct binding demo_bindings[] = {
	{ "open", "enter", "open", "open the selected cluster", DEMO_OPEN, BIND_HINT },
	{ "create", "c", "create", "create a cluster", DEMO_CREATE, BIND_HINT | BIND_MENU },
	{ "add-step", "a", "add step", "add a step to the cluster", DEMO_ADD, BIND_HINT | BIND_MENU },
	{ "scale", "+", "scale", "change the number of nodes", DEMO_SCALE, BIND_HINT | BIND_MENU },
	{ "logs", "l", "logs", "follow the log", DEMO_LOG, BIND_HINT },
	{ "graphs", "p", "graphs", "graphs in full size", DEMO_GRAPH, BIND_HINT },
	{ "pick", "t", "pick", "pick a template from a list", DEMO_MENU, BIND_MENU },
	{ "terminate", "X", "terminate", "terminate the cluster and all its nodes", DEMO_KILL,
	  BIND_HINT | BIND_DANGEROUS },
	{ "purge", "ctrl-x", "purge", "forget the cluster for good", DEMO_PURGE, BIND_DANGEROUS },
	{ "home", "0", "home", "back to the start", DEMO_HOME, 0 },
	{ "next-pane", "tab", "pane", "next pane", DEMO_FOCUS, 0 },
	{ "churn", "ctrl-r", "churn", "let the data change: order, values, a row more", DEMO_CHURN, 0 },
	{ "crash", "", "crash", "die of a wild pointer, to see the terminal restored", DEMO_CRASH, 0 },
};
static const struct bind_scope demo_scope = BIND_SCOPE("demo", "Demo", demo_bindings);

enum screen { HOME, LOGS, GRAPHS };

struct row {
	char id[24], name[48];
	const char *state;
	int nodes;
	double cost, cpu;
	int64_t age_ms;
};

#define SAMPLES 720

struct demo {
	struct app *app;
	VEC(struct row) rows;
	struct table *table, *steps;
	struct logview *log;
	enum screen screen;
	int focus, cursor, churn, graph_w;
	double cpu[SAMPLES], mem[SAMPLES], kinds[4][SAMPLES];
	char killed[48];
};

/* ---- data ---- */

static const char *const states[] = { "RUNNING", "WAITING", "STARTING", "TERMINATED", "TERMINATED_WITH_ERRORS" };

static style_t state_style(const char *s)
{
	static const enum role roles[] = { ROLE_RUN, ROLE_OK, ROLE_WAIT, ROLE_OFF, ROLE_ERROR };
	for (int i = 0; i < 5; i++)
		if (strcmp(s, states[i]) == 0)
			return roles[i];
	return ROLE_TEXT;
}

static const char *state_sign(const struct glyphs *g, const char *s)
{
	return strcmp(s, "RUNNING") == 0 ? g->run : strcmp(s, "WAITING") == 0 ? g->dot :
	       strcmp(s, "STARTING") == 0 ? g->ring : strcmp(s, "TERMINATED") == 0 ? g->off : g->fail;
}

static void make_rows(struct demo *m, int n)
{
	static const char *const names[] = { "nightly-etl", "adhoc", "backfill", "ünïcode-日本語", "fraud-scoring",
	                                     "clickstream", "exports", "ml-features" };
	for (int i = 0; i < n; i++) {
		struct row r = { .nodes = 1 + i * 7 % 12, .cost = (1 + i * 7 % 12) * 0.192, .cpu = (i * 37 % 101) / 100.0,
		                 .age_ms = (int64_t)i * 1717000 + 4000, .state = states[i * 3 % 5] };
		snprintf(r.id, sizeof r.id, "j-%08X%04d", (unsigned)i * 2654435761u, i);
		snprintf(r.name, sizeof r.name, i < 8 ? "%s" : "%s-%d", names[i % 8], i / 8);
		vec_push(&m->rows, r);
	}
}

static void make_samples(struct demo *m)
{
	for (int i = 0; i < SAMPLES; i++) {
		double t = i / 40.0;
		m->cpu[i] = 48 + 30 * sin(t) + 16 * sin(t * 5.3) + 5 * sin(t * 17);
		m->mem[i] = (30 + 8 * sin(t / 3) + i * 0.03) * 1073741824.0 / 10;
		m->kinds[0][i] = 30 + 20 * sin(t);
		m->kinds[1][i] = 12 + 6 * sin(t * 3);
		m->kinds[2][i] = 5 + 4 * sin(t * 7);
		m->kinds[3][i] = 2;
		if (i > 560 && i < 590)
			m->cpu[i] = m->mem[i] = m->kinds[0][i] = m->kinds[1][i] = m->kinds[2][i] = m->kinds[3][i] = NAN;
	}
}

static void make_log(struct demo *m)
{
	static const char *const lines[] = {
		"INFO DAGScheduler: Submitting 8 missing tasks from ShuffleMapStage 3",
		"INFO TaskSetManager: Finished task 5.0 in stage 3.0 (TID 41) in 812 ms on i-0b2 (6/8)",
		"WARN TaskSetManager: Lost task 7.0 in stage 3.0 (TID 43, i-0c3): FetchFailed",
		"ERROR Executor: Exception in task 7.1: java.io.FileNotFoundException: s3://lake/in/2026/part-7",
		"DEBUG BlockManager: Getting local block broadcast_4",
	};
	for (int i = 0; i < 240; i++) {
		char line[256];
		snprintf(line, sizeof line, "26/11/21 12:%02d:%02d %s\n", i / 60, i % 60, lines[i * 7 % 5]);
		logview_append(m->log, line, strlen(line));
	}
	logview_append(m->log, "\033[31mcolours\033[0m and\ttabs and \x01\x02 control, a very long line: ", 56);
	for (int i = 0; i < 30; i++)
		logview_append(m->log, "0123456789 ", 11);
	logview_append(m->log, "\nno end yet", 11);
}

/* ---- tables ---- */

static const struct table_column cluster_cols[] = {
	{ "NAME", .min = 10, .max = 30, .flex = 2 },
	{ "STATE", .min = 11, .max = 24, .flex = 1, .priority = 1 },
	{ "ID", .min = 14, .priority = 5 },
	{ "NODES", .min = 5, .align = ALIGN_RIGHT, .priority = 3, .flags = COL_DESC },
	{ "CPU", .min = 12, .max = 20, .flex = 1, .priority = 2, .flags = COL_DESC },
	{ "COST", .min = 7, .align = ALIGN_RIGHT, .priority = 4, .flags = COL_DESC },
	{ "AGE", .min = 5, .align = ALIGN_RIGHT, .priority = 2, .flags = COL_TIME },
};

static size_t row_count(void *ctx)
{
	return ((struct demo *)ctx)->rows.len;
}

static const char *row_id(void *ctx, size_t row)
{
	return ((struct demo *)ctx)->rows.items[row].id;
}

static void row_cell(void *ctx, size_t row, size_t col, struct table_cell *c)
{
	const struct row *r = &((struct demo *)ctx)->rows.items[row];
	char age[16];
	switch (col) {
	case 0: cell_set(c, ROLE_STRONG, "%s", r->name); break;
	case 1:
		if (c->width)
			cell_set(c, state_style(r->state), "%s %s", state_sign(c->glyphs, r->state), r->state);
		else
			cell_set(c, 0, "%s", r->state);
		break;
	case 2: cell_set(c, ROLE_DIM, "%s", r->id); break;
	case 3: cell_num(c, ROLE_TEXT, r->nodes, "%d", r->nodes); break;
	case 4:
		cell_num(c, bar_style(r->cpu, 0.6, 0.85), r->cpu * 100, "%.0f%%", r->cpu * 100);
		c->bar = r->cpu;
		break;
	case 5: cell_num(c, ROLE_MONEY, r->cost, "$%.2f", r->cost); break;
	case 6: cell_num(c, ROLE_DIM, (double)r->age_ms, "%s", clock_age(r->age_ms, age, sizeof age)); break;
	}
}

static const struct table_source rows_source = { row_count, row_id, row_cell, NULL };

static const struct table_column step_cols[] = {
	{ "STEP", .min = 10, .flex = 1 },
	{ "STATE", .min = 11 },
	{ "DONE", .min = 10, .max = 24, .flex = 1, .priority = 1 },
};

static size_t step_count(void *ctx)
{
	(void)ctx;
	return 3;
}

static const char *step_id(void *ctx, size_t row)
{
	static const char *const ids[] = { "s-1", "s-2", "s-3" };
	(void)ctx;
	return ids[row];
}

static void step_cell(void *ctx, size_t row, size_t col, struct table_cell *c)
{
	static const char *const names[] = { "extract", "transform", "load" };
	static const char *const st[] = { "COMPLETED", "RUNNING", "PENDING" };
	static const enum role roles[] = { ROLE_OK, ROLE_RUN, ROLE_WAIT };
	(void)ctx;
	if (col == 0)
		cell_set(c, ROLE_STRONG, "%s", names[row]);
	else if (col == 1)
		cell_set(c, roles[row], "%s %s", row == 0 ? c->glyphs->ok : row == 1 ? c->glyphs->run : c->glyphs->wait,
		         st[row]);
	else if (row == 1) {
		cell_num(c, ROLE_RUN, 62, "62%%");
		c->bar = 0.62;
	} else {
		cell_set(c, ROLE_DIM, row == 0 ? "3.0 M rows" : "est. 0:30");
	}
}

static const struct table_source steps_source = { step_count, step_id, step_cell, NULL };

/* ---- drawing ---- */

static struct graph cpu_graph(struct demo *m, struct graph_series *s)
{
	*s = (struct graph_series){ "cpu", m->cpu, SAMPLES, 0 };
	return (struct graph){ .kind = GRAPH_AREA, .series = s, .n = 1, .end_ms = clock_now_ms() / 5000 * 5000,
	                       .step_ms = 5000, .max = 100, .warn = 60, .crit = 85, .cursor = m->cursor,
	                       .format = graph_percent };
}

static void draw_cpu(struct demo *m, struct draw d, bool focus)
{
	struct graph_series s;
	struct graph g = cpu_graph(m, &s);
	char note[48];
	g.scale = m->screen == GRAPHS;
	m->graph_w = draw_w(d) - 2;
	graph_note(&g, draw_w(d) - 2, note, sizeof note);
	graph_draw(draw_box(d, "CPU 1h", note, focus), &g);
}

static void draw_mem(struct demo *m, struct draw d)
{
	struct graph_series s = { "mem", m->mem, SAMPLES, ROLE_S1 };
	struct graph g = { .kind = GRAPH_LINE, .series = &s, .n = 1, .end_ms = clock_now_ms() / 5000 * 5000,
	                   .step_ms = 5000, .cursor = -1, .format = graph_bytes, .scale = m->screen == GRAPHS };
	char note[48];
	graph_note(&g, draw_w(d) - 2, note, sizeof note);
	graph_draw(draw_box(d, "Memory", note, false), &g);
}

static void draw_kinds(struct demo *m, struct draw d)
{
	static const char *const names[] = { "user", "system", "wait", "steal" };
	struct graph_series s[4];
	for (int i = 0; i < 4; i++)
		s[i] = (struct graph_series){ names[i], m->kinds[i], SAMPLES, 0 };
	struct graph g = { .kind = GRAPH_STACK, .series = s, .n = 4, .end_ms = clock_now_ms() / 5000 * 5000,
	                   .step_ms = 5000, .span_ms = 3600000, .max = 100, .cursor = -1, .format = graph_percent,
	                   .scale = true, .legend = true };
	graph_draw(draw_box(d, "CPU by kind", NULL, false), &g);
}

static void draw_top(struct demo *m, struct draw d)
{
	const struct glyphs *g = draw_glyphs(d);
	d = draw_on(d, SURF_BAR);
	draw_clear(d);
	int x = 1 + draw_text(d, 1, 0, ROLE_ACCENT, "stoker");
	x += 2 + draw_text(d, x + 2, 0, ROLE_STRONG, "demo");
	x += 2 + draw_textf(d, x + 2, 0, ROLE_TEXT, "%zu clusters", m->rows.len);
	x += 2 + draw_textf(d, x + 2, 0, ROLE_WARN, "%s 2 alarms", g->warn);
	draw_textf(d, x + 2, 0, ROLE_MONEY, "$1.92/h");
	char live[32];
	snprintf(live, sizeof live, "%s live 0.4s", g->dot);
	draw_text(d, draw_w(d) - utf8_width(live) - 1, 0, ROLE_OK, live);
}

static void draw_nodes(struct draw d)
{
	d = draw_box(d, "Nodes", "5 up", false);
	for (int i = 0; i < draw_h(d) && i < 5; i++) {
		char name[16];
		snprintf(name, sizeof name, "i-0%x%x%x", i + 10, i, i + 1);
		heat_draw(d, 1, i, 2, i * 0.3, i == 4);
		draw_cell(d, 4, i, 8, ALIGN_LEFT, ROLE_TEXT, name);
		gauge_draw(d, 12, i, (draw_w(d) - 14) / 2, "cpu", i * 0.24, bar_style(i * 0.24, 0.6, 0.85), "24%");
		double shares[] = { 0.3, 0.1 * i, 0.1 };
		style_t st[] = { ROLE_S1, ROLE_S2, ROLE_S3 };
		bar_stack_draw(d, 14 + (draw_w(d) - 14) / 2, i, (draw_w(d) - 14) / 2 - 1, shares, st, 3);
	}
}

static void draw_home(struct demo *m, struct draw d)
{
	struct layout_item cols[] = { { .min = 40, .flex = 3 }, { .min = 38, .max = 90, .flex = 2, .priority = 1 } };
	struct rect all = { 0, 1, draw_w(d), draw_h(d) - 1 };
	layout_split(all, LAYOUT_ROW, 0, cols, 2);
	struct layout_item left[] = { { .min = 6, .flex = 3 }, { .min = 5, .max = 9, .flex = 1, .priority = 1 } };
	layout_split(cols[0].out, LAYOUT_COLUMN, 0, left, 2);
	struct layout_item right[] = { { .min = 5, .flex = 1 }, { .min = 5, .flex = 1, .priority = 2 },
		                       { .min = 5, .max = 7, .priority = 1 } };
	layout_split(cols[1].out, LAYOUT_COLUMN, 0, right, 3);
	char note[64];
	bool desc;
	int sort = table_sort_column(m->table, &desc);
	snprintf(note, sizeof note, "%s%s%zu", *table_filter_text(m->table) ? "/" : "", table_filter_text(m->table),
	         table_visible(m->table));
	(void)sort;
	table_draw(m->table, draw_box(draw_sub(d, left[0].out), "Clusters", note, m->focus == 0), m->focus == 0);
	if (left[1].out.h)
		table_draw(m->steps, draw_box(draw_sub(d, left[1].out), "Steps · nightly-etl", NULL, m->focus == 1),
		           m->focus == 1);
	if (cols[1].out.w) {
		draw_cpu(m, draw_sub(d, right[0].out), m->focus == 2);
		if (right[1].out.h)
			draw_mem(m, draw_sub(d, right[1].out));
		if (right[2].out.h)
			draw_nodes(draw_sub(d, right[2].out));
	}
}

static void draw_graphs(struct demo *m, struct draw d)
{
	struct layout_item rows[] = { { .min = 6, .flex = 1 }, { .min = 6, .flex = 1, .priority = 1 },
		                      { .min = 6, .flex = 1, .priority = 2 } };
	layout_split((struct rect){ 0, 1, draw_w(d), draw_h(d) - 1 }, LAYOUT_COLUMN, 0, rows, 3);
	draw_cpu(m, draw_sub(d, rows[0].out), true);
	if (rows[1].out.h)
		draw_kinds(m, draw_sub(d, rows[1].out));
	if (rows[2].out.h)
		draw_mem(m, draw_sub(d, rows[2].out));
}

static void demo_draw(void *ctx, struct draw d)
{
	struct demo *m = ctx;
	draw_top(m, draw_sub(d, (struct rect){ 0, 0, draw_w(d), 1 }));
	if (m->screen == HOME) {
		draw_home(m, d);
	} else if (m->screen == GRAPHS) {
		draw_graphs(m, d);
	} else {
		char note[128];
		struct draw box = draw_sub(d, (struct rect){ 0, 1, draw_w(d), draw_h(d) - 1 });
		struct draw in = draw_box(box, "stderr · transform", NULL, true);
		logview_draw(m->log, in);
		logview_note_text(m->log, draw_glyphs(d), note, sizeof note);
		draw_box(box, "stderr · transform", note, true);
	}
}

/* ---- actions ---- */

static const char *check_name(void *ctx, const char *v)
{
	(void)ctx;
	return strlen(v) < 3 ? "at least three characters" : NULL;
}

static void create_summary(void *ctx, const struct form *f, char *out, size_t size)
{
	(void)ctx;
	snprintf(out, size, "%ld nodes, $%.2f an hour", 1 + form_number(f, "core"), (1 + form_number(f, "core")) * 0.192);
}

static const char *create_submit(void *ctx, const struct form *f, const char **field)
{
	struct demo *m = ctx;
	if (strcmp(form_text(f, "name"), "adhoc") == 0) {
		*field = "name";
		return "a cluster of that name is there already";
	}
	struct row r = { .state = "STARTING", .nodes = 1 + (int)form_number(f, "core"), .age_ms = 100 };
	snprintf(r.id, sizeof r.id, "j-NEW%zu", m->rows.len);
	snprintf(r.name, sizeof r.name, "%s", form_text(f, "name"));
	vec_push(&m->rows, r);
	table_changed(m->table);
	table_select(m->table, r.id);
	app_message(m->app, MESSAGE_OK, "%s is starting (%s, %s)", r.name, form_text(f, "type"),
	            form_bool(f, "keep") ? "kept" : "ends when idle");
	return NULL;
}

static bool spot_only(void *ctx, const struct form *f)
{
	(void)ctx;
	return strcmp(form_text(f, "market"), "spot") == 0;
}

static void create_open(struct demo *m)
{
	static const char *const types[] = { "m5.large", "m5.xlarge", "m5.2xlarge", "r5.xlarge", "r5.2xlarge",
	                                     "c5.4xlarge", "i3.2xlarge", NULL };
	static const char *const markets[] = { "on-demand", "spot", NULL };
	const struct form_field fields[] = {
		{ .kind = FIELD_TEXT, .name = "name", .label = "Name", .help = "how people will call it", .required = true,
		  .check = check_name },
		{ .kind = FIELD_CHOICE, .name = "type", .label = "Instance type", .help = "type of every node",
		  .choices = types, .value = "m5.xlarge" },
		{ .kind = FIELD_NUMBER, .name = "core", .label = "Core nodes", .help = "between 0 and 20", .min = 0,
		  .max = 20, .value = "2" },
		{ .kind = FIELD_SECTION, .label = "Money" },
		{ .kind = FIELD_CHOICE, .name = "market", .label = "Market", .help = "spot nodes may be taken away",
		  .choices = markets },
		{ .kind = FIELD_TEXT, .name = "bid", .label = "Bid", .help = "most that you pay per hour", .value = "0.10",
		  .shown = spot_only },
		{ .kind = FIELD_TOGGLE, .name = "keep", .label = "Keep alive", .help = "stay when no step is left" },
		{ .kind = FIELD_LINES, .name = "args", .label = "Arguments", .help = "one per line", .rows = 3 },
	};
	struct form_spec spec = { .title = "Create cluster", .fields = fields, .n = 8, .verb = "create",
		                  .summary = create_summary, .submit = create_submit, .ctx = m };
	form_open(m->app, &spec);
}

static void killed(void *ctx, const char *reason)
{
	struct demo *m = ctx;
	for (size_t i = 0; i < m->rows.len; i++)
		if (strcmp(m->rows.items[i].id, m->killed) == 0)
			m->rows.items[i].state = "TERMINATED";
	table_changed(m->table);
	app_message(m->app, MESSAGE_OK, "terminating %s%s%s", m->killed, *reason ? ": " : "", reason);
}

static void kill_open(struct demo *m, enum confirm_level level)
{
	long row = table_selected_row(m->table);
	if (row < 0)
		return;
	const struct row *r = &m->rows.items[row];
	char title[96], cli[128], cost[32];
	snprintf(m->killed, sizeof m->killed, "%s", r->id);
	snprintf(title, sizeof title, "%s %s", level == CONFIRM_REASON ? "Purge" : "Terminate", r->name);
	snprintf(cli, sizeof cli, "aws emr terminate-clusters --cluster-ids %s", r->id);
	snprintf(cost, sizeof cost, "$%.2f/h", r->cost);
	struct plan_line lines[] = { { "state", r->state, "TERMINATING", 0 }, { "nodes", "5", "0", 0 },
		                     { "cost", cost, "$0.00/h", ROLE_MONEY },
		                     { NULL, NULL, "1 running step is cancelled", ROLE_WARN } };
	struct plan p = { .title = title, .text = "All nodes go, and with them the cluster's own storage (hdfs).",
		          .lines = lines, .n = 4, .call = "ElasticMapReduce.TerminateJobFlows", .cli = cli,
		          .level = level, .word = r->name, .verb = "terminate", .danger = true, .confirmed = killed,
		          .ctx = m };
	plan_open(m->app, &p);
}

static void picked(void *ctx, int value)
{
	app_message(((struct demo *)ctx)->app, MESSAGE_INFO, "picked %d", value);
}

static void pick_open(struct demo *m)
{
	static const struct menu_item items[] = { { "small", "1 master, 1 core", NULL, 1 },
		                                  { "medium", "1 master, 4 core", NULL, 2 },
		                                  { "large", "1 master, 20 core", "over the budget of today", 3 } };
	struct menu menu = { .title = "Template", .items = items, .n = 3, .selected = 1, .chosen = picked, .ctx = m };
	menu_open(m->app, &menu);
}

/* New order, new values, one more row: what a poll would bring. */
static void churn(struct demo *m)
{
	m->churn++;
	for (size_t i = 0; i < m->rows.len; i++)
		m->rows.items[i].cpu = (double)((i * 53 + (size_t)m->churn * 29) % 101) / 100;
	make_rows(m, 0);
	table_changed(m->table);
}

static bool pane_action(struct demo *m, int action, const char *arg)
{
	struct error err = ERROR_INIT;
	if (m->screen == LOGS)
		return logview_action(m->log, action);
	if ((m->screen == GRAPHS || m->focus == 2) && graph_action(&m->cursor, m->graph_w, action))
		return true;
	if (!table_action(m->focus == 1 ? m->steps : m->table, action, arg, &err))
		return false;
	if (err.code)
		app_error(m->app, &err);
	return true;
}

static bool demo_action(void *ctx, int action, const char *arg)
{
	struct demo *m = ctx;
	if (pane_action(m, action, arg))
		return true;
	switch (action) {
	case DEMO_OPEN: app_message(m->app, MESSAGE_INFO, "opened %s", table_selected(m->table)); return true;
	case DEMO_CREATE: create_open(m); return true;
	case DEMO_KILL: kill_open(m, CONFIRM_WORD); return true;
	case DEMO_PURGE: kill_open(m, CONFIRM_REASON); return true;
	case DEMO_SCALE: kill_open(m, CONFIRM_YES); return true;
	case DEMO_LOG: m->screen = LOGS; return true;
	case DEMO_GRAPH: m->screen = GRAPHS; return true;
	case DEMO_MENU: pick_open(m); return true;
	case DEMO_FOCUS: m->focus = (m->focus + 1) % 3; return true;
	case DEMO_CHURN: churn(m); return true;
	case DEMO_CRASH: raise(SIGSEGV); return true;
	case DEMO_HOME: case ACT_BACK: m->screen = HOME; m->cursor = -1; return true;
	case ACT_FILTER:
		if (m->screen == LOGS)
			prompt_search_log(m->app, m->log);
		else
			prompt_filter_table(m->app, m->table);
		return true;
	}
	return false;
}

static const char *demo_disabled(void *ctx, int action)
{
	(void)ctx;
	return action == DEMO_ADD ? "no cluster here takes steps: they are made of air" : NULL;
}

static size_t demo_scopes(void *ctx, const struct bind_scope **out, size_t max)
{
	struct demo *m = ctx;
	size_t n = 0;
	(void)max;
	if (m->screen == LOGS) {
		out[n++] = &bind_log;
		out[n++] = &bind_table;
		return n;
	}
	if (m->screen == GRAPHS || m->focus == 2)
		out[n++] = &bind_graph;
	out[n++] = &demo_scope;
	out[n++] = &bind_table;
	return n;
}

static bool demo_event(void *ctx, const struct event *ev)
{
	struct demo *m = ctx;
	bool act;
	if (ev->kind == EVENT_MOUSE && m->screen == LOGS)
		return logview_mouse(m->log, ev);
	if (ev->kind == EVENT_MOUSE && table_mouse(m->table, ev, &act)) {
		if (act)
			app_do(m->app, DEMO_OPEN, NULL);
		return true;
	}
	return false;
}

static void demo_tiny(void *ctx, struct draw d)
{
	draw_textf(d, 0, 0, ROLE_TEXT, "%zu clusters", ((struct demo *)ctx)->rows.len);
}

static const struct app_ops demo_ops = {
	.draw = demo_draw, .scopes = demo_scopes, .action = demo_action, .disabled = demo_disabled,
	.event = demo_event
};

/* ---- start ---- */

static int options(int argc, char **argv, struct app_options *o, int *rows, int *tick)
{
	for (int i = 1; i < argc; i++) {
		const char *v = i + 1 < argc ? argv[i + 1] : NULL;
		if (strcmp(argv[i], "--read-only") == 0) {
			o->read_only = true;
			continue;
		}
		if (!v)
			return -1;
		if (strcmp(argv[i], "--rows") == 0)
			*rows = atoi(v);
		else if (strcmp(argv[i], "--tick") == 0)
			*tick = atoi(v);
		else if (strcmp(argv[i], "--color") == 0)
			o->sink.color = v;
		else if (strcmp(argv[i], "--glyphs") == 0)
			o->sink.glyphs = v;
		else if (strcmp(argv[i], "--theme") == 0)
			o->theme = v;
		else
			return -1;
		i++;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct app_options o = { .sink.mouse = true };
	struct error err = ERROR_INIT;
	struct demo m = { .cursor = -1 };
	int rows = 12, tick = 0;
	setlocale(LC_CTYPE, "");
	if (options(argc, argv, &o, &rows, &tick)) {
		fprintf(stderr, "usage: demo [--rows N] [--color X] [--glyphs X] [--theme X] [--tick MS] [--read-only]\n");
		return 2;
	}
	make_rows(&m, rows);
	make_samples(&m);
	m.log = logview_new(1 << 20);
	make_log(&m);
	m.table = table_new("clusters", cluster_cols, 7, &rows_source, &m);
	m.steps = table_new("steps", step_cols, 3, &steps_source, &m);
	uv_loop_t loop;
	uv_loop_init(&loop);
	int status = 2;
	if (app_new(&m.app, &loop, &o, &demo_ops, &m, &err)) {
		fprintf(stderr, "demo: %s%s%s\n", err.message, *err.hint ? "\n  " : "", err.hint);
	} else {
		app_tick(m.app, tick);
		app_tiny(m.app, demo_tiny);
		status = app_run(m.app);
		app_free(m.app);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	table_free(m.table);
	table_free(m.steps);
	logview_free(m.log);
	vec_free(&m.rows);
	return status;
}
