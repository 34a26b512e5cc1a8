/* The queue of the cluster at hand; below it, why the selected step failed, or what it does. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "views/lists.h"

struct steps {
	struct view view;
	struct list *list;
};

static struct steps *steps_of(struct view *v)
{
	return (struct steps *)v;
}

static struct view *steps_open(struct console *con, const char *arg)
{
	struct steps *s = xcalloc(1, sizeof *s);
	s->view.con = con;
	s->list = list_steps(con, LIST_FULL);
	if (arg) {
		table_select(list_table(s->list), arg);
		list_own(s->list);
	}
	return &s->view;
}

static void steps_close(struct view *v)
{
	list_free(steps_of(v)->list);
	free(v);
}

static void steps_changed(struct view *v)
{
	list_changed(steps_of(v)->list);
}

static int fact(struct draw d, int y, const char *label, style_t st, const char *text)
{
	int w = draw_w(d) - 15;
	if (!text || !*text || y >= draw_h(d))
		return y;
	draw_text(d, 1, y, ROLE_DIM, label);
	int n = text_lines(text, w);
	if (n > draw_h(d) - y)
		n = draw_h(d) - y;
	return y + draw_paragraph(d, 14, y, w, n, st, text);
}

static int failure_facts(struct draw d, int y, const struct step *s)
{
	y = fact(d, y, "reason", ROLE_ERROR, s->failure_reason);
	y = fact(d, y, "message", ROLE_ERROR, s->failure_message);
	return fact(d, y, "log file", ROLE_TEXT, s->failure_log);
}

static void draw_detail(struct steps *v, struct draw d, const struct step *s)
{
	struct mcluster *mc = console_cluster(v->view.con);
	const struct step_progress *p = mc ? model_progress(mc, s->id) : NULL;
	const struct glyphs *g = draw_glyphs(d);
	int64_t now = console_now();
	char text[600], when[64];
	int y = 0;
	if (s->state == STEP_FAILED)
		y = failure_facts(d, y, s);
	else
		y = fact(d, y, "why", ROLE_WARN, s->reason_message);
	y = fact(d, y, "command", ROLE_TEXT, text_args(s, text, sizeof text));
	y = fact(d, y, "progress", ROLE_RUN, text_progress(p, g, text, sizeof text));
	if (p && p->tasks) {
		char in[24], out[24];
		snprintf(text, sizeof text, "%d of %d tasks, stage %d, read %s, wrote %s", p->tasks_done, p->tasks,
		         p->stage, text_bytes((double)p->bytes_in, in, sizeof in),
		         text_bytes((double)p->bytes_out, out, sizeof out));
		y = fact(d, y, "tasks", ROLE_TEXT, text);
	}
	y = fact(d, y, "if it fails", ROLE_TEXT, names_get(&step_on_failure_names, s->on_failure));
	y = fact(d, y, "submitted", ROLE_DIM, text_when(s->timeline.created, now, when, sizeof when));
	if (s->timeline.ready)
		y = fact(d, y, "started", ROLE_DIM, text_when(s->timeline.ready, now, when, sizeof when));
	if (s->timeline.ended)
		y = fact(d, y, "ended", ROLE_DIM, text_when(s->timeline.ended, now, when, sizeof when));
	fact(d, y, "id", ROLE_DIM, s->id);
}

static void steps_draw(struct view *view, struct draw d)
{
	struct steps *v = steps_of(view);
	struct console *con = view->con;
	struct mcluster *mc = console_cluster(con);
	const struct part *p = mc ? &mc->parts[CPART_STEPS] : NULL;
	const struct step *s = list_step(v->list);
	char title[160], note[64];
	struct layout_item it[] = { { .min = 5, .flex = 3 }, { .min = 6, .max = 13, .flex = 2, .priority = 1 } };
	if (!s)
		it[1].min = it[1].max = 0, it[1].flex = 0;
	layout_split((struct rect){ 0, 0, draw_w(d), draw_h(d) }, LAYOUT_COLUMN, 0, it, s ? 2 : 1);
	snprintf(title, sizeof title, "Steps %s %s", draw_glyphs(d)->bullet, mc ? cluster_label(mc->c) : "");
	snprintf(note, sizeof note, "%zu%s  %s", table_visible(list_table(v->list)),
	         mc && *mc->steps_marker ? "+  m: older" : "", table_filter_text(list_table(v->list)));
	struct draw in = pane_open(draw_sub(d, it[0].out), con, title, note, true, p);
	table_draw(list_table(v->list), in, true);
	pane_close(in, con, p);
	if (!s || !it[1].out.h)
		return;
	struct state_look look = look_step(draw_glyphs(d), s->state);
	snprintf(title, sizeof title, "%s %s", look.sign, s->name ? s->name : s->id);
	draw_detail(v, pane_open(draw_sub(d, it[1].out), con, title,
	                         names_get(&step_state_names, s->state), false, NULL), s);
}

static bool steps_action(struct view *view, int action, const char *arg)
{
	struct steps *v = steps_of(view);
	struct error err = ERROR_INIT;
	struct step *s = list_step(v->list);
	if (action == VA_OPEN) {
		if (s)
			log_open_step(view->con, view->con->cluster, s->id, NULL);
		return true;
	}
	if (action == VA_MORE) {
		live_more_steps(view->con->live, view->con->cluster);
		return true;
	}
	if (!table_action(list_table(v->list), action, arg, &err))
		return false;
	if (err.code)
		app_error(view->con->app, &err);
	list_own(v->list);
	/* Standing at the oldest row and going on means: read older ones. */
	if ((action == ACT_UP || action == ACT_PAGE_UP || action == ACT_HOME) && view->con->live &&
	    table_row_at(list_table(v->list), 0) == table_selected_row(list_table(v->list)))
		live_more_steps(view->con->live, view->con->cluster);
	return true;
}

static bool steps_event(struct view *view, const struct event *ev)
{
	bool activated = false;
	if (!table_mouse(list_table(steps_of(view)->list), ev, &activated))
		return false;
	list_own(steps_of(view)->list);
	if (activated)
		steps_action(view, VA_OPEN, NULL);
	return true;
}

static size_t steps_scopes(struct view *v, const struct bind_scope **out)
{
	(void)v;
	out[0] = &bind_steps;
	out[1] = &bind_table;
	return 2;
}

static void steps_want(struct view *v, struct live_interest *want)
{
	(void)v;
	want->parts = 1u << CPART_STEPS | 1u << CPART_PROGRESS | 1u << CPART_DETAIL;
}

static const char *steps_disabled(struct view *v, int action)
{
	struct step *s = list_step(steps_of(v)->list);
	const struct mcluster *mc = console_cluster(v->con);
	if (action == VA_MORE && (!mc || !*mc->steps_marker))
		return "all steps have been read";
	if (!s && (action == VA_OPEN || action == VA_LOGS || action == VA_CANCEL || action == VA_CLONE_STEP))
		return "no step is selected";
	return NULL;
}

static struct table *steps_table(struct view *v)
{
	return list_table(steps_of(v)->list);
}

static size_t steps_ids(struct view *v, const char **ids, size_t max)
{
	return table_targets(steps_table(v), ids, max);
}

static const char *steps_selected(struct view *v)
{
	return table_selected(steps_table(v));
}

const struct view_ops view_steps = { "steps", steps_open, steps_close, steps_draw, steps_action, steps_event,
	steps_disabled, steps_scopes, steps_want, steps_changed, steps_table, NULL, steps_ids, steps_selected,
	NULL };
