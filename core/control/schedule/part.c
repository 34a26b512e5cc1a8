/* The part: its state from the journal, and its place in the loop. */
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/cloudwatch/cloudwatch.h"
#include "core/control/schedule/inner.h"

#define TRIM_EVERY_MS (6 * 3600000LL)

struct schedule_state *schedule_state_of(struct control *ctl)
{
	return ctl->parts[PART_SCHEDULE];
}

static void free_state(struct schedule_state *st)
{
	if (!st)
		return;
	map_free(st->schedules, schedule_free);
	map_free(st->runs, run_free);
	free(st);
}

static void close_part(struct control *ctl)
{
	free_state(ctl->parts[PART_SCHEDULE]);
	ctl->parts[PART_SCHEDULE] = NULL;
}

static void load_schedule(struct control *ctl, const char *region, const char *id, const cJSON *body,
                          void *ctx)
{
	struct schedule *s = schedule_from_doc(region, body);

	(void)ctx;
	if (s)
		schedule_put(ctl, s);
	else
		log_error("schedule %s cannot be read any more and will not run", id);
}

struct run_list {
	struct run **items;
	size_t len, cap;
};

static void load_run(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	struct run_list *list = ctx;

	(void)ctl;
	vec_push(list, run_from_doc(region, id, body));
}

static int older_first(const void *a, const void *b)
{
	const struct run *x = *(struct run *const *)a, *y = *(struct run *const *)b;

	return (x->scheduled_for > y->scheduled_for) - (x->scheduled_for < y->scheduled_for);
}

/* Documents come in the order of their ids, which says nothing. */
static int load_runs(struct control *ctl, struct error *err)
{
	struct run_list list = { 0 };
	int ret = docs_each(ctl, "schedule-run", load_run, &list, err);

	if (list.len)
		qsort(list.items, list.len, sizeof *list.items, older_first);
	for (size_t i = 0; i < list.len; i++)
		map_set(schedule_state_of(ctl)->runs, list.items[i]->id, list.items[i]);
	vec_free(&list);
	return ret;
}

static int load(struct control *ctl, struct error *err)
{
	struct schedule_state *st = xcalloc(1, sizeof *st);
	int ret;

	close_part(ctl);
	st->schedules = map_new();
	st->runs = map_new();
	st->trim_at = clock_now_ms();
	ctl->parts[PART_SCHEDULE] = st;
	ret = docs_each(ctl, "schedule", load_schedule, NULL, err);
	if (!ret)
		ret = load_runs(ctl, err);
	cw_alarms_from(ctl, schedule_alarms);
	st->check = map_len(st->runs) > 0; /* they may have ended, with nobody to see it */
	return ret;
}

/* ---- the loop ---- */

static void work_out_due(struct schedule_state *st)
{
	size_t it = 0;
	void *v;

	st->due_at = map_len(st->schedules) ? st->trim_at : 0;
	st->seen_until = 0;
	st->due_known = true;
	while (map_next(st->schedules, &it, NULL, &v)) {
		const struct schedule *s = v;
		if (s->next_at && s->next_at < st->due_at)
			st->due_at = s->next_at;
		if (s->enabled && s->after > st->seen_until)
			st->seen_until = s->after;
	}
}

static int64_t due(struct control *ctl)
{
	struct schedule_state *st = schedule_state_of(ctl);

	if (!st->due_known)
		work_out_due(st);
	if (st->check || (st->seen_until && st->seen_until > clock_now_ms() + SET_BACK_MS))
		return 1;
	return st->due_at;
}

/* A clock that ran far ahead and was set back: times that it has seen come again, and count. */
static void mind_the_clock(struct control *ctl, struct schedule *s, int64_t now)
{
	const char *before = ctl->acting_region;

	if (!s->enabled || s->after <= now + SET_BACK_MS)
		return;
	ctl->acting_region = s->region;
	event_add(ctl, SEVERITY_WARN, NULL, s->name, EVENT_SCHEDULE,
	          "The clock was set back: schedule %s goes on from now, and times that it had seen may run "
	          "again", s->name);
	ctl->acting_region = before;
	s->after = now;
	schedule_save(ctl, s);
}

static void run(struct control *ctl, int64_t now)
{
	struct schedule_state *st = schedule_state_of(ctl);
	size_t it = 0;
	void *v;

	if (st->check) {
		st->check = false;
		runs_follow(ctl);
	}
	while (map_next(st->schedules, &it, NULL, &v)) {
		struct schedule *s = v;
		mind_the_clock(ctl, s, now);
		if (s->next_at && s->next_at <= now)
			schedule_decide(ctl, s, now);
	}
	if (st->trim_at <= now) {
		st->trim_at = now + TRIM_EVERY_MS;
		st->due_known = false;
		store_trim_records(ctl->store, "schedule-run", now - RUNS_KEEP_MS);
	}
}

/* These are called from inside the queue and the life of clusters: what follows waits for the loop. */
static void look_later(struct control *ctl, const struct cluster *c)
{
	struct schedule_state *st = schedule_state_of(ctl);
	size_t it = 0;
	void *v;

	while (!st->check && map_next(st->runs, &it, NULL, &v))
		st->check = !strcmp(((struct run *)v)->cluster_id, c->id);
}

static void cluster_moved(struct control *ctl, struct cluster *c)
{
	look_later(ctl, c);
}

static void step_ended(struct control *ctl, struct cluster *c, struct step *s)
{
	(void)s;
	look_later(ctl, c);
}

const struct part schedule_part = {
	.name = "schedule", .ops = schedule_ops, .load = load, .close = close_part, .due = due, .run = run,
	.cluster_moved = cluster_moved, .step_ended = step_ended,
};
