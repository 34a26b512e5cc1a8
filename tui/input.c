/* How it thinks: bytes wait in one buffer; scan() looks at its front and says how many bytes belong to one
 * event, 0 when the event is not complete yet. Only two things are ever waited for: the rest of a sequence
 * after ESC (bounded by INPUT_ESC_MS) and the rest of a UTF-8 character (bounded the same way). */
#include "tui/input.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "tui/input_seq.h"

struct input {
	struct buf raw;        /* undecoded bytes, from at on */
	size_t at;
	int64_t fed_us;        /* when bytes came last */
	struct buf paste;      /* text of the paste under way, or given out last */
	bool pasting, given;
};

struct input *input_new(void)
{
	return xcalloc(1, sizeof(struct input));
}

void input_free(struct input *in)
{
	if (!in)
		return;
	buf_free(&in->raw);
	buf_free(&in->paste);
	free(in);
}

void input_feed(struct input *in, const void *data, size_t n, int64_t now_us)
{
	if (in->at) {
		buf_consume(&in->raw, in->at);
		in->at = 0;
	}
	if (n)
		buf_add(&in->raw, data, n);
	in->fed_us = now_us;
}

static bool late(const struct input *in, int64_t now_us)
{
	return now_us - in->fed_us >= INPUT_ESC_MS * 1000;
}

int input_wait(const struct input *in, int64_t now_us)
{
	if (in->at >= in->raw.len || in->pasting)
		return -1;
	int64_t left = INPUT_ESC_MS - (now_us - in->fed_us) / 1000;
	return left < 0 ? 0 : (int)left;
}

static bool give_key(struct event *ev, uint32_t key)
{
	*ev = (struct event){ .kind = EVENT_KEY, .key = key };
	return key != TK_NONE;
}

uint32_t input_control_key(unsigned char c)
{
	switch (c) {
	case 0x09: return TK_TAB;
	case 0x0D: return TK_ENTER;
	case 0x0A: return 'j' | TK_CTRL;
	case 0x08: return 'h' | TK_CTRL;
	case 0x1B: return TK_ESC;
	case 0x7F: return TK_BACKSPACE;
	case 0x00: return TK_SPACE | TK_CTRL;
	case 0x1F: return '_' | TK_CTRL;
	}
	return c < 0x1B ? (uint32_t)(c + 'a' - 1) | TK_CTRL : (uint32_t)(c + '@') | TK_CTRL;
}

/* A character that does not begin a sequence. 0: incomplete. */
static size_t scan_char(const char *s, size_t n, bool flush, uint32_t *key)
{
	unsigned char c = (unsigned char)s[0];
	if (c < 0x20 || c == 0x7F) {
		*key = input_control_key(c);
		return 1;
	}
	size_t need = c >= 0xF0 && c < 0xF8 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
	if (c < 0xF8 && need > n && !flush)
		return 0;
	uint32_t cp;
	size_t used = utf8_decode(s, n, &cp);
	*key = cp == 0xFFFD ? TK_NONE : cp;
	return used;
}

/* End of paste is ESC [ 201 ~. Takes what is there; keeps back bytes that may be its beginning. */
static bool scan_paste(struct input *in, struct event *ev)
{
	static const char end[] = "\033[201~";
	const char *s = in->raw.data + in->at;
	size_t n = in->raw.len - in->at;
	const char *stop = memmem(s, n, end, 6);
	size_t take = stop ? (size_t)(stop - s) : n;
	if (!stop)
		for (size_t k = n < 5 ? n : 5; k > 0; k--)
			if (memcmp(s + n - k, end, k) == 0) {
				take = n - k;
				break;
			}
	size_t room = INPUT_PASTE_MAX - in->paste.len;
	buf_add(&in->paste, s, take < room ? take : room);
	in->at += take + (stop ? 6 : 0);
	if (!stop)
		return false;
	in->pasting = false;
	in->given = true;
	*ev = (struct event){ .kind = EVENT_PASTE, .text = buf_str(&in->paste), .len = in->paste.len };
	return true;
}

/* ESC at the front. Gives bytes used (0: wait); *ok tells whether ev is an event. */
static size_t scan_escape(struct input *in, const char *s, size_t n, bool flush, struct event *ev,
                          bool *ok)
{
	if (n == 1) {
		*ok = flush && give_key(ev, TK_ESC);
		return flush ? 1 : 0;
	}
	if (s[1] == '[' || s[1] == 'O' || s[1] == ']' || s[1] == 'P' || s[1] == '_' || s[1] == '^') {
		bool paste = false;
		size_t used = input_sequence(s, n, flush, ev, ok, &paste);
		if (paste) {
			in->pasting = true;
			buf_clear(&in->paste);
		}
		return used;
	}
	if (s[1] == 27) {            /* ESC ESC …: the first one stands alone */
		*ok = give_key(ev, TK_ESC);
		return 1;
	}
	uint32_t key;
	size_t used = scan_char(s + 1, n - 1, flush, &key);
	if (used)
		*ok = give_key(ev, key ? key | TK_ALT : TK_NONE);
	return used ? used + 1 : 0;
}

bool input_next(struct input *in, int64_t now_us, struct event *ev)
{
	if (in->given) {
		in->given = false;
		buf_clear(&in->paste);
	}
	while (in->at < in->raw.len) {
		if (in->pasting) {
			if (scan_paste(in, ev))
				return true;
			break;
		}
		const char *s = in->raw.data + in->at;
		size_t n = in->raw.len - in->at, used;
		bool ok = false, flush = late(in, now_us);
		if (s[0] == 27) {
			used = scan_escape(in, s, n, flush, ev, &ok);
		} else {
			uint32_t key = TK_NONE;
			used = scan_char(s, n, flush, &key);
			ok = used && give_key(ev, key);
		}
		if (used == 0)
			return false;
		in->at += used;
		if (ok)
			return true;
	}
	return false;
}
