/* Rewriting of ncurses' output on its way to the terminal: private palette numbers → true colours. */
#ifndef TUI_SGR_H
#define TUI_SGR_H

#include <stdint.h>

#include "core/base/buf.h"

#define SGR_FIRST 16
#define SGR_SLOTS 240

struct sgr_palette {
	uint32_t rgb[SGR_SLOTS];
	int n;
};

/* The number that stands for a colour (added when new; the last one when all are taken); -1 stays -1. */
int sgr_index(struct sgr_palette *p, int rgb);
/* Append data to out; in `CSI … m` replaces 38;5;N and 48;5;N of the palette by 38;2;r;g;b. NULL palette:
 * copies. */
void sgr_expand(const struct sgr_palette *p, const char *data, size_t n, struct buf *out);

#endif
