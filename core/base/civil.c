/* The calendar by arithmetic: an era of 400 years has 146,097 days, and a year that begins in March has its
 * leap day at its end. */
#include "core/base/tz.h"

#define ERA_DAYS 146097

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t civil_days(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2), era = floor_div(y, 400), in_era = y - era * 400;
	int64_t march_day = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 + march_day - 719468;
}

void civil_date(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468, era = floor_div(z, ERA_DAYS), d = z - era * ERA_DAYS;
	int64_t y = (d - d / 1460 + d / 36524 - d / (ERA_DAYS - 1)) / 365;
	int64_t in_year = d - (365 * y + y / 4 - y / 100);
	int m = (int)((5 * in_year + 2) / 153);

	*day = (int)(in_year - (153 * m + 2) / 5) + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = y + era * 400 + (*month <= 2);
}

int civil_month_days(int64_t year, int month)
{
	int64_t next = month == 12 ? civil_days(year + 1, 1, 1) : civil_days(year, month + 1, 1);

	return (int)(next - civil_days(year, month, 1));
}

int civil_weekday(int64_t days)
{
	return (int)(days + 4 - 7 * floor_div(days + 4, 7));
}
