/* Statements to plans over a small made-up world: one table, one folder of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/sql/sql.h"

static struct sql_column SALES[] = {
	{ "id", "bigint", NULL, false },
	{ "amount", "decimal(10,2)", "in euros", false },
	{ "day", "date", NULL, true },
};

static const char *SALES_PATHS[] = { "/lake/sales" };

static int describe(void *ctx, const struct sql_source *src, struct arena *a, struct sql_schema *out,
                    struct error *err)
{
	(void)ctx, (void)a;
	if (src->declared) {
		*out = *src->declared;
		return 0;
	}
	if (strcmp(src->paths[0], "/lake/sales")) {
		error_set(err, ERR_NOTFOUND, "no such path");
		error_class(err, "PATH_NOT_FOUND", "42K03");
		return ERR_NOTFOUND;
	}
	out->columns = SALES;
	out->n = 3;
	return 0;
}

static int scan(void *ctx, const struct sql_source *src, const struct sql_schema *s, struct arena *a,
                const char **sql, struct error *err)
{
	(void)ctx, (void)s, (void)err;
	*sql = arena_printf(a, "read_%s('%s')", src->format, src->paths[0]);
	return 0;
}

static int table_get(void *ctx, const char *db, const char *name, struct arena *a, struct sql_table *out,
                     struct error *err)
{
	(void)ctx, (void)a;
	if (strcmp(name, "sales"))
		return error_set(err, ERR_NOTFOUND, "no such table");
	memset(out, 0, sizeof *out);
	out->database = db;
	out->name = "sales";
	out->schema = (struct sql_schema){ SALES, 3 };
	out->source = (struct sql_source){ .format = "parquet", .paths = SALES_PATHS, .n_paths = 1 };
	out->managed = true;
	return 0;
}

static int table_list(void *ctx, const char *db, struct arena *a, const char ***names, size_t *n, struct error *err)
{
	static const char *list[] = { "sales" };
	(void)ctx, (void)db, (void)a, (void)err;
	*names = list;
	*n = 1;
	return 0;
}

static int table_path(void *ctx, const char *db, const char *name, struct arena *a, const char **path,
                      struct error *err)
{
	(void)ctx, (void)db, (void)err;
	*path = arena_printf(a, "/warehouse/%s", name);
	return 0;
}

static const struct sql_env world = { NULL, describe, scan, table_get, table_list, table_path };

static int setup(void **state)
{
	*state = sql_session_new(&world);
	return 0;
}

static int teardown(void **state)
{
	sql_session_free(*state);
	return 0;
}

static struct sql_plan *compile(void **state, const char *sql)
{
	struct sql_plan *p = NULL;
	struct error err = ERROR_INIT;
	if (sql_compile(*state, sql, 0, strlen(sql), &p, &err))
		fail_msg("%s\n[%s] %s", sql, err.class_, err.message);
	return p;
}

static void refuse(void **state, const char *sql, const char *class_name, int line, int column)
{
	struct sql_plan *p = NULL;
	struct error err = ERROR_INIT;
	int rc = sql_compile(*state, sql, 0, strlen(sql), &p, &err);
	assert_int_not_equal(rc, 0);
	assert_string_equal(err.class_, class_name);
	assert_int_equal(err.line, line);
	assert_int_equal(err.column, column);
	assert_int_equal(strlen(err.sqlstate), 5);
}

static void nothing(void **state, const char *sql)
{
	struct sql_plan *p = compile(state, sql);
	assert_int_equal(p->kind, SQL_PLAN_NOTHING);
	sql_plan_free(p);
}

static void test_query(void **state)
{
	struct sql_plan *p = compile(state, "select day, sum(amount) from sales where id > 5 group by day order by 2 desc");
	assert_int_equal(p->kind, SQL_PLAN_QUERY);
	assert_true(p->ordered);
	assert_int_equal(p->schema.n, 2);
	assert_string_equal(p->schema.columns[1].name, "sum(amount)");
	assert_string_equal(p->schema.columns[1].type, "decimal(20,2)");
	assert_non_null(strstr(p->kernel_sql, "read_parquet('/lake/sales')"));
	assert_non_null(p->tree);
	sql_plan_free(p);
}

/* A name of the user's never reaches the kernel unquoted, nor a string. */
static void test_quoting(void **state)
{
	struct sql_plan *p = compile(state, "select 'a''b' as `x\"; drop`, \"it's\"");
	assert_non_null(strstr(p->kernel_sql, "\"x\"\"; drop\""));
	assert_non_null(strstr(p->kernel_sql, "'it''s'"));
	sql_plan_free(p);
}

static void test_errors_have_places(void **state)
{
	refuse(state, "select id,\n  nosuch\nfrom sales", "UNRESOLVED_COLUMN.WITH_SUGGESTION", 2, 3);
	refuse(state, "select * from\n nothere", "TABLE_OR_VIEW_NOT_FOUND", 2, 2);
	refuse(state, "select id, sum(amount) from sales", "MISSING_AGGREGATION", 1, 8);
	refuse(state, "select id + day from sales", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", 1, 8);
	refuse(state, "select frobnicate(id) from sales", "UNRESOLVED_ROUTINE", 1, 8);
	refuse(state, "select id from sales where sum(id) > 1", "INVALID_WHERE_CONDITION", 1, 28);
	refuse(state, "select s.id from sales s, sales t where id = 1", "AMBIGUOUS_REFERENCE", 1, 41);
	refuse(state, "select row_number() from sales", "WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", 1, 8);
	refuse(state, "select 1 from sales group by 2", "GROUP_BY_POS_OUT_OF_RANGE", 1, 30);
	refuse(state, "select id from sales order by 7", "ORDER_BY_POS_OUT_OF_RANGE", 1, 31);
	refuse(state, "selec 1", "PARSE_SYNTAX_ERROR", 1, 1);
}

static void test_suggestions(void **state)
{
	struct sql_plan *p = NULL;
	struct error err = ERROR_INIT;
	const char *sql = "select amuont from sales";
	assert_int_not_equal(sql_compile(*state, sql, 0, strlen(sql), &p, &err), 0);
	assert_non_null(strstr(err.message, "[`sales`.`amount`,"));
}

static void test_views(void **state)
{
	nothing(state, "create temp view v as select id, amount * 2 as twice from sales");
	refuse(state, "create temp view v as select 1", "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", 1, 18);
	nothing(state, "create or replace temp view w (a, b) as select id, twice from v");
	struct sql_plan *p = compile(state, "select x.a, y.b from w x join w y on x.a = y.a");
	assert_string_equal(p->schema.columns[1].type, "decimal(12,2)");
	sql_plan_free(p);
	nothing(state, "drop view w");
	refuse(state, "select * from w", "TABLE_OR_VIEW_NOT_FOUND", 1, 15);
	nothing(state, "drop view if exists w");
}

static void test_view_of_files(void **state)
{
	nothing(state, "create temporary view f using csv options (path '/lake/sales', header true)");
	struct sql_plan *p = compile(state, "select * from f");
	assert_int_equal(p->schema.n, 3);
	assert_non_null(strstr(p->kernel_sql, "read_csv('/lake/sales')"));
	sql_plan_free(p);
	refuse(state, "create temp view g using parquet options (path '/nowhere')", "PATH_NOT_FOUND", 1, 1);
	refuse(state, "create temp view g using orc options (path '/nowhere')", "DATA_SOURCE_NOT_FOUND", 1, 1);
}

static void test_insert(void **state)
{
	struct sql_plan *p = compile(state, "insert overwrite sales partition (day = '2024-01-01') select 1, 2.5");
	assert_int_equal(p->kind, SQL_PLAN_INSERT);
	assert_true(p->insert.overwrite);
	assert_int_equal(p->schema.n, 3);
	assert_string_equal(p->schema.columns[1].type, "decimal(10,2)");
	assert_int_equal(p->insert.n_partition_by, 1);
	assert_string_equal(p->insert.static_spec[0].value, "2024-01-01");
	sql_plan_free(p);
	refuse(state, "insert into sales select 1", "INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", 1, 1);
	refuse(state, "insert into sales select true, 1, current_date()",
	       "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", 1, 1);
	refuse(state, "insert into nosuch values (1)", "TABLE_OR_VIEW_NOT_FOUND", 1, 13);
}

static void test_insert_directory(void **state)
{
	struct sql_plan *p = compile(state, "insert overwrite directory '/out' using csv options (sep '|') select 1 a");
	assert_int_equal(p->kind, SQL_PLAN_INSERT);
	assert_string_equal(p->insert.to.format, "csv");
	assert_string_equal(p->insert.to.paths[0], "/out");
	assert_string_equal(p->insert.to.options[0].key, "sep");
	sql_plan_free(p);
	refuse(state, "insert overwrite directory '/out' using parquet select 1 a, 2 a", "COLUMN_ALREADY_EXISTS", 1, 1);
}

static void test_create_table(void **state)
{
	struct sql_plan *p = compile(state, "create table t using parquet partitioned by (day) as select day, id from sales");
	assert_int_equal(p->kind, SQL_PLAN_CREATE_TABLE);
	assert_string_equal(p->table.source.paths[0], "/warehouse/t");
	assert_true(p->table.managed);
	assert_string_equal(p->table.schema.columns[1].name, "day"); /* partition columns go last */
	assert_string_equal(p->schema.columns[1].name, "day");
	assert_true(p->table.schema.columns[1].partition);
	sql_plan_free(p);
	p = compile(state, "create table u (a int, b string comment 'x') location '/lake/u'");
	assert_false(p->table.managed);
	assert_null(p->kernel_sql);
	assert_string_equal(p->table.schema.columns[1].comment, "x");
	sql_plan_free(p);
	nothing(state, "create table if not exists sales (a int)");
	refuse(state, "create table sales (a int)", "TABLE_OR_VIEW_ALREADY_EXISTS", 1, 14);
	nothing(state, "drop table if exists nosuch");
	refuse(state, "drop table nosuch", "TABLE_OR_VIEW_NOT_FOUND", 1, 12);
}

static void test_rows(void **state)
{
	struct sql_plan *p = compile(state, "set spark.sql.ansi.enabled = false");
	assert_int_equal(p->kind, SQL_PLAN_ROWS);
	assert_string_equal(p->rows[0][1], "false");
	sql_plan_free(p);
	p = compile(state, "select '1' + 1");
	assert_string_equal(p->schema.columns[0].type, "double");
	sql_plan_free(p);
	p = compile(state, "describe sales");
	assert_string_equal(p->rows[0][0], "id                  ");
	assert_string_equal(p->rows[1][2], "in euros");
	sql_plan_free(p);
	p = compile(state, "show tables like 's*'");
	assert_int_equal(p->n_rows, 1);
	assert_string_equal(p->rows[0][0], "sales");
	sql_plan_free(p);
	p = compile(state, "explain select id from sales");
	assert_non_null(strstr(p->rows[0][0], "Scan sales"));
	sql_plan_free(p);
}

static void test_variables(void **state)
{
	sql_session_define(*state, "limit", "5");
	struct sql_plan *p = compile(state, "select id from sales where id < ${limit} and id > ${hivevar:limit}");
	assert_non_null(strstr(p->kernel_sql, "'5'"));
	sql_plan_free(p);
}

static void test_kernel_errors(void **state)
{
	struct error err = ERROR_INIT;
	(void)state;
	sql_map_kernel_error(NULL, "Out of Range Error: Overflow in addition of INT32 (2147483647 + 1)!", &err);
	assert_string_equal(err.class_, "ARITHMETIC_OVERFLOW");
	sql_map_kernel_error(NULL, "Invalid Input Error: [DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012\nmore", &err);
	assert_string_equal(err.class_, "DIVIDE_BY_ZERO");
	assert_string_equal(err.sqlstate, "22012");
	assert_string_equal(err.message, "Division by zero.");
	sql_map_kernel_error(NULL, "something else", &err);
	assert_string_equal(err.message, "something else");
}

static void test_words(void **state)
{
	size_t n;
	const char *const *words = sql_completion_words(&n);
	(void)state;
	assert_true(n > 500);
	for (size_t i = 1; i < n; i++)
		assert_true(strcmp(words[i - 1], words[i]) <= 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_query), T(test_quoting), T(test_errors_have_places), T(test_suggestions), T(test_views),
		T(test_view_of_files), T(test_insert), T(test_insert_directory), T(test_create_table), T(test_rows),
		T(test_variables), T(test_kernel_errors), T(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
