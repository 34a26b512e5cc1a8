/* One notice on its way. Internal to this folder. */
#ifndef CORE_CONTROL_NOTIFY_DELIVER_H
#define CORE_CONTROL_NOTIFY_DELIVER_H

#include "core/control/notify/notify.h"
#include "core/net/http_client.h"

enum topic_way { TOPIC_WEBHOOK, TOPIC_COMMAND, TOPIC_EMAIL, TOPIC_WAYS };

struct topic {
	char region[MODEL_REGION_SIZE];
	char *name;
	enum topic_way way;
	char *target;                /* URL, shell line, or address */
	int64_t sent;                /* ms of the last notice, 0 = none yet */
	char *subject, *error;       /* of the last one; error NULL: it was delivered */
};

struct delivery;

struct notify {
	struct map *topics;          /* region LF name → struct topic */
	VEC(struct delivery *) deliveries;
	struct http_client *http;    /* made by the first webhook */
};

struct delivery {
	struct control *ctl;
	char id[40];                 /* of its document; "" when it has none (a test) */
	char region[MODEL_REGION_SIZE];
	char *topic, *target, *subject, *text; /* text: the message as JSON */
	char *plain;                 /* the same for people */
	enum topic_way way;
	int attempt;                 /* 1… */
	bool once;                   /* TestTopic: no second attempt */
	struct call *call;           /* whose answer waits for it, or NULL */
	struct http_call *http;
	int pid, errors;             /* of the running command; a file that holds what it said */
	bool late;                   /* it was killed for taking too long */
	uv_timer_t timer;
};

char *topic_arn(const char *region, const char *name);       /* free() */
struct notify *notify_of(struct control *ctl);

/* Begins in the loop, after the commit of this turn. body is copied. */
struct delivery *delivery_new(struct control *ctl, const struct topic *t, const char *subject, const cJSON *body);
/* One that a former run of the server left. Takes text and plain. */
struct delivery *delivery_again(struct control *ctl, const struct topic *t, const char *id, const char *subject,
                                char *text, char *plain);
void delivery_free(struct delivery *d);                      /* stops it; freed in the loop */
/* How it went; part.c remembers it with the topic and answers who waits. error NULL: delivered. */
void delivery_done(struct delivery *d, const char *error);
bool delivery_child(struct control *ctl, int pid, int status);

#endif
