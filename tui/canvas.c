#include "tui/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/utf8.h"

static const struct cell blank = { .cp = ' ', .style = ROLE_TEXT, .surface = SURF_BASE, .width = 1 };

struct canvas *canvas_new(int w, int h, enum glyph_set set)
{
	struct canvas *c = xcalloc(1, sizeof *c);
	c->utf8 = set != GLYPHS_ASCII;
	c->env.glyphs = glyphs_get(set);
	canvas_resize(c, w, h);
	return c;
}

void canvas_free(struct canvas *c)
{
	if (!c)
		return;
	free(c->cells);
	vec_free(&c->hits);
	free(c);
}

void canvas_resize(struct canvas *c, int w, int h)
{
	c->w = w < 0 ? 0 : w > 4096 ? 4096 : w;
	c->h = h < 0 ? 0 : h > 4096 ? 4096 : h;
	free(c->cells);
	c->cells = xcalloc((size_t)c->w * (size_t)c->h, sizeof *c->cells);
	canvas_clear(c);
}

void canvas_clear(struct canvas *c)
{
	size_t n = (size_t)c->w * (size_t)c->h;
	for (size_t i = 0; i < n; i++)
		c->cells[i] = blank;
	c->cursor_on = false;
	c->hits.len = 0;
	c->env.deferred = false;
}

struct draw_env *canvas_env(struct canvas *c)
{
	return &c->env;
}

struct draw canvas_draw(struct canvas *c)
{
	struct rect r = { 0, 0, c->w, c->h };
	return (struct draw){ .canvas = c, .r = r, .clip = r, .surface = SURF_BASE };
}

int canvas_width(const struct canvas *c)
{
	return c->w;
}

int canvas_height(const struct canvas *c)
{
	return c->h;
}

const struct cell *canvas_row(const struct canvas *c, int y)
{
	return y >= 0 && y < c->h ? &c->cells[(size_t)y * (size_t)c->w] : NULL;
}

char *canvas_text(const struct canvas *c, int y)
{
	struct buf out = BUF_INIT;
	const struct cell *row = canvas_row(c, y);
	size_t keep = 0;
	for (int x = 0; row && x < c->w; x++) {
		char u[4];
		if (row[x].width == 0)
			continue;
		buf_add(&out, u, utf8_encode(row[x].cp, u));
		if (row[x].mark)
			buf_add(&out, u, utf8_encode(row[x].mark, u));
		if (row[x].cp != ' ')
			keep = out.len;
	}
	if (out.data)
		out.data[keep] = '\0';
	return out.data ? buf_steal(&out) : xstrdup("");
}

bool canvas_cursor(const struct canvas *c, int *x, int *y)
{
	*x = c->cursor_x;
	*y = c->cursor_y;
	return c->cursor_on;
}

const struct hit *canvas_hit(const struct canvas *c, int x, int y)
{
	for (size_t i = c->hits.len; i > 0; i--) {
		const struct rect *r = &c->hits.items[i - 1].r;
		if (x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h)
			return &c->hits.items[i - 1];
	}
	return NULL;
}

static bool inside(const struct canvas *c, struct rect clip, int x, int y)
{
	return x >= clip.x && y >= clip.y && x < clip.x + clip.w && y < clip.y + clip.h && x >= 0 && y >= 0 &&
	       x < c->w && y < c->h;
}

/* A wide character loses its other half when one half is drawn over. */
static void break_wide(struct canvas *c, int x, int y)
{
	struct cell *row = &c->cells[(size_t)y * (size_t)c->w];
	if (row[x].width == 0 && x > 0) {
		row[x - 1].cp = ' ';
		row[x - 1].mark = 0;
		row[x - 1].width = 1;
	}
	if (row[x].width == 2 && x + 1 < c->w) {
		row[x + 1].cp = ' ';
		row[x + 1].width = 1;
	}
}

static void put_one(struct canvas *c, int x, int y, uint32_t cp, int width, style_t st, enum surface s)
{
	break_wide(c, x, y);
	c->cells[(size_t)y * (size_t)c->w + (size_t)x] = (struct cell){
		.cp = cp, .style = st, .surface = (uint8_t)s, .width = (uint8_t)width
	};
}

int canvas_put(struct canvas *c, struct rect clip, int x, int y, uint32_t cp, style_t st,
               enum surface s)
{
	int w = utf8_char_width(cp);
	if (w == 2) {
		bool left = inside(c, clip, x, y), right = inside(c, clip, x + 1, y);
		if (left && right) {
			put_one(c, x, y, cp, 2, st, s);
			put_one(c, x + 1, y, 0, 0, st, s);
			/* put_one on the right half blanked the left one again: it is the same character. */
			struct cell *cell = &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
			cell->cp = cp;
			cell->width = 2;
		} else if (left || right) {
			put_one(c, left ? x : x + 1, y, ' ', 1, st, s);
		}
		return 2;
	}
	if (inside(c, clip, x, y))
		put_one(c, x, y, cp, 1, st, s);
	return 1;
}

void canvas_combine(struct canvas *c, struct rect clip, int x, int y, uint32_t mark)
{
	x--;
	if (inside(c, clip, x, y) && c->cells[(size_t)y * (size_t)c->w + (size_t)x].width == 0)
		x--;
	if (!inside(c, clip, x, y))
		return;
	struct cell *cell = &c->cells[(size_t)y * (size_t)c->w + (size_t)x];
	if (!cell->mark && cell->cp != ' ')
		cell->mark = mark;
}
