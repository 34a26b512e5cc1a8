/* core/base: each structure against the promises of its header. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/error.h"
#include "core/base/fs.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

static void error_keeps_text_and_never_splits_a_character(void **state)
{
	(void)state;
	struct error e = ERROR_INIT;
	assert_int_equal(error_set(&e, ERR_INVALID, "line %d", 7), ERR_INVALID);
	error_detail(&e, "why");
	error_at(&e, 3, 9);
	error_prefix(&e, "job.json");
	assert_string_equal(e.message, "job.json: line 7");
	assert_int_equal(e.line, 3);

	char longer[3001] = "";
	for (size_t i = 0; i + 3 < sizeof longer; i += 3)
		memcpy(longer + i, "\xE2\x82\xAC", 4); /* euro signs */
	error_set(&e, ERR_INVALID, "%s", longer);
	size_t n = strlen(e.message);
	assert_true(n >= sizeof e.message - 4 && n % 3 == 0);
	assert_string_equal(e.detail, "");
	assert_int_equal(error_set(NULL, ERR_IO, "nobody listens"), ERR_IO);
}

static void error_errno_tells_a_full_disk_apart(void **state)
{
	(void)state;
	struct error e;
	assert_int_equal(error_errno(&e, ENOSPC, "cannot write x"), ERR_FULL);
	assert_int_equal(error_errno(&e, EACCES, "cannot write x"), ERR_IO);
	assert_string_equal(e.detail, "Permission denied");
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
	(void)state;
	struct arena *a = arena_new();
	for (int i = 1; i < 3000; i += 7) {
		unsigned char *p = arena_alloc(a, (size_t)i);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (int k = 0; k < i; k++)
			assert_int_equal(p[k], 0);
		memset(p, 0xAA, (size_t)i);
	}
	char *big = arena_alloc(a, 100000);
	big[99999] = 1;
	assert_string_equal(arena_printf(a, "%d-%s", 4, "x"), "4-x");
	assert_null(arena_strdup(a, NULL));
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	assert_int_equal(*(char *)arena_alloc(a, 8), 0);
	arena_free(a);
	arena_free(NULL);
}

static void vectors_grow_and_keep_order(void **state)
{
	(void)state;
	VEC(int) v = { 0 };
	for (int i = 0; i < 1000; i++)
		vec_push(&v, i);
	vec_remove(&v, 0);
	vec_remove(&v, 500);
	assert_int_equal(v.len, 998);
	assert_int_equal(v.items[0], 1);
	assert_int_equal(v.items[500], 502);
	vec_free(&v);
}

static void buf_builds_and_consumes(void **state)
{
	(void)state;
	struct buf b = BUF_INIT;
	assert_string_equal(buf_str(&b), "");
	buf_addf(&b, "%s=%d", "a", 1);
	buf_addc(&b, ';');
	buf_add(&b, "xyz", 2);
	assert_string_equal(buf_str(&b), "a=1;xy");
	buf_consume(&b, 4);
	assert_string_equal(buf_str(&b), "xy");
	buf_consume(&b, 9);
	assert_int_equal(b.len, 0);
	char *s = buf_steal(&b);
	assert_string_equal(s, "");
	free(s);
}

static void map_matches_a_plain_array(void **state)
{
	(void)state;
	struct map *m = map_new();
	int live[500];
	memset(live, -1, sizeof live);
	srand(7);
	for (int round = 0; round < 20000; round++) {
		char key[16];
		int k = rand() % 500;
		snprintf(key, sizeof key, "key-%d", k);
		if (rand() % 3) {
			void *old = map_set(m, key, (void *)(intptr_t)(round + 1));
			assert_int_equal((intptr_t)old, live[k] < 0 ? 0 : live[k] + 1);
			live[k] = round;
		} else {
			void *old = map_remove(m, key);
			assert_int_equal((intptr_t)old, live[k] < 0 ? 0 : live[k] + 1);
			live[k] = -1;
		}
	}
	size_t expect = 0, seen = 0, it = 0;
	for (int k = 0; k < 500; k++)
		expect += live[k] >= 0;
	const char *key;
	void *value;
	while (map_next(m, &it, &key, &value)) {
		seen++;
		assert_int_equal((intptr_t)value, live[atoi(key + 4)] + 1);
	}
	assert_int_equal(seen, expect);
	assert_int_equal(map_len(m), expect);
	map_free(m, NULL);
}

static void clock_reads_and_writes_instants(void **state)
{
	(void)state;
	char out[32];
	int64_t t = 1763696055123; /* 2025-11-21T03:34:15.123Z */
	assert_string_equal(clock_iso8601(t, out, sizeof out), "2025-11-21T03:34:15.123Z");
	assert_int_equal(clock_parse(out), t);
	assert_string_equal(clock_amz_date(t, out, sizeof out), "20251121T033415Z");
	assert_int_equal(clock_parse(out), t / 1000 * 1000);
	assert_int_equal(clock_parse("2025-11-21T05:34:15.123+02:00"), t);
	assert_int_equal(clock_parse("2025-11-21"), 1763683200000);
	assert_int_equal(clock_parse("2025-13-21"), -1);
	assert_int_equal(clock_parse("yesterday"), -1);
	assert_int_equal(clock_parse("2025-11-21T05:34:15Zx"), -1);
	assert_string_equal(clock_duration(41000, out, sizeof out), "0:41");
	assert_string_equal(clock_duration(4325000, out, sizeof out), "1:12:05");
	assert_string_equal(clock_duration(3 * 86400000LL + 4 * 3600000 + 600000, out, sizeof out), "3d 04:10");
	assert_string_equal(clock_age(400, out, sizeof out), "0.4s");
	assert_string_equal(clock_age(3600000 * 5, out, sizeof out), "5h");
	setenv("STOKER_FROZEN_TIME", "1763696055123", 1);
	assert_int_equal(clock_now_ms(), t);
	unsetenv("STOKER_FROZEN_TIME");
}

static void json_refuses_what_is_not_one_value(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "{", "{}x", "[1,]", "nul", "{\"a\":1}{", "\"abc" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct error e = ERROR_INIT;
		cJSON *v = json_parse(bad[i], strlen(bad[i]), &e);
		assert_null(v);
		assert_int_equal(e.code, ERR_INVALID);
	}
	char deep[400];
	memset(deep, '[', sizeof deep);
	struct error e = ERROR_INIT;
	assert_null(json_parse(deep, sizeof deep, &e));
	assert_non_null(strstr(e.message, "nested"));
	assert_null(json_parse("{\n \"a\": tru }", 13, &e));
	assert_int_equal(e.line, 2);
	assert_null(json_parse("1\0 ", 3, &e));
}

static void json_reads_only_the_right_type(void **state)
{
	(void)state;
	const char *text = "{\"s\":\"x\",\"n\":5,\"b\":true,\"z\":null,\"big\":1e30} \n";
	cJSON *v = json_parse(text, strlen(text), NULL);
	assert_string_equal(json_str(v, "s", "?"), "x");
	assert_string_equal(json_str(v, "n", "?"), "?");
	assert_int_equal(json_int(v, "n", -1), 5);
	assert_int_equal(json_int(v, "s", -1), -1);
	assert_int_equal(json_int(v, "z", -1), -1);
	assert_true(json_int(v, "big", 0) == INT64_MAX);
	assert_true(json_bool(v, "b", false));
	assert_null(json_arr(v, "s"));
	assert_int_equal(json_int(NULL, "n", 9), 9);
	cJSON_Delete(v);
	struct buf b = BUF_INIT;
	json_quote(&b, "a\"\\\n\x01é");
	assert_string_equal(buf_str(&b), "\"a\\\"\\\\\\n\\u0001é\"");
	buf_free(&b);
}

static void ids_have_their_shape_and_differ(void **state)
{
	(void)state;
	char a[40], b[40];
	id_make(a, sizeof a, "j-", 13);
	id_make(b, sizeof b, "j-", 13);
	assert_int_equal(strlen(a), 15);
	assert_int_equal(strspn(a + 2, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), 13);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(id_uuid(a, sizeof a)), 36);
	assert_int_equal(a[14], '4');
	assert_int_equal(strlen(id_hex(a, 5, "i-", 17)), 4); /* never past the buffer */
}

static void secrets_leave_the_environment(void **state)
{
	(void)state;
	setenv("STOKER_TEST_SECRET", "abc", 1);
	assert_string_equal(id_take_secret("STOKER_TEST_SECRET"), "abc");
	assert_null(getenv("STOKER_TEST_SECRET"));
	assert_null(id_take_secret("STOKER_TEST_SECRET"));
}

static void files_are_written_whole_or_not_at_all(void **state)
{
	(void)state;
	char dir[] = "/tmp/stoker-base-XXXXXX", path[128];
	assert_non_null(mkdtemp(dir));
	struct error e = ERROR_INIT;
	snprintf(path, sizeof path, "%s/a/b/c", dir);
	assert_int_equal(fs_mkdirs(path, 0700, &e), 0);
	assert_int_equal(fs_mkdirs(path, 0700, &e), 0);
	snprintf(path, sizeof path, "%s/a/b/c/file", dir);
	assert_int_equal(fs_write_atomic(path, "one", 3, 0600, &e), 0);
	assert_int_equal(fs_write_atomic(path, "two!", 4, 0600, &e), 0);
	struct buf b = BUF_INIT;
	assert_int_equal(fs_read(path, 100, &b, &e), 0);
	assert_string_equal(buf_str(&b), "two!");
	buf_clear(&b);
	assert_int_equal(fs_read(path, 3, &b, &e), ERR_FULL);
	assert_int_equal(fs_read("/nonexistent/x", 3, &b, &e), ERR_NOTFOUND);
	assert_int_equal(fs_mkdirs(path, 0700, &e), ERR_IO);
	char inside[160];
	snprintf(inside, sizeof inside, "%s/below", path);
	assert_int_not_equal(fs_write_atomic(inside, "x", 1, 0600, &e), 0);
	assert_int_equal(fs_remove_tree(dir, &e), 0);
	assert_false(fs_exists(dir));
	assert_int_equal(fs_remove_tree(dir, &e), 0);
	buf_free(&b);
}

static void utf8_survives_anything(void **state)
{
	(void)state;
	assert_int_equal(utf8_width("abc"), 3);
	assert_int_equal(utf8_width("日本"), 4);
	assert_int_equal(utf8_width("e\xCC\x81"), 1);
	int used;
	assert_int_equal(utf8_fit("日本x", 3, &used), 3);
	assert_int_equal(used, 2);
	struct buf b = BUF_INIT;
	const char *bad = "a\x1b[2J\xff\xC0\x80\t\xE2\x80\xAEz";
	utf8_clean(&b, bad, strlen(bad));
	assert_string_equal(buf_str(&b), "a?[2J??? ?z");
	buf_free(&b);
	for (uint32_t cp = 1; cp < 0x110000; cp += 37) {
		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		char out[4];
		uint32_t back;
		size_t n = utf8_encode(cp, out);
		assert_int_equal(utf8_decode(out, n, &back), n);
		assert_int_equal(back, cp);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(error_keeps_text_and_never_splits_a_character),
		cmocka_unit_test(error_errno_tells_a_full_disk_apart),
		cmocka_unit_test(arena_gives_zeroed_aligned_memory),
		cmocka_unit_test(vectors_grow_and_keep_order),
		cmocka_unit_test(buf_builds_and_consumes),
		cmocka_unit_test(map_matches_a_plain_array),
		cmocka_unit_test(clock_reads_and_writes_instants),
		cmocka_unit_test(json_refuses_what_is_not_one_value),
		cmocka_unit_test(json_reads_only_the_right_type),
		cmocka_unit_test(ids_have_their_shape_and_differ),
		cmocka_unit_test(secrets_leave_the_environment),
		cmocka_unit_test(files_are_written_whole_or_not_at_all),
		cmocka_unit_test(utf8_survives_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
