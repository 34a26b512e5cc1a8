/* A client writes requests: the inverse of the decoders. */
#include "core/api/emr/decode.h"
#include "core/base/json.h"

static void add_strings(cJSON *o, const char *name, const struct str_list *l)
{
	if (!l->len)
		return;
	cJSON *a = cJSON_AddArrayToObject(o, name);
	for (size_t i = 0; i < l->len; i++)
		cJSON_AddItemToArray(a, cJSON_CreateString(l->items[i]));
}

static cJSON *pairs(const struct pair_list *l)
{
	cJSON *a = cJSON_CreateArray();
	for (size_t i = 0; i < l->len; i++)
		cJSON_AddItemToArray(a, json_add_str(json_add_str(cJSON_CreateObject(), "Key", l->items[i].key),
		                                     "Value", l->items[i].value));
	return a;
}

cJSON *emr_request_step(const struct step *s)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Name", s->name);
	cJSON *jar = json_add_str(cJSON_CreateObject(), "Jar", s->jar);
	json_add_str(o, "ActionOnFailure", names_get(&step_on_failure_names, (int)s->on_failure));
	json_add_str(jar, "MainClass", s->main_class);
	add_strings(jar, "Args", &s->args);
	if (s->properties.len)
		json_add(jar, "Properties", pairs(&s->properties));
	if (s->log_uri || s->encryption_key) {
		cJSON *logs = json_add_str(cJSON_CreateObject(), "LogUri", s->log_uri);
		json_add_str(logs, "EncryptionKeyArn", s->encryption_key);
		json_add(o, "StepMonitoringConfiguration",
		         json_add(cJSON_CreateObject(), "S3MonitoringConfiguration", logs));
	}
	return json_add(o, "HadoopJarStep", jar);
}

cJSON *emr_request_ebs(const struct ebs_volume_list *l, bool optimized)
{
	if (!l->len && !optimized)
		return NULL;
	cJSON *ebs = json_add_bool(cJSON_CreateObject(), "EbsOptimized", optimized);
	cJSON *a = cJSON_AddArrayToObject(ebs, "EbsBlockDeviceConfigs");
	for (size_t i = 0; i < l->len; i++) {
		const struct ebs_volume *e = &l->items[i];
		cJSON *spec = json_add_str(cJSON_CreateObject(), "VolumeType", e->type);
		json_add_int(spec, "SizeInGB", e->size_gb);
		if (e->iops)
			json_add_int(spec, "Iops", e->iops);
		if (e->throughput)
			json_add_int(spec, "Throughput", e->throughput);
		cJSON *d = json_add(cJSON_CreateObject(), "VolumeSpecification", spec);
		cJSON_AddItemToArray(a, json_add_int(d, "VolumesPerInstance", e->per_instance));
	}
	return ebs;
}

cJSON *emr_request_instance_group(const struct instance_group *g)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Name", g->name);
	json_add_str(o, "InstanceRole", names_get(&instance_role_names, (int)g->role));
	json_add_str(o, "Market", names_get(&market_names, (int)g->market));
	json_add_str(o, "BidPrice", g->bid_price);
	json_add_str(o, "InstanceType", g->type);
	json_add_int(o, "InstanceCount", g->requested);
	if (g->configurations.len)
		json_add(o, "Configurations", emr_encode_configurations(&g->configurations));
	json_add(o, "EbsConfiguration", emr_request_ebs(&g->ebs, g->ebs_optimized));
	return json_add_str(o, "CustomAmiId", g->custom_ami_id);
}

static cJSON *instances(const struct cluster *c)
{
	cJSON *o = cJSON_CreateObject(), *groups = cJSON_AddArrayToObject(o, c->uses_fleets ? "InstanceFleets"
	                                                                  : "InstanceGroups");
	for (size_t i = 0; i < c->groups.len; i++)
		cJSON_AddItemToArray(groups, c->uses_fleets ? emr_request_instance_fleet(c->groups.items[i])
		                     : emr_request_instance_group(c->groups.items[i]));
	json_add_str(o, "Ec2KeyName", c->key_name);
	json_add_str(o, "Ec2SubnetId", c->subnet_id);
	if (c->availability_zone)
		json_add(o, "Placement", json_add_str(cJSON_CreateObject(), "AvailabilityZone",
		                                      c->availability_zone));
	json_add_str(o, "EmrManagedMasterSecurityGroup", c->master_security_group);
	json_add_str(o, "EmrManagedSlaveSecurityGroup", c->slave_security_group);
	json_add_str(o, "ServiceAccessSecurityGroup", c->service_security_group);
	add_strings(o, "AdditionalMasterSecurityGroups", &c->extra_master_groups);
	add_strings(o, "AdditionalSlaveSecurityGroups", &c->extra_slave_groups);
	json_add_str(o, "HadoopVersion", c->hadoop_version);
	json_add_bool(o, "KeepJobFlowAliveWhenNoSteps", c->keep_alive);
	if (c->unhealthy_replacement)
		json_add_bool(o, "UnhealthyNodeReplacement", true);
	return json_add_bool(o, "TerminationProtected", c->termination_protected);
}

static void add_lists(cJSON *o, const struct cluster *c)
{
	cJSON *a;
	if (c->applications.len) {
		a = cJSON_AddArrayToObject(o, "Applications");
		for (size_t i = 0; i < c->applications.len; i++) {
			const struct application *p = &c->applications.items[i];
			cJSON *v = json_add_str(cJSON_CreateObject(), "Name", p->name);
			json_add_str(v, "Version", p->version);
			add_strings(v, "Args", &p->args);
			cJSON_AddItemToArray(a, v);
		}
	}
	if (c->bootstrap_actions.len) {
		a = cJSON_AddArrayToObject(o, "BootstrapActions");
		for (size_t i = 0; i < c->bootstrap_actions.len; i++) {
			const struct bootstrap_action *b = &c->bootstrap_actions.items[i];
			cJSON *script = json_add_str(cJSON_CreateObject(), "Path", b->path);
			add_strings(script, "Args", &b->args);
			cJSON *v = json_add_str(cJSON_CreateObject(), "Name", b->name);
			cJSON_AddItemToArray(a, json_add(v, "ScriptBootstrapAction", script));
		}
	}
	if (c->configurations.len)
		json_add(o, "Configurations", emr_encode_configurations(&c->configurations));
	if (c->tags.len)
		json_add(o, "Tags", pairs(&c->tags));
	if (c->steps.len) {
		a = cJSON_AddArrayToObject(o, "Steps");
		for (size_t i = 0; i < c->steps.len; i++)
			cJSON_AddItemToArray(a, emr_request_step(c->steps.items[i]));
	}
}

cJSON *emr_request_run_job_flow(const struct cluster *c)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "Name", c->name);
	json_add_str(o, "ReleaseLabel", c->release_label);
	json_add_str(o, "AmiVersion", c->ami_version);
	json_add_str(o, "LogUri", c->log_uri);
	json_add_str(o, "LogEncryptionKmsKeyId", c->log_encryption_key);
	json_add(o, "Instances", instances(c));
	json_add_str(o, "ServiceRole", c->service_role);
	json_add_str(o, "JobFlowRole", c->instance_profile);
	json_add_str(o, "AutoScalingRole", c->auto_scaling_role);
	json_add_str(o, "StepExecutionRoleArn", c->step_role);
	json_add_str(o, "SecurityConfiguration", c->security_configuration);
	json_add_str(o, "ScaleDownBehavior", c->scale_down_behavior);
	json_add_str(o, "CustomAmiId", c->custom_ami_id);
	json_add_str(o, "OSReleaseLabel", c->os_release_label);
	json_add_str(o, "RepoUpgradeOnBoot", c->repo_upgrade_on_boot);
	if (c->ebs_root_gb)
		json_add_int(o, "EbsRootVolumeSize", c->ebs_root_gb);
	json_add_int(o, "StepConcurrencyLevel", c->step_concurrency);
	json_add_bool(o, "VisibleToAllUsers", c->visible_to_all);
	if (c->idle_timeout_s)
		json_add(o, "AutoTerminationPolicy", json_add_int(cJSON_CreateObject(), "IdleTimeout",
		                                                  c->idle_timeout_s));
	add_lists(o, c);
	return o;
}
