#include "core/control/cost/calendar.h"

#include <string.h>
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

#define DAY 86400000LL
#define BLOCK 128              /* days that are added at a time at the front */
#define FAR (20 * 366 * DAY)   /* nobody keeps so many */

static void extend_back(struct day_cache *c)
{
	vec_reserve(&c->at, c->at.len + BLOCK);
	memmove(c->at.items + BLOCK, c->at.items, c->at.len * sizeof *c->at.items);
	c->at.len += BLOCK;
	for (size_t i = BLOCK; i-- > 0;)
		c->at.items[i] = day_start(c->at.items[i + 1] - 1);
}

int64_t day_of(struct day_cache *c, int64_t t, int64_t *next)
{
	if (!c->at.len) {
		int64_t first = day_start(t), second = day_next(t);
		vec_push(&c->at, first);
		vec_push(&c->at, second);
	}
	if (t < c->at.items[0] - FAR || t > c->at.items[c->at.len - 1] + FAR) {
		*next = day_next(t);
		return day_start(t);
	}
	while (t < c->at.items[0])
		extend_back(c);
	for (int64_t last; (last = c->at.items[c->at.len - 1]) <= t;) {
		int64_t later = day_next(last);
		vec_push(&c->at, later);
	}
	size_t i = (size_t)((t - c->at.items[0]) / DAY); /* days of 23 and 25 hours shift it by one at most */
	i = i + 1 < c->at.len ? i : c->at.len - 2;
	while (t < c->at.items[i])
		i--;
	while (t >= c->at.items[i + 1])
		i++;
	*next = c->at.items[i + 1];
	return c->at.items[i];
}
