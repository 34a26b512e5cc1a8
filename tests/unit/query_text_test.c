/* Queries of metric math as lines: what is printed reads back the same, and what is wrong says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/client/query_text.h"

static const char lines[] = "a = AWS/ElasticMapReduce MemoryAvailableMB Average 60 JobFlowId=j-1\n"
                            "b = Custom \"My metric\" p99.9 300 \"Host name=x y\" Zone=1\n"
                            "c : FILL(a, 0)";

static void test_round(void **state)
{
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	(void)state;
	cJSON *list = query_parse_lines(lines, NULL, &err);
	assert_non_null(list);
	assert_int_equal(cJSON_GetArraySize(list), 3);
	const cJSON *b = cJSON_GetArrayItem(list, 1), *metric = json_obj(json_obj(b, "MetricStat"), "Metric");
	assert_string_equal(json_str(metric, "MetricName", ""), "My metric");
	assert_string_equal(json_str(cJSON_GetArrayItem(json_arr(metric, "Dimensions"), 0), "Name", ""), "Host name");
	assert_string_equal(json_str(cJSON_GetArrayItem(json_arr(metric, "Dimensions"), 0), "Value", ""), "x y");
	assert_int_equal(json_int(json_obj(b, "MetricStat"), "Period", 0), 300);
	query_print_inputs(list, &out);
	cJSON *again = query_parse_lines(buf_str(&out), NULL, &err);
	assert_true(cJSON_Compare(list, again, 1));
	cJSON_Delete(list);
	cJSON_Delete(again);
	buf_free(&out);
}

static void test_kept(void **state)
{
	struct error err = ERROR_INIT;
	(void)state;
	cJSON *was = cJSON_Parse("[{\"Id\":\"a\",\"Label\":\"free\",\"MetricStat\":{\"Unit\":\"Megabytes\"},\"ReturnData\":false},"
	                         "{\"Id\":\"e\",\"Expression\":\"a\"}]");
	assert_string_equal(json_str(query_returned(was), "Id", ""), "e");
	cJSON *list = query_parse_lines("a = N M Sum 60", was, &err);
	assert_string_equal(json_str(list->child, "Label", ""), "free");
	assert_string_equal(json_str(json_obj(list->child, "MetricStat"), "Unit", ""), "Megabytes");
	cJSON_Delete(was);
	cJSON_Delete(list);
}

static void test_wrong(void **state)
{
	static const char *const wrong[][2] = {
		{ "A = N M Sum 60", "begins with an id" }, { "a N M Sum 60", "begins with an id" }, { "", NULL },
		{ "a = N M Sum", "a metric is namespace" }, { "a = N M Sum soon", "a metric is namespace" },
		{ "a = N M Sum 0", "a metric is namespace" }, { "a = N M Sum 60 x", "no dimension" },
		{ "a =", "the metric is missing" }, { "a :", "the expression is missing" },
		{ "a : 1\na : 2", "line 2: the id a is there twice" }, { "a = N \"M Sum 60", "line 1" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct error err = ERROR_INIT;
		cJSON *list = query_parse_lines(wrong[i][0], NULL, &err);
		if (!wrong[i][1]) {
			assert_int_equal(cJSON_GetArraySize(list), 0);
			cJSON_Delete(list);
			continue;
		}
		assert_null(list);
		if (!strstr(err.message, wrong[i][1]))
			fail_msg("%s: %s", wrong[i][0], err.message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_round), cmocka_unit_test(test_kept),
		                            cmocka_unit_test(test_wrong) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
