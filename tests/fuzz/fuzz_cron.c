/* Schedule expressions and zone files: every text parses or is refused with a sentence; runs only go forward.
 * */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/model/cron.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void follow(const struct cron *c, const struct tz *z)
{
	int64_t at = INT64_C(1774000000000);
	char words[512];

	for (int i = 0; i < 5; i++) {
		int64_t next = cron_next_in(c, z, at);
		if (next && next <= at)
			abort();
		if (!next)
			break;
		at = next;
	}
	if (!*cron_words(c, "Europe/Berlin", words, sizeof words))
		abort();
}

/* The first byte chooses: an expression, or a zone file that an expression is then read on. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct cron c;
	bool file = size && data[0] == 'T';
	struct tz *z = file ? tz_read(data, size, &err) : tz_open("Europe/Berlin", &err);
	char *text = file ? xstrdup("cron(0/30 1-3 * * ? *)") : xstrndup((const char *)data, size < 300 ? size :
	                                                                 300);

	if (!z && !*err.message)
		abort();
	if (!cron_parse(text, &c, &err)) {
		if (z)
			follow(&c, z);
	} else if (!*err.message) {
		abort();
	}
	tz_free(z);
	free(text);
	return 0;
}
