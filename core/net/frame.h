/* The frame of a link, without any I/O (core/api/stoker/README.md, section 1):
 *
 *     u32 big-endian: bytes that follow this number
 *     u32 big-endian: bytes of the JSON part
 *     JSON object with a string member "type"
 *     raw bytes up to the end of the frame (may be none) */
#ifndef CORE_NET_FRAME_H
#define CORE_NET_FRAME_H

#include <cjson/cJSON.h>
#include <stddef.h>

#include "core/base/buf.h"
#include "core/base/error.h"

#define FRAME_MAX (64u << 20)      /* largest value of the first number */
#define FRAME_HEAD 8u

struct frame {
	cJSON *json;               /* owned: cJSON_Delete */
	const char *data;          /* inside the input */
	size_t len;
	size_t used;               /* bytes of the input that the frame took */
};

/* Append one frame. ERR_FULL when it would be longer than FRAME_MAX; out is then unchanged. */
int frame_write(struct buf *out, const cJSON *json, const void *data, size_t len, struct error *err);

/* Read the frame at the front of n bytes. 1: *f is filled. 0: more bytes are needed, *need in all.
 * Negative: the stream is broken (too long, bad lengths, not an object with a type). */
int frame_read(const char *in, size_t n, struct frame *f, size_t *need, struct error *err);

#endif
