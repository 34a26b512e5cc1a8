/* core/api/emr/README.md says what the tables say. UPDATE=1 (make doc-api) writes it anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/api/emr/emr.h"
#include "core/base/fs.h"
#include "core/control/control.h"

#define README "core/api/emr/README.md"
#define BEGIN "<!-- tables -->\n"
#define END "<!-- end of tables -->\n"

static bool served(const char *name)
{
	char target[128];

	snprintf(target, sizeof target, EMR_TARGET_PREFIX "%s", name);
	return control_serves(target);
}

static void read_all(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "re");
	char part[4096];
	size_t n;

	assert_non_null(f);
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(out, part, n);
	fclose(f);
}

static void readme_is_up_to_date(void **state)
{
	(void)state;
	struct buf old = BUF_INIT, new = BUF_INIT;

	read_all(README, &old);
	char *begin = strstr(old.data, BEGIN), *end = strstr(old.data, END);
	assert_non_null(begin);
	assert_non_null(end);
	buf_add(&new, old.data, (size_t)(begin - old.data) + strlen(BEGIN));
	emr_document(served, &new);
	buf_adds(&new, end);
	if (getenv("UPDATE")) {
		FILE *f = fopen(README, "we");
		assert_non_null(f);
		assert_int_equal(fwrite(new.data, 1, new.len, f), new.len);
		assert_int_equal(fclose(f), 0);
	} else if (strcmp(old.data, new.data)) {
		fail_msg("%s is out of date: run make doc-api", README);
	}
	buf_free(&old);
	buf_free(&new);
}

static void every_operation_is_there(void **state)
{
	(void)state;
	struct buf out = BUF_INIT;
	size_t n;
	const struct emr_operation *ops = emr_operations(&n);

	emr_document(served, &out);
	for (size_t i = 0; i < n; i++) {
		char row[128];
		snprintf(row, sizeof row, "| %s | %s |", ops[i].name, served(ops[i].name) ? "yes" : "no");
		assert_non_null(strstr(out.data, row));
		assert_true(i == 0 || strcmp(ops[i - 1].name, ops[i].name) < 0);
	}
	assert_true(served("RunJobFlow"));
	assert_false(served("CreatePersistentAppUI"));
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readme_is_up_to_date), cmocka_unit_test(every_operation_is_there),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
