/* Lowering: typed tree to the kernel's SQL. Internal to core/sql. Appends to a buffer, cannot fail:
 * whatever the kernel has no words for was refused by the resolver. */
#ifndef CORE_SQL_LOWER_H
#define CORE_SQL_LOWER_H

#include "core/base/buf.h"
#include "core/sql/typed.h"

void lower_expr(struct buf *out, const struct tx *e);
void lower_call(struct buf *out, const struct tx *e);                 /* lower_call.c */
bool lower_special(struct buf *out, const struct tx *e);              /* lower_special.c, lower_date.c */
bool lower_lambda_call(struct buf *out, const struct tx *e);          /* lower_lambda.c */
bool lower_date_call(struct buf *out, const struct tx *e);
void lower_op(struct buf *out, const struct tx *e);                   /* lower_op.c */
/* x is SQL of a value of type `from`. depth: nesting of lambdas that the cast itself made. */
void lower_cast(struct buf *out, const char *x, const struct sql_type *from, const struct sql_type *to,
                enum tx_cast_mode mode, int depth);                   /* lower_cast.c */
/* Text of a value as to_json writes it, NULL for NULL. */
void lower_json(struct buf *out, const char *x, const struct sql_type *t, int depth);
void lower_type(struct buf *out, const struct sql_type *t);           /* as sql_type_kernel */
/* The wall clock (the kernel's TIMESTAMP) of x, SQL of a timestamp of either kind, and back to an instant. */
void lower_wall(struct buf *out, const char *x, const struct sql_type *t);
void lower_instant(struct buf *out, const char *wall);
char *lower_sql(const struct tx *e);                                 /* caller frees */
/* A call to the kernel's error() with Spark's message. */
void lower_error(struct buf *out, const char *class_name, const char *sqlstate, const char *message);
/* Expands a template of the function table. */
void lower_template(struct buf *out, const char *t, const struct tx *e);
void lower_sorts(struct buf *out, const struct tx_sort *s, size_t n);
void lower_hash(struct buf *out, const struct tx *e);

void lower_select(struct buf *out, const struct rel *rel);            /* a whole SELECT, columns c1, c2, … */
/* The statement: WITH …, then rel with its columns named as the user sees them. */
void lower_root(struct buf *out, const struct rel *rel, struct cte *const *ctes, size_t n_ctes);
void lower_generator(struct buf *out, const struct rel *g, void (*from)(struct buf *, const struct rel *));

#endif
