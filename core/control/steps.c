/* The step queue: order, concurrency, cancelling, and what a failure does to the rest of the cluster. */
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/part.h"
#include "core/control/retry/retry.h"

struct ctl_step *step_runtime(struct step *s)
{
	if (!s->runtime)
		s->runtime = xcalloc(1, sizeof(struct ctl_step));
	return s->runtime;
}

void step_free_runtime(struct step *s)
{
	struct ctl_step *rt = s->runtime;

	if (!rt)
		return;
	if (rt->exec)
		rt->exec->step = NULL;
	free(rt->failed_class);
	free(rt->failed_message);
	free(rt->lost);
	cJSON_Delete(rt->progress);
	free(rt);
	s->runtime = NULL;
}

static void set_state(struct control *ctl, struct cluster *c, struct step *s, enum step_state state)
{
	if (s->state == state)
		return;
	if (!transition_allowed(&step_transitions, s->state, state)) {
		log_error("%s: %s does not follow %s", s->id, names_get(&step_state_names, (int)state),
		          names_get(&step_state_names, (int)s->state));
		return;
	}
	s->state = state;
	mark_dirty(ctl, OBJECT_STEP, s);
	wake_cluster(ctl, c);
	event_add(ctl, state == STEP_FAILED ? SEVERITY_ERROR : state >= STEP_CANCELLED ? SEVERITY_WARN
	          : SEVERITY_INFO, c->id, s->id, EVENT_STEP, "Step %s (%s) of cluster %s is %s%s%s", s->id,
	          s->name, c->id, names_get(&step_state_names, (int)state),
	          state == STEP_FAILED && s->failure_message ? ": " : "",
	          state == STEP_FAILED && s->failure_message ? s->failure_message : "");
}

static void cancel_pending(struct control *ctl, struct cluster *c)
{
	for (size_t i = 0; i < c->steps.len; i++)
		if (c->steps.items[i]->state == STEP_PENDING)
			step_end(ctl, c, c->steps.items[i], STEP_CANCELLED);
}

static int running_steps(const struct cluster *c)
{
	int n = 0;

	for (size_t i = 0; i < c->steps.len; i++)
		n += c->steps.items[i]->state == STEP_RUNNING ||
		     c->steps.items[i]->state == STEP_CANCEL_PENDING;
	return n;
}

/* ActionOnFailure, by the level of concurrency that holds now (see README.md for the table). */
static void on_failure(struct control *ctl, struct cluster *c, const struct step *s)
{
	if (cluster_state_closing(c->state) || c->step_concurrency > 1)
		return;
	switch (s->on_failure) {
	case STEP_CONTINUE:
		break;
	case STEP_CANCEL_AND_WAIT:
		if (!running_steps(c))
			cancel_pending(ctl, c);
		break;
	case STEP_TERMINATE_JOB_FLOW:
	case STEP_TERMINATE_CLUSTER:
		if (c->keep_alive && c->termination_protected)
			cancel_pending(ctl, c);
		else
			cluster_terminate(ctl, c, CLUSTER_REASON_STEP_FAILURE, "Shut down as step failed");
	}
}

void step_keep_totals(struct step *s, const cJSON *progress)
{
	s->statements = json_int32(progress, "statements", s->statements);
	s->rows_in = json_int(progress, "rows_in", s->rows_in);
	s->rows_out = json_int(progress, "rows_out", s->rows_out);
	s->bytes_in = json_int(progress, "bytes_in", s->bytes_in);
	s->bytes_out = json_int(progress, "bytes_out", s->bytes_out);
}

void step_end(struct control *ctl, struct cluster *c, struct step *s, enum step_state state)
{
	s->timeline.ended = clock_now_ms();
	if (s->runtime)
		step_keep_totals(s, step_runtime(s)->progress);
	set_state(ctl, c, s, state);
	step_free_runtime(s);
	runtime_of(c)->idle_since = s->timeline.ended;
	parts_step_ended(ctl, c, s);
	if (state == STEP_FAILED)
		on_failure(ctl, c, s);
}

void steps_end_all(struct control *ctl, struct cluster *c)
{
	for (size_t i = 0; i < c->steps.len; i++) {
		struct step *s = c->steps.items[i];
		if (s->state == STEP_PENDING) {
			step_end(ctl, c, s, STEP_CANCELLED);
		} else if (s->state == STEP_RUNNING || s->state == STEP_CANCEL_PENDING) {
			controller_log(ctl, c, s, "The cluster is terminating: the step is interrupted");
			step_end(ctl, c, s, s->state == STEP_RUNNING ? STEP_INTERRUPTED : STEP_CANCELLED);
		}
	}
}

/* For good, unless the step's policy wants another attempt. */
static void fail(struct control *ctl, struct cluster *c, struct step *s, const struct failure *f,
                 const char *log)
{
	if (retry_again(ctl, c, s, f))
		return;
	text_set(&s->failure_reason, f->reason && *f->reason ? f->reason : "Unknown Error.");
	text_set(&s->failure_message, f->message);
	char *uri = uri_step_log(ctl, c, s, log);
	text_set(&s->failure_log, uri);
	free(uri);
	controller_log(ctl, c, s, "Step failed: %s", f->message);
	step_end(ctl, c, s, STEP_FAILED);
}

static void launch(struct control *ctl, struct cluster *c, struct step *s, struct node *primary)
{
	struct error err = ERROR_INIT;
	int ret;

	if (step_is_sql(s) && (DRIVER_MB > resources_free(ctl) ||
	                       DRIVER_MB > primary->m->mem_mb - primary->mem_used))
		return; /* looked at again when memory is given back */
	if (s->state == STEP_PENDING) {
		s->timeline.ready = clock_now_ms();
		set_state(ctl, c, s, STEP_RUNNING);
	}
	s->attempts++;
	step_runtime(s)->started = clock_now_ms();
	retry_started(ctl, c, s);
	mark_dirty(ctl, OBJECT_STEP, s);
	ret = step_launch(ctl, c, s, primary, &err);
	if (ret)
		fail(ctl, c, s, &(struct failure){ .message = err.message }, "controller");
}

static void send_cancel(struct control *ctl, struct cluster *c, struct step *s)
{
	struct ctl_step *rt = step_runtime(s);
	bool kill = rt->cancel_option == STEP_TERMINATE_PROCESS;

	rt->cancel_wanted = false;
	rt->cancel_sent = true;
	if (!rt->exec) { /* between two attempts: there is nothing to stop */
		controller_log(ctl, c, s, "Cancelled while it was not running");
		step_end(ctl, c, s, STEP_CANCELLED);
		return;
	}
	controller_log(ctl, c, s, "Cancel requested (%s): sending %s",
	               names_get(&step_cancel_option_names, (int)rt->cancel_option),
	               kill ? "SIGKILL to the process and all its descendants" : "SIGTERM to the process");
	exec_signal(ctl, rt->exec, kill ? SIGKILL : SIGTERM, kill);
}

void steps_schedule(struct control *ctl, struct cluster *c)
{
	struct instance *p = cluster_primary(c);
	struct node *primary = p && p->state == INSTANCE_RUNNING ? p->runtime : NULL;
	int running = running_steps(c);

	if (!primary || !primary->link || primary->stopping)
		return;
	for (size_t i = 0; i < c->steps.len && !cluster_state_closing(c->state); i++) {
		struct step *s = c->steps.items[i];
		if (step_state_ended(s->state))
			continue;
		if (s->state == STEP_CANCEL_PENDING && step_runtime(s)->cancel_wanted)
			send_cancel(ctl, c, s);
		else if (s->state == STEP_RUNNING && !step_runtime(s)->exec && !retry_waits(ctl, s))
			launch(ctl, c, s, primary);
		else if (s->state == STEP_PENDING && running < c->step_concurrency) {
			launch(ctl, c, s, primary);
			if (s->state == STEP_PENDING)
				break; /* no room: those behind it wait as well, the order is kept */
			running += s->state == STEP_RUNNING;
		}
	}
}

enum step_state step_cancel(struct control *ctl, struct cluster *c, struct step *s,
                            enum step_cancel_option option)
{
	struct ctl_step *rt;

	if (s->state == STEP_PENDING) {
		step_end(ctl, c, s, STEP_CANCELLED);
	} else if (s->state == STEP_RUNNING || s->state == STEP_CANCEL_PENDING) {
		rt = step_runtime(s);
		rt->cancel_option = option;
		rt->cancel_wanted = true; /* the signal leaves with the next look, after the commit */
		set_state(ctl, c, s, STEP_CANCEL_PENDING);
		wake_cluster(ctl, c);
	}
	return s->state;
}

/* ---- the end of an attempt ---- */

static char *last_words(struct control *ctl, struct cluster *c, struct step *s, int status)
{
	char *path = path_step_log(ctl, c, s, "stderr"), *line = last_line_of(path);

	free(path);
	return line ? line : xasprintf("The process ended with exit status %d and said nothing on stderr.",
	                               status);
}

static bool again(struct control *ctl, struct cluster *c, struct step *s, const char *why)
{
	if (retry_lost(ctl, c, s, why) >= MAX_ATTEMPTS)
		return false;
	controller_log(ctl, c, s, "Attempt %d ended without a verdict (%s): starting it again", s->attempts, why);
	event_add(ctl, SEVERITY_WARN, c->id, s->id, EVENT_STEP, "Step %s (%s) is started again: %s", s->id,
	          s->name, why);
	wake_cluster(ctl, c);
	return true;
}

static void attempt_failed(struct control *ctl, struct cluster *c, struct step *s, struct exec *e,
                           int status, int signal, const char *error)
{
	struct ctl_step *rt = step_runtime(s);
	struct failure f = { .status = status, .signal = signal };
	char *message = retry_overtime(ctl, c, s);
	char why[64];

	f.timed_out = message != NULL;
	if (error && !message) {
		fail(ctl, c, s, &(struct failure){ .message = error }, "controller");
		return;
	}
	if (rt->failed_message && !message) {
		f.reason = rt->failed_class;
		f.message = rt->failed_message;
		fail(ctl, c, s, &f, "stderr");
		return;
	}
	if (signal && !message) {
		snprintf(why, sizeof why, "its %s was ended by signal %d (%s)",
		         e->m->kind == CONTAINER_DRIVER ? "driver" : "process", signal, strsignal(signal));
		if (e->m->kind == CONTAINER_DRIVER && again(ctl, c, s, why))
			return;
		message = xasprintf("The step failed because %s.", why);
	} else if (!message) {
		message = last_words(ctl, c, s, status);
	}
	f.message = message;
	fail(ctl, c, s, &f, f.timed_out ? "controller" : "stderr");
	free(message);
}

void step_exec_ended(struct control *ctl, struct cluster *c, struct step *s, struct exec *e, int status,
                     int signal, const char *error)
{
	struct ctl_step *rt = step_runtime(s);
	bool cancelled = s->state == STEP_CANCEL_PENDING && rt->cancel_sent;

	rt->exec = NULL;
	rt->started = e->m->created;
	if (step_state_ended(s->state)) {
		step_free_runtime(s);
		return;
	}
	if (signal)
		controller_log(ctl, c, s, "The process was ended by signal %d (%s) after %.1f seconds", signal,
		               strsignal(signal), (double)(clock_now_ms() - e->m->created) / 1000);
	else if (!error)
		controller_log(ctl, c, s, "The process ended with exit status %d after %.1f seconds", status,
		               (double)(clock_now_ms() - e->m->created) / 1000);
	if (cancelled || (s->state == STEP_CANCEL_PENDING && (status || signal || error)))
		step_end(ctl, c, s, STEP_CANCELLED);
	else if (!status && !signal && !error)
		step_end(ctl, c, s, STEP_COMPLETED);
	else
		attempt_failed(ctl, c, s, e, status, signal, error);
}

void step_exec_lost(struct control *ctl, struct cluster *c, struct step *s, const char *why)
{
	struct ctl_step *rt = step_runtime(s);

	rt->exec = NULL;
	if (step_state_ended(s->state)) {
		step_free_runtime(s);
	} else if (s->state == STEP_CANCEL_PENDING) {
		controller_log(ctl, c, s, "The node was lost while the step was being cancelled");
		step_end(ctl, c, s, STEP_CANCELLED);
	} else if (!again(ctl, c, s, why)) {
		char *message = xasprintf("The primary node was lost %d times while the step ran: %s",
		                          MAX_ATTEMPTS, why);
		fail(ctl, c, s, &(struct failure){ .message = message, .lost = true }, "controller");
		free(message);
	}
}
