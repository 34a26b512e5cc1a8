/* The keys of a request's context that conditions and variables may name. */
#include <stdio.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/model/policy_inner.h"

struct known {
	const char *name;              /* ends with '/' where a tag's key follows */
	enum context_key key;
};

/* Those that are absent are AWS's own global keys: documents that came from AWS name them, and of our requests
 * none has them (long-term keys, no organisation, no VPC). */
static const struct known known[] = {
	{ "elasticmapreduce:ResourceTag/", CONTEXT_RESOURCE_TAG }, { "aws:ResourceTag/", CONTEXT_RESOURCE_TAG },
	{ "elasticmapreduce:RequestTag/", CONTEXT_REQUEST_TAG }, { "aws:RequestTag/", CONTEXT_REQUEST_TAG },
	{ "aws:TagKeys", CONTEXT_TAG_KEYS }, { "aws:SourceIp", CONTEXT_SOURCE_IP },
	{ "aws:RequestedRegion", CONTEXT_REGION }, { "aws:username", CONTEXT_USERNAME },
	{ "aws:CurrentTime", CONTEXT_TIME }, { "aws:EpochTime", CONTEXT_EPOCH },
	{ "aws:SecureTransport", CONTEXT_SECURE }, { "aws:UserAgent", CONTEXT_USER_AGENT },
	{ "aws:PrincipalArn", CONTEXT_PRINCIPAL_ARN }, { "aws:PrincipalAccount", CONTEXT_PRINCIPAL_ACCOUNT },
	{ "aws:ResourceAccount", CONTEXT_PRINCIPAL_ACCOUNT }, { "aws:PrincipalType", CONTEXT_PRINCIPAL_TYPE },
	{ "aws:ViaAWSService", CONTEXT_VIA_SERVICE }, { "aws:PrincipalIsAWSService", CONTEXT_VIA_SERVICE },
	{ "elasticmapreduce:ExecutionRoleArn", CONTEXT_EXECUTION_ROLE },
	{ "cloudwatch:namespace", CONTEXT_NAMESPACE },
	{ "aws:PrincipalTag/", CONTEXT_ABSENT }, { "aws:MultiFactorAuthPresent", CONTEXT_ABSENT },
	{ "aws:MultiFactorAuthAge", CONTEXT_ABSENT }, { "aws:PrincipalOrgID", CONTEXT_ABSENT },
	{ "aws:PrincipalOrgPaths", CONTEXT_ABSENT }, { "aws:ResourceOrgID", CONTEXT_ABSENT },
	{ "aws:ResourceOrgPaths", CONTEXT_ABSENT }, { "aws:SourceVpc", CONTEXT_ABSENT },
	{ "aws:SourceVpce", CONTEXT_ABSENT }, { "aws:VpcSourceIp", CONTEXT_ABSENT },
	{ "aws:SourceArn", CONTEXT_ABSENT }, { "aws:SourceAccount", CONTEXT_ABSENT },
	{ "aws:CalledVia", CONTEXT_ABSENT }, { "aws:CalledViaFirst", CONTEXT_ABSENT },
	{ "aws:CalledViaLast", CONTEXT_ABSENT }, { "aws:referer", CONTEXT_ABSENT },
	{ "aws:TokenIssueTime", CONTEXT_ABSENT }, { "aws:FederatedProvider", CONTEXT_ABSENT },
	{ "aws:SourceIdentity", CONTEXT_ABSENT }, { "aws:userid", CONTEXT_ABSENT },
	{ "aws:PrincipalServiceName", CONTEXT_ABSENT }, { "aws:AssumedRoot", CONTEXT_ABSENT },
};

static bool ours(const char *name)
{
	static const char *const services[] = { "aws:", "elasticmapreduce:", "cloudwatch:", "stoker:" };

	for (size_t i = 0; i < sizeof services / sizeof *services; i++)
		if (!strncasecmp(name, services[i], strlen(services[i])))
			return true;
	return false;
}

bool context_find(const char *name, struct context_ref *out)
{
	*out = (struct context_ref){ .key = CONTEXT_ABSENT };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		size_t n = strlen(known[i].name);
		bool tag = known[i].name[n - 1] == '/';
		if (strncasecmp(name, known[i].name, n) || (tag ? !name[n] : name[n] != '\0'))
			continue;
		out->key = known[i].key;
		out->tag = tag ? xstrdup(name + n) : NULL;
		return true;
	}
	const char *colon = strchr(name, ':');
	return !ours(name) && colon && colon > name && colon[1];
}

void context_names(struct buf *out)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].key != CONTEXT_ABSENT)
			buf_addf(out, "%s%s%s", out->len ? ", " : "", known[i].name,
			         known[i].name[strlen(known[i].name) - 1] == '/' ? "KEY" : "");
}

/* By the exact key, else by one that differs in case only: AWS's rule for tags in conditions. */
static const char *tag_value(const struct pair_list *tags, const char *key)
{
	const char *exact = tags ? pair_list_get(tags, key) : NULL;

	for (size_t i = 0; tags && !exact && i < tags->len; i++)
		if (!strcasecmp(tags->items[i].key, key))
			exact = tags->items[i].value;
	return exact;
}

static const char *tag_key(const struct policy_request *r, size_t i)
{
	size_t n = r->request_tags ? r->request_tags->len : 0;

	if (i < n)
		return r->request_tags->items[i].key;
	return r->tag_keys && i - n < r->tag_keys->len ? r->tag_keys->items[i - n] : NULL;
}

static const char *single(const struct policy_request *r, const struct context_ref *ref, char scratch[64])
{
	switch (ref->key) {
	case CONTEXT_RESOURCE_TAG:
		return tag_value(r->resource_tags, ref->tag);
	case CONTEXT_REQUEST_TAG:
		return tag_value(r->request_tags, ref->tag);
	case CONTEXT_SOURCE_IP:
		return r->source_ip;
	case CONTEXT_REGION:
		return r->region;
	case CONTEXT_USERNAME:
		return r->user;
	case CONTEXT_TIME:
		return clock_iso8601(r->now_ms, scratch, 64);
	case CONTEXT_EPOCH:
		snprintf(scratch, 64, "%lld", (long long)(r->now_ms / 1000));
		return scratch;
	case CONTEXT_SECURE:
	case CONTEXT_VIA_SERVICE:
		return "false";            /* loopback without TLS, and nobody calls on another's behalf */
	case CONTEXT_USER_AGENT:
		return r->user_agent;
	case CONTEXT_PRINCIPAL_ARN:
		return r->user_arn;
	case CONTEXT_PRINCIPAL_ACCOUNT:
		return r->account;
	case CONTEXT_PRINCIPAL_TYPE:
		return r->user ? "User" : NULL;
	case CONTEXT_EXECUTION_ROLE:
		return r->execution_role;
	case CONTEXT_NAMESPACE:
		return r->namespace_;
	case CONTEXT_ABSENT:
	case CONTEXT_TAG_KEYS:
		break;
	}
	return NULL;
}

const char *context_next(const struct policy_request *r, const struct context_ref *ref, size_t *it,
                         char scratch[64])
{
	size_t i = (*it)++;

	if (ref->key == CONTEXT_TAG_KEYS)
		return tag_key(r, i);
	return i ? NULL : single(r, ref, scratch);
}
