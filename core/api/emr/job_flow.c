/* Clusters as the oldest operation shows them: one document with instances, steps and bootstrap actions, in
 * words of its own. */
#include "core/api/emr/emr.h"
#include "core/base/json.h"

static const char *const states[] = {
	"STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "SHUTTING_DOWN", "TERMINATED", "COMPLETED", "FAILED"
};
const struct names emr_job_flow_state_names = { states, sizeof states / sizeof *states };

enum emr_job_flow_state emr_job_flow_state(const struct cluster *c)
{
	switch (c->state) {
	case CLUSTER_STARTING:
		return JOB_FLOW_STARTING;
	case CLUSTER_BOOTSTRAPPING:
		return JOB_FLOW_BOOTSTRAPPING;
	case CLUSTER_RUNNING:
		return JOB_FLOW_RUNNING;
	case CLUSTER_WAITING:
		return JOB_FLOW_WAITING;
	case CLUSTER_TERMINATING:
		return JOB_FLOW_SHUTTING_DOWN;
	case CLUSTER_TERMINATED:
		return c->reason == CLUSTER_REASON_ALL_STEPS_COMPLETED ? JOB_FLOW_COMPLETED : JOB_FLOW_TERMINATED;
	default:
		return JOB_FLOW_FAILED;
	}
}

static cJSON *times(cJSON *o, const struct timeline *t, bool ready_too)
{
	json_add_time(o, "CreationDateTime", t->created);
	json_add_time(o, "StartDateTime", t->ready);
	if (ready_too)
		json_add_time(o, "ReadyDateTime", t->ready);
	return json_add_time(o, "EndDateTime", t->ended);
}

static cJSON *one_group(const struct instance_group *g)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "InstanceGroupId", g->id);

	json_add_str(o, "Name", g->name);
	json_add_str(o, "Market", names_get(&market_names, (int)g->market));
	json_add_str(o, "InstanceRole", names_get(&instance_role_names, (int)g->role));
	json_add_str(o, "BidPrice", g->bid_price);
	json_add_str(o, "InstanceType", g->type);
	json_add_int(o, "InstanceRequestCount", g->requested);
	json_add_int(o, "InstanceRunningCount", g->running);
	json_add_str(o, "State", names_get(&group_state_names, (int)g->state));
	json_add_str(o, "LastStateChangeReason", g->reason_message ? g->reason_message : "");
	json_add_str(o, "CustomAmiId", g->custom_ami_id);
	return times(o, &g->timeline, true);
}

static void add_masters(cJSON *o, const struct cluster *c)
{
	const struct instance_group *master = cluster_group_of(c, ROLE_MASTER), *core = cluster_group_of(c, ROLE_CORE);
	const struct instance *primary = cluster_primary(c);

	json_add_str(o, "MasterInstanceType", master ? master->type : NULL);
	json_add_str(o, "SlaveInstanceType", core ? core->type : master ? master->type : NULL);
	json_add_str(o, "MasterPublicDnsName", c->master_dns);
	json_add_str(o, "MasterInstanceId", primary ? primary->ec2_id : NULL);
}

static cJSON *instances(const struct cluster *c)
{
	cJSON *o = cJSON_CreateObject(), *groups = cJSON_AddArrayToObject(o, "InstanceGroups");
	int count = 0;

	for (size_t i = 0; i < c->groups.len; i++) {
		count += c->groups.items[i]->requested;
		cJSON_AddItemToArray(groups, one_group(c->groups.items[i]));
	}
	add_masters(o, c);
	json_add_int(o, "InstanceCount", count);
	json_add_int(o, "NormalizedInstanceHours", c->normalized_hours);
	json_add_str(o, "Ec2KeyName", c->key_name);
	json_add_str(o, "Ec2SubnetId", c->subnet_id);
	if (c->availability_zone)
		json_add(o, "Placement", json_add_str(cJSON_CreateObject(), "AvailabilityZone", c->availability_zone));
	json_add_bool(o, "KeepJobFlowAliveWhenNoSteps", c->keep_alive);
	json_add_bool(o, "TerminationProtected", c->termination_protected);
	json_add_bool(o, "UnhealthyNodeReplacement", c->unhealthy_replacement);
	return json_add_str(o, "HadoopVersion", c->hadoop_version);
}

/* There is no CANCEL_PENDING here: a step that is being cancelled still runs. */
static cJSON *one_step(const struct step *s)
{
	cJSON *o = json_add(cJSON_CreateObject(), "StepConfig", emr_request_step(s));
	enum step_state state = s->state == STEP_CANCEL_PENDING ? STEP_RUNNING : s->state;
	cJSON *status = json_add_str(cJSON_CreateObject(), "State", names_get(&step_state_names, (int)state));

	json_add_str(status, "LastStateChangeReason", s->failure_message);
	return json_add(o, "ExecutionStatusDetail", times(status, &s->timeline, false));
}

static cJSON *one_bootstrap(const struct bootstrap_action *b)
{
	cJSON *script = json_add_str(cJSON_CreateObject(), "Path", b->path);
	cJSON *args = cJSON_AddArrayToObject(script, "Args");

	for (size_t i = 0; i < b->args.len; i++)
		cJSON_AddItemToArray(args, cJSON_CreateString(b->args.items[i]));
	cJSON *conf = json_add_str(cJSON_CreateObject(), "Name", b->name);
	return json_add(cJSON_CreateObject(), "BootstrapActionConfig", json_add(conf, "ScriptBootstrapAction", script));
}

static void add_lists(cJSON *o, const struct cluster *c)
{
	cJSON *steps = cJSON_AddArrayToObject(o, "Steps"), *actions = cJSON_AddArrayToObject(o, "BootstrapActions");
	cJSON *extra = c->extra ? json_parse(c->extra, strlen(c->extra), NULL) : NULL;
	cJSON *products = cJSON_DetachItemFromObjectCaseSensitive(extra, "SupportedProducts");

	for (size_t i = 0; i < c->steps.len; i++)
		cJSON_AddItemToArray(steps, one_step(c->steps.items[i]));
	for (size_t i = 0; i < c->bootstrap_actions.len; i++)
		cJSON_AddItemToArray(actions, one_bootstrap(&c->bootstrap_actions.items[i]));
	json_add(o, "SupportedProducts", products ? products : cJSON_CreateArray());
	cJSON_Delete(extra);
}

cJSON *emr_encode_job_flow(const struct cluster *c)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "JobFlowId", c->id);
	cJSON *status = json_add_str(cJSON_CreateObject(), "State",
	                             names_get(&emr_job_flow_state_names, (int)emr_job_flow_state(c)));

	json_add_str(o, "Name", c->name);
	json_add_str(o, "LogUri", c->log_uri);
	json_add_str(o, "LogEncryptionKmsKeyId", c->log_encryption_key);
	json_add_str(o, "AmiVersion", c->ami_version);
	json_add_str(status, "LastStateChangeReason", c->reason_message);
	json_add(o, "ExecutionStatusDetail", times(status, &c->timeline, true));
	json_add(o, "Instances", instances(c));
	add_lists(o, c);
	json_add_bool(o, "VisibleToAllUsers", c->visible_to_all);
	json_add_str(o, "JobFlowRole", c->instance_profile);
	json_add_str(o, "ServiceRole", c->service_role);
	json_add_str(o, "AutoScalingRole", c->auto_scaling_role);
	return json_add_str(o, "ScaleDownBehavior", c->scale_down_behavior);
}
