/* Where strings and comments begin and end, and how a script falls into statements. */
#include <string.h>

#include "core/base/utf8.h"
#include "core/sql/lexer.h"
#include "core/sql/sql.h"

bool sql_is_word_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_unicode_space(uint32_t cp)
{
	return cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200B) || cp == 0x2028 ||
	       cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000 || cp == 0xFEFF;
}

size_t sql_scan_spaces(const char *s, size_t n, size_t at)
{
	while (at < n) {
		unsigned char c = (unsigned char)s[at];
		if (c == ' ' || (c >= '\t' && c <= '\r')) {
			at++;
			continue;
		}
		if (c < 0x80)
			break;
		uint32_t cp;
		size_t len = utf8_decode(s + at, n - at, &cp);
		if (!is_unicode_space(cp))
			break;
		at += len;
	}
	return at;
}

size_t sql_scan_quoted(const char *s, size_t n, size_t at, bool raw)
{
	char quote = s[at++];
	bool escapes = !raw && quote != '`';
	while (at < n) {
		char c = s[at++];
		if (c == '\\' && escapes && at < n)
			at++;
		else if (c == quote && !raw && at < n && s[at] == quote)
			at++;
		else if (c == quote)
			return at;
	}
	return 0;
}

size_t sql_scan_comment(const char *s, size_t n, size_t at)
{
	size_t depth = 0;
	while (at + 1 < n) {
		if (s[at] == '/' && s[at + 1] == '*') {
			depth++;
			at += 2;
		} else if (s[at] == '*' && s[at + 1] == '/') {
			at += 2;
			if (--depth == 0)
				return at;
		} else {
			at++;
		}
	}
	return 0;
}

size_t sql_scan_line_comment(const char *s, size_t n, size_t at)
{
	const char *newline;
	while ((newline = memchr(s + at, '\n', n - at))) {
		size_t end = (size_t)(newline - s);
		bool goes_on = end > at && s[end - 1] == '\\';
		at = end + 1;
		if (!goes_on)
			return at;
	}
	return n;
}

static bool is_pair(const char *s, size_t n, size_t at, const char *pair)
{
	return at + 1 < n && s[at] == pair[0] && s[at + 1] == pair[1];
}

/* After blanks and comments; an unclosed comment is left for the lexer to complain about. */
static size_t skip_blank(const char *s, size_t n, size_t at)
{
	for (;;) {
		size_t next = sql_scan_spaces(s, n, at);
		if (is_pair(s, n, next, "--"))
			next = sql_scan_line_comment(s, n, next);
		else if (is_pair(s, n, next, "/*") && !(next + 2 < n && s[next + 2] == '+')) {
			size_t after = sql_scan_comment(s, n, next);
			if (!after)
				return next;
			next = after;
		}
		if (next == at)
			return at;
		at = next;
	}
}

/* The offset after the string, comment, word or character at `at`; n when it is not closed. */
static size_t skip_item(const char *s, size_t n, size_t at)
{
	char c = s[at];
	size_t after = at + 1;
	if (c == '\'' || c == '"' || c == '`')
		after = sql_scan_quoted(s, n, at, false);
	else if ((c == 'r' || c == 'R') && at + 1 < n && (s[at + 1] == '\'' || s[at + 1] == '"'))
		after = sql_scan_quoted(s, n, at + 1, true);
	else if (is_pair(s, n, at, "--"))
		after = sql_scan_line_comment(s, n, at);
	else if (is_pair(s, n, at, "/*"))
		after = sql_scan_comment(s, n, at);
	else if (sql_is_word_byte((unsigned char)c))
		while (after < n && sql_is_word_byte((unsigned char)s[after]))
			after++;
	return after ? after : n;
}

bool sql_next_statement(const char *script, size_t len, size_t *at, size_t *begin, size_t *end, bool *complete)
{
	size_t p = *at;
	while (p < len) {
		p = skip_blank(script, len, p);
		if (p >= len || script[p] != ';')
			break;
		p++;
	}
	if (p >= len) {
		*at = len;
		return false;
	}
	*begin = *end = p;
	while (p < len && script[p] != ';') {
		size_t next = skip_item(script, len, p);
		bool blank = is_pair(script, len, p, "--") || sql_scan_spaces(script, len, p) > p;
		if (!blank)
			*end = next;
		p = next;
	}
	*complete = p < len;
	*at = *complete ? p + 1 : len;
	return true;
}

struct sql_pos sql_position(const char *script, size_t offset)
{
	struct sql_pos pos = {.offset = offset, .line = 1, .column = 1};
	size_t line_start = 0;
	const char *newline;
	while ((newline = memchr(script + line_start, '\n', offset - line_start))) {
		line_start = (size_t)(newline - script) + 1;
		pos.line++;
	}
	for (size_t i = line_start; i < offset; i++)
		pos.column += ((unsigned char)script[i] & 0xC0) != 0x80;
	return pos;
}
