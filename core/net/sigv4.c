/* A type of OpenSSL bears the name of one of our error codes. */
#define ERR_STATE openssl_err_state
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#undef ERR_STATE

#include "core/net/sigv4_inner.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/clock.h"
#include "core/base/mem.h"

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

/* The signature of a presigned request is the one parameter that it does not cover. */
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
		if (n && strncmp(q, "X-Amz-Signature=", 16))
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

/* ---- keys ---- */

/* What a secret gives for a day, a region and a service. A client signs with the same one all day: four of the
 * five HMACs of a signature are saved. The secret is part of what is looked up, so that a key that was made
 * again under an old name does not meet the old one. */
struct derived {
	unsigned char secret[32];      /* SHA-256 of it */
	char date[9], region[64], service[64];
	unsigned char key[32];
	uint64_t used;
};

#define KEYS_KEPT 64

struct sigv4_keys {
	struct derived items[KEYS_KEPT];
	size_t len;
	uint64_t clock;
};

struct sigv4_keys *sigv4_keys_new(void)
{
	return xcalloc(1, sizeof(struct sigv4_keys));
}

void sigv4_keys_free(struct sigv4_keys *k)
{
	if (k)
		explicit_bzero(k, sizeof *k);
	free(k);
}

static void derive(const struct sigv4_scope *s, const char *date, unsigned char key[32])
{
	char *secret = xasprintf("AWS4%s", s->secret_key);
	hmac(secret, strlen(secret), date, 8, key);
	hmac(key, 32, s->region, strlen(s->region), key);
	hmac(key, 32, s->service, strlen(s->service), key);
	hmac(key, 32, "aws4_request", 12, key);
	explicit_bzero(secret, strlen(secret));
	free(secret);
}

/* The place for a key: a free one, else that of the one which was not asked for longest. */
static struct derived *place_for(struct sigv4_keys *k)
{
	if (k->len < KEYS_KEPT)
		return &k->items[k->len++];
	struct derived *oldest = &k->items[0];
	for (size_t i = 1; i < k->len; i++)
		if (k->items[i].used < oldest->used)
			oldest = &k->items[i];
	return oldest;
}

static void find_key(struct sigv4_keys *k, const struct sigv4_scope *s, const char *date, unsigned char key[32])
{
	unsigned char secret[32];
	if (!k || strlen(s->region) >= 64 || strlen(s->service) >= 64) {
		derive(s, date, key);
		return;
	}
	SHA256((const unsigned char *)s->secret_key, strlen(s->secret_key), secret);
	k->clock++;
	for (size_t i = 0; i < k->len; i++) {
		struct derived *d = &k->items[i];
		if (memcmp(d->secret, secret, 32) == 0 && strncmp(d->date, date, 8) == 0 &&
		    strcmp(d->region, s->region) == 0 && strcmp(d->service, s->service) == 0) {
			d->used = k->clock;
			memcpy(key, d->key, 32);
			return;
		}
	}
	struct derived *d = place_for(k);
	*d = (struct derived){ .used = k->clock };
	memcpy(d->secret, secret, 32);
	snprintf(d->date, sizeof d->date, "%.8s", date);
	snprintf(d->region, sizeof d->region, "%s", s->region);
	snprintf(d->service, sizeof d->service, "%s", s->service);
	derive(s, date, d->key);
	memcpy(key, d->key, 32);
}

void sigv4_signature(const struct sigv4_request *r, const struct sigv4_scope *s, struct sigv4_keys *keys,
                     const char *date, const char *signed_headers, char out[65])
{
	struct buf b = BUF_INIT;
	unsigned char key[32];
	char hash[65];
	sigv4_canonical(r, s, signed_headers, &b);
	sigv4_sha256_hex(b.data, b.len, hash);
	buf_clear(&b);
	buf_addf(&b, SIGV4_ALGORITHM "\n%s\n%.8s/%s/%s/aws4_request\n%s", date, date, s->region, s->service, hash);
	find_key(keys, s, date, key);
	hmac(key, 32, b.data, b.len, key);
	hex(key, 32, out);
	buf_free(&b);
}

void sigv4_sign(const struct sigv4_request *r, const struct sigv4_scope *s, const char *signed_headers,
                struct buf *authorization)
{
	char date[24], sig[65];
	clock_amz_date(s->time_ms, date, sizeof date);
	sigv4_signature(r, s, NULL, date, signed_headers, sig);
	buf_addf(authorization, SIGV4_ALGORITHM " Credential=%s/%.8s/%s/%s/aws4_request, SignedHeaders=%s, Signature=%s",
	         s->access_key, date, s->region, s->service, signed_headers, sig);
}
