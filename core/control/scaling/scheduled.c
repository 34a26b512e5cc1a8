/* Scheduled sizes: a group gets a size at a time.
 *
 * A size whose time passed while the server was not running is set when it is back: the last one of each
 * schedule, in the order of their times, so that the size that should hold now does. */
#include <stdio.h>

#include "core/control/scaling/inside.h"

#define LATE_MS 60000
#define SKIP_LIMIT 100000 /* runs between two looks: a rate of a minute over two months */

void scheduled_plan(struct scaled_schedule *x)
{
	x->next = cron_next(&x->cron, x->s.timezone, x->since);
}

/* The newest run that is due; later ones stay to come. */
static int64_t newest_due(struct scaled_schedule *x, int64_t now)
{
	int64_t last = 0;

	for (int i = 0; x->next && x->next <= now && i < SKIP_LIMIT; i++) {
		last = x->next;
		x->since = x->next;
		scheduled_plan(x);
	}
	return last;
}

static void set_size(struct control *ctl, struct scaled *s, struct cluster *c, struct scaled_schedule *x,
                     int64_t at, int64_t now)
{
	struct instance_group *g = cluster_group(c, x->s.group_id);
	char reason[SCALING_TEXT], when[32], late[96] = "";
	struct decision d = { .kind = KIND_SCHEDULED, .policy = x->s.name, .group = g, .reason = reason };

	if (!g)
		return;
	if (now - at > LATE_MS)
		snprintf(late, sizeof late, ", %d minutes ago: the server was not running then", (int)((now - at) / 60000));
	snprintf(reason, sizeof reason, "%.200s was due at %s%s", x->s.expression,
	         clock_iso8601(at, when, sizeof when), late);
	x->last_run = now;
	d.from = scaled_size(g);
	d.to = x->s.count;
	d.outcome = SCALING_HELD;
	d.numbers = cJSON_CreateObject();
	if (g->fleet) {
		d.on_demand = x->s.on_demand < 0 ? g->fleet->target_on_demand : x->s.on_demand;
		d.spot = x->s.spot < 0 ? g->fleet->target_spot : x->s.spot;
		d.to = d.on_demand + d.spot;
		json_add_int(json_add_int(d.numbers, "OnDemandUnits", d.on_demand), "SpotUnits", d.spot);
	} else {
		json_add_int(d.numbers, "InstanceCount", x->s.count);
	}
	x->last_size = d.to;
	bool moves = d.to != d.from || (g->fleet && d.on_demand != g->fleet->target_on_demand);
	json_add_time(d.numbers, "ScheduledFor", at);
	if (moves)
		decision_apply(ctl, s, c, &d, 0);
	else
		decision_add(ctl, s, c, &d);
}

void scheduled_run(struct control *ctl, struct scaled *s, struct cluster *c, int64_t now)
{
	for (;;) {
		struct scaled_schedule *first = NULL;
		int64_t at = 0;
		for (size_t i = 0; i < s->schedules.len; i++) {
			struct scaled_schedule *x = &s->schedules.items[i];
			int64_t due = x->next && x->next <= now ? newest_due(x, now) : x->due;
			x->due = due;
			if (due && (!first || due < at)) {
				first = x;
				at = due;
			}
		}
		if (!first)
			return;
		first->due = 0;
		set_size(ctl, s, c, first, at, now);
		scaled_save(ctl, s);
	}
}
