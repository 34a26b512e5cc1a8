/* Colour by role. Drawing code names what a thing means (a role) and where it lies (a surface); the
 * theme says how that looks; the table [surface][role] is worked out once, for the depth of the terminal.
 *
 * A theme is text, one `key = value` per line, `#` at the start of a line begins a comment:
 *     text = #c8ccd4              colour of a role
 *     ok = #7fd88f @green bold    @name: the ANSI colour on 8- and 16-colour terminals (else the nearest)
 *     bg.select = #2a3b55         background of a surface; `default` is the terminal's own
 *     error = - bold underline    `-`: keep the text colour; attributes bold dim underline reverse italic
 * Keys that a theme does not name keep the built-in dark value, so that a theme may be three lines.
 * On a mono terminal only the attributes count. Themes live in themes/<name>.theme. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/error.h"

/* Roles: enum, theme key, dark colour, ANSI colour, attributes, attributes when mono, meaning. */
#define THEME_ROLES(X) \
	X(TEXT,     "text",     "#c5cad3", "default", "",     "",          "plain text") \
	X(STRONG,   "strong",   "#f2f4f8", "white",   "bold", "bold",      "names, numbers that matter") \
	X(DIM,      "dim",      "#7d8594", "brblack", "",     "",          "secondary text, units, ages") \
	X(FAINT,    "faint",    "#4f5666", "brblack", "",     "dim",       "grid lines, disabled things") \
	X(BORDER,   "border",   "#4a5264", "brblack", "",     "",          "frame of a pane") \
	X(FOCUS,    "focus",    "#5fb3ff", "cyan",    "",     "bold",      "frame of the pane with the focus") \
	X(TITLE,    "title",    "#dfe5ef", "white",   "bold", "bold",      "title in a frame") \
	X(HEADER,   "header",   "#8fa3bf", "cyan",    "bold", "bold",      "column heads") \
	X(KEY,      "key",      "#ffc66b", "yellow",  "bold", "bold",      "a key in a hint") \
	X(HINT,     "hint",     "#9aa3b2", "default", "",     "",          "words of a hint") \
	X(ACCENT,   "accent",   "#5fb3ff", "cyan",    "bold", "bold",      "brand, current context, links") \
	X(MATCH,    "match",    "#ffd75f", "yellow",  "bold", "underline", "found text") \
	X(MARK,     "mark",     "#d7a6ff", "magenta", "bold", "bold",      "marked rows") \
	X(OK,       "ok",       "#7fd88f", "green",   "",     "",          "completed, healthy") \
	X(RUN,      "run",      "#5fd7d7", "cyan",    "",     "bold",      "running, active") \
	X(WAIT,     "wait",     "#9fb4d0", "blue",    "",     "",          "waiting, pending, starting") \
	X(WARN,     "warn",     "#ffb454", "yellow",  "",     "bold",      "needs a look") \
	X(ERROR,    "error",    "#ff6b70", "red",     "bold", "bold",      "failed, lost, alarm") \
	X(OFF,      "off",      "#6b7280", "brblack", "",     "dim",       "ended, gone, cancelled") \
	X(STALE,    "stale",    "#8a7f6a", "brblack", "",     "dim",       "data older than it should be") \
	X(MONEY,    "money",    "#b8e986", "green",   "",     "",          "amounts of money") \
	X(DANGER,   "danger",   "#ff6b70", "red",     "bold", "bold",      "destructive keys and buttons") \
	X(INPUT,    "input",    "#ffffff", "white",   "",     "",          "text being typed") \
	X(GRID,     "grid",     "#3c4454", "brblack", "",     "dim",       "scale lines of a graph") \
	X(LOW,      "low",      "#56c596", "green",   "",     "",          "load below the first threshold") \
	X(MID,      "mid",      "#e5c07b", "yellow",  "",     "",          "load between the thresholds") \
	X(HIGH,     "high",     "#f2727a", "red",     "",     "bold",      "load above the second threshold") \
	X(CURSOR,   "cursor",   "#ffffff", "white",   "bold", "reverse",   "cursor line of a graph") \
	X(TRACK,    "track",    "#353c4a", "brblack", "",     "dim",       "empty part of a bar") \
	X(S1,       "series1",  "#5fb3ff", "blue",    "",     "",          "first series: user CPU, read") \
	X(S2,       "series2",  "#ff9e64", "red",     "",     "",          "second: system CPU, written") \
	X(S3,       "series3",  "#9ece6a", "green",   "",     "",          "third: nice, cached") \
	X(S4,       "series4",  "#c099ff", "magenta", "",     "",          "fourth: wait, buffers") \
	X(S5,       "series5",  "#5fd7d7", "cyan",    "",     "",          "fifth: interrupts, shared") \
	X(S6,       "series6",  "#e5c07b", "yellow",  "",     "",          "sixth: steal, swap") \
	X(S7,       "series7",  "#f7a8d0", "brmagenta", "",   "",          "seventh") \
	X(S8,       "series8",  "#8d96a8", "white",   "",     "",          "eighth: idle, rest")

enum role {
#define X(id, ...) ROLE_##id,
	THEME_ROLES(X)
#undef X
	ROLE_COUNT
};

/* Surfaces: enum, theme key of the background, dark value, ANSI, mono attribute, where it is. */
#define THEME_SURFACES(X) \
	X(BASE,   "bg",        "default", "default", "",        "the screen") \
	X(SELECT, "bg.select", "#2b3a55", "blue",    "reverse", "selected row in the pane with the focus") \
	X(REST,   "bg.rest",   "#262b36", "brblack", "bold",    "selected row in another pane") \
	X(BAR,    "bg.bar",    "#1d222c", "default", "",        "top line and hint line") \
	X(DIALOG, "bg.dialog", "#1b2029", "default", "",        "dialogs and forms") \
	X(FIELD,  "bg.field",  "#2a303c", "default", "underline", "a field that takes text") \
	X(PRESS,  "bg.press",  "#3b5f8f", "blue",    "reverse", "button or choice with the focus") \
	X(ALERT,  "bg.alert",  "#5a1f2a", "red",     "reverse", "band of a production or failing context")

enum surface {
#define X(id, ...) SURF_##id,
	THEME_SURFACES(X)
#undef X
	SURF_COUNT
};

/* Attributes, also usable in drawing code as flags on a style. */
enum { ATTR_BOLD = 1, ATTR_DIM = 2, ATTR_UNDERLINE = 4, ATTR_REVERSE = 8, ATTR_ITALIC = 16 };

/* Style = role | extra attributes. What drawing functions take. */
typedef uint16_t style_t;
#define STYLE(role, attrs) ((style_t)((role) | (attrs) << 8))
#define STYLE_ROLE(s) ((enum role)((s) & 0xFF))
#define STYLE_ATTRS(s) ((s) >> 8)

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_RGB };

struct theme;

/* The built-in dark theme. */
struct theme *theme_new(void);
void theme_free(struct theme *t);
/* Lay the text of a theme over t. ERR_INVALID with line, key and what was expected; t is unchanged then. */
int theme_parse(struct theme *t, const char *text, size_t n, struct error *err);
/* Load by name, or by path when it holds a slash. Names are looked for in $XDG_CONFIG_HOME/stoker/themes,
 * <program>/../share/stoker/themes and <program>/../themes. "dark" always works. ERR_NOTFOUND lists them. */
int theme_load(struct theme *t, const char *name, struct error *err);

/* What a cell of [surface][role] looks like at a depth. Colours: -1 the terminal's own; DEPTH_8/16/256:
 * palette index; DEPTH_RGB: 0xRRGGBB. */
struct look {
	int fg, bg;
	unsigned attrs;
};
struct look theme_look(const struct theme *t, enum depth d, enum surface s, enum role r);

/* Depth from what the terminal says (colours: terminfo's count), the environment and the user's word:
 * `want` is NULL or "auto", "never"/"mono", "8", "16", "256", "truecolor"/"always". ERR_INVALID else. */
int theme_depth(const char *want, int colours, bool rgb_cap, enum depth *out, struct error *err);
/* Nearest entry of the palette that a depth has, to 0xRRGGBB. */
int theme_nearest(uint32_t rgb, enum depth d);
const char *theme_role_key(enum role r);

#endif
