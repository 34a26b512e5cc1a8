/* The terminal's bytes → events. Our own decoder: knows xterm, VT220, rxvt, linux-console and tmux
 * spellings at once, needs no terminfo, does no I/O and reads no clock, so that it can be fuzzed.
 *
 * A lone ESC is ambiguous: it is the Escape key, or the start of a sequence whose rest is late. The
 * caller gives the time of each read; input_next() holds the ESC back until INPUT_ESC_MS have passed,
 * and input_wait() says how long that still is. Unknown sequences are swallowed whole, never shown as
 * typed text. Pasted text (bracketed paste) is collected up to INPUT_PASTE_MAX bytes, the rest is cut. */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include "tui/keys.h"

#define INPUT_ESC_MS 25
#define INPUT_PASTE_MAX (1u << 20)

struct input;

struct input *input_new(void);
void input_free(struct input *in);
/* Add bytes that were read at now_us (monotonic). */
void input_feed(struct input *in, const void *data, size_t n, int64_t now_us);
/* Take the next event; false when there is none yet. */
bool input_next(struct input *in, int64_t now_us, struct event *ev);
/* Milliseconds until input_next() must be asked again without new bytes; -1 when nothing is held back. */
int input_wait(const struct input *in, int64_t now_us);

#endif
