/* A node of a cluster: launches what the server tells it to, reports ends, samples the machine.
 *
 * It goes on without the server, and looks for it every 200 ms; ends that the server has not
 * acknowledged are kept and told again. When the worker dies its processes die with it. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/daemon/containers.h"
#include "core/daemon/daemon.h"
#include "core/daemon/metadata.h"
#include "core/metrics/sampler.h"
#include "core/net/link.h"

#define BEAT_MS 2000
#define SAMPLE_MS 5000
#define RECONNECT_MS 200
#define GRACE_MS 3000    /* from SIGTERM to SIGKILL when the node ends */

struct worker {
	uv_loop_t loop;
	const char *instance, *token;
	char *socket, *journal;
	struct link *link;
	struct sampler *sampler;
	int64_t sampled;
	VEC(struct child *) children;
	uv_timer_t beat, sample, reconnect, grace;
	uv_signal_t child, term;
	bool stopping;
	char *notice_action, *notice_time; /* what the instance metadata announced, NULL: nothing */
};

static cJSON *message(const char *type)
{
	return json_add_str(cJSON_CreateObject(), "type", type);
}

static void say(struct worker *w, cJSON *msg)
{
	if (w->link)
		link_send(w->link, msg, NULL, 0);
	cJSON_Delete(msg);
}

static struct child *find(struct worker *w, const char *id)
{
	for (size_t i = 0; i < w->children.len; i++)
		if (!strcmp(w->children.items[i]->id, id))
			return w->children.items[i];
	return NULL;
}

static bool any_running(const struct worker *w)
{
	for (size_t i = 0; i < w->children.len; i++)
		if (!w->children.items[i]->exited)
			return true;
	return false;
}

/* ---- the end ---- */

static void finish(struct worker *w)
{
	for (size_t i = 0; i < w->children.len; i++)
		child_signal(w->children.items[i], SIGKILL, true);
	if (w->link)
		link_flush(w->link, 200, NULL);
	log_info("the node ends");
	exit(0);
}

static void on_grace(uv_timer_t *t)
{
	finish(t->data);
}

static void stop(struct worker *w)
{
	if (w->stopping)
		return;
	w->stopping = true;
	if (!any_running(w))
		finish(w);
	for (size_t i = 0; i < w->children.len; i++)
		child_signal(w->children.items[i], SIGTERM, true);
	uv_timer_start(&w->grace, on_grace, GRACE_MS, 0);
}

/* ---- containers ---- */

static void report_exit(struct worker *w, const struct child *c)
{
	cJSON *msg = json_add_str(message("exited"), "id", c->id);

	json_add_int(msg, "status", c->status);
	json_add_int(msg, "signal", c->signal);
	json_add_int(msg, "peak_rss_kb", c->peak_rss_kb);
	json_add_int(msg, "cpu_ms", c->cpu_ms);
	say(w, msg);
}

static void launch(struct worker *w, const cJSON *msg)
{
	const char *id = json_str(msg, "id", "");
	struct error err = ERROR_INIT;
	struct child *c = xcalloc(1, sizeof *c);
	cJSON *reply = json_add_str(message("launched"), "id", id);

	if (find(w, id)) {
		free(c);
		cJSON_Delete(reply);
		return;
	}
	if (w->stopping)
		error_set(&err, ERR_STATE, "The node is about to end");
	if (w->stopping || child_launch(msg, c, &err)) {
		json_add_str(reply, "error", err.message);
		free(c);
	} else {
		vec_push(&w->children, c);
		json_add_int(reply, "pid", c->pid);
	}
	say(w, reply);
}

static void on_sigchld(uv_signal_t *s, int signum)
{
	struct worker *w = s->data;
	struct rusage u;
	int status;
	pid_t pid;

	(void)signum;
	while ((pid = wait4(-1, &status, WNOHANG, &u)) > 0)
		for (size_t i = 0; i < w->children.len; i++) {
			struct child *c = w->children.items[i];
			if (c->pid != pid || c->exited)
				continue;
			c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
			c->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
			c->peak_rss_kb = u.ru_maxrss;
			c->cpu_ms = (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
			            (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
			kill(-pid, SIGKILL); /* what its leader left behind in the group */
			c->exited = true;
			report_exit(w, c);
		}
	if (w->stopping && !any_running(w))
		finish(w);
}

static void forget(struct worker *w, const char *id)
{
	for (size_t i = 0; i < w->children.len; i++)
		if (!strcmp(w->children.items[i]->id, id) && w->children.items[i]->exited) {
			free(w->children.items[i]->spill);
			free(w->children.items[i]);
			vec_remove(&w->children, i);
			return;
		}
}

/* ---- the machine's own notice ---- */

static void say_notice(struct worker *w)
{
	if (w->notice_action)
		say(w, json_add_str(json_add_str(message("interruption"), "action", w->notice_action), "time",
		                    w->notice_time));
}

static void on_notice(const char *action, const char *time, void *ctx)
{
	struct worker *w = ctx;

	free(w->notice_action);
	free(w->notice_time);
	w->notice_action = xstrdup(action);
	w->notice_time = xstrdup(time);
	say_notice(w);
}

/* STOKER_IMDS says where; --metadata asks the place that every machine on EC2 has. */
static void watch_metadata(struct worker *w, bool wanted)
{
	const char *url = getenv("STOKER_IMDS");
	struct error err = ERROR_INIT;

	if ((!url || !*url) && !wanted)
		return;
	if (metadata_watch(&w->loop, url && *url ? url : METADATA_URL, on_notice, w, &err))
		log_warn("the instance metadata is not watched: %s", err.message);
}

/* ---- the server's side ---- */

static void connect_server(struct worker *w);

static void on_message(struct link *l, const cJSON *msg, const void *data, size_t len, void *ctx)
{
	struct worker *w = ctx;
	const char *type = json_str(msg, "type", ""), *id = json_str(msg, "id", "");
	struct child *c = find(w, id);

	(void)l;
	(void)data;
	(void)len;
	if (!strcmp(type, "launch"))
		launch(w, msg);
	else if (!strcmp(type, "forget"))
		forget(w, id);
	else if (!strcmp(type, "signal") && c)
		child_signal(c, json_int32(msg, "signal", SIGTERM), json_bool(msg, "tree", false));
	else if (!strcmp(type, "stop"))
		stop(w);
}

static void on_reconnect(uv_timer_t *t)
{
	connect_server(t->data);
}

static void on_close(struct link *l, const struct error *why, void *ctx)
{
	struct worker *w = ctx;

	(void)l;
	log_info("the server is away: %s", why->message);
	w->link = NULL;
	uv_timer_start(&w->reconnect, on_reconnect, RECONNECT_MS, RECONNECT_MS);
}

static const struct link_handlers handlers = { on_message, on_close, NULL };

static void hello(struct worker *w)
{
	cJSON *msg = message("hello"), *running = cJSON_CreateArray(), *exited = cJSON_CreateArray();

	json_add_str(msg, "role", "worker");
	json_add_str(msg, "instance", w->instance);
	json_add_str(msg, "token", w->token);
	json_add_int(msg, "pid", getpid());
	for (size_t i = 0; i < w->children.len; i++) {
		struct child *c = w->children.items[i];
		cJSON *o = json_add_str(cJSON_CreateObject(), "id", c->id);
		if (c->exited) {
			json_add_int(o, "status", c->status);
			json_add_int(o, "signal", c->signal);
		} else {
			json_add_int(o, "pid", c->pid);
		}
		cJSON_AddItemToArray(c->exited ? exited : running, o);
	}
	json_add(msg, "containers", running);
	json_add(msg, "exited", exited);
	say(w, msg);
	say_notice(w);
}

static void connect_server(struct worker *w)
{
	struct error err = ERROR_INIT;

	if (!link_connect(&w->loop, w->socket, &handlers, w, &w->link, &err)) {
		uv_timer_stop(&w->reconnect);
		log_info("connected");
		hello(w);
		return;
	}
	w->link = NULL;
	/* Nobody can ever come back for this node when its journal is gone. */
	if (!fs_exists(w->journal)) {
		log_warn("%s is gone: the node ends", w->journal);
		stop(w);
		return;
	}
	if (!uv_is_active((uv_handle_t *)&w->reconnect))
		uv_timer_start(&w->reconnect, on_reconnect, RECONNECT_MS, RECONNECT_MS);
}

/* ---- timers ---- */

static void on_beat(uv_timer_t *t)
{
	say(t->data, message("beat"));
}

static void sample_children(struct worker *w, int64_t now, cJSON *msg)
{
	struct group_usage usage[256];
	cJSON *list = cJSON_CreateArray();
	size_t n = 0;

	for (size_t i = 0; i < w->children.len && n < 256; i++)
		if (!w->children.items[i]->exited)
			usage[n++].pgid = w->children.items[i]->pid;
	sampler_groups(w->sampler, usage, n);
	n = 0;
	for (size_t i = 0; i < w->children.len && n < 256; i++) {
		struct child *c = w->children.items[i];
		if (c->exited)
			continue;
		const struct group_usage *u = &usage[n++];
		int64_t before = c->sampled_cpu_ms < 0 ? 0 : c->sampled_cpu_ms;
		double cpu = w->sampled && now > w->sampled && u->cpu_ms > before
		             ? 100.0 * (double)(u->cpu_ms - before) / (double)(now - w->sampled) : 0;
		cJSON *o = json_add_str(cJSON_CreateObject(), "id", c->id);
		json_add_num(o, "cpu", cpu);
		json_add_int(o, "rss", u->rss);
		json_add_int(o, "spill", c->spill ? sampler_folder_bytes(c->spill) : 0);
		cJSON_AddItemToArray(list, o);
		c->sampled_cpu_ms = u->cpu_ms;
	}
	json_add(msg, "containers", list);
	w->sampled = now;
}

static void on_sample(uv_timer_t *t)
{
	struct worker *w = t->data;
	int64_t now = clock_mono_us() / 1000;
	cJSON *msg = json_add_time(message("sample"), "time", clock_now_ms());

	sampler_machine(w->sampler, now, msg);
	sample_children(w, now, msg);
	say(w, msg);
}

static void on_term(uv_signal_t *s, int signum)
{
	(void)signum;
	stop(s->data);
}

static void start_hooks(struct worker *w)
{
	uv_timer_t *timers[] = { &w->beat, &w->sample, &w->reconnect, &w->grace };

	for (size_t i = 0; i < 4; i++) {
		uv_timer_init(&w->loop, timers[i]);
		timers[i]->data = w;
	}
	uv_signal_init(&w->loop, &w->child);
	uv_signal_init(&w->loop, &w->term);
	w->child.data = w->term.data = w;
	uv_signal_start(&w->child, on_sigchld, SIGCHLD);
	uv_signal_start(&w->term, on_term, SIGTERM);
	uv_timer_start(&w->beat, on_beat, BEAT_MS, BEAT_MS);
	uv_timer_start(&w->sample, on_sample, 0, SAMPLE_MS);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
}

static int usage(void)
{
	fprintf(stderr, "usage: stokerd worker --instance ci-… [--metadata]\n"
	        "The server starts workers; STOKER_HOME names its folder, STOKER_TOKEN proves who they are.\n"
	        "--metadata (or STOKER_IMDS=URL): heed the spot interruptions that the instance metadata announces.\n");
	return 2;
}

int worker_main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "instance", required_argument, NULL, 'i' }, { "metadata", no_argument, NULL, 'm' },
		{ NULL, 0, NULL, 0 },
	};
	bool metadata = false;
	struct worker self = { 0 }, *w = &self;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (opt == 'i')
			w->instance = optarg;
		else if (opt == 'm')
			metadata = true;
		else
			return usage();
	w->token = id_take_secret("STOKER_TOKEN");
	if (!w->instance || !w->token || optind < argc)
		return usage();
	char *who = xasprintf("worker %s", w->instance);
	log_open(who);
	free(who);
	w->socket = fs_home_path("run/control.sock");
	w->journal = fs_home_path("stoker.db");
	w->sampler = sampler_new(fs_home(), "");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	uv_loop_init(&w->loop);
	start_hooks(w);
	connect_server(w);
	watch_metadata(w, metadata);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	return 0;
}
