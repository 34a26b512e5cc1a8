#include "core/sql/quote.h"

#include <string.h>

void sql_quote_ident(struct buf *out, const char *name)
{
	buf_addc(out, '"');
	if (!*name) /* SELECT '' has a column without a name, which the kernel cannot have */
		buf_addc(out, ' ');
	for (; *name; name++) {
		if (*name == '"')
			buf_addc(out, '"');
		buf_addc(out, *name);
	}
	buf_addc(out, '"');
}

void sql_quote_string(struct buf *out, const char *s, size_t n)
{
	if (memchr(s, 0, n)) {
		size_t head = strlen(s);
		buf_addc(out, '(');
		sql_quote_string(out, s, head);
		buf_adds(out, " || chr(0) || ");
		sql_quote_string(out, s + head + 1, n - head - 1);
		buf_addc(out, ')');
		return;
	}
	buf_addc(out, '\'');
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\'')
			buf_addc(out, '\'');
		buf_addc(out, s[i]);
	}
	buf_addc(out, '\'');
}

void sql_quote_str(struct buf *out, const char *s)
{
	sql_quote_string(out, s, strlen(s));
}

void sql_quote_blob(struct buf *out, const void *data, size_t n)
{
	const unsigned char *p = data;
	buf_addc(out, '\'');
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "\\x%02X", p[i]);
	buf_adds(out, "'::BLOB");
}
