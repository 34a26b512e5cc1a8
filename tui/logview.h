/* A log on screen: a ring of lines bounded in bytes (the oldest go first), following its end, with search,
 * wrapping, horizontal scrolling and marks. Takes bytes as they come, in any portions; a line without its
 * end is shown as far as it is there. Colour sequences in the text are dropped, control characters shown as
 * '?'. Lines with ERROR, FATAL, Exception or WARN get their role. */
#ifndef TUI_LOGVIEW_H
#define TUI_LOGVIEW_H

#include "tui/actions.h"
#include "tui/draw.h"
#include "tui/keys.h"

struct logview;
struct logview *logview_new(size_t max_bytes);
void logview_free(struct logview *v);
void logview_clear(struct logview *v);
void logview_append(struct logview *v, const char *data, size_t n);
/* Put one line of the console's own between (role DIM): "— step ended —". */
void logview_note(struct logview *v, const char *text);

void logview_draw(struct logview *v, struct draw d);
/* Actions of bind_log and the movements of bind_table (up, page, home, end); false: another. */
bool logview_action(struct logview *v, int action);
bool logview_mouse(struct logview *v, const struct event *ev);

/* Search for text, or /regex/; case ignored; jumps to the last match at or above the end of the window.
 * "" ends it. Gives ERR_INVALID for a wrong expression (the old search stays). */
int logview_search(struct logview *v, const char *text, struct error *err);
/* Show only matching lines. "" shows all. */
int logview_filter(struct logview *v, const char *text, struct error *err);

struct logview_state {
	size_t lines, bytes, dropped;      /* dropped: lines that the ring lost */
	size_t matches, match;             /* number of matching lines; 1-based current one, 0 none */
	bool follow, wrap;
	int column;                        /* horizontal scroll */
	size_t top;                        /* first line shown, 0-based among those kept */
};
void logview_state(const struct logview *v, struct logview_state *out);
/* "1,204 lines · follow · 3/17 matches" for a frame's note; gives out. */
char *logview_note_text(const struct logview *v, const struct glyphs *g, char *out, size_t size);

#endif
