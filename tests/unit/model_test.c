/* The model: names both ways, and the transition tables as the EMR guide draws them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/model/cluster.h"
#include "core/model/event.h"

static void test_names(void **state)
{
	(void)state;
	const struct names *tables[] = {
		&cluster_state_names, &cluster_reason_names, &step_state_names, &step_on_failure_names,
		&step_cancel_option_names, &group_state_names, &instance_state_names, &instance_role_names,
		&market_names, &group_reason_names, &instance_reason_names, &severity_names,
	};
	for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
		for (int i = 0; i < tables[t]->n; i++) {
			assert_non_null(tables[t]->items[i]);
			assert_int_equal(names_parse(tables[t], names_get(tables[t], i)), i);
		}
	assert_int_equal(names_parse(&cluster_state_names, "running"), -1);
	assert_int_equal(names_parse(&cluster_state_names, NULL), -1);
	assert_string_equal(names_get(&cluster_state_names, 99), "");
	assert_string_equal(names_get(&cluster_state_names, CLUSTER_TERMINATED_WITH_ERRORS),
	                    "TERMINATED_WITH_ERRORS");
	assert_string_equal(names_get(&step_state_names, STEP_INTERRUPTED), "INTERRUPTED");
	assert_string_equal(names_get(&group_state_names, GROUP_ENDED), "ENDED");
}

static void test_cluster_transitions(void **state)
{
	(void)state;
	for (int s = CLUSTER_STARTING; s <= CLUSTER_WAITING; s++)
		assert_true(transition_allowed(&cluster_transitions, s, CLUSTER_TERMINATING));
	assert_true(transition_allowed(&cluster_transitions, CLUSTER_RUNNING, CLUSTER_WAITING));
	assert_true(transition_allowed(&cluster_transitions, CLUSTER_WAITING, CLUSTER_RUNNING));
	assert_false(transition_allowed(&cluster_transitions, CLUSTER_STARTING, CLUSTER_TERMINATED));
	assert_false(transition_allowed(&cluster_transitions, CLUSTER_RUNNING, CLUSTER_STARTING));
	for (int s = 0; s < CLUSTER_TERMINATED; s++) {
		assert_false(transition_allowed(&cluster_transitions, CLUSTER_TERMINATED, s));
		assert_false(transition_allowed(&cluster_transitions, CLUSTER_TERMINATED_WITH_ERRORS, s));
	}
	assert_false(transition_allowed(&cluster_transitions, -1, 0));
	assert_false(transition_allowed(&cluster_transitions, 0, CLUSTER_STATES));
}

static void test_step_transitions(void **state)
{
	(void)state;
	assert_true(transition_allowed(&step_transitions, STEP_PENDING, STEP_RUNNING));
	assert_true(transition_allowed(&step_transitions, STEP_PENDING, STEP_CANCELLED));
	assert_false(transition_allowed(&step_transitions, STEP_PENDING, STEP_CANCEL_PENDING));
	assert_true(transition_allowed(&step_transitions, STEP_RUNNING, STEP_CANCEL_PENDING));
	assert_true(transition_allowed(&step_transitions, STEP_CANCEL_PENDING, STEP_CANCELLED));
	for (int s = STEP_COMPLETED; s < STEP_STATES; s++)
		for (int t = 0; t < STEP_STATES; t++)
			assert_int_equal(transition_allowed(&step_transitions, s, t), s == t);
}

static void test_cluster_lookups(void **state)
{
	(void)state;
	struct cluster *c = cluster_new();
	struct configuration *cfg = configuration_new("spark-defaults");
	struct step *s = step_new();
	struct instance *dead = instance_new(), *live = instance_new();

	pair_list_set(&cfg->properties, "spark.sql.ansi.enabled", "true");
	vec_push(&c->configurations, cfg);
	strcpy(s->id, "s-1");
	vec_push(&c->steps, s);
	dead->role = live->role = ROLE_MASTER;
	dead->state = INSTANCE_TERMINATED;
	strcpy(live->ec2_id, "i-0a");
	vec_push(&c->instances, dead);
	vec_push(&c->instances, live);
	assert_true(c->visible_to_all);
	assert_int_equal(c->step_concurrency, 1);
	assert_string_equal(cluster_property(c, "spark-defaults", "spark.sql.ansi.enabled"), "true");
	assert_null(cluster_property(c, "core-site", "x"));
	assert_ptr_equal(cluster_step(c, "s-1"), s);
	assert_ptr_equal(cluster_primary(c), live);
	assert_ptr_equal(cluster_instance(c, "i-0a"), live);
	assert_int_equal(cluster_active_steps(c), 1);
	cluster_free(c);
	cluster_free(NULL);
}

static void test_lists(void **state)
{
	(void)state;
	struct pair_list p = { 0 };

	pair_list_set(&p, "a", "1");
	pair_list_set(&p, "b", NULL);
	pair_list_set(&p, "a", "2");
	assert_int_equal(p.len, 2);
	assert_string_equal(pair_list_get(&p, "a"), "2");
	assert_string_equal(pair_list_get(&p, "b"), "");
	assert_true(pair_list_remove(&p, "a"));
	assert_false(pair_list_remove(&p, "a"));
	assert_null(pair_list_get(&p, "a"));
	pair_list_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_cluster_transitions),
		cmocka_unit_test(test_step_transitions),
		cmocka_unit_test(test_cluster_lookups),
		cmocka_unit_test(test_lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
