/* Java's regular expressions, by PCRE2. A few compiled patterns are kept per thread, because a pattern is
 * nearly always the same for every row. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/engine/udf.h"

enum { KEPT = 8 };

struct pattern {
	char *text;
	size_t len;
	pcre2_code *code;
	pcre2_match_data *match;
};

struct kept {
	struct pattern items[KEPT];
	int next;
};

/* Documented state: a cache per thread; patterns live until they are pushed out. */
static _Thread_local struct kept cache;

static void pattern_free(struct pattern *p)
{
	pcre2_match_data_free(p->match);
	pcre2_code_free(p->code);
	free(p->text);
	memset(p, 0, sizeof *p);
}

static struct pattern *pattern_of(struct udf *u, size_t arg)
{
	size_t n;
	int code;
	PCRE2_SIZE at;
	const char *text = udf_string(u, arg, &n);
	for (int i = 0; i < KEPT; i++)
		if (cache.items[i].code && cache.items[i].len == n && !memcmp(cache.items[i].text, text, n))
			return &cache.items[i];
	struct pattern *p = &cache.items[cache.next];
	cache.next = (cache.next + 1) % KEPT;
	pattern_free(p);
	p->code = pcre2_compile((PCRE2_SPTR)text, n, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &code, &at, NULL);
	if (!p->code) {
		udf_fail(u, "INVALID_PARAMETER_VALUE.PATTERN", "22023",
		         "The value of parameter(s) `regexp` is invalid: '%.*s'.", (int)(n > 200 ? 200 : n), text);
		return NULL;
	}
	pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	p->match = pcre2_match_data_create_from_pattern(p->code, NULL);
	p->text = xstrndup(text, n);
	p->len = n;
	return p;
}

/* The next match at or after `at`; groups in *v. */
static bool next_match(struct pattern *p, const char *s, size_t n, size_t at, PCRE2_SIZE **v)
{
	if (at > n || pcre2_match(p->code, (PCRE2_SPTR)s, n, at, 0, p->match, NULL) < 0)
		return false;
	*v = pcre2_get_ovector_pointer(p->match);
	return true;
}

/* Where to go on after the match v: an empty one steps over a character. */
static size_t after(const char *s, size_t n, const PCRE2_SIZE *v)
{
	size_t at = v[1];
	if (v[1] > v[0])
		return at;
	at++;
	while (at < n && ((unsigned char)s[at] & 0xC0) == 0x80)
		at++;
	return at;
}

static uint32_t group_count(const struct pattern *p)
{
	uint32_t n = 0;
	pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &n);
	return n;
}

static bool check_group(struct udf *u, const struct pattern *p, int group)
{
	uint32_t n = group_count(p);
	if (group >= 0 && (uint32_t)group <= n)
		return true;
	return udf_fail(u, "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", "22023",
	                "The value of parameter(s) `idx` is invalid: expects group index between 0 and %u, but got %d.",
	                n, group);
}

static bool rlike(struct udf *u)
{
	size_t n;
	PCRE2_SIZE *v;
	struct pattern *p = pattern_of(u, 1);
	const char *s = udf_string(u, 0, &n);
	return p && udf_put_bool(u, next_match(p, s, n, 0, &v));
}

static bool extract(struct udf *u)
{
	size_t n;
	PCRE2_SIZE *v;
	int group = udf_int(u, 2);
	struct pattern *p = pattern_of(u, 1);
	const char *s = udf_string(u, 0, &n);
	if (!p || !check_group(u, p, group))
		return false;
	if (!next_match(p, s, n, 0, &v) || v[2 * group] == PCRE2_UNSET)
		return udf_put_string(u, "", 0);
	return udf_put_string(u, s + v[2 * group], v[2 * group + 1] - v[2 * group]);
}

static bool extract_all(struct udf *u)
{
	size_t n, at = 0;
	PCRE2_SIZE *v;
	int group = udf_int(u, 2);
	struct pattern *p = pattern_of(u, 1);
	const char *s = udf_string(u, 0, &n);
	if (!p || !check_group(u, p, group))
		return false;
	for (; next_match(p, s, n, at, &v); at = after(s, n, v))
		if (v[2 * group] == PCRE2_UNSET)
			udf_list_add(u, "", 0);
		else
			udf_list_add(u, s + v[2 * group], v[2 * group + 1] - v[2 * group]);
	return true;
}

/* $1, ${name}, \$: Java's replacement text. A number takes digits as long as such a group exists. */
static void put_replacement(struct buf *b, const char *r, size_t n, const char *s, const PCRE2_SIZE *v,
                            uint32_t groups)
{
	for (size_t i = 0; i < n; i++) {
		if (r[i] == '\\' && i + 1 < n)
			buf_addc(b, r[++i]);
		else if (r[i] == '$' && i + 1 < n && r[i + 1] >= '0' && r[i + 1] <= '9') {
			uint32_t g = (uint32_t)(r[++i] - '0');
			while (i + 1 < n && r[i + 1] >= '0' && r[i + 1] <= '9' && g * 10 + (uint32_t)(r[i + 1] - '0') <= groups)
				g = g * 10 + (uint32_t)(r[++i] - '0');
			if (g <= groups && v[2 * g] != PCRE2_UNSET)
				buf_add(b, s + v[2 * g], v[2 * g + 1] - v[2 * g]);
		} else
			buf_addc(b, r[i]);
	}
}

static bool replace(struct udf *u)
{
	size_t n, rn, at = 0, done = 0;
	PCRE2_SIZE *v;
	struct buf b = BUF_INIT;
	struct pattern *p = pattern_of(u, 1);
	const char *s = udf_string(u, 0, &n), *r = udf_string(u, 2, &rn);
	if (!p)
		return false;
	for (int skip = udf_int(u, 3) - 1; skip > 0 && at < n; skip--)
		at++;
	for (; next_match(p, s, n, at, &v); at = after(s, n, v)) {
		buf_add(&b, s + done, v[0] - done);
		put_replacement(&b, r, rn, s, v, group_count(p));
		done = v[1];
	}
	buf_add(&b, s + done, n - done);
	udf_put_string(u, buf_str(&b), b.len);
	buf_free(&b);
	return true;
}

static bool count(struct udf *u)
{
	size_t n, at = 0;
	PCRE2_SIZE *v;
	int32_t k = 0;
	struct pattern *p = pattern_of(u, 1);
	const char *s = udf_string(u, 0, &n);
	for (; p && next_match(p, s, n, at, &v); at = after(s, n, v))
		k++;
	return p && udf_put_int(u, k);
}

static bool substr(struct udf *u)
{
	size_t n;
	PCRE2_SIZE *v;
	struct pattern *p = pattern_of(u, 1);
	const char *s = udf_string(u, 0, &n);
	return p && next_match(p, s, n, 0, &v) && udf_put_string(u, s + v[0], v[1] - v[0]);
}

static bool instr(struct udf *u)
{
	size_t n;
	PCRE2_SIZE *v;
	int32_t k = 1;
	struct pattern *p = pattern_of(u, 1);
	const char *s = udf_string(u, 0, &n);
	if (!p)
		return false;
	if (!next_match(p, s, n, 0, &v))
		return udf_put_int(u, 0);
	for (size_t i = 0; i < v[0]; i++)
		k += ((unsigned char)s[i] & 0xC0) != 0x80;
	return udf_put_int(u, k);
}

/* An empty match at the very beginning gives no empty first part. limit > 0: at most so many parts. */
static bool split(struct udf *u)
{
	size_t n, at = 0, done = 0;
	PCRE2_SIZE *v;
	int32_t limit = udf_int(u, 2), parts = 1;
	struct pattern *p = pattern_of(u, 1);
	const char *s = udf_string(u, 0, &n);
	if (!p)
		return false;
	for (; (limit <= 0 || parts < limit) && next_match(p, s, n, at, &v); at = after(s, n, v)) {
		if (v[1] == 0 || (v[0] == v[1] && v[0] >= n))
			continue;
		udf_list_add(u, s + done, v[0] - done);
		done = v[1];
		parts++;
	}
	udf_list_add(u, s + done, n - done);
	return true;
}

const struct udf_def udf_regex_defs[] = {
	{ "spark_rlike", "ss", 'b', rlike },
	{ "spark_regexp_extract", "ssi", 's', extract },
	{ "spark_regexp_extract_all", "ssi", 'S', extract_all },
	{ "spark_regexp_replace", "sssi", 's', replace },
	{ "spark_regexp_count", "ss", 'i', count },
	{ "spark_regexp_substr", "ss", 's', substr },
	{ "spark_regexp_instr", "ss", 'i', instr },
	{ "spark_split", "ssi", 'S', split },
	{ 0 },
};
