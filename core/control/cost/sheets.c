/* Sums that are kept, so that asking is cheap: what has ended, and every day that is over, is summed once.
 * Only what runs now is looked at again. */
#include "core/base/clock.h"
#include "core/control/cost/inner.h"

static void free_sheet(void *p)
{
	struct sheet *s = p;

	for (size_t i = 0; i < s->lines.len; i++) {
		free(s->lines.items[i].type);
		vec_free(&s->lines.items[i].days);
	}
	vec_free(&s->lines);
	vec_free(&s->open);
	free(s);
}

void sheets_free(struct cost_state *st)
{
	map_free(st->sheets, free_sheet);
	st->sheets = NULL;
}

static size_t line_of(struct control *ctl, struct sheet *s, const struct instance *i)
{
	for (size_t k = s->lines.len; k-- > 0;) {
		const struct line *l = &s->lines.items[k];
		if (l->market == i->market && !strcmp(l->group_id, i->group_id) &&
		    !strcmp(l->type, i->type ? i->type : ""))
			return k;
	}
	struct line l = { .role = i->role, .market = i->market, .type = xstrdup(i->type ? i->type : "") };
	snprintf(l.group_id, sizeof l.group_id, "%s", i->group_id);
	l.rate = rate_of(ctl, s->c, i->group_id, l.type, i->market);
	vec_push(&s->lines, l);
	return s->lines.len - 1;
}

/* The first day of a line that is not before `day`. */
static size_t place_of(const struct line *l, int64_t day)
{
	size_t low = 0, high = l->days.len;

	while (low < high) {
		size_t mid = (low + high) / 2;
		if (l->days.items[mid].day < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void post(struct line *l, int64_t day, const struct money *m)
{
	size_t at = place_of(l, day);

	money_add(&l->posted, m);
	if (at < l->days.len && l->days.items[at].day == day) {
		money_add(&l->days.items[at].money, m);
		return;
	}
	vec_reserve(&l->days, l->days.len + 1);
	memmove(&l->days.items[at + 1], &l->days.items[at], (l->days.len - at) * sizeof *l->days.items);
	l->days.items[at].day = day;
	l->days.items[at].money = *m;
	l->days.len++;
}

/* Post what an instance cost until `until`, day by day; for one that has ended, all of it. */
static void post_until(struct control *ctl, struct sheet *s, struct open_item *o, int64_t now, int64_t until)
{
	struct line *l = &s->lines.items[o->line];
	int64_t from, to, next;

	if (!billed(o->i, now, &from, &to))
		return;
	if (from < o->posted)
		from = o->posted;
	if (to > until)
		to = until;
	while (from < to) {
		int64_t day = day_of(&cost_state(ctl)->days, from, &next), end = next < to ? next : to;
		struct money m = { 0 };
		instance_money(ctl, &l->rate, o->i, now, from, end, &m);
		post(l, day, &m);
		from = o->posted = end;
	}
}

static void bring_up_to_date(struct control *ctl, struct sheet *s, int64_t now)
{
	bool turned = now < s->today || now >= day_next(s->today);

	if (turned)
		s->today = day_start(now);
	for (; s->seen < s->c->instances.len; s->seen++) {
		const struct instance *i = s->c->instances.items[s->seen];
		struct open_item o = { .i = i, .line = line_of(ctl, s, i) };
		if (i->state != INSTANCE_TERMINATED)
			post_until(ctl, s, &o, now, s->today);
		vec_push(&s->open, o);
	}
	for (size_t k = s->open.len; k-- > 0;) {
		struct open_item *o = &s->open.items[k];
		if (o->i->state == INSTANCE_TERMINATED) {
			post_until(ctl, s, o, now, INT64_MAX);
			s->open.items[k] = s->open.items[--s->open.len];
		} else if (turned) {
			post_until(ctl, s, o, now, s->today);
		}
	}
}

struct sheet *sheet_of(struct control *ctl, struct cluster *c, int64_t now)
{
	struct cost_state *st = cost_state(ctl);

	if (!st->sheets)
		st->sheets = map_new();
	struct sheet *s = map_get(st->sheets, c->id);
	if (s && (s->c != c || s->seen > c->instances.len)) { /* a request that was taken back had made it */
		free_sheet(map_remove(st->sheets, c->id));
		s = NULL;
	}
	if (!s) {
		s = xcalloc(1, sizeof *s);
		s->c = c;
		s->today = day_start(now);
		map_set(st->sheets, c->id, s);
	}
	bring_up_to_date(ctl, s, now);
	return s;
}

/* Days that lie wholly within the period are on the sheet; the rest of it is added up from the instances. */
static void part_of_days(struct control *ctl, struct sheet *s, size_t line, int64_t from, int64_t to,
                         int64_t now, struct money *out)
{
	const struct line *l = &s->lines.items[line];

	for (size_t i = 0; i < s->c->instances.len; i++) {
		const struct instance *in = s->c->instances.items[i];
		if (in->market == l->market && !strcmp(in->group_id, l->group_id) &&
		    !strcmp(in->type ? in->type : "", l->type))
			instance_money(ctl, &l->rate, in, now, from, to, out);
	}
}

void line_money(struct control *ctl, struct sheet *s, size_t line, int64_t from, int64_t to, int64_t now,
                struct money *out)
{
	const struct line *l = &s->lines.items[line];
	struct day_cache *days = &cost_state(ctl)->days;
	int64_t next, first = day_of(days, from, &next),
	              last = to > now ? INT64_MAX : day_of(days, to, &(int64_t) { 0 });

	if (first < from) {
		first = next;
		part_of_days(ctl, s, line, from, first < to ? first : to, now, out);
	}
	if (last != INT64_MAX && last < to && last >= first)
		part_of_days(ctl, s, line, last, to, now, out);
	if (first >= last)
		return;
	for (size_t i = place_of(l, first); i < l->days.len && l->days.items[i].day < last; i++)
		money_add(out, &l->days.items[i].money);
	for (size_t i = 0; i < s->open.len; i++) {
		const struct open_item *o = &s->open.items[i];
		if (o->line == line)
			instance_money(ctl, &l->rate, o->i, now, o->posted > first ? o->posted : first, last, out);
	}
}

void cost_of(struct control *ctl, struct cluster *c, const char *group_id, int64_t from, int64_t to,
             int64_t now, struct money *out)
{
	struct sheet *s = sheet_of(ctl, c, now);

	for (size_t i = 0; i < s->lines.len; i++) {
		if (group_id && strcmp(s->lines.items[i].group_id, group_id))
			continue;
		if (from <= 0 && to == INT64_MAX)
			money_add(out, &s->lines.items[i].posted);
		else
			line_money(ctl, s, i, from, to, now, out);
	}
	for (size_t i = 0; from <= 0 && to == INT64_MAX && i < s->open.len; i++) {
		const struct open_item *o = &s->open.items[i];
		const struct line *l = &s->lines.items[o->line];
		if (!group_id || !strcmp(l->group_id, group_id))
			instance_money(ctl, &l->rate, o->i, now, o->posted, INT64_MAX, out);
	}
}

void cost_rate_of(struct control *ctl, struct cluster *c, const char *group_id, struct money *out)
{
	struct sheet *s = sheet_of(ctl, c, clock_now_ms());

	for (size_t i = 0; i < s->open.len; i++) {
		const struct line *l = &s->lines.items[s->open.items[i].line];
		if (!group_id || !strcmp(l->group_id, group_id))
			instance_rate(ctl, &l->rate, s->open.items[i].i, out);
	}
}
