/* A schedule as a person would say it: when in the day, on which days, in which months and years, on whose
 * clocks. What has a short form gets it; everything else is listed. */
#include "core/model/cron.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"

static const char *const month_names[] = {
	"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
	"December",
};
static const char *const day_names[] = { "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
	                                 "Saturday" };
static const char *const nth_names[] = { "first", "second", "third", "fourth", "fifth" };

/* The values of a set, ascending. */
struct values {
	int n, at[256];
};

static struct values values_of(uint64_t bits, int first)
{
	struct values v = { 0, { 0 } };

	for (int i = 0; i < 64; i++)
		if (bits >> i & 1)
			v.at[v.n++] = first + i;
	return v;
}

/* The distance between neighbours when it is always the same, else 0. */
static int step_of(const struct values *v)
{
	int step = v->n > 1 ? v->at[1] - v->at[0] : 0;

	for (int i = 2; i < v->n; i++)
		if (v->at[i] - v->at[i - 1] != step)
			return 0;
	return step;
}

static const char *ordinal(int n)
{
	int last = n % 10;

	if (n / 10 == 1)
		return "th";
	return last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
}

typedef void (*value_fn)(struct buf *out, int value);

static void put_number(struct buf *out, int value)
{
	buf_addf(out, "%d", value);
}

static void put_day(struct buf *out, int value)
{
	buf_addf(out, "%d%s", value, ordinal(value));
}

static void put_month(struct buf *out, int value)
{
	buf_adds(out, month_names[value - 1]);
}

static void put_weekday(struct buf *out, int value)
{
	buf_adds(out, day_names[value]);
}

/* "1, 2 and 5"; three or more neighbours that are all there is: "1 to 5". */
static void put_list(struct buf *out, const struct values *v, value_fn put)
{
	if (v->n > 2 && step_of(v) == 1) {
		put(out, v->at[0]);
		buf_adds(out, " to ");
		put(out, v->at[v->n - 1]);
		return;
	}
	for (int i = 0; i < v->n; i++) {
		if (i)
			buf_adds(out, i == v->n - 1 ? " and " : ", ");
		put(out, v->at[i]);
	}
}

/* ---- when in the day ---- */

#define TIMES_LISTED 4

static void put_times(struct buf *out, const struct values *hours, const struct values *minutes)
{
	int n = 0, all = hours->n * minutes->n;

	buf_adds(out, "at ");
	for (int h = 0; h < hours->n; h++)
		for (int m = 0; m < minutes->n; m++, n++) {
			if (n)
				buf_adds(out, n == all - 1 ? " and " : ", ");
			buf_addf(out, "%02d:%02d", hours->at[h], minutes->at[m]);
		}
}

static void put_minutes(struct buf *out, const struct values *v)
{
	int step = step_of(v);

	if (v->n == 60)
		buf_adds(out, "every minute");
	else if (step > 1 && v->at[0] == 0 && v->at[v->n - 1] + step >= 60 && 60 % step == 0)
		buf_addf(out, "every %d minutes", step);
	else {
		buf_adds(out, v->n == 1 ? "at minute " : "at minutes ");
		put_list(out, v, put_number);
	}
}

static void put_hours(struct buf *out, const struct values *v, bool at_minutes)
{
	int step = step_of(v);

	if (v->n == 24) {
		buf_adds(out, at_minutes ? " of every hour" : "");
	} else if (step > 1 && v->n > 2 && v->at[v->n - 1] + step >= 24) {
		buf_addf(out, " of every %d%s hour", step, ordinal(step));
		if (v->at[0])
			buf_addf(out, " from %02d:00", v->at[0]);
	} else if (step == 1) {
		buf_addf(out, " from %02d:00 to %02d:59", v->at[0], v->at[v->n - 1]);
	} else {
		buf_adds(out, v->n == 1 ? " of hour " : " of hours ");
		put_list(out, v, put_number);
	}
}

/* True when it is said with clock times: days then come first. */
static bool clock_times(const struct cron *c)
{
	return __builtin_popcountll(c->minutes) * __builtin_popcount(c->hours) <= TIMES_LISTED;
}

static void put_time(struct buf *out, const struct cron *c)
{
	struct values hours = values_of(c->hours, 0), minutes = values_of(c->minutes, 0);

	if (clock_times(c)) {
		put_times(out, &hours, &minutes);
		return;
	}
	if (minutes.n == 1 && minutes.at[0] == 0 && hours.n == 24) {
		buf_adds(out, "every hour");
		return;
	}
	size_t start = out->len;
	put_minutes(out, &minutes);
	put_hours(out, &hours, !strncmp(out->data + start, "at", 2));
}

/* ---- on which days ---- */

static bool every_day(const struct cron *c)
{
	return c->by_weekday ? c->weekdays == 0x7F : c->days == 0xFFFFFFFEu;
}

static void put_and(struct buf *out, bool *any)
{
	buf_adds(out, *any ? " and " : "");
	*any = true;
}

static void put_month_days(struct buf *out, const struct cron *c)
{
	struct values days = values_of(c->days, 0), near = values_of(c->near_days, 0);
	bool any = false;

	buf_adds(out, "on ");
	if (days.n) {
		put_and(out, &any);
		buf_adds(out, "the ");
		put_list(out, &days, put_day);
	}
	if (near.n) {
		put_and(out, &any);
		buf_adds(out, "the weekday nearest to the ");
		put_list(out, &near, put_day);
	}
	if (c->last_weekday) {
		put_and(out, &any);
		buf_adds(out, "the last weekday");
	}
	if (c->last_day) {
		put_and(out, &any);
		buf_adds(out, "the last day");
	}
	buf_adds(out, " of the month");
}

static void put_weekdays(struct buf *out, const struct cron *c)
{
	/* Monday first, so that a weekend reads "Saturday and Sunday". */
	struct values days = { 0, { 0 } }, last = values_of(c->last_of, 0);
	bool any = false;

	for (int i = 1; i <= 7; i++)
		if (c->weekdays >> (i % 7) & 1)
			days.at[days.n++] = i;
	for (int i = 0, whole = step_of(&days) != 1 || days.n < 3; i < days.n && whole; i++)
		days.at[i] %= 7;
	if (days.n && !(days.n > 2 && step_of(&days) == 1)) {
		put_and(out, &any);
		buf_adds(out, "every ");
		put_list(out, &days, put_weekday);
	} else if (days.n) {
		put_and(out, &any);
		buf_addf(out, "%s to %s", day_names[days.at[0] % 7], day_names[days.at[days.n - 1] % 7]);
	}
	if (last.n) {
		put_and(out, &any);
		buf_adds(out, "on the last ");
		put_list(out, &last, put_weekday);
		buf_adds(out, " of the month");
	}
	if (c->nth)
		buf_addf(out, "on the %s %s of the month", nth_names[c->nth - 1], day_names[c->nth_day]);
}

static void put_days(struct buf *out, const struct cron *c)
{
	if (every_day(c))
		buf_adds(out, "every day");
	else if (c->by_weekday)
		put_weekdays(out, c);
	else
		put_month_days(out, c);
}

/* ---- in which months and years ---- */

static bool every_year(const struct cron *c)
{
	int n = 0;

	for (int i = 0; i < 4; i++)
		n += __builtin_popcountll(c->years[i]);
	return n == CRON_YEAR_LAST - CRON_YEAR_FIRST + 1;
}

static void put_season(struct buf *out, const struct cron *c)
{
	if (c->months != 0x1FFE) {
		struct values months = values_of(c->months, 0);
		buf_adds(out, " in ");
		put_list(out, &months, put_month);
	}
	if (!every_year(c)) {
		struct values years = { 0, { 0 } };
		for (int i = 0; i < 256; i++)
			if (c->years[i / 64] >> (i % 64) & 1)
				years.at[years.n++] = CRON_YEAR_FIRST + i;
		buf_adds(out, c->months != 0x1FFE ? " of " : " in ");
		put_list(out, &years, put_number);
	}
}

/* ---- whole ---- */

static void put_rate(struct buf *out, int64_t ms)
{
	int64_t minutes = ms / 60000;
	const char *unit = minutes % 1440 == 0 ? "day" : minutes % 60 == 0 ? "hour" : "minute";
	int64_t n = minutes % 1440 == 0 ? minutes / 1440 : minutes % 60 == 0 ? minutes / 60 : minutes;

	if (n == 1)
		buf_addf(out, "every %s", unit);
	else
		buf_addf(out, "every %lld %ss", (long long)n, unit);
}

static void put_at(struct buf *out, int64_t local)
{
	int64_t year;
	int month, day, second = (int)(local % 86400);

	civil_date(local / 86400, &year, &month, &day);
	buf_addf(out, "once, on %d %s %d at %02d:%02d", day, month_names[month - 1], (int)year, second / 3600,
	         second / 60 % 60);
	if (second % 60)
		buf_addf(out, ":%02d", second % 60);
}

static void put_cron(struct buf *out, const struct cron *c)
{
	if (clock_times(c)) {
		put_days(out, c);
		buf_addc(out, ' ');
		put_time(out, c);
	} else {
		put_time(out, c);
		if (!every_day(c)) {
			buf_adds(out, ", ");
			put_days(out, c);
		}
	}
	put_season(out, c);
}

char *cron_words(const struct cron *c, const char *tz, char *out, size_t size)
{
	struct buf text = BUF_INIT;

	if (c->kind == CRON_RATE)
		put_rate(&text, c->period_ms);
	else if (c->kind == CRON_AT)
		put_at(&text, c->at_local);
	else
		put_cron(&text, c);
	if (c->kind != CRON_RATE && tz && *tz)
		buf_addf(&text, " %s", tz);
	snprintf(out, size, "%s", buf_str(&text));
	buf_free(&text);
	return out;
}
