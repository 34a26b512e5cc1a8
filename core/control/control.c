/* The root of the control plane: opening, rebuilding, the loop's hooks, and the dispatch of requests. */
#include "core/control/control.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/cost/cost.h"
#include "core/control/emr/emr_ops.h"
#include "core/control/emr/health.h"
#include "core/control/ops.h"
#include "core/control/part.h"

#define TICK_MS 1000

/* ---- links of workers and drivers ---- */

static void on_worker_message(struct link *l, const cJSON *msg, const void *data, size_t len, void *ctx)
{
	struct node *n = ctx;

	(void)l;
	(void)data;
	(void)len;
	node_message(n->ctl, n, msg);
}

static void on_worker_close(struct link *l, const struct error *why, void *ctx)
{
	struct node *n = ctx;

	(void)l;
	(void)why;
	if (!n->ctl->closing)
		node_link_closed(n->ctl, n);
}

static const struct link_handlers worker_handlers = { on_worker_message, on_worker_close, NULL };

static void worker_hello(struct control *ctl, struct link *l, const cJSON *msg)
{
	struct node *n = map_get(ctl->nodes, json_str(msg, "instance", ""));

	if (!n || strcmp(n->m->token, json_str(msg, "token", "")) ||
	    (n->link && link_peer_pid(l) != n->m->pid)) {
		cJSON *stop = message("stop");
		link_send(l, stop, NULL, 0);
		cJSON_Delete(stop);
		link_finish(l);
		return;
	}
	if (n->link)
		link_close(n->link);
	n->link = l;
	link_set_handlers(l, &worker_handlers, n);
	node_hello(ctl, n, msg);
}

static void on_first_message(struct link *l, const cJSON *msg, const void *data, size_t len, void *ctx)
{
	struct control *ctl = ctx;
	const char *role = json_str(msg, "role", "");

	(void)data;
	(void)len;
	if (strcmp(json_str(msg, "type", ""), "hello"))
		link_close(l);
	else if (!strcmp(role, "worker"))
		worker_hello(ctl, l, msg);
	else if (!strcmp(role, "driver") || !strcmp(role, "session"))
		driver_hello(ctl, l, msg);
	else
		link_close(l);
}

static const struct link_handlers first_handlers = { on_first_message, NULL, NULL };

static void on_link(struct link *l, void *ctx)
{
	link_set_handlers(l, &first_handlers, ctx);
}

/* ---- rebuilding ---- */

static void load_cluster(struct cluster *c, void *ctx)
{
	struct control *ctl = ctx;

	if (!c->region[0]) /* of a journal that knew only one */
		snprintf(c->region, sizeof c->region, "%s", ctl->region);
	if (cluster_forgotten(c, clock_now_ms())) {
		str_list_add(&ctl->gone, c->id);
		cost_leaving(ctl, c);
		return;
	}
	cluster_attach(ctl, c);
	if (cluster_state_ended(c->state))
		return;
	for (size_t i = 0; i < c->instances.len; i++) {
		struct instance *in = c->instances.items[i];
		if (in->state == INSTANCE_TERMINATED)
			continue;
		struct node *n = node_attach(ctl, c, in);
		struct instance_group *g = cluster_group(c, in->group_id);
		n->spawned = in->pid ? n->seen : 0;
		if (g)
			g->running += in->state == INSTANCE_RUNNING;
	}
	wake_cluster(ctl, c);
}

static void load_container(struct container *m, void *ctx)
{
	struct control *ctl = ctx;
	struct node *n = map_get(ctl->nodes, m->instance_id);

	if (!n) {
		str_list_add(&ctl->dropped, m->id);
		container_free(m);
		return;
	}
	struct exec *e = exec_attach(ctl, m, n);
	if (m->kind == CONTAINER_BOOTSTRAP)
		n->bootstrap_next = m->number;
	if (m->kind == CONTAINER_PROCESS || m->kind == CONTAINER_DRIVER) {
		e->step = cluster_step(n->c, m->step_id);
		if (e->step && !step_state_ended(e->step->state))
			step_runtime(e->step)->exec = e;
		else
			e->step = NULL;
	}
}

/* A step that was being cancelled is told again: the signal may not have left. */
static void load_cancels(struct control *ctl)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		for (size_t i = 0; i < c->steps.len; i++)
			if (c->steps.items[i]->state == STEP_CANCEL_PENDING)
				step_runtime(c->steps.items[i])->cancel_wanted = true;
	}
}

static int load(struct control *ctl, struct error *err)
{
	int ret = store_load_clusters(ctl->store, load_cluster, ctl, err);

	if (!ret)
		ret = store_load_containers(ctl->store, load_container, ctl, err);
	if (!ret)
		ret = parts_load(ctl, err);
	if (!ret) {
		load_cancels(ctl);
		store_trim_events(ctl->store, clock_now_ms() - KEEP_EVENTS_MS);
	}
	return ret;
}

/* ---- the loop's hooks ---- */

static void on_prepare(uv_prepare_t *p)
{
	control_turn(p->data);
}

static void on_child(uv_signal_t *s, int signum)
{
	(void)signum;
	provision_reap(s->data);
}

/* Ticks only while there is something that can go silent; an idle server sleeps. */
static void on_tick(uv_timer_t *t)
{
	struct control *ctl = t->data;
	int64_t now = mono_ms();
	struct node *nodes[4096];
	size_t n = 0, it = 0;
	void *v;

	while (n < 4096 && map_next(ctl->nodes, &it, NULL, &v))
		nodes[n++] = v;
	/* When we ourselves were stopped or busy, what workers said meanwhile has not been read yet. */
	if (ctl->ticked && now - ctl->ticked > 2 * TICK_MS)
		for (size_t i = 0; i < n; i++)
			nodes[i]->seen += now - ctl->ticked - TICK_MS;
	ctl->ticked = now;
	for (size_t i = 0; i < n; i++)
		node_tick(ctl, nodes[i], now);
	emr_idle_check(ctl, clock_now_ms());
}

static void adjust_tick(struct control *ctl)
{
	bool want = map_len(ctl->nodes) || ctl->stalled, runs = uv_is_active((uv_handle_t *)&ctl->tick);

	if (want && !runs) {
		ctl->ticked = 0;
		uv_timer_start(&ctl->tick, on_tick, TICK_MS, TICK_MS);
	} else if (!want && runs) {
		uv_timer_stop(&ctl->tick);
	}
}

#define DUE_MAX_MS 300000 /* wall clocks are set and machines sleep: look again at least so often */

static void on_due(uv_timer_t *t)
{
	struct control *ctl = t->data;

	ctl->due_at = 0;
	parts_run(ctl, clock_now_ms());
}

static void adjust_due(struct control *ctl)
{
	int64_t at = ctl->closing ? 0 : parts_due(ctl), now = clock_now_ms(), wait = at - now;

	if (at == ctl->due_at)
		return;
	ctl->due_at = at;
	if (!at)
		uv_timer_stop(&ctl->due);
	else
		uv_timer_start(&ctl->due, on_due, (uint64_t)(wait < 0 ? 0 : wait > DUE_MAX_MS ? DUE_MAX_MS : wait), 0);
}

static void check_stop(struct control *ctl)
{
	size_t it = 0;
	void *v;

	if (!ctl->stopping)
		return;
	while (map_next(ctl->clusters, &it, NULL, &v))
		if (!cluster_state_ended(((struct cluster *)v)->state))
			return;
	ctl->stopping = false;
	ctl->stop(ctl->stop_ctx);
}

static void on_turn(uv_prepare_t *p)
{
	struct control *ctl = p->data;

	on_prepare(p);
	adjust_tick(ctl);
	adjust_due(ctl);
	check_stop(ctl);
}

/* Logs hold command lines: a home that others may look into does not open them. */
static int make_folders(const char *home, struct error *err)
{
	static const char *const names[] = { "run", "lake", "logs", "clusters", "history", "warehouse" };
	int ret = 0;

	for (size_t i = 0; i < sizeof names / sizeof *names && !ret; i++) {
		char *path = xasprintf("%s/%s", home, names[i]);
		ret = fs_mkdirs(path, 0700, err);
		free(path);
	}
	return ret;
}

static void start_hooks(struct control *ctl)
{
	uv_prepare_init(ctl->loop, &ctl->prepare);
	uv_timer_init(ctl->loop, &ctl->tick);
	uv_timer_init(ctl->loop, &ctl->due);
	uv_signal_init(ctl->loop, &ctl->child);
	ctl->prepare.data = ctl->tick.data = ctl->due.data = ctl->child.data = ctl;
	ctl->handles = 4;
	uv_prepare_start(&ctl->prepare, on_turn);
	uv_signal_start(&ctl->child, on_child, SIGCHLD);
}

static struct control *new_empty(uv_loop_t *loop, const struct control_options *o)
{
	struct control *ctl = xcalloc(1, sizeof *ctl);
	int share = o->memory_share > 0 && o->memory_share <= 100 ? o->memory_share : 60;

	ctl->loop = loop;
	ctl->home = xstrdup(o->home);
	ctl->program = xstrdup(o->program);
	ctl->region = xstrdup(o->region ? o->region : EMR_REGION);
	ctl->endpoint = xstrdup(o->endpoint ? o->endpoint : "");
	ctl->access_key = xstrdup(o->access_key ? o->access_key : "");
	ctl->secret_key = xstrdup(o->secret_key ? o->secret_key : "");
	ctl->api_token = xstrdup(o->api_token ? o->api_token : "");
	ctl->spot_notice_s = o->spot_notice_s > 0 ? o->spot_notice_s : 120;
	ctl->stop = o->stop;
	ctl->stop_ctx = o->ctx;
	ctl->provisioner = provisioner_local;
	ctl->clusters = map_new();
	ctl->nodes = map_new();
	ctl->containers = map_new();
	ctl->docs = map_new();
	ctl->ops = ops_bind();
	ctl->started_at = ctl->version = clock_now_ms();
	ctl->started_mono = mono_ms();
	resources_probe(&ctl->machine_mb, &ctl->machine_vcpus);
	ctl->budget_mb = (int)((int64_t)ctl->machine_mb * share / 100);
	return ctl;
}

int control_new(uv_loop_t *loop, const struct control_options *o, struct control **out, struct error *err)
{
	struct control *ctl = new_empty(loop, o);
	char *db = xasprintf("%s/stoker.db", o->home), *mdb = xasprintf("%s/metrics.db", o->home);
	char *sock = xasprintf("%s/run/control.sock", o->home), *trash = xasprintf("%s/trash", o->home);
	int ret;

	if ((ret = make_folders(o->home, err)) || (ret = store_open(db, &ctl->store, err)) ||
	    (ret = metrics_open(mdb, &ctl->metrics, err)) || (ret = load(ctl, err)) ||
	    (ret = link_listen(loop, sock, on_link, ctl, &ctl->listener, err)))
		goto out;
	ctl->trash = trash_new(trash);
	start_hooks(ctl);
	log_info("%zu clusters, %zu nodes and %zu containers in the journal; %d of %d MB may be granted",
	         map_len(ctl->clusters), map_len(ctl->nodes), map_len(ctl->containers), ctl->budget_mb,
	         ctl->machine_mb);
	*out = ctl;
	ctl = NULL;
out:
	free(trash);
	free(sock);
	free(db);
	free(mdb);
	if (ret)
		control_free(ctl);
	return ret;
}

/* ---- the end ---- */

static void free_state(struct control *ctl)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->containers, &it, NULL, &v)) {
		struct exec *e = v;
		if (e->step && e->step->runtime)
			step_runtime(e->step)->exec = NULL;
		container_free(e->m);
		free(e);
	}
	map_free(ctl->containers, NULL);
	it = 0;
	while (map_next(ctl->nodes, &it, NULL, &v)) {
		struct node *n = v;
		link_close(n->link);
		vec_free(&n->execs);
		free(n->doom);
		health_free(n);
		free(n);
	}
	map_free(ctl->nodes, NULL);
	it = 0;
	while (map_next(ctl->clusters, &it, NULL, &v)) {
		cluster_detach(ctl, v);
		cluster_free(v);
	}
	map_free(ctl->clusters, NULL);
}

static void free_rest(struct control *ctl)
{
	docs_clear(ctl);
	map_free(ctl->docs, NULL);
	map_free(ctl->ops, free);
	vec_free(&ctl->dirty);
	str_list_free(&ctl->dropped);
	str_list_free(&ctl->gone);
	event_list_free(&ctl->events);
	for (size_t i = 0; i < ctl->outbox.len; i++)
		cJSON_Delete(ctl->outbox.items[i].msg);
	vec_free(&ctl->outbox);
	vec_free(&ctl->calls);
	vec_free(&ctl->watches);
	vec_free(&ctl->drivers);
	free(ctl->home);
	free(ctl->program);
	free(ctl->region);
	free(ctl->endpoint);
	free(ctl->access_key);
	free(ctl->secret_key);
	free(ctl->api_token);
	free(ctl);
}

static void on_handle_closed(uv_handle_t *h)
{
	struct control *ctl = h->data;

	if (--ctl->handles == 0)
		free_rest(ctl);
}

void control_free(struct control *ctl)
{
	if (!ctl)
		return;
	ctl->closing = true;
	if (ctl->handles) {
		watches_close(ctl);
		control_turn(ctl);
	}
	link_listener_close(ctl->listener);
	while (ctl->drivers.len) {
		struct driver *d = ctl->drivers.items[ctl->drivers.len - 1];
		link_close(d->link);
		driver_detach(ctl, d);
	}
	parts_close(ctl);
	free_state(ctl);
	metrics_close(ctl->metrics);
	trash_free(ctl->trash);
	store_close(ctl->store);
	if (!ctl->handles) {
		free_rest(ctl);
		return;
	}
	uv_close((uv_handle_t *)&ctl->prepare, on_handle_closed);
	uv_close((uv_handle_t *)&ctl->tick, on_handle_closed);
	uv_close((uv_handle_t *)&ctl->due, on_handle_closed);
	uv_close((uv_handle_t *)&ctl->child, on_handle_closed);
}

void control_set_endpoint(struct control *ctl, const char *endpoint)
{
	text_set(&ctl->endpoint, endpoint);
}

void control_terminate_all(struct control *ctl)
{
	size_t it = 0;
	void *v;

	ctl->stopping = true;
	while (map_next(ctl->clusters, &it, NULL, &v))
		cluster_terminate(ctl, v, CLUSTER_REASON_USER_REQUEST, "Terminated by user request");
}

char *control_setting(struct control *ctl, const char *key)
{
	return store_get(ctl->store, key);
}

void control_set_setting(struct control *ctl, const char *key, const char *value)
{
	struct error err = ERROR_INIT;

	store_set(ctl->store, key, value);
	if (store_commit(ctl->store, &err))
		log_warn("%s is not remembered: %s", key, err.message);
}
