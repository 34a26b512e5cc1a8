/* stoker nodes: the instances of a cluster and how busy they are. */
#include <math.h>
#include <string.h>

#include "core/base/clock.h"
#include "views/cli/groups.h"
#include "views/cli/table.h"

/* The last value of one metric of one instance, NAN when there is none. */
static double latest(const cJSON *series, const char *instance, const char *metric)
{
	const cJSON *s, *p;
	double v = NAN;

	cJSON_ArrayForEach(s, series) {
		if (strcmp(json_str(s, "InstanceId", ""), instance) || strcmp(json_str(s, "Metric", ""), metric))
			continue;
		cJSON_ArrayForEach(p, json_arr(s, "Points")) {
			const cJSON *x = cJSON_GetArrayItem(p, 1);
			if (cJSON_IsNumber(x))
				v = x->valuedouble;
		}
	}
	return v;
}

/* The last half minute of every instance, NULL where nobody measures. */
static cJSON *samples(struct cli *c, const char *cluster)
{
	static const char *const names[] = { "cpu.idle", "load1", "mem.used", "mem.total" };
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster), *reply = NULL;
	struct error ignore = ERROR_INIT;
	int64_t now = clock_now_ms();

	json_add_str(req, "InstanceId", "*");
	json_add(req, "Metrics", cJSON_CreateStringArray(names, sizeof names / sizeof *names));
	json_add_time(req, "StartTime", now - 30000);
	json_add_time(req, "EndTime", now + 5000);
	json_add_int(req, "Period", 0);
	return ask(c, "Stoker.GetMetrics", req, &reply, &ignore) ? NULL : reply;
}

static const char *role_of(const cJSON *groups, const cJSON *instance)
{
	return group_role(ask_find(groups, "Id", json_str(instance, "InstanceGroupId",
	                                                  json_str(instance, "InstanceFleetId", ""))));
}

static void number_cell(struct text_table *t, double v, const char *fmt)
{
	if (isnan(v))
		text_table_cell(t, "", "-");
	else
		text_table_cell(t, "", fmt, v);
}

static void node_row(struct cli *c, struct text_table *t, const cJSON *x, const cJSON *groups, const cJSON *series)
{
	const char *id = json_str(x, "Id", ""), *state = ask_state(x);
	double used = latest(series, id, "mem.used"), total = latest(series, id, "mem.total");
	double from = ask_timeline(x, "CreationDateTime"), to = ask_timeline(x, "EndDateTime");
	char buf[64];

	text_table_cell(t, "", "%s", id);
	text_table_cell(t, "", "%s", role_of(groups, x));
	text_table_cell(t, "", "%s", json_str(x, "InstanceType", "-"));
	text_table_cell(t, "", "%s", json_str(x, "Market", "-"));
	text_table_cell(t, cli_state_color(c, state), "%s", state);
	number_cell(t, 100 - latest(series, id, "cpu.idle"), "%.0f%%");
	number_cell(t, total > 0 ? used / total * 100 : NAN, "%.0f%%");
	number_cell(t, latest(series, id, "load1"), "%.2f");
	text_table_cell(t, "", "%s", clock_duration((int64_t)((to > 0 ? to * 1000 : (double)clock_now_ms()) - from * 1000),
	                                       buf, sizeof buf));
	text_table_cell(t, "", "%s", json_str(x, "Ec2InstanceId", "-"));
	text_table_cell(t, "", "%s", json_str(x, "PrivateIpAddress", "-"));
}

static void people(struct cli *c, const cJSON *instances, const cJSON *groups, const cJSON *series)
{
	static const struct { const char *title; enum table_align align; } columns[] = {
		{ "ID", TABLE_LEFT }, { "ROLE", TABLE_LEFT }, { "TYPE", TABLE_LEFT }, { "MARKET", TABLE_LEFT },
		{ "STATE", TABLE_LEFT }, { "CPU", TABLE_RIGHT }, { "MEM", TABLE_RIGHT }, { "LOAD", TABLE_RIGHT },
		{ "AGE", TABLE_RIGHT }, { "EC2 ID", TABLE_LEFT }, { "ADDRESS", TABLE_LEFT },
	};
	struct text_table *t = text_table_new();
	const cJSON *x;

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		text_table_column(t, columns[i].title, columns[i].align, i > 8);
	cJSON_ArrayForEach(x, instances)
		node_row(c, t, x, groups, series);
	cli_print_table(c, t);
}

static int exec_nodes(struct cli *c, const struct cli_args *a)
{
	static const char *const live[] = { "AWAITING_FULFILLMENT", "PROVISIONING", "BOOTSTRAPPING", "RUNNING" };
	struct error err = ERROR_INIT;
	cJSON *instances = NULL, *groups = NULL, *metrics = NULL, *req, *out;
	char id[MODEL_ID_SIZE];
	int status = CLI_OK;
	bool fleets = false;

	if (ask_cluster(c, a->argc ? a->argv[0] : NULL, id, &err))
		return cli_fail(c, &err);
	req = json_add_str(cJSON_CreateObject(), "ClusterId", id);
	if (!cli_flag(a, "all"))
		json_add(req, "InstanceStates", cJSON_CreateStringArray(live, sizeof live / sizeof *live));
	if (ask_all(c, "ListInstances", req, "Instances", 0, &instances, &err) ||
	    ask_groups(c, id, &groups, &fleets, &err)) {
		status = cli_fail(c, &err);
		goto out;
	}
	metrics = samples(c, id);
	if (c->json) {
		out = cJSON_CreateObject();
		json_add(out, "Instances", instances);
		json_add(out, fleets ? "InstanceFleets" : "InstanceGroups", groups);
		json_add(out, "Series", cJSON_DetachItemFromObjectCaseSensitive(metrics, "Series"));
		instances = groups = NULL;
		cli_print_json(c, out);
	} else {
		people(c, instances, groups, json_arr(metrics, "Series"));
	}
out:
	cJSON_Delete(instances);
	cJSON_Delete(groups);
	cJSON_Delete(metrics);
	return status;
}

static const struct cli_option options[] = {
	{ "all", 'a', NULL, "also instances that were terminated" },
	{ 0 },
};

const struct cli_command cli_cmd_nodes = {
	.name = "nodes", .alias = "instances", .args = "[CLUSTER]", .max = 1,
	.summary = "list the instances of a cluster with their load",
	.about = "Without CLUSTER: the only one that is live. CPU, MEM and LOAD are each node's last sample.",
	.options = options, .words = "cluster", .exec = exec_nodes,
};
