/* The part: its state, its operations, and when it wishes to run. */
#include "core/base/clock.h"
#include "core/control/cost/inner.h"

struct cost_state *cost_state(struct control *ctl)
{
	if (!ctl->parts[PART_COST])
		ctl->parts[PART_COST] = xcalloc(1, sizeof(struct cost_state));
	return ctl->parts[PART_COST];
}

static int load(struct control *ctl, struct error *err)
{
	int ret = budgets_load(ctl, err);

	rates_refresh(ctl);
	if (!ret)
		ret = loads_load(ctl, err);
	return ret ? ret : ledger_load(ctl, err);
}

static void close_part(struct control *ctl)
{
	struct cost_state *st = ctl->parts[PART_COST];

	if (!st)
		return;
	budgets_free(st);
	forecast_free(st);
	loads_free(st);
	sheets_free(st);
	rates_free(st);
	ledger_free(st);
	vec_free(&st->days.at);
	free(st);
	ctl->parts[PART_COST] = NULL;
}

static int64_t due(struct control *ctl)
{
	int64_t wishes[] = { ledger_due(ctl), budgets_due(ctl), loads_due(ctl) }, first = 0;

	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
		if (wishes[i] && (!first || wishes[i] < first))
			first = wishes[i];
	return first;
}

static void run(struct control *ctl, int64_t now)
{
	rates_refresh(ctl);
	ledger_run(ctl, now);
	budgets_run(ctl, now);
	loads_run(ctl, now);
}

static void cluster_moved(struct control *ctl, struct cluster *c)
{
	cost_state(ctl)->budgets_due = 1; /* what ended since the last look is still to be counted */
	if (cluster_state_ended(c->state))
		loads_ended(ctl, c);
}

void cost_alarms(struct control *ctl, const char *cluster_id, int64_t now, struct alarm_list *out)
{
	const struct cost_state *st = cost_state(ctl);

	if (!cluster_id && st->prices_error.code) {
		struct alarm a = { .id = xstrdup("prices"),
		                   .severity = SEVERITY_WARN,
		                   .since = st->prices_error_since,
		                   .title = xstrdup("A price list is not used"),
		                   .detail = xstrdup(st->prices_error.message),
		                   .hint = xasprintf("Correct the file; it is read again by itself.%s%s",
			                                 st->prices_error.hint[0] ? " " : "", st->prices_error.hint) };
		vec_push(out, a);
	}
	budgets_alarms(ctl, cluster_id, now, out);
}

static const struct op ops[] = {
	{ "Stoker.GetCost", op_get_cost },
	{ "Stoker.GetCostReport", op_get_cost_report },
	{ "Stoker.GetCostForecast", op_get_cost_forecast },
	{ "Stoker.WhatIf", op_what_if },
	{ "Stoker.ListRecommendations", op_list_recommendations },
	{ "Stoker.ListPrices", op_list_prices },
	{ "Stoker.PutBudget", op_put_budget },
	{ "Stoker.ListBudgets", op_list_budgets },
	{ "Stoker.DeleteBudget", op_delete_budget },
	{ NULL, NULL },
};

const struct part cost_part = {
	.name = "cost", .ops = ops, .load = load, .close = close_part, .due = due, .run = run,
	.step_ended = forecast_step_ended, .cluster_moved = cluster_moved, .sampled = loads_sampled,
};
