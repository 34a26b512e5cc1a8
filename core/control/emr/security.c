/* Security configurations: JSON documents with a name, kept and shown. The embedded cluster has nothing that
 * they would switch on, but a cluster may only name one that exists. */
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/emr/emr_part.h"

static int missing(struct error *err, const char *name)
{
	return emr_error_invalid_request(err, "ResourceNotFound",
	                                 "Security configuration with name '%.200s' does not exist.", name);
}

static int check_body(const char *text, struct error *err)
{
	struct error why = ERROR_INIT;
	cJSON *v = json_parse(text, strlen(text), &why);
	bool object = cJSON_IsObject(v);

	cJSON_Delete(v);
	if (object)
		return 0;
	return emr_error_invalid_request(err, NULL, "The security configuration is not a JSON object%s%.200s.",
	                                 v ? "" : ": ", v ? "" : why.message);
}

static int create(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *name = json_str(in, "Name", ""), *body = json_str(in, "SecurityConfiguration", "");
	struct map *all = emr_state(ctl)->security;
	int64_t now = clock_now_ms();
	int rc;

	if (!*name)
		return emr_error_invalid_request(err, NULL, "A security configuration must have a name.");
	if (emr_doc_get(all, call->region, name))
		return emr_error_invalid_request(err, NULL, "SecurityConfiguration with name '%.200s' already exists.",
		                                 name);
	if ((rc = check_body(body, err)))
		return rc;
	cJSON *doc = json_add_str(cJSON_CreateObject(), "Name", name);
	json_add_str(doc, "SecurityConfiguration", body);
	json_add_time(doc, "CreationDateTime", now);
	emr_doc_put(ctl, all, KIND_SECURITY, call->region, name, doc);
	json_add_str(out, "Name", name);
	json_add_time(out, "CreationDateTime", now);
	return 0;
}

static int describe(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *name = json_str(in, "Name", "");
	const cJSON *doc = emr_doc_get(emr_state(ctl)->security, call->region, name);

	if (!doc)
		return missing(err, name);
	json_add_str(out, "Name", name);
	json_add_str(out, "SecurityConfiguration", json_str(doc, "SecurityConfiguration", ""));
	json_add_num(out, "CreationDateTime", json_num(doc, "CreationDateTime", 0));
	return 0;
}

static int drop(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *name = json_str(in, "Name", "");
	struct map *all = emr_state(ctl)->security;

	(void)out;
	if (!emr_doc_get(all, call->region, name))
		return missing(err, name);
	emr_doc_drop(ctl, all, KIND_SECURITY, call->region, name);
	return 0;
}

static int list(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	static const char *const shown[] = { "Name", "CreationDateTime", NULL };
	struct emr_docs docs = { 0 };

	emr_docs_of(emr_state(ctl)->security, call->region, &docs);
	return emr_answer_page(in, "ListSecurityConfigurations", &docs, "SecurityConfigurations", shown, out, err);
}

int emr_check_security(struct control *ctl, const struct cluster *c, const char *region, struct error *err)
{
	if (c->security_configuration &&
	    !emr_doc_get(emr_state(ctl)->security, region, c->security_configuration))
		return emr_error_validation(err, "Security configuration with name '%.200s' does not exist.",
		                            c->security_configuration);
	return 0;
}

const struct op emr_security_ops[] = {
	{ "ElasticMapReduce.CreateSecurityConfiguration", create },
	{ "ElasticMapReduce.DescribeSecurityConfiguration", describe },
	{ "ElasticMapReduce.DeleteSecurityConfiguration", drop },
	{ "ElasticMapReduce.ListSecurityConfigurations", list },
	{ NULL, NULL },
};
