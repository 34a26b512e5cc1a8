/* The CBOR reader: whatever comes, a tree or an error; what was read is written and read again the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/shape/cbor.h"
#include "core/base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	cJSON *v = cbor_read(data, n, &err);

	if (!v) {
		if (!err.code)
			abort();
		return 0;
	}
	cbor_write(NULL, v, &out);
	cJSON *again = cbor_read(out.data, out.len, &err);
	if (!again)
		abort();
	cJSON_Delete(again);
	cJSON_Delete(v);
	buf_free(&out);
	return 0;
}
