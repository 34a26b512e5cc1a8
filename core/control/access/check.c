/* The check before an operation runs. It looks at the request as it came, before the request is validated, and
 * says the same whether what the request names exists or not. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/access/access.h"
#include "core/control/emr/emr_ops.h"

#define NAMED_MAX 1000             /* clusters, alarms, … that one request of a key may name */

/* Who asks. */
struct asker {
	struct key *key;           /* NULL: the owner's key */
	const struct call *call;
	char arn[128];
};

/* What an operation is about: every one of these must be allowed. */
struct target {
	char *arn;                 /* "*" where there is none */
	const struct pair_list *tags;
	struct pair_list *own_tags;   /* the same, when they are the target's; else NULL */
	bool hidden;               /* found by something else than its id: an error must not tell the id */
};
VEC_STRUCT(targets, struct target);

/* ---- resources ---- */

static void add_target(struct targets *l, char *arn, const struct pair_list *tags, bool hidden)
{
	struct target t = { .arn = arn, .tags = tags, .hidden = hidden };

	vec_push(l, t);
}

static void add_any(struct targets *l)
{
	add_target(l, xstrdup("*"), NULL, false);
}

/* A cluster that does not exist, or not in this region, has a name and no tags. */
static void add_cluster(struct control *ctl, const struct call *call, struct targets *l, const char *id)
{
	const struct cluster *c = op_find(ctl, id);

	add_target(l, emr_cluster_arn(id, call->region), c ? &c->tags : NULL, false);
}

static void add_studio(struct control *ctl, const struct call *call, struct targets *l, const char *id)
{
	struct pair_list *tags = xcalloc(1, sizeof *tags);

	emr_studio_tags(ctl, call->region, id, tags);
	add_target(l, emr_arn("studio", id, call->region), tags, false);
	l->items[l->len - 1].own_tags = tags;
}

/* By its id or by its ARN: whatever ARN is given, it is the one of this region that is looked at. */
static void add_resource(struct control *ctl, const struct call *call, struct targets *l, const char *id_or_arn)
{
	const char *id = emr_id_of(id_or_arn);

	if (!strncmp(id, EMR_STUDIO_PREFIX, strlen(EMR_STUDIO_PREFIX)))
		add_studio(ctl, call, l, id);
	else
		add_cluster(ctl, call, l, id);
}

static const struct cluster *cluster_with(struct control *ctl, const char *id)
{
	size_t it = 0;
	void *v;

	while (map_next(ctl->clusters, &it, NULL, &v)) {
		struct cluster *c = v;
		if (op_visible(ctl, c) && (cluster_group(c, id) || cluster_instance(c, id)))
			return c;
	}
	return NULL;
}

/* By a group or an instance. */
static void add_owner_of(struct control *ctl, const struct call *call, struct targets *l, const char *id)
{
	const struct cluster *c = cluster_with(ctl, id);

	add_target(l, emr_cluster_arn(c ? c->id : "*", call->region), c ? &c->tags : NULL, true);
}

typedef void (*add_fn)(struct control *ctl, const struct call *call, struct targets *l, const char *id);

static void add_each(struct control *ctl, const struct call *call, struct targets *l, const cJSON *ids, add_fn add)
{
	const cJSON *v;

	if (cJSON_IsString(ids))
		add(ctl, call, l, ids->valuestring);
	else if (cJSON_IsArray(ids))
		cJSON_ArrayForEach(v, ids)
			if (cJSON_IsString(v))
				add(ctl, call, l, v->valuestring);
}

static void add_alarm(struct control *ctl, const struct call *call, struct targets *l, const char *name)
{
	(void)ctl;
	add_target(l, xasprintf("arn:aws:cloudwatch:%s:" EMR_ACCOUNT ":alarm:%s", call->region, name), NULL, false);
}

static void add_arn(struct control *ctl, const struct call *call, struct targets *l, const char *arn)
{
	(void)ctl;
	(void)call;
	add_target(l, xstrdup(arn), NULL, false);
}

static void add_global(struct control *ctl, const struct call *call, struct targets *l, const char *id)
{
	(void)ctl;
	(void)call;
	(void)id;
	add_any(l);
}

/* Members that name what an operation is about. Whatever names something without an ARN asks for "*", so that
 * nobody reaches it by naming a cluster of his own beside it. */
static const struct naming {
	const char *service, *member;
	add_fn add;
} namings[] = {
	{ "elasticmapreduce", "ClusterId", add_cluster }, { "elasticmapreduce", "JobFlowId", add_cluster },
	{ "elasticmapreduce", "JobFlowIds", add_cluster }, { "elasticmapreduce", "ResourceId", add_resource },
	{ "elasticmapreduce", "StudioId", add_studio },
	{ "stoker", "ClusterId", add_cluster }, { "stoker", "ClusterIds", add_cluster },
	{ "stoker", "InstanceIds", add_owner_of }, { "stoker", "DeadLetterId", add_global },
	{ "stoker", "ScheduleName", add_global }, { "stoker", "AlarmId", add_global },
	{ "stoker", "TopicName", add_global }, { "stoker", "BudgetName", add_global },
	{ "stoker", "PolicyName", add_global }, { "stoker", "AccessKeyId", add_global },
	{ "cloudwatch", "AlarmName", add_alarm }, { "cloudwatch", "AlarmNames", add_alarm },
	{ "cloudwatch", "ResourceARN", add_arn },
};

static void add_named_groups(struct control *ctl, const struct call *call, const cJSON *in, struct targets *l)
{
	const cJSON *g;

	cJSON_ArrayForEach(g, json_arr(in, "InstanceGroups"))
		add_each(ctl, call, l, cJSON_GetObjectItemCaseSensitive(g, "InstanceGroupId"), add_owner_of);
}

static void find_targets(struct control *ctl, const struct operation *op, const cJSON *in, const struct call *call,
                         struct targets *l)
{
	for (size_t i = 0; i < sizeof namings / sizeof *namings; i++)
		if (!strcmp(namings[i].service, op->service))
			add_each(ctl, call, l, cJSON_GetObjectItemCaseSensitive(in, namings[i].member), namings[i].add);
	if (!strcmp(op->name, "ModifyInstanceGroups"))
		add_named_groups(ctl, call, in, l);
	/* A cluster that is to be made has no name yet: AWS asks for all of them. */
	if (!l->len && !strcmp(op->service, "elasticmapreduce") &&
	    (!strcmp(op->name, "RunJobFlow") || !strcmp(op->name, "AddTags")))
		add_target(l, emr_cluster_arn("*", call->region), NULL, false);
	/* A scheduled scaling has a name inside its cluster; a schedule has one for itself. */
	if (!l->len || (!strcmp(op->name, "InterruptSpot") && json_bool(in, "All", false)))
		add_any(l);
}

static void targets_free(struct targets *l)
{
	for (size_t i = 0; i < l->len; i++) {
		free(l->items[i].arn);
		if (l->items[i].own_tags)
			pair_list_free(l->items[i].own_tags);
		free(l->items[i].own_tags);
	}
	vec_free(l);
}

/* ---- the question ---- */

static void read_tags(const cJSON *in, struct pair_list *tags, struct str_list *keys)
{
	const cJSON *t;

	cJSON_ArrayForEach(t, json_arr(in, "Tags"))
		if (json_str(t, "Key", NULL))
			pair_list_set(tags, json_str(t, "Key", ""), json_str(t, "Value", ""));
	emr_decode_strings(in, "TagKeys", keys);
}

/* All of a key's documents: one that denies wins. A document that cannot be read denies everything. */
static enum policy_effect ask_policies(const struct access *a, const struct key *k, const struct policy_request *r)
{
	enum policy_effect effect = POLICY_NONE;

	for (size_t i = 0; i < k->policies.len && effect != POLICY_DENY; i++) {
		const struct named_policy *p = map_get(a->policies, k->policies.items[i]);
		enum policy_effect e = p && p->compiled ? policy_decide(p->compiled, r) : POLICY_DENY;
		effect = e > effect ? e : effect;
	}
	return effect;
}

static int deny(const struct asker *who, const struct operation *op, const struct target *t, bool explicit_,
                struct error *err)
{
	const char *colon = t->hidden ? strrchr(t->arn, '/') : NULL;
	int shown = colon ? (int)(colon + 1 - t->arn) : (int)strlen(t->arn);

	if (explicit_)
		return emr_error(err, "AccessDeniedException", "User: %s is not authorized to perform: %s:%s on resource: "
		                 "%.*s%s with an explicit deny in an identity-based policy", who->arn, op->service,
		                 op->name, shown, t->arn, colon ? "*" : "");
	return emr_error(err, "AccessDeniedException", "User: %s is not authorized to perform: %s:%s on resource: %.*s%s "
	                 "because no identity-based policy allows the %s:%s action", who->arn, op->service, op->name,
	                 shown, t->arn, colon ? "*" : "", op->service, op->name);
}

static int ask_all(struct control *ctl, const struct asker *who, const struct operation *op,
                   struct policy_request *r, const struct targets *l, struct error *err)
{
	for (size_t i = 0; i < l->len; i++) {
		const struct target *t = &l->items[i];
		r->resource = t->arn;
		r->resource_tags = t->tags;
		enum policy_effect e = ask_policies(access_of(ctl), who->key, r);
		if (e == POLICY_DENY || (e == POLICY_NONE && who->key->role < op->role))
			return deny(who, op, t, e == POLICY_DENY, err);
	}
	return 0;
}

/* Looking up what a request names is work: it is not done without bounds for somebody who may then not ask. */
static int check_size(const cJSON *in, struct error *err)
{
	static const char *const lists[] = { "JobFlowIds", "ClusterIds", "InstanceIds", "AlarmNames", "InstanceGroups",
		"Tags", "TagKeys" };

	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (cJSON_GetArraySize(json_arr(in, lists[i])) > NAMED_MAX)
			return emr_error_validation(err, "%s has more than %d members", lists[i], NAMED_MAX);
	return 0;
}

static int check_operation(struct control *ctl, const struct asker *who, const struct operation *op,
                           const cJSON *in, struct error *err)
{
	const struct call *call = who->call;
	char action[192];

	if (check_size(in, err))
		return err->code;
	struct pair_list tags = { 0 };
	struct str_list keys = { 0 };
	struct targets targets = { 0 };
	struct policy_request r = {
		.action = action, .user = who->key->user, .user_arn = who->arn, .account = EMR_ACCOUNT,
		.source_ip = call->source, .user_agent = call->user_agent, .region = call->region,
		.now_ms = clock_now_ms(), .request_tags = &tags, .tag_keys = &keys,
		.execution_role = json_str(in, "ExecutionRoleArn", NULL), .namespace_ = json_str(in, "Namespace", NULL),
	};

	snprintf(action, sizeof action, "%s:%.120s", op->service, op->name);
	read_tags(in, &tags, &keys);
	find_targets(ctl, op, in, call, &targets);
	int ret = ask_all(ctl, who, op, &r, &targets, err);
	targets_free(&targets);
	pair_list_free(&tags);
	str_list_free(&keys);
	return ret;
}

/* ---- what an operation will do later, or does by the way ---- */

/* Who makes a cluster with tags must be allowed to tag: tags decide who may do what with it. As on AWS. */
static int check_with_tags(struct control *ctl, const struct asker *who, const struct operation *op, const cJSON *in,
                           struct error *err)
{
	struct operation tag;
	int ret = check_operation(ctl, who, op, in, err);

	if (ret || strcmp(op->service, "elasticmapreduce") || strcmp(op->name, "RunJobFlow") ||
	    !cJSON_GetArraySize(json_arr(in, "Tags")))
		return ret;
	operation_find(EMR_TARGET_PREFIX "AddTags", &tag);
	return check_operation(ctl, who, &tag, in, err);
}

/* A schedule runs a request later, in its maker's name: who may not do that himself may not have it done. (What an
 * operation does at once by another one is checked where it does it: op_nested.) */
static int check_inner(struct control *ctl, const struct asker *who, const struct operation *op, const cJSON *in,
                       struct error *err)
{
	const cJSON *target = json_obj(in, "Target");
	struct operation inner;

	if (strcmp(op->service, "stoker") || strcmp(op->name, "PutSchedule") || !target)
		return 0;
	char *name = xasprintf(EMR_TARGET_PREFIX "%.100s", json_str(target, "Operation", ""));
	operation_find(name, &inner);
	int ret = check_with_tags(ctl, who, &inner, json_obj(target, "Request"), err);
	free(name);
	return ret;
}

bool access_is_owner(const struct control *ctl, const struct call *call)
{
	return call->local || call->internal || key_is_owners(ctl, call->access_key);
}

static int check_key(struct control *ctl, struct asker *who, const struct operation *op, const cJSON *in,
                     struct error *err)
{
	if (who->key->role == ROLE_ADMIN && !who->key->policies.len)
		return 0;
	snprintf(who->arn, sizeof who->arn, "arn:aws:iam::" EMR_ACCOUNT ":user/%s", who->key->user);
	int ret = check_with_tags(ctl, who, op, in, err);
	return ret ? ret : check_inner(ctl, who, op, in, err);
}

int access_check(struct control *ctl, const char *target, const cJSON *in, struct call *call,
                 struct error *err)
{
	struct asker who = { .call = call };
	struct operation op;

	if (access_is_owner(ctl, call))
		return 0;
	if (!operation_find(target, &op))
		return emr_error_unknown_operation(err, target);
	who.key = map_get(access_of(ctl)->keys, call->access_key);
	if (!who.key || !who.key->active)
		return emr_error(err, "UnrecognizedClientException",
		                 "The security token included in the request is invalid.");
	key_used(ctl, who.key);
	return check_key(ctl, &who, &op, in, err);
}

int access_check_user(struct control *ctl, const char *user, const char *region, const char *target,
                      const cJSON *in, struct error *err)
{
	struct call call = { .source = "schedule" };
	struct asker who = { .call = &call };
	struct operation op;
	size_t it = 0;
	void *k;
	int ret = emr_error(err, "AccessDeniedException", "%s has no active key any more, so nothing can be done in that "
	                    "name: let somebody who may do it put it again", user);

	snprintf(call.region, sizeof call.region, "%s", region);
	if (!operation_find(target, &op))
		return emr_error_unknown_operation(err, target);
	while (ret && map_next(access_of(ctl)->keys, &it, NULL, &k)) {
		who.key = k;
		if (who.key->active && !strcmp(who.key->user, user))
			ret = check_key(ctl, &who, &op, in, err);
	}
	return ret;
}

void access_clusters(struct control *ctl, const struct operation *op, const cJSON *in, const struct call *call,
                     struct str_list *out)
{
	static const char mark[] = ":cluster/";
	struct error err = ERROR_INIT;
	struct targets targets = { 0 };

	if (check_size(in, &err))
		return;
	find_targets(ctl, op, in, call, &targets);
	for (size_t i = 0; i < targets.len; i++) {
		const char *at = strstr(targets.items[i].arn, mark);
		const char *id = at ? at + sizeof mark - 1 : "*";
		if (strcmp(id, "*") && !str_list_has(out, id))
			str_list_add(out, id);
	}
	targets_free(&targets);
}

bool access_is_admin(struct control *ctl, const struct call *call)
{
	if (access_is_owner(ctl, call))
		return true;
	const struct key *k = map_get(access_of(ctl)->keys, call->access_key);
	return k && k->active && k->role == ROLE_ADMIN;
}
