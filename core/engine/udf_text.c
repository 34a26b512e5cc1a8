/* Encodings, digests, URLs, printf. */
#include <ctype.h>
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

static bool is(const char *s, size_t n, const char *word)
{
	return strlen(word) == n && !strncasecmp(s, word, n);
}

/* ---- digests ---- */

/* libcrypto is opened by the first digest: most sessions never ask for one. */
struct digests {
	int (*digest)(const void *data, size_t n, unsigned char *md, unsigned *size, const void *type, void *engine);
	const void *(*fetch)(void *library, const char *name, const char *properties);
	const void *types[4];         /* SHA-224, 256, 384, 512: fetching one costs more than a digest */
};

static const struct digests *digests(void)
{
	static struct digests d;      /* kept for the life of the process; filling it twice is harmless */
	void *lib = d.fetch ? NULL : dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
	if (lib) {
		void *digest = dlsym(lib, "EVP_Digest"), *fetch = dlsym(lib, "EVP_MD_fetch");
		static const char *const names[4] = { "SHA224", "SHA256", "SHA384", "SHA512" };
		memcpy(&d.digest, &digest, sizeof digest);
		memcpy(&d.fetch, &fetch, sizeof fetch);
		for (int i = 0; i < 4 && d.fetch; i++)
			d.types[i] = d.fetch(NULL, names[i], NULL);
	}
	return d.fetch && d.digest && d.types[3] ? &d : NULL;
}

static bool sha2(struct udf *u)
{
	size_t n;
	unsigned char md[64];
	unsigned len = 0;
	const char *s = udf_string(u, 0, &n);
	const struct digests *d = digests();
	int bits = udf_int(u, 1);
	int type = bits == 224 ? 0 : bits == 0 || bits == 256 ? 1 : bits == 384 ? 2 : bits == 512 ? 3 : -1;
	char hex[128];
	if (!d)
		return udf_fail(u, "UNSUPPORTED_FEATURE", "0A000", "libcrypto, which makes digests, cannot be opened.");
	if (type < 0 || !d->digest(s, n, md, &len, d->types[type], NULL))
		return false;
	for (unsigned i = 0; i < len; i++) {
		hex[2 * i] = "0123456789abcdef"[md[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[md[i] & 15];
	}
	return udf_put_string(u, hex, 2 * len);
}

static bool crc32(struct udf *u)
{
	static const uint32_t by_nibble[16] = {
		0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
		0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C
	};
	size_t n;
	uint32_t c = 0xFFFFFFFFu;
	const char *s = udf_string(u, 0, &n);
	for (size_t i = 0; i < n; i++) { /* four bits at a time */
		c ^= (unsigned char)s[i];
		c = c >> 4 ^ by_nibble[c & 15];
		c = c >> 4 ^ by_nibble[c & 15];
	}
	return udf_put_long(u, (int64_t)(c ^ 0xFFFFFFFFu));
}

/* ---- bytes and text ---- */

static int nibble(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static bool unhex_text(const char *s, size_t n, struct buf *b)
{
	size_t i = 0;
	if (n % 2) {
		if (nibble(s[i]) < 0)
			return false;
		buf_addc(b, (char)nibble(s[i++]));
	}
	for (; i < n; i += 2) {
		if (nibble(s[i]) < 0 || nibble(s[i + 1]) < 0)
			return false;
		buf_addc(b, (char)(nibble(s[i]) << 4 | nibble(s[i + 1])));
	}
	return true;
}

static bool unhex(struct udf *u)
{
	size_t n;
	struct buf b = BUF_INIT;
	const char *s = udf_string(u, 0, &n);
	bool ok = unhex_text(s, n, &b);
	if (ok)
		udf_put_string(u, buf_str(&b), b.len);
	buf_free(&b);
	return ok;
}

static void unbase64_text(const char *s, size_t n, struct buf *b)
{
	static const char abc[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = 0;
	int have = 0;
	for (size_t i = 0; i < n && s[i] != '='; i++) {
		const char *at = s[i] ? strchr(abc, s[i]) : NULL;
		if (!at)
			continue; /* MIME: anything else is skipped */
		bits = bits << 6 | (uint32_t)(at - abc);
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addc(b, (char)(bits >> have));
		}
	}
}

static bool unbase64(struct udf *u)
{
	size_t n;
	struct buf b = BUF_INIT;
	const char *s = udf_string(u, 0, &n);
	unbase64_text(s, n, &b);
	return put_buf(u, &b);
}

static bool to_binary(struct udf *u)
{
	size_t n, fn;
	struct buf b = BUF_INIT;
	const char *s = udf_string(u, 0, &n), *f = udf_string(u, 1, &fn);
	bool ok = true;
	if (is(f, fn, "hex"))
		ok = unhex_text(s, n, &b);
	else if (is(f, fn, "base64"))
		unbase64_text(s, n, &b);
	else
		buf_add(&b, s, n);
	if (ok)
		return put_buf(u, &b);
	buf_free(&b);
	if (udf_int(u, 2))
		return false;
	return udf_fail(u, "CONVERSION_INVALID_INPUT", "22018", "The value '%.*s' cannot be converted to \"BINARY\" "
	                "because it is malformed.", (int)n, s);
}

enum charset { UTF8, LATIN1, ASCII, UTF16, UTF16BE, UTF16LE, UTF32, NO_CHARSET };

static enum charset charset_of(struct udf *u)
{
	static const char *const names[] = { "UTF-8", "ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16BE", "UTF-16LE",
	                                     "UTF-32" };
	size_t n;
	const char *s = udf_string(u, 1, &n);
	for (int i = 0; i < 7; i++)
		if (is(s, n, names[i]))
			return (enum charset)i;
	udf_fail(u, "INVALID_PARAMETER_VALUE.CHARSET", "22023",
	         "The value of parameter(s) `charset` in `encode` is invalid: expects one of the ISO-8859-1, US-ASCII, "
	         "UTF-16, UTF-16BE, UTF-16LE, UTF-32, UTF-8, but got %.*s.", (int)n, s);
	return NO_CHARSET;
}

static void put_16(struct buf *b, uint32_t v, bool little)
{
	char out[2] = { (char)(v >> 8), (char)v };
	if (little)
		out[0] = (char)v, out[1] = (char)(v >> 8);
	buf_add(b, out, 2);
}

static void put_code(struct buf *b, uint32_t cp, enum charset c)
{
	char out[4];
	if (c == UTF8)
		buf_add(b, out, utf8_encode(cp, out));
	else if (c == LATIN1 || c == ASCII)
		buf_addc(b, cp < (c == ASCII ? 128u : 256u) ? (char)cp : '?');
	else if (c == UTF32) {
		put_16(b, cp >> 16, false);
		put_16(b, cp & 0xFFFF, false);
	} else if (cp >= 0x10000) {
		put_16(b, 0xD800 + ((cp - 0x10000) >> 10), c == UTF16LE);
		put_16(b, 0xDC00 + ((cp - 0x10000) & 0x3FF), c == UTF16LE);
	} else
		put_16(b, cp, c == UTF16LE);
}

static bool encode(struct udf *u)
{
	size_t n;
	struct buf b = BUF_INIT;
	const char *s = udf_string(u, 0, &n);
	enum charset c = charset_of(u);
	if (c == NO_CHARSET)
		return false;
	if (c == UTF16)
		put_16(&b, 0xFEFF, false);
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += utf8_decode(s + i, n - i, &cp);
		put_code(&b, cp, c);
	}
	return put_buf(u, &b);
}

static size_t get_code(const unsigned char *s, size_t n, enum charset c, uint32_t *cp)
{
	if (c == UTF8)
		return utf8_decode((const char *)s, n, cp);
	if (c == LATIN1 || c == ASCII) {
		*cp = c == ASCII && *s > 127 ? 0xFFFD : *s;
		return 1;
	}
	size_t unit = c == UTF32 ? 4 : 2;
	if (n < unit) {
		*cp = 0xFFFD;
		return n;
	}
	if (c == UTF32) {
		*cp = (uint32_t)s[0] << 24 | (uint32_t)s[1] << 16 | (uint32_t)s[2] << 8 | s[3];
		return 4;
	}
	int hi = c == UTF16LE ? 1 : 0;
	*cp = (uint32_t)s[hi] << 8 | s[1 - hi];
	if (*cp < 0xD800 || *cp > 0xDBFF || n < 4)
		return 2;
	uint32_t low = (uint32_t)s[2 + hi] << 8 | s[3 - hi];
	*cp = 0x10000 + ((*cp - 0xD800) << 10) + (low - 0xDC00);
	return 4;
}

static bool decode(struct udf *u)
{
	size_t n;
	struct buf b = BUF_INIT;
	const unsigned char *s = (const unsigned char *)udf_string(u, 0, &n);
	enum charset c = charset_of(u);
	if (c == NO_CHARSET)
		return false;
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += get_code(s + i, n - i, c, &cp);
		if (!(c == UTF16 && cp == 0xFEFF))
			put_code(&b, cp, UTF8);
	}
	return put_buf(u, &b);
}

/* ---- URLs ---- */

static bool url_encode(struct udf *u)
{
	size_t n;
	struct buf b = BUF_INIT;
	const char *s = udf_string(u, 0, &n);
	for (size_t i = 0; i < n; i++)
		if (isalnum((unsigned char)s[i]) || strchr(".-*_", s[i]))
			buf_addc(&b, s[i]);
		else if (s[i] == ' ')
			buf_addc(&b, '+');
		else
			buf_addf(&b, "%%%02X", (unsigned char)s[i]);
	return put_buf(u, &b);
}

static bool url_decode(struct udf *u)
{
	size_t n;
	struct buf b = BUF_INIT;
	const char *s = udf_string(u, 0, &n);
	for (size_t i = 0; i < n; i++)
		if (s[i] == '+')
			buf_addc(&b, ' ');
		else if (s[i] != '%')
			buf_addc(&b, s[i]);
		else if (i + 2 < n && nibble(s[i + 1]) >= 0 && nibble(s[i + 2]) >= 0) {
			buf_addc(&b, (char)(nibble(s[i + 1]) << 4 | nibble(s[i + 2])));
			i += 2;
		} else {
			buf_free(&b);
			return udf_int(u, 1) ? false : udf_fail(u, "CANNOT_DECODE_URL", "22546",
			                                        "The provided URL cannot be decoded: %.*s.", (int)n, s);
		}
	return put_buf(u, &b);
}

struct url {
	const char *scheme, *authority, *path, *query, *fragment; /* NULL: not there */
	size_t n_scheme, n_authority, n_path, n_query, n_fragment;
};

static bool split_url(const char *s, size_t n, struct url *x)
{
	const char *end = s + n, *p;
	memset(x, 0, sizeof *x);
	if ((p = memchr(s, '#', n))) {
		x->fragment = p + 1;
		x->n_fragment = (size_t)(end - p - 1);
		end = p;
	}
	if ((p = memchr(s, '?', (size_t)(end - s)))) {
		x->query = p + 1;
		x->n_query = (size_t)(end - p - 1);
		end = p;
	}
	if ((p = memmem(s, (size_t)(end - s), "://", 3))) {
		x->scheme = s;
		x->n_scheme = (size_t)(p - s);
		x->authority = p + 3;
		const char *slash = memchr(x->authority, '/', (size_t)(end - x->authority));
		x->n_authority = (size_t)((slash ? slash : end) - x->authority);
		s = slash ? slash : end;
	}
	x->path = s;
	x->n_path = (size_t)(end - s);
	return !memchr(x->path, ' ', x->n_path);
}

static bool query_value(struct udf *u, const struct url *x)
{
	size_t kn;
	const char *key = udf_string(u, 3, &kn), *p = x->query, *end = p ? p + x->n_query : NULL;
	while (p && p < end) {
		const char *amp = memchr(p, '&', (size_t)(end - p)), *stop = amp ? amp : end;
		if ((size_t)(stop - p) > kn && !memcmp(p, key, kn) && p[kn] == '=')
			return udf_put_string(u, p + kn + 1, (size_t)(stop - p) - kn - 1);
		p = amp ? amp + 1 : NULL;
	}
	return false;
}

static bool put_part(struct udf *u, const char *s, size_t n)
{
	return s && udf_put_string(u, s, n);
}

static bool parse_url(struct udf *u)
{
	size_t n, wn;
	struct url x;
	const char *s = udf_string(u, 1, &n), *w = udf_string(u, 2, &wn);
	if (!split_url(s, n, &x))
		return udf_int(u, 0) ? false : udf_fail(u, "INVALID_URL", "22P02", "The url is invalid: %.*s.", (int)n, s);
	if (u->n == 4)
		return is(w, wn, "QUERY") && query_value(u, &x);
	const char *at = x.authority ? memchr(x.authority, '@', x.n_authority) : NULL;
	const char *host = at ? at + 1 : x.authority;
	size_t hn = x.authority ? x.n_authority - (size_t)(host - x.authority) : 0;
	const char *colon = host ? memchr(host, ':', hn) : NULL;
	if (is(w, wn, "HOST"))
		return hn > 0 && put_part(u, host, colon ? (size_t)(colon - host) : hn);
	if (is(w, wn, "PATH"))
		return put_part(u, x.path, x.n_path);
	if (is(w, wn, "QUERY"))
		return put_part(u, x.query, x.n_query);
	if (is(w, wn, "REF"))
		return put_part(u, x.fragment, x.n_fragment);
	if (is(w, wn, "PROTOCOL"))
		return put_part(u, x.scheme, x.n_scheme);
	if (is(w, wn, "AUTHORITY"))
		return put_part(u, x.authority, x.n_authority);
	if (is(w, wn, "USERINFO"))
		return at && put_part(u, x.authority, (size_t)(at - x.authority));
	if (is(w, wn, "FILE")) {
		size_t end = x.query ? (size_t)(x.query + x.n_query - x.path) : x.n_path;
		return put_part(u, x.path, end);
	}
	return false;
}

/* ---- printf ---- */

static void put_grouped(struct buf *out, const char *digits)
{
	size_t sign = *digits == '-', whole = strcspn(digits + sign, ".");
	buf_add(out, digits, sign);
	for (size_t i = 0; i < whole; i++) {
		if (i && (whole - i) % 3 == 0)
			buf_addc(out, ',');
		buf_addc(out, digits[sign + i]);
	}
	buf_adds(out, digits + sign + whole);
}

/* One conversion: flags and width are C's, but for ',' which groups. Java rounds half up, C to even. */
static bool put_conversion(struct udf *u, struct buf *out, const char *spec, size_t n, const char *arg, size_t an)
{
	char fmt[64], text[512], value[400];
	char conv = spec[n - 1], kind = arg ? *arg : 's';
	bool comma = memchr(spec, ',', n) != NULL;
	size_t k = 0;
	for (size_t i = 0; i + 1 < n && k < sizeof fmt - 8; i++)
		if (spec[i] != ',')
			fmt[k++] = spec[i];
	snprintf(value, sizeof value, "%.*s", arg ? (int)an - 1 : 4, arg ? arg + 1 : "null");
	if (strchr("dxXo", conv) && arg) {
		if (kind != 'i')
			return udf_fail(u, "INTERNAL_ERROR", "XX000", "The format %%%c does not fit its argument.", conv);
		snprintf(fmt + k, sizeof fmt - k, "ll%c", conv);
		snprintf(text, sizeof text, fmt, strtoll(value, NULL, 10));
	} else if (strchr("feEgG", conv) && arg) {
		if (kind != 'f')
			return udf_fail(u, "INTERNAL_ERROR", "XX000", "The format %%%c does not fit its argument.", conv);
		double v = strtod(value, NULL);
		const char *dot = memchr(fmt, '.', k);
		int places = dot ? atoi(dot + 1) : 6;
		if (conv == 'f' && places < 15) /* half up: a nudge beyond the halves that doubles hold exactly */
			v = nextafter(v, v < 0 ? -INFINITY : INFINITY);
		snprintf(fmt + k, sizeof fmt - k, "%c", conv);
		snprintf(text, sizeof text, fmt, v);
	} else if (conv == 'c' && arg) {
		snprintf(fmt + k, sizeof fmt - k, "s");
		snprintf(text, sizeof text, fmt, value);
	} else {
		snprintf(fmt + k, sizeof fmt - k, "s");
		snprintf(text, sizeof text, fmt, value);
		if (conv == 'S')
			for (char *p = text; *p; p++)
				*p = (char)toupper((unsigned char)*p);
	}
	if (comma)
		put_grouped(out, text);
	else
		buf_adds(out, text);
	return true;
}

static bool format_all(struct udf *u, struct buf *out)
{
	size_t n, next = 0, count = udf_list_length(u, 1);
	const char *f = udf_string(u, 0, &n);
	for (size_t i = 0; i < n; i++) {
		if (f[i] != '%') {
			buf_addc(out, f[i]);
			continue;
		}
		size_t j = i + 1, at = next, an = 0, start = i;
		while (j < n && isdigit((unsigned char)f[j]))
			j++;
		char spec[32] = "%";
		if (j < n && f[j] == '$') { /* %2$s: the second argument */
			at = (size_t)atoi(f + i + 1) - 1;
			start = j;
			j++;
		} else
			j = i + 1;
		while (j < n && (isdigit((unsigned char)f[j]) || strchr("-+ 0,(#.", f[j])))
			j++;
		if (j >= n)
			return udf_fail(u, "INTERNAL_ERROR", "XX000", "The format string ends inside a conversion.");
		if (f[j] == '%' || f[j] == 'n') {
			buf_addc(out, f[j] == 'n' ? '\n' : '%');
			i = j;
			continue;
		}
		if (at >= count)
			return udf_fail(u, "INTERNAL_ERROR", "XX000", "The format string asks for argument %zu of %zu.",
			                at + 1, count);
		next = start == i ? at + 1 : next;
		size_t len = j - start;
		if (len >= sizeof spec - 1)
			len = sizeof spec - 2;
		memcpy(spec + 1, f + start + 1, len);
		const char *arg = udf_list_string(u, 1, at, &an);
		if (!put_conversion(u, out, spec, len + 1, arg, an))
			return false;
		i = j;
	}
	return true;
}

static bool format_string(struct udf *u)
{
	struct buf b = BUF_INIT;
	if (format_all(u, &b))
		return put_buf(u, &b);
	buf_free(&b);
	return false;
}

static bool current_user(struct udf *u)
{
	const char *name = getenv("USER");
	name = name ? name : "root";
	return udf_put_string(u, name, strlen(name));
}

const struct udf_def udf_text_defs[] = {
	{ "spark_sha2", "xi", 's', sha2 },
	{ "spark_crc32", "x", 'l', crc32 },
	{ "spark_unhex", "s", 'x', unhex },
	{ "spark_unbase64", "s", 'x', unbase64 },
	{ "spark_to_binary", "ssi", 'x', to_binary },
	{ "spark_encode", "ss", 'x', encode },
	{ "spark_decode", "xs", 's', decode },
	{ "spark_url_encode", "s", 's', url_encode },
	{ "spark_url_decode", "si", 's', url_decode },
	{ "spark_parse_url", "is*", 's', parse_url },
	{ "spark_format_string", "sS", 's', format_string },
	{ "spark_current_user", "", 's', current_user },
	{ 0 },
};
