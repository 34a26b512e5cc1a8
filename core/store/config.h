/* Parts of the model that are stored as one JSON text: what is only ever read back as a whole. */
#ifndef CORE_STORE_CONFIG_H
#define CORE_STORE_CONFIG_H

#include <cjson/cJSON.h>

#include "core/model/cluster.h"
#include "core/model/fleet.h"

/* Texts are malloc'd; NULL for an empty list where that saves space. */
char *config_from_strings(const struct str_list *l);
char *config_from_pairs(const struct pair_list *l);
char *config_from_cluster(const struct cluster *c);
char *config_from_group(const struct instance_group *g);

/* Fill the fields that the writers above stored; a text that does not parse leaves them empty. */
void config_to_strings(const char *text, struct str_list *l);
void config_to_pairs(const char *text, struct pair_list *l);
void config_to_cluster(const char *text, struct cluster *c);
void config_to_group(const char *text, struct instance_group *g);

/* Parts of them, for the files of this room. An empty list of configurations is NULL, and so is no fleet. */
cJSON *configurations_json(const struct configuration_list *l);
void json_configurations(const cJSON *a, struct configuration_list *l);
cJSON *volumes_json(const struct ebs_volume_list *l);
void json_volumes(const cJSON *a, struct ebs_volume_list *l);
cJSON *fleet_json(const struct fleet *f);
struct fleet *json_fleet(const cJSON *v);

#endif
