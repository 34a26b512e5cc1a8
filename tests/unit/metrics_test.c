/* Samples and their roll-ups, and the readers of /proc over a made-up one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/metrics/metrics.h"
#include "core/metrics/sampler.h"
#include "core/model/common.h"

struct fixture {
	char dir[64];
	char *path;
	struct metrics *m;
	struct error err;
};

#define T0 1795000000LL /* s; not on a minute */

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	strcpy(f->dir, "/tmp/stoker-metrics-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->path = xasprintf("%s/metrics.db", f->dir);
	assert_int_equal(metrics_open(f->path, &f->m, &f->err), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	metrics_close(f->m);
	fs_remove_tree(f->dir, NULL);
	free(f->path);
	free(f);
	return 0;
}

static void reopen(struct fixture *f)
{
	metrics_close(f->m);
	assert_int_equal(metrics_open(f->path, &f->m, &f->err), 0);
}

static void add(struct fixture *f, const char *instance, int64_t s, double cpu, double rss)
{
	double v[METRICS];

	for (int i = 0; i < METRICS; i++)
		v[i] = NAN;
	v[METRIC_CPU] = cpu;
	v[METRIC_NODE_RSS] = rss;
	v[METRIC_VCPUS] = 2;
	metrics_add(f->m, "j-1", instance, s * 1000, v);
}

static double point(struct fixture *f, const char *instance, const char *name, int period, int64_t at)
{
	struct metric_points p = { 0 };

	assert_int_equal(metrics_query(f->m, "j-1", instance, name, period, at, at, &p, &f->err), 0);
	assert_int_equal(p.len, 1);
	double v = p.items[0].value;
	free(p.items);
	return v;
}

static void test_points_and_gaps(void **state)
{
	struct fixture *f = *state;
	struct metric_points p = { 0 };
	int64_t t = T0 / 5 * 5;

	add(f, "ci-1", t, 10, 100);
	add(f, "ci-1", t + 10, 30, 100);
	assert_int_equal(metrics_query(f->m, "j-1", "ci-1", "cpu", 5, t, t + 14, &p, &f->err), 0);
	assert_int_equal(p.len, 3);
	assert_true(p.items[0].value == 10 && p.items[2].value == 30);
	assert_true(isnan(p.items[1].value));
	assert_int_equal(p.items[1].time, t + 5);
	free(p.items);
	assert_int_equal(metrics_query(f->m, "j-1", NULL, "nonsense", 5, t, t, &p, &f->err), ERR_NOTFOUND);
}

static void test_clusters_fold_their_nodes(void **state)
{
	struct fixture *f = *state;
	int64_t t = T0 / 5 * 5;

	add(f, "ci-1", t, 10, 100);
	add(f, "ci-2", t + 1, 30, 50);
	assert_true(point(f, NULL, "cpu", 5, t) == 20);         /* one machine: the mean */
	assert_true(point(f, NULL, "node.rss", 5, t) == 150);   /* the nodes' own: the sum */
	assert_true(point(f, NULL, "nodes", 5, t) == 2);
	assert_true(point(f, NULL, "vcpus", 5, t) == 4);
	assert_true(point(f, "ci-2", "cpu", 5, t) == 30);
}

static void test_rollups_survive_a_restart(void **state)
{
	struct fixture *f = *state;
	int64_t hour = T0 / 3600 * 3600;

	for (int64_t t = hour; t < hour + 3600 + 65; t += 5) {
		add(f, "ci-1", t, (double)((t - hour) / 60), 7);
		if (t == hour + 1800)
			reopen(f);
	}
	reopen(f);
	assert_true(point(f, "ci-1", "cpu", 60, hour + 120) == 2);
	assert_true(point(f, "ci-1", "cpu", 60, hour + 1800) == 30);
	double h = point(f, "ci-1", "cpu", 3600, hour);
	assert_true(h > 29 && h < 30);
	assert_true(point(f, NULL, "node.rss", 60, hour + 60) == 7);
	/* The minute that still runs is answered from the fine samples. */
	assert_true(point(f, "ci-1", "cpu", 60, hour + 3660) == 61);
	assert_true(point(f, NULL, "nodes", 60, hour + 3660) == 1);
}

static void test_periods(void **state)
{
	(void)state;
	assert_int_equal(metrics_period(1000000 - 600, 1000000), 5);
	assert_int_equal(metrics_period(1000000 - 7200, 1000000), 60);
	assert_int_equal(metrics_period(100000000 - 20 * 86400, 100000000), 3600);
}

static void test_read_sample(void **state)
{
	const char *text = "{\"cpu\":{\"user\":20,\"idle\":70,\"iowait\":10},\"load1\":0.5,\"mem\":{\"total\":"
	                   "200,\"used\":50},\"disk\":{\"used\":1,\"total\":4},\"net\":{\"rx\":9}}";
	cJSON *msg = json_parse(text, strlen(text), NULL);
	double v[METRICS];

	(void)state;
	metrics_read_sample(msg, v);
	assert_true(v[METRIC_CPU] == 20);
	assert_true(v[METRIC_CPU_USER] == 20);
	assert_true(v[METRIC_LOAD1] == 0.5);
	assert_true(v[METRIC_MEM_PERCENT] == 25);
	assert_true(v[METRIC_DISK_PERCENT] == 25);
	assert_true(v[METRIC_NET_RX] == 9);
	assert_true(isnan(v[METRIC_NET_TX]));
	cJSON_Delete(msg);
}

static void write_proc(struct fixture *f, const char *name, const char *text)
{
	char *path = xasprintf("%s/proc/%s", f->dir, name), *slash = strrchr(path, '/');

	*slash = '\0';
	assert_int_equal(fs_mkdirs(path, 0755, NULL), 0);
	*slash = '/';
	assert_int_equal(fs_write_atomic(path, text, strlen(text), 0644, NULL), 0);
	free(path);
}

static void test_sampler(void **state)
{
	struct fixture *f = *state;
	struct sampler *s = sampler_new(f->dir, f->dir);
	cJSON *first = cJSON_CreateObject(), *second = cJSON_CreateObject();

	write_proc(f, "stat", "cpu  100 0 100 800 0 0 0 0 0 0\n");
	write_proc(f, "loadavg", "0.25 0.50 1.00 1/2 3\n");
	write_proc(f, "meminfo", "MemTotal: 1000 kB\nMemFree: 400 kB\nBuffers: 50 kB\nCached: 150 kB\n"
	           "Shmem: 0 kB\nSReclaimable: 0 kB\n");
	write_proc(f, "diskstats", "8 0 sda 1 0 100 0 1 0 200 0 0 0 0\n8 1 sda1 1 0 100 0 1 0 200 0 0 0 0\n");
	write_proc(f, "net/dev", "a\nb\n    lo: 5 0 0 0 0 0 0 0 5 0\n  eth0: 1000 0 0 0 0 0 0 0 500 0\n");
	sampler_machine(s, 1000, first);
	assert_null(json_obj(first, "cpu"));
	assert_true(json_num(json_obj(first, "mem"), "used", 0) == 400 * 1024);
	write_proc(f, "stat", "cpu  150 0 100 850 0 0 0 0 0 0\n");
	write_proc(f, "diskstats", "8 0 sda 1 0 110 0 1 0 200 0 0 0 0\n8 1 sda1 1 0 110 0 1 0 200 0 0 0 0\n");
	write_proc(f, "net/dev", "a\nb\n    lo: 99 0 0 0 0 0 0 0 5 0\n  eth0: 3000 0 0 0 0 0 0 0 500 0\n");
	sampler_machine(s, 3000, second);
	assert_true(json_num(json_obj(second, "cpu"), "user", 0) == 50);
	assert_true(json_num(json_obj(second, "cpu"), "idle", 0) == 50);
	assert_true(json_num(json_obj(second, "disk"), "read", 0) == 10 * 512 / 2);
	assert_true(json_num(json_obj(second, "net"), "rx", 0) == 1000);
	assert_true(json_num(second, "load5", 0) == 0.5);
	cJSON_Delete(first);
	cJSON_Delete(second);
	sampler_free(s);
}

static void test_sampler_groups(void **state)
{
	struct fixture *f = *state;
	struct sampler *s = sampler_new("/", f->dir);
	struct group_usage g[2] = { { .pgid = 10 }, { .pgid = 99 } };

	write_proc(f, "10/stat", "10 (a b) c) S 1 10 10 0 -1 0 0 0 0 0 100 50 0 0 20 0 1 0 5 1000 3 0");
	write_proc(f, "11/stat", "11 (child) R 10 10 10 0 -1 0 0 0 0 0 50 0 0 0 20 0 1 0 5 1000 2 0");
	write_proc(f, "12/stat", "12 (other) R 10 12 10 0 -1 0 0 0 0 0 50 0 0 0 20 0 1 0 5 1000 2 0");
	sampler_groups(s, g, 2);
	assert_int_equal(g[0].cpu_ms, 200 * 1000 / sysconf(_SC_CLK_TCK));
	assert_int_equal(g[0].rss, 5 * sysconf(_SC_PAGESIZE));
	assert_int_equal(g[1].rss, 0);
	sampler_free(s);
}

static void test_real_proc(void **state)
{
	struct sampler *s = sampler_new("/", "");
	cJSON *msg = cJSON_CreateObject();

	(void)state;
	sampler_machine(s, 1, msg);
	assert_true(json_num(json_obj(msg, "mem"), "total", 0) > 0);
	assert_true(json_num(json_obj(msg, "disk"), "total", 0) > 0);
	cJSON_Delete(msg);
	sampler_free(s);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_points_and_gaps), T(test_clusters_fold_their_nodes), T(test_rollups_survive_a_restart),
		T(test_sampler), T(test_sampler_groups), cmocka_unit_test(test_periods),
		cmocka_unit_test(test_read_sample), cmocka_unit_test(test_real_proc),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
