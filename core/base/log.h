/* One line per event on stderr (or the file stderr was pointed at):
 *     2026-11-21T03:34:15.123Z INFO  server: listening …
 * Level from STOKER_LOG (debug, info, warn, error; default info). Control characters in the text are
 * escaped, so that a log line is always one line. */
#ifndef CORE_BASE_LOG_H
#define CORE_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

void log_open(const char *who);      /* prefix of every line: "server", "worker ci-…"; copied */
/* From now on append to this file instead of stderr; when it cannot be opened nothing changes. */
void log_to(const char *path);
void log_write(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Lines that a stranger can cause must not fill the disk. Is there room for one more within this minute? The first
 * line of a new minute is preceded by one that tells how many of the last were left out. Zero-initialised. */
struct log_gate {
	int64_t until;               /* ms of the monotonic clock */
	unsigned said, left_out;
};
bool log_gate(struct log_gate *g, unsigned per_minute, const char *what);

#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)

#endif
