/* What steps cost: the cluster's cost at each moment, shared equally between the steps that run at it. What
 * memory each had been granted is not journaled, and a sum that a restart would change is no sum; so shares
 * are equal.
 *
 * One pass over the sorted moments at which something begins or ends. */
#include "core/control/cost/inner.h"

enum edge_kind { EDGE_END, EDGE_BEGIN }; /* of equal moments, what ends comes first */
struct edge {
	int64_t t;
	enum edge_kind kind;
	const struct instance *in;      /* NULL: a step */
	size_t at;                      /* of the step in `out`, of the instance's line on the sheet */
};
VEC_STRUCT(edges, struct edge);

struct sweep {
	struct control *ctl;
	const struct sheet *sheet;
	int64_t now;
	struct edges edges;
	struct money rate;              /* per hour, of what runs and has a fixed rate */
	int unknown, estimate;          /* running instances of that kind */
	VEC(struct edge) spot;          /* running instances whose rate moves */
	VEC(size_t) steps;              /* running */
	struct step_shares *out;
	struct money *idle;
};

static int by_time(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return x->t != y->t ? x->t < y->t ? -1 : 1 : (int)x->kind - (int)y->kind;
}

static void add_span(struct sweep *w, const struct instance *in, size_t at, int64_t a, int64_t b)
{
	struct edge begin = { a, EDGE_BEGIN, in, at }, end = { b, EDGE_END, in, at };

	vec_push(&w->edges, begin);
	vec_push(&w->edges, end);
}

static bool clip(int64_t *a, int64_t *b, int64_t from, int64_t to)
{
	if (*a < from)
		*a = from;
	if (*b > to)
		*b = to;
	return *a < *b;
}

static size_t line_at(const struct sheet *s, const struct instance *in)
{
	for (size_t k = 0; k < s->lines.len; k++) {
		const struct line *l = &s->lines.items[k];
		if (l->market == in->market && !strcmp(l->group_id, in->group_id) &&
		    !strcmp(l->type, in->type ? in->type : ""))
			return k;
	}
	return 0;
}

static void collect(struct sweep *w, const struct cluster *c, int64_t from, int64_t to)
{
	int64_t a, b;

	for (size_t i = 0; i < c->instances.len; i++) {
		const struct instance *in = c->instances.items[i];
		if (billed(in, w->now, &a, &b) && clip(&a, &b, from, to))
			add_span(w, in, line_at(w->sheet, in), a, b);
	}
	for (size_t i = 0; i < c->steps.len; i++) {
		const struct step *s = c->steps.items[i];
		a = s->timeline.ready;
		b = step_state_ended(s->state) ? s->timeline.ended : w->now;
		if (!a || !clip(&a, &b, from, to))
			continue;
		struct step_share share = { .s = s, .from = a, .to = b };
		vec_push(w->out, share);
		add_span(w, NULL, w->out->len - 1, a, b);
	}
	if (w->edges.len)
		qsort(w->edges.items, w->edges.len, sizeof *w->edges.items, by_time);
}

static void turn_instance(struct sweep *w, const struct edge *e)
{
	const struct rate *r = &w->sheet->lines.items[e->at].rate;
	int sign = e->kind == EDGE_BEGIN ? 1 : -1;

	if (r->spot && sign > 0)
		vec_push(&w->spot, *e);
	for (size_t i = w->spot.len; r->spot && sign < 0 && i-- > 0;)
		if (w->spot.items[i].in == e->in)
			vec_remove(&w->spot, i);
	if (r->spot)
		return;
	w->rate.ec2 += sign * r->ec2;
	w->rate.emr += sign * r->emr;
	w->rate.ebs += sign * r->ebs;
	w->rate.hours += sign;
	w->unknown += sign * r->unknown;
	w->estimate += sign * r->estimate;
}

static void turn_step(struct sweep *w, const struct edge *e)
{
	if (e->kind == EDGE_BEGIN)
		vec_push(&w->steps, e->at);
	for (size_t i = w->steps.len; e->kind == EDGE_END && i-- > 0;)
		if (w->steps.items[i] == e->at)
			vec_remove(&w->steps, i);
}

static void share(struct sweep *w, int64_t a, int64_t b)
{
	double h = (double)(b - a) / HOUR_MS, n = w->steps.len ? (double)w->steps.len : 1;
	struct money m = { w->rate.ec2 * h, w->rate.emr * h, w->rate.ebs * h, w->rate.hours * h, w->unknown > 0,
	                   w->estimate > 0 };

	for (size_t i = 0; i < w->spot.len; i++)
		instance_money(w->ctl, &w->sheet->lines.items[w->spot.items[i].at].rate, w->spot.items[i].in, w->now,
		               a, b, &m);
	m.ec2 /= n;
	m.emr /= n;
	m.ebs /= n;
	m.hours /= n;
	if (!w->steps.len)
		money_add(w->idle, &m);
	for (size_t i = 0; i < w->steps.len; i++)
		money_add(&w->out->items[w->steps.items[i]].money, &m);
}

void cost_sweep(struct control *ctl, struct cluster *c, int64_t from, int64_t to, int64_t now,
                struct step_shares *out, struct money *idle)
{
	struct sweep w = { .ctl = ctl, .sheet = sheet_of(ctl, c, now), .now = now, .out = out, .idle = idle };

	collect(&w, c, from, to);
	for (size_t i = 0; i < w.edges.len; i++) {
		const struct edge *e = &w.edges.items[i];
		if (i && e->t > w.edges.items[i - 1].t)
			share(&w, w.edges.items[i - 1].t, e->t);
		if (e->in)
			turn_instance(&w, e);
		else
			turn_step(&w, e);
	}
	vec_free(&w.edges);
	vec_free(&w.spot);
	vec_free(&w.steps);
}

/* ---- moments without a step ---- */

struct span {
	int64_t a, b;
};

static int by_begin(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->a < y->a ? -1 : x->a > y->a;
}

void cost_gaps(const struct cluster *c, int64_t from, int64_t to, int64_t now,
               void (*gap)(int64_t from, int64_t to, void *ctx), void *ctx)
{
	VEC(struct span) busy = { 0 };
	int64_t a = c->timeline.ready, b = cluster_state_ended(c->state) ? c->timeline.ended : now;

	if (!a || !clip(&a, &b, from, to))
		return;
	for (size_t i = 0; i < c->steps.len; i++) {
		const struct step *s = c->steps.items[i];
		struct span x = { s->timeline.ready, step_state_ended(s->state) ? s->timeline.ended : now };
		if (x.a && clip(&x.a, &x.b, a, b))
			vec_push(&busy, x);
	}
	if (busy.len)
		qsort(busy.items, busy.len, sizeof *busy.items, by_begin);
	for (size_t i = 0; i < busy.len; i++) {
		if (busy.items[i].a > a)
			gap(a, busy.items[i].a, ctx);
		if (busy.items[i].b > a)
			a = busy.items[i].b;
	}
	if (a < b)
		gap(a, b, ctx);
	vec_free(&busy);
}
