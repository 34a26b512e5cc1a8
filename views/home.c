/* The home screen: all clusters, and of the selected one its steps, nodes, CPU and memory. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "views/graph_set.h"
#include "views/lists.h"

enum { PANE_CLUSTERS, PANE_STEPS, PANE_NODES, PANES };

struct home {
	struct view view;
	struct list *lists[PANES];
	int focus;
	unsigned shown;              /* panes that fit on the screen */
	char at[MODEL_ID_SIZE];      /* the cluster at hand, as this screen left it */
};

static struct home *home_of(struct view *v)
{
	return (struct home *)v;
}

static struct view *home_open(struct console *con, const char *arg)
{
	struct home *h = xcalloc(1, sizeof *h);
	(void)arg;
	h->view.con = con;
	h->lists[PANE_CLUSTERS] = list_clusters(con, LIST_SMALL);
	h->lists[PANE_STEPS] = list_steps(con, LIST_SMALL);
	h->lists[PANE_NODES] = list_nodes(con, LIST_SMALL);
	h->shown = 7;
	if (*con->cluster)
		table_select(list_table(h->lists[PANE_CLUSTERS]), con->cluster);
	return &h->view;
}

static void home_close(struct view *v)
{
	struct home *h = home_of(v);
	for (int i = 0; i < PANES; i++)
		list_free(h->lists[i]);
	free(h);
}

/* The selected cluster is the one at hand, and the other panes follow it; when somebody else has chosen
 * another (--cluster, `:name`, a screen above), the selection goes there. */
static void follow_selection(struct home *h)
{
	struct console *con = h->view.con;
	struct mcluster *mc = list_cluster(h->lists[PANE_CLUSTERS]);
	if (strcmp(h->at, con->cluster))
		table_select(list_table(h->lists[PANE_CLUSTERS]), con->cluster);
	else if (mc && strcmp(mc->c->id, con->cluster))
		console_use(con, mc->c->id);
	else
		return;
	snprintf(h->at, sizeof h->at, "%s", con->cluster);
	list_changed(h->lists[PANE_STEPS]);
	list_changed(h->lists[PANE_NODES]);
}

static void home_changed(struct view *v)
{
	struct home *h = home_of(v);
	for (int i = 0; i < PANES; i++)
		list_changed(h->lists[i]);
	follow_selection(h);
}

static void list_pane(struct home *h, int pane, struct draw d, const char *title, const char *note,
                      const struct part *p)
{
	const struct console *con = h->view.con;
	bool focus = h->focus == pane;
	if (draw_w(d) < 3 || draw_h(d) < 2)
		return;
	h->shown |= 1u << pane;
	struct draw in = pane_open(d, con, title, note, focus, p);
	table_draw(list_table(h->lists[pane]), in, focus);
	pane_close(in, con, p);
}

static void title_of(const struct mcluster *mc, const struct glyphs *g, const char *what, char *out,
                     size_t size)
{
	if (mc)
		snprintf(out, size, "%s %s %s", what, g->bullet, cluster_label(mc->c));
	else
		snprintf(out, size, "%s", what);
}

static void steps_note(const struct mcluster *mc, char *out, size_t size)
{
	int running = 0, pending = 0, failed = 0;
	*out = 0;
	for (size_t i = 0; mc && i < mc->c->steps.len; i++) {
		enum step_state s = mc->c->steps.items[i]->state;
		running += s == STEP_RUNNING || s == STEP_CANCEL_PENDING;
		pending += s == STEP_PENDING;
		failed += s == STEP_FAILED;
	}
	int n = 0;
	if (running)
		n += snprintf(out, size, "%d running ", running);
	if (pending)
		n += snprintf(out + n, size - (size_t)n, "%d pending ", pending);
	if (failed)
		n += snprintf(out + n, size - (size_t)n, "%d failed ", failed);
	if (n)
		out[n - 1] = 0;
}

static void draw_left(struct home *h, struct draw d)
{
	struct console *con = h->view.con;
	struct mcluster *mc = console_cluster(con);
	const struct glyphs *g = draw_glyphs(d);
	char title[128], note[64];
	size_t clusters = table_visible(list_table(h->lists[PANE_CLUSTERS]));
	struct layout_item it[] = {
		{ .min = 5, .flex = 1, .max = clusters + 3 < 5 ? 5 : (int)clusters + 3 },
		{ .min = 5, .flex = 2, .priority = 1 },
	};
	if (!clusters)
		it[0].max = 0, it[1].max = 5;
	if (draw_h(d) < 10)
		it[0].max = 0;
	layout_split((struct rect){ 0, 0, draw_w(d), draw_h(d) }, LAYOUT_COLUMN, 0, it, 2);
	list_pane(h, PANE_CLUSTERS, draw_sub(d, it[0].out), "Clusters",
	          table_filter_text(list_table(h->lists[PANE_CLUSTERS])), &con->model->parts[PART_CLUSTERS]);
	title_of(mc, g, "Steps", title, sizeof title);
	steps_note(mc, note, sizeof note);
	list_pane(h, PANE_STEPS, draw_sub(d, it[1].out), title, note, mc ? &mc->parts[CPART_STEPS] : NULL);
}

static void span_text(int64_t span, const char *what, char *out, size_t size)
{
	if (span < range_ms(RANGE_HOUR))
		snprintf(out, size, "%s %dm", what, (int)(span / 60000));
	else
		snprintf(out, size, "%s 1h", what);
}

static void draw_right(struct home *h, struct draw d)
{
	struct console *con = h->view.con;
	struct mcluster *mc = console_cluster(con);
	const struct glyphs *g = draw_glyphs(d);
	char title[128], what[24];
	struct layout_item it[] = {
		{ .min = 4, .max = 12, .flex = 2 },
		{ .min = 4, .max = 10, .flex = 1, .priority = 2 },
		{ .min = 4, .flex = 2, .max = 0, .priority = 1 },
	};
	layout_split((struct rect){ 0, 0, draw_w(d), draw_h(d) }, LAYOUT_COLUMN, 0, it, 3);
	int64_t span = graph_young_span(mc);
	span_text(span, "CPU", what, sizeof what);
	title_of(mc, g, what, title, sizeof title);
	graph_pane(draw_sub(d, it[0].out), con, GRAPH_SET_BUSY, title, mc, "", RANGE_HOUR, span, NULL);
	span_text(span, "Memory", what, sizeof what);
	graph_pane(draw_sub(d, it[1].out), con, GRAPH_SET_MEMORY_SHARE, what, mc, "", RANGE_HOUR, span, NULL);
	list_pane(h, PANE_NODES, draw_sub(d, it[2].out), "Nodes", mc ? mc->parts[CPART_NODES].error : NULL,
	          mc ? &mc->parts[CPART_INSTANCES] : NULL);
}

static void home_draw(struct view *v, struct draw d)
{
	struct home *h = home_of(v);
	int w = draw_w(d), height = draw_h(d);
	h->shown = 0;
	if (w < 76) {
		draw_left(h, d);
		if (!(h->shown >> h->focus & 1))
			h->focus = PANE_CLUSTERS;
		return;
	}
	int left = w < 100 ? w * 57 / 100 : w * 54 / 100;
	draw_left(h, draw_sub(d, (struct rect){ 0, 0, left, height }));
	draw_right(h, draw_sub(d, (struct rect){ left, 0, w - left, height }));
	if (!(h->shown >> h->focus & 1))
		h->focus = PANE_CLUSTERS;
}

static void open_selected(struct home *h)
{
	struct console *con = h->view.con;
	struct step *s = list_step(h->lists[PANE_STEPS]);
	struct instance *in = list_node(h->lists[PANE_NODES]);
	if (h->focus == PANE_CLUSTERS && console_cluster(con))
		console_open(con, &view_cluster, NULL);
	else if (h->focus == PANE_STEPS && s)
		log_open_step(con, con->cluster, s->id, NULL);
	else if (h->focus == PANE_NODES && in)
		console_open(con, &view_graphs, in->id);
}

static bool home_action(struct view *v, int action, const char *arg)
{
	struct home *h = home_of(v);
	struct error err = ERROR_INIT;
	switch (action) {
	case VA_NEXT_PANE:
	case VA_PREV_PANE:
		do
			h->focus = (h->focus + (action == VA_NEXT_PANE ? 1 : PANES - 1)) % PANES;
		while (!(h->shown >> h->focus & 1) && h->focus != PANE_CLUSTERS);
		return true;
	case VA_OPEN:
		open_selected(h);
		return true;
	}
	if (!table_action(list_table(h->lists[h->focus]), action, arg, &err))
		return false;
	if (err.code)
		app_error(v->con->app, &err);
	list_own(h->lists[h->focus]);
	follow_selection(h);
	return true;
}

static bool home_event(struct view *v, const struct event *ev)
{
	struct home *h = home_of(v);
	bool activated = false;
	for (int i = 0; i < PANES; i++) {
		if (!(h->shown >> i & 1) || !table_mouse(list_table(h->lists[i]), ev, &activated))
			continue;
		h->focus = i;
		list_own(h->lists[i]);
		follow_selection(h);
		if (activated)
			open_selected(h);
		return true;
	}
	return false;
}

static const char *home_disabled(struct view *v, int action)
{
	struct home *h = home_of(v);
	if (action == VA_LOGS && !list_step(h->lists[PANE_STEPS]))
		return "there is no step yet: a adds one";
	return NULL;
}

static size_t home_scopes(struct view *v, const struct bind_scope **out)
{
	(void)v;
	out[0] = &bind_home;
	out[1] = &bind_table;
	return 2;
}

static void home_want(struct view *v, struct live_interest *want)
{
	(void)v;
	want->parts = 1u << CPART_GROUPS | 1u << CPART_INSTANCES | 1u << CPART_STEPS | 1u << CPART_PROGRESS |
	              1u << CPART_NODES;
	want->graph = true;
	want->range = RANGE_HOUR;
}

static struct table *home_table(struct view *v)
{
	return list_table(home_of(v)->lists[home_of(v)->focus]);
}

static size_t home_steps(struct view *v, const char **ids, size_t max)
{
	return table_targets(list_table(home_of(v)->lists[PANE_STEPS]), ids, max);
}

static const char *home_selected(struct view *v)
{
	return table_selected(home_table(v));
}

const struct view_ops view_home = { "home", home_open, home_close, home_draw, home_action, home_event,
	home_disabled, home_scopes, home_want, home_changed, home_table, NULL, home_steps, home_selected,
	NULL };
