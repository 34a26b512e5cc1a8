/* Parts of decoding that the files of this room share. Internal. */
#ifndef CORE_API_EMR_DECODE_H
#define CORE_API_EMR_DECODE_H

#include "core/api/emr/emr.h"

char *emr_text(const cJSON *o, const char *member);   /* a copy, NULL when absent or empty; free() */
void emr_decode_configurations(const cJSON *o, const char *member, struct configuration_list *out);
/* How a cluster's instances are defined: groups into c->groups, or an error. */
int emr_decode_instances(const cJSON *instances, struct cluster *c, struct error *err);
/* Rules over the groups of a new cluster. */
int emr_check_new_groups(const struct cluster *c, struct error *err);
int emr_check_bid_price(const char *bid, struct error *err);
void emr_decode_ebs(const cJSON *ebs, struct ebs_volume_list *out, bool *optimized);
cJSON *emr_request_ebs(const struct ebs_volume_list *l, bool optimized);      /* NULL when there is nothing to say */
cJSON *emr_encode_volumes(const struct ebs_volume_list *l);
cJSON *emr_encode_group_status(const struct instance_group *g);
void emr_read_group_status(const cJSON *v, struct instance_group *g);         /* Id, Status */
int emr_check_group(const struct instance_group *g, struct error *err);

#endif
