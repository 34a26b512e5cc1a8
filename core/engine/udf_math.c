/* Numbers: Java's results at the edges of domains, checks for zero, rounding as BigDecimal does it. */
#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/engine/format.h"
#include "core/engine/udf.h"
#include "core/sql/print.h"

#define MATH(name, expr) \
	static bool m_##name(struct udf *u) { double x = udf_double(u, 0); return udf_put_double(u, expr); }
MATH(acos, acos(x))
MATH(acosh, acosh(x))
MATH(asin, asin(x))
MATH(atanh, atanh(x))
MATH(sqrt, sqrt(x))
MATH(sin, sin(x))
MATH(cos, cos(x))
MATH(tan, tan(x))
MATH(expm1, expm1(x))
#undef MATH

/* Logarithms are NULL where they do not exist. */
#define LOGARITHM(name, edge) \
	static bool m_##name(struct udf *u) \
	{ double x = udf_double(u, 0); return !(x <= (edge)) && udf_put_double(u, name(x)); }
LOGARITHM(log, 0)
LOGARITHM(log2, 0)
LOGARITHM(log10, 0)
LOGARITHM(log1p, -1)
#undef LOGARITHM

/* glibc's root of a cube may be off by one unit; Java's is not. */
static bool m_cbrt(struct udf *u)
{
	double x = udf_double(u, 0), root = cbrt(x), whole = nearbyint(root);
	return udf_put_double(u, whole * whole * whole == x ? whole : root);
}

static bool m_pow(struct udf *u)
{
	return udf_put_double(u, pow(udf_double(u, 0), udf_double(u, 1)));
}

static bool m_hypot(struct udf *u)
{
	return udf_put_double(u, hypot(udf_double(u, 0), udf_double(u, 1)));
}

static bool nan_null(struct udf *u)
{
	double x = udf_double(u, 0);
	return !isnan(x) && udf_put_double(u, x);
}

static bool zero(struct udf *u, bool remainder)
{
	if (remainder)
		return udf_fail(u, "REMAINDER_BY_ZERO", "22012",
		                "Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return NULL instead. "
		                "If necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
	return udf_fail(u, "DIVIDE_BY_ZERO", "22012",
	                "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead. If "
	                "necessary set \"spark.sql.ansi.enabled\" to \"false\" to bypass this error.");
}

static bool div_i(struct udf *u)
{
	return udf_long(u, 0) ? udf_put_long(u, udf_long(u, 0)) : zero(u, false);
}

static bool div_f(struct udf *u)
{
	return udf_double(u, 0) != 0 ? udf_put_double(u, udf_double(u, 0)) : zero(u, false);
}

static bool rem_i(struct udf *u)
{
	return udf_long(u, 0) ? udf_put_long(u, udf_long(u, 0)) : zero(u, true);
}

static bool rem_f(struct udf *u)
{
	return udf_double(u, 0) != 0 ? udf_put_double(u, udf_double(u, 0)) : zero(u, true);
}

static bool floor_div(struct udf *u)
{
	int64_t a = udf_long(u, 0), b = udf_long(u, 1), q = a / b;
	return udf_put_long(u, q - (a % b != 0 && (a < 0) != (b < 0)));
}

static bool factorial(struct udf *u)
{
	int n = udf_int(u, 0);
	int64_t v = 1;
	if (n < 0 || n > 20)
		return false;
	for (int i = 2; i <= n; i++)
		v *= i;
	return udf_put_long(u, v);
}

static bool width_bucket(struct udf *u)
{
	double v = udf_double(u, 0), lo = udf_double(u, 1), hi = udf_double(u, 2);
	int64_t n = udf_long(u, 3);
	if (n <= 0 || n == INT64_MAX || lo == hi || isnan(v) || !isfinite(lo) || !isfinite(hi))
		return false;
	bool up = lo < hi;
	if (up ? v < lo : v > lo)
		return udf_put_long(u, 0);
	if (up ? v >= hi : v <= hi)
		return udf_put_long(u, n + 1);
	return udf_put_long(u, (int64_t)((double)n * (v - lo) / (hi - lo)) + 1);
}

/* ---- bits ---- */

static bool shl_int(struct udf *u)
{
	return udf_put_int(u, (int32_t)((uint32_t)udf_int(u, 0) << (udf_int(u, 1) & 31)));
}

static bool shr_int(struct udf *u)
{
	return udf_put_int(u, udf_int(u, 0) >> (udf_int(u, 1) & 31));
}

static bool ushr_int(struct udf *u)
{
	return udf_put_int(u, (int32_t)((uint32_t)udf_int(u, 0) >> (udf_int(u, 1) & 31)));
}

static bool shl_long(struct udf *u)
{
	return udf_put_long(u, (int64_t)((uint64_t)udf_long(u, 0) << (udf_int(u, 1) & 63)));
}

static bool shr_long(struct udf *u)
{
	return udf_put_long(u, udf_long(u, 0) >> (udf_int(u, 1) & 63));
}

static bool ushr_long(struct udf *u)
{
	return udf_put_long(u, (int64_t)((uint64_t)udf_long(u, 0) >> (udf_int(u, 1) & 63)));
}

static bool put_digits(struct udf *u, uint64_t v, unsigned base, bool negative)
{
	char text[72];
	size_t at = sizeof text;
	do {
		text[--at] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[v % base];
		v /= base;
	} while (v);
	if (negative)
		text[--at] = '-';
	return udf_put_string(u, text + at, sizeof text - at);
}

static bool bin(struct udf *u)
{
	return put_digits(u, (uint64_t)udf_long(u, 0), 2, false);
}

static bool hex_long(struct udf *u)
{
	return put_digits(u, (uint64_t)udf_long(u, 0), 16, false);
}

static int digit_of(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isalpha((unsigned char)c) ? toupper((unsigned char)c) - 'A' + 10 : 99;
}

/* Reads as many digits as there are; overflow is the largest unsigned value. A negative target base prints
 * a sign. */
static bool conv(struct udf *u)
{
	size_t n;
	const char *s = udf_string(u, 0, &n), *end;
	int from = udf_int(u, 1), to = udf_int(u, 2);
	while (n && *s == ' ')
		s++, n--;
	end = s + n;
	if (from < 2 || from > 36 || abs(to) < 2 || abs(to) > 36 || n == 0)
		return false;
	bool negative = *s == '-', over = false;
	uint64_t v = 0;
	for (s += negative; s < end && digit_of(*s) < from; s++)
		over |= __builtin_mul_overflow(v, (uint64_t)from, &v) ||
		        __builtin_add_overflow(v, (uint64_t)digit_of(*s), &v);
	if (over)
		v = UINT64_MAX;
	else if (negative)
		v = to < 0 && (int64_t)v < 0 ? UINT64_MAX : (uint64_t)-(int64_t)v;
	bool sign = to < 0 && (int64_t)v < 0;
	return put_digits(u, sign ? (uint64_t)-(int64_t)v : v, (unsigned)abs(to), sign);
}

/* ---- rounding of decimal digits ---- */

enum how { HALF_UP, HALF_EVEN, FLOOR, CEILING };

struct digits {
	char d[420];                  /* most significant first */
	int n;
	int point;                    /* digits before the point; may be negative or beyond n */
	bool negative;
};

/* "-1.25E-3" or "12.50". */
static void read_digits(const char *s, struct digits *x)
{
	memset(x, 0, sizeof *x);
	x->negative = *s == '-';
	s += *s == '-' || *s == '+';
	bool point = false;
	for (; *s && *s != 'E' && *s != 'e'; s++)
		if (*s == '.')
			point = true;
		else if (x->n < (int)sizeof x->d - 2) {
			x->d[x->n++] = *s;
			x->point += !point;
		}
	if (*s)
		x->point += atoi(s + 1);
}

static bool round_away(const struct digits *x, int keep, enum how how)
{
	bool rest = false;
	char next = keep < 0 || keep >= x->n ? '0' : x->d[keep];
	for (int i = keep < 0 ? 0 : keep + 1; i < x->n; i++)
		rest |= x->d[i] != '0';
	bool any = rest || next != '0';
	if (how == FLOOR || how == CEILING)
		return any && x->negative == (how == FLOOR);
	if (next != '5' || how == HALF_UP)
		return next >= '5';
	bool odd = keep > 0 && (x->d[keep - 1] - '0') % 2;
	return rest || odd;
}

/* Keep `scale` digits after the point. */
static void round_digits(struct digits *x, int scale, enum how how)
{
	int keep = x->point + scale;
	if (keep >= x->n)
		return;
	bool up = round_away(x, keep, how);
	if (keep < 0)
		keep = 0, x->point = -scale;
	x->n = keep;
	int i = keep - 1;
	for (; up && i >= 0; i--) {
		if (x->d[i] != '9') {
			x->d[i]++;
			return;
		}
		x->d[i] = '0';
	}
	if (up) {
		memmove(x->d + 1, x->d, (size_t)x->n);
		x->d[0] = '1';
		x->n++;
		x->point++;
	}
}

static void print_digits(const struct digits *x, struct buf *out)
{
	buf_adds(out, x->negative ? "-" : "");
	if (x->point <= 0)
		buf_addc(out, '0');
	for (int i = 0; i < x->point; i++)
		buf_addc(out, i < x->n ? x->d[i] : '0');
	if (x->n > x->point) {
		buf_addc(out, '.');
		for (int i = x->point; i < x->n; i++)
			buf_addc(out, i < 0 ? '0' : x->d[i]);
	}
}

static void decimal_text(__int128 v, int scale, struct buf *out)
{
	char text[64];
	size_t at = sizeof text;
	bool negative = v < 0;
	unsigned __int128 x = negative ? -(unsigned __int128)v : (unsigned __int128)v;
	for (int i = 0; x || i <= scale; i++) {
		if (i == scale && scale)
			text[--at] = '.';
		text[--at] = (char)('0' + (int)(x % 10));
		x /= 10;
	}
	buf_adds(out, negative ? "-" : "");
	buf_add(out, text + at, sizeof text - at);
}

static bool round_decimal(struct udf *u)
{
	int scale;
	struct buf b = BUF_INIT, out = BUF_INIT;
	struct digits x;
	__int128 v = udf_number(u, 0, &scale);
	decimal_text(v, scale, &b);
	read_digits(buf_str(&b), &x);
	round_digits(&x, udf_int(u, 1), (enum how)udf_int(u, 2));
	print_digits(&x, &out);
	udf_put_string(u, buf_str(&out), out.len);
	buf_free(&b);
	buf_free(&out);
	return true;
}

/* Most values are far from the middle between two results: arithmetic decides as the digits would, and a whole
 * number below 2^40 over a power of ten is rounded once, as reading its digits is. */
static bool round_plain(double v, int scale, enum how how, double *out)
{
	static const double tens[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };
	if (scale < 0 || scale > 8 || how == FLOOR || how == CEILING)
		return false;
	double scaled = fabs(v) * tens[scale];
	if (!(scaled < 0x1p40))
		return false;
	double whole = floor(scaled), rest = scaled - whole;
	whole += rest > 0.5;
	if (fabs(rest - 0.5) < 0x1p-10 || whole < 1)
		return false;
	*out = copysign(whole / tens[scale], v);
	return true;
}

static bool round_double(struct udf *u)
{
	double v = udf_double(u, 0);
	struct buf out = BUF_INIT;
	struct digits x;
	char text[FORMAT_MAX];
	if (!isfinite(v) || round_plain(v, udf_int(u, 1), (enum how)udf_int(u, 2), &v))
		return udf_put_double(u, v);
	text[format_double(text, v)] = '\0';
	read_digits(text, &x);
	round_digits(&x, udf_int(u, 1), (enum how)udf_int(u, 2));
	print_digits(&x, &out);
	v = strtod(buf_str(&out), NULL);
	udf_put_double(u, v == 0 ? 0 : v); /* java.math.BigDecimal knows no -0.0 */
	buf_free(&out);
	return true;
}

static bool round_long(struct udf *u)
{
	char text[32];
	struct buf out = BUF_INIT;
	struct digits x;
	if (udf_int(u, 1) >= 0)
		return udf_put_long(u, udf_long(u, 0));
	snprintf(text, sizeof text, "%" PRId64, udf_long(u, 0));
	read_digits(text, &x);
	round_digits(&x, udf_int(u, 1), (enum how)udf_int(u, 2));
	print_digits(&x, &out);
	udf_put_long(u, strtoll(buf_str(&out), NULL, 10));
	buf_free(&out);
	return true;
}

/* ---- numbers as text for people ---- */

static void grouped(const char *whole, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			buf_addc(out, ',');
		buf_addc(out, whole[i]);
	}
}

static void put_fixed(struct digits *x, int places, struct buf *out)
{
	struct buf b = BUF_INIT;
	bool zero_value = true;
	round_digits(x, places, HALF_EVEN);
	for (int i = 0; i < x->n; i++)
		zero_value &= x->d[i] == '0';
	x->negative &= !zero_value;
	print_digits(x, &b);
	const char *s = buf_str(&b);
	buf_adds(out, *s == '-' ? "-" : "");
	s += *s == '-';
	size_t whole = strcspn(s, ".");
	grouped(s, whole, out);
	if (places > 0) {
		buf_addc(out, '.');
		const char *f = s[whole] ? s + whole + 1 : "";
		for (int i = 0; i < places; i++)
			buf_addc(out, *f ? *f++ : '0');
	}
	buf_free(&b);
}

static bool format_number(struct udf *u)
{
	size_t n;
	char text[400];
	struct digits x;
	struct buf out = BUF_INIT;
	const char *s = udf_string(u, 0, &n);
	if (udf_int(u, 1) < 0)
		return false;
	snprintf(text, sizeof text, "%.*s", (int)n, s);
	if (!strpbrk(text, "0123456789"))
		return udf_put_string(u, s, n); /* NaN, Infinity */
	read_digits(text, &x);
	put_fixed(&x, udf_int(u, 1), &out);
	udf_put_string(u, buf_str(&out), out.len);
	buf_free(&out);
	return true;
}

/* A DecimalFormat pattern: '#,##0.00'. */
static bool format_pattern(struct udf *u)
{
	size_t n, pn;
	char text[400];
	const char *s = udf_string(u, 0, &n), *p = udf_string(u, 1, &pn), *dot = memchr(p, '.', pn);
	bool group = memchr(p, ',', dot ? (size_t)(dot - p) : pn) != NULL;
	int min = 0, max = 0;
	for (const char *q = p; q < p + pn; q++)
		if (dot && q > dot) {
			min += *q == '0';
			max += *q == '0' || *q == '#';
		}
	struct digits x;
	struct buf out = BUF_INIT, fixed = BUF_INIT;
	snprintf(text, sizeof text, "%.*s", (int)n, s);
	read_digits(text, &x);
	put_fixed(&x, max, &fixed);
	const char *f = buf_str(&fixed);
	for (; *f && *f != '.'; f++)
		if (*f != ',' || group)
			buf_addc(&out, *f);
	int k = 0;
	size_t last = out.len;
	for (; *f; f++) {
		buf_addc(&out, *f);
		k += *f != '.';
		if (*f != '.' && (*f != '0' || k <= min))
			last = out.len;
	}
	out.len = last;
	udf_put_string(u, buf_str(&out), out.len);
	buf_free(&out);
	buf_free(&fixed);
	return true;
}

const struct udf_def udf_math_defs[] = {
	{ "spark_acos", "d", 'd', m_acos },
	{ "spark_acosh", "d", 'd', m_acosh },
	{ "spark_asin", "d", 'd', m_asin },
	{ "spark_atanh", "d", 'd', m_atanh },
	{ "spark_sqrt", "d", 'd', m_sqrt },
	{ "spark_sin", "d", 'd', m_sin },
	{ "spark_cos", "d", 'd', m_cos },
	{ "spark_tan", "d", 'd', m_tan },
	{ "spark_expm1", "d", 'd', m_expm1 },
	{ "spark_cbrt", "d", 'd', m_cbrt },
	{ "spark_ln", "d", 'd', m_log },
	{ "spark_log2", "d", 'd', m_log2 },
	{ "spark_log10", "d", 'd', m_log10 },
	{ "spark_log1p", "d", 'd', m_log1p },
	{ "spark_pow", "dd", 'd', m_pow },
	{ "spark_hypot", "dd", 'd', m_hypot },
	{ "spark_nan_null", "d", 'd', nan_null },
	{ "spark_div_i", "l", 'l', div_i },
	{ "spark_div_f", "d", 'd', div_f },
	{ "spark_rem_i", "l", 'l', rem_i },
	{ "spark_rem_f", "d", 'd', rem_f },
	{ "spark_floor_div", "ll", 'l', floor_div },
	{ "spark_factorial", "i", 'l', factorial },
	{ "spark_width_bucket", "dddl", 'l', width_bucket },
	{ "spark_shiftleft_int", "ii", 'i', shl_int },
	{ "spark_shiftright_int", "ii", 'i', shr_int },
	{ "spark_shiftrightunsigned_int", "ii", 'i', ushr_int },
	{ "spark_shiftleft_long", "li", 'l', shl_long },
	{ "spark_shiftright_long", "li", 'l', shr_long },
	{ "spark_shiftrightunsigned_long", "li", 'l', ushr_long },
	{ "spark_bin", "l", 's', bin },
	{ "spark_hex_long", "l", 's', hex_long },
	{ "spark_conv", "sii", 's', conv },
	{ "spark_round_decimal", "aii", 's', round_decimal },
	{ "spark_round_double", "dii", 'd', round_double },
	{ "spark_round_long", "lii", 'l', round_long },
	{ "spark_format_number", "si", 's', format_number },
	{ "spark_format_pattern", "ss", 's', format_pattern },
	{ 0 },
};
