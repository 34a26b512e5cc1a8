/* Days and months as people here have them: of the server's time zone, with days of 23 and 25 hours. Instants
 * are epoch milliseconds. */
#ifndef CORE_CONTROL_COST_CALENDAR_H
#define CORE_CONTROL_COST_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/mem.h"

int64_t day_start(int64_t t);            /* of the day that t is in */
int64_t day_next(int64_t t);             /* the start of the day after it */
int64_t month_start(int64_t t);
int64_t month_next(int64_t t);
/* "2026-11-26"; gives out (at least 11 bytes). month_name: "2026-11". */
char *day_name(int64_t t, char *out, size_t size);
char *month_name(int64_t t, char *out, size_t size);

/* The C library takes a microsecond or more for each of those questions; whoever asks a million of them keeps
 * the days. Zero-initialise, vec_free(&c->at). */
struct day_cache {
	VEC(int64_t) at;                 /* starts of days in a row */
};
/* Start of the day that t is in, and of the next one. */
int64_t day_of(struct day_cache *c, int64_t t, int64_t *next);

#endif
