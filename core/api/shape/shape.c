/* Looking at shapes, and writing values of one as XML. */
#include "core/api/shape/shape.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

static const char *const uses[SHAPE_USES] = { "acted on", "kept and shown", "ignored", "not served" };
const struct names shape_use_names = { uses, SHAPE_USES };

const struct shape_member *shape_member(const struct shape *s, const char *name)
{
	for (size_t i = 0; i < s->n_members; i++)
		if (strcmp(s->members[i].name, name) == 0)
			return &s->members[i];
	return NULL;
}

static bool xml_can_hold(uint32_t cp)
{
	return cp >= 0x20 ? cp != 0xFFFE && cp != 0xFFFF : cp == '\t' || cp == '\n' || cp == '\r';
}

void shape_xml_text(const char *s, struct buf *out)
{
	for (size_t left = strlen(s), n; left > 0; s += n, left -= n) {
		uint32_t cp;
		n = utf8_decode(s, left, &cp);
		if (*s == '&')
			buf_adds(out, "&amp;");
		else if (*s == '<')
			buf_adds(out, "&lt;");
		else if (*s == '>')
			buf_adds(out, "&gt;");
		else if (*s == '"')
			buf_adds(out, "&quot;");
		else if (*s == '\r')
			buf_adds(out, "&#13;");
		else if (xml_can_hold(cp) && !(cp == 0xFFFD && n == 1))
			buf_add(out, s, n);
		else
			buf_adds(out, "\xEF\xBF\xBD");
	}
}

static void element(const char *name, const struct shape *s, const cJSON *v, struct buf *out)
{
	buf_addf(out, "<%s>", name);
	shape_xml(s, v, out);
	buf_addf(out, "</%s>", name);
}

static void xml_leaf(const struct shape *s, const cJSON *v, struct buf *out)
{
	char iso[32];

	if (s->kind == SHAPE_TIME && cJSON_IsNumber(v))
		shape_xml_text(clock_iso8601((int64_t)(v->valuedouble * 1000.0 + 0.5), iso, sizeof iso), out);
	else if (cJSON_IsString(v))
		shape_xml_text(v->valuestring, out);
	else
		json_print_to(out, v);
}

void shape_xml(const struct shape *s, const cJSON *v, struct buf *out)
{
	const cJSON *x;

	if (s->kind == SHAPE_STRUCT) {
		for (size_t i = 0; i < s->n_members; i++) {
			x = cJSON_GetObjectItemCaseSensitive(v, s->members[i].name);
			if (x && !cJSON_IsNull(x))
				element(s->members[i].name, s->members[i].shape, x, out);
		}
	} else if (s->kind == SHAPE_LIST) {
		cJSON_ArrayForEach(x, v)
			element("member", s->of, x, out);
	} else if (s->kind == SHAPE_MAP) {
		cJSON_ArrayForEach(x, v) {
			buf_adds(out, "<entry><key>");
			shape_xml_text(x->string, out);
			buf_adds(out, "</key>");
			element("value", s->of, x, out);
			buf_adds(out, "</entry>");
		}
	} else {
		xml_leaf(s, v, out);
	}
}
