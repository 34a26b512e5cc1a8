/* stoker cost what-if: other sizes, types and markets, and nothing changed. */
#include <string.h>
#include <strings.h>

#include "views/cli/cost.h"

static const cJSON *group_named(const cJSON *groups, const char *name)
{
	const cJSON *g, *of_role = NULL;

	cJSON_ArrayForEach(g, groups) {
		if (!strcmp(json_str(g, "Id", ""), name))
			return g;
		if (!of_role && !strcasecmp(json_str(g, "InstanceGroupType", ""), name))
			of_role = g;
	}
	return of_role;
}

/* "core=4", "core=m5.2xlarge", "task=4,spot", "task=4,m5.xlarge,on-demand". */
static int read_change(const cJSON *groups, char *word, cJSON *changes, struct error *err)
{
	char *equal = strchr(word, '='), *save = NULL;
	cJSON *change = cJSON_CreateObject();

	cJSON_AddItemToArray(changes, change);
	if (!equal || equal == word || !equal[1])
		return error_set(err, ERR_INVALID, "\"%s\" is not GROUP=CHANGE, as core=4 or task=m5.2xlarge,spot",
		                 word);
	*equal = 0;
	const cJSON *g = group_named(groups, word);
	if (!g && strcasecmp(word, "task"))
		return error_set(err, ERR_NOTFOUND, "the cluster has no group \"%s\"", word);
	json_add_str(change, "InstanceGroupId", g ? json_str(g, "Id", "") : NULL);
	for (char *part = strtok_r(equal + 1, ",", &save); part; part = strtok_r(NULL, ",", &save)) {
		char *end;
		long n = strtol(part, &end, 10);
		if (!*end && n >= 0)
			json_add_int(change, "InstanceCount", n);
		else if (!strcasecmp(part, "spot"))
			json_add_str(change, "Market", "SPOT");
		else if (!strcasecmp(part, "on-demand"))
			json_add_str(change, "Market", "ON_DEMAND");
		else if (strchr(part, '.'))
			json_add_str(change, "InstanceType", part);
		else
			return error_set(err, ERR_INVALID,
			                 "\"%s\" is no number, no instance type, and neither spot nor on-demand", part);
	}
	return 0;
}

static void side_cells(struct text_table *t, const char *color, const cJSON *side)
{
	if (side)
		text_table_cell(t, color, "%d × %s%s", (int)json_int(side, "InstanceCount", 0),
		                json_str(side, "InstanceType", "(fleet)"),
		                !strcmp(json_str(side, "Market", ""), "SPOT") ? " spot" : "");
	else
		text_table_cell(t, color, "-");
	cost_cell(t, color, json_num(side, "PerHour", side ? -1 : 0), json_bool(side, "Unknown", false), false);
}

static void what_if_people(struct cli *c, const cJSON *reply)
{
	struct text_table *t = text_table_new();
	const cJSON *g, *before = json_obj(reply, "Before"), *after = json_obj(reply, "After");
	char buf[3][32];

	text_table_column(t, "GROUP", TABLE_LEFT, false);
	text_table_column(t, "NOW", TABLE_LEFT, false);
	text_table_column(t, "$/H", TABLE_RIGHT, false);
	text_table_column(t, "THEN", TABLE_LEFT, false);
	text_table_column(t, "$/H", TABLE_RIGHT, false);
	cJSON_ArrayForEach(g, json_arr(reply, "Groups")) {
		text_table_cell(t, "", "%s %s", json_str(g, "Role", ""), json_str(g, "InstanceGroupId", "(new)"));
		side_cells(t, "", json_obj(g, "BeforeGroup"));
		side_cells(t, "", json_obj(g, "AfterGroup"));
	}
	cli_print_table(c, t);
	double month = json_num(after, "PerMonth", 0) - json_num(before, "PerMonth", 0);
	fprintf(c->out, "%s/h → %s/h: %s %s a month%s\n",
	        cli_cost(json_num(before, "PerHour", 0), json_bool(before, "Unknown", false), buf[0],
	                 sizeof buf[0]),
	        cli_cost(json_num(after, "PerHour", 0), json_bool(after, "Unknown", false), buf[1],
	                 sizeof buf[1]),
	        cli_money(month < 0 ? -month : month, buf[2], sizeof buf[2]), month < 0 ? "less" : "more",
	        json_bool(before, "Unknown", false) || json_bool(after, "Unknown", false)
				? ", as far as the rates are known"
				: "");
}

int cost_what_if(struct cli *c, const struct cost_words *w)
{
	int first = w->argc && !strchr(w->argv[0], '=') ? 1 : 0;
	cJSON *groups = NULL, *req, *changes, *reply = NULL;
	char cluster[MODEL_ID_SIZE];
	struct error err = ERROR_INIT;
	const cJSON *note;

	if (first == w->argc)
		return cli_usage(c, NULL,
		                 "say what would be different: GROUP=CHANGE, as core=4 or task=m5.2xlarge,spot");
	if (ask_cluster(c, first ? w->argv[0] : NULL, cluster, &err) ||
	    ask_all(c, "ListInstanceGroups", json_add_str(cJSON_CreateObject(), "ClusterId", cluster),
	            "InstanceGroups", 0, &groups, &err))
		return cli_fail(c, &err);
	req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	changes = cJSON_AddArrayToObject(req, "Changes");
	for (int i = first; i < w->argc && !err.code; i++)
		read_change(groups, w->argv[i], changes, &err);
	cJSON_Delete(groups);
	if (err.code) {
		cJSON_Delete(req);
		return err.code == ERR_INVALID ? cli_usage(c, NULL, "%s", err.message) : cli_fail(c, &err);
	}
	int status = cost_ask(c, "Stoker.WhatIf", req, &reply);
	if (status)
		return status;
	if (c->json)
		return cli_print_json(c, reply);
	what_if_people(c, reply);
	cJSON_ArrayForEach(note, json_arr(reply, "Notes"))
		fprintf(c->out, "%s- %s%s\n", cli_dim(c), note->valuestring, cli_plain(c));
	cJSON_Delete(reply);
	return CLI_OK;
}
