/* Unhealthy nodes: as in YARN, a node is unhealthy when its health script prints a line that begins with ERROR
 * or does not end in time, or when its disk is fuller than was allowed. The settings are YARN's own, in the
 * cluster's classification yarn-site; without them nothing is checked (all nodes of one machine share its disk,
 * so that a default would only ever condemn all of them at once). */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/emr/emr_part.h"
#include "core/control/emr/health.h"

#define SCRIPT "yarn.nodemanager.health-checker.script.path"
#define SCRIPT_OPTS "yarn.nodemanager.health-checker.script.opts"
#define SCRIPT_INTERVAL "yarn.nodemanager.health-checker.interval-ms"
#define SCRIPT_TIMEOUT "yarn.nodemanager.health-checker.script.timeout-ms"
#define DISK_PERCENT "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage"
#define INTERVAL_MS 600000
#define TIMEOUT_MS 1200000
#define LEAST_MS 1000
#define LOG_MAX 65536

static const char *setting(const struct cluster *c, const char *key)
{
	return cluster_property(c, "yarn-site", key);
}

static int64_t milliseconds(const struct cluster *c, const char *key, int64_t usual)
{
	const char *s = setting(c, key);
	char *end = NULL;
	int64_t ms = s ? strtoll(s, &end, 10) : usual;

	return s && (*end || end == s) ? usual : ms < LEAST_MS ? LEAST_MS : ms;
}

static void look_again(struct control *ctl, int64_t at)
{
	struct emr_state *s = emr_state(ctl);

	if (s && at && (!s->health_at || at < s->health_at))
		s->health_at = at;
}

/* ---- verdicts ---- */

static void settle(struct control *ctl, struct node *n)
{
	const char *why = n->health.script ? n->health.script : n->health.disk;
	int64_t now = clock_now_ms();
	struct acting before = actor_begin(ctl, "stoker:health", why);

	if (why && !n->health.since) {
		n->health.since = now;
		event_add(ctl, SEVERITY_WARN, n->c->id, n->m->id, EVENT_INSTANCE,
		          "Instance %s (%s) is unhealthy and gets no new work: %s", n->m->ec2_id,
		          role_word(n->m->role), why);
		look_again(ctl, now + HEALTH_REPLACE_MS);
	} else if (!why && n->health.since) {
		n->health.since = 0;
		event_add(ctl, SEVERITY_INFO, n->c->id, n->m->id, EVENT_INSTANCE, "Instance %s (%s) is healthy again",
		          n->m->ec2_id, role_word(n->m->role));
		wake_cluster(ctl, n->c);
	}
	actor_end(ctl, &before);
	mark_changed(ctl);
}

static void verdict(struct control *ctl, struct node *n, char **which, const char *why)
{
	text_set(which, why);
	settle(ctl, n);
}

void health_free(struct node *n)
{
	free(n->health.script);
	free(n->health.disk);
}

/* ---- the disk ---- */

void health_sampled(struct control *ctl, struct node *n, const double *values)
{
	const char *limit = setting(n->c, DISK_PERCENT);
	double most = limit ? strtod(limit, NULL) : 0, used = values[METRIC_DISK_PERCENT];
	char why[96];

	if (!n->health.checked && setting(n->c, SCRIPT))
		look_again(ctl, clock_now_ms());
	if (!(most > 0 && most <= 100) || !(used >= 0))
		return;
	snprintf(why, sizeof why, "%.0f %% of its disk is used, more than %.0f %%", used, most);
	if ((used > most) != (n->health.disk != NULL))
		verdict(ctl, n, &n->health.disk, used > most ? why : NULL);
}

/* ---- the script ---- */

static struct exec *running(const struct node *n)
{
	for (size_t i = 0; i < n->execs.len; i++)
		if (n->execs.items[i]->m->kind == CONTAINER_HEALTH)
			return n->execs.items[i];
	return NULL;
}

static char *log_path(const struct control *ctl, const struct node *n, const char *name)
{
	char rel[64];

	snprintf(rel, sizeof rel, "health%s%s", name ? "/" : "", name ? name : "");
	return path_node_log(ctl, n->c, n->m, rel);
}

static void add_words(cJSON *argv, const char *words)
{
	char *copy = xstrdup(words ? words : ""), *save = NULL;

	for (char *w = strtok_r(copy, " \t", &save); w; w = strtok_r(NULL, " \t", &save))
		cJSON_AddItemToArray(argv, cJSON_CreateString(w));
	free(copy);
}

static void start_script(struct control *ctl, struct node *n)
{
	char *script = path_local(ctl, setting(n->c, SCRIPT)), *dir = log_path(ctl, n, NULL);
	char *out = log_path(ctl, n, "stdout"), *err_path = log_path(ctl, n, "stderr");
	struct exec *e = script ? exec_create(ctl, n, CONTAINER_HEALTH, NULL, 0, 0) : NULL;
	struct error err = ERROR_INIT;

	n->health.checked = clock_now_ms();
	if (fs_mkdirs(dir, 0755, &err) || (unlink(out) && errno != ENOENT))
		log_warn("%s: %s: %s", n->m->id, out, err.message);
	if (e) {
		cJSON *argv = cJSON_CreateArray(), *env = cJSON_CreateObject();
		cJSON_AddItemToArray(argv, cJSON_CreateString(script));
		add_words(argv, setting(n->c, SCRIPT_OPTS));
		json_add_str(env, "STOKER_NODE_ROLE", role_word(n->m->role));
		exec_launch(ctl, e, argv, env, dir, out, err_path);
	}
	free(script);
	free(dir);
	free(out);
	free(err_path);
}

/* The first line that begins with ERROR, or NULL; free(). */
static char *error_line(const char *path)
{
	struct buf text = BUF_INIT;
	char *found = NULL, *save = NULL;

	if (!fs_read(path, LOG_MAX, &text, NULL) && text.len)
		for (char *l = strtok_r(text.data, "\r\n", &save); l && !found; l = strtok_r(NULL, "\r\n", &save))
			if (!strncmp(l, "ERROR", 5))
				found = xstrdup(l);
	buf_free(&text);
	return found;
}

void health_script_ended(struct control *ctl, struct node *n, const char *error)
{
	char *out = log_path(ctl, n, "stdout"), *line = error ? NULL : error_line(out);

	if (n->health.late)
		verdict(ctl, n, &n->health.script, "its health script did not end in time");
	else if (!error) /* what the script returns says nothing, as in YARN: only its words do */
		verdict(ctl, n, &n->health.script, line);
	else
		log_warn("%s: the health script could not be started: %s", n->m->id, error);
	n->health.late = false;
	free(line);
	free(out);
}

/* When the node is to be looked at for its script next; 0: it has none. */
static int64_t check_script(struct control *ctl, struct node *n, int64_t now)
{
	struct exec *e = running(n);

	if (!setting(n->c, SCRIPT))
		return 0;
	int64_t timeout = milliseconds(n->c, SCRIPT_TIMEOUT, TIMEOUT_MS);
	int64_t interval = milliseconds(n->c, SCRIPT_INTERVAL, INTERVAL_MS);
	if (e && now >= e->m->created + timeout && !n->health.late) {
		n->health.late = true;
		exec_signal(ctl, e, 9, true);
	} else if (!e && now >= n->health.checked + interval) {
		start_script(ctl, n);
		return now + (timeout < interval ? timeout : interval);
	}
	return e ? (n->health.late ? now + interval : e->m->created + timeout) : n->health.checked + interval;
}

/* ---- replacement ---- */

/* Task nodes always go. Core nodes go when the cluster wants it, or is not protected: a protected one keeps
 * its data. A primary is never ended for its health. */
static bool replaceable(const struct node *n)
{
	if (n->m->role == ROLE_MASTER)
		return false;
	return n->m->role == ROLE_TASK || n->c->unhealthy_replacement || !n->c->termination_protected;
}

static bool works(const struct node *n)
{
	for (size_t i = 0; i < n->execs.len; i++)
		if (n->execs.items[i]->m->kind != CONTAINER_HEALTH)
			return true;
	return false;
}

static int64_t check_age(struct control *ctl, struct node *n, int64_t now)
{
	int64_t at = n->health.since + HEALTH_REPLACE_MS;

	if (!n->health.since || !replaceable(n) || n->doom)
		return 0;
	if (now < at)
		return at;
	if (works(n) && now < at + DRAIN_MS) /* it gets nothing new, so that what runs is the last */
		return now + 60000;
	char *why = xasprintf("It was unhealthy for %d minutes: %s", (int)((now - n->health.since) / 60000),
	                      n->health.script ? n->health.script : n->health.disk);
	struct acting before = actor_begin(ctl, "stoker:health", why);
	node_doom(ctl, n, INSTANCE_REASON_INSTANCE_FAILURE, why);
	actor_end(ctl, &before);
	free(why);
	return 0;
}

int64_t health_due(struct control *ctl)
{
	const struct emr_state *s = emr_state(ctl);

	return s ? s->health_at : 0;
}

void health_run(struct control *ctl, int64_t now)
{
	size_t it = 0;
	void *v;

	emr_state(ctl)->health_at = 0;
	while (map_next(ctl->nodes, &it, NULL, &v)) {
		struct node *n = v;
		if (n->m->state != INSTANCE_RUNNING || !n->link || n->stopping || cluster_state_closing(n->c->state))
			continue;
		look_again(ctl, check_script(ctl, n, now));
		look_again(ctl, check_age(ctl, n, now));
	}
}
