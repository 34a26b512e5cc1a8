/* Reading series: chunks of the disk, those in memory, and the point that still grows, added up by period. */
#include <string.h>

#include "core/metrics/series_impl.h"

struct reading {
	int period;
	int64_t start;
	size_t n;
	bool bags;
	struct series_slot *slots;
};

static void add_point(const struct reading *rd, int64_t time, struct point *p)
{
	int64_t i = (time - rd->start) / rd->period;

	if (time < rd->start || (size_t)i >= rd->n)
		return;
	stat_add(&rd->slots[i].set, &p->set);
	if (!rd->bags)
		return;
	series_fill_bag(p);
	bag_merge(&rd->slots[i].bag, &p->bag, BAG_WIDE);
}

static void add_chunk(const struct reading *rd, const void *data, size_t len, int64_t start, int step)
{
	struct chunk_reader r = CHUNK_READER(data, len, rd->bags);
	struct point p;

	while (chunk_read(&r, &p)) {
		add_point(rd, start + (int64_t)p.slot * step, &p);
		bag_free(&p.bag);
	}
}

static bool is_held(const struct level *l, int64_t start)
{
	for (size_t i = 0; i < l->held.len; i++)
		if (l->held.items[i].start == start)
			return true;
	return false;
}

static void add_disk(struct series_store *st, const struct series *s, enum tier tier, const struct reading *rd,
                     int64_t from, int64_t to)
{
	const struct level *l = &s->levels[tier];
	sqlite3_stmt *q;

	if (to > l->known_from)
		to = l->known_from;
	if (from >= to)
		return;
	q = db_stmt(&st->db, "SELECT start, body FROM chunks WHERE tier=? AND series=? AND start>=? AND start<?");
	db_bind(q, "illl", (int)tier, s->id, from, to);
	while (db_row(&st->db, q)) {
		int64_t start = sqlite3_column_int64(q, 0);
		if (!is_held(l, start))
			add_chunk(rd, sqlite3_column_blob(q, 1), (size_t)sqlite3_column_bytes(q, 1), start,
			          series_tiers[tier].step);
	}
}

static void read_tier(struct series_store *st, struct series *s, enum tier tier, const struct reading *rd)
{
	struct level *l = &s->levels[tier];
	int span = series_tiers[tier].span;
	int64_t end = rd->start + (int64_t)rd->n * rd->period, first = rd->start / span * span;

	if (!rd->n)
		return;
	add_disk(st, s, tier, rd, first, end);
	for (size_t i = 0; i < l->held.len; i++) {
		const struct held *h = &l->held.items[i];
		if (h->start + span > rd->start && h->start < end)
			add_chunk(rd, h->data, h->len, h->start, series_tiers[tier].step);
	}
	if (l->open.set.n > 0 && l->open_time >= rd->start && l->open_time < end) {
		struct point copy = { .set = l->open.set };
		if (rd->bags)
			bag_merge(&copy.bag, &l->open.bag, BAG_WIDE);
		add_point(rd, l->open_time, &copy);
		bag_free(&copy.bag);
	}
}

void series_read(struct series_store *st, struct series *s, int period, int64_t start, size_t n, bool bags,
                 int64_t now, struct series_slot *slots)
{
	for (; s; s = s->next)
		series_read_one(st, s, period, start, n, bags, now, slots);
}

void series_read_one(struct series_store *st, struct series *s, int period, int64_t start, size_t n, bool bags,
                     int64_t now, struct series_slot *slots)
{
	struct reading rd = { period, start, n, bags, slots };
	int64_t minutes_from = (now - SERIES_KEEP_MINUTES) / 86400 * 86400;

	if (period < 60) {
		read_tier(st, s, TIER_SECOND, &rd);
		return;
	}
	/* Hours for what is older than the minutes, when whole hours are wanted. */
	if (period >= 3600 && period % 3600 == 0 && start < minutes_from) {
		struct reading old = rd;
		size_t k = (size_t)((minutes_from - start + period - 1) / period);
		old.n = k < n ? k : n;
		read_tier(st, s, TIER_HOUR, &old);
		rd.start += (int64_t)old.n * period;
		rd.slots += old.n;
		rd.n -= old.n;
	}
	read_tier(st, s, TIER_MINUTE, &rd);
}

void series_slots_free(struct series_slot *slots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bag_free(&slots[i].bag);
}

/* ---- names ---- */

/* Cut a key at its separators; dims gets pointers into text. */
static void view_of(char *text, struct series_view *v, struct pair_list *dims)
{
	char *ns = strchr(text, '\x1f'), *name = strchr(ns + 1, '\x1f'), *next = strchr(name + 1, '\x1f');

	*ns = *name = '\0';
	v->ns = ns + 1;
	v->name = name + 1;
	dims->len = 0;
	while (next) {
		char *dim = next + 1, *value = strchr(dim, '\x1e');
		*next = '\0';
		if (!value) /* not a key of ours */
			break;
		*value = '\0';
		next = strchr(value + 1, '\x1f');
		struct pair p = { dim, value + 1 };
		vec_push(dims, p);
	}
	v->dims = dims;
}

void series_each(struct series_store *st, const char *region, const char *ns, int64_t after, series_fn fn, void *ctx)
{
	size_t lr = strlen(region), ln = ns ? strlen(ns) : 0;
	struct pair_list dims = { 0 };
	struct buf text = BUF_INIT;
	bool more = true;

	for (size_t i = 0; i < st->list.len && more; i++) {
		struct series *s = st->list.items[i];
		struct series_view v = { .s = s };
		if (strchr(s->key, UNIT_MARK)) /* its first unit stands for all */
			continue;
		if (s->id <= after || strncmp(s->key, region, lr) || s->key[lr] != '\x1f')
			continue;
		if (ns && (strncmp(s->key + lr + 1, ns, ln) || s->key[lr + 1 + ln] != '\x1f'))
			continue;
		buf_clear(&text);
		buf_adds(&text, s->key);
		view_of(text.data, &v, &dims);
		more = fn(&v, ctx);
	}
	vec_free(&dims);
	buf_free(&text);
}
