/* stoker create: one RunJobFlow, with its plan and price shown first. */
#include <string.h>

#include "core/api/emr/emr.h"
#include "core/client/act.h"
#include "views/cli/groups.h"
#include "views/cli/plan.h"

#define RELEASE "emr-7.5.0"

struct shape {
	const char *master, *core, *task;
	int n_masters, n_core, n_task;
	bool core_spot, task_spot;
	const char *bid;
	cJSON *fleets;         /* NULL: groups */
};

static int read_shape(const struct cli_args *a, struct shape *s, struct error *err)
{
	const char *type = cli_opt(a, "type");
	int rc;

	type = type ? type : "m5.xlarge";
	s->master = cli_opt(a, "master-type") ? cli_opt(a, "master-type") : type;
	s->core = cli_opt(a, "core-type") ? cli_opt(a, "core-type") : type;
	s->task = cli_opt(a, "task-type") ? cli_opt(a, "task-type") : type;
	s->core_spot = cli_flag(a, "spot");
	s->task_spot = cli_flag(a, "task-spot") || s->core_spot;
	s->bid = cli_opt(a, "bid");
	if (s->bid && !s->task_spot)
		return error_set(err, ERR_INVALID, "--bid is for spot instances: give --spot or --task-spot as well");
	rc = cli_opt_int(a, "masters", 1, 1, 3, &s->n_masters, err);
	if (!rc && s->n_masters == 2)
		rc = error_set(err, ERR_INVALID, "--masters: a cluster has 1 master, or 3 for high availability");
	if (!rc)
		rc = cli_opt_int(a, "core", 1, 0, 1000, &s->n_core, err);
	return rc ? rc : cli_opt_int(a, "task", 0, 0, 1000, &s->n_task, err);
}

/* --fleet, as often as it was given; a master on demand is added when none is named. */
static int read_fleets(const struct cli_args *a, struct shape *s, struct error *err)
{
	const char *timeout = cli_opt(a, "spot-timeout"), *action = cli_opt(a, "spot-timeout-action");
	int64_t span = timeout ? cli_parse_span(timeout) : 0;
	bool terminate = action && !strcmp(action, "terminate"), master = false;
	int rc = 0;

	if (timeout && (span < 300000 || span > 86400000))
		return error_set(err, ERR_INVALID, "--spot-timeout: \"%s\" is not a time from 5m to 24h", timeout);
	if (action && !terminate && strcmp(action, "on-demand"))
		return error_set(err, ERR_INVALID, "--spot-timeout-action is on-demand or terminate");
	for (size_t i = 0; i < a->values.len && !rc; i++) {
		cJSON *fleet = NULL;
		if (strcmp(a->values.items[i].option->name, "fleet"))
			continue;
		rc = fleet_parse(a->values.items[i].value, cli_opt(a, "allocation"), (int)(span / 60000), terminate,
		                 &fleet, err);
		s->fleets = s->fleets ? s->fleets : cJSON_CreateArray();
		if (!rc) {
			master |= !strcmp(group_role(fleet), "MASTER");
			cJSON_AddItemToArray(s->fleets, fleet);
		}
	}
	if (!rc && s->fleets && !master) {
		char *text = xasprintf("master:1:%s", s->master);
		cJSON *fleet = NULL;
		rc = fleet_parse(text, NULL, 0, false, &fleet, err);
		if (!rc)
			cJSON_InsertItemInArray(s->fleets, 0, fleet);
		free(text);
	}
	return rc;
}

static void add_group(cJSON *groups, const char *role, const char *type, int n, bool spot, const char *bid)
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
	json_add_str(g, "BidPrice", spot ? bid : NULL);
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
	cJSON *req = cJSON_CreateObject(), *instances = cJSON_CreateObject();
	const char *release = cli_opt(a, "release"), *idle = cli_opt(a, "idle-timeout");
	int concurrency, rc;

	*out = req;
	json_add_str(req, "Name", a->argv[0]);
	json_add_str(req, "ReleaseLabel", release ? release : RELEASE);
	json_add_str(req, "LogUri", cli_opt(a, "log-uri"));
	json_add_str(req, "ServiceRole", cli_opt(a, "service-role") ? cli_opt(a, "service-role")
	             : "EMR_DefaultRole");
	json_add_str(req, "JobFlowRole", cli_opt(a, "role") ? cli_opt(a, "role") : "EMR_EC2_DefaultRole");
	cJSON_AddItemToArray(cJSON_AddArrayToObject(req, "Applications"),
	                     json_add_str(cJSON_CreateObject(), "Name", "Spark"));
	json_add_bool(req, "VisibleToAllUsers", true);
	if (s->fleets) {
		json_add(instances, "InstanceFleets", cJSON_Duplicate(s->fleets, true));
	} else {
		cJSON *groups = cJSON_AddArrayToObject(instances, "InstanceGroups");
		add_group(groups, "MASTER", s->master, s->n_masters, false, NULL);
		add_group(groups, "CORE", s->core, s->n_core, s->core_spot, s->bid);
		add_group(groups, "TASK", s->task, s->n_task, s->task_spot, s->bid);
	}
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

/* Fleets counted in their first types: what is bought is the strategy's choice. */
static void plan_fleets(struct cli *c, const cJSON *fleets)
{
	VEC(struct plan_group) plan = { 0 };
	const cJSON *f;

	cJSON_ArrayForEach(f, fleets) {
		const cJSON *first = cJSON_GetArrayItem(json_arr(f, "InstanceTypeConfigs"), 0);
		int weight = (int)json_int(first, "WeightedCapacity", 1);
		for (int spot = 0; spot < 2; spot++) {
			int units = (int)json_int(f, spot ? "TargetSpotCapacity" : "TargetOnDemandCapacity", 0);
			struct plan_group g = { group_role(f), json_str(first, "InstanceType", ""), 0,
			                        (units + weight - 1) / weight, spot };
			if (units)
				vec_push(&plan, g);
		}
	}
	plan_print(c, plan.items, plan.len);
	fprintf(c->err, "%sfleets are counted in their first types; they may buy others of their types%s\n",
	        cli_dim(c), cli_plain(c));
	vec_free(&plan);
}

static void show_plan(struct cli *c, const struct shape *s, const cJSON *req)
{
	const struct plan_group groups[] = {
		{ "MASTER", s->master, 0, s->n_masters, false },
		{ "CORE", s->core, 0, s->n_core, s->core_spot },
		{ "TASK", s->task, 0, s->n_task, s->task_spot },
	};
	struct cluster *cluster = NULL;
	struct error ignore = ERROR_INIT;
	struct act *act;

	if (s->fleets)
		plan_fleets(c, s->fleets);
	else
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

	if (read_shape(a, &s, &err) || read_fleets(a, &s, &err) || wait_options_read(a, &wait, &err) ||
	    build_request(a, &s, &req, &err)) {
		cJSON_Delete(req);
		cJSON_Delete(s.fleets);
		return cli_usage(c, NULL, "%s", err.message);
	}
	if (!c->json)
		show_plan(c, &s, req);
	cJSON_Delete(s.fleets);
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
	{ "spot", 0, NULL, "core and task instances from the spot market" },
	{ "task-spot", 0, NULL, "task instances from the spot market" },
	{ "bid", 0, "PRICE", "most that a spot instance may cost per hour (default: the on-demand price)" },
	{ "fleet", 0, "SPEC", "instance fleet ROLE:UNITS+SPOTUNITS:TYPE,TYPE=WEIGHT,… (may be given more than "
	 "once)" },
	{ "allocation", 0, "STRATEGY", "fleets: lowest-price, diversified, capacity-optimized, "
	 "price-capacity-optimized …" },
	{ "spot-timeout", 0, "TIME", "fleets: wait so long for spot capacity at the start (5m to 24h)" },
	{ "spot-timeout-action", 0, "WHAT", "fleets: then buy on-demand, or terminate (default on-demand)" },
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
	         "--wait waits until the cluster is up. --fleet core:2+6:m5.xlarge,m5.2xlarge=2 makes fleets "
	         "instead of groups: two units on demand, six from the spot market, where an m5.2xlarge counts "
	         "as two.",
	.options = options, .words = "", .exec = exec_create,
};
