/* Numbers, strings, and literals that begin with a word: NULL, TRUE, DATE'…', X'…'. */
#include <errno.h>
#include <math.h>
#include <strings.h>

#include "core/sql/parse.h"

#define MAX_PRECISION 38

static bool is_number(const struct sql_token *t)
{
	return t->kind == SQL_TOK_INTEGER || t->kind == SQL_TOK_NUMBER;
}

bool at_literal(const struct parser *p)
{
	const struct sql_token *t = p->tok, *next = peek(p, 1);
	if (t->kind == SQL_TOK_STRING || is_number(t) || (is_op(p, '-') && is_number(next)))
		return true;
	if (t->kind != SQL_TOK_WORD)
		return false;
	if (t->kw == KW_INTERVAL && at_interval(p))
		return true;
	if (t->kw == KW_NULL || t->kw == KW_TRUE || t->kw == KW_FALSE)
		return !peek_op(p, 1, '(') && !peek_op(p, 1, SQL_TOP_ARROW);
	return next->kind == SQL_TOK_STRING && t->kw != KW_CASE && t->kw != KW_NOT && t->kw != KW_DISTINCT;
}

/* ---- numbers ---- */

struct number {
	bool negative, point, exponent;
	const char *digits;          /* all digits of the mantissa */
	size_t n_digits;
	long scale;                  /* digits behind the point, less the exponent */
	const char *text;            /* sign, mantissa and exponent: what strtod reads */
	const char *shown;           /* the same with its suffix cut off, for messages */
};

/* Gives the suffix in capitals, "" for none: "L", "BD". */
static const char *cut_suffix(const char *s, size_t *n)
{
	static const struct { const char *text; size_t len; } suffixes[] = {
		{"BD", 2}, {"L", 1}, {"S", 1}, {"Y", 1}, {"D", 1}, {"F", 1},
	};
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		size_t len = suffixes[i].len;
		if (*n > len && strncasecmp(s + *n - len, suffixes[i].text, len) == 0) {
			*n -= len;
			return suffixes[i].text;
		}
	}
	return "";
}

static void read_number(struct parser *p, const char *s, size_t n, bool negative, struct number *out)
{
	char *digits = arena_alloc(p->arena, n + 1), *text = arena_alloc(p->arena, n + 2);
	size_t i = 0;
	*out = (struct number){.negative = negative, .digits = digits, .text = text};
	for (; i < n && s[i] != 'e' && s[i] != 'E'; i++) {
		if (s[i] == '.') {
			out->point = true;
		} else {
			digits[out->n_digits++] = s[i];
			out->scale += out->point;
		}
	}
	if (i < n) {
		out->exponent = true;
		errno = 0;
		long e = strtol(s + i + 1, NULL, 10);
		out->scale -= e > 1000000 ? 1000000 : e < -1000000 ? -1000000 : e;
	}
	text[0] = '-';
	memcpy(text + (negative ? 1 : 0), s, n);
	out->shown = arena_strndup(p->arena, s, n);
}

static void *range_error(struct parser *p, struct sql_pos pos, const struct number *x, const char *type,
                         const char *low, const char *high)
{
	return fail_at(p, pos, "INVALID_NUMERIC_LITERAL_RANGE", "22003",
	               "Numeric literal %s%.60s is outside the valid range for %s with minimum value of %s and "
	               "maximum value of %s. Please adjust the value accordingly.", x->negative ? "-" : "",
	               x->shown, type, low, high);
}

static const char *skip_zeros(const char *digits)
{
	while (digits[0] == '0' && digits[1])
		digits++;
	return digits;
}

/* Digits with a point where the scale says; the exponent is worked in. */
static void decimal_literal(struct parser *p, struct sql_expr *e, const struct number *x)
{
	const char *d = skip_zeros(x->digits);
	long n = (long)strlen(d), scale = x->scale, zeros = 0;
	if (scale < 0) {
		zeros = strcmp(d, "0") == 0 ? 0 : -scale;
		scale = 0;
	}
	long precision = n + zeros > scale ? n + zeros : scale;
	if (precision > MAX_PRECISION) {
		fail_at(p, e->pos, "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
		        "Decimal precision %ld exceeds max precision %d.", precision, MAX_PRECISION);
		return;
	}
	char all[2 * MAX_PRECISION + 4], *out = all;
	long total = n + zeros, whole = total - scale;
	if (x->negative)
		*out++ = '-';
	if (whole <= 0)
		*out++ = '0';
	for (long i = whole < 0 ? whole : 0; i < total; i++) {
		if (i == whole)
			*out++ = '.';
		*out++ = i >= 0 && i < n ? d[i] : '0';
	}
	*out = '\0';
	e->lit.kind = SQL_LIT_DECIMAL;
	e->lit.text = arena_strdup(p->arena, all);
	e->lit.precision = (int)precision;
	e->lit.scale = (int)scale;
}

struct integer_type { const char *suffix, *name, *low, *high; enum sql_lit_kind kind; };

static const struct integer_type integer_types[] = {
	{"Y", "tinyint", "-128", "127", SQL_LIT_TINYINT},
	{"S", "smallint", "-32768", "32767", SQL_LIT_SMALLINT},
	{"", "int", "-2147483648", "2147483647", SQL_LIT_INT},
	{"L", "bigint", "-9223372036854775808", "9223372036854775807", SQL_LIT_BIGINT},
};

static bool fits(const char *digits, bool negative, const struct integer_type *t)
{
	const char *limit = negative ? t->low + 1 : t->high;
	size_t n = strlen(digits), m = strlen(limit);
	return n < m || (n == m && strcmp(digits, limit) <= 0);
}

static void integer_literal(struct parser *p, struct sql_expr *e, const struct number *x, const char *suffix)
{
	const char *digits = skip_zeros(x->digits);
	bool negative = x->negative && strcmp(digits, "0") != 0;
	for (size_t i = 0; i < sizeof integer_types / sizeof *integer_types; i++) {
		const struct integer_type *t = &integer_types[i];
		bool named = *suffix != '\0';
		if (named ? strcmp(suffix, t->suffix) != 0 : t->kind < SQL_LIT_INT || !fits(digits, negative, t))
			continue;
		if (!fits(digits, negative, t)) {
			range_error(p, e->pos, x, t->name, t->low, t->high);
			return;
		}
		e->lit.kind = t->kind;
		e->lit.text = arena_printf(p->arena, "%s%s", negative ? "-" : "", digits);
		return;
	}
	decimal_literal(p, e, x);
}

static void float_literal(struct parser *p, struct sql_expr *e, const struct number *x, bool single)
{
	e->lit.kind = single ? SQL_LIT_FLOAT : SQL_LIT_DOUBLE;
	e->lit.text = x->text;
	if (single ? isinf(strtof(x->text, NULL)) : isinf(strtod(x->text, NULL)))
		range_error(p, e->pos, x, single ? "float" : "double",
		            single ? "-3.4028234663852886E+38" : "-1.7976931348623157E+308",
		            single ? "3.4028234663852886E+38" : "1.7976931348623157E+308");
}

struct sql_expr *parse_number(struct parser *p, bool negative)
{
	struct sql_expr *e = new_expr(p, SQL_EX_LITERAL, p->tok->pos);
	struct number x;
	if (negative)
		advance(p);
	size_t n = p->tok->len;
	bool hex_like = p->tok->kind == SQL_TOK_INTEGER;
	const char *suffix = hex_like ? "" : cut_suffix(p->tok->text, &n);
	read_number(p, p->tok->text, n, negative, &x);
	advance(p);
	if (strcmp(suffix, "BD") == 0)
		decimal_literal(p, e, &x);
	else if (*suffix == 'D' || *suffix == 'F' || x.exponent)
		float_literal(p, e, &x, *suffix == 'F');
	else if (x.point)
		decimal_literal(p, e, &x);
	else
		integer_literal(p, e, &x, suffix);
	if (p->failed)
		return NULL;
	e->lit.len = strlen(e->lit.text);
	return finish_expr(p, e, 0);
}

/* ---- words ---- */

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
	     : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void *typed_error(struct parser *p, struct sql_pos pos, const char *type, const char *text)
{
	return fail_at(p, pos, "INVALID_TYPED_LITERAL", "42604",
	               "The value of the typed literal \"%s\" is invalid: '%.200s'.", type, text);
}

/* X'4' is X'04'. */
static void binary_literal(struct parser *p, struct sql_expr *e, const char *text, size_t len)
{
	char *out = arena_alloc(p->arena, len / 2 + 2);
	size_t n = 0, i = 0;
	while (i < len) {
		int high = (len - i) % 2 ? 0 : hex_digit(text[i++]), low = hex_digit(text[i++]);
		if (high < 0 || low < 0) {
			typed_error(p, e->pos, "X", text);
			return;
		}
		out[n++] = (char)(high * 16 + low);
	}
	e->lit.kind = SQL_LIT_BINARY;
	e->lit.text = out;
	e->lit.len = n;
}

static struct sql_expr *parse_typed(struct parser *p)
{
	static const struct { const char *word; enum sql_lit_kind kind; bool ltz; } types[] = {
		{"DATE", SQL_LIT_DATE, false}, {"TIMESTAMP", SQL_LIT_TIMESTAMP, false},
		{"TIMESTAMP_LTZ", SQL_LIT_TIMESTAMP, true}, {"TIMESTAMP_NTZ", SQL_LIT_TIMESTAMP_NTZ, false},
		{"TIME", SQL_LIT_TIME, false}, {"X", SQL_LIT_BINARY, false},
	};
	struct sql_expr *e = new_expr(p, SQL_EX_LITERAL, p->tok->pos);
	const char *word = token_text(p, p->tok);
	size_t i = 0, len;
	while (i < sizeof types / sizeof *types && strcasecmp(types[i].word, word) != 0)
		i++;
	if (i == sizeof types / sizeof *types)
		return fail_at(p, e->pos, "UNSUPPORTED_TYPED_LITERAL", "0A000",
		               "Literals of the type \"%.60s\" are not supported.", word);
	advance(p);
	const char *text = parse_string(p, &len);
	e->lit.kind = types[i].kind;
	e->lit.ltz = types[i].ltz;
	e->lit.text = text;
	e->lit.len = len;
	if (e->lit.kind == SQL_LIT_BINARY)
		binary_literal(p, e, text, len);
	return finish_expr(p, e, 0);
}

static struct sql_expr *parse_constant(struct parser *p)
{
	struct sql_expr *e = new_expr(p, SQL_EX_LITERAL, p->tok->pos);
	e->lit.kind = is_kw(p, KW_NULL) ? SQL_LIT_NULL : SQL_LIT_BOOL;
	e->lit.b = is_kw(p, KW_TRUE);
	e->lit.text = e->lit.kind == SQL_LIT_NULL ? "NULL" : e->lit.b ? "true" : "false";
	e->lit.len = strlen(e->lit.text);
	advance(p);
	return finish_expr(p, e, 0);
}

struct sql_expr *parse_literal(struct parser *p)
{
	if (is_op(p, '-'))
		return parse_number(p, true);
	if (is_number(p->tok))
		return parse_number(p, false);
	if (is_string(p)) {
		struct sql_expr *e = new_expr(p, SQL_EX_LITERAL, p->tok->pos);
		e->lit.kind = SQL_LIT_STRING;
		e->lit.text = parse_string(p, &e->lit.len);
		return finish_expr(p, e, 0);
	}
	if (is_kw(p, KW_INTERVAL))
		return parse_interval(p);
	if ((is_kw(p, KW_NULL) || is_kw(p, KW_TRUE) || is_kw(p, KW_FALSE)) && peek(p, 1)->kind != SQL_TOK_STRING)
		return parse_constant(p);
	return parse_typed(p);
}
