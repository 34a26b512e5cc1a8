#include "tui/sink_guard.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct {
	volatile sig_atomic_t held;       /* the terminal is ours now */
	int fd;
	struct termios saved;
	char bytes[GUARD_MAX];
	volatile sig_atomic_t len;
	int real_stderr, captured;        /* -1 when stderr is not captured */
	bool hooked;
} guard = { .fd = -1, .real_stderr = -1, .captured = -1 };

static const int fatal[] = { SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE };
static const int ending[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };

/* Write all, waiting at most 300 ms in sum for a stalled link; then drop what is queued and try once. */
static void send_all(int fd, const char *s, size_t n)
{
	int waits = 6;
	while (n > 0) {
		ssize_t k = write(fd, s, n);
		if (k > 0) {
			s += k;
			n -= (size_t)k;
			continue;
		}
		if (k < 0 && errno == EINTR)
			continue;
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		if (k < 0 && errno != EAGAIN)
			return;
		if (waits-- == 0) {
			tcflush(fd, TCOFLUSH);
			if (write(fd, s, n) < 0)
				return;              /* nothing more can be done */
			return;
		}
		(void)poll(&p, 1, 50);
	}
}

static void release_stderr(void)
{
	if (guard.real_stderr < 0)
		return;
	dup2(guard.real_stderr, STDERR_FILENO);
	close(guard.real_stderr);
	guard.real_stderr = -1;
	char block[512];
	off_t size = lseek(guard.captured, 0, SEEK_END), from = size > 8192 ? size - 8192 : 0;
	ssize_t k;
	lseek(guard.captured, from, SEEK_SET);
	while ((k = read(guard.captured, block, sizeof block)) > 0)
		if (write(STDERR_FILENO, block, (size_t)k) < 0)
			break;
	close(guard.captured);
	guard.captured = -1;
}

void guard_restore(void)
{
	if (!guard.held)
		return;
	int saved_errno = errno;
	guard.held = 0;
	send_all(guard.fd, guard.bytes, (size_t)guard.len);
	tcsetattr(guard.fd, TCSANOW, &guard.saved);
	release_stderr();
	errno = saved_errno;
}

void guard_retake(void)
{
	guard.held = guard.fd >= 0;
}

static void on_ending(int sig)
{
	guard_restore();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void say(const char *s)
{
	ssize_t k = write(STDERR_FILENO, s, strlen(s));
	(void)k;
}

/* Called on its own stack, so that a stack overflow is reported too. The alarm ends us should the
 * backtrace hang on a lock that the crash left behind. */
static void on_fatal(int sig)
{
	guard_restore();
	signal(sig, SIG_DFL);
	alarm(3);
	const char *what = sig == SIGSEGV ? "SIGSEGV" : sig == SIGABRT ? "SIGABRT" : sig == SIGBUS ? "SIGBUS" :
	                   sig == SIGILL ? "SIGILL" : "SIGFPE";
	say("\nstoker " STOKER_VERSION " crashed (");
	say(what);
	say("). Clusters and jobs are not affected. Where it was:\n");
	void *frames[32];
	backtrace_symbols_fd(frames, backtrace(frames, 32), STDERR_FILENO);
	raise(sig);
}

static void install(int sig, void (*handler)(int), int flags)
{
	struct sigaction old, act = { .sa_handler = handler, .sa_flags = flags };
	sigemptyset(&act.sa_mask);
	/* nohup and friends: an ignored signal stays ignored. */
	if (sigaction(sig, NULL, &old) == 0 && old.sa_handler == SIG_IGN)
		return;
	sigaction(sig, &act, NULL);
}

static void hook(void)
{
	static char stack[64 * 1024];
	stack_t alt = { .ss_sp = stack, .ss_size = sizeof stack };
	bool own_stack = sigaltstack(&alt, NULL) == 0;
	for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
		install(fatal[i], on_fatal, SA_NODEFER | SA_RESETHAND | (own_stack ? SA_ONSTACK : 0));
	for (size_t i = 0; i < sizeof ending / sizeof *ending; i++)
		install(ending[i], on_ending, 0);
	signal(SIGPIPE, SIG_IGN);
	atexit(guard_restore);
	guard.hooked = true;
}

void guard_arm(int fd, const struct termios *saved)
{
	guard.fd = fd;
	guard.saved = *saved;
	guard.len = 0;
	guard.held = 1;
	if (!guard.hooked)
		hook();
}

void guard_bytes(const char *restore, size_t n)
{
	guard.len = 0;
	memcpy(guard.bytes, restore, n > GUARD_MAX ? GUARD_MAX : n);
	guard.len = (sig_atomic_t)(n > GUARD_MAX ? GUARD_MAX : n);
}

bool guard_capture_stderr(void)
{
	if (guard.real_stderr >= 0 || !isatty(STDERR_FILENO))
		return false;
	guard.captured = memfd_create("stderr", MFD_CLOEXEC);
	guard.real_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (guard.captured < 0 || guard.real_stderr < 0 || dup2(guard.captured, STDERR_FILENO) < 0) {
		if (guard.captured >= 0)
			close(guard.captured);
		if (guard.real_stderr >= 0)
			close(guard.real_stderr);
		guard.captured = guard.real_stderr = -1;
		return false;
	}
	return true;
}

void guard_disarm(void)
{
	guard_restore();
	guard.fd = -1;
}
