#include "core/control/notify/notify.h"
#include "core/control/retry/notice.h"

/* A server without topics tells nobody. */
extern __typeof__(notify_send) notify_send __attribute__((weak));

void notice(struct control *ctl, const char *region, const char *topic, const char *subject, const cJSON *body)
{
	if (topic && *topic && notify_send)
		notify_send(ctl, region, topic, subject, body);
}
