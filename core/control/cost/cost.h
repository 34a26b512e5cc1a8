/* What clusters cost: the door of the part. See README.md beside.
 *
 * Sums are US dollars at the prices of core/model/price_table.h, per second and at least 60 s per instance.
 */
#ifndef CORE_CONTROL_COST_COST_H
#define CORE_CONTROL_COST_COST_H

#include "core/control/state.h"
#include "core/model/price_table.h"

struct money {
	double ec2, emr, ebs;     /* dollars */
	double hours;             /* of instances */
	bool unknown;             /* a rate is missing: the sums are a lower bound */
	bool estimate;            /* a rate in it is somebody's estimate */
};
void money_add(struct money *to, const struct money *m);
double money_total(const struct money *m);

/* The prices that hold now: the shipped lists with $STOKER_HOME/prices.csv and volume-prices.csv over them.
 * The files are looked at again when they have changed; a bad one changes nothing (cost_alarms says so). */
const struct price_table *cost_prices(struct control *ctl);
/* As cost_prices, without a look at the files and before the part is loaded: sizes of instance types. */
const struct price *cost_size_of(const struct control *ctl, const char *type);

/* Money of a cluster within [from, to), up to now; group_id NULL: of all groups. */
void cost_of(struct control *ctl, struct cluster *c, const char *group_id, int64_t from, int64_t to,
             int64_t now, struct money *out);
/* Dollars per hour of what runs now. */
void cost_rate_of(struct control *ctl, struct cluster *c, const char *group_id, struct money *out);

/* Budgets that are spent, and price lists that cannot be read. cluster_id NULL: those of everything too. */
void cost_alarms(struct control *ctl, const char *cluster_id, int64_t now, struct alarm_list *out);

/* The journal forgets this cluster, which ended long ago (called while the journal is loaded). Takes c. */
void cost_leaving(struct control *ctl, struct cluster *c);

#endif
