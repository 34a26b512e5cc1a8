/* The console: opens the terminal, shows the last known state at once, then keeps it live. */
#ifndef VIEWS_CONSOLE_H
#define VIEWS_CONSOLE_H

#include <stdbool.h>

struct console_options {
	const char *home;       /* folder of the local server; NULL: fs_home() */
	const char *endpoint;   /* NULL: the local server; "aws", or a URL */
	const char *region;     /* NULL: from the environment */
	const char *theme;      /* NULL: $STOKER_THEME, else dark */
	const char *color;      /* NULL or "auto", "never", "8", "16", "256", "truecolor" */
	const char *glyphs;     /* NULL or "auto", "ascii", "block", "braille" */
	const char *screen;     /* first screen: home, cluster, steps, nodes, graphs, alarms, cost, events, scaling,
	                         * spot, dead-letters, schedules, audit, topics */
	const char *cluster;    /* name or id of the cluster to show; NULL: the last one, or the newest */
	bool read_only;
	bool no_start;          /* do not start a local server that is not there */
	bool mouse;
	bool once;              /* print the screen as text, and end */
	bool log;               /* with `cluster`: open the log of its running step */
	int width, height;      /* of --once; 0: the terminal's size, else 100x30 */
};

/* Runs until the person leaves. Gives the exit status of the program: 0; 1 for wrong options or when --once
 * found no server and no earlier state; 129 when the terminal went away. Errors are printed on stderr. */
int console_main(const struct console_options *o);

#endif
