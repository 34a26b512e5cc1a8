/* Five graphs over one range, of the whole cluster or of one node, with a cursor that reads all of them at
 * the same instant. */
#include <stdio.h>
#include <string.h>

#include "views/graph_set.h"

struct graphs {
	struct view view;
	char instance[MODEL_ID_SIZE];    /* "" = the whole cluster */
	enum range range;
	int cursor;
	int width;                       /* of a graph, as last drawn */
};

static struct graphs *graphs_of(struct view *v)
{
	return (struct graphs *)v;
}

static struct view *graphs_open(struct console *con, const char *arg)
{
	struct graphs *g = xcalloc(1, sizeof *g);
	g->view.con = con;
	g->cursor = -1;
	snprintf(g->instance, sizeof g->instance, "%s", arg ? arg : "");
	return &g->view;
}

static void graphs_close(struct view *v)
{
	free(v);
}

static void title_of(const struct graphs *g, enum graph_set s, const struct mcluster *mc, char *out,
                     size_t size)
{
	const struct instance *in = mc && *g->instance ? cluster_instance(mc->c, g->instance) : NULL;
	static const char *const roles[] = { "master", "core", "task" };
	if (in)
		snprintf(out, size, "%s %s  %s %s", graph_set_title(s), range_name(g->range), roles[in->role],
		         *in->ec2_id ? in->ec2_id : in->id);
	else
		snprintf(out, size, "%s %s  %s", graph_set_title(s), range_name(g->range),
		         mc ? cluster_label(mc->c) : "");
}

static void one(struct graphs *g, struct draw d, enum graph_set s)
{
	char title[160];
	struct mcluster *mc = console_cluster(g->view.con);
	title_of(g, s, mc, title, sizeof title);
	g->width = draw_w(d) - 2;
	graph_pane(d, g->view.con, s, title, mc, g->instance, g->range, 0, &g->cursor);
}

/* Wide: CPU across, the rest in two columns. Narrow: one column, the last ones dropped first. */
static void graphs_draw(struct view *v, struct draw d)
{
	struct graphs *g = graphs_of(v);
	static const enum graph_set rest[] = { GRAPH_SET_LOAD, GRAPH_SET_MEMORY, GRAPH_SET_NETWORK,
	                                       GRAPH_SET_DISK };
	struct rect all = { 0, 0, draw_w(d), draw_h(d) };
	if (draw_w(d) >= 76 && draw_h(d) >= 15) {
		struct layout_item rows[] = { { .min = 5, .flex = 1 }, { .min = 5, .flex = 1 },
		                              { .min = 5, .flex = 1 } };
		layout_split(all, LAYOUT_COLUMN, 0, rows, 3);
		int half = draw_w(d) / 2;
		for (int i = 0; i < 4; i++) {
			struct rect r = rows[1 + i / 2].out;
			r.x = i % 2 ? half : 0;
			r.w = i % 2 ? draw_w(d) - half : half;
			one(g, draw_sub(d, r), rest[i]);
		}
		one(g, draw_sub(d, rows[0].out), GRAPH_SET_CPU);
		return;
	}
	struct layout_item rows[5];
	memset(rows, 0, sizeof rows);
	for (int i = 0; i < 5; i++)
		rows[i] = (struct layout_item){ .min = 4, .flex = 1, .priority = i };
	layout_split(all, LAYOUT_COLUMN, 0, rows, 5);
	for (int i = 4; i >= 0; i--)
		if (rows[i].out.h)
			one(g, draw_sub(d, rows[i].out), i ? rest[i - 1] : GRAPH_SET_CPU);
}

/* The whole cluster comes before its first node and after its last. */
static void next_node(struct graphs *g, int step)
{
	struct mcluster *mc = console_cluster(g->view.con);
	const struct instance *live[256];
	int n = 0, at = -1;
	for (size_t i = 0; mc && i < mc->c->instances.len && n < 256; i++) {
		if (mc->c->instances.items[i]->state == INSTANCE_TERMINATED)
			continue;
		live[n] = mc->c->instances.items[i];
		if (!strcmp(live[n]->id, g->instance))
			at = n;
		n++;
	}
	at = (at + 1 + step + n + 1) % (n + 1) - 1;
	snprintf(g->instance, sizeof g->instance, "%s", at < 0 ? "" : live[at]->id);
}

static void set_range(struct graphs *g, int range)
{
	if (range < 0 || range >= RANGE_COUNT)
		return;
	g->range = range;
	g->cursor = -1;
}

static bool range_named(struct graphs *g, const char *name)
{
	for (int i = 0; i < RANGE_COUNT; i++) {
		if (!strcmp(range_name(i), name)) {
			set_range(g, i);
			return true;
		}
	}
	app_message(g->view.con->app, MESSAGE_ERROR, "there is no range %s: 1h 2h 4h day week", name);
	return false;
}

static bool graphs_action(struct view *v, int action, const char *arg)
{
	struct graphs *g = graphs_of(v);
	if (action >= VA_RANGE_1H && action <= VA_RANGE_WEEK) {
		set_range(g, action - VA_RANGE_1H);
		return true;
	}
	switch (action) {
	case VA_RANGE_NEXT:
		if (arg && *arg)
			range_named(g, arg);
		else
			set_range(g, (g->range + 1) % RANGE_COUNT);
		return true;
	case VA_RANGE_PREV:
		set_range(g, (int)g->range - 1);
		return true;
	case VA_NODE_NEXT:
	case VA_NODE_PREV:
		next_node(g, action == VA_NODE_NEXT ? 1 : -1);
		return true;
	case ACT_BACK:
		if (g->cursor < 0)
			return false;
		g->cursor = -1;
		return true;
	}
	return graph_action(&g->cursor, g->width, action);
}

static size_t graphs_scopes(struct view *v, const struct bind_scope **out)
{
	(void)v;
	out[0] = &bind_graphs;
	out[1] = &bind_graph;
	return 2;
}

static void graphs_want(struct view *v, struct live_interest *want)
{
	struct graphs *g = graphs_of(v);
	want->parts = 1u << CPART_GROUPS | 1u << CPART_INSTANCES;
	want->graph = true;
	want->range = g->range;
	memcpy(want->instance, g->instance, sizeof want->instance);
}

static const char *graphs_selected(struct view *v)
{
	struct graphs *g = graphs_of(v);
	return *g->instance ? g->instance : g->view.con->cluster;
}

const struct view_ops view_graphs = { "graphs", graphs_open, graphs_close, graphs_draw, graphs_action, NULL,
	NULL, graphs_scopes, graphs_want, NULL, NULL, NULL, NULL, graphs_selected, NULL };
