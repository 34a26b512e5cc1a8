/* The form that creates a cluster. Its cost per hour is worked out while it is filled in; what it means in
 * full is shown by the plan that follows. */
#include <stdio.h>
#include <string.h>

#include "core/model/price.h"
#include "views/sheet.h"

static const char *check_name(void *ctx, const char *v)
{
	(void)ctx;
	if (strlen(v) > 256)
		return "at most 256 characters";
	return strpbrk(v, "<>$|`") ? "must not contain < > $ | `" : NULL;
}

static const char *check_release(void *ctx, const char *v)
{
	(void)ctx;
	int a, b, c;
	return sscanf(v, "emr-%d.%d.%d", &a, &b, &c) == 3 ? NULL : "looks like emr-7.5.0";
}

static bool has_task(void *ctx, const struct form *f)
{
	(void)ctx;
	return form_number(f, "task_count") > 0;
}

static void add_group(struct cluster *c, enum instance_role role, const char *type, long count)
{
	struct instance_group *g = instance_group_new();
	g->role = role;
	g->requested = (int)count;
	text_set(&g->name, names_get(&instance_role_names, role));
	text_set(&g->type, type);
	vec_push(&c->groups, g);
}

static void add_bootstrap(struct cluster *c, const char *line)
{
	struct str_list words = { 0 };
	if (act_split_words(line, &words, NULL) || !words.len) {
		str_list_free(&words);
		return;
	}
	struct bootstrap_action b = { .name = xstrdup("bootstrap"), .path = xstrdup(words.items[0]) };
	for (size_t i = 1; i < words.len; i++)
		str_list_add(&b.args, words.items[i]);
	vec_push(&c->bootstrap_actions, b);
	str_list_free(&words);
}

static struct cluster *cluster_of(const struct console *con, const struct form *f)
{
	struct cluster *c = cluster_new();
	snprintf(c->region, sizeof c->region, "%s", client_region(con->client));
	struct application spark = { .name = xstrdup("Spark") };
	text_set(&c->name, form_text(f, "name"));
	text_set(&c->release_label, form_text(f, "release"));
	vec_push(&c->applications, spark);
	add_group(c, ROLE_MASTER, form_text(f, "master_type"), 1);
	if (form_number(f, "core_count") > 0)
		add_group(c, ROLE_CORE, form_text(f, "core_type"), form_number(f, "core_count"));
	if (form_number(f, "task_count") > 0)
		add_group(c, ROLE_TASK, form_text(f, "task_type"), form_number(f, "task_count"));
	c->keep_alive = form_bool(f, "keep_alive");
	c->termination_protected = form_bool(f, "protect");
	c->step_concurrency = (int)form_number(f, "concurrency");
	c->idle_timeout_s = c->keep_alive ? form_number(f, "idle") * 60 : 0;
	if (*form_text(f, "log_uri"))
		text_set(&c->log_uri, form_text(f, "log_uri"));
	if (*form_text(f, "bootstrap"))
		add_bootstrap(c, form_text(f, "bootstrap"));
	text_set(&c->service_role, "EMR_DefaultRole");
	text_set(&c->instance_profile, "EMR_EC2_DefaultRole");
	return c;
}

static void summary(void *ctx, const struct form *f, char *out, size_t size)
{
	struct cluster *c = cluster_of(ctx, f);
	const char *date = price_date(c->region);
	bool unknown, utf8 = false;
	char price[32];
	int nodes = 0;
	double v = act_cluster_price(c, &unknown);
	for (size_t i = 0; i < c->groups.len; i++)
		nodes += c->groups.items[i]->requested;
	act_price_text(v, unknown, utf8, price, sizeof price);
	if (date)
		snprintf(out, size, "%s at list prices of %s, %d %s, $%.0f a month if it never ends%s", price, date, nodes,
		         nodes == 1 ? "node" : "nodes", v * 730, unknown ? " (a fee is not known)" : "");
	else
		snprintf(out, size, "%d %s; no prices of %s are known", nodes, nodes == 1 ? "node" : "nodes", c->region);
	cluster_free(c);
}

static const char *submit(void *ctx, const struct form *f, const char **field)
{
	struct console *con = ctx;
	if (form_number(f, "task_count") > 0 && form_number(f, "core_count") < 1) {
		*field = "core_count";
		return "a cluster with task nodes needs at least one core node";
	}
	struct cluster *c = cluster_of(ctx, f);
	const char *waits = acts_run_form(con, act_create(c), f);
	cluster_free(c);
	return waits;
}

static bool keeps_alive(void *ctx, const struct form *f)
{
	(void)ctx;
	return form_bool(f, "keep_alive");
}

void form_create_open(struct console *con)
{
	const char *const *types = type_names();
	const struct form_field fields[] = {
		{ FIELD_TEXT, "name", "name", .help = "how people will call it", .value = "adhoc", .required = true,
		  .check = check_name },
		{ FIELD_TEXT, "release", "release", .help = "EMR release label; decides the Spark version that is spoken",
		  .value = "emr-7.5.0", .required = true, .check = check_release },
		{ FIELD_SECTION, "nodes", .label = "Nodes" },
		{ FIELD_CHOICE, "master_type", "master type", .help = "size of the one primary node",
		  .value = "m5.xlarge", .choices = types },
		{ FIELD_NUMBER, "core_count", "core nodes", .help = "nodes that hold data and run tasks", .value = "1",
		  .min = 0, .max = 1000 },
		{ FIELD_CHOICE, "core_type", "core type", .help = "size of each core node", .value = "m5.xlarge",
		  .choices = types },
		{ FIELD_NUMBER, "task_count", "task nodes", .help = "nodes that only run tasks; can come and go",
		  .value = "0", .min = 0, .max = 1000 },
		{ FIELD_CHOICE, "task_type", "task type", .help = "size of each task node", .value = "m5.xlarge",
		  .choices = types, .shown = has_task },
		{ FIELD_SECTION, "life", .label = "Life" },
		{ FIELD_TOGGLE, "keep_alive", "keep alive", .help = "wait for more steps after the last one, "
		  "instead of ending", .value = "true" },
		{ FIELD_NUMBER, "idle", "idle minutes", .help = "end after so long without work; 0: never",
		  .value = "0", .min = 0, .max = 10080, .shown = keeps_alive },
		{ FIELD_TOGGLE, "protect", "protect", .help = "refuse to be terminated until this is switched off",
		  .value = "false" },
		{ FIELD_NUMBER, "concurrency", "steps at once", .help = "how many steps may run at the same time",
		  .value = "1", .min = 1, .max = CLUSTER_CONCURRENCY_LIMIT },
		{ FIELD_TEXT, "log_uri", "log folder", .help = "where logs are copied, s3://… or a folder; "
		  "empty: the server's own" },
		{ FIELD_TEXT, "bootstrap", "bootstrap", .help = "a script that runs on every node first, "
		  "with its arguments" },
	};
	form_open(con->app, &(struct form_spec){ .title = "Create a cluster",
		.text = client_is_local(con->client) ? "Its nodes are processes on this machine." : NULL,
		.fields = fields, .n = sizeof fields / sizeof *fields, .verb = "show the plan", .summary = summary,
		.submit = submit, .ctx = con });
}
