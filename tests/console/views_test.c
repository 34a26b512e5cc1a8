/* The console's screens against a recorded world (fake.py), as golden screens at two sizes, in UTF-8 and
 * ASCII, in 256 colours and mono; and the flows of a person through its forms and plans, checked by what
 * really reached the server. */
#include "tests/console/world.h"

/* ---- golden screens ---- */

static void screens_at(const struct look *l)
{
	struct world w;
	open_world(&w, "full", l, NULL);
	struct term *t = w.term;
	wait_home(t);
	golden(t, "home", l);
	term_keys(t, "<enter>");
	term_wait(t, "emr-7.5.0");
	term_wait(t, "protection");
	golden(t, "cluster", l);
	term_keys(t, "n");
	term_wait(t, "UP");
	golden(t, "nodes", l);
	term_keys(t, "s");
	term_wait(t, "STARTED");
	term_keys(t, "k");
	term_wait(t, "reason");
	golden(t, "steps", l);
	term_keys(t, "<enter>");
	term_wait(t, "Error in query");
	golden(t, "log", l);
	term_keys(t, "g");
	term_wait(t, "Network");
	golden(t, "graphs", l);
	term_keys(t, "<left><left><left><left>");
	golden(t, "graphs-cursor", l);
	escape(t);
	/* The boards have golden screens of their own: boards_test.c. */
	term_keys(t, "$");
	term_wait(t, "TOTAL");
	term_keys(t, "!");
	term_wait(t, "idle for 23 h");
	term_keys(t, "e");
	term_wait(t, "started running");
	term_keys(t, "?");
	term_wait(t, "Keys and commands");
	golden(t, "help", l);
	escape(t);
	term_keys(t, "c");
	term_wait(t, "Create a cluster");
	golden(t, "create", l);
	close_world(&w);
}

static void test_screens_80(void **state)
{
	(void)state;
	screens_at(&looks[0]);
}

static void test_screens_200(void **state)
{
	(void)state;
	screens_at(&looks[1]);
}

static void test_screens_80_ascii(void **state)
{
	(void)state;
	screens_at(&looks[2]);
}

static void test_screens_200_ascii(void **state)
{
	(void)state;
	screens_at(&looks[3]);
}

static void test_styles(void **state)
{
	(void)state;
	struct world w;
	static const struct look mono = { "mono", 80, 24, "braille", "never" };
	open_world(&w, "full", UTF8_80, NULL);
	wait_home(w.term);
	term_golden_styles(w.term, "home-styles-256");
	close_world(&w);
	open_world(&w, "full", &mono, NULL);
	wait_home(w.term);
	term_golden_styles(w.term, "home-styles-mono");
	close_world(&w);
}

/* ---- sizes ---- */

static void test_small(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "full", UTF8_80, NULL);
	wait_home(w.term);
	static const int sizes[][2] = { { 60, 20 }, { 40, 10 }, { 20, 5 }, { 8, 3 }, { 1, 1 }, { 132, 43 } };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		term_resize(w.term, sizes[i][0], sizes[i][1]);
		term_settle(w.term, 150);
		for (const char *k = "insg$!eH"; *k; k++) {
			char key[2] = { *k, 0 };
			term_keys(w.term, key);
		}
		term_settle(w.term, 100);
		if (sizes[i][0] == 40)
			term_golden(w.term, "home-40x10");
	}
	term_wait(w.term, "nightly-etl");
	close_world(&w);
}

/* ---- flows ---- */

static void test_create(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "full", UTF8_80, NULL);
	struct term *t = w.term;
	wait_home(t);
	term_keys(t, "c");
	term_wait(t, "Create a cluster");
	term_wait(t, "$0.48/h");
	term_keys(t, "<ctrl-u>mine<ctrl-s>");
	term_wait(t, "aws emr create-cluster --name mine");
	term_wait(t, "$0.00/h");
	term_golden(t, "plan-create");
	assert_false(had_request(&w, "RunJobFlow"));
	term_keys(t, "y");
	wait_request(&w, "ElasticMapReduce.RunJobFlow {");
	wait_request(&w, "\"Name\": \"mine\"");
	term_wait(t, "mine");
	term_wait(t, "STARTING");
	close_world(&w);
}

static void test_create_refused(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "full", UTF8_80, NULL);
	wait_home(w.term);
	term_keys(w.term, "c");
	term_wait(w.term, "Create a cluster");
	term_keys(w.term, "<ctrl-u>refuse<ctrl-s>");
	term_wait(w.term, "Create cluster refuse");
	term_keys(w.term, "y");
	term_wait(w.term, "release label is invalid");
	close_world(&w);
}

static void test_add_step(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "full", UTF8_80, NULL);
	struct term *t = w.term;
	wait_home(t);
	term_keys(t, "a");
	term_wait(t, "Add a step to nightly-etl");
	term_keys(t, "<ctrl-u>count<tab><right>");
	term_wait(t, "statements");
	term_keys(t, "<tab>SELECT 1<ctrl-s>");
	term_wait(t, "Add step count");
	term_golden(t, "plan-step");
	term_keys(t, "y");
	wait_request(&w, "\"Args\": [\"spark-sql\", \"-e\", \"SELECT 1\"]");
	term_wait(t, "count");
	close_world(&w);
}

static void test_scale(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "full", UTF8_80, NULL);
	struct term *t = w.term;
	wait_home(t);
	term_keys(t, "+");
	term_wait(t, "Scale nightly-etl");
	term_keys(t, "<tab>++<ctrl-s>");
	term_wait(t, "modify-instance-groups");
	term_wait(t, "4 x m5.2xlarge");
	term_golden(t, "plan-scale");
	term_keys(t, "y");
	wait_request(&w, "\"InstanceCount\": 4");
	close_world(&w);
}

static void test_terminate(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "full", UTF8_80, NULL);
	struct term *t = w.term;
	wait_home(t);
	term_keys(t, "T");
	term_wait(t, "type nightly-etl");
	term_golden(t, "plan-terminate");
	term_keys(t, "<enter>y<enter>");
	term_settle(t, 200);
	assert_false(had_request(&w, "TerminateJobFlows"));
	term_keys(t, "<esc>");
	term_wait(t, "nothing was done");
	term_keys(t, "T");
	term_wait(t, "type nightly-etl");
	term_keys(t, "nightly-etl<enter>");
	wait_request(&w, "TerminateJobFlows {\"JobFlowIds\": [\"j-2AXK7QW9ZP3LM\"]}");
	term_wait(t, "TERMINATING");
	close_world(&w);
}

static void test_cancel(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "full", UTF8_80, NULL);
	struct term *t = w.term;
	wait_home(t);
	term_keys(t, "x");
	term_wait(t, "cancel-steps");
	term_keys(t, "<enter>");
	term_settle(t, 200);
	assert_false(had_request(&w, "CancelSteps"));
	term_keys(t, "y");
	wait_request(&w, "\"StepIds\": [\"s-1A0000000003\"]");
	term_wait(t, "CANCEL_");
	close_world(&w);
}

static void test_read_only(void **state)
{
	(void)state;
	struct world w;
	static const char *const extra[] = { "--read-only", NULL };
	open_world(&w, "full", UTF8_80, extra);
	wait_home(w.term);
	term_keys(w.term, "T");
	term_wait(w.term, "read-only: terminate is switched off");
	term_keys(w.term, ":unlock<enter>");
	term_wait(w.term, "ten minutes");
	term_keys(w.term, "T");
	term_wait(w.term, "type nightly-etl");
	close_world(&w);
}

/* Selection and panes follow ids; `:name` goes to a cluster; `/` narrows; the wish of --cluster holds. */
static void test_walk(void **state)
{
	(void)state;
	struct world w;
	static const char *const extra[] = { "--cluster", "adhoc", NULL };
	open_world(&w, "many", UTF8_80, extra);
	struct term *t = w.term;
	term_wait(t, "explore");
	term_keys(t, ":nightly-etl<enter>");
	term_wait(t, "emr-7.5.0");
	escape(t);
	term_wait(t, "quality-");
	term_keys(t, "/batch-4<enter>");
	term_wait(t, "batch-40");
	term_wait_gone(t, "adhoc");
	term_keys(t, "<esc>");
	term_wait_gone(t, "batch-4 ");
	close_world(&w);
}

static void test_empty(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "empty", UTF8_80, NULL);
	term_wait(w.term, "There is no cluster yet");
	golden(w.term, "empty", UTF8_80);
	term_keys(w.term, "T");
	term_wait(w.term, "there is no cluster yet: c creates one");
	close_world(&w);
}

/* A service that only speaks EMR: everything works but what it does not offer. */
static void test_plain_emr(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "aws", UTF8_80, NULL);
	term_wait(w.term, "transform");
	term_wait(w.term, "not offered");
	golden(w.term, "plain-emr", UTF8_80);
	close_world(&w);
}

/* The last state is on screen although nobody answers, greyed and with its age. */
static void test_cache(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "full", UTF8_80, NULL);
	wait_home(w.term);
	term_keys(w.term, "q");
	assert_int_equal(term_wait_exit(w.term), 0);
	term_free(w.term);
	stop_server(&w);
	start_console(&w, UTF8_80, NULL);
	term_wait(w.term, "no answer");
	term_wait(w.term, "nightly-etl");
	term_wait(w.term, "transform");
	term_wait(w.term, "old");
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens_80), cmocka_unit_test(test_screens_200),
		cmocka_unit_test(test_screens_80_ascii), cmocka_unit_test(test_screens_200_ascii),
		cmocka_unit_test(test_styles), cmocka_unit_test(test_small), cmocka_unit_test(test_create),
		cmocka_unit_test(test_create_refused), cmocka_unit_test(test_add_step),
		cmocka_unit_test(test_scale), cmocka_unit_test(test_terminate), cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_read_only), cmocka_unit_test(test_walk), cmocka_unit_test(test_empty),
		cmocka_unit_test(test_plain_emr), cmocka_unit_test(test_cache),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
