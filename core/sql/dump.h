/* The syntax tree as S-expressions: for tests, and for looking at what the parser made of a text. Every
 * field that carries meaning is shown; positions are not. */
#ifndef CORE_SQL_DUMP_H
#define CORE_SQL_DUMP_H

#include "core/base/buf.h"
#include "core/sql/ast.h"

void sql_dump_stmt(struct buf *out, const struct sql_stmt *s);
void sql_dump_query(struct buf *out, const struct sql_query *q);
void sql_dump_expr(struct buf *out, const struct sql_expr *e);
void sql_dump_type(struct buf *out, const struct sql_type_ast *t);

#endif
