/* newterm() gets a memory file for output, so that doupdate() neither blocks nor makes one write per line;
 * what it wrote is read back as one frame. Cells that did not change since the last frame are not even
 * shown to ncurses. On true-colour terminals ncurses is given private palette numbers; sgr_rewrite() replaces
 * them by the colours themselves. */
#include "tui/sink_curses.h"

#define NCURSES_WIDECHAR 1
#include <ncurses.h>
#include <term.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include "core/base/mem.h"
#include "tui/sgr.h"

struct pen {
	SCREEN *screen;
	FILE *out, *in;
	int w, h;
	enum depth depth;
	bool direct;                 /* terminfo itself takes 24-bit numbers */
	attr_t attrs[SURF_COUNT][ROLE_COUNT];
	short pairs[SURF_COUNT][ROLE_COUNT];
	struct sgr sgr;
	bool ecma;                   /* attributes are CSI … m: output can be rewritten */
	struct cell *shadow;         /* what ncurses was told last */
	bool whole;
	int cursor;                  /* visibility told last */
	struct buf raw;
};

const char *pen_cap(const char *name)
{
	const char *s = tigetstr(name);
	return s && s != (char *)-1 ? s : "";
}

static FILE *memory_file(void)
{
	int fd = memfd_create("frame", MFD_CLOEXEC);
	return fd < 0 ? NULL : fdopen(fd, "w+");
}

static int open_screen(struct pen *p, struct error *err)
{
	const char *term = getenv("TERM");
	p->out = memory_file();
	p->in = fopen("/dev/null", "re");
	if (!p->out || !p->in)
		return error_set(err, ERR_IO, "cannot make a memory file for the screen");
	setenv("NCURSES_NO_PADDING", "1", 1);
	p->screen = newterm(NULL, p->out, p->in);
	if (!p->screen) {
		error_set(err, ERR_UNSUPPORTED, "the terminal type '%s' is unknown or cannot move its cursor",
		          term ? term : "");
		error_hint(err, "set TERM to what your terminal is, for example TERM=xterm-256color or vt100");
		return ERR_UNSUPPORTED;
	}
	set_term(p->screen);
	typeahead(-1);
	nonl();
	leaveok(stdscr, FALSE);
	scrollok(stdscr, FALSE);
	idlok(stdscr, TRUE);
	intrflush(stdscr, FALSE);
	return 0;
}

static int choose_depth(struct pen *p, const char *color, struct error *err)
{
	int colours = tigetnum("colors");
	bool rgb = tigetflag("RGB") > 0 || tigetflag("Tc") > 0 || tigetnum("RGB") > 0;
	int rc = theme_depth(color, colours, rgb, &p->depth, err);
	if (rc)
		return rc;
	enum depth most = colours >= 256 ? DEPTH_RGB : colours >= 16 ? DEPTH_16 :
	                  colours >= 8 ? DEPTH_8 : DEPTH_MONO;
	if (p->depth > most)
		p->depth = most;
	p->direct = colours > 0x10000;
	if (p->depth != DEPTH_MONO && start_color() == ERR)
		p->depth = DEPTH_MONO;
	if (p->depth != DEPTH_MONO)
		use_default_colors();
	return 0;
}

/* What ncurses has written since the last time; NULL: throw it away. */
static void take(struct pen *p, struct buf *out)
{
	fflush(p->out);
	int fd = fileno(p->out);
	off_t n = lseek(fd, 0, SEEK_CUR);
	buf_clear(&p->raw);
	if (n > 0) {
		buf_reserve(&p->raw, (size_t)n);
		ssize_t k = pread(fd, p->raw.data, (size_t)n, 0);
		p->raw.len = k > 0 ? (size_t)k : 0;
		p->raw.data[p->raw.len] = '\0';
	}
	lseek(fd, 0, SEEK_SET);
	if (n > 1 << 16 && ftruncate(fd, 0) != 0)
		buf_clear(&p->raw);
	if (out && p->ecma)
		sgr_rewrite(&p->sgr, buf_str(&p->raw), p->raw.len, out);
	else if (out)
		buf_add(out, buf_str(&p->raw), p->raw.len);
}

int pen_open(struct pen **out, int w, int h, const char *color, struct error *err)
{
	struct pen *p = xcalloc(1, sizeof *p);
	p->cursor = -1;
	int rc = open_screen(p, err);
	if (!rc)
		rc = choose_depth(p, color, err);
	if (rc) {
		pen_close(p);
		return rc;
	}
	p->sgr.rgb = p->depth == DEPTH_RGB && !p->direct;
	p->sgr.wants = (struct sgr_pen){ -1, -1, 0 };
	p->ecma = strstr(pen_cap("sgr0"), "\033[") != NULL;
	pen_resize(p, w, h);
	/* The first frame of ncurses switches screens; that is the sink's business. */
	refresh();
	take(p, NULL);
	*out = p;
	return 0;
}

void pen_close(struct pen *p)
{
	if (!p)
		return;
	if (p->screen) {
		endwin();
		delscreen(p->screen);
	}
	if (p->out)
		fclose(p->out);
	if (p->in)
		fclose(p->in);
	free(p->shadow);
	buf_free(&p->raw);
	free(p);
}

static attr_t attributes(unsigned a)
{
	return (a & ATTR_BOLD ? A_BOLD : 0) | (a & ATTR_DIM ? A_DIM : 0) |
	       (a & ATTR_UNDERLINE ? A_UNDERLINE : 0) | (a & ATTR_REVERSE ? A_REVERSE : 0) |
	       (a & ATTR_ITALIC ? A_ITALIC : 0);
}

/* Pairs are shared by all looks with the same two colours: eight-colour terminals have 64 of them. */
static short pair_for(struct pen *p, int (*known)[2], short *n, int fg, int bg)
{
	if (fg == -1 && bg == -1)
		return 0;
	for (short i = 1; i <= *n; i++)
		if (known[i][0] == fg && known[i][1] == bg)
			return i;
	if (*n + 1 >= COLOR_PAIRS || *n + 1 >= SURF_COUNT * ROLE_COUNT)
		return 0;
	++*n;
	known[*n][0] = fg;
	known[*n][1] = bg;
	int f = p->depth == DEPTH_RGB && !p->direct ? sgr_index(&p->sgr, fg) : fg;
	int b = p->depth == DEPTH_RGB && !p->direct ? sgr_index(&p->sgr, bg) : bg;
	init_extended_pair(*n, f, b);
	return *n;
}

void pen_theme(struct pen *p, const struct theme *t)
{
	static int known[SURF_COUNT * ROLE_COUNT + 1][2];   /* scratch; only valid during this call */
	short n = 0;
	p->sgr.n = 0;
	for (int s = 0; s < SURF_COUNT; s++)
		for (int r = 0; r < ROLE_COUNT; r++) {
			struct look l = theme_look(t, p->depth, (enum surface)s, (enum role)r);
			p->attrs[s][r] = attributes(l.attrs);
			p->pairs[s][r] = p->depth == DEPTH_MONO ? 0 : pair_for(p, known, &n, l.fg, l.bg);
		}
	pen_repaint(p);
}

void pen_resize(struct pen *p, int w, int h)
{
	p->w = w < 1 ? 1 : w;
	p->h = h < 1 ? 1 : h;
	resizeterm(p->h, p->w);
	free(p->shadow);
	p->shadow = xcalloc((size_t)p->w * (size_t)p->h, sizeof *p->shadow);
	pen_repaint(p);
}

void pen_repaint(struct pen *p)
{
	p->whole = true;
	p->cursor = -1;
	sgr_forget(&p->sgr);
}

/* Characters whose width libc sees otherwise than we do would shift the line: show '?' instead. */
static void to_cchar(const struct pen *p, const struct cell *c, cchar_t *out)
{
	wchar_t text[3] = { (wchar_t)c->cp, (wchar_t)c->mark, 0 };
	if (c->cp >= 0x80 && wcwidth((wchar_t)c->cp) != c->width)
		text[0] = '?';
	if (c->mark && (text[0] == '?' || wcwidth((wchar_t)c->mark) != 0))
		text[1] = 0;
	enum role role = STYLE_ROLE(c->style);
	attr_t a = p->attrs[c->surface][role] | attributes(STYLE_ATTRS(c->style));
	setcchar(out, text, a, p->pairs[c->surface][role], NULL);
}

static bool same(const struct cell *a, const struct cell *b)
{
	return a->cp == b->cp && a->mark == b->mark && a->style == b->style && a->surface == b->surface &&
	       a->width == b->width;
}

static void put_run(struct pen *p, int y, const struct cell *row, int from, int to)
{
	for (int x = from; x < to; x++) {
		cchar_t cc;
		if (row[x].width == 0)
			continue;
		to_cchar(p, &row[x], &cc);
		if (row[x].width == 2 && x + 1 >= p->w)
			continue;
		mvadd_wchnstr(y, x, &cc, 1);
	}
}

/* A changed cell beside half of a wide character redraws the whole character. */
static void push_row(struct pen *p, int y, const struct cell *row, int w)
{
	struct cell *old = &p->shadow[(size_t)y * (size_t)p->w];
	for (int x = 0; x < w;) {
		if (!p->whole && same(&row[x], &old[x])) {
			x++;
			continue;
		}
		int from = x > 0 && row[x].width == 0 ? x - 1 : x;
		while (x < w && (p->whole || !same(&row[x], &old[x]) || row[x].width == 0))
			x++;
		put_run(p, y, row, from, x);
	}
	memcpy(old, row, (size_t)w * sizeof *row);
}

static void place_cursor(struct pen *p, const struct canvas *c)
{
	int x, y;
	bool on = canvas_cursor(c, &x, &y);
	if (p->cursor != (on ? 1 : 0)) {
		curs_set(on ? 1 : 0);
		p->cursor = on ? 1 : 0;
	}
	/* A hidden cursor stays where the last change left it: moving it costs bytes. */
	leaveok(stdscr, on ? FALSE : TRUE);
	if (on)
		move(y, x);
}

void pen_frame(struct pen *p, const struct canvas *c, struct buf *out)
{
	int w = canvas_width(c) < p->w ? canvas_width(c) : p->w;
	int h = canvas_height(c) < p->h ? canvas_height(c) : p->h;
	if (p->whole) {
		erase();
		clearok(curscr, TRUE);
	}
	for (int y = 0; y < h; y++)
		push_row(p, y, canvas_row(c, y), w);
	p->whole = false;
	place_cursor(p, c);
	wnoutrefresh(stdscr);
	doupdate();
	take(p, out);
}
