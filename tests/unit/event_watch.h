/* "Every state change is an event", watched: behind each turn of the control plane in a unit test, whatever test that is, all
 * states of clusters, groups, fleets, instances, steps, alarms, dead letters and runs of schedules are compared with those
 * behind the turn before. For each that differs there must be a new event about that thing which names the new state, and says
 * who did it. Included by control_fixture.h, which puts it in the place of control_turn. */
#ifndef TESTS_UNIT_EVENT_WATCH_H
#define TESTS_UNIT_EVENT_WATCH_H

#include "core/control/cloudwatch/state.h"
#include "core/control/state.h"

struct event_watch {
	struct map *states;          /* kind LF id → state; NULL: nothing is known yet */
	struct map *seen;            /* the same of this turn */
	struct map *walked;          /* "kind FROM → TO", of all that was seen */
	struct event_list news;      /* events of the turn */
	int64_t last;                /* the newest event that was looked at */
	bool off;                    /* the rest of this test puts things together by hand, which tells nobody */
};

static struct event_watch watched;

/* Words that mean a state where a person would not read its name. */
static const char *const state_words[][2] = {
	{ "TERMINATED", "has ended" }, { "TERMINATED", "has gone" }, { "TERMINATED", "was lost" }, { "TERMINATED", "did not" },
	{ "ENDED", "has ended" }, { "STARTED", "has started" }, { "STARTED", "was started" }, { "REPLAYED", "was replayed" }, { "DISCARDED", "was discarded" },
	{ "PENDING", "left dead letter" }, { "STARTING", "was requested" },
	{ "INSUFFICIENT_DATA", "was put" },
};

static bool event_names(const struct event *e, const char *state)
{
	bool named = strstr(e->message, state) != NULL;

	for (size_t i = 0; i < sizeof state_words / sizeof *state_words && !named; i++)
		named = !strcmp(state_words[i][0], state) && strstr(e->message, state_words[i][1]);
	return named;
}

static void watch_state(const char *kind, const char *id, const char *resource, const char *state)
{
	char *key = xasprintf("%s\n%s", kind, id);
	const char *was = watched.states ? map_get(watched.states, key) : NULL;
	bool told = !watched.states || (was && !strcmp(was, state));

	free(map_set(watched.seen, key, xstrdup(state)));
	if (watched.states && (!was || strcmp(was, state))) {
		char *step = xasprintf("%s %s → %s", kind, was ? was : "(none)", state);
		map_set(watched.walked, step, watched.walked);
		free(step);
	}
	for (size_t i = 0; i < watched.news.len && !told; i++) {
		const struct event *e = &watched.news.items[i];
		bool about = !strcmp(e->resource_id, resource);
		told = about && event_names(e, state) && e->actor && *e->actor && *e->type;
	}
	if (!told)
		fail_msg("%s %s went from %s to %s and no event tells it", kind, id, was ? was : "(none)", state);
	free(key);
}

static void watch_doc(struct control *ctl, const char *region, const char *id, const cJSON *body, void *kind)
{
	(void)ctl, (void)region;
	watch_state(kind, id, json_str(body, "ScheduleName", id), json_str(body, "State", ""));
}

static void watch_cluster(const struct cluster *c)
{
	watch_state("cluster", c->id, c->id, names_get(&cluster_state_names, (int)c->state));
	for (size_t i = 0; i < c->groups.len; i++)
		watch_state(c->groups.items[i]->fleet ? "fleet" : "group", c->groups.items[i]->id, c->groups.items[i]->id,
		            names_get(&group_state_names, (int)c->groups.items[i]->state));
	for (size_t i = 0; i < c->instances.len; i++)
		watch_state("instance", c->instances.items[i]->id, c->instances.items[i]->id,
		            names_get(&instance_state_names, (int)c->instances.items[i]->state));
	for (size_t i = 0; i < c->steps.len; i++)
		watch_state("step", c->steps.items[i]->id, c->steps.items[i]->id,
		            names_get(&step_state_names, (int)c->steps.items[i]->state));
}

static void watch_all(struct control *ctl)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v))
		watch_cluster(v);
	for (it = 0; map_next(cw_of(ctl)->alarms, &it, NULL, &v);) {
		const struct metric_alarm *a = v;
		if (!a->owner) /* those of scaling policies are told by their decisions */
			watch_state("alarm", a->name, a->name, names_get(&alarm_state_names, (int)a->state));
	}
	docs_each(ctl, "dead-letter", watch_doc, (void *)"letter", NULL);
	docs_each(ctl, "schedule-run", watch_doc, (void *)"run", NULL);
}

static void forget_states(void)
{
	if (watched.states)
		map_free(watched.states, free);
	watched.states = NULL;
}

/* Another control plane begins: with nothing. */
static void watch_reset(void)
{
	forget_states();
	watched.states = map_new();
	event_list_free(&watched.news); /* a test that failed in the middle left them */
	watched.last = 0;
	watched.off = false;
}

static void watch_turn(struct control *ctl)
{
	struct event_query q = { .after = watched.last, .max = 100000 };
	struct error err = ERROR_INIT;

	/* What is not yet in the journal is not yet told; what a request that was refused changed is taken back. */
	if (watched.off || ctl->stalled || ctl->events.len || ctl->dirty.len)
		return;
	if (!watched.walked)
		watched.walked = map_new();
	watched.seen = map_new();
	assert_int_equal(store_find_events(ctl->store, &q, &watched.news, &err), 0);
	if (watched.news.len)
		watched.last = watched.news.items[0].seq;
	watch_all(ctl);
	event_list_free(&watched.news);
	forget_states();
	watched.states = watched.seen;
	watched.seen = NULL;
}

static void watched_turn(struct control *ctl)
{
	control_turn(ctl);
	watch_turn(ctl);
}
#ifndef NO_EVENT_WATCH           /* tests that put clusters together by hand */
#define control_turn watched_turn
#endif

#endif
