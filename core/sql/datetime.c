#include "core/sql/datetime.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Howard Hinnant's well-known arithmetic over 400-year eras that begin in March. */
int64_t sql_days_from_civil(int64_t year, int month, int day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t yoe = year - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

void sql_civil_from_days(int64_t days, int *year, int *month, int *day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	int64_t doe = days - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

int sql_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

struct reader {
	const char *p, *end;
};

static bool at(const struct reader *r, char c)
{
	return r->p < r->end && *r->p == c;
}

/* min to max digits. */
static bool digits(struct reader *r, int min, int max, int *out)
{
	int n = 0;
	*out = 0;
	while (r->p < r->end && isdigit((unsigned char)*r->p) && n < max) {
		*out = *out * 10 + (*r->p++ - '0');
		n++;
	}
	return n >= min && !(r->p < r->end && isdigit((unsigned char)*r->p));
}

static void trim(struct reader *r)
{
	while (r->p < r->end && (unsigned char)*r->p <= ' ')
		r->p++;
	while (r->end > r->p && (unsigned char)r->end[-1] <= ' ')
		r->end--;
}

static bool read_ymd(struct reader *r, int *y, int *m, int *d)
{
	bool negative = at(r, '-');
	if (negative || at(r, '+'))
		r->p++;
	*m = *d = 1;
	if (!digits(r, 4, 6, y))
		return false;
	if (negative)
		*y = -*y;
	if (!at(r, '-'))
		return true;
	r->p++;
	if (!digits(r, 1, 2, m))
		return false;
	if (at(r, '-')) {
		r->p++;
		if (!digits(r, 1, 2, d))
			return false;
	}
	return *m >= 1 && *m <= 12 && *d >= 1 && *d <= sql_month_days(*y, *m);
}

bool sql_parse_date(const char *s, size_t n, int32_t *days)
{
	struct reader r = { s, s + n };
	int y, m, d;
	trim(&r);
	if (!read_ymd(&r, &y, &m, &d))
		return false;
	if (r.p < r.end && !at(&r, 'T') && !at(&r, ' '))
		return false;
	*days = (int32_t)sql_days_from_civil(y, m, d);
	return true;
}

/* ".123456789": digits after the sixth are dropped. */
static bool read_fraction(struct reader *r, int *micros)
{
	int n = 0;
	*micros = 0;
	for (r->p++; r->p < r->end && isdigit((unsigned char)*r->p); r->p++, n++)
		if (n < 6)
			*micros = *micros * 10 + (*r->p - '0');
	for (int k = n; k < 6; k++)
		*micros *= 10;
	return n <= 9;
}

static bool read_offset(struct reader *r, char *out, size_t size)
{
	char sign = *r->p++;
	int h, m = 0, s = 0;
	if (!digits(r, 1, 4, &h))
		return false;
	if (h > 99) {
		m = h % 100;
		h /= 100;
	}
	if (at(r, ':')) {
		r->p++;
		if (!digits(r, 1, 2, &m))
			return false;
		if (at(r, ':')) {
			r->p++;
			if (!digits(r, 1, 2, &s))
				return false;
		}
	}
	if (h > 18 || m > 59 || s > 59)
		return false;
	snprintf(out, size, "%c%02d:%02d", sign, h, m);
	return true;
}

static bool read_zone(struct reader *r, char *out, size_t size)
{
	while (at(r, ' '))
		r->p++;
	if (r->p == r->end)
		return true;
	size_t n = (size_t)(r->end - r->p);
	if ((n == 1 && (*r->p == 'Z' || *r->p == 'z'))) {
		r->p++;
		snprintf(out, size, "+00:00");
		return true;
	}
	if (n > 3 && (!strncmp(r->p, "UTC", 3) || !strncmp(r->p, "GMT", 3)) && (r->p[3] == '+' || r->p[3] == '-'))
		r->p += 3;
	if (*r->p == '+' || *r->p == '-')
		return read_offset(r, out, size) && r->p == r->end;
	if (n >= size)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)r->p[i]) && !strchr("/_+-", r->p[i]))
			return false;
	snprintf(out, size, "%.*s", (int)n, r->p);
	r->p = r->end;
	return true;
}

static bool read_time(struct reader *r, struct sql_datetime *t)
{
	if (!digits(r, 1, 2, &t->hour))
		return false;
	if (at(r, ':')) {
		r->p++;
		if (!digits(r, 1, 2, &t->minute))
			return false;
		if (at(r, ':')) {
			r->p++;
			if (!digits(r, 1, 2, &t->second))
				return false;
			if (at(r, '.') && !read_fraction(r, &t->micros))
				return false;
		}
	} else if (t->time_only)
		return false;
	return t->hour < 24 && t->minute < 60 && t->second < 60;
}

bool sql_parse_timestamp(const char *s, size_t n, struct sql_datetime *t)
{
	struct reader r = { s, s + n };
	memset(t, 0, sizeof *t);
	trim(&r);
	if (r.p == r.end)
		return false;
	const char *colon = memchr(r.p, ':', (size_t)(r.end - r.p));
	t->time_only = at(&r, 'T') || (colon && colon - r.p <= 2);
	if (t->time_only) {
		r.p += at(&r, 'T');
		return read_time(&r, t) && read_zone(&r, t->zone, sizeof t->zone);
	}
	if (!read_ymd(&r, &t->year, &t->month, &t->day))
		return false;
	if (r.p == r.end)
		return true;
	if (!at(&r, 'T') && !at(&r, ' '))
		return false;
	r.p++;
	return read_time(&r, t) && read_zone(&r, t->zone, sizeof t->zone);
}

char *sql_datetime_text(const struct sql_datetime *t, bool with_zone, char *out, size_t size)
{
	const char *bc = t->year <= 0 ? " (BC)" : "";
	int year = t->year <= 0 ? 1 - t->year : t->year;
	const char *blank = with_zone && t->zone[0] && t->zone[0] != '+' && t->zone[0] != '-' ? " " : "";
	int n = snprintf(out, size, "%04d-%02d-%02d%s %02d:%02d:%02d", year, t->month, t->day, bc, t->hour,
	                 t->minute, t->second);
	if (t->micros && n > 0 && (size_t)n < size)
		n += snprintf(out + n, size - (size_t)n, ".%06d", t->micros);
	if (with_zone && n > 0 && (size_t)n < size)
		snprintf(out + n, size - (size_t)n, "%s%s", blank, t->zone);
	return out;
}
