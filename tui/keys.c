#include "tui/keys.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/base/utf8.h"

static const struct {
	const char *name, *sign;   /* sign: short form with UTF-8; NULL: the name */
	uint32_t key;
} named[] = {
	{ "tab", "⇥", TK_TAB }, { "enter", "↵", TK_ENTER }, { "esc", NULL, TK_ESC },
	{ "space", NULL, TK_SPACE }, { "backspace", "⌫", TK_BACKSPACE }, { "up", "↑", TK_UP },
	{ "down", "↓", TK_DOWN }, { "left", "←", TK_LEFT }, { "right", "→", TK_RIGHT },
	{ "home", NULL, TK_HOME }, { "end", NULL, TK_END }, { "pgup", NULL, TK_PGUP },
	{ "pgdn", NULL, TK_PGDN }, { "insert", NULL, TK_INSERT }, { "delete", NULL, TK_DELETE },
};
#define NAMED (sizeof named / sizeof *named)

static uint32_t parse_mods(const char **s, size_t *n)
{
	static const struct {
		const char *text;
		uint32_t mod;
	} mods[] = { { "ctrl-", TK_CTRL }, { "alt-", TK_ALT }, { "shift-", TK_SHIFT } };
	uint32_t out = 0;
	for (size_t i = 0; i < 3; i++) {
		size_t len = strlen(mods[i].text);
		if (*n > len && strncasecmp(*s, mods[i].text, len) == 0) {
			out |= mods[i].mod;
			*s += len;
			*n -= len;
			i = (size_t)-1;
		}
	}
	return out;
}

uint32_t key_parse(const char *s, size_t n)
{
	uint32_t mods = parse_mods(&s, &n), cp = TK_NONE;
	if (n == 0)
		return TK_NONE;
	size_t used = utf8_decode(s, n, &cp);
	if (used == n && cp != 0xFFFD && cp > 0x20)
		return cp | mods;
	for (size_t i = 0; i < NAMED; i++)
		if (strlen(named[i].name) == n && strncasecmp(s, named[i].name, n) == 0)
			return named[i].key | mods;
	if ((s[0] == 'f' || s[0] == 'F') && n <= 3) {
		unsigned f = 0;
		for (size_t i = 1; i < n; i++) {
			if (s[i] < '0' || s[i] > '9')
				return TK_NONE;
			f = f * 10 + (unsigned)(s[i] - '0');
		}
		if (f >= 1 && f <= 20)
			return (TK_F1 + f - 1) | mods;
	}
	return TK_NONE;
}

static void base_name(uint32_t key, bool utf8, bool brief, char *out, size_t size)
{
	key &= ~TK_MODS;
	for (size_t i = 0; i < NAMED; i++)
		if (named[i].key == key) {
			bool sign = brief && utf8 && named[i].sign;
			snprintf(out, size, "%s", sign ? named[i].sign : named[i].name);
			if (brief && !utf8 && key == TK_ENTER)
				snprintf(out, size, "ret");
			return;
		}
	if (key >= TK_F1 && key <= TK_F20) {
		snprintf(out, size, "f%u", key - TK_F1 + 1);
		return;
	}
	char u[5] = "";
	if (key > TK_SPACE && key < 0x110000)
		u[utf8_encode(key, u)] = '\0';
	snprintf(out, size, "%s", u[0] ? u : "?");
}

char *key_name(uint32_t key, char *out, size_t size)
{
	char base[16];
	base_name(key, false, false, base, sizeof base);
	snprintf(out, size, "%s%s%s%s", key & TK_CTRL ? "ctrl-" : "", key & TK_ALT ? "alt-" : "",
	         key & TK_SHIFT ? "shift-" : "", base);
	return out;
}

char *key_short(uint32_t key, bool utf8, char *out, size_t size)
{
	char base[16];
	base_name(key, utf8, true, base, sizeof base);
	snprintf(out, size, "%s%s%s%s", key & TK_CTRL ? "^" : "", key & TK_ALT ? "M-" : "",
	         key & TK_SHIFT ? (utf8 ? "⇧" : "S-") : "", base);
	return out;
}
