/* Parts of resolve_special.c. Internal. handled: the function belongs to that part. */
#ifndef CORE_SQL_RESOLVE_SPECIAL_H
#define CORE_SQL_RESOLVE_SPECIAL_H

#include "core/sql/resolve.h"

void *special_mismatch(struct resolver *r, const struct tx *x, const char *what);
struct tx *special_lambda(struct resolver *r, const struct scope *s, struct tx *x, const struct sql_expr *e,
                          bool *handled);
struct tx *special_date(struct resolver *r, struct tx *x, bool *handled);

#endif
