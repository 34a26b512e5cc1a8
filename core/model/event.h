/* Events (what happened) and alarms (what is wrong now). */
#ifndef CORE_MODEL_EVENT_H
#define CORE_MODEL_EVENT_H

#include "core/model/common.h"

enum severity { SEVERITY_INFO, SEVERITY_WARN, SEVERITY_ERROR, SEVERITY_CRITICAL };
extern const struct names severity_names; /* INFO, WARN, ERROR, CRITICAL */

#define EVENT_RESOURCE_SIZE 256 /* names of alarms have up to 255 characters */

struct event {
	int64_t seq;                      /* its place in the stream, 1…; given by the journal */
	int64_t time;
	enum severity severity;
	char cluster_id[MODEL_ID_SIZE];   /* "" = of the server */
	char resource_id[EVENT_RESOURCE_SIZE]; /* the step, group, instance, alarm …; or the cluster */
	char *type;                       /* "EMR Step Status Change" and its kin */
	char *message;                    /* one sentence for a person */
	char region[MODEL_REGION_SIZE];   /* "" = of the whole server */
	char *actor;                      /* who made it happen: a user, "owner", "stoker:scaling", "system" */
	char *cause;                      /* why, as a sentence; NULL when the message says it all */
	char *detail;                     /* what the resource was like then: a JSON object, or NULL */
	const void *call;                 /* the control plane's: the request that made it, until the commit */
};
VEC_STRUCT(event_list, struct event);

void event_free(struct event *e);          /* what it owns, not the struct */
void event_list_free(struct event_list *l);

struct alarm {
	char *id;                         /* stable while the condition lasts */
	enum severity severity;
	char cluster_id[MODEL_ID_SIZE];
	int64_t since;
	char *title, *detail, *hint;      /* what; why; what to do next */
	const char *kind;                 /* "metric", "budget" (static); NULL: a condition of the server's own */
	char *name;                       /* of a metric alarm or budget, or NULL */
};
VEC_STRUCT(alarm_list, struct alarm);

void alarm_free(struct alarm *a);          /* what it owns, not the struct */
void alarm_list_free(struct alarm_list *l);

#endif
