/* stoker scale: change how many instances a cluster has, with the change in cost shown first. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "views/cli/groups.h"
#include "views/cli/plan.h"

#define CHANGES 16

struct change {
	char group[MODEL_ID_SIZE];   /* "" = a task group that is to be made */
	const char *role, *type;
	int before, after;
	bool spot;
};

struct changes {
	struct change items[CHANGES];
	size_t n;
};

static const cJSON *group_named(const cJSON *groups, const char *name)
{
	const cJSON *g;

	cJSON_ArrayForEach(g, groups)
		if (!strcmp(json_str(g, "Id", ""), name) || !strcasecmp(json_str(g, "InstanceGroupType", ""), name))
			return g;
	return NULL;
}

static int count_of(const char *s, int *out, struct error *err)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(s, &end, 10);
	if (errno || end == s || *end || v < 0 || v > 1000)
		return error_set(err, ERR_INVALID, "\"%s\" is not a number of instances (0 to 1000)", s);
	*out = (int)v;
	return 0;
}

/* "core=4", "task=+2", "task=-1", "ig-…=3". */
static int read_change(const cJSON *groups, const char *word, const struct cli_args *a, struct changes *out,
                       struct error *err)
{
	struct change *x = &out->items[out->n];
	const char *equal = strchr(word, '='), *type = cli_opt(a, "type");
	char name[MODEL_ID_SIZE];
	const cJSON *g;
	int rc;

	if (!equal || equal == word || (size_t)(equal - word) >= sizeof name)
		return error_set(err, ERR_INVALID, "\"%s\" is not GROUP=N, as core=4", word);
	if (out->n == CHANGES)
		return error_set(err, ERR_INVALID, "more than %d groups at a time", CHANGES);
	snprintf(name, sizeof name, "%.*s", (int)(equal - word), word);
	g = group_named(groups, name);
	if (!g && strcasecmp(name, "task"))
		return error_set(err, ERR_NOTFOUND, "the cluster has no group \"%s\"", name);
	memset(x, 0, sizeof *x);
	snprintf(x->group, sizeof x->group, "%s", json_str(g, "Id", ""));
	x->role = json_str(g, "InstanceGroupType", "TASK");
	x->before = (int)json_int(g, "RequestedInstanceCount", 0);
	x->spot = g ? !strcmp(json_str(g, "Market", ""), "SPOT") : cli_flag(a, "spot");
	x->type = json_str(g, "InstanceType", NULL);
	if (!x->type) {
		const cJSON *core = group_named(groups, "CORE");
		x->type = type ? type : json_str(core, "InstanceType", "m5.xlarge");
	}
	rc = count_of(equal + 1 + (equal[1] == '+' || equal[1] == '-'), &x->after, err);
	if (equal[1] == '+' || equal[1] == '-')
		x->after = x->before + (equal[1] == '+' ? x->after : -x->after);
	if (!rc && x->after < 0)
		return error_set(err, ERR_INVALID, "%s has only %d instances", name, x->before);
	out->n++;
	return rc;
}

static int change_counts(struct cli *c, const char *cluster, const struct changes *all, struct error *err)
{
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster), *reply = NULL;
	cJSON *list = cJSON_AddArrayToObject(req, "InstanceGroups");
	int rc;

	for (size_t i = 0; i < all->n; i++) {
		const struct change *x = &all->items[i];
		if (x->group[0] && x->after != x->before)
			cJSON_AddItemToArray(list, json_add_int(json_add_str(cJSON_CreateObject(), "InstanceGroupId",
			                                                     x->group), "InstanceCount", x->after));
	}
	if (!list->child) {
		cJSON_Delete(req);
		return 0;
	}
	rc = ask(c, "ModifyInstanceGroups", req, &reply, err);
	cJSON_Delete(reply);
	return rc;
}

static int add_groups(struct cli *c, const char *cluster, const struct changes *all, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < all->n; i++) {
		const struct change *x = &all->items[i];
		cJSON *req, *g, *reply = NULL;
		if (x->group[0] || x->after == 0)
			continue;
		req = json_add_str(cJSON_CreateObject(), "JobFlowId", cluster);
		g = json_add_str(cJSON_CreateObject(), "Name", "TASK");
		json_add_str(json_add_str(g, "InstanceRole", "TASK"), "InstanceType", x->type);
		json_add_int(json_add_str(g, "Market", x->spot ? "SPOT" : "ON_DEMAND"), "InstanceCount", x->after);
		cJSON_AddItemToArray(cJSON_AddArrayToObject(req, "InstanceGroups"), g);
		rc = ask(c, "AddInstanceGroups", req, &reply, err);
		cJSON_Delete(reply);
	}
	return rc;
}

static int show_result(struct cli *c, const char *cluster)
{
	cJSON *groups = NULL, *out;
	struct error err = ERROR_INIT;

	if (!c->json)
		return CLI_OK;
	if (ask_all(c, "ListInstanceGroups", json_add_str(cJSON_CreateObject(), "ClusterId", cluster),
	            "InstanceGroups", 0, &groups, &err))
		return cli_fail(c, &err);
	out = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	return cli_print_json(c, json_add(out, "InstanceGroups", groups));
}

static const struct change *change_of(const struct changes *all, const char *group)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->items[i].group, group))
			return &all->items[i];
	return NULL;
}

/* All groups of the cluster, so that the sums are the cluster's; then the one that is to be made. */
static void show_plan(struct cli *c, const cJSON *groups, const struct changes *all)
{
	VEC(struct plan_group) plan = { 0 };
	const cJSON *g;

	cJSON_ArrayForEach(g, groups) {
		const struct change *x = change_of(all, json_str(g, "Id", ""));
		int now = (int)json_int(g, "RequestedInstanceCount", 0);
		if (!x && !now)
			continue;
		vec_push(&plan, ((struct plan_group){ json_str(g, "InstanceGroupType", ""), json_str(g, "InstanceType", ""),
		                                      now, x ? x->after : now,
		                                      !strcmp(json_str(g, "Market", ""), "SPOT") }));
	}
	for (size_t i = 0; i < all->n; i++)
		if (!all->items[i].group[0])
			vec_push(&plan, ((struct plan_group){ all->items[i].role, all->items[i].type, 0, all->items[i].after,
			                                      all->items[i].spot }));
	plan_print(c, plan.items, plan.len);
	vec_free(&plan);
}

static int act(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *groups,
               const struct changes *all, const struct wait_options *wait)
{
	struct error err = ERROR_INIT;
	int status;

	if (!c->json)
		show_plan(c, groups, all);
	status = plan_confirm(c, a, false, "Scale it?");
	if (status)
		return status < 0 ? CLI_OK : status;
	if (change_counts(c, cluster, all, &err) || add_groups(c, cluster, all, &err))
		return cli_fail(c, &err);
	if (cli_flag(a, "wait"))
		status = wait_groups(c, cluster, wait);
	return status ? status : show_result(c, cluster);
}

static int exec_scale(struct cli *c, const struct cli_args *a)
{
	struct changes all = { .n = 0 };
	struct wait_options wait;
	struct error err = ERROR_INIT;
	cJSON *groups = NULL;
	bool fleets = false;
	char cluster[MODEL_ID_SIZE];
	/* The cluster may be left out when only one is live: every word then has a "=". */
	int first = strchr(a->argv[0], '=') ? 0 : 1, status;

	if (first == a->argc)
		return cli_usage(c, cli_find("scale"), "say how: GROUP=N, as core=4");
	if (wait_options_read(a, &wait, &err))
		return cli_usage(c, NULL, "%s", err.message);
	if (ask_cluster(c, first ? a->argv[0] : NULL, cluster, &err) || ask_groups(c, cluster, &groups, &fleets, &err))
		return cli_fail(c, &err);
	if (fleets) {
		cJSON_Delete(groups);
		error_set(&err, ERR_STATE, "the cluster is made of instance fleets: those have two targets, in units");
		error_hint(&err, "stoker fleets %s core --on-demand N --spot N", first ? a->argv[0] : cluster);
		return cli_fail(c, &err);
	}
	for (int i = first; i < a->argc; i++)
		if (read_change(groups, a->argv[i], a, &all, &err)) {
			cJSON_Delete(groups);
			return err.code == ERR_INVALID ? cli_usage(c, NULL, "%s", err.message) : cli_fail(c, &err);
		}
	status = act(c, a, cluster, groups, &all, &wait);
	cJSON_Delete(groups);
	return status;
}

static const struct cli_option options[] = {
	{ "type", 't', "TYPE", "instance type of a task group that is made (default: the core group's)" },
	{ "spot", 0, NULL, "a task group that is made buys from the spot market" },
	PLAN_OPTIONS,
	WAIT_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_scale = {
	.name = "scale", .args = "[CLUSTER] GROUP=N…", .min = 1, .max = -1,
	.summary = "change the number of instances",
	.about = "GROUP is core, task or a group's id; N is a number, or +N or -N relative to what was asked for "
	         "last. A task group that is not there is made. Shows the plan and the change in cost, then asks; "
	         "with --yes, or when standard input is no terminal, it goes ahead. --wait waits until the "
	         "instances run.",
	.options = options, .words = "cluster group", .exec = exec_scale,
};
