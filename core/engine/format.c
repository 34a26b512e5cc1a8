#include "core/engine/format.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t put_u64(char *out, uint64_t v)
{
	char tmp[20];
	size_t n = 0;
	do
		tmp[n++] = (char)('0' + v % 10);
	while (v /= 10);
	for (size_t i = 0; i < n; i++)
		out[i] = tmp[n - 1 - i];
	return n;
}

/* v with at least `width` digits. */
static size_t put_padded(char *out, uint64_t v, int width)
{
	char tmp[20];
	int n = (int)put_u64(tmp, v), pad = width > n ? width - n : 0;
	memset(out, '0', (size_t)pad);
	memcpy(out + pad, tmp, (size_t)n);
	return (size_t)(pad + n);
}

size_t format_int64(char *out, int64_t v)
{
	if (v >= 0)
		return put_u64(out, (uint64_t)v);
	*out = '-';
	return 1 + put_u64(out + 1, (uint64_t)0 - (uint64_t)v);
}

static size_t put_u128(char *out, unsigned __int128 v)
{
	const uint64_t e19 = UINT64_C(10000000000000000000);
	if (v < e19)
		return put_u64(out, (uint64_t)v);
	size_t n = put_u128(out, v / e19);
	return n + put_padded(out + n, (uint64_t)(v % e19), 19);
}

static unsigned __int128 magnitude(int64_t hi, uint64_t lo, bool *negative)
{
	unsigned __int128 v = (unsigned __int128)(uint64_t)hi << 64 | lo;
	*negative = hi < 0;
	return *negative ? -v : v;
}

size_t format_hugeint(char *out, int64_t hi, uint64_t lo)
{
	bool negative;
	unsigned __int128 v = magnitude(hi, lo, &negative);
	if (negative)
		*out = '-';
	return negative + put_u128(out + negative, v);
}

size_t format_uhugeint(char *out, uint64_t hi, uint64_t lo)
{
	return put_u128(out, (unsigned __int128)hi << 64 | lo);
}

size_t format_decimal(char *out, int64_t hi, uint64_t lo, int scale)
{
	bool negative;
	unsigned __int128 v = magnitude(hi, lo, &negative);
	char tmp[48];
	size_t n = put_u128(tmp, v), at = 0, whole;
	if (negative)
		out[at++] = '-';
	if (scale <= 0) {
		memcpy(out + at, tmp, n);
		return at + n;
	}
	whole = n > (size_t)scale ? n - (size_t)scale : 0;
	if (whole)
		memcpy(out + at, tmp, whole);
	else
		out[at] = '0';
	at += whole ? whole : 1;
	out[at++] = '.';
	for (size_t pad = (size_t)scale - (n - whole); pad > 0; pad--)
		out[at++] = '0';
	memcpy(out + at, tmp + whole, n - whole);
	return at + n - whole;
}

/* Digits d1d2…dn (no zeros at the end) of 0.d1d2…dn × 10^point, in Java's layout. */
static size_t put_java(char *out, const char *digits, int n, int point)
{
	size_t at = 0;
	if (point > 7 || point < -2) {
		out[at++] = digits[0];
		out[at++] = '.';
		if (n > 1)
			memcpy(out + at, digits + 1, (size_t)n - 1);
		else
			out[at] = '0';
		at += n > 1 ? (size_t)n - 1 : 1;
		out[at++] = 'E';
		return at + format_int64(out + at, point - 1);
	}
	for (int i = 0; i < point; i++)
		out[at++] = i < n ? digits[i] : '0';
	if (point <= 0)
		out[at++] = '0';
	out[at++] = '.';
	for (int i = point; i < 0; i++)
		out[at++] = '0';
	int from = point > 0 ? point : 0;
	if (from >= n)
		out[at++] = '0';
	for (int i = from; i < n; i++)
		out[at++] = digits[i];
	return at;
}

/* Reads "d.ddde±xx" into digits without zeros at the end; gives their number. */
static int split_e(const char *text, char *digits, int *point)
{
	int n = 0;
	const char *p = text;
	for (; *p && *p != 'e'; p++)
		if (*p != '.')
			digits[n++] = *p;
	*point = (*p == 'e' ? atoi(p + 1) : 0) + 1;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	return n;
}

static size_t put_special(char *out, double v)
{
	const char *s = isnan(v) ? "NaN" : v > 0 ? "Infinity" : "-Infinity";
	memcpy(out, s, strlen(s));
	return strlen(s);
}

/* Numbers with few digits are most numbers in tables: n / 10^k is rounded once, so it reads back. */
static size_t put_short(char *out, double v)
{
	static const double tens[] = { 1, 10, 100, 1000, 10000 };
	for (int k = 0; k < 5; k++) {
		double scaled = v * tens[k];
		if (scaled >= 1e15)
			return 0;
		uint64_t n = (uint64_t)scaled;
		if ((double)n != scaled || (double)n / tens[k] != v)
			continue;
		for (; k > 1 && n % 10 == 0; k--) /* 0.29 * 100 is no whole number, 0.29 * 1000 is */
			n /= 10;
		char *p = out;
		p += put_u64(p, n / (uint64_t)tens[k]);
		*p++ = '.';
		p += put_padded(p, n % (uint64_t)tens[k], k ? k : 1);
		return (size_t)(p - out);
	}
	return 0;
}

size_t format_double(char *out, double v)
{
	size_t at = 0;
	if (!isfinite(v))
		return put_special(out, v);
	if (signbit(v))
		out[at++] = '-';
	v = fabs(v);
	if (v == 0)
		return at + (memcpy(out + at, "0.0", 3), (size_t)3);
	size_t quick = v >= 1e-3 && v < 1e7 ? put_short(out + at, v) : 0;
	if (quick)
		return at + quick;
	char text[40], digits[24];
	/* Up to 15 digits every decimal survives the way through a double: if 15 read back, dropping zeros
	 * at the end gives the shortest. Denormal numbers have fewer. */
	for (int precision = v < DBL_MIN ? 2 : 15; precision <= 17; precision++) {
		snprintf(text, sizeof text, "%.*e", precision - 1, v);
		if (strtod(text, NULL) == v)
			break;
	}
	int point, n = split_e(text, digits, &point);
	if (n == 1) { /* Java writes two digits at least, and takes the nearest two: 4.9E-324 */
		snprintf(text, sizeof text, "%.1e", v);
		n = split_e(text, digits, &point);
	}
	return at + put_java(out + at, digits, n, point);
}

size_t format_float(char *out, float v)
{
	size_t at = 0;
	if (!isfinite(v))
		return put_special(out, (double)v);
	if (signbit(v))
		out[at++] = '-';
	v = fabsf(v);
	if (v == 0)
		return at + (memcpy(out + at, "0.0", 3), (size_t)3);
	char text[40], digits[24];
	for (int precision = v < FLT_MIN ? 2 : 6; precision <= 9; precision++) {
		snprintf(text, sizeof text, "%.*e", precision - 1, (double)v);
		if (strtof(text, NULL) == v)
			break;
	}
	int point, n = split_e(text, digits, &point);
	return at + put_java(out + at, digits, n, point);
}

/* ---- dates and times ---- */

/* Days to a civil date, by eras of 400 years that begin on a first of March. */
static void civil(int64_t days, int64_t *y, int *m, int *d)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	unsigned doe = (unsigned)(days - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int64_t)yoe + era * 400 + (*m <= 2);
}

static size_t put_date(char *out, int64_t days)
{
	int64_t y;
	int m, d;
	civil(days, &y, &m, &d);
	char *p = out;
	if (y < 0)
		*p++ = '-';
	else if (y > 9999)
		*p++ = '+';
	p += put_padded(p, (uint64_t)(y < 0 ? -y : y), 4);
	*p++ = '-';
	p += put_padded(p, (uint64_t)m, 2);
	*p++ = '-';
	p += put_padded(p, (uint64_t)d, 2);
	return (size_t)(p - out);
}

size_t format_date(char *out, int32_t days)
{
	return put_date(out, days);
}

static size_t put_fraction(char *out, uint64_t us)
{
	if (!us)
		return 0;
	*out = '.';
	size_t n = 1 + put_padded(out + 1, us, 6);
	while (out[n - 1] == '0')
		n--;
	return n;
}

static size_t put_hms(char *out, uint64_t us)
{
	uint64_t s = us / 1000000;
	char *p = out;
	p += put_padded(p, s / 3600, 2);
	*p++ = ':';
	p += put_padded(p, s / 60 % 60, 2);
	*p++ = ':';
	p += put_padded(p, s % 60, 2);
	return (size_t)(p - out);
}

size_t format_time(char *out, int64_t us)
{
	size_t n = put_hms(out, (uint64_t)us);
	return n + put_fraction(out + n, (uint64_t)us % 1000000);
}

size_t format_timestamp(char *out, int64_t us, char sep)
{
	const int64_t day = INT64_C(86400000000);
	int64_t days = us / day, rest = us % day;
	if (rest < 0) {
		rest += day;
		days--;
	}
	size_t n = put_date(out, days);
	out[n++] = sep;
	return n + format_time(out + n, rest);
}

/* ---- intervals ---- */

size_t format_year_month(char *out, int64_t months)
{
	char *p = out;
	uint64_t m = months < 0 ? (uint64_t)0 - (uint64_t)months : (uint64_t)months;
	if (months < 0)
		*p++ = '-';
	p += put_u64(p, m / 12);
	*p++ = '-';
	p += put_u64(p, m % 12);
	return (size_t)(p - out);
}

size_t format_day_time(char *out, int64_t us)
{
	const uint64_t day = UINT64_C(86400000000);
	char *p = out;
	uint64_t u = us < 0 ? (uint64_t)0 - (uint64_t)us : (uint64_t)us;
	if (us < 0)
		*p++ = '-';
	p += put_u64(p, u / day);
	*p++ = ' ';
	p += put_hms(p, u % day);
	*p++ = '.';
	p += put_padded(p, u % 1000000 * 1000, 9);
	return (size_t)(p - out);
}

static char *put_unit(char *p, const char *begin, int64_t v, const char *unit)
{
	if (!v)
		return p;
	if (p != begin)
		*p++ = ' ';
	p += format_int64(p, v);
	*p++ = ' ';
	memcpy(p, unit, strlen(unit));
	return p + strlen(unit);
}

static char *put_seconds(char *p, const char *begin, int64_t us)
{
	if (!us)
		return p;
	if (p != begin)
		*p++ = ' ';
	if (us < 0)
		*p++ = '-';
	uint64_t u = us < 0 ? (uint64_t)-us : (uint64_t)us;
	p += put_u64(p, u / 1000000);
	p += put_fraction(p, u % 1000000);
	memcpy(p, " seconds", 8);
	return p + 8;
}

size_t format_calendar_interval(char *out, int32_t months, int32_t days, int64_t us)
{
	char *p = out;
	p = put_unit(p, out, months / 12, "years");
	p = put_unit(p, out, months % 12, "months");
	p = put_unit(p, out, days, "days");
	p = put_unit(p, out, us / INT64_C(3600000000), "hours");
	p = put_unit(p, out, us / 60000000 % 60, "minutes");
	p = put_seconds(p, out, us % 60000000);
	if (p == out) {
		memcpy(out, "0 seconds", 9);
		p += 9;
	}
	return (size_t)(p - out);
}
