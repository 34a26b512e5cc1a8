#include "core/model/event.h"

static const char *const severity_items[] = { "INFO", "WARN", "ERROR", "CRITICAL" };
const struct names severity_names = { severity_items, 4 };

void event_free(struct event *e)
{
	free(e->type);
	free(e->message);
	free(e->actor);
	free(e->cause);
	free(e->detail);
}

void event_list_free(struct event_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		event_free(&l->items[i]);
	vec_free(l);
}

void alarm_free(struct alarm *a)
{
	free(a->id);
	free(a->title);
	free(a->detail);
	free(a->hint);
	free(a->name);
}

void alarm_list_free(struct alarm_list *l)
{
	for (size_t i = 0; i < l->len; i++)
		alarm_free(&l->items[i]);
	vec_free(l);
}
