/* Requests → model: the parts that several operations share. Shapes have been validated before. */
#include "core/api/emr/decode.h"

#include "core/base/clock.h"
#include "core/base/json.h"

char *emr_text(const cJSON *o, const char *member)
{
	const char *s = json_str(o, member, "");
	return *s ? xstrdup(s) : NULL;
}

void emr_decode_strings(const cJSON *in, const char *member, struct str_list *out)
{
	const cJSON *v;
	cJSON_ArrayForEach(v, json_arr(in, member))
		if (cJSON_IsString(v))
			str_list_add(out, v->valuestring);
}

uint32_t emr_decode_mask(const cJSON *in, const char *member, const struct names *names)
{
	uint32_t mask = 0;
	const cJSON *v;
	cJSON_ArrayForEach(v, json_arr(in, member)) {
		int i = cJSON_IsString(v) ? names_parse(names, v->valuestring) : -1;
		if (i >= 0)
			mask |= 1u << i;
	}
	return mask;
}

int64_t emr_decode_time(const cJSON *in, const char *member)
{
	const cJSON *v = in ? cJSON_GetObjectItemCaseSensitive(in, member) : NULL;
	if (!v)
		return 0;
	if (cJSON_IsNumber(v) && v->valuedouble > -1e12 && v->valuedouble < 1e12) {
		double ms = v->valuedouble * 1000.0;
		return (int64_t)(ms < 0 ? ms - 0.5 : ms + 0.5);
	}
	return cJSON_IsString(v) ? clock_parse(v->valuestring) : 0;
}

static struct configuration *one_configuration(const cJSON *v)
{
	struct configuration *c = configuration_new(json_str(v, "Classification", ""));
	const cJSON *p;
	cJSON_ArrayForEach(p, json_obj(v, "Properties"))
		if (cJSON_IsString(p))
			pair_list_set(&c->properties, p->string, p->valuestring);
	emr_decode_configurations(v, "Configurations", &c->configurations);
	return c;
}

void emr_read_configurations(const cJSON *list, struct configuration_list *out)
{
	const cJSON *v;
	cJSON_ArrayForEach(v, list)
		if (cJSON_IsObject(v))
			vec_push(out, one_configuration(v));
}

void emr_decode_configurations(const cJSON *o, const char *member, struct configuration_list *out)
{
	emr_read_configurations(json_arr(o, member), out);
}

/* ---- steps ---- */

static struct step *one_step(const cJSON *v)
{
	struct step *s = step_new();
	const cJSON *jar = json_obj(v, "HadoopJarStep"), *p;
	s->name = xstrdup(json_str(v, "Name", ""));
	int action = names_parse(&step_on_failure_names, json_str(v, "ActionOnFailure", ""));
	s->on_failure = action < 0 ? STEP_TERMINATE_CLUSTER : (enum step_on_failure)action;
	s->jar = xstrdup(json_str(jar, "Jar", ""));
	s->main_class = emr_text(jar, "MainClass");
	emr_decode_strings(jar, "Args", &s->args);
	const cJSON *logs = json_obj(json_obj(v, "StepMonitoringConfiguration"), "S3MonitoringConfiguration");
	s->log_uri = emr_text(logs, "LogUri");
	s->encryption_key = emr_text(logs, "EncryptionKeyArn");
	cJSON_ArrayForEach(p, json_arr(jar, "Properties"))
		if (json_str(p, "Key", NULL))
			pair_list_set(&s->properties, json_str(p, "Key", ""), json_str(p, "Value", ""));
	return s;
}

#define JAR_STEP_CHARS 10240

static size_t chars_of(const char *s)
{
	size_t n = 0;

	for (; s && *s; s++)
		n += ((unsigned char)*s & 0xC0) != 0x80;
	return n;
}

static size_t jar_step_chars(const struct step *s)
{
	size_t n = chars_of(s->jar) + chars_of(s->main_class);

	for (size_t i = 0; i < s->args.len; i++)
		n += chars_of(s->args.items[i]);
	for (size_t i = 0; i < s->properties.len; i++)
		n += chars_of(s->properties.items[i].key) + chars_of(s->properties.items[i].value);
	return n;
}

int emr_decode_steps(const cJSON *in, struct step_list *out, struct error *err)
{
	const cJSON *v;
	cJSON_ArrayForEach(v, json_arr(in, "Steps")) {
		struct step *s = one_step(v);
		vec_push(out, s);
		s->execution_role_arn = emr_text(in, "ExecutionRoleArn");
		if (!s->jar[0])
			return emr_error_validation(err, "Step '%.200s' names no jar.", s->name);
		if (jar_step_chars(s) > JAR_STEP_CHARS)
			return emr_error_validation(err, "The strings in the HadoopJarStep of step '%.200s' have more than %d "
			                            "characters.", s->name, JAR_STEP_CHARS);
	}
	return 0;
}

void emr_steps_free(struct step_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		step_free(l->items[i]);
	vec_free(l);
}

/* ---- groups ---- */

void emr_decode_ebs(const cJSON *ebs, struct ebs_volume_list *out, bool *optimized)
{
	const cJSON *v;
	*optimized = json_bool(ebs, "EbsOptimized", false);
	cJSON_ArrayForEach(v, json_arr(ebs, "EbsBlockDeviceConfigs")) {
		const cJSON *spec = json_obj(v, "VolumeSpecification");
		struct ebs_volume e = {
			.type = emr_text(spec, "VolumeType"), .size_gb = json_int32(spec, "SizeInGB", 0),
			.iops = json_int32(spec, "Iops", 0), .throughput = json_int32(spec, "Throughput", 0),
			.per_instance = json_int32(v, "VolumesPerInstance", 1)
		};
		vec_push(out, e);
	}
}

static struct instance_group *one_group(const cJSON *v)
{
	struct instance_group *g = instance_group_new();
	int role = names_parse(&instance_role_names, json_str(v, "InstanceRole", ""));
	int market = names_parse(&market_names, json_str(v, "Market", ""));
	g->role = role < 0 ? ROLE_TASK : (enum instance_role)role;
	g->market = market < 0 ? MARKET_ON_DEMAND : (enum market)market;
	g->name = emr_text(v, "Name");
	g->bid_price = emr_text(v, "BidPrice");
	g->type = xstrdup(json_str(v, "InstanceType", ""));
	g->requested = json_int32(v, "InstanceCount", 0);
	g->custom_ami_id = emr_text(v, "CustomAmiId");
	emr_decode_configurations(v, "Configurations", &g->configurations);
	emr_decode_ebs(json_obj(v, "EbsConfiguration"), &g->ebs, &g->ebs_optimized);
	return g;
}

int emr_decode_groups(const cJSON *in, struct group_list *out, struct error *err)
{
	int rc = 0;
	const cJSON *v;
	cJSON_ArrayForEach(v, json_arr(in, "InstanceGroups")) {
		struct instance_group *g = one_group(v);
		vec_push(out, g);
		if ((rc = emr_check_group(g, err)))
			break;
	}
	return rc;
}

void emr_groups_free(struct group_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		instance_group_free(l->items[i]);
	vec_free(l);
}

static void one_change(const cJSON *v, struct emr_group_change *c)
{
	const cJSON *shrink = json_obj(v, "ShrinkPolicy"), *policy = json_obj(shrink, "InstanceResizePolicy");
	c->group_id = xstrdup(json_str(v, "InstanceGroupId", ""));
	c->count = json_int32(v, "InstanceCount", -1);
	emr_decode_strings(v, "EC2InstanceIdsToTerminate", &c->terminate);
	emr_decode_strings(policy, "InstancesToTerminate", &c->shrink_first);
	emr_decode_strings(policy, "InstancesToProtect", &c->protect);
	c->decommission_timeout_s = json_int32(shrink, "DecommissionTimeout", -1);
	c->reconfigure = json_arr(v, "Configurations");
	c->merge = strcmp(json_str(v, "ReconfigurationType", ""), "MERGE") == 0;
	emr_decode_configurations(v, "Configurations", &c->configurations);
}

int emr_decode_modify_groups(const cJSON *in, struct emr_group_changes *out, struct error *err)
{
	const cJSON *v;
	cJSON_ArrayForEach(v, json_arr(in, "InstanceGroups")) {
		struct emr_group_change c = { 0 };
		one_change(v, &c);
		vec_push(out, c);
		if (json_int(v, "InstanceCount", 0) < 0)
			return emr_error_validation(err, "Instance group %.200s: the instance count cannot be negative.",
			                            c.group_id);
	}
	return 0;
}

void emr_group_changes_free(struct emr_group_changes *l)
{
	for (size_t i = 0; i < l->len; i++) {
		struct emr_group_change *c = &l->items[i];
		free(c->group_id);
		str_list_free(&c->terminate);
		str_list_free(&c->shrink_first);
		str_list_free(&c->protect);
		configuration_list_free(&c->configurations);
	}
	vec_free(l);
}
