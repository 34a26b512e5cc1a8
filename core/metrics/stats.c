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

/* How much of the values that are behind `seen` others lies between the bounds. */
static double inside(const struct stat_wish *w, const struct bag_entry *e, double seen, double total)
{
	if (!w->percent)
		return e->value > w->lo && e->value <= w->hi ? e->count : 0;
	double from = fmax(seen, w->lo * total), to = fmin(seen + e->count, w->hi * total);
	return to > from ? to - from : 0;
}

/* Values inside the bounds, and for the winsorized mean those outside moved to the last one inside, or to the bound. */
static double trimmed(const struct stat_wish *w, const struct stat_set *s, const struct bag *b)
{
	double total = 0, n = 0, sum = 0, seen = 0, below = 0, above = 0, least = NAN, most = NAN;

	if (!b || b->partial || !b->len)
		return NAN;
	for (uint16_t i = 0; i < b->len; i++)
		total += b->items[i].count;
	for (uint16_t i = 0; i < b->len; i++) {
		const struct bag_entry *e = &b->items[i];
		double k = inside(w, e, seen, total), v = fmin(fmax(e->value, s->min), s->max);
		n += k;
		sum += k * v;
		if (k > 0) {
			least = isnan(least) ? v : least;
			most = v;
		}
		if (k < e->count && (w->percent ? seen < w->lo * total : e->value <= w->lo))
			below += w->percent ? fmin(e->count, w->lo * total - seen) : e->count;
		if (k < e->count && (w->percent ? seen + e->count > w->hi * total : e->value > w->hi))
			above += w->percent ? fmin(e->count, seen + e->count - w->hi * total) : e->count;
		seen += e->count;
	}
	switch (w->kind) {
	case STAT_TRIMMED_COUNT: return n;
	case STAT_TRIMMED_SUM: return sum;
	case STAT_RANK: return 100 * n / total;
	case STAT_WINSORIZED_MEAN:
		least = w->percent ? least : w->lo;
		most = w->percent ? most : w->hi;
		return (sum + (below > 0 ? below * least : 0) + (above > 0 ? above * most : 0)) / total;
	default: return n > 0 ? sum / n : NAN;
	}
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
	case STAT_PERCENTILE: return bag ? bag_percentile(bag, s, w->p) : NAN;
	default: return trimmed(w, s, bag);
	}
}
