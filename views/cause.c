#include "views/cause.h"

#include <string.h>

#include "core/base/json.h"

bool cause_open_resource(struct console *con, const char *cluster, const char *resource)
{
	if (!model_cluster(con->model, cluster))
		return false;
	console_use(con, cluster);
	if (!strncmp(resource, "s-", 2))
		log_open_step(con, cluster, resource, NULL);
	else if (!strncmp(resource, "ci-", 3) || !strncmp(resource, "i-", 2))
		console_open(con, &view_nodes, NULL);
	else
		console_open(con, &view_cluster, NULL);
	return true;
}

void cause_open(struct console *con, const struct malarm *a, bool from_alarms)
{
	const char *slash = strchr(a->id, '/');
	bool own = !strcmp(a->kind, "condition") || !*a->kind;
	if (!own && !from_alarms) {
		console_open(con, &view_alarms, a->id);
	} else if (!strcmp(a->kind, "budget")) {
		console_open(con, &view_cost, a->name);
	} else if (!own && model_cluster(con->model, a->cluster_id)) {
		console_use(con, a->cluster_id);
		console_open(con, &view_graphs, NULL);
	} else if (!cause_open_resource(con, a->cluster_id, slash ? slash + 1 : "")) {
		if (from_alarms)
			app_message(con->app, MESSAGE_INFO, "it is about the server as a whole, not about one cluster");
		else
			console_open(con, &view_alarms, a->id);
	}
}

void cause_open_worst(struct console *con)
{
	const struct model *m = con->model;
	if (m->alarms.len)
		cause_open(con, &m->alarms.items[0], false);
	else
		console_open(con, &view_alarms, NULL);
}

void cause_open_row(struct console *con, const cJSON *row)
{
	if (row && !cause_open_resource(con, json_str(row, "ClusterId", ""), json_str(row, "ResourceId", "")))
		app_message(con->app, MESSAGE_INFO, "it is about no cluster that is still listed");
}
