/* An error as spark-sql prints it, with the line of the script and a caret below. */
#include <stdio.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/utf8.h"
#include "core/sql/sql.h"

#define SHOWN 100        /* cells of the line that are shown; a longer one is cut around the caret */
#define INDENT "  "

/* Line number `line` (1-based) of the script; false when it has fewer. */
static bool find_line(const char *script, int line, const char **begin, size_t *len)
{
	const char *s = script;
	for (int i = 1; i < line; i++) {
		s = strchr(s, '\n');
		if (!s)
			return false;
		s++;
	}
	*begin = s;
	*len = strcspn(s, "\r\n");
	return true;
}

/* Bytes of the first n characters. */
static size_t skip_chars(const char *s, size_t len, size_t n)
{
	size_t at = 0;
	uint32_t cp;
	while (n-- > 0 && at < len)
		at += utf8_decode(s + at, len - at, &cp);
	return at;
}

static void render_source(struct buf *out, const char *s, size_t len, int column)
{
	struct buf head = BUF_INIT, tail = BUF_INIT;
	size_t chars = column > 0 ? (size_t)column - 1 : 0;
	size_t at = skip_chars(s, len, chars), from = 0;
	if (chars > SHOWN * 3 / 4)
		from = skip_chars(s, len, chars - SHOWN / 2);
	size_t to = at + skip_chars(s + at, len - at, SHOWN - (chars > SHOWN * 3 / 4 ? SHOWN / 2 : chars));
	utf8_clean(&head, s + from, at - from);
	utf8_clean(&tail, s + at, to - at);
	const char *before = from ? "…" : "", *after = to < len ? "…" : "";
	buf_addf(out, "%s%s%s%s%s\n", INDENT, before, buf_str(&head), buf_str(&tail), after);
	int cells = utf8_width(before) + utf8_width(buf_str(&head));
	buf_addf(out, "%s%*s^\n", INDENT, cells, "");
	buf_free(&head);
	buf_free(&tail);
}

void sql_render_error(struct buf *out, const char *file, const char *script, const struct error *err)
{
	const char *line;
	size_t len;
	if (err->class_[0])
		buf_addf(out, "[%s] ", err->class_);
	buf_adds(out, err->message);
	if (err->sqlstate[0])
		buf_addf(out, " SQLSTATE: %s", err->sqlstate);
	if (err->line > 0)
		buf_addf(out, "; line %d pos %d", err->line, err->column > 0 ? err->column - 1 : 0);
	buf_addc(out, '\n');
	if (err->detail[0])
		buf_addf(out, "%s\n", err->detail);
	if (err->line > 0) {
		if (file)
			buf_addf(out, "%s:%d:%d\n", file, err->line, err->column);
		if (script && find_line(script, err->line, &line, &len))
			render_source(out, line, len, err->column);
	}
	if (err->hint[0])
		buf_addf(out, "Hint: %s\n", err->hint);
}
