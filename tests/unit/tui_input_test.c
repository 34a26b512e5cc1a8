#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "tui/input.h"

/* All events of the bytes, as words: "a ctrl-x up mouse:press:1@3,4 paste:text". flush: time passes after. */
static char *events(const char *bytes, size_t n, size_t step, bool flush)
{
	struct input *in = input_new();
	struct buf out = BUF_INIT;
	struct event ev;
	char name[24];
	int64_t now = 1000000;
	for (size_t at = 0; at <= n; at += step) {
		size_t k = n - at < step ? n - at : step;
		input_feed(in, bytes + at, k, now);
		if (at + step > n && flush)
			now += INPUT_ESC_MS * 1000;
		while (input_next(in, now, &ev)) {
			buf_adds(&out, out.len ? " " : "");
			if (ev.kind == EVENT_KEY)
				buf_adds(&out, key_name(ev.key, name, sizeof name));
			else if (ev.kind == EVENT_PASTE)
				buf_addf(&out, "paste:%.*s", (int)ev.len, ev.text);
			else if (ev.kind == EVENT_MOUSE)
				buf_addf(&out, "mouse:%d:%d@%d,%d", ev.mouse, ev.button, ev.x, ev.y);
			else if (ev.kind == EVENT_FOCUS)
				buf_addf(&out, "focus:%d", ev.on);
			else
				buf_addf(&out, "reply:%d=%d", ev.mode, ev.value);
		}
	}
	input_free(in);
	return out.data ? buf_steal(&out) : strdup("");
}

static void expect(const char *bytes, const char *want)
{
	size_t n = strlen(bytes);
	for (size_t step = 1; step <= n + 1; step++) {       /* cut in all ways: the same events */
		char *got = events(bytes, n, step, true);
		if (strcmp(got, want) != 0)
			print_message("in pieces of %zu: got '%s', wanted '%s'\n", step, got, want);
		assert_string_equal(got, want);
		free(got);
	}
}

static void characters(void **state)
{
	(void)state;
	expect("abZ?", "a b Z ?");
	expect("é日😀", "é 日 😀");
	expect(" \t\r\x7f\x01\x1a", "space tab enter backspace ctrl-a ctrl-z");
	expect("\n", "ctrl-j");
	expect("\x80z\xff", "z");                  /* invalid bytes are nothing */
}

static void escape_sequences(void **state)
{
	(void)state;
	expect("\033[A\033OB\033[1;5C\033[1;2D", "up down ctrl-right shift-left");
	expect("\033[H\033[F\033[1~\033[4~\033[7~\033[8~\033OH", "home end home end home end home");
	expect("\033[2~\033[3~\033[5~\033[6~\033[5;3~", "insert delete pgup pgdn alt-pgup");
	expect("\033OP\033[11~\033[[A\033[15~\033[24~\033[34~", "f1 f1 f1 f5 f12 f20");
	expect("\033[Z", "shift-tab");
	expect("\033x\033é\033\r", "alt-x alt-é alt-enter");
	expect("\033[97;5u\033[13;2u\033[27;5;13~", "ctrl-a shift-enter ctrl-enter");
	expect("\033[5^\033[3$\033Oa\033[a", "ctrl-pgup shift-delete ctrl-up shift-up");
	expect("\033OM", "enter");
}

static void unknown_sequences_vanish(void **state)
{
	(void)state;
	expect("\033[999;999zx", "x");
	expect("\033[?1;2cx", "x");
	expect("\033]0;title\ax", "x");
	expect("\033P1$r0m\033\\x", "x");
	expect("\033[1;2\033[A", "up");            /* broken off by the next one */
}

static void mouse_and_others(void **state)
{
	(void)state;
	expect("\033[<0;4;5M", "mouse:0:1@3,4");
	expect("\033[<2;4;5m", "mouse:1:3@3,4");
	expect("\033[<64;1;1M\033[<65;1;1M", "mouse:3:0@0,0 mouse:4:0@0,0");
	expect("\033[<0;0;0M", "");
	expect("\033[I\033[O", "focus:1 focus:0");
	expect("\033[?2026;2$y\033[0n", "reply:2026=2 reply:0=0");
}

static void paste_is_text(void **state)
{
	(void)state;
	expect("\033[200~rm -rf\nq\033[A\033[201~x", "paste:rm -rf\nq\033[A x");
	expect("\033[200~\033[20\033[201~", "paste:\033[20");
	expect("\033[200~\033[201~", "paste:");
}

static void a_lone_escape_waits(void **state)
{
	(void)state;
	struct input *in = input_new();
	struct event ev;
	input_feed(in, "\033", 1, 1000000);
	assert_false(input_next(in, 1000000, &ev));
	assert_int_equal(input_wait(in, 1000000), INPUT_ESC_MS);
	assert_false(input_next(in, 1020000, &ev));
	assert_true(input_next(in, 1000000 + INPUT_ESC_MS * 1000, &ev));
	assert_int_equal(ev.key, TK_ESC);
	assert_int_equal(input_wait(in, 2000000), -1);
	input_free(in);
	expect("\033", "esc");
	char *got = events("\033\033[A", 4, 4, true);
	assert_string_equal(got, "esc up");
	free(got);
}

static void names(void **state)
{
	static const char *const all[] = { "a", "A", "?", "é", "ctrl-x", "alt-enter", "shift-tab", "f5", "f20", "pgdn",
		                           "space", "ctrl-alt-up", "esc", "+", "-", "ctrl--" };
	char out[24];
	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		uint32_t key = key_parse(all[i], strlen(all[i]));
		assert_int_not_equal(key, TK_NONE);
		assert_string_equal(key_name(key, out, sizeof out), all[i]);
	}
	static const char *const wrong[] = { "", "ab", "ctrl-", "f21", "f0", "f1x", "\xff", "nokey" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(key_parse(wrong[i], strlen(wrong[i])), TK_NONE);
	assert_string_equal(key_short('x' | TK_CTRL, true, out, sizeof out), "^x");
	assert_string_equal(key_short(TK_ENTER, true, out, sizeof out), "↵");
	assert_string_equal(key_short(TK_ENTER, false, out, sizeof out), "ret");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters), cmocka_unit_test(escape_sequences),
		cmocka_unit_test(unknown_sequences_vanish), cmocka_unit_test(mouse_and_others),
		cmocka_unit_test(paste_is_text), cmocka_unit_test(a_lone_escape_waits), cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
