/* What is to come: the end of each queue, the month at the present size, and what burns while nothing runs.
 *
 * A running step that tells its progress ends when its pace says so; otherwise, and for a pending one, it
 * takes as long as the median of the last runs of its name. What nobody knows is said and never guessed. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cost/inner.h"

#define RUNS 31             /* the last ones of a name that are remembered */
#define FRACTION_MIN 0.02   /* below this a pace says nothing */

/* ---- usual times of steps ---- */

struct usual {
	int64_t ms[RUNS];
	int n, next;
	double median;             /* of them; negative: to be found again */
};

static void remember(struct map *usual, const struct step *s)
{
	struct usual *u = map_get(usual, s->name ? s->name : "");

	if (s->state != STEP_COMPLETED || !s->timeline.ready || s->timeline.ended < s->timeline.ready)
		return;
	if (!u) {
		u = xcalloc(1, sizeof *u);
		map_set(usual, s->name ? s->name : "", u);
	}
	u->ms[u->next] = s->timeline.ended - s->timeline.ready;
	u->next = (u->next + 1) % RUNS;
	u->n += u->n < RUNS;
	u->median = -1;
}

static struct map *usual_of(struct control *ctl)
{
	struct cost_state *st = cost_state(ctl);
	size_t it = 0;
	void *v;

	if (st->usual)
		return st->usual;
	st->usual = map_new();
	while (map_next(ctl->clusters, &it, NULL, &v)) {
		const struct cluster *c = v;
		for (size_t i = 0; i < c->steps.len; i++)
			remember(st->usual, c->steps.items[i]);
	}
	return st->usual;
}

void forecast_step_ended(struct control *ctl, struct cluster *c, struct step *s)
{
	struct cost_state *st = cost_state(ctl);

	(void)c;
	if (st->usual)
		remember(st->usual, s);
}

void forecast_free(struct cost_state *st)
{
	if (st->usual)
		map_free(st->usual, free);
	st->usual = NULL;
}

/* Median in ms, negative when it never ran. */
static double usual_ms(struct control *ctl, const char *name)
{
	struct usual *u = map_get(usual_of(ctl), name ? name : "");
	double sorted[RUNS];

	if (!u)
		return -1;
	for (int i = 0; i < u->n; i++)
		sorted[i] = (double)u->ms[i];
	if (u->median < 0)
		u->median = percentile(sorted, (size_t)u->n, 50);
	return u->median;
}

/* ---- a queue ---- */

struct basis {
	int progress, usual, unknown;
};

static double seconds_left(struct control *ctl, const struct step *s, int64_t now, struct basis *b)
{
	const struct ctl_step *rt = s->runtime;
	bool runs = s->timeline.ready > 0;
	double ran = runs ? (double)(now - s->timeline.ready) : 0, usual;
	double f = runs && rt && rt->progress ? json_num(rt->progress, "fraction", -1) : -1;

	if (f >= FRACTION_MIN && f <= 1) {
		b->progress++;
		return ran * (1 - f) / f / 1000;
	}
	usual = usual_ms(ctl, s->name);
	if (usual < 0) {
		b->unknown++;
		return -1;
	}
	b->usual++;
	return usual > ran ? (usual - ran) / 1000 : 0;
}

static void say_basis(const struct basis *b, char *out, size_t size)
{
	int n = 0;

	*out = 0;
	if (b->progress)
		n += snprintf(out + n, size - (size_t)n, "%d step%s by progress", b->progress,
		              b->progress == 1 ? "" : "s");
	if (b->usual)
		n += snprintf(out + n, size - (size_t)n, "%s%d step%s by the median of earlier runs of the same name",
		              n ? ", " : "", b->usual, b->usual == 1 ? "" : "s");
	if (b->unknown)
		snprintf(out + n, size - (size_t)n, "%s%d step%s never ran before: the end is not known",
		         n ? ", " : "", b->unknown, b->unknown == 1 ? "" : "s");
}

void forecast_queue(struct control *ctl, struct cluster *c, int64_t now, struct queue_view *out)
{
	VEC(struct work) work = { 0 };
	struct basis b = { 0 };

	memset(out, 0, sizeof *out);
	for (int running = 1; running >= 0; running--)
		for (size_t i = 0; i < c->steps.len; i++) {
			const struct step *s = c->steps.items[i];
			if (!step_state_active(s->state) || (s->state == STEP_PENDING) == running)
				continue;
			struct work w = { seconds_left(ctl, s, now, &b), running };
			vec_push(&work, w);
		}
	out->steps = (int)work.len;
	double end = queue_end(work.items, work.len, c->step_concurrency, &out->unknown);
	if (out->steps && !out->unknown)
		out->ends_at = now + (int64_t)(end * 1000);
	say_basis(&b, out->basis, sizeof out->basis);
	vec_free(&work);
}

/* ---- until the end of a period ---- */

/* A cluster that lives for its steps ends with them; one with an idle time-out that time later. */
static int64_t lives_until(struct control *ctl, struct cluster *c, int64_t now, int64_t until)
{
	int64_t end = now;

	if (c->state == CLUSTER_TERMINATING)
		return now;
	if (c->keep_alive && !c->idle_timeout_s)
		return until;
	if (cluster_active_steps(c)) {
		struct queue_view q;
		forecast_queue(ctl, c, now, &q);
		if (!q.ends_at)
			return until;
		end = q.ends_at;
	} else if (c->keep_alive && runtime_of(c)->idle_since) {
		end = runtime_of(c)->idle_since;
	}
	if (c->keep_alive)
		end += c->idle_timeout_s * 1000;
	return end < now ? now : end < until ? end : until;
}

void forecast_until(struct control *ctl, struct cluster *c, int64_t now, int64_t until, struct money *out)
{
	struct money rate = { 0 };

	if (cluster_state_ended(c->state) || until <= now)
		return;
	double h = (double)(lives_until(ctl, c, now, until) - now) / HOUR_MS;
	cost_rate_of(ctl, c, NULL, &rate);
	rate.ec2 *= h;
	rate.emr *= h;
	rate.ebs *= h;
	rate.hours *= h;
	money_add(out, &rate);
}

/* ---- what burns ---- */

/* Of a cluster that waits with nothing to run: all of it. Else its nodes without containers, the primary
 * (which runs drivers) left out. */
static void idle_rate(struct control *ctl, struct cluster *c, int64_t now, struct money *out)
{
	struct sheet *s = sheet_of(ctl, c, now);
	bool waits = c->state == CLUSTER_WAITING && !cluster_active_steps(c);

	for (size_t i = 0; i < s->open.len; i++) {
		const struct instance *in = s->open.items[i].i;
		const struct node *n = in->runtime;
		bool idle = in->state == INSTANCE_RUNNING && in->role != ROLE_MASTER && n && !n->execs.len;
		if (waits || (c->state == CLUSTER_RUNNING && idle))
			instance_rate(ctl, &s->lines.items[s->open.items[i].line].rate, in, out);
	}
}

/* The cluster's cost at the moments of today at which it was up and no step ran. */
static void idle_today(struct control *ctl, struct cluster *c, int64_t now, struct money *out)
{
	int64_t from = day_start(now), to = cluster_state_ended(c->state) ? c->timeline.ended : now;
	struct step_shares shares = { 0 };

	if (!c->timeline.ready)
		return;
	if (from < c->timeline.ready)
		from = c->timeline.ready;
	if (from < to)
		cost_sweep(ctl, c, from, to, now, &shares, out);
	free(shares.items);
}

/* ---- GetCostForecast ---- */

struct sums {
	struct money rate, today, month, rest, idle, burnt;
};

static void add_cluster(struct control *ctl, struct cluster *c, int64_t now, struct sums *s)
{
	int64_t day = day_start(now), month = month_start(now);

	if (cluster_state_ended(c->state) && c->timeline.ended + DAY_MS < month)
		return;
	cost_rate_of(ctl, c, NULL, &s->rate);
	cost_of(ctl, c, NULL, day, INT64_MAX, now, &s->today);
	cost_of(ctl, c, NULL, month, INT64_MAX, now, &s->month);
	if (cluster_state_ended(c->state) && c->timeline.ended < day)
		return;
	forecast_until(ctl, c, now, month_next(now), &s->rest);
	idle_rate(ctl, c, now, &s->idle);
	idle_today(ctl, c, now, &s->burnt);
}

static cJSON *queue_row(struct control *ctl, struct cluster *c, int64_t now)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "ClusterId", c->id);
	struct money rate = { 0 };
	struct queue_view q;

	forecast_queue(ctl, c, now, &q);
	json_add_int(o, "Steps", q.steps);
	if (q.ends_at) {
		cost_rate_of(ctl, c, NULL, &rate);
		json_add_time(o, "EndsAt", q.ends_at);
		json_add_num(o, "Cost", money_total(&rate) * (double)(q.ends_at - now) / HOUR_MS);
	}
	json_add_bool(o, "Unknown", rate.unknown || !q.ends_at);
	return json_add_str(o, "Basis", q.basis);
}

static void put_sums(cJSON *out, const struct sums *s)
{
	bool unknown = s->rate.unknown || s->month.unknown || s->rest.unknown;

	json_add_num(out, "PerHour", money_total(&s->rate));
	json_add_num(out, "Today", money_total(&s->today));
	json_add_num(out, "MonthToDate", money_total(&s->month));
	json_add_num(out, "MonthProjected", money_total(&s->month) + money_total(&s->rest));
	json_add_num(out, "IdlePerHour", money_total(&s->idle));
	json_add_num(out, "IdleToday", money_total(&s->burnt));
	json_add_bool(out, "Unknown", unknown);
	json_add_bool(out, "Estimate", s->rate.estimate || s->month.estimate || s->rest.estimate);
	json_add_str(out, "Basis",
	             "Clusters stay at their present size; those that live for their steps end with the "
	             "queue, those with an idle time-out when it has passed.");
}

int op_get_cost_forecast(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                         struct error *err)
{
	struct str_list ids = { 0 };
	int64_t now = clock_now_ms();
	struct sums s = { 0 };
	int ret = op_cluster_ids(ctl, in, &ids, err);
	cJSON *queues = cJSON_CreateArray();
	struct cluster *c;
	size_t it = 0;

	(void)call;
	rates_refresh(ctl);
	while (!ret && (c = op_next_cluster(ctl, &ids, &it))) {
		add_cluster(ctl, c, now, &s);
		if (!cluster_state_closing(c->state) && cluster_active_steps(c))
			cJSON_AddItemToArray(queues, queue_row(ctl, c, now));
	}
	put_sums(out, &s);
	json_add(out, "Queues", queues);
	str_list_free(&ids);
	return ret;
}
