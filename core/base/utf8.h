/* UTF-8 for text that reaches a terminal: decoding that never fails, widths from one table of ours
 * (so that the same text takes the same cells under every libc), and cleaning of foreign strings. */
#ifndef CORE_BASE_UTF8_H
#define CORE_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"

/* Decode one character of at most n bytes (n > 0); an invalid byte gives U+FFFD and length 1. */
size_t utf8_decode(const char *s, size_t n, uint32_t *cp);
size_t utf8_encode(uint32_t cp, char out[4]);      /* bytes written, 1–4 */
int utf8_char_width(uint32_t cp);                  /* cells: 0 combining, 1, or 2 wide */
int utf8_width(const char *s);                     /* cells of a whole string */
/* What stands for a sign on a terminal that has only ASCII: punctuation and signs that programs write keep their
 * meaning, letters become '?'. */
char utf8_ascii(uint32_t cp);
/* Longest prefix of s that fits in `cells`; gives its length in bytes and its cells in *used. */
size_t utf8_fit(const char *s, int cells, int *used);
/* Is every byte part of a character? */
bool utf8_valid(const char *s, size_t n);
/* Append s with control characters, bidi overrides, and invalid bytes replaced: text from an API or a
 * log can then never move the cursor or hide itself. Tabs become one blank. */
void utf8_clean(struct buf *out, const char *s, size_t n);

#endif
