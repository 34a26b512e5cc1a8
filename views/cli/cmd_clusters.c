/* stoker clusters: what runs, what it costs; with a name, one cluster in detail. */
#include <string.h>

#include "core/base/clock.h"
#include "views/cli/groups.h"
#include "views/cli/table.h"

#define SHOWN_AFTER_END_S 86400  /* an ended cluster is listed for a day without --all */

/* Costs of all clusters, or NULL where nobody keeps them (an Amazon account). */
static cJSON *costs(struct cli *c, const char *cluster)
{
	cJSON *req = cJSON_CreateObject(), *reply = NULL;
	struct error ignore = ERROR_INIT;

	if (cluster) {
		cJSON *ids = cJSON_AddArrayToObject(req, "ClusterIds");
		cJSON_AddItemToArray(ids, cJSON_CreateString(cluster));
	}
	if (ask(c, "Stoker.GetCost", req, &reply, &ignore))
		return NULL;
	return reply;
}

/* "1+2+4": master, core, task. */
static const char *shape(const cJSON *groups, const char *role_key, const char *count_key, char *out,
                         size_t size)
{
	int n[3] = { 0 };
	const cJSON *g;

	cJSON_ArrayForEach(g, groups) {
		const char *role = json_str(g, role_key, "");
		int i = !strcmp(role, "MASTER") ? 0 : !strcmp(role, "CORE") ? 1 : 2;
		n[i] += (int)json_int(g, count_key, 0);
	}
	if (n[2])
		snprintf(out, size, "%d+%d+%d", n[0], n[1], n[2]);
	else
		snprintf(out, size, "%d+%d", n[0], n[1]);
	return out;
}

static double lived_ms(const cJSON *cluster)
{
	double from = ask_timeline(cluster, "CreationDateTime"), to = ask_timeline(cluster, "EndDateTime");

	if (from <= 0)
		return 0;
	return (to > 0 ? to * 1000 : (double)clock_now_ms()) - from * 1000;
}

static bool listed(const cJSON *cluster, bool all)
{
	double end = ask_timeline(cluster, "EndDateTime");

	return all || !ask_cluster_ended(ask_state(cluster)) ||
	       end * 1000 > (double)clock_now_ms() - SHOWN_AFTER_END_S * 1000.0;
}

static const char *rate(const cJSON *cost, const char *key, bool ended, char *out, size_t size)
{
	bool unknown = json_bool(cost, "Unknown", false) && !(ended && !strcmp(key, "PerHour"));

	return cost ? cli_cost(json_num(cost, key, -1), unknown, out, size) : "-";
}

static void cluster_row(struct cli *c, struct text_table *t, const cJSON *x, const cJSON *cost)
{
	char buf[64];
	const char *state = ask_state(x);

	text_table_cell(t, "", "%s", json_str(x, "Id", ""));
	text_table_cell(t, "", "%s", json_str(x, "Name", ""));
	text_table_cell(t, cli_state_color(c, state), "%s", state);
	text_table_cell(t, "", "%s", cost ? shape(json_arr(cost, "Groups"), "Role", "Requested", buf, sizeof buf) : "-");
	text_table_cell(t, "", "%s", rate(cost, "PerHour", ask_cluster_ended(state), buf, sizeof buf));
	text_table_cell(t, "", "%s", rate(cost, "Accrued", false, buf, sizeof buf));
	text_table_cell(t, "", "%s", clock_duration((int64_t)lived_ms(x), buf, sizeof buf));
}

/* An empty or short list may only mean that one looks into the wrong region. */
static void say_elsewhere(struct cli *c)
{
	cJSON *status = NULL;
	const cJSON *r;
	struct error err = ERROR_INIT;

	if (ask(c, "Stoker.GetServerStatus", NULL, &status, &err))
		return;
	cJSON_ArrayForEach(r, json_arr(status, "Regions")) {
		const char *region = json_str(r, "Region", "");
		if (strcmp(region, json_str(status, "Region", "")) != 0)
			fprintf(c->out, "%s%d live in another region: --region %s%s\n", cli_dim(c),
			        (int)json_int(r, "Clusters", 0), region, cli_plain(c));
	}
	cJSON_Delete(status);
}

static int list_people(struct cli *c, cJSON *clusters, const cJSON *cost, bool all)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	int hidden = 0;

	text_table_column(t, "ID", TABLE_LEFT, false);
	text_table_column(t, "NAME", TABLE_LEFT, true);
	text_table_column(t, "STATE", TABLE_LEFT, false);
	text_table_column(t, "NODES", TABLE_RIGHT, false);
	text_table_column(t, "$/H", TABLE_RIGHT, false);
	text_table_column(t, "COST", TABLE_RIGHT, false);
	text_table_column(t, "AGE", TABLE_RIGHT, false);
	cJSON_ArrayForEach(x, clusters) {
		if (listed(x, all))
			cluster_row(c, t, x, ask_find(json_arr(cost, "Clusters"), "ClusterId", json_str(x, "Id", "")));
		else
			hidden++;
	}
	cli_print_table(c, t);
	if (hidden)
		fprintf(c->out, "%sand %d that ended more than a day ago: --all%s\n", cli_dim(c), hidden, cli_plain(c));
	say_elsewhere(c);
	return CLI_OK;
}

static int list_json(struct cli *c, cJSON *clusters, const cJSON *cost, bool all)
{
	cJSON *out = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(out, "Clusters"), *x, *next;

	for (x = clusters->child; x; x = next) {
		next = x->next;
		if (!listed(x, all))
			continue;
		cJSON_DetachItemViaPointer(clusters, x);
		const cJSON *own = ask_find(json_arr(cost, "Clusters"), "ClusterId", json_str(x, "Id", ""));
		json_add(x, "Cost", own ? cJSON_Duplicate(own, true) : NULL);
		cJSON_AddItemToArray(list, x);
	}
	return cli_print_json(c, out);
}

static void add_states(cJSON *req, const struct cli_args *a)
{
	static const char *const live[] = { "STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING" };
	cJSON *states = NULL;

	for (size_t i = 0; i < a->values.len; i++)
		if (!strcmp(a->values.items[i].option->name, "state")) {
			states = states ? states : cJSON_AddArrayToObject(req, "ClusterStates");
			cJSON_AddItemToArray(states, cJSON_CreateString(a->values.items[i].value));
		}
	if (!states && cli_flag(a, "active")) {
		states = cJSON_AddArrayToObject(req, "ClusterStates");
		for (size_t i = 0; i < sizeof live / sizeof *live; i++)
			cJSON_AddItemToArray(states, cJSON_CreateString(live[i]));
	}
}

static int list(struct cli *c, const struct cli_args *a)
{
	cJSON *req = cJSON_CreateObject(), *clusters = NULL, *cost;
	struct error err = ERROR_INIT;
	bool all = cli_flag(a, "all") || cli_opt(a, "state");
	int status;

	add_states(req, a);
	if (ask_all(c, "ListClusters", req, "Clusters", 0, &clusters, &err))
		return cli_fail(c, &err);
	cost = costs(c, NULL);
	status = c->json ? list_json(c, clusters, cost, all) : list_people(c, clusters, cost, all);
	cJSON_Delete(clusters);
	cJSON_Delete(cost);
	return status;
}

/* What many clusters have not: an idle time-out, a security configuration, tags. */
static void detail_extras(struct cli *c, const cJSON *x, const cJSON *idle)
{
	const cJSON *tag;
	int64_t seconds = json_int(json_obj(idle, "AutoTerminationPolicy"), "IdleTimeout", 0);
	char buf[64];

	if (seconds)
		fprintf(c->out, "idle       ends after %s\n", clock_duration(seconds * 1000, buf, sizeof buf));
	if (json_str(x, "SecurityConfiguration", NULL))
		fprintf(c->out, "security   %s\n", json_str(x, "SecurityConfiguration", ""));
	cJSON_ArrayForEach(tag, json_arr(x, "Tags"))
		fprintf(c->out, "tag        %s=%s\n", json_str(tag, "Key", ""), json_str(tag, "Value", ""));
}

static void detail_people(struct cli *c, const cJSON *x, const cJSON *groups, const cJSON *cost, const cJSON *idle)
{
	struct text_table *t = text_table_new();
	const cJSON *g, *why = json_obj(json_obj(x, "Status"), "StateChangeReason");
	const char *state = ask_state(x);
	char a[64], b[64];

	fprintf(c->out, "%s%s%s  %s  %s%s%s  %s\n", cli_bold(c), json_str(x, "Name", ""), cli_plain(c),
	        json_str(x, "Id", ""), cli_state_color(c, state), state, cli_plain(c), json_str(why, "Message", ""));
	fprintf(c->out, "release    %s\n", json_str(x, "ReleaseLabel", "-"));
	fprintf(c->out, "created    %s, age %s\n", cli_time(ask_timeline(x, "CreationDateTime"), a, sizeof a),
	        clock_duration((int64_t)lived_ms(x), b, sizeof b));
	fprintf(c->out, "cost       %s/h, %s so far\n", rate(cost, "PerHour", ask_cluster_ended(state), a, sizeof a),
	        rate(cost, "Accrued", false, b, sizeof b));
	fprintf(c->out, "steps      %d at a time; %s when there are none%s\n",
	        (int)json_int(x, "StepConcurrencyLevel", 1),
	        json_bool(x, "AutoTerminate", false) ? "ends" : "stays up",
	        json_bool(x, "TerminationProtected", false) ? "; protected from termination" : "");
	detail_extras(c, x, idle);
	fprintf(c->out, "logs       %s\n\n", json_str(x, "LogUri", "-"));
	bool fleets = !strcmp(json_str(x, "InstanceCollectionType", ""), "INSTANCE_FLEET");
	text_table_column(t, fleets ? "FLEET (UNITS)" : "GROUP", TABLE_LEFT, false);
	text_table_column(t, "ROLE", TABLE_LEFT, false);
	text_table_column(t, "TYPE", TABLE_LEFT, false);
	text_table_column(t, "MARKET", TABLE_LEFT, false);
	text_table_column(t, "RUNNING", TABLE_RIGHT, false);
	text_table_column(t, "WANTED", TABLE_RIGHT, false);
	text_table_column(t, "STATE", TABLE_LEFT, true);
	cJSON_ArrayForEach(g, groups) {
		text_table_cell(t, "", "%s", json_str(g, "Id", ""));
		text_table_cell(t, "", "%s", group_role(g));
		text_table_cell(t, "", "%s", group_types(g, a, sizeof a));
		text_table_cell(t, "", "%s", group_market(g, b, sizeof b));
		text_table_cell(t, "", "%d", group_running(g));
		text_table_cell(t, "", "%d", group_wanted(g));
		text_table_cell(t, cli_state_color(c, ask_state(g)), "%s", ask_state(g));
	}
	cli_print_table(c, t);
}

static int detail(struct cli *c, const char *word)
{
	struct error err = ERROR_INIT, ignore = ERROR_INIT;
	cJSON *reply = NULL, *groups = NULL, *cost = NULL, *idle = NULL, *out;
	const cJSON *own;
	char id[MODEL_ID_SIZE];
	bool fleets = false;
	int status = CLI_OK;

	if (ask_cluster(c, word, id, &err) ||
	    ask(c, "DescribeCluster", json_add_str(cJSON_CreateObject(), "ClusterId", id), &reply, &err) ||
	    ask_groups(c, id, &groups, &fleets, &err)) {
		status = cli_fail(c, &err);
		goto out;
	}
	cost = costs(c, id);
	if (ask(c, "GetAutoTerminationPolicy", json_add_str(cJSON_CreateObject(), "ClusterId", id), &idle, &ignore))
		idle = NULL;           /* releases before 5.30 have none */
	own = ask_find(json_arr(cost, "Clusters"), "ClusterId", id);
	if (c->json) {
		out = cJSON_CreateObject();
		json_add(out, "Cluster", cJSON_DetachItemFromObjectCaseSensitive(reply, "Cluster"));
		json_add(out, fleets ? "InstanceFleets" : "InstanceGroups", groups);
		groups = NULL;
		json_add(out, "Cost", own ? cJSON_Duplicate(own, true) : NULL);
		json_add(out, "AutoTerminationPolicy", cJSON_DetachItemFromObjectCaseSensitive(idle, "AutoTerminationPolicy"));
		cli_print_json(c, out);
	} else {
		detail_people(c, json_obj(reply, "Cluster"), groups, own, idle);
	}
out:
	cJSON_Delete(reply);
	cJSON_Delete(groups);
	cJSON_Delete(cost);
	cJSON_Delete(idle);
	return status;
}

static int exec_clusters(struct cli *c, const struct cli_args *a)
{
	return a->argc ? detail(c, a->argv[0]) : list(c, a);
}

static const struct cli_option options[] = {
	{ "all", 'a', NULL, "also clusters that ended more than a day ago" },
	{ "active", 0, NULL, "only clusters that have not ended" },
	{ "state", 0, "STATE", "only clusters in STATE (may be given more than once)" },
	{ 0 },
};

const struct cli_command cli_cmd_clusters = {
	.name = "clusters", .alias = "ls", .args = "[CLUSTER]", .max = 1,
	.summary = "list clusters, or show one in detail",
	.about = "NODES are the master, core and task instances wanted, also of clusters that ended. A cost "
	         "that begins with ≥ leaves out a fee that is not known. --json gives the API's objects, "
	         "each with its Cost.",
	.options = options, .words = "cluster", .exec = exec_clusters,
};
