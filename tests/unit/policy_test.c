/* Policy documents as tables: what is decided, and what is refused with which words. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/model/policy.h"

#define ARN "arn:aws:elasticmapreduce:us-east-1:000000000000:cluster/j-1ABC"

struct question {
	const char *action, *resource;
	const char *tags;                /* of the cluster: "team=blue env=prod" */
	const char *request_tags, *tag_keys;
	const char *user, *ip, *region, *now;
};

static void add_tags(struct pair_list *l, struct str_list *keys, const char *text)
{
	char *copy = xstrdup(text ? text : "");
	for (char *save = NULL, *t = strtok_r(copy, " ", &save); t; t = strtok_r(NULL, " ", &save)) {
		char *eq = strchr(t, '=');
		if (keys) {
			str_list_add(keys, t);
			continue;
		}
		assert_non_null(eq);
		*eq = '\0';
		pair_list_set(l, t, eq + 1);
	}
	free(copy);
}

static enum policy_effect ask(const struct policy *p, const struct question *q)
{
	struct pair_list tags = { 0 }, request = { 0 };
	struct str_list keys = { 0 };
	add_tags(&tags, NULL, q->tags);
	add_tags(&request, NULL, q->request_tags);
	add_tags(NULL, &keys, q->tag_keys);
	struct policy_request r = {
		.action = q->action ? q->action : "elasticmapreduce:DescribeCluster",
		.resource = q->resource ? q->resource : ARN, .user = q->user ? q->user : "ada",
		.user_arn = "arn:aws:iam::000000000000:user/ada", .account = "000000000000",
		.source_ip = q->ip ? q->ip : "127.0.0.1", .region = q->region ? q->region : "us-east-1",
		.now_ms = clock_parse(q->now ? q->now : "2026-11-21T12:00:00Z"), .resource_tags = &tags,
		.request_tags = &request, .tag_keys = &keys,
	};
	enum policy_effect e = policy_decide(p, &r);
	pair_list_free(&tags);
	pair_list_free(&request);
	str_list_free(&keys);
	return e;
}

static struct policy *parse(const char *text)
{
	struct error err = ERROR_INIT;
	struct policy *p = NULL;
	if (policy_parse(text, strlen(text), &p, &err))
		fail_msg("%s\n%s", text, err.message);
	return p;
}

struct decision {
	const char *document;
	struct question q;
	enum policy_effect want;
};

static void decide(const struct decision *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct policy *p = parse(t[i].document);
		enum policy_effect got = ask(p, &t[i].q);
		if (got != t[i].want)
			fail_msg("row %zu: %s: got %d, want %d", i, t[i].document, (int)got, (int)t[i].want);
		policy_free(p);
	}
}
#define DECIDE(table) decide(table, sizeof table / sizeof *table)

#define DOC(statements) "{\"Version\":\"2012-10-17\",\"Statement\":[" statements "]}"
#define ALLOW(rest) "{\"Effect\":\"Allow\"," rest "}"
#define DENY(rest) "{\"Effect\":\"Deny\"," rest "}"
#define ALL "\"Action\":\"*\",\"Resource\":\"*\""
/* Everything under a condition. */
#define WHEN(condition) DOC(ALLOW(ALL ",\"Condition\":{" condition "}"))

static void actions_and_resources(void **state)
{
	(void)state;
	static const struct decision table[] = {
		{ DOC(ALLOW(ALL)), { 0 }, POLICY_ALLOW },
		{ "{\"Statement\":" ALLOW(ALL) "}", { 0 }, POLICY_ALLOW },
		{ DOC(ALLOW("\"Action\":\"*:*\",\"Resource\":\"*\"")), { 0 }, POLICY_ALLOW },
		{ DOC(ALLOW("\"Action\":\"ec2:*\",\"Resource\":\"*\"")), { 0 }, POLICY_NONE },
		{ DOC(ALLOW("\"Action\":\"elasticmapreduce:*\",\"Resource\":\"*\"")), { 0 }, POLICY_ALLOW },
		{ DOC(ALLOW("\"Action\":\"ELASTICMAPREDUCE:describe*\",\"Resource\":\"*\"")), { 0 }, POLICY_ALLOW },
		{ DOC(ALLOW("\"Action\":[\"elasticmapreduce:List*\",\"elasticmapreduce:?escribeCluster\"],"
		            "\"Resource\":\"*\"")), { 0 }, POLICY_ALLOW },
		{ DOC(ALLOW("\"Action\":\"elasticmapreduce:Describe\",\"Resource\":\"*\"")), { 0 }, POLICY_NONE },
		{ DOC(ALLOW("\"NotAction\":\"elasticmapreduce:Run*\",\"Resource\":\"*\"")), { 0 }, POLICY_ALLOW },
		{ DOC(ALLOW("\"NotAction\":\"elasticmapreduce:Describe*\",\"Resource\":\"*\"")), { 0 }, POLICY_NONE },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"" ARN "\"")), { 0 }, POLICY_ALLOW },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"" ARN "\"")), { .resource = "*" }, POLICY_NONE },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"" ARN "\"")), { .resource = ARN "X" }, POLICY_NONE },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:elasticmapreduce:*:*:cluster/*\"")), { 0 },
		  POLICY_ALLOW },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:elasticmapreduce:*:*:cluster/*\"")),
		  { .resource = "*" }, POLICY_NONE },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"arn:*:elasticmapreduce:us-*-?:*:cluster/j-1*\"")), { 0 },
		  POLICY_ALLOW },
		/* A wildcard stays inside its part of the ARN; the last part takes what remains. */
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:elasticmapreduce:*:cluster/j-1ABC\"")), { 0 },
		  POLICY_NONE },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:cloudwatch:*:*:*\"")),
		  { .resource = "arn:aws:cloudwatch:us-east-1:0:alarm:a:b" }, POLICY_ALLOW },
		/* What an ARN leaves out at its end is anything. */
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:elasticmapreduce\"")), { 0 }, POLICY_ALLOW },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:ec2\"")), { 0 }, POLICY_NONE },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:elasticmapreduce:US-EAST-1:*:*\"")), { 0 },
		  POLICY_NONE },
		{ DOC(ALLOW("\"Action\":\"*\",\"NotResource\":\"" ARN "\"")), { 0 }, POLICY_NONE },
		{ DOC(ALLOW("\"Action\":\"*\",\"NotResource\":\"" ARN "\"")), { .resource = ARN "X" }, POLICY_ALLOW },
		/* Explicit deny wins, in any order. */
		{ DOC(ALLOW(ALL) "," DENY(ALL)), { 0 }, POLICY_DENY },
		{ DOC(DENY(ALL) "," ALLOW(ALL)), { 0 }, POLICY_DENY },
		{ DOC(ALLOW(ALL) "," DENY("\"Action\":\"elasticmapreduce:Terminate*\",\"Resource\":\"*\"")), { 0 },
		  POLICY_ALLOW },
		{ DOC(DENY(ALL)), { 0 }, POLICY_DENY },
	};
	DECIDE(table);
}

static void strings(void **state)
{
	(void)state;
#define TAG "\"elasticmapreduce:ResourceTag/team\":"
	static const struct decision table[] = {
		{ WHEN("\"StringEquals\":{" TAG "\"blue\"}"), { .tags = "team=blue" }, POLICY_ALLOW },
		{ WHEN("\"StringEquals\":{" TAG "\"blue\"}"), { .tags = "team=Blue" }, POLICY_NONE },
		{ WHEN("\"StringEquals\":{" TAG "\"blue\"}"), { .tags = "other=blue" }, POLICY_NONE },
		{ WHEN("\"StringEquals\":{" TAG "\"blue\"}"), { .tags = "TEAM=blue" }, POLICY_ALLOW },
		{ WHEN("\"StringEquals\":{" TAG "\"blue\"}"), { .tags = "TEAM=blue team=red" }, POLICY_NONE },
		{ WHEN("\"StringEquals\":{" TAG "[\"red\",\"blue\"]}"), { .tags = "team=blue" }, POLICY_ALLOW },
		{ WHEN("\"StringEquals\":{" TAG "\"b*\"}"), { .tags = "team=blue" }, POLICY_NONE },
		{ WHEN("\"StringEquals\":{" TAG "\"b*\"}"), { .tags = "team=b*" }, POLICY_ALLOW },
		{ WHEN("\"StringEqualsIgnoreCase\":{\"aws:ResourceTag/team\":\"BLUE\"}"), { .tags = "team=blue" },
		  POLICY_ALLOW },
		{ WHEN("\"StringNotEqualsIgnoreCase\":{" TAG "\"BLUE\"}"), { .tags = "team=blue" }, POLICY_NONE },
		{ WHEN("\"StringLike\":{" TAG "\"b?u*\"}"), { .tags = "team=blue" }, POLICY_ALLOW },
		{ WHEN("\"StringLike\":{" TAG "\"b?u\"}"), { .tags = "team=blue" }, POLICY_NONE },
		{ WHEN("\"StringLike\":{" TAG "\"${*}\"}"), { .tags = "team=blue" }, POLICY_NONE },
		{ WHEN("\"StringLike\":{" TAG "\"${*}\"}"), { .tags = "team=*" }, POLICY_ALLOW },
		{ WHEN("\"StringLike\":{" TAG "\"?\"}"), { .tags = "team=\xc3\xbc" }, POLICY_ALLOW },
		/* A negated operator means none of the values, and holds where there is no such key. */
		{ WHEN("\"StringNotEquals\":{" TAG "[\"red\",\"blue\"]}"), { .tags = "team=blue" }, POLICY_NONE },
		{ WHEN("\"StringNotEquals\":{" TAG "[\"red\",\"blue\"]}"), { .tags = "team=green" }, POLICY_ALLOW },
		{ WHEN("\"StringNotEquals\":{" TAG "\"red\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"StringNotLike\":{" TAG "\"r*\"}"), { .tags = "team=red" }, POLICY_NONE },
		{ WHEN("\"StringNotLike\":{" TAG "\"r*\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"StringEqualsIfExists\":{" TAG "\"red\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"StringEqualsIfExists\":{" TAG "\"red\"}"), { .tags = "team=blue" }, POLICY_NONE },
		/* Keys and operators must all hold. */
		{ WHEN("\"StringEquals\":{" TAG "\"blue\",\"aws:RequestedRegion\":\"eu-west-1\"}"),
		  { .tags = "team=blue" }, POLICY_NONE },
		{ WHEN("\"StringEquals\":{" TAG "\"blue\"},\"StringLike\":{\"aws:username\":\"a*\"}"),
		  { .tags = "team=blue" }, POLICY_ALLOW },
		{ WHEN("\"StringEquals\":{\"aws:USERNAME\":\"ada\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"Null\":{" TAG "\"true\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"Null\":{" TAG "true}"), { .tags = "team=x" }, POLICY_NONE },
		{ WHEN("\"Null\":{" TAG "\"false\"}"), { .tags = "team=x" }, POLICY_ALLOW },
		/* Keys of other services and of AWS's organisation are absent. */
		{ WHEN("\"StringEquals\":{\"iam:PassedToService\":\"x\"}"), { 0 }, POLICY_NONE },
		{ WHEN("\"Null\":{\"aws:MultiFactorAuthPresent\":\"true\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"BoolIfExists\":{\"aws:MultiFactorAuthPresent\":\"false\"}"), { 0 }, POLICY_ALLOW },
	};
	DECIDE(table);
}

static void sets(void **state)
{
	(void)state;
#define KEYS "\"aws:TagKeys\":"
	static const struct decision table[] = {
		{ WHEN("\"ForAllValues:StringEquals\":{" KEYS "[\"a\",\"b\"]}"), { .request_tags = "a=1 b=2" },
		  POLICY_ALLOW },
		{ WHEN("\"ForAllValues:StringEquals\":{" KEYS "[\"a\",\"b\"]}"), { .request_tags = "a=1 c=2" },
		  POLICY_NONE },
		{ WHEN("\"ForAllValues:StringEquals\":{" KEYS "[\"a\",\"b\"]}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"ForAnyValue:StringEquals\":{" KEYS "[\"a\",\"b\"]}"), { .request_tags = "a=1 c=2" },
		  POLICY_ALLOW },
		{ WHEN("\"ForAnyValue:StringEquals\":{" KEYS "\"a\"}"), { .request_tags = "c=2" }, POLICY_NONE },
		{ WHEN("\"ForAnyValue:StringEquals\":{" KEYS "\"a\"}"), { 0 }, POLICY_NONE },
		{ WHEN("\"ForAnyValue:StringEqualsIfExists\":{" KEYS "\"a\"}"), { 0 }, POLICY_NONE },
		{ WHEN("\"ForAnyValue:StringLike\":{" KEYS "\"a*\"}"), { .tag_keys = "x ab" }, POLICY_ALLOW },
		{ WHEN("\"ForAllValues:StringNotEquals\":{" KEYS "\"a\"}"), { .tag_keys = "x a" }, POLICY_NONE },
		{ WHEN("\"ForAllValues:StringNotEquals\":{" KEYS "\"a\"}"), { .tag_keys = "x b" }, POLICY_ALLOW },
		{ WHEN("\"ForAnyValue:StringNotEquals\":{" KEYS "\"a\"}"), { .tag_keys = "x a" }, POLICY_ALLOW },
		{ WHEN("\"StringEquals\":{" KEYS "\"a\"}"), { .tag_keys = "x a" }, POLICY_ALLOW },
		{ WHEN("\"StringNotEquals\":{" KEYS "\"a\"}"), { .tag_keys = "x a" }, POLICY_NONE },
		{ WHEN("\"StringEquals\":{\"aws:RequestTag/team\":\"blue\"}"), { .request_tags = "team=blue" },
		  POLICY_ALLOW },
		{ WHEN("\"StringEquals\":{\"elasticmapreduce:RequestTag/team\":\"blue\"}"), { .tags = "team=blue" },
		  POLICY_NONE },
	};
	DECIDE(table);
}

static void other_types(void **state)
{
	(void)state;
#define IP "\"aws:SourceIp\":"
#define NOW "\"aws:CurrentTime\":"
#define SIZE "\"aws:RequestTag/size\":"
	static const struct decision table[] = {
		{ WHEN("\"IpAddress\":{" IP "\"127.0.0.0/8\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"IpAddress\":{" IP "\"127.0.0.1\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"IpAddress\":{" IP "[\"10.0.0.0/8\",\"192.168.1.128/25\"]}"), { .ip = "192.168.1.127" },
		  POLICY_NONE },
		{ WHEN("\"IpAddress\":{" IP "[\"10.0.0.0/8\",\"192.168.1.128/25\"]}"), { .ip = "192.168.1.200" },
		  POLICY_ALLOW },
		{ WHEN("\"IpAddress\":{" IP "\"0.0.0.0/0\"}"), { .ip = "::1" }, POLICY_NONE },
		{ WHEN("\"IpAddress\":{" IP "\"2001:db8::/33\"}"), { .ip = "2001:db8:7fff::1" }, POLICY_ALLOW },
		{ WHEN("\"IpAddress\":{" IP "\"2001:db8::/33\"}"), { .ip = "2001:db8:8000::1" }, POLICY_NONE },
		{ WHEN("\"NotIpAddress\":{" IP "\"127.0.0.0/8\"}"), { 0 }, POLICY_NONE },
		{ WHEN("\"NotIpAddress\":{" IP "\"10.0.0.0/8\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"DateLessThan\":{" NOW "\"2026-11-21T12:00:00Z\"}"), { 0 }, POLICY_NONE },
		{ WHEN("\"DateLessThanEquals\":{" NOW "\"2026-11-21T12:00:00Z\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"DateGreaterThan\":{" NOW "\"2026-11-21\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"DateGreaterThan\":{" NOW "\"1795262400\"}"), { .now = "2026-11-21T11:59:59Z" }, POLICY_NONE },
		{ WHEN("\"NumericGreaterThanEquals\":{\"aws:EpochTime\":1795262400}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"DateEquals\":{\"aws:EpochTime\":\"2026-11-21T12:00:00Z\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"NumericLessThan\":{" SIZE "\"10\"}"), { .request_tags = "size=9.5" }, POLICY_ALLOW },
		{ WHEN("\"NumericLessThan\":{" SIZE "\"10\"}"), { .request_tags = "size=10" }, POLICY_NONE },
		{ WHEN("\"NumericEquals\":{" SIZE "[3,10]}"), { .request_tags = "size=10" }, POLICY_ALLOW },
		{ WHEN("\"NumericEquals\":{" SIZE "10}"), { .request_tags = "size=big" }, POLICY_NONE },
		{ WHEN("\"NumericNotEquals\":{" SIZE "10}"), { .request_tags = "size=10" }, POLICY_NONE },
		{ WHEN("\"NumericLessThanIfExists\":{" SIZE "10}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"Bool\":{\"aws:SecureTransport\":\"false\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"Bool\":{\"aws:SecureTransport\":true}"), { 0 }, POLICY_NONE },
		{ WHEN("\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:user/a*\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"ArnEquals\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:user/b*\"}"), { 0 }, POLICY_NONE },
		{ WHEN("\"ArnNotLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::*:user/b*\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"StringEquals\":{\"aws:PrincipalAccount\":\"000000000000\"}"), { 0 }, POLICY_ALLOW },
	};
	DECIDE(table);
}

static void variables(void **state)
{
	(void)state;
#define MINE "\"StringEquals\":{\"aws:ResourceTag/owner\":\"${aws:username}\"}"
	static const struct decision table[] = {
		{ WHEN(MINE), { .tags = "owner=ada" }, POLICY_ALLOW },
		{ WHEN(MINE), { .tags = "owner=bob" }, POLICY_NONE },
		{ WHEN(MINE), { .tags = "owner=bob", .user = "bob" }, POLICY_ALLOW },
		/* A name is plain text where it stands for a variable. */
		{ WHEN("\"StringLike\":{\"aws:ResourceTag/owner\":\"${aws:username}\"}"),
		  { .tags = "owner=bob", .user = "*" }, POLICY_NONE },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:elasticmapreduce:*:*:cluster/${aws:username}*\"")),
		  { .user = "j-1" }, POLICY_ALLOW },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"arn:aws:elasticmapreduce:*:*:cluster/${aws:username}\"")),
		  { .user = "*" }, POLICY_NONE },
		{ WHEN("\"StringEquals\":{\"aws:username\":\"${aws:ResourceTag/owner}\"}"), { .tags = "owner=ada" },
		  POLICY_ALLOW },
		/* Without a value nothing fits, unless a default was given. */
		{ WHEN("\"StringEquals\":{\"aws:username\":\"${aws:ResourceTag/owner}\"}"), { 0 }, POLICY_NONE },
		{ WHEN("\"StringNotEquals\":{\"aws:username\":\"${aws:ResourceTag/owner}\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"StringEquals\":{\"aws:username\":\"${aws:ResourceTag/owner, 'ada'}\"}"), { 0 }, POLICY_ALLOW },
		{ WHEN("\"StringEquals\":{\"aws:username\":\"${aws:PrincipalTag/x,'no'}\"}"), { 0 }, POLICY_NONE },
		{ WHEN("\"StringEquals\":{\"aws:username\":\"${$}{x}\"}"), { .user = "${x}" }, POLICY_ALLOW },
		/* The older version knows no variables. */
		{ "{\"Statement\":" ALLOW(ALL ",\"Condition\":{" MINE "}") "}", { .tags = "owner=ada" }, POLICY_NONE },
		{ "{\"Statement\":" ALLOW(ALL ",\"Condition\":{" MINE "}") "}", { .tags = "owner=${aws:username}" },
		  POLICY_ALLOW },
	};
	DECIDE(table);
}

static void refusals(void **state)
{
	(void)state;
	static const struct { const char *document, *says; } table[] = {
		{ "", "JSON" },
		{ "{", "JSON" },
		{ "[]", "must be a JSON object" },
		{ "{}", "Statement is missing" },
		{ "{\"Version\":\"2020-01-01\",\"Statement\":[]}", "Version: expected \"2012-10-17\"" },
		{ "{\"Version\":2012,\"Statement\":[]}", "Version: expected" },
		{ DOC(""), "Statement: the list is empty" },
		{ DOC("5"), "Statement[0]: expected an object" },
		{ "{\"Statements\":[]}", "Statements: no such member" },
		{ "{\"Statement\":" ALLOW(ALL) ",\"Statement\":" DENY(ALL) "}", "Statement: stands there twice" },
		{ DOC("{" ALL "}"), "Effect is missing" },
		{ DOC("{\"Effect\":\"allow\"," ALL "}"), "Statement[0].Effect: expected \"Allow\" or \"Deny\"" },
		{ DOC(ALLOW("\"Resource\":\"*\"")), "Statement[0]: Action or NotAction is missing" },
		{ DOC(ALLOW(ALL) "," ALLOW("\"Action\":\"*\"")), "Statement[1]: Resource or NotResource is missing" },
		{ DOC(ALLOW(ALL ",\"NotAction\":\"*\"")), "only one of Action and NotAction" },
		{ DOC(ALLOW(ALL ",\"NotResource\":\"*\"")), "only one of Resource and NotResource" },
		{ DOC(ALLOW(ALL ",\"Action\":\"*\"")), "Statement[0].Action: stands there twice" },
		{ DOC(ALLOW("\"Action\":[],\"Resource\":\"*\"")), "Statement[0].Action: the list is empty" },
		{ DOC(ALLOW("\"Action\":[\"*\",7],\"Resource\":\"*\"")), "Statement[0].Action[1]: expected a string" },
		{ DOC(ALLOW("\"Action\":\"RunJobFlow\",\"Resource\":\"*\"")), "'RunJobFlow' is no action" },
		{ DOC(ALLOW("\"Action\":\"elastic*:x\",\"Resource\":\"*\"")), "is no action" },
		{ DOC(ALLOW("\"Action\":\"emr:\",\"Resource\":\"*\"")), "is no action" },
		{ DOC(ALLOW("\"Action\":\"*\",\"Resource\":\"j-1\"")), "'j-1' is no resource" },
		{ DOC(ALLOW(ALL ",\"Principal\":\"*\"")), "Statement[0].Principal: a policy of a key has no principal" },
		{ DOC(ALLOW(ALL ",\"Conditions\":{}")), "Statement[0].Conditions: no such member" },
		{ DOC(ALLOW(ALL ",\"Sid\":\"a b\"")), "Statement[0].Sid: expected letters and digits" },
		{ DOC(ALLOW(ALL ",\"Sid\":\"a\"") "," DENY(ALL ",\"Sid\":\"a\"")), "the Sid 'a' is another" },
		{ DOC(ALLOW(ALL ",\"Condition\":[]")), "Statement[0].Condition: expected an object" },
		{ WHEN("\"StringIs\":{\"aws:username\":\"x\"}"), "Condition.StringIs: no such operator" },
		{ WHEN("\"stringequals\":{\"aws:username\":\"x\"}"), "no such operator" },
		{ WHEN("\"NullIfExists\":{\"aws:username\":\"true\"}"), "no such operator" },
		{ WHEN("\"ForSomeValues:StringLike\":{\"aws:username\":\"x\"}"), "no such operator" },
		{ WHEN("\"StringLike\":\"x\""), "Condition.StringLike: expected an object" },
		{ WHEN("\"StringLike\":{\"aws:usrname\":\"x\"}"), "StringLike.aws:usrname: no such condition key; there "
		  "are elasticmapreduce:ResourceTag/KEY" },
		{ WHEN("\"StringLike\":{\"username\":\"x\"}"), "no such condition key" },
		{ WHEN("\"StringLike\":{\"aws:ResourceTag/\":\"x\"}"), "no such condition key" },
		{ WHEN("\"StringLike\":{\"aws:username\":[]}"), "StringLike.aws:username: the list is empty" },
		{ WHEN("\"StringLike\":{\"aws:username\":[\"a\",{}]}"), "aws:username[1]: expected a string" },
		{ WHEN("\"StringLike\":{\"aws:username\":\"a\",\"aws:username\":\"b\"}"), "'aws:username' stands there" },
		{ WHEN("\"StringLike\":{\"aws:username\":\"a\"},\"StringLike\":{\"aws:username\":\"b\"}"), "twice" },
		{ WHEN("\"StringLike\":{\"aws:username\":\"a\\u0001\"}"), "control character" },
		{ WHEN("\"StringLike\":{\"aws:username\":\"${aws:nobody}\"}"), "${aws:nobody} is no variable" },
		{ WHEN("\"StringLike\":{\"aws:username\":\"${aws:username\"}"), "'${' without '}'" },
		{ WHEN("\"StringLike\":{\"aws:username\":\"${aws:username,x}\"}"), "in single quotes" },
		{ WHEN("\"NumericLessThan\":{\"aws:EpochTime\":\"soon\"}"), "'soon' is no number" },
		{ WHEN("\"DateLessThan\":{\"aws:CurrentTime\":\"soon\"}"), "'soon' is no time: expected ISO 8601" },
		{ WHEN("\"Bool\":{\"aws:SecureTransport\":\"yes\"}"), "'yes' is neither \"true\" nor \"false\"" },
		{ WHEN("\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/33\"}"), "'10.0.0.0/33' is no address" },
		{ WHEN("\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/-1\"}"), "is no address" },
		{ WHEN("\"IpAddress\":{\"aws:SourceIp\":\"localhost\"}"), "is no address" },
		{ WHEN("\"ArnLike\":{\"aws:PrincipalArn\":\"ada\"}"), "'ada' is no resource" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct error err = ERROR_INIT;
		struct policy *p = NULL;
		int ret = policy_parse(table[i].document, strlen(table[i].document), &p, &err);
		if (!ret)
			fail_msg("accepted: %s", table[i].document);
		assert_null(p);
		assert_string_equal(err.class_, "MalformedPolicyDocumentException");
		if (!strstr(err.message, table[i].says))
			fail_msg("%s\nsays: %s\nwant: %s", table[i].document, err.message, table[i].says);
	}
	struct error err = ERROR_INIT;
	struct policy *p = NULL;
	char *long_one = xcalloc(1, POLICY_MAX_BYTES + 2);
	memset(long_one, ' ', POLICY_MAX_BYTES + 1);
	assert_int_equal(policy_parse(long_one, POLICY_MAX_BYTES + 1, &p, &err), ERR_INVALID);
	assert_non_null(strstr(err.message, "32768 bytes"));
	free(long_one);
}

static void globs(void **state)
{
	(void)state;
	static const struct { const char *pattern, *s; bool fits; } table[] = {
		{ "", "", true }, { "*", "", true }, { "?", "", false }, { "a*b*c", "aXbXbXc", true },
		{ "a*b*c", "aXbXbX", false }, { "**a", "bba", true }, { "a?c", "abc", true }, { "*?", "a", true },
		{ "*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_int_equal(policy_glob(table[i].pattern, table[i].s, false), table[i].fits);
	assert_true(policy_glob("AB*", "abc", true));
	assert_false(policy_glob("AB*", "abc", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(actions_and_resources), cmocka_unit_test(strings), cmocka_unit_test(sets),
		cmocka_unit_test(other_types), cmocka_unit_test(variables), cmocka_unit_test(refusals),
		cmocka_unit_test(globs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
