#include "core/daemon/door_other.h"

#include <string.h>

#include "core/api/emr/emr.h"
#include "core/api/shape/shape.h"
#include "core/base/mem.h"

#define FORM_TYPE "application/x-www-form-urlencoded"
#define XML_TYPE "text/xml"
#define ACTION_MAX 64

bool other_speaks(const struct http_request *r, const char *service)
{
	const char *type = http_request_header(r, "content-type");

	return *service && strcmp(service, "monitoring") && !http_request_header(r, "x-amz-target") && type &&
	       !strncmp(type, FORM_TYPE, strlen(FORM_TYPE));
}

/* The form's Action, whose letters need no escapes. */
static void action_of(const char *body, size_t len, char out[ACTION_MAX])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i + 7 <= len; i++)
		if ((i == 0 || body[i - 1] == '&') && !memcmp(body + i, "Action=", 7)) {
			for (i += 7; i < len && body[i] != '&' && n + 1 < ACTION_MAX; i++)
				out[n++] = body[i];
			out[n] = '\0';
			return;
		}
}

static void element(struct buf *b, const char *name, const char *text)
{
	buf_addf(b, "<%s>", name);
	shape_xml_text(text, b);
	buf_addf(b, "</%s>", name);
}

/* Everybody may ask this, as on AWS. */
static void caller_identity(const struct control_caller *who, struct buf *b)
{
	bool owner = !strcmp(who->user, "owner");
	char *arn = xasprintf("arn:%s:iam::" EMR_ACCOUNT ":%s%s", emr_partition(who->region), owner ? "root" : "user/",
	                      owner ? "" : who->user);

	buf_adds(b, "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
	         "<GetCallerIdentityResult>");
	element(b, "Arn", arn);
	element(b, "UserId", owner ? EMR_ACCOUNT : who->user);
	element(b, "Account", EMR_ACCOUNT);
	buf_adds(b, "</GetCallerIdentityResult><ResponseMetadata>");
	element(b, "RequestId", who->request_id);
	buf_adds(b, "</ResponseMetadata></GetCallerIdentityResponse>");
	free(arn);
}

static void not_served(const char *service, const char *action, const char *request_id, struct buf *b)
{
	char *text = xasprintf("%s:%s is not served here: this server answers Amazon EMR, CloudWatch and Glue.%s", service,
	                       action, strcmp(service, "iam") ? "" : " Roles and instance profiles need not exist: "
	                       "clusters take any name, so go on without creating them.");

	buf_adds(b, "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code>");
	element(b, "Message", text);
	buf_adds(b, "</Error>");
	element(b, "RequestId", request_id);
	buf_adds(b, "</ErrorResponse>");
	free(text);
}

void other_call(struct http_request *r, const char *service, const struct control_caller *who, const char *body,
                size_t len)
{
	struct buf b = BUF_INIT;
	char action[ACTION_MAX];

	action_of(body, len, action);
	bool served = !strcmp(service, "sts") && !strcmp(action, "GetCallerIdentity");
	if (served)
		caller_identity(who, &b);
	else
		not_served(service, action, who->request_id, &b);
	http_reply(r, served ? 200 : 400, XML_TYPE, buf_str(&b), b.len);
	buf_free(&b);
}
