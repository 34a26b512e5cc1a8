/* A growable byte buffer that doubles as a string builder: data is always NUL-terminated at data[len]
 * once something was added; buf_str() gives "" for an empty one. Zero-initialise, free with buf_free. */
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len, cap;
};

#define BUF_INIT { 0 }

void buf_free(struct buf *b);
void buf_clear(struct buf *b);                       /* len = 0, keeps the memory */
void buf_reserve(struct buf *b, size_t extra);
void buf_add(struct buf *b, const void *data, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap);
void buf_consume(struct buf *b, size_t n);           /* drop n bytes from the front */
const char *buf_str(const struct buf *b);            /* never NULL; valid until the next change */
char *buf_steal(struct buf *b);                      /* caller frees; b is empty afterwards */

#endif
