/* Schedule expressions and time zones, as tables. Instants were worked out by hand from the zones' published
 * changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/tz.h"
#include "core/base/tz_rule.h"
#include "core/model/cron.h"

static struct cron parsed(const char *expr)
{
	struct cron c;
	struct error err = ERROR_INIT;

	if (cron_parse(expr, &c, &err))
		fail_msg("%s: %s", expr, err.message);
	return c;
}

/* The runs after `after`, up to three, as ISO texts separated by spaces; "-" = never again. */
static void check_runs(const char *expr, const char *tz, const char *after, const char *expected)
{
	struct cron c = parsed(expr);
	int64_t at = clock_parse(after);
	char got[128] = "", iso[32];

	for (const char *p = expected; p; p = strchr(p + 1, ' ')) {
		at = cron_next(&c, tz, at);
		clock_iso8601(at, iso, sizeof iso);
		snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.16s", *got ? " " : "", at ? iso : "-");
	}
	if (strcmp(got, expected))
		fail_msg("%s in %s after %s: expected %s, got %s", expr, tz, after, expected, got);
}

static const struct { const char *expr, *tz, *after, *runs; } runs[] = {
	/* plain */
	{ "cron(0 2 * * ? *)", "UTC", "2026-11-26T01:59:59Z", "2026-11-26T02:00 2026-11-27T02:00" },
	{ "cron(0 2 * * ? *)", "UTC", "2026-11-26T02:00:00Z", "2026-11-27T02:00" },
	{ "cron(0/15 8-9 * * ? *)", NULL, "2026-11-26T09:31:00Z", "2026-11-26T09:45 2026-11-27T08:00" },
	{ "cron(*/20 * * * ? *)", "", "2026-11-26T23:40:00Z", "2026-11-27T00:00 2026-11-27T00:20" },
	{ "cron(5,35 22-1 * * ? *)", "UTC", "2026-11-26T23:35:00Z",
	  "2026-11-27T00:05 2026-11-27T00:35 2026-11-27T01:05" },
	{ "cron(0 10 ? * MON-FRI *)", "UTC", "2026-11-27T10:00:00Z", "2026-11-30T10:00" },
	{ "cron(0 10 ? * FRI-MON *)", "UTC", "2026-11-26T10:00:00Z",
	  "2026-11-27T10:00 2026-11-28T10:00 2026-11-29T10:00" },
	{ "cron(0 10 ? * 1 *)", "UTC", "2026-11-26T10:00:00Z", "2026-11-29T10:00" },
	{ "cron(0 0 1 JAN,jul ? *)", "UTC", "2026-11-26T10:00:00Z", "2027-01-01T00:00 2027-07-01T00:00" },
	{ "cron(0 0 1 1/3 ? *)", "UTC", "2026-11-26T10:00:00Z", "2027-01-01T00:00 2027-04-01T00:00" },
	{ "cron(0 0 1 12 ? 2027/2)", "UTC", "2026-11-26T10:00:00Z", "2027-12-01T00:00 2029-12-01T00:00" },
	{ "cron(0 0 1 1 ? 2020-2025)", "UTC", "2026-11-26T10:00:00Z", "-" },
	{ "cron(59 23 31 12 ? 2199)", "UTC", "2026-11-26T10:00:00Z", "2199-12-31T23:59 -" },
	/* days that not every month has */
	{ "cron(0 12 31 * ? *)", "UTC", "2026-11-26T10:00:00Z",
	  "2026-12-31T12:00 2027-01-31T12:00 2027-03-31T12:00" },
	{ "cron(0 12 29 2 ? *)", "UTC", "2026-11-26T10:00:00Z", "2028-02-29T12:00 2032-02-29T12:00" },
	{ "cron(0 12 29 2 ? *)", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T12:00" },
	{ "cron(0 12 30 2 ? *)", "UTC", "2026-11-26T10:00:00Z", "-" },
	{ "cron(0 12 L * ? *)", "UTC", "2027-01-31T12:00:00Z", "2027-02-28T12:00 2027-03-31T12:00" },
	{ "cron(0 12 L 2 ? *)", "UTC", "2027-03-01T12:00:00Z", "2028-02-29T12:00" },
	{ "cron(0 12 LW * ? *)", "UTC", "2026-11-30T12:00:00Z",
	  "2026-12-31T12:00 2027-01-29T12:00 2027-02-26T12:00" },
	/* W stays inside its month */
	{ "cron(0 9 15W * ? *)", "UTC", "2026-08-01T00:00:00Z", "2026-08-14T09:00 2026-09-15T09:00" },
	{ "cron(0 9 1W * ? *)", "UTC", "2026-07-31T00:00:00Z", "2026-08-03T09:00 2026-09-01T09:00" },
	{ "cron(0 9 31W * ? *)", "UTC", "2026-01-01T00:00:00Z",
	  "2026-01-30T09:00 2026-03-31T09:00 2026-05-29T09:00" },
	{ "cron(0 9 1,15W * ? *)", "UTC", "2026-08-01T10:00:00Z", "2026-08-14T09:00 2026-09-01T09:00" },
	/* L and # of weekdays */
	{ "cron(0 9 ? * 6L *)", "UTC", "2026-11-26T00:00:00Z", "2026-11-27T09:00 2026-12-25T09:00" },
	{ "cron(0 9 ? * FRIL *)", "UTC", "2026-11-27T09:00:00Z", "2026-12-25T09:00" },
	{ "cron(0 9 ? * L *)", "UTC", "2026-11-26T00:00:00Z", "2026-11-28T09:00 2026-12-05T09:00" },
	{ "cron(0 9 ? * 3#2 *)", "UTC", "2026-11-26T00:00:00Z", "2026-12-08T09:00 2027-01-12T09:00" },
	{ "cron(0 9 ? * SUN#5 *)", "UTC", "2026-11-26T00:00:00Z", "2026-11-29T09:00 2027-01-31T09:00" },
	/* clocks of a zone */
	{ "cron(0 2 * * ? *)", "Europe/Berlin", "2026-11-26T00:59:59Z", "2026-11-26T01:00" },
	{ "cron(0 20 * * ? *)", "America/New_York", "2026-11-26T20:00:00Z", "2026-11-27T01:00" },
	{ "cron(30 9 ? * MON *)", "Asia/Kolkata", "2026-11-26T00:00:00Z", "2026-11-30T04:00" },
	{ "cron(0 12 * * ? *)", "Asia/Kathmandu", "2026-11-26T00:00:00Z", "2026-11-26T06:15" },
	/* spring: 02:00-03:00 does not exist in Berlin on 2027-03-28, so 02:30 does not run on that day */
	{ "cron(0 3 * * ? *)", "Europe/Berlin", "2027-03-27T12:00:00Z", "2027-03-28T01:00 2027-03-29T01:00" },
	{ "cron(30 2 28 3 ? 2027)", "Europe/Berlin", "2026-11-26T00:00:00Z", "-" },
	{ "cron(30 2 * * ? *)", "Europe/Berlin", "2027-03-27T12:00:00Z", "2027-03-29T00:30 2027-03-30T00:30" },
	{ "cron(0 2 * * ? *)", "America/New_York", "2027-03-13T12:00:00Z", "2027-03-15T06:00 2027-03-16T06:00" },
	{ "cron(0/30 1-3 * * ? *)", "Europe/Berlin", "2027-03-28T00:00:00Z",
	  "2027-03-28T00:30 2027-03-28T01:00 2027-03-28T01:30" },
	/* autumn: 02:00-03:00 comes twice on 2026-10-25; a run takes place the first time */
	{ "cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30 2026-10-26T01:30" },
	{ "cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-25T01:10:00Z", "2026-10-26T01:30" },
	{ "cron(30 1 * * ? *)", "America/New_York", "2026-10-31T12:00:00Z", "2026-11-01T05:30 2026-11-02T06:30" },
	{ "cron(0 * * * ? *)", "Europe/Berlin", "2026-10-24T23:30:00Z",
	  "2026-10-25T00:00 2026-10-25T02:00 2026-10-25T03:00" },
	/* the south, half an hour, midnight, and a day that was left out */
	{ "cron(15 2 * * ? *)", "Australia/Lord_Howe", "2026-10-03T12:00:00Z",
	  "2026-10-04T15:15 2026-10-05T15:15" },
	{ "cron(0 0 * * ? *)", "Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-24T21:00 2026-04-25T21:00" },
	{ "cron(0 12 30 12 ? *)", "Pacific/Apia", "2011-12-01T00:00:00Z", "2012-12-29T22:00 2013-12-29T22:00" },
	/* far behind the file's table: the rule at its end */
	{ "cron(30 2 * * ? *)", "Europe/Berlin", "2150-03-28T12:00:00Z", "2150-03-30T00:30 2150-03-31T00:30" },
	{ "cron(0 12 1 7 ? *)", "Europe/Dublin", "2100-01-01T00:00:00Z", "2100-07-01T11:00" },
	/* at */
	{ "at(2026-12-24T18:00:00)", "Europe/Berlin", "2026-11-26T00:00:00Z", "2026-12-24T17:00 -" },
	{ "at(2026-12-24T18:00:00)", "UTC", "2026-12-24T18:00:00Z", "-" },
	/* a time that never comes: the moment after the gap */
	{ "at(2027-03-28T02:30:00)", "Europe/Berlin", "2026-11-26T00:00:00Z", "2027-03-28T01:00 -" },
	/* rate, from the epoch */
	{ "rate(5 minutes)", "UTC", "2026-11-26T00:01:00Z", "2026-11-26T00:05 2026-11-26T00:10" },
	{ "rate(1 day)", "Europe/Berlin", "2026-11-26T00:01:00Z", "2026-11-27T00:00" },
};

static void test_runs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
		check_runs(runs[i].expr, runs[i].tz, runs[i].after, runs[i].runs);
}

static void test_rate_counts_from_its_start(void **state)
{
	struct cron c = parsed(" rate(2 hours) ");

	(void)state;
	c.start_ms = clock_parse("2026-11-26T10:07:30Z");
	assert_int_equal(cron_next(&c, NULL, c.start_ms - 5), c.start_ms);
	assert_int_equal(cron_next(&c, NULL, c.start_ms), c.start_ms + 7200000);
	assert_int_equal(cron_next(&c, NULL, c.start_ms + 7199999), c.start_ms + 7200000);
	assert_int_equal(parsed("rate(1 minute)").period_ms, 60000);
	assert_int_equal(parsed("rate(3 days)").period_ms, 3 * INT64_C(86400000));
}

static void test_unknown_zone_never_runs(void **state)
{
	struct cron c = parsed("cron(0 2 * * ? *)");

	(void)state;
	assert_int_equal(cron_next(&c, "Mars/Olympus", 0), 0);
}

/* expression, a part of the message: the field, and what was expected */
static const struct { const char *expr, *says; } refused[] = {
	{ NULL, "not a schedule expression" },
	{ "", "not a schedule expression" },
	{ "every day", "expected cron(" },
	{ "cron 0 2 * * ? *", "expected cron(" },
	{ "cron(0 2 * * ?)", "has 5 fields: expected 6" },
	{ "cron(0 2 * * ? * *)", "more than 6 fields" },
	{ "cron()", "has 0 fields" },
	{ "cron(60 2 * * ? *)", "the minutes field cannot be \"60\": expected 0 to 59" },
	{ "cron(0 24 * * ? *)", "the hours field cannot be \"24\"" },
	{ "cron(0 2 32 * ? *)", "the day-of-month field cannot be \"32\"" },
	{ "cron(0 2 0 * ? *)", "the day-of-month field cannot be \"0\"" },
	{ "cron(0 2 * 13 ? *)", "the month field cannot be \"13\"" },
	{ "cron(0 2 * JANUARY ? *)", "the month field cannot be \"JANUARY\"" },
	{ "cron(0 2 ? * 8 *)", "the day-of-week field cannot be \"8\"" },
	{ "cron(0 2 ? * FOO *)", "SUN to SAT" },
	{ "cron(0 2 * * ? 1969)", "the year field cannot be \"1969\": expected 1970 to 2199" },
	{ "cron(0 2 * * ? 2030-2027)", "the year field" },
	{ "cron(0 2 20-10 * ? *)", "the day-of-month field" },
	{ "cron(0 2 * * * *)", "exactly one of day-of-month (\"*\") and day-of-week (\"*\") must be ?" },
	{ "cron(0 2 ? * ? *)", "exactly one of" },
	{ "cron(? 2 * * ? *)", "the minutes field cannot be \"?\"" },
	{ "cron(0/0 2 * * ? *)", "the minutes field cannot be \"0/0\"" },
	{ "cron(0/ 2 * * ? *)", "the minutes field" },
	{ "cron(0/61 2 * * ? *)", "the minutes field" },
	{ "cron(1,,2 2 * * ? *)", "the minutes field cannot be \"1,,2\"" },
	{ "cron(1, 2 * * ? *)", "the minutes field" },
	{ "cron(-5 2 * * ? *)", "the minutes field" },
	{ "cron(5- 2 * * ? *)", "the minutes field" },
	{ "cron(0 2 W * ? *)", "the day-of-month field" },
	{ "cron(0 2 1-5W * ? *)", "the day-of-month field" },
	{ "cron(0 2 ? * 3#6 *)", "the day-of-week field" },
	{ "cron(0 2 ? * 3#1,6#3 *)", "day-of-week" },
	{ "cron(0 2 ? * MON,3#1 *)", "# allows no list" },
	{ "cron(0 2 ? * 15W *)", "the day-of-week field" },
	{ "rate(0 minutes)", "expected a number from 1" },
	{ "rate(5)", "is not a rate" },
	{ "rate(5 weeks)", "minutes, hours or days" },
	{ "rate(-5 minutes)", "is not a rate" },
	{ "rate(5 minutes extra)", "is not a rate" },
	{ "rate(99999999 minutes)", "is not a rate" },
	{ "at(2026-12-24)", "expected yyyy-mm-ddThh:mm:ss" },
	{ "at(2026-02-29T00:00:00)", "is not a date and time" },
	{ "at(2026-12-24T24:00:00)", "is not a date and time" },
	{ "at(2026-12-24 18:00:00)", "is not a date and time" },
	{ "at(2026-12-24T18:00:0Z)", "is not a date and time" },
};

static void test_what_is_refused_and_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct cron c;
		struct error err = ERROR_INIT;
		if (cron_parse(refused[i].expr, &c, &err) != ERR_INVALID)
			fail_msg("%s was taken", refused[i].expr);
		if (!strstr(err.message, refused[i].says))
			fail_msg("%s: \"%s\" does not say \"%s\"", refused[i].expr, err.message, refused[i].says);
	}
	char longer[400];
	struct cron c;
	memset(longer, '1', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(cron_parse(longer, &c, NULL), ERR_INVALID);
}

static const struct { const char *expr, *tz, *words; } words[] = {
	{ "cron(0 2 * * ? *)", "Europe/Berlin", "every day at 02:00 Europe/Berlin" },
	{ "cron(0,30 6,18 * * ? *)", NULL, "every day at 06:00, 06:30, 18:00 and 18:30" },
	{ "cron(0/15 * * * ? *)", "UTC", "every 15 minutes UTC" },
	{ "cron(* * * * ? *)", "", "every minute" },
	{ "cron(0 * * * ? *)", "", "every hour" },
	{ "cron(5 * * * ? *)", "", "at minute 5 of every hour" },
	{ "cron(0/15 8-17 ? * MON-FRI *)", "", "every 15 minutes from 08:00 to 17:59, Monday to Friday" },
	{ "cron(10 0/2 * * ? *)", "", "at minute 10 of every 2nd hour" },
	{ "cron(0 9 ? * SAT,SUN *)", "", "every Saturday and Sunday at 09:00" },
	{ "cron(0 9 ? * MON *)", "", "every Monday at 09:00" },
	{ "cron(0 9 ? * FRI-SUN *)", "", "Friday to Sunday at 09:00" },
	{ "cron(0 9 ? * 6L *)", "", "on the last Friday of the month at 09:00" },
	{ "cron(0 9 ? * 3#2 *)", "", "on the second Tuesday of the month at 09:00" },
	{ "cron(0 9 1 * ? *)", "", "on the 1st of the month at 09:00" },
	{ "cron(0 9 1,2,13,23 * ? *)", "", "on the 1st, 2nd, 13th and 23rd of the month at 09:00" },
	{ "cron(0 9 15W,L * ? *)", "",
	  "on the weekday nearest to the 15th and the last day of the month at 09:00" },
	{ "cron(0 9 LW JAN,JUL ? 2027)", "",
	  "on the last weekday of the month at 09:00 in January and July of 2027" },
	{ "rate(1 hour)", "Europe/Berlin", "every hour" },
	{ "rate(90 minutes)", "", "every 90 minutes" },
	{ "rate(7 days)", "", "every 7 days" },
	{ "at(2026-12-24T18:00:00)", "Europe/Berlin", "once, on 24 December 2026 at 18:00 Europe/Berlin" },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		struct cron c = parsed(words[i].expr);
		char out[256], few[8];
		assert_string_equal(cron_words(&c, words[i].tz, out, sizeof out), words[i].words);
		assert_true(strlen(cron_words(&c, words[i].tz, few, sizeof few)) < sizeof few);
	}
}

/* ---- zones ---- */

static void test_calendar(void **state)
{
	(void)state;
	for (int64_t d = -800000; d < 800000; d += 37) {
		int64_t y;
		int m, day;
		civil_date(d, &y, &m, &day);
		assert_int_equal(civil_days(y, m, day), d);
		struct tm tm;
		time_t t = (time_t)(d * 86400);
		gmtime_r(&t, &tm);
		assert_int_equal(tm.tm_year + 1900, y);
		assert_int_equal(tm.tm_mon + 1, m);
		assert_int_equal(tm.tm_mday, day);
		assert_int_equal(tm.tm_wday, civil_weekday(d));
	}
	assert_int_equal(civil_month_days(2100, 2), 28);
	assert_int_equal(civil_month_days(2000, 2), 29);
	assert_int_equal(civil_month_days(2026, 12), 31);
}

/* The C library's own reading, through TZ of this process only, as the judge. */
static void test_offsets_agree_with_the_c_library(void **state)
{
	static const char *const zones[] = { "Europe/Berlin", "America/New_York", "Asia/Kolkata",
	                                     "Australia/Lord_Howe",
		"Africa/Casablanca", "Pacific/Apia", "America/Sao_Paulo", "Europe/Dublin", "Asia/Tehran", "Asia/Gaza",
		"America/Nuuk", "Antarctica/Troll", "Africa/Cairo", "America/St_Johns", "Asia/Shanghai" };

	(void)state;
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		struct tz *z = tz_open(zones[i], NULL);
		assert_non_null(z);
		setenv("TZ", zones[i], 1);
		tzset();
		for (int64_t t = INT64_C(-3000000000); t < INT64_C(6000000000); t += 86400 * 5 + 1801) {
			struct tm tm;
			time_t at = (time_t)t;
			localtime_r(&at, &tm);
			if (tm.tm_gmtoff != tz_offset(z, t))
				fail_msg("%s at %lld: %ld, expected %ld", zones[i], (long long)t, (long)tz_offset(z, t),
				         (long)tm.tm_gmtoff);
		}
		tz_free(z);
	}
	unsetenv("TZ");
	tzset();
}

static void test_names_of_zones(void **state)
{
	static const char *const no[] = { "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe/", "Europe",
	                                  "Europe//Berlin",
		"Europe/./Berlin", "Europe/Ber lin", "zone.tab", "+02:00", "Europe/Berlin\n" };

	(void)state;
	for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
		struct error err = ERROR_INIT;
		struct tz *z = tz_open(no[i], &err);
		assert_null(z);
		assert_true(*err.message && *err.hint);
	}
	static const char *const utc[] = { NULL, "", "UTC", "Etc/UTC", "GMT" };
	for (size_t i = 0; i < sizeof utc / sizeof *utc; i++) {
		struct tz *z = tz_open(utc[i], NULL);
		assert_int_equal(tz_offset(z, 1234567890), 0);
		tz_free(z);
	}
}

static void test_rules(void **state)
{
	static const char *const good[] = { "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "<+0330>-3:30",
	                                    "EST5EDT,M3.2.0,M11.1.0",
		"IST-1GMT0,M10.5.0,M3.5.0/1", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "XXX3EDT4,0/0,J365/23",
			"AAA+1:02:03" };
	static const char *const bad[] = { "", "CE-1", "CET", "CET-1CEST", "CET-1CEST,M3.5.0",
	                                   "CET-1CEST,M13.5.0,M10.5.0",
		"CET-25", "CET-1CEST,M3.5.0,M10.5.0/3x", "CET-1CEST,J0,J3", "<+03", "CET-1CEST,M3.5.7,M10.5.0" };
	struct tz_rule r;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!tz_rule_parse(good[i], &r))
			fail_msg("%s was refused", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (tz_rule_parse(bad[i], &r))
			fail_msg("%s was taken", bad[i]);
	assert_true(tz_rule_parse("XXX3EDT4,0/0,J365/23", &r)); /* summer all year */
	for (int64_t t = 0; t < 86400 * 800; t += 3600)
		assert_int_equal(tz_rule_offset(&r, t), -4 * 3600);
}

static void test_damaged_files(void **state)
{
	char head[44] = "TZif2";
	struct error err = ERROR_INIT;

	(void)state;
	assert_null(tz_read("", 0, &err));
	assert_int_equal(err.code, ERR_CORRUPT);
	assert_null(tz_read("TZif2 but much too short", 24, NULL));
	memset(head + 20, 0xFF, 24);
	assert_null(tz_read(head, sizeof head, NULL));
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_runs), T(test_rate_counts_from_its_start), T(test_unknown_zone_never_runs),
		T(test_what_is_refused_and_why), T(test_words), T(test_calendar),
			T(test_offsets_agree_with_the_c_library),
		T(test_names_of_zones), T(test_rules), T(test_damaged_files),
	};
	return cmocka_run_group_tests_name("cron", tests, NULL, NULL);
}
