#include <stdio.h>
#include <string.h>

#include "core/client/act_impl.h"
#include "core/client/act_ops.h"
#include "core/model/fleet.h"

/* $/h of one unit of a fleet's first type, on demand: what it really buys is its strategy's choice. */
static double unit_price(const struct mcluster *mc, const struct instance_group *g, bool *unknown)
{
	int weight = fleet_weight(g, g->type ? g->type : "");
	return model_price(mc->c->region, g->type ? g->type : "", 1, unknown) / (weight > 0 ? weight : 1);
}

struct act *act_scale_fleet(const struct mcluster *mc, const struct instance_group *g, int on_demand, int spot)
{
	const struct fleet *f = g->fleet;
	const char *role = names_get(&instance_role_names, g->role);
	bool unknown = false, now_unknown = false;
	int before = f->target_on_demand + f->target_spot, after = on_demand + spot;
	char was[32];
	cJSON *in = json_add_str(cJSON_CreateObject(), "ClusterId", mc->c->id), *fleet = cJSON_CreateObject();
	json_add_int(json_add_str(fleet, "InstanceFleetId", g->id), "TargetOnDemandCapacity", on_demand);
	json_add_int(fleet, "TargetSpotCapacity", spot);
	struct act *a = act_with(EMR("ModifyInstanceFleet"), "scale", json_add(in, "InstanceFleet", fleet));
	a->title = xasprintf("Scale the %s fleet of %s", role, act_name_of(mc));
	snprintf(was, sizeof was, "%d units", f->target_on_demand);
	act_line(a, "on demand", was, "%d units", on_demand);
	snprintf(was, sizeof was, "%d units", f->target_spot);
	act_line(a, "spot", was, "%d units", spot);
	double change = (after - before) * unit_price(mc, g, &unknown), now = act_price_now(mc, &now_unknown);
	act_cost_lines(a, now, change, unknown || now_unknown);
	act_line(a, "", NULL, "units are priced as %s on demand; spot costs less", g->type ? g->type : "?");
	if (after < before) {
		a->care = ACT_CARE_YES;
		a->text = xstrdup("Nodes that leave finish what they run, or it moves elsewhere.");
	}
	a->cli = xasprintf("aws emr modify-instance-fleet --cluster-id %s --instance-fleet "
	                   "InstanceFleetId=%s,TargetOnDemandCapacity=%d,TargetSpotCapacity=%d", mc->c->id, g->id,
	                   on_demand, spot);
	a->done = xasprintf("the %s fleet of %s goes to %d units", role, act_name_of(mc), after);
	return a;
}
