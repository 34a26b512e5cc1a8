/* Starting a session's process and speaking frames with it. */
#include "views/cli/sql_session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/mem.h"
#include "core/net/frame.h"

#define SESSION_FD 3       /* in the child: the first one after the standard three */
#define READ_SIZE (64 * 1024)

extern char **environ;

struct sql_session_proc {
	int fd;
	pid_t pid;
	struct buf in;
	size_t used;           /* bytes of the last frame, dropped by the next wait */
	cJSON *json;           /* of the last frame */
	sigset_t old_mask;
};

/* Set by the handler, which runs only inside ppoll; signals carry no argument, hence the global. */
static volatile sig_atomic_t signals_seen;
#define SAW_INT 1
#define SAW_END 2
#define SAW_CONT 4

static void on_signal(int sig)
{
	signals_seen |= sig == SIGINT ? SAW_INT : sig == SIGCONT || sig == SIGWINCH ? SAW_CONT : SAW_END;
}

static void catch_signals(sigset_t *old_mask)
{
	static const int list[] = { SIGINT, SIGTERM, SIGHUP, SIGCONT, SIGWINCH };
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t mask;

	sigemptyset(&sa.sa_mask);
	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		sigaddset(&mask, list[i]);
		sigaction(list[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, &mask, old_mask);
	signal(SIGPIPE, SIG_IGN);
}

/* The child reads nothing from the terminal and is in a group of its own: Ctrl-C is the shell's. */
static int spawn(const char *program, char *const *argv, int fd, const sigset_t *mask, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t defaults;
	int rc;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, 2, 1);
	posix_spawn_file_actions_adddup2(&actions, fd, SESSION_FD);
	posix_spawnattr_init(&attr);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGINT);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setsigmask(&attr, mask);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	rc = posix_spawnp(pid, program, &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	return rc;
}

static char *program_path(void)
{
	char *beside = xasprintf("%s/stokerd", fs_program_dir());

	if (!access(beside, X_OK))
		return beside;
	free(beside);
	return xstrdup("stokerd");
}

int sql_session_start(const char *const *words, struct sql_session_proc **out, struct error *err)
{
	struct sql_session_proc *s = xcalloc(1, sizeof *s);
	const char *head[] = { "stokerd", "driver", "--session", "--fd", "3" };
	VEC(char *) argv = { 0 };
	char *program = program_path();
	int pair[2] = { -1, -1 }, rc = 0, e;

	*out = NULL;
	for (size_t i = 0; i < sizeof head / sizeof *head; i++)
		vec_push(&argv, (char *)(uintptr_t)head[i]);
	for (; *words; words++)
		vec_push(&argv, (char *)(uintptr_t)*words);
	vec_push(&argv, NULL);
	catch_signals(&s->old_mask);
	/* dup2 onto itself would keep close-on-exec: the child's end must not be number 3 already. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) ||
	    (pair[1] == SESSION_FD && (pair[1] = fcntl(SESSION_FD, F_DUPFD_CLOEXEC, 10)) < 0))
		rc = error_errno(err, errno, "cannot make a socket pair");
	if (!rc && (e = spawn(program, argv.items, pair[1], &s->old_mask, &s->pid)))
		rc = error_errno(err, e, "cannot run %s", program);
	if (pair[1] >= 0)
		close(pair[1]);
	s->fd = pair[0];
	free(program);
	vec_free(&argv);
	if (rc)
		sql_session_stop(s);
	else
		*out = s;
	return rc;
}

void sql_session_stop(struct sql_session_proc *s)
{
	if (!s)
		return;
	if (s->fd >= 0)
		close(s->fd);
	sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
	cJSON_Delete(s->json);
	buf_free(&s->in);
	free(s);
}

static int gone(struct sql_session_proc *s, struct error *err)
{
	int status = 0;

	error_set(err, ERR_INTERNAL, "the SQL session has ended");
	if (s->pid > 0 && waitpid(s->pid, &status, 0) == s->pid) {
		s->pid = 0;
		if (WIFSIGNALED(status))
			error_detail(err, "its process was killed by signal %d (%s)", WTERMSIG(status),
			             strsignal(WTERMSIG(status)));
		else if (WEXITSTATUS(status) == 127)
			error_detail(err, "stokerd could not be run");
		else
			error_detail(err, "its process ended with status %d", WEXITSTATUS(status));
	}
	return err->code;
}

int sql_session_send(struct sql_session_proc *s, cJSON *msg, struct error *err)
{
	struct buf out = BUF_INIT;
	size_t at = 0;
	int rc = frame_write(&out, msg, NULL, 0, err);

	cJSON_Delete(msg);
	while (!rc && at < out.len) {
		ssize_t n = send(s->fd, out.data + at, out.len - at, MSG_NOSIGNAL);
		if (n > 0)
			at += (size_t)n;
		else if (n < 0 && errno != EINTR)
			rc = gone(s, err);
	}
	buf_free(&out);
	return rc;
}

/* 1: a frame. 0: more bytes are needed. */
static int take_frame(struct sql_session_proc *s, struct sql_frame *frame, struct error *err)
{
	struct frame f;
	size_t need;
	int rc;

	buf_consume(&s->in, s->used);
	s->used = 0;
	cJSON_Delete(s->json);
	s->json = NULL;
	rc = frame_read(s->in.data, s->in.len, &f, &need, err);
	if (rc <= 0)
		return rc;
	s->used = f.used;
	s->json = f.json;
	frame->json = f.json;
	frame->type = cJSON_GetObjectItemCaseSensitive(f.json, "type")->valuestring;
	frame->data = f.data;
	frame->len = f.len;
	return 1;
}

static int fill(struct sql_session_proc *s, struct error *err)
{
	ssize_t n;

	buf_reserve(&s->in, READ_SIZE);
	n = recv(s->fd, s->in.data + s->in.len, READ_SIZE, 0);
	if (n > 0) {
		s->in.len += (size_t)n;
		s->in.data[s->in.len] = 0;
		return 0;
	}
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	return gone(s, err);
}

static bool take_signal(int flag)
{
	if (!(signals_seen & flag))
		return false;
	signals_seen &= ~flag;
	return true;
}

enum sql_event sql_session_wait(struct sql_session_proc *s, int input_fd, int timeout_ms,
                                struct sql_frame *frame, struct error *err)
{
	struct timespec ts = { timeout_ms / 1000, (timeout_ms % 1000) * 1000000L };
	int rc;

	while (!(rc = take_frame(s, frame, err))) {
		struct pollfd fds[2] = { { s->fd, POLLIN, 0 }, { input_fd, POLLIN, 0 } };
		int n = ppoll(fds, input_fd >= 0 ? 2 : 1, timeout_ms >= 0 ? &ts : NULL, &s->old_mask);
		if (take_signal(SAW_END)) {
			error_set(err, ERR_CANCELLED, "told to end");
			return SQL_EVENT_END;
		}
		if (take_signal(SAW_INT))
			return SQL_EVENT_INT;
		if (take_signal(SAW_CONT))
			return SQL_EVENT_CONT;
		if (n == 0)
			return SQL_EVENT_TIME;
		if (n > 0 && fds[0].revents && fill(s, err))
			return SQL_EVENT_END;
		if (n > 0 && !fds[0].revents)
			return SQL_EVENT_INPUT;
	}
	return rc > 0 ? SQL_EVENT_FRAME : SQL_EVENT_END;
}
