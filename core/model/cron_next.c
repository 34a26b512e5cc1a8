/* The next run: local times that match are walked in order, a day at a time and inside a day by its sets,
 * until one whose instant lies after the given one. */
#include "core/model/cron.h"

#define DAY 86400

static bool year_fits(const struct cron *c, int64_t year)
{
	int64_t n = year - CRON_YEAR_FIRST;

	return n >= 0 && year <= CRON_YEAR_LAST && (c->years[n / 64] >> (n % 64) & 1);
}

/* The weekday nearest to a day, within its month. */
static int near_weekday(int64_t first, int day, int month_days)
{
	switch (civil_weekday(first + day - 1)) {
	case 6: return day > 1 ? day - 1 : day + 2;
	case 0: return day < month_days ? day + 1 : day - 2;
	default: return day;
	}
}

static bool month_day_fits(const struct cron *c, int64_t first, int day, int month_days)
{
	if (c->days >> day & 1)
		return true;
	if (c->last_day && day == month_days)
		return true;
	if (c->last_weekday && day == near_weekday(first, month_days, month_days))
		return true;
	for (int near = 1; c->near_days && near <= month_days; near++)
		if ((c->near_days >> near & 1) && near_weekday(first, near, month_days) == day)
			return true;
	return false;
}

static bool weekday_fits(const struct cron *c, int64_t first, int day, int month_days)
{
	int w = civil_weekday(first + day - 1);

	if (c->weekdays >> w & 1)
		return true;
	if ((c->last_of >> w & 1) && day + 7 > month_days)
		return true;
	return c->nth && w == c->nth_day && (day - 1) / 7 + 1 == c->nth;
}

static bool day_fits(const struct cron *c, int64_t days)
{
	int64_t year;
	int month, day;

	civil_date(days, &year, &month, &day);
	int64_t first = days - day + 1;
	int month_days = civil_month_days(year, month);
	return c->by_weekday ? weekday_fits(c, first, day, month_days)
	                     : month_day_fits(c, first, day, month_days);
}

/* The first day from `days` on that fits, or -1. Years and months that do not fit are skipped whole. */
static int64_t next_day(const struct cron *c, int64_t days)
{
	int64_t year;
	int month, day;

	for (;;) {
		civil_date(days, &year, &month, &day);
		if (year > CRON_YEAR_LAST)
			return -1;
		if (!year_fits(c, year))
			days = civil_days(year + 1, 1, 1);
		else if (!(c->months >> month & 1))
			days += civil_month_days(year, month) - day + 1;
		else if (!day_fits(c, days))
			days++;
		else
			return days;
	}
}

/* The first matching minute of a day from `minute` on, or -1. */
static int next_minute(const struct cron *c, int minute)
{
	for (int h = minute / 60, m = minute % 60; h < 24; h++, m = 0) {
		if (!(c->hours >> h & 1))
			continue;
		uint64_t left = c->minutes >> m;
		if (left)
			return h * 60 + m + __builtin_ctzll(left);
	}
	return -1;
}

static int64_t next_cron(const struct cron *c, const struct tz *tz, int64_t after)
{
	int64_t local = after + tz_offset(tz, after) + 1;
	int64_t days = local / DAY - (local % DAY < 0);
	int minute = (int)((local - days * DAY + 59) / 60);

	for (;;) {
		int64_t found = next_day(c, days);
		if (found < 0)
			return 0;
		if (found != days)
			minute = 0;
		days = found;
		for (; (minute = next_minute(c, minute)) >= 0; minute++) {
			enum tz_fit fit;
			int64_t instant = tz_instant(tz, days * DAY + minute * 60, &fit);
			if (fit != TZ_NEVER && instant > after)
				return instant;
		}
		days++;
		minute = 0;
	}
}

int64_t cron_next_in(const struct cron *c, const struct tz *tz, int64_t after_ms)
{
	if (c->kind == CRON_RATE) {
		if (after_ms < c->start_ms)
			return c->start_ms;
		return c->start_ms + ((after_ms - c->start_ms) / c->period_ms + 1) * c->period_ms;
	}
	int64_t after = after_ms / 1000 - (after_ms % 1000 < 0);
	if (after < 0)
		after = -1;
	if (c->kind == CRON_AT) {
		int64_t at = tz_instant(tz, c->at_local, NULL);
		return at > after ? at * 1000 : 0;
	}
	return next_cron(c, tz, after) * 1000;
}

int64_t cron_next(const struct cron *c, const char *tz, int64_t after_ms)
{
	struct tz *zone = tz_open(tz, NULL);

	if (!zone)
		return 0;
	int64_t next = cron_next_in(c, zone, after_ms);
	tz_free(zone);
	return next;
}
