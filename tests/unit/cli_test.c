/* The command line's own parts: options, tables, what a name means, how words are quoted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/json.h"
#include "views/cli/ask.h"
#include "views/cli/help.h"
#include "views/cli/plan.h"
#include "views/cli/table.h"

static const struct cli_option own[] = {
	{ "all", 'a', NULL, "" }, { "name", 'n', "NAME", "" }, { "count", 0, "N", "" }, { 0 },
};
static const struct cli_option common[] = { { "json", 0, NULL, "" }, { 0 } };

#define ARGV(...) char *argv[] = { "cmd", __VA_ARGS__, NULL }; int argc = (int)(sizeof argv / sizeof *argv) - 1

static void options_and_words_mix(void **state)
{
	struct cli_args a;
	struct error err = ERROR_INIT;
	ARGV("one", "--name", "x", "two", "-a", "-ny", "--json", "--", "--not", "-an");

	(void)state;
	assert_int_equal(cli_parse(argc, argv, own, common, &a, &err), 0);
	assert_int_equal(a.argc, 2);
	assert_string_equal(a.argv[0], "one");
	assert_string_equal(a.argv[1], "two");
	assert_string_equal(cli_opt(&a, "name"), "y");
	assert_true(cli_flag(&a, "all"));
	assert_true(cli_flag(&a, "json"));
	assert_null(cli_opt(&a, "count"));
	assert_int_equal(a.n_rest, 2);
	assert_string_equal(a.rest[0], "--not");
	cli_args_free(&a);
}

static void words_on_both_sides_of_the_dashes(void **state)
{
	struct cli_args a;
	struct error err = ERROR_INIT;
	ARGV("j-1", "--", "spark-submit", "--class", "x");

	(void)state;
	assert_int_equal(cli_parse(argc, argv, own, common, &a, &err), 0);
	assert_int_equal(a.argc, 1);
	assert_int_equal(a.n_rest, 3);
	assert_string_equal(a.rest[0], "spark-submit");
	cli_args_free(&a);
}

static void check_refused(int argc, char **argv, const char *says)
{
	struct cli_args a;
	struct error err = ERROR_INIT;

	assert_int_equal(cli_parse(argc, argv, own, common, &a, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, says));
	cli_args_free(&a);
}

static void wrong_options_are_named(void **state)
{
	(void)state;
	{ ARGV("--nosuch"); check_refused(argc, argv, "--nosuch"); }
	{ ARGV("-z"); check_refused(argc, argv, "-z"); }
	{ ARGV("--name"); check_refused(argc, argv, "--name needs a value"); }
	{ ARGV("x", "-n"); check_refused(argc, argv, "--name needs a value"); }
	{ ARGV("--all=3"); check_refused(argc, argv, "--all takes no value"); }
}

static void numbers_have_bounds(void **state)
{
	struct cli_args a;
	struct error err = ERROR_INIT;
	int n;
	ARGV("--count", "12x");

	(void)state;
	assert_int_equal(cli_parse(argc, argv, own, common, &a, &err), 0);
	assert_int_equal(cli_opt_int(&a, "count", 1, 0, 99, &n, &err), ERR_INVALID);
	cli_args_free(&a);
	argv[2] = "99";
	argv[1] = "--count";
	assert_int_equal(cli_parse(3, argv, own, common, &a, &err), 0);
	assert_int_equal(cli_opt_int(&a, "count", 1, 0, 99, &n, &err), 0);
	assert_int_equal(n, 99);
	assert_int_equal(cli_opt_int(&a, "count", 1, 0, 98, &n, &err), ERR_INVALID);
	cli_args_free(&a);
}

static void spans(void **state)
{
	(void)state;
	assert_int_equal(cli_parse_span("90"), 90000);
	assert_int_equal(cli_parse_span("1.5s"), 1500);
	assert_int_equal(cli_parse_span("5m"), 300000);
	assert_int_equal(cli_parse_span("2h"), 7200000);
	assert_int_equal(cli_parse_span("1d"), 86400000);
	assert_int_equal(cli_parse_span(""), -1);
	assert_int_equal(cli_parse_span("-1"), -1);
	assert_int_equal(cli_parse_span("5x"), -1);
	assert_int_equal(cli_parse_span("5mm"), -1);
	assert_int_equal(cli_parse_span("1e99"), -1);
}

static void tables_align_by_cells(void **state)
{
	struct text_table *t = text_table_new();
	struct buf out = BUF_INIT;

	(void)state;
	text_table_column(t, "NAME", TABLE_LEFT, true);
	text_table_column(t, "N", TABLE_RIGHT, false);
	text_table_column(t, "LAST", TABLE_LEFT, false);
	text_table_cell(t, "", "äöü");
	text_table_cell(t, "", "%d", 7);
	text_table_cell(t, "", "x");
	text_table_cell(t, "", "日本");
	text_table_cell(t, "", "%d", 1234);
	text_table_cell(t, "\033[31m", "bad\033[2Jone");
	text_table_note(t, "why");
	text_table_render(t, 0, false, &out);
	assert_string_equal(buf_str(&out), "NAME     N  LAST\n"
	                                   "äöü      7  x\n"
	                                   "日本  1234  bad?[2Jone\n"
	                                   "    why\n");
	text_table_free(t);
	buf_free(&out);
}

static void narrow_tables_are_cut(void **state)
{
	struct text_table *t = text_table_new();
	struct buf out = BUF_INIT;

	(void)state;
	text_table_column(t, "ID", TABLE_LEFT, false);
	text_table_column(t, "NAME", TABLE_LEFT, true);
	text_table_cell(t, "", "j-123456");
	text_table_cell(t, "", "a name that is long");
	text_table_render(t, 20, false, &out);
	assert_string_equal(buf_str(&out), "ID        NAME\nj-123456  a name th…\n");
	buf_clear(&out);
	text_table_render(t, 0, true, &out);
	assert_non_null(strstr(buf_str(&out), "a name that is long"));
	assert_non_null(strstr(buf_str(&out), "\033[1mID"));
	text_table_free(t);
	buf_free(&out);
}

static const char *match(const cJSON *items, const char *what, const char *word)
{
	const cJSON *found;
	struct error err = ERROR_INIT;
	int rc = ask_match(items, what, word, strcmp(what, "step") ? ask_cluster_ended : ask_step_ended, &found, &err);

	if (rc) {
		assert_int_equal(rc, ERR_NOTFOUND);
		return strstr(err.message, "fits") ? "many" : "none";
	}
	return json_str(found, "Id", "");
}

static void names_find_clusters(void **state)
{
	static const char text[] =
		"[{\"Id\":\"j-C3\",\"Name\":\"etl\",\"Status\":{\"State\":\"WAITING\"}},"
		"{\"Id\":\"j-B2\",\"Name\":\"etl\",\"Status\":{\"State\":\"TERMINATED\"}},"
		"{\"Id\":\"j-A1\",\"Name\":\"adhoc\",\"Status\":{\"State\":\"TERMINATED\"}},"
		"{\"Id\":\"j-A0\",\"Name\":\"adhoc\",\"Status\":{\"State\":\"TERMINATED_WITH_ERRORS\"}},"
		"{\"Id\":\"j-D4\",\"Name\":\"two\",\"Status\":{\"State\":\"RUNNING\"}},"
		"{\"Id\":\"j-D5\",\"Name\":\"two\",\"Status\":{\"State\":\"RUNNING\"}}]";
	cJSON *items = json_parse(text, strlen(text), NULL);

	(void)state;
	assert_string_equal(match(items, "cluster", "j-B2"), "j-B2");
	assert_string_equal(match(items, "cluster", "etl"), "j-C3");
	assert_string_equal(match(items, "cluster", "adhoc"), "j-A1");
	assert_string_equal(match(items, "cluster", "et"), "j-C3");
	assert_string_equal(match(items, "cluster", "B"), "j-B2");
	assert_string_equal(match(items, "cluster", "j-c"), "j-C3");
	assert_string_equal(match(items, "cluster", "two"), "many");
	assert_string_equal(match(items, "cluster", "j-D"), "many");
	assert_string_equal(match(items, "cluster", "nope"), "none");
	cJSON_Delete(items);
}

static void names_find_the_newest_step(void **state)
{
	static const char text[] = "[{\"Id\":\"s-2\",\"Name\":\"load\",\"Status\":{\"State\":\"COMPLETED\"}},"
	                           "{\"Id\":\"s-1\",\"Name\":\"load\",\"Status\":{\"State\":\"RUNNING\"}}]";
	cJSON *items = json_parse(text, strlen(text), NULL);

	(void)state;
	assert_string_equal(match(items, "step", "load"), "s-2");
	assert_string_equal(match(items, "step", "s-1"), "s-1");
	cJSON_Delete(items);
}

static void words_are_quoted_for_the_shell(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	plan_word(&b, "plain-1.2/x");
	plan_word(&b, "");
	plan_word(&b, "it's $x");
	assert_string_equal(buf_str(&b), " plain-1.2/x '' 'it'\\''s $x'");
	buf_free(&b);
}

static void commands_are_found(void **state)
{
	size_t n;
	const struct cli_command *const *all = cli_commands(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(cli_find(all[i]->name), all[i]);
		assert_true(*all[i]->summary && all[i]->words && all[i]->about && all[i]->args);
	}
	assert_non_null(cli_find("clu"));
	assert_null(cli_find("co"));       /* console, cost */
	assert_null(cli_find("s"));        /* steps, scale, sql, server */
	assert_null(cli_find(""));
	assert_null(cli_find("nosuch"));
}

static void units(void **state)
{
	char b[32];

	(void)state;
	assert_string_equal(cli_money(-1, b, sizeof b), "unknown");
	assert_string_equal(cli_money(0.0042, b, sizeof b), "$0.0042");
	assert_string_equal(cli_money(12.345, b, sizeof b), "$12.35");
	assert_string_equal(cli_count(812, b, sizeof b), "812");
	assert_string_equal(cli_count(2900000, b, sizeof b), "2.9M");
	assert_string_equal(cli_time(0, b, sizeof b), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_and_words_mix), cmocka_unit_test(words_on_both_sides_of_the_dashes),
		cmocka_unit_test(wrong_options_are_named), cmocka_unit_test(numbers_have_bounds), cmocka_unit_test(spans),
		cmocka_unit_test(tables_align_by_cells), cmocka_unit_test(narrow_tables_are_cut),
		cmocka_unit_test(names_find_clusters), cmocka_unit_test(names_find_the_newest_step),
		cmocka_unit_test(words_are_quoted_for_the_shell), cmocka_unit_test(commands_are_found),
		cmocka_unit_test(units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
