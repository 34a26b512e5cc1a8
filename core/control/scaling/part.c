/* Scaling as a part: when it wants to run, and what it is told of. */
#include "core/control/scaling/inside.h"

static int64_t scaling_due(struct control *ctl)
{
	const struct scaling *st = ctl->parts[PART_SCALING];

	return st ? st->next : 0;
}

static void sooner(int64_t *next, int64_t at)
{
	if (at && (!*next || at < *next))
		*next = at;
}

/* The next wish of one cluster. */
static int64_t next_of(const struct scaled *s, int64_t now)
{
	int64_t next = s->look_at;

	sooner(&next, tree_due(s));
	if (activity_open(s))
		sooner(&next, now + 1000);
	for (size_t i = 0; i < s->schedules.len; i++)
		sooner(&next, s->schedules.items[i].next);
	return next;
}

static void run_cluster(struct control *ctl, struct scaled *s, struct cluster *c, int64_t now)
{
	bool up = c->state == CLUSTER_RUNNING || c->state == CLUSTER_WAITING;

	custom_run(ctl, s, c);
	activities_watch(ctl, s, c, now);
	if (!up)
		return;
	scheduled_run(ctl, s, c, now);
	managed_run(ctl, s, c, now);
	tree_run(ctl, s, c, now);
}

static void scaling_run(struct control *ctl, int64_t now)
{
	struct scaling *st = ctl->parts[PART_SCALING];
	size_t it = 0;
	void *v;

	st->next = 0;
	while (map_next(st->clusters, &it, NULL, &v)) {
		struct scaled *s = v;
		struct cluster *c = find_cluster(ctl, s->cluster_id);
		if (!c || cluster_state_closing(c->state))
			continue;
		run_cluster(ctl, s, c, now);
		if (c->state == CLUSTER_RUNNING || c->state == CLUSTER_WAITING)
			sooner(&st->next, next_of(s, now));
	}
}

static void cluster_moved(struct control *ctl, struct cluster *c)
{
	struct scaled *s = scaled_of(ctl, c->id);

	if (!s)
		return;
	if (cluster_state_closing(c->state))
		custom_end(ctl, s, c);
	else
		scaling_poke(ctl, clock_now_ms());
	s->look_at = s->managed.set ? clock_now_ms() : 0;
}

static void sampled(struct control *ctl, struct node *n, const double *values)
{
	struct scaled *s = scaled_of(ctl, n->c->id);

	if (!s || n->m->state != INSTANCE_RUNNING)
		return;
	bool first = !s->minute;
	tree_sampled(s, n, values[METRIC_NODE_CPU], clock_now_ms());
	if (first && tree_due(s))
		scaling_poke(ctl, tree_due(s));
}

const struct part scaling_part = {
	.name = "scaling", .ops = scaling_ops, .load = scaling_load, .close = scaling_close, .due = scaling_due,
	.run = scaling_run, .cluster_moved = cluster_moved, .sampled = sampled,
};
