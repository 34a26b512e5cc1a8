/* ${variables}: put in before lexing, with a record of which bytes came from where. */
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/sql/lexer.h"

#define MAX_DEPTH 40          /* of values that hold variables themselves, as Spark's default */
#define MAX_TEXT (16u << 20)  /* bytes of an expanded statement */
#define MAX_USES 100000       /* values put in: variables that double each other must end */

struct expander {
	sql_var_lookup *lookup;
	void *ctx;
	int uses;
	struct buf out;
	struct error *err;
	VEC(struct sql_segment) segments;
};

/* Reads ${prefix:name} at s; gives its length, or 0 when it is none. Both texts need `size` bytes. */
static size_t read_reference(const char *s, size_t n, char *prefix, char *name, size_t size)
{
	if (n < 4 || s[0] != '$' || s[1] != '{')
		return 0;
	size_t end = 2, colon = 0;
	while (end < n && s[end] != '}') {
		unsigned char c = (unsigned char)s[end];
		if (c <= ' ')
			return 0;
		if (c == ':' && !colon)
			colon = end;
		end++;
	}
	size_t start = colon > 2 ? colon + 1 : 2;
	if (end >= n || end == start || end - 2 >= size)
		return 0;
	prefix[0] = '\0';
	if (start > 2) {
		memcpy(prefix, s + 2, colon - 2);
		prefix[colon - 2] = '\0';
	}
	memcpy(name, s + start, end - start);
	name[end - start] = '\0';
	return end + 1;
}

/* An unknown setting reads as empty, an unknown prefix or environment variable stays as written: Spark's way. */
static bool stays_when_unknown(const char *prefix)
{
	static const char *const settings[] = {"", "spark", "sparkconf", "hivevar", "hiveconf"};
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
		if (strcmp(prefix, settings[i]) == 0)
			return false;
	return true;
}

static int expand_text(struct expander *x, const char *s, size_t n, int depth, size_t origin);

static int expand_one(struct expander *x, const char *prefix, const char *name, const char *s, size_t len,
                      int depth, size_t origin)
{
	const char *value = x->lookup(x->ctx, prefix, name);
	if (!value && stays_when_unknown(prefix)) {
		buf_add(&x->out, s, len);
		return 0;
	}
	if (depth >= MAX_DEPTH || ++x->uses > MAX_USES)
		return error_set(x->err, ERR_INVALID,
		                 "Variables refer to each other too deeply or too often, last ${%s}.", name);
	struct sql_segment seg = {.from = x->out.len, .origin = origin, .origin_end = origin + len};
	int rc = value ? expand_text(x, value, strlen(value), depth + 1, origin) : 0;
	seg.to = x->out.len;
	if (depth == 0)
		vec_push(&x->segments, seg);
	return rc;
}

static int expand_text(struct expander *x, const char *s, size_t n, int depth, size_t origin)
{
	char prefix[256], name[256];
	size_t i = 0;
	while (i < n) {
		const char *dollar = memchr(s + i, '$', n - i);
		size_t plain = dollar ? (size_t)(dollar - s) - i : n - i;
		buf_add(&x->out, s + i, plain);
		i += plain;
		if (x->out.len > MAX_TEXT)
			return error_set(x->err, ERR_FULL, "The statement is longer than %u bytes.", MAX_TEXT);
		if (!dollar)
			break;
		size_t len = read_reference(s + i, n - i, prefix, name, sizeof name);
		if (!len) {
			buf_addc(&x->out, s[i++]);
			continue;
		}
		int rc = expand_one(x, prefix, name, s + i, len, depth, depth == 0 ? origin + i : origin);
		if (rc)
			return rc;
		i += len;
	}
	return 0;
}

static void *keep(struct arena *a, const void *data, size_t n)
{
	void *p = arena_alloc(a, n + 1);
	if (n)
		memcpy(p, data, n);
	return p;
}

int sql_expand(struct arena *a, const char *script, size_t begin, size_t end, sql_var_lookup *lookup, void *ctx,
               struct sql_text *out, struct error *err)
{
	*out = (struct sql_text){.data = script + begin, .len = end - begin, .begin = begin};
	if (out->len > MAX_TEXT)
		return error_set(err, ERR_FULL, "The statement is longer than %u bytes.", MAX_TEXT);
	if (!lookup || !memmem(out->data, out->len, "${", 2))
		return 0;
	struct expander x = {.lookup = lookup, .ctx = ctx, .err = err};
	int rc = expand_text(&x, out->data, out->len, 0, begin);
	if (!rc) {
		out->data = keep(a, x.out.data, x.out.len);
		out->len = x.out.len;
		out->n_segments = x.segments.len;
		out->segments = keep(a, x.segments.items, x.segments.len * sizeof *x.segments.items);
	} else {
		struct sql_pos pos = sql_position(script, begin);
		error_at(err, pos.line, pos.column);
	}
	buf_free(&x.out);
	vec_free(&x.segments);
	return rc;
}
