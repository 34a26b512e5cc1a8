/* The terminal's guardian: knows how to give the terminal back, from anywhere, also from a signal handler.
 * One static record, because signal handlers have no argument: the one documented global of the toolkit. */
#ifndef TUI_SINK_GUARD_H
#define TUI_SINK_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#define GUARD_MAX 512

/* Remember descriptor and settings to restore; install handlers and the atexit hook (once). */
void guard_arm(int fd, const struct termios *saved);
/* The bytes that undo what was switched on; may be changed while armed. */
void guard_bytes(const char *restore, size_t n);
/* Send what writes to stderr into memory until the restore, which replays it; false: left as it is. */
bool guard_capture_stderr(void);
/* Give the terminal back now. Async-signal-safe, idempotent. Never waits longer than 300 ms. */
void guard_restore(void);
/* Taken over again, after ctrl-z. */
void guard_retake(void);
/* Forget it all: the terminal is restored and the descriptor about to be closed. */
void guard_disarm(void);

#endif
