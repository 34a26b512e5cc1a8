/* The spot market: prices against on-demand with their day, the nodes that live on it, and interruptions. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/client/act_ops.h"
#include "views/board.h"
#include "views/forms.h"

enum { PAGE_PRICES, PAGE_NODES, PAGE_INTERRUPTIONS };
#define HISTORY 288

/* ---- prices ---- */

static double saving_of(const cJSON *row)
{
	double full = json_num(row, "OnDemandPrice", 0);
	return full > 0 && cJSON_HasObjectItem(row, "Price") ? 1 - json_num(row, "Price", 0) / full : NAN;
}

/* The price over the last day at even steps, oldest first: it holds until it changes. */
static size_t history_of(const cJSON *row, double *out, size_t max)
{
	const cJSON *list = json_arr(row, "History"), *point = list ? list->child : NULL;
	int64_t now = console_now(), from = now - 86400000;
	double v = NAN;
	for (size_t i = 0; i < max; i++) {
		int64_t t = from + (int64_t)(i + 1) * 86400000 / (int64_t)max;
		for (; point; point = point->next) {
			const cJSON *at = cJSON_GetArrayItem(point, 0), *price = cJSON_GetArrayItem(point, 1);
			if (!at || !price || at->valuedouble * 1000 > (double)t)
				break;
			v = price->valuedouble;
		}
		out[i] = v;
	}
	if (isnan(out[max - 1]))
		out[max - 1] = json_num(row, "Price", NAN);
	return max;
}

/* Types that are in use stand first. */
static void prices_collect(struct board *b)
{
	const struct records *r = board_records(b, PART_SPOT_PRICES);
	for (int used = 1; used >= 0; used--)
		for (size_t i = 0; i < r->rows.len; i++)
			if ((json_int(r->rows.items[i].o, "Instances", 0) > 0) == used)
				board_add(b, r->rows.items[i].id, r->rows.items[i].o);
}

static struct state_look price_look(struct board *b, const struct glyphs *g, const cJSON *row)
{
	bool there = json_bool(row, "Available", true);
	(void)b;
	return (struct state_look){ there ? g->dot : g->fail, there ? ROLE_OK : ROLE_ERROR };
}

static void price_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	bool there = json_bool(row, "Available", true);
	double saving = saving_of(row), day[96];
	(void)b;
	switch (col) {
	case 2:
		if (cJSON_HasObjectItem(row, "Price"))
			cell_num(o, ROLE_MONEY, json_num(row, "Price", 0), "%s$%.4f",
			         json_bool(row, "Estimate", false) ? "~" : "", json_num(row, "Price", 0));
		else
			cell_set(o, ROLE_DIM, "unknown");
		break;
	case 3:
		cell_num(o, ROLE_DIM, json_num(row, "OnDemandPrice", 0), "$%.4f", json_num(row, "OnDemandPrice", 0));
		break;
	case 4:
		if (!isnan(saving))
			cell_num(o, saving < 0.1 ? ROLE_WARN : ROLE_OK, saving, "%.0f%%", saving * 100);
		break;
	case 5:
		cell_num(o, ROLE_TEXT, json_num(row, "Instances", 0), "%d", (int)json_int(row, "Instances", 0));
		break;
	case 6:
		if (there && cJSON_HasObjectItem(row, "Capacity"))
			cell_text(o, ROLE_TEXT, row, "Capacity");
		else
			cell_set(o, there ? ROLE_TEXT : ROLE_ERROR, "%s", there ? "yes" : "none");
		break;
	case 7:
		if (o->width > 4 && cJSON_GetArraySize(json_arr(row, "History")))
			spark_text(o->glyphs, day, history_of(row, day, (size_t)(o->width < 96 ? o->width : 96)), o->width,
			           json_num(row, "OnDemandPrice", 0), o->text, sizeof o->text);
		o->style = ROLE_S1;
		break;
	}
}

static void price_facts(struct board *b, const cJSON *row, struct facts *f)
{
	char when[64];
	bool there = json_bool(row, "Available", true);
	(void)b;
	f->label = 13;
	factf(f, "price", ROLE_MONEY, "$%.4f an hour, on demand $%.4f", json_num(row, "Price", 0),
	      json_num(row, "OnDemandPrice", 0));
	if (!isnan(saving_of(row)))
		factf(f, "saves", ROLE_MONEY, "%.0f%%, without the EMR fee, which is the same", saving_of(row) * 100);
	if (json_bool(row, "Estimate", false))
		facts_text(f, ROLE_DIM, "~ An estimate: nobody has set a price for it.");
	if (record_ms(row, "Since"))
		fact(f, "since", ROLE_TEXT, text_when(record_ms(row, "Since"), console_now(), when, sizeof when));
	if (there && cJSON_HasObjectItem(row, "Capacity"))
		factf(f, "pool", ROLE_TEXT, "%d nodes", (int)json_int(row, "Capacity", 0));
	fact(f, "capacity", there ? ROLE_OK : ROLE_ERROR, there ? "there is some" : "none: new spot nodes wait");
	factf(f, "our nodes", ROLE_TEXT, "%d", (int)json_int(row, "Instances", 0));
	facts_gap(f);
	facts_text(f, ROLE_DIM, "The embedded market: p sets price and capacity, as a test of what happens.");
}

static void graph_price(double v, char *out, size_t size)
{
	snprintf(out, size, "$%.3f", v);
}

static int price_picture(struct board *b, const cJSON *row, struct draw d)
{
	double price[HISTORY], full[HISTORY];
	(void)b;
	if (draw_h(d) < 3)
		return draw_w(d) >= 60 ? 12 : 7;
	size_t n = history_of(row, price, HISTORY);
	for (size_t i = 0; i < n; i++)
		full[i] = json_num(row, "OnDemandPrice", 0);
	struct graph_series list[] = { { "on demand", full, n, ROLE_WARN }, { "spot", price, n, ROLE_S1 } };
	struct graph g = { .kind = GRAPH_LINE, .series = list, .n = 2, .end_ms = console_now(),
		.step_ms = 86400000 / HISTORY, .span_ms = 86400000, .scale = draw_w(d) >= 40, .legend = true,
		.cursor = -1, .format = graph_price };
	graph_draw(draw_sub(d, (struct rect){ 1, 0, draw_w(d) - 2, draw_h(d) }), &g);
	return draw_h(d);
}

/* ---- nodes ---- */

/* Rows made here from the model's instances: those of the cluster at hand that are bought on the market. */
static void nodes_collect(struct board *b)
{
	const struct mcluster *mc = console_cluster(b->view.con);
	cJSON_Delete(b->own);
	b->own = cJSON_CreateArray();
	for (size_t i = 0; mc && i < mc->c->instances.len; i++) {
		const struct instance *in = mc->c->instances.items[i];
		if (in->market != MARKET_SPOT || in->state == INSTANCE_TERMINATED)
			continue;
		cJSON *row = json_add_str(cJSON_CreateObject(), "InstanceId", in->id);
		json_add_str(json_add_str(row, "ClusterId", mc->c->id), "Ec2InstanceId", in->ec2_id);
		json_add_str(json_add_str(row, "InstanceType", in->type), "Role", names_get(&instance_role_names, in->role));
		json_add_str(json_add_str(row, "State", names_get(&instance_state_names, in->state)), "Reason",
		             in->reason_message);
		json_add_num(row, "Since", (double)in->timeline.created / 1000);
		cJSON_AddItemToArray(b->own, row);
		board_add(b, in->id, row);
	}
}

static bool waits(const cJSON *row)
{
	return !strcmp(json_str(row, "State", ""), "AWAITING_FULFILLMENT");
}

static struct state_look node_look(struct board *b, const struct glyphs *g, const cJSON *row)
{
	if (model_notice(board_model(b), json_str(row, "InstanceId", "")))
		return (struct state_look){ g->warn, ROLE_ERROR };
	return (struct state_look){ waits(row) ? g->wait : g->dot, waits(row) ? ROLE_WAIT : ROLE_OK };
}

static void node_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	const cJSON *notice = model_notice(board_model(b), json_str(row, "InstanceId", ""));
	char left[24];
	if (col == 4)
		cell_set(o, notice ? ROLE_ERROR : ROLE_TEXT, "%s",
		         waits(row) ? "waits for market" : json_str(row, "State", ""));
	else if (notice)
		cell_set(o, ROLE_ERROR, "ends in %s", clock_duration(record_ms(notice, "TerminateAt") - console_now(), left,
		                                                    sizeof left));
}

static void node_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const cJSON *notice = model_notice(board_model(b), json_str(row, "InstanceId", ""));
	f->label = 13;
	factf(f, "node", ROLE_STRONG, "%s  %s", json_str(row, "Ec2InstanceId", ""), json_str(row, "InstanceId", ""));
	factf(f, "type", ROLE_TEXT, "%s, %s", json_str(row, "InstanceType", ""), json_str(row, "Role", ""));
	static const struct board_fact list[] = {
		{ "state", "State", 0, FACT_TEXT }, { "why", "Reason", 0, FACT_TEXT }, { "since", "Since", 0, FACT_WHEN } };
	static const struct board_fact told[] = { { "noticed", "NoticeAt", ROLE_ERROR, FACT_WHEN },
		{ "because of", "Reason", 0, FACT_TEXT }, { "outcome", "Outcome", 0, FACT_TEXT } };
	BOARD_FACTS(b, row, list, f);
	if (notice)
		BOARD_FACTS(b, notice, told, f);
}

/* ---- interruptions ---- */

static struct state_look interruption_look(struct board *b, const struct glyphs *g, const cJSON *row)
{
	bool over = !strcmp(json_str(row, "Outcome", ""), "terminated");
	(void)b;
	return (struct state_look){ over ? g->off : g->warn, over ? ROLE_OFF : ROLE_WARN };
}

static void interruption_facts(struct board *b, const cJSON *row, struct facts *f)
{
	char when[64];
	f->label = 13;
	factf(f, "node", ROLE_STRONG, "%s  %s", json_str(row, "Ec2InstanceId", ""), json_str(row, "InstanceId", ""));
	fact(f, "type", ROLE_TEXT, json_str(row, "InstanceType", ""));
	fact(f, "cluster", ROLE_TEXT, model_cluster_name(board_model(b), json_str(row, "ClusterId", "")));
	factf(f, "because of", ROLE_TEXT, "%s%s%s", json_str(row, "Reason", ""), json_str(row, "Detail", NULL) ? ": " : "",
	      json_str(row, "Detail", ""));
	fact(f, "noticed", ROLE_TEXT, text_when(record_ms(row, "NoticeAt"), console_now(), when, sizeof when));
	fact(f, "to end at", ROLE_TEXT, text_day(record_ms(row, "TerminateAt"), console_now(), when, sizeof when));
	fact(f, "outcome", ROLE_TEXT, json_str(row, "Outcome", ""));
	fact(f, "replaced by", ROLE_TEXT, json_str(row, "ReplacedBy", "nobody yet"));
}

/* ---- acts ---- */

static void interrupt(struct board *b)
{
	const char *ids[64];
	size_t n = table_targets(b->lists[PAGE_NODES].table, ids, sizeof ids / sizeof *ids);
	if (n)
		form_interrupt_open(b->view.con, ids, n);
}

static bool spot_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	struct console *con = b->view.con;
	(void)arg;
	switch (action) {
	case VA_OPEN:
		if (b->at == PAGE_NODES && row)
			console_open(con, &view_graphs, json_str(row, "InstanceId", ""));
		return true;
	case VA_PRICE:
		form_spot_price_open(con, row);
		return true;
	case VA_INTERRUPT:
		interrupt(b);
		return true;
	}
	return false;
}

static const char *spot_disabled(struct board *b, const cJSON *row, int action)
{
	if (action == VA_PRICE && (b->at != PAGE_PRICES || !row))
		return "no type is selected: 1 goes to the list of prices";
	if (action == VA_INTERRUPT && (b->at != PAGE_NODES || !row))
		return "no spot node is selected: 2 goes to the list of nodes";
	if (action == VA_OPEN && b->at != PAGE_NODES)
		return "only nodes have graphs: 2 goes to the list of nodes";
	return NULL;
}

static void spot_want(struct board *b, const cJSON *row, struct live_interest *want)
{
	(void)b, (void)row;
	want->parts |= 1u << CPART_GROUPS | 1u << CPART_INSTANCES;
}

static void spot_note(struct board *b, const struct glyphs *g, char *out, size_t size)
{
	const struct mcluster *mc = console_cluster(b->view.con);
	(void)g;
	*out = 0;
	if (b->at == PAGE_NODES && mc)
		snprintf(out, size, "of %.60s", cluster_label(mc->c));
	else if (b->at == PAGE_PRICES)
		snprintf(out, size, "per hour, without the EMR fee");
}

static const char *spot_copy(struct board *b, const cJSON *row)
{
	(void)b;
	return json_str(row, "InstanceId", json_str(row, "InstanceType", ""));
}

static const struct table_column price_columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "TYPE", .min = 12, .max = 16 },
	{ "SPOT", .min = 9, .max = 9, .align = ALIGN_RIGHT },
	{ "ON DEMAND", .min = 9, .max = 9, .align = ALIGN_RIGHT },
	{ "SAVES", .min = 5, .max = 5, .align = ALIGN_RIGHT, .flags = COL_DESC },
	{ "NODES", .min = 5, .max = 5, .align = ALIGN_RIGHT, .flags = COL_DESC },
	{ "CAPACITY", .min = 8, .max = 8, .align = ALIGN_RIGHT, .priority = 2 },
	{ "LAST DAY", .min = 12, .max = 48, .flex = 1, .priority = 1, .flags = COL_NOSORT },
};

static const struct table_column node_columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "NODE", .min = 19, .max = 19 },
	{ "TYPE", .min = 11, .max = 14 },
	{ "ROLE", .min = 6, .max = 6, .priority = 1 },
	{ "STATE", .min = 16, .max = 16 },
	{ "NOTICE", .min = 14, .flex = 1 },
	{ "FOR", .min = 5, .max = 6, .align = ALIGN_RIGHT, .priority = 2, .flags = COL_TIME },
};

static const struct table_column interruption_columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "TIME", .min = 12, .max = 12, .flags = COL_DESC },
	{ "CLUSTER", .min = 11, .max = 22, .flex = 1 },
	{ "TYPE", .min = 11, .max = 14 },
	{ "REASON", .min = 8, .max = 10 },
	{ "OUTCOME", .min = 10, .max = 10 },
	{ "NODE", .min = 19, .max = 19, .priority = 2 },
	{ "REPLACED BY", .min = 15, .max = 20, .priority = 3 },
};

static const struct board_cell price_cells[] = {
	{ CELL_SIGN, NULL, 0 }, { CELL_TEXT, "InstanceType", ROLE_STRONG }, { CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 },
	{ CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 },
};
static const struct board_cell node_cells[] = {
	{ CELL_SIGN, NULL, 0 }, { CELL_TEXT, "Ec2InstanceId", ROLE_STRONG }, { CELL_TEXT, "InstanceType", 0 },
	{ CELL_TEXT, "Role", 0 }, { CELL_OWN, NULL, 0 }, { CELL_OWN, NULL, 0 }, { CELL_AGE, "Since", 0 },
};
static const struct board_cell interruption_cells[] = {
	{ CELL_SIGN, NULL, 0 }, { CELL_DATE, "Time", 0 }, { CELL_CLUSTER, NULL, 0 }, { CELL_TEXT, "InstanceType", 0 },
	{ CELL_TEXT, "Reason", 0 }, { CELL_LOOK, "Outcome", 0 }, { CELL_TEXT, "Ec2InstanceId", ROLE_DIM },
	{ CELL_TEXT, "ReplacedBy", ROLE_DIM },
};

static const struct board_page pages[] = {
	{ "Prices", "Price", "The market has no types.", BOARD_COLUMNS(price_columns), PART_SPOT_PRICES,
	  .cells = price_cells, .collect = prices_collect, .look = price_look, .cell = price_cell, .facts = price_facts,
	  .picture = price_picture, .share = 2, .elsewhere = "on Amazon, EC2 tells its spot prices, not EMR" },
	{ "Spot nodes", "Node",
	  "No node of this cluster lives on the spot market: add-group (:) with market spot makes some.",
	  BOARD_COLUMNS(node_columns), BOARD_CLUSTER_PART(CPART_INSTANCES), .cells = node_cells,
	  .collect = nodes_collect, .look = node_look, .cell = node_cell, .facts = node_facts },
	{ "Interruptions", "Interruption", "No spot node was interrupted.", BOARD_COLUMNS(interruption_columns),
	  PART_INTERRUPTIONS, .cells = interruption_cells, .look = interruption_look, .facts = interruption_facts,
	  .scoped = true, .elsewhere = "on Amazon, the reason of a group's or node's state tells it (n)" },
};

static const struct board_kind kind = {
	.pages = pages, .n = 3, .scope = &bind_spot, .action = spot_action, .disabled = spot_disabled,
	.want = spot_want, .note = spot_note, .copy = spot_copy,
};

BOARD_VIEW(view_spot, "spot", kind);
