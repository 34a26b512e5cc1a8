/* The POSIX form of a zone's rule, as the last line of a TZif file has it: "CET-1CEST,M3.5.0,M10.5.0/3", with
 * the wider hours (-167 to 167) of TZif version 3. tz.c uses it. */
#ifndef CORE_BASE_TZ_RULE_H
#define CORE_BASE_TZ_RULE_H

#include <stdbool.h>
#include <stdint.h>

enum tz_day { TZ_DAY_MONTH, TZ_DAY_JULIAN, TZ_DAY_ZERO }; /* Mm.w.d, Jn (no leap day), n */

struct tz_change {
	enum tz_day kind;
	int month, week, weekday; /* TZ_DAY_MONTH */
	int day;                  /* the others */
	int64_t time;             /* seconds after local midnight */
};

struct tz_rule {
	int64_t standard, summer;  /* seconds east of UTC */
	bool has_summer;
	struct tz_change start, end;
};

bool tz_rule_parse(const char *text, struct tz_rule *out);
int64_t tz_rule_offset(const struct tz_rule *r, int64_t instant); /* seconds east of UTC */

#endif
