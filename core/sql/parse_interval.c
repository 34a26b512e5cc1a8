/* INTERVAL in all its forms, worked out to months or microseconds while parsing. */
#include <ctype.h>
#include <strings.h>

#include "core/sql/parse.h"

#define MICROS INT64_C(1000000)

bool interval_unit(enum sql_kw kw, enum sql_unit *unit, int64_t *factor)
{
	static const struct { enum sql_kw one, many; enum sql_unit unit; int64_t factor; } units[] = {
		{KW_YEAR, KW_YEARS, SQL_UNIT_YEAR, 12}, {KW_MONTH, KW_MONTHS, SQL_UNIT_MONTH, 1},
		{KW_WEEK, KW_WEEKS, SQL_UNIT_DAY, 7 * 86400 * MICROS},
		{KW_DAY, KW_DAYS, SQL_UNIT_DAY, 86400 * MICROS},
		{KW_HOUR, KW_HOURS, SQL_UNIT_HOUR, 3600 * MICROS},
		{KW_MINUTE, KW_MINUTES, SQL_UNIT_MINUTE, 60 * MICROS},
		{KW_SECOND, KW_SECONDS, SQL_UNIT_SECOND, MICROS},
		{KW_MILLISECOND, KW_MILLISECONDS, SQL_UNIT_SECOND, 1000},
		{KW_MICROSECOND, KW_MICROSECONDS, SQL_UNIT_SECOND, 1},
	};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (kw == units[i].one || kw == units[i].many) {
			*unit = units[i].unit;
			*factor = units[i].factor;
			return true;
		}
	}
	return false;
}

static bool is_number(const struct sql_token *t)
{
	return t->kind == SQL_TOK_INTEGER || t->kind == SQL_TOK_NUMBER;
}

/* An amount and its unit, n tokens ahead: 1 day, -'2' hours. */
static bool amount_at(const struct parser *p, size_t n)
{
	enum sql_unit unit;
	int64_t factor;
	if (peek_op(p, n, '-') || peek_op(p, n, '+'))
		n++;
	if (peek(p, n)->kind != SQL_TOK_STRING && !is_number(peek(p, n)))
		return false;
	return interval_unit(peek(p, n + 1)->kw, &unit, &factor);
}

bool at_interval(const struct parser *p)
{
	return peek(p, 1)->kind == SQL_TOK_STRING || amount_at(p, 1);
}

/* ---- sums ---- */

struct sum {
	struct parser *p;
	struct sql_pos pos;
	const char *text;            /* for messages */
	bool any, year_month, day_time;
	enum sql_unit from, to;
	int64_t months, micros;
};

static bool bad(struct sum *s, const char *why)
{
	fail_at(s->p, s->pos, "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", "22006",
	        "Error parsing '%.200s' to interval: %s.", s->text, why);
	return false;
}

static bool too_large(struct sum *s)
{
	fail_at(s->p, s->pos, "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION", "22006",
	        "Error parsing '%.200s' to interval: the value is out of range.", s->text);
	return false;
}

static bool add_amount(struct sum *s, int64_t amount, enum sql_unit unit, int64_t factor)
{
	int64_t product, *total = unit <= SQL_UNIT_MONTH ? &s->months : &s->micros;
	if (__builtin_mul_overflow(amount, factor, &product) || __builtin_add_overflow(*total, product, total) ||
	    s->months > INT32_MAX || s->months < INT32_MIN)
		return too_large(s);
	if (!s->any || unit < s->from)
		s->from = unit;
	if (!s->any || unit > s->to)
		s->to = unit;
	s->any = true;
	*(unit <= SQL_UNIT_MONTH ? &s->year_month : &s->day_time) = true;
	return true;
}

/* Digits of at most 18 places at *c; moves on. */
static bool read_digits(const char **c, int64_t *out)
{
	const char *start = *c;
	*out = 0;
	while (isdigit((unsigned char)**c) && *c - start < 18)
		*out = *out * 10 + (*(*c)++ - '0');
	return *c > start && !isdigit((unsigned char)**c);
}

/* ".5" as microseconds; more than nine digits are an error, those after the sixth are cut off. */
static bool read_fraction(const char **c, int64_t *micros)
{
	int64_t unit = MICROS / 10;
	int n = 0;
	*micros = 0;
	if (**c != '.')
		return true;
	for ((*c)++; isdigit((unsigned char)**c); (*c)++, n++) {
		*micros += unit * (**c - '0');
		unit /= 10;
	}
	return n <= 9;
}

/* "-1.5" times a unit; only whole seconds have fractions. */
static bool add_text_amount(struct sum *s, const char *text, bool negate, enum sql_unit unit, int64_t factor)
{
	const char *c = text;
	while (isspace((unsigned char)*c))
		c++;
	bool negative = *c == '-';
	if (*c == '-' || *c == '+')
		c++;
	negative = negative != negate;
	int64_t whole = 0, micros = 0;
	if (*c != '.' && !read_digits(&c, &whole))
		return bad(s, "a number is expected");
	bool fraction = *c == '.';
	if (!read_fraction(&c, &micros))
		return bad(s, "a fraction has at most nine digits");
	while (isspace((unsigned char)*c))
		c++;
	if (*c)
		return bad(s, "a number is expected");
	if (fraction && factor != MICROS) {
		fail_at(s->p, s->pos, "INVALID_INTERVAL_FORMAT.INVALID_FRACTION", "22006",
		        "Error parsing '%.200s' to interval: only seconds can have a fractional part.", s->text);
		return false;
	}
	if (!add_amount(s, negative ? -whole : whole, unit, factor))
		return false;
	return !micros || add_amount(s, negative ? -micros : micros, unit, 1);
}

static bool finish_sum(struct sum *s, struct sql_interval *out)
{
	if (s->p->failed)
		return false;
	if (s->year_month && s->day_time) {
		fail_at(s->p, s->pos, "_LEGACY_ERROR_TEMP_0029", "", "Cannot mix year-month and day-time fields: %.200s.",
		        s->text);
		return false;
	}
	*out = (struct sql_interval){.year_month = s->year_month, .from = s->from, .to = s->to,
	                             .value = s->year_month ? s->months : s->micros};
	return true;
}

/* ---- '1 day 2 hours' ---- */

static size_t word_length(const char *s)
{
	size_t n = 0;
	while (s[n] && !isspace((unsigned char)s[n]))
		n++;
	return n;
}

static const char *skip_spaces(const char *s)
{
	while (isspace((unsigned char)*s))
		s++;
	return s;
}

bool interval_from_text(struct parser *p, struct sql_pos pos, const char *text, struct sql_interval *out)
{
	struct sum s = {.p = p, .pos = pos, .text = text};
	const char *c = skip_spaces(text);
	if (strncasecmp(c, "interval", 8) == 0 && isspace((unsigned char)c[8]))
		c = skip_spaces(c + 8);
	while (*c && !p->failed) {
		const char *amount = c, *digits = c;
		if (*digits == '-' || *digits == '+')
			digits = skip_spaces(digits + 1);
		const char *unit_word = skip_spaces(digits + word_length(digits));
		size_t len = word_length(unit_word);
		enum sql_unit unit;
		int64_t factor;
		if (!interval_unit(sql_keyword(unit_word, len), &unit, &factor))
			return bad(&s, "a unit such as day or hours is expected");
		char *number = arena_strndup(p->arena, digits, word_length(digits));
		if (!isdigit((unsigned char)number[0]) && number[0] != '.')
			return bad(&s, "a number is expected");
		add_text_amount(&s, number, *amount == '-', unit, factor);
		c = skip_spaces(unit_word + len);
	}
	if (!s.any)
		return bad(&s, "it is empty");
	return finish_sum(&s, out);
}

/* ---- '1 02:03' DAY TO MINUTE ---- */

/* One field of a from-to text and what must follow it. */
static bool read_field(struct sum *s, const char **c, enum sql_unit unit, bool first, bool negative)
{
	static const int64_t factors[] = {12, 1, 86400 * MICROS, 3600 * MICROS, 60 * MICROS, MICROS};
	static const int64_t limits[] = {0, 11, 0, 23, 59, 59};
	int64_t v, micros = 0;
	if (!read_digits(c, &v))
		return bad(s, "a number is expected");
	if (!first && v > limits[unit])
		return bad(s, "a field is out of range");
	if (unit == SQL_UNIT_SECOND && !read_fraction(c, &micros))
		return bad(s, "a fraction has at most nine digits");
	return add_amount(s, negative ? -v : v, unit, factors[unit]) &&
	       (!micros || add_amount(s, negative ? -micros : micros, unit, 1));
}

static bool from_to_text(struct sum *s, const char *text, bool negate, enum sql_unit from, enum sql_unit to)
{
	static const char behind[] = "-? :::"; /* what parts a field from the next */
	const char *c = skip_spaces(text);
	bool negative = (*c == '-') != negate;
	if (*c == '-' || *c == '+')
		c++;
	for (int unit = (int)from; unit <= (int)to; unit++) {
		if (!read_field(s, &c, (enum sql_unit)unit, unit == (int)from, negative))
			return false;
		if (unit < (int)to && *c++ != behind[unit])
			return bad(s, "the fields do not fit the units");
	}
	if (*skip_spaces(c))
		return bad(s, "the fields do not fit the units");
	s->from = from;
	s->to = to;
	return true;
}

/* ---- tokens ---- */

static bool parse_from_to(struct parser *p, struct sum *s, const char *text, bool quoted, bool negate)
{
	enum sql_unit from = SQL_UNIT_YEAR, to = SQL_UNIT_YEAR;
	int64_t factor;
	struct sql_pos pos = p->tok->pos;
	interval_unit(p->tok->kw, &from, &factor);
	advance(p);
	expect_kw(p, KW_TO);
	if (!interval_unit(p->tok->kw, &to, &factor)) {
		fail_here(p);
		return false;
	}
	advance(p);
	if (to <= from || (from <= SQL_UNIT_MONTH) != (to <= SQL_UNIT_MONTH)) {
		fail_at(p, pos, "INVALID_INTERVAL_FORMAT.UNSUPPORTED_FROM_TO_EXPRESSION", "22006",
		        "An interval cannot go between these units.");
		return false;
	}
	if (!quoted) {
		fail_at(p, s->pos, "INVALID_INTERVAL_FORMAT.INVALID_VALUE", "22006",
		        "The value of an interval from one unit to another must be a string.");
		return false;
	}
	return from_to_text(s, text, negate, from, to);
}

/* Pairs of amount and unit. */
static void parse_units(struct parser *p, struct sum *s)
{
	do {
		bool negate = is_op(p, '-');
		if (is_op(p, '-') || is_op(p, '+'))
			advance(p);
		bool quoted = is_string(p);
		if (!quoted && !is_number(p->tok)) {
			fail_here(p);
			return;
		}
		const char *text = quoted ? parse_string(p, NULL) : token_text(p, p->tok);
		if (!quoted)
			advance(p);
		s->text = text;
		enum sql_unit unit;
		int64_t factor;
		if (!interval_unit(p->tok->kw, &unit, &factor)) {
			fail_here(p);
			return;
		}
		if (peek_kw(p, 1, KW_TO) && !s->any) {
			parse_from_to(p, s, text, quoted, negate);
			return;
		}
		advance(p);
		add_text_amount(s, text, negate, unit, factor);
	} while (!p->failed && amount_at(p, 0));
}

struct sql_expr *parse_interval(struct parser *p)
{
	struct sql_expr *e = new_expr(p, SQL_EX_LITERAL, p->tok->pos);
	struct sum s = {.p = p, .pos = e->pos, .text = ""};
	const char *begin = p->tok->text;
	enum sql_unit unit;
	int64_t factor;
	advance(p);
	e->lit.kind = SQL_LIT_INTERVAL;
	e->lit.text = "";
	if (is_string(p) && !interval_unit(peek(p, 1)->kw, &unit, &factor)) {
		interval_from_text(p, e->pos, parse_string(p, NULL), &e->lit.interval);
	} else {
		parse_units(p, &s);
		if (!p->failed)
			s.text = arena_strndup(p->arena, begin, (size_t)(p->tok[-1].text + p->tok[-1].len - begin));
		finish_sum(&s, &e->lit.interval);
	}
	return finish_expr(p, e, 0);
}
