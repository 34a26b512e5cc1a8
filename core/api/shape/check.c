/* One validator for all requests: it walks the JSON beside its shape, refuses wrong JSON types at once
 * (as a deserializer does), and collects broken constraints into the one text that AWS clients match. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/api/shape/shape.h"
#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

#define VALUE_SHOWN 200
#define PATTERN "[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*"

struct walk {
	const struct shape_errors *errors;
	struct error *err;
	struct buf path;           /* "instances.instanceGroups.1.member.market" */
	struct buf found;          /* constraint texts, joined by "; " */
	int count;
	int stop;                  /* a value that cannot be taken at all: the code to end with */
};

static int check(struct walk *w, const struct shape *s, const cJSON *v);

static void type_error(struct walk *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void type_error(struct walk *w, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(&b, fmt, ap);
	va_end(ap);
	if (w->path.len)
		buf_addf(&b, " at '%s'", w->path.data);
	w->stop = w->errors->malformed(w->err, buf_str(&b));
	buf_free(&b);
}

static const char *token(const cJSON *v)
{
	return cJSON_IsString(v) ? "STRING_VALUE" : cJSON_IsNumber(v) ? "NUMBER_VALUE" :
	       cJSON_IsTrue(v) ? "TRUE_VALUE" : cJSON_IsFalse(v) ? "FALSE_VALUE" : NULL;
}

/* AWS's words for a value of the wrong JSON type. */
static void wrong_type(struct walk *w, const cJSON *v, const char *wanted)
{
	if (cJSON_IsArray(v))
		type_error(w, "Start of list found where not expected");
	else if (cJSON_IsObject(v))
		type_error(w, "Start of structure or map found where not expected.");
	else if (strcmp(wanted, "List") == 0)
		type_error(w, "Expected list or null");
	else if (strcmp(wanted, "Structure") == 0)
		type_error(w, "Unexpected field type: expected a structure or null");
	else
		type_error(w, "%s cannot be converted to %s", token(v), wanted);
}

static void add_value(struct buf *b, const cJSON *v)
{
	if (!v || cJSON_IsNull(v)) {
		buf_adds(b, "null");
		return;
	}
	struct buf t = BUF_INIT;
	if (cJSON_IsString(v)) {
		buf_adds(&t, v->valuestring);
	} else if (cJSON_IsArray(v)) {
		buf_addc(&t, '[');
		for (const cJSON *i = v->child; i && t.len < VALUE_SHOWN; i = i->next)
			buf_addf(&t, "%s%s", i == v->child ? "" : ", ", cJSON_IsString(i) ? i->valuestring : "…");
		buf_addc(&t, ']');
	} else {
		json_print_to(&t, v);
	}
	size_t n = t.len;
	if (n > VALUE_SHOWN) {
		n = VALUE_SHOWN;
		while (n > 0 && ((unsigned char)t.data[n] & 0xC0) == 0x80)
			n--;
	}
	buf_addf(b, "'%.*s%s'", (int)n, buf_str(&t), n < t.len ? "…" : "");
	buf_free(&t);
}

static void broken(struct walk *w, const cJSON *v, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void broken(struct walk *w, const cJSON *v, const char *fmt, ...)
{
	if (w->count++)
		buf_adds(&w->found, "; ");
	buf_adds(&w->found, "Value ");
	add_value(&w->found, v);
	buf_addf(&w->found, " at '%s' failed to satisfy constraint: ", buf_str(&w->path));
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(&w->found, fmt, ap);
	va_end(ap);
}

/* ---- leaves ---- */

static void check_size(struct walk *w, const struct shape *s, const cJSON *v, size_t n)
{
	if (s->min > 0 && n < (size_t)s->min)
		broken(w, v, "Member must have length greater than or equal to %ld", s->min);
	if (s->max > 0 && n > (size_t)s->max)
		broken(w, v, "Member must have length less than or equal to %ld", s->max);
}

static void check_text(struct walk *w, const struct shape *s, const cJSON *v)
{
	if (!cJSON_IsString(v)) {
		wrong_type(w, v, "String");
		return;
	}
	const char *p = v->valuestring;
	size_t left = strlen(p), chars = 0;
	bool clean = true;
	while (left > 0) {
		uint32_t cp;
		size_t n = utf8_decode(p, left, &cp);
		if (cp == 0xFFFD && n == 1) {
			type_error(w, "Invalid UTF-8 in a string");
			return;
		}
		clean = clean && (cp >= 0x20 || cp == '\r' || cp == '\n' || cp == '\t') &&
		        cp != 0xFFFE && cp != 0xFFFF;
		p += n;
		left -= n;
		chars++;
	}
	check_size(w, s, v, chars);
	if (s->kind == SHAPE_XML && !clean)
		broken(w, v, "Member must satisfy regular expression pattern: " PATTERN);
	if (s->fits && !s->fits(v->valuestring))
		broken(w, v, "Member must satisfy regular expression pattern: %s", s->pattern);
}

static void check_enum(struct walk *w, const struct shape *s, const cJSON *v)
{
	if (!cJSON_IsString(v)) {
		wrong_type(w, v, "String");
		return;
	}
	if (*v->valuestring && names_parse(s->names, v->valuestring) >= 0)
		return;
	struct buf set = BUF_INIT;
	for (int i = 0; i < s->names->n; i++)
		buf_addf(&set, "%s%s", i ? ", " : "", s->names->items[i]);
	broken(w, v, "Member must satisfy enum value set: [%s]", buf_str(&set));
	buf_free(&set);
}

static void check_range(struct walk *w, const struct shape *s, const cJSON *v)
{
	if ((s->min || s->natural) && v->valuedouble < (double)s->min)
		broken(w, v, "Member must have value greater than or equal to %ld", s->min);
	if (s->max && v->valuedouble > (double)s->max)
		broken(w, v, "Member must have value less than or equal to %ld", s->max);
}

static void check_number(struct walk *w, const struct shape *s, const cJSON *v)
{
	const char *name = s->kind == SHAPE_INT ? "Integer" : s->kind == SHAPE_LONG ? "Long" : "Double";
	double limit = s->kind == SHAPE_INT ? 2147483648.0 : 9.2e18;
	if (!cJSON_IsNumber(v))
		wrong_type(w, v, name);
	else if (s->kind != SHAPE_DOUBLE && (v->valuedouble != floor(v->valuedouble) ||
	                                   v->valuedouble >= limit || v->valuedouble < -limit))
		type_error(w, "NUMBER_VALUE cannot be converted to %s", name);
	else
		check_range(w, s, v);
}

static void check_time(struct walk *w, const cJSON *v)
{
	if (cJSON_IsNumber(v) ? fabs(v->valuedouble) > 1e12
	                      : !cJSON_IsString(v) || clock_parse(v->valuestring) < 0) {
		if (cJSON_IsNumber(v) || cJSON_IsString(v))
			type_error(w, "%s cannot be converted to Timestamp", token(v));
		else
			wrong_type(w, v, "Timestamp");
	}
}

/* ---- nests ---- */

static size_t enter(struct walk *w, const char *name)
{
	size_t at = w->path.len;
	if (at)
		buf_addc(&w->path, '.');
	size_t first = w->path.len;
	buf_adds(&w->path, name);
	if (w->path.len > first && w->path.data[first] >= 'A' && w->path.data[first] <= 'Z')
		w->path.data[first] = (char)(w->path.data[first] | 0x20);
	return at;
}

static void leave(struct walk *w, size_t at)
{
	w->path.len = at;
	if (w->path.data)
		w->path.data[at] = '\0';
}

static void check_struct(struct walk *w, const struct shape *s, const cJSON *v)
{
	if (!cJSON_IsObject(v)) {
		wrong_type(w, v, "Structure");
		return;
	}
	for (size_t i = 0; i < s->n_members && !w->stop; i++) {
		const struct shape_member *m = &s->members[i];
		const cJSON *x = cJSON_GetObjectItemCaseSensitive(v, m->name);
		bool absent = !x || cJSON_IsNull(x);
		if ((absent && !m->required) || m->use == SHAPE_UNSERVED)
			continue;
		size_t at = enter(w, m->name);
		if (absent)
			broken(w, NULL, "Member must not be null");
		else
			check(w, m->shape, x);
		leave(w, at);
	}
}

static void check_items(struct walk *w, const struct shape *s, const cJSON *v)
{
	bool list = s->kind == SHAPE_LIST;
	if (list ? !cJSON_IsArray(v) : !cJSON_IsObject(v)) {
		wrong_type(w, v, list ? "List" : "Structure");
		return;
	}
	if (list)
		check_size(w, s, v, (size_t)cJSON_GetArraySize(v));
	size_t i = 0;
	for (const cJSON *x = v->child; x && !w->stop; x = x->next) {
		char number[32];
		snprintf(number, sizeof number, "%zu", ++i);
		size_t at = enter(w, list ? number : x->string);
		enter(w, "member");
		if (cJSON_IsNull(x))
			broken(w, NULL, "Member must not be null");
		else
			check(w, s->of, x);
		leave(w, at);
	}
}

static int check(struct walk *w, const struct shape *s, const cJSON *v)
{
	switch (s->kind) {
	case SHAPE_STRING:
	case SHAPE_XML:
		check_text(w, s, v);
		break;
	case SHAPE_ENUM:
		check_enum(w, s, v);
		break;
	case SHAPE_INT:
	case SHAPE_LONG:
	case SHAPE_DOUBLE:
		check_number(w, s, v);
		break;
	case SHAPE_BOOL:
		if (!cJSON_IsBool(v))
			wrong_type(w, v, "Boolean");
		break;
	case SHAPE_TIME:
		check_time(w, v);
		break;
	case SHAPE_LIST:
	case SHAPE_MAP:
		check_items(w, s, v);
		break;
	case SHAPE_STRUCT:
		check_struct(w, s, v);
		break;
	case SHAPE_ANY:
		break;
	}
	return w->stop;
}

int shape_check(const struct shape *s, const cJSON *in, const struct shape_errors *e, struct error *err)
{
	struct walk w = { .errors = e, .err = err };
	int rc = check(&w, s, in);
	if (!rc && w.count) {
		char *text = xasprintf("%d validation error%s detected: %s", w.count, w.count > 1 ? "s" : "",
		                       w.found.data);
		rc = e->broken(err, text);
		free(text);
	}
	buf_free(&w.path);
	buf_free(&w.found);
	return rc;
}
