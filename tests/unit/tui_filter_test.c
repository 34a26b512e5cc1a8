#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/filter.h"

static const struct filter_column cols[] = { { "NAME", 0 }, { "STATE", 0 }, { "AGE", FILTER_TIME }, { "COST", 0 },
	                                     { "MEM", 0 }, { "STATUS", 0 } };

struct row {
	const char *text[6];
	double num[6];
};

static const struct row etl = { { "nightly-etl", "RUNNING", "3h", "$1.24", "1.5G", "12:30" },
	                        { NAN, NAN, 3 * 3600e3, 1.24, 1.5 * 1073741824.0, NAN } };

static const char *get(void *ctx, size_t col, double *num)
{
	const struct row *r = ctx;
	*num = r->num[col];
	return r->text[col];
}

static bool match(const char *text)
{
	struct filter *f;
	struct error err = ERROR_INIT;
	if (filter_parse(&f, text, cols, 6, &err)) {
		print_message("'%s': %s\n", text, err.message);
		fail();
	}
	bool hit = filter_match(f, get, (void *)(uintptr_t)&etl);
	filter_free(f);
	return hit;
}

static void texts(void **state)
{
	(void)state;
	assert_true(match(""));
	assert_true(match("  "));
	assert_true(match("ETL"));
	assert_false(match("backfill"));
	assert_true(match("!backfill"));
	assert_false(match("!etl"));
	assert_true(match("etl running"));
	assert_false(match("etl waiting"));
	assert_true(match("\"nightly-etl\""));
	assert_true(match("12:30"));               /* a colon that is no operator */
	assert_true(match("/^night.*l$/"));
	assert_false(match("/^etl/"));
	assert_true(match("!/^etl/"));
	assert_true(match("~nghtl"));
	assert_false(match("~lthgn"));
	assert_true(match("~"));                   /* still being typed */
	assert_true(match("!"));
}

static void columns(void **state)
{
	(void)state;
	assert_true(match("state:run"));
	assert_true(match("name:/etl$/"));
	assert_true(match("name:~ntl"));
	assert_false(match("state=RUN"));
	assert_true(match("state=running"));
	assert_true(match("state!=WAITING"));
	assert_false(match("state!=RUNNING"));
	assert_true(match("!state=WAITING"));
	assert_true(match("na:etl"));              /* shortened */
	assert_true(match("name:\"nightly-etl\" cost>1"));
}

static void numbers(void **state)
{
	(void)state;
	assert_true(match("age>2h"));
	assert_false(match("age>4h"));
	assert_true(match("age<=180m"));
	assert_true(match("age=3h"));
	assert_true(match("cost>1 cost<$2"));
	assert_false(match("cost>=1.25"));
	assert_true(match("mem>=1.5g"));
	assert_true(match("mem<2Gi"));
	assert_false(match("mem>1600m"));          /* mega, for this is no time */
	assert_false(match("name>5"));             /* no number in that column: no match, no error */
}

static void wrong(const char *text, const char *says, int column)
{
	struct filter *f = NULL;
	struct error err = ERROR_INIT;
	assert_int_equal(filter_parse(&f, text, cols, 6, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, says));
	assert_int_equal(err.column, column);
}

static void errors(void **state)
{
	(void)state;
	wrong("nope>1", "no column", 1);
	wrong("etl sta=x", "no column (or more than one)", 5);
	wrong("age>", "a value is missing", 1);
	wrong("age>soon", "not a number", 1);
	wrong("/[/", "not a regular expression", 1);
	wrong("/abc", "wants a /", 1);
	wrong("\"abc", "not closed", 1);
	wrong("/a{1000}{1000}/", "not a regular expression", 1);
}

static void fuzzy_scores(void **state)
{
	int word, middle;
	(void)state;
	assert_true(filter_fuzzy("as", "add-step", &word));
	assert_true(filter_fuzzy("as", "canvas", &middle));
	assert_true(word > middle);
	assert_true(filter_fuzzy("", "x", NULL));
	assert_false(filter_fuzzy("x", "", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts), cmocka_unit_test(columns), cmocka_unit_test(numbers), cmocka_unit_test(errors),
		cmocka_unit_test(fuzzy_scores),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
