/* CSV lines, schemas of samples, numbers by a format. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/engine/udf.h"

static bool put_buf(struct udf *u, struct buf *b)
{
	udf_put_string(u, buf_str(b), b->len);
	buf_free(b);
	return true;
}

static bool is(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && !strncasecmp(s, word, n);
}

/* ---- CSV lines ---- */

static bool csv_cells(struct udf *u)
{
	size_t n, i = 0;
	const char *s = udf_string(u, 0, &n);
	struct buf b = BUF_INIT;
	do {
		buf_clear(&b);
		bool quotes = i < n && s[i] == '"';
		for (i += quotes; i < n && (quotes || s[i] != ','); i++) {
			if (quotes && s[i] == '"' && !(i + 1 < n && s[i + 1] == '"')) {
				quotes = false;
				continue;
			}
			if (quotes && (s[i] == '"' || s[i] == '\\') && i + 1 < n)
				i++;
			buf_addc(&b, s[i]);
		}
		udf_list_add(u, buf_str(&b), b.len);
	} while (i++ < n);
	buf_free(&b);
	return true;
}

static bool csv_cell(struct udf *u)
{
	size_t n;
	const char *s = udf_string(u, 0, &n);
	struct buf b = BUF_INIT;
	if (!memchr(s, ',', n) && !memchr(s, '"', n) && !memchr(s, '\n', n))
		return udf_put_string(u, s, n);
	buf_addc(&b, '"');
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"' || s[i] == '\\')
			buf_addc(&b, '\\');
		buf_addc(&b, s[i]);
	}
	buf_addc(&b, '"');
	return put_buf(u, &b);
}

/* ---- schemas of samples ---- */

static void json_type(const cJSON *v, struct buf *b)
{
	const cJSON *c;
	bool first = true;
	if (cJSON_IsObject(v)) {
		buf_adds(b, "STRUCT<");
		cJSON_ArrayForEach(c, v) {
			buf_addf(b, "%s%s: ", first ? "" : ", ", c->string);
			json_type(c, b);
			first = false;
		}
		buf_addc(b, '>');
	} else if (cJSON_IsArray(v)) {
		buf_adds(b, "ARRAY<");
		if (v->child)
			json_type(v->child, b);
		else
			buf_adds(b, "STRING");
		buf_addc(b, '>');
	} else if (cJSON_IsNumber(v))
		buf_adds(b, v->valuedouble == floor(v->valuedouble) && fabs(v->valuedouble) < 1e15 ? "BIGINT" : "DOUBLE");
	else
		buf_adds(b, cJSON_IsBool(v) ? "BOOLEAN" : "STRING");
}

static bool schema_of_json(struct udf *u)
{
	size_t n;
	const char *s = udf_string(u, 0, &n);
	struct buf b = BUF_INIT;
	cJSON *v = json_parse(s, n, NULL);
	if (!v)
		return udf_put_string(u, "STRUCT<_corrupt_record: STRING>", 31);
	json_type(v, &b);
	cJSON_Delete(v);
	return put_buf(u, &b);
}

static const char *cell_type(const char *s, size_t n)
{
	size_t i = n && (*s == '-' || *s == '+'), digits = 0, points = 0;
	for (; i < n; i++) {
		digits += isdigit((unsigned char)s[i]) != 0;
		points += s[i] == '.';
		if (!isdigit((unsigned char)s[i]) && s[i] != '.')
			return is(s, n, "true") || is(s, n, "false") ? "BOOLEAN" : "STRING";
	}
	return !digits ? "STRING" : points > 1 ? "STRING" : points ? "DOUBLE" : digits < 10 ? "INT" : "BIGINT";
}

static bool schema_of_csv(struct udf *u)
{
	size_t n, k = 0;
	const char *s = udf_string(u, 0, &n), *end = s + n;
	struct buf b = BUF_INIT;
	buf_adds(&b, "STRUCT<");
	for (;;) {
		const char *comma = memchr(s, ',', (size_t)(end - s)), *stop = comma ? comma : end;
		buf_addf(&b, "%s_c%zu: %s", k ? ", " : "", k, cell_type(s, (size_t)(stop - s)));
		k++;
		if (!comma)
			break;
		s = comma + 1;
	}
	buf_addc(&b, '>');
	return put_buf(u, &b);
}

/* ---- number formats: 9 0 . D , G $ S MI ---- */

static bool to_char(struct udf *u)
{
	size_t n, fn;
	const char *s = udf_string(u, 0, &n), *f = udf_string(u, 1, &fn);
	const char *fdot = memchr(f, '.', fn), *sdot;
	char value[128];
	struct buf b = BUF_INIT;
	int after = 0, whole = 0;
	for (const char *p = f; p < f + fn; p++)
		if (*p == '9' || *p == '0')
			*(fdot && p > fdot ? &after : &whole) += 1;
	snprintf(value, sizeof value, "%.*Lf", after, strtold(s, NULL));
	bool negative = *value == '-';
	const char *v = value + negative;
	sdot = strchr(v, '.');
	int have = sdot ? (int)(sdot - v) : (int)strlen(v), skip = whole - have;
	bool started = false, zeros = false;
	for (const char *p = f; p < f + (fdot ? (size_t)(fdot - f) : fn); p++) {
		if (*p == '9' || *p == '0') {
			zeros |= *p == '0';
			if (skip-- > 0) {
				buf_addc(&b, zeros ? '0' : ' ');
				started |= zeros;
			} else {
				buf_addc(&b, *v++);
				started = true;
			}
		} else if (*p == ',' || *p == 'G')
			buf_addc(&b, started ? ',' : ' ');
		else if (*p == '$')
			buf_addc(&b, '$');
		else if (*p == 'S')
			buf_addc(&b, negative ? '-' : '+');
	}
	if (fdot)
		buf_adds(&b, sdot ? sdot : ".");
	if (have > whole) {
		buf_clear(&b);
		for (size_t i = 0; i < fn; i++)
			buf_addc(&b, f[i] == '9' || f[i] == '0' ? '#' : f[i]);
	}
	return put_buf(u, &b);
}

static bool to_number(struct udf *u)
{
	size_t n, fn;
	const char *s = udf_string(u, 0, &n), *f = udf_string(u, 1, &fn);
	struct buf b = BUF_INIT;
	bool dollar = memchr(f, '$', fn), comma = memchr(f, ',', fn) || memchr(f, 'G', fn), ok = n > 0, digits = false;
	for (size_t i = 0; i < n && ok; i++) {
		if (isdigit((unsigned char)s[i]) || s[i] == '.' || s[i] == '-' || s[i] == '+') {
			buf_addc(&b, s[i]);
			digits |= isdigit((unsigned char)s[i]) != 0;
		} else
			ok = (s[i] == '$' && dollar) || (s[i] == ',' && comma) || s[i] == ' ';
	}
	if (ok && digits)
		return put_buf(u, &b);
	buf_free(&b);
	if (udf_int(u, 2))
		return false;
	return udf_fail(u, "INVALID_FORMAT.MISMATCH_INPUT", "42601", "The format is invalid: '%.*s'. The input '%.*s' "
	                "does not match the format.", (int)fn, f, (int)n, s);
}

const struct udf_def udf_sample_defs[] = {
	{ "spark_csv_cells", "s", 'S', csv_cells },
	{ "spark_csv_cell", "s", 's', csv_cell },
	{ "spark_schema_of_json", "s", 's', schema_of_json },
	{ "spark_schema_of_csv", "s", 's', schema_of_csv },
	{ "spark_to_char", "ss", 's', to_char },
	{ "spark_to_number", "ssi", 's', to_number },
	{ 0 },
};
