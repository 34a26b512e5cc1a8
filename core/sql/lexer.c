/* One pass over the expanded text. A character that no token begins with, and a quote that is never closed,
 * become SQL_TOK_BAD: the parser reports it when it gets there, as Spark does. */
#include "core/sql/lexer.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

struct lexer {
	struct arena *arena;
	const char *script;
	const struct sql_text *text;
	const char *s;
	size_t n, at;
	size_t seg;                  /* first segment that ends after `at` */
	bool in_hint;
	struct sql_pos starts, ends; /* cursors: token starts and ends each only move forward */
	size_t start_seg, end_seg;
	struct sql_tokens *out;
};

/* ---- positions ---- */

static void move_to(const char *script, struct sql_pos *p, size_t offset)
{
	for (; p->offset < offset; p->offset++) {
		unsigned char c = (unsigned char)script[p->offset];
		if (c == '\n') {
			p->line++;
			p->column = 1;
		} else if ((c & 0xC0) != 0x80) {
			p->column++;
		}
	}
}

/* Script offset of where a token starts (or ends) in the expanded text. */
static size_t script_offset(const struct sql_text *t, size_t *seg, size_t at, bool is_end)
{
	while (*seg < t->n_segments && (is_end ? t->segments[*seg].from < at : t->segments[*seg].from <= at))
		(*seg)++;
	if (*seg == 0)
		return t->begin + at;
	const struct sql_segment *g = &t->segments[*seg - 1];
	if (is_end ? at <= g->to : at < g->to)
		return is_end ? g->origin_end : g->origin;
	return g->origin_end + (at - g->to);
}

/* Whether the byte came out of a variable; `at` only moves forward. */
static bool from_variable(struct lexer *x, size_t at)
{
	while (x->seg < x->text->n_segments && x->text->segments[x->seg].to <= at)
		x->seg++;
	return x->seg < x->text->n_segments && x->text->segments[x->seg].from <= at;
}

static struct sql_token *add(struct lexer *x, enum sql_token_kind kind, size_t begin, size_t end)
{
	struct sql_token t = {.kind = kind, .text = x->s + begin, .len = end - begin};
	move_to(x->script, &x->starts, script_offset(x->text, &x->start_seg, begin, false));
	move_to(x->script, &x->ends, script_offset(x->text, &x->end_seg, end, true));
	t.pos = x->starts;
	t.end = kind == SQL_TOK_END ? x->starts : x->ends;
	vec_push(x->out, t);
	x->at = end;
	return &x->out->items[x->out->len - 1];
}

/* ---- strings, names, comments ---- */

/* As sql_scan_quoted, except that a quote out of a variable only counts when it is doubled. */
static size_t quoted_end(struct lexer *x, size_t at, bool raw)
{
	const char *s = x->s;
	char quote = s[at++];
	bool escapes = !raw && quote != '`';
	while (at < x->n) {
		char c = s[at++];
		if (c == '\\' && escapes && at < x->n)
			at++;
		else if (c == quote && !raw && at < x->n && s[at] == quote &&
		         from_variable(x, at - 1) == from_variable(x, at))
			at++;
		else if (c == quote && !from_variable(x, at - 1))
			return at;
	}
	return 0;
}

static void lex_string(struct lexer *x, size_t begin, bool raw)
{
	size_t end = quoted_end(x, raw ? begin + 1 : begin, raw);
	if (end)
		add(x, SQL_TOK_STRING, begin, end);
	else
		add(x, SQL_TOK_BAD, raw ? begin + 1 : begin, (raw ? begin + 1 : begin) + 1);
}

static void lex_back_quoted(struct lexer *x)
{
	size_t begin = x->at, end = quoted_end(x, begin, false);
	if (!end) {
		add(x, SQL_TOK_BAD, begin, begin + 1);
		return;
	}
	char *name = arena_alloc(x->arena, end - begin);
	size_t len = 0;
	for (size_t i = begin + 1; i + 1 < end; i++) {
		name[len++] = x->s[i];
		if (x->s[i] == '`' && i + 2 < end && x->s[i + 1] == '`')
			i++;
	}
	struct sql_token *t = add(x, SQL_TOK_QUOTED, begin, end);
	t->text = name;
	t->len = len;
}

static bool pair_at(const struct lexer *x, size_t at, char a, char b)
{
	return at + 1 < x->n && x->s[at] == a && x->s[at + 1] == b;
}

/* The marks of a comment are not looked for inside a variable's value. */
static size_t comment_end(struct lexer *x, size_t at)
{
	size_t depth = 0;
	while (at + 1 < x->n) {
		bool open = pair_at(x, at, '/', '*'), close = pair_at(x, at, '*', '/');
		if ((!open && !close) || (depth > 0 && from_variable(x, at))) {
			at++;
			continue;
		}
		at += 2;
		depth = open ? depth + 1 : depth - 1;
		if (depth == 0)
			return at;
	}
	return 0;
}

static size_t line_comment_end(struct lexer *x, size_t at)
{
	size_t end = at;
	do
		end = sql_scan_line_comment(x->s, x->n, end);
	while (end < x->n && from_variable(x, end - 1));
	return end;
}

/* ---- numbers and words ---- */

static size_t skip_digits(const struct lexer *x, size_t at)
{
	while (at < x->n && x->s[at] >= '0' && x->s[at] <= '9')
		at++;
	return at;
}

static size_t skip_word(const struct lexer *x, size_t at)
{
	while (at < x->n) {
		unsigned char c = (unsigned char)x->s[at];
		uint32_t cp;
		if (sql_is_word_byte(c)) {
			at++;
		} else if (c >= 0x80 && sql_scan_spaces(x->s, x->n, at) == at) {
			at += utf8_decode(x->s + at, x->n - at, &cp);
		} else {
			break;
		}
	}
	return at;
}

static char upper(const struct lexer *x, size_t at)
{
	char c = at < x->n ? x->s[at] : '\0';
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

/* After [E[+-]digits]; `at` itself when there is none. */
static size_t skip_exponent(const struct lexer *x, size_t at)
{
	if (upper(x, at) != 'E')
		return at;
	size_t p = at + 1;
	if (p < x->n && (x->s[p] == '+' || x->s[p] == '-'))
		p++;
	size_t end = skip_digits(x, p);
	return end > p ? end : at;
}

static size_t skip_suffix(const struct lexer *x, size_t at, bool integer)
{
	char c = upper(x, at);
	if (c == 'B' && upper(x, at + 1) == 'D')
		return at + 2;
	if (c == 'D' || c == 'F' || (integer && (c == 'L' || c == 'S' || c == 'Y')))
		return at + 1;
	return at;
}

/* Gives the end of the number at `at`, or 0 when it is the start of a name (2024_sales) or no number at all.
 * A number with a point must not run into a word: t.1a is a column. */
static size_t number_end(const struct lexer *x, size_t at, enum sql_token_kind *kind)
{
	size_t whole = skip_digits(x, at), end = whole;
	bool point = end < x->n && x->s[end] == '.';
	if (point) {
		end = skip_digits(x, end + 1);
		if (end == whole + 1 && whole == at)
			return 0;
	}
	size_t mantissa = end;
	end = skip_exponent(x, end);
	end = skip_suffix(x, end, !point && end == mantissa);
	bool runs_on = end < x->n && skip_word(x, end) > end;
	if (!runs_on) {
		*kind = end == whole ? SQL_TOK_INTEGER : SQL_TOK_NUMBER;
		return end;
	}
	if (!point || whole == at)
		return 0;
	/* 1.a: the point belongs to what follows */
	*kind = SQL_TOK_INTEGER;
	return whole;
}

static bool lex_number(struct lexer *x)
{
	enum sql_token_kind kind;
	size_t end = number_end(x, x->at, &kind);
	if (end)
		add(x, kind, x->at, end);
	return end != 0;
}

static void lex_word(struct lexer *x)
{
	size_t begin = x->at, end = skip_word(x, begin);
	struct sql_token *t = add(x, SQL_TOK_WORD, begin, end);
	t->kw = sql_keyword(t->text, t->len);
}

/* ---- operators ---- */

struct op_text { const char text[4]; int op; };

static int read_op(const struct lexer *x, size_t *len)
{
	static const struct op_text ops[] = {
		{"<=>", SQL_TOP_NULLSAFE}, {"/*+", SQL_TOP_HINT}, {"<=", SQL_TOP_LE}, {"!>", SQL_TOP_LE},
		{">=", SQL_TOP_GE}, {"!<", SQL_TOP_GE}, {"<>", SQL_TOP_NE}, {"!=", SQL_TOP_NE},
		{"<<", SQL_TOP_SHL}, {"||", SQL_TOP_CONCAT}, {"|>", SQL_TOP_PIPE}, {"->", SQL_TOP_ARROW},
		{"=>", SQL_TOP_FAT_ARROW}, {"::", SQL_TOP_CAST}, {"==", '='},
	};
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
		*len = strlen(ops[i].text);
		if (x->n - x->at >= *len && memcmp(x->s + x->at, ops[i].text, *len) == 0)
			return ops[i].op;
	}
	if (x->in_hint && pair_at(x, x->at, '*', '/')) {
		*len = 2;
		return SQL_TOP_HINT_END;
	}
	*len = 1;
	return strchr("+-*/%~&|^=<>!.,()[];:?", x->s[x->at]) ? x->s[x->at] : 0;
}

static void lex_op(struct lexer *x)
{
	size_t len;
	int op = x->s[x->at] ? read_op(x, &len) : 0;
	if (!op) {
		uint32_t cp;
		len = utf8_decode(x->s + x->at, x->n - x->at, &cp);
		add(x, SQL_TOK_BAD, x->at, x->at + len);
		return;
	}
	if (op == SQL_TOP_HINT)
		x->in_hint = true;
	if (op == SQL_TOP_HINT_END)
		x->in_hint = false;
	add(x, SQL_TOK_OP, x->at, x->at + len)->op = op;
}

static int unclosed_comment(struct lexer *x, struct error *err)
{
	move_to(x->script, &x->starts, script_offset(x->text, &x->start_seg, x->at, false));
	error_set(err, ERR_INVALID, "Found an unclosed bracketed comment. "
	          "Please, append */ at the end of the comment.");
	error_class(err, "UNCLOSED_BRACKETED_COMMENT", "42601");
	error_at(err, x->starts.line, x->starts.column);
	return ERR_INVALID;
}

static void lex_token(struct lexer *x)
{
	unsigned char c = (unsigned char)x->s[x->at];
	char next = x->at + 1 < x->n ? x->s[x->at + 1] : '\0';
	bool digit = c >= '0' && c <= '9';
	if (c == '\'' || c == '"')
		lex_string(x, x->at, false);
	else if ((c == 'r' || c == 'R') && (next == '\'' || next == '"'))
		lex_string(x, x->at, true);
	else if (c == '`')
		lex_back_quoted(x);
	else if ((digit || (c == '.' && next >= '0' && next <= '9')) && lex_number(x))
		return;
	else if (sql_is_word_byte(c) || c >= 0x80)
		lex_word(x);
	else
		lex_op(x);
}

int sql_lex(struct arena *a, const char *script, const struct sql_text *text, struct sql_tokens *out,
            struct error *err)
{
	*out = (struct sql_tokens){.text = text->data, .text_len = text->len};
	struct lexer x = {.arena = a, .script = script, .text = text, .s = text->data, .n = text->len, .out = out};
	x.starts = x.ends = sql_position(script, text->begin);
	for (;;) {
		x.at = sql_scan_spaces(x.s, x.n, x.at);
		if (x.at >= x.n)
			break;
		if (pair_at(&x, x.at, '-', '-')) {
			x.at = line_comment_end(&x, x.at);
		} else if (pair_at(&x, x.at, '/', '*') && !(x.at + 2 < x.n && x.s[x.at + 2] == '+')) {
			size_t end = comment_end(&x, x.at);
			if (!end)
				return unclosed_comment(&x, err);
			x.at = end;
		} else {
			lex_token(&x);
		}
	}
	add(&x, SQL_TOK_END, x.n, x.n);
	return 0;
}

void sql_tokens_free(struct sql_tokens *t)
{
	free(t->items);
	t->items = NULL;
	t->len = t->cap = 0;
}

/* ---- values of strings ---- */

static bool is_octal(const char *s, size_t n)
{
	return n >= 3 && s[0] >= '0' && s[0] <= '1' && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' && s[2] <= '7';
}

static bool read_hex(const char *s, size_t n, size_t digits, uint32_t *out)
{
	*out = 0;
	if (n < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		char c = s[i];
		uint32_t d = c >= '0' && c <= '9' ? (uint32_t)(c - '0')
		           : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
		           : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10) : 99;
		if (d == 99)
			return false;
		*out = *out * 16 + d;
	}
	return true;
}

/* \uXXXX and \UXXXXXXXX; a pair of surrogates is one character. Gives the bytes read after the backslash. */
static size_t read_unicode(const char *s, size_t n, char *out, size_t *len)
{
	uint32_t cp, low;
	size_t digits = s[0] == 'u' ? 4 : 8, used = 1 + digits;
	if (!read_hex(s + 1, n - 1, digits, &cp) || cp > 0x10FFFF)
		return 0;
	if (digits == 4 && cp >= 0xD800 && cp < 0xDC00 && n >= 11 && s[5] == '\\' && s[6] == 'u' &&
	    read_hex(s + 7, n - 7, 4, &low) && low >= 0xDC00 && low < 0xE000) {
		cp = 0x10000 + ((cp - 0xD800) << 10) + (low - 0xDC00);
		used = 11;
	}
	if (cp >= 0xD800 && cp < 0xE000)
		cp = 0xFFFD;
	*len += utf8_encode(cp, out + *len);
	return used;
}

/* s is what follows a backslash; gives the bytes it takes. */
static size_t unescape(const char *s, size_t n, char *out, size_t *len)
{
	static const char from[] = "ntrbZ0", to[] = "\n\t\r\b\x1A\0";
	if (is_octal(s, n)) {
		out[(*len)++] = (char)((s[0] - '0') * 64 + (s[1] - '0') * 8 + (s[2] - '0'));
		return 3;
	}
	size_t used = s[0] == 'u' || s[0] == 'U' ? read_unicode(s, n, out, len) : 0;
	if (used)
		return used;
	const char *p = s[0] ? strchr(from, s[0]) : NULL;
	if (s[0] == '%' || s[0] == '_')
		out[(*len)++] = '\\';
	out[(*len)++] = p ? to[p - from] : s[0];
	return 1;
}

const char *sql_token_string(struct arena *a, const struct sql_token *t, size_t *len)
{
	const char *s = t->text;
	size_t n = t->len;
	bool raw = s[0] == 'r' || s[0] == 'R';
	size_t at = raw ? 2 : 1, end = n - 1;
	char quote = s[at - 1];
	char *out = arena_alloc(a, n + 1); /* no escape is longer than what it stands for */
	*len = 0;
	while (at < end) {
		if (!raw && s[at] == '\\' && at + 1 < end) {
			at += 1 + unescape(s + at + 1, end - at - 1, out, len);
		} else {
			if (!raw && s[at] == quote && at + 1 < end && s[at + 1] == quote)
				at++;
			out[(*len)++] = s[at++];
		}
	}
	return out;
}
