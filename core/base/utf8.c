#include "core/base/utf8.h"

#include <string.h>

size_t utf8_decode(const char *str, size_t n, uint32_t *cp)
{
	const unsigned char *s = (const unsigned char *)str;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = s[0] < 0x80 ? 1 : (s[0] & 0xE0) == 0xC0 ? 2 : (s[0] & 0xF0) == 0xE0 ? 3 :
	             (s[0] & 0xF8) == 0xF0 ? 4 : 0;
	*cp = 0xFFFD;
	if (len == 0 || len > n)
		return 1;
	uint32_t c = len == 1 ? s[0] : s[0] & (0xFFu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 1;
		c = c << 6 | (s[i] & 0x3F);
	}
	if (c < least[len] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 1;
	*cp = c;
	return len;
}

bool utf8_valid(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = (unsigned char)s[i] < 0x80 ? 1 : utf8_decode(s + i, n - i, &cp);
		if (len == 1 && (unsigned char)s[i] >= 0x80)
			return false;
		i += len;
	}
	return true;
}

size_t utf8_encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xC0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3F));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xE0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
		out[2] = (char)(0x80 | (cp & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
	out[3] = (char)(0x80 | (cp & 0x3F));
	return 4;
}

char utf8_ascii(uint32_t cp)
{
	static const struct {
		uint32_t cp;
		char sign;
	} same[] = { { 0xA0, ' ' }, { 0xB7, '-' }, { 0xD7, 'x' }, { 0x2010, '-' }, { 0x2013, '-' }, { 0x2014, '-' },
		     { 0x2018, '\'' }, { 0x2019, '\'' }, { 0x201C, '"' }, { 0x201D, '"' }, { 0x2022, '*' },
		     { 0x2026, '~' }, { 0x2190, '<' }, { 0x2191, '^' }, { 0x2192, '>' }, { 0x2193, 'v' },
		     { 0x2264, '<' }, { 0x2265, '>' }, { 0x2500, '-' }, { 0x2502, '|' }, { 0x2514, '+' },
		     { 0x2581, '.' }, { 0x2582, '.' }, { 0x2583, '-' }, { 0x2584, '=' }, { 0x2585, '=' },
		     { 0x2586, '=' }, { 0x2587, '#' }, { 0x2588, '#' }, { 0x25A0, '#' }, { 0x25B2, '!' },
		     { 0x25B6, '>' }, { 0x25CB, 'o' }, { 0x25CF, '*' }, { 0x2713, '+' }, { 0x2715, 'x' } };
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		if (same[i].cp == cp)
			return same[i].sign;
	return cp < 0x80 ? (char)cp : '?';
}

struct range {
	uint32_t first, last;
};

/* Ranges that matter in names, logs and comments; everything else printable is one cell. */
static const struct range zero[] = {
	{ 0x0300, 0x036F }, { 0x0483, 0x0489 }, { 0x0591, 0x05BD }, { 0x0610, 0x061A }, { 0x064B, 0x065F },
	{ 0x06D6, 0x06DC }, { 0x0E31, 0x0E31 }, { 0x0E34, 0x0E3A }, { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF },
	{ 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x2064 }, { 0x20D0, 0x20FF }, { 0xFE00, 0xFE0F },
	{ 0xFE20, 0xFE2F }, { 0xFEFF, 0xFEFF }, { 0xE0100, 0xE01EF },
};
static const struct range wide[] = {
	{ 0x1100, 0x115F }, { 0x231A, 0x231B }, { 0x23E9, 0x23EC }, { 0x23F0, 0x23F0 }, { 0x23F3, 0x23F3 },
	{ 0x25FD, 0x25FE }, { 0x2614, 0x2615 }, { 0x2648, 0x2653 }, { 0x267F, 0x267F }, { 0x2693, 0x2693 },
	{ 0x26A1, 0x26A1 }, { 0x26AA, 0x26AB }, { 0x26BD, 0x26BE }, { 0x26C4, 0x26C5 }, { 0x26CE, 0x26CE },
	{ 0x26D4, 0x26D4 }, { 0x26EA, 0x26EA }, { 0x26F2, 0x26F3 }, { 0x26F5, 0x26F5 }, { 0x26FA, 0x26FA },
	{ 0x26FD, 0x26FD }, { 0x2705, 0x2705 }, { 0x270A, 0x270B }, { 0x2728, 0x2728 }, { 0x274C, 0x274C },
	{ 0x274E, 0x274E }, { 0x2753, 0x2755 }, { 0x2757, 0x2757 }, { 0x2795, 0x2797 }, { 0x27B0, 0x27B0 },
	{ 0x2B1B, 0x2B1C }, { 0x2B50, 0x2B50 }, { 0x2B55, 0x2B55 }, { 0x2E80, 0x303E }, { 0x3041, 0x33FF },
	{ 0x3400, 0x4DBF }, { 0x4E00, 0x9FFF }, { 0xA000, 0xA4CF }, { 0xA960, 0xA97F }, { 0xAC00, 0xD7A3 },
	{ 0xF900, 0xFAFF }, { 0xFE30, 0xFE6F }, { 0xFF00, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x1F004, 0x1F004 },
	{ 0x1F0CF, 0x1F0CF }, { 0x1F18E, 0x1F18E }, { 0x1F191, 0x1F19A }, { 0x1F200, 0x1F320 },
	{ 0x1F32D, 0x1F335 }, { 0x1F337, 0x1F37C }, { 0x1F37E, 0x1F393 }, { 0x1F3A0, 0x1F3CA },
	{ 0x1F3CF, 0x1F3D3 }, { 0x1F3E0, 0x1F3F0 }, { 0x1F3F8, 0x1F43E }, { 0x1F440, 0x1F4FC },
	{ 0x1F4FF, 0x1F53D }, { 0x1F54B, 0x1F567 }, { 0x1F5FB, 0x1F64F }, { 0x1F680, 0x1F6C5 },
	{ 0x1F6CC, 0x1F6FC }, { 0x1F7E0, 0x1F7EB }, { 0x1F90C, 0x1F9FF }, { 0x1FA70, 0x1FAFF },
	{ 0x20000, 0x3FFFD },
};

static int in_table(uint32_t cp, const struct range *t, size_t n)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (cp < t[mid].first)
			hi = mid;
		else if (cp > t[mid].last)
			lo = mid + 1;
		else
			return 1;
	}
	return 0;
}

int utf8_char_width(uint32_t cp)
{
	if (cp < 0x300)
		return 1;
	if (in_table(cp, zero, sizeof zero / sizeof *zero))
		return 0;
	return in_table(cp, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

int utf8_width(const char *s)
{
	size_t n = strlen(s);
	int w = 0;
	while (n > 0) {
		uint32_t cp;
		size_t k = utf8_decode(s, n, &cp);
		w += utf8_char_width(cp);
		s += k;
		n -= k;
	}
	return w;
}

size_t utf8_fit(const char *s, int cells, int *used)
{
	size_t n = strlen(s), at = 0;
	int w = 0;
	while (at < n) {
		uint32_t cp;
		size_t k = utf8_decode(s + at, n - at, &cp);
		int cw = utf8_char_width(cp);
		if (w + cw > cells)
			break;
		w += cw;
		at += k;
	}
	if (used)
		*used = w;
	return at;
}

static int hostile(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || (cp >= 0x200B && cp <= 0x200F) ||
	       (cp >= 0x2028 && cp <= 0x202E) || (cp >= 0x2060 && cp <= 0x206F) || cp == 0xFEFF ||
	       (cp >= 0xE0000 && cp <= 0xE007F);
}

void utf8_clean(struct buf *out, const char *s, size_t n)
{
	while (n > 0) {
		uint32_t cp;
		size_t k = utf8_decode(s, n, &cp);
		if (cp == '\t')
			buf_addc(out, ' ');
		else if (cp == 0xFFFD || hostile(cp))
			buf_addc(out, '?');
		else
			buf_add(out, s, k);
		s += k;
		n -= k;
	}
}
