/* Signatures: AWS's published examples, signatures made by botocore, and every way to be refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/net/sigv4.h"

struct headers {
	const char *pairs[16];   /* name, value, … */
};

static const char *header(void *ctx, const char *name)
{
	struct headers *h = ctx;
	for (size_t i = 0; h->pairs[i]; i += 2)
		if (strcasecmp(h->pairs[i], name) == 0)
			return h->pairs[i + 1];
	return NULL;
}

static const char *secret_of(void *ctx, const char *access_key, const char *token)
{
	(void)ctx;
	if (token && strcmp(token, "TOKEN//abc==") != 0)
		return NULL;
	if (strcmp(access_key, "AKIDEXAMPLE") == 0)
		return "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
	return strcmp(access_key, "AKIDSTOKER") == 0 ? "sEcReT/+key" : NULL;
}

static const struct sigv4_verifier verifier = { secret_of, NULL, NULL };

static void check_signature(const struct sigv4_request *r, const char *service, const char *names,
                            const char *want)
{
	struct sigv4_scope s = {
		.access_key = "AKIDEXAMPLE", .secret_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
		.region = "us-east-1", .service = service, .time_ms = clock_parse("20150830T123600Z")
	};
	struct buf b = BUF_INIT;
	sigv4_sign(r, &s, names, &b);
	char *sig = strstr(buf_str(&b), "Signature=");
	assert_non_null(sig);
	assert_string_equal(sig + 10, want);
	buf_free(&b);
}

static void published_examples(void **state)
{
	(void)state;
	struct headers h = { { "Host", "example.amazonaws.com", NULL } };
	struct sigv4_request r = { .method = "GET", .target = "/", .header = header, .ctx = &h };
	check_signature(&r, "service", "host;x-amz-date",
	                "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
	r.method = "POST";
	check_signature(&r, "service", "host;x-amz-date",
	                "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
	r.method = "GET";
	r.target = "/?Param2=value2&Param1=value1";
	check_signature(&r, "service", "host;x-amz-date",
	                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
	struct headers iam = {
		{ "Host", "iam.amazonaws.com", "Content-Type", "application/x-www-form-urlencoded; charset=utf-8", NULL }
	};
	r.ctx = &iam;
	r.target = "/?Action=ListUsers&Version=2010-05-08";
	check_signature(&r, "iam", "content-type;host;x-amz-date",
	                "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

#define SCOPE "Credential=AKIDSTOKER/20261121/eu-west-1/elasticmapreduce/aws4_request"
#define NAMES "SignedHeaders=content-type;host;x-amz-date;x-amz-target"
#define SIG "Signature=0f7f19c2b3243fc9fe357156ccfaa3b039d7e0abb568ad462473720e9108c945"

static void fill(struct headers *h, const char *authorization)
{
	*h = (struct headers){ {
		"X-Amz-Target", "ElasticMapReduce.ListClusters", "Content-Type", "application/x-amz-json-1.1",
		"X-Amz-Date", "20261121T033415Z", "Host", "127.0.0.1:8998", "Authorization", authorization, NULL
	} };
}

static void botocore_signatures_verify(void **state)
{
	(void)state;
	struct headers h;
	struct sigv4_identity id;
	struct error err;
	int64_t now = clock_parse("20261121T033415Z");
	fill(&h, "AWS4-HMAC-SHA256 " SCOPE ", " NAMES ", " SIG);
	struct sigv4_request r = { "POST", "/", header, &h, "{}", 2 };
	assert_int_equal(sigv4_verify(&r, &verifier, now, &id, &err), 0);
	assert_string_equal(id.access_key, "AKIDSTOKER");
	assert_string_equal(id.region, "eu-west-1");
	assert_string_equal(id.service, "elasticmapreduce");
	assert_int_equal(sigv4_verify(&r, &verifier, now + 15 * 60000, NULL, &err), 0);
	assert_int_equal(sigv4_verify(&r, &verifier, now - 15 * 60000, NULL, &err), 0);
	fill(&h, "AWS4-HMAC-SHA256 " SIG "," SCOPE "," NAMES);
	assert_int_equal(sigv4_verify(&r, &verifier, now, &id, &err), 0);
	/* With a session token, and a path and query that need work. */
	struct headers t = { {
		"X-Amz-Target", "ElasticMapReduce.ListClusters", "Content-Type", "application/x-amz-json-1.1",
		"X-Amz-Date", "20261121T033415Z", "Host", "localhost:8998", "X-Amz-Security-Token", "TOKEN//abc==",
		"Authorization", "AWS4-HMAC-SHA256 Credential=AKIDSTOKER/20261121/us-east-1/elasticmapreduce/"
		"aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
		"Signature=b4076cec6121919b3f14d4dd15e5c9dc5c69b6105d3326aaf25862c0b712427a", NULL
	} };
	struct sigv4_request rt = { "POST", "/", header, &t, "{\"Marker\":\"x\"}", 14 };
	assert_int_equal(sigv4_verify(&rt, &verifier, now, &id, &err), 0);
	struct headers g = { {
		"X-Odd", "  a   b  ", "X-Amz-Date", "20261121T033415Z", "Host", "localhost:8998",
		"Authorization", "AWS4-HMAC-SHA256 " SCOPE ", SignedHeaders=host;x-amz-date;x-odd, Signature="
		"c5add4b1ec474bf9a4f1a7fa69392db6e1b1ecd4834dcad3ebc1783e41c09607", NULL
	} };
	struct sigv4_request rg = {
		"GET", "/a%20b/../c//d%2Fe?z=1&a=%2B&a=&b%20c=~", header, &g, "", 0
	};
	assert_int_equal(sigv4_verify(&rg, &verifier, now, &id, &err), 0);
}

static void expect_refusal(struct sigv4_request *r, const char *authorization, int64_t now, const char *code,
                           const char *says)
{
	struct headers h;
	struct error err;
	fill(&h, authorization);
	if (!authorization)
		h.pairs[8] = NULL;
	r->ctx = &h;
	assert_int_equal(sigv4_verify(r, &verifier, now, NULL, &err), ERR_AUTH);
	assert_string_equal(err.class_, code);
	assert_non_null(strstr(err.message, says));
}

static void refusals(void **state)
{
	(void)state;
	static const char invalid[] = "InvalidSignatureException", half[] = "IncompleteSignatureException";
	int64_t now = clock_parse("20261121T033415Z");
	struct sigv4_request r = { "POST", "/", header, NULL, "{}", 2 };
	expect_refusal(&r, NULL, now, "MissingAuthenticationTokenException", "Missing");
	expect_refusal(&r, "", now, "MissingAuthenticationTokenException", "Missing");
	expect_refusal(&r, "Bearer abc", now, half, "algorithm");
	expect_refusal(&r, "AWS4-HMAC-SHA256 " SCOPE ", " NAMES, now, half, "'Signature'");
	expect_refusal(&r, "AWS4-HMAC-SHA256 " SCOPE ", " SIG, now, half, "'SignedHeaders'");
	expect_refusal(&r, "AWS4-HMAC-SHA256 " NAMES ", " SIG, now, half, "'Credential'");
	expect_refusal(&r, "AWS4-HMAC-SHA256 Credential=AKIDSTOKER, " NAMES ", " SIG, now, half, "5 slash");
	expect_refusal(&r, "AWS4-HMAC-SHA256 Credential=A/20261121/r/s/other, " NAMES ", " SIG, now, invalid,
	               "terminator");
	expect_refusal(&r, "AWS4-HMAC-SHA256 Credential=A/20261121/r/s/aws4_request, " NAMES ", " SIG, now,
	               "UnrecognizedClientException", "token");
	expect_refusal(&r, "AWS4-HMAC-SHA256 " SCOPE ", " NAMES ", Signature=00", now, invalid, "does not match");
	expect_refusal(&r, "AWS4-HMAC-SHA256 " SCOPE ", SignedHeaders=content-type;x-amz-date;x-amz-target, " SIG,
	               now, invalid, "'Host'");
	expect_refusal(&r, "AWS4-HMAC-SHA256 " SCOPE ", SignedHeaders=content-type;host;x-amz-date, " SIG, now,
	               invalid, "'x-amz-target'");
	static const char good[] = "AWS4-HMAC-SHA256 " SCOPE ", " NAMES ", " SIG;
	expect_refusal(&r, good, now + 15 * 60000 + 1000, invalid, "Signature expired: 20261121T033415Z is now "
	               "earlier than 20261121T033416Z (20261121T034916Z - 15 min.)");
	expect_refusal(&r, good, now - 15 * 60000 - 1000, invalid, "Signature not yet current");
	expect_refusal(&r, "AWS4-HMAC-SHA256 Credential=AKIDSTOKER/20261120/eu-west-1/elasticmapreduce/"
	               "aws4_request, " NAMES ", " SIG, now, invalid, "'20261120' != '20261121'");
	/* Anything that is covered and changed on the way. */
	r.body = "[]";
	expect_refusal(&r, good, now, invalid, "does not match");
	r.body = "{}";
	r.target = "/other";
	expect_refusal(&r, good, now, invalid, "does not match");
	r.target = "/?x=1";
	expect_refusal(&r, good, now, invalid, "does not match");
	r.target = "/";
	r.method = "GET";
	expect_refusal(&r, good, now, invalid, "does not match");
}

static void bad_dates(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "20261121", "2026-11-21T03:34:15Z", "20261321T033415Z", "garbage" };
	struct error err;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct headers h;
		fill(&h, "AWS4-HMAC-SHA256 " SCOPE ", " NAMES ", " SIG);
		h.pairs[5] = bad[i];
		struct sigv4_request r = { "POST", "/", header, &h, "{}", 2 };
		assert_int_equal(sigv4_verify(&r, &verifier, 0, NULL, &err), ERR_AUTH);
		assert_string_equal(err.class_, "IncompleteSignatureException");
	}
}

static void what_we_sign_verifies(void **state)
{
	(void)state;
	struct headers h = { { "Host", "h:1", "X-Amz-Target", "Stoker.GetCost", NULL } };
	struct sigv4_request r = { "POST", "/prefix/?b=2&a=1", header, &h, "body", 4 };
	struct sigv4_scope s = {
		.access_key = "AKIDSTOKER", .secret_key = "sEcReT/+key", .region = "r", .service = "x",
		.time_ms = clock_now_ms()
	};
	struct buf b = BUF_INIT;
	char date[24];
	sigv4_sign(&r, &s, "host;x-amz-date;x-amz-target", &b);
	h.pairs[4] = "Authorization";
	h.pairs[5] = buf_str(&b);
	h.pairs[6] = "X-Amz-Date";
	h.pairs[7] = clock_amz_date(s.time_ms, date, sizeof date);
	assert_int_equal(sigv4_verify(&r, &verifier, s.time_ms, NULL, NULL), 0);
	buf_free(&b);
}

/* Made by botocore's SigV4QueryAuth. */
#define PRESIGNED "/?Action=ListMetrics&Version=2010-08-01&Namespace=AWS%2FElasticMapReduce" \
	"&X-Amz-Algorithm=AWS4-HMAC-SHA256" \
	"&X-Amz-Credential=AKIDSTOKER%2F20261126%2Feu-west-1%2Fmonitoring%2Faws4_request" \
	"&X-Amz-Date=20261126T160159Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host" \
	"&X-Amz-Signature=62ebb017ba59b3485419073a9abf8c632e4f9ff8ffb8c1faf31c932f9a4ad0bc"

static int presigned(const char *target, const char *now, struct sigv4_identity *id, struct error *err)
{
	struct headers h = { { "Host", "127.0.0.1:8998", NULL } };
	struct sigv4_request r = { "GET", target, header, &h, "", 0 };
	return sigv4_verify(&r, &verifier, clock_parse(now), id, err);
}

static void presigned_requests(void **state)
{
	(void)state;
	struct sigv4_identity id;
	struct error err;
	assert_int_equal(presigned(PRESIGNED, "20261126T160159Z", &id, &err), 0);
	assert_string_equal(id.access_key, "AKIDSTOKER");
	assert_string_equal(id.region, "eu-west-1");
	assert_string_equal(id.service, "monitoring");
	assert_int_equal(presigned(PRESIGNED, "20261126T161159Z", &id, &err), 0);
	assert_int_equal(presigned(PRESIGNED, "20261126T161200Z", &id, &err), ERR_AUTH);
	assert_string_equal(err.message, "Signature expired: 20261126T160159Z is now earlier than 20261126T160200Z "
	                    "(20261126T161200Z - 10 min.)");
	assert_int_equal(presigned(PRESIGNED "&More=1", "20261126T160159Z", &id, &err), ERR_AUTH);
	assert_string_equal(err.class_, "InvalidSignatureException");
	assert_int_equal(presigned("/?X-Amz-Signature=1", "20261126T160159Z", &id, &err), ERR_AUTH);
	assert_string_equal(err.class_, "IncompleteSignatureException");
	assert_int_equal(presigned("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=999999&X-Amz-Signature=1",
	                           "20261126T160159Z", &id, &err), ERR_AUTH);
	assert_non_null(strstr(err.message, "X-Amz-Expires"));
}

/* "get-vanilla" of AWS's first published suite: dated by Date, without X-Amz-Date. */
static void dated_by_date(void **state)
{
	(void)state;
	static const char names[] = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20110909/us-east-1/host/aws4_request, "
	                            "SignedHeaders=date;host, "
	                            "Signature=b27ccfbfa7df52a200ff74193ca6e32d4b48b8856fab7ebf1c595d0670a7e470";
	struct headers h = { {
		"Date", "Mon, 09 Sep 2011 23:36:00 GMT", "Host", "host.foo.com", "Authorization", names, NULL
	} };
	struct sigv4_request r = { "GET", "/", header, &h, "", 0 };
	struct error err;
	int64_t now = clock_parse("20110909T233600Z");
	assert_int_equal(sigv4_verify(&r, &verifier, now, NULL, &err), 0);
	assert_int_equal(sigv4_verify(&r, &verifier, now + 16 * 60000, NULL, &err), ERR_AUTH);
	assert_non_null(strstr(err.message, "Signature expired"));
	/* What is not signed dates nothing. */
	h.pairs[5] = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20110909/us-east-1/host/aws4_request, SignedHeaders=host, "
	             "Signature=b27ccfbfa7df52a200ff74193ca6e32d4b48b8856fab7ebf1c595d0670a7e470";
	assert_int_equal(sigv4_verify(&r, &verifier, now, NULL, &err), ERR_AUTH);
	assert_non_null(strstr(err.message, "'date' must be a 'SignedHeader'"));
	static const char *const malformed[] = {
		"", "Mon, 09 Sep 2011 23:36:00 CET", "09 Sep 2011 23:36:00 GMT", "Mon, 09 Sop 2011 23:36:00 GMT",
		"Mon, 09 epO 2011 23:36:00 GMT", "Mon, 39 Sep 2011 23:36:00 GMT", "Mon, 09 Sep 2011 23:36:00 GMT x"
	};
	h.pairs[5] = names;
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
		h.pairs[1] = malformed[i];
		assert_int_equal(sigv4_verify(&r, &verifier, now, NULL, &err), ERR_AUTH);
		assert_string_equal(err.class_, "IncompleteSignatureException");
	}
}

static void tokens_and_regions(void **state)
{
	(void)state;
	struct error err;
	int64_t now = clock_parse("20261121T033415Z");
	struct sigv4_request r = { "POST", "/", header, NULL, "{}", 2 };
	expect_refusal(&r, "AWS4-HMAC-SHA256 Credential=AKIDSTOKER/20261121/us-east-1:x/elasticmapreduce/"
	               "aws4_request, " NAMES ", " SIG, now, "InvalidSignatureException", "valid region");
	struct headers h = { {
		"Host", "h", "X-Amz-Date", "20261121T033415Z", "X-Amz-Security-Token", "somebody else's",
		"Authorization", "AWS4-HMAC-SHA256 " SCOPE ", SignedHeaders=host;x-amz-date;x-amz-security-token, " SIG,
		NULL
	} };
	r.ctx = &h;
	assert_int_equal(sigv4_verify(&r, &verifier, now, NULL, &err), ERR_AUTH);
	assert_string_equal(err.class_, "UnrecognizedClientException");
}

/* The same answers with derived keys that are kept: for more scopes than are kept, and for another secret under
 * the same name. */
static void kept_keys(void **state)
{
	(void)state;
	struct sigv4_keys *keys = sigv4_keys_new();
	struct sigv4_verifier v = { secret_of, NULL, keys };
	for (int i = 0; i < 300; i++) {
		char region[16], date[24];
		struct headers h = { { "Host", "h", NULL } };
		struct sigv4_request r = { "POST", "/", header, &h, "x", 1 };
		struct buf b = BUF_INIT;
		snprintf(region, sizeof region, "r-%d", i % 100);
		struct sigv4_scope s = { .access_key = "AKIDSTOKER", .secret_key = i == 250 ? "other" : "sEcReT/+key",
		                         .region = region, .service = "x", .time_ms = clock_now_ms() };
		sigv4_sign(&r, &s, "host;x-amz-date", &b);
		h.pairs[2] = "Authorization";
		h.pairs[3] = buf_str(&b);
		h.pairs[4] = "X-Amz-Date";
		h.pairs[5] = clock_amz_date(s.time_ms, date, sizeof date);
		assert_int_equal(sigv4_verify(&r, &v, s.time_ms, NULL, NULL), i == 250 ? ERR_AUTH : 0);
		buf_free(&b);
	}
	sigv4_keys_free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_examples), cmocka_unit_test(botocore_signatures_verify),
		cmocka_unit_test(refusals), cmocka_unit_test(bad_dates), cmocka_unit_test(what_we_sign_verifies),
		cmocka_unit_test(presigned_requests), cmocka_unit_test(tokens_and_regions), cmocka_unit_test(dated_by_date),
		cmocka_unit_test(kept_keys),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
