/* A type of OpenSSL bears the name of one of our error codes. */
#define ERR_STATE openssl_err_state
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#undef ERR_STATE

#include "core/net/sigv4.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define NAMES_MAX 100

/* ---- hashes ---- */

static void hex(const unsigned char *in, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * n] = '\0';
}

void sigv4_sha256_hex(const void *data, size_t n, char out[65])
{
	unsigned char md[32];
	SHA256(n ? data : (const void *)"", n, md);
	hex(md, sizeof md, out);
}

static void hmac(const void *key, size_t kn, const void *data, size_t n, unsigned char out[32])
{
	unsigned len = 32;
	HMAC(EVP_sha256(), key, (int)kn, data, n, out, &len);
}

/* ---- the canonical request ---- */

static bool unreserved(unsigned char c)
{
	return isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~';
}

static void encode(struct buf *out, const char *s, size_t n, bool keep_slash)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];
		if (unreserved(c) || (keep_slash && c == '/'))
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10 : -1;
}

/* A piece of a query may come encoded in any way: decode it, then encode it the one canonical way. */
static void recode(struct buf *out, const char *s, size_t n)
{
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '%' && i + 2 < n && nibble(s[i + 1]) >= 0 && nibble(s[i + 2]) >= 0) {
			buf_addc(&b, (char)(nibble(s[i + 1]) * 16 + nibble(s[i + 2])));
			i += 2;
		} else {
			buf_addc(&b, s[i] == '+' ? ' ' : s[i]);
		}
	}
	encode(out, buf_str(&b), b.len, false);
	buf_free(&b);
}

/* Path without dot segments and doubled slashes, encoded once more (every service but S3 does so). */
static void add_path(struct buf *out, const char *path, size_t n)
{
	struct buf norm = BUF_INIT;
	size_t i = 0;
	while (i < n) {
		size_t start = i;
		while (i < n && path[i] != '/')
			i++;
		size_t len = i - start;
		if (len == 2 && memcmp(path + start, "..", 2) == 0) {
			while (norm.len > 0 && norm.data[norm.len - 1] != '/')
				norm.len--;
			norm.len -= norm.len > 0;
		} else if (len && !(len == 1 && path[start] == '.')) {
			buf_addc(&norm, '/');
			buf_add(&norm, path + start, len);
		}
		i++;
	}
	if (!norm.len || (n && path[n - 1] == '/'))
		buf_addc(&norm, '/');
	encode(out, norm.data, norm.len, true);
	buf_free(&norm);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_query(struct buf *out, const char *q)
{
	VEC(char *) parts = { 0 };
	while (*q) {
		size_t n = strcspn(q, "&");
		const char *eq = memchr(q, '=', n);
		struct buf b = BUF_INIT;
		recode(&b, q, eq ? (size_t)(eq - q) : n);
		/* 0x01 sorts a key before its own extensions; it becomes '=' once the order is found. */
		buf_addc(&b, 1);
		if (eq)
			recode(&b, eq + 1, n - (size_t)(eq - q) - 1);
		if (n)
			vec_push(&parts, buf_steal(&b));
		buf_free(&b);
		q += n + (q[n] == '&');
	}
	if (parts.len)
		qsort(parts.items, parts.len, sizeof *parts.items, compare);
	for (size_t i = 0; i < parts.len; i++) {
		*strchr(parts.items[i], 1) = '=';
		buf_addf(out, "%s%s", i ? "&" : "", parts.items[i]);
		free(parts.items[i]);
	}
	vec_free(&parts);
}

/* Blanks trimmed at the ends, runs of them made one. */
static void add_header(struct buf *out, const char *name, size_t n, const char *value)
{
	buf_add(out, name, n);
	buf_addc(out, ':');
	bool blank = false, any = false;
	for (; *value; value++) {
		if (*value == ' ' || *value == '\t') {
			blank = any;
			continue;
		}
		if (blank)
			buf_addc(out, ' ');
		buf_addc(out, *value);
		blank = false;
		any = true;
	}
	buf_addc(out, '\n');
}

static const char *header_of(const struct sigv4_request *r, const struct sigv4_scope *s, const char *name,
                             char date[24])
{
	const char *v = r->header ? r->header(r->ctx, name) : NULL;
	if (v)
		return v;
	if (strcmp(name, "x-amz-date") == 0)
		return clock_amz_date(s->time_ms, date, 24);
	if (strcmp(name, "x-amz-security-token") == 0 && s->session_token)
		return s->session_token;
	return "";
}

void sigv4_canonical(const struct sigv4_request *r, const struct sigv4_scope *s, const char *signed_headers,
                     struct buf *out)
{
	size_t path = strcspn(r->target, "?");
	buf_addf(out, "%s\n", r->method);
	add_path(out, r->target, path);
	buf_addc(out, '\n');
	add_query(out, r->target[path] ? r->target + path + 1 : "");
	buf_addc(out, '\n');
	for (const char *p = signed_headers; *p;) {
		char name[128], date[24];
		size_t n = strcspn(p, ";");
		snprintf(name, sizeof name, "%.*s", (int)(n < 127 ? n : 127), p);
		add_header(out, p, n, header_of(r, s, name, date));
		p += n + (p[n] == ';');
	}
	char hash[65];
	sigv4_sha256_hex(r->body, r->len, hash);
	buf_addf(out, "\n%s\n%s", signed_headers, hash);
}

static void signature(const struct sigv4_request *r, const struct sigv4_scope *s, const char *date,
                      const char *signed_headers, char out[65])
{
	struct buf b = BUF_INIT;
	char hash[65];
	sigv4_canonical(r, s, signed_headers, &b);
	sigv4_sha256_hex(b.data, b.len, hash);
	buf_clear(&b);
	buf_addf(&b, ALGORITHM "\n%s\n%.8s/%s/%s/aws4_request\n%s", date, date, s->region, s->service, hash);
	unsigned char key[32];
	char *secret = xasprintf("AWS4%s", s->secret_key);
	hmac(secret, strlen(secret), date, 8, key);
	hmac(key, 32, s->region, strlen(s->region), key);
	hmac(key, 32, s->service, strlen(s->service), key);
	hmac(key, 32, "aws4_request", 12, key);
	hmac(key, 32, b.data, b.len, key);
	hex(key, 32, out);
	explicit_bzero(secret, strlen(secret));
	free(secret);
	buf_free(&b);
}

void sigv4_sign(const struct sigv4_request *r, const struct sigv4_scope *s, const char *signed_headers,
                struct buf *authorization)
{
	char date[24], sig[65];
	clock_amz_date(s->time_ms, date, sizeof date);
	signature(r, s, date, signed_headers, sig);
	buf_addf(authorization, ALGORITHM " Credential=%s/%.8s/%s/%s/aws4_request, SignedHeaders=%s, Signature=%s",
	         s->access_key, date, s->region, s->service, signed_headers, sig);
}

/* ---- verification ---- */

struct parts {
	char *copy;
	char *credential, *signed_headers, *signature;
	char *access_key, *date, *region, *service, *terminator;
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

/* "Credential=…, SignedHeaders=…, Signature=…" in any order, with or without blanks. */
static void split_authorization(struct parts *p, const char *value)
{
	p->copy = xstrdup(value);
	p->credential = p->signed_headers = p->signature = p->copy + strlen(value); /* "" */
	for (char *save = NULL, *t = strtok_r(p->copy, ", ", &save); t; t = strtok_r(NULL, ", ", &save)) {
		if (strncmp(t, "Credential=", 11) == 0)
			p->credential = t + 11;
		else if (strncmp(t, "SignedHeaders=", 14) == 0)
			p->signed_headers = t + 14;
		else if (strncmp(t, "Signature=", 10) == 0)
			p->signature = t + 10;
	}
}

/* Cut the part behind the last slash off; "" when there is none. */
static char *cut_last(char *s)
{
	char *slash = strrchr(s, '/');
	if (!slash)
		return s + strlen(s);
	*slash = '\0';
	return slash + 1;
}

/* An access key may hold slashes; the four parts of the scope are taken from the end. */
static bool split_credential(struct parts *p)
{
	p->terminator = cut_last(p->credential);
	p->service = cut_last(p->credential);
	p->region = cut_last(p->credential);
	p->date = cut_last(p->credential);
	p->access_key = p->credential;
	return *p->terminator && *p->service && *p->region && *p->date && *p->access_key;
}

static int parse(struct parts *p, const char *value, struct error *err)
{
	static const char code[] = "IncompleteSignatureException";
	if (strncmp(value, ALGORITHM " ", sizeof ALGORITHM) != 0)
		return refuse(err, code, "Unsupported AWS 'algorithm': the Authorization header must begin with "
		              "'" ALGORITHM "'.");
	split_authorization(p, value + sizeof ALGORITHM);
	const char *missing = !*p->credential ? "Credential" : !*p->signed_headers ? "SignedHeaders" :
	                      !*p->signature ? "Signature" : NULL;
	bool whole = split_credential(p);
	if (missing)
		return refuse(err, code, "Authorization header requires '%s' parameter.", missing);
	if (!whole)
		return refuse(err, code, "Credential must have exactly 5 slash-delimited elements, e.g. "
		              "keyid/date/region/service/term.");
	if (strcmp(p->terminator, "aws4_request") != 0)
		return refuse(err, "InvalidSignatureException",
		              "Credential should be scoped with a valid terminator: 'aws4_request'.");
	return 0;
}

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
static int check_signed_headers(const struct sigv4_request *r, const char *list, struct error *err)
{
	static const char *const must[] = { "x-amz-date", "x-amz-target", "x-amz-security-token", NULL };
	static const char code[] = "InvalidSignatureException";
	size_t names = 1;
	for (const char *p = list; *p; p++) {
		names += *p == ';';
		if (isupper((unsigned char)*p) || names > NAMES_MAX)
			return refuse(err, code, "SignedHeaders must be a list of lower-case names.");
	}
	if (!is_signed(list, "host"))
		return refuse(err, code, "'Host' must be a 'SignedHeader' in the AWS Authorization.");
	for (size_t i = 0; must[i]; i++)
		if (r->header(r->ctx, must[i]) && !is_signed(list, must[i]))
			return refuse(err, code, "'%s' must be a 'SignedHeader' in the AWS Authorization.", must[i]);
	return 0;
}

static int check_date(const char *date, int64_t time, const char *scope_date, int64_t now, struct error *err)
{
	static const char code[] = "InvalidSignatureException";
	char here[24], edge[24];
	if (strncmp(date, scope_date, 8) != 0 || strlen(scope_date) != 8)
		return refuse(err, code, "Date in Credential scope does not match YYYYMMDD from the date of the "
		              "request: '%.16s' != '%.8s', from '%s'.", scope_date, date, date);
	clock_amz_date(now, here, sizeof here);
	if (time < now - SIGV4_WINDOW_MS)
		return refuse(err, code, "Signature expired: %s is now earlier than %s (%s - 15 min.)", date,
		              clock_amz_date(now - SIGV4_WINDOW_MS, edge, sizeof edge), here);
	if (time > now + SIGV4_WINDOW_MS)
		return refuse(err, code, "Signature not yet current: %s is still later than %s (%s + 15 min.)", date,
		              clock_amz_date(now + SIGV4_WINDOW_MS, edge, sizeof edge), here);
	return 0;
}

/* The date that the signature was made for, as YYYYMMDDThhmmssZ. */
static int read_date(const struct sigv4_request *r, char out[24], int64_t *ms, struct error *err)
{
	const char *v = r->header(r->ctx, "x-amz-date");
	if (!v)
		return refuse(err, "IncompleteSignatureException",
		              "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
	*ms = strlen(v) == 16 ? clock_parse(v) : -1;
	if (*ms < 0)
		return refuse(err, "IncompleteSignatureException", "Date must be in ISO-8601 'basic format', such as "
		              "20261121T033415Z. Got '%.40s'.", v);
	clock_amz_date(*ms, out, 24);
	return 0;
}

static int check(const struct sigv4_request *r, struct parts *p, const char *secret, int64_t now,
                 struct error *err)
{
	char date[24], want[65];
	int64_t time = 0;
	int rc = read_date(r, date, &time, err);
	if (!rc)
		rc = check_date(date, time, p->date, now, err);
	if (!rc)
		rc = check_signed_headers(r, p->signed_headers, err);
	if (rc)
		return rc;
	struct sigv4_scope s = {
		.access_key = p->access_key, .secret_key = secret, .region = p->region, .service = p->service,
		.time_ms = time
	};
	signature(r, &s, date, p->signed_headers, want);
	if (strlen(p->signature) != 64 || CRYPTO_memcmp(want, p->signature, 64) != 0)
		return refuse(err, "InvalidSignatureException", "The request signature we calculated does not match "
		              "the signature you provided. Check your AWS Secret Access Key and signing method. "
		              "Consult the service documentation for details.");
	return 0;
}

int sigv4_verify(const struct sigv4_request *r, const char *(*secret_of)(void *ctx, const char *access_key),
                 void *ctx, int64_t now_ms, struct sigv4_identity *out, struct error *err)
{
	const char *value = r->header(r->ctx, "authorization");
	if (!value || !*value)
		return refuse(err, "MissingAuthenticationTokenException", "Missing Authentication Token");
	char none[] = "";
	struct parts p = { .date = none, .access_key = none };
	int rc = parse(&p, value, err);
	const char *secret = rc ? NULL : secret_of(ctx, p.access_key);
	if (!rc && !secret)
		rc = refuse(err, "UnrecognizedClientException",
		            "The security token included in the request is invalid.");
	if (!rc)
		rc = check(r, &p, secret, now_ms, err);
	if (!rc && out) {
		snprintf(out->access_key, sizeof out->access_key, "%s", p.access_key);
		snprintf(out->region, sizeof out->region, "%s", p.region);
		snprintf(out->service, sizeof out->service, "%s", p.service);
	}
	free(p.copy);
	return rc;
}
