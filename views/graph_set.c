#include "views/graph_set.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"

#define MAX_SERIES 6
#define POINTS 720

/* Values worked out for one frame. A week has 336 points, an hour 720. */
struct derived {
	double v[MAX_SERIES][POINTS];
};

const char *graph_set_title(enum graph_set s)
{
	static const char *const titles[] = { "CPU", "CPU", "Load", "Memory", "Memory", "Network", "Disk" };
	return titles[s];
}

static double at(const struct metric_set *s, enum metric m, size_t i)
{
	return s->values[m] ? s->values[m][i] : NAN;
}

static double zero(double v)
{
	return isnan(v) ? 0 : v;
}

static void add(struct graph *g, struct graph_series *list, const struct metric_set *s,
                                const char *name, const double *v, style_t st)
{
	list[g->n] = (struct graph_series){ name, v, s->n, st };
	g->n++;
}

static void build_busy(struct graph *g, struct graph_series *list, const struct metric_set *s,
                       struct derived *x)
{
	for (size_t i = 0; i < s->n; i++)
		x->v[0][i] = metrics_busy(at(s, METRIC_CPU_IDLE, i));
	add(g, list, s, "cpu", x->v[0], 0);
	g->max = 100;
	g->warn = 75;
	g->crit = 90;
	g->format = graph_percent;
}

static void build_cpu(struct graph *g, struct graph_series *list, const struct metric_set *s,
                      struct derived *x)
{
	for (size_t i = 0; i < s->n; i++) {
		bool gap = isnan(at(s, METRIC_CPU_IDLE, i));
		x->v[0][i] = at(s, METRIC_CPU_USER, i);
		x->v[1][i] = at(s, METRIC_CPU_SYSTEM, i);
		x->v[2][i] = at(s, METRIC_CPU_NICE, i);
		x->v[3][i] = at(s, METRIC_CPU_IOWAIT, i);
		x->v[4][i] = gap ? NAN : zero(at(s, METRIC_CPU_IRQ, i)) + zero(at(s, METRIC_CPU_STEAL, i));
	}
	add(g, list, s, "user", x->v[0], ROLE_S1);
	add(g, list, s, "system", x->v[1], ROLE_S2);
	add(g, list, s, "nice", x->v[2], ROLE_S3);
	add(g, list, s, "wait", x->v[3], ROLE_S4);
	add(g, list, s, "irq+steal", x->v[4], ROLE_S5);
	g->kind = GRAPH_STACK;
	g->max = 100;
	g->format = graph_percent;
}

static void build_load(struct graph *g, struct graph_series *list, const struct metric_set *s,
                       struct derived *x)
{
	double top = 0;
	for (size_t i = 0; i < s->n; i++) {
		x->v[0][i] = at(s, METRIC_LOAD1, i);
		x->v[1][i] = at(s, METRIC_NODES, i);
		x->v[2][i] = at(s, METRIC_VCPUS, i);
		for (int k = 0; k < 3; k++)
			if (x->v[k][i] > top)
				top = x->v[k][i];
	}
	add(g, list, s, "load", x->v[0], ROLE_S1);
	add(g, list, s, "nodes", x->v[1], ROLE_S3);
	add(g, list, s, "cpus", x->v[2], ROLE_S2);
	g->kind = GRAPH_LINE;
	g->format = graph_count;
}

static void build_memory(struct graph *g, struct graph_series *list, const struct metric_set *s,
                         struct derived *x)
{
	for (size_t i = 0; i < s->n; i++) {
		x->v[0][i] = at(s, METRIC_MEM_USED, i);
		x->v[1][i] = at(s, METRIC_MEM_CACHED, i);
		if (at(s, METRIC_MEM_TOTAL, i) > g->max)
			g->max = at(s, METRIC_MEM_TOTAL, i);
	}
	add(g, list, s, "used", x->v[0], ROLE_S1);
	add(g, list, s, "cached", x->v[1], ROLE_S3);
	g->kind = GRAPH_STACK;
	g->format = graph_bytes;
}

static void build_memory_share(struct graph *g, struct graph_series *list, const struct metric_set *s,
                               struct derived *x)
{
	for (size_t i = 0; i < s->n; i++)
		x->v[0][i] = at(s, METRIC_MEM_USED, i) / at(s, METRIC_MEM_TOTAL, i) * 100;
	add(g, list, s, "used", x->v[0], 0);
	g->max = 100;
	g->warn = 80;
	g->crit = 92;
	g->format = graph_percent;
}

static void build_pair(struct graph *g, struct graph_series *list, const struct metric_set *s,
                       struct derived *x, enum metric a, const char *a_name, enum metric b,
                       const char *b_name)
{
	for (size_t i = 0; i < s->n; i++) {
		x->v[0][i] = at(s, a, i);
		x->v[1][i] = at(s, b, i);
	}
	add(g, list, s, a_name, x->v[0], ROLE_S1);
	add(g, list, s, b_name, x->v[1], ROLE_S2);
	g->kind = GRAPH_LINE;
	g->format = graph_bytes_rate;
}

static void build(enum graph_set what, struct graph *g, struct graph_series *list,
                  const struct metric_set *s, struct derived *x)
{
	switch (what) {
	case GRAPH_SET_BUSY:
		build_busy(g, list, s, x);
		break;
	case GRAPH_SET_CPU:
		build_cpu(g, list, s, x);
		break;
	case GRAPH_SET_LOAD:
		build_load(g, list, s, x);
		break;
	case GRAPH_SET_MEMORY:
		build_memory(g, list, s, x);
		break;
	case GRAPH_SET_MEMORY_SHARE:
		build_memory_share(g, list, s, x);
		break;
	case GRAPH_SET_NETWORK:
		build_pair(g, list, s, x, METRIC_NET_RX, "in", METRIC_NET_TX, "out");
		break;
	default:
		build_pair(g, list, s, x, METRIC_DISK_READ, "read", METRIC_DISK_WRITE, "written");
	}
}

static bool simple(enum graph_set s)
{
	return s == GRAPH_SET_BUSY || s == GRAPH_SET_MEMORY_SHARE;
}

/* The set as a part, so that frames treat its age and errors as they do everywhere. */
static struct part part_of(const struct metric_set *s)
{
	struct part p = { 0 };
	if (!s)
		return p;
	p.fetched = s->fetched;
	p.failures = s->failures;
	p.cached = s->cached;
	p.unsupported = s->unsupported;
	memcpy(p.error, s->error, sizeof p.error);
	return p;
}

/* The newest sample is up to a period old: the window ends with the last one that has come. */
static size_t trailing_gap(const struct metric_set *s)
{
	size_t gap = 0;
	const double *v = s->values[METRIC_CPU_IDLE];
	while (v && gap < 3 && isnan(v[s->n - 1 - gap]))
		gap++;
	return v ? gap : 0;
}

int64_t graph_young_span(const struct mcluster *mc)
{
	static const int minutes[] = { 5, 10, 20, 30 };
	int64_t end = mc && mc->c->timeline.ended ? mc->c->timeline.ended : console_now();
	int64_t age = mc && mc->c->timeline.created ? end - mc->c->timeline.created : range_ms(RANGE_HOUR);
	if (mc && mc->c->timeline.ended)
		return range_ms(RANGE_HOUR);
	for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
		if (age < minutes[i] * 60000)
			return minutes[i] * 60000;
	return range_ms(RANGE_HOUR);
}

void graph_pane(struct draw d, const struct console *con, enum graph_set what, const char *title,
                const struct mcluster *mc, const char *instance, enum range r, int64_t span,
                const int *cursor)
{
	const struct metric_set *s = mc ? metrics_peek(mc->metrics, instance, r) : NULL;
	struct part p = part_of(s);
	struct graph g = { .cursor = cursor ? *cursor : -1, .kind = GRAPH_AREA };
	struct graph_series list[MAX_SERIES];
	char note[96] = "", why[300];
	if (draw_w(d) < 3 || draw_h(d) < 2)
		return;
	struct derived *x = NULL;
	if (s && s->fetched) {
		x = xmalloc(sizeof *x);
		build(what, &g, list, s, x);
		size_t gap = trailing_gap(s);
		for (size_t i = 0; i < g.n; i++)
			list[i].n -= gap;
		g.series = list;
		g.step_ms = s->period;
		g.end_ms = s->end - (int64_t)gap * s->period;
		g.span_ms = span ? span : range_ms(r);
		g.scale = !simple(what) && draw_w(d) >= 40;
		g.legend = !simple(what);
		graph_note(&g, draw_w(d) - 2, note, sizeof note);
	}
	struct draw in = pane_open(d, con, title, note, false, &p);
	if (x)
		graph_draw(in, &g);
	else if (mc && (s || con->model->link != LINK_LIVE))
		pane_say(in, pane_reason(con, &p, why, sizeof why));
	pane_close(in, con, &p);
	free(x);
}
