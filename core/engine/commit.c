#include "core/engine/commit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/id.h"
#include "core/base/log.h"
#include "core/base/map.h"
#include "core/base/mem.h"

#define MARK ".stoker-"

void (*commit_trace)(const char *step);

struct commit {
	char *dest, *parent, *name;  /* dest = parent/name */
	char *folder;                /* the attempt */
	char *made;                  /* topmost parent that we made, or NULL */
	int lock;                    /* held on the attempt folder while we live */
	struct map *replace;         /* folders below dest whose old content goes */
	bool done;
};

static void step(const char *name)
{
	if (commit_trace)
		commit_trace(name);
}

static int io_error(struct error *err, const char *what, const char *path)
{
	int rc = error_errno(err, errno, "cannot %s %s", what, path);
	error_class(err, "IO_TRANSIENT", NULL);
	return rc;
}

/* ---- leftovers ---- */

static int lock_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The old content of a swap in two steps that a kill cut in half goes back (see swap_in_two). */
static bool put_back(const struct commit *c, const char *path)
{
	size_t n = strlen(path);
	bool aside = n > 4 && !strcmp(path + n - 4, ".old");
	return aside && !fs_exists(c->dest) && !rename(path, c->dest);
}

/* Attempt folders of this destination whose owner is dead. */
static void clear_leftovers(const struct commit *c)
{
	char *prefix = xasprintf(".%s" MARK, c->name);
	DIR *d = opendir(c->parent);
	for (struct dirent *e; d && (e = readdir(d));) {
		if (strncmp(e->d_name, prefix, strlen(prefix)))
			continue;
		char *path = xasprintf("%s/%s", c->parent, e->d_name);
		int fd = put_back(c, path) ? -1 : lock_folder(path);
		if (fd >= 0) {
			log_info("removing the leftover of a dead attempt: %s", path);
			fs_remove_tree(path, NULL);
			close(fd);
		}
		free(path);
	}
	if (d)
		closedir(d);
	free(prefix);
}

/* ---- begin ---- */

/* Make missing parents, and remember the topmost one that was missing. */
static int make_parents(struct commit *c, struct error *err)
{
	char *p = xstrdup(c->parent), *top = NULL;
	while (!fs_exists(p)) {
		free(top);
		top = xstrdup(p);
		char *slash = strrchr(p, '/');
		if (!slash || slash == p)
			break;
		*slash = '\0';
	}
	free(p);
	c->made = top;
	return top ? fs_mkdirs(c->parent, 0777, err) : 0;
}

static char *resolve(const char *dest)
{
	/* A destination that is a link stays one: its target is what changes. */
	char *real = realpath(dest, NULL);
	char *path = real ? real : xstrdup(dest);
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		path[--n] = '\0';
	return path;
}

static int make_folder(struct commit *c, const char *job, struct error *err)
{
	struct stat st;
	if (!stat(c->dest, &st) && !S_ISDIR(st.st_mode))
		return error_set(err, ERR_EXISTS, "%s is a file, not a folder to write into", c->dest);
	mode_t mode = stat(c->dest, &st) ? 0777 : st.st_mode & 07777;
	c->folder = xasprintf("%s/.%s" MARK "%s-%ld", c->parent, c->name, job, (long)getpid());
	if (mkdir(c->folder, 0777))
		return io_error(err, "make the folder", c->folder);
	c->lock = lock_folder(c->folder);
	if (mode != 0777)
		chmod(c->folder, mode | 0700);
	return 0;
}

int commit_begin(const char *dest, const char *job, struct commit **out, struct error *err)
{
	struct commit *c = xcalloc(1, sizeof *c);
	c->lock = -1;
	c->replace = map_new();
	c->dest = resolve(dest);
	char *slash = strrchr(c->dest, '/');
	int rc = 0;
	*out = NULL;
	if (!slash || !slash[1]) {
		rc = error_set(err, ERR_INVALID, "%s cannot be an output folder", dest);
	} else {
		c->parent = slash == c->dest ? xstrdup("/") : xstrndup(c->dest, (size_t)(slash - c->dest));
		c->name = xstrdup(slash + 1);
		rc = make_parents(c, err);
	}
	if (!rc) {
		clear_leftovers(c);
		rc = make_folder(c, job, err);
	}
	if (rc)
		commit_free(c);
	else
		*out = c;
	return rc;
}

const char *commit_folder(const struct commit *c)
{
	return c->folder;
}

void commit_replace_folder(struct commit *c, const char *folder)
{
	map_set(c->replace, folder, c);
}

/* ---- the next content ---- */

static int keep_name(const struct dirent *d)
{
	return strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
}

/* Folders that hold files of the attempt. */
static int note_written(struct commit *c, const char *below, struct error *err)
{
	char *at = xasprintf("%s%s%s", c->folder, *below ? "/" : "", below);
	struct dirent **d;
	int n = scandir(at, &d, keep_name, alphasort), rc = 0;
	if (n < 0)
		rc = io_error(err, "list", at);
	for (int i = 0; i < n; i++) {
		char *next = xasprintf("%s%s%s", below, *below ? "/" : "", d[i]->d_name);
		if (!rc && d[i]->d_type == DT_DIR)
			rc = note_written(c, next, err);
		else if (!rc && *below)
			map_set(c->replace, below, c);
		free(next);
		free(d[i]);
	}
	if (n >= 0)
		free(d);
	free(at);
	return rc;
}

static int copy_file(const char *from, const char *to, struct error *err)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = -1, rc = 0;
	if (in < 0)
		return io_error(err, "read", from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (out < 0)
		rc = io_error(err, "write", to);
	for (ssize_t n = 1; !rc && n > 0;) {
		n = copy_file_range(in, NULL, out, NULL, 1 << 30, 0);
		if (n < 0)
			rc = io_error(err, "copy", from);
	}
	close(in);
	if (out >= 0)
		close(out);
	return rc;
}

static int keep_file(const char *from, const char *to, struct error *err)
{
	if (!link(from, to) || errno == EEXIST) /* a file of the attempt wins */
		return 0;
	if (errno == EPERM || errno == EMLINK || errno == EXDEV || errno == EOPNOTSUPP)
		return copy_file(from, to, err);
	return io_error(err, "link", from);
}

/* Bring the old files that stay into the attempt folder. */
static int keep_old(struct commit *c, const char *below, struct error *err);

static int keep_entry(struct commit *c, const char *below, const char *name, struct error *err)
{
	char *rel = xasprintf("%s%s%s", below, *below ? "/" : "", name);
	char *from = xasprintf("%s/%s", c->dest, rel), *to = xasprintf("%s/%s", c->folder, rel);
	struct stat st;
	int rc = 0;
	if (lstat(from, &st))
		rc = io_error(err, "read", from);
	else if (S_ISDIR(st.st_mode) && !map_has(c->replace, rel)) {
		if (mkdir(to, st.st_mode & 07777) && errno != EEXIST)
			rc = io_error(err, "make the folder", to);
		else
			rc = keep_old(c, rel, err);
	} else if (!S_ISDIR(st.st_mode) && strcmp(name, "_SUCCESS")) {
		rc = keep_file(from, to, err);
	}
	free(rel);
	free(from);
	free(to);
	return rc;
}

static int keep_old(struct commit *c, const char *below, struct error *err)
{
	char *at = xasprintf("%s%s%s", c->dest, *below ? "/" : "", below);
	struct dirent **d;
	int n = scandir(at, &d, keep_name, alphasort), rc = 0;
	if (n < 0)
		rc = io_error(err, "list", at);
	for (int i = 0; i < n; i++) {
		if (!rc)
			rc = keep_entry(c, below, d[i]->d_name, err);
		free(d[i]);
	}
	if (n >= 0)
		free(d);
	free(at);
	return rc;
}

/* ---- to disk ---- */

static int each_file(const char *dir, int (*f)(int fd, const char *path, struct error *err), struct error *err)
{
	struct dirent **d;
	int n = scandir(dir, &d, keep_name, NULL), rc = 0;
	if (n < 0)
		return io_error(err, "list", dir);
	for (int i = 0; i < n; i++) {
		char *path = xasprintf("%s/%s", dir, d[i]->d_name);
		int fd = rc || d[i]->d_type == DT_LNK ? -1 : open(path, O_RDONLY | O_CLOEXEC);
		if (!rc && d[i]->d_type == DT_DIR)
			rc = each_file(path, f, err);
		if (fd >= 0) {
			if (!rc)
				rc = f(fd, path, err);
			close(fd);
		}
		free(path);
		free(d[i]);
	}
	free(d);
	return rc;
}

/* Writing back all files at once, then waiting, is a fraction of waiting for each in turn. */
static int start_sync(int fd, const char *path, struct error *err)
{
	(void)path;
	(void)err;
	sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return 0;
}

static int finish_sync(int fd, const char *path, struct error *err)
{
	return fsync(fd) && errno != EINVAL ? io_error(err, "flush", path) : 0;
}

static int sync_tree(const char *dir, struct error *err)
{
	int rc = each_file(dir, start_sync, err);
	return rc ? rc : each_file(dir, finish_sync, err);
}

static void sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/* ---- commit ---- */

static int write_success(const struct commit *c, struct error *err)
{
	char *path = xasprintf("%s/_SUCCESS", c->folder);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), rc = 0;
	if (fd < 0)
		rc = io_error(err, "write", path);
	else
		close(fd);
	free(path);
	return rc;
}

/* File systems without the exchange (some network ones): two renames, the second of which is undone when it
 * fails. After a kill exactly between them the next attempt puts the old content back. */
static int swap_in_two(struct commit *c, struct error *err)
{
	char *aside = xasprintf("%s.old", c->folder);
	int rc = 0;
	if (rename(c->dest, aside)) {
		rc = io_error(err, "replace", c->dest);
	} else if (rename(c->folder, c->dest)) {
		rc = io_error(err, "replace", c->dest);
		if (rename(aside, c->dest))
			log_error("the old content of %s is in %s", c->dest, aside);
	} else {
		rename(aside, c->folder);
	}
	free(aside);
	return rc;
}

static int swap(struct commit *c, struct error *err)
{
	if (!fs_exists(c->dest)) {
		if (rename(c->folder, c->dest))
			return io_error(err, "make", c->dest);
		return 0;
	}
	if (!renameat2(AT_FDCWD, c->folder, AT_FDCWD, c->dest, RENAME_EXCHANGE))
		return 0;
	if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)
		return swap_in_two(c, err);
	return io_error(err, "replace", c->dest);
}

static int complete(struct commit *c, enum commit_mode mode, struct error *err)
{
	int rc = 0;
	if (mode == COMMIT_REPLACE_SOME)
		rc = note_written(c, "", err);
	step("keep");
	if (!rc && mode != COMMIT_REPLACE && fs_exists(c->dest))
		rc = keep_old(c, "", err);
	step("success");
	if (!rc)
		rc = write_success(c, err);
	step("sync");
	return rc ? rc : sync_tree(c->folder, err);
}

/* The destination must not change between the look at its old content and the swap. */
static int lock_parent(const struct commit *c)
{
	int fd = open(c->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		flock(fd, LOCK_EX);
	return fd;
}

int commit_finish(struct commit *c, enum commit_mode mode, struct error *err)
{
	int parent = lock_parent(c);
	int rc = complete(c, mode, err);
	step("swap");
	if (!rc)
		rc = swap(c, err);
	if (!rc) {
		c->done = true;
		step("flush");
		sync_folder(c->parent);
	}
	if (parent >= 0)
		close(parent);
	if (!rc) {
		step("remove");
		fs_remove_tree(c->folder, NULL); /* the old content, or nothing */
		step("end");
	}
	return rc;
}

static void remove_made(struct commit *c)
{
	char *p = xstrdup(c->parent);
	/* Only folders that are still empty go, from the bottom up to the topmost that we made. */
	while (strlen(p) >= strlen(c->made) && !rmdir(p)) {
		char *slash = strrchr(p, '/');
		if (!slash || slash == p)
			break;
		*slash = '\0';
	}
	free(p);
}

void commit_free(struct commit *c)
{
	if (!c)
		return;
	if (!c->done && c->folder)
		fs_remove_tree(c->folder, NULL);
	if (!c->done && c->made && c->parent)
		remove_made(c);
	if (c->lock >= 0)
		close(c->lock);
	map_free(c->replace, NULL);
	free(c->dest);
	free(c->parent);
	free(c->name);
	free(c->folder);
	free(c->made);
	free(c);
}

int commit_remove(const char *dest, struct error *err)
{
	char tail[24];
	char *path = resolve(dest), *slash = strrchr(path, '/');
	int rc = 0;
	if (fs_exists(path) && slash && slash[1]) {
		id_hex(tail, sizeof tail, "", 8);
		char *away = xasprintf("%.*s/.%s" MARK "drop-%s", (int)(slash - path), path, slash + 1, tail);
		if (rename(path, away))
			rc = io_error(err, "remove", path);
		else
			rc = fs_remove_tree(away, err);
		free(away);
	}
	free(path);
	return rc;
}
