/* Where things lie on this machine, and a step's log files.
 *
 *   s3://bucket/key   $STOKER_HOME/lake/bucket/key
 *   file:///p, /p     /p
 *   logs              <LogUri>/<cluster>/steps/<step>/{controller,stdout,stderr,syslog} as on EMR, not
 *                     compressed; without a LogUri below $STOKER_HOME/logs
 *   a cluster         $STOKER_HOME/clusters/<id>/{hdfs,nodes/<instance>,work/<step>} */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/control/state.h"

static const char *after_scheme(const char *uri, const char *scheme)
{
	size_t n = strlen(scheme);

	return !strncmp(uri, scheme, n) ? uri + n : NULL;
}

/* A key with "/../" would leave the lake: such parts are kept as names by refusing them. */
static bool climbs(const char *path)
{
	for (const char *p = path; *p;) {
		size_t n = strcspn(p, "/");
		if (n == 2 && p[0] == '.' && p[1] == '.')
			return true;
		p += n + (p[n] == '/');
	}
	return false;
}

char *path_local(const struct control *ctl, const char *uri)
{
	static const char *const s3[] = { "s3://", "s3a://", "s3n://" };
	const char *rest;

	for (size_t i = 0; i < 3; i++)
		if ((rest = after_scheme(uri, s3[i])))
			return climbs(rest) ? NULL : xasprintf("%s/lake/%s", ctl->home, rest);
	if ((rest = after_scheme(uri, "file://")))
		return xstrdup(rest);
	return xstrdup(uri);
}

char *path_cluster(const struct control *ctl, const struct cluster *c, const char *rest)
{
	return xasprintf("%s/clusters/%s%s%s", ctl->home, c->id, rest ? "/" : "", rest ? rest : "");
}

/* The log folder of a cluster as clients name it, with a slash at the end. */
static char *log_root_uri(const struct control *ctl, const struct cluster *c)
{
	if (!c->log_uri || !*c->log_uri)
		return xasprintf("%s/logs/%s/", ctl->home, c->id);
	size_t n = strlen(c->log_uri);
	return xasprintf("%s%s%s/", c->log_uri, c->log_uri[n - 1] == '/' ? "" : "/", c->id);
}

static char *log_root(const struct control *ctl, const struct cluster *c)
{
	char *uri = log_root_uri(ctl, c), *path = path_local(ctl, uri);

	free(uri);
	return path ? path : xasprintf("%s/logs/%s/", ctl->home, c->id);
}

char *path_step_log(const struct control *ctl, const struct cluster *c, const struct step *s,
                    const char *name)
{
	char *root = log_root(ctl, c);
	char *path = xasprintf("%ssteps/%s%s%s", root, s->id, name ? "/" : "", name ? name : "");

	free(root);
	return path;
}

char *path_node_log(const struct control *ctl, const struct cluster *c, const struct instance *i,
                    const char *rest)
{
	char *root = log_root(ctl, c), *path = xasprintf("%snode/%s/%s", root, i->ec2_id, rest);

	free(root);
	return path;
}

char *uri_step_log(const struct control *ctl, const struct cluster *c, const struct step *s,
                   const char *name)
{
	char *root = log_root_uri(ctl, c), *uri = xasprintf("%ssteps/%s/%s", root, s->id, name);

	free(root);
	return uri;
}

void controller_log(const struct control *ctl, const struct cluster *c, const struct step *s,
                    const char *fmt, ...)
{
	char *path = path_step_log(ctl, c, s, "controller"), when[32];
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	struct buf line = BUF_INIT;
	va_list ap;

	if (fd >= 0) {
		buf_addf(&line, "%s INFO ", clock_iso8601(clock_now_ms(), when, sizeof when));
		va_start(ap, fmt);
		buf_vaddf(&line, fmt, ap);
		va_end(ap);
		buf_addc(&line, '\n');
		/* A log line that does not fit on the disk is not worth failing a step for. */
		ssize_t n = write(fd, line.data, line.len);
		(void)n;
		close(fd);
	}
	buf_free(&line);
	free(path);
}

char *last_line_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char tail[4097];
	char *found = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && st.st_size > 0) {
		off_t from = st.st_size > 4096 ? st.st_size - 4096 : 0;
		ssize_t n = pread(fd, tail, 4096, from);
		tail[n > 0 ? n : 0] = '\0';
		for (char *save = NULL, *l = strtok_r(tail, "\r\n", &save); l; l = strtok_r(NULL, "\r\n", &save))
			if (strspn(l, " \t^") < strlen(l)) {
				free(found);
				found = xstrdup(l + strspn(l, " \t"));
			}
	}
	close(fd);
	return found;
}
