/* Time zones by the IANA's names, read from the system's zoneinfo (TZif versions 1 to 4, RFC 9636, with the
 * POSIX rule at the end that holds for all years after the table). The process's TZ is neither read nor
 * changed, so any number of zones can be used side by side. Instants are seconds since the epoch, UTC; local
 * times are the seconds that the same clock reading would have in UTC.
 *
 * A zone is a value of its own: no cache, no global state. Opening one reads a file of a few kilobytes. */
#ifndef CORE_BASE_TZ_H
#define CORE_BASE_TZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

struct tz;

/* "Europe/Berlin"; NULL, "", "UTC", "Etc/UTC" and "GMT" need no file. NULL with ERR_NOTFOUND (no such zone,
 * or not a name that could be one) or ERR_CORRUPT (the file is no TZif). Free with tz_free. */
struct tz *tz_open(const char *name, struct error *err);
/* The same from the bytes of a TZif file, for tests and fuzzing. */
struct tz *tz_read(const void *data, size_t len, struct error *err);
void tz_free(struct tz *z);

/* Seconds east of UTC at an instant. */
int64_t tz_offset(const struct tz *z, int64_t instant);

enum tz_fit { TZ_ONCE, TZ_TWICE, TZ_NEVER };
/* The instant at which clocks show a local time: the first of two when it comes twice, and the moment of the
 * change when it is skipped. */
int64_t tz_instant(const struct tz *z, int64_t local, enum tz_fit *fit);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back. Month 1…12, day 1…31. */
int64_t civil_days(int64_t year, int month, int day);
void civil_date(int64_t days, int64_t *year, int *month, int *day);
int civil_month_days(int64_t year, int month);
int civil_weekday(int64_t days);           /* 0 = Sunday … 6 = Saturday */

#endif
