/* Time. Wall-clock instants are int64 milliseconds since the epoch, UTC, everywhere in the program;
 * durations are milliseconds unless a name says otherwise.
 *
 * Tests freeze the wall clock with STOKER_FROZEN_TIME=<epoch ms>; the monotonic clock always runs. */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_now_ms(void);
int64_t clock_mono_us(void);              /* microseconds of CLOCK_MONOTONIC */

/* "2026-11-21T03:34:15.123Z" into out (at least 25 bytes); gives out. */
char *clock_iso8601(int64_t ms, char *out, size_t size);
/* "20261121T033415Z", SigV4's form; at least 17 bytes. */
char *clock_amz_date(int64_t ms, char *out, size_t size);
/* Reads ISO-8601 (with fraction and Z or ±hh:mm) or SigV4's form; -1 when malformed. */
int64_t clock_parse(const char *s);
/* People's form of a duration: "0:41", "1:12:05", "3d 04:10"; gives out. */
char *clock_duration(int64_t ms, char *out, size_t size);
/* One-unit age: "0.4s", "12s", "5m", "3h", "2d"; gives out. */
char *clock_age(int64_t ms, char *out, size_t size);

#endif
