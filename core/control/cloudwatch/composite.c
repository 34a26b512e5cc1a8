/* Composite alarms: their state follows from the states of other alarms, and moves when one of those does. A suppressor
 * is an alarm that keeps the actions quiet while it is in ALARM.
 *
 * Alarms that move are noted (cw_alarm_move); when all that is to be evaluated has been, cw_composites_settle looks at
 * the composites that speak of them, then at those that speak of these, until nothing moves. Each moves once in this: a
 * circle of composites ends there. */
#include <stdio.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cloudwatch/state.h"

static struct cw_alarm *runtime(const struct metric_alarm *a)
{
	return a->runtime;
}

struct world {
	struct cw *cw;
	const char *region;
};

static int state_now(void *ctx, const char *name)
{
	const struct world *w = ctx;
	const struct metric_alarm *a = cw_alarm_get(w->cw, w->region, name);

	return a ? (int)a->state : -1;
}

/* ---- actions, and what holds them back ---- */

static bool suppressor_rings(struct cw *cw, const struct metric_alarm *a)
{
	const struct metric_alarm *s = cw_alarm_get(cw, cw_alarm_region(a), a->suppressor);

	return s && s->state == ALARM_STATE_ALARM;
}

static void hold(struct control *ctl, struct metric_alarm *a, enum alarm_hold why, int64_t until, int64_t now)
{
	if (why && why != a->hold) {
		char *summary = xasprintf("Actions are suppressed by %s", names_get(&alarm_hold_names, (int)why));
		cJSON *data = json_add_str(cJSON_CreateObject(), "actionState", "Suppressed");
		json_add_str(data, "suppressedBy", names_get(&alarm_hold_names, (int)why));
		json_add_str(data, "suppressor", a->suppressor);
		cw_history(ctl, a, "Action", now, summary, data);
		cJSON_Delete(data);
		free(summary);
	}
	a->hold = why;
	a->hold_until = until;
	cw_alarm_save(ctl, a);
}

static void tell(struct control *ctl, struct metric_alarm *a, int64_t now)
{
	enum alarm_state before = a->told;

	a->told = a->state;
	hold(ctl, a, ALARM_HOLD_NONE, 0, now);
	if (before != a->state)
		cw_alarm_actions(ctl, a, before, now);
}

void cw_composite_moved(struct control *ctl, struct metric_alarm *a, int64_t now)
{
	if (!a->suppressor)
		tell(ctl, a, now);
	else if (suppressor_rings(cw_of(ctl), a))
		hold(ctl, a, ALARM_HOLD_ALARM, 0, now);
	else if (a->hold == ALARM_HOLD_EXTENSION)
		return;
	else if (a->state == ALARM_STATE_ALARM && a->wait_s)
		hold(ctl, a, ALARM_HOLD_WAIT, now + a->wait_s * 1000LL, now);
	else
		tell(ctl, a, now);
}

static void suppressor_moved(struct control *ctl, struct metric_alarm *a, int64_t now)
{
	if (suppressor_rings(cw_of(ctl), a)) {
		if (a->hold)
			hold(ctl, a, ALARM_HOLD_ALARM, 0, now);
	} else if (a->hold == ALARM_HOLD_ALARM) {
		if (a->extension_s)
			hold(ctl, a, ALARM_HOLD_EXTENSION, now + a->extension_s * 1000LL, now);
		else
			tell(ctl, a, now);
	}
}

int64_t cw_composites_due(const struct cw *cw)
{
	int64_t first = 0;

	for (size_t i = 0; i < cw->composites.len; i++) {
		int64_t at = cw->composites.items[i]->hold_until;
		if (at && (!first || at < first))
			first = at;
	}
	return first;
}

void cw_composites_release(struct control *ctl, int64_t now)
{
	struct cw *cw = cw_of(ctl);
	struct acting before = actor_begin(ctl, "stoker:alarm", NULL);

	cw->evaluating = true;
	for (size_t i = 0; i < cw->composites.len; i++) {
		struct metric_alarm *a = cw->composites.items[i];
		if (a->hold_until && a->hold_until <= now)
			tell(ctl, a, now);
	}
	cw->evaluating = false;
	cw_bury(cw);
	actor_end(ctl, &before);
}

/* ---- evaluation ---- */

static void add_moment(cJSON *o, const char *name, int64_t ms)
{
	char when[40], text[48];

	clock_iso8601(ms, when, sizeof when);
	snprintf(text, sizeof text, "%.19s.%03d+0000", when, (int)(ms % 1000));
	json_add_str(o, name, text);
}

/* trigger NULL: the alarm itself is new or changed. */
static void evaluate(struct control *ctl, struct metric_alarm *a, const struct metric_alarm *trigger, int64_t now)
{
	struct world w = { cw_of(ctl), cw_alarm_region(a) };
	enum alarm_state to = !runtime(a)->rule || !alarm_rule_holds(runtime(a)->rule, state_now, &w) ? ALARM_STATE_OK
	                      : ALARM_STATE_ALARM;
	const char *word = names_get(&alarm_state_names, (int)to);

	if (to == a->state)
		return;
	char *arn = cw_alarm_arn(trigger ? trigger->name : a->name, w.region), when[64], *reason;
	cJSON *data = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(data, "triggeringAlarms");
	if (trigger) {
		time_t t = (time_t)(trigger->updated / 1000);
		struct tm tm;
		gmtime_r(&t, &tm);
		strftime(when, sizeof when, "%A %d %B, %Y %H:%M:%S UTC", &tm);
		const char *state = names_get(&alarm_state_names, (int)trigger->state);
		reason = xasprintf("%s transitioned to %s at %s", arn, state, when);
		cJSON *t1 = json_add_str(cJSON_CreateObject(), "arn", arn), *s = cJSON_AddObjectToObject(t1, "state");
		json_add_str(s, "value", state);
		add_moment(s, "timestamp", trigger->updated);
		cJSON_AddItemToArray(list, t1);
	} else {
		reason = xasprintf("%s was %s and its alarm rule evaluates to %s", arn,
		                   a->state == ALARM_STATE_INSUFFICIENT ? "created" : "updated", word);
	}
	char *text = json_print(data);
	cw_alarm_move(ctl, a, to, reason, text, now);
	free(text);
	free(reason);
	free(arn);
	cJSON_Delete(data);
}

bool cw_composite_names(const struct metric_alarm *a, const char *name)
{
	return a->rule && runtime(a)->rule && str_list_has(alarm_rule_names(runtime(a)->rule), name);
}

struct alarm_moves {
	struct metric_alarm **items;
	size_t len;
};

static void follow(struct control *ctl, struct metric_alarm *a, const struct alarm_moves *moved, int64_t now)
{
	struct cw_alarm *rt = runtime(a);
	const struct metric_alarm *trigger = NULL;

	for (size_t i = 0; i < moved->len; i++) {
		const struct metric_alarm *m = moved->items[i];
		if (strcmp(cw_alarm_region(m), rt->region))
			continue;
		if (cw_composite_names(a, m->name))
			trigger = m;
		if (a->suppressor && !strcmp(a->suppressor, m->name))
			suppressor_moved(ctl, a, now);
	}
	if (!rt->fresh && (!trigger || rt->settled))
		return;
	bool was = rt->fresh;
	rt->fresh = false;
	rt->settled = true;
	evaluate(ctl, a, was ? NULL : trigger, now);
}

void cw_composites_settle(struct control *ctl, int64_t now)
{
	struct cw *cw = cw_of(ctl);

	for (bool first = true; cw->composites.len && (first || cw->moved.len); first = false) {
		struct alarm_moves moved = { cw->moved.items, cw->moved.len };
		memset(&cw->moved, 0, sizeof cw->moved);
		for (size_t i = 0; i < cw->composites.len; i++)
			follow(ctl, cw->composites.items[i], &moved, now);
		free(moved.items);
	}
	vec_free(&cw->moved);
	for (size_t i = 0; i < cw->composites.len; i++)
		runtime(cw->composites.items[i])->settled = false;
}

/* ---- operations ---- */

/* The alarms of a rule, and the suppressor, must be there. */
static int check_there(struct control *ctl, const char *region, const struct metric_alarm *a, struct error *err)
{
	struct alarm_rule *rule = NULL;
	struct buf missing = BUF_INIT;
	int rc = cw_parse_rule(a->rule, region, &rule, err);

	if (rc)
		return rc;
	const struct str_list *names = alarm_rule_names(rule);
	for (size_t i = 0; i < names->len; i++)
		if (strcmp(names->items[i], a->name) && !cw_alarm_get(cw_of(ctl), region, names->items[i]))
			buf_addf(&missing, "%s%s", missing.len ? ", " : "", names->items[i]);
	if (missing.len)
		rc = cw_error_validation(err, "Could not save the composite alarm as alarms [%.800s] in the alarm rule do not "
		                         "exist", buf_str(&missing));
	else if (str_list_has(names, a->name))
		rc = cw_error_validation(err, "The alarm rule of %.255s speaks of the alarm itself.", a->name);
	else if (a->suppressor && !cw_alarm_get(cw_of(ctl), region, a->suppressor))
		rc = cw_error_validation(err, "Could not save the composite alarm as the ActionsSuppressor %.255s does not "
		                         "exist", a->suppressor);
	buf_free(&missing);
	alarm_rule_free(rule);
	return rc;
}

CW_OP(cw_put_composite_alarm)
{
	struct metric_alarm *a = NULL;
	int rc = cw_check("PutCompositeAlarm", in, err);

	(void)out;
	if (!rc)
		rc = cw_decode_composite(in, call->region, &a, err);
	if (rc)
		return rc;
	rc = check_there(ctl, call->region, a, err);
	return rc ? (metric_alarm_free(a), rc) : cw_alarm_store(ctl, call->region, a, err);
}

/* The name of a composite alarm whose rule or suppressor this alarm is, or NULL. */
const char *cw_composite_on(const struct cw *cw, const char *region, const char *name)
{
	for (size_t i = 0; i < cw->composites.len; i++) {
		const struct metric_alarm *a = cw->composites.items[i];
		if (!strcmp(cw_alarm_region(a), region) &&
		    (cw_composite_names(a, name) || (a->suppressor && !strcmp(a->suppressor, name))))
			return a->name;
	}
	return NULL;
}
