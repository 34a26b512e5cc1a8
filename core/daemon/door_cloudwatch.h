/* CloudWatch's protocols at the door: JSON 1.0, query with XML, and CBOR. The control plane sees JSON only. */
#ifndef CORE_DAEMON_DOOR_CLOUDWATCH_H
#define CORE_DAEMON_DOOR_CLOUDWATCH_H

#include "core/control/control.h"
#include "core/net/http_server.h"

/* Is this request one of CloudWatch's, whatever its protocol? */
bool cloudwatch_speaks(const struct http_request *r);
/* Turn it, call, and answer in its protocol. */
void cloudwatch_call(struct control *ctl, struct http_request *r, const struct control_caller *who, const char *body,
                     size_t len);
void cloudwatch_error(struct http_request *r, const char *request_id, const char *code, const char *message);

#endif
