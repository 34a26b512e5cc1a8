/* What is on the test terminal's screen, as text, and the golden files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tests/console/term_impl.h"

#define GOLDEN "tests/console/golden"

static void add_line(struct term *t, int y, struct buf *out)
{
	size_t keep = out->len;
	for (int x = 0; x < t->w;) {
		VTermScreenCell cell;
		char u[4];
		if (!vterm_screen_get_cell(t->screen, (VTermPos){ .row = y, .col = x }, &cell))
			break;
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
			buf_add(out, u, utf8_encode(cell.chars[i], u));
		if (!cell.chars[0])
			buf_addc(out, ' ');
		else if (cell.chars[0] != ' ')
			keep = out->len;
		x += cell.width > 1 ? cell.width : 1;
	}
	if (out->data) {
		out->len = keep;
		out->data[keep] = '\0';
	}
}

char *term_line(struct term *t, int y)
{
	struct buf b = BUF_INIT;
	add_line(t, y, &b);
	return b.data ? buf_steal(&b) : xstrdup("");
}

char *term_screen(struct term *t)
{
	struct buf b = BUF_INIT;
	for (int y = 0; y < t->h; y++) {
		add_line(t, y, &b);
		buf_addc(&b, '\n');
	}
	return buf_steal(&b);
}

/* ---- styles ---- */

static void colour_name(const VTermColor *c, bool fg, char *out, size_t size)
{
	if (fg ? VTERM_COLOR_IS_DEFAULT_FG(c) : VTERM_COLOR_IS_DEFAULT_BG(c))
		snprintf(out, size, "default");
	else if (VTERM_COLOR_IS_INDEXED(c))
		snprintf(out, size, "%d", c->indexed.idx);
	else
		snprintf(out, size, "#%02x%02x%02x", c->rgb.red, c->rgb.green, c->rgb.blue);
}

static void style_name(const VTermScreenCell *c, char *out, size_t size)
{
	char fg[12], bg[12];
	bool space = !c->chars[0] || c->chars[0] == ' ';
	bool blank = space && !c->attrs.reverse && !c->attrs.underline;
	if (blank) {                    /* what cannot be seen does not count */
		colour_name(&c->bg, false, bg, sizeof bg);
		snprintf(out, size, "default on %s", bg);
		return;
	}
	colour_name(&c->fg, true, fg, sizeof fg);
	colour_name(&c->bg, false, bg, sizeof bg);
	snprintf(out, size, "%s on %s%s%s%s%s", fg, bg, c->attrs.bold && !space ? " bold" : "",
	         c->attrs.underline ? " underline" : "", c->attrs.italic ? " italic" : "",
	         c->attrs.reverse ? " reverse" : "");
}

char *term_screen_styles(struct term *t)
{
	static const char letters[] = ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	char known[62][80] = { "default on default" };
	int n = 1;
	char *text = term_screen(t);
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s-- styles --\n", text);
	free(text);
	for (int y = 0; y < t->h; y++) {
		for (int x = 0; x < t->w; x++) {
			VTermScreenCell cell;
			char name[80];
			int i = 0;
			vterm_screen_get_cell(t->screen, (VTermPos){ .row = y, .col = x }, &cell);
			style_name(&cell, name, sizeof name);
			while (i < n && strcmp(known[i], name) != 0)
				i++;
			if (i == n && n < 62)
				snprintf(known[n++], sizeof known[0], "%s", name);
			buf_addc(&b, i < 62 ? letters[i] : '?');
		}
		buf_addc(&b, '\n');
	}
	for (int i = 1; i < n; i++)
		buf_addf(&b, "%c %s\n", letters[i], known[i]);
	return buf_steal(&b);
}

/* ---- golden files ---- */

/* Lines that differ, straight to stdout: cmocka's messages are cut. */
static void show_difference(const char *path, const char *now, const char *want)
{
	printf("%s differs:\n", path);
	for (int line = 1; *now || *want; line++) {
		size_t a = strcspn(now, "\n"), b = strcspn(want, "\n");
		if (a != b || memcmp(now, want, a) != 0)
			printf("%3d is  %.*s\n    was %.*s\n", line, (int)a, now, (int)b, want);
		now += a + (now[a] == '\n');
		want += b + (want[b] == '\n');
	}
	fflush(stdout);
}

/* The screen may still be on its way there: it has until the deadline. */
static void compare(struct term *t, const char *name, char *(*take)(struct term *))
{
	struct buf want = BUF_INIT;
	struct error err = ERROR_INIT;
	char path[256], *now = NULL;
	snprintf(path, sizeof path, GOLDEN "/%s.txt", name);
	if (getenv("UPDATE")) {
		term_settle(t, 400);
		now = take(t);
		assert_int_equal(fs_mkdirs(GOLDEN, 0755, &err), 0);
		assert_int_equal(fs_write_atomic(path, now, strlen(now), 0644, &err), 0);
		free(now);
		return;
	}
	if (fs_read(path, 1 << 20, &want, &err)) {
		print_message("%s (UPDATE=1 writes it)\n", err.message);
		fail();
	}
	int64_t end = clock_mono_us() + TERM_DEADLINE_MS * 1000LL;
	for (now = take(t); strcmp(buf_str(&want), now) != 0 && clock_mono_us() < end; now = take(t)) {
		free(now);
		term_run(t, 50);
	}
	bool same = strcmp(buf_str(&want), now) == 0;
	if (!same)
		show_difference(path, now, buf_str(&want));
	free(now);
	buf_free(&want);
	assert_true(same);
}

void term_golden(struct term *t, const char *name)
{
	compare(t, name, term_screen);
}

void term_golden_styles(struct term *t, const char *name)
{
	compare(t, name, term_screen_styles);
}
