/* Output commit: a destination is old or new, whatever happens. A kill is played by a child process that
 * dies at each step of a commit in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/engine/commit.h"

static char top[64], dest[96];

static int begin(void **state)
{
	(void)state;
	snprintf(top, sizeof top, "/tmp/commit_test_XXXXXX");
	if (!mkdtemp(top))
		return -1;
	snprintf(dest, sizeof dest, "%s/out", top);
	commit_trace = NULL;
	return 0;
}

static int end(void **state)
{
	(void)state;
	return fs_remove_tree(top, NULL);
}

static void put(const char *folder, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", folder, name);
	char *slash = strrchr(path, '/');
	*slash = '\0';
	assert_int_equal(fs_mkdirs(path, 0755, NULL), 0);
	*slash = '/';
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	free(path);
}

static int keep(const struct dirent *d)
{
	return strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
}

/* "name=text;" of every file below, in order. */
static void list(const char *folder, const char *below, struct buf *out)
{
	char *at = xasprintf("%s/%s", folder, below);
	struct dirent **d;
	int n = scandir(at, &d, keep, alphasort);
	for (int i = 0; i < n; i++) {
		char *rel = xasprintf("%s%s%s", below, *below ? "/" : "", d[i]->d_name);
		if (d[i]->d_type == DT_DIR) {
			list(folder, rel, out);
		} else {
			char *path = xasprintf("%s/%s", folder, rel);
			struct buf text = BUF_INIT;
			fs_read(path, 1000, &text, NULL);
			buf_addf(out, "%s=%s;", rel, buf_str(&text));
			buf_free(&text);
			free(path);
		}
		free(rel);
		free(d[i]);
	}
	if (n >= 0)
		free(d);
	free(at);
}

static void assert_content(const char *folder, const char *expected)
{
	struct buf b = BUF_INIT;
	list(folder, "", &b);
	assert_string_equal(buf_str(&b), expected);
	buf_free(&b);
}

static void old_table(void)
{
	put(dest, "p=1/a", "old1");
	put(dest, "p=2/a", "old2");
	put(dest, "_SUCCESS", "");
}

static struct commit *attempt(void)
{
	struct commit *c;
	struct error err = ERROR_INIT;
	if (commit_begin(dest, "job", &c, &err))
		fail_msg("%s", err.message);
	return c;
}

static void finish(struct commit *c, enum commit_mode mode)
{
	struct error err = ERROR_INIT;
	if (commit_finish(c, mode, &err))
		fail_msg("%s: %s", err.message, err.detail);
	commit_free(c);
}

static void test_a_new_destination(void **state)
{
	(void)state;
	struct commit *c = attempt();
	put(commit_folder(c), "part", "x");
	assert_false(fs_exists(dest));
	finish(c, COMMIT_REPLACE);
	assert_content(top, "out/_SUCCESS=;out/part=x;");
}

static void test_replace(void **state)
{
	(void)state;
	old_table();
	struct commit *c = attempt();
	put(commit_folder(c), "part", "new");
	finish(c, COMMIT_REPLACE);
	assert_content(top, "out/_SUCCESS=;out/part=new;");
}

static void test_append_keeps_what_is_there(void **state)
{
	(void)state;
	old_table();
	struct commit *c = attempt();
	put(commit_folder(c), "p=2/b", "new");
	finish(c, COMMIT_APPEND);
	assert_content(top, "out/_SUCCESS=;out/p=1/a=old1;out/p=2/a=old2;out/p=2/b=new;");
}

static void test_append_of_the_same_work_adds_nothing(void **state)
{
	(void)state;
	old_table();
	for (int i = 0; i < 2; i++) {
		struct commit *c = attempt();
		put(commit_folder(c), "p=2/b", "new");
		finish(c, COMMIT_APPEND);
	}
	assert_content(top, "out/_SUCCESS=;out/p=1/a=old1;out/p=2/a=old2;out/p=2/b=new;");
}

static void test_dynamic_overwrite_replaces_touched_partitions(void **state)
{
	(void)state;
	old_table();
	struct commit *c = attempt();
	put(commit_folder(c), "p=2/b", "new");
	put(commit_folder(c), "p=3/b", "new");
	finish(c, COMMIT_REPLACE_SOME);
	assert_content(top, "out/_SUCCESS=;out/p=1/a=old1;out/p=2/b=new;out/p=3/b=new;");
}

static void test_static_partition_is_emptied_by_no_rows(void **state)
{
	(void)state;
	old_table();
	struct commit *c = attempt();
	commit_replace_folder(c, "p=1");
	finish(c, COMMIT_REPLACE_SOME);
	assert_content(top, "out/_SUCCESS=;out/p=2/a=old2;");
}

static void test_an_abort_leaves_no_trace(void **state)
{
	(void)state;
	struct commit *c;
	char *deep = xasprintf("%s/x/y/z", top);
	assert_int_equal(commit_begin(deep, "job", &c, NULL), 0);
	put(commit_folder(c), "p=2/b", "new");
	commit_free(c);
	char *x = xasprintf("%s/x", top);
	assert_false(fs_exists(x));
	free(x);
	free(deep);
	old_table();
	c = attempt();
	put(commit_folder(c), "p=2/b", "new");
	commit_free(c);
	assert_content(top, "out/_SUCCESS=;out/p=1/a=old1;out/p=2/a=old2;");
}

static void test_a_file_in_the_way(void **state)
{
	(void)state;
	struct commit *c;
	struct error err = ERROR_INIT;
	put(top, "out", "I am a file");
	assert_int_equal(commit_begin(dest, "job", &c, &err), ERR_EXISTS);
	assert_content(top, "out=I am a file;");
}

/* ---- kills ---- */

static const char *die_at;

static void die(const char *step)
{
	if (!strcmp(step, die_at))
		_exit(77);
}

static void die_in_commit(const char *step, enum commit_mode mode)
{
	pid_t pid = fork();
	int status;
	if (!pid) {
		struct commit *c;
		die_at = step;
		commit_trace = die;
		if (commit_begin(dest, "job", &c, NULL))
			_exit(1);
		put(commit_folder(c), "p=2/b", "new");
		commit_finish(c, mode, NULL);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 77);
}

static void check_kill(const char *step, bool is_new, enum commit_mode mode, const char *new_content)
{
	old_table();
	die_in_commit(step, mode);
	assert_content(dest, is_new ? new_content : "_SUCCESS=;p=1/a=old1;p=2/a=old2;");
	/* The next attempt removes what the dead one left, and nothing else. */
	struct commit *c = attempt();
	commit_free(c);
	struct buf expected = BUF_INIT, b = BUF_INIT;
	list(top, "", &b);
	assert_null(strstr(buf_str(&b), ".stoker-"));
	buf_free(&expected);
	buf_free(&b);
	fs_remove_tree(dest, NULL);
}

static void test_a_kill_at_every_step(void **state)
{
	(void)state;
	static const struct {
		const char *step;
		bool is_new;
	} steps[] = { { "keep", false }, { "success", false }, { "sync", false }, { "swap", false },
	              { "flush", true }, { "remove", true }, { "end", true } };
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		check_kill(steps[i].step, steps[i].is_new, COMMIT_REPLACE, "_SUCCESS=;p=2/b=new;");
		check_kill(steps[i].step, steps[i].is_new, COMMIT_REPLACE_SOME,
		           "_SUCCESS=;p=1/a=old1;p=2/b=new;");
		check_kill(steps[i].step, steps[i].is_new, COMMIT_APPEND,
		           "_SUCCESS=;p=1/a=old1;p=2/a=old2;p=2/b=new;");
	}
}

static void test_a_live_attempt_is_left_alone(void **state)
{
	(void)state;
	old_table();
	struct commit *c = attempt();
	put(commit_folder(c), "p=9/b", "mine");
	pid_t pid = fork();
	int status;
	if (!pid) {
		struct commit *other;
		if (commit_begin(dest, "other", &other, NULL))
			_exit(1);
		put(commit_folder(other), "p=8/b", "other");
		_exit(commit_finish(other, COMMIT_APPEND, NULL) ? 2 : 0);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 0);
	finish(c, COMMIT_APPEND);
	assert_content(top, "out/_SUCCESS=;out/p=1/a=old1;out/p=2/a=old2;out/p=8/b=other;out/p=9/b=mine;");
}

/* Where there is no exchange, a kill between the two renames leaves the old content aside. */
static void test_the_old_content_is_put_back(void **state)
{
	(void)state;
	old_table();
	char *aside = xasprintf("%s/.out.stoker-job-1.old", top);
	assert_int_equal(rename(dest, aside), 0);
	free(aside);
	struct commit *c = attempt();
	commit_free(c);
	assert_content(top, "out/_SUCCESS=;out/p=1/a=old1;out/p=2/a=old2;");
}

static void test_a_link_stays_a_link(void **state)
{
	(void)state;
	char *real = xasprintf("%s/real", top);
	put(real, "a", "old");
	assert_int_equal(symlink("real", dest), 0);
	struct commit *c = attempt();
	put(commit_folder(c), "b", "new");
	finish(c, COMMIT_REPLACE);
	struct stat st;
	assert_int_equal(lstat(dest, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_content(real, "_SUCCESS=;b=new;");
	free(real);
}

static void test_remove(void **state)
{
	(void)state;
	old_table();
	assert_int_equal(commit_remove(dest, NULL), 0);
	assert_content(top, "");
	assert_int_equal(commit_remove(dest, NULL), 0);
}

int main(void)
{
	setenv("STOKER_LOG", "error", 1);
	log_open("test");
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(test_a_new_destination), T(test_replace), T(test_append_keeps_what_is_there),
		T(test_append_of_the_same_work_adds_nothing),
		T(test_dynamic_overwrite_replaces_touched_partitions),
		T(test_static_partition_is_emptied_by_no_rows), T(test_an_abort_leaves_no_trace),
		T(test_a_file_in_the_way), T(test_a_kill_at_every_step), T(test_a_live_attempt_is_left_alone),
		T(test_the_old_content_is_put_back), T(test_a_link_stays_a_link), T(test_remove),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
