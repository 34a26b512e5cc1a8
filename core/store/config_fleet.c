/* A fleet as part of its group's JSON. */
#include <stddef.h>

#include "core/base/json.h"
#include "core/store/config.h"

#define NUMBER(field) { #field, offsetof(struct fleet, field) }
static const struct {
	const char *key;
	size_t at;
} numbers[] = {
	NUMBER(target_on_demand), NUMBER(target_spot), NUMBER(spot_strategy), NUMBER(on_demand_strategy),
	NUMBER(spot_timeout_min), NUMBER(spot_resize_min), NUMBER(on_demand_resize_min),
	NUMBER(resize_spot_strategy), NUMBER(resize_on_demand_strategy),
};
#undef NUMBER
#define COUNT (sizeof numbers / sizeof *numbers)

static cJSON *type_json(const struct fleet_type *t)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "type", t->type);

	json_add_int(o, "weight", t->weight);
	json_add_str(o, "bid_price", t->bid_price);
	json_add_num(o, "bid_percent", t->bid_percent);
	json_add_num(o, "priority", t->priority);
	json_add(o, "configurations", configurations_json(&t->configurations));
	json_add(o, "ebs", volumes_json(&t->ebs));
	json_add_bool(o, "ebs_optimized", t->ebs_optimized);
	return json_add_str(o, "custom_ami_id", t->custom_ami_id);
}

cJSON *fleet_json(const struct fleet *f)
{
	cJSON *o = f ? cJSON_CreateObject() : NULL, *types = o ? cJSON_AddArrayToObject(o, "types") : NULL;

	if (!f)
		return NULL;
	for (size_t i = 0; i < COUNT; i++)
		json_add_int(o, numbers[i].key, *(const int *)(const void *)((const char *)f + numbers[i].at));
	json_add_int(o, "timeout_action", f->timeout_action);
	json_add_str(o, "launch", f->launch);
	json_add_str(o, "resize", f->resize);
	json_add_str(o, "context", f->context);
	json_add_int(o, "wanted_since", f->wanted_since);
	json_add_bool(o, "given_up", f->given_up);
	for (size_t i = 0; i < f->types.len; i++)
		cJSON_AddItemToArray(types, type_json(&f->types.items[i]));
	return o;
}

static void add_type(struct fleet *f, const cJSON *v)
{
	struct fleet_type t = {
		.type = xstrdup(json_str(v, "type", "")), .weight = (int)json_int(v, "weight", 1),
		.bid_price = xstrdup(json_str(v, "bid_price", NULL)),
		.bid_percent = json_num(v, "bid_percent", 0), .priority = json_num(v, "priority", -1),
		.ebs_optimized = json_bool(v, "ebs_optimized", false),
		.custom_ami_id = xstrdup(json_str(v, "custom_ami_id", NULL)),
	};

	json_configurations(json_arr(v, "configurations"), &t.configurations);
	json_volumes(json_arr(v, "ebs"), &t.ebs);
	vec_push(&f->types, t);
}

struct fleet *json_fleet(const cJSON *v)
{
	struct fleet *f = v ? fleet_new() : NULL;
	const cJSON *t;

	if (!f)
		return NULL;
	for (size_t i = 0; i < COUNT; i++)
		*(int *)(void *)((char *)f + numbers[i].at) = (int)json_int(v, numbers[i].key, 0);
	f->timeout_action = (enum fleet_timeout_action)json_int(v, "timeout_action", 0);
	text_set(&f->launch, json_str(v, "launch", NULL));
	text_set(&f->resize, json_str(v, "resize", NULL));
	text_set(&f->context, json_str(v, "context", NULL));
	f->wanted_since = json_int(v, "wanted_since", 0);
	f->given_up = json_bool(v, "given_up", false);
	cJSON_ArrayForEach(t, json_arr(v, "types"))
		add_type(f, t);
	return f;
}
