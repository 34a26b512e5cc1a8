/* stoker cost budgets, put-budget, delete-budget. */
#include <errno.h>
#include <string.h>

#include "views/cli/cost.h"
#include "views/cli/plan.h"

static void scope_cell(struct text_table *t, const cJSON *budget)
{
	const cJSON *s = json_obj(budget, "Scope");

	if (json_str(s, "ClusterId", NULL))
		text_table_cell(t, "", "%s", json_str(s, "ClusterId", ""));
	else if (json_str(s, "TagKey", NULL))
		text_table_cell(t, "", "%s=%s", json_str(s, "TagKey", ""), json_str(s, "TagValue", ""));
	else
		text_table_cell(t, "", "everything");
}

static void people(struct cli *c, const cJSON *reply)
{
	struct text_table *t = text_table_new();
	const cJSON *b, *p;
	bool any_unknown = false, any_estimate = false;

	text_table_column(t, "BUDGET", TABLE_LEFT, true);
	text_table_column(t, "OF", TABLE_LEFT, false);
	text_table_column(t, "PER", TABLE_LEFT, false);
	text_table_column(t, "AMOUNT", TABLE_RIGHT, false);
	text_table_column(t, "SPENT", TABLE_RIGHT, false);
	text_table_column(t, "%", TABLE_RIGHT, false);
	text_table_column(t, "FORECAST", TABLE_RIGHT, false);
	text_table_column(t, "MARKS", TABLE_LEFT, false);
	text_table_column(t, "STATE", TABLE_LEFT, false);
	cJSON_ArrayForEach(b, json_arr(reply, "Budgets")) {
		bool unknown = json_bool(b, "Unknown", false), estimate = json_bool(b, "Estimate", false);
		double amount = json_num(b, "Amount", 1), spent = json_num(b, "Spent", 0);
		const char *state = json_str(b, "State", "");
		struct buf marks = BUF_INIT;
		any_unknown |= unknown;
		any_estimate |= estimate;
		cJSON_ArrayForEach(p, json_arr(b, "Thresholds"))
			buf_addf(&marks, "%s%g", marks.len ? "," : "", p->valuedouble);
		text_table_cell(t, "", "%s", json_str(b, "BudgetName", ""));
		scope_cell(t, b);
		text_table_cell(t, "", "%s", !strcmp(json_str(b, "Period", ""), "DAILY") ? "day" : "month");
		cost_cell(t, "", amount, false, false);
		cost_cell(t, "", spent, unknown, estimate);
		text_table_cell(t, "", "%s%.0f", unknown ? "≥" : "", 100 * spent / amount);
		cost_cell(t, "", json_num(b, "Forecast", 0), unknown, estimate);
		text_table_cell(t, "", "%s", buf_str(&marks));
		text_table_cell(t, strcmp(state, "OK") ? cli_state_color(c, "ERROR") : "", "%s", state);
		buf_free(&marks);
	}
	cli_print_table(c, t);
	cost_footer(c, NULL, any_unknown, any_estimate);
}

int cost_budgets(struct cli *c, const struct cost_words *w)
{
	cJSON *reply = NULL;
	int status;

	if (w->argc)
		return cli_usage(c, NULL, "\"%s\" is one word too many", w->argv[0]);
	if ((status = cost_ask(c, "Stoker.ListBudgets", NULL, &reply)))
		return status;
	if (c->json)
		return cli_print_json(c, reply);
	if (cJSON_GetArraySize(json_arr(reply, "Budgets")))
		people(c, reply);
	else
		fprintf(c->out, "no budgets; stoker cost put-budget NAME AMOUNT makes one\n");
	cJSON_Delete(reply);
	return CLI_OK;
}

static int number(const char *s, const char *what, double *out, struct error *err)
{
	char *end;

	errno = 0;
	*out = strtod(*s == '$' ? s + 1 : s, &end);
	if (errno || end == s || *end || !(*out > 0))
		return error_set(err, ERR_INVALID, "\"%s\" is not %s", s, what);
	return 0;
}

static int add_thresholds(const char *text, cJSON *req, struct error *err)
{
	cJSON *list = text ? cJSON_AddArrayToObject(req, "Thresholds") : NULL;
	char *copy = xstrdup(text), *save = NULL;
	int rc = 0;

	for (char *p = copy ? strtok_r(copy, ",%", &save) : NULL; p && !rc; p = strtok_r(NULL, ",%", &save)) {
		double v = 0;
		rc = number(p, "a per cent, as in --thresholds 50,80,100", &v, err);
		cJSON_AddItemToArray(list, cJSON_CreateNumber(v));
	}
	free(copy);
	return rc;
}

static int add_scope(struct cli *c, const struct cost_words *w, cJSON *req, struct error *err)
{
	const char *cluster = cli_opt(w->options, "cluster"), *tag = cli_opt(w->options, "tag");
	const char *equal = tag ? strchr(tag, '=') : NULL;
	char id[MODEL_ID_SIZE];
	int rc;

	if (!cluster && !tag)
		return 0;
	if (cluster && tag)
		return error_set(err, ERR_INVALID, "a budget is for a cluster or for a tag, not for both");
	if (tag && (!equal || equal == tag))
		return error_set(err, ERR_INVALID, "--tag: \"%s\" is not KEY=VALUE", tag);
	cJSON *scope = cJSON_AddObjectToObject(req, "Scope");
	if (tag) {
		char *key = xstrndup(tag, (size_t)(equal - tag));
		json_add_str(json_add_str(scope, "TagKey", key), "TagValue", equal + 1);
		free(key);
		return 0;
	}
	rc = ask_cluster(c, cluster, id, err);
	if (!rc)
		json_add_str(scope, "ClusterId", id);
	return rc;
}

int cost_put_budget(struct cli *c, const struct cost_words *w)
{
	cJSON *req = cJSON_CreateObject(), *reply = NULL;
	struct error err = ERROR_INIT;
	double amount = 0;
	int status;

	if (w->argc != 2) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "stoker cost put-budget needs NAME and AMOUNT (US dollars)");
	}
	json_add_str(req, "BudgetName", w->argv[0]);
	json_add_str(req, "Period", cli_flag(w->options, "daily") ? "DAILY" : "MONTHLY");
	json_add_str(req, "TopicArn", cli_opt(w->options, "topic"));
	if (number(w->argv[1], "an amount of US dollars", &amount, &err) || add_scope(c, w, req, &err) ||
	    add_thresholds(cli_opt(w->options, "thresholds"), req, &err)) {
		cJSON_Delete(req);
		return err.code == ERR_INVALID ? cli_usage(c, NULL, "%s", err.message) : cli_fail(c, &err);
	}
	json_add_num(req, "Amount", amount);
	if ((status = cost_ask(c, "Stoker.PutBudget", req, &reply)))
		return status;
	cJSON_Delete(reply);
	return c->json ? cli_print_json(c, json_add_str(cJSON_CreateObject(), "BudgetName", w->argv[0])) : CLI_OK;
}

int cost_delete_budget(struct cli *c, const struct cost_words *w)
{
	cJSON *reply = NULL;
	char question[160];
	int status;

	if (w->argc != 1)
		return cli_usage(c, NULL, "stoker cost delete-budget needs NAME");
	snprintf(question, sizeof question, "Delete the budget %.64s? Nobody is told when it is spent.",
	         w->argv[0]);
	if ((status = plan_confirm(c, w->options, true, question)))
		return status < 0 ? CLI_OK : status;
	status = cost_ask(c, "Stoker.DeleteBudget", json_add_str(cJSON_CreateObject(), "BudgetName", w->argv[0]),
	                  &reply);
	cJSON_Delete(reply);
	return !status && c->json
	           ? cli_print_json(c, json_add_str(cJSON_CreateObject(), "BudgetName", w->argv[0]))
	           : status;
}
