/* Operations on instance groups and instances. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/ops.h"
#include "core/control/scaling/scaling.h"

struct refs {
	void **items;
	size_t len, cap;
};

static const char *group_id_at(void *list, size_t i)
{
	return ((struct instance_group *)((struct refs *)list)->items[i])->id;
}

static const char *instance_id_at(void *list, size_t i)
{
	return ((struct instance *)((struct refs *)list)->items[i])->id;
}

static void add_strings(cJSON *o, const char *name, const struct str_list *l)
{
	cJSON *a = l->len ? cJSON_AddArrayToObject(o, name) : NULL;

	for (size_t i = 0; i < l->len; i++)
		cJSON_AddItemToArray(a, cJSON_CreateString(l->items[i]));
}

/* A group as it is listed: with the shrink policy of its last resize. */
static cJSON *list_item(struct instance_group *g)
{
	cJSON *o = emr_encode_instance_group(g), *shrink = cJSON_GetObjectItemCaseSensitive(o, "ShrinkPolicy");
	const struct ctl_group *rt = g->runtime;

	if (!rt || !shrink)
		return o;
	if (rt->decommission_s >= 0)
		json_add_int(shrink, "DecommissionTimeout", rt->decommission_s);
	if (rt->shrink_first.len || rt->protect.len) {
		cJSON *policy = cJSON_AddObjectToObject(shrink, "InstanceResizePolicy");
		add_strings(policy, "InstancesToTerminate", &rt->shrink_first);
		add_strings(policy, "InstancesToProtect", &rt->protect);
	}
	return o;
}

static int list_instance_groups(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                                struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	struct refs refs = { 0 };
	struct emr_page page;
	int ret;

	(void)call;
	if (!c)
		return err->code;
	if (c->uses_fleets)
		return emr_error_uses_fleets(err, "ListInstanceGroups", "ListInstanceFleets");
	for (size_t i = 0; i < c->groups.len; i++)
		vec_push(&refs, c->groups.items[i]);
	ret = emr_page(in, "ListInstanceGroups", EMR_PAGE, refs.len, group_id_at, &refs, &page, err);
	if (!ret) {
		cJSON *a = cJSON_CreateArray();
		for (size_t i = page.first; i < page.end; i++)
			cJSON_AddItemToArray(a, json_add(list_item(refs.items[i]), "AutoScalingPolicy",
			                                 scaling_describe(ctl, refs.items[i])));
		json_add(out, "InstanceGroups", a);
		json_add_str(out, "Marker", page.marker);
		free(page.marker);
	}
	vec_free(&refs);
	return ret;
}

/* A page has 2,000 of them, and most have not changed since they were last asked for. */
static const char *instance_text(struct instance *i)
{
	if (!i->wire) {
		cJSON *v = emr_encode_instance(i);
		i->wire = json_print(v);
		cJSON_Delete(v);
	}
	return i->wire;
}

#define INSTANCE_SHOWN_MS (30LL * 24 * 3600 * 1000) /* terminated ones, as on EMR */

/* Groups are asked for by the names of groups, fleets by those of fleets. */
static int check_kind(const struct cluster *c, bool names_groups, bool names_fleets, struct error *err)
{
	if (c->uses_fleets && names_groups)
		return emr_error_invalid_request(err, "API_DOES_NOT_SUPPORT_INSTANCE_FLEET_CLUSTERS",
		                                 "The cluster uses instance fleets: name InstanceFleetId or "
		                                 "InstanceFleetType instead of InstanceGroupId or "
		                                 "InstanceGroupTypes.");
	if (!c->uses_fleets && names_fleets)
		return emr_error_invalid_request(err, "API_DOES_NOT_SUPPORT_INSTANCE_GROUP_CLUSTERS",
		                                 "The cluster uses instance groups: name InstanceGroupId or "
		                                 "InstanceGroupTypes instead of InstanceFleetId or "
		                                 "InstanceFleetType.");
	return 0;
}

static int list_instances(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                          struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	uint32_t states = emr_decode_mask(in, "InstanceStates", &instance_state_names);
	uint32_t roles = emr_decode_mask(in, "InstanceGroupTypes", &instance_role_names);
	const char *group = json_str(in, "InstanceGroupId", NULL), *fleet = json_str(in, "InstanceFleetId", NULL);
	int fleet_role = names_parse(&instance_role_names, json_str(in, "InstanceFleetType", ""));
	int64_t now = clock_now_ms();
	struct refs refs = { 0 };
	struct emr_page page;
	int ret;

	(void)call;
	if (!c)
		return err->code;
	if ((ret = check_kind(c, group || roles, fleet || fleet_role >= 0, err)))
		return ret;
	if (fleet && !cluster_group(c, fleet))
		return emr_error_no_fleet(err, fleet);
	group = group ? group : fleet;
	roles |= fleet_role >= 0 ? 1u << fleet_role : 0;
	if (group && !cluster_group(c, group))
		return emr_error_invalid_request(err, NULL, "Instance group id '%s' is not valid.", group);
	for (size_t i = 0; i < c->instances.len; i++) {
		struct instance *n = c->instances.items[i];
		if (n->state == INSTANCE_TERMINATED && now - n->timeline.ended > INSTANCE_SHOWN_MS)
			continue;
		if ((states && !(states & (1u << n->state))) || (roles && !(roles & (1u << n->role))) ||
		    (group && strcmp(group, n->group_id)))
			continue;
		vec_push(&refs, n);
	}
	ret = emr_page(in, "ListInstances", EMR_INSTANCES_PAGE, refs.len, instance_id_at, &refs, &page, err);
	if (!ret) {
		cJSON *a = cJSON_CreateArray();
		for (size_t i = page.first; i < page.end; i++)
			cJSON_AddItemToArray(a, cJSON_CreateRaw(instance_text(refs.items[i])));
		json_add(out, "Instances", a);
		json_add_str(out, "Marker", page.marker);
		free(page.marker);
	}
	vec_free(&refs);
	return ret;
}

/* ---- AddInstanceGroups ---- */

struct add_undo {
	char cluster_id[MODEL_ID_SIZE];
	size_t before;
};

static void undo_add(struct control *ctl, void *arg)
{
	struct add_undo *u = arg;
	struct cluster *c = find_cluster(ctl, u->cluster_id);

	while (c && c->groups.len > u->before) {
		struct instance_group *g = c->groups.items[--c->groups.len];
		forget_dirty(ctl, OBJECT_GROUP, g);
		group_free_runtime(g);
		instance_group_free(g);
	}
}

static int check_groups(const struct cluster *c, const struct group_list *groups, struct error *err)
{
	size_t tasks = 0;

	for (size_t i = 0; i < c->groups.len; i++)
		tasks += c->groups.items[i]->role == ROLE_TASK;
	for (size_t i = 0; i < groups->len; i++) {
		const struct instance_group *g = groups->items[i];
		const char *role = names_get(&instance_role_names, (int)g->role);
		if (g->role == ROLE_MASTER || (g->role == ROLE_CORE && cluster_group_of(c, ROLE_CORE)))
			return emr_error_validation(err, "Multiple %s instance groups supplied, you must specify "
			                            "exactly one %s instance group", g->role == ROLE_MASTER
			                            ? "master" : "core", g->role == ROLE_MASTER ? "master" : "core");
		if (g->role == ROLE_CORE)
			return emr_error_validation(err, "Instance groups of type %s can only be defined when the "
			                            "cluster is created.", role);
		if (++tasks > CLUSTER_TASK_GROUP_LIMIT)
			return emr_error_validation(err, "A cluster may have at most %d task instance groups.",
			                            CLUSTER_TASK_GROUP_LIMIT);
	}
	if (tasks && !cluster_group_of(c, ROLE_CORE))
		return emr_error_validation(err, "Clusters with task nodes must also define core nodes.");
	return 0;
}

static int add_instance_groups(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                               struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "JobFlowId", true, err);
	struct group_list groups = { 0 };
	int ret;

	if (!c)
		return err->code;
	if (cluster_state_closing(c->state))
		return emr_error_closing(err);
	if (c->uses_fleets)
		return emr_error_uses_fleets(err, "AddInstanceGroups", "AddInstanceFleet");
	ret = scaling_check_request(in, false, err);
	if (!ret)
		ret = emr_decode_groups(in, &groups, err);
	if (!ret)
		ret = check_groups(c, &groups, err);
	if (ret) {
		emr_groups_free(&groups);
		return ret;
	}
	struct add_undo *undo = xcalloc(1, sizeof *undo);
	strcpy(undo->cluster_id, c->id);
	undo->before = c->groups.len;
	cJSON *ids = cJSON_CreateArray();
	for (size_t i = 0; i < groups.len; i++) {
		op_new_group(c, groups.items[i], clock_now_ms());
		vec_push(&c->groups, groups.items[i]);
		mark_dirty(ctl, OBJECT_GROUP, groups.items[i]);
		cJSON_AddItemToArray(ids, cJSON_CreateString(groups.items[i]->id));
	}
	scaling_take_groups(ctl, c, in, groups.items, groups.len);
	vec_free(&groups);
	char *arn = emr_cluster_arn(c->id, c->region);
	json_add_str(out, "JobFlowId", c->id);
	json_add(out, "InstanceGroupIds", ids);
	json_add_str(out, "ClusterArn", arn);
	free(arn);
	call_undo(call, undo_add, undo, free);
	wake_cluster(ctl, c);
	return 0;
}

/* ---- ModifyInstanceGroups ---- */

struct size_undo {
	struct pair_list sizes; /* group id → count before, by cluster/group */
	struct str_list clusters;
};

static void undo_sizes(struct control *ctl, void *arg)
{
	struct size_undo *u = arg;

	for (size_t i = 0; i < u->clusters.len; i++) {
		struct cluster *c = find_cluster(ctl, u->clusters.items[i]);
		struct instance_group *g = c ? cluster_group(c, u->sizes.items[i].key) : NULL;
		if (!g)
			continue;
		g->requested = atoi(u->sizes.items[i].value);
		str_list_free(&group_runtime(g)->terminate_now);
	}
}

static void free_sizes(void *arg)
{
	struct size_undo *u = arg;

	pair_list_free(&u->sizes);
	str_list_free(&u->clusters);
	free(u);
}

/* Clients of all ages name the group only; its cluster is found by it. */
static struct cluster *owner_of(struct control *ctl, const char *cluster_id, const char *group_id)
{
	size_t it = 0;
	void *v;

	if (cluster_id)
		return op_find(ctl, cluster_id);
	while (map_next(ctl->clusters, &it, NULL, &v))
		if (op_visible(ctl, v) && cluster_group(v, group_id))
			return v;
	return NULL;
}

/* Blocks need so many core nodes. Nodes of the embedded cluster share one folder as their HDFS, so that it is 1
 * unless a configuration says otherwise. */
static int replication(const struct cluster *c)
{
	const char *v = cluster_property(c, "hdfs-site", "dfs.replication");
	int n = v ? atoi(v) : 1;

	return n > 0 ? n : 1;
}

static int check_change(struct cluster *c, const struct emr_group_change *g, struct error *err)
{
	struct instance_group *group = c ? cluster_group(c, g->group_id) : NULL;

	if (c && c->uses_fleets)
		return emr_error_uses_fleets(err, "ModifyInstanceGroups", "ModifyInstanceFleet");
	if (!group)
		return emr_error_no_group(err, g->group_id);
	if (cluster_state_closing(c->state))
		return emr_error_closing(err);
	if (c->state != CLUSTER_RUNNING && c->state != CLUSTER_WAITING)
		return emr_error_resize_early(err);
	if (group->role == ROLE_MASTER && g->count >= 0 && g->count != group->requested)
		return emr_error_validation(err, "The master instance group cannot be resized.");
	if (group->role == ROLE_CORE && g->count == 0)
		return emr_error_validation(err, "A core instance group must have at least one instance.");
	if (group->role == ROLE_CORE && g->count >= 0 && g->count < group->requested && g->count < replication(c))
		return emr_error_validation(err, "The core instance group cannot have fewer instances than the HDFS "
		                            "replication factor (dfs.replication is %d).", replication(c));
	if (group->role == ROLE_MASTER && g->terminate.len)
		return emr_error_validation(err, "Instances of the master instance group cannot be terminated.");
	for (size_t i = 0; i < g->terminate.len; i++) {
		struct instance *in = cluster_instance(c, g->terminate.items[i]);
		if (!in || strcmp(in->group_id, group->id))
			return emr_error_validation(err, "Instance id '%s' is not valid.", g->terminate.items[i]);
	}
	return 0;
}

static struct configuration *classification(struct configuration_list *l, const char *name)
{
	for (size_t i = 0; i < l->len; i++)
		if (!strcmp(l->items[i]->classification, name))
			return l->items[i];
	return NULL;
}

/* OVERWRITE takes the new list as it is; MERGE lays its properties over the old ones. */
static void reconfigure(struct instance_group *group, struct emr_group_change *g)
{
	struct configuration_list *old = &group->configurations, *new = &g->configurations;

	for (size_t i = 0; g->merge && i < old->len; i++) {
		struct configuration *over = classification(new, old->items[i]->classification);
		for (size_t k = 0; over && k < over->properties.len; k++)
			pair_list_set(&old->items[i]->properties, over->properties.items[k].key,
			              over->properties.items[k].value);
	}
	for (size_t i = 0; g->merge && i < new->len;) {
		if (!classification(old, new->items[i]->classification)) {
			vec_push(old, new->items[i]);
			vec_remove(new, i);
		} else {
			i++;
		}
	}
	if (!g->merge) {
		struct configuration_list was = *old;
		*old = *new;
		*new = was;
	}
	group->configurations_version++;
}

static void apply_change(struct control *ctl, struct cluster *c, struct emr_group_change *g,
                         struct size_undo *undo)
{
	struct instance_group *group = cluster_group(c, g->group_id);
	struct ctl_group *rt = group_runtime(group);
	int before = group->requested;
	char count[16];

	snprintf(count, sizeof count, "%d", group->requested);
	pair_list_set(&undo->sizes, group->id, count);
	str_list_add(&undo->clusters, c->id);
	for (size_t i = 0; i < g->terminate.len; i++) {
		struct instance *in = cluster_instance(c, g->terminate.items[i]);
		if (in->state == INSTANCE_TERMINATED)
			continue;
		str_list_add(&rt->terminate_now, in->id);
		if (group->requested > 0)
			group->requested--;
	}
	rt->decommission_s = g->decommission_timeout_s;
	str_list_free(&rt->shrink_first);
	str_list_free(&rt->protect);
	str_list_copy(&rt->shrink_first, &g->shrink_first);
	str_list_copy(&rt->protect, &g->protect);
	group_resize(ctl, c, group, g->count >= 0 ? g->count : group->requested);
	scaling_manual(ctl, c, group, before, group->requested);
	if (g->reconfigure) /* kept and shown; nodes of the embedded cluster have no software to restart */
		reconfigure(group, g);
}

static int modify_instance_groups(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                                  struct error *err)
{
	const char *cluster_id = json_str(in, "ClusterId", NULL);
	struct emr_group_changes changes = { 0 };
	int ret = 0;

	(void)out;
	if (cluster_id && !op_cluster(ctl, in, "ClusterId", true, err))
		return err->code;
	ret = emr_decode_modify_groups(in, &changes, err);
	for (size_t i = 0; i < changes.len && !ret; i++)
		ret = check_change(owner_of(ctl, cluster_id, changes.items[i].group_id), &changes.items[i], err);
	if (!ret && changes.len) {
		struct size_undo *undo = xcalloc(1, sizeof *undo);
		for (size_t i = 0; i < changes.len; i++)
			apply_change(ctl, owner_of(ctl, cluster_id, changes.items[i].group_id), &changes.items[i],
			             undo);
		call_undo(call, undo_sizes, undo, free_sizes);
	}
	emr_group_changes_free(&changes);
	return ret;
}

const struct op group_ops[] = {
	{ "ElasticMapReduce.ListInstanceGroups", list_instance_groups },
	{ "ElasticMapReduce.ListInstances", list_instances },
	{ "ElasticMapReduce.AddInstanceGroups", add_instance_groups },
	{ "ElasticMapReduce.ModifyInstanceGroups", modify_instance_groups },
	{ NULL, NULL },
};
