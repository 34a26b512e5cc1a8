/* The query protocol's forms, alarms in them, and compressed bodies: all is taken or refused with a sentence; what is
 * taken can be shown again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/cloudwatch/cloudwatch.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/net/gunzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void alarm_of(const cJSON *in)
{
	struct error err = ERROR_INIT;
	struct metric_alarm *a = NULL;

	if (cw_decode_alarm(in, &a, &err)) {
		if (!*err.message || !*err.class_)
			abort();
		return;
	}
	cJSON *shown = cw_encode_alarm(a, "us-east-1", true);
	struct metric_alarm *b = cw_read_alarm(shown);
	cJSON *again = cw_encode_alarm(b, "us-east-1", true);
	if (!cJSON_Compare(shown, again, true))
		abort();
	cJSON_Delete(shown);
	cJSON_Delete(again);
	metric_alarm_free(a);
	metric_alarm_free(b);
}

static void form(const char *text, size_t size)
{
	struct error err = ERROR_INIT;
	const struct cw_operation *op = NULL;
	struct buf xml = BUF_INIT;
	cJSON *in = NULL;

	if (cw_decode_form(text, size, &op, &in, &err)) {
		if (!*err.message || !*err.class_ || in)
			abort();
		return;
	}
	if (!cw_validate(op, in, &err) && !strcmp(cw_name(op), "PutMetricAlarm"))
		alarm_of(in);
	cw_encode_xml(op, in, "id", &xml);
	buf_free(&xml);
	cJSON_Delete(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	char *text = xstrndup((const char *)data, size);

	form(text, strlen(text));
	free(text);
	if (gunzip(data, size, 1 << 20, &out, &err) && !*err.message)
		abort();
	buf_free(&out);
	return 0;
}
