/* The command line of spark-sql, as drivers get it after `--`. */
#ifndef CORE_ENGINE_ARGS_H
#define CORE_ENGINE_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/error.h"

struct sql_args {
	const char *file;           /* -f */
	const char *query;          /* -e */
	const char *init;           /* -i */
	const char *database;
	const char *name;           /* --name: of the application */
	bool silent;                /* -S: no timing on stderr */
	bool verbose;               /* -v: print statements before they run */
	bool help;
	int executors, executor_cores, executor_mem_mb; /* 0: not asked for */
	struct { const char *key, *value; } conf[128], vars[128];
	size_t n_conf, n_vars;
};

/* argv[0] is not read (the program's name). Strings point into argv (which is cut at '='). An option that
 * spark-sql does not have, or that has no meaning here, is ERR_INVALID and names itself. */
int sql_args_read(int argc, char **argv, struct sql_args *out, struct error *err);
const char *sql_args_usage(void);

#endif
