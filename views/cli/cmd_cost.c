/* stoker cost: what clusters cost, per hour and so far. */
#include <string.h>

#include "views/cli/ask.h"
#include "views/cli/table.h"

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
	bool any_unknown = false, any_live = false;

	text_table_column(t, "CLUSTER", TABLE_LEFT, true);
	text_table_column(t, "$/H", TABLE_RIGHT, false);
	text_table_column(t, "TODAY", TABLE_RIGHT, false);
	text_table_column(t, "SO FAR", TABLE_RIGHT, false);
	cJSON_ArrayForEach(x, json_arr(reply, "Clusters")) {
		bool unknown = json_bool(x, "Unknown", false);
		any_unknown |= unknown;
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
	fprintf(c->out, "%sprices: %s, %s%s%s\n", cli_dim(c), json_str(reply, "Source", "unknown source"),
	        json_str(reply, "PriceDate", "unknown date"), any_unknown ? "; ≥ leaves out a fee that is not known" : "",
	        cli_plain(c));
}

static int exec_cost(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *req = cJSON_CreateObject(), *reply = NULL, *ids = NULL;
	char id[MODEL_ID_SIZE];

	for (int i = 0; i < a->argc; i++) {
		if (ask_cluster(c, a->argv[i], id, &err)) {
			cJSON_Delete(req);
			return cli_fail(c, &err);
		}
		ids = ids ? ids : cJSON_AddArrayToObject(req, "ClusterIds");
		cJSON_AddItemToArray(ids, cJSON_CreateString(id));
	}
	if (ask(c, "Stoker.GetCost", req, &reply, &err)) {
		if (ask_unknown(&err))
			error_hint(&err, "This service does not tell costs; stoker create and scale show list prices.");
		return cli_fail(c, &err);
	}
	if (c->json)
		return cli_print_json(c, reply);
	people(c, reply);
	cJSON_Delete(reply);
	return CLI_OK;
}

const struct cli_command cli_cmd_cost = {
	.name = "cost", .args = "[CLUSTER…]", .max = -1,
	.summary = "show what clusters cost",
	.about = "Costs accrue per second from the list prices of the instance types. ≥ marks a sum that leaves "
	         "out a fee that is not known.",
	.words = "cluster", .exec = exec_cost,
};
