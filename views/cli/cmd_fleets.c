/* stoker fleets: the instance fleets of a cluster, and their targets. */
#include <string.h>
#include <strings.h>

#include "views/cli/groups.h"
#include "views/cli/plan.h"
#include "views/cli/table.h"

static const cJSON *fleet_named(const cJSON *fleets, const char *name)
{
	const cJSON *f;

	cJSON_ArrayForEach(f, fleets)
		if (!strcmp(json_str(f, "Id", ""), name) || !strcasecmp(json_str(f, "InstanceFleetType", ""), name))
			return f;
	return NULL;
}

/* "m5.xlarge, m5.2xlarge ×2" */
static char *types_text(const cJSON *fleet)
{
	struct buf b = BUF_INIT;
	const cJSON *t;

	cJSON_ArrayForEach(t, json_arr(fleet, "InstanceTypeSpecifications")) {
		buf_addf(&b, "%s%s", b.len ? ", " : "", json_str(t, "InstanceType", ""));
		if (json_int(t, "WeightedCapacity", 1) != 1)
			buf_addf(&b, " ×%d", (int)json_int(t, "WeightedCapacity", 1));
	}
	return b.len ? buf_steal(&b) : xstrdup("-");
}

static void units_cell(struct text_table *t, const cJSON *f, const char *have, const char *want)
{
	text_table_cell(t, "", "%d/%d", (int)json_int(f, have, 0), (int)json_int(f, want, 0));
}

static void people(struct cli *c, const cJSON *fleets)
{
	static const char *const columns[] = { "FLEET", "ROLE", "STATE", "ON DEMAND", "SPOT", "STRATEGY",
	                                      "TYPES" };
	struct text_table *t = text_table_new();
	const cJSON *f;

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		text_table_column(t, columns[i], i == 3 || i == 4 ? TABLE_RIGHT : TABLE_LEFT, i == 6);
	cJSON_ArrayForEach(f, fleets) {
		const cJSON *launch = json_obj(f, "LaunchSpecifications");
		const char *spot = json_str(json_obj(launch, "SpotSpecification"), "AllocationStrategy", NULL);
		char *types = types_text(f);
		text_table_cell(t, "", "%s", json_str(f, "Id", ""));
		text_table_cell(t, "", "%s", json_str(f, "InstanceFleetType", ""));
		text_table_cell(t, cli_state_color(c, ask_state(f)), "%s", ask_state(f));
		units_cell(t, f, "ProvisionedOnDemandCapacity", "TargetOnDemandCapacity");
		units_cell(t, f, "ProvisionedSpotCapacity", "TargetSpotCapacity");
		text_table_cell(t, "", "%s", spot ? spot : json_str(json_obj(launch, "OnDemandSpecification"),
		                                                    "AllocationStrategy", "lowest-price"));
		text_table_cell(t, "", "%s", types);
		free(types);
	}
	cli_print_table(c, t);
}

/* What a change comes to, in instances of the fleet's first type: what is bought is the strategy's choice. */
static void show_plan(struct cli *c, const char *cluster, const cJSON *f, int on_demand, int spot)
{
	const cJSON *first = cJSON_GetArrayItem(json_arr(f, "InstanceTypeSpecifications"), 0);
	int weight = (int)json_int(first, "WeightedCapacity", 1);
	const char *role = json_str(f, "InstanceFleetType", ""), *type = json_str(first, "InstanceType", "");
	int had[2] = { (int)json_int(f, "TargetOnDemandCapacity", 0), (int)json_int(f, "TargetSpotCapacity", 0) };

	if (weight < 1)
		weight = 1;
#define COUNT(units) (((units) + weight - 1) / weight)
	const struct plan_group plan[] = {
		{ role, type, COUNT(had[0]), COUNT(on_demand), false },
		        { role, type, COUNT(had[1]), COUNT(spot), true },
	};
#undef COUNT
	plan_print(c, plan, 2);
	fprintf(c->err, "%sunits: on demand %d → %d, spot %d → %d; counted in %s, but the fleet may buy others "
	        "of its types%s\n", cli_dim(c), had[0], on_demand, had[1], spot, type, cli_plain(c));
	fprintf(c->err, "%saws emr modify-instance-fleet --cluster-id %s --instance-fleet "
	        "InstanceFleetId=%s,TargetOnDemandCapacity=%d,TargetSpotCapacity=%d%s\n", cli_dim(c), cluster,
	        json_str(f, "Id", ""), on_demand, spot, cli_plain(c));
}

static int change(struct cli *c, const struct cli_args *a, const char *cluster, const cJSON *f)
{
	struct error err = ERROR_INIT;
	struct wait_options wait;
	int on_demand, spot, status;
	cJSON *reply = NULL;

	if (cli_opt_int(a, "on-demand", (int)json_int(f, "TargetOnDemandCapacity", 0), 0, 100000, &on_demand,
	                &err) || cli_opt_int(a, "spot", (int)json_int(f, "TargetSpotCapacity", 0), 0, 100000,
	                                     &spot, &err) || wait_options_read(a, &wait, &err))
		return cli_usage(c, NULL, "%s", err.message);
	if (!c->json)
		show_plan(c, cluster, f, on_demand, spot);
	status = plan_confirm(c, a, false, "Change it?");
	if (status)
		return status < 0 ? CLI_OK : status;
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
	cJSON *x = json_add_str(cJSON_AddObjectToObject(req, "InstanceFleet"), "InstanceFleetId",
	                        json_str(f, "Id", ""));
	json_add_int(json_add_int(x, "TargetOnDemandCapacity", on_demand), "TargetSpotCapacity", spot);
	if (ask(c, "ModifyInstanceFleet", req, &reply, &err))
		return cli_fail(c, &err);
	cJSON_Delete(reply);
	return cli_flag(a, "wait") ? wait_groups(c, cluster, &wait) : CLI_OK;
}

static int show(struct cli *c, const char *cluster)
{
	struct error err = ERROR_INIT;
	cJSON *fleets = NULL;
	bool are;

	if (ask_groups(c, cluster, &fleets, &are, &err))
		return cli_fail(c, &err);
	if (!are) {
		cJSON_Delete(fleets);
		error_set(&err, ERR_NOTFOUND, "the cluster is made of instance groups, not of fleets");
		error_hint(&err, "stoker clusters CLUSTER shows them; stoker create --fleet makes a cluster of "
		           "fleets.");
		return cli_fail(c, &err);
	}
	if (c->json)
		return cli_print_json(c, json_add(cJSON_CreateObject(), "InstanceFleets", fleets));
	people(c, fleets);
	cJSON_Delete(fleets);
	return CLI_OK;
}

static int exec_fleets(struct cli *c, const struct cli_args *a)
{
	bool changes = cli_opt(a, "on-demand") || cli_opt(a, "spot"), are;
	struct error err = ERROR_INIT;
	char cluster[MODEL_ID_SIZE];
	cJSON *fleets = NULL;
	int status = CLI_OK;

	if (changes != (a->argc == 2))
		return cli_usage(c, cli_find("fleets"), changes ? "say which fleet: stoker fleets CLUSTER core "
		                 "--spot 4" : "say what is to change: --on-demand N or --spot N");
	if (ask_cluster(c, a->argc ? a->argv[0] : NULL, cluster, &err))
		return cli_fail(c, &err);
	if (!changes)
		return show(c, cluster);
	if (ask_groups(c, cluster, &fleets, &are, &err))
		return cli_fail(c, &err);
	const cJSON *f = are ? fleet_named(fleets, a->argv[1]) : NULL;
	if (are)
		status = f ? change(c, a, cluster, f)
		         : cli_fail(c, (error_set(&err, ERR_NOTFOUND, "the cluster has no fleet \"%s\"", a->argv[1]),
		                        &err));
	cJSON_Delete(fleets);
	return status || (are && !c->json) ? status : show(c, cluster);
}

static const struct cli_option options[] = {
	{ "on-demand", 0, "N", "new target of the fleet, in units bought on demand" },
	{ "spot", 0, "N", "new target of the fleet, in units from the spot market" },
	PLAN_OPTIONS,
	WAIT_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_fleets = {
	.name = "fleets", .args = "[CLUSTER [FLEET]]", .max = 2,
	.summary = "show the instance fleets of a cluster, or change a fleet's targets",
	.about = "A fleet counts in units: each of its instance types gives as many as its weight (×N) says. ON "
	         "DEMAND and SPOT are the units that run and those that are wanted. FLEET is master, core, task "
	         "or an id; with --on-demand or --spot its targets change, after the plan was shown.",
	.options = options, .words = "cluster", .exec = exec_fleets,
};
