/* Parts of resolve_special.c. Internal. handled: the function belongs to that part. */
#ifndef CORE_SQL_RESOLVE_SPECIAL_H
#define CORE_SQL_RESOLVE_SPECIAL_H

#include "core/sql/resolve.h"

void *special_mismatch(struct resolver *r, const struct tx *x, const char *what);
/* Errors: arguments of several types; argument i is no constant (gives false). */
struct tx *special_diff_types(struct resolver *r, const struct tx *x);
bool special_need_const(struct resolver *r, const struct tx *x, size_t i);
struct tx *special_lambda(struct resolver *r, const struct scope *s, struct tx *x, const struct sql_expr *e,
                          bool *handled);
struct tx *special_text(struct resolver *r, struct tx *x, const struct sql_expr *e, bool *handled);
struct tx *special_date(struct resolver *r, struct tx *x, bool *handled);

#endif
