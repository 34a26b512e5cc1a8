/* Text by characters. Positions count from 1; a character is a code point. */
#include <ctype.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wctype.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/engine/udf.h"

static bool put_buf(struct udf *u, struct buf *b)
{
	udf_put_string(u, buf_str(b), b->len);
	buf_free(b);
	return true;
}

static size_t char_len(unsigned char c)
{
	return c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
}

static int64_t char_count(const char *s, size_t n)
{
	int64_t k = 0;
	for (size_t i = 0; i < n; i++)
		k += ((unsigned char)s[i] & 0xC0) != 0x80;
	return k;
}

/* Byte offset of character k, at most n. */
static size_t char_at(const char *s, size_t n, int64_t k)
{
	size_t i = 0;
	while (i < n && k-- > 0)
		i += char_len((unsigned char)s[i]);
	return i < n ? i : n;
}

static bool substr(struct udf *u)
{
	size_t n;
	const char *s = udf_string(u, 0, &n);
	int64_t pos = udf_int(u, 1), len = udf_int(u, 2), total = char_count(s, n);
	int64_t start = pos > 0 ? pos - 1 : pos < 0 ? total + pos : 0, end = start + len;
	if (len <= 0 || end <= 0)
		return udf_put_string(u, "", 0);
	size_t a = char_at(s, n, start < 0 ? 0 : start), b = char_at(s, n, end);
	return udf_put_string(u, s + a, b > a ? b - a : 0);
}

static bool subbin(struct udf *u)
{
	size_t n;
	const char *s = udf_string(u, 0, &n);
	int64_t pos = udf_int(u, 1), len = udf_int(u, 2), total = (int64_t)n;
	int64_t start = pos > 0 ? pos - 1 : pos < 0 ? total + pos : 0, end = start + len;
	start = start < 0 ? 0 : start > total ? total : start;
	end = end > total ? total : end;
	return udf_put_string(u, s + start, end > start && len > 0 ? (size_t)(end - start) : 0);
}

static bool right(struct udf *u)
{
	size_t n;
	const char *s = udf_string(u, 0, &n);
	int64_t k = udf_int(u, 1), total = char_count(s, n);
	size_t a = k <= 0 ? n : char_at(s, n, k >= total ? 0 : total - k);
	return udf_put_string(u, s + a, n - a);
}

static const char *find(const char *s, size_t n, const char *w, size_t wn)
{
	return wn == 0 ? s : memmem(s, n, w, wn);
}

static bool locate(struct udf *u)
{
	size_t n, wn;
	const char *w = udf_string(u, 0, &wn), *s = udf_string(u, 1, &n);
	int32_t from = udf_int(u, 2);
	if (from < 1)
		return udf_put_int(u, 0);
	size_t a = char_at(s, n, from - 1);
	if (a == n && from - 1 > char_count(s, n))
		return udf_put_int(u, 0);
	const char *hit = find(s + a, n - a, w, wn);
	return udf_put_int(u, hit ? (int32_t)char_count(s, (size_t)(hit - s)) + 1 : 0);
}

static bool pad(struct udf *u, bool left)
{
	size_t n, pn;
	const char *s = udf_string(u, 0, &n), *p = udf_string(u, 2, &pn);
	int64_t len = udf_int(u, 1), have = char_count(s, n);
	struct buf b = BUF_INIT;
	if (len <= have || pn == 0)
		return udf_put_string(u, s, char_at(s, n, len < 0 ? 0 : len));
	if (!left)
		buf_add(&b, s, n);
	int64_t need = len - have, unit = char_count(p, pn);
	for (; need >= unit; need -= unit)
		buf_add(&b, p, pn);
	buf_add(&b, p, char_at(p, pn, need));
	if (left)
		buf_add(&b, s, n);
	return put_buf(u, &b);
}

static bool lpad(struct udf *u)
{
	return pad(u, true);
}

static bool rpad(struct udf *u)
{
	return pad(u, false);
}

/* The C locale knows ASCII only; this one every letter. Made once. */
static locale_t letters(void)
{
	static locale_t l;
	if (!l) {
		l = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
		if (!l)
			l = newlocale(LC_CTYPE_MASK, "C", NULL);
	}
	return l;
}

static void put_char(struct buf *b, uint32_t cp)
{
	char out[4];
	buf_add(b, out, utf8_encode(cp, out));
}

static void put_upper(struct buf *b, uint32_t cp)
{
	if (cp == 0xDF)
		buf_adds(b, "SS");
	else
		put_char(b, (uint32_t)towupper_l((wint_t)cp, letters()));
}

static void put_lower(struct buf *b, uint32_t cp)
{
	if (cp == 0x130)
		buf_adds(b, "i\xCC\x87");
	else
		put_char(b, (uint32_t)towlower_l((wint_t)cp, letters()));
}

/* Text of plain ASCII, which most is, without a look at the locale; false: there is more than ASCII. */
static bool change_ascii(struct udf *u, const char *s, size_t n, char how)
{
	char out[256];
	bool up = how != 'l';
	if (n > sizeof out)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = s[i];
		if (c & 0x80)
			return false;
		out[i] = up ? (char)(c - 32 * (c >= 'a' && c <= 'z')) : (char)(c + 32 * (c >= 'A' && c <= 'Z'));
		up = how == 'u' || (how == 'i' && c == ' ');
	}
	return udf_put_string(u, out, n);
}

static bool change_case(struct udf *u, char how)
{
	size_t n;
	const char *s = udf_string(u, 0, &n);
	struct buf b = BUF_INIT;
	bool word = true;
	if (change_ascii(u, s, n, how))
		return true;
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += utf8_decode(s + i, n - i, &cp);
		if (how == 'u' || (how == 'i' && word))
			put_upper(&b, cp);
		else
			put_lower(&b, cp);
		word = cp == ' ';
	}
	return put_buf(u, &b);
}

static bool upper(struct udf *u)
{
	return change_case(u, 'u');
}

static bool lower(struct udf *u)
{
	return change_case(u, 'l');
}

static bool initcap(struct udf *u)
{
	return change_case(u, 'i');
}

static bool ascii(struct udf *u)
{
	size_t n;
	uint32_t cp = 0;
	const char *s = udf_string(u, 0, &n);
	if (n)
		utf8_decode(s, n, &cp);
	return udf_put_int(u, (int32_t)cp);
}

static bool chr(struct udf *u)
{
	int64_t v = udf_long(u, 0);
	char out[4];
	if (v < 0)
		return udf_put_string(u, "", 0);
	return udf_put_string(u, out, utf8_encode((uint32_t)(v & 0xFF), out));
}

static bool elt(struct udf *u)
{
	if (udf_null(u, 1))
		return false;
	int32_t i = udf_int(u, 1);
	size_t n, count = u->n - 2;
	if (i < 1 || (size_t)i > count) {
		if (udf_int(u, 0) != 0)
			return false;
		return udf_fail(u, "INVALID_ARRAY_INDEX", "22003",
		                "The index %d is out of bounds. The array has %zu elements.", i, count);
	}
	if (udf_null(u, (size_t)i + 1))
		return false;
	const char *s = udf_string(u, (size_t)i + 1, &n);
	return udf_put_string(u, s, n);
}

static bool find_in_set(struct udf *u)
{
	size_t n, wn;
	const char *w = udf_string(u, 0, &wn), *s = udf_string(u, 1, &n), *end = s + n;
	if (memchr(w, ',', wn))
		return udf_put_int(u, 0);
	for (int32_t i = 1;; i++) {
		const char *comma = memchr(s, ',', (size_t)(end - s)), *stop = comma ? comma : end;
		if ((size_t)(stop - s) == wn && !memcmp(s, w, wn))
			return udf_put_int(u, i);
		if (!comma)
			return udf_put_int(u, 0);
		s = comma + 1;
	}
}

/* Code points of a text; bytes that are no UTF-8 stand for themselves. */
static size_t code_points(const char *s, size_t n, int32_t *out)
{
	size_t count = 0;
	for (size_t i = 0; i < n; count++) {
		size_t len = char_at(s + i, n - i, 1);
		uint32_t c = 0;
		for (size_t end = i + (len ? len : 1); i < end; i++)
			c = c << 8 | (unsigned char)s[i];
		out[count] = (int32_t)c;
	}
	return count;
}

/* Edits between characters, where the kernel's counts bytes: one row of the matrix at a time. */
static bool levenshtein(struct udf *u)
{
	size_t an, bn;
	const char *s = udf_string(u, 0, &an), *t = udf_string(u, 1, &bn);
	int32_t *a = xmalloc((an + 2 * bn + 1) * sizeof *a), *b = a + an, *row = b + bn;
	an = code_points(s, an, a);
	bn = code_points(t, bn, b);
	for (size_t k = 0; k <= bn; k++)
		row[k] = (int32_t)k;
	for (size_t i = 0; i < an; i++) {
		int32_t corner = row[0];
		row[0] = (int32_t)i + 1;
		for (size_t k = 0; k < bn; k++) {
			int32_t above = row[k + 1], least = above < row[k] ? above : row[k];
			row[k + 1] = corner + (a[i] != b[k]) < least + 1 ? corner + (a[i] != b[k]) : least + 1;
			corner = above;
		}
	}
	int32_t distance = row[bn];
	free(a);
	return udf_put_int(u, distance);
}

static bool overlay(struct udf *u)
{
	size_t n, rn;
	const char *s = udf_string(u, 0, &n), *r = udf_string(u, 1, &rn);
	int64_t pos = udf_int(u, 2), len = udf_int(u, 3);
	struct buf b = BUF_INIT;
	if (len < 0)
		len = char_count(r, rn);
	buf_add(&b, s, char_at(s, n, pos < 1 ? 0 : pos - 1));
	buf_add(&b, r, rn);
	size_t rest = char_at(s, n, pos - 1 + len);
	buf_add(&b, s + rest, n - rest);
	return put_buf(u, &b);
}

static bool substring_index(struct udf *u)
{
	size_t n, dn;
	const char *s = udf_string(u, 0, &n), *d = udf_string(u, 1, &dn);
	int32_t count = udf_int(u, 2);
	if (count == 0 || dn == 0)
		return udf_put_string(u, "", 0);
	if (count > 0) {
		const char *p = s;
		for (const char *hit; (hit = find(p, n - (size_t)(p - s), d, dn)); p = hit + dn)
			if (--count == 0)
				return udf_put_string(u, s, (size_t)(hit - s));
		return udf_put_string(u, s, n);
	}
	for (size_t i = n >= dn ? n - dn + 1 : 0; i-- > 0;)
		if (!memcmp(s + i, d, dn)) {
			if (++count == 0)
				return udf_put_string(u, s + i + dn, n - i - dn);
			i = i >= dn - 1 ? i - (dn - 1) : 0;
		}
	return udf_put_string(u, s, n);
}

static bool split_part(struct udf *u)
{
	size_t n, dn;
	const char *s = udf_string(u, 0, &n), *d = udf_string(u, 1, &dn);
	int32_t k = udf_int(u, 2), parts = 1;
	if (k == 0)
		return udf_fail(u, "INVALID_INDEX_OF_ZERO", "22003", "The index 0 is invalid. An index shall be either "
		                "< 0 or > 0 (the first element has index 1).");
	const char *p = s, *hit;
	while (dn && (hit = find(p, n - (size_t)(p - s), d, dn))) {
		parts++;
		p = hit + dn;
	}
	if (k < 0)
		k = parts + k + 1;
	if (k < 1 || k > parts)
		return udf_put_string(u, "", 0);
	for (p = s; --k > 0; p = hit + dn)
		hit = find(p, n - (size_t)(p - s), d, dn);
	hit = dn ? find(p, n - (size_t)(p - s), d, dn) : NULL;
	return udf_put_string(u, p, hit ? (size_t)(hit - p) : n - (size_t)(p - s));
}

static bool soundex(struct udf *u)
{
	static const char codes[] = "01230127022455012623017202";
	size_t n;
	const char *s = udf_string(u, 0, &n);
	char out[4] = { '0', '0', '0', '0' };
	int k = 0;
	if (n == 0 || !isalpha((unsigned char)*s))
		return udf_put_string(u, s, n);
	char last = codes[toupper((unsigned char)*s) - 'A'];
	out[k++] = (char)toupper((unsigned char)*s);
	for (size_t i = 1; i < n && k < 4; i++) {
		if (!isalpha((unsigned char)s[i])) {
			last = '0';
			continue;
		}
		char c = codes[toupper((unsigned char)s[i]) - 'A'];
		if (c == '7')
			continue; /* h and w do not part equal letters */
		if (c != '0' && c != last)
			out[k++] = c;
		last = c;
	}
	return udf_put_string(u, out, 4);
}

static uint32_t masked(uint32_t cp, const struct udf *u)
{
	size_t arg = iswupper_l((wint_t)cp, letters()) ? 1 : iswlower_l((wint_t)cp, letters()) ? 2 :
	             cp < 128 && isdigit((int)cp) ? 3 : 4, n;
	uint32_t out = cp;
	if (udf_null(u, arg))
		return cp;
	const char *s = udf_string(u, arg, &n);
	if (n)
		utf8_decode(s, n, &out);
	return out;
}

static bool mask(struct udf *u)
{
	size_t n;
	if (udf_null(u, 0))
		return false;
	const char *s = udf_string(u, 0, &n);
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += utf8_decode(s + i, n - i, &cp);
		put_char(&b, masked(cp, u));
	}
	return put_buf(u, &b);
}

static bool luhn_check(struct udf *u)
{
	size_t n;
	const char *s = udf_string(u, 0, &n);
	int sum = 0;
	for (size_t i = n; i-- > 0;) {
		if (!isdigit((unsigned char)s[i]))
			return udf_put_bool(u, false);
		int d = (s[i] - '0') * ((n - 1 - i) % 2 ? 2 : 1);
		sum += d > 9 ? d - 9 : d;
	}
	return udf_put_bool(u, n > 0 && sum % 10 == 0);
}

/* Bytes as text; what is no UTF-8 becomes U+FFFD. */
static bool utf8(struct udf *u)
{
	size_t n;
	const char *s = udf_string(u, 0, &n);
	struct buf b = BUF_INIT;
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += utf8_decode(s + i, n - i, &cp);
		put_char(&b, cp);
	}
	return put_buf(u, &b);
}

const struct udf_def udf_string_defs[] = {
	{ "spark_substr", "sii", 's', substr },
	{ "spark_subbin", "xii", 'x', subbin },
	{ "spark_right", "si", 's', right },
	{ "spark_locate", "ssi", 'i', locate },
	{ "spark_lpad", "sis", 's', lpad },
	{ "spark_rpad", "sis", 's', rpad },
	{ "spark_upper", "s", 's', upper },
	{ "spark_lower", "s", 's', lower },
	{ "spark_initcap", "s", 's', initcap },
	{ "spark_ascii", "s", 'i', ascii },
	{ "spark_chr", "l", 's', chr },
	{ "spark_elt", "?iis*", 's', elt },
	{ "spark_levenshtein", "ss", 'i', levenshtein },
	{ "spark_find_in_set", "ss", 'i', find_in_set },
	{ "spark_overlay", "ssii", 's', overlay },
	{ "spark_substring_index", "ssi", 's', substring_index },
	{ "spark_split_part", "ssi", 's', split_part },
	{ "spark_soundex", "s", 's', soundex },
	{ "spark_mask", "?sssss", 's', mask },
	{ "spark_luhn_check", "s", 'b', luhn_check },
	{ "spark_utf8", "x", 's', utf8 },
	{ 0 },
};
