/* The turn: every change of a loop turn goes into one transaction, and nothing leaves before it committed.
 *
 * A turn goes round until it is quiet: commit what requests and messages changed, answer and send, then let
 * woken clusters do what can be done now, which changes things again. When the journal cannot be
 * written, requests are taken back and answered with the reason; everything else stays pending and is
 * tried again on the next tick. */
#include <signal.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/access/access.h"

int64_t mono_ms(void)
{
	return clock_mono_us() / 1000;
}

static bool *unsaved(enum object kind, void *object)
{
	switch (kind) {
	case OBJECT_CLUSTER:
		return &((struct cluster *)object)->unsaved;
	case OBJECT_GROUP:
		return &((struct instance_group *)object)->unsaved;
	case OBJECT_INSTANCE:
		return &((struct instance *)object)->unsaved;
	case OBJECT_STEP:
		return &((struct step *)object)->unsaved;
	default:
		return &((struct container *)object)->unsaved;
	}
}

void mark_dirty(struct control *ctl, enum object kind, void *object)
{
	bool *mark = unsaved(kind, object);

	ctl->changed = true;
	if (kind == OBJECT_INSTANCE)
		text_set(&((struct instance *)object)->wire, NULL);
	if (*mark)
		return;
	*mark = true;
	struct dirty d = { kind, object };
	vec_push(&ctl->dirty, d);
}

void forget_dirty(struct control *ctl, enum object kind, void *object)
{
	bool *mark = unsaved(kind, object);

	for (size_t i = ctl->dirty.len; *mark && i-- > 0;)
		if (ctl->dirty.items[i].object == object) {
			vec_remove(&ctl->dirty, i);
			*mark = false;
		}
}

void mark_changed(struct control *ctl)
{
	ctl->changed = true;
}

void wake_cluster(struct control *ctl, struct cluster *c)
{
	(void)ctl;
	if (c && c->runtime)
		runtime_of(c)->wake = true;
}

void wake_all(struct control *ctl)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v))
		if (!cluster_state_ended(((struct cluster *)v)->state))
			wake_cluster(ctl, v);
}

cJSON *message(const char *type)
{
	return json_add_str(cJSON_CreateObject(), "type", type);
}

void send_worker(struct control *ctl, struct node *n, cJSON *msg)
{
	struct outgoing o = { .msg = msg };

	strcpy(o.instance_id, n->m->id);
	vec_push(&ctl->outbox, o);
}

void send_driver(struct control *ctl, struct driver *d, cJSON *msg)
{
	struct outgoing o = { .msg = msg, .driver = d };

	vec_push(&ctl->outbox, o);
}

void drop_outgoing(struct control *ctl, struct driver *d)
{
	for (size_t i = ctl->outbox.len; i-- > 0;)
		if (ctl->outbox.items[i].driver == d) {
			cJSON_Delete(ctl->outbox.items[i].msg);
			vec_remove(&ctl->outbox, i);
		}
}

void call_undo(struct call *call, void (*undo)(struct control *ctl, void *arg), void *arg,
               void (*undo_free)(void *arg))
{
	call->undo = undo;
	call->undo_arg = arg;
	call->undo_free = undo_free;
}

static void put_group(struct control *ctl, struct instance_group *g)
{
	struct cluster *c = find_cluster(ctl, g->cluster_id);

	for (size_t i = 0; c && i < c->groups.len; i++)
		if (c->groups.items[i] == g)
			store_put_group(ctl->store, g, (int)i);
}

static void write_dirty(struct control *ctl)
{
	for (size_t i = 0; i < ctl->gone.len; i++)
		store_drop_cluster(ctl->store, ctl->gone.items[i]);
	for (size_t i = 0; i < ctl->dirty.len; i++) {
		void *o = ctl->dirty.items[i].object;
		switch (ctl->dirty.items[i].kind) {
		case OBJECT_CLUSTER:
			store_put_cluster(ctl->store, o);
			break;
		case OBJECT_GROUP:
			put_group(ctl, o);
			break;
		case OBJECT_INSTANCE:
			store_put_instance(ctl->store, o);
			break;
		case OBJECT_STEP:
			store_put_step(ctl->store, o);
			break;
		case OBJECT_CONTAINER:
			store_put_container(ctl->store, o);
		}
	}
	for (size_t i = 0; i < ctl->dropped.len; i++)
		store_drop_container(ctl->store, ctl->dropped.items[i]);
	for (size_t i = 0; i < ctl->events.len; i++)
		store_add_event(ctl->store, &ctl->events.items[i]);
	docs_write(ctl);
	audit_write(ctl);
}

static bool anything_to_write(const struct control *ctl)
{
	return ctl->dirty.len || ctl->dropped.len || ctl->events.len || ctl->gone.len ||
	       docs_waiting(ctl) || audit_waiting(ctl) || store_dirty(ctl->store);
}

static void clear_written(struct control *ctl)
{
	for (size_t i = 0; i < ctl->dirty.len; i++)
		*unsaved(ctl->dirty.items[i].kind, ctl->dirty.items[i].object) = false;
	ctl->dirty.len = 0;
	docs_clear(ctl);
	audit_written(ctl);
	str_list_free(&ctl->dropped);
	str_list_free(&ctl->gone);
	event_list_free(&ctl->events);
}

static void answer(struct call *call)
{
	struct control_reply r = { call->status, buf_str(&call->body), call->body.len,
	                           call->error_type[0] ? call->error_type : NULL };

	call->done(&r, call->ctx);
	if (call->undo_free)
		call->undo_free(call->undo_arg);
	buf_free(&call->body);
	str_list_free(&call->docs);
	free(call);
}

static void answer_calls(struct control *ctl)
{
	for (size_t i = 0; i < ctl->calls.len; i++)
		answer(ctl->calls.items[i]);
	ctl->calls.len = 0;
}

/* The journal refused: requests that changed something did not happen. Newest first, so that later ones
 * find what they built on. */
static void refuse_calls(struct control *ctl, const struct error *why)
{
	for (size_t i = ctl->calls.len; i-- > 0;) {
		struct call *call = ctl->calls.items[i];
		if (!call->undo && !call->docs.len)
			continue;
		if (call->undo)
			call->undo(ctl, call->undo_arg);
		docs_take_back(ctl, call);
		events_take_back(ctl, call);
		struct error e = ERROR_INIT;
		error_set(&e, ERR_FULL, "%s%s%s", why->message, why->detail[0] ? ": " : "", why->detail);
		error_class(&e, "InternalServerError", NULL);
		audit_refused(call, &e);
		buf_clear(&call->body);
		call->status = emr_error_reply(&e, &call->body);
		strcpy(call->error_type, "InternalServerError");
	}
	events_keep(ctl, NULL);
	docs_keep(ctl, NULL);
	answer_calls(ctl);
}

static void send_all(struct control *ctl)
{
	for (size_t i = 0; i < ctl->outbox.len; i++) {
		struct outgoing *o = &ctl->outbox.items[i];
		if (o->driver) {
			if (o->driver->link)
				link_send(o->driver->link, o->msg, NULL, 0);
		} else {
			struct node *n = map_get(ctl->nodes, o->instance_id);
			if (n)
				ctl->provisioner.send(ctl, n, o->msg);
		}
		cJSON_Delete(o->msg);
	}
	ctl->outbox.len = 0;
}

static bool commit(struct control *ctl)
{
	struct error err = ERROR_INIT;

	if (ctl->stalled) /* a probe: it may be all that there is to write */
		store_set(ctl->store, "stalled_since", "");
	if (anything_to_write(ctl)) {
		write_dirty(ctl);
		if (store_commit(ctl->store, &err)) {
			if (!ctl->stalled) {
				log_error("journal: %s: %s", err.message, err.detail);
				ctl->stalled_since = clock_now_ms();
			}
			ctl->stalled = true;
			ctl->stall = err;
			refuse_calls(ctl, &err);
			return false;
		}
		clear_written(ctl);
	}
	if (ctl->stalled)
		log_info("journal: writing again");
	ctl->stalled = false;
	answer_calls(ctl);
	send_all(ctl);
	return true;
}

static bool schedule(struct control *ctl)
{
	bool any = false;
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		if (!c->runtime || !runtime_of(c)->wake)
			continue;
		runtime_of(c)->wake = false;
		cluster_schedule(ctl, c);
		any = true;
	}
	return any;
}

void control_turn(struct control *ctl)
{
	if (ctl->in_turn)
		return;
	ctl->in_turn = true;
	for (int round = 0; round < 1000; round++) {
		if ((anything_to_write(ctl) || ctl->calls.len || ctl->outbox.len || ctl->stalled) &&
		    !commit(ctl))
			break;
		if (!schedule(ctl))
			break;
	}
	if (ctl->changed) {
		ctl->changed = false;
		ctl->version++;
		watches_notify(ctl);
		answer_calls(ctl);
	}
	ctl->in_turn = false;
}
