/* PutBudget, ListBudgets, DeleteBudget. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cost/budget.h"
#include "core/control/notify/notify.h"

#define BUDGETS_MAX 1000
#define TAG_KEY_MAX 128        /* as EMR's tags */
#define TAG_VALUE_MAX 256

static int read_scope(struct control *ctl, const cJSON *in, cJSON *doc, struct error *err)
{
	const cJSON *scope = json_obj(in, "Scope");
	const char *cluster = json_str(scope, "ClusterId", NULL), *key = json_str(scope, "TagKey", NULL);
	const char *value = json_str(scope, "TagValue", NULL);

	if (!scope || (!cluster && !key && !value))
		return 0;
	if (cluster && (key || value))
		return emr_error_validation(err, "Scope is either a ClusterId, or TagKey with TagValue");
	if (cluster && !op_find(ctl, cluster))
		return emr_error_no_cluster(err, cluster);
	if (!cluster && (!key || !*key || !value))
		return emr_error_validation(err, "Scope.TagKey and Scope.TagValue go together");
	if (!cluster && (strlen(key) > TAG_KEY_MAX || strlen(value) > TAG_VALUE_MAX))
		return emr_error_validation(err, "Scope.TagKey must have at most %d bytes and Scope.TagValue %d", TAG_KEY_MAX,
		                            TAG_VALUE_MAX);
	cJSON *o = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	json_add_str(json_add_str(o, "TagKey", key), "TagValue", value);
	json_add(doc, "Scope", o);
	return 0;
}

static int read_thresholds(const cJSON *in, cJSON *doc, struct error *err)
{
	static const double usual[] = { 50, 80, 100 };
	const cJSON *given = json_arr(in, "Thresholds"), *t;
	double last = 0;
	cJSON *out;

	if (!given) {
		json_add(doc, "Thresholds", cJSON_CreateDoubleArray(usual, 3));
		return 0;
	}
	if (!given->child || cJSON_GetArraySize(given) > THRESHOLDS)
		return emr_error_validation(err, "Thresholds must be 1 to %d per cents", THRESHOLDS);
	out = cJSON_AddArrayToObject(doc, "Thresholds");
	cJSON_ArrayForEach(t, given) {
		if (!cJSON_IsNumber(t) || t->valuedouble <= last || t->valuedouble > 1000)
			return emr_error_validation(err,
			                            "Thresholds must be per cents of the amount, ascending, above 0 and "
			                            "at most 1000");
		last = t->valuedouble;
		cJSON_AddItemToArray(out, cJSON_CreateNumber(last));
	}
	return 0;
}

static int read_name(const cJSON *in, const char **out, struct error *err)
{
	const char *s = *out = json_str(in, "BudgetName", "");
	bool plain = *s;

	for (; *s; s++)
		plain = plain && (unsigned char)*s >= ' ' && *s != 127;
	if (!plain || strlen(*out) >= NAME_SIZE)
		return emr_error_validation(err,
		                            "BudgetName must have 1 to %d characters, without control characters",
		                            NAME_SIZE - 1);
	return 0;
}

static int read_request(struct control *ctl, const cJSON *in, cJSON *doc, struct error *err)
{
	const char *period = json_str(in, "Period", "MONTHLY"), *topic = json_str(in, "TopicArn", NULL);
	double amount = json_num(in, "Amount", 0);
	int ret;

	if (!(amount > 0) || amount > 1e12)
		return emr_error_validation(err, "Amount must be a number of US dollars above 0");
	if (strcmp(period, "DAILY") && strcmp(period, "MONTHLY"))
		return emr_error_validation(err, "Period must be DAILY or MONTHLY, not '%s'", period);
	if (notify_check(ctl, ctl->call->region, topic, err))
		return err->code;
	json_add_num(doc, "Amount", amount);
	json_add_str(doc, "Period", period);
	json_add_str(doc, "TopicArn", topic);
	ret = read_scope(ctl, in, doc, err);
	return ret ? ret : read_thresholds(in, doc, err);
}

int op_put_budget(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cost_state *st = cost_state(ctl);
	cJSON *doc = cJSON_CreateObject();
	const char *name;
	int ret = read_name(in, &name, err);

	(void)out;
	if (!ret && !budget_find(st, call->region, name) && st->budgets && map_len(st->budgets) >= BUDGETS_MAX)
		ret = emr_error_validation(err, "This server keeps at most %d budgets; delete one first", BUDGETS_MAX);
	if (!ret)
		ret = read_request(ctl, in, doc, err);
	if (!ret) {
		struct budget *old = budget_find(st, call->region, name), *b = budget_read(call->region, name, doc);
		if (old) {
			b->period = old->period;
			b->told = old->told;
			b->since = old->since;
		}
		char *key = budget_key(call->region, name);
		old = map_set(st->budgets, key, b);
		if (old)
			budget_free(old);
		free(key);
		doc_put(ctl, "budget", call->region, name, doc);
		st->budgets_due = 1;
	}
	cJSON_Delete(doc);
	return ret;
}

int op_delete_budget(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cost_state *st = cost_state(ctl);
	const char *name;
	int ret = read_name(in, &name, err);

	(void)out;
	if (ret)
		return ret;
	if (!budget_find(st, call->region, name))
		return emr_error_validation(err, "There is no budget '%s'", name);
	char *key = budget_key(call->region, name);
	budget_free(map_remove(st->budgets, key));
	free(key);
	doc_drop(ctl, "budget", call->region, name);
	doc_drop(ctl, "budget-state", call->region, name);
	return 0;
}

static cJSON *budget_row(struct control *ctl, const struct budget *b, int64_t now)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "BudgetName", b->name), *scope;
	struct money sum = { 0 }, forecast = { 0 };
	double mark;

	budget_spent(ctl, b, now, &sum, &forecast);
	mark = budget_crossed(b, money_total(&sum));
	json_add_num(o, "Amount", b->amount);
	json_add_str(o, "Period", b->daily ? "DAILY" : "MONTHLY");
	if (b->cluster_id[0] || b->tag_key) {
		scope = json_add_str(cJSON_CreateObject(), "ClusterId", b->cluster_id[0] ? b->cluster_id : NULL);
		json_add(o, "Scope",
		         json_add_str(json_add_str(scope, "TagKey", b->tag_key), "TagValue", b->tag_value));
	}
	json_add(o, "Thresholds", cJSON_CreateDoubleArray(b->thresholds, (int)b->n));
	json_add_str(o, "TopicArn", b->topic_arn);
	json_add_num(o, "Spent", money_total(&sum));
	json_add_num(o, "Forecast", money_total(&forecast));
	json_add_str(o, "State", mark > 0 ? "ALARM" : "OK");
	if (mark > 0)
		json_add_time(o, "Since", b->period == budget_period(b, now) && b->since ? b->since : now);
	json_add_bool(o, "Unknown", sum.unknown || forecast.unknown);
	return json_add_bool(o, "Estimate", sum.estimate || forecast.estimate);
}

int op_list_budgets(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cost_state *st = cost_state(ctl);
	cJSON *a = cJSON_CreateArray();
	int64_t now = clock_now_ms();
	size_t it = 0;
	void *v;

	(void)in;
	(void)err;
	rates_refresh(ctl);
	while (st->budgets && map_next(st->budgets, &it, NULL, &v))
		if (!strcmp(((struct budget *)v)->region, call->region))
			cJSON_AddItemToArray(a, budget_row(ctl, v, now));
	json_add(out, "Budgets", a);
	return 0;
}
