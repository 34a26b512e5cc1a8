/* CBOR: the examples of RFC 8949, appendix A; what is broken; replies by their shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/api/shape/cbor.h"
#include "core/api/shape/table.h"
#include "core/base/json.h"

static size_t bytes_of(const char *hex, unsigned char *out)
{
	size_t n = 0;

	for (unsigned b; sscanf(hex + 2 * n, "%2x", &b) == 1; n++)
		out[n] = (unsigned char)b;
	return n;
}

static void reads(const char *hex, const char *json)
{
	unsigned char data[512];
	size_t n = bytes_of(hex, data);
	struct error err = ERROR_INIT;
	cJSON *v = cbor_read(data, n, &err);

	if (!v)
		fail_msg("%s: %s", hex, err.message);
	char *text = json_print(v);
	assert_string_equal(text, json);
	free(text);
	cJSON_Delete(v);
}

static void refuses(const char *hex, const char *why)
{
	unsigned char data[512];
	size_t n = bytes_of(hex, data);
	struct error err = ERROR_INIT;
	cJSON *v = cbor_read(data, n, &err);

	assert_null(v);
	if (!strstr(err.message, why))
		fail_msg("%s: said '%s', not '%s'", hex, err.message, why);
}

static void examples_of_the_rfc(void **state)
{
	(void)state;
	reads("00", "0");
	reads("17", "23");
	reads("1818", "24");
	reads("1903e8", "1000");
	reads("1a000f4240", "1000000");
	reads("1b000000e8d4a51000", "1000000000000");
	reads("20", "-1");
	reads("3903e7", "-1000");
	reads("f90000", "0");
	reads("f93c00", "1");
	reads("f97bff", "65504");
	reads("f90400", "6.103515625e-05");
	reads("f9c400", "-4");
	reads("fa47c35000", "100000");
	reads("fb3ff199999999999a", "1.1");
	reads("fbc010666666666666", "-4.1");
	reads("f97e00", "null"); /* NaN has no JSON */
	reads("f4", "false");
	reads("f5", "true");
	reads("f6", "null");
	reads("f7", "null");
	reads("c11a514b67b0", "1363896240");
	reads("c1fb41d452d9ec200000", "1363896240.5");
	reads("60", "\"\"");
	reads("6449455446", "\"IETF\"");
	reads("62c3bc", "\"\u00fc\"");
	reads("4401020304", "\"AQIDBA==\"");
	reads("43010203", "\"AQID\"");
	reads("80", "[]");
	reads("8301820203820405", "[1,[2,3],[4,5]]");
	reads("a0", "{}");
	reads("a26161016162820203", "{\"a\":1,\"b\":[2,3]}");
	reads("7f657374726561646d696e67ff", "\"streaming\"");
	reads("9fff", "[]");
	reads("9f018202039f0405ffff", "[1,[2,3],[4,5]]");
	reads("bf61610161629f0203ffff", "{\"a\":1,\"b\":[2,3]}");
	reads("a2616101616102", "{\"a\":2}");
}

static void what_is_broken(void **state)
{
	char deep[420] = "";

	(void)state;
	refuses("", "too early");
	refuses("18", "too early");
	refuses("62c3", "cut off");
	refuses("62c328", "not UTF-8");
	refuses("6100", "NUL");
	refuses("5bffffffffffffffff", "cut off");
	refuses("9bffffffffffffffff", "too early");
	refuses("a10102", "not text");
	refuses("0000", "follows");
	refuses("1c", "does not have");
	refuses("ff", "simple value");
	refuses("f8ff", "simple value");
	refuses("1f", "indefinite");
	refuses("7f4101ff", "another kind");
	refuses("7f6161", "does not end");
	refuses("9f01", "too early");
	for (int i = 0; i < 200; i++)
		strcat(deep, "81");
	refuses(deep, "nested");
}

LEAF(date, SHAPE_TIME);
LEAF(number, SHAPE_DOUBLE);
LEAF(count, SHAPE_INT);
LEAF(text, SHAPE_STRING);
LIST(numbers, number, 0, 0);
MAP(texts, text);
STRUCT(reply, M("At", date), M("Values", numbers), M("N", count), M("Name", text), M("Tags", texts));

static void replies_by_their_shape(void **state)
{
	static const char json[] = "{\"At\":1.5,\"Values\":[1,2.5],\"N\":-500,\"Name\":\"x\",\"Tags\":{\"k\":\"v\"},"
	                           "\"Secret\":1,\"Gone\":null}";
	static const char want[] = "a5624174c1fb3ff80000000000006656616c75657382fb3ff0000000000000fb4004000000000000614e"
	                           "3901f3644e616d6561786454616773a1616b6176";
	cJSON *v = json_parse(json, strlen(json), NULL);
	struct buf out = BUF_INIT;
	unsigned char data[512];

	(void)state;
	cbor_write(&reply, v, &out);
	assert_int_equal(out.len, bytes_of(want, data));
	assert_memory_equal(out.data, data, out.len);
	buf_clear(&out);
	cbor_write(NULL, v, &out); /* by no shape: everything that is there */
	cJSON *back = cbor_read(out.data, out.len, NULL);
	assert_int_equal(json_int(back, "Secret", 0), 1);
	assert_int_equal(json_int(back, "N", 0), -500);
	cJSON_Delete(back);
	cJSON_Delete(v);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_of_the_rfc), cmocka_unit_test(what_is_broken),
		cmocka_unit_test(replies_by_their_shape),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
