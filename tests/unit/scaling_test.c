/* The arithmetic of scaling, as tables: what each policy decides from which numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "core/model/scaling.h"

/* ---- adjustments ---- */

static void test_adjustments_round_as_aws_rounds(void **state)
{
	static const struct { enum scaling_adjustment kind; int amount, current, to; } rows[] = {
		{ SCALING_CHANGE, 1, 3, 4 },      { SCALING_CHANGE, -2, 3, 1 },    { SCALING_CHANGE, -5, 3, 0 },
		{ SCALING_EXACT, 7, 3, 7 },       { SCALING_EXACT, 0, 3, 0 },
		{ SCALING_PERCENT, 10, 10, 11 },  { SCALING_PERCENT, 127, 10, 22 }, /* 12.7 → 12 */
		{ SCALING_PERCENT, 3, 10, 11 },   /* 0.3 → 1 */
		{ SCALING_PERCENT, -3, 10, 9 },   /* -0.3 → -1 */
		{ SCALING_PERCENT, -67, 10, 4 },  /* -6.7 → -6 */
		{ SCALING_PERCENT, 100, 3, 6 },   { SCALING_PERCENT, -100, 3, 0 }, { SCALING_PERCENT, 50, 0, 0 },
		{ SCALING_PERCENT, 50, 1, 2 },    { SCALING_CHANGE, 2000000000, 2000, 4096 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(scaling_adjust(rows[i].kind, rows[i].amount, rows[i].current), rows[i].to);
}

static void test_clamped_in_its_own_direction(void **state)
{
	static const struct {
		enum scaling_adjustment kind;
		int amount, current, min, max;
		enum scaling_outcome outcome;
		int to;
	} rows[] = {
		{ SCALING_CHANGE, 1, 3, 1, 5, SCALING_APPLIED, 4 },
		{ SCALING_CHANGE, 9, 3, 1, 5, SCALING_APPLIED, 5 },
		{ SCALING_CHANGE, 1, 5, 1, 5, SCALING_AT_LIMIT, 5 },
		{ SCALING_CHANGE, -1, 1, 1, 5, SCALING_AT_LIMIT, 1 },
		{ SCALING_CHANGE, -9, 3, 2, 5, SCALING_APPLIED, 2 },
		{ SCALING_CHANGE, 0, 3, 1, 5, SCALING_HELD, 3 },
		/* set beyond the limits by a person: only a rule of that direction brings it back */
		{ SCALING_CHANGE, 1, 8, 1, 5, SCALING_AT_LIMIT, 8 },
		{ SCALING_CHANGE, -1, 8, 1, 5, SCALING_APPLIED, 5 },
		{ SCALING_CHANGE, 1, 0, 2, 5, SCALING_APPLIED, 2 },
		{ SCALING_CHANGE, -1, 1, 2, 5, SCALING_AT_LIMIT, 1 },
		{ SCALING_EXACT, 9, 3, 1, 5, SCALING_APPLIED, 5 },
		{ SCALING_EXACT, 5, 5, 1, 5, SCALING_HELD, 5 },
		{ SCALING_EXACT, 9, 5, 1, 5, SCALING_AT_LIMIT, 5 },
		{ SCALING_PERCENT, 50, 4, 1, 5, SCALING_APPLIED, 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int to = -1;
		enum scaling_outcome got = scaling_clamp(rows[i].kind, rows[i].amount, rows[i].current,
		                                         rows[i].min, rows[i].max, &to);
		if (got != rows[i].outcome || to != rows[i].to)
			fail_msg("row %zu: %s %d", i, names_get(&scaling_outcome_names, (int)got), to);
	}
}

static void test_substitution(void **state)
{
	char *a = scaling_substitute("${emr.clusterId}", "j-1"), *b = scaling_substitute("x", "j-1");
	char *c = scaling_substitute("a${emr.clusterId}b${emr.clusterId}${emr", "j-LONGER");

	(void)state;
	assert_string_equal(a, "j-1");
	assert_string_equal(b, "x");
	assert_string_equal(c, "aj-LONGERbj-LONGER${emr");
	free(a);
	free(b);
	free(c);
}

/* ---- checks ---- */

static struct scaling_rule a_rule(const char *name)
{
	return (struct scaling_rule){
		.name = xstrdup(name), .market = SCALING_NOT_GIVEN, .adjustment = SCALING_NOT_GIVEN, .amount = 1,
		.cool_down_s = SCALING_NOT_GIVEN,
		.alarm = { .metric = xstrdup("M"), .evaluation_periods = SCALING_NOT_GIVEN, .period_s = 300,
		           .statistic = SCALING_NOT_GIVEN, .unit = SCALING_NOT_GIVEN, .threshold = 1 },
	};
}

static struct scaling_policy a_policy(const char *first, const char *second)
{
	struct scaling_policy p = { .min = 1, .max = 5 };

	vec_push(&p.rules, a_rule(first));
	if (second)
		vec_push(&p.rules, a_rule(second));
	return p;
}

static void refused(struct scaling_policy *p, enum instance_role role, const char *text)
{
	struct error err = ERROR_INIT;

	assert_int_equal(scaling_policy_check(p, role, &err), ERR_INVALID);
	if (!strstr(err.message, text))
		fail_msg("\"%s\" does not say \"%s\"", err.message, text);
}

static void test_policies_are_checked(void **state)
{
	struct scaling_policy p = a_policy("out", "in"), twice = a_policy("out", "out"), none = { .max = 1 };
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(scaling_policy_check(&p, ROLE_TASK, &err), 0);
	assert_int_equal(scaling_policy_check(&p, ROLE_CORE, &err), 0);
	refused(&p, ROLE_MASTER, "core and task instance groups only");
	refused(&twice, ROLE_TASK, "must be unique");
	refused(&none, ROLE_TASK, "at least one rule");
	p.min = 6;
	refused(&p, ROLE_TASK, "MinCapacity (6) must not be greater than MaxCapacity (5)");
	p.min = 0;
	assert_int_equal(scaling_policy_check(&p, ROLE_TASK, &err), 0);
	refused(&p, ROLE_CORE, "at least 1");
	p.min = -1;
	refused(&p, ROLE_TASK, "negative");
	p.min = 1;
	p.rules.items[0].alarm.period_s = 90;
	refused(&p, ROLE_TASK, "multiple of 60");
	p.rules.items[0].alarm.period_s = 3600;
	p.rules.items[0].alarm.evaluation_periods = 25;
	refused(&p, ROLE_TASK, "one day");
	p.rules.items[0].alarm.evaluation_periods = 0;
	refused(&p, ROLE_TASK, "EvaluationPeriods");
	p.rules.items[0].alarm.evaluation_periods = 1;
	p.rules.items[0].alarm.threshold = -1;
	refused(&p, ROLE_TASK, "Threshold");
	p.rules.items[0].alarm.threshold = NAN;
	refused(&p, ROLE_TASK, "Threshold");
	p.rules.items[0].alarm.threshold = 0;
	p.rules.items[0].cool_down_s = -2;
	refused(&p, ROLE_TASK, "CoolDown");
	p.rules.items[0].cool_down_s = 0;
	p.rules.items[0].adjustment = SCALING_EXACT;
	p.rules.items[0].amount = -1;
	refused(&p, ROLE_TASK, "EXACT_CAPACITY");
	assert_non_null(scaling_policy_rule(&p, "in"));
	assert_null(scaling_policy_rule(&p, "no"));
	scaling_policy_free(&p);
	scaling_policy_free(&twice);
}

static const struct managed_policy managed_1_10 = {
	.set = true, .unit = SCALING_INSTANCES, .min = 1, .max = 10, .max_on_demand = SCALING_NOT_GIVEN,
	.max_core = SCALING_NOT_GIVEN, .index = SCALING_NOT_GIVEN, .strategy = SCALING_NOT_GIVEN
};

static void test_managed_policies_are_checked(void **state)
{
	static const struct {
		int unit, min, max, od, core, index, strategy;
		bool fleets;
		const char *says;
	} rows[] = {
		{ SCALING_INSTANCES, 1, 10, -1, -1, -1, -1, false, NULL },
		{ SCALING_VCPU, 4, 40, 8, 8, 50, 1, false, NULL },
		{ SCALING_FLEET_UNITS, 1, 10, 0, 1, -1, -1, true, NULL },
		{ SCALING_FLEET_UNITS, 1, 10, -1, -1, -1, -1, false, "instance groups" },
		{ SCALING_VCPU, 1, 10, -1, -1, -1, -1, true, "instance fleets" },
		{ SCALING_INSTANCES, 5, 4, -1, -1, -1, -1, false, "must not be greater than" },
		{ SCALING_INSTANCES, 0, 4, -1, -1, -1, -1, false, "at least 1" },
		{ SCALING_INSTANCES, 1, 4, 5, -1, -1, -1, false, "MaximumOnDemandCapacityUnits" },
		{ SCALING_INSTANCES, 1, 4, -1, 5, -1, -1, false, "MaximumCoreCapacityUnits" },
		{ SCALING_INSTANCES, 1, 4, -1, 0, -1, -1, false, "MaximumCoreCapacityUnits" },
		{ SCALING_INSTANCES, 1, 4, -1, -1, 60, 1, false, "1, 25, 50, 75 or 100" },
		{ SCALING_INSTANCES, 1, 4, -1, -1, 50, 0, false, "ADVANCED" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct managed_policy p = { true, (enum scaling_limit_unit)rows[i].unit, rows[i].min, rows[i].max,
		                            rows[i].od, rows[i].core, rows[i].index, rows[i].strategy };
		struct error err = ERROR_INIT;
		int rc = managed_policy_check(&p, rows[i].fleets, &err);
		if (!rows[i].says != !rc || (rc && !strstr(err.message, rows[i].says)))
			fail_msg("row %zu: %d %s", i, rc, err.message);
	}
}

/* ---- managed scaling ---- */

#define CORE_OD 0
#define CORE_SPOT 1
#define TASK_OD 2
#define TASK_SPOT 3

/* Four pools, of which those with 0 nodes may stand for groups that are there and empty. */
struct table {
	const char *what;
	int min, max, max_od, max_core;
	int requested[4], running[4], idle[4];
	int pending, pending_mb, calm_s;
	int target[4];
	enum scaling_outcome outcome;
	const char *says;
};

#define ONE 4096 /* MB: a node holds four containers of 1024 */

static const struct table tables[] = {
	{ "nothing to do", 1, 10, -1, -1, { 2 }, { 2 }, { 0 }, 0, 0, 300, { 2 }, SCALING_HELD, "no node is idle" },
	{ "one container waits", 1, 10, -1, -1, { 2 }, { 2 }, { 0 }, 1, 1024, 0,
	  { 3 }, SCALING_APPLIED, "1 container (1024 MB) waits" },
	{ "four on a node", 1, 10, -1, -1, { 2 }, { 2 }, { 0 }, 9, 9216, 0, { 5 }, SCALING_APPLIED, "9 containers" },
	{ "wishes beyond a node are cut", 1, 10, -1, -1, { 2 }, { 2 }, { 0 }, 2, 20000, 0,
	  { 4 }, SCALING_APPLIED, NULL },
	{ "nodes that come are counted", 1, 10, -1, -1, { 4 }, { 2 }, { 0 }, 8, 8192, 0,
	  { 4 }, SCALING_HELD, "are starting" },
	{ "and not twice", 1, 10, -1, -1, { 4 }, { 2 }, { 0 }, 9, 9216, 0, { 5 }, SCALING_APPLIED, NULL },
	{ "the maximum", 1, 3, -1, -1, { 2 }, { 2 }, { 0 }, 40, 40960, 0, { 3 }, SCALING_APPLIED, "allow no more" },
	{ "at the maximum", 1, 2, -1, -1, { 2 }, { 2 }, { 0 }, 40, 40960, 0,
	  { 2 }, SCALING_AT_LIMIT, "2 instances are the maximum" },
	{ "core first, then task", 1, 10, -1, 3, { 2, 0, 1 }, { 2, 0, 1 }, { 0 }, 12, 12288, 0,
	  { 3, 0, 3 }, SCALING_APPLIED, NULL },
	{ "on demand first, then spot", 1, 10, 3, -1, { 2, 0, 0, 0 }, { 2 }, { 0 }, 12, 12288, 0,
	  { 3, 2, 0, 0 }, SCALING_APPLIED, NULL },
	{ "all four", 1, 20, 4, 4, { 2, 0, 0, 0 }, { 2 }, { 0 }, 40, 40960, 0,
	  { 4, 0, 0, 8 }, SCALING_APPLIED, NULL },
	{ "no spot, no growth", 1, 10, 2, 2, { 2 }, { 2 }, { 0 }, 4, 4096, 0,
	  { 2, 0, 0, 1 }, SCALING_APPLIED, NULL },
	{ "patience", 1, 10, -1, -1, { 5 }, { 5 }, { 3 }, 0, 0, 30,
	  { 5 }, SCALING_HELD, "3 nodes are idle, but not for 60 s" },
	{ "idle nodes go", 1, 10, -1, -1, { 5 }, { 5 }, { 3 }, 0, 0, 60,
	  { 2 }, SCALING_APPLIED, "3 nodes have been idle" },
	{ "not below the minimum", 3, 10, -1, -1, { 5 }, { 5 }, { 5 }, 0, 0, 60, { 3 }, SCALING_APPLIED, NULL },
	{ "at the minimum", 2, 10, -1, -1, { 2 }, { 2 }, { 2 }, 0, 0, 60,
	  { 2 }, SCALING_AT_LIMIT, "2 instances are the minimum" },
	{ "a core node stays", 1, 10, -1, -1, { 1, 0, 2 }, { 1, 0, 2 }, { 1, 0, 2 }, 0, 0, 60,
	  { 1, 0, 0 }, SCALING_APPLIED, NULL },
	{ "task before core, spot first", 4, 10, -1, -1, { 2, 1, 2, 2 }, { 2, 1, 2, 2 }, { 2, 1, 2, 2 }, 0, 0, 60,
	  { 2, 1, 1, 0 }, SCALING_APPLIED, NULL },
	{ "busy task nodes stay", 1, 10, -1, -1, { 3, 0, 2, 0 }, { 3, 0, 2, 0 }, { 2, 0, 0, 0 }, 0, 0, 60,
	  { 1, 0, 2, 0 }, SCALING_APPLIED, NULL },
	{ "waiting work keeps idle nodes", 1, 5, -1, -1, { 5 }, { 5 }, { 3 }, 1, 1024, 0,
	  { 5 }, SCALING_AT_LIMIT, NULL },
	{ "below the minimum", 4, 10, -1, -1, { 2 }, { 2 }, { 2 }, 0, 0, 0,
	  { 4 }, SCALING_APPLIED, "below the minimum of 4" },
	{ "above the maximum", 1, 4, -1, -1, { 2, 0, 4, 2 }, { 2, 0, 4, 2 }, { 0 }, 0, 0, 0,
	  { 2, 0, 2, 0 }, SCALING_APPLIED, "above the maximum of 4" },
	{ "core beyond its own maximum", 1, 10, -1, 2, { 5, 0, 1 }, { 5, 0, 1 }, { 0 }, 0, 0, 0,
	  { 2, 0, 1 }, SCALING_APPLIED, "core nodes" },
	{ "on demand beyond its maximum", 1, 10, 3, -1, { 2, 0, 3, 1 }, { 2, 0, 3, 1 }, { 0 }, 0, 0, 0,
	  { 2, 0, 1, 1 }, SCALING_APPLIED, "on demand" },
};

static void fill(const struct table *t, struct managed_pool pools[4])
{
	for (int i = 0; i < 4; i++)
		pools[i] = (struct managed_pool){ .id = "g", .role = i < 2 ? ROLE_CORE : ROLE_TASK,
		                                  .market = i % 2 ? MARKET_SPOT : MARKET_ON_DEMAND, .weight = 1,
		                                  .floor = i == CORE_OD, .requested = t->requested[i],
		                                  .running = t->running[i], .idle = t->idle[i], .node_mb = ONE };
}

static void test_managed_decisions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		const struct table *t = &tables[i];
		struct managed_policy p = managed_1_10;
		struct managed_pool pools[4];
		struct managed_demand d = { .pending = t->pending, .pending_mb = t->pending_mb, .running = 4,
		                            .grant_free_mb = SCALING_NOT_GIVEN, .calm_ms = t->calm_s * 1000,
		                            .since_out_ms = -1 };
		struct managed_decision out;
		p.min = t->min;
		p.max = t->max;
		p.max_on_demand = t->max_od;
		p.max_core = t->max_core;
		fill(t, pools);
		managed_decide(&p, pools, 4, &d, &out);
		for (int k = 0; k < 4; k++)
			if (pools[k].target != t->target[k])
				fail_msg("%s: pool %d: %d, not %d (%s)", t->what, k, pools[k].target, t->target[k], out.reason);
		if (out.outcome != t->outcome || (t->says && !strstr(out.reason, t->says)))
			fail_msg("%s: %s: %s", t->what, names_get(&scaling_outcome_names, (int)out.outcome), out.reason);
	}
}

static void test_managed_in_vcpus(void **state)
{
	struct managed_policy p = managed_1_10;
	struct managed_pool pools[2] = {
		{ .role = ROLE_CORE, .weight = 4, .floor = 1, .requested = 2, .running = 2, .node_mb = ONE },
		{ .role = ROLE_TASK, .weight = 16, .requested = 0, .node_mb = 4 * ONE },
	};
	struct managed_demand d = { .pending = 40, .pending_mb = 40960, .grant_free_mb = SCALING_NOT_GIVEN,
	                            .since_out_ms = -1 };
	struct managed_decision out;

	(void)state;
	p.unit = SCALING_VCPU;
	p.min = 8;
	p.max = 30;
	p.max_core = 12;
	managed_decide(&p, pools, 2, &d, &out);
	assert_int_equal(pools[0].target, 3); /* 12 vCPUs */
	assert_int_equal(pools[1].target, 1); /* 28: another one would be 44 */
	assert_int_equal(out.before, 8);
	assert_int_equal(out.after, 28);
}

static void test_managed_and_the_machine(void **state)
{
	struct managed_policy p = managed_1_10;
	struct managed_pool pool = { .role = ROLE_CORE, .weight = 1, .floor = 1, .requested = 1, .running = 1,
	                             .node_mb = ONE };
	struct managed_demand d = { .pending = 8, .pending_mb = 8192, .grant_free_mb = 300, .grant_min_mb = 512,
	                            .since_out_ms = -1 };
	struct managed_decision out;

	(void)state;
	managed_decide(&p, &pool, 1, &d, &out);
	assert_int_equal(out.outcome, SCALING_HELD);
	assert_non_null(strstr(out.reason, "more nodes would not help"));
	d.grant_free_mb = 4500; /* of the eight, four could be granted */
	managed_decide(&p, &pool, 1, &d, &out);
	assert_int_equal(pool.target, 2);
	d.grant_free_mb = 600;  /* less than one, but enough to be cut down to */
	managed_decide(&p, &pool, 1, &d, &out);
	assert_int_equal(pool.target, 2);
}

static void test_managed_reverses_what_is_not_done(void **state)
{
	struct managed_policy p = managed_1_10;
	struct managed_pool pool = { .role = ROLE_CORE, .weight = 1, .floor = 1, .requested = 2, .running = 2,
	                             .draining = 3, .node_mb = ONE };
	struct managed_demand d = { .pending = 4, .pending_mb = 4096, .grant_free_mb = SCALING_NOT_GIVEN,
	                            .since_out_ms = -1 };
	struct managed_decision out;

	(void)state;
	managed_decide(&p, &pool, 1, &d, &out);
	assert_int_equal(pool.target, 3);
	assert_true(out.cancels);
	pool = (struct managed_pool){ .role = ROLE_CORE, .weight = 1, .floor = 1, .requested = 5, .running = 2,
	                              .idle = 4, .node_mb = ONE };
	d = (struct managed_demand){ .grant_free_mb = SCALING_NOT_GIVEN, .calm_ms = 60000, .since_out_ms = 59999 };
	managed_decide(&p, &pool, 1, &d, &out);
	assert_int_equal(out.outcome, SCALING_HELD); /* it has only just grown: no flapping */
	d.since_out_ms = 60000;
	managed_decide(&p, &pool, 1, &d, &out);
	assert_int_equal(pool.target, 1);
	assert_true(out.cancels);
}

static void test_managed_stuck_pools_are_passed_over(void **state)
{
	struct managed_policy p = managed_1_10;
	struct managed_pool pools[2] = {
		{ .role = ROLE_TASK, .weight = 1, .stuck = true, .node_mb = ONE },
		{ .role = ROLE_TASK, .market = MARKET_SPOT, .weight = 1, .requested = 1, .running = 1, .node_mb = ONE },
	};
	struct managed_demand d = { .pending = 4, .pending_mb = 4096, .grant_free_mb = SCALING_NOT_GIVEN,
	                            .since_out_ms = -1 };
	struct managed_decision out;

	(void)state;
	managed_decide(&p, pools, 2, &d, &out);
	assert_int_equal(pools[0].target, 0);
	assert_int_equal(pools[1].target, 2);
	managed_decide(&p, pools, 1, &d, &out);
	assert_int_not_equal(out.outcome, SCALING_APPLIED);
	pools[0].requested = 4; /* asked for, and not coming: what waits goes elsewhere */
	managed_decide(&p, pools, 2, &d, &out);
	assert_int_equal(pools[0].target, 4);
	assert_int_equal(pools[1].target, 2);
}

static void test_managed_index_is_patience(void **state)
{
	struct managed_policy p = managed_1_10;
	static const int index[] = { 1, 25, 50, 75, 100 };
	int64_t last = 0;

	(void)state;
	assert_int_equal(managed_patience_ms(&p), MANAGED_PATIENCE_MS);
	for (int i = 0; i < 5; i++) {
		p.index = index[i];
		assert_true(managed_patience_ms(&p) > last);
		last = managed_patience_ms(&p);
	}
}

/* Ten minutes of noisy demand, decided every 10 s: the size never goes down and up again within a minute. */
static void test_managed_does_not_flap(void **state)
{
	struct managed_policy p = managed_1_10;
	int size = 1, changes = 0, last_down = -1000, calm = 0, out_at = -1000;

	(void)state;
	for (int t = 0; t < 600; t += 10) {
		bool burst = (t / 10) % 5 == 0; /* something waits every 50 s */
		struct managed_pool pool = { .role = ROLE_CORE, .weight = 1, .floor = 1, .requested = size,
		                             .running = size, .idle = burst ? 0 : size - 1, .node_mb = ONE };
		struct managed_demand d = { .pending = burst && size < 3, .pending_mb = burst && size < 3 ? 1024 : 0,
		                            .grant_free_mb = SCALING_NOT_GIVEN, .since_out_ms = (t - out_at) * 1000L };
		struct managed_decision out;
		calm = burst ? 0 : calm + 10;
		d.calm_ms = calm * 1000L;
		managed_decide(&p, &pool, 1, &d, &out);
		if (pool.target > size) {
			assert_true(t - last_down >= 60);
			out_at = t;
		}
		if (pool.target < size)
			last_down = t;
		changes += pool.target != size;
		size = pool.target;
	}
	assert_int_equal(size, 3);
	assert_int_equal(changes, 2);
}

/* ---- the utilisation tree ---- */

static void test_utilisation_tree(void **state)
{
	static const struct {
		const char *what;
		int current;
		double cpu[3];
		size_t n;
		enum scaling_outcome outcome;
		int target;
		bool alert;
		const char *says;
	} rows[] = {
		{ "hot", 2, { 91, 85, 10 }, 3, SCALING_APPLIED, 3, false,
		  "CPU 91.0 % is above 80 % in each of the last 2 minutes" },
		{ "hot for a moment", 2, { 91, 79, 95 }, 3, SCALING_HELD, 2, false, "between" },
		{ "exactly at the mark", 2, { 80, 80, 80 }, 3, SCALING_HELD, 2, false, NULL },
		{ "hot at the maximum", 4, { 99, 99, 0 }, 3, SCALING_AT_LIMIT, 4, true, "the maximum is 4" },
		{ "beyond the maximum", 6, { 99, 99, 0 }, 3, SCALING_AT_LIMIT, 6, true, NULL },
		{ "cool", 3, { 5, 19.9, 50 }, 3, SCALING_APPLIED, 2, false, "below 20 %" },
		{ "cool at the minimum", 1, { 5, 5, 5 }, 3, SCALING_AT_LIMIT, 1, false, "the minimum is 1" },
		{ "between", 3, { 50, 50, 50 }, 3, SCALING_HELD, 3, false, NULL },
		{ "too short", 3, { 99 }, 1, SCALING_HELD, 3, false, "not known yet" },
		{ "a gap", 3, { 99, NAN, 99 }, 3, SCALING_HELD, 3, false, "not known yet" },
		{ "nothing", 3, { 0 }, 0, SCALING_HELD, 3, false, "not known yet" },
	};
	struct utilization_policy p = { 1, 4, 80, 20, 1, 1, 2, 300, -1, NULL };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct utilization_decision d;
		utilization_decide(&p, rows[i].current, rows[i].cpu, rows[i].n, &d);
		if (d.outcome != rows[i].outcome || d.target != rows[i].target || d.alert != rows[i].alert ||
		    (rows[i].says && !strstr(d.reason, rows[i].says)))
			fail_msg("%s: %s to %d: %s", rows[i].what, names_get(&scaling_outcome_names, (int)d.outcome),
			         d.target, d.reason);
	}
}

static void test_utilisation_policies_are_checked(void **state)
{
	struct utilization_policy good = { 1, 4, 80, 20, 1, 1, 2, 300, -1, NULL }, p = good;
	struct error err = ERROR_INIT;

	(void)state;
	assert_int_equal(utilization_policy_check(&p, ROLE_TASK, &err), 0);
	assert_int_equal(utilization_policy_check(&p, ROLE_MASTER, &err), ERR_INVALID);
	p.low = 80;
	assert_int_equal(utilization_policy_check(&p, ROLE_TASK, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "LowCpu (80) must be below HighCpu (80)"));
	p = good;
	p.high = NAN;
	assert_int_equal(utilization_policy_check(&p, ROLE_TASK, &err), ERR_INVALID);
	p = good;
	p.out_by = 0;
	assert_int_equal(utilization_policy_check(&p, ROLE_TASK, &err), ERR_INVALID);
	p = good;
	p.periods = 0;
	assert_int_equal(utilization_policy_check(&p, ROLE_TASK, &err), ERR_INVALID);
	p = good;
	p.cool_down_s = -1;
	assert_int_equal(utilization_policy_check(&p, ROLE_TASK, &err), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_adjustments_round_as_aws_rounds),
		cmocka_unit_test(test_clamped_in_its_own_direction),
		cmocka_unit_test(test_substitution),
		cmocka_unit_test(test_policies_are_checked),
		cmocka_unit_test(test_managed_policies_are_checked),
		cmocka_unit_test(test_managed_decisions),
		cmocka_unit_test(test_managed_in_vcpus),
		cmocka_unit_test(test_managed_and_the_machine),
		cmocka_unit_test(test_managed_reverses_what_is_not_done),
		cmocka_unit_test(test_managed_stuck_pools_are_passed_over),
		cmocka_unit_test(test_managed_index_is_patience),
		cmocka_unit_test(test_managed_does_not_flap),
		cmocka_unit_test(test_utilisation_tree),
		cmocka_unit_test(test_utilisation_policies_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
