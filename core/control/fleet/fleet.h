/* Instance fleets: which instances to buy, from which market, and when to stop waiting. See README.md. */
#ifndef CORE_CONTROL_FLEET_FLEET_H
#define CORE_CONTROL_FLEET_FLEET_H

#include "core/control/state.h"
#include "core/model/fleet.h"

/* One look at a fleet: buys and drains towards its targets, watches its time-outs, and sets g->requested to
 * the instances that the targets come to. May terminate the cluster. */
void fleet_schedule(struct control *ctl, struct cluster *c, struct instance_group *g);
/* Provisioned capacity, from the instances that run. */
void fleet_count(struct control *ctl, const struct cluster *c, struct instance_group *g);
/* New targets, in units (negative: as it is): grows at once, shrinks by draining. For requests and for
 * scaling. */
void fleet_resize(struct control *ctl, struct cluster *c, struct instance_group *g, int on_demand, int spot);

/* Fleets that had given up try again. */
void fleet_market_moved(struct control *ctl);

/* ---- choose.c: allocation strategies ---- */
/* The type to buy next for this market, or NULL when the market gives none. `have` units of each type (by its
 * place in the fleet's list) are live. */
const struct fleet_type *fleet_choose_spot(struct control *ctl, const struct cluster *c,
                                           const struct instance_group *g, const int *have);
const struct fleet_type *fleet_choose_on_demand(const struct cluster *c, const struct instance_group *g);

#endif
