/* Operations on steps. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/ops.h"
#include "core/control/retry/retry.h"

struct step_refs {
	struct step **items;
	size_t len, cap;
};

/* ---- AddJobFlowSteps ---- */

struct steps_undo {
	char cluster_id[MODEL_ID_SIZE];
	size_t before;
};

static void undo_add(struct control *ctl, void *arg)
{
	struct steps_undo *u = arg;
	struct cluster *c = find_cluster(ctl, u->cluster_id);

	while (c && c->steps.len > u->before) {
		struct step *s = c->steps.items[--c->steps.len];
		forget_dirty(ctl, OBJECT_STEP, s);
		step_free_runtime(s);
		step_free(s);
	}
}

static int check_room(struct control *ctl, const struct cluster *c, const struct step_list *steps, struct error *err)
{
	if (steps->len > STEP_ACTIVE_LIMIT)
		return emr_error_validation(err, "A maximum of %d steps are allowed in each request.",
		                            STEP_ACTIVE_LIMIT);
	if ((size_t)cluster_active_steps(c) + steps->len > STEP_ACTIVE_LIMIT)
		return emr_error_too_many_steps(err);
	if (op_concurrency_rule(c, steps, err))
		return err->code;
	return retry_check(ctl, c, steps, err);
}

static int add_job_flow_steps(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                              struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "JobFlowId", true, err);
	const char *role = json_str(in, "ExecutionRoleArn", NULL);
	struct step_list steps = { 0 };
	int ret;

	if (!c)
		return err->code;
	if (cluster_state_closing(c->state))
		return emr_error_closing(err);
	ret = emr_decode_steps(in, &steps, err);
	if (!ret)
		ret = check_room(ctl, c, &steps, err);
	if (ret) {
		emr_steps_free(&steps);
		return ret;
	}
	struct steps_undo *undo = xcalloc(1, sizeof *undo);
	strcpy(undo->cluster_id, c->id);
	undo->before = c->steps.len;
	cJSON *ids = cJSON_CreateArray();
	for (size_t i = 0; i < steps.len; i++) {
		struct step *s = steps.items[i];
		op_new_step(c, s, clock_now_ms());
		text_set(&s->execution_role_arn, role);
		vec_push(&c->steps, s);
		mark_dirty(ctl, OBJECT_STEP, s);
		cJSON_AddItemToArray(ids, cJSON_CreateString(s->id));
	}
	vec_free(&steps);
	json_add(out, "StepIds", ids);
	call_undo(call, undo_add, undo, free);
	wake_cluster(ctl, c);
	return 0;
}

/* ---- reading ---- */

static int describe_step(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                         struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	const char *id = json_str(in, "StepId", "");
	struct step *s = c ? cluster_step(c, id) : NULL;

	(void)call;
	if (!c)
		return err->code;
	if (!s)
		return emr_error_no_step(err, id);
	json_add(out, "Step", emr_encode_step(s));
	return 0;
}

static const char *step_id_at(void *list, size_t i)
{
	return ((struct step_refs *)list)->items[i]->id;
}

#define LIST_STEPS_VISIBLE 1000
#define LIST_STEPS_IDS 10

static int list_steps(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                      struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	uint32_t mask = emr_decode_mask(in, "StepStates", &step_state_names);
	struct str_list ids = { 0 };
	struct step_refs refs = { 0 };
	struct emr_page page;
	int ret = 0;

	(void)call;
	if (!c)
		return err->code;
	emr_decode_strings(in, "StepIds", &ids);
	if (ids.len && mask)
		ret = emr_error_invalid_request(err, NULL, "Cannot specify both StepIds and StepStates.");
	else if (ids.len > LIST_STEPS_IDS)
		ret = emr_error_invalid_request(err, NULL, "At most %d StepIds may be given.", LIST_STEPS_IDS);
	for (size_t i = 0; i < ids.len && !ret; i++)
		if (!cluster_step(c, ids.items[i]))
			ret = emr_error_no_step(err, ids.items[i]);
	size_t oldest = c->steps.len > LIST_STEPS_VISIBLE ? c->steps.len - LIST_STEPS_VISIBLE : 0;
	for (size_t i = c->steps.len; i-- > oldest && !ret;) {
		struct step *s = c->steps.items[i];
		if ((mask && !(mask & (1u << s->state))) || (ids.len && !str_list_has(&ids, s->id)))
			continue;
		vec_push(&refs, s);
	}
	if (!ret && !(ret = emr_page(in, "ListSteps", EMR_PAGE, refs.len, step_id_at, &refs, &page, err))) {
		cJSON *a = cJSON_CreateArray();
		for (size_t i = page.first; i < page.end; i++)
			cJSON_AddItemToArray(a, emr_encode_step_summary(refs.items[i]));
		json_add(out, "Steps", a);
		json_add_str(out, "Marker", page.marker);
		free(page.marker);
	}
	vec_free(&refs);
	str_list_free(&ids);
	return ret;
}

/* ---- CancelSteps ---- */

struct cancel_undo {
	char cluster_id[MODEL_ID_SIZE];
	struct pair_list was; /* step id → state before */
};

static void undo_cancel(struct control *ctl, void *arg)
{
	struct cancel_undo *u = arg;
	struct cluster *c = find_cluster(ctl, u->cluster_id);

	for (size_t i = 0; c && i < u->was.len; i++) {
		struct step *s = cluster_step(c, u->was.items[i].key);
		if (!s)
			continue;
		s->state = (enum step_state)names_parse(&step_state_names, u->was.items[i].value);
		if (!step_state_ended(s->state))
			s->timeline.ended = 0;
		if (s->state == STEP_RUNNING)
			step_runtime(s)->cancel_wanted = false;
	}
}

static void free_cancel(void *arg)
{
	struct cancel_undo *u = arg;

	pair_list_free(&u->was);
	free(u);
}

static void cancel_one(struct control *ctl, struct cluster *c, const char *id,
                       enum step_cancel_option option, struct cancel_undo *undo, cJSON *list)
{
	struct step *s = cluster_step(c, id);
	cJSON *info = json_add_str(cJSON_CreateObject(), "StepId", id);

	if (s && step_state_active(s->state)) {
		pair_list_set(&undo->was, id, names_get(&step_state_names, (int)s->state));
		step_cancel(ctl, c, s, option);
		json_add_str(info, "Status", "SUBMITTED");
		json_add_str(info, "Reason", "");
	} else {
		json_add_str(info, "Status", "FAILED");
		char *why = s ? xasprintf("Step is not in a state that can be cancelled: %s.",
		                          names_get(&step_state_names, (int)s->state))
		            : xasprintf("Step id '%s' is not valid.", id);
		json_add_str(info, "Reason", why);
		free(why);
	}
	cJSON_AddItemToArray(list, info);
}

static int cancel_steps(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                        struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	int option = names_parse(&step_cancel_option_names, json_str(in, "StepCancellationOption", NULL));
	struct str_list ids = { 0 };

	if (!c)
		return err->code;
	emr_decode_strings(in, "StepIds", &ids);
	if (!ids.len || ids.len > STEP_ACTIVE_LIMIT) {
		str_list_free(&ids);
		return emr_error_invalid_request(err, NULL, "Between 1 and %d StepIds must be given.",
		                                 STEP_ACTIVE_LIMIT);
	}
	struct cancel_undo *undo = xcalloc(1, sizeof *undo);
	strcpy(undo->cluster_id, c->id);
	cJSON *list = cJSON_CreateArray();
	for (size_t i = 0; i < ids.len; i++)
		cancel_one(ctl, c, ids.items[i], option < 0 ? STEP_SEND_INTERRUPT
		           : (enum step_cancel_option)option, undo, list);
	json_add(out, "CancelStepsInfoList", list);
	call_undo(call, undo_cancel, undo, free_cancel);
	str_list_free(&ids);
	return 0;
}

const struct op step_ops[] = {
	{ "ElasticMapReduce.AddJobFlowSteps", add_job_flow_steps },
	{ "ElasticMapReduce.DescribeStep", describe_step },
	{ "ElasticMapReduce.ListSteps", list_steps },
	{ "ElasticMapReduce.CancelSteps", cancel_steps },
	{ NULL, NULL },
};
