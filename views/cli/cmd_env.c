/* stoker env and stoker aws: other people's tools against our server. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "views/cli/ask.h"
#include "views/cli/plan.h"

static const struct { const char *variable, *member; } variables[] = {
	{ "AWS_ENDPOINT_URL", "Endpoint" },
	{ "AWS_ACCESS_KEY_ID", "AccessKeyId" },
	{ "AWS_SECRET_ACCESS_KEY", "SecretAccessKey" },
	{ "AWS_DEFAULT_REGION", "Region" },
	{ "STOKER_SPARK_API", "SparkApi" },
	{ "STOKER_HISTORY_DIR", "HistoryDir" },
};

#define VARIABLES (sizeof variables / sizeof *variables)

static int exec_env(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL, *out;
	struct buf b = BUF_INIT;

	if (ask(c, "Stoker.GetEnvironment", json_add_str(cJSON_CreateObject(), "AccessKeyId", cli_opt(a, "key")), &reply,
	        &err))
		return cli_fail(c, &err);
	out = cJSON_CreateObject();
	for (size_t i = 0; i < VARIABLES; i++) {
		const char *value = json_str(reply, variables[i].member, NULL);
		if (!value)
			continue;
		json_add_str(out, variables[i].variable, value);
		buf_clear(&b);
		plan_word(&b, value);
		if (!c->json)
			fprintf(c->out, "export %s=%s\n", variables[i].variable, buf_str(&b) + 1);
	}
	buf_free(&b);
	cJSON_Delete(reply);
	if (c->json)
		return cli_print_json(c, out);
	cJSON_Delete(out);
	return CLI_OK;
}

/* The keys go through the environment; the endpoint as an option, since Debian 12's aws (2.9) does not know
 * the variable. Options of aws come before its command. */
static int exec_aws(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	char **argv;
	int n = 0;

	if (ask(c, "Stoker.GetEnvironment", NULL, &reply, &err))
		return cli_fail(c, &err);
	for (size_t i = 0; i < VARIABLES; i++)
		setenv(variables[i].variable, json_str(reply, variables[i].member, ""), 1);
	unsetenv("AWS_SESSION_TOKEN");
	unsetenv("AWS_PROFILE");
	setenv("AWS_PAGER", "", 0);
	argv = xcalloc((size_t)a->argc + 4, sizeof *argv);
	argv[n++] = xstrdup("aws");
	argv[n++] = xstrdup("--endpoint-url");
	argv[n++] = xstrdup(json_str(reply, "Endpoint", ""));
	for (int i = 0; i < a->argc; i++)
		argv[n++] = a->argv[i];
	cJSON_Delete(reply);
	ask_close(c);
	execvp("aws", argv);
	error_errno(&err, errno, "cannot run aws");
	error_hint(&err, "Debian has it as the package awscli.");
	return cli_fail(c, &err);
}

static const struct cli_option env_options[] = {
	{ "key", 0, "ACCESS-KEY", "of this key (`stoker keys`) instead of the owner's" },
	{ 0 },
};

const struct cli_command cli_cmd_env = {
	.name = "env", .args = "", .options = env_options,
	.summary = "print the variables that point AWS clients at the server",
	.about = "Use: eval \"$(stoker env)\". The variables are AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, "
	         "AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION, STOKER_SPARK_API (the base URL of Spark's monitoring "
	         "API) and STOKER_HISTORY_DIR (the folder of event logs).",
	.words = "", .exec = exec_env,
};

const struct cli_command cli_cmd_aws = {
	.name = "aws", .args = "WORDS…", .max = -1, .pass = true,
	.summary = "run the installed aws program against the server",
	.about = "As in: stoker aws emr list-clusters. All that follows goes to aws as it is.",
	.words = "", .exec = exec_aws,
};
