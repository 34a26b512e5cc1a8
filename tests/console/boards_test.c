/* The boards (alarms, cost, scaling, spot, dead letters, schedules, events, audit) as golden screens, with
 * every form; and the flows of a person through forms and plans, checked by what really reached the server. */
#include "tests/console/world.h"

/* Open a screen by its command, which every terminal can type. */
static void go(struct term *t, const char *screen, const char *shows)
{
	term_keys(t, ":");
	term_keys(t, screen);
	term_keys(t, "<enter>");
	term_wait(t, shows);
	term_settle(t, 120);
}

static void form(struct term *t, const char *key, const char *title, const char *name, const struct look *l)
{
	term_keys(t, key);
	term_wait(t, title);
	golden(t, name, l);
	escape(t);
	term_wait_gone(t, title);
}

/* ---- golden screens ---- */

static void alarm_screens(struct term *t, const struct look *l)
{
	go(t, "alarms", "breaching 93");
	golden(t, "alarms", l);
	term_keys(t, "v");
	term_wait(t, "adhoc-idle");
	golden(t, "alarms-all", l);
	form(t, "A", "Acknowledge", "form-acknowledge", l);
	form(t, "u", "Change an alarm", "form-alarm", l);
	term_keys(t, "v<down>");
	term_wait(t, "the server's own watch");
	golden(t, "alarms-condition", l);
}

static void cost_screens(struct term *t, const struct look *l)
{
	go(t, "cost", "queue ends in");
	golden(t, "cost", l);
	term_keys(t, ":by day<enter>");
	term_wait(t, "2025-11-21");
	golden(t, "cost-day", l);
	term_keys(t, "2");
	term_wait(t, "team-data");
	golden(t, "cost-budgets", l);
	form(t, "u", "Change a budget", "form-budget", l);
	form(t, "I", "What if:", "form-what-if", l);
	term_keys(t, "3");
	term_wait(t, "It waited for steps");
	golden(t, "cost-savings", l);
	term_keys(t, "<enter>");
	term_wait(t, "put-auto-termination-policy");
	golden(t, "plan-saving", l);
	escape(t);
}

static void scaling_screens(struct term *t, const struct look *l)
{
	go(t, "scaling", "scale-out");
	golden(t, "scaling", l);
	form(t, "u", "Scaling rules for", "form-rules", l);
	term_keys(t, "<down>");
	term_wait(t, "Every minute");
	golden(t, "scaling-cpu", l);
	form(t, "u", "by its CPU", "form-cpu", l);
	term_keys(t, "<down>");
	term_wait(t, "time zone");
	form(t, "u", "by the clock", "form-clock", l);
	term_keys(t, "2");
	term_wait(t, "The numbers that");
	golden(t, "scaling-decisions", l);
	form(t, "N", "New scaling policy", "menu-scaling", l);
}

static void spot_screens(struct term *t, const struct look *l)
{
	go(t, "spot", "on demand $0.17");
	golden(t, "spot", l);
	form(t, "p", "Spot market: c5.xlarge", "form-spot", l);
	form(t, "f", "Load spot prices", "form-feed", l);
	term_keys(t, "2");
	term_wait(t, "ends in 1:15");
	golden(t, "spot-nodes", l);
	form(t, "x", "Interrupt 1 spot node", "form-interrupt", l);
	term_keys(t, "3");
	term_wait(t, "replaced by");
	golden(t, "spot-interruptions", l);
	term_keys(t, "n");
	term_wait(t, "ends in 1:15");
	golden(t, "nodes-notice", l);
}

static void letter_screens(struct term *t, const struct look *l)
{
	go(t, "dead-letters", "for good");
	golden(t, "letters", l);
	term_keys(t, "JJJJJJJ");
	term_wait(t, "Attempts");
	golden(t, "letters-attempts", l);
	form(t, "u", "Mend and replay", "form-fix", l);
	form(t, "X", "Discard", "form-discard", l);
	term_keys(t, "v");
	term_wait(t, "DISCARDED");
	golden(t, "letters-all", l);
}

static void schedule_screens(struct term *t, const struct look *l)
{
	go(t, "schedules", "The nightly load");
	golden(t, "schedules", l);
	form(t, "N", "New schedule", "form-schedule-new", l);
	form(t, "u", "Change a schedule", "form-schedule", l);
	term_keys(t, "<enter>");
	term_wait(t, "scheduled for");
	golden(t, "schedules-runs", l);
}

static void topic_screens(struct term *t, const struct look *l)
{
	go(t, "topics", "hooks.example");
	golden(t, "topics", l);
	form(t, "N", "New topic", "form-topic", l);
}

static void trail_screens(struct term *t, const struct look *l)
{
	go(t, "audit", "aws-cli/2.15");
	golden(t, "audit", l);
	term_keys(t, "t");
	term_wait_gone(t, "AddJobFlowSteps");
	golden(t, "audit-failures", l);
	go(t, "events", "the step before it has ended");
	golden(t, "events", l);
	term_keys(t, "t");
	term_wait(t, "WARN and worse");
	golden(t, "events-worse", l);
	form(t, "w", "Screens", "menu-screens", l);
}

static void boards_at(const struct look *l)
{
	struct world w;
	open_world(&w, "full", l, NULL);
	wait_home(w.term);
	alarm_screens(w.term, l);
	cost_screens(w.term, l);
	scaling_screens(w.term, l);
	spot_screens(w.term, l);
	letter_screens(w.term, l);
	schedule_screens(w.term, l);
	topic_screens(w.term, l);
	trail_screens(w.term, l);
	close_world(&w);
}

static void test_boards_80(void **state)
{
	(void)state;
	boards_at(&looks[0]);
}

static void test_boards_200(void **state)
{
	(void)state;
	boards_at(&looks[1]);
}

static void test_boards_80_ascii(void **state)
{
	(void)state;
	boards_at(&looks[2]);
}

static void test_boards_200_ascii(void **state)
{
	(void)state;
	boards_at(&looks[3]);
}

/* Every board says why it is empty; one that the other side does not offer says so, and nothing is acted on. */
static void test_empty(void **state)
{
	static const struct { const char *screen, *says; } empty[] = {
		{ "alarms", "Nothing is wrong." }, { "cost", "Nothing was spent" }, { "scaling", "no cluster yet" },
		{ "spot", "The market has no types." }, { "dead-letters", "No step has failed for good." },
		{ "schedules", "N makes a schedule" }, { "audit", "Nobody has changed anything" },
		{ "events", "Nothing has happened yet." },
	};
	struct world w;
	(void)state;
	open_world(&w, "empty", UTF8_80, NULL);
	term_wait(w.term, "There is no cluster yet");
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
		if (strcmp(empty[i].screen, "cost"))
			go(w.term, empty[i].screen, empty[i].says);
	}
	go(w.term, "cost", "not a bill: no prices of cn-north-1 are known."); /* its list has no date to tell */
	go(w.term, "dead-letters", "failed for good");
	term_keys(w.term, "p");
	term_wait(w.term, "no dead letter is selected");
	close_world(&w);
}

static void test_not_offered(void **state)
{
	static const char *const screens[] = { "scaling", "spot", "dead-letters", "schedules", "audit", "events" };
	struct world w;
	(void)state;
	open_world(&w, "aws", UTF8_80, NULL);
	term_wait(w.term, "transform");
	for (size_t i = 0; i < sizeof screens / sizeof *screens; i++)
		go(w.term, screens[i], "not offered by");
	go(w.term, "alarms", "hdfs-full");
	golden(w.term, "alarms-plain", UTF8_80);
	go(w.term, "cost", "adhoc");
	golden(w.term, "cost-plain", UTF8_80);
	close_world(&w);
}

/* ---- flows ---- */

static struct term *open_at(struct world *w, const char *screen, const char *shows)
{
	open_world(w, "full", UTF8_80, NULL);
	wait_home(w->term);
	go(w->term, screen, shows);
	return w->term;
}

static void test_cause(void **state)
{
	struct world w;
	(void)state;
	open_world(&w, "full", UTF8_80, NULL);
	struct term *t = w.term;
	wait_home(t);
	term_keys(t, "!");                       /* the worst is CloudWatch's: it, selected */
	term_wait(t, "breaching 93");
	term_keys(t, "<down><enter>");           /* the next one is a step's: its log */
	term_wait(t, "Error in query");
	escape(t);
	term_keys(t, "<down><enter>");           /* a budget: the cost screen with it */
	term_wait(t, "team=data");
	close_world(&w);
}

static void test_acknowledge(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "alarms", "3 open, 1 acknowledged");
	term_keys(t, "A");
	term_wait(t, "who looks after it");
	term_keys(t, "<ctrl-s>");
	term_settle(t, 150);
	assert_false(had_request(&w, "AcknowledgeAlarm"));     /* a note must be given */
	term_keys(t, "I clean up hdfs<ctrl-s>");
	term_wait(t, "open → acknowledged");
	golden(t, "plan-acknowledge", UTF8_80);
	term_keys(t, "y");
	wait_request(&w, "Stoker.AcknowledgeAlarm {\"AlarmId\": \"metric/hdfs-full\", \"Note\": \"I clean up hdfs\"}");
	term_wait(t, "2 open, 2 acknowledged");
	term_keys(t, "G<end>");
	term_wait(t, "kept for the workshop");
	term_keys(t, "A");
	term_wait(t, "acknowledged by mia → open");
	term_keys(t, "y");
	wait_request(&w, "Stoker.UnacknowledgeAlarm {\"AlarmId\": \"idle/j-9QPL2RT6WS8VN\"}");
	close_world(&w);
}

static void test_alarm(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "alarms", "breaching 93");
	term_keys(t, "N");
	term_wait(t, "New alarm");
	term_keys(t, "busy<ctrl-s>");
	term_wait(t, "Create alarm busy");
	golden(t, "plan-alarm", UTF8_80);
	term_keys(t, "<pgdn><pgdn>");
	term_wait(t, "aws cloudwatch put-metric-alarm --alarm-name busy");
	term_keys(t, "y");
	wait_request(&w, "PutMetricAlarm {\"ActionsEnabled\": true, \"AlarmName\": \"busy\"");
	wait_request(&w, "\"Dimensions\": [{\"Name\": \"JobFlowId\", \"Value\": \"j-2AXK7QW9ZP3LM\"}]");
	term_keys(t, "v");
	term_wait(t, "busy");
	term_keys(t, "o");
	term_wait(t, "Disable the actions of alarm hdfs-full");
	term_keys(t, "y");
	wait_request(&w, "DisableAlarmActions {\"AlarmNames\": [\"hdfs-full\"]}");
	term_wait(t, "actions of alarm hdfs-full are off");
	term_keys(t, "X");
	term_wait(t, "Delete alarm hdfs-full");
	term_keys(t, "<enter>");
	term_settle(t, 150);
	assert_false(had_request(&w, "DeleteAlarms"));
	term_keys(t, "y");
	wait_request(&w, "DeleteAlarms {\"AlarmNames\": [\"hdfs-full\"]}");
	close_world(&w);
}

static void test_budget(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "cost", "queue ends in");
	term_keys(t, "N");
	term_wait(t, "New budget");
	term_keys(t, "mine<tab><ctrl-u>-3<ctrl-s>");
	term_wait(t, "more than 0");
	term_keys(t, "<ctrl-u>12.5<ctrl-s>");
	term_wait(t, "Create budget mine");
	golden(t, "plan-budget", UTF8_80);
	term_keys(t, "y");
	wait_request(&w, "Stoker.PutBudget {\"Amount\": 12.5, \"BudgetName\": \"mine\", \"Period\": \"MONTHLY\", "
	                 "\"Thresholds\": [50, 80, 100]}");
	term_keys(t, "2");
	term_wait(t, "$12.50");
	close_world(&w);
}

static void test_saving(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "cost", "queue ends in");
	term_keys(t, "3");
	term_wait(t, "It waited for steps");
	term_keys(t, "<enter>");
	term_wait(t, "$251.40 a month");
	term_keys(t, "y");
	wait_request(&w, "PutAutoTerminationPolicy {\"AutoTerminationPolicy\": {\"IdleTimeout\": 3600}");
	term_wait_gone(t, "It waited for steps");
	close_world(&w);
}

static void test_what_if(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "cost", "queue ends in");
	term_keys(t, "I");
	term_wait(t, "What if: nightly-etl");
	term_keys(t, "<ctrl-s>");
	wait_request(&w, "Stoker.WhatIf {\"Changes\": [{\"InstanceCount\": 2, \"InstanceGroupId\": \"ig-A2\", "
	                 "\"InstanceType\": \"m5.2xlarge\"}], \"ClusterId\": \"j-2AXK7QW9ZP3LM\"}");
	term_wait(t, "nothing was changed");
	golden(t, "what-if", UTF8_80);
	close_world(&w);
}

static void test_scaling(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "scaling", "scale-out");
	term_keys(t, "N<enter>");
	term_wait(t, "Managed scaling of nightly-etl");
	term_keys(t, "<tab><ctrl-u>30<ctrl-s>");
	term_wait(t, "not less than the minimum");
	term_keys(t, "<ctrl-u>40<ctrl-s>");
	term_wait(t, "put-managed-scaling-policy");
	golden(t, "plan-managed", UTF8_80);
	term_keys(t, "y");
	wait_request(&w, "PutManagedScalingPolicy {\"ClusterId\": \"j-2AXK7QW9ZP3LM\", \"ManagedScalingPolicy\": "
	                 "{\"ComputeLimits\": {\"MaximumCapacityUnits\": 40");
	term_wait(t, "whole cluster");
	term_keys(t, "<home>");
	term_keys(t, "X");
	term_wait(t, "Remove");
	escape(t);
	close_world(&w);
}

static void test_utilization(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "scaling", "scale-out");
	term_keys(t, "<down>u");
	term_wait(t, "by its CPU");
	term_keys(t, "<tab><tab><ctrl-u>12<ctrl-s>");
	term_wait(t, "8 → 12");
	golden(t, "plan-cpu", UTF8_80);
	term_keys(t, "y");
	wait_request(&w, "PutUtilizationScaling {\"ClusterId\": \"j-2AXK7QW9ZP3LM\", \"CoolDown\": 300");
	wait_request(&w, "\"MaxCapacity\": 12");
	term_wait(t, "0-12");
	close_world(&w);
}

/* What is wrong with a file is said in the form; what it will do to nodes stands in the plan. */
static void test_spot_feed(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "spot", "none is loaded");
	term_keys(t, "f");
	term_wait(t, "Load spot prices");
	term_keys(t, "tests/console/fake.py<ctrl-s>");
	term_wait(t, "fake.py: line 1");
	term_keys(t, "<ctrl-u>tests/data/spot-storm.jsonl<tab><tab><ctrl-u>60<ctrl-s>");
	term_wait(t, "up to $0.1500, above a bid");
	golden(t, "plan-feed", UTF8_80);
	term_keys(t, "y");
	wait_request(&w, "PutSpotFeed {\"Data\": \"{\\\"AvailabilityZone\\\": \\\"us-east-1a\\\"");
	term_wait(t, "1 of 2, 60 times as fast: next c5.xlarge $0.1500 in 1:30");
	term_keys(t, "X");
	term_wait(t, "Clear the spot price feed spot-storm.jsonl");
	term_keys(t, "y");
	wait_request(&w, "DeleteSpotFeed {}");
	term_wait(t, "none is loaded");
	close_world(&w);
}

static void test_spot(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "spot", "on demand $0.17");
	term_keys(t, "p");
	term_wait(t, "Spot market: c5.xlarge");
	term_keys(t, "<ctrl-u>0.15<ctrl-s>");
	term_wait(t, "0.0697 → 0.15");
	golden(t, "plan-spot", UTF8_80);
	term_keys(t, "<enter>");
	term_settle(t, 150);
	assert_false(had_request(&w, "PutSpotPrice"));
	term_keys(t, "y");
	wait_request(&w, "PutSpotPrice {\"Available\": true, \"InstanceType\": \"c5.xlarge\", \"Price\": 0.15}");
	term_wait(t, "$0.1500");
	term_keys(t, "2");
	term_wait(t, "ends in 1:15");
	term_keys(t, "x");
	term_wait(t, "Interrupt 1 spot node");
	term_keys(t, "<ctrl-s>");
	term_wait(t, "TERMINATED in 120 s");
	golden(t, "plan-interrupt", UTF8_80);
	term_keys(t, "y");
	wait_request(&w, "InterruptSpot {\"ClusterId\": \"j-2AXK7QW9ZP3LM\", \"InstanceIds\": [\"ci-0000000000003\"], "
	                 "\"NoticeSeconds\": 120}");
	term_wait(t, "ends in 2:00");
	close_world(&w);
}

static void test_letters(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "dead-letters", "for good");
	term_keys(t, "u");
	term_wait(t, "Mend and replay quality-check");
	term_keys(t, "<tab><end> -v<ctrl-s>");
	term_wait(t, "Replay quality-check");
	golden(t, "plan-replay", UTF8_80);
	term_keys(t, "y");
	wait_request(&w, "Stoker.ReplayDeadLetter {\"DeadLetterId\": \"dl-000000000001\", \"Step\": ");
	wait_request(&w, "\"/etl/quality-check.sql\", \"-v\"]");
	term_wait_gone(t, "quality-check  PENDING");
	term_keys(t, "X");
	term_wait(t, "why it need not run again");
	term_keys(t, "known gap<ctrl-s>");
	term_wait(t, "Discard backfill");
	term_keys(t, "y");
	wait_request(&w, "Stoker.DiscardDeadLetter {\"DeadLetterId\": \"dl-000000000002\", \"Note\": \"known gap\"}");
	term_wait(t, "No step has failed for good.");
	close_world(&w);
}

static void test_schedules(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "schedules", "The nightly load");
	term_keys(t, "o");
	term_wait(t, "ENABLED → DISABLED");
	term_keys(t, "y");
	wait_request(&w, "\"ScheduleName\": \"nightly\", \"State\": \"DISABLED\"");
	term_wait(t, "none: it is disabled");
	term_keys(t, "N");
	term_wait(t, "New schedule");
	term_keys(t, "hourly<tab><tab><ctrl-u>every hour<ctrl-s>");
	term_wait(t, "cron(0 2 * * ? *), rate(6 hours)");
	term_keys(t, "<ctrl-u>rate(1 hour)<ctrl-s>");
	term_wait(t, "Create schedule hourly");
	golden(t, "plan-schedule", UTF8_80);
	term_keys(t, "y");
	wait_request(&w, "\"ScheduleExpression\": \"rate(1 hour)\"");
	wait_request(&w, "\"Target\": {\"Operation\": \"AddJobFlowSteps\", \"Request\": {\"JobFlowId\": \"j-2AXK7QW9ZP3LM\"");
	term_wait(t, "hourly");
	term_keys(t, "p");
	term_wait(t, "Run nightly now");
	term_keys(t, "y");
	wait_request(&w, "Stoker.RunScheduleNow {\"ScheduleName\": \"nightly\"}");
	term_keys(t, "X");
	term_wait(t, "type nightly");
	term_keys(t, "nightly<enter>");
	wait_request(&w, "Stoker.DeleteSchedule {\"ScheduleName\": \"nightly\"}");
	term_wait_gone(t, "The nightly load");
	close_world(&w);
}

static void test_topics(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "topics", "hooks.example");
	term_keys(t, "N");
	term_wait(t, "New topic");
	term_keys(t, "pager<tab><right><tab>beep --all<ctrl-s>");
	term_wait(t, "Create topic pager");
	term_keys(t, "y");
	wait_request(&w, "Stoker.PutTopic {\"Command\": \"beep --all\", \"TopicName\": \"pager\"}");
	term_wait(t, "beep --all");
	term_keys(t, "<end>p");
	term_wait(t, "Send a test message to pager");
	term_keys(t, "y");
	wait_request(&w, "Stoker.TestTopic {\"TopicName\": \"pager\"}");
	term_wait(t, "exit status 1");
	term_keys(t, "X");
	term_wait(t, "Delete topic pager");
	term_keys(t, "y");
	wait_request(&w, "Stoker.DeleteTopic {\"TopicName\": \"pager\"}");
	term_wait_gone(t, "beep --all");
	close_world(&w);
}

static void test_trails(void **state)
{
	struct world w;
	(void)state;
	struct term *t = open_at(&w, "events", "the step before it has ended");
	term_keys(t, "v");
	wait_request(&w, "Stoker.ListEvents {\"ClusterId\": \"j-2AXK7QW9ZP3LM\"");
	term_wait(t, "Events · nightly-etl");
	term_keys(t, ":search quality-check<enter>");
	wait_request(&w, "\"Query\": \"quality-check\"");
	term_wait_gone(t, "started running");
	term_wait(t, "searched: quality-check");
	escape(t);
	term_wait(t, "started running");
	term_keys(t, "<enter>");                 /* the selection stays on what was found */
	term_wait(t, "Error in query");
	close_world(&w);
}

/* A composite alarm shows its rule and what keeps it quiet, and no graph; it is changed elsewhere. */
static void test_composite(void **state)
{
	struct world w;
	(void)state;
	open_world(&w, "composite", UTF8_80, NULL);
	struct term *t = w.term;
	go(t, "alarms", "4 open, 1 acknowledged");
	term_keys(t, "<home>");
	term_wait(t, "NOT ALARM(\"adhoc-idle\")");
	golden(t, "alarms-composite", UTF8_80);
	term_keys(t, "u");
	term_wait(t, "stoker alarms put-composite");
	term_keys(t, "o");
	term_wait(t, "Disable the actions of alarm nightly-trouble");
	close_world(&w);
}

static void fleets_at(const struct look *l)
{
	struct world w;
	open_world(&w, "fleets", l, NULL);
	struct term *t = w.term;
	term_wait(t, "1+4+8");
	term_settle(t, 200);
	go(t, "cluster", "c5.xlarge +2");
	golden(t, "cluster-fleets", l);
	go(t, "nodes", "waits for market");
	golden(t, "nodes-fleets", l);
	close_world(&w);
}

static void test_fleets(void **state)
{
	struct world w;
	(void)state;
	fleets_at(&looks[0]);
	fleets_at(&looks[1]);
	open_world(&w, "fleets", UTF8_80, NULL);
	struct term *t = w.term;
	term_wait(t, "1+4+8");
	go(t, "cluster", "c5.xlarge +2");
	term_keys(t, "<end>+");
	term_wait(t, "Scale fleets of nightly-etl");
	golden(t, "form-fleet", UTF8_80);
	term_keys(t, "<tab><tab>++++<ctrl-s>");
	term_wait(t, "8 units → 12 units");
	golden(t, "plan-fleet", UTF8_80);
	term_keys(t, "y");
	wait_request(&w, "ElasticMapReduce.ModifyInstanceFleet {\"ClusterId\": \"j-2AXK7QW9ZP3LM\", \"InstanceFleet\": "
	                 "{\"InstanceFleetId\": \"if-A3\", \"TargetOnDemandCapacity\": 0, \"TargetSpotCapacity\": 12}}");
	close_world(&w);
}

/* Nothing that changes anything may be asked for while it is read-only, whatever leads there. */
static void test_read_only(void **state)
{
	static const char *const extra[] = { "--read-only", NULL };
	struct world w;
	(void)state;
	open_world(&w, "full", UTF8_80, extra);
	struct term *t = w.term;
	wait_home(t);
	go(t, "alarms", "breaching 93");
	term_keys(t, "A");
	term_wait(t, "read-only: acknowledge is switched off");
	go(t, "cost", "queue ends in");
	term_keys(t, "3");
	term_wait(t, "It waited for steps");
	term_keys(t, "<enter>");
	term_wait(t, "allows acts for ten minutes");
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boards_80), cmocka_unit_test(test_boards_200),
		cmocka_unit_test(test_boards_80_ascii), cmocka_unit_test(test_boards_200_ascii),
		cmocka_unit_test(test_empty), cmocka_unit_test(test_not_offered), cmocka_unit_test(test_cause),
		cmocka_unit_test(test_acknowledge), cmocka_unit_test(test_alarm), cmocka_unit_test(test_budget),
		cmocka_unit_test(test_saving), cmocka_unit_test(test_what_if), cmocka_unit_test(test_scaling),
		cmocka_unit_test(test_utilization), cmocka_unit_test(test_spot),
		cmocka_unit_test(test_spot_feed), cmocka_unit_test(test_letters),
		cmocka_unit_test(test_schedules), cmocka_unit_test(test_trails), cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_composite), cmocka_unit_test(test_fleets), cmocka_unit_test(test_topics),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
