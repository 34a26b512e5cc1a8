/* The function table against recorded Spark: for every accepted combination of argument types, the type and
 * the name of the result. Functions that are not in the table are counted, not failed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/sql/functions.h"
#include "core/sql/sql.h"

static struct sql_column COLUMNS[] = {
	{ "c0", "boolean", NULL, false },          { "c1", "tinyint", NULL, false },
	{ "c2", "int", NULL, false },              { "c3", "bigint", NULL, false },
	{ "c4", "double", NULL, false },           { "c5", "decimal(10,2)", NULL, false },
	{ "c6", "string", NULL, false },           { "c7", "binary", NULL, false },
	{ "c8", "date", NULL, false },             { "c9", "timestamp", NULL, false },
	{ "c10", "interval day", NULL, false },    { "c11", "array<int>", NULL, false },
	{ "c12", "array<string>", NULL, false },   { "c13", "map<string,int>", NULL, false },
	{ "c14", "struct<a:int>", NULL, false },
};
enum { N_COLUMNS = sizeof COLUMNS / sizeof *COLUMNS };

static int scan(void *ctx, const struct sql_source *src, const struct sql_schema *s, struct arena *a,
                const char **sql, struct error *err)
{
	(void)ctx, (void)src, (void)s, (void)err;
	*sql = arena_strdup(a, "scan()");
	return 0;
}

static int table_get(void *ctx, const char *db, const char *name, struct arena *a, struct sql_table *out,
                     struct error *err)
{
	(void)ctx, (void)db, (void)a;
	if (strcmp(name, "t"))
		return error_set(err, ERR_NOTFOUND, "no such table");
	out->name = "t";
	out->database = "default";
	out->schema.columns = COLUMNS;
	out->schema.n = N_COLUMNS;
	return 0;
}

static const struct sql_env world = { .scan = scan, .table_get = table_get };

/* The column of a type, by the types of an argument list "int,map<string,int>". */
static const char *next_column(char **list)
{
	for (size_t i = 0; i < N_COLUMNS; i++) {
		size_t n = strlen(COLUMNS[i].type);
		if (!strncmp(*list, COLUMNS[i].type, n) && ((*list)[n] == ',' || !(*list)[n])) {
			*list += n + ((*list)[n] == ',');
			return COLUMNS[i].name;
		}
	}
	return NULL;
}

struct counts {
	int rows, passed, unknown, type_wrong, name_wrong, refused;
};

static bool make_sql(const char *name, char *types, char *out, size_t size)
{
	int n = snprintf(out, size, "select `%s`(", name);
	for (int i = 0; *types; i++) {
		const char *c = next_column(&types);
		if (!c)
			return false;
		n += snprintf(out + n, size - (size_t)n, "%s%s", i ? ", " : "", c);
	}
	snprintf(out + n, size - (size_t)n, ") from t");
	return true;
}

static void check(struct sql_session *s, char **cell, struct counts *c)
{
	char sql[512], types[256];
	struct sql_plan *p = NULL;
	struct error err = ERROR_INIT;
	bool verbose = getenv("SQL_FUNCTIONS_VERBOSE") != NULL;
	snprintf(types, sizeof types, "%s", cell[1]);
	c->rows++;
	if (!sql_function_find(cell[0], NULL)) {
		c->unknown++;
		return;
	}
	if (!make_sql(cell[0], types, sql, sizeof sql))
		return;
	if (sql_compile(s, sql, 0, strlen(sql), &p, &err)) {
		c->refused++;
		if (verbose)
			print_message("refused %s: [%s] %s\n", sql, err.class_, err.message);
		return;
	}
	bool generator = p->schema.n != 1;
	bool type = generator || !strcmp(p->schema.columns[0].type, cell[2]);
	bool name = generator || !strcmp(p->schema.columns[0].name, cell[3]);
	c->type_wrong += !type;
	c->name_wrong += type && !name;
	c->passed += type && name;
	if (verbose && (!type || !name))
		print_message("%s: want %s %s, got %s %s\n", sql, cell[3], cell[2], p->schema.columns[0].name,
		              p->schema.columns[0].type);
	sql_plan_free(p);
}

static void test_recorded_types(void **state)
{
	(void)state;
	char *line = NULL;
	size_t cap = 0;
	struct counts c = { 0 };
	struct sql_session *s = sql_session_new(&world);
	FILE *f = fopen("tests/data/spark-function-types.tsv", "r");
	assert_non_null(f);
	while (getline(&line, &cap, f) > 0) {
		char *cell[4] = { 0 }, *rest = line;
		line[strcspn(line, "\n")] = '\0';
		if (*line == '#' || !strncmp(line, "function\t", 9))
			continue;
		for (int i = 0; i < 4 && rest; i++)
			cell[i] = strsep(&rest, "\t");
		if (cell[3])
			check(s, cell, &c);
	}
	print_message("%d rows: %d right, %d of functions not in the table, %d refused, %d with another type, %d with "
	              "another name\n", c.rows, c.passed, c.unknown, c.refused, c.type_wrong, c.name_wrong);
	free(line);
	fclose(f);
	sql_session_free(s);
	assert_true(c.rows > 6000);
	assert_true(c.passed >= 5690);
}

static void test_table_is_sound(void **state)
{
	(void)state;
	size_t n;
	const char *const *names = sql_function_names(&n);
	assert_true(n > 300);
	for (size_t i = 1; i < n; i++)
		assert_true(strcmp(names[i - 1], names[i]) < 0); /* sorted, no name twice */
	for (size_t i = 0; sql_function_at(i); i++) {
		int min, max;
		const struct sql_function *f = sql_function_at(i);
		sql_function_arity(f, &min, &max);
		assert_true(min >= 0 && (max < 0 || max >= min));
		assert_true(f->kernel || f->special != SP_NONE);
	}
}

static void test_aliases(void **state)
{
	(void)state;
	const char *shown;
	assert_string_equal(sql_function_find("UCASE", &shown)->name, "upper");
	assert_string_equal(shown, "ucase");
	assert_string_equal(sql_function_find("array_agg", &shown)->name, "collect_list");
	assert_string_equal(shown, "collect_list");
	assert_null(sql_function_find("nosuchfunction", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded_types),
		cmocka_unit_test(test_table_is_sound),
		cmocka_unit_test(test_aliases),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
