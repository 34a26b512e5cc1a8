/* The list of parts, and how they are told of things. */
#include "core/control/part.h"

/* The first is closed last: what other parts answer while they close goes into the trail. */
#define PARTS(X) \
	X(PART_ACCESS, access_part) \
	X(PART_EMR, emr_part) X(PART_FLEET, fleet_part) X(PART_SPOT, spot_part) X(PART_CLOUDWATCH, cloudwatch_part) \
	X(PART_NOTIFY, notify_part) X(PART_SCALING, scaling_part) X(PART_COST, cost_part) \
	X(PART_RETRY, retry_part) X(PART_SCHEDULE, schedule_part)

#define X(id, which) extern const struct part which;
PARTS(X)
#undef X

const struct part *const parts[PART_COUNT] = {
#define X(id, which) [id] = &which,
	PARTS(X)
#undef X
};

int parts_load(struct control *ctl, struct error *err)
{
	int ret = 0;

	for (int i = 0; i < PART_COUNT && !ret; i++)
		if (parts[i]->load)
			ret = parts[i]->load(ctl, err);
	return ret;
}

void parts_close(struct control *ctl)
{
	for (int i = PART_COUNT; i-- > 0;)
		if (parts[i]->close)
			parts[i]->close(ctl);
}

int64_t parts_due(struct control *ctl)
{
	int64_t first = 0;

	for (int i = 0; i < PART_COUNT; i++) {
		int64_t at = parts[i]->due ? parts[i]->due(ctl) : 0;
		if (at && (!first || at < first))
			first = at;
	}
	return first;
}

void parts_run(struct control *ctl, int64_t now)
{
	for (int i = 0; i < PART_COUNT; i++) {
		int64_t at = parts[i]->due ? parts[i]->due(ctl) : 0;
		if (at && at <= now)
			parts[i]->run(ctl, now);
	}
}

void parts_cluster_moved(struct control *ctl, struct cluster *c)
{
	for (int i = 0; i < PART_COUNT; i++)
		if (parts[i]->cluster_moved)
			parts[i]->cluster_moved(ctl, c);
}

void parts_step_ended(struct control *ctl, struct cluster *c, struct step *s)
{
	for (int i = 0; i < PART_COUNT; i++)
		if (parts[i]->step_ended)
			parts[i]->step_ended(ctl, c, s);
}

void parts_sampled(struct control *ctl, struct node *n, const double *values)
{
	for (int i = 0; i < PART_COUNT; i++)
		if (parts[i]->sampled)
			parts[i]->sampled(ctl, n, values);
}
