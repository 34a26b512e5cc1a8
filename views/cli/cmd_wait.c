/* stoker wait: follow what was started earlier. */
#include "views/cli/ask.h"

/* For programs: what was waited for, as it is now. Gives status, or that of the question. */
static int tell(struct cli *c, const char *cluster, cJSON *steps, int status)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	bool whole = !steps;

	if (!c->json) {
		cJSON_Delete(steps);
		return status;
	}
	if (whole && ask(c, "ElasticMapReduce.DescribeCluster", json_add_str(cJSON_CreateObject(), "ClusterId", cluster),
	                 &reply, &err))
		return status ? status : cli_fail(c, &err);
	cli_print_json(c, whole ? reply : json_add(cJSON_CreateObject(), "Steps", steps));
	return status;
}

static void add_step(struct cli *c, const char *cluster, const char *step, cJSON *steps)
{
	struct error ignore = ERROR_INIT;
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster), *reply = NULL;

	if (!c->json)
		cJSON_Delete(req);
	else if (!ask(c, "ElasticMapReduce.DescribeStep", json_add_str(req, "StepId", step), &reply, &ignore))
		cJSON_AddItemToArray(steps, cJSON_DetachItemFromObjectCaseSensitive(reply, "Step"));
	cJSON_Delete(reply);
}

static int exec_wait(struct cli *c, const struct cli_args *a)
{
	struct wait_options wait;
	struct error err = ERROR_INIT;
	char cluster[MODEL_ID_SIZE], step[MODEL_ID_SIZE];
	int status = CLI_OK;

	if (wait_options_read(a, &wait, &err))
		return cli_usage(c, NULL, "%s", err.message);
	if (ask_cluster(c, a->argv[0], cluster, &err))
		return cli_fail(c, &err);
	if (a->argc == 1)
		return tell(c, cluster, NULL, wait_cluster(c, cluster, cli_flag(a, "ended"), &wait));
	cJSON *steps = cJSON_CreateArray();
	for (int i = 1; i < a->argc; i++) {
		bool known = !ask_step(c, cluster, a->argv[i], step, &err);
		int one = known ? wait_step(c, cluster, step, &wait) : cli_fail(c, &err);
		if (known)
			add_step(c, cluster, step, steps);
		if (one)
			status = one;
	}
	return tell(c, cluster, steps, status);
}

static const struct cli_option options[] = {
	{ "ended", 0, NULL, "until the cluster has ended, not only until it is up" },
	{ "timeout", 0, "TIME", "give up after TIME (90s, 5m, 2h)" },
	{ 0 },
};

const struct cli_command cli_cmd_wait = {
	.name = "wait", .args = "CLUSTER [STEP…]", .min = 1, .max = -1,
	.summary = "wait for a cluster to be up, or for steps to end",
	.about = "Shows progress on standard error. The exit status is 0 when the cluster is up (with --ended: "
	         "terminated without errors), or when all steps completed, and 1 otherwise. "
	         "--json prints {Cluster} or {Steps} as they are then.",
	.options = options, .words = "cluster step", .exec = exec_wait,
};
