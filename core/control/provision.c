/* The local provisioner: a node is a worker process on this machine, in a session of its own, so that it
 * outlives the server and a terminal that goes away. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/log.h"
#include "core/control/notify/notify.h"
#include "core/control/state.h"

extern char **environ;

#define MARK "STOKER_INSTANCE="
#define TOKEN "STOKER_TOKEN="     /* never an argument: ps shows those to everybody */

/* The worker's environment: ours, with its own name in it. What it starts inherits that, so that nothing
 * of a lost node can hide. */
static char **environment(const struct control *ctl, const struct node *n)
{
	size_t count = 0, k = 0;

	while (environ[count])
		count++;
	char **env = xcalloc(count + 4, sizeof *env);
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], MARK, strlen(MARK)) && strncmp(environ[i], "STOKER_HOME=", 12) &&
		    strncmp(environ[i], TOKEN, strlen(TOKEN)))
			env[k++] = xstrdup(environ[i]);
	env[k++] = xasprintf("STOKER_HOME=%s", ctl->home);
	env[k++] = xasprintf(MARK "%s", n->m->id);
	env[k++] = xasprintf(TOKEN "%s", n->m->token);
	return env;
}

static int local_spawn(struct control *ctl, struct node *n, struct error *err)
{
	char *dir = xasprintf("%s/clusters/%s/nodes/%s", ctl->home, n->c->id, n->m->id);
	char *log = xasprintf("%s/worker.log", dir);
	char *argv[] = { ctl->program, (char *)"worker", (char *)"--instance", n->m->id, NULL };
	char **env = environment(ctl, n);
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	pid_t pid = 0;
	int rc = fs_mkdirs(dir, 0755, err);

	if (!rc) {
		sigemptyset(&none);
		posix_spawn_file_actions_init(&files);
		posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
		posix_spawn_file_actions_addopen(&files, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0644);
		posix_spawn_file_actions_adddup2(&files, 1, 2);
		posix_spawnattr_init(&attr);
		posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
		posix_spawnattr_setsigmask(&attr, &none);
		int e = posix_spawn(&pid, ctl->program, &files, &attr, argv, env);
		posix_spawn_file_actions_destroy(&files);
		posix_spawnattr_destroy(&attr);
		if (e)
			rc = error_errno(err, e, "Cannot start a worker (%s)", ctl->program);
		else
			n->m->pid = pid;
	}
	for (size_t i = 0; env[i]; i++)
		free(env[i]);
	free(env);
	free(log);
	free(dir);
	return rc;
}

/* Is pid a process that carries this instance's mark? Guards against pids that were given to others. */
static bool marked(int pid, const char *instance)
{
	char path[64], *want = xasprintf(MARK "%s", instance);
	struct buf b = BUF_INIT;
	bool found = false;

	snprintf(path, sizeof path, "/proc/%d/environ", pid);
	if (!fs_read(path, 1 << 20, &b, NULL))
		for (size_t i = 0; i < b.len && !found; i += strlen(b.data + i) + 1)
			found = !strcmp(b.data + i, want);
	buf_free(&b);
	free(want);
	return found;
}

static bool local_alive(struct control *ctl, struct node *n)
{
	int pid = n->m->pid;

	(void)ctl;
	if (!pid)
		return false;
	if (waitpid(pid, NULL, WNOHANG) == pid)
		return false;
	return !kill(pid, 0) && marked(pid, n->m->id);
}

/* Everything that carries the mark: the worker, and what escaped from it. */
static void local_kill(struct control *ctl, struct node *n)
{
	DIR *d = opendir("/proc");
	struct dirent *e;

	(void)ctl;
	while (d && (e = readdir(d))) {
		int pid = atoi(e->d_name);
		if (pid > 1 && marked(pid, n->m->id))
			kill(pid, SIGKILL);
	}
	if (d)
		closedir(d);
	if (n->m->pid)
		waitpid(n->m->pid, NULL, WNOHANG);
}

static void local_send(struct control *ctl, struct node *n, const cJSON *msg)
{
	(void)ctl;
	if (n->link)
		link_send(n->link, msg, NULL, 0);
}

const struct provisioner provisioner_local = { local_spawn, local_kill, local_alive, local_send };

/* SIGCHLD. A worker that has ended is treated by its link's end or the next tick, whichever comes first:
 * here it is only collected, and looked at when its link is gone already. */
void provision_reap(struct control *ctl)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (notify_child(ctl, (int)pid, status))
			continue;
		size_t it = 0;
		void *v;
		while (map_next(ctl->nodes, &it, NULL, &v)) {
			struct node *n = v;
			if (n->m->pid != pid)
				continue;
			log_debug("worker %s (pid %d) has ended", n->m->id, (int)pid);
			if (!n->link) {
				node_link_closed(ctl, n);
				break;
			}
		}
	}
}
