#include "tui/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/fs.h"
#include "core/base/mem.h"

/* One value of a theme. kind KEEP: the text colour; NONE: the terminal's own. */
enum tone_kind { TONE_NONE, TONE_RGB, TONE_KEEP };
struct tone {
	enum tone_kind kind;
	uint32_t rgb;
	int ansi;              /* -1 the terminal's own, -2 nearest, else 0–15 */
	unsigned attrs, mono;
};

struct theme {
	struct tone roles[ROLE_COUNT], surfaces[SURF_COUNT];
};

static const char *const role_keys[] = {
#define X(id, key, ...) key,
	THEME_ROLES(X)
#undef X
};
static const char *const surface_keys[] = {
#define X(id, key, ...) key,
	THEME_SURFACES(X)
#undef X
};

const char *theme_role_key(enum role r)
{
	return role_keys[r];
}

static int parse_ansi(const char *s, size_t n)
{
	static const char *const names[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan",
	                                     "white" };
	int bright = 0;
	if (n == 7 && strncmp(s, "default", 7) == 0)
		return -1;
	if (n > 2 && strncmp(s, "br", 2) == 0 && !(n == 5 && strncmp(s, "brown", 5) == 0)) {
		bright = 8;
		s += 2;
		n -= 2;
	}
	for (int i = 0; i < 8; i++)
		if (strlen(names[i]) == n && strncmp(s, names[i], n) == 0)
			return i + bright;
	return -3;
}

static unsigned parse_attr(const char *s, size_t n)
{
	static const struct {
		const char *name;
		unsigned bit;
	} attrs[] = { { "bold", ATTR_BOLD }, { "dim", ATTR_DIM }, { "underline", ATTR_UNDERLINE },
		      { "reverse", ATTR_REVERSE }, { "italic", ATTR_ITALIC } };
	for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++)
		if (strlen(attrs[i].name) == n && strncmp(s, attrs[i].name, n) == 0)
			return attrs[i].bit;
	return 0;
}

static bool parse_rgb(const char *s, size_t n, uint32_t *rgb)
{
	if (n != 7 || *s != '#')
		return false;
	*rgb = 0;
	for (size_t i = 1; i < n; i++) {
		char c = (char)(s[i] | 0x20);
		int v = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
		if (v < 0)
			return false;
		*rgb = *rgb << 4 | (uint32_t)v;
	}
	return true;
}

/* The word at s (up to n bytes) changes tone; first: it is the colour. */
static bool parse_word(struct tone *t, const char *s, size_t n, bool first)
{
	if (first) {
		if (n == 7 && strncmp(s, "default", 7) == 0)
			t->kind = TONE_NONE;
		else if (n == 1 && *s == '-')
			t->kind = TONE_KEEP;
		else if (parse_rgb(s, n, &t->rgb))
			t->kind = TONE_RGB;
		else
			return false;
		return true;
	}
	if (*s == '@') {
		t->ansi = parse_ansi(s + 1, n - 1);
		return t->ansi != -3;
	}
	unsigned bit = parse_attr(s, n);
	t->attrs |= bit;
	return bit != 0;
}

static bool parse_tone(struct tone *t, const char *s, size_t n)
{
	struct tone out = { .ansi = -2, .mono = t->mono };
	bool first = true;
	while (n > 0) {
		size_t len = 0;
		while (len < n && s[len] != ' ' && s[len] != '\t')
			len++;
		if (len > 0) {
			if (!parse_word(&out, s, len, first))
				return false;
			first = false;
		} else {
			len = 1;
		}
		s += len;
		n -= len;
	}
	/* What a theme changes in attributes holds on mono terminals too. */
	if (out.attrs != t->attrs)
		out.mono = out.attrs;
	*t = out;
	return !first;
}

static void set_default(struct tone *t, const char *rgb, const char *ansi, const char *attrs,
                        const char *mono)
{
	char text[96];
	*t = (struct tone){ 0 };
	snprintf(text, sizeof text, "%s @%s %s", rgb, ansi, attrs);
	parse_tone(t, text, strlen(text));
	t->mono = *mono ? parse_attr(mono, strlen(mono)) : 0;
}

struct theme *theme_new(void)
{
	struct theme *t = xcalloc(1, sizeof *t);
#define X(id, key, rgb, ansi, attrs, mono, what) set_default(&t->roles[ROLE_##id], rgb, ansi, attrs, mono);
	THEME_ROLES(X)
#undef X
#define X(id, key, rgb, ansi, mono, what) set_default(&t->surfaces[SURF_##id], rgb, ansi, "", mono);
	THEME_SURFACES(X)
#undef X
	return t;
}

void theme_free(struct theme *t)
{
	free(t);
}

static struct tone *find_key(struct theme *t, const char *key, size_t n)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (strlen(role_keys[i]) == n && strncmp(role_keys[i], key, n) == 0)
			return &t->roles[i];
	for (int i = 0; i < SURF_COUNT; i++)
		if (strlen(surface_keys[i]) == n && strncmp(surface_keys[i], key, n) == 0)
			return &t->surfaces[i];
	return NULL;
}

static size_t trim(const char **s, size_t n)
{
	while (n > 0 && (**s == ' ' || **s == '\t')) {
		(*s)++;
		n--;
	}
	while (n > 0 && ((*s)[n - 1] == ' ' || (*s)[n - 1] == '\t' || (*s)[n - 1] == '\r'))
		n--;
	return n;
}

static int bad_line(struct error *err, int line, int column, const char *what, const char *s, size_t n)
{
	error_set(err, ERR_INVALID, "theme line %d: %s '%.*s'", line, what, (int)(n > 60 ? 60 : n), s);
	error_at(err, line, column);
	error_hint(err, "expected: key = #rrggbb [@ansi] [bold dim underline reverse italic]");
	return ERR_INVALID;
}

static int parse_line(struct theme *t, int line, const char *s, size_t n, struct error *err)
{
	n = trim(&s, n);
	if (n == 0 || *s == '#')
		return 0;
	const char *eq = memchr(s, '=', n);
	if (!eq)
		return bad_line(err, line, 1, "no '=' in", s, n);
	const char *key = s, *value = eq + 1;
	size_t kn = trim(&key, (size_t)(eq - s)), vn = trim(&value, n - (size_t)(eq + 1 - s));
	struct tone *tone = find_key(t, key, kn);
	if (!tone)
		return bad_line(err, line, 1, "unknown key", key, kn);
	if (!parse_tone(tone, value, vn))
		return bad_line(err, line, (int)(value - s) + 1, "wrong value", value, vn);
	return 0;
}

int theme_parse(struct theme *t, const char *text, size_t n, struct error *err)
{
	struct theme work = *t;
	for (int line = 1; n > 0; line++) {
		const char *nl = memchr(text, '\n', n);
		size_t len = nl ? (size_t)(nl - text) : n;
		int rc = parse_line(&work, line, text, len, err);
		if (rc)
			return rc;
		text += nl ? len + 1 : len;
		n -= nl ? len + 1 : len;
	}
	*t = work;
	return 0;
}

static int load_file(struct theme *t, const char *path, struct error *err)
{
	struct buf text = BUF_INIT;
	int rc = fs_read(path, 1 << 20, &text, err);
	if (!rc)
		rc = theme_parse(t, buf_str(&text), text.len, err);
	if (rc)
		error_prefix(err, "%s", path);
	buf_free(&text);
	return rc;
}

int theme_load(struct theme *t, const char *name, struct error *err)
{
	const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME"), *prog = fs_program_dir();
	if (strchr(name, '/'))
		return load_file(t, name, err);
	char *paths[] = {
		xdg && *xdg ? xasprintf("%s/stoker/themes/%s.theme", xdg, name) :
		              xasprintf("%s/.config/stoker/themes/%s.theme", home ? home : "", name),
		xasprintf("%s/../share/stoker/themes/%s.theme", prog, name),
		xasprintf("%s/../themes/%s.theme", prog, name),
	};
	int rc = ERR_NOTFOUND;
	for (int i = 0; i < 3 && rc == ERR_NOTFOUND; i++)
		if (fs_exists(paths[i]))
			rc = load_file(t, paths[i], err);
	for (int i = 0; i < 3; i++)
		free(paths[i]);
	if (rc == ERR_NOTFOUND && strcasecmp(name, "dark") == 0)
		return 0;
	if (rc == ERR_NOTFOUND) {
		error_set(err, rc, "no theme named '%s'", name);
		error_hint(err, "themes are: dark, light, contrast, colorblind, mono; or a path with a slash");
	}
	return rc;
}

static int tone_colour(const struct tone *t, const struct tone *text, enum depth d)
{
	if (t->kind == TONE_KEEP)
		t = text;
	if (t->kind != TONE_RGB || d == DEPTH_MONO)
		return -1;
	if (d <= DEPTH_16 && t->ansi != -2)
		return d == DEPTH_8 && t->ansi > 7 ? t->ansi - 8 : t->ansi;
	return theme_nearest(t->rgb, d);
}

struct look theme_look(const struct theme *t, enum depth d, enum surface s, enum role r)
{
	const struct tone *role = &t->roles[r], *surf = &t->surfaces[s];
	struct look out = { .fg = -1, .bg = -1 };
	out.attrs = d == DEPTH_MONO ? role->mono | surf->mono : role->attrs | surf->attrs;
	out.fg = tone_colour(role, &t->roles[ROLE_TEXT], d);
	out.bg = tone_colour(surf, &t->surfaces[SURF_BASE], d);
	if (out.bg == -1 && d != DEPTH_MONO)
		out.bg = tone_colour(&t->surfaces[SURF_BASE], &t->surfaces[SURF_BASE], d);
	/* Eight colours have no grey: what would be black on black is dimmed text instead. */
	if (d == DEPTH_8 && out.fg == 0 && out.bg <= 0) {
		out.fg = -1;
		out.attrs |= ATTR_DIM;
	}
	if (d != DEPTH_MONO && out.fg != -1 && out.fg == out.bg)
		out.fg = -1;
	return out;
}
