/* stoker cancel: take steps off the queue, or stop them. */
#include <string.h>

#include "views/cli/ask.h"

static int report(struct cli *c, cJSON *reply)
{
	const cJSON *x;
	int status = CLI_OK;

	cJSON_ArrayForEach(x, json_arr(reply, "CancelStepsInfoList")) {
		bool failed = strcmp(json_str(x, "Status", ""), "SUBMITTED") != 0;
		if (failed)
			status = CLI_FAILED;
		if (!c->json)
			fprintf(failed ? c->err : c->out, "%s %s%s%s\n", json_str(x, "StepId", ""), json_str(x, "Status", ""),
			        *json_str(x, "Reason", "") ? ": " : "", json_str(x, "Reason", ""));
	}
	if (c->json)
		cli_print_json(c, reply);
	else
		cJSON_Delete(reply);
	return status;
}

/* Until all have ended; here CANCELLED is what was wanted. */
static int wait_cancelled(struct cli *c, const char *cluster, cJSON *ids, const struct wait_options *wait)
{
	struct cli quiet = *c;
	const cJSON *x;
	int status = CLI_OK;

	quiet.err = fopen("/dev/null", "w");
	cJSON_ArrayForEach(x, ids) {
		int one = wait_step(&quiet, cluster, x->valuestring, wait);
		if (one > CLI_FAILED)
			status = one;
	}
	if (quiet.err)
		fclose(quiet.err);
	c->client = quiet.client;
	return status;
}

static int exec_cancel(struct cli *c, const struct cli_args *a)
{
	struct wait_options wait;
	struct error err = ERROR_INIT;
	cJSON *req, *ids = cJSON_CreateArray(), *reply = NULL;
	char cluster[MODEL_ID_SIZE], id[MODEL_ID_SIZE];
	int status;

	if (wait_options_read(a, &wait, &err)) {
		cJSON_Delete(ids);
		return cli_usage(c, NULL, "%s", err.message);
	}
	status = ask_cluster(c, a->argv[0], cluster, &err);
	for (int i = 1; !status && i < a->argc; i++) {
		status = ask_step(c, cluster, a->argv[i], id, &err);
		if (!status)
			cJSON_AddItemToArray(ids, cJSON_CreateString(id));
	}
	if (!status) {
		req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
		json_add(req, "StepIds", cJSON_Duplicate(ids, true));
		json_add_str(req, "StepCancellationOption", cli_flag(a, "kill") ? "TERMINATE_PROCESS" : "SEND_INTERRUPT");
		status = ask(c, "CancelSteps", req, &reply, &err);
	}
	status = status ? cli_fail(c, &err) : report(c, reply);
	if (status == CLI_OK && cli_flag(a, "wait"))
		status = wait_cancelled(c, cluster, ids, &wait);
	cJSON_Delete(ids);
	return status;
}

static const struct cli_option options[] = {
	{ "kill", 'k', NULL, "end a running step's processes at once, instead of asking them to stop" },
	WAIT_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_cancel = {
	.name = "cancel", .args = "CLUSTER STEP…", .min = 2, .max = -1,
	.summary = "cancel steps",
	.about = "A step that waits is taken off the queue, one that runs is stopped. --wait waits until the steps "
	         "have ended.",
	.options = options, .words = "cluster step", .exec = exec_cancel,
};
