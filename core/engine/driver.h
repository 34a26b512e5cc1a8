/* The driver of a SQL step: runs a script's statements in order on the executors that the server grants,
 * and tells the server how far it is. See core/engine/README.md. */
#ifndef CORE_ENGINE_DRIVER_H
#define CORE_ENGINE_DRIVER_H

struct driver_options {
	const char *container, *cluster, *step, *token;
	int argc;                   /* the step's own command line: spark-sql … */
	char **argv;
};

/* Exit status: 0, 1 for a failed statement, 2 for a wrong command line, 128 + signal when stopped. */
int driver_main(const struct driver_options *o);

#endif
