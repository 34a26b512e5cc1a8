/* stoker scaling: what changes the size of a cluster by itself: policies, limits, decisions and reasons. */
#include "views/cli/scaling.h"

#include <string.h>

#include "core/base/clock.h"
#include "views/cli/table.h"

#define DECISIONS_SHOWN 8

/* ---- decisions ---- */

/* "ContainersPending 6  Units 2": what is not zero, as it came. */
static void numbers_line(const cJSON *numbers, struct buf *out)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, numbers) {
		if (!cJSON_IsNumber(v))
			continue;
		buf_addf(out, "%s%s %g", out->len ? "  " : "", v->string, v->valuedouble);
	}
}

static const char *outcome_color(const struct cli *c, const char *outcome)
{
	if (!strcmp(outcome, "applied"))
		return cli_state_color(c, "RUNNING");
	if (!strcmp(outcome, "failed"))
		return cli_state_color(c, "FAILED");
	return !strcmp(outcome, "at_limit") ? cli_state_color(c, "WARN") : cli_dim(c);
}

static void decisions_people(struct cli *c, const cJSON *decisions)
{
	struct text_table *t = text_table_new();
	const cJSON *d;
	char when[64];

	text_table_column(t, "TIME", TABLE_LEFT, false);
	text_table_column(t, "GROUP", TABLE_LEFT, false);
	text_table_column(t, "KIND", TABLE_LEFT, false);
	text_table_column(t, "OUTCOME", TABLE_LEFT, false);
	text_table_column(t, "SIZE", TABLE_LEFT, false);
	text_table_column(t, "WHY", TABLE_LEFT, true);
	cJSON_ArrayForEach(d, decisions) {
		const char *outcome = json_str(d, "Outcome", ""), *policy = json_str(d, "Policy", NULL);
		int from = (int)json_int(d, "From", 0), to = (int)json_int(d, "To", 0);
		struct buf numbers = BUF_INIT;
		text_table_cell(t, "", "%s", cli_time(json_num(d, "Time", 0), when, sizeof when));
		text_table_cell(t, "", "%s", json_str(d, "InstanceGroupId", "cluster"));
		text_table_cell(t, "", "%s%s%s", json_str(d, "Kind", ""), policy ? " " : "", policy ? policy : "");
		text_table_cell(t, outcome_color(c, outcome), "%s", outcome);
		if (from == to)
			text_table_cell(t, "", "%d", to);
		else
			text_table_cell(t, "", "%d → %d", from, to);
		text_table_cell(t, "", "%s", json_str(d, "Reason", ""));
		numbers_line(json_obj(d, "Numbers"), &numbers);
		if (numbers.len)
			text_table_note(t, "%s", buf_str(&numbers));
		buf_free(&numbers);
	}
	cli_print_table(c, t);
}

static int list_decisions(struct cli *c, const char *cluster, const char *group, int64_t since, int limit,
                          cJSON **reply, struct error *err)
{
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);

	json_add_str(req, "InstanceGroupId", group);
	json_add_time(req, "Since", since);
	return ask(c, "Stoker.ListScalingDecisions", json_add_int(req, "MaxResults", limit), reply, err);
}

int scaling_decisions(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling)
{
	const char *since = cli_opt(a, "since"), *word = cli_opt(a, "group");
	int64_t span = since ? cli_parse_span(since) : 0;
	const cJSON *g = word ? scaling_group(scaling, word) : NULL;
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	int limit;

	if (span < 0)
		return cli_usage(c, NULL, "--since: \"%s\" is not a time such as 90s, 5m, 2h or 7d", since);
	if (cli_opt_int(a, "limit", 50, 1, 1000, &limit, &err))
		return cli_usage(c, NULL, "%s", err.message);
	if (word && !g)
		return scaling_no_group(c, word);
	if (list_decisions(c, cluster, json_str(g, "InstanceGroupId", NULL), since ? clock_now_ms() - span : 0,
	                   limit, &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	if (cJSON_GetArraySize(json_arr(reply, "Decisions")))
		decisions_people(c, json_arr(reply, "Decisions"));
	else
		fprintf(c->out, "no decisions\n");
	cJSON_Delete(reply);
	return CLI_OK;
}

/* ---- policies ---- */

static void rule_words(const cJSON *rule, struct buf *out)
{
	static const char *const signs[][2] = {
		{ "GREATER_THAN_OR_EQUAL", "≥" }, { "GREATER_THAN", ">" }, { "LESS_THAN", "<" },
		{ "LESS_THAN_OR_EQUAL", "≤" },
	};
	const cJSON *alarm = json_obj(json_obj(rule, "Trigger"), "CloudWatchAlarmDefinition");
	const cJSON *act = json_obj(json_obj(rule, "Action"), "SimpleScalingPolicyConfiguration");
	const char *kind = json_str(act, "AdjustmentType", "CHANGE_IN_CAPACITY"), *sign = "?";
	int amount = (int)json_int(act, "ScalingAdjustment", 0);

	for (size_t i = 0; i < 4; i++)
		if (!strcmp(signs[i][0], json_str(alarm, "ComparisonOperator", "")))
			sign = signs[i][1];
	buf_addf(out, "%s: %s %s %g for %d × %d s → ", json_str(rule, "Name", ""),
	         json_str(alarm, "MetricName", ""), sign, json_num(alarm, "Threshold", 0),
	         (int)json_int(alarm, "EvaluationPeriods", 1), (int)json_int(alarm, "Period", 0));
	if (!strcmp(kind, "EXACT_CAPACITY"))
		buf_addf(out, "%d nodes", amount);
	else
		buf_addf(out, "%+d%s", amount, strcmp(kind, "CHANGE_IN_CAPACITY") ? " %" : "");
	if (json_int(act, "CoolDown", 0))
		buf_addf(out, ", then %d s of rest", (int)json_int(act, "CoolDown", 0));
}

static void policy_notes(struct text_table *t, const cJSON *policy)
{
	const cJSON *status = json_obj(policy, "Status"), *rule;
	const char *why = json_str(json_obj(status, "StateChangeReason"), "Message", "");

	text_table_note(t, "automatic scaling %s%s%s", json_str(status, "State", ""), *why ? ": " : "", why);
	cJSON_ArrayForEach(rule, json_arr(policy, "Rules")) {
		struct buf b = BUF_INIT;
		rule_words(rule, &b);
		text_table_note(t, "  %s", buf_str(&b));
		buf_free(&b);
	}
}

static void tree_note(struct text_table *t, const cJSON *tree)
{
	char when[64];

	text_table_note(t, "CPU > %g %% for %d min → +%d, < %g %% → -%d, then %d s of rest; at the maximum: %s",
	                json_num(tree, "HighCpu", 0), (int)json_int(tree, "Periods", 0),
	                (int)json_int(tree, "ScaleOutBy", 0), json_num(tree, "LowCpu", 0),
	                (int)json_int(tree, "ScaleInBy", 0), (int)json_int(tree, "CoolDown", 0),
	                json_str(tree, "TopicArn", "an alarm"));
	if (json_num(tree, "AtMaximumSince", 0) > 0)
		text_table_note(t, "at its maximum and still too hot since %s",
		                cli_time(json_num(tree, "AtMaximumSince", 0), when, sizeof when));
}

static void limits_cell(struct text_table *t, const cJSON *group)
{
	const cJSON *custom = json_obj(json_obj(group, "AutoScalingPolicy"), "Constraints");
	const cJSON *tree = json_obj(group, "Utilization"), *limits = custom ? custom : tree;

	if (limits)
		text_table_cell(t, "", "%d–%d", (int)json_int(limits, "MinCapacity", 0),
		                (int)json_int(limits, "MaxCapacity", 0));
	else
		text_table_cell(t, "", "-");
}

static void groups_people(struct cli *c, const cJSON *scaling)
{
	struct text_table *t = text_table_new();
	const cJSON *g;

	text_table_column(t, "GROUP", TABLE_LEFT, false);
	text_table_column(t, "ROLE", TABLE_LEFT, false);
	text_table_column(t, "TYPE", TABLE_LEFT, false);
	text_table_column(t, "NODES", TABLE_RIGHT, false);
	text_table_column(t, "LIMITS", TABLE_RIGHT, false);
	cJSON_ArrayForEach(g, json_arr(scaling, "Groups")) {
		int running = (int)json_int(g, "Running", 0), requested = (int)json_int(g, "Requested", 0);
		text_table_cell(t, "", "%s", json_str(g, "InstanceGroupId", ""));
		text_table_cell(t, "", "%s", json_str(g, "Role", ""));
		text_table_cell(t, "", "%s", json_str(g, "Type", ""));
		if (cJSON_HasObjectItem(g, "TargetSpotCapacity"))
			text_table_cell(t, "", "%d+%d of %d+%d units", (int)json_int(g, "ProvisionedOnDemandCapacity", 0),
			                (int)json_int(g, "ProvisionedSpotCapacity", 0),
			                (int)json_int(g, "TargetOnDemandCapacity", 0),
			                (int)json_int(g, "TargetSpotCapacity", 0));
		else if (running == requested)
			text_table_cell(t, "", "%d", running);
		else
			text_table_cell(t, "", "%d of %d", running, requested);
		limits_cell(t, g);
		if (json_obj(g, "AutoScalingPolicy"))
			policy_notes(t, json_obj(g, "AutoScalingPolicy"));
		if (json_obj(g, "Utilization"))
			tree_note(t, json_obj(g, "Utilization"));
	}
	cli_print_table(c, t);
}

static void managed_people(struct cli *c, const cJSON *scaling)
{
	const cJSON *limits = json_obj(json_obj(scaling, "ManagedScalingPolicy"), "ComputeLimits");
	const cJSON *now = json_obj(scaling, "ManagedScaling");

	if (!limits)
		return;
	fprintf(c->out, "managed scaling: %d to %d %s of core and task nodes",
	        (int)json_int(limits, "MinimumCapacityUnits", 0), (int)json_int(limits, "MaximumCapacityUnits", 0),
	        json_str(limits, "UnitType", ""));
	if (json_int(limits, "MaximumCoreCapacityUnits", -1) >= 0)
		fprintf(c->out, ", core at most %d", (int)json_int(limits, "MaximumCoreCapacityUnits", 0));
	if (json_int(limits, "MaximumOnDemandCapacityUnits", -1) >= 0)
		fprintf(c->out, ", on demand at most %d", (int)json_int(limits, "MaximumOnDemandCapacityUnits", 0));
	fputc('\n', c->out);
	if (json_str(now, "Reason", NULL))
		fprintf(c->out, "  now %d of %d wanted: %s\n", (int)json_int(now, "Units", 0),
		        (int)json_int(now, "UnitsWanted", 0), json_str(now, "Reason", ""));
}

/* Nodes of a group; units of a fleet, on demand + spot, where "…" stays as it is. */
static const char *schedule_size(const cJSON *x, char *out, size_t size)
{
	char od[16], spot[16];

	if (cJSON_HasObjectItem(x, "InstanceCount")) {
		snprintf(out, size, "%d nodes", (int)json_int(x, "InstanceCount", 0));
		return out;
	}
	snprintf(od, sizeof od, "%d", (int)json_int(x, "TargetOnDemandCapacity", 0));
	snprintf(spot, sizeof spot, "%d", (int)json_int(x, "TargetSpotCapacity", 0));
	snprintf(out, size, "%s+%s units", cJSON_HasObjectItem(x, "TargetOnDemandCapacity") ? od : "…",
	         cJSON_HasObjectItem(x, "TargetSpotCapacity") ? spot : "…");
	return out;
}

static void schedules_people(struct cli *c, const cJSON *scaling)
{
	const cJSON *x;
	char when[64], then[64];

	cJSON_ArrayForEach(x, json_arr(scaling, "Schedules")) {
		const cJSON *next = cJSON_GetArrayItem(json_arr(x, "NextRuns"), 0);
		fprintf(c->out, "schedule %s: %s → %s of %s, next %s\n", json_str(x, "ScheduleName", ""),
		        json_str(x, "Words", json_str(x, "ScheduleExpression", "")), schedule_size(x, then, sizeof then),
		        json_str(x, "InstanceGroupId", ""),
		        next ? cli_time(next->valuedouble, when, sizeof when) : "never");
	}
}

static int show(struct cli *c, const char *cluster, cJSON *scaling)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;

	if (list_decisions(c, cluster, NULL, 0, DECISIONS_SHOWN, &reply, &err))
		return cli_fail(c, &err);
	if (c->json) {
		json_add(scaling, "Decisions", cJSON_DetachItemFromObjectCaseSensitive(reply, "Decisions"));
		cJSON_Delete(reply);
		return cli_print_json(c, cJSON_Duplicate(scaling, true));
	}
	groups_people(c, scaling);
	managed_people(c, scaling);
	schedules_people(c, scaling);
	if (cJSON_GetArraySize(json_arr(reply, "Decisions"))) {
		fputc('\n', c->out);
		decisions_people(c, json_arr(reply, "Decisions"));
	}
	cJSON_Delete(reply);
	return CLI_OK;
}

/* ---- the command ---- */

static const struct {
	const char *verb;
	int words;            /* behind CLUSTER */
	const char *wants;
	int (*run)(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *scaling);
} verbs[] = {
	{ "decisions", 0, "", scaling_decisions },
	{ "put-managed", 0, "--min N --max N", scaling_put_managed },
	{ "put-utilization", 1, "GROUP --min N --max N", scaling_put_utilization },
	{ "put-scheduled", 4, "GROUP NAME EXPRESSION NODES", scaling_put_scheduled },
	{ "put-policy", 2, "GROUP FILE", scaling_put_policy },
	{ "remove", -1, "managed | policy GROUP | utilization GROUP | scheduled NAME", scaling_remove },
};

/* The first word is no verb, so it names a cluster, and the second is one too many; or it was to be a verb. */
static int no_verb(struct cli *c, const struct cli_args *a)
{
	struct near near = { .wanted = a->argv[0] };
	char guess[CLI_GUESS];

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		near_offer(&near, verbs[i].verb);
	if (*cli_guess(&near, "", guess))
		return cli_usage(c, cli_find("scaling"), "scaling cannot \"%s\"%s", a->argv[0], guess);
	return cli_usage(c, cli_find("scaling"), "\"%s\" is one word too many", a->argv[1]);
}

static int exec_scaling(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	char cluster[MODEL_ID_SIZE];
	cJSON *scaling = NULL;
	int verb = -1, status;

	for (size_t i = 0; a->argc && i < sizeof verbs / sizeof *verbs; i++)
		if (!strcmp(a->argv[0], verbs[i].verb))
			verb = (int)i;
	int at = verb >= 0;
	if (verb >= 0 && verbs[verb].words &&
	    (a->argc < 2 || (verbs[verb].words > 0 && a->argc != 2 + verbs[verb].words)))
		return cli_usage(c, NULL, "scaling %s takes CLUSTER %s", verbs[verb].verb, verbs[verb].wants);
	if (verb < 0 && a->argc > 1)
		return no_verb(c, a);
	if (ask_cluster(c, a->argc > at ? a->argv[at] : NULL, cluster, &err) ||
	    ask(c, "Stoker.GetScaling", json_add_str(cJSON_CreateObject(), "ClusterId", cluster), &scaling, &err)) {
		if (ask_unknown(&err))
			error_hint(&err, "Amazon EMR has put-managed-scaling-policy and put-auto-scaling-policy: stoker aws "
			                 "emr …");
		return cli_fail(c, &err);
	}
	status = verb < 0 ? show(c, cluster, scaling) : verbs[verb].run(c, a, cluster, scaling);
	cJSON_Delete(scaling);
	return status;
}

static const struct cli_option options[] = {
	{ "min", 0, "N", "put-managed, put-utilization: never fewer" },
	{ "max", 0, "N", "put-managed, put-utilization: never more" },
	{ "max-core", 0, "N", "put-managed: core nodes at most (then task nodes)" },
	{ "max-on-demand", 0, "N", "put-managed, put-utilization of a fleet: on demand at most (then spot)" },
	{ "unit", 0, "UNIT", "put-managed: Instances (default), VCPU or InstanceFleetUnits" },
	{ "high", 0, "PERCENT", "put-utilization: CPU above it adds nodes (default 80)" },
	{ "low", 0, "PERCENT", "put-utilization: CPU below it takes nodes (default 20)" },
	{ "out-by", 0, "N", "put-utilization: nodes to add at a time (default 1)" },
	{ "in-by", 0, "N", "put-utilization: nodes to take at a time (default 1)" },
	{ "minutes", 0, "N", "put-utilization: for so long (default 2)" },
	{ "cool-down", 0, "TIME", "put-utilization: rest after a change (default 5m)" },
	{ "topic", 0, "TOPIC", "put-utilization: whom to tell at the maximum" },
	{ "timezone", 0, "ZONE", "put-scheduled: of the expression (default UTC)" },
	{ "group", 'g', "GROUP", "decisions: of one group" },
	{ "since", 0, "TIME", "decisions: how far back" },
	{ "limit", 'n', "N", "decisions: the newest N (default 50)" },
	PLAN_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_scaling = {
	.name = "scaling", .args = "[VERB] [CLUSTER] …", .max = -1,
	.summary = "show and set what changes a cluster's size by itself",
	.about = "Without a verb: policies, limits, and the last decisions with the numbers behind them. Verbs: "
	         "decisions; put-managed CLUSTER (size by the demand of jobs, within limits); put-utilization "
	         "CLUSTER GROUP (size by CPU); put-scheduled CLUSTER GROUP NAME EXPRESSION NODES (size by the "
	         "clock, as \"cron(0 6 ? * MON-FRI *)\"; of a fleet units on demand + spot, as 2+6); "
	         "put-policy CLUSTER GROUP FILE (EMR's AutoScalingPolicy as "
	         "JSON, - for standard input); remove CLUSTER managed, policy GROUP, utilization GROUP or scheduled "
	         "NAME. GROUP is core, task or a group's id. The range of sizes and of costs is shown before a "
	         "policy is put. Scaling in never takes work away: a node drains first.",
	.options = options, .words = "decisions|put-managed|put-utilization|put-scheduled|put-policy|remove",
	.exec = exec_scaling,
};
