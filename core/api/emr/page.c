/* Markers: base64url of "kind\nid of the last item\n its place". The id finds the place again in a list
 * that has changed; the place itself serves when that item has gone. */
#include <stdio.h>

#include "core/api/emr/emr.h"
#include "core/base/buf.h"
#include "core/base/json.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static char *encode(const char *s)
{
	struct buf b = BUF_INIT;
	unsigned bits = 0, n = 0;
	for (; *s; s++) {
		bits = bits << 8 | (unsigned char)*s;
		for (n += 8; n >= 6; n -= 6)
			buf_addc(&b, alphabet[bits >> (n - 6) & 63]);
	}
	if (n)
		buf_addc(&b, alphabet[bits << (6 - n) & 63]);
	return buf_steal(&b);
}

static bool decode(const char *s, char *out, size_t size)
{
	unsigned bits = 0, n = 0;
	size_t at = 0;
	for (; *s; s++) {
		const char *p = strchr(alphabet, *s);
		if (!p || at + 1 >= size)
			return false;
		bits = bits << 6 | (unsigned)(p - alphabet);
		n += 6;
		if (n >= 8) {
			n -= 8;
			out[at++] = (char)(bits >> n & 255);
		}
	}
	out[at] = '\0';
	return strlen(out) == at;
}

static int find(const char *marker, const char *kind, size_t n, const char *(*id_at)(void *list, size_t i),
                void *list, size_t *first)
{
	char text[256], id[128];
	size_t place, len = strlen(kind);
	if (!decode(marker, text, sizeof text) || strncmp(text, kind, len) != 0 || text[len] != '\n' ||
	    sscanf(text + len + 1, "%127[^\n]\n%zu", id, &place) != 2)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(id_at(list, i), id) == 0) {
			*first = i + 1;
			return 0;
		}
	}
	*first = place < n ? place : n;
	return 0;
}

int emr_page(const cJSON *in, const char *kind, size_t per_page, size_t n,
             const char *(*id_at)(void *list, size_t i), void *list, struct emr_page *out,
             struct error *err)
{
	const char *marker = json_str(in, "Marker", "");
	*out = (struct emr_page){ 0 };
	if (*marker && find(marker, kind, n, id_at, list, &out->first) != 0)
		return emr_error_invalid_request(err, NULL, "Marker '%.200s' is not valid.", marker);
	out->end = n - out->first > per_page ? out->first + per_page : n;
	if (out->end < n) {
		char *text = xasprintf("%s\n%s\n%zu", kind, id_at(list, out->end - 1), out->end);
		out->marker = encode(text);
		free(text);
	}
	return 0;
}
