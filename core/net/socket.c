#include "core/net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/log.h"
#include "core/base/mem.h"

#define BACKLOG 512

/* Write the address of path. *dir is an open folder that must stay open until the call that uses the
 * address is over, or -1. */
static int make_address(const char *path, struct sockaddr_un *sa, int *dir, struct error *err)
{
	*dir = -1;
	memset(sa, 0, sizeof *sa);
	sa->sun_family = AF_UNIX;
	size_t n = strlen(path);
	if (n == 0)
		return error_set(err, ERR_INVALID, "the path of a socket is empty");
	if (n < sizeof sa->sun_path) {
		memcpy(sa->sun_path, path, n + 1);
		return 0;
	}
	const char *slash = strrchr(path, '/');
	if (!slash || slash == path || strlen(slash + 1) > 80)
		return error_set(err, ERR_INVALID, "the socket name in %s is longer than 80 bytes", path);
	char *folder = xstrndup(path, (size_t)(slash - path));
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;
	if (fd < 0) {
		int code = errno == ENOENT ? ERR_UNAVAILABLE : 0;
		rc = error_errno(err, errno, "cannot open folder %s", folder);
		if (code) {
			rc = code;
			if (err)
				err->code = code;
		}
	}
	free(folder);
	if (rc)
		return rc;
	snprintf(sa->sun_path, sizeof sa->sun_path, "/proc/self/fd/%d/%.80s", fd, slash + 1);
	*dir = fd;
	return 0;
}

int socket_short_path(const char *path, char *out, size_t size, int *dir, struct error *err)
{
	struct sockaddr_un sa;
	int rc = make_address(path, &sa, dir, err);
	if (!rc)
		snprintf(out, size, "%s", sa.sun_path);
	return rc;
}

static int unix_socket(struct error *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		error_errno(err, errno, "cannot create a Unix socket");
	return fd;
}

int socket_peer(int fd, uid_t *uid, pid_t *pid, struct error *err)
{
	struct ucred cred;
	socklen_t n = sizeof cred;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) != 0)
		return error_errno(err, errno, "cannot read the credentials of the peer");
	if (uid)
		*uid = cred.uid;
	if (pid)
		*pid = cred.pid;
	return 0;
}

static int check_same_user(int fd, const char *path, struct error *err)
{
	uid_t uid = 0;
	int rc = socket_peer(fd, &uid, NULL, err);
	if (!rc && uid != geteuid())
		rc = error_set(err, ERR_AUTH, "the server at %s belongs to user %u, not to you", path,
		               (unsigned)uid);
	return rc;
}

int socket_connect_unix(const char *path, int *out, struct error *err)
{
	struct sockaddr_un sa;
	int dir;
	int rc = make_address(path, &sa, &dir, err);
	if (rc)
		return rc;
	int fd = unix_socket(err);
	if (fd < 0) {
		rc = ERR_IO;
		goto out;
	}
	if (connect(fd, (struct sockaddr *)&sa, sizeof sa) != 0) {
		int e = errno;
		rc = error_errno(err, e, "cannot connect to %s", path);
		if (e == ENOENT || e == ECONNREFUSED || e == EAGAIN || e == ENOTDIR) {
			rc = ERR_UNAVAILABLE;
			if (err)
				err->code = rc;
		}
		goto out;
	}
	rc = check_same_user(fd, path, err);
out:
	if (dir >= 0)
		close(dir);
	if (rc && fd >= 0)
		close(fd);
	else if (!rc)
		*out = fd;
	return rc;
}

/* Make way for a new socket at path: 0 when the name is free now. */
static int clear_stale(const char *path, struct error *err)
{
	struct stat st;
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "cannot look at %s", path);
	if (!S_ISSOCK(st.st_mode)) {
		error_set(err, ERR_EXISTS, "%s exists and is not a socket", path);
		error_hint(err, "move it away, or choose another STOKER_HOME");
		return ERR_EXISTS;
	}
	int fd;
	struct error why;
	int rc = socket_connect_unix(path, &fd, &why);
	if (rc == 0 || rc == ERR_AUTH) {
		if (rc == 0)
			close(fd);
		error_set(err, ERR_EXISTS, "a server is already running");
		error_detail(err, "it answers at %s", path);
		error_hint(err, "use it, stop it first, or choose another STOKER_HOME");
		return ERR_EXISTS;
	}
	if (rc != ERR_UNAVAILABLE) {
		if (err)
			*err = why;
		return rc;
	}
	if (unlink(path) != 0 && errno != ENOENT)
		return error_errno(err, errno, "cannot remove the stale socket %s", path);
	return 0;
}

static int bind_here(const char *path, int *out, struct error *err)
{
	struct sockaddr_un sa;
	int dir, fd = -1;
	int rc = make_address(path, &sa, &dir, err);
	if (rc)
		return rc;
	if ((fd = unix_socket(err)) < 0) {
		rc = ERR_IO;
		goto out;
	}
	/* Linux takes the mode of the new file from the socket: there is no moment with a wider one. */
	if (fchmod(fd, 0600) != 0 || bind(fd, (struct sockaddr *)&sa, sizeof sa) != 0 ||
	    listen(fd, BACKLOG) != 0)
		rc = error_errno(err, errno, "cannot listen at %s", path);
out:
	if (dir >= 0)
		close(dir);
	if (rc && fd >= 0)
		close(fd);
	else if (!rc)
		*out = fd;
	return rc;
}

/* Checking a name and then taking or removing it must be one step among all servers. Gives the lock's
 * descriptor (closing it unlocks) or an error code. */
static int lock_name(const char *path, struct error *err)
{
	char *lock = xasprintf("%s.lock", path);
	int fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		fd = error_errno(err, errno, "cannot create %s", lock);
	else if (flock(fd, LOCK_EX) != 0) {
		int e = errno;
		close(fd);
		fd = error_errno(err, e, "cannot lock %s", lock);
	}
	free(lock);
	return fd;
}

int socket_listen_unix(const char *path, int *out, struct error *err)
{
	int lock = lock_name(path, err);
	if (lock < 0)
		return lock;
	int rc = clear_stale(path, err);
	if (!rc)
		rc = bind_here(path, out, err);
	close(lock);
	return rc;
}

void socket_unlink_unix(const char *path, int fd)
{
	/* Shut, so that the probe below cannot reach ourselves: who still answers is a successor. */
	shutdown(fd, SHUT_RDWR);
	int lock = lock_name(path, NULL);
	if (lock < 0)
		return;
	struct stat st;
	int probe;
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
		int rc = socket_connect_unix(path, &probe, NULL);
		if (rc == 0)
			close(probe);
		else if (rc == ERR_UNAVAILABLE)
			unlink(path);
	}
	close(lock);
}

int socket_listen_tcp(uint16_t port, bool ipv6, int *out, uint16_t *bound, struct error *err)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t n = ipv6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	struct sockaddr_in *v4 = (struct sockaddr_in *)&ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ss;
	if (ipv6) {
		*v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
		v6->sin6_addr = in6addr_loopback;
	} else {
		*v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_errno(err, errno, "cannot create a TCP socket");
	int one = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(fd, (struct sockaddr *)&ss, n) != 0 || listen(fd, BACKLOG) != 0 ||
	    getsockname(fd, (struct sockaddr *)&ss, &n) != 0) {
		int e = errno;
		int rc = error_errno(err, e, "cannot listen on %s port %u", ipv6 ? "::1" : "127.0.0.1", port);
		if (e == EADDRINUSE) {
			rc = ERR_EXISTS;
			if (err)
				err->code = rc;
			error_hint(err, "another program uses the port; choose another one, or 0 for any free port");
		}
		close(fd);
		return rc;
	}
	if (bound)
		*bound = ntohs(ipv6 ? v6->sin6_port : v4->sin_port);
	*out = fd;
	return 0;
}

static bool welcome(int fd)
{
	int domain = 0, one = 1;
	uid_t uid = (uid_t)-1;
	socklen_t n = sizeof domain;
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n);
	if (domain != AF_UNIX) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		return true;
	}
	if (socket_peer(fd, &uid, NULL, NULL) == 0 && uid == geteuid())
		return true;
	log_warn("turned away a connection of another user");
	return false;
}

int socket_accept(int listener, bool *full)
{
	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			*full = false;
			if (welcome(fd))
				return fd;
			close(fd);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			return -1;
		} else if (errno != EINTR && errno != ECONNABORTED) {
			if (!*full)
				log_error("cannot accept a connection: %s", strerror(errno));
			*full = true;
			poll(NULL, 0, 1);
			return -1;
		}
	}
}
