/* Shapes of the EMR API that its tables share. Internal to this room.
 *
 * Names, types and limits are those of the public service model (2009-03-31). Every operation of
 * operations.def has a request shape emr_<Operation>_in and, when its reply has a body, emr_<Operation>_out;
 * structures are named as in the model. A member that no table lists is ignored when a client sends it. */
#ifndef CORE_API_EMR_SHAPES_H
#define CORE_API_EMR_SHAPES_H

#include "core/api/emr/emr.h"
#include "core/api/shape/table.h"

#define IN(operation, ...) GLOBAL_STRUCT_AS(emr_##operation##_in, #operation " request", __VA_ARGS__)
#define OUT(operation, ...) GLOBAL_STRUCT_AS(emr_##operation##_out, #operation " reply", __VA_ARGS__)
#define NO_MEMBERS(id) const struct shape id = { .kind = SHAPE_STRUCT }

#define SHARED_STRUCT(id, ...) GLOBAL_STRUCT_AS(emr_##id, #id, __VA_ARGS__)
#define SHARED_LIST(id, item, least, most) \
	const struct shape emr_##id = { .kind = SHAPE_LIST, .of = &(item), .min = (least), .max = (most) }
#define SHARED_MAP(id, value) const struct shape emr_##id = { .kind = SHAPE_MAP, .of = &(value) }
#define SHARED_ENUM(id, table) const struct shape emr_##id = { .kind = SHAPE_ENUM, .names = &(table) }

extern const struct shape emr_ActionOnFailure, emr_AdjustmentType, emr_Arn, emr_AutoScalingPolicy,
	emr_AutoScalingPolicyDescription, emr_AutoScalingPolicyState, emr_AutoScalingPolicyStateChangeReason,
	emr_AutoScalingPolicyStateChangeReasonCode, emr_AutoScalingPolicyStatus, emr_Boolean,
	emr_CloudWatchAlarmDefinition, emr_ComparisonOperator, emr_ComputeLimits, emr_ComputeLimitsUnitType,
	emr_Configuration, emr_Configurations, emr_Credentials, emr_Date, emr_Double, emr_EbsBlockDeviceConfig,
	emr_EbsBlockDeviceConfigs, emr_EbsConfiguration, emr_HadoopJarStepConfig, emr_Id, emr_InstanceFleetConfig,
	emr_InstanceFleetProvisioningSpecifications, emr_InstanceFleetResizingSpecifications,
	emr_InstanceGroupConfig, emr_InstanceGroupConfigs, emr_InstanceGroupState, emr_InstanceRole,
	emr_InstanceType, emr_InstanceTypeConfig, emr_InstanceTypeConfigs, emr_Integer, emr_KeyValue,
	emr_KeyValues, emr_Long, emr_ManagedScalingPolicy, emr_Market, emr_MaxResultsNumber,
	emr_MetricDimension, emr_MetricDimensions, emr_Natural, emr_NonNegative,
	emr_OnDemandCapacityReservationOptions, emr_OnDemandCapacityReservationPreference,
	emr_OnDemandCapacityReservationUsageStrategy, emr_OnDemandProvisioningAllocationStrategy,
	emr_OnDemandProvisioningSpecification, emr_OnDemandResizingSpecification, emr_Port,
	emr_S3MonitoringConfiguration, emr_ScalingAction, emr_ScalingConstraints, emr_ScalingRule,
	emr_ScalingRules, emr_ScalingStrategy, emr_ScalingTrigger, emr_SimpleScalingPolicyConfiguration,
	emr_SpotProvisioningAllocationStrategy, emr_SpotProvisioningSpecification,
	emr_SpotProvisioningTimeoutAction, emr_SpotResizingSpecification, emr_Statistic, emr_StepConfig,
	emr_StepConfigs256, emr_StepMonitoringConfiguration, emr_Tag, emr_Tags, emr_Text, emr_TextMap,
	emr_Texts, emr_Unit, emr_Uri, emr_UsernamePassword, emr_UtilizationPerformanceIndexInteger,
	emr_VolumeSpecification, emr_Xml, emr_Xml256, emr_Xml256s, emr_Xmls, emr_Xmls10, emr_XmlsMap;

#define OP(name, job_flow, out, check) extern const struct shape emr_##name##_in, emr_##name##_out;
#include "core/api/emr/operations.def"
#undef OP

#endif
