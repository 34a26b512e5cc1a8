/* What a schedule runs: the operation by its normal way, how it went, and its end when it has to make room.
 * */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/access/access.h"
#include "core/control/retry/retry.h"
#include "core/control/schedule/inner.h"

static const char *operation(const struct schedule *s)
{
	return json_str(json_obj(s->put, "Target"), "Operation", "");
}

static bool makes_cluster(const struct schedule *s)
{
	return !strcmp(operation(s), "RunJobFlow");
}

/* ---- which cluster: by its id, or the youngest live one of that name ---- */

static struct cluster *named(struct control *ctl, const char *region, const char *name)
{
	struct cluster *found = NULL;
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		if (!strcmp(c->region, region) && !cluster_state_closing(c->state) && !strcmp(c->name, name))
			found = c;
	}
	return found;
}

static bool is_id(const char *text)
{
	return !strncmp(text, "j-", 2) && strlen(text) >= 13 && strspn(text + 2,
	                                                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
	       strlen(text) - 2;
}

/* Put the id of the cluster into the request. False: there is no live cluster of that name. */
static bool name_cluster(struct control *ctl, const struct schedule *s, cJSON *req)
{
	const char *text = json_str(req, "JobFlowId", "");
	const struct cluster *c = is_id(text) ? NULL : named(ctl, s->region, text);

	if (c)
		cJSON_ReplaceItemInObjectCaseSensitive(req, "JobFlowId", cJSON_CreateString(c->id));
	return c || is_id(text) || !*text;
}

/* ---- running ---- */

static void note_result(struct control *ctl, struct run *r, const cJSON *req, const cJSON *reply)
{
	const char *id = json_str(reply, "JobFlowId", json_str(req, "JobFlowId", ""));
	const struct cluster *c = find_cluster(ctl, id);
	const cJSON *step, *ids = json_arr(reply, "StepIds");

	snprintf(r->cluster_id, sizeof r->cluster_id, "%s", id);
	cJSON_ArrayForEach(step, ids)
		str_list_add(&r->step_ids, step->valuestring);
	for (size_t i = 0; c && !ids && i < c->steps.len; i++)
		str_list_add(&r->step_ids, c->steps.items[i]->id);
	r->own_cluster = c && !ids && !c->keep_alive;
	r->started_at = clock_now_ms();
	r->state = RUN_STARTED;
}

/* Which cluster a name means is known only now: whether its maker may act on it is asked now. An id was checked when
 * the schedule was put. */
static int check_maker(struct control *ctl, const struct schedule *s, const char *target, const cJSON *req,
                       const struct call *call, struct error *err)
{
	const char *named = json_str(json_obj(json_obj(s->put, "Target"), "Request"), "JobFlowId", "");

	if (!call->internal || makes_cluster(s) || !s->maker[0] || is_id(named))
		return 0;
	return access_check_user(ctl, s->maker, s->region, target, req, err);
}

/* What the server does by itself is in the audit trail like anybody's request. */
static int run_nested(struct control *ctl, const struct schedule *s, const char *target, const cJSON *req, cJSON *reply,
                      struct call *call,
                      struct error *err)
{
	if (call->internal)
		audit_begin(ctl, target, req, call);
	int ret = check_maker(ctl, s, target, req, call, err);
	if (!ret)
		ret = op_nested(ctl, target, req, reply, call, err);
	if (call->internal) {
		json_print_to(&call->body, reply);
		audit_end(ctl, call, ret ? err : NULL);
	}
	return ret;
}

int target_run(struct control *ctl, const struct schedule *s, struct run *r, struct call *call,
               struct error *err)
{
	struct fill f = { s, r->id, r->scheduled_for };
	cJSON *req = fill_request(&f, err), *reply;
	char *target = xasprintf(EMR_TARGET_PREFIX "%s", operation(s));
	int ret;

	if (!req) {
		free(target);
		return err->code;
	}
	reply = cJSON_CreateObject();
	if (!makes_cluster(s) && !name_cluster(ctl, s, req))
		ret = emr_error_validation(err,
		                           "There is no live cluster named '%.100s' for the steps of schedule %s.",
		                           json_str(req, "JobFlowId", ""), s->name);
	else
		ret = run_nested(ctl, s, target, req, reply, call, err);
	if (!ret)
		note_result(ctl, r, req, reply);
	cJSON_Delete(reply);
	cJSON_Delete(req);
	free(target);
	return ret;
}

static void own_call(const struct schedule *s, struct call *call)
{
	*call = (struct call){ .internal = true, .user = "stoker:schedule", .source = "schedule", .status = 200 };
	snprintf(call->region, sizeof call->region, "%s", s->region);
}

static void release_call(struct call *call)
{
	if (call->undo_free)
		call->undo_free(call->undo_arg);
	str_list_free(&call->docs);
	buf_free(&call->body);
}

/* Not somebody's request: there is nobody to refuse it to. What the journal cannot take now, it takes later.
 * */
int target_start(struct control *ctl, const struct schedule *s, struct run *r, struct error *err)
{
	struct call call, *outer = ctl->call;

	own_call(s, &call);
	ctl->call = &call;
	int ret = target_run(ctl, s, r, &call, err);
	ctl->call = outer;
	docs_keep(ctl, &call);
	events_keep(ctl, &call);
	release_call(&call);
	return ret;
}

/* ---- trying ---- */

/* Steps for a cluster that is not there yet: everything that needs no cluster is checked. */
static int try_steps(struct control *ctl, const struct schedule *s, struct error *err)
{
	struct fill f = { s, "r-0000000000000", clock_now_ms() };
	cJSON *req = fill_request(&f, err);
	struct step_list steps = { 0 };

	if (!req)
		return err->code;
	int ret = emr_validate(emr_find_operation("AddJobFlowSteps"), req, err);
	if (!ret && !(ret = emr_decode_steps(req, &steps, err)))
		ret = retry_check(ctl, NULL, &steps, err);
	emr_steps_free(&steps);
	cJSON_Delete(req);
	return ret;
}

/* Run it and take it back, as when the journal had refused it: no list of rules of our own can go stale. */
int target_try(struct control *ctl, const struct schedule *s, struct error *err)
{
	const char *id = json_str(json_obj(json_obj(s->put, "Target"), "Request"), "JobFlowId", "");
	struct call call, *outer = ctl->call;
	struct run r = { .id = "r-0000000000000", .scheduled_for = clock_now_ms() };

	if (!makes_cluster(s) && *id && !is_id(id) && !named(ctl, s->region, id))
		return try_steps(ctl, s, err);
	own_call(s, &call);
	if (outer) { /* what its caller may not do, a schedule may not do for them */
		call.internal = outer->internal;
		call.local = outer->local;
		strcpy(call.user, outer->user);
		strcpy(call.access_key, outer->access_key);
		strcpy(call.source, outer->source);
		strcpy(call.user_agent, outer->user_agent);
	}
	ctl->call = &call;
	int ret = target_run(ctl, s, &r, &call, err);
	if (!ret && call.undo)
		call.undo(ctl, call.undo_arg);
	ctl->call = outer;
	docs_take_back(ctl, &call);
	events_take_back(ctl, &call);
	str_list_free(&r.step_ids);
	release_call(&call);
	return ret;
}

/* ---- how it went ---- */

static char *step_trouble(const struct step *s)
{
	if (s->state == STEP_FAILED)
		return xasprintf("Step %s failed: %s", s->name, s->failure_message ? s->failure_message :
		                 "unknown error");
	return xasprintf("Step %s was %s.", s->name, s->state == STEP_CANCELLED ? "cancelled" : "interrupted");
}

/* RUN_STARTED while one goes on; the first that did not complete decides. */
static enum run_state of_steps(const struct cluster *c, const struct run *r, char **reason)
{
	enum run_state state = RUN_SUCCEEDED;

	for (size_t i = 0; i < r->step_ids.len; i++) {
		const struct step *s = cluster_step(c, r->step_ids.items[i]);
		if (s && !step_state_ended(s->state))
			return RUN_STARTED;
	}
	for (size_t i = 0; i < r->step_ids.len && state == RUN_SUCCEEDED; i++) {
		const struct step *s = cluster_step(c, r->step_ids.items[i]);
		if (s && s->state != STEP_COMPLETED) {
			*reason = step_trouble(s);
			state = RUN_FAILED;
		}
	}
	return state;
}

static enum run_state of_cluster(const struct cluster *c, const struct run *r, char **reason)
{
	if (!cluster_state_ended(c->state))
		return RUN_STARTED;
	enum run_state state = of_steps(c, r, reason);
	if (state != RUN_SUCCEEDED)
		return state;
	if (c->state == CLUSTER_TERMINATED && c->reason == CLUSTER_REASON_ALL_STEPS_COMPLETED)
		return RUN_SUCCEEDED;
	if (c->state == CLUSTER_TERMINATED && r->step_ids.len) /* its work was done, whatever ended it */
		return RUN_SUCCEEDED;
	*reason = xasprintf("Cluster %s is %s%s%s", c->id, names_get(&cluster_state_names, (int)c->state),
	                    c->reason_message ? ": " : "", c->reason_message ? c->reason_message : "");
	return RUN_FAILED;
}

enum run_state target_outcome(struct control *ctl, const struct run *r, char **reason)
{
	const struct cluster *c = find_cluster(ctl, r->cluster_id);

	*reason = NULL;
	if (!c) {
		*reason = xasprintf("Cluster %s is not known any more.", r->cluster_id);
		return RUN_FAILED;
	}
	if (r->own_cluster)
		return of_cluster(c, r, reason);
	if (r->step_ids.len)
		return of_steps(c, r, reason);
	if (c->state == CLUSTER_RUNNING || c->state == CLUSTER_WAITING) /* it was to be there, and it is */
		return RUN_SUCCEEDED;
	return cluster_state_ended(c->state) ? of_cluster(c, r, reason) : RUN_STARTED;
}

void target_cancel(struct control *ctl, const struct run *r, const char *why)
{
	struct cluster *c = find_cluster(ctl, r->cluster_id);

	if (c && r->own_cluster) {
		cluster_terminate(ctl, c, CLUSTER_REASON_USER_REQUEST, why);
		return;
	}
	for (size_t i = 0; c && i < r->step_ids.len; i++) {
		struct step *s = cluster_step(c, r->step_ids.items[i]);
		if (s && step_state_active(s->state))
			step_cancel(ctl, c, s, STEP_SEND_INTERRUPT);
	}
}
