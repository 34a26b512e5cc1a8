#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/canvas.h"
#include "tui/logview.h"
#include "tui/table.h"

struct data {
	const char *id[8];
	double num[8];
	size_t n;
	size_t asked;            /* cells that the table wanted */
};

static size_t rows(void *ctx)
{
	return ((struct data *)ctx)->n;
}

static const char *id(void *ctx, size_t row)
{
	return ((struct data *)ctx)->id[row % 8];
}

static void cell(void *ctx, size_t row, size_t col, struct table_cell *c)
{
	struct data *d = ctx;
	d->asked++;
	if (col == 0)
		cell_set(c, ROLE_STRONG, "%s", d->id[row % 8]);
	else
		cell_num(c, ROLE_TEXT, d->num[row % 8], "%.0f", d->num[row % 8]);
}

static const struct table_column cols[] = {
	{ "NAME", .min = 4, .flex = 1 },
	{ "COST", .min = 5, .align = ALIGN_RIGHT, .priority = 1, .flags = COL_DESC },
	{ "EXTRA", .min = 8, .priority = 2 },
};
static const struct table_source source = { rows, id, cell, NULL };

static struct data abc(void)
{
	return (struct data){ .id = { "a", "b", "c", "d" }, .num = { 3, 1, NAN, 2 }, .n = 4 };
}

static void order_is(struct table *t, const struct data *d, const char *want)
{
	char got[32] = "";
	for (size_t i = 0; i < table_visible(t); i++)
		strcat(got, d->id[table_row_at(t, i)]);
	assert_string_equal(got, want);
}

static void sorting(void **state)
{
	struct data d = abc();
	struct table *t = table_new("t", cols, 3, &source, &d);
	struct error err = ERROR_INIT;
	bool desc;
	(void)state;
	order_is(t, &d, "abcd");
	table_sort(t, 1, false);
	order_is(t, &d, "bdac");               /* without a number: last, in both directions */
	table_sort(t, 1, true);
	order_is(t, &d, "adbc");
	assert_true(table_action(t, ACT_SORT, "co", &err));
	assert_int_equal(table_sort_column(t, &desc), 1);
	assert_false(desc);                    /* again: the other way */
	assert_true(table_action(t, ACT_SORT, "nope", &err));
	assert_int_equal(err.code, ERR_INVALID);
	table_sort(t, -1, false);
	order_is(t, &d, "abcd");
	table_free(t);
}

static void selection_follows_the_id(void **state)
{
	struct data d = abc();
	struct table *t = table_new("t", cols, 3, &source, &d);
	(void)state;
	table_action(t, ACT_DOWN, NULL, NULL);
	assert_string_equal(table_selected(t), "b");
	d = (struct data){ .id = { "x", "c", "b" }, .n = 3 };
	table_changed(t);
	assert_string_equal(table_selected(t), "b");
	assert_int_equal(table_selected_row(t), 2);
	d = (struct data){ .id = { "x", "c" }, .n = 2 };       /* gone: the neighbour */
	table_changed(t);
	assert_string_equal(table_selected(t), "c");
	d.n = 0;
	table_changed(t);
	assert_null(table_selected(t));
	assert_int_equal(table_selected_row(t), -1);
	table_action(t, ACT_DOWN, NULL, NULL);
	table_action(t, ACT_END, NULL, NULL);
	d = abc();
	table_changed(t);
	assert_false(table_select(t, "z"));                     /* comes later */
	d.id[3] = "z";
	table_changed(t);
	assert_int_equal(table_selected_row(t), 3);
	table_free(t);
}

static void hold_keeps_the_order(void **state)
{
	struct data d = abc();
	struct table *t = table_new("t", cols, 3, &source, &d);
	struct canvas *c = canvas_new(30, 6, GLYPHS_ASCII);
	(void)state;
	table_sort(t, 1, false);
	order_is(t, &d, "bdac");
	d.num[1] = 9;                                           /* b is dearest now */
	d.id[4] = "e";
	d.num[4] = 0;
	d.n = 5;
	table_changed(t);
	canvas_env(c)->hold = true;
	table_draw(t, canvas_draw(c), true);
	assert_true(canvas_env(c)->deferred);
	order_is(t, &d, "bdace");                               /* new rows at the end */
	canvas_clear(c);
	canvas_env(c)->hold = false;
	table_draw(t, canvas_draw(c), true);
	assert_false(canvas_env(c)->deferred);
	order_is(t, &d, "edabc");
	canvas_env(c)->hold = true;                             /* what the user asks for is not held back */
	table_sort(t, 1, true);
	order_is(t, &d, "badec");
	canvas_free(c);
	table_free(t);
}

static void filters_and_marks(void **state)
{
	struct data d = abc();
	struct table *t = table_new("t", cols, 3, &source, &d);
	struct error err = ERROR_INIT;
	const char *ids[8];
	(void)state;
	assert_int_equal(table_filter(t, "cost>1", &err), 0);
	order_is(t, &d, "ad");
	assert_int_equal(table_filter(t, "cost>x", &err), ERR_INVALID);
	assert_string_equal(table_filter_text(t), "cost>1");
	assert_int_equal(table_targets(t, ids, 8), 1);
	assert_string_equal(ids[0], "a");
	table_action(t, ACT_MARK_ALL, NULL, NULL);
	assert_int_equal(table_targets(t, ids, 8), 2);
	assert_int_equal(table_filter(t, "", &err), 0);
	assert_true(table_marked(t, "d"));
	assert_false(table_marked(t, "b"));
	table_unmark_all(t);
	table_select(t, "b");
	table_action(t, ACT_MARK, NULL, NULL);
	assert_string_equal(table_selected(t), "c");            /* on to the next */
	assert_int_equal(table_targets(t, ids, 8), 1);
	assert_string_equal(ids[0], "b");
	table_free(t);
}

/* 5,000 rows: what is asked for is what is seen. */
static void only_visible_cells(void **state)
{
	struct data d = abc();
	struct table *t = table_new("t", cols, 3, &source, &d);
	struct canvas *c = canvas_new(60, 20, GLYPHS_ASCII);
	(void)state;
	for (int i = 4; i < 8; i++)
		d.id[i] = "x";
	d.n = 5000;
	table_changed(t);
	table_draw(t, canvas_draw(c), true);
	assert_true(d.asked <= 20 * 3);
	table_free(t);
	canvas_free(c);
}

static void drawing(void **state)
{
	struct data d = abc();
	struct table *t = table_new("t", cols, 3, &source, &d);
	struct canvas *c = canvas_new(18, 4, GLYPHS_ASCII);
	(void)state;
	table_sort(t, 1, true);
	table_draw(t, canvas_draw(c), true);
	char *head = canvas_text(c, 0), *row = canvas_text(c, 1);
	assert_string_equal(head, "  NAME      COSTv");       /* EXTRA was dropped */
	assert_string_equal(row, "> a             3#");
	free(head);
	free(row);
	for (int w = 0; w < 12; w++)
		for (int h = 0; h < 5; h++) {
			canvas_resize(c, w, h);
			table_draw(t, canvas_draw(c), false);
		}
	struct event click = { .kind = EVENT_MOUSE, .mouse = MOUSE_PRESS, .button = 1, .x = 3, .y = 2 };
	bool act;
	canvas_resize(c, 18, 5);
	table_draw(t, canvas_draw(c), true);
	assert_true(table_mouse(t, &click, &act));
	assert_false(act);
	assert_string_equal(table_selected(t), "d");
	assert_true(table_mouse(t, &click, &act));
	assert_true(act);
	click.y = 0;
	assert_true(table_mouse(t, &click, &act));
	assert_int_equal(table_sort_column(t, NULL), 0);
	click.x = 99;
	assert_false(table_mouse(t, &click, &act));
	canvas_free(c);
	table_free(t);
}

/* ---- the log viewer ---- */

static void log_ring(void **state)
{
	struct logview *v = logview_new(4096);
	struct logview_state st;
	char line[64];
	(void)state;
	for (int i = 0; i < 1000; i++) {
		snprintf(line, sizeof line, "line %d of a log\n", i);
		for (size_t k = 0; k < strlen(line); k += 5)          /* in any portions */
			logview_append(v, line + k, strlen(line + k) < 5 ? strlen(line + k) : 5);
	}
	logview_state(v, &st);
	assert_true(st.bytes <= 4096);
	assert_int_equal(st.lines + st.dropped, 1000);
	struct canvas *c = canvas_new(40, 5, GLYPHS_ASCII);
	logview_draw(v, canvas_draw(c));
	char *last = canvas_text(c, 4);
	assert_true(strncmp(last, "line 999 of a log", 17) == 0);
	free(last);
	logview_clear(v);
	logview_state(v, &st);
	assert_int_equal(st.lines, 0);
	canvas_free(c);
	logview_free(v);
}

static void log_search(void **state)
{
	struct logview *v = logview_new(1 << 16);
	struct canvas *c = canvas_new(40, 5, GLYPHS_ASCII);
	struct logview_state st;
	struct error err = ERROR_INIT;
	char note[96];
	(void)state;
	for (int i = 0; i < 100; i++) {
		char line[64];
		snprintf(line, sizeof line, "%s %d\n", i % 10 ? "fine" : "ERROR here", i);
		logview_append(v, line, strlen(line));
	}
	logview_draw(v, canvas_draw(c));
	assert_int_equal(logview_search(v, "error", &err), 0);
	logview_state(v, &st);
	assert_int_equal(st.matches, 10);
	assert_int_equal(st.match, 10);
	assert_false(st.follow);
	logview_action(v, ACT_LOG_PREV);
	logview_action(v, ACT_LOG_PREV);
	logview_state(v, &st);
	assert_int_equal(st.match, 8);
	logview_action(v, ACT_LOG_NEXT);
	logview_note_text(v, glyphs_get(GLYPHS_ASCII), note, sizeof note);
	assert_string_equal(note, "100 lines - 9/10 matches");
	assert_int_equal(logview_search(v, "/[/", &err), ERR_INVALID);
	assert_int_equal(logview_search(v, "/^err.* [0-9]0$/", &err), 0);
	logview_state(v, &st);
	assert_int_equal(st.matches, 9);
	assert_int_equal(logview_filter(v, "error", &err), 0);
	canvas_clear(c);
	logview_draw(v, canvas_draw(c));
	char *line = canvas_text(c, 0);
	assert_true(strncmp(line, "ERROR here 50", 13) == 0);
	free(line);
	/* New lines are counted as they come. */
	logview_append(v, "error 90", 8);
	logview_state(v, &st);
	assert_int_equal(st.matches, 10);
	logview_append(v, "5\n", 2);
	logview_state(v, &st);
	assert_int_equal(st.matches, 9);
	canvas_free(c);
	logview_free(v);
}

static void log_text(void **state)
{
	struct logview *v = logview_new(1 << 16);
	struct canvas *c = canvas_new(21, 8, GLYPHS_ASCII);
	(void)state;
	static const char text[] = "\033[31mred\033[0m\tx\x01\n10%\r50%\r99%\n";
	logview_append(v, text, strlen(text));
	logview_append(v, "0123456789012345678901234567890123456789012345\n", 47);
	logview_action(v, ACT_LOG_WRAP);
	logview_draw(v, canvas_draw(c));
	static const char *const want[] = { "red     x?", "99%", "01234567890123456789", "01234567890123456789",
		                            "012345" };
	for (int y = 0; y < 5; y++) {
		char *line = canvas_text(c, y);
		assert_string_equal(line, want[y]);
		free(line);
	}
	for (int w = 0; w < 6; w++)
		for (int h = 0; h < 4; h++) {
			canvas_resize(c, w, h);
			logview_draw(v, canvas_draw(c));
			logview_action(v, ACT_UP);
			logview_action(v, ACT_PAGE_DOWN);
			logview_action(v, ACT_HOME);
			logview_action(v, ACT_LOG_FOLLOW);
		}
	canvas_free(c);
	logview_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorting), cmocka_unit_test(selection_follows_the_id),
		cmocka_unit_test(hold_keeps_the_order), cmocka_unit_test(filters_and_marks),
		cmocka_unit_test(only_visible_cells), cmocka_unit_test(drawing), cmocka_unit_test(log_ring),
		cmocka_unit_test(log_search), cmocka_unit_test(log_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
