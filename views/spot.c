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
#define DAY_MS 86400000LL

/* ---- prices ---- */

static double saving_of(const cJSON *row)
{
	double full = json_num(row, "OnDemandPrice", 0);
	return full > 0 && cJSON_HasObjectItem(row, "Price") ? 1 - json_num(row, "Price", 0) / full : NAN;
}

/* The price over the last span (ms) at even steps, oldest first: it holds until it changes. */
static size_t history_of(const cJSON *row, int64_t span, double *out, size_t max)
{
	const cJSON *list = json_arr(row, "History"), *point = list ? list->child : NULL;
	int64_t now = console_now(), from = now - span;
	double v = NAN;
	for (size_t i = 0; i < max; i++) {
		int64_t t = from + (int64_t)(i + 1) * span / (int64_t)max;
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

static void price_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	bool there = json_bool(row, "Available", true);
	double saving = saving_of(row), day[96];
	(void)b;
	switch (col) {
	case 0:
		cell_set(o, there ? ROLE_OK : ROLE_ERROR, "%s", there ? o->glyphs->dot : o->glyphs->fail);
		break;
	case 1:
		cell_text(o, ROLE_STRONG, row, "InstanceType");
		break;
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
			spark_text(o->glyphs, day, history_of(row, DAY_MS, day, (size_t)(o->width < 96 ? o->width : 96)),
			           o->width, 0, o->text, sizeof o->text);
		o->style = ROLE_S1;
		break;
	}
}

/* The bid of the cluster at hand, else the lowest of all: who is interrupted first. NAN: nobody bids. */
static double bid_of(struct board *b, const cJSON *row)
{
	const struct mcluster *mc = console_cluster(b->view.con);
	const cJSON *bid;
	double least = NAN;
	bool own = false;
	cJSON_ArrayForEach(bid, json_arr(row, "Bids")) {
		bool mine = mc && !strcmp(mc->c->id, json_str(bid, "ClusterId", ""));
		double v = json_num(bid, "Bid", NAN);
		if ((mine && !own) || (mine == own && !(least <= v)))
			least = v;
		own |= mine;
	}
	return least;
}

static void bids_fact(struct board *b, const cJSON *row, struct facts *f)
{
	double bid = bid_of(b, row);
	int n = cJSON_GetArraySize(json_arr(row, "Bids"));
	if (!isnan(bid))
		factf(f, "bid", json_num(row, "Price", 0) > bid ? ROLE_ERROR : ROLE_MONEY, "$%.4f, %d %s for this type", bid, n,
		      n == 1 ? "group bids" : "groups bid");
}

static void price_facts(struct board *b, const cJSON *row, struct facts *f)
{
	char when[64];
	bool there = json_bool(row, "Available", true);
	f->label = 13;
	factf(f, "price", ROLE_MONEY, "$%.4f an hour, on demand $%.4f", json_num(row, "Price", 0),
	      json_num(row, "OnDemandPrice", 0));
	if (!isnan(saving_of(row)))
		factf(f, "saves", ROLE_MONEY, "%.0f%%, without the EMR fee, which is the same", saving_of(row) * 100);
	if (json_bool(row, "Estimate", false))
		facts_text(f, ROLE_DIM, "~ An estimate: nobody has set a price for it.");
	fact(f, "source", ROLE_TEXT, json_str(row, "Source", NULL));
	bids_fact(b, row, f);
	fact(f, "since", ROLE_TEXT, text_when(record_ms(row, "Since"), console_now(), when, sizeof when));
	if (there && cJSON_HasObjectItem(row, "Capacity"))
		factf(f, "pool", ROLE_TEXT, "%d nodes", (int)json_int(row, "Capacity", 0));
	fact(f, "capacity", there ? ROLE_OK : ROLE_ERROR, there ? "there is some" : "none: new spot nodes wait");
	factf(f, "our nodes", ROLE_TEXT, "%d", (int)json_int(row, "Instances", 0));
	facts_gap(f);
	facts_text(f, ROLE_DIM, "The embedded market: p sets price and capacity, f plays recorded prices.");
}

static void graph_price(double v, char *out, size_t size)
{
	snprintf(out, size, "$%.3f", v);
}

/* The shortest of these spans in which all changes of the last day lie: a feed may play a week in a minute. */
static int64_t span_of(const cJSON *row)
{
	static const int64_t spans[] = { 300000, 1800000, 7200000, 21600000 };
	const cJSON *list = json_arr(row, "History"), *point;
	int64_t now = console_now(), oldest = now;
	int changes = 0;
	cJSON_ArrayForEach(point, list) {
		const cJSON *at = cJSON_GetArrayItem(point, 0);
		int64_t t = at ? (int64_t)(at->valuedouble * 1000) : 0;
		/* The first one only says what held when the list begins. */
		if (point != list->child && t > now - DAY_MS && ++changes == 1)
			oldest = t;
	}
	for (size_t i = 0; changes && i < sizeof spans / sizeof *spans; i++)
		if (oldest >= now - spans[i])
			return spans[i];
	return DAY_MS;
}

static int price_picture(struct board *b, const cJSON *row, struct draw d)
{
	double price[HISTORY], full[HISTORY], bids[HISTORY], bid = bid_of(b, row);
	int64_t span = span_of(row);
	if (draw_h(d) < 3)
		return draw_w(d) >= 60 ? 12 : 7;
	size_t n = history_of(row, span, price, HISTORY);
	for (size_t i = 0; i < n; i++) {
		full[i] = json_num(row, "OnDemandPrice", 0);
		bids[i] = bid;
	}
	struct graph_series list[] = { { "on demand", full, n, ROLE_WARN }, { "spot", price, n, ROLE_S1 },
	                               { "bid", bids, n, ROLE_ERROR } };
	struct graph g = { .kind = GRAPH_LINE, .series = list, .n = isnan(bid) ? 2 : 3, .end_ms = console_now(),
		.step_ms = span / HISTORY, .span_ms = span, .scale = draw_w(d) >= 40, .legend = true,
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

static void node_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	const cJSON *notice = model_notice(board_model(b), json_str(row, "InstanceId", ""));
	bool waits = !strcmp(json_str(row, "State", ""), "AWAITING_FULFILLMENT");
	char left[24];
	switch (col) {
	case 0:
		cell_set(o, notice ? ROLE_ERROR : waits ? ROLE_WAIT : ROLE_OK, "%s",
		         notice ? o->glyphs->warn : waits ? o->glyphs->wait : o->glyphs->dot);
		break;
	case 1:
		cell_text(o, ROLE_STRONG, row, "Ec2InstanceId");
		break;
	case 2:
		cell_text(o, ROLE_TEXT, row, "InstanceType");
		break;
	case 3:
		cell_text(o, ROLE_TEXT, row, "Role");
		break;
	case 4:
		cell_set(o, notice ? ROLE_ERROR : ROLE_TEXT, "%s", waits ? "waits for market" : json_str(row, "State", ""));
		break;
	case 5:
		if (notice)
			cell_set(o, ROLE_ERROR, "ends in %s", clock_duration(record_ms(notice, "TerminateAt") - console_now(), left,
			                                                    sizeof left));
		break;
	case 6:
		cell_age(o, record_ms(row, "Since"));
		break;
	}
}

static void node_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const cJSON *notice = model_notice(board_model(b), json_str(row, "InstanceId", ""));
	char when[64];
	f->label = 13;
	factf(f, "node", ROLE_STRONG, "%s  %s", json_str(row, "Ec2InstanceId", ""), json_str(row, "InstanceId", ""));
	factf(f, "type", ROLE_TEXT, "%s, %s", json_str(row, "InstanceType", ""), json_str(row, "Role", ""));
	fact(f, "state", ROLE_TEXT, json_str(row, "State", ""));
	fact(f, "why", ROLE_TEXT, json_str(row, "Reason", ""));
	fact(f, "since", ROLE_TEXT, text_when(record_ms(row, "Since"), console_now(), when, sizeof when));
	if (!notice)
		return;
	fact(f, "noticed", ROLE_ERROR, text_when(record_ms(notice, "NoticeAt"), console_now(), when, sizeof when));
	fact(f, "because of", ROLE_TEXT, json_str(notice, "Reason", ""));
	fact(f, "outcome", ROLE_TEXT, json_str(notice, "Outcome", ""));
}

/* ---- interruptions ---- */

static void interruption_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	bool over = !strcmp(json_str(row, "Outcome", ""), "terminated");
	switch (col) {
	case 0:
		cell_set(o, over ? ROLE_OFF : ROLE_WARN, "%s", over ? o->glyphs->off : o->glyphs->warn);
		break;
	case 1:
		cell_date(o, record_ms(row, "Time"));
		break;
	case 2:
		cell_cluster(o, board_model(b), row);
		break;
	case 3:
		cell_text(o, ROLE_TEXT, row, "InstanceType");
		break;
	case 4:
		cell_text(o, ROLE_TEXT, row, "Reason");
		break;
	case 5:
		cell_text(o, over ? ROLE_TEXT : ROLE_WARN, row, "Outcome");
		break;
	case 6:
		cell_text(o, ROLE_DIM, row, "Ec2InstanceId");
		break;
	case 7:
		cell_text(o, ROLE_DIM, row, "ReplacedBy");
		break;
	}
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

/* ---- the feed ---- */

static const cJSON *feed_of(struct board *b)
{
	return json_obj(records_reply(board_records(b, PART_SPOT_FEED)), "Feed");
}

static void spot_head(struct board *b, struct draw d)
{
	const cJSON *feed = feed_of(b), *next = json_arr(feed, "Coming") ? json_arr(feed, "Coming")->child : NULL;
	char left[24], coming[128] = "it has ended, prices stay as they are", speed[32] = "";
	char why[300];
	const char *reason = pane_reason(b->view.con, &board_model(b)->parts[PART_SPOT_FEED], why, sizeof why);
	if (reason) {
		pane_say(d, reason);
		return;
	}
	if (!feed) {
		draw_text(d, 1, 0, ROLE_DIM, "none is loaded: prices are set by hand or estimates; f loads recorded ones");
		return;
	}
	if (next)
		snprintf(coming, sizeof coming, "next %.40s $%.4f in %s", json_str(next, "InstanceType", ""),
		         json_num(next, "Price", 0),
		         clock_duration(record_ms(next, "Time") - console_now(), left, sizeof left));
	if (json_num(feed, "Speed", 1) != 1)
		snprintf(speed, sizeof speed, ", %g times as fast", json_num(feed, "Speed", 1));
	int x = 1 + draw_textf(d, 1, 0, ROLE_STRONG, "%.60s", json_str(feed, "FeedName", ""));
	draw_textf(d, x + 2, 0, ROLE_TEXT, "%d of %d%s%s: %s", (int)json_int(feed, "Played", 0),
	           (int)json_int(feed, "Changes", 0), json_bool(feed, "Loop", false) ? ", looping" : "", speed, coming);
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
	case VA_FEED:
		form_spot_feed_open(con);
		return true;
	case VA_FEED_CLEAR:
		acts_run(con, act_spot_feed_clear(feed_of(b)));
		return true;
	case VA_INTERRUPT:
		interrupt(b);
		return true;
	case VA_ONE_CLUSTER:
		b->one_cluster = !b->one_cluster;
		return true;
	}
	return false;
}

static const char *spot_disabled(struct board *b, const cJSON *row, int action)
{
	if (action == VA_PRICE && (b->at != PAGE_PRICES || !row))
		return "no type is selected: 1 goes to the list of prices";
	if (action == VA_FEED_CLEAR && !feed_of(b))
		return "no feed is loaded";
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
	else if (b->at == PAGE_INTERRUPTIONS)
		snprintf(out, size, "%s", b->one_cluster ? "v: of all clusters" : "of all clusters, v: of this one");
	else
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
	{ "CAPACITY", .min = 8, .max = 8, .priority = 2 },
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

static const struct board_page pages[] = {
	{ "Prices", "Price", "The market has no types.", price_columns, sizeof price_columns / sizeof *price_columns,
	  PART_SPOT_PRICES, prices_collect, price_cell, price_facts, price_picture, 2 },
	{ "Spot nodes", "Node", "No node of this cluster lives on the spot market.", node_columns,
	  sizeof node_columns / sizeof *node_columns, BOARD_CLUSTER_PART(CPART_INSTANCES), nodes_collect, node_cell,
	  node_facts, NULL, 1 },
	{ "Interruptions", "Interruption", "No spot node was interrupted.", interruption_columns,
	  sizeof interruption_columns / sizeof *interruption_columns, PART_INTERRUPTIONS, NULL, interruption_cell,
	  interruption_facts, NULL, 1 },
};

static const struct board_kind kind = {
	.pages = pages, .n = 3, .scope = &bind_spot, .head_rows = 1, .head_part = PART_SPOT_FEED,
	.head_title = "Price feed", .head = spot_head, .action = spot_action, .disabled = spot_disabled,
	.want = spot_want, .note = spot_note, .copy = spot_copy,
};

static struct view *spot_open(struct console *con, const char *arg)
{
	(void)arg;
	return board_open(con, &kind, arg);
}

const struct view_ops view_spot = BOARD_VIEW("spot", spot_open);
