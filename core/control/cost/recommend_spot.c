/* Recommendations that the spot market gives: task nodes that could be bought there, and cheaper hours. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/control/cost/recommend.h"

/* ---- spot share ---- */

/* Steps of the last 30 days, and whether the loss of a task node would end one of them: drivers and plain
 * processes run on the primary node; a step that allows no task a second attempt does not outlive a lost
 * executor. */
static int tolerant_steps(const struct cluster *c, int64_t now, bool *tolerant)
{
	const char *tries = cluster_property(c, "spark-defaults", "spark.task.maxFailures");
	int n = 0;

	*tolerant = !tries || strcmp(tries, "1");
	for (size_t i = 0; i < c->steps.len; i++) {
		const struct step *s = c->steps.items[i];
		if (!s->timeline.ready || now - s->timeline.ready > OBSERVED_MS || !step_is_sql(s))
			continue;
		n++;
		for (size_t k = 0; k < s->args.len; k++)
			*tolerant = *tolerant && !strstr(s->args.items[k], "spark.task.maxFailures=1");
	}
	return n;
}

void spot_shares(struct control *ctl, const struct cluster *c, int64_t now, cJSON *out)
{
	double hours = hours_per_month(ctl, c, now), spot;
	bool tolerant, set;
	int steps = tolerant_steps(c, now, &tolerant);

	for (size_t i = 0; steps && tolerant && i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		const struct price *p = price_table_find(cost_state(ctl)->prices, g->type, c->region);
		if (g->role != ROLE_TASK || g->fleet || g->market == MARKET_SPOT || g->running < 1 || !p ||
		    p->ec2 < 0 || !market_price(ctl, c->region, g->type, &spot, &set) || spot >= p->ec2)
			continue;
		struct advice a = { .kind = "spot_share", .c = c, .group_id = g->id, .estimate = !set,
		                    .saving = (p->ec2 - spot) * g->running * hours };
		if (a.saving < WORTH)
			continue;
		a.title = xasprintf("Spot instead of on demand for the %d task node%s of %s", g->running,
		                    g->running == 1 ? "" : "s", c->name);
		a.evidence = xasprintf(
		    "Task nodes hold no HDFS blocks and no driver; the %d step%s of the last 30 days run lost "
			"tasks again. %s costs $%.4f/h on the spot market%s, $%.4f/h on demand; EMR's fee stays; "
			"%.0f h a month. It takes a new task group with market SPOT, and then the old one at 0.",
			steps, steps == 1 ? "" : "s", g->type, spot, set ? "" : " (an estimate)", p->ec2, hours);
		advice_put(out, &a);
	}
}

/* ---- off-peak ---- */

#define RUNS_MIN 3
#define HISTORY_DAYS 14
#define DEARER 1.1              /* by so much at least must the usual hour be */

struct habit {
	double hours;                   /* of runs */
	int runs, at[24];               /* by the hour of their start */
};

static int hour_of(int64_t t)
{
	return (int)((t - day_start(t)) / HOUR_MS % 24);
}

static struct habit habit_of(const struct cluster *c, const char *name, int64_t now)
{
	struct habit h = { 0 };

	for (size_t i = 0; i < c->steps.len; i++) {
		const struct step *s = c->steps.items[i];
		if (s->state != STEP_COMPLETED || strcmp(s->name ? s->name : "", name) || !s->timeline.ready ||
		    now - s->timeline.ready > HISTORY_DAYS * DAY_MS)
			continue;
		h.hours += (double)(s->timeline.ended - s->timeline.ready) / HOUR_MS;
		h.at[hour_of(s->timeline.ready)]++;
		h.runs++;
	}
	return h;
}

static void advise_hour(struct control *ctl, const struct cluster *c, const struct instance_group *g,
                        const char *name, int64_t now, const double price[24], cJSON *out)
{
	struct habit h = habit_of(c, name, now);
	int usual = 0, best = 0;

	(void)ctl;
	for (int i = 1; i < 24; i++) {
		usual = h.at[i] > h.at[usual] ? i : usual;
		best = price[i] < price[best] ? i : best;
	}
	if (h.runs < RUNS_MIN || h.at[usual] * 2 <= h.runs || price[usual] < DEARER * price[best])
		return;
	struct advice a = { .kind = "off_peak", .c = c, .group_id = g->id };
	a.saving =
	    (price[usual] - price[best]) * g->running * h.hours / (HISTORY_DAYS * 24.0) * PRICE_MONTH_HOURS;
	if (a.saving < WORTH)
		return;
	a.title = xasprintf("Run %s at %02d:00 instead of %02d:00", name, best, usual);
	a.evidence = xasprintf("%d of its %d runs of the last %d days began in that hour, when %s cost $%.4f/h "
	                       "on the spot market; at %02d:00 it was $%.4f/h. %.1f hours of runs, %d instances.",
	                       h.at[usual], h.runs, HISTORY_DAYS, g->type, price[usual], best, price[best],
	                       h.hours, g->running);
	advice_put(out, &a);
}

void off_peaks(struct control *ctl, const struct cluster *c, int64_t now, cJSON *out)
{
	double price[24];

	for (size_t i = 0; i < c->groups.len; i++) {
		const struct instance_group *g = c->groups.items[i];
		struct map *seen;
		if (g->fleet || g->market != MARKET_SPOT || g->running < 1 || !g->type ||
		    !market_by_hour(ctl, c->region, g->type, now, HISTORY_DAYS, price))
			continue;
		seen = map_new();
		for (size_t k = c->steps.len; k-- > 0 && map_len(seen) < 20;) {
			const char *name = c->steps.items[k]->name ? c->steps.items[k]->name : "";
			if (!map_has(seen, name))
				advise_hour(ctl, c, g, name, now, price, out);
			map_set(seen, name, seen);
		}
		map_free(seen, NULL);
	}
}
