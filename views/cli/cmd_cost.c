/* stoker cost: what clusters cost, per hour and so far; and its words (forecast, what-if, …). */
#include <string.h>

#include "views/cli/cost.h"

int cost_ask(struct cli *c, const char *op, cJSON *req, cJSON **reply)
{
	struct error err = ERROR_INIT;

	if (!ask(c, op, req, reply, &err))
		return CLI_OK;
	if (ask_unknown(&err))
		error_hint(&err, "This service does not tell costs; stoker create and scale show list prices.");
	return cli_fail(c, &err);
}

int cost_clusters(struct cli *c, const struct cost_words *w, cJSON *req)
{
	struct error err = ERROR_INIT;
	char id[MODEL_ID_SIZE];
	cJSON *ids = NULL;

	for (int i = 0; i < w->argc; i++) {
		if (ask_cluster(c, w->argv[i], id, &err)) {
			cJSON_Delete(req);
			return cli_fail(c, &err);
		}
		ids = ids ? ids : cJSON_AddArrayToObject(req, "ClusterIds");
		cJSON_AddItemToArray(ids, cJSON_CreateString(id));
	}
	return CLI_OK;
}

void cost_cell(struct text_table *t, const char *color, double v, bool lower_bound, bool estimate)
{
	char buf[32];

	text_table_cell(t, color, "%s%s", estimate && v > 0 ? "~" : "",
	                cli_cost(v, lower_bound, buf, sizeof buf));
}

void cost_footer(struct cli *c, const cJSON *reply, bool lower_bound, bool estimate)
{
	fputs(cli_dim(c), c->out);
	if (reply)
		fprintf(c->out, "prices: %s, %s", json_str(reply, "Source", "unknown source"),
		        json_str(reply, "PriceDate", "unknown date"));
	if (lower_bound)
		fprintf(c->out, "%s≥ leaves out a fee that is not known", reply ? "; " : "");
	if (estimate)
		fprintf(c->out, "%s~ holds an estimate", reply || lower_bound ? "; " : "");
	fprintf(c->out, "%s%s", reply || lower_bound || estimate ? "\n" : "", cli_plain(c));
}

static void money_cell(struct text_table *t, const cJSON *x, const char *key, bool unknown)
{
	char buf[32];

	text_table_cell(t, "", "%s", cli_cost(json_num(x, key, -1), unknown, buf, sizeof buf));
}

static void group_rows(struct cli *c, struct text_table *t, const cJSON *cluster)
{
	const cJSON *g;
	char buf[32];

	cJSON_ArrayForEach(g, json_arr(cluster, "Groups")) {
		bool unknown = !cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(g, "EmrPerHour"));
		int count = (int)json_int(g, "Count", 0);
		text_table_cell(t, cli_dim(c), "  %s %d × %s", json_str(g, "Role", ""),
		                (int)json_int(g, "Requested", count), json_str(g, "Type", ""));
		text_table_cell(t, cli_dim(c), "%s",
		                cli_cost((json_num(g, "Ec2PerHour", 0) + json_num(g, "EmrPerHour", 0)) * count,
		                         unknown && count, buf, sizeof buf));
		text_table_cell(t, cli_dim(c), " ");
		money_cell(t, g, "Accrued", unknown);
	}
}

/* Has it instances that are paid for now? */
static bool live(const cJSON *cluster)
{
	const cJSON *g;
	bool any = json_num(cluster, "PerHour", 0) > 0;

	cJSON_ArrayForEach(g, json_arr(cluster, "Groups"))
		any |= json_int(g, "Count", 0) > 0;
	return any;
}

static void people(struct cli *c, const cJSON *reply)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	bool any_unknown = false, any_live = false, any_estimate = false;

	text_table_column(t, "CLUSTER", TABLE_LEFT, true);
	text_table_column(t, "$/H", TABLE_RIGHT, false);
	text_table_column(t, "TODAY", TABLE_RIGHT, false);
	text_table_column(t, "SO FAR", TABLE_RIGHT, false);
	cJSON_ArrayForEach(x, json_arr(reply, "Clusters")) {
		bool unknown = json_bool(x, "Unknown", false);
		any_unknown |= unknown;
		any_estimate |= json_bool(x, "Estimate", false);
		any_live |= unknown && live(x);
		text_table_cell(t, "", "%s %s", json_str(x, "ClusterId", ""), json_str(x, "Name", ""));
		money_cell(t, x, "PerHour", unknown && live(x));
		money_cell(t, x, "Today", unknown);
		money_cell(t, x, "Accrued", unknown);
		group_rows(c, t, x);
	}
	text_table_cell(t, cli_bold(c), "all");
	money_cell(t, reply, "PerHour", any_live);
	money_cell(t, reply, "Today", any_unknown);
	text_table_cell(t, "", " ");
	cli_print_table(c, t);
	cost_footer(c, reply, any_unknown, any_estimate);
}

static int cost_now(struct cli *c, const struct cost_words *w)
{
	cJSON *req = cJSON_CreateObject(), *reply = NULL;
	int status;

	if ((status = cost_clusters(c, w, req)) || (status = cost_ask(c, "Stoker.GetCost", req, &reply)))
		return status;
	if (c->json)
		return cli_print_json(c, reply);
	people(c, reply);
	cJSON_Delete(reply);
	return CLI_OK;
}

static const struct {
	const char *word;
	int (*run)(struct cli *c, const struct cost_words *w);
} words[] = {
	{ "forecast", cost_forecast }, { "what-if", cost_what_if }, { "recommendations", cost_recommendations },
	{ "budgets", cost_budgets }, { "put-budget", cost_put_budget }, { "delete-budget", cost_delete_budget },
	{ "prices", cost_prices },
};

static int exec_cost(struct cli *c, const struct cli_args *a)
{
	struct cost_words w = { a->argv, a->argc, a };

	for (size_t i = 0; a->argc && i < sizeof words / sizeof *words; i++)
		if (!strcmp(words[i].word, a->argv[0])) {
			w.argv++;
			w.argc--;
			return words[i].run(c, &w);
		}
	return cli_opt(a, "by") || cli_opt(a, "from") || cli_opt(a, "to") ? cost_report(c, &w) : cost_now(c, &w);
}

static const struct cli_option options[] = {
	{ "by", 0, "WHAT", "a report by cluster, group, role, type, market, step, day or tag:KEY" },
	{ "from", 0, "WHEN", "of the report: a day, an instant, or a time ago (default: the month's first day)" },
	{ "to", 0, "WHEN", "of the report: as --from; a day is in it (default: now)" },
	{ "daily", 0, NULL, "put-budget: for each day (default: for each month)" },
	{ "cluster", 0, "CLUSTER", "put-budget: of one cluster (default: of everything)" },
	{ "tag", 0, "KEY=VALUE", "put-budget: of the clusters with this tag" },
	{ "thresholds", 0, "LIST", "put-budget: per cents at which to tell (default 50,80,100)" },
	{ "topic", 0, "TOPIC", "put-budget: whom to tell" },
	{ "yes", 'y', NULL, "delete-budget: do not ask" },
	{ 0 },
};

const struct cli_command cli_cmd_cost = {
	.name = "cost",
	.args = "[WORD] [CLUSTER…]",
	.max = -1,
	.summary = "show what clusters cost, and what they would",
	.about =
	    "Costs accrue per second from the list prices of the instance types, a minute at least. ≥ marks a "
		"sum that leaves out a fee that is not known, ~ one that holds an estimate. forecast [CLUSTER…]: to "
		"the end of each queue and of the month, and what burns while nothing runs. what-if [CLUSTER] "
		"GROUP=CHANGE…: what other sizes, types or markets would cost, as core=4 or task=8,m5.2xlarge,spot. "
		"recommendations [CLUSTER]: what would save money, and why. budgets, put-budget NAME AMOUNT, "
		"delete-budget NAME. prices [TYPE…]: the rates with their date and source; prices.csv in the "
		"server's home folder adds to them.",
	.options = options,
	.words = "forecast|what-if|recommendations|budgets|put-budget|delete-budget|prices cluster",
	.exec = exec_cost,
};
