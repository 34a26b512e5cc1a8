#include "core/client/question.h"

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"

#define EVENTS_MAX 500
#define NODE_WINDOW_MS 20000

/* ---- requests ---- */

static cJSON *nothing(const struct model *m, const struct mcluster *mc)
{
	(void)m, (void)mc;
	return cJSON_CreateObject();
}

static cJSON *ask_events(const struct model *m, const struct mcluster *mc)
{
	(void)m, (void)mc;
	return json_add_int(cJSON_CreateObject(), "MaxResults", EVENTS_MAX);
}

static cJSON *of_cluster(const struct model *m, const struct mcluster *mc)
{
	(void)m;
	return json_add_str(cJSON_CreateObject(), "ClusterId", mc->c->id);
}

/* A step whose last word we have not heard: it runs, or it ended since we asked. */
static bool progress_open(const struct mcluster *mc, const struct step *s)
{
	const struct step_progress *p = model_progress(mc, s->id);
	if (s->state == STEP_RUNNING || s->state == STEP_CANCEL_PENDING)
		return true;
	return s->state == STEP_COMPLETED && (!p || !p->final);
}

/* Of the newest steps; nothing to ask when all has been heard. */
static cJSON *ask_progress(const struct model *m, const struct mcluster *mc)
{
	const struct step_list *steps = &mc->c->steps;
	cJSON *ids = cJSON_CreateArray();
	for (size_t i = steps->len; i-- > 0 && steps->len - i <= 50 && cJSON_GetArraySize(ids) < 10;)
		if (progress_open(mc, steps->items[i]))
			cJSON_AddItemToArray(ids, cJSON_CreateString(steps->items[i]->id));
	if (!cJSON_GetArraySize(ids)) {
		cJSON_Delete(ids);
		return NULL;
	}
	return json_add(of_cluster(m, mc), "StepIds", ids);
}

cJSON *question_metrics(const char *cluster, const char *instance, int64_t from, int64_t to,
                        int64_t period_ms)
{
	cJSON *in = cJSON_CreateObject(), *names = cJSON_CreateArray();
	json_add_str(in, "ClusterId", cluster);
	if (*instance)
		json_add_str(in, "InstanceId", instance);
	/* The counts of nodes and CPUs exist for the cluster only. */
	int n = *instance ? METRIC_NODES : METRIC_COUNT;
	for (int i = 0; i < n; i++)
		cJSON_AddItemToArray(names, cJSON_CreateString(metric_name(i)));
	json_add(in, "Metrics", names);
	json_add_num(in, "StartTime", (double)from / 1000);
	json_add_num(in, "EndTime", (double)to / 1000);
	json_add_num(in, "Period", (double)period_ms / 1000);
	return in;
}

static cJSON *ask_nodes(const struct model *m, const struct mcluster *mc)
{
	(void)m;
	int64_t now = clock_now_ms();
	return question_metrics(mc->c->id, "*", now - NODE_WINDOW_MS, now, range_period_ms(RANGE_HOUR));
}

/* ---- replies ---- */

static int take_status(struct model *m, struct mcluster *mc, const cJSON *r, bool first, struct error *err)
{
	(void)mc, (void)first;
	return model_take_status(m, r, err);
}

static int take_clusters(struct model *m, struct mcluster *mc, const cJSON *r, bool first,
                         struct error *err)
{
	(void)mc;
	return model_take_clusters(m, r, first, err);
}

static int take_cost(struct model *m, struct mcluster *mc, const cJSON *r, bool first, struct error *err)
{
	(void)mc, (void)first;
	return model_take_cost(m, r, err);
}

static int take_alarms(struct model *m, struct mcluster *mc, const cJSON *r, bool first, struct error *err)
{
	(void)mc, (void)first;
	return model_take_alarms(m, r, err);
}

static int take_events(struct model *m, struct mcluster *mc, const cJSON *r, bool first, struct error *err)
{
	(void)mc, (void)first;
	return model_take_events(m, r, err);
}

static int take_detail(struct model *m, struct mcluster *mc, const cJSON *r, bool first, struct error *err)
{
	(void)m, (void)first;
	return model_take_detail(mc, r, err);
}

static int take_groups(struct model *m, struct mcluster *mc, const cJSON *r, bool first, struct error *err)
{
	(void)m, (void)first;
	return model_take_groups(mc, r, err);
}

static int take_instances(struct model *m, struct mcluster *mc, const cJSON *r, bool first,
                          struct error *err)
{
	(void)m;
	return model_take_instances(mc, r, first, err);
}

static int take_steps(struct model *m, struct mcluster *mc, const cJSON *r, bool first, struct error *err)
{
	(void)m;
	return model_take_steps(mc, r, first, err);
}

static int take_bootstrap(struct model *m, struct mcluster *mc, const cJSON *r, bool first,
                          struct error *err)
{
	(void)m, (void)first;
	return model_take_bootstrap(mc, r, err);
}

static int take_progress(struct model *m, struct mcluster *mc, const cJSON *r, bool first,
                         struct error *err)
{
	(void)m, (void)first;
	return model_take_progress(mc, r, err);
}

static int take_nodes(struct model *m, struct mcluster *mc, const cJSON *r, bool first, struct error *err)
{
	(void)m, (void)first;
	return metrics_take_nodes(mc->metrics, r, err);
}

/* Even where changes are told, state is asked for again every half minute: a lost word heals itself. */
const struct question global_questions[PART_COUNT] = {
	[PART_STATUS] = { "status", "Stoker.GetServerStatus", 30000, 60000, true, nothing, take_status },
	[PART_CLUSTERS] = { "clusters", "ElasticMapReduce.ListClusters", 30000, 15000, true, nothing,
	                    take_clusters },
	[PART_COST] = { "cost", "Stoker.GetCost", 10000, 60000, true, nothing, take_cost },
	[PART_ALARMS] = { "alarms", "Stoker.ListAlarms", 10000, 60000, true, nothing, take_alarms },
	[PART_EVENTS] = { "events", "Stoker.ListEvents", 30000, 60000, true, ask_events, take_events },
};

const struct question cluster_questions[CPART_COUNT] = {
	[CPART_DETAIL] = { "detail", "ElasticMapReduce.DescribeCluster", 30000, 20000, true, of_cluster,
	                   take_detail },
	[CPART_GROUPS] = { "groups", "ElasticMapReduce.ListInstanceGroups", 30000, 20000, true, of_cluster,
	                   take_groups },
	[CPART_INSTANCES] = { "instances", "ElasticMapReduce.ListInstances", 30000, 30000, true, of_cluster,
	                      take_instances },
	[CPART_STEPS] = { "steps", "ElasticMapReduce.ListSteps", 30000, 15000, true, of_cluster, take_steps },
	[CPART_BOOTSTRAP] = { "bootstrap", "ElasticMapReduce.ListBootstrapActions", 300000, 300000, false,
	                      of_cluster, take_bootstrap },
	[CPART_PROGRESS] = { "progress", "Stoker.GetStepProgress", 1000, 5000, true, ask_progress,
	                     take_progress },
	[CPART_NODES] = { NULL, "Stoker.GetMetrics", 5000, 60000, false, ask_nodes, take_nodes },
};

/* ---- the cache ---- */

static void cached_metrics(struct mcluster *mc, const char *name, int64_t fetched, const cJSON *reply)
{
	int range = -1;
	char instance[64] = "";
	struct error err;
	if (sscanf(name, "metrics/%d/%63s", &range, instance) < 1 || range < 0 || range >= RANGE_COUNT)
		return;
	struct metric_set *s = metrics_set(mc->metrics, instance, range);
	if (metric_set_take(s, reply, fetched, &err))
		return;
	s->fetched = fetched;
	s->cached = true;
}

static void cached_part(struct part *p, int64_t fetched)
{
	p->fetched = fetched;
	p->cached = p->dirty = true;
}

void question_take_cached(struct model *m, struct mcluster *mc, const char *name, int64_t fetched,
                          const cJSON *reply)
{
	struct error err;
	if (mc && !strncmp(name, "metrics/", 8)) {
		cached_metrics(mc, name, fetched, reply);
		return;
	}
	const struct question *list = mc ? cluster_questions : global_questions;
	int n = mc ? (int)CPART_COUNT : (int)PART_COUNT;
	for (int i = 0; i < n; i++) {
		if (!list[i].name || strcmp(list[i].name, name))
			continue;
		if (!list[i].take(m, mc, reply, true, &err))
			cached_part(mc ? &mc->parts[i] : &m->parts[i], fetched);
	}
	/* What a step had reached in an earlier session need not be its last word. */
	for (size_t i = 0; mc && i < mc->progress.len; i++)
		mc->progress.items[i].final = false;
}
