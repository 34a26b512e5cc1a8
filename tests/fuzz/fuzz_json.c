/* Any bytes as JSON: what is accepted prints, and what was printed parses to the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err;
	cJSON *v = json_parse((const char *)data, size, &err);
	if (!v) {
		if (!err.code || !err.message[0])
			abort();
		return 0;
	}
	char *once = json_print(v);
	cJSON *w = json_parse(once, strlen(once), &err);
	if (!w)
		abort();
	char *twice = json_print(w);
	if (strcmp(once, twice) != 0)
		abort();
	free(once);
	free(twice);
	cJSON_Delete(v);
	cJSON_Delete(w);
	return 0;
}
