/* Verification: take the signature apart, check all that it must cover, compute it again. */
#define ERR_STATE openssl_err_state /* a macro of OpenSSL's, a constant of ours */
#include <openssl/crypto.h>
#undef ERR_STATE

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/net/sigv4_inner.h"

#define NAMES_MAX 100
#define EXPIRES_MAX 604800             /* seconds: a week, AWS's own limit */

static const char incomplete[] = "IncompleteSignatureException", invalid[] = "InvalidSignatureException";

/* Pointers into copy, or "". */
struct parts {
	char *copy;
	const char *algorithm, *signed_headers, *signature, *date, *token, *expires;
	char *credential;
	const char *access_key, *day, *region, *service, *terminator;
	bool presigned;
	bool plain_date;                   /* from the header Date: X-Amz-Date is not there */
};

static int refuse(struct error *err, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(struct error *err, const char *code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	error_vset(err, ERR_AUTH, fmt, ap);
	va_end(ap);
	error_class(err, code, NULL);
	return ERR_AUTH;
}

/* ---- taking apart ---- */

/* "Credential=…, SignedHeaders=…, Signature=…" in any order, with or without blanks. */
static void split_authorization(struct parts *p, const char *value)
{
	p->copy = xstrdup(value);
	for (char *save = NULL, *t = strtok_r(p->copy, ", ", &save); t; t = strtok_r(NULL, ", ", &save)) {
		if (strncmp(t, "Credential=", 11) == 0)
			p->credential = t + 11;
		else if (strncmp(t, "SignedHeaders=", 14) == 0)
			p->signed_headers = t + 14;
		else if (strncmp(t, "Signature=", 10) == 0)
			p->signature = t + 10;
	}
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

static char *decode(char *s)
{
	char *w = s;
	for (char *q = s; *q; q++) {
		int v = *q == '%' && q[1] && q[2] && nibble(q[1]) >= 0 && nibble(q[2]) >= 0
			? nibble(q[1]) * 16 + nibble(q[2]) : 0;
		*w++ = v ? (char)v : *q == '+' ? ' ' : *q;
		q += v ? 2 : 0;
	}
	*w = '\0';
	return s;
}

static void split_query(struct parts *p, const char *query)
{
	const struct { const char *name; const char **value; } names[] = {
		{ "X-Amz-Algorithm", &p->algorithm }, { "X-Amz-SignedHeaders", &p->signed_headers },
		{ "X-Amz-Signature", &p->signature }, { "X-Amz-Date", &p->date },
		{ "X-Amz-Security-Token", &p->token }, { "X-Amz-Expires", &p->expires },
	};
	p->presigned = true;
	p->copy = xstrdup(query);
	for (char *save = NULL, *t = strtok_r(p->copy, "&", &save); t; t = strtok_r(NULL, "&", &save)) {
		char *eq = strchr(t, '=');
		if (!eq)
			continue;
		*eq = '\0';
		if (strcmp(t, "X-Amz-Credential") == 0)
			p->credential = decode(eq + 1);
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			if (strcmp(t, names[i].name) == 0)
				*names[i].value = decode(eq + 1);
	}
}

/* Cut the part behind the last slash off; "" when there is none. */
static const char *cut_last(char *s)
{
	char *slash = strrchr(s, '/');
	if (!slash)
		return "";
	*slash = '\0';
	return slash + 1;
}

/* An access key may hold slashes; the four parts of the scope are taken from the end. */
static bool split_credential(struct parts *p)
{
	p->terminator = cut_last(p->credential);
	p->service = cut_last(p->credential);
	p->region = cut_last(p->credential);
	p->day = cut_last(p->credential);
	p->access_key = p->credential;
	return *p->terminator && *p->service && *p->region && *p->day && *p->access_key;
}

/* Regions become parts of ARNs, which policies match: nothing but a region's own characters may stand there. */
static bool good_region(const char *s)
{
	size_t n = strlen(s);
	return n > 0 && n < 32 && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == n;
}

static int read_header(const struct sigv4_request *r, const char *value, struct parts *p, struct error *err)
{
	const char *date = r->header(r->ctx, "x-amz-date"), *token = r->header(r->ctx, "x-amz-security-token");
	if (!date && (date = r->header(r->ctx, "date")))
		p->plain_date = true;
	if (strncmp(value, SIGV4_ALGORITHM " ", sizeof SIGV4_ALGORITHM) != 0)
		return refuse(err, incomplete, "Unsupported AWS 'algorithm': the Authorization header must begin with "
		              "'" SIGV4_ALGORITHM "'.");
	split_authorization(p, value + sizeof SIGV4_ALGORITHM);
	p->date = date ? date : "";
	p->token = token ? token : "";
	return 0;
}

static int read_query(const char *query, struct parts *p, struct error *err)
{
	split_query(p, query);
	if (strcmp(p->algorithm, SIGV4_ALGORITHM) != 0)
		return refuse(err, incomplete, "Unsupported AWS 'algorithm': X-Amz-Algorithm must be '"
		              SIGV4_ALGORITHM "'.");
	char *end;
	long seconds = strtol(p->expires, &end, 10);
	if (!*p->expires || *end || seconds < 1 || seconds > EXPIRES_MAX)
		return refuse(err, incomplete, "X-Amz-Expires must be a number of seconds from 1 to %d.", EXPIRES_MAX);
	return 0;
}

static int parse(const struct sigv4_request *r, struct parts *p, struct error *err)
{
	const char *value = r->header(r->ctx, "authorization"), *query = strchr(r->target, '?');
	bool presigned = query && strstr(query, "X-Amz-Signature=");
	if ((!value || !*value) && !presigned)
		return refuse(err, "MissingAuthenticationTokenException", "Missing Authentication Token");
	int rc = value && *value ? read_header(r, value, p, err) : read_query(query + 1, p, err);
	if (rc)
		return rc;
	const char *missing = !*p->credential ? "Credential" : !*p->signed_headers ? "SignedHeaders" :
	                      !*p->signature ? "Signature" : NULL;
	bool whole = split_credential(p);
	if (missing)
		return refuse(err, incomplete, "Authorization header requires '%s' parameter.", missing);
	if (!whole)
		return refuse(err, incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. "
		              "keyid/date/region/service/term.");
	if (strcmp(p->terminator, "aws4_request") != 0)
		return refuse(err, invalid, "Credential should be scoped with a valid terminator: 'aws4_request'.");
	if (!good_region(p->region))
		return refuse(err, invalid, "Credential should be scoped to a valid region.");
	return 0;
}

/* ---- checking ---- */

static bool is_signed(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *p = list; *p; p += strcspn(p, ";"), p += *p == ';')
		if (strncasecmp(p, name, n) == 0 && (p[n] == ';' || !p[n]))
			return true;
	return false;
}

/* The list must be canonical, or two readers could see different requests in it. What decides about the
 * request must be in it. */
static int check_signed_headers(const struct sigv4_request *r, const char *list, bool plain_date,
                                struct error *err)
{
	static const char *const must[] = { "x-amz-date", "x-amz-target", "x-amz-security-token", NULL };
	size_t names = 1;
	for (const char *p = list; *p; p++) {
		names += *p == ';';
		if (isupper((unsigned char)*p) || names > NAMES_MAX)
			return refuse(err, invalid, "SignedHeaders must be a list of lower-case names.");
	}
	if (plain_date && !is_signed(list, "date"))
		return refuse(err, invalid, "'date' must be a 'SignedHeader' in the AWS Authorization.");
	if (!is_signed(list, "host"))
		return refuse(err, invalid, "'Host' must be a 'SignedHeader' in the AWS Authorization.");
	for (size_t i = 0; must[i]; i++)
		if (r->header(r->ctx, must[i]) && !is_signed(list, must[i]))
			return refuse(err, invalid, "'%s' must be a 'SignedHeader' in the AWS Authorization.", must[i]);
	return 0;
}

/* A presigned request says itself how long it holds; any other one holds for the window of the clocks. */
static int check_date(const struct parts *p, const char *date, int64_t time, int64_t now, struct error *err)
{
	int64_t life = p->presigned ? strtoll(p->expires, NULL, 10) * 1000 : SIGV4_WINDOW_MS;
	char here[24], edge[24];
	if (strncmp(date, p->day, 8) != 0 || strlen(p->day) != 8)
		return refuse(err, invalid, "Date in Credential scope does not match YYYYMMDD from the date of the "
		              "request: '%.16s' != '%.8s', from '%s'.", p->day, date, date);
	clock_amz_date(now, here, sizeof here);
	if (time < now - life)
		return refuse(err, invalid, "Signature expired: %s is now earlier than %s (%s - %lld min.)", date,
		              clock_amz_date(now - life, edge, sizeof edge), here, (long long)(life + 59999) / 60000);
	if (time > now + SIGV4_WINDOW_MS)
		return refuse(err, invalid, "Signature not yet current: %s is still later than %s (%s + 15 min.)",
		              date, clock_amz_date(now + SIGV4_WINDOW_MS, edge, sizeof edge), here);
	return 0;
}

/* "Thu, 26 Nov 2026 16:01:59 GMT", a Date header's own form, in any locale. -1 when it is none. */
static int64_t http_date(const char *s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = "", iso[32];
	int day = 0, year = 0, hour = 0, minute = 0, second = 0, end = 0;
	if (sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &day, month, &year, &hour, &minute, &second,
	           &end) != 6 || !end || s[end])
		return -1;
	const char *at = strlen(month) == 3 ? strstr(months, month) : NULL;
	if (!at || (at - months) % 3)
		return -1;
	snprintf(iso, sizeof iso, "%04u%02u%02uT%02u%02u%02uZ", (unsigned)year % 10000, (unsigned)(at - months) / 3 + 1,
	         (unsigned)day % 100, (unsigned)hour % 100, (unsigned)minute % 100, (unsigned)second % 100);
	return clock_parse(iso);
}

/* The date that the signature was made for, as YYYYMMDDThhmmssZ. */
static int read_date(const struct parts *p, char out[24], int64_t *ms, struct error *err)
{
	if (!*p->date)
		return refuse(err, incomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a "
		              "'Date' header.");
	*ms = strlen(p->date) == 16 ? clock_parse(p->date) : p->plain_date ? http_date(p->date) : -1;
	if (*ms < 0)
		return refuse(err, incomplete, "Date must be in ISO-8601 'basic format', such as 20261121T033415Z. "
		              "Got '%.40s'.", p->date);
	clock_amz_date(*ms, out, 24);
	return 0;
}

static int check(const struct sigv4_request *r, const struct parts *p, const char *secret,
                 struct sigv4_keys *keys, int64_t now, struct error *err)
{
	char date[24], want[65];
	int64_t time = 0;
	int rc = read_date(p, date, &time, err);
	if (!rc)
		rc = check_date(p, date, time, now, err);
	if (!rc)
		rc = check_signed_headers(r, p->signed_headers, p->plain_date, err);
	if (rc)
		return rc;
	struct sigv4_scope s = {
		.access_key = p->access_key, .secret_key = secret, .region = p->region, .service = p->service,
		.time_ms = time
	};
	sigv4_signature(r, &s, keys, date, p->signed_headers, want);
	if (strlen(p->signature) != 64 || CRYPTO_memcmp(want, p->signature, 64) != 0)
		return refuse(err, invalid, "The request signature we calculated does not match the signature you "
		              "provided. Check your AWS Secret Access Key and signing method. Consult the service "
		              "documentation for details.");
	return 0;
}

int sigv4_verify(const struct sigv4_request *r, const struct sigv4_verifier *v, int64_t now_ms,
                 struct sigv4_identity *out, struct error *err)
{
	char none[1] = "";
	struct parts p = { .algorithm = "", .signed_headers = "", .signature = "", .date = "", .token = "",
	                   .expires = "", .credential = none };
	int rc = parse(r, &p, err);
	const char *secret = rc ? NULL : v->secret_of(v->ctx, p.access_key, *p.token ? p.token : NULL);
	if (!rc && !secret)
		rc = refuse(err, "UnrecognizedClientException",
		            "The security token included in the request is invalid.");
	if (!rc)
		rc = check(r, &p, secret, v->keys, now_ms, err);
	if (!rc && out) {
		snprintf(out->access_key, sizeof out->access_key, "%s", p.access_key);
		snprintf(out->region, sizeof out->region, "%s", p.region);
		snprintf(out->service, sizeof out->service, "%s", p.service);
	}
	free(p.copy);
	return rc;
}
