#include "core/base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/id.h"
#include "core/base/mem.h"

const char *fs_home(void)
{
	static char home[PATH_MAX];
	if (home[0])
		return home;
	const char *s;
	if ((s = getenv("STOKER_HOME")) && *s) {
		/* Children run in other folders: the path must not depend on where we stand. */
		char cwd[PATH_MAX / 2];
		if (*s != '/' && getcwd(cwd, sizeof cwd))
			snprintf(home, sizeof home, "%s/%s", cwd, s);
		else
			snprintf(home, sizeof home, "%s", s);
	} else if ((s = getenv("XDG_STATE_HOME")) && *s) {
		snprintf(home, sizeof home, "%s/stoker", s);
	} else {
		s = getenv("HOME");
		snprintf(home, sizeof home, "%s/.local/state/stoker", s && *s ? s : "/root");
	}
	size_t n = strlen(home);
	while (n > 1 && home[n - 1] == '/')
		home[--n] = '\0';
	return home;
}

char *fs_home_path(const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s/", fs_home());
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	return buf_steal(&b);
}

int fs_mkdirs(const char *path, mode_t mode, struct error *err)
{
	char *copy = xstrdup(path);
	int rc = 0;
	for (char *p = copy + 1; !rc; p++) {
		if (*p != '/' && *p != '\0')
			continue;
		char c = *p;
		*p = '\0';
		if (mkdir(copy, mode) != 0 && errno != EEXIST)
			rc = error_errno(err, errno, "cannot create folder %s", copy);
		*p = c;
		if (!c)
			break;
	}
	struct stat st;
	if (!rc && stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		rc = error_errno(err, ENOTDIR, "cannot create folder %s", path);
	free(copy);
	return rc;
}

int fs_read(const char *path, size_t max, struct buf *out, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		int e = errno;
		error_errno(err, e, "cannot open %s", path);
		if (err && e == ENOENT)
			err->code = ERR_NOTFOUND;
		return e == ENOENT ? ERR_NOTFOUND : ERR_IO;
	}
	int rc = 0;
	for (;;) {
		buf_reserve(out, 65536);
		ssize_t n = read(fd, out->data + out->len, 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = error_errno(err, errno, "cannot read %s", path);
		if (n <= 0)
			break;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
		if (out->len > max) {
			rc = error_set(err, ERR_FULL, "%s is larger than the %zu bytes allowed", path, max);
			break;
		}
	}
	close(fd);
	return rc;
}

static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return -1;
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static void sync_folder_of(const char *path)
{
	char *dir = xstrdup(path);
	char *slash = strrchr(dir, '/');
	if (slash)
		*slash = '\0';
	int fd = open(slash ? (*dir ? dir : "/") : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(dir);
}

int fs_write_atomic(const char *path, const void *data, size_t n, mode_t mode, struct error *err)
{
	char tag[16];
	char *tmp = xasprintf("%s.%s.tmp", path, id_hex(tag, sizeof tag, "", 8));
	int rc = 0;
	int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0) {
		rc = error_errno(err, errno, "cannot create %s", tmp);
		free(tmp);
		return rc;
	}
	if (write_all(fd, data, n) != 0 || fsync(fd) != 0)
		rc = error_errno(err, errno, "cannot write %s", path);
	close(fd);
	if (!rc && rename(tmp, path) != 0)
		rc = error_errno(err, errno, "cannot rename %s to %s", tmp, path);
	if (rc)
		unlink(tmp);
	else
		sync_folder_of(path);
	free(tmp);
	return rc;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) != 0 && errno != ENOENT ? -1 : 0;
}

int fs_remove_tree(const char *path, struct error *err)
{
	struct stat st;
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : error_errno(err, errno, "cannot look at %s", path);
	if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		return error_errno(err, errno, "cannot remove %s", path);
	return 0;
}

bool fs_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

const char *fs_program_dir(void)
{
	static char dir[PATH_MAX];
	if (dir[0])
		return dir;
	ssize_t n = readlink("/proc/self/exe", dir, sizeof dir - 1);
	dir[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(dir, '/');
	if (slash)
		*slash = '\0';
	return dir;
}

void fs_set_flags(int fd)
{
	fcntl(fd, F_SETFD, fcntl(fd, F_GETFD) | FD_CLOEXEC);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}
