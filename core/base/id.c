#include "core/base/id.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void random_bytes(unsigned char *out, size_t n)
{
	size_t got = 0;
	while (got < n) {
		ssize_t r = getrandom(out + got, n - got, 0);
		if (r < 0)
			abort(); /* only with a broken kernel: an id that is not random must never be used */
		got += (size_t)r;
	}
}

static char *fill(char *out, size_t size, const char *prefix, int n, const char *alphabet)
{
	size_t base = strlen(alphabet), at = strlen(prefix);
	unsigned limit = 256 - 256 % (unsigned)base; /* rejection keeps every character equally likely */
	snprintf(out, size, "%s", prefix);
	while (n > 0 && at + 1 < size) {
		unsigned char raw[64];
		random_bytes(raw, sizeof raw);
		for (size_t i = 0; i < sizeof raw && n > 0 && at + 1 < size; i++) {
			if (raw[i] >= limit)
				continue;
			out[at++] = alphabet[raw[i] % base];
			n--;
		}
	}
	out[at] = '\0';
	return out;
}

char *id_make(char *out, size_t size, const char *prefix, int n)
{
	return fill(out, size, prefix, n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
}

char *id_hex(char *out, size_t size, const char *prefix, int n)
{
	return fill(out, size, prefix, n, "0123456789abcdef");
}

char *id_secret(char *out, size_t size, int n)
{
	return fill(out, size, "", n, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
}

char *id_uuid(char *out, size_t size)
{
	unsigned char b[16];
	random_bytes(b, sizeof b);
	b[6] = (unsigned char)((b[6] & 0x0F) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3F) | 0x80);
	snprintf(out, size, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
	         b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	return out;
}

const char *id_take_secret(const char *variable)
{
	static char secret[128];
	const char *v = getenv(variable);

	if (!v)
		return NULL;
	snprintf(secret, sizeof secret, "%s", v);
	unsetenv(variable);
	return secret;
}
