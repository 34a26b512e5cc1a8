#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/sql/quote.h"
#include "core/sql/types.h"

static const char *round_trip(struct arena *a, const char *text)
{
	const struct sql_type *t = sql_type_parse(a, text);
	return t ? sql_type_text(a, t) : NULL;
}

static void test_text_round_trip(void **state)
{
	(void)state;
	static const char *const same[] = {
		"int", "void", "decimal(10,2)", "array<map<string,bigint>>", "timestamp_ntz",
		"struct<a:int,b:array<struct<c:date>>>", "interval day to second", "interval month", "struct<>",
	};
	struct arena *a = arena_new();
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		assert_string_equal(round_trip(a, same[i]), same[i]);
	assert_string_equal(round_trip(a, "STRUCT< a : INTEGER , `b c` : Long >"), "struct<a:int,b c:bigint>");
	assert_string_equal(round_trip(a, "varchar(10)"), "string");
	assert_string_equal(round_trip(a, "decimal"), "decimal(10,0)");
	arena_free(a);
}

static void test_bad_text(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "int int", "decimal(39,2)", "decimal(5,6)", "array<int", "map<int>",
		                           "array<>", "struct<a>", "interval day to week", "nosuch" };
	struct arena *a = arena_new();
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_null(sql_type_parse(a, bad[i]));
	arena_free(a);
}

static void test_kernel_types(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct buf b = BUF_INIT;
	assert_null(sql_type_parse(a, "struct<a b c:int>"));
	buf_clear(&b);
	sql_type_kernel(&b, sql_type_parse(a, "struct<`a\"q`:array<timestamp>,m:map<string,decimal(5,1)>>"));
	assert_string_equal(buf_str(&b),
	                    "STRUCT(\"a\"\"q\" TIMESTAMPTZ[], \"m\" MAP(VARCHAR, DECIMAL(5,1)))");
	buf_free(&b);
	arena_free(a);
}

static void test_messages_form(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	assert_string_equal(sql_type_sql(a, sql_type_parse(a, "struct<a:int,b:map<string,int>>")),
	                    "STRUCT<a: INT, b: MAP<STRING, INT>>");
	arena_free(a);
}

static void test_quoting(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	sql_quote_string(&b, "it's\0x", 6);
	assert_string_equal(buf_str(&b), "('it''s' || chr(0) || 'x')");
	buf_clear(&b);
	sql_quote_blob(&b, "A\xff", 2);
	assert_string_equal(buf_str(&b), "'\\x41\\xFF'::BLOB");
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_round_trip), cmocka_unit_test(test_bad_text),
		cmocka_unit_test(test_kernel_types),    cmocka_unit_test(test_messages_form),
		cmocka_unit_test(test_quoting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
