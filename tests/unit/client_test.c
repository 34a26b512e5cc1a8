/* The client against a transport that answers from a script: no sockets, no clocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/fs.h"
#include "core/base/json.h"
#include "core/client/act.h"
#include "core/client/budget.h"
#include "core/client/live.h"
#include "core/client/question.h"

/* ---- the fake: answers each request in the next turn of the loop ---- */

struct fake_call {
	struct fake *fake;
	struct fake_call *next;
	char target[64];
	char *body;
	transport_done done;
	void *arg;
};

struct fake {
	struct transport base;
	uv_timer_t timer;
	struct fake_call *queue;
	int calls, watches;
	bool away, no_stoker;
	int64_t version;
	const char *clusters;    /* reply to ListClusters */
	const char *steps;
	char last[64];
};

static const char *reply_of(struct fake *f, const char *target, int *status)
{
	const char *op = strchr(target, '.') + 1;
	*status = 200;
	if (f->no_stoker && !strncmp(target, "Stoker.", 7)) {
		*status = 400;
		return "{\"__type\":\"UnknownOperationException\",\"Message\":\"Could not find operation\"}";
	}
	if (!strcmp(op, "ListClusters"))
		return f->clusters;
	if (!strcmp(op, "ListSteps"))
		return f->steps;
	if (!strcmp(op, "GetCost"))
		return "{\"Clusters\":[{\"ClusterId\":\"j-1\",\"PerHour\":1.24,\"Accrued\":3,\"Today\":2,"
		       "\"Unknown\":false,\"Groups\":[{\"InstanceGroupId\":\"ig-1\",\"Role\":\"CORE\","
		       "\"Type\":\"m5.xlarge\",\"Count\":2,\"Ec2PerHour\":0.192,\"EmrPerHour\":0.048}]}],"
		       "\"PerHour\":1.24,\"Today\":2,\"PriceDate\":\"2026-07-20\",\"Source\":\"table\"}";
	if (!strcmp(op, "ListAlarms"))
		return "{\"Alarms\":[]}";
	*status = 400;
	return "{\"__type\":\"com.amazon#ValidationException\",\"message\":\"no\",\"Hint\":\"try\"}";
}

static void on_fake_timer(uv_timer_t *t)
{
	struct fake *f = t->data;
	struct fake_call *todo = f->queue;
	f->queue = NULL;
	while (todo) {
		struct fake_call *c = todo;
		todo = c->next;
		bool watch = strstr(c->target, "WatchState");
		if (watch && !f->away && !f->no_stoker && f->watches++ > 0) {
			c->next = f->queue; /* a long poll: stays */
			f->queue = c;
			continue;
		}
		if (f->away) {
			struct error err = ERROR_INIT;
			error_set(&err, ERR_UNAVAILABLE, "nobody there");
			c->done(c->arg, 0, NULL, 0, &err);
		} else if (watch && !f->no_stoker) {
			char body[64];
			int n = snprintf(body, sizeof body, "{\"Version\":%lld}", (long long)f->version);
			c->done(c->arg, 200, body, (size_t)n, NULL);
		} else {
			int status;
			const char *body = reply_of(f, c->target, &status);
			c->done(c->arg, status, body, strlen(body), NULL);
		}
		free(c->body);
		free(c);
	}
}

static void *fake_send(struct transport *t, const char *target, const char *body, size_t len,
                       int timeout_ms, transport_done done, void *arg, struct error *err)
{
	struct fake *f = (struct fake *)t;
	struct fake_call *c = xcalloc(1, sizeof *c);
	(void)timeout_ms, (void)err;
	c->fake = f;
	c->body = xstrndup(body, len);
	c->done = done;
	c->arg = arg;
	snprintf(c->target, sizeof c->target, "%s", target);
	snprintf(f->last, sizeof f->last, "%s", target);
	c->next = f->queue;
	f->queue = c;
	f->calls++;
	uv_timer_start(&f->timer, on_fake_timer, 1, 0);
	return c;
}

static void fake_cancel(struct transport *t, void *handle)
{
	struct fake *f = (struct fake *)t;
	for (struct fake_call **p = &f->queue; *p; p = &(*p)->next) {
		if (*p == handle) {
			struct fake_call *c = *p;
			*p = c->next;
			free(c->body);
			free(c);
			return;
		}
	}
}

static void fake_free(struct transport *t)
{
	struct fake *f = (struct fake *)t;
	while (f->queue)
		fake_cancel(t, f->queue);
	uv_close((uv_handle_t *)&f->timer, NULL);
}

static const struct transport_ops fake_ops = { fake_send, fake_cancel, NULL, fake_free };

static struct client *fake_client(struct fake *f, uv_loop_t *loop)
{
	memset(f, 0, sizeof *f);
	uv_loop_init(loop);
	f->base.ops = &fake_ops;
	f->version = 7;
	f->clusters = "{\"Clusters\":[{\"Id\":\"j-1\",\"Name\":\"etl\",\"Status\":{\"State\":\"RUNNING\","
	              "\"Timeline\":{\"CreationDateTime\":100}}},{\"Id\":\"j-2\",\"Name\":\"adhoc\","
	              "\"Status\":{\"State\":\"WAITING\",\"Timeline\":{\"CreationDateTime\":200}}}]}";
	f->steps = "{\"Steps\":[{\"Id\":\"s-2\",\"Name\":\"b\",\"Status\":{\"State\":\"RUNNING\"}},"
	           "{\"Id\":\"s-1\",\"Name\":\"a\",\"Status\":{\"State\":\"COMPLETED\"}}],\"Marker\":\"m\"}";
	uv_timer_init(loop, &f->timer);
	f->timer.data = f;
	return client_open_with(loop, &f->base);
}

static void finish(struct client *c, uv_loop_t *loop)
{
	client_close(c);
	uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

static void run_until(uv_loop_t *loop, bool (*ok)(void *), void *arg)
{
	int64_t until = clock_mono_us() + 60000000;
	while (!ok(arg) && clock_mono_us() < until)
		uv_run(loop, UV_RUN_ONCE);
	assert_true(ok(arg));
}

static void ignore(void *ctx)
{
	(void)ctx;
}

/* ---- tests ---- */

static void test_call(void **state)
{
	(void)state;
	struct fake f;
	uv_loop_t loop;
	struct client *c = fake_client(&f, &loop);
	struct error err = ERROR_INIT;
	cJSON *out = NULL;
	assert_int_equal(client_call(c, "Stoker.GetCost", NULL, &out, &err), 0);
	assert_string_equal(json_str(out, "PriceDate", ""), "2026-07-20");
	cJSON_Delete(out);
	assert_int_equal(client_call(c, "ElasticMapReduce.RunJobFlow", NULL, NULL, &err), ERR_INVALID);
	assert_string_equal(err.class_, "ValidationException");
	assert_string_equal(err.message, "no");
	assert_string_equal(err.hint, "try");
	f.no_stoker = true;
	assert_int_equal(client_call(c, "Stoker.GetCost", NULL, NULL, &err), ERR_UNSUPPORTED);
	f.away = true;
	assert_int_equal(client_call(c, "Stoker.GetCost", NULL, NULL, &err), ERR_UNAVAILABLE);
	finish(c, &loop);
}

static void test_parse_reply(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	cJSON *out;
	assert_int_equal(client_parse_reply("X.Y", 200, "", 0, &out, &err), 0);
	cJSON_Delete(out);
	assert_int_equal(client_parse_reply("X.Y", 200, "<html>", 6, &out, &err), ERR_INVALID);
	assert_int_equal(client_parse_reply("X.Y", 503, "<html>", 6, &out, &err), ERR_UNAVAILABLE);
	assert_int_equal(client_parse_reply("X.Y", 403, "{}", 2, &out, &err), ERR_AUTH);
	const char *throttled = "{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}";
	assert_int_equal(client_parse_reply("X.Y", 400, throttled, strlen(throttled), &out, &err), ERR_FULL);
}

static void test_budget(void **state)
{
	(void)state;
	struct budget *b = budget_new(4, 1);
	const char *op;
	for (int i = 0; i < 4; i++)
		assert_true(budget_take(b, "A", true, 0));
	assert_false(budget_take(b, "A", true, 0));
	assert_true(budget_take(b, "B", true, 0));
	assert_true(budget_take(b, "B", true, 0));
	assert_in_range(budget_wait(b, "A", true, 0), 900, 1100);
	assert_true(budget_take(b, "A", true, 1001));
	assert_false(budget_take(b, "B", false, 0));   /* hidden parts only get the upper half */
	assert_true(budget_take(b, "B", false, 20000));
	budget_throttled(b, "B", 20000);
	assert_false(budget_take(b, "B", true, 21000)); /* half the rate */
	assert_true(budget_take(b, "B", true, 22001));
	assert_true(budget_left(b, 22001, &op) < 0.5);
	assert_string_equal(op, "B");
	budget_free(b);
}

static bool has_all(void *arg)
{
	struct model *m = arg;
	struct mcluster *mc = model_cluster(m, "j-1");
	return mc && mc->c->steps.len == 2 && m->cost_known && m->parts[PART_ALARMS].fetched;
}

static struct live_interest home_interest(void)
{
	struct live_interest want;
	memset(&want, 0, sizeof want);
	strcpy(want.cluster, "j-1");
	want.parts = 1u << CPART_STEPS;
	return want;
}

static void test_live(void **state)
{
	(void)state;
	struct fake f;
	uv_loop_t loop;
	struct client *c = fake_client(&f, &loop);
	struct model *m = model_new();
	struct live *l = live_new(c, m, NULL, ignore, NULL);
	struct live_interest want = home_interest();
	live_want(l, &want);
	run_until(&loop, has_all, m);
	assert_int_equal(m->link, LINK_LIVE);
	assert_int_equal(m->version, 7);
	struct mcluster *mc = model_cluster(m, "j-1");
	assert_string_equal(m->clusters.items[0]->c->id, "j-2");   /* newest first */
	assert_string_equal(mc->c->steps.items[0]->id, "s-1");     /* oldest first */
	assert_string_equal(mc->steps_marker, "m");
	assert_true(fabs(mc->cost.per_hour - 1.24) < 1e-9);
	live_free(l);
	model_free(m);
	finish(c, &loop);
}

static bool is_away(void *arg)
{
	return ((struct model *)arg)->link == LINK_AWAY;
}

static bool is_live(void *arg)
{
	return ((struct model *)arg)->link == LINK_LIVE;
}

static void test_live_away_and_back(void **state)
{
	(void)state;
	struct fake f;
	uv_loop_t loop;
	struct client *c = fake_client(&f, &loop);
	struct model *m = model_new();
	f.away = true;
	struct live *l = live_new(c, m, NULL, ignore, NULL);
	run_until(&loop, is_away, m);
	assert_string_equal(m->link_error, "nobody there");
	assert_true(m->link_retry > 0);
	f.away = false;
	run_until(&loop, is_live, m);
	assert_string_equal(m->link_error, "");
	live_free(l);
	model_free(m);
	finish(c, &loop);
}

static bool is_polling(void *arg)
{
	struct model *m = arg;
	return m->link == LINK_POLLING && m->clusters.len == 2 && m->parts[PART_COST].unsupported;
}

/* Amazon's side: no Stoker operations at all; nothing but those parts is missing. */
static void test_live_plain_emr(void **state)
{
	(void)state;
	struct fake f;
	uv_loop_t loop;
	struct client *c = fake_client(&f, &loop);
	struct model *m = model_new();
	f.no_stoker = true;
	struct live *l = live_new(c, m, NULL, ignore, NULL);
	run_until(&loop, is_polling, m);
	int before = f.calls;
	for (int i = 0; i < 20; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_in_range(f.calls - before, 0, 2);
	live_free(l);
	model_free(m);
	finish(c, &loop);
}

static cJSON *parse(const char *text)
{
	struct error err = ERROR_INIT;
	cJSON *v = json_parse(text, strlen(text), &err);
	assert_non_null(v);
	return v;
}

static void test_model_pages(void **state)
{
	(void)state;
	struct model *m = model_new();
	struct error err = ERROR_INIT;
	cJSON *v = parse("{\"Clusters\":[{\"Id\":\"j-1\",\"Status\":{\"State\":\"RUNNING\"}}]}");
	assert_int_equal(model_take_clusters(m, v, true, &err), 0);
	cJSON_Delete(v);
	struct mcluster *mc = model_cluster(m, "j-1");
	v = parse("{\"Steps\":[{\"Id\":\"s-4\"},{\"Id\":\"s-3\"}],\"Marker\":\"x\"}");
	assert_int_equal(model_take_steps(mc, v, true, &err), 0);
	cJSON_Delete(v);
	v = parse("{\"Steps\":[{\"Id\":\"s-2\"},{\"Id\":\"s-1\"}]}");
	assert_int_equal(model_take_steps(mc, v, false, &err), 0);
	cJSON_Delete(v);
	assert_string_equal(mc->steps_marker, "");
	v = parse("{\"Steps\":[{\"Id\":\"s-5\"},{\"Id\":\"s-4\"}],\"Marker\":\"x\"}");
	assert_int_equal(model_take_steps(mc, v, true, &err), 0);
	cJSON_Delete(v);
	assert_string_equal(mc->steps_marker, "");
	assert_int_equal(mc->c->steps.len, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal(mc->c->steps.items[i]->id[2], '1' + i);
	v = parse("{\"Nonsense\":1}");
	assert_int_equal(model_take_steps(mc, v, true, &err), ERR_INVALID);
	assert_int_equal(model_take_clusters(m, v, true, &err), ERR_INVALID);
	assert_int_equal(mc->c->steps.len, 5);
	cJSON_Delete(v);
	v = parse("{\"Clusters\":[]}");
	assert_int_equal(model_take_clusters(m, v, true, &err), 0);
	model_sweep(m);
	assert_int_equal(m->clusters.len, 0);
	cJSON_Delete(v);
	model_free(m);
}

static void test_metrics(void **state)
{
	(void)state;
	struct metrics *m = metrics_new();
	struct metric_set *s = metrics_set(m, "", RANGE_HOUR);
	struct error err = ERROR_INIT;
	int64_t now = 1000000000;
	char text[256];
	snprintf(text, sizeof text, "{\"Series\":[{\"Metric\":\"cpu.user\",\"Period\":5,\"Points\":"
	         "[[%lld,10],[%lld,null],[%lld,30]]}]}", (long long)(now / 1000 - 15),
	         (long long)(now / 1000 - 10), (long long)(now / 1000 - 5));
	cJSON *v = parse(text);
	assert_int_equal(metric_set_take(s, v, now, &err), 0);
	double *u = s->values[METRIC_CPU_USER];
	assert_int_equal(s->n, 720);
	assert_true(u[s->n - 2] == 30 && isnan(u[s->n - 3]) && u[s->n - 4] == 10);
	assert_true(metric_set_last(s, METRIC_CPU_USER, now, 20000) == 30);
	assert_true(isnan(metric_set_last(s, METRIC_LOAD1, now, 20000)));
	/* A minute later the picture has moved on, and the gap is a gap. */
	assert_int_equal(metric_set_take(s, v, now + 60000, &err), 0);
	assert_true(u[s->n - 2 - 12] == 30 && isnan(u[s->n - 1]));
	assert_true(isnan(metric_set_last(s, METRIC_CPU_USER, now + 60000, 20000)));
	assert_true(metric_set_from(s, now + 60000) > now);
	cJSON *copy = metric_set_encode(s);
	struct metric_set *t = metrics_set(m, "ci-1", RANGE_HOUR);
	assert_int_equal(metric_set_take(t, copy, now + 60000, &err), 0);
	assert_true(t->values[METRIC_CPU_USER][t->n - 14] == 30);
	cJSON_Delete(copy);
	cJSON_Delete(v);
	metrics_free(m);
}

static char *temp_dir(void)
{
	char name[] = "/tmp/stoker-client-XXXXXX";
	assert_non_null(mkdtemp(name));
	return xstrdup(name);
}

static void test_cache(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	char *dir = temp_dir(), *path = cache_path(dir, true);
	struct cache *c = cache_open(path, "local");
	assert_non_null(c);
	cJSON *v = parse("{\"Clusters\":[{\"Id\":\"j-1\",\"Name\":\"etl\",\"Status\":{\"State\":\"RUNNING\"}}]}");
	cache_put(c, "clusters", "", clock_now_ms(), v);
	cJSON_Delete(v);
	v = parse("{\"Steps\":[{\"Id\":\"s-1\",\"Name\":\"a\"}]}");
	cache_put(c, "steps", "j-1", clock_now_ms(), v);
	cJSON_Delete(v);
	cache_set(c, "home.cluster", "j-1");
	cache_close(c);
	c = cache_open(path, "local");
	struct model *m = model_new();
	cache_load(c, m);
	struct mcluster *mc = model_cluster(m, "j-1");
	assert_non_null(mc);
	assert_string_equal(mc->c->name, "etl");
	assert_int_equal(mc->c->steps.len, 1);
	assert_true(mc->parts[CPART_STEPS].cached && m->parts[PART_CLUSTERS].cached);
	char *set = cache_setting(c, "home.cluster");
	assert_string_equal(set, "j-1");
	free(set);
	cache_close(c);
	model_free(m);
	/* Another context sees nothing of it; a broken file is set aside. */
	c = cache_open(path, "aws/eu-west-1");
	m = model_new();
	cache_load(c, m);
	assert_int_equal(m->clusters.len, 0);
	model_free(m);
	cache_close(c);
	assert_int_equal(fs_write_atomic(path, "this is not a database at all, not at all", 41, 0600, &err), 0);
	c = cache_open(path, "local");
	assert_non_null(c);
	cache_close(c);
	free(path);
	assert_int_equal(fs_remove_tree(dir, &err), 0);
	free(dir);
}

static struct mcluster *sample(struct model *m)
{
	struct error err = ERROR_INIT;
	cJSON *v = parse("{\"Clusters\":[{\"Id\":\"j-1\",\"Name\":\"it's\",\"Status\":{\"State\":\"WAITING\"}}]}");
	assert_int_equal(model_take_clusters(m, v, true, &err), 0);
	cJSON_Delete(v);
	struct mcluster *mc = model_cluster(m, "j-1");
	v = parse("{\"InstanceGroups\":[{\"Id\":\"ig-1\",\"InstanceGroupType\":\"CORE\",\"InstanceType\":"
	          "\"m5.xlarge\",\"RequestedInstanceCount\":2,\"RunningInstanceCount\":2,"
	          "\"Status\":{\"State\":\"RUNNING\"}}]}");
	assert_int_equal(model_take_groups(mc, v, &err), 0);
	cJSON_Delete(v);
	return mc;
}

/* What an act would cost is by the prices of the region that is spoken to, whatever of a cluster is read anew. */
static void test_prices_are_of_the_region(void **state)
{
	(void)state;
	struct error err = ERROR_INIT;
	bool unknown = false;
	struct model *m = model_new();
	struct mcluster *mc = sample(m);
	assert_true(fabs(act_cluster_price(mc->c, &unknown) - 0.48) < 1e-9);
	assert_false(unknown);
	model_free(m);
	m = model_new();
	strcpy(m->region, "eu-west-1");
	mc = sample(m);
	cJSON *v = parse("{\"Cluster\":{\"Id\":\"j-1\",\"Name\":\"etl\",\"Status\":{\"State\":\"WAITING\"}}}");
	assert_int_equal(model_take_detail(mc, v, &err), 0);
	cJSON_Delete(v);
	assert_true(fabs(act_cluster_price(mc->c, &unknown) - 0.428) < 1e-9);
	assert_true(unknown); /* EMR's fee there */
	strcpy(mc->c->region, "cn-north-1");
	unknown = false;
	assert_true(act_cluster_price(mc->c, &unknown) == 0 && unknown);
	model_free(m);
}

static void test_acts(void **state)
{
	(void)state;
	struct model *m = model_new();
	struct mcluster *mc = sample(m);
	struct act *a = act_scale(mc, "ig-1", 5);
	assert_true(fabs(a->per_hour - 3 * 0.24) < 1e-9);
	assert_false(a->per_hour_unknown);
	assert_string_equal(a->cli, "aws emr modify-instance-groups --cluster-id j-1 --instance-groups "
	                            "InstanceGroupId=ig-1,InstanceCount=5");
	char *call = act_call_text(a);
	assert_string_equal(call, "ElasticMapReduce.ModifyInstanceGroups {\"ClusterId\":\"j-1\","
	                          "\"InstanceGroups\":[{\"InstanceGroupId\":\"ig-1\",\"InstanceCount\":5}]}");
	free(call);
	act_free(a);
	assert_null(act_scale(mc, "ig-none", 1));
	a = act_terminate(mc);
	assert_int_equal(a->care, ACT_CARE_WORD);
	assert_string_equal(a->word, "it's");
	assert_true(fabs(a->per_hour + 0.48) < 1e-9);
	act_free(a);
	struct step *s = step_new();
	text_set(&s->name, "it's one");
	text_set(&s->jar, "command-runner.jar");
	str_list_add(&s->args, "spark-sql");
	s->on_failure = STEP_CONTINUE;
	a = act_add_step(mc, s);
	assert_non_null(strstr(a->cli, "--steps '[{\"Type\":\"CUSTOM_JAR\",\"Name\":\"it'\\''s one\""));
	act_free(a);
	step_free(s);
	model_free(m);
}

static void test_words(void **state)
{
	(void)state;
	struct str_list l = { 0 };
	struct error err = ERROR_INIT;
	assert_int_equal(act_split_words("spark-sql -e 'SELECT \"a\" ;' a\\ b \"c'd\" ''", &l, &err), 0);
	assert_int_equal(l.len, 6);
	assert_string_equal(l.items[2], "SELECT \"a\" ;");
	assert_string_equal(l.items[3], "a b");
	assert_string_equal(l.items[4], "c'd");
	assert_string_equal(l.items[5], "");
	str_list_free(&l);
	assert_int_equal(act_split_words("a 'b", &l, &err), ERR_INVALID);
	str_list_free(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_call), cmocka_unit_test(test_parse_reply),
		cmocka_unit_test(test_budget), cmocka_unit_test(test_live),
		cmocka_unit_test(test_live_away_and_back), cmocka_unit_test(test_live_plain_emr),
		cmocka_unit_test(test_model_pages), cmocka_unit_test(test_metrics),
		cmocka_unit_test(test_cache), cmocka_unit_test(test_acts),
		cmocka_unit_test(test_prices_are_of_the_region), cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
