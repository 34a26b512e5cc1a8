/* Inside the dump: its parts. Not for other modules. */
#ifndef CORE_SQL_DUMP_PARTS_H
#define CORE_SQL_DUMP_PARTS_H

#include "core/sql/dump.h"

void dump_name(struct buf *out, const struct sql_name *n);
void dump_exprs(struct buf *out, struct sql_expr *const *list, size_t n); /* " a b": a blank before each */
void dump_idents(struct buf *out, const struct sql_ident *list, size_t n);  /* " (a b)", nothing for none */
void dump_sorts(struct buf *out, const char *word, const struct sql_sort *list, size_t n);
void dump_window(struct buf *out, const struct sql_window *w);
void dump_rel(struct buf *out, const struct sql_rel *r);
void dump_text(struct buf *out, const char *s, size_t len);             /* "…" with escapes */

#endif
