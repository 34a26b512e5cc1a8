/* Scaling policies: requests and replies. */
#include "core/api/emr/shapes.h"

/* ---- PutAutoScalingPolicy ---- */

IN(PutAutoScalingPolicy, R("ClusterId", emr_Id), R("InstanceGroupId", emr_Id),
	R("AutoScalingPolicy", emr_AutoScalingPolicy));
OUT(PutAutoScalingPolicy, M("ClusterId", emr_Id), M("InstanceGroupId", emr_Id),
	M("AutoScalingPolicy", emr_AutoScalingPolicyDescription), M("ClusterArn", emr_Arn));

/* ---- RemoveAutoScalingPolicy ---- */

IN(RemoveAutoScalingPolicy, R("ClusterId", emr_Id), R("InstanceGroupId", emr_Id));
NO_MEMBERS(emr_RemoveAutoScalingPolicy_out);

/* ---- PutManagedScalingPolicy ---- */

IN(PutManagedScalingPolicy, R("ClusterId", emr_Id), R("ManagedScalingPolicy", emr_ManagedScalingPolicy));
NO_MEMBERS(emr_PutManagedScalingPolicy_out);

/* ---- GetManagedScalingPolicy ---- */

IN(GetManagedScalingPolicy, R("ClusterId", emr_Id));
OUT(GetManagedScalingPolicy, M("ManagedScalingPolicy", emr_ManagedScalingPolicy));

/* ---- RemoveManagedScalingPolicy ---- */

IN(RemoveManagedScalingPolicy, R("ClusterId", emr_Id));
NO_MEMBERS(emr_RemoveManagedScalingPolicy_out);
