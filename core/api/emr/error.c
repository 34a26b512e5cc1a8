#include "core/api/emr/emr.h"

#include <stdio.h>

#include "core/base/json.h"

static int set(struct error *err, const char *code, const char *error_code, const char *fmt, va_list ap)
{
	error_vset(err, ERR_INVALID, fmt, ap);
	error_class(err, code, NULL);
	if (error_code)
		error_detail(err, "%s", error_code);
	return ERR_INVALID;
}

int emr_error(struct error *err, const char *code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int rc = set(err, code, NULL, fmt, ap);
	va_end(ap);
	return rc;
}

int emr_error_validation(struct error *err, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int rc = set(err, "ValidationException", NULL, fmt, ap);
	va_end(ap);
	return rc;
}

int emr_error_invalid_request(struct error *err, const char *error_code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int rc = set(err, "InvalidRequestException", error_code, fmt, ap);
	va_end(ap);
	return rc;
}

int emr_error_unknown_operation(struct error *err, const char *name)
{
	return emr_error(err, "UnknownOperationException", "Could not find operation %.200s", name);
}

int emr_error_serialization(struct error *err, const char *why)
{
	return emr_error(err, "SerializationException", "%s", why);
}

int emr_error_no_cluster(struct error *err, const char *id)
{
	return emr_error_invalid_request(err, "NoSuchCluster", "Cluster id '%.200s' is not valid.", id);
}

int emr_error_no_job_flow(struct error *err)
{
	return emr_error_validation(err, "Specified job flow ID not valid.");
}

int emr_error_no_step(struct error *err, const char *id)
{
	return emr_error_invalid_request(err, NULL, "Step id '%.200s' is not valid.", id);
}

int emr_error_no_group(struct error *err, const char *id)
{
	return emr_error_validation(err, "Instance group id '%.200s' is not valid.", id);
}

int emr_error_closing(struct error *err)
{
	return emr_error_validation(err, "A job flow that is shutting down, terminated, or finished may not be "
	                                 "modified.");
}

int emr_error_protected(struct error *err)
{
	return emr_error_validation(err, "Could not shut down one or more job flows since they are termination "
	                                 "protected.");
}

int emr_error_too_many_steps(struct error *err)
{
	return emr_error_validation(err, "Maximum number of active steps(State = 'Running', 'Pending' or "
	                                 "'Cancel_Pending') for cluster exceeded.");
}

int emr_error_resize_early(struct error *err)
{
	return emr_error_validation(err, "An instance group may only be modified when the cluster is running or "
	                                 "waiting");
}

int emr_error_on_failure(struct error *err, const struct step *s)
{
	return emr_error_validation(err, "The ActionOnFailure setting %s of step '%.200s' is not valid for a "
	                            "cluster whose StepConcurrencyLevel is greater than 1: use CONTINUE.",
	                            names_get(&step_on_failure_names, (int)s->on_failure), s->name);
}

static int status_of(const char *code)
{
	static const struct { const char *code; int status; } table[] = {
		{ "InternalServerException", 500 }, { "InternalServerError", 500 },
		{ "ServiceUnavailableException", 503 }, { "RequestEntityTooLargeException", 413 },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i].code, code) == 0)
			return table[i].status;
	return 400;
}

int emr_error_reply(const struct error *err, struct buf *body)
{
	bool known = err->class_[0];
	const char *code = known ? err->class_ : "InternalServerError";
	cJSON *o = json_add_str(cJSON_CreateObject(), "__type", code);
	if (known && err->detail[0] && strcmp(code, "InvalidRequestException") == 0)
		json_add_str(o, "ErrorCode", err->detail);
	json_add_str(o, "Message", err->message);
	json_print_to(body, o);
	cJSON_Delete(o);
	return status_of(code);
}

/* ---- a client reads it back ---- */

static int code_of(int status, const char *code)
{
	static const struct { const char *code; int value; } table[] = {
		{ "UnknownOperationException", ERR_UNSUPPORTED }, { "AccessDeniedException", ERR_AUTH },
		{ "MissingAuthenticationTokenException", ERR_AUTH }, { "UnrecognizedClientException", ERR_AUTH },
		{ "InvalidSignatureException", ERR_AUTH }, { "IncompleteSignatureException", ERR_AUTH },
		{ "ExpiredTokenException", ERR_AUTH }, { "SignatureDoesNotMatch", ERR_AUTH },
		{ "ResourceNotFoundException", ERR_NOTFOUND },
		{ "ThrottlingException", ERR_FULL }, { "RequestEntityTooLargeException", ERR_FULL },
		{ "ServiceUnavailableException", ERR_UNAVAILABLE },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i].code, code) == 0)
			return table[i].value;
	return status >= 500 ? ERR_UNAVAILABLE : status == 401 || status == 403 ? ERR_AUTH : ERR_INVALID;
}

int emr_read_error(int status, const char *body, size_t len, struct error *err)
{
	cJSON *o = len ? json_parse(body, len, NULL) : NULL;
	const char *type = json_str(o, "__type", ""), *hash = strrchr(type, '#');
	const char *text = json_str(o, "Message", json_str(o, "message", NULL));
	char code[64];
	snprintf(code, sizeof code, "%s", hash ? hash + 1 : type);
	code[strcspn(code, ":")] = '\0';
	int rc = code_of(status, code);
	if (text && *text)
		error_set(err, rc, "%s", text);
	else
		error_set(err, rc, "the server answered with HTTP status %d%s%s", status, *code ? ", " : "", code);
	error_class(err, code, NULL);
	if (json_str(o, "ErrorCode", NULL))
		error_detail(err, "%s", json_str(o, "ErrorCode", ""));
	cJSON_Delete(o);
	return rc;
}
