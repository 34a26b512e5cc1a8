/* The journal: what is committed comes back, what is not does not, and a file that cannot be trusted is
 * refused and left as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/store/store.h"

struct fixture {
	char dir[64];
	char *path;
	struct error err;
	struct cluster *loaded[256];
	int n;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	strcpy(f->dir, "/tmp/stoker-store-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	f->path = xasprintf("%s/stoker.db", f->dir);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < f->n; i++)
		cluster_free(f->loaded[i]);
	fs_remove_tree(f->dir, NULL);
	free(f->path);
	free(f);
	return 0;
}

static void collect(struct cluster *c, void *ctx)
{
	struct fixture *f = ctx;

	f->loaded[f->n++] = c;
}

static struct cluster *example(void)
{
	struct cluster *c = cluster_new();
	struct instance_group *g = instance_group_new();
	struct instance *i = instance_new();
	struct bootstrap_action b = { xstrdup("prepare"), xstrdup("s3://b/x.sh"), { 0 } };
	struct configuration *cfg = configuration_new("spark-defaults");

	strcpy(c->id, "j-1");
	c->name = xstrdup("nightly \xc3\xa9tl");
	c->log_uri = xstrdup("s3://logs/");
	c->keep_alive = true;
	c->step_concurrency = 4;
	c->state = CLUSTER_WAITING;
	c->reason_message = xstrdup("Cluster ready to run steps.");
	c->timeline = (struct timeline){ 1000, 2000, 0 };
	str_list_add(&b.args, "--fast");
	vec_push(&c->bootstrap_actions, b);
	pair_list_set(&cfg->properties, "a", "1");
	vec_push(&c->configurations, cfg);
	pair_list_set(&c->tags, "team", "data");
	str_list_add(&c->requested_subnets, "subnet-1");
	strcpy(g->id, "ig-1");
	strcpy(g->cluster_id, "j-1");
	g->role = ROLE_CORE;
	g->type = xstrdup("m5.xlarge");
	g->requested = 3;
	struct ebs_volume e = { xstrdup("gp3"), 100, 3000, 125, 2 };
	vec_push(&g->ebs, e);
	vec_push(&c->groups, g);
	strcpy(i->id, "ci-1");
	strcpy(i->cluster_id, "j-1");
	strcpy(i->group_id, "ig-1");
	strcpy(i->token, "secret");
	i->type = xstrdup("m5.xlarge");
	i->state = INSTANCE_RUNNING;
	i->pid = 77;
	vec_push(&c->instances, i);
	return c;
}

static struct step *example_step(int seq)
{
	struct step *s = step_new();

	snprintf(s->id, sizeof s->id, "s-%d", seq);
	strcpy(s->cluster_id, "j-1");
	s->seq = seq;
	s->name = xstrdup("extract");
	s->jar = xstrdup("command-runner.jar");
	s->on_failure = STEP_CANCEL_AND_WAIT;
	str_list_add(&s->args, "spark-sql");
	str_list_add(&s->args, "");
	pair_list_set(&s->properties, "k", "v");
	s->state = STEP_FAILED;
	s->failure_message = xstrdup("no such table");
	s->timeline = (struct timeline){ 10, 20, 30 };
	s->attempts = 2;
	s->checkpoint = 5;
	s->output = 5000000000;
	s->statements = 3;
	s->rows_in = 6000000000;
	s->rows_out = 7;
	s->bytes_in = 8;
	s->bytes_out = 9;
	return s;
}

static void put_all(struct store *s, const struct cluster *c)
{
	store_put_cluster(s, c);
	for (size_t i = 0; i < c->groups.len; i++)
		store_put_group(s, c->groups.items[i], (int)i);
	for (size_t i = 0; i < c->instances.len; i++)
		store_put_instance(s, c->instances.items[i]);
	for (size_t i = 0; i < c->steps.len; i++)
		store_put_step(s, c->steps.items[i]);
}

static void test_round_trip(void **state)
{
	struct fixture *f = *state;
	struct store *s;
	struct cluster *c = example();

	vec_push(&c->steps, example_step(1));
	vec_push(&c->steps, example_step(2));
	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	put_all(s, c);
	assert_true(store_dirty(s));
	assert_int_equal(store_commit(s, &f->err), 0);
	store_close(s);
	cluster_free(c);

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	assert_int_equal(store_load_clusters(s, collect, f, &f->err), 0);
	assert_int_equal(f->n, 1);
	c = f->loaded[0];
	assert_string_equal(c->name, "nightly \xc3\xa9tl");
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_int_equal(c->step_concurrency, 4);
	assert_true(c->keep_alive);
	assert_string_equal(c->bootstrap_actions.items[0].args.items[0], "--fast");
	assert_string_equal(cluster_property(c, "spark-defaults", "a"), "1");
	assert_string_equal(pair_list_get(&c->tags, "team"), "data");
	assert_string_equal(c->requested_subnets.items[0], "subnet-1");
	assert_int_equal(c->groups.items[0]->requested, 3);
	assert_int_equal(c->groups.items[0]->ebs.items[0].iops, 3000);
	assert_string_equal(c->instances.items[0]->token, "secret");
	assert_int_equal(c->instances.items[0]->pid, 77);
	assert_int_equal(c->steps.len, 2);
	struct step *st = c->steps.items[1];
	assert_string_equal(st->id, "s-2");
	assert_int_equal(st->args.len, 2);
	assert_string_equal(st->args.items[1], "");
	assert_string_equal(pair_list_get(&st->properties, "k"), "v");
	assert_int_equal(st->on_failure, STEP_CANCEL_AND_WAIT);
	assert_string_equal(st->failure_message, "no such table");
	assert_int_equal(st->timeline.ended, 30);
	assert_int_equal(st->checkpoint, 5);
	assert_true(st->output == 5000000000);
	assert_int_equal(st->statements, 3);
	assert_true(st->rows_in == 6000000000);
	assert_int_equal(st->rows_out, 7);
	assert_int_equal(st->bytes_in, 8);
	assert_int_equal(st->bytes_out, 9);
	store_drop_cluster(s, "j-1");
	assert_int_equal(store_commit(s, &f->err), 0);
	store_close(s);
}

static void test_uncommitted_is_lost_committed_survives_kill(void **state)
{
	struct fixture *f = *state;
	pid_t pid = fork();

	if (pid == 0) {
		struct store *s;
		struct cluster *c = example();
		store_open(f->path, &s, NULL);
		put_all(s, c);
		store_commit(s, NULL);
		text_set(&c->name, "changed but never committed");
		store_put_cluster(s, c);
		kill(getpid(), SIGKILL);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	struct store *s;
	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	assert_int_equal(store_load_clusters(s, collect, f, &f->err), 0);
	assert_int_equal(f->n, 1);
	assert_string_equal(f->loaded[0]->name, "nightly \xc3\xa9tl");
	store_close(s);
}

static void read_file(const char *path, struct buf *out)
{
	assert_int_equal(fs_read(path, 64 << 20, out, NULL), 0);
}

static void refuse_untouched(struct fixture *f, int code, const char *words)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct store *s = NULL;

	read_file(f->path, &before);
	assert_int_equal(store_open(f->path, &s, &f->err), code);
	assert_null(s);
	assert_non_null(strstr(f->err.message, words));
	assert_non_null(strstr(f->err.message, f->path));
	read_file(f->path, &after);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(buf_str(&before), buf_str(&after), before.len);
	buf_free(&before);
	buf_free(&after);
}

static void raw_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_newer_schema_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store *s;

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	store_close(s);
	raw_sql(f->path, "PRAGMA user_version=99");
	refuse_untouched(f, ERR_CORRUPT, "newer");
}

/* What a killed server left in the log stays there as well. */
static void test_refused_with_a_log_stays_so(void **state)
{
	struct fixture *f = *state;
	struct buf before = BUF_INIT, after = BUF_INIT;
	char *wal = xasprintf("%s-wal", f->path);
	struct store *s;
	sqlite3 *db;

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	store_set(s, "port", "1");
	assert_int_equal(store_commit(s, &f->err), 0);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL), SQLITE_OK);
	store_close(s);
	sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_close(db);
	read_file(wal, &before);
	assert_true(before.len > 0);
	refuse_untouched(f, ERR_CORRUPT, "newer");
	read_file(wal, &after);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	buf_free(&before);
	buf_free(&after);
	free(wal);
}

static void test_older_schema_is_migrated(void **state)
{
	struct fixture *f = *state;
	struct store *s;
	struct cluster *c = example();

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	vec_push(&c->steps, example_step(1));
	put_all(s, c);
	assert_int_equal(store_commit(s, &f->err), 0);
	store_close(s);
	cluster_free(c);
	raw_sql(f->path, "ALTER TABLE steps DROP COLUMN output; ALTER TABLE steps DROP COLUMN statements;"
	        "ALTER TABLE steps DROP COLUMN rows_in; ALTER TABLE steps DROP COLUMN rows_out;"
	        "ALTER TABLE steps DROP COLUMN bytes_in; ALTER TABLE steps DROP COLUMN bytes_out;"
	        "ALTER TABLE steps DROP COLUMN log_uri; ALTER TABLE steps DROP COLUMN encryption_key;"
	        "DROP TRIGGER events_gone; DROP TABLE events_text; DROP VIEW event_words;"
	        "DROP TABLE events; CREATE TABLE events (time INTEGER, severity INTEGER, cluster_id TEXT, resource_id TEXT,"
	        " type TEXT, message TEXT); INSERT INTO events VALUES (7, 2, 'j-1', 's-1', 'EMR Step', 'an old one');"
	        "DROP TABLE docs; DROP TABLE records;"
	        "PRAGMA user_version=1");
	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	assert_int_equal(store_load_clusters(s, collect, f, &f->err), 0);
	assert_int_equal(f->loaded[0]->steps.len, 1);
	assert_int_equal(f->loaded[0]->steps.items[0]->output, 0);
	assert_int_equal(f->loaded[0]->steps.items[0]->checkpoint, 5);
	struct event_query q = { .words = "OLD", .severity = SEVERITY_ERROR, .region = "us-east-1", .max = 10 };
	struct event_list events = { 0 };
	assert_int_equal(store_find_events(s, &q, &events, &f->err), 0);
	assert_int_equal(events.len, 1);
	assert_string_equal(events.items[0].message, "an old one");
	event_list_free(&events);
	store_close(s);
}

struct seen {
	int n;
	char text[256];
};

static void see_doc(const char *region, const char *id, const char *body, void *ctx)
{
	struct seen *seen = ctx;
	size_t at = strlen(seen->text);

	seen->n++;
	snprintf(seen->text + at, sizeof seen->text - at, "%s/%s=%s;", region, id, body);
}

static bool see_record(const struct record *r, void *ctx)
{
	struct seen *seen = ctx;
	size_t at = strlen(seen->text);

	seen->n++;
	snprintf(seen->text + at, sizeof seen->text - at, "%lld:%s/%s=%s;", (long long)r->seq, r->region,
	         r->subject, r->body);
	return seen->n < 3;
}

static void test_documents(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { 0 };
	struct store *s;

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	store_put_doc(s, "budget", "us-east-1", "a", "{}");
	store_put_doc(s, "budget", "eu-west-1", "a", "[]");
	store_put_doc(s, "budget", "us-east-1", "a", "{1}");
	store_put_doc(s, "budget", "us-east-1", "b", "{2}");
	store_put_doc(s, "key", "", "a", "{3}");
	store_drop_doc(s, "budget", "us-east-1", "b");
	assert_int_equal(store_commit(s, &f->err), 0);
	store_close(s);
	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	assert_int_equal(store_load_docs(s, "budget", see_doc, &seen, &f->err), 0);
	assert_string_equal(seen.text, "eu-west-1/a=[];us-east-1/a={1};");
	store_close(s);
}

static void test_records_are_read_newest_first(void **state)
{
	struct fixture *f = *state;
	struct seen seen = { 0 };
	struct store *s;
	struct record_query q = { .kind = "audit", .subject = "j-1", .max = 10 };

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	for (int i = 1; i <= 5; i++)
		store_add_record(s, "audit", i % 2 ? "r1" : "r2", i == 3 ? "j-2" : "j-1", i * 100, "{}");
	store_add_record(s, "spot", "r1", "j-1", 600, "{}");
	assert_int_equal(store_read_records(s, &q, see_record, &seen, &f->err), 0);
	assert_string_equal(seen.text, "5:r1/j-1={};4:r2/j-1={};2:r2/j-1={};"); /* ended by the callback */
	seen = (struct seen){ 0 };
	q = (struct record_query){ .kind = "audit", .region = "r1", .since = 100, .until = 400, .before = 4,
	                           .max = 10 };
	assert_int_equal(store_read_records(s, &q, see_record, &seen, &f->err), 0);
	assert_string_equal(seen.text, "3:r1/j-2={};1:r1/j-1={};");
	store_trim_records(s, "audit", 300);
	seen = (struct seen){ 0 };
	q = (struct record_query){ .kind = "audit", .max = 1 };
	assert_int_equal(store_read_records(s, &q, see_record, &seen, &f->err), 0);
	assert_string_equal(seen.text, "5:r1/j-1={};");
	assert_int_equal(store_commit(s, &f->err), 0);
	store_close(s);
}

static void test_foreign_database_is_refused(void **state)
{
	struct fixture *f = *state;

	raw_sql(f->path, "CREATE TABLE t (a); PRAGMA user_version=1");
	refuse_untouched(f, ERR_CORRUPT, "another program");
}

static void test_damage_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store *s;
	struct cluster *c = example();

	assert_int_equal(fs_write_atomic(f->path, "this is not a database, but long enough to be one....."
	                                 "......................................................", 100,
	                                 0600, NULL), 0);
	refuse_untouched(f, ERR_CORRUPT, "damaged");
	unlink(f->path);

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	for (int i = 1; i <= 500; i++) {
		struct step *st = example_step(i);
		store_put_step(s, st);
		step_free(st);
	}
	put_all(s, c);
	cluster_free(c);
	assert_int_equal(store_commit(s, &f->err), 0);
	store_close(s);
	int fd = open(f->path, O_WRONLY);
	char junk[4096];
	memset(junk, 0x5a, sizeof junk);
	for (int page = 1; page < 30; page++)
		assert_int_equal(pwrite(fd, junk, sizeof junk, page * 4096L), sizeof junk);
	close(fd);
	refuse_untouched(f, ERR_CORRUPT, "damaged");
}

static void test_full_disk_fails_the_commit_only(void **state)
{
	struct fixture *f = *state;
	struct store *s;
	struct cluster *c = example();

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	put_all(s, c);
	assert_int_equal(store_commit(s, &f->err), 0);
	store_limit_growth(s, 0);
	for (int i = 1; i <= 2000; i++) {
		struct step *st = example_step(i);
		store_put_step(s, st);
		step_free(st);
	}
	assert_int_equal(store_commit(s, &f->err), ERR_FULL);
	assert_non_null(strstr(f->err.message, "No space left"));
	store_limit_growth(s, -1);
	struct step *st = example_step(1);
	store_put_step(s, st);
	step_free(st);
	assert_int_equal(store_commit(s, &f->err), 0);
	store_close(s);
	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	assert_int_equal(store_load_clusters(s, collect, f, &f->err), 0);
	assert_int_equal(f->n, 1);
	assert_int_equal(f->loaded[0]->steps.len, 1);
	store_close(s);
	cluster_free(c);
}

static void test_events_settings_tables_containers(void **state)
{
	struct fixture *f = *state;
	struct store *s;
	struct event_list events = { 0 };
	struct str_list names = { 0 };

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	for (int i = 0; i < 5; i++) {
		struct event e = { .time = 100 + i, .severity = SEVERITY_WARN,
		                   .type = (char *)"EMR Step Status Change", .message = (char *)"m" };
		strcpy(e.cluster_id, i % 2 ? "j-1" : "j-2");
		store_add_event(s, &e);
	}
	store_set(s, "port", "1234");
	store_set(s, "port", "1235");
	store_put_table(s, "default", "b", "{}");
	store_put_table(s, "default", "a", "{\"x\":1}");
	assert_int_equal(store_commit(s, &f->err), 0);
	struct event_query of_cluster = { .cluster_id = "j-2", .since = 102, .max = 10 };
	assert_int_equal(store_find_events(s, &of_cluster, &events, &f->err), 0);
	assert_int_equal(events.len, 2);
	assert_int_equal(events.items[0].time, 104);
	event_list_free(&events);
	for (int i = 0; i < 3; i++) { /* of one millisecond: the last one first */
		struct event same = { .time = 500, .type = (char *)"t", .message = (char *[]){ "a", "b", "c" }[i] };
		store_add_event(s, &same);
	}
	assert_int_equal(store_commit(s, &f->err), 0);
	struct event_query of_time = { .since = 500, .max = 10 };
	assert_int_equal(store_find_events(s, &of_time, &events, &f->err), 0);
	assert_int_equal(events.len, 3);
	assert_string_equal(events.items[0].message, "c");
	assert_string_equal(events.items[2].message, "a");
	event_list_free(&events);
	char *port = store_get(s, "port");
	assert_string_equal(port, "1235");
	free(port);
	assert_null(store_get(s, "nothing"));
	store_list_tables(s, "default", &names);
	assert_int_equal(names.len, 2);
	assert_string_equal(names.items[0], "a");
	str_list_free(&names);
	assert_true(store_drop_table(s, "default", "a"));
	assert_false(store_drop_table(s, "default", "a"));
	assert_int_equal(store_commit(s, &f->err), 0);
	store_close(s);
}

static void count_containers(struct container *c, void *ctx)
{
	assert_string_equal(c->token, "tok");
	assert_int_equal(c->mem_mb, 512);
	(*(int *)ctx)++;
	container_free(c);
}

static void test_containers(void **state)
{
	struct fixture *f = *state;
	struct store *s;
	struct container c = { .id = "c-1", .kind = CONTAINER_EXECUTOR, .token = "tok", .mem_mb = 512 };
	int n = 0;

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	store_put_container(s, &c);
	strcpy(c.id, "c-2");
	store_put_container(s, &c);
	store_drop_container(s, "c-1");
	assert_int_equal(store_commit(s, &f->err), 0);
	assert_int_equal(store_load_containers(s, count_containers, &n, &f->err), 0);
	assert_int_equal(n, 1);
	store_close(s);
}

/* 100 clusters with 20,000 finished steps: printed, never asserted. */
static void test_restart_cost(void **state)
{
	struct fixture *f = *state;
	struct store *s;

	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	for (int k = 0; k < 100; k++) {
		struct cluster *c = example();
		snprintf(c->id, sizeof c->id, "j-%d", k);
		for (int i = 1; i <= 200; i++) {
			struct step *st = example_step(i);
			strcpy(st->cluster_id, c->id);
			store_put_step(s, st);
			step_free(st);
		}
		snprintf(c->groups.items[0]->cluster_id, MODEL_ID_SIZE, "%s", c->id);
		snprintf(c->instances.items[0]->cluster_id, MODEL_ID_SIZE, "%s", c->id);
		snprintf(c->instances.items[0]->id, MODEL_ID_SIZE, "ci-%d", k);
		put_all(s, c);
		cluster_free(c);
	}
	assert_int_equal(store_commit(s, &f->err), 0);
	store_close(s);
	int64_t t0 = clock_mono_us();
	assert_int_equal(store_open(f->path, &s, &f->err), 0);
	int64_t t1 = clock_mono_us();
	assert_int_equal(store_load_clusters(s, collect, f, &f->err), 0);
	print_message("open and check %.1f ms, load %.1f ms\n", (double)(t1 - t0) / 1000,
	              (double)(clock_mono_us() - t1) / 1000);
	assert_int_equal(f->n, 100);
	assert_int_equal(f->loaded[99]->steps.len, 200);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_uncommitted_is_lost_committed_survives_kill, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_newer_schema_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_with_a_log_stays_so, setup, teardown),
		cmocka_unit_test_setup_teardown(test_older_schema_is_migrated, setup, teardown),
		cmocka_unit_test_setup_teardown(test_documents, setup, teardown),
		cmocka_unit_test_setup_teardown(test_records_are_read_newest_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign_database_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_disk_fails_the_commit_only, setup, teardown),
		cmocka_unit_test_setup_teardown(test_events_settings_tables_containers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_containers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restart_cost, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
