/* Single values as Spark prints them; expected texts are those of a real spark-sql. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/size.h"
#include "core/base/buf.h"
#include "core/engine/args.h"
#include "core/engine/format.h"
#include "core/engine/writer.h"

static char text[FORMAT_MAX + 1];

static const char *end(size_t n)
{
	text[n] = '\0';
	return text;
}

static void test_doubles(void **state)
{
	(void)state;
	static const struct {
		double v;
		const char *s;
	} cases[] = {
		{ 0.29, "0.29" }, { 5.02, "5.02" }, { 0.57, "0.57" }, { 0.285, "0.285" },
		{ 1e7, "1.0E7" }, { 1e-3, "0.001" }, { 9999999.0, "9999999.0" }, { 1e-4, "1.0E-4" },
		{ 123456789.123, "1.23456789123E8" }, { DBL_MAX, "1.7976931348623157E308" },
		{ 4.9e-324, "4.9E-324" }, { 100, "100.0" }, { 0, "0.0" }, { -0.0, "-0.0" }, { 2e-3, "0.002" },
		{ 1e16, "1.0E16" }, { 0.1 + 0.2, "0.30000000000000004" }, { DBL_MIN, "2.2250738585072014E-308" },
		{ NAN, "NaN" }, { INFINITY, "Infinity" }, { -INFINITY, "-Infinity" }, { -1.5, "-1.5" },
		{ 1234567.891, "1234567.891" }, { 0.1, "0.1" }, { 1.0 / 3, "0.3333333333333333" },
		{ 12345.6789, "12345.6789" }, { 1e23, "1.0E23" }, { 9007199254740993.0, "9.007199254740992E15" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(end(format_double(text, cases[i].v)), cases[i].s);
}

static void test_doubles_read_back(void **state)
{
	(void)state;
	uint64_t x = UINT64_C(88172645463325252);
	for (int i = 0; i < 20000; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		double v;
		memcpy(&v, &x, sizeof v);
		if (!isfinite(v))
			continue;
		assert_true(strtod(end(format_double(text, v)), NULL) == v);
		double cents = (double)(int64_t)(x % 100000000) / 100;
		assert_true(strtod(end(format_double(text, cents)), NULL) == cents);
	}
}

static void test_floats(void **state)
{
	(void)state;
	static const struct {
		float v;
		const char *s;
	} cases[] = {
		{ 1.1f, "1.1" }, { 1e10f, "1.0E10" }, { 1e-5f, "1.0E-5" }, { 16777216.0f, "1.6777216E7" },
		{ INFINITY, "Infinity" }, { -0.0f, "-0.0" }, { FLT_MAX, "3.4028235E38" }, { 0.001f, "0.001" },
		{ 1234567.0f, "1234567.0" }, { 12345678.0f, "1.2345678E7" }, { 0.1f, "0.1" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(end(format_float(text, cases[i].v)), cases[i].s);
}

static const char *decimal(int64_t v, int scale)
{
	return end(format_decimal(text, v < 0 ? -1 : 0, (uint64_t)v, scale));
}

static void test_decimals_and_integers(void **state)
{
	(void)state;
	assert_string_equal(decimal(150, 2), "1.50");
	assert_string_equal(decimal(-5, 4), "-0.0005");
	assert_string_equal(decimal(0, 18), "0.000000000000000000");
	assert_string_equal(decimal(7, 0), "7");
	assert_string_equal(end(format_decimal(text, 5421010862427522170, 687399551400673279, 38)),
	                    "0.99999999999999999999999999999999999999");
	assert_string_equal(end(format_int64(text, INT64_MIN)), "-9223372036854775808");
	assert_string_equal(end(format_hugeint(text, INT64_MIN, 0)), "-170141183460469231731687303715884105728");
	assert_string_equal(end(format_uhugeint(text, 1, 0)), "18446744073709551616");
}

static void test_dates(void **state)
{
	(void)state;
	assert_string_equal(end(format_date(text, 18262)), "2020-01-01");
	assert_string_equal(end(format_date(text, -719162)), "0001-01-01");
	assert_string_equal(end(format_date(text, 2932896)), "9999-12-31");
	assert_string_equal(end(format_date(text, 3789391)), "+12345-01-01");
	assert_string_equal(end(format_date(text, -735525)), "-0044-03-15");
	assert_string_equal(end(format_date(text, -1)), "1969-12-31");
	assert_string_equal(end(format_date(text, 11016)), "2000-02-29");
}

static void test_timestamps(void **state)
{
	(void)state;
	assert_string_equal(end(format_timestamp(text, INT64_C(1577840523100000), ' ')), "2020-01-01 01:02:03.1");
	assert_string_equal(end(format_timestamp(text, -1, ' ')), "1969-12-31 23:59:59.999999");
	assert_string_equal(end(format_timestamp(text, 0, 'T')), "1970-01-01T00:00:00");
}

static void test_intervals(void **state)
{
	(void)state;
	const int64_t s = 1000000, h = 3600 * s, d = 24 * h;
	assert_string_equal(end(format_year_month(text, 14)), "1-2");
	assert_string_equal(end(format_year_month(text, -1)), "-0-1");
	assert_string_equal(end(format_day_time(text, d + 2 * h + 183 * s + s + s / 2)),
	                    "1 02:03:04.500000000");
	assert_string_equal(end(format_day_time(text, -(d + 2 * h + 183 * s + s + s / 2))),
	                    "-1 02:03:04.500000000");
	assert_string_equal(end(format_day_time(text, 100 * h)), "4 04:00:00.000000000");
	assert_string_equal(end(format_calendar_interval(text, 14, 25, 5 * h + 367 * s + s / 2)),
	                    "1 years 2 months 25 days 5 hours 6 minutes 7.5 seconds");
	assert_string_equal(end(format_calendar_interval(text, 0, 0, 0)), "0 seconds");
	assert_string_equal(end(format_calendar_interval(text, -1, 0, -s / 2)), "-1 months -0.5 seconds");
}

static void test_zones(void **state)
{
	(void)state;
	const int64_t summer = INT64_C(1593561600000000), winter = INT64_C(1577836800000000);
	struct zone *z = zone_new("+01:30");
	assert_int_equal(zone_offset_us(z, 0), INT64_C(5400000000));
	zone_free(z);
	assert_null(zone_new("Mars/Olympus"));
	assert_null(zone_new("../../etc/passwd"));
	z = zone_new("America/New_York");
	if (!z)
		skip(); /* no tzdata here */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(zone_offset_us(z, summer), INT64_C(-14400000000));
		assert_int_equal(zone_offset_us(z, winter), INT64_C(-18000000000));
	}
	zone_free(z);
}

static void test_folder_names(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	writer_escape(&b, "a b/c:d=e%");
	assert_string_equal(buf_str(&b), "a b%2Fc%3Ad%3De%25");
	buf_clear(&b);
	writer_escape(&b, NULL);
	assert_string_equal(buf_str(&b), "__HIVE_DEFAULT_PARTITION__");
	buf_free(&b);
}

/* ---- spark-sql's command line ---- */

static int args(struct sql_args *o, struct error *err, const char *line)
{
	static char copy[512];
	static char *argv[32];
	int n = 0;
	strcpy(copy, line);
	for (char *p = strtok(copy, " "); p; p = strtok(NULL, " "))
		argv[n++] = p;
	return sql_args_read(n, argv, o, err);
}

static void test_command_line(void **state)
{
	(void)state;
	struct sql_args o;
	struct error err = ERROR_INIT;
	assert_int_equal(args(&o, &err, "spark-sql -f s3://b/x.sql -d a=1 --hivevar b=2=3 --conf k=v "
	                                "--database db -S --executor-memory 2g --num-executors=3 --master yarn"),
	                 0);
	assert_string_equal(o.file, "s3://b/x.sql");
	assert_int_equal(o.n_vars, 2);
	assert_string_equal(o.vars[1].value, "2=3");
	assert_string_equal(o.conf[0].key, "k");
	assert_true(o.silent);
	assert_int_equal(o.executor_mem_mb, 2048);
	assert_int_equal(o.executors, 3);
	assert_int_equal(args(&o, &err, "spark-sql --frobnicate"), ERR_INVALID);
	assert_non_null(strstr(err.message, "--frobnicate"));
	assert_int_equal(args(&o, &err, "spark-sql --jars x.jar"), ERR_UNSUPPORTED);
	assert_int_equal(args(&o, &err, "spark-sql -f"), ERR_INVALID);
	assert_int_equal(args(&o, &err, "spark-sql -e x -f y"), ERR_INVALID);
	assert_int_equal(args(&o, &err, "spark-sql -d novalue"), ERR_INVALID);
	assert_int_equal(args(&o, &err, "spark-sql stray"), ERR_INVALID);
}

static void test_sizes(void **state)
{
	(void)state;
	assert_int_equal(size_mb("4g"), 4096);
	assert_int_equal(size_mb("512M"), 512);
	assert_int_equal(size_mb("2048k"), 2);
	assert_int_equal(size_mb("1.5g"), 1536);
	assert_int_equal(size_mb("700"), 700);
	assert_int_equal(size_mb(""), -1);
	assert_int_equal(size_mb("x"), -1);
	assert_int_equal(size_mb("-1g"), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_doubles), cmocka_unit_test(test_doubles_read_back),
		cmocka_unit_test(test_floats), cmocka_unit_test(test_decimals_and_integers),
		cmocka_unit_test(test_dates), cmocka_unit_test(test_timestamps), cmocka_unit_test(test_intervals),
		cmocka_unit_test(test_zones), cmocka_unit_test(test_folder_names),
		cmocka_unit_test(test_command_line), cmocka_unit_test(test_sizes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
