/* Recorded spot prices: whatever the text, all of it is taken or none, and an error names a line of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/spot_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct spot_feed f;
	struct error err = ERROR_INIT;
	int ret = spot_feed_read(&f, "feed", (const char *)data, n, "us-east-1", NULL, &err);

	if (ret && (ret != ERR_INVALID || !strstr(err.message, "feed: line ") || err.line < 1 || f.changes.len))
		abort();
	if (!ret && (!f.changes.len || f.changes.len > f.records || f.types.len > f.records))
		abort();
	for (size_t i = 0; i < f.changes.len; i++)
		if (!(f.changes.items[i].price > 0) || f.changes.items[i].type >= f.types.len ||
		    (i && f.changes.items[i].time < f.changes.items[i - 1].time))
			abort();
	spot_feed_free(&f);
	return 0;
}
