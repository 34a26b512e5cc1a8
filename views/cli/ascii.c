#include "views/cli/ascii.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

struct ascii {
	FILE *to;
	char part[4];            /* a character whose end has not come yet */
	size_t len;
};

bool ascii_only(void)
{
	return strcasecmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

/* Bytes of the character that begins with this one. */
static size_t length_of(unsigned char c)
{
	return c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
}

static void put_part(struct ascii *a)
{
	uint32_t cp;

	utf8_decode(a->part, a->len, &cp);
	a->len = 0;
	if (utf8_char_width(cp) > 0)
		fputc(utf8_ascii(cp), a->to);
	if (utf8_char_width(cp) > 1) /* what follows keeps its column */
		fputc(' ', a->to);
}

static ssize_t write_ascii(void *cookie, const char *data, size_t n)
{
	struct ascii *a = cookie;

	for (size_t i = 0; i < n; i++) {
		if (!a->len && (unsigned char)data[i] < 0x80) {
			fputc(data[i], a->to);
			continue;
		}
		a->part[a->len++] = data[i];
		if (a->len >= length_of((unsigned char)a->part[0]))
			put_part(a);
	}
	return fflush(a->to) || ferror(a->to) ? -1 : (ssize_t)n;
}

static int close_ascii(void *cookie)
{
	free(cookie);
	return 0;
}

FILE *ascii_open(FILE *to)
{
	struct ascii *a = xcalloc(1, sizeof *a);
	FILE *f;

	a->to = to;
	f = fopencookie(a, "w", (cookie_io_functions_t){ .write = write_ascii, .close = close_ascii });
	if (f)
		setvbuf(f, NULL, _IOLBF, 4096);
	else
		free(a);
	return f;
}
