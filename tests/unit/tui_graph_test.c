#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "tui/canvas.h"
#include "tui/graph_impl.h"

static void columns_are(const struct graph *g, size_t n, const double *want)
{
	double v[64];
	graph_columns(g, 0, n, 0, v);
	for (size_t i = 0; i < n; i++)
		if (isnan(want[i]) ? !isnan(v[i]) : v[i] != want[i]) {
			print_message("column %zu is %g, wanted %g\n", i, v[i], want[i]);
			fail();
		}
}

static void one_sample_per_column(void **state)
{
	static const double v[] = { 1, 2, NAN, 4 };
	struct graph_series s = { "x", v, 4, 0 };
	struct graph g = { .series = &s, .n = 1, .cursor = -1 };
	(void)state;
	columns_are(&g, 4, (double[]){ 1, 2, NAN, 4 });
	columns_are(&g, 2, (double[]){ NAN, 4 });
	columns_are(&g, 6, (double[]){ NAN, NAN, 1, 2, NAN, 4 });
}

/* Many samples to a column: the peak counts, columns stand on fixed instants while time goes on. */
static void folded_columns(void **state)
{
	static const double v[] = { 1, 9, 2, 3, NAN, NAN, 7, 4 };
	struct graph_series s = { "x", v, 8, 0 };
	struct graph g = { .series = &s, .n = 1, .step_ms = 1000, .span_ms = 8000, .end_ms = 7000, .cursor = -1 };
	(void)state;
	columns_are(&g, 4, (double[]){ 9, 3, NAN, 7 });
	s.n = 7;                                       /* the last column is half full */
	g.end_ms = 6000;
	columns_are(&g, 4, (double[]){ 9, 3, NAN, 7 });
	s.n = 8;
	g.kind = GRAPH_STACK;                          /* stacks: the mean */
	g.end_ms = 7000;
	columns_are(&g, 4, (double[]){ 5, 2.5, NAN, 5.5 });
	g.kind = GRAPH_AREA;
	g.span_ms = 2000;                              /* stretched */
	columns_are(&g, 4, (double[]){ 7, 7, 4, 4 });
}

static void calm_scales(void **state)
{
	(void)state;
	assert_true(graph_calm(0, false) == 1);
	assert_true(graph_calm(7, false) == 8);
	assert_true(graph_calm(101, false) == 150);
	assert_true(graph_calm(100, false) == 100);
	assert_true(fabs(graph_calm(0.03, false) - 0.03) < 1e-9);
	assert_true(graph_calm(1500, true) == 1536);
	assert_true(graph_calm(INFINITY, false) == 1);
}

static void texts_are(void (*f)(double, char *, size_t), double v, const char *want)
{
	char out[32];
	f(v, out, sizeof out);
	assert_string_equal(out, want);
}

static void formats(void **state)
{
	(void)state;
	texts_are(graph_percent, 67.6, "68%");
	texts_are(graph_bytes, 512, "512B");
	texts_are(graph_bytes, 1536, "1.5K");
	texts_are(graph_bytes, 1023.9 * 1024, "1.0M");
	texts_are(graph_bytes, 64.0 * 1073741824, "64G");
	texts_are(graph_bytes_rate, 2097152, "2.0M/s");
	texts_are(graph_count, 1234, "1.2k");
	texts_are(graph_count, 0.5, "0.5");
	texts_are(graph_count, 999999, "1.0M");
}

static char *plot(const struct graph *g, enum glyph_set set, int w, int h, bool lean)
{
	struct canvas *c = canvas_new(w, h, set);
	struct buf out = BUF_INIT;
	canvas_env(c)->lean = lean;
	graph_draw(canvas_draw(c), g);
	for (int y = 0; y < h; y++) {
		char *line = canvas_text(c, y);
		buf_addf(&out, "%s|", line);
		free(line);
	}
	canvas_free(c);
	return buf_steal(&out);
}

static void plot_is(const struct graph *g, enum glyph_set set, int w, int h, bool lean, const char *want)
{
	char *got = plot(g, set, w, h, lean);
	assert_string_equal(got, want);
	free(got);
}

static void rasters(void **state)
{
	static const double v[] = { 0, 25, 50, 75, 100, NAN, 100, 12 };
	struct graph_series s = { "x", v, 8, 0 };
	struct graph g = { .series = &s, .n = 1, .max = 100, .cursor = -1 };
	(void)state;
	plot_is(&g, GLYPHS_BRAILLE, 4, 1, false, "⣀⣴⡇⣇|");
	plot_is(&g, GLYPHS_BRAILLE, 4, 2, false, " ⢠⡇⡇|⣠⣿⡇⣇|");
}

static void ascii_and_block(void **state)
{
	static const double v[] = { 0, 25, 50, 75, 100, NAN, 100, 12 };
	struct graph_series s = { "x", v, 8, 0 };
	struct graph g = { .series = &s, .n = 1, .max = 100, .cursor = -1 };
	(void)state;
	plot_is(&g, GLYPHS_BLOCK, 4, 1, false, "▂▆██|");
	char *got = plot(&g, GLYPHS_ASCII, 4, 1, false);
	assert_int_equal(strlen(got), 5);
	free(got);
	g.kind = GRAPH_LINE;
	got = plot(&g, GLYPHS_ASCII, 4, 2, false);
	assert_non_null(strchr(got, '*'));
	free(got);
}

/* In lean mode only the column that is written changes from one tick to the next. */
static void sweep(void **state)
{
	double v[41];
	struct graph_series s = { "x", v, 40, 0 };
	struct graph g = { .series = &s, .n = 1, .max = 100, .step_ms = 1000, .end_ms = 1000000, .cursor = -1 };
	(void)state;
	for (int i = 0; i < 41; i++)
		v[i] = (i * 37) % 100;
	struct canvas *a = canvas_new(20, 3, GLYPHS_BRAILLE), *b = canvas_new(20, 3, GLYPHS_BRAILLE);
	canvas_env(a)->lean = canvas_env(b)->lean = true;
	graph_draw(canvas_draw(a), &g);
	s.v = v + 1;
	g.end_ms += 1000;
	graph_draw(canvas_draw(b), &g);
	int changed = 0;
	for (int x = 0; x < 20; x++) {
		bool same = true;
		for (int y = 0; y < 3; y++)
			same = same && canvas_row(a, y)[x].cp == canvas_row(b, y)[x].cp;
		changed += !same;
	}
	assert_true(changed <= 4);
	canvas_free(a);
	canvas_free(b);
}

static void notes(void **state)
{
	static const double v[] = { 10, 20, NAN, 40 };
	struct graph_series s = { "x", v, 4, 0 };
	struct graph g = { .series = &s, .n = 1, .max = 100, .format = graph_percent, .step_ms = 1000,
		           .end_ms = 1763714467000, .cursor = -1 };
	char out[64];
	(void)state;
	setenv("TZ", "UTC", 1);
	graph_note(&g, 10, out, sizeof out);
	assert_string_equal(out, "40%");
	g.cursor = 0;
	graph_note(&g, 10, out, sizeof out);
	assert_string_equal(out, "40% 08:41:07");
	g.cursor = 1;
	graph_note(&g, 10, out, sizeof out);
	assert_string_equal(out, "20% 08:41:05");
	g.cursor = 4;
	graph_note(&g, 10, out, sizeof out);
	assert_string_equal(out, "no data 08:40:59");
	assert_true(graph_action(&g.cursor, 5, ACT_GRAPH_LEFT));
	assert_int_equal(g.cursor, 4);
	for (int i = 0; i < 7; i++)
		graph_action(&g.cursor, 5, ACT_GRAPH_RIGHT);
	assert_int_equal(g.cursor, -1);
}

static void any_size(void **state)
{
	double v[50];
	struct graph_series s[3] = { { "a", v, 50, 0 }, { "b", v, 20, 0 }, { "c", v, 0, 0 } };
	(void)state;
	for (int i = 0; i < 50; i++)
		v[i] = i % 7 ? i * 1e6 : i % 3 ? NAN : -5;
	for (int kind = 0; kind < 3; kind++)
		for (int set = 0; set < 3; set++)
			for (int w = 0; w < 30; w += 3)
				for (int h = 0; h < 7; h++) {
					struct graph g = { .kind = (enum graph_kind)kind, .series = s, .n = 3, .step_ms = 1000,
						           .end_ms = 5000, .span_ms = w * 3000, .scale = true, .legend = true,
						           .cursor = w - 2, .format = graph_bytes };
					char note[40];
					free(plot(&g, (enum glyph_set)set, w, h, h % 2));
					graph_note(&g, w, note, sizeof note);
				}
}

static void bars(void **state)
{
	struct canvas *c = canvas_new(20, 3, GLYPHS_BLOCK);
	struct draw d = canvas_draw(c);
	char out[64];
	(void)state;
	bar_draw(d, 0, 0, 4, 0.5, ROLE_OK);
	char *line = canvas_text(c, 0);
	assert_string_equal(line, "██░░");
	free(line);
	gauge_draw(d, 0, 1, 14, "cpu", 1.0, ROLE_OK, "100%");
	line = canvas_text(c, 1);
	assert_string_equal(line, "cpu █████ 100%");
	free(line);
	bar_draw(d, 0, 2, 3, NAN, ROLE_OK);
	bar_draw(d, 0, 2, -3, 2, ROLE_OK);
	static const double v[] = { 0, 1, NAN, 2, 4 };
	assert_string_equal(spark_text(glyphs_get(GLYPHS_BLOCK), v, 5, 4, 0, out, sizeof out), "▃ ▅█");
	assert_string_equal(spark_text(glyphs_get(GLYPHS_BLOCK), v, 2, 4, 1, out, sizeof out), "  ▁█");
	spark_text(glyphs_get(GLYPHS_BLOCK), v, 5, 5, 0, out, 6);
	assert_true(strlen(out) < 6);
	canvas_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_sample_per_column), cmocka_unit_test(folded_columns), cmocka_unit_test(calm_scales),
		cmocka_unit_test(formats), cmocka_unit_test(rasters), cmocka_unit_test(ascii_and_block),
		cmocka_unit_test(sweep), cmocka_unit_test(notes), cmocka_unit_test(any_size), cmocka_unit_test(bars),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
