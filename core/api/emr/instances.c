/* How a request defines its instances, and the rules over instance groups that need no state. The texts
 * are the ones that AWS answers with. */
#include <ctype.h>

#include "core/api/emr/decode.h"
#include "core/base/json.h"

static const char *role_word(enum instance_role r)
{
	return r == ROLE_MASTER ? "master" : r == ROLE_CORE ? "core" : "task";
}

/* Digits with at most one point; gives the decimals, or -1 when it is not a number. A sign is allowed so
 * that a negative price gets its own message. */
static int price_decimals(const char *s)
{
	int digits = 0, decimals = -1;
	if (*s == '-' || *s == '+')
		s++;
	for (; *s; s++) {
		if (*s == '.' && decimals < 0) {
			decimals = 0;
		} else if (isdigit((unsigned char)*s)) {
			digits++;
			decimals += decimals >= 0;
		} else {
			return -1;
		}
	}
	return digits ? (decimals < 0 ? 0 : decimals) : -1;
}

int emr_check_bid_price(const char *bid, struct error *err)
{
	int decimals = price_decimals(bid);
	if (decimals < 0)
		return emr_error_validation(err, "The bid price supplied for an instance group is invalid");
	if (strtod(bid, NULL) <= 0)
		return emr_error_validation(err, "The bid price is negative or zero.");
	if (decimals > 3)
		return emr_error_validation(err, "No more than 3 digits are allowed after decimal place in bid price");
	return 0;
}

static int check_bid(const struct instance_group *g, struct error *err)
{
	if (!g->bid_price)
		return 0;
	if (g->market == MARKET_ON_DEMAND)
		return emr_error_validation(err, "Attempted to set bid price for on demand instance group.");
	return emr_check_bid_price(g->bid_price, err);
}

int emr_check_group(const struct instance_group *g, struct error *err)
{
	if (g->requested < 1)
		return emr_error_validation(err, "An instance group must have at least one instance");
	return check_bid(g, err);
}

int emr_check_new_groups(const struct cluster *c, struct error *err)
{
	int n[3] = { 0 };
	for (size_t i = 0; i < c->groups.len; i++)
		n[c->groups.items[i]->role]++;
	if (!n[ROLE_MASTER])
		return emr_error_validation(err, "Zero master instance groups supplied, you must specify exactly one "
		                                 "master instance group");
	for (int r = ROLE_MASTER; r <= ROLE_CORE; r++)
		if (n[r] > 1)
			return emr_error_validation(err, "Multiple %s instance groups supplied, you must specify exactly "
			                            "one %s instance group", role_word((enum instance_role)r),
			                            role_word((enum instance_role)r));
	if (n[ROLE_TASK] && !n[ROLE_CORE])
		return emr_error_validation(err, "Clusters with task nodes must also define core nodes.");
	if (n[ROLE_TASK] > CLUSTER_TASK_GROUP_LIMIT)
		return emr_error_validation(err, "A cluster cannot have more than %d task instance groups.",
		                            CLUSTER_TASK_GROUP_LIMIT);
	int masters = cluster_group_of(c, ROLE_MASTER)->requested;
	if (masters != 1 && masters != 3)
		return emr_error_validation(err, "Master instance group must have exactly 3 instances for HA "
		                                 "clusters.");
	return 0;
}

static void add_group(struct cluster *c, enum instance_role role, const char *name, const char *type, int n)
{
	struct instance_group *g = instance_group_new();
	g->role = role;
	g->name = xstrdup(name);
	g->type = xstrdup(type);
	g->requested = n;
	vec_push(&c->groups, g);
}

/* MasterInstanceType, SlaveInstanceType, InstanceCount: a master and n - 1 others. */
static int decode_simple(const cJSON *in, struct cluster *c, struct error *err)
{
	const char *master = json_str(in, "MasterInstanceType", NULL);
	const char *slave = json_str(in, "SlaveInstanceType", master);
	int n = json_int32(in, "InstanceCount", 0);
	if (n < 1)
		return emr_error_validation(err, "An instance group must have at least one instance");
	if (!master)
		return emr_error_validation(err, "The master instance type is required with an instance count.");
	add_group(c, ROLE_MASTER, "Master Instance Group", master, 1);
	if (n > 1)
		add_group(c, ROLE_CORE, "Core Instance Group", slave, n - 1);
	return 0;
}

int emr_decode_instances(const cJSON *in, struct cluster *c, struct error *err)
{
	bool groups = cJSON_GetArraySize(json_arr(in, "InstanceGroups")) > 0;
	bool fleets = cJSON_GetArraySize(json_arr(in, "InstanceFleets")) > 0;
	bool simple = json_str(in, "MasterInstanceType", NULL) || json_str(in, "SlaveInstanceType", NULL) ||
	              cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(in, "InstanceCount"));
	if (groups + fleets + simple != 1)
		return emr_error_validation(err, "Please configure instances using one and only one of the following: "
		                            "instance groups; instance fleets; instance count, master and slave "
		                            "instance type.");
	c->uses_fleets = fleets;
	if (fleets)
		return emr_decode_fleets(in, &c->groups, err);
	int rc = simple ? decode_simple(in, c, err) : emr_decode_groups(in, &c->groups, err);
	if (!rc)
		rc = emr_check_new_groups(c, err);
	if (!rc && cJSON_GetArraySize(json_arr(in, "Ec2SubnetIds")) > 1)
		rc = emr_error_validation(err, "Only one subnet may be specified for clusters configured with instance "
		                               "groups. Revise the configuration and resubmit.");
	return rc;
}
