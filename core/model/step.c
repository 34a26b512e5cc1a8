#include "core/model/step.h"

static const char *const state_items[] = {
	"PENDING", "CANCEL_PENDING", "RUNNING", "COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED",
};
const struct names step_state_names = { state_items, STEP_STATES };

#define TO(s) (1u << STEP_##s)
/* RUNNING → PENDING is not EMR's: a step whose node was lost is queued again instead of failing. */
static const uint32_t state_masks[STEP_STATES] = {
	[STEP_PENDING] = TO(RUNNING) | TO(CANCELLED) | TO(FAILED),
	[STEP_CANCEL_PENDING] = TO(CANCELLED) | TO(COMPLETED) | TO(FAILED) | TO(INTERRUPTED),
	[STEP_RUNNING] = TO(COMPLETED) | TO(FAILED) | TO(CANCEL_PENDING) | TO(CANCELLED) |
	                 TO(INTERRUPTED) | TO(PENDING),
};
const struct transitions step_transitions = { state_masks, STEP_STATES };

static const char *const on_failure_items[] = {
	"TERMINATE_JOB_FLOW", "TERMINATE_CLUSTER", "CANCEL_AND_WAIT", "CONTINUE",
};
const struct names step_on_failure_names = { on_failure_items, 4 };

static const char *const cancel_items[] = { "SEND_INTERRUPT", "TERMINATE_PROCESS" };
const struct names step_cancel_option_names = { cancel_items, 2 };

struct step *step_new(void)
{
	struct step *s = xcalloc(1, sizeof *s);

	s->on_failure = STEP_TERMINATE_CLUSTER;
	return s;
}

void step_free(struct step *s)
{
	if (!s)
		return;
	free(s->name);
	free(s->jar);
	free(s->main_class);
	str_list_free(&s->args);
	pair_list_free(&s->properties);
	free(s->execution_role_arn);
	free(s->log_uri);
	free(s->encryption_key);
	free(s->reason_code);
	free(s->reason_message);
	free(s->failure_reason);
	free(s->failure_message);
	free(s->failure_log);
	free(s);
}

bool step_state_active(enum step_state s)
{
	return s == STEP_PENDING || s == STEP_RUNNING || s == STEP_CANCEL_PENDING;
}

bool step_state_ended(enum step_state s)
{
	return !step_state_active(s);
}
