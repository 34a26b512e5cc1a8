#include "core/client/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/mem.h"

static char *program_path(void)
{
	char *beside = xasprintf("%s/stokerd", fs_program_dir());
	if (!access(beside, X_OK))
		return beside;
	free(beside);
	return xstrdup("stokerd");
}

/* Runs in the grandchild: no allocation beyond exec's own, nothing that returns. */
static void become_server(const char *program, const char *home, int log_fd)
{
	int null = open("/dev/null", O_RDONLY);
	if (null >= 0)
		dup2(null, 0);
	dup2(log_fd, 1);
	dup2(log_fd, 2);
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
	setenv("STOKER_HOME", home, 1);
	unsetenv("STOKER_FROZEN_TIME");
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execlp(program, program, "server", (char *)NULL);
	dprintf(2, "cannot run %s: %s\n", program, strerror(errno));
	_exit(127);
}

/* Fork twice, so that the server is nobody's child; the pid comes back through a pipe. */
static int spawn(const char *program, const char *home, int log_fd, pid_t *pid, struct error *err)
{
	int pipe_fd[2];
	if (pipe2(pipe_fd, O_CLOEXEC))
		return error_errno(err, errno, "cannot start the server");
	pid_t child = fork();
	if (child < 0) {
		int e = errno;
		close(pipe_fd[0]);
		close(pipe_fd[1]);
		return error_errno(err, e, "cannot start the server");
	}
	if (!child) {
		setsid();
		pid_t server = fork();
		if (!server)
			become_server(program, home, log_fd);
		ssize_t n = write(pipe_fd[1], &server, sizeof server);
		_exit(n == sizeof server && server > 0 ? 0 : 1);
	}
	close(pipe_fd[1]);
	pid_t server = 0;
	ssize_t n = read(pipe_fd[0], &server, sizeof server);
	close(pipe_fd[0]);
	waitpid(child, NULL, 0);
	if (n != sizeof server || server <= 0)
		return error_set(err, ERR_IO, "cannot start the server: no more processes");
	if (pid)
		*pid = server;
	return 0;
}

static char *log_path(const char *home)
{
	return xasprintf("%s/log/server.log", home);
}

int start_server(const char *home, pid_t *pid, struct error *err)
{
	char *program = program_path(), *dir = xasprintf("%s/log", home), *log = log_path(home);
	int fd = -1;
	int rc = fs_mkdirs(dir, 0700, err);
	if (rc)
		goto out;
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		rc = error_errno(err, errno, "cannot write %s", log);
		goto out;
	}
	rc = spawn(program, home, fd, pid, err);
out:
	if (fd >= 0)
		close(fd);
	free(program);
	free(dir);
	free(log);
	return rc;
}

bool start_alive(pid_t pid)
{
	return pid > 0 && (!kill(pid, 0) || errno == EPERM);
}

/* The last line of the log that is not empty. */
static void last_line(const char *path, char *out, size_t size)
{
	char tail[2048];
	*out = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	off_t end = lseek(fd, 0, SEEK_END);
	off_t from = end > (off_t)sizeof tail - 1 ? end - ((off_t)sizeof tail - 1) : 0;
	ssize_t n = pread(fd, tail, sizeof tail - 1, from);
	close(fd);
	while (n > 0 && (tail[n - 1] == '\n' || tail[n - 1] == ' '))
		n--;
	if (n <= 0)
		return;
	tail[n] = 0;
	const char *line = strrchr(tail, '\n');
	snprintf(out, size, "%.*s", (int)size - 1, line ? line + 1 : tail);
}

int start_failed(const char *home, struct error *err)
{
	char *log = log_path(home), line[800];
	last_line(log, line, sizeof line);
	error_set(err, ERR_UNAVAILABLE, "the server did not start");
	if (*line)
		error_detail(err, "%s", line);
	error_hint(err, "its messages are in %s", log);
	free(log);
	return ERR_UNAVAILABLE;
}
