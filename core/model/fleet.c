#include "core/model/fleet.h"

static const char *const spot_items[] = {
	"capacity-optimized", "price-capacity-optimized", "lowest-price", "diversified",
	"capacity-optimized-prioritized",
};
const struct names spot_strategy_names = { spot_items, 5 };

static const char *const on_demand_items[] = { "lowest-price", "prioritized" };
const struct names on_demand_strategy_names = { on_demand_items, 2 };

static const char *const action_items[] = { "SWITCH_TO_ON_DEMAND", "TERMINATE_CLUSTER" };
const struct names fleet_timeout_action_names = { action_items, 2 };

struct fleet *fleet_new(void)
{
	struct fleet *f = xcalloc(1, sizeof *f);

	f->spot_strategy = f->on_demand_strategy = -1;
	f->resize_spot_strategy = f->resize_on_demand_strategy = -1;
	return f;
}

void fleet_types_free(struct fleet_type_list *l)
{
	for (size_t i = 0; i < l->len; i++) {
		struct fleet_type *t = &l->items[i];
		free(t->type);
		free(t->bid_price);
		free(t->custom_ami_id);
		configuration_list_free(&t->configurations);
		ebs_volume_list_free(&t->ebs);
	}
	vec_free(l);
}

void fleet_free(struct fleet *f)
{
	if (!f)
		return;
	fleet_types_free(&f->types);
	free(f->launch);
	free(f->resize);
	free(f->context);
	free(f);
}

const struct fleet_type *fleet_type_of(const struct fleet *f, const char *type)
{
	for (size_t i = 0; f && type && i < f->types.len; i++)
		if (!strcmp(f->types.items[i].type, type))
			return &f->types.items[i];
	return NULL;
}

int fleet_weight(const struct instance_group *g, const char *type)
{
	const struct fleet_type *t = fleet_type_of(g->fleet, type);

	return t && g->role != ROLE_MASTER ? t->weight : 1;
}
