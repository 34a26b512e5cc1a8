#include "core/base/tz_rule.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "core/base/tz.h"

#define DAY 86400

/* ---- parsing: every function moves *p behind what it took ---- */

static bool number(const char **p, int low, int high, int *out)
{
	int n = 0;

	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++)
		if ((n = n * 10 + (**p - '0')) > high)
			return false;
	*out = n;
	return n >= low;
}

/* "CET" or "<+0330>". */
static bool skip_name(const char **p)
{
	const char *s = *p;

	if (*s == '<') {
		s = strchr(s, '>');
		return s && (*p = s + 1, true);
	}
	while (isalpha((unsigned char)*s))
		s++;
	bool any = s - *p >= 3;
	*p = s;
	return any;
}

/* [+-]h[h][:mm[:ss]] in seconds. */
static bool time_of(const char **p, int max_hours, int64_t *out)
{
	int sign = **p == '-' ? -1 : 1, h, m = 0, s = 0;

	if (**p == '-' || **p == '+')
		(*p)++;
	if (!number(p, 0, max_hours, &h))
		return false;
	if (**p == ':' && (++*p, !number(p, 0, 59, &m)))
		return false;
	if (**p == ':' && (++*p, !number(p, 0, 59, &s)))
		return false;
	*out = (int64_t)sign * (h * 3600 + m * 60 + s);
	return true;
}

static bool day_of(const char **p, struct tz_change *c)
{
	if (**p == 'J') {
		++*p;
		c->kind = TZ_DAY_JULIAN;
		return number(p, 1, 365, &c->day);
	}
	if (**p != 'M') {
		c->kind = TZ_DAY_ZERO;
		return number(p, 0, 365, &c->day);
	}
	++*p;
	c->kind = TZ_DAY_MONTH;
	return number(p, 1, 12, &c->month) && *(*p)++ == '.' && number(p, 1, 5, &c->week) && *(*p)++ == '.' &&
	       number(p, 0, 6, &c->weekday);
}

static bool change_of(const char **p, struct tz_change *c)
{
	c->time = 2 * 3600;
	if (!day_of(p, c))
		return false;
	return **p != '/' || (++*p, time_of(p, 167, &c->time));
}

bool tz_rule_parse(const char *text, struct tz_rule *out)
{
	const char *p = text;
	int64_t west;

	memset(out, 0, sizeof *out);
	if (!skip_name(&p) || !time_of(&p, 24, &west))
		return false;
	out->standard = out->summer = -west;
	if (!*p)
		return true;
	if (!skip_name(&p))
		return false;
	out->has_summer = true;
	out->summer = out->standard + 3600;
	if (*p && *p != ',') {
		if (!time_of(&p, 24, &west))
			return false;
		out->summer = -west;
	}
	return *p++ == ',' && change_of(&p, &out->start) && *p++ == ',' && change_of(&p, &out->end) && !*p;
}

/* ---- asking ---- */

/* Local seconds of the change in a year. */
static int64_t change_in(const struct tz_change *c, int64_t year)
{
	int64_t first = civil_days(year, 1, 1), day;

	if (c->kind == TZ_DAY_ZERO) {
		day = first + c->day;
	} else if (c->kind == TZ_DAY_JULIAN) {
		day = first + c->day - 1 + (c->day >= 60 && civil_month_days(year, 2) == 29);
	} else {
		int64_t month = civil_days(year, c->month, 1);
		int offset = (c->weekday - civil_weekday(month) + 7) % 7 + 7 * (c->week - 1);
		day = month + (offset < civil_month_days(year, c->month) ? offset : offset - 7);
	}
	return day * DAY + c->time;
}

int64_t tz_rule_offset(const struct tz_rule *r, int64_t instant)
{
	int64_t year, local = instant + r->standard;
	int month, day;

	if (!r->has_summer)
		return r->standard;
	civil_date(local / DAY - (local % DAY < 0), &year, &month, &day);
	int64_t start = change_in(&r->start, year) - r->standard, end = change_in(&r->end, year) - r->summer;
	bool summer = start < end ? instant >= start && instant < end : !(instant >= end && instant < start);
	return summer ? r->summer : r->standard;
}
