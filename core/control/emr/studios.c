/* Studios, and which identities are mapped to them: recorded, shown, changed, tagged and deleted, so that what sets
 * them up (Terraform, scripts) works. There is no workspace behind them, and so they have no Url. Identities are
 * what a client says: nothing here knows users and groups, and so a mapping that was made with a name is found by
 * that name and not by an id. */
#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/control/emr/emr_part.h"

/* As EMR has it, for an account in a region. */
#define STUDIOS_MAX 100
#define SUBNETS_MAX 5
#define USERS_MAX 100
#define GROUPS_MAX 5

/* Ends with NULL each. */
static const char *const kept[] = {
	"Name", "Description", "AuthMode", "VpcId", "SubnetIds", "ServiceRole", "UserRole", "WorkspaceSecurityGroupId",
	"EngineSecurityGroupId", "DefaultS3Location", "IdpAuthUrl", "IdpRelayStateParameterName", "Tags",
	"TrustedIdentityPropagationEnabled", "IdcUserAssignment", "IdcInstanceArn", "EncryptionKeyArn", NULL
};
static const char *const changeable[] = {
	"Name", "Description", "SubnetIds", "DefaultS3Location", "EncryptionKeyArn", NULL
};
static const char *const summary[] = { "StudioId", "Name", "VpcId", "Description", "AuthMode", "CreationTime", NULL };
static const char *const mapping_summary[] = {
	"StudioId", "IdentityId", "IdentityName", "IdentityType", "SessionPolicyArn", "CreationTime", NULL
};

/* The studio that the request names, or NULL with the error. */
static const cJSON *studio_of(struct control *ctl, const cJSON *in, const struct call *call, struct error *err)
{
	const cJSON *doc = emr_doc_get(emr_state(ctl)->studios, call->region, json_str(in, "StudioId", ""));

	if (!doc)
		emr_error_invalid_request(err, NULL, "Studio does not exist.");
	return doc;
}

static int check_subnets(const cJSON *in, struct error *err)
{
	const cJSON *subnets = json_arr(in, "SubnetIds");
	int n = cJSON_GetArraySize(subnets);

	if (subnets && (n < 1 || n > SUBNETS_MAX))
		return emr_error_invalid_request(err, NULL, "A studio has 1 to %d subnets, not %d.", SUBNETS_MAX, n);
	return 0;
}

static int check_studio(struct control *ctl, const cJSON *in, const struct call *call, struct error *err)
{
	struct emr_docs docs = { 0 };
	int rc = check_subnets(in, err);

	if (!rc && !*json_str(in, "Name", ""))
		rc = emr_error_invalid_request(err, NULL, "A studio must have a name.");
	if (!rc)
		rc = emr_check_tags(json_arr(in, "Tags"), err);
	emr_docs_of(emr_state(ctl)->studios, call->region, &docs);
	if (!rc && docs.len >= STUDIOS_MAX)
		rc = emr_error_invalid_request(err, NULL, "There cannot be more than %d studios: delete one first.",
		                               STUDIOS_MAX);
	vec_free(&docs);
	return rc;
}

static int create(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	char id[MODEL_ID_SIZE];
	int rc = check_studio(ctl, in, call, err);

	if (rc)
		return rc;
	id_make(id, sizeof id, EMR_STUDIO_PREFIX, 25);
	cJSON *doc = emr_members(in, kept);
	char *arn = emr_arn("studio", id, call->region);
	json_add_str(json_add_str(doc, "StudioId", id), "StudioArn", arn);
	free(arn);
	json_add_time(doc, "CreationTime", clock_now_ms());
	emr_doc_put(ctl, emr_state(ctl)->studios, KIND_STUDIO, call->region, id, doc);
	json_add_str(out, "StudioId", id);
	return 0;
}

static int update(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const cJSON *was = studio_of(ctl, in, call, err);
	int rc = was ? check_subnets(in, err) : err->code;

	(void)out;
	if (rc)
		return rc;
	cJSON *doc = cJSON_Duplicate(was, true);
	for (size_t i = 0; changeable[i]; i++) {
		const cJSON *v = cJSON_GetObjectItemCaseSensitive(in, changeable[i]);
		if (!v || cJSON_IsNull(v))
			continue;
		cJSON_DeleteItemFromObjectCaseSensitive(doc, changeable[i]);
		json_add(doc, changeable[i], cJSON_Duplicate(v, true));
	}
	emr_doc_put(ctl, emr_state(ctl)->studios, KIND_STUDIO, call->region, json_str(in, "StudioId", ""), doc);
	return 0;
}

static int describe(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const cJSON *doc = studio_of(ctl, in, call, err);

	if (!doc)
		return err->code;
	json_add(out, "Studio", cJSON_Duplicate(doc, true));
	return 0;
}

static int list(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct emr_docs docs = { 0 };

	emr_docs_of(emr_state(ctl)->studios, call->region, &docs);
	return emr_answer_page(in, "ListStudios", &docs, "Studios", summary, out, err);
}

/* ---- session mappings ---- */

/* Those of a studio, or of all when it is NULL; of a type of identity, or of both. */
static void mappings_of(struct control *ctl, const char *region, const char *studio, const char *type,
                        struct emr_docs *out)
{
	struct emr_docs all = { 0 };

	emr_docs_of(emr_state(ctl)->mappings, region, &all);
	for (size_t i = 0; i < all.len; i++)
		if ((!studio || !strcmp(studio, json_str(all.items[i]->body, "StudioId", ""))) &&
		    (!type || !strcmp(type, json_str(all.items[i]->body, "IdentityType", ""))))
			vec_push(out, all.items[i]);
	vec_free(&all);
}

static int drop(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *id = json_str(in, "StudioId", "");
	struct emr_docs docs = { 0 };

	(void)out;
	if (!studio_of(ctl, in, call, err))
		return err->code;
	mappings_of(ctl, call->region, id, NULL, &docs);
	for (size_t i = 0; i < docs.len; i++)
		emr_doc_drop(ctl, emr_state(ctl)->mappings, KIND_MAPPING, call->region, docs.items[i]->id);
	vec_free(&docs);
	emr_doc_drop(ctl, emr_state(ctl)->studios, KIND_STUDIO, call->region, id);
	return 0;
}

/* The id of the mapping's document, free(); NULL with the error when the request names no studio that there is, or not
 * one identity. Terraform sends "" for the one of id and name that it does not use. */
static char *mapping_id(struct control *ctl, const cJSON *in, const struct call *call, struct error *err)
{
	const char *id = json_str(in, "IdentityId", ""), *name = json_str(in, "IdentityName", "");

	if (!studio_of(ctl, in, call, err))
		return NULL;
	if (!*id == !*name) {
		emr_error_invalid_request(err, NULL, "Give one of IdentityId and IdentityName%s.", *id ? ", not both" : "");
		return NULL;
	}
	return xasprintf("%s/%s/%s/%s", json_str(in, "StudioId", ""), json_str(in, "IdentityType", ""),
	                 *id ? "id" : "name", *id ? id : name);
}

/* The same, and the document; NULL with the error when there is none. */
static const cJSON *mapping(struct control *ctl, const cJSON *in, const struct call *call, char **id,
                            struct error *err)
{
	*id = mapping_id(ctl, in, call, err);
	const cJSON *doc = *id ? emr_doc_get(emr_state(ctl)->mappings, call->region, *id) : NULL;

	if (!doc && *id)
		emr_error_invalid_request(err, NULL, "Studio session mapping does not exist.");
	return doc;
}

static void put_mapping(struct control *ctl, const cJSON *in, const struct call *call, const char *id, double born)
{
	int64_t now = clock_now_ms();
	cJSON *doc = cJSON_CreateObject();

	for (size_t i = 0; mapping_summary[i]; i++)
		if (*json_str(in, mapping_summary[i], ""))
			json_add_str(doc, mapping_summary[i], json_str(in, mapping_summary[i], ""));
	if (born > 0)
		json_add_num(doc, "CreationTime", born);
	else
		json_add_time(doc, "CreationTime", now);
	json_add_time(doc, "LastModifiedTime", now);
	emr_doc_put(ctl, emr_state(ctl)->mappings, KIND_MAPPING, call->region, id, doc);
}

static int create_mapping(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *type = json_str(in, "IdentityType", "");
	char *id = mapping_id(ctl, in, call, err);
	size_t most = strcmp(type, "GROUP") ? USERS_MAX : GROUPS_MAX;
	struct emr_docs docs = { 0 };
	int rc = 0;

	(void)out;
	if (!id)
		return err->code;
	mappings_of(ctl, call->region, json_str(in, "StudioId", ""), type, &docs);
	if (emr_doc_get(emr_state(ctl)->mappings, call->region, id))
		rc = emr_error_invalid_request(err, NULL, "Studio session mapping already exists.");
	else if (docs.len >= most)
		rc = emr_error_invalid_request(err, NULL, "A studio cannot have more than %zu mappings of the type %s: delete "
		                               "one first.", most, type);
	else
		put_mapping(ctl, in, call, id, 0);
	vec_free(&docs);
	free(id);
	return rc;
}

static int update_mapping(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	char *id;
	const cJSON *was = mapping(ctl, in, call, &id, err);

	(void)out;
	if (was)
		put_mapping(ctl, in, call, id, json_num(was, "CreationTime", 0));
	free(id);
	return was ? 0 : err->code;
}

static int get_mapping(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	char *id;
	const cJSON *doc = mapping(ctl, in, call, &id, err);

	if (doc)
		json_add(out, "SessionMapping", cJSON_Duplicate(doc, true));
	free(id);
	return doc ? 0 : err->code;
}

static int drop_mapping(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	char *id;
	bool there = mapping(ctl, in, call, &id, err);

	(void)out;
	if (there)
		emr_doc_drop(ctl, emr_state(ctl)->mappings, KIND_MAPPING, call->region, id);
	free(id);
	return there ? 0 : err->code;
}

static int list_mappings(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *studio = json_str(in, "StudioId", NULL);
	struct emr_docs docs = { 0 };

	if (studio && !studio_of(ctl, in, call, err))
		return err->code;
	mappings_of(ctl, call->region, studio, json_str(in, "IdentityType", NULL), &docs);
	return emr_answer_page(in, "ListStudioSessionMappings", &docs, "SessionMappings", mapping_summary, out, err);
}

const struct op emr_studio_ops[] = {
	{ "ElasticMapReduce.CreateStudio", create },
	{ "ElasticMapReduce.UpdateStudio", update },
	{ "ElasticMapReduce.DescribeStudio", describe },
	{ "ElasticMapReduce.ListStudios", list },
	{ "ElasticMapReduce.DeleteStudio", drop },
	{ "ElasticMapReduce.CreateStudioSessionMapping", create_mapping },
	{ "ElasticMapReduce.UpdateStudioSessionMapping", update_mapping },
	{ "ElasticMapReduce.GetStudioSessionMapping", get_mapping },
	{ "ElasticMapReduce.DeleteStudioSessionMapping", drop_mapping },
	{ "ElasticMapReduce.ListStudioSessionMappings", list_mappings },
	{ NULL, NULL },
};
