/* Events: what happened, for people and for programs that do not want to poll. */
#include <stdio.h>

#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/control/state.h"

struct acting actor_begin(struct control *ctl, const char *actor, const char *cause)
{
	struct acting before = { ctl->actor, ctl->cause, ctl->acting_region };

	ctl->actor = actor;
	ctl->cause = cause;
	return before;
}

void actor_end(struct control *ctl, const struct acting *before)
{
	ctl->actor = before->actor;
	ctl->cause = before->cause;
	ctl->acting_region = before->region;
}

const char *actor_of(const struct control *ctl)
{
	return ctl->actor ? ctl->actor : "system";
}

static const char *region_of(const struct control *ctl, const char *cluster_id)
{
	const struct cluster *c = cluster_id && *cluster_id ? find_cluster(ctl, cluster_id) : NULL;

	return c ? c->region : ctl->acting_region ? ctl->acting_region : ctl->call ? ctl->call->region : "";
}

/* What does not fit is cut, between two characters. */
static void set_resource(struct event *e, const char *id)
{
	size_t n = strlen(id);

	if (n >= sizeof e->resource_id)
		for (n = sizeof e->resource_id - 1; n && ((unsigned char)id[n] & 0xc0) == 0x80;)
			n--;
	memcpy(e->resource_id, id, n);
	e->resource_id[n] = '\0';
}

void event_add(struct control *ctl, enum severity severity, const char *cluster_id, const char *resource_id,
               const char *type, const char *fmt, ...)
{
	struct event e = { .time = clock_now_ms(), .severity = severity, .type = xstrdup(type) };
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	snprintf(e.cluster_id, sizeof e.cluster_id, "%s", cluster_id ? cluster_id : "");
	set_resource(&e, resource_id ? resource_id : cluster_id ? cluster_id : "");
	e.message = buf_steal(&text);
	snprintf(e.region, sizeof e.region, "%s", region_of(ctl, cluster_id));
	e.actor = xstrdup(actor_of(ctl));
	e.cause = xstrdup(ctl->cause);
	log_write(severity >= SEVERITY_ERROR ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "%s: %s", e.resource_id,
	          e.message);
	e.detail = event_detail(ctl, &e);
	e.call = ctl->call;
	vec_push(&ctl->events, e);
	ctl->changed = true;
}

void events_take_back(struct control *ctl, const struct call *call)
{
	for (size_t i = ctl->events.len; i-- > 0;)
		if (ctl->events.items[i].call == call) {
			event_free(&ctl->events.items[i]);
			vec_remove(&ctl->events, i);
		}
}

void events_keep(struct control *ctl, const struct call *call)
{
	for (size_t i = 0; i < ctl->events.len; i++)
		if (!call || ctl->events.items[i].call == call)
			ctl->events.items[i].call = NULL;
}
