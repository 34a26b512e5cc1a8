/* The money of clusters, with a clock that stands still and sums made by hand. */
#define NO_EVENT_WATCH
#include "tests/unit/control_fixture.h"

#include <math.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/control/cost/inner.h"

#define near(a, b) do { \
		double near_a = (a), near_b = (b); \
		if (!(fabs(near_a - near_b) < 1e-6)) \
			fail_msg("%s is %.9f, not %.9f", #a, near_a, near_b); \
	} while (0)
#define HOUR 3600000LL
#define MINUTE 60000LL
#define M5 0.24         /* m5.xlarge: 0.192 + 0.048 */
#define T0 1795651200000LL /* 2026-11-26T00:00:00Z, a Thursday */

static void set_zone(const char *tz)
{
	setenv("TZ", tz, 1);
	tzset();
}

static int cost_setup(void **state)
{
	set_zone("UTC");
	return frozen_at(T0 + 12 * HOUR, state);
}

/* A cluster as it would be in the journal, without nodes that live. */
static struct cluster *cluster_at(struct fixture *f, const char *id, int64_t created)
{
	struct cluster *c = cluster_new();

	snprintf(c->id, sizeof c->id, "%s", id);
	snprintf(c->region, sizeof c->region, "us-east-1");
	c->name = xstrdup("etl");
	c->keep_alive = true;
	c->step_concurrency = 1;
	c->state = CLUSTER_WAITING;
	c->timeline.created = c->timeline.ready = created;
	cluster_attach(f->ctl, c);
	mark_dirty(f->ctl, OBJECT_CLUSTER, c);
	return c;
}

static struct instance_group *group_in(struct fixture *f, struct cluster *c, const char *id,
                                       enum instance_role role, const char *type, enum market market,
                                       int count)
{
	struct instance_group *g = instance_group_new();

	snprintf(g->id, sizeof g->id, "%s", id);
	strcpy(g->cluster_id, c->id);
	g->name = xstrdup(role_word(role));
	g->role = role;
	g->type = xstrdup(type);
	g->market = market;
	g->requested = g->running = count;
	g->state = GROUP_RUNNING;
	vec_push(&c->groups, g);
	mark_dirty(f->ctl, OBJECT_GROUP, g);
	return g;
}

/* ended 0: it runs. */
static struct instance *instance_in(struct fixture *f, struct cluster *c, struct instance_group *g,
                                    int64_t from, int64_t ended)
{
	struct instance *i = instance_new();

	snprintf(i->id, sizeof i->id, "ci-%.40s-%zu", c->id, c->instances.len);
	snprintf(i->ec2_id, sizeof i->ec2_id, "i-%.40s-%zu", c->id, c->instances.len);
	strcpy(i->cluster_id, c->id);
	strcpy(i->group_id, g->id);
	i->role = g->role;
	i->type = xstrdup(g->type);
	i->market = g->market;
	i->state = ended ? INSTANCE_TERMINATED : INSTANCE_RUNNING;
	i->timeline.created = i->timeline.ready = from;
	i->timeline.ended = ended;
	vec_push(&c->instances, i);
	mark_dirty(f->ctl, OBJECT_INSTANCE, i);
	return i;
}

static struct step *step_in(struct fixture *f, struct cluster *c, const char *name, int64_t from,
                            int64_t ended, enum step_state state)
{
	struct step *s = step_new();

	snprintf(s->id, sizeof s->id, "s-%.40s-%zu", c->id, c->steps.len);
	strcpy(s->cluster_id, c->id);
	s->name = xstrdup(name);
	s->jar = xstrdup("command-runner.jar");
	str_list_add(&s->args, "spark-sql");
	s->state = state;
	s->seq = (int64_t)c->steps.len + 1;
	s->timeline.created = s->timeline.ready = from;
	s->timeline.ended = ended;
	vec_push(&c->steps, s);
	mark_dirty(f->ctl, OBJECT_STEP, s);
	return s;
}

static void end_cluster(struct fixture *f, struct cluster *c, int64_t at)
{
	c->state = CLUSTER_TERMINATED;
	c->timeline.ended = at;
	for (size_t i = 0; i < c->instances.len; i++)
		if (c->instances.items[i]->state != INSTANCE_TERMINATED) {
			c->instances.items[i]->state = INSTANCE_TERMINATED;
			c->instances.items[i]->timeline.ended = at;
			mark_dirty(f->ctl, OBJECT_INSTANCE, c->instances.items[i]);
		}
	mark_dirty(f->ctl, OBJECT_CLUSTER, c);
}

/* Of one instance in a cluster of its own, at `now`. */
static struct money alone(struct fixture *f, const char *id, const char *type, int64_t from, int64_t ended,
                          int64_t now)
{
	struct cluster *c = cluster_at(f, id, from);
	struct money m = { 0 };

	instance_in(f, c, group_in(f, c, id, ROLE_CORE, type, MARKET_ON_DEMAND, 1), from, ended);
	cost_of(f->ctl, c, NULL, 0, INT64_MAX, now, &m);
	return m;
}

static const cJSON *row(const cJSON *reply, const char *key)
{
	const cJSON *r;

	cJSON_ArrayForEach(r, json_arr(reply, "Rows"))
		if (!strcmp(json_str(r, "Key", "?"), key))
			return r;
	fail_msg("no row %s in %s", key, cJSON_PrintUnformatted(reply));
	return NULL;
}

static double total_of(const cJSON *reply, const char *key)
{
	return json_num(row(reply, key), "Total", NAN);
}

static int rows_of(const cJSON *reply)
{
	return cJSON_GetArraySize(json_arr(reply, "Rows"));
}

/* ---- seconds, minutes ---- */

static void test_seconds_and_the_first_minute(void **state)
{
	struct fixture *f = *state;
	struct money m = alone(f, "a", "m5.xlarge", T0, T0 + 30 * 60000, T0 + 9 * HOUR);

	near(money_total(&m), M5 / 2);
	near(m.ec2, 0.096);
	near(m.emr, 0.024);
	near(m.hours, 0.5);
	assert_false(m.unknown || m.estimate);
	m = alone(f, "b", "m5.xlarge", T0, T0 + 7000, T0 + 9 * HOUR);      /* 7 s are a minute */
	near(money_total(&m), M5 / 60);
	m = alone(f, "c", "m5.xlarge", T0, 0, T0 + 1000);                  /* of one that runs, too */
	near(money_total(&m), M5 / 60);
	m = alone(f, "d", "m5.xlarge", T0, T0 + 61500, T0 + 9 * HOUR);     /* a second that began is whole */
	near(money_total(&m), M5 * 62 / 3600);
	m = alone(f, "e", "m5.xlarge", T0, 0, T0 + 3 * HOUR);
	near(money_total(&m), 3 * M5);
	m = alone(f, "x", "m5.xlarge", 0, 0, T0);                          /* not begun */
	near(money_total(&m), 0);
}

static void test_unknown_is_a_lower_bound(void **state)
{
	struct fixture *f = *state;
	struct money m = alone(f, "a", "m6g.xlarge", T0, T0 + HOUR, T0 + 2 * HOUR);

	near(money_total(&m), 0.154);
	assert_true(m.unknown);
	m = alone(f, "b", "z9.huge", T0, T0 + HOUR, T0 + 2 * HOUR);
	near(money_total(&m), 0);
	near(m.hours, 1);
	assert_true(m.unknown);
	/* a region without a list: the type is known, its price there is not */
	struct cluster *c = cluster_at(f, "c", T0);
	strcpy(c->region, "cn-north-1");
	instance_in(f, c, group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1), T0, T0 + HOUR);
	m = (struct money){ 0 };
	cost_of(f->ctl, c, NULL, 0, INT64_MAX, T0 + HOUR, &m);
	assert_true(m.unknown && money_total(&m) == 0);
	/* a region of which EC2's part is known, and EMR's is not */
	c = cluster_at(f, "d", T0);
	strcpy(c->region, "eu-west-1");
	instance_in(f, c, group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1), T0, T0 + HOUR);
	m = (struct money){ 0 };
	cost_of(f->ctl, c, NULL, 0, INT64_MAX, T0 + HOUR, &m);
	near(m.ec2, 0.214);
	near(m.emr, 0);
	assert_true(m.unknown && !m.estimate);
}

static void test_volumes_are_paid(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "a", T0);
	struct instance_group *g = group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1);
	struct ebs_volume v = { xstrdup("gp3"), 730, 0, 0, 2 };
	struct money m = { 0 };

	vec_push(&g->ebs, v);
	instance_in(f, c, g, T0, T0 + 10 * HOUR);
	cost_of(f->ctl, c, NULL, 0, INT64_MAX, T0 + 10 * HOUR, &m);
	near(m.ebs, 2 * 0.08 * 10);     /* 730 GB for an hour are a GB for a month */
	near(money_total(&m), 10 * M5 + 1.6);
}

static void test_an_instance_that_waits_for_capacity_is_free(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "a", T0);
	struct instance *i =
	    instance_in(f, c, group_in(f, c, "g", ROLE_TASK, "m5.xlarge", MARKET_SPOT, 1), T0, 0);
	struct money m = { 0 };

	i->state = INSTANCE_AWAITING_FULFILLMENT;
	cost_of(f->ctl, c, NULL, 0, INT64_MAX, T0 + 10 * HOUR, &m);
	near(money_total(&m), 0);
	cost_rate_of(f->ctl, c, NULL, &m);
	near(money_total(&m), 0);
}

/* ---- days, months, zones ---- */

static void test_days_and_months(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "a", T0 - 26 * 24 * HOUR - 2 * HOUR); /* 30 October, 22:00 */
	struct instance_group *g = group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1);
	const cJSON *r;

	instance_in(f, c, g, T0 - 26 * 24 * HOUR - 2 * HOUR,
	            T0 - 24 * 24 * HOUR + HOUR);                      /* until 2 November, 01:00 */
	instance_in(f, c, g, T0 - HOUR, 0);                           /* since 25 November, 23:00 */
	r = good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"day\"}"); /* this month, which has begun on the 1st */
	assert_int_equal(rows_of(r), 4);
	near(total_of(r, "2026-11-01"), 24 * M5);
	near(total_of(r, "2026-11-02"), M5);
	near(total_of(r, "2026-11-25"), M5);
	near(total_of(r, "2026-11-26"), 12 * M5);
	near(json_num(r, "Total", 0), 38 * M5);
	r = ask(f, "Stoker.GetCostReport", "{\"GroupBy\":\"day\",\"From\":%lld,\"To\":%lld}",
	        (long long)(T0 - 26 * 24 * HOUR - 90 * MINUTE) / 1000,
	        (long long)(T0 - 25 * 24 * HOUR - HOUR) / 1000);
	assert_int_equal(rows_of(r), 2);
	near(total_of(r, "2026-10-30"), 1.5 * M5);
	near(total_of(r, "2026-10-31"), 23 * M5);
	r = good(f, "Stoker.GetCost", "{}");
	r = cJSON_GetArrayItem(json_arr(r, "Clusters"), 0);
	near(json_num(r, "Today", 0), 12 * M5);
	near(json_num(r, "Accrued", 0), 64 * M5);
	near(json_num(r, "PerHour", 0), M5);
	near(json_num(cJSON_GetArrayItem(json_arr(r, "Groups"), 0), "Accrued", 0), 64 * M5);
	/* the day turns: nothing is lost and nothing is counted twice */
	set_clock(T0 + 30 * HOUR);
	r = cJSON_GetArrayItem(json_arr(good(f, "Stoker.GetCost", "{}"), "Clusters"), 0);
	near(json_num(r, "Today", 0), 6 * M5);
	near(json_num(r, "Accrued", 0), 82 * M5);
}

/* The minute that is paid at least reaches into the next day. */
static void test_the_minute_over_midnight(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "a", T0 - 10000);
	const cJSON *r;

	instance_in(f, c, group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1), T0 - 10000,
	            T0 - 5000);
	r = good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"day\"}");
	near(total_of(r, "2026-11-25"), M5 * 10 / 3600);
	near(total_of(r, "2026-11-26"), M5 * 50 / 3600);
}

static void test_days_of_23_and_25_hours(void **state)
{
	struct fixture *f = *state;
	int64_t spring = 1774652400000LL; /* 2026-03-28T00:00 in Berlin */
	int64_t autumn = 1792879200000LL; /* 2026-10-25T00:00 in Berlin, the day that summer time ends */
	const cJSON *r;

	set_zone("Europe/Berlin");
	assert_int_equal(day_start(autumn + 5 * HOUR), autumn);
	assert_int_equal(day_next(autumn), autumn + 25 * HOUR);
	assert_int_equal(day_next(spring), spring + 24 * HOUR);
	assert_int_equal(day_next(spring + 24 * HOUR), spring + 47 * HOUR);
	struct cluster *c = cluster_at(f, "a", spring);
	struct instance_group *g = group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1);
	instance_in(f, c, g, spring, spring + 60 * HOUR);
	instance_in(f, c, g, autumn, autumn + 30 * HOUR);
	r = ask(f, "Stoker.GetCostReport", "{\"GroupBy\":\"day\",\"From\":%lld}", (long long)spring / 1000);
	near(total_of(r, "2026-03-28"), 24 * M5);
	near(total_of(r, "2026-03-29"), 23 * M5);
	near(total_of(r, "2026-03-30"), 13 * M5);
	near(total_of(r, "2026-10-25"), 25 * M5);
	near(total_of(r, "2026-10-26"), 5 * M5);
	assert_int_equal(rows_of(r), 5);
	struct day_cache cache = { 0 };
	int64_t next;
	for (int64_t t = autumn; t > spring - 400 * 24 * HOUR; t -= 7 * HOUR + 1234) {
		int64_t day = day_of(&cache, t, &next);
		assert_int_equal(day, day_start(t));
		assert_int_equal(next, day_next(t));
	}
	assert_int_equal(day_of(&cache, autumn + 900 * 24 * HOUR, &next), day_start(autumn + 900 * 24 * HOUR));
	assert_int_equal(day_of(&cache, 0, &next), day_start(0));
	vec_free(&cache.at);
	/* where the clock is put forward at midnight the day begins at one */
	set_zone("America/Asuncion");
	int64_t t = 1728187200000LL; /* 2024-10-06T04:00Z: midnight of the 6th, which there is not */
	assert_int_equal(day_start(t + HOUR), t);
	assert_int_equal(day_next(t - HOUR), t);
	assert_int_equal(day_next(t), t + 23 * HOUR);
	set_zone("UTC");
	assert_int_equal(month_next(T0), T0 + 5 * 24 * HOUR);
	assert_int_equal(month_start(T0), T0 - 25 * 24 * HOUR);
}

/* However and whenever the sheet was filled, it says what a plain sum over the instances says. */
static void test_sheets_are_the_plain_sum(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "a", T0);
	struct instance_group *g[] = { group_in(f, c, "g0", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1),
	                               group_in(f, c, "g1", ROLE_TASK, "c5.2xlarge", MARKET_ON_DEMAND, 1) };
	int64_t now = T0;
	uint32_t seed = 7;

	set_zone("America/New_York");
	for (int turn = 0; turn < 400; turn++) {
		seed = seed * 1664525 + 1013904223;
		now += seed % (5 * HOUR);
		if (seed >> 28 < 10)
			instance_in(f, c, g[seed >> 31], now - seed % 100000, 0);
		for (size_t i = 0; i < c->instances.len; i++)
			if (c->instances.items[i]->state == INSTANCE_RUNNING && (seed >> (i % 20)) % 9 == 0) {
				c->instances.items[i]->state = INSTANCE_TERMINATED;
				c->instances.items[i]->timeline.ended = now;
			}
		struct money kept = { 0 }, plain = { 0 };
		int64_t from = T0 + seed % (now - T0 + 1), to = from + (seed >> 7) % (now - from + 1);
		cost_of(f->ctl, c, NULL, 0, INT64_MAX, now, &kept);
		cost_of(f->ctl, c, NULL, from, to, now, &kept);
		cost_of(f->ctl, c, "g1", day_start(now), INT64_MAX, now, &kept);
		for (size_t i = 0; i < c->instances.len; i++) {
			struct instance *in = c->instances.items[i];
			struct rate r = rate_of(f->ctl, c, in->group_id, in->type, in->market);
			instance_money(f->ctl, &r, in, now, 0, INT64_MAX, &plain);
			instance_money(f->ctl, &r, in, now, from, to, &plain);
			if (!strcmp(in->group_id, "g1"))
				instance_money(f->ctl, &r, in, now, day_start(now), INT64_MAX, &plain);
		}
		near(money_total(&kept), money_total(&plain));
		near(kept.hours, plain.hours);
	}
}

/* ---- reports ---- */

static void test_reports_by_everything(void **state)
{
	struct fixture *f = *state;
	struct cluster *a = cluster_at(f, "j-a", T0), *b = cluster_at(f, "j-b", T0),
				   *far = cluster_at(f, "j-far", T0);
	const cJSON *r;

	pair_list_set(&a->tags, "team", "search");
	text_set(&b->name, "ads");
	strcpy(far->region, "eu-west-1");
	instance_in(f, a, group_in(f, a, "a-m", ROLE_MASTER, "m5.xlarge", MARKET_ON_DEMAND, 1), T0, T0 + HOUR);
	struct instance_group *core = group_in(f, a, "a-c", ROLE_CORE, "r5.xlarge", MARKET_ON_DEMAND, 2);
	instance_in(f, a, core, T0, T0 + 2 * HOUR);
	instance_in(f, a, core, T0, T0 + 3 * HOUR);
	instance_in(f, b, group_in(f, b, "b-m", ROLE_MASTER, "m6g.xlarge", MARKET_ON_DEMAND, 1), T0, T0 + HOUR);
	instance_in(f, far, group_in(f, far, "f-m", ROLE_MASTER, "m5.xlarge", MARKET_ON_DEMAND, 1), T0,
	            T0 + HOUR);
	double r5 = 0.252 + 0.063;
	r = good(f, "Stoker.GetCostReport", "{}");
	assert_int_equal(rows_of(r), 2); /* the other region is another world */
	near(total_of(r, "j-a"), M5 + 5 * r5);
	near(total_of(r, "j-b"), 0.154);
	near(json_num(row(r, "j-a"), "Ec2", 0), 0.192 + 5 * 0.252);
	near(json_num(row(r, "j-a"), "Emr", 0), 0.048 + 5 * 0.063);
	near(json_num(row(r, "j-a"), "InstanceHours", 0), 6);
	assert_false(json_bool(row(r, "j-a"), "Unknown", true));
	assert_true(json_bool(row(r, "j-b"), "Unknown", false));
	assert_true(json_bool(r, "Unknown", false));
	assert_string_equal(json_str(row(r, "j-b"), "Name", ""), "ads");
	r = good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"group\"}");
	near(total_of(r, "a-c"), 5 * r5);
	assert_string_equal(json_str(row(r, "a-c"), "Name", ""), "etl · core");
	r = good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"role\"}");
	near(total_of(r, "MASTER"), M5 + 0.154);
	near(total_of(r, "CORE"), 5 * r5);
	r = good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"type\",\"ClusterIds\":[\"j-a\"]}");
	assert_int_equal(rows_of(r), 2);
	near(total_of(r, "r5.xlarge"), 5 * r5);
	r = good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"market\"}");
	near(total_of(r, "ON_DEMAND"), M5 + 5 * r5 + 0.154);
	r = good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"tag:team\"}");
	near(total_of(r, "search"), M5 + 5 * r5);
	near(total_of(r, ""), 0.154);
	assert_string_equal(json_str(row(r, "search"), "Name", ""), "team=search");
	assert_string_equal(json_str(row(r, ""), "Name", ""), "without the tag team");
	r = ask(f, "Stoker.GetCostReport", "{\"From\":%lld,\"To\":%lld}", (long long)(T0 + 90 * MINUTE) / 1000,
	        (long long)(T0 + 150 * MINUTE) / 1000);
	near(total_of(r, "j-a"), 1.5 * r5);
	ask(f, "Stoker.GetCostReport", "{\"GroupBy\":\"colour\"}");
	assert_string_equal(f->error, "ValidationException");
	assert_non_null(strstr(f->message, "tag:KEY"));
	ask(f, "Stoker.GetCostReport", "{\"GroupBy\":\"tag:\"}");
	assert_string_equal(f->error, "ValidationException");
	ask(f, "Stoker.GetCostReport", "{\"From\":1764115300,\"To\":1764115200}");
	assert_non_null(strstr(f->message, "From must not be after To"));
}

static void test_steps_share_what_runs_beside_them(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0);
	struct instance_group *g = group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 2);
	const cJSON *r;

	instance_in(f, c, g, T0, T0 + 10 * HOUR);
	instance_in(f, c, g, T0 + 2 * HOUR, T0 + 10 * HOUR);                     /* the second node comes later */
	step_in(f, c, "a", T0 + HOUR, T0 + 4 * HOUR, STEP_COMPLETED);
	step_in(f, c, "b", T0 + 3 * HOUR, T0 + 5 * HOUR, STEP_FAILED);
	step_in(f, c, "never", 0, T0 + 5 * HOUR, STEP_CANCELLED);
	end_cluster(f, c, T0 + 10 * HOUR);
	r = good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"step\"}");
	assert_int_equal(rows_of(r), 3);
	near(total_of(r, "s-j-0"), M5 + 2 * M5 + M5);           /* alone on one, alone on two, half of two */
	near(total_of(r, "s-j-1"), M5 + 2 * M5);
	near(total_of(r, "idle"), M5 + 2 * 5 * M5);
	near(json_num(r, "Total", 0), 18 * M5);
	assert_string_equal(json_str(row(r, "s-j-1"), "Name", ""), "b");
	r = ask(f, "Stoker.GetCostReport", "{\"GroupBy\":\"step\",\"From\":%lld,\"To\":%lld}",
	        (long long)(T0 + 210 * MINUTE) / 1000, (long long)(T0 + 270 * MINUTE) / 1000);
	near(total_of(r, "s-j-0"), M5 / 2);
	near(total_of(r, "s-j-1"), M5 / 2 + M5);
	assert_int_equal(rows_of(r), 2);
}

/* A minute that has not passed yet is paid for, whatever the report is by. */
static void test_every_report_has_the_same_total(void **state)
{
	struct fixture *f = *state;
	int64_t now = T0 + 12 * HOUR;
	struct cluster *c = cluster_at(f, "j", now - 20000);
	static const char *const by[] = { "cluster", "group", "role", "type", "market", "step", "day", "tag:x" };

	instance_in(f, c, group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1), now - 20000, 0);
	step_in(f, c, "a", now - 10000, 0, STEP_RUNNING);
	for (size_t i = 0; i < sizeof by / sizeof *by; i++)
		near(json_num(ask(f, "Stoker.GetCostReport", "{\"GroupBy\":\"%s\"}", by[i]), "Total", 0), M5 / 60);
}

/* ---- spot ---- */

static void spot_price(struct fixture *f, int64_t now, const char *type, double price)
{
	set_clock(now);
	ask(f, "Stoker.PutSpotPrice", "{\"InstanceType\":\"%s\",\"Price\":%g}", type, price);
	assert_int_equal(f->status, 200);
}

/* The market's price of each moment, and EMR's fee in full. */
static void test_spot_costs_what_the_market_asked(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0);
	struct instance_group *g = group_in(f, c, "g", ROLE_TASK, "m5.xlarge", MARKET_SPOT, 1);
	struct money m = { 0 };
	const cJSON *r;

	spot_price(f, T0 - HOUR, "m5.xlarge", 0.05);
	instance_in(f, c, g, T0, 0)->pid = 4711;
	spot_price(f, T0 + HOUR, "m5.xlarge", 0.10);
	spot_price(f, T0 + 25 * HOUR, "m5.xlarge", 0.02);
	set_clock(T0 + 26 * HOUR);
	cost_of(f->ctl, c, NULL, 0, INT64_MAX, T0 + 26 * HOUR, &m);
	near(m.ec2, 0.05 + 24 * 0.10 + 0.02);
	near(m.emr, 26 * 0.048);
	assert_false(m.unknown || m.estimate);
	r = ask(f, "Stoker.GetCostReport", "{\"GroupBy\":\"day\"}");
	near(json_num(row(r, "2026-11-26"), "Ec2", 0), 0.05 + 23 * 0.10);
	near(json_num(row(r, "2026-11-27"), "Ec2", 0), 0.10 + 0.02);
	r = good(f, "Stoker.GetCost", "{}");
	near(json_num(r, "PerHour", 0), 0.02 + 0.048);
	r = cJSON_GetArrayItem(json_arr(cJSON_GetArrayItem(json_arr(r, "Clusters"), 0), "Groups"), 0);
	near(json_num(r, "Ec2PerHour", 0), 0.02);
	/* a step on it pays what the market asked while it ran */
	step_in(f, c, "a", T0 + 30 * MINUTE, T0 + 90 * MINUTE, STEP_COMPLETED);
	near(json_num(row(good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"step\"}"), "s-j-0"), "Ec2", 0), 0.075);
	/* what was never given costs nothing */
	instance_in(f, c, g, T0, T0 + 5 * HOUR);
	m = (struct money){ 0 };
	cost_of(f->ctl, c, NULL, 0, INT64_MAX, T0 + 26 * HOUR, &m);
	near(m.emr, 26 * 0.048);
	/* a market in which nobody has set a price has an estimate */
	struct instance_group *other = group_in(f, c, "h", ROLE_TASK, "c5.xlarge", MARKET_SPOT, 1);
	instance_in(f, c, other, T0, 0)->pid = 4712;
	m = (struct money){ 0 };
	cost_of(f->ctl, c, "h", 0, INT64_MAX, T0 + 26 * HOUR, &m);
	assert_true(m.estimate && m.ec2 > 0 && m.ec2 < 26 * 0.17);
}

static void test_what_if_and_advice_of_spot(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0 + 10 * HOUR);
	struct instance_group *g = group_in(f, c, "t", ROLE_TASK, "m5.xlarge", MARKET_ON_DEMAND, 4);
	const cJSON *r, *a;

	for (int i = 0; i < 4; i++)
		instance_in(f, c, g, T0 + 10 * HOUR, 0);
	spot_price(f, T0 + 12 * HOUR, "m5.xlarge", 0.06);
	r = good(f, "Stoker.WhatIf",
	         "{\"ClusterId\":\"j\",\"Changes\":[{\"InstanceGroupId\":\"t\",\"Market\":\"SPOT\"}]}");
	near(json_num(json_obj(r, "After"), "PerHour", 0), 4 * (0.06 + 0.048));
	assert_false(json_bool(json_obj(r, "After"), "Estimate", true));
	r = good(f, "Stoker.ListRecommendations", "{}");
	cJSON_ArrayForEach(a, json_arr(r, "Recommendations")) /* no step ran: nothing is known of them */
		assert_string_not_equal(json_str(a, "Kind", ""), "spot_share");
	step_in(f, c, "a", T0 + 10 * HOUR, T0 + 11 * HOUR, STEP_COMPLETED);
	const char *id = "spot_share/t";
	r = good(f, "Stoker.ListRecommendations", "{}");
	a = NULL;
	cJSON_ArrayForEach(a, json_arr(r, "Recommendations"))
		if (!strcmp(json_str(a, "RecommendationId", ""), id))
			break;
	assert_non_null(a);
	near(json_num(a, "SavingPerMonth", 0), 4 * (0.192 - 0.06) * 730);
	assert_false(json_bool(a, "Estimate", true));
	str_list_add(&c->steps.items[0]->args, "--conf");
	str_list_add(&c->steps.items[0]->args, "spark.task.maxFailures=1");
	r = good(f, "Stoker.ListRecommendations", "{}");
	cJSON_ArrayForEach(a, json_arr(r, "Recommendations"))
		assert_string_not_equal(json_str(a, "RecommendationId", ""), id);
}

/* Cheap nights: nothing is claimed before every hour of the day has had a price on three days. */
static void test_off_peak(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0);
	struct instance_group *g = group_in(f, c, "t", ROLE_TASK, "m5.4xlarge", MARKET_SPOT, 10);
	const cJSON *r, *a;
	int found[2] = { 0, 0 };

	instance_in(f, c, g, T0, 0)->pid = 4711;
	for (int day = 0; day < 5; day++) {
		spot_price(f, T0 + day * 24 * HOUR, "m5.4xlarge", 0.10);
		spot_price(f, T0 + day * 24 * HOUR + 6 * HOUR, "m5.4xlarge", 0.30);
		step_in(f, c, "nightly", T0 + day * 24 * HOUR + 14 * HOUR, T0 + day * 24 * HOUR + 15 * HOUR,
		        STEP_COMPLETED);
		set_clock(T0 + day * 24 * HOUR + 16 * HOUR);
		if (day != 1 && day != 4)
			continue;
		r = good(f, "Stoker.ListRecommendations", "{}");
		cJSON_ArrayForEach(a, json_arr(r, "Recommendations"))
			if (!strcmp(json_str(a, "Kind", ""), "off_peak")) {
				found[day == 4]++;
				assert_string_equal(json_str(a, "Title", ""), "Run nightly at 00:00 instead of 14:00");
				near(json_num(a, "SavingPerMonth", 0), 0.20 * 10 * 5 / (14 * 24.0) * 730);
			}
	}
	assert_int_equal(found[0], 0);
	assert_int_equal(found[1], 1);
}

/* ---- forecast ---- */

static void test_queues(void **state)
{
	struct work w[] = { { 100, true }, { 50, false }, { 30, false }, { 10, false } };
	int unknown;

	(void)state;
	near(queue_end(w, 4, 1, &unknown), 190);
	near(queue_end(w, 4, 2, &unknown), 100);   /* 100 | 50 30 10 */
	assert_int_equal(unknown, 0);
	w[1].left_s = -1;
	near(queue_end(w, 4, 1, &unknown), 140);
	assert_int_equal(unknown, 1);
	near(queue_end(w, 0, 1, &unknown), 0);
}

static void test_forecast(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0);
	struct instance_group *g = group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1);
	int64_t now = T0 + 12 * HOUR;
	const cJSON *r, *q;

	instance_in(f, c, g, T0, 0);
	c->state = CLUSTER_RUNNING;
	step_in(f, c, "a", T0 + HOUR, T0 + 2 * HOUR, STEP_COMPLETED);
	step_in(f, c, "a", T0 + 2 * HOUR, T0 + 5 * HOUR, STEP_COMPLETED);
	step_in(f, c, "a", T0 + 5 * HOUR, T0 + 7 * HOUR, STEP_COMPLETED); /* median: 2 h */
	struct step *running = step_in(f, c, "b", now - HOUR, 0, STEP_RUNNING);
	step_in(f, c, "a", 0, 0, STEP_PENDING);
	step_runtime(running)->progress = json_add_num(cJSON_CreateObject(), "fraction", 0.25); /* 3 h to go */
	r = good(f, "Stoker.GetCostForecast", "{}");
	q = cJSON_GetArrayItem(json_arr(r, "Queues"), 0);
	near(json_num(q, "EndsAt", 0), (double)(now + 5 * HOUR) / 1000);
	near(json_num(q, "Cost", 0), 5 * M5);
	assert_string_equal(json_str(q, "Basis", ""),
	                    "1 step by progress, 1 step by the median of earlier runs of the same name");
	near(json_num(r, "PerHour", 0), M5);
	near(json_num(r, "Today", 0), 12 * M5);
	near(json_num(r, "MonthToDate", 0), 12 * M5);
	near(json_num(r, "MonthProjected", 0), 120 * M5);   /* it stays: five days are left of November */
	near(json_num(r, "IdleToday", 0), (1 + 4) * M5);
	near(json_num(r, "IdlePerHour", 0), 0); /* its node is not one of ours: nothing is known of it */
	assert_false(json_bool(r, "Unknown", true));
	c->keep_alive = false;                              /* it goes when the queue is done */
	r = good(f, "Stoker.GetCostForecast", "{}");
	near(json_num(r, "MonthProjected", 0), 17 * M5);
	c->keep_alive = true;
	c->idle_timeout_s = 7200;
	near(json_num(good(f, "Stoker.GetCostForecast", "{}"), "MonthProjected", 0), 19 * M5);
	text_set(&c->steps.items[4]->name, "new");
	r = good(f, "Stoker.GetCostForecast", "{\"ClusterIds\":[\"j\"]}");
	q = cJSON_GetArrayItem(json_arr(r, "Queues"), 0);
	assert_true(json_num(q, "EndsAt", -1) < 0);
	assert_true(json_bool(q, "Unknown", false));
	assert_non_null(strstr(json_str(q, "Basis", ""), "1 step never ran before"));
	/* nothing to run: it waits, and all of it burns */
	for (int i = 3; i < 5; i++) {
		c->steps.items[i]->state = STEP_CANCELLED;
		c->steps.items[i]->timeline.ended = now;
	}
	c->state = CLUSTER_WAITING;
	r = good(f, "Stoker.GetCostForecast", "{}");
	near(json_num(r, "IdlePerHour", 0), M5);
	assert_int_equal(cJSON_GetArraySize(json_arr(r, "Queues")), 0);
	ask(f, "Stoker.GetCostForecast", "{\"ClusterIds\":[\"j-none\"]}");
	assert_int_equal(f->status, 400);
}

/* ---- what if ---- */

static void test_what_if(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0);
	const cJSON *r, *g;

	group_in(f, c, "m", ROLE_MASTER, "m5.xlarge", MARKET_ON_DEMAND, 1);
	group_in(f, c, "c", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 4);
	r = good(f, "Stoker.WhatIf",
	         "{\"ClusterId\":\"j\",\"Changes\":[{\"InstanceGroupId\":\"c\",\"InstanceCount\":2}]}");
	near(json_num(json_obj(r, "Before"), "PerHour", 0), 5 * M5);
	near(json_num(json_obj(r, "After"), "PerHour", 0), 3 * M5);
	near(json_num(json_obj(r, "Before"), "PerMonth", 0), 5 * M5 * 730);
	near(json_num(r, "Difference", 0), -2 * M5);
	g = cJSON_GetArrayItem(json_arr(r, "Groups"), 1);
	near(json_num(json_obj(g, "AfterGroup"), "PerHour", 0), 2 * M5);
	assert_int_equal(json_int(json_obj(g, "BeforeGroup"), "InstanceCount", 0), 4);
	assert_string_equal(json_str(g, "Before", ""), "4 × m5.xlarge on demand, $0.960/h");
	assert_string_equal(json_str(g, "After", ""), "2 × m5.xlarge on demand, $0.480/h");
	assert_int_equal(cJSON_GetArraySize(json_arr(r, "Notes")), 2); /* the capacity, the date of the prices */
	r = good(f, "Stoker.WhatIf",
	         "{\"ClusterId\":\"j\",\"Changes\":[{\"InstanceGroupId\":\"c\",\"InstanceType\":"
	         "\"m6g.xlarge\"},{\"InstanceType\":\"r5.xlarge\",\"InstanceCount\":3}]}");
	near(json_num(json_obj(r, "After"), "PerHour", 0), M5 + 4 * 0.154 + 3 * 0.315);
	assert_true(json_bool(json_obj(r, "After"), "Unknown", false));
	assert_false(json_bool(json_obj(r, "Before"), "Unknown", true));
	assert_int_equal(cJSON_GetArraySize(json_arr(r, "Groups")), 3);
	char many[101 * 3 + 2] = "{}", lengthy[160];
	for (int i = 0; i < 100; i++)
		strcat(many, ",{}");
	snprintf(lengthy, sizeof lengthy, "{\"InstanceType\":\"%065d\",\"InstanceCount\":1}", 0);
	const struct { const char *change, *says; } bad[] = {
		{ "{\"InstanceGroupId\":\"x\"}", "Instance group id 'x' is not valid." },
		{ "{\"InstanceGroupId\":\"c\",\"Market\":\"FREE\"}", "Market must be" },
		{ "{\"InstanceGroupId\":\"c\",\"InstanceCount\":-1}", "InstanceCount must be" },
		{ "{\"InstanceType\":\"m5.xlarge\"}", "needs InstanceType and InstanceCount" },
		{ "{\"InstanceGroupId\":\"m\",\"InstanceCount\":2}", "1 or 3" },
		{ many, "at most 100" }, { lengthy, "at most 64" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ask(f, "Stoker.WhatIf", "{\"ClusterId\":\"j\",\"Changes\":[%s]}", bad[i].change);
		if (f->status != 400 || !strstr(f->message, bad[i].says))
			fail_msg("%s: %s", bad[i].change, f->message);
	}
}

/* ---- recommendations ---- */

static const cJSON *advice(const cJSON *reply, const char *id)
{
	const cJSON *r;

	cJSON_ArrayForEach(r, json_arr(reply, "Recommendations"))
		if (!strcmp(json_str(r, "RecommendationId", ""), id))
			return r;
	return NULL;
}

static void samples(struct fixture *f, struct cluster *c, struct instance *i, int n, double cpu,
                    double mem_mb, double containers)
{
	struct node node = { .ctl = f->ctl, .m = i, .c = c };
	double values[METRICS];

	i->mem_mb = 16384;
	for (int k = 0; k < METRICS; k++)
		values[k] = NAN;
	values[METRIC_NODE_CPU] = cpu;
	values[METRIC_NODE_RSS] = mem_mb * 1048576;
	values[METRIC_NODE_GRANTED] = 0;
	values[METRIC_NODE_CONTAINERS] = containers;
	while (n-- > 0)
		loads_sampled(f->ctl, &node, values);
}

static void test_right_size(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0 + 11 * HOUR);
	struct instance_group *m = group_in(f, c, "m", ROLE_MASTER, "m5.4xlarge", MARKET_ON_DEMAND, 1);
	struct instance_group *g = group_in(f, c, "c", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 10);
	struct instance *primary = instance_in(f, c, m, T0 + 11 * HOUR, 0),
					*core = instance_in(f, c, g, T0 + 11 * HOUR, 0);
	const cJSON *a;

	samples(f, c, core, 350, 20, 4000, 1);
	assert_null(
	    advice(good(f, "Stoker.ListRecommendations", "{}"), "right_size/c")); /* too little was seen */
	samples(f, c, core, 5000, 2, 100, 0);                    /* idle nodes say nothing of what work needs */
	samples(f, c, core, 350, 30, 4000, 2);                   /* 24.4 % of 16 GiB */
	a = advice(good(f, "Stoker.ListRecommendations", "{}"), "right_size/c");
	assert_non_null(a);
	near(json_num(a, "SavingPerMonth", 0), 6 * M5 * 730);    /* 10 × 30 / 80 → 4 nodes */
	assert_non_null(strstr(json_str(a, "Evidence", ""), "95 % of 700 samples"));
	assert_non_null(strstr(json_str(a, "Evidence", ""), "30 % of the cores and 25 % of the memory"));
	assert_string_equal(json_str(json_obj(a, "Act"), "Target", ""), "ElasticMapReduce.ModifyInstanceGroups");
	const cJSON *req = json_obj(json_obj(a, "Act"), "Request");
	assert_int_equal(json_int(cJSON_GetArrayItem(json_arr(req, "InstanceGroups"), 0), "InstanceCount", 0), 4);
	/* whose size a policy sets is not told to have another */
	good(f, "Stoker.PutUtilizationScaling",
	     "{\"ClusterId\":\"j\",\"InstanceGroupId\":\"c\",\"MinCapacity\":2,\"MaxCapacity\":12}");
	a = advice(good(f, "Stoker.ListRecommendations", "{}"), "right_size/c");
	assert_true(!a || !json_obj(a, "Act"));
	good(f, "Stoker.RemoveUtilizationScaling", "{\"ClusterId\":\"j\",\"InstanceGroupId\":\"c\"}");
	/* one node of 16 vCPUs and 64 GiB (a quarter offered here): a smaller type does */
	samples(f, c, primary, 400, 40, 4000, 1);
	a = advice(good(f, "Stoker.ListRecommendations", "{\"ClusterId\":\"j\"}"), "right_size/m");
	assert_non_null(a);
	assert_string_equal(json_str(a, "Title", ""),
	                    "m5.2xlarge instead of m5.4xlarge for the master node of etl");
	assert_null(json_obj(a, "Act"));
	assert_true(json_num(a, "SavingPerMonth", 0) > 0);
	/* what was seen survives a restart once it is written */
	cost_state(f->ctl)->loads_due = 1;
	loads_run(f->ctl, clock_now_ms());
	control_turn(f->ctl);
	loads_free(cost_state(f->ctl));
	struct error err = ERROR_INIT;
	assert_int_equal(loads_load(f->ctl, &err), 0);
	assert_non_null(advice(good(f, "Stoker.ListRecommendations", "{}"), "right_size/c"));
}

static void test_right_size_of_a_load(void **state)
{
	struct fixture *f = *state;
	const struct price_table *t = cost_prices(f->ctl);
	const struct price *now = price_table_find(t, "m5.4xlarge", "us-east-1");

	assert_string_equal(right_size(t, now, &(struct load){ 3, 10 })->type, "m5.xlarge");
	assert_string_equal(right_size(t, now, &(struct load){ 3, 6 })->type, "c5.xlarge");
	assert_string_equal(right_size(t, now, &(struct load){ 3, 30 })->type, "r5.xlarge");
	assert_string_equal(right_size(t, now, &(struct load){ 12, 30 })->type, "c5.4xlarge");
	assert_null(right_size(t, now, &(struct load){ 12, 60 }));
	now = price_table_find(t, "i3.2xlarge", "us-east-1");   /* who has disks keeps disks */
	assert_string_equal(right_size(t, now, &(struct load){ 1, 1 })->type, "i3.xlarge");
	now = price_table_find(t, "m6g.4xlarge", "us-east-1"); /* a saving against an unknown cost is not known */
	assert_null(right_size(t, now, &(struct load){ 1, 1 }));
	double v[] = { 5, 1, 4, 2, 3 };
	near(percentile(v, 5, 50), 3);
	near(percentile(v, 5, 95), 5);
	near(percentile(v, 5, 0), 1);
	assert_true(isnan(percentile(v, 0, 50)));
}

static void test_idle_termination(void **state)
{
	struct fixture *f = *state;
	int64_t begin = T0 + 2 * HOUR;
	struct cluster *c = cluster_at(f, "j", begin);
	struct instance_group *g = group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1);
	const cJSON *a;

	instance_in(f, c, g, begin, 0);
	step_in(f, c, "a", begin + 30 * MINUTE, begin + 4 * HOUR, STEP_COMPLETED);
	step_in(f, c, "a", begin + 6 * HOUR, begin + 7 * HOUR, STEP_COMPLETED);
	/* pauses of 0.5 h, 2 h and 3 h in 10 h: 1 + 2 hours are beyond the first of theirs */
	a = advice(good(f, "Stoker.ListRecommendations", "{}"), "idle_termination/j");
	assert_non_null(a);
	near(json_num(a, "SavingPerMonth", 0), 3 * M5 * 730 / 10);
	assert_non_null(strstr(json_str(a, "Evidence", ""), "5.5 of the 10.0 hours"));
	assert_string_equal(json_str(json_obj(a, "Act"), "Target", ""),
	                    "ElasticMapReduce.PutAutoTerminationPolicy");
	c->idle_timeout_s = 600;
	assert_null(advice(good(f, "Stoker.ListRecommendations", "{}"), "idle_termination/j"));
	c->idle_timeout_s = 0;
	c->keep_alive = false;
	assert_null(advice(good(f, "Stoker.ListRecommendations", "{}"), "idle_termination/j"));
}

/* ---- budgets ---- */

static int budget_events(struct fixture *f)
{
	struct event_list l = { 0 };
	struct error err = ERROR_INIT;
	int n = 0;

	control_turn(f->ctl);
	assert_int_equal(store_find_events(f->ctl->store, &(struct event_query){ .max = 1000 }, &l, &err), 0);
	for (size_t i = 0; i < l.len; i++)
		n += !strcmp(l.items[i].type, "Stoker Budget Threshold");
	event_list_free(&l);
	return n;
}

static const cJSON *budget(struct fixture *f, const char *name)
{
	const cJSON *b;

	cJSON_ArrayForEach(b, json_arr(good(f, "Stoker.ListBudgets", "{}"), "Budgets"))
		if (!strcmp(json_str(b, "BudgetName", ""), name))
			return b;
	return NULL;
}

static int alarms_of(struct fixture *f, const char *prefix)
{
	struct alarm_list l = { 0 };
	int n = 0;

	cost_alarms(f->ctl, NULL, clock_now_ms(), &l);
	for (size_t i = 0; i < l.len; i++)
		n += !strncmp(l.items[i].id, prefix, strlen(prefix));
	alarm_list_free(&l);
	return n;
}

static int budget_alarms(struct fixture *f)
{
	return alarms_of(f, "budget/");
}

static void at(struct fixture *f, int64_t now)
{
	set_clock(now);
	budgets_run(f->ctl, now);
	control_turn(f->ctl);
}

static void test_budget_tells_once_per_period(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0);
	const cJSON *b;

	instance_in(f, c, group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 10), T0, 0);
	at(f, T0 + HOUR);
	good(f, "Stoker.PutBudget",
	     "{\"BudgetName\":\"day\",\"Amount\":2.4,\"Period\":\"DAILY\",\"Thresholds\":[50,100]}");
	assert_int_equal(budget_alarms(f), 0);
	b = budget(f, "day");
	near(json_num(b, "Spent", 0), M5);
	near(json_num(b, "Forecast", 0), 24 * M5);
	assert_string_equal(json_str(b, "State", ""), "OK");
	at(f, T0 + HOUR);
	assert_int_equal(budget_events(f), 0);
	at(f, T0 + 5 * HOUR);                            /* exactly half */
	assert_int_equal(budget_events(f), 1);
	assert_int_equal(budget_alarms(f), 1);
	at(f, T0 + 6 * HOUR);
	assert_int_equal(budget_events(f), 1);           /* told */
	b = budget(f, "day");
	assert_string_equal(json_str(b, "State", ""), "ALARM");
	near(json_num(b, "Since", 0), (double)(T0 + 5 * HOUR) / 1000);
	/* a server that was away tells nothing twice */
	struct error err = ERROR_INIT;
	assert_int_equal(budgets_load(f->ctl, &err), 0);
	at(f, T0 + 7 * HOUR);
	assert_int_equal(budget_events(f), 1);
	at(f, T0 + 11 * HOUR);
	assert_int_equal(budget_events(f), 2);           /* 110 % */
	at(f, T0 + 23 * HOUR);
	assert_int_equal(budget_events(f), 2);
	at(f, T0 + 25 * HOUR);                           /* the next day begins anew */
	assert_int_equal(budget_alarms(f), 0);
	assert_int_equal(budget_events(f), 2);
	at(f, T0 + 30 * HOUR);
	assert_int_equal(budget_events(f), 3);
	/* more money: the mark is crossed again later, and told again */
	good(f, "Stoker.PutBudget",
	     "{\"BudgetName\":\"day\",\"Amount\":4.8,\"Period\":\"DAILY\",\"Thresholds\":[50,100]}");
	at(f, T0 + 31 * HOUR);
	assert_int_equal(budget_alarms(f), 0);
	at(f, T0 + 35 * HOUR);
	assert_int_equal(budget_events(f), 4);
	good(f, "Stoker.DeleteBudget", "{\"BudgetName\":\"day\"}");
	assert_null(budget(f, "day"));
	assert_int_equal(budget_alarms(f), 0);
	ask(f, "Stoker.DeleteBudget", "{\"BudgetName\":\"day\"}");
	assert_int_equal(f->status, 400);
}

static void test_budget_scopes(void **state)
{
	struct fixture *f = *state;
	struct cluster *a = cluster_at(f, "j-a", T0 - 40 * 24 * HOUR), *b = cluster_at(f, "j-b", T0);

	pair_list_set(&b->tags, "team", "ads");
	instance_in(f, a, group_in(f, a, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1), T0 - 40 * 24 * HOUR,
	            0);
	instance_in(f, b, group_in(f, b, "g", ROLE_CORE, "m6g.xlarge", MARKET_ON_DEMAND, 1), T0, T0 + HOUR);
	good(f, "Stoker.PutTopic", "{\"TopicName\":\"ops\",\"Command\":\"true\"}");
	good(f, "Stoker.PutBudget", "{\"BudgetName\":\"all\",\"Amount\":1000}");
	good(f, "Stoker.PutBudget", "{\"BudgetName\":\"one\",\"Amount\":1000,\"Scope\":{\"ClusterId\":\"j-a\"}}");
	good(f, "Stoker.PutBudget",
	     "{\"BudgetName\":\"ads\",\"Amount\":0.2,\"Scope\":{\"TagKey\":\"team\",\"TagValue\":"
	     "\"ads\"},\"TopicArn\":\"arn:aws:sns:us-east-1:000000000000:ops\"}");
	near(json_num(budget(f, "all"), "Spent", 0),
	     (25 * 24 + 12) * M5 + 0.154); /* since the first of the month */
	assert_true(json_bool(budget(f, "all"), "Unknown", false));
	near(json_num(budget(f, "one"), "Spent", 0), (25 * 24 + 12) * M5);
	assert_false(json_bool(budget(f, "one"), "Unknown", true));
	near(json_num(budget(f, "one"), "Forecast", 0), 30 * 24 * M5);
	near(json_num(budget(f, "ads"), "Spent", 0), 0.154);
	assert_string_equal(json_str(json_obj(budget(f, "ads"), "Scope"), "TagValue", ""), "ads");
	assert_string_equal(json_str(budget(f, "ads"), "Period", ""), "MONTHLY");
	assert_int_equal(cJSON_GetArraySize(json_arr(budget(f, "ads"), "Thresholds")), 3);
	at(f, T0 + 12 * HOUR);
	assert_int_equal(budget_events(f), 1);          /* 77 % of the ads' */
	char lengthy[400];
	snprintf(lengthy, sizeof lengthy, "\"BudgetName\":\"x\",\"Amount\":1,\"Scope\":{\"TagKey\":\"a\",\"TagValue\":\"%0257d\"}",
	         0);
	const struct { const char *in, *says;
	} bad[] = {
		{ lengthy, "at most 128 bytes" },
		{ "\"Amount\":5", "BudgetName must have" },
		{ "\"BudgetName\":\"x\"", "Amount must be" },
		{ "\"BudgetName\":\"x\",\"Amount\":-1", "Amount must be" },
		{ "\"BudgetName\":\"x\",\"Amount\":1,\"Period\":\"WEEKLY\"", "Period must be DAILY or MONTHLY" },
		{ "\"BudgetName\":\"x\",\"Amount\":1,\"TopicArn\":\"arn:x\"", "There is no topic 'arn:x'" },
		{ "\"BudgetName\":\"x\",\"Amount\":1,\"Thresholds\":[]", "Thresholds must be 1 to 10" },
		{ "\"BudgetName\":\"x\",\"Amount\":1,\"Thresholds\":[80,50]", "ascending" },
		{ "\"BudgetName\":\"x\",\"Amount\":1,\"Scope\":{\"ClusterId\":\"j-x\"}", "j-x" },
		{ "\"BudgetName\":\"x\",\"Amount\":1,\"Scope\":{\"TagKey\":\"a\"}", "go together" },
		{ "\"BudgetName\":\"x\",\"Amount\":1,\"Scope\":{\"TagKey\":\"a\",\"TagValue\":\"b\",\"ClusterId\":"
		  "\"j-a\"}",
		  "either" },
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ask(f, "Stoker.PutBudget", "{%s}", bad[i].in);
		if (f->status != 400 || !strstr(f->message, bad[i].says))
			fail_msg("%s: %d %s", bad[i].in, f->status, f->message);
	}
	assert_int_equal(cJSON_GetArraySize(json_arr(good(f, "Stoker.ListBudgets", "{}"), "Budgets")), 3);
}

/* What the journal refuses was never put. */
static void test_budget_on_a_full_disk(void **state)
{
	struct fixture *f = *state;
	char *name = xmalloc(121);
	int kept = 0;

	memset(name, 'b', 120);
	name[120] = 0;
	store_limit_growth(f->ctl->store, 0);
	for (int i = 0; i < 400 && !f->ctl->stalled; i++) {
		ask(f, "Stoker.PutBudget", "{\"BudgetName\":\"%s%d\",\"Amount\":5}", name, i);
		kept += f->status == 200;
	}
	assert_true(f->ctl->stalled);
	assert_int_equal(f->status, 500);
	assert_int_equal(cJSON_GetArraySize(json_arr(good(f, "Stoker.ListBudgets", "{}"), "Budgets")), kept);
	store_limit_growth(f->ctl->store, -1);
	control_turn(f->ctl);
	assert_int_equal(cJSON_GetArraySize(json_arr(good(f, "Stoker.ListBudgets", "{}"), "Budgets")), kept);
	free(name);
}

static void on_other_region(const struct control_reply *r, void *ctx)
{
	*(int *)ctx = r->len > 15; /* longer than {"Budgets":[]} */
}

static void test_budgets_of_other_regions_are_not_seen(void **state)
{
	struct fixture *f = *state;
	static const struct control_caller far = { .local = true, .user = "owner", .region = "eu-west-1" };
	int seen = -1;

	good(f, "Stoker.PutBudget", "{\"BudgetName\":\"here\",\"Amount\":5}");
	control_call(f->ctl, "Stoker.ListBudgets", "{}", 2, &far, on_other_region, &seen);
	control_turn(f->ctl);
	assert_int_equal(seen, 0);
	assert_non_null(budget(f, "here"));
}

/* ---- the ledger ---- */

static void turn_days(struct fixture *f, int64_t now)
{
	set_clock(now);
	for (int64_t due = ledger_due(f->ctl); due && due <= now; due = ledger_due(f->ctl))
		ledger_run(f->ctl, now);
	control_turn(f->ctl);
}

static void test_ledger_keeps_what_the_journal_drops(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0 + 20 * HOUR);
	struct instance_group *g = group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 2);
	char body[200], by_day[200], by_step[200];
	const cJSON *r;

	pair_list_set(&c->tags, "team", "ads");
	instance_in(f, c, g, T0 + 20 * HOUR, 0);
	instance_in(f, c, g, T0 + 20 * HOUR, 0);
	step_in(f, c, "a", T0 + 21 * HOUR, T0 + 22 * HOUR, STEP_COMPLETED);
	step_in(f, c, "a", T0 + 23 * HOUR, T0 + 25 * HOUR, STEP_COMPLETED);
	set_clock(T0 + 23 * HOUR);
	assert_int_equal(ledger_due(f->ctl), T0 + 24 * HOUR + 120000); /* once a day, after midnight */
	turn_days(f, T0 + 26 * HOUR);
	end_cluster(f, c, T0 + 27 * HOUR);
	control_turn(f->ctl);
	/* The server is down for three months; the journal drops the cluster, the ledger has its second day too.
	 */
	close_control(f);
	set_clock(T0 + 90 * 24 * HOUR);
	open_control(f);
	assert_null(find_cluster(f->ctl, "j"));
	turn_days(f, T0 + 90 * 24 * HOUR);
	snprintf(body, sizeof body, "{\"From\":%lld}", (long long)T0 / 1000);
	snprintf(by_day, sizeof by_day, "{\"GroupBy\":\"day\",\"From\":%lld}", (long long)T0 / 1000);
	snprintf(by_step, sizeof by_step, "{\"GroupBy\":\"step\",\"From\":%lld}", (long long)T0 / 1000);
	near(total_of(good(f, "Stoker.GetCostReport", body), "j"), 14 * M5);
	r = good(f, "Stoker.GetCostReport", by_day);
	assert_int_equal(rows_of(r), 2);
	near(total_of(r, "2026-11-26"), 8 * M5);
	near(total_of(r, "2026-11-27"), 6 * M5);
	r = good(f, "Stoker.GetCostReport", by_step);
	near(total_of(r, "j/a"), 6 * M5);
	near(total_of(r, "idle"), 8 * M5);
	r = ask(f, "Stoker.GetCostReport", "{\"GroupBy\":\"tag:team\",\"From\":%lld}", (long long)T0 / 1000);
	near(total_of(r, "ads"), 14 * M5);
	assert_int_equal(rows_of(good(f, "Stoker.GetCostReport", "{}")), 0); /* nothing this month */
	/* and once more: it is in the journal's documents now */
	close_control(f);
	open_control(f);
	near(total_of(good(f, "Stoker.GetCostReport", body), "j"), 14 * M5);
}

static void test_ledger_writes_each_day_once(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0);
	int64_t now = T0 + 5 * 24 * HOUR + HOUR;

	instance_in(f, c, group_in(f, c, "g", ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 1), T0, 0);
	turn_days(f, now); /* five days are behind */
	assert_int_equal(ledger_due(f->ctl), T0 + 6 * 24 * HOUR + 120000);
	ledger_run(f->ctl, now);
	assert_false(docs_waiting(f->ctl));
	/* while the cluster is in the journal its own sums count, not the ledger's */
	near(json_num(ask(f, "Stoker.GetCostReport", "{\"From\":%lld}", (long long)T0 / 1000), "Total", 0),
	     121 * M5);
}

/* ---- price lists ---- */

static void write_list(struct fixture *f, const char *text)
{
	char *path = xasprintf("%s/prices.csv", f->dir);

	assert_int_equal(fs_write_atomic(path, text, strlen(text), 0600, NULL), 0);
	free(path);
}

static void test_own_price_list(void **state)
{
	struct fixture *f = *state;
	struct cluster *c = cluster_at(f, "j", T0);
	const cJSON *r;

	instance_in(f, c, group_in(f, c, "g", ROLE_CORE, "m6g.xlarge", MARKET_ON_DEMAND, 1), T0, 0);
	r = cJSON_GetArrayItem(json_arr(good(f, "Stoker.GetCost", "{}"), "Clusters"), 0);
	assert_true(json_bool(r, "Unknown", false));
	write_list(f, "type,region,vcpu,mem_gib,storage,ec2_usd_h,emr_usd_h,date,source\n"
	           "m6g.xlarge,us-east-1,,,,0.1,estimate,2026-11-20,our contract\n");
	r = good(f, "Stoker.GetCost", "{}");
	assert_non_null(strstr(json_str(r, "Source", ""), "1 rows of prices.csv"));
	r = cJSON_GetArrayItem(json_arr(r, "Clusters"), 0);
	near(json_num(r, "PerHour", 0), 0.125);
	near(json_num(r, "Accrued", 0), 12 * 0.125);
	assert_false(json_bool(r, "Unknown", true));
	assert_true(json_bool(r, "Estimate", false));
	r = good(f, "Stoker.ListPrices", "{\"InstanceTypes\":[\"m6g.xlarge\"]}");
	r = cJSON_GetArrayItem(json_arr(r, "Prices"), 0);
	assert_true(json_bool(r, "Own", false) && json_bool(r, "EmrEstimate", false));
	assert_string_equal(json_str(r, "Date", ""), "2026-11-20");
	/* a bad list changes nothing, and is an alarm */
	write_list(f, "type,region,vcpu,mem_gib,storage,ec2_usd_h,emr_usd_h,date,source\n"
	           "m6g.xlarge,us-east-1,,,,a lot,estimate,2026-11-20,our contract\n");
	r = cJSON_GetArrayItem(json_arr(good(f, "Stoker.GetCost", "{}"), "Clusters"), 0);
	near(json_num(r, "PerHour", 0), 0.125);
	r = good(f, "Stoker.ListPrices", "{}");
	assert_non_null(strstr(json_str(r, "Error", ""), "prices.csv: line 2, ec2_usd_h: \"a lot\""));
	assert_int_equal(alarms_of(f, "prices"), 1);
	char *path = xasprintf("%s/prices.csv", f->dir);
	unlink(path);
	free(path);
	r = cJSON_GetArrayItem(json_arr(good(f, "Stoker.GetCost", "{}"), "Clusters"), 0);
	near(json_num(r, "PerHour", 0), 0.154);
	assert_int_equal(alarms_of(f, "prices"), 0);
}

/* ---- many ---- */

static void test_ten_thousand_instances(void **state)
{
	struct fixture *f = *state;
	char id[32];

	for (int k = 0; k < 200; k++) {
		snprintf(id, sizeof id, "j-%d", k);
		struct cluster *c = cluster_at(f, id, T0 - 30 * 24 * HOUR);
		struct instance_group *g = group_in(f, c, id, ROLE_CORE, "m5.xlarge", MARKET_ON_DEMAND, 50);
		for (int i = 0; i < 100; i++)
			instance_in(f, c, g, T0 - (30 + i) * 12 * HOUR, i < 50 ? 0 : T0 - i * HOUR);
		for (int i = 0; i < 500; i++)
			step_in(f, c, i % 2 ? "a" : "b", i < 100 ? T0 - (100 - i) * HOUR : 0,
			        i < 100 ? T0 - (100 - i) * HOUR + HOUR / 2 : 0, i < 100 ? STEP_COMPLETED : STEP_PENDING);
	}
	control_turn(f->ctl);
	int64_t begin = clock_mono_us();
	good(f, "Stoker.GetCost", "{}");
	int64_t first = clock_mono_us() - begin;
	clock_t cpu = clock(); /* what is asserted is CPU, not time: others may use the machine as well */
	for (int i = 0; i < 10; i++)
		good(f, "Stoker.GetCost", "{}");
	int64_t cost = (int64_t)((double)(clock() - cpu) * (1e6 / CLOCKS_PER_SEC) / 10);
	begin = clock_mono_us();
	good(f, "Stoker.GetCostForecast", "{}");
	int64_t forecast = clock_mono_us() - begin;
	begin = clock_mono_us();
	good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"day\"}");
	int64_t report = clock_mono_us() - begin;
	begin = clock_mono_us();
	const cJSON *r = good(f, "Stoker.GetCostReport", "{\"GroupBy\":\"step\"}");
	assert_int_equal(rows_of(r), 2001);
	assert_string_equal(json_str(row(r, "others"), "Name", ""), "18001 more");
	print_message("10,000 live and 10,000 ended instances, 100,000 steps: GetCost %lld us (the first %lld), "
	              "GetCostForecast %lld us, a month's report by day %lld us, by step %lld us\n",
	              (long long)cost, (long long)first, (long long)forecast, (long long)report,
	              (long long)(clock_mono_us() - begin));
	assert_true(cost < 500000);
}

#define T(name) cmocka_unit_test_setup_teardown(name, cost_setup, teardown)

int main(void)
{
	setenv("STOKER_LOG", "error", 0);
	log_open("test");
	const struct CMUnitTest tests[] = {
		T(test_seconds_and_the_first_minute),
		T(test_unknown_is_a_lower_bound),
		T(test_volumes_are_paid),
		T(test_an_instance_that_waits_for_capacity_is_free),
		T(test_days_and_months),
		T(test_the_minute_over_midnight),
		T(test_days_of_23_and_25_hours),
		T(test_sheets_are_the_plain_sum),
		T(test_reports_by_everything),
		T(test_steps_share_what_runs_beside_them),
		T(test_every_report_has_the_same_total),
		T(test_spot_costs_what_the_market_asked),
		T(test_what_if_and_advice_of_spot),
		T(test_off_peak),
		T(test_queues),
		T(test_forecast),
		T(test_what_if),
		T(test_right_size),
		T(test_right_size_of_a_load),
		T(test_idle_termination),
		T(test_budget_tells_once_per_period),
		T(test_budget_scopes), T(test_budget_on_a_full_disk),
		T(test_budgets_of_other_regions_are_not_seen),
		T(test_ledger_keeps_what_the_journal_drops),
		T(test_ledger_writes_each_day_once),
		T(test_own_price_list),
		T(test_ten_thousand_instances),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
