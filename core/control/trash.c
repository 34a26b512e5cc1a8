#include "core/control/trash.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/fs.h"
#include "core/base/id.h"
#include "core/base/mem.h"

struct trash {
	char *folder;
	atomic_bool running;
	atomic_int users;    /* the owner, and the thread */
};

static void unref(struct trash *t)
{
	if (atomic_fetch_sub(&t->users, 1) > 1)
		return;
	free(t->folder);
	free(t);
}

/* Remove what is there; gives how many entries it saw. */
static int empty(struct trash *t)
{
	DIR *d = opendir(t->folder);
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		char *path = xasprintf("%s/%s", t->folder, e->d_name);
		n += !fs_remove_tree(path, NULL);
		free(path);
	}
	if (d)
		closedir(d);
	return n;
}

static void *clean(void *arg)
{
	struct trash *t = arg;

	for (;;) {
		while (empty(t) > 0)
			;
		atomic_store(&t->running, false);
		/* Something may have come in between the last look and the flag. */
		if (!empty(t) || atomic_exchange(&t->running, true))
			break;
	}
	unref(t);
	return NULL;
}

static void start(struct trash *t)
{
	sigset_t all, old;
	pthread_t thread;

	if (atomic_exchange(&t->running, true))
		return;
	atomic_fetch_add(&t->users, 1);
	sigfillset(&all); /* signals are the loop's */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	if (pthread_create(&thread, NULL, clean, t)) {
		atomic_store(&t->running, false);
		unref(t);
	} else {
		pthread_detach(thread);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct trash *trash_new(const char *folder)
{
	struct trash *t = xcalloc(1, sizeof *t);
	DIR *d = opendir(folder);

	t->folder = xstrdup(folder);
	atomic_init(&t->users, 1);
	if (d) {
		closedir(d);
		start(t);
	}
	return t;
}

void trash_free(struct trash *t)
{
	if (t)
		unref(t);
}

void trash_throw(struct trash *t, const char *path)
{
	char name[32], *to;

	if (!fs_exists(path))
		return;
	fs_mkdirs(t->folder, 0700, NULL);
	to = xasprintf("%s/%s", t->folder, id_hex(name, sizeof name, "", 16));
	if (rename(path, to))
		fs_remove_tree(path, NULL); /* another file system: no other way */
	else
		start(t);
	free(to);
}
