#include "core/engine/args.h"
#include "core/base/size.h"

#include <stdlib.h>
#include <string.h>

/* What each option does with its value. */
enum option_kind {
	O_FILE, O_QUERY, O_INIT, O_DATABASE, O_NAME, O_VAR, O_CONF, O_SILENT, O_VERBOSE, O_HELP, O_EXECUTORS,
	O_CORES, O_MEMORY, O_IGNORED_VALUE, O_IGNORED_FLAG
};

static const struct {
	const char *name;
	enum option_kind kind;
} options[] = {
	{ "-f", O_FILE }, { "-e", O_QUERY }, { "-i", O_INIT }, { "--database", O_DATABASE },
	{ "-d", O_VAR }, { "--define", O_VAR }, { "--hivevar", O_VAR },
	{ "--conf", O_CONF }, { "-c", O_CONF }, { "--hiveconf", O_CONF },
	{ "-S", O_SILENT }, { "--silent", O_SILENT }, { "-v", O_VERBOSE }, { "--verbose", O_VERBOSE },
	{ "-H", O_HELP }, { "-h", O_HELP }, { "--help", O_HELP }, { "--name", O_NAME },
	{ "--num-executors", O_EXECUTORS }, { "--executor-cores", O_CORES }, { "--executor-memory", O_MEMORY },
	/* Where and how a real Spark would place the job: the cluster decides that here. */
	{ "--master", O_IGNORED_VALUE }, { "--deploy-mode", O_IGNORED_VALUE }, { "--queue", O_IGNORED_VALUE },
	{ "--driver-memory", O_IGNORED_VALUE }, { "--driver-cores", O_IGNORED_VALUE },
	{ "--total-executor-cores", O_IGNORED_VALUE },
};

static const char *const UNSUPPORTED[] = {
	"--jars", "--packages", "--repositories", "--exclude-packages", "--py-files", "--files", "--archives",
	"--properties-file", "--driver-java-options", "--driver-library-path", "--driver-class-path", "--class",
	"--proxy-user", "--principal", "--keytab", "--remote",
};

const char *sql_args_usage(void)
{
	return "usage: spark-sql [-f FILE | -e SQL] [-i FILE] [-d|--hivevar|--define NAME=VALUE]...\n"
	       "                 [--conf KEY=VALUE]... [--database NAME] [-S] [-v] [--name NAME]\n"
	       "                 [--num-executors N] [--executor-cores N] [--executor-memory SIZE]\n";
}

static int pair(const char *option, char *value, const char **key, const char **val, size_t *n,
                struct error *err)
{
	char *eq = strchr(value, '=');
	if (!eq || eq == value)
		return error_set(err, ERR_INVALID, "spark-sql: %s wants NAME=VALUE, not '%s'", option, value);
	if (*n >= 128)
		return error_set(err, ERR_FULL, "spark-sql: more than 128 of %s", option);
	*eq = '\0';
	*key = value;
	*val = eq + 1;
	(*n)++;
	return 0;
}

static int number(const char *option, const char *value, int *out, struct error *err)
{
	char *end;
	long n = strtol(value, &end, 10);
	if (end == value || *end || n < 1 || n > 100000)
		return error_set(err, ERR_INVALID, "spark-sql: %s wants a number, not '%s'", option, value);
	*out = (int)n;
	return 0;
}

static int take(struct sql_args *o, enum option_kind kind, const char *option, char *value, struct error *err)
{
	size_t n;
	switch (kind) {
	case O_FILE: o->file = value; break;
	case O_QUERY: o->query = value; break;
	case O_INIT: o->init = value; break;
	case O_DATABASE: o->database = value; break;
	case O_NAME: o->name = value; break;
	case O_VAR:
		n = o->n_vars;
		return pair(option, value, &o->vars[n % 128].key, &o->vars[n % 128].value, &o->n_vars, err);
	case O_CONF:
		n = o->n_conf;
		return pair(option, value, &o->conf[n % 128].key, &o->conf[n % 128].value, &o->n_conf, err);
	case O_SILENT: o->silent = true; break;
	case O_VERBOSE: o->verbose = true; break;
	case O_HELP: o->help = true; break;
	case O_EXECUTORS: return number(option, value, &o->executors, err);
	case O_CORES: return number(option, value, &o->executor_cores, err);
	case O_MEMORY:
		o->executor_mem_mb = size_mb(value);
		if (o->executor_mem_mb < 0)
			return error_set(err, ERR_INVALID, "spark-sql: %s wants a size such as 4g, not '%s'", option,
			                 value);
		break;
	case O_IGNORED_VALUE:
	case O_IGNORED_FLAG: break;
	}
	return 0;
}

static bool has_value(enum option_kind k)
{
	return k != O_SILENT && k != O_VERBOSE && k != O_HELP && k != O_IGNORED_FLAG;
}

static int unknown(const char *option, struct error *err)
{
	for (size_t i = 0; i < sizeof UNSUPPORTED / sizeof *UNSUPPORTED; i++)
		if (!strcmp(option, UNSUPPORTED[i])) {
			error_set(err, ERR_UNSUPPORTED, "spark-sql: %s is not supported by the embedded engine",
			          option);
			error_class(err, "UNSUPPORTED_FEATURE", "0A000");
			return ERR_UNSUPPORTED;
		}
	error_set(err, ERR_INVALID, "spark-sql: unknown %s '%s'", *option == '-' ? "option" : "argument", option);
	error_hint(err, "%s", sql_args_usage());
	return ERR_INVALID;
}

/* --option=value is as good as --option value. */
static size_t match(const char *arg, char **inline_value)
{
	const char *eq = !strncmp(arg, "--", 2) ? strchr(arg, '=') : NULL;
	size_t n = eq ? (size_t)(eq - arg) : strlen(arg);
	for (size_t i = 0; i < sizeof options / sizeof *options; i++)
		if (strlen(options[i].name) == n && !strncmp(options[i].name, arg, n)) {
			*inline_value = eq ? (char *)eq + 1 : NULL;
			return i;
		}
	return sizeof options / sizeof *options;
}

int sql_args_read(int argc, char **argv, struct sql_args *out, struct error *err)
{
	memset(out, 0, sizeof *out);
	for (int i = 1; i < argc; i++) {
		char *value = NULL;
		size_t o = match(argv[i], &value);
		if (o == sizeof options / sizeof *options)
			return unknown(argv[i], err);
		if (has_value(options[o].kind) && !value) {
			if (i + 1 >= argc)
				return error_set(err, ERR_INVALID, "spark-sql: %s wants a value", argv[i]);
			value = argv[++i];
		}
		int rc = take(out, options[o].kind, options[o].name, value, err);
		if (rc)
			return rc;
	}
	if (out->file && out->query)
		return error_set(err, ERR_INVALID, "spark-sql: -f and -e cannot be given together");
	return 0;
}
