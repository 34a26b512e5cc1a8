/* A schedule: from PutSchedule's members and from its document. */
#include "core/control/schedule/inner.h"

#include <ctype.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"

#define KIND "schedule"
#define WINDOW_MAX (60 * 24 * 60)
#define WINDOW_DEFAULT (24 * 60)
#define REQUEST_MAX 262144 /* as of a target's input on EventBridge Scheduler */

static const char *const catch_up_items[] = { "SKIP", "ONE", "ALL" };
const struct names catch_up_names = { catch_up_items, 3 };
static const char *const overlap_items[] = { "ALLOW", "SKIP", "QUEUE", "CANCEL_PREVIOUS" };
const struct names overlap_names = { overlap_items, 4 };

void schedule_free(void *p)
{
	struct schedule *s = p;

	if (!s)
		return;
	cJSON_Delete(s->put);
	cJSON_Delete(s->last_run);
	tz_free(s->zone);
	free(s);
}

/* ---- members ---- */

static int bad(struct error *err, const char *member, const char *value, const char *expected)
{
	return emr_error_validation(err, "%s '%.100s' is not valid: expected %s.", member, value, expected);
}

static int read_name(struct schedule *s, const cJSON *put, struct error *err)
{
	const char *name = json_str(put, "ScheduleName", "");
	bool ok = *name && strlen(name) <= SCHEDULE_NAME_MAX;

	for (const char *p = name; *p && ok; p++)
		ok = isalnum((unsigned char)*p) || strchr("-_.", *p);
	if (!ok)
		return bad(err, "ScheduleName", name, "1 to 64 letters, digits, '-', '_' or '.'");
	strcpy(s->name, name);
	return 0;
}

static int read_choice(const cJSON *put, const char *member, const struct names *names, const char *expected,
                       int *out, struct error *err)
{
	const char *value = json_str(put, member, names->items[0]);
	int i = names_parse(names, value);

	if (i < 0)
		return bad(err, member, value, expected);
	*out = i;
	return 0;
}

static int read_choices(struct schedule *s, const cJSON *put, struct error *err)
{
	static const char *const state_items[] = { "ENABLED", "DISABLED" };
	static const struct names states = { state_items, 2 };
	int state = 0, catch_up = 0, overlap = 0, ret;

	if ((ret = read_choice(put, "State", &states, "ENABLED or DISABLED", &state, err)) ||
	    (ret = read_choice(put, "CatchUp", &catch_up_names, "SKIP, ONE or ALL", &catch_up, err)) ||
	    (ret = read_choice(put, "Overlap", &overlap_names, "ALLOW, SKIP, QUEUE or CANCEL_PREVIOUS", &overlap,
	                       err)))
		return ret;
	s->enabled = state == 0;
	s->catch_up = (enum catch_up)catch_up;
	s->overlap = (enum overlap)overlap;
	return 0;
}

static int read_time(struct schedule *s, const cJSON *put, struct error *err)
{
	struct error why = ERROR_INIT;
	int64_t window = json_int(put, "CatchUpWindowMinutes", WINDOW_DEFAULT);

	if (cron_parse(json_str(put, "ScheduleExpression", ""), &s->cron, &why))
		return emr_error_validation(err, "ScheduleExpression: %s.", why.message);
	s->zone = tz_open(json_str(put, "ScheduleExpressionTimezone", "UTC"), &why);
	if (!s->zone)
		return emr_error_validation(err, "ScheduleExpressionTimezone: %s. %s", why.message, why.hint);
	if (window < 1 || window > WINDOW_MAX)
		return emr_error_validation(err, "CatchUpWindowMinutes must be between 1 and %d.", WINDOW_MAX);
	s->window_ms = window * 60000;
	return 0;
}

static int check_size(const cJSON *request, struct error *err)
{
	char *text = json_print(request);
	size_t n = strlen(text);

	free(text);
	if (n <= REQUEST_MAX)
		return 0;
	return emr_error_validation(err, "Target.Request has %zu bytes: at most %d are allowed.", n, REQUEST_MAX);
}

static int read_target(const cJSON *put, struct error *err)
{
	const cJSON *target = json_obj(put, "Target");
	const char *op = json_str(target, "Operation", "");

	if (!target || !json_obj(target, "Request"))
		return emr_error_validation(err, "Target must be {Operation, Request}: what is run.");
	if (strcmp(op, "RunJobFlow") && strcmp(op, "AddJobFlowSteps"))
		return bad(err, "Target.Operation", op, "RunJobFlow or AddJobFlowSteps");
	return check_size(json_obj(target, "Request"), err);
}

/* The members that are kept, in the order in which they are shown. */
static cJSON *keep(const cJSON *put)
{
	static const char *const members[] = { "ScheduleName", "Description", "ScheduleExpression",
		"ScheduleExpressionTimezone", "State", "Target", "CatchUp", "CatchUpWindowMinutes", "Overlap",
			"TopicArn" };
	cJSON *o = cJSON_CreateObject();

	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		const cJSON *v = cJSON_GetObjectItemCaseSensitive(put, members[i]);
		if (v && !cJSON_IsNull(v))
			json_add(o, members[i], cJSON_Duplicate(v, true));
	}
	return o;
}

struct schedule *schedule_read(const char *region, const cJSON *put, struct error *err)
{
	struct schedule *s = xcalloc(1, sizeof *s);
	const char *text = json_str(put, "Description", "");
	int ret;

	snprintf(s->region, sizeof s->region, "%s", region);
	if ((ret = read_name(s, put, err)) || (ret = read_choices(s, put, err)) ||
	    (ret = read_time(s, put, err)) ||
	    (ret = read_target(put, err)) ||
	    (ret = strlen(text) > 512 ? bad(err, "Description", text, "at most 512 bytes") : 0)) {
		schedule_free(s);
		return NULL;
	}
	s->put = keep(put);
	return s;
}

/* ---- the document ---- */

static void next_time(struct schedule *s)
{
	s->cron.start_ms = s->created_at / 1000 * 1000;
	s->next_at = s->enabled ? cron_next_in(&s->cron, s->zone, s->after) : 0;
}

void schedule_save(struct control *ctl, struct schedule *s)
{
	cJSON *body = json_add(cJSON_CreateObject(), "Put", cJSON_Duplicate(s->put, true));

	json_add_str(body, "Maker", s->maker[0] ? s->maker : NULL);
	json_add_int(body, "CreatedAt", s->created_at);
	json_add_int(body, "After", s->after);
	json_add_int(body, "Failures", s->failures);
	json_add_int(body, "FailingSince", s->failing_since);
	json_add(body, "LastRun", s->last_run ? cJSON_Duplicate(s->last_run, true) : NULL);
	doc_put(ctl, KIND, s->region, s->name, body);
	cJSON_Delete(body);
	next_time(s);
	schedule_state_of(ctl)->due_known = false;
}

struct schedule *schedule_from_doc(const char *region, const cJSON *body)
{
	struct error err = ERROR_INIT;
	struct schedule *s = schedule_read(region, json_obj(body, "Put"), &err);
	const cJSON *last = json_obj(body, "LastRun");

	if (!s)
		return NULL;
	snprintf(s->maker, sizeof s->maker, "%s", json_str(body, "Maker", ""));
	s->created_at = json_int(body, "CreatedAt", 0);
	s->after = json_int(body, "After", 0);
	s->failures = json_int32(body, "Failures", 0);
	s->failing_since = json_int(body, "FailingSince", 0);
	s->last_run = last ? cJSON_Duplicate(last, true) : NULL;
	next_time(s);
	return s;
}

/* ---- the map ---- */

struct schedule *schedule_find(struct control *ctl, const char *region, const char *name)
{
	char *key = xasprintf("%s/%s", region, name);
	struct schedule *s = map_get(schedule_state_of(ctl)->schedules, key);

	free(key);
	return s;
}

void schedule_put(struct control *ctl, struct schedule *s)
{
	char *key = xasprintf("%s/%s", s->region, s->name);

	schedule_free(map_set(schedule_state_of(ctl)->schedules, key, s));
	free(key);
	schedule_state_of(ctl)->due_known = false;
}
