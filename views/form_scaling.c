/* Forms of scaling: which kind, and one for each. */
#include <stdio.h>
#include <string.h>

#include "views/forms.h"
#include "views/sheet.h"

/* ---- managed ---- */

static const char *const units[] = { "Instances", "InstanceFleetUnits", "VCPU", NULL };

static void managed_summary(void *ctx, const struct form *f, char *out, size_t size)
{
	const struct sheet *s = ctx;
	const struct mcluster *mc = sheet_cluster(s);
	bool unknown = false;
	const struct instance_group *last = mc && mc->c->groups.len ? mc->c->groups.items[mc->c->groups.len - 1] : NULL;
	double each = last ? model_price(mc->c->region, last->type, 1, &unknown) : 0;
	*out = 0;
	if (!strcmp(form_text(f, "unit"), units[0]))
		snprintf(out, size, "between about $%.2f/h and $%.2f/h%s", each * (double)form_number(f, "min"),
		         each * (double)form_number(f, "max"), unknown ? ", a fee is not known" : "");
}

static const char *managed_submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	struct mcluster *mc = sheet_cluster(s);
	if (form_number(f, "max") < form_number(f, "min")) {
		*field = "max";
		return "not less than the minimum";
	}
	if (form_number(f, "ondemand") > form_number(f, "max") || form_number(f, "core") > form_number(f, "max")) {
		*field = form_number(f, "core") > form_number(f, "max") ? "core" : "ondemand";
		return "not more than the maximum";
	}
	if (!mc)
		return "the cluster has gone";
	cJSON *limits = json_add_str(cJSON_CreateObject(), "UnitType", form_text(f, "unit"));
	json_add_int(limits, "MinimumCapacityUnits", form_number(f, "min"));
	json_add_int(limits, "MaximumCapacityUnits", form_number(f, "max"));
	json_add_int(limits, "MaximumOnDemandCapacityUnits", form_number(f, "ondemand"));
	json_add_int(limits, "MaximumCoreCapacityUnits", form_number(f, "core"));
	return sheet_done(s, act_put_managed(mc, limits, s->was));
}

static char *number(const cJSON *o, const char *member, int def, char *out, size_t size)
{
	snprintf(out, size, "%d", (int)json_int(o, member, def));
	return out;
}

void form_managed_open(struct console *con, const cJSON *was)
{
	struct sheet *s = sheet_new(con, was, "");
	const cJSON *l = json_obj(was, "ComputeLimits");
	char title[300], min[16], max[16], demand[16], core[16];
	int top = (int)json_int(l, "MaximumCapacityUnits", 10);
	snprintf(title, sizeof title, "Managed scaling of %s", model_cluster_name(con->model, s->cluster));
	const struct form_field fields[] = {
		{ FIELD_CHOICE, "unit", "counted in", .help = "fleets count in their own units", .choices = units,
		  .value = json_str(l, "UnitType", units[0]) },
		{ FIELD_NUMBER, "min", "at least", .help = "core and task nodes together", .min = 1, .max = 2000,
		  .value = number(l, "MinimumCapacityUnits", 2, min, sizeof min) },
		{ FIELD_NUMBER, "max", "at most", .help = "core and task nodes together", .min = 1, .max = 2000,
		  .value = number(l, "MaximumCapacityUnits", 10, max, sizeof max) },
		{ FIELD_NUMBER, "ondemand", "on demand", .help = "at most so much of it; the rest is spot", .min = 0,
		  .max = 2000, .value = number(l, "MaximumOnDemandCapacityUnits", top, demand, sizeof demand) },
		{ FIELD_NUMBER, "core", "core", .help = "at most so much of it; the rest is task nodes", .min = 1,
		  .max = 2000, .value = number(l, "MaximumCoreCapacityUnits", top, core, sizeof core) },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields, .n = 5, .verb = "show the plan",
		.summary = managed_summary, .submit = managed_submit, .cancel = sheet_free, .ctx = s });
}

/* ---- custom: one rule out, one rule in ---- */

static const char *const watched[] = { "YARNMemoryAvailablePercentage", "ContainerPendingRatio",
	"HDFSUtilization", "AppsPending", NULL };

static bool low_is_busy(const char *metric)
{
	return !strcmp(metric, watched[0]);
}

static cJSON *rule_of(const struct form *f, const char *name, bool out)
{
	const char *metric = form_text(f, "metric");
	bool greater = out != low_is_busy(metric);
	cJSON *simple = json_add_str(cJSON_CreateObject(), "AdjustmentType", "CHANGE_IN_CAPACITY");
	json_add_int(simple, "ScalingAdjustment", out ? form_number(f, "out_by") : -form_number(f, "in_by"));
	json_add_int(simple, "CoolDown", form_number(f, "cool"));
	cJSON *when = json_add_str(cJSON_CreateObject(), "ComparisonOperator", greater ? "GREATER_THAN" : "LESS_THAN");
	json_add_int(when, "EvaluationPeriods", form_number(f, "periods"));
	json_add_int(json_add_str(json_add_str(when, "MetricName", metric), "Namespace", "AWS/ElasticMapReduce"),
	             "Period", 300);
	json_add_str(when, "Statistic", "AVERAGE");
	json_add_num(when, "Threshold", form_double(f, out ? "out" : "in"));
	cJSON *dimension = json_add_str(json_add_str(cJSON_CreateObject(), "Key", "JobFlowId"), "Value",
	                                "${emr.clusterId}");
	cJSON *list = cJSON_CreateArray(), *rule = json_add_str(cJSON_CreateObject(), "Name", name);
	cJSON_AddItemToArray(list, dimension);
	json_add(when, "Dimensions", list);
	json_add(rule, "Action", json_add(cJSON_CreateObject(), "SimpleScalingPolicyConfiguration", simple));
	return json_add(rule, "Trigger", json_add(cJSON_CreateObject(), "CloudWatchAlarmDefinition", when));
}

/* What an attached policy says, as values of the form: its first rule that adds nodes and its first that
 * takes some away. */
struct rule_values {
	const char *metric;
	char threshold[2][32], by[2][16], periods[16], cool[16];    /* [0] out, [1] in */
};

static void read_rule(struct rule_values *v, const cJSON *rule)
{
	const cJSON *act = json_obj(json_obj(rule, "Action"), "SimpleScalingPolicyConfiguration");
	const cJSON *when = json_obj(json_obj(rule, "Trigger"), "CloudWatchAlarmDefinition");
	int by = (int)json_int(act, "ScalingAdjustment", 0), in = by < 0;
	snprintf(v->threshold[in], sizeof v->threshold[in], "%g", json_num(when, "Threshold", 0));
	snprintf(v->by[in], sizeof v->by[in], "%d", in ? -by : by);
	snprintf(v->periods, sizeof v->periods, "%d", (int)json_int(when, "EvaluationPeriods", 1));
	snprintf(v->cool, sizeof v->cool, "%d", (int)json_int(act, "CoolDown", 300));
	for (int i = 0; watched[i]; i++)
		if (!strcmp(watched[i], json_str(when, "MetricName", "")))
			v->metric = watched[i];
}

static struct rule_values values_of(const cJSON *policy)
{
	struct rule_values v = { watched[0], { "15", "75" }, { "1", "1" }, "1", "300" };
	const cJSON *rule;
	cJSON_ArrayForEach(rule, json_arr(policy, "Rules"))
		read_rule(&v, rule);
	return v;
}

static void custom_summary(void *ctx, const struct form *f, char *out, size_t size)
{
	bool low = low_is_busy(form_text(f, "metric"));
	(void)ctx;
	snprintf(out, size, "%s %s: +%ld nodes; %s %s: -%ld nodes", low ? "below" : "above", form_text(f, "out"),
	         form_number(f, "out_by"), low ? "above" : "below", form_text(f, "in"), form_number(f, "in_by"));
}

static const char *custom_submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	struct mcluster *mc = sheet_cluster(s);
	const char *id = sheet_group_id(s, form_text(f, "group"));
	if (form_number(f, "max") < form_number(f, "min")) {
		*field = "max";
		return "not less than the minimum";
	}
	if (!mc || !id)
		return "that group has gone";
	cJSON *limits = json_add_int(cJSON_CreateObject(), "MinCapacity", form_number(f, "min"));
	cJSON *rules = cJSON_CreateArray();
	cJSON_AddItemToArray(rules, rule_of(f, "scale-out", true));
	cJSON_AddItemToArray(rules, rule_of(f, "scale-in", false));
	cJSON *policy = json_add(cJSON_CreateObject(), "Constraints",
	                         json_add_int(limits, "MaxCapacity", form_number(f, "max")));
	json_add(policy, "Rules", rules);
	cJSON *group = json_add_str(cJSON_CreateObject(), "InstanceGroupId", id);
	struct act *a = act_put_custom(mc, group, policy);
	cJSON_Delete(group);
	return sheet_done(s, a);
}

void form_custom_open(struct console *con, const cJSON *group)
{
	const char *id = json_str(group, "InstanceGroupId", NULL);
	struct sheet *s = sheet_new(con, group, id);
	const cJSON *policy = json_obj(group, "AutoScalingPolicy"), *limits = json_obj(policy, "Constraints");
	struct rule_values v = values_of(policy);
	char title[300], min[16], max[16];
	snprintf(title, sizeof title, "Scaling rules for %s", model_cluster_name(con->model, s->cluster));
	const struct form_field fields[] = {
		{ FIELD_CHOICE, "group", "group", .help = "that scales", .choices = sheet_groups(s, false),
		  .value = id ? sheet_group_label(s, id) : NULL },
		{ FIELD_NUMBER, "min", "at least", .help = "nodes", .min = 0, .max = 2000,
		  .value = number(limits, "MinCapacity", 1, min, sizeof min) },
		{ FIELD_NUMBER, "max", "at most", .help = "nodes", .min = 1, .max = 2000,
		  .value = number(limits, "MaxCapacity", 10, max, sizeof max) },
		{ FIELD_CHOICE, "metric", "watches", .help = "EMR's metric of the cluster, averaged over 5 minutes",
		  .choices = watched, .value = v.metric },
		{ FIELD_TEXT, "out", "more when at", .help = "value beyond which nodes are added", .value = v.threshold[0],
		  .check = check_number },
		{ FIELD_NUMBER, "out_by", "nodes more", .help = "at a time", .value = v.by[0], .min = 1, .max = 100 },
		{ FIELD_TEXT, "in", "fewer when at", .help = "value beyond which nodes leave", .value = v.threshold[1],
		  .check = check_number },
		{ FIELD_NUMBER, "in_by", "nodes fewer", .help = "at a time", .value = v.by[1], .min = 1, .max = 100 },
		{ FIELD_NUMBER, "periods", "periods", .help = "of 5 minutes in a row", .value = v.periods, .min = 1,
		  .max = 24 },
		{ FIELD_NUMBER, "cool", "then wait, s", .help = "before the next change", .value = v.cool, .min = 0,
		  .max = 86400 },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields, .n = 10, .verb = "show the plan",
		.summary = custom_summary, .submit = custom_submit, .cancel = sheet_free, .ctx = s });
}

/* ---- by utilisation ---- */

static const char *utilization_submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	struct mcluster *mc = sheet_cluster(s);
	const char *id = sheet_group_id(s, form_text(f, "group"));
	if (form_number(f, "MaxCapacity") < form_number(f, "MinCapacity")) {
		*field = "MaxCapacity";
		return "not less than the minimum";
	}
	if (form_number(f, "LowCpu") >= form_number(f, "HighCpu")) {
		*field = "LowCpu";
		return "below the upper one, with room between";
	}
	if (!mc || !id)
		return "that group has gone";
	static const char *const members[] = { "MinCapacity", "MaxCapacity", "HighCpu", "LowCpu", "ScaleOutBy",
	                                       "ScaleInBy", "Periods", "CoolDown" };
	cJSON *in = json_add_str(json_add_str(cJSON_CreateObject(), "ClusterId", mc->c->id), "InstanceGroupId", id);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++)
		json_add_int(in, members[i], form_number(f, members[i]));
	json_add_str(in, "TopicArn", sheet_topic_arn(s, form_text(f, "topic")));
	return sheet_done(s, act_put_utilization(mc, in, json_obj(s->was, "Utilization")));
}

static void utilization_summary(void *ctx, const struct form *f, char *out, size_t size)
{
	(void)ctx;
	snprintf(out, size, "CPU > %ld%%: +%ld; < %ld%%: -%ld; at %ld nodes: an alarm", form_number(f, "HighCpu"),
	         form_number(f, "ScaleOutBy"), form_number(f, "LowCpu"), form_number(f, "ScaleInBy"),
	         form_number(f, "MaxCapacity"));
}

void form_utilization_open(struct console *con, const cJSON *group)
{
	const char *id = json_str(group, "InstanceGroupId", NULL);
	struct sheet *s = sheet_new(con, group, id);
	const cJSON *u = json_obj(group, "Utilization");
	char title[300], n[8][16];
	snprintf(title, sizeof title, "Scale %s by its CPU", model_cluster_name(con->model, s->cluster));
	const struct form_field fields[] = {
		{ FIELD_CHOICE, "group", "group", .help = "that scales", .choices = sheet_groups(s, false),
		  .value = id ? sheet_group_label(s, id) : NULL },
		{ FIELD_NUMBER, "MinCapacity", "at least", .help = "nodes", .min = 0, .max = 2000,
		  .value = number(u, "MinCapacity", 1, n[0], 16) },
		{ FIELD_NUMBER, "MaxCapacity", "at most", .help = "nodes; there an operator is alerted", .min = 1,
		  .max = 2000, .value = number(u, "MaxCapacity", 10, n[1], 16) },
		{ FIELD_NUMBER, "HighCpu", "out above, %", .help = "CPU of the group's nodes", .min = 1, .max = 100,
		  .value = number(u, "HighCpu", 80, n[2], 16) },
		{ FIELD_NUMBER, "LowCpu", "in below, %", .help = "CPU of the group's nodes", .min = 0, .max = 99,
		  .value = number(u, "LowCpu", 20, n[3], 16) },
		{ FIELD_NUMBER, "ScaleOutBy", "nodes out", .help = "added at a time", .min = 1, .max = 100,
		  .value = number(u, "ScaleOutBy", 1, n[4], 16) },
		{ FIELD_NUMBER, "ScaleInBy", "nodes in", .help = "leave at a time", .min = 1, .max = 100,
		  .value = number(u, "ScaleInBy", 1, n[5], 16) },
		{ FIELD_NUMBER, "Periods", "minutes", .help = "so many in a row must agree", .min = 1, .max = 60,
		  .value = number(u, "Periods", 2, n[6], 16) },
		{ FIELD_NUMBER, "CoolDown", "then wait, s", .help = "before the next change", .min = 0, .max = 86400,
		  .value = number(u, "CoolDown", 300, n[7], 16) },
		{ FIELD_CHOICE, "topic", "at most tells", .help = "topic that hears when the maximum is not enough",
		  .choices = sheet_topics(s), .value = sheet_topic_name(s, json_str(u, "TopicArn", NULL)) },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields, .n = 10, .verb = "show the plan",
		.summary = utilization_summary, .submit = utilization_submit, .cancel = sheet_free, .ctx = s });
}

/* ---- by the clock ---- */

/* The group that is chosen counts in units. */
static bool of_fleet(void *ctx, const struct form *f)
{
	const struct sheet *s = ctx;
	const struct mcluster *mc = sheet_cluster(s);
	const char *id = sheet_group_id(s, form_text(f, "group"));
	const struct instance_group *g = mc && id ? cluster_group(mc->c, id) : NULL;
	return g && g->fleet;
}

static bool of_group(void *ctx, const struct form *f)
{
	return !of_fleet(ctx, f);
}

static const char *scheduled_submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	struct mcluster *mc = sheet_cluster(s);
	const char *id = sheet_group_id(s, form_text(f, "group"));
	(void)field;
	if (!mc || !id)
		return "that group has gone";
	cJSON *in = json_add_str(json_add_str(cJSON_CreateObject(), "ClusterId", mc->c->id), "ScheduleName",
	                         form_text(f, "name"));
	json_add_str(json_add_str(in, "InstanceGroupId", id), "ScheduleExpression", form_text(f, "when"));
	json_add_str(in, "ScheduleExpressionTimezone", *form_text(f, "zone") ? form_text(f, "zone") : "UTC");
	if (of_fleet(s, f))
		json_add_int(json_add_int(in, "TargetOnDemandCapacity", form_number(f, "on_demand")), "TargetSpotCapacity",
		             form_number(f, "spot"));
	else
		json_add_int(in, "InstanceCount", form_number(f, "count"));
	return sheet_done(s, act_put_scheduled(mc, in, s->was));
}

void form_scheduled_open(struct console *con, const cJSON *was)
{
	const char *id = json_str(was, "InstanceGroupId", NULL);
	struct sheet *s = sheet_new(con, was, json_str(was, "ScheduleName", ""));
	char title[300], count[16], od[16], spot[16];
	snprintf(title, sizeof title, "Scale %s by the clock", model_cluster_name(con->model, s->cluster));
	const struct form_field fields[] = {
		{ FIELD_TEXT, "name", "name", .help = "one with this name is replaced", .required = true,
		  .value = json_str(was, "ScheduleName", "night"), .check = check_word },
		{ FIELD_CHOICE, "group", "group", .help = "that scales", .choices = sheet_groups(s, false),
		  .value = id ? sheet_group_label(s, id) : NULL },
		{ FIELD_TEXT, "when", "when", .help = "cron(minute hour day month weekday year), rate(…) or at(…)",
		  .value = json_str(was, "ScheduleExpression", "cron(0 20 * * ? *)"), .check = check_expression },
		{ FIELD_TEXT, "zone", "time zone", .help = "as Europe/Berlin; empty: UTC",
		  .value = json_str(was, "ScheduleExpressionTimezone", "UTC"), .check = check_zone },
		{ FIELD_NUMBER, "count", "nodes then", .help = "it is set to so many", .min = 0, .max = 2000,
		  .value = number(was, "InstanceCount", 2, count, sizeof count), .shown = of_group },
		{ FIELD_NUMBER, "on_demand", "on demand", .help = "units of the fleet then", .min = 0, .max = 2000,
		  .value = number(was, "TargetOnDemandCapacity", 1, od, sizeof od), .shown = of_fleet },
		{ FIELD_NUMBER, "spot", "spot", .help = "units of the fleet then", .min = 0, .max = 2000,
		  .value = number(was, "TargetSpotCapacity", 0, spot, sizeof spot), .shown = of_fleet },
	};
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields, .n = 7, .verb = "show the plan",
		.submit = scheduled_submit, .cancel = sheet_free, .ctx = s });
}

/* ---- which kind ---- */

static void chosen(void *ctx, int value)
{
	struct console *con = ctx;
	static void (*const open[])(struct console *, const cJSON *) = { form_managed_open, form_custom_open,
		form_utilization_open, form_scheduled_open };
	open[value](con, NULL);
}

void form_scaling_menu(struct console *con)
{
	static const struct menu_item items[] = {
		{ "managed", "EMR watches the queue and keeps core and task nodes within limits", NULL, 0 },
		{ "rules", "a group grows and shrinks by thresholds of a metric", NULL, 1 },
		{ "by CPU", "CPU high: out, low: in; at the maximum an operator is alerted", NULL, 2 },
		{ "by the clock", "a group gets a size at given times", NULL, 3 },
	};
	menu_open(con->app, &(struct menu){ .title = "New scaling policy", .items = items, .n = 4, .chosen = chosen,
		.ctx = con });
}
