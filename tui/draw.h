/* Drawing into cells. A canvas is a grid of cells in memory; a `struct draw` is a window onto it, passed by
 * value: every coordinate is relative to its rectangle and everything outside is clipped, so a widget can
 * neither spoil its neighbour nor crash on a rectangle of any size, down to 0x0.
 *
 * Text is UTF-8 from anywhere: control characters, bidi overrides and invalid bytes become '?', on a
 * canvas without UTF-8 so does everything beyond ASCII. Widths come from core/base/utf8.h. Drawing over half
 * of a wide character blanks the other half. Functions that draw text give the cells used. */
#ifndef TUI_DRAW_H
#define TUI_DRAW_H

#include "tui/glyphs.h"
#include "tui/theme.h"

struct rect {
	int x, y, w, h;
};

struct canvas;

/* What widgets need to know about this frame. Set by the app before drawing. */
struct draw_env {
	const struct glyphs *glyphs;
	bool lean;              /* slow link: sweep graphs, gutter mark instead of a painted row */
	bool hold;              /* rows must keep their order: a dialog is open or a key was just pressed */
	bool deferred;          /* out: some table has a new order to show once hold ends */
	int64_t now_ms;         /* wall clock, frozen in tests */
};

struct draw {
	struct canvas *canvas;
	struct rect r;          /* on the canvas; may reach beyond clip */
	struct rect clip;       /* what may be touched */
	enum surface surface;
};

enum align { ALIGN_LEFT, ALIGN_RIGHT, ALIGN_CENTER };

/* ---- canvas ---- */
struct canvas *canvas_new(int w, int h, enum glyph_set set);
void canvas_free(struct canvas *c);
void canvas_resize(struct canvas *c, int w, int h);   /* contents become blank */
struct draw_env *canvas_env(struct canvas *c);
struct draw canvas_draw(struct canvas *c);            /* the whole of it */
void canvas_clear(struct canvas *c);                  /* blanks, no hits, no cursor */
int canvas_width(const struct canvas *c);
int canvas_height(const struct canvas *c);

struct cell {
	uint32_t cp, mark;      /* character and at most one combining mark (0: none); cp 0: right half */
	style_t style;
	uint8_t surface;
	uint8_t width;          /* 1, 2, or 0 for the right half of a wide character */
};
/* Row y, w cells. Read only. */
const struct cell *canvas_row(const struct canvas *c, int y);
/* Row y as UTF-8 without trailing blanks, for tests and screen dumps; caller frees. */
char *canvas_text(const struct canvas *c, int y);
/* Where the terminal's cursor is wanted; false: hidden. */
bool canvas_cursor(const struct canvas *c, int *x, int *y);

/* ---- windows ---- */
struct draw draw_sub(struct draw d, struct rect r);   /* r relative to d */
struct draw draw_on(struct draw d, enum surface s);
static inline int draw_w(struct draw d) { return d.r.w; }
static inline int draw_h(struct draw d) { return d.r.h; }
const struct glyphs *draw_glyphs(struct draw d);
struct draw_env *draw_env(struct draw d);

/* ---- marks on the canvas ---- */
void draw_fill(struct draw d, struct rect r, style_t st);          /* blanks */
void draw_clear(struct draw d);                                     /* all of d, in its surface */
int draw_text(struct draw d, int x, int y, style_t st, const char *s);
int draw_textn(struct draw d, int x, int y, style_t st, const char *s, size_t n);
int draw_textf(struct draw d, int x, int y, style_t st, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
/* Exactly w cells: cut with an ellipsis or padded according to align. */
void draw_cell(struct draw d, int x, int y, int w, enum align a, style_t st, const char *s);
void draw_glyph(struct draw d, int x, int y, style_t st, uint32_t cp);
void draw_hline(struct draw d, int x, int y, int w, style_t st);
void draw_vline(struct draw d, int x, int y, int h, style_t st);
/* Repaint surface (and, if role is not ROLE_COUNT, role) of cells that are already there. */
void draw_restyle(struct draw d, struct rect r, enum surface s, enum role role);
/* A frame around d with a title at the left and a note at the right (either may be NULL); gives the
 * window inside. Too small for a frame: gives d itself (below 3x2), or an empty window. */
struct draw draw_box(struct draw d, const char *title, const char *note, bool focus);
/* A clean box of at most w x h cells in the middle of d, on SURF_DIALOG, with one blank of air inside. */
struct draw draw_dialog(struct draw d, int w, int h, const char *title, bool danger);
void draw_cursor(struct draw d, int x, int y);                      /* show the terminal's cursor here */
/* Vertical scroll bar in column x for rows y..y+h: `top` of `total` rows, `page` visible. */
void draw_scrollbar(struct draw d, int x, int y, int h, size_t top, size_t page, size_t total);
/* Words of text broken into lines of w cells; gives the number of lines drawn (at most max_h). Newlines
 * in the text break too. With draw nothing when d is 0 wide: use text_lines() to ask beforehand. */
int draw_paragraph(struct draw d, int x, int y, int w, int max_h, style_t st, const char *text);
int text_lines(const char *text, int w);

/* ---- mouse: where a click means an action ---- */
struct hit {
	struct rect r;
	int action;
	int arg;
};
void draw_hit(struct draw d, struct rect r, int action, int arg);
/* The topmost hit at a cell, or NULL. Valid until the next canvas_clear. */
const struct hit *canvas_hit(const struct canvas *c, int x, int y);

#endif
