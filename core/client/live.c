/* One timer, one pump: whatever happens (a reply, a change, a key), pump() asks every question that is due
 * and then sleeps until the next one will be. A question that is under way is never asked twice. */
#include "core/client/live_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/mem.h"

#define WATCH_MS 25000
#define COALESCE_MS 120      /* changes that come in a burst are asked for once */
#define RETRY_MIN_MS 250
#define RETRY_MAX_MS 15000
#define RETRY_LOCAL_MS 1500
#define STARTING_MS 8000     /* how long a server that was just started may take to answer */
#define FLUSH_MS 10000
#define LIST_PAGES 20
#define GRACE_MS 40

static void pump(struct live *l);
static bool ask_page(struct live *l, const struct question *q, int index, struct mcluster *mc,
                     const char *marker, int page);

/* Schedules go by the monotonic clock; only ages that people see go by the wall clock. */
int64_t live_mono_ms(void)
{
	return clock_mono_us() / 1000;
}

static int64_t jitter(struct live *l, int64_t ms)
{
	l->seed = l->seed * 1103515245u + 12345u;
	return ms / 2 + (int64_t)(l->seed >> 8) % (ms / 2 + 1);
}

/* Asking at a socket of this machine costs nothing: people see a server that is back within a second. */
int64_t live_backoff(struct live *l, int failures)
{
	int64_t ms = RETRY_MIN_MS, max = client_is_local(l->client) ? RETRY_LOCAL_MS : RETRY_MAX_MS;
	for (int i = 1; i < failures && ms < max; i++)
		ms *= 2;
	return jitter(l, ms < max ? ms : max);
}

static struct part *part_of(struct live *l, const struct ask *a)
{
	if (!*a->cluster)
		return &l->model->parts[a->index];
	struct mcluster *mc = model_cluster(l->model, a->cluster);
	return mc ? &mc->parts[a->index] : NULL;
}

/* ---- the connection as a whole ---- */

static void mark_all(struct live *l)
{
	struct model *m = l->model;
	for (int i = 0; i < PART_COUNT; i++)
		m->parts[i].dirty = m->parts[i].dirty || global_questions[i].on_change;
	for (size_t c = 0; c < m->clusters.len; c++)
		for (int i = 0; i < CPART_COUNT; i++)
			m->clusters.items[c]->parts[i].dirty |= cluster_questions[i].on_change;
}

static void forget_retries(struct live *l)
{
	struct model *m = l->model;
	for (int i = 0; i < PART_COUNT; i++)
		m->parts[i].retry_at = 0;
	for (size_t c = 0; c < m->clusters.len; c++)
		for (int i = 0; i < CPART_COUNT; i++)
			m->clusters.items[c]->parts[i].retry_at = 0;
}

static void link_up(struct live *l)
{
	struct model *m = l->model;
	m->link_heard = clock_now_ms();
	if (m->link != LINK_LIVE && m->link != LINK_POLLING) {
		mark_all(l);
		forget_retries(l);
		m->version = 0;
	}
	l->heard = true;
	l->failures = 0;
	*m->link_error = 0;
	m->link = l->watch_unknown ? LINK_POLLING : LINK_LIVE;
}

void live_note_error(char *out, size_t size, const struct error *err)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s%s%s", err->message, *err->detail ? ": " : "", err->detail);
	snprintf(out, size, "%.*s", (int)size - 1, buf_str(&b));
	buf_free(&b);
}

/* Nobody answered. The local server is started once, and only when it was never heard: one that was
 * stopped on purpose stays stopped. */
static void link_down(struct live *l, const struct error *err)
{
	struct model *m = l->model;
	int64_t now = live_mono_ms();
	live_note_error(m->link_error, sizeof m->link_error, err);
	m->link_refused = err->code == ERR_AUTH;
	if (!l->heard && !l->started && client_may_start(l->client)) {
		struct error why = ERROR_INIT;
		l->started = true;
		l->started_at = now;
		if (!client_start_server(l->client, &why)) {
			m->link = LINK_STARTING;
			m->link_retry = now + GRACE_MS;
			return;
		}
		live_note_error(m->link_error, sizeof m->link_error, &why);
	}
	if (m->link == LINK_STARTING && now - l->started_at < STARTING_MS) {
		m->link_retry = now + GRACE_MS;
		return;
	}
	l->failures++;
	m->link = LINK_AWAY;
	m->link_retry = now + live_backoff(l, l->failures);
}

bool live_is_down(const struct live *l)
{
	return l->model->link == LINK_AWAY || l->model->link == LINK_STARTING;
}

/* ---- replies ---- */

/* Answers about everything are kept, those about one thing are not. */
static void save(struct live *l, const struct question *q, int index, const char *cluster, int page,
                 const cJSON *reply)
{
	if (l->cache && q->name && !page && (*cluster || !*l->model->parts[index].about))
		cache_put(l->cache, q->name, cluster, clock_now_ms(), reply);
}

static void part_failed(struct live *l, struct part *p, const char *target, const struct error *err)
{
	int64_t now = live_mono_ms();
	if (err->code == ERR_UNSUPPORTED) {
		p->unsupported = true;
		return;
	}
	if (err->code == ERR_FULL)
		budget_throttled(l->budget, target, now);
	p->failures++;
	p->retry_at = now + live_backoff(l, p->failures + 2);
	live_note_error(p->error, sizeof p->error, err);
}

static void part_fetched(struct part *p)
{
	p->fetched = clock_now_ms();
	p->failures = 0;
	p->retry_at = 0;
	p->cached = false;
	*p->error = 0;
}

static void take_reply(struct live *l, struct ask *a, struct part *p, const cJSON *reply)
{
	struct mcluster *mc = *a->cluster ? model_cluster(l->model, a->cluster) : NULL;
	struct error err = ERROR_INIT;
	size_t known = l->model->clusters.len;
	if (question_take(a->question, a->index, l->model, mc, reply, !a->page, &err)) {
		part_failed(l, p, a->question->target, &err);
		return;
	}
	if (l->model->clusters.len != known)
		l->model->parts[PART_COST].dirty = true;
	if (a->question == &cluster_questions[CPART_STEPS])
		mc->parts[CPART_PROGRESS].dirty = true;
	save(l, a->question, a->index, a->cluster, a->page, reply);
	part_fetched(p);
	const char *marker = json_str(reply, "Marker", "");
	bool list = a->question == &global_questions[PART_CLUSTERS];
	bool all = list || a->question == &cluster_questions[CPART_INSTANCES];
	if (all && *marker && a->page + 1 < LIST_PAGES) {
		ask_page(l, a->question, a->index, mc, marker, a->page + 1);
		return;
	}
	if (list && !*marker)
		model_sweep(l->model);
}

static void on_reply(void *arg, const cJSON *reply, const struct error *err, double ms)
{
	struct ask *a = arg;
	struct live *l = a->live;
	(void)ms;
	*a->link = a->next;
	if (a->next)
		a->next->link = a->link;
	if (err && !l->heard && err->code == ERR_AUTH)
		link_down(l, err);
	else if (err && (err->code == ERR_UNAVAILABLE || err->code == ERR_TIMEOUT))
		link_down(l, err);
	else
		link_up(l);
	if (!a->question) {
		live_take_metrics(l, a, reply, err);
	} else {
		struct part *p = part_of(l, a);
		if (p) {
			p->pending = false;
			if (strcmp(p->about, a->about))
				p->dirty = true; /* about what nobody looks at any more */
			else if (err)
				part_failed(l, p, a->question->target, err);
			else
				take_reply(l, a, p, reply);
		}
	}
	free(a);
	l->changed(l->ctx);
	pump(l);
}

/* ---- asking ---- */

struct ask *live_ask_send(struct live *l, const char *target, cJSON *in)
{
	struct error err = ERROR_INIT;
	struct ask *a = xcalloc(1, sizeof *a);
	a->live = l;
	a->request = client_send(l->client, target, in, TIMEOUT_MS, on_reply, a, &err);
	cJSON_Delete(in);
	if (!a->request) {
		link_down(l, &err);
		free(a);
		return NULL;
	}
	a->next = l->asks;
	a->link = &l->asks;
	if (a->next)
		a->next->link = &a->next;
	l->asks = a;
	return a;
}

static void add_filter(const struct live *l, const struct question *q, cJSON *in)
{
	static const char *const active[] = { "STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING",
	                                      "TERMINATING" };
	if (q == &global_questions[PART_CLUSTERS] && l->want.active_only)
		json_add(in, "ClusterStates", cJSON_CreateStringArray(active, 5));
}

static bool ask_page(struct live *l, const struct question *q, int index, struct mcluster *mc,
                     const char *marker, int page)
{
	struct part *p = mc ? &mc->parts[index] : &l->model->parts[index];
	cJSON *in = q->build(l->model, mc);
	p->dirty = false;
	p->asked = live_mono_ms();
	if (!in)
		return false;
	add_filter(l, q, in);
	if (marker)
		json_add_str(in, strncmp(q->target, "ElasticMapReduce.", 17) ? "NextToken" : "Marker", marker);
	struct ask *a = live_ask_send(l, q->target, in);
	if (!a)
		return false;
	a->question = q;
	a->index = index;
	a->page = page;
	memcpy(a->about, p->about, sizeof a->about);
	if (mc)
		snprintf(a->cluster, sizeof a->cluster, "%s", mc->c->id);
	p->pending = true;
	return true;
}

static bool has_running_step(const struct mcluster *mc)
{
	for (size_t i = mc->c->steps.len; i-- > 0;) {
		enum step_state s = mc->c->steps.items[i]->state;
		if (s == STEP_RUNNING || s == STEP_CANCEL_PENDING)
			return true;
	}
	return false;
}

/* How long a part may stay as it is; 0: until something changes. */
static int64_t interval(const struct live *l, const struct question *q, const struct mcluster *mc)
{
	bool progress = q == &cluster_questions[CPART_PROGRESS];
	if (mc && progress && !has_running_step(mc))
		return 0;
	if (mc && cluster_state_ended(mc->c->state) && !l->watch_unknown)
		return 0;
	return !l->watch_unknown ? q->live_ms : q->poll_ms;
}

/* When a part is due: 0 now, > 0 in so many ms, -1 not before something happens. */
static int64_t part_due(const struct part *p, int64_t every, int64_t now)
{
	if (p->pending || p->unsupported)
		return -1;
	int64_t at;
	if (p->dirty || !p->asked)
		at = p->asked ? p->asked + COALESCE_MS : 0;
	else if (p->failures)
		at = 0;
	else if (every)
		at = p->asked + every;
	else
		return -1;
	if (at < p->retry_at)
		at = p->retry_at;
	return at > now ? at - now : 0;
}

void live_sooner(int64_t *wait, int64_t ms)
{
	if (ms >= 0 && (*wait < 0 || ms < *wait))
		*wait = ms;
}

static void consider(struct live *l, const struct question *q, int index, struct mcluster *mc,
                     int64_t now, int64_t *wait)
{
	struct part *p = mc ? &mc->parts[index] : &l->model->parts[index];
	int64_t due = part_due(p, interval(l, q, mc), now);
	if (due == 0) {
		if (!budget_take(l->budget, q->target, true, now)) {
			live_sooner(wait, budget_wait(l->budget, q->target, true, now));
			return;
		}
		ask_page(l, q, index, mc, NULL, 0);
		due = part_due(p, interval(l, q, mc), now);
	}
	live_sooner(wait, due);
}

/* ---- being told of changes ---- */

static void on_watch(void *arg, const cJSON *reply, const struct error *err, double ms)
{
	struct live *l = arg;
	(void)ms;
	l->watch = NULL;
	if (err && err->code == ERR_UNSUPPORTED) {
		l->watch_unknown = true;
		link_up(l);
	} else if (err && err->code == ERR_TIMEOUT) {
		l->watch_at = 0;
	} else if (err) {
		link_down(l, err);
	} else {
		int64_t version = json_int(reply, "Version", 0);
		link_up(l);
		if (version != l->model->version)
			mark_all(l);
		l->model->version = version;
	}
	l->changed(l->ctx);
	pump(l);
}

static void keep_watch(struct live *l, int64_t now, int64_t *wait)
{
	struct error err = ERROR_INIT;
	if (l->watch || l->watch_unknown)
		return;
	/* A server that changes all the time must not be asked all the time. */
	if (l->watch_at && now - l->watch_at < COALESCE_MS) {
		live_sooner(wait, l->watch_at + COALESCE_MS - now);
		return;
	}
	cJSON *in = cJSON_CreateObject();
	json_add_int(in, "Since", l->model->version);
	json_add_int(in, "TimeoutMs", WATCH_MS);
	l->watch_at = now;
	l->watch = client_send(l->client, "Stoker.WatchState", in, WATCH_MS + 10000, on_watch, l, &err);
	cJSON_Delete(in);
	if (!l->watch)
		link_down(l, &err);
}

/* ---- the pump ---- */

static void consider_all(struct live *l, int64_t now, int64_t *wait)
{
	unsigned globals = l->want.globals | 1u << PART_CLUSTERS | 1u << PART_ALARMS | 1u << PART_COST;
	/* Costs belong to clusters that must be known first. */
	if (!l->model->parts[PART_CLUSTERS].fetched)
		globals &= ~(1u << PART_COST);
	for (int i = 0; i < PART_COUNT && !live_is_down(l); i++)
		if (globals >> i & 1)
			consider(l, &global_questions[i], i, NULL, now, wait);
	struct mcluster *mc = model_cluster(l->model, l->want.cluster);
	if (!mc)
		return;
	/* Whether it has groups or fleets must be known before either can be read. */
	unsigned parts = l->want.parts;
	if (parts >> CPART_GROUPS & 1)
		parts |= 1u << CPART_FLEETS | (mc->described ? 0 : 1u << CPART_DETAIL);
	for (int i = 0; i < CPART_COUNT && !live_is_down(l); i++)
		if (parts >> i & 1)
			consider(l, &cluster_questions[i], i, mc, now, wait);
	if (l->want.graph && !live_is_down(l))
		live_consider_metrics(l, mc, now, wait);
}

static void flush_cache(struct live *l, int64_t now, int64_t *wait)
{
	if (!cache_is_dirty(l->cache))
		return;
	if (now - l->flushed_at >= FLUSH_MS) {
		cache_flush(l->cache);
		l->flushed_at = now;
	} else {
		live_sooner(wait, l->flushed_at + FLUSH_MS - now);
	}
}

static void on_timer(uv_timer_t *t)
{
	pump(t->data);
}

static void pump(struct live *l)
{
	int64_t wait = -1, now = live_mono_ms();
	if (live_is_down(l)) {
		if (now < l->model->link_retry)
			live_sooner(&wait, l->model->link_retry - now);
		else
			keep_watch(l, now, &wait);
		/* Without WatchState the list of clusters tells that the other side is back. */
		if (l->watch_unknown && now >= l->model->link_retry && !l->asks) {
			l->model->parts[PART_CLUSTERS].retry_at = 0;
			ask_page(l, &global_questions[PART_CLUSTERS], PART_CLUSTERS, NULL, NULL, 0);
		}
		if (live_is_down(l) && l->model->link_retry > now)
			live_sooner(&wait, l->model->link_retry - now);
	} else {
		keep_watch(l, now, &wait);
		consider_all(l, now, &wait);
		if (live_is_down(l))
			live_sooner(&wait, l->model->link_retry > now ? l->model->link_retry - now : 0);
	}
	if (l->cache)
		flush_cache(l, now, &wait);
	if (wait < 0)
		uv_timer_stop(l->timer);
	else
		uv_timer_start(l->timer, on_timer, (uint64_t)wait, 0);
}

struct live *live_new(struct client *c, struct model *m, struct cache *cache, void (*changed)(void *),
                      void *ctx)
{
	struct live *l = xcalloc(1, sizeof *l);
	l->client = c;
	l->model = m;
	l->cache = cache;
	l->changed = changed;
	l->ctx = ctx;
	l->seed = (unsigned)clock_mono_us();
	l->flushed_at = live_mono_ms();
	/* Amazon's quotas are small and shared by everyone in the account; a server of ours has none. */
	l->budget = client_is_local(c) ? budget_new(60, 30) : budget_new(8, 0.5);
	l->timer = xcalloc(1, sizeof *l->timer);
	l->timer->data = l;
	uv_timer_init(client_loop(c), l->timer);
	uv_timer_start(l->timer, on_timer, 0, 0);
	return l;
}

static void timer_closed(uv_handle_t *h)
{
	free(h);
}

void live_free(struct live *l)
{
	if (!l)
		return;
	if (l->watch)
		client_cancel(l->watch);
	while (l->asks) {
		struct ask *a = l->asks;
		l->asks = a->next;
		client_cancel(a->request);
		free(a);
	}
	if (l->cache) {
		live_save_metrics(l);
		cache_flush(l->cache);
	}
	uv_close((uv_handle_t *)l->timer, timer_closed);
	budget_free(l->budget);
	free(l);
}

void live_want(struct live *l, const struct live_interest *want)
{
	if (!memcmp(&l->want, want, sizeof *want))
		return;
	if (l->cache && strcmp(l->want.cluster, want->cluster))
		live_save_metrics(l);
	if (l->want.active_only != want->active_only)
		l->model->parts[PART_CLUSTERS].dirty = true;
	l->want = *want;
	l->model->focus = want->focus;
	uv_timer_start(l->timer, on_timer, 0, 0);
	/* Whoever holds rows of a forgotten answer must let go of them now. */
	if (question_refocus(l->model))
		l->changed(l->ctx);
}

void live_kick(struct live *l)
{
	mark_all(l);
	forget_retries(l);
	if (l->model->link == LINK_AWAY)
		l->model->link_retry = 0;
	uv_timer_start(l->timer, on_timer, 0, 0);
}

void live_more_steps(struct live *l, const char *cluster_id)
{
	struct mcluster *mc = model_cluster(l->model, cluster_id);
	if (mc && *mc->steps_marker && !mc->parts[CPART_STEPS].pending && !live_is_down(l))
		ask_page(l, &cluster_questions[CPART_STEPS], CPART_STEPS, mc, mc->steps_marker, 1);
}

bool live_more(struct live *l, enum global_part part)
{
	const char *token = l->model->records[part].token;
	struct part *p = &l->model->parts[part];
	if (!token || p->pending || live_is_down(l))
		return p->pending;
	char *copy = xstrdup(token);
	bool sent = ask_page(l, &global_questions[part], part, NULL, copy, 1);
	free(copy);
	return sent;
}

double live_budget(const struct live *l, const char **op)
{
	return budget_left(l->budget, live_mono_ms(), op);
}
