/* The toolkit on a real terminal: golden screens of the demo in every kind of terminal, what keys do, and
 * how many bytes that costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "tests/console/term.h"

static struct term *start(int w, int h, const char *type, const char *lang, const char *const *env,
                          const char *arg, const char *value)
{
	const char *argv[] = { term_demo("demo"), arg, value, NULL };
	struct term_options o = { .w = w, .h = h, .type = type, .lang = lang, .env = env, .argv = argv };
	struct term *t = term_start(&o);
	term_wait(t, "? help");
	term_settle(t, 60);
	return t;
}

static void quit(struct term *t)
{
	term_keys(t, "q");
	int status = term_wait_exit(t);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(term_alternate(t));
	assert_true(term_cursor_visible(t));
	assert_true(term_cooked(t));
	term_free(t);
}

/* ---- golden screens ---- */

static void home_80x24_utf8(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, NULL, NULL, NULL, NULL);
	term_golden_styles(t, "demo-home-80x24-256");
	quit(t);
}

static void home_200x60_utf8(void **state)
{
	(void)state;
	struct term *t = start(200, 60, NULL, NULL, NULL, "--rows", "60");
	term_golden(t, "demo-home-200x60");
	quit(t);
}

static void home_ascii(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, "C", NULL, NULL, NULL);
	term_golden(t, "demo-home-80x24-ascii");
	quit(t);
}

static void home_block(void **state)
{
	(void)state;
	const char *env[] = { "STOKER_GLYPHS=block", NULL };
	struct term *t = start(80, 24, NULL, NULL, env, NULL, NULL);
	term_golden(t, "demo-home-80x24-block");
	quit(t);
}

static void home_mono_vt100(void **state)
{
	(void)state;
	struct term *t = start(80, 24, "vt100", "C", NULL, NULL, NULL);
	term_golden_styles(t, "demo-home-80x24-vt100");
	quit(t);
}

static void home_no_color(void **state)
{
	(void)state;
	const char *env[] = { "NO_COLOR=1", NULL };
	struct term *t = start(80, 24, NULL, NULL, env, NULL, NULL);
	size_t n;
	const char *log = term_log(t, &n);
	assert_null(memmem(log, n, "38;5;", 5));
	assert_null(memmem(log, n, "[3", 2) ? strstr(log, "[31m") : NULL);
	term_golden_styles(t, "demo-home-80x24-nocolor");
	quit(t);
}

static void home_truecolor(void **state)
{
	(void)state;
	const char *env[] = { "COLORTERM=truecolor", NULL };
	struct term *t = start(80, 24, NULL, NULL, env, NULL, NULL);
	size_t n;
	const char *log = term_log(t, &n);
	assert_non_null(memmem(log, n, "38;2;", 5));
	assert_null(memmem(log, n, "38;5;", 5));
	term_golden_styles(t, "demo-home-80x24-truecolor");
	quit(t);
}

static void home_16_colours(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, NULL, NULL, "--color", "16");
	term_golden_styles(t, "demo-home-80x24-16");
	quit(t);
}

static void narrow_40x10(void **state)
{
	(void)state;
	struct term *t = start(40, 10, NULL, NULL, NULL, NULL, NULL);
	term_golden(t, "demo-home-40x10");
	quit(t);
}

static void graphs_screen(void **state)
{
	(void)state;
	struct term *t = start(100, 30, NULL, NULL, NULL, NULL, NULL);
	term_keys(t, "p");
	term_wait(t, "CPU by kind");
	term_keys(t, "<left><left><left>");
	term_wait(t, "08:40:45");
	term_settle(t, 60);
	term_golden(t, "demo-graphs-100x30");
	term_keys(t, "<esc>");
	term_wait(t, "Clusters");
	quit(t);
}

static void log_screen(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, NULL, NULL, NULL, NULL);
	term_keys(t, "l");
	term_wait(t, "follow");
	term_keys(t, "/fetchfailed<enter>");
	term_wait(t, "matches");
	term_keys(t, "NN");
	term_settle(t, 60);
	term_golden_styles(t, "demo-log-80x24");
	term_keys(t, "w<end>");
	term_wait(t, "wrap");
	term_settle(t, 60);
	term_golden(t, "demo-log-wrapped-80x24");
	term_keys(t, "<esc>");
	term_wait(t, "Clusters");
	quit(t);
}

static void help_screen(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, NULL, NULL, NULL, NULL);
	term_keys(t, "?");
	term_wait(t, "Keys and commands");
	term_settle(t, 60);
	term_golden(t, "demo-help-80x24");
	/* What cannot be done says why; what can is run by Enter. */
	term_keys(t, "add-step");
	term_wait(t, "no cluster here takes");
	term_keys(t, "<ctrl-u>graphs<enter>");
	term_wait(t, "CPU by kind");
	term_keys(t, "<esc>");
	term_wait(t, "Clusters");
	quit(t);
}

/* ---- keys ---- */

static void form_checks(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, NULL, NULL, NULL, NULL);
	term_keys(t, "c");
	term_wait(t, "Create cluster");
	term_keys(t, "ab<tab>");
	term_keys(t, "<shift-tab>");
	term_wait(t, "at least three characters");
	term_settle(t, 60);
	term_golden_styles(t, "demo-form-80x24");
	term_keys(t, "<ctrl-u>adhoc<tab><right><tab><ctrl-u>7");
	term_wait(t, "8 nodes");
	term_keys(t, "<ctrl-s>");
	term_wait(t, "of that name is there already");
	/* A pasted newline is text, not Enter. */
	term_keys(t, "<ctrl-u>");
	term_paste(t, "pas\nted");
	term_wait(t, "pas?ted");
	term_keys(t, "<enter><enter><enter><right>");
	term_wait(t, "Bid");
	term_keys(t, "<ctrl-s>");
	term_wait(t, "pas?ted is starting (m5.2xlarge, ends when idle)");
	quit(t);
}

static void confirm_levels(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, NULL, NULL, NULL, NULL);
	term_keys(t, "X");
	term_wait(t, "Terminate nightly-etl");
	term_settle(t, 60);
	term_golden_styles(t, "demo-plan-80x24");
	term_keys(t, "<enter>");
	term_wait(t, "exactly");
	term_keys(t, "nightly<enter>");
	term_wait(t, "exactly");
	term_keys(t, "-etl<enter>");
	term_wait(t, "terminating j-");
	term_keys(t, "<down>+");
	term_wait(t, "Terminate adhoc");
	term_keys(t, "<enter>");
	term_wait(t, "Enter does not confirm");
	term_keys(t, "n");
	term_wait_gone(t, "Terminate adhoc");
	term_keys(t, "<ctrl-x>adhoc<enter><enter>");
	term_wait(t, "say why");
	term_keys(t, "too old<enter>");
	term_wait(t, ": too old");
	quit(t);
}

static void filter_and_command(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, NULL, NULL, NULL, NULL);
	term_keys(t, "/state=RUNNING");
	term_wait(t, "/state=RUNNING3");
	term_keys(t, " cpu>x");
	term_wait(t, "not a number");
	term_keys(t, "<esc>");
	term_wait(t, "─ 12 ╮");
	term_keys(t, ":so<tab>");
	term_wait(t, "sort-next");
	term_keys(t, "<ctrl-u>sort cost<enter>");
	term_wait(t, "clickstre");
	term_keys(t, ":nonsense<enter>");
	term_wait(t, "there is no command 'nonsense'");
	term_keys(t, ":<up>");
	term_wait_line(t, -1, ":nonsense");
	term_keys(t, "<esc>");
	term_wait_line(t, -1, "? help");
	term_keys(t, "<ctrl-e>");
	term_wait(t, "Messages");
	term_keys(t, "<esc>");
	term_wait_gone(t, "Messages");
	quit(t);
}

static void clicks(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, NULL, NULL, NULL, NULL);
	term_click(t, 5, 6);
	term_wait_line(t, 6, "▌ ünïcode");
	term_click(t, 5, 6);
	term_wait(t, "opened j-");
	term_keys(t, "j");
	term_wait(t, "? help");
	term_click(t, 53, 23);
	term_wait(t, "Keys and commands");
	term_keys(t, "<esc>");
	term_wait_gone(t, "Keys and commands");
	quit(t);
}

/* Selection stays on its row while the data are turned over, and order waits while a dialog is open. */
static void selection_is_an_id(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, NULL, NULL, NULL, NULL);
	term_keys(t, ":sort cpu<enter><home>");
	term_wait_line(t, 3, "94%");
	term_wait_line(t, 3, "▌ nightly-e");
	uint64_t before = term_bytes(t);
	term_keys(t, "<ctrl-r>");
	term_wait_output(t, before); /* the turned data */
	/* Now, and a second later when the new order shows, the selection is where its row is. */
	assert_true(term_shows(t, "▌ nightly-e"));
	term_settle(t, 1200);
	assert_true(term_shows(t, "▌ nightly-e"));
	quit(t);
}

static void read_only(void **state)
{
	(void)state;
	struct term *t = start(80, 24, NULL, NULL, NULL, "--read-only", NULL);
	assert_false(term_shows(t, "terminate"));
	term_keys(t, "X");
	term_wait(t, "read-only");
	quit(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(home_80x24_utf8), cmocka_unit_test(home_200x60_utf8), cmocka_unit_test(home_ascii),
		cmocka_unit_test(home_block), cmocka_unit_test(home_mono_vt100), cmocka_unit_test(home_no_color),
		cmocka_unit_test(home_truecolor), cmocka_unit_test(home_16_colours), cmocka_unit_test(narrow_40x10),
		cmocka_unit_test(graphs_screen), cmocka_unit_test(log_screen), cmocka_unit_test(help_screen),
		cmocka_unit_test(form_checks), cmocka_unit_test(confirm_levels), cmocka_unit_test(filter_and_command),
		cmocka_unit_test(clicks), cmocka_unit_test(selection_is_an_id), cmocka_unit_test(read_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
