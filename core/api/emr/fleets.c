/* Instance fleets on the wire: requests in, replies out, and the rules that need no state. */
#include "core/api/emr/decode.h"
#include "core/base/json.h"
#include "core/model/fleet.h"

static const char *role_word(enum instance_role r)
{
	return r == ROLE_MASTER ? "master" : r == ROLE_CORE ? "core" : "task";
}

/* ---- decoding ---- */

static char *raw(const cJSON *o, const char *member)
{
	const cJSON *v = json_obj(o, member);

	return v ? json_print(v) : NULL;
}

static int named(const struct names *names, const cJSON *o, const char *member, int def)
{
	int i = names_parse(names, json_str(o, member, ""));

	return i < 0 ? def : i;
}

static void decode_fleet_types(const cJSON *o, const char *member, struct fleet_type_list *out)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, json_arr(o, member)) {
		const cJSON *ebs = json_obj(v, "EbsConfiguration");
		struct fleet_type t = {
			.type = xstrdup(json_str(v, "InstanceType", "")),
			.weight = json_int32(v, "WeightedCapacity", 1),
			.bid_price = emr_text(v, "BidPrice"),
			.bid_percent = json_num(v, "BidPriceAsPercentageOfOnDemandPrice", 0),
			.priority = json_num(v, "Priority", -1), .custom_ami_id = emr_text(v, "CustomAmiId"),
		};
		emr_decode_configurations(v, "Configurations", &t.configurations);
		emr_decode_ebs(ebs, &t.ebs, &t.ebs_optimized);
		vec_push(out, t);
	}
}

static void decode_launch(const cJSON *o, struct fleet *f)
{
	const cJSON *spot = json_obj(o, "SpotSpecification"), *on_demand = json_obj(o, "OnDemandSpecification");

	f->spot_timeout_min = json_int32(spot, "TimeoutDurationMinutes", 0);
	f->timeout_action = (enum fleet_timeout_action)named(&fleet_timeout_action_names, spot, "TimeoutAction",
	                                                     FLEET_SWITCH_TO_ON_DEMAND);
	f->spot_strategy = named(&spot_strategy_names, spot, "AllocationStrategy", -1);
	f->on_demand_strategy = named(&on_demand_strategy_names, on_demand, "AllocationStrategy", -1);
}

void emr_decode_fleet_resize(const char *resize, struct fleet *f)
{
	cJSON *o = resize ? json_parse(resize, strlen(resize), NULL) : NULL;
	const cJSON *spot = json_obj(o, "SpotResizeSpecification");
	const cJSON *on_demand = json_obj(o, "OnDemandResizeSpecification");

	f->spot_resize_min = json_int32(spot, "TimeoutDurationMinutes", 0);
	f->on_demand_resize_min = json_int32(on_demand, "TimeoutDurationMinutes", 0);
	f->resize_spot_strategy = named(&spot_strategy_names, spot, "AllocationStrategy", -1);
	f->resize_on_demand_strategy = named(&on_demand_strategy_names, on_demand, "AllocationStrategy", -1);
	cJSON_Delete(o);
}

static struct instance_group *one_fleet(const cJSON *v)
{
	struct instance_group *g = instance_group_new();
	struct fleet *f = g->fleet = fleet_new();

	g->role = (enum instance_role)named(&instance_role_names, v, "InstanceFleetType", ROLE_TASK);
	g->name = emr_text(v, "Name");
	f->target_on_demand = json_int32(v, "TargetOnDemandCapacity", 0);
	f->target_spot = json_int32(v, "TargetSpotCapacity", 0);
	f->launch = raw(v, "LaunchSpecifications");
	f->resize = raw(v, "ResizeSpecifications");
	f->context = emr_text(v, "Context");
	decode_launch(json_obj(v, "LaunchSpecifications"), f);
	emr_decode_fleet_resize(f->resize, f);
	decode_fleet_types(v, "InstanceTypeConfigs", &f->types);
	g->type = xstrdup(f->types.len ? f->types.items[0].type : "");
	g->market = f->target_on_demand ? MARKET_ON_DEMAND : MARKET_SPOT;
	return g;
}

/* ---- rules ---- */

static int check_type(const struct fleet_type *t, struct error *err)
{
	if (t->weight < 1)
		return emr_error_validation(err, "The weighted capacity of instance type %.200s must be one or "
		                            "greater.", t->type);
	if (t->bid_price && t->bid_percent > 0)
		return emr_error_validation(err, "Specify at most one of bidPrice or "
		                            "bidPriceAsPercentageOfOnDemandPrice for instance type %.200s. Revise "
		                            "the configuration and resubmit.", t->type);
	return t->bid_price ? emr_check_bid_price(t->bid_price, err) : 0;
}

int emr_check_fleet_types(const struct fleet_type_list *l, bool strategy, struct error *err)
{
	size_t most = strategy ? FLEET_TYPES_LIMIT_STRATEGY : FLEET_TYPES_LIMIT;
	int rc = 0;

	if (!l->len)
		return emr_error_validation(err, "An instance fleet must have at least one instance type "
		                            "configuration.");
	if (l->len > most)
		return emr_error_validation(err, "An instance fleet can have at most %zu instance type "
		                            "configurations%s.", most, strategy ? ""
		                            : " unless it names an allocation strategy, with which 30 are allowed");
	for (size_t i = 0; i < l->len && !rc; i++) {
		rc = check_type(&l->items[i], err);
		for (size_t k = 0; k < i && !rc; k++)
			if (!strcmp(l->items[k].type, l->items[i].type))
				rc = emr_error_validation(err, "Instance type %.200s is configured more than once in an "
				                          "instance fleet.", l->items[i].type);
	}
	return rc;
}

static int check_fleet_resize(const struct fleet *f, struct error *err)
{
	const int minutes[] = { f->spot_resize_min, f->on_demand_resize_min };

	for (int i = 0; i < 2; i++)
		if (minutes[i] && (minutes[i] < 5 || minutes[i] > 10080))
			return emr_error_validation(err, "The timeout duration of a resize must be between 5 and 10080 "
			                            "minutes; %d was given.", minutes[i]);
	return 0;
}

bool emr_fleet_has_strategy(const struct fleet *f)
{
	return f->spot_strategy >= 0 || f->on_demand_strategy >= 0;
}

int emr_check_fleet_target(enum instance_role role, const char *name, int on_demand, int spot,
                           struct error *err)
{
	if (role == ROLE_MASTER && (int64_t)on_demand + spot != 1)
		return emr_error_validation(err, "A master instance fleet can only have a target capacity of 1. "
		                            "Revise the configuration and resubmit.");
	if (on_demand + (int64_t)spot > FLEET_UNITS_LIMIT)
		return emr_error_validation(err, "The target capacity of an instance fleet cannot exceed %d units.",
		                            FLEET_UNITS_LIMIT);
	if (on_demand + (int64_t)spot < 1)
		return emr_error_validation(err, "The instance fleet (%.200s) should have a value of one or greater "
		                            "for either targetOnDemandCapacity or targetSpotCapacity.", name ? name
		                            : role_word(role));
	return 0;
}

static int check_fleet(const struct instance_group *g, struct error *err)
{
	const struct fleet *f = g->fleet;
	int rc = emr_check_fleet_target(g->role, g->name, f->target_on_demand, f->target_spot, err);
	cJSON *launch = f->launch ? json_parse(f->launch, strlen(f->launch), NULL) : NULL;
	bool timed = json_obj(launch, "SpotSpecification");

	cJSON_Delete(launch);
	if (!rc && timed && (f->spot_timeout_min < 5 || f->spot_timeout_min > 1440))
		rc = emr_error_validation(err, "The timeout duration of a spot specification must be between 5 and "
		                          "1440 minutes; %d was given.", f->spot_timeout_min);
	if (!rc)
		rc = check_fleet_resize(f, err);
	return rc ? rc : emr_check_fleet_types(&f->types, emr_fleet_has_strategy(f), err);
}

int emr_decode_fleet(const cJSON *v, struct instance_group **out, struct error *err)
{
	struct instance_group *g = one_fleet(v);
	int rc = check_fleet(g, err);

	if (rc)
		instance_group_free(g);
	else
		*out = g;
	return rc;
}

static int check_roles(const struct group_list *l, struct error *err)
{
	int n[3] = { 0 };

	for (size_t i = 0; i < l->len; i++)
		n[l->items[i]->role]++;
	if (!n[ROLE_MASTER])
		return emr_error_validation(err, "No master instance fleets were supplied. You must specify exactly "
		                            "one master instance fleet.");
	for (int r = ROLE_MASTER; r <= ROLE_TASK; r++)
		if (n[r] > 1)
			return emr_error_validation(err, "Multiple %s instance fleets supplied, you must specify at most "
			                            "one %s instance fleet.", role_word((enum instance_role)r),
			                            role_word((enum instance_role)r));
	if (n[ROLE_TASK] && !n[ROLE_CORE])
		return emr_error_validation(err, "Clusters with task nodes must also define core nodes.");
	return 0;
}

int emr_decode_fleets(const cJSON *in, struct group_list *out, struct error *err)
{
	const cJSON *v;
	int rc = 0;

	cJSON_ArrayForEach(v, json_arr(in, "InstanceFleets")) {
		struct instance_group *g;
		if ((rc = emr_decode_fleet(v, &g, err)))
			return rc;
		vec_push(out, g);
	}
	return check_roles(out, err);
}

int emr_decode_fleet_change(const cJSON *in, struct emr_fleet_change *out, struct error *err)
{
	const cJSON *v = json_obj(in, "InstanceFleet");

	out->fleet_id = xstrdup(json_str(v, "InstanceFleetId", ""));
	out->on_demand = json_int32(v, "TargetOnDemandCapacity", -1);
	out->spot = json_int32(v, "TargetSpotCapacity", -1);
	out->resize = raw(v, "ResizeSpecifications");
	out->context = emr_text(v, "Context");
	decode_fleet_types(v, "InstanceTypeConfigs", &out->types);
	struct fleet probe = { 0 };
	emr_decode_fleet_resize(out->resize, &probe);
	return check_fleet_resize(&probe, err);
}

void emr_fleet_change_free(struct emr_fleet_change *c)
{
	free(c->fleet_id);
	free(c->resize);
	free(c->context);
	fleet_types_free(&c->types);
}

/* ---- a client's requests ---- */

static cJSON *parsed(const char *text)
{
	return text ? json_parse(text, strlen(text), NULL) : NULL;
}

static cJSON *type_config(const struct fleet_type *t)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "InstanceType", t->type);

	json_add_int(o, "WeightedCapacity", t->weight);
	json_add_str(o, "BidPrice", t->bid_price);
	if (t->bid_percent > 0)
		json_add_num(o, "BidPriceAsPercentageOfOnDemandPrice", t->bid_percent);
	if (t->configurations.len)
		json_add(o, "Configurations", emr_encode_configurations(&t->configurations));
	json_add(o, "EbsConfiguration", emr_request_ebs(&t->ebs, t->ebs_optimized));
	json_add_str(o, "CustomAmiId", t->custom_ami_id);
	if (t->priority >= 0)
		json_add_num(o, "Priority", t->priority);
	return o;
}

cJSON *emr_request_instance_fleet(const struct instance_group *g)
{
	const struct fleet *f = g->fleet;
	cJSON *o = json_add_str(cJSON_CreateObject(), "Name", g->name), *types;

	json_add_str(o, "InstanceFleetType", names_get(&instance_role_names, (int)g->role));
	json_add_int(o, "TargetOnDemandCapacity", f->target_on_demand);
	json_add_int(o, "TargetSpotCapacity", f->target_spot);
	types = cJSON_AddArrayToObject(o, "InstanceTypeConfigs");
	for (size_t i = 0; i < f->types.len; i++)
		cJSON_AddItemToArray(types, type_config(&f->types.items[i]));
	json_add(o, "LaunchSpecifications", parsed(f->launch));
	json_add(o, "ResizeSpecifications", parsed(f->resize));
	return json_add_str(o, "Context", f->context);
}

/* ---- replies ---- */

static cJSON *specification(const struct fleet_type *t, enum instance_role role)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "InstanceType", t->type);

	json_add_int(o, "WeightedCapacity", role == ROLE_MASTER ? 1 : t->weight);
	json_add_str(o, "BidPrice", t->bid_price);
	if (!t->bid_price)
		json_add_num(o, "BidPriceAsPercentageOfOnDemandPrice", t->bid_percent > 0 ? t->bid_percent : 100);
	json_add(o, "Configurations", emr_encode_configurations(&t->configurations));
	json_add(o, "EbsBlockDevices", emr_encode_volumes(&t->ebs));
	json_add_bool(o, "EbsOptimized", t->ebs_optimized);
	json_add_str(o, "CustomAmiId", t->custom_ami_id);
	if (t->priority >= 0)
		json_add_num(o, "Priority", t->priority);
	return o;
}

cJSON *emr_encode_instance_fleet(const struct instance_group *g)
{
	const struct fleet *f = g->fleet;
	cJSON *o = json_add_str(cJSON_CreateObject(), "Id", g->id), *types;

	json_add_str(o, "Name", g->name);
	json_add(o, "Status", emr_encode_group_status(g));
	json_add_str(o, "InstanceFleetType", names_get(&instance_role_names, (int)g->role));
	json_add_int(o, "TargetOnDemandCapacity", f->target_on_demand);
	json_add_int(o, "TargetSpotCapacity", f->target_spot);
	json_add_int(o, "ProvisionedOnDemandCapacity", f->provisioned_on_demand);
	json_add_int(o, "ProvisionedSpotCapacity", f->provisioned_spot);
	types = cJSON_AddArrayToObject(o, "InstanceTypeSpecifications");
	for (size_t i = 0; i < f->types.len; i++)
		cJSON_AddItemToArray(types, specification(&f->types.items[i], g->role));
	json_add(o, "LaunchSpecifications", parsed(f->launch));
	json_add(o, "ResizeSpecifications", parsed(f->resize));
	return json_add_str(o, "Context", f->context);
}

struct instance_group *emr_read_instance_fleet(const cJSON *v)
{
	struct instance_group *g = cJSON_IsObject(v) ? one_fleet(v) : NULL;
	struct fleet *f = g ? g->fleet : NULL;
	const cJSON *t;

	if (!g)
		return NULL;
	emr_read_group_status(v, g);
	f->provisioned_on_demand = json_int32(v, "ProvisionedOnDemandCapacity", 0);
	f->provisioned_spot = json_int32(v, "ProvisionedSpotCapacity", 0);
	decode_fleet_types(v, "InstanceTypeSpecifications", &f->types);
	text_set(&g->type, f->types.len ? f->types.items[0].type : "");
	cJSON_ArrayForEach(t, json_arr(v, "InstanceTypeSpecifications"))
		if (json_bool(t, "EbsOptimized", false))
			g->ebs_optimized = true;
	/* Units stand in for counts until the instances are known. */
	g->requested = f->target_on_demand + f->target_spot;
	g->running = f->provisioned_on_demand + f->provisioned_spot;
	return g;
}

/* ---- fleets and groups exclude each other ---- */

#define EXCLUSIVE "Instance fleets and instance groups are mutually exclusive. The EMR cluster specified " \
	"in the request uses instance %s. The %s operation does not support clusters that use instance %s."

int emr_error_uses_fleets(struct error *err, const char *operation, const char *instead)
{
	return emr_error_invalid_request(err, "API_DOES_NOT_SUPPORT_INSTANCE_FLEET_CLUSTERS",
	                                 EXCLUSIVE " Use the %s operation instead.", "fleets", operation,
	                                 "fleets", instead);
}

int emr_error_uses_groups(struct error *err, const char *operation, const char *instead)
{
	return emr_error_invalid_request(err, "API_DOES_NOT_SUPPORT_INSTANCE_GROUP_CLUSTERS",
	                                 EXCLUSIVE " Use the %s operation instead.", "groups", operation,
	                                 "groups", instead);
}

int emr_error_no_fleet(struct error *err, const char *id)
{
	return emr_error_invalid_request(err, NULL, "Instance fleet id '%.200s' is not valid.", id);
}

int emr_error_fleet_early(struct error *err)
{
	return emr_error_invalid_request(err, NULL, "An instance fleet may only be modified when the cluster is "
	                                            "running or waiting");
}
