/* stoker create: one RunJobFlow, with its plan and price shown first. */
#include <string.h>

#include "core/api/emr/emr.h"
#include "core/client/act.h"
#include "views/cli/ask.h"
#include "views/cli/plan.h"

#define RELEASE "emr-7.5.0"

struct shape {
	const char *master, *core, *task;
	int n_masters, n_core, n_task;
	bool task_spot;
};

static int read_shape(const struct cli_args *a, struct shape *s, struct error *err)
{
	const char *type = cli_opt(a, "type");
	int rc;

	type = type ? type : "m5.xlarge";
	s->master = cli_opt(a, "master-type") ? cli_opt(a, "master-type") : type;
	s->core = cli_opt(a, "core-type") ? cli_opt(a, "core-type") : type;
	s->task = cli_opt(a, "task-type") ? cli_opt(a, "task-type") : type;
	s->task_spot = cli_flag(a, "task-spot");
	rc = cli_opt_int(a, "masters", 1, 1, 3, &s->n_masters, err);
	if (!rc && s->n_masters == 2)
		rc = error_set(err, ERR_INVALID, "--masters: a cluster has 1 master, or 3 for high availability");
	if (!rc)
		rc = cli_opt_int(a, "core", 1, 0, 1000, &s->n_core, err);
	return rc ? rc : cli_opt_int(a, "task", 0, 0, 1000, &s->n_task, err);
}

static void add_group(cJSON *groups, const char *role, const char *type, int n, bool spot)
{
	cJSON *g = cJSON_CreateObject();

	if (n <= 0) {
		cJSON_Delete(g);
		return;
	}
	json_add_str(g, "Name", role);
	json_add_str(g, "InstanceRole", role);
	json_add_str(g, "InstanceType", type);
	json_add_int(g, "InstanceCount", n);
	json_add_str(g, "Market", spot ? "SPOT" : "ON_DEMAND");
	cJSON_AddItemToArray(groups, g);
}

/* --bootstrap "PATH ARG ARG": blanks part the arguments. */
static void add_bootstrap(cJSON *list, const char *value)
{
	char *copy = xstrdup(value), *save = NULL, *path = strtok_r(copy, " ", &save), *word;
	cJSON *b = cJSON_CreateObject(), *script = cJSON_CreateObject(), *args = cJSON_CreateArray();
	const char *slash = path ? strrchr(path, '/') : NULL;

	json_add_str(b, "Name", slash ? slash + 1 : path);
	json_add_str(script, "Path", path);
	while ((word = strtok_r(NULL, " ", &save)))
		cJSON_AddItemToArray(args, cJSON_CreateString(word));
	json_add(script, "Args", args);
	json_add(b, "ScriptBootstrapAction", script);
	cJSON_AddItemToArray(list, b);
	free(copy);
}

/* --conf classification:key=value. */
static int add_conf(cJSON *list, const char *value, struct error *err)
{
	const char *colon = strchr(value, ':'), *equal = colon ? strchr(colon, '=') : NULL;
	cJSON *c = NULL, *x;
	char *name, *key;

	if (!equal || colon == value || equal == colon + 1)
		return error_set(err, ERR_INVALID, "--conf: \"%s\" is not CLASSIFICATION:KEY=VALUE", value);
	name = xstrndup(value, (size_t)(colon - value));
	key = xstrndup(colon + 1, (size_t)(equal - colon - 1));
	cJSON_ArrayForEach(x, list)
		if (!strcmp(json_str(x, "Classification", ""), name))
			c = x;
	if (!c) {
		c = json_add_str(cJSON_CreateObject(), "Classification", name);
		cJSON_AddObjectToObject(c, "Properties");
		cJSON_AddItemToArray(list, c);
	}
	json_add_str(cJSON_GetObjectItemCaseSensitive(c, "Properties"), key, equal + 1);
	free(name);
	free(key);
	return 0;
}

static int add_tag(cJSON *list, const char *value, struct error *err)
{
	const char *equal = strchr(value, '=');
	char *key;
	cJSON *t;

	if (!equal || equal == value)
		return error_set(err, ERR_INVALID, "--tag: \"%s\" is not KEY=VALUE", value);
	key = xstrndup(value, (size_t)(equal - value));
	t = json_add_str(json_add_str(cJSON_CreateObject(), "Key", key), "Value", equal + 1);
	cJSON_AddItemToArray(list, t);
	free(key);
	return 0;
}

/* Options that may be given more than once. */
static int add_lists(cJSON *req, const struct cli_args *a, struct error *err)
{
	cJSON *bootstrap = cJSON_CreateArray(), *confs = cJSON_CreateArray(), *tags = cJSON_CreateArray();
	int rc = 0;

	for (size_t i = 0; !rc && i < a->values.len; i++) {
		const struct cli_value *v = &a->values.items[i];
		if (!strcmp(v->option->name, "bootstrap"))
			add_bootstrap(bootstrap, v->value);
		else if (!strcmp(v->option->name, "conf"))
			rc = add_conf(confs, v->value, err);
		else if (!strcmp(v->option->name, "tag"))
			rc = add_tag(tags, v->value, err);
	}
	if (bootstrap->child)
		json_add(req, "BootstrapActions", bootstrap);
	else
		cJSON_Delete(bootstrap);
	if (confs->child)
		json_add(req, "Configurations", confs);
	else
		cJSON_Delete(confs);
	if (tags->child)
		json_add(req, "Tags", tags);
	else
		cJSON_Delete(tags);
	return rc;
}

static int build_request(const struct cli_args *a, const struct shape *s, cJSON **out, struct error *err)
{
	cJSON *req = cJSON_CreateObject(), *instances = cJSON_CreateObject(), *groups = cJSON_CreateArray();
	const char *release = cli_opt(a, "release"), *idle = cli_opt(a, "idle-timeout");
	int concurrency, rc;

	*out = req;
	json_add_str(req, "Name", a->argv[0]);
	json_add_str(req, "ReleaseLabel", release ? release : RELEASE);
	json_add_str(req, "LogUri", cli_opt(a, "log-uri"));
	json_add_str(req, "ServiceRole", cli_opt(a, "service-role") ? cli_opt(a, "service-role") : "EMR_DefaultRole");
	json_add_str(req, "JobFlowRole", cli_opt(a, "role") ? cli_opt(a, "role") : "EMR_EC2_DefaultRole");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(req, "Applications"),
	                     json_add_str(cJSON_CreateObject(), "Name", "Spark"));
	json_add_bool(req, "VisibleToAllUsers", true);
	add_group(groups, "MASTER", s->master, s->n_masters, false);
	add_group(groups, "CORE", s->core, s->n_core, false);
	add_group(groups, "TASK", s->task, s->n_task, s->task_spot);
	json_add(instances, "InstanceGroups", groups);
	json_add_bool(instances, "KeepJobFlowAliveWhenNoSteps", !cli_flag(a, "transient"));
	json_add_bool(instances, "TerminationProtected", cli_flag(a, "protect"));
	if (cli_flag(a, "replace-unhealthy"))
		json_add_bool(instances, "UnhealthyNodeReplacement", true);
	json_add_str(instances, "Ec2SubnetId", cli_opt(a, "subnet"));
	json_add_str(req, "SecurityConfiguration", cli_opt(a, "security-configuration"));
	json_add(req, "Instances", instances);
	rc = cli_opt_int(a, "concurrency", 1, 1, 256, &concurrency, err);
	if (!rc && cli_opt(a, "concurrency"))
		json_add_int(req, "StepConcurrencyLevel", concurrency);
	if (!rc && idle) {
		int64_t ms = cli_parse_span(idle);
		if (ms < 60000)
			return error_set(err, ERR_INVALID, "--idle-timeout: \"%s\" is not a time of 60s or more", idle);
		json_add(req, "AutoTerminationPolicy", json_add_int(cJSON_CreateObject(), "IdleTimeout", ms / 1000));
	}
	return rc ? rc : add_lists(req, a, err);
}

static void show_plan(struct cli *c, const struct shape *s, const cJSON *req)
{
	const struct plan_group groups[] = {
		{ "MASTER", s->master, 0, s->n_masters, false },
		{ "CORE", s->core, 0, s->n_core, false },
		{ "TASK", s->task, 0, s->n_task, s->task_spot },
	};
	struct cluster *cluster = NULL;
	struct error ignore = ERROR_INIT;
	struct act *act;

	plan_print(c, groups, s->n_task ? 3 : s->n_core ? 2 : 1);
	if (emr_decode_run_job_flow(req, &cluster, &ignore))
		return;                /* the server will say why */
	act = act_create(cluster);
	fprintf(c->err, "%s%s%s\n", cli_dim(c), act->cli, cli_plain(c));
	act_free(act);
	cluster_free(cluster);
}

static int exec_create(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	struct wait_options wait;
	struct shape s = { 0 };
	cJSON *req = NULL, *reply = NULL;
	char id[MODEL_ID_SIZE];
	int status;

	if (read_shape(a, &s, &err) || wait_options_read(a, &wait, &err) || build_request(a, &s, &req, &err)) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "%s", err.message);
	}
	if (!c->json)
		show_plan(c, &s, req);
	status = plan_confirm(c, a, false, "Create it?");
	if (status) {
		if (status < 0 && c->json)
			return cli_print_json(c, req);
		cJSON_Delete(req);
		return status < 0 ? CLI_OK : status;
	}
	if (ask(c, "RunJobFlow", req, &reply, &err))
		return cli_fail(c, &err);
	snprintf(id, sizeof id, "%s", json_str(reply, "JobFlowId", ""));
	if (c->json) {
		cli_print_json(c, reply);
	} else {
		fprintf(c->out, "%s\n", id);
		cJSON_Delete(reply);
	}
	fflush(c->out);
	return cli_flag(a, "wait") ? wait_cluster(c, id, false, &wait) : CLI_OK;
}

static const struct cli_option options[] = {
	{ "type", 't', "TYPE", "instance type of all groups (default m5.xlarge)" },
	{ "masters", 0, "N", "master instances: 1, or 3 for high availability, which is always protected" },
	{ "core", 0, "N", "core instances (default 1)" },
	{ "task", 0, "N", "task instances (default 0)" },
	{ "master-type", 0, "TYPE", "instance type of the master" },
	{ "core-type", 0, "TYPE", "instance type of the core group" },
	{ "task-type", 0, "TYPE", "instance type of the task group" },
	{ "task-spot", 0, NULL, "task instances from the spot market" },
	{ "release", 0, "LABEL", "release label (default " RELEASE ")" },
	{ "log-uri", 0, "URI", "where the step logs go (default: the server's own folder)" },
	{ "concurrency", 0, "N", "steps that may run at a time (default 1)" },
	{ "transient", 0, NULL, "end the cluster when its steps have ended" },
	{ "idle-timeout", 0, "TIME", "end the cluster when it was idle for TIME" },
	{ "protect", 0, NULL, "protect from termination" },
	{ "replace-unhealthy", 0, NULL, "replace unhealthy core nodes even when the cluster is protected" },
	{ "security-configuration", 0, "NAME", "security configuration" },
	{ "bootstrap", 'b', "'PATH ARG…'", "bootstrap action (may be given more than once)" },
	{ "conf", 0, "CLASS:KEY=VALUE", "configuration, as spark-defaults:spark.sql.ansi.enabled=true" },
	{ "tag", 0, "KEY=VALUE", "tag (may be given more than once)" },
	{ "subnet", 0, "ID", "EC2 subnet (Amazon only)" },
	{ "service-role", 0, "NAME", "service role (default EMR_DefaultRole)" },
	{ "role", 0, "NAME", "instance profile (default EMR_EC2_DefaultRole)" },
	PLAN_OPTIONS,
	WAIT_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_create = {
	.name = "create", .args = "NAME", .min = 1, .max = 1,
	.summary = "create a cluster",
	.about = "Shows the plan, what it costs per hour and the same call for the aws program, then asks. With "
	         "--yes, or when standard input is no terminal, it goes ahead. Prints the new cluster's id. "
	         "--wait waits until the cluster is up.",
	.options = options, .words = "", .exec = exec_create,
};
