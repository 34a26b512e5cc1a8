/* The times of a schedule since the last look: which of them run, by the policy for missed ones. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/notify/notify.h"
#include "core/control/schedule/inner.h"

#define LOOK_BACK_MAX 200000  /* times; enough for every minute of 60 days */

VEC_STRUCT(time_list, int64_t);

/* Times after `after`, up to now, oldest first. *dropped: so many older ones were not listed. */
static void due_times(const struct schedule *s, int64_t now, struct time_list *out)
{
	int64_t t = s->after;

	for (int i = 0; i < LOOK_BACK_MAX && (t = cron_next_in(&s->cron, s->zone, t)) && t <= now; i++)
		vec_push(out, t);
}

/* Whether a missed time is made up for. */
static bool made_up(const struct schedule *s, const struct time_list *l, size_t i, bool on_time, int64_t now)
{
	if (now - l->items[i] > s->window_ms)
		return false;
	if (s->catch_up == CATCH_UP_ONE)
		return i == l->len - 1 && !on_time;
	return s->catch_up == CATCH_UP_ALL;
}

static char *why_missed(const struct schedule *s, const struct time_list *l, size_t i, int64_t now)
{
	if (s->catch_up == CATCH_UP_ONE && i < l->len - 1)
		return xstrdup("The server did not run at that time; a later run stands for this one (CatchUp ONE).");
	if (s->catch_up != CATCH_UP_SKIP && now - l->items[i] > s->window_ms)
		return xasprintf("The server did not run at that time, which is longer ago than the %lld minutes of "
		                 "CatchUpWindowMinutes.", (long long)(s->window_ms / 60000));
	return xstrdup("The server did not run at that time (CatchUp SKIP).");
}

static void missed(struct control *ctl, struct schedule *s, const struct time_list *l, size_t i, size_t older,
                   int64_t now)
{
	char *why = why_missed(s, l, i, now);

	if (older) {
		char *more = xasprintf("%s It stands for %zu earlier ones, too.", why, older);
		free(why);
		why = more;
	}
	run_end(ctl, run_new(s, l->items[i]), RUN_MISSED, why);
	free(why);
}

/* One notice for all of them. */
static void tell_missed(struct control *ctl, const struct schedule *s, size_t n)
{
	char *subject = n == 1 ? xasprintf("A run of schedule %s was missed", s->name)
	                       : xasprintf("%zu runs of schedule %s were missed", n, s->name);

	notify_send(ctl, s->region, json_str(s->put, "TopicArn", NULL), subject, s->last_run);
	free(subject);
}

static void decide_missed(struct control *ctl, struct schedule *s, const struct time_list *l, bool on_time,
                          int64_t now)
{
	size_t lost = 0;

	for (size_t i = 0; i < l->len; i++)
		lost += !made_up(s, l, i, on_time, now);
	for (size_t i = 0, seen = 0; i < l->len; i++) {
		if (made_up(s, l, i, on_time, now)) {
			run_due(ctl, s, l->items[i], "Made up for: the server did not run at that time.");
			continue;
		}
		/* Of many only the newest get a record each. */
		size_t older = lost > MISSED_LISTED ? lost - MISSED_LISTED : 0;
		if (seen++ >= older)
			missed(ctl, s, l, i, seen == older + 1 ? older : 0, now);
	}
	if (lost)
		tell_missed(ctl, s, lost);
}

void schedule_decide(struct control *ctl, struct schedule *s, int64_t now)
{
	struct time_list times = { 0 };
	struct acting before = actor_begin(ctl, "stoker:schedule", NULL);

	due_times(s, now, &times);
	bool on_time = times.len && now - times.items[times.len - 1] < ON_TIME_MS;
	int64_t latest = times.len ? times.items[times.len - 1] : 0;
	times.len -= on_time;
	/* First, and in the same commit: whatever happens now, no time is decided upon twice. */
	s->after = now;
	schedule_save(ctl, s);
	decide_missed(ctl, s, &times, on_time, now);
	if (on_time)
		run_due(ctl, s, latest, NULL);
	vec_free(&times);
	actor_end(ctl, &before);
}
