/* Notices: topics that somebody is told through. A topic has one way: a webhook (POST), a command of the shell, or
 * an e-mail through the machine's sendmail. */
#ifndef CORE_CONTROL_NOTIFY_NOTIFY_H
#define CORE_CONTROL_NOTIFY_NOTIFY_H

#include "core/control/part.h"

/* Tell whoever stands behind the topic. Never blocks; tried again with growing pauses. False when there is no such
 * topic in the region, or topic_arn is NULL. topic_arn may also be the plain name of one. body is copied. */
bool notify_send(struct control *ctl, const char *region, const char *topic_arn, const char *subject,
                 const cJSON *body);
/* A request that names a topic which is not there is refused; NULL names none. */
int notify_check(struct control *ctl, const char *region, const char *topic_arn, struct error *err);
bool notify_exists(struct control *ctl, const char *region, const char *topic_arn);
/* A child process has ended (the control plane collects all of them): was it ours? */
bool notify_child(struct control *ctl, int pid, int status);

#endif
