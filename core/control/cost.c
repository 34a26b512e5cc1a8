/* Cost: per second from the table of instance types, at least 60 s per instance, as EMR bills. A type or an
 * EMR fee that is not in the table makes the sum a lower bound, never zero by silence. */
#include "core/control/state.h"

#include <time.h>

#include "core/model/price.h"

static double overlap_s(int64_t from, int64_t to, int64_t since)
{
	if (from < since)
		from = since;
	return to > from ? (double)(to - from) / 1000 : 0;
}

void cost_instance(const struct instance *i, int64_t now, int64_t day_start, struct cost *out)
{
	const struct price *p = price_find(i->type ? i->type : "");
	bool live = i->state != INSTANCE_TERMINATED;
	int64_t from = i->timeline.created, to = live ? now : i->timeline.ended;
	double rate;

	if (!p || p->emr < 0)
		out->unknown = true;
	if (!p || !from)
		return;
	rate = p->ec2 + (p->emr > 0 ? p->emr : 0);
	if (to < from + 60000)
		to = from + 60000;
	out->accrued += rate * (double)(to - from) / 3600000;
	out->today += rate * overlap_s(from, to, day_start) / 3600;
	if (live)
		out->per_hour += rate;
}

static int64_t day_start(int64_t now)
{
	time_t t = (time_t)(now / 1000);
	struct tm tm;

	localtime_r(&t, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return (int64_t)mktime(&tm) * 1000;
}

void cost_group(const struct cluster *c, const struct instance_group *g, int64_t now, struct cost *out)
{
	int64_t day = day_start(now);

	for (size_t i = 0; i < c->instances.len; i++)
		if (!strcmp(c->instances.items[i]->group_id, g->id))
			cost_instance(c->instances.items[i], now, day, out);
}

void cost_cluster(const struct cluster *c, int64_t now, struct cost *out)
{
	int64_t day = day_start(now);

	for (size_t i = 0; i < c->instances.len; i++)
		cost_instance(c->instances.items[i], now, day, out);
}
