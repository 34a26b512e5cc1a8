/* Scaling of the cluster at hand: the policies that are attached with their limits and what there is now, and
 * the decisions they made with the numbers that caused them. */
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/client/act_ops.h"
#include "views/board.h"
#include "views/forms.h"

enum { PAGE_POLICIES, PAGE_DECISIONS };

/* Rows of policies are made here from GetScaling: {Kind, Group | Policy | Schedule}. */
static const char *kind_of(const cJSON *row)
{
	return json_str(row, "Kind", "");
}

static bool is_kind(const cJSON *row, const char *kind)
{
	return row && !strcmp(kind_of(row), kind);
}

static void add_row(struct board *b, const char *kind, const char *id, const char *member, const cJSON *thing)
{
	cJSON *row = json_add_str(cJSON_CreateObject(), "Kind", kind);
	char key[RECORD_ID_SIZE];
	snprintf(key, sizeof key, "%s/%.150s", kind, id);
	json_add(row, member, cJSON_Duplicate(thing, 1));
	cJSON_AddItemToArray(b->own, row);
	board_add(b, key, row);
}

static void add_group(struct board *b, const cJSON *g)
{
	const char *id = json_str(g, "InstanceGroupId", "");
	bool master = !strcmp(json_str(g, "Role", ""), "MASTER");
	if (json_obj(g, "AutoScalingPolicy"))
		add_row(b, "custom", id, "Group", g);
	if (json_obj(g, "Utilization"))
		add_row(b, "utilization", id, "Group", g);
	if (!master && !json_obj(g, "AutoScalingPolicy") && !json_obj(g, "Utilization"))
		add_row(b, "fixed", id, "Group", g);
}

static void policies_collect(struct board *b)
{
	const cJSON *reply = records_reply(board_records(b, BOARD_CLUSTER_PART(CPART_SCALING))), *x;
	cJSON_Delete(b->own);
	b->own = cJSON_CreateArray();
	if (!reply)
		return;
	if (json_obj(reply, "ManagedScalingPolicy"))
		add_row(b, "managed", "", "Policy", json_obj(reply, "ManagedScalingPolicy"));
	cJSON_ArrayForEach(x, json_arr(reply, "Groups"))
		add_group(b, x);
	cJSON_ArrayForEach(x, json_arr(reply, "Schedules"))
		add_row(b, "scheduled", json_str(x, "ScheduleName", ""), "Schedule", x);
}

static const cJSON *limits_of(const cJSON *row)
{
	const cJSON *g = json_obj(row, "Group");
	if (is_kind(row, "managed"))
		return json_obj(json_obj(row, "Policy"), "ComputeLimits");
	if (is_kind(row, "custom"))
		return json_obj(json_obj(g, "AutoScalingPolicy"), "Constraints");
	return is_kind(row, "utilization") ? json_obj(g, "Utilization") : NULL;
}

/* What a schedule sets: nodes of a group, units of a fleet (on demand + spot; "=": as it is). */
static char *schedule_size(const cJSON *s, char *out, size_t size)
{
	char od[32], spot[32];
	if (cJSON_HasObjectItem(s, "TargetOnDemandCapacity") || cJSON_HasObjectItem(s, "TargetSpotCapacity"))
		snprintf(out, size, "%s+%s", *record_text(s, "TargetOnDemandCapacity", od, sizeof od) ? od : "=",
		         *record_text(s, "TargetSpotCapacity", spot, sizeof spot) ? spot : "=");
	else
		snprintf(out, size, "%d", (int)json_int(s, "InstanceCount", 0));
	return out;
}

static void limits_text(const cJSON *row, char *out, size_t size)
{
	const cJSON *l = limits_of(row);
	*out = 0;
	if (is_kind(row, "managed"))
		snprintf(out, size, "%d-%d", (int)json_int(l, "MinimumCapacityUnits", 0),
		         (int)json_int(l, "MaximumCapacityUnits", 0));
	else if (l)
		snprintf(out, size, "%d-%d", (int)json_int(l, "MinCapacity", 0), (int)json_int(l, "MaxCapacity", 0));
	else if (is_kind(row, "scheduled"))
		schedule_size(json_obj(row, "Schedule"), out, size);
}

/* Role and type of a group, by its id. */
static void group_text(struct board *b, const char *id, char *out, size_t size)
{
	static const char *const roles[] = { "master", "core", "task" };
	const struct mcluster *mc = console_cluster(b->view.con);
	const struct instance_group *g = mc ? cluster_group(mc->c, id) : NULL;
	if (g)
		snprintf(out, size, "%s %s", roles[g->role], g->type ? g->type : "");
	else
		snprintf(out, size, "%s", id);
}

static void subject_text(struct board *b, const cJSON *row, char *out, size_t size)
{
	const cJSON *g = json_obj(row, "Group");
	if (is_kind(row, "managed"))
		snprintf(out, size, "whole cluster");
	else
		group_text(b, json_str(g ? g : json_obj(row, "Schedule"), "InstanceGroupId", ""), out, size);
}

static void rule_text(const cJSON *row, char *out, size_t size)
{
	const cJSON *g = json_obj(row, "Group"), *u = json_obj(g, "Utilization"), *s = json_obj(row, "Schedule");
	int n = cJSON_GetArraySize(json_arr(json_obj(g, "AutoScalingPolicy"), "Rules"));
	if (is_kind(row, "managed"))
		snprintf(out, size, "by EMR's managed scaling, in %s",
		         json_str(limits_of(row), "UnitType", "Instances"));
	else if (is_kind(row, "custom"))
		snprintf(out, size, "%d rule%s, %s", n, n == 1 ? "" : "s",
		         json_str(json_obj(json_obj(g, "AutoScalingPolicy"), "Status"), "State", "ATTACHED"));
	else if (u)
		snprintf(out, size, "CPU > %g%% out, < %g%% in", json_num(u, "HighCpu", 80), json_num(u, "LowCpu", 20));
	else if (s)
		snprintf(out, size, "%s %s", json_str(s, "ScheduleExpression", ""),
		         json_str(s, "ScheduleExpressionTimezone", ""));
	else
		snprintf(out, size, "keeps its size: N attaches a policy");
}

static void now_cell(const cJSON *row, struct table_cell *o)
{
	const cJSON *g = json_obj(row, "Group");
	int want = (int)json_int(g, "Requested", 0), have = (int)json_int(g, "Running", 0);
	int max = (int)json_int(limits_of(row), "MaxCapacity", 0);
	if (!g)
		return;
	cell_num(o, have != want || (max && have >= max) ? ROLE_WARN : ROLE_TEXT, have,
	         have == want ? "%d" : "%d/%d", have, want);
}

static void policy_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	char text[200];
	switch (col) {
	case 0:
		cell_set(o, is_kind(row, "fixed") ? ROLE_DIM : ROLE_STRONG, "%s",
		         is_kind(row, "utilization") ? "by CPU" : is_kind(row, "scheduled") ? "by clock" : kind_of(row));
		break;
	case 1:
		subject_text(b, row, text, sizeof text);
		cell_set(o, ROLE_TEXT, "%s", text);
		break;
	case 2:
		now_cell(row, o);
		break;
	case 3:
		limits_text(row, text, sizeof text);
		cell_set(o, ROLE_TEXT, "%s", text);
		break;
	case 4:
		rule_text(row, text, sizeof text);
		cell_set(o, ROLE_DIM, "%s", text);
		break;
	}
}

/* ---- facts of a policy ---- */

/* "< 15", as the wire's GREATER_THAN_OR_EQUAL and its kin read for people. */
static const char *compare_word(const char *op)
{
	bool or_equal = strstr(op, "OR_EQUAL") != NULL;
	return strstr(op, "LESS") ? or_equal ? "<=" : "<" : or_equal ? ">=" : ">";
}

static void custom_facts(const cJSON *policy, struct facts *f)
{
	const cJSON *rule;
	char text[300];
	fact(f, "state", ROLE_TEXT, json_str(json_obj(policy, "Status"), "State", ""));
	fact(f, "why", ROLE_TEXT, json_str(json_obj(json_obj(policy, "Status"), "StateChangeReason"), "Message", ""));
	cJSON_ArrayForEach(rule, json_arr(policy, "Rules")) {
		const cJSON *act = json_obj(json_obj(rule, "Action"), "SimpleScalingPolicyConfiguration");
		const cJSON *when = json_obj(json_obj(rule, "Trigger"), "CloudWatchAlarmDefinition");
		facts_head(f, json_str(rule, "Name", "rule"));
		facts_text(f, ROLE_TEXT, json_str(rule, "Description", ""));
		factf(f, "when", ROLE_TEXT, "%s %s %g for %d x %s", json_str(when, "MetricName", ""),
		      compare_word(json_str(when, "ComparisonOperator", "")), json_num(when, "Threshold", 0),
		      (int)json_int(when, "EvaluationPeriods", 1),
		      clock_duration(json_int(when, "Period", 300) * 1000, text, sizeof text));
		factf(f, "then", ROLE_TEXT, "%s %s, wait %d s", json_str(act, "AdjustmentType", "CHANGE_IN_CAPACITY"),
		      record_text(act, "ScalingAdjustment", text, sizeof text), (int)json_int(act, "CoolDown", 0));
	}
}

static void tree_facts(const cJSON *u, struct facts *f)
{
	int max = (int)json_int(u, "MaxCapacity", 0), min = (int)json_int(u, "MinCapacity", 0);
	int periods = (int)json_int(u, "Periods", 2);
	const char *arrow = draw_glyphs(f->d)->arrow_right;
	bool fleet = cJSON_HasObjectItem(u, "MaximumOnDemandCapacityUnits");
	const char *what = fleet ? "units" : "nodes";
	facts_head(f, "Every minute");
	facts_textf(f, ROLE_TEXT, "CPU > %g%% for %d min %s %+d, until %d %s", json_num(u, "HighCpu", 80), periods,
	            arrow, (int)json_int(u, "ScaleOutBy", 1), max, what);
	facts_textf(f, ROLE_TEXT, "CPU < %g%% for %d min %s -%d, until %d %s", json_num(u, "LowCpu", 20), periods,
	            arrow, (int)json_int(u, "ScaleInBy", 1), min, what);
	if (fleet)
		facts_textf(f, ROLE_TEXT, "on demand up to %d units, the rest spot",
		            (int)json_int(u, "MaximumOnDemandCapacityUnits", 0));
	facts_textf(f, ROLE_TEXT, "at %d %s and CPU still high %s an alarm for an operator", max, what, arrow);
	facts_gap(f);
	factf(f, "then waits", ROLE_TEXT, "%d s", (int)json_int(u, "CoolDown", 300));
	fact(f, "tells", ROLE_TEXT, topic_word(json_str(u, "TopicArn", "")));
}

static void managed_facts(const cJSON *limits, struct facts *f)
{
	char text[40];
	fact(f, "counted in", ROLE_TEXT, json_str(limits, "UnitType", ""));
	fact(f, "at least", ROLE_TEXT, record_text(limits, "MinimumCapacityUnits", text, sizeof text));
	fact(f, "at most", ROLE_TEXT, record_text(limits, "MaximumCapacityUnits", text, sizeof text));
	fact(f, "on demand", ROLE_TEXT, record_text(limits, "MaximumOnDemandCapacityUnits", text, sizeof text));
	fact(f, "core", ROLE_TEXT, record_text(limits, "MaximumCoreCapacityUnits", text, sizeof text));
}

static void schedule_facts(struct board *b, const cJSON *s, struct facts *f)
{
	char text[200];
	const cJSON *next = json_arr(s, "NextRuns") ? json_arr(s, "NextRuns")->child : NULL;
	fact(f, "name", ROLE_STRONG, json_str(s, "ScheduleName", ""));
	fact(f, "when", ROLE_TEXT, json_str(s, "ScheduleExpression", ""));
	fact(f, "time zone", ROLE_TEXT, json_str(s, "ScheduleExpressionTimezone", "UTC"));
	group_text(b, json_str(s, "InstanceGroupId", ""), text, sizeof text);
	char then[80];
	factf(f, "then", ROLE_TEXT, "%s: %s %s", text, schedule_size(s, then, sizeof then),
	      cJSON_HasObjectItem(s, "InstanceCount") ? "nodes" : "units");
	if (cJSON_IsNumber(next))
		fact(f, "next", ROLE_TEXT, text_day((int64_t)(next->valuedouble * 1000), console_now(), text, sizeof text));
}

static void policy_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const cJSON *g = json_obj(row, "Group");
	char subject[160];
	f->label = 13;
	subject_text(b, row, subject, sizeof subject);
	facts_text(f, ROLE_STRONG, subject);
	if (g)
		factf(f, "nodes", ROLE_TEXT, "%d running of %d wanted", (int)json_int(g, "Running", 0),
		      (int)json_int(g, "Requested", 0));
	if (cJSON_HasObjectItem(g, "TargetSpotCapacity"))
		factf(f, "units", ROLE_TEXT, "%d+%d of %d on demand + %d spot",
		      (int)json_int(g, "ProvisionedOnDemandCapacity", 0), (int)json_int(g, "ProvisionedSpotCapacity", 0),
		      (int)json_int(g, "TargetOnDemandCapacity", 0), (int)json_int(g, "TargetSpotCapacity", 0));
	if (is_kind(row, "managed"))
		managed_facts(limits_of(row), f);
	else if (is_kind(row, "scheduled"))
		schedule_facts(b, json_obj(row, "Schedule"), f);
	else if (is_kind(row, "utilization"))
		tree_facts(json_obj(g, "Utilization"), f);
	else if (is_kind(row, "custom"))
		custom_facts(json_obj(g, "AutoScalingPolicy"), f);
	else
		facts_text(f, ROLE_DIM, "No policy: it changes only when somebody scales it.");
}

/* ---- decisions ---- */

static struct state_look look_outcome(const struct glyphs *g, const char *outcome)
{
	if (!strcmp(outcome, "applied"))
		return (struct state_look){ g->ok, ROLE_OK };
	if (!strcmp(outcome, "failed"))
		return (struct state_look){ g->fail, ROLE_ERROR };
	if (!strcmp(outcome, "at_limit"))
		return (struct state_look){ g->warn, ROLE_WARN };
	return (struct state_look){ g->wait, ROLE_DIM };
}

static void decision_cell(struct board *b, const cJSON *row, int col, struct table_cell *o)
{
	struct state_look look = look_outcome(o->glyphs, json_str(row, "Outcome", ""));
	int from = (int)json_int(row, "From", 0), to = (int)json_int(row, "To", 0);
	char text[160], outcome[24];
	switch (col) {
	case 0:
		cell_set(o, look.style, "%s", look.sign);
		break;
	case 1:
		cell_date(o, record_ms(row, "Time"));
		break;
	case 2:
		cell_cluster(o, board_model(b), row);
		break;
	case 3:
		group_text(b, json_str(row, "InstanceGroupId", ""), text, sizeof text);
		cell_set(o, ROLE_TEXT, "%s", text);
		break;
	case 4:
		cell_num(o, to > from ? ROLE_WARN : ROLE_TEXT, to, "%d %s %d", from, o->glyphs->arrow_right, to);
		break;
	case 5:
		snprintf(outcome, sizeof outcome, "%s", json_str(row, "Outcome", ""));
		for (char *p = outcome; *p; p++)
			*p = *p == '_' ? ' ' : *p;
		cell_set(o, look.style, "%s", outcome);
		break;
	case 6:
		cell_text(o, ROLE_DIM, row, "Kind");
		break;
	case 7:
		cell_text(o, ROLE_TEXT, row, "Reason");
		break;
	}
}

static void decision_facts(struct board *b, const cJSON *row, struct facts *f)
{
	const cJSON *n;
	char text[160], when[64];
	f->label = 13;
	facts_text(f, ROLE_STRONG, json_str(row, "Reason", ""));
	fact(f, "when", ROLE_TEXT, text_when(record_ms(row, "Time"), console_now(), when, sizeof when));
	fact(f, "cluster", ROLE_TEXT, model_cluster_name(board_model(b), json_str(row, "ClusterId", "")));
	group_text(b, json_str(row, "InstanceGroupId", ""), text, sizeof text);
	fact(f, "group", ROLE_TEXT, text);
	factf(f, "size", ROLE_TEXT, "%d %s %d", (int)json_int(row, "From", 0), draw_glyphs(f->d)->arrow_right,
	      (int)json_int(row, "To", 0));
	fact(f, "outcome", look_outcome(draw_glyphs(f->d), json_str(row, "Outcome", "")).style,
	     json_str(row, "Outcome", ""));
	fact(f, "kind", ROLE_TEXT, json_str(row, "Kind", ""));
	if (strcmp(json_str(row, "Policy", ""), json_str(row, "Kind", "")))
		fact(f, "policy", ROLE_TEXT, json_str(row, "Policy", ""));
	if (json_obj(row, "Numbers"))
		facts_head(f, "The numbers that caused it");
	cJSON_ArrayForEach(n, json_obj(row, "Numbers"))
		fact(f, n->string, ROLE_STRONG, record_value(n, text, sizeof text));
}

/* ---- acts ---- */

static void change(struct board *b, const cJSON *row)
{
	const cJSON *g = json_obj(row, "Group");
	struct console *con = b->view.con;
	if (is_kind(row, "managed"))
		form_managed_open(con, json_obj(row, "Policy"));
	else if (is_kind(row, "custom"))
		form_custom_open(con, g);
	else if (is_kind(row, "utilization"))
		form_utilization_open(con, g);
	else if (is_kind(row, "scheduled"))
		form_scheduled_open(con, json_obj(row, "Schedule"));
	else
		form_scaling_menu(con);
}

static void removed(struct board *b, const cJSON *row)
{
	struct console *con = b->view.con;
	const struct mcluster *mc = console_cluster(con);
	const cJSON *g = json_obj(row, "Group");
	if (is_kind(row, "managed"))
		acts_run(con, act_remove_managed(mc, json_obj(row, "Policy")));
	else if (is_kind(row, "custom"))
		acts_run(con, act_remove_custom(mc, g));
	else if (is_kind(row, "utilization"))
		acts_run(con, act_remove_utilization(mc, json_str(g, "InstanceGroupId", "")));
	else
		acts_run(con, act_remove_scheduled(mc, json_str(json_obj(row, "Schedule"), "ScheduleName", "")));
}

static bool scaling_action(struct board *b, const cJSON *row, int action, const char *arg)
{
	(void)arg;
	switch (action) {
	case VA_NEW:
		form_scaling_menu(b->view.con);
		return true;
	case VA_CHANGE:
		change(b, row);
		return true;
	case VA_DELETE:
		removed(b, row);
		return true;
	case VA_ONE_CLUSTER:
		b->one_cluster = !b->one_cluster;
		return true;
	}
	return false;
}

static const char *scaling_disabled(struct board *b, const cJSON *row, int action)
{
	const struct mcluster *mc = console_cluster(b->view.con);
	bool act = action == VA_NEW || action == VA_CHANGE || action == VA_DELETE;
	if (!act)
		return NULL;
	if (!mc)
		return "there is no cluster yet: c creates one";
	if (cluster_state_closing(mc->c->state))
		return "this cluster has ended";
	if (action == VA_NEW)
		return NULL;
	if (b->at != PAGE_POLICIES || !row)
		return "no policy is selected: tab goes to the list of policies";
	return action == VA_DELETE && is_kind(row, "fixed") ? "this group has no policy" : NULL;
}

static void scaling_want(struct board *b, const cJSON *row, struct live_interest *want)
{
	(void)b, (void)row;
	want->parts |= 1u << CPART_GROUPS;
	want->globals |= 1u << PART_TOPICS;
}

static void scaling_note(struct board *b, const struct glyphs *g, char *out, size_t size)
{
	(void)g;
	*out = 0;
	if (b->at == PAGE_DECISIONS)
		snprintf(out, size, "%s", b->one_cluster ? "v: of all clusters" : "of all clusters, v: of this one");
}

static const char *scaling_copy(struct board *b, const cJSON *row)
{
	(void)b;
	const cJSON *g = json_obj(row, "Group");
	return json_str(g ? g : row, "InstanceGroupId", "");
}

static void scaling_opened(struct board *b, const char *arg)
{
	(void)arg;
	b->one_cluster = true;
}

static const struct table_column policy_columns[] = {
	{ "POLICY", .min = 8, .max = 12 },
	{ "OF", .min = 14, .max = 26, .flex = 1 },
	{ "NOW", .min = 4, .max = 6, .align = ALIGN_RIGHT },
	{ "LIMITS", .min = 6, .max = 9, .align = ALIGN_RIGHT },
	{ "RULE", .min = 24, .flex = 3 },
};

static const struct table_column decision_columns[] = {
	{ "", .min = 1, .max = 1, .flags = COL_NOSORT },
	{ "TIME", .min = 12, .max = 12, .flags = COL_DESC },
	{ "CLUSTER", .min = 10, .max = 20, .flex = 1, .priority = 3 },
	{ "GROUP", .min = 14, .max = 20, .flex = 1, .priority = 2 },
	{ "NODES", .min = 7, .max = 9 },
	{ "OUTCOME", .min = 9, .max = 9 },
	{ "KIND", .min = 11, .max = 11, .priority = 4 },
	{ "WHY", .min = 24, .flex = 4, .priority = 1 },
};

static const struct board_page pages[] = {
	{ "Policies", "Policy", "This cluster has no groups yet.", policy_columns,
	  sizeof policy_columns / sizeof *policy_columns, BOARD_CLUSTER_PART(CPART_SCALING), policies_collect,
	  policy_cell, policy_facts, NULL, 1 },
	{ "Decisions", "Decision", "Nothing was decided yet.", decision_columns,
	  sizeof decision_columns / sizeof *decision_columns, PART_DECISIONS, NULL, decision_cell, decision_facts,
	  NULL, 2 },
};

static const struct board_kind kind = {
	.pages = pages, .n = 2, .scope = &bind_scaling, .action = scaling_action, .disabled = scaling_disabled,
	.want = scaling_want, .note = scaling_note, .copy = scaling_copy, .opened = scaling_opened,
	.of_cluster = true,
};

static struct view *scaling_open(struct console *con, const char *arg)
{
	return board_open(con, &kind, arg);
}

const struct view_ops view_scaling = BOARD_VIEW("scaling", scaling_open);
