/* Bodies that a client compressed (Content-Encoding: gzip; AWS's SDKs do it with large PutMetricData). RFC 1951 and
 * 1952, written for bodies of a few megabytes, not for speed. */
#ifndef CORE_NET_GUNZIP_H
#define CORE_NET_GUNZIP_H

#include "core/base/buf.h"
#include "core/base/error.h"

/* One gzip member of n bytes, appended to out. ERR_INVALID for what is damaged, ERR_FULL above `limit` bytes. */
int gunzip(const void *data, size_t n, size_t limit, struct buf *out, struct error *err);

#endif
