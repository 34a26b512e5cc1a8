/* Named policy documents. They are read when they are put and once at each start; a key names them. */
#include <ctype.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/log.h"
#include "core/control/access/access.h"

#define KIND "policy"
#define NAME_MAX_BYTES 128

static void named_free(void *v)
{
	struct named_policy *p = v;

	if (!p)
		return;
	policy_free(p->compiled);
	free(p->name);
	free(p->text);
	free(p);
}

void policies_free(struct access *a)
{
	if (a->policies)
		map_free(a->policies, named_free);
	a->policies = NULL;
}

static void keep(struct access *a, const char *name, const char *text, int64_t updated, struct policy *compiled)
{
	struct named_policy *p = xcalloc(1, sizeof *p);

	*p = (struct named_policy){ xstrdup(name), xstrdup(text), updated, compiled };
	named_free(map_set(a->policies, name, p));
}

static void load_one(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	const char *text = json_str(body, "PolicyDocument", "");
	struct policy *compiled = NULL;
	struct error err = ERROR_INIT;

	(void)ctl;
	(void)region;
	if (policy_parse(text, strlen(text), &compiled, &err))
		log_error("the policy %s cannot be read, its keys may do nothing: %s", id, err.message);
	keep(ctx, id, text, json_int(body, "UpdatedAt", 0), compiled);
}

int policies_load(struct control *ctl, struct error *err)
{
	struct access *a = access_of(ctl);

	policies_free(a);
	a->policies = map_new();
	return docs_each(ctl, KIND, load_one, a, err);
}

static int read_name(const cJSON *in, const char **out, struct error *err)
{
	const char *name = json_str(in, "PolicyName", "");
	size_t n = strlen(name);
	bool good = n > 0 && n <= NAME_MAX_BYTES;

	for (size_t i = 0; i < n; i++)
		good &= isalnum((unsigned char)name[i]) || strchr("_+=,.@-", name[i]);
	if (!good)
		return emr_error_validation(err, "PolicyName must have 1 to %d letters, digits or any of _+=,.@-",
		                            NAME_MAX_BYTES);
	*out = name;
	return 0;
}

/* As IAM's clients send it, a text; or, for people who write JSON by hand, the object itself. */
static int read_document(const cJSON *in, char **text, struct policy **compiled, struct error *err)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(in, "PolicyDocument");

	if (cJSON_IsString(v)) {
		int ret = policy_parse(v->valuestring, strlen(v->valuestring), compiled, err);
		*text = ret ? NULL : xstrdup(v->valuestring);
		return ret;
	}
	if (!cJSON_IsObject(v))
		return emr_error_validation(err, "PolicyDocument is missing: a JSON object with Version and Statement, or "
		                            "its text");
	*text = json_print(v);
	return policy_parse(*text, strlen(*text), compiled, err);
}

int op_put_policy(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct access *a = access_of(ctl);
	struct policy *compiled = NULL;
	const char *name = NULL;
	char *text = NULL;
	int ret = read_name(in, &name, err);

	(void)out;
	(void)call;
	if (!ret)
		ret = read_document(in, &text, &compiled, err);
	if (!ret) {
		int64_t now = clock_now_ms();
		cJSON *body = json_add_str(cJSON_CreateObject(), "PolicyDocument", text);
		access_event(ctl, name, EVENT_POLICY, "Policy %s was %s", name,
		          map_has(a->policies, name) ? "changed" : "made");
		json_add_int(body, "UpdatedAt", now);
		doc_put(ctl, KIND, "", name, body);
		cJSON_Delete(body);
		keep(a, name, text, now, compiled);
	}
	free(text);
	return ret;
}

static void add_holders(const struct access *a, const char *policy, cJSON *list)
{
	size_t it = 0;
	void *v;

	while (map_next(a->keys, &it, NULL, &v)) {
		const struct key *k = v;
		if (str_list_has(&k->policies, policy))
			cJSON_AddItemToArray(list, cJSON_CreateString(k->id));
	}
}

int op_list_policies(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const struct access *a = access_of(ctl);
	cJSON *list = cJSON_CreateArray();
	size_t it = 0;
	void *v;

	(void)in;
	(void)call;
	(void)err;
	while (map_next(a->policies, &it, NULL, &v)) {
		const struct named_policy *p = v;
		cJSON *o = json_add_str(cJSON_CreateObject(), "PolicyName", p->name), *keys = cJSON_CreateArray();
		json_add_str(o, "PolicyDocument", p->text);
		json_add_time(o, "UpdatedAt", p->updated);
		add_holders(a, p->name, keys);
		json_add(o, "Keys", keys);
		cJSON_AddItemToArray(list, o);
	}
	json_add(out, "Policies", list);
	return 0;
}

int op_delete_policy(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	const char *name = json_str(in, "PolicyName", "");
	struct access *a = access_of(ctl);
	cJSON *holders = cJSON_CreateArray();
	int ret = 0;

	(void)out;
	(void)call;
	add_holders(a, name, holders);
	if (!map_has(a->policies, name))
		ret = emr_error(err, "NoSuchEntityException", "There is no policy '%.100s'", name);
	else if (cJSON_GetArraySize(holders))
		ret = emr_error(err, "DeleteConflictException", "The policy %s is in use by the key %s%s: take it from its "
		                "keys first", name, cJSON_GetArrayItem(holders, 0)->valuestring,
		                cJSON_GetArraySize(holders) > 1 ? " and others" : "");
	cJSON_Delete(holders);
	if (ret)
		return ret;
	access_event(ctl, name, EVENT_POLICY, "Policy %s was deleted", name);
	doc_drop(ctl, KIND, "", name);
	named_free(map_remove(a->policies, name));
	return 0;
}
