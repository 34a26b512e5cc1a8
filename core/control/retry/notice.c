#include "core/control/notify/notify.h"
#include "core/control/retry/notice.h"

void notice(struct control *ctl, const char *region, const char *topic, const char *subject,
            const cJSON *body)
{
	if (topic && *topic)
		notify_send(ctl, region, topic, subject, body);
}
