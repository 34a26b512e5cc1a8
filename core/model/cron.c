/* Reading the expressions. Every field is a row of a table: its name, range, names and the marks it knows. */
#include "core/model/cron.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct field {
	const char *name, *expected;
	int low, high;
	const char *names;           /* of three letters each, from low on, or NULL */
	bool cyclic;                 /* a range may go across the end */
};

enum { MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS, YEARS, FIELDS };

static const struct field fields[FIELDS] = {
	[MINUTES] = { "minutes", "0 to 59, *, lists (0,30), ranges (0-10) or steps (0/15)", 0, 59, NULL, true },
	[HOURS] = { "hours", "0 to 23, *, lists, ranges (8-17) or steps (0/4)", 0, 23, NULL, true },
	[DAYS] = { "day-of-month", "1 to 31, *, ?, L, LW, 15W, lists, ranges or steps", 1, 31, NULL, false },
	[MONTHS] = { "month", "1 to 12 or JAN to DEC, *, lists, ranges or steps", 1, 12,
	             "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", true },
	[WEEKDAYS] = { "day-of-week", "1 (SUN) to 7 (SAT) or SUN to SAT, *, ?, 6L, 6#3, lists, ranges or steps",
	               1, 7,
	               "SUNMONTUEWEDTHUFRISAT", true },
	[YEARS] = { "year", "1970 to 2199, *, lists, ranges or steps", CRON_YEAR_FIRST, CRON_YEAR_LAST, NULL,
	            false },
};

static int bad(const struct field *f, const char *text, struct error *err)
{
	error_set(err, ERR_INVALID, "the %s field cannot be \"%.60s\": expected %s", f->name, text, f->expected);
	return ERR_INVALID;
}

/* A number or a name at *p; -1 when there is none or it is out of range. */
static int value_of(const struct field *f, const char **p)
{
	int n = 0;

	if (f->names && isalpha((unsigned char)**p)) {
		for (int i = 0; f->names[3 * i]; i++)
			if (!strncasecmp(*p, f->names + 3 * (size_t)i, 3))
				return *p += 3, f->low + i;
		return -1;
	}
	if (!isdigit((unsigned char)**p))
		return -1;
	for (; isdigit((unsigned char)**p); (*p)++)
		if ((n = n * 10 + (**p - '0')) > 100000)
			return -1;
	return n >= f->low && n <= f->high ? n : -1;
}

/* Values relative to the field's low end, as the bits of a set. */
struct set {
	uint64_t bits[4];
};

static void set_add(struct set *s, int n)
{
	s->bits[n / 64] |= UINT64_C(1) << (n % 64);
}

static void set_range(const struct field *f, struct set *s, int from, int to, int step)
{
	int size = f->high - f->low + 1, count = (to - from + size) % size + 1;

	for (int i = 0; i < count; i += step)
		set_add(s, (from - f->low + i) % size);
}

/* "*", "a", "a-b", each perhaps with "/step"; "a/step" runs to the end of the field. False: none of these. */
static bool read_range(const struct field *f, const char *item, struct set *s)
{
	const char *p = item;
	int from = f->low, to = f->high, step = 1;
	bool single = false;

	if (*p == '*') {
		p++;
	} else {
		if ((from = to = value_of(f, &p)) < 0)
			return false;
		single = *p != '-';
		if (!single && (p++, (to = value_of(f, &p)) < 0))
			return false;
		if (to < from && !f->cyclic)
			return false;
	}
	if (*p == '/') {
		char *end;
		if (!isdigit((unsigned char)*++p))
			return false;
		long n = strtol(p, &end, 10);
		p = end;
		if (n < 1 || n > f->high - f->low + 1)
			return false;
		step = (int)n;
		to = single ? f->high : to;
	}
	set_range(f, s, from, to, step);
	return !*p;
}

/* "L", "LW", "15W" in day-of-month. */
static bool read_day_mark(const char *item, struct cron *c)
{
	const char *p = item;
	int day;

	if (!strcasecmp(item, "L"))
		return c->last_day = true;
	if (!strcasecmp(item, "LW") || !strcasecmp(item, "WL"))
		return c->last_weekday = true;
	if ((day = value_of(&fields[DAYS], &p)) < 0 || strcasecmp(p, "W"))
		return false;
	c->near_days |= UINT32_C(1) << day;
	return true;
}

/* "L" (Saturday), "6L", "FRI#3" in day-of-week. */
static bool read_weekday_mark(const char *item, struct cron *c)
{
	const char *p = item;
	int day;

	if (!strcasecmp(item, "L"))
		return c->weekdays |= 1 << 6, true;
	if ((day = value_of(&fields[WEEKDAYS], &p)) < 0)
		return false;
	if (!strcasecmp(p, "L"))
		return c->last_of |= (uint8_t)(1 << (day - 1)), true;
	if (*p != '#' || p[1] < '1' || p[1] > '5' || p[2] || c->nth)
		return false;
	c->nth_day = (uint8_t)(day - 1);
	c->nth = (uint8_t)(p[1] - '0');
	return true;
}

static void take_set(int which, const struct set *s, struct cron *c)
{
	uint64_t bits = s->bits[0];

	switch (which) {
	case MINUTES: c->minutes = bits; break;
	case HOURS: c->hours = (uint32_t)bits; break;
	case DAYS: c->days = (uint32_t)(bits << 1); break;
	case MONTHS: c->months = (uint32_t)(bits << 1); break;
	case WEEKDAYS: c->weekdays |= (uint8_t)bits; break;
	default: memcpy(c->years, s->bits, sizeof c->years);
	}
}

static int read_field(int which, char *text, struct cron *c, struct error *err)
{
	const struct field *f = &fields[which];
	struct set set = { { 0 } };
	char whole[64];
	int items = 0;

	snprintf(whole, sizeof whole, "%s", text);
	if (*text == ',' || strstr(text, ",,") || text[strlen(text) - 1] == ',')
		return bad(f, whole, err);
	char *save = NULL;
	for (char *item = strtok_r(text, ",", &save); item; item = strtok_r(NULL, ",", &save), items++) {
		bool ok = (which == DAYS && read_day_mark(item, c)) ||
		          (which == WEEKDAYS && read_weekday_mark(item, c)) || read_range(f, item, &set);
		if (!ok)
			return bad(f, whole, err);
	}
	if (which == WEEKDAYS && c->nth && items > 1)
		return error_set(err, ERR_INVALID, "the day-of-week field cannot be \"%s\": # allows no list", whole);
	take_set(which, &set, c);
	return 0;
}

static int read_days(char *days, char *weekdays, struct cron *c, struct error *err)
{
	bool no_day = !strcmp(days, "?"), no_weekday = !strcmp(weekdays, "?");

	if (no_day == no_weekday) {
		error_set(err, ERR_INVALID,
		          "exactly one of day-of-month (\"%.40s\") and day-of-week (\"%.40s\") must be ?",
		          days, weekdays);
		error_hint(err, "Write ? in the field that does not matter, as in cron(0 2 * * ? *).");
		return ERR_INVALID;
	}
	c->by_weekday = no_day;
	return no_day ? read_field(WEEKDAYS, weekdays, c, err) : read_field(DAYS, days, c, err);
}

static int parse_cron(char *body, struct cron *c, struct error *err)
{
	char *part[FIELDS + 1], *save = NULL;
	int n = 0, ret = 0;

	c->kind = CRON_CRON;
	for (char *p = strtok_r(body, " \t", &save); p && n <= FIELDS; p = strtok_r(NULL, " \t", &save))
		part[n++] = p;
	if (n != FIELDS) {
		error_set(err, ERR_INVALID, "cron(...) has %s%d fields: expected 6, minutes hours day-of-month month "
		          "day-of-week year", n > FIELDS ? "more than " : "", n > FIELDS ? FIELDS : n);
		error_hint(err, "As in cron(0 2 * * ? *): every day at 02:00.");
		return ERR_INVALID;
	}
	static const int plain[] = { MINUTES, HOURS, MONTHS, YEARS };
	for (size_t i = 0; i < sizeof plain / sizeof *plain && !ret; i++)
		ret = read_field(plain[i], part[plain[i]], c, err);
	return ret ? ret : read_days(part[DAYS], part[WEEKDAYS], c, err);
}

static int parse_rate(const char *body, struct cron *c, struct error *err)
{
	static const struct { const char *name; int64_t ms; } units[] = {
		{ "minute", 60000 }, { "hour", 3600000 }, { "day", 86400000 },
	};
	char unit[16] = "";
	long n = 0;
	int used = 0;

	c->kind = CRON_RATE;
	if (sscanf(body, "%6ld %15[a-zA-Z] %n", &n, unit, &used) == 2 && !body[used] && n > 0)
		for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
			size_t len = strlen(units[i].name);
			if (!strncasecmp(unit, units[i].name, len) && (!unit[len] || !strcasecmp(unit + len, "s"))) {
				c->period_ms = n * units[i].ms;
				return 0;
			}
		}
	return error_set(err, ERR_INVALID,
	                 "rate(%.60s) is not a rate: expected a number from 1 to 999999 and minutes, "
	                 "hours or days, as in rate(15 minutes)", body);
}

static int parse_at(const char *body, struct cron *c, struct error *err)
{
	int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, used = 0;

	c->kind = CRON_AT;
	bool shape = strlen(body) == 19 && !strpbrk(body, " +") &&
	             sscanf(body, "%4d-%2d-%2dT%2d:%2d:%2d%n", &y, &mo, &d, &h, &mi, &s, &used) == 6;
	bool date = shape && used == 19 && y >= CRON_YEAR_FIRST && mo >= 1 && mo <= 12 && d >= 1 &&
	            d <= civil_month_days(y, mo);
	bool ok = date && h >= 0 && h < 24 && mi >= 0 && mi < 60 && s >= 0 && s < 60;
	if (!ok)
		return error_set(err, ERR_INVALID,
		                 "at(%.60s) is not a date and time: expected yyyy-mm-ddThh:mm:ss, as in "
		                 "at(2026-12-24T18:00:00)", body);
	c->at_local = civil_days(y, mo, d) * 86400 + h * 3600 + mi * 60 + s;
	return 0;
}

int cron_parse(const char *expr, struct cron *out, struct error *err)
{
	char text[257];
	size_t len = expr ? strlen(expr) : 0;

	memset(out, 0, sizeof *out);
	while (len && isspace((unsigned char)expr[len - 1]))
		len--;
	for (; len && isspace((unsigned char)*expr); expr++)
		len--;
	if (len >= sizeof text)
		return error_set(err, ERR_INVALID, "a schedule expression has at most 256 characters, this has %zu",
		                 len);
	memcpy(text, expr ? expr : "", len);
	text[len] = '\0';
	char *open = strchr(text, '(');
	if (open && text[len - 1] == ')') {
		text[len - 1] = '\0';
		if (!strncmp(text, "cron(", 5))
			return parse_cron(open + 1, out, err);
		if (!strncmp(text, "rate(", 5))
			return parse_rate(open + 1, out, err);
		if (!strncmp(text, "at(", 3))
			return parse_at(open + 1, out, err);
		text[len - 1] = ')';
	}
	return error_set(err, ERR_INVALID, "\"%.80s\" is not a schedule expression: expected cron(0 2 * * ? *), "
	                 "rate(1 hour) or at(2026-12-24T18:00:00)", text);
}
