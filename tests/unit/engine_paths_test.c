/* Paths of users, and the listing of data files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/fs.h"
#include "core/engine/paths.h"

static char top[64];
static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	snprintf(top, sizeof top, "/tmp/paths_test_XXXXXX");
	arena = arena_new();
	return mkdtemp(top) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return fs_remove_tree(top, NULL);
}

static const char *map(const char *user, int expected)
{
	struct path_roots roots = { "/lake", "/hd/fs", NULL };
	const char *local = NULL;
	struct error err = ERROR_INIT;
	assert_int_equal(paths_map(&roots, user, arena, &local, &err), expected);
	if (expected)
		assert_true(err.message[0]);
	return local;
}

static void test_mapping(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "s3://b/k/x", "/lake/b/k/x" }, { "s3a://b", "/lake/b" }, { "S3N://b/", "/lake/b" },
		{ "s3://b/a/../c", "/lake/b/c" }, { "s3://b/../../../etc/passwd", "/lake/b/etc/passwd" },
		{ "hdfs:///x/y", "/hd/fs/x/y" }, { "hdfs://nn:8020/x/./y//z", "/hd/fs/x/y/z" },
		{ "hdfs:///../../x", "/hd/fs/x" }, { "file:///a/b/", "/a/b" }, { "file:/a", "/a" },
		{ "/a//b/../c", "/a/c" }, { "/", "/" }, { "s3://b/x*{a,b}", "/lake/b/x*{a,b}" },
		{ "/data/a:/b", "/data/a:/b" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(map(cases[i][0], 0), cases[i][1]);
	char cwd[4096];
	assert_non_null(getcwd(cwd, sizeof cwd));
	char *expected = arena_printf(arena, "%s/rel/x", cwd);
	assert_string_equal(map("rel/./x", 0), expected);
}

static void test_paths_that_have_no_place(void **state)
{
	(void)state;
	map("gs://b/x", ERR_UNSUPPORTED);
	map("http://example.org/x", ERR_UNSUPPORTED);
	map("s3:///x", ERR_INVALID);
	map("s3://../x", ERR_INVALID);
	map("", ERR_INVALID);
	struct path_roots none = { 0 };
	const char *local;
	assert_int_equal(paths_map(&none, "s3://b/x", arena, &local, NULL), ERR_UNSUPPORTED);
}

static void put(const char *name)
{
	char *path = arena_printf(arena, "%s/%s", top, name);
	char *dir = arena_strdup(arena, path);
	*strrchr(dir, '/') = '\0';
	assert_int_equal(fs_mkdirs(dir, 0755, NULL), 0);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs("x", f);
	fclose(f);
}

static struct path_list list(const char *pattern, const struct path_options *o, int expected)
{
	static const struct path_options none;
	struct path_list out = { 0 };
	struct error err = ERROR_INIT;
	char *local = arena_printf(arena, "%s/%s", top, pattern);
	int rc = paths_list(pattern, local, o ? o : &none, arena, &out, &err);
	if (rc != expected)
		fail_msg("%s: %d, %s", pattern, rc, err.message);
	if (rc == ERR_NOTFOUND)
		assert_string_equal(err.class_, "PATH_NOT_FOUND");
	return out;
}

static void assert_files(const struct path_list *l, const char *expected)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < l->n_files; i++)
		buf_addf(&b, "%s;", l->files[i] + strlen(top) + 1);
	assert_string_equal(buf_str(&b), expected);
	buf_free(&b);
}

static void test_a_folder_gives_its_data(void **state)
{
	(void)state;
	put("t/b.csv");
	put("t/a.csv");
	put("t/_SUCCESS");
	put("t/.hidden");
	put("t/_temporary/0/x");
	put("t/plain/c.csv");
	struct path_list l = list("t", NULL, 0);
	assert_files(&l, "t/a.csv;t/b.csv;");
	assert_int_equal(l.bytes, 2);
	struct path_options o = { .recursive = true };
	l = list("t", &o, 0);
	assert_files(&l, "t/a.csv;t/b.csv;t/plain/c.csv;");
	o = (struct path_options){ .glob_filter = "b*" };
	l = list("t", &o, 0);
	assert_files(&l, "t/b.csv;");
	l = list("t/a.csv", NULL, 0);
	assert_files(&l, "t/a.csv;");
	list("t/nothing", NULL, ERR_NOTFOUND);
}

static void test_globs(void **state)
{
	(void)state;
	put("g/x1/a.csv");
	put("g/x2/a.csv");
	put("g/y/a.csv");
	put("g/y/odd[1].csv");
	struct path_list l = list("g/x*/a.csv", NULL, 0);
	assert_files(&l, "g/x1/a.csv;g/x2/a.csv;");
	l = list("g/{x1,y}/a.csv", NULL, 0);
	assert_files(&l, "g/x1/a.csv;g/y/a.csv;");
	l = list("g/x[12]", NULL, 0);
	assert_files(&l, "g/x1/a.csv;g/x2/a.csv;");
	l = list("g/y/odd[1].csv", NULL, 0);
	assert_files(&l, "g/y/odd[1].csv;");
	list("g/z*", NULL, ERR_NOTFOUND);
}

static void assert_keys(const struct path_list *l, const char *expected)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < l->n_keys; i++)
		buf_addf(&b, "%s:%s;", l->keys[i].name, l->keys[i].type);
	assert_string_equal(buf_str(&b), expected);
	buf_free(&b);
}

static void test_partition_columns_and_their_types(void **state)
{
	(void)state;
	put("h/y=2020/m=01/d=2020-01-01/n=1/s=a%20b/f");
	put("h/y=2021/m=12/d=2020-01-02/n=9999999999/s=__HIVE_DEFAULT_PARTITION__/f");
	struct path_list l = list("h", NULL, 0);
	assert_int_equal(l.n_files, 2);
	assert_keys(&l, "y:int;m:int;d:date;n:bigint;s:string;");
	put("k/v=1/f");
	put("k/v=x/f");
	l = list("k", NULL, 0);
	assert_keys(&l, "v:string;");
	put("f/v=1/f");
	put("f/v=1.5/f");
	l = list("f", NULL, 0);
	assert_keys(&l, "v:double;");
	put("n/v=__HIVE_DEFAULT_PARTITION__/f");
	l = list("n", NULL, 0);
	assert_keys(&l, "v:string;");
}

static void test_folders_that_disagree(void **state)
{
	(void)state;
	put("c/a=1/f");
	put("c/b=1/f");
	list("c", NULL, ERR_INVALID);
	put("e/f");
	put("e/a=1/f");
	list("e", NULL, ERR_INVALID);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(test_mapping), T(test_paths_that_have_no_place), T(test_a_folder_gives_its_data), T(test_globs),
		T(test_partition_columns_and_their_types), T(test_folders_that_disagree),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
