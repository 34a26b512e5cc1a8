/* The one place that quotes what is written into kernel SQL. */
#ifndef CORE_SQL_QUOTE_H
#define CORE_SQL_QUOTE_H

#include <stddef.h>

#include "core/base/buf.h"

void sql_quote_ident(struct buf *out, const char *name);              /* "a ""b""" */
/* '…'; bytes that a kernel literal cannot hold (NUL) are written with chr(0). */
void sql_quote_string(struct buf *out, const char *s, size_t n);
void sql_quote_str(struct buf *out, const char *s);
void sql_quote_blob(struct buf *out, const void *data, size_t n);     /* '\x41'::BLOB */

#endif
