/* stoker add-step: SQL by -f or -e, or any command after "--". */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "views/cli/ask.h"
#include "views/cli/plan.h"

static void add_word(cJSON *args, const char *word)
{
	cJSON_AddItemToArray(args, cJSON_CreateString(word));
}

/* A local file goes by its full name: the step's working folder is another one. */
static void add_file(cJSON *args, const char *path)
{
	char full[PATH_MAX];

	add_word(args, !strstr(path, "://") && realpath(path, full) ? full : path);
}

/* spark-sql's words from -f, -e, -d and --spark-conf. */
static int add_sql(cJSON *args, const struct cli_args *a, struct error *err)
{
	const char *file = cli_opt(a, "file");

	if (file && !strstr(file, "://") && access(file, R_OK))
		return error_set(err, ERR_INVALID, "-f: cannot read %s", file);
	add_word(args, "spark-sql");
	for (size_t i = 0; i < a->values.len; i++) {
		const struct cli_value *v = &a->values.items[i];
		if (!strcmp(v->option->name, "define") || !strcmp(v->option->name, "conf")) {
			add_word(args, !strcmp(v->option->name, "conf") ? "--conf" : "-d");
			add_word(args, v->value);
		}
	}
	add_word(args, file ? "-f" : "-e");
	if (file)
		add_file(args, file);
	else
		add_word(args, cli_opt(a, "execute"));
	return 0;
}

static int build_args(const struct cli_args *a, cJSON *args, struct error *err)
{
	bool sql = cli_opt(a, "file") || cli_opt(a, "execute");

	for (size_t i = 0; i < a->values.len; i++)
		if (!strcmp(a->values.items[i].option->name, "property") && !strchr(a->values.items[i].value, '='))
			return error_set(err, ERR_INVALID, "--property: \"%s\" is not KEY=VALUE",
			                 a->values.items[i].value);
	if (sql && a->n_rest)
		return error_set(err, ERR_INVALID, "-f and -e make the command; nothing may follow --");
	if (cli_opt(a, "file") && cli_opt(a, "execute"))
		return error_set(err, ERR_INVALID, "-f or -e, not both");
	if (sql)
		return add_sql(args, a, err);
	for (int i = 0; i < a->n_rest; i++)
		add_word(args, a->rest[i]);
	if (!args->child && !cli_opt(a, "jar"))
		return error_set(err, ERR_INVALID, "what is it to run? -f FILE, -e SQL, or a command after --");
	return 0;
}

/* The script's base name without its ending, else the command's first word. */
static void default_name(const struct cli_args *a, const cJSON *args, char *out, size_t size)
{
	const cJSON *first = cJSON_GetArrayItem(args, 0);
	const char *file = cli_opt(a, "file"), *base = file ? strrchr(file, '/') : NULL;
	char *dot;

	snprintf(out, size, "%s", base ? base + 1 : file ? file : first ? first->valuestring : "step");
	dot = file ? strrchr(out, '.') : NULL;
	if (dot && dot != out)
		*dot = 0;
}

/* --property KEY=VALUE …; NULL when there is none. */
static cJSON *properties(const struct cli_args *a)
{
	cJSON *list = NULL;

	for (size_t i = 0; i < a->values.len; i++) {
		const struct cli_value *v = &a->values.items[i];
		const char *eq = strcmp(v->option->name, "property") ? NULL : strchr(v->value, '=');
		if (!eq)
			continue;
		char *key = xstrndup(v->value, (size_t)(eq - v->value));
		cJSON *pair = json_add_str(json_add_str(cJSON_CreateObject(), "Key", key), "Value", eq + 1);
		list = list ? list : cJSON_CreateArray();
		cJSON_AddItemToArray(list, pair);
		free(key);
	}
	return list;
}

static int build_step(const struct cli_args *a, cJSON **out, struct error *err)
{
	cJSON *step = cJSON_CreateObject(), *jar = cJSON_CreateObject(), *args = cJSON_CreateArray();
	const char *failure = cli_opt(a, "on-failure");
	char name[256];
	int rc = build_args(a, args, err);

	*out = step;
	default_name(a, args, name, sizeof name);
	json_add_str(step, "Name", cli_opt(a, "name") ? cli_opt(a, "name") : name);
	json_add_str(step, "ActionOnFailure", failure ? failure : "CONTINUE");
	json_add_str(jar, "Jar", cli_opt(a, "jar") ? cli_opt(a, "jar") : "command-runner.jar");
	json_add_str(jar, "MainClass", cli_opt(a, "main-class"));
	json_add(jar, "Args", args);
	json_add(jar, "Properties", properties(a));
	json_add(step, "HadoopJarStep", jar);
	return rc;
}

/* The same call for the aws program, whose steps have a form of their own. */
static void show_call(struct cli *c, const char *cluster, const cJSON *step)
{
	const cJSON *jar = json_obj(step, "HadoopJarStep");
	cJSON *list = cJSON_CreateArray(), *own = json_add_str(cJSON_CreateObject(), "Type", "CUSTOM_JAR");
	struct buf b = BUF_INIT;
	char *text;

	json_add_str(own, "Name", json_str(step, "Name", ""));
	json_add_str(own, "ActionOnFailure", json_str(step, "ActionOnFailure", ""));
	json_add_str(own, "Jar", json_str(jar, "Jar", ""));
	json_add_str(own, "MainClass", json_str(jar, "MainClass", NULL));
	json_add(own, "Args", cJSON_Duplicate(json_arr(jar, "Args"), true));
	cJSON_AddItemToArray(list, own);
	text = json_print(list);
	plan_word(&b, text);
	fprintf(c->err, "aws emr add-steps --cluster-id %s --steps%s\n", cluster, buf_str(&b));
	free(text);
	buf_free(&b);
	cJSON_Delete(list);
}

static int exec_add_step(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	struct wait_options wait;
	cJSON *req, *step = NULL, *reply = NULL;
	char cluster[MODEL_ID_SIZE], id[MODEL_ID_SIZE];

	if (wait_options_read(a, &wait, &err) || build_step(a, &step, &err)) {
		cJSON_Delete(step);
		return cli_usage(c, cli_find("add-step"), "%s", err.message);
	}
	if (ask_cluster(c, a->argc ? a->argv[0] : NULL, cluster, &err)) {
		cJSON_Delete(step);
		return cli_fail(c, &err);
	}
	req = json_add_str(cJSON_CreateObject(), "JobFlowId", cluster);
	cJSON_AddItemToArray(cJSON_AddArrayToObject(req, "Steps"), step);
	if (cli_flag(a, "dry-run")) {
		if (c->json)
			return cli_print_json(c, req);
		show_call(c, cluster, step);
		cJSON_Delete(req);
		return CLI_OK;
	}
	if (ask(c, "AddJobFlowSteps", req, &reply, &err))
		return cli_fail(c, &err);
	step = cJSON_GetArrayItem(json_arr(reply, "StepIds"), 0);
	snprintf(id, sizeof id, "%s", cJSON_IsString(step) ? step->valuestring : "");
	if (c->json) {
		cli_print_json(c, reply);
	} else {
		fprintf(c->out, "%s\n", id);
		cJSON_Delete(reply);
	}
	fflush(c->out);
	return cli_flag(a, "wait") ? wait_step(c, cluster, id, &wait) : CLI_OK;
}

static const struct cli_option options[] = {
	{ "name", 'n', "NAME", "name of the step (default: from the script or command)" },
	{ "file", 'f', "FILE", "run this SQL script (a local path, or s3://…)" },
	{ "execute", 'e', "SQL", "run this SQL" },
	{ "define", 'd', "KEY=VALUE", "variable of the script, ${KEY} (may be given more than once)" },
	{ "conf", 0, "KEY=VALUE", "Spark configuration of the script (may be given more than once)" },
	{ "on-failure", 0, "ACTION", "CONTINUE (default), CANCEL_AND_WAIT or TERMINATE_CLUSTER" },
	{ "jar", 0, "JAR", "jar to run (default command-runner.jar)" },
	{ "main-class", 0, "CLASS", "main class of the jar" },
	{ "property", 'p', "KEY=VALUE", "as stoker.retry.maxAttempts=3 (may be given more than once)" },
	{ "dry-run", 0, NULL, "show the call and do nothing" },
	WAIT_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_add_step = {
	.name = "add-step", .alias = "step", .args = "[CLUSTER] [-- COMMAND…]", .max = 1,
	.summary = "add a step to a cluster's queue",
	.about = "Prints the new step's id. With --wait the step's progress is shown, and the exit status is 0 when "
	         "it completed and 1 when it failed or was cancelled; the reason is printed then.",
	.options = options, .words = "cluster", .exec = exec_add_step,
};
