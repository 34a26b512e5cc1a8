/* A spot price feed on a clock that the test moves: prices, interruptions, events, rounds, restarts, refusals. */
#include "tests/unit/control_fixture.h"

#include "core/base/clock.h"
#include "core/control/part.h"
#include "core/control/spot/spot_state.h"

#define REGION "us-east-1"
#define MINUTE 60000
#define T0 1800000000000LL
#define NEAR(a, b) assert_true((a) - (b) < 1e-9 && (b) - (a) < 1e-9)
#define SPOT_GROUPS "\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\",\"InstanceType\":\"m5.xlarge\"," \
	"\"InstanceCount\":1},{\"InstanceRole\":\"CORE\",\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":2," \
	"\"Market\":\"SPOT\",\"BidPrice\":\"0.10\"}]"

static int frozen(void **state)
{
	return frozen_at(T0, state);
}

/* A record as it stands in a JSON string. */
#define REC(type, price, time) "{\\\"AvailabilityZone\\\":\\\"us-east-1a\\\",\\\"InstanceType\\\":\\\"" type \
	"\\\",\\\"ProductDescription\\\":\\\"Linux/UNIX\\\",\\\"SpotPrice\\\":\\\"" price "\\\",\\\"Timestamp\\\":" time "}\\n"
/* 0 min: 0.07, 10 min: 0.12, 20 min: 0.08, of a day long ago */
#define STORM REC("m5.xlarge", "0.12", "1600000600") REC("m5.xlarge", "0.07", "1600000000") \
	REC("m5.xlarge", "0.08", "1600001200")

/* The parts look when they want to, until this time. */
static void pass(struct fixture *f, int64_t until)
{
	for (int64_t due; (due = parts_due(f->ctl)) && due <= until;) {
		set_clock(due > now_ms ? due : now_ms);
		parts_run(f->ctl, now_ms);
		control_turn(f->ctl);
	}
	set_clock(until);
}

static double price(struct fixture *f)
{
	return spot_price_at(f->ctl, REGION, "m5.xlarge", now_ms);
}

static bool event_says(struct fixture *f, const char *text)
{
	const cJSON *e;

	cJSON_ArrayForEach(e, json_arr(good(f, "Stoker.ListEvents", "{\"MaxResults\":1000}"), "Events"))
		if (strstr(json_str(e, "Message", ""), text))
			return true;
	return false;
}

static const cJSON *feed(struct fixture *f)
{
	return json_obj(good(f, "Stoker.GetSpotFeed", "{}"), "Feed");
}

static void test_moves_prices_and_interrupts(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run_up(f, "\"Instances\":{" SPOT_GROUPS ",\"KeepJobFlowAliveWhenNoSteps\":true}");

	assert_null(feed(f));
	const cJSON *r = json_obj(good(f, "Stoker.PutSpotFeed", "{\"FeedName\":\"storm\",\"Data\":\"" STORM "\"}"), "Feed");
	assert_string_equal(json_str(r, "State", ""), "playing");
	assert_int_equal(json_int(r, "Played", 0), 1);
	assert_int_equal(json_int(r, "Changes", 0), 3);
	assert_true(json_int(json_arr(r, "Coming")->child, "Time", 0) == T0 / 1000 + 600);
	NEAR(price(f), 0.07);
	assert_true(event_says(f, "The spot price feed storm was loaded: 3 changes of 1 instance types in 30:00, from now on"));
	assert_true(event_says(f, "The spot price of m5.xlarge rose from $0.0672 to $0.0700 an hour (feed storm, change 1 of 3)"));
	const cJSON *p = json_arr(good(f, "Stoker.ListSpotPrices", "{\"InstanceTypes\":[\"m5.xlarge\"]}"), "SpotPrices")->child;
	assert_string_equal(json_str(p, "Source", ""), "feed");
	NEAR(json_num(json_arr(p, "Bids")->child, "Bid", 0), 0.10);
	assert_string_equal(json_str(json_arr(p, "Bids")->child, "ClusterId", ""), c->id);
	pass(f, T0 + 10 * MINUTE - 1);
	NEAR(price(f), 0.07);
	assert_int_equal(c->instances.len, 3);
	pass(f, T0 + 10 * MINUTE);
	NEAR(price(f), 0.12);
	assert_true(event_says(f, "rose from $0.0700 to $0.1200 an hour (feed storm, change 2 of 3)"));
	assert_true(event_says(f, "the price rose to $0.1200, above the bid of $0.1000"));
	assert_int_equal(c->instances.len, 5);
	assert_int_equal(c->instances.items[3]->state, INSTANCE_AWAITING_FULFILLMENT);
	pass(f, T0 + 60 * MINUTE);
	NEAR(price(f), 0.08);
	NEAR(spot_price_at(f->ctl, REGION, "m5.xlarge", T0 + 15 * MINUTE), 0.12);
	assert_int_equal(c->instances.items[3]->state, INSTANCE_PROVISIONING);
	assert_true(event_says(f, "The spot price feed storm has ended after 3 changes"));
	assert_string_equal(json_str(feed(f), "State", ""), "ended");
	assert_int_equal(spot_feeds_due(spot_state(f->ctl)), 0);
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Price\":0.09}");
	assert_true(event_says(f, "The spot market of m5.xlarge was set: price $0.0800 (feed) → $0.0900"));
	good(f, "Stoker.DeleteSpotFeed", "{}");
	assert_null(feed(f));
	NEAR(price(f), 0.09);
	ask(f, "Stoker.DeleteSpotFeed", "{}");
	assert_string_equal(f->error, "ValidationException");
}

/* What was due while nobody was there happens at its time; what it does to nodes happens now. */
static void test_restart_goes_on(void **state)
{
	struct fixture *f = *state;

	good(f, "Stoker.PutSpotFeed", "{\"Data\":\"" STORM "\",\"Speed\":10}");
	pass(f, T0 + 30000);
	close_control(f);
	set_clock(T0 + 90000);
	open_control(f);
	assert_int_equal(json_int(feed(f), "Played", 0), 1);
	NEAR(price(f), 0.07);
	pass(f, T0 + 90000);
	NEAR(price(f), 0.12);
	NEAR(spot_price_at(f->ctl, REGION, "m5.xlarge", T0 + 59999), 0.07);
	NEAR(spot_price_at(f->ctl, REGION, "m5.xlarge", T0 + 60000), 0.12);
	close_control(f);
	open_control(f);
	assert_int_equal(json_int(feed(f), "Played", 0), 2);
	assert_string_equal(json_str(json_arr(good(f, "Stoker.ListSpotPrices", "{\"InstanceTypes\":[\"m5.xlarge\"]}"),
	                                      "SpotPrices")->child, "Source", ""), "feed");
	pass(f, T0 + 120000);
	NEAR(price(f), 0.08);
	close_control(f);
	open_control(f);
	assert_string_equal(json_str(feed(f), "State", ""), "ended");
}

/* The last price holds as long as the one before it did, then it begins again. */
static void test_loop(void **state)
{
	struct fixture *f = *state;

	good(f, "Stoker.PutSpotFeed", "{\"Data\":\"" STORM "\",\"Loop\":true}");
	pass(f, T0 + 29 * MINUTE);
	NEAR(price(f), 0.08);
	pass(f, T0 + 30 * MINUTE);
	NEAR(price(f), 0.07);
	assert_int_equal(json_int(feed(f), "Round", 0), 1);
	pass(f, T0 + 45 * MINUTE);
	NEAR(price(f), 0.12);
	close_control(f);
	set_clock(T0 + 3000 * MINUTE + 1);    /* a hundred rounds: the last one is played */
	open_control(f);
	pass(f, now_ms);
	NEAR(price(f), 0.07);
	assert_int_equal(json_int(feed(f), "Round", 0), 100);
	NEAR(spot_price_at(f->ctl, REGION, "m5.xlarge", T0 + 2985 * MINUTE), 0.12);
	assert_true(spot_pool(f->ctl, REGION, "m5.xlarge")->history.len < 20);
}

static void test_fast_ones_are_played_together(void **state)
{
	struct fixture *f = *state;

	good(f, "Stoker.PutSpotFeed", "{\"Data\":\"" STORM "\",\"Speed\":86400}");
	assert_true(spot_feeds_due(spot_state(f->ctl)) == T0 + 1000);
	pass(f, T0 + 1000);
	NEAR(price(f), 0.08);
	assert_int_equal(spot_pool(f->ctl, REGION, "m5.xlarge")->history.len, 3);
}

/* At the times of the record: what was before now sets the price now, and changes nothing that was. */
static void test_recorded_times(void **state)
{
	struct fixture *f = *state;

	good(f, "Stoker.PutSpotFeed", "{\"Start\":\"recorded\",\"Data\":\""
	     REC("m5.xlarge", "0.05", "1799990000") REC("m5.xlarge", "0.06", "1799999000")
	     REC("m5.xlarge", "0.11", "\\\"2027-01-15T08:10:00Z\\\"") "\"}");
	NEAR(price(f), 0.06);
	NEAR(spot_price_at(f->ctl, REGION, "m5.xlarge", T0 - 1), 0.0672);
	pass(f, T0 + 10 * MINUTE - 1);
	NEAR(price(f), 0.06);
	pass(f, T0 + 10 * MINUTE);
	NEAR(price(f), 0.11);
}

static void refused(struct fixture *f, const char *body, const char *says)
{
	ask(f, "Stoker.PutSpotFeed", "%s", body);
	assert_string_equal(f->error, "ValidationException");
	if (!strstr(f->message, says))
		fail_msg("\"%s\" does not say \"%s\"", f->message, says);
}

static void test_bad_ones_change_nothing(void **state)
{
	struct fixture *f = *state;

	good(f, "Stoker.PutSpotFeed", "{\"FeedName\":\"good\",\"Data\":\"" STORM "\"}");
	refused(f, "{}", "Data must be given");
	refused(f, "{\"FeedName\":\"b.jsonl\",\"Data\":\"" STORM REC("m5.xlarge", "cheap", "1600000000") "\"}",
	        "b.jsonl: line 4, SpotPrice: \"cheap\" is not a price");
	refused(f, "{\"Data\":\"" STORM "\",\"Speed\":0}", "Speed");
	refused(f, "{\"Data\":\"" STORM "\",\"Speed\":1e9}", "Speed");
	refused(f, "{\"Data\":\"" STORM "\",\"Loop\":1}", "Loop");
	refused(f, "{\"Data\":\"" STORM "\",\"Start\":\"soon\"}", "Start");
	refused(f, "{\"Data\":\"" STORM "\",\"Start\":\"recorded\",\"Speed\":2}", "Speed and Loop");
	refused(f, "{\"Data\":\"" STORM "\",\"AvailabilityZone\":\"us-east-1c\"}", "in us-east-1c");
	refused(f, "{\"Data\":\"" REC("m5.xlarge", "1", "1600000000") "\",\"Loop\":true}", "cannot loop");
	refused(f, "{\"Start\":\"recorded\",\"Data\":\"" REC("m5.xlarge", "1", "9900000000") "\"}", "a year ahead");
	assert_string_equal(json_str(feed(f), "FeedName", ""), "good");
	NEAR(price(f), 0.07);
}

int main(void)
{
	setenv("STOKER_LOG", "error", 0);
	log_open("test");
#define T(name) cmocka_unit_test_setup_teardown(name, frozen, frozen_teardown)
	const struct CMUnitTest tests[] = {
		T(test_moves_prices_and_interrupts), T(test_restart_goes_on), T(test_loop),
		T(test_fast_ones_are_played_together), T(test_recorded_times), T(test_bad_ones_change_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
