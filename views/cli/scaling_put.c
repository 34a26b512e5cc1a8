/* stoker scaling put-… and remove: the range of sizes and costs first, then the act. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/model/price.h"
#include "views/cli/scaling.h"


const cJSON *scaling_group(const cJSON *scaling, const char *word)
{
	const cJSON *g;

	cJSON_ArrayForEach(g, json_arr(scaling, "Groups"))
		if (!strcmp(json_str(g, "InstanceGroupId", ""), word) || !strcasecmp(json_str(g, "Role", ""), word))
			return g;
	return NULL;
}

int scaling_no_group(struct cli *c, const char *word)
{
	struct error err = ERROR_INIT;

	error_set(&err, ERR_NOTFOUND, "the cluster has no group \"%s\"", word);
	error_hint(&err, "Groups are core, task, or an id that stoker scaling shows.");
	return cli_fail(c, &err);
}

/* ---- the plan: sizes and $/h at both ends ---- */

struct money {
	double low, high, now;
	bool unknown;
};

static void print_plan(struct cli *c, const char *what, const struct money *m)
{
	const char *mark = m->unknown ? "≥" : "";

	if (c->json)
		return;
	fprintf(c->err, "%s\ncluster: %s%.2f $/h now, %s%.2f to %s%.2f $/h then (", what, mark, m->now, mark, m->low,
	        mark, m->high);
	plan_print_prices(c);
	fputs(")\n", c->err);
}

/* What scaling counts: nodes of a group, units of a fleet. */
static bool is_fleet(const cJSON *group)
{
	return cJSON_HasObjectItem(group, "TargetSpotCapacity");
}

static int size_of(const cJSON *group)
{
	int64_t units = json_int(group, "TargetOnDemandCapacity", 0) + json_int(group, "TargetSpotCapacity", 0);

	return (int)(is_fleet(group) ? units : json_int(group, "Requested", 0));
}

/* One group gets a range, the others stay. */
static struct money group_money(const char *region, const cJSON *scaling, const cJSON *group, int low, int high)
{
	struct money m = { .low = 0 };
	const cJSON *g;

	cJSON_ArrayForEach(g, json_arr(scaling, "Groups")) {
		int now = size_of(g);
		double weight = (double)json_int(g, "WeightedCapacity", 1);
		double each = price_hour(json_str(g, "Type", ""), region, &m.unknown) / (weight > 0 ? weight : 1);
		m.now += each * now;
		m.low += each * (g == group ? low : now);
		m.high += each * (g == group ? high : now);
	}
	return m;
}

static int weight(const char *type, const char *unit)
{
	const struct price *p = price_find(type);

	return !strcmp(unit, "VCPU") && p && p->vcpu > 0 ? p->vcpu : 1;
}

/* So many units: core nodes first as far as they may, the rest on the task group (or on core without one). */
static double units_money(const char *region, const cJSON *scaling, int units, int max_core, const char *unit,
                          bool *unknown)
{
	const cJSON *core = scaling_group(scaling, "core"), *task = scaling_group(scaling, "task");
	const char *core_type = json_str(core, "Type", ""), *task_type = json_str(task, "Type", core_type);
	int on_core = max_core >= 0 && max_core < units ? max_core : units;

	return price_hour(core_type, region, unknown) * (on_core / weight(core_type, unit)) +
	       price_hour(task_type, region, unknown) * ((units - on_core) / weight(task_type, unit));
}

static struct money managed_money(const char *region, const cJSON *scaling, int min, int max, int max_core,
                                  const char *unit)
{
	struct money m = { .low = 0 };
	const cJSON *g;

	cJSON_ArrayForEach(g, json_arr(scaling, "Groups")) {
		double all = price_hour(json_str(g, "Type", ""), region, &m.unknown) * (double)json_int(g, "Requested", 0);
		m.now += all;
		if (!strcmp(json_str(g, "Role", ""), "MASTER")) {
			m.low += all;
			m.high += all;
		}
	}
	m.low += units_money(region, scaling, min, max_core, unit, &m.unknown);
	m.high += units_money(region, scaling, max, max_core, unit, &m.unknown);
	return m;
}

/* ---- acting ---- */

/* Takes req. */
static int act(struct cli *c, const struct cli_args *a, const char *op, cJSON *req, const char *question,
               const char *done)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	int status = plan_confirm(c, a, false, question);

	if (status) {
		cJSON_Delete(req);
		return status < 0 ? CLI_OK : status;
	}
	if (ask(c, op, req, &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply ? reply : cJSON_CreateObject());
	cJSON_Delete(reply);
	fprintf(c->out, "%s\n", done);
	return CLI_OK;
}

static int two_limits(struct cli *c, const struct cli_args *a, int *min, int *max)
{
	struct error err = ERROR_INIT;

	if (!cli_opt(a, "min") || !cli_opt(a, "max"))
		return cli_usage(c, NULL, "say the limits: --min N --max N");
	if (cli_opt_int(a, "min", 0, 0, 100000, min, &err) || cli_opt_int(a, "max", 0, 0, 100000, max, &err))
		return cli_usage(c, NULL, "%s", err.message);
	return CLI_OK;
}

int scaling_put_managed(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling)
{
	const char *unit = cli_opt(a, "unit") ? cli_opt(a, "unit") : "Instances";
	struct error err = ERROR_INIT;
	int min, max, core, od, status = two_limits(c, a, &min, &max);
	char what[256];

	if (status)
		return status;
	if (cli_opt_int(a, "max-core", -1, 0, 100000, &core, &err) ||
	    cli_opt_int(a, "max-on-demand", -1, 0, 100000, &od, &err))
		return cli_usage(c, NULL, "%s", err.message);
	cJSON *limits = json_add_str(cJSON_CreateObject(), "UnitType", unit);
	json_add_int(json_add_int(limits, "MinimumCapacityUnits", min), "MaximumCapacityUnits", max);
	if (od >= 0)
		json_add_int(limits, "MaximumOnDemandCapacityUnits", od);
	if (core >= 0)
		json_add_int(limits, "MaximumCoreCapacityUnits", core);
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	json_add(req, "ManagedScalingPolicy", json_add(cJSON_CreateObject(), "ComputeLimits", limits));
	struct money m = managed_money(plan_region(c), scaling, min, max, core, unit);
	snprintf(what, sizeof what, "managed scaling: %d to %d %.20s of core and task nodes, by the demand of jobs",
	         min, max, unit);
	print_plan(c, what, &m);
	return act(c, a, "PutManagedScalingPolicy", req, "Put it?", "managed scaling is on");
}

/* A number of an option into the request, when it was given. */
static int add_option(const struct cli_args *a, const char *option, cJSON *req, const char *member,
                      struct error *err)
{
	int v;

	if (!cli_opt(a, option))
		return 0;
	if (cli_opt_int(a, option, 0, 0, 100000, &v, err))
		return err->code;
	json_add_int(req, member, v);
	return 0;
}

int scaling_put_utilization(struct cli *c, const struct cli_args *a, const char *cluster,
                            const cJSON *scaling)
{
	static const char *const members[][2] = {
		{ "high", "HighCpu" }, { "low", "LowCpu" }, { "out-by", "ScaleOutBy" }, { "in-by", "ScaleInBy" },
		{ "minutes", "Periods" }, { "max-on-demand", "MaximumOnDemandCapacityUnits" },
	};
	const cJSON *g = scaling_group(scaling, a->argv[2]);
	int64_t rest = cli_opt(a, "cool-down") ? cli_parse_span(cli_opt(a, "cool-down")) : 300000;
	struct error err = ERROR_INIT;
	int min, max, status;
	char what[256];

	if (!g)
		return scaling_no_group(c, a->argv[2]);
	if (rest < 0)
		return cli_usage(c, NULL, "--cool-down: \"%s\" is not a time such as 90s or 5m", cli_opt(a, "cool-down"));
	if ((status = two_limits(c, a, &min, &max)))
		return status;
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	json_add_str(req, "InstanceGroupId", json_str(g, "InstanceGroupId", ""));
	json_add_int(json_add_int(req, "MinCapacity", min), "MaxCapacity", max);
	json_add_int(req, "CoolDown", rest / 1000);
	json_add_str(req, "TopicArn", cli_opt(a, "topic"));
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		if (add_option(a, members[i][0], req, members[i][1], &err)) {
			cJSON_Delete(req);
			return cli_usage(c, NULL, "%s", err.message);
		}
	struct money m = group_money(plan_region(c), scaling, g, min, max);
	snprintf(what, sizeof what, "%s %s %s: %d to %d %s, CPU > %d %% out, < %d %% in",
	         json_str(g, "Role", ""), is_fleet(g) ? "fleet" : "group", json_str(g, "InstanceGroupId", ""), min, max,
	         is_fleet(g) ? "units" : "nodes",
	         (int)json_int(req, "HighCpu", 80), (int)json_int(req, "LowCpu", 20));
	print_plan(c, what, &m);
	return act(c, a, "Stoker.PutUtilizationScaling", req, "Put it?", "scaling by CPU is on");
}

/* "8" nodes, or of a fleet "2+6" units: on demand, and spot. Gives the sum, -1 when it is none. */
static long read_size(const char *text, bool fleet, cJSON *req)
{
	char *end;
	long n, spot = 0;

	errno = 0;
	n = strtol(text, &end, 10);
	if (end == text || (fleet && *end != '+'))
		return -1;
	if (fleet) {
		const char *rest = end + 1;
		spot = strtol(rest, &end, 10);
		if (end == rest)
			return -1;
	}
	if (errno || *end || n < 0 || spot < 0 || n > 4096 || spot > 4096)
		return -1;
	if (fleet)
		json_add_int(json_add_int(req, "TargetOnDemandCapacity", n), "TargetSpotCapacity", spot);
	else
		json_add_int(req, "InstanceCount", n);
	return n + spot;
}

int scaling_put_scheduled(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling)
{
	const cJSON *g = scaling_group(scaling, a->argv[2]);
	char what[512];

	if (!g)
		return scaling_no_group(c, a->argv[2]);
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	long n = read_size(a->argv[5], is_fleet(g), req);
	if (n < 0) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, is_fleet(g) ? "\"%s\" is not a size of a fleet: units on demand + spot, as 2+6"
		                                      : "\"%s\" is not a number of nodes (0 to 4096)", a->argv[5]);
	}
	json_add_str(req, "ScheduleName", a->argv[3]);
	json_add_str(req, "InstanceGroupId", json_str(g, "InstanceGroupId", ""));
	json_add_str(req, "ScheduleExpression", a->argv[4]);
	json_add_str(req, "ScheduleExpressionTimezone", cli_opt(a, "timezone"));
	struct money m = group_money(plan_region(c), scaling, g, (int)n, (int)n);
	snprintf(what, sizeof what, "%s %s %s: %s %s at %.200s", json_str(g, "Role", ""), is_fleet(g) ? "fleet" : "group",
	         json_str(g, "InstanceGroupId", ""), a->argv[5], is_fleet(g) ? "units" : "nodes", a->argv[4]);
	print_plan(c, what, &m);
	return act(c, a, "Stoker.PutScheduledScaling", req, "Put it?", "the size is scheduled");
}

/* A policy in a file: EMR's AutoScalingPolicy itself, or the whole request around it. */
static cJSON *read_policy(const char *path, struct error *err)
{
	cJSON *v, *inner;

	if (cli_read_json(path, &v, err))
		return NULL;
	inner = cJSON_DetachItemFromObjectCaseSensitive(v, "AutoScalingPolicy");
	if (inner) {
		cJSON_Delete(v);
		return inner;
	}
	if (json_obj(v, "Constraints") && json_arr(v, "Rules"))
		return v;
	cJSON_Delete(v);
	error_set(err, ERR_INVALID, "%s holds no automatic scaling policy: Constraints and Rules are expected",
	          path);
	return NULL;
}

int scaling_put_policy(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling)
{
	const cJSON *g = scaling_group(scaling, a->argv[2]);
	struct error err = ERROR_INIT;
	char what[256];

	if (!g)
		return scaling_no_group(c, a->argv[2]);
	cJSON *policy = read_policy(a->argv[3], &err);
	if (!policy)
		return cli_fail(c, &err);
	const cJSON *limits = json_obj(policy, "Constraints");
	int min = (int)json_int(limits, "MinCapacity", 0), max = (int)json_int(limits, "MaxCapacity", 0);
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	json_add_str(req, "InstanceGroupId", json_str(g, "InstanceGroupId", ""));
	struct money m = group_money(plan_region(c), scaling, g, min, max);
	snprintf(what, sizeof what, "%s group %s: %d to %d nodes by %d rules", json_str(g, "Role", ""),
	         json_str(g, "InstanceGroupId", ""), min, max, cJSON_GetArraySize(json_arr(policy, "Rules")));
	json_add(req, "AutoScalingPolicy", policy);
	print_plan(c, what, &m);
	return act(c, a, "PutAutoScalingPolicy", req, "Put it?", "the policy is being attached");
}

int scaling_remove(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling)
{
	const char *what = a->argc > 2 ? a->argv[2] : "", *word = a->argc > 3 ? a->argv[3] : NULL, *op = NULL;
	cJSON *req;

	if (!strcmp(what, "managed") && !word)
		op = "RemoveManagedScalingPolicy";
	else if (!strcmp(what, "policy") && word)
		op = "RemoveAutoScalingPolicy";
	else if (!strcmp(what, "utilization") && word)
		op = "Stoker.RemoveUtilizationScaling";
	else if (!strcmp(what, "scheduled") && word)
		op = "Stoker.RemoveScheduledScaling";
	if (!op || a->argc > 4)
		return cli_usage(c, NULL, "scaling remove takes CLUSTER and managed, policy GROUP, utilization GROUP or "
		                          "scheduled NAME");
	req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	if (!strcmp(what, "scheduled")) {
		json_add_str(req, "ScheduleName", word);
	} else if (word) {
		const cJSON *g = scaling_group(scaling, word);
		if (!g) {
			cJSON_Delete(req);
			return scaling_no_group(c, word);
		}
		json_add_str(req, "InstanceGroupId", json_str(g, "InstanceGroupId", ""));
	}
	return act(c, a, op, req, "Remove it? The nodes stay as they are.", "removed");
}
