#ifndef CORE_BASE_BASE64_H
#define CORE_BASE_BASE64_H

#include "core/base/buf.h"

/* Appends n bytes in base64 (RFC 4648, section 4), padded. */
void base64_add(struct buf *out, const void *data, size_t n);

#endif
