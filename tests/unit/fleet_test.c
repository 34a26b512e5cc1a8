/* Instance fleets: what is bought, from which pool, how they grow and shrink, and their time-outs. */
#include "tests/unit/control_fixture.h"

#include "core/base/clock.h"
#include "core/control/fleet/fleet.h"
#include "core/control/part.h"
#include "core/control/spot/spot_state.h"

#define REGION "us-east-1"
#define MASTER "{\"InstanceFleetType\":\"MASTER\",\"TargetOnDemandCapacity\":1,\"InstanceTypeConfigs\":[" \
	"{\"InstanceType\":\"m5.xlarge\"}]}"
#define TYPE(t, w) "{\"InstanceType\":\"" t "\",\"WeightedCapacity\":" #w "}"
#define CORE(od, spot, types, more) "{\"Name\":\"work\",\"InstanceFleetType\":\"CORE\",\"TargetOnDemandCapacity\":" #od \
	",\"TargetSpotCapacity\":" #spot ",\"InstanceTypeConfigs\":[" types "]" more "}"
#define LAUNCH(spot) ",\"LaunchSpecifications\":{\"SpotSpecification\":{\"TimeoutDurationMinutes\":10," \
	"\"TimeoutAction\":\"SWITCH_TO_ON_DEMAND\"" spot "}}"
#define STRATEGY(s) LAUNCH(",\"AllocationStrategy\":\"" s "\"")
#define FLEETS(list) "\"Instances\":{\"InstanceFleets\":[" MASTER "," list "],\"KeepJobFlowAliveWhenNoSteps\":true}"

static void look(struct fixture *f)
{
	parts_run(f->ctl, clock_now_ms());
	control_turn(f->ctl);
}

/* "m5.xlarge*2 r5.xlarge*1": live instances of a group by type and market, in the order of the types' arrival. */
static const char *bought(const struct cluster *c, const struct instance_group *g, enum market market)
{
	static char out[512];
	struct map *seen = map_new();
	size_t it = 0;
	const char *type;
	void *v;

	for (size_t i = 0; i < c->instances.len; i++) {
		const struct instance *in = c->instances.items[i];
		if (group_counts(c, g, in) && in->market == market)
			map_set(seen, in->type, (void *)((uintptr_t)map_get(seen, in->type) + 1));
	}
	out[0] = '\0';
	while (map_next(seen, &it, &type, &v))
		snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s*%d", out[0] ? " " : "", type,
		         (int)(uintptr_t)v);
	map_free(seen, NULL);
	return out;
}

static const cJSON *fleet_json_of(struct fixture *f, const struct cluster *c, int i)
{
	const cJSON *r = ask(f, "ElasticMapReduce.ListInstanceFleets", "{\"ClusterId\":\"%s\"}", c->id);

	return cJSON_GetArrayItem(json_arr(r, "InstanceFleets"), i);
}

/* ---- life ---- */

static void test_weights_fill_both_targets(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run(f, FLEETS(CORE(5, 6, TYPE("m5.xlarge", 2) "," TYPE("m5.2xlarge", 4), "")));
	struct instance_group *g = c->groups.items[1];

	assert_memory_equal(g->id, "if-", 3);
	assert_string_equal(bought(c, g, MARKET_ON_DEMAND), "m5.xlarge*3"); /* 6 units: one too many is allowed */
	assert_string_equal(bought(c, g, MARKET_SPOT), "m5.xlarge*3");
	assert_int_equal(g->requested, 6);
	assert_int_equal(f->spawns, 7);
	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_int_equal(g->state, GROUP_RUNNING);
	const cJSON *x = fleet_json_of(f, c, 1);
	assert_string_equal(json_str(x, "Id", ""), g->id);
	assert_string_equal(json_str(x, "Name", ""), "work");
	assert_string_equal(json_str(x, "InstanceFleetType", ""), "CORE");
	assert_int_equal(json_int(x, "TargetOnDemandCapacity", 0), 5);
	assert_int_equal(json_int(x, "ProvisionedOnDemandCapacity", 0), 6);
	assert_int_equal(json_int(x, "ProvisionedSpotCapacity", 0), 6);
	assert_string_equal(json_str(json_obj(x, "Status"), "State", ""), "RUNNING");
	assert_int_equal(json_int(cJSON_GetArrayItem(json_arr(x, "InstanceTypeSpecifications"), 1),
	                          "WeightedCapacity", 0), 4);
	const cJSON *d = ask(f, "ElasticMapReduce.DescribeCluster", "{\"ClusterId\":\"%s\"}", c->id);
	assert_string_equal(json_str(json_obj(d, "Cluster"), "InstanceCollectionType", ""), "INSTANCE_FLEET");
	const cJSON *l = ask(f, "ElasticMapReduce.ListInstances",
	                     "{\"ClusterId\":\"%s\",\"InstanceFleetType\":\"CORE\"}", c->id);
	assert_int_equal(cJSON_GetArraySize(json_arr(l, "Instances")), 6);
	const cJSON *i = cJSON_GetArrayItem(json_arr(l, "Instances"), 0);
	assert_string_equal(json_str(i, "InstanceFleetId", ""), g->id);
	assert_null(json_str(i, "InstanceGroupId", NULL));
}

static void test_restart_keeps_fleets(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run_up(f, FLEETS(CORE(2, 2, "{\"InstanceType\":\"r5.xlarge\",\"WeightedCapacity\":2,"
	                       "\"BidPrice\":\"0.2\",\"Priority\":3}", STRATEGY("diversified")
	                       ",\"ResizeSpecifications\":{\"SpotResizeSpecification\":{\"TimeoutDurationMinutes\":20}}")));
	char id[64];

	strcpy(id, c->id);
	close_control(f);
	open_control(f);
	c = find_cluster(f->ctl, id);
	assert_true(c->uses_fleets);
	const struct fleet *x = c->groups.items[1]->fleet;
	assert_non_null(x);
	assert_int_equal(x->target_on_demand, 2);
	assert_int_equal(x->spot_strategy, SPOT_DIVERSIFIED);
	assert_int_equal(x->spot_timeout_min, 10);
	assert_int_equal(x->spot_resize_min, 20);
	assert_string_equal(x->types.items[0].bid_price, "0.2");
	assert_true(x->types.items[0].priority == 3);
	assert_int_equal(x->types.items[0].weight, 2);
	assert_non_null(strstr(x->launch, "diversified"));
	control_turn(f->ctl);
	assert_int_equal(c->instances.len, 3); /* nothing is bought twice */
}

static void resize(struct fixture *f, struct cluster *c, int group, const char *what)
{
	ask(f, "ElasticMapReduce.ModifyInstanceFleet",
	    "{\"ClusterId\":\"%s\",\"InstanceFleet\":{\"InstanceFleetId\":\"%s\",%s}}", c->id,
	    c->groups.items[group]->id, what);
}

static void its_end(struct fixture *f, struct cluster *c)
{
	for (size_t i = 0; i < c->instances.len; i++) {
		struct node *n = c->instances.items[i]->runtime;
		if (n && n->stopping) {
			link_close(n->link);
			node_link_closed(f->ctl, n);
		}
	}
	control_turn(f->ctl);
}

static void test_resize(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run_up(f, FLEETS(CORE(4, 0, TYPE("m5.xlarge", 1) "," TYPE("m5.2xlarge", 3), "")));
	struct instance_group *g = c->groups.items[1];

	/* 0.384 for three units is cheaper than 0.192 for one. */
	assert_string_equal(bought(c, g, MARKET_ON_DEMAND), "m5.2xlarge*2");
	resize(f, c, 1, "\"TargetOnDemandCapacity\":8,\"TargetSpotCapacity\":2");
	assert_int_equal(f->status, 200);
	assert_int_equal(g->state, GROUP_RESIZING);
	assert_string_equal(bought(c, g, MARKET_ON_DEMAND), "m5.2xlarge*3");
	assert_string_equal(bought(c, g, MARKET_SPOT), "m5.2xlarge*1");
	hello_all(f, c);
	assert_int_equal(g->state, GROUP_RUNNING);
	/* Nine units for two: two nodes of three units go, the third would be too much. */
	resize(f, c, 1, "\"TargetOnDemandCapacity\":2,\"TargetSpotCapacity\":0");
	assert_string_equal(bought(c, g, MARKET_ON_DEMAND), "m5.2xlarge*1");
	assert_string_equal(bought(c, g, MARKET_SPOT), "");
	its_end(f, c);
	assert_int_equal(g->state, GROUP_RUNNING);
	assert_int_equal(g->fleet->provisioned_on_demand, 3);
	assert_int_equal(g->fleet->provisioned_spot, 0);
	resize(f, c, 1, "\"TargetOnDemandCapacity\":0");
	assert_string_equal(f->error, "InvalidRequestException");
	assert_string_equal(f->message, "The instance fleet (work) should have a value of one or greater for "
	                    "either targetOnDemandCapacity or targetSpotCapacity.");
	resize(f, c, 0, "\"TargetOnDemandCapacity\":1");
	assert_string_equal(f->error, "InvalidRequestException");
	ask(f, "ElasticMapReduce.AddInstanceFleet", "{\"ClusterId\":\"%s\",\"InstanceFleet\":{\"InstanceFleetType\":"
	    "\"TASK\",\"TargetSpotCapacity\":2,\"InstanceTypeConfigs\":[{\"InstanceType\":\"c5.xlarge\"}]}}", c->id);
	assert_int_equal(f->status, 200);
	assert_int_equal(c->groups.len, 3);
	assert_string_equal(bought(c, c->groups.items[2], MARKET_SPOT), "c5.xlarge*2");
	ask(f, "ElasticMapReduce.AddInstanceFleet", "{\"ClusterId\":\"%s\",\"InstanceFleet\":{\"InstanceFleetType\":"
	    "\"TASK\",\"TargetSpotCapacity\":2,\"InstanceTypeConfigs\":[{\"InstanceType\":\"c5.xlarge\"}]}}", c->id);
	assert_string_equal(f->error, "InvalidRequestException");
	hello_all(f, c);
	resize(f, c, 2, "\"TargetSpotCapacity\":0"); /* a task fleet may be emptied */
	assert_int_equal(f->status, 200);
	its_end(f, c);
	assert_int_equal(c->groups.items[2]->requested, 0);
	assert_int_equal(c->groups.items[2]->state, GROUP_RUNNING);
}

/* ---- strategies: the same market, five answers ---- */

#define FOUR TYPE("m5.xlarge", 1) "," TYPE("c5.xlarge", 1) "," TYPE("r5.xlarge", 1)

/* r5 is cheap and nearly empty, c5 the second cheapest and deep, m5 deepest and dear. */
static void market(struct fixture *f)
{
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Price\":0.09,\"Capacity\":100}");
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"c5.xlarge\",\"Price\":0.05,\"Capacity\":70}");
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"r5.xlarge\",\"Price\":0.03,\"Capacity\":4}");
}

static const char *spot_of(struct fixture *f, const char *options)
{
	struct cluster *c = run(f, options);

	return bought(c, c->groups.items[1], MARKET_SPOT);
}

static void test_strategies_differ(void **state)
{
	struct fixture *f = *state;

	market(f);
	assert_string_equal(spot_of(f, FLEETS(CORE(0, 3, FOUR, STRATEGY("price-capacity-optimized")))),
	                    "c5.xlarge*3");
	assert_string_equal(spot_of(f, FLEETS(CORE(0, 3, FOUR, STRATEGY("capacity-optimized")))), "m5.xlarge*3");
	assert_string_equal(spot_of(f, FLEETS(CORE(0, 6, FOUR, STRATEGY("diversified")))),
	                    "r5.xlarge*2 c5.xlarge*2 m5.xlarge*2");
	/* Two are left of the cheapest. */
	assert_string_equal(spot_of(f, FLEETS(CORE(0, 3, FOUR, STRATEGY("lowest-price")))),
	                    "r5.xlarge*2 c5.xlarge*1");
	assert_string_equal(spot_of(f, FLEETS(CORE(0, 3,
	                    "{\"InstanceType\":\"m5.xlarge\",\"Priority\":2},{\"InstanceType\":\"c5.xlarge\",\"Priority\":1},"
	                    "{\"InstanceType\":\"r5.xlarge\",\"Priority\":0}", STRATEGY("capacity-optimized-prioritized")))),
	                    "c5.xlarge*3");
}

static void test_on_demand_strategies(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run(f, FLEETS(CORE(2, 0, "{\"InstanceType\":\"r5.xlarge\",\"Priority\":0},"
	                        "{\"InstanceType\":\"c5.xlarge\",\"Priority\":1}",
	                        ",\"LaunchSpecifications\":{\"OnDemandSpecification\":{\"AllocationStrategy\":"
	                        "\"prioritized\"}}")));

	assert_string_equal(bought(c, c->groups.items[1], MARKET_ON_DEMAND), "r5.xlarge*2");
	c = run(f, FLEETS(CORE(2, 0, TYPE("r5.xlarge", 1) "," TYPE("c5.xlarge", 1), "")));
	assert_string_equal(bought(c, c->groups.items[1], MARKET_ON_DEMAND), "c5.xlarge*2");
}

static void test_bids_by_type(void **state)
{
	struct fixture *f = *state;

	market(f);
	assert_string_equal(spot_of(f, FLEETS(CORE(0, 1, "{\"InstanceType\":\"r5.xlarge\",\"BidPrice\":\"0.02\"},"
	                    "{\"InstanceType\":\"c5.xlarge\",\"BidPriceAsPercentageOfOnDemandPrice\":20},"
	                    "{\"InstanceType\":\"m5.xlarge\"}", ""))), "m5.xlarge*1");
}

/* ---- time-outs ---- */

#define NOTHING "{\"InstanceType\":\"m5.xlarge\",\"Available\":false}"

static void minutes_pass(struct fixture *f, struct instance_group *g, int minutes)
{
	struct { int64_t next; } *s = f->ctl->parts[PART_FLEET];

	g->timeline.created -= minutes * 60000LL;
	if (g->fleet->wanted_since)
		g->fleet->wanted_since -= minutes * 60000LL;
	if (s->next)
		s->next -= minutes * 60000LL;
	look(f);
}

static void test_timeout_switches_to_on_demand(void **state)
{
	struct fixture *f = *state;

	good(f, "Stoker.PutSpotPrice", NOTHING);
	struct cluster *c = run(f, FLEETS(CORE(1, 3, TYPE("m5.xlarge", 1), LAUNCH(""))));
	struct instance_group *g = c->groups.items[1];
	look(f);
	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_STARTING);
	assert_int_equal(g->requested, 4);
	minutes_pass(f, g, 9);
	assert_int_equal(g->fleet->target_spot, 3);
	minutes_pass(f, g, 1);
	assert_int_equal(g->fleet->target_spot, 0);
	assert_int_equal(g->fleet->target_on_demand, 4);
	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_int_equal(g->fleet->provisioned_on_demand, 4);
}

static void test_timeout_terminates(void **state)
{
	struct fixture *f = *state;

	good(f, "Stoker.PutSpotPrice", NOTHING);
	struct cluster *c = run(f, FLEETS(CORE(0, 2, TYPE("m5.xlarge", 1), ",\"LaunchSpecifications\":{"
	                        "\"SpotSpecification\":{\"TimeoutDurationMinutes\":5,\"TimeoutAction\":"
	                        "\"TERMINATE_CLUSTER\"}}")));
	look(f);
	hello_all(f, c);
	minutes_pass(f, c->groups.items[1], 5);
	its_end(f, c);
	assert_int_equal(c->state, CLUSTER_TERMINATED_WITH_ERRORS);
	assert_int_equal(c->reason, CLUSTER_REASON_INSTANCE_FLEET_TIMEOUT);
}

static void test_loss_is_replaced_from_another_pool(void **state)
{
	struct fixture *f = *state;

	market(f);
	struct cluster *c = run_up(f, FLEETS(CORE(1, 2, FOUR, STRATEGY("lowest-price"))));
	struct instance_group *g = c->groups.items[1];
	assert_string_equal(bought(c, g, MARKET_SPOT), "r5.xlarge*2");
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"r5.xlarge\",\"Available\":false}");
	look(f);
	assert_string_equal(bought(c, g, MARKET_SPOT), "c5.xlarge*2");
	its_end(f, c);
	hello_all(f, c);
	assert_int_equal(g->state, GROUP_RUNNING);
	assert_int_equal(g->fleet->provisioned_spot, 2);
	/* Now no pool has any: it waits an hour, then gives up, and comes back with the market. */
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"c5.xlarge\",\"Available\":false}");
	good(f, "Stoker.PutSpotPrice", NOTHING);
	look(f);
	its_end(f, c);
	assert_int_equal(g->state, GROUP_RESIZING);
	minutes_pass(f, g, 59);
	assert_false(g->fleet->given_up);
	minutes_pass(f, g, 1);
	assert_true(g->fleet->given_up);
	assert_int_equal(g->state, GROUP_RUNNING);
	assert_int_equal(g->fleet->provisioned_spot, 0);
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"c5.xlarge\",\"Available\":true}");
	look(f);
	assert_string_equal(bought(c, g, MARKET_SPOT), "c5.xlarge*2");
	assert_int_equal(g->fleet->target_spot, 2);
}

/* ---- refusals ---- */

static void refused(struct fixture *f, const char *instances, const char *message)
{
	ask(f, "ElasticMapReduce.RunJobFlow", "{\"Name\":\"t\",\"ReleaseLabel\":\"emr-7.5.0\",%s}", instances);
	assert_string_equal(f->error, "ValidationException");
	if (!strstr(f->message, message))
		fail_msg("\"%s\" is not in \"%s\"", message, f->message);
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;

	refused(f, "\"Instances\":{\"InstanceFleets\":[{\"InstanceFleetType\":\"MASTER\",\"TargetOnDemandCapacity\":2,"
	        "\"InstanceTypeConfigs\":[{\"InstanceType\":\"m5.xlarge\"}]}]}",
	        "A master instance fleet can only have a target capacity of 1. Revise the configuration and resubmit.");
	refused(f, FLEETS(CORE(0, 0, TYPE("m5.xlarge", 1), "")), "The instance fleet (work) should have a value "
	        "of one or greater for either targetOnDemandCapacity or targetSpotCapacity.");
	refused(f, "\"Instances\":{\"InstanceFleets\":[" CORE(1, 0, TYPE("m5.xlarge", 1), "") "]}",
	        "No master instance fleets were supplied");
	refused(f, FLEETS(CORE(1, 0, "{\"InstanceType\":\"m5.xlarge\",\"BidPrice\":\"1\","
	                       "\"BidPriceAsPercentageOfOnDemandPrice\":50}", "")),
	        "Specify at most one of bidPrice or bidPriceAsPercentageOfOnDemandPrice");
	refused(f, FLEETS(CORE(1, 0, "{\"InstanceType\":\"m5.xlarge\",\"BidPrice\":\"0.1234\"}", "")),
	        "No more than 3 digits");
	refused(f, FLEETS(CORE(1, 0, TYPE("m5.xlarge", 0), "")), "weighted capacity");
	refused(f, FLEETS(CORE(1, 0, "", "")), "at least one instance type");
	refused(f, FLEETS(CORE(1, 0, TYPE("a", 1) "," TYPE("b", 1) "," TYPE("c", 1) "," TYPE("d", 1) "," TYPE("e", 1) ","
	                       TYPE("f", 1), "")), "at most 5 instance type");
	refused(f, FLEETS(CORE(1, 0, TYPE("a", 1) "," TYPE("a", 1), "")), "more than once");
	refused(f, FLEETS(CORE(9000, 1001, TYPE("a", 1), "")), "cannot exceed 10000 units");
	refused(f, FLEETS(CORE(1, 1, TYPE("a", 1), ",\"LaunchSpecifications\":{\"SpotSpecification\":{"
	                       "\"TimeoutDurationMinutes\":4,\"TimeoutAction\":\"TERMINATE_CLUSTER\"}}")),
	        "between 5 and 1440");
	refused(f, FLEETS(CORE(1, 1, TYPE("a", 1), ",\"LaunchSpecifications\":{\"SpotSpecification\":{"
	                       "\"TimeoutDurationMinutes\":5,\"TimeoutAction\":\"SLEEP\"}}")),
	        "Member must satisfy enum value set: [SWITCH_TO_ON_DEMAND, TERMINATE_CLUSTER]");
	refused(f, FLEETS(CORE(1, 1, TYPE("a", 1), ",\"ResizeSpecifications\":{\"SpotResizeSpecification\":{"
	                       "\"TimeoutDurationMinutes\":4}}")), "between 5 and 10080");
	refused(f, "\"Instances\":{" GROUPS ",\"InstanceFleets\":[" MASTER "]}",
	        "one and only one of the following");
	struct cluster *c = run(f, FLEETS(CORE(1, 0, TYPE("a", 1) "," TYPE("b", 1) "," TYPE("c", 1) "," TYPE("d", 1) ","
	                        TYPE("e", 1) "," TYPE("f", 1), STRATEGY("diversified"))));
	assert_int_equal(c->groups.items[1]->fleet->types.len, 6);
	resize(f, c, 1, "\"TargetOnDemandCapacity\":3");
	assert_string_equal(f->message, "An instance fleet may only be modified when the cluster is running or "
	                    "waiting");
}

static void test_fleets_and_groups_exclude_each_other(void **state)
{
	struct fixture *f = *state;
	struct cluster *groups = waiting(f), *fleets = run_up(f, FLEETS(CORE(1, 0, TYPE("m5.xlarge", 1), "")));
	static const struct { const char *op, *more; } on_fleets[] = {
		{ "ListInstanceGroups", "" }, { "ListInstances", ",\"InstanceGroupTypes\":[\"CORE\"]" },
		{ "ModifyInstanceGroups",
		 ",\"InstanceGroups\":[{\"InstanceGroupId\":\"ig-1\",\"InstanceCount\":2}]" },
	}, on_groups[] = {
		{ "ListInstanceFleets", "" }, { "ListInstances", ",\"InstanceFleetType\":\"CORE\"" },
		{ "ModifyInstanceFleet",
		 ",\"InstanceFleet\":{\"InstanceFleetId\":\"if-1\",\"TargetSpotCapacity\":1}" },
	};

	for (int i = 0; i < 3; i++) {
		char *target = xasprintf("ElasticMapReduce.%s", on_fleets[i].op);
		ask(f, target, "{\"ClusterId\":\"%s\"%s}", fleets->id, on_fleets[i].more);
		assert_string_equal(f->error, "InvalidRequestException");
		assert_string_equal(json_str(f->reply, "ErrorCode", ""),
		                    "API_DOES_NOT_SUPPORT_INSTANCE_FLEET_CLUSTERS");
		free(target);
		target = xasprintf("ElasticMapReduce.%s", on_groups[i].op);
		ask(f, target, "{\"ClusterId\":\"%s\"%s}", groups->id, on_groups[i].more);
		assert_string_equal(f->error, "InvalidRequestException");
		free(target);
	}
	ask(f, "ElasticMapReduce.ListInstanceGroups", "{\"ClusterId\":\"%s\"}", fleets->id);
	assert_string_equal(f->message, "Instance fleets and instance groups are mutually exclusive. The EMR "
	                    "cluster specified in the request uses instance fleets. The ListInstanceGroups "
	                    "operation does not support clusters that use instance fleets. Use the "
	                    "ListInstanceFleets operation instead.");
	ask(f, "ElasticMapReduce.AddInstanceGroups", "{\"JobFlowId\":\"%s\",\"InstanceGroups\":[{\"InstanceRole\":\"TASK\","
	    "\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":1}]}", fleets->id);
	assert_string_equal(f->error, "InvalidRequestException");
}

/* What a client reads is what the server had, and it can ask for the same again. */
static void test_client_reads_it_back(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run_up(f, FLEETS(CORE(1, 2, "{\"InstanceType\":\"r5.xlarge\",\"WeightedCapacity\":2,\"BidPrice\":"
	                       "\"0.2\"}", STRATEGY("diversified"))));
	struct instance_group *g = emr_read_instance_fleet(fleet_json_of(f, c, 1));

	assert_string_equal(g->id, c->groups.items[1]->id);
	assert_int_equal(g->role, ROLE_CORE);
	assert_int_equal(g->state, GROUP_RUNNING);
	assert_int_equal(g->fleet->provisioned_spot, 2);
	assert_int_equal(g->requested, 3);
	assert_int_equal(g->running, 4);
	cJSON *again = emr_request_instance_fleet(g);
	assert_string_equal(json_str(cJSON_GetArrayItem(json_arr(again, "InstanceTypeConfigs"), 0), "BidPrice",
	                             ""), "0.2");
	assert_int_equal(json_int(again, "TargetSpotCapacity", 0), 2);
	struct error err = ERROR_INIT;
	struct instance_group *copy = NULL;
	assert_int_equal(emr_decode_fleet(again, &copy, &err), 0);
	assert_int_equal(copy->fleet->spot_strategy, SPOT_DIVERSIFIED);
	instance_group_free(copy);
	instance_group_free(g);
	cJSON_Delete(again);
}

int main(void)
{
	setenv("STOKER_LOG", "error", 0);
	log_open("test");
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_weights_fill_both_targets), T(test_restart_keeps_fleets), T(test_resize),
		        T(test_strategies_differ),
		T(test_on_demand_strategies), T(test_bids_by_type), T(test_timeout_switches_to_on_demand),
		T(test_timeout_terminates), T(test_loss_is_replaced_from_another_pool), T(test_refusals),
		T(test_fleets_and_groups_exclude_each_other), T(test_client_reads_it_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
