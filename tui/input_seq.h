/* Escape sequences → events; the inner half of input.c. */
#ifndef TUI_INPUT_SEQ_H
#define TUI_INPUT_SEQ_H

#include "tui/input.h"

/* Longest sequence that is waited for; anything longer is garbage and is dropped. */
#define INPUT_SEQ_MAX 256

/* s begins with ESC and one of [ O ] P _ ^, n >= 2. Gives the bytes that belong to the sequence, 0 when
 * its end has not come yet and flush is false. *ok: ev is filled; else the sequence means nothing to us.
 * *paste: it was the start of a bracketed paste. */
size_t input_sequence(const char *s, size_t n, bool flush, struct event *ev, bool *ok, bool *paste);
/* Key for a C0 control character or DEL. */
uint32_t input_control_key(unsigned char c);

#endif
