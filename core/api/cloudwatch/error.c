/* CloudWatch's errors: one code, which the query protocol shows as it is and JSON as the name of a shape. */
#include "core/base/json.h"
#include "core/api/cloudwatch/cloudwatch.h"

static const struct {
	const char *code, *shape;
	int status;
} table[] = {
	{ "InvalidParameterValue", "InvalidParameterValueException", 400 },
	{ "InvalidParameterCombination", "InvalidParameterCombinationException", 400 },
	{ "MissingParameter", "MissingRequiredParameterException", 400 },
	{ "ResourceNotFound", "ResourceNotFound", 404 },
	{ "ResourceNotFoundException", "ResourceNotFoundException", 404 },
	{ "LimitExceeded", "LimitExceededFault", 400 },
	{ "InvalidNextToken", "InvalidNextToken", 400 },
	{ "InvalidFormat", "InvalidFormatFault", 400 },
	{ "InternalServiceError", "InternalServiceFault", 500 },
	{ "InternalServerError", "InternalServiceFault", 500 },
	{ "ServiceUnavailableException", "ServiceUnavailable", 503 },
	{ "MissingAuthenticationTokenException", "MissingAuthenticationTokenException", 403 },
	{ "UnrecognizedClientException", "UnrecognizedClientException", 403 },
	{ "InvalidSignatureException", "InvalidSignatureException", 403 },
	{ "AccessDeniedException", "AccessDeniedException", 403 },
};

static int set(struct error *err, const char *code, const char *fmt, va_list ap)
{
	error_vset(err, ERR_INVALID, fmt, ap);
	if (err)
		error_class(err, code, NULL);
	return ERR_INVALID;
}

#define WITH_CODE(text) \
	va_list ap; \
	va_start(ap, fmt); \
	int rc = set(err, text, fmt, ap); \
	va_end(ap); \
	return rc

int cw_error(struct error *err, const char *code, const char *fmt, ...)
{
	WITH_CODE(code);
}

int cw_error_value(struct error *err, const char *fmt, ...)
{
	WITH_CODE("InvalidParameterValue");
}

int cw_error_combination(struct error *err, const char *fmt, ...)
{
	WITH_CODE("InvalidParameterCombination");
}

int cw_error_validation(struct error *err, const char *fmt, ...)
{
	WITH_CODE("ValidationError");
}

int cw_error_missing(struct error *err, const char *parameter)
{
	return cw_error(err, "MissingParameter", "The parameter %s is required.", parameter);
}

int cw_error_status(const char *code)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!strcmp(table[i].code, code))
			return table[i].status;
	return 400;
}

const char *cw_error_shape(const char *code)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (!strcmp(table[i].code, code))
			return table[i].shape;
	return code;
}

void cw_error_json(const char *code, const char *message, struct buf *out)
{
	char *type = xasprintf("GraniteServiceVersion20100801#%s", cw_error_shape(code));
	cJSON *o = json_add_str(json_add_str(cJSON_CreateObject(), "__type", type), "message", message);

	json_print_to(out, o);
	cJSON_Delete(o);
	free(type);
}

/* Refused sign-ins have other names in the query protocol than in JSON. */
const char *cw_error_query_code(const char *code)
{
	static const char *const names[][2] = {
		{ "AccessDeniedException", "AccessDenied" },
		{ "UnrecognizedClientException", "InvalidClientTokenId" },
		{ "InvalidSignatureException", "SignatureDoesNotMatch" },
		{ "IncompleteSignatureException", "IncompleteSignature" },
		{ "MissingAuthenticationTokenException", "MissingAuthenticationToken" },
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i][0], code))
			return names[i][1];
	return code;
}

void cw_error_query(const char *code, struct buf *out)
{
	buf_addf(out, "%s;%s", code, cw_error_status(code) >= 500 ? "Receiver" : "Sender");
}
