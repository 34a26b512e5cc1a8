/* From a wish to its outcome: build the act, show its plan, send it once it is confirmed, say what came of
 * it. The plan's ids are fixed when the dialog opens: rows may move below it, the act does not. */
#include <stdio.h>
#include <string.h>

#include "core/base/json.h"
#include "views/view.h"

#define TIMEOUT_MS 30000
#define MAX_TARGETS 256

/* One act between its plan and its outcome. */
struct act_run {
	struct console *con;
	struct act *act;
	unsigned form;                /* that asked for it; 0: none. It stays until the act is done. */
};

static void run_free(struct act_run *r)
{
	act_free(r->act);
	free(r);
}

/* CancelSteps says per step whether it took it, TestTopic whether the message arrived. */
static const char *refusal(const cJSON *reply)
{
	const cJSON *x;
	if (!strcmp(json_str(reply, "Outcome", ""), "failed"))
		return json_str(reply, "Error", "it failed");
	cJSON_ArrayForEach(x, cJSON_GetObjectItemCaseSensitive(reply, "CancelStepsInfoList")) {
		const cJSON *status = cJSON_GetObjectItemCaseSensitive(x, "Status");
		const cJSON *why = cJSON_GetObjectItemCaseSensitive(x, "Reason");
		if (cJSON_IsString(status) && !strcmp(status->valuestring, "FAILED"))
			return cJSON_IsString(why) ? why->valuestring : "it was refused";
	}
	return NULL;
}

/* What was just made is what people look for next. */
static void use_new(struct console *con, const cJSON *reply)
{
	const cJSON *step = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(reply, "StepIds"), 0);
	if (cJSON_IsString(step))
		snprintf(con->new_step, sizeof con->new_step, "%s", step->valuestring);
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(reply, "JobFlowId");
	if (cJSON_IsString(id) && !model_cluster(con->model, id->valuestring))
		snprintf(con->wish, sizeof con->wish, "%s", id->valuestring);
}

static void keep_trail(const struct act_run *r, const char *outcome)
{
	char *call = act_call_text(r->act);
	cache_audit(r->con->cache, console_now(), call, outcome);
	free(call);
}

static void on_done(void *arg, const cJSON *reply, const struct error *err, double ms)
{
	struct act_run *r = arg;
	struct console *con = r->con;
	(void)ms;
	keep_trail(r, err ? err->message : refusal(reply) ? refusal(reply) : "done");
	if (err) {
		app_error(con->app, err);
		form_settle(con->app, r->form, err->message);
	} else if (refusal(reply)) {
		app_message(con->app, MESSAGE_ERROR, "%s", refusal(reply));
		form_settle(con->app, r->form, refusal(reply));
	} else {
		form_settle(con->app, r->form, NULL);
		app_message(con->app, MESSAGE_OK, "%s", r->act->done);
		use_new(con, reply);
	}
	live_kick(con->live);
	console_touch(con);
	run_free(r);
}

static void confirmed(void *ctx, const char *reason)
{
	struct act_run *r = ctx;
	struct console *con = r->con;
	struct error err = ERROR_INIT;
	(void)reason;
	if (!client_send(con->client, r->act->target, r->act->in, TIMEOUT_MS, on_done, r, &err)) {
		app_error(con->app, &err);
		run_free(r);
		return;
	}
	app_message(con->app, MESSAGE_INFO, "asking %s to %s", client_name(con->client), r->act->verb);
}

static void cancelled(void *ctx)
{
	struct act_run *r = ctx;
	bool back = form_settle(r->con->app, r->form, "");
	app_message(r->con->app, MESSAGE_INFO, back ? "nothing was done: the form is as it was" : "nothing was done");
	run_free(r);
}

static style_t line_style(const struct act *a, const struct act_line *l)
{
	if (a->has_cost && !strcmp(l->label, "cost per hour"))
		return a->per_hour > 0 ? ROLE_WARN : ROLE_OK;
	return 0;
}

static void run(struct console *con, struct act *a, unsigned form)
{
	if (!a)
		return;
	if (app_read_only(con->app)) {
		app_message(con->app, MESSAGE_WARN, "read-only: :unlock allows acts for ten minutes");
		act_free(a);
		return;
	}
	struct act_run *r = xcalloc(1, sizeof *r);
	struct plan_line *lines = xcalloc(a->lines.len + 1, sizeof *lines);
	r->con = con;
	r->act = a;
	r->form = form;
	for (size_t i = 0; i < a->lines.len; i++) {
		const struct act_line *l = &a->lines.items[i];
		lines[i] = (struct plan_line){ *l->label ? l->label : NULL, l->before, l->after,
		                               line_style(a, l) };
	}
	char *call = act_call_text(a);
	struct plan p = { .title = a->title, .text = a->text, .lines = lines, .n = a->lines.len,
		.call = call, .cli = a->cli, .word = a->word, .verb = a->verb, .danger = a->danger,
		.level = a->care == ACT_CARE_WORD  ? CONFIRM_WORD
		         : a->care == ACT_CARE_YES ? CONFIRM_YES
		                                   : CONFIRM_NONE,
		.confirmed = confirmed, .cancelled = cancelled, .ctx = r };
	plan_open(con->app, &p);
	free(call);
	free(lines);
}

void acts_run(struct console *con, struct act *a)
{
	run(con, a, 0);
}

const char *acts_run_form(struct console *con, struct act *a, const struct form *f)
{
	run(con, a, form_serial(f));
	return FORM_WAITS;
}

static void cancel_steps(struct console *con, bool kill)
{
	struct view *v = console_top(con);
	struct mcluster *mc = console_cluster(con);
	const char *ids[MAX_TARGETS], *active[MAX_TARGETS];
	size_t n = v->ops->steps ? v->ops->steps(v, ids, MAX_TARGETS) : 0, m = 0;
	for (size_t i = 0; mc && i < n; i++) {
		const struct step *s = cluster_step(mc->c, ids[i]);
		if (s && step_state_active(s->state))
			active[m++] = ids[i];
	}
	if (!m)
		app_message(con->app, MESSAGE_INFO, n ? "that step has ended already" : "no step is selected");
	else
		acts_run(con, act_cancel_steps(mc, active, m, kill));
}

static const struct step *selected_step(struct console *con)
{
	struct view *v = console_top(con);
	struct mcluster *mc = console_cluster(con);
	const char *ids[1];
	if (!mc || !v->ops->steps || !v->ops->steps(v, ids, 1))
		return NULL;
	return cluster_step(mc->c, ids[0]);
}

bool acts_action(struct console *con, int action, const char *arg)
{
	struct view *v = console_top(con);
	struct mcluster *mc = console_cluster(con);
	(void)arg;
	switch (action) {
	case VA_CREATE:
		form_create_open(con);
		return true;
	case VA_ADD_STEP:
		form_step_open(con, NULL);
		return true;
	case VA_CLONE_STEP:
		form_step_open(con, selected_step(con));
		return true;
	case VA_SCALE:
		form_scale_open(con, v->ops->selected_group ? v->ops->selected_group(v) : NULL);
		return true;
	case VA_ADD_GROUP:
		form_group_open(con);
		return true;
	case VA_TERMINATE:
		acts_run(con, act_terminate(mc));
		return true;
	case VA_CANCEL:
	case VA_KILL:
		cancel_steps(con, action == VA_KILL);
		return true;
	case VA_PROTECT:
		acts_run(con, act_protect(mc, !mc->c->termination_protected));
		return true;
	case VA_KEEP_ALIVE:
		acts_run(con, act_keep_alive(mc, !mc->c->keep_alive));
		return true;
	}
	return false;
}

static bool needs_cluster(int action)
{
	switch (action) {
	case VA_ADD_STEP:
	case VA_CLONE_STEP:
	case VA_SCALE:
	case VA_ADD_GROUP:
	case VA_TERMINATE:
	case VA_CANCEL:
	case VA_KILL:
	case VA_PROTECT:
	case VA_KEEP_ALIVE:
		return true;
	}
	return false;
}

const char *acts_disabled(const struct console *con, int action)
{
	const struct mcluster *mc = console_cluster(con);
	if (!mc && (action == VA_CLUSTER || action == VA_STEPS || action == VA_NODES || action == VA_GRAPHS ||
	            action == VA_LOGS || action == VA_MORE))
		return "there is no cluster yet: c creates one";
	if (!needs_cluster(action))
		return NULL;
	if (!mc)
		return "there is no cluster yet: c creates one";
	if (cluster_state_ended(mc->c->state))
		return "this cluster has ended";
	if (mc->c->state == CLUSTER_TERMINATING && action != VA_CANCEL && action != VA_KILL)
		return "this cluster is ending";
	return NULL;
}
