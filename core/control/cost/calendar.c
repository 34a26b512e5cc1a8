#include "core/control/cost/calendar.h"

#include <time.h>

static struct tm local(int64_t t)
{
	time_t s = (time_t)(t / 1000);
	struct tm tm;

	localtime_r(&s, &tm);
	return tm;
}

/* Midnight of a day; where the clocks are put forward at midnight, the first moment that there is. */
static int64_t midnight(int year, int month, int day)
{
	struct tm tm = { .tm_year = year, .tm_mon = month, .tm_mday = day, .tm_isdst = -1 }, noon = tm;

	noon.tm_hour = 12;
	mktime(&noon); /* which day it really is: the 32nd is one of the next month */
	int64_t t = (int64_t)mktime(&tm) * 1000;
	return local(t).tm_mday == noon.tm_mday ? t : t + 3600000;
}

int64_t day_start(int64_t t)
{
	struct tm tm = local(t);

	return midnight(tm.tm_year, tm.tm_mon, tm.tm_mday);
}

int64_t day_next(int64_t t)
{
	struct tm tm = local(t);

	return midnight(tm.tm_year, tm.tm_mon, tm.tm_mday + 1);
}

int64_t month_start(int64_t t)
{
	struct tm tm = local(t);

	return midnight(tm.tm_year, tm.tm_mon, 1);
}

int64_t month_next(int64_t t)
{
	struct tm tm = local(t);

	return midnight(tm.tm_year, tm.tm_mon + 1, 1);
}

char *day_name(int64_t t, char *out, size_t size)
{
	struct tm tm = local(t);

	strftime(out, size, "%Y-%m-%d", &tm);
	return out;
}

char *month_name(int64_t t, char *out, size_t size)
{
	struct tm tm = local(t);

	strftime(out, size, "%Y-%m", &tm);
	return out;
}
