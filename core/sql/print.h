/* Spark's text of an expression: what an unaliased column is called, and how messages show expressions.
 *
 * The printer walks the unresolved tree and so cannot know three things by itself; the resolver, which does,
 * may hand them in: what a column reference prints as (m.k is a map look-up, a lambda variable is
 * "namedlambdavariable()"), what a call prints as once its function is known (defaults filled in, RANK()
 * in capitals, sort_array(x, true)), and whether an operator became something else (date + int is
 * date_add(d, 1)). Each hook gives true when it printed the node. */
#ifndef CORE_SQL_PRINT_H
#define CORE_SQL_PRINT_H

#include <stdbool.h>

#include "core/base/buf.h"
#include "core/sql/ast.h"

struct sql_printer;
typedef bool sql_print_hook(struct sql_printer *p, const struct sql_expr *e);

struct sql_printer {
	struct buf *out;
	sql_print_hook *hook;        /* called before every node; may be NULL */
	void *ctx;                   /* the hook's */
	int depth;                   /* of enclosing lambdas; the printer's own */
	const struct sql_expr *lambdas[64];
};

/* Append the text of e. */
void sql_print_expr(struct sql_printer *p, const struct sql_expr *e);
/* The name of an unaliased SELECT item: as sql_print_expr, but a column gives its last part alone, a cast
 * of a column the column's name. Text lies in the arena. */
struct arena;
const char *sql_column_name(struct arena *a, const struct sql_expr *e, sql_print_hook *hook, void *ctx);
/* The parts around a call, for hooks: " FILTER (WHERE …)" and " OVER (…)". default_rows: the function's
 * own frame is ROWS (row_number, rank, ntile …), not RANGE. */
void sql_print_call_tail(struct sql_printer *p, const struct sql_call *c, bool default_rows);
/* "DECIMAL(10,2)", "ARRAY<INT>": a type as CAST(x AS …) prints it. */
void sql_print_type(struct buf *out, const struct sql_type_ast *t);
/* A double as Java prints it: "1000.0", "1.0E10". */
void sql_print_double(struct buf *out, double v, bool is_float);
/* "INTERVAL '1 02' DAY TO HOUR". */
void sql_print_interval(struct buf *out, const struct sql_interval *v);
const char *sql_op_text(enum sql_op op);   /* "+", "AND", "<=>" */

#endif
