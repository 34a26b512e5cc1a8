/* RunJobFlow → a cluster. */
#include <stddef.h>
#include <strings.h>

#include "core/api/emr/decode.h"
#include "core/base/json.h"
#include "core/model/release.h"

#define IDLE_MIN 60
#define IDLE_MAX 604800
#define IDLE_DEFAULT 3600

/* Plain texts: member of the request → field of the cluster. */
static const struct { const char *member; size_t at; } texts[] = {
	{ "LogUri", offsetof(struct cluster, log_uri) },
	{ "LogEncryptionKmsKeyId", offsetof(struct cluster, log_encryption_key) },
	{ "ReleaseLabel", offsetof(struct cluster, release_label) },
	{ "AmiVersion", offsetof(struct cluster, ami_version) },
	{ "OSReleaseLabel", offsetof(struct cluster, os_release_label) },
	{ "CustomAmiId", offsetof(struct cluster, custom_ami_id) },
	{ "ServiceRole", offsetof(struct cluster, service_role) },
	{ "JobFlowRole", offsetof(struct cluster, instance_profile) },
	{ "AutoScalingRole", offsetof(struct cluster, auto_scaling_role) },
	{ "StepExecutionRoleArn", offsetof(struct cluster, step_role) },
	{ "SecurityConfiguration", offsetof(struct cluster, security_configuration) },
	{ "ScaleDownBehavior", offsetof(struct cluster, scale_down_behavior) },
	{ "RepoUpgradeOnBoot", offsetof(struct cluster, repo_upgrade_on_boot) },
}, instance_texts[] = {
	{ "HadoopVersion", offsetof(struct cluster, hadoop_version) },
	{ "Ec2KeyName", offsetof(struct cluster, key_name) },
	{ "Ec2SubnetId", offsetof(struct cluster, subnet_id) },
	{ "EmrManagedMasterSecurityGroup", offsetof(struct cluster, master_security_group) },
	{ "EmrManagedSlaveSecurityGroup", offsetof(struct cluster, slave_security_group) },
	{ "ServiceAccessSecurityGroup", offsetof(struct cluster, service_security_group) },
};

/* Stored and shown, not acted upon. */
static const char *const extras[] = {
	"AdditionalInfo", "SupportedProducts", "NewSupportedProducts",
	"PlacementGroupConfigs", "EbsRootVolumeIops", "EbsRootVolumeThroughput", "ExtendedSupport",
	"MonitoringConfiguration", NULL
};

static char **field(struct cluster *c, size_t at)
{
	return (char **)(void *)((char *)c + at);
}

static void decode_texts(const cJSON *in, const cJSON *instances, struct cluster *c)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*field(c, texts[i].at) = emr_text(in, texts[i].member);
	for (size_t i = 0; i < sizeof instance_texts / sizeof *instance_texts; i++)
		*field(c, instance_texts[i].at) = emr_text(instances, instance_texts[i].member);
	c->name = xstrdup(json_str(in, "Name", ""));
}

static void decode_place(const cJSON *instances, struct cluster *c)
{
	const cJSON *placement = json_obj(instances, "Placement");
	c->availability_zone = emr_text(placement, "AvailabilityZone");
	emr_decode_strings(placement, "AvailabilityZones", &c->requested_zones);
	emr_decode_strings(instances, "Ec2SubnetIds", &c->requested_subnets);
	if (!c->subnet_id && c->requested_subnets.len)
		c->subnet_id = xstrdup(c->requested_subnets.items[0]);
	emr_decode_strings(instances, "AdditionalMasterSecurityGroups", &c->extra_master_groups);
	emr_decode_strings(instances, "AdditionalSlaveSecurityGroups", &c->extra_slave_groups);
}

static void decode_applications(const cJSON *in, struct cluster *c)
{
	const cJSON *v;
	cJSON_ArrayForEach(v, json_arr(in, "Applications")) {
		const char *version = json_str(v, "Version", release_application(c->release_label, json_str(v, "Name", NULL)));
		struct application a = { .name = emr_text(v, "Name"), .version = xstrdup(version) };
		emr_decode_strings(v, "Args", &a.args);
		vec_push(&c->applications, a);
	}
}

static int decode_bootstrap(const cJSON *in, struct cluster *c, struct error *err)
{
	const cJSON *v;
	cJSON_ArrayForEach(v, json_arr(in, "BootstrapActions")) {
		const cJSON *script = json_obj(v, "ScriptBootstrapAction");
		struct bootstrap_action b = {
			.name = xstrdup(json_str(v, "Name", "")), .path = xstrdup(json_str(script, "Path", ""))
		};
		emr_decode_strings(script, "Args", &b.args);
		vec_push(&c->bootstrap_actions, b);
	}
	if (c->bootstrap_actions.len > CLUSTER_BOOTSTRAP_LIMIT)
		return emr_error_validation(err, "A cluster cannot have more than %d bootstrap actions.",
		                            CLUSTER_BOOTSTRAP_LIMIT);
	return 0;
}

static size_t characters(const char *s)
{
	size_t n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

int emr_check_tag(const char *key, const char *value, struct error *err)
{
	if (!*key || characters(key) > 128 || characters(value) > 256)
		return emr_error_validation(err, "A tag's key must have 1 to 128 characters, and its value at most 256.");
	if (!strncasecmp(key, "aws:", 4))
		return emr_error_validation(err, "The key of a tag must not begin with aws:.");
	return 0;
}

static int decode_tags(const cJSON *in, struct cluster *c, struct error *err)
{
	const cJSON *v;
	cJSON_ArrayForEach(v, json_arr(in, "Tags")) {
		const char *key = json_str(v, "Key", ""), *value = json_str(v, "Value", "");
		int rc = emr_check_tag(key, value, err);
		if (rc)
			return rc;
		pair_list_set(&c->tags, key, value);
	}
	return 0;
}

/* They hold passwords: these are forgotten at once, and shown as EMR shows them. */
static cJSON *kerberos(const cJSON *in)
{
	static const char *const clear[] = { "Realm", "ADDomainJoinUser" };
	static const char *const secret[] = {
		"KdcAdminPassword", "CrossRealmTrustPrincipalPassword", "ADDomainJoinPassword"
	};
	cJSON *o = in ? cJSON_CreateObject() : NULL;

	for (size_t i = 0; o && i < sizeof clear / sizeof *clear; i++)
		json_add_str(o, clear[i], json_str(in, clear[i], NULL));
	for (size_t i = 0; o && i < sizeof secret / sizeof *secret; i++)
		if (json_str(in, secret[i], NULL))
			json_add_str(o, secret[i], "********");
	return o;
}

static void decode_extra(const cJSON *in, struct cluster *c)
{
	cJSON *o = cJSON_CreateObject();

	json_add(o, "KerberosAttributes", kerberos(json_obj(in, "KerberosAttributes")));
	for (size_t i = 0; extras[i]; i++) {
		const cJSON *v = cJSON_GetObjectItemCaseSensitive(in, extras[i]);
		if (v && !cJSON_IsNull(v))
			json_add(o, extras[i], cJSON_Duplicate(v, 1));
	}
	if (o->child)
		c->extra = json_print(o);
	cJSON_Delete(o);
}

/* ---- rules ---- */

static int check_name(const struct cluster *c, struct error *err)
{
	if (strpbrk(c->name, "<>$|`"))
		return emr_error_validation(err, "The name of a cluster must not contain any of < > $ | `.");
	return 0;
}

int emr_check_idle_release(const struct cluster *c, struct error *err)
{
	if (c->release_label && release_has(c->release_label, 30, 1))
		return 0;
	return emr_error_validation(err, "Auto-termination is not available for this account when using this release "
	                                 "of EMR");
}

int emr_decode_idle(const cJSON *policy, int64_t *seconds, struct error *err)
{
	*seconds = json_int(policy, "IdleTimeout", IDLE_DEFAULT);
	if (*seconds < IDLE_MIN || *seconds > IDLE_MAX)
		return emr_error_validation(err, "The IdleTimeout must be between %d and %d seconds.", IDLE_MIN, IDLE_MAX);
	return 0;
}

static int check_release(const struct cluster *c, struct error *err)
{
	if (c->ami_version && c->release_label)
		return emr_error_validation(err, "Only one AMI version and release label may be specified. Provided "
		                            "AMI: %s, release label: %s.", c->ami_version, c->release_label);
	if (!c->ami_version && !c->release_label && !c->hadoop_version)
		return emr_error_validation(err, "Must specify exactly one of the following: release label, AMI "
		                                 "version, or Hadoop version.");
	struct release r;
	if (c->release_label && !release_parse(c->release_label, &r))
		return emr_error_validation(err, "The supplied release label is invalid: %s.", c->release_label);
	if (c->custom_ami_id && c->ami_version)
		return emr_error_validation(err, "Custom AMI is not supported in this version of EMR");
	if (c->custom_ami_id && c->release_label && !release_has(c->release_label, 7, 0))
		return emr_error_validation(err, "Custom AMI is not allowed");
	return 0;
}

/* What EMR does when it is not told: by the hour from 5.1 on, gracefully from 5.10 on. */
static void decode_scale_down(struct cluster *c)
{
	if (!c->scale_down_behavior && release_has(c->release_label, 1, 0))
		c->scale_down_behavior = xstrdup(release_has(c->release_label, 10, 0) ? "TERMINATE_AT_TASK_COMPLETION"
		                                 : "TERMINATE_AT_INSTANCE_HOUR");
}

static int check_options(const cJSON *in, struct cluster *c, struct error *err)
{
	int64_t level = json_int(in, "StepConcurrencyLevel", 1);
	if (level < 1 || level > CLUSTER_CONCURRENCY_LIMIT)
		return emr_error_validation(err, "The StepConcurrencyLevel must be between 1 and %d.",
		                            CLUSTER_CONCURRENCY_LIMIT);
	c->step_concurrency = (int)level;
	const cJSON *policy = json_obj(in, "AutoTerminationPolicy");
	int rc = policy ? emr_check_idle_release(c, err) : 0;
	if (!rc && policy)
		rc = emr_decode_idle(policy, &c->idle_timeout_s, err);
	if (rc)
		return rc;
	int64_t gb = json_int(in, "EbsRootVolumeSize", 0);
	if (gb < 0 || gb > 16384)
		return emr_error_validation(err, "The EbsRootVolumeSize must be between 1 and 16384 GiB.");
	c->ebs_root_gb = (int)gb;
	return 0;
}

static int check_steps(struct cluster *c, struct error *err)
{
	for (size_t i = 0; i < c->steps.len; i++) {
		struct step *s = c->steps.items[i];
		if (c->step_role && !s->execution_role_arn)
			s->execution_role_arn = xstrdup(c->step_role);
		if (c->step_concurrency > 1 && s->on_failure != STEP_CONTINUE)
			return emr_error_on_failure(err, s);
	}
	return 0;
}

static void decode_switches(const cJSON *in, const cJSON *instances, struct cluster *c)
{
	bool ha = cluster_group_of(c, ROLE_MASTER)->requested == 3;
	c->keep_alive = ha || json_bool(instances, "KeepJobFlowAliveWhenNoSteps", false);
	c->termination_protected = ha || json_bool(instances, "TerminationProtected", false);
	c->unhealthy_replacement = json_bool(instances, "UnhealthyNodeReplacement", false);
	c->visible_to_all = json_bool(in, "VisibleToAllUsers", true);
}

int emr_decode_run_job_flow(const cJSON *in, struct cluster **out, struct error *err)
{
	struct cluster *c = cluster_new();
	const cJSON *instances = json_obj(in, "Instances");
	decode_texts(in, instances, c);
	decode_place(instances, c);
	decode_applications(in, c);
	emr_decode_configurations(in, "Configurations", &c->configurations);
	decode_extra(in, c);
	int rc = check_name(c, err);
	if (!rc)
		rc = check_release(c, err);
	if (!rc)
		rc = emr_decode_instances(instances, c, err);
	if (!rc)
		rc = decode_bootstrap(in, c, err);
	if (!rc)
		rc = decode_tags(in, c, err);
	if (!rc)
		rc = check_options(in, c, err);
	if (!rc)
		rc = emr_decode_steps(in, &c->steps, err);
	if (!rc)
		rc = check_steps(c, err);
	if (rc) {
		cluster_free(c);
		return rc;
	}
	decode_switches(in, instances, c);
	decode_scale_down(c);
	*out = c;
	return 0;
}
