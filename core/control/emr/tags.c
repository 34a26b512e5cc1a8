/* AddTags, RemoveTags: on clusters, named by their id or their ARN. */
#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/control/emr/emr_part.h"

#define TAGS_MAX 50

static struct cluster *resource(struct control *ctl, const cJSON *in, struct error *err)
{
	const char *id = json_str(in, "ResourceId", ""), *in_arn = strstr(id, ":cluster/");
	struct cluster *c = op_find(ctl, in_arn ? in_arn + strlen(":cluster/") : id);

	if (!c)
		emr_error_no_cluster(err, id);
	else if (cluster_state_ended(c->state))
		emr_error_invalid_request(err, NULL, "Tags cannot be modified on terminated clusters.");
	else
		return c;
	return NULL;
}

static int check_tags(const struct cluster *c, const cJSON *in, struct error *err)
{
	const cJSON *v;
	size_t n = c->tags.len;
	int rc;

	cJSON_ArrayForEach(v, json_arr(in, "Tags")) {
		const char *key = json_str(v, "Key", "");
		if ((rc = emr_check_tag(key, json_str(v, "Value", ""), err)))
			return rc;
		n += !pair_list_get(&c->tags, key);
	}
	if (n > TAGS_MAX)
		return emr_error_invalid_request(err, NULL, "A cluster cannot have more than %d tags.", TAGS_MAX);
	return 0;
}

static int add_tags(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = resource(ctl, in, err);
	const cJSON *v;
	int rc;

	(void)out;
	if (!c)
		return err->code;
	if ((rc = check_tags(c, in, err)))
		return rc;
	emr_cluster_changes(ctl, c, call);
	cJSON_ArrayForEach(v, json_arr(in, "Tags"))
		pair_list_set(&c->tags, json_str(v, "Key", ""), json_str(v, "Value", ""));
	return 0;
}

static int remove_tags(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct cluster *c = resource(ctl, in, err);
	const cJSON *v;

	(void)out;
	if (!c)
		return err->code;
	emr_cluster_changes(ctl, c, call);
	cJSON_ArrayForEach(v, json_arr(in, "TagKeys"))
		if (cJSON_IsString(v))
			pair_list_remove(&c->tags, v->valuestring);   /* one that is not there is no error */
	return 0;
}

const struct op emr_tag_ops[] = {
	{ "ElasticMapReduce.AddTags", add_tags },
	{ "ElasticMapReduce.RemoveTags", remove_tags },
	{ NULL, NULL },
};
