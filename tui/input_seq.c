#include "tui/input_seq.h"

#include <string.h>

struct csi {
	char prefix;               /* '<' '?' '>' or 0 */
	int p[8];
	size_t n;
	char inter, final;
};

/* xterm's modifier parameter is 1 + bits (1 shift, 2 alt, 4 ctrl, 8 meta). */
static uint32_t mods(int p)
{
	unsigned m = p > 1 && p <= 16 ? (unsigned)p - 1 : 0;
	return (m & 1 ? TK_SHIFT : 0) | (m & (2 | 8) ? TK_ALT : 0) | (m & 4 ? TK_CTRL : 0);
}

static uint32_t letter_key(char c)
{
	switch (c) {
	case 'A': return TK_UP;
	case 'B': return TK_DOWN;
	case 'C': return TK_RIGHT;
	case 'D': return TK_LEFT;
	case 'H': return TK_HOME;
	case 'F': return TK_END;
	case 'P': return TK_F1;
	case 'Q': return TK_F1 + 1;
	case 'R': return TK_F1 + 2;
	case 'S': return TK_F1 + 3;
	case 'M': return TK_ENTER;      /* keypad Enter, SS3 only */
	case 'Z': return TK_TAB | TK_SHIFT;
	}
	return TK_NONE;
}

static uint32_t tilde_key(int p)
{
	static const unsigned char f[] = { 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29,
	                                   31, 32, 33, 34 };
	switch (p) {
	case 1: case 7: return TK_HOME;
	case 2: return TK_INSERT;
	case 3: return TK_DELETE;
	case 4: case 8: return TK_END;
	case 5: return TK_PGUP;
	case 6: return TK_PGDN;
	}
	for (unsigned i = 0; i < sizeof f; i++)
		if (f[i] == p)
			return TK_F1 + i;
	return TK_NONE;
}

static bool key_event(struct event *ev, uint32_t key)
{
	*ev = (struct event){ .kind = EVENT_KEY, .key = key };
	return (key & ~TK_MODS) != TK_NONE;
}

/* CSI < b ; x ; y M|m */
static bool mouse_event(const struct csi *c, struct event *ev)
{
	if (c->n < 3 || c->p[1] < 1 || c->p[2] < 1)
		return false;
	int b = c->p[0];
	*ev = (struct event){ .kind = EVENT_MOUSE, .x = c->p[1] - 1, .y = c->p[2] - 1 };
	ev->key = (b & 4 ? TK_SHIFT : 0) | (b & 8 ? TK_ALT : 0) | (b & 16 ? TK_CTRL : 0);
	ev->button = (b & 3) + 1;
	if (b & 64) {
		if ((b & 3) > 1)
			return false;
		ev->mouse = b & 1 ? MOUSE_WHEEL_DOWN : MOUSE_WHEEL_UP;
		ev->button = 0;
	} else if (b & 32) {
		ev->mouse = MOUSE_DRAG;
	} else {
		ev->mouse = c->final == 'm' ? MOUSE_RELEASE : MOUSE_PRESS;
	}
	return b < 128;
}

/* Keys sent as characters with modifiers: CSI code ; mods u, and CSI 27 ; mods ; code ~ . */
static bool char_event(int code, int mod, struct event *ev)
{
	if (code <= 0 || code > 0x10FFFF)
		return false;
	uint32_t m = mods(mod);
	if (code == 8)
		code = TK_BACKSPACE;
	if (code < 32 && code != TK_TAB && code != TK_ENTER && code != TK_ESC)
		return key_event(ev, input_control_key((unsigned char)code) | m);
	if (code > 32 && code != TK_BACKSPACE && (m & TK_SHIFT)) {
		if (code >= 'a' && code <= 'z')
			code -= 32;
		m &= ~TK_SHIFT;
	}
	return key_event(ev, (uint32_t)code | m);
}

static bool csi_event(const struct csi *c, struct event *ev, bool *paste)
{
	int mod = c->n >= 2 ? c->p[1] : 1;
	if (c->prefix == '<')
		return (c->final == 'M' || c->final == 'm') && mouse_event(c, ev);
	if (c->prefix == '?' && c->inter == '$' && c->final == 'y' && c->n >= 2) {
		*ev = (struct event){ .kind = EVENT_REPLY, .mode = c->p[0], .value = c->p[1] };
		return true;
	}
	if (c->prefix || c->inter)
		return false;
	if (c->final == '~') {
		if (c->p[0] == 200)
			*paste = true;
		if (c->p[0] == 27 && c->n >= 3)
			return char_event(c->p[2], mod, ev);
		return key_event(ev, tilde_key(c->p[0]) | mods(mod));
	}
	if (c->final == 'n') {                       /* answer to a device status report */
		*ev = (struct event){ .kind = EVENT_REPLY, .mode = 0, .value = c->p[0] };
		return true;
	}
	if (c->final == 'u')
		return char_event(c->p[0], mod, ev);
	if (c->final == 'I' || c->final == 'O') {
		*ev = (struct event){ .kind = EVENT_FOCUS, .on = c->final == 'I' };
		return true;
	}
	if (c->final == '^' || c->final == '@')     /* rxvt: ctrl, ctrl-shift */
		return key_event(ev, tilde_key(c->p[0]) | TK_CTRL | (c->final == '@' ? TK_SHIFT : 0));
	if (c->final == '$')                         /* rxvt: shift */
		return key_event(ev, tilde_key(c->p[0]) | TK_SHIFT);
	if (c->final == 'M')
		return false;
	uint32_t key = letter_key(c->final);
	if (c->final >= 'a' && c->final <= 'd')      /* rxvt: shift-arrows */
		key = letter_key((char)(c->final - 32)) | TK_SHIFT;
	return key_event(ev, key ? key | mods(mod) : TK_NONE);
}

/* Parse from s[2]; 0: incomplete, else bytes. */
static size_t scan_csi(const char *s, size_t n, struct csi *c)
{
	size_t i = 2;
	memset(c, 0, sizeof *c);
	c->n = 1;
	if (i < n && s[i] >= '<' && s[i] <= '?')
		c->prefix = s[i++];
	for (; i < n && i < INPUT_SEQ_MAX; i++) {
		char ch = s[i];
		if (ch >= '0' && ch <= '9') {
			int *p = &c->p[c->n - 1];
			*p = *p < 100000 ? *p * 10 + (ch - '0') : *p;
		} else if (ch == ';' || ch == ':') {
			if (c->n < 8)
				c->n++;
		} else if (ch >= 0x20 && ch <= 0x2F) {
			if (ch == '$' && c->prefix == 0) {
				c->final = '$';      /* rxvt ends with it; the mode replies we ask for have a prefix */
				return i + 1;
			}
			c->inter = ch;
		} else if (ch >= 0x40 && ch <= 0x7E) {
			c->final = ch;
			return i + 1;
		} else {                         /* ESC or a control character: broken off */
			c->final = 0;
			return i;
		}
	}
	c->final = 0;
	return i >= INPUT_SEQ_MAX ? i : 0;
}

/* OSC, DCS, APC, PM: nothing in them is for us; find the end (BEL or ST). */
static size_t scan_string(const char *s, size_t n)
{
	for (size_t i = 2; i < n; i++) {
		if (s[i] == 7)
			return i + 1;
		if (s[i] == 27)
			return i + 1 < n ? (s[i + 1] == '\\' ? i + 2 : i) : 0;
		if (i >= 4096)
			return i;
	}
	return 0;
}

/* What a sequence that never ended is: Alt and the second character. */
static size_t give_up(const char *s, struct event *ev, bool *ok)
{
	*ok = key_event(ev, (uint32_t)(unsigned char)s[1] | TK_ALT);
	return 2;
}

size_t input_sequence(const char *s, size_t n, bool flush, struct event *ev, bool *ok, bool *paste)
{
	*ok = false;
	if (s[1] == 'O') {
		size_t i = 2;
		while (i < n && i < 4 && s[i] >= '0' && s[i] <= '9')
			i++;
		if (i >= n)
			return flush ? give_up(s, ev, ok) : 0;
		uint32_t key = s[i] >= 'a' && s[i] <= 'd' ? letter_key((char)(s[i] - 32)) | TK_CTRL :
		               letter_key(s[i]);
		if (i > 2 && key)
			key |= mods(s[2] - '0');
		*ok = key && key_event(ev, key);
		return s[i] < 0x20 ? i : i + 1;
	}
	if (s[1] != '[') {
		size_t used = scan_string(s, n);
		return used ? used : flush ? n : 0;
	}
	if (n >= 3 && s[2] == '[') {         /* linux console: ESC [ [ A…E are F1…F5 */
		if (n < 4)
			return flush ? 3 : 0;
		*ok = s[3] >= 'A' && s[3] <= 'E' && key_event(ev, TK_F1 + (uint32_t)(s[3] - 'A'));
		return s[3] < 0x20 ? 3 : 4;
	}
	if (n >= 3 && s[2] == 'M') {         /* X10 mouse: three bytes of position, not asked for */
		return n >= 6 ? 6 : flush ? n : 0;
	}
	struct csi c;
	size_t used = scan_csi(s, n, &c);
	if (used == 0)
		return !flush ? 0 : n == 2 ? give_up(s, ev, ok) : n;
	*ok = c.final && csi_event(&c, ev, paste);
	return used;
}
