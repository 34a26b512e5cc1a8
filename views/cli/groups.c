#include "views/cli/groups.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

int ask_groups(struct cli *c, const char *cluster, cJSON **groups, bool *fleets, struct error *err)
{
	int rc = ask_all(c, "ListInstanceGroups", json_add_str(cJSON_CreateObject(), "ClusterId", cluster),
	                 "InstanceGroups", 0, groups, err);

	*fleets = rc && strstr(err->message, "uses instance fleets"); /* AWS's own words */
	if (!*fleets)
		return rc;
	memset(err, 0, sizeof *err);
	return ask_all(c, "ListInstanceFleets", json_add_str(cJSON_CreateObject(), "ClusterId", cluster),
	               "InstanceFleets", 0, groups, err);
}

const char *group_role(const cJSON *g)
{
	return json_str(g, "InstanceGroupType", json_str(g, "InstanceFleetType", "-"));
}

const char *group_types(const cJSON *g, char *out, size_t size)
{
	const cJSON *types = json_arr(g, "InstanceTypeSpecifications");
	int n = cJSON_GetArraySize(types);

	if (!types)
		snprintf(out, size, "%s", json_str(g, "InstanceType", "-"));
	else if (n < 2)
		snprintf(out, size, "%s", n ? json_str(types->child, "InstanceType", "-") : "-");
	else
		snprintf(out, size, "%s +%d", json_str(types->child, "InstanceType", "-"), n - 1);
	return out;
}

const char *group_market(const cJSON *g, char *out, size_t size)
{
	int on_demand = (int)json_int(g, "TargetOnDemandCapacity", 0),
	        spot = (int)json_int(g, "TargetSpotCapacity", 0);

	if (!json_str(g, "InstanceFleetType", NULL))
		snprintf(out, size, "%s", json_str(g, "Market", "-"));
	else if (!spot || !on_demand)
		snprintf(out, size, "%s", spot ? "SPOT" : "ON_DEMAND");
	else
		snprintf(out, size, "%d on demand + %d spot", on_demand, spot);
	return out;
}

int group_wanted(const cJSON *g)
{
	return (int)(json_int(g, "RequestedInstanceCount", 0) + json_int(g, "TargetOnDemandCapacity", 0) +
	             json_int(g, "TargetSpotCapacity", 0));
}

int group_running(const cJSON *g)
{
	return (int)(json_int(g, "RunningInstanceCount", 0) + json_int(g, "ProvisionedOnDemandCapacity", 0) +
	             json_int(g, "ProvisionedSpotCapacity", 0));
}

/* ---- a fleet in one word ---- */

static bool number(const char *s, size_t n, int *out)
{
	char *copy = xstrndup(s, n), *end;
	long v = strtol(copy, &end, 10);
	bool ok = n && !*end && v >= 0 && v <= 100000;

	*out = (int)v;
	free(copy);
	return ok;
}

/* "2", "2+6", "+6": on demand, and spot. */
static bool parse_units(const char *s, size_t n, int *on_demand, int *spot)
{
	const char *plus = memchr(s, '+', n);
	size_t first = plus ? (size_t)(plus - s) : n;

	*on_demand = *spot = 0;
	if (first && !number(s, first, on_demand))
		return false;
	if (plus && !number(plus + 1, n - first - 1, spot))
		return false;
	return n > 0;
}

static int parse_types(const char *s, cJSON *types, struct error *err)
{
	char *copy = xstrdup(s), *save = NULL;
	int rc = 0;

	for (char *word = strtok_r(copy, ",", &save); word && !rc; word = strtok_r(NULL, ",", &save)) {
		char *equal = strchr(word, '=');
		int weight = 1;
		if (equal)
			*equal = '\0';
		if (!*word || (equal && (!number(equal + 1, strlen(equal + 1), &weight) || !weight)))
			rc = error_set(err, ERR_INVALID, "--fleet: \"%s\" is not TYPE or TYPE=WEIGHT", word);
		else
			cJSON_AddItemToArray(types, json_add_int(json_add_str(cJSON_CreateObject(), "InstanceType", word),
			                                         "WeightedCapacity", weight));
	}
	free(copy);
	return !rc && !types->child ? error_set(err, ERR_INVALID, "--fleet: it names no instance type") : rc;
}

static void add_launch(cJSON *fleet, int spot, int on_demand, const char *strategy, int timeout_min,
                       bool terminate)
{
	cJSON *launch = cJSON_CreateObject(), *x;

	if (spot && (timeout_min || strategy)) {
		x = cJSON_AddObjectToObject(launch, "SpotSpecification");
		json_add_int(x, "TimeoutDurationMinutes", timeout_min ? timeout_min : 60);
		json_add_str(x, "TimeoutAction", terminate ? "TERMINATE_CLUSTER" : "SWITCH_TO_ON_DEMAND");
		json_add_str(x, "AllocationStrategy", strategy);
	}
	if (on_demand && strategy) {
		x = cJSON_AddObjectToObject(launch, "OnDemandSpecification");
		json_add_str(x, "AllocationStrategy", strstr(strategy, "prioritized") ? "prioritized"
		             : "lowest-price");
	}
	if (launch->child)
		json_add(fleet, "LaunchSpecifications", launch);
	else
		cJSON_Delete(launch);
}

int fleet_parse(const char *text, const char *strategy, int timeout_min, bool terminate, cJSON **out,
                struct error *err)
{
	static const char *const roles[] = { "master", "core", "task" };
	const char *colon = strchr(text, ':'), *second = colon ? strchr(colon + 1, ':') : NULL, *role = NULL;
	int on_demand, spot;

	for (size_t i = 0; colon && i < 3; i++)
		if (strlen(roles[i]) == (size_t)(colon - text) && !strncasecmp(roles[i], text, strlen(roles[i])))
			role = i == 0 ? "MASTER" : i == 1 ? "CORE" : "TASK";
	if (!second || !role || !parse_units(colon + 1, (size_t)(second - colon - 1), &on_demand, &spot))
		return error_set(err, ERR_INVALID, "--fleet: \"%s\" is not ROLE:UNITS+SPOTUNITS:TYPE,TYPE=WEIGHT,… "
		                 "as core:2+6:m5.xlarge,m5.2xlarge=2", text);
	cJSON *f = json_add_str(cJSON_CreateObject(), "Name", role), *types = cJSON_CreateArray();
	json_add_str(f, "InstanceFleetType", role);
	json_add_int(f, "TargetOnDemandCapacity", on_demand);
	json_add_int(f, "TargetSpotCapacity", spot);
	json_add(f, "InstanceTypeConfigs", types);
	add_launch(f, spot, on_demand, strategy, timeout_min, terminate);
	int rc = parse_types(second + 1, types, err);
	if (rc)
		cJSON_Delete(f);
	else
		*out = f;
	return rc;
}
