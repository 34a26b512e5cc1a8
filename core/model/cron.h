/* When something runs: the three expressions of EventBridge Scheduler.
 *
 *     cron(minutes hours day-of-month month day-of-week year)     rate(5 minutes)     at(2026-12-24T18:00:00)
 *
 * cron and at are read on the clocks of a time zone, to the minute and to the second. Fields of cron: `*`,
 * lists with `,`, ranges with `-` (across the end too: FRI-MON, 22-2), steps with `/`, JAN-DEC, SUN-SAT (SUN
 * = 1); `?` in exactly one of the two day fields; in day-of-month `L` (the last), `LW` (the last weekday) and
 * `15W` (the weekday nearest to the 15th, within the month); in day-of-week `6L` (the last Friday) and `6#3`
 * (the third Friday).
 *
 * Summer time is EventBridge Scheduler's: a time of cron that the clocks skip is no time and does not run, one
 * that comes twice runs the first time only; a day of a rate has 24 hours. at() with a time that the clocks skip
 * means the moment after the gap: it has no other day.
 *
 * A struct cron is a plain value without pointers. */
#ifndef CORE_MODEL_CRON_H
#define CORE_MODEL_CRON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"
#include "core/base/tz.h"

enum cron_kind { CRON_CRON, CRON_RATE, CRON_AT };

#define CRON_YEAR_FIRST 1970
#define CRON_YEAR_LAST 2199

struct cron {
	enum cron_kind kind;
	/* CRON_CRON: bit n of a set is the value n; 0 in both day fields' sets never occurs. */
	uint64_t minutes;            /* 0…59 */
	uint32_t hours;              /* 0…23 */
	uint32_t days;               /* 1…31 */
	uint32_t near_days;          /* nW: 1…31 */
	bool last_day, last_weekday; /* L, LW */
	uint32_t months;             /* 1…12 */
	uint8_t weekdays;            /* 0 = Sunday … 6 */
	uint8_t last_of;             /* nL: weekdays */
	uint8_t nth_day, nth;        /* d#n: weekday and 1…5; nth 0 = not given */
	bool by_weekday;             /* day-of-month is "?" */
	uint64_t years[4];           /* bit n: 1970 + n */
	/* CRON_RATE: start, start + period, … The parser leaves start 0 (the epoch): the caller sets it. */
	int64_t start_ms, period_ms;
	/* CRON_AT: local seconds. */
	int64_t at_local;
};

/* 0, or ERR_INVALID with what is wrong in which field and what was expected there; *out is then undefined. */
int cron_parse(const char *expr, struct cron *out, struct error *err);

/* The first run after an instant (ms since the epoch); 0 = never again. The zone is an IANA name (NULL or ""
 * = UTC); with one that is not known the answer is 0: check it with tz_open when it is given. */
int64_t cron_next(const struct cron *c, const char *tz, int64_t after_ms);
int64_t cron_next_in(const struct cron *c, const struct tz *tz, int64_t after_ms); /* with an open zone */

/* A schedule in words, as "every day at 02:00 Europe/Berlin" or "every 15 minutes, Monday to Friday". tz NULL
 * or "": no zone is named. Gives out, cut at its size. */
char *cron_words(const struct cron *c, const char *tz, char *out, size_t size);

#endif
