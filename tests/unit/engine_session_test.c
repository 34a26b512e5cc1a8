/* A whole session without a server: front end, driver and a real executor, spoken to as the shell does.
 * Skipped without libduckdb. */
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
#include "core/engine/session.h"
#include "core/net/frame.h"

struct shell {
	pid_t pid;
	int fd;
	struct buf in, rows;
	int64_t req;
	cJSON *last_result, *last_error, *finished;
};

static char home[64];

static bool library_there(void)
{
	static const char *const places[] = { "build/libduckdb.so", ".deps/duckdb/lib/libduckdb.so" };
	for (int i = 0; i < 2 && !getenv("STOKER_DUCKDB"); i++) {
		char *full = realpath(places[i], NULL);
		if (full)
			setenv("STOKER_DUCKDB", full, 1);
		free(full);
	}
	return getenv("STOKER_DUCKDB") != NULL;
}

static void send_msg(struct shell *s, cJSON *m)
{
	struct buf b = BUF_INIT;
	assert_int_equal(frame_write(&b, m, NULL, 0, NULL), 0);
	assert_int_equal(write(s->fd, b.data, b.len), (ssize_t)b.len);
	buf_free(&b);
	cJSON_Delete(m);
}

static cJSON *msg(const char *type, int64_t req)
{
	cJSON *m = cJSON_CreateObject();
	json_add_str(m, "type", type);
	return json_add_int(m, "req", req);
}

static cJSON *receive(struct shell *s)
{
	int64_t deadline = clock_mono_us() + 60 * 1000000;
	while (clock_mono_us() < deadline) {
		struct frame f;
		size_t need;
		if (s->in.len && frame_read(s->in.data, s->in.len, &f, &need, NULL) == 1) {
			if (f.len)
				buf_add(&s->rows, f.data, f.len);
			buf_consume(&s->in, f.used);
			return f.json;
		}
		struct pollfd p = { s->fd, POLLIN, 0 };
		if (poll(&p, 1, 1000) <= 0)
			continue;
		buf_reserve(&s->in, 65536);
		ssize_t n = read(s->fd, s->in.data + s->in.len, 65536);
		if (n <= 0)
			return NULL;
		s->in.len += (size_t)n;
	}
	return NULL;
}

static void keep(cJSON **to, cJSON *m)
{
	cJSON_Delete(*to);
	*to = m;
}

static void forget(struct shell *s)
{
	buf_clear(&s->rows);
	keep(&s->last_result, NULL);
	keep(&s->last_error, NULL);
	keep(&s->finished, NULL);
}

static void collect(struct shell *s)
{
	for (cJSON *m; (m = receive(s));) {
		const char *type = json_str(m, "type", "");
		if (!strcmp(type, "result"))
			keep(&s->last_result, m);
		else if (!strcmp(type, "error"))
			keep(&s->last_error, m);
		else if (!strcmp(type, "finished") || !strcmp(type, "fatal")) {
			keep(&s->finished, m);
			return;
		} else {
			cJSON_Delete(m);
		}
	}
	fail_msg("the session has gone");
}

static cJSON *run_msg(struct shell *s, const char *sql)
{
	return json_add_str(msg("run", ++s->req), "sql", sql);
}

static void run(struct shell *s, const char *sql)
{
	forget(s);
	send_msg(s, run_msg(s, sql));
	collect(s);
}

static void ok(struct shell *s, const char *sql)
{
	run(s, sql);
	if (s->last_error)
		fail_msg("%s: %s", sql, json_str(s->last_error, "text", ""));
}

static void assert_rows(struct shell *s, const char *sql, const char *rows)
{
	ok(s, sql);
	assert_string_equal(buf_str(&s->rows), rows);
}

static const char *fails(struct shell *s, const char *sql)
{
	run(s, sql);
	if (!s->last_error)
		fail_msg("%s: did not fail", sql);
	return json_str(s->last_error, "class", "");
}

static int begin(void **state)
{
	static struct shell s;
	int sv[2];
	memset(&s, 0, sizeof s);
	*state = &s;
	snprintf(home, sizeof home, "/tmp/session_test_XXXXXX");
	assert_non_null(mkdtemp(home));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, sv), 0);
	s.pid = fork();
	if (!s.pid) {
		static char zone[] = "spark.sql.session.timeZone=UTC", conf[] = "--conf", name[] = "session";
		char *argv[] = { name, conf, zone, NULL };
		struct session_options o = { sv[1], 3, argv, true, 2, 512 };
		signal(SIGSEGV, SIG_DFL); /* a crash here must not go on with the tests */
		signal(SIGABRT, SIG_DFL);
		setenv("STOKER_HOME", home, 1);
		setenv("STOKER_LOG", "error", 1);
		close(sv[0]);
		_exit(session_main(&o));
	}
	close(sv[1]);
	s.fd = sv[0];
	if (!library_there())
		return 0;
	cJSON *m = receive(&s);
	assert_string_equal(json_str(m, "type", ""), "ready");
	cJSON_Delete(m);
	return 0;
}

static int end(void **state)
{
	struct shell *s = *state;
	int status;
	close(s->fd);
	waitpid(s->pid, &status, 0);
	forget(s);
	buf_free(&s->in);
	buf_free(&s->rows);
	char *left = xasprintf("%s/tmp", home);
	rmdir(left); /* empty when every executor has cleaned up behind itself */
	assert_false(fs_exists(left));
	free(left);
	return fs_remove_tree(home, NULL);
}

static struct shell *shell(void **state)
{
	if (!library_there())
		skip();
	return *state;
}

static void put(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", home, name), *dir = xstrdup(path);
	*strrchr(dir, '/') = '\0';
	fs_mkdirs(dir, 0755, NULL);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(path);
	free(dir);
}

static const char *sql(const char *fmt, ...)
{
	static char out[2048];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(out, sizeof out, fmt, ap);
	va_end(ap);
	return out;
}

/* ---- the protocol ---- */

static void test_a_query(void **state)
{
	struct shell *s = shell(state);
	assert_rows(s, "SELECT 1 AS a, 'x' AS b, NULL AS c", "1\tx\tNULL\n");
	assert_string_equal(json_str(s->last_result, "kind", ""), "query");
	assert_int_equal(json_int(s->last_result, "rows", 0), 1);
	const cJSON *c = cJSON_GetArrayItem(json_arr(s->last_result, "columns"), 0);
	assert_string_equal(json_str(c, "name", ""), "a");
	assert_string_equal(json_str(c, "type", ""), "int");
	assert_int_equal(json_int(s->finished, "statements", 0), 1);
}

static void test_formats_and_header(void **state)
{
	struct shell *s = shell(state);
	forget(s);
	cJSON *m = json_add_str(run_msg(s, "SELECT 1 AS a, 'x,y' AS b; SET k=v"), "format", "csv");
	send_msg(s, json_add_bool(m, "header", true));
	collect(s);
	assert_string_equal(buf_str(&s->rows), "a,b\n1,\"x,y\"\nkey,value\nk,v\n");
	forget(s);
	send_msg(s, json_add_str(run_msg(s, "SELECT 1 AS a, CAST(NULL AS INT) AS b"), "format", "json"));
	collect(s);
	assert_string_equal(buf_str(&s->rows), "{\"a\":1,\"b\":null}\n");
}

static void test_errors_and_going_on(void **state)
{
	struct shell *s = shell(state);
	run(s, "SELECT 1;\nSELECT nope;\nSELECT 3");
	assert_string_equal(buf_str(&s->rows), "1\n");
	assert_int_equal(json_int(s->finished, "failed", 0), 1);
	assert_int_equal(json_int(s->last_error, "line", 0), 2);
	assert_non_null(strstr(json_str(s->last_error, "text", ""), "^"));
	forget(s);
	send_msg(s, json_add_bool(run_msg(s, "SELECT 1; SELECT nope; SELECT 3"), "keep_going", true));
	collect(s);
	assert_string_equal(buf_str(&s->rows), "1\n3\n");
	assert_int_equal(json_int(s->finished, "statements", 0), 3);
}

static void test_split(void **state)
{
	struct shell *s = shell(state);
	send_msg(s, json_add_str(msg("split", 7), "sql", "SELECT ';' -- ;\n; SELECT 2"));
	cJSON *m = receive(s);
	assert_string_equal(json_str(m, "type", ""), "statements");
	assert_int_equal(cJSON_GetArraySize(json_arr(m, "items")), 2);
	assert_int_equal(json_int(cJSON_GetArrayItem(json_arr(m, "items"), 1), "line", 0), 2);
	assert_false(json_bool(m, "complete", true));
	assert_int_equal(json_int(m, "rest", 0), 18);
	cJSON_Delete(m);
}

static void test_cancel(void **state)
{
	struct shell *s = shell(state);
	forget(s);
	send_msg(s, run_msg(s, "SELECT count(*) FROM range(9000000) a JOIN range(9000000) b ON a.id % 7 = b.id % 11;"
	                       " SELECT 'not reached'"));
	for (cJSON *m; (m = receive(s));) { /* until it runs */
		bool running = !strcmp(json_str(m, "type", ""), "progress");
		cJSON_Delete(m);
		if (running)
			break;
	}
	send_msg(s, msg("cancel", s->req));
	collect(s);
	assert_string_equal(json_str(s->last_error, "class", ""), "CANCELLED");
	assert_string_equal(buf_str(&s->rows), "");
	assert_rows(s, "SELECT 2", "2\n");
}

/* ---- tables and files ---- */

static void test_tables(void **state)
{
	struct shell *s = shell(state);
	ok(s, "CREATE TABLE t (a INT, p STRING) USING parquet PARTITIONED BY (p)");
	ok(s, "INSERT INTO t VALUES (1, 'x'), (2, 'y z')");
	ok(s, "INSERT INTO t PARTITION (p = 'x') SELECT 3");
	assert_rows(s, "SELECT * FROM t ORDER BY a", "1\tx\n2\ty z\n3\tx\n");
	ok(s, "INSERT OVERWRITE t PARTITION (p = 'x') SELECT 9");
	assert_rows(s, "SELECT * FROM t ORDER BY a", "2\ty z\n9\tx\n");
	ok(s, "SET spark.sql.sources.partitionOverwriteMode=dynamic");
	ok(s, "INSERT OVERWRITE t VALUES (5, 'w'), (6, 'x')");
	assert_rows(s, "SELECT * FROM t ORDER BY a", "2\ty z\n5\tw\n6\tx\n");
	assert_string_equal(fails(s, "CREATE TABLE t (b INT) USING parquet"), "TABLE_OR_VIEW_ALREADY_EXISTS");
	ok(s, "DROP TABLE t");
	assert_string_equal(fails(s, "SELECT * FROM t"), "TABLE_OR_VIEW_NOT_FOUND");
	char *path = xasprintf("%s/warehouse/t", home);
	assert_false(fs_exists(path));
	free(path);
}

static void test_a_failed_overwrite_changes_nothing(void **state)
{
	struct shell *s = shell(state);
	ok(s, "INSERT OVERWRITE DIRECTORY 's3://b/out' USING parquet SELECT 1 AS a");
	fails(s, "INSERT OVERWRITE DIRECTORY 's3://b/out' USING parquet "
	         "SELECT CAST(CONCAT('x', CAST(id AS STRING)) AS INT) AS a FROM range(100000)");
	assert_rows(s, "SELECT * FROM parquet.`s3://b/out`", "1\n");
}

static void test_its_own_input_may_be_overwritten(void **state)
{
	struct shell *s = shell(state);
	ok(s, "INSERT OVERWRITE DIRECTORY 's3://b/self' USING json SELECT 1 AS a");
	for (int i = 0; i < 3; i++)
		ok(s, "INSERT OVERWRITE DIRECTORY 's3://b/self' USING json SELECT a * 2 AS a FROM json.`s3://b/self`");
	assert_rows(s, "SELECT a FROM json.`s3://b/self`", "8\n");
}

static void test_csv_modes(void **state)
{
	struct shell *s = shell(state);
	put("in/a.csv", "id,name,score\n1,ann,2.5\n2,bob\n3,cat,x,extra\n\n4,\"d,e\",4\n");
	const char *view = "CREATE OR REPLACE TEMP VIEW v (id INT, name STRING, score DOUBLE) USING csv "
	                   "OPTIONS (path '%s/in/a.csv', header 'true', mode '%s')";
	ok(s, sql(view, home, "PERMISSIVE"));
	assert_rows(s, "SELECT * FROM v ORDER BY id", "1\tann\t2.5\n2\tbob\tNULL\n3\tcat\tNULL\n4\td,e\t4.0\n");
	ok(s, sql(view, home, "DROPMALFORMED"));
	assert_rows(s, "SELECT * FROM v ORDER BY id", "1\tann\t2.5\n4\td,e\t4.0\n");
	ok(s, sql(view, home, "FAILFAST"));
	assert_string_equal(fails(s, "SELECT * FROM v"), "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
	const char *text = json_str(s->last_error, "text", "");
	assert_non_null(strstr(text, "in/a.csv"));
	assert_non_null(strstr(text, "line 3"));
	put("in/a.csv", "id,name,score\n1,ann,2.5\n2,bob,oops\n");
	fails(s, "SELECT * FROM v");
	text = json_str(s->last_error, "text", "");
	assert_non_null(strstr(text, "line 3"));
	assert_non_null(strstr(text, "column score"));
}

static void test_csv_schemas(void **state)
{
	struct shell *s = shell(state);
	put("in/b.csv", "1,2020-01-02,true,1.5,x\n22,2021-12-31,false,2,\n");
	ok(s, sql("CREATE TEMP VIEW plain USING csv OPTIONS (path '%s/in/b.csv')", home));
	assert_rows(s, "SELECT _c0, _c4 FROM plain ORDER BY 1", "1\tx\n22\tNULL\n");
	ok(s, sql("CREATE TEMP VIEW typed USING csv OPTIONS (path '%s/in/b.csv', inferSchema 'true')", home));
	assert_rows(s, "DESCRIBE typed", "_c0                 \tint                 \t\n"
	                                 "_c1                 \tdate                \t\n"
	                                 "_c2                 \tboolean             \t\n"
	                                 "_c3                 \tdouble              \t\n"
	                                 "_c4                 \tstring              \t\n");
	put("tsv/p=1/c.csv", "a\tb\n1\t-\n");
	put("tsv/p=2/c.csv", "a\tb\n2\ty\n");
	ok(s, sql("CREATE TEMP VIEW tabs USING csv OPTIONS (path '%s/tsv', header 'true', sep '\\t', "
	          "nullValue '-')", home));
	assert_rows(s, "SELECT a, b, p + 1 FROM tabs ORDER BY a", "1\tNULL\t2\n2\ty\t3\n");
}

static void test_a_missing_path(void **state)
{
	struct shell *s = shell(state);
	assert_string_equal(fails(s, "SELECT * FROM parquet.`s3://b/none`"), "PATH_NOT_FOUND");
	assert_string_equal(fails(s, "SELECT * FROM parquet.`gs://b/none`"), "");
	assert_non_null(strstr(json_str(s->last_error, "text", ""), "gs"));
}

static void test_staged_plans_are_refused(void **state)
{
	struct shell *s = shell(state);
	ok(s, "SET stoker.plan=staged");
	assert_string_equal(fails(s, "SELECT 1"), "UNSUPPORTED_FEATURE");
	ok(s, "SET stoker.plan=single");
	assert_rows(s, "SELECT 1", "1\n");
}

int main(void)
{
	library_there();
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(test_a_query), T(test_formats_and_header), T(test_errors_and_going_on), T(test_split), T(test_cancel),
		T(test_tables), T(test_a_failed_overwrite_changes_nothing),
		T(test_its_own_input_may_be_overwritten), T(test_csv_modes), T(test_csv_schemas),
		T(test_a_missing_path), T(test_staged_plans_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
