/* Adversity: what the toolkit does on terminals that are slow, tiny, unknown, resized, stopped or gone, and
 * what it costs in bytes, time and wakeups. Limits on time are generous: they find hangs, not slow machines. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "tests/console/term.h"

static struct term *start_with(int w, int h, const char *type, const char *const *env, const char *a,
                               const char *b, bool mute)
{
	const char *argv[] = { term_demo("demo"), a, b, NULL };
	struct term_options o = { .w = w, .h = h, .type = type, .env = env, .argv = argv, .mute = mute };
	struct term *t = term_start(&o);
	return t;
}

static struct term *start(int w, int h)
{
	struct term *t = start_with(w, h, NULL, NULL, NULL, NULL, false);
	term_wait(t, "? help");
	term_settle(t, 60);
	return t;
}

static void assert_restored(struct term *t)
{
	assert_false(term_alternate(t));
	assert_true(term_cursor_visible(t));
	assert_true(term_cooked(t));
}

/* ---- signals ---- */

static void dies_of(int sig)
{
	struct term *t = start(80, 24);
	assert_true(term_alternate(t));
	assert_false(term_cooked(t));
	kill(term_pid(t), sig);
	int status = term_wait_exit(t);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), sig);
	assert_restored(t);
	bool crash = sig == SIGSEGV || sig == SIGABRT || sig == SIGBUS || sig == SIGILL || sig == SIGFPE;
	assert_int_equal(term_shows(t, "crashed (SIG"), crash);
	term_free(t);
}

static void signals_restore_the_terminal(void **state)
{
	static const int all[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE };
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		dies_of(all[i]);
}

static void pipe_signal_is_no_death(void **state)
{
	(void)state;
	struct term *t = start(80, 24);
	kill(term_pid(t), SIGPIPE);
	term_keys(t, "j");
	term_wait_line(t, 4, "▌");
	term_keys(t, "q");
	assert_int_equal(term_wait_exit(t), 0);
	term_free(t);
}

/* Under a shell with job control: a program without one cannot be stopped by its terminal. */
static void ctrl_z_and_back(void **state)
{
	(void)state;
	char script[1024];
	snprintf(script, sizeof script, "set -m; %s; echo STOPPED; read x; fg >/dev/null; echo END $?", term_demo("demo"));
	const char *argv[] = { "/bin/bash", "-c", script, NULL };
	struct term_options o = { .argv = argv };
	struct term *t = term_start(&o);
	term_wait(t, "? help");
	term_keys(t, "<ctrl-z>");
	term_wait(t, "STOPPED");
	assert_restored(t);
	term_keys(t, "<enter>");
	term_wait(t, "Clusters");
	assert_true(term_alternate(t));
	assert_false(term_cooked(t));
	term_keys(t, "j");
	term_wait_line(t, 4, "▌");
	term_keys(t, "q");
	term_wait(t, "END 0");
	term_wait_exit(t);
	assert_restored(t);
	term_free(t);
}

/* ---- terminals that go away or are none ---- */

static void terminal_vanishes(void **state)
{
	(void)state;
	struct term *t = start(80, 24);
	term_hangup(t);
	assert_int_not_equal(term_wait_exit(t), -1);
	term_free(t);
}

/* HUP ignored, as under nohup: the end of the terminal must end the program all the same. */
static void terminal_vanishes_with_hup_ignored(void **state)
{
	(void)state;
	signal(SIGHUP, SIG_IGN);
	struct term *t = start(80, 24);
	signal(SIGHUP, SIG_DFL);
	term_hangup(t);
	int status = term_wait_exit(t);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 129);
	term_free(t);
}

static void unknown_terminal_type(void **state)
{
	(void)state;
	/* ncurses frees nothing when it refuses; the leak checker may say so, but not by the exit status. */
	const char *env[] = { "LSAN_OPTIONS=exitcode=0", NULL };
	struct term *t = start_with(80, 24, "no-such-terminal", env, NULL, NULL, false);
	term_wait(t, "the terminal type 'no-such-terminal' is unknown");
	assert_int_equal(WEXITSTATUS(term_wait_exit(t)), 2);
	assert_true(term_cooked(t));
	term_free(t);
}

static void wrong_settings_are_said_before_the_screen(void **state)
{
	(void)state;
	struct term *t = start_with(80, 24, NULL, NULL, "--color", "purple", false);
	term_wait(t, "unknown colour setting 'purple'");
	assert_int_equal(WEXITSTATUS(term_wait_exit(t)), 2);
	term_free(t);
	t = start_with(80, 24, NULL, NULL, "--theme", "nope", false);
	term_wait(t, "no theme named 'nope'");
	term_wait_exit(t);
	term_free(t);
}

static void every_kind_of_terminal(void **state)
{
	static const char *const types[] = { "xterm", "xterm-256color", "xterm-mono", "vt100", "vt220", "linux",
	                                     "screen", "screen-256color", "tmux-256color", "rxvt-unicode-256color",
	                                     "ansi" };
	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct term *t = start_with(80, 24, types[i], NULL, NULL, NULL, false);
		term_wait(t, "help");
		term_keys(t, "j");
		term_wait(t, "adhoc");
		term_keys(t, "q");
		assert_int_equal(term_wait_exit(t), 0);
		term_free(t);
	}
}

/* ---- sizes ---- */

static void every_size(void **state)
{
	static const int sizes[][2] = { { 1, 1 }, { 2, 2 }, { 3, 1 }, { 1, 30 }, { 200, 1 }, { 8, 3 }, { 20, 5 },
	                                { 39, 9 }, { 40, 10 }, { 250, 70 }, { 80, 24 } };
	(void)state;
	struct term *t = start(80, 24);
	const char *screens[] = { "", "l", "<esc>", "p", "<esc>", "?", "<esc>", "c", "<esc>", "X", "<esc>", ":s",
		                  "<esc>" };
	for (size_t s = 0; s < sizeof screens / sizeof *screens; s++) {
		term_keys(t, screens[s]);
		term_run(t, 60);
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			term_resize(t, sizes[i][0], sizes[i][1]);
			term_run(t, 70);
		}
	}
	term_wait(t, "? help");
	term_settle(t, 100);
	term_golden(t, "demo-after-resizes-80x24");
	term_keys(t, "q");
	assert_int_equal(term_wait_exit(t), 0);
	term_free(t);
}

static void two_hundred_resizes(void **state)
{
	(void)state;
	struct term *t = start(80, 24);
	for (int i = 0; i < 200; i++) {
		term_resize(t, 30 + i * 7 % 100, 8 + i * 5 % 40);
		term_run(t, 5);
	}
	term_resize(t, 80, 24);
	term_wait(t, "? help");
	term_settle(t, 120);
	term_golden(t, "demo-after-resizes-80x24");
	term_keys(t, "q");
	assert_int_equal(term_wait_exit(t), 0);
	term_free(t);
}

/* ---- slow links ---- */

/* Hold a key for three seconds at 30 a second on a line of 2 KB/s: it may not lag behind, and q works. */
static void slow_line_does_not_lag(void **state)
{
	(void)state;
	struct term *t = start_with(80, 24, NULL, NULL, "--rows", "200", false);
	term_wait(t, "? help");
	term_settle(t, 60);
	term_rate(t, 2000);
	for (int i = 0; i < 90; i++) {
		term_keys(t, "<down>");
		term_run(t, 33);
	}
	int64_t released = clock_mono_us();
	term_settle(t, 400);
	int64_t lag = clock_mono_us() - released - 400000;
	print_message("lag after 3 s of key repeat at 2 KB/s: %.2f s\n", (double)lag / 1e6);
	assert_true(lag < 4000000); /* all 90 frames would take 8 s longer than the key was held */
	/* 90 rows further: nothing was lost. */
	term_rate(t, 0);
	term_settle(t, 200);
	term_keys(t, "q");
	assert_int_equal(term_wait_exit(t), 0);
	term_free(t);
}

/* A reader that reads nothing at all: the program neither blocks nor spins, and ends on q. */
static void stalled_reader(void **state)
{
	(void)state;
	struct term *t = start_with(200, 60, NULL, NULL, "--tick", "50", true);
	int64_t cpu, switches, rss, cpu2;
	term_wait(t, "? help");
	term_usage(t, &cpu, &switches, &rss);
	for (int i = 0; i < 200; i++) {
		term_keys(t, i % 2 ? "l" : "<esc>");
		usleep(10000);
	}
	usleep(500000);
	term_usage(t, &cpu2, &switches, &rss);
	print_message("CPU against a stalled reader: %lld ms in 2.5 s\n", (long long)(cpu2 - cpu));
	assert_true(cpu2 - cpu < 1500);
	/* An escape and the key after it may have been read as one: then it is on the log, and q leads back first. */
	int64_t end = clock_mono_us() + TERM_DEADLINE_MS * 1000LL;
	int status;
	bool left = false;
	while (!(left = waitpid(term_pid(t), &status, WNOHANG) != 0) && clock_mono_us() < end) {
		term_keys(t, "q");
		usleep(50000);
	}
	assert_true(left);
	term_free(t);
}

/* ---- costs ---- */

/* Bytes until the row is marked, of three moves the least: what else comes is no part of it. */
static uint64_t cost_of_down(struct term *t, int row)
{
	uint64_t least = UINT64_MAX;
	for (int i = 0; i < 3; i++) {
		uint64_t before = term_bytes(t);
		term_keys(t, "<down>");
		term_wait_line(t, row + i, "▌");
		term_settle(t, 60);
		uint64_t bytes = term_bytes(t) - before;
		least = bytes < least ? bytes : least;
	}
	return least;
}

static void bytes_of_a_cursor_move(void **state)
{
	(void)state;
	struct term *t = start_with(80, 24, NULL, NULL, "--rows", "100", false);
	term_wait(t, "? help");
	term_settle(t, 300);
	uint64_t one = cost_of_down(t, 4);
	term_keys(t, ":lean on<enter>");
	term_wait_line(t, -1, "? help"); /* the command line has gone again */
	term_settle(t, 300);
	term_keys(t, "<down>"); /* the first one in lean colours draws more */
	term_wait_line(t, 7, "▌");
	term_settle(t, 60);
	uint64_t lean = cost_of_down(t, 8);
	print_message("cursor down at 80x24: %d bytes, lean %d bytes\n", (int)one, (int)lean);
	assert_true(lean <= 60);
	assert_true(one <= 400);
	term_keys(t, "q");
	term_wait_exit(t);
	term_free(t);
}

static void idle_costs_nothing(void **state)
{
	(void)state;
	struct term *t = start(200, 50);
	int64_t cpu, cpu2, switches, switches2, rss;
	uint64_t before;
	term_settle(t, 500); /* the start is over */
	before = term_bytes(t);
	term_usage(t, &cpu, &switches, &rss);
	term_run(t, 3000);
	term_usage(t, &cpu2, &switches2, &rss);
	print_message("idle for 3 s at 200x50: %d bytes, %lld wakeups, %lld ms CPU, %lld KB resident\n",
	              (int)(term_bytes(t) - before), (long long)(switches2 - switches), (long long)(cpu2 - cpu),
	              (long long)rss);
	assert_int_equal(term_bytes(t), before);
	assert_true(switches2 - switches <= 6);
	term_keys(t, "q");
	term_wait_exit(t);
	term_free(t);
}

static void start_and_keys_are_quick(void **state)
{
	(void)state;
	int64_t from = clock_mono_us();
	struct term *t = start_with(80, 24, NULL, NULL, NULL, NULL, false);
	term_wait(t, "? help");
	int64_t paint = clock_mono_us() - from, best = 1000000;
	term_settle(t, 100);
	for (int i = 0; i < 5; i++) {
		int64_t us = term_latency(t, "j");
		best = us < best ? us : best;
		term_settle(t, 60);
	}
	print_message("first paint %.1f ms, key to frame %.2f ms\n", (double)paint / 1e3, (double)best / 1e3);
	assert_true(paint < 20000000);
	assert_true(best < 2000000);
	term_keys(t, "q");
	term_wait_exit(t);
	term_free(t);
}

static void escape_alone_is_a_key(void **state)
{
	(void)state;
	struct term *t = start(80, 24);
	term_keys(t, "p");
	term_wait(t, "CPU by kind");
	term_keys(t, "<esc>");
	term_wait(t, "Clusters");
	/* Together with what follows at once it is another key. In pieces: tests/unit/tui_input_test.c. */
	term_raw(t, "\033[B", 3);
	term_wait_line(t, 4, "▌");
	term_keys(t, "q");
	assert_int_equal(term_wait_exit(t), 0);
	term_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_restore_the_terminal), cmocka_unit_test(pipe_signal_is_no_death),
		cmocka_unit_test(ctrl_z_and_back), cmocka_unit_test(terminal_vanishes),
		cmocka_unit_test(terminal_vanishes_with_hup_ignored), cmocka_unit_test(unknown_terminal_type),
		cmocka_unit_test(wrong_settings_are_said_before_the_screen), cmocka_unit_test(every_kind_of_terminal),
		cmocka_unit_test(every_size), cmocka_unit_test(two_hundred_resizes),
		cmocka_unit_test(slow_line_does_not_lag), cmocka_unit_test(stalled_reader),
		cmocka_unit_test(bytes_of_a_cursor_move), cmocka_unit_test(idle_costs_nothing),
		cmocka_unit_test(start_and_keys_are_quick), cmocka_unit_test(escape_alone_is_a_key),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
