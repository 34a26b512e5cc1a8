/* Operations on alarms. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/control/cloudwatch/state.h"

#define PAGE 100

/* ---- PutMetricAlarm ---- */

static void keep_state(struct metric_alarm *a, const struct metric_alarm *old, int64_t now)
{
	a->configured = now;
	a->state = old ? old->state : ALARM_STATE_INSUFFICIENT;
	a->updated = old ? old->updated : now;
	a->transitioned = old ? old->transitioned : now;
	a->told = old ? old->told : ALARM_STATE_INSUFFICIENT;
	text_set(&a->reason, old ? old->reason : "Unchecked: Initial alarm creation");
	text_set(&a->reason_data, old ? old->reason_data : NULL);
	if (!old)
		return;
	pair_list_free(&a->tags); /* tags are given at creation only */
	a->tags = (struct pair_list){ 0 };
	for (size_t i = 0; i < old->tags.len; i++)
		pair_list_set(&a->tags, old->tags.items[i].key, old->tags.items[i].value);
}

static void configuration_history(struct control *ctl, const struct metric_alarm *a, const char *what, int64_t now)
{
	cJSON *data = json_add_str(cJSON_CreateObject(), "version", "1.0");
	char *summary = xasprintf("Alarm \"%s\" %s", a->name, what);

	json_add_str(data, "type", !strcmp(what, "created") ? "Create" : !strcmp(what, "deleted") ? "Delete" : "Update");
	json_add(data, !strcmp(what, "deleted") ? "deletedAlarm" : "updatedAlarm",
	         cw_encode_alarm(a, cw_alarm_region(a), false));
	cw_history(ctl, a, "ConfigurationUpdate", now, summary, data);
	cJSON_Delete(data);
	free(summary);
}

static int owned(const struct metric_alarm *a, struct error *err)
{
	return cw_error_validation(err, "The alarm %.200s belongs to a scaling policy; change or remove the policy "
	                                "instead.",
	                           a->name);
}

int cw_alarm_store(struct control *ctl, const char *region, struct metric_alarm *a, struct error *err)
{
	struct cw *cw = cw_of(ctl);
	const struct metric_alarm *old = cw_alarm_get(cw, region, a->name);
	int rc = 0;

	if (old && old->owner)
		rc = owned(old, err);
	else if (old && !old->rule != !a->rule)
		rc = cw_error_validation(err, "There is a %s of the name %.255s: delete it first, or choose another name.",
		                         metric_alarm_type(old), a->name);
	else if (!old && map_len(cw->alarms) >= MAX_ALARMS)
		rc = cw_error(err, "LimitExceeded", "This server keeps at most %d alarms.", MAX_ALARMS);
	if (rc) {
		metric_alarm_free(a);
		return rc;
	}
	bool fresh = !old;
	keep_state(a, old, clock_now_ms());
	cw_alarm_keep(ctl, region, a);
	configuration_history(ctl, a, fresh ? "created" : "updated", a->configured);
	return 0;
}

CW_OP(cw_put_metric_alarm)
{
	struct metric_alarm *a = NULL;
	struct math_expr **parsed = NULL;
	int rc = cw_check("PutMetricAlarm", in, err);

	(void)out;
	if (!rc)
		rc = cw_decode_alarm(in, &a, err);
	if (rc)
		return rc;
	rc = cw_parse_queries(&a->queries, &parsed, err);
	cw_parsed_free(parsed, a->queries.len);
	return rc ? (metric_alarm_free(a), rc) : cw_alarm_store(ctl, call->region, a, err);
}

/* ---- describing ---- */

static int by_name(const void *x, const void *y)
{
	return strcmp((*(struct metric_alarm *const *)x)->name, (*(struct metric_alarm *const *)y)->name);
}

static bool any_prefix(const struct str_list *l, const char *prefix)
{
	for (size_t i = 0; i < l->len; i++)
		if (!strncmp(l->items[i], prefix, strlen(prefix)))
			return true;
	return false;
}

static bool wanted(const struct metric_alarm *a, const cJSON *in, const struct str_list *names)
{
	const char *prefix = json_str(in, "AlarmNamePrefix", NULL), *state = json_str(in, "StateValue", NULL),
	           *action = json_str(in, "ActionPrefix", NULL);

	if (names->len && !str_list_has(names, a->name))
		return false;
	if (prefix && strncmp(a->name, prefix, strlen(prefix)))
		return false;
	if (state && strcmp(state, names_get(&alarm_state_names, (int)a->state)))
		return false;
	return !action || any_prefix(&a->alarm_actions, action) || any_prefix(&a->ok_actions, action) ||
	       any_prefix(&a->insufficient_actions, action);
}

VEC_STRUCT(alarm_refs, struct metric_alarm *);

static void alarms_of(struct control *ctl, const char *region, struct alarm_refs *out)
{
	size_t it = 0;
	void *v;

	while (map_next(cw_of(ctl)->alarms, &it, NULL, &v))
		if (!strcmp(cw_alarm_region(v), region))
			vec_push(out, v);
	if (out->len)
		qsort(out->items, out->len, sizeof *out->items, by_name);
}

/* Without AlarmTypes only metric alarms are meant, whatever else there is. */
static bool wants_type(const cJSON *in, const char *type)
{
	const cJSON *types = json_arr(in, "AlarmTypes"), *t;

	if (!types || !types->child)
		return !strcmp(type, "MetricAlarm");
	cJSON_ArrayForEach(t, types)
		if (!strcmp(t->valuestring, type))
			return true;
	return false;
}

/* Of whom an alarm must be a child or a parent; neither: any. */
struct kin {
	const struct metric_alarm *parent; /* its children are wanted */
	const char *child;                 /* its parents are wanted */
};

static int read_kin(struct control *ctl, const char *region, const cJSON *in, struct kin *k, struct error *err)
{
	static const char *const others[] = { "AlarmNames", "AlarmNamePrefix", "AlarmTypes", "StateValue",
	                                      "ActionPrefix" };
	const char *parent = json_str(in, "ChildrenOfAlarmName", NULL);

	k->child = json_str(in, "ParentsOfAlarmName", NULL);
	if (!parent && !k->child)
		return 0;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (cJSON_HasObjectItem(in, others[i]) || (parent && k->child))
			return cw_error_validation(err, "ChildrenOfAlarmName and ParentsOfAlarmName can only be used with "
			                           "MaxRecords and NextToken.");
	k->parent = parent ? cw_alarm_get(cw_of(ctl), region, parent) : NULL;
	if (parent && (!k->parent || !k->parent->rule))
		return cw_error(err, "ResourceNotFound", "There is no composite alarm %.255s.", parent);
	if (k->child && !cw_alarm_get(cw_of(ctl), region, k->child))
		return cw_error(err, "ResourceNotFound", "There is no alarm %.255s.", k->child);
	return 0;
}

static bool is_kin(const struct kin *k, const struct metric_alarm *a)
{
	return k->parent ? cw_composite_names(k->parent, a->name) : cw_composite_names(a, k->child);
}

/* Of relatives only so much is told. */
static cJSON *encode_brief(const struct metric_alarm *a, const char *region)
{
	cJSON *o = json_add_str(cJSON_CreateObject(), "AlarmName", a->name);
	char *arn = cw_alarm_arn(a->name, region);

	json_add_str(o, "AlarmArn", arn);
	free(arn);
	json_add_str(o, "StateValue", names_get(&alarm_state_names, (int)a->state));
	return json_add_time(o, "StateUpdatedTimestamp", a->updated);
}

CW_OP(cw_describe_alarms)
{
	struct alarm_refs all = { 0 };
	struct str_list names = { 0 };
	struct kin kin = { 0 };
	char after[600];
	int rc = cw_check("DescribeAlarms", in, err);

	if (rc)
		return rc;
	if (json_str(in, "AlarmNamePrefix", NULL) && json_arr(in, "AlarmNames"))
		return cw_error_combination(err, "AlarmNamePrefix and AlarmNames cannot be specified together");
	if ((rc = cw_read_token("DescribeAlarms", in, after, sizeof after, err)) ||
	    (rc = read_kin(ctl, call->region, in, &kin, err)))
		return rc;
	bool related = kin.parent || kin.child;
	int64_t room = json_int(in, "MaxRecords", 50);
	cJSON *composites = cJSON_AddArrayToObject(out, "CompositeAlarms");
	cJSON *metric = cJSON_AddArrayToObject(out, "MetricAlarms");
	emr_decode_strings(in, "AlarmNames", &names);
	alarms_of(ctl, call->region, &all);
	const char *last = NULL;
	for (size_t i = 0; i < all.len; i++) {
		const struct metric_alarm *a = all.items[i];
		if (strcmp(a->name, after) <= 0 ||
		    (related ? !is_kin(&kin, a) : !wants_type(in, metric_alarm_type(a)) || !wanted(a, in, &names)))
			continue;
		if (!room--) {
			cw_add_token(out, last);
			break;
		}
		last = a->name;
		cJSON_AddItemToArray(a->rule ? composites : metric,
		                     related ? encode_brief(a, call->region) : cw_encode_alarm(a, call->region, false));
	}
	vec_free(&all);
	str_list_free(&names);
	return 0;
}

static bool same_dims(const struct pair_list *a, const struct pair_list *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++)
		if (strcmp(a->items[i].key, b->items[i].key) || strcmp(a->items[i].value, b->items[i].value))
			return false;
	return true;
}

static bool about(const struct metric_ref *r, const cJSON *in, const struct pair_list *dims)
{
	const char *stat = json_str(in, "Statistic", json_str(in, "ExtendedStatistic", NULL)),
	           *unit = json_str(in, "Unit", NULL);
	int period = json_int32(in, "Period", 0);

	return r->ns && r->name && !strcmp(r->ns, json_str(in, "Namespace", "")) &&
	       !strcmp(r->name, json_str(in, "MetricName", "")) && same_dims(&r->dims, dims) &&
	       (!stat || !strcmp(r->stat, stat)) && (!period || r->period == period) &&
	       (!unit || (r->unit && !strcmp(r->unit, unit)));
}

CW_OP(cw_describe_alarms_for_metric)
{
	struct alarm_refs all = { 0 };
	struct pair_list dims = { 0 };
	int rc = cw_check("DescribeAlarmsForMetric", in, err);

	if (rc)
		return rc;
	cw_read_dims(json_arr(in, "Dimensions"), &dims);
	cJSON *list = cJSON_AddArrayToObject(out, "MetricAlarms");
	alarms_of(ctl, call->region, &all);
	for (size_t i = 0; i < all.len; i++) {
		bool match = about(&all.items[i]->ref, in, &dims);
		for (size_t k = 0; k < all.items[i]->queries.len && !match; k++)
			match = about(&all.items[i]->queries.items[k].ref, in, &dims);
		if (match)
			cJSON_AddItemToArray(list, cw_encode_alarm(all.items[i], call->region, false));
	}
	vec_free(&all);
	pair_list_free(&dims);
	return 0;
}

/* ---- history ---- */

struct history {
	const char *type;
	const cJSON *in;
	cJSON *items;
	int64_t room, last;
	bool more;
};

static bool add_item(const struct record *r, void *ctx)
{
	struct history *h = ctx;
	cJSON *o = cJSON_Parse(r->body);

	if (!o || (h->type && strcmp(h->type, json_str(o, "HistoryItemType", ""))) ||
	    !wants_type(h->in, json_str(o, "AlarmType", "MetricAlarm"))) {
		cJSON_Delete(o);
		return true;
	}
	if (!h->room) {
		h->more = true;
		cJSON_Delete(o);
		return false;
	}
	h->room--;
	h->last = r->seq;
	json_add_time(o, "Timestamp", r->time);
	cJSON_AddItemToArray(h->items, o);
	return true;
}

/* Records are read newest first: the other order turns them around, page by page from the newest still. */
static void turn_around(cJSON *list)
{
	cJSON *turned = cJSON_CreateArray();

	while (list->child)
		cJSON_InsertItemInArray(turned, 0, cJSON_DetachItemViaPointer(list, list->child));
	list->child = turned->child;
	turned->child = NULL;
	cJSON_Delete(turned);
}

#define ASCENDING_MAX 20000

CW_OP(cw_describe_alarm_history)
{
	bool ascending = !strcmp(json_str(in, "ScanBy", ""), "TimestampAscending");
	struct history h = { .type = json_str(in, "HistoryItemType", NULL), .in = in,
	                     .room = json_int(in, "MaxRecords", 100) };
	struct record_query q = { .kind = ALARM_HISTORY, .region = call->region, .subject = json_str(in, "AlarmName",
	                                                                                             NULL),
	                          .since = emr_decode_time(in, "StartDate"), .until = emr_decode_time(in, "EndDate"),
	                          .max = ASCENDING_MAX };
	int64_t place, wish = h.room;
	int rc = cw_check("DescribeAlarmHistory", in, err);

	if (rc || (rc = cw_read_place("DescribeAlarmHistory", in, &place, err)))
		return rc;
	if (place < 0 || (ascending && place > ASCENDING_MAX))
		return cw_error(err, "InvalidNextToken", "The NextToken is not one that DescribeAlarmHistory gave.");
	if (q.since < clock_now_ms() - HISTORY_KEEP_MS)
		q.since = clock_now_ms() - HISTORY_KEEP_MS;
	h.items = cJSON_AddArrayToObject(out, "AlarmHistoryItems");
	if (ascending)
		h.room = ASCENDING_MAX;
	else
		q.before = place;
	rc = records_read(ctl, &q, add_item, &h, err);
	if (rc)
		return rc;
	if (ascending) { /* all of them, turned around; a page is a place in that */
		turn_around(h.items);
		for (int64_t i = 0; i < place; i++)
			cJSON_DeleteItemFromArray(h.items, 0);
		int64_t left = cJSON_GetArraySize(h.items);
		h.more = left > wish;
		for (; left > wish; left--)
			cJSON_Delete(cJSON_DetachItemViaPointer(h.items, h.items->child->prev));
		h.last = place + wish;
	}
	if (h.more)
		cw_add_place(out, h.last);
	return 0;
}

/* ---- changing ---- */

CW_OP(cw_delete_alarms)
{
	const cJSON *name;
	struct cw *cw = cw_of(ctl);
	int rc = cw_check("DeleteAlarms", in, err);

	(void)out;
	if (rc)
		return rc;
	int composites = 0;
	cJSON_ArrayForEach(name, json_arr(in, "AlarmNames")) {
		const struct metric_alarm *a = cw_alarm_get(cw, call->region, name->valuestring);
		if (!a)
			return cw_error(err, "ResourceNotFound", "The alarm %.255s does not exist.", name->valuestring);
		if (a->owner)
			return owned(a, err);
		const char *parent = cw_composite_on(cw, call->region, a->name);
		if (parent)
			return cw_error_validation(err, "Cannot delete %.255s as there are composite alarm(s) depending on it: "
			                           "%.255s", a->name, parent);
		composites += a->rule != NULL;
	}
	if (composites > 1)
		return cw_error_validation(err, "At most one composite alarm can be deleted in one call.");
	cJSON_ArrayForEach(name, json_arr(in, "AlarmNames")) {
		const struct metric_alarm *a = cw_alarm_get(cw, call->region, name->valuestring);
		if (!a) /* named twice */
			continue;
		configuration_history(ctl, a, "deleted", clock_now_ms());
		cw_alarm_forget(ctl, call->region, name->valuestring);
	}
	return 0;
}

CW_OP(cw_set_alarm_state)
{
	int rc = cw_check("SetAlarmState", in, err);
	const char *data = json_str(in, "StateReasonData", NULL);
	struct metric_alarm *a = rc ? NULL : cw_alarm_get(cw_of(ctl), call->region, json_str(in, "AlarmName", ""));

	(void)out;
	if (rc)
		return rc;
	if (!a)
		return cw_error(err, "ResourceNotFound", "Unknown alarm: %.255s", json_str(in, "AlarmName", ""));
	if (data && *data) {
		cJSON *v = json_parse(data, strlen(data), NULL);
		cJSON_Delete(v);
		if (!v)
			return cw_error(err, "InvalidFormat", "StateReasonData is not valid JSON.");
	}
	cw_of(ctl)->evaluating = true; /* an action may drop the alarm: it is needed until the last one was taken */
	cw_alarm_move(ctl, a, (enum alarm_state)names_parse(&alarm_state_names, json_str(in, "StateValue", "")),
	              json_str(in, "StateReason", ""), data && *data ? data : NULL, clock_now_ms());
	cw_composites_settle(ctl, clock_now_ms());
	cw_of(ctl)->evaluating = false;
	cw_bury(cw_of(ctl));
	return 0;
}

static int switch_actions(struct control *ctl, const char *operation, const cJSON *in, struct call *call, bool on,
                          struct error *err)
{
	const cJSON *name, *names = json_arr(in, "AlarmNames");
	int rc = cw_check(operation, in, err);

	if (rc)
		return rc;
	cJSON_ArrayForEach(name, names) {
		struct metric_alarm *a = cw_alarm_get(cw_of(ctl), call->region, name->valuestring);
		if (!a || a->actions_enabled == on) /* unknown names are ignored */
			continue;
		a->actions_enabled = on;
		a->configured = clock_now_ms();
		cw_alarm_save(ctl, a);
		configuration_history(ctl, a, on ? "actions enabled" : "actions disabled", a->configured);
	}
	return 0;
}

CW_OP(cw_enable_alarm_actions)
{
	(void)out;
	return switch_actions(ctl, "EnableAlarmActions", in, call, true, err);
}

CW_OP(cw_disable_alarm_actions)
{
	(void)out;
	return switch_actions(ctl, "DisableAlarmActions", in, call, false, err);
}

/* ---- tags ---- */

static struct metric_alarm *by_arn(struct control *ctl, const cJSON *in, const struct call *call, struct error *err)
{
	const char *arn = json_str(in, "ResourceARN", ""), *name = cw_arn_alarm(arn, call->region);
	struct metric_alarm *a = name ? cw_alarm_get(cw_of(ctl), call->region, name) : NULL;

	if (!a)
		cw_error(err, "ResourceNotFoundException", "Unknown resource: %.300s", arn);
	return a;
}

CW_OP(cw_tag_resource)
{
	int rc = cw_check("TagResource", in, err);
	struct metric_alarm *a = rc ? NULL : by_arn(ctl, in, call, err);
	const cJSON *t;

	(void)out;
	if (!a)
		return err->code;
	size_t more = 0;
	cJSON_ArrayForEach(t, json_arr(in, "Tags"))
		more += !pair_list_get(&a->tags, json_str(t, "Key", ""));
	if (a->tags.len + more > 50)
		return cw_error_value(err, "An alarm takes at most 50 tags.");
	cJSON_ArrayForEach(t, json_arr(in, "Tags"))
		pair_list_set(&a->tags, json_str(t, "Key", ""), json_str(t, "Value", ""));
	cw_alarm_save(ctl, a);
	return 0;
}

CW_OP(cw_untag_resource)
{
	int rc = cw_check("UntagResource", in, err);
	struct metric_alarm *a = rc ? NULL : by_arn(ctl, in, call, err);
	const cJSON *k;

	(void)out;
	if (!a)
		return err->code;
	cJSON_ArrayForEach(k, json_arr(in, "TagKeys"))
		pair_list_remove(&a->tags, k->valuestring);
	cw_alarm_save(ctl, a);
	return 0;
}

CW_OP(cw_list_tags)
{
	int rc = cw_check("ListTagsForResource", in, err);
	struct metric_alarm *a = rc ? NULL : by_arn(ctl, in, call, err);

	if (!a)
		return err->code;
	cJSON *list = cJSON_AddArrayToObject(out, "Tags");
	for (size_t i = 0; i < a->tags.len; i++) {
		cJSON *t = json_add_str(cJSON_CreateObject(), "Key", a->tags.items[i].key);
		cJSON_AddItemToArray(list, json_add_str(t, "Value", a->tags.items[i].value));
	}
	return 0;
}

/* ---- the part's table ---- */

#define CW(name) CW_TARGET_PREFIX name

const struct op cw_ops[] = {
	{ CW("PutMetricData"), cw_put_metric_data },
	{ CW("ListMetrics"), cw_list_metrics },
	{ CW("GetMetricStatistics"), cw_get_metric_statistics },
	{ CW("GetMetricData"), cw_get_metric_data },
	{ CW("PutMetricAlarm"), cw_put_metric_alarm },
	{ CW("PutCompositeAlarm"), cw_put_composite_alarm },
	{ CW("DescribeAlarms"), cw_describe_alarms },
	{ CW("DescribeAlarmsForMetric"), cw_describe_alarms_for_metric },
	{ CW("DescribeAlarmHistory"), cw_describe_alarm_history },
	{ CW("DeleteAlarms"), cw_delete_alarms },
	{ CW("SetAlarmState"), cw_set_alarm_state },
	{ CW("EnableAlarmActions"), cw_enable_alarm_actions },
	{ CW("DisableAlarmActions"), cw_disable_alarm_actions },
	{ CW("TagResource"), cw_tag_resource },
	{ CW("UntagResource"), cw_untag_resource },
	{ CW("ListTagsForResource"), cw_list_tags },
	{ "Stoker.ListAlarms", cw_list_alarms },
	{ "Stoker.AcknowledgeAlarm", cw_acknowledge },
	{ "Stoker.UnacknowledgeAlarm", cw_unacknowledge },
	{ NULL, NULL },
};
