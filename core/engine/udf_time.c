/* Dates and times: Java's patterns both ways, truncation, differences. Timestamps here are wall clocks; the
 * front end has brought them to the session's zone. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/engine/format.h"
#include "core/engine/udf.h"
#include "core/sql/datetime.h"

static const int64_t DAY_US = 86400000000;

static const char *const MONTHS[] = { "January", "February", "March", "April", "May", "June", "July", "August",
	                              "September", "October", "November", "December" };
static const char *const DAYS[] = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" };

static int64_t floor_to(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static struct sql_datetime split(int64_t us, int64_t *day)
{
	struct sql_datetime t = { 0 };
	*day = floor_to(us, DAY_US);
	int64_t rest = us - *day * DAY_US;
	sql_civil_from_days(*day, &t.year, &t.month, &t.day);
	t.hour = (int)(rest / 3600000000);
	t.minute = (int)(rest / 60000000 % 60);
	t.second = (int)(rest / 1000000 % 60);
	t.micros = (int)(rest % 1000000);
	return t;
}

static int64_t join(const struct sql_datetime *t)
{
	int64_t day = sql_days_from_civil(t->year, t->month, t->day);
	return day * DAY_US + ((t->hour * 60LL + t->minute) * 60 + t->second) * 1000000 + t->micros;
}

static int weekday(int64_t day) /* 0 = Monday */
{
	return (int)(((day + 3) % 7 + 7) % 7);
}

/* ---- zones: the kernel's own conversions take a microsecond a row ---- */

/* Documented state: each thread keeps the zone it used last. */
static _Thread_local struct { char name[64]; struct zone *zone; } kept;

static struct zone *zone_named(struct udf *u, const char *name, size_t n)
{
	if (kept.zone && strlen(kept.name) == n && !memcmp(kept.name, name, n))
		return kept.zone;
	zone_free(kept.zone);
	snprintf(kept.name, sizeof kept.name, "%.*s", (int)n, name);
	kept.zone = zone_new(kept.name);
	if (!kept.zone)
		udf_fail(u, "INVALID_TIMEZONE", "22009", "The timezone: %s is invalid.", kept.name);
	return kept.zone;
}

static struct zone *zone_arg(struct udf *u, size_t i)
{
	size_t n;
	const char *name = udf_string(u, i, &n);
	return zone_named(u, name, n);
}

/* As java.time: the earlier of two instants when clocks go back, and a time that clocks skipped moves on by the
 * length of the gap. */
static int64_t instant_of(struct zone *z, int64_t wall_us)
{
	int64_t before = zone_offset_us(z, wall_us - DAY_US), after = zone_offset_us(z, wall_us + DAY_US);
	if (before == after || zone_offset_us(z, wall_us - before) == before)
		return wall_us - before;
	return zone_offset_us(z, wall_us - after) == after ? wall_us - after : wall_us - before;
}

static bool wall(struct udf *u)
{
	struct zone *z = zone_arg(u, 1);
	return z && udf_put_long(u, udf_long(u, 0) + zone_offset_us(z, udf_long(u, 0)));
}

static bool instant(struct udf *u)
{
	struct zone *z = zone_arg(u, 1);
	return z && udf_put_long(u, instant_of(z, udf_long(u, 0)));
}

/* The instant of a text's date and time: in its own zone, else in the session's, which is argument `zone`. */
static bool put_instant(struct udf *u, const struct sql_datetime *t, size_t zone)
{
	struct zone *z = t->zone[0] ? zone_named(u, t->zone, strlen(t->zone)) : zone_arg(u, zone);
	return z && udf_put_long(u, instant_of(z, join(t)));
}

static bool cast_timestamp(struct udf *u)
{
	size_t n;
	struct sql_datetime t;
	const char *s = udf_string(u, 0, &n);
	if (sql_parse_timestamp(s, n, &t) && !t.time_only) {
		if (put_instant(u, &t, 1))
			return true;
		u->failed = false; /* a zone that does not exist is malformed text */
	}
	if (udf_int(u, 2) != 0)
		return false;
	return udf_fail(u, "CAST_INVALID_INPUT", "22018",
	                "The value '%.*s' of the type \"STRING\" cannot be cast to \"TIMESTAMP\" because it is "
	                "malformed. Correct the value as per the syntax, or change its target type. Use `try_cast` to "
	                "tolerate malformed input and return NULL instead.", (int)(n > 200 ? 200 : n), s);
}

/* ---- formatting ---- */

struct moment {
	struct sql_datetime t;
	int64_t day;
	const char *zone;
	size_t zone_len;
	int offset;                   /* seconds east of Greenwich */
};

static void put_offset(struct buf *out, const struct moment *m, char c, size_t n)
{
	int a = abs(m->offset), h = a / 3600, min = a / 60 % 60, s = a % 60;
	if (c == 'X' && m->offset == 0) {
		buf_addc(out, 'Z');
		return;
	}
	if (c == 'O' || (c == 'Z' && n == 4)) {
		buf_adds(out, "GMT");
		if (m->offset)
			buf_addf(out, n == 4 ? "%c%02d:%02d" : "%c%d", m->offset < 0 ? '-' : '+', h, min);
		return;
	}
	bool colon = n == 3 || n == 5;
	buf_addf(out, "%c%02d", m->offset < 0 ? '-' : '+', h);
	if (n > 1 || min || c == 'Z')
		buf_addf(out, "%s%02d", colon && !(c == 'Z' && n < 4) ? ":" : "", min);
	if (n >= 4 && s)
		buf_addf(out, "%s%02d", colon ? ":" : "", s);
}

static void put_text(struct buf *out, const char *name, size_t n)
{
	if (n == 4)
		buf_adds(out, name);
	else
		buf_add(out, name, n == 5 ? 1 : 3);
}

/* With zeros in front up to the width; for the numbers of a date printf would take most of the time. */
static void put_number(struct buf *out, int width, int v)
{
	char digits[12], *p = digits + sizeof digits;
	if (v < 0 || width > 10) {
		buf_addf(out, "%0*d", width, v);
		return;
	}
	for (int left = v; left || p == digits + sizeof digits; left /= 10)
		*--p = (char)('0' + left % 10);
	while (digits + sizeof digits - p < width)
		*--p = '0';
	buf_add(out, p, (size_t)(digits + sizeof digits - p));
}

static void put_year(struct buf *out, const struct moment *m, size_t n)
{
	if (n == 2)
		buf_addf(out, "%02d", abs(m->t.year) % 100);
	else
		put_number(out, (int)n, m->t.year);
}

static bool put_field(struct buf *out, const struct moment *m, char c, size_t n)
{
	const struct sql_datetime *t = &m->t;
	int w = (int)n;
	switch (c) {
	case 'y':
	case 'u': put_year(out, m, n); return true;
	case 'M':
	case 'L':
		if (n <= 2)
			put_number(out, w, t->month);
		else
			put_text(out, MONTHS[t->month - 1], n);
		return true;
	case 'd': put_number(out, w, t->day); return true;
	case 'D': put_number(out, w, (int)(m->day - sql_days_from_civil(t->year, 1, 1) + 1)); return true;
	case 'E': put_text(out, DAYS[weekday(m->day)], n); return true;
	case 'F': put_number(out, w, (t->day - 1) / 7 + 1); return true;
	case 'Q':
	case 'q':
		if (n == 3)
			buf_addc(out, 'Q');
		buf_addf(out, n == 2 ? "%02d" : "%d", (t->month + 2) / 3);
		return true;
	case 'H': put_number(out, w, t->hour); return true;
	case 'k': put_number(out, w, t->hour ? t->hour : 24); return true;
	case 'K': put_number(out, w, t->hour % 12); return true;
	case 'h': put_number(out, w, t->hour % 12 ? t->hour % 12 : 12); return true;
	case 'm': put_number(out, w, t->minute); return true;
	case 's': put_number(out, w, t->second); return true;
	case 'S': {
		char digits[16];
		snprintf(digits, sizeof digits, "%06d000", t->micros);
		buf_add(out, digits, n > 9 ? 9 : n);
		return true;
	}
	case 'a': buf_adds(out, t->hour < 12 ? "AM" : "PM"); return true;
	case 'G': buf_adds(out, n == 4 ? (t->year > 0 ? "Anno Domini" : "Before Christ") : t->year > 0 ? "AD" : "BC");
		return true;
	case 'V':
	case 'v':
	case 'z': buf_add(out, m->zone, m->zone_len); return true;
	case 'X':
	case 'x':
	case 'O':
	case 'Z': put_offset(out, m, c, n); return true;
	default: return false;
	}
}

static bool bad_pattern(struct udf *u, const char *p, size_t n)
{
	return udf_fail(u, "INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", "22007",
	                "Unrecognized datetime pattern: '%.*s'. Illegal pattern character found.", (int)n, p);
}

/* Copies 'quoted text' at *i; '' is one quote. */
static void quoted(struct buf *out, const char *p, size_t n, size_t *i)
{
	size_t k = *i + 1;
	if (k < n && p[k] == '\'') {
		buf_addc(out, '\'');
		*i = k;
		return;
	}
	for (; k < n; k++) {
		if (p[k] != '\'')
			buf_addc(out, p[k]);
		else if (k + 1 < n && p[k + 1] == '\'')
			buf_addc(out, p[k++]);
		else
			break;
	}
	*i = k;
}

static bool date_format(struct udf *u)
{
	size_t n;
	const char *p = udf_string(u, 1, &n);
	struct buf out = BUF_INIT;
	struct moment m = { .offset = udf_int(u, 3) };
	m.t = split(udf_long(u, 0), &m.day);
	m.zone = udf_string(u, 2, &m.zone_len);
	bool ok = true;
	for (size_t i = 0; i < n && ok; i++) {
		size_t run = 1;
		if (p[i] == '\'') {
			quoted(&out, p, n, &i);
			continue;
		}
		if (!isalpha((unsigned char)p[i])) {
			if (p[i] != '[' && p[i] != ']')
				buf_addc(&out, p[i]);
			continue;
		}
		while (i + run < n && p[i + run] == p[i])
			run++;
		ok = put_field(&out, &m, p[i], run);
		i += run - 1;
	}
	if (ok)
		udf_put_string(u, buf_str(&out), out.len);
	else
		bad_pattern(u, p, n);
	buf_free(&out);
	return ok;
}

/* ---- parsing ---- */

struct parsing {
	const char *s, *end;
	struct sql_datetime t;
	int pm;                       /* -1: not given */
	int day_of_year;
	bool bad_pattern;
};

static bool number(struct parsing *x, size_t min, size_t max, int *out)
{
	size_t n = 0;
	bool negative = max > 4 && x->s < x->end && *x->s == '-';
	*out = 0;
	x->s += negative;
	for (; x->s < x->end && n < max && isdigit((unsigned char)*x->s); n++)
		*out = *out * 10 + (*x->s++ - '0');
	if (negative)
		*out = -*out;
	return n >= min;
}

static bool word(struct parsing *x, const char *const *names, int count, size_t n, int *out)
{
	for (int i = 0; i < count; i++) {
		size_t len = n == 4 ? strlen(names[i]) : 3;
		if ((size_t)(x->end - x->s) >= len && !strncasecmp(x->s, names[i], len)) {
			x->s += len;
			*out = i;
			return true;
		}
	}
	return false;
}

static bool fraction(struct parsing *x, size_t n)
{
	int digits = 0, v = 0;
	while (x->s < x->end && isdigit((unsigned char)*x->s) && digits < (int)n) {
		if (digits < 6)
			v = v * 10 + (*x->s - '0');
		x->s++;
		digits++;
	}
	for (int i = digits; i < 6; i++)
		v *= 10;
	x->t.micros = v;
	return digits == (int)n || (n == 0 && digits > 0);
}

static bool zone(struct parsing *x, char c)
{
	const char *start = x->s;
	if (c == 'X' && x->s < x->end && *x->s == 'Z') {
		x->s++;
		strcpy(x->t.zone, "+00:00");
		return true;
	}
	while (x->s < x->end && (isalnum((unsigned char)*x->s) || strchr("+-:/_", *x->s)))
		x->s++;
	size_t n = (size_t)(x->s - start);
	if (n == 0 || n >= sizeof x->t.zone)
		return false;
	if (n == 5 && (*start == '+' || *start == '-'))
		snprintf(x->t.zone, sizeof x->t.zone, "%.3s:%.2s", start, start + 3);
	else
		snprintf(x->t.zone, sizeof x->t.zone, "%.*s", (int)n, start);
	return true;
}

static bool year(struct parsing *x, size_t n)
{
	if (!number(x, n == 2 ? 2 : n, n == 2 ? 2 : n == 4 ? 4 : 6, &x->t.year))
		return false;
	if (n == 2)
		x->t.year += 2000;
	return true;
}

static bool read_field(struct parsing *x, char c, size_t n)
{
	int v;
	size_t max = n == 1 ? 2 : n;
	switch (c) {
	case 'y':
	case 'u': return year(x, n);
	case 'M':
	case 'L':
		if (n <= 2)
			return number(x, n, max, &x->t.month);
		return word(x, MONTHS, 12, n, &v) && (x->t.month = v + 1);
	case 'd': return number(x, n, max, &x->t.day);
	case 'D': return number(x, n, 3, &x->day_of_year);
	case 'E': return word(x, DAYS, 7, n, &v);
	case 'H':
	case 'K':
	case 'h': return number(x, n, max, &x->t.hour);
	case 'k': return number(x, n, max, &x->t.hour) && (x->t.hour %= 24, true);
	case 'm': return number(x, n, max, &x->t.minute);
	case 's': return number(x, n, max, &x->t.second);
	case 'S': return fraction(x, n);
	case 'a':
		if (x->end - x->s < 2)
			return false;
		x->pm = toupper((unsigned char)*x->s) == 'P';
		x->s += 2;
		return true;
	case 'X':
	case 'x':
	case 'Z':
	case 'z':
	case 'V':
	case 'O': return zone(x, c);
	default:
		x->bad_pattern = true;
		return false;
	}
}

static bool read_pattern(struct parsing *x, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t run = 1;
		if (p[i] == '\'') {
			struct buf b = BUF_INIT;
			quoted(&b, p, n, &i);
			bool ok = (size_t)(x->end - x->s) >= b.len && !memcmp(x->s, buf_str(&b), b.len);
			x->s += ok ? b.len : 0;
			buf_free(&b);
			if (!ok)
				return false;
			continue;
		}
		if (p[i] == '[' && x->s >= x->end)
			return true; /* an optional tail that is not there */
		if (p[i] == '[' || p[i] == ']')
			continue;
		if (!isalpha((unsigned char)p[i])) {
			if (x->s >= x->end || *x->s++ != p[i])
				return false;
			continue;
		}
		while (i + run < n && p[i + run] == p[i])
			run++;
		if (!read_field(x, p[i], run))
			return false;
		i += run - 1;
	}
	return x->s == x->end;
}

static bool valid(struct parsing *x)
{
	struct sql_datetime *t = &x->t;
	if (x->pm >= 0) {
		if (t->hour > 12)
			return false;
		t->hour = t->hour % 12 + (x->pm ? 12 : 0);
	}
	if (x->day_of_year)
		sql_civil_from_days(sql_days_from_civil(t->year, 1, 1) + x->day_of_year - 1, &t->year, &t->month, &t->day);
	return t->month >= 1 && t->month <= 12 && t->day >= 1 && t->day <= sql_month_days(t->year, t->month) &&
	       t->hour < 24 && t->minute < 60 && t->second < 60;
}

/* Text by a pattern. Arguments: text, pattern, mode[, session zone]: an instant when there is a zone, else a
 * wall clock; both in microseconds. */
static bool parse_time(struct udf *u)
{
	size_t n, pn;
	const char *s = udf_string(u, 0, &n), *p = udf_string(u, 1, &pn);
	struct parsing x = { .s = s, .end = s + n, .t = { .year = 1970, .month = 1, .day = 1 }, .pm = -1 };
	bool ok = read_pattern(&x, p, pn) && valid(&x);
	if (x.bad_pattern)
		return bad_pattern(u, p, pn);
	if (ok)
		return u->n > 3 ? put_instant(u, &x.t, 3) : udf_put_long(u, join(&x.t));
	if (udf_int(u, 2) != 0)
		return false;
	return udf_fail(u, "CANNOT_PARSE_TIMESTAMP", "22007",
	                "Text '%.*s' could not be parsed by '%.*s'. Use `try_to_timestamp` to tolerate invalid input "
	                "string and return NULL instead.", (int)(n > 100 ? 100 : n), s, (int)pn, p);
}

/* ---- truncation ---- */

static bool is_unit(const char *s, size_t n, const char *const *names)
{
	for (; *names; names++)
		if (strlen(*names) == n && !strncasecmp(*names, s, n))
			return true;
	return false;
}

/* Level: 0 microsecond … 6 day, 7 week, 8 month, 9 quarter, 10 year; -1 unknown. */
static int level_of(const char *s, size_t n)
{
	static const char *const names[11][5] = {
		{ "MICROSECOND", NULL }, { "MILLISECOND", NULL }, { "SECOND", NULL }, { "MINUTE", NULL },
		{ "HOUR", NULL }, { NULL }, { "DAY", "DD", NULL }, { "WEEK", NULL }, { "MONTH", "MM", "MON", NULL },
		{ "QUARTER", NULL }, { "YEAR", "YYYY", "YY", NULL },
	};
	for (int i = 0; i < 11; i++)
		if (is_unit(s, n, names[i]))
			return i;
	return -1;
}

static int64_t truncated_day(int64_t day, int level)
{
	int y, m, d;
	sql_civil_from_days(day, &y, &m, &d);
	if (level == 7)
		return day - weekday(day);
	if (level == 8)
		return sql_days_from_civil(y, m, 1);
	if (level == 9)
		return sql_days_from_civil(y, (m - 1) / 3 * 3 + 1, 1);
	return level == 10 ? sql_days_from_civil(y, 1, 1) : day;
}

static bool date_trunc(struct udf *u)
{
	static const int64_t unit[] = { 1, 1000, 1000000, 60000000, 3600000000 };
	size_t n;
	const char *s = udf_string(u, 0, &n);
	int level = level_of(s, n);
	int64_t us = udf_long(u, 1);
	if (level < 0)
		return false;
	if (level < 5)
		return udf_put_long(u, floor_to(us, unit[level]) * unit[level]);
	return udf_put_long(u, truncated_day(floor_to(us, DAY_US), level) * DAY_US);
}

static bool trunc_date(struct udf *u)
{
	size_t n;
	const char *s = udf_string(u, 1, &n);
	int level = level_of(s, n);
	return level >= 7 && udf_put_int(u, (int32_t)truncated_day(udf_int(u, 0), level));
}

/* ---- differences ---- */

/* Whole months when both are the same day of the month or both the last; else 31-day fractions. */
static bool months_between(struct udf *u)
{
	int64_t d1, d2;
	struct sql_datetime a = split(udf_long(u, 0), &d1), b = split(udf_long(u, 1), &d2);
	double months = (a.year - b.year) * 12.0 + (a.month - b.month);
	bool last = a.day == sql_month_days(a.year, a.month) && b.day == sql_month_days(b.year, b.month);
	if (a.day == b.day || last)
		return udf_put_double(u, months);
	double sa = (double)((udf_long(u, 0) - d1 * DAY_US) / 1000000);
	double sb = (double)((udf_long(u, 1) - d2 * DAY_US) / 1000000);
	double v = months + ((a.day - b.day) * 86400.0 + sa - sb) / (31 * 86400.0);
	return udf_put_double(u, udf_bool(u, 2) ? round(v * 1e8) / 1e8 : v);
}

/* Whole months from the first to the second. */
static bool months_diff(struct udf *u)
{
	int64_t d1, d2, from = udf_long(u, 0), to = udf_long(u, 1);
	struct sql_datetime a = split(from, &d1), b = split(to, &d2);
	int64_t months = (b.year - a.year) * 12LL + b.month - a.month;
	a.year = b.year;
	a.month = b.month;
	int64_t in_month_a = (a.day * 24LL * 3600 + a.hour * 3600LL + a.minute * 60LL + a.second) * 1000000 + a.micros;
	int64_t in_month_b = (b.day * 24LL * 3600 + b.hour * 3600LL + b.minute * 60LL + b.second) * 1000000 + b.micros;
	if (months > 0 && in_month_b < in_month_a)
		months--;
	else if (months < 0 && in_month_b > in_month_a)
		months++;
	return udf_put_long(u, months);
}

static bool wall_diff(struct udf *u)
{
	return udf_put_long(u, udf_long(u, 1) - udf_long(u, 0));
}

static bool next_day(struct udf *u)
{
	size_t n;
	const char *s = udf_string(u, 1, &n);
	for (int i = 0; i < 7; i++) {
		bool hit = n >= 2 && !strncasecmp(s, DAYS[i], n) && (n <= 3 || n == strlen(DAYS[i]));
		if (hit) {
			int32_t day = udf_int(u, 0);
			int step = ((i - weekday(day)) % 7 + 7) % 7;
			return udf_put_int(u, day + (step ? step : 7));
		}
	}
	if (udf_int(u, 2) != 0)
		return false;
	return udf_fail(u, "ILLEGAL_DAY_OF_WEEK", "22009", "Illegal input for day of week: %.*s.", (int)n, s);
}

/* ---- making ---- */

static bool out_of_bounds(struct udf *u, int mode, int y, int m, int d)
{
	if (mode != 0)
		return false;
	return udf_fail(u, "DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", "22023",
	                "Invalid date or time field: year %d, month %d, day %d.", y, m, d);
}

static bool make_date(struct udf *u)
{
	int y = udf_int(u, 0), m = udf_int(u, 1), d = udf_int(u, 2);
	if (m < 1 || m > 12 || d < 1 || d > sql_month_days(y, m))
		return out_of_bounds(u, udf_int(u, 3), y, m, d);
	return udf_put_int(u, (int32_t)sql_days_from_civil(y, m, d));
}

static bool make_timestamp(struct udf *u)
{
	struct sql_datetime t = { .year = udf_int(u, 0), .month = udf_int(u, 1), .day = udf_int(u, 2),
		                  .hour = udf_int(u, 3), .minute = udf_int(u, 4) };
	double s = udf_double(u, 5);
	if (t.month < 1 || t.month > 12 || t.day < 1 || t.day > sql_month_days(t.year, t.month) || t.hour < 0 ||
	    t.hour > 23 || t.minute < 0 || t.minute > 59 || s < 0 || s > 60)
		return out_of_bounds(u, udf_int(u, 6), t.year, t.month, t.day);
	return udf_put_long(u, join(&t) + llround(s * 1e6));
}

/* "2024-02-29T01:02:03.000Z" with its quotes; instants end in the zone, which is UTC's letter at offset 0. */
static bool json_time(struct udf *u)
{
	int64_t day;
	char text[64];
	struct sql_datetime t = split(udf_long(u, 0), &day);
	int n = snprintf(text, sizeof text, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03d%s\"", t.year, t.month, t.day, t.hour,
	                 t.minute, t.second, t.micros / 1000, udf_bool(u, 1) ? "Z" : "");
	return udf_put_string(u, text, (size_t)n);
}

const struct udf_def udf_time_defs[] = {
	{ "spark_date_format", "tssi", 's', date_format },
	{ "spark_wall", "ls", 't', wall },
	{ "spark_instant", "ts", 'l', instant },
	{ "spark_to_timestamp", "ssi", 'l', cast_timestamp },
	{ "spark_parse_wall", "ssi", 't', parse_time },
	{ "spark_parse_instant", "ssis", 'l', parse_time },
	{ "spark_date_trunc", "st", 't', date_trunc },
	{ "spark_trunc", "Ds", 'D', trunc_date },
	{ "spark_months_between", "ttb", 'd', months_between },
	{ "spark_months_diff", "tt", 'l', months_diff },
	{ "spark_wall_diff", "tt", 'l', wall_diff },
	{ "spark_next_day", "Dsi", 'D', next_day },
	{ "spark_make_date", "iiii", 'D', make_date },
	{ "spark_make_timestamp", "iiiiidi", 't', make_timestamp },
	{ "spark_json_time", "tb", 's', json_time },
	{ 0 },
};
