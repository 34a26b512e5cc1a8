/* stoker terminate: end clusters. What they were doing ends with them. */
#include <string.h>

#include "views/cli/ask.h"
#include "views/cli/plan.h"

static int unprotect(struct cli *c, const cJSON *ids, struct error *err)
{
	cJSON *req = json_add(cJSON_CreateObject(), "JobFlowIds", cJSON_Duplicate(ids, true)), *reply = NULL;
	int rc = ask(c, "SetTerminationProtection", json_add_bool(req, "TerminationProtected", false), &reply, err);

	cJSON_Delete(reply);
	return rc;
}

static void show(struct cli *c, const cJSON *ids)
{
	const cJSON *x;

	cJSON_ArrayForEach(x, ids) {
		cJSON *reply = NULL;
		struct error ignore = ERROR_INIT;
		const cJSON *cluster;
		if (ask(c, "DescribeCluster", json_add_str(cJSON_CreateObject(), "ClusterId", x->valuestring), &reply,
		        &ignore))
			continue;
		cluster = json_obj(reply, "Cluster");
		fprintf(c->err, "%s  %s  %s%s\n", json_str(cluster, "Id", ""), json_str(cluster, "Name", ""),
		        ask_state(cluster), json_bool(cluster, "TerminationProtected", false) ? "  (protected)" : "");
		cJSON_Delete(reply);
	}
}

static int wait_all(struct cli *c, const cJSON *ids, const struct wait_options *wait)
{
	const cJSON *x;
	int status = CLI_OK;

	cJSON_ArrayForEach(x, ids) {
		int one = wait_cluster(c, x->valuestring, true, wait);
		if (one)
			status = one;
	}
	return status;
}

static int exec_terminate(struct cli *c, const struct cli_args *a)
{
	struct wait_options wait;
	struct error err = ERROR_INIT;
	cJSON *ids = cJSON_CreateArray(), *reply = NULL;
	char id[MODEL_ID_SIZE];
	int status = CLI_OK;

	if (wait_options_read(a, &wait, &err)) {
		status = cli_usage(c, NULL, "%s", err.message);
		goto out;
	}
	for (int i = 0; i < a->argc; i++) {
		if (ask_cluster(c, a->argv[i], id, &err)) {
			status = cli_fail(c, &err);
			goto out;
		}
		cJSON_AddItemToArray(ids, cJSON_CreateString(id));
	}
	if (!c->json)
		show(c, ids);
	status = plan_confirm(c, a, true, "Terminate, with all that runs there?");
	if (status) {
		status = status < 0 ? CLI_OK : status;
		goto out;
	}
	if ((cli_flag(a, "unprotect") && unprotect(c, ids, &err)) ||
	    ask(c, "TerminateJobFlows", json_add(cJSON_CreateObject(), "JobFlowIds", cJSON_Duplicate(ids, true)),
	        &reply, &err)) {
		status = cli_fail(c, &err);
		goto out;
	}
	if (cli_flag(a, "wait"))
		status = wait_all(c, ids, &wait);
	if (c->json)
		cli_print_json(c, json_add(cJSON_CreateObject(), "JobFlowIds", cJSON_Duplicate(ids, true)));
out:
	cJSON_Delete(ids);
	cJSON_Delete(reply);
	return status;
}

static const struct cli_option options[] = {
	{ "unprotect", 0, NULL, "lift the protection from termination first" },
	PLAN_OPTIONS,
	WAIT_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_terminate = {
	.name = "terminate", .args = "CLUSTER…", .min = 1, .max = -1,
	.summary = "terminate clusters",
	.about = "Asks first; when standard input is no terminal, only --yes goes ahead. --wait waits until the "
	         "clusters have ended.",
	.options = options, .words = "cluster", .exec = exec_terminate,
};
