/* The nodes of the cluster at hand, as Ganglia showed them: a grid of squares coloured by load, and a table
 * with each node's figures. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "views/lists.h"

struct nodes {
	struct view view;
	struct list *list;
	int role;                  /* -1: all */
};

static struct nodes *nodes_of(struct view *v)
{
	return (struct nodes *)v;
}

static struct view *nodes_open(struct console *con, const char *arg)
{
	struct nodes *n = xcalloc(1, sizeof *n);
	n->view.con = con;
	n->list = list_nodes(con, LIST_FULL);
	n->role = arg ? names_parse(&instance_role_names, arg) : -1;
	list_role(n->list, n->role);
	return &n->view;
}

static void nodes_close(struct view *v)
{
	list_free(nodes_of(v)->list);
	free(v);
}

static void nodes_changed(struct view *v)
{
	list_changed(nodes_of(v)->list);
}

static double busy_of(const struct mcluster *mc, const struct instance *in)
{
	const struct node_metrics *n = metrics_node(mc->metrics, in->id);
	return n ? metrics_busy(n->value[METRIC_CPU_IDLE]) : NAN;
}

/* One square per node, in the order of the table's rows, as many as fit. */
static void draw_heat(struct nodes *v, struct draw d, const struct mcluster *mc)
{
	int x = 1, y = 0;
	for (int role = 0; role < 3; role++) {
		for (size_t i = 0; i < mc->c->instances.len; i++) {
			const struct instance *in = mc->c->instances.items[i];
			if ((int)in->role != role || in->state == INSTANCE_TERMINATED ||
			    (v->role >= 0 && v->role != role))
				continue;
			if (x + 2 >= draw_w(d))
				x = 1, y++;
			if (y >= draw_h(d))
				return;
			double busy = busy_of(mc, in);
			heat_draw(d, x, y, 2, isnan(busy) ? 0 : busy / 100, in->state != INSTANCE_RUNNING);
			x += 3;
		}
	}
}

static size_t live_nodes(const struct mcluster *mc)
{
	size_t n = 0;
	for (size_t i = 0; i < mc->c->instances.len; i++)
		n += mc->c->instances.items[i]->state != INSTANCE_TERMINATED;
	return n;
}

static void nodes_title(const struct nodes *v, const struct mcluster *mc, const struct glyphs *g, char *out,
                        size_t size)
{
	static const char *const roles[] = { "Nodes", "Master nodes", "Core nodes", "Task nodes" };
	snprintf(out, size, "%s %s %s", roles[v->role + 1], g->bullet, mc ? cluster_label(mc->c) : "");
}

static void nodes_draw(struct view *view, struct draw d)
{
	struct nodes *v = nodes_of(view);
	struct console *con = view->con;
	struct mcluster *mc = console_cluster(con);
	const struct part *p = mc ? &mc->parts[CPART_INSTANCES] : NULL;
	char title[160], note[128];
	int per_row = draw_w(d) > 8 ? (draw_w(d) - 4) / 3 : 1;
	int rows = mc ? ((int)live_nodes(mc) + per_row - 1) / per_row : 0;
	bool heat = mc && rows > 0 && draw_h(d) >= 16;
	struct layout_item it[] = { { .min = 3, .max = rows + 2 > 6 ? 6 : rows + 2, .flex = 1 },
	                            { .min = 6, .flex = 4 } };
	struct rect all = { 0, 0, draw_w(d), draw_h(d) };
	nodes_title(v, mc, draw_glyphs(d), title, sizeof title);
	if (heat) {
		layout_split(all, LAYOUT_COLUMN, 0, it, 2);
		struct draw in = pane_open(draw_sub(d, it[0].out), con, "Load", "by CPU", false,
		                           &mc->parts[CPART_NODES]);
		draw_heat(v, in, mc);
		pane_close(in, con, &mc->parts[CPART_NODES]);
	} else {
		it[1].out = all;
	}
	snprintf(note, sizeof note, "%zu  %s", table_visible(list_table(v->list)),
	         table_filter_text(list_table(v->list)));
	struct draw in = pane_open(draw_sub(d, it[1].out), con, title, note, true, p);
	table_draw(list_table(v->list), in, true);
	pane_close(in, con, p);
}

static bool nodes_action(struct view *view, int action, const char *arg)
{
	struct nodes *v = nodes_of(view);
	struct error err = ERROR_INIT;
	struct instance *in = list_node(v->list);
	if (action == VA_OPEN) {
		if (in)
			console_open(view->con, &view_graphs, in->id);
		return true;
	}
	if (action == VA_GROUP_FILTER) {
		v->role = v->role == 2 ? -1 : v->role + 1;
		list_role(v->list, v->role);
		return true;
	}
	if (!table_action(list_table(v->list), action, arg, &err))
		return false;
	if (err.code)
		app_error(view->con->app, &err);
	return true;
}

static bool nodes_event(struct view *view, const struct event *ev)
{
	bool activated = false;
	if (!table_mouse(list_table(nodes_of(view)->list), ev, &activated))
		return false;
	if (activated)
		nodes_action(view, VA_OPEN, NULL);
	return true;
}

static size_t nodes_scopes(struct view *v, const struct bind_scope **out)
{
	(void)v;
	out[0] = &bind_nodes;
	out[1] = &bind_table;
	return 2;
}

static void nodes_want(struct view *v, struct live_interest *want)
{
	(void)v;
	want->parts = 1u << CPART_GROUPS | 1u << CPART_INSTANCES | 1u << CPART_NODES;
	want->globals = 1u << PART_INTERRUPTIONS;
}

static struct table *nodes_table(struct view *v)
{
	return list_table(nodes_of(v)->list);
}

static const char *nodes_selected(struct view *v)
{
	return table_selected(nodes_table(v));
}

static const char *nodes_group(struct view *v)
{
	struct instance *in = list_node(nodes_of(v)->list);
	return in ? in->group_id : NULL;
}

const struct view_ops view_nodes = { "nodes", nodes_open, nodes_close, nodes_draw, nodes_action, nodes_event,
	NULL, nodes_scopes, nodes_want, nodes_changed, nodes_table, NULL, NULL, nodes_selected, nodes_group };
