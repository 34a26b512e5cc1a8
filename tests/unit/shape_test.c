/* Shapes: what the validator says with a service's own words, and XML. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/api/shape/table.h"
#include "core/base/json.h"

NAMES(colour_names, "RED", "GREEN");
ENUM(colour, colour_names);
TEXT(name5, 1, 5);
XML(clean, 0, 0);
RANGE(percent, SHAPE_INT, 0, 100);
RANGE(minutes, SHAPE_INT, 5, 1440);
LEAF(number, SHAPE_DOUBLE);
LEAF(flag, SHAPE_BOOL);
LEAF(date, SHAPE_TIME);
LEAF(any, SHAPE_ANY);
LIST(names2, name5, 0, 2);
MAP(numbers, number);
STRUCT(inner, R("Name", name5), M("Minutes", minutes));
LIST(inners, inner, 0, 0);
STRUCT(outer, R("Name", name5), M("Colour", colour), M("Percent", percent), M("Clean", clean), M("At", date),
       M("Names", names2), M("Numbers", numbers), M("Inners", inners), K("Any", any), I("Flag", flag),
       N("Later", number));

static int broken(struct error *err, const char *text)
{
	return error_set(err, ERR_INVALID, "B:%s", text);
}

static int malformed(struct error *err, const char *text)
{
	return error_set(err, ERR_UNSUPPORTED, "M:%s", text);
}

static const struct shape_errors words = { broken, malformed };

static void says(const char *json, int code, const char *wanted)
{
	struct error err = ERROR_INIT;
	cJSON *in = json_parse(json, strlen(json), NULL);

	assert_non_null(in);
	assert_int_equal(shape_check(&outer, in, &words, &err), code);
	if (code)
		assert_string_equal(err.message, wanted);
	cJSON_Delete(in);
}

static void takes_what_is_right(void **state)
{
	(void)state;
	says("{\"Name\":\"a\",\"Colour\":\"RED\",\"Percent\":0,\"At\":1.5,\"Names\":[\"a\",\"b\"],\"Numbers\":{\"x\":1},"
	     "\"Inners\":[{\"Name\":\"n\",\"Minutes\":5}],\"Any\":[1,{}],\"Flag\":true,\"Later\":\"not looked at\","
	     "\"Unknown\":[]}", 0, "");
	says("{\"Name\":\"\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\",\"Colour\":null}", 0, "");
}

static void collects_what_is_broken(void **state)
{
	(void)state;
	says("{}", ERR_INVALID, "B:1 validation error detected: Value null at 'name' failed to satisfy constraint: "
	     "Member must not be null");
	says("{\"Name\":\"a\",\"Percent\":101}", ERR_INVALID, "B:1 validation error detected: Value '101' at 'percent' "
	     "failed to satisfy constraint: Member must have value less than or equal to 100");
	says("{\"Name\":\"a\",\"Percent\":-1}", ERR_INVALID, "B:1 validation error detected: Value '-1' at 'percent' "
	     "failed to satisfy constraint: Member must have value greater than or equal to 0");
	says("{\"Name\":\"123456\",\"Inners\":[{\"Name\":\"n\",\"Minutes\":4}]}", ERR_INVALID,
	     "B:2 validation errors detected: Value '123456' at 'name' failed to satisfy constraint: Member must have "
	     "length less than or equal to 5; Value '4' at 'inners.1.member.minutes' failed to satisfy constraint: Member "
	     "must have value greater than or equal to 5");
	says("{\"Name\":\"a\",\"Names\":[\"a\",\"b\",\"c\"]}", ERR_INVALID, "B:1 validation error detected: Value "
	     "'[a, b, c]' at 'names' failed to satisfy constraint: Member must have length less than or equal to 2");
	says("{\"Name\":\"a\",\"Colour\":\"BLUE\"}", ERR_INVALID, "B:1 validation error detected: Value 'BLUE' at "
	     "'colour' failed to satisfy constraint: Member must satisfy enum value set: [RED, GREEN]");
}

static void stops_at_a_wrong_type(void **state)
{
	(void)state;
	says("{\"Name\":7}", ERR_UNSUPPORTED, "M:NUMBER_VALUE cannot be converted to String at 'name'");
	says("{\"Name\":\"a\",\"Percent\":1.5}", ERR_UNSUPPORTED,
	     "M:NUMBER_VALUE cannot be converted to Integer at 'percent'");
	says("{\"Name\":\"a\",\"Inners\":{}}", ERR_UNSUPPORTED,
	     "M:Start of structure or map found where not expected. at 'inners'");
}

static void writes_xml(void **state)
{
	(void)state;
	const char *json = "{\"Inners\":[{\"Name\":\"<&>\\u0001\"},{\"Name\":\"b\",\"Minutes\":7}],\"Name\":\"a\\\"\","
	                   "\"At\":1399400564.432,\"Numbers\":{\"k\":1.5},\"Flag\":false,\"Stray\":1,\"Names\":[]}";
	cJSON *v = json_parse(json, strlen(json), NULL);
	struct buf out = BUF_INIT;

	shape_xml(&outer, v, &out);
	assert_string_equal(buf_str(&out), "<Name>a&quot;</Name><At>2014-05-06T18:22:44.432Z</At><Names></Names>"
	                    "<Numbers><entry><key>k</key><value>1.5</value></entry></Numbers><Inners><member><Name>"
	                    "&lt;&amp;&gt;\xEF\xBF\xBD</Name></member><member><Name>b</Name><Minutes>7</Minutes>"
	                    "</member></Inners><Flag>false</Flag>");
	buf_free(&out);
	cJSON_Delete(v);
}

static void knows_its_members(void **state)
{
	(void)state;
	assert_int_equal(shape_member(&outer, "Any")->use, SHAPE_KEPT);
	assert_int_equal(shape_member(&outer, "Flag")->use, SHAPE_IGNORED);
	assert_int_equal(shape_member(&outer, "Later")->use, SHAPE_UNSERVED);
	assert_null(shape_member(&outer, "flag"));
	assert_string_equal(names_get(&shape_use_names, SHAPE_KEPT), "kept and shown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_is_right), cmocka_unit_test(collects_what_is_broken),
		cmocka_unit_test(stops_at_a_wrong_type), cmocka_unit_test(writes_xml),
		cmocka_unit_test(knows_its_members),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
