/* stoker modify: what can be changed of a cluster while it lives: tags, protection, idle time, concurrency. */
#include <string.h>

#include "views/cli/ask.h"
#include "views/cli/plan.h"

/* One call, and what it changes in words. */
struct change {
	const char *op;
	cJSON *req;
	char *text;
};
struct changes {
	struct change *items;
	size_t len, cap;
};

static cJSON *of_cluster(const char *member, const char *id)
{
	return json_add_str(cJSON_CreateObject(), member, id);
}

static cJSON *of_job_flow(const char *id)
{
	cJSON *req = cJSON_CreateObject();

	cJSON_AddItemToArray(cJSON_AddArrayToObject(req, "JobFlowIds"), cJSON_CreateString(id));
	return req;
}

static void add(struct changes *l, const char *op, cJSON *req, char *text)
{
	struct change x = { op, req, text };

	vec_push(l, x);
}

static void free_changes(struct changes *l)
{
	for (size_t i = 0; i < l->len; i++) {
		cJSON_Delete(l->items[i].req);
		free(l->items[i].text);
	}
	vec_free(l);
}

/* ---- switches: two options that say the opposite of each other ---- */

static const struct {
	const char *on, *off, *op, *member;   /* options; the operation and its member */
	const char *shown;                    /* the member of DescribeCluster */
	bool inverse;                         /* … says the opposite */
	const char *word;
} switches[] = {
	{ "protect", "unprotect", "SetTerminationProtection", "TerminationProtected", "TerminationProtected", false,
	  "protection from termination" },
	{ "keep-alive", "transient", "SetKeepJobFlowAliveWhenNoSteps", "KeepJobFlowAliveWhenNoSteps", "AutoTerminate",
	  true, "stays up without steps" },
	{ "replace-unhealthy", "keep-unhealthy", "SetUnhealthyNodeReplacement", "UnhealthyNodeReplacement",
	  "UnhealthyNodeReplacement", false, "replacement of unhealthy nodes" },
};

static int read_switches(const struct cli_args *a, const cJSON *cluster, struct changes *l, struct error *err)
{
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
		bool on = cli_flag(a, switches[i].on), off = cli_flag(a, switches[i].off);
		bool now = json_bool(cluster, switches[i].shown, false) != switches[i].inverse;
		if (on && off)
			return error_set(err, ERR_INVALID, "--%s and --%s exclude each other", switches[i].on, switches[i].off);
		if ((on || off) && now != on)
			add(l, switches[i].op,
			    json_add_bool(of_job_flow(json_str(cluster, "Id", "")), switches[i].member, on),
			    xasprintf("%s: %s → %s", switches[i].word, now ? "on" : "off", on ? "on" : "off"));
	}
	return 0;
}

/* ---- numbers ---- */

static int read_concurrency(const struct cli_args *a, const cJSON *cluster, struct changes *l, struct error *err)
{
	int now = (int)json_int(cluster, "StepConcurrencyLevel", 1), level;

	if (cli_opt_int(a, "concurrency", now, 1, 256, &level, err))
		return err->code;
	if (level != now)
		add(l, "ModifyCluster",
		    json_add_int(of_cluster("ClusterId", json_str(cluster, "Id", "")), "StepConcurrencyLevel", level),
		    xasprintf("steps at a time: %d → %d", now, level));
	return 0;
}

static int read_idle(const struct cli_args *a, const cJSON *cluster, struct changes *l, struct error *err)
{
	const char *idle = cli_opt(a, "idle-timeout"), *id = json_str(cluster, "Id", "");
	int64_t ms = idle && strcmp(idle, "never") ? cli_parse_span(idle) : 0;

	if (!idle)
		return 0;
	if (!strcmp(idle, "never")) {
		add(l, "RemoveAutoTerminationPolicy", of_cluster("ClusterId", id), xstrdup("ends when idle: never"));
		return 0;
	}
	if (ms < 60000)
		return error_set(err, ERR_INVALID, "--idle-timeout: \"%s\" is not a time of 60s or more, nor never", idle);
	cJSON *req = of_cluster("ClusterId", id);
	json_add(req, "AutoTerminationPolicy", json_add_int(cJSON_CreateObject(), "IdleTimeout", ms / 1000));
	add(l, "PutAutoTerminationPolicy", req, xasprintf("ends when idle: for %s", idle));
	return 0;
}

/* ---- tags ---- */

static int read_tags(const struct cli_args *a, const char *id, struct changes *l, struct error *err)
{
	cJSON *tags = cJSON_CreateArray(), *keys = cJSON_CreateArray();
	int rc = 0;

	for (size_t i = 0; !rc && i < a->values.len; i++) {
		const char *name = a->values.items[i].option->name, *value = a->values.items[i].value;
		const char *equal = value ? strchr(value, '=') : NULL;
		if (!strcmp(name, "untag")) {
			cJSON_AddItemToArray(keys, cJSON_CreateString(value));
		} else if (!strcmp(name, "tag") && (!equal || equal == value)) {
			rc = error_set(err, ERR_INVALID, "--tag: \"%s\" is not KEY=VALUE", value);
		} else if (!strcmp(name, "tag")) {
			char *key = xstrndup(value, (size_t)(equal - value));
			cJSON *tag = json_add_str(cJSON_CreateObject(), "Key", key);
			cJSON_AddItemToArray(tags, json_add_str(tag, "Value", equal + 1));
			free(key);
		}
	}
	if (!rc && keys->child)
		add(l, "RemoveTags", json_add(of_cluster("ResourceId", id), "TagKeys", cJSON_Duplicate(keys, true)),
		    xasprintf("%d tags are removed", cJSON_GetArraySize(keys)));
	if (!rc && tags->child)
		add(l, "AddTags", json_add(of_cluster("ResourceId", id), "Tags", cJSON_Duplicate(tags, true)),
		    xasprintf("%d tags are set", cJSON_GetArraySize(tags)));
	cJSON_Delete(tags);
	cJSON_Delete(keys);
	return rc;
}

/* ---- the command ---- */

static int read_changes(const struct cli_args *a, const cJSON *cluster, struct changes *l, struct error *err)
{
	int rc = read_switches(a, cluster, l, err);

	if (!rc)
		rc = read_concurrency(a, cluster, l, err);
	if (!rc)
		rc = read_idle(a, cluster, l, err);
	return rc ? rc : read_tags(a, json_str(cluster, "Id", ""), l, err);
}

static int apply(struct cli *c, const struct changes *l, struct error *err)
{
	for (size_t i = 0; i < l->len; i++) {
		cJSON *reply = NULL;
		int rc = ask(c, l->items[i].op, cJSON_Duplicate(l->items[i].req, true), &reply, err);
		cJSON_Delete(reply);
		if (rc)
			return rc;
	}
	return 0;
}

static int print_calls(struct cli *c, const struct changes *l)
{
	cJSON *out = cJSON_CreateObject(), *calls = cJSON_AddArrayToObject(out, "Calls");

	for (size_t i = 0; i < l->len; i++) {
		cJSON *x = json_add_str(cJSON_CreateObject(), "Operation", l->items[i].op);
		cJSON_AddItemToArray(calls, json_add(x, "Request", cJSON_Duplicate(l->items[i].req, true)));
	}
	return cli_print_json(c, out);
}

static int carry_out(struct cli *c, const struct cli_args *a, const struct changes *l, struct error *err)
{
	for (size_t i = 0; !c->json && i < l->len; i++)
		fprintf(c->err, "%s\n", l->items[i].text);
	if (!l->len && !c->json)
		fprintf(c->err, "nothing changes\n");
	int status = l->len ? plan_confirm(c, a, false, "Change it?") : CLI_OK;
	if (!status && apply(c, l, err))
		return cli_fail(c, err);
	if (status > 0)
		return status;
	return c->json ? print_calls(c, l) : CLI_OK;
}

static int exec_modify(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	struct changes changes = { 0 };
	cJSON *reply = NULL;
	char id[MODEL_ID_SIZE];
	int status;

	if (ask_cluster(c, a->argv[0], id, &err) ||
	    ask(c, "DescribeCluster", of_cluster("ClusterId", id), &reply, &err))
		return cli_fail(c, &err);
	status = read_changes(a, json_obj(reply, "Cluster"), &changes, &err)
	         ? cli_usage(c, NULL, "%s", err.message) : carry_out(c, a, &changes, &err);
	free_changes(&changes);
	cJSON_Delete(reply);
	return status;
}

static const struct cli_option options[] = {
	{ "tag", 0, "KEY=VALUE", "set a tag (may be given more than once)" },
	{ "untag", 0, "KEY", "remove a tag (may be given more than once)" },
	{ "concurrency", 0, "N", "steps that may run at a time" },
	{ "idle-timeout", 0, "TIME", "end the cluster when it was idle for TIME, or never" },
	{ "protect", 0, NULL, "protect from termination" },
	{ "unprotect", 0, NULL, "lift the protection" },
	{ "keep-alive", 0, NULL, "stay up when there are no steps" },
	{ "transient", 0, NULL, "end when there are no steps" },
	{ "replace-unhealthy", 0, NULL, "replace unhealthy core nodes" },
	{ "keep-unhealthy", 0, NULL, "keep them when the cluster is protected" },
	PLAN_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_modify = {
	.name = "modify", .args = "CLUSTER", .min = 1, .max = 1,
	.summary = "change a cluster's tags, protection, idle time or concurrency",
	.about = "Shows what changes, then asks. --json prints the calls that were made, with --dry-run those that "
	         "would be. For sizes see scale.",
	.options = options, .words = "cluster", .exec = exec_modify,
};
