/* Operations on schedules. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/access/access.h"
#include "core/control/notify/notify.h"
#include "core/control/ops.h"
#include "core/control/schedule/inner.h"

#define NEXT_RUNS 5
#define PAGE 50

static cJSON *next_runs(const struct schedule *s)
{
	cJSON *a = cJSON_CreateArray();
	int64_t t = s->next_at;

	for (int i = 0; i < NEXT_RUNS && t; i++, t = cron_next_in(&s->cron, s->zone, t))
		cJSON_AddItemToArray(a, cJSON_CreateNumber((double)t / 1000));
	return a;
}

static struct schedule *wanted(struct control *ctl, const cJSON *in, const struct call *call,
                               struct error *err)
{
	const char *name = json_str(in, "ScheduleName", "");
	struct schedule *s = schedule_find(ctl, call->region, name);

	if (!s)
		emr_error(err, "ResourceNotFoundException", "There is no schedule '%.80s' in %s.", name,
		          call->region);
	return s;
}

/* ---- PutSchedule ---- */

static int check_runs(const struct schedule *s, int64_t now, struct error *err)
{
	if (!s->enabled || cron_next_in(&s->cron, s->zone, now))
		return 0;
	return emr_error_validation(err, "ScheduleExpression %s would never run: its last time has passed.",
	                            json_str(s->put, "ScheduleExpression", ""));
}

static int put_schedule(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                        struct error *err)
{
	struct schedule *s = schedule_read(call->region, in, err), *old;
	int64_t now = clock_now_ms();

	if (!s)
		return err->code;
	if (check_runs(s, now, err) || notify_check(ctl, s->region, json_str(s->put, "TopicArn", NULL), err) ||
	    target_try(ctl, s, err)) {
		schedule_free(s);
		return err->code;
	}
	old = schedule_find(ctl, s->region, s->name);
	if (!old && map_len(schedule_state_of(ctl)->schedules) >= SCHEDULES_MAX) {
		schedule_free(s);
		return emr_error(err, "ServiceQuotaExceededException", "There are %d schedules already.",
		                 SCHEDULES_MAX);
	}
	if (old && old->enabled && !s->enabled)
		runs_drop_queued(ctl, old, "The schedule was disabled.");
	if (!access_is_owner(ctl, call))
		snprintf(s->maker, sizeof s->maker, "%s", call->user);
	s->created_at = old ? old->created_at : now;
	s->failures = old ? old->failures : 0;
	s->failing_since = old ? old->failing_since : 0;
	s->last_run = old && old->last_run ? cJSON_Duplicate(old->last_run, true) : NULL;
	s->after = now; /* what was not decided upon yet belongs to the old form of it */
	schedule_put(ctl, s);
	schedule_save(ctl, s);
	event_add(ctl, SEVERITY_INFO, NULL, s->name, EVENT_SCHEDULE, "Schedule %s was %s: %s", s->name,
	          old ? "changed" : "made", json_str(s->put, "ScheduleExpression", ""));
	json_add(out, "NextRuns", next_runs(s));
	return 0;
}

/* ---- ListSchedules ---- */

/* The newest run: one that goes on or waits, else the last that ended. */
static cJSON *last_run(struct control *ctl, const struct schedule *s)
{
	struct map *runs = schedule_state_of(ctl)->runs;
	const struct run *newest = NULL;
	size_t it = 0;
	void *v;

	while (map_next(runs, &it, NULL, &v)) {
		const struct run *r = v;
		if (!strcmp(r->schedule, s->name) && !strcmp(r->region, s->region))
			newest = r;
	}
	return newest ? run_encode(newest) : s->last_run ? cJSON_Duplicate(s->last_run, true) : NULL;
}

static cJSON *encode(struct control *ctl, const struct schedule *s)
{
	cJSON *o = cJSON_Duplicate(s->put, true);
	const char *zone = json_str(s->put, "ScheduleExpressionTimezone", "UTC");
	char words[256];

	if (!json_str(o, "ScheduleExpressionTimezone", NULL))
		json_add_str(o, "ScheduleExpressionTimezone", zone);
	if (!json_str(o, "State", NULL))
		json_add_str(o, "State", "ENABLED");
	if (!json_str(o, "CatchUp", NULL))
		json_add_str(o, "CatchUp", names_get(&catch_up_names, (int)s->catch_up));
	if (!json_str(o, "Overlap", NULL))
		json_add_str(o, "Overlap", names_get(&overlap_names, (int)s->overlap));
	if (!cJSON_HasObjectItem(o, "CatchUpWindowMinutes"))
		json_add_int(o, "CatchUpWindowMinutes", s->window_ms / 60000);
	json_add_str(o, "Words", cron_words(&s->cron, zone, words, sizeof words));
	json_add_str(o, "Region", s->region);
	json_add_time(o, "CreatedAt", s->created_at);
	json_add(o, "NextRuns", next_runs(s));
	json_add(o, "LastRun", last_run(ctl, s));
	return json_add_int(o, "Failures", s->failures);
}

static int list_schedules(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                          struct error *err)
{
	cJSON *a = cJSON_CreateArray();
	size_t it = 0;
	void *v;

	(void)in;
	(void)err;
	while (map_next(schedule_state_of(ctl)->schedules, &it, NULL, &v))
		if (!strcmp(((struct schedule *)v)->region, call->region))
			cJSON_AddItemToArray(a, encode(ctl, v));
	json_add(out, "Schedules", a);
	return 0;
}

/* ---- DeleteSchedule, RunScheduleNow ---- */

static int delete_schedule(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                           struct error *err)
{
	struct schedule *s = wanted(ctl, in, call, err);

	(void)out;
	if (!s)
		return err->code;
	runs_drop_queued(ctl, s, "The schedule was deleted.");
	doc_drop(ctl, "schedule", s->region, s->name);
	event_add(ctl, SEVERITY_INFO, NULL, s->name, EVENT_SCHEDULE, "Schedule %s was deleted", s->name);
	char *key = xasprintf("%s/%s", s->region, s->name);
	schedule_free(map_remove(schedule_state_of(ctl)->schedules, key));
	free(key);
	schedule_state_of(ctl)->due_known = false;
	return 0;
}

/* At once, whatever else runs and whether it is enabled: somebody asked for it. */
static int run_schedule_now(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                            struct error *err)
{
	struct schedule *s = wanted(ctl, in, call, err);

	if (!s)
		return err->code;
	struct run *r = run_new(s, clock_now_ms() / 1000 * 1000);
	int ret = target_run(ctl, s, r, call, err);
	if (ret) {
		run_free(r);
		return ret;
	}
	text_set(&r->reason, "Run on demand");
	run_keep(ctl, r);
	event_add(ctl, SEVERITY_INFO, r->cluster_id, s->name, EVENT_SCHEDULE,
	          "Run %s of schedule %s was started on demand on cluster %s", r->id, s->name, r->cluster_id);
	json_add_str(out, "RunId", r->id);
	return 0;
}

/* ---- ListScheduleRuns: those that go on, then the records, newest first ---- */

struct listing {
	cJSON *list;
	int64_t max, last;   /* seq of the last record in the list */
	bool more;
};

static bool take_record(const struct record *r, void *ctx)
{
	struct listing *l = ctx;
	cJSON *body;

	if (cJSON_GetArraySize(l->list) >= l->max) {
		l->more = true;
		return false;
	}
	if ((body = json_parse(r->body, strlen(r->body), NULL)))
		cJSON_AddItemToArray(l->list, body);
	l->last = r->seq;
	return true;
}

/* The first page begins with all of them: there are few. */
static void list_live(struct control *ctl, const struct call *call, const char *name, cJSON *list)
{
	VEC(struct run *) all = { 0 };
	size_t it = 0;
	void *v;

	while (map_next(schedule_state_of(ctl)->runs, &it, NULL, &v))
		vec_push(&all, v);
	for (size_t i = all.len; i-- > 0;)
		if (!strcmp(all.items[i]->region, call->region) && (!name || !strcmp(all.items[i]->schedule, name)))
			cJSON_AddItemToArray(list, run_encode(all.items[i]));
	vec_free(&all);
}

static int list_schedule_runs(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                              struct error *err)
{
	const char *name = json_str(in, "ScheduleName", NULL);
	struct listing l = { 0 };
	struct record_query q = { .kind = "schedule-run", .region = call->region, .subject = name,
	                          .since = emr_decode_time(in, "Since") };
	struct error why = ERROR_INIT;

	if (op_page_size(in, PAGE, &l.max, err) || op_page_token(in, &q.before, err))
		return err->code;
	l.list = cJSON_CreateArray();
	if (!q.before)
		list_live(ctl, call, name, l.list);
	l.max += cJSON_GetArraySize(l.list);
	q.max = (int)l.max + 1;
	int ret = records_read(ctl, &q, take_record, &l, &why);
	json_add(out, "Runs", l.list);
	if (l.more)
		op_add_page_token(out, l.last);
	return ret ? emr_error(err, "InternalServerError", "%s", why.message) : 0;
}

const struct op schedule_ops[] = {
	{ "Stoker.PutSchedule", put_schedule },
	{ "Stoker.ListSchedules", list_schedules },
	{ "Stoker.DeleteSchedule", delete_schedule },
	{ "Stoker.RunScheduleNow", run_schedule_now },
	{ "Stoker.ListScheduleRuns", list_schedule_runs },
	{ NULL, NULL },
};
