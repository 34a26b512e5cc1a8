/* Starting and ending processes on behalf of the server. */
#include "core/daemon/containers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/mem.h"

#define MARK "STOKER_CONTAINER="

/* In the child, between fork and exec: only calls that need no lock. Gives its failure to the parent. */
static void become(char **argv, char **env, const char *cwd, const char *out, const char *log, pid_t parent,
                   int report)
{
	sigset_t none;
	int in = open("/dev/null", O_RDONLY), fd = open(out, O_WRONLY | O_CREAT | O_APPEND, 0644);
	int err = open(log, O_WRONLY | O_CREAT | O_APPEND, 0644), e;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127); /* the worker died in between */
	if (in < 0 || fd < 0 || err < 0 || chdir(cwd))
		goto fail;
	if (dup2(in, 0) < 0 || dup2(fd, 1) < 0 || dup2(err, 2) < 0)
		goto fail;
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvpe(argv[0], argv, env);
fail:
	e = errno;
	if (write(report, &e, sizeof e) != sizeof e)
		_exit(126);
	_exit(127);
}

static char **list_of(const cJSON *a)
{
	char **list = xcalloc((size_t)cJSON_GetArraySize(a) + 1, sizeof *list);
	const cJSON *e;
	size_t n = 0;

	cJSON_ArrayForEach(e, a)
		list[n++] = xstrdup(cJSON_IsString(e) ? e->valuestring : "");
	return list;
}

static void free_list(char **list)
{
	for (size_t i = 0; list && list[i]; i++)
		free(list[i]);
	free(list);
}

static bool overridden(const char *entry, const cJSON *env)
{
	const cJSON *e;

	if (!strncmp(entry, MARK, strlen(MARK)))
		return true;
	cJSON_ArrayForEach(e, env) {
		size_t n = strlen(e->string);
		if (!strncmp(entry, e->string, n) && entry[n] == '=')
			return true;
	}
	return false;
}

static char **environment(const cJSON *env, const char *id)
{
	size_t n = 0, k = 0;
	const cJSON *e;

	while (environ[n])
		n++;
	char **list = xcalloc(n + (size_t)cJSON_GetArraySize(env) + 2, sizeof *list);
	for (size_t i = 0; i < n; i++)
		if (!overridden(environ[i], env))
			list[k++] = xstrdup(environ[i]);
	cJSON_ArrayForEach(e, env)
		if (cJSON_IsString(e) && strcmp(e->string, "STOKER_CONTAINER"))
			list[k++] = xasprintf("%s=%s", e->string, e->valuestring);
	list[k] = xasprintf(MARK "%s", id);
	return list;
}

static int explain(int e, const char *program, const char *cwd, struct error *err)
{
	if (e == ENOENT && !fs_exists(cwd))
		return error_set(err, ERR_NOTFOUND, "The working folder %s does not exist", cwd);
	if (e == ENOENT)
		return error_set(err, ERR_NOTFOUND, "The program '%s' is not installed on this node", program);
	return error_set(err, ERR_IO, "The program '%s' could not be started: %s", program, strerror(e));
}

static int start(char **argv, char **env, const cJSON *msg, pid_t *pid, struct error *err)
{
	const char *cwd = json_str(msg, "cwd", "/");
	const char *out = json_str(msg, "stdout", "/dev/null"), *log = json_str(msg, "stderr", "/dev/null");
	int report[2], e = 0;
	pid_t parent = getpid();

	if (pipe2(report, O_CLOEXEC))
		return error_errno(err, errno, "Cannot make a pipe");
	*pid = fork();
	if (*pid == 0) {
		close(report[0]);
		become(argv, env, cwd, out, log, parent, report[1]);
	}
	close(report[1]);
	if (*pid < 0) {
		close(report[0]);
		return error_errno(err, errno, "Cannot start a process");
	}
	setpgid(*pid, *pid); /* both sides do it: whoever comes first */
	ssize_t n;
	do
		n = read(report[0], &e, sizeof e);
	while (n < 0 && errno == EINTR);
	close(report[0]);
	if (n != (ssize_t)sizeof e)
		return 0;
	waitpid(*pid, NULL, 0);
	return explain(e, argv[0], cwd, err);
}

int child_launch(const cJSON *msg, struct child *c, struct error *err)
{
	char **argv = list_of(json_arr(msg, "argv")), **env;
	int ret;

	*c = (struct child){ .sampled_cpu_ms = -1 };
	snprintf(c->id, sizeof c->id, "%s", json_str(msg, "id", ""));
	env = environment(json_obj(msg, "env"), c->id);
	if (!argv[0] || !*argv[0])
		ret = error_set(err, ERR_INVALID, "There is no command to run");
	else
		ret = start(argv, env, msg, &c->pid, err);
	if (!ret)
		c->spill = xstrdup(json_str(msg, "spill", NULL));
	free_list(env);
	free_list(argv);
	return ret;
}

static bool carries(const char *pid, const char *id)
{
	char path[300];
	struct buf b = BUF_INIT;
	bool found = false;

	snprintf(path, sizeof path, "/proc/%s/environ", pid);
	if (!fs_read(path, 1 << 20, &b, NULL))
		for (size_t i = 0; i < b.len && !found; i += strlen(b.data + i) + 1)
			found = !strncmp(b.data + i, MARK, strlen(MARK)) && !strcmp(b.data + i + strlen(MARK), id);
	buf_free(&b);
	return found;
}

static int signal_marked(const struct child *c, int signal)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && carries(e->d_name, c->id))
			n += !kill(atoi(e->d_name), signal);
	if (d)
		closedir(d);
	return n;
}

void child_signal(const struct child *c, int signal, bool tree)
{
	if (!tree) {
		if (!c->exited)
			kill(c->pid, signal);
		return;
	}
	if (!c->exited)
		kill(-c->pid, signal);
	/* Whoever forks while we look is met by the next pass. */
	for (int pass = 0; pass < 3 && signal_marked(c, signal) > 0 && signal == SIGKILL; pass++)
		;
}
