#include "core/control/retry/notice.h"

/* core/control/notify has it; a server without that part tells nobody. */
void notify_send(struct control *ctl, const char *region, const char *topic_arn, const char *subject,
                 const cJSON *body) __attribute__((weak));

void notice(struct control *ctl, const char *region, const char *topic, const char *subject,
            const cJSON *body)
{
	if (topic && *topic && notify_send)
		notify_send(ctl, region, topic, subject, body);
}
