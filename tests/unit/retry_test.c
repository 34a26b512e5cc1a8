/* Classes of failures and policies of retries, as tables. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/model/retry.h"

#define R FAILURE_RETRYABLE
#define N FAILURE_NON_RETRYABLE
#define Q FAILURE_DATA_QUALITY

static const struct { struct failure f; enum failure_class class; const char *why; } failures[] = {
	/* what a driver says */
	{ { .reason = "IO_TRANSIENT", .message = "read error" }, R, "transient" },
	{ { .reason = "EXECUTOR_LOST" }, R, "executor" },
	{ { .reason = "FETCH_FAILED" }, R, "shuffle" },
	{ { .reason = "COMMIT_DENIED" }, R, "commit" },
	{ { .reason = "DISK_FULL", .message = "A disk is full: No space left" }, R, "disk" },
	{ { .reason = "OUT_OF_MEMORY" }, N, "memory" },
	{ { .reason = "OOM" }, N, "memory" },
	{ { .reason = "CANCELLED" }, N, "cancelled" },
	{ { .reason = "io", .message = "cannot read x: Connection reset by peer" }, R, "system" },
	{ { .reason = "PARSE_SYNTAX_ERROR", .message = "near 'timeout'" }, N, "script or its input" },
	{ { .reason = "TABLE_OR_VIEW_NOT_FOUND", .message = "`timed out` cannot be found" }, N, "script" },
	{ { .reason = "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION" }, N, "script" },
	{ { .reason = "DIVIDE_BY_ZERO" }, N, "script" },
	{ { .reason = "FAILED_READ_FILE.NO_HINT", .message = "connection refused" }, R, "refused" },
	{ { .reason = "FAILED_READ_FILE.NO_HINT", .message = "not a Parquet file" }, N, "nothing says" },
	{ { .reason = "USER_RAISED_EXCEPTION", .message = "no good" }, N, "script" },
	/* data quality */
	{ { .reason = "USER_RAISED_EXCEPTION", .message = "DATA_QUALITY: 12 rows without a key" }, Q, "quality" },
	{ { .reason = "USER_ERROR", .message = "[USER_RAISED_EXCEPTION] DATA_QUALITY x" }, Q, "quality" },
	{ { .reason = "DATA_QUALITY.NULL_KEYS", .message = "x" }, Q, "quality" },
	{ { .reason = "USER_ERROR", .message = "[DATA_QUALITY.NULL_KEYS] x" }, Q, "quality" },
	{ { .message = "DATA_QUALITY: null keys", .status = 1 }, Q, "quality" },
	{ { .message = "ValueError: DATA_QUALITY: null keys", .status = 1 }, Q, "quality" },
	{ { .message = "org.x.CheckFailed: DATA_QUALITY", .status = 3 }, Q, "quality" },
	{ { .message = "whatever", .status = 65 }, Q, "65" },
	{ { .message = "no DATA_QUALITY at the start", .status = 1 }, N, "nothing" },
	/* plain processes */
	{ { .message = "x", .status = 1 }, N, "nothing says" },
	{ { .message = "x", .status = 75 }, R, "75" },
	{ { .message = "x", .status = 69 }, R, "69" },
	{ { .message = "connection refused", .status = 78 }, N, "78" },
	{ { .message = "bash: x: command not found", .status = 127 }, N, "127" },
	{ { .message = "x", .status = 124 }, R, "124" },
	{ { .signal = SIGKILL }, R, "killed" },
	{ { .signal = SIGTERM }, R, "ended from outside" },
	{ { .signal = SIGSEGV }, N, "crashed" },
	{ { .message = "connection refused", .signal = SIGABRT }, N, "crashed" },
	{ { .message = "curl: (7) Failed to connect to h port 1: Connection refused", .status = 7 }, R,
	  "refused" },
	{ { .message = "An error occurred (ThrottlingException)", .status = 254 }, R, "throttled" },
	{ { .message = "cp: error writing 'x': No space left on device", .status = 1 }, R, "disk" },
	{ { .message = "psql: ERROR:  deadlock detected", .status = 1 }, R, "deadlock" },
	{ { .message = "An error occurred (AccessDenied)", .status = 255 }, N, "nothing says" },
	{ { .message = "x", .status = 1, .timed_out = true }, R, "timeoutSeconds" },
	{ { .message = NULL, .status = 2 }, N, "nothing says" },
};

static void test_classes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		const char *why = NULL;
		enum failure_class c = failure_classify(&failures[i].f, &why);
		if (c != failures[i].class || !strstr(why, failures[i].why))
			fail_msg("%zu (%s, %s, %d): %s because %s", i, failures[i].f.reason, failures[i].f.message,
			         failures[i].f.status, names_get(&failure_class_names, c), why);
		assert_int_equal(failure_classify(&failures[i].f, NULL), c);
	}
}

/* A cluster and a step with the properties given as "key=value" texts, NULL at the end. */
static struct cluster *cluster_with(const char *const *texts)
{
	struct cluster *c = cluster_new();
	struct configuration *conf = configuration_new(RETRY_CLASSIFICATION);

	for (; *texts; texts++) {
		char *key = xstrdup(*texts), *eq = strchr(key, '=');
		*eq = '\0';
		pair_list_set(&conf->properties, key, eq + 1);
		free(key);
	}
	vec_push(&c->configurations, conf);
	return c;
}

static struct step *step_with(const char *key, const char *value)
{
	struct step *s = step_new();

	text_set(&s->name, "load");
	if (key)
		pair_list_set(&s->properties, key, value);
	return s;
}

static void test_without_a_policy_it_is_as_on_emr(void **state)
{
	struct retry_policy p;
	struct step *s = step_with("spark.retry", "x");

	(void)state;
	assert_int_equal(retry_policy_of(NULL, s, &p, NULL), 0);
	assert_int_equal(p.max_attempts, 1);
	assert_false(retry_wanted(&p, R, 1));
	assert_true(p.dead_letter);
	assert_null(p.topic);
	step_free(s);
}

static void test_step_over_cluster(void **state)
{
	static const char *const conf[] = { "stoker.retry.maxAttempts=5", "backoffSeconds=1", "retry.jitter=none",
		"stoker.retry.on=RETRYABLE,DATA_QUALITY", "timeoutSeconds=60", "deadLetter=false",
		"stoker.notify=arn:aws:sns:us-east-1:000000000000:ops", NULL };
	struct cluster *c = cluster_with(conf);
	struct step *s = step_with("stoker.retry.maxAttempts", "2");
	struct retry_policy p;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(retry_policy_of(c, NULL, &p, &err), 0);
	assert_int_equal(p.max_attempts, 5);
	assert_int_equal(retry_policy_of(c, s, &p, &err), 0);
	assert_int_equal(p.max_attempts, 2);
	assert_int_equal(p.backoff_ms, 1000);
	assert_int_equal(p.timeout_ms, 60000);
	assert_int_equal(p.jitter, JITTER_NONE);
	assert_false(p.dead_letter);
	assert_string_equal(p.topic, "arn:aws:sns:us-east-1:000000000000:ops");
	assert_true(retry_wanted(&p, R, 1));
	assert_true(retry_wanted(&p, Q, 1));
	assert_false(retry_wanted(&p, N, 1));
	assert_false(retry_wanted(&p, R, 2));
	step_free(s);
	cluster_free(c);
}

static const struct { const char *key, *value, *says; } wrong[] = {
	{ "stoker.retry.maxAttempts", "0",
	  "stoker.retry.maxAttempts has the value '0': expected a whole number from 1" },
	{ "stoker.retry.maxAttempts", "101", "maxAttempts" },
	{ "stoker.retry.maxAttempts", "2.5", "whole number" },
	{ "stoker.retry.maxAttempts", "many", "'many'" },
	{ "stoker.retry.maxAttempts", "", "''" },
	{ "stoker.retry.maxAttempts", "0x3", "'0x3'" },
	{ "stoker.retry.backoffSeconds", "-1", "from 0 to 86400" },
	{ "stoker.retry.backoffSeconds", "1e9", "from 0 to 86400" },
	{ "stoker.retry.backoffSeconds", "nan", "'nan'" },
	{ "stoker.retry.backoffMultiplier", "0.5", "from 1 to 100" },
	{ "stoker.retry.maxBackoffSeconds", "1d", "'1d'" },
	{ "stoker.retry.jitter", "half", "none, full or equal" },
	{ "stoker.retry.on", "SOME", "DATA_QUALITY" },
	{ "stoker.retry.on", "", "RETRYABLE" },
	{ "stoker.retry.timeoutSeconds", "0", "from 1 to 604800" },
	{ "stoker.retry.maxAttempt", "3", "stoker.retry.maxAttempt is not known" },
	{ "stoker.deadLetter", "yes", "true or false" },
	{ "stoker.notify", "no name", "ARN or name" },
};

static void test_bad_values_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct step *s = step_with(wrong[i].key, wrong[i].value);
		struct retry_policy p;
		struct error err = ERROR_INIT;
		assert_int_equal(retry_policy_of(NULL, s, &p, &err), ERR_INVALID);
		if (!strstr(err.message, wrong[i].says) || !strstr(err.message, "Step 'load'"))
			fail_msg("%s=%s: %s", wrong[i].key, wrong[i].value, err.message);
		step_free(s);
	}
	static const char *const conf[] = { "attempts=5", NULL };
	struct cluster *c = cluster_with(conf);
	struct retry_policy p;
	struct error err = ERROR_INIT;
	assert_int_equal(retry_policy_of(c, NULL, &p, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "Classification stoker-retry: The property attempts is not known"));
	cluster_free(c);
}

static void test_waits_grow_to_their_cap(void **state)
{
	struct retry_policy p = { .backoff_ms = 1000, .max_backoff_ms = 10000, .multiplier = 2,
	                          .jitter = JITTER_NONE };
	static const int64_t expected[] = { 1000, 2000, 4000, 8000, 10000, 10000 };
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 6; i++)
		assert_int_equal(retry_delay(&p, i + 1, &seed), expected[i]);
	assert_int_equal(retry_delay(&p, 100, &seed), 10000);
	p.multiplier = 1;
	assert_int_equal(retry_delay(&p, 100, &seed), 1000);
}

static void test_jitter_keeps_its_bounds_and_its_seed(void **state)
{
	struct retry_policy p = { .backoff_ms = 1000, .max_backoff_ms = 60000, .multiplier = 3 };
	uint64_t a = 42, b = 42;
	int64_t least = 3000, most = 0;

	(void)state;
	p.jitter = JITTER_EQUAL;
	for (int i = 0; i < 2000; i++) {
		int64_t wait = retry_delay(&p, 2, &a);
		assert_int_equal(wait, retry_delay(&p, 2, &b));
		assert_true(wait >= 1500 && wait <= 3000);
	}
	p.jitter = JITTER_FULL;
	for (int i = 0; i < 2000; i++) {
		int64_t wait = retry_delay(&p, 2, &a);
		assert_true(wait >= 0 && wait <= 3000);
		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
	}
	assert_true(least < 100 && most > 2900);
}

#define T(f) cmocka_unit_test(f)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_classes), T(test_without_a_policy_it_is_as_on_emr), T(test_step_over_cluster),
		T(test_bad_values_are_named), T(test_waits_grow_to_their_cap),
			T(test_jitter_keeps_its_bounds_and_its_seed),
	};
	return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
