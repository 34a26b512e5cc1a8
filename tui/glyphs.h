/* Signs that the toolkit draws with, in three sets: ASCII, box drawing with block elements, and the same
 * with braille graphs. Names say what a sign is for. Every sign is one cell wide, only menu may take two. */
#ifndef TUI_GLYPHS_H
#define TUI_GLYPHS_H

#include "core/base/error.h"

enum glyph_set { GLYPHS_ASCII, GLYPHS_BLOCK, GLYPHS_BRAILLE };

struct glyphs {
	enum glyph_set set;
	const char *h, *v;                       /* frame: ─ │ */
	const char *tl, *tr, *bl, *br;           /* ┌ ┐ └ ┘ (round where the set has them) */
	const char *lt, *rt, *tt, *bt, *cross;   /* ├ ┤ ┬ ┴ ┼ */
	const char *ellipsis;                    /* … or ~ */
	const char *arrow_right, *arrow_up, *arrow_down; /* → ↑ ↓ */
	const char *sort_up, *sort_down;         /* ▲ ▼ */
	const char *gutter;                      /* ▌ at the selected row */
	const char *mark;                        /* ✓ at a marked row: ◆ */
	const char *dot, *ring, *square;         /* ● ○ ■ */
	const char *ok, *fail, *run, *wait, *off, *warn; /* ✓ ✕ ▶ ◌ – ▲ */
	const char *bullet;                      /* · between words */
	const char *menu;                        /* after a hint that opens a form or a list: … */
	const char *bar[9];                      /* empty … full: left to right eighths (ASCII: coarse) */
	const char *track;                       /* empty part of a bar */
	const char *level[9];                    /* sparkline: " ▁▂▃▄▅▆▇█" (ASCII " ._-=+*#@" coarse) */
	const char *scroll, *scroll_track;       /* scroll bar */
	const char *times, *dash;                /* × — */
};

/* Always valid. */
const struct glyphs *glyphs_get(enum glyph_set set);
/* want: NULL or "auto", "ascii", "block", "braille". auto: $STOKER_GLYPHS, else braille in a UTF-8
 * locale (setlocale must have run), else ASCII; the linux console's font gets block. */
int glyphs_choose(const char *want, enum glyph_set *out, struct error *err);

#endif
