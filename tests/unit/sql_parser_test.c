#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/sql/dump.h"
#include "core/sql/parser.h"
#include "core/sql/print.h"
#include "core/sql/sql.h"

static int parse(struct arena *a, const char *text, struct sql_stmt **out, struct error *err)
{
	return sql_parse_statement(a, text, 0, strlen(text), NULL, NULL, out, err);
}

static char *read_data(const char *path)
{
	struct buf b = BUF_INIT;
	struct error err = ERROR_INIT;
	if (fs_read(path, 1 << 24, &b, &err))
		fail_msg("%s %s", err.message, err.detail);
	buf_addc(&b, '\0');
	return buf_steal(&b);
}

/* ---- trees ---- */

/* The file has pairs of lines: a statement, and "  => tree" or "  => ERR class". */
static void test_trees(void **state)
{
	(void)state;
	char *data = read_data("tests/data/sql-parse-cases.txt"), *rest = data, *sql;
	int n = 0;
	strsep(&rest, "\n");
	while ((sql = strsep(&rest, "\n")) && *sql) {
		const char *expected = strsep(&rest, "\n") + strlen("  => ");
		struct arena *a = arena_new();
		struct buf out = BUF_INIT;
		struct error err = ERROR_INIT;
		struct sql_stmt *s;
		if (parse(a, sql, &s, &err))
			buf_addf(&out, "ERR %s", err.class_);
		else
			sql_dump_stmt(&out, s);
		if (strcmp(buf_str(&out), expected) != 0)
			fail_msg("%s\n     is %s\n wanted %s\n%s", sql, buf_str(&out), expected, err.message);
		buf_free(&out);
		arena_free(a);
		n++;
	}
	assert_true(n > 100);
	free(data);
}

/* What a real Spark answered: it parses here exactly when it parsed there. */
static void test_recorded(void **state)
{
	(void)state;
	char *data = read_data("tests/data/spark-statements.jsonl"), *rest = data, *line;
	int n = 0;
	while ((line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		cJSON *j = cJSON_Parse(line); /* rows may hold NUL characters, which json_parse refuses */
		assert_non_null(j);
		const char *sql = json_str(j, "sql", ""), *error = json_str(j, "error", "");
		struct arena *a = arena_new();
		struct error err = ERROR_INIT;
		struct sql_stmt *s;
		bool refused = parse(a, sql, &s, &err) != 0;
		if (refused != (strcmp(error, "PARSE_SYNTAX_ERROR") == 0))
			fail_msg("%s\n%s: %s, recorded: %s", sql, err.class_, err.message, error);
		if (refused)
			assert_string_equal(err.class_, error);
		arena_free(a);
		cJSON_Delete(j);
		n++;
	}
	assert_true(n > 200);
	free(data);
}

/* ---- errors ---- */

static void assert_error(const char *sql, const char *class_name, const char *sqlstate, int line, int column,
                         const char *message)
{
	struct arena *a = arena_new();
	struct error err = ERROR_INIT;
	struct sql_stmt *s;
	assert_int_not_equal(parse(a, sql, &s, &err), 0);
	assert_null(s);
	assert_string_equal(err.class_, class_name);
	assert_string_equal(err.sqlstate, sqlstate);
	assert_int_equal(err.line, line);
	assert_int_equal(err.column, column);
	if (message)
		assert_string_equal(err.message, message);
	arena_free(a);
}

static void test_errors(void **state)
{
	(void)state;
	static const char syntax[] = "PARSE_SYNTAX_ERROR";
	assert_error("selec 1", syntax, "42601", 1, 1, "Syntax error at or near 'selec'.");
	assert_error("select 1 +", syntax, "42601", 1, 11, "Syntax error at or near end of input.");
	assert_error("select a\n  b c\nfrom t", syntax, "42601", 2, 5, "Syntax error at or near 'c'.");
	assert_error("select (1", syntax, "42601", 1, 10, NULL);
	assert_error("select 1)", syntax, "42601", 1, 9, "Syntax error at or near ')'.");
	assert_error("select 'abc", syntax, "42601", 1, 8, "Syntax error at or near '''.");
	assert_error("select $ 1", syntax, "42601", 1, 8, NULL);
	assert_error("select 1; select 2", syntax, "42601", 1, 11, NULL);
	assert_error("select a, from t", "TRAILING_COMMA_IN_SELECT", "42601", 1, 9, NULL);
	assert_error("select a is null is null", syntax, "42601", 1, 18, NULL);
	assert_error("select \xC3\xA9", "INVALID_IDENTIFIER", "42602", 1, 8, NULL);
	assert_error("select 128Y", "INVALID_NUMERIC_LITERAL_RANGE", "22003", 1, 8,
	             "Numeric literal 128 is outside the valid range for tinyint with minimum value of -128 and "
	             "maximum value of 127. Please adjust the value accordingly.");
	assert_error("select 1e400", "INVALID_NUMERIC_LITERAL_RANGE", "22003", 1, 8, NULL);
	assert_error("select 1e99999999999BD", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003", 1, 8, NULL);
	assert_error("select 999999999999999999999999999999999999999", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
	             1, 8, NULL);
	assert_error("select x'4g'", "INVALID_TYPED_LITERAL", "42604", 1, 8, NULL);
	assert_error("select b'1'", "UNSUPPORTED_TYPED_LITERAL", "0A000", 1, 8, NULL);
	assert_error("select cast(1 as foo)", "UNSUPPORTED_DATATYPE", "0A000", 1, 18, NULL);
	assert_error("select cast(1 as decimal(39,1))", "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003", 1, 18, NULL);
	assert_error("select interval '1-13' year to month", "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", "22006", 1, 8,
	             NULL);
	assert_error("select interval 99999999999999999 days", "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION", "22006", 1,
	             8, NULL);
	assert_error("select 1 + interval 1 month 2 days, 3", "_LEGACY_ERROR_TEMP_0029", "", 1, 12,
	             "Cannot mix year-month and day-time fields: interval 1 month 2 days.");
	assert_error("insert overwrite directory '/x' select 1", "NOT_SUPPORTED_COMMAND_WITHOUT_HIVE_SUPPORT", "0A000", 1,
	             33, NULL);
	assert_error("select a collate x", "UNSUPPORTED_FEATURE", "0A000", 1, 10, "COLLATE is not supported.");
	assert_error("update t set a = 1", "UNSUPPORTED_FEATURE", "0A000", 1, 1,
	             "The statement UPDATE is not supported.");
	assert_error("set -v x", "INVALID_SET_SYNTAX", "42000", 1, 1, NULL);
}

static void test_place_in_script(void **state)
{
	(void)state;
	const char *script = "select 1;\n\nselect a b\n  c from t;";
	size_t at = 0, begin, end;
	bool complete;
	struct arena *a = arena_new();
	struct error err = ERROR_INIT;
	struct sql_stmt *s;
	assert_true(sql_next_statement(script, strlen(script), &at, &begin, &end, &complete));
	assert_int_equal(sql_parse_statement(a, script, begin, end, NULL, NULL, &s, &err), 0);
	assert_true(sql_next_statement(script, strlen(script), &at, &begin, &end, &complete));
	assert_int_not_equal(sql_parse_statement(a, script, begin, end, NULL, NULL, &s, &err), 0);
	assert_int_equal(err.line, 4);
	assert_int_equal(err.column, 3);
	arena_free(a);
}

/* ---- depth ---- */

static char *repeat(const char *head, const char *piece, int n, const char *tail)
{
	struct buf b = BUF_INIT;
	buf_adds(&b, head);
	for (int i = 0; i < n; i++)
		buf_adds(&b, piece);
	buf_adds(&b, tail);
	return buf_steal(&b);
}

static void assert_depth(const char *piece, int n, const char *tail, bool fits)
{
	char *sql = repeat("select ", piece, n, tail);
	struct arena *a = arena_new();
	struct error err = ERROR_INIT;
	struct sql_stmt *s;
	int rc = parse(a, sql, &s, &err);
	if (fits)
		assert_int_equal(rc, 0);
	else
		assert_string_equal(err.class_, rc ? "FAILED_TO_PARSE_TOO_COMPLEX" : "");
	assert_int_equal(rc != 0, !fits);
	arena_free(a);
	free(sql);
}

static void assert_deep_type(void)
{
	char *type = repeat("", "array<", 100000, "int");
	struct arena *a = arena_new();
	struct error err = ERROR_INIT;
	const struct sql_type_ast *t;
	assert_int_equal(sql_parse_type(a, type, &t, &err), ERR_INVALID);
	assert_string_equal(err.class_, "FAILED_TO_PARSE_TOO_COMPLEX");
	arena_free(a);
	free(type);
}

static void test_depth(void **state)
{
	(void)state;
	assert_deep_type();
	assert_depth("(", 100000, "1", false);
	assert_depth("(select ", 100000, "1", false);
	assert_depth("- - ", 100000, "1", false);
	assert_depth("not ", 100000, "1", false);
	assert_depth("f(", 100000, "1", false);
	assert_depth("case when ", 100000, "1", false);
	assert_depth("x -> ", 100000, "1", false);
	assert_depth("1 + ", 100000, "1", false);
	assert_depth("1 union select ", 100000, "1", false);
	assert_depth("a and ", 100000, "a", true);
	assert_depth("a or b and not c or ", 20000, "a", true);
	assert_depth("a, ", 100000, "a", true);
	assert_depth("1 + ", 900, "1", true);
}

/* ---- names ---- */

/* What the resolver would know of the recorded table t. */
static bool hook(struct sql_printer *p, const struct sql_expr *e)
{
	bool map_field = e->kind == SQL_EX_COLUMN && e->column.name.n == 2 && strcmp(e->column.name.parts[0], "m") == 0;
	if (map_field && p->ctx)
		buf_addf(p->out, "m[%s]", e->column.name.parts[1]);
	else if (e->kind == SQL_EX_COLUMN && e->column.name.n == 1 && strcmp(e->column.name.parts[0], "current_date") == 0)
		buf_adds(p->out, "current_date()");
	else
		return false;
	return true;
}

/* These depend on the function's own row in the table of functions, or on types. */
static bool is_for_resolver(const char *sql)
{
	static const char *const prefixes[] = {"rank()", "explode", "posexplode", "inline", "stack", "lag(", "aggregate(",
	                                       "ceil(", "power(", "date_add", "d + ", "ts - ", "listagg", "string_agg",
	                                       "first(", "any_value", "current_user", "percentile_cont", "spark_catalog"};
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (strncmp(sql, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static void test_column_names(void **state)
{
	(void)state;
	char *data = read_data("tests/data/spark-column-names.tsv"), *rest = data, *line;
	int n = 0;
	while ((line = strsep(&rest, "\n"))) {
		char *tab = strchr(line, '\t'), *colon = tab ? strrchr(tab, ':') : NULL;
		if (*line == '#' || !tab || tab[1] == '!' || !colon)
			continue;
		/* types hold colons too: struct<x:int> */
		char *bracket = strstr(tab, ":struct<");
		*(bracket ? bracket : colon) = '\0';
		*tab = '\0';
		if (is_for_resolver(line))
			continue;
		struct arena *a = arena_new();
		struct error err = ERROR_INIT;
		struct sql_expr *e;
		if (sql_parse_expression(a, line, &e, &err))
			fail_msg("%s: %s", line, err.message);
		const char *name = e->kind == SQL_EX_ALIAS ? e->alias.names[0].name : sql_column_name(a, e, hook, NULL);
		if (strcmp(name, tab + 1) != 0)
			fail_msg("%s\n     is %s\n wanted %s", line, name, tab + 1);
		arena_free(a);
		n++;
	}
	assert_true(n > 80);
	free(data);
}

static void test_literal_names(void **state)
{
	(void)state;
	static const char *const names[][2] = {
		{"date'2024-1-5'", "DATE '2024-01-05'"},
		{"timestamp'2024-01-31'", "TIMESTAMP '2024-01-31 00:00:00'"},
		{"timestamp_ntz'2024-1-2 3:04:05.120'", "TIMESTAMP_NTZ '2024-01-02 03:04:05.12'"},
		{"timestamp'2024-01-01 00:00:00Z'", "TIMESTAMP '2024-01-01 00:00:00Z'"},
		{"cast(null as array<int>)", "NULL"}, {"cast(x + 1 as char(3))", "CAST((x + 1) AS STRING)"},
		{"try_cast('1' as decimal(5))", "TRY_CAST(1 AS DECIMAL(5,0))"}, {"interval -90 seconds", "INTERVAL '-90' SECOND"},
		{"lead(a, 2) over (order by b)",
		 "lead(a, 2) OVER (ORDER BY b ASC NULLS FIRST ROWS BETWEEN 2 FOLLOWING AND 2 FOLLOWING)"},
		{"count(*) over ()", "count(1) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"},
		{"a and b and c and d and e", "(((a AND b) AND c) AND (d AND e))"},
		{"1 || 'a' || 2", "concat(concat(1, a), 2)"}, {"c ilike any ('a')", "likeany(lower(c))"},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct arena *a = arena_new();
		struct sql_expr *e;
		assert_int_equal(sql_parse_expression(a, names[i][0], &e, NULL), 0);
		assert_string_equal(sql_column_name(a, e, NULL, NULL), names[i][1]);
		arena_free(a);
	}
}

static void assert_double(double v, bool is_float, const char *expected)
{
	struct buf b = BUF_INIT;
	sql_print_double(&b, v, is_float);
	assert_string_equal(buf_str(&b), expected);
	buf_free(&b);
}

static void test_doubles(void **state)
{
	(void)state;
	assert_double(1000, false, "1000.0");
	assert_double(1e7, false, "1.0E7");
	assert_double(12345678.9, false, "1.23456789E7");
	assert_double(9999999, false, "9999999.0");
	assert_double(0.001, false, "0.001");
	assert_double(1e-4, false, "1.0E-4");
	assert_double(0.1f, true, "0.1");
	assert_double(0.1f, false, "0.10000000149011612");
	assert_double(-0.0, false, "-0.0");
	assert_double(1.0 / 0.0, false, "Infinity");
	assert_double(123.456, false, "123.456");
	assert_double(1e-300, false, "1.0E-300");
}

static void test_types_and_schemas(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct error err = ERROR_INIT;
	const struct sql_type_ast *t;
	struct sql_field_ast *fields;
	size_t n;
	assert_int_equal(sql_parse_type(a, "array<array<struct<a:int, `b c` string>>>", &t, &err), 0);
	struct buf b = BUF_INIT;
	sql_dump_type(&b, t);
	assert_string_equal(buf_str(&b), "array<array<struct<a:int,b c:string>>>");
	buf_free(&b);
	assert_int_not_equal(sql_parse_type(a, "int int", &t, &err), 0);
	assert_int_equal(sql_parse_schema(a, "a int, b: string COMMENT 'x'", &fields, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_string_equal(fields[1].comment, "x");
	assert_int_equal(sql_parse_schema(a, "struct<a:int,b:string>", &fields, &n, &err), 0);
	assert_int_equal(n, 2);
	arena_free(a);
}

static void test_view_text(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	struct sql_stmt *s;
	assert_int_equal(parse(a, "create view v as  select `a b` from `t` ;", &s, NULL), 0);
	assert_string_equal(s->create_view.query_text, "select `a b` from `t`");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees), cmocka_unit_test(test_recorded), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_place_in_script), cmocka_unit_test(test_depth), cmocka_unit_test(test_column_names),
		cmocka_unit_test(test_literal_names), cmocka_unit_test(test_doubles), cmocka_unit_test(test_types_and_schemas), cmocka_unit_test(test_view_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
