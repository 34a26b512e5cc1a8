/* The form of an EMR custom scaling policy: a group, its limits, and as many rules as it has. Each rule is a line
 * that Enter opens in a form of its own, where it is changed or taken out; the last line adds one. Members that no
 * field shows (dimensions, units, descriptions) stay as they were. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "views/forms.h"
#include "views/sheet.h"

#define RULES 20                     /* lines there are: more rules than policies have */
#define FREE "add a rule"            /* what the line behind the last one says */

static const char *const watched[] = { "YARNMemoryAvailablePercentage", "ContainerPendingRatio", "ContainerPending",
	"HDFSUtilization", "AppsPending", "CoreNodesRunning", "another", NULL };
static const char *const compares[] = { "<", "<=", ">", ">=", NULL };
static const char *const operators[] = { "LESS_THAN", "LESS_THAN_OR_EQUAL", "GREATER_THAN",
	"GREATER_THAN_OR_EQUAL" };
static const char *const kinds[] = { "nodes", "percent", "to a size", NULL };
static const char *const adjustments[] = { "CHANGE_IN_CAPACITY", "PERCENT_CHANGE_IN_CAPACITY", "EXACT_CAPACITY" };
static const char *const keep[] = { "keep", "delete", NULL };

static int index_of(const char *const *list, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i], word))
			return (int)i;
	return -1;
}

/* ---- one rule ---- */

/* The open form of one rule, and the form with all of them. */
struct rule_sheet {
	struct sheet *of;
	struct form *form;
	int at;                          /* its place; the number of rules: a new one */
};

static cJSON *rules_of(const struct sheet *s)
{
	return cJSON_GetObjectItemCaseSensitive(s->now, "Rules");
}

static const cJSON *simple_of(const cJSON *rule)
{
	return json_obj(json_obj(rule, "Action"), "SimpleScalingPolicyConfiguration");
}

static const cJSON *trigger_of(const cJSON *rule)
{
	return json_obj(json_obj(rule, "Trigger"), "CloudWatchAlarmDefinition");
}

/* Rules as lines of the form. */
static void show(struct sheet *s, struct form *f)
{
	int n = cJSON_GetArraySize(rules_of(s));
	for (int i = 0; i < RULES; i++) {
		char name[16], text[400] = FREE;
		snprintf(name, sizeof name, "rule%d", i);
		if (i < n)
			act_rule_text(cJSON_GetArrayItem(rules_of(s), i), text, sizeof text);
		form_set(f, name, i <= n ? text : "");
	}
}

static void put(cJSON *o, const char *member, cJSON *v)
{
	cJSON_DeleteItemFromObjectCaseSensitive(o, member);
	json_add(o, member, v);
}

/* The object at a member, made when it is not there. */
static cJSON *inner(cJSON *o, const char *member)
{
	cJSON *x = cJSON_GetObjectItemCaseSensitive(o, member);
	if (!x)
		json_add(o, member, x = cJSON_CreateObject());
	return x;
}

static cJSON *own_dimensions(void)
{
	cJSON *list = cJSON_CreateArray();
	cJSON_AddItemToArray(list, json_add_str(json_add_str(cJSON_CreateObject(), "Key", "JobFlowId"), "Value",
	                                        "${emr.clusterId}"));
	return list;
}

static void take_rule(cJSON *rule, const struct form *f)
{
	cJSON *act = inner(inner(rule, "Action"), "SimpleScalingPolicyConfiguration");
	cJSON *when = inner(inner(rule, "Trigger"), "CloudWatchAlarmDefinition");
	const char *metric = form_text(f, "metric");
	int compare = index_of(compares, 4, form_text(f, "compare")), kind = index_of(kinds, 3, form_text(f, "kind"));
	put(rule, "Name", cJSON_CreateString(form_text(f, "name")));
	put(act, "AdjustmentType", cJSON_CreateString(adjustments[kind < 0 ? 0 : kind]));
	put(act, "ScalingAdjustment", cJSON_CreateNumber((double)form_number(f, "by")));
	put(act, "CoolDown", cJSON_CreateNumber((double)form_number(f, "cool")));
	put(when, "ComparisonOperator", cJSON_CreateString(operators[compare < 0 ? 0 : compare]));
	put(when, "EvaluationPeriods", cJSON_CreateNumber((double)form_number(f, "periods")));
	put(when, "MetricName", cJSON_CreateString(strcmp(metric, "another") ? metric : form_text(f, "other")));
	put(when, "Period", cJSON_CreateNumber((double)form_number(f, "seconds")));
	put(when, "Threshold", cJSON_CreateNumber(form_double(f, "threshold")));
	if (!cJSON_HasObjectItem(when, "Namespace"))
		json_add_str(when, "Namespace", "AWS/ElasticMapReduce");
	if (!cJSON_HasObjectItem(when, "Statistic"))
		json_add_str(when, "Statistic", "AVERAGE");
	if (!cJSON_HasObjectItem(when, "Dimensions"))
		json_add(when, "Dimensions", own_dimensions());
}

static const char *rule_submit(void *ctx, const struct form *f, const char **field)
{
	struct rule_sheet *r = ctx;
	cJSON *rules = rules_of(r->of), *rule = cJSON_GetArrayItem(rules, r->at), *other;
	bool gone = !strcmp(form_text(f, "keep"), keep[1]);
	if (!gone && !strcmp(form_text(f, "metric"), "another") && !*form_text(f, "other")) {
		*field = "other";
		return "name the metric";
	}
	if (!gone && !strcmp(form_text(f, "kind"), kinds[2]) && form_number(f, "by") < 0) {
		*field = "by";
		return "a size is not less than 0";
	}
	cJSON_ArrayForEach(other, rules) {
		if (gone || other == rule || strcmp(json_str(other, "Name", ""), form_text(f, "name")))
			continue;
		*field = "name";
		return "another rule of this group has that name";
	}
	if (gone)
		cJSON_DeleteItemFromArray(rules, r->at);
	else if (!rule)
		cJSON_AddItemToArray(rules, rule = cJSON_CreateObject());
	if (!gone)
		take_rule(rule, f);
	show(r->of, r->form);
	form_touch(r->form);
	free(r);
	return NULL;
}

static void rule_cancel(void *ctx)
{
	free(ctx);
}

static bool other_metric(void *ctx, const struct form *f)
{
	(void)ctx;
	return !strcmp(form_text(f, "metric"), "another");
}

static bool is_old(void *ctx, const struct form *f)
{
	const struct rule_sheet *r = ctx;
	(void)f;
	return cJSON_GetArrayItem(rules_of(r->of), r->at) != NULL;
}

static void rule_summary(void *ctx, const struct form *f, char *out, size_t size)
{
	(void)ctx;
	cJSON *rule = cJSON_CreateObject();
	take_rule(rule, f);
	act_rule_text(rule, out, size);
	cJSON_Delete(rule);
}

static char *whole(const cJSON *o, const char *member, int def, char *out, size_t size)
{
	snprintf(out, size, "%d", (int)json_int(o, member, def));
	return out;
}

static void rule_open(struct sheet *s, struct form *form, int at)
{
	struct rule_sheet *r = xcalloc(1, sizeof *r);
	const cJSON *rule = cJSON_GetArrayItem(rules_of(s), at), *act = simple_of(rule), *when = trigger_of(rule);
	const char *metric = json_str(when, "MetricName", watched[0]);
	int known = index_of(watched, 6, metric);
	int compare = index_of(operators, 4, json_str(when, "ComparisonOperator", ""));
	int kind = index_of(adjustments, 3, json_str(act, "AdjustmentType", adjustments[0]));
	char name[32], threshold[32], n[4][16];
	*r = (struct rule_sheet){ s, form, at };
	snprintf(name, sizeof name, "rule-%d", at + 1);
	snprintf(threshold, sizeof threshold, "%g", json_num(when, "Threshold", 15));
	const struct form_field fields[] = {
		{ FIELD_TEXT, "name", "name", .help = "of the rule; its alarm is called after it", .required = true,
		  .value = json_str(rule, "Name", name), .check = check_word },
		{ FIELD_CHOICE, "metric", "watches", .help = "EMR's metric of the cluster, averaged over each period",
		  .choices = watched, .value = known < 0 ? "another" : metric },
		{ FIELD_TEXT, "other", "its name", .help = "as ListMetrics has it", .shown = other_metric, .value = metric },
		{ FIELD_CHOICE, "compare", "is", .help = "how the value compares when the rule acts", .choices = compares,
		  .value = compares[compare < 0 ? 0 : compare] },
		{ FIELD_TEXT, "threshold", "than", .help = "in the metric's unit", .value = threshold, .check = check_number },
		{ FIELD_NUMBER, "periods", "in periods", .help = "so many in a row", .min = 1, .max = 100,
		  .value = whole(when, "EvaluationPeriods", 1, n[0], sizeof n[0]) },
		{ FIELD_NUMBER, "seconds", "of seconds", .help = "length of one; EMR's metrics come every 300 s", .min = 1,
		  .max = 86400, .value = whole(when, "Period", 300, n[1], sizeof n[1]) },
		{ FIELD_CHOICE, "kind", "changes by", .help = "a number of nodes, a share of them, or to a size",
		  .choices = kinds,
		  .value = kinds[kind < 0 ? 0 : kind] },
		{ FIELD_NUMBER, "by", "how many", .help = "negative takes nodes away", .min = -2000, .max = 2000,
		  .value = whole(act, "ScalingAdjustment", 1, n[2], sizeof n[2]) },
		{ FIELD_NUMBER, "cool", "then wait, s", .help = "before the next change", .min = 0, .max = 86400,
		  .value = whole(act, "CoolDown", 300, n[3], sizeof n[3]) },
		{ FIELD_CHOICE, "keep", "this rule", .help = "delete takes it out of the list", .choices = keep,
		  .shown = is_old },
	};
	form_open(s->con->app, &(struct form_spec){ .title = rule ? "Change a scaling rule" : "New scaling rule",
		.fields = fields, .n = sizeof fields / sizeof *fields, .verb = "take it", .summary = rule_summary,
		.submit = rule_submit, .cancel = rule_cancel, .ctx = r });
}

/* ---- all of them ---- */

static void pressed(void *ctx, struct form *f, const char *name)
{
	rule_open(ctx, f, (int)strtol(name + strlen("rule"), NULL, 10));
}

static const char *policy_submit(void *ctx, const struct form *f, const char **field)
{
	struct sheet *s = ctx;
	struct mcluster *mc = sheet_cluster(s);
	const char *id = sheet_group_id(s, form_text(f, "group"));
	if (form_number(f, "max") < form_number(f, "min")) {
		*field = "max";
		return "not less than the minimum";
	}
	if (!cJSON_GetArraySize(rules_of(s))) {
		*field = "rule0";
		return "at least one rule is needed: Enter on this line adds one";
	}
	if (!mc || !id)
		return "that group has gone";
	cJSON *policy = cJSON_CreateObject();
	json_add(policy, "Constraints", json_add_int(json_add_int(cJSON_CreateObject(), "MinCapacity",
	         form_number(f, "min")), "MaxCapacity", form_number(f, "max")));
	json_add(policy, "Rules", cJSON_Duplicate(rules_of(s), 1));
	cJSON *group = json_add_str(cJSON_CreateObject(), "InstanceGroupId", id);
	if (!strcmp(id, s->id))
		json_add(group, "AutoScalingPolicy", cJSON_Duplicate(json_obj(s->was, "AutoScalingPolicy"), 1));
	struct act *a = act_put_custom(mc, group, policy);
	cJSON_Delete(group);
	return sheet_done(s, f, a);
}

static void policy_summary(void *ctx, const struct form *f, char *out, size_t size)
{
	int n = cJSON_GetArraySize(rules_of(ctx));
	snprintf(out, size, "%d rule%s, between %ld and %ld nodes", n, n == 1 ? "" : "s", form_number(f, "min"),
	         form_number(f, "max"));
}

/* A new policy begins with the usual pair: more when memory is short, fewer when it is plenty. */
static cJSON *usual_rules(void)
{
	static const char *const text =
	    "[{\"Name\":\"scale-out\",\"Action\":{\"SimpleScalingPolicyConfiguration\":{\"AdjustmentType\":"
	    "\"CHANGE_IN_CAPACITY\",\"ScalingAdjustment\":1,\"CoolDown\":300}},\"Trigger\":{"
	    "\"CloudWatchAlarmDefinition\":{\"ComparisonOperator\":\"LESS_THAN\",\"EvaluationPeriods\":1,"
	    "\"MetricName\":\"YARNMemoryAvailablePercentage\",\"Namespace\":\"AWS/ElasticMapReduce\",\"Period\":300,"
	    "\"Statistic\":\"AVERAGE\",\"Threshold\":15,\"Dimensions\":[{\"Key\":\"JobFlowId\","
	    "\"Value\":\"${emr.clusterId}\"}]}}}]";
	cJSON *list = cJSON_Parse(text), *in = cJSON_Duplicate(list->child, 1);
	put(in, "Name", cJSON_CreateString("scale-in"));
	put(inner(inner(in, "Action"), "SimpleScalingPolicyConfiguration"), "ScalingAdjustment", cJSON_CreateNumber(-1));
	cJSON *when = inner(inner(in, "Trigger"), "CloudWatchAlarmDefinition");
	put(when, "ComparisonOperator", cJSON_CreateString("GREATER_THAN"));
	put(when, "Threshold", cJSON_CreateNumber(75));
	cJSON_AddItemToArray(list, in);
	return list;
}

static struct sheet *sheet_of(struct console *con, const cJSON *group)
{
	struct sheet *s = sheet_new(con, group, json_str(group, "InstanceGroupId", ""));
	const cJSON *rules = json_arr(json_obj(group, "AutoScalingPolicy"), "Rules");
	s->now = json_add(cJSON_CreateObject(), "Rules", rules ? cJSON_Duplicate(rules, 1) : usual_rules());
	return s;
}

void form_custom_open(struct console *con, const cJSON *group)
{
	struct sheet *s = sheet_of(con, group);
	const cJSON *limits = json_obj(json_obj(group, "AutoScalingPolicy"), "Constraints");
	char title[300], min[16], max[16], names[RULES][16], texts[RULES][400];
	struct form_field fields[4 + RULES] = {
		{ FIELD_CHOICE, "group", "group", .help = "that scales", .choices = sheet_groups(s, false),
		  .value = *s->id ? sheet_group_label(s, s->id) : NULL },
		{ FIELD_NUMBER, "min", "at least", .help = "nodes", .min = 0, .max = 2000,
		  .value = whole(limits, "MinCapacity", 1, min, sizeof min) },
		{ FIELD_NUMBER, "max", "at most", .help = "nodes", .min = 1, .max = 2000,
		  .value = whole(limits, "MaxCapacity", 10, max, sizeof max) },
		{ FIELD_SECTION, "rules", .label = "Rules" },
	};
	int n = cJSON_GetArraySize(rules_of(s));
	for (int i = 0; i < RULES; i++) {
		snprintf(names[i], sizeof names[i], "rule%d", i);
		snprintf(texts[i], sizeof texts[i], "%s", i == n ? FREE : "");
		if (i < n)
			act_rule_text(cJSON_GetArrayItem(rules_of(s), i), texts[i], sizeof texts[i]);
		fields[4 + i] = (struct form_field){ FIELD_LINK, names[i], "", .value = texts[i],
			.help = "Enter opens it: to change it, to take it out, or to add one" };
	}
	snprintf(title, sizeof title, "Scaling rules for %s", model_cluster_name(con->model, s->cluster));
	form_open(con->app, &(struct form_spec){ .title = title, .fields = fields, .n = 4 + RULES,
		.verb = "show the plan", .summary = policy_summary, .submit = policy_submit, .cancel = sheet_free,
		.pressed = pressed, .ctx = s });
}
