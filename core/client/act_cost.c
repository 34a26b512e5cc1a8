#include <stdio.h>
#include <string.h>

#include "core/client/act_impl.h"
#include "core/client/act_ops.h"

static void budget_line(struct act *a)
{
	const cJSON *scope = json_obj(a->in, "Scope"), *x;
	const char *tag = json_str(scope, "TagKey", NULL), *cluster = json_str(scope, "ClusterId", NULL);
	struct buf b = BUF_INIT;
	buf_adds(&b, "stoker cost put-budget ");
	act_shell_word(&b, json_str(a->in, "BudgetName", ""));
	bool daily = !strcmp(json_str(a->in, "Period", ""), "DAILY");
	buf_addf(&b, " %g%s", json_num(a->in, "Amount", 0), daily ? " --daily" : "");
	if (cluster)
		buf_addf(&b, " --cluster %s", cluster);
	if (tag) {
		char *pair = xasprintf("%s=%s", tag, json_str(scope, "TagValue", ""));
		buf_adds(&b, " --tag ");
		act_shell_word(&b, pair);
		free(pair);
	}
	buf_adds(&b, " --thresholds ");
	cJSON_ArrayForEach(x, json_arr(a->in, "Thresholds"))
		buf_addf(&b, "%s%g", x->prev && x->prev->next ? "," : "", x->valuedouble);
	if (json_str(a->in, "TopicArn", NULL))
		buf_addf(&b, " --topic %s", json_str(a->in, "TopicArn", ""));
	a->cli = buf_steal(&b);
}

struct act *act_put_budget(cJSON *in, const cJSON *was)
{
	static const struct act_member members[] = {
		{ "Amount", "amount ($)" }, { "Period", "per" }, { "Scope", "for" }, { "Thresholds", "alarms at (%)" },
		{ "TopicArn", "tells" },
	};
	struct act *a = act_with(STOKER("PutBudget"), was ? "change" : "create", in);
	const char *name = json_str(in, "BudgetName", "");
	double spent = json_num(was, "Spent", 0), amount = json_num(in, "Amount", 0);
	a->title = xasprintf("%s budget %s", was ? "Change" : "Create", name);
	act_diff(a, was, members, sizeof members / sizeof *members);
	if (was)
		act_line(a, "spent so far", NULL, "$%.2f, %.0f%% of it", spent, amount > 0 ? spent / amount * 100 : 0);
	a->text = xstrdup("A budget warns; it ends nothing.");
	budget_line(a);
	a->done = xasprintf("budget %s is set", name);
	return a;
}

struct act *act_delete_budget(const cJSON *budget)
{
	const char *name = json_str(budget, "BudgetName", "");
	struct act *a = act_with(STOKER("DeleteBudget"), "delete",
	                         json_add_str(cJSON_CreateObject(), "BudgetName", name));
	a->title = xasprintf("Delete budget %s", name);
	a->text = xstrdup("Its alarms go with it. What was spent stays in the reports.");
	act_stoker_words(a, "cost", "delete-budget", name, (char *)NULL);
	a->done = xasprintf("budget %s is deleted", name);
	a->care = ACT_CARE_YES;
	a->danger = true;
	return a;
}

/* Operations that a recommendation may name, as static strings for the act. */
static const char *target_of(const char *target)
{
	static const char *const known[] = {
		EMR("ModifyInstanceGroups"), EMR("AddInstanceGroups"), EMR("PutAutoTerminationPolicy"),
		EMR("PutManagedScalingPolicy"), EMR("TerminateJobFlows"), EMR("ModifyInstanceFleet"),
		EMR("SetTerminationProtection"), STOKER("PutUtilizationScaling"), STOKER("PutScheduledScaling"),
		STOKER("PutSchedule"),
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcmp(known[i], target))
			return known[i];
	return NULL;
}

static void recommendation_line(struct act *a)
{
	char words[96] = "emr ";
	size_t n = strlen(words);
	const char *op = strchr(a->target, '.') + 1;
	if (strncmp(a->target, "ElasticMapReduce.", 17)) {
		act_stoker_line(a);
		return;
	}
	for (const char *p = op; *p && n + 2 < sizeof words; p++) {
		if (*p >= 'A' && *p <= 'Z') {
			if (p > op)
				words[n++] = '-';
			words[n++] = (char)(*p - 'A' + 'a');
		} else {
			words[n++] = *p;
		}
	}
	words[n] = 0;
	act_aws_line(a, words);
}

struct act *act_recommendation(const struct model *m, const cJSON *advice)
{
	const cJSON *proposed = json_obj(advice, "Act"), *request = json_obj(proposed, "Request");
	const char *target = target_of(json_str(proposed, "Target", ""));
	if (!target || !request)
		return NULL;
	struct act *a = act_with(target, "do it", cJSON_Duplicate(request, 1));
	double saving = json_num(advice, "SavingPerMonth", 0);
	bool ends = !strcmp(target, EMR("TerminateJobFlows"));
	a->title = xstrdup(json_str(advice, "Title", "Follow the recommendation"));
	a->text = xstrdup(json_str(advice, "Evidence", NULL));
	act_line(a, "cluster", NULL, "%s", model_cluster_name(m, json_str(advice, "ClusterId", "")));
	act_line(a, "saving", NULL, "%s$%.2f a month, estimated", json_bool(advice, "Unknown", false) ? ">= " : "",
	         saving);
	recommendation_line(a);
	a->done = xasprintf("done: %s", a->title);
	a->care = ends ? ACT_CARE_WORD : ACT_CARE_YES;
	a->word = ends ? xstrdup(model_cluster_name(m, json_str(advice, "ClusterId", ""))) : NULL;
	a->danger = ends;
	return a;
}
