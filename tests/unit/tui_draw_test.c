/* Cells, clipping, widths, layout, line editing, bindings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "tui/bindings.h"
#include "tui/canvas.h"
#include "tui/editline.h"
#include "tui/layout.h"

static void line_is(struct canvas *c, int y, const char *want)
{
	char *got = canvas_text(c, y);
	assert_string_equal(got, want);
	free(got);
}

static void text_and_clipping(void **state)
{
	struct canvas *c = canvas_new(20, 3, GLYPHS_BRAILLE);
	struct draw d = canvas_draw(c), in = draw_sub(d, (struct rect){ 5, 1, 6, 1 });
	(void)state;
	assert_int_equal(draw_text(in, 0, 0, ROLE_TEXT, "abcdefghij"), 10);
	line_is(c, 1, "     abcdef");
	draw_text(in, -2, 0, ROLE_TEXT, "123");
	line_is(c, 1, "     3bcdef");
	draw_text(in, 0, 1, ROLE_TEXT, "below");
	draw_text(in, 0, -1, ROLE_TEXT, "above");
	line_is(c, 0, "");
	line_is(c, 2, "");
	draw_text(d, 1000000, 1000000, ROLE_TEXT, "far");
	draw_text(d, -1000000, -5, ROLE_TEXT, "far");
	draw_cell(d, 0, 2, 8, ALIGN_LEFT, ROLE_TEXT, "too long for it");
	line_is(c, 2, "too lon…");
	draw_cell(d, 0, 2, 8, ALIGN_RIGHT, ROLE_TEXT, "42");
	line_is(c, 2, "      42");
	draw_cell(d, 0, 2, 8, ALIGN_CENTER, ROLE_TEXT, "日本");
	line_is(c, 2, "  日本");
	canvas_free(c);
}

static void wide_characters(void **state)
{
	struct canvas *c = canvas_new(6, 1, GLYPHS_BRAILLE);
	struct draw d = canvas_draw(c);
	(void)state;
	draw_text(d, 0, 0, ROLE_TEXT, "日本語");
	line_is(c, 0, "日本語");
	draw_text(d, 1, 0, ROLE_TEXT, "x");         /* right half of the first */
	line_is(c, 0, " x本語");
	draw_text(d, 2, 0, ROLE_TEXT, "y");         /* left half of the second */
	line_is(c, 0, " xy 語");
	draw_text(d, 5, 0, ROLE_TEXT, "語");        /* does not fit: a blank */
	line_is(c, 0, " xy");
	draw_text(d, 0, 0, ROLE_TEXT, "e\xcc\x81z");
	assert_int_equal(canvas_row(c, 0)[0].mark, 0x301);
	assert_int_equal(canvas_row(c, 0)[1].cp, 'z');
	canvas_free(c);
}

static void hostile_text(void **state)
{
	struct canvas *c = canvas_new(20, 1, GLYPHS_BRAILLE), *a = canvas_new(20, 1, GLYPHS_ASCII);
	(void)state;
	draw_text(canvas_draw(c), 0, 0, ROLE_TEXT, "a\033[31mb\xe2\x80\xae" "c\xff\n");
	line_is(c, 0, "a?[31mb?c??");
	draw_text(canvas_draw(a), 0, 0, ROLE_TEXT, "né → 5 … ✓");
	line_is(a, 0, "n? > 5 ~ +");
	canvas_free(c);
	canvas_free(a);
}

/* Every widget-like function at every tiny size, in and around the canvas: nothing is written outside. */
static void any_size(void **state)
{
	(void)state;
	for (int w = 0; w < 8; w++)
		for (int h = 0; h < 6; h++) {
			struct canvas *c = canvas_new(w, h, GLYPHS_BRAILLE);
			struct draw d = canvas_draw(c);
			for (int x = -3; x < 4; x++) {
				struct draw s = draw_sub(d, (struct rect){ x, x, w, h });
				draw_box(s, "a title", "note", true);
				draw_dialog(s, 40, 10, "title", true);
				draw_paragraph(s, 0, 0, w, h, ROLE_TEXT, "some words to be broken");
				draw_scrollbar(s, w - 1, 0, h, 5, 3, 100);
				draw_hit(s, (struct rect){ 0, 0, 99, 99 }, 1, 1);
				draw_restyle(s, (struct rect){ -5, -5, 99, 99 }, SURF_SELECT, ROLE_OK);
			}
			canvas_free(c);
		}
}

static void boxes(void **state)
{
	struct canvas *c = canvas_new(20, 3, GLYPHS_BLOCK);
	(void)state;
	struct draw in = draw_box(canvas_draw(c), "Nodes", "5 up", false);
	assert_int_equal(draw_w(in), 18);
	line_is(c, 0, "┌ Nodes ───── 5 up ┐");
	canvas_resize(c, 12, 3);
	draw_box(canvas_draw(c), "A long title", "5 up", false);
	line_is(c, 0, "┌ A long … ┐");
	canvas_free(c);
}

static void paragraphs(void **state)
{
	struct canvas *c = canvas_new(10, 4, GLYPHS_BRAILLE);
	(void)state;
	assert_int_equal(text_lines("one two three four", 10), 2);
	assert_int_equal(text_lines("abcdefghijklmno", 10), 2);
	assert_int_equal(text_lines("a\nb\n", 10), 2);
	assert_int_equal(text_lines("", 10), 0);
	assert_int_equal(draw_paragraph(canvas_draw(c), 0, 0, 10, 4, ROLE_TEXT, "one two three four"), 2);
	line_is(c, 0, "one two");
	line_is(c, 1, "three four");
	canvas_free(c);
}

static void hits(void **state)
{
	struct canvas *c = canvas_new(10, 2, GLYPHS_BRAILLE);
	struct draw d = canvas_draw(c);
	(void)state;
	draw_hit(d, (struct rect){ 0, 0, 10, 2 }, 1, 7);
	draw_hit(draw_sub(d, (struct rect){ 4, 1, 3, 1 }), (struct rect){ 0, 0, 9, 9 }, 2, 0);
	assert_int_equal(canvas_hit(c, 0, 0)->action, 1);
	assert_int_equal(canvas_hit(c, 5, 1)->action, 2);
	assert_int_equal(canvas_hit(c, 7, 1)->action, 1);
	assert_null(canvas_hit(c, 10, 0));
	canvas_free(c);
}

/* ---- layout ---- */

static void layout_shares(void **state)
{
	struct layout_item it[] = { { .min = 10, .flex = 1 }, { .min = 10, .flex = 2 }, { .min = 5 } };
	(void)state;
	assert_int_equal(layout_split((struct rect){ 2, 3, 55, 4 }, LAYOUT_ROW, 0, it, 3), 3);
	assert_int_equal(it[0].out.x, 2);
	assert_int_equal(it[0].out.w + it[1].out.w + it[2].out.w, 55);
	assert_int_equal(it[0].out.w, 20);
	assert_int_equal(it[1].out.w, 30);
	assert_int_equal(it[2].out.x + it[2].out.w, 57);
	assert_int_equal(it[2].out.h, 4);
}

static void layout_limits(void **state)
{
	struct layout_item it[] = { { .min = 10, .max = 12, .flex = 1 }, { .min = 10, .flex = 1 } };
	(void)state;
	layout_split((struct rect){ 0, 0, 40, 1 }, LAYOUT_ROW, 1, it, 2);
	assert_int_equal(it[0].out.w, 12);
	assert_int_equal(it[1].out.x, 13);
	assert_int_equal(it[1].out.w, 27);
}

static void layout_drops(void **state)
{
	struct layout_item it[] = { { .min = 10, .flex = 1 }, { .min = 10, .flex = 1, .priority = 1 },
		                    { .min = 10, .flex = 1, .priority = 2 } };
	(void)state;
	assert_int_equal(layout_split((struct rect){ 0, 0, 25, 1 }, LAYOUT_ROW, 0, it, 3), 2);
	assert_int_equal(it[2].out.w, 0);
	assert_int_equal(it[0].out.w + it[1].out.w, 25);
	assert_int_equal(layout_split((struct rect){ 0, 0, 4, 1 }, LAYOUT_ROW, 0, it, 3), 1);
	assert_int_equal(it[0].out.w, 4);
	assert_int_equal(layout_split((struct rect){ 0, 0, 0, 0 }, LAYOUT_COLUMN, 3, it, 3), 1);
	assert_int_equal(it[0].out.h, 0);
}

/* No overlap and no loss, whatever is asked. */
static void layout_is_exact(void **state)
{
	(void)state;
	srand(7);
	for (int round = 0; round < 3000; round++) {
		struct layout_item it[6];
		size_t n = 1 + (size_t)rand() % 6;
		int w = rand() % 120, gap = rand() % 3, end = 0;
		for (size_t i = 0; i < n; i++)
			it[i] = (struct layout_item){ .min = rand() % 40, .max = rand() % 3 ? 0 : rand() % 60,
				                      .flex = rand() % 4, .priority = rand() % 3 };
		layout_split((struct rect){ 0, 0, w, 1 }, LAYOUT_ROW, gap, it, n);
		for (size_t i = 0; i < n; i++) {
			assert_true(it[i].out.w >= 0);
			if (it[i].out.w == 0)
				continue;
			assert_true(it[i].out.x >= end);
			end = it[i].out.x + it[i].out.w;
			assert_true(end <= w);
		}
	}
}

/* ---- editing ---- */

static void type(struct editline *e, const char *keys)
{
	while (*keys) {
		size_t n = strcspn(keys, " ");
		struct event ev = { .kind = EVENT_KEY, .key = key_parse(keys, n) };
		assert_int_not_equal(ev.key, TK_NONE);
		editline_event(e, &ev);
		keys += n + (keys[n] == ' ');
	}
}

static void editing(void **state)
{
	struct editline e = { 0 };
	(void)state;
	type(&e, "a b c left left X");
	assert_string_equal(editline_text(&e), "aXbc");
	type(&e, "home delete end backspace");
	assert_string_equal(editline_text(&e), "Xb");
	editline_set(&e, "one two  three");
	type(&e, "ctrl-w");
	assert_string_equal(editline_text(&e), "one two  ");
	type(&e, "ctrl-u ctrl-y ctrl-y");
	assert_string_equal(editline_text(&e), "one two  one two  ");
	editline_set(&e, "ab");
	type(&e, "ctrl-t");
	assert_string_equal(editline_text(&e), "ba");
	editline_set(&e, "é日");
	type(&e, "left backspace");
	assert_string_equal(editline_text(&e), "日");
	type(&e, "home ctrl-k");
	assert_string_equal(editline_text(&e), "");
	struct event paste = { .kind = EVENT_PASTE, .text = "a\033b\n", .len = 4 };
	editline_event(&e, &paste);
	assert_string_equal(editline_text(&e), "a?b?");
	e.max = 6;
	type(&e, "日 x y z");
	assert_string_equal(editline_text(&e), "a?b?xy");
	editline_free(&e);
}

/* ---- bindings ---- */

enum { GO = 1, KILL };
static const struct binding mine[] = { { "go", "g enter", "go", "go there", GO, BIND_HINT },
	                               { "kill", "K", "kill", "end it", KILL, BIND_DANGEROUS } };
static const struct bind_scope my_scope = BIND_SCOPE("mine", "Mine", mine);

static void bindings(void **state)
{
	const struct bind_scope *scopes[] = { &my_scope, &bind_table, &bind_global };
	struct keymap *km = keymap_new();
	struct error err = ERROR_INIT;
	char out[24];
	(void)state;
	assert_int_equal(keymap_find(km, scopes, 3, 'g', false)->action, GO);   /* before the table's own */
	assert_int_equal(keymap_find(km, scopes, 3, 'K', false)->action, KILL);
	assert_null(keymap_find(km, scopes, 3, 'K', true));
	assert_int_equal(keymap_find(km, scopes, 3, 'Q', false)->action, ACT_QUIT);
	assert_int_equal(keymap_find(km, scopes, 3, 'q', false)->action, ACT_CLOSE);
	assert_null(keymap_find(km, scopes, 3, TK_F1 + 4, false));
	static const char text[] = "# mine\nmine.go = x ctrl-g\nglobal.quit =\n";
	assert_int_equal(keymap_parse(km, text, strlen(text), &err), 0);
	assert_int_equal(keymap_find(km, scopes, 3, 'x', false)->action, GO);
	assert_int_equal(keymap_find(km, scopes, 3, 'g', false)->action, ACT_HOME);
	assert_null(keymap_find(km, scopes, 3, 'Q', false));
	assert_string_equal(keymap_short(km, &my_scope, &mine[0], true, out, sizeof out), "x");
	assert_int_equal(keymap_named(scopes, 3, "quit")->action, ACT_QUIT);
	assert_int_equal(keymap_parse(km, "mine.go = nokey\n", 16, &err), ERR_INVALID);
	assert_int_equal(err.line, 1);
	assert_int_equal(keymap_parse(km, "\nnonsense\n", 10, &err), ERR_INVALID);
	assert_int_equal(err.line, 2);
	keymap_free(km);
}

static void conflicts(void **state)
{
	static const struct binding bad[] = { { "a", "x", "a", "a", 1, 0 }, { "b", "x", "b", "b", 2, 0 },
		                              { "c", "j", "c", "c", 3, BIND_DANGEROUS } };
	static const struct bind_scope bad_scope = BIND_SCOPE("bad", "Bad", bad);
	const struct bind_scope *scopes[] = { &bad_scope, &bind_table, &bind_global };
	struct buf out = BUF_INIT;
	(void)state;
	assert_int_equal(keymap_conflicts(NULL, scopes, 3, &out), 2);
	assert_non_null(strstr(buf_str(&out), "x: bad.a and bad.b"));
	assert_non_null(strstr(buf_str(&out), "j: bad.c and table.down"));
	buf_clear(&out);
	const struct bind_scope *own[] = { &bind_log, &bind_table, &bind_global };
	if (keymap_conflicts(NULL, own, 3, &out))
		print_message("%s", buf_str(&out));
	assert_int_equal(out.len, 0);
	buf_clear(&out);
	keymap_manual(&my_scope, &out);
	assert_string_equal(buf_str(&out), ".Ss Mine\n.Bl -tag -width Ds -compact\n"
	                                   ".It Ic \"\\&g enter\\&\" (:go)\ngo there.\n"
	                                   ".It Ic \"\\&K\\&\" (:kill)\nend it.\n.El\n");
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_and_clipping), cmocka_unit_test(wide_characters), cmocka_unit_test(hostile_text),
		cmocka_unit_test(any_size), cmocka_unit_test(boxes), cmocka_unit_test(paragraphs),
		cmocka_unit_test(hits), cmocka_unit_test(layout_shares), cmocka_unit_test(layout_limits),
		cmocka_unit_test(layout_drops), cmocka_unit_test(layout_is_exact), cmocka_unit_test(editing),
		cmocka_unit_test(bindings), cmocka_unit_test(conflicts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
