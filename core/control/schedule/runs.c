/* Runs: from their time to their outcome. */
#include "core/control/schedule/inner.h"

#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/control/notify/notify.h"

#define KIND "schedule-run"

static const char *const state_items[] = { "QUEUED", "STARTED", "SUCCEEDED", "FAILED", "SKIPPED", "MISSED" };
const struct names run_state_names = { state_items, 6 };

void run_free(void *p)
{
	struct run *r = p;

	if (!r)
		return;
	free(r->reason);
	str_list_free(&r->step_ids);
	free(r);
}

struct run *run_new(const struct schedule *s, int64_t scheduled_for)
{
	struct run *r = xcalloc(1, sizeof *r);

	id_make(r->id, sizeof r->id, "r-", 13);
	strcpy(r->region, s->region);
	strcpy(r->schedule, s->name);
	r->scheduled_for = scheduled_for;
	return r;
}

/* ---- as a document, a record and on the wire: one form ---- */

cJSON *run_encode(const struct run *r)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "RunId", r->id), *ids = cJSON_CreateArray();

	json_add_str(o, "ScheduleName", r->schedule);
	json_add_time(o, "ScheduledFor", r->scheduled_for);
	json_add_time(o, "StartedAt", r->started_at);
	json_add_time(o, "EndedAt", r->ended_at);
	json_add_str(o, "State", names_get(&run_state_names, (int)r->state));
	json_add_str(o, "Reason", r->reason);
	json_add_str(o, "ClusterId", r->cluster_id[0] ? r->cluster_id : NULL);
	for (size_t i = 0; i < r->step_ids.len; i++)
		cJSON_AddItemToArray(ids, cJSON_CreateString(r->step_ids.items[i]));
	return json_add(o, "StepIds", ids);
}

static int64_t ms_of(const cJSON *body, const char *member)
{
	return (int64_t)(json_num(body, member, 0) * 1000 + 0.5);
}

struct run *run_from_doc(const char *region, const char *id, const cJSON *body)
{
	struct run *r = xcalloc(1, sizeof *r);
	int state = names_parse(&run_state_names, json_str(body, "State", ""));

	snprintf(r->id, sizeof r->id, "%s", id);
	snprintf(r->region, sizeof r->region, "%s", region);
	snprintf(r->schedule, sizeof r->schedule, "%s", json_str(body, "ScheduleName", ""));
	snprintf(r->cluster_id, sizeof r->cluster_id, "%s", json_str(body, "ClusterId", ""));
	r->scheduled_for = ms_of(body, "ScheduledFor");
	r->started_at = ms_of(body, "StartedAt");
	r->state = state == RUN_QUEUED ? RUN_QUEUED : RUN_STARTED;
	r->own_cluster = json_bool(body, "OwnCluster", false);
	text_set(&r->reason, json_str(body, "Reason", NULL));
	emr_decode_strings(body, "StepIds", &r->step_ids);
	return r;
}

void run_keep(struct control *ctl, struct run *r)
{
	cJSON *body = json_add_bool(run_encode(r), "OwnCluster", r->own_cluster);

	doc_put(ctl, KIND, r->region, r->id, body);
	cJSON_Delete(body);
	map_set(schedule_state_of(ctl)->runs, r->id, r);
}

/* ---- the end ---- */

static enum severity severity_of(enum run_state s)
{
	return s == RUN_FAILED ? SEVERITY_ERROR : s == RUN_SUCCEEDED ? SEVERITY_INFO : SEVERITY_WARN;
}

static void say(struct control *ctl, const struct run *r)
{
	const char *before = ctl->acting_region;
	char when[32];

	ctl->acting_region = r->region;
	event_add(ctl, severity_of(r->state), r->cluster_id, r->schedule, EVENT_SCHEDULE,
	          "Run %s of schedule %s for %.19sZ is %s%s%s", r->id, r->schedule,
	          clock_iso8601(r->scheduled_for, when, sizeof when), names_get(&run_state_names, (int)r->state),
	          r->reason ? ": " : "", r->reason ? r->reason : "");
	ctl->acting_region = before;
}

static void tell(struct control *ctl, const struct schedule *s, const struct run *r, int before)
{
	char *subject = NULL;

	if (r->state == RUN_FAILED && s->failures > 1)
		subject = xasprintf("Schedule %s failed, %d times in a row", s->name, s->failures);
	else if (r->state == RUN_FAILED)
		subject = xasprintf("Schedule %s failed", s->name);
	else if (r->state == RUN_SUCCEEDED && before)
		subject = xasprintf("Schedule %s works again after %d failure%s", s->name, before,
		                    before == 1 ? "" : "s");
	else if (r->state == RUN_SKIPPED)
		subject = xasprintf("A run of schedule %s was skipped", s->name);
	if (subject)
		notify_send(ctl, s->region, json_str(s->put, "TopicArn", NULL), subject, s->last_run);
	free(subject);
}

static void count(struct control *ctl, struct schedule *s, const struct run *r, const cJSON *body)
{
	int before = s->failures;

	if (r->state == RUN_FAILED && !s->failures++)
		s->failing_since = r->ended_at;
	if (r->state == RUN_SUCCEEDED)
		s->failures = 0;
	cJSON_Delete(s->last_run);
	s->last_run = cJSON_Duplicate(body, true);
	schedule_save(ctl, s);
	tell(ctl, s, r, before);
}

void run_end(struct control *ctl, struct run *r, enum run_state state, const char *reason)
{
	struct schedule *s = schedule_find(ctl, r->region, r->schedule);

	if (map_remove(schedule_state_of(ctl)->runs, r->id))
		doc_drop(ctl, KIND, r->region, r->id);
	r->state = state;
	r->ended_at = clock_now_ms();
	if (reason)
		text_set(&r->reason, reason);
	cJSON *body = run_encode(r);
	record_add(ctl, KIND, r->region, r->schedule, r->ended_at, body);
	say(ctl, r);
	if (s)
		count(ctl, s, r, body);
	cJSON_Delete(body);
	run_free(r);
}

/* ---- the beginning ---- */

static void start(struct control *ctl, struct schedule *s, struct run *r)
{
	struct error err = ERROR_INIT;
	char *cause = xasprintf("schedule %s", s->name);
	struct acting before = actor_begin(ctl, "stoker:schedule", cause);

	r->started_at = clock_now_ms();
	if (target_start(ctl, s, r, &err)) {
		run_end(ctl, r, RUN_FAILED, err.message);
	} else {
		run_keep(ctl, r);
		event_add(ctl, SEVERITY_INFO, r->cluster_id, s->name, EVENT_SCHEDULE,
		          "Run %s of schedule %s has started on cluster %s", r->id, s->name, r->cluster_id);
	}
	actor_end(ctl, &before);
	free(cause);
}

/* Runs of a schedule that are queued or started; *first is the oldest of that state. */
static int count_live(struct control *ctl, const struct schedule *s, enum run_state state, struct run **first)
{
	struct map *runs = schedule_state_of(ctl)->runs;
	size_t it = 0;
	void *v;
	int n = 0;

	*first = NULL;
	while (map_next(runs, &it, NULL, &v)) {
		struct run *r = v;
		if (r->state != state || strcmp(r->schedule, s->name) || strcmp(r->region, s->region))
			continue;
		n++;
		if (!*first || r->scheduled_for < (*first)->scheduled_for)
			*first = r;
	}
	return n;
}

static void cancel_previous(struct control *ctl, struct schedule *s)
{
	struct run *r;

	while (count_live(ctl, s, RUN_STARTED, &r)) {
		char *why = xasprintf("Ended by schedule %s: its next run is due", s->name);
		target_cancel(ctl, r, why);
		run_end(ctl, r, RUN_FAILED, why);
		free(why);
	}
}

static void skip(struct control *ctl, struct run *r, const struct run *earlier)
{
	char when[32], *why;

	why = earlier ? xasprintf("Run %s for %.19sZ was still going.", earlier->id,
	                          clock_iso8601(earlier->scheduled_for, when, sizeof when))
	              : xasprintf("%d runs wait already.", QUEUED_MAX);
	run_end(ctl, r, RUN_SKIPPED, why);
	free(why);
}

static void queue(struct control *ctl, struct schedule *s, struct run *r, const struct run *earlier)
{
	char when[32];

	run_keep(ctl, r);
	event_add(ctl, SEVERITY_INFO, NULL, s->name, EVENT_SCHEDULE,
	          "Run %s of schedule %s for %.19sZ is QUEUED: run %s still goes on", r->id, s->name,
	          clock_iso8601(r->scheduled_for, when, sizeof when), earlier->id);
}

void run_due(struct control *ctl, struct schedule *s, int64_t scheduled_for, const char *note)
{
	struct run *r = run_new(s, scheduled_for), *started, *queued;
	int waiting = count_live(ctl, s, RUN_QUEUED, &queued), going = count_live(ctl, s, RUN_STARTED, &started);

	text_set(&r->reason, note);
	if (s->overlap == OVERLAP_SKIP && (going || waiting)) {
		skip(ctl, r, going ? started : queued);
	} else if (s->overlap == OVERLAP_QUEUE && (going || waiting)) {
		if (waiting >= QUEUED_MAX)
			skip(ctl, r, NULL);
		else
			queue(ctl, s, r, going ? started : queued);
	} else {
		if (s->overlap == OVERLAP_CANCEL_PREVIOUS)
			cancel_previous(ctl, s);
		start(ctl, s, r);
	}
}

/* ---- following ---- */

static void end_finished(struct control *ctl)
{
	struct map *runs = schedule_state_of(ctl)->runs;
	size_t it = 0;
	void *v;

	while (map_next(runs, &it, NULL, &v)) {
		struct run *r = v;
		char *reason;
		enum run_state state = r->state == RUN_STARTED ? target_outcome(ctl, r, &reason) : RUN_STARTED;
		if (state == RUN_STARTED)
			continue;
		run_end(ctl, r, state, reason);
		free(reason);
	}
}

void runs_follow(struct control *ctl)
{
	struct schedule_state *st = schedule_state_of(ctl);
	size_t it = 0;
	void *v;

	end_finished(ctl);
	while (map_next(st->schedules, &it, NULL, &v)) {
		struct run *started, *queued;
		/* One that cannot start makes way for the next. */
		while (!count_live(ctl, v, RUN_STARTED, &started) && count_live(ctl, v, RUN_QUEUED, &queued)) {
			doc_drop(ctl, KIND, queued->region, queued->id);
			map_remove(st->runs, queued->id);
			start(ctl, v, queued);
		}
	}
}

void runs_drop_queued(struct control *ctl, const struct schedule *s, const char *why)
{
	struct run *r;

	while (count_live(ctl, s, RUN_QUEUED, &r))
		run_end(ctl, r, RUN_SKIPPED, why);
}
