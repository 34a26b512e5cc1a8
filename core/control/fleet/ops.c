/* ElasticMapReduce.AddInstanceFleet, ModifyInstanceFleet, ListInstanceFleets. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/fleet/fleet_state.h"
#include "core/control/ops.h"
#include "core/control/scaling/scaling.h"

static struct cluster *fleet_cluster(struct control *ctl, const cJSON *in, const char *operation,
                                     const char *instead, struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);

	if (c && !c->uses_fleets) {
		emr_error_uses_groups(err, operation, instead);
		return NULL;
	}
	return c;
}

static const char *fleet_id_at(void *list, size_t i)
{
	return ((struct cluster *)list)->groups.items[i]->id;
}

static int list_fleets(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = fleet_cluster(ctl, in, "ListInstanceFleets", "ListInstanceGroups", err);
	struct emr_page page;

	(void)call;
	if (!c)
		return err->code;
	int ret = emr_page(in, "ListInstanceFleets", EMR_PAGE, c->groups.len, fleet_id_at, c, &page, err);
	if (ret)
		return ret;
	cJSON *a = cJSON_AddArrayToObject(out, "InstanceFleets");
	for (size_t i = page.first; i < page.end; i++)
		cJSON_AddItemToArray(a, emr_encode_instance_fleet(c->groups.items[i]));
	json_add_str(out, "Marker", page.marker);
	free(page.marker);
	return 0;
}

/* Operations of this family say InvalidRequestException where RunJobFlow says ValidationException. */
static int as_invalid_request(struct error *err)
{
	char text[sizeof err->message];

	snprintf(text, sizeof text, "%s", err->message);
	return emr_error_invalid_request(err, NULL, "%s", text);
}

/* ---- AddInstanceFleet ---- */

struct add_undo {
	char cluster_id[MODEL_ID_SIZE], fleet_id[MODEL_ID_SIZE];
};

static void undo_add(struct control *ctl, void *arg)
{
	const struct add_undo *u = arg;
	struct cluster *c = find_cluster(ctl, u->cluster_id);

	for (size_t i = 0; c && i < c->groups.len; i++) {
		struct instance_group *g = c->groups.items[i];
		if (strcmp(g->id, u->fleet_id))
			continue;
		forget_dirty(ctl, OBJECT_GROUP, g);
		group_free_runtime(g);
		instance_group_free(g);
		vec_remove(&c->groups, i);
		return;
	}
}

static int check_add(const struct cluster *c, const struct instance_group *g, struct error *err)
{
	const char *role = names_get(&instance_role_names, (int)g->role);

	if (g->role != ROLE_TASK)
		return emr_error_invalid_request(err, NULL, "Instance fleets of type %s can only be defined when the "
		                                 "cluster is created.", role);
	if (cluster_group_of(c, ROLE_TASK))
		return emr_error_invalid_request(err, NULL, "The cluster has an instance fleet of type TASK already: "
		                                 "a cluster can have one fleet of each type.");
	if (!cluster_group_of(c, ROLE_CORE))
		return emr_error_invalid_request(err, NULL, "Clusters with task nodes must also define core nodes.");
	return 0;
}

static int add_fleet(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = fleet_cluster(ctl, in, "AddInstanceFleet", "AddInstanceGroups", err);
	struct instance_group *g = NULL;

	if (!c)
		return err->code;
	if (cluster_state_closing(c->state)) {
		emr_error_closing(err);
		return as_invalid_request(err);
	}
	if (emr_decode_fleet(json_obj(in, "InstanceFleet"), &g, err))
		return as_invalid_request(err);
	if (check_add(c, g, err)) {
		instance_group_free(g);
		return err->code;
	}
	op_new_group(c, g, clock_now_ms());
	vec_push(&c->groups, g);
	mark_dirty(ctl, OBJECT_GROUP, g);
	struct add_undo *undo = xcalloc(1, sizeof *undo);
	strcpy(undo->cluster_id, c->id);
	strcpy(undo->fleet_id, g->id);
	call_undo(call, undo_add, undo, free);
	char *arn = emr_cluster_arn(c->id, c->region);
	json_add_str(out, "ClusterId", c->id);
	json_add_str(out, "InstanceFleetId", g->id);
	json_add_str(out, "ClusterArn", arn);
	free(arn);
	wake_cluster(ctl, c);
	return 0;
}

/* ---- ModifyInstanceFleet ---- */

/* The fleet as it was: what a change replaced is kept until the commit, whole. */
struct modify_undo {
	char cluster_id[MODEL_ID_SIZE], fleet_id[MODEL_ID_SIZE];
	int on_demand, spot;
	bool resize_changed, types_changed, context_changed;
	char *resize, *context;
	struct fleet_type_list types;
};

static void undo_modify(struct control *ctl, void *arg)
{
	struct modify_undo *u = arg;
	struct cluster *c = find_cluster(ctl, u->cluster_id);
	struct instance_group *g = c ? cluster_group(c, u->fleet_id) : NULL;
	struct fleet *f = g ? g->fleet : NULL;

	if (!f)
		return;
	f->target_on_demand = u->on_demand;
	f->target_spot = u->spot;
	if (u->resize_changed) {
		text_set(&f->resize, u->resize);
		emr_decode_fleet_resize(f->resize, f);
	}
	if (u->context_changed)
		text_set(&f->context, u->context);
	if (u->types_changed) {
		struct fleet_type_list spare = f->types;
		f->types = u->types;
		u->types = spare;
	}
}

static void free_modify(void *arg)
{
	struct modify_undo *u = arg;

	free(u->resize);
	free(u->context);
	fleet_types_free(&u->types);
	free(u);
}

static int check_modify(const struct cluster *c, const struct instance_group *g,
                        const struct emr_fleet_change *x, struct error *err)
{
	int on_demand = x->on_demand >= 0 ? x->on_demand : g->fleet->target_on_demand;
	int spot = x->spot >= 0 ? x->spot : g->fleet->target_spot;
	bool strategy = emr_fleet_has_strategy(g->fleet) || g->fleet->resize_spot_strategy >= 0;

	if (cluster_state_closing(c->state)) {
		emr_error_closing(err);
		return as_invalid_request(err);
	}
	if (c->state != CLUSTER_RUNNING && c->state != CLUSTER_WAITING)
		return emr_error_fleet_early(err);
	if (g->role == ROLE_MASTER)
		return emr_error_invalid_request(err, NULL, "The master instance fleet cannot be modified.");
	/* A task fleet may be emptied, a core fleet may not. */
	if ((g->role == ROLE_CORE || on_demand || spot) && emr_check_fleet_target(g->role, g->name, on_demand, spot, err))
		return as_invalid_request(err);
	if (x->types.len && emr_check_fleet_types(&x->types, strategy, err))
		return as_invalid_request(err);
	return 0;
}

static struct modify_undo *apply(struct control *ctl, struct cluster *c, struct instance_group *g,
                                 struct emr_fleet_change *x)
{
	struct modify_undo *u = xcalloc(1, sizeof *u);
	struct fleet *f = g->fleet;

	strcpy(u->cluster_id, c->id);
	strcpy(u->fleet_id, g->id);
	u->on_demand = f->target_on_demand;
	u->spot = f->target_spot;
	if (x->resize) {
		u->resize_changed = true;
		u->resize = f->resize;
		f->resize = x->resize;
		x->resize = NULL;
		emr_decode_fleet_resize(f->resize, f);
	}
	if (x->context) {
		u->context_changed = true;
		u->context = f->context;
		f->context = x->context;
		x->context = NULL;
	}
	if (x->types.len) {
		u->types_changed = true;
		u->types = f->types;
		f->types = x->types;
		memset(&x->types, 0, sizeof x->types);
	}
	fleet_resize(ctl, c, g, x->on_demand, x->spot);
	scaling_manual(ctl, c, g, u->on_demand + u->spot, f->target_on_demand + f->target_spot);
	return u;
}

static int modify_fleet(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                        struct error *err)
{
	struct cluster *c = fleet_cluster(ctl, in, "ModifyInstanceFleet", "ModifyInstanceGroups", err);
	struct emr_fleet_change x = { 0 };

	(void)out;
	if (!c)
		return err->code;
	int ret = emr_decode_fleet_change(in, &x, err) ? as_invalid_request(err) : 0;
	struct instance_group *g = cluster_group(c, x.fleet_id);
	if (!ret && !g)
		ret = emr_error_no_fleet(err, x.fleet_id);
	if (!ret)
		ret = check_modify(c, g, &x, err);
	if (!ret)
		call_undo(call, undo_modify, apply(ctl, c, g, &x), free_modify);
	emr_fleet_change_free(&x);
	return ret;
}

const struct op fleet_ops[] = {
	{ "ElasticMapReduce.AddInstanceFleet", add_fleet },
	{ "ElasticMapReduce.ModifyInstanceFleet", modify_fleet },
	{ "ElasticMapReduce.ListInstanceFleets", list_fleets },
	{ NULL, NULL },
};
