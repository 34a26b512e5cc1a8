/* Model → replies. Absent members are left out, never null. */
#include <stdio.h>

#include "core/api/emr/decode.h"
#include "core/base/json.h"

const char *emr_partition(const char *region)
{
	return region && !strncmp(region, "cn-", 3) ? "aws-cn" :
	       region && !strncmp(region, "us-gov-", 7) ? "aws-us-gov" : "aws";
}

const char *emr_id_of(const char *id_or_arn)
{
	const char *slash = strncmp(id_or_arn, "arn:", 4) ? NULL : strrchr(id_or_arn, '/');

	return slash ? slash + 1 : id_or_arn;
}

char *emr_arn(const char *kind, const char *id, const char *region)
{
	if (!region || !*region)
		region = EMR_REGION;
	return xasprintf("arn:%s:elasticmapreduce:%s:" EMR_ACCOUNT ":%s/%s", emr_partition(region), region, kind, id);
}

char *emr_cluster_arn(const char *id, const char *region)
{
	return emr_arn("cluster", id, region);
}

static cJSON *strings(const struct str_list *l)
{
	cJSON *a = cJSON_CreateArray();
	for (size_t i = 0; i < l->len; i++)
		cJSON_AddItemToArray(a, cJSON_CreateString(l->items[i]));
	return a;
}

static void add_strings(cJSON *o, const char *name, const struct str_list *l)
{
	if (l->len)
		json_add(o, name, strings(l));
}

static cJSON *map(const struct pair_list *l)
{
	cJSON *o = cJSON_CreateObject();
	for (size_t i = 0; i < l->len; i++)
		json_add_str(o, l->items[i].key, l->items[i].value);
	return o;
}

static cJSON *reason(const char *code, const char *message)
{
	cJSON *o = cJSON_CreateObject();
	json_add_str(o, "Code", code && *code ? code : NULL);
	return json_add_str(o, "Message", message);
}

static cJSON *timeline(const struct timeline *t, const char *ready)
{
	cJSON *o = json_add_time(cJSON_CreateObject(), "CreationDateTime", t->created);
	json_add_time(o, ready, t->ready);
	return json_add_time(o, "EndDateTime", t->ended);
}

static cJSON *status(const char *state, cJSON *why, cJSON *times)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "State", state);
	json_add(o, "StateChangeReason", why);
	return json_add(o, "Timeline", times);
}

cJSON *emr_encode_configurations(const struct configuration_list *l)
{
	cJSON *a = cJSON_CreateArray();
	for (size_t i = 0; i < l->len; i++) {
		const struct configuration *c = l->items[i];
		cJSON *o = json_add_str(cJSON_CreateObject(), "Classification", c->classification);
		json_add(o, "Properties", map(&c->properties));
		if (c->configurations.len)
			json_add(o, "Configurations", emr_encode_configurations(&c->configurations));
		cJSON_AddItemToArray(a, o);
	}
	return a;
}

/* ---- clusters ---- */

/* What went wrong, for those that read details rather than sentences: the code of the reason. */
static cJSON *error_details(const struct cluster *c)
{
	cJSON *a = cJSON_CreateArray();
	const char *code = names_get(&cluster_reason_names, (int)c->reason);

	if (!cluster_state_closing(c->state) || c->reason == CLUSTER_REASON_NONE ||
	    c->reason == CLUSTER_REASON_USER_REQUEST || c->reason == CLUSTER_REASON_ALL_STEPS_COMPLETED)
		return a;
	cJSON *o = json_add_str(cJSON_CreateObject(), "ErrorCode", code);
	json_add(o, "ErrorData", cJSON_CreateArray());
	cJSON_AddItemToArray(a, json_add_str(o, "ErrorMessage", c->reason_message));
	return a;
}

static cJSON *cluster_status(const struct cluster *c)
{
	cJSON *o = status(names_get(&cluster_state_names, (int)c->state),
	                  reason(names_get(&cluster_reason_names, (int)c->reason), c->reason_message),
	                  timeline(&c->timeline, "ReadyDateTime"));
	return json_add(o, "ErrorDetails", error_details(c));
}

cJSON *emr_encode_cluster_summary(const struct cluster *c, const char *region)
{
	char *arn = emr_cluster_arn(c->id, region);
	cJSON *o = json_add_str(cJSON_CreateObject(), "Id", c->id);
	json_add_str(o, "Name", c->name);
	json_add(o, "Status", cluster_status(c));
	json_add_int(o, "NormalizedInstanceHours", c->normalized_hours);
	json_add_str(o, "ClusterArn", c->arn ? c->arn : arn);
	free(arn);
	return o;
}

static cJSON *ec2_attributes(const struct cluster *c)
{
	cJSON *o = cJSON_CreateObject();
	json_add_str(o, "Ec2KeyName", c->key_name);
	json_add_str(o, "Ec2SubnetId", c->subnet_id);
	add_strings(o, "RequestedEc2SubnetIds", &c->requested_subnets);
	json_add_str(o, "Ec2AvailabilityZone", c->availability_zone);
	add_strings(o, "RequestedEc2AvailabilityZones", &c->requested_zones);
	json_add_str(o, "IamInstanceProfile", c->instance_profile);
	json_add_str(o, "EmrManagedMasterSecurityGroup", c->master_security_group);
	json_add_str(o, "EmrManagedSlaveSecurityGroup", c->slave_security_group);
	json_add_str(o, "ServiceAccessSecurityGroup", c->service_security_group);
	add_strings(o, "AdditionalMasterSecurityGroups", &c->extra_master_groups);
	add_strings(o, "AdditionalSlaveSecurityGroups", &c->extra_slave_groups);
	return o;
}

static cJSON *applications(const struct cluster *c)
{
	cJSON *a = cJSON_CreateArray();
	for (size_t i = 0; i < c->applications.len; i++) {
		const struct application *p = &c->applications.items[i];
		cJSON *o = json_add_str(cJSON_CreateObject(), "Name", p->name);
		json_add_str(o, "Version", p->version);
		add_strings(o, "Args", &p->args);
		cJSON_AddItemToArray(a, o);
	}
	return a;
}

static cJSON *tags(const struct pair_list *l)
{
	cJSON *a = cJSON_CreateArray();
	for (size_t i = 0; i < l->len; i++)
		cJSON_AddItemToArray(a, json_add_str(json_add_str(cJSON_CreateObject(), "Key", l->items[i].key),
		                                     "Value", l->items[i].value));
	return a;
}

/* What RunJobFlow asked for and DescribeCluster shows under the same or another name. */
static void add_extra(cJSON *o, const char *extra)
{
	static const char *const shown[][2] = {
		{ "EbsRootVolumeIops", "EbsRootVolumeIops" }, { "EbsRootVolumeThroughput", "EbsRootVolumeThroughput" },
		{ "PlacementGroupConfigs", "PlacementGroups" }, { "ExtendedSupport", "ExtendedSupport" },
		{ "MonitoringConfiguration", "MonitoringConfiguration" }, { "KerberosAttributes", "KerberosAttributes" },
	};
	cJSON *e = extra ? json_parse(extra, strlen(extra), NULL) : NULL;
	for (size_t i = 0; e && i < sizeof shown / sizeof *shown; i++)
		json_add(o, shown[i][1], cJSON_DetachItemFromObjectCaseSensitive(e, shown[i][0]));
	cJSON_Delete(e);
}

static void add_options(cJSON *o, const struct cluster *c)
{
	json_add_str(o, "LogUri", c->log_uri);
	json_add_str(o, "LogEncryptionKmsKeyId", c->log_encryption_key);
	json_add_str(o, "RequestedAmiVersion", c->ami_version);
	json_add_str(o, "RunningAmiVersion", c->ami_version);
	json_add_str(o, "ReleaseLabel", c->release_label);
	json_add_bool(o, "AutoTerminate", !c->keep_alive);
	json_add_bool(o, "TerminationProtected", c->termination_protected);
	json_add_bool(o, "UnhealthyNodeReplacement", c->unhealthy_replacement);
	json_add_bool(o, "VisibleToAllUsers", c->visible_to_all);
	json_add(o, "Applications", applications(c));
	json_add(o, "Tags", tags(&c->tags));
	json_add_str(o, "ServiceRole", c->service_role);
	json_add_str(o, "MasterPublicDnsName", c->master_dns);
	json_add(o, "Configurations", emr_encode_configurations(&c->configurations));
	json_add_str(o, "SecurityConfiguration", c->security_configuration);
	json_add_str(o, "AutoScalingRole", c->auto_scaling_role);
	json_add_str(o, "ScaleDownBehavior", c->scale_down_behavior);
	json_add_str(o, "CustomAmiId", c->custom_ami_id);
	if (c->ebs_root_gb)
		json_add_int(o, "EbsRootVolumeSize", c->ebs_root_gb);
	json_add_str(o, "RepoUpgradeOnBoot", c->repo_upgrade_on_boot);
	json_add_int(o, "StepConcurrencyLevel", c->step_concurrency);
	json_add_str(o, "OSReleaseLabel", c->os_release_label);
}

cJSON *emr_encode_cluster(const struct cluster *c, const char *region)
{
	cJSON *o = emr_encode_cluster_summary(c, region);
	json_add(o, "Ec2InstanceAttributes", ec2_attributes(c));
	json_add_str(o, "InstanceCollectionType", c->uses_fleets ? "INSTANCE_FLEET" : "INSTANCE_GROUP");
	add_options(o, c);
	add_extra(o, c->extra);
	return o;
}

/* ---- steps ---- */

static cJSON *step_status(const struct step *s)
{
	cJSON *o = status(names_get(&step_state_names, (int)s->state),
	                  reason(s->reason_code, s->reason_message), timeline(&s->timeline, "StartDateTime"));
	if (s->failure_reason || s->failure_message || s->failure_log) {
		cJSON *f = json_add_str(cJSON_CreateObject(), "Reason", s->failure_reason);
		json_add_str(f, "Message", s->failure_message);
		json_add(o, "FailureDetails", json_add_str(f, "LogFile", s->failure_log));
	}
	return o;
}

cJSON *emr_encode_step_summary(const struct step *s)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Id", s->id);
	cJSON *config = json_add_str(cJSON_CreateObject(), "Jar", s->jar);
	json_add_str(o, "Name", s->name);
	json_add(config, "Properties", map(&s->properties));
	json_add_str(config, "MainClass", s->main_class);
	json_add(config, "Args", strings(&s->args));
	json_add(o, "Config", config);
	json_add_str(o, "ActionOnFailure", names_get(&step_on_failure_names, (int)s->on_failure));
	json_add(o, "Status", step_status(s));
	json_add_str(o, "LogUri", s->log_uri);
	return json_add_str(o, "EncryptionKeyArn", s->encryption_key);
}

cJSON *emr_encode_step(const struct step *s)
{
	return json_add_str(emr_encode_step_summary(s), "ExecutionRoleArn", s->execution_role_arn);
}

/* ---- groups and instances ---- */

cJSON *emr_encode_volumes(const struct ebs_volume_list *l)
{
	cJSON *a = cJSON_CreateArray();
	char device[16];
	int n = 0;
	for (size_t i = 0; i < l->len; i++) {
		const struct ebs_volume *e = &l->items[i];
		for (int k = 0; k < e->per_instance && n < 24; k++, n++) {
			cJSON *spec = json_add_str(cJSON_CreateObject(), "VolumeType", e->type);
			json_add_int(spec, "SizeInGB", e->size_gb);
			if (e->iops)
				json_add_int(spec, "Iops", e->iops);
			if (e->throughput)
				json_add_int(spec, "Throughput", e->throughput);
			snprintf(device, sizeof device, "/dev/sd%c", 'b' + n);
			cJSON *v = json_add(cJSON_CreateObject(), "VolumeSpecification", spec);
			cJSON_AddItemToArray(a, json_add_str(v, "Device", device));
		}
	}
	return a;
}

cJSON *emr_encode_group_status(const struct instance_group *g)
{
	return status(names_get(&group_state_names, (int)g->state),
	              reason(names_get(&group_reason_names, (int)g->reason),
	                     g->reason_message ? g->reason_message : ""),
	              timeline(&g->timeline, "ReadyDateTime"));
}

cJSON *emr_encode_instance_group(const struct instance_group *g)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Id", g->id);
	json_add_str(o, "Name", g->name);
	json_add_str(o, "Market", names_get(&market_names, (int)g->market));
	json_add_str(o, "InstanceGroupType", names_get(&instance_role_names, (int)g->role));
	json_add_str(o, "BidPrice", g->bid_price);
	json_add_str(o, "InstanceType", g->type);
	json_add_int(o, "RequestedInstanceCount", g->requested);
	json_add_int(o, "RunningInstanceCount", g->running);
	json_add(o, "Status", emr_encode_group_status(g));
	json_add(o, "Configurations", emr_encode_configurations(&g->configurations));
	json_add_int(o, "ConfigurationsVersion", g->configurations_version);
	if (g->configurations_version) { /* applied at once: there is no software to restart */
		json_add(o, "LastSuccessfullyAppliedConfigurations", emr_encode_configurations(&g->configurations));
		json_add_int(o, "LastSuccessfullyAppliedConfigurationsVersion", g->configurations_version);
	}
	json_add(o, "EbsBlockDevices", emr_encode_volumes(&g->ebs));
	json_add_bool(o, "EbsOptimized", g->ebs_optimized);
	json_add(o, "ShrinkPolicy", cJSON_CreateObject());
	return json_add_str(o, "CustomAmiId", g->custom_ami_id);
}

cJSON *emr_encode_instance(const struct instance *i)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Id", i->id);
	json_add_str(o, "Ec2InstanceId", i->ec2_id);
	json_add_str(o, "PublicDnsName", i->public_dns);
	json_add_str(o, "PublicIpAddress", i->public_ip);
	json_add_str(o, "PrivateDnsName", i->private_dns);
	json_add_str(o, "PrivateIpAddress", i->private_ip);
	json_add(o, "Status", status(names_get(&instance_state_names, (int)i->state),
	                             reason(names_get(&instance_reason_names, (int)i->reason),
	                                    i->reason_message),
	                             timeline(&i->timeline, "ReadyDateTime")));
	json_add_str(o, strncmp(i->group_id, "if-", 3) ? "InstanceGroupId" : "InstanceFleetId", i->group_id);
	json_add_str(o, "Market", names_get(&market_names, (int)i->market));
	json_add_str(o, "InstanceType", i->type);
	return json_add(o, "EbsVolumes", cJSON_CreateArray());
}

cJSON *emr_encode_bootstrap_action(const struct bootstrap_action *b)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Name", b->name);
	json_add_str(o, "ScriptPath", b->path);
	return json_add(o, "Args", strings(&b->args));
}
