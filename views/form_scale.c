/* The forms that change how many nodes a cluster has: a group's count, and a new group of task nodes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/forms.h"
#include "views/sheet.h"

#define MAX_GROUPS 50

/* What the open form is about; freed with it. */
struct scale {
	struct console *con;
	char cluster[MODEL_ID_SIZE];
	char labels[MAX_GROUPS][64];
	char ids[MAX_GROUPS][MODEL_ID_SIZE];
	const char *choices[MAX_GROUPS + 1];
	char last[64];                       /* group that the count field was filled from */
	size_t n;
};

static struct scale *scale_of(void *ctx)
{
	return ctx;
}

static const struct instance_group *chosen(const struct scale *s, const struct form *f)
{
	struct mcluster *mc = model_cluster(s->con->model, s->cluster);
	const char *label = form_text(f, "group");
	for (size_t i = 0; mc && i < s->n; i++)
		if (s->n == 1 || !strcmp(s->labels[i], label))
			return cluster_group(mc->c, s->ids[i]);
	return NULL;
}

static void summary(void *ctx, const struct form *f, char *out, size_t size)
{
	struct scale *s = scale_of(ctx);
	const struct instance_group *g = chosen(s, f);
	bool unknown = false;
	*out = 0;
	if (!g)
		return;
	if (strcmp(s->last, g->id)) {
		char n[16];
		snprintf(s->last, sizeof s->last, "%s", g->id);
		snprintf(n, sizeof n, "%d", g->requested);
		form_set((struct form *)f, "count", n);
	}
	long count = form_number(f, "count");
	double change = model_price(s->con->model->region, g->type, (int)count - g->requested, &unknown);
	snprintf(out, size, "%d now, %ld then: %s$%.2f/h%s", g->requested, count, change < 0 ? "-" : "+",
	         change < 0 ? -change : change, unknown ? " or more (a fee is not known)" : "");
}

static const char *submit(void *ctx, const struct form *f, const char **field)
{
	struct scale *s = scale_of(ctx);
	const struct instance_group *g = chosen(s, f);
	struct mcluster *mc = model_cluster(s->con->model, s->cluster);
	*field = "count";
	if (!g)
		return "that group has gone";
	long count = form_number(f, "count");
	if (count == g->requested)
		return "that is what it has already";
	if (g->role == ROLE_MASTER)
		return "the number of master nodes cannot be changed";
	if (g->role == ROLE_CORE && count < 1)
		return "core nodes hold data: at least one stays";
	return acts_run_form(s->con, act_scale(mc, g->id, (int)count), f);
}

static void cancel(void *ctx)
{
	free(ctx);
}

static struct scale *collect(struct console *con, const struct mcluster *mc, const char *only)
{
	static const char *const roles[] = { "master", "core", "task" };
	struct scale *s = xcalloc(1, sizeof *s);
	s->con = con;
	snprintf(s->cluster, sizeof s->cluster, "%s", mc->c->id);
	for (size_t i = 0; i < mc->c->groups.len && s->n < MAX_GROUPS; i++) {
		const struct instance_group *g = mc->c->groups.items[i];
		if (g->role == ROLE_MASTER || (only && strcmp(only, g->id)))
			continue;
		snprintf(s->ids[s->n], sizeof s->ids[0], "%s", g->id);
		snprintf(s->labels[s->n], sizeof s->labels[0], "%s %.20s (%.20s)", roles[g->role],
		         g->type ? g->type : "", g->id);
		s->choices[s->n] = s->labels[s->n];
		s->n++;
	}
	return s;
}

void form_scale_open(struct console *con, const char *group_id)
{
	struct mcluster *mc = console_cluster(con);
	char title[300], count[16];
	if (!mc)
		return;
	if (mc->c->uses_fleets) {
		form_fleet_open(con, group_id);
		return;
	}
	const struct instance_group *g = group_id ? cluster_group(mc->c, group_id) : NULL;
	struct scale *s = collect(con, mc, g && g->role != ROLE_MASTER ? group_id : NULL);
	if (!s->n) {
		app_message(con->app, MESSAGE_INFO, "no group of this cluster can be scaled: :add-group adds one");
		free(s);
		return;
	}
	g = cluster_group(mc->c, s->ids[0]);
	snprintf(count, sizeof count, "%d", g ? g->requested : 0);
	snprintf(s->last, sizeof s->last, "%s", s->ids[0]);
	snprintf(title, sizeof title, "Scale %s", cluster_label(mc->c));
	const struct form_field fields[] = {
		{ FIELD_CHOICE, "group", "group", .help = "whose nodes", .choices = s->choices },
		{ FIELD_NUMBER, "count", "nodes", .help = "how many it shall have; + and - step", .value = count,
		  .min = 0, .max = 1000 },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields, .n = 2, .verb = "show the plan",
		.summary = summary, .submit = submit, .cancel = cancel, .ctx = s });
}

/* ---- a new group ---- */

static void group_summary(void *ctx, const struct form *f, char *out, size_t size)
{
	bool unknown = false;
	const struct console *con = ctx;
	double v = model_price(client_region(con->client), form_text(f, "type"), (int)form_number(f, "count"), &unknown);
	snprintf(out, size, "+$%.2f/h%s", v, unknown ? " or more (a fee is not known)" : "");
}

static const char *group_submit(void *ctx, const struct form *f, const char **field)
{
	struct console *con = ctx;
	struct mcluster *mc = console_cluster(con);
	(void)field;
	if (!mc)
		return "the cluster has gone";
	struct instance_group *g = instance_group_new();
	g->role = ROLE_TASK;
	g->requested = (int)form_number(f, "count");
	text_set(&g->type, form_text(f, "type"));
	text_set(&g->name, form_text(f, "name"));
	const char *waits = acts_run_form(con, act_add_group(mc, g), f);
	instance_group_free(g);
	return waits;
}

void form_group_open(struct console *con)
{
	struct mcluster *mc = console_cluster(con);
	char title[300];
	const struct form_field fields[] = {
		{ FIELD_TEXT, "name", "name", .help = "of the group", .value = "task" },
		{ FIELD_CHOICE, "type", "type", .help = "size of each node", .value = "m5.xlarge",
		  .choices = type_names() },
		{ FIELD_NUMBER, "count", "nodes", .help = "how many", .value = "1", .min = 1, .max = 1000 },
	};
	if (!mc)
		return;
	snprintf(title, sizeof title, "Add task nodes to %s", cluster_label(mc->c));
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields, .n = 3, .verb = "show the plan",
		.summary = group_summary, .submit = group_submit, .ctx = con });
}
