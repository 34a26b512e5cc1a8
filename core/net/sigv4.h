/* AWS Signature Version 4: signing for clients, verification for the server.
 * Source of behaviour: AWS's published description and its examples (tests/unit/sigv4_test.c). */
#ifndef CORE_NET_SIGV4_H
#define CORE_NET_SIGV4_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/error.h"

#define SIGV4_WINDOW_MS (15 * 60 * 1000)

/* The parts of a request that a signature covers. */
struct sigv4_request {
	const char *method;
	const char *target;               /* path and query as on the wire: "/a%20b?x=1" */
	/* Value of a header by its lower-case name (repeated ones joined with ","), NULL when absent. */
	const char *(*header)(void *ctx, const char *name);
	void *ctx;
	const void *body;
	size_t len;
};

struct sigv4_scope {
	const char *access_key, *secret_key;
	const char *session_token;        /* NULL or "": none */
	const char *region, *service;     /* "us-east-1", "elasticmapreduce" */
	int64_t time_ms;
};

/* Sign the headers in signed_headers ("content-type;host;x-amz-date;x-amz-target": lower case, sorted,
 * those that the caller sends). x-amz-date and x-amz-security-token may be listed without being known to
 * r->header: their values come from the scope. Appends the value of the Authorization header. */
void sigv4_sign(const struct sigv4_request *r, const struct sigv4_scope *s, const char *signed_headers,
                struct buf *authorization);

/* Signing keys that were derived before, by secret, day, region and service. */
struct sigv4_keys;
struct sigv4_keys *sigv4_keys_new(void);
void sigv4_keys_free(struct sigv4_keys *k);    /* wiped first; NULL is allowed */

/* What a good signature says about who asks where. */
struct sigv4_identity {
	char access_key[128], region[64], service[64];
};

struct sigv4_verifier {
	/* The secret of an access key, NULL for one that may not sign. token is the session token that came with
	 * it, NULL when there was none. */
	const char *(*secret_of)(void *ctx, const char *access_key, const char *token);
	void *ctx;
	struct sigv4_keys *keys;          /* NULL: derive each time */
};

/* Check r's signature: in its Authorization header, or in its query (a presigned request).
 * 0, or ERR_AUTH with the wire code in err->class_:
 *   MissingAuthenticationTokenException  no signature at all
 *   IncompleteSignatureException         its parts or the date are missing or malformed
 *   UnrecognizedClientException          no such access key, or an unknown session token
 *   InvalidSignatureException            wrong signature, wrong date, a bad scope, or a header that must be
 *                                        signed is not
 * Any service and any well-formed region are accepted; the caller reads them from out (may be NULL). The same
 * signature is accepted again within its window: see README.md, "Signatures". */
int sigv4_verify(const struct sigv4_request *r, const struct sigv4_verifier *v, int64_t now_ms,
                 struct sigv4_identity *out, struct error *err);

/* Lower-case hex of SHA-256; out has 65 bytes. */
void sigv4_sha256_hex(const void *data, size_t n, char out[65]);
/* Append the canonical request: what a signature is computed over. For tests and for error analysis. */
void sigv4_canonical(const struct sigv4_request *r, const struct sigv4_scope *s, const char *signed_headers,
                     struct buf *out);

#endif
