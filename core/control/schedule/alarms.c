/* What is wrong with schedules now: the last run failed, or was missed and nothing has run since. */
#include <stdio.h>

#include "core/base/json.h"
#include "core/control/schedule/inner.h"

#define MISSED_SHOWN_MS (24 * 3600000LL)

static void add(struct alarm_list *out, enum severity severity, int64_t since, const struct schedule *s,
                char *title, const char *hint)
{
	struct alarm a = { .id = xasprintf("schedule/%s", s->name), .severity = severity, .since = since,
	                   .title = title, .hint = xstrdup(hint) };

	a.detail = xstrdup(json_str(s->last_run, "Reason", ""));
	snprintf(a.cluster_id, sizeof a.cluster_id, "%s", json_str(s->last_run, "ClusterId", ""));
	vec_push(out, a);
}

static void look(const struct schedule *s, const char *cluster_id, int64_t now, struct alarm_list *out)
{
	int64_t ended = (int64_t)(json_num(s->last_run, "EndedAt", 0) * 1000 + 0.5);

	if (!s->enabled || (cluster_id && strcmp(cluster_id, json_str(s->last_run, "ClusterId", ""))))
		return;
	if (s->failures)
		add(out, SEVERITY_ERROR, s->failing_since, s,
		    s->failures == 1 ? xasprintf("Schedule %s failed", s->name)
		                     : xasprintf("Schedule %s failed %d times in a row", s->name, s->failures),
		    "stoker schedules runs shows them; run-now tries it again once the cause is removed.");
	else if (!strcmp(json_str(s->last_run, "State", ""), "MISSED") && now - ended < MISSED_SHOWN_MS)
		add(out, SEVERITY_WARN, ended, s, xasprintf("A run of schedule %s was missed", s->name),
		    "run-now makes up for it; CatchUp ONE or ALL would by itself.");
}

void schedule_alarms(struct control *ctl, const char *region, const char *cluster_id, int64_t now,
                     struct alarm_list *out)
{
	size_t it = 0;
	void *v;

	while (map_next(schedule_state_of(ctl)->schedules, &it, NULL, &v))
		if (!region || !strcmp(region, ((struct schedule *)v)->region))
			look(v, cluster_id, now, out);
}
