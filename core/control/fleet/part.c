/* Fleets as a part of the control plane: their time-outs. The fleets themselves live in their groups. */
#include "core/control/part.h"
#include "core/control/fleet/fleet_state.h"

static int load(struct control *ctl, struct error *err)
{
	(void)err;
	if (!ctl->parts[PART_FLEET])
		ctl->parts[PART_FLEET] = xcalloc(1, sizeof(struct fleet_state));
	return 0;
}

static void close_fleets(struct control *ctl)
{
	free(ctl->parts[PART_FLEET]);
	ctl->parts[PART_FLEET] = NULL;
}

static int64_t due(struct control *ctl)
{
	return ((struct fleet_state *)ctl->parts[PART_FLEET])->next;
}

/* The looks that follow set the next time. */
static void run(struct control *ctl, int64_t now)
{
	size_t it = 0;
	void *v;

	(void)now;
	((struct fleet_state *)ctl->parts[PART_FLEET])->next = 0;
	while (map_next(ctl->clusters, &it, NULL, &v))
		if (((struct cluster *)v)->uses_fleets && !cluster_state_ended(((struct cluster *)v)->state))
			wake_cluster(ctl, v);
}

const struct part fleet_part = {
	.name = "fleet", .ops = fleet_ops, .load = load, .close = close_fleets, .due = due, .run = run,
};
