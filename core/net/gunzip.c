#include "core/net/gunzip.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct inflate {
	const uint8_t *at, *end;
	uint32_t bits;               /* read, not yet used; the next one is the lowest */
	int have;
	size_t start, limit;         /* of our output in out; how much it may become */
	struct buf *out;
	const char *wrong;
	bool full;
};

static int fail(struct inflate *s, const char *why)
{
	if (!s->wrong)
		s->wrong = why;
	return -1;
}

static int take(struct inflate *s, int n)
{
	while (s->have < n) {
		if (s->at >= s->end)
			return fail(s, "it is cut off");
		s->bits |= (uint32_t)*s->at++ << s->have;
		s->have += 8;
	}
	int v = (int)(s->bits & ((1u << n) - 1));
	s->bits >>= n;
	s->have -= n;
	return v;
}

static bool room(struct inflate *s, size_t n)
{
	if (s->out->len - s->start + n <= s->limit)
		return true;
	s->full = true;
	fail(s, "it is too large");
	return false;
}

/* ---- codes: how many there are of each length, and their symbols in order ---- */

struct code {
	uint16_t count[16], symbol[288];
};

/* False when the lengths describe no code: too many, or (unless it is a single one) too few. */
static bool build(struct code *c, const uint8_t *lengths, int n)
{
	uint16_t next[16];
	int left = 1;

	memset(c->count, 0, sizeof c->count);
	for (int i = 0; i < n; i++)
		c->count[lengths[i]]++;
	int used = n - c->count[0];
	for (int len = 1; len < 16; len++) {
		left = left * 2 - c->count[len];
		if (left < 0)
			return false;
	}
	next[1] = 0;
	for (int len = 1; len < 15; len++)
		next[len + 1] = (uint16_t)(next[len] + c->count[len]);
	for (int i = 0; i < n; i++)
		if (lengths[i])
			c->symbol[next[lengths[i]]++] = (uint16_t)i;
	return left == 0 || used <= 1;
}

static int symbol(struct inflate *s, const struct code *c)
{
	int code = 0, first = 0, index = 0;

	for (int len = 1; len < 16; len++) {
		int bit = take(s, 1);
		if (bit < 0)
			return -1;
		code |= bit;
		int count = c->count[len];
		if (code - first < count)
			return c->symbol[index + code - first];
		index += count;
		first = (first + count) << 1;
		code <<= 1;
	}
	return fail(s, "it has a code that was not announced");
}

/* ---- blocks ---- */

static const uint16_t length_base[29] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67,
	                                      83, 99, 115, 131, 163, 195, 227, 258 };
static const uint8_t length_extra[29] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5,
	                                      5, 5, 5, 0 };
static const uint16_t far_base[30] = { 1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769,
	                                   1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577 };
static const uint8_t far_extra[30] = { 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11,
	                                   11, 12, 12, 13, 13 };

static int copy_back(struct inflate *s, int sym, const struct code *far)
{
	if (sym > 28)
		return fail(s, "it has a length that does not exist");
	int extra = take(s, length_extra[sym]), len = length_base[sym] + extra, d = extra < 0 ? -1 : symbol(s, far);
	if (d < 0)
		return -1;
	if (d > 29)
		return fail(s, "it has a distance that does not exist");
	extra = take(s, far_extra[d]);
	if (extra < 0)
		return -1;
	size_t back = (size_t)(far_base[d] + extra), have = s->out->len - s->start;
	if (back > have)
		return fail(s, "it points before its beginning");
	if (!room(s, (size_t)len))
		return -1;
	buf_reserve(s->out, (size_t)len);
	for (int i = 0; i < len; i++) {
		char c = s->out->data[s->out->len - back];
		buf_addc(s->out, c);
	}
	return 0;
}

static int codes(struct inflate *s, const struct code *literal, const struct code *far)
{
	for (;;) {
		int sym = symbol(s, literal);
		if (sym < 0)
			return -1;
		if (sym == 256)
			return 0;
		if (sym < 256) {
			if (!room(s, 1))
				return -1;
			buf_addc(s->out, (char)sym);
		} else if (copy_back(s, sym - 257, far)) {
			return -1;
		}
	}
}

static int stored(struct inflate *s)
{
	s->bits = 0;
	s->have = 0;
	if (s->end - s->at < 4)
		return fail(s, "it is cut off");
	unsigned len = s->at[0] | s->at[1] << 8, check = s->at[2] | s->at[3] << 8;
	s->at += 4;
	if (len != (~check & 0xffff))
		return fail(s, "a stored block has a wrong length");
	if ((size_t)(s->end - s->at) < len)
		return fail(s, "it is cut off");
	if (!room(s, len))
		return -1;
	buf_add(s->out, s->at, len);
	s->at += len;
	return 0;
}

static int fixed(struct inflate *s)
{
	struct code literal, far;
	uint8_t l[288];

	for (int i = 0; i < 288; i++)
		l[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
	build(&literal, l, 288);
	memset(l, 5, 30);
	build(&far, l, 30);
	return codes(s, &literal, &far);
}

/* The lengths of both codes, which are themselves coded. */
static int read_lengths(struct inflate *s, const struct code *c, uint8_t *l, int n)
{
	for (int i = 0; i < n;) {
		int sym = symbol(s, c), times = 1, extra;
		if (sym < 0)
			return -1;
		uint8_t value = (uint8_t)(sym < 16 ? sym : sym == 16 && i ? l[i - 1] : 0);
		if (sym == 16 && !i)
			return fail(s, "it repeats a length that is not there");
		if (sym >= 16) {
			extra = take(s, sym == 16 ? 2 : sym == 17 ? 3 : 7);
			if (extra < 0)
				return -1;
			times = extra + (sym == 18 ? 11 : 3);
		}
		if (i + times > n)
			return fail(s, "it has too many lengths");
		while (times--)
			l[i++] = value;
	}
	return 0;
}

static int dynamic(struct inflate *s)
{
	static const uint8_t order[19] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
	struct code c, literal, far;
	uint8_t l[320] = { 0 };
	int nlen = take(s, 5), ndist = take(s, 5), ncode = take(s, 4);

	if (nlen < 0 || ndist < 0 || ncode < 0)
		return -1;
	if ((nlen += 257) > 286 || (ndist += 1) > 30)
		return fail(s, "it announces too many codes");
	for (int i = 0; i < ncode + 4; i++) {
		int v = take(s, 3);
		if (v < 0)
			return -1;
		l[order[i]] = (uint8_t)v;
	}
	if (!build(&c, l, 19))
		return fail(s, "its code of lengths is none");
	memset(l, 0, sizeof l);
	if (read_lengths(s, &c, l, nlen + ndist))
		return -1;
	if (!l[256] || !build(&literal, l, nlen) || !build(&far, l + nlen, ndist))
		return fail(s, "its codes are none");
	return codes(s, &literal, &far);
}

static int inflate_all(struct inflate *s)
{
	int last, kind, rc = 0;

	do {
		last = take(s, 1);
		kind = last < 0 ? -1 : take(s, 2);
		rc = kind == 0 ? stored(s) : kind == 1 ? fixed(s) : kind == 2 ? dynamic(s)
		     : fail(s, "it has a block of an unknown kind");
	} while (!rc && !last);
	return rc;
}

/* ---- gzip around it ---- */

static uint32_t crc32_of(const uint8_t *p, size_t n)
{
	uint32_t table[256], crc = 0xffffffffu;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int k = 0; k < 8; k++)
			table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xedb88320u : table[i] >> 1;
	}
	while (n--)
		crc = table[(crc ^ *p++) & 255] ^ crc >> 8;
	return ~crc;
}

static bool skip_text(const uint8_t **p, const uint8_t *end)
{
	const uint8_t *zero = memchr(*p, 0, (size_t)(end - *p));

	*p = zero ? zero + 1 : end;
	return zero != NULL;
}

/* Where the compressed data begin; NULL when this is no gzip. */
static const uint8_t *skip_head(const uint8_t *p, const uint8_t *end)
{
	if (end - p < 18 || p[0] != 0x1f || p[1] != 0x8b || p[2] != 8 || (p[3] & 0xe0))
		return NULL;
	int flags = p[3];
	p += 10;
	if (flags & 4) {
		size_t extra = (size_t)(p[0] | p[1] << 8) + 2;
		if ((size_t)(end - p) < extra)
			return NULL;
		p += extra;
	}
	if (((flags & 8) && !skip_text(&p, end)) || ((flags & 16) && !skip_text(&p, end)))
		return NULL;
	if (flags & 2)
		p += 2;
	return p <= end ? p : NULL;
}

int gunzip(const void *data, size_t n, size_t limit, struct buf *out, struct error *err)
{
	const uint8_t *end = (const uint8_t *)data + n, *start = skip_head(data, end);
	struct inflate s = { .at = start, .end = end, .start = out->len, .limit = limit, .out = out };

	if (!start)
		return error_set(err, ERR_INVALID, "The body is not in gzip's format");
	if (inflate_all(&s))
		return error_set(err, s.full ? ERR_FULL : ERR_INVALID, "The compressed body cannot be read: %s",
		                 s.wrong ? s.wrong : "it is damaged");
	s.at -= s.have / 8; /* whole bytes that were read ahead */
	size_t len = out->len - s.start;
	uint32_t crc = crc32_of((const uint8_t *)buf_str(out) + s.start, len), want, size;
	if (end - s.at < 8)
		return error_set(err, ERR_INVALID, "The compressed body is cut off");
	want = s.at[0] | (uint32_t)s.at[1] << 8 | (uint32_t)s.at[2] << 16 | (uint32_t)s.at[3] << 24;
	size = s.at[4] | (uint32_t)s.at[5] << 8 | (uint32_t)s.at[6] << 16 | (uint32_t)s.at[7] << 24;
	if (want != crc || size != (uint32_t)len)
		return error_set(err, ERR_INVALID, "The compressed body is damaged: its checksum differs");
	return 0;
}
