/* What everything costs: all clusters with their rates and sums, and the groups of the selected one. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "views/lists.h"

struct money {
	struct view view;
	struct list *list;
};

static struct money *money_of(struct view *v)
{
	return (struct money *)v;
}

static struct view *money_open(struct console *con, const char *arg)
{
	struct money *m = xcalloc(1, sizeof *m);
	(void)arg;
	m->view.con = con;
	m->list = list_clusters(con, LIST_FULL);
	if (*con->cluster)
		table_select(list_table(m->list), con->cluster);
	return &m->view;
}

static void money_close(struct view *v)
{
	list_free(money_of(v)->list);
	free(v);
}

static void money_changed(struct view *v)
{
	list_changed(money_of(v)->list);
}

/* What the money of clusters that only wait for work comes to. */
static double idle_rate(const struct model *m)
{
	double sum = 0;
	for (size_t i = 0; i < m->clusters.len; i++)
		if (m->clusters.items[i]->c->state == CLUSTER_WAITING)
			sum += m->clusters.items[i]->cost.per_hour;
	return sum;
}

static void draw_sums(const struct console *con, struct draw d)
{
	const struct model *m = con->model;
	const struct glyphs *g = draw_glyphs(d);
	char a[32], b[32], text[600];
	if (!m->cost_known) {
		char why[300];
		const char *reason = pane_reason(con, &m->parts[PART_COST], why, sizeof why);
		pane_say(d, reason ? reason : "no cost is known");
		return;
	}
	double idle = idle_rate(m);
	int x = 1;
	x += draw_text(d, x, 0, ROLE_DIM, "now ");
	x += draw_text(d, x, 0, ROLE_MONEY,
	               text_rate(m->cost_per_hour, m->cost_unknown_rate, g, a, sizeof a)) + 3;
	x += draw_text(d, x, 0, ROLE_DIM, "today ");
	x += draw_text(d, x, 0, ROLE_MONEY,
	               text_money(m->cost_today, m->cost_unknown_rate, g, b, sizeof b)) + 3;
	x += draw_text(d, x, 0, ROLE_DIM, "waiting for work ");
	draw_text(d, x, 0, idle > 0 ? ROLE_WARN : ROLE_OK, text_rate(idle, false, g, a, sizeof a));
	snprintf(text, sizeof text, "List prices of %s, not a bill.%s%s", m->price_date,
	         client_is_local(con->client) ? " Nodes of this machine cost nothing." : "",
	         m->cost_unknown_rate ? " Where an EMR fee is not known, sums are lower bounds." : "");
	draw_paragraph(d, 1, 1, draw_w(d) - 2, draw_h(d) - 1, ROLE_DIM, text);
}

static void draw_group(struct draw d, int y, const struct group_cost *k)
{
	const struct glyphs *g = draw_glyphs(d);
	char rate[32], sum[32], fee[32];
	double each = k->ec2 + (k->emr > 0 ? k->emr : 0);
	if (k->emr < 0)
		snprintf(fee, sizeof fee, "fee unknown");
	else
		snprintf(fee, sizeof fee, "$%.4f fee", k->emr);
	draw_textf(d, 1, y, ROLE_STRONG, "%-7s", k->role);
	draw_textf(d, 9, y, ROLE_TEXT, "%3d %s %-12s", k->count, g->times, k->type);
	draw_textf(d, 28, y, ROLE_DIM, "$%.4f + %s", k->ec2, fee);
	draw_cell(d, 54, y, 11, ALIGN_RIGHT, ROLE_MONEY,
	          text_rate(k->count * each, k->emr < 0, g, rate, sizeof rate));
	draw_cell(d, 66, y, 11, ALIGN_RIGHT, ROLE_MONEY, text_money(k->accrued, k->emr < 0, g, sum, sizeof sum));
}

static void draw_groups(struct draw d, const struct mcluster *mc)
{
	if (!mc->cost.groups.len)
		pane_say(d, "no groups");
	for (size_t i = 0; i < mc->cost.groups.len && (int)i < draw_h(d); i++)
		draw_group(d, (int)i, &mc->cost.groups.items[i]);
}

static void money_draw(struct view *v, struct draw d)
{
	struct console *con = v->con;
	struct mcluster *mc = list_cluster(money_of(v)->list);
	const struct part *p = &con->model->parts[PART_COST];
	struct layout_item it[] = { { .min = 4, .max = 5, .flex = 1 }, { .min = 5, .flex = 3 },
	                            { .min = 3, .max = 8, .flex = 1, .priority = 1 } };
	char title[160];
	size_t n = mc ? mc->cost.groups.len : 0;
	it[2].max = n < 1 ? 3 : (int)n + 2;
	layout_split((struct rect){ 0, 0, draw_w(d), draw_h(d) }, LAYOUT_COLUMN, 0, it, 3);
	struct draw in = pane_open(draw_sub(d, it[0].out), con, "Cost", NULL, false, p);
	draw_sums(con, in);
	pane_close(in, con, p);
	in = pane_open(draw_sub(d, it[1].out), con, "Clusters",
	               table_filter_text(list_table(money_of(v)->list)), true, p);
	table_draw(list_table(money_of(v)->list), in, true);
	pane_close(in, con, p);
	if (!it[2].out.h || !mc)
		return;
	snprintf(title, sizeof title, "Groups %s %s", draw_glyphs(d)->bullet, cluster_label(mc->c));
	draw_groups(pane_open(draw_sub(d, it[2].out), con, title, "per node, per hour; so far", false, NULL), mc);
}

static bool money_action(struct view *v, int action, const char *arg)
{
	struct error err = ERROR_INIT;
	struct mcluster *mc = list_cluster(money_of(v)->list);
	if (action == VA_OPEN) {
		if (mc) {
			console_use(v->con, mc->c->id);
			console_open(v->con, &view_cluster, NULL);
		}
		return true;
	}
	if (!table_action(list_table(money_of(v)->list), action, arg, &err))
		return false;
	if (err.code)
		app_error(v->con->app, &err);
	mc = list_cluster(money_of(v)->list);
	if (mc)
		console_use(v->con, mc->c->id);
	return true;
}

static bool money_event(struct view *v, const struct event *ev)
{
	bool activated = false;
	if (!table_mouse(list_table(money_of(v)->list), ev, &activated))
		return false;
	if (activated)
		money_action(v, VA_OPEN, NULL);
	return true;
}

static size_t money_scopes(struct view *v, const struct bind_scope **out)
{
	(void)v;
	out[0] = &bind_lists;
	out[1] = &bind_table;
	return 2;
}

static void money_want(struct view *v, struct live_interest *want)
{
	(void)v;
	want->globals = 1u << PART_COST;
}

static struct table *money_table(struct view *v)
{
	return list_table(money_of(v)->list);
}

static const char *money_selected(struct view *v)
{
	return table_selected(money_table(v));
}

const struct view_ops view_cost = { "cost", money_open, money_close, money_draw, money_action, money_event,
	NULL, money_scopes, money_want, money_changed, money_table, NULL, NULL, money_selected, NULL };
