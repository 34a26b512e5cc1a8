/* Telling a topic. The topics themselves are the notify part's. */
#ifndef CORE_CONTROL_RETRY_NOTICE_H
#define CORE_CONTROL_RETRY_NOTICE_H

#include "core/control/state.h"

/* Send a message to a topic, when there is one; never waits. topic NULL or "": nobody is told. */
void notice(struct control *ctl, const char *region, const char *topic, const char *subject,
            const cJSON *body);

#endif
