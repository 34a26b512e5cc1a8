#include "core/metrics/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

void stat_add(struct stat_set *to, const struct stat_set *s)
{
	if (s->n <= 0)
		return;
	if (to->n <= 0) {
		*to = *s;
		return;
	}
	to->n += s->n;
	to->sum += s->sum;
	to->min = s->min < to->min ? s->min : to->min;
	to->max = s->max > to->max ? s->max : to->max;
}

/* ---- bags ---- */

void bag_free(struct bag *b)
{
	free(b->items);
	*b = (struct bag){ 0 };
}

#define TINY 1e-9

/* The middle of the bin that a value falls into. */
static double quantise(double v, int level)
{
	double width = log1p(0.01 * (double)(1u << (level - 1))), a = fabs(v);

	if (a < TINY)
		return 0;
	return copysign(TINY * exp((floor(log(a / TINY) / width) + 0.5) * width), v);
}

static bool same(double a, double b)
{
	return a == b || fabs(a - b) <= 1e-9 * fabs(a);
}

static void coarsen(struct bag *b, int level)
{
	uint16_t n = 0;

	b->level = (uint8_t)level;
	for (uint16_t i = 0; i < b->len; i++) {
		double v = quantise(b->items[i].value, level);
		if (n && same(b->items[n - 1].value, v))
			b->items[n - 1].count += b->items[i].count;
		else
			b->items[n++] = (struct bag_entry){ v, b->items[i].count };
	}
	b->len = n;
}

static uint16_t place_of(const struct bag *b, double v)
{
	uint16_t lo = 0, hi = b->len;

	while (lo < hi) {
		uint16_t mid = (uint16_t)((lo + hi) / 2);
		if (b->items[mid].value < v && !same(b->items[mid].value, v))
			lo = (uint16_t)(mid + 1);
		else
			hi = mid;
	}
	return lo;
}

void bag_add(struct bag *b, double value, double count, int limit)
{
	double v = b->level ? quantise(value, b->level) : value;
	uint16_t at = place_of(b, v);

	if (at < b->len && (b->level ? same(b->items[at].value, v) : b->items[at].value == v)) {
		b->items[at].count += count;
		return;
	}
	if (b->len == b->cap) {
		b->cap = (uint16_t)(b->cap ? b->cap * 2 : 4);
		b->items = xrealloc(b->items, b->cap * sizeof *b->items);
	}
	memmove(b->items + at + 1, b->items + at, (size_t)(b->len - at) * sizeof *b->items);
	b->items[at] = (struct bag_entry){ v, count };
	b->len++;
	int exact = limit > BAG_EXACT && limit != BAG_WIDE ? BAG_EXACT : limit;
	while (b->len > (b->level ? limit : exact) && b->level < 16)
		coarsen(b, b->level + 1);
}

void bag_merge(struct bag *to, const struct bag *from, int limit)
{
	to->partial |= from->partial;
	if (from->level > to->level)
		coarsen(to, from->level);
	for (uint16_t i = 0; i < from->len; i++)
		bag_add(to, from->items[i].value, from->items[i].count, limit);
}

double bag_percentile(const struct bag *b, const struct stat_set *s, double p)
{
	double total = 0, seen = 0, v = NAN;

	if (b->partial || !b->len)
		return NAN;
	for (uint16_t i = 0; i < b->len; i++)
		total += b->items[i].count;
	for (uint16_t i = 0; i < b->len; i++) {
		seen += b->items[i].count;
		v = b->items[i].value;
		if (seen >= total * p / 100 - 1e-9)
			break;
	}
	return v < s->min || p <= 0 ? s->min : v > s->max || p >= 100 ? s->max : v;
}

/* ---- statistics by name ---- */

bool stat_parse(const char *name, struct stat_wish *out)
{
	static const char *const names[] = { "SampleCount", "Average", "Sum", "Minimum", "Maximum" };
	char *end;

	for (int i = 0; i < 5; i++)
		if (!strcmp(name, names[i])) {
			*out = (struct stat_wish){ (enum stat_kind)i, 0 };
			return true;
		}
	if ((name[0] != 'p' && name[0] != 'P') || !(name[1] >= '0' && name[1] <= '9'))
		return false;
	*out = (struct stat_wish){ STAT_PERCENTILE, strtod(name + 1, &end) };
	return !*end && out->p >= 0 && out->p <= 100;
}

double stat_value(const struct stat_wish *w, const struct stat_set *s, const struct bag *bag)
{
	if (s->n <= 0)
		return NAN;
	switch (w->kind) {
	case STAT_COUNT: return s->n;
	case STAT_AVERAGE: return s->sum / s->n;
	case STAT_SUM: return s->sum;
	case STAT_MIN: return s->min;
	case STAT_MAX: return s->max;
	default: return bag ? bag_percentile(bag, s, w->p) : NAN;
	}
}
