/* Scaling policies on the wire: AutoScalingPolicy and ManagedScalingPolicy, in requests, in replies and in
 * the journal's documents. What a client did not send is not shown to it either, except for the default
 * dimension. */
#ifndef CORE_API_EMR_SCALING_H
#define CORE_API_EMR_SCALING_H

#include "core/api/emr/emr.h"
#include "core/model/scaling.h"

/* Lenient: for documents, and after emr_validate. `out` is overwritten; its owner frees it. */
void emr_read_auto_scaling_policy(const cJSON *v, struct scaling_policy *out);
void emr_read_managed_policy(const cJSON *v, struct managed_policy *out);

/* As above, and the rules: ValidationException with a sentence. On an error `out` holds nothing. */
int emr_decode_auto_scaling_policy(const cJSON *v, enum instance_role role, struct scaling_policy *out,
                                   struct error *err);
int emr_decode_managed_policy(const cJSON *v, bool fleets, struct managed_policy *out, struct error *err);

/* With the Status. cluster_id replaces ${emr.clusterId} and is the default dimension; NULL: as it was. */
cJSON *emr_encode_auto_scaling_policy(const struct scaling_policy *p, const char *cluster_id);
cJSON *emr_encode_managed_policy(const struct managed_policy *p);

#endif
