/* Which type Spark gives where types meet; the source is the recorded table tests/data/spark-coercion.tsv.
 * Every function gives NULL (or false) where Spark refuses. ansi: spark.sql.ansi.enabled. */
#ifndef CORE_SQL_COERCION_H
#define CORE_SQL_COERCION_H

#include <stdbool.h>

#include "core/sql/types.h"

/* coalesce, CASE, UNION, array(…), IN: the least common type. */
const struct sql_type *sql_coerce_common(struct arena *a, const struct sql_type *x, const struct sql_type *y,
                                         bool ansi);
/* = < <=> …: the type both sides are cast to before they are compared. */
const struct sql_type *sql_coerce_compare(struct arena *a, const struct sql_type *x, const struct sql_type *y,
                                          bool equality, bool ansi);

struct sql_arith {
	const struct sql_type *left, *right; /* cast the operands to these */
	const struct sql_type *result;
};
/* + - * / % div over numbers (and strings or NULL that meet them). Dates and intervals are not decided here. */
bool sql_coerce_arith(struct arena *a, enum sql_op op, const struct sql_type *x, const struct sql_type *y,
                      bool ansi, struct sql_arith *out);
/* Result of a decimal operation, before operands are widened. */
const struct sql_type *sql_decimal_result(struct arena *a, enum sql_op op, const struct sql_type *x,
                                          const struct sql_type *y);
/* Is CAST(x AS to) allowed? */
bool sql_cast_allowed(const struct sql_type *from, const struct sql_type *to, bool ansi);
/* May a value of `from` be stored in a column of `to` (INSERT, ANSI store assignment)? */
bool sql_store_allowed(const struct sql_type *from, const struct sql_type *to);
/* precision and scale cut to 38 digits the way Spark does. */
const struct sql_type *sql_decimal_bounded(struct arena *a, int precision, int scale);

#endif
