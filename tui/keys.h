/* Keys and events: the one vocabulary between the decoder (input.h), the bindings and the widgets.
 *
 * A key is a uint32_t: a Unicode character, or one of TK_* for keys without one, with modifier bits
 * or-ed in. Letters carry no TK_SHIFT ('A' is 'A'); control characters are spelled with TK_CTRL
 * ('a' | TK_CTRL), except Tab, Enter, Escape and Backspace, which have names of their own because
 * terminals cannot tell them from ctrl-i, ctrl-m and so on. */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TK_SHIFT 0x01000000u
#define TK_ALT   0x02000000u
#define TK_CTRL  0x04000000u
#define TK_MODS  0x07000000u

enum {
	TK_NONE = 0,
	TK_TAB = 9,
	TK_ENTER = 13,
	TK_ESC = 27,
	TK_SPACE = 32,
	TK_BACKSPACE = 127,
	TK_UP = 0x110000, TK_DOWN, TK_LEFT, TK_RIGHT, TK_HOME, TK_END, TK_PGUP, TK_PGDN, TK_INSERT,
	TK_DELETE, TK_F1, TK_F20 = TK_F1 + 19
};

/* Read a key's name: "a", "A", "?", "space", "ctrl-x", "alt-enter", "shift-tab", "f5", "pgdn".
 * Gives TK_NONE when it is not one. Only the first n bytes are read. */
uint32_t key_parse(const char *name, size_t n);
/* The name in the form that key_parse reads; out needs 24 bytes; gives out. */
char *key_name(uint32_t key, char *out, size_t size);
/* Short form for hint lines: "^x", "M-x", "↵"/"ret", "⇥"/"tab", "pgdn". utf8 chooses the signs. */
char *key_short(uint32_t key, bool utf8, char *out, size_t size);

enum event_kind {
	EVENT_KEY,      /* key */
	EVENT_PASTE,    /* text, len: what was pasted; never triggers bindings */
	EVENT_MOUSE,    /* x, y, mouse, key (modifier bits only) */
	EVENT_FOCUS,    /* on: the terminal window has the focus */
	EVENT_RESIZE,   /* x, y: new size; made by the sink, not by the decoder */
	EVENT_REPLY     /* mode, value: the terminal's answer to a mode query (DECRPM), or to DSR (mode 0) */
};

enum mouse_kind { MOUSE_PRESS, MOUSE_RELEASE, MOUSE_DRAG, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN };

struct event {
	enum event_kind kind;
	uint32_t key;
	enum mouse_kind mouse;
	int button;             /* 1 left, 2 middle, 3 right */
	int x, y;               /* 0-based cells */
	bool on;
	int mode, value;
	const char *text;       /* owned by the decoder, valid until its next call; not NUL-terminated */
	size_t len;
};

#endif
