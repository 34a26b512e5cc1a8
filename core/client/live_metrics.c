#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/client/live_impl.h"

void live_take_metrics(struct live *l, struct ask *a, const cJSON *reply, const struct error *err)
{
	struct mcluster *mc = model_cluster(l->model, a->cluster);
	if (!mc)
		return;
	struct metric_set *s = metrics_set(mc->metrics, a->instance, a->range);
	struct error bad = ERROR_INIT;
	int64_t now = clock_now_ms();
	s->pending = false;
	if (reply && metric_set_take(s, reply, now, &bad))
		err = &bad;
	if (err) {
		s->unsupported = err->code == ERR_UNSUPPORTED;
		s->failures++;
		s->retry_at = live_mono_ms() + live_backoff(l, s->failures + 2);
		live_note_error(s->error, sizeof s->error, err);
		return;
	}
	s->fetched = now;
	s->failures = 0;
	s->retry_at = 0;
	s->cached = false;
	*s->error = 0;
}

static void ask_metrics(struct live *l, struct mcluster *mc, struct metric_set *s, int64_t now)
{
	s->asked = now;
	if (!budget_take(l->budget, "GetMetrics", true, now))
		return;
	int64_t to = clock_now_ms();
	cJSON *in = question_metrics(mc->c->id, s->instance, metric_set_from(s, to), to, s->period);
	struct ask *a = live_ask_send(l, "Stoker.GetMetrics", in);
	if (!a)
		return;
	s->pending = true;
	a->range = s->range;
	snprintf(a->cluster, sizeof a->cluster, "%s", mc->c->id);
	snprintf(a->instance, sizeof a->instance, "%s", s->instance);
}

void live_consider_metrics(struct live *l, struct mcluster *mc, int64_t now, int64_t *wait)
{
	struct metric_set *s = metrics_set(mc->metrics, l->want.instance, l->want.range);
	if (s->pending || s->unsupported)
		return;
	int64_t every = s->period < 60000 ? s->period : 60000;
	int64_t at = s->asked && !s->failures ? s->asked + every : s->retry_at;
	bool over = cluster_state_ended(mc->c->state) && !l->watch_unknown;
	if (s->fetched && !s->cached && !s->failures && over)
		return;
	if (at > now) {
		live_sooner(wait, at - now);
		return;
	}
	ask_metrics(l, mc, s, now);
	if (!s->pending)
		live_sooner(wait, every);
}

void live_save_metrics(struct live *l)
{
	struct mcluster *mc = model_cluster(l->model, l->want.cluster);
	if (!mc || !l->want.graph)
		return;
	const struct metric_set *s = metrics_peek(mc->metrics, l->want.instance, l->want.range);
	if (!s || s->cached || *s->instance)
		return;
	cJSON *reply = metric_set_encode(s);
	char name[96];
	snprintf(name, sizeof name, "metrics/%d/%s", (int)s->range, s->instance);
	if (reply)
		cache_put(l->cache, name, mc->c->id, s->fetched, reply);
	cJSON_Delete(reply);
}
