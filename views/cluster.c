/* Everything about one cluster. What people ask first stands first: why it is in the state it is in. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/model/fleet.h"
#include "views/facts.h"
#include "views/lists.h"

struct cluster_view {
	struct view view;
	struct table *groups;
	struct scroller scroll;
	bool facts_focus;          /* the facts are scrolled, not the groups */
};

static struct cluster_view *cv_of(struct view *v)
{
	return (struct cluster_view *)v;
}

/* ---- the groups ---- */

enum { G_SIGN, G_ROLE, G_TYPE, G_COUNT, G_STATE, G_MARKET, G_RATE, G_TOTAL, G_REASON, G_ID };

static struct mcluster *mc_of(void *ctx)
{
	return console_cluster(((struct cluster_view *)ctx)->view.con);
}

static size_t group_rows(void *ctx)
{
	struct mcluster *mc = mc_of(ctx);
	return mc ? mc->c->groups.len : 0;
}

static const char *group_id(void *ctx, size_t row)
{
	return mc_of(ctx)->c->groups.items[row]->id;
}

static const struct group_cost *cost_of(const struct mcluster *mc, const char *id)
{
	for (size_t i = 0; i < mc->cost.groups.len; i++)
		if (!strcmp(mc->cost.groups.items[i].id, id))
			return &mc->cost.groups.items[i];
	return NULL;
}

static void group_money(const struct mcluster *mc, const struct instance_group *g, int col,
                        struct table_cell *o)
{
	const struct group_cost *k = cost_of(mc, g->id);
	bool unknown = false;
	char text[32];
	double v = k ? k->count * (k->ec2 + (k->emr > 0 ? k->emr : 0))
	             : model_price(mc->c->region, g->type, g->running, &unknown);
	if (k && k->emr < 0)
		unknown = true;
	bool ended = g->state == GROUP_TERMINATED || g->state == GROUP_ENDED;
	if (col == G_TOTAL ? !k : ended)
		return;
	if (col == G_TOTAL)
		v = k->accrued;
	cell_num(o, ROLE_MONEY, v, "%s", col == G_TOTAL
	         ? text_money(v, unknown, o->glyphs, text, sizeof text)
	         : text_rate(v, unknown, o->glyphs, text, sizeof text));
}

/* A fleet counts in units, of two markets, and may be of several types. */
static bool fleet_cell(const struct instance_group *g, int col, struct table_cell *o)
{
	const struct fleet *f = g->fleet;
	int want = f->target_on_demand + f->target_spot, have = f->provisioned_on_demand + f->provisioned_spot;
	switch (col) {
	case G_TYPE:
		if (f->types.len > 1)
			cell_set(o, ROLE_TEXT, "%s +%zu", g->type ? g->type : "", f->types.len - 1);
		else
			cell_set(o, ROLE_TEXT, "%s", g->type ? g->type : "");
		return true;
	case G_COUNT:
		cell_num(o, have >= want ? ROLE_TEXT : ROLE_WARN, want, have >= want ? "%d u" : "%2$d/%1$d u", want, have);
		return true;
	case G_MARKET:
		if (f->target_on_demand && f->target_spot)
			cell_set(o, ROLE_ACCENT, "%d od+%d spot", f->target_on_demand, f->target_spot);
		else if (f->target_spot)
			cell_set(o, ROLE_ACCENT, "spot");
		else
			cell_set(o, ROLE_DIM, "on demand");
		return true;
	case G_RATE:
		return true;     /* units are no nodes: the cluster's own rate stands above */
	}
	return false;
}

static void group_cell(void *ctx, size_t row, size_t col, struct table_cell *o)
{
	struct mcluster *mc = mc_of(ctx);
	const struct instance_group *g = mc->c->groups.items[row];
	struct state_look look = look_group(o->glyphs, g->state);
	static const char *const roles[] = { "master", "core", "task" };
	if (g->fleet && fleet_cell(g, (int)col, o))
		return;
	switch (col) {
	case G_SIGN:
		cell_set(o, look.style, "%s", look.sign);
		break;
	case G_ROLE:
		cell_set(o, ROLE_STRONG, "%s", roles[g->role]);
		break;
	case G_TYPE:
		cell_set(o, ROLE_TEXT, "%s", g->type ? g->type : "");
		break;
	case G_COUNT:
		if (g->state == GROUP_TERMINATED || g->state == GROUP_ENDED)
			cell_num(o, ROLE_DIM, g->requested, "%d", g->requested);
		else
			cell_num(o, g->running == g->requested ? ROLE_TEXT : ROLE_WARN, g->requested,
		         g->running == g->requested ? "%d" : "%2$d/%1$d", g->requested, g->running);
		break;
	case G_STATE:
		cell_set(o, look.style, "%s", names_get(&group_state_names, g->state));
		break;
	case G_MARKET:
		cell_set(o, g->market == MARKET_SPOT ? ROLE_ACCENT : ROLE_DIM, "%s",
		         g->market == MARKET_SPOT ? "spot" : "on demand");
		break;
	case G_RATE:
	case G_TOTAL:
		group_money(mc, g, (int)col, o);
		break;
	case G_REASON:
		cell_set(o, ROLE_DIM, "%s", g->reason_message ? g->reason_message : "");
		break;
	case G_ID:
		cell_set(o, ROLE_DIM, "%s", g->id);
		break;
	}
}

static const struct table_source group_source = { group_rows, group_id, group_cell, NULL };

static const struct table_column group_columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "GROUP", .min = 6, .max = 8 },
	{ "TYPE", .min = 12, .max = 16 },
	{ "NODES", .min = 5, .max = 7, .align = ALIGN_RIGHT },
	{ "STATE", .min = 9, .max = 15 },
	{ "MARKET", .min = 11, .max = 11, .priority = 3 },
	{ "COST/H", .min = 8, .max = 9, .align = ALIGN_RIGHT, .priority = 1 },
	{ "TOTAL", .min = 8, .max = 9, .align = ALIGN_RIGHT, .priority = 2 },
	{ "WHY", .min = 10, .max = 60, .flex = 2, .priority = 5 },
	{ "ID", .min = 15, .max = 20, .priority = 4 },
};

static struct view *cluster_open(struct console *con, const char *arg)
{
	struct cluster_view *v = xcalloc(1, sizeof *v);
	(void)arg;
	v->view.con = con;
	v->groups = table_new("groups", group_columns, sizeof group_columns / sizeof *group_columns,
	                      &group_source, v);
	return &v->view;
}

static void cluster_close(struct view *v)
{
	table_free(cv_of(v)->groups);
	free(v);
}

static void cluster_changed(struct view *v)
{
	table_changed(cv_of(v)->groups);
}

/* ---- the facts ---- */

static void on_off(struct facts *f, const char *label, bool on, const char *yes, const char *no)
{
	fact(f, label, ROLE_TEXT, on ? yes : no);
}

static void state_facts(struct facts *f, const struct mcluster *mc)
{
	const struct cluster *c = mc->c;
	struct state_look look = look_cluster(draw_glyphs(f->d), c);
	struct buf why = BUF_INIT;
	char text[200];
	if (c->reason)
		buf_addf(&why, "%s%s", names_get(&cluster_reason_names, c->reason),
		         c->reason_message && *c->reason_message ? ": " : "");
	buf_adds(&why, c->reason_message ? c->reason_message : "");
	snprintf(text, sizeof text, "%s %s", look.sign, names_get(&cluster_state_names, c->state));
	fact(f, "state", look.style, text);
	fact(f, "why", c->state == CLUSTER_TERMINATED_WITH_ERRORS ? ROLE_ERROR : ROLE_STRONG, buf_str(&why));
	buf_free(&why);
}

static void cost_facts(struct facts *f, const struct mcluster *mc)
{
	const struct cluster_cost *k = &mc->cost;
	const struct glyphs *g = draw_glyphs(f->d);
	char rate[32], today[32], total[32], text[200];
	if (!k->known)
		return;
	text_rate(k->per_hour, k->unknown_rate && !cluster_state_ended(mc->c->state), g, rate, sizeof rate);
	if (k->estimate)
		snprintf(text, sizeof text, "%s (estimate from list prices)", rate);
	else
		snprintf(text, sizeof text, "%s, today %s, so far %s", rate,
		         text_money(k->today, k->unknown_rate, g, today, sizeof today),
		         text_money(k->accrued, k->unknown_rate, g, total, sizeof total));
	fact(f, "cost", ROLE_MONEY, text);
}

static void time_facts(struct facts *f, const struct cluster *c)
{
	int64_t now = console_now();
	char text[64];
	fact(f, "created", ROLE_TEXT, text_when(c->timeline.created, now, text, sizeof text));
	if (c->timeline.ready)
		fact(f, "ready", ROLE_TEXT, text_when(c->timeline.ready, now, text, sizeof text));
	if (c->timeline.ended)
		fact(f, "ended", ROLE_TEXT, text_when(c->timeline.ended, now, text, sizeof text));
}

static void option_facts(struct facts *f, const struct mcluster *mc)
{
	const struct cluster *c = mc->c;
	char text[128];
	if (!mc->described)
		return;
	on_off(f, "after last step", c->keep_alive, "waits for more steps", "terminates");
	on_off(f, "protection", c->termination_protected, "on: cannot be terminated", "off");
	snprintf(text, sizeof text, "%d at a time", c->step_concurrency);
	fact(f, "steps", ROLE_TEXT, text);
	if (c->idle_timeout_s) {
		char age[24];
		snprintf(text, sizeof text, "terminates after %s without work",
		         clock_duration(c->idle_timeout_s * 1000, age, sizeof age));
		fact(f, "idle", ROLE_TEXT, text);
	}
	on_off(f, "sick nodes", c->unhealthy_replacement, "are replaced", "are kept");
	fact(f, "scale-in", ROLE_TEXT, c->scale_down_behavior);
}

static void place_facts(struct facts *f, const struct cluster *c, bool local)
{
	struct buf apps = BUF_INIT, tags = BUF_INIT;
	fact(f, "release", ROLE_TEXT, c->release_label);
	for (size_t i = 0; i < c->applications.len; i++)
		buf_addf(&apps, "%s%s%s%s", i ? ", " : "", c->applications.items[i].name,
		         c->applications.items[i].version ? " " : "",
		         c->applications.items[i].version ? c->applications.items[i].version : "");
	fact(f, "applications", ROLE_TEXT, buf_str(&apps));
	fact(f, "logs", ROLE_TEXT, c->log_uri ? c->log_uri : local ? "in the server's own folder" : "none are kept");
	fact(f, "master", ROLE_TEXT, c->master_dns);
	fact(f, "subnet", ROLE_TEXT, c->subnet_id);
	fact(f, "zone", ROLE_TEXT, c->availability_zone);
	fact(f, "key", ROLE_TEXT, c->key_name);
	fact(f, "role", ROLE_TEXT, c->service_role);
	fact(f, "node role", ROLE_TEXT, c->instance_profile);
	fact(f, "security", ROLE_TEXT, c->security_configuration);
	for (size_t i = 0; i < c->tags.len; i++)
		buf_addf(&tags, "%s%s=%s", i ? ", " : "", c->tags.items[i].key, c->tags.items[i].value);
	fact(f, "tags", ROLE_TEXT, buf_str(&tags));
	buf_free(&apps);
	buf_free(&tags);
}

static void list_facts(struct facts *f, const struct cluster *c)
{
	for (size_t i = 0; i < c->bootstrap_actions.len; i++) {
		struct buf b = BUF_INIT;
		const struct bootstrap_action *a = &c->bootstrap_actions.items[i];
		buf_addf(&b, "%s: %s", a->name, a->path);
		for (size_t j = 0; j < a->args.len; j++)
			buf_addf(&b, " %s", a->args.items[j]);
		fact(f, i ? "" : "bootstrap", ROLE_TEXT, buf_str(&b));
		buf_free(&b);
	}
	for (size_t i = 0; i < c->configurations.len; i++) {
		const struct configuration *k = c->configurations.items[i];
		struct buf b = BUF_INIT;
		buf_addf(&b, "%s:", k->classification);
		for (size_t j = 0; j < k->properties.len; j++)
			buf_addf(&b, " %s=%s", k->properties.items[j].key, k->properties.items[j].value);
		fact(f, i ? "" : "configuration", ROLE_TEXT, buf_str(&b));
		buf_free(&b);
	}
}

static void step_facts(struct facts *f, const struct mcluster *mc)
{
	int n[STEP_STATES] = { 0 };
	char text[200];
	for (size_t i = 0; i < mc->c->steps.len; i++)
		n[mc->c->steps.items[i]->state]++;
	if (!mc->parts[CPART_STEPS].fetched)
		return;
	snprintf(text, sizeof text, "%d running, %d pending, %d completed, %d failed, %d cancelled",
	         n[STEP_RUNNING] + n[STEP_CANCEL_PENDING], n[STEP_PENDING], n[STEP_COMPLETED],
	         n[STEP_FAILED], n[STEP_CANCELLED] + n[STEP_INTERRUPTED]);
	fact(f, "queue", n[STEP_FAILED] ? ROLE_WARN : ROLE_TEXT, text);
}

static void draw_facts(struct cluster_view *v, struct draw d, const struct mcluster *mc)
{
	bool two = draw_w(d) >= 110;
	int w = two ? draw_w(d) / 2 - 1 : draw_w(d) - 2;
	struct facts f = { .d = d, .x = 1, .w = w, .scroll = v->scroll.top };
	state_facts(&f, mc);
	cost_facts(&f, mc);
	step_facts(&f, mc);
	time_facts(&f, mc->c);
	int left = f.y;
	if (two) {
		f.x = w + 2;
		f.y = 0;
	}
	option_facts(&f, mc);
	place_facts(&f, mc->c, client_is_local(v->view.con->client));
	list_facts(&f, mc->c);
	if (!two || f.y > left)
		left = f.y;
	fact(&f, "id", ROLE_DIM, mc->c->id);
	v->scroll.lines = left + 1;
}

static void cluster_draw(struct view *view, struct draw d)
{
	struct cluster_view *v = cv_of(view);
	struct console *con = view->con;
	struct mcluster *mc = console_cluster(con);
	int groups = mc ? (int)mc->c->groups.len + 3 : 4;
	struct layout_item it[] = { { .min = 6, .flex = 3 },
	                            { .min = 4, .max = groups, .flex = 2, .priority = 1 } };
	layout_split((struct rect){ 0, 0, draw_w(d), draw_h(d) }, LAYOUT_COLUMN, 0, it, 2);
	if (!mc) {
		pane_say(pane_open(d, con, "Cluster", NULL, true, NULL), "there is no cluster yet: c creates one");
		return;
	}
	const struct part *p = &mc->parts[CPART_DETAIL];
	char note[64] = "";
	/* The frame tells how much there is before the facts are drawn: count them in a window without height. */
	struct draw box = draw_sub(d, it[0].out);
	draw_facts(v, draw_sub(box, (struct rect){ 1, 1, draw_w(box) - 2, 0 }), mc);
	v->scroll.rows = draw_h(box) - 2;
	scroller_limit(&v->scroll);
	scroller_note(&v->scroll, note, sizeof note);
	struct draw in = pane_open(box, con, cluster_label(mc->c), note, v->facts_focus, p);
	draw_facts(v, in, mc);
	pane_close(in, con, p);
	if (!it[1].out.h)
		return;
	p = &mc->parts[mc->c->uses_fleets ? CPART_FLEETS : CPART_GROUPS];
	bool fleets = mc->c->uses_fleets;
	in = pane_open(draw_sub(d, it[1].out), con, fleets ? "Fleets" : "Groups",
	               fleets ? "in units, + scales the selected one" : "+ scales the selected one", !v->facts_focus, p);
	char why[300];
	if (!mc->c->groups.len && pane_reason(con, p, why, sizeof why))
		pane_say(in, why);
	else
		table_draw(v->groups, in, !v->facts_focus);
	pane_close(in, con, p);
}

static bool cluster_action(struct view *view, int action, const char *arg)
{
	struct cluster_view *v = cv_of(view);
	struct mcluster *mc = console_cluster(view->con);
	struct error err = ERROR_INIT;
	const struct instance_group *g;
	switch (action) {
	case VA_NEXT_PANE:
	case VA_PREV_PANE:
		v->facts_focus = !v->facts_focus;
		return true;
	case VA_OPEN:
		g = mc && table_selected(v->groups) ? cluster_group(mc->c, table_selected(v->groups)) : NULL;
		if (g)
			console_open(view->con, &view_nodes, names_get(&instance_role_names, g->role));
		return true;
	}
	if (v->facts_focus && scroller_action(&v->scroll, action))
		return true;
	if (!table_action(v->groups, action, arg, &err))
		return false;
	if (err.code)
		app_error(view->con->app, &err);
	return true;
}

static bool cluster_event(struct view *view, const struct event *ev)
{
	struct cluster_view *v = cv_of(view);
	bool activated = false;
	if (table_mouse(v->groups, ev, &activated)) {
		v->facts_focus = false;
		if (activated)
			cluster_action(view, VA_OPEN, NULL);
		return true;
	}
	if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN) {
		v->scroll.top += ev->mouse == MOUSE_WHEEL_UP ? -2 : 2;
		scroller_limit(&v->scroll);
		return true;
	}
	return false;
}

static size_t cluster_scopes(struct view *v, const struct bind_scope **out)
{
	(void)v;
	out[0] = &bind_cluster;
	out[1] = &bind_table;
	return 2;
}

static void cluster_want(struct view *v, struct live_interest *want)
{
	(void)v;
	want->parts = 1u << CPART_DETAIL | 1u << CPART_GROUPS | 1u << CPART_STEPS | 1u << CPART_BOOTSTRAP |
	              1u << CPART_INSTANCES;
}

static struct table *cluster_table(struct view *v)
{
	return cv_of(v)->groups;
}

static const char *cluster_selected(struct view *v)
{
	struct cluster_view *cv = cv_of(v);
	return cv->facts_focus ? v->con->cluster : table_selected(cv->groups);
}

static const char *cluster_selected_group(struct view *v)
{
	return table_selected(cv_of(v)->groups);
}

const struct view_ops view_cluster = { "cluster", cluster_open, cluster_close, cluster_draw, cluster_action,
	cluster_event, NULL, cluster_scopes, cluster_want, cluster_changed, cluster_table, NULL, NULL,
	cluster_selected, cluster_selected_group };
