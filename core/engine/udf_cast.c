/* Casts between text and values, by Spark's rules. The last argument of spark_to_… is the mode: 0 ANSI
 * (malformed text is an error), 1 TRY, 2 ANSI off (both NULL; 2 also cuts "1.5" to 1). */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/engine/format.h"
#include "core/engine/udf.h"
#include "core/sql/datetime.h"
#include "core/sql/print.h"

enum mode { ANSI, TRY, LEGACY };

static bool malformed(struct udf *u, int mode, const char *type)
{
	size_t n;
	const char *s = udf_string(u, 0, &n);
	if (mode != ANSI)
		return false;
	return udf_fail(u, "CAST_INVALID_INPUT", "22018",
	                "The value '%.*s' of the type \"STRING\" cannot be cast to \"%s\" because it is malformed. "
	                "Correct the value as per the syntax, or change its target type. Use `try_cast` to tolerate "
	                "malformed input and return NULL instead.", (int)(n > 200 ? 200 : n), s, type);
}

/* Blanks and control characters around are allowed. */
static const char *trimmed(const struct udf *u, size_t *n)
{
	const char *s = udf_string(u, 0, n);
	while (*n && (unsigned char)*s <= ' ')
		s++, --*n;
	while (*n && (unsigned char)s[*n - 1] <= ' ')
		--*n;
	return s;
}

static bool parse_long(const char *s, size_t n, bool cut, int64_t *out)
{
	size_t i = n && (*s == '-' || *s == '+');
	bool negative = n && *s == '-';
	int64_t v = 0;
	size_t first = i;
	for (; i < n && isdigit((unsigned char)s[i]); i++)
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s[i] - '0', &v))
			return false;
	if (i == first && !(cut && i < n && s[i] == '.'))
		return false;
	if (i < n && s[i] == '.' && cut)
		for (i++; i < n && isdigit((unsigned char)s[i]);)
			i++;
	if (i < n || (!negative && v == INT64_MIN))
		return false;
	*out = negative ? v : -v;
	return true;
}

static bool to_integral(struct udf *u, int64_t min, int64_t max, const char *type, int64_t *v)
{
	size_t n;
	const char *s = trimmed(u, &n);
	int mode = udf_int(u, 1);
	if (!parse_long(s, n, mode == LEGACY, v) || *v < min || *v > max)
		return malformed(u, mode, type);
	return true;
}

static bool to_tinyint(struct udf *u)
{
	int64_t v;
	return to_integral(u, INT8_MIN, INT8_MAX, "TINYINT", &v) && udf_put_tiny(u, (int8_t)v);
}

static bool to_smallint(struct udf *u)
{
	int64_t v;
	return to_integral(u, INT16_MIN, INT16_MAX, "SMALLINT", &v) && udf_put_small(u, (int16_t)v);
}

static bool to_int(struct udf *u)
{
	int64_t v;
	return to_integral(u, INT32_MIN, INT32_MAX, "INT", &v) && udf_put_int(u, (int32_t)v);
}

static bool to_bigint(struct udf *u)
{
	int64_t v;
	return to_integral(u, INT64_MIN, INT64_MAX, "BIGINT", &v) && udf_put_long(u, v);
}

static bool special_double(const char *s, size_t n, double *v)
{
	bool negative = n && *s == '-';
	if (n && (*s == '-' || *s == '+'))
		s++, n--;
	bool inf = (n == 3 && !strncasecmp(s, "inf", 3)) || (n == 8 && !strncasecmp(s, "infinity", 8));
	if (inf)
		*v = negative ? -INFINITY : INFINITY;
	else if (n == 3 && !strncasecmp(s, "nan", 3))
		*v = NAN;
	else
		return false;
	return true;
}

static bool parse_double(const char *s, size_t n, double *v)
{
	char text[400], *end;
	if (n == 0 || n >= sizeof text)
		return false;
	if (special_double(s, n, v))
		return true;
	if (n > 1 && strchr("dDfF", s[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++)
		if (!strchr("0123456789+-.eE", s[i]))
			return false;
	memcpy(text, s, n);
	text[n] = '\0';
	*v = strtod(text, &end);
	return end == text + n;
}

static bool to_double(struct udf *u)
{
	size_t n;
	double v;
	const char *s = trimmed(u, &n);
	if (!parse_double(s, n, &v))
		return malformed(u, udf_int(u, 1), "DOUBLE");
	return udf_put_double(u, v);
}

static bool to_float(struct udf *u)
{
	return udf_put_float(u, (float)udf_double(u, 0));
}

static bool decimal_text(struct udf *u)
{
	size_t n;
	double v;
	const char *s = trimmed(u, &n);
	if (!parse_double(s, n, &v) || !isfinite(v) || strpbrk(s, "dDfF") == s + n - 1)
		return malformed(u, udf_int(u, 1), "DECIMAL");
	return udf_put_string(u, s, n);
}

static bool put_buf(struct udf *u, struct buf *b)
{
	udf_put_string(u, buf_str(b), b->len);
	buf_free(b);
	return true;
}

static bool double_string(struct udf *u)
{
	char text[FORMAT_MAX];
	return udf_put_string(u, text, format_double(text, udf_double(u, 0)));
}

static bool float_string(struct udf *u)
{
	char text[FORMAT_MAX];
	return udf_put_string(u, text, format_float(text, udf_float(u, 0)));
}

static bool decimal_string(struct udf *u)
{
	if (!isfinite(udf_double(u, 0)))
		return false;
	return double_string(u);
}

static bool to_boolean(struct udf *u)
{
	static const struct { const char *word; bool value; } WORDS[] = {
		{ "t", true }, { "true", true }, { "y", true }, { "yes", true }, { "1", true },
		{ "f", false }, { "false", false }, { "n", false }, { "no", false }, { "0", false },
	};
	size_t n;
	const char *s = trimmed(u, &n);
	for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
		if (strlen(WORDS[i].word) == n && !strncasecmp(WORDS[i].word, s, n))
			return udf_put_bool(u, WORDS[i].value);
	return malformed(u, udf_int(u, 1), "BOOLEAN");
}

static bool to_date(struct udf *u)
{
	size_t n;
	int32_t days;
	const char *s = udf_string(u, 0, &n);
	if (!sql_parse_date(s, n, &days))
		return malformed(u, udf_int(u, 1), "DATE");
	return udf_put_int(u, days);
}

/* Text that the kernel reads as the timestamp: it knows the zones. */
static bool timestamp_text(struct udf *u)
{
	size_t n;
	struct sql_datetime t;
	char text[128];
	const char *s = udf_string(u, 0, &n);
	if (!sql_parse_timestamp(s, n, &t) || t.time_only)
		return malformed(u, udf_int(u, 2), "TIMESTAMP");
	sql_datetime_text(&t, udf_bool(u, 1), text, sizeof text);
	return udf_put_string(u, text, strlen(text));
}

/* ---- numbers that wrap or saturate (ANSI off) ---- */

static double saturated(double v, double min, double max)
{
	return isnan(v) ? 0 : v < min ? min : v > max ? max : trunc(v);
}

static bool saturate_int(struct udf *u)
{
	return udf_put_int(u, (int32_t)saturated(udf_double(u, 0), INT32_MIN, INT32_MAX));
}

static int64_t saturated_long(double v)
{
	if (isnan(v))
		return 0;
	return v >= 9223372036854775808.0 ? INT64_MAX : v <= -9223372036854775808.0 ? INT64_MIN : (int64_t)v;
}

static bool saturate_bigint(struct udf *u)
{
	return udf_put_long(u, saturated_long(udf_double(u, 0)));
}

static bool saturate_smallint(struct udf *u)
{
	return udf_put_small(u, (int16_t)(int32_t)saturated(udf_double(u, 0), INT32_MIN, INT32_MAX));
}

static bool saturate_tinyint(struct udf *u)
{
	return udf_put_tiny(u, (int8_t)(int32_t)saturated(udf_double(u, 0), INT32_MIN, INT32_MAX));
}

static bool wrap_int(struct udf *u)
{
	return udf_put_int(u, (int32_t)udf_long(u, 0));
}

static bool wrap_smallint(struct udf *u)
{
	return udf_put_small(u, (int16_t)udf_long(u, 0));
}

static bool wrap_tinyint(struct udf *u)
{
	return udf_put_tiny(u, (int8_t)udf_long(u, 0));
}

static bool wrap_hugeint(struct udf *u)
{
	int scale;
	return udf_put_long(u, (int64_t)udf_number(u, 0, &scale));
}

static bool big_endian(struct udf *u)
{
	int scale;
	__int128 v = udf_number(u, 0, &scale);
	duckdb_type t = u->args[0].storage;
	size_t n = t == DUCKDB_TYPE_TINYINT ? 1 : t == DUCKDB_TYPE_SMALLINT ? 2 : t == DUCKDB_TYPE_INTEGER ? 4 : 8;
	char out[8];
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(v >> (8 * (n - 1 - i)));
	return udf_put_string(u, out, n);
}

/* ---- intervals ---- */

static int64_t micros_of(duckdb_interval v)
{
	return v.micros + (int64_t)v.days * 86400000000;
}

static bool months(struct udf *u)
{
	return udf_put_long(u, udf_interval(u, 0).months);
}

static bool micros(struct udf *u)
{
	return udf_put_long(u, micros_of(udf_interval(u, 0)));
}

/* from and to are enum sql_unit. */
static bool interval_string(struct udf *u)
{
	duckdb_interval v = udf_interval(u, 0);
	struct sql_interval i = { .year_month = udf_int(u, 1) <= SQL_UNIT_MONTH, .from = (enum sql_unit)udf_int(u, 1),
		                  .to = (enum sql_unit)udf_int(u, 2) };
	struct buf b = BUF_INIT;
	i.value = i.year_month ? v.months : micros_of(v);
	sql_print_interval(&b, &i);
	return put_buf(u, &b);
}

/* "1-2", "3", "1 02:03:04.5": what stands between the quotes of an interval literal. */
static bool parse_interval(const char *s, int from, int to, duckdb_interval *out)
{
	static const int64_t unit[] = { 12, 1, 86400000000, 3600000000, 60000000, 1000000 };
	bool negative = *s == '-';
	int64_t total = 0;
	s += *s == '-' || *s == '+';
	for (int f = from; f <= to; f++) {
		char *end;
		if (!isdigit((unsigned char)*s))
			return false;
		if (f == SQL_UNIT_SECOND)
			total += llround(strtod(s, &end) * 1e6);
		else
			total += strtoll(s, &end, 10) * unit[f];
		s = end;
		if (f < to && !strchr(f == SQL_UNIT_YEAR ? "-" : f == SQL_UNIT_DAY ? " " : ":", *s++))
			return false;
	}
	if (*s)
		return false;
	total = negative ? -total : total;
	*out = (duckdb_interval){ 0 };
	if (from <= SQL_UNIT_MONTH)
		out->months = (int32_t)total;
	else
		out->micros = total;
	return true;
}

static bool to_interval(struct udf *u)
{
	size_t n;
	char text[128];
	duckdb_interval v;
	const char *s = trimmed(u, &n), *q;
	snprintf(text, sizeof text, "%.*s", (int)n, s);
	if (!strncasecmp(text, "interval", 8) && (q = strchr(text, '\''))) {
		char *end = strrchr(text, '\'');
		bool minus = strchr(text, '-') && strchr(text, '-') < q;
		*end = '\0';
		memmove(text + minus, q + 1, strlen(q + 1) + 1);
		if (minus)
			*text = '-';
	}
	if (!parse_interval(text, udf_int(u, 1), udf_int(u, 2), &v))
		return malformed(u, udf_int(u, 3), "INTERVAL");
	return udf_put_interval(u, v);
}

const struct udf_def udf_cast_defs[] = {
	{ "spark_to_tinyint", "si", 'y', to_tinyint },
	{ "spark_to_smallint", "si", 'n', to_smallint },
	{ "spark_to_int", "si", 'i', to_int },
	{ "spark_to_bigint", "si", 'l', to_bigint },
	{ "spark_to_double", "si", 'd', to_double },
	{ "spark_to_float", "d", 'f', to_float },
	{ "spark_decimal_text", "si", 's', decimal_text },
	{ "spark_decimal_string", "d", 's', decimal_string },
	{ "spark_string", "d", 's', double_string },
	{ "spark_string_float", "f", 's', float_string },
	{ "spark_to_boolean", "si", 'b', to_boolean },
	{ "spark_to_date", "si", 'D', to_date },
	{ "spark_timestamp_text", "sbi", 's', timestamp_text },
	{ "spark_saturate_tinyint", "d", 'y', saturate_tinyint },
	{ "spark_saturate_smallint", "d", 'n', saturate_smallint },
	{ "spark_saturate_int", "d", 'i', saturate_int },
	{ "spark_saturate_bigint", "d", 'l', saturate_bigint },
	{ "spark_wrap_tinyint", "l", 'y', wrap_tinyint },
	{ "spark_wrap_smallint", "l", 'n', wrap_smallint },
	{ "spark_wrap_int", "l", 'i', wrap_int },
	{ "spark_wrap_hugeint", "a", 'l', wrap_hugeint },
	{ "spark_big_endian", "a", 'x', big_endian },
	{ "spark_months", "I", 'l', months },
	{ "spark_micros", "I", 'l', micros },
	{ "spark_interval_string", "Iii", 's', interval_string },
	{ "spark_to_interval", "siii", 'I', to_interval },
	{ 0 },
};
