/* Instance fleets. A fleet is an instance group that counts in units of capacity, buys from both markets and
 * from several instance types: struct instance_group with a `fleet`. Its id begins with "if-", its
 * `requested` is the number of instances that the targets come to now, its `type` the first of the types. */
#ifndef CORE_MODEL_FLEET_H
#define CORE_MODEL_FLEET_H

#include "core/model/instance.h"

enum spot_strategy {
	SPOT_CAPACITY_OPTIMIZED,
	SPOT_PRICE_CAPACITY_OPTIMIZED,
	SPOT_LOWEST_PRICE,
	SPOT_DIVERSIFIED,
	SPOT_CAPACITY_OPTIMIZED_PRIORITIZED
};
extern const struct names spot_strategy_names;       /* as on the wire: "capacity-optimized" … */

enum on_demand_strategy { ON_DEMAND_LOWEST_PRICE, ON_DEMAND_PRIORITIZED };
extern const struct names on_demand_strategy_names;

enum fleet_timeout_action { FLEET_SWITCH_TO_ON_DEMAND, FLEET_TERMINATE_CLUSTER };
extern const struct names fleet_timeout_action_names;

#define FLEET_TYPES_LIMIT 5             /* of types, and with an allocation strategy … */
#define FLEET_TYPES_LIMIT_STRATEGY 30
#define FLEET_UNITS_LIMIT 10000        /* both targets together, as EC2 limits the fleets behind */
#define FLEET_RESIZE_MINUTES 60         /* a resize without a time-out of its own is given up after so long */

/* InstanceTypeConfig. */
struct fleet_type {
	char *type;
	int weight;              /* units that one instance gives, at least 1 */
	char *bid_price;         /* as sent, or NULL */
	double bid_percent;      /* of the on-demand price; 0: not given */
	double priority;         /* 0 is first; negative: not given */
	struct configuration_list configurations;
	struct ebs_volume_list ebs;
	bool ebs_optimized;
	char *custom_ami_id;
};
VEC_STRUCT(fleet_type_list, struct fleet_type);

struct fleet {
	int target_on_demand, target_spot;              /* units */
	int provisioned_on_demand, provisioned_spot;    /* units that run; the control plane keeps them */
	struct fleet_type_list types;
	int spot_strategy, on_demand_strategy;          /* enum values; -1: not given */
	int spot_timeout_min;                           /* of the first provisioning; 0: none */
	enum fleet_timeout_action timeout_action;
	int spot_resize_min, on_demand_resize_min;      /* 0: not given */
	int resize_spot_strategy, resize_on_demand_strategy; /* for growing later; -1: as at launch */
	char *launch, *resize;   /* Launch- and ResizeSpecifications as they were sent: JSON, or NULL */
	char *context;
	int64_t wanted_since;    /* ms; since when a target is missed, after the first provisioning; 0: met */
	bool given_up;           /* that took too long: nothing is bought until a target or the market moves */
};

struct fleet *fleet_new(void);
void fleet_free(struct fleet *f);                /* and the struct itself; NULL is allowed */
void fleet_types_free(struct fleet_type_list *l);
const struct fleet_type *fleet_type_of(const struct fleet *f, const char *type);  /* NULL: none of its */
int fleet_weight(const struct instance_group *g, const char *type); /* of one instance; 1 where unknown */

#endif
