/* CloudWatch's protocols: forms, XML, CBOR, errors, compressed bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/api/cloudwatch/cloudwatch.h"
#include "core/base/json.h"
#include "core/net/gunzip.h"

static char *decoded(const char *form, struct error *err)
{
	const struct cw_operation *op;
	cJSON *in = NULL;
	char *text = NULL;

	if (!cw_decode_form(form, strlen(form), &op, &in, err))
		text = json_print(in);
	cJSON_Delete(in);
	return text;
}

static void check_form(const char *form, const char *want)
{
	struct error err = ERROR_INIT;
	char *got = decoded(form, &err);

	if (!got)
		fail_msg("%s: %s", form, err.message);
	assert_string_equal(got, want);
	free(got);
}

static void test_forms(void **state)
{
	(void)state;
	check_form("Action=ListMetrics&Version=2010-08-01", "{}");
	check_form("Action=PutMetricData&Namespace=A%2Fb+c&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1.5"
	           "&MetricData.member.1.Dimensions.member.2.Name=y&MetricData.member.1.Dimensions.member.2.Value=2"
	           "&MetricData.member.1.Dimensions.member.1.Name=x&MetricData.member.1.Dimensions.member.1.Value=1"
	           "&MetricData.member.2.MetricName=n&MetricData.member.2.Values.member.1=3&MetricData.member.2.Values.member.2=4",
	           "{\"Namespace\":\"A/b c\",\"MetricData\":[{\"MetricName\":\"m\",\"Value\":1.5,\"Dimensions\":["
	           "{\"Name\":\"x\",\"Value\":\"1\"},{\"Name\":\"y\",\"Value\":\"2\"}]},{\"MetricName\":\"n\","
	           "\"Values\":[3,4]}]}");
	/* Order of the fields, gaps in the numbers, unknown members and empty lists. */
	check_form("AlarmNames.member.9=b&AlarmNames.member.2=a&Unknown.member.1.x=1&Action=DeleteAlarms&&",
	           "{\"AlarmNames\":[\"a\",\"b\"]}");
	check_form("Action=PutMetricAlarm&AlarmActions=&ActionsEnabled=false&Threshold=-1e3",
	           "{\"AlarmActions\":[],\"ActionsEnabled\":false,\"Threshold\":-1000}");
}

static void check_refused(const char *form, const char *code)
{
	struct error err = ERROR_INIT;
	char *got = decoded(form, &err);

	if (got)
		fail_msg("%s became %s", form, got);
	assert_string_equal(err.class_, code);
	assert_true(err.message[0]);
}

static void test_bad_forms(void **state)
{
	(void)state;
	check_refused("", "MissingAction");
	check_refused("Version=1", "MissingAction");
	check_refused("Action=DescribeInstances", "InvalidAction");
	check_refused("Action=ListMetrics&Namespace=%4", "MalformedInput");
	check_refused("Action=ListMetrics&Namespace=%zz", "MalformedInput");
	check_refused("Action=ListMetrics&Namespace=%00", "MalformedInput");
	check_refused("Action=PutMetricAlarm&Threshold=high", "MalformedInput");
	check_refused("Action=PutMetricAlarm&Threshold=nan", "InvalidParameterValue");
	check_refused("Action=PutMetricAlarm&ActionsEnabled=yes", "MalformedInput");
	check_refused("Action=DeleteAlarms&AlarmNames.member.0=a", "MalformedInput");
	check_refused("Action=DeleteAlarms&AlarmNames.1=a", "MalformedInput");
	check_refused("Action=DeleteAlarms&AlarmNames=a", "MalformedInput");
	check_refused("Action=DeleteAlarms&AlarmNames.member.1=a&AlarmNames.member.1=b", "MalformedInput");
	check_refused("Action=PutMetricData&MetricData.member.1=a&MetricData.member.1.Value=1", "MalformedInput");
}

static void test_xml(void **state)
{
	const char *text = "{\"MetricAlarms\":[{\"AlarmName\":\"a<b>&\\u0001\",\"StateUpdatedTimestamp\":1399400564.432,"
	                   "\"Threshold\":5,\"Period\":60,\"ActionsEnabled\":true,\"OKActions\":[],\"Unlisted\":1}],"
	                   "\"CompositeAlarms\":[]}";
	cJSON *reply = json_parse(text, strlen(text), NULL);
	struct buf out = BUF_INIT;

	(void)state;
	cw_encode_xml(cw_find_operation("DescribeAlarms"), reply, "id-1", &out);
	assert_non_null(strstr(buf_str(&out), "<DescribeAlarmsResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">"
	                       "<DescribeAlarmsResult>"));
	assert_non_null(strstr(buf_str(&out), "<AlarmName>a&lt;b&gt;&amp;\xEF\xBF\xBD</AlarmName>"));
	assert_non_null(strstr(buf_str(&out), "<StateUpdatedTimestamp>2014-05-06T18:22:44.432Z</StateUpdatedTimestamp>"));
	assert_non_null(strstr(buf_str(&out), "<Period>60</Period>"));
	assert_null(strstr(buf_str(&out), "Unlisted"));
	assert_non_null(strstr(buf_str(&out), "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata>"));
	buf_clear(&out);
	cw_encode_xml(cw_find_operation("PutMetricData"), NULL, "id-2", &out);
	assert_null(strstr(buf_str(&out), "Result>"));
	buf_clear(&out);
	cw_error_xml("InvalidParameterValue", "a & b", "id-3", &out);
	assert_non_null(strstr(buf_str(&out), "<Error><Type>Sender</Type><Code>InvalidParameterValue</Code>"
	                       "<Message>a &amp; b</Message></Error><RequestId>id-3</RequestId>"));
	buf_free(&out);
	cJSON_Delete(reply);
}

static void test_errors_as_json(void **state)
{
	struct buf out = BUF_INIT;

	(void)state;
	cw_error_json("LimitExceeded", "too many", &out);
	assert_string_equal(buf_str(&out), "{\"__type\":\"GraniteServiceVersion20100801#LimitExceededFault\","
	                    "\"message\":\"too many\"}");
	buf_clear(&out);
	cw_error_query("InternalServiceError", &out);
	assert_string_equal(buf_str(&out), "InternalServiceError;Receiver");
	assert_int_equal(cw_error_status("ResourceNotFound"), 404);
	assert_int_equal(cw_error_status("InvalidSignatureException"), 403);
	assert_string_equal(cw_error_query_code("InvalidSignatureException"), "SignatureDoesNotMatch");
	assert_string_equal(cw_error_query_code("UnrecognizedClientException"), "InvalidClientTokenId");
	assert_string_equal(cw_error_query_code("ResourceNotFound"), "ResourceNotFound");
	buf_free(&out);
}

static void test_every_operation_has_its_tables(void **state)
{
	struct error err = ERROR_INIT;
	cJSON *array = cJSON_CreateArray();

	(void)state;
	for (size_t i = 0; cw_operation_name(i); i++) {
		const struct cw_operation *op = cw_find_operation(cw_operation_name(i));
		assert_non_null(op);
		assert_string_equal(cw_name(op), cw_operation_name(i));
		assert_int_not_equal(cw_validate(op, array, &err), 0);
		assert_string_equal(err.class_, "MalformedInput");
	}
	cJSON_Delete(array);
}

static struct metric_alarm *alarm_of(const char *text, struct error *err)
{
	struct metric_alarm *a = NULL;
	cJSON *in = json_parse(text, strlen(text), NULL);

	assert_non_null(in);
	cw_decode_alarm(in, &a, err);
	cJSON_Delete(in);
	return a;
}

static void test_alarms_there_and_back(void **state)
{
	struct error err = ERROR_INIT;
	struct metric_alarm *a = alarm_of("{\"AlarmName\":\"n\",\"MetricName\":\"m\",\"Namespace\":\"N\",\"ExtendedStatistic\":"
	                                  "\"p99\",\"Period\":300,\"EvaluationPeriods\":3,\"DatapointsToAlarm\":2,"
	                                  "\"Threshold\":1.5,\"ComparisonOperator\":\"LessThanThreshold\",\"TreatMissingData\":"
	                                  "\"breaching\",\"Dimensions\":[{\"Name\":\"b\",\"Value\":\"1\"},{\"Name\":\"a\","
	                                  "\"Value\":\"2\"}],\"Owner\":\"x\",\"AlarmActions\":[\"arn:aws:sns:r:0:t\"]}", &err);

	(void)state;
	assert_non_null(a);
	cJSON *one = cw_encode_alarm(a, "eu-west-1", true);
	struct metric_alarm *b = cw_read_alarm(one);
	cJSON *two = cw_encode_alarm(b, "eu-west-1", true);
	assert_true(cJSON_Compare(one, two, true));
	assert_string_equal(json_str(one, "ExtendedStatistic", ""), "p99");
	assert_string_equal(json_str(one, "AlarmArn", ""), "arn:aws:cloudwatch:eu-west-1:000000000000:alarm:n");
	assert_string_equal(a->ref.dims.items[0].key, "a");
	assert_null(a->owner);
	assert_string_equal(cw_arn_alarm(json_str(one, "AlarmArn", ""), "eu-west-1"), "n");
	assert_null(cw_arn_alarm(json_str(one, "AlarmArn", ""), "us-east-1"));
	cJSON_Delete(one);
	cJSON_Delete(two);
	metric_alarm_free(a);
	metric_alarm_free(b);
}

static void test_gunzip(void **state)
{
	/* "hello hello hello" ×3 and a newline, by gzip -9n. */
	static const unsigned char gz[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x20,
	                                    0x9d, 0xe4, 0x02, 0x00 };
	struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;

	(void)state;
	/* Cut off before its checksum, and everything shorter. */
	for (size_t n = 0; n <= sizeof gz; n++) {
		buf_clear(&out);
		assert_int_equal(gunzip(gz, n, 1000, &out, &err), ERR_INVALID);
	}
	/* A stored block: "abc". */
	static const unsigned char plain[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 3, 0, 0xfc, 0xff, 'a', 'b', 'c',
	                                       0xc2, 0x41, 0x24, 0x35, 3, 0, 0, 0 };
	buf_clear(&out);
	assert_int_equal(gunzip(plain, sizeof plain, 1000, &out, &err), 0);
	assert_string_equal(buf_str(&out), "abc");
	buf_clear(&out);
	assert_int_equal(gunzip(plain, sizeof plain, 2, &out, &err), ERR_FULL);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms), cmocka_unit_test(test_bad_forms), cmocka_unit_test(test_xml),
		cmocka_unit_test(test_errors_as_json), cmocka_unit_test(test_every_operation_has_its_tables),
		cmocka_unit_test(test_alarms_there_and_back), cmocka_unit_test(test_gunzip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
