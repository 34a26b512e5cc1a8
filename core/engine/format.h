/* Single values as Spark prints them (and as CAST(… AS STRING) gives them). Every function writes at most
 * FORMAT_MAX bytes without a NUL at the end, and gives how many. No allocation, no locale. */
#ifndef CORE_ENGINE_FORMAT_H
#define CORE_ENGINE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORMAT_MAX 160

size_t format_int64(char *out, int64_t v);
/* v is a 128-bit integer: hi * 2^64 + lo. */
size_t format_hugeint(char *out, int64_t hi, uint64_t lo);
size_t format_uhugeint(char *out, uint64_t hi, uint64_t lo);
/* The decimal v / 10^scale with all of its scale: 1.00. */
size_t format_decimal(char *out, int64_t hi, uint64_t lo, int scale);
/* Shortest text that reads back, in Java's manner: 1000.0, 1.0E10, NaN, -Infinity. */
size_t format_double(char *out, double v);
size_t format_float(char *out, float v);
/* Days since 1970-01-01, proleptic Gregorian: 2020-01-01, +12345-01-01, -0044-03-15. */
size_t format_date(char *out, int32_t days);
/* Wall-clock microseconds since 1970-01-01: 2020-01-01 01:02:03.5; sep is ' ' or 'T'. */
size_t format_timestamp(char *out, int64_t us, char sep);
/* Microseconds since midnight: 12:00:00.5 */
size_t format_time(char *out, int64_t us);

/* Fields of the two interval families, as in "interval day to second". */
enum interval_field { FIELD_YEAR, FIELD_MONTH, FIELD_DAY, FIELD_HOUR, FIELD_MINUTE, FIELD_SECOND };
/* "1-2": months in all. */
size_t format_year_month(char *out, int64_t months);
/* "1 02:03:04.500000000": microseconds in all. */
size_t format_day_time(char *out, int64_t us);
/* Spark's calendar interval: "1 years 2 months 25 days 5 hours"; "0 seconds" when empty. */
size_t format_calendar_interval(char *out, int32_t months, int32_t days, int64_t us);

/* ---- zones ----
 * Offset of the session zone at an instant, in microseconds to add to UTC. Zones are IANA names, "Z",
 * "UTC", "GMT", "+01:00", "UTC+1". A zone object caches and belongs to one thread. */
struct zone;
/* NULL when the name is not known on this machine. */
struct zone *zone_new(const char *name);
void zone_free(struct zone *z);
int64_t zone_offset_us(struct zone *z, int64_t instant_us);
/* The machine's own zone: $TZ, /etc/localtime's target, else UTC. Static storage. */
const char *zone_local_name(void);

#endif
