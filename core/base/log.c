#include "core/base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/buf.h"
#include "core/base/clock.h"

static char program[64] = "stoker";
static enum log_level threshold = LOG_LEVEL_INFO;
static int output = STDERR_FILENO;

static const char *const names[] = { "DEBUG", "INFO ", "WARN ", "ERROR" };

void log_open(const char *who)
{
	snprintf(program, sizeof program, "%s", who);
	const char *level = getenv("STOKER_LOG");
	if (!level)
		return;
	if (!strcmp(level, "debug"))
		threshold = LOG_LEVEL_DEBUG;
	else if (!strcmp(level, "warn"))
		threshold = LOG_LEVEL_WARN;
	else if (!strcmp(level, "error"))
		threshold = LOG_LEVEL_ERROR;
}

void log_to(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

	if (fd >= 0)
		output = fd;
}

void log_write(enum log_level level, const char *fmt, ...)
{
	if (level < threshold)
		return;
	struct buf line = BUF_INIT, text = BUF_INIT;
	char when[32];
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	buf_addf(&line, "%s %s %s: ", clock_iso8601(clock_now_ms(), when, sizeof when), names[level], program);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c == '\n')
			buf_adds(&line, "\\n");
		else if (c < 0x20 || c == 0x7F)
			buf_addf(&line, "\\x%02x", c);
		else
			buf_addc(&line, (char)c);
	}
	buf_addc(&line, '\n');
	/* One write, so that lines of several processes on one file never mix. */
	ssize_t ignored = write(output, line.data, line.len);
	(void)ignored;
	buf_free(&line);
	buf_free(&text);
}

bool log_gate(struct log_gate *g, unsigned per_minute, const char *what)
{
	int64_t now = clock_mono_us() / 1000;

	if (now >= g->until) {
		if (g->left_out)
			log_info("%u further lines about %s were left out", g->left_out, what);
		*g = (struct log_gate){ .until = now + 60000 };
	}
	if (g->said < per_minute) {
		g->said++;
		return true;
	}
	g->left_out++;
	return false;
}
