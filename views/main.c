/* stoker: with words a command line, without words the console. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "views/cli/cli.h"
#include "views/cli/help.h"
#include "views/console.h"

/* The console's options; anything else is the command line's. Gives false for the latter. */
static bool console_options(int argc, char **argv, struct console_options *o)
{
	static const struct option longs[] = {
		{ "cluster", required_argument, 0, 'c' }, { "screen", required_argument, 0, 's' },
		{ "theme", required_argument, 0, 't' },   { "color", required_argument, 0, 'C' },
		{ "glyphs", required_argument, 0, 'g' },  { "endpoint", required_argument, 0, 'e' },
		{ "region", required_argument, 0, 'r' },  { "home", required_argument, 0, 'H' },
		{ "read-only", no_argument, 0, 'R' },     { "once", no_argument, 0, '1' },
		{ "no-start", no_argument, 0, 'n' },      { "mouse", no_argument, 0, 'm' },
		{ "width", required_argument, 0, 'w' },   { "height", required_argument, 0, 'h' },
		{ 0 },
	};
	int c;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "+", longs, NULL)) != -1) {
		switch (c) {
		case 'c': o->cluster = optarg; break;
		case 's': o->screen = optarg; break;
		case 't': o->theme = optarg; break;
		case 'C': o->color = optarg; break;
		case 'g': o->glyphs = optarg; break;
		case 'e': o->endpoint = optarg; break;
		case 'r': o->region = optarg; break;
		case 'H': o->home = optarg; break;
		case 'R': o->read_only = true; break;
		case '1': o->once = true; break;
		case 'n': o->no_start = true; break;
		case 'm': o->mouse = true; break;
		case 'w': o->width = atoi(optarg); break;
		case 'h': o->height = atoi(optarg); break;
		default: return false;
		}
	}
	return optind == argc;
}

int main(int argc, char **argv)
{
	struct console_options o = { 0 };
	if (argc > 1 && !strcmp(argv[1], "console")) {
		if (console_options(argc - 1, argv + 1, &o))
			return console_main(&o);
		return cli_main(argc, argv);
	}
	if (argc > 1 && argv[1][0] != '-')
		return cli_main(argc, argv);
	if (argc > 1 && !console_options(argc, argv, &o))
		return cli_main(argc, argv);
	if (o.once || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
		return console_main(&o);
	help_overview(stdout);
	return CLI_USAGE;
}
