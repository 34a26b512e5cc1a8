/* Instance groups, instance fleets and instances: requests and replies. */
#include "core/api/emr/shapes.h"

/* ---- AddInstanceGroups ---- */

IN(AddInstanceGroups, R("InstanceGroups", emr_InstanceGroupConfigs), R("JobFlowId", emr_Xml256));
OUT(AddInstanceGroups, M("JobFlowId", emr_Xml256), M("InstanceGroupIds", emr_Xml256s),
	M("ClusterArn", emr_Arn));

/* ---- ModifyInstanceGroups ---- */

STRUCT(InstanceResizePolicy, M("InstancesToTerminate", emr_Texts), M("InstancesToProtect", emr_Texts),
	I("InstanceTerminationTimeout", emr_Integer));
STRUCT(ShrinkPolicy, M("DecommissionTimeout", emr_Integer),
	M("InstanceResizePolicy", InstanceResizePolicy));
NAMES(reconfiguration_type_names, "OVERWRITE", "MERGE");
ENUM(ReconfigurationType, reconfiguration_type_names);
STRUCT(InstanceGroupModifyConfig, R("InstanceGroupId", emr_Xml256), M("InstanceCount", emr_Integer),
	M("EC2InstanceIdsToTerminate", emr_Texts), M("ShrinkPolicy", ShrinkPolicy),
	K("ReconfigurationType", ReconfigurationType), K("Configurations", emr_Configurations));
LIST(InstanceGroupModifyConfigs, InstanceGroupModifyConfig, 0, 0);
IN(ModifyInstanceGroups, M("ClusterId", emr_Id), M("InstanceGroups", InstanceGroupModifyConfigs));

/* ---- ListInstanceGroups ---- */

ENUM(InstanceGroupStateChangeReasonCode, group_reason_names);
STRUCT(InstanceGroupStateChangeReason, M("Code", InstanceGroupStateChangeReasonCode),
	M("Message", emr_Text));
STRUCT(InstanceGroupTimeline, M("CreationDateTime", emr_Date), M("ReadyDateTime", emr_Date),
	M("EndDateTime", emr_Date));
STRUCT(InstanceGroupStatus, M("State", emr_InstanceGroupState),
	M("StateChangeReason", InstanceGroupStateChangeReason), M("Timeline", InstanceGroupTimeline));
STRUCT(EbsBlockDevice, M("VolumeSpecification", emr_VolumeSpecification), M("Device", emr_Text));
LIST(EbsBlockDevices, EbsBlockDevice, 0, 0);
STRUCT(InstanceGroup, M("Id", emr_Text), M("Name", emr_Text), M("Market", emr_Market),
	M("InstanceGroupType", emr_InstanceRole), M("BidPrice", emr_Text), M("InstanceType", emr_InstanceType),
	M("RequestedInstanceCount", emr_Integer), M("RunningInstanceCount", emr_Integer),
	M("Status", InstanceGroupStatus), M("Configurations", emr_Configurations),
	M("ConfigurationsVersion", emr_Long), M("LastSuccessfullyAppliedConfigurations", emr_Configurations),
	M("LastSuccessfullyAppliedConfigurationsVersion", emr_Long), M("EbsBlockDevices", EbsBlockDevices),
	M("EbsOptimized", emr_Boolean), M("ShrinkPolicy", ShrinkPolicy),
	M("AutoScalingPolicy", emr_AutoScalingPolicyDescription), M("CustomAmiId", emr_Xml256));
LIST(InstanceGroups, InstanceGroup, 0, 0);
IN(ListInstanceGroups, R("ClusterId", emr_Id), M("Marker", emr_Text));
OUT(ListInstanceGroups, M("InstanceGroups", InstanceGroups), M("Marker", emr_Text));

/* ---- ListInstances ---- */

LIST(InstanceRoles, emr_InstanceRole, 0, 0);
ENUM(InstanceState, instance_state_names);
LIST(InstanceStates, InstanceState, 0, 0);
ENUM(InstanceStateChangeReasonCode, instance_reason_names);
STRUCT(InstanceStateChangeReason, M("Code", InstanceStateChangeReasonCode), M("Message", emr_Text));
STRUCT(InstanceTimeline, M("CreationDateTime", emr_Date), M("ReadyDateTime", emr_Date),
	M("EndDateTime", emr_Date));
STRUCT(InstanceStatus, M("State", InstanceState), M("StateChangeReason", InstanceStateChangeReason),
	M("Timeline", InstanceTimeline));
STRUCT(EbsVolume, M("Device", emr_Text), M("VolumeId", emr_Text));
LIST(EbsVolumes, EbsVolume, 0, 0);
STRUCT(Instance, M("Id", emr_Text), M("Ec2InstanceId", emr_Text), M("PublicDnsName", emr_Text),
	M("PublicIpAddress", emr_Text), M("PrivateDnsName", emr_Text), M("PrivateIpAddress", emr_Text),
	M("Status", InstanceStatus), M("InstanceGroupId", emr_Id), M("InstanceFleetId", emr_Id),
	M("Market", emr_Market), M("InstanceType", emr_InstanceType), M("EbsVolumes", EbsVolumes));
LIST(Instances, Instance, 0, 0);
IN(ListInstances, R("ClusterId", emr_Id), M("InstanceGroupId", emr_Id),
	M("InstanceGroupTypes", InstanceRoles), M("InstanceFleetId", emr_Id),
	M("InstanceFleetType", emr_InstanceRole), M("InstanceStates", InstanceStates), M("Marker", emr_Text));
OUT(ListInstances, M("Instances", Instances), M("Marker", emr_Text));

/* ---- AddInstanceFleet ---- */

IN(AddInstanceFleet, R("ClusterId", emr_Xml256), R("InstanceFleet", emr_InstanceFleetConfig));
OUT(AddInstanceFleet, M("ClusterId", emr_Xml256), M("InstanceFleetId", emr_Id), M("ClusterArn", emr_Arn));

/* ---- ModifyInstanceFleet ---- */

STRUCT(InstanceFleetModifyConfig, R("InstanceFleetId", emr_Id), M("TargetOnDemandCapacity", emr_Natural),
	M("TargetSpotCapacity", emr_Natural),
	M("ResizeSpecifications", emr_InstanceFleetResizingSpecifications),
	M("InstanceTypeConfigs", emr_InstanceTypeConfigs), M("Context", emr_Xml256));
IN(ModifyInstanceFleet, R("ClusterId", emr_Id), R("InstanceFleet", InstanceFleetModifyConfig));

/* ---- ListInstanceFleets ---- */

NAMES(instance_fleet_state_names, "PROVISIONING", "BOOTSTRAPPING", "RUNNING", "RESIZING", "RECONFIGURING",
	"SUSPENDED", "TERMINATING", "TERMINATED");
ENUM(InstanceFleetState, instance_fleet_state_names);
NAMES(instance_fleet_state_change_reason_code_names, "INTERNAL_ERROR", "VALIDATION_ERROR",
	"INSTANCE_FAILURE", "CLUSTER_TERMINATED");
ENUM(InstanceFleetStateChangeReasonCode, instance_fleet_state_change_reason_code_names);
STRUCT(InstanceFleetStateChangeReason, M("Code", InstanceFleetStateChangeReasonCode),
	M("Message", emr_Text));
STRUCT(InstanceFleetTimeline, M("CreationDateTime", emr_Date), M("ReadyDateTime", emr_Date),
	M("EndDateTime", emr_Date));
STRUCT(InstanceFleetStatus, M("State", InstanceFleetState),
	M("StateChangeReason", InstanceFleetStateChangeReason), M("Timeline", InstanceFleetTimeline));
STRUCT(InstanceTypeSpecification, M("InstanceType", emr_InstanceType), M("WeightedCapacity", emr_Natural),
	M("BidPrice", emr_Xml256), M("BidPriceAsPercentageOfOnDemandPrice", emr_NonNegative),
	M("Configurations", emr_Configurations), M("EbsBlockDevices", EbsBlockDevices),
	M("EbsOptimized", emr_Boolean), M("CustomAmiId", emr_Xml256), M("Priority", emr_NonNegative));
LIST(InstanceTypeSpecifications, InstanceTypeSpecification, 0, 0);
STRUCT(InstanceFleet, M("Id", emr_Text), M("Name", emr_Xml256), M("Status", InstanceFleetStatus),
	M("InstanceFleetType", emr_InstanceRole), M("TargetOnDemandCapacity", emr_Natural),
	M("TargetSpotCapacity", emr_Natural), M("ProvisionedOnDemandCapacity", emr_Natural),
	M("ProvisionedSpotCapacity", emr_Natural), M("InstanceTypeSpecifications", InstanceTypeSpecifications),
	M("LaunchSpecifications", emr_InstanceFleetProvisioningSpecifications),
	M("ResizeSpecifications", emr_InstanceFleetResizingSpecifications), M("Context", emr_Xml256));
LIST(InstanceFleets, InstanceFleet, 0, 0);
IN(ListInstanceFleets, R("ClusterId", emr_Id), M("Marker", emr_Text));
OUT(ListInstanceFleets, M("InstanceFleets", InstanceFleets), M("Marker", emr_Text));
