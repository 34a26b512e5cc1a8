/* A worker's processes: started, refused by name, signalled with all that came of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/daemon/containers.h"

static char dir[64];

static cJSON *launch_message(const char *id, const char *a, const char *b, const char *c)
{
	cJSON *msg = json_add_str(cJSON_CreateObject(), "id", id), *argv = cJSON_CreateArray();
	cJSON *env = json_add_str(cJSON_CreateObject(), "GREETING", "hello");
	char *out = xasprintf("%s/out", dir), *err = xasprintf("%s/err", dir);
	const char *args[] = { a, b, c };

	for (int i = 0; i < 3 && args[i]; i++)
		cJSON_AddItemToArray(argv, cJSON_CreateString(args[i]));
	json_add(msg, "argv", argv);
	json_add(msg, "env", env);
	json_add_str(msg, "cwd", dir);
	json_add_str(msg, "stdout", out);
	json_add_str(msg, "stderr", err);
	free(out);
	free(err);
	return msg;
}

static char *output(void)
{
	struct buf b = BUF_INIT;
	char *path = xasprintf("%s/out", dir);

	assert_int_equal(fs_read(path, 1 << 20, &b, NULL), 0);
	free(path);
	buf_str(&b);
	return b.data ? buf_steal(&b) : xstrdup("");
}

static bool gone(pid_t pid)
{
	int64_t end = clock_mono_us() + 60000000;

	while (!kill(pid, 0) && clock_mono_us() < end) {
		waitpid(pid, NULL, WNOHANG);
		usleep(2000);
	}
	return kill(pid, 0) != 0;
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/stoker-child-XXXXXX");
	assert_non_null(mkdtemp(dir));
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	return fs_remove_tree(dir, NULL);
}

static void test_launch(void **state)
{
	struct child c;
	struct error err = ERROR_INIT;
	int status;
	cJSON *msg = launch_message("c-1", "sh", "-c",
	                            "echo $GREETING $STOKER_CONTAINER; pwd; exit 3");

	(void)state;
	assert_int_equal(child_launch(msg, &c, &err), 0);
	assert_int_equal(waitpid(c.pid, &status, 0), c.pid);
	assert_int_equal(WEXITSTATUS(status), 3);
	char *text = output();
	assert_non_null(strstr(text, "hello c-1\n"));
	assert_non_null(strstr(text, dir));
	free(text);
	cJSON_Delete(msg);
}

static void test_refusals_name_the_reason(void **state)
{
	struct child c;
	struct error err = ERROR_INIT;
	cJSON *msg = launch_message("c-1", "no-such-program-anywhere", "x", NULL);

	(void)state;
	assert_int_equal(child_launch(msg, &c, &err), ERR_NOTFOUND);
	assert_string_equal(err.message, "The program 'no-such-program-anywhere' is not installed on this node");
	cJSON_Delete(msg);
	msg = launch_message("c-1", "/etc/passwd", NULL, NULL);
	assert_int_not_equal(child_launch(msg, &c, &err), 0);
	assert_non_null(strstr(err.message, "/etc/passwd"));
	cJSON_Delete(msg);
	msg = launch_message("c-1", NULL, NULL, NULL);
	assert_int_not_equal(child_launch(msg, &c, &err), 0);
	cJSON_Delete(msg);
}

static pid_t read_pid(void)
{
	int64_t end = clock_mono_us() + 60000000;
	char *path = xasprintf("%s/pid", dir);
	struct buf b = BUF_INIT;
	pid_t pid = 0;

	while (!pid && clock_mono_us() < end) {
		buf_clear(&b);
		if (!fs_read(path, 64, &b, NULL) && b.len && b.data[b.len - 1] == '\n')
			pid = atoi(buf_str(&b));
		else
			usleep(2000);
	}
	buf_free(&b);
	free(path);
	return pid;
}

/* A descendant that left the process group is still found by its mark. */
static void test_tree_signal_reaches_escapees(void **state)
{
	struct child c;
	struct error err = ERROR_INIT;
	cJSON *msg = launch_message("c-tree", "sh", "-c",
	                            "setsid sh -c 'echo $$ > pid; exec sleep 600' & sleep 600");

	(void)state;
	assert_int_equal(child_launch(msg, &c, &err), 0);
	pid_t escapee = read_pid();
	assert_true(escapee > 0);
	child_signal(&c, SIGKILL, true);
	assert_true(gone(c.pid));
	assert_true(gone(escapee));
	cJSON_Delete(msg);
}

static void test_children_die_with_the_worker(void **state)
{
	(void)state;
	pid_t worker = fork();
	if (!worker) {
		struct child c;
		struct error err = ERROR_INIT;
		cJSON *msg = launch_message("c-2", "sh", "-c", "echo $$ > pid; exec sleep 600");
		child_launch(msg, &c, &err);
		pause();
		_exit(0);
	}
	pid_t child = read_pid();
	assert_true(child > 0);
	kill(worker, SIGKILL);
	waitpid(worker, NULL, 0);
	assert_true(gone(child));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_launch), T(test_refusals_name_the_reason), T(test_tree_signal_reaches_escapees),
		T(test_children_die_with_the_worker),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
