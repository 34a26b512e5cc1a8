/* What the shapes of several files share: leaves, configurations, tags, groups, scaling, fleets. */
#include "core/api/emr/shapes.h"

const struct shape emr_Arn = { .kind = SHAPE_STRING, .min = 20, .max = 2048 };
const struct shape emr_Boolean = { .kind = SHAPE_BOOL };
const struct shape emr_Date = { .kind = SHAPE_TIME };
const struct shape emr_Double = { .kind = SHAPE_DOUBLE };
const struct shape emr_Id = { .kind = SHAPE_STRING, .max = 256 };
const struct shape emr_InstanceType = { .kind = SHAPE_XML, .min = 1, .max = 256 };
const struct shape emr_Integer = { .kind = SHAPE_INT };
const struct shape emr_Long = { .kind = SHAPE_LONG };
const struct shape emr_MaxResultsNumber = { .kind = SHAPE_INT, .min = 1, .max = 100 };
const struct shape emr_Natural = { .kind = SHAPE_INT, .natural = true };
const struct shape emr_NonNegative = { .kind = SHAPE_DOUBLE, .natural = true };
const struct shape emr_Port = { .kind = SHAPE_INT, .min = -1, .max = 65535 };
const struct shape emr_Text = { .kind = SHAPE_STRING };
const struct shape emr_Uri = { .kind = SHAPE_XML, .min = 1, .max = 10280 };
const struct shape emr_UtilizationPerformanceIndexInteger = { .kind = SHAPE_INT, .min = 1, .max = 100 };
const struct shape emr_Xml = { .kind = SHAPE_XML, .max = 10280 };
const struct shape emr_Xml256 = { .kind = SHAPE_XML, .max = 256 };
SHARED_ENUM(Market, market_names);
SHARED_ENUM(InstanceRole, instance_role_names);
SHARED_MAP(TextMap, emr_Text);
SHARED_STRUCT(Configuration, M("Classification", emr_Text), M("Configurations", emr_Configurations),
	M("Properties", emr_TextMap));
SHARED_LIST(Configurations, emr_Configuration, 0, 0);
SHARED_STRUCT(VolumeSpecification, R("VolumeType", emr_Text), M("Iops", emr_Integer),
	R("SizeInGB", emr_Integer), M("Throughput", emr_Natural));
SHARED_STRUCT(EbsBlockDeviceConfig, R("VolumeSpecification", emr_VolumeSpecification),
	M("VolumesPerInstance", emr_Integer));
SHARED_LIST(EbsBlockDeviceConfigs, emr_EbsBlockDeviceConfig, 0, 0);
SHARED_STRUCT(EbsConfiguration, M("EbsBlockDeviceConfigs", emr_EbsBlockDeviceConfigs),
	M("EbsOptimized", emr_Boolean));
SHARED_STRUCT(ScalingConstraints, R("MinCapacity", emr_Integer), R("MaxCapacity", emr_Integer));
NAMES(adjustment_type_names, "CHANGE_IN_CAPACITY", "PERCENT_CHANGE_IN_CAPACITY", "EXACT_CAPACITY");
SHARED_ENUM(AdjustmentType, adjustment_type_names);
SHARED_STRUCT(SimpleScalingPolicyConfiguration, M("AdjustmentType", emr_AdjustmentType),
	R("ScalingAdjustment", emr_Integer), M("CoolDown", emr_Integer));
SHARED_STRUCT(ScalingAction, M("Market", emr_Market),
	R("SimpleScalingPolicyConfiguration", emr_SimpleScalingPolicyConfiguration));
NAMES(comparison_operator_names, "GREATER_THAN_OR_EQUAL", "GREATER_THAN", "LESS_THAN",
	"LESS_THAN_OR_EQUAL");
SHARED_ENUM(ComparisonOperator, comparison_operator_names);
NAMES(statistic_names, "SAMPLE_COUNT", "AVERAGE", "SUM", "MINIMUM", "MAXIMUM");
SHARED_ENUM(Statistic, statistic_names);
NAMES(unit_names, "NONE", "SECONDS", "MICRO_SECONDS", "MILLI_SECONDS", "BYTES", "KILO_BYTES", "MEGA_BYTES",
	"GIGA_BYTES", "TERA_BYTES", "BITS", "KILO_BITS", "MEGA_BITS", "GIGA_BITS", "TERA_BITS", "PERCENT",
	"COUNT", "BYTES_PER_SECOND", "KILO_BYTES_PER_SECOND", "MEGA_BYTES_PER_SECOND", "GIGA_BYTES_PER_SECOND",
	"TERA_BYTES_PER_SECOND", "BITS_PER_SECOND", "KILO_BITS_PER_SECOND", "MEGA_BITS_PER_SECOND",
	"GIGA_BITS_PER_SECOND", "TERA_BITS_PER_SECOND", "COUNT_PER_SECOND");
SHARED_ENUM(Unit, unit_names);
SHARED_STRUCT(MetricDimension, M("Key", emr_Text), M("Value", emr_Text));
SHARED_LIST(MetricDimensions, emr_MetricDimension, 0, 0);
SHARED_STRUCT(CloudWatchAlarmDefinition, R("ComparisonOperator", emr_ComparisonOperator),
	M("EvaluationPeriods", emr_Integer), R("MetricName", emr_Text), M("Namespace", emr_Text),
	R("Period", emr_Integer), M("Statistic", emr_Statistic), R("Threshold", emr_NonNegative),
	M("Unit", emr_Unit), M("Dimensions", emr_MetricDimensions));
SHARED_STRUCT(ScalingTrigger, R("CloudWatchAlarmDefinition", emr_CloudWatchAlarmDefinition));
SHARED_STRUCT(ScalingRule, R("Name", emr_Text), M("Description", emr_Text), R("Action", emr_ScalingAction),
	R("Trigger", emr_ScalingTrigger));
SHARED_LIST(ScalingRules, emr_ScalingRule, 0, 0);
SHARED_STRUCT(AutoScalingPolicy, R("Constraints", emr_ScalingConstraints), R("Rules", emr_ScalingRules));
SHARED_STRUCT(InstanceGroupConfig, M("Name", emr_Xml256), M("Market", emr_Market),
	R("InstanceRole", emr_InstanceRole), M("BidPrice", emr_Xml256), R("InstanceType", emr_InstanceType),
	R("InstanceCount", emr_Integer), K("Configurations", emr_Configurations),
	K("EbsConfiguration", emr_EbsConfiguration), M("AutoScalingPolicy", emr_AutoScalingPolicy),
	K("CustomAmiId", emr_Xml256));
SHARED_LIST(InstanceGroupConfigs, emr_InstanceGroupConfig, 0, 0);
SHARED_STRUCT(InstanceTypeConfig, R("InstanceType", emr_InstanceType), M("WeightedCapacity", emr_Natural),
	M("BidPrice", emr_Xml256), M("BidPriceAsPercentageOfOnDemandPrice", emr_NonNegative),
	K("EbsConfiguration", emr_EbsConfiguration), K("Configurations", emr_Configurations),
	K("CustomAmiId", emr_Xml256), M("Priority", emr_NonNegative));
SHARED_LIST(InstanceTypeConfigs, emr_InstanceTypeConfig, 0, 0);
NAMES(spot_provisioning_timeout_action_names, "SWITCH_TO_ON_DEMAND", "TERMINATE_CLUSTER");
SHARED_ENUM(SpotProvisioningTimeoutAction, spot_provisioning_timeout_action_names);
NAMES(spot_provisioning_allocation_strategy_names, "capacity-optimized", "price-capacity-optimized",
	"lowest-price", "diversified", "capacity-optimized-prioritized");
SHARED_ENUM(SpotProvisioningAllocationStrategy, spot_provisioning_allocation_strategy_names);
SHARED_STRUCT(SpotProvisioningSpecification, R("TimeoutDurationMinutes", emr_Natural),
	R("TimeoutAction", emr_SpotProvisioningTimeoutAction), M("BlockDurationMinutes", emr_Natural),
	M("AllocationStrategy", emr_SpotProvisioningAllocationStrategy));
NAMES(on_demand_provisioning_allocation_strategy_names, "lowest-price", "prioritized");
SHARED_ENUM(OnDemandProvisioningAllocationStrategy, on_demand_provisioning_allocation_strategy_names);
NAMES(on_demand_capacity_reservation_usage_strategy_names, "use-capacity-reservations-first");
SHARED_ENUM(OnDemandCapacityReservationUsageStrategy, on_demand_capacity_reservation_usage_strategy_names);
NAMES(on_demand_capacity_reservation_preference_names, "open", "none");
SHARED_ENUM(OnDemandCapacityReservationPreference, on_demand_capacity_reservation_preference_names);
SHARED_STRUCT(OnDemandCapacityReservationOptions,
	M("UsageStrategy", emr_OnDemandCapacityReservationUsageStrategy),
	M("CapacityReservationPreference", emr_OnDemandCapacityReservationPreference),
	M("CapacityReservationResourceGroupArn", emr_Xml256));
SHARED_STRUCT(OnDemandProvisioningSpecification,
	R("AllocationStrategy", emr_OnDemandProvisioningAllocationStrategy),
	M("CapacityReservationOptions", emr_OnDemandCapacityReservationOptions));
SHARED_STRUCT(InstanceFleetProvisioningSpecifications,
	M("SpotSpecification", emr_SpotProvisioningSpecification),
	M("OnDemandSpecification", emr_OnDemandProvisioningSpecification));
SHARED_STRUCT(SpotResizingSpecification, M("TimeoutDurationMinutes", emr_Natural),
	M("AllocationStrategy", emr_SpotProvisioningAllocationStrategy));
SHARED_STRUCT(OnDemandResizingSpecification, M("TimeoutDurationMinutes", emr_Natural),
	M("AllocationStrategy", emr_OnDemandProvisioningAllocationStrategy),
	M("CapacityReservationOptions", emr_OnDemandCapacityReservationOptions));
SHARED_STRUCT(InstanceFleetResizingSpecifications,
	M("SpotResizeSpecification", emr_SpotResizingSpecification),
	M("OnDemandResizeSpecification", emr_OnDemandResizingSpecification));
SHARED_STRUCT(InstanceFleetConfig, M("Name", emr_Xml256), R("InstanceFleetType", emr_InstanceRole),
	M("TargetOnDemandCapacity", emr_Natural), M("TargetSpotCapacity", emr_Natural),
	M("InstanceTypeConfigs", emr_InstanceTypeConfigs),
	M("LaunchSpecifications", emr_InstanceFleetProvisioningSpecifications),
	M("ResizeSpecifications", emr_InstanceFleetResizingSpecifications), M("Context", emr_Xml256));
SHARED_LIST(Xml256s, emr_Xml256, 0, 0);
SHARED_ENUM(ActionOnFailure, step_on_failure_names);
SHARED_STRUCT(KeyValue, M("Key", emr_Xml), M("Value", emr_Xml));
SHARED_LIST(KeyValues, emr_KeyValue, 0, 0);
SHARED_LIST(Xmls, emr_Xml, 0, 0);
SHARED_STRUCT(HadoopJarStepConfig, M("Properties", emr_KeyValues), R("Jar", emr_Xml),
	M("MainClass", emr_Xml), M("Args", emr_Xmls));
SHARED_STRUCT(S3MonitoringConfiguration, M("LogUri", emr_Xml), M("EncryptionKeyArn", emr_Xml));
SHARED_STRUCT(StepMonitoringConfiguration, M("S3MonitoringConfiguration", emr_S3MonitoringConfiguration));
SHARED_STRUCT(StepConfig, R("Name", emr_Xml256), M("ActionOnFailure", emr_ActionOnFailure),
	R("HadoopJarStep", emr_HadoopJarStepConfig),
	K("StepMonitoringConfiguration", emr_StepMonitoringConfiguration));
SHARED_LIST(StepConfigs256, emr_StepConfig, 0, 256);
SHARED_LIST(Texts, emr_Text, 0, 0);
SHARED_STRUCT(Tag, M("Key", emr_Text), M("Value", emr_Text));
SHARED_LIST(Tags, emr_Tag, 0, 0);
NAMES(compute_limits_unit_type_names, "InstanceFleetUnits", "Instances", "VCPU");
SHARED_ENUM(ComputeLimitsUnitType, compute_limits_unit_type_names);
SHARED_STRUCT(ComputeLimits, R("UnitType", emr_ComputeLimitsUnitType),
	R("MinimumCapacityUnits", emr_Integer), R("MaximumCapacityUnits", emr_Integer),
	M("MaximumOnDemandCapacityUnits", emr_Integer), M("MaximumCoreCapacityUnits", emr_Integer));
NAMES(scaling_strategy_names, "DEFAULT", "ADVANCED");
SHARED_ENUM(ScalingStrategy, scaling_strategy_names);
SHARED_STRUCT(ManagedScalingPolicy, M("ComputeLimits", emr_ComputeLimits),
	M("UtilizationPerformanceIndex", emr_UtilizationPerformanceIndexInteger),
	M("ScalingStrategy", emr_ScalingStrategy));
SHARED_MAP(XmlsMap, emr_Xmls);
SHARED_LIST(Xmls10, emr_Xml, 0, 10);
SHARED_STRUCT(UsernamePassword, M("Username", emr_Xml256), M("Password", emr_Xml256));
SHARED_STRUCT(Credentials, M("UsernamePassword", emr_UsernamePassword));
SHARED_ENUM(InstanceGroupState, group_state_names);
NAMES(auto_scaling_policy_state_names, "PENDING", "ATTACHING", "ATTACHED", "DETACHING", "DETACHED",
	"FAILED");
SHARED_ENUM(AutoScalingPolicyState, auto_scaling_policy_state_names);
NAMES(auto_scaling_policy_state_change_reason_code_names, "USER_REQUEST", "PROVISION_FAILURE",
	"CLEANUP_FAILURE");
SHARED_ENUM(AutoScalingPolicyStateChangeReasonCode, auto_scaling_policy_state_change_reason_code_names);
SHARED_STRUCT(AutoScalingPolicyStateChangeReason, M("Code", emr_AutoScalingPolicyStateChangeReasonCode),
	M("Message", emr_Text));
SHARED_STRUCT(AutoScalingPolicyStatus, M("State", emr_AutoScalingPolicyState),
	M("StateChangeReason", emr_AutoScalingPolicyStateChangeReason));
SHARED_STRUCT(AutoScalingPolicyDescription, M("Status", emr_AutoScalingPolicyStatus),
	M("Constraints", emr_ScalingConstraints), M("Rules", emr_ScalingRules));
