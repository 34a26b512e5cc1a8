/* The requests of the EMR API that this server knows, member by member. Names and limits are those of the
 * public service model (2009-03-31). A member that is missing here is ignored when a client sends it. */
#include "core/api/emr/emr.h"
#include "core/api/emr/fleet_shapes.h"
#include "core/api/shape/table.h"

/* ---- leaves ---- */

static const struct shape text = { .kind = SHAPE_STRING };
static const struct shape xml = { .kind = SHAPE_XML, .max = 10280 };
static const struct shape xml256 = { .kind = SHAPE_XML, .max = 256 };
static const struct shape instance_type = { .kind = SHAPE_XML, .min = 1, .max = 256 };
static const struct shape arn = { .kind = SHAPE_STRING, .min = 20, .max = 2048 };
static const struct shape integer = { .kind = SHAPE_INT };
static const struct shape long_ = { .kind = SHAPE_LONG };
static const struct shape boolean = { .kind = SHAPE_BOOL };
static const struct shape date = { .kind = SHAPE_TIME };

LIST(texts, text, 0, 0);
LIST(xmls, xml, 0, 0);
LIST(xmls10, xml, 0, 10);
LIST(xml256s, xml256, 0, 0);
LIST(step_ids, xml256, 0, STEP_ACTIVE_LIMIT);
static const struct shape text_map = { .kind = SHAPE_MAP, .of = &text };
LEAF(anything, SHAPE_STRUCT);
LIST(anythings, anything, 0, 0);

ENUM(role, instance_role_names);
ENUM(market, market_names);
ENUM(on_failure, step_on_failure_names);
ENUM(step_state, step_state_names);
ENUM(cluster_state, cluster_state_names);
ENUM(instance_state, instance_state_names);
ENUM(cancel_option, step_cancel_option_names);
LIST(roles, role, 0, 0);
LIST(step_states, step_state, 0, 0);
LIST(cluster_states, cluster_state, 0, 0);
LIST(instance_states, instance_state, 0, 0);

NAMES(scale_down_names, "TERMINATE_AT_INSTANCE_HOUR", "TERMINATE_AT_TASK_COMPLETION");
ENUM(scale_down, scale_down_names);
NAMES(repo_upgrade_names, "SECURITY", "NONE");
ENUM(repo_upgrade, repo_upgrade_names);
NAMES(reconfiguration_names, "OVERWRITE", "MERGE");
ENUM(reconfiguration, reconfiguration_names);
NAMES(unit_type_names, "InstanceFleetUnits", "Instances", "VCPU");
ENUM(unit_type, unit_type_names);

/* ---- what requests share ---- */

static const struct shape configuration;
LIST(configurations, configuration, 0, 0);
static const struct shape_member configuration_members[] = {
	M("Classification", text), M("Configurations", configurations), M("Properties", text_map),
};
static const struct shape configuration = STRUCT_OF(configuration);

STRUCT(key_value, M("Key", xml), M("Value", xml));
LIST(key_values, key_value, 0, 0);
STRUCT(jar_step, M("Properties", key_values), R("Jar", xml), M("MainClass", xml), M("Args", xmls));
STRUCT(step, R("Name", xml256), M("ActionOnFailure", on_failure), R("HadoopJarStep", jar_step));
LIST(steps, step, 0, STEP_ACTIVE_LIMIT);

STRUCT(volume, R("VolumeType", text), M("Iops", integer), R("SizeInGB", integer), M("Throughput", integer));
STRUCT(block_device, R("VolumeSpecification", volume), M("VolumesPerInstance", integer));
LIST(block_devices, block_device, 0, 0);
STRUCT(ebs, M("EbsBlockDeviceConfigs", block_devices), M("EbsOptimized", boolean));

STRUCT(group, M("Name", xml256), M("Market", market), R("InstanceRole", role), M("BidPrice", xml256),
       R("InstanceType", instance_type), R("InstanceCount", integer), M("Configurations", configurations),
       M("EbsConfiguration", ebs), M("AutoScalingPolicy", anything), M("CustomAmiId", xml256));
LIST(groups, group, 0, 0);

LIST(fleets, emr_fleet_config, 0, 0);

/* ---- RunJobFlow ---- */

STRUCT(placement, M("AvailabilityZone", xml), M("AvailabilityZones", xml256s));
STRUCT(instances, M("MasterInstanceType", instance_type), M("SlaveInstanceType", instance_type),
       M("InstanceCount", integer), M("InstanceGroups", groups), M("InstanceFleets", fleets),
       M("Ec2KeyName", xml256), M("Placement", placement), M("KeepJobFlowAliveWhenNoSteps", boolean),
       M("TerminationProtected", boolean), M("UnhealthyNodeReplacement", boolean),
       M("HadoopVersion", xml256), M("Ec2SubnetId", xml256), M("Ec2SubnetIds", xml256s),
       M("EmrManagedMasterSecurityGroup", xml256), M("EmrManagedSlaveSecurityGroup", xml256),
       M("ServiceAccessSecurityGroup", xml256), M("AdditionalMasterSecurityGroups", xml256s),
       M("AdditionalSlaveSecurityGroups", xml256s));
STRUCT(script, R("Path", xml), M("Args", xmls));
STRUCT(bootstrap, R("Name", xml256), R("ScriptBootstrapAction", script));
LIST(bootstraps, bootstrap, 0, 0);
STRUCT(application, M("Name", text), M("Version", text), M("Args", texts), M("AdditionalInfo", text_map));
LIST(applications, application, 0, 0);
STRUCT(tag, M("Key", text), M("Value", text));
LIST(tags, tag, 0, 0);
STRUCT(limits, R("UnitType", unit_type), R("MinimumCapacityUnits", integer),
       R("MaximumCapacityUnits", integer), M("MaximumOnDemandCapacityUnits", integer),
       M("MaximumCoreCapacityUnits", integer));
STRUCT(managed_scaling, M("ComputeLimits", limits));
STRUCT(auto_termination, M("IdleTimeout", long_));
STRUCT(kerberos, R("Realm", xml256), R("KdcAdminPassword", xml256));

STRUCT(run_job_flow, R("Name", xml256), M("LogUri", xml), M("LogEncryptionKmsKeyId", xml),
       M("AdditionalInfo", xml), M("AmiVersion", xml256), M("ReleaseLabel", xml256),
       R("Instances", instances), M("Steps", steps), M("StepExecutionRoleArn", arn),
       M("BootstrapActions", bootstraps), M("SupportedProducts", xml256s),
       M("NewSupportedProducts", anythings), M("Applications", applications),
       M("Configurations", configurations), M("VisibleToAllUsers", boolean), M("JobFlowRole", xml),
       M("ServiceRole", xml), M("Tags", tags), M("SecurityConfiguration", xml), M("AutoScalingRole", xml),
       M("ScaleDownBehavior", scale_down), M("CustomAmiId", xml256), M("EbsRootVolumeSize", integer),
       M("RepoUpgradeOnBoot", repo_upgrade), M("KerberosAttributes", kerberos),
       M("StepConcurrencyLevel", integer), M("ManagedScalingPolicy", managed_scaling),
       M("PlacementGroupConfigs", anythings), M("AutoTerminationPolicy", auto_termination),
       M("OSReleaseLabel", xml256), M("EbsRootVolumeIops", integer), M("EbsRootVolumeThroughput", integer),
       M("ExtendedSupport", boolean), M("MonitoringConfiguration", anything));

/* ---- the other operations ---- */

STRUCT(cluster_id, R("ClusterId", text));
STRUCT(cluster_page, R("ClusterId", text), M("Marker", text));
STRUCT(step_id, R("ClusterId", text), R("StepId", text));
STRUCT(list_clusters, M("CreatedAfter", date), M("CreatedBefore", date), M("ClusterStates", cluster_states),
       M("Marker", text));
STRUCT(job_flow_ids, R("JobFlowIds", xmls10));
STRUCT(protection, R("JobFlowIds", xmls10), R("TerminationProtected", boolean));
STRUCT(keep_alive, R("JobFlowIds", xmls10), R("KeepJobFlowAliveWhenNoSteps", boolean));
STRUCT(visible, R("JobFlowIds", xmls10), R("VisibleToAllUsers", boolean));
STRUCT(replacement, R("JobFlowIds", xmls10), R("UnhealthyNodeReplacement", boolean));
STRUCT(modify_cluster, R("ClusterId", text), M("StepConcurrencyLevel", integer),
       M("ExtendedSupport", boolean));
STRUCT(add_steps, R("JobFlowId", xml256), R("Steps", steps), M("ExecutionRoleArn", arn));
STRUCT(list_steps, R("ClusterId", text), M("StepStates", step_states), M("StepIds", xmls10),
       M("Marker", text));
STRUCT(cancel_steps, R("ClusterId", xml256), R("StepIds", step_ids),
       M("StepCancellationOption", cancel_option));
STRUCT(add_groups, R("InstanceGroups", groups), R("JobFlowId", xml256));
STRUCT(resize_policy, M("InstancesToTerminate", texts), M("InstancesToProtect", texts),
       M("InstanceTerminationTimeout", integer));
STRUCT(shrink, M("DecommissionTimeout", integer), M("InstanceResizePolicy", resize_policy));
STRUCT(group_change, R("InstanceGroupId", xml256), M("InstanceCount", integer),
       M("EC2InstanceIdsToTerminate", texts), M("ShrinkPolicy", shrink),
       M("ReconfigurationType", reconfiguration), M("Configurations", configurations));
LIST(group_changes, group_change, 0, 0);
STRUCT(modify_groups, M("ClusterId", text), M("InstanceGroups", group_changes));
STRUCT(list_instances, R("ClusterId", text), M("InstanceGroupId", text), M("InstanceGroupTypes", roles),
       M("InstanceFleetId", text), M("InstanceFleetType", role), M("InstanceStates", instance_states),
       M("Marker", text));

static const struct emr_operation operations[] = {
	{ "AddInstanceFleet", &emr_add_fleet, true, false },
	{ "AddInstanceGroups", &add_groups, true, true },
	{ "AddJobFlowSteps", &add_steps, true, true },
	{ "CancelSteps", &cancel_steps, true, false },
	{ "DescribeCluster", &cluster_id, true, false },
	{ "DescribeStep", &step_id, true, false },
	{ "ListBootstrapActions", &cluster_page, true, false },
	{ "ListClusters", &list_clusters, true, false },
	{ "ListInstanceFleets", &cluster_page, true, false },
	{ "ListInstanceGroups", &cluster_page, true, false },
	{ "ListInstances", &list_instances, true, false },
	{ "ListSteps", &list_steps, true, false },
	{ "ModifyCluster", &modify_cluster, true, false },
	{ "ModifyInstanceFleet", &emr_modify_fleet, false, false },
	{ "ModifyInstanceGroups", &modify_groups, false, true },
	{ "RunJobFlow", &run_job_flow, true, true },
	{ "SetKeepJobFlowAliveWhenNoSteps", &keep_alive, false, true },
	{ "SetTerminationProtection", &protection, false, true },
	{ "SetUnhealthyNodeReplacement", &replacement, false, true },
	{ "SetVisibleToAllUsers", &visible, false, true },
	{ "TerminateJobFlows", &job_flow_ids, false, true },
};

const struct emr_operation *emr_operations(size_t *n)
{
	*n = sizeof operations / sizeof *operations;
	return operations;
}

const struct emr_operation *emr_find_operation(const char *name)
{
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
		if (strcmp(operations[i].name, name) == 0)
			return &operations[i];
	return NULL;
}

/* ---- rules of single operations that need no state ---- */

typedef int (*check_fn)(const cJSON *in, struct error *err);

static size_t count(const cJSON *in, const char *member)
{
	return (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(in, member));
}

static int check_job_flow_ids(const cJSON *in, struct error *err)
{
	return count(in, "JobFlowIds") ? 0 : emr_error_validation(err, "The JobFlowId list cannot be empty");
}

static int check_list_steps(const cJSON *in, struct error *err)
{
	if (count(in, "StepIds") && count(in, "StepStates"))
		return emr_error_invalid_request(err, NULL, "Cannot specify both StepIds and StepStates.");
	return 0;
}

static int check_steps(const cJSON *in, struct error *err)
{
	return count(in, "Steps") ? 0 : emr_error_validation(err, "The list of steps cannot be empty.");
}

static int check_cancel(const cJSON *in, struct error *err)
{
	return count(in, "StepIds") ? 0
	       : emr_error_invalid_request(err, NULL, "The list of step ids cannot be empty.");
}

static int check_groups(const cJSON *in, struct error *err)
{
	return count(in, "InstanceGroups") ? 0
	       : emr_error_validation(err, "The list of instance groups cannot be empty.");
}

static check_fn check_of(const struct emr_operation *op)
{
	static const struct { const struct shape *input; check_fn fn; } checks[] = {
		{ &job_flow_ids, check_job_flow_ids }, { &protection, check_job_flow_ids },
		{ &keep_alive, check_job_flow_ids }, { &visible, check_job_flow_ids },
		{ &replacement, check_job_flow_ids }, { &list_steps, check_list_steps },
		{ &add_steps, check_steps }, { &cancel_steps, check_cancel }, { &add_groups, check_groups },
		{ &modify_groups, check_groups },
	};
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (checks[i].input == op->input)
			return checks[i].fn;
	return NULL;
}

static int broken(struct error *err, const char *why)
{
	return emr_error_validation(err, "%s", why);
}

static const struct shape_errors errors = { broken, emr_error_serialization };

int emr_validate(const struct emr_operation *op, const cJSON *in, struct error *err)
{
	int rc = shape_check(op->input, in, &errors, err);
	check_fn more = check_of(op);
	return rc || !more ? rc : more(in, err);
}
