#include "core/client/question_impl.h"

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"

#define NODE_WINDOW_MS 20000
#define CLOUDWATCH "GraniteServiceVersion20100801."

/* ---- requests ---- */

static cJSON *nothing(const struct model *m, const struct mcluster *mc)
{
	(void)m, (void)mc;
	return cJSON_CreateObject();
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

/* A cluster has groups or fleets, never both: which, DescribeCluster tells. */
static cJSON *ask_fleets(const struct model *m, const struct mcluster *mc)
{
	return mc->c->uses_fleets ? of_cluster(m, mc) : NULL;
}

static cJSON *ask_groups(const struct model *m, const struct mcluster *mc)
{
	return mc->c->uses_fleets ? NULL : of_cluster(m, mc);
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
	int rc = records_take(&m->records[PART_ALARMS], "ListAlarms", "Alarms", "AlarmId", r, first, err);
	(void)mc;
	return rc ? rc : model_take_alarms(m, r, err);
}

/* Metric and composite alarms are one list here. What an alarm watches is known now: its data can be asked for. */
static int take_metric_alarms(struct model *m, struct mcluster *mc, const cJSON *r, bool first,
                              struct error *err)
{
	(void)mc;
	if (!m->parts[PART_ALARM_DATA].fetched)
		m->parts[PART_ALARM_DATA].dirty = true;
	cJSON *both = cJSON_Duplicate(r, true), *list = cJSON_GetObjectItemCaseSensitive(both, "MetricAlarms"),
	      *composites = cJSON_GetObjectItemCaseSensitive(both, "CompositeAlarms");
	while (list && composites && composites->child)
		cJSON_AddItemToArray(list, cJSON_DetachItemViaPointer(composites, composites->child));
	int rc = records_take(&m->records[PART_METRIC_ALARMS], "DescribeAlarms", "MetricAlarms", "AlarmName", both,
	                      first, err);
	cJSON_Delete(both);
	return rc;
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

static int take_fleets(struct model *m, struct mcluster *mc, const cJSON *r, bool first, struct error *err)
{
	(void)m, (void)first;
	return model_take_fleets(mc, r, err);
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
	[PART_EVENTS] = { "events", "Stoker.ListEvents", 30000, 60000, true, ask_searched, NULL, "Events", "EventId",
	                  about_search },
	[PART_METRIC_ALARMS] = { NULL, CLOUDWATCH "DescribeAlarms", 10000, 60000, true, ask_metric_alarms,
	                         take_metric_alarms },
	[PART_ALARM_HISTORY] = { NULL, CLOUDWATCH "DescribeAlarmHistory", 15000, 120000, true, ask_alarm_history,
	                         NULL, "AlarmHistoryItems", NULL, about_alarm },
	[PART_ALARM_DATA] = { NULL, CLOUDWATCH "GetMetricData", 15000, 120000, false, ask_alarm_data, NULL,
	                      "MetricDataResults", "Id", about_alarm },
	[PART_FORECAST] = { "forecast", "Stoker.GetCostForecast", 10000, 60000, true, nothing, NULL, NULL, NULL },
	[PART_COST_REPORT] = { NULL, "Stoker.GetCostReport", 10000, 60000, true, ask_cost_report, NULL, "Rows",
	                       "Key", about_cost },
	[PART_BUDGETS] = { "budgets", "Stoker.ListBudgets", 15000, 60000, true, nothing, NULL, "Budgets",
	                   "BudgetName" },
	[PART_ADVICE] = { NULL, "Stoker.ListRecommendations", 60000, 120000, true, ask_advice, NULL,
	                  "Recommendations", "RecommendationId", about_cluster },
	[PART_DECISIONS] = { NULL, "Stoker.ListScalingDecisions", 15000, 60000, true, ask_of_focus, NULL,
	                     "Decisions", "DecisionId", about_cluster },
	[PART_SPOT_PRICES] = { NULL, "Stoker.ListSpotPrices", 15000, 60000, true, ask_spot_prices, NULL,
	                       "SpotPrices", "InstanceType" },
	[PART_SPOT_FEED] = { NULL, "Stoker.GetSpotFeed", 15000, 60000, true, nothing, NULL, NULL, NULL },
	[PART_INTERRUPTIONS] = { NULL, "Stoker.ListSpotInterruptions", 15000, 60000, true, ask_of_focus, NULL,
	                         "Interruptions", "InstanceId NoticeAt", about_cluster },
	[PART_AUDIT] = { NULL, "Stoker.ListAuditEvents", 15000, 60000, true, ask_searched, NULL, "AuditEvents",
	                 "EventId", about_search },
	[PART_LETTERS] = { NULL, "Stoker.ListDeadLetters", 15000, 60000, true, ask_letters, NULL, "DeadLetters",
	                   "DeadLetterId", about_letters },
	[PART_LETTER] = { NULL, "Stoker.DescribeDeadLetter", 60000, 120000, true, ask_letter, NULL, NULL, NULL,
	                  about_letter },
	[PART_SCHEDULES] = { "schedules", "Stoker.ListSchedules", 15000, 60000, true, nothing, NULL, "Schedules",
	                     "ScheduleName" },
	[PART_RUNS] = { NULL, "Stoker.ListScheduleRuns", 15000, 60000, true, ask_runs, NULL, "Runs", "RunId",
	                about_schedule },
	[PART_TOPICS] = { "topics", "Stoker.ListTopics", 60000, 120000, true, nothing, NULL, "Topics",
	                  "TopicArn" },
};

const struct question cluster_questions[CPART_COUNT] = {
	[CPART_DETAIL] = { "detail", "ElasticMapReduce.DescribeCluster", 30000, 20000, true, of_cluster,
	                   take_detail },
	[CPART_GROUPS] = { "groups", "ElasticMapReduce.ListInstanceGroups", 30000, 20000, true, ask_groups,
	                   take_groups },
	[CPART_INSTANCES] = { "instances", "ElasticMapReduce.ListInstances", 30000, 30000, true, of_cluster,
	                      take_instances },
	[CPART_STEPS] = { "steps", "ElasticMapReduce.ListSteps", 30000, 15000, true, of_cluster, take_steps },
	[CPART_BOOTSTRAP] = { "bootstrap", "ElasticMapReduce.ListBootstrapActions", 300000, 300000, false,
	                      of_cluster, take_bootstrap },
	[CPART_PROGRESS] = { "progress", "Stoker.GetStepProgress", 1000, 5000, true, ask_progress,
	                     take_progress },
	[CPART_NODES] = { NULL, "Stoker.GetMetrics", 5000, 60000, false, ask_nodes, take_nodes },
	[CPART_SCALING] = { "scaling", "Stoker.GetScaling", 15000, 60000, true, of_cluster, NULL, NULL, NULL },
	[CPART_FLEETS] = { "fleets", "ElasticMapReduce.ListInstanceFleets", 30000, 30000, true, ask_fleets,
	                   take_fleets },
};

int question_take(const struct question *q, int index, struct model *m, struct mcluster *mc,
                  const cJSON *reply, bool first, struct error *err)
{
	if (q->take)
		return q->take(m, mc, reply, first, err);
	const char *dot = strchr(q->target, '.');
	return records_take(mc ? &mc->records[index] : &m->records[index], dot + 1, q->list, q->ids, reply, first,
	                    err);
}

bool question_refocus(struct model *m)
{
	bool any = false;
	for (int i = 0; i < PART_COUNT; i++) {
		char about[sizeof m->parts[i].about];
		if (!global_questions[i].about)
			continue;
		global_questions[i].about(m, about, sizeof about);
		if (!strcmp(about, m->parts[i].about))
			continue;
		part_forget(&m->parts[i], &m->records[i], about);
		any = true;
	}
	return any;
}

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
		if (!question_take(&list[i], i, m, mc, reply, true, &err))
			cached_part(mc ? &mc->parts[i] : &m->parts[i], fetched);
	}
	/* What a step had reached in an earlier session need not be its last word. */
	for (size_t i = 0; mc && i < mc->progress.len; i++)
		mc->progress.items[i].final = false;
}
