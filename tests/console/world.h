/* A recorded world (fake.py) with a console on it, for the tests of screens. */
#ifndef TESTS_CONSOLE_WORLD_H
#define TESTS_CONSOLE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/mem.h"
#include "tests/console/term.h"

struct world {
	char home[64];
	pid_t server;
	struct term *term;
};

static inline void start_server(struct world *w, const char *kind)
{
	int out[2];
	char sock[96], log[96], ready[16];
	snprintf(w->home, sizeof w->home, "/tmp/stoker-views-XXXXXX");
	assert_non_null(mkdtemp(w->home));
	snprintf(sock, sizeof sock, "%s/run/api.sock", w->home);
	snprintf(log, sizeof log, "%s/requests.log", w->home);
	assert_int_equal(pipe(out), 0);
	w->server = fork();
	assert_true(w->server >= 0);
	if (!w->server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test fails half-way */
		dup2(out[1], 1);
		setenv("STOKER_FROZEN_TIME", TERM_FROZEN, 1);
		execlp("python3", "python3", "tests/console/fake.py", sock, "--world", kind, "--log", log, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	assert_true(read(out[0], ready, sizeof ready) > 0);
	close(out[0]);
}

static inline void stop_server(struct world *w)
{
	if (w->server > 0) {
		kill(w->server, SIGKILL);
		waitpid(w->server, NULL, 0);
	}
	w->server = 0;
}

struct look {
	const char *name;
	int w, h;
	const char *glyphs, *color;
};

static const struct look looks[] = {
	{ "80x24", 80, 24, "braille", "256" },
	{ "200x60", 200, 60, "braille", "256" },
	{ "80x24-ascii", 80, 24, "ascii", "never" },
	{ "200x60-ascii", 200, 60, "ascii", "never" },
};
#define UTF8_80 (&looks[0])

static inline void start_console(struct world *w, const struct look *l, const char *const *extra)
{
	char home[96];
	const char *argv[20] = { term_built("stoker"), "--no-start", "--glyphs", l->glyphs, "--color", l->color };
	size_t n = 6;
	for (; extra && *extra; extra++)
		argv[n++] = *extra;
	argv[n] = NULL;
	snprintf(home, sizeof home, "STOKER_HOME=%s", w->home);
	const char *env[] = { home, NULL };
	struct term_options o = { .w = l->w, .h = l->h, .env = env, .argv = argv };
	w->term = term_start(&o);
}

static inline void open_world(struct world *w, const char *kind, const struct look *l, const char *const *extra)
{
	memset(w, 0, sizeof *w);
	start_server(w, kind);
	start_console(w, l, extra);
}

static inline void close_world(struct world *w)
{
	struct error err;
	term_free(w->term);
	stop_server(w);
	assert_int_equal(fs_remove_tree(w->home, &err), 0);
}

/* Has a request with this text reached the server? Waits for it. */
static inline void wait_request(struct world *w, const char *text)
{
	char path[96];
	int64_t until = clock_mono_us() + TERM_DEADLINE_MS * 1000LL;
	struct error err;
	snprintf(path, sizeof path, "%s/requests.log", w->home);
	for (;;) {
		struct buf b = BUF_INIT;
		fs_read(path, 64u << 20, &b, &err);
		bool found = strstr(buf_str(&b), text) != NULL;
		buf_free(&b);
		if (found)
			return;
		if (clock_mono_us() > until)
			fail_msg("the server never got: %s", text);
		term_run(w->term, 20);
	}
}

static inline bool had_request(struct world *w, const char *text)
{
	char path[96];
	struct error err;
	struct buf b = BUF_INIT;
	snprintf(path, sizeof path, "%s/requests.log", w->home);
	fs_read(path, 64u << 20, &b, &err);
	bool found = strstr(buf_str(&b), text) != NULL;
	buf_free(&b);
	return found;
}

/* Everything of the home screen is there. */
static inline void wait_home(struct term *t)
{
	term_wait(t, "live");
	term_wait(t, "nightly-etl");
	term_wait(t, "62%");
	term_wait(t, "24%");
	term_wait(t, "RUNNING");
	term_settle(t, 150);
}

/* Escape alone: what follows at once would be read as an alt- key. */
static inline void escape(struct term *t)
{
	uint64_t before = term_bytes(t);
	term_keys(t, "<esc>");
	term_wait_output(t, before); /* what it closes is drawn over: it was read alone */
	term_settle(t, 80);
}

static inline void golden(struct term *t, const char *screen, const struct look *l)
{
	char name[64];
	snprintf(name, sizeof name, "%s-%s", screen, l->name);
	term_golden(t, name);
}

#endif
