/* A real executor in a child process, driven over a socketpair as a driver would. Without libduckdb beside
 * the program (or in STOKER_DUCKDB) every test is skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/engine/executor.h"
#include "core/net/frame.h"

struct peer {
	pid_t pid;
	int fd;
	struct buf in;
	char dir[64];
	int64_t req;
};

/* The last answer: text of all rows, and the final message. */
struct answer {
	struct buf rows;
	cJSON *last;
};

static void library_path(void)
{
	static const char *const places[] = { "build/libduckdb.so", ".deps/duckdb/lib/libduckdb.so" };
	if (getenv("STOKER_DUCKDB"))
		return;
	for (int i = 0; i < 2; i++) {
		char *full = realpath(places[i], NULL);
		if (full) {
			setenv("STOKER_DUCKDB", full, 1);
			free(full);
			return;
		}
	}
}

static cJSON *receive(struct peer *p, struct buf *rows)
{
	int64_t deadline = clock_mono_us() + 60 * 1000000;
	for (;;) {
		struct frame f;
		size_t need;
		if (p->in.len && frame_read(p->in.data, p->in.len, &f, &need, NULL) == 1) {
			if (rows && f.len)
				buf_add(rows, f.data, f.len);
			buf_consume(&p->in, f.used);
			return f.json;
		}
		struct pollfd pf = { p->fd, POLLIN, 0 };
		if (clock_mono_us() > deadline || poll(&pf, 1, 1000) < 0)
			return NULL;
		buf_reserve(&p->in, 65536);
		if (!pf.revents)
			continue;
		ssize_t n = read(p->fd, p->in.data + p->in.len, 65536);
		if (n <= 0)
			return NULL;
		p->in.len += (size_t)n;
	}
}

static void send_msg(struct peer *p, cJSON *m)
{
	struct buf b = BUF_INIT;
	assert_int_equal(frame_write(&b, m, NULL, 0, NULL), 0);
	assert_int_equal(write(p->fd, b.data, b.len), (ssize_t)b.len);
	buf_free(&b);
	cJSON_Delete(m);
}

static cJSON *msg(const char *type, int64_t req)
{
	cJSON *m = cJSON_CreateObject();
	json_add_str(m, "type", type);
	return json_add_int(m, "req", req);
}

/* Collect rows (acknowledged) up to done or error. */
static struct answer collect(struct peer *p)
{
	struct answer a = { BUF_INIT, NULL };
	for (cJSON *m; (m = receive(p, &a.rows));) {
		const char *type = json_str(m, "type", "");
		if (!strcmp(type, "done") || !strcmp(type, "error")) {
			a.last = m;
			break;
		}
		if (!strcmp(type, "rows"))
			send_msg(p, msg("more", json_int(m, "req", 0)));
		cJSON_Delete(m);
	}
	assert_non_null(a.last);
	return a;
}

static void answer_free(struct answer *a)
{
	buf_free(&a->rows);
	cJSON_Delete(a->last);
}

static struct answer query(struct peer *p, const char *sql, const char *format, const char *types)
{
	cJSON *m = msg("task", ++p->req), *o = cJSON_CreateObject();
	json_add_str(m, "sql", sql);
	json_add_str(o, "kind", "rows");
	json_add_str(o, "format", format);
	json_add(o, "types", types ? cJSON_Parse(types) : NULL);
	json_add(m, "output", o);
	send_msg(p, m);
	return collect(p);
}

static struct answer setup(struct peer *p, const char *sql)
{
	cJSON *m = msg("setup", ++p->req), *list = cJSON_CreateArray();
	cJSON_AddItemToArray(list, cJSON_CreateString(sql));
	json_add(m, "sql", list);
	send_msg(p, m);
	return collect(p);
}

static void assert_rows(struct peer *p, const char *sql, const char *format, const char *types,
                        const char *expected)
{
	struct answer a = query(p, sql, format, types);
	if (strcmp(json_str(a.last, "type", ""), "done"))
		fail_msg("%s: %s", sql, json_str(a.last, "message", ""));
	assert_string_equal(buf_str(&a.rows), expected);
	answer_free(&a);
}

static int begin(void **state)
{
	struct peer *p = xcalloc(1, sizeof *p);
	int sv[2];
	*state = p;
	snprintf(p->dir, sizeof p->dir, "/tmp/executor_test_XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	p->pid = fork();
	if (!p->pid) {
		char temp[96];
		snprintf(temp, sizeof temp, "%s/spill", p->dir);
		struct executor_options o = { "1", "secret", sv[1], 2, 1024, temp, "UTC" };
		close(sv[0]);
		signal(SIGSEGV, SIG_DFL); /* a crash here must not go on with the tests */
		signal(SIGABRT, SIG_DFL);
		_exit(executor_serve(&o));
	}
	close(sv[1]);
	p->fd = sv[0];
	return 0;
}

static int end(void **state)
{
	struct peer *p = *state;
	int status;
	close(p->fd);
	waitpid(p->pid, &status, 0);
	fs_remove_tree(p->dir, NULL);
	buf_free(&p->in);
	free(p);
	return 0;
}

static struct peer *ready(void **state)
{
	struct peer *p = *state;
	cJSON *hello = receive(p, NULL);
	if (!hello || !strcmp(json_str(hello, "type", ""), "error")) {
		print_message("no kernel here: %s\n", json_str(hello, "message", "it did not start"));
		cJSON_Delete(hello);
		skip();
	}
	assert_string_equal(json_str(hello, "type", ""), "hello");
	assert_string_equal(json_str(hello, "token", ""), "secret");
	assert_string_equal(json_str(hello, "id", ""), "1");
	assert_int_equal(json_int(hello, "pid", 0), p->pid);
	cJSON_Delete(hello);
	return p;
}

static void test_rows_as_spark_prints_them(void **state)
{
	struct peer *p = ready(state);
	assert_rows(p, "SELECT 1 AS a, NULL AS b, 'x' AS c", "tsv", NULL, "1\tNULL\tx\n");
	assert_rows(p, "SELECT 1000.0::DOUBLE, 1e10::DOUBLE, 'nan'::DOUBLE, 1.1::FLOAT, -0.0::DOUBLE", "tsv",
	            NULL, "1000.0\t1.0E10\tNaN\t1.1\t-0.0\n");
	assert_rows(p, "SELECT 1.50::DECIMAL(10,2), -0.05::DECIMAL(38,4), true, 'A'::BLOB", "tsv", NULL,
	            "1.50\t-0.0500\ttrue\tA\n");
	assert_rows(p, "SELECT [1, NULL, 3], ['a', NULL], {'a': 1, 'b': NULL}, MAP {'k2': 1, 'k1': 2}", "tsv",
	            NULL, "[1,null,3]\t[\"a\",null]\t{\"a\":1,\"b\":null}\t{\"k1\":2,\"k2\":1}\n");
	assert_rows(p, "SELECT DATE '2020-01-01', TIMESTAMP '2020-01-01 01:02:03.120'", "tsv", NULL,
	            "2020-01-01\t2020-01-01 01:02:03.12\n");
	assert_rows(p, "SELECT INTERVAL 14 MONTH, INTERVAL 26 HOUR, INTERVAL 1 DAY", "tsv",
	            "[\"interval year to month\", \"interval day to second\", \"interval\"]",
	            "1-2\t1 02:00:00.000000000\t1 days\n");
}

static void test_json_and_csv(void **state)
{
	struct peer *p = ready(state);
	assert_rows(p, "SELECT 1 a, NULL b, 'q\"\n' c, [1.5::DOUBLE, 'inf'::DOUBLE] d", "json", NULL,
	            "{\"a\":1,\"b\":null,\"c\":\"q\\\"\\n\",\"d\":[1.5,\"Infinity\"]}\n");
	assert_rows(p, "SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' t, 'A'::BLOB b", "json", NULL,
	            "{\"t\":\"2020-01-01T00:00:00.000Z\",\"b\":\"QQ==\"}\n");
	assert_rows(p, "SELECT 'a,b' x, '' y, NULL z, 'q\"q' w", "csv", NULL, "\"a,b\",\"\",,\"q\"\"q\"\n");
}

static void test_zone_of_the_session(void **state)
{
	struct peer *p = ready(state);
	struct answer a = setup(p, "SET TimeZone='America/New_York'");
	assert_string_equal(json_str(a.last, "type", ""), "done");
	answer_free(&a);
	assert_rows(p, "SELECT TIMESTAMPTZ '2020-07-01 00:00:00+00', TIMESTAMPTZ '2020-01-01 00:00:00+00'",
	            "tsv", NULL, "2020-06-30 20:00:00\t2019-12-31 19:00:00\n");
}

static void test_describe_gives_spark_types(void **state)
{
	struct peer *p = ready(state);
	cJSON *m = msg("describe", ++p->req);
	json_add_str(m, "sql", "SELECT 1 AS a, 'x' AS b, [1.5] AS c, {'n': DATE '2020-01-01'} AS d");
	send_msg(p, m);
	struct answer a = collect(p);
	static const char *const types[] = { "int", "string", "array<decimal(2,1)>", "struct<n:date>" };
	const cJSON *columns = json_arr(a.last, "columns");
	assert_int_equal(cJSON_GetArraySize(columns), 4);
	for (int i = 0; i < 4; i++)
		assert_string_equal(json_str(cJSON_GetArrayItem(columns, i), "spark", ""), types[i]);
	answer_free(&a);
}

static void test_errors_have_a_kind(void **state)
{
	struct peer *p = ready(state);
	struct answer a = query(p, "SELECT * FROM nothing_here", "tsv", NULL);
	assert_string_equal(json_str(a.last, "kind", ""), "USER_ERROR");
	answer_free(&a);
	a = query(p, "SELECT CASE WHEN range = 900000 THEN error('boom')::INT ELSE 1 END FROM range(1000000)",
	          "tsv", NULL);
	assert_string_equal(json_str(a.last, "type", ""), "error");
	assert_string_equal(json_str(a.last, "kind", ""), "USER_ERROR");
	answer_free(&a);
	a = setup(p, "SET memory_limit='64MiB'; SET temp_directory=''");
	answer_free(&a);
	a = query(p, "SELECT count(DISTINCT md5(range::VARCHAR)) FROM range(5000000)", "tsv", NULL);
	assert_string_equal(json_str(a.last, "kind", ""), "OOM");
	answer_free(&a);
	assert_rows(p, "SELECT 1", "tsv", NULL, "1\n");
}

static void test_many_rows_arrive_whole(void **state)
{
	struct peer *p = ready(state);
	struct answer a = query(p, "SELECT range FROM range(300000) ORDER BY 1", "tsv", NULL);
	assert_int_equal(json_int(a.last, "rows_out", 0), 300000);
	size_t lines = 0;
	for (size_t i = 0; i < a.rows.len; i++)
		lines += a.rows.data[i] == '\n';
	assert_int_equal(lines, 300000);
	assert_memory_equal(a.rows.data, "0\n1\n2\n", 6);
	answer_free(&a);
}

static void test_cancel_stops_a_query(void **state)
{
	struct peer *p = ready(state);
	cJSON *m = msg("task", ++p->req), *o = cJSON_CreateObject();
	json_add_str(m, "sql", "SELECT count(*) FROM range(100000000) a, range(100000) b "
	                       "WHERE a.range % 7 = b.range % 11");
	json_add_str(o, "kind", "rows");
	json_add(m, "output", o);
	send_msg(p, m);
	m = receive(p, NULL); /* it runs: progress comes */
	assert_string_equal(json_str(m, "type", ""), "progress");
	cJSON_Delete(m);
	send_msg(p, msg("cancel", p->req));
	struct answer a = collect(p);
	assert_string_equal(json_str(a.last, "kind", ""), "KILLED");
	answer_free(&a);
	assert_rows(p, "SELECT 2", "tsv", NULL, "2\n");
}

/* ---- files ---- */

static struct answer write_files(struct peer *p, const char *sql, const char *output)
{
	cJSON *m = msg("task", ++p->req), *o = cJSON_Parse(output);
	char dir[96];
	snprintf(dir, sizeof dir, "%s/out", p->dir);
	json_add_str(m, "sql", sql);
	json_add_str(o, "kind", "files");
	json_add_str(o, "dir", dir);
	json_add_str(o, "name", "part-00000-u");
	json_add(m, "output", o);
	send_msg(p, m);
	return collect(p);
}

static void assert_file(struct peer *p, const char *name, const char *text)
{
	struct buf b = BUF_INIT;
	struct error err = ERROR_INIT;
	char *path = xasprintf("%s/out/%s", p->dir, name);
	if (fs_read(path, 1 << 20, &b, &err))
		fail_msg("%s", err.message);
	if (text)
		assert_string_equal(buf_str(&b), text);
	free(path);
	buf_free(&b);
}

static void test_writes_parquet(void **state)
{
	struct peer *p = ready(state);
	struct answer a = write_files(p, "SELECT range AS a FROM range(10)", "{\"format\":\"parquet\"}");
	assert_string_equal(json_str(a.last, "type", ""), "done");
	assert_int_equal(json_int(a.last, "rows_out", 0), 10);
	assert_int_equal(cJSON_GetArraySize(json_arr(a.last, "files")), 1);
	answer_free(&a);
	assert_file(p, "part-00000-u-c000.snappy.parquet", NULL);
}

static void test_writes_parquet_by_partition(void **state)
{
	struct peer *p = ready(state);
	struct answer a = write_files(p, "SELECT 1 AS a, 'x y/z' AS k UNION ALL SELECT 2, NULL",
	                              "{\"format\":\"parquet\",\"partition_by\":[\"k\"]}");
	assert_string_equal(json_str(a.last, "type", ""), "done");
	answer_free(&a);
	assert_file(p, "k=x y%2Fz/part-00000-u-c000.snappy.parquet", NULL);
	assert_file(p, "k=__HIVE_DEFAULT_PARTITION__/part-00000-u-c000.snappy.parquet", NULL);
}

static void test_writes_text_files(void **state)
{
	struct peer *p = ready(state);
	struct answer a = write_files(p, "SELECT 1.0::DOUBLE AS a, NULL AS b, '' AS c, ' q,\" ' AS d",
	                              "{\"format\":\"csv\",\"options\":{\"header\":\"true\"}}");
	answer_free(&a);
	assert_file(p, "part-00000-u-c000.csv", "a,b,c,d\n1.0,,\"\",\"q,\\\"\"\n");
	a = write_files(p, "SELECT 1 AS a, NULL AS b, 'x' AS k UNION ALL SELECT 2, 3, 'y' ORDER BY 1",
	                "{\"format\":\"json\",\"partition_by\":[\"k\"]}");
	assert_int_equal(cJSON_GetArraySize(json_arr(a.last, "files")), 2);
	answer_free(&a);
	assert_file(p, "k=x/part-00000-u-c000.json", "{\"a\":1}\n");
	assert_file(p, "k=y/part-00000-u-c000.json", "{\"a\":2,\"b\":3}\n");
}

static void test_a_failed_task_leaves_no_folder(void **state)
{
	struct peer *p = ready(state);
	struct answer a = write_files(p, "SELECT CASE WHEN range = 5 THEN error('no') END AS a FROM range(10)",
	                              "{\"format\":\"parquet\"}");
	assert_string_equal(json_str(a.last, "type", ""), "error");
	answer_free(&a);
	char *path = xasprintf("%s/out", p->dir);
	assert_false(fs_exists(path));
	free(path);
}

static void test_goes_with_its_driver(void **state)
{
	struct peer *p = ready(state);
	int status;
	shutdown(p->fd, SHUT_RDWR);
	assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
	assert_true(WIFEXITED(status));
	char *path = xasprintf("%s/spill", p->dir);
	assert_false(fs_exists(path));
	free(path);
}

int main(void)
{
	library_path();
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(test_rows_as_spark_prints_them), T(test_json_and_csv), T(test_zone_of_the_session),
		T(test_describe_gives_spark_types), T(test_errors_have_a_kind), T(test_many_rows_arrive_whole),
		T(test_cancel_stops_a_query), T(test_writes_parquet), T(test_writes_parquet_by_partition),
		T(test_writes_text_files), T(test_a_failed_task_leaves_no_folder), T(test_goes_with_its_driver),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
