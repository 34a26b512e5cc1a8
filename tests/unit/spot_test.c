/* The spot market: prices and what they come to, waiting for the market, interruptions and what follows. */
#include "tests/unit/control_fixture.h"

#include "core/base/clock.h"
#include "core/control/part.h"
#include "core/control/spot/spot_state.h"
#include "core/model/price.h"

#define SPOT_GROUPS "\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\",\"InstanceType\":\"m5.xlarge\"," \
	"\"InstanceCount\":1},{\"InstanceRole\":\"CORE\",\"InstanceType\":\"m5.xlarge\",\"InstanceCount\":2," \
	"\"Market\":\"SPOT\",\"BidPrice\":\"0.10\"}]"
#define REGION "us-east-1"

/* The parts look at what a request left for them. */
static void look(struct fixture *f)
{
	parts_run(f->ctl, clock_now_ms());
	control_turn(f->ctl);
}

static struct cluster *spot_cluster(struct fixture *f)
{
	struct cluster *c = run(f, "\"Instances\":{" SPOT_GROUPS ",\"KeepJobFlowAliveWhenNoSteps\":true}");

	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_WAITING);
	return c;
}

static struct node *node_at(struct cluster *c, size_t i)
{
	return c->instances.items[i]->runtime;
}

static void gone(struct fixture *f, struct node *n)
{
	link_close(n->link);
	node_link_closed(f->ctl, n);
	control_turn(f->ctl);
}

static int count_sent(struct fixture *f, const char *type)
{
	int n = 0;

	for (size_t i = 0; i < f->sent.len; i++)
		n += !strcmp(json_str(f->sent.items[i].msg, "type", ""), type);
	return n;
}

/* The first look after its time has come. */
static void its_time_comes(struct fixture *f, struct node *n)
{
	n->drain_deadline = mono_ms() - 1;
	wake_cluster(f->ctl, n->c);
	control_turn(f->ctl);
	assert_true(n->stopping);
}

static const cJSON *interruption(struct fixture *f, int i)
{
	return cJSON_GetArrayItem(json_arr(good(f, "Stoker.ListSpotInterruptions", "{}"), "Interruptions"), i);
}

/* ---- prices ---- */

static bool near(double a, double b)
{
	return a - b < 1e-9 && b - a < 1e-9;
}

static void test_prices(void **state)
{
	struct fixture *f = *state;
	const cJSON *r = good(f, "Stoker.ListSpotPrices", "{\"InstanceTypes\":[\"m5.xlarge\",\"z9.huge\"]}");
	const cJSON *known = cJSON_GetArrayItem(json_arr(r, "SpotPrices"), 0);
	const cJSON *unknown = cJSON_GetArrayItem(json_arr(r, "SpotPrices"), 1);

	assert_true(near(json_num(known, "Price", 0), 0.0672));
	assert_true(json_bool(known, "Estimate", false));
	assert_true(near(json_num(known, "OnDemandPrice", 0), 0.192));
	assert_true(json_bool(known, "Available", false));
	assert_null(cJSON_GetObjectItem(unknown, "Price"));
	assert_null(cJSON_GetObjectItem(unknown, "OnDemandPrice"));
	r = good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Price\":0.08}");
	assert_true(near(json_num(r, "Price", 0), 0.08));
	assert_false(json_bool(r, "Estimate", true));
	assert_true(json_num(r, "Since", 0) > 0);
	assert_true(near(spot_price_at(f->ctl, REGION, "m5.xlarge", clock_now_ms()), 0.08));
	assert_true(near(spot_price_at(f->ctl, REGION, "m5.xlarge", 1000), 0.0672));
	assert_true(near(spot_price_at(f->ctl, "eu-west-1", "m5.xlarge", clock_now_ms()), 0.0749));
	assert_true(spot_price_at(f->ctl, "cn-north-1", "m5.xlarge", clock_now_ms()) == PRICE_UNKNOWN);
	assert_true(spot_price_at(f->ctl, REGION, "z9.huge", clock_now_ms()) == PRICE_UNKNOWN);
	r = good(f, "Stoker.ListSpotPrices", "{\"InstanceTypes\":[\"m5.xlarge\"],\"Since\":1}");
	assert_int_equal(cJSON_GetArraySize(json_arr(cJSON_GetArrayItem(json_arr(r, "SpotPrices"), 0),
	                                             "History")), 2);
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"z9.huge\",\"Capacity\":3}");
	close_control(f);
	open_control(f);
	assert_true(near(spot_price_at(f->ctl, REGION, "m5.xlarge", clock_now_ms()), 0.08));
	assert_int_equal(spot_room(f->ctl, REGION, "z9.huge"), 3);
}

static void test_bad_requests(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = {
		"{}", "{\"InstanceType\":\"m5.xlarge\"}", "{\"InstanceType\":\"m5.xlarge\",\"Price\":0}",
		"{\"InstanceType\":\"m5.xlarge\",\"Price\":\"1\"}", "{\"InstanceType\":\"m5.xlarge\",\"Price\":-1}",
		"{\"InstanceType\":\"m5.xlarge\",\"Available\":1}",
		        "{\"InstanceType\":\"m5.xlarge\",\"Capacity\":1.5}",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ask(f, "Stoker.PutSpotPrice", "%s", bad[i]);
		assert_string_equal(f->error, "ValidationException");
	}
	ask(f, "Stoker.InterruptSpot", "{}");
	assert_string_equal(f->error, "ValidationException");
	ask(f, "Stoker.InterruptSpot", "{\"InstanceIds\":[\"i-1\"]}");
	assert_string_equal(f->message, "Instance id 'i-1' is not valid.");
	ask(f, "Stoker.InterruptSpot", "{\"All\":true,\"NoticeSeconds\":-1}");
	assert_string_equal(f->error, "ValidationException");
	struct cluster *c = waiting(f);
	ask(f, "Stoker.InterruptSpot", "{\"InstanceIds\":[\"%s\"]}", c->instances.items[1]->id);
	assert_non_null(strstr(f->message, "on demand"));
	ask(f, "Stoker.ListSpotInterruptions", "{\"NextToken\":\"x\"}");
	assert_string_equal(f->error, "ValidationException");
}

/* Asking for prices of what nobody ever had keeps nothing. */
static void test_reading_makes_no_pools(void **state)
{
	struct fixture *f = *state;
	size_t pools = map_len(spot_state(f->ctl)->pools);
	const cJSON *p = json_arr(good(f, "Stoker.ListSpotPrices", "{\"InstanceTypes\":[\"x1.odd\",\"x2.odd\",\"m5.large\"],"
	                                "\"Since\":1}"), "SpotPrices");

	assert_int_equal(cJSON_GetArraySize(p), 3);
	assert_false(cJSON_HasObjectItem(p->child, "Price"));
	assert_true(json_bool(p->child, "Available", false));
	assert_true(json_num(p->child->next->next, "Price", 0) > 0);
	assert_true(spot_price_at(f->ctl, REGION, "x3.odd", 0) < 0);
	assert_false(spot_price_is_set(f->ctl, REGION, "x3.odd"));
	good(f, "Stoker.ListSpotPrices", "{}");
	assert_int_equal(map_len(spot_state(f->ctl)->pools), pools);
}

/* Two prices, half an hour each; and the first minute is always paid. */
static void test_cost_follows_the_price(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = spot_cluster(f);
	struct instance *i = c->instances.items[1];
	struct spot_pool *p = spot_pool(f->ctl, REGION, "m5.xlarge");
	int64_t start = i->timeline.created = clock_now_ms() - 3600000;
	struct spot_point points[] = { { start - 10, 0.05 }, { start + 1800000, 0.09 } };

	vec_push(&p->history, points[0]);
	vec_push(&p->history, points[1]);
	assert_true(near(spot_cost(f->ctl, i, start, start + 3600000), 0.07));
	assert_true(near(spot_cost(f->ctl, i, 0, start + 1800000), 0.025));
	assert_true(near(spot_cost(f->ctl, i, start + 1800000, start + 3600000), 0.045));
	assert_true(near(spot_rate(f->ctl, i), 0.09));
	i->state = INSTANCE_TERMINATED;
	i->timeline.ended = start + 1000;
	assert_true(near(spot_cost(f->ctl, i, 0, INT64_MAX), 0.05 / 60));
	assert_true(spot_rate(f->ctl, i) == 0);
	i->state = INSTANCE_RUNNING;
	struct instance *m = c->instances.items[0];
	m->timeline.created = start;
	assert_true(near(spot_cost(f->ctl, m, start, start + 3600000), 0.192));
	text_set(&i->type, "z9.huge");
	assert_true(spot_cost(f->ctl, i, start, start + 1000) < 0);
	text_set(&i->type, "m5.xlarge");
}

/* ---- waiting for the market ---- */

static void test_waits_for_the_market(void **state)
{
	struct fixture *f = *state;

	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Price\":0.15}");
	struct cluster *c = run(f, "\"Instances\":{" SPOT_GROUPS ",\"KeepJobFlowAliveWhenNoSteps\":true}");
	assert_int_equal(f->spawns, 1); /* the master, on demand */
	assert_int_equal(c->instances.items[1]->state, INSTANCE_AWAITING_FULFILLMENT);
	assert_true(spot_cost(f->ctl, c->instances.items[1], 0, INT64_MAX) == 0);
	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_STARTING);
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Price\":0.09,\"Available\":false}");
	look(f);
	assert_int_equal(f->spawns, 1);
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Available\":true,\"Capacity\":1}");
	look(f);
	assert_int_equal(f->spawns, 2); /* room for one */
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Capacity\":2}");
	look(f);
	assert_int_equal(f->spawns, 3);
	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_WAITING);
	assert_int_equal(spot_room(f->ctl, REGION, "m5.xlarge"), 0);
	close_control(f);
	open_control(f);
	assert_int_equal(spot_room(f->ctl, REGION, "m5.xlarge"), 0); /* what runs is counted again */
}

static void test_no_bid_is_the_on_demand_price(void **state)
{
	struct fixture *f = *state;
	struct instance_group g = { .market = MARKET_SPOT };

	assert_true(near(spot_bid(REGION, &g, "m5.xlarge"), 0.192));
	assert_true(near(spot_bid("eu-west-1", &g, "m5.xlarge"), 0.214));
	assert_true(spot_bid("cn-north-1", &g, "m5.xlarge") == PRICE_UNKNOWN);
	assert_true(spot_bid(REGION, &g, "z9.huge") == PRICE_UNKNOWN);
	g.bid_price = (char *)"0.5";
	assert_true(near(spot_bid(REGION, &g, "m5.xlarge"), 0.5));
	(void)f;
}

/* ---- interruptions ---- */

static void test_price_interrupts_and_a_new_one_waits(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = spot_cluster(f);

	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Price\":0.11}");
	assert_false(node_at(c, 1)->interrupted);
	look(f);
	/* Both have notice; idle as they are they go at once; two wait in their place. */
	assert_int_equal(count_sent(f, "stop"), 2);
	assert_int_equal(c->instances.len, 5);
	assert_int_equal(c->instances.items[3]->state, INSTANCE_AWAITING_FULFILLMENT);
	const cJSON *x = interruption(f, 0);
	assert_string_equal(json_str(x, "Reason", ""), "price");
	assert_string_equal(json_str(x, "Outcome", ""), "drained");
	assert_non_null(strstr(json_str(x, "Detail", ""), "above the bid of $0.1000"));
	assert_true(json_num(x, "TerminateAt", 0) - json_num(x, "NoticeAt", 0) == 120);
	assert_non_null(json_str(x, "ReplacedBy", NULL));
	gone(f, node_at(c, 1));
	assert_int_equal(c->instances.items[1]->state, INSTANCE_TERMINATED);
	assert_int_equal(c->instances.items[1]->reason, INSTANCE_REASON_INSTANCE_FAILURE);
	gone(f, node_at(c, 2));
	assert_int_equal(c->groups.items[1]->state, GROUP_RESIZING);
	assert_int_equal(c->state, CLUSTER_WAITING);
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Price\":0.1}");
	look(f);
	hello_all(f, c);
	assert_int_equal(c->groups.items[1]->state, GROUP_RUNNING);
	assert_int_equal(c->groups.items[1]->running, 2);
	assert_int_equal(spot_pool(f->ctl, REGION, "m5.xlarge")->used, 2);
}

static void test_busy_node_drains_until_its_time(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = spot_cluster(f);
	struct node *busy = node_at(c, 1);

	assert_non_null(exec_create(f->ctl, busy, CONTAINER_EXECUTOR, NULL, 512, 1));
	const cJSON *r = ask(f, "Stoker.InterruptSpot",
	                     "{\"InstanceIds\":[\"%s\"],\"NoticeSeconds\":30,\"Reason\":\"a drill\"}",
	                     busy->m->ec2_id);
	assert_string_equal(cJSON_GetArrayItem(json_arr(r, "Interrupted"), 0)->valuestring, busy->m->id);
	assert_true(busy->draining && busy->interrupted);
	assert_false(busy->stopping);
	assert_int_equal(count_sent(f, "stop"), 0);
	assert_int_equal(c->instances.len, 4); /* its replacement is on the way */
	look(f);
	const cJSON *x = interruption(f, 0);
	assert_string_equal(json_str(x, "Outcome", ""), "noticed");
	assert_string_equal(json_str(x, "Detail", ""), "asked for by owner: a drill");
	assert_string_equal(json_str(x, "ReplacedBy", ""), c->instances.items[3]->id);
	/* A second one changes nothing. */
	ask(f, "Stoker.InterruptSpot", "{\"InstanceIds\":[\"%s\"]}", busy->m->id);
	assert_int_equal(cJSON_GetArraySize(json_arr(f->reply, "Interrupted")), 0);
	/* Growing does not take it back. */
	ask(f, "ElasticMapReduce.ModifyInstanceGroups", "{\"ClusterId\":\"%s\",\"InstanceGroups\":[{"
	    "\"InstanceGroupId\":\"%s\",\"InstanceCount\":3}]}", c->id, c->groups.items[1]->id);
	assert_true(busy->draining);
	assert_int_equal(c->instances.len, 5);
	its_time_comes(f, busy);
	assert_string_equal(json_str(interruption(f, 0), "Outcome", ""), "terminated");
	gone(f, busy);
	assert_int_equal(f->ctl->granted_mb, 0);
	hello_all(f, c);
	assert_int_equal(c->groups.items[1]->running, 3);
}

static void test_capacity_takes_the_youngest(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = spot_cluster(f);

	c->instances.items[1]->timeline.created -= 5000;
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Capacity\":1}");
	look(f);
	assert_false(node_at(c, 1)->interrupted);
	assert_true(node_at(c, 2)->interrupted);
	assert_string_equal(json_str(interruption(f, 0), "Reason", ""), "capacity");
	gone(f, node_at(c, 2));
	assert_int_equal(c->instances.items[3]->state, INSTANCE_AWAITING_FULFILLMENT);
	good(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"m5.xlarge\",\"Available\":false}");
	look(f);
	assert_true(node_at(c, 1)->interrupted);
}

static void test_master_takes_the_cluster_along(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = run(f, "\"Instances\":{\"InstanceGroups\":[{\"InstanceRole\":\"MASTER\",\"InstanceType\":"
	                        "\"m5.xlarge\",\"InstanceCount\":1,\"Market\":\"SPOT\"}],"
	                        "\"KeepJobFlowAliveWhenNoSteps\":true}");

	hello_all(f, c);
	assert_int_equal(c->state, CLUSTER_WAITING);
	struct step *s = add_step(f, c, "CONTINUE", PROCESS);
	ask(f, "Stoker.InterruptSpot", "{\"ClusterId\":\"%s\"}", c->id);
	look(f);
	assert_int_equal(c->instances.len, 1); /* nothing can take its place */
	assert_false(node_at(c, 0)->stopping);  /* and until the end it works */
	assert_int_equal(s->state, STEP_RUNNING);
	its_time_comes(f, node_at(c, 0));
	gone(f, node_at(c, 0));
	assert_int_equal(c->state, CLUSTER_TERMINATED_WITH_ERRORS);
	assert_int_equal(c->reason, CLUSTER_REASON_INSTANCE_FAILURE);
	assert_string_equal(c->reason_message, "The master node was terminated. ");
	assert_int_equal(s->state, STEP_INTERRUPTED);
}

static void test_restart_keeps_notices(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = spot_cluster(f);
	char id[64], node[64];

	strcpy(id, c->id);
	strcpy(node, c->instances.items[1]->id);
	exec_create(f->ctl, node_at(c, 1), CONTAINER_EXECUTOR, NULL, 512, 1);
	ask(f, "Stoker.InterruptSpot", "{\"InstanceIds\":[\"%s\"],\"NoticeSeconds\":600}", node);
	close_control(f);
	open_control(f);
	c = find_cluster(f->ctl, id);
	struct node *n = cluster_instance(c, node)->runtime;
	assert_true(n->interrupted && n->draining);
	int64_t left = n->drain_deadline - mono_ms();
	assert_true(left > 590000 && left <= 600000);
	assert_string_equal(json_str(interruption(f, 0), "Outcome", ""), "noticed");
}

static void on_status(const struct control_reply *r, void *ctx)
{
	*(int *)ctx = r->status;
}

/* In one turn with a request that is too large for the disk: all of them are refused, and nothing is left of
 * them. */
static void test_full_disk_takes_it_back(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = spot_cluster(f);
	char big[10001];
	int status[3] = { 0 };

	memset(big, 'x', 10000);
	big[10000] = '\0';
	char *bodies[] = {
		xstrdup("{\"InstanceType\":\"m5.xlarge\",\"Price\":5}"), xasprintf("{\"ClusterId\":\"%s\"}", c->id),
		xasprintf("{\"Name\":\"t\",\"ReleaseLabel\":\"emr-7.5.0\",\"LogUri\":\"%s\",\"ServiceRole\":\"%s\","
		          "\"JobFlowRole\":\"%s\",\"AutoScalingRole\":\"%s\",\"Instances\":{" GROUPS "}}", big, big, big, big),
	};
	static const char *const targets[] = { "Stoker.PutSpotPrice", "Stoker.InterruptSpot",
	                                       "ElasticMapReduce.RunJobFlow" };
	static const struct control_caller owner = { .local = true, .user = "owner" };
	store_limit_growth(f->ctl->store, 0);
	for (int i = 0; i < 3; i++)
		control_call(f->ctl, targets[i], bodies[i], strlen(bodies[i]), &owner, on_status, &status[i]);
	assert_true(node_at(c, 1)->interrupted);
	control_turn(f->ctl);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(status[i], 500);
		free(bodies[i]);
	}
	assert_true(near(spot_price_at(f->ctl, REGION, "m5.xlarge", clock_now_ms()), 0.0672));
	assert_false(node_at(c, 1)->interrupted || node_at(c, 1)->draining);
	store_limit_growth(f->ctl->store, -1);
	control_turn(f->ctl);
	look(f);
	assert_int_equal(count_sent(f, "stop"), 0);
	assert_int_equal(spot_pool(f->ctl, REGION, "m5.xlarge")->used, 2);
	assert_null(interruption(f, 0));
}

static void test_regions_are_apart(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = spot_cluster(f);
	static const struct control_caller there = { .local = true, .user = "owner", .region = "eu-west-1" };
	static const char body[] = "{\"InstanceType\":\"m5.xlarge\",\"Price\":9}", all[] = "{\"All\":true}";

	control_call(f->ctl, "Stoker.PutSpotPrice", body, strlen(body), &there, on_reply, f);
	control_call(f->ctl, "Stoker.InterruptSpot", all, strlen(all), &there, on_reply, f);
	control_turn(f->ctl);
	look(f);
	assert_int_equal(cJSON_GetArraySize(json_arr(f->reply, "Interrupted")), 0);
	assert_false(node_at(c, 1)->interrupted);
}

static void test_pages_of_interruptions(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = spot_cluster(f);
	int seen = 0;

	for (int i = 0; i < 5; i++) {
		ask(f, "Stoker.InterruptSpot", "{\"ClusterId\":\"%s\",\"NoticeSeconds\":0}", c->id);
		look(f);
		for (size_t k = 1; k < c->instances.len; k++)
			if (node_at(c, k) && node_at(c, k)->interrupted)
				gone(f, node_at(c, k));
		hello_all(f, c);
	}
	const cJSON *r = good(f, "Stoker.ListSpotInterruptions", "{\"MaxResults\":3}");
	for (;;) {
		seen += cJSON_GetArraySize(json_arr(r, "Interruptions"));
		if (!json_str(r, "NextToken", NULL))
			break;
		char *token = xstrdup(json_str(r, "NextToken", ""));
		r = ask(f, "Stoker.ListSpotInterruptions", "{\"MaxResults\":3,\"NextToken\":\"%s\"}", token);
		free(token);
	}
	assert_int_equal(seen, 10);
	assert_int_equal(c->groups.items[1]->running, 2);
}

/* A real machine's metadata: as an interruption here. */
static void test_metadata_notice(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = spot_cluster(f);
	struct node *n = node_at(c, 1);
	char at[32];

	exec_create(f->ctl, n, CONTAINER_EXECUTOR, NULL, 512, 1);
	cJSON *msg = json_add_str(message("interruption"), "action", "terminate");
	json_add_str(msg, "time", clock_iso8601(clock_now_ms() + 60500, at, sizeof at));
	node_message(f->ctl, n, msg);
	control_turn(f->ctl);
	cJSON_Delete(msg);
	look(f);
	const cJSON *x = interruption(f, 0);
	assert_string_equal(json_str(x, "Reason", ""), "metadata");
	assert_true(json_num(x, "TerminateAt", 0) - json_num(x, "NoticeAt", 0) == 60);
	assert_true(n->draining && !n->stopping);
}

int main(void)
{
	setenv("STOKER_LOG", "error", 0);
	log_open("test");
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_prices), T(test_reading_makes_no_pools), T(test_bad_requests), T(test_cost_follows_the_price), T(test_waits_for_the_market),
		T(test_no_bid_is_the_on_demand_price), T(test_price_interrupts_and_a_new_one_waits),
		T(test_busy_node_drains_until_its_time), T(test_capacity_takes_the_youngest),
		T(test_master_takes_the_cluster_along), T(test_restart_keeps_notices),
		        T(test_full_disk_takes_it_back),
		T(test_regions_are_apart), T(test_pages_of_interruptions), T(test_metadata_notice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
