/* IAM-style policy documents: read once, decided often. Pure: the request's context comes from the caller.
 *
 * Behaviour is that of AWS's policy language for identity-based policies: explicit deny wins over allow,
 * allow over the implicit deny; values of a key are alternatives, keys and operators all must hold; a
 * negated operator holds where its key is absent; ForAllValues holds for no value at all, ForAnyValue does
 * not. Three things are stricter than on AWS, because a mistake here must not pass unseen: a member that
 * appears twice, an unknown operator, and an unknown condition key of aws:, elasticmapreduce:, cloudwatch: or
 * stoker: are errors. Keys of other services are taken as absent from our requests, which they are. */
#ifndef CORE_MODEL_POLICY_H
#define CORE_MODEL_POLICY_H

#include <cjson/cJSON.h>

#include "core/base/error.h"
#include "core/model/common.h"

#define POLICY_MAX_BYTES 32768     /* of a document's text */

struct policy;

/* What is asked: every string may be NULL (= absent from the context). Tags are compared as EMR's are: values
 * by case, keys in a condition without. Borrowed for the time of the call. */
struct policy_request {
	const char *action;            /* "elasticmapreduce:RunJobFlow" */
	const char *resource;          /* an ARN, or "*" */
	const char *user, *user_arn;   /* aws:username, aws:PrincipalArn */
	const char *account;           /* aws:PrincipalAccount, aws:ResourceAccount */
	const char *source_ip, *user_agent, *region;
	int64_t now_ms;
	const struct pair_list *resource_tags;  /* of the cluster; NULL: none */
	const struct pair_list *request_tags;   /* in the request; their keys are aws:TagKeys */
	const struct str_list *tag_keys;        /* further aws:TagKeys (RemoveTags) */
	const char *execution_role;    /* elasticmapreduce:ExecutionRoleArn */
	const char *namespace_;        /* cloudwatch:namespace */
};

enum policy_effect { POLICY_NONE, POLICY_ALLOW, POLICY_DENY };

/* Read a document. Errors have the class MalformedPolicyDocumentException and name the member ("Statement[1].
 * Condition.StringLike") and what was expected there. Text beyond POLICY_MAX_BYTES is refused. */
int policy_parse(const char *text, size_t len, struct policy **out, struct error *err);
int policy_read(const cJSON *document, struct policy **out, struct error *err);
void policy_free(struct policy *p);            /* NULL is allowed */

/* POLICY_DENY when a denying statement fits, else POLICY_ALLOW when an allowing one does, else POLICY_NONE. */
enum policy_effect policy_decide(const struct policy *p, const struct policy_request *r);

/* Does a pattern with `*` and `?` fit the whole of s? fold: without regard to case (ASCII). */
bool policy_glob(const char *pattern, const char *s, bool fold);

#endif
