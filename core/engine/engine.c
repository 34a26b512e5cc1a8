/* The command lines of `stokerd driver`. */
#include "core/engine/engine.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/id.h"
#include "core/base/log.h"
#include "core/engine/driver.h"
#include "core/engine/session.h"

static int usage(void)
{
	fputs("usage: stokerd driver --container C --cluster J --step S -- spark-sql ...\n"
	      "       stokerd driver --session --fd N [--no-server --vcpu N --mem-mb N] [spark-sql options]\n"
	      "The server and `stoker sql` start it; it is of no use by hand.\n", stderr);
	return 2;
}

/* Options of a session come first; the rest are spark-sql's. */
static int session(int argc, char **argv)
{
	struct session_options o = { .fd = -1 };
	int at = 2;
	for (; at < argc; at++) {
		if (!strcmp(argv[at], "--no-server"))
			o.no_server = true;
		else if (at + 1 < argc && !strcmp(argv[at], "--fd"))
			o.fd = atoi(argv[++at]);
		else if (at + 1 < argc && !strcmp(argv[at], "--vcpu"))
			o.vcpu = atoi(argv[++at]);
		else if (at + 1 < argc && !strcmp(argv[at], "--mem-mb"))
			o.mem_mb = atoi(argv[++at]);
		else
			break;
	}
	if (o.fd < 0)
		return usage();
	o.argc = argc - at + 1;
	o.argv = argv + at - 1;     /* argv[0] is not read */
	return session_main(&o);
}

static int step(int argc, char **argv)
{
	static const struct option options[] = {
		{ "container", 1, NULL, 'c' }, { "cluster", 1, NULL, 'j' }, { "step", 1, NULL, 's' },
		{ NULL, 0, NULL, 0 }
	};
	struct driver_options o = { 0 };
	optind = 1;
	for (int c; (c = getopt_long(argc, argv, "+", options, NULL)) != -1;) {
		switch (c) {
		case 'c': o.container = optarg; break;
		case 'j': o.cluster = optarg; break;
		case 's': o.step = optarg; break;
		default: return usage();
		}
	}
	o.argc = argc - optind;
	o.argv = argv + optind;
	o.token = id_take_secret("STOKER_TOKEN");
	if (!o.container || !o.step || !o.token || o.argc < 1)
		return usage();
	return driver_main(&o);
}

int engine_driver_main(int argc, char **argv)
{
	log_open("driver");
	return argc > 1 && !strcmp(argv[1], "--session") ? session(argc, argv) : step(argc, argv);
}
