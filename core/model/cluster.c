#include "core/model/cluster.h"

static const char *const state_items[] = {
	"STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING", "TERMINATED",
	"TERMINATED_WITH_ERRORS",
};
const struct names cluster_state_names = { state_items, CLUSTER_STATES };

#define TO(s) (1u << CLUSTER_##s)
static const uint32_t state_masks[CLUSTER_STATES] = {
	[CLUSTER_STARTING] = TO(BOOTSTRAPPING) | TO(TERMINATING),
	[CLUSTER_BOOTSTRAPPING] = TO(RUNNING) | TO(WAITING) | TO(TERMINATING),
	[CLUSTER_RUNNING] = TO(WAITING) | TO(TERMINATING),
	[CLUSTER_WAITING] = TO(RUNNING) | TO(TERMINATING),
	[CLUSTER_TERMINATING] = TO(TERMINATED) | TO(TERMINATED_WITH_ERRORS),
};
const struct transitions cluster_transitions = { state_masks, CLUSTER_STATES };

static const char *const reason_items[] = {
	"", "INTERNAL_ERROR", "VALIDATION_ERROR", "INSTANCE_FAILURE", "INSTANCE_FLEET_TIMEOUT",
	"BOOTSTRAP_FAILURE", "USER_REQUEST", "STEP_FAILURE", "ALL_STEPS_COMPLETED",
};
const struct names cluster_reason_names = { reason_items, 9 };

struct cluster *cluster_new(void)
{
	struct cluster *c = xcalloc(1, sizeof *c);

	c->visible_to_all = true;
	c->step_concurrency = 1;
	return c;
}

static void free_lists(struct cluster *c)
{
	for (size_t i = 0; i < c->applications.len; i++) {
		free(c->applications.items[i].name);
		free(c->applications.items[i].version);
		str_list_free(&c->applications.items[i].args);
	}
	vec_free(&c->applications);
	for (size_t i = 0; i < c->bootstrap_actions.len; i++) {
		free(c->bootstrap_actions.items[i].name);
		free(c->bootstrap_actions.items[i].path);
		str_list_free(&c->bootstrap_actions.items[i].args);
	}
	vec_free(&c->bootstrap_actions);
	configuration_list_free(&c->configurations);
	pair_list_free(&c->tags);
	str_list_free(&c->requested_subnets);
	str_list_free(&c->requested_zones);
	str_list_free(&c->extra_master_groups);
	str_list_free(&c->extra_slave_groups);
}

static void free_members(struct cluster *c)
{
	for (size_t i = 0; i < c->groups.len; i++)
		instance_group_free(c->groups.items[i]);
	vec_free(&c->groups);
	for (size_t i = 0; i < c->instances.len; i++)
		instance_free(c->instances.items[i]);
	vec_free(&c->instances);
	for (size_t i = 0; i < c->steps.len; i++)
		step_free(c->steps.items[i]);
	vec_free(&c->steps);
}

void cluster_free(struct cluster *c)
{
	if (!c)
		return;
	char *texts[] = {
		c->arn, c->name, c->log_uri, c->log_encryption_key, c->release_label, c->hadoop_version,
		c->ami_version, c->os_release_label, c->custom_ami_id, c->service_role, c->instance_profile,
		c->auto_scaling_role, c->step_role, c->security_configuration, c->scale_down_behavior,
		c->repo_upgrade_on_boot, c->key_name, c->subnet_id, c->availability_zone,
		c->master_security_group, c->slave_security_group, c->service_security_group, c->extra,
		c->reason_message, c->master_dns,
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		free(texts[i]);
	free_lists(c);
	free_members(c);
	free(c);
}

bool cluster_state_ended(enum cluster_state s)
{
	return s == CLUSTER_TERMINATED || s == CLUSTER_TERMINATED_WITH_ERRORS;
}

bool cluster_state_closing(enum cluster_state s)
{
	return s == CLUSTER_TERMINATING || cluster_state_ended(s);
}

struct instance_group *cluster_group(const struct cluster *c, const char *id)
{
	for (size_t i = 0; i < c->groups.len; i++)
		if (!strcmp(c->groups.items[i]->id, id))
			return c->groups.items[i];
	return NULL;
}

struct instance_group *cluster_group_of(const struct cluster *c, enum instance_role role)
{
	for (size_t i = 0; i < c->groups.len; i++)
		if (c->groups.items[i]->role == role)
			return c->groups.items[i];
	return NULL;
}

struct instance *cluster_instance(const struct cluster *c, const char *id)
{
	for (size_t i = 0; i < c->instances.len; i++)
		if (!strcmp(c->instances.items[i]->id, id) || !strcmp(c->instances.items[i]->ec2_id, id))
			return c->instances.items[i];
	return NULL;
}

struct instance *cluster_primary(const struct cluster *c)
{
	struct instance *first = NULL;

	for (size_t i = 0; i < c->instances.len; i++) {
		struct instance *in = c->instances.items[i];
		if (in->role != ROLE_MASTER || in->state == INSTANCE_TERMINATED)
			continue;
		if (in->state == INSTANCE_RUNNING)
			return in;
		first = first ? first : in;
	}
	return first;
}

struct step *cluster_step(const struct cluster *c, const char *id)
{
	for (size_t i = 0; i < c->steps.len; i++)
		if (!strcmp(c->steps.items[i]->id, id))
			return c->steps.items[i];
	return NULL;
}

int cluster_active_steps(const struct cluster *c)
{
	int n = 0;

	for (size_t i = 0; i < c->steps.len; i++)
		n += step_state_active(c->steps.items[i]->state);
	return n;
}

const char *cluster_property(const struct cluster *c, const char *classification, const char *key)
{
	for (size_t i = 0; i < c->configurations.len; i++) {
		const struct configuration *cfg = c->configurations.items[i];
		const char *v = cfg->classification && !strcmp(cfg->classification, classification)
		                ? pair_list_get(&cfg->properties, key) : NULL;
		if (v)
			return v;
	}
	return NULL;
}
