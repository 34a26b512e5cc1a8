#include "tui/sgr.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int sgr_index(struct sgr_palette *p, int rgb)
{
	if (rgb < 0)
		return -1;
	for (int i = 0; i < p->n; i++)
		if (p->rgb[i] == (uint32_t)rgb)
			return SGR_FIRST + i;
	if (p->n < SGR_SLOTS)
		p->rgb[p->n++] = (uint32_t)rgb;
	return SGR_FIRST + p->n - 1;
}

/* Reads "N" up to ; : or end; gives its length, 0 when there is no number. */
static size_t number(const char *s, size_t n, int *out)
{
	size_t i = 0;
	*out = 0;
	while (i < n && s[i] >= '0' && s[i] <= '9' && i < 6)
		*out = *out * 10 + (s[i++] - '0');
	return i;
}

/* Parameters s..s+n of one CSI m. */
static void params(const struct sgr_palette *p, const char *s, size_t n, struct buf *out)
{
	size_t i = 0;
	while (i < n) {
		int a, idx;
		size_t la = number(s + i, n - i, &a), li;
		bool sep5 = (a == 38 || a == 48) && la == 2 && i + 5 < n && (s[i + 2] == ';' || s[i + 2] == ':') &&
		            s[i + 3] == '5' && s[i + 4] == s[i + 2];
		if (sep5 && (li = number(s + i + 5, n - i - 5, &idx)) > 0 && idx >= SGR_FIRST &&
		    idx < SGR_FIRST + p->n) {
			uint32_t c = p->rgb[idx - SGR_FIRST];
			buf_addf(out, "%d;2;%u;%u;%u", a, c >> 16 & 255, c >> 8 & 255, c & 255);
			i += 5 + li;
			continue;
		}
		if (sep5) {               /* 38;5;N of the terminal itself: N must not be read as a code */
			buf_add(out, s + i, 5);
			i += 5;
			la = number(s + i, n - i, &a);
		}
		buf_add(out, s + i, la);
		i += la;
		if (i < n)
			buf_addc(out, s[i++]);
	}
}

void sgr_expand(const struct sgr_palette *p, const char *data, size_t n, struct buf *out)
{
	while (p && n > 0) {
		const char *esc = memmem(data, n, "\033[", 2);
		if (!esc)
			break;
		size_t head = (size_t)(esc - data) + 2, len = 0;
		buf_add(out, data, head);
		data += head;
		n -= head;
		while (len < n && ((data[len] >= '0' && data[len] <= '9') || data[len] == ';' || data[len] == ':'))
			len++;
		if (len < n && data[len] == 'm')
			params(p, data, len, out);
		else
			buf_add(out, data, len);
		data += len;
		n -= len;
	}
	if (n > 0)
		buf_add(out, data, n);
}
