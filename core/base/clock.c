#include "core/base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t clock_now_ms(void)
{
	const char *frozen = getenv("STOKER_FROZEN_TIME");
	if (frozen && *frozen)
		return strtoll(frozen, NULL, 10);
	struct timespec ts;
	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_mono_us(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void split(int64_t ms, struct tm *tm, int *frac)
{
	int64_t sec = ms / 1000;
	*frac = (int)(ms % 1000);
	if (*frac < 0) {
		*frac += 1000;
		sec--;
	}
	time_t t = (time_t)sec;
	gmtime_r(&t, tm);
}

char *clock_iso8601(int64_t ms, char *out, size_t size)
{
	struct tm tm;
	int frac;
	split(ms, &tm, &frac);
	snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	         tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, frac);
	return out;
}

char *clock_amz_date(int64_t ms, char *out, size_t size)
{
	struct tm tm;
	int frac;
	split(ms, &tm, &frac);
	snprintf(out, size, "%04d%02d%02dT%02d%02d%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	         tm.tm_hour, tm.tm_min, tm.tm_sec);
	return out;
}

/* Parses ".123456" (any number of digits) to milliseconds and "Z" or "±hh[:]mm"; -1 when malformed. */
static int64_t parse_tail(const char *s, int64_t base)
{
	int64_t frac = 0, scale = 100;
	if (*s == '.') {
		for (s++; isdigit((unsigned char)*s); s++, scale /= 10)
			frac += (*s - '0') * scale;
	}
	if (*s == 'Z' || *s == 'z' || *s == '\0')
		return *s && s[1] ? -1 : base + frac;
	int sign = *s == '-' ? 1 : -1, h, m = 0;
	if ((*s != '+' && *s != '-') || sscanf(s + 1, "%2d:%2d", &h, &m) < 1)
		return -1;
	if (strlen(s + 1) == 4 && sscanf(s + 1, "%2d%2d", &h, &m) != 2)
		return -1;
	return base + frac + (int64_t)sign * (h * 60 + m) * 60000;
}

int64_t clock_parse(const char *s)
{
	struct tm tm = { 0 };
	int n = 0;
	if (sscanf(s, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &n) == 3 && n == 10) {
		s += n;
		n = 0;
		if (*s && (sscanf(s + 1, "%2d:%2d:%2d%n", &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &n) != 3 ||
		           (*s != 'T' && *s != ' ')))
			return -1;
		s += *s ? n + 1 : 0;
	} else if (sscanf(s, "%4d%2d%2dT%2d%2d%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
	                  &tm.tm_min, &tm.tm_sec, &n) == 6 && n == 15) {
		s += n;
	} else {
		return -1;
	}
	if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 ||
	    tm.tm_min > 59 || tm.tm_sec > 60)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return parse_tail(s, (int64_t)timegm(&tm) * 1000);
}

char *clock_duration(int64_t ms, char *out, size_t size)
{
	int64_t s = ms < 0 ? 0 : ms / 1000;
	if (s >= 86400)
		snprintf(out, size, "%lldd %02lld:%02lld", (long long)(s / 86400), (long long)(s / 3600 % 24),
		         (long long)(s / 60 % 60));
	else if (s >= 3600)
		snprintf(out, size, "%lld:%02lld:%02lld", (long long)(s / 3600), (long long)(s / 60 % 60),
		         (long long)(s % 60));
	else
		snprintf(out, size, "%lld:%02lld", (long long)(s / 60), (long long)(s % 60));
	return out;
}

char *clock_age(int64_t ms, char *out, size_t size)
{
	int64_t s = ms / 1000;
	if (ms < 10000)
		snprintf(out, size, "%.1fs", (ms < 0 ? 0 : ms) / 1000.0);
	else if (s < 120)
		snprintf(out, size, "%llds", (long long)s);
	else if (s < 7200)
		snprintf(out, size, "%lldm", (long long)(s / 60));
	else if (s < 172800)
		snprintf(out, size, "%lldh", (long long)(s / 3600));
	else
		snprintf(out, size, "%lldd", (long long)(s / 86400));
	return out;
}
