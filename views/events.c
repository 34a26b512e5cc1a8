/* What has happened, newest first. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "views/view.h"

struct events {
	struct view view;
	struct table *table;
	char text[300];
};

static struct events *events_of(struct view *v)
{
	return (struct events *)v;
}

static const struct mevent *event_at(void *ctx, size_t row)
{
	return &((struct events *)ctx)->view.con->model->events.items[row];
}

static size_t event_rows(void *ctx)
{
	return ((struct events *)ctx)->view.con->model->events.len;
}

static const char *event_id(void *ctx, size_t row)
{
	return event_at(ctx, row)->id;
}

/* Length of an id such as "s-1UB6H2IKFSTOS" or "i-0a1b…" at p; 0: none. */
static size_t id_length(const char *p)
{
	static const char *const kinds[] = { "j-", "s-", "ig-", "ci-", "i-" };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		size_t n = strlen(kinds[i]);
		if (strncmp(p, kinds[i], n))
			continue;
		size_t rest = strspn(p + n, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789");
		if (rest >= 8)
			return n + rest;
	}
	return 0;
}

/* The message as people read it: "s-1UB… (load) of cluster j-8GJ…" is "load". Ids without a name stay. */
static void say_short(const char *s, char *out, size_t size)
{
	static const char of_cluster[] = " of cluster ";
	size_t n = 0;
	while (*s && n + 1 < size) {
		size_t id = id_length(s), of = strlen(of_cluster);
		if (!strncmp(s, of_cluster, of) && id_length(s + of)) {
			s += of + id_length(s + of);
			continue;
		}
		const char *end = id && !strncmp(s + id, " (", 2) ? strchr(s + id, ')') : NULL;
		if (!end) {
			out[n++] = *s++;
			continue;
		}
		size_t label = (size_t)(end - (s + id + 2));
		label = label < size - 1 - n ? label : size - 1 - n;
		memcpy(out + n, s + id + 2, label);
		n += label;
		s = end + 1;
	}
	out[n] = '\0';
}

static void event_cell(void *ctx, size_t row, size_t col, struct table_cell *o)
{
	const struct mevent *e = event_at(ctx, row);
	const struct mcluster *mc = model_cluster(((struct events *)ctx)->view.con->model, e->cluster_id);
	struct state_look look = look_severity(o->glyphs, e->severity);
	char text[64], message[400];
	switch (col) {
	case 0:
		cell_set(o, look.style, "%s", look.sign);
		break;
	case 1:
		cell_num(o, ROLE_DIM, (double)e->time, "%s", text_date(e->time, text, sizeof text));
		break;
	case 2:
		cell_set(o, ROLE_STRONG, "%s", mc ? cluster_label(mc->c) : e->cluster_id);
		break;
	case 3:
		say_short(e->message, message, sizeof message);
		cell_set(o, look.style == ROLE_DIM ? ROLE_TEXT : look.style, "%s", message);
		break;
	case 4:
		cell_set(o, ROLE_DIM, "%s", e->type);
		break;
	case 5:
		cell_set(o, look.style, "%s", e->severity);
		break;
	}
}

static const char *events_empty(void *ctx)
{
	struct events *v = ctx;
	const char *why = pane_reason(v->view.con, &v->view.con->model->parts[PART_EVENTS], v->text,
	                              sizeof v->text);
	return why ? why : "Nothing has happened yet.";
}

static const struct table_source source = { event_rows, event_id, event_cell, events_empty };
static const struct table_column columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "TIME", .min = 12, .max = 12, .flags = COL_DESC },
	{ "CLUSTER", .min = 10, .max = 24, .flex = 1, .priority = 1 },
	{ "MESSAGE", .min = 60, .flex = 6 },
	{ "TYPE", .min = 20, .max = 34, .priority = 3 },
	{ "SEVERITY", .min = 8, .max = 8, .priority = 2 },
};

static struct view *events_open(struct console *con, const char *arg)
{
	struct events *v = xcalloc(1, sizeof *v);
	(void)arg;
	v->view.con = con;
	v->table = table_new("events", columns, sizeof columns / sizeof *columns, &source, v);
	return &v->view;
}

static void events_close(struct view *v)
{
	table_free(events_of(v)->table);
	free(v);
}

static void events_changed(struct view *v)
{
	table_changed(events_of(v)->table);
}

static void events_draw(struct view *view, struct draw d)
{
	struct events *v = events_of(view);
	const struct part *p = &view->con->model->parts[PART_EVENTS];
	struct draw in = pane_open(d, view->con, "Events", table_filter_text(v->table), true, p);
	table_draw(v->table, in, true);
	pane_close(in, view->con, p);
}

static bool events_action(struct view *view, int action, const char *arg)
{
	struct events *v = events_of(view);
	struct error err = ERROR_INIT;
	long row = table_selected_row(v->table);
	const struct mevent *e = row >= 0 ? event_at(v, (size_t)row) : NULL;
	if (action == VA_OPEN) {
		struct mcluster *mc = e ? model_cluster(view->con->model, e->cluster_id) : NULL;
		if (mc) {
			console_use(view->con, mc->c->id);
			if (!strncmp(e->resource_id, "s-", 2))
				log_open_step(view->con, e->cluster_id, e->resource_id, NULL);
			else
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

static bool events_event(struct view *view, const struct event *ev)
{
	bool activated = false;
	if (!table_mouse(events_of(view)->table, ev, &activated))
		return false;
	if (activated)
		events_action(view, VA_OPEN, NULL);
	return true;
}

static size_t events_scopes(struct view *v, const struct bind_scope **out)
{
	(void)v;
	out[0] = &bind_lists;
	out[1] = &bind_table;
	return 2;
}

static void events_want(struct view *v, struct live_interest *want)
{
	(void)v;
	want->globals = 1u << PART_EVENTS;
}

static struct table *events_table(struct view *v)
{
	return events_of(v)->table;
}

static const char *events_selected(struct view *v)
{
	long row = table_selected_row(events_of(v)->table);
	return row >= 0 ? event_at(events_of(v), (size_t)row)->resource_id : NULL;
}

const struct view_ops view_events = { "events", events_open, events_close, events_draw, events_action,
	events_event, NULL, events_scopes, events_want, events_changed, events_table, NULL, NULL,
	events_selected, NULL };
