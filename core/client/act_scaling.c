#include <stdio.h>
#include <string.h>

#include "core/client/act_impl.h"
#include "core/client/act_ops.h"
#include "core/model/fleet.h"

static cJSON *of_cluster(const struct mcluster *mc)
{
	return json_add_str(cJSON_CreateObject(), "ClusterId", mc->c->id);
}

static const char *role_of(const struct mcluster *mc, const char *group_id)
{
	const struct instance_group *g = cluster_group(mc->c, group_id);
	return g ? names_get(&instance_role_names, g->role) : group_id;
}

void act_limit_lines(struct act *a, const struct mcluster *mc, const char *group_id, int min, int max)
{
	const struct instance_group *g = cluster_group(mc->c, group_id);
	bool unknown = false;
	if (!g)
		return;
	if (g->fleet) {
		act_line(a, "units now", NULL, "%d on demand, %d spot", g->fleet->target_on_demand, g->fleet->target_spot);
		act_line(a, "limits", NULL, "%d to %d units", min, max);
		return;
	}
	double now = act_price_now(mc, &unknown);
	double low = now + model_price(mc->c->region, g->type, min - g->running, &unknown);
	double high = now + model_price(mc->c->region, g->type, max - g->running, &unknown);
	const char *bound = unknown ? ">= " : "";
	act_line(a, "nodes now", NULL, "%d x %s", g->running, g->type ? g->type : "");
	act_line(a, "cost per hour", NULL, "%s$%.2f at %d nodes, %s$%.2f at %d", bound, low < 0 ? 0 : low, min, bound,
	         high, max);
}

/* ---- managed ---- */

/* Core and task nodes together are within the limits: priced as the last group's type, beside the master's. */
static void managed_cost(struct act *a, const struct mcluster *mc, int min, int max)
{
	const struct instance_group *last = NULL;
	bool unknown = false;
	double master = 0;
	for (size_t i = 0; i < mc->c->groups.len; i++) {
		const struct instance_group *g = mc->c->groups.items[i];
		if (g->role == ROLE_MASTER)
			master += model_price(mc->c->region, g->type, g->requested, &unknown);
		else
			last = g;
	}
	if (!last)
		return;
	double low = master + model_price(mc->c->region, last->type, min, &unknown);
	double high = master + model_price(mc->c->region, last->type, max, &unknown);
	const char *bound = unknown ? ">= " : "";
	act_line(a, "cost per hour", NULL, "about %s$%.2f at %d nodes, %s$%.2f at %d", bound, low, min, bound, high, max);
}

struct act *act_put_managed(const struct mcluster *mc, cJSON *limits, const cJSON *was)
{
	static const struct act_member members[] = {
		{ "UnitType", "counted in" }, { "MinimumCapacityUnits", "at least" }, { "MaximumCapacityUnits", "at most" },
		{ "MaximumOnDemandCapacityUnits", "on demand at most" }, { "MaximumCoreCapacityUnits", "core at most" },
	};
	struct act *a = act_with(EMR("PutManagedScalingPolicy"), was ? "change" : "attach", limits);
	const cJSON *old = json_obj(was, "ComputeLimits");
	a->title = xasprintf("Managed scaling of %s", act_name_of(mc));
	act_diff(a, old, members, sizeof members / sizeof *members);
	if (!strcmp(json_str(limits, "UnitType", ""), "Instances"))
		managed_cost(a, mc, (int)json_int(limits, "MinimumCapacityUnits", 0),
		             (int)json_int(limits, "MaximumCapacityUnits", 0));
	a->in = json_add(of_cluster(mc), "ManagedScalingPolicy",
	                 json_add(cJSON_CreateObject(), "ComputeLimits", limits));
	act_aws_line(a, "emr put-managed-scaling-policy");
	a->done = xasprintf("managed scaling of %s is set", act_name_of(mc));
	return a;
}

struct act *act_remove_managed(const struct mcluster *mc, const cJSON *was)
{
	struct act *a = act_with(EMR("RemoveManagedScalingPolicy"), "remove", of_cluster(mc));
	char text[300];
	record_text(was, "ComputeLimits", text, sizeof text);
	a->title = xasprintf("Remove managed scaling of %s", act_name_of(mc));
	act_line(a, "limits", text, "none: sizes stay as they are");
	act_aws_line(a, "emr remove-managed-scaling-policy");
	a->done = xasprintf("managed scaling of %s is removed", act_name_of(mc));
	a->care = ACT_CARE_YES;
	return a;
}

/* ---- custom ---- */

static void rule_lines(struct act *a, const cJSON *policy)
{
	const cJSON *rule;
	cJSON_ArrayForEach(rule, json_arr(policy, "Rules")) {
		const cJSON *act = json_obj(json_obj(rule, "Action"), "SimpleScalingPolicyConfiguration");
		const cJSON *when = json_obj(json_obj(rule, "Trigger"), "CloudWatchAlarmDefinition");
		act_line(a, json_str(rule, "Name", "rule"), NULL, "%s %s %g for %d x %d s: %+d nodes, then wait %d s",
		         json_str(when, "MetricName", ""), json_str(when, "ComparisonOperator", ""),
		         json_num(when, "Threshold", 0), (int)json_int(when, "EvaluationPeriods", 1),
		         (int)json_int(when, "Period", 300), (int)json_int(act, "ScalingAdjustment", 0),
		         (int)json_int(act, "CoolDown", 0));
	}
}

struct act *act_put_custom(const struct mcluster *mc, const cJSON *group, cJSON *policy)
{
	const char *id = json_str(group, "InstanceGroupId", "");
	cJSON *in = json_add_str(of_cluster(mc), "InstanceGroupId", id);
	struct act *a = act_with(EMR("PutAutoScalingPolicy"), "attach", json_add(in, "AutoScalingPolicy", policy));
	const cJSON *limits = json_obj(policy, "Constraints");
	int min = (int)json_int(limits, "MinCapacity", 0), max = (int)json_int(limits, "MaxCapacity", 0);
	a->title = xasprintf("Scaling rules of %s of %s", role_of(mc, id), act_name_of(mc));
	act_line(a, "limits", NULL, "%d to %d nodes", min, max);
	rule_lines(a, policy);
	act_limit_lines(a, mc, id, min, max);
	act_aws_line(a, "emr put-auto-scaling-policy");
	a->done = xasprintf("%s of %s scales by its rules", role_of(mc, id), act_name_of(mc));
	return a;
}

struct act *act_remove_custom(const struct mcluster *mc, const cJSON *group)
{
	const char *id = json_str(group, "InstanceGroupId", "");
	struct act *a = act_with(EMR("RemoveAutoScalingPolicy"), "remove",
	                         json_add_str(of_cluster(mc), "InstanceGroupId", id));
	a->title = xasprintf("Remove the scaling rules of %s of %s", role_of(mc, id), act_name_of(mc));
	act_line(a, "rules", "attached", "none: the size stays as it is");
	act_aws_line(a, "emr remove-auto-scaling-policy");
	a->done = xasprintf("the rules of %s are removed", role_of(mc, id));
	a->care = ACT_CARE_YES;
	return a;
}

/* ---- by utilisation ---- */

static void utilization_line(struct act *a, const cJSON *in)
{
	static const char *const options[][2] = { { "MinCapacity", "--min" }, { "MaxCapacity", "--max" },
		{ "HighCpu", "--high" }, { "LowCpu", "--low" }, { "ScaleOutBy", "--out-by" },
		{ "ScaleInBy", "--in-by" }, { "Periods", "--minutes" }, { "CoolDown", "--cool-down" },
		{ "TopicArn", "--topic" } };
	act_stoker_words(a, "scaling", "put-utilization", json_str(in, "ClusterId", ""),
	                 json_str(in, "InstanceGroupId", ""), (char *)NULL);
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		char value[200];
		if (*record_text(in, options[i][0], value, sizeof value))
			act_stoker_words(a, options[i][1], value, (char *)NULL);
	}
}

struct act *act_put_utilization(const struct mcluster *mc, cJSON *in, const cJSON *was)
{
	static const struct act_member members[] = {
		{ "MinCapacity", "at least" }, { "MaxCapacity", "at most" }, { "HighCpu", "out above CPU %" },
		{ "LowCpu", "in below CPU %" }, { "ScaleOutBy", "nodes out" }, { "ScaleInBy", "nodes in" },
		{ "Periods", "minutes in a row" }, { "CoolDown", "then wait (s)" }, { "TopicArn", "at the limit tells" },
	};
	const char *id = json_str(in, "InstanceGroupId", "");
	struct act *a = act_with(STOKER("PutUtilizationScaling"), was ? "change" : "attach", in);
	a->title = xasprintf("Scale %s of %s by its CPU", role_of(mc, id), act_name_of(mc));
	act_diff(a, was, members, sizeof members / sizeof *members);
	act_limit_lines(a, mc, id, (int)json_int(in, "MinCapacity", 0), (int)json_int(in, "MaxCapacity", 0));
	utilization_line(a, in);
	a->done = xasprintf("%s of %s scales by its CPU", role_of(mc, id), act_name_of(mc));
	return a;
}

struct act *act_remove_utilization(const struct mcluster *mc, const char *id)
{
	struct act *a = act_with(STOKER("RemoveUtilizationScaling"), "remove",
	                         json_add_str(of_cluster(mc), "InstanceGroupId", id));
	a->title = xasprintf("Stop scaling %s of %s by its CPU", role_of(mc, id), act_name_of(mc));
	act_line(a, "policy", "attached", "none: the size stays as it is");
	act_stoker_words(a, "scaling", "remove", mc->c->id, "utilization", id, (char *)NULL);
	a->done = xasprintf("%s keeps its size", role_of(mc, id));
	a->care = ACT_CARE_YES;
	return a;
}

/* ---- by the clock ---- */

struct act *act_put_scheduled(const struct mcluster *mc, cJSON *in, const cJSON *was)
{
	static const struct act_member members[] = {
		{ "ScheduleExpression", "when" }, { "ScheduleExpressionTimezone", "time zone" },
		{ "InstanceCount", "nodes then" }, { "TargetOnDemandCapacity", "units on demand then" },
		{ "TargetSpotCapacity", "spot units then" },
	};
	const char *id = json_str(in, "InstanceGroupId", "");
	int n = (int)json_int(in, "InstanceCount", 0);
	struct act *a = act_with(STOKER("PutScheduledScaling"), was ? "change" : "create", in);
	a->title = xasprintf("Scale %s of %s by the clock: %s", role_of(mc, id), act_name_of(mc),
	                     json_str(in, "ScheduleName", ""));
	act_diff(a, was, members, sizeof members / sizeof *members);
	char nodes[32];
	if (cJSON_HasObjectItem(in, "InstanceCount")) {
		act_limit_lines(a, mc, id, n, n);
		snprintf(nodes, sizeof nodes, "%d", n);
	} else {
		snprintf(nodes, sizeof nodes, "%d+%d", (int)json_int(in, "TargetOnDemandCapacity", 0),
		         (int)json_int(in, "TargetSpotCapacity", 0));
	}
	act_stoker_words(a, "scaling", "put-scheduled", mc->c->id, id, json_str(in, "ScheduleName", ""),
	                 json_str(in, "ScheduleExpression", ""), nodes, "--timezone",
	                 json_str(in, "ScheduleExpressionTimezone", "UTC"), (char *)NULL);
	a->done = xasprintf("%s is set", json_str(in, "ScheduleName", ""));
	return a;
}

struct act *act_remove_scheduled(const struct mcluster *mc, const char *name)
{
	struct act *a = act_with(STOKER("RemoveScheduledScaling"), "remove",
	                         json_add_str(of_cluster(mc), "ScheduleName", name));
	a->title = xasprintf("Remove %s of %s", name, act_name_of(mc));
	act_line(a, "scheduled scaling", "set", "none: the size stays as it is");
	act_stoker_words(a, "scaling", "remove", mc->c->id, "scheduled", name, (char *)NULL);
	a->done = xasprintf("%s is removed", name);
	a->care = ACT_CARE_YES;
	return a;
}
