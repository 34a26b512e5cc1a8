/* Block public access: one setting per region. Nothing here opens ports to the public; the setting is kept for
 * the tools that manage it. */
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/emr/emr_part.h"

#define CONFIGURATION "BlockPublicAccessConfiguration"
#define METADATA "BlockPublicAccessConfigurationMetadata"

static cJSON *metadata(const struct call *call, int64_t time)
{
	char *arn = emr_user_arn(call);
	cJSON *o = json_add_time(cJSON_CreateObject(), "CreationDateTime", time);

	json_add_str(o, "CreatedByArn", arn);
	free(arn);
	return o;
}

/* What a region has before anybody said otherwise: closed, except for SSH. */
static void add_default(const struct control *ctl, const struct call *call, cJSON *out)
{
	struct call owner = { .local = true };
	cJSON *o = json_add_bool(cJSON_CreateObject(), "BlockPublicSecurityGroupRules", true);
	cJSON *a = cJSON_AddArrayToObject(o, "PermittedPublicSecurityGroupRuleRanges");

	memcpy(owner.region, call->region, sizeof owner.region);
	cJSON_AddItemToArray(a, json_add_int(json_add_int(cJSON_CreateObject(), "MinRange", 22), "MaxRange", 22));
	json_add(out, CONFIGURATION, o);
	json_add(out, METADATA, metadata(&owner, ctl->started_at));
}

static int get(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const cJSON *doc = emr_doc_get(emr_state(ctl)->public_access, call->region, "");

	(void)in;
	(void)err;
	if (!doc) {
		add_default(ctl, call, out);
		return 0;
	}
	json_add(out, CONFIGURATION, cJSON_Duplicate(json_obj(doc, CONFIGURATION), true));
	json_add(out, METADATA, cJSON_Duplicate(json_obj(doc, METADATA), true));
	return 0;
}

static int check_ranges(const cJSON *conf, struct error *err)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, json_arr(conf, "PermittedPublicSecurityGroupRuleRanges")) {
		int64_t from = json_int(v, "MinRange", 0), to = json_int(v, "MaxRange", from);
		if (to < from)
			return emr_error_invalid_request(err, NULL, "The port range %lld-%lld is not valid: MinRange must "
			                                 "not be above MaxRange.", (long long)from, (long long)to);
	}
	return 0;
}

static int put(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const cJSON *conf = json_obj(in, CONFIGURATION), *v;
	int rc = check_ranges(conf, err);

	(void)out;
	if (rc)
		return rc;
	cJSON *kept = json_add_bool(cJSON_CreateObject(), "BlockPublicSecurityGroupRules",
	                            json_bool(conf, "BlockPublicSecurityGroupRules", true));
	cJSON *a = cJSON_AddArrayToObject(kept, "PermittedPublicSecurityGroupRuleRanges");
	cJSON_ArrayForEach(v, json_arr(conf, "PermittedPublicSecurityGroupRuleRanges")) {
		int64_t from = json_int(v, "MinRange", 0);
		cJSON *range = json_add_int(cJSON_CreateObject(), "MinRange", from);
		cJSON_AddItemToArray(a, json_add_int(range, "MaxRange", json_int(v, "MaxRange", from)));
	}
	cJSON *doc = json_add(cJSON_CreateObject(), CONFIGURATION, kept);
	json_add(doc, METADATA, metadata(call, clock_now_ms()));
	emr_doc_put(ctl, emr_state(ctl)->public_access, KIND_PUBLIC_ACCESS, call->region, "", doc);
	return 0;
}

const struct op emr_public_access_ops[] = {
	{ "ElasticMapReduce.GetBlockPublicAccessConfiguration", get },
	{ "ElasticMapReduce.PutBlockPublicAccessConfiguration", put },
	{ NULL, NULL },
};
