/* The logs of one step: controller, stdout, stderr and syslog, each a tab. A failed step opens with its
 * stderr, because that is where the reason is; what the server knows of the failure stands above. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/client/logfeed.h"
#include "views/view.h"

#define LOG_BYTES (8u << 20)

enum { TAB_CONTROLLER, TAB_STDOUT, TAB_STDERR, TAB_SYSLOG, TABS };
static const char *const tab_names[] = { "controller", "stdout", "stderr", "syslog" };

struct tab {
	struct view *view;
	struct logview *text;
	struct logfeed *feed;
	bool note_done;
};

struct log {
	struct view view;
	char cluster[MODEL_ID_SIZE], step[MODEL_ID_SIZE];
	struct tab tabs[TABS];
	int at;
};

static struct log *log_of(struct view *v)
{
	return (struct log *)v;
}

static const struct step *step_of(const struct log *l)
{
	struct mcluster *mc = model_cluster(l->view.con->model, l->cluster);
	return mc ? cluster_step(mc->c, l->step) : NULL;
}

static void on_data(void *ctx, const char *data, size_t n)
{
	struct tab *t = ctx;
	const struct logfeed_state *s = logfeed_state(t->feed);
	if (n)
		logview_append(t->text, data, n);
	if (s->complete && !t->note_done) {
		t->note_done = true;
		logview_note(t->text, s->size ? "end of the log" : "nothing was written to this log");
	}
	console_touch(t->view->con);
}

static void show_tab(struct log *l, int at)
{
	struct tab *t = &l->tabs[at];
	l->at = at;
	if (t->feed)
		return;
	t->feed = logfeed_new(l->view.con->client, l->cluster, l->step, tab_names[at], on_data, t);
}

/* arg: "cluster step [log]". */
static struct view *log_open(struct console *con, const char *arg)
{
	char cluster[MODEL_ID_SIZE] = "", step[MODEL_ID_SIZE] = "", name[32] = "";
	if (!arg || sscanf(arg, "%63s %63s %31s", cluster, step, name) < 2)
		return NULL;
	struct log *l = xcalloc(1, sizeof *l);
	l->view.con = con;
	snprintf(l->cluster, sizeof l->cluster, "%s", cluster);
	snprintf(l->step, sizeof l->step, "%s", step);
	for (int i = 0; i < TABS; i++) {
		l->tabs[i].view = &l->view;
		l->tabs[i].text = logview_new(LOG_BYTES);
	}
	const struct step *s = step_of(l);
	int at = s && s->state == STEP_FAILED ? TAB_STDERR : s && s->state == STEP_COMPLETED ? TAB_STDOUT
	                                                                                  : TAB_CONTROLLER;
	for (int i = 0; i < TABS; i++)
		if (!strcmp(name, tab_names[i]))
			at = i;
	show_tab(l, at);
	return &l->view;
}

void log_open_step(struct console *con, const char *cluster, const char *step, const char *log)
{
	char arg[160];
	snprintf(arg, sizeof arg, "%s %s %s", cluster, step, log ? log : "");
	console_open(con, &view_log, arg);
}

static void log_close(struct view *v)
{
	struct log *l = log_of(v);
	for (int i = 0; i < TABS; i++) {
		logfeed_free(l->tabs[i].feed);
		logview_free(l->tabs[i].text);
	}
	free(l);
}

/* Name and state of the step, its progress, and the tabs. Gives the lines used. */
static int draw_top(struct log *l, struct draw d, const struct step *s)
{
	const struct glyphs *g = draw_glyphs(d);
	struct mcluster *mc = model_cluster(l->view.con->model, l->cluster);
	const struct step_progress *p = mc ? model_progress(mc, l->step) : NULL;
	char text[300];
	int x = 1, y = 0;
	if (s) {
		struct state_look look = look_step(g, s->state);
		x += draw_textf(d, x, 0, look.style, "%s %s", look.sign,
		                names_get(&step_state_names, s->state)) + 2;
		x += draw_text(d, x, 0, ROLE_TEXT,
		               text_elapsed(&s->timeline, console_now(), text, sizeof text)) + 2;
		if (p && s->state == STEP_RUNNING && p->fraction >= 0 && draw_w(d) - x > 20) {
			bar_draw(d, x, 0, 14, p->fraction, ROLE_RUN);
			x += 15 + draw_textf(d, x + 15, 0, ROLE_RUN, "%.0f%%", p->fraction * 100) + 1;
		}
		draw_text(d, x, 0, ROLE_DIM, text_progress(p, g, text, sizeof text));
		y = 1;
		if (s->state == STEP_FAILED && s->failure_message && draw_h(d) > 8) {
			int n = text_lines(s->failure_message, draw_w(d) - 2);
			y += draw_paragraph(d, 1, y, draw_w(d) - 2, n > 3 ? 3 : n, ROLE_ERROR, s->failure_message);
		}
	}
	x = 1;
	for (int i = 0; i < TABS; i++) {
		int n = draw_textf(draw_on(d, i == l->at ? SURF_PRESS : d.surface), x, y,
		                   i == l->at ? ROLE_STRONG : ROLE_DIM, " %d %s ", i + 1, tab_names[i]);
		draw_hit(d, (struct rect){ x, y, n, 1 }, VA_LOG_CONTROLLER + i, 0);
		x += n + 1;
	}
	return y + 1;
}

/* Amazon's steps: no operation reads their logs; say where they are. */
static void say_where(struct log *l, struct draw d)
{
	struct mcluster *mc = model_cluster(l->view.con->model, l->cluster);
	char text[600];
	if (mc && mc->c->log_uri)
		snprintf(text, sizeof text, "%s cannot read logs for us. They are copied to %s%s/steps/%s/%s.gz "
		         "some minutes after they were written.", client_name(l->view.con->client),
		         mc->c->log_uri, l->cluster, l->step, tab_names[l->at]);
	else
		snprintf(text, sizeof text, "%s cannot read logs for us, and this cluster keeps none "
		         "(it has no LogUri).", client_name(l->view.con->client));
	pane_say(d, text);
}

static void log_note(struct log *l, const struct glyphs *g, char *out, size_t size)
{
	const struct logfeed_state *s = logfeed_state(l->tabs[l->at].feed);
	char text[96], skipped[24];
	logview_note_text(l->tabs[l->at].text, g, text, sizeof text);
	if (s->skipped > 0)
		snprintf(out, size, "%s left out  %s", text_bytes((double)s->skipped, skipped, sizeof skipped),
		         text);
	else
		snprintf(out, size, "%s", text);
}

static void log_draw(struct view *v, struct draw d)
{
	struct log *l = log_of(v);
	const struct step *s = step_of(l);
	struct tab *t = &l->tabs[l->at];
	const struct logfeed_state *st = logfeed_state(t->feed);
	const struct mcluster *mc = model_cluster(v->con->model, l->cluster);
	char title[200], note[160];
	log_note(l, draw_glyphs(d), note, sizeof note);
	snprintf(title, sizeof title, "%s %s %s", s && s->name ? s->name : l->step, draw_glyphs(d)->bullet,
	         mc ? cluster_label(mc->c) : l->cluster);
	struct draw in = pane_open(d, v->con, title, note, true, NULL);
	int y = draw_top(l, in, s);
	struct draw text = draw_sub(in, (struct rect){ 0, y, draw_w(in), draw_h(in) - y });
	struct logview_state ls;
	logview_state(t->text, &ls);
	if (st->unsupported)
		say_where(l, text);
	else if (*st->error && !ls.lines)
		pane_say(text, st->error);
	else if (!st->started)
		pane_say(text, "reading the log");
	else if (!ls.lines)
		pane_say(text, s && s->state == STEP_PENDING ? "the step has not begun: it waits in the queue"
		                                             : "nothing was written to this log yet");
	else
		logview_draw(t->text, text);
}

static const char *only_changed(void *ctx, const char *text)
{
	struct log *l = ctx;
	struct error err = ERROR_INIT;
	if (!logview_filter(l->tabs[l->at].text, text, &err))
		return NULL;
	return "not a regular expression yet";
}

static void only_submit(void *ctx, const char *text)
{
	struct log *l = ctx;
	struct error err = ERROR_INIT;
	if (logview_filter(l->tabs[l->at].text, text, &err))
		app_error(l->view.con->app, &err);
}

static void only_cancel(void *ctx)
{
	only_submit(ctx, "");
}

static bool log_action(struct view *v, int action, const char *arg)
{
	struct log *l = log_of(v);
	(void)arg;
	if (action >= VA_LOG_CONTROLLER && action <= VA_LOG_SYSLOG) {
		show_tab(l, action - VA_LOG_CONTROLLER);
		return true;
	}
	switch (action) {
	case VA_LOG_NEXT_TAB:
	case VA_LOG_PREV_TAB:
		show_tab(l, (l->at + (action == VA_LOG_NEXT_TAB ? 1 : TABS - 1)) % TABS);
		return true;
	case VA_LOG_ONLY:
		prompt_open(v->con->app, &(struct prompt){ .label = "only ", .history = "log-only",
			.changed = only_changed, .submit = only_submit, .cancel = only_cancel, .ctx = l });
		return true;
	case VA_REFRESH:
		logfeed_kick(l->tabs[l->at].feed);
		return false;
	}
	return logview_action(l->tabs[l->at].text, action);
}

static bool log_event(struct view *v, const struct event *ev)
{
	struct log *l = log_of(v);
	return logview_mouse(l->tabs[l->at].text, ev);
}

static size_t log_scopes(struct view *v, const struct bind_scope **out)
{
	(void)v;
	out[0] = &bind_logs;
	out[1] = &bind_log;
	out[2] = &bind_table;
	return 3;
}

static void log_want(struct view *v, struct live_interest *want)
{
	(void)v;
	want->parts = 1u << CPART_STEPS | 1u << CPART_PROGRESS;
}

static struct logview *log_text(struct view *v)
{
	return log_of(v)->tabs[log_of(v)->at].text;
}

static size_t log_steps(struct view *v, const char **ids, size_t max)
{
	if (!max)
		return 0;
	ids[0] = log_of(v)->step;
	return 1;
}

static const char *log_selected(struct view *v)
{
	return log_of(v)->step;
}

const struct view_ops view_log = { "log", log_open, log_close, log_draw, log_action, log_event, NULL,
	log_scopes, log_want, NULL, NULL, log_text, log_steps, log_selected, NULL };
