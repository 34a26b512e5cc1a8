/* Attempts of steps: the wait after a failed one, the limit on the time of one that runs. The documents hold
 * what a restart must know; time limits follow from the policy and the start of the attempt. */
#include "core/control/retry/inner.h"

#include <signal.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"

#define KIND "step-retry"

void trying_free(void *p)
{
	struct trying *t = p;

	if (t)
		cJSON_Delete(t->attempts);
	free(t);
}

struct trying *trying_of(struct control *ctl, const struct step *s)
{
	return map_get(retry_state_of(ctl)->trying, s->id);
}

static struct trying *trying_make(struct control *ctl, const struct cluster *c, const struct step *s)
{
	struct trying *t = trying_of(ctl, s);

	if (t)
		return t;
	t = xcalloc(1, sizeof *t);
	snprintf(t->step_id, sizeof t->step_id, "%s", s->id);
	snprintf(t->cluster_id, sizeof t->cluster_id, "%s", c->id);
	snprintf(t->region, sizeof t->region, "%s", c->region);
	t->attempts = cJSON_CreateArray();
	map_set(retry_state_of(ctl)->trying, s->id, t);
	return t;
}

static void save(struct control *ctl, const struct trying *t)
{
	cJSON *body = json_add_str(cJSON_CreateObject(), "ClusterId", t->cluster_id);

	json_add_int(body, "Failed", t->failed);
	json_add_int(body, "Lost", t->lost);
	json_add_int(body, "NextAt", t->next_at);
	json_add_int(body, "WaitMs", t->wait_ms);
	json_add_bool(body, "Overtime", t->overtime);
	json_add(body, "Attempts", cJSON_Duplicate(t->attempts, true));
	doc_put(ctl, KIND, t->region, t->step_id, body);
	cJSON_Delete(body);
	retry_state_of(ctl)->due_known = false;
}

struct trying *trying_from_doc(const char *region, const char *id, const cJSON *body)
{
	struct trying *t = xcalloc(1, sizeof *t);
	const cJSON *attempts = json_arr(body, "Attempts");

	snprintf(t->step_id, sizeof t->step_id, "%s", id);
	snprintf(t->cluster_id, sizeof t->cluster_id, "%s", json_str(body, "ClusterId", ""));
	snprintf(t->region, sizeof t->region, "%s", region);
	t->failed = json_int32(body, "Failed", 0);
	t->lost = json_int32(body, "Lost", 0);
	t->next_at = json_int(body, "NextAt", 0);
	t->wait_ms = json_int(body, "WaitMs", 0);
	t->overtime = json_bool(body, "Overtime", false);
	t->attempts = attempts ? cJSON_Duplicate(attempts, true) : cJSON_CreateArray();
	return t;
}

void trying_drop(struct control *ctl, const struct step *s)
{
	struct trying *t = map_remove(retry_state_of(ctl)->trying, s->id);

	if (!t)
		return;
	doc_drop(ctl, KIND, t->region, t->step_id);
	trying_free(t);
	retry_state_of(ctl)->due_known = false;
}

/* ---- what the queue tells ---- */

static int64_t limit_of(const struct cluster *c, const struct step *s)
{
	struct retry_policy p;

	return retry_policy_of(c, s, &p, NULL) ? 0 : p.timeout_ms;
}

/* What the console shows while nothing runs. */
static void show_wait(struct step *s, const struct trying *t, const struct retry_policy *p)
{
	struct ctl_step *rt = step_runtime(s);
	char when[32], text[160];

	clock_iso8601(t->next_at, when, sizeof when);
	snprintf(text, sizeof text, "Waits until %.19sZ for attempt %d of %d", when, t->failed + 1,
	         p->max_attempts);
	cJSON_Delete(rt->progress);
	rt->progress = json_add_str(cJSON_CreateObject(), "description", text);
	json_add_num(rt->progress, "fraction", 0);
}

void retry_started(struct control *ctl, struct cluster *c, struct step *s)
{
	int64_t limit = limit_of(c, s);
	struct trying *t = limit ? trying_make(ctl, c, s) : trying_of(ctl, s);

	if (!t)
		return;
	if (t->wait_ms) { /* no longer true */
		cJSON_Delete(step_runtime(s)->progress);
		step_runtime(s)->progress = NULL;
	}
	t->next_at = t->wait_ms = 0;
	t->limit_at = limit ? clock_now_ms() + limit : 0;
	retry_state_of(ctl)->due_known = false;
}

void trying_attach(struct control *ctl, struct cluster *c, struct step *s, struct trying *t)
{
	struct exec *e = step_runtime(s)->exec;
	int64_t limit = e ? limit_of(c, s) : 0;

	if (!t && !limit)
		return;
	if (t)
		map_set(retry_state_of(ctl)->trying, s->id, t);
	else
		t = trying_make(ctl, c, s);
	t->limit_at = e && limit ? e->m->created + limit : 0;
	struct retry_policy p;
	if (!e && t->next_at && !retry_policy_of(c, s, &p, NULL))
		show_wait(s, t, &p);
	if (t->overtime) /* the signal may not have arrived */
		t->limit_at = clock_now_ms();
	retry_state_of(ctl)->due_known = false;
}

static void note(struct trying *t, const struct step *s, enum failure_class class, const char *message)
{
	cJSON *a = json_add_int(cJSON_CreateObject(), "Number", s->attempts);
	const struct ctl_step *rt = s->runtime;

	json_add_time(a, "StartedAt", rt && rt->started ? rt->started : s->timeline.ready);
	json_add_time(a, "EndedAt", clock_now_ms());
	json_add_str(a, "Class", names_get(&failure_class_names, (int)class));
	json_add_str(a, "Message", message);
	cJSON_AddItemToArray(t->attempts, a);
}

int retry_lost(struct control *ctl, struct cluster *c, struct step *s, const char *why)
{
	struct trying *t = trying_make(ctl, c, s);

	t->limit_at = 0;
	if (++t->lost < MAX_ATTEMPTS)
		note(t, s, FAILURE_RETRYABLE, why);
	save(ctl, t);
	return t->lost;
}

static void begin_wait(struct control *ctl, struct cluster *c, struct step *s, struct trying *t,
                       const struct retry_policy *p, enum failure_class class, const char *why,
	const char *message)
{
	struct acting before = actor_begin(ctl, "stoker:retry", message);

	t->wait_ms = retry_delay(p, t->failed, &retry_state_of(ctl)->seed);
	t->next_at = clock_now_ms() + t->wait_ms;
	t->lost = 0;
	save(ctl, t);
	show_wait(s, t, p);
	controller_log(ctl, c, s, "Attempt %d failed (%s: %s): %s", t->failed,
	               names_get(&failure_class_names, (int)class),
	               why, message);
	controller_log(ctl, c, s, "Attempt %d of %d begins in %.1f seconds", t->failed + 1, p->max_attempts,
	               (double)t->wait_ms / 1000);
	event_add(ctl, SEVERITY_WARN, c->id, s->id, EVENT_STEP,
	          "Attempt %d of step %s (%s) failed (%s); attempt %d of %d begins in %.1f seconds: %s",
		t->failed, s->id,
	          s->name, names_get(&failure_class_names, (int)class), t->failed + 1, p->max_attempts,
	          (double)t->wait_ms / 1000, message);
	actor_end(ctl, &before);
	mark_changed(ctl);
	wake_cluster(ctl, c); /* a wait of nothing is over at once */
}

bool retry_again(struct control *ctl, struct cluster *c, struct step *s, const struct failure *f)
{
	struct failure own = *f;
	struct trying *t = trying_make(ctl, c, s);
	struct retry_policy p;
	const char *why;

	own.timed_out |= t->overtime;
	t->overtime = false;
	t->limit_at = 0;
	enum failure_class class = failure_classify(&own, &why);
	t->failed++;
	note(t, s, class, f->message);
	json_add_str(cJSON_GetArrayItem(t->attempts, cJSON_GetArraySize(t->attempts) - 1), "Why", why);
	if (s->state != STEP_RUNNING || cluster_state_closing(c->state) || retry_policy_of(c, s, &p, NULL) ||
	    !retry_wanted(&p, class, t->failed))
		return false;
	begin_wait(ctl, c, s, t, &p, class, why, f->message ? f->message : "");
	return true;
}

/* A wait is a duration: when the clock was set back it does not become longer. */
bool retry_waits(struct control *ctl, const struct step *s)
{
	const struct trying *t = trying_of(ctl, s);

	if (!t || !t->next_at)
		return false;
	int64_t left = t->next_at - clock_now_ms();
	return left > 0 && left <= t->wait_ms;
}

char *retry_overtime(struct control *ctl, const struct cluster *c, const struct step *s)
{
	const struct trying *t = trying_of(ctl, s);

	if (!t || !t->overtime)
		return NULL;
	return xasprintf("The attempt took longer than the %.0f seconds of stoker.retry.timeoutSeconds, and was "
	                 "ended.",
	                 (double)limit_of(c, s) / 1000);
}

/* ---- time ---- */

int64_t trying_due(struct control *ctl)
{
	struct retry_state *st = retry_state_of(ctl);
	size_t it = 0;
	void *v;

	if (st->due_known)
		return st->due_at;
	st->due_at = 0;
	st->due_known = true;
	while (map_next(st->trying, &it, NULL, &v)) {
		const struct trying *t = v;
		int64_t at = t->next_at ? t->next_at : t->limit_at;
		if (at && (!st->due_at || at < st->due_at))
			st->due_at = at;
	}
	return st->due_at;
}

static void end_overtime(struct control *ctl, struct cluster *c, struct step *s, struct trying *t,
                         int64_t now)
{
	struct exec *e = s->runtime ? step_runtime(s)->exec : NULL;
	bool again = t->overtime;

	t->limit_at = 0;
	if (!e || s->state != STEP_RUNNING)
		return;
	t->overtime = true;
	if (!again) {
		t->limit_at = now + KILL_AFTER_MS;
		save(ctl, t);
		controller_log(ctl, c, s,
		               "The attempt takes longer than stoker.retry.timeoutSeconds: it is told to end");
	}
	exec_signal(ctl, e, again ? SIGKILL : SIGTERM, true);
}

void trying_run(struct control *ctl, int64_t now)
{
	struct retry_state *st = retry_state_of(ctl);
	size_t it = 0;
	void *v;

	st->due_known = false;
	while (map_next(st->trying, &it, NULL, &v)) {
		struct trying *t = v;
		struct cluster *c = find_cluster(ctl, t->cluster_id);
		struct step *s = c ? cluster_step(c, t->step_id) : NULL;
		if (s && t->next_at && !retry_waits(ctl, s)) {
			t->next_at = 0; /* the document says a time that is past: the same */
			wake_cluster(ctl, c);
		}
		if (s && t->limit_at && t->limit_at <= now)
			end_overtime(ctl, c, s, t, now);
	}
}
