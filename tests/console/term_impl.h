/* Inside of the test terminal; for term*.c. */
#ifndef TESTS_CONSOLE_TERM_IMPL_H
#define TESTS_CONSOLE_TERM_IMPL_H

#include <vterm.h>

#include "core/base/buf.h"
#include "tests/console/term.h"

struct term {
	int fd, w, h;
	pid_t pid;
	bool mute, ended, alternate, cursor;
	VTerm *vt;
	VTermScreen *screen;
	struct buf log;
	struct buf pending;     /* begins with what was kept back of the last read */
	uint64_t bytes;
	int64_t last_us;        /* when bytes came last */
	long rate;
	int64_t rate_us;
	double credit;
	char home[64];
};

#endif
