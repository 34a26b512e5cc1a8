/* Requests: find the operation, validate, run it, and keep the answer for the commit. */
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/ops.h"

static op_fn find_op(const struct op *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table->fn;
	return NULL;
}

static op_fn find_emr(const char *name)
{
	op_fn fn = find_op(cluster_ops, name);

	if (!fn)
		fn = find_op(step_ops, name);
	return fn ? fn : find_op(group_ops, name);
}

static cJSON *parse_body(const char *body, size_t len, struct error *err)
{
	struct error why = ERROR_INIT;
	cJSON *in = len ? json_parse(body, len, &why) : cJSON_CreateObject();

	if (!in) {
		emr_error_serialization(err, why.message);
	} else if (!cJSON_IsObject(in)) {
		emr_error_serialization(err, "the body must be a JSON object");
		cJSON_Delete(in);
		in = NULL;
	}
	return in;
}

/* 0: answered; 1: the operation has taken the call; else an error. */
static int dispatch(struct control *ctl, const char *target, const char *body, size_t len,
                    struct call *call, struct error *err)
{
	const char *dot = strchr(target, '.'), *name = dot ? dot + 1 : target;
	bool ours = !strncmp(target, "Stoker.", 7);
	const struct emr_operation *shape = NULL;
	op_fn fn = ours ? find_op(stoker_ops, name) : NULL;
	bool watch = ours && !strcmp(name, "WatchState");
	cJSON *in = NULL, *out = NULL;
	int ret = 0;

	if (!strncmp(target, EMR_TARGET_PREFIX, strlen(EMR_TARGET_PREFIX))) {
		shape = emr_find_operation(name);
		fn = find_emr(name);
	}
	if (!fn && !watch)
		return emr_error_unknown_operation(err, name);
	if (!(in = parse_body(body, len, err)))
		return err->code;
	if (watch) {
		ret = op_watch_state(ctl, in, call);
		goto out;
	}
	if (shape && (ret = emr_validate(shape, in, err)))
		goto out;
	out = cJSON_CreateObject();
	ret = fn(ctl, in, out, call, err);
	if (!ret && (!shape || shape->output))
		json_print_to(&call->body, out);
out:
	cJSON_Delete(out);
	cJSON_Delete(in);
	return ret;
}

void control_call(struct control *ctl, const char *target, const char *body, size_t len, bool local,
                  control_reply_fn done, void *ctx)
{
	struct call *call = xcalloc(1, sizeof *call);
	struct error err = ERROR_INIT;

	call->done = done;
	call->ctx = ctx;
	call->local = local;
	call->status = 200;
	int ret = dispatch(ctl, target ? target : "", body, len, call, &err);
	if (ret == 1)
		return;
	if (ret) {
		if (!err.class_[0]) {
			log_error("%s: %s: %s", target, err.message, err.detail);
			error_class(&err, "InternalServerError", NULL);
		}
		buf_clear(&call->body);
		call->status = emr_error_reply(&err, &call->body);
		snprintf(call->error_type, sizeof call->error_type, "%s", err.class_);
	}
	vec_push(&ctl->calls, call);
}
