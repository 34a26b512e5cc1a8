/* ncurses on a memory file: canvas in, bytes out. The only file that knows ncurses. */
#ifndef TUI_SINK_CURSES_H
#define TUI_SINK_CURSES_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "tui/draw.h"

struct pen;

/* w, h: size of the terminal. color: as theme_depth's want. */
int pen_open(struct pen **out, int w, int h, const char *color, struct error *err);
void pen_close(struct pen *p);
void pen_theme(struct pen *p, const struct theme *t);
void pen_resize(struct pen *p, int w, int h);
void pen_repaint(struct pen *p);                        /* the next frame is whole */
/* Append to out what turns the terminal from the last frame into c; nothing when they are the same. */
void pen_frame(struct pen *p, const struct canvas *c, struct buf *out);
/* Expanded terminfo string capability ("smcup"), "" when absent. */
const char *pen_cap(const char *name);

#endif
