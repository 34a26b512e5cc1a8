/* stoker spot: the spot market of the embedded clusters. Prices, what they do, and interruptions as a drill. */
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "views/cli/cmd_spot.h"
#include "views/cli/plan.h"
#include "views/cli/table.h"

int spot_fail(struct cli *c, struct error *err)
{
	if (ask_unknown(err))
		error_hint(err, "The market of Amazon is EC2's: aws ec2 describe-spot-price-history shows it.");
	return cli_fail(c, err);
}

/* ---- prices ---- */

static void price_rows(struct cli *c, const cJSON *prices)
{
	static const char *const columns[] = { "TYPE", "SPOT $/H", "ON DEMAND", "SHARE", "NODES", "CAPACITY",
	                                      "SINCE", "SOURCE" };
	struct text_table *t = text_table_new();
	const cJSON *p;
	char buf[64];

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		text_table_column(t, columns[i], i == 0 || i >= 6 ? TABLE_LEFT : TABLE_RIGHT, false);
	cJSON_ArrayForEach(p, prices) {
		double price = json_num(p, "Price", -1), full = json_num(p, "OnDemandPrice", -1);
		bool available = json_bool(p, "Available", true);
		text_table_cell(t, "", "%s", json_str(p, "InstanceType", ""));
		if (price < 0)
			text_table_cell(t, "", "unknown");
		else
			text_table_cell(t, "", "%.4f", price);
		if (full < 0)
			text_table_cell(t, "", "unknown");
		else
			text_table_cell(t, "", "%.4f", full);
		if (price < 0 || full <= 0)
			text_table_cell(t, "", "-");
		else
			text_table_cell(t, price > full ? cli_state_color(c, "FAILED") : "", "%.0f%%",
			                100 * price / full);
		text_table_cell(t, "", "%d", (int)json_int(p, "Instances", 0));
		if (available)
			text_table_cell(t, "", "%d", (int)json_int(p, "Capacity", 0));
		else
			text_table_cell(t, cli_state_color(c, "FAILED"), "none");
		text_table_cell(t, "", "%s", json_bool(p, "Estimate", false) ? "-"
		                : cli_time(json_num(p, "Since", 0), buf, sizeof buf));
		text_table_cell(t, "", "%s", json_str(p, "Source", "-"));
	}
	cli_print_table(c, t);
}

static void history_rows(struct cli *c, const cJSON *prices)
{
	const cJSON *p, *point;
	char buf[64];

	cJSON_ArrayForEach(p, prices) {
		fprintf(c->out, "%s%s%s\n", cli_bold(c), json_str(p, "InstanceType", ""), cli_plain(c));
		cJSON_ArrayForEach(point, json_arr(p, "History")) {
			const cJSON *t = cJSON_GetArrayItem(point, 0), *price = cJSON_GetArrayItem(point, 1);
			fprintf(c->out, "  %s  %.4f\n", cli_time(t ? t->valuedouble : 0, buf, sizeof buf),
			        price ? price->valuedouble : 0);
		}
	}
}

/* "2h" ago, as epoch ms; 0 when the option was not given, -1 when it cannot be read. */
static int64_t since_of(const struct cli_args *a)
{
	const char *since = cli_opt(a, "since");
	int64_t span = since ? cli_parse_span(since) : 0;

	return !since ? 0 : span < 0 ? -1 : clock_now_ms() - span;
}

static int prices(struct cli *c, const struct cli_args *a)
{
	cJSON *req = cJSON_CreateObject(), *types = NULL, *reply = NULL;
	int64_t since = since_of(a);
	struct error err = ERROR_INIT;

	if (since < 0) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "--since: \"%s\" is not a time as 30m, 2h or 7d", cli_opt(a, "since"));
	}
	for (int i = 1; i < a->argc; i++) {
		types = types ? types : cJSON_AddArrayToObject(req, "InstanceTypes");
		cJSON_AddItemToArray(types, cJSON_CreateString(a->argv[i]));
	}
	json_add_time(req, "Since", since);
	if (ask(c, "Stoker.ListSpotPrices", req, &reply, &err))
		return spot_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	price_rows(c, json_arr(reply, "SpotPrices"));
	if (since)
		history_rows(c, json_arr(reply, "SpotPrices"));
	cJSON_Delete(reply);
	return CLI_OK;
}

static int set_price(struct cli *c, const struct cli_args *a)
{
	cJSON *req = cJSON_CreateObject(), *reply = NULL;
	const char *available = cli_opt(a, "available");
	struct error err = ERROR_INIT;
	int capacity;

	if (a->argc < 2 || a->argc > 3 || (a->argc == 2 && !available && !cli_opt(a, "capacity"))) {
		cJSON_Delete(req);
		return cli_usage(c, cli_find("spot"), "say what: stoker spot set-price TYPE PRICE, or --available, "
		                 "--capacity");
	}
	json_add_str(req, "InstanceType", a->argv[1]);
	if (a->argc == 3) {
		char *end;
		double price = strtod(a->argv[2], &end);
		if (*end || !(price > 0)) {
			cJSON_Delete(req);
			return cli_usage(c, NULL, "\"%s\" is not a price in dollars per hour", a->argv[2]);
		}
		json_add_num(req, "Price", price);
	}
	if (available && strcmp(available, "yes") && strcmp(available, "no")) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "--available is yes or no");
	}
	if (available)
		json_add_bool(req, "Available", !strcmp(available, "yes"));
	if (cli_opt_int(a, "capacity", 0, 0, 1000000, &capacity, &err)) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "%s", err.message);
	}
	if (cli_opt(a, "capacity"))
		json_add_int(req, "Capacity", capacity);
	if (ask(c, "Stoker.PutSpotPrice", req, &reply, &err))
		return spot_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	cJSON *one = cJSON_CreateArray();
	cJSON_AddItemToArray(one, reply);
	price_rows(c, one);
	cJSON_Delete(one);
	return CLI_OK;
}

/* ---- interrupt ---- */

/* The spot instances that words name: clusters, and instances of the one cluster that is named or live. */
static int find_nodes(struct cli *c, const char *cluster, cJSON *to, struct error *err)
{
	static const char *const states[] = { "PROVISIONING", "BOOTSTRAPPING", "RUNNING" };
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster), *all = NULL, *x, *next;
	int rc;

	json_add(req, "InstanceStates", cJSON_CreateStringArray(states, 3));
	rc = ask_all(c, "ListInstances", req, "Instances", 0, &all, err);
	for (x = rc ? NULL : all->child; x; x = next) {
		next = x->next;
		if (strcmp(json_str(x, "Market", ""), "SPOT"))
			continue;
		cJSON_DetachItemViaPointer(all, x);
		json_add_str(x, "ClusterId", cluster);
		cJSON_AddItemToArray(to, x);
	}
	cJSON_Delete(all);
	return rc;
}

static bool is_instance(const char *word)
{
	return !strncmp(word, "ci-", 3) || !strncmp(word, "i-", 2);
}

static int find_all(struct cli *c, cJSON *to, struct error *err)
{
	cJSON *clusters = NULL;
	const cJSON *x;
	int rc = ask_all(c, "ListClusters", NULL, "Clusters", 0, &clusters, err);

	cJSON_ArrayForEach(x, clusters)
		if (!rc && !ask_cluster_ended(ask_state(x)))
			rc = find_nodes(c, json_str(x, "Id", ""), to, err);
	cJSON_Delete(clusters);
	return rc;
}

/* The nodes that were named, out of all: those of a cluster, or single ones. */
static int keep_named(struct cli *c, const struct cli_args *a, const cJSON *all, cJSON *named,
                      struct error *err)
{
	int rc = 0;

	for (int i = 1; i < a->argc && !rc; i++) {
		char cluster[MODEL_ID_SIZE] = "";
		const cJSON *x;
		bool any = false, instance = is_instance(a->argv[i]);
		if (!instance && (rc = ask_cluster(c, a->argv[i], cluster, err)))
			break;
		cJSON_ArrayForEach(x, all) {
			if (instance ? strcmp(json_str(x, "Id", ""), a->argv[i]) &&
			    strcmp(json_str(x, "Ec2InstanceId", ""), a->argv[i])
			    : strcmp(json_str(x, "ClusterId", ""), cluster))
				continue;
			cJSON_AddItemToArray(named, cJSON_Duplicate(x, true));
			any = true;
		}
		if (!any)
			rc = error_set(err, ERR_NOTFOUND, instance ? "no spot instance \"%s\" runs"
			               : "\"%s\" has no spot instances", a->argv[i]);
	}
	return rc;
}

static void show_plan(struct cli *c, const cJSON *nodes, int64_t notice)
{
	struct text_table *t = text_table_new();
	struct buf b = BUF_INIT;
	const cJSON *x;
	char buf[32];

	text_table_column(t, "CLUSTER", TABLE_LEFT, false);
	text_table_column(t, "NODE", TABLE_LEFT, false);
	text_table_column(t, "EC2 ID", TABLE_LEFT, false);
	text_table_column(t, "TYPE", TABLE_LEFT, false);
	cJSON_ArrayForEach(x, nodes) {
		text_table_cell(t, "", "%s", json_str(x, "ClusterId", ""));
		text_table_cell(t, "", "%s", json_str(x, "Id", ""));
		text_table_cell(t, "", "%s", json_str(x, "Ec2InstanceId", ""));
		text_table_cell(t, "", "%s", json_str(x, "InstanceType", ""));
	}
	text_table_render(t, 0, c->color, &b);
	fputs(buf_str(&b), c->err);
	fprintf(c->err, "%d spot nodes get notice%s%s: they take no new work, and what still runs on them then "
	        "runs again elsewhere. A cluster whose master is among them ends.\n", cJSON_GetArraySize(nodes),
	        notice >= 0 ? " of " : "", notice >= 0 ? clock_duration(notice, buf, sizeof buf) : "");
	buf_free(&b);
	text_table_free(t);
}

static int interrupt_nodes(struct cli *c, const struct cli_args *a, const cJSON *nodes, int64_t notice)
{
	cJSON *req = cJSON_CreateObject(), *ids = cJSON_AddArrayToObject(req, "InstanceIds"), *reply = NULL;
	struct error err = ERROR_INIT;
	const cJSON *x;

	if (!c->json)
		show_plan(c, nodes, notice);
	int status = plan_confirm(c, a, true, "Interrupt them?");
	if (status) {
		cJSON_Delete(req);
		return status < 0 ? CLI_OK : status;
	}
	cJSON_ArrayForEach(x, nodes)
		cJSON_AddItemToArray(ids, cJSON_CreateString(json_str(x, "Id", "")));
	if (notice >= 0)
		json_add_int(req, "NoticeSeconds", notice / 1000);
	json_add_str(req, "Reason", cli_opt(a, "reason"));
	if (ask(c, "Stoker.InterruptSpot", req, &reply, &err))
		return spot_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	cJSON_ArrayForEach(x, json_arr(reply, "Interrupted"))
		fprintf(c->out, "%s\n", x->valuestring);
	cJSON_Delete(reply);
	return CLI_OK;
}

static int interrupt(struct cli *c, const struct cli_args *a)
{
	const char *text = cli_opt(a, "notice");
	int64_t notice = text ? cli_parse_span(text) : -1;
	cJSON *all = cJSON_CreateArray(), *named = cJSON_CreateArray();
	struct error err = ERROR_INIT;
	int status;

	if (text && notice < 0)
		status = cli_usage(c, NULL, "--notice: \"%s\" is not a time as 0, 30s or 2m", text);
	else if (cli_flag(a, "all") == (a->argc > 1))
		status = cli_usage(c, cli_find("spot"), "say which: clusters, instances, or --all");
	else if (find_all(c, all, &err) || (a->argc > 1 && keep_named(c, a, all, named, &err)))
		status = cli_fail(c, &err);
	else if (a->argc == 1 && !all->child)
		status = cli_fail(c, (error_set(&err, ERR_NOTFOUND, "no spot instance runs"), &err));
	else
		status = interrupt_nodes(c, a, a->argc > 1 ? named : all, notice);
	cJSON_Delete(all);
	cJSON_Delete(named);
	return status;
}

/* ---- history ---- */

static void history_table(struct cli *c, const cJSON *list)
{
	static const char *const columns[] = { "NOTICE", "CLUSTER", "NODE", "TYPE", "REASON", "OUTCOME",
	                                      "REPLACED BY", "WHY" };
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		text_table_column(t, columns[i], TABLE_LEFT, i == 7);
	cJSON_ArrayForEach(x, list) {
		text_table_cell(t, "", "%s", cli_time(json_num(x, "NoticeAt", 0), buf, sizeof buf));
		text_table_cell(t, "", "%s", json_str(x, "ClusterId", ""));
		text_table_cell(t, "", "%s", json_str(x, "InstanceId", ""));
		text_table_cell(t, "", "%s", json_str(x, "InstanceType", ""));
		text_table_cell(t, "", "%s", json_str(x, "Reason", ""));
		text_table_cell(t, "", "%s", json_str(x, "Outcome", ""));
		text_table_cell(t, "", "%s", json_str(x, "ReplacedBy", "-"));
		text_table_cell(t, "", "%s", json_str(x, "Detail", ""));
	}
	cli_print_table(c, t);
}

static int history(struct cli *c, const struct cli_args *a)
{
	cJSON *req = json_add_int(cJSON_CreateObject(), "MaxResults", 1000), *reply = NULL;
	int64_t since = since_of(a);
	char cluster[MODEL_ID_SIZE];
	struct error err = ERROR_INIT;

	if (since < 0 || a->argc > 2) {
		cJSON_Delete(req);
		return cli_usage(c, cli_find("spot"), since < 0 ? "--since is a time as 30m, 2h or 7d"
		                 : "name one cluster");
	}
	if (a->argc == 2 && ask_cluster(c, a->argv[1], cluster, &err)) {
		cJSON_Delete(req);
		return cli_fail(c, &err);
	}
	json_add_str(req, "ClusterId", a->argc == 2 ? cluster : NULL);
	json_add_time(req, "Since", since);
	if (ask(c, "Stoker.ListSpotInterruptions", req, &reply, &err))
		return spot_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	history_table(c, json_arr(reply, "Interruptions"));
	cJSON_Delete(reply);
	return CLI_OK;
}

static int exec_spot(struct cli *c, const struct cli_args *a)
{
	const char *verb = a->argc ? a->argv[0] : NULL;

	if (!verb) {
		char *none[] = { (char *)"prices" };
		struct cli_args all = *a;
		all.argv = none;
		all.argc = 1;
		return prices(c, &all);
	}
	if (!strcmp(verb, "prices"))
		return prices(c, a);
	if (!strcmp(verb, "set-price"))
		return set_price(c, a);
	if (!strcmp(verb, "interrupt"))
		return interrupt(c, a);
	if (!strcmp(verb, "history"))
		return history(c, a);
	if (!strcmp(verb, "feed"))
		return spot_feed(c, a);
	return cli_usage(c, cli_find("spot"), "\"%s\" is none of prices, set-price, feed, interrupt, history", verb);
}

static const struct cli_option options[] = {
	{ "since", 0, "TIME", "prices, history: what was in the last TIME (30m, 2h, 7d)" },
	{ "available", 0, "yes|no", "set-price: whether the market has this type at all" },
	{ "capacity", 0, "N", "set-price: how many instances of this type it carries" },
	{ "speed", 0, "N", "feed load: so many times as fast as it was recorded (1)" },
	{ "loop", 0, NULL, "feed load: begin again at its end" },
	{ "start", 0, "now|recorded", "feed load: the first price holds from now on, or at the times of the record" },
	{ "zone", 0, "ZONE", "feed load: only prices of this availability zone (default: the cheapest)" },
	{ "all", 'a', NULL, "interrupt: every spot node of every cluster" },
	{ "notice", 0, "TIME", "interrupt: from the notice to the end (default: two minutes)" },
	{ "reason", 0, "TEXT", "interrupt: what is written into the history" },
	PLAN_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_spot = {
	.name = "spot", .max = -1,
	.args = "[prices [TYPE…]|set-price TYPE [PRICE]|feed [show|load FILE|clear]|interrupt [CLUSTER|INSTANCE…]|"
	        "history [CLUSTER]]",
	.summary = "the spot market: prices, interruptions",
	.about = "Spot instances run while their bid is not below the price of their type and the market has "
	         "room; else they get notice, drain and end, and their group or fleet replaces them. A price "
	         "that nobody has set is an estimate: a share of the on-demand price. set-price moves the market "
	         "of this server's clusters; feed load moves it by recorded prices, a file as aws ec2 "
	         "describe-spot-price-history prints it, or a record a line (- is standard input). "
	         "interrupt takes nodes away as EC2 would: a drill. history lists the interruptions.",
	.options = options, .words = "prices|set-price|feed|interrupt|history", .exec = exec_spot,
};
