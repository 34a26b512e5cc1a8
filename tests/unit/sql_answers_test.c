/* Statements with answers recorded from a real Spark, compiled and run on the kernel, compared in schema, rows
 * as spark-sql prints them, or error class. What does not pass yet is listed in tests/data/sql-known-failures.txt;
 * a listed statement that passes must leave the list. SQL_ANSWERS_VERBOSE=1 shows each difference. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/map.h"
#include "core/engine/kernel.h"
#include "core/engine/render.h"
#include "core/sql/sql.h"

static struct kernel kernel;
static bool have_kernel, verbose;
static struct map *known;

/* ---- a world without tables or files ---- */

static int no_describe(void *ctx, const struct sql_source *src, struct arena *a, struct sql_schema *out,
                       struct error *err)
{
	(void)ctx, (void)src, (void)a, (void)out;
	return error_set(err, ERR_NOTFOUND, "no files here");
}

static int no_scan(void *ctx, const struct sql_source *src, const struct sql_schema *s, struct arena *a,
                   const char **sql, struct error *err)
{
	(void)ctx, (void)src, (void)s, (void)a, (void)sql;
	return error_set(err, ERR_NOTFOUND, "no files here");
}

static int no_table(void *ctx, const char *db, const char *name, struct arena *a, struct sql_table *out,
                    struct error *err)
{
	(void)ctx, (void)db, (void)name, (void)a, (void)out;
	return error_set(err, ERR_NOTFOUND, "no tables here");
}

static int no_list(void *ctx, const char *db, struct arena *a, const char ***names, size_t *n, struct error *err)
{
	(void)ctx, (void)db, (void)a, (void)names, (void)err;
	*n = 0;
	return 0;
}

static int no_path(void *ctx, const char *db, const char *name, struct arena *a, const char **path,
                   struct error *err)
{
	(void)ctx, (void)db, (void)name, (void)a, (void)path;
	return error_set(err, ERR_NOTFOUND, "no tables here");
}

static const struct sql_env world = { NULL, no_describe, no_scan, no_table, no_list, no_path };

/* ---- running ---- */

struct answer {
	struct buf schema, rows;      /* rows: one line each */
	struct error err;
	bool failed;
};

static void answer_free(struct answer *a)
{
	buf_free(&a->schema);
	buf_free(&a->rows);
}

static void put_schema(const struct sql_schema *s, struct buf *out)
{
	buf_adds(out, "struct<");
	for (size_t i = 0; i < s->n; i++)
		buf_addf(out, "%s%s:%s", i ? "," : "", s->columns[i].name, s->columns[i].type);
	buf_addc(out, '>');
}

static void put_chunks(duckdb_result *res, const struct sql_schema *s, struct buf *out)
{
	size_t n = s->n;
	duckdb_logical_type types[256];
	const char *names[256], *spark[256];
	struct render_options o = { .format = RENDER_TSV };
	for (size_t i = 0; i < n && i < 256; i++) {
		types[i] = duck.column_logical_type(res, i);
		names[i] = s->columns[i].name;
		spark[i] = s->columns[i].type;
	}
	struct render *r = render_new(types, names, spark, NULL, n, &o);
	duckdb_data_chunk chunk;
	while ((chunk = duck.fetch_chunk(*res))) {
		render_bind(r, chunk);
		for (idx_t i = 0; i < duck.data_chunk_get_size(chunk); i++)
			render_row(r, i, out);
		duck.destroy_data_chunk(&chunk);
	}
	render_free(r);
	for (size_t i = 0; i < n && i < 256; i++)
		duck.destroy_logical_type(&types[i]);
}

static void run_plan(const struct sql_plan *p, struct answer *a)
{
	duckdb_result res;
	put_schema(&p->schema, &a->schema);
	for (size_t i = 0; p->kind == SQL_PLAN_ROWS && i < p->n_rows; i++)
		for (size_t j = 0; j < p->schema.n; j++)
			buf_addf(&a->rows, "%s%s", p->rows[i][j], j + 1 < p->schema.n ? "\t" : "\n");
	if (p->kind != SQL_PLAN_QUERY)
		return;
	if (duck.query(kernel.con, p->kernel_sql, &res) == DuckDBError) {
		sql_map_kernel_error(p, duck.result_error(&res), &a->err);
		a->failed = true;
		if (verbose && !*a->err.class_)
			print_message("    kernel: %s\n", p->kernel_sql);
	} else
		put_chunks(&res, &p->schema, &a->rows);
	duck.destroy_result(&res);
}

static void run(struct sql_session *s, const char *sql, struct answer *a)
{
	struct sql_plan *p = NULL;
	memset(a, 0, sizeof *a);
	if (sql_compile(s, sql, 0, strlen(sql), &p, &a->err)) {
		a->failed = true;
		return;
	}
	run_plan(p, a);
	sql_plan_free(p);
}

/* ---- statements ---- */

static char *expected_rows(const cJSON *rows)
{
	struct buf b = BUF_INIT;
	const cJSON *row;
	cJSON_ArrayForEach(row, rows)
		buf_addf(&b, "%s\n", row->valuestring);
	buf_adds(&b, "");
	return b.data ? buf_steal(&b) : xstrdup("");
}

static bool same(const cJSON *want, const struct answer *got)
{
	const char *error = json_str(want, "error", NULL);
	if (error)
		return got->failed && !strcmp(got->err.class_, error) &&
		       !strcmp(got->err.sqlstate, json_str(want, "sqlstate", ""));
	if (got->failed || strcmp(buf_str(&got->schema), json_str(want, "schema", "")))
		return false;
	char *rows = expected_rows(json_arr(want, "rows"));
	bool ok = !strcmp(rows, buf_str(&got->rows));
	free(rows);
	return ok;
}

static void show(const cJSON *want, const struct answer *got)
{
	char *rows = expected_rows(json_arr(want, "rows"));
	print_message("%s\n", json_str(want, "sql", "?"));
	if (json_str(want, "error", NULL))
		print_message("  want error %s\n", json_str(want, "error", ""));
	else
		print_message("  want %s\n%s", json_str(want, "schema", ""), rows);
	if (got->failed)
		print_message("  got error [%s] %s %s (line %d, %d)\n", got->err.class_, got->err.message,
		              got->err.sqlstate, got->err.line, got->err.column);
	else
		print_message("  got  %s\n%s", buf_str(&got->schema), buf_str(&got->rows));
	free(rows);
}

static int judge(const char *sql, bool passes)
{
	bool listed = map_has(known, sql);
	if (passes && listed)
		print_message("passes now, take it off the list: %s\n", sql);
	else if (!passes && !listed)
		print_message("FAILS: %s\n", sql);
	return passes == listed;
}

static void test_statements(void **state)
{
	(void)state;
	char *line = NULL;
	size_t cap = 0;
	int n = 0, passed = 0, wrong = 0;
	if (!have_kernel)
		skip();
	struct sql_session *s = sql_session_new(&world);
	FILE *f = fopen("tests/data/spark-statements.jsonl", "r");
	assert_non_null(f);
	for (ssize_t len; (len = getline(&line, &cap, f)) > 0; n++) {
		struct answer got;
		for (char *nul; (nul = strstr(line, "\\u0000"));) /* our JSON refuses NUL: never equal then */
			memcpy(nul, "(NUL) ", 6);
		cJSON *want = json_parse(line, (size_t)len, NULL);
		assert_non_null(want);
		run(s, json_str(want, "sql", ""), &got);
		bool ok = same(want, &got);
		passed += ok;
		wrong += judge(json_str(want, "sql", ""), ok);
		if (!ok && verbose)
			show(want, &got);
		answer_free(&got);
		cJSON_Delete(want);
	}
	print_message("%d of %d statements give Spark's answer\n", passed, n);
	free(line);
	fclose(f);
	sql_session_free(s);
	assert_int_equal(wrong, 0);
}

/* ---- single expressions: "type:value" as Python prints values ---- */

static bool value_like(const char *want, const char *got)
{
	if (!strcmp(want, "None"))
		return !strcmp(got, "NULL");
	if (!strcmp(want, "True") || !strcmp(want, "False"))
		return !strcasecmp(want, got);
	if (!strcmp(want, "nan"))
		return !strcmp(got, "NaN");
	if (strpbrk(want, "[({'"))
		return true; /* nested values are in spark-statements.jsonl */
	return !strcmp(want, got);
}

static bool same_expression(const char *want, const struct answer *got)
{
	if (!strncmp(want, "ERR ", 4))
		return got->failed && !strcmp(got->err.class_, want + 4);
	const char *colon = strchr(want, ':');
	if (got->failed || !colon)
		return false;
	if (!strncmp(want, "struct<", 7) || !strncmp(want, "array<", 6))
		colon = strrchr(want, '>') + 1;
	char *rows = xstrndup(buf_str(&got->rows), strcspn(buf_str(&got->rows), "\n"));
	char *type = xasprintf(":%.*s>", (int)(colon - want), want);
	const char *schema = buf_str(&got->schema);
	size_t n = strlen(schema), k = strlen(type);
	bool ok = n >= k && !strcmp(schema + n - k, type) && value_like(colon + 1, rows);
	free(type);
	free(rows);
	return ok;
}

static int check_expression(struct sql_session *s, const char *expr, const char *want, bool ansi, int *passed)
{
	struct answer got;
	char *sql = xasprintf("select %s", expr), *key = xasprintf("%s%s", ansi ? "" : "[not ansi] ", sql);
	sql_session_set(s, "spark.sql.ansi.enabled", ansi ? "true" : "false");
	run(s, sql, &got);
	bool ok = same_expression(want, &got);
	*passed += ok;
	int wrong = judge(key, ok);
	if (!ok && verbose)
		print_message("%s\n  want %s\n  got %s %s [%s] %s\n", key, want, buf_str(&got.schema),
		              buf_str(&got.rows), got.err.class_, got.err.message);
	answer_free(&got);
	free(sql);
	free(key);
	return wrong;
}

static void test_expressions(void **state)
{
	(void)state;
	char *line = NULL;
	size_t cap = 0;
	int n = 0, passed = 0, wrong = 0;
	if (!have_kernel)
		skip();
	struct sql_session *s = sql_session_new(&world);
	FILE *f = fopen("tests/data/spark-answers.tsv", "r");
	assert_non_null(f);
	while (getline(&line, &cap, f) > 0) {
		char *rest = line;
		line[strcspn(line, "\n")] = '\0';
		if (*line == '#' && line[1] == ' ')
			continue;
		char *expr = strsep(&rest, "\t"), *ansi = strsep(&rest, "\t"), *off = rest;
		wrong += check_expression(s, expr, ansi, true, &passed);
		n++;
		if (off && *off) {
			wrong += check_expression(s, expr, off, false, &passed);
			n++;
		}
	}
	print_message("%d of %d expressions give Spark's answer\n", passed, n);
	free(line);
	fclose(f);
	sql_session_free(s);
	assert_int_equal(wrong, 0);
}

static int setup(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	struct kernel_options o = { .threads = 1, .memory_mb = 512, .timezone = "UTC" };
	struct buf list = BUF_INIT;
	verbose = getenv("SQL_ANSWERS_VERBOSE") != NULL;
	known = map_new();
	if (!fs_read("tests/data/sql-known-failures.txt", 1 << 20, &list, NULL)) {
		char *rest = list.data, *line;
		while ((line = strsep(&rest, "\n")))
			if (*line && *line != '#')
				map_set(known, line, known);
	}
	buf_free(&list);
	if (!getenv("STOKER_DUCKDB"))
		setenv("STOKER_DUCKDB", ".deps/duckdb/lib/libduckdb.so", 1);
	if (kernel_load(&err)) {
		print_message("skipped, the kernel's library is absent: %s\n", err.message);
		return 0;
	}
	if (kernel_open(&kernel, &o, &err)) {
		print_message("the kernel does not open: %s\n", err.message);
		return -1;
	}
	have_kernel = true;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (have_kernel)
		kernel_close(&kernel);
	map_free(known, NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_expressions),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
