/* stoker call: any operation by its name, for what has no command of its own and for trying things out. */
#include <string.h>

#include "views/cli/ask.h"

static int exec_call(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	const char *op = a->argv[0], *text = a->argc > 1 ? a->argv[1] : "{}";
	cJSON *req = json_parse(text, strlen(text), &err), *reply = NULL;

	if (!req || !cJSON_IsObject(req)) {
		if (req)
			error_set(&err, ERR_INVALID, "the request is not a JSON object");
		else
			error_prefix(&err, "the request is not JSON: ");
		error_hint(&err, "as in: stoker call Stoker.GetCost '{\"ClusterIds\":[\"j-…\"]}'");
		cJSON_Delete(req);
		return cli_fail(c, &err);
	}
	if (ask(c, op, req, &reply, &err))
		return cli_fail(c, &err);
	return cli_print_json(c, reply ? reply : cJSON_CreateObject());
}

const struct cli_command cli_cmd_call = {
	.name = "call", .verbatim = true, .args = "OPERATION [REQUEST]", .min = 1, .max = 2,
	.summary = "send any operation and print its reply as JSON",
	.about = "OPERATION is one of EMR's (ListClusters), of the server's own (Stoker.PutBudget) or of CloudWatch's "
	         "(GraniteServiceVersion20100801.DescribeAlarms); REQUEST is a JSON object. The console shows this line "
	         "for every act that the aws program has no words for.",
	.words = "", .exec = exec_call,
};
