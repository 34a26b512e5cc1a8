#include "core/metrics/chunk.h"

#include <math.h>
#include <string.h>

#include "core/base/mem.h"

/* What follows the first byte of a point. */
enum { SINGLE = 1, REPEAT = 2, BAG = 4, GAP = 8, FLAT = 16, WHOLE = 32, PARTIAL = 64 };

#define TINY 1e-9

/* ---- numbers ---- */

static void put_varint(struct buf *b, uint64_t v)
{
	while (v >= 128) {
		buf_addc(b, (char)(v | 128));
		v >>= 7;
	}
	buf_addc(b, (char)v);
}

static bool get_varint(struct chunk_reader *r, uint64_t *v)
{
	*v = 0;
	for (int shift = 0; shift < 64 && r->at < r->end; shift += 7) {
		unsigned char c = *r->at++;
		*v |= (uint64_t)(c & 127) << shift;
		if (c < 128)
			return true;
	}
	return false;
}

static void put_double(struct buf *b, double v)
{
	buf_add(b, &v, sizeof v);
}

static bool get_double(struct chunk_reader *r, double *v)
{
	if (r->end - r->at < (int)sizeof *v)
		return false;
	memcpy(v, r->at, sizeof *v);
	r->at += sizeof *v;
	return true;
}

/* ---- bags: exact values as they are, bins by their number ---- */

static double bin_width(int level)
{
	return log1p(0.01 * (double)(1u << (level - 1)));
}

static int64_t bin_of(double v, double width)
{
	double a = fabs(v);
	int64_t i = a < TINY ? 0 : (int64_t)floor(log(a / TINY) / width) + 1;

	return v < 0 ? -i : i;
}

static double bin_value(int64_t i, double width)
{
	double a = i ? TINY * exp(((double)(i < 0 ? -i : i) - 0.5) * width) : 0;

	return i < 0 ? -a : a;
}

static void put_bag(struct buf *b, const struct bag *bag)
{
	double width = bag->level ? bin_width(bag->level) : 0;
	int64_t before = 0;

	put_varint(b, bag->len);
	buf_addc(b, (char)bag->level);
	for (uint16_t i = 0; i < bag->len; i++) {
		if (bag->level) {
			int64_t bin = bin_of(bag->items[i].value, width), d = bin - before;
			put_varint(b, d < 0 ? ~((uint64_t)d << 1) : (uint64_t)d << 1);
			before = bin;
		} else {
			put_double(b, bag->items[i].value);
		}
		put_varint(b, (uint64_t)fmax(1, fmin(1e15, round(bag->items[i].count))));
	}
}

static bool get_bag(struct chunk_reader *r, struct bag *bag)
{
	uint64_t len, raw = 0, count;
	int64_t bin = 0;

	if (!get_varint(r, &len) || len > BAG_WIDE + 1 || r->at >= r->end)
		return false;
	int level = *r->at++;
	if (level > 16)
		return false;
	double width = level ? bin_width(level) : 0, v = 0;
	*bag = (struct bag){ .level = (uint8_t)level };
	if (r->bags) {
		bag->cap = (uint16_t)(len ? len : 1);
		bag->items = xmalloc(bag->cap * sizeof *bag->items);
	}
	for (uint64_t i = 0; i < len; i++) {
		if (level ? !get_varint(r, &raw) : !get_double(r, &v))
			return false;
		if (!get_varint(r, &count))
			return false;
		if (level && r->bags) {
			bin += (int64_t)(raw >> 1) ^ -(int64_t)(raw & 1);
			v = bin_value(bin, width);
		}
		if (r->bags)
			bag->items[bag->len++] = (struct bag_entry){ v, (double)count };
	}
	return true;
}

/* ---- points ---- */

void chunk_write(struct chunk_writer *w, const struct point *p)
{
	const struct stat_set *s = &p->set, *l = &w->last;
	bool flat = s->min == s->max && s->sum == s->n * s->min;
	bool repeat = flat && s->n == l->n && s->sum == l->sum && s->min == l->min && s->max == l->max;
	bool whole = s->n == floor(s->n) && s->n > 0 && s->n < 1e15;
	int flags = repeat ? REPEAT : flat && s->n == 1 ? SINGLE : flat ? FLAT : 0;

	flags |= p->slot != w->next ? GAP : 0;
	if (!repeat && !(flags & SINGLE))
		flags |= whole ? WHOLE : 0;
	if (!flat)
		flags |= p->bag.partial || !p->bag.len ? PARTIAL : BAG;
	buf_addc(w->out, (char)flags);
	if (flags & GAP)
		put_varint(w->out, (uint64_t)(p->slot - w->next));
	w->next = p->slot + 1;
	w->last = *s;
	if (repeat)
		return;
	if (flags & SINGLE) {
		put_double(w->out, s->min);
		return;
	}
	if (whole)
		put_varint(w->out, (uint64_t)s->n);
	else
		put_double(w->out, s->n);
	put_double(w->out, s->min);
	if (flat)
		return;
	put_double(w->out, s->max);
	put_double(w->out, s->sum);
	if (flags & BAG)
		put_bag(w->out, &p->bag);
}

static bool read_set(struct chunk_reader *r, int flags, struct stat_set *s)
{
	uint64_t n;

	if (flags & SINGLE) {
		if (!get_double(r, &s->min))
			return false;
		*s = (struct stat_set){ 1, s->min, s->min, s->min };
		return true;
	}
	if (flags & WHOLE) {
		if (!get_varint(r, &n))
			return false;
		s->n = (double)n;
	} else if (!get_double(r, &s->n)) {
		return false;
	}
	if (!get_double(r, &s->min))
		return false;
	s->max = s->min;
	s->sum = s->n * s->min;
	return (flags & FLAT) || (get_double(r, &s->max) && get_double(r, &s->sum));
}

bool chunk_read(struct chunk_reader *r, struct point *p)
{
	uint64_t gap = 0;

	p->bag = (struct bag){ 0 };
	if (r->at >= r->end)
		return false;
	int flags = *r->at++;
	if ((flags & GAP) && (!get_varint(r, &gap) || gap > 1000000))
		return false;
	p->slot = r->next + (int)gap;
	r->next = p->slot + 1;
	if (flags & REPEAT)
		p->set = r->last;
	else if (!read_set(r, flags, &p->set))
		return false;
	r->last = p->set;
	if ((flags & BAG) && !get_bag(r, &p->bag)) {
		bag_free(&p->bag);
		return false;
	}
	p->bag.partial = flags & PARTIAL;
	return true;
}
