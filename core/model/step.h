/* A step: one unit of work in a cluster's queue, in EMR's words and states. */
#ifndef CORE_MODEL_STEP_H
#define CORE_MODEL_STEP_H

#include "core/model/common.h"

enum step_state {
	STEP_PENDING,
	STEP_CANCEL_PENDING,
	STEP_RUNNING,
	STEP_COMPLETED,
	STEP_CANCELLED,
	STEP_FAILED,
	STEP_INTERRUPTED,
	STEP_STATES
};
extern const struct names step_state_names;
extern const struct transitions step_transitions;

/* TERMINATE_JOB_FLOW is the old alias; it is kept as sent, and acts as TERMINATE_CLUSTER. */
enum step_on_failure {
	STEP_TERMINATE_JOB_FLOW,
	STEP_TERMINATE_CLUSTER, /* what the API means when the member is left out */
	STEP_CANCEL_AND_WAIT,
	STEP_CONTINUE
};
extern const struct names step_on_failure_names;

enum step_cancel_option { STEP_SEND_INTERRUPT, STEP_TERMINATE_PROCESS };
extern const struct names step_cancel_option_names;

#define STEP_ACTIVE_LIMIT 256  /* active steps of a cluster, and steps in one call */

struct step {
	char id[MODEL_ID_SIZE];
	char cluster_id[MODEL_ID_SIZE];
	char *name;
	enum step_on_failure on_failure;
	char *jar, *main_class;
	struct str_list args;
	struct pair_list properties;
	char *execution_role_arn;
	char *log_uri, *encryption_key;      /* StepMonitoringConfiguration: where its logs are wanted, kept and shown */
	enum step_state state;
	char *reason_code, *reason_message;  /* StateChangeReason, nearly always absent */
	char *failure_reason, *failure_message, *failure_log; /* FailureDetails {Reason, Message, LogFile} */
	struct timeline timeline;            /* ready = StartDateTime */
	int64_t seq;       /* submission order in the cluster, 1… */
	int attempts;      /* times it was launched */
	int checkpoint;    /* statements that an earlier attempt finished */
	int64_t output;    /* bytes of stdout at that moment: what follows is written again */
	int statements;    /* what it did: at its end, or at its last checkpoint */
	int64_t rows_in, rows_out, bytes_in, bytes_out;
	void *runtime;     /* the control plane's; never owned by the model */
	bool unsaved;      /* the control plane's: changed since the journal was written */
};

VEC_STRUCT(step_list, struct step *);

struct step *step_new(void);
void step_free(struct step *s);            /* and the struct itself; NULL is allowed */
bool step_state_active(enum step_state s); /* PENDING, RUNNING, CANCEL_PENDING: counts for the limit */
bool step_state_ended(enum step_state s);

#endif
