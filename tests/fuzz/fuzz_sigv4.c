/* Any bytes as the signed parts of a request, one per line: method, target, Authorization, X-Amz-Date,
 * X-Amz-Target, the rest is the body. Nothing that was not signed with the secret is accepted; what we
 * sign ourselves over the same parts is. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/net/sigv4.h"

#define SECRET "a secret that is in no input"
#define NOW 1795231000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct parts {
	char *line[5];
	const char *body;
	size_t len;
};

static const char *header(void *ctx, const char *name)
{
	struct parts *p = ctx;
	if (strcmp(name, "authorization") == 0)
		return p->line[2];
	if (strcmp(name, "x-amz-date") == 0)
		return p->line[3];
	if (strcmp(name, "x-amz-target") == 0)
		return p->line[4];
	return strcmp(name, "host") == 0 ? "localhost" : NULL;
}

static const char *secret_of(void *ctx, const char *key, const char *token)
{
	(void)ctx;
	(void)token;
	return *key == 'A' ? SECRET : NULL;
}

static void split(char *text, size_t size, struct parts *p)
{
	char *end = text + size;
	for (int i = 0; i < 5; i++) {
		p->line[i] = text;
		char *nl = memchr(text, '\n', (size_t)(end - text));
		if (nl)
			*nl = '\0';
		text = nl ? nl + 1 : end;
	}
	p->body = text;
	p->len = (size_t)(end - text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xstrndup((const char *)data, size);
	struct parts p;
	size = strlen(text);
	split(text, size, &p);
	struct sigv4_keys *keys = sigv4_keys_new();
	struct sigv4_verifier v = { secret_of, NULL, keys };
	struct sigv4_request r = { p.line[0], p.line[1], header, &p, p.body, p.len };
	struct sigv4_identity id;
	struct error err;
	if (sigv4_verify(&r, &v, NOW, &id, &err) == 0 || !err.class_[0])
		abort();
	struct sigv4_scope s = {
		.access_key = "A", .secret_key = SECRET, .region = "r", .service = "s", .time_ms = NOW
	};
	char date[24];
	struct buf b = BUF_INIT;
	p.line[3] = clock_amz_date(NOW, date, sizeof date);
	sigv4_sign(&r, &s, "host;x-amz-date;x-amz-target", &b);
	p.line[2] = b.data;
	if (sigv4_verify(&r, &v, NOW, &id, &err) != 0)
		abort();
	buf_free(&b);
	sigv4_keys_free(keys);
	free(text);
	return 0;
}
