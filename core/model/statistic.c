#include "core/model/statistic.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/model/alarm.h"

static bool number(const char **p, double *out)
{
	char *end;

	if (!isdigit((unsigned char)**p) && **p != '.' && **p != '-')
		return false;
	*out = strtod(*p, &end);
	bool ok = end != *p && isfinite(*out);
	*p = end;
	return ok;
}

/* One bound: a number, a number with %, or nothing. *kind: '%' or 'v' once one was given. */
static bool bound(const char **p, double none, double *out, char *kind)
{
	*out = none;
	if (**p == ':' || **p == ')')
		return true;
	if (!number(p, out))
		return false;
	char is = **p == '%' ? '%' : 'v';
	*p += is == '%';
	if (is == '%' && (*out < 0 || *out > 100))
		return false;
	*out /= is == '%' ? 100 : 1;
	bool same = !*kind || *kind == is;
	*kind = is;
	return same;
}

/* "(10%:90%)", both of one kind, at least one given. */
static bool bounds(const char *p, struct stat_wish *w)
{
	char kind = 0;

	if (*p++ != '(' || !bound(&p, -INFINITY, &w->lo, &kind) || *p++ != ':' || !bound(&p, INFINITY, &w->hi, &kind) ||
	    strcmp(p, ")") || !kind)
		return false;
	w->percent = kind == '%';
	return w->lo < w->hi && !(w->kind == STAT_RANK && w->percent);
}

static bool share(const char *p, double *out)
{
	return number(&p, out) && !*p && *out >= 0 && *out <= 100;
}

bool stat_parse(const char *name, struct stat_wish *out)
{
	static const struct { const char *name; enum stat_kind kind; } kinds[] = {
		{ "tm", STAT_TRIMMED_MEAN }, { "wm", STAT_WINSORIZED_MEAN }, { "tc", STAT_TRIMMED_COUNT },
		{ "ts", STAT_TRIMMED_SUM }, { "pr", STAT_RANK },
	};
	int plain = names_parse(&metric_statistic_names, name);

	*out = (struct stat_wish){ .kind = (enum stat_kind)plain, .lo = -INFINITY, .hi = INFINITY };
	if (plain >= 0)
		return true;
	if (!name)
		return false;
	if (!strcasecmp(name, "IQM")) {
		*out = (struct stat_wish){ .kind = STAT_TRIMMED_MEAN, .percent = true, .lo = 0.25, .hi = 0.75 };
		return true;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strncasecmp(name, kinds[i].name, 2))
			continue;
		out->kind = kinds[i].kind;
		if (name[2] == '(')
			return bounds(name + 2, out);
		out->percent = true;
		bool ok = out->kind != STAT_RANK && share(name + 2, &out->hi) && out->hi > 0;
		out->hi /= 100;
		return ok;
	}
	out->kind = STAT_PERCENTILE;
	return (*name == 'p' || *name == 'P') && share(name + 1, &out->p);
}

bool stat_needs_values(const struct stat_wish *w)
{
	return w->kind >= STAT_PERCENTILE;
}

double stat_samples_needed(const struct stat_wish *w)
{
	double p = w->p / 100;

	if (w->kind != STAT_PERCENTILE || p <= 0 || p >= 1)
		return 0;
	return 10 / (p >= 0.5 ? 1 - p : p);
}
