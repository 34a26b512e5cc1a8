#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/client/act_impl.h"
#include "core/client/act_ops.h"
#include "core/model/spot_feed.h"

struct act *act_spot_price(cJSON *in, const cJSON *was)
{
	static const struct act_member members[] = { { "Price", "price ($/h)" }, { "Available", "capacity" },
		{ "Capacity", "pool" } };
	struct act *a = act_with(STOKER("PutSpotPrice"), "set", in);
	const char *type = json_str(in, "InstanceType", "");
	int nodes = (int)json_int(was, "Instances", 0);
	bool dearer = json_num(in, "Price", 0) > json_num(was, "Price", 0);
	bool gone = !json_bool(in, "Available", true) && json_bool(was, "Available", true);
	a->title = xasprintf("Spot market: %s", type);
	act_diff(a, was, members, sizeof members / sizeof *members);
	act_line(a, "nodes on it", NULL, "%d", nodes);
	if (nodes && (dearer || gone)) {
		a->text = xstrdup(gone ? "Without capacity every spot node of this type is interrupted."
		                       : "Spot nodes whose bid is below the new price are interrupted.");
		a->care = ACT_CARE_YES;
		a->danger = true;
	}
	char price[32], pool[16];
	snprintf(price, sizeof price, "%g", json_num(in, "Price", 0));
	act_stoker_words(a, "spot", "set-price", type, price, "--available",
	                 json_bool(in, "Available", true) ? "yes" : "no", (char *)NULL);
	if (*record_text(in, "Capacity", pool, sizeof pool))
		act_stoker_words(a, "--capacity", pool, (char *)NULL);
	a->done = xasprintf("the market for %s is set", type);
	return a;
}

static void interrupt_line(struct act *a, const cJSON *in, int notice)
{
	const cJSON *id;
	char seconds[16];
	snprintf(seconds, sizeof seconds, "%ds", notice);
	act_stoker_words(a, "spot", "interrupt", (char *)NULL);
	cJSON_ArrayForEach(id, json_arr(in, "InstanceIds"))
		act_stoker_words(a, id->valuestring, (char *)NULL);
	act_stoker_words(a, "--notice", seconds, (char *)NULL);
	if (json_str(in, "Reason", NULL))
		act_stoker_words(a, "--reason", json_str(in, "Reason", ""), (char *)NULL);
}

struct act *act_interrupt(cJSON *in, const char *what, size_t nodes)
{
	struct act *a = act_with(STOKER("InterruptSpot"), "interrupt", in);
	int notice = (int)json_int(in, "NoticeSeconds", 120);
	a->title = xasprintf("Interrupt %s", what);
	a->text = xstrdup("As Amazon does when it takes capacity back: notice, drain, end. Running tasks of these "
	                  "nodes finish or move; a replacement is looked for.");
	act_line(a, "spot nodes", NULL, "%zu", nodes);
	act_line(a, "state", "RUNNING", "notice now, TERMINATED in %d s", notice);
	interrupt_line(a, in, notice);
	a->done = xasprintf("%zu %s noticed; %s in %d s", nodes, nodes == 1 ? "node was" : "nodes were",
	                    nodes == 1 ? "it ends" : "they end", notice);
	a->care = ACT_CARE_YES;
	a->danger = true;
	return a;
}

/* ---- the feed ---- */

/* The highest price that a type will have. */
static double peak_of(const struct spot_feed *feed, size_t type)
{
	double peak = 0;
	for (size_t i = 0; i < feed->changes.len; i++)
		if (feed->changes.items[i].type == type && feed->changes.items[i].price > peak)
			peak = feed->changes.items[i].price;
	return peak;
}

static double lowest_bid(const cJSON *row)
{
	double least = 0;
	const cJSON *bid;
	cJSON_ArrayForEach(bid, json_arr(row, "Bids"))
		if (!(least > 0) || json_num(bid, "Bid", 0) < least)
			least = json_num(bid, "Bid", 0);
	return least;
}

/* What it does to nodes that are there: a line for each type that somebody has; gives the nodes it will interrupt. */
static int feed_peaks(struct act *a, const struct spot_feed *feed, const struct records *prices)
{
	int hurt = 0;
	for (size_t i = 0; i < feed->types.len; i++) {
		const cJSON *row = records_find(prices, feed->types.items[i]);
		int nodes = (int)json_int(row, "Instances", 0);
		char label[80];
		if (!nodes)
			continue;
		double bid = lowest_bid(row), peak = peak_of(feed, i);
		snprintf(label, sizeof label, "%.40s, %d nodes", feed->types.items[i], nodes);
		act_line(a, label, NULL, "$%.4f now, up to $%.4f%s", json_num(row, "Price", 0), peak,
		         bid > 0 && peak > bid ? ", above a bid" : "");
		hurt += bid > 0 && peak > bid ? nodes : 0;
	}
	return hurt;
}

struct act *act_spot_feed(cJSON *in, const char *path, const struct spot_feed *feed, const struct records *prices)
{
	struct act *a = act_with(STOKER("PutSpotFeed"), "load", in);
	double speed = json_num(in, "Speed", 1);
	bool loop = json_bool(in, "Loop", false), recorded = !strcmp(json_str(in, "Start", "now"), "recorded");
	int64_t span = feed->changes.items[feed->changes.len - 1].time - feed->changes.items[0].time;
	char length[32], factor[32];
	a->title = xasprintf("Load spot prices: %s", json_str(in, "FeedName", ""));
	act_line(a, "changes", NULL, "%zu of %zu types, %zu records skipped", feed->changes.len, feed->types.len,
	         feed->skipped);
	act_line(a, "takes", NULL, "%s%s", recorded ? "the times of the record"
	         : clock_duration((int64_t)((double)span / speed), length, sizeof length), loop ? ", again and again" : "");
	int hurt = feed_peaks(a, feed, prices);
	act_stoker_words(a, "spot", "feed", "load", path, (char *)NULL);
	if (speed != 1) {
		snprintf(factor, sizeof factor, "%g", speed);
		act_stoker_words(a, "--speed", factor, (char *)NULL);
	}
	if (loop)
		act_stoker_words(a, "--loop", (char *)NULL);
	if (recorded)
		act_stoker_words(a, "--start", "recorded", (char *)NULL);
	if (hurt) {
		a->text = xstrdup("Prices rise above bids: spot nodes will be interrupted when they do.");
		a->care = ACT_CARE_YES;
		a->danger = true;
	}
	a->done = xasprintf("the feed %s is played", json_str(in, "FeedName", ""));
	return a;
}

struct act *act_spot_feed_clear(const cJSON *feed)
{
	struct act *a = act_with(STOKER("DeleteSpotFeed"), "clear", cJSON_CreateObject());
	a->title = xasprintf("Clear the spot price feed %s", json_str(feed, "FeedName", ""));
	act_line(a, "changes to come", NULL, "%d", (int)(json_int(feed, "Changes", 0) - json_int(feed, "Played", 0)));
	a->text = xstrdup("Prices stay as they are until somebody sets others.");
	act_stoker_words(a, "spot", "feed", "clear", (char *)NULL);
	a->done = xstrdup("the feed is cleared");
	return a;
}
