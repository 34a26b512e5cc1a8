/* One line of text under edit: cursor, emacs-like keys, paste, horizontal scroll. Used by the prompt and by
 * form fields; knows no frame. Length is limited to max bytes; control characters cannot enter. */
#ifndef TUI_EDITLINE_H
#define TUI_EDITLINE_H

#include "core/base/buf.h"
#include "tui/draw.h"
#include "tui/keys.h"

struct editline {
	struct buf text;
	size_t at;               /* byte offset of the cursor, always at a character */
	size_t max;              /* bytes; 0: 4096 */
	int scroll;              /* cells scrolled away at the left */
	char *killed;            /* last text cut, for ctrl-y */
};

void editline_free(struct editline *e);
void editline_set(struct editline *e, const char *s);    /* cursor to the end */
const char *editline_text(const struct editline *e);
/* True when the event was used: characters, ←→ home end, ctrl-a e b f d h k u w y t, alt-b f d, paste. */
bool editline_event(struct editline *e, const struct event *ev);
void editline_insert(struct editline *e, const char *s, size_t n);
/* w cells at x, y; shows the terminal's cursor when focus. */
void editline_draw(struct editline *e, struct draw d, int x, int y, int w, style_t st, bool focus);

#endif
