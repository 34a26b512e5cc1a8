/* Scaling policies: JSON ↔ model. */
#include "core/api/emr/scaling.h"

#include "core/api/emr/decode.h"
#include "core/base/json.h"

#define JOB_FLOW_DIMENSION "JobFlowId"

/* ---- JSON → model ---- */

/* Index of a name, or SCALING_NOT_GIVEN. */
static int parse(const struct names *names, const cJSON *o, const char *member)
{
	int i = names_parse(names, json_str(o, member, ""));

	return i < 0 ? SCALING_NOT_GIVEN : i;
}

static int number(const cJSON *o, const char *member)
{
	const cJSON *v = o ? cJSON_GetObjectItemCaseSensitive(o, member) : NULL;

	return cJSON_IsNumber(v) ? v->valueint : SCALING_NOT_GIVEN;
}

static void read_alarm(const cJSON *v, struct scaling_alarm *a)
{
	const cJSON *d;
	int comparison = parse(&scaling_comparison_names, v, "ComparisonOperator");

	a->comparison = comparison < 0 ? SCALING_GE : (enum scaling_comparison)comparison;
	a->evaluation_periods = number(v, "EvaluationPeriods");
	a->metric = emr_text(v, "MetricName");
	a->namespace_ = emr_text(v, "Namespace");
	a->period_s = json_int32(v, "Period", 0);
	a->statistic = parse(&scaling_statistic_names, v, "Statistic");
	a->threshold = json_num(v, "Threshold", 0);
	a->unit = parse(&scaling_unit_names, v, "Unit");
	cJSON_ArrayForEach(d, json_arr(v, "Dimensions"))
		if (json_str(d, "Key", NULL))
			pair_list_set(&a->dimensions, json_str(d, "Key", ""), json_str(d, "Value", ""));
}

static struct scaling_rule read_rule(const cJSON *v)
{
	const cJSON *action = json_obj(v, "Action"), *simple = json_obj(action, "SimpleScalingPolicyConfiguration");
	struct scaling_rule r = {
		.name = xstrdup(json_str(v, "Name", "")), .description = emr_text(v, "Description"),
		.market = parse(&market_names, action, "Market"),
		.adjustment = parse(&scaling_adjustment_names, simple, "AdjustmentType"),
		.amount = json_int32(simple, "ScalingAdjustment", 0), .cool_down_s = number(simple, "CoolDown"),
	};

	read_alarm(json_obj(json_obj(v, "Trigger"), "CloudWatchAlarmDefinition"), &r.alarm);
	return r;
}

void emr_read_auto_scaling_policy(const cJSON *v, struct scaling_policy *out)
{
	const cJSON *limits = json_obj(v, "Constraints"), *status = json_obj(v, "Status"), *r;
	const cJSON *why = json_obj(status, "StateChangeReason");

	*out = (struct scaling_policy){ .min = json_int32(limits, "MinCapacity", 0),
	                                .max = json_int32(limits, "MaxCapacity", 0) };
	int state = parse(&scaling_state_names, status, "State");
	int reason = parse(&scaling_reason_names, why, "Code");
	out->state = state < 0 ? SCALING_PENDING : (enum scaling_state)state;
	out->reason = reason < 0 ? SCALING_REASON_NONE : (enum scaling_reason)reason;
	out->reason_message = emr_text(why, "Message");
	cJSON_ArrayForEach(r, json_arr(v, "Rules"))
		vec_push(&out->rules, read_rule(r));
}

void emr_read_managed_policy(const cJSON *v, struct managed_policy *out)
{
	const cJSON *limits = json_obj(v, "ComputeLimits");
	int unit = parse(&scaling_limit_unit_names, limits, "UnitType");

	*out = (struct managed_policy){
		.set = limits, .unit = unit < 0 ? SCALING_INSTANCES : (enum scaling_limit_unit)unit,
		.min = json_int32(limits, "MinimumCapacityUnits", 0),
		.max = json_int32(limits, "MaximumCapacityUnits", 0),
		.max_on_demand = number(limits, "MaximumOnDemandCapacityUnits"),
		.max_core = number(limits, "MaximumCoreCapacityUnits"),
		.index = number(v, "UtilizationPerformanceIndex"),
		.strategy = parse(&scaling_strategy_names, v, "ScalingStrategy"),
	};
}

int emr_decode_auto_scaling_policy(const cJSON *v, enum instance_role role, struct scaling_policy *out,
                                   struct error *err)
{
	struct error why = ERROR_INIT;

	emr_read_auto_scaling_policy(v, out);
	out->state = SCALING_PENDING;
	out->reason = SCALING_REASON_USER_REQUEST;
	text_set(&out->reason_message, "");
	if (!scaling_policy_check(out, role, &why))
		return 0;
	scaling_policy_free(out);
	return emr_error_validation(err, "%s", why.message);
}

int emr_decode_managed_policy(const cJSON *v, bool fleets, struct managed_policy *out, struct error *err)
{
	struct error why = ERROR_INIT;

	emr_read_managed_policy(v, out);
	if (!out->set)
		return emr_error_validation(err, "A managed scaling policy must have ComputeLimits.");
	if (!managed_policy_check(out, fleets, &why))
		return 0;
	out->set = false;
	return emr_error_validation(err, "%s", why.message);
}

/* ---- model → JSON ---- */

static void add_name(cJSON *o, const char *member, const struct names *names, int value)
{
	if (value != SCALING_NOT_GIVEN)
		json_add_str(o, member, names_get(names, value));
}

static void add_number(cJSON *o, const char *member, int value)
{
	if (value != SCALING_NOT_GIVEN)
		json_add_int(o, member, value);
}

static cJSON *dimension(const char *key, const char *value)
{
	return json_add_str(json_add_str(cJSON_CreateObject(), "Key", key), "Value", value);
}

static void add_dimensions(cJSON *o, const struct scaling_alarm *a, const char *cluster_id)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < a->dimensions.len; i++) {
		const struct pair *p = &a->dimensions.items[i];
		char *value = cluster_id ? scaling_substitute(p->value, cluster_id) : xstrdup(p->value);
		cJSON_AddItemToArray(list, dimension(p->key, value));
		free(value);
	}
	if (!a->dimensions.len && cluster_id)
		cJSON_AddItemToArray(list, dimension(JOB_FLOW_DIMENSION, cluster_id));
	json_add(o, "Dimensions", list);
}

static cJSON *encode_alarm(const struct scaling_alarm *a, const char *cluster_id)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "ComparisonOperator",
	                        names_get(&scaling_comparison_names, (int)a->comparison));

	add_number(o, "EvaluationPeriods", a->evaluation_periods);
	json_add_str(o, "MetricName", a->metric);
	json_add_str(o, "Namespace", a->namespace_);
	json_add_int(o, "Period", a->period_s);
	add_name(o, "Statistic", &scaling_statistic_names, a->statistic);
	json_add_num(o, "Threshold", a->threshold);
	add_name(o, "Unit", &scaling_unit_names, a->unit);
	add_dimensions(o, a, cluster_id);
	return o;
}

static cJSON *encode_rule(const struct scaling_rule *r, const char *cluster_id)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Name", r->name), *action = cJSON_CreateObject();
	cJSON *simple = cJSON_CreateObject();

	json_add_str(o, "Description", r->description);
	add_name(action, "Market", &market_names, r->market);
	add_name(simple, "AdjustmentType", &scaling_adjustment_names, r->adjustment);
	json_add_int(simple, "ScalingAdjustment", r->amount);
	add_number(simple, "CoolDown", r->cool_down_s);
	json_add(action, "SimpleScalingPolicyConfiguration", simple);
	json_add(o, "Action", action);
	return json_add(o, "Trigger", json_add(cJSON_CreateObject(), "CloudWatchAlarmDefinition",
	                                       encode_alarm(&r->alarm, cluster_id)));
}

cJSON *emr_encode_auto_scaling_policy(const struct scaling_policy *p, const char *cluster_id)
{
	cJSON *o = cJSON_CreateObject(), *rules = cJSON_CreateArray(), *why = cJSON_CreateObject();
	cJSON *status = json_add_str(cJSON_CreateObject(), "State", names_get(&scaling_state_names, (int)p->state));

	if (p->reason != SCALING_REASON_NONE)
		json_add_str(why, "Code", names_get(&scaling_reason_names, (int)p->reason));
	json_add_str(why, "Message", p->reason_message ? p->reason_message : "");
	json_add(o, "Status", json_add(status, "StateChangeReason", why));
	json_add(o, "Constraints", json_add_int(json_add_int(cJSON_CreateObject(), "MinCapacity", p->min),
	                                        "MaxCapacity", p->max));
	for (size_t i = 0; i < p->rules.len; i++)
		cJSON_AddItemToArray(rules, encode_rule(&p->rules.items[i], cluster_id));
	return json_add(o, "Rules", rules);
}

cJSON *emr_encode_managed_policy(const struct managed_policy *p)
{
	cJSON *o = cJSON_CreateObject();
	cJSON *limits = json_add_str(cJSON_CreateObject(), "UnitType",
	                             names_get(&scaling_limit_unit_names, (int)p->unit));

	json_add_int(limits, "MinimumCapacityUnits", p->min);
	json_add_int(limits, "MaximumCapacityUnits", p->max);
	add_number(limits, "MaximumOnDemandCapacityUnits", p->max_on_demand);
	add_number(limits, "MaximumCoreCapacityUnits", p->max_core);
	json_add(o, "ComputeLimits", limits);
	add_number(o, "UtilizationPerformanceIndex", p->index);
	add_name(o, "ScalingStrategy", &scaling_strategy_names, p->strategy);
	return o;
}
