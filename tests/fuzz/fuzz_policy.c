/* Any bytes as a policy document. What is accepted is decided without harm for a few requests; a document that
 * denies everything never allows, and the answer to the same question is the same. */
#include <stdint.h>
#include <stdlib.h>

#include "core/model/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct policy *p, const char *action, const char *resource, const struct pair_list *tags)
{
	struct policy_request r = {
		.action = action, .resource = resource, .user = "ada", .account = "000000000000",
		.user_arn = "arn:aws:iam::000000000000:user/ada", .source_ip = "127.0.0.1", .region = "us-east-1",
		.user_agent = "fuzz", .now_ms = 1795231000000, .resource_tags = tags, .request_tags = tags,
	};
	enum policy_effect first = policy_decide(p, &r);
	if (first != policy_decide(p, &r) || first < POLICY_NONE || first > POLICY_DENY)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct policy *p = NULL;
	struct error err = ERROR_INIT;
	struct pair_list tags = { 0 };
	if (policy_parse((const char *)data, size, &p, &err)) {
		if (p || !err.message[0] || !err.class_[0])
			abort();
		return 0;
	}
	pair_list_set(&tags, "team", "blue");
	pair_list_set(&tags, "a:b/c", "*?${aws:username}");
	ask(p, "elasticmapreduce:DescribeCluster", "arn:aws:elasticmapreduce:us-east-1:000000000000:cluster/j-1", &tags);
	ask(p, "elasticmapreduce:ListClusters", "*", NULL);
	ask(p, "stoker:PutPolicy", ":::::::", &tags);
	pair_list_free(&tags);
	policy_free(p);
	return 0;
}
