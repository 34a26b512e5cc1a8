/* AWS's other services at the door. Clients ask STS who they are before anything else (Airflow's and Terraform's checks
 * of a connection, people with `aws sts get-caller-identity`), and `aws emr create-default-roles` speaks to IAM: with
 * AWS_ENDPOINT_URL set they all come here. */
#ifndef CORE_DAEMON_DOOR_OTHER_H
#define CORE_DAEMON_DOOR_OTHER_H

#include "core/control/control.h"
#include "core/net/http_server.h"

/* Is it a form of the query protocol, signed for another service than CloudWatch? service: of the signature. */
bool other_speaks(const struct http_request *r, const char *service);
/* Answers GetCallerIdentity of STS; anything else with an error that says what is served instead. */
void other_call(struct http_request *r, const char *service, const struct control_caller *who, const char *body,
                size_t len);

#endif
