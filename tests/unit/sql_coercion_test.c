/* Every recorded meeting of two types against Spark's answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/sql/coercion.h"

static enum sql_op arith_op(const char *s)
{
	if (!strcmp(s, "+"))
		return SQL_OP_ADD;
	if (!strcmp(s, "-"))
		return SQL_OP_SUB;
	if (!strcmp(s, "*"))
		return SQL_OP_MUL;
	if (!strcmp(s, "/"))
		return SQL_OP_DIV;
	return !strcmp(s, "%") ? SQL_OP_MOD : SQL_OP_INTDIV;
}

/* Our answer in the table's notation; NULL where this module does not decide (dates, intervals). */
static const char *answer(struct arena *a, const char *op, const struct sql_type *x, const struct sql_type *y,
                          bool ansi)
{
	const struct sql_type *t = NULL;
	struct sql_arith ar;
	if (!strcmp(op, "coalesce") || !strcmp(op, "union"))
		t = sql_coerce_common(a, x, y, ansi);
	else if (!strcmp(op, "=") || !strcmp(op, "<"))
		t = sql_coerce_compare(a, x, y, *op == '=', ansi) ? sql_type_of(SQL_T_BOOLEAN) : NULL;
	else if (!strcmp(op, "in")) {
		t = sql_coerce_common(a, x, y, ansi);
		t = t && sql_type_orderable(t) ? sql_type_of(SQL_T_BOOLEAN) : NULL;
	} else if (!strcmp(op, "cast"))
		return sql_cast_allowed(x, y, ansi) ? "ok" : "no";
	else if (strchr("+-*/%d", *op)) {
		bool odd = sql_type_datetime(x) || sql_type_datetime(y) || sql_type_ansi_interval(x) ||
		           sql_type_ansi_interval(y);
		if (odd)
			return NULL;
		t = sql_coerce_arith(a, arith_op(op), x, y, ansi, &ar) ? ar.result : NULL;
	} else
		return NULL;
	return t ? sql_type_text(a, t) : "!";
}

static int check(struct arena *a, char **cell, bool ansi)
{
	const struct sql_type *x = sql_type_parse(a, cell[1]), *y = sql_type_parse(a, cell[2]);
	assert_non_null(x);
	assert_non_null(y);
	const char *want = ansi || !cell[4] || !*cell[4] ? cell[3] : cell[4];
	const char *got = answer(a, cell[0], x, y, ansi);
	if (!got || !strcmp(got, want) || (*got == '!' && *want == '!'))
		return 0;
	print_message("%s %s %s ansi=%d: want %s, got %s\n", cell[1], cell[0], cell[2], ansi, want, got);
	return 1;
}

static void test_recorded_table(void **state)
{
	(void)state;
	char line[1024];
	int bad = 0, n = 0;
	FILE *f = fopen("tests/data/spark-coercion.tsv", "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		char *cell[6] = { 0 }, *rest = line;
		line[strcspn(line, "\n")] = '\0';
		if (*line == '#' || !strncmp(line, "op\t", 3))
			continue;
		for (int i = 0; i < 5 && rest; i++)
			cell[i] = strsep(&rest, "\t");
		struct arena *a = arena_new();
		bad += check(a, cell, true) + check(a, cell, false);
		arena_free(a);
		n++;
	}
	fclose(f);
	assert_true(n > 5000);
	assert_int_equal(bad, 0);
}

static void test_decimal_results(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	const struct sql_type *d = sql_type_decimal(a, 38, 10);
	assert_string_equal(sql_type_text(a, sql_decimal_result(a, SQL_OP_MUL, d, d)), "decimal(38,6)");
	const struct sql_type *e = sql_type_decimal(a, 10, 2);
	assert_string_equal(sql_type_text(a, sql_decimal_result(a, SQL_OP_DIV, e, e)), "decimal(23,13)");
	arena_free(a);
}

static void test_store(void **state)
{
	(void)state;
	assert_true(sql_store_allowed(sql_type_of(SQL_T_BIGINT), sql_type_of(SQL_T_INT)));
	assert_false(sql_store_allowed(sql_type_of(SQL_T_STRING), sql_type_of(SQL_T_INT)));
	assert_true(sql_store_allowed(sql_type_of(SQL_T_DATE), sql_type_of(SQL_T_STRING)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded_table),
		cmocka_unit_test(test_decimal_results),
		cmocka_unit_test(test_store),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
