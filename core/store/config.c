/* JSON forms of the parts that are stored as a whole. One table of fields serves both directions. */
#include "core/store/config.h"

#include <stdio.h>

#include <stddef.h>

#include "core/base/json.h"

struct text_field {
	const char *key;
	size_t offset;
};

#define TEXT(field) { #field, offsetof(struct cluster, field) }
static const struct text_field cluster_texts[] = {
	TEXT(name), TEXT(log_uri), TEXT(log_encryption_key), TEXT(release_label), TEXT(hadoop_version),
	TEXT(ami_version), TEXT(os_release_label), TEXT(custom_ami_id), TEXT(service_role),
	TEXT(instance_profile), TEXT(auto_scaling_role), TEXT(step_role), TEXT(security_configuration),
	TEXT(scale_down_behavior), TEXT(repo_upgrade_on_boot), TEXT(key_name), TEXT(subnet_id),
	TEXT(availability_zone), TEXT(master_security_group), TEXT(slave_security_group),
	TEXT(service_security_group), TEXT(extra), TEXT(master_dns),
};
static const struct text_field cluster_lists[] = {
	TEXT(requested_subnets), TEXT(requested_zones), TEXT(extra_master_groups), TEXT(extra_slave_groups),
};
static const struct text_field cluster_flags[] = {
	TEXT(keep_alive), TEXT(termination_protected), TEXT(visible_to_all), TEXT(unhealthy_replacement),
	TEXT(uses_fleets),
};
static const struct text_field cluster_numbers[] = {
	TEXT(ebs_root_gb), TEXT(step_concurrency), TEXT(normalized_hours),
};
#undef TEXT
#define COUNT(a) (sizeof(a) / sizeof *(a))
#define FIELD(obj, f, type) ((type *)(void *)((char *)(obj) + (f)->offset))
#define CFIELD(obj, f, type) ((type const *)(const void *)((const char *)(obj) + (f)->offset))

static cJSON *strings_json(const struct str_list *l)
{
	if (!l->len)
		return NULL;
	cJSON *a = cJSON_CreateArray();
	for (size_t i = 0; i < l->len; i++)
		cJSON_AddItemToArray(a, cJSON_CreateString(l->items[i]));
	return a;
}

static void json_strings(const cJSON *a, struct str_list *l)
{
	const cJSON *e;

	cJSON_ArrayForEach(e, a)
		if (cJSON_IsString(e))
			str_list_add(l, e->valuestring);
}

/* Pairs keep their order, and may hold any key: an array of [key, value]. */
static cJSON *pairs_json(const struct pair_list *l)
{
	if (!l->len)
		return NULL;
	cJSON *a = cJSON_CreateArray();
	for (size_t i = 0; i < l->len; i++) {
		cJSON *p = cJSON_CreateArray();
		cJSON_AddItemToArray(p, cJSON_CreateString(l->items[i].key));
		cJSON_AddItemToArray(p, cJSON_CreateString(l->items[i].value));
		cJSON_AddItemToArray(a, p);
	}
	return a;
}

static void json_pairs(const cJSON *a, struct pair_list *l)
{
	const cJSON *e;

	cJSON_ArrayForEach(e, a) {
		const cJSON *k = cJSON_GetArrayItem(e, 0), *v = cJSON_GetArrayItem(e, 1);
		if (cJSON_IsString(k) && cJSON_IsString(v)) {
			struct pair p = { xstrdup(k->valuestring), xstrdup(v->valuestring) };
			vec_push(l, p);
		}
	}
}

cJSON *configurations_json(const struct configuration_list *l)
{
	if (!l->len)
		return NULL;
	cJSON *a = cJSON_CreateArray();
	for (size_t i = 0; i < l->len; i++) {
		cJSON *o = cJSON_CreateObject();
		json_add_str(o, "c", l->items[i]->classification);
		json_add(o, "p", pairs_json(&l->items[i]->properties));
		json_add(o, "n", configurations_json(&l->items[i]->configurations));
		cJSON_AddItemToArray(a, o);
	}
	return a;
}

void json_configurations(const cJSON *a, struct configuration_list *l)
{
	const cJSON *e;

	cJSON_ArrayForEach(e, a) {
		struct configuration *c = configuration_new(json_str(e, "c", NULL));
		json_pairs(json_arr(e, "p"), &c->properties);
		json_configurations(json_arr(e, "n"), &c->configurations);
		vec_push(l, c);
	}
}

static char *take(cJSON *v)
{
	char *text = v ? json_print(v) : NULL;

	cJSON_Delete(v);
	return text;
}

char *config_from_strings(const struct str_list *l)
{
	return take(strings_json(l));
}

char *config_from_pairs(const struct pair_list *l)
{
	return take(pairs_json(l));
}

void config_to_strings(const char *text, struct str_list *l)
{
	cJSON *v = text ? json_parse(text, strlen(text), NULL) : NULL;

	json_strings(v, l);
	cJSON_Delete(v);
}

void config_to_pairs(const char *text, struct pair_list *l)
{
	cJSON *v = text ? json_parse(text, strlen(text), NULL) : NULL;

	json_pairs(v, l);
	cJSON_Delete(v);
}

static cJSON *applications_json(const struct application_list *l)
{
	cJSON *a = cJSON_CreateArray();

	for (size_t i = 0; i < l->len; i++) {
		cJSON *o = cJSON_CreateObject();
		json_add_str(o, "name", l->items[i].name);
		json_add_str(o, "version", l->items[i].version);
		json_add(o, "args", strings_json(&l->items[i].args));
		cJSON_AddItemToArray(a, o);
	}
	return a;
}

static cJSON *bootstrap_json(const struct bootstrap_list *l)
{
	cJSON *a = cJSON_CreateArray();

	for (size_t i = 0; i < l->len; i++) {
		cJSON *o = cJSON_CreateObject();
		json_add_str(o, "name", l->items[i].name);
		json_add_str(o, "path", l->items[i].path);
		json_add(o, "args", strings_json(&l->items[i].args));
		cJSON_AddItemToArray(a, o);
	}
	return a;
}

char *config_from_cluster(const struct cluster *c)
{
	cJSON *o = cJSON_CreateObject();

	for (size_t i = 0; i < COUNT(cluster_texts); i++)
		json_add_str(o, cluster_texts[i].key, *CFIELD(c, &cluster_texts[i], char *));
	for (size_t i = 0; i < COUNT(cluster_lists); i++)
		json_add(o, cluster_lists[i].key,
		         strings_json(CFIELD(c, &cluster_lists[i], struct str_list)));
	for (size_t i = 0; i < COUNT(cluster_flags); i++)
		json_add_bool(o, cluster_flags[i].key, *CFIELD(c, &cluster_flags[i], bool));
	for (size_t i = 0; i < COUNT(cluster_numbers); i++)
		json_add_int(o, cluster_numbers[i].key, *CFIELD(c, &cluster_numbers[i], int));
	json_add_str(o, "region", c->region);
	json_add_int(o, "idle_timeout_s", c->idle_timeout_s);
	json_add(o, "applications", applications_json(&c->applications));
	json_add(o, "bootstrap_actions", bootstrap_json(&c->bootstrap_actions));
	json_add(o, "configurations", configurations_json(&c->configurations));
	json_add(o, "tags", pairs_json(&c->tags));
	return take(o);
}

static void read_lists(const cJSON *v, struct cluster *c)
{
	const cJSON *e;

	cJSON_ArrayForEach(e, json_arr(v, "applications")) {
		struct application a = { xstrdup(json_str(e, "name", NULL)),
		                         xstrdup(json_str(e, "version", NULL)), { 0 } };
		json_strings(json_arr(e, "args"), &a.args);
		vec_push(&c->applications, a);
	}
	cJSON_ArrayForEach(e, json_arr(v, "bootstrap_actions")) {
		struct bootstrap_action b = { xstrdup(json_str(e, "name", NULL)),
		                              xstrdup(json_str(e, "path", NULL)), { 0 } };
		json_strings(json_arr(e, "args"), &b.args);
		vec_push(&c->bootstrap_actions, b);
	}
	json_configurations(json_arr(v, "configurations"), &c->configurations);
	json_pairs(json_arr(v, "tags"), &c->tags);
}

void config_to_cluster(const char *text, struct cluster *c)
{
	cJSON *v = text ? json_parse(text, strlen(text), NULL) : NULL;

	if (!v)
		return;
	for (size_t i = 0; i < COUNT(cluster_texts); i++)
		text_set(FIELD(c, &cluster_texts[i], char *), json_str(v, cluster_texts[i].key, NULL));
	for (size_t i = 0; i < COUNT(cluster_lists); i++)
		json_strings(json_arr(v, cluster_lists[i].key),
		             FIELD(c, &cluster_lists[i], struct str_list));
	for (size_t i = 0; i < COUNT(cluster_flags); i++)
		*FIELD(c, &cluster_flags[i], bool) = json_bool(v, cluster_flags[i].key, false);
	for (size_t i = 0; i < COUNT(cluster_numbers); i++)
		*FIELD(c, &cluster_numbers[i], int) = (int)json_int(v, cluster_numbers[i].key, 0);
	snprintf(c->region, sizeof c->region, "%s", json_str(v, "region", ""));
	c->idle_timeout_s = json_int(v, "idle_timeout_s", 0);
	read_lists(v, c);
	cJSON_Delete(v);
}

cJSON *volumes_json(const struct ebs_volume_list *l)
{
	cJSON *a = cJSON_CreateArray();

	for (size_t i = 0; i < l->len; i++) {
		const struct ebs_volume *b = &l->items[i];
		cJSON *e = cJSON_CreateObject();
		json_add_str(e, "type", b->type);
		json_add_int(e, "size_gb", b->size_gb);
		json_add_int(e, "iops", b->iops);
		json_add_int(e, "throughput", b->throughput);
		json_add_int(e, "per_instance", b->per_instance);
		cJSON_AddItemToArray(a, e);
	}
	return a;
}

void json_volumes(const cJSON *a, struct ebs_volume_list *l)
{
	const cJSON *e;

	cJSON_ArrayForEach(e, a) {
		struct ebs_volume b = {
			xstrdup(json_str(e, "type", NULL)), (int)json_int(e, "size_gb", 0),
			(int)json_int(e, "iops", 0), (int)json_int(e, "throughput", 0),
			(int)json_int(e, "per_instance", 0),
		};
		vec_push(l, b);
	}
}

char *config_from_group(const struct instance_group *g)
{
	cJSON *o = cJSON_CreateObject();

	json_add_str(o, "name", g->name);
	json_add_int(o, "role", g->role);
	json_add_int(o, "market", g->market);
	json_add_str(o, "bid_price", g->bid_price);
	json_add_str(o, "type", g->type);
	json_add_str(o, "custom_ami_id", g->custom_ami_id);
	json_add_bool(o, "ebs_optimized", g->ebs_optimized);
	json_add_int(o, "configurations_version", g->configurations_version);
	json_add(o, "configurations", configurations_json(&g->configurations));
	json_add(o, "ebs", volumes_json(&g->ebs));
	json_add(o, "fleet", fleet_json(g->fleet));
	return take(o);
}

void config_to_group(const char *text, struct instance_group *g)
{
	cJSON *v = text ? json_parse(text, strlen(text), NULL) : NULL;

	if (!v)
		return;
	text_set(&g->name, json_str(v, "name", NULL));
	g->role = (enum instance_role)json_int(v, "role", ROLE_TASK);
	g->market = (enum market)json_int(v, "market", MARKET_ON_DEMAND);
	text_set(&g->bid_price, json_str(v, "bid_price", NULL));
	text_set(&g->type, json_str(v, "type", NULL));
	text_set(&g->custom_ami_id, json_str(v, "custom_ami_id", NULL));
	g->ebs_optimized = json_bool(v, "ebs_optimized", false);
	g->configurations_version = json_int(v, "configurations_version", 0);
	json_configurations(json_arr(v, "configurations"), &g->configurations);
	json_volumes(json_arr(v, "ebs"), &g->ebs);
	g->fleet = json_fleet(json_obj(v, "fleet"));
	cJSON_Delete(v);
}
