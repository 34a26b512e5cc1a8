/* Scaling policies: requests and replies. */
#include "core/api/emr/shapes.h"

/* ---- PutAutoScalingPolicy ---- */

IN(PutAutoScalingPolicy, R("ClusterId", emr_Text), R("InstanceGroupId", emr_Text),
	R("AutoScalingPolicy", emr_AutoScalingPolicy));
OUT(PutAutoScalingPolicy, M("ClusterId", emr_Text), M("InstanceGroupId", emr_Text),
	M("AutoScalingPolicy", emr_AutoScalingPolicyDescription), M("ClusterArn", emr_Arn));

/* ---- RemoveAutoScalingPolicy ---- */

IN(RemoveAutoScalingPolicy, R("ClusterId", emr_Text), R("InstanceGroupId", emr_Text));
NO_MEMBERS(emr_RemoveAutoScalingPolicy_out);

/* ---- PutManagedScalingPolicy ---- */

IN(PutManagedScalingPolicy, R("ClusterId", emr_Text), R("ManagedScalingPolicy", emr_ManagedScalingPolicy));
NO_MEMBERS(emr_PutManagedScalingPolicy_out);

/* ---- GetManagedScalingPolicy ---- */

IN(GetManagedScalingPolicy, R("ClusterId", emr_Text));
OUT(GetManagedScalingPolicy, M("ManagedScalingPolicy", emr_ManagedScalingPolicy));

/* ---- RemoveManagedScalingPolicy ---- */

IN(RemoveManagedScalingPolicy, R("ClusterId", emr_Text));
NO_MEMBERS(emr_RemoveManagedScalingPolicy_out);
