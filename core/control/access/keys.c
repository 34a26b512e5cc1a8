/* Access keys. A key is a document; the one of credentials.json is the owner's, is no document, and stays. */
#include <ctype.h>
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/control/access/access.h"

#define KIND "key"
#define POLICIES_MAX 10
#define ID_MIN 3
#define ID_MAX 63
#define SECRET_MIN 8
#define SECRET_MAX 128
#define SAVE_MS 60000

bool key_is_owners(const struct control *ctl, const char *id)
{
	return *id && !strcmp(id, ctl->access_key);
}

static void key_free(void *p)
{
	struct key *k = p;

	if (k && k->secret)
		explicit_bzero(k->secret, strlen(k->secret));
	if (!k)
		return;
	free(k->secret);
	str_list_free(&k->policies);
	free(k);
}

void keys_free(struct access *a)
{
	if (a->keys)
		map_free(a->keys, key_free);
	a->keys = NULL;
}

/* ---- documents ---- */

static void load_one(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	struct access *a = ctx;
	struct key *k = xcalloc(1, sizeof *k);
	int role = names_parse(&role_names, json_str(body, "Role", "none"));

	(void)ctl;
	(void)region;
	snprintf(k->id, sizeof k->id, "%s", id);
	snprintf(k->user, sizeof k->user, "%s", json_str(body, "UserName", id));
	k->secret = xstrdup(json_str(body, "SecretAccessKey", ""));
	k->role = role < 0 ? ROLE_NONE : (enum role)role;
	emr_decode_strings(body, "PolicyNames", &k->policies);
	k->active = !strcmp(json_str(body, "Status", ""), "Active") && *k->secret;
	k->created = json_int(body, "CreatedAt", 0);
	k->used = json_int(body, "LastUsedAt", 0);
	key_free(map_set(a->keys, k->id, k));
}

int keys_load(struct control *ctl, struct error *err)
{
	struct access *a = access_of(ctl), old = { .keys = a->keys };
	size_t it = 0;
	void *v;

	a->keys = map_new();
	int ret = docs_each(ctl, KIND, load_one, a, err);
	while (old.keys && map_next(old.keys, &it, NULL, &v)) {
		const struct key *was = v;
		struct key *k = was->used_unsaved ? map_get(a->keys, was->id) : NULL;
		if (!k)
			continue;
		k->used = was->used; /* no document has it yet */
		k->used_unsaved = true;
	}
	keys_free(&old);
	return ret;
}

static cJSON *strings(const struct str_list *l)
{
	cJSON *a = cJSON_CreateArray();

	for (size_t i = 0; i < l->len; i++)
		cJSON_AddItemToArray(a, cJSON_CreateString(l->items[i]));
	return a;
}

static void save(struct control *ctl, const struct key *k)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "SecretAccessKey", k->secret);

	json_add_str(o, "UserName", k->user);
	json_add_str(o, "Role", names_get(&role_names, (int)k->role));
	json_add(o, "PolicyNames", strings(&k->policies));
	json_add_str(o, "Status", k->active ? "Active" : "Inactive");
	json_add_int(o, "CreatedAt", k->created);
	json_add_int(o, "LastUsedAt", k->used);
	doc_put(ctl, KIND, "", k->id, o);
	cJSON_Delete(o);
}

/* When a key was last used is kept, but is worth no commit of its own. */
void key_used(struct control *ctl, struct key *k)
{
	struct access *a = access_of(ctl);

	k->used = clock_now_ms();
	k->used_unsaved = true;
	if (!a->save_at)
		a->save_at = k->used + SAVE_MS;
}

void keys_save_used(struct control *ctl)
{
	size_t it = 0;
	void *v;

	while (map_next(access_of(ctl)->keys, &it, NULL, &v)) {
		struct key *k = v;
		if (k->used_unsaved)
			save(ctl, k);
		k->used_unsaved = false;
	}
}

/* ---- who signs ---- */

const char *control_secret(struct control *ctl, const char *access_key, const char **user)
{
	struct access *a = access_of(ctl);

	if (key_is_owners(ctl, access_key)) {
		*user = "owner";
		return ctl->secret_key;
	}
	const struct key *k = map_get(a->keys, access_key);
	if (!k || !k->active)
		return NULL;
	*user = k->user;
	return k->secret;
}

/* ---- requests ---- */

static cJSON *encode(const struct key *k, bool secret)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "AccessKeyId", k->id);

	if (secret)
		json_add_str(o, "SecretAccessKey", k->secret);
	json_add_str(o, "UserName", k->user);
	json_add_str(o, "Role", names_get(&role_names, (int)k->role));
	json_add(o, "PolicyNames", strings(&k->policies));
	json_add_str(o, "Status", k->active ? "Active" : "Inactive");
	json_add_time(o, "CreatedAt", k->created);
	json_add_time(o, "LastUsedAt", k->used);
	return o;
}

static bool only(const char *s, const char *further)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr(further, *s))
			return false;
	return true;
}

static int read_role(const cJSON *in, struct key *k, struct error *err)
{
	const char *text = json_str(in, "Role", NULL);
	int role = text ? names_parse(&role_names, text) : (int)k->role;

	if (role < 0)
		return emr_error_validation(err, "Role '%.60s' is not known: use viewer, operator, admin or none", text);
	k->role = (enum role)role;
	return 0;
}

static int read_policies(struct control *ctl, const cJSON *in, struct key *k, struct error *err)
{
	if (!json_arr(in, "PolicyNames"))
		return 0;
	str_list_free(&k->policies);
	emr_decode_strings(in, "PolicyNames", &k->policies);
	if (k->policies.len > POLICIES_MAX)
		return emr_error(err, "LimitExceededException", "A key may have %d policies, not %zu", POLICIES_MAX,
		                 k->policies.len);
	for (size_t i = 0; i < k->policies.len; i++)
		if (!map_has(access_of(ctl)->policies, k->policies.items[i]))
			return emr_error(err, "NoSuchEntityException", "There is no policy '%.100s': make it first with "
			                 "PutPolicy (`stoker policies put`)", k->policies.items[i]);
	return 0;
}

static int read_user(const cJSON *in, struct key *k, struct error *err)
{
	const char *user = json_str(in, "UserName", k->id);

	if (!*user || strlen(user) >= sizeof k->user || !only(user, "_+=,.@-"))
		return emr_error_validation(err, "UserName must have 1 to 63 letters, digits or any of _+=,.@-");
	if (!strcmp(user, "owner") || !strcmp(user, "system"))
		return emr_error_validation(err, "The user name '%s' is the server's own: choose another one", user);
	snprintf(k->user, sizeof k->user, "%s", user);
	return 0;
}

/* Both given, or both made here. */
static int read_pair(const cJSON *in, struct key *k, struct error *err)
{
	const char *id = json_str(in, "AccessKeyId", NULL), *secret = json_str(in, "SecretAccessKey", NULL);
	char made[41];

	if (!id != !secret)
		return emr_error_validation(err, "AccessKeyId and SecretAccessKey must be given together, or neither");
	if (id && (strlen(id) < ID_MIN || strlen(id) > ID_MAX || !only(id, "_-.")))
		return emr_error_validation(err, "AccessKeyId must have %d to %d letters, digits or any of _-.", ID_MIN,
		                            ID_MAX);
	if (secret && (strlen(secret) < SECRET_MIN || strlen(secret) > SECRET_MAX || !only(secret, "/+=_-.!@#%^*~")))
		return emr_error_validation(err, "SecretAccessKey must have %d to %d letters, digits or any of "
		                            "/+=_-.!@#%%^*~", SECRET_MIN, SECRET_MAX);
	if (id)
		snprintf(k->id, sizeof k->id, "%s", id);
	else
		id_make(k->id, sizeof k->id, "AKIA", 16);
	k->secret = xstrdup(secret ? secret : id_secret(made, sizeof made, 40));
	explicit_bzero(made, sizeof made);
	return 0;
}

int op_create_key(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct access *a = access_of(ctl);
	struct key *k = xcalloc(1, sizeof *k);
	int ret = read_pair(in, k, err);

	(void)call;
	k->active = true;
	k->created = clock_now_ms();
	if (!ret && (key_is_owners(ctl, k->id) || map_has(a->keys, k->id)))
		ret = emr_error(err, "EntityAlreadyExistsException", "The access key %s exists already", k->id);
	if (!ret && !json_str(in, "Role", NULL) && !json_arr(in, "PolicyNames"))
		ret = emr_error_validation(err, "Role is missing: viewer, operator, admin, or none with PolicyNames");
	if (!ret && !(ret = read_user(in, k, err)) && !(ret = read_role(in, k, err)))
		ret = read_policies(ctl, in, k, err);
	if (ret) {
		key_free(k);
		return ret;
	}
	map_set(a->keys, k->id, k);
	save(ctl, k);
	access_event(ctl, k->id, EVENT_KEY, "Key %s of %s was made with the role %s", k->id, k->user,
	          names_get(&role_names, (int)k->role));
	json_add(out, "Key", encode(k, true));
	return 0;
}

static cJSON *encode_owner(const struct control *ctl)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "AccessKeyId", ctl->access_key);

	json_add_str(o, "UserName", "owner");
	json_add_str(o, "Role", "admin");
	json_add(o, "PolicyNames", cJSON_CreateArray());
	json_add_str(o, "Status", "Active");
	return o;
}

int op_list_keys(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	cJSON *list = cJSON_CreateArray();
	size_t it = 0;
	void *v;

	(void)in;
	(void)call;
	(void)err;
	if (*ctl->access_key)
		cJSON_AddItemToArray(list, encode_owner(ctl));
	while (map_next(access_of(ctl)->keys, &it, NULL, &v))
		cJSON_AddItemToArray(list, encode(v, false));
	json_add(out, "Keys", list);
	return 0;
}

/* A key that may be changed; NULL with the error. */
static struct key *find(struct control *ctl, const cJSON *in, struct error *err)
{
	const char *id = json_str(in, "AccessKeyId", "");
	struct key *k = map_get(access_of(ctl)->keys, id);

	if (key_is_owners(ctl, id)) {
		emr_error(err, "UnmodifiableEntityException", "%s is the key of the server's owner and stays as it is; "
		          "for a new one stop the server, remove credentials.json and start it again", id);
		return NULL;
	}
	if (!k)
		emr_error(err, "NoSuchEntityException", "There is no access key '%.100s'", id);
	return k;
}

static int read_status(const cJSON *in, struct key *k, struct error *err)
{
	const char *status = json_str(in, "Status", NULL);

	if (status && strcmp(status, "Active") && strcmp(status, "Inactive"))
		return emr_error_validation(err, "Status must be Active or Inactive");
	k->active = status ? !strcmp(status, "Active") : k->active;
	return 0;
}

static void copy_rights(struct key *to, const struct key *from)
{
	to->role = from->role;
	to->active = from->active;
	str_list_free(&to->policies);
	str_list_copy(&to->policies, &from->policies);
}

int op_update_key(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct key *k = find(ctl, in, err), changed = { 0 };
	int ret;

	(void)call;
	if (!k)
		return err->code;
	copy_rights(&changed, k);
	if (!(ret = read_status(in, &changed, err)) && !(ret = read_role(in, &changed, err)) &&
	    !(ret = read_policies(ctl, in, &changed, err))) {
		if (changed.active != k->active)
			access_event(ctl, k->id, EVENT_KEY, "Key %s of %s is %s", k->id, k->user,
			          changed.active ? "active again" : "inactive now");
		else
			access_event(ctl, k->id, EVENT_KEY, "Key %s of %s has the role %s and %zu policies",
			          k->id, k->user, names_get(&role_names, (int)changed.role), changed.policies.len);
		copy_rights(k, &changed);
		save(ctl, k);
		json_add(out, "Key", encode(k, false));
	}
	str_list_free(&changed.policies);
	return ret;
}

int op_delete_key(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct key *k = find(ctl, in, err);

	(void)out;
	(void)call;
	if (!k)
		return err->code;
	access_event(ctl, k->id, EVENT_KEY, "Key %s of %s was deleted", k->id, k->user);
	doc_drop(ctl, KIND, "", k->id);
	map_remove(access_of(ctl)->keys, k->id);
	key_free(k);
	return 0;
}

int key_environment(struct control *ctl, const char *id, cJSON *out, struct error *err)
{
	const struct key *k = map_get(access_of(ctl)->keys, id);

	if (!k)
		return emr_error(err, "NoSuchEntityException", "There is no access key '%.100s'", id);
	json_add_str(out, "AccessKeyId", k->id);
	json_add_str(out, "SecretAccessKey", k->secret);
	return 0;
}
