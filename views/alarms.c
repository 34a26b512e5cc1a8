/* What is wrong now: severity, since when, which cluster, and what to do about the selected one. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "views/view.h"

struct alarms {
	struct view view;
	struct table *table;
	char text[300];
};

static struct alarms *alarms_of(struct view *v)
{
	return (struct alarms *)v;
}

static const struct model *model_of(void *ctx)
{
	return ((struct alarms *)ctx)->view.con->model;
}

static size_t alarm_rows(void *ctx)
{
	return model_of(ctx)->alarms.len;
}

static const char *alarm_id(void *ctx, size_t row)
{
	return model_of(ctx)->alarms.items[row].id;
}

static void alarm_cell(void *ctx, size_t row, size_t col, struct table_cell *o)
{
	const struct malarm *a = &model_of(ctx)->alarms.items[row];
	const struct mcluster *mc = model_cluster(model_of(ctx), a->cluster_id);
	struct state_look look = look_severity(o->glyphs, a->severity);
	int64_t age = console_now() - a->since;
	char text[32];
	switch (col) {
	case 0:
		cell_set(o, look.style, "%s", look.sign);
		break;
	case 1:
		cell_set(o, look.style, "%s", a->severity);
		break;
	case 2:
		cell_num(o, ROLE_DIM, (double)age, "%s", clock_age(age, text, sizeof text));
		break;
	case 3:
		cell_set(o, ROLE_STRONG, "%s", mc ? cluster_label(mc->c) : a->cluster_id);
		break;
	case 4:
		cell_set(o, ROLE_TEXT, "%s", a->title);
		break;
	}
}

static const char *alarms_empty(void *ctx)
{
	struct alarms *v = ctx;
	const char *why = pane_reason(v->view.con, &v->view.con->model->parts[PART_ALARMS], v->text,
	                              sizeof v->text);
	return why ? why : "Nothing is wrong.";
}

static const struct table_source source = { alarm_rows, alarm_id, alarm_cell, alarms_empty };
static const struct table_column columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "SEVERITY", .min = 8, .max = 8, .priority = 2 },
	{ "FOR", .min = 5, .max = 6, .align = ALIGN_RIGHT, .flags = COL_TIME },
	{ "CLUSTER", .min = 10, .max = 30, .flex = 1 },
	{ "WHAT", .min = 20, .flex = 4 },
};

static struct view *alarms_open(struct console *con, const char *arg)
{
	struct alarms *v = xcalloc(1, sizeof *v);
	(void)arg;
	v->view.con = con;
	v->table = table_new("alarms", columns, sizeof columns / sizeof *columns, &source, v);
	return &v->view;
}

static void alarms_close(struct view *v)
{
	table_free(alarms_of(v)->table);
	free(v);
}

static void alarms_changed(struct view *v)
{
	table_changed(alarms_of(v)->table);
}

static const struct malarm *selected(struct alarms *v)
{
	long row = table_selected_row(v->table);
	return row >= 0 ? &v->view.con->model->alarms.items[row] : NULL;
}

static void draw_detail(struct draw d, const struct malarm *a)
{
	int w = draw_w(d) - 2, y = 0;
	y += draw_paragraph(d, 1, y, w, 4, ROLE_STRONG, a->title);
	if (*a->detail)
		y += draw_paragraph(d, 1, y, w, 4, ROLE_TEXT, a->detail);
	if (*a->hint)
		draw_paragraph(d, 1, y + 1, w, 4, ROLE_ACCENT, a->hint);
}

static void alarms_draw(struct view *view, struct draw d)
{
	struct alarms *v = alarms_of(view);
	const struct part *p = &view->con->model->parts[PART_ALARMS];
	const struct malarm *a = selected(v);
	struct layout_item it[] = { { .min = 5, .flex = 2 }, { .min = 5, .max = 9, .flex = 1, .priority = 1 } };
	layout_split((struct rect){ 0, 0, draw_w(d), draw_h(d) }, LAYOUT_COLUMN, 0, it, a ? 2 : 1);
	struct draw in = pane_open(draw_sub(d, it[0].out), view->con, "Alarms", table_filter_text(v->table), true,
	                           p);
	table_draw(v->table, in, true);
	pane_close(in, view->con, p);
	if (a && it[1].out.h)
		draw_detail(pane_open(draw_sub(d, it[1].out), view->con, "What to do", NULL, false, NULL), a);
}

static bool alarms_action(struct view *view, int action, const char *arg)
{
	struct alarms *v = alarms_of(view);
	struct error err = ERROR_INIT;
	const struct malarm *a = selected(v);
	if (action == VA_OPEN) {
		if (a && model_cluster(view->con->model, a->cluster_id)) {
			console_use(view->con, a->cluster_id);
			console_open(view->con, &view_cluster, NULL);
		}
		return true;
	}
	if (!table_action(v->table, action, arg, &err))
		return false;
	if (err.code)
		app_error(view->con->app, &err);
	return true;
}

static bool alarms_event(struct view *view, const struct event *ev)
{
	bool activated = false;
	if (!table_mouse(alarms_of(view)->table, ev, &activated))
		return false;
	if (activated)
		alarms_action(view, VA_OPEN, NULL);
	return true;
}

static size_t alarms_scopes(struct view *v, const struct bind_scope **out)
{
	(void)v;
	out[0] = &bind_lists;
	out[1] = &bind_table;
	return 2;
}

static void alarms_want(struct view *v, struct live_interest *want)
{
	(void)v;
	want->globals = 1u << PART_ALARMS;
}

static struct table *alarms_table(struct view *v)
{
	return alarms_of(v)->table;
}

static const char *alarms_selected(struct view *v)
{
	const struct malarm *a = selected(alarms_of(v));
	return a ? a->cluster_id : NULL;
}

const struct view_ops view_alarms = { "alarms", alarms_open, alarms_close, alarms_draw, alarms_action,
	alarms_event, NULL, alarms_scopes, alarms_want, alarms_changed, alarms_table, NULL, NULL,
	alarms_selected, NULL };
