#include "core/daemon/door_cloudwatch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/cloudwatch/cloudwatch.h"
#include "core/api/shape/cbor.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/net/gunzip.h"

#define CBOR_TYPE "application/cbor"
#define CBOR_PATH "/service/GraniteServiceVersion20100801/operation/"
#define FORM_TYPE "application/x-www-form-urlencoded"
#define PLAIN_LIMIT (16u << 20)  /* of a body that came compressed */

enum protocol { NONE, JSON, QUERY, CBOR };

static enum protocol protocol_of(const struct http_request *r)
{
	const char *target = http_request_header(r, "x-amz-target"), *type = http_request_header(r, "content-type"),
	           *smithy = http_request_header(r, "smithy-protocol");

	if (target)
		return !strncmp(target, CW_TARGET_PREFIX, strlen(CW_TARGET_PREFIX)) ? JSON : NONE;
	if (smithy && !strcmp(smithy, "rpc-v2-cbor") && strstr(http_request_path(r), CBOR_PATH))
		return CBOR;
	return type && !strncmp(type, FORM_TYPE, strlen(FORM_TYPE)) ? QUERY : NONE;
}

bool cloudwatch_speaks(const struct http_request *r)
{
	return protocol_of(r) != NONE;
}

/* A request on its way through the control plane. */
struct turned {
	struct http_request *r;
	enum protocol protocol;
	const struct cw_operation *op;
	char request_id[64];
};

static void send_out(struct http_request *r, enum protocol p, int status, const char *code, const struct buf *b)
{
	struct buf query = BUF_INIT;

	if (code && p == JSON) {
		cw_error_query(code, &query);
		http_reply_header(r, "x-amzn-query-error", buf_str(&query));
	}
	if (code && p != QUERY)
		http_reply_header(r, "x-amzn-ErrorType", cw_error_shape(code));
	if (p == CBOR)
		http_reply_header(r, "smithy-protocol", "rpc-v2-cbor");
	http_reply(r, status, p == QUERY ? CW_XML_TYPE : p == CBOR ? CBOR_TYPE : CW_JSON_TYPE, buf_str(b), b->len);
	buf_free(&query);
}

static void send_error(struct http_request *r, enum protocol p, const char *request_id, const char *code,
                       const char *message)
{
	struct buf b = BUF_INIT;

	if (p == QUERY)
		cw_error_xml(cw_error_query_code(code), message, request_id, &b);
	else if (p == CBOR)
		cw_error_cbor(code, message, &b);
	else
		cw_error_json(code, message, &b);
	send_out(r, p, cw_error_status(code), code, &b);
	buf_free(&b);
}

void cloudwatch_error(struct http_request *r, const char *request_id, const char *code, const char *message)
{
	send_error(r, protocol_of(r), request_id, code, message);
}

static void on_answer(const struct control_reply *a, void *ctx)
{
	struct turned *t = ctx;
	cJSON *reply = a->len ? json_parse(a->body, a->len, NULL) : NULL;
	struct buf b = BUF_INIT;

	if (a->error_type) {
		send_error(t->r, t->protocol, t->request_id, a->error_type, json_str(reply, "Message", json_str(reply,
		                                                                                                "message",
		                                                                                                "")));
	} else if (t->protocol == JSON) {
		bool silent = !reply || !reply->child;
		http_reply(t->r, 200, CW_JSON_TYPE, silent ? "{}" : a->body, silent ? 2 : a->len);
	} else {
		if (t->protocol == QUERY)
			cw_encode_xml(t->op, reply, t->request_id, &b);
		else
			cw_encode_cbor(t->op, reply, &b);
		send_out(t->r, t->protocol, 200, NULL, &b);
	}
	buf_free(&b);
	cJSON_Delete(reply);
	free(t);
}

static int from_cbor(const struct http_request *r, const char *body, size_t len, const struct cw_operation **op,
                     cJSON **in, struct error *err)
{
	const char *name = strstr(http_request_path(r), CBOR_PATH) + strlen(CBOR_PATH);

	*op = cw_find_operation(name);
	if (!*op)
		return cw_error(err, "UnknownOperationException", "Could not find operation %.100s", name);
	if (!len) {
		*in = cJSON_CreateObject();
		return 0;
	}
	*in = cbor_read(body, len, err);
	return *in ? 0 : cw_error(err, "MalformedInput", "The body is not CBOR that can be read: %s", err->message);
}

static int turn(struct turned *t, const char *body, size_t len, cJSON **in, struct error *err)
{
	return t->protocol == QUERY ? cw_decode_form(body, len, &t->op, in, err)
	       : from_cbor(t->r, body, len, &t->op, in, err);
}

static int expand(const struct http_request *r, const char **body, size_t *len, struct buf *plain, struct error *err)
{
	const char *coding = http_request_header(r, "content-encoding");

	if (!coding || strcasecmp(coding, "gzip"))
		return 0;
	if (gunzip(*body, *len, PLAIN_LIMIT, plain, err))
		return cw_error(err, "MalformedInput", "%s", err->message);
	*body = buf_str(plain);
	*len = plain->len;
	return 0;
}

void cloudwatch_call(struct control *ctl, struct http_request *r, const struct control_caller *who, const char *body,
                     size_t len)
{
	struct turned *t = xcalloc(1, sizeof *t);
	struct buf plain = BUF_INIT, json = BUF_INIT;
	struct error err = ERROR_INIT;
	char target[128];
	cJSON *in = NULL;

	t->r = r;
	t->protocol = protocol_of(r);
	snprintf(t->request_id, sizeof t->request_id, "%s", who->request_id ? who->request_id : "");
	int rc = expand(r, &body, &len, &plain, &err);
	if (!rc && t->protocol != JSON)
		rc = turn(t, body, len, &in, &err);
	if (rc) {
		send_error(r, t->protocol, t->request_id, err.class_, err.message);
		free(t);
	} else if (t->protocol == JSON) {
		control_call(ctl, http_request_header(r, "x-amz-target"), body, len, who, on_answer, t);
	} else {
		snprintf(target, sizeof target, CW_TARGET_PREFIX "%s", cw_name(t->op));
		json_print_to(&json, in);
		control_call(ctl, target, buf_str(&json), json.len, who, on_answer, t);
	}
	cJSON_Delete(in);
	buf_free(&json);
	buf_free(&plain);
}
