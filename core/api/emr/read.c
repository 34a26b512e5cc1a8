/* A client reads replies: lenient, since AWS and other servers leave out what they like. */
#include "core/api/emr/decode.h"
#include "core/base/json.h"

static int parse_name(const struct names *t, const cJSON *o, const char *member, int def)
{
	int i = names_parse(t, json_str(o, member, ""));
	return i < 0 ? def : i;
}

static void read_timeline(const cJSON *status, const char *ready, struct timeline *t)
{
	const cJSON *o = json_obj(status, "Timeline");
	t->created = emr_decode_time(o, "CreationDateTime");
	t->ready = emr_decode_time(o, ready);
	t->ended = emr_decode_time(o, "EndDateTime");
}

static void read_id(const cJSON *v, const char *member, char out[MODEL_ID_SIZE])
{
	const char *s = json_str(v, member, "");
	size_t n = strlen(s);
	n = n < MODEL_ID_SIZE ? n : MODEL_ID_SIZE - 1;
	memcpy(out, s, n);
	out[n] = '\0';
}

static void read_ec2(const cJSON *o, struct cluster *c)
{
	c->key_name = emr_text(o, "Ec2KeyName");
	c->subnet_id = emr_text(o, "Ec2SubnetId");
	emr_decode_strings(o, "RequestedEc2SubnetIds", &c->requested_subnets);
	c->availability_zone = emr_text(o, "Ec2AvailabilityZone");
	emr_decode_strings(o, "RequestedEc2AvailabilityZones", &c->requested_zones);
	c->instance_profile = emr_text(o, "IamInstanceProfile");
	c->master_security_group = emr_text(o, "EmrManagedMasterSecurityGroup");
	c->slave_security_group = emr_text(o, "EmrManagedSlaveSecurityGroup");
	c->service_security_group = emr_text(o, "ServiceAccessSecurityGroup");
	emr_decode_strings(o, "AdditionalMasterSecurityGroups", &c->extra_master_groups);
	emr_decode_strings(o, "AdditionalSlaveSecurityGroups", &c->extra_slave_groups);
}

static void read_lists(const cJSON *v, struct cluster *c)
{
	const cJSON *x;
	cJSON_ArrayForEach(x, json_arr(v, "Applications")) {
		struct application a = { .name = emr_text(x, "Name"), .version = emr_text(x, "Version") };
		emr_decode_strings(x, "Args", &a.args);
		vec_push(&c->applications, a);
	}
	cJSON_ArrayForEach(x, json_arr(v, "Tags"))
		if (json_str(x, "Key", NULL))
			pair_list_set(&c->tags, json_str(x, "Key", ""), json_str(x, "Value", ""));
	emr_decode_configurations(v, "Configurations", &c->configurations);
}

static void read_options(const cJSON *v, struct cluster *c)
{
	c->log_uri = emr_text(v, "LogUri");
	c->log_encryption_key = emr_text(v, "LogEncryptionKmsKeyId");
	c->ami_version = emr_text(v, "RequestedAmiVersion");
	c->release_label = emr_text(v, "ReleaseLabel");
	c->os_release_label = emr_text(v, "OSReleaseLabel");
	c->custom_ami_id = emr_text(v, "CustomAmiId");
	c->service_role = emr_text(v, "ServiceRole");
	c->auto_scaling_role = emr_text(v, "AutoScalingRole");
	c->security_configuration = emr_text(v, "SecurityConfiguration");
	c->scale_down_behavior = emr_text(v, "ScaleDownBehavior");
	c->repo_upgrade_on_boot = emr_text(v, "RepoUpgradeOnBoot");
	c->master_dns = emr_text(v, "MasterPublicDnsName");
	c->ebs_root_gb = json_int32(v, "EbsRootVolumeSize", 0);
	c->uses_fleets = !strcmp(json_str(v, "InstanceCollectionType", ""), "INSTANCE_FLEET");
	c->keep_alive = !json_bool(v, "AutoTerminate", false);
	c->termination_protected = json_bool(v, "TerminationProtected", false);
	c->unhealthy_replacement = json_bool(v, "UnhealthyNodeReplacement", false);
	c->visible_to_all = json_bool(v, "VisibleToAllUsers", true);
	c->step_concurrency = json_int32(v, "StepConcurrencyLevel", 1);
}

struct cluster *emr_read_cluster(const cJSON *v)
{
	if (!cJSON_IsObject(v))
		return NULL;
	struct cluster *c = cluster_new();
	const cJSON *status = json_obj(v, "Status"), *why = json_obj(status, "StateChangeReason");
	read_id(v, "Id", c->id);
	c->arn = emr_text(v, "ClusterArn");
	c->name = xstrdup(json_str(v, "Name", ""));
	c->normalized_hours = json_int32(v, "NormalizedInstanceHours", 0);
	c->state = (enum cluster_state)parse_name(&cluster_state_names, status, "State", CLUSTER_STARTING);
	c->reason = (enum cluster_reason)parse_name(&cluster_reason_names, why, "Code", CLUSTER_REASON_NONE);
	c->reason_message = emr_text(why, "Message");
	read_timeline(status, "ReadyDateTime", &c->timeline);
	read_ec2(json_obj(v, "Ec2InstanceAttributes"), c);
	read_options(v, c);
	read_lists(v, c);
	return c;
}

struct step *emr_read_step(const cJSON *v)
{
	if (!cJSON_IsObject(v))
		return NULL;
	struct step *s = step_new();
	const cJSON *status = json_obj(v, "Status"), *config = json_obj(v, "Config"), *p;
	const cJSON *why = json_obj(status, "StateChangeReason"), *fail = json_obj(status, "FailureDetails");
	read_id(v, "Id", s->id);
	s->name = xstrdup(json_str(v, "Name", ""));
	s->on_failure = (enum step_on_failure)parse_name(&step_on_failure_names, v, "ActionOnFailure",
	                                                 STEP_TERMINATE_CLUSTER);
	s->jar = emr_text(config, "Jar");
	s->main_class = emr_text(config, "MainClass");
	emr_decode_strings(config, "Args", &s->args);
	cJSON_ArrayForEach(p, json_obj(config, "Properties"))
		if (cJSON_IsString(p))
			pair_list_set(&s->properties, p->string, p->valuestring);
	s->execution_role_arn = emr_text(v, "ExecutionRoleArn");
	s->log_uri = emr_text(v, "LogUri");
	s->encryption_key = emr_text(v, "EncryptionKeyArn");
	s->state = (enum step_state)parse_name(&step_state_names, status, "State", STEP_PENDING);
	s->reason_code = emr_text(why, "Code");
	s->reason_message = emr_text(why, "Message");
	s->failure_reason = emr_text(fail, "Reason");
	s->failure_message = emr_text(fail, "Message");
	s->failure_log = emr_text(fail, "LogFile");
	read_timeline(status, "StartDateTime", &s->timeline);
	return s;
}

/* Devices of one kind are listed one by one; runs of equal ones are joined again. */
static void read_volumes(const cJSON *v, struct instance_group *g)
{
	const cJSON *x;
	struct ebs_volume *last = NULL;
	cJSON_ArrayForEach(x, json_arr(v, "EbsBlockDevices")) {
		const cJSON *spec = json_obj(x, "VolumeSpecification");
		struct ebs_volume e = {
			.size_gb = json_int32(spec, "SizeInGB", 0), .iops = json_int32(spec, "Iops", 0),
			.throughput = json_int32(spec, "Throughput", 0), .per_instance = 1
		};
		const char *type = json_str(spec, "VolumeType", "");
		if (last && last->size_gb == e.size_gb && last->iops == e.iops && last->throughput == e.throughput &&
		    strcmp(last->type, type) == 0) {
			last->per_instance++;
			continue;
		}
		e.type = xstrdup(type);
		vec_push(&g->ebs, e);
		last = &g->ebs.items[g->ebs.len - 1];
	}
}

void emr_read_group_status(const cJSON *v, struct instance_group *g)
{
	const cJSON *status = json_obj(v, "Status"), *why = json_obj(status, "StateChangeReason");

	read_id(v, "Id", g->id);
	g->state = (enum group_state)parse_name(&group_state_names, status, "State", GROUP_PROVISIONING);
	g->reason = (enum group_reason)parse_name(&group_reason_names, why, "Code", GROUP_REASON_NONE);
	g->reason_message = emr_text(why, "Message");
	read_timeline(status, "ReadyDateTime", &g->timeline);
}

struct instance_group *emr_read_instance_group(const cJSON *v)
{
	if (!cJSON_IsObject(v))
		return NULL;
	struct instance_group *g = instance_group_new();
	emr_read_group_status(v, g);
	g->name = emr_text(v, "Name");
	g->role = (enum instance_role)parse_name(&instance_role_names, v, "InstanceGroupType", ROLE_TASK);
	g->market = (enum market)parse_name(&market_names, v, "Market", MARKET_ON_DEMAND);
	g->bid_price = emr_text(v, "BidPrice");
	g->type = xstrdup(json_str(v, "InstanceType", ""));
	g->requested = json_int32(v, "RequestedInstanceCount", 0);
	g->running = json_int32(v, "RunningInstanceCount", 0);
	emr_decode_configurations(v, "Configurations", &g->configurations);
	g->configurations_version = json_int(v, "ConfigurationsVersion", 0);
	g->ebs_optimized = json_bool(v, "EbsOptimized", false);
	g->custom_ami_id = emr_text(v, "CustomAmiId");
	read_volumes(v, g);
	return g;
}

struct instance *emr_read_instance(const cJSON *v)
{
	if (!cJSON_IsObject(v))
		return NULL;
	struct instance *i = instance_new();
	const cJSON *status = json_obj(v, "Status"), *why = json_obj(status, "StateChangeReason");
	read_id(v, "Id", i->id);
	read_id(v, "Ec2InstanceId", i->ec2_id);
	read_id(v, json_str(v, "InstanceFleetId", NULL) ? "InstanceFleetId" : "InstanceGroupId", i->group_id);
	i->market = (enum market)parse_name(&market_names, v, "Market", MARKET_ON_DEMAND);
	i->type = xstrdup(json_str(v, "InstanceType", ""));
	i->public_dns = emr_text(v, "PublicDnsName");
	i->public_ip = emr_text(v, "PublicIpAddress");
	i->private_dns = emr_text(v, "PrivateDnsName");
	i->private_ip = emr_text(v, "PrivateIpAddress");
	i->state = (enum instance_state)parse_name(&instance_state_names, status, "State",
	                                           INSTANCE_PROVISIONING);
	i->reason = (enum instance_reason)parse_name(&instance_reason_names, why, "Code", INSTANCE_REASON_NONE);
	i->reason_message = emr_text(why, "Message");
	read_timeline(status, "ReadyDateTime", &i->timeline);
	return i;
}
