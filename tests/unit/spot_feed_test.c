/* Recorded spot prices: what is read from which shape, what becomes of zones and products, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/model/spot_feed.h"

#define REC(zone, type, product, price, time) "{\"AvailabilityZone\":\"" zone "\",\"InstanceType\":\"" type \
	"\",\"ProductDescription\":\"" product "\",\"SpotPrice\":\"" price "\",\"Timestamp\":\"" time "\"}"
#define M5(price, time) REC("us-east-1a", "m5.xlarge", "Linux/UNIX", price, time)

static struct spot_feed f;

static void reads(const char *text)
{
	struct error err = ERROR_INIT;

	if (spot_feed_read(&f, "feed", text, strlen(text), "us-east-1", NULL, &err))
		fail_msg("%s (%s)", err.message, err.detail);
}

static void refused(const char *text, int line, const char *says)
{
	struct error err = ERROR_INIT;

	assert_int_equal(spot_feed_read(&f, "feed", text, strlen(text), "us-east-1", NULL, &err), ERR_INVALID);
	if (!strstr(err.message, says))
		fail_msg("\"%s\" does not say \"%s\"", err.message, says);
	assert_int_equal(err.line, line);
	assert_int_equal(f.changes.len + f.types.len + f.records, 0);
	spot_feed_free(&f);
}

static void change(size_t i, const char *type, double price, const char *time)
{
	assert_true(i < f.changes.len);
	assert_string_equal(f.types.items[f.changes.items[i].type], type);
	assert_true(fabs(f.changes.items[i].price - price) < 1e-9);
	assert_true(f.changes.items[i].time == clock_parse(time));
}

static void test_every_shape_is_the_same(void **state)
{
	static const char *const shapes[] = {
		/* lines, in any order, with blank ones */
		M5("0.0900", "2026-11-26T11:00:00.000Z") "\n\n" M5("0.0672", "2026-11-26T10:00:00+00:00") "\r\n",
		/* the answer, newest first */
		"{\"NextToken\":\"\",\"SpotPriceHistory\":[\n" M5("0.0900", "2026-11-26T11:00:00Z") ",\n"
		M5("0.0672", "2026-11-26T10:00:00Z") "]}",
		" [" M5("0.0672", "2026-11-26T10:00:00Z") "," M5("0.0900", "2026-11-26T12:00:00+01:00") "]\n",
		/* the wire's seconds, a number as the price, what EC2 does not have */
		"{\"AvailabilityZone\":\"us-east-1a\",\"InstanceType\":\"m5.xlarge\",\"ProductDescription\":"
		"\"Linux/UNIX (Amazon VPC)\",\"SpotPrice\":0.0672,\"Timestamp\":1795687200,\"More\":1}\n"
		M5("0.09", "2026-11-26T11:00:00Z"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		reads(shapes[i]);
		assert_int_equal(f.changes.len, 2);
		assert_int_equal(f.records, 2);
		change(0, "m5.xlarge", 0.0672, "2026-11-26T10:00:00Z");
		change(1, "m5.xlarge", 0.09, "2026-11-26T11:00:00Z");
		spot_feed_free(&f);
	}
	reads("{\n" " \"AvailabilityZone\": \"us-east-1a\",\n \"InstanceType\": \"m5.xlarge\",\n"
	      " \"ProductDescription\": \"Linux/UNIX\",\n \"SpotPrice\": \"1\",\n \"Timestamp\": \"2026-11-26\"}");
	assert_int_equal(f.changes.len, 1);
	spot_feed_free(&f);
}

static const char zones[] =
	REC("us-east-1a", "m5.xlarge", "Linux/UNIX", "0.08", "2026-11-26T10:00:00Z") "\n"
	REC("us-east-1b", "m5.xlarge", "Linux/UNIX", "0.07", "2026-11-26T10:00:00Z") "\n"
	REC("us-east-1b", "m5.xlarge", "Windows", "0.50", "2026-11-26T10:30:00Z") "\n"
	REC("us-east-1b", "m5.xlarge", "Linux/UNIX", "0.12", "2026-11-26T11:00:00Z") "\n"
	REC("us-east-1b", "m5.xlarge", "Linux/UNIX", "0.13", "2026-11-26T12:00:00Z") "\n"
	REC("us-east-1a", "m5.xlarge", "Linux/UNIX", "0.20", "2026-11-26T13:00:00Z") "\n"
	REC("us-east-1a", "c5.large", "Linux/UNIX", "0.03", "2026-11-26T13:00:00Z") "\n";

static void test_the_cheapest_zone_counts(void **state)
{
	(void)state;
	reads(zones);
	assert_int_equal(f.records, 6);
	assert_int_equal(f.skipped, 1);
	assert_int_equal(f.changes.len, 4);
	change(0, "m5.xlarge", 0.07, "2026-11-26T10:00:00Z");
	change(1, "m5.xlarge", 0.08, "2026-11-26T11:00:00Z");
	change(2, "m5.xlarge", 0.13, "2026-11-26T13:00:00Z");
	change(3, "c5.large", 0.03, "2026-11-26T13:00:00Z");
	spot_feed_free(&f);
	struct error err = ERROR_INIT;
	assert_int_equal(spot_feed_read(&f, "feed", zones, strlen(zones), "us-east-1", "us-east-1b", &err), 0);
	assert_int_equal(f.changes.len, 3);
	assert_int_equal(f.skipped, 4);
	change(1, "m5.xlarge", 0.12, "2026-11-26T11:00:00Z");
	spot_feed_free(&f);
	assert_int_equal(spot_feed_read(&f, "feed", zones, strlen(zones), "us-east-1", "us-east-1f", &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "in us-east-1f"));
}

static void test_bad_ones_name_line_and_member(void **state)
{
	(void)state;
	refused("", 1, "feed: line 1");
	refused("nonsense", 1, "feed: line 1");
	refused("{\"SpotPriceHistory\":[]}", 1, "no record of Linux/UNIX");
	refused("17", 1, "neither a SpotPriceHistory");
	refused(M5("0.1", "2026-11-26T10:00:00Z") "\n{\"x\":", 2, "feed: line 2");
	refused(M5("0.1", "2026-11-26T10:00:00Z") "\n\n" M5("cheap", "2026-11-26T10:00:00Z"), 3,
	        "line 3, SpotPrice: \"cheap\" is not a price");
	refused(M5("-0.1", "2026-11-26T10:00:00Z"), 1, "SpotPrice");
	refused(M5("0", "2026-11-26T10:00:00Z"), 1, "SpotPrice");
	refused(M5("nan", "2026-11-26T10:00:00Z"), 1, "SpotPrice");
	refused(M5("0.1 ", "2026-11-26T10:00:00Z"), 1, "SpotPrice");
	refused(M5("10001", "2026-11-26T10:00:00Z"), 1, "SpotPrice");
	refused("{\"SpotPriceHistory\": [\n" M5("0.1", "2026-11-26T10:00:00Z") ",\n" M5("0.1", "at ten") "\n]}", 3,
	        "line 3, Timestamp: \"at ten\" is not a time");
	refused("{\"a\":[{\"b\":[{}]}],\n\"SpotPriceHistory\": [\n{\"InstanceType\":\"{[\\\"\"},\n" "7]}", 3,
	        "AvailabilityZone is missing");
	refused(REC("eu-west-1a", "m5.xlarge", "Linux/UNIX", "0.1", "2026-11-26T10:00:00Z"), 1,
	        "AvailabilityZone: \"eu-west-1a\" is not a zone of this region, as us-east-1a");
	refused(REC("us-east-1", "m5.xlarge", "Linux/UNIX", "0.1", "2026-11-26T10:00:00Z"), 1, "AvailabilityZone");
	refused(REC("us-east-1a", "M5 XL", "Linux/UNIX", "0.1", "2026-11-26T10:00:00Z"), 1, "InstanceType");
	refused(REC("us-east-1a", "m5.xlarge", "Linux", "0.1", "2026-11-26T10:00:00Z"), 1, "ProductDescription");
	refused(REC("us-east-1a", "m5.xlarge", "Linux/UNIX(Amazon VPC)", "0.1", "2026-11-26T10:00:00Z"), 1,
	        "ProductDescription");
	refused(REC("us-east-1a", "m5.xlarge", "Windows", "0.1", "2026-11-26T10:00:00Z"), 1, "no record of Linux/UNIX");
	refused("[1]", 1, "line 1, record");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_shape_is_the_same),
		cmocka_unit_test(test_the_cheapest_zone_counts),
		cmocka_unit_test(test_bad_ones_name_line_and_member),
	};

	return cmocka_run_group_tests_name("spot_feed", tests, NULL, NULL);
}
