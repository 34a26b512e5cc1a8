/* Inside the printer: its parts. Not for other modules. */
#ifndef CORE_SQL_PRINT_PARTS_H
#define CORE_SQL_PRINT_PARTS_H

#include "core/sql/print.h"

void print_list(struct sql_printer *p, struct sql_expr *const *list, size_t n);
void print_call(struct sql_printer *p, const struct sql_expr *e);
void print_literal(struct buf *out, const struct sql_literal *lit);

#endif
