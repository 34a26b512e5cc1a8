/* stoker schedules: what runs when, made, watched and changed. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/model/cron.h"
#include "views/cli/plan.h"
#include "views/cli/table.h"
#include "views/cli/verb.h"

#define RUNS_SHOWN 20
#define NEXT_SHOWN 5

/* ---- one of them ---- */

/* The schedule of this name; *all owns it. */
static int find(struct cli *c, const char *name, cJSON **all, const cJSON **found, struct error *err)
{
	int rc = ask(c, "Stoker.ListSchedules", NULL, all, err);

	if (rc)
		return rc;
	if ((*found = ask_find(json_arr(*all, "Schedules"), "ScheduleName", name)))
		return 0;
	error_set(err, ERR_NOTFOUND, "there is no schedule \"%s\"", name);
	error_hint(err, "stoker schedules lists them.");
	return ERR_NOTFOUND;
}

/* ---- list ---- */

static void run_cell(struct cli *c, struct text_table *t, const cJSON *run)
{
	const char *state = json_str(run, "State", "-");

	text_table_cell(t, cli_state_color(c, !strcmp(state, "SUCCEEDED") ? "COMPLETED" : !strcmp(state,
	                                                                                          "STARTED")
	                ? "RUNNING" : !strcmp(state, "QUEUED") ? "PENDING" : !strcmp(state, "FAILED") ? "FAILED" :
		"WARN"),
	                "%s", state);
}

static void list_people(struct cli *c, const cJSON *items)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	text_table_column(t, "NAME", TABLE_LEFT, false);
	text_table_column(t, "STATE", TABLE_LEFT, false);
	text_table_column(t, "WHEN", TABLE_LEFT, true);
	text_table_column(t, "NEXT", TABLE_LEFT, false);
	text_table_column(t, "LAST", TABLE_LEFT, false);
	text_table_column(t, "OUTCOME", TABLE_LEFT, false);
	text_table_column(t, "FAILURES", TABLE_RIGHT, false);
	cJSON_ArrayForEach(x, items) {
		const cJSON *last = json_obj(x, "LastRun"), *next = cJSON_GetArrayItem(json_arr(x, "NextRuns"), 0);
		text_table_cell(t, "", "%s", json_str(x, "ScheduleName", ""));
		text_table_cell(t, "", "%s", json_str(x, "State", ""));
		text_table_cell(t, "", "%s", json_str(x, "Words", ""));
		text_table_cell(t, "", "%s", cli_time(next ? next->valuedouble : 0, buf, sizeof buf));
		text_table_cell(t, "", "%s", cli_time(json_num(last, "ScheduledFor", 0), buf, sizeof buf));
		run_cell(c, t, last);
		text_table_cell(t, "", "%d", (int)json_int(x, "Failures", 0));
		if (json_int(x, "Failures", 0))
			text_table_note(t, "%s", json_str(last, "Reason", ""));
	}
	cli_print_table(c, t);
}

static int list(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;

	(void)a;
	if (ask(c, "Stoker.ListSchedules", NULL, &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	if (cJSON_GetArraySize(json_arr(reply, "Schedules")))
		list_people(c, json_arr(reply, "Schedules"));
	else
		fprintf(c->out, "no schedules\n");
	cJSON_Delete(reply);
	return CLI_OK;
}

/* ---- show, next, runs ---- */

static void show_people(struct cli *c, const cJSON *s)
{
	const cJSON *target = json_obj(s, "Target"), *x;
	char *text = cJSON_Print(json_obj(target, "Request")), buf[64];

	fprintf(c->out, "%s%s%s  %s\n", cli_bold(c), json_str(s, "ScheduleName", ""), cli_plain(c),
	        json_str(s, "State", ""));
	if (*json_str(s, "Description", ""))
		fprintf(c->out, "           %s\n", json_str(s, "Description", ""));
	fprintf(c->out, "when       %s\n           %s  %s\n", json_str(s, "Words", ""),
	        json_str(s, "ScheduleExpression", ""), json_str(s, "ScheduleExpressionTimezone", ""));
	fprintf(c->out, "catch up   %s, within %d minutes\n", json_str(s, "CatchUp", ""),
	        (int)json_int(s, "CatchUpWindowMinutes", 0));
	fprintf(c->out, "overlap    %s\n", json_str(s, "Overlap", ""));
	fprintf(c->out, "tells      %s\n", json_str(s, "TopicArn", "-"));
	fprintf(c->out, "failures   %d in a row\n", (int)json_int(s, "Failures", 0));
	cJSON_ArrayForEach(x, json_arr(s, "NextRuns"))
		fprintf(c->out, "%-10s %s\n", x->prev->next ? "" : "next", cli_time(x->valuedouble, buf, sizeof buf));
	fprintf(c->out, "runs       %s\n%s\n", json_str(target, "Operation", ""), text ? text : "");
	free(text);
}

static int show(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	const cJSON *s = NULL;
	cJSON *all = NULL;
	int status = CLI_OK;

	if (find(c, a->argv[1], &all, &s, &err))
		status = cli_fail(c, &err);
	else if (c->json)
		cli_print_json(c, cJSON_Duplicate(s, true));
	else
		show_people(c, s);
	cJSON_Delete(all);
	return status;
}

static int print_next(struct cli *c, const char *words, cJSON *times)
{
	const cJSON *x;
	char buf[64];

	if (c->json) {
		cJSON *o = json_add_str(cJSON_CreateObject(), "Words", words);
		return cli_print_json(c, json_add(o, "NextRuns", times));
	}
	fprintf(c->out, "%s\n", words);
	cJSON_ArrayForEach(x, times)
		fprintf(c->out, "%s\n", cli_time(x->valuedouble, buf, sizeof buf));
	if (!times->child)
		fprintf(c->out, "never again\n");
	cJSON_Delete(times);
	return CLI_OK;
}

/* Of an expression: answered here, no server is asked. */
static int next_of_expression(struct cli *c, const struct cli_args *a, const char *expr)
{
	const char *zone = cli_opt(a, "timezone") ? cli_opt(a, "timezone") : "UTC";
	struct error err = ERROR_INIT;
	struct cron cron;
	char words[256];
	struct tz *tz = NULL;

	if (cron_parse(expr, &cron, &err) || !(tz = tz_open(zone, &err)))
		return cli_fail(c, &err);
	cJSON *times = cJSON_CreateArray();
	cron.start_ms = clock_now_ms();
	int64_t t = cron_next_in(&cron, tz, cron.start_ms);
	for (int i = 0; i < NEXT_SHOWN && t; i++, t = cron_next_in(&cron, tz, t))
		cJSON_AddItemToArray(times, cJSON_CreateNumber((double)t / 1000));
	tz_free(tz);
	return print_next(c, cron_words(&cron, zone, words, sizeof words), times);
}

static int next(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	const char *expr = cli_opt(a, "when");
	const cJSON *s = NULL;
	cJSON *all = NULL;
	int status;

	if (a->argc < 2 && expr)
		return next_of_expression(c, a, expr);
	if (a->argc < 2)
		return cli_usage(c, &cli_cmd_schedules, "schedules next needs a name, or --when EXPRESSION");
	if (find(c, a->argv[1], &all, &s, &err))
		status = cli_fail(c, &err);
	else
		status = print_next(c, json_str(s, "Words", ""), cJSON_Duplicate(json_arr(s, "NextRuns"), true));
	cJSON_Delete(all);
	return status;
}

static void runs_people(struct cli *c, const cJSON *items)
{
	struct text_table *t = text_table_new();
	const cJSON *x;
	char buf[64];

	text_table_column(t, "SCHEDULED", TABLE_LEFT, false);
	text_table_column(t, "SCHEDULE", TABLE_LEFT, false);
	text_table_column(t, "STATE", TABLE_LEFT, false);
	text_table_column(t, "TIME", TABLE_RIGHT, false);
	text_table_column(t, "CLUSTER", TABLE_LEFT, false);
	text_table_column(t, "RUN", TABLE_LEFT, false);
	cJSON_ArrayForEach(x, items) {
		double from = json_num(x, "StartedAt", 0), to = json_num(x, "EndedAt", 0);
		text_table_cell(t, "", "%s", cli_time(json_num(x, "ScheduledFor", 0), buf, sizeof buf));
		text_table_cell(t, "", "%s", json_str(x, "ScheduleName", ""));
		run_cell(c, t, x);
		text_table_cell(t, "", "%s", from <= 0 ? "-" : clock_duration(to > 0 ? (int64_t)((to - from) * 1000)
		                : clock_now_ms() - (int64_t)(from * 1000), buf, sizeof buf));
		text_table_cell(t, "", "%s", json_str(x, "ClusterId", "-"));
		text_table_cell(t, "", "%s", json_str(x, "RunId", ""));
		if (*json_str(x, "Reason", ""))
			text_table_note(t, "%s", json_str(x, "Reason", ""));
	}
	cli_print_table(c, t);
}

static int runs(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *req = cJSON_CreateObject(), *items = NULL;
	int limit;

	json_add_str(req, "ScheduleName", a->argc > 1 ? a->argv[1] : NULL);
	if (cli_opt_int(a, "limit", RUNS_SHOWN, 1, 100000, &limit, &err)) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "%s", err.message);
	}
	if (ask_all(c, "Stoker.ListScheduleRuns", req, "Runs", (size_t)limit, &items, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, json_add(cJSON_CreateObject(), "Runs", items));
	if (items->child)
		runs_people(c, items);
	else
		fprintf(c->out, "no runs\n");
	cJSON_Delete(items);
	return CLI_OK;
}

/* ---- put ---- */

static void set(cJSON *o, const char *member, cJSON *value)
{
	if (!value)
		return;
	cJSON_DeleteItemFromObjectCaseSensitive(o, member);
	cJSON_AddItemToObject(o, member, value);
}

static void set_text(cJSON *o, const char *member, const char *value)
{
	if (value)
		set(o, member, cJSON_CreateString(value));
}

/* The step of --execute, --script or the words after "--"; NULL when there is none of them. */
static cJSON *step_of(const struct cli_args *a)
{
	const char *sql = cli_opt(a, "execute"), *script = cli_opt(a, "script"), *name = cli_opt(a, "step-name");
	char full[PATH_MAX];
	cJSON *step, *jar, *args;

	if (!sql && !script && !a->n_rest)
		return NULL;
	args = cJSON_CreateArray();
	if (script && !strstr(script, "://") && realpath(script, full))
		script = full;
	const char *words[] = { "spark-sql", sql ? "-e" : "-f", sql ? sql : script };
	for (int i = 0; i < (a->n_rest ? a->n_rest : 3); i++)
		cJSON_AddItemToArray(args, cJSON_CreateString(a->n_rest ? a->rest[i] : words[i]));
	jar = json_add(json_add_str(cJSON_CreateObject(), "Jar", "command-runner.jar"), "Args", args);
	step = json_add_str(cJSON_CreateObject(), "Name", name ? name : a->n_rest ? a->rest[0] : "spark-sql");
	return json_add(json_add_str(step, "ActionOnFailure", cli_opt(a, "cluster") ? "CONTINUE" :
	                             "TERMINATE_CLUSTER"),
	                "HadoopJarStep", jar);
}

/* What to run: --request's JSON, or steps for --cluster, into the target of the file or a new one. */
static int set_target(const struct cli_args *a, cJSON *put, struct error *err)
{
	const char *cluster = cli_opt(a, "cluster"), *file = cli_opt(a, "request");
	cJSON *step = step_of(a), *request = NULL, *steps;
	int rc = file ? cli_read_json(file, &request, err) : 0;

	if (rc) {
		cJSON_Delete(step);
		return rc;
	}
	if (!request && !step && !cluster)
		return 0;
	request = request ? request : cJSON_CreateObject();
	set_text(request, "JobFlowId", cluster);
	if (step) {
		steps = cJSON_GetObjectItemCaseSensitive(request, "Steps");
		cJSON_AddItemToArray(steps ? steps : cJSON_AddArrayToObject(request, "Steps"), step);
	}
	const char *op = json_str(request, "JobFlowId", NULL) ? "AddJobFlowSteps" : "RunJobFlow";
	set(put, "Target", json_add(json_add_str(cJSON_CreateObject(), "Operation", op), "Request", request));
	return 0;
}

static int build_put(const struct cli_args *a, cJSON **out, struct error *err)
{
	static const struct { const char *option, *member; } texts[] = {
		{ "when", "ScheduleExpression" }, { "timezone", "ScheduleExpressionTimezone" },
		{ "description", "Description" }, { "catch-up", "CatchUp" }, { "overlap", "Overlap" },
			{ "topic", "TopicArn" },
	};
	int window, rc = 0;

	*out = NULL;
	if (cli_opt(a, "file"))
		rc = cli_read_json(cli_opt(a, "file"), out, err);
	if (rc)
		return rc;
	*out = *out ? *out : cJSON_CreateObject();
	set_text(*out, "ScheduleName", a->argv[1]);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		set_text(*out, texts[i].member, cli_opt(a, texts[i].option));
	if (cli_flag(a, "disabled"))
		set_text(*out, "State", "DISABLED");
	if ((rc = cli_opt_int(a, "window", 0, 1, 86400, &window, err)))
		return rc;
	if (cli_opt(a, "window"))
		set(*out, "CatchUpWindowMinutes", cJSON_CreateNumber(window));
	return set_target(a, *out, err);
}

static void show_put(struct cli *c, const cJSON *put)
{
	const char *zone = json_str(put, "ScheduleExpressionTimezone", "UTC");
	const cJSON *target = json_obj(put, "Target");
	struct error ignore = ERROR_INIT;
	struct cron cron;
	char words[256] = "", buf[64], *text = json_print(put);

	if (!cron_parse(json_str(put, "ScheduleExpression", ""), &cron, &ignore)) {
		cron.start_ms = clock_now_ms();
		fprintf(c->err, "%-10s %s\n", "when", cron_words(&cron, zone, words, sizeof words));
		fprintf(c->err, "%-10s %s\n", "first",
		        cli_time((double)cron_next(&cron, zone, cron.start_ms) / 1000, buf, sizeof buf));
	}
	fprintf(c->err, "%-10s %s%s%s\n", "runs", json_str(target, "Operation", "-"),
	        json_str(json_obj(target, "Request"), "JobFlowId", NULL) ? " on " : "",
	        json_str(json_obj(target, "Request"), "JobFlowId", ""));
	fprintf(c->err, "%sStoker.PutSchedule %s%s\n", cli_dim(c), text, cli_plain(c));
	free(text);
}

static int send_put(struct cli *c, cJSON *put)
{
	struct error err = ERROR_INIT;
	const cJSON *first;
	cJSON *reply = NULL;
	char buf[64];

	if (ask(c, "Stoker.PutSchedule", put, &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	first = cJSON_GetArrayItem(json_arr(reply, "NextRuns"), 0);
	fprintf(c->out, "next run %s\n", first ? cli_time(first->valuedouble, buf, sizeof buf) : "never");
	cJSON_Delete(reply);
	return CLI_OK;
}

static int put(struct cli *c, const struct cli_args *a)
{
	struct error err = ERROR_INIT;
	cJSON *req = NULL;
	int status;

	if (build_put(a, &req, &err)) {
		cJSON_Delete(req);
		return cli_usage(c, NULL, "%s", err.message);
	}
	if (!c->json)
		show_put(c, req);
	status = plan_confirm(c, a, false, "Put it?");
	if (!status)
		return send_put(c, req);
	if (status < 0 && c->json)
		return cli_print_json(c, req);
	cJSON_Delete(req);
	return status < 0 ? CLI_OK : status;
}

/* ---- enable, disable, run-now, delete ---- */

static int switch_state(struct cli *c, const char *name, const char *state)
{
	static const char *const shown_only[] = { "Words", "Region", "CreatedAt", "NextRuns", "LastRun",
	                                          "Failures" };
	struct error err = ERROR_INIT;
	const cJSON *s = NULL;
	cJSON *all = NULL, *req;

	if (find(c, name, &all, &s, &err)) {
		cJSON_Delete(all);
		return cli_fail(c, &err);
	}
	req = cJSON_Duplicate(s, true);
	for (size_t i = 0; i < sizeof shown_only / sizeof *shown_only; i++)
		cJSON_DeleteItemFromObjectCaseSensitive(req, shown_only[i]);
	set_text(req, "State", state);
	cJSON_Delete(all);
	return send_put(c, req);
}

static int enable(struct cli *c, const struct cli_args *a)
{
	return switch_state(c, a->argv[1], "ENABLED");
}

static int disable(struct cli *c, const struct cli_args *a)
{
	return switch_state(c, a->argv[1], "DISABLED");
}

static int by_name(struct cli *c, const struct cli_args *a, const char *op, const char *question,
                   bool destroys)
{
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	int status = plan_confirm(c, a, destroys, question);

	if (status)
		return status < 0 ? CLI_OK : status;
	if (ask(c, op, json_add_str(cJSON_CreateObject(), "ScheduleName", a->argv[1]), &reply, &err))
		return cli_fail(c, &err);
	if (c->json)
		return cli_print_json(c, reply);
	if (json_str(reply, "RunId", NULL))
		fprintf(c->out, "%s\n", json_str(reply, "RunId", ""));
	cJSON_Delete(reply);
	return CLI_OK;
}

static int run_now(struct cli *c, const struct cli_args *a)
{
	return by_name(c, a, "Stoker.RunScheduleNow", "Run it now, besides what else it runs?", false);
}

static int delete(struct cli *c, const struct cli_args *a)
{
	return by_name(c, a, "Stoker.DeleteSchedule", "Delete it? Runs that have started go on.", true);
}

static const struct cli_verb verbs[] = {
	{ "list", 0, 0, list }, { "show", 1, 1, show }, { "put", 1, 1, put }, { "runs", 0, 1, runs },
	{ "next", 0, 1, next }, { "enable", 1, 1, enable }, { "disable", 1, 1, disable },
		{ "run-now", 1, 1, run_now },
	{ "delete", 1, 1, delete }, { 0 },
};

static int exec_schedules(struct cli *c, const struct cli_args *a)
{
	return verb_run(c, &cli_cmd_schedules, verbs, a);
}

static const struct cli_option options[] = {
	{ "when", 'w', "EXPR", "put, next: cron(0 2 * * ? *), rate(1 hour) or at(2026-12-24T18:00:00)" },
	{ "timezone", 'z', "ZONE", "put, next: the clocks that EXPR is read on, as Europe/Berlin (default UTC)" },
	{ "file", 'f', "FILE", "put: the whole schedule as PutSchedule has it, JSON; other options change it" },
	{ "request", 0, "FILE", "put: what to run: the request of RunJobFlow or AddJobFlowSteps, JSON" },
	{ "cluster", 'c', "CLUSTER",
	  "put: steps for this cluster, by id or by the name of one that is live then" },
	{ "execute", 'e', "SQL", "put: a step that runs this SQL" },
	{ "script", 0, "FILE", "put: a step that runs this SQL script" },
	{ "step-name", 0, "NAME", "put: name of that step" },
	{ "description", 0, "TEXT", "put: what it is for" },
	{ "catch-up", 0, "POLICY", "put: missed runs: SKIP (default), ONE for all of them, or ALL" },
	{ "window", 0, "MINUTES", "put: how far back missed runs are made up for (default 1440)" },
	{ "overlap", 0, "POLICY", "put: while a run goes on: ALLOW (default), SKIP, QUEUE or CANCEL_PREVIOUS" },
	{ "topic", 0, "TOPIC", "put: who is told of failures and missed runs" },
	{ "disabled", 0, NULL, "put: do not run it yet" },
	{ "limit", 'n', "N", "runs: the newest N (default 20)" },
	PLAN_OPTIONS,
	{ 0 },
};

const struct cli_command cli_cmd_schedules = {
	.name = "schedules", .alias = "schedule",
	.args = "[list | show NAME | put NAME [-- COMMAND…] | runs [NAME] | next [NAME] | enable NAME | disable NAME | "
	        "run-now NAME | delete NAME]", .max = 2,
	.summary = "what runs when: cron, rate and one-time schedules, their runs and outcomes",
	.about = "A schedule makes a cluster for each run (RunJobFlow) or adds steps to one that is there "
	         "(AddJobFlowSteps). The request is tried when it is put, and refused with the operation's "
	         "own error. In its strings <schedule.scheduled-time>, <schedule.scheduled-date>, "
	         "<schedule.execution-id> and EventBridge's <aws.scheduler.scheduled-time> and its kin are "
	         "filled in. stoker create … --transient --dry-run --json prints a request for --request. "
	         "next with --when tells what an expression means.",
	.options = options, .words = "list|show|put|runs|next|enable|disable|run-now|delete",
		.exec = exec_schedules,
};
