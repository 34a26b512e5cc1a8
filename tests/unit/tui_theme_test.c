#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/fs.h"
#include "tui/sgr.h"
#include "tui/theme.h"

static bool same_look(const struct theme *a, const struct theme *b)
{
	for (int d = DEPTH_MONO; d <= DEPTH_RGB; d++)
		for (int s = 0; s < SURF_COUNT; s++)
			for (int r = 0; r < ROLE_COUNT; r++) {
				struct look x = theme_look(a, (enum depth)d, (enum surface)s, (enum role)r);
				struct look y = theme_look(b, (enum depth)d, (enum surface)s, (enum role)r);
				if (x.fg != y.fg || x.bg != y.bg || x.attrs != y.attrs) {
					print_message("depth %d surface %d role %s differ\n", d, s, theme_role_key((enum role)r));
					return false;
				}
			}
	return true;
}

/* The file and the built-in theme are the same, so that either may be read. */
static void dark_is_built_in(void **state)
{
	struct theme *built = theme_new(), *file = theme_new();
	struct error err = ERROR_INIT;
	(void)state;
	assert_int_equal(theme_load(file, "./themes/dark.theme", &err), 0);
	assert_true(same_look(built, file));
	theme_free(built);
	theme_free(file);
}

static void all_themes_parse(void **state)
{
	static const char *const names[] = { "dark", "light", "contrast", "colorblind", "mono" };
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct theme *t = theme_new();
		struct error err = ERROR_INIT;
		char path[64];
		snprintf(path, sizeof path, "./themes/%s.theme", names[i]);
		if (theme_load(t, path, &err))
			print_message("%s\n", err.message);
		assert_int_equal(err.code, 0);
		/* Nothing is drawn in its own background. */
		for (int d = DEPTH_8; d <= DEPTH_RGB; d++)
			for (int s = 0; s < SURF_COUNT; s++)
				for (int r = 0; r < ROLE_COUNT; r++) {
					struct look l = theme_look(t, (enum depth)d, (enum surface)s, (enum role)r);
					assert_true(l.fg == -1 || l.fg != l.bg);
				}
		theme_free(t);
	}
}

static void a_theme_may_be_short(void **state)
{
	static const char text[] = "# mine\n\n ok = #00ff00 @brgreen bold\r\nbg = #101010\nerror = - underline\n";
	struct theme *t = theme_new();
	(void)state;
	assert_int_equal(theme_parse(t, text, strlen(text), NULL), 0);
	struct look ok = theme_look(t, DEPTH_RGB, SURF_BASE, ROLE_OK);
	assert_int_equal(ok.fg, 0x00ff00);
	assert_int_equal(ok.bg, 0x101010);
	assert_int_equal(ok.attrs, ATTR_BOLD);
	assert_int_equal(theme_look(t, DEPTH_16, SURF_BASE, ROLE_OK).fg, 10);
	assert_int_equal(theme_look(t, DEPTH_8, SURF_BASE, ROLE_OK).fg, 2);
	assert_int_equal(theme_look(t, DEPTH_256, SURF_BASE, ROLE_OK).fg, 46);
	assert_int_equal(theme_look(t, DEPTH_MONO, SURF_BASE, ROLE_OK).fg, -1);
	/* `-` is the colour of text. */
	assert_int_equal(theme_look(t, DEPTH_RGB, SURF_BASE, ROLE_ERROR).fg,
	                 theme_look(t, DEPTH_RGB, SURF_BASE, ROLE_TEXT).fg);
	theme_free(t);
}

static void wrong(const char *text, int line, const char *says)
{
	struct theme *t = theme_new(), *before = theme_new();
	struct error err = ERROR_INIT;
	assert_int_equal(theme_parse(t, text, strlen(text), &err), ERR_INVALID);
	assert_int_equal(err.line, line);
	assert_non_null(strstr(err.message, says));
	assert_true(same_look(t, before));            /* unchanged */
	theme_free(t);
	theme_free(before);
}

static void wrong_themes(void **state)
{
	struct error err = ERROR_INIT;
	struct theme *t = theme_new();
	(void)state;
	wrong("ok = #00ff0\n", 1, "wrong value");
	wrong("text = #ffffff\n\nnope = #000000\n", 3, "unknown key 'nope'");
	wrong("ok\n", 1, "no '='");
	wrong("ok = #00ff00 blinking\n", 1, "wrong value");
	wrong("ok = #00ff00 @pink\n", 1, "wrong value");
	wrong("ok =\n", 1, "wrong value");
	assert_int_equal(theme_load(t, "no-such", &err), ERR_NOTFOUND);
	assert_int_equal(theme_load(t, "/no/such/file", &err), ERR_NOTFOUND);
	theme_free(t);
}

static void nearest(void **state)
{
	(void)state;
	assert_int_equal(theme_nearest(0xff0000, DEPTH_256), 196);
	assert_int_equal(theme_nearest(0x808080, DEPTH_256), 244);
	assert_int_equal(theme_nearest(0xffffff, DEPTH_16), 15);
	assert_int_equal(theme_nearest(0x000000, DEPTH_8), 0);
	assert_int_equal(theme_nearest(0x123456, DEPTH_RGB), 0x123456);
	assert_int_equal(theme_nearest(0x123456, DEPTH_MONO), -1);
}

static enum depth depth(const char *want, int colours, bool rgb)
{
	enum depth d = DEPTH_MONO;
	assert_int_equal(theme_depth(want, colours, rgb, &d, NULL), 0);
	return d;
}

static void depths(void **state)
{
	struct error err = ERROR_INIT;
	enum depth d;
	(void)state;
	unsetenv("NO_COLOR");
	unsetenv("COLORTERM");
	assert_int_equal(depth(NULL, 256, false), DEPTH_256);
	assert_int_equal(depth("auto", 16, false), DEPTH_16);
	assert_int_equal(depth(NULL, 8, false), DEPTH_8);
	assert_int_equal(depth(NULL, -1, false), DEPTH_MONO);
	assert_int_equal(depth(NULL, 256, true), DEPTH_RGB);
	setenv("COLORTERM", "truecolor", 1);
	assert_int_equal(depth(NULL, 256, false), DEPTH_RGB);
	assert_int_equal(depth(NULL, 8, false), DEPTH_8);
	setenv("NO_COLOR", "1", 1);
	assert_int_equal(depth(NULL, 256, false), DEPTH_MONO);
	assert_int_equal(depth("always", 256, false), DEPTH_RGB);
	assert_int_equal(depth("16", 256, false), DEPTH_16);
	setenv("NO_COLOR", "", 1);
	assert_int_equal(depth("never", 256, false), DEPTH_MONO);
	assert_int_equal(theme_depth("purple", 256, false, &d, &err), ERR_INVALID);
	unsetenv("NO_COLOR");
	unsetenv("COLORTERM");
}

static void rewrite(struct sgr *s, const char *in, const char *want)
{
	struct buf out = BUF_INIT;
	sgr_rewrite(s, in, strlen(in), &out);
	assert_string_equal(buf_str(&out), want);
	buf_free(&out);
}

static void rewriting(void **state)
{
	struct sgr s = { .wants = { -1, -1, 0 } };
	(void)state;
	rewrite(&s, "a", "\033[ma");                        /* unknown at first: a reset */
	rewrite(&s, "\033[1m\033[38;5;80mb", "\033[1;38;5;80mb");
	rewrite(&s, "\033[m\033[1m\033[38;5;80mc", "c");    /* nothing has changed in the end */
	rewrite(&s, "\033[38;5;81m  \033[3;4Hd", "  \033[3;4H\033[38;5;81md");   /* blanks have no colour */
	rewrite(&s, "\033(B\033[0m\033[38;5;81m\033[48;5;9m \033[K", "\033[0;38;5;81;101m \033[K");
	rewrite(&s, "\033[0;48;5;9mx", "\033[39mx");
	rewrite(&s, "\033[38;5;81m \033[9b-", " \033[9b\033[38;5;81m-");   /* nothing between a blank and its REP */
	rewrite(&s, "\033[39my", "\033[39my");
	rewrite(&s, "\033[m\033[2J", "\033[m\033[2J");       /* erasing takes the background */
	struct sgr rgb = { .rgb = true, .wants = { -1, -1, 0 }, .known = true, .has = { -1, -1, 0 } };
	int i = sgr_index(&rgb, 0x010203);
	assert_int_equal(sgr_index(&rgb, 0x010203), i);
	assert_int_equal(sgr_index(&rgb, -1), -1);
	rewrite(&rgb, "\033[38;5;16mx", "\033[38;2;1;2;3mx");
	rewrite(&rgb, "\033[31my", "\033[31my");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dark_is_built_in), cmocka_unit_test(all_themes_parse),
		cmocka_unit_test(a_theme_may_be_short), cmocka_unit_test(wrong_themes), cmocka_unit_test(nearest),
		cmocka_unit_test(depths), cmocka_unit_test(rewriting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
