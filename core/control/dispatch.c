/* Requests: find the operation, validate, run it, and keep the answer for the commit. */
#include <stdio.h>

#include "core/base/json.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/control/access/access.h"
#include "core/control/changes.h"
#include "core/control/ops.h"
#include "core/control/part.h"

static void bind_table(struct map *ops, const struct op *table)
{
	size_t prefix = strlen(EMR_TARGET_PREFIX);

	for (; table && table->name; table++) {
		struct bound_op *b = xcalloc(1, sizeof *b);
		b->fn = table->fn;
		if (!strncmp(table->name, EMR_TARGET_PREFIX, prefix))
			b->shape = emr_find_operation(table->name + prefix);
		free(map_set(ops, table->name, b));
	}
}

struct map *ops_bind(void)
{
	static const struct op *const core[] = { cluster_ops, step_ops, group_ops, stoker_ops, event_ops };
	struct map *ops = map_new();

	for (size_t i = 0; i < sizeof core / sizeof *core; i++)
		bind_table(ops, core[i]);
	for (int i = 0; i < PART_COUNT; i++) {
		bind_table(ops, parts[i]->ops);
		for (const struct op *const *t = parts[i]->tables; t && *t; t++)
			bind_table(ops, *t);
	}
	return ops;
}

bool control_serves(const char *target)
{
	struct map *ops = ops_bind();
	bool served = map_has(ops, target);

	map_free(ops, free);
	return served;
}

static cJSON *parse_body(const char *body, size_t len, struct error *err)
{
	struct error why = ERROR_INIT;
	/* What is no text could not be told to anybody again: one name of a cluster would spoil every list. */
	if (!utf8_valid(body, len)) {
		emr_error_serialization(err, "the body is not UTF-8");
		return NULL;
	}
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

static const char *name_of(const char *target)
{
	const char *dot = strchr(target, '.');

	return dot ? dot + 1 : target;
}

/* Runs an operation and tells the stream what it changed. */
static int run_op(struct control *ctl, const struct bound_op *op, const char *target, const cJSON *in, cJSON *out,
                  struct call *call, struct error *err)
{
	struct operation what = { .reads = true };
	struct changes *before = operation_find(target, &what) && !what.reads && !what.data ? changes_before(ctl, in)
	                                                                                 : NULL;
	int ret = op->fn(ctl, in, out, call, err);

	if (!ret && before)
		changes_after(ctl, what.name, in, out, before);
	changes_free(before);
	return ret;
}

/* 0: answered; 1: the operation has taken the call; else an error. */
static int dispatch(struct control *ctl, const char *target, const char *body, size_t len,
                    struct call *call, struct error *err)
{
	const struct bound_op *op = map_get(ctl->ops, target);
	bool watch = !strcmp(target, "Stoker.WatchState");
	cJSON *in = NULL, *out = NULL;
	int ret = 0;

	if (!op && !watch)
		return emr_error_unknown_operation(err, name_of(target));
	in = parse_body(body, len, err);
	audit_begin(ctl, target, in, call);
	if (!in)
		return err->code;
	if ((ret = access_check(ctl, target, in, call, err)))
		goto out;
	if (watch) {
		ret = op_watch_state(ctl, in, call);
		goto out;
	}
	if (op->shape && (ret = emr_validate(op->shape, in, err)))
		goto out;
	out = cJSON_CreateObject();
	ret = run_op(ctl, op, target, in, out, call, err);
	if (!ret && (!op->shape || op->shape->output))
		json_print_to(&call->body, out);
out:
	cJSON_Delete(out);
	cJSON_Delete(in);
	return ret;
}

int op_nested(struct control *ctl, const char *target, const cJSON *in, cJSON *out, struct call *call,
              struct error *err)
{
	const struct bound_op *op = map_get(ctl->ops, target);

	if (!op)
		return emr_error_unknown_operation(err, name_of(target));
	if (access_check(ctl, target, in, call, err) || (op->shape && emr_validate(op->shape, in, err)))
		return err->code;
	return run_op(ctl, op, target, in, out, call, err);
}

/* Of a header, which may hold anything. What is cleaned is never longer. */
static void keep_text(char *out, size_t size, const char *text)
{
	struct buf clean = BUF_INIT;

	if (text)
		utf8_clean(&clean, text, strnlen(text, size - 1));
	snprintf(out, size, "%s", buf_str(&clean));
	buf_free(&clean);
}

static struct call *call_new(struct control *ctl, const struct control_caller *who)
{
	struct call *call = xcalloc(1, sizeof *call);
	const char *region = who->region && *who->region ? who->region : ctl->region;

	call->local = who->local;
	call->status = 200;
	snprintf(call->user, sizeof call->user, "%s", who->user ? who->user : "");
	snprintf(call->access_key, sizeof call->access_key, "%s", who->access_key ? who->access_key : "");
	snprintf(call->region, sizeof call->region, "%s", region);
	snprintf(call->source, sizeof call->source, "%s", who->source ? who->source : "");
	keep_text(call->user_agent, sizeof call->user_agent, who->user_agent);
	snprintf(call->request_id, sizeof call->request_id, "%s", who->request_id ? who->request_id : "");
	return call;
}

static void refuse(struct call *call, const char *target, struct error *err)
{
	if (!err->class_[0]) {
		log_error("%s: %s: %s", target, err->message, err->detail);
		error_class(err, "InternalServerError", NULL);
	}
	buf_clear(&call->body);
	call->status = emr_error_reply(err, &call->body);
	snprintf(call->error_type, sizeof call->error_type, "%s", err->class_);
}

void control_call(struct control *ctl, const char *target, const char *body, size_t len,
                  const struct control_caller *who, control_reply_fn done, void *ctx)
{
	struct call *call = call_new(ctl, who), *outer = ctl->call;
	struct error err = ERROR_INIT;

	call->done = done;
	call->ctx = ctx;
	ctl->call = call;
	struct acting before = actor_begin(ctl, call->user[0] ? call->user : "owner", NULL);
	int ret = dispatch(ctl, target ? target : "", body, len, call, &err);
	actor_end(ctl, &before);
	ctl->call = outer;
	if (ret == 1)
		return;
	if (ret)
		refuse(call, target, &err);
	audit_end(ctl, call, ret ? &err : NULL);
	vec_push(&ctl->calls, call);
}
