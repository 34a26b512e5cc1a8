/* Scale-in: who goes, what a draining node still gets, what jobs are told, and how long it takes. */
#include "tests/unit/control_fixture.h"

#include "core/control/spot/spot.h"

#define KEY "yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs"
#define YARN(s) "\"Configurations\":[{\"Classification\":\"yarn-site\",\"Properties\":{\"" KEY "\":\"" s "\"}}]"

static struct cluster *up(struct fixture *f, const char *more)
{
	char *options = xasprintf("\"Instances\":{" GROUPS ",\"KeepJobFlowAliveWhenNoSteps\":true}%s%s",
	                          *more ? "," : "", more);
	struct cluster *c = run_up(f, options);

	free(options);
	return c;
}

static struct node *node_at(struct cluster *c, size_t i)
{
	return c->instances.items[i]->runtime;
}

static void resize(struct fixture *f, struct cluster *c, const char *rest)
{
	ask(f, "ElasticMapReduce.ModifyInstanceGroups", "{\"ClusterId\":\"%s\",\"InstanceGroups\":[{"
	    "\"InstanceGroupId\":\"%s\",%s}]}", c->id, c->groups.items[1]->id, rest);
}

/* Both core nodes are busy; the one that is to go first is told. */
static struct node *shrink(struct fixture *f, struct cluster *c, const char *policy)
{
	for (size_t i = 1; i < 3; i++)
		assert_non_null(exec_create(f->ctl, node_at(c, i), CONTAINER_EXECUTOR, NULL, 512, 1));
	resize(f, c, policy);
	if (f->status != 200)
		fail_msg("%s: %s", f->error, f->message);
	struct node *n = node_at(c, 1)->draining ? node_at(c, 1) : node_at(c, 2);
	assert_true(n->draining && !n->stopping);
	return n;
}

static int64_t left_s(const struct node *n)
{
	return (n->drain_deadline - mono_ms() + 500) / 1000;
}

static void test_timeouts(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(left_s(shrink(f, up(f, ""), "\"InstanceCount\":1")), 3600);
	assert_int_equal(left_s(shrink(f, up(f, YARN("77")), "\"InstanceCount\":1")), 77);
	/* What the request says counts more. */
	assert_int_equal(left_s(shrink(f, up(f, YARN("77")), "\"InstanceCount\":1,\"ShrinkPolicy\":{"
	                               "\"DecommissionTimeout\":33}")), 33);
	/* What cannot be read is as good as absent. */
	assert_int_equal(left_s(shrink(f, up(f, YARN("soon")), "\"InstanceCount\":1")), 3600);
	assert_int_equal(left_s(shrink(f, up(f, YARN("-1")), "\"InstanceCount\":1")), 3600);
}

static void test_group_property_counts_more(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, YARN("77"));

	resize(f, c, YARN("11"));
	assert_int_equal(left_s(shrink(f, c, "\"InstanceCount\":1")), 11);
}

static void test_draining_node_gets_nothing_new(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");
	struct node *n = shrink(f, c, "\"InstanceCount\":1");
	struct node *other = n == node_at(c, 1) ? node_at(c, 2) : node_at(c, 1);
	size_t had = n->execs.len, others = other->execs.len;

	/* Most free memory would be on the draining one. */
	exec_create(f->ctl, other, CONTAINER_EXECUTOR, NULL, 700, 1);
	assert_non_null(add_step(f, c, "CONTINUE", SQL)); /* brings an executor along */
	assert_int_equal(n->execs.len, had);
	assert_int_equal(other->execs.len, others + 2);
}

static void test_it_goes_when_its_work_has_ended(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");
	struct node *n = shrink(f, c, "\"InstanceCount\":1");

	exec_ended(f->ctl, n->execs.items[0], 0, 0, NULL);
	control_turn(f->ctl);
	assert_true(n->stopping);
}

static void test_its_time_is_up(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");
	struct node *n = shrink(f, c, "\"InstanceCount\":1");

	n->drain_deadline = mono_ms() - 1;
	node_tick(f->ctl, n, mono_ms());
	control_turn(f->ctl);
	assert_true(n->stopping);
	assert_int_equal(c->instances.len, 3); /* nothing takes its place */
}

static void test_growing_takes_it_back(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");
	struct node *n = shrink(f, c, "\"InstanceCount\":1");

	assert_true(n->drain_told);
	resize(f, c, "\"InstanceCount\":2");
	assert_false(n->draining || n->drain_told);
	assert_int_equal(c->instances.len, 3);
	resize(f, c, "\"InstanceCount\":1");
	assert_true(node_at(c, 1)->draining || node_at(c, 2)->draining);
}

/* The market's notice is shorter than the drain's time, and cannot be taken back. */
static void test_notice_shortens_a_drain(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "");
	struct node *n = shrink(f, c, "\"InstanceCount\":1");

	assert_true(spot_interrupt(f->ctl, n, 20, SPOT_METADATA, NULL));
	assert_int_equal(left_s(n), 20);
	resize(f, c, "\"InstanceCount\":2");
	assert_true(n->draining);
	assert_int_equal(c->instances.len, 4);
}

static void test_replication_is_the_floor(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = up(f, "\"Configurations\":[{\"Classification\":\"hdfs-site\",\"Properties\":{"
	                       "\"dfs.replication\":\"2\"}}]");

	resize(f, c, "\"InstanceCount\":1");
	assert_string_equal(f->error, "ValidationException");
	assert_non_null(strstr(f->message, "dfs.replication is 2"));
	resize(f, c, "\"InstanceCount\":3");
	assert_int_equal(f->status, 200);
	hello_all(f, c);
	resize(f, c, "\"InstanceCount\":2");
	assert_int_equal(f->status, 200);
}

int main(void)
{
	setenv("STOKER_LOG", "error", 0);
	log_open("test");
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_timeouts), T(test_group_property_counts_more), T(test_draining_node_gets_nothing_new),
		T(test_it_goes_when_its_work_has_ended), T(test_its_time_is_up), T(test_growing_takes_it_back),
		T(test_notice_shortens_a_drain), T(test_replication_is_the_floor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
