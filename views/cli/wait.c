/* --wait: follow a step, a cluster or its groups to the outcome. Asked at intervals that grow from 20 ms to
 * one second: short steps are answered at once, and a long one costs the server nothing. */
#include "views/cli/groups.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "core/base/clock.h"

#define PAUSE_FIRST_MS 20
#define PAUSE_LAST_MS 1000

struct waiter {
	struct cli *cli;
	struct cli_progress *progress;
	int64_t begin_us, deadline_us;  /* deadline 0 = none */
	int pause_ms;
};

static void waiter_begin(struct waiter *w, struct cli *c, const struct wait_options *o)
{
	w->cli = c;
	w->progress = cli_progress_new(c);
	w->begin_us = clock_mono_us();
	w->deadline_us = o->timeout_ms ? w->begin_us + o->timeout_ms * 1000 : 0;
	w->pause_ms = PAUSE_FIRST_MS;
}

/* False when the time is up. */
static bool waiter_pause(struct waiter *w)
{
	struct timespec ts = { w->pause_ms / 1000, (w->pause_ms % 1000) * 1000000L };

	if (w->deadline_us && clock_mono_us() >= w->deadline_us)
		return false;
	nanosleep(&ts, NULL);
	w->pause_ms = w->pause_ms * 3 / 2;
	if (w->pause_ms > PAUSE_LAST_MS)
		w->pause_ms = PAUSE_LAST_MS;
	return true;
}

static int waiter_timeout(struct waiter *w, const char *what, struct error *err)
{
	char span[32];

	clock_duration((clock_mono_us() - w->begin_us) / 1000, span, sizeof span);
	return error_set(err, ERR_TIMEOUT, "gave up waiting for %s after %s", what, span);
}

int wait_options_read(const struct cli_args *a, struct wait_options *o, struct error *err)
{
	const char *s = cli_opt(a, "timeout");

	memset(o, 0, sizeof *o);
	if (s && (o->timeout_ms = cli_parse_span(s)) < 0)
		return error_set(err, ERR_INVALID, "--timeout: \"%s\" is not a time such as 90s, 5m or 2h", s);
	return 0;
}

static int describe_step(struct cli *c, const char *cluster, const char *step, cJSON **reply,
                         struct error *err)
{
	cJSON *req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);

	return ask(c, "DescribeStep", json_add_str(req, "StepId", step), reply, err);
}

static void say_step(struct waiter *w, const char *cluster, const cJSON *step, bool *has_progress)
{
	cJSON *req, *ids, *reply = NULL;
	const cJSON *p;
	struct error ignore = ERROR_INIT;
	char span[32], rows[32];
	double fraction = -1;

	clock_duration((clock_mono_us() - w->begin_us) / 1000, span, sizeof span);
	if (*has_progress && !strcmp(ask_state(step), "RUNNING")) {
		req = json_add_str(cJSON_CreateObject(), "ClusterId", cluster);
		ids = cJSON_AddArrayToObject(req, "StepIds");
		cJSON_AddItemToArray(ids, cJSON_CreateString(json_str(step, "Id", "")));
		if (ask(w->cli, "Stoker.GetStepProgress", req, &reply, &ignore))
			*has_progress = false;
	}
	p = cJSON_GetArrayItem(json_arr(reply, "Steps"), 0);
	fraction = json_num(p, "Fraction", -1);
	if (fraction >= 0)
		cli_progress_say(w->progress, "%s  %s\t %3.0f%%  %s  %s rows in  %s", json_str(step, "Name", ""),
		                 ask_state(step), fraction * 100, span,
		                 cli_count(json_num(p, "RowsIn", 0), rows, sizeof rows),
		                 json_str(p, "Description", ""));
	else if (w->pause_ms == PAUSE_LAST_MS || w->pause_ms == PAUSE_FIRST_MS)
		cli_progress_say(w->progress, "%s  %s", json_str(step, "Name", ""), ask_state(step));
	cJSON_Delete(reply);
}

/* What to tell of a step that did not complete. */
static int step_outcome(struct cli *c, const cJSON *step)
{
	const cJSON *why = json_obj(json_obj(step, "Status"), "FailureDetails");
	const char *state = ask_state(step);

	fflush(c->out);
	if (!strcmp(state, "COMPLETED")) {
		const cJSON *t = json_obj(json_obj(step, "Status"), "Timeline");
		double took = json_num(t, "EndDateTime", 0) - json_num(t, "StartDateTime", 0);
		char span[32];
		clock_duration((int64_t)(took * 1000), span, sizeof span);
		if (!c->json) /* behind the progress, which stops at the last thing it has seen */
			fprintf(c->err, "%s  COMPLETED  %s\n", json_str(step, "Name", ""), span);
		return CLI_OK;
	}
	fprintf(c->err, "stoker: step %s (%s) is %s", json_str(step, "Name", ""), json_str(step, "Id", ""),
	        state);
	if (why)
		fprintf(c->err, ": %s%s%s", json_str(why, "Reason", ""), json_str(why, "Message", "")[0] ? ": " : "",
		        json_str(why, "Message", ""));
	fputc('\n', c->err);
	if (*json_str(why, "LogFile", ""))
		fprintf(c->err, "  log: %s\n", json_str(why, "LogFile", ""));
	return CLI_FAILED;
}

int wait_step(struct cli *c, const char *cluster, const char *step, const struct wait_options *o)
{
	struct waiter w;
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	bool has_progress = true;
	int rc, status = CLI_FAILED;

	waiter_begin(&w, c, o);
	for (;;) {
		const cJSON *s;
		cJSON_Delete(reply);
		reply = NULL;
		rc = describe_step(c, cluster, step, &reply, &err);
		s = json_obj(reply, "Step");
		if (rc || ask_step_ended(ask_state(s)))
			break;
		say_step(&w, cluster, s, &has_progress);
		if (!waiter_pause(&w)) {
			rc = waiter_timeout(&w, "the step", &err);
			break;
		}
	}
	cli_progress_end(w.progress);
	status = rc ? cli_fail(c, &err) : step_outcome(c, json_obj(reply, "Step"));
	cJSON_Delete(reply);
	return status;
}

static int cluster_outcome(struct cli *c, const cJSON *cluster, bool until_ended)
{
	const cJSON *why = json_obj(json_obj(cluster, "Status"), "StateChangeReason");
	const char *state = ask_state(cluster);

	if (until_ended ? !strcmp(state, "TERMINATED") : !ask_cluster_ended(state) &&
	    strcmp(state, "TERMINATING"))
		return CLI_OK;
	fflush(c->out);
	fprintf(c->err, "stoker: cluster %s (%s) is %s: %s\n", json_str(cluster, "Name", ""),
	        json_str(cluster, "Id", ""), state, json_str(why, "Message", "no reason given"));
	return CLI_FAILED;
}

static bool cluster_arrived(const char *state, bool until_ended)
{
	if (until_ended || !strncmp(state, "TERMINAT", 8))
		return ask_cluster_ended(state);
	return !strcmp(state, "WAITING") || !strcmp(state, "RUNNING");
}

int wait_cluster(struct cli *c, const char *cluster, bool until_ended, const struct wait_options *o)
{
	struct waiter w;
	struct error err = ERROR_INIT;
	cJSON *reply = NULL;
	int rc, status;

	waiter_begin(&w, c, o);
	for (;;) {
		const cJSON *x;
		cJSON_Delete(reply);
		reply = NULL;
		rc = ask(c, "DescribeCluster", json_add_str(cJSON_CreateObject(), "ClusterId", cluster), &reply,
		         &err);
		x = json_obj(reply, "Cluster");
		if (rc || cluster_arrived(ask_state(x), until_ended))
			break;
		cli_progress_say(w.progress, "%s  %s  %s", json_str(x, "Name", ""), ask_state(x),
		                 json_str(json_obj(json_obj(x, "Status"), "StateChangeReason"), "Message", ""));
		if (!waiter_pause(&w)) {
			rc = waiter_timeout(&w, "the cluster", &err);
			break;
		}
	}
	cli_progress_end(w.progress);
	status = rc ? cli_fail(c, &err) : cluster_outcome(c, json_obj(reply, "Cluster"), until_ended);
	cJSON_Delete(reply);
	return status;
}

/* 1: all groups are as requested. 0: not yet. Negative: a group cannot get there. */
static int groups_settled(const cJSON *groups, int *want, int *have, struct error *err)
{
	const cJSON *g;
	bool all = true;

	*want = *have = 0;
	cJSON_ArrayForEach(g, groups) {
		const char *state = ask_state(g);
		*want += group_wanted(g);
		*have += group_running(g);
		if (!strcmp(state, "ARRESTED") || !strcmp(state, "SUSPENDED") || !strcmp(state, "TERMINATED"))
			return error_set(err, ERR_STATE, "group %s is %s: %s", json_str(g, "Id", ""), state,
			                 json_str(json_obj(json_obj(g, "Status"), "StateChangeReason"), "Message",
			                          "no reason given"));
		/* A fleet may have some units more than were asked for. */
		if (json_str(g, "InstanceFleetType", NULL) ? group_running(g) < group_wanted(g)
		    : group_running(g) != group_wanted(g))
			all = false;
		if (strcmp(state, "RUNNING") != 0)
			all = false;
	}
	return all;
}

int wait_groups(struct cli *c, const char *cluster, const struct wait_options *o)
{
	struct waiter w;
	struct error err = ERROR_INIT;
	const char *unit;
	int rc, want, have;

	waiter_begin(&w, c, o);
	for (;;) {
		cJSON *groups = NULL;
		bool fleets;
		rc = ask_groups(c, cluster, &groups, &fleets, &err);
		unit = fleets ? "units" : "instances";
		if (!rc)
			rc = groups_settled(groups, &want, &have, &err);
		cJSON_Delete(groups);
		if (rc)
			break;
		cli_progress_say(w.progress, "%d of %d %s running", have, want, unit);
		if (!waiter_pause(&w)) {
			rc = waiter_timeout(&w, "the instances", &err);
			break;
		}
	}
	cli_progress_end(w.progress);
	return rc < 0 ? cli_fail(c, &err) : CLI_OK;
}
