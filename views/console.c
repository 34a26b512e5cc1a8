#include "views/console.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "views/cause.h"
#include "views/once.h"
#include "views/view.h"

#define TICK_MS 1000
#define UNLOCK_MS 600000

static const struct view_ops *const all_views[] = { &view_home, &view_cluster, &view_steps, &view_nodes,
	&view_graphs, &view_log, &view_alarms, &view_cost, &view_events, &view_scaling, &view_spot, &view_letters,
	&view_schedules, &view_audit, &view_topics };
#define N_VIEWS (sizeof all_views / sizeof *all_views)

int64_t console_now(void)
{
	return clock_now_ms();
}

struct view *console_top(const struct console *con)
{
	return con->depth ? con->stack[con->depth - 1] : NULL;
}

struct mcluster *console_cluster(const struct console *con)
{
	return model_cluster(con->model, con->cluster);
}

/* ---- the model and the screen ---- */

static void wanted(struct console *con)
{
	struct live_interest want;
	struct view *v = console_top(con);
	memset(&want, 0, sizeof want);
	if (v)
		v->ops->want(v, &want);
	snprintf(want.cluster, sizeof want.cluster, "%s", con->cluster);
	want.active_only = !client_is_local(con->client) && !con->show_ended;
	if (con->live)
		live_want(con->live, &want);
}

void console_touch(struct console *con)
{
	wanted(con);
	if (con->app)
		app_dirty(con->app);
}

void console_use(struct console *con, const char *id)
{
	snprintf(con->cluster, sizeof con->cluster, "%s", id);
	console_touch(con);
}

/* Without a choice of the person's: the wish of the command line, the last session's, the newest. */
static void choose_cluster(struct console *con)
{
	const struct model *m = con->model;
	if (*con->wish) {
		struct mcluster *mc = model_find(m, con->wish);
		if (mc) {
			console_use(con, mc->c->id);
			*con->wish = 0;
		}
		return;
	}
	const struct mcluster *now = console_cluster(con);
	bool fresh = con->remembered && !m->parts[PART_CLUSTERS].cached;
	if (fresh)
		con->remembered = false;
	if ((now && !(fresh && cluster_state_ended(now->c->state))) || !m->clusters.len)
		return;
	for (size_t i = 0; i < m->clusters.len; i++) {
		if (!cluster_state_ended(m->clusters.items[i]->c->state)) {
			console_use(con, m->clusters.items[i]->c->id);
			return;
		}
	}
	if (!now)
		console_use(con, m->clusters.items[0]->c->id);
}

/* --log: the log of what runs, else of what waits first, else of the last step. */
static void open_wished_log(struct console *con)
{
	const struct mcluster *mc = console_cluster(con);
	const struct step *found = NULL;
	if (!con->log_wish || *con->wish || !mc || mc->parts[CPART_STEPS].cached || !mc->c->steps.len)
		return;
	for (size_t i = 0; i < mc->c->steps.len; i++) {
		const struct step *s = mc->c->steps.items[i];
		if (!found || !step_state_active(found->state) || (s->state == STEP_RUNNING && found->state != STEP_RUNNING))
			found = s;
	}
	con->log_wish = false;
	log_open_step(con, con->cluster, found->id, NULL);
}

/* The window's title names the cluster and the alarms, for those who look at another window. */
static void set_title(struct console *con)
{
	const struct mcluster *mc = console_cluster(con);
	char title[160];
	snprintf(title, sizeof title, "stoker %s%s%.100s", client_name(con->client), mc ? ": " : "",
	         mc ? cluster_label(mc->c) : "");
	if (model_alarms_open(con->model))
		snprintf(title + strlen(title), sizeof title - strlen(title), " (%zu alarms)",
		         model_alarms_open(con->model));
	if (!strcmp(title, con->title))
		return;
	snprintf(con->title, sizeof con->title, "%s", title);
	sink_title(app_sink(con->app), title);
}

/* One bell when something new is wrong. */
static void ring(struct console *con)
{
	size_t n = model_alarms_open(con->model);
	if (n > con->alarms_seen && con->model->parts[PART_ALARMS].fetched && con->model->link == LINK_LIVE)
		sink_bell(app_sink(con->app));
	con->alarms_seen = n;
}

void console_model_changed(void *ctx)
{
	struct console *con = ctx;
	if (con->app) {
		set_title(con);
		ring(con);
	}
	choose_cluster(con);
	for (size_t i = 0; i < con->depth; i++)
		if (con->stack[i]->ops->changed)
			con->stack[i]->ops->changed(con->stack[i]);
	open_wished_log(con);
	console_touch(con);
}

/* ---- the stack of screens ---- */

static void close_top(struct console *con)
{
	struct view *v = con->stack[--con->depth];
	v->ops->close(v);
}

/* The same screen is not stacked twice: going to one that lies below goes back to it. */
static bool go_back_to(struct console *con, const struct view_ops *ops)
{
	for (size_t i = con->depth; i-- > 0;) {
		if (con->stack[i]->ops != ops)
			continue;
		while (con->depth > i + 1)
			close_top(con);
		return true;
	}
	return false;
}

void console_open(struct console *con, const struct view_ops *ops, const char *arg)
{
	struct view *top = console_top(con);
	if (top && !arg && (top->ops == ops || go_back_to(con, ops))) {
		top = console_top(con);
		if (top->ops->changed)
			top->ops->changed(top);
		console_touch(con);
		return;
	}
	struct view *v = ops->open(con, arg);
	if (!v)
		return;
	v->ops = ops;
	v->con = con;
	go_back_to(con, ops);
	if (console_top(con) && console_top(con)->ops == ops)
		close_top(con);
	if (con->depth == VIEW_DEPTH)
		close_top(con);
	con->stack[con->depth++] = v;
	console_touch(con);
}

bool console_back(struct console *con)
{
	if (con->depth < 2)
		return false;
	close_top(con);
	struct view *v = console_top(con);
	if (v->ops->changed)
		v->ops->changed(v);
	console_touch(con);
	return true;
}

/* ---- what the application asks ---- */

static void draw_all(void *ctx, struct draw d)
{
	struct console *con = ctx;
	struct view *v = console_top(con);
	int w = draw_w(d), h = draw_h(d);
	bool header = h >= 6, alarm = (con->model->alarms.len || con->model->link == LINK_AWAY) && h >= 12;
	int y = header ? 1 : 0, rest = h - y - (alarm ? 1 : 0);
	if (header)
		header_draw(con, draw_sub(d, (struct rect){ 0, 0, w, 1 }));
	if (v)
		v->ops->draw(v, draw_sub(d, (struct rect){ 0, y, w, rest }));
	if (alarm)
		alarm_line_draw(con, draw_sub(d, (struct rect){ 0, h - 1, w, 1 }));
}

void console_draw(struct console *con, struct draw d)
{
	draw_all(con, d);
}

static size_t scopes(void *ctx, const struct bind_scope **out, size_t max)
{
	struct console *con = ctx;
	struct view *v = console_top(con);
	size_t n = v && max >= 5 ? v->ops->scopes(v, out) : 0;
	/* A screen's keys go before the console's, those of its log and graphs too; only the table's go after:
	 * g is the graphs, not the first row. */
	if (n && out[n - 1] == &bind_table) {
		out[n - 1] = &bind_console;
		out[n++] = &bind_table;
	} else {
		out[n++] = &bind_console;
	}
	return n;
}

static const char *disabled(void *ctx, int action)
{
	struct console *con = ctx;
	struct view *v = console_top(con);
	const char *why = v && v->ops->disabled ? v->ops->disabled(v, action) : NULL;
	return why ? why : acts_disabled(con, action);
}

static void go_cluster(struct console *con, const char *arg)
{
	if (arg && *arg) {
		struct mcluster *mc = model_find(con->model, arg);
		if (!mc) {
			app_message(con->app, MESSAGE_ERROR, "there is no cluster %s, or several have that name", arg);
			return;
		}
		console_use(con, mc->c->id);
	}
	console_open(con, &view_cluster, NULL);
}

static void open_log(struct console *con)
{
	struct view *v = console_top(con);
	const char *ids[2];
	size_t n = v->ops->steps ? v->ops->steps(v, ids, 1) : 0;
	struct mcluster *mc = console_cluster(con);
	const struct step *last = mc && mc->c->steps.len ? mc->c->steps.items[mc->c->steps.len - 1] : NULL;
	if (n)
		log_open_step(con, con->cluster, ids[0], NULL);
	else if (last)
		log_open_step(con, con->cluster, last->id, NULL);
	else
		app_message(con->app, MESSAGE_INFO, "this cluster has no steps yet: a adds one");
}

static void copy_id(struct console *con)
{
	struct view *v = console_top(con);
	const char *id = v->ops->selected ? v->ops->selected(v) : con->cluster;
	struct error err = ERROR_INIT;
	if (!id || !*id)
		app_message(con->app, MESSAGE_INFO, "nothing is selected");
	else if (sink_clipboard(app_sink(con->app), id, &err))
		app_error(con->app, &err);
	else
		app_message(con->app, MESSAGE_OK, "copied %s", id);
}

static void lock_again(uv_timer_t *t)
{
	struct console *con = t->data;
	app_set_read_only(con->app, true);
	app_message(con->app, MESSAGE_INFO, "read-only again");
}

static void unlock(struct console *con)
{
	if (!app_read_only(con->app)) {
		app_message(con->app, MESSAGE_INFO, "acts are allowed already");
		return;
	}
	app_set_read_only(con->app, false);
	uv_timer_start(&con->unlock, lock_again, UNLOCK_MS, 0);
	app_message(con->app, MESSAGE_WARN, "acts are allowed for ten minutes; :lock ends that");
}

/* Screens that an action opens as they are. */
static const struct view_ops *screen_of(int action)
{
	static const struct { int action; const struct view_ops *ops; } screens[] = {
		{ VA_HOME, &view_home }, { VA_STEPS, &view_steps }, { VA_NODES, &view_nodes },
		{ VA_GRAPHS, &view_graphs }, { VA_ALARMS, &view_alarms }, { VA_COST, &view_cost },
		{ VA_EVENTS, &view_events }, { VA_SCALING, &view_scaling }, { VA_SPOT, &view_spot },
		{ VA_LETTERS, &view_letters }, { VA_SCHEDULES, &view_schedules }, { VA_AUDIT, &view_audit },
		{ VA_TOPICS, &view_topics },
	};
	for (size_t i = 0; i < sizeof screens / sizeof *screens; i++)
		if (screens[i].action == action)
			return screens[i].ops;
	return NULL;
}

static void screen_chosen(void *ctx, int value)
{
	app_do(((struct console *)ctx)->app, value, NULL);
}

/* All screens with their keys: names and help are those of the bindings. */
static void screens_menu(struct console *con)
{
	struct menu_item items[16];
	char keys[16][16], labels[16][48];
	size_t n = 0;
	for (size_t i = 0; i < bind_console.n && n < 16; i++) {
		const struct binding *x = &bind_console.items[i];
		if (!screen_of(x->action) && x->action != VA_CLUSTER)
			continue;
		keymap_short(app_keymap(con->app), &bind_console, x, false, keys[n], sizeof keys[n]);
		snprintf(labels[n], sizeof labels[n], "%-3s %s", keys[n], x->hint);
		items[n] = (struct menu_item){ labels[n], x->help, disabled(con, x->action), x->action };
		n++;
	}
	menu_open(con->app, &(struct menu){ .title = "Screens", .items = items, .n = n, .chosen = screen_chosen,
		.ctx = con });
}

static bool open_screen(struct console *con, int action, const char *arg)
{
	const struct view_ops *ops = screen_of(action);
	if (ops) {
		console_open(con, ops, NULL);
		return true;
	}
	switch (action) {
	case VA_CLUSTER:
		go_cluster(con, arg);
		return true;
	case VA_LOGS:
		open_log(con);
		return true;
	case VA_CAUSE:
		cause_open_worst(con);
		return true;
	case VA_SCREENS:
		screens_menu(con);
		return true;
	}
	return false;
}

static void filter_or_search(struct console *con)
{
	struct view *v = console_top(con);
	if (v->ops->log && v->ops->log(v))
		prompt_search_log(con->app, v->ops->log(v));
	else if (v->ops->table && v->ops->table(v))
		prompt_filter_table(con->app, v->ops->table(v));
	else
		app_message(con->app, MESSAGE_INFO, "there is nothing to filter here");
}

/* Esc: first the filter, then the screen; the first screen is left by q only. */
static void back(struct console *con)
{
	struct view *v = console_top(con);
	struct table *t = v->ops->table ? v->ops->table(v) : NULL;
	if (t && *table_filter_text(t)) {
		table_filter(t, "", NULL);
		table_changed(t);
	} else if (t && table_mark_count(t)) {
		table_unmark_all(t);
	} else if (!console_back(con)) {
		app_message(con->app, MESSAGE_INFO, "q leaves; clusters and their steps go on");
	}
}

static bool own_action(struct console *con, int action)
{
	switch (action) {
	case ACT_BACK:
		back(con);
		return true;
	case ACT_CLOSE:
		return console_back(con);
	case ACT_FILTER:
		filter_or_search(con);
		return true;
	case VA_REFRESH:
		live_kick(con->live);
		app_message(con->app, MESSAGE_INFO, "asking again");
		return true;
	case VA_COPY:
		copy_id(con);
		return true;
	case VA_LOCK:
		uv_timer_stop(&con->unlock);
		app_set_read_only(con->app, true);
		return true;
	case VA_UNLOCK:
		unlock(con);
		return true;
	case VA_ENDED:
		con->show_ended = !con->show_ended;
		app_message(con->app, MESSAGE_INFO, "clusters that have ended are %s",
		            con->show_ended ? "shown" : "hidden");
		console_model_changed(con);
		return true;
	}
	return false;
}

static bool action(void *ctx, int act, const char *arg)
{
	struct console *con = ctx;
	struct view *v = console_top(con);
	bool done = v->ops->action && v->ops->action(v, act, arg);
	if (!done)
		done = open_screen(con, act, arg) || own_action(con, act) || acts_action(con, act, arg);
	if (done)
		console_touch(con);
	return done;
}

static bool event(void *ctx, const struct event *ev)
{
	struct console *con = ctx;
	struct view *v = console_top(con);
	if (ev->kind == EVENT_FOCUS && ev->on && con->live)
		live_kick(con->live);
	if (!v->ops->event || ev->kind != EVENT_MOUSE)
		return false;
	bool used = v->ops->event(v, ev);
	if (used)
		console_touch(con);
	return used;
}

/* `:name` of a cluster goes to it. */
static bool command(void *ctx, const char *word, const char *rest)
{
	struct console *con = ctx;
	struct mcluster *mc = model_find(con->model, word);
	(void)rest;
	if (!mc)
		return false;
	go_cluster(con, mc->c->id);
	return true;
}

static void complete(void *ctx, const char *text, void (*add)(void *arg, const char *line), void *arg)
{
	struct console *con = ctx;
	char line[160];
	bool after = !strncmp(text, "cluster ", 8);
	for (size_t i = 0; i < con->model->clusters.len; i++) {
		const struct cluster *c = con->model->clusters.items[i]->c;
		if (cluster_state_ended(c->state))
			continue;
		snprintf(line, sizeof line, "%s%s", after ? "cluster " : "", cluster_label(c));
		if (*text && !strncmp(line, text, strlen(text)))
			add(arg, line);
	}
}

static const struct app_ops ops = { draw_all, scopes, action, disabled, event, command, complete, NULL };

/* ---- start and end ---- */

static const struct view_ops *view_named(const char *name)
{
	for (size_t i = 0; name && i < N_VIEWS; i++)
		if (!strcmp(all_views[i]->name, name))
			return all_views[i];
	return NULL;
}

static int open_client(struct console *con, struct error *err)
{
	const struct console_options *o = con->options;
	struct client_options co = { .home = o->home, .endpoint = o->endpoint, .region = o->region,
	                             .no_start = o->no_start };
	int rc = client_open(&con->loop, &co, &con->client, err);
	if (rc)
		return rc;
	con->model = model_new();
	con->model->link = LINK_CONNECTING;
	snprintf(con->model->region, sizeof con->model->region, "%s", client_region(con->client));
	char *path = cache_path(client_home(con->client), client_is_local(con->client));
	con->cache = cache_open(path, client_name(con->client));
	free(path);
	cache_load(con->cache, con->model);
	char *last = o->cluster ? NULL : cache_setting(con->cache, "cluster");
	if (last && model_cluster(con->model, last))
		snprintf(con->cluster, sizeof con->cluster, "%s", last);
	con->remembered = *con->cluster;
	free(last);
	snprintf(con->wish, sizeof con->wish, "%s", o->cluster ? o->cluster : "");
	con->log_wish = o->log && o->cluster;
	con->show_ended = true;
	choose_cluster(con);
	return 0;
}

void console_first_screens(struct console *con)
{
	const struct view_ops *want = view_named(con->options->screen);
	console_open(con, &view_home, NULL);
	if (want && want != &view_home && want != &view_log)
		console_open(con, want, NULL);
}

static void close_walk(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

static void console_end(struct console *con)
{
	while (con->depth)
		close_top(con);
	if (con->cache && *con->cluster)
		cache_set(con->cache, "cluster", con->cluster);
	live_free(con->live);
	if (con->app)
		app_free(con->app);
	client_close(con->client);
	cache_close(con->cache);
	model_free(con->model);
	/* Handles that are ours, without a close callback of their own. */
	uv_run(&con->loop, UV_RUN_NOWAIT);
	uv_walk(&con->loop, close_walk, NULL);
	uv_run(&con->loop, UV_RUN_DEFAULT);
	uv_loop_close(&con->loop);
}

static int open_app(struct console *con, struct error *err)
{
	const struct console_options *o = con->options;
	struct app_options ao = { .sink = { .color = o->color, .glyphs = o->glyphs, .mouse = o->mouse },
	                          .theme = o->theme, .read_only = o->read_only };
	char *history = xasprintf("%s/console.history", client_home(con->client));
	if (client_is_local(con->client) && fs_exists(client_home(con->client)))
		ao.history_file = history;
	int rc = app_new(&con->app, &con->loop, &ao, &ops, con, err);
	free(history);
	if (!rc)
		app_tick(con->app, TICK_MS);
	return rc;
}

static int run(struct console *con, struct error *err)
{
	int rc = open_app(con, err);
	if (rc)
		return rc;
	uv_timer_init(&con->loop, &con->unlock);
	con->unlock.data = con;
	con->alarms_seen = model_alarms_open(con->model);
	console_first_screens(con);
	con->live = live_new(con->client, con->model, con->cache, console_model_changed, con);
	wanted(con);
	return app_run(con->app);
}

static void complain(const struct error *err)
{
	fprintf(stderr, "stoker: %s\n", err->message);
	if (*err->detail)
		fprintf(stderr, "  %s\n", err->detail);
	if (*err->hint)
		fprintf(stderr, "  %s\n", err->hint);
}

int console_main(const struct console_options *o)
{
	struct error err = ERROR_INIT;
	struct console con = { .options = o };
	setlocale(LC_CTYPE, ""); /* only what characters are: numbers and messages are the same in every language */
	if (o->screen && !view_named(o->screen)) {
		error_set(&err, ERR_INVALID, "there is no screen %s", o->screen);
		error_hint(&err, "home, cluster, steps, nodes, graphs, alarms, cost, events, scaling, spot, dead-letters, "
		                 "schedules, audit, topics");
		complain(&err);
		return 1;
	}
	uv_loop_init(&con.loop);
	int rc = open_client(&con, &err);
	if (!rc)
		rc = o->once ? once_run(&con, &err) : run(&con, &err);
	console_end(&con);
	if (rc >= 0)
		return rc;
	complain(&err);
	return 1;
}
