/* From a step to a process on the primary node: which program, which environment, which files. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/control/state.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_command_runner(const struct step *s)
{
	return s->jar && !strcmp(base_name(s->jar), "command-runner.jar");
}

static bool is_script_runner(const struct step *s)
{
	return s->jar && !strcmp(base_name(s->jar), "script-runner.jar");
}

bool step_is_sql(const struct step *s)
{
	if (!is_command_runner(s) || !s->args.len)
		return false;
	return !strcmp(s->args.items[0], "spark-sql") || !strcmp(s->args.items[0], "hive-script");
}

static void add(cJSON *argv, const char *s)
{
	cJSON_AddItemToArray(argv, cJSON_CreateString(s));
}

/* `hive-script --run-hive-script --args -f x.q …` is what the AWS CLI makes of a Hive step: the arguments
 * after --args are those of spark-sql. */
static void add_sql_args(cJSON *argv, const struct step *s)
{
	size_t from = 1;

	add(argv, "spark-sql");
	if (!strcmp(s->args.items[0], "hive-script"))
		while (from < s->args.len && (!strcmp(s->args.items[from], "--args") ||
		                              !strcmp(s->args.items[from], "--run-hive-script") ||
		                              !strncmp(s->args.items[from], "--hive-versions", 15)))
			from++;
	for (size_t i = from; i < s->args.len; i++)
		add(argv, s->args.items[i]);
}

static cJSON *driver_argv(struct control *ctl, struct cluster *c, struct step *s, struct exec *e)
{
	cJSON *argv = cJSON_CreateArray();
	const char *own[] = { ctl->program, "driver", "--container", e->m->id, "--cluster", c->id, "--step",
	                      s->id, "--" };

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		add(argv, own[i]);
	add_sql_args(argv, s);
	return argv;
}

/* The argument list of a plain process, or NULL with the reason. */
static cJSON *process_argv(struct control *ctl, const struct step *s, struct error *err)
{
	cJSON *argv = cJSON_CreateArray();
	size_t from = 0;

	if (is_command_runner(s) || is_script_runner(s)) {
		if (!s->args.len) {
			error_set(err, ERR_INVALID, "%s needs arguments: the command to run", s->jar);
			goto fail;
		}
		if (is_script_runner(s)) {
			char *path = path_local(ctl, s->args.items[0]);
			if (!path || !fs_exists(path)) {
				error_set(err, ERR_NOTFOUND, "The script %s does not exist", s->args.items[0]);
				free(path);
				goto fail;
			}
			if (access(path, X_OK))
				add(argv, "bash");
			add(argv, path);
			free(path);
			from = 1;
		}
	} else {
		add(argv, "hadoop"); /* any other jar is Hadoop's to run, where that is installed */
		add(argv, "jar");
		add(argv, s->jar);
		if (s->main_class && *s->main_class)
			add(argv, s->main_class);
	}
	for (size_t i = from; i < s->args.len; i++)
		add(argv, s->args.items[i]);
	return argv;
fail:
	cJSON_Delete(argv);
	return NULL;
}

static cJSON *environment(struct control *ctl, struct cluster *c, struct step *s, struct exec *e)
{
	cJSON *env = cJSON_CreateObject();
	char *hdfs = path_cluster(ctl, c, "hdfs"), *syslog = path_step_log(ctl, c, s, "syslog");
	char *lake = xasprintf("%s/lake", ctl->home);

	json_add_str(env, "STOKER_HOME", ctl->home);
	json_add_str(env, "STOKER_CLUSTER_ID", c->id);
	json_add_str(env, "STOKER_STEP_ID", s->id);
	json_add_str(env, "STOKER_CONTAINER", e->m->id);
	json_add_str(env, "STOKER_LAKE", lake);
	json_add_str(env, "STOKER_HDFS", hdfs);
	json_add_str(env, "STOKER_SYSLOG", syslog);
	if (e->m->kind == CONTAINER_DRIVER)
		json_add_str(env, "STOKER_TOKEN", e->m->token);
	json_add_str(env, "EMR_CLUSTER_ID", c->id);
	json_add_str(env, "EMR_STEP_ID", s->id);
	json_add_str(env, "EMR_RELEASE_LABEL", c->release_label);
	if (*ctl->endpoint) {
		json_add_str(env, "AWS_ENDPOINT_URL", ctl->endpoint);
		json_add_str(env, "AWS_ACCESS_KEY_ID", ctl->access_key);
		json_add_str(env, "AWS_SECRET_ACCESS_KEY", ctl->secret_key);
		json_add_str(env, "AWS_DEFAULT_REGION", c->region);
	}
	free(lake);
	free(syslog);
	free(hdfs);
	return env;
}

static int prepare_folders(struct control *ctl, struct cluster *c, struct step *s, char **cwd,
                           struct error *err)
{
	char *logs = path_step_log(ctl, c, s, NULL), *hdfs = path_cluster(ctl, c, "hdfs"), rel[128];
	static const char *const names[] = { "controller", "stdout", "stderr", "syslog" };
	int ret;

	snprintf(rel, sizeof rel, "work/%s", s->id);
	*cwd = path_cluster(ctl, c, rel);
	if ((ret = fs_mkdirs(logs, 0755, err)) || (ret = fs_mkdirs(hdfs, 0755, err)) ||
	    (ret = fs_mkdirs(*cwd, 0755, err)))
		error_prefix(err, "The step's folders could not be made");
	for (size_t i = 0; !ret && i < 4; i++) {
		char *path = path_step_log(ctl, c, s, names[i]);
		FILE *f = fopen(path, "ae");
		if (f)
			fclose(f);
		/* Another attempt writes again what came after the last checkpoint: nothing may be there twice. */
		if (s->attempts > 1 && i == 1 && truncate(path, s->output))
			controller_log(ctl, c, s, "stdout of the earlier attempt could not be cut back");
		free(path);
	}
	free(hdfs);
	free(logs);
	return ret;
}

static void log_start(struct control *ctl, struct cluster *c, struct step *s, const cJSON *argv,
                      const char *cwd)
{
	struct buf line = BUF_INIT;
	const cJSON *a;

	cJSON_ArrayForEach(a, argv) {
		const char *v = a->valuestring;
		if (line.len)
			buf_addc(&line, ' ');
		if (*v && strcspn(v, " \t\n\"'\\$`") == strlen(v))
			buf_adds(&line, v);
		else
			json_quote(&line, v);
	}
	controller_log(ctl, c, s, "Step %s (%s), attempt %d, runner %s", s->id, s->name, s->attempts,
	               s->jar ? s->jar : "");
	controller_log(ctl, c, s, "Command: %s", buf_str(&line));
	controller_log(ctl, c, s, "Working folder: %s", cwd);
	buf_free(&line);
}

int step_launch(struct control *ctl, struct cluster *c, struct step *s, struct node *primary,
                struct error *err)
{
	bool sql = step_is_sql(s);
	char *cwd = NULL, *out = NULL, *log = NULL;
	cJSON *argv = NULL;
	int ret = prepare_folders(ctl, c, s, &cwd, err);

	if (ret)
		goto done;
	if (!sql && !(argv = process_argv(ctl, s, err))) {
		ret = err->code;
		goto done;
	}
	struct exec *e = exec_create(ctl, primary, sql ? CONTAINER_DRIVER : CONTAINER_PROCESS, s,
	                             sql ? DRIVER_MB : 0, 0);
	e->m->number = s->attempts;
	step_runtime(s)->exec = e;
	if (sql)
		argv = driver_argv(ctl, c, s, e);
	out = path_step_log(ctl, c, s, "stdout");
	log = path_step_log(ctl, c, s, "stderr");
	log_start(ctl, c, s, argv, cwd);
	exec_launch(ctl, e, argv, environment(ctl, c, s, e), cwd, out, log);
	if (sql)
		driver_prelaunch(ctl, e);
	text_set(&step_runtime(s)->failed_message, NULL);
	text_set(&step_runtime(s)->failed_class, NULL);
done:
	free(cwd);
	free(out);
	free(log);
	return ret;
}
