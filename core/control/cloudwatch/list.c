/* Stoker.ListAlarms: everything that is wrong now, whatever found it; and who has seen it. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cloudwatch/state.h"
#include "core/control/ops.h"

#define NOTE_MAX 1000

void cw_alarms_from(struct control *ctl, cw_alarm_source source)
{
	struct cw *cw = cw_of(ctl);

	for (size_t i = 0; i < cw->sources.len; i++)
		if (cw->sources.items[i] == source)
			return;
	vec_push(&cw->sources, source);
}

/* ---- what is wrong ---- */

static const char *cluster_of(struct cw *cw, const struct metric_alarm *a);

/* Of a composite: the cluster of the first of its alarms that rings and watches one. */
static const char *cluster_of_children(struct cw *cw, const struct metric_alarm *a)
{
	const struct cw_alarm *rt = a->runtime;
	const struct str_list *names = rt->rule ? alarm_rule_names(rt->rule) : NULL;

	for (size_t i = 0; names && i < names->len; i++) {
		const struct metric_alarm *child = cw_alarm_get(cw, rt->region, names->items[i]);
		const char *id = child && child->state == ALARM_STATE_ALARM && !child->rule ? cluster_of(cw, child) : NULL;
		if (id)
			return id;
	}
	return NULL;
}

static const char *cluster_of(struct cw *cw, const struct metric_alarm *a)
{
	const char *id = a->rule ? cluster_of_children(cw, a) : pair_list_get(&a->ref.dims, CW_DIM_CLUSTER);

	for (size_t i = 0; i < a->queries.len && !id; i++)
		id = pair_list_get(&a->queries.items[i].ref.dims, CW_DIM_CLUSTER);
	return id;
}

/* A tag "severity" on an alarm says how bad it is. */
static enum severity severity_of(const struct metric_alarm *a)
{
	for (size_t i = 0; i < a->tags.len; i++) {
		int s = strcasecmp(a->tags.items[i].key, "severity") ? -1 : names_parse(&severity_names,
		                                                                        a->tags.items[i].value);
		if (s >= 0)
			return (enum severity)s;
	}
	return SEVERITY_WARN;
}

static struct alarm alarm_of(struct cw *cw, const struct metric_alarm *a)
{
	const char *cluster = cluster_of(cw, a);
	struct alarm out = { .id = xasprintf("metric/%s", a->name), .severity = severity_of(a), .since = a->transitioned,
	                     .detail = xstrdup(a->reason), .kind = a->rule ? "composite" : "metric",
	                     .name = xstrdup(a->name) };

	out.title = a->description && *a->description ? xasprintf("%s: %s", a->name, a->description)
	            : xasprintf("%s is in ALARM", a->name);
	out.hint = xasprintf(a->rule ? "stoker alarms show \"%s\" tells its rule and the alarms behind it."
	                     : "stoker alarms show \"%s\" draws the metric with its threshold.", a->name);
	snprintf(out.cluster_id, sizeof out.cluster_id, "%s", cluster ? cluster : "");
	return out;
}

static void add_metric_alarms(struct control *ctl, const char *region, const char *cluster_id, struct alarm_list *out)
{
	struct cw *cw = cw_of(ctl);
	size_t it = 0;
	void *v;

	while (map_next(cw->alarms, &it, NULL, &v)) {
		const struct metric_alarm *a = v;
		const char *cluster = cluster_of(cw, a);
		if (a->state != ALARM_STATE_ALARM || a->owner || (region && strcmp(region, cw_alarm_region(a))) ||
		    (cluster_id && (!cluster || strcmp(cluster, cluster_id))))
			continue;
		struct alarm x = alarm_of(cw, a);
		vec_push(out, x);
	}
}

static void all_alarms(struct control *ctl, const char *region, const char *cluster_id, int64_t now,
                       struct alarm_list *out)
{
	struct cw *cw = cw_of(ctl);

	alarms_compute(ctl, cluster_id, now, out);
	add_metric_alarms(ctl, region, cluster_id, out);
	for (size_t i = 0; i < cw->sources.len; i++)
		cw->sources.items[i](ctl, region, cluster_id, now, out);
}

/* ---- acknowledgements ---- */

static void ack_free(void *p)
{
	struct cw_ack *a = p;

	free(a->by);
	free(a->note);
	free(a);
}

void cw_acks_free(struct cw *cw)
{
	if (cw->acks)
		map_free(cw->acks, ack_free);
	cw->acks = NULL;
}

static void keep_ack(struct cw *cw, const char *region, const char *id, const cJSON *body)
{
	struct cw_ack *a = xcalloc(1, sizeof *a);
	char *key = xasprintf("%s\n%s", region, id);

	a->by = xstrdup(json_str(body, "By", ""));
	a->note = xstrdup(json_str(body, "Note", NULL));
	a->at = emr_decode_time(body, "At");
	struct cw_ack *old = map_set(cw->acks, key, a);
	if (old)
		ack_free(old);
	free(key);
}

static void load_ack(struct control *ctl, const char *region, const char *id, const cJSON *body, void *ctx)
{
	(void)ctl;
	keep_ack(ctx, region, id, body);
}

void cw_acks_load(struct control *ctl, struct error *err)
{
	struct cw *cw = cw_of(ctl);

	cw_acks_free(cw);
	cw->acks = map_new();
	docs_each(ctl, ACK_DOC, load_ack, cw, err);
}

/* Of this occurrence: an alarm that ended and came again is news. A condition that has no beginning of its own says
 * "now" each time. */
static const struct cw_ack *ack_of(struct cw *cw, const char *region, const struct alarm *a, int64_t now)
{
	char *key = xasprintf("%s\n%s", region, a->id);
	const struct cw_ack *ack = map_get(cw->acks, key);

	free(key);
	return ack && (a->since <= ack->at || a->since >= now - 1000) ? ack : NULL;
}

void cw_acks_tidy(struct control *ctl, int64_t now)
{
	struct cw *cw = cw_of(ctl);
	struct alarm_list all = { 0 };
	size_t it = 0;
	const char *key;
	void *v;

	if (!map_len(cw->acks))
		return;
	all_alarms(ctl, NULL, NULL, now, &all);
	while (map_next(cw->acks, &it, &key, &v)) {
		const char *id = strchr(key, '\n') + 1;
		char region[MODEL_REGION_SIZE];
		bool there = false;
		snprintf(region, sizeof region, "%.*s", (int)(id - 1 - key), key);
		for (size_t i = 0; i < all.len && !there; i++)
			there = !strcmp(all.items[i].id, id) && ack_of(cw, region, &all.items[i], now);
		if (there)
			continue;
		doc_drop(ctl, ACK_DOC, region, id);
		map_remove(cw->acks, key);
		ack_free(v);
	}
	alarm_list_free(&all);
}

/* ---- operations ---- */

static cJSON *encode(struct cw *cw, const char *region, const struct alarm *a, int64_t now)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "AlarmId", a->id);
	const struct cw_ack *ack = ack_of(cw, region, a, now);

	json_add_str(o, "Kind", a->kind ? a->kind : "condition");
	json_add_str(o, "Severity", names_get(&severity_names, (int)a->severity));
	json_add_str(o, "ClusterId", a->cluster_id[0] ? a->cluster_id : NULL);
	json_add_time(o, "Since", a->since);
	json_add_str(o, "Title", a->title);
	json_add_str(o, "Detail", a->detail);
	json_add_str(o, "Hint", a->hint);
	json_add_str(o, "AlarmName", a->name);
	if (ack) {
		cJSON *k = json_add_str(cJSON_CreateObject(), "By", ack->by);
		json_add_time(k, "At", ack->at);
		json_add(o, "Acknowledged", json_add_str(k, "Note", ack->note));
	}
	return o;
}

CW_OP(cw_list_alarms)
{
	const char *id = json_str(in, "ClusterId", NULL);
	struct alarm_list all = { 0 };
	int64_t now = clock_now_ms();

	if (id && !op_cluster(ctl, in, "ClusterId", false, err))
		return err->code;
	all_alarms(ctl, call->region, id, now, &all);
	cJSON *list = cJSON_AddArrayToObject(out, "Alarms");
	for (size_t i = 0; i < all.len; i++)
		cJSON_AddItemToArray(list, encode(cw_of(ctl), call->region, &all.items[i], now));
	alarm_list_free(&all);
	return 0;
}

static int find_alarm(struct control *ctl, const char *region, const char *id, struct error *err)
{
	struct alarm_list all = { 0 };
	bool found = false;

	all_alarms(ctl, region, NULL, clock_now_ms(), &all);
	for (size_t i = 0; i < all.len && !found; i++)
		found = !strcmp(all.items[i].id, id);
	alarm_list_free(&all);
	if (found)
		return 0;
	emr_error_validation(err, "There is no alarm \"%.200s\" now.", id);
	error_hint(err, "ListAlarms (stoker alarms) tells the ids of those that there are; one that ended needs no "
	           "acknowledgement.");
	return ERR_INVALID;
}

CW_OP(cw_acknowledge)
{
	const char *id = json_str(in, "AlarmId", ""), *note = json_str(in, "Note", NULL);

	(void)out;
	if (note && strlen(note) > NOTE_MAX)
		return emr_error_validation(err, "The Note is longer than %d bytes.", NOTE_MAX);
	if (find_alarm(ctl, call->region, id, err))
		return err->code;
	cJSON *body = json_add_str(cJSON_CreateObject(), "By", actor_of(ctl));
	json_add_time(body, "At", clock_now_ms());
	json_add_str(body, "Note", note);
	keep_ack(cw_of(ctl), call->region, id, body);
	doc_put(ctl, ACK_DOC, call->region, id, body);
	cJSON_Delete(body);
	mark_changed(ctl);
	return 0;
}

CW_OP(cw_unacknowledge)
{
	const char *id = json_str(in, "AlarmId", "");
	char *key = xasprintf("%s\n%s", call->region, id);
	struct cw_ack *ack = map_remove(cw_of(ctl)->acks, key);

	(void)out;
	free(key);
	if (!ack)
		return emr_error_validation(err, "The alarm \"%.200s\" is not acknowledged.", id);
	ack_free(ack);
	doc_drop(ctl, ACK_DOC, call->region, id);
	mark_changed(ctl);
	return 0;
}
