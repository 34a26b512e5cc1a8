/* The Amazon CloudWatch API as tables and codecs. The contract is the public service model 2010-08-01. The
 * control plane sees JSON only; what clients speak beside it (query and XML) is turned here, by the tables.
 * No state, no I/O. See README.md. */
#ifndef CORE_API_CLOUDWATCH_CLOUDWATCH_H
#define CORE_API_CLOUDWATCH_CLOUDWATCH_H

#include <cjson/cJSON.h>

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/model/alarm.h"
#include "core/model/alarm_rule.h"

#define CW_TARGET_PREFIX "GraniteServiceVersion20100801."
#define CW_JSON_TYPE "application/x-amz-json-1.0"
#define CW_XML_TYPE "text/xml"
#define CW_VERSION "2010-08-01"

/* ---- operations ---- */

struct cw_operation;
const struct cw_operation *cw_find_operation(const char *name);      /* NULL when we do not have it */
const char *cw_operation_name(size_t i);                             /* NULL behind the last */
/* The shape of a request, as emr_validate, with CloudWatch's codes. */
int cw_validate(const struct cw_operation *op, const cJSON *in, struct error *err);

/* ---- errors: err->class_ is the code of the query protocol ("InvalidParameterValue") ---- */

int cw_error(struct error *err, const char *code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int cw_error_value(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int cw_error_combination(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int cw_error_missing(struct error *err, const char *parameter);
int cw_error_validation(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int cw_error_status(const char *code);                               /* HTTP status */
/* Name of the exception's shape, which JSON's __type carries: "InvalidParameterValueException". */
const char *cw_error_shape(const char *code);
/* The code as the query protocol has it: "SignatureDoesNotMatch" for InvalidSignatureException. */
const char *cw_error_query_code(const char *code);
/* JSON 1.0: the body; and the value of the header x-amzn-query-error ("InvalidParameterValue;Sender"). */
void cw_error_json(const char *code, const char *message, struct buf *out);
void cw_error_query(const char *code, struct buf *out);

/* ---- query in, XML out ---- */

/* A form ("Action=ListMetrics&Version=2010-08-01&…") → the operation and its request as JSON. *op is set as
 * soon as it is known. Errors: InvalidAction, MissingAction, MalformedInput. The caller frees *in. */
int cw_decode_form(const char *form, size_t len, const struct cw_operation **op, cJSON **in, struct error *err);
const char *cw_name(const struct cw_operation *op);
/* A reply's JSON as XML; request_id as in x-amzn-requestid. */
void cw_encode_xml(const struct cw_operation *op, const cJSON *reply, const char *request_id, struct buf *out);
void cw_error_xml(const char *code, const char *message, const char *request_id, struct buf *out);

/* A reply's JSON as CBOR (rpc-v2-cbor), and an error's. */
void cw_encode_cbor(const struct cw_operation *op, const cJSON *reply, struct buf *out);
void cw_error_cbor(const char *code, const char *message, struct buf *out);

/* ---- alarms and queries ---- */

char *cw_alarm_arn(const char *name, const char *region);            /* free() */
/* The name in an alarm's ARN, NULL when it is none of this region. */
const char *cw_arn_alarm(const char *arn, const char *region);
/* PutMetricAlarm: the struct, and all rules that need no state. */
int cw_decode_alarm(const cJSON *in, struct metric_alarm **out, struct error *err);
/* PutCompositeAlarm, likewise. */
int cw_decode_composite(const cJSON *in, const char *region, struct metric_alarm **out, struct error *err);
/* The rule of a composite alarm, parsed. */
int cw_parse_rule(const char *rule, const char *region, struct alarm_rule **out, struct error *err);
/* As DescribeAlarms shows it, a metric or a composite alarm. whole: also Tags and Owner, for the journal. */
cJSON *cw_encode_alarm(const struct metric_alarm *a, const char *region, bool whole);
struct metric_alarm *cw_read_alarm(const cJSON *v);                  /* lenient: what is missing stays empty */
/* MetricDataQueries or Metrics: ids, one of MetricStat and Expression. alarm: exactly one returns data. */
int cw_decode_queries(const cJSON *list, bool alarm, struct metric_query_list *out, struct error *err);
void cw_read_dims(const cJSON *list, struct pair_list *out);         /* sorted */
cJSON *cw_encode_dims(const struct pair_list *dims);
int cw_check_actions(const struct str_list *l, struct error *err);
/* A name or value of a metric or alarm: no control characters. what: the parameter, for the error. */
int cw_check_name(const char *text, const char *what, struct error *err);
/* 1, 5, 10, 30 or a multiple of 60. */
int cw_check_period(int period, struct error *err);
/* A statistic's name (core/model/statistic.h). extended: none of Average … Maximum. */
int cw_check_stat(const char *name, bool extended, struct error *err);

#endif
