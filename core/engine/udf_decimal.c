/* Decimal arithmetic beyond 38 digits on the way: products, quotients and remainders are worked out on 256
 * bits and rounded half up to the result's scale. The last argument: NULL instead of an error. */
#include "core/engine/udf.h"

typedef unsigned __int128 u128;

struct wide {
	u128 hi, lo;
};

static struct wide multiply(u128 a, u128 b)
{
	u128 mask = UINT64_MAX, a0 = a & mask, a1 = a >> 64, b0 = b & mask, b1 = b >> 64;
	u128 p00 = a0 * b0, p01 = a0 * b1, p10 = a1 * b0, p11 = a1 * b1;
	u128 mid = (p00 >> 64) + (p01 & mask) + (p10 & mask);
	struct wide w = { p11 + (p01 >> 64) + (p10 >> 64) + (mid >> 64), (mid << 64) | (p00 & mask) };
	return w;
}

/* w / d, with the remainder; false when the quotient needs more than 128 bits. */
static bool divide(struct wide w, u128 d, u128 *q, u128 *rem)
{
	if (w.hi >= d)
		return false;
	u128 r = w.hi, quotient = 0;
	for (int i = 127; i >= 0; i--) {
		bool carry = r >> 127;
		r = (r << 1) | ((w.lo >> i) & 1);
		quotient <<= 1;
		if (carry || r >= d) {
			r -= d;
			quotient |= 1;
		}
	}
	*q = quotient;
	*rem = r;
	return true;
}

static u128 power_of_ten(int n)
{
	u128 v = 1;
	while (n-- > 0)
		v *= 10;
	return v;
}

static u128 magnitude(__int128 v)
{
	return v < 0 ? -(u128)v : (u128)v;
}

static bool too_large(struct udf *u, bool quiet)
{
	if (quiet)
		return false;
	return udf_fail(u, "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003",
	                "The result cannot be represented as Decimal(38, %d). If necessary set "
	                "\"spark.sql.ansi.enabled\" to \"false\" to bypass this error, and return NULL instead.",
	                (int)u->extra);
}

static bool by_zero(struct udf *u, bool quiet, bool remainder)
{
	if (quiet)
		return false;
	return udf_fail(u, remainder ? "REMAINDER_BY_ZERO" : "DIVIDE_BY_ZERO", "22012",
	                "Division by zero. Use `%s` to tolerate divisor being 0 and return NULL instead.",
	                remainder ? "try_mod" : "try_divide");
}

static bool put_signed(struct udf *u, u128 v, bool negative, bool quiet)
{
	if (v >= power_of_ten(38))
		return too_large(u, quiet);
	return udf_put_number(u, negative ? -(__int128)v : (__int128)v);
}

/* w / d rounded half up. */
static bool put_rounded(struct udf *u, struct wide w, u128 d, bool negative, bool quiet)
{
	u128 q, rem;
	if (!divide(w, d, &q, &rem))
		return too_large(u, quiet);
	q += rem >= d - rem;
	return put_signed(u, q, negative, quiet);
}

static bool product(struct udf *u)
{
	int s1, s2;
	__int128 a = udf_number(u, 0, &s1), b = udf_number(u, 1, &s2);
	int drop = s1 + s2 - (int)u->extra;
	bool negative = (a < 0) != (b < 0), quiet = udf_bool(u, 2);
	struct wide w = multiply(magnitude(a), magnitude(b));
	if (drop >= 0 && drop <= 38)
		return put_rounded(u, w, power_of_ten(drop), negative, quiet);
	if (w.hi || drop < -38)
		return too_large(u, quiet);
	w = multiply(w.lo, power_of_ten(-drop));
	return w.hi ? too_large(u, quiet) : put_signed(u, w.lo, negative, quiet);
}

static bool quotient(struct udf *u)
{
	int s1, s2;
	__int128 a = udf_number(u, 0, &s1), b = udf_number(u, 1, &s2);
	bool negative = (a < 0) != (b < 0), quiet = udf_bool(u, 2);
	int up = (int)u->extra + s2 - s1;
	if (b == 0)
		return by_zero(u, quiet, false);
	if (up >= 0 && up <= 38)
		return put_rounded(u, multiply(magnitude(a), power_of_ten(up)), magnitude(b), negative, quiet);
	if (up < 0) {
		struct wide d = multiply(magnitude(b), power_of_ten(-up));
		if (d.hi)
			return udf_put_number(u, 0);
		return put_rounded(u, (struct wide){ 0, magnitude(a) }, d.lo, negative, quiet);
	}
	/* more than 38 digits to shift: in two steps, the second on the remainder */
	u128 q, rem;
	if (!divide(multiply(magnitude(a), power_of_ten(38)), magnitude(b), &q, &rem))
		return too_large(u, quiet);
	struct wide high = multiply(q, power_of_ten(up - 38));
	if (high.hi)
		return too_large(u, quiet);
	u128 low, rest;
	if (!divide(multiply(rem, power_of_ten(up - 38)), magnitude(b), &low, &rest))
		return too_large(u, quiet);
	low += rest >= magnitude(b) - rest;
	return put_signed(u, high.lo + low, negative, quiet);
}

/* Both operands at the larger scale; false when one does not fit. */
static bool aligned(struct udf *u, u128 *a, u128 *b, int *scale)
{
	int s1, s2;
	u128 x = magnitude(udf_number(u, 0, &s1)), y = magnitude(udf_number(u, 1, &s2));
	*scale = s1 > s2 ? s1 : s2;
	struct wide wx = multiply(x, power_of_ten(*scale - s1)), wy = multiply(y, power_of_ten(*scale - s2));
	*a = wx.lo;
	*b = wy.lo;
	return !wx.hi && !wy.hi;
}

static bool remainder_of(struct udf *u)
{
	u128 a, b;
	int scale;
	bool quiet = udf_bool(u, 2), negative = udf_number(u, 0, &scale) < 0;
	if (udf_number(u, 1, &scale) == 0)
		return by_zero(u, quiet, true);
	if (!aligned(u, &a, &b, &scale))
		return too_large(u, quiet);
	return put_rounded(u, multiply(a % b, power_of_ten((int)u->extra > scale ? (int)u->extra - scale : 0)),
	                   power_of_ten(scale > (int)u->extra ? scale - (int)u->extra : 0), negative, quiet);
}

static bool integral_quotient(struct udf *u)
{
	u128 a, b;
	int scale;
	bool quiet = udf_bool(u, 2);
	bool negative = (udf_number(u, 0, &scale) < 0) != (udf_number(u, 1, &scale) < 0);
	if (udf_number(u, 1, &scale) == 0)
		return by_zero(u, quiet, false);
	if (!aligned(u, &a, &b, &scale) || a / b > INT64_MAX)
		return quiet ? false : udf_fail(u, "ARITHMETIC_OVERFLOW", "22003", "The integral division overflowed.");
	return udf_put_long(u, negative ? -(int64_t)(a / b) : (int64_t)(a / b));
}

const struct udf_def udf_decimal_defs[] = {
	{ "spark_dec_mul", "aab", 'C', product },
	{ "spark_dec_div", "aab", 'C', quotient },
	{ "spark_dec_mod", "aab", 'C', remainder_of },
	{ "spark_dec_intdiv", "aab", 'l', integral_quotient },
	{ 0 },
};
