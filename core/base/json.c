#include "core/base/json.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"
#include "core/base/utf8.h"

#define MAX_DEPTH 100
#define STR_(x) #x
#define STR(x) STR_(x)

/* What cJSON would not survive or not notice: a sentence, or NULL. It recurses per level. */
static const char *unfit(const char *s, size_t len)
{
	if (len && memchr(s, '\0', len))
		return "JSON contains a NUL byte";
	int depth = 0;
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '"') {
			for (i++; i < len && s[i] != '"'; i++) {
				if (s[i] != '\\')
					continue;
				/* cJSON would end the string there, without a word. */
				if (len - i >= 6 && memcmp(s + i, "\\u0000", 6) == 0)
					return "JSON contains a NUL character";
				i++;
			}
		} else if (s[i] == '[' || s[i] == '{') {
			if (++depth > MAX_DEPTH)
				return "JSON is nested deeper than " STR(MAX_DEPTH) " levels";
		} else if (s[i] == ']' || s[i] == '}') {
			depth--;
		}
	}
	return NULL;
}

static void position(struct error *err, const char *text, size_t off)
{
	int line = 1, column = 1;
	for (size_t i = 0; i < off; i++) {
		if (text[i] == '\n') {
			line++;
			column = 1;
		} else {
			column++;
		}
	}
	error_at(err, line, column);
}

/* The input has no end but len, and may hold anything: a message shows a clean piece of it. */
static void explain(struct error *err, const char *text, size_t len, size_t off)
{
	struct buf near = BUF_INIT;
	if (off >= len) {
		error_set(err, ERR_INVALID, "JSON ends too early, at byte %zu", len);
	} else {
		utf8_clean(&near, text + off, len - off < 20 ? len - off : 20);
		error_set(err, ERR_INVALID, "JSON is malformed at byte %zu, near '%s'", off, buf_str(&near));
	}
	position(err, text, off < len ? off : len);
	buf_free(&near);
}

cJSON *json_parse(const char *text, size_t len, struct error *err)
{
	const char *why = unfit(text, len);
	if (why) {
		error_set(err, ERR_INVALID, "%s", why);
		return NULL;
	}
	/* cJSON looks at most at len bytes, and wants the terminator only for its own end check. */
	const char *end = NULL;
	cJSON *v = cJSON_ParseWithLengthOpts(text, len, &end, 0);
	size_t off = end ? (size_t)(end - text) : 0;
	if (v) {
		while (off < len && strchr(" \t\r\n", text[off]))
			off++;
		if (off == len)
			return v;
		cJSON_Delete(v);
	}
	if (err)
		explain(err, text, len, off);
	return NULL;
}

static const cJSON *member(const cJSON *obj, const char *name)
{
	return obj ? cJSON_GetObjectItemCaseSensitive(obj, name) : NULL;
}

const char *json_str(const cJSON *obj, const char *name, const char *def)
{
	const cJSON *v = member(obj, name);
	return cJSON_IsString(v) ? v->valuestring : def;
}

double json_num(const cJSON *obj, const char *name, double def)
{
	const cJSON *v = member(obj, name);
	return cJSON_IsNumber(v) ? v->valuedouble : def;
}

int64_t json_int(const cJSON *obj, const char *name, int64_t def)
{
	double d = json_num(obj, name, NAN);
	if (isnan(d))
		return def;
	if (d >= 9.2e18)
		return INT64_MAX;
	return d <= -9.2e18 ? INT64_MIN : (int64_t)d;
}

int json_int32(const cJSON *obj, const char *name, int def)
{
	int64_t v = json_int(obj, name, def);

	return v > INT_MAX ? INT_MAX : v < INT_MIN ? INT_MIN : (int)v;
}

bool json_bool(const cJSON *obj, const char *name, bool def)
{
	const cJSON *v = member(obj, name);
	return cJSON_IsBool(v) ? cJSON_IsTrue(v) : def;
}

const cJSON *json_obj(const cJSON *obj, const char *name)
{
	const cJSON *v = member(obj, name);
	return cJSON_IsObject(v) ? v : NULL;
}

const cJSON *json_arr(const cJSON *obj, const char *name)
{
	const cJSON *v = member(obj, name);
	return cJSON_IsArray(v) ? v : NULL;
}

cJSON *json_add(cJSON *obj, const char *name, cJSON *value)
{
	if (value)
		cJSON_AddItemToObject(obj, name, value);
	return obj;
}

cJSON *json_add_str(cJSON *obj, const char *name, const char *value)
{
	return value ? json_add(obj, name, cJSON_CreateString(value)) : obj;
}

cJSON *json_add_num(cJSON *obj, const char *name, double value)
{
	return json_add(obj, name, cJSON_CreateNumber(value));
}

cJSON *json_add_int(cJSON *obj, const char *name, int64_t value)
{
	return json_add_num(obj, name, (double)value);
}

cJSON *json_add_bool(cJSON *obj, const char *name, bool value)
{
	return json_add(obj, name, cJSON_CreateBool(value));
}

cJSON *json_add_time(cJSON *obj, const char *name, int64_t ms)
{
	return ms > 0 ? json_add_num(obj, name, (double)ms / 1000.0) : obj;
}

char *json_print(const cJSON *v)
{
	char *s = cJSON_PrintUnformatted(v);
	return s ? s : xstrdup("null");
}

void json_print_to(struct buf *out, const cJSON *v)
{
	char *s = json_print(v);
	buf_adds(out, s);
	free(s);
}

void json_quote(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '\t')
			buf_adds(out, "\\t");
		else if (c == '\r')
			buf_adds(out, "\\r");
		else if (c < 0x20)
			buf_addf(out, "\\u%04x", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}
