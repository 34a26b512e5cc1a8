#include "core/api/shape/cbor.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

#define DEPTH 100
#define BREAK 0xff

enum major { UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };

struct reader {
	const unsigned char *p, *begin, *end;
	struct error *err;
};

static cJSON *item(struct reader *r, int depth);

static void *fail(struct reader *r, const char *why)
{
	error_set(r->err, ERR_INVALID, "CBOR, byte %zu: %s", (size_t)(r->p - r->begin), why);
	return NULL;
}

static bool big_endian(struct reader *r, int bytes, uint64_t *out)
{
	if (r->end - r->p < bytes) {
		fail(r, "it ends too early");
		return false;
	}
	for (*out = 0; bytes-- > 0;)
		*out = *out << 8 | *r->p++;
	return true;
}

/* The argument of a head: a value, a length or a count. *open: of indefinite length. */
static bool argument(struct reader *r, int info, uint64_t *out, bool *open)
{
	*open = info == 31;
	if (info < 24) {
		*out = (uint64_t)info;
		return true;
	}
	if (info <= 27)
		return big_endian(r, 1 << (info - 24), out);
	if (!*open)
		fail(r, "a head that CBOR does not have");
	return *open;
}

static double half(unsigned h)
{
	int exp = h >> 10 & 31, mant = h & 1023;
	double v = exp == 0 ? ldexp(mant, -24) : exp < 31 ? ldexp(mant + 1024, exp - 25) : mant ? NAN : INFINITY;

	return h & 0x8000 ? -v : v;
}

static cJSON *simple(struct reader *r, int info)
{
	uint64_t bits;
	double d;
	float f;

	if (info == 20 || info == 21)
		return cJSON_CreateBool(info == 21);
	if (info == 22 || info == 23)
		return cJSON_CreateNull();
	if (info < 25 || info > 27)
		return fail(r, "a simple value that is not true, false, null or a number");
	if (!big_endian(r, 1 << (info - 24), &bits))
		return NULL;
	if (info == 25)
		return cJSON_CreateNumber(half((unsigned)bits));
	if (info == 26) {
		uint32_t narrow = (uint32_t)bits;
		memcpy(&f, &narrow, sizeof f);
		return cJSON_CreateNumber((double)f);
	}
	memcpy(&d, &bits, sizeof d);
	return cJSON_CreateNumber(d);
}

/* A string's bytes, of one piece or of several. */
static bool string(struct reader *r, int major, uint64_t n, bool open, struct buf *out)
{
	if (!open) {
		if ((uint64_t)(r->end - r->p) < n) {
			fail(r, "a string is cut off");
			return false;
		}
		buf_add(out, r->p, (size_t)n);
		r->p += n;
		return true;
	}
	while (r->p < r->end && *r->p != BREAK) {
		int head = *r->p++;
		bool inner;
		if (head >> 5 != major || !argument(r, head & 31, &n, &inner) || inner ||
		    !string(r, major, n, false, out)) {
			if (!r->err || !r->err->code)
				fail(r, "a string in pieces has a piece of another kind");
			return false;
		}
	}
	if (r->p == r->end) {
		fail(r, "a string in pieces does not end");
		return false;
	}
	r->p++;
	return true;
}

static cJSON *base64(const struct buf *b)
{
	struct buf out = BUF_INIT;

	base64_add(&out, b->data, b->len);
	cJSON *v = cJSON_CreateString(buf_str(&out));
	buf_free(&out);
	return v;
}

static bool is_text(const struct buf *b)
{
	for (size_t i = 0, n; i < b->len; i += n) {
		uint32_t cp;
		n = utf8_decode(b->data + i, b->len - i, &cp);
		if (!cp || (cp == 0xFFFD && n == 1))
			return false;
	}
	return true;
}

static cJSON *text_or_bytes(struct reader *r, int major, uint64_t n, bool open)
{
	struct buf b = BUF_INIT;
	cJSON *v = NULL;

	if (string(r, major, n, open, &b)) {
		if (major == BYTES)
			v = base64(&b);
		else if (is_text(&b))
			v = cJSON_CreateString(buf_str(&b));
		else
			fail(r, "a text is not UTF-8, or has a NUL in it");
	}
	buf_free(&b);
	return v;
}

/* Has the collection more items? Takes the break of an open one. */
static bool more(struct reader *r, uint64_t *left, bool open)
{
	if (!open)
		return (*left)-- > 0;
	if (r->p < r->end && *r->p == BREAK) {
		r->p++;
		return false;
	}
	return true;
}

static cJSON *array(struct reader *r, uint64_t n, bool open, int depth)
{
	cJSON *a = cJSON_CreateArray();

	while (more(r, &n, open)) {
		cJSON *v = item(r, depth + 1);
		if (!v) {
			cJSON_Delete(a);
			return NULL;
		}
		cJSON_AddItemToArray(a, v);
	}
	return a;
}

static cJSON *map(struct reader *r, uint64_t n, bool open, int depth)
{
	cJSON *o = cJSON_CreateObject();

	while (more(r, &n, open)) {
		cJSON *key = r->p < r->end && *r->p >> 5 == TEXT ? item(r, depth + 1) : fail(r, "a map's key is not text");
		cJSON *v = key ? item(r, depth + 1) : NULL;
		if (v) { /* a key that comes twice: the last one counts */
			cJSON_DeleteItemFromObjectCaseSensitive(o, key->valuestring);
			cJSON_AddItemToObject(o, key->valuestring, v);
		}
		cJSON_Delete(key);
		if (!v) {
			cJSON_Delete(o);
			return NULL;
		}
	}
	return o;
}

static cJSON *item(struct reader *r, int depth)
{
	uint64_t n = 0;
	bool open;

	if (r->p == r->end)
		return fail(r, "it ends too early");
	if (depth > DEPTH)
		return fail(r, "it is nested too deeply");
	int head = *r->p++, major = head >> 5;
	if (major == SIMPLE)
		return simple(r, head & 31);
	if (!argument(r, head & 31, &n, &open))
		return NULL;
	if (open && (major <= NEGATIVE || major == TAG))
		return fail(r, "a number of indefinite length");
	switch (major) {
	case UINT:
		return cJSON_CreateNumber((double)n);
	case NEGATIVE:
		return cJSON_CreateNumber(-1.0 - (double)n);
	case ARRAY:
		return array(r, n, open, depth);
	case MAP:
		return map(r, n, open, depth);
	case TAG:
		return item(r, depth + 1);
	default:
		return text_or_bytes(r, major, n, open);
	}
}

cJSON *cbor_read(const void *data, size_t n, struct error *err)
{
	struct reader r = { data, data, (const unsigned char *)data + n, err };
	cJSON *v = item(&r, 0);

	if (v && r.p != r.end) {
		cJSON_Delete(v);
		return fail(&r, "something follows the value");
	}
	return v;
}

/* ---- writing ---- */

static void head(struct buf *out, int major, uint64_t n)
{
	int size = n < 24 ? 0 : n <= UINT8_MAX ? 1 : n <= UINT16_MAX ? 2 : n <= UINT32_MAX ? 4 : 8;
	static const int infos[] = { 0, 24, 25, 0, 26, 0, 0, 0, 27 };

	buf_addc(out, (char)(major << 5 | (size ? infos[size] : (int)n)));
	for (int i = size; i-- > 0;)
		buf_addc(out, (char)(n >> (8 * i)));
}

static void write_double(struct buf *out, double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof bits);
	buf_addc(out, (char)0xfb);
	for (int i = 8; i-- > 0;)
		buf_addc(out, (char)(bits >> (8 * i)));
}

static void write_number(const struct shape *s, double d, struct buf *out)
{
	bool real = s && (s->kind == SHAPE_DOUBLE || s->kind == SHAPE_TIME);

	if (s && s->kind == SHAPE_TIME)
		head(out, TAG, 1);
	if (real || d != floor(d) || fabs(d) > 9007199254740992.0)
		write_double(out, d);
	else if (d < 0)
		head(out, NEGATIVE, (uint64_t)(-1.0 - d));
	else
		head(out, UINT, (uint64_t)d);
}

static void write_text(const char *s, struct buf *out)
{
	size_t n = strlen(s);

	head(out, TEXT, n);
	buf_add(out, s, n);
}

/* The shape of a member of an object; *known: does the table have it? */
static const struct shape *shape_of(const struct shape *s, const char *name, bool *known)
{
	const struct shape_member *m = s && s->kind == SHAPE_STRUCT ? shape_member(s, name) : NULL;

	*known = !s || s->kind != SHAPE_STRUCT || m;
	return m ? m->shape : s && s->kind == SHAPE_MAP ? s->of : NULL;
}

static void write_object(const struct shape *s, const cJSON *v, struct buf *out)
{
	const cJSON *x;
	uint64_t n = 0;
	bool known;

	cJSON_ArrayForEach(x, v) {
		shape_of(s, x->string, &known);
		n += known && !cJSON_IsNull(x);
	}
	head(out, MAP, n);
	cJSON_ArrayForEach(x, v) {
		const struct shape *of = shape_of(s, x->string, &known);
		if (!known || cJSON_IsNull(x))
			continue;
		write_text(x->string, out);
		cbor_write(of, x, out);
	}
}

void cbor_write(const struct shape *s, const cJSON *v, struct buf *out)
{
	const cJSON *x;

	if (cJSON_IsString(v)) {
		write_text(v->valuestring, out);
	} else if (cJSON_IsNumber(v)) {
		write_number(s, v->valuedouble, out);
	} else if (cJSON_IsBool(v)) {
		buf_addc(out, cJSON_IsTrue(v) ? (char)0xf5 : (char)0xf4);
	} else if (cJSON_IsArray(v)) {
		head(out, ARRAY, (uint64_t)cJSON_GetArraySize(v));
		cJSON_ArrayForEach(x, v)
			cbor_write(s && s->kind == SHAPE_LIST ? s->of : NULL, x, out);
	} else if (cJSON_IsObject(v)) {
		write_object(s, v, out);
	} else {
		buf_addc(out, (char)0xf6);
	}
}
