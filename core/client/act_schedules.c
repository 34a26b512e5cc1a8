#include <stdio.h>
#include <string.h>

#include "core/client/act_impl.h"
#include "core/client/act_ops.h"

static const char *const kept[] = { "ScheduleName", "Description", "ScheduleExpression",
	"ScheduleExpressionTimezone", "State", "Target", "CatchUp", "CatchUpWindowMinutes", "Overlap",
	"TopicArn" };

static const struct act_member members[] = {
	{ "Description", "description" }, { "ScheduleExpression", "when" },
	{ "ScheduleExpressionTimezone", "time zone" }, { "State", "state" }, { "CatchUp", "missed runs" },
	{ "CatchUpWindowMinutes", "not older than (min)" }, { "Overlap", "if it still runs" },
	{ "TopicArn", "failures tell" },
};

/* A cluster per run costs while it runs. */
static void price_line(struct act *a, const char *region, const cJSON *request)
{
	const cJSON *g, *groups = json_arr(json_obj(request, "Instances"), "InstanceGroups");
	bool unknown = false;
	double sum = 0;
	cJSON_ArrayForEach(g, groups)
		sum += model_price(region, json_str(g, "InstanceType", ""), (int)json_int(g, "InstanceCount", 0), &unknown);
	if (groups)
		act_line(a, "cost per hour", NULL, "%s$%.2f while a run lasts", unknown ? ">= " : "", sum);
}

struct act *act_put_schedule(const char *region, cJSON *in, const cJSON *was)
{
	const char *name = json_str(in, "ScheduleName", "");
	struct act *a = act_with(STOKER("PutSchedule"), was ? "change" : "create", in);
	char old[400], now[400];
	a->title = xasprintf("%s schedule %s", was ? "Change" : "Create", name);
	act_diff(a, was, members, sizeof members / sizeof *members);
	record_text(json_obj(was, "Target"), "Operation", old, sizeof old);
	record_text(json_obj(in, "Target"), "Operation", now, sizeof now);
	act_line(a, "runs", strcmp(old, now) && *old ? old : NULL, "%s", now);
	price_line(a, region, json_obj(json_obj(in, "Target"), "Request"));
	act_stoker_line(a);
	a->done = xasprintf("schedule %s is set", name);
	return a;
}

struct act *act_schedule_state(const cJSON *schedule, bool on)
{
	const char *name = json_str(schedule, "ScheduleName", ""), *was = json_str(schedule, "State", "");
	cJSON *in = cJSON_CreateObject();
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		const cJSON *v = cJSON_GetObjectItemCaseSensitive(schedule, kept[i]);
		if (v && strcmp(kept[i], "State"))
			json_add(in, kept[i], cJSON_Duplicate(v, 1));
	}
	struct act *a = act_with(STOKER("PutSchedule"), on ? "enable" : "disable",
	                         json_add_str(in, "State", on ? "ENABLED" : "DISABLED"));
	a->title = xasprintf("%s schedule %s", on ? "Enable" : "Disable", name);
	act_line(a, "state", was, "%s", on ? "ENABLED" : "DISABLED");
	if (!on)
		a->text = xstrdup("What runs now goes on; nothing new begins.");
	act_stoker_words(a, "schedules", on ? "enable" : "disable", name, (char *)NULL);
	a->done = xasprintf("schedule %s is %s", name, on ? "enabled" : "disabled");
	a->care = on ? ACT_CARE_NONE : ACT_CARE_YES;
	return a;
}

struct act *act_run_now(const char *name)
{
	struct act *a = act_with(STOKER("RunScheduleNow"), "run",
	                         json_add_str(cJSON_CreateObject(), "ScheduleName", name));
	a->title = xasprintf("Run %s now", name);
	a->text = xstrdup("Once, beside its own times; its rule for overlaps holds.");
	act_stoker_words(a, "schedules", "run-now", name, (char *)NULL);
	a->done = xasprintf("%s begins", name);
	return a;
}

struct act *act_delete_schedule(const cJSON *schedule)
{
	const char *name = json_str(schedule, "ScheduleName", "");
	struct act *a = act_with(STOKER("DeleteSchedule"), "delete",
	                         json_add_str(cJSON_CreateObject(), "ScheduleName", name));
	a->title = xasprintf("Delete schedule %s", name);
	a->text = xstrdup("What runs now goes on; nothing new begins.");
	act_line(a, "when", json_str(schedule, "ScheduleExpression", ""), "never");
	act_stoker_words(a, "schedules", "delete", name, (char *)NULL);
	a->done = xasprintf("schedule %s is deleted", name);
	a->care = ACT_CARE_WORD;
	a->word = xstrdup(name);
	a->danger = true;
	return a;
}
