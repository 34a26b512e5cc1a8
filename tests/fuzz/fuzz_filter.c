/* The filter language: every text parses or is refused with a sentence and a position; matching never fails. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "tui/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *get(void *ctx, size_t col, double *num)
{
	static const char *const text[] = { "nightly-etl", "RUNNING", "", "12:30 ünïcode" };
	(void)ctx;
	*num = col == 2 ? 7200000 : NAN;
	return text[col];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct filter_column cols[] = { { "NAME", 0 }, { "STATE", 0 }, { "AGE", FILTER_TIME },
		                                     { "NOTE", 0 } };
	struct error err = ERROR_INIT;
	struct filter *f = NULL;
	char *text = xstrndup((const char *)data, size < 300 ? size : 300);
	if (filter_parse(&f, text, cols, 4, &err) == 0) {
		filter_match(f, get, NULL);
		filter_free(f);
	} else if (!*err.message || err.column < 1 || (size_t)err.column > strlen(text) + 1) {
		abort();
	}
	free(text);
	return 0;
}
