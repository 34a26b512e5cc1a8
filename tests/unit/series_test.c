/* Series: statistic sets and percentiles, chunks as bytes, late samples, roll-ups, restart, memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/metrics/chunk.h"
#include "core/metrics/series.h"
#include "core/model/alarm.h"

#define T0 1795003200LL /* s; a whole hour */

struct fixture {
	char dir[64];
	char *path;
	struct series_store *st;
	struct error err;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	strcpy(f->dir, "/tmp/stoker-series-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->path = xasprintf("%s/series.db", f->dir);
	assert_int_equal(series_open(f->path, &f->st, &f->err), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	series_close(f->st);
	fs_remove_tree(f->dir, NULL);
	free(f->path);
	free(f);
	return 0;
}

static void reopen(struct fixture *f)
{
	series_close(f->st);
	f->st = NULL;
	assert_int_equal(series_open(f->path, &f->st, &f->err), 0);
}

static struct series *named(struct fixture *f, const char *name)
{
	struct pair_list dims = { 0 };
	pair_list_set(&dims, "JobFlowId", "j-1");
	struct series_name n = { "us-east-1", "NS", name, &dims };
	struct series *s = series_make(f->st, &n);

	pair_list_free(&dims);
	assert_non_null(s);
	return s;
}

static double stat_of(struct fixture *f, const char *name, const char *stat, int period, int64_t at, int64_t now)
{
	struct series_slot slot = { 0 };
	struct stat_wish w;

	assert_true(stat_parse(stat, &w));
	series_read(f->st, named(f, name), period, at, 1, stat_needs_values(&w), now, &slot);
	double v = stat_value(&w, &slot.set, &slot.bag);
	series_slots_free(&slot, 1);
	return v;
}

static void add(struct fixture *f, const char *name, int64_t t, double v)
{
	series_add(f->st, named(f, name), t, v, 1, false, -1);
}

static void work_all(struct fixture *f, int64_t now)
{
	for (int i = 0; i < 32; i++)
		series_work(f->st, now + i / 16 * 11);
}

/* ---- bags ---- */

static void test_percentiles_of_few_are_exact(void **state)
{
	struct bag b = { 0 };
	struct stat_set s = { 4, 10, 1, 4 };

	(void)state;
	for (int i = 1; i <= 4; i++)
		bag_add(&b, i, 1, BAG_BINS);
	assert_true(bag_percentile(&b, &s, 50) == 2 && bag_percentile(&b, &s, 75) == 3);
	assert_true(bag_percentile(&b, &s, 0) == 1 && bag_percentile(&b, &s, 100) == 4);
	b.partial = true;
	assert_true(isnan(bag_percentile(&b, &s, 50)));
	bag_free(&b);
}

static void test_percentiles_of_many_are_near(void **state)
{
	struct bag b = { 0 };
	struct stat_set s = { 0 };

	(void)state;
	for (int i = 1; i <= 1000; i++) {
		double v = (i * 617) % 1000 + 1;
		stat_add(&s, &(struct stat_set){ 1, v, v, v });
		bag_add(&b, v, 1, BAG_BINS);
	}
	assert_true(b.len <= BAG_BINS);
	for (int p = 10; p <= 99; p += 10)
		assert_true(fabs(bag_percentile(&b, &s, p) - p * 10) < p * 10 * 0.2);
	bag_free(&b);
	for (int i = -500; i <= 500; i++)
		bag_add(&b, i, 1, BAG_WIDE);
	s = (struct stat_set){ 1001, 0, -500, 500 };
	assert_true(fabs(bag_percentile(&b, &s, 50)) < 5);
	assert_true(fabs(bag_percentile(&b, &s, 10) + 400) < 10);
	bag_free(&b);
}

static void test_statistics_by_name(void **state)
{
	struct stat_wish w;

	(void)state;
	assert_true(stat_parse("Average", &w) && w.kind == STAT_AVERAGE);
	assert_true(stat_parse("p99.9", &w) && w.kind == STAT_PERCENTILE && w.p == 99.9);
	static const char *const wrong[] = { "p101", "p", "p9x", "Mean", "", "tm", "tm0", "tm101", "TM()", "TM(:)", "TM(5:3)",
	                                     "TM(5%:9)", "TM(:110%)", "PR(1%:2%)", "PR90", "TM(1:2", "TM(1:2)x", "IQM5", "p-1",
	                                     "TM(nan:1)", "TM(:inf)" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (stat_parse(wrong[i], &w))
			fail_msg("%s is no statistic", wrong[i]);
	assert_true(stat_parse("p99", &w) && stat_samples_needed(&w) > 999 && stat_samples_needed(&w) < 1001);
	assert_true(stat_parse("p10", &w) && stat_samples_needed(&w) == 100);
	assert_true(stat_parse("p100", &w) && stat_samples_needed(&w) == 0);
}

/* Of the values 1 … 10. */
static void test_trimmed_statistics(void **state)
{
	static const struct { const char *name; double value; } table[] = {
		{ "TM(10%:90%)", 5.5 }, { "tm90", 5 }, { "TM(:90%)", 5 }, { "wm90", 5.4 }, { "WM(20%:90%)", 5.7 }, { "IQM", 5.5 },
		{ "TC(:5)", 5 }, { "TC(5:)", 5 }, { "tc25", 2.5 }, { "TS(5:)", 40 }, { "ts100", 55 }, { "PR(2:5)", 30 },
		{ "PR(:3)", 30 }, { "PR(20:)", 0 }, { "WM(2:8)", 5.3 }, { "TM(2:4)", 3.5 }, { "tm50", 3 }, { "TM(20:)", NAN },
	};
	struct bag b = { 0 };
	struct stat_set s = { 10, 55, 1, 10 };

	(void)state;
	for (int i = 10; i > 0; i--)
		bag_add(&b, i, 1, BAG_WIDE);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct stat_wish w;
		if (!stat_parse(table[i].name, &w) || !stat_needs_values(&w))
			fail_msg("%s is not known", table[i].name);
		double v = stat_value(&w, &s, &b);
		if (isnan(table[i].value) ? !isnan(v) : !(fabs(v - table[i].value) < 1e-9))
			fail_msg("%s is %g, not %g", table[i].name, v, table[i].value);
	}
	bag_free(&b);
}

/* ---- chunks ---- */

static void test_chunks_give_back_what_was_written(void **state)
{
	struct buf b = BUF_INIT;
	struct chunk_writer w = CHUNK_WRITER(&b);
	struct point in[6] = {
		{ .slot = 0, .set = { 1, 5, 5, 5 } }, { .slot = 1, .set = { 1, 5, 5, 5 } },
		{ .slot = 7, .set = { 3, 9, 3, 3 } }, { .slot = 8, .set = { 2.5, 7, 1, 4 }, .bag = { .partial = true } },
		{ .slot = 9, .set = { 4, 10, 1, 4 } }, { .slot = 59, .set = { 1, -0.1, -0.1, -0.1 } },
	};
	struct point p;

	(void)state;
	for (int i = 1; i <= 4; i++)
		bag_add(&in[4].bag, i, 1, BAG_BINS);
	for (int i = 0; i < 6; i++)
		chunk_write(&w, &in[i]);
	assert_true(b.len < 160);
	struct chunk_reader r = CHUNK_READER(b.data, b.len, true);
	for (int i = 0; i < 6; i++) {
		assert_true(chunk_read(&r, &p));
		assert_int_equal(p.slot, in[i].slot);
		assert_memory_equal(&p.set, &in[i].set, sizeof p.set);
		assert_int_equal(p.bag.len, in[i].bag.len);
		assert_int_equal(p.bag.partial, in[i].bag.partial);
		bag_free(&p.bag);
	}
	assert_false(chunk_read(&r, &p));
	/* Whatever is cut off or overwritten ends in a stop, never beyond the bytes. */
	for (size_t n = 0; n < b.len; n++) {
		struct chunk_reader cut = CHUNK_READER(b.data, n, true);
		while (chunk_read(&cut, &p))
			bag_free(&p.bag);
		b.data[n] = (char)(b.data[n] * 31 + 7);
		struct chunk_reader odd = CHUNK_READER(b.data, b.len, true);
		while (chunk_read(&odd, &p))
			bag_free(&p.bag);
	}
	bag_free(&in[4].bag);
	buf_free(&b);
}

static void test_binned_bags_keep_their_bins(void **state)
{
	struct buf b = BUF_INIT;
	struct chunk_writer w = CHUNK_WRITER(&b);
	struct point in = { .set = { 100, 0, -50, 49 } }, p;

	(void)state;
	for (int i = -50; i < 50; i++)
		bag_add(&in.bag, i, 1, BAG_BINS);
	assert_true(in.bag.level > 0);
	chunk_write(&w, &in);
	struct chunk_reader r = CHUNK_READER(b.data, b.len, true);
	assert_true(chunk_read(&r, &p));
	assert_int_equal(p.bag.len, in.bag.len);
	for (int i = 0; i < p.bag.len; i++) {
		assert_true(fabs(p.bag.items[i].value - in.bag.items[i].value) <= 1e-6 * fabs(in.bag.items[i].value));
		assert_true(p.bag.items[i].count == in.bag.items[i].count);
	}
	bag_free(&p.bag);
	bag_free(&in.bag);
	buf_free(&b);
}

/* ---- the store ---- */

static void test_periods_add_up(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 300; i++)
		add(f, "m", T0 + i, i);
	assert_true(stat_of(f, "m", "SampleCount", 60, T0, T0) == 60);
	assert_true(stat_of(f, "m", "Average", 60, T0 + 60, T0) == 89.5);
	assert_true(stat_of(f, "m", "Maximum", 60, T0 + 240, T0) == 299);
	assert_true(stat_of(f, "m", "Sum", 300, T0, T0) == 300 * 299 / 2.0);
	assert_true(stat_of(f, "m", "Minimum", 300, T0, T0) == 0);
	assert_true(fabs(stat_of(f, "m", "p90", 300, T0, T0) - 270) < 30);
	assert_true(isnan(stat_of(f, "m", "Average", 60, T0 + 300, T0)));
	assert_true(isnan(stat_of(f, "other", "Average", 60, T0, T0)));
}

static void test_late_samples_find_their_place(void **state)
{
	struct fixture *f = *state;

	add(f, "m", T0 + 120, 1);
	add(f, "m", T0 + 240, 2);
	add(f, "m", T0 + 180, 7);       /* between two */
	add(f, "m", T0 + 125, 3);       /* into one that is closed */
	add(f, "m", T0 - 7200, 9);      /* before all */
	assert_true(stat_of(f, "m", "Average", 60, T0 + 120, T0) == 2);
	assert_true(stat_of(f, "m", "Average", 60, T0 + 180, T0) == 7);
	assert_true(stat_of(f, "m", "Average", 60, T0 + 240, T0) == 2);
	assert_true(stat_of(f, "m", "Average", 60, T0 - 7200, T0) == 9);
	assert_true(stat_of(f, "m", "SampleCount", 60, T0 + 120, T0) == 2);
	assert_true(stat_of(f, "m", "p50", 60, T0 + 120, T0) == 1);
}

static void test_sets_without_values(void **state)
{
	struct fixture *f = *state;

	series_add_set(f->st, named(f, "m"), T0, &(struct stat_set){ 10, 50, 1, 9 }, false, 3);
	assert_true(stat_of(f, "m", "Average", 60, T0, T0) == 5);
	assert_true(isnan(stat_of(f, "m", "p50", 60, T0, T0)));
	series_add_set(f->st, named(f, "m"), T0 + 60, &(struct stat_set){ 4, 8, 2, 2 }, false, -1);
	assert_true(stat_of(f, "m", "p50", 60, T0 + 60, T0) == 2);
	assert_int_equal(series_unit(named(f, "m")), 3);
}

static void test_high_resolution(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 60; i++)
		series_add(f->st, named(f, "h"), T0 + i, i, 1, true, -1);
	add(f, "m", T0, 5);
	assert_true(stat_of(f, "h", "Average", 10, T0 + 10, T0) == 14.5);
	assert_true(stat_of(f, "h", "Sum", 1, T0 + 59, T0) == 59);
	assert_true(stat_of(f, "h", "SampleCount", 60, T0, T0) == 60);
	assert_true(isnan(stat_of(f, "m", "Average", 10, T0, T0)));
}

static void test_survives_a_restart(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 240; i++) {
		add(f, "m", T0 + i * 10, i);
		if (i % 60 == 30)
			reopen(f);
	}
	reopen(f);
	assert_true(stat_of(f, "m", "SampleCount", 60, T0 + 300, T0 + 2400) == 6);
	assert_true(stat_of(f, "m", "Average", 60, T0 + 300, T0 + 2400) == 32.5);
	assert_true(stat_of(f, "m", "SampleCount", 3600, T0, T0 + 2400) == 240);
	assert_int_equal(series_count(f->st), 1);
	assert_int_equal(series_last(named(f, "m")), T0 + 2390);
}

static void test_a_crash_loses_little(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 10; i++)
		add(f, "m", T0 + i * 60, 1);
	work_all(f, T0 + 560);
	char *copy = xasprintf("cp -r %s %s.copy", f->dir, f->dir);
	assert_int_equal(system(copy), 0);
	free(copy);
	char *path = xasprintf("%s.copy/series.db", f->dir), *dir = xasprintf("%s.copy", f->dir);
	struct series_store *st = f->st;
	assert_int_equal(series_open(path, &f->st, &f->err), 0);
	assert_true(stat_of(f, "m", "SampleCount", 3600, T0, T0 + 600) == 10);
	series_close(f->st);
	f->st = st;
	fs_remove_tree(dir, NULL);
	free(path);
	free(dir);
}

static void test_hours_outlive_minutes(void **state)
{
	struct fixture *f = *state;
	int64_t later = T0 + 20 * 86400;

	for (int h = 0; h < 3; h++)
		for (int i = 0; i < 60; i++)
			add(f, "m", T0 + h * 3600 + i * 60, h + 1);
	reopen(f);
	work_all(f, T0 + 3 * 3600 + 200);
	work_all(f, later);
	assert_true(isnan(stat_of(f, "m", "Average", 60, T0 + 60, later)));
	assert_true(stat_of(f, "m", "Average", 3600, T0 + 3600, later) == 2);
	assert_true(stat_of(f, "m", "SampleCount", 3600, T0 + 7200, later) == 60);
	assert_true(stat_of(f, "m", "p50", 3600, T0 + 7200, later) == 3);
	/* A late sample changes the hour as well. */
	add(f, "late", T0, 1);
	work_all(f, T0 + 4000);
	add(f, "late", T0 + 30, 3);
	work_all(f, T0 + 4100);
	work_all(f, later);
	assert_true(stat_of(f, "late", "Average", 3600, T0, later) == 2);
	/* And what is older than all of it goes. */
	work_all(f, T0 + 70LL * 86400);
	assert_int_equal(series_count(f->st), 0);
}

static bool count_view(const struct series_view *v, void *ctx);

static void test_units_are_apart(void **state)
{
	struct fixture *f = *state;
	int seconds = names_parse(&metric_unit_names, "Seconds"), bytes = names_parse(&metric_unit_names, "Bytes");
	struct series_slot slot = { 0 };
	int n = 0;

	series_add(f->st, named(f, "m"), T0, 2, 1, false, seconds);
	series_add(f->st, named(f, "m"), T0, 900, 1, false, bytes);
	series_add(f->st, named(f, "m"), T0, 5, 1, false, -1);
	series_add(f->st, named(f, "m"), T0 + 7, 3, 1, false, seconds);
	for (int round = 0; round < 2; round++) {
		struct series *s = named(f, "m");
		assert_int_equal(series_unit(s), seconds);
		series_read_one(f->st, s, 60, T0, 1, false, T0 + 60, &slot);
		assert_true(slot.set.n == 2 && slot.set.sum == 5);
		memset(&slot, 0, sizeof slot);
		series_read_one(f->st, series_of_unit(s, "Bytes"), 60, T0, 1, false, T0 + 60, &slot);
		assert_true(slot.set.n == 1 && slot.set.sum == 900);
		memset(&slot, 0, sizeof slot);
		assert_non_null(series_of_unit(s, "None"));
		assert_null(series_of_unit(s, "Percent"));
		assert_true(stat_of(f, "m", "Sum", 60, T0, T0 + 60) == 910);
		assert_int_equal(series_last(s), T0 + 7);
		n = 0;
		series_each(f->st, "us-east-1", "NS", 0, count_view, &n);
		assert_int_equal(n, 1); /* one metric, whatever its units */
		reopen(f);
	}
	/* The first one stays as long as one of them lives. */
	series_add(f->st, named(f, "m"), T0 + 40LL * 86400, 901, 1, false, bytes);
	work_all(f, T0 + 70LL * 86400);
	assert_int_equal(series_count(f->st), 2);
	assert_true(stat_of(f, "m", "Sum", 3600, (T0 + 40LL * 86400) / 3600 * 3600, T0 + 70LL * 86400) == 901);
	work_all(f, T0 + 110LL * 86400);
	work_all(f, T0 + 110LL * 86400);
	assert_int_equal(series_count(f->st), 0);
}

static bool count_view(const struct series_view *v, void *ctx)
{
	assert_string_equal(v->ns, "NS");
	assert_int_equal(v->dims->len, 1);
	assert_string_equal(v->dims->items[0].value, "j-1");
	return ++*(int *)ctx < 2;
}

static void test_names_by_region(void **state)
{
	struct fixture *f = *state;
	struct pair_list none = { 0 };
	struct series_name other = { "eu-west-1", "NS", "a", &none };
	int n = 0;

	add(f, "a", T0, 1);
	add(f, "b", T0, 1);
	add(f, "c", T0, 1);
	assert_null(series_find(f->st, &other));
	assert_non_null(series_make(f->st, &other));
	series_each(f->st, "us-east-1", "NS", 0, count_view, &n);
	assert_int_equal(n, 2);
	n = 0;
	series_each(f->st, "us-east-1", NULL, series_id(named(f, "a")), count_view, &n);
	assert_int_equal(n, 2);
	n = 0;
	series_each(f->st, "us-east-1", "N", 0, count_view, &n);
	assert_int_equal(n, 0);
}

static long rss_kb(void)
{
	long pages = 0;
	FILE *p = fopen("/proc/self/statm", "r");

	assert_non_null(p);
	assert_int_equal(fscanf(p, "%*d %ld", &pages), 1);
	fclose(p);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* An hour of a sample per second in each of 1,000 series: a tenth of the fleet that is promised. */
static void test_memory_and_speed(void **state)
{
	struct fixture *f = *state;
	struct series *s[1000];
	char name[32];
	long before = rss_kb();

	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof name, "metric-%d", i);
		s[i] = named(f, name);
	}
	clock_t begin = clock(); /* CPU, not time: others may use the machine as well */
	for (int t = 0; t < 600; t++) {
		for (int i = 0; i < 1000; i++)
			series_add(f->st, s[i], T0 + t * 6, (double)((t * 7919 + i * 31) % 1000) / 10, 1, false, 14);
		series_work(f->st, T0 + t * 6);
	}
	double us = (double)(clock() - begin) * (1e6 / CLOCKS_PER_SEC) / 600000;
	long grown = rss_kb() - before;
	print_message("%.2f us per sample with its writing, %ld kB for 1,000 series\n", us, grown);
#ifndef __SANITIZE_ADDRESS__
	assert_true(us < 25);
	assert_true(grown < 12000);
#endif
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_percentiles_of_few_are_exact), cmocka_unit_test(test_percentiles_of_many_are_near),
		cmocka_unit_test(test_statistics_by_name), cmocka_unit_test(test_chunks_give_back_what_was_written),
		cmocka_unit_test(test_binned_bags_keep_their_bins), T(test_periods_add_up),
		T(test_late_samples_find_their_place), T(test_sets_without_values), T(test_high_resolution),
		T(test_survives_a_restart), T(test_a_crash_loses_little), T(test_hours_outlive_minutes),
		T(test_names_by_region), T(test_units_are_apart), T(test_trimmed_statistics), T(test_memory_and_speed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
