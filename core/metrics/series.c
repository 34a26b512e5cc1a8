/* The store of series: names, the newest points in memory, writing by and by. series_read.c answers. */
#include "core/metrics/series_impl.h"

#include <math.h>
#include <stdio.h>

#include "core/base/log.h"
#include "core/model/alarm.h"

#define APP_ID 0x53746f53 /* "StoS" */
#define SLICES 30                /* series_work looks at each series once in so many calls */
#define COMMIT_S 10
#define TRIM_S (6 * 3600)
#define LATE_S 120               /* so long after its end an hour is added up */
#define MEMORY_TIGHT (44u << 20) /* above it only the running hours stay in memory */

const struct series_tier series_tiers[TIERS] = {
	[TIER_SECOND] = { 1, 600, SERIES_KEEP_SECONDS, 1200 },
	[TIER_MINUTE] = { 60, 3600, SERIES_KEEP_MINUTES, 3 * 3600 },
	[TIER_HOUR] = { 3600, 86400, SERIES_KEEP_HOURS, 0 },
};

static const char *const migrations[] = {
	"CREATE TABLE series (id INTEGER PRIMARY KEY, key TEXT, unit INTEGER, high INTEGER, last INTEGER,"
	" rolled INTEGER);"
	"CREATE TABLE chunks (tier INTEGER, series INTEGER, start INTEGER, body BLOB,"
	" PRIMARY KEY (tier, series, start)) WITHOUT ROWID",
};

/* ---- names ---- */

/* The separators are control characters, which no name may hold (cw_check_name). */
static void key_of(const struct series_name *n, struct buf *out)
{
	buf_clear(out);
	buf_addf(out, "%s\x1f%s\x1f%s", n->region, n->ns, n->name);
	for (size_t i = 0; n->dims && i < n->dims->len; i++)
		buf_addf(out, "\x1f%s\x1e%s", n->dims->items[i].key, n->dims->items[i].value);
}

struct series *series_find(struct series_store *st, const struct series_name *n)
{
	key_of(n, &st->key);
	return map_get(st->by_key, buf_str(&st->key));
}

static struct series *insert(struct series_store *st, int64_t id, const char *key)
{
	struct series *s = xcalloc(1, sizeof *s);

	s->id = id;
	s->key = xstrdup(key);
	s->unit = -1;
	for (int i = 0; i < TIERS; i++)
		s->levels[i].known_from = INT64_MIN;
	map_set(st->by_key, key, s);
	vec_push(&st->list, s);
	if (id >= st->next_id)
		st->next_id = id + 1;
	return s;
}

struct series *series_make(struct series_store *st, const struct series_name *n)
{
	struct series *s = series_find(st, n);

	if (s)
		return s;
	if (st->list.len >= SERIES_MAX)
		return NULL;
	s = insert(st, st->next_id, buf_str(&st->key));
	db_write(&st->db, "INSERT INTO series VALUES (?,?,-1,0,0,0)", "lt", s->id, s->key);
	return s;
}

/* ---- units ---- */

static int unit_none(void)
{
	return names_parse(&metric_unit_names, "None");
}

int series_unit(const struct series *s)
{
	return s->unit < 0 ? unit_none() : s->unit;
}

struct series *series_next_unit(const struct series *s)
{
	return s->next;
}

struct series *series_of_unit(struct series *s, const char *unit)
{
	int want = names_parse(&metric_unit_names, unit);

	while (s && series_unit(s) != want)
		s = s->next;
	return s;
}

/* The series that samples of a unit go to. Where there is no room for one more the first takes them. */
static struct series *in_unit(struct series_store *st, struct series *s, int unit)
{
	struct series *last = s;

	if (unit < 0)
		unit = unit_none();
	if (s->unit < 0 && !s->last)
		s->unit = (int8_t)unit;
	for (struct series *x = s; x; x = x->next) {
		if (series_unit(x) == unit)
			return x;
		last = x;
	}
	if (st->list.len >= SERIES_MAX)
		return s;
	char *key = xasprintf("%s%c%s", s->key, UNIT_MARK, names_get(&metric_unit_names, unit));
	struct series *x = insert(st, st->next_id, key);
	x->unit = (int8_t)unit;
	db_write(&st->db, "INSERT INTO series VALUES (?,?,?,0,0,0)", "lti", x->id, key, unit);
	free(key);
	return last->next = x;
}

/* The first unit of a further one; NULL for a first one. */
static struct series *first_unit(struct series_store *st, const struct series *s)
{
	const char *mark = strchr(s->key, UNIT_MARK);
	char *key = mark ? xstrndup(s->key, (size_t)(mark - s->key)) : NULL;
	struct series *first = key ? map_get(st->by_key, key) : NULL;

	free(key);
	return first;
}

static void link_unit(struct series_store *st, struct series *s)
{
	struct series *last = first_unit(st, s);

	while (last && last->next)
		last = last->next;
	if (last)
		last->next = s;
}

static void unlink_unit(struct series_store *st, const struct series *s)
{
	struct series *x = first_unit(st, s);

	while (x && x->next != s)
		x = x->next;
	if (x)
		x->next = s->next;
}

int64_t series_last(const struct series *s)
{
	int64_t last = s->last;

	for (; s; s = s->next)
		last = s->last > last ? s->last : last;
	return last;
}

int64_t series_id(const struct series *s) { return s->id; }
size_t series_count(const struct series_store *st) { return st->list.len; }

/* ---- chunks in memory ---- */

static struct held *find_held(struct level *l, int64_t start)
{
	for (size_t i = l->held.len; i-- > 0;)
		if (l->held.items[i].start == start)
			return &l->held.items[i];
	return NULL;
}

static void hold(struct series_store *st, struct held *h, const void *data, size_t len)
{
	uint32_t cap = (uint32_t)(len + 127) / 128 * 128;

	if (cap != h->cap) {
		st->memory += cap;
		st->memory -= h->cap;
		h->data = cap ? xrealloc(h->data, cap) : (free(h->data), NULL);
		h->cap = cap;
	}
	if (len)
		memcpy(h->data, data, len);
	h->len = (uint32_t)len;
}

static void resume(struct held *h)
{
	struct chunk_reader r = CHUNK_READER(h->data, h->len, false);
	struct point p;

	while (chunk_read(&r, &p))
		;
	h->next = r.next;
	h->last = r.last;
}

static void load_chunk(struct series_store *st, const struct series *s, enum tier tier, struct held *h)
{
	sqlite3_stmt *q = db_stmt(&st->db, "SELECT body FROM chunks WHERE tier=? AND series=? AND start=?");

	db_bind(q, "ill", (int)tier, s->id, h->start);
	if (db_row(&st->db, q)) {
		hold(st, h, sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0));
		sqlite3_reset(q);
		resume(h);
	}
}

/* Thousands of series hold one to four chunks each: no room for spares. */
static struct held *push_held(struct level *l, int64_t start)
{
	if (l->held.len == l->held.cap) {
		l->held.cap += 2;
		l->held.items = xrealloc(l->held.items, l->held.cap * sizeof *l->held.items);
	}
	l->held.items[l->held.len] = (struct held){ .start = start };
	return &l->held.items[l->held.len++];
}

/* The chunk that holds this time: in memory, from the disk, or a new one. Valid until the next call. */
static struct held *held_of(struct series_store *st, struct series *s, enum tier tier, int64_t time)
{
	struct level *l = &s->levels[tier];
	int64_t start = time / series_tiers[tier].span * series_tiers[tier].span;
	struct held *h = find_held(l, start);

	if (h)
		return h;
	h = push_held(l, start);
	if (start < l->known_from)
		load_chunk(st, s, tier, h);
	return h;
}

static void append(struct series_store *st, struct held *h, const struct point *p)
{
	struct chunk_writer w = { .out = &st->scratch, .next = h->next, .last = h->last };

	buf_clear(&st->scratch);
	buf_add(&st->scratch, h->data ? (const void *)h->data : "", h->len);
	chunk_write(&w, p);
	hold(st, h, st->scratch.data, st->scratch.len);
	h->next = w.next;
	h->last = w.last;
	h->dirty = true;
	h->rolled = false;
}

/* Write a chunk anew with this point merged in, or put in the place of the one that is there. */
static void amend(struct series_store *st, struct held *h, const struct point *extra, bool replace)
{
	struct chunk_reader r = CHUNK_READER(h->data, h->len, true);
	struct chunk_writer w = CHUNK_WRITER(&st->scratch);
	bool done = false;
	struct point p;

	buf_clear(&st->scratch);
	while (chunk_read(&r, &p)) {
		if (!done && p.slot > extra->slot) {
			chunk_write(&w, extra);
			done = true;
		}
		if (p.slot == extra->slot) {
			done = true;
			if (replace) {
				chunk_write(&w, extra);
				bag_free(&p.bag);
				continue;
			}
			series_fill_bag(&p);
			stat_add(&p.set, &extra->set);
			bag_merge(&p.bag, &extra->bag, BAG_BINS);
		}
		chunk_write(&w, &p);
		bag_free(&p.bag);
	}
	if (!done)
		chunk_write(&w, extra);
	hold(st, h, st->scratch.data, st->scratch.len);
	h->next = w.next;
	h->last = w.last;
	h->dirty = true;
	h->rolled = false;
}

void series_fill_bag(struct point *p)
{
	if (!p->bag.len && !p->bag.partial && p->set.n > 0)
		bag_add(&p->bag, p->set.min, p->set.n, BAG_BINS);
}

/* ---- taking samples ---- */

static void close_open(struct series_store *st, struct series *s, enum tier tier)
{
	struct level *l = &s->levels[tier];
	const struct series_tier *t = &series_tiers[tier];

	if (l->open.set.n <= 0)
		return;
	struct held *h = held_of(st, s, tier, l->open_time);
	l->open.slot = (int)((l->open_time - h->start) / t->step);
	if (l->open.slot < h->next)
		amend(st, h, &l->open, false);
	else
		append(st, h, &l->open);
	bag_free(&l->open.bag);
	l->open.set = (struct stat_set){ 0 };
}

/* extra->bag stays the caller's. */
static void take(struct series_store *st, struct series *s, enum tier tier, int64_t time, struct point *extra)
{
	struct level *l = &s->levels[tier];
	int64_t at = time / series_tiers[tier].step * series_tiers[tier].step;
	bool open = l->open.set.n > 0;

	if (open && at > l->open_time) {
		close_open(st, s, tier);
		open = false;
	}
	if (!open) {
		struct held *h = held_of(st, s, tier, at);
		if (at >= h->start + (int64_t)h->next * series_tiers[tier].step) {
			l->open_time = at;
			open = true;
		}
	}
	if (open && at == l->open_time) {
		stat_add(&l->open.set, &extra->set);
		bag_merge(&l->open.bag, &extra->bag, BAG_BINS);
		l->open_dirty = true;
		return;
	}
	struct held *h = held_of(st, s, tier, at);
	extra->slot = (int)((at - h->start) / series_tiers[tier].step);
	amend(st, h, extra, false);
}

static void take_all(struct series_store *st, struct series *s, int64_t time, struct point *p, bool high, int unit)
{
	s = in_unit(st, s, unit);
	if (high)
		s->high = true;
	if (time > s->last)
		s->last = time;
	take(st, s, TIER_MINUTE, time, p);
	if (high)
		take(st, s, TIER_SECOND, time, p);
}

void series_add(struct series_store *st, struct series *s, int64_t time, double value, double count, bool high,
                int unit)
{
	struct bag_entry e = { value, count };
	struct point p = { .set = { count, value * count, value, value }, .bag = { &e, 1, 1, 0, false } };

	if (count > 0 && isfinite(value) && isfinite(count))
		take_all(st, s, time, &p, high, unit);
}

void series_add_set(struct series_store *st, struct series *s, int64_t time, const struct stat_set *set, bool high,
                    int unit)
{
	struct point p = { .set = *set, .bag = { .partial = true } };

	if (set->n <= 0)
		return;
	if (set->min == set->max)
		series_add(st, s, time, set->min, set->n, high, unit);
	else
		take_all(st, s, time, &p, high, unit);
}

/* ---- from time to time ---- */

static void write_chunk(struct series_store *st, const struct series *s, enum tier tier, struct held *h)
{
	const struct level *l = &s->levels[tier];
	const struct series_tier *t = &series_tiers[tier];
	const void *data = h->data;
	size_t len = h->len;

	if (l->open.set.n > 0 && l->open_time / t->span * t->span == h->start) {
		struct chunk_writer w = { .out = &st->scratch, .next = h->next, .last = h->last };
		struct point p = l->open;
		p.slot = (int)((l->open_time - h->start) / t->step);
		buf_clear(&st->scratch);
		buf_add(&st->scratch, h->data ? (const void *)h->data : "", h->len);
		chunk_write(&w, &p);
		data = st->scratch.data;
		len = st->scratch.len;
	}
	if (db_begin(&st->db) != SQLITE_OK)
		return;
	sqlite3_stmt *q = db_stmt(&st->db, "INSERT OR REPLACE INTO chunks VALUES (?,?,?,?)");
	if (!q)
		return;
	db_bind(q, "ill", (int)tier, s->id, h->start);
	sqlite3_bind_blob(q, 4, data ? data : "", (int)len, SQLITE_STATIC);
	db_row(&st->db, q);
	sqlite3_reset(q);
	h->dirty = false;
}

/* One point for the hour that a chunk of minutes is. Done again when the chunk changes. */
static void roll_up(struct series_store *st, struct series *s, struct held *minutes)
{
	struct chunk_reader r = CHUNK_READER(minutes->data, minutes->len, true);
	struct point sum = { 0 }, p;
	int64_t start = minutes->start;

	while (chunk_read(&r, &p)) {
		series_fill_bag(&p);
		stat_add(&sum.set, &p.set);
		bag_merge(&sum.bag, &p.bag, BAG_BINS);
		bag_free(&p.bag);
	}
	minutes->rolled = true;
	if (sum.set.n > 0) {
		struct held *day = held_of(st, s, TIER_HOUR, start);
		sum.slot = (int)((start - day->start) / 3600);
		amend(st, day, &sum, true);
	}
	bag_free(&sum.bag);
}

static void drop_held(struct series_store *st, struct level *l, size_t i, int span)
{
	struct held *h = &l->held.items[i];

	if (h->start + span > l->known_from)
		l->known_from = h->start + span;
	st->memory -= h->cap;
	free(h->data);
	vec_remove(&l->held, i);
}

static void tidy_level(struct series_store *st, struct series *s, enum tier tier, int64_t now)
{
	struct level *l = &s->levels[tier];
	const struct series_tier *t = &series_tiers[tier];
	int live = st->memory > MEMORY_TIGHT ? 0 : t->live;

	if (l->open.set.n > 0 && l->open_time + t->step + t->step / 2 < now)
		close_open(st, s, tier);
	if (l->open.set.n > 0 && l->open_dirty)
		held_of(st, s, tier, l->open_time)->dirty = true;
	l->open_dirty = false;
	for (size_t i = l->held.len; i-- > 0;) {
		struct held *h = &l->held.items[i];
		bool past = h->start + t->span + LATE_S <= now;
		if (tier == TIER_MINUTE && !h->rolled && (past || h->start < s->rolled_to))
			roll_up(st, s, h);
		if (h->dirty)
			write_chunk(st, s, tier, h);
		if (past && h->start + t->span + live <= now)
			drop_held(st, l, i, t->span);
	}
}

static void trim(struct series_store *st, struct series *s, int64_t now)
{
	for (int tier = 0; tier < TIERS; tier++)
		db_write(&st->db, "DELETE FROM chunks WHERE tier=? AND series=? AND start<?", "ill", tier, s->id,
		         now - series_tiers[tier].keep - series_tiers[tier].span);
	s->trimmed = now;
}

/* Hours that a former run left without adding them up: take their minutes into memory, tidy_level does it. */
static void hold_unrolled(struct series_store *st, struct series *s, int64_t hour)
{
	VEC(int64_t) starts = { 0 };
	int64_t known = s->levels[TIER_MINUTE].known_from;

	if (hour <= s->rolled_to)
		return;
	sqlite3_stmt *q = db_stmt(&st->db, "SELECT start FROM chunks WHERE tier=1 AND series=? AND start>=? AND start<?");
	db_bind(q, "lll", s->id, s->rolled_to, hour < known ? hour : known);
	while (known != INT64_MIN && db_row(&st->db, q))
		vec_push(&starts, sqlite3_column_int64(q, 0));
	for (size_t i = 0; i < starts.len; i++)
		held_of(st, s, TIER_MINUTE, starts.items[i]);
	vec_free(&starts);
	s->rolled_to = hour;
}

static void tidy(struct series_store *st, struct series *s, int64_t now)
{
	hold_unrolled(st, s, (now - LATE_S) / 3600 * 3600);
	tidy_level(st, s, TIER_SECOND, now);
	tidy_level(st, s, TIER_MINUTE, now);
	/* Hours have no running point, and nothing of them need stay. */
	struct level *l = &s->levels[TIER_HOUR];
	for (size_t i = l->held.len; i-- > 0;) {
		if (l->held.items[i].dirty)
			write_chunk(st, s, TIER_HOUR, &l->held.items[i]);
		drop_held(st, l, i, series_tiers[TIER_HOUR].span);
	}
	vec_free(&l->held);
	if (s->last + s->rolled_to != s->saved) {
		db_write(&st->db, "UPDATE series SET last=?, unit=?, high=?, rolled=? WHERE id=?", "liill", s->last,
		         (int)s->unit, (int)s->high, s->rolled_to, s->id);
		s->saved = s->last + s->rolled_to;
	}
	if (now - s->trimmed > TRIM_S)
		trim(st, s, now);
}

static void series_free(void *p)
{
	struct series *s = p;

	for (int i = 0; i < TIERS; i++) {
		for (size_t k = 0; k < s->levels[i].held.len; k++)
			free(s->levels[i].held.items[k].data);
		vec_free(&s->levels[i].held);
		bag_free(&s->levels[i].open.bag);
	}
	free(s->key);
	free(s);
}

static void forget(struct series_store *st, size_t i)
{
	struct series *s = st->list.items[i];

	for (int tier = 0; tier < TIERS; tier++) {
		db_write(&st->db, "DELETE FROM chunks WHERE tier=? AND series=?", "il", tier, s->id);
		for (size_t k = 0; k < s->levels[tier].held.len; k++)
			st->memory -= s->levels[tier].held.items[k].cap;
	}
	db_write(&st->db, "DELETE FROM series WHERE id=?", "l", s->id);
	unlink_unit(st, s);
	vec_remove(&st->list, i);
	map_remove(st->by_key, s->key);
	series_free(s);
}

static void commit(struct series_store *st)
{
	struct error err = ERROR_INIT;

	if (db_commit(&st->db, &err))
		log_warn("series: %s: %s", err.message, err.detail);
}

void series_work(struct series_store *st, int64_t now)
{
	size_t share = (st->list.len + SLICES - 1) / SLICES;

	for (size_t k = 0; k < share && st->list.len; k++) {
		if (st->cursor >= st->list.len)
			st->cursor = 0;
		struct series *s = st->list.items[st->cursor];
		if (s->last && now - s->last > SERIES_KEEP_HOURS && !s->next) {
			forget(st, st->cursor);
			continue;
		}
		tidy(st, s, now);
		st->cursor++;
	}
	if (now - st->committed >= COMMIT_S || now < st->committed) {
		st->committed = now;
		commit(st);
	}
}

/* ---- open and close ---- */

static void load_names(struct series_store *st)
{
	sqlite3_stmt *q = db_stmt(&st->db, "SELECT id, key, unit, high, last, rolled FROM series ORDER BY id");

	while (db_row(&st->db, q)) {
		struct series *s = insert(st, sqlite3_column_int64(q, 0), db_text(q, 1));
		s->unit = (int8_t)sqlite3_column_int(q, 2);
		s->high = sqlite3_column_int(q, 3) != 0;
		s->last = sqlite3_column_int64(q, 4);
		s->rolled_to = sqlite3_column_int64(q, 5);
		s->saved = s->last + s->rolled_to;
		for (int i = 0; i < TIERS; i++)
			s->levels[i].known_from = INT64_MAX;
		link_unit(st, s); /* its first unit is older and has been read */
	}
}

int series_open(const char *path, struct series_store **out, struct error *err)
{
	struct series_store *st = xcalloc(1, sizeof *st);
	int ret = db_open(path, APP_ID, migrations, 1, false, &st->db, err);

	if (ret) {
		free(st);
		return ret;
	}
	st->by_key = map_new();
	st->next_id = 1;
	load_names(st);
	*out = st;
	return 0;
}

void series_close(struct series_store *st)
{
	if (!st)
		return;
	for (size_t i = 0; i < st->list.len; i++)
		tidy(st, st->list.items[i], 0); /* at time 0 nothing is over: it only writes */
	commit(st);
	map_free(st->by_key, series_free);
	vec_free(&st->list);
	buf_free(&st->key);
	buf_free(&st->scratch);
	db_close(&st->db);
	free(st);
}
