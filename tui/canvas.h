/* Inside of a canvas; for canvas.c and draw.c only. */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include "core/base/mem.h"
#include "tui/draw.h"

struct canvas {
	int w, h;
	struct cell *cells;
	struct draw_env env;
	bool utf8;
	bool cursor_on;
	int cursor_x, cursor_y;
	VEC(struct hit) hits;
};

/* Put one character at absolute x, y inside clip; half-cut wide characters become blanks. Gives its width. */
int canvas_put(struct canvas *c, struct rect clip, int x, int y, uint32_t cp, style_t st,
               enum surface s);
/* Add a combining mark to the character that ends before absolute x. */
void canvas_combine(struct canvas *c, struct rect clip, int x, int y, uint32_t mark);

#endif
