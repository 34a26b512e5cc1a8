/* Frames, dialogs, scroll bars and paragraphs: what draw.h offers beyond single cells. */
#include <string.h>

#include "core/base/utf8.h"
#include "tui/draw.h"

static void frame_lines(struct draw d, style_t st)
{
	const struct glyphs *g = draw_glyphs(d);
	int w = draw_w(d), h = draw_h(d);
	draw_hline(d, 1, 0, w - 2, st);
	draw_hline(d, 1, h - 1, w - 2, st);
	draw_vline(d, 0, 1, h - 2, st);
	draw_vline(d, w - 1, 1, h - 2, st);
	draw_text(d, 0, 0, st, g->tl);
	draw_text(d, w - 1, 0, st, g->tr);
	draw_text(d, 0, h - 1, st, g->bl);
	draw_text(d, w - 1, h - 1, st, g->br);
}

/* Title at the left, note at the right, a blank on either side of each; the note goes first when there is
 * no room for both. */
static void frame_words(struct draw d, style_t title_st, style_t note_st, const char *title,
                        const char *note)
{
	int room = draw_w(d) - 4, tw = title ? utf8_width(title) : 0, nw = note ? utf8_width(note) : 0;
	if (nw && tw + nw + 4 > room)
		nw = room - tw - 4 >= 6 ? room - tw - 4 : 0;
	if (tw > room)
		tw = room;
	if (tw > 0) {
		draw_text(d, 1, 0, note_st, " ");
		draw_cell(d, 2, 0, tw, ALIGN_LEFT, title_st, title);
		draw_text(d, 2 + tw, 0, note_st, " ");
	}
	if (nw > 0) {
		int x = draw_w(d) - 2 - nw;
		draw_text(d, x - 1, 0, note_st, " ");
		draw_cell(d, x, 0, nw, ALIGN_RIGHT, note_st, note);
		draw_text(d, x + nw, 0, note_st, " ");
	}
}

struct draw draw_box(struct draw d, const char *title, const char *note, bool focus)
{
	int w = draw_w(d), h = draw_h(d);
	if (w < 3 || h < 2)
		return d;
	frame_lines(d, focus ? ROLE_FOCUS : ROLE_BORDER);
	frame_words(d, focus ? STYLE(ROLE_TITLE, 0) : STYLE(ROLE_TITLE, 0), ROLE_DIM, title, note);
	return draw_sub(d, (struct rect){ 1, 1, w - 2, h - 2 });
}

struct draw draw_dialog(struct draw d, int w, int h, const char *title, bool danger)
{
	w = w > draw_w(d) ? draw_w(d) : w;
	h = h > draw_h(d) ? draw_h(d) : h;
	struct rect r = { (draw_w(d) - w) / 2, (draw_h(d) - h) / 2, w, h };
	d = draw_on(draw_sub(d, r), SURF_DIALOG);
	draw_clear(d);
	if (w < 5 || h < 3)
		return d;
	frame_lines(d, danger ? ROLE_DANGER : ROLE_FOCUS);
	frame_words(d, danger ? ROLE_DANGER : ROLE_TITLE, ROLE_DIM, title, NULL);
	return draw_sub(d, (struct rect){ 2, 1, w - 4, h - 2 });
}

void draw_scrollbar(struct draw d, int x, int y, int h, size_t top, size_t page, size_t total)
{
	if (h <= 0 || total <= page || page == 0)
		return;
	size_t hs = (size_t)h;
	size_t len = page * hs / total, at;
	len = len < 1 ? 1 : len;
	at = total > page ? top * (hs - len) / (total - page) : 0;
	at = at > hs - len ? hs - len : at;
	for (size_t i = 0; i < hs; i++) {
		bool thumb = i >= at && i < at + len;
		draw_text(d, x, y + (int)i, thumb ? ROLE_DIM : ROLE_TRACK,
		          thumb ? draw_glyphs(d)->scroll : draw_glyphs(d)->scroll_track);
	}
}

/* Bytes of the first line of text when broken at w cells; *skip: bytes to go on after. */
static size_t break_line(const char *text, int w, size_t *skip)
{
	size_t nl = strcspn(text, "\n"), fit = utf8_fit(text, w, NULL);
	if (nl <= fit) {
		*skip = nl + (text[nl] == '\n');
		return nl;
	}
	size_t cut = fit;
	while (cut > 0 && text[cut] != ' ')
		cut--;
	if (cut == 0) {               /* one word longer than the line */
		cut = fit;
		if (cut == 0) {
			uint32_t cp;
			cut = utf8_decode(text, strlen(text), &cp);
		}
		*skip = cut;
		return cut;
	}
	*skip = cut + 1;
	return cut;
}

int draw_paragraph(struct draw d, int x, int y, int w, int max_h, style_t st, const char *text)
{
	int line = 0;
	while (w > 0 && *text && line < max_h) {
		size_t skip, n = break_line(text, w, &skip);
		draw_textn(d, x, y + line, st, text, n);
		text += skip;
		line++;
	}
	return line;
}

int text_lines(const char *text, int w)
{
	int lines = 0;
	while (w > 0 && *text) {
		size_t skip;
		break_line(text, w, &skip);
		text += skip;
		lines++;
	}
	return lines;
}
