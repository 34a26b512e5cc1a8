/* Metric math: every function and operator, values computed by hand; and errors that name their place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "core/base/buf.h"
#include "core/metrics/math.h"

#define T0 1795003200LL          /* 2026-11-18 12:00:00 UTC, a Wednesday */

/* Points by minute; NAN is a gap. */
static const struct {
	const char *id;
	double values[5];
} series[] = {
	{ "a", { 10, 20, 30, 40, 50 } },
	{ "b", { 1, NAN, 3, NAN, 5 } },
	{ "c", { -1.5, 2.5, -3.5, 4.5, NAN } },
	{ "empty", { NAN, NAN, NAN, NAN, NAN } },
};
#define SERIES (sizeof series / sizeof *series)

static struct math_series series_at(size_t i)
{
	struct math_series s = { .period = 60, .label = xstrdup(series[i].id) };

	for (int k = 0; k < 5; k++)
		math_series_add(&s, T0 + k * 60, series[i].values[k]);
	return s;
}

static int get(void *ctx, const char *id, struct math_value *out, struct error *err)
{
	(void)ctx;
	for (size_t i = 0; i < SERIES; i++)
		if (!strcmp(series[i].id, id)) {
			*out = (struct math_value){ .kind = MATH_SERIES, .n = 1, .series = xcalloc(1, sizeof *out->series) };
			out->series[0] = series_at(i);
			return 0;
		}
	return error_set(err, ERR_INVALID, "no %s", id);
}

static int metrics(void *ctx, const char *filter, struct math_value *out, struct error *err)
{
	(void)ctx;
	(void)err;
	*out = (struct math_value){ .kind = MATH_LIST, .series = xcalloc(SERIES, sizeof *out->series) };
	for (size_t i = 0; i < SERIES; i++)
		if (!filter || strstr(series[i].id, filter))
			out->series[out->n++] = series_at(i);
	return 0;
}

static int search(void *ctx, const char *query, const char *stat, int period, struct math_value *out,
                  struct error *err)
{
	assert_string_equal(stat, "Sum");
	assert_int_equal(period, 300);
	return metrics(ctx, query, out, err);
}

static const struct math_env env = { .start = T0, .end = T0 + 300, .period = 60, .get = get, .metrics = metrics,
                                     .search = search };

/* The result as text: "5", "@0=1 @60=2", or series joined by " | ". Errors: "! message". */
static void result(const char *text, char *out, size_t size)
{
	struct math_expr *e = NULL;
	struct math_value v = { 0 };
	struct error err = ERROR_INIT;
	struct buf b = BUF_INIT;

	if (math_parse(text, &e, &err) || math_eval(e, &env, &v, &err)) {
		buf_addf(&b, "! %s", err.message);
		assert_true(err.column >= 1);
	} else if (v.kind == MATH_NUMBER) {
		buf_addf(&b, "%g", v.number);
	}
	for (size_t i = 0; i < v.n; i++) {
		buf_adds(&b, i ? " | " : v.kind == MATH_LIST ? "[" : "");
		for (size_t k = 0; k < v.series[i].n; k++)
			buf_addf(&b, "%s@%d=%g", k ? " " : "", (int)(v.series[i].times[k] - T0), v.series[i].values[k]);
	}
	buf_adds(&b, v.kind == MATH_LIST ? v.n ? "]" : "[]" : "");
	snprintf(out, size, "%s", buf_str(&b));
	buf_free(&b);
	math_value_free(&v);
	math_free(e);
}

static const struct {
	const char *text, *want;
} good[] = {
	/* numbers and precedence */
	{ "1 + 2 * 3", "7" }, { "(1 + 2) * 3", "9" }, { "2 ^ 3", "8" }, { "-2 ^ 2", "4" }, { "10 - 2 - 3", "5" },
	{ "1 < 2", "1" }, { "2 <= 1", "0" }, { "1 == 1 && 2 != 2", "0" }, { "0 || 3 > 2", "1" }, { "1 AND 0 OR 1", "1" },
	{ "1.5e1", "15" }, { ".5 * 2", "1" },
	/* series with numbers and with series */
	{ "a + 1", "@0=11 @60=21 @120=31 @180=41 @240=51" }, { "100 - a", "@0=90 @60=80 @120=70 @180=60 @240=50" },
	{ "a * b", "@0=10 @120=90 @240=250" }, { "a / b", "@0=10 @120=10 @240=10" }, { "b / 0", "" },
	{ "a > 25", "@0=0 @60=0 @120=1 @180=1 @240=1" }, { "-b", "@0=-1 @120=-3 @240=-5" },
	{ "[a, b] * 2", "[@0=20 @60=40 @120=60 @180=80 @240=100 | @0=2 @120=6 @240=10]" },
	{ "b + [b, a]", "[@0=2 @120=6 @240=10 | @0=11 @120=33 @240=55]" },
	/* point by point */
	{ "ABS(c)", "@0=1.5 @60=2.5 @120=3.5 @180=4.5" }, { "CEIL(c)", "@0=-1 @60=3 @120=-3 @180=5" },
	{ "FLOOR(c)", "@0=-2 @60=2 @120=-4 @180=4" }, { "LOG10(a * 10)", "@0=2 @60=2.30103 @120=2.47712 @180=2.60206 "
	  "@240=2.69897" }, { "LOG(c)", "@60=0.916291 @180=1.50408" }, { "abs(0 - 3)", "3" },
	/* folding in time, and over an array */
	{ "SUM(a)", "150" }, { "AVG(b)", "3" }, { "MIN(c)", "-3.5" }, { "MAX(c)", "4.5" }, { "STDDEV(b)", "1.63299" },
	{ "DATAPOINT_COUNT(b)", "3" }, { "SUM([a, b])", "@0=11 @60=20 @120=33 @180=40 @240=55" },
	{ "AVG([a, b])", "@0=5.5 @60=20 @120=16.5 @180=40 @240=27.5" },
	{ "MAX(METRICS(\"b\"))", "@0=1 @120=3 @240=5" }, { "DATAPOINT_COUNT([a, b])", "@0=2 @60=1 @120=2 @180=1 @240=2" },
	{ "a / SUM(a) * 100", "@0=6.66667 @60=13.3333 @120=20 @180=26.6667 @240=33.3333" },
	/* neighbours */
	{ "DIFF(a)", "@60=10 @120=10 @180=10 @240=10" }, { "DIFF_TIME(b)", "@120=120 @240=120" },
	{ "RATE(a)", "@60=0.166667 @120=0.166667 @180=0.166667 @240=0.166667" },
	{ "RUNNING_SUM(b)", "@0=1 @120=4 @240=9" },
	/* filling */
	{ "FILL(b, 0)", "@0=1 @60=0 @120=3 @180=0 @240=5" }, { "FILL(b, REPEAT)", "@0=1 @60=1 @120=3 @180=3 @240=5" },
	{ "FILL(b, LINEAR)", "@0=1 @60=2 @120=3 @180=4 @240=5" }, { "FILL(b, a)", "@0=1 @60=20 @120=3 @180=40 @240=5" },
	{ "FILL(empty, 7)", "@0=7 @60=7 @120=7 @180=7 @240=7" }, { "FILL([b], -1)", "[@0=1 @60=-1 @120=3 @180=-1 @240=5]" },
	/* choice */
	{ "IF(a > 25, a, 0)", "@0=0 @60=0 @120=30 @180=40 @240=50" }, { "IF(a > 25, b)", "@120=3 @240=5" },
	{ "IF(1, 2, 3)", "2" }, { "IF(0, 2, a)", "@0=10 @60=20 @120=30 @180=40 @240=50" },
	/* arrays */
	{ "REMOVE_EMPTY([empty, b])", "[@0=1 @120=3 @240=5]" }, { "FIRST([b, a])", "@0=1 @120=3 @240=5" },
	{ "LAST([a, b])", "@0=1 @120=3 @240=5" }, { "SORT([b, a], SUM, DESC)",
	  "[@0=10 @60=20 @120=30 @180=40 @240=50 | @0=1 @120=3 @240=5]" },
	{ "SORT([a, b], AVG, ASC, 1)", "[@0=1 @120=3 @240=5]" }, { "SLICE([a, b, c], 1, 2)", "[@0=1 @120=3 @240=5]" },
	{ "SLICE([a, b], 1)", "[@0=1 @120=3 @240=5]" }, { "SEARCH('b', 'Sum', 300)", "[@0=1 @120=3 @240=5]" },
	/* time */
	{ "PERIOD(a)", "60" }, { "MINUTE(b)", "@0=0 @120=2 @240=4" }, { "HOUR(b)", "@0=12 @120=12 @240=12" },
	{ "DAY(b)", "@0=3 @120=3 @240=3" }, { "DATE(b)", "@0=18 @120=18 @240=18" },
	{ "MONTH(b)", "@0=11 @120=11 @240=11" }, { "YEAR(b)", "@0=2026 @120=2026 @240=2026" },
	{ "EPOCH(b) - 1795003200", "@0=0 @120=120 @240=240" }, { "TIME_SERIES(7)", "@0=7 @60=7 @120=7 @180=7 @240=7" },
};

static void test_values(void **state)
{
	char got[600];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		result(good[i].text, got, sizeof got);
		if (strcmp(got, good[i].want))
			fail_msg("%s gives %s, expected %s", good[i].text, got, good[i].want);
	}
}

static const struct {
	const char *text, *want;
} wrong[] = {
	{ "", "at position 1: something is missing at the end" }, { "1 +", "at position 4: something is missing at the end" },
	{ "a + * 2", "at position 5: \"*\" is not expected here" }, { "a b", "at position 3: \"b\" is not expected here" },
	{ "(1", "at position 3: \")\" is missing" }, { "[a, b", "at position 6: \"]\" or \",\" is missing" },
	{ "NOPE(a)", "at position 1: there is no function NOPE" }, { "2 * ABS()", "at position 5: ABS takes 1 argument, not 0" },
	{ "IF(1)", "at position 1: IF takes 2 to 3 arguments, not 1" }, { "ABS('x')", "at position 5: a text cannot stand here" },
	{ "'alone'", "at position 1: a text alone is no expression" }, { "'open", "at position 1: the text that begins here has "
	  "no end" }, { "[a, b] + [a]", "at position 8: two arrays of series cannot be combined" },
	{ "SUM(1)", "at position 1: SUM wants a series" }, { "FIRST(a)", "at position 1: FIRST wants an array" },
	{ "SORT([a], MEDIAN, ASC)", "at position 1: SORT orders by" }, { "nosuch + 1", "no nosuch" },
	{ "[1]", "at position 1: an array holds series" }, { "FIRST(REMOVE_EMPTY([empty]))", "at position 1: FIRST: the array "
	  "is empty" },
};

static void test_errors_name_their_place(void **state)
{
	char got[600];

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		result(wrong[i].text, got, sizeof got);
		if (got[0] != '!' || strncmp(got + 2, wrong[i].want, strlen(wrong[i].want)))
			fail_msg("%s: \"%s\", expected \"! %s…\"", wrong[i].text, got, wrong[i].want);
	}
}

static void test_deep_and_long_are_refused(void **state)
{
	char text[5000], got[600];

	(void)state;
	memset(text, '(', 300);
	text[300] = '\0';
	result(text, got, sizeof got);
	assert_non_null(strstr(got, "nested too deeply"));
	memset(text, '-', 300);
	result(text, got, sizeof got);
	assert_non_null(strstr(got, "nested too deeply"));
	for (int i = 0; i < 1200; i++)
		memcpy(text + i * 2, "1+", 2);
	strcpy(text + 2400, "1");
	result(text, got, sizeof got);
	assert_non_null(strstr(got, "too long"));
}

static void test_names(void **state)
{
	struct math_expr *e = NULL;
	struct str_list names = { 0 };

	(void)state;
	assert_int_equal(math_parse("SORT([m1, m2], AVG, DESC) + FILL(m1, REPEAT) / other_3", &e, NULL), 0);
	math_names(e, &names);
	assert_int_equal(names.len, 3);
	assert_string_equal(names.items[2], "other_3");
	str_list_free(&names);
	math_free(e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values), cmocka_unit_test(test_errors_name_their_place),
		cmocka_unit_test(test_deep_and_long_are_refused), cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
