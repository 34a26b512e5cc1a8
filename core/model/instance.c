#include "core/model/fleet.h"

static const char *const role_items[] = { "MASTER", "CORE", "TASK" };
const struct names instance_role_names = { role_items, 3 };

static const char *const market_items[] = { "ON_DEMAND", "SPOT" };
const struct names market_names = { market_items, 2 };

static const char *const group_items[] = {
	"PROVISIONING", "BOOTSTRAPPING", "RUNNING", "RECONFIGURING", "RESIZING", "SUSPENDED",
	"TERMINATING", "TERMINATED", "ARRESTED", "SHUTTING_DOWN", "ENDED",
};
const struct names group_state_names = { group_items, GROUP_STATES };

#define G(s) (1u << GROUP_##s)
static const uint32_t group_masks[GROUP_STATES] = {
	[GROUP_PROVISIONING] = G(BOOTSTRAPPING) | G(RUNNING) | G(SUSPENDED) | G(TERMINATING) |
	                       G(TERMINATED),
	[GROUP_BOOTSTRAPPING] = G(RUNNING) | G(RESIZING) | G(SUSPENDED) | G(TERMINATING) | G(TERMINATED),
	[GROUP_RUNNING] = G(RESIZING) | G(RECONFIGURING) | G(SUSPENDED) | G(TERMINATING) | G(TERMINATED),
	[GROUP_RECONFIGURING] = G(RUNNING) | G(SUSPENDED) | G(TERMINATING) | G(TERMINATED),
	[GROUP_RESIZING] = G(RUNNING) | G(SUSPENDED) | G(ARRESTED) | G(TERMINATING) | G(TERMINATED),
	[GROUP_SUSPENDED] = G(RUNNING) | G(RESIZING) | G(TERMINATING) | G(TERMINATED),
	[GROUP_TERMINATING] = G(TERMINATED),
	[GROUP_ARRESTED] = G(RUNNING) | G(RESIZING) | G(TERMINATING) | G(TERMINATED),
	[GROUP_SHUTTING_DOWN] = G(ENDED) | G(TERMINATED),
};
const struct transitions group_transitions = { group_masks, GROUP_STATES };

static const char *const group_reason_items[] = {
	"", "INTERNAL_ERROR", "VALIDATION_ERROR", "INSTANCE_FAILURE", "CLUSTER_TERMINATED",
};
const struct names group_reason_names = { group_reason_items, 5 };

static const char *const instance_items[] = {
	"AWAITING_FULFILLMENT", "PROVISIONING", "BOOTSTRAPPING", "RUNNING", "TERMINATED",
};
const struct names instance_state_names = { instance_items, INSTANCE_STATES };

#define I(s) (1u << INSTANCE_##s)
static const uint32_t instance_masks[INSTANCE_STATES] = {
	[INSTANCE_AWAITING_FULFILLMENT] = I(PROVISIONING) | I(TERMINATED),
	[INSTANCE_PROVISIONING] = I(BOOTSTRAPPING) | I(RUNNING) | I(TERMINATED),
	[INSTANCE_BOOTSTRAPPING] = I(RUNNING) | I(TERMINATED),
	[INSTANCE_RUNNING] = I(TERMINATED),
};
const struct transitions instance_transitions = { instance_masks, INSTANCE_STATES };

static const char *const instance_reason_items[] = {
	"", "INTERNAL_ERROR", "VALIDATION_ERROR", "INSTANCE_FAILURE", "BOOTSTRAP_FAILURE",
	"CLUSTER_TERMINATED",
};
const struct names instance_reason_names = { instance_reason_items, 6 };

void ebs_volume_list_free(struct ebs_volume_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		free(l->items[i].type);
	vec_free(l);
}

struct instance_group *instance_group_new(void)
{
	return xcalloc(1, sizeof(struct instance_group));
}

void instance_group_free(struct instance_group *g)
{
	if (!g)
		return;
	free(g->name);
	free(g->bid_price);
	free(g->type);
	free(g->reason_message);
	free(g->custom_ami_id);
	configuration_list_free(&g->configurations);
	ebs_volume_list_free(&g->ebs);
	fleet_free(g->fleet);
	free(g);
}

struct instance *instance_new(void)
{
	return xcalloc(1, sizeof(struct instance));
}

void instance_free(struct instance *i)
{
	if (!i)
		return;
	free(i->type);
	free(i->public_dns);
	free(i->private_dns);
	free(i->public_ip);
	free(i->private_ip);
	free(i->reason_message);
	free(i->wire);
	free(i);
}
