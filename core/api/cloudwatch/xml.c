/* Replies for those who do not speak JSON: the query protocol's XML, and CBOR, by the operation's table. */
#include "core/api/cloudwatch/shapes.h"
#include "core/api/shape/cbor.h"
#include "core/base/json.h"

#define NAMESPACE "http://monitoring.amazonaws.com/doc/2010-08-01/"

static void add_request_id(struct buf *out, const char *request_id)
{
	buf_addf(out, "<RequestId>%s</RequestId>", request_id);
}

void cw_encode_xml(const struct cw_operation *op, const cJSON *reply, const char *request_id, struct buf *out)
{
	const char *name = op->name;

	buf_addf(out, "<%sResponse xmlns=\"" NAMESPACE "\">", name);
	if (op->output) {
		buf_addf(out, "<%sResult>", name);
		if (reply)
			shape_xml(op->output, reply, out);
		buf_addf(out, "</%sResult>", name);
	}
	buf_adds(out, "<ResponseMetadata>");
	add_request_id(out, request_id);
	buf_addf(out, "</ResponseMetadata></%sResponse>", name);
}

void cw_error_xml(const char *code, const char *message, const char *request_id, struct buf *out)
{
	buf_addf(out, "<ErrorResponse xmlns=\"" NAMESPACE "\"><Error><Type>%s</Type><Code>",
	         cw_error_status(code) >= 500 ? "Receiver" : "Sender");
	shape_xml_text(code, out);
	buf_adds(out, "</Code><Message>");
	shape_xml_text(message, out);
	buf_adds(out, "</Message></Error>");
	add_request_id(out, request_id);
	buf_adds(out, "</ErrorResponse>");
}

void cw_encode_cbor(const struct cw_operation *op, const cJSON *reply, struct buf *out)
{
	cJSON *none = op->output && reply ? NULL : cJSON_CreateObject();

	cbor_write(none ? NULL : op->output, none ? none : reply, out);
	cJSON_Delete(none);
}

void cw_error_cbor(const char *code, const char *message, struct buf *out)
{
	char *type = xasprintf("com.amazonaws.cloudwatch#%s", cw_error_shape(code));
	cJSON *o = json_add_str(json_add_str(cJSON_CreateObject(), "__type", type), "message", message);

	cbor_write(NULL, o, out);
	cJSON_Delete(o);
	free(type);
}
