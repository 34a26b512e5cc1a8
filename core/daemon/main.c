/* stokerd: the server and the processes that it starts. The first word says which one this is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/daemon/daemon.h"
#include "core/engine/engine.h"

static void print_help(FILE *f)
{
	fputs("usage: stokerd COMMAND [options]\n"
	      "\n"
	      "  server [--port N] [--memory-share PERCENT] [--foreground]\n"
	      "             the control plane: answers the EMR API, keeps clusters and step queues\n"
	      "  worker     a node of a cluster (started by the server)\n"
	      "  driver     a running SQL job or shell (started by a worker or by stoker)\n"
	      "  executor   runs the tasks of a job (started by a worker)\n"
	      "  version    print the version\n"
	      "  help       this text\n"
	      "\n"
	      "Everything lies under $STOKER_HOME (default $XDG_STATE_HOME/stoker).\n"
	      "`stoker server start|stop|status` does the same as people need it.\n", f);
}

static int print_version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("stokerd %s\n", STOKER_VERSION);
	return 0;
}

static int help_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_help(stdout);
	return 0;
}

/* A step's driver keeps its own log apart from what the job prints. */
static int driver_main(int argc, char **argv)
{
	const char *syslog = getenv("STOKER_SYSLOG");

	if (syslog && *syslog)
		log_to(syslog);
	return engine_driver_main(argc, argv);
}

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "server", server_main }, { "worker", worker_main }, { "driver", driver_main },
	{ "executor", engine_executor_main }, { "version", print_version }, { "--version", print_version },
	{ "help", help_main }, { "--help", help_main }, { "-h", help_main },
};

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return 2;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "stokerd: unknown command '%s'; it knows server, worker, driver, executor, version "
	        "and help\n", argv[1]);
	return 2;
}
