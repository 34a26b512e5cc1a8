/* The spot market, as far as money is concerned: what it asks now, and at which hours of the day it is cheap.
 */
#include "core/base/clock.h"
#include "core/control/cost/inner.h"
#include "core/control/spot/spot.h"

bool market_price(struct control *ctl, const char *region, const char *type, double *price, bool *set)
{
	if (!price_table_find(cost_state(ctl)->prices, type, region)) /* a pool is made for every type asked of */
		return false;
	*price = spot_price_at(ctl, region, type, clock_now_ms());
	*set = spot_price_is_set(ctl, region, type);
	return *price >= 0;
}

#define SPANS_MIN 3 /* days on which an hour must have had a price that somebody set */

struct by_hour {
	double estimate, sum[24], hours[24];
};

/* A span with one price, cut at the full hours. What costs as much as the estimate is one, until proven
 * otherwise. */
static void add_span(int64_t from, int64_t to, double price, void *ctx)
{
	struct by_hour *h = ctx;

	if (price < 0 || price == h->estimate)
		return;
	while (from < to) {
		int64_t day = day_start(from), next = from + HOUR_MS - (from - day) % HOUR_MS;
		int hour = (int)((from - day) / HOUR_MS % 24);
		double span = (double)((next < to ? next : to) - from) / HOUR_MS;
		h->sum[hour] += price * span;
		h->hours[hour] += span;
		from = next;
	}
}

bool market_by_hour(struct control *ctl, const char *region, const char *type, int64_t now, int days,
                    double price[24])
{
	struct by_hour h = { .estimate = spot_estimate(region, type) };

	if (!spot_price_is_set(ctl, region, type))
		return false;
	spot_prices_each(ctl, region, type, now - days * DAY_MS, now, add_span, &h);
	for (int i = 0; i < 24; i++) {
		if (h.hours[i] < SPANS_MIN)
			return false;
		price[i] = h.sum[i] / h.hours[i];
	}
	return true;
}
