#include "tui/glyphs.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct glyphs ascii = {
	.set = GLYPHS_ASCII, .h = "-", .v = "|", .tl = "+", .tr = "+", .bl = "+", .br = "+", .lt = "+",
	.rt = "+", .tt = "+", .bt = "+", .cross = "+", .ellipsis = "~", .arrow_right = ">",
	.arrow_up = "^", .arrow_down = "v", .sort_up = "^", .sort_down = "v", .gutter = ">", .mark = "*",
	.dot = "*", .ring = "o", .square = "#", .ok = "+", .fail = "x", .run = ">", .wait = ".",
	.off = "-", .warn = "!", .bullet = "-", .menu = "..",
	.bar = { " ", " ", " ", "-", "-", "=", "=", "#", "#" }, .track = ".",
	.level = { " ", "_", ".", "-", "=", "+", "*", "#", "@" }, .scroll = "#", .scroll_track = " ",
	.times = "x", .dash = "-"
};

#define UTF8_SIGNS \
	.h = "─", .v = "│", .lt = "├", .rt = "┤", .tt = "┬", .bt = "┴", .cross = "┼", .ellipsis = "…", \
	.arrow_right = "→", .arrow_up = "↑", .arrow_down = "↓", .sort_up = "▲", .sort_down = "▼", \
	.gutter = "▌", .ring = "○", .square = "■", .off = "–", .warn = "▲", .bullet = "·", .menu = "…", \
	.bar = { " ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█" }, .track = "░", \
	.level = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" }, .scroll = "┃", .scroll_track = " ", \
	.times = "×", .dash = "—"

static const struct glyphs block = {
	.set = GLYPHS_BLOCK, UTF8_SIGNS, .tl = "┌", .tr = "┐", .bl = "└", .br = "┘", .mark = "■",
	.dot = "■", .ok = "√", .fail = "x", .run = "►", .wait = "○"
};

static const struct glyphs braille = {
	.set = GLYPHS_BRAILLE, UTF8_SIGNS, .tl = "╭", .tr = "╮", .bl = "╰", .br = "╯", .mark = "◆",
	.dot = "●", .ok = "✓", .fail = "✕", .run = "▶", .wait = "◌"
};

const struct glyphs *glyphs_get(enum glyph_set set)
{
	return set == GLYPHS_BRAILLE ? &braille : set == GLYPHS_BLOCK ? &block : &ascii;
}

static int by_name(const char *want, enum glyph_set *out, struct error *err)
{
	static const char *const names[] = { "ascii", "block", "braille" };
	for (int i = 0; i < 3; i++)
		if (strcasecmp(want, names[i]) == 0) {
			*out = (enum glyph_set)i;
			return 0;
		}
	error_set(err, ERR_INVALID, "unknown glyph set '%s'", want);
	error_hint(err, "use auto, ascii, block or braille");
	return ERR_INVALID;
}

int glyphs_choose(const char *want, enum glyph_set *out, struct error *err)
{
	if (!want || !*want || strcasecmp(want, "auto") == 0)
		want = getenv("STOKER_GLYPHS");
	if (want && *want && strcasecmp(want, "auto") != 0)
		return by_name(want, out, err);
	const char *term = getenv("TERM");
	if (strcasecmp(nl_langinfo(CODESET), "UTF-8") != 0)
		*out = GLYPHS_ASCII;
	else if (term && strcmp(term, "linux") == 0)
		*out = GLYPHS_BLOCK;
	else
		*out = GLYPHS_BRAILLE;
	return 0;
}
