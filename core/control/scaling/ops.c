/* EMR's operations on scaling policies, and the policies inside RunJobFlow and AddInstanceGroups. */
#include <stdio.h>

#include "core/control/ops.h"
#include "core/control/scaling/inside.h"

#define TOO_OLD "Managed scaling is available from release 5.30.0, except for 6.0.0; the cluster runs %s."

struct cluster *scaling_cluster(struct control *ctl, const cJSON *in, struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);

	if (c && cluster_state_closing(c->state)) {
		emr_error_closing(err);
		return NULL;
	}
	return c;
}

/* ---- PutAutoScalingPolicy, RemoveAutoScalingPolicy ---- */

static struct instance_group *group_of(const struct cluster *c, const cJSON *in, struct error *err)
{
	const char *id = json_str(in, "InstanceGroupId", "");
	struct instance_group *g = cluster_group(c, id);

	if (c->uses_fleets) {
		emr_error_validation(err, "Automatic scaling with a custom policy is not available for clusters that "
		                     "use instance fleets.");
		return NULL;
	}
	if (!g)
		emr_error_no_group(err, id);
	return g;
}

static int put_auto_scaling(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                            struct error *err)
{
	struct cluster *c = scaling_cluster(ctl, in, err);
	struct instance_group *g = c ? group_of(c, in, err) : NULL;
	struct scaling_policy p;

	(void)call;
	if (!g)
		return err->code;
	if (emr_decode_auto_scaling_policy(json_obj(in, "AutoScalingPolicy"), g->role, &p, err))
		return err->code;
	struct scaled *s = scaled_make(ctl, c);
	custom_put(ctl, s, c, g, &p);
	char *arn = emr_cluster_arn(c->id, c->region);
	json_add_str(out, "ClusterId", c->id);
	json_add_str(out, "InstanceGroupId", g->id);
	json_add(out, "AutoScalingPolicy", emr_encode_auto_scaling_policy(&scaled_group(s, g->id)->policy, c->id));
	json_add_str(out, "ClusterArn", arn);
	free(arn);
	return 0;
}

static int remove_auto_scaling(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                               struct error *err)
{
	struct cluster *c = scaling_cluster(ctl, in, err);
	struct instance_group *g = c ? group_of(c, in, err) : NULL;
	struct scaled *s = g ? scaled_of(ctl, c->id) : NULL;
	struct scaled_group *sg = s ? scaled_group(s, g->id) : NULL;

	(void)out;
	(void)call;
	if (!g)
		return err->code;
	if (sg && sg->has_policy)
		custom_remove(ctl, s, c, sg);
	return 0;
}

cJSON *scaling_describe(struct control *ctl, const struct instance_group *g)
{
	struct scaled *s = scaled_of(ctl, g->cluster_id);
	struct scaled_group *sg = s ? scaled_group(s, g->id) : NULL;

	return sg && sg->has_policy ? emr_encode_auto_scaling_policy(&sg->policy, g->cluster_id) : NULL;
}

/* ---- managed scaling ---- */

static bool old_release(const struct cluster *c)
{
	int major = 0, minor = 0;

	if (!c->release_label || sscanf(c->release_label, "emr-%d.%d", &major, &minor) != 2)
		return c->ami_version != NULL;
	return major < 5 || (major == 5 && minor < 30) || (major == 6 && minor == 0);
}

static void put_policy(struct control *ctl, struct cluster *c, const struct managed_policy *p)
{
	struct scaled *s = scaled_make(ctl, c);

	s->managed = *p;
	s->look_at = 0;
	s->calm_since = 0;
	scaled_save(ctl, s);
	scaling_poke(ctl, clock_now_ms());
	event_add(ctl, SEVERITY_INFO, c->id, c->id, EVENT_CLUSTER,
	          "Cluster %s (%s) has managed scaling: %d to %d %s", c->id, c->name, p->min, p->max,
	          names_get(&scaling_limit_unit_names, (int)p->unit));
}

static int put_managed(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = scaling_cluster(ctl, in, err);
	struct managed_policy p;

	(void)out;
	(void)call;
	if (!c)
		return err->code;
	if (old_release(c))
		return emr_error_validation(err, TOO_OLD, c->release_label ? c->release_label : "an AMI version");
	if (emr_decode_managed_policy(json_obj(in, "ManagedScalingPolicy"), c->uses_fleets, &p, err))
		return err->code;
	put_policy(ctl, c, &p);
	return 0;
}

static int get_managed(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	const struct scaled *s = c ? scaled_of(ctl, c->id) : NULL;

	(void)call;
	if (!c)
		return err->code;
	if (s && s->managed.set)
		json_add(out, "ManagedScalingPolicy", emr_encode_managed_policy(&s->managed));
	return 0;
}

static int remove_managed(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                          struct error *err)
{
	const char *id = json_str(in, "ClusterId", "");
	struct cluster *c = op_find(ctl, id) ? scaling_cluster(ctl, in, err) : NULL;
	struct scaled *s = c ? scaled_of(ctl, c->id) : NULL;

	(void)out;
	(void)call;
	if (!op_find(ctl, id)) /* clients take "does not exist" here for "is gone", which is what they want */
		return emr_error_invalid_request(err, "NoSuchCluster", "Cluster id '%s' is not valid: the cluster does not "
		                                 "exist.", id);
	if (!c)
		return err->code;
	if (s && s->managed.set) {
		s->managed = (struct managed_policy){ .set = false };
		s->look_at = 0;
		scaled_save(ctl, s);
		event_add(ctl, SEVERITY_INFO, c->id, c->id, EVENT_CLUSTER,
		          "Cluster %s (%s) has no managed scaling any more", c->id, c->name);
	}
	return 0;
}

/* ---- inside RunJobFlow and AddInstanceGroups ---- */

static const cJSON *groups_in(const cJSON *in)
{
	const cJSON *instances = json_obj(in, "Instances");

	return json_arr(instances ? instances : in, "InstanceGroups");
}

static int check_group(const cJSON *group, struct error *err)
{
	int role = names_parse(&instance_role_names, json_str(group, "InstanceRole", ""));
	struct scaling_policy p;

	if (!json_obj(group, "AutoScalingPolicy"))
		return 0;
	if (emr_decode_auto_scaling_policy(json_obj(group, "AutoScalingPolicy"),
	                                   role < 0 ? ROLE_TASK : (enum instance_role)role, &p, err))
		return err->code;
	scaling_policy_free(&p);
	return 0;
}

int scaling_check_request(const cJSON *in, bool fleets, struct error *err)
{
	const cJSON *g, *managed = json_obj(in, "ManagedScalingPolicy");
	struct cluster label = { .release_label = (char *)json_str(in, "ReleaseLabel", NULL) };
	struct managed_policy p;
	int ret = 0;

	cJSON_ArrayForEach(g, groups_in(in))
		if (!ret)
			ret = check_group(g, err);
	if (!ret && managed && old_release(&label))
		ret = emr_error_validation(err, TOO_OLD, label.release_label);
	return !ret && managed ? emr_decode_managed_policy(managed, fleets, &p, err) : ret;
}

void scaling_take_managed(struct control *ctl, struct cluster *c, const cJSON *in)
{
	struct managed_policy p;

	if (!json_obj(in, "ManagedScalingPolicy"))
		return;
	emr_read_managed_policy(json_obj(in, "ManagedScalingPolicy"), &p);
	put_policy(ctl, c, &p);
}

void scaling_take_groups(struct control *ctl, struct cluster *c, const cJSON *in,
                         struct instance_group *const *groups, size_t n)
{
	const cJSON *v;
	size_t i = 0;

	cJSON_ArrayForEach(v, groups_in(in)) {
		struct scaling_policy p;
		struct error err = ERROR_INIT;
		struct instance_group *g = i < n ? groups[i++] : NULL;
		if (g && json_obj(v, "AutoScalingPolicy") &&
		    !emr_decode_auto_scaling_policy(json_obj(v, "AutoScalingPolicy"), g->role, &p, &err))
			custom_put(ctl, scaled_make(ctl, c), c, g, &p);
	}
}

void scaling_manual(struct control *ctl, struct cluster *c, struct instance_group *g, int from, int to)
{
	struct scaled *s = scaled_of(ctl, c->id);
	const struct scaled_group *sg = s ? scaled_group(s, g->id) : NULL;
	char reason[SCALING_TEXT];
	bool outside = sg && sg->has_policy && (to < sg->policy.min || to > sg->policy.max);

	if (from == to)
		return;
	snprintf(reason, sizeof reason, "set by %s%s", actor_of(ctl),
	         outside ? ", outside of the limits of its automatic scaling policy" : "");
	struct decision d = { .kind = KIND_MANUAL, .group = g, .from = from, .to = to, .outcome = SCALING_APPLIED,
	                      .reason = reason };
	d.numbers = json_add_int(cJSON_CreateObject(), "Running", g->running);
	if (sg && sg->has_policy)
		json_add_int(json_add_int(d.numbers, "MinCapacity", sg->policy.min), "MaxCapacity", sg->policy.max);
	decision_add(ctl, s ? s : scaled_make(ctl, c), c, &d);
}

const struct op scaling_ops[] = {
	{ "ElasticMapReduce.PutAutoScalingPolicy", put_auto_scaling },
	{ "ElasticMapReduce.RemoveAutoScalingPolicy", remove_auto_scaling },
	{ "ElasticMapReduce.PutManagedScalingPolicy", put_managed },
	{ "ElasticMapReduce.GetManagedScalingPolicy", get_managed },
	{ "ElasticMapReduce.RemoveManagedScalingPolicy", remove_managed },
	{ "Stoker.GetScaling", op_get_scaling },
	{ "Stoker.PutUtilizationScaling", op_put_utilization },
	{ "Stoker.RemoveUtilizationScaling", op_remove_utilization },
	{ "Stoker.PutScheduledScaling", op_put_scheduled },
	{ "Stoker.RemoveScheduledScaling", op_remove_scheduled },
	{ "Stoker.ListScalingDecisions", op_list_decisions },
	{ NULL, NULL },
};
