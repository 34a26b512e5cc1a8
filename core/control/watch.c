/* WatchState: the long poll that spares the console and scripts from asking again and again. */
#include "core/base/json.h"
#include "core/control/ops.h"

static void on_closed(uv_handle_t *h)
{
	struct watch *w = h->data;

	free(w);
}

static void finish(struct watch *w)
{
	struct control *ctl = w->ctl;
	cJSON *out = json_add_int(cJSON_CreateObject(), "Version", ctl->version);

	for (size_t i = 0; i < ctl->watches.len; i++)
		if (ctl->watches.items[i] == w)
			vec_remove(&ctl->watches, i);
	json_print_to(&w->call->body, out);
	cJSON_Delete(out);
	vec_push(&ctl->calls, w->call);
	uv_timer_stop(&w->timer);
	uv_close((uv_handle_t *)&w->timer, on_closed);
}

static void on_timeout(uv_timer_t *t)
{
	finish(t->data);
}

int op_watch_state(struct control *ctl, const cJSON *in, struct call *call)
{
	int64_t ms = json_int(in, "TimeoutMs", 30000);
	struct watch *w = xcalloc(1, sizeof *w);

	w->ctl = ctl;
	w->call = call;
	w->since = json_int(in, "Since", 0);
	w->timer.data = w;
	uv_timer_init(ctl->loop, &w->timer);
	vec_push(&ctl->watches, w);
	if (ctl->version > w->since || ms <= 0)
		finish(w);
	else
		uv_timer_start(&w->timer, on_timeout, (uint64_t)(ms > 30000 ? 30000 : ms), 0);
	return 1;
}

void watches_notify(struct control *ctl)
{
	for (size_t i = ctl->watches.len; i-- > 0;)
		if (i < ctl->watches.len && ctl->version > ctl->watches.items[i]->since)
			finish(ctl->watches.items[i]);
}

void watches_close(struct control *ctl)
{
	while (ctl->watches.len)
		finish(ctl->watches.items[ctl->watches.len - 1]);
}
