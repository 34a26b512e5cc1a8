/* Clusters: requests and replies, member by member. */
#include "core/api/emr/shapes.h"

/* ---- RunJobFlow ---- */

LIST(InstanceFleetConfigs, emr_InstanceFleetConfig, 0, 0);
STRUCT(PlacementType, M("AvailabilityZone", emr_Xml), M("AvailabilityZones", emr_Xml256s));
STRUCT(JobFlowInstancesConfig, M("MasterInstanceType", emr_InstanceType),
	M("SlaveInstanceType", emr_InstanceType), M("InstanceCount", emr_Integer),
	M("InstanceGroups", emr_InstanceGroupConfigs), M("InstanceFleets", InstanceFleetConfigs),
	K("Ec2KeyName", emr_Xml256), K("Placement", PlacementType),
	M("KeepJobFlowAliveWhenNoSteps", emr_Boolean), M("TerminationProtected", emr_Boolean),
	M("UnhealthyNodeReplacement", emr_Boolean), K("HadoopVersion", emr_Xml256),
	K("Ec2SubnetId", emr_Xml256), K("Ec2SubnetIds", emr_Xml256s),
	K("EmrManagedMasterSecurityGroup", emr_Xml256), K("EmrManagedSlaveSecurityGroup", emr_Xml256),
	K("ServiceAccessSecurityGroup", emr_Xml256), K("AdditionalMasterSecurityGroups", emr_Xml256s),
	K("AdditionalSlaveSecurityGroups", emr_Xml256s));
STRUCT(ScriptBootstrapActionConfig, R("Path", emr_Xml), M("Args", emr_Xmls));
STRUCT(BootstrapActionConfig, R("Name", emr_Xml256),
	R("ScriptBootstrapAction", ScriptBootstrapActionConfig));
LIST(BootstrapActionConfigs, BootstrapActionConfig, 0, 0);
STRUCT(SupportedProductConfig, M("Name", emr_Xml256), M("Args", emr_Xmls));
LIST(SupportedProductConfigs, SupportedProductConfig, 0, 0);
STRUCT(Application, M("Name", emr_Text), M("Version", emr_Text), M("Args", emr_Texts),
	I("AdditionalInfo", emr_TextMap));
LIST(Applications, Application, 0, 0);
NAMES(scale_down_behavior_names, "TERMINATE_AT_INSTANCE_HOUR", "TERMINATE_AT_TASK_COMPLETION");
ENUM(ScaleDownBehavior, scale_down_behavior_names);
NAMES(repo_upgrade_on_boot_names, "SECURITY", "NONE");
ENUM(RepoUpgradeOnBoot, repo_upgrade_on_boot_names);
STRUCT(KerberosAttributes, R("Realm", emr_Xml256), R("KdcAdminPassword", emr_Xml256),
	M("CrossRealmTrustPrincipalPassword", emr_Xml256), M("ADDomainJoinUser", emr_Xml256),
	M("ADDomainJoinPassword", emr_Xml256));
NAMES(placement_group_strategy_names, "SPREAD", "PARTITION", "CLUSTER", "NONE");
ENUM(PlacementGroupStrategy, placement_group_strategy_names);
STRUCT(PlacementGroupConfig, R("InstanceRole", emr_InstanceRole),
	M("PlacementStrategy", PlacementGroupStrategy));
LIST(PlacementGroupConfigs, PlacementGroupConfig, 0, 0);
STRUCT(AutoTerminationPolicy, M("IdleTimeout", emr_Long));
STRUCT(CloudWatchLogConfiguration, R("Enabled", emr_Boolean), M("LogGroupName", emr_Xml),
	M("LogStreamNamePrefix", emr_Xml), M("EncryptionKeyArn", emr_Xml), M("LogTypes", emr_XmlsMap));
NAMES(log_upload_policy_value_names, "emr-managed", "on-customer-s3only", "disabled");
ENUM(LogUploadPolicyValue, log_upload_policy_value_names);
MAP(LogUploadPolicyValueMap, LogUploadPolicyValue);
STRUCT(S3LoggingConfiguration, M("LogTypeUploadPolicy", LogUploadPolicyValueMap));
STRUCT(MonitoringConfiguration, M("CloudWatchLogConfiguration", CloudWatchLogConfiguration),
	M("S3LoggingConfiguration", S3LoggingConfiguration));
IN(RunJobFlow, R("Name", emr_Xml256), M("LogUri", emr_Xml), K("LogEncryptionKmsKeyId", emr_Xml),
	I("AdditionalInfo", emr_Xml), K("AmiVersion", emr_Xml256), M("ReleaseLabel", emr_Xml256),
	R("Instances", JobFlowInstancesConfig), M("Steps", emr_StepConfigs256),
	K("StepExecutionRoleArn", emr_Arn), M("BootstrapActions", BootstrapActionConfigs),
	K("SupportedProducts", emr_Xml256s), I("NewSupportedProducts", SupportedProductConfigs),
	K("Applications", Applications), M("Configurations", emr_Configurations),
	K("VisibleToAllUsers", emr_Boolean), K("JobFlowRole", emr_Xml), K("ServiceRole", emr_Xml),
	M("Tags", emr_Tags), K("SecurityConfiguration", emr_Xml), M("AutoScalingRole", emr_Xml),
	K("ScaleDownBehavior", ScaleDownBehavior), K("CustomAmiId", emr_Xml256),
	K("EbsRootVolumeSize", emr_Integer), K("RepoUpgradeOnBoot", RepoUpgradeOnBoot),
	K("KerberosAttributes", KerberosAttributes), M("StepConcurrencyLevel", emr_Integer),
	M("ManagedScalingPolicy", emr_ManagedScalingPolicy), K("PlacementGroupConfigs", PlacementGroupConfigs),
	M("AutoTerminationPolicy", AutoTerminationPolicy), K("OSReleaseLabel", emr_Xml256),
	K("EbsRootVolumeIops", emr_Integer), K("EbsRootVolumeThroughput", emr_Integer),
	K("ExtendedSupport", emr_Boolean), K("MonitoringConfiguration", MonitoringConfiguration),
	I("SessionEnabled", emr_Boolean));
OUT(RunJobFlow, M("JobFlowId", emr_Xml256), M("ClusterArn", emr_Arn));

/* ---- DescribeCluster ---- */

ENUM(ClusterState, cluster_state_names);
ENUM(ClusterStateChangeReasonCode, cluster_reason_names);
STRUCT(ClusterStateChangeReason, M("Code", ClusterStateChangeReasonCode), M("Message", emr_Text));
STRUCT(ClusterTimeline, M("CreationDateTime", emr_Date), M("ReadyDateTime", emr_Date),
	M("EndDateTime", emr_Date));
LIST(TextMaps, emr_TextMap, 0, 0);
STRUCT(ErrorDetail, M("ErrorCode", emr_Text), M("ErrorData", TextMaps), M("ErrorMessage", emr_Text));
LIST(ErrorDetails, ErrorDetail, 0, 0);
STRUCT(ClusterStatus, M("State", ClusterState), M("StateChangeReason", ClusterStateChangeReason),
	M("Timeline", ClusterTimeline), M("ErrorDetails", ErrorDetails));
STRUCT(Ec2InstanceAttributes, M("Ec2KeyName", emr_Text), M("Ec2SubnetId", emr_Text),
	M("RequestedEc2SubnetIds", emr_Xml256s), M("Ec2AvailabilityZone", emr_Text),
	M("RequestedEc2AvailabilityZones", emr_Xml256s), M("IamInstanceProfile", emr_Text),
	M("EmrManagedMasterSecurityGroup", emr_Text), M("EmrManagedSlaveSecurityGroup", emr_Text),
	M("ServiceAccessSecurityGroup", emr_Text), M("AdditionalMasterSecurityGroups", emr_Texts),
	M("AdditionalSlaveSecurityGroups", emr_Texts));
NAMES(instance_collection_type_names, "INSTANCE_FLEET", "INSTANCE_GROUP");
ENUM(InstanceCollectionType, instance_collection_type_names);
STRUCT(Cluster, M("Id", emr_Text), M("Name", emr_Text), M("Status", ClusterStatus),
	M("Ec2InstanceAttributes", Ec2InstanceAttributes), M("InstanceCollectionType", InstanceCollectionType),
	M("LogUri", emr_Text), M("LogEncryptionKmsKeyId", emr_Text), M("RequestedAmiVersion", emr_Text),
	M("RunningAmiVersion", emr_Text), M("ReleaseLabel", emr_Text), M("AutoTerminate", emr_Boolean),
	M("TerminationProtected", emr_Boolean), M("UnhealthyNodeReplacement", emr_Boolean),
	M("VisibleToAllUsers", emr_Boolean), M("Applications", Applications), M("Tags", emr_Tags),
	M("ServiceRole", emr_Text), M("NormalizedInstanceHours", emr_Integer),
	M("MasterPublicDnsName", emr_Text), M("Configurations", emr_Configurations),
	M("SecurityConfiguration", emr_Xml), M("AutoScalingRole", emr_Xml),
	M("ScaleDownBehavior", ScaleDownBehavior), M("CustomAmiId", emr_Xml256),
	M("EbsRootVolumeSize", emr_Integer), M("RepoUpgradeOnBoot", RepoUpgradeOnBoot),
	M("KerberosAttributes", KerberosAttributes), M("ClusterArn", emr_Arn), I("OutpostArn", emr_Text),
	M("StepConcurrencyLevel", emr_Integer), M("PlacementGroups", PlacementGroupConfigs),
	M("OSReleaseLabel", emr_Text), M("EbsRootVolumeIops", emr_Integer),
	M("EbsRootVolumeThroughput", emr_Integer), M("ExtendedSupport", emr_Boolean),
	M("MonitoringConfiguration", MonitoringConfiguration), I("SessionEnabled", emr_Boolean));
IN(DescribeCluster, R("ClusterId", emr_Id));
OUT(DescribeCluster, M("Cluster", Cluster));

/* ---- ListClusters ---- */

LIST(ClusterStates, ClusterState, 0, 0);
STRUCT(ClusterSummary, M("Id", emr_Text), M("Name", emr_Text), M("Status", ClusterStatus),
	M("NormalizedInstanceHours", emr_Integer), M("ClusterArn", emr_Arn), I("OutpostArn", emr_Text));
LIST(ClusterSummaries, ClusterSummary, 0, 0);
IN(ListClusters, M("CreatedAfter", emr_Date), M("CreatedBefore", emr_Date),
	M("ClusterStates", ClusterStates), M("Marker", emr_Text));
OUT(ListClusters, M("Clusters", ClusterSummaries), M("Marker", emr_Text));

/* ---- TerminateJobFlows ---- */

IN(TerminateJobFlows, R("JobFlowIds", emr_Xmls10));

/* ---- SetTerminationProtection ---- */

IN(SetTerminationProtection, R("JobFlowIds", emr_Xmls10), R("TerminationProtected", emr_Boolean));

/* ---- SetKeepJobFlowAliveWhenNoSteps ---- */

IN(SetKeepJobFlowAliveWhenNoSteps, R("JobFlowIds", emr_Xmls10),
	R("KeepJobFlowAliveWhenNoSteps", emr_Boolean));

/* ---- SetVisibleToAllUsers ---- */

IN(SetVisibleToAllUsers, R("JobFlowIds", emr_Xmls10), RK("VisibleToAllUsers", emr_Boolean));

/* ---- SetUnhealthyNodeReplacement ---- */

IN(SetUnhealthyNodeReplacement, R("JobFlowIds", emr_Xmls10), R("UnhealthyNodeReplacement", emr_Boolean));

/* ---- ModifyCluster ---- */

IN(ModifyCluster, R("ClusterId", emr_Id), M("StepConcurrencyLevel", emr_Integer),
	K("ExtendedSupport", emr_Boolean));
OUT(ModifyCluster, M("StepConcurrencyLevel", emr_Integer), M("ExtendedSupport", emr_Boolean));

/* ---- AddTags ---- */

IN(AddTags, R("ResourceId", emr_Text), R("Tags", emr_Tags), I("ClusterId", emr_Id));
NO_MEMBERS(emr_AddTags_out);

/* ---- RemoveTags ---- */

IN(RemoveTags, R("ResourceId", emr_Text), R("TagKeys", emr_Texts), I("ClusterId", emr_Id));
NO_MEMBERS(emr_RemoveTags_out);

/* ---- ListBootstrapActions ---- */

STRUCT(Command, M("Name", emr_Text), M("ScriptPath", emr_Text), M("Args", emr_Texts));
LIST(Commands, Command, 0, 0);
IN(ListBootstrapActions, R("ClusterId", emr_Id), M("Marker", emr_Text));
OUT(ListBootstrapActions, M("BootstrapActions", Commands), M("Marker", emr_Text));

/* ---- PutAutoTerminationPolicy ---- */

IN(PutAutoTerminationPolicy, R("ClusterId", emr_Id), M("AutoTerminationPolicy", AutoTerminationPolicy));
NO_MEMBERS(emr_PutAutoTerminationPolicy_out);

/* ---- GetAutoTerminationPolicy ---- */

IN(GetAutoTerminationPolicy, R("ClusterId", emr_Id));
OUT(GetAutoTerminationPolicy, M("AutoTerminationPolicy", AutoTerminationPolicy));

/* ---- RemoveAutoTerminationPolicy ---- */

IN(RemoveAutoTerminationPolicy, R("ClusterId", emr_Id));
NO_MEMBERS(emr_RemoveAutoTerminationPolicy_out);

/* ---- GetClusterSessionCredentials ---- */

IN(GetClusterSessionCredentials, R("ClusterId", emr_Xml256), I("ExecutionRoleArn", emr_Arn));
OUT(GetClusterSessionCredentials, I("Credentials", emr_Credentials), I("ExpiresAt", emr_Date));

/* ---- DescribeJobFlows ---- */

NAMES(job_flow_execution_state_names, "STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "SHUTTING_DOWN",
	"TERMINATED", "COMPLETED", "FAILED");
ENUM(JobFlowExecutionState, job_flow_execution_state_names);
LIST(JobFlowExecutionStates, JobFlowExecutionState, 0, 0);
STRUCT(JobFlowExecutionStatusDetail, M("State", JobFlowExecutionState), M("CreationDateTime", emr_Date),
	M("StartDateTime", emr_Date), M("ReadyDateTime", emr_Date), M("EndDateTime", emr_Date),
	M("LastStateChangeReason", emr_Xml));
STRUCT(InstanceGroupDetail, M("InstanceGroupId", emr_Xml256), M("Name", emr_Xml256),
	M("Market", emr_Market), M("InstanceRole", emr_InstanceRole), M("BidPrice", emr_Xml256),
	M("InstanceType", emr_InstanceType), M("InstanceRequestCount", emr_Integer),
	M("InstanceRunningCount", emr_Integer), M("State", emr_InstanceGroupState),
	M("LastStateChangeReason", emr_Xml), M("CreationDateTime", emr_Date), M("StartDateTime", emr_Date),
	M("ReadyDateTime", emr_Date), M("EndDateTime", emr_Date), M("CustomAmiId", emr_Xml256));
LIST(InstanceGroupDetails, InstanceGroupDetail, 0, 0);
STRUCT(JobFlowInstancesDetail, M("MasterInstanceType", emr_InstanceType), M("MasterPublicDnsName", emr_Xml),
	M("MasterInstanceId", emr_Xml), M("SlaveInstanceType", emr_InstanceType),
	M("InstanceCount", emr_Integer), M("InstanceGroups", InstanceGroupDetails),
	M("NormalizedInstanceHours", emr_Integer), M("Ec2KeyName", emr_Xml256), M("Ec2SubnetId", emr_Xml256),
	M("Placement", PlacementType), M("KeepJobFlowAliveWhenNoSteps", emr_Boolean),
	M("TerminationProtected", emr_Boolean), M("UnhealthyNodeReplacement", emr_Boolean),
	M("HadoopVersion", emr_Xml256));
NAMES(step_execution_state_names, "PENDING", "RUNNING", "CONTINUE", "COMPLETED", "CANCELLED", "FAILED",
	"INTERRUPTED");
ENUM(StepExecutionState, step_execution_state_names);
STRUCT(StepExecutionStatusDetail, M("State", StepExecutionState), M("CreationDateTime", emr_Date),
	M("StartDateTime", emr_Date), M("EndDateTime", emr_Date), M("LastStateChangeReason", emr_Xml));
STRUCT(StepDetail, M("StepConfig", emr_StepConfig), M("ExecutionStatusDetail", StepExecutionStatusDetail));
LIST(StepDetails, StepDetail, 0, 0);
STRUCT(BootstrapActionDetail, M("BootstrapActionConfig", BootstrapActionConfig));
LIST(BootstrapActionDetails, BootstrapActionDetail, 0, 0);
STRUCT(JobFlowDetail, M("JobFlowId", emr_Xml256), M("Name", emr_Xml256), M("LogUri", emr_Xml),
	M("LogEncryptionKmsKeyId", emr_Xml), M("AmiVersion", emr_Xml256),
	M("ExecutionStatusDetail", JobFlowExecutionStatusDetail), M("Instances", JobFlowInstancesDetail),
	M("Steps", StepDetails), M("BootstrapActions", BootstrapActionDetails),
	M("SupportedProducts", emr_Xml256s), M("VisibleToAllUsers", emr_Boolean), M("JobFlowRole", emr_Xml),
	M("ServiceRole", emr_Xml), M("AutoScalingRole", emr_Xml), M("ScaleDownBehavior", ScaleDownBehavior));
LIST(JobFlowDetails, JobFlowDetail, 0, 0);
IN(DescribeJobFlows, M("CreatedAfter", emr_Date), M("CreatedBefore", emr_Date), M("JobFlowIds", emr_Xmls),
	M("JobFlowStates", JobFlowExecutionStates));
OUT(DescribeJobFlows, M("JobFlows", JobFlowDetails));
