/* Regular expressions that people type: POSIX extended, case ignored, refused when compiling them could cost
 * more memory than a search is worth (glibc copies what stands before + and {n}). */
#ifndef TUI_PATTERN_H
#define TUI_PATTERN_H

#include <regex.h>

/* 0, or ERR_INVALID. flags are added to REG_EXTENDED | REG_ICASE; free with regfree(). */
int pattern_compile(regex_t *out, const char *text, int flags);

#endif
