/* Rows are collected into an index when the model changes; cells are read from the model when they are
 * drawn. Ids are the model's, so a row that moves keeps its selection. */
#include "views/lists.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"

struct list;
struct list_kind {
	void (*collect)(struct list *l);
	const char *(*id)(const void *row);
	void (*cell)(struct list *l, const void *row, int what, struct table_cell *out);
	const char *(*empty)(struct list *l);
};

struct list {
	struct console *con;
	const struct list_kind *kind;
	const int *what;             /* column → what it shows */
	struct table *table;
	VEC(void *) rows;
	char of[MODEL_ID_SIZE];      /* the cluster whose rows these are */
	int role;
	bool own;                    /* a person has moved the selection: it is not moved any more */
	char fresh[MODEL_ID_SIZE];   /* the last new step that was selected */
	char text[300];
};

static size_t rows_of(void *ctx)
{
	return ((struct list *)ctx)->rows.len;
}

static const char *id_of(void *ctx, size_t row)
{
	struct list *l = ctx;
	return l->kind->id(l->rows.items[row]);
}

static void cell_of(void *ctx, size_t row, size_t col, struct table_cell *out)
{
	struct list *l = ctx;
	l->kind->cell(l, l->rows.items[row], l->what[col], out);
}

static const char *empty_of(void *ctx)
{
	struct list *l = ctx;
	return l->kind->empty(l);
}

static const struct table_source source = { rows_of, id_of, cell_of, empty_of };

static struct list *list_new(struct console *con, const char *name, const struct list_kind *kind,
                             const struct table_column *cols, const int *what, size_t n)
{
	struct list *l = xcalloc(1, sizeof *l);
	l->con = con;
	l->kind = kind;
	l->what = what;
	l->role = -1;
	l->table = table_new(name, cols, n, &source, l);
	list_changed(l);
	return l;
}

void list_free(struct list *l)
{
	table_free(l->table);
	vec_free(&l->rows);
	free(l);
}

struct table *list_table(const struct list *l)
{
	return l->table;
}

void list_changed(struct list *l)
{
	l->rows.len = 0;
	l->kind->collect(l);
	table_changed(l->table);
}

void list_role(struct list *l, int role)
{
	l->role = role;
	list_changed(l);
}

void list_own(struct list *l)
{
	l->own = true;
}

static void *selected(const struct list *l)
{
	long row = table_selected_row(l->table);
	return row >= 0 && (size_t)row < l->rows.len ? l->rows.items[row] : NULL;
}

/* "asking …", the error, or the sentence for a list that really is empty. */
static const char *nothing(struct list *l, const struct part *p, const char *sentence)
{
	const char *why = pane_reason(l->con, p, l->text, sizeof l->text);
	return why ? why : sentence;
}

/* ---- clusters ---- */

enum { K_SIGN, K_NAME, K_ID, K_STATE, K_SIZE, K_RATE, K_TODAY, K_TOTAL, K_AGE, K_CREATED, K_ALARMS };

static void clusters_collect(struct list *l)
{
	const struct model *m = l->con->model;
	for (int ended = 0; ended < 2; ended++) {
		if (ended && !l->con->show_ended)
			continue;
		for (size_t i = 0; i < m->clusters.len; i++)
			if (cluster_state_ended(m->clusters.items[i]->c->state) == !!ended)
				vec_push(&l->rows, (void *)m->clusters.items[i]);
	}
}

static const char *cluster_id(const void *row)
{
	return ((const struct mcluster *)row)->c->id;
}

static void cluster_money(const struct mcluster *mc, int what, struct table_cell *o)
{
	const struct cluster_cost *k = &mc->cost;
	char text[32];
	double v = what == K_RATE ? k->per_hour : what == K_TODAY ? k->today : k->accrued;
	if (!k->known || (k->estimate && what != K_RATE))
		return;
	if (what == K_RATE && cluster_state_ended(mc->c->state))
		return;
	cell_num(o, v > 0 ? ROLE_MONEY : ROLE_DIM, v, "%s",
	         what == K_RATE ? text_rate(v, k->unknown_rate, o->glyphs, text, sizeof text)
	                        : text_money(v, k->unknown_rate, o->glyphs, text, sizeof text));
}

static void cluster_cell(struct list *l, const void *row, int what, struct table_cell *o)
{
	const struct mcluster *mc = row;
	const struct cluster *c = mc->c;
	struct state_look look = look_cluster(o->glyphs, c);
	bool ended = cluster_state_ended(c->state);
	int64_t now = console_now();
	char text[64];
	size_t n;
	switch (what) {
	case K_SIGN:
		cell_set(o, look.style, "%s", look.sign);
		break;
	case K_NAME:
		cell_set(o, ended ? ROLE_OFF : ROLE_STRONG, "%s", cluster_label(c));
		break;
	case K_ID:
		cell_set(o, ROLE_DIM, "%s", c->id);
		break;
	case K_STATE:
		cell_set(o, look.style, "%s", o->width && o->width < 22 && c->state == CLUSTER_TERMINATED_WITH_ERRORS
		         ? "TERM_ERRORS" : names_get(&cluster_state_names, c->state));
		break;
	case K_SIZE:
		cell_set(o, ended ? ROLE_OFF : ROLE_TEXT, "%s", ended ? "" : text_size(mc, text, sizeof text));
		break;
	case K_RATE:
	case K_TODAY:
	case K_TOTAL:
		cluster_money(mc, what, o);
		break;
	case K_AGE:
		if (c->timeline.created)
			cell_num(o, ROLE_DIM, (double)((c->timeline.ended ? c->timeline.ended : now) -
			                               c->timeline.created),
			         "%s", clock_duration((c->timeline.ended ? c->timeline.ended : now) -
			                              c->timeline.created, text, sizeof text));
		break;
	case K_CREATED:
		if (c->timeline.created)
			cell_num(o, ROLE_DIM, (double)c->timeline.created, "%s",
			         text_date(c->timeline.created, text, sizeof text));
		break;
	case K_ALARMS:
		n = model_alarms_of(l->con->model, c->id);
		if (n)
			cell_num(o, ROLE_WARN, (double)n, "%s %zu", o->glyphs->warn, n);
		break;
	}
}

static const char *clusters_empty(struct list *l)
{
	const struct model *m = l->con->model;
	if (m->clusters.len)
		return "all clusters have ended: E shows them, c creates one";
	return nothing(l, &m->parts[PART_CLUSTERS],
	               "There is no cluster yet. Press c to create one: its nodes are processes on this "
	               "machine, no cloud account is needed. Press ? for all keys.");
}

static const struct list_kind clusters_kind = { clusters_collect, cluster_id, cluster_cell, clusters_empty };

struct list *list_clusters(struct console *con, enum list_size size)
{
	static const struct table_column small[] = {
		{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
		{ "NAME", .min = 11, .max = 40, .flex = 3 },
		{ "ID", .min = 9, .max = 15, .flex = 1, .priority = 4 },
		{ "STATE", .min = 11, .max = 22, .flex = 1 },
		{ "SIZE", .min = 5, .max = 8, .priority = 2 },
		{ "COST", .min = 8, .max = 9, .align = ALIGN_RIGHT, .priority = 1, .flags = COL_DESC },
		{ "UP", .min = 9, .max = 9, .align = ALIGN_RIGHT, .priority = 5,
		  .flags = COL_TIME | COL_DESC },
		{ "ALARMS", .min = 6, .priority = 6, .align = ALIGN_RIGHT, .flags = COL_DESC | COL_HIDDEN },
	};
	static const int small_what[] = { K_SIGN, K_NAME, K_ID, K_STATE, K_SIZE, K_RATE, K_AGE, K_ALARMS };
	static const struct table_column full[] = {
		{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
		{ "NAME", .min = 10, .max = 40, .flex = 3 },
		{ "ID", .min = 10, .max = 15, .priority = 5 },
		{ "STATE", .min = 10, .max = 22, .flex = 1 },
		{ "SIZE", .min = 5, .max = 8, .priority = 3 },
		{ "COST/H", .min = 8, .max = 9, .align = ALIGN_RIGHT, .flags = COL_DESC },
		{ "TODAY", .min = 8, .max = 10, .align = ALIGN_RIGHT, .flags = COL_DESC },
		{ "TOTAL", .min = 8, .max = 10, .align = ALIGN_RIGHT, .priority = 1, .flags = COL_DESC },
		{ "UP", .min = 8, .max = 9, .align = ALIGN_RIGHT, .priority = 2,
		  .flags = COL_TIME | COL_DESC },
	};
	static const int full_what[] = { K_SIGN, K_NAME, K_ID, K_STATE, K_SIZE, K_RATE, K_TODAY, K_TOTAL,
	                                 K_AGE };
	if (size == LIST_SMALL)
		return list_new(con, "clusters", &clusters_kind, small, small_what,
		                sizeof small / sizeof *small);
	return list_new(con, "cost", &clusters_kind, full, full_what, sizeof full / sizeof *full);
}

struct mcluster *list_cluster(const struct list *l)
{
	return selected(l);
}

/* ---- steps ---- */

enum { S_SIGN, S_NAME, S_STATE, S_TIME, S_PROGRESS, S_ID, S_STARTED, S_ENDED, S_ON_FAILURE, S_COMMAND };

/* Until a person moves it the selection is on what runs, or on what ended last; a step that was just added
 * is selected in any case. */
static void steps_choose(struct list *l, const struct step *first)
{
	const char *fresh = l->con->new_step;
	const struct step *last = l->rows.len ? l->rows.items[l->rows.len - 1] : NULL;
	if (*fresh && strcmp(l->fresh, fresh) && last && cluster_step(console_cluster(l->con)->c, fresh)) {
		snprintf(l->fresh, sizeof l->fresh, "%s", fresh);
		table_select(l->table, fresh);
		l->own = true;
	} else if (!l->own && last) {
		table_select(l->table, first ? first->id : last->id);
	}
}

static void steps_collect(struct list *l)
{
	struct mcluster *mc = console_cluster(l->con);
	const struct step *first = NULL;
	if (strcmp(l->of, l->con->cluster)) {
		snprintf(l->of, sizeof l->of, "%s", l->con->cluster);
		l->own = false;
	}
	if (!mc)
		return;
	for (size_t i = 0; i < mc->c->steps.len; i++) {
		struct step *s = mc->c->steps.items[i];
		vec_push(&l->rows, (void *)s);
		if (!first && step_state_active(s->state))
			first = s;
	}
	steps_choose(l, first);
}

static const char *step_id(const void *row)
{
	return ((const struct step *)row)->id;
}

static void step_progress_cell(struct list *l, const struct step *s, struct table_cell *o)
{
	struct mcluster *mc = console_cluster(l->con);
	const struct step_progress *p = mc ? model_progress(mc, s->id) : NULL;
	char text[200];
	if (s->state == STEP_FAILED)
		cell_set(o, ROLE_ERROR, "%s", s->failure_message && *s->failure_message
		         ? s->failure_message : s->failure_reason ? s->failure_reason : "");
	else if (s->state == STEP_RUNNING && p && p->fraction >= 0) {
		cell_num(o, ROLE_RUN, p->fraction * 100, "%.0f%%", p->fraction * 100);
		o->bar = p->fraction;
	} else if (p && (p->rows_in || p->rows_out || s->state == STEP_RUNNING))
		cell_set(o, ROLE_DIM, "%s", text_progress(p, o->glyphs, text, sizeof text));
	else if (s->reason_message)
		cell_set(o, ROLE_DIM, "%s", s->reason_message);
}

static void step_cell(struct list *l, const void *row, int what, struct table_cell *o)
{
	const struct step *s = row;
	struct state_look look = look_step(o->glyphs, s->state);
	int64_t ms = step_elapsed(s, console_now());
	char text[300];
	switch (what) {
	case S_SIGN:
		cell_set(o, look.style, "%s", look.sign);
		break;
	case S_NAME:
		cell_set(o, s->state == STEP_CANCELLED ? ROLE_OFF : ROLE_STRONG, "%s", s->name ? s->name : s->id);
		break;
	case S_STATE:
		cell_set(o, look.style, "%s", names_get(&step_state_names, s->state));
		break;
	case S_TIME:
		if (ms >= 0)
			cell_num(o, ROLE_TEXT, (double)ms, "%s", clock_duration(ms, text, sizeof text));
		break;
	case S_PROGRESS:
		step_progress_cell(l, s, o);
		break;
	case S_ID:
		cell_set(o, ROLE_DIM, "%s", s->id);
		break;
	case S_STARTED:
		if (s->timeline.ready)
			cell_num(o, ROLE_DIM, (double)s->timeline.ready, "%s",
			         text_date(s->timeline.ready, text, sizeof text));
		break;
	case S_ENDED:
		if (s->timeline.ended)
			cell_num(o, ROLE_DIM, (double)s->timeline.ended, "%s",
			         text_date(s->timeline.ended, text, sizeof text));
		break;
	case S_ON_FAILURE:
		cell_set(o, ROLE_DIM, "%s", names_get(&step_on_failure_names, s->on_failure));
		break;
	case S_COMMAND:
		cell_set(o, ROLE_DIM, "%s", text_args(s, text, sizeof text));
		break;
	}
}

static const char *steps_empty(struct list *l)
{
	struct mcluster *mc = console_cluster(l->con);
	if (!mc)
		return "";
	return nothing(l, &mc->parts[CPART_STEPS], "The queue is empty. Press a to add a step.");
}

static const struct list_kind steps_kind = { steps_collect, step_id, step_cell, steps_empty };

struct list *list_steps(struct console *con, enum list_size size)
{
	static const struct table_column small[] = {
		{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
		{ "STEP", .min = 9, .max = 40, .flex = 3 },
		{ "STATE", .min = 10, .max = 14 },
		{ "TIME", .min = 6, .max = 9, .align = ALIGN_RIGHT, .flags = COL_TIME | COL_DESC },
		{ "PROGRESS", .min = 10, .max = 60, .flex = 3, .priority = 1, .flags = COL_DESC },
	};
	static const int small_what[] = { S_SIGN, S_NAME, S_STATE, S_TIME, S_PROGRESS };
	static const struct table_column full[] = {
		{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
		{ "STEP", .min = 10, .max = 36, .flex = 3 },
		{ "STATE", .min = 10, .max = 14 },
		{ "TIME", .min = 7, .max = 9, .align = ALIGN_RIGHT, .flags = COL_TIME | COL_DESC },
		{ "PROGRESS", .min = 20, .max = 60, .flex = 3, .flags = COL_DESC },
		{ "STARTED", .min = 12, .max = 12, .priority = 2 },
		{ "ENDED", .min = 12, .max = 12, .priority = 4 },
		{ "ON FAILURE", .min = 10, .max = 18, .priority = 5 },
		{ "ID", .min = 15, .max = 22, .priority = 6 },
		{ "COMMAND", .min = 16, .flex = 4, .priority = 3 },
	};
	static const int full_what[] = { S_SIGN, S_NAME, S_STATE, S_TIME, S_PROGRESS, S_STARTED, S_ENDED,
	                                 S_ON_FAILURE, S_ID, S_COMMAND };
	if (size == LIST_SMALL)
		return list_new(con, "steps", &steps_kind, small, small_what, sizeof small / sizeof *small);
	return list_new(con, "all-steps", &steps_kind, full, full_what, sizeof full / sizeof *full);
}

struct step *list_step(const struct list *l)
{
	return selected(l);
}

/* ---- nodes ---- */

enum { N_HEAT, N_ROLE, N_ID, N_EC2, N_TYPE, N_STATE, N_MARKET, N_CPU, N_MEM, N_LOAD, N_DISK,
       N_NET, N_HOST, N_UP };

static void nodes_collect(struct list *l)
{
	struct mcluster *mc = console_cluster(l->con);
	if (!mc)
		return;
	bool over = cluster_state_ended(mc->c->state);
	for (int role = 0; role < 3; role++) {
		for (size_t i = 0; i < mc->c->instances.len; i++) {
			struct instance *in = mc->c->instances.items[i];
			if ((int)in->role == role && (over || in->state != INSTANCE_TERMINATED) &&
			    (l->role < 0 || l->role == role))
				vec_push(&l->rows, (void *)in);
		}
	}
}

static const char *node_id(const void *row)
{
	return ((const struct instance *)row)->id;
}

static double node_value(const struct node_metrics *n, int m)
{
	return n && console_now() - n->time < 60000 ? n->value[m] : NAN;
}

static double node_memory(const struct node_metrics *n)
{
	return node_value(n, METRIC_MEM_USED) / node_value(n, METRIC_MEM_TOTAL) * 100;
}

static void percent_cell(struct table_cell *o, double v)
{
	if (isnan(v))
		return;
	cell_num(o, bar_style(v / 100, 0.75, 0.9), v, "%.0f%%", v);
	if (o->width >= 10)
		o->bar = v / 100;
}

static void rate_cell(struct table_cell *o, double v)
{
	char text[32];
	if (isnan(v))
		return;
	graph_bytes_rate(v, text, sizeof text);
	cell_num(o, ROLE_TEXT, v, "%s", text);
}

/* A spot node that has been told to go says so, and when; one that waits for capacity says that. */
static void node_state_cell(struct list *l, const struct instance *in, struct table_cell *o)
{
	const cJSON *notice = in->state == INSTANCE_TERMINATED ? NULL : model_notice(l->con->model, in->id);
	struct state_look look = look_instance(o->glyphs, in->state);
	int64_t left = notice ? record_ms(notice, "TerminateAt") - console_now() : 0;
	char text[24];
	if (notice && left > 0)
		cell_set(o, ROLE_ERROR, "%s ends in %s", o->glyphs->warn, clock_duration(left, text, sizeof text));
	else if (notice)
		cell_set(o, ROLE_ERROR, "%s interrupted", o->glyphs->warn);
	else if (in->state == INSTANCE_AWAITING_FULFILLMENT)
		cell_set(o, ROLE_WAIT, "waits for market");
	else
		cell_set(o, look.style, "%s", names_get(&instance_state_names, in->state));
}

static void heat_cell(struct table_cell *o, const struct instance *in, double busy)
{
	if (in->state != INSTANCE_RUNNING) {
		struct state_look look = look_instance(o->glyphs, in->state);
		cell_set(o, look.style, "%s", look.sign);
	} else if (isnan(busy)) {
		cell_set(o, ROLE_DIM, "%s", o->glyphs->ring);
	} else {
		int level = busy >= 100 ? 8 : 1 + (int)(busy / 100 * 8);
		cell_num(o, bar_style(busy / 100, 0.75, 0.9), busy, "%s", o->glyphs->level[level > 8 ? 8 : level]);
	}
}

static void node_metric_cell(const struct node_metrics *n, int what, struct table_cell *o)
{
	double load = node_value(n, METRIC_LOAD1);
	switch (what) {
	case N_CPU:
		percent_cell(o, metrics_busy(node_value(n, METRIC_CPU_IDLE)));
		break;
	case N_MEM:
		percent_cell(o, node_memory(n));
		break;
	case N_LOAD:
		if (!isnan(load))
			cell_num(o, ROLE_TEXT, load, "%.2f", load);
		break;
	case N_DISK:
		rate_cell(o, node_value(n, METRIC_DISK_READ) + node_value(n, METRIC_DISK_WRITE));
		break;
	case N_NET:
		rate_cell(o, node_value(n, METRIC_NET_RX) + node_value(n, METRIC_NET_TX));
		break;
	}
}

static void node_cell(struct list *l, const void *row, int what, struct table_cell *o)
{
	const struct instance *in = row;
	struct mcluster *mc = console_cluster(l->con);
	const struct node_metrics *n = mc ? metrics_node(mc->metrics, in->id) : NULL;
	int64_t end = in->timeline.ended ? in->timeline.ended : console_now();
	char text[64];
	static const char *const roles[] = { "master", "core", "task" };
	switch (what) {
	case N_HEAT:
		heat_cell(o, in, metrics_busy(node_value(n, METRIC_CPU_IDLE)));
		break;
	case N_ROLE:
		cell_set(o, ROLE_STRONG, "%s", roles[in->role]);
		break;
	case N_ID:
		cell_set(o, ROLE_DIM, "%s", in->id);
		break;
	case N_EC2:
		cell_set(o, ROLE_DIM, "%s", in->ec2_id);
		break;
	case N_TYPE:
		cell_set(o, ROLE_TEXT, "%s", in->type ? in->type : "");
		break;
	case N_STATE:
		node_state_cell(l, in, o);
		break;
	case N_MARKET:
		cell_set(o, in->market == MARKET_SPOT ? ROLE_ACCENT : ROLE_DIM, "%s",
		         in->market == MARKET_SPOT ? "spot" : "on demand");
		break;
	case N_HOST:
		cell_set(o, ROLE_DIM, "%s", in->private_dns ? in->private_dns
		                            : in->private_ip ? in->private_ip : "");
		break;
	case N_UP:
		if (in->timeline.created)
			cell_num(o, ROLE_DIM, (double)(end - in->timeline.created), "%s",
			         clock_duration(end - in->timeline.created, text, sizeof text));
		break;
	default:
		if (in->state != INSTANCE_TERMINATED)
			node_metric_cell(n, what, o);
	}
}

static const char *nodes_empty(struct list *l)
{
	struct mcluster *mc = console_cluster(l->con);
	if (!mc)
		return "";
	return nothing(l, &mc->parts[CPART_INSTANCES],
	               l->role >= 0 ? "no node of this kind: G shows the next kind" : "no nodes yet");
}

static const struct list_kind nodes_kind = { nodes_collect, node_id, node_cell, nodes_empty };

struct list *list_nodes(struct console *con, enum list_size size)
{
	static const struct table_column small[] = {
		{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
		{ "ROLE", .min = 6, .max = 6 },
		{ "NODE", .min = 8, .max = 19, .flex = 1, .priority = 2 },
		{ "TYPE", .min = 10, .max = 12, .priority = 3 },
		{ "CPU", .min = 4, .max = 24, .flex = 1, .align = ALIGN_RIGHT, .flags = COL_DESC },
		{ "MEM", .min = 4, .max = 24, .flex = 1, .align = ALIGN_RIGHT, .flags = COL_DESC },
		{ "LOAD", .min = 5, .max = 7, .align = ALIGN_RIGHT, .priority = 4, .flags = COL_DESC },
	};
	static const int small_what[] = { N_HEAT, N_ROLE, N_EC2, N_TYPE, N_CPU, N_MEM, N_LOAD };
	static const struct table_column full[] = {
		{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
		{ "ROLE", .min = 6, .max = 6 },
		{ "NODE", .min = 10, .max = 19, .flex = 1, .priority = 1 },
		{ "TYPE", .min = 10, .max = 12, .priority = 3 },
		{ "STATE", .min = 16, .max = 20, .priority = 2 },
		{ "MARKET", .min = 9, .max = 9, .priority = 4 },
		{ "CPU", .min = 5, .max = 30, .flex = 2, .align = ALIGN_RIGHT, .flags = COL_DESC },
		{ "MEM", .min = 5, .max = 30, .flex = 2, .align = ALIGN_RIGHT, .flags = COL_DESC },
		{ "LOAD", .min = 6, .max = 7, .align = ALIGN_RIGHT, .flags = COL_DESC },
		{ "DISK", .min = 8, .max = 10, .align = ALIGN_RIGHT, .priority = 4, .flags = COL_DESC },
		{ "NET", .min = 8, .max = 10, .align = ALIGN_RIGHT, .priority = 4, .flags = COL_DESC },
		{ "UP", .min = 8, .max = 9, .align = ALIGN_RIGHT, .priority = 5,
		  .flags = COL_TIME | COL_DESC },
		{ "HOST", .min = 10, .max = 40, .flex = 1, .priority = 6 },
		{ "INSTANCE", .min = 15, .max = 20, .priority = 7 },
	};
	static const int full_what[] = { N_HEAT, N_ROLE, N_EC2, N_TYPE, N_STATE, N_MARKET, N_CPU, N_MEM, N_LOAD, N_DISK,
	                                 N_NET, N_UP, N_HOST, N_ID };
	if (size == LIST_SMALL)
		return list_new(con, "nodes", &nodes_kind, small, small_what, sizeof small / sizeof *small);
	return list_new(con, "all-nodes", &nodes_kind, full, full_what, sizeof full / sizeof *full);
}

struct instance *list_node(const struct list *l)
{
	return selected(l);
}
