/* Rewriting of ncurses' output on its way to the terminal.
 *
 * ncurses sets colours and attributes anew for every change, foreground and background each, with resets in
 * between. The rewriter keeps what the terminal has and what is wanted, and says only the difference, only
 * when a character is about to be written: half of the bytes of a frame. On true-colour terminals it also
 * replaces private palette numbers by the colours that they stand for. */
#ifndef TUI_SGR_H
#define TUI_SGR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"

#define SGR_FIRST 16
#define SGR_SLOTS 240

struct sgr_pen {
	int32_t fg, bg;          /* -1 the terminal's own; else a palette number */
	unsigned attrs;          /* bit n: SGR code n (1 bold, 2 dim, 3 italic, 4 underline, 7 reverse …) */
};

struct sgr {
	bool rgb;                /* numbers from SGR_FIRST on stand for rgb[] */
	uint32_t palette[SGR_SLOTS];
	int n;
	struct sgr_pen has, wants;
	bool known;              /* has is what the terminal has */
};

/* The number that stands for a colour (added when new; the last one when all are taken); -1 stays -1. */
int sgr_index(struct sgr *s, int rgb);
/* Somebody else wrote to the terminal: say everything again. */
void sgr_forget(struct sgr *s);
/* Append data, rewritten, to out. Sequences must not be cut at the end of data. */
void sgr_rewrite(struct sgr *s, const char *data, size_t n, struct buf *out);

#endif
