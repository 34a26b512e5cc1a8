#include "core/net/frame.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"

static void put32(char *p, size_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(unsigned char)(v >> (24 - 8 * i));
}

static size_t get32(const char *p)
{
	size_t v = 0;
	for (int i = 0; i < 4; i++)
		v = v << 8 | (unsigned char)p[i];
	return v;
}

int frame_write(struct buf *out, const cJSON *json, const void *data, size_t len, struct error *err)
{
	char *text = json_print(json);
	size_t n = strlen(text);
	int rc = 0;
	if (n > FRAME_MAX - 4 || len > FRAME_MAX - 4 - n) {
		rc = error_set(err, ERR_FULL, "a message of %zu bytes is larger than the %u that a link carries",
		               n + len, FRAME_MAX);
		goto out;
	}
	char head[FRAME_HEAD];
	put32(head, 4 + n + len);
	put32(head + 4, n);
	buf_reserve(out, FRAME_HEAD + n + len);
	buf_add(out, head, sizeof head);
	buf_add(out, text, n);
	if (len)
		buf_add(out, data, len);
out:
	free(text);
	return rc;
}

int frame_read(const char *in, size_t n, struct frame *f, size_t *need, struct error *err)
{
	*need = FRAME_HEAD;
	if (n < FRAME_HEAD)
		return 0;
	size_t rest = get32(in), json = get32(in + 4);
	if (rest > FRAME_MAX)
		return error_set(err, ERR_INVALID, "a frame of %zu bytes is over the limit of %u", rest, FRAME_MAX);
	if (rest < 4 || json > rest - 4)
		return error_set(err, ERR_INVALID, "a frame's lengths contradict each other (%zu, %zu)", rest, json);
	*need = 4 + rest;
	if (n < *need)
		return 0;
	cJSON *v = json_parse(in + FRAME_HEAD, json, err);
	if (!v)
		return ERR_INVALID;
	if (!cJSON_IsObject(v) || !json_str(v, "type", NULL)) {
		cJSON_Delete(v);
		return error_set(err, ERR_INVALID, "a message is not a JSON object with a type");
	}
	*f = (struct frame){
		.json = v, .data = in + FRAME_HEAD + json, .len = rest - 4 - json, .used = *need
	};
	return 1;
}
