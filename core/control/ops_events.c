/* Reading the stream of events. */
#include <stdio.h>

#include "core/base/json.h"
#include "core/control/ops.h"

#define PAGE 1000

static cJSON *encode(const struct event *e)
{
	char id[24];

	snprintf(id, sizeof id, "%lld", (long long)e->seq);
	cJSON *o = json_add_str(cJSON_CreateObject(), "EventId", id);
	json_add_time(o, "Time", e->time);
	json_add_str(o, "Severity", names_get(&severity_names, (int)e->severity));
	json_add_str(o, "Region", e->region[0] ? e->region : NULL);
	json_add_str(o, "ClusterId", e->cluster_id[0] ? e->cluster_id : NULL);
	json_add_str(o, "ResourceId", e->resource_id[0] ? e->resource_id : NULL);
	json_add_str(o, "Type", e->type);
	json_add_str(o, "Message", e->message);
	json_add_str(o, "Actor", e->actor);
	json_add_str(o, "Cause", e->cause);
	return o;
}

/* An event's number, as text (as EventId and NextToken are given) or as a number. */
static int read_number(const cJSON *in, const char *member, int64_t *out, struct error *err)
{
	const char *text = json_str(in, member, NULL);
	char *end = NULL;

	*out = text ? strtoll(text, &end, 10) : json_int(in, member, 0);
	if (*out < 0 || (text && (!*text || *end)))
		return emr_error_validation(err, "%s must be the EventId of an event", member);
	return 0;
}

static int read_query(const struct call *call, const cJSON *in, struct event_query *q, struct error *err)
{
	int severity = names_parse(&severity_names, json_str(in, "Severity", "INFO"));
	int64_t max = json_int(in, "MaxResults", 100);
	int ret;

	*q = (struct event_query){
		.region = call->region, .cluster_id = json_str(in, "ClusterId", NULL),
		.resource_id = json_str(in, "ResourceId", NULL), .type = json_str(in, "Type", NULL),
		.words = json_str(in, "Query", NULL), .since = emr_decode_time(in, "Since"),
		.until = emr_decode_time(in, "Until"), .max = max < 1 || max > PAGE ? PAGE : (int)max,
	};
	if (severity < 0)
		return emr_error_validation(err, "Severity must be INFO, WARN, ERROR or CRITICAL");
	q->severity = (enum severity)severity;
	if ((ret = read_number(in, "NextToken", &q->before, err)))
		return ret;
	return read_number(in, "After", &q->after, err);
}

static int list_events(struct control *ctl, const cJSON *in, cJSON *out, struct call *call, struct error *err)
{
	struct event_list events = { 0 };
	const char *format = json_str(in, "Format", NULL);
	struct event_query q;
	int ret = read_query(call, in, &q, err);

	if (!ret && format && strcmp(format, "eventbridge"))
		ret = emr_error_validation(err, "Format must be eventbridge");
	if (!ret && q.cluster_id && !op_cluster(ctl, in, "ClusterId", false, err))
		ret = err->code;
	if (!ret)
		ret = store_find_events(ctl->store, &q, &events, err);
	cJSON *list = cJSON_CreateArray();
	for (size_t i = 0; i < events.len; i++)
		cJSON_AddItemToArray(list, format ? event_bridge(&events.items[i]) : encode(&events.items[i]));
	json_add(out, format ? "Records" : "Events", list);
	if (!ret && events.len && (int)events.len == q.max)
		op_add_page_token(out, events.items[events.len - 1].seq);
	event_list_free(&events);
	return ret;
}

const struct op event_ops[] = {
	{ "Stoker.ListEvents", list_events },
	{ NULL, NULL },
};
