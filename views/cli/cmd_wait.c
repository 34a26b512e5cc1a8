/* stoker wait: follow what was started earlier. */
#include "views/cli/ask.h"

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
		return wait_cluster(c, cluster, cli_flag(a, "ended"), &wait);
	for (int i = 1; i < a->argc; i++) {
		int one = ask_step(c, cluster, a->argv[i], step, &err) ? cli_fail(c, &err)
		                                                       : wait_step(c, cluster, step, &wait);
		if (one)
			status = one;
	}
	return status;
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
	         "terminated without errors), or when all steps completed, and 1 otherwise.",
	.options = options, .words = "cluster step", .exec = exec_wait,
};
