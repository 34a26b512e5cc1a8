/* The table of operations, and the rules of single ones that need no state. */
#include "core/api/emr/shapes.h"

static size_t count(const cJSON *in, const char *member)
{
	return (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(in, member));
}

static int check_job_flow_ids(const cJSON *in, struct error *err)
{
	return count(in, "JobFlowIds") ? 0 : emr_error_validation(err, "The JobFlowId list cannot be empty");
}

static int check_list_steps(const cJSON *in, struct error *err)
{
	if (count(in, "StepIds") && count(in, "StepStates"))
		return emr_error_invalid_request(err, NULL, "Cannot specify both StepIds and StepStates.");
	return 0;
}

static int check_steps(const cJSON *in, struct error *err)
{
	return count(in, "Steps") ? 0 : emr_error_validation(err, "The list of steps cannot be empty.");
}

static int check_cancel(const cJSON *in, struct error *err)
{
	return count(in, "StepIds") ? 0
	       : emr_error_invalid_request(err, NULL, "The list of step ids cannot be empty.");
}

static int check_groups(const cJSON *in, struct error *err)
{
	return count(in, "InstanceGroups") ? 0
	       : emr_error_validation(err, "The list of instance groups cannot be empty.");
}


#define JOB_FLOW true
#define CLUSTER false
#define BODY(name) &emr_##name##_out
#define NO_BODY(name) NULL
#define OP(name, family, reply, rule) { #name, &emr_##name##_in, reply(name), family, rule },
static const struct emr_operation operations[] = {
#include "core/api/emr/operations.def"
};
#undef OP

const struct emr_operation *emr_operations(size_t *n)
{
	*n = sizeof operations / sizeof *operations;
	return operations;
}

const struct emr_operation *emr_find_operation(const char *name)
{
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	return NULL;
}

static int broken(struct error *err, const char *why)
{
	return emr_error_validation(err, "%s", why);
}

static const struct shape_errors errors = { broken, emr_error_serialization };

int emr_validate(const struct emr_operation *op, const cJSON *in, struct error *err)
{
	int rc = shape_check(op->input, in, &errors, err);
	return rc || !op->check ? rc : op->check(in, err);
}
