/* AddTags, RemoveTags: on clusters and studios, named by their id or their ARN. */
#include "core/base/json.h"
#include "core/control/emr/emr_part.h"

#define TAGS_MAX 50

int emr_check_tags(const cJSON *tags, struct error *err)
{
	const cJSON *v;
	int rc, n = cJSON_GetArraySize(tags);

	cJSON_ArrayForEach(v, tags)
		if ((rc = emr_check_tag(json_str(v, "Key", ""), json_str(v, "Value", ""), err)))
			return rc;
	return n <= TAGS_MAX ? 0 : emr_error_invalid_request(err, NULL, "Nothing can have more than %d tags.", TAGS_MAX);
}

static int change(struct pair_list *tags, const cJSON *in, struct error *err)
{
	const cJSON *v;

	cJSON_ArrayForEach(v, json_arr(in, "Tags"))
		pair_list_set(tags, json_str(v, "Key", ""), json_str(v, "Value", ""));
	cJSON_ArrayForEach(v, json_arr(in, "TagKeys"))
		if (cJSON_IsString(v))
			pair_list_remove(tags, v->valuestring);   /* one that is not there is no error */
	if (tags->len > TAGS_MAX)
		return emr_error_invalid_request(err, NULL, "Nothing can have more than %d tags.", TAGS_MAX);
	return 0;
}

/* ---- studios: their tags are in their document ---- */

void emr_studio_tags(struct control *ctl, const char *region, const char *id, struct pair_list *out)
{
	const cJSON *doc = emr_doc_get(emr_state(ctl)->studios, region, id), *v;

	cJSON_ArrayForEach(v, json_arr(doc, "Tags"))
		pair_list_set(out, json_str(v, "Key", ""), json_str(v, "Value", ""));
}

static int change_studio(struct control *ctl, const char *id, const cJSON *in, const struct call *call,
                         struct error *err)
{
	const cJSON *was = emr_doc_get(emr_state(ctl)->studios, call->region, id);
	struct pair_list tags = { 0 };
	int rc;

	if (!was)
		return emr_error_invalid_request(err, NULL, "Studio does not exist.");
	emr_studio_tags(ctl, call->region, id, &tags);
	if (!(rc = change(&tags, in, err))) {
		cJSON *doc = cJSON_Duplicate(was, true), *list = cJSON_CreateArray();
		for (size_t i = 0; i < tags.len; i++)
			cJSON_AddItemToArray(list, json_add_str(json_add_str(cJSON_CreateObject(), "Key", tags.items[i].key),
			                                        "Value", tags.items[i].value));
		cJSON_DeleteItemFromObjectCaseSensitive(doc, "Tags");
		json_add(doc, "Tags", list);
		emr_doc_put(ctl, emr_state(ctl)->studios, KIND_STUDIO, call->region, id, doc);
		event_add(ctl, SEVERITY_INFO, NULL, id, "Stoker Setting Change", "Tags of studio %s were changed", id);
	}
	pair_list_free(&tags);
	return rc;
}

/* ---- clusters ---- */

static int change_cluster(struct control *ctl, const char *id, const cJSON *in, struct call *call, struct error *err)
{
	struct cluster *c = op_find(ctl, id);
	struct pair_list tried = { 0 };
	int rc;

	if (!c)
		return emr_error_no_cluster(err, json_str(in, "ResourceId", ""));
	if (cluster_state_ended(c->state))
		return emr_error_invalid_request(err, NULL, "Tags cannot be modified on terminated clusters.");
	for (size_t i = 0; i < c->tags.len; i++)
		pair_list_set(&tried, c->tags.items[i].key, c->tags.items[i].value);
	if (!(rc = change(&tried, in, err))) {
		emr_cluster_changes(ctl, c, call);
		pair_list_free(&c->tags);
		c->tags = tried;
		tried = (struct pair_list){ 0 };
	}
	pair_list_free(&tried);
	return rc;
}

/* Both operations: what is added has Tags, what is removed TagKeys. */
static int change_tags(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *id = emr_id_of(json_str(in, "ResourceId", ""));
	int rc = emr_check_tags(json_arr(in, "Tags"), err);

	(void)out;
	if (rc)
		return rc;
	return !strncmp(id, EMR_STUDIO_PREFIX, strlen(EMR_STUDIO_PREFIX)) ? change_studio(ctl, id, in, call, err)
	       : change_cluster(ctl, id, in, call, err);
}

const struct op emr_tag_ops[] = {
	{ "ElasticMapReduce.AddTags", change_tags },
	{ "ElasticMapReduce.RemoveTags", change_tags },
	{ NULL, NULL },
};
