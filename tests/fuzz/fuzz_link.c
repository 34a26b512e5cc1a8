/* Any bytes as a stream of frames, whole and torn: the reader never goes beyond what it was given, never
 * disagrees with itself about how much it needs, and what it accepts can be written again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"
#include "core/net/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void rewrite(const struct frame *f)
{
	struct buf out = BUF_INIT;
	struct frame g;
	size_t need;
	if (frame_write(&out, f->json, f->data, f->len, NULL) != 0 ||
	    frame_read(out.data, out.len, &g, &need, NULL) != 1 || g.len != f->len ||
	    (g.len && memcmp(g.data, f->data, g.len) != 0) || g.used != out.len)
		abort();
	cJSON_Delete(g.json);
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	size_t left = size, need;
	struct frame f;
	struct error err;
	int rc;
	while ((rc = frame_read(p, left, &f, &need, &err)) == 1) {
		struct frame torn;
		size_t want;
		if (f.used > left || f.used != need || f.data + f.len != p + f.used)
			abort();
		if (frame_read(p, f.used - 1, &torn, &want, &err) != 0 || want <= f.used - 1)
			abort();
		rewrite(&f);
		cJSON_Delete(f.json);
		p += f.used;
		left -= f.used;
	}
	if (rc == 0 && need <= left)
		abort();
	if (rc < 0 && !err.message[0])
		abort();
	return 0;
}
