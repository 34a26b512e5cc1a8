/* A terminal for tests: runs a program on a pseudo-terminal of a given size, type and locale, keeps its
 * screen (libvterm), types keys, waits for conditions with a deadline, compares with golden screens.
 *
 * Every wait fails the running cmocka test with the screen printed; nothing sleeps for a fixed time. The
 * program starts with an environment of our own: PATH, HOME (a fresh folder), TZ=UTC, TERM, LANG,
 * STOKER_FROZEN_TIME=1763714467000 (2025-11-21 08:41:07 UTC), and what options add. */
#ifndef TESTS_CONSOLE_TERM_H
#define TESTS_CONSOLE_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TERM_FROZEN "1763714467000"
#define TERM_DEADLINE_MS 60000

struct term;

struct term_options {
	int w, h;                       /* 0: 80x24 */
	const char *type;               /* $TERM; NULL: xterm-256color */
	const char *lang;               /* $LANG; NULL: C.UTF-8 */
	const char *const *env;         /* "NAME=value" …, NULL-terminated; "NAME=" takes it away; may be NULL */
	const char *const *argv;        /* NULL-terminated */
	bool mute;                      /* do not answer the terminal's queries (a dumb reader) */
};

struct term *term_start(const struct term_options *o);
/* Ends the program if it still runs, frees, removes HOME. */
void term_free(struct term *t);
/* Path of a program built beside the tests: build/console/<name>; and build/<name>. Static storage. */
const char *term_demo(const char *name);
const char *term_built(const char *name);

/* Type text; names in angle brackets are keys: "abc<enter><ctrl-x><pgdn><f5><alt-b><<" ("<<" is "<"). */
void term_keys(struct term *t, const char *text);
void term_raw(struct term *t, const void *bytes, size_t n);
void term_paste(struct term *t, const char *text);
void term_click(struct term *t, int x, int y);       /* 0-based; SGR mouse */
void term_resize(struct term *t, int w, int h);

/* Until the screen shows text (or no longer does). */
void term_wait(struct term *t, const char *text);
void term_wait_gone(struct term *t, const char *text);
/* Until line y (from the bottom when negative) holds text. */
void term_wait_line(struct term *t, int y, const char *text);
/* Until nothing came for quiet ms. */
void term_settle(struct term *t, int quiet_ms);
bool term_shows(struct term *t, const char *text);
/* Until the program ended; gives the wait status. */
int term_wait_exit(struct term *t);
/* Run the loop for a while without any condition: only for measuring. */
void term_run(struct term *t, int ms);

/* Line y as UTF-8 without trailing blanks; whole screen; caller frees. */
char *term_line(struct term *t, int y);
char *term_screen(struct term *t);
/* As term_screen, then a map of styles: one letter per cell and what each letter means. */
char *term_screen_styles(struct term *t);
/* Compare with tests/console/golden/<name>.txt, until they are the same or the deadline is over; UPDATE=1 in
 * the environment writes the file instead, once the screen is quiet. */
void term_golden(struct term *t, const char *name);
void term_golden_styles(struct term *t, const char *name);

/* ---- measuring and adversity ---- */
void term_wait_output(struct term *t, uint64_t before); /* until term_bytes() is another */
uint64_t term_bytes(const struct term *t);            /* that came from the program so far */
/* Read at most so many bytes a second from now on (0: at full speed). */
void term_rate(struct term *t, long bytes_per_second);
/* Time from typing text until the first byte comes, in microseconds. */
int64_t term_latency(struct term *t, const char *text);
void term_hangup(struct term *t);                     /* the terminal vanishes */
bool term_alternate(const struct term *t);            /* the alternate screen is on */
bool term_cursor_visible(const struct term *t);
/* Everything that the program has written, byte by byte. */
const char *term_log(const struct term *t, size_t *n);
bool term_cooked(const struct term *t);               /* the terminal is in line mode with echo again */
pid_t term_pid(const struct term *t);
/* CPU time (ms) and voluntary context switches of the program so far; resident memory in KB. */
void term_usage(const struct term *t, int64_t *cpu_ms, int64_t *switches, int64_t *rss_kb);

#endif
