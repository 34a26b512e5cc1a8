/* Operations on whole clusters. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/json.h"
#include "core/control/emr/emr_ops.h"
#include "core/control/ops.h"
#include "core/control/retry/retry.h"
#include "core/control/scaling/scaling.h"

bool cluster_forgotten(const struct cluster *c, int64_t now)
{
	return cluster_state_ended(c->state) && now - c->timeline.ended > KEEP_CLUSTERS_MS;
}

bool op_visible(const struct control *ctl, const struct cluster *c)
{
	return !ctl->call || (!strcmp(c->region, ctl->call->region) && !cluster_forgotten(c, clock_now_ms()));
}

struct cluster *op_find(const struct control *ctl, const char *id)
{
	struct cluster *c = find_cluster(ctl, id);

	return c && op_visible(ctl, c) ? c : NULL;
}

struct cluster *op_cluster(struct control *ctl, const cJSON *in, const char *member, bool job_flow,
                           struct error *err)
{
	const char *id = json_str(in, member, "");
	struct cluster *c = op_find(ctl, id);

	if (c)
		return c;
	if (job_flow)
		emr_error_no_job_flow(err);
	else
		emr_error_no_cluster(err, id);
	return NULL;
}

/* EMR's hours of a small instance: 8 for each xlarge-hour that was begun. */
void op_normalize_hours(struct cluster *c, int64_t now)
{
	static const struct { const char *size; int factor; } sizes[] = {
		{ ".large", 4 }, { ".xlarge", 8 }, { ".2xlarge", 16 }, { ".4xlarge", 32 }, { ".8xlarge", 64 },
	};
	int total = 0;

	for (size_t i = 0; i < c->instances.len; i++) {
		const struct instance *in = c->instances.items[i];
		const char *dot = in->type ? strchr(in->type, '.') : NULL;
		int64_t end = in->state == INSTANCE_TERMINATED ? in->timeline.ended : now;
		int factor = 8;
		for (size_t k = 0; dot && k < sizeof sizes / sizeof *sizes; k++)
			if (!strcmp(dot, sizes[k].size))
				factor = sizes[k].factor;
		if (in->timeline.created)
			total += factor * (int)((end - in->timeline.created) / 3600000 + 1);
	}
	c->normalized_hours = total;
}

/* ---- RunJobFlow ---- */

static void undo_run(struct control *ctl, void *arg)
{
	struct cluster *c = arg;

	for (size_t i = ctl->events.len; i-- > 0;)
		if (!strcmp(ctl->events.items[i].cluster_id, c->id)) {
			event_free(&ctl->events.items[i]);
			vec_remove(&ctl->events, i);
		}
	cluster_detach(ctl, c);
	cluster_free(c);
}

void op_new_step(struct cluster *c, struct step *s, int64_t now)
{
	id_make(s->id, sizeof s->id, "s-", 13);
	strcpy(s->cluster_id, c->id);
	s->state = STEP_PENDING;
	s->timeline.created = now;
	s->seq = c->steps.len && c->steps.items[c->steps.len - 1] != s
	         ? c->steps.items[c->steps.len - 1]->seq + 1 : 1;
}

void op_new_group(struct cluster *c, struct instance_group *g, int64_t now)
{
	id_make(g->id, sizeof g->id, g->fleet ? "if-" : "ig-", 13);
	strcpy(g->cluster_id, c->id);
	g->state = GROUP_PROVISIONING;
	g->timeline.created = now;
}

static void adopt_cluster(struct control *ctl, struct cluster *c, int64_t now)
{
	struct step_list steps = c->steps;

	id_make(c->id, sizeof c->id, "j-", 13);
	snprintf(c->region, sizeof c->region, "%s", ctl->call ? ctl->call->region : ctl->region);
	c->state = CLUSTER_STARTING;
	c->timeline.created = now;
	cluster_attach(ctl, c);
	mark_dirty(ctl, OBJECT_CLUSTER, c);
	for (size_t i = 0; i < c->groups.len; i++) {
		op_new_group(c, c->groups.items[i], now);
		mark_dirty(ctl, OBJECT_GROUP, c->groups.items[i]);
	}
	memset(&c->steps, 0, sizeof c->steps);
	for (size_t i = 0; i < steps.len; i++) {
		op_new_step(c, steps.items[i], now);
		text_set(&steps.items[i]->execution_role_arn, c->step_role);
		vec_push(&c->steps, steps.items[i]);
		mark_dirty(ctl, OBJECT_STEP, steps.items[i]);
	}
	vec_free(&steps);
	wake_cluster(ctl, c);
}

int op_concurrency_rule(const struct cluster *c, const struct step_list *steps, struct error *err)
{
	for (size_t i = 0; i < steps->len && c->step_concurrency > 1; i++)
		if (steps->items[i]->on_failure != STEP_CONTINUE)
			return emr_error_validation(err, "The ActionOnFailure setting %s is not valid for step '%s': "
			                            "a cluster with a StepConcurrencyLevel above 1 takes only steps "
			                            "with CONTINUE.", names_get(&step_on_failure_names,
			                            (int)steps->items[i]->on_failure), steps->items[i]->name);
	return 0;
}

static int run_job_flow(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                        struct error *err)
{
	struct cluster *c = NULL;
	int ret = emr_decode_run_job_flow(in, &c, err);

	if (!ret && (ret = scaling_check_request(in, c->uses_fleets, err)))
		cluster_free(c);
	if (ret)
		return ret;
	if (ctl->stopping) {
		cluster_free(c);
		return emr_error_validation(err, "The server is about to stop.");
	}
	if ((ret = op_concurrency_rule(c, &c->steps, err)) || (ret = retry_check(ctl, c, &c->steps, err)) ||
	    (ret = emr_check_security(ctl, c, call->region, err))) {
		cluster_free(c);
		return ret;
	}
	adopt_cluster(ctl, c, clock_now_ms());
	event_add(ctl, SEVERITY_INFO, c->id, c->id, EVENT_CLUSTER, "Cluster %s (%s) was requested", c->id,
	          c->name);
	scaling_take_managed(ctl, c, in);
	scaling_take_groups(ctl, c, in, c->groups.items, c->groups.len);
	call_undo(call, undo_run, c, NULL);
	char *arn = emr_cluster_arn(c->id, c->region);
	json_add_str(out, "JobFlowId", c->id);
	json_add_str(out, "ClusterArn", arn);
	free(arn);
	return 0;
}

static int describe_cluster(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                            struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);

	(void)call;
	if (!c)
		return err->code;
	op_normalize_hours(c, clock_now_ms());
	json_add(out, "Cluster", emr_encode_cluster(c, c->region));
	return 0;
}

/* ---- ListClusters: newest first ---- */

struct cluster_refs {
	struct cluster **items;
	size_t len, cap;
};

static const char *cluster_id_at(void *list, size_t i)
{
	return ((struct cluster_refs *)list)->items[i]->id;
}

static int list_clusters(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                         struct error *err)
{
	uint32_t mask = emr_decode_mask(in, "ClusterStates", &cluster_state_names);
	int64_t after = emr_decode_time(in, "CreatedAfter"), before = emr_decode_time(in, "CreatedBefore");
	struct cluster_refs all = { 0 }, refs = { 0 };
	struct emr_page page;
	size_t it = 0;
	void *v;
	int ret;

	(void)call;
	while (map_next(ctl->clusters, &it, NULL, &v))
		vec_push(&all, v);
	for (size_t i = all.len; i-- > 0;) {
		struct cluster *c = all.items[i];
		if (!op_visible(ctl, c) || (mask && !(mask & (1u << c->state))) || (after && c->timeline.created < after) ||
		    (before && c->timeline.created > before))
			continue;
		vec_push(&refs, c);
	}
	ret = emr_page(in, "ListClusters", EMR_PAGE, refs.len, cluster_id_at, &refs, &page, err);
	if (!ret) {
		cJSON *a = cJSON_CreateArray();
		for (size_t i = page.first; i < page.end; i++) {
			op_normalize_hours(refs.items[i], clock_now_ms());
			cJSON_AddItemToArray(a, emr_encode_cluster_summary(refs.items[i], refs.items[i]->region));
		}
		json_add(out, "Clusters", a);
		json_add_str(out, "Marker", page.marker);
		free(page.marker);
	}
	vec_free(&refs);
	vec_free(&all);
	return ret;
}

/* ---- changes of a cluster ---- */

struct flag_undo {
	char id[MODEL_ID_SIZE];
	bool keep_alive, protected, visible, replacement;
	struct flag_undo *next;
};

static void undo_flags(struct control *ctl, void *arg)
{
	for (struct flag_undo *u = arg; u; u = u->next) {
		struct cluster *c = find_cluster(ctl, u->id);
		if (!c)
			continue;
		c->keep_alive = u->keep_alive;
		c->termination_protected = u->protected;
		c->visible_to_all = u->visible;
		c->unhealthy_replacement = u->replacement;
	}
}

static void free_flags(void *arg)
{
	for (struct flag_undo *u = arg, *next; u; u = next) {
		next = u->next;
		free(u);
	}
}

static int known_job_flows(struct control *ctl, const struct str_list *ids, struct error *err)
{
	for (size_t i = 0; i < ids->len; i++)
		if (!op_find(ctl, ids->items[i]))
			return emr_error_no_job_flow(err);
	return 0;
}

/* The Set… operations: one flag on a list of clusters. */
static int set_flag(struct control *ctl, const cJSON *in, const char *member, size_t offset,
                    struct call *call, struct error *err)
{
	bool value = json_bool(in, member, false);
	struct str_list ids = { 0 };
	struct flag_undo *undo = NULL;

	emr_decode_strings(in, "JobFlowIds", &ids);
	int ret = known_job_flows(ctl, &ids, err);
	for (size_t i = 0; i < ids.len && !ret; i++)
		if (cluster_state_closing(find_cluster(ctl, ids.items[i])->state))
			ret = emr_error_closing(err);
	for (size_t i = 0; i < ids.len && !ret; i++) {
		struct cluster *c = find_cluster(ctl, ids.items[i]);
		struct flag_undo *u = xcalloc(1, sizeof *u);
		*u = (struct flag_undo){ .keep_alive = c->keep_alive, .protected = c->termination_protected,
		                         .visible = c->visible_to_all,
		                         .replacement = c->unhealthy_replacement, .next = undo };
		strcpy(u->id, c->id);
		undo = u;
		*(bool *)((char *)c + offset) = value;
		mark_dirty(ctl, OBJECT_CLUSTER, c);
		wake_cluster(ctl, c);
	}
	if (undo)
		call_undo(call, undo_flags, undo, free_flags);
	str_list_free(&ids);
	return ret;
}

#define SET_FLAG(fn, member, field) \
	static int fn(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err) \
	{ \
		(void)out; \
		return set_flag(ctl, in, member, offsetof(struct cluster, field), call, err); \
	}
SET_FLAG(set_termination_protection, "TerminationProtected", termination_protected)
SET_FLAG(set_keep_alive, "KeepJobFlowAliveWhenNoSteps", keep_alive)
SET_FLAG(set_visible, "VisibleToAllUsers", visible_to_all)
SET_FLAG(set_replacement, "UnhealthyNodeReplacement", unhealthy_replacement)

/* Nothing to take back: a termination that could not be journaled yet goes on, and is written later. The
 * request is answered with the error, and asking again is harmless. */
static void undo_nothing(struct control *ctl, void *arg)
{
	(void)ctl;
	(void)arg;
}

static int terminate_job_flows(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                               struct error *err)
{
	struct str_list ids = { 0 };
	bool protected = false;

	(void)out;
	emr_decode_strings(in, "JobFlowIds", &ids);
	int ret = known_job_flows(ctl, &ids, err);
	if (!ret && !ids.len)
		ret = emr_error_validation(err, "The JobFlowId list cannot be empty");
	if (!ret && ids.len > 10)
		ret = emr_error_validation(err, "At most 10 job flows can be terminated in one request.");
	for (size_t i = 0; i < ids.len && !ret; i++) {
		struct cluster *c = find_cluster(ctl, ids.items[i]);
		if (cluster_state_closing(c->state))
			continue;
		if (c->termination_protected)
			protected = true;
		else
			cluster_terminate(ctl, c, CLUSTER_REASON_USER_REQUEST, "Terminated by user request");
	}
	call_undo(call, undo_nothing, NULL, NULL);
	str_list_free(&ids);
	return ret ? ret : protected ? emr_error_protected(err) : 0;
}

struct modify_undo {
	char id[MODEL_ID_SIZE];
	int concurrency;
	char *extra;
};

static void undo_modify(struct control *ctl, void *arg)
{
	struct modify_undo *u = arg;
	struct cluster *c = find_cluster(ctl, u->id);

	if (!c)
		return;
	c->step_concurrency = u->concurrency;
	text_set(&c->extra, u->extra);
}

static void free_modify(void *arg)
{
	free(((struct modify_undo *)arg)->extra);
	free(arg);
}

/* ExtendedSupport is kept and shown. */
static void set_extended_support(struct cluster *c, bool value)
{
	cJSON *extra = c->extra ? json_parse(c->extra, strlen(c->extra), NULL) : NULL;

	if (!extra)
		extra = cJSON_CreateObject();
	cJSON_DeleteItemFromObjectCaseSensitive(extra, "ExtendedSupport");
	json_add_bool(extra, "ExtendedSupport", value);
	free(c->extra);
	c->extra = json_print(extra);
	cJSON_Delete(extra);
}

static int modify_cluster(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                          struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	const cJSON *level = cJSON_GetObjectItemCaseSensitive(in, "StepConcurrencyLevel");
	const cJSON *support = cJSON_GetObjectItemCaseSensitive(in, "ExtendedSupport");

	if (!c)
		return err->code;
	if (cluster_state_closing(c->state))
		return emr_error_invalid_request(err, NULL, "A job flow that is shutting down, terminated, or "
		                                 "finished may not be modified.");
	if (cJSON_IsNumber(level) && (level->valueint < 1 || level->valueint > CLUSTER_CONCURRENCY_LIMIT))
		return emr_error_invalid_request(err, NULL, "StepConcurrencyLevel must be between 1 and 256.");
	struct modify_undo *undo = xcalloc(1, sizeof *undo);
	strcpy(undo->id, c->id);
	undo->concurrency = c->step_concurrency;
	undo->extra = xstrdup(c->extra);
	call_undo(call, undo_modify, undo, free_modify);
	if (cJSON_IsNumber(level))
		c->step_concurrency = level->valueint;
	if (cJSON_IsBool(support))
		set_extended_support(c, cJSON_IsTrue(support));
	mark_dirty(ctl, OBJECT_CLUSTER, c);
	wake_cluster(ctl, c);
	json_add_int(out, "StepConcurrencyLevel", c->step_concurrency);
	if (cJSON_IsBool(support))
		json_add_bool(out, "ExtendedSupport", cJSON_IsTrue(support));
	return 0;
}

/* They have no ids: their places serve. */
static const char *bootstrap_id_at(void *list, size_t i)
{
	(void)list;
	static const char *const places[CLUSTER_BOOTSTRAP_LIMIT] = {
		"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"
	};
	return places[i];
}

static int list_bootstrap_actions(struct control *ctl, const cJSON *in, cJSON *out, struct call *call,
                                  struct error *err)
{
	struct cluster *c = op_cluster(ctl, in, "ClusterId", false, err);
	struct emr_page page;

	(void)call;
	if (!c)
		return err->code;
	int ret = emr_page(in, "ListBootstrapActions", EMR_PAGE, c->bootstrap_actions.len, bootstrap_id_at, NULL,
	                   &page, err);
	if (ret)
		return ret;
	cJSON *a = cJSON_AddArrayToObject(out, "BootstrapActions");
	for (size_t i = page.first; i < page.end; i++)
		cJSON_AddItemToArray(a, emr_encode_bootstrap_action(&c->bootstrap_actions.items[i]));
	free(page.marker);
	return 0;
}

const struct op cluster_ops[] = {
	{ "ElasticMapReduce.RunJobFlow", run_job_flow },
	{ "ElasticMapReduce.DescribeCluster", describe_cluster },
	{ "ElasticMapReduce.ListClusters", list_clusters },
	{ "ElasticMapReduce.TerminateJobFlows", terminate_job_flows },
	{ "ElasticMapReduce.ModifyCluster", modify_cluster },
	{ "ElasticMapReduce.SetTerminationProtection", set_termination_protection },
	{ "ElasticMapReduce.SetKeepJobFlowAliveWhenNoSteps", set_keep_alive },
	{ "ElasticMapReduce.SetVisibleToAllUsers", set_visible },
	{ "ElasticMapReduce.SetUnhealthyNodeReplacement", set_replacement },
	{ "ElasticMapReduce.ListBootstrapActions", list_bootstrap_actions },
	{ NULL, NULL },
};
