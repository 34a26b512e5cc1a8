/* Spark's hashes: Murmur3 (32 bits) and xxHash64, each value with the hash so far as its seed. A NULL leaves
 * the hash as it is. */
#include <string.h>

#include "core/engine/udf.h"

static uint32_t rotl32(uint32_t x, int r)
{
	return x << r | x >> (32 - r);
}

static uint64_t rotl64(uint64_t x, int r)
{
	return x << r | x >> (64 - r);
}

static uint32_t mix_k(uint32_t k)
{
	return rotl32(k * 0xcc9e2d51u, 15) * 0x1b873593u;
}

static uint32_t mix_h(uint32_t h, uint32_t k)
{
	return rotl32(h ^ k, 13) * 5 + 0xe6546b64u;
}

static int32_t finish(uint32_t h, uint32_t len)
{
	h ^= len;
	h = (h ^ h >> 16) * 0x85ebca6bu;
	h = (h ^ h >> 13) * 0xc2b2ae35u;
	return (int32_t)(h ^ h >> 16);
}

static int32_t murmur_int(int32_t v, int32_t seed)
{
	return finish(mix_h((uint32_t)seed, mix_k((uint32_t)v)), 4);
}

static int32_t murmur_long(int64_t v, int32_t seed)
{
	uint32_t h = mix_h((uint32_t)seed, mix_k((uint32_t)v));
	return finish(mix_h(h, mix_k((uint32_t)((uint64_t)v >> 32))), 8);
}

/* Whole words first, then each byte of the rest for itself, sign included. */
static int32_t murmur_bytes(const char *s, size_t n, int32_t seed)
{
	uint32_t h = (uint32_t)seed, word;
	size_t i = 0;
	for (; i + 4 <= n; i += 4) {
		memcpy(&word, s + i, 4);
		h = mix_h(h, mix_k(word));
	}
	for (; i < n; i++)
		h = mix_h(h, mix_k((uint32_t)(int32_t)(signed char)s[i]));
	return finish(h, (uint32_t)n);
}

static const uint64_t P1 = 0x9E3779B185EBCA87u, P2 = 0xC2B2AE3D27D4EB4Fu, P3 = 0x165667B19E3779F9u,
                      P4 = 0x85EBCA77C2B2AE63u, P5 = 0x27D4EB2F165667C5u;

static int64_t xx_finish(uint64_t h)
{
	h = (h ^ h >> 33) * P2;
	h = (h ^ h >> 29) * P3;
	return (int64_t)(h ^ h >> 32);
}

static uint64_t xx_round(uint64_t h, uint64_t k)
{
	return rotl64(h ^ rotl64(k * P2, 31) * P1, 27) * P1 + P4;
}

static int64_t xx_int(int32_t v, int64_t seed)
{
	uint64_t h = (uint64_t)seed + P5 + 4;
	h ^= (uint64_t)(uint32_t)v * P1;
	return xx_finish(rotl64(h, 23) * P2 + P3);
}

static int64_t xx_long(int64_t v, int64_t seed)
{
	return xx_finish(xx_round((uint64_t)seed + P5 + 8, (uint64_t)v));
}

static uint64_t read64(const char *s)
{
	uint64_t v;
	memcpy(&v, s, 8);
	return v;
}

static uint64_t xx_stripes(const char *s, size_t n, uint64_t seed, size_t *used)
{
	uint64_t v[4] = { seed + P1 + P2, seed + P2, seed, seed - P1 };
	size_t i = 0;
	for (; i + 32 <= n; i += 32)
		for (int k = 0; k < 4; k++)
			v[k] = rotl64(v[k] + read64(s + i + 8 * k) * P2, 31) * P1;
	uint64_t h = rotl64(v[0], 1) + rotl64(v[1], 7) + rotl64(v[2], 12) + rotl64(v[3], 18);
	for (int k = 0; k < 4; k++)
		h = (h ^ rotl64(v[k] * P2, 31) * P1) * P1 + P4;
	*used = i;
	return h;
}

static int64_t xx_bytes(const char *s, size_t n, int64_t seed)
{
	size_t i = 0;
	uint64_t h = n >= 32 ? xx_stripes(s, n, (uint64_t)seed, &i) : (uint64_t)seed + P5;
	uint32_t word;
	h += n;
	for (; i + 8 <= n; i += 8)
		h = xx_round(h, read64(s + i));
	for (; i + 4 <= n; i += 4) {
		memcpy(&word, s + i, 4);
		h = rotl64(h ^ (uint64_t)word * P1, 23) * P2 + P3;
	}
	for (; i < n; i++)
		h = rotl64(h ^ (uint64_t)(unsigned char)s[i] * P5, 11) * P1;
	return xx_finish(h);
}

/* -0.0 hashes as 0.0. */
static int64_t double_bits(double v)
{
	int64_t bits;
	v = v == 0 ? 0 : v;
	memcpy(&bits, &v, 8);
	return v != v ? 0x7ff8000000000000 : bits;
}

static int32_t float_bits(float v)
{
	int32_t bits;
	v = v == 0 ? 0 : v;
	memcpy(&bits, &v, 4);
	return v != v ? 0x7fc00000 : bits;
}

/* Two's complement, big endian, as short as it can be: BigInteger.toByteArray. */
static size_t big_integer(__int128 v, char out[16])
{
	size_t n = 16;
	while (n > 1 && (v >> (8 * (n - 1) - 1) == 0 || v >> (8 * (n - 1) - 1) == -1))
		n--;
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(v >> (8 * (n - 1 - i)));
	return n;
}

#define HASHER(name, expr_m, expr_x) \
	static bool m_##name(struct udf *u) \
	{ \
		if (udf_null(u, 1)) return false; \
		int32_t seed = udf_int(u, 1); \
		return udf_put_int(u, udf_null(u, 0) ? seed : (expr_m)); \
	} \
	static bool x_##name(struct udf *u) \
	{ \
		if (udf_null(u, 1)) return false; \
		int64_t seed = udf_long(u, 1); \
		return udf_put_long(u, udf_null(u, 0) ? seed : (expr_x)); \
	}
HASHER(int, murmur_int(udf_int(u, 0), seed), xx_int(udf_int(u, 0), seed))
HASHER(long, murmur_long(udf_long(u, 0), seed), xx_long(udf_long(u, 0), seed))
HASHER(double, murmur_long(double_bits(udf_double(u, 0)), seed), xx_long(double_bits(udf_double(u, 0)), seed))
HASHER(float, murmur_int(float_bits(udf_float(u, 0)), seed), xx_int(float_bits(udf_float(u, 0)), seed))

static bool m_bytes(struct udf *u)
{
	size_t n;
	if (udf_null(u, 0))
		return udf_put_int(u, udf_int(u, 1));
	const char *s = udf_string(u, 0, &n);
	return udf_put_int(u, murmur_bytes(s, n, udf_int(u, 1)));
}

static bool x_bytes(struct udf *u)
{
	size_t n;
	if (udf_null(u, 0))
		return udf_put_long(u, udf_long(u, 1));
	const char *s = udf_string(u, 0, &n);
	return udf_put_long(u, xx_bytes(s, n, udf_long(u, 1)));
}

/* Up to 18 digits are a long in Spark. */
static bool m_decimal(struct udf *u)
{
	int scale;
	char out[16];
	if (udf_null(u, 0))
		return udf_put_int(u, udf_int(u, 1));
	__int128 v = udf_number(u, 0, &scale);
	if (u->args[0].storage != DUCKDB_TYPE_HUGEINT)
		return udf_put_int(u, murmur_long((int64_t)v, udf_int(u, 1)));
	return udf_put_int(u, murmur_bytes(out, big_integer(v, out), udf_int(u, 1)));
}

static bool x_decimal(struct udf *u)
{
	int scale;
	char out[16];
	if (udf_null(u, 0))
		return udf_put_long(u, udf_long(u, 1));
	__int128 v = udf_number(u, 0, &scale);
	if (u->args[0].storage != DUCKDB_TYPE_HUGEINT)
		return udf_put_long(u, xx_long((int64_t)v, udf_long(u, 1)));
	return udf_put_long(u, xx_bytes(out, big_integer(v, out), udf_long(u, 1)));
}

const struct udf_def udf_hash_defs[] = {
	{ "spark_hash_int", "?ii", 'i', m_int },
	{ "spark_hash_long", "?li", 'i', m_long },
	{ "spark_hash_double", "?di", 'i', m_double },
	{ "spark_hash_float", "?fi", 'i', m_float },
	{ "spark_hash_bytes", "?xi", 'i', m_bytes },
	{ "spark_hash_decimal", "?ai", 'i', m_decimal },
	{ "spark_xxhash_int", "?il", 'l', x_int },
	{ "spark_xxhash_long", "?ll", 'l', x_long },
	{ "spark_xxhash_double", "?dl", 'l', x_double },
	{ "spark_xxhash_float", "?fl", 'l', x_float },
	{ "spark_xxhash_bytes", "?xl", 'l', x_bytes },
	{ "spark_xxhash_decimal", "?al", 'l', x_decimal },
	{ 0 },
};
