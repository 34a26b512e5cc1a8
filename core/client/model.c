#include "core/client/model.h"

#include <stdio.h>
#include <string.h>

#include "core/api/emr/emr.h"
#include "core/base/json.h"
#include "core/model/price.h"

struct model *model_new(void)
{
	return xcalloc(1, sizeof(struct model));
}

static void mcluster_free(struct mcluster *mc)
{
	cluster_free(mc->c);
	vec_free(&mc->cost.groups);
	vec_free(&mc->progress);
	for (int i = 0; i < CPART_COUNT; i++)
		records_clear(&mc->records[i]);
	metrics_free(mc->metrics);
	free(mc);
}

static void alarms_clear(struct model *m)
{
	for (size_t i = 0; i < m->alarms.len; i++) {
		free(m->alarms.items[i].title);
		free(m->alarms.items[i].detail);
		free(m->alarms.items[i].hint);
		free(m->alarms.items[i].name);
	}
	m->alarms.len = 0;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->clusters.len; i++)
		mcluster_free(m->clusters.items[i]);
	vec_free(&m->clusters);
	alarms_clear(m);
	vec_free(&m->alarms);
	for (int i = 0; i < PART_COUNT; i++)
		records_clear(&m->records[i]);
	free(m);
}

struct mcluster *model_cluster(const struct model *m, const char *id)
{
	for (size_t i = 0; id && *id && i < m->clusters.len; i++)
		if (!strcmp(m->clusters.items[i]->c->id, id))
			return m->clusters.items[i];
	return NULL;
}

struct mcluster *model_find(const struct model *m, const char *name)
{
	struct mcluster *mc = model_cluster(m, name), *live = NULL, *any = NULL;
	int lives = 0, all = 0;
	if (mc || !name)
		return mc;
	for (size_t i = 0; i < m->clusters.len; i++) {
		mc = m->clusters.items[i];
		if (!mc->c->name || strcmp(mc->c->name, name))
			continue;
		all++, any = mc;
		if (!cluster_state_ended(mc->c->state))
			lives++, live = mc;
	}
	return lives == 1 ? live : all == 1 ? any : NULL;
}

const struct step_progress *model_progress(const struct mcluster *mc, const char *step)
{
	for (size_t i = 0; i < mc->progress.len; i++)
		if (!strcmp(mc->progress.items[i].id, step))
			return &mc->progress.items[i];
	return NULL;
}

void model_count(const struct mcluster *mc, enum instance_role role, int *requested, int *running)
{
	*requested = *running = 0;
	for (size_t i = 0; i < mc->c->groups.len; i++) {
		const struct instance_group *g = mc->c->groups.items[i];
		if (g->role == role) {
			*requested += g->requested;
			*running += g->running;
		}
	}
	if (mc->c->groups.len)
		return;
	for (size_t i = 0; i < mc->cost.groups.len; i++) {
		const struct group_cost *g = &mc->cost.groups.items[i];
		if (strcmp(g->role, names_get(&instance_role_names, role)) != 0)
			continue;
		*requested += g->requested;
		*running += g->count;
	}
}

size_t model_alarms_of(const struct model *m, const char *cluster_id)
{
	size_t n = 0;
	for (size_t i = 0; i < m->alarms.len; i++)
		n += !strcmp(m->alarms.items[i].cluster_id, cluster_id);
	return n;
}

size_t model_alarms_open(const struct model *m)
{
	size_t n = 0;
	for (size_t i = 0; i < m->alarms.len; i++)
		n += !m->alarms.items[i].acknowledged;
	return n;
}

const struct records *model_records(const struct model *m, enum global_part part)
{
	return &m->records[part];
}

const char *model_cluster_name(const struct model *m, const char *id)
{
	const struct mcluster *mc = model_cluster(m, id);
	return mc && mc->c->name && *mc->c->name ? mc->c->name : id;
}

const cJSON *model_notice(const struct model *m, const char *id)
{
	const struct records *r = &m->records[PART_INTERRUPTIONS];
	for (size_t i = 0; i < r->rows.len; i++)
		if (!strcmp(json_str(r->rows.items[i].o, "InstanceId", ""), id) &&
		    strcmp(json_str(r->rows.items[i].o, "Outcome", ""), "terminated"))
			return r->rows.items[i].o;
	return NULL;
}

void part_forget(struct part *p, struct records *r, const char *about)
{
	bool pending = p->pending, unsupported = p->unsupported;
	records_clear(r);
	memset(p, 0, sizeof *p);
	p->pending = pending;
	p->unsupported = unsupported;
	snprintf(p->about, sizeof p->about, "%s", about);
}

double model_price(const char *region, const char *type, int count, bool *unknown)
{
	return count * price_hour(type, *region ? region : PRICE_REGION, unknown);
}

/* ---- taking replies in ---- */

static int shape(const char *op, const char *what, struct error *err)
{
	return error_set(err, ERR_INVALID, "the reply to %s has no %s", op, what);
}

/* Take over the summary's members; what only DescribeCluster tells stays. */
static void merge_summary(struct cluster *to, struct cluster *from)
{
	to->state = from->state;
	to->reason = from->reason;
	text_set(&to->reason_message, from->reason_message);
	to->timeline = from->timeline;
	to->normalized_hours = from->normalized_hours;
	if (from->name)
		text_set(&to->name, from->name);
	cluster_free(from);
}

/* Put a newly read cluster in the place of the old one, which hands over what other replies told. */
static void replace_cluster(struct mcluster *mc, struct cluster *fresh)
{
	struct cluster *old = mc->c;
#define MOVE(field) \
	do { \
		__typeof__(fresh->field) spare = fresh->field; \
		fresh->field = old->field; \
		old->field = spare; \
	} while (0)
	MOVE(groups);
	MOVE(instances);
	MOVE(steps);
	MOVE(bootstrap_actions);
#undef MOVE
	snprintf(fresh->region, sizeof fresh->region, "%s", old->region);
	cluster_free(old);
	mc->c = fresh;
}

static struct mcluster *mcluster_add(struct model *m, const char *id)
{
	struct mcluster *mc = xcalloc(1, sizeof *mc);
	mc->c = cluster_new();
	snprintf(mc->c->region, sizeof mc->c->region, "%s", m->region);
	snprintf(mc->c->id, sizeof mc->c->id, "%s", id);
	mc->metrics = metrics_new();
	vec_push(&m->clusters, mc);
	return mc;
}

/* Newest first; those without a time (never, in practice) last. */
static int newer(const void *a, const void *b)
{
	const struct cluster *x = (*(struct mcluster *const *)a)->c, *y = (*(struct mcluster *const *)b)->c;
	if (x->timeline.created != y->timeline.created)
		return x->timeline.created < y->timeline.created ? 1 : -1;
	return strcmp(x->id, y->id);
}

int model_take_clusters(struct model *m, const cJSON *reply, bool first_page, struct error *err)
{
	const cJSON *list = json_arr(reply, "Clusters"), *x;
	if (!list)
		return shape("ListClusters", "list of clusters", err);
	for (size_t i = 0; first_page && i < m->clusters.len; i++)
		m->clusters.items[i]->listed = false;
	cJSON_ArrayForEach(x, list) {
		const char *id = json_str(x, "Id", "");
		if (!*id)
			continue;
		struct mcluster *mc = model_cluster(m, id);
		if (!mc)
			mc = mcluster_add(m, id);
		merge_summary(mc->c, emr_read_cluster(x));
		mc->listed = true;
	}
	if (m->clusters.len)
		qsort(m->clusters.items, m->clusters.len, sizeof *m->clusters.items, newer);
	return 0;
}

void model_sweep(struct model *m)
{
	size_t kept = 0;
	for (size_t i = 0; i < m->clusters.len; i++) {
		if (m->clusters.items[i]->listed)
			m->clusters.items[kept++] = m->clusters.items[i];
		else
			mcluster_free(m->clusters.items[i]);
	}
	m->clusters.len = kept;
}

int model_take_status(struct model *m, const cJSON *reply, struct error *err)
{
	struct server_status *s = &m->status;
	if (!json_str(reply, "Version", NULL))
		return shape("GetServerStatus", "version", err);
	s->known = true;
	snprintf(s->version, sizeof s->version, "%s", json_str(reply, "Version", ""));
	snprintf(s->home, sizeof s->home, "%s", json_str(reply, "Home", ""));
	snprintf(s->endpoint, sizeof s->endpoint, "%s", json_str(reply, "Endpoint", ""));
	s->pid = (int)json_int(reply, "Pid", 0);
	s->clusters = (int)json_int(reply, "Clusters", 0);
	s->vcpus = (int)json_int(reply, "Vcpus", 0);
	s->started = (int64_t)(json_num(reply, "StartedAt", 0) * 1000);
	s->budget_mb = json_int(reply, "MemoryBudgetMB", 0);
	s->granted_mb = json_int(reply, "MemoryGrantedMB", 0);
	return 0;
}

static void take_cluster_cost(struct cluster_cost *k, const cJSON *x)
{
	const cJSON *g;
	k->known = true;
	k->estimate = false;
	k->unknown_rate = json_bool(x, "Unknown", false);
	k->per_hour = json_num(x, "PerHour", 0);
	k->accrued = json_num(x, "Accrued", 0);
	k->today = json_num(x, "Today", 0);
	k->groups.len = 0;
	cJSON_ArrayForEach(g, json_arr(x, "Groups")) {
		struct group_cost gc = { 0 };
		snprintf(gc.id, sizeof gc.id, "%s", json_str(g, "InstanceGroupId", ""));
		snprintf(gc.role, sizeof gc.role, "%s", json_str(g, "Role", ""));
		snprintf(gc.type, sizeof gc.type, "%s", json_str(g, "Type", ""));
		gc.count = (int)json_int(g, "Count", 0);
		gc.requested = (int)json_int(g, "Requested", gc.count);
		gc.ec2 = json_num(g, "Ec2PerHour", 0);
		gc.emr = json_num(g, "EmrPerHour", PRICE_UNKNOWN);
		gc.accrued = json_num(g, "Accrued", 0);
		vec_push(&k->groups, gc);
	}
}

/* Does the cluster add to what is paid now or was paid today, known or not? */
static bool costs_now(const cJSON *cluster)
{
	const cJSON *g;
	bool live = false;
	cJSON_ArrayForEach(g, json_arr(cluster, "Groups"))
		live |= json_int(g, "Count", 0) > 0;
	return live || json_num(cluster, "PerHour", 0) > 0 || json_num(cluster, "Today", 0) > 0;
}

int model_take_cost(struct model *m, const cJSON *reply, struct error *err)
{
	const cJSON *list = json_arr(reply, "Clusters"), *x;
	if (!list)
		return shape("GetCost", "list of clusters", err);
	m->cost_known = true;
	m->cost_unknown_rate = false;
	m->cost_per_hour = json_num(reply, "PerHour", 0);
	m->cost_today = json_num(reply, "Today", 0);
	snprintf(m->price_date, sizeof m->price_date, "%s", json_str(reply, "PriceDate", ""));
	snprintf(m->price_source, sizeof m->price_source, "%s", json_str(reply, "Source", ""));
	cJSON_ArrayForEach(x, list) {
		struct mcluster *mc = model_cluster(m, json_str(x, "ClusterId", ""));
		if (json_bool(x, "Unknown", false) && costs_now(x))
			m->cost_unknown_rate = true;
		if (mc)
			take_cluster_cost(&mc->cost, x);
	}
	return 0;
}

static int severity_rank(const char *s)
{
	static const char *const order[] = { "CRITICAL", "ERROR", "WARN", "INFO" };
	for (int i = 0; i < 4; i++)
		if (!strcmp(order[i], s))
			return i;
	return 4;
}

static int worse(const void *a, const void *b)
{
	const struct malarm *x = a, *y = b;
	if (x->acknowledged != y->acknowledged)
		return x->acknowledged ? 1 : -1;
	int rx = severity_rank(x->severity), ry = severity_rank(y->severity);
	if (rx != ry)
		return rx - ry;
	return x->since == y->since ? strcmp(x->id, y->id) : x->since < y->since ? 1 : -1;
}

/* What kind it is, and whose; the id of a budget's alarm tells too. */
static void take_kind(struct malarm *a, const cJSON *x)
{
	bool budget = !strncmp(a->id, "budget/", 7);
	const char *name = json_str(x, "AlarmName", budget ? a->id + 7 : "");
	a->name = xstrdup(name);
	a->acknowledged = json_obj(x, "Acknowledged") != NULL;
	snprintf(a->kind, sizeof a->kind, "%s", budget ? "budget" : json_str(x, "Kind", "condition"));
}

int model_take_alarms(struct model *m, const cJSON *reply, struct error *err)
{
	const cJSON *list = json_arr(reply, "Alarms"), *x;
	if (!list)
		return shape("ListAlarms", "list of alarms", err);
	alarms_clear(m);
	cJSON_ArrayForEach(x, list) {
		struct malarm a = { .since = (int64_t)(json_num(x, "Since", 0) * 1000) };
		snprintf(a.id, sizeof a.id, "%s", json_str(x, "AlarmId", ""));
		snprintf(a.cluster_id, sizeof a.cluster_id, "%s", json_str(x, "ClusterId", ""));
		snprintf(a.severity, sizeof a.severity, "%s", json_str(x, "Severity", "WARN"));
		a.title = xstrdup(json_str(x, "Title", ""));
		a.detail = xstrdup(json_str(x, "Detail", ""));
		a.hint = xstrdup(json_str(x, "Hint", ""));
		take_kind(&a, x);
		vec_push(&m->alarms, a);
	}
	if (m->alarms.len)
		qsort(m->alarms.items, m->alarms.len, sizeof *m->alarms.items, worse);
	return 0;
}

int model_take_detail(struct mcluster *mc, const cJSON *reply, struct error *err)
{
	struct cluster *fresh = emr_read_cluster(json_obj(reply, "Cluster"));
	if (!fresh)
		return shape("DescribeCluster", "cluster", err);
	if (strcmp(fresh->id, mc->c->id)) {
		cluster_free(fresh);
		return error_set(err, ERR_INVALID, "the reply to DescribeCluster is about another cluster");
	}
	replace_cluster(mc, fresh);
	mc->described = true;
	if (mc->c->uses_fleets && !mc->parts[CPART_FLEETS].fetched) {
		part_forget(&mc->parts[CPART_GROUPS], &mc->records[CPART_GROUPS], "");
		mc->parts[CPART_FLEETS].dirty = true;
	}
	return 0;
}

/* Where no server tells the cost: the price table and the groups give an estimate of the rate. */
static void estimate(struct mcluster *mc)
{
	struct cluster_cost *k = &mc->cost;
	if (k->known && !k->estimate)
		return;
	k->known = k->estimate = true;
	k->unknown_rate = false;
	k->per_hour = 0;
	for (size_t i = 0; i < mc->c->groups.len; i++) {
		const struct instance_group *g = mc->c->groups.items[i];
		k->per_hour += model_price(mc->c->region, g->type, g->running, &k->unknown_rate);
	}
}

static void replace_groups(struct mcluster *mc, const cJSON *list,
                           struct instance_group *(*read)(const cJSON *))
{
	const cJSON *x;
	for (size_t i = 0; i < mc->c->groups.len; i++)
		instance_group_free(mc->c->groups.items[i]);
	mc->c->groups.len = 0;
	cJSON_ArrayForEach(x, list) {
		struct instance_group *g = read(x);
		if (g)
			vec_push(&mc->c->groups, g);
	}
	for (size_t i = 0; i < mc->c->instances.len; i++) {
		struct instance_group *g = cluster_group(mc->c, mc->c->instances.items[i]->group_id);
		if (g)
			mc->c->instances.items[i]->role = g->role;
	}
}

int model_take_groups(struct mcluster *mc, const cJSON *reply, struct error *err)
{
	const cJSON *list = json_arr(reply, "InstanceGroups");
	if (!list)
		return shape("ListInstanceGroups", "list of groups", err);
	replace_groups(mc, list, emr_read_instance_group);
	estimate(mc);
	return 0;
}

int model_take_fleets(struct mcluster *mc, const cJSON *reply, struct error *err)
{
	const cJSON *list = json_arr(reply, "InstanceFleets");
	if (!list)
		return shape("ListInstanceFleets", "list of fleets", err);
	replace_groups(mc, list, emr_read_instance_fleet);
	return 0;
}

int model_take_instances(struct mcluster *mc, const cJSON *reply, bool first_page, struct error *err)
{
	const cJSON *list = json_arr(reply, "Instances"), *x;
	if (!list)
		return shape("ListInstances", "list of instances", err);
	for (size_t i = 0; first_page && i < mc->c->instances.len; i++)
		instance_free(mc->c->instances.items[i]);
	if (first_page)
		mc->c->instances.len = 0;
	cJSON_ArrayForEach(x, list) {
		struct instance *in = emr_read_instance(x);
		if (!in)
			continue;
		struct instance_group *g = cluster_group(mc->c, in->group_id);
		if (g)
			in->role = g->role;
		vec_push(&mc->c->instances, in);
	}
	return 0;
}

static bool page_has(const cJSON *list, const char *id)
{
	const cJSON *x;
	cJSON_ArrayForEach(x, list)
		if (!strcmp(json_str(x, "Id", ""), id))
			return true;
	return false;
}

/* Drop what the page says anew; older pages that were read before stay. */
static void drop_known(struct step_list *steps, const cJSON *list)
{
	size_t kept = 0;
	for (size_t i = 0; i < steps->len; i++) {
		if (page_has(list, steps->items[i]->id))
			step_free(steps->items[i]);
		else
			steps->items[kept++] = steps->items[i];
	}
	steps->len = kept;
}

/* The model keeps steps oldest first; the wire gives them newest first, a page at a time. */
int model_take_steps(struct mcluster *mc, const cJSON *reply, bool first_page, struct error *err)
{
	const cJSON *list = json_arr(reply, "Steps"), *x;
	struct step_list *steps = &mc->c->steps;
	if (!list)
		return shape("ListSteps", "list of steps", err);
	drop_known(steps, list);
	size_t n = 0, old = steps->len, at = first_page ? old : 0, i = 0;
	cJSON_ArrayForEach(x, list)
		n += cJSON_IsObject(x);
	vec_reserve(steps, old + n + 1);
	memmove(steps->items + at + n, steps->items + at, (old - at) * sizeof *steps->items);
	steps->len += n;
	cJSON_ArrayForEach(x, list)
		if (cJSON_IsObject(x))
			steps->items[at + n - ++i] = emr_read_step(x);
	if (!first_page || !old)
		snprintf(mc->steps_marker, sizeof mc->steps_marker, "%s", json_str(reply, "Marker", ""));
	return 0;
}

int model_take_bootstrap(struct mcluster *mc, const cJSON *reply, struct error *err)
{
	const cJSON *list = json_arr(reply, "BootstrapActions"), *x, *arg;
	struct bootstrap_list *l = &mc->c->bootstrap_actions;
	if (!list)
		return shape("ListBootstrapActions", "list of actions", err);
	for (size_t i = 0; i < l->len; i++) {
		free(l->items[i].name);
		free(l->items[i].path);
		str_list_free(&l->items[i].args);
	}
	l->len = 0;
	cJSON_ArrayForEach(x, list) {
		struct bootstrap_action b = { .name = xstrdup(json_str(x, "Name", "")),
		                              .path = xstrdup(json_str(x, "ScriptPath", "")) };
		cJSON_ArrayForEach(arg, json_arr(x, "Args"))
			if (cJSON_IsString(arg))
				str_list_add(&b.args, arg->valuestring);
		vec_push(l, b);
	}
	return 0;
}

/* What a step reached last is kept: a finished one still shows its rows. */
static void put_progress(struct mcluster *mc, const struct step_progress *p)
{
	for (size_t i = 0; i < mc->progress.len; i++) {
		if (!strcmp(mc->progress.items[i].id, p->id)) {
			mc->progress.items[i] = *p;
			return;
		}
	}
	vec_push(&mc->progress, *p);
}

int model_take_progress(struct mcluster *mc, const cJSON *reply, struct error *err)
{
	const cJSON *list = json_arr(reply, "Steps"), *x;
	if (!list)
		return shape("GetStepProgress", "list of steps", err);
	cJSON_ArrayForEach(x, list) {
		struct step_progress p = { .fraction = json_num(x, "Fraction", -1),
			.statement = (int)json_int(x, "Statement", 0),
			.statements = (int)json_int(x, "Statements", 0),
			.stage = (int)json_int(x, "Stage", 0),
			.tasks_done = (int)json_int(x, "TasksDone", 0),
			.tasks = (int)json_int(x, "Tasks", 0),
			.rows_in = json_int(x, "RowsIn", 0), .rows_out = json_int(x, "RowsOut", 0),
			.bytes_in = json_int(x, "BytesIn", 0), .bytes_out = json_int(x, "BytesOut", 0) };
		snprintf(p.id, sizeof p.id, "%s", json_str(x, "StepId", ""));
		const struct step *step = cluster_step(mc->c, p.id);
		p.final = step && step_state_ended(step->state);
		snprintf(p.description, sizeof p.description, "%s", json_str(x, "Description", ""));
		put_progress(mc, &p);
	}
	return 0;
}
