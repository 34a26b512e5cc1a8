/* One line that lives: rewritten in place on a terminal, printed when it changes elsewhere. It goes to
 * stderr, so that results on stdout stay clean. */
#include "views/cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"

struct cli_progress {
	struct cli *cli;
	bool tty, quiet;
	char *last;
	size_t key;              /* bytes of last before its tab */
	int64_t shown_us;
};

#define PLAIN_US (5 * 1000000LL)  /* without a terminal: a line so often, and whenever the key changes */

struct cli_progress *cli_progress_new(struct cli *c)
{
	struct cli_progress *p = xcalloc(1, sizeof *p);
	const char *term = getenv("TERM");

	p->cli = c;
	p->quiet = c->json;
	p->tty = isatty(fileno(c->err)) && term && strcmp(term, "dumb") != 0;
	return p;
}

static int terminal_width(FILE *f)
{
	struct winsize ws;

	return ioctl(fileno(f), TIOCGWINSZ, &ws) == 0 && ws.ws_col > 1 ? ws.ws_col - 1 : 79;
}

static bool due(const struct cli_progress *p, const char *text, size_t key)
{
	if (!p->last)
		return true;
	if (p->tty)
		return strcmp(p->last, text) != 0;
	return key != p->key || strncmp(p->last, text, key) != 0 ||
	       (clock_mono_us() - p->shown_us > PLAIN_US && strcmp(p->last, text) != 0);
}

void cli_progress_say(struct cli_progress *p, const char *fmt, ...)
{
	struct buf raw = BUF_INIT, b = BUF_INIT;
	size_t key;
	va_list ap;
	int used;

	va_start(ap, fmt);
	buf_vaddf(&raw, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < raw.len; i++)
		if (raw.data[i] == '\n')
			raw.data[i] = ' ';
	utf8_clean(&b, buf_str(&raw), raw.len);
	key = strcspn(buf_str(&raw), "\t");
	buf_free(&raw);
	if (!p->quiet && due(p, buf_str(&b), key)) {
		fflush(p->cli->out);
		if (p->tty)
			fprintf(p->cli->err, "\r\033[K%.*s",
			        (int)utf8_fit(buf_str(&b), terminal_width(p->cli->err), &used), buf_str(&b));
		else
			fprintf(p->cli->err, "%s\n", buf_str(&b));
		fflush(p->cli->err);
		free(p->last);
		p->last = xstrdup(buf_str(&b));
		p->key = key;
		p->shown_us = clock_mono_us();
	}
	buf_free(&b);
}

void cli_progress_end(struct cli_progress *p)
{
	if (p->tty && p->last)
		fputs("\r\033[K", p->cli->err);
	fflush(p->cli->err);
	free(p->last);
	free(p);
}
