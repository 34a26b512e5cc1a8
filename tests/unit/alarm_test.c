/* Alarms: CloudWatch's published tables of evaluation, row by row, and what lies around them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "core/model/alarm.h"

enum { OK = ALARM_STATE_OK, ALARM = ALARM_STATE_ALARM, NODATA = ALARM_STATE_INSUFFICIENT, KEEP = 9 };

/* X breaches, 0 does not, - is missing; the most recent is on the right. */
struct row {
	const char *data;
	int filled;
	int by_missing, by_ignore, by_breaching, by_not_breaching;
};

static const struct row three_of_three[] = {
	{ "0-X-X", 0, OK, OK, OK, OK },
	{ "0----", 2, OK, OK, OK, OK },
	{ "-----", 3, NODATA, KEEP, ALARM, OK },
	{ "0XX-X", 0, ALARM, ALARM, ALARM, ALARM },
	{ "--X--", 2, ALARM, KEEP, ALARM, OK },
};

static const struct row two_of_three[] = {
	{ "0-X-X", 0, ALARM, ALARM, ALARM, ALARM },
	{ "00X0X", 0, ALARM, ALARM, ALARM, ALARM },
	{ "0-X--", 1, OK, OK, ALARM, OK },
	{ "----0", 2, OK, OK, ALARM, OK },
	{ "---X-", 2, ALARM, KEEP, ALARM, OK },
};

static size_t points_of(const char *data, struct alarm_point *out)
{
	size_t n = 0;

	for (; data[n]; n++)
		out[n] = (struct alarm_point){ .time = 1795000000 + (int64_t)n * 60,
		                               .value = data[n] == '-' ? NAN : data[n] == 'X' ? 10 : 1 };
	return n;
}

static struct metric_alarm *alarm_of(int m, int n, enum alarm_missing missing)
{
	struct metric_alarm *a = metric_alarm_new();

	a->periods = n;
	a->datapoints = m;
	a->missing = missing;
	a->compare = ALARM_GT;
	a->threshold = 5;
	a->ref.period = 60;
	a->ref.stat = xstrdup("Average");
	return a;
}

static struct alarm_verdict judge(int m, int n, enum alarm_missing missing, const char *data, enum alarm_state now)
{
	struct metric_alarm *a = alarm_of(m, n, missing);
	struct alarm_point points[64];
	size_t len = points_of(data, points);
	struct alarm_verdict v = alarm_evaluate(a, points, len, now);

	metric_alarm_free(a);
	return v;
}

static void check_cell(int m, const struct row *r, enum alarm_missing missing, int want)
{
	for (int now = 0; now < ALARM_STATES; now++) {
		struct alarm_verdict v = judge(m, 3, missing, r->data, (enum alarm_state)now);
		int expected = want == KEEP ? now : want;
		if ((int)v.state != expected || v.filled != r->filled)
			fail_msg("%d of 3, %s, %s: %s (filled %d), expected %s (filled %d)", m, r->data,
			         names_get(&alarm_missing_names, (int)missing), names_get(&alarm_state_names, (int)v.state),
			         v.filled, names_get(&alarm_state_names, expected), r->filled);
		assert_int_equal(v.kept, want == KEEP);
	}
}

static void check_table(int m, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		check_cell(m, &rows[i], ALARM_MISSING, rows[i].by_missing);
		check_cell(m, &rows[i], ALARM_IGNORE, rows[i].by_ignore);
		check_cell(m, &rows[i], ALARM_BREACHING, rows[i].by_breaching);
		check_cell(m, &rows[i], ALARM_NOT_BREACHING, rows[i].by_not_breaching);
	}
}

static void test_table_three_of_three(void **state)
{
	(void)state;
	check_table(3, three_of_three, sizeof three_of_three / sizeof *three_of_three);
}

static void test_table_two_of_three(void **state)
{
	(void)state;
	check_table(2, two_of_three, sizeof two_of_three / sizeof *two_of_three);
}

static void test_no_premature_alarm(void **state)
{
	static const char *const young[] = { "----X", "---X-", "---XX" };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (int now = 0; now < ALARM_STATES; now++) {
			struct alarm_verdict v = judge(3, 3, ALARM_MISSING, young[i], (enum alarm_state)now);
			assert_int_equal(v.state, now);
			assert_true(v.kept);
		}
	assert_int_equal(judge(3, 3, ALARM_MISSING, "--X--", ALARM_STATE_OK).state, ALARM);
	assert_int_equal(judge(3, 3, ALARM_MISSING, "--X-X", ALARM_STATE_OK).state, ALARM);
	/* A good point after the breach proves that it ended. */
	assert_int_equal(judge(3, 3, ALARM_MISSING, "--X0-", ALARM_STATE_ALARM).state, OK);
}

static void test_whole_data_looks_at_n_only(void **state)
{
	(void)state;
	assert_int_equal(judge(3, 3, ALARM_MISSING, "XX000", ALARM_STATE_ALARM).state, OK);
	assert_int_equal(judge(3, 3, ALARM_MISSING, "00XXX", ALARM_STATE_OK).state, ALARM);
	assert_int_equal(judge(1, 1, ALARM_MISSING, "00X", ALARM_STATE_OK).state, ALARM);
	assert_int_equal(judge(1, 1, ALARM_MISSING, "X-0", ALARM_STATE_ALARM).state, OK);
	assert_int_equal(judge(3, 5, ALARM_MISSING, "00X0X0X", ALARM_STATE_OK).state, ALARM);
	assert_int_equal(judge(3, 5, ALARM_MISSING, "X0X0X00", ALARM_STATE_OK).state, OK);
	/* Two real points breach: M is reached whatever the third would be. */
	assert_int_equal(judge(2, 3, ALARM_NOT_BREACHING, "---XX", ALARM_STATE_OK).state, ALARM);
}

static void test_comparisons(void **state)
{
	(void)state;
	assert_true(alarm_breaches(ALARM_GE, 5, 5) && !alarm_breaches(ALARM_GT, 5, 5));
	assert_true(alarm_breaches(ALARM_LE, 5, 5) && !alarm_breaches(ALARM_LT, 5, 5));
	assert_true(alarm_breaches(ALARM_GT, 6, 5) && alarm_breaches(ALARM_LT, 4, 5));
	assert_false(alarm_breaches(ALARM_OUTSIDE, 6, 5));
}

static void test_periods_and_range(void **state)
{
	struct metric_alarm *a = alarm_of(0, 3, ALARM_MISSING);

	(void)state;
	assert_int_equal(metric_alarm_datapoints(a), 3);
	assert_int_equal(metric_alarm_range(a), 5);
	assert_int_equal(metric_alarm_interval(a), 60);
	a->ref.period = 10;
	assert_int_equal(metric_alarm_interval(a), 10);
	a->ref.period = 3600;
	assert_int_equal(metric_alarm_interval(a), 600);
	struct metric_query q = { .id = xstrdup("e"), .expression = xstrdup("m*2"), .return_data = true };
	vec_push(&a->queries, q);
	q = (struct metric_query){ .id = xstrdup("m"), .ref = { .period = 300 } };
	vec_push(&a->queries, q);
	assert_int_equal(metric_alarm_period(a), 300);
	metric_alarm_free(a);
}

static void check_reason(int m, int n, enum alarm_missing missing, const char *data, enum alarm_state from,
                         const char *want)
{
	struct metric_alarm *a = alarm_of(m, n, missing);
	struct alarm_point points[64];
	size_t len = points_of(data, points);
	struct alarm_verdict v = alarm_evaluate(a, points, len, from);
	struct buf text = BUF_INIT;

	alarm_reason(a, &v, from, points, len, &text);
	assert_string_equal(buf_str(&text), want);
	buf_free(&text);
	metric_alarm_free(a);
}

static void test_reasons(void **state)
{
	(void)state;
	check_reason(2, 3, ALARM_MISSING, "0X0X", ALARM_STATE_OK,
	             "Threshold Crossed: 2 out of the last 3 datapoints [10.0 (18/11/26 11:09:40), "
	             "10.0 (18/11/26 11:07:40)] were greater than the threshold (5.0) "
	             "(minimum 2 datapoints for OK -> ALARM transition).");
	check_reason(1, 1, ALARM_MISSING, "X0", ALARM_STATE_ALARM,
	             "Threshold Crossed: 1 datapoint [1.0 (18/11/26 11:07:40)] was not greater than the threshold "
	             "(5.0).");
	check_reason(3, 3, ALARM_MISSING, "-----", ALARM_STATE_OK,
	             "Insufficient Data: 3 datapoints were unknown.");
	check_reason(1, 1, ALARM_BREACHING, "---", ALARM_STATE_OK,
	             "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated "
	             "as [Breaching], with the threshold (5.0) (minimum 1 datapoint for OK -> ALARM transition).");
}

static void test_reason_data(void **state)
{
	struct metric_alarm *a = alarm_of(1, 2, ALARM_MISSING);
	struct alarm_point points[4];
	size_t n = points_of("0-X", points);
	struct buf text = BUF_INIT;

	(void)state;
	alarm_reason_data(a, points, n, 1795000200123, &text);
	assert_string_equal(buf_str(&text), "{\"version\":\"1.0\",\"queryDate\":\"2026-11-18T11:10:00.123+0000\","
	                    "\"startDate\":\"2026-11-18T11:06:40.000+0000\",\"statistic\":\"Average\",\"period\":60,"
	                    "\"recentDatapoints\":[1.0,10.0],\"threshold\":5.0}");
	buf_free(&text);
	metric_alarm_free(a);
}

static void test_dimensions_are_sorted(void **state)
{
	struct pair_list l = { 0 };

	(void)state;
	pair_list_set(&l, "b", "1");
	pair_list_set(&l, "a", "2");
	metric_dims_sort(&l);
	assert_string_equal(l.items[0].key, "a");
	assert_string_equal(l.items[1].value, "1");
	pair_list_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_three_of_three), cmocka_unit_test(test_table_two_of_three),
		cmocka_unit_test(test_no_premature_alarm), cmocka_unit_test(test_whole_data_looks_at_n_only),
		cmocka_unit_test(test_comparisons), cmocka_unit_test(test_periods_and_range),
		cmocka_unit_test(test_reasons), cmocka_unit_test(test_reason_data),
		cmocka_unit_test(test_dimensions_are_sorted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
