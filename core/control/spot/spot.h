/* The spot market of the embedded cluster, and what it does to nodes. See README.md beside.
 *
 * A pool is a region and an instance type. Each has a price and a depth (how many instances it can carry);
 * both can be set, and until somebody does they are estimates. An instance from the spot market runs
 * while its bid is not below its pool's price and the pool has room; otherwise it is interrupted: a notice, a
 * drain, the end. Prices are US dollars per instance and hour, instants epoch milliseconds. */
#ifndef CORE_CONTROL_SPOT_SPOT_H
#define CORE_CONTROL_SPOT_SPOT_H

#include "core/control/state.h"

/* ---- prices ---- */

/* The price of a pool at an instant. Before the first price that was set, and for a pool whose price was
 * never set, it is the estimate (spot_estimate). PRICE_UNKNOWN (negative) for a type that the price table
 * does not have and whose price nobody has set. */
double spot_price_at(const struct control *ctl, const char *region, const char *type, int64_t time);
/* A share of the on-demand price in the region: an estimate, shown as one; PRICE_UNKNOWN for a type without a
 * price there. */
double spot_estimate(const char *region, const char *type);
/* Has anybody set this pool's price, so that it is more than an estimate? */
bool spot_price_is_set(const struct control *ctl, const char *region, const char *type);
/* Calls each with every price of a pool that held in (from, to), oldest first. */
void spot_prices_each(const struct control *ctl, const char *region, const char *type, int64_t from,
                      int64_t to, void (*each)(int64_t from, int64_t to, double price, void *ctx), void *ctx);

/* What an instance of the spot market cost on EC2 in [from, to), in dollars: the price of its pool at each
 * moment (as EC2 bills spot; the bid is only a limit), cut to the time that it was there, at least 60 s of it
 * from its start. EMR's fee comes on top and is not part of it. Negative when a price in the span is unknown;
 * 0 for an instance that the market never gave. For an on-demand instance: its on-demand price. */
double spot_cost(const struct control *ctl, const struct instance *i, int64_t from, int64_t to);
/* Dollars per hour now: the pool's price, or on demand its list price; 0 for one that has ended or waits for
 * the market, negative when unknown. */
double spot_rate(const struct control *ctl, const struct instance *i);
/* Was there ever a machine behind it? One that waits for the market, or went while it waited, costs
 * nothing. */
bool spot_was_given(const struct instance *i);

/* ---- the market ---- */

/* The most that an instance of this type may cost in a group or fleet; PRICE_UNKNOWN when no limit is
 * known. */
double spot_bid(const char *region, const struct instance_group *g, const char *type);
/* Instances that the pool can still carry. */
int spot_room(const struct control *ctl, const char *region, const char *type);
/* Would the market give one now? why (may be NULL) is a static sentence when it would not. */
bool spot_gives(const struct control *ctl, const struct cluster *c, const struct instance_group *g,
                const char *type, const char **why);

/* Why the market holds back what a group or fleet still wants: a static sentence; NULL: it does not. */
const char *spot_holds_back(const struct control *ctl, const struct cluster *c, const struct instance_group *g);
/* The market has given this instance, or has it back: keeps the count of what each pool carries. */
void spot_taken(struct control *ctl, const struct instance *i);
void spot_given_back(struct control *ctl, const struct instance *i);

/* ---- interruptions ---- */

enum spot_reason { SPOT_PRICE, SPOT_CAPACITY, SPOT_MANUAL, SPOT_METADATA };
extern const struct names spot_reason_names;    /* price, capacity, manual, metadata */

/* Give a node notice: it takes no new work, and ends notice_s from now at the latest (negative: the
 * server's own notice). False when it has notice already or is ending. */
bool spot_interrupt(struct control *ctl, struct node *n, int notice_s, enum spot_reason reason,
                    const char *detail);
/* A worker heard a notice from the instance metadata of a real machine: {action, time}. */
void spot_metadata(struct control *ctl, struct node *n, const cJSON *msg);
/* An instance takes the place of one that was interrupted (called for every new instance of a group). */
void spot_replaced(struct control *ctl, const struct instance *fresh);
/* The node is stopping (its time has come, or its work has ended), or has gone. */
void spot_ending(struct control *ctl, struct node *n);

#endif
